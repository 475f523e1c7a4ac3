#pragma once
// Points, rectangles and colours. Logical pixels (floats), x right, y down; a draw list turns them into device pixels.

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    float x, y;
} point;
typedef struct {
    float x, y, w, h;
} rect;
typedef struct {
    uint8_t r, g, b, a;
} color;

static inline rect rect_inset(rect r, float d) {
    return (rect){r.x + d, r.y + d, r.w - 2 * d, r.h - 2 * d};
}
static inline bool rect_has(rect r, point p) {
    return p.x >= r.x && p.y >= r.y && p.x < r.x + r.w && p.y < r.y + r.h;
}
static inline rect rect_cut_left(rect *r, float w) {
    rect c = {r->x, r->y, w, r->h};
    r->x += w;
    r->w -= w;
    return c;
}
static inline rect rect_cut_right(rect *r, float w) {
    r->w -= w;
    return (rect){r->x + r->w, r->y, w, r->h};
}
static inline rect rect_cut_top(rect *r, float h) {
    rect c = {r->x, r->y, r->w, h};
    r->y += h;
    r->h -= h;
    return c;
}
static inline rect rect_cut_bottom(rect *r, float h) {
    r->h -= h;
    return (rect){r->x, r->y + r->h, r->w, h};
}
