#include "raster.h"
#include "check.h"
#include "mem.h"
#include "paint.h"
#include "thread.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

// The surface is cut into tiles. Each frame, every command is folded into the hash of each tile it touches,
// in order; a tile whose hash did not change shows what it should. Runs of changed tiles in a row of tiles
// are the regions that are painted again, shared out to the threads one by one: small enough to stay in the
// cache while they are painted.
enum { TILE = 64, MOST_CORNERS = 256, MOST_THREADS = 8, ALONE_REGIONS = 2 };

struct list_of_ints {
    int *items;
    int count, capacity;
};

struct worker {
    struct renderer *renderer;
    struct thread *thread;
    struct brush brush;
};

struct renderer {
    struct atlas *atlas;
    // what was drawn last
    uint32_t *pixels;
    int width, height, columns, rows;
    uint64_t *shown, *wanted; // hashes, one a tile
    // this frame
    const struct draw_list *list;
    struct surface surface;
    uint32_t background;
    struct item *items;
    uint64_t *hashes;
    int item_count, item_capacity;
    struct placed_text glyphs;
    int *row_first; // rows + 1: where the items of a row of tiles begin in row_items
    struct list_of_ints row_items;
    struct area *regions;
    int region_count;
    struct corner corners[MOST_CORNERS];
    int corner_count;
    // threads
    struct worker workers[MOST_THREADS]; // 0: the caller
    int worker_count;
    struct mutex *mutex;
    struct condition *go, *done;
    unsigned long job; // counts frames; a worker runs when it sees a new one
    int working;
    bool quit;
    atomic_int next_region;
};

static void paint_region(struct renderer *renderer, struct brush *brush, struct area region) {
    int row = region.y0 / TILE;
    const int *indices = renderer->row_items.items + renderer->row_first[row];
    int count = renderer->row_first[row + 1] - renderer->row_first[row], first = 0;
    bool covered = false;
    for (int i = count - 1; i >= 0 && !covered; i--) { // what an opaque rectangle hides is not painted
        const struct item *item = &renderer->items[indices[i]];
        const struct draw_command *c = item->command;
        covered = c->op == DRAW_RECT && c->color.a == 255 && c->radius == 0 && paint_is_whole(c->rect) &&
                  item->area.x0 <= region.x0 && item->area.y0 <= region.y0 && item->area.x1 >= region.x1 &&
                  item->area.y1 >= region.y1;
        first = i;
    }
    if (!covered) {
        paint_area(renderer->surface, region, renderer->background);
        first = 0;
    }
    for (int i = first; i < count; i++)
        paint_item(renderer->surface, brush, renderer->list, &renderer->items[indices[i]], renderer->glyphs.items,
                   region);
}

static void paint_regions(struct renderer *renderer, struct brush *brush) {
    for (;;) {
        int i = atomic_fetch_add(&renderer->next_region, 1);
        if (i >= renderer->region_count) return;
        paint_region(renderer, brush, renderer->regions[i]);
    }
}

static void run_worker(void *context) {
    struct worker *worker = context;
    struct renderer *renderer = worker->renderer;
    unsigned long seen = 0;
    mutex_lock(renderer->mutex);
    for (;;) {
        while (!renderer->quit && renderer->job == seen)
            condition_wait(renderer->go, renderer->mutex);
        if (renderer->quit) break;
        seen = renderer->job;
        mutex_unlock(renderer->mutex);
        paint_regions(renderer, &worker->brush);
        mutex_lock(renderer->mutex);
        if (--renderer->working == 0) condition_wake_all(renderer->done);
    }
    mutex_unlock(renderer->mutex);
}

static void paint_all_regions(struct renderer *renderer) {
    atomic_store(&renderer->next_region, 0);
    bool alone = renderer->worker_count == 1 || renderer->region_count <= ALONE_REGIONS;
    if (!alone) {
        mutex_lock(renderer->mutex);
        renderer->job++;
        renderer->working = renderer->worker_count - 1;
        condition_wake_all(renderer->go);
        mutex_unlock(renderer->mutex);
    }
    paint_regions(renderer, &renderer->workers[0].brush);
    if (!alone) {
        mutex_lock(renderer->mutex);
        while (renderer->working > 0)
            condition_wait(renderer->done, renderer->mutex);
        mutex_unlock(renderer->mutex);
    }
}

