// The vectors of a diagram: values, gates, gradients, with labels and numbers.
#include "diagram_pen.h"
#include "inspector_parts.h"
#include "mathbox.h"
#include "strip.h"
#include <math.h>
#include <stdio.h>

enum { NARROW = 300, SMALL_TEXT = 17 }; // logical pixels
enum { BESIDE = 82 };                   // frame units between a label and the wire at its right

static struct strip_style strip_look(const struct pen *pen, int slot, bool grad) {
    const struct cell_slot *s = &pen->cell->slots[slot];
    enum strip_kind kind = grad ? STRIP_GRADIENT : s->role == SLOT_GATE ? STRIP_GATE : STRIP_VALUE;
    struct strip_style style = strip_style_default(kind, pen->size.tile, pen->size.gap, pen->size.strip_height);
    style.radius = pen->detail == DIAGRAM_FULL ? 3 : 1;
    style.sign_marks = pen->scene->state && pen->scene->state->sign_marks;
    int scale_slot = s->role == SLOT_STATE_IN ? s->next : slot;
    if (kind == STRIP_VALUE) style.max = scene_row_scale(pen->scene->record, pen->layer, pen->direction, scale_slot);
    return style;
}

static const double *strip_values(const struct pen *pen, const struct diagram_node *node, int slot) {
    const struct tape *tape = pen->scene->record->tape;
    if (pen->backward && node->branch) return tape_from_future(tape, pen->layer, pen->direction, 0, pen->t);
    return pen->backward ? tape_grad(tape, pen->layer, pen->direction, slot, pen->t)
                         : tape_value(tape, pen->layer, pen->direction, slot, pen->t);
}

// Does this strip hold what the running step has just computed? Then it fills with the motion.
static bool is_fresh(const struct pen *pen, int slot) {
    if (!pen->running) return false;
    int part = cell_part_of_step(pen->cell, pen_step_of_slot(pen->cell, slot));
    return pen->backward ? false : part >= 0 && pen_part_is_running(pen, part);
}

// "a" or "da" with neither time nor place.
static void bare_label(const struct pen *pen, char *text, size_t size, const struct symbol *symbol) {
    snprintf(text, size, symbol->sub[0] ? "%s%s_%s" : "%s%s%s", pen->backward ? "d" : "", symbol->base, symbol->sub);
}

static void draw_label(const struct pen *pen, const struct diagram_node *node, int slot, enum part_state state) {
    const struct diagram_label *label = pen->detail == DIAGRAM_FULL ? &node->full : &node->inspector;
    if (label->y <= 0 || pen->size.text <= 0) return;
    const struct theme *theme = pen->theme;
    enum notation notation = pen->scene && pen->scene->state ? pen->scene->state->notation : NOTATION_COURSE;
    char text[128];
    int t = pen->scene ? pen->t : LABEL_SYMBOLIC;
    const struct cell_slot *s = &pen->cell->slots[slot];
    // Between the columns of gates there is no room for the time too, backward or in a narrow panel.
    bool narrow = pen->table->crowded || pen->backward || pen->r.w < NARROW || pen->t >= 9; // t = 10 has two digits
    const bool small = pen->detail == DIAGRAM_FULL && pen->table->crowded && pen->size.text < SMALL_TEXT;
    if (s->identity != IDENTITY_A && (small || (pen->detail == DIAGRAM_INSPECTOR && narrow)))
        bare_label(pen, text, sizeof text, &s->symbol[notation]);
    else if (pen->backward && pen->detail == DIAGRAM_FULL && s->role == SLOT_STATE_IN) // the rest of it comes later
        label_grad_from(text, sizeof text, pen->cell, slot, t, LABEL_NO_UNIT, "\\t{future}",
                        (struct label_style){notation, false});
    else if (pen->backward)
        label_grad(text, sizeof text, pen->cell, slot, t, LABEL_NO_UNIT, (struct label_style){notation, false});
    else
        label_slot(text, sizeof text, pen->cell, slot, t, LABEL_NO_UNIT, (struct label_style){notation, false});
    color ink = state == PART_TODO ? theme->ink3 : theme->identity_ink[pen->cell->slots[slot].identity];
    point at = pen_place(pen, label->x, label->y);
    // Beside the lane that leaves the cell there is room for the letter alone when the index is long.
    float room = pen_place(pen, label->x + BESIDE, label->y).x - at.x;
    if (pen->detail == DIAGRAM_INSPECTOR && s->identity == IDENTITY_A && label->align == ALIGN_LEFT &&
        math_measure(pen->list, text, pen->size.text).width > room)
        bare_label(pen, text, sizeof text, &s->symbol[notation]);
    bool gate = pen->detail == DIAGRAM_FULL && pen->cell->slots[slot].identity != IDENTITY_A;
    math_draw(pen->list, theme, at.x, at.y, text, pen->size.text + (gate ? 1 : 0), ink, label->align);
}

