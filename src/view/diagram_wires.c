// Wires, their heads both ways, and the markers under them.
#include "diagram_pen.h"
#include "wire.h"
#include <math.h>
#include <string.h>

static bool lists_part(const char *parts, const char *part) {
    size_t length = strlen(part);
    for (const char *at = parts; length && (at = strstr(at, part)); at += length)
        if ((at == parts || at[-1] == ' ') && (at[length] == ' ' || !at[length])) return true;
    return false;
}

// The node that a wire's end stands on (copies are no obstacle).
static const struct diagram_node *node_at(const struct pen *pen, point p) {
    for (int i = 0; i < pen->table->node_count; i++) {
        const struct diagram_node *node = &pen->table->nodes[i];
        if (node->kind == NODE_COPY || (node->full_only && pen->detail != DIAGRAM_FULL)) continue;
        if (node->x == p.x && node->y == p.y) return node;
    }
    return NULL;
}

// How far a node's edge is from its centre.
static float reach(const struct pen *pen, const struct diagram_node *node, bool horizontal) {
    const struct metrics *m = &pen->size;
    switch (node->kind) {
    case NODE_MAP:
        return (horizontal ? m->map_w : m->map_h) / 2;
    case NODE_SQUASHER:
        return (horizontal ? m->squash_w : m->squash_h) / 2;
    case NODE_OPERATOR:
        return m->op + 1;
    case NODE_STRIP:
        return (horizontal ? pen_strip_width(pen) : m->strip_height) / 2 + 2;
    case NODE_CONCAT:
        return (horizontal ? m->cat_w : m->cat_h) / 2;
    case NODE_COPY:
        break;
    }
    return 0;
}

// Moves the end `from` of a wire to the edge of the node there.
static void trim(const struct pen *pen, point frame, point *from, point to) {
    const struct diagram_node *node = node_at(pen, frame);
    if (!node) return;
    float dx = to.x - from->x, dy = to.y - from->y, length = hypotf(dx, dy);
    if (!(length > 0)) return;
    float d = fminf(reach(pen, node, fabsf(dx) > fabsf(dy)), length * 0.8f);
    from->x += dx / length * d;
    from->y += dy / length * d;
}

static int wire_points(const struct pen *pen, const point *at, point *out) {
    int n = diagram_points(at, MAX_POINTS);
    for (int i = 0; i < n; i++) {
        const struct diagram_node *node = node_at(pen, at[i]);
        out[i] = node ? pen_node_center(pen, node) : pen_place(pen, at[i].x, at[i].y);
    }
    return n;
}

// A wire into an operator or squasher that has not run yet waits for it, but for what came from the timestep
// before.
static bool is_taken(const struct pen *pen, const struct diagram_wire *wire, int slot) {
    const struct diagram_node *end = node_at(pen, wire->at[diagram_points(wire->at, MAX_POINTS) - 1]);
    if (!end || (end->kind != NODE_OPERATOR && end->kind != NODE_SQUASHER)) return true;
    return pen->cell->slots[slot].role == SLOT_STATE_IN ||
           pen_node_state(pen, pen_slot_of(pen, end->slot)) != PART_TODO;
}

static color wire_ink(const struct pen *pen, const struct diagram_wire *wire) {
    const struct theme *theme = pen->theme;
    if (!pen->scene) return theme->ink2;
    int slot = wire->slot ? pen_slot_of(pen, wire->slot) : pen->cell->input;
    if (!pen->backward) return pen_has_value(pen, slot) && is_taken(pen, wire, slot) ? theme->ink2 : theme->ghost;
    if (wire->flags & WIRE_INPUT) return theme->ghost;
    const struct cell_slot *s = &pen->cell->slots[slot];
    if (wire->flags & WIRE_FUTURE) {
        int state = s->role == SLOT_STATE_OUT && slot == pen->cell->state_out[0] ? 0 : 1;
        return pen_came_back(pen, state) ? theme->grad_f : theme->ghost;
    }
    return pen_has_grad(pen, slot) ? theme->grad : theme->ghost;
}

// What a step made and a clamp put aside: the wire into the strip of a vector that is held whole.
static bool is_cut(const struct pen *pen, const struct diagram_wire *wire) {
    if (!pen->scene || !wire->slot) return false;
    const struct record *record = pen->scene->record;
    const struct diagram_node *end = node_at(pen, wire->at[diagram_points(wire->at, MAX_POINTS) - 1]);
    if (!end || end->kind != NODE_STRIP || strcmp(end->slot, wire->slot) != 0 || !tape_clamp_count(record->tape))
        return false;
    int slot = pen_slot_of(pen, wire->slot);
    for (int unit = 0; unit < record_H(record); unit++)
        if (!tape_clamp_at(record->tape, pen->layer, pen->direction, slot, pen->t, unit)) return false;
    return true;
}

