// The backward figure in full and compact columns: gradients as pills, arrows reversed, their width by the
// norm that they carry.
#include "stage_inner.h"
#include <math.h>

static enum column_state state_of(const struct stage *s, int t) {
    const struct step *step = s->step;
    if (!step || step->phase < PHASE_BACKWARD) return COLUMN_AHEAD;
    if (step->phase == PHASE_BACKWARD && step->t == t) return COLUMN_RUNNING;
    return stage_has(s, s->row_a, t) ? COLUMN_DONE : COLUMN_AHEAD;
}

static bool runs(const struct stage *s, int t) {
    return s->focus.running && s->step->t == t;
}

static float gap_to_next(const struct stage *s) {
    return s->columns.pitch - s->columns.width;
}

static float riser_x(const struct stage *s, int t) {
    return stage_x(s, t) + s->columns.width + fminf(5, gap_to_next(s) * 0.4f);
}

// Width of a wire by the norm of the gradient that it carries: the guide's rule.
static float thick(const struct stage *s, const double *gradient) {
    double sum = 0;
    for (int i = 0; gradient && i < s->H; i++)
        sum += gradient[i] * gradient[i];
    return 1.2f + 5.8f * gradient_length((float)sqrt(sum));
}

// Where the gradient of a state leaves to the timestep before: on its own row, or from the weighted sums.
static float lane_y(const struct stage *s, int row) {
    return s->rows[row == s->row_a ? s->row_in : row].y;
}

static int state_index(const struct stage *s, int row) {
    return row == s->row_c ? 1 : 0;
}

static const double *from_loss(const struct stage *s, int row, int t) {
    return tape_from_loss(s->record->tape, s->layer, s->direction, state_index(s, row), t);
}

static const double *from_future(const struct stage *s, int row, int t) {
    return tape_from_future(s->record->tape, s->layer, s->direction, state_index(s, row), t);
}

static bool has_from_loss(const struct stage *s, int t) {
    return script_has_from_loss(s->script, s->scene->position, s->layer, s->direction, t);
}

static bool has_from_future(const struct stage *s, int t) {
    return script_has_from_future(s->script, s->scene->position, s->layer, s->direction, t);
}

// --- ground ---

static void labels(struct stage *s) {
    char markup[STAGE_LABEL];
    struct label_style style = {s->scene->state->notation, true};
    label_output(markup, sizeof markup, "L", LABEL_SYMBOLIC, style);
    stage_side_label(s, markup, s->plan.loss, 19);
    label_output(markup, sizeof markup, "\\hat{y}", LABEL_SYMBOLIC, style);
    stage_side_label(s, markup, s->plan.y_hat + fminf(46, (s->plan.y_hat_bottom - s->plan.y_hat) * 0.5f), 19);
    for (int k = 0; k < s->row_count; k++)
        stage_row_label(s, k);
    label_output(markup, sizeof markup, "x", LABEL_SYMBOLIC, style);
    stage_side_label(s, markup, s->plan.token + s->plan.token_size / 2, 19);
}

static float belt_half(const struct stage *s) {
    return fminf(16, s->rows[0].height / 2 + 4);
}

static void belt(struct stage *s) {
    if (s->row_c < 0) return;
    int reached = s->T; // first column that the walk back has come to
    while (reached > 0 && state_of(s, reached - 1) != COLUMN_AHEAD)
        reached--;
    float y = s->rows[s->row_c].y - belt_half(s), h = 2 * belt_half(s), start = s->columns.x0 + 8;
    float x = reached < s->T ? stage_x(s, reached) - (reached > 0 ? 18 : 0) : stage_x(s, s->T - 1) + s->columns.width;
    float end = stage_x(s, s->T - 1) + s->columns.width;
    if (end > x) draw_rect(s->list, (rect){x, y, end - x, h}, s->theme->belt, 0);
    if (x > start)
        draw_rect(s->list, (rect){start, y, x - start, h}, color_mix(s->theme->stage, s->theme->belt, 0.45f), 0);
}

