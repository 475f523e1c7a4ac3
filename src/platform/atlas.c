#include "atlas.h"
#include "check.h"
#include "fonts.h"
#include "mem.h"
#include "str.h"
#include <SDL_ttf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// Widths are measured once, at this size in pixels without hinting, and scaled: the layout is the same at
// every scale.
enum { METRIC_SIZE = 1024, PHASES = 4, ASCII = 128, BLOCK_BYTES = 256 * 1024, MOST_BYTES = 24 * 1024 * 1024 };

struct face {
    struct font_file file;
    TTF_Font *metrics; // at METRIC_SIZE
    TTF_Font *render;  // at render_size, four times as wide
    float render_size;
    bool opened; // or not found
};

struct metric { // of one code point in one font, in ems
    int face;   // index into chain; -1: nobody has the glyph
    float advance, shift, left, right, ascent, descent;
};

struct slot { // of an open-addressed table; key 0 = free
    uint64_t key;
    void *value;
};
struct table {
    struct slot *slots;
    size_t capacity, count;
};

struct block {
    struct block *next;
    size_t used, size;
    uint8_t bytes[];
};

struct atlas {
    float scale;
    struct face chain[FONT_COUNT][FONT_CHAIN];
    float digit_advance[FONT_COUNT];  // ems; 0 = digits keep their own
    struct metric *ascii[FONT_COUNT]; // ASCII of them; face -2 = not measured yet
    float *ascii_kerning[FONT_COUNT]; // ASCII x ASCII; NaN = not measured yet
    struct table metrics, kernings, glyphs;
    struct block *blocks, *lasting; // glyphs (trimmed), metrics (kept)
    size_t glyph_bytes;
    char missing[512];
    struct font_source source;
};

// Memory that is given back as a whole

static void *block_alloc(struct block **list, size_t size) {
    size = (size + 15) & ~(size_t)15;
    struct block *block = *list;
    if (!block || block->size - block->used < size) {
        size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        block = mem_need(1, sizeof *block + room);
        *block = (struct block){.next = *list, .size = room};
        *list = block;
    }
    void *at = block->bytes + block->used;
    block->used += size;
    return at;
}

static void blocks_release(struct block **list) {
    while (*list) {
        struct block *next = (*list)->next;
        mem_free(*list);
        *list = next;
    }
}

// Tables

static uint64_t scramble(uint64_t key) { // the finaliser of splitmix64
    key = (key ^ key >> 30) * 0xbf58476d1ce4e5b9u;
    key = (key ^ key >> 27) * 0x94d049bb133111ebu;
    return key ^ key >> 31;
}

static struct slot *table_find(struct table *table, uint64_t key) {
    size_t mask = table->capacity - 1, at = scramble(key) & mask;
    while (table->slots[at].key && table->slots[at].key != key)
        at = (at + 1) & mask;
    return &table->slots[at];
}

static void **table_value(struct table *table, uint64_t key) {
    if (table->count * 2 >= table->capacity) {
        struct table bigger = {.capacity = table->capacity ? table->capacity * 2 : 1024, .count = table->count};
        bigger.slots = mem_need(bigger.capacity, sizeof *bigger.slots);
        for (size_t i = 0; i < table->capacity; i++)
            if (table->slots[i].key) *table_find(&bigger, table->slots[i].key) = table->slots[i];
        mem_free(table->slots);
        *table = bigger;
    }
    struct slot *slot = table_find(table, key);
    if (!slot->key) table->count++;
    slot->key = key;
    return &slot->value;
}

static void table_release(struct table *table) {
    mem_free(table->slots);
    *table = (struct table){0};
}

// Faces

