#include "diagram_pen.h"
#include "diagram_shapes.h"
#include "mathbox.h"
#include "strip.h"
#include <math.h>
#include <stdio.h>

bool diagram_has(enum cell_id cell) {
    return diagram_table(cell) != NULL;
}

void diagram_place(const struct scene *scene, int *layer, int *direction) {
    const struct net_spec *spec = &scene->record->layout.spec;
    const bool pinned = scene->state && scene->state->place_pinned;
    const struct step *step = pinned ? NULL : scene_step(scene);
    *layer = step && step->layer >= 0 ? step->layer : scene->state ? scene->state->layer : 0;
    *direction = step && step->direction >= 0 ? step->direction : scene->state ? scene->state->direction : 0;
    if (*layer < 0 || *layer >= spec->layers) *layer = 0;
    if (*direction < 0 || *direction >= spec->directions) *direction = 0;
}

static color part_fill(const struct pen *pen, enum part_state state) {
    return state == PART_RUN ? pen->theme->hi : state == PART_TODO ? pen->theme->stage : pen->theme->panel;
}

static float part_stroke(const struct pen *pen, enum part_state state) {
    return state == PART_TODO ? 1.2f : pen->detail == DIAGRAM_FULL ? 2 : pen->detail == DIAGRAM_THUMBNAIL ? 1.1f : 1.5f;
}

static void draw_map(const struct pen *pen, const struct diagram_node *node, int slot, enum part_state state) {
    const struct theme *theme = pen->theme;
    const struct cell_step *step = &pen->cell->steps[pen_step_of_slot(pen->cell, slot)];
    const struct cell_block *block = &pen->cell->blocks[step->block];
    point c = pen_node_center(pen, node);
    rect r = pen_around(c, pen->size.map_w, pen->size.map_h);
    shape_trapezoid(pen->list, r, r.w * pen->size.map_slant);
    draw_path_fill(pen->list, part_fill(pen, state));
    shape_trapezoid(pen->list, r, r.w * pen->size.map_slant);
    draw_path_stroke(pen->list, state == PART_TODO ? theme->ghost : theme->identity[block->identity],
                     part_stroke(pen, state), true, true);
    if (pen->size.map_text <= 0) return;
    char text[64];
    struct label_style form = scene_label(pen->scene, false);
    if (pen->detail != DIAGRAM_FULL) form.weights = LABEL_WEIGHTS_STACKED; // no room for two names
    label_map(text, sizeof text, pen->cell, step->block, step->in[0] >= 0, step->in[1] >= 0, form);
    color ink = state == PART_RUN    ? theme->on_hi
                : state == PART_TODO ? theme->ink3
                                     : theme->identity_ink[block->identity];
    math_draw_fit(pen->list, theme, c.x, c.y + pen->size.map_text * 0.32f, r.w * (1 - 2 * pen->size.map_slant) - 4,
                  text, pen->size.map_text, ink, ALIGN_CENTER);
}

static void draw_squasher(const struct pen *pen, const struct diagram_node *node, int slot, enum part_state state) {
    const struct theme *theme = pen->theme;
    enum cell_op op = pen->cell->steps[pen_step_of_slot(pen->cell, slot)].op;
    point c = pen_node_center(pen, node);
    float stroke = part_stroke(pen, state);
    rect r = pen_around(c, pen->size.squash_w, pen->size.squash_h);
    shape_rounded(pen->list, r, pen->size.squash_radius);
    draw_path_fill(pen->list, part_fill(pen, state));
    color edge = state == PART_TODO ? theme->ghost : theme->identity[pen->cell->slots[slot].identity];
    shape_rounded(pen->list, r, pen->size.squash_radius);
    draw_path_stroke(pen->list, edge, stroke, true, true);
    point half = {r.w / 2 - pen->size.squash_inset * 0.7f, r.h / 2 - pen->size.squash_inset * 0.9f};
    bool thin = pen->detail == DIAGRAM_THUMBNAIL;
    color ink = state == PART_RUN ? theme->on_hi : state == PART_TODO ? theme->ghost : theme->ink1;
    shape_curve(pen->list, c, half, op, state == PART_RUN ? theme->on_hi : theme->line2, ink, thin ? 0.7f : 1,
                pen->detail == DIAGRAM_FULL ? 2
                : thin                      ? 1
                                            : 1.5f);
}

