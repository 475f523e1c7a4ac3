// The backward figure in full and compact columns: gradients as pills, arrows reversed, their width by the
// norm that they carry. "After" is the column that the gradient comes back from.
#include "stage_inner.h"
#include <math.h>

// Width of a wire by the norm of the gradient that it carries: the guide's rule.
static float thick(const struct stage *s, const double *gradient) {
    return 1.2f + 5.8f * gradient_length((float)record_norm(gradient, s->H));
}

// Where the gradient of a state leaves to the timestep before: on its own row, or from the weighted sums.
static float lane_y(const struct stage *s, int row) {
    const struct stage_track *track = s->track;
    return track->rows[row == track->row_a ? track->row_in : row].y;
}

static const double *from_loss(const struct stage *s, int row, int column) {
    const struct stage_track *track = s->track;
    return tape_from_loss(stage_side_of(s, column)->record->tape, track->layer, track->direction, row == track->row_c,
                          stage_t(s, column));
}

static const double *from_future(const struct stage *s, int row, int column) {
    const struct stage_track *track = s->track;
    return tape_from_future(stage_side_of(s, column)->record->tape, track->layer, track->direction, row == track->row_c,
                            stage_t(s, column));
}

static bool hears_loss(const struct stage *s, int column) {
    return record_hears_loss(stage_side_of(s, column)->record, s->track->layer, s->track->direction,
                             stage_t(s, column));
}

// --- the running step ---

// The way of the gradient from above: out of the prediction or of the layer above, over the box, down its side to the
// activation.
static int loss_path(const struct stage *s, int column, point *p) {
    point up[STAGE_PATH];
    int n = stage_link_path(s, column, up);
    for (int k = 0; k < n; k++)
        p[k] = up[n - 1 - k];
    if (stage_after(s, column) >= 0) return n;
    float edge = stage_out_edge(s, column); // nothing comes back here: straight into the box
    p[n - 1].x = p[n - 2].x = edge + stage_way(s) * fminf(11, stage_gap(s) * 0.7f);
    p[n] = (point){edge, p[n - 1].y};
    return n + 1;
}

static void mark(struct stage *s, const point *p, int n) {
    wire_marker(s->list, p, n, s->theme->hi, 11, 10, s->marker);
}

static void mark_sources(struct stage *s, int column) {
    const struct stage_track *track = s->track;
    const struct track_focus *f = &track->focus;
    int after = stage_after(s, column);
    bool seen = after >= 0 && stage_seen(s, after), memory = f->state_row == track->row_c;
    float c = stage_center(s, column), y = track->rows[f->state_row].y, edge = stage_out_edge(s, column);
    if (f->from_future && seen && memory) mark(s, (point[]){{stage_center(s, after), y}, {f->plus ? c : edge, y}}, 2);
    if (f->from_future && seen && !memory) {
        float in = track->rows[track->row_in].y, r = stage_riser(s, column);
        float from = in == y ? stage_in_edge(s, after) : stage_center(s, after);
        mark(s, (point[]){{from, in}, {r, in}, {r, y}, {f->plus ? c : r, y}}, 4);
    }
    if (f->from_loss && memory) mark(s, (point[]){{c, track->rows[track->row_a].y}, {c, y}}, 2);
    if (f->from_loss && !memory && hears_loss(s, column)) {
        point p[STAGE_PATH];
        int n = loss_path(s, column, p);
        if (f->plus) p[n++] = (point){c, y};
        mark(s, p, n);
    }
}

// A part, backward: from the gradient of its result to those of its operands, to the timestep before and to
// the input.
static void mark_part(struct stage *s, int column) {
    const struct stage_track *track = s->track;
    const struct track_focus *f = &track->focus;
    float c = stage_center(s, column);
    float out = stage_in_edge(s, column) - stage_way(s) * fminf(18, stage_gap(s) + 6);
    int from = -1;
    for (int k = 0; k < track->row_count; k++)
        if (f->row[k]) from = k;
    float y = from >= 0 ? track->rows[from].y : track->rows[track->row_in].y;
    for (int k = 0; k < track->row_count; k++) {
        if (f->result[k]) mark(s, (point[]){{c, y}, {c, track->rows[k].y}}, 2);
        if (f->leaves[k]) mark(s, (point[]){{c, y}, {c, lane_y(s, k)}, {out, lane_y(s, k)}}, 3);
    }
    if (!f->x) return;
    point p[STAGE_PATH];
    int n = stage_feed_path(s, column, y, p);
    if (track->layer == 0) p[0].y = s->plan.token;
    mark(s, p, n);
}

