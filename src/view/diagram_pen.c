// Where the parts of a diagram lie, and how far the walk has come with each of them.
#include "diagram_pen.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct metrics details[] = {
    [DIAGRAM_FULL] = {956, 552, 16, 2,  24, 142, 40, 0.12f, 46, 34, 8,  9,
                      14,  2,   8,  19, 19, 10,  46, 4.5f,  13, 12, 18, 18},
    [DIAGRAM_INSPECTOR] = {316, 226,  4, 1,  12,    42, 19, 0.14f, 24, 19, 5,  5,
                           8,   1.5f, 5, 14, 12.5f, 6,  24, 3,     7,  6,  10, 8},
    [DIAGRAM_THUMBNAIL] = {260, 164,  2.2f, 0.6f, 6, 24,   10, 0.14f, 13, 10.5f, 2.5f, 2.5f,
                           5,   1.2f, 4,    0,    0, 3.5f, 13, 1.9f,  4,  3,     6,    5},
};

// --- frame ---

point pen_place(const struct pen *pen, float x, float y) {
    if (pen->detail == DIAGRAM_FULL && pen->table->shift_from > 0 && x >= pen->table->shift_from)
        x += pen->table->shift;
    return (point){pen->r.x + x * pen->sx, pen->r.y + y * pen->sy};
}

point pen_node_center(const struct pen *pen, const struct diagram_node *node) {
    bool own = pen->detail == DIAGRAM_FULL && node->full_y > 0;
    return own ? pen_place(pen, node->full_x, node->full_y) : pen_place(pen, node->x, node->y);
}

float pen_strip_width(const struct pen *pen) {
    return pen->size.tile * 8 + pen->size.gap * 7;
}

rect pen_around(point c, float w, float h) {
    return (rect){c.x - w / 2, c.y - h / 2, w, h};
}

rect pen_strip_rect(const struct pen *pen, const struct diagram_node *node) {
    return pen_around(pen_node_center(pen, node), pen_strip_width(pen), pen->size.strip_height);
}

float pen_clamped(float v, float low, float high) {
    return v < low ? low : v > high ? high : v;
}

// Sizes follow the rectangle: widths its width, heights its height, round things and text the smaller of
// both.
static struct metrics scaled(struct metrics m, rect r) {
    float kx = pen_clamped(r.w / m.width, 0.5f, 2), ky = pen_clamped(r.h / m.height, 0.5f, 2), k = fminf(kx, ky);
    float text = pen_clamped(k, 0.8f, 1.35f);
    m.tile *= kx, m.gap = kx < 0.8f ? m.gap * kx : m.gap, m.strip_height *= fmaxf(ky, 0.84f);
    m.map_w *= kx, m.map_h *= fmaxf(ky, 0.7f), m.squash_w *= kx, m.squash_h *= fmaxf(ky, 0.7f);
    m.squash_inset *= fminf(k, 1), m.op *= fmaxf(k, 0.75f), m.cat_h *= ky;
    m.text *= text, m.map_text *= text;
    m.head *= pen_clamped(k, 0.8f, 1.2f);
    return m;
}

static void find_running(struct pen *pen) {
    const struct step *step = scene_step(pen->scene);
    pen->marker[0] = 0;
    if (!step || step->t != pen->t || !scene_step_is_here(pen->scene) ||
        (step->layer >= 0 && (step->layer != pen->layer || step->direction != pen->direction)))
        return;
    const struct cell_desc *cell = pen->cell;
    if ((step->phase == PHASE_BACKWARD) != pen->backward || step->phase > PHASE_BACKWARD) return;
    pen->running = step;
    char *name = pen->marker;
    size_t size = sizeof pen->marker;
    switch (step->kind) {
    case STEP_INPUT:
        snprintf(name, size, "input");
        break;
    case STEP_PART:
    case STEP_PART_BACK:
        snprintf(name, size, "%s", cell->parts[step->part].id);
        break;
    case STEP_OUTPUT:
        snprintf(name, size, "output");
        break;
    case STEP_FROM_LOSS:
        snprintf(name, size, "from_loss_%d", step->state);
        break;
    case STEP_FROM_FUTURE:
        snprintf(name, size, "from_future_%d", step->state);
        break;
    case STEP_SUM:
        snprintf(name, size, "sum_%d", step->state);
        break;
    default:
        pen->running = NULL;
    }
}

