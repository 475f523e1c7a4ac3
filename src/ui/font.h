#pragma once
// Fonts as the layout needs them: roles and a callback table that measures. platform/ fills the table in (SDL_ttf,
// fallback chain, atlas); tests fill in a fake one. Sizes are logical pixels; widths come back in logical pixels,
// measured at the final device size.

#include <stddef.h>

enum font {
    FONT_SANS,
    FONT_SANS_MEDIUM,
    FONT_SANS_SEMIBOLD, // Inter; digits have one advance (the widest), centred
    FONT_DISPLAY,       // Inter Display SemiBold
    FONT_MATH,
    FONT_MATH_ITALIC, // STIXGeneral Regular and Italic
    FONT_MONO,
    FONT_MONO_SEMIBOLD, // JetBrains Mono Medium and SemiBold
    FONT_COUNT
};

struct glyph_extent { // of the ink, relative to the origin on the baseline; up and right positive
    float advance, left, right, ascent, descent;
};

struct font_source {
    void *context;
    // Width of `length` bytes of UTF-8 (kerning included).
    float (*width)(void *context, enum font font, float size, const char *text, size_t length);
    struct glyph_extent (*extent)(void *context, enum font font, float size, unsigned codepoint);
};
