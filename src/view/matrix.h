#pragma once
// A small matrix of signed numbers as tiles in the colours of values. Where there are more entries than tiles fit, a
// tile stands for a block and has the entry of the largest size in it.

#include "draw.h"
#include "theme.h"

// The colours of values in steps finer than a display shows: mixing one for each of thousands of tiles would cost more
// than drawing them.
enum { MATRIX_LEVELS = 128 };
struct matrix_ramp {
    color levels[2 * MATRIX_LEVELS + 1];
};
void matrix_ramp_of(const struct theme *theme, struct matrix_ramp *out);

struct matrix_style {
    double scale;                   // the size with the full colour; 0: everything is pale
    int most;                       // tiles a side at most
    int block;                      // a hairline after every so many rows and columns; 0: none
    const struct matrix_ramp *ramp; // of the theme, for who draws many; NULL: made for this one
};
// values: (rows, columns), row-major; NULL: ghost outlines. Entries that are not finite are drawn in the colour of
// errors.
void matrix_draw(struct draw_list *list, const struct theme *theme, rect r, const double *values, int rows, int columns,
                 const struct matrix_style *style);
// Entries that one tile stands for, a side.
int matrix_merged(rect r, int rows, int columns, int most);
bool matrix_hit(rect r, int rows, int columns, point at, int *row, int *column);
double matrix_largest(const double *values, size_t count); // of the sizes, of those that are finite
// The smallest of 1, 2, 5 times a power of ten that is not below it; 0 for 0.
double matrix_scale(double largest);