static void marker(struct stage *s) {
    const struct stage_track *track = s->track;
    const struct track_focus *f = &track->focus;
    if (!s->focus.running || !f->on || !stage_exists(s, s->now) || !stage_seen(s, s->now)) return;
    int after = stage_after(s, s->now);
    if (f->from_loss || f->from_future) mark_sources(s, s->now);
    if (s->step->kind == STEP_PART_BACK) mark_part(s, s->now);
    for (int k = 0; k < track->row_count; k++) {
        // what comes back is the sum over all gates: no strip of its own
        bool inner = k == track->row_a && track->row_in == k;
        if (f->before[k] && after >= 0 && stage_seen(s, after) && !inner)
            stage_ring(s, k == track->row_a ? track->row_in : k, after);
        if ((f->row[k] || (f->result[k] && s->marker >= 1)) && stage_has(s, k, s->now)) stage_ring(s, k, s->now);
    }
}

static void output_marker(struct stage *s) {
    if (!s->focus.running || !stage_seen(s, s->now)) return;
    float c = stage_center(s, s->now);
    if (s->focus.loss) mark(s, (point[]){{c, s->plan.loss + 10}, {c, s->plan.y_hat - 4}}, 2);
    if (s->focus.y_hat || s->focus.y_hat_result) stage_y_hat_ring(s, s->now);
}

// --- wires ---

static void loss_wire(struct stage *s, int column) {
    if (!hears_loss(s, column)) return;
    point p[STAGE_PATH];
    int n = loss_path(s, column, p);
    bool last = stage_after(s, column) < 0, inner = !stage_is_top(s);
    if (!stage_has_from_loss(s, column)) {
        p[2].x = p[3].x = stage_riser(s, column);
        wire_draw(s->list, p, 4, (struct wire_style){s->theme->ghost, .head = -1, .corner = 7});
        return;
    }
    float k = fminf(inner ? 3.5f : 4.5f, thick(s, from_loss(s, s->track->row_a, column)) * 0.62f);
    k = fminf(k, fmaxf(1.2f, stage_gap(s) * 0.3f));
    stage_cut(s, p[2].x, p[2].y, p[3].y);
    wire_draw(s->list, p, n,
              (struct wire_style){s->theme->grad, .width = k, .head = last ? 7 : -1, .corner = last ? 6 : 7});
}

// What comes back from the column after, on both lanes.
static void lanes(struct stage *s, int column) {
    const struct stage_track *track = s->track;
    int after = stage_after(s, column);
    if (after < 0) return;
    bool known = stage_has_from_future(s, column), seen = stage_seen(s, after);
    float edge = stage_out_edge(s, column), way = stage_way(s), gap = stage_gap(s);
    float next = seen ? stage_in_edge(s, after) : edge + way * gap;
    for (int k = 0; k < track->row_count; k++) {
        if (!track->rows[k].state) continue;
        float y = track->rows[k].y, width = known ? fminf(thick(s, from_future(s, k, column)), gap * 0.4f) : 1.5f;
        color ink = known ? s->theme->grad_f : s->theme->ghost;
        if (track->form != TRACK_FULL) width = fminf(width, 3);
        if (k != track->row_a) {
            wire_draw(
                s->list, (point[]){{next, y}, {edge, y}}, 2,
                (struct wire_style){ink, .width = width, .head = fminf(known ? 4 + width * 0.95f : 5, gap * 0.6f)});
            continue;
        }
        bool meets = known && stage_has_from_loss(s, column);
        float r = stage_riser(s, column), to = meets ? r + way * fminf(5, gap * 0.35f) : edge, in = lane_y(s, k);
        struct wire_style style = {ink, .width = fminf(width, 4.5f), .head = fminf(known ? 6 : 5, gap * 0.5f),
                                   .corner = 7};
        if (in == y)
            wire_draw(s->list, (point[]){{next, y}, {to, y}}, 2, style);
        else
            wire_draw(s->list, (point[]){{next, in}, {r, in}, {r, y + 7}}, 3, style);
    }
}

// Out of the first column: to a<0>, or to columns that are not seen.
static void stubs(struct stage *s, int column) {
    int before = stage_before(s, column);
    if (before >= 0 && stage_seen(s, before)) return;
    float x = stage_in_edge(s, column), to = x - 18 * stage_way(s);
    for (int k = 0; k < s->track->row_count; k++)
        if (s->track->rows[k].state)
            wire_draw(s->list, (point[]){{x, lane_y(s, k)}, {to, lane_y(s, k)}}, 2,
                      (struct wire_style){s->theme->ghost, .head = 5});
}

