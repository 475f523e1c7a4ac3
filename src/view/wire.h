#pragma once
// Wires: polylines with rounded corners, arrow heads, markers under them, dots and the circled plus. Coordinates are
// logical.

#include "draw.h"
#include "theme.h"

struct wire_style {
    color ink;
    float width;     // 0 = 1.5
    float head;      // size of the head; 0 = 4 + 1.6 x width, < 0 = no head
    float corner;    // radius; 0 = 8
    float dash, gap; // 0 = solid
};
void wire_draw(struct draw_list *list, const point *points, int count, struct wire_style style);
// The highlighter along a wire; part: 0..1 of its length, from its start (motion).
void wire_marker(struct draw_list *list, const point *points, int count, color ink, float width, float corner,
                 float part);
void wire_head(struct draw_list *list, point tip, float dx, float dy, float size, color ink);
void wire_plus(struct draw_list *list, point center, float radius, color ink, color fill);
