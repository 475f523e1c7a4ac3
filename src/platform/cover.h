#pragma once
// Coverage of a shape, pixel by pixel, by signed area: each edge adds to the pixel it crosses the part of it
// that lies to the right of the edge, times the height crossed; the running sum along a row is the winding
// number, in part where an edge runs. Coordinates are rounded to 1/256 pixel and all sums are whole numbers,
// and what an edge adds to a pixel does not depend on the area being drawn: a part of a frame drawn again
// equals the frame. Winding rule: nonzero (exact inside; where edges of overlapping contours cross one pixel
// the larger coverage wins, at most 1). One thread each.

#include "geometry.h"
#include <stddef.h>
#include <stdint.h>

enum { COVER_FULL = 256 };

struct cover {
    int x0, y0, x1, y1; // the area being drawn, device pixels
    int stride;
    int32_t *cells;  // (y1 - y0, stride); all 0 between shapes
    int *low, *high; // touched cells of a row; low > high: none
    uint16_t *row;   // coverage of one row, x1 - x0
    size_t cell_capacity;
    int row_capacity, width_capacity;
};

void cover_release(struct cover *cover); // a zeroed struct is ready for use
void cover_begin(struct cover *cover, int x0, int y0, int x1, int y1);
void cover_line(struct cover *cover, point a,
                point b); // the edges of a shape form closed contours, in any order
void cover_contours(struct cover *cover, const point *points,
                    int count); // NaN x between contours; closes them
// The coverage of row y, 0..COVER_FULL, and clears the row for the next shape. Returns the number of pixels
// from *x on; 0: the row is empty. Valid until the next call.
int cover_row(struct cover *cover, int y, int *x, const uint16_t **coverage);