static void note_missing(struct atlas *atlas, const char *family) {
    static const char tail[] = " not found: other fonts take their place.";
    char *end = strstr(atlas->missing, tail), listed[80];
    if (end) *end = 0;
    size_t used = strlen(atlas->missing);
    snprintf(listed, sizeof listed, "%s,", family); // every family but the last is followed by a comma
    bool known = strstr(atlas->missing, listed) ||
                 (used >= strlen(family) + 1 && strcmp(atlas->missing + used - strlen(family), family) == 0);
    const char *before = known ? "" : used ? ", " : "Fonts ";
    snprintf(atlas->missing + used, sizeof atlas->missing - used, "%s%s%s", before, known ? "" : family, tail);
}

// A link of a chain is looked up and its file opened when a glyph is first wanted from it.
static bool open_face(struct atlas *atlas, enum font font, int link) {
    struct face *face = &atlas->chain[font][link];
    if (face->opened) return face->metrics != NULL;
    face->opened = true;
    if (!fonts_find(font, link, &face->file)) {
        if (link == 0) note_missing(atlas, fonts_family(font));
        return false;
    }
    face->metrics = TTF_OpenFontIndexDPI(face->file.path, 1, face->file.index, 72 * METRIC_SIZE, 72 * METRIC_SIZE);
    if (!face->metrics) return false;
    TTF_SetFontHinting(face->metrics, TTF_HINTING_NONE);
    return true;
}

// Rendered four times as wide: four neighbouring columns are one pixel, in any of four phases. Light hinting
// moves outlines up and down only, so the widths stay true.
static bool open_render(struct face *face, float size) {
    unsigned vertical = (unsigned)lrintf(72 * size), horizontal = vertical * PHASES;
    if (!face->render) {
        face->render = TTF_OpenFontIndexDPI(face->file.path, 1, face->file.index, horizontal, vertical);
        if (!face->render) return false;
        TTF_SetFontHinting(face->render, TTF_HINTING_LIGHT);
    } else if (face->render_size != size && TTF_SetFontSizeDPI(face->render, 1, horizontal, vertical) != 0) {
        return false;
    }
    face->render_size = size;
    return true;
}

// Metrics

static void measure_metric(struct atlas *atlas, enum font font, unsigned codepoint, struct metric *metric) {
    *metric = (struct metric){.face = -1};
    const float em = METRIC_SIZE;
    for (int link = 0; link < FONT_CHAIN; link++) {
        struct face *face = &atlas->chain[font][link];
        if (!open_face(atlas, font, link) || !TTF_GlyphIsProvided32(face->metrics, codepoint)) continue;
        int left, right, low, high, advance;
        if (TTF_GlyphMetrics32(face->metrics, codepoint, &left, &right, &low, &high, &advance) != 0) continue;
        *metric = (struct metric){
            link, (float)advance / em, 0, (float)left / em, (float)right / em, (float)high / em, (float)-low / em};
        return;
    }
}

static bool is_digit(unsigned c) {
    return c >= '0' && c <= '9';
}
static bool has_even_digits(enum font font) {
    return font <= FONT_DISPLAY;
}

static const struct metric *find_metric(struct atlas *atlas, enum font font, unsigned codepoint);

// All digits of a font take the advance of its widest one, centred, so that live numbers do not jitter.
static void even_digit(struct atlas *atlas, enum font font, struct metric *metric) {
    if (atlas->digit_advance[font] == 0) {
        for (unsigned c = '0'; c <= '9'; c++) {
            struct metric digit;
            measure_metric(atlas, font, c, &digit);
            atlas->digit_advance[font] = fmaxf(atlas->digit_advance[font], digit.advance);
        }
    }
    metric->shift = (atlas->digit_advance[font] - metric->advance) / 2;
    metric->left += metric->shift;
    metric->right += metric->shift;
    metric->advance = atlas->digit_advance[font];
}

static void make_metric(struct atlas *atlas, enum font font, unsigned codepoint, struct metric *metric) {
    measure_metric(atlas, font, codepoint, metric);
    if (metric->face < 0 && codepoint != 0xfffd && codepoint > ' ') *metric = *find_metric(atlas, font, 0xfffd);
    if (is_digit(codepoint) && has_even_digits(font)) even_digit(atlas, font, metric);
}

