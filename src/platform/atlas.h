#pragma once
// Glyphs: fonts found through fontconfig, rendered once through SDL_ttf into an atlas of coverage. Fallback
// chain per font: the wanted family, STIX, DejaVu Sans, any font found; what is missing is said once.
// Interface thread only.

#include "err.h"
#include "font.h"
#include <stdint.h>

struct atlas;
struct glyph {
    const uint8_t *coverage; // w x h, row-major, pitch = w
    int w, h, left, top;     // device pixels from the origin; top is up
    float advance;
};

struct atlas *atlas_new(float scale,
                        struct err *err); // scale: device pixels per logical pixel, for measuring
void atlas_free(struct atlas *atlas);
void atlas_set_scale(struct atlas *atlas, float scale);
const struct font_source *atlas_fonts(struct atlas *atlas); // measures for draw lists and layouts
const char *atlas_missing(const struct atlas *atlas);       // "" or a sentence naming the fonts that were not found

// A text as glyphs at whole device pixels (the fraction of the pen's x is in the choice of the glyph: four
// phases a pixel). x, y: device position of the origin on the baseline. Appends to *placed (mem_free it); the
// glyphs stay valid until atlas_trim(). Returns the width in device pixels.
struct placed_glyph {
    const struct glyph *glyph;
    int x, y; // device pixel of the upper left corner of the coverage
};
struct placed_text {
    struct placed_glyph *items;
    int count, capacity;
};
float atlas_place(struct atlas *atlas, enum font font, float device_size, float x, float y, const char *text,
                  size_t length, struct placed_text *placed);
void atlas_trim(struct atlas *atlas); // forgets the rendered glyphs when they take more than 24 MB