struct renderer *renderer_new(struct atlas *atlas, int threads) {
    struct renderer *renderer = mem_need(1, sizeof *renderer);
    renderer->atlas = atlas;
    renderer->worker_count = 1;
    renderer->mutex = mutex_new();
    renderer->go = condition_new();
    renderer->done = condition_new();
    int wanted = threads < MOST_THREADS ? threads : MOST_THREADS;
    for (int i = 1; i < wanted; i++) {
        struct worker *worker = &renderer->workers[i];
        worker->renderer = renderer;
        worker->thread = thread_start(run_worker, worker);
        if (!worker->thread) break; // fewer threads draw the same
        renderer->worker_count++;
    }
    return renderer;
}

void renderer_free(struct renderer *renderer) {
    if (!renderer) return;
    mutex_lock(renderer->mutex);
    renderer->quit = true;
    condition_wake_all(renderer->go);
    mutex_unlock(renderer->mutex);
    for (int i = 1; i < renderer->worker_count; i++)
        thread_join(renderer->workers[i].thread);
    for (int i = 0; i < renderer->worker_count; i++)
        brush_release(&renderer->workers[i].brush);
    for (int i = 0; i < renderer->corner_count; i++)
        mem_free(renderer->corners[i].coverage);
    mutex_free(renderer->mutex);
    condition_free(renderer->go);
    condition_free(renderer->done);
    mem_free(renderer->shown);
    mem_free(renderer->wanted);
    mem_free(renderer->items);
    mem_free(renderer->hashes);
    mem_free(renderer->glyphs.items);
    mem_free(renderer->row_first);
    mem_free(renderer->row_items.items);
    mem_free(renderer->regions);
    mem_free(renderer);
}

// Hashes

