#pragma once
// Fonts for layout tests: every character is half its size wide, in every font.

#include "font.h"

static float fake_width(void *context, enum font font, float size, const char *text, size_t length) {
    (void)context, (void)font;
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return size * 0.5f * (float)count;
}

static struct glyph_extent fake_extent(void *context, enum font font, float size, unsigned codepoint) {
    (void)context, (void)font, (void)codepoint;
    return (struct glyph_extent){.advance = 0.5f * size,
                                 .left = 0.05f * size,
                                 .right = 0.45f * size,
                                 .ascent = 0.7f * size,
                                 .descent = 0.2f * size};
}

static const struct font_source fake_fonts = {.width = fake_width, .extent = fake_extent};