static void draw_operator(const struct pen *pen, const struct diagram_node *node, int slot, enum part_state state) {
    const struct theme *theme = pen->theme;
    enum cell_op op = pen->cell->steps[pen_step_of_slot(pen->cell, slot)].op;
    point c = pen_node_center(pen, node);
    color ink = state == PART_TODO ? theme->ghost : state == PART_RUN ? theme->on_hi : theme->ink1;
    color fill = state == PART_RUN ? theme->hi : theme->panel;
    float radius = pen->size.op, width = pen->detail == DIAGRAM_FULL ? 2 : pen->detail == DIAGRAM_THUMBNAIL ? 1 : 1.5f;
    if (op == OP_ONE_MINUS) {
        rect pill = pen_around(c, radius * 2.7f, radius * 1.7f);
        draw_rect(pen->list, pill, fill, pill.h / 2);
        draw_box(pen->list, rect_inset(pill, -width / 2), ink, pill.h / 2 + width / 2, width);
        struct text_style style = {FONT_SANS_SEMIBOLD, pen->detail == DIAGRAM_FULL ? 14 : 10, ink, ALIGN_CENTER};
        if (pen->size.text > 0) draw_text(pen->list, c.x, c.y + style.size * 0.35f, "1−", style);
        return;
    }
    draw_circle(pen->list, c, radius, fill);
    draw_ring(pen->list, c, radius, ink, width);
    shape_operator(pen->list, c, radius * 0.52f, op, ink, width);
}

// Forward a copy; backward the place where its branches are added.
static void draw_copy(const struct pen *pen, const struct diagram_node *node, int slot) {
    const struct theme *theme = pen->theme;
    point c = pen_node_center(pen, node);
    if (!pen->backward || slot == pen->cell->input) { // no gradient is followed into the data
        bool known = !pen->backward && pen_node_state(pen, slot) != PART_TODO;
        draw_circle(pen->list, c, pen->size.dot, known ? theme->ink1 : theme->ghost);
        return;
    }
    int owner = slot >= 0 ? slot : pen->cell->state_in[0];
    color ink = pen_has_grad(pen, owner) ? theme->grad : theme->ghost;
    float radius = pen->size.dot * 1.7f, width = pen->detail == DIAGRAM_FULL ? 2 : 1.2f;
    draw_circle(pen->list, c, radius, theme->panel);
    draw_ring(pen->list, c, radius, ink, width);
    shape_operator(pen->list, c, radius * 0.55f, OP_ADD, ink, width);
}

enum { FACTOR_ROOM = 56 }; // logical pixels beside a star

// Backward a star multiplies what comes with its other operand: that factor is written at each of its two
// branches.
static void draw_factors(const struct pen *pen, const struct diagram_node *node, int slot) {
    const struct cell_step *step = &pen->cell->steps[pen_step_of_slot(pen->cell, slot)];
    if (!pen->backward || pen->detail != DIAGRAM_FULL || step->op != OP_MUL) return;
    enum notation notation = pen->scene->state ? pen->scene->state->notation : NOTATION_COURSE;
    point c = pen_node_center(pen, node);
    for (int i = 0; i < pen->table->wire_count; i++) {
        const struct diagram_wire *wire = &pen->table->wires[i];
        int n = diagram_points(wire->at, MAX_POINTS), from = pen_slot_of(pen, wire->slot);
        if (n < 2 || wire->at[n - 1].x != node->x || wire->at[n - 1].y != node->y) continue;
        int other = from == step->in[0] ? step->in[1] : from == step->in[1] ? step->in[0] : -1;
        if (other < 0) continue;
        point before = pen_place(pen, wire->at[n - 2].x, wire->at[n - 2].y);
        float dx = before.x - c.x, dy = before.y - c.y;
        bool vertical = fabsf(dy) > fabsf(dx), crossed = pen_wire_towards(pen, (point){node->x, node->y}, 1, 0);
        const bool close = vertical && dy > 0 && dy < 60; // to the map below
        // Under the branches: the numbers of the strip above stand over them. Of one from above beside the star.
        const float out = pen->size.op + 6, size = fminf(16, 16 * pen->size.text / 19);
        float under = close ? 24 : (pen->size.strip_height + pen->size.belt_pad) / 2 + 0.95f * size;
        point at = vertical ? (point){c.x + 8, c.y + under} : (point){c.x + (dx > 0 ? out : -out), c.y + size + 3};
        if (vertical && dy < 0) at = (point){c.x + out, c.y + (crossed ? -8 : 6)};
        if (node->y == pen->table->lane && !vertical) // above the lane, where no strip lies
            at.y = c.y - (pen->size.strip_height + pen->size.belt_pad) / 2 - 5;
        int maker = pen_step_of_slot(pen->cell, other);
        bool sum = maker >= 0 && pen->cell->steps[maker].op == OP_ONE_MINUS;
        char name[96], text[112];
        for (int timed = !close; timed >= 0; timed--) { // without the time where that would reach the next strip
            label_slot(name, sizeof name, pen->cell, other, timed ? pen->t : LABEL_NO_TIME, LABEL_NO_UNIT,
                       (struct label_style){notation, true});
            snprintf(text, sizeof text, sum ? "*(%s)" : "*%s", name);
            if (vertical || math_measure(pen->list, text, size).width < FACTOR_ROOM) break;
        }
        math_draw(pen->list, pen->theme, at.x, at.y, text, close ? 0.8f * size : size, pen->theme->ink2,
                  vertical || dx > 0 ? ALIGN_LEFT : ALIGN_RIGHT);
    }
}