static void box(struct stage *s, int t) {
    const struct theme *theme = s->theme;
    rect r = {stage_x(s, t), s->plan.box_top, s->columns.width, s->plan.box_bottom - s->plan.box_top};
    if (state_of(s, t) == COLUMN_AHEAD) {
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

// The way of the gradient from the loss: out of the prediction, over the box, down its right side to the
// activation.
static int loss_path(const struct stage *s, int t, point *p) {
    bool last = t == s->T - 1;
    float c = stage_center(s, t), edge = stage_x(s, t) + s->columns.width, a = s->rows[s->row_a].y;
    float r = last ? edge + fminf(11, gap_to_next(s) * 0.7f) : riser_x(s, t);
    p[0] = (point){c, s->plan.y_hat_bottom + 5};
    p[1] = (point){c, s->plan.riser};
    p[2] = (point){r, s->plan.riser};
    p[3] = (point){r, a};
    p[4] = (point){edge, a};
    return last ? 5 : 4;
}

static void mark(struct stage *s, const point *p, int n) {
    wire_marker(s->list, p, n, s->theme->hi, 11, 10, s->marker);
}

static void mark_sources(struct stage *s, int t) {
    const struct stage_focus *f = &s->focus;
    float c = stage_center(s, t), y = s->rows[f->state_row].y, x = stage_x(s, t) + s->columns.width;
    bool memory = f->state_row == s->row_c;
    if (f->from_future && memory) mark(s, (point[]){{stage_center(s, t + 1), y}, {f->plus ? c : x, y}}, 2);
    if (f->from_future && !memory) {
        float in = s->rows[s->row_in].y, r = riser_x(s, t), from = in == y ? stage_x(s, t + 1) : stage_center(s, t + 1);
        mark(s, (point[]){{from, in}, {r, in}, {r, y}, {f->plus ? c : r, y}}, 4);
    }
    if (f->from_loss && memory) mark(s, (point[]){{c, s->rows[s->row_a].y}, {c, y}}, 2);
    if (f->from_loss && !memory && s->layer + 1 == s->record->layout.spec.layers) {
        point p[6];
        int n = loss_path(s, t, p);
        if (f->plus) p[n++] = (point){c, y};
        mark(s, p, n);
    }
}

// A part, backward: from the gradient of its result to those of its operands, to the timestep before and to
// the input.
static void mark_part(struct stage *s, int t) {
    const struct stage_focus *f = &s->focus;
    float c = stage_center(s, t), left = stage_x(s, t) - fminf(18, gap_to_next(s) + 6);
    int from = -1;
    for (int k = 0; k < s->row_count; k++)
        if (f->row[k]) from = k;
    if (from < 0) return;
    float y = s->rows[from].y;
    for (int k = 0; k < s->row_count; k++) {
        if (f->result[k]) mark(s, (point[]){{c, y}, {c, s->rows[k].y}}, 2);
        if (f->leaves[k]) mark(s, (point[]){{c, y}, {c, lane_y(s, k)}, {left, lane_y(s, k)}}, 3);
    }
    if (f->x) mark(s, (point[]){{c, y}, {c, s->plan.token}}, 2);
}

static void y_hat_ring(struct stage *s, int t) {
    float x = stage_x(s, t), out = s->columns.pitch < 66 ? 2 : 5, bottom = s->plan.y_hat_bottom;
    rect r = {x - out, s->plan.y_hat - 4, s->columns.width + 2 * out, bottom - s->plan.y_hat + 8};
    draw_rect(s->list, r, s->theme->hi, 8);
    draw_rect(s->list, rect_inset(r, 2.5f), s->theme->stage, 5.5f);
}

static void marker(struct stage *s) {
    const struct stage_focus *f = &s->focus;
    if (!f->running) return;
    int t = s->step->t;
    float c = stage_center(s, t);
    if (f->loss) mark(s, (point[]){{c, s->plan.loss + 10}, {c, s->plan.y_hat - 4}}, 2);
    if (f->from_loss || f->from_future) mark_sources(s, t);
    if (s->step->kind == STEP_PART_BACK) mark_part(s, t);
    if (f->y_hat || f->y_hat_result) y_hat_ring(s, t);
    for (int k = 0; k < s->row_count; k++) {
        bool inner = k == s->row_a && s->row_in == k; // what comes back is the sum over all gates: no strip of its own
        if (f->before[k] && t + 1 < s->T && !inner) stage_ring(s, k == s->row_a ? s->row_in : k, t + 1);
        if ((f->row[k] || (f->result[k] && s->marker >= 1)) && stage_has(s, k, t)) stage_ring(s, k, t);
    }
}

// --- columns ---

static void prediction(struct stage *s, int t, bool known) {
    color ink = known ? s->theme->loss : s->theme->ink3;
    if (s->record->example.target[t] < 0) return;
    bool operand = runs(s, t) && s->focus.loss;
    float c = stage_center(s, t), w = fminf(58, s->columns.pitch - 4);
    if (operand) draw_rect(s->list, (rect){c - w / 2, s->plan.loss - 12, w, 24}, s->theme->hi, 6);
    if (script_has_loss(s->script, s->scene->position, t))
        stage_number(s, c, s->plan.loss + 6, "forward/loss", t, -1, tape_loss(s->record->tape, t), 2,
                     (struct text_style){FONT_SANS_SEMIBOLD, s->columns.pitch < 60 ? 14 : 16,
                                         operand ? s->theme->on_hi : ink, ALIGN_CENTER});
    if (!script_has_output(s->script, s->scene->position, t)) return;
    if (s->plan.y_hat_rows)
        stage_y_hat(s, t);
    else
        stage_target_chip(s, t, known, false);
}

static void loss_wire(struct stage *s, int t) {
    if (s->layer + 1 < s->record->layout.spec.layers || s->record->example.target[t] < 0) return;
    point p[6];
    bool known = has_from_loss(s, t);
    int n = loss_path(s, t, p);
    if (!known) {
        p[3].x = p[2].x = riser_x(s, t);
        wire_draw(s->list, p, 4, (struct wire_style){s->theme->ghost, .head = -1, .corner = 7});
        return;
    }
    float k = fminf(4.5f, thick(s, from_loss(s, s->row_a, t)) * 0.62f);
    k = fminf(k, fmaxf(1.2f, gap_to_next(s) * 0.3f));
    bool last = n == 5;
    if (s->row_c >= 0 && !last && gap_to_next(s) >= 10) {
        rect cut = {p[2].x - k / 2 - 2.5f, s->rows[s->row_c].y - belt_half(s), k + 5, 2 * belt_half(s)};
        draw_rect(s->list, cut, s->theme->stage, 0);
    }
    wire_draw(s->list, p, n,
              (struct wire_style){s->theme->grad, .width = k, .head = last ? 7 : -1, .corner = last ? 6 : 7});
}

// What comes back from t + 1, on both lanes.
static void lanes(struct stage *s, int t) {
    if (t + 1 >= s->T) return;
    bool known = has_from_future(s, t);
    float edge = stage_x(s, t) + s->columns.width, next = stage_x(s, t + 1), gap = gap_to_next(s);
    for (int k = 0; k < s->row_count; k++) {
        if (!s->rows[k].state) continue;
        float y = s->rows[k].y, width = known ? fminf(thick(s, from_future(s, k, t)), gap * 0.4f) : 1.5f;
        color ink = known ? s->theme->grad_f : s->theme->ghost;
        if (k == s->row_a) {
            float to = known && has_from_loss(s, t) ? riser_x(s, t) + fminf(5, gap * 0.35f) : edge;
            float in = lane_y(s, k), r = riser_x(s, t);
            struct wire_style style = {ink, .width = fminf(width, 4.5f), .head = fminf(known ? 6 : 5, gap * 0.5f),
                                       .corner = 7};
            if (in == y)
                wire_draw(s->list, (point[]){{next, y}, {to, y}}, 2, style);
            else
                wire_draw(s->list, (point[]){{next, in}, {r, in}, {r, y + 7}}, 3, style);
        } else
            wire_draw(
                s->list, (point[]){{next, y}, {edge, y}}, 2,
                (struct wire_style){ink, .width = width, .head = fminf(known ? 4 + width * 0.95f : 5, gap * 0.6f)});
    }
}

static void first_stubs(struct stage *s) {
    float x = stage_x(s, 0);
    for (int k = 0; k < s->row_count; k++)
        if (s->rows[k].state)
            wire_draw(s->list, (point[]){{x, lane_y(s, k)}, {x - 18, lane_y(s, k)}}, 2,
                      (struct wire_style){s->theme->ghost, .head = 5});
}

static void strips(struct stage *s, int t, bool run) {
    for (int k = 0; k < s->row_count; k++) {
        bool known = stage_has(s, k, t);
        bool ringed = run && known && (s->focus.row[k] || (s->focus.result[k] && s->marker >= 1));
        color cover = s->rows[k].lane ? s->theme->belt : s->theme->panel;
        stage_strip(s, k, t, run, run && !ringed ? &cover : NULL);
    }
}

static void input(struct stage *s, int t, bool ahead, bool run) {
    const struct theme *theme = s->theme;
    int symbol = s->record->example.x ? s->record->example.x[t] : -1;
    float c = stage_center(s, t), h = s->plan.token_size, w = fminf(h + 2, s->columns.pitch - 8), k = h / 28;
    rect r = {c - w / 2, s->plan.token, w, h};
    if (run && s->focus.x) {
        draw_rect(s->list, rect_inset(r, -3), theme->hi, 7);
        draw_rect(s->list, r, theme->panel, 5);
    }
    color edge = ahead ? theme->ghost : theme->line2;
    if (symbol < 0) {
        draw_box_dashed(s->list, r, edge, 5, 1, 3, 3);
        draw_text(s->list, c, r.y + h * 0.71f, "0", (struct text_style){FONT_MONO, 15 * k, theme->ink3, ALIGN_CENTER});
        return;
    }
    draw_box(s->list, r, edge, 5, 1);
    stage_token(s, c, r.y + h * 0.71f, symbol, 16 * k, FONT_MONO_SEMIBOLD, ahead ? theme->ink3 : theme->ink2);
}

static void column(struct stage *s, int t) {
    enum column_state state = state_of(s, t);
    bool ahead = state == COLUMN_AHEAD, run = runs(s, t);
    prediction(s, t, !ahead);
    loss_wire(s, t);
    lanes(s, t);
    if (t == 0) first_stubs(s);
    if (!ahead) strips(s, t, run);
    input(s, t, ahead, run);
    stage_time_label(s, t, run, ahead);
}

// Where both sources meet: a forward copy is a backward sum.
static void plus(struct stage *s, int t) {
    if (t + 1 >= s->T || !has_from_loss(s, t)) return;
    point at = {riser_x(s, t), s->rows[s->row_a].y};
    bool now = runs(s, t) && s->focus.plus && s->focus.state_row == s->row_a;
    float radius = fminf(6, gap_to_next(s) * 0.45f);
    wire_plus(s->list, at, radius, now ? s->theme->on_hi : s->theme->grad, now ? s->theme->hi : s->theme->panel);
}

// What the running part sends to the timestep before, in ink that reads on yellow.
static void leaving(struct stage *s, int t) {
    if (!runs(s, t)) return;
    float x = stage_x(s, t), to = x - (t > 0 ? fminf(18, gap_to_next(s)) : 18);
    for (int k = 0; k < s->row_count; k++)
        if (s->focus.leaves[k])
            wire_draw(s->list, (point[]){{x - 1, lane_y(s, k)}, {to, lane_y(s, k)}}, 2,
                      (struct wire_style){s->theme->on_hi, .head = fminf(6, gap_to_next(s) * 0.5f)});
}

void stage_backward(struct stage *s) {
    labels(s);
    belt(s);
    for (int t = 0; t < s->T; t++)
        box(s, t);
    marker(s);
    for (int t = 0; t < s->T; t++)
        column(s, t);
    for (int t = 0; t < s->T; t++) {
        plus(s, t);
        leaving(s, t);
    }
}
