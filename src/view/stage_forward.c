// The forward figure in full and compact columns: what is computed so far, the running step's operands on the
// highlighter.
#include "stage_inner.h"
#include <math.h>

static enum column_state state_of(const struct stage *s, int t) {
    const struct step *step = s->step;
    if (!step) return COLUMN_AHEAD;
    if (step->phase == PHASE_FORWARD && step->t == t) return COLUMN_RUNNING;
    return stage_has(s, s->row_a, t) ? COLUMN_DONE : COLUMN_AHEAD;
}

// The running step is one of this column, in any phase that the forward figure shows.
static bool runs(const struct stage *s, int t) {
    return s->focus.running && s->step->t == t;
}

static float belt_half(const struct stage *s) {
    return fminf(17, s->rows[0].height / 2 + 5);
}

static float gap_to_next(const struct stage *s) {
    return s->columns.pitch - s->columns.width;
}

static float riser_x(const struct stage *s, int t) {
    return stage_x(s, t) + s->columns.width + fminf(5, gap_to_next(s) * 0.4f);
}

static color line_ink(const struct stage *s, bool known) {
    return known ? s->theme->ink2 : s->theme->ghost;
}

// --- ground ---

static void labels(struct stage *s) {
    char markup[STAGE_LABEL];
    struct label_style style = {s->scene->state->notation, true};
    label_output(markup, sizeof markup, "L", LABEL_SYMBOLIC, style);
    stage_side_label(s, markup, s->plan.loss, 19);
    label_output(markup, sizeof markup, "\\hat{y}", LABEL_SYMBOLIC, style);
    stage_side_label(s, markup, s->plan.y_hat + fminf(46, (s->plan.y_hat_bottom - s->plan.y_hat) * 0.5f - 4), 19);
    for (int k = 0; k < s->row_count; k++)
        stage_row_label(s, k);
    label_output(markup, sizeof markup, "x", LABEL_SYMBOLIC, style);
    stage_side_label(s, markup, s->plan.token + s->plan.token_size / 2, 19);
}

static float belt_end(const struct stage *s) {
    float end = stage_x(s, s->T - 1) + s->columns.width + 10;
    return fminf(end, s->r.x + s->r.w - 12);
}

static void belt(struct stage *s) {
    if (s->row_c < 0) return;
    int reached = 0; // columns whose memory has been reached
    while (reached < s->T && state_of(s, reached) != COLUMN_AHEAD)
        reached++;
    float y = s->rows[s->row_c].y - belt_half(s), h = 2 * belt_half(s), end = belt_end(s);
    float x = reached >= s->T ? end : reached > 0 ? stage_x(s, reached - 1) : s->columns.x0;
    if (reached >= s->T || reached == 0)
        draw_rect(s->list, (rect){s->columns.x0, y, x - s->columns.x0, h}, s->theme->belt, 0);
    else
        draw_rect(s->list, (rect){s->columns.x0, y, x + 4 - s->columns.x0, h}, s->theme->belt, 0);
    if (end > x) draw_rect(s->list, (rect){x, y, end - x, h}, color_mix(s->theme->stage, s->theme->belt, 0.45f), 0);
}

static void box(struct stage *s, int t) {
    const struct theme *theme = s->theme;
    rect r = {stage_x(s, t), s->plan.box_top, s->columns.width, s->plan.box_bottom - s->plan.box_top};
    enum column_state state = state_of(s, t);
    if (state == COLUMN_AHEAD) {
        draw_box_dashed(s->list, r, theme->ghost, 8, 1, 4, 4);
        return;
    }
    bool run = runs(s, t) && s->scene->slide == 0; // a frame on its way is drawn last
    float in = run ? 2 : 1;
    draw_rect(s->list, r, theme->panel, 8);
    if (s->row_c >= 0) {
        rect lane = {r.x + in, s->rows[s->row_c].y - belt_half(s), r.w - 2 * in, 2 * belt_half(s)};
        draw_rect(s->list, lane, theme->belt, 0);
    }
    draw_box(s->list, r, run ? theme->ink1 : theme->line2, 8, in);
}

