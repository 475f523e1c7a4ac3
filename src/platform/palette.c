#include "palette.h"

#include "mem.h"
#include <stdlib.h>
#include <string.h>

enum { APART = 10 }; // colours this close, summed over the channels, share one entry

struct color_count {
    uint32_t color;
    size_t count;
    int index; // of the palette
};

// Open addressing by colour; grows with the colours found.
struct color_table {
    struct color_count *entries;
    uint32_t *slots; // entry + 1; 0 = empty
    size_t size, room;
};

static size_t slot_of(const struct color_table *table, uint32_t color) {
    size_t mask = table->room * 2 - 1, at = (color * 2654435761u) & mask;
    while (table->slots[at] && table->entries[table->slots[at] - 1].color != color)
        at = (at + 1) & mask;
    return at;
}

static bool table_grow(struct color_table *table) {
    size_t room = table->room ? table->room * 2 : 1024; // a power of two
    struct color_count *entries = mem_grow(table->entries, table->room * sizeof *entries, room * sizeof *entries);
    if (!entries) return false;
    table->entries = entries;
    uint32_t *slots = mem_array(room * 2, sizeof *slots);
    if (!slots) return false;
    mem_free(table->slots);
    table->slots = slots;
    table->room = room;
    for (size_t k = 0; k < table->size; k++)
        slots[slot_of(table, entries[k].color)] = (uint32_t)k + 1;
    return true;
}

static struct color_count *table_find(struct color_table *table, uint32_t color) {
    if (table->size == table->room && !table_grow(table)) return NULL;
    size_t at = slot_of(table, color);
    if (!table->slots[at]) {
        table->entries[table->size] = (struct color_count){.color = color};
        table->slots[at] = (uint32_t)++table->size;
    }
    return &table->entries[table->slots[at] - 1];
}

static int distance(uint32_t a, uint32_t b) {
    int sum = 0;
    for (int shift = 0; shift < 24; shift += 8)
        sum += abs((int)(a >> shift & 255) - (int)(b >> shift & 255));
    return sum;
}

static int nearest(const struct palette *palette, uint32_t color, int *apart) {
    int best = -1;
    *apart = 3 * 256;
    for (int k = 0; k < palette->count; k++) {
        int d = distance(palette->colors[k], color);
        if (d < *apart) {
            *apart = d;
            best = k;
        }
    }
    return best;
}

static int by_count(const void *a, const void *b) {
    const struct color_count *p = *(struct color_count *const *)a, *q = *(struct color_count *const *)b;
    if (p->count != q->count) return p->count < q->count ? 1 : -1;
    return p->color < q->color ? -1 : 1; // the same palette on every machine
}

// The frequent colours first, each one that is not close to one already there.
static bool choose(struct color_table *table, struct palette *palette) {
    struct color_count **order = mem_array(table->size, sizeof *order);
    if (!order) return false;
    for (size_t k = 0; k < table->size; k++)
        order[k] = &table->entries[k];
    qsort(order, table->size, sizeof *order, by_count);
    palette->count = 0;
    for (size_t k = 0; k < table->size; k++) {
        int apart;
        order[k]->index = nearest(palette, order[k]->color, &apart);
        if (palette->count == PALETTE_MAX || (apart < APART && apart > 0)) continue;
        order[k]->index = palette->count;
        palette->colors[palette->count++] = order[k]->color;
    }
    mem_free(order);
    return true;
}

bool palette_index(const uint32_t *pixels, size_t count, struct palette *palette, unsigned char *indices) {
    struct color_table table = {0};
    bool good = true;
    for (size_t k = 0; good && k < count; k++) {
        struct color_count *found = table_find(&table, pixels[k] & 0xFFFFFF);
        good = found != NULL;
        if (found) found->count++;
    }
    good = good && choose(&table, palette);
    for (size_t k = 0; good && k < count; k++)
        indices[k] = (unsigned char)table_find(&table, pixels[k] & 0xFFFFFF)->index;
    mem_free(table.entries);
    mem_free(table.slots);
    return good;
}
