#pragma once
// Inside of the diagram: what its files share while one figure is drawn.

#include "diagram.h"
#include "diagram_table.h"

enum { MAX_POINTS = 5 };

// Sizes of the parts at each level of detail, in logical pixels, for the reference size of that level.
struct metrics {
    float width, height; // the rectangle that the sizes below are meant for
    float tile, gap, strip_height;
    float map_w, map_h, map_slant;
    float squash_w, squash_h, squash_radius, squash_inset;
    float op, stroke, head, text, map_text, cat_w, cat_h, dot, marker, corner, frame_radius, belt_pad;
};
enum part_state { PART_TODO, PART_RUN, PART_DONE };

struct pen {
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct cell_desc *cell;
    const struct diagram_table *table;
    enum diagram_detail detail;
    struct metrics size;
    rect r;
    float sx, sy;
    bool backward;
    int layer, direction, t;
    const struct step *running; // when it is a step of this cell at this timestep
    char marker[24];            // name of the running part in the table; "" = none
    float reach;                // how far the marker has run, 0..1
};

// False when the cell has no table or there is no room. list and theme may be NULL for hit tests; scene NULL:
// no values.
bool pen_open(struct pen *pen, struct draw_list *list, const struct theme *theme, rect r, enum cell_id cell,
              enum diagram_detail detail, const struct scene *scene);
point pen_place(const struct pen *pen, float x, float y);
point pen_node_center(const struct pen *pen, const struct diagram_node *node);
float pen_strip_width(const struct pen *pen);
rect pen_around(point c, float w, float h);
rect pen_strip_rect(const struct pen *pen, const struct diagram_node *node);
float pen_clamped(float v, float low, float high);
int pen_step_of_slot(const struct cell_desc *cell, int slot);
bool pen_part_is_running(const struct pen *pen, int part);
bool pen_passed(const struct pen *pen, enum step_kind kind, int which);
bool pen_has_value(const struct pen *pen, int slot);
bool pen_has_grad(const struct pen *pen, int slot);
enum part_state pen_vector_state(const struct pen *pen, int slot);
bool pen_came_back(const struct pen *pen, int state);
enum part_state pen_node_state(const struct pen *pen, int slot);
int pen_slot_of(const struct pen *pen, const char *id);
color pen_ground(const struct pen *pen);
// Whether a wire leads from a point of the frame that way: (0, 1) down, (1, 0) to the right.
bool pen_wire_towards(const struct pen *pen, point frame, int dx, int dy);
void pen_draw_wire(const struct pen *pen, const struct diagram_wire *wire);
void pen_draw_markers(const struct pen *pen);
void pen_draw_strip(const struct pen *pen, const struct diagram_node *node, int slot);
void pen_draw_unit(const struct pen *pen, const struct diagram_node *node, int slot); // the selected unit's number