bool pen_open(struct pen *pen, struct draw_list *list, const struct theme *theme, rect r, enum cell_id cell,
              enum diagram_detail detail, const struct scene *scene) {
    *pen = (struct pen){.list = list, .theme = theme, .detail = detail, .r = r, .table = diagram_table(cell)};
    if (!pen->table || r.w <= 0 || r.h <= 0) return false;
    enum activation activation = ACTIVATION_TANH;
    if (scene && scene->record) {
        pen->scene = scene;
        activation = scene->record->layout.spec.activation;
        diagram_place(scene, &pen->layer, &pen->direction);
        pen->reach = 1 - powf(1 - pen_clamped(scene->motion * 2, 0, 1), 3);
        pen->t = scene_t(scene);
        pen->backward = scene_backward(scene);
    }
    pen->cell = cell_describe(cell, activation);
    pen->size = scaled(details[detail], r);
    pen->sx = r.w / (detail == DIAGRAM_FULL ? pen->table->full_width : pen->table->width);
    pen->sy = r.h / pen->table->height;
    if (pen->scene) find_running(pen);
    return true;
}

// --- states ---

int pen_step_of_slot(const struct cell_desc *cell, int slot) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].out == slot) return i;
    return -1;
}

bool pen_part_is_running(const struct pen *pen, int part) {
    return pen->running && (pen->running->kind == STEP_PART || pen->running->kind == STEP_PART_BACK) &&
           pen->running->part == part;
}

// Whether the walk has passed a step of this timestep.
bool pen_passed(const struct pen *pen, enum step_kind kind, int which) {
    int at = script_find(pen->scene->script, kind, pen->layer, pen->direction, pen->t, which);
    return at >= 0 && at <= pen->scene->position;
}

bool pen_has_value(const struct pen *pen, int slot) {
    const struct scene *scene = pen->scene;
    const struct cell_slot *s = &pen->cell->slots[slot];
    int t = pen->t;
    if (s->role == SLOT_INPUT) return pen_passed(pen, STEP_INPUT, -1) || pen_passed(pen, STEP_INPUT, 0);
    if (s->role == SLOT_STATE_IN) {
        // The zero vector is there from the start; else it is what the timestep before ended with, or an encoder.
        const struct record *record = scene->record;
        t = record_before(record, pen->direction, pen->t);
        if (t < 0 && record_has_past(record, pen->direction, pen->t)) return pen_passed(pen, STEP_HAND_OVER, -1);
        if (t < 0) return scene->position > 0;
        slot = s->next;
    }
    return script_has_value(scene->script, pen->cell, scene->position, pen->layer, pen->direction, slot, t);
}

bool pen_has_grad(const struct pen *pen, int slot) {
    const struct scene *scene = pen->scene;
    return script_has_grad(scene->script, pen->cell, scene->position, pen->layer, pen->direction, slot, pen->t);
}

enum part_state pen_vector_state(const struct pen *pen, int slot) {
    if (!pen->scene) return PART_DONE;
    return (pen->backward ? pen_has_grad(pen, slot) : pen_has_value(pen, slot)) ? PART_DONE : PART_TODO;
}

// Whether the gradient of a state has come back from the timestep after; at the last one there is none.
bool pen_came_back(const struct pen *pen, int state) {
    if (!record_has_future(pen->scene->record, pen->direction, pen->t)) return false;
    // Only the hidden state's way back is a step of its own; the memory's comes with its sum.
    return state == 0 ? pen_passed(pen, STEP_FROM_FUTURE, 0) : pen_has_grad(pen, pen->cell->state_out[state]);
}

// Of the map, squasher or operator that computes a slot.
enum part_state pen_node_state(const struct pen *pen, int slot) {
    if (!pen->scene) return PART_DONE;
    int step = slot >= 0 ? pen_step_of_slot(pen->cell, slot) : -1;
    if (step < 0) return slot >= 0 ? pen_vector_state(pen, slot) : pen_vector_state(pen, pen->cell->input);
    int part = cell_part_of_step(pen->cell, step);
    if (pen_part_is_running(pen, part)) return PART_RUN;
    if (pen->backward) return pen_passed(pen, STEP_PART_BACK, part) ? PART_DONE : PART_TODO;
    return pen_has_value(pen, slot) ? PART_DONE : PART_TODO;
}

int pen_slot_of(const struct pen *pen, const char *id) {
    return id ? cell_slot_by_id(pen->cell, id) : -1;
}