// --- the running step ---

// The row that the operands run to, along the middle of the column: the topmost result, or the lowest.
static int target_row(const struct stage *s) {
    for (int k = 0; k < s->row_count; k++)
        if (s->focus.result[k]) return k;
    return -1;
}

static float row_end(const struct stage *s, int row, bool from_below) {
    float half = s->rows[row].height / 2 + 4;
    return s->rows[row].y + (from_below ? half : -half);
}

// The way of a state into column t, from `from` on the lane of t - 1 (or the stub at the left edge) to `to`.
// The lane of a turns down to the weighted sums where the cell has no gates.
static int lane_path(const struct stage *s, int row, int t, float from, float to, point *p) {
    float y = s->rows[row].y, in = row == s->row_a ? s->rows[s->row_in].y : y;
    if (t == 0) from = stage_x(s, 0) - 18;
    if (t == 0 || in == y) {
        p[0] = (point){from, in};
        p[1] = (point){to, in};
        return 2;
    }
    float r = riser_x(s, t - 1);
    p[0] = (point){from, y};
    p[1] = (point){r, y};
    p[2] = (point){r, in};
    p[3] = (point){to, in};
    return 4;
}

struct path {
    point p[6];
    int n;
};

// Wires of the running step inside its column: what is read, to the row that it goes to.
static int operand_paths(const struct stage *s, struct path *out) {
    const struct stage_focus *f = &s->focus;
    int t = s->step->t, target = target_row(s), n = 0;
    float c = stage_center(s, t), in = s->rows[s->row_in].y, before = t > 0 ? stage_center(s, t - 1) : 0;
    for (int k = 0; k < s->row_count; k++) {
        if (f->before[k]) {
            out[n].n = lane_path(s, k, t, before, c, out[n].p);
            if (k == s->row_a && target >= 0 && target != s->row_in)
                out[n].p[out[n].n++] = (point){c, s->rows[target].y};
            n++;
        }
        if (f->row[k] && target >= 0) out[n++] = (struct path){{{c, s->rows[k].y}, {c, s->rows[target].y}}, 2};
    }
    if (f->x) out[n++] = (struct path){{{c, s->plan.token + 6}, {c, in}}, 2};
    return n;
}

static int output_path(const struct stage *s, int t, struct path *out) {
    float r = riser_x(s, t), c = stage_center(s, t), a = s->rows[s->row_a].y;
    point p[5] = {{r, a}, {r, s->plan.riser}, {c, s->plan.riser}, {c, s->plan.y_hat_bottom + 5}};
    for (int k = 0; k < 4; k++)
        out->p[k] = p[k];
    return out->n = 4;
}

static void y_hat_ring(struct stage *s, int t) {
    float x = stage_x(s, t), out = s->columns.pitch < 66 ? 2 : 6;
    rect r = {x - out, s->plan.y_hat - 4, s->columns.width + 2 * out, s->plan.y_hat_bottom - s->plan.y_hat + 7};
    draw_rect(s->list, r, s->theme->hi, 8);
    draw_rect(s->list, rect_inset(r, 2.5f), s->theme->stage, 5.5f);
}

static void marker(struct stage *s) {
    const struct stage_focus *f = &s->focus;
    if (!f->running) return;
    int t = s->step->t;
    float c = stage_center(s, t);
    color hi = s->theme->hi;
    struct path paths[2 * STAGE_ROWS + 2];
    int n = operand_paths(s, paths);
    for (int k = 0; k < n; k++)
        wire_marker(s->list, paths[k].p, paths[k].n, hi, 11, 10, s->marker);
    if (f->y_hat_result) { // the output step belongs to no layer; the top one is shown
        struct path riser;
        output_path(s, t, &riser);
        wire_marker(s->list, (point[]){{c, riser.p[0].y}, riser.p[0]}, 2, hi, 11, 10, s->marker);
        wire_marker(s->list, riser.p, riser.n, hi, 11, 10, s->marker);
        if (s->marker >= 1) y_hat_ring(s, t);
    }
    if (f->loss_result) {
        y_hat_ring(s, t);
        wire_marker(s->list, (point[]){{c, s->plan.y_hat - 5}, {c, s->plan.loss + 8}}, 2, hi, 11, 10, s->marker);
    }
    for (int k = 0; k < s->row_count; k++) {
        if (f->before[k] && t > 0) stage_ring(s, k, t - 1);
        if (f->row[k] || (f->result[k] && s->marker >= 1)) stage_ring(s, k, t);
    }
}