static void draw_node(const struct pen *pen, const struct diagram_node *node) {
    if (node->full_only && pen->detail != DIAGRAM_FULL) return;
    int slot = pen_slot_of(pen, node->slot);
    if (node->slot && slot < 0) return;
    switch (node->kind) {
    case NODE_MAP:
        draw_map(pen, node, slot, pen_node_state(pen, slot));
        break;
    case NODE_SQUASHER:
        draw_squasher(pen, node, slot, pen_node_state(pen, slot));
        break;
    case NODE_OPERATOR:
        draw_operator(pen, node, slot, pen_node_state(pen, slot));
        draw_factors(pen, node, slot);
        break;
    case NODE_STRIP:
        pen_draw_strip(pen, node, slot);
        break;
    case NODE_COPY:
        draw_copy(pen, node, slot);
        break;
    case NODE_CONCAT: {
        bool todo = pen->scene && (pen->backward ? !pen_has_grad(pen, pen->cell->state_in[0])
                                                 : !pen_has_value(pen, pen->cell->input));
        if (pen->scene && slot >= 0) todo = pen_vector_state(pen, slot) == PART_TODO;
        rect bar = pen_around(pen_node_center(pen, node), pen->size.cat_w, pen->size.cat_h);
        draw_rect(pen->list, bar, todo ? pen->theme->ghost : pen->theme->ink1,
                  pen->detail == DIAGRAM_THUMBNAIL ? 1 : 2.5f);
        break;
    }
    }
}

static void draw_frame(const struct pen *pen) {
    const struct diagram_table *table = pen->table;
    point a = pen_place(pen, table->box.x, table->box_top[pen->detail]);
    point b = pen_place(pen, table->box.x + table->box.w, table->box.y + table->box.h);
    rect box = {a.x, a.y, b.x - a.x, b.y - a.y};
    float width = pen->detail == DIAGRAM_FULL ? 1.5f : 1;
    draw_rect(pen->list, box, pen_ground(pen), pen->size.frame_radius);
    draw_box(pen->list, box, pen->theme->line2, pen->size.frame_radius, width);
    if (table->lane <= 0) return;
    float height = pen->size.strip_height + pen->size.belt_pad;
    point left = pen_place(pen, -20, table->lane), right = pen_place(pen, table->width + 20, table->lane);
    draw_rect(pen->list, (rect){left.x, left.y - height / 2, right.x - left.x, height}, pen->theme->belt, 0);
}

void diagram_draw(struct draw_list *list, const struct theme *theme, rect r, enum cell_id cell,
                  enum diagram_detail detail, const struct scene *scene) {
    struct pen pen;
    if (!pen_open(&pen, list, theme, r, cell, detail, scene)) return;
    draw_frame(&pen);
    pen_draw_markers(&pen);
    for (int i = 0; i < pen.table->wire_count; i++)
        pen_draw_wire(&pen, &pen.table->wires[i]);
    for (int i = 0; i < pen.table->node_count; i++)
        draw_node(&pen, &pen.table->nodes[i]);
    for (int i = 0; i < pen.table->node_count; i++) {
        const struct diagram_node *node = &pen.table->nodes[i];
        int slot = pen_slot_of(&pen, node->slot);
        if (node->kind == NODE_STRIP && slot >= 0 && (!node->full_only || detail == DIAGRAM_FULL))
            pen_draw_unit(&pen, node, slot);
    }
}
