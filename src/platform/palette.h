#pragma once
// The colours of a frame for a format that holds 256 of them. A frame is flat areas with smoothed edges: the colours of
// the areas, which are the frequent ones, are kept exactly, and those of the edges go to their nearest. (Cutting the
// colour space into boxes of equal population, as giflib's own quantiser does, tints the flat greys.)

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PALETTE_MAX = 256 };
struct palette {
    int count;
    uint32_t colors[PALETTE_MAX]; // RGB
};

// pixels: RGB in the low 24 bits; indices: one a pixel. False when memory ran out.
bool palette_index(const uint32_t *pixels, size_t count, struct palette *palette, unsigned char *indices);