static void crossbar(const struct pen *pen, point from, point to) {
    enum { HALF = 4 };
    float dx = to.x - from.x, dy = to.y - from.y, length = hypotf(dx, dy);
    if (!(length > 0)) return;
    point middle = {(from.x + to.x) / 2, (from.y + to.y) / 2};
    float across_x = -dy / length * HALF, across_y = dx / length * HALF;
    point bar[2] = {{middle.x - across_x, middle.y - across_y}, {middle.x + across_x, middle.y + across_y}};
    wire_draw(pen->list, bar, 2, (struct wire_style){.ink = pen->theme->ink2, .width = 2, .head = -1});
}

bool pen_wire_towards(const struct pen *pen, point frame, int dx, int dy) {
    for (int i = 0; i < pen->table->wire_count; i++) {
        const point *at = pen->table->wires[i].at;
        int n = diagram_points(at, MAX_POINTS);
        for (int k = 0; k + 1 < n; k++)
            for (int end = 0; end < 2; end++) {
                const point from = at[k + end], to = at[k + 1 - end];
                bool on = dx ? from.y == frame.y && to.y == frame.y && (from.x - frame.x) * (float)dx <= 0
                             : from.x == frame.x && to.x == frame.x && (from.y - frame.y) * (float)dy <= 0;
                if (on && (dx ? (to.x - frame.x) * (float)dx : (to.y - frame.y) * (float)dy) > 0) return true;
            }
    }
    return false;
}

color pen_ground(const struct pen *pen) {
    return pen->detail == DIAGRAM_INSPECTOR ? pen->theme->stage : pen->theme->panel;
}

void pen_draw_wire(const struct pen *pen, const struct diagram_wire *wire) {
    point p[MAX_POINTS];
    int n = wire_points(pen, wire->at, p);
    if (n < 2) return;
    point second = p[1], before = p[n - 2];
    trim(pen, wire->at[0], &p[0], second);
    trim(pen, wire->at[n - 1], &p[n - 1], n == 2 ? p[0] : before);
    const bool on =
        pen->marker[0] && lists_part(wire->parts, pen->marker) && !(pen->backward && wire->flags & WIRE_INPUT);
    const bool cut = is_cut(pen, wire);
    struct wire_style style = {.ink = cut  ? pen->theme->ghost
                                      : on ? pen->theme->on_hi
                                           : wire_ink(pen, wire),
                               .corner = pen->size.corner,
                               .head = -1};
    style.width = pen->size.stroke * (wire->flags & WIRE_THICK ? 1.7f : 1);
    if (wire->flags & WIRE_DOTTED) style.dash = style.width, style.gap = 1.5f * style.width;
    if (wire->flags & WIRE_GAP && !on) {
        struct wire_style gap = style;
        gap.ink = pen_ground(pen), gap.width += 5, gap.dash = 0;
        wire_draw(pen->list, p, n, gap);
    }
    bool backward = pen->backward && !(wire->flags & WIRE_INPUT);
    if (backward)
        for (int i = 0; i < n / 2; i++) {
            point swap = p[i];
            p[i] = p[n - 1 - i];
            p[n - 1 - i] = swap;
        }
    bool head = backward ? wire->flags & WIRE_HEAD_BACK : !pen->backward && wire->flags & WIRE_HEAD;
    if (head && !cut) style.head = pen->size.head + (wire->flags & WIRE_THICK ? 1 : 0);
    wire_draw(pen->list, p, n, style);
    if (cut) crossbar(pen, p[n - 2], p[n - 1]);
}

void pen_draw_markers(const struct pen *pen) {
    if (!pen->marker[0]) return;
    for (int i = 0; i < pen->table->marker_count; i++) {
        const struct diagram_marker *marker = &pen->table->markers[i];
        if (strcmp(marker->part, pen->marker) != 0) continue;
        if (pen->backward && marker->at[0].y >= pen->table->height) continue; // no gradient is followed into x
        point p[MAX_POINTS];
        int n = wire_points(pen, marker->at, p);
        // Backward the head at the lane's left end lies on the highlighter too.
        if (pen->backward && p[0].x < pen->r.x) p[0].x = pen_place(pen, -26, 0).x;
        wire_marker(pen->list, p, n, pen->theme->hi, pen->size.marker, pen->size.corner, pen->reach);
    }
}
