#pragma once
// Painting one command of a draw list into a part of an ARGB buffer. Colours are mixed as browsers do, in
// sRGB values. What is shared between threads (items, masks, glyphs) is made before and only read here; a
// brush belongs to one thread.

#include "atlas.h"
#include "cover.h"
#include "draw.h"
#include "stroke.h"

struct area {
    int x0, y0, x1, y1;
}; // device pixels; empty when x1 <= x0 or y1 <= y0

static inline struct area area_cut(struct area a, struct area b) {
    return (struct area){a.x0 > b.x0 ? a.x0 : b.x0, a.y0 > b.y0 ? a.y0 : b.y0, a.x1 < b.x1 ? a.x1 : b.x1,
                         a.y1 < b.y1 ? a.y1 : b.y1};
}
static inline bool area_is_empty(struct area a) {
    return a.x1 <= a.x0 || a.y1 <= a.y0;
}

struct surface {
    uint32_t *pixels;
    int stride; // pixels
};

// One corner of a rounded box: coverage 0..COVER_FULL of the upper left `size` x `size` pixels.
struct corner {
    float radius, width; // width 0: filled
    int size;
    uint16_t *coverage;
};

// A command made ready: where it paints and what with.
struct item {
    struct area area; // bounds, clipped
    const struct draw_command *command;
    const struct corner *corner;  // RECT and BOX on whole pixels with a radius
    int first_glyph, glyph_count; // TEXT
};

struct brush {
    struct cover cover;
    struct stroke_scratch scratch[2];
};

void brush_release(struct brush *brush);
void corner_make(struct corner *corner, struct brush *brush, float radius, float width);
bool paint_is_whole(rect r);   // all edges on whole device pixels
uint32_t paint_pixel(color c); // opaque
void paint_area(struct surface surface, struct area area, uint32_t pixel);
void paint_item(struct surface surface, struct brush *brush, const struct draw_list *list, const struct item *item,
                const struct placed_glyph *glyphs, struct area area);