static const struct metric *find_metric(struct atlas *atlas, enum font font, unsigned codepoint) {
    if (codepoint < ASCII) {
        if (!atlas->ascii[font]) {
            atlas->ascii[font] = mem_need(ASCII, sizeof(struct metric));
            for (int i = 0; i < ASCII; i++)
                atlas->ascii[font][i].face = -2;
        }
        struct metric *metric = &atlas->ascii[font][codepoint];
        if (metric->face == -2) make_metric(atlas, font, codepoint, metric);
        return metric;
    }
    void **value = table_value(&atlas->metrics, (uint64_t)(font + 1) << 32 | codepoint);
    if (*value) return *value;
    struct metric *metric = block_alloc(&atlas->lasting, sizeof *metric);
    make_metric(atlas, font, codepoint, metric); // may grow the table: value is stale now
    *table_value(&atlas->metrics, (uint64_t)(font + 1) << 32 | codepoint) = metric;
    return metric;
}

// SDL_ttf shapes a pair with the font's GPOS table, but tells only the width from the leftmost to the
// rightmost ink or advance; the pen position of the second glyph follows from the metrics of both.
static float measure_kerning(struct atlas *atlas, enum font font, unsigned left, unsigned right) {
    const struct metric *a = find_metric(atlas, font, left), *b = find_metric(atlas, font, right);
    if (a->face < 0 || a->face != b->face || is_digit(left) || is_digit(right)) return 0;
    struct face *face = &atlas->chain[font][a->face];
    char text[10];
    size_t used = utf8_put(left, text);
    utf8_put(right, text + used);
    int width, height;
    if (TTF_SizeUTF8(face->metrics, text, &width, &height) != 0) return 0;
    float end = (float)width / METRIC_SIZE + fminf(0, a->left);
    float kerning = end - fmaxf(b->advance, b->right) - a->advance;
    // Rounding of the metrics is not kerning; nor is a ligature or an alternate that a pair of letters turned
    // into.
    return fabsf(kerning) < 2.5f / METRIC_SIZE || fabsf(kerning) > 0.3f ? 0 : kerning;
}

static float find_kerning(struct atlas *atlas, enum font font, unsigned left, unsigned right) {
    if (font == FONT_MONO || font == FONT_MONO_SEMIBOLD || left <= ' ' || right <= ' ') return 0;
    if (left < ASCII && right < ASCII) {
        if (!atlas->ascii_kerning[font]) {
            atlas->ascii_kerning[font] = mem_need(ASCII * ASCII, sizeof(float));
            for (int i = 0; i < ASCII * ASCII; i++)
                atlas->ascii_kerning[font][i] = NAN;
        }
        float *kerning = &atlas->ascii_kerning[font][left * ASCII + right];
        if (isnan(*kerning)) *kerning = measure_kerning(atlas, font, left, right);
        return *kerning;
    }
    uint64_t key = (uint64_t)(font + 1) << 48 | (uint64_t)left << 24 | right;
    void **value = table_value(&atlas->kernings, key);
    if (!*value) {
        float *kerning = block_alloc(&atlas->lasting, sizeof *kerning);
        *kerning = measure_kerning(atlas, font, left, right);
        *value = kerning;
    }
    return *(float *)*value;
}

static float source_width(void *context, enum font font, float size, const char *text, size_t length) {
    struct atlas *atlas = context;
    float ems = 0;
    unsigned before = 0;
    for (size_t at = 0, used; at < length; at += used) {
        unsigned codepoint = utf8_next(text + at, length - at, &used);
        if (before) ems += find_kerning(atlas, font, before, codepoint);
        ems += find_metric(atlas, font, codepoint)->advance;
        before = codepoint;
    }
    return ems * size;
}

static struct glyph_extent source_extent(void *context, enum font font, float size, unsigned codepoint) {
    const struct metric *m = find_metric(context, font, codepoint);
    return (struct glyph_extent){m->advance * size, m->left * size, m->right * size, m->ascent * size,
                                 m->descent * size};
}

