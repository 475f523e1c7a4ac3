#pragma once
// What stands around the figure of the view "cell": the row that names its parts, and the panel of the other cells.

#include "scene.h"

// The way between the stage and the cell: the box of the timestep grows into the figure, the other columns fade.
struct view;
void cell_zoom(struct ui *ui, rect r, const struct scene *scene, const struct view *stage);
// Where the figure stands in the view.
rect cell_figure(rect r);

// The parts of the grammar with their names, in one row; what the cell does not have goes first where room is short.
void cell_key(struct ui *ui, rect r, const struct cell_desc *cell);
// The other cells as thumbnails with their numbers of weights; one that is chosen is asked for (ASK_CELL).
void cell_side(struct ui *ui, rect r, const struct scene *scene);