static uint64_t fold(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint64_t fold_bytes(uint64_t hash, const void *bytes, size_t size) {
    const char *at = bytes;
    uint64_t word;
    for (; size >= sizeof word; size -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = fold(hash, word);
    }
    word = 0;
    memcpy(&word, at, size);
    return fold(hash, word ^ (uint64_t)size << 56);
}

// All that decides the pixels of a command; not where its points and texts happen to be stored.
static uint64_t hash_command(const struct draw_list *list, const struct draw_command *c, struct area clip) {
    float shape[8] = {c->rect.x, c->rect.y, c->rect.w, c->rect.h, c->radius, c->width, c->dash, c->gap};
    int kind[4] = {c->op, c->round_caps | c->closed << 1, (int)c->font, 0};
    memcpy(&kind[3], &c->color, sizeof c->color);
    uint64_t hash = fold_bytes(0, kind, sizeof kind);
    hash = fold_bytes(hash, shape, sizeof shape);
    hash = fold_bytes(hash, &clip, sizeof clip);
    if (c->op == DRAW_FILL || c->op == DRAW_STROKE)
        hash = fold_bytes(hash, list->points + c->first, (size_t)c->count * sizeof(point));
    if (c->op == DRAW_TEXT) {
        hash = fold_bytes(hash, &c->size, sizeof c->size);
        hash = fold_bytes(hash, list->texts + c->text, (size_t)c->text_length);
    }
    return hash;
}

// Items

static int bounded(float v) {
    return (int)fminf(fmaxf(v, -1e6f), 1e6f);
}

static struct area around(float x0, float y0, float x1, float y1) {
    return (struct area){bounded(floorf(x0)), bounded(floorf(y0)), bounded(ceilf(x1)), bounded(ceilf(y1))};
}

static struct area bounds_of_points(const struct draw_list *list, const struct draw_command *c) {
    float x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (int i = 0; i < c->count; i++) {
        point p = list->points[c->first + i]; // fminf and fmaxf pass over NaN
        x0 = fminf(x0, p.x), y0 = fminf(y0, p.y), x1 = fmaxf(x1, p.x), y1 = fmaxf(y1, p.y);
    }
    float grow = c->op == DRAW_STROKE ? c->width / 2 + 0.1f : 0;
    return around(x0 - grow, y0 - grow, x1 + grow, y1 + grow);
}

static struct area place_text(struct renderer *renderer, const struct draw_command *c, struct item *item) {
    item->first_glyph = renderer->glyphs.count;
    atlas_place(renderer->atlas, c->font, c->size, c->rect.x, c->rect.y, renderer->list->texts + c->text,
                (size_t)c->text_length, &renderer->glyphs);
    item->glyph_count = renderer->glyphs.count - item->first_glyph;
    struct area area = {0};
    for (int i = 0; i < item->glyph_count; i++) {
        struct placed_glyph placed = renderer->glyphs.items[item->first_glyph + i];
        struct area ink = {placed.x, placed.y, placed.x + placed.glyph->w, placed.y + placed.glyph->h};
        if (i == 0) area = ink;
        area = (struct area){area.x0 < ink.x0 ? area.x0 : ink.x0, area.y0 < ink.y0 ? area.y0 : ink.y0,
                             area.x1 > ink.x1 ? area.x1 : ink.x1, area.y1 > ink.y1 ? area.y1 : ink.y1};
    }
    return area;
}

static const struct corner *find_corner(struct renderer *renderer, float radius, float width) {
    for (int i = 0; i < renderer->corner_count; i++)
        if (renderer->corners[i].radius == radius && renderer->corners[i].width == width) return &renderer->corners[i];
    if (renderer->corner_count == MOST_CORNERS) return NULL; // painted without one, to the same coverage
    struct corner *corner = &renderer->corners[renderer->corner_count++];
    corner_make(corner, &renderer->workers[0].brush, radius, width);
    return corner;
}

static const struct corner *corner_of(struct renderer *renderer, const struct draw_command *c) {
    bool box = c->op == DRAW_BOX && 2 * c->width < c->rect.w && 2 * c->width < c->rect.h;
    if (c->radius == 0 || c->dash > 0 || !paint_is_whole(c->rect) || (box && c->width != floorf(c->width))) return NULL;
    float size = ceilf(fmaxf(c->radius, box ? c->width : 0));
    if (2 * size > c->rect.w || 2 * size > c->rect.h || size > 64) return NULL; // corners would overlap
    return find_corner(renderer, c->radius, box ? c->width : 0);
}

static void reserve_items(struct renderer *renderer, int count) {
    if (count <= renderer->item_capacity) return;
    mem_free(renderer->items);
    mem_free(renderer->hashes);
    renderer->item_capacity = count * 2;
    renderer->items = mem_need((size_t)renderer->item_capacity, sizeof *renderer->items);
    renderer->hashes = mem_need((size_t)renderer->item_capacity, sizeof *renderer->hashes);
}

static void make_items(struct renderer *renderer) {
    const struct draw_list *list = renderer->list;
    struct area screen = {0, 0, renderer->width, renderer->height}, clip = screen;
    reserve_items(renderer, list->count);
    renderer->item_count = renderer->glyphs.count = 0;
    for (int i = 0; i < list->count; i++) {
        const struct draw_command *c = &list->commands[i];
        if (c->op == DRAW_CLIP) {
            clip = area_cut(screen, around(c->rect.x, c->rect.y, c->rect.x + c->rect.w, c->rect.y + c->rect.h));
            continue;
        }
        struct item *item = &renderer->items[renderer->item_count];
        *item = (struct item){.command = c};
        if (c->op == DRAW_TEXT)
            item->area = place_text(renderer, c, item);
        else if (c->op == DRAW_FILL || c->op == DRAW_STROKE)
            item->area = bounds_of_points(list, c);
        else
            item->area = around(c->rect.x, c->rect.y, c->rect.x + c->rect.w, c->rect.y + c->rect.h);
        item->area = area_cut(item->area, clip);
        if (area_is_empty(item->area)) continue;
        if (c->op == DRAW_RECT || c->op == DRAW_BOX) item->corner = corner_of(renderer, c);
        renderer->hashes[renderer->item_count++] = hash_command(list, c, clip);
    }
}

// Tiles

static void set_size(struct renderer *renderer, int width, int height) {
    renderer->width = width, renderer->height = height;
    renderer->columns = (width + TILE - 1) / TILE, renderer->rows = (height + TILE - 1) / TILE;
    size_t tiles = (size_t)renderer->columns * (size_t)renderer->rows;
    mem_free(renderer->shown);
    mem_free(renderer->wanted);
    mem_free(renderer->regions);
    mem_free(renderer->row_first);
    renderer->shown = mem_need(tiles, sizeof *renderer->shown);
    renderer->wanted = mem_need(tiles, sizeof *renderer->wanted);
    renderer->regions = mem_need(tiles, sizeof *renderer->regions);
    renderer->row_first = mem_need((size_t)renderer->rows + 2, sizeof *renderer->row_first);
}

static void hash_tiles(struct renderer *renderer) {
    int tiles = renderer->columns * renderer->rows;
    for (int i = 0; i < tiles; i++)
        renderer->wanted[i] = fold(1, renderer->background);
    for (int i = 0; i < renderer->item_count; i++) {
        struct area a = renderer->items[i].area;
        for (int y = a.y0 / TILE; y <= (a.y1 - 1) / TILE; y++) {
            uint64_t *row = renderer->wanted + (size_t)y * (size_t)renderer->columns;
            for (int x = a.x0 / TILE; x <= (a.x1 - 1) / TILE; x++)
                row[x] = fold(row[x], renderer->hashes[i]);
        }
    }
}

// Sorts the items by the rows of tiles that they touch, in order.
static void sort_by_row(struct renderer *renderer) {
    int *first = renderer->row_first, rows = renderer->rows;
    memset(first, 0, ((size_t)rows + 2) * sizeof *first);
    for (int i = 0; i < renderer->item_count; i++)
        for (int y = renderer->items[i].area.y0 / TILE; y <= (renderer->items[i].area.y1 - 1) / TILE; y++)
            first[y + 2]++;
    for (int y = 0; y <= rows; y++)
        first[y + 1] += first[y];
    struct list_of_ints *out = &renderer->row_items;
    out->count = first[rows + 1];
    if (out->count > out->capacity) {
        mem_free(out->items);
        out->capacity = out->count * 2;
        out->items = mem_need((size_t)out->capacity, sizeof *out->items);
    }
    for (int i = 0; i < renderer->item_count; i++)
        for (int y = renderer->items[i].area.y0 / TILE; y <= (renderer->items[i].area.y1 - 1) / TILE; y++)
            out->items[first[y + 1]++] = i;
}

static void find_regions(struct renderer *renderer, bool all) {
    renderer->region_count = 0;
    for (int y = 0; y < renderer->rows; y++) {
        const uint64_t *shown = renderer->shown + (size_t)y * (size_t)renderer->columns;
        const uint64_t *wanted = renderer->wanted + (size_t)y * (size_t)renderer->columns;
        for (int x = 0; x < renderer->columns; x++) {
            if (!all && shown[x] == wanted[x]) continue;
            int start = x;
            while (x < renderer->columns && (all || shown[x] != wanted[x]))
                x++;
            struct area region = {start * TILE, y * TILE, x * TILE, (y + 1) * TILE};
            renderer->regions[renderer->region_count++] =
                area_cut(region, (struct area){0, 0, renderer->width, renderer->height});
        }
    }
}

// Regions of the same columns in neighbouring rows are told as one rectangle.
static int tell_regions(const struct renderer *renderer, rect *dirty, int max) {
    int count = 0;
    rect all = {0};
    for (int i = 0; i < renderer->region_count; i++) {
        struct area a = renderer->regions[i];
        rect r = {(float)a.x0, (float)a.y0, (float)(a.x1 - a.x0), (float)(a.y1 - a.y0)};
        float right = fmaxf(all.x + all.w, r.x + r.w), bottom = fmaxf(all.y + all.h, r.y + r.h);
        if (i == 0)
            all = r;
        else
            all = (rect){fminf(all.x, r.x), fminf(all.y, r.y), right - fminf(all.x, r.x), bottom - fminf(all.y, r.y)};
        bool merged = false;
        for (int k = 0; k < count && k < max && !merged; k++) {
            merged = dirty[k].x == r.x && dirty[k].w == r.w && dirty[k].y + dirty[k].h == r.y;
            if (merged) dirty[k].h += r.h;
        }
        if (merged) continue;
        if (count < max) dirty[count] = r;
        count++;
    }
    if (count <= max) return count;
    if (max < 1) return 0;
    dirty[0] = all;
    return 1;
}

int renderer_draw(struct renderer *renderer, const struct draw_list *list, color background, uint32_t *pixels,
                  int width, int height, int pitch, bool all, rect *dirty, int max) {
    check(pitch % 4 == 0, "a pitch of %d bytes does not hold whole pixels", pitch);
    if (width <= 0 || height <= 0) return 0;
    if (width != renderer->width || height != renderer->height) {
        set_size(renderer, width, height);
        all = true;
    }
    all = all || pixels != renderer->pixels;
    renderer->pixels = pixels;
    renderer->list = list;
    renderer->surface = (struct surface){pixels, pitch / 4};
    renderer->background = paint_pixel(background);
    atlas_trim(renderer->atlas);
    make_items(renderer);
    hash_tiles(renderer);
    find_regions(renderer, all);
    if (renderer->region_count == 0) return 0;
    sort_by_row(renderer);
    paint_all_regions(renderer);
    uint64_t *drawn = renderer->wanted;
    renderer->wanted = renderer->shown;
    renderer->shown = drawn;
    return tell_regions(renderer, dirty, max);
}