// Glyphs

// Where the pen's origin is in a surface of TTF_RenderGlyph: columns (of the wide rendering) and rows.
static void surface_origin(TTF_Font *font, unsigned codepoint, int *column, int *row) {
    int left = 0, right, low, high = 0, advance;
    TTF_GlyphMetrics32(font, codepoint, &left, &right, &low, &high, &advance);
    int ascent = TTF_FontAscent(font);
    *column = left < 0 ? -left : 0;
    *row = ascent + (high > ascent ? high - ascent : 0);
}

static int floor_div(int a, int b) {
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

struct ink {
    int x0, y0, x1, y1;
};

static struct ink find_ink(const SDL_Surface *surface) {
    struct ink ink = {surface->w, surface->h, 0, 0};
    for (int y = 0; y < surface->h; y++) {
        const uint32_t *row = (const uint32_t *)((const char *)surface->pixels + (size_t)y * (size_t)surface->pitch);
        for (int x = 0; x < surface->w; x++) {
            if (!(row[x] >> 24)) continue;
            ink.x0 = x < ink.x0 ? x : ink.x0, ink.x1 = x + 1 > ink.x1 ? x + 1 : ink.x1;
            ink.y0 = y < ink.y0 ? y : ink.y0, ink.y1 = y + 1;
        }
    }
    return ink;
}

// Averages the wide rendering down to pixels, shifted right by phase / PHASES of a pixel.
static void shrink(struct atlas *atlas, const SDL_Surface *surface, int column, int row, int phase,
                   struct glyph *glyph) {
    struct ink ink = find_ink(surface);
    if (ink.x1 <= ink.x0) return;
    int first = floor_div(ink.x0 - column + phase, PHASES), last = floor_div(ink.x1 - 1 - column + phase, PHASES);
    glyph->left = first;
    glyph->top = row - ink.y0;
    glyph->w = last - first + 1;
    glyph->h = ink.y1 - ink.y0;
    uint8_t *out = block_alloc(&atlas->blocks, (size_t)glyph->w * (size_t)glyph->h);
    atlas->glyph_bytes += (size_t)glyph->w * (size_t)glyph->h;
    glyph->coverage = out;
    for (int y = 0; y < glyph->h; y++) {
        const char *line = (const char *)surface->pixels + (size_t)(ink.y0 + y) * (size_t)surface->pitch;
        for (int x = 0; x < glyph->w; x++) {
            int from = (first + x) * PHASES - phase + column;
            unsigned sum = 0;
            for (int k = from; k < from + PHASES; k++)
                if (k >= 0 && k < surface->w) sum += ((const uint32_t *)line)[k] >> 24;
            *out++ = (uint8_t)((sum + PHASES / 2) / PHASES);
        }
    }
}

static void render_glyph(struct atlas *atlas, enum font font, float size, unsigned codepoint, int phase,
                         struct glyph *glyph) {
    const struct metric *metric = find_metric(atlas, font, codepoint);
    glyph->advance = metric->advance * size;
    if (metric->face < 0 || codepoint <= ' ') return;
    struct face *face = &atlas->chain[font][metric->face];
    if (!TTF_GlyphIsProvided32(face->metrics, codepoint)) codepoint = 0xfffd;
    if (!open_render(face, size)) return;
    SDL_Surface *surface = TTF_RenderGlyph32_Blended(face->render, codepoint, (SDL_Color){255, 255, 255, 255});
    if (!surface) return; // a blank: SDL_ttf says "text has zero width"
    int column, row;
    surface_origin(face->render, codepoint, &column, &row);
    shrink(atlas, surface, column, row, phase, glyph);
    SDL_FreeSurface(surface);
}

static float whole_size(float size) {
    return fmaxf(1, fminf(512, roundf(size * 16) / 16));
}

static const struct glyph *find_glyph(struct atlas *atlas, enum font font, float size, unsigned codepoint, int phase) {
    uint64_t key = (uint64_t)(font + 1) << 56 | (uint64_t)phase << 52 | (uint64_t)lrintf(size * 16) << 24 | codepoint;
    void **value = table_value(&atlas->glyphs, key);
    if (*value) return *value;
    struct glyph *glyph = block_alloc(&atlas->blocks, sizeof *glyph);
    *glyph = (struct glyph){0};
    atlas->glyph_bytes += sizeof *glyph;
    *value = glyph;
    render_glyph(atlas, font, size, codepoint, phase, glyph);
    return glyph;
}

static void place(struct placed_text *placed, const struct glyph *glyph, int x, int y) {
    if (placed->count == placed->capacity) {
        int capacity = placed->capacity ? placed->capacity * 2 : 1024;
        size_t size = sizeof *placed->items;
        void *bigger = mem_grow(placed->items, (size_t)placed->capacity * size, (size_t)capacity * size);
        check(bigger, "no memory for %d glyphs", capacity);
        placed->items = bigger;
        placed->capacity = capacity;
    }
    placed->items[placed->count++] = (struct placed_glyph){glyph, x + glyph->left, y - glyph->top};
}

float atlas_place(struct atlas *atlas, enum font font, float device_size, float x, float y, const char *text,
                  size_t length, struct placed_text *placed) {
    float size = whole_size(device_size), pen = x;
    int baseline = (int)floorf(y + 0.5f);
    unsigned before = 0;
    for (size_t at = 0, used; at < length; at += used) {
        unsigned codepoint = utf8_next(text + at, length - at, &used);
        const struct metric *metric = find_metric(atlas, font, codepoint);
        if (before) pen += find_kerning(atlas, font, before, codepoint) * device_size;
        int quarters = (int)floorf((pen + metric->shift * device_size) * PHASES + 0.5f),
            column = floor_div(quarters, PHASES);
        const struct glyph *glyph = find_glyph(atlas, font, size, codepoint, quarters - column * PHASES);
        if (glyph->w > 0) place(placed, glyph, column, baseline);
        pen += metric->advance * device_size;
        before = codepoint;
    }
    return pen - x;
}

void atlas_trim(struct atlas *atlas) {
    if (atlas->glyph_bytes < MOST_BYTES) return;
    blocks_release(&atlas->blocks);
    table_release(&atlas->glyphs);
    atlas->glyph_bytes = 0;
}

// Life

struct atlas *atlas_new(float scale, struct err *err) {
    if (TTF_Init() != 0) {
        err_set(err, ERR_IO, "the font library did not start: %s", TTF_GetError());
        return NULL;
    }
    if (!fonts_start(err)) {
        TTF_Quit();
        return NULL;
    }
    struct atlas *atlas = mem_need(1, sizeof *atlas);
    atlas->scale = scale;
    atlas->source = (struct font_source){atlas, source_width, source_extent};
    return atlas;
}

void atlas_free(struct atlas *atlas) {
    if (!atlas) return;
    for (int font = 0; font < FONT_COUNT; font++) {
        for (int link = 0; link < FONT_CHAIN; link++) {
            struct face *face = &atlas->chain[font][link];
            if (face->metrics) TTF_CloseFont(face->metrics);
            if (face->render) TTF_CloseFont(face->render);
        }
        mem_free(atlas->ascii[font]);
        mem_free(atlas->ascii_kerning[font]);
    }
    table_release(&atlas->metrics);
    table_release(&atlas->kernings);
    table_release(&atlas->glyphs);
    blocks_release(&atlas->blocks);
    blocks_release(&atlas->lasting);
    mem_free(atlas);
    TTF_Quit();
}

void atlas_set_scale(struct atlas *atlas, float scale) {
    atlas->scale = scale;
}
const struct font_source *atlas_fonts(struct atlas *atlas) {
    return &atlas->source;
}

const char *atlas_missing(const struct atlas *atlas) {
    return atlas->missing;
}