// Digits for the numbers under the strips: those of a sum and of its terms add up on screen.
static int unit_digits(const struct pen *pen, int unit, double value) {
    if (pen->backward) return digits_for(fabs(value)) < 4 ? digits_for(fabs(value)) : 4;
    const struct tape *tape = pen->scene->record->tape;
    int digits = 2;
    for (int i = 0; i < pen->cell->step_count; i++) {
        const struct cell_step *step = &pen->cell->steps[i];
        if (step->op != OP_ADD) continue;
        double v[3];
        const int slots[] = {step->in[0], step->in[1], step->out};
        for (int k = 0; k < 3; k++)
            v[k] = tape_value(tape, pen->layer, pen->direction, slots[k], pen->t)[unit];
        int needed = sum_digits(v, 2, v[2], 2);
        if (needed > digits) digits = needed;
    }
    return digits;
}

static point node_point(const struct diagram_node *node) {
    return (point){node->x, node->y};
}

// The horizontal wire through the place of a number under a strip: its right end; false: there is none.
static bool wire_through(const struct pen *pen, rect number, point *end) {
    for (int i = 0; i < pen->table->wire_count; i++) {
        const point *at = pen->table->wires[i].at;
        int n = diagram_points(at, MAX_POINTS);
        for (int k = 0; k + 1 < n; k++) {
            point a = pen_place(pen, at[k].x, at[k].y), b = pen_place(pen, at[k + 1].x, at[k + 1].y);
            if (a.y != b.y || a.y < number.y || a.y > number.y + number.h) continue;
            *end = (point){fmaxf(a.x, b.x), a.y};
            if (fminf(a.x, b.x) < number.x + number.w && end->x > number.x) return true;
        }
    }
    return false;
}

// A number beside the map that it would lie on.
static float beside_maps(const struct pen *pen, point at, float width, float size) {
    for (int i = 0; i < pen->table->node_count; i++) {
        const struct diagram_node *node = &pen->table->nodes[i];
        if (node->kind != NODE_MAP) continue;
        point c = pen_node_center(pen, node);
        float clear = pen->size.map_w * (0.5f - pen->size.map_slant) + width / 2 + 6, top = c.y - pen->size.map_h / 2;
        if (at.y < top - 1 || at.y - size > top + pen->size.map_h || fabsf(at.x - c.x) >= clear) continue;
        return at.x < c.x ? c.x - clear : c.x + clear;
    }
    return at.x;
}

// The number of the selected unit stands under its tile, beside a wire that comes in from below the middle; behind the
// end of a wire that runs under the strip, and over the tile where that runs all along it.
static point number_place(const struct pen *pen, const struct diagram_node *node, rect area, rect tile, float width,
                          float size) {
    float x = tile.x + tile.w / 2, middle = area.x + area.w / 2, clear = width / 2 + 11, bottom = area.y + area.h;
    if (fabsf(x - middle) < clear && pen_wire_towards(pen, node_point(node), 0, 1))
        x = x < middle ? middle - clear : middle + clear;
    point at = {x, bottom + 5 + size}, end;
    at.x = beside_maps(pen, at, width, size);
    if (!wire_through(pen, (rect){at.x - width / 2, bottom + 2, width, size + 5}, &end)) return at;
    if (end.x < area.x + area.w * 0.4f)
        at.x = end.x + width / 2 + 6;
    else if (end.y > bottom + size + 3)
        at.y = end.y - 2.5f;
    else
        at.y = area.y - 7;
    return at;
}

