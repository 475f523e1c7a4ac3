#pragma once
// The cell as a diagram: one grammar, a table of coordinates a cell (diagram_table.h), three levels of
// detail. A cell without its table fails a test. What is drawn as done, running or still to come follows from
// the place in the script.

#include "scene.h"

enum diagram_detail { DIAGRAM_FULL, DIAGRAM_INSPECTOR, DIAGRAM_THUMBNAIL };
// scene NULL: no values, all parts drawn as done (gallery, thumbnails).
void diagram_draw(struct draw_list *list, const struct theme *theme, rect r, enum cell_id cell,
                  enum diagram_detail detail, const struct scene *scene);
bool diagram_has(enum cell_id cell);

// The vector under a point of the diagram drawn in r: its slot, the unit there (-1: between tiles), where its
// strip is.
struct diagram_hit {
    int slot, unit;
    rect at;
};
bool diagram_hit(rect r, enum cell_id cell, enum diagram_detail detail, const struct scene *scene, point p,
                 struct diagram_hit *hit);
// The layer and direction looked at: the running step's, else the chosen ones; pinned ones always.
void diagram_place(const struct scene *scene, int *layer, int *direction);

// The parts that hold or compute something, in the order computed: the states that come in, then for every step its
// map, squasher or operator, and its strip. Returns how many.
enum { DIAGRAM_PARTS = 64 };
struct diagram_part {
    int slot; // held or computed
    bool strip, known;
    rect at;
};
int diagram_parts(rect r, enum cell_id cell, enum diagram_detail detail, const struct scene *scene,
                  struct diagram_part out[DIAGRAM_PARTS]);

// The outline of the cell, and where wires leave the figure: x<t> below, y_hat above, the states at both sides.
struct diagram_ends {
    rect box;
    point x, y_hat, in[CELL_MAX_STATES], out[CELL_MAX_STATES];
};
bool diagram_ends(rect r, enum cell_id cell, enum diagram_detail detail, struct diagram_ends *out);
