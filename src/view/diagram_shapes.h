#pragma once
// The outlines of the cell's grammar, for the diagram and for the row that names its parts.

#include "cell.h"
#include "draw.h"

// Paths, to be filled or stroked; not snapped, so that a stroke of 1.5 stays 1.5.
void shape_trapezoid(struct draw_list *list, rect r, float slant);
void shape_rounded(struct draw_list *list, rect r, float radius);
// The squasher's own curve within `half` of c: sigmoid above a base line at 0, tanh through a base line in the middle,
// relu with its knee.
void shape_curve(struct draw_list *list, point c, point half, enum cell_op op, color base, color ink, float base_width,
                 float width);
// The star of a product, the plus of a sum: spokes of this length around c.
void shape_operator(struct draw_list *list, point c, float arm, enum cell_op op, color ink, float width);
