#pragma once
// Inside of the thumbnails: a pen that scales from the size they are designed for (252 x 130) into a card.

#include "lesson_thumbs.h"
#include "strip.h"

struct thumb_pen {
    struct draw_list *list;
    const struct theme *theme;
    const struct thumb_numbers *numbers; // ready, or NULL
    float x, y, k;
};
rect thumb_rect(const struct thumb_pen *p, float x, float y, float w, float h);
void thumb_box(const struct thumb_pen *p, float x, float y, float w, float h, float radius, bool strong);
void thumb_fill(const struct thumb_pen *p, float x, float y, float w, float h, color fill, float radius);
void thumb_arrow(const struct thumb_pen *p, float x0, float y0, float x1, float y1, color ink, float width);
void thumb_line(const struct thumb_pen *p, const point *points, int count, color ink, bool dashed, bool head);
void thumb_text(const struct thumb_pen *p, float x, float y, const char *text, enum font font, float size, color ink,
                enum align align);
void thumb_math(const struct thumb_pen *p, float x, float y, const char *markup, float size, color ink);
// Eight tiles or pills inside a box; NULL: still to come.
void thumb_strip(const struct thumb_pen *p, float x, float y, float w, float h, enum strip_kind kind,
                 const double *values);
// A symbol in a square of 20: filled is what the network wrote.
void thumb_token(const struct thumb_pen *p, float x, float y, const char *symbol, bool filled);
typedef void thumb_draw(const struct thumb_pen *p);
thumb_draw thumb_why, thumb_notation, thumb_forward, thumb_backward, thumb_types, thumb_language, thumb_sampling,
    thumb_vanishing, thumb_bidirectional, thumb_deep, thumb_encoder;
