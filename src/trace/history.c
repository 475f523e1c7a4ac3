#include "history.h"

#include "mem.h"

#include <string.h>

struct entry {
    int64_t update;
    struct rng rng;
    float *slabs; // params, then m, then v where there are
    bool has_m, has_v;
};

struct history {
    size_t size, budget, bytes;
    struct entry *entries; // by update, ascending
    int count, capacity;
};

struct history *history_new(size_t size, size_t budget) {
    struct history *history = mem_need(1, sizeof *history);
    history->size = size;
    history->budget = budget;
    return history;
}

static size_t bytes_of(const struct history *history, const struct entry *entry) {
    return history->size * sizeof(float) * (1u + entry->has_m + entry->has_v);
}

static void forget(struct history *history, const struct entry *entry) {
    history->bytes -= bytes_of(history, entry);
    mem_free(entry->slabs);
}

static void drop(struct history *history, int index) {
    forget(history, &history->entries[index]);
    int behind = history->count - index - 1;
    memmove(history->entries + index, history->entries + index + 1, (size_t)behind * sizeof *history->entries);
    history->count--;
}

void history_free(struct history *history) {
    if (!history) return;
    while (history->count > 0)
        drop(history, history->count - 1);
    mem_free(history->entries);
    mem_free(history);
}

// Index of the last snapshot at or before an update; -1 when there is none.
static int find(const struct history *history, int64_t update) {
    int low = 0, high = history->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (history->entries[middle].update <= update)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

// Every second one of the older half; where that half is too short to have a second one, the oldest.
static void thin(struct history *history) {
    int half = history->count / 2;
    if (half < 2) {
        drop(history, history->count > 2 ? 1 : 0);
        return;
    }
    int kept = 0;
    for (int i = 0; i < history->count; i++)
        if (i < half && i % 2 == 1)
            forget(history, &history->entries[i]);
        else
            history->entries[kept++] = history->entries[i];
    history->count = kept;
}

static bool make_room(struct history *history) {
    if (history->count < history->capacity) return true;
    int capacity = history->capacity ? 2 * history->capacity : 16;
    struct entry *grown =
        mem_grow(history->entries, (size_t)history->capacity * sizeof *grown, (size_t)capacity * sizeof *grown);
    if (!grown) return false;
    history->entries = grown;
    history->capacity = capacity;
    return true;
}

bool history_push(struct history *history, int64_t update, const struct rng *rng, const float *params, const float *m,
                  const float *v) {
    struct entry entry = {.update = update, .rng = *rng, .has_m = m != NULL, .has_v = v != NULL};
    size_t size = history->size;
    if (!make_room(history)) return false;
    entry.slabs = mem_array(size * (1u + entry.has_m + entry.has_v), sizeof *entry.slabs);
    if (!entry.slabs) return false;
    memcpy(entry.slabs, params, size * sizeof *params);
    if (m) memcpy(entry.slabs + size, m, size * sizeof *m);
    if (v) memcpy(entry.slabs + size * (1u + entry.has_m), v, size * sizeof *v);

    int at = find(history, update);
    if (at >= 0 && history->entries[at].update == update) drop(history, at--);
    int behind = history->count - at - 1;
    memmove(history->entries + at + 2, history->entries + at + 1, (size_t)behind * sizeof entry);
    history->entries[at + 1] = entry;
    history->count++;
    history->bytes += bytes_of(history, &entry);
    while (history->bytes > history->budget && history->count > 1)
        thin(history);
    return true;
}

static bool read_out(const struct history *history, int index, struct snapshot *out) {
    const struct entry *entry = &history->entries[index];
    *out = (struct snapshot){.update = entry->update, .rng = entry->rng, .params = entry->slabs};
    if (entry->has_m) out->m = entry->slabs + history->size;
    if (entry->has_v) out->v = entry->slabs + history->size * (1u + entry->has_m);
    return true;
}

bool history_at_or_before(const struct history *history, int64_t update, struct snapshot *out) {
    int index = find(history, update);
    return index >= 0 && read_out(history, index, out);
}

bool history_get(const struct history *history, int64_t update, struct snapshot *out) {
    int index = find(history, update);
    return index >= 0 && history->entries[index].update == update && read_out(history, index, out);
}

int64_t history_last(const struct history *history) {
    return history->count > 0 ? history->entries[history->count - 1].update : -1;
}

int history_count(const struct history *history) {
    return history->count;
}
size_t history_bytes(const struct history *history) {
    return history->bytes;
}

void history_cut(struct history *history, int64_t after) {
    while (history->count > 0 && history->entries[history->count - 1].update > after)
        drop(history, history->count - 1);
}
