#include "paint.h"
#include "mem.h"
#include <math.h>
#include <string.h>

void brush_release(struct brush *brush) {
    cover_release(&brush->cover);
    stroke_release(&brush->scratch[0]);
    stroke_release(&brush->scratch[1]);
}

bool paint_is_whole(rect r) {
    return r.x == floorf(r.x) && r.y == floorf(r.y) && r.w == floorf(r.w) && r.h == floorf(r.h);
}

uint32_t paint_pixel(color c) {
    return 0xff000000u | (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b;
}

// Pixels

// `share` of 256 of the new colour, the rest of the old one.
static inline uint32_t mix(uint32_t old, uint32_t new, uint32_t share) {
    uint32_t keep = 256 - share;
    uint32_t rb = ((old & 0xff00ff) * keep + (new & 0xff00ff) * share + 0x800080) >> 8 & 0xff00ff;
    uint32_t g = ((old & 0xff00) * keep + (new & 0xff00) * share + 0x8000) >> 8 & 0xff00;
    return 0xff000000u | rb | g;
}

struct ink {
    uint32_t pixel, opacity; // 0..256
};

static struct ink ink_of(color c) {
    return (struct ink){paint_pixel(c), (uint32_t)c.a + (c.a >> 7)};
}

static inline uint32_t share_of(struct ink ink, uint32_t coverage) {
    return coverage * ink.opacity >> 8;
}

static void put_run(uint32_t *at, int count, struct ink ink, uint32_t coverage) {
    uint32_t share = share_of(ink, coverage);
    if (share == COVER_FULL) {
        for (int i = 0; i < count; i++)
            at[i] = ink.pixel;
    } else if (share) {
        for (int i = 0; i < count; i++)
            at[i] = mix(at[i], ink.pixel, share);
    }
}

static void put_coverage(uint32_t *at, const uint16_t *coverage, int count, struct ink ink) {
    for (int i = 0; i < count; i++) {
        uint32_t share = share_of(ink, coverage[i]);
        if (share == COVER_FULL)
            at[i] = ink.pixel;
        else if (share)
            at[i] = mix(at[i], ink.pixel, share);
    }
}

static uint32_t *row_at(struct surface surface, int x, int y) {
    return surface.pixels + (size_t)y * (size_t)surface.stride + x;
}

void paint_area(struct surface surface, struct area area, uint32_t pixel) {
    for (int y = area.y0; y < area.y1; y++)
        put_run(row_at(surface, area.x0, y), area.x1 - area.x0, (struct ink){pixel, 256}, 256);
}

static void fill_area(struct surface surface, struct area area, struct area limit, struct ink ink) {
    area = area_cut(area, limit);
    if (area.x1 <= area.x0) return;
    for (int y = area.y0; y < area.y1; y++)
        put_run(row_at(surface, area.x0, y), area.x1 - area.x0, ink, COVER_FULL);
}

// Shapes

static void paint_cover(struct surface surface, struct cover *cover, struct ink ink) {
    for (int y = cover->y0; y < cover->y1; y++) {
        int x;
        const uint16_t *coverage;
        int count = cover_row(cover, y, &x, &coverage);
        if (count) put_coverage(row_at(surface, x, y), coverage, count, ink);
    }
}

static void begin_cover(struct cover *cover, struct area area) {
    cover_begin(cover, area.x0, area.y0, area.x1, area.y1);
}

// A quarter of a circle around (cx, cy), from angle `from` on (screen: clockwise), as chords.
static point add_quarter(struct cover *cover, point last, float cx, float cy, float radius, double from,
                         bool backwards) {
    if (radius <= 0) {
        cover_line(cover, last, (point){cx, cy});
        return (point){cx, cy};
    }
    int n = (int)ceil((M_PI / 2) / (2 * acos(fmax(0.3, 1 - 0.02 / radius))));
    for (int i = 0; i <= n; i++) {
        double t = from + (backwards ? -1 : 1) * (M_PI / 2) * i / n;
        point next = {(float)(cx + radius * cos(t)), (float)(cy + radius * sin(t))};
        cover_line(cover, last, next);
        last = next;
    }
    return last;
}

// The outline of a rounded rectangle; backwards cuts it out of what is there.
static void add_rounded(struct cover *cover, rect r, float radius, bool backwards) {
    float x0 = r.x + radius, y0 = r.y + radius, x1 = r.x + r.w - radius, y1 = r.y + r.h - radius;
    point first = {r.x, backwards ? y0 : y0}, last = first;
    if (!backwards) {
        last = add_quarter(cover, last, x0, y0, radius, M_PI, false);
        last = add_quarter(cover, last, x1, y0, radius, -M_PI / 2, false);
        last = add_quarter(cover, last, x1, y1, radius, 0, false);
        last = add_quarter(cover, last, x0, y1, radius, M_PI / 2, false);
    } else {
        last = add_quarter(cover, last, x0, y1, radius, M_PI, true);
        last = add_quarter(cover, last, x1, y1, radius, M_PI / 2, true);
        last = add_quarter(cover, last, x1, y0, radius, 0, true);
        last = add_quarter(cover, last, x0, y0, radius, -M_PI / 2, true);
    }
    cover_line(cover, last, first);
}

static void add_frame(struct cover *cover, rect r, float radius, float width) {
    add_rounded(cover, r, radius, false);
    rect inner = rect_inset(r, width);
    if (inner.w > 0 && inner.h > 0) add_rounded(cover, inner, fmaxf(0, radius - width), true);
}

void corner_make(struct corner *corner, struct brush *brush, float radius, float width) {
    int size = (int)ceilf(fmaxf(radius, width));
    *corner = (struct corner){radius, width, size, mem_need((size_t)size * (size_t)size, sizeof(uint16_t))};
    rect box = {0, 0, (float)(4 * size), (float)(4 * size)}; // room enough for the corner to be one
    cover_begin(&brush->cover, 0, 0, size, size);
    if (width > 0)
        add_frame(&brush->cover, box, radius, width);
    else
        add_rounded(&brush->cover, box, radius, false);
    for (int y = 0; y < size; y++) {
        int x;
        const uint16_t *coverage;
        int count = cover_row(&brush->cover, y, &x, &coverage);
        for (int i = 0; i < count; i++)
            corner->coverage[y * size + x + i] = coverage[i];
    }
}

// Row y of a corner, drawn at x0; mirrored: from right to left.
static void paint_corner_row(struct surface surface, const struct corner *corner, int line, bool mirrored, int x0,
                             int y, struct area limit, struct ink ink) {
    const uint16_t *coverage = corner->coverage + line * corner->size;
    for (int i = 0; i < corner->size; i++) {
        int x = x0 + i;
        if (x < limit.x0 || x >= limit.x1) continue;
        uint32_t share = share_of(ink, coverage[mirrored ? corner->size - 1 - i : i]);
        uint32_t *at = row_at(surface, x, y);
        if (share) *at = mix(*at, ink.pixel, share);
    }
}

// The four corners of a box on whole pixels, from the kept coverage of one.
static void paint_corners(struct surface surface, const struct corner *corner, struct area box, struct area limit,
                          struct ink ink) {
    for (int half = 0; half < 2; half++) {
        for (int line = 0; line < corner->size; line++) {
            int y = half ? box.y1 - 1 - line : box.y0 + line;
            if (y < limit.y0 || y >= limit.y1) continue;
            paint_corner_row(surface, corner, line, false, box.x0, y, limit, ink);
            paint_corner_row(surface, corner, line, true, box.x1 - corner->size, y, limit, ink);
        }
    }
}

static struct area whole_area(rect r) {
    return (struct area){(int)r.x, (int)r.y, (int)r.x + (int)r.w, (int)r.y + (int)r.h};
}

static void paint_whole_rect(struct surface surface, const struct item *item, struct area limit, struct ink ink) {
    struct area r = whole_area(item->command->rect);
    int n = item->corner ? item->corner->size : 0;
    if (n) paint_corners(surface, item->corner, r, limit, ink);
    if (n) fill_area(surface, (struct area){r.x0 + n, r.y0, r.x1 - n, r.y0 + n}, limit, ink);
    fill_area(surface, (struct area){r.x0, r.y0 + n, r.x1, r.y1 - n}, limit, ink);
    if (n) fill_area(surface, (struct area){r.x0 + n, r.y1 - n, r.x1 - n, r.y1}, limit, ink);
}

static void paint_whole_box(struct surface surface, const struct item *item, struct area limit, struct ink ink) {
    struct area r = whole_area(item->command->rect);
    int w = (int)item->command->width, n = item->corner ? item->corner->size : 0;
    int side = n > w ? n : w; // the upright sides begin below the corners and the upper edge
    if (n) paint_corners(surface, item->corner, r, limit, ink);
    fill_area(surface, (struct area){r.x0 + n, r.y0, r.x1 - n, r.y0 + w}, limit, ink);
    fill_area(surface, (struct area){r.x0 + n, r.y1 - w, r.x1 - n, r.y1}, limit, ink);
    fill_area(surface, (struct area){r.x0, r.y0 + side, r.x0 + w, r.y1 - side}, limit, ink);
    fill_area(surface, (struct area){r.x1 - w, r.y0 + side, r.x1, r.y1 - side}, limit, ink);
}

// How much of pixel p lies between a and b, 0..1.
static float overlap(float a, float b, int p) {
    return fmaxf(0, fminf(b, (float)p + 1) - fmaxf(a, (float)p));
}

// A rectangle whose edges lie within pixels.
static void paint_exact_rect(struct surface surface, rect r, struct area limit, struct ink ink) {
    int x0 = (int)floorf(r.x), x1 = (int)ceilf(r.x + r.w), inner0 = (int)ceilf(r.x), inner1 = (int)floorf(r.x + r.w);
    struct area area = area_cut((struct area){x0, (int)floorf(r.y), x1, (int)ceilf(r.y + r.h)}, limit);
    for (int y = area.y0; y < area.y1; y++) {
        float high = overlap(r.y, r.y + r.h, y);
        int a = inner0 > area.x0 ? inner0 : area.x0, b = inner1 < area.x1 ? inner1 : area.x1;
        if (a < b) put_run(row_at(surface, a, y), b - a, ink, (uint32_t)lrintf(high * COVER_FULL));
        for (int x = area.x0; x < area.x1; x++) {
            if (x == a && a < b) x = b; // painted
            if (x >= area.x1) break;
            put_run(row_at(surface, x, y), 1, ink, (uint32_t)lrintf(high * overlap(r.x, r.x + r.w, x) * COVER_FULL));
        }
    }
}

// Commands

static void paint_rect(struct surface surface, struct brush *brush, const struct item *item, struct area limit,
                       struct ink ink) {
    const struct draw_command *c = item->command;
    if (paint_is_whole(c->rect) && (c->radius == 0 || item->corner)) {
        paint_whole_rect(surface, item, limit, ink);
    } else if (c->radius == 0) {
        paint_exact_rect(surface, c->rect, limit, ink);
    } else {
        begin_cover(&brush->cover, limit);
        add_rounded(&brush->cover, c->rect, c->radius, false);
        paint_cover(surface, &brush->cover, ink);
    }
}

// A dashed box is a stroke along the middle of its line, clockwise from the upper left, as in SVG.
static void add_dashed_box(struct brush *brush, const struct draw_command *c) {
    enum { MOST = 64 };
    point points[4 * (MOST + 1) + 1];
    rect r = rect_inset(c->rect, c->width / 2);
    float radius = fmaxf(0, c->radius - c->width / 2);
    int n = radius > 0 ? (int)fmin(MOST, ceil(sqrt(radius) * 2.5)) : 0, count = 0;
    for (int corner = 0; corner < 4; corner++) { // upper right first: the upper side comes first
        float cx = corner == 0 || corner == 1 ? r.x + r.w - radius : r.x + radius;
        float cy = corner == 1 || corner == 2 ? r.y + r.h - radius : r.y + radius;
        if (corner == 0) points[count++] = (point){r.x + radius, r.y};
        for (int i = 0; i <= n; i++) {
            double t = (corner - 1 + (n ? (double)i / n : 0)) * M_PI / 2;
            bool sharp = n == 0;
            points[count++] =
                sharp ? (point){cx, cy} : (point){(float)(cx + radius * cos(t)), (float)(cy + radius * sin(t))};
        }
    }
    struct stroke_style style = {c->width, c->dash, c->gap, true, false};
    stroke_contours(&brush->cover, brush->scratch, points, count, style);
}

static void paint_box(struct surface surface, struct brush *brush, const struct item *item, struct area limit,
                      struct ink ink) {
    const struct draw_command *c = item->command;
    bool whole = paint_is_whole(c->rect) && c->width == floorf(c->width) && (c->radius == 0 || item->corner);
    if (c->dash <= 0 && (2 * c->width >= c->rect.w || 2 * c->width >= c->rect.h)) {
        paint_rect(surface, brush, item, limit, ink); // the line fills the box
    } else if (c->dash <= 0 && whole) {
        paint_whole_box(surface, item, limit, ink);
    } else {
        begin_cover(&brush->cover, limit);
        if (c->dash > 0)
            add_dashed_box(brush, c);
        else
            add_frame(&brush->cover, c->rect, c->radius, c->width);
        paint_cover(surface, &brush->cover, ink);
    }
}

static bool is_straight(const struct draw_command *c, const point *p) {
    return c->count == 2 && c->dash <= 0 && !c->round_caps && (p[0].x == p[1].x) != (p[0].y == p[1].y);
}

static void paint_stroke(struct surface surface, struct brush *brush, const struct draw_list *list,
                         const struct draw_command *c, struct area limit, struct ink ink) {
    const point *p = list->points + c->first;
    if (is_straight(c, p)) {
        bool upright = p[0].x == p[1].x;
        float x = fminf(p[0].x, p[1].x), y = fminf(p[0].y, p[1].y), half = c->width / 2;
        float length = upright ? fabsf(p[1].y - p[0].y) : fabsf(p[1].x - p[0].x);
        rect r = upright ? (rect){x - half, y, c->width, length} : (rect){x, y - half, length, c->width};
        paint_exact_rect(surface, r, limit, ink);
        return;
    }
    begin_cover(&brush->cover, limit);
    struct stroke_style style = {c->width, c->dash, c->gap, c->closed, c->round_caps};
    stroke_contours(&brush->cover, brush->scratch, p, c->count, style);
    paint_cover(surface, &brush->cover, ink);
}

static void paint_glyph(struct surface surface, struct placed_glyph placed, struct area limit, struct ink ink) {
    const struct glyph *glyph = placed.glyph;
    struct area area = area_cut((struct area){placed.x, placed.y, placed.x + glyph->w, placed.y + glyph->h}, limit);
    for (int y = area.y0; y < area.y1; y++) {
        const uint8_t *coverage = glyph->coverage + (y - placed.y) * glyph->w - placed.x;
        uint32_t *row = row_at(surface, 0, y);
        for (int x = area.x0; x < area.x1; x++) {
            uint32_t c = coverage[x];
            if (c) row[x] = mix(row[x], ink.pixel, share_of(ink, c + (c >> 7)));
        }
    }
}

void paint_item(struct surface surface, struct brush *brush, const struct draw_list *list, const struct item *item,
                const struct placed_glyph *glyphs, struct area area) {
    struct area limit = area_cut(item->area, area);
    if (area_is_empty(limit)) return;
    const struct draw_command *c = item->command;
    struct ink ink = ink_of(c->color);
    switch (c->op) {
    case DRAW_RECT:
        paint_rect(surface, brush, item, limit, ink);
        break;
    case DRAW_BOX:
        paint_box(surface, brush, item, limit, ink);
        break;
    case DRAW_FILL:
        begin_cover(&brush->cover, limit);
        cover_contours(&brush->cover, list->points + c->first, c->count);
        paint_cover(surface, &brush->cover, ink);
        break;
    case DRAW_STROKE:
        paint_stroke(surface, brush, list, c, limit, ink);
        break;
    case DRAW_TEXT:
        for (int i = 0; i < item->glyph_count; i++)
            paint_glyph(surface, glyphs[item->first_glyph + i], limit, ink);
        break;
    case DRAW_CLIP:
        break;
    }
}