// The input's gradient on its way past another box, to the layer below.
static void bypass(struct stage *s, int column) {
    if (!stage_bypasses(s) || s->track->layer == 0) return;
    point p[STAGE_PATH];
    int n = stage_feed_path(s, column, s->track->box_bottom, p);
    bool known = stage_state(s, column) == COLUMN_DONE;
    stage_cut(s, p[2].x, p[2].y, p[3].y);
    for (int k = 1; k <= (n - 1) / 2; k++) { // from the box down
        point swap = p[k];
        p[k] = p[n - k];
        p[n - k] = swap;
    }
    wire_draw(s->list, p + 1, n - 1,
              (struct wire_style){known ? s->theme->grad : s->theme->ghost, .head = -1, .corner = 6});
}

// --- columns ---

static void strips(struct stage *s, int column) {
    const struct stage_track *track = s->track;
    bool run = stage_runs(s, column);
    if (stage_state(s, column) == COLUMN_AHEAD) return;
    for (int k = 0; k < track->row_count; k++) {
        bool known = stage_has(s, k, column);
        bool ringed = run && known && (track->focus.row[k] || (track->focus.result[k] && s->marker >= 1));
        color cover = track->rows[k].lane ? s->theme->belt : s->theme->panel;
        stage_strip(s, k, column, run, run && !ringed ? &cover : NULL);
    }
}

// Where both sources meet: a forward copy is a backward sum.
static void plus(struct stage *s, int column) {
    if (stage_after(s, column) < 0 || !stage_has_from_loss(s, column)) return;
    const struct stage_track *track = s->track;
    point at = {stage_riser(s, column), track->rows[track->row_a].y};
    bool now = stage_runs(s, column) && track->focus.plus && track->focus.state_row == track->row_a;
    float radius = fminf(track->form == TRACK_FULL ? 6 : 5, stage_gap(s) * 0.45f);
    wire_plus(s->list, at, radius, now ? s->theme->on_hi : s->theme->grad, now ? s->theme->hi : s->theme->panel);
}

// What the running part sends to the timestep before, in ink that reads on yellow.
static void leaving(struct stage *s, int column) {
    if (!stage_runs(s, column)) return;
    float way = stage_way(s), x = stage_in_edge(s, column) - way;
    float to = x - way * ((stage_before(s, column) >= 0 ? fminf(18, stage_gap(s)) : 18) - 1);
    for (int k = 0; k < s->track->row_count; k++)
        if (s->track->focus.leaves[k])
            wire_draw(s->list, (point[]){{x, lane_y(s, k)}, {to, lane_y(s, k)}}, 2,
                      (struct wire_style){s->theme->on_hi, .head = fminf(6, stage_gap(s) * 0.5f)});
}

static void prediction(struct stage *s, int column, bool known) {
    if (!stage_has_target(s, column)) return;
    color ink = known ? s->theme->loss : s->theme->ink3;
    int t = stage_t(s, column);
    bool operand = s->focus.running && column == s->now && s->focus.loss;
    float c = stage_center(s, column), w = fminf(58, s->columns.pitch - 4);
    if (operand) draw_rect(s->list, (rect){c - w / 2, s->plan.loss - 12, w, 24}, s->theme->hi, 6);
    if (stage_has_loss(s, column))
        stage_number(s, c, s->plan.loss + 6, "forward/loss", t, -1, tape_loss(s->record->tape, t), 2,
                     (struct text_style){FONT_SANS_SEMIBOLD, s->columns.pitch < 60 ? 14 : 16,
                                         operand ? s->theme->on_hi : ink, ALIGN_CENTER});
    if (!stage_has_output(s, column)) return;
    if (s->plan.y_hat_rows)
        stage_y_hat(s, column);
    else
        stage_target_chip(s, column, known, false);
}

static void ends(struct stage *s, int column) {
    bool run = s->focus.running && column == s->now, ahead = true, heard = false;
    for (int k = 0; k < s->track_count; k++) {
        s->track = &s->tracks[k];
        if (!stage_exists(s, column)) continue;
        bool there = stage_state(s, column) != COLUMN_AHEAD;
        heard |= there && stage_is_top(s);
        if (s->track->layer == 0) ahead &= !there;
    }
    prediction(s, column, heard || run);
    stage_input(s, column, ahead, run && s->focus.x);
    stage_time_label(s, column, run, ahead);
}

void stage_backward(struct stage *s) {
    stage_labels(s);
    stage_captions(s, s->plan.t_label + 4);
    for (int k = 0; k < s->track_count; k++) {
        s->track = &s->tracks[k];
        stage_belt(s);
    }
    stage_each(s, stage_box);
    for (int k = 0; k < s->track_count; k++) {
        s->track = &s->tracks[k];
        marker(s);
    }
    output_marker(s);
    for (int column = s->columns.first; column < stage_end(s); column++)
        ends(s, column);
    stage_each(s, lanes);
    stage_each(s, stubs);
    stage_hand_over(s);
    stage_each(s, bypass);
    stage_each(s, loss_wire);
    stage_each(s, strips);
    stage_each(s, plus);
    stage_each(s, leaving);
}
