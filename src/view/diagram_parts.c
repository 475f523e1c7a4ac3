// What a pointer or the keyboard can reach in a diagram, and where its wires leave the frame.
#include "diagram_pen.h"
#include "strip.h"
#include <stdlib.h>

bool diagram_hit(rect r, enum cell_id cell, enum diagram_detail detail, const struct scene *scene, point p,
                 struct diagram_hit *hit) {
    struct pen pen;
    if (!scene || !pen_open(&pen, NULL, NULL, r, cell, detail, scene)) return false;
    for (int i = 0; i < pen.table->node_count; i++) {
        const struct diagram_node *node = &pen.table->nodes[i];
        if (node->kind != NODE_STRIP || (node->full_only && detail != DIAGRAM_FULL)) continue;
        rect area = pen_strip_rect(&pen, node);
        int slot = pen_slot_of(&pen, node->slot);
        if (slot < 0 || !rect_has(rect_inset(area, -3), p) || pen_vector_state(&pen, slot) == PART_TODO) continue;
        *hit = (struct diagram_hit){slot, strip_hit(area, record_H(scene->record), p), area};
        return true;
    }
    return false;
}

// The step that makes what a node holds, a strip after what makes it; what comes in is there before all steps.
static int order_of(const struct pen *pen, const struct diagram_node *node, int slot) {
    return 2 * pen_step_of_slot(pen->cell, slot) + (node->kind == NODE_STRIP);
}

static rect extent(const struct pen *pen, const struct diagram_node *node, int slot) {
    const struct metrics *m = &pen->size;
    point c = pen_node_center(pen, node);
    switch (node->kind) {
    case NODE_MAP:
        return pen_around(c, m->map_w, m->map_h);
    case NODE_SQUASHER:
        return pen_around(c, m->squash_w, m->squash_h);
    case NODE_STRIP:
        return pen_strip_rect(pen, node);
    default: {
        bool pill = pen->cell->steps[pen_step_of_slot(pen->cell, slot)].op == OP_ONE_MINUS;
        return pen_around(c, m->op * (pill ? 2.7f : 2), m->op * (pill ? 1.7f : 2));
    }
    }
}

static enum part_state state_of(const struct pen *pen, const struct diagram_node *node, int slot) {
    if (node->kind == NODE_STRIP) return pen_vector_state(pen, slot);
    return pen_node_state(pen, slot);
}

int diagram_parts(rect r, enum cell_id cell, enum diagram_detail detail, const struct scene *scene,
                  struct diagram_part out[DIAGRAM_PARTS]) {
    struct pen pen;
    int order[DIAGRAM_PARTS], count = 0;
    if (!pen_open(&pen, NULL, NULL, r, cell, detail, scene)) return 0;
    for (int i = 0; i < pen.table->node_count && count < DIAGRAM_PARTS; i++) {
        const struct diagram_node *node = &pen.table->nodes[i];
        int slot = pen_slot_of(&pen, node->slot);
        bool drawn = !(node->full_only && detail != DIAGRAM_FULL) && !(node->branch && pen.backward);
        if (node->kind == NODE_CONCAT || node->kind == NODE_COPY || slot < 0 || !drawn) continue;
        int key = order_of(&pen, node, slot), at = count++;
        for (; at > 0 && order[at - 1] > key; at--)
            out[at] = out[at - 1], order[at] = order[at - 1];
        order[at] = key;
        out[at] = (struct diagram_part){.slot = slot,
                                        .strip = node->kind == NODE_STRIP,
                                        .known = state_of(&pen, node, slot) != PART_TODO,
                                        .at = extent(&pen, node, slot)};
    }
    return count;
}

bool diagram_ends(rect r, enum cell_id cell, enum diagram_detail detail, struct diagram_ends *out) {
    struct pen pen;
    if (!pen_open(&pen, NULL, NULL, r, cell, detail, NULL)) return false;
    const struct diagram_table *table = pen.table;
    point a = pen_place(&pen, table->box.x, table->box_top[detail]);
    point b = pen_place(&pen, table->box.x + table->box.w, table->box.y + table->box.h);
    *out = (struct diagram_ends){.box = {a.x, a.y, b.x - a.x, b.y - a.y}};
    for (int i = 0; i < table->wire_count; i++) {
        const struct diagram_wire *wire = &table->wires[i];
        const point first = wire->at[0], last = wire->at[diagram_points(wire->at, MAX_POINTS) - 1];
        if (wire->flags & WIRE_INPUT && first.y >= table->height) out->x = pen_place(&pen, first.x, first.y);
        if (last.y < table->box.y && last.y < table->box_top[detail]) out->y_hat = pen_place(&pen, last.x, last.y);
        for (int k = 0; k < pen.cell->state_count && wire->slot; k++) {
            int slot = cell_slot_by_id(pen.cell, wire->slot);
            if (first.x < 0 && slot == pen.cell->state_in[k]) out->in[k] = pen_place(&pen, first.x, first.y);
            if (last.x > table->width && slot == pen.cell->state_out[k]) out->out[k] = pen_place(&pen, last.x, last.y);
        }
    }
    return true;
}
