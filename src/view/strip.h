#pragma once
// The three shapes of number: value tiles, gate vessels, gradient pills. Shared by stage, inspector and diagram.

#include "scene.h"

enum { STRIP_RAMP = 128 };
enum strip_kind { STRIP_VALUE, STRIP_GATE, STRIP_GRADIENT, STRIP_GHOST };
struct strip_style {
    enum strip_kind kind;
    float tile, gap, height; // logical
    float radius;            // < 0: by tile width as the guide says
    float max;               // scale of values; 0 = 1
    float pill;              // width of gradient pills; 0 = the tile
    float fill;              // 0..1: how far the tiles have filled (motion)
    int selected;            // unit with the ink outline, -1 = none
    bool sign_marks;
    color ghost_fill;  // of STRIP_GHOST; alpha 0 = none
    const color *ramp; // of values and of tiles under 10 px: the colours of -1 .. 1 in 2 STRIP_RAMP steps, for who
                       // draws thousands of tiles; NULL = each is mixed
};
void strip_make_ramp(const struct theme *theme, enum strip_kind kind, color ramp[2 * STRIP_RAMP + 1]);
// A style with nothing selected, tiles full and radii by the guide.
struct strip_style strip_style_default(enum strip_kind kind, float tile, float gap, float height);
// One row of tiles; values NULL or STRIP_GHOST: outlines. A value that is not finite is hatched. Returns the width.
float strip_draw(struct draw_list *list, const struct theme *theme, float x, float y, const double *values, int n,
                 const struct strip_style *style);

// The same vector inside a fixed rectangle, whatever its number of units: rows as the guide says (1 to 8 units one row,
// to 16 two, to 32 four, to 64 eight, more sixteen), form by the height of a tile. tile, gap and height of the style
// are not used.
struct strip_grid {
    int rows, columns;  // of tiles; columns of the last row may be missing
    float tile, height; // of one tile
    float gap;
    int merged; // units averaged into one tile: more than 1 where a tile would be under 2 px
};
struct strip_grid strip_grid_for(rect area, int n);
float strip_area_height(int n);              // 26, 48 from 33 units, 63 from 65
rect strip_tile(rect area, int n, int unit); // where a unit is
int strip_hit(rect area, int n, point at);   // the unit under a point, or -1
void strip_block(struct draw_list *list, const struct theme *theme, rect area, const double *values, int n,
                 const struct strip_style *style);
// Outline of a selected or hovered unit around its tile.
void strip_outline(struct draw_list *list, rect tile, color ink, float width);