static void draw_unit(const struct pen *pen, const struct diagram_node *node, rect area, int slot, const double *values,
                      int n) {
    const struct view_state *state = pen->scene->state;
    if (pen->detail != DIAGRAM_FULL || !state) return;
    if (state->hover_unit >= 0 && state->hover_unit < n && state->hover_t == pen->t && state->hover_unit != state->unit)
        strip_outline(pen->list, strip_tile(area, n, state->hover_unit), pen->theme->ink3, 1);
    int unit = state->unit;
    if (unit < 0 || unit >= n) return;
    rect tile = strip_tile(area, n, unit);
    const struct record *record = pen->scene->record;
    enum record_kind kind = !pen->backward ? RECORD_FORWARD : node->branch ? RECORD_FROM_FUTURE : RECORD_BACKWARD;
    const char *tensor = record_name(record, kind, pen->layer, pen->direction, slot);
    strip_outline(pen->list, tile, pen->theme->ink1, 2);
    float size = pen_clamped(14 * pen->size.text / 19, 12, 14);
    struct text_style style = {FONT_SANS_SEMIBOLD, size, pen->theme->ink1, ALIGN_CENTER};
    int digits = unit_digits(pen, unit, values[unit]);
    char text[48];
    format_value(text, sizeof text, values[unit], digits, false);
    float width = text_width(pen->list, text, style);
    point at = number_place(pen, node, area, tile, width, size);
    if (pen->table->lane <= 0 || node->y != pen->table->lane) // a wire that comes by has a gap there
        draw_rect(pen->list, (rect){at.x - width / 2 - 2, at.y - 0.8f * size, width + 4, 0.9f * size}, pen_ground(pen),
                  0);
    if (scene_is_hidden(pen->scene, tensor, pen->t, unit))
        draw_text(pen->list, at.x, at.y, "?", style);
    else
        draw_value(pen->list, at.x, at.y, (struct source){tensor, pen->t, unit, values[unit]}, digits, false, style);
}

// A hidden value is an empty dashed tile in every strip.
static void cover_hidden(const struct pen *pen, rect area, int slot, int n, color plate) {
    if (!pen->scene->hidden_count) return;
    const char *tensor = record_name(pen->scene->record, pen->backward ? RECORD_BACKWARD : RECORD_FORWARD, pen->layer,
                                     pen->direction, slot);
    for (int i = 0; i < n; i++) {
        if (!scene_is_hidden(pen->scene, tensor, pen->t, i)) continue;
        rect tile = strip_tile(area, n, i);
        draw_rect(pen->list, tile, plate, 0);
        draw_box_dashed(pen->list, tile, pen->theme->ink2, 1, 1, 2, 2);
    }
}

// After all strips, so that none of them lies on a number.
void pen_draw_unit(const struct pen *pen, const struct diagram_node *node, int slot) {
    enum part_state state = pen_vector_state(pen, slot);
    if (pen->scene && pen->backward && node->branch) state = pen_came_back(pen, 0) ? PART_DONE : PART_TODO;
    if (!pen->scene || state == PART_TODO || pen->detail == DIAGRAM_THUMBNAIL) return;
    draw_unit(pen, node, pen_strip_rect(pen, node), slot, strip_values(pen, node, slot),
              record_H(pen->scene->record));
}

void pen_draw_strip(const struct pen *pen, const struct diagram_node *node, int slot) {
    const struct theme *theme = pen->theme;
    rect area = pen_strip_rect(pen, node);
    enum part_state state = pen_vector_state(pen, slot);
    if (pen->scene && pen->backward && node->branch) state = pen_came_back(pen, 0) ? PART_DONE : PART_TODO;
    color plate = pen->table->lane > 0 && node->y == pen->table->lane ? theme->belt : theme->panel;
    draw_rect(pen->list, rect_inset(area, -3), plate, pen->detail == DIAGRAM_FULL ? 6 : 3);
    if (pen->detail == DIAGRAM_THUMBNAIL) {
        draw_rect(pen->list, area, theme->line2, 1);
        return;
    }
    if (!pen->scene || state == PART_TODO) {
        struct strip_style ghost =
            strip_style_default(STRIP_GHOST, pen->size.tile, pen->size.gap, pen->size.strip_height);
        ghost.radius = pen->detail == DIAGRAM_FULL ? 3 : 1;
        int n = pen->scene ? record_H(pen->scene->record) : 8;
        if (n < 8)
            strip_block(pen->list, theme, area, NULL, n, &ghost);
        else
            strip_draw(pen->list, theme, area.x, area.y, NULL, 8, &ghost);
    } else {
        const int n = record_H(pen->scene->record);
        const double *values = strip_values(pen, node, slot);
        struct strip_style style = strip_look(pen, slot, pen->backward);
        if (is_fresh(pen, slot)) style.fill = 1 - powf(1 - pen_clamped(pen->scene->motion * 2 - 1, 0, 1), 3);
        if (n == 8)
            strip_draw(pen->list, theme, area.x, area.y, values, n, &style);
        else
            strip_block(pen->list, theme, area, values, n, &style);
        cover_hidden(pen, area, slot, n, plate);
    }
    draw_label(pen, node, slot, state);
    if (pen->scene && pen->scene->state && pen->scene->state->hover_slot == slot &&
        pen->scene->state->hover_t == pen->t)
        draw_box(pen->list, rect_inset(area, -3), theme->ink2, 3, 1.5f);
}