// The wires on the marker, in ink that reads on yellow.
static void running_wires(struct stage *s, int t) {
    const struct stage_focus *f = &s->focus;
    color ink = s->theme->on_hi;
    float c = stage_center(s, t), x = stage_x(s, t), from = t > 0 ? stage_x(s, t - 1) + s->columns.width + 3 : 0;
    int target = target_row(s);
    struct wire_style plain = {ink, .head = -1, .corner = 10}, arrow = {ink, .head = 6, .corner = 10};
    // a and x meet in the open middle of the column; else in the strip of the sums, or of the state itself
    bool joins = s->row_in == s->row_a && target != s->row_a;
    point p[6];
    if (f->before[s->row_a]) {
        int n = lane_path(s, s->row_a, t, from, joins ? c - 4 : x + 1, p);
        wire_draw(s->list, p, n, joins ? plain : (struct wire_style){ink, .head = 5, .corner = 7});
        if (joins) draw_circle(s->list, (point){c, s->rows[s->row_in].y}, 3.5f, ink);
    }
    if (s->row_c >= 0 && f->before[s->row_c])
        wire_draw(s->list, p, lane_path(s, s->row_c, t, from, x, p), (struct wire_style){ink, .head = 5});
    if (f->x) {
        float start = (s->plan.one_hot > 0 ? s->plan.one_hot : s->plan.token) - 3;
        bool up = target >= 0 || !joins;
        float to = !joins ? row_end(s, s->row_in, true) : up ? row_end(s, target, true) : s->rows[s->row_in].y;
        wire_draw(s->list, (point[]){{c, start}, {c, to}}, 2, up ? arrow : plain);
    }
    if (f->x && !joins && target >= 0) // the sums become the activation
        wire_draw(s->list, (point[]){{c, row_end(s, s->row_in, false)}, {c, row_end(s, target, true)}}, 2, arrow);
    for (int k = 0; k < s->row_count; k++) {
        if (!f->row[k] || target < 0) continue;
        bool below = s->rows[k].y > s->rows[target].y;
        if (f->x && below) continue; // x comes up the same way
        wire_draw(s->list, (point[]){{c, row_end(s, k, !below)}, {c, row_end(s, target, below)}}, 2, arrow);
    }
}

// --- columns ---

static void lanes_in(struct stage *s, int t) {
    bool known = state_of(s, t) != COLUMN_AHEAD, run = runs(s, t);
    float x = stage_x(s, t), from = t > 0 ? x - gap_to_next(s) : 0;
    for (int k = 0; k < s->row_count; k++) {
        if (!s->rows[k].state || (run && s->focus.before[k])) continue;
        point p[6];
        int n = lane_path(s, k, t, from, x, p);
        wire_draw(s->list, p, n,
                  (struct wire_style){line_ink(s, known), .head = fminf(5, gap_to_next(s) * 0.7f), .corner = 7});
    }
}

static bool memory_has(const struct stage *s, enum cell_op op) {
    int c = s->rows[s->row_c].slot, part = -1;
    for (int p = 0; p < s->cell->part_count; p++)
        if (s->cell->parts[p].result == c) part = p;
    for (int k = 0; part >= 0 && k < s->cell->parts[part].count; k++)
        if (s->cell->steps[s->cell->parts[part].first + k].op == op) return true;
    return false;
}

