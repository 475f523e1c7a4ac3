#pragma once
// Strokes as outlines: the edges of a line of some width, added to a cover. Joins are round; caps are flat or
// round. Neighbouring segments meet on the inner side of a bend instead of overlapping, so that no edge is
// counted twice.

#include "cover.h"

struct stroke_style {
    float width, dash, gap; // device pixels; gap or dash 0: solid
    bool closed, round_caps;
};
struct stroke_scratch { // reused memory; a zeroed struct is ready for use
    point *points;
    int count, capacity;
};

void stroke_release(struct stroke_scratch *scratch);
// points: NaN x between contours. A contour that ends where it began counts as closed.
void stroke_contours(struct cover *cover, struct stroke_scratch scratch[2], const point *points, int count,
                     struct stroke_style style);