// In the widest columns there is room on the lane for what happens to the memory: times the gate, plus what
// is new.
static void lane_operators(struct stage *s, int t) {
    if (s->row_c < 0 || t == 0 || gap_to_next(s) < 44) return;
    bool known = state_of(s, t) != COLUMN_AHEAD;
    color ink = line_ink(s, known), ground = known ? s->theme->panel : s->theme->stage;
    float y = s->rows[s->row_c].y, x = stage_x(s, t);
    if (memory_has(s, OP_MUL)) {
        point at = {x - 29, y};
        draw_circle(s->list, at, 6, ground);
        draw_ring(s->list, at, 6, ink, 1.25f);
        for (int k = 0; k < 3; k++) { // the six-armed star
            float angle = (float)M_PI * (0.5f + (float)k / 3), dx = 3.2f * cosf(angle), dy = 3.2f * sinf(angle);
            draw_path_move(s->list, at.x - dx, at.y - dy);
            draw_path_line(s->list, at.x + dx, at.y + dy);
            draw_path_stroke(s->list, ink, 1.25f, false, false);
        }
    }
    if (!memory_has(s, OP_ADD)) return;
    point at = {x - 14, y};
    draw_circle(s->list, at, 6, ground);
    draw_ring(s->list, at, 6, ink, 1.25f);
    for (int k = 0; k < 2; k++) {
        draw_path_move(s->list, at.x - (k ? 0 : 3.2f), at.y - (k ? 3.2f : 0));
        draw_path_line(s->list, at.x + (k ? 0 : 3.2f), at.y + (k ? 3.2f : 0));
        draw_path_stroke(s->list, ink, 1.25f, false, false);
    }
}

static void one_hot(struct stage *s, int t, int symbol) {
    if (s->plan.one_hot <= 0) return;
    float x = stage_x(s, t), y = s->plan.one_hot;
    if (s->V > 60) {
        if (symbol < 0) return;
        char text[32];
        format_count(text, sizeof text, symbol + 1);
        draw_text(s->list, stage_center(s, t), y + 9, text,
                  (struct text_style){FONT_SANS_MEDIUM, 12, s->theme->ink3, ALIGN_CENTER});
        return;
    }
    float pitch = 75.6f / (float)s->V, width = fmaxf(1, pitch * 0.7f);
    for (int k = 0; k < s->V; k++)
        draw_rect_exact(s->list, (rect){x - 1.5f + (float)k * pitch, y, width, 10}, s->theme->line2, 0);
    if (symbol < 0) return;
    rect bar = {x - 1.5f + (float)symbol * pitch + width / 2 - 1.8f, y - 2, 3.6f, 14};
    draw_rect_exact(s->list, bar, s->theme->ink1, 1);
}

static void input(struct stage *s, int t, bool ahead, bool run) {
    const struct theme *theme = s->theme;
    int symbol = s->record->example.x ? s->record->example.x[t] : -1;
    float c = stage_center(s, t), size = s->plan.token_size, y = s->plan.token, k = size / 40;
    size = fminf(size, s->columns.pitch - 12);
    bool read = run && s->focus.x;
    rect r = {c - size / 2, y, size, s->plan.token_size};
    if (read) draw_rect(s->list, (rect){r.x - 4, y - 5, size + 8, r.h + 10}, theme->hi, 9);
    color edge = ahead ? theme->ghost : theme->ink2, ground = read ? theme->panel : theme->stage;
    if (symbol < 0) {
        draw_rect(s->list, r, ground, 6);
        draw_box_dashed(s->list, r, edge, 6, 1, 3, 3);
    } else { // an outline of 1 or 1.5 px, which a snapped box cannot have
        float line = ahead ? 1 : 1.5f;
        draw_rect_exact(s->list, r, edge, 6);
        draw_rect_exact(s->list, rect_inset(r, line), ground, 6 - line);
    }
    if (symbol < 0)
        draw_text(s->list, c, y + r.h * 0.675f, "0", (struct text_style){FONT_MONO, 20 * k, theme->ink3, ALIGN_CENTER});
    else
        stage_token(s, c, y + r.h * 0.7f, symbol, 23 * k, FONT_MONO_SEMIBOLD, ahead ? theme->ink3 : theme->ink1);
    if (!ahead) one_hot(s, t, symbol);
    if (read) return;
    float from = ahead || s->plan.one_hot <= 0 ? y - 2 : s->plan.one_hot - 3;
    wire_draw(s->list, (point[]){{c, from}, {c, s->plan.box_bottom}}, 2,
              (struct wire_style){line_ink(s, !ahead), .head = 6});
}

static void strips(struct stage *s, int t, enum column_state state, bool run) {
    if (state == COLUMN_AHEAD) return;
    for (int k = 0; k < s->row_count; k++) {
        bool ringed = run && (s->focus.row[k] || (s->focus.result[k] && s->marker >= 1));
        color cover = s->rows[k].lane ? s->theme->belt : s->theme->panel;
        bool known = stage_has(s, k, t);
        bool meets = k == s->row_a && k == s->row_in && s->row_count > 1;
        if (run && !known && meets) continue; // the place where a and x meet stays open
        stage_strip(s, k, t, run, run && !ringed ? &cover : NULL);
    }
}

static void output(struct stage *s, int t, bool run) {
    bool top = s->layer + 1 == s->record->layout.spec.layers; // else a goes into the layer above
    bool known = script_has_output(s->script, s->scene->position, t);
    bool filling = run && s->focus.y_hat_result;
    if (!known) {
        stage_target_chip(s, t, false, run || (s->step && s->step->t == t));
        return;
    }
    struct path riser;
    output_path(s, t, &riser);
    float half = belt_half(s);
    if (top && s->row_c >= 0 && gap_to_next(s) >= 10 && !filling)
        draw_rect(s->list, (rect){riser.p[0].x - 3.5f, s->rows[s->row_c].y - half, 7, 2 * half}, s->theme->stage, 0);
    color ink = filling ? s->theme->on_hi : s->theme->ink2;
    if (top) wire_draw(s->list, riser.p, riser.n, (struct wire_style){ink, .head = 6, .corner = 7});
    if (filling && s->fill <= 0)
        stage_target_chip(s, t, false, true);
    else if (s->plan.y_hat_rows)
        stage_y_hat(s, t);
    else
        stage_target_chip(s, t, true, run);
}

static void loss(struct stage *s, int t, bool run) {
    if (!script_has_loss(s->script, s->scene->position, t) || s->record->example.target[t] < 0) return;
    float c = stage_center(s, t), w = fminf(58, s->columns.pitch - 4);
    bool result = run && s->focus.loss_result;
    if (result && s->marker >= 1) draw_rect(s->list, (rect){c - w / 2, s->plan.loss - 13, w, 25}, s->theme->hi, 6);
    if (result && s->fill <= 0) return;
    stage_number(s, c, s->plan.loss + 6, "forward/loss", t, -1, tape_loss(s->record->tape, t), 2,
                 (struct text_style){FONT_SANS_SEMIBOLD, s->columns.pitch < 60 ? 15 : 17,
                                     result ? s->theme->on_hi : s->theme->ink1, ALIGN_CENTER});
}

static void column(struct stage *s, int t) {
    enum column_state state = state_of(s, t);
    bool run = runs(s, t), ahead = state == COLUMN_AHEAD;
    lanes_in(s, t);
    input(s, t, ahead, run);
    stage_time_label(s, t, run, ahead);
    if (run) running_wires(s, t);
    lane_operators(s, t);
    strips(s, t, state, run);
    output(s, t, run);
    loss(s, t, run);
}

void stage_forward(struct stage *s) {
    labels(s);
    belt(s);
    for (int t = 0; t < s->T; t++)
        box(s, t);
    marker(s);
    for (int t = 0; t < s->T; t++)
        column(s, t);
    for (int t = 0; t < s->T; t++) {
        bool top = s->layer + 1 == s->record->layout.spec.layers;
        bool out = top && script_has_output(s->script, s->scene->position, t);
        if (!out || state_of(s, t) == COLUMN_AHEAD) continue;
        draw_circle(s->list, (point){riser_x(s, t), s->rows[s->row_a].y}, fminf(3.25f, gap_to_next(s) * 0.3f),
                    s->theme->ink1);
    }
}
