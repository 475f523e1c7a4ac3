// The forward figure in full and compact columns: what is computed so far, the running step's operands on the
// highlighter.
#include "stage_inner.h"
#include <math.h>

static color line_ink(const struct stage *s, bool known) {
    return known ? s->theme->ink2 : s->theme->ghost;
}

// --- the running step ---

// The row that the operands run to, along the middle of the column: the topmost result, or the lowest.
static int target_row(const struct stage *s) {
    for (int k = 0; k < s->track->row_count; k++)
        if (s->track->focus.result[k]) return k;
    return -1;
}

static float row_end(const struct stage *s, int row, bool from_below) {
    const struct stage_row *at = &s->track->rows[row];
    float half = at->height / 2 + 4;
    return at->y + (from_below ? half : -half);
}

struct path {
    point p[STAGE_PATH];
    int n;
};

// Wires of the running step inside its column: what is read, to the row that it goes to.
static int operand_paths(const struct stage *s, struct path *out) {
    const struct stage_track *track = s->track;
    const struct track_focus *f = &track->focus;
    int before = stage_before(s, s->now), target = target_row(s), n = 0;
    float c = stage_center(s, s->now), in = track->rows[track->row_in].y;
    for (int k = 0; k < track->row_count; k++) {
        if (f->before[k]) {
            out[n].n = stage_state_path(s, k, s->now, before >= 0 ? stage_center(s, before) : 0, c, out[n].p);
            if (k == track->row_a && target >= 0 && target != track->row_in)
                out[n].p[out[n].n++] = (point){c, track->rows[target].y};
            n++;
        }
        if (f->row[k] && target >= 0) out[n++] = (struct path){{{c, track->rows[k].y}, {c, track->rows[target].y}}, 2};
    }
    if (f->x) {
        out[n].n = stage_feed_path(s, s->now, in, out[n].p);
        if (track->layer == 0) out[n].p[0].y = s->plan.token + 6;
        n++;
    }
    return n;
}

static void mark(struct stage *s, const point *p, int n) {
    wire_marker(s->list, p, n, s->theme->hi, 11, 10, s->marker);
}

// What reads the activation of this track is running: the wire up to it.
static void mark_link(struct stage *s, int column, bool ring) {
    struct path link;
    link.n = stage_link_path(s, column, link.p);
    mark(s, (point[]){{stage_center(s, column), link.p[0].y}, link.p[0]}, 2);
    mark(s, link.p, link.n);
    if (ring) stage_ring(s, s->track->row_a, column);
}

static struct stage_track *running_track(struct stage *s) { // that reads what the layer below hands up
    for (int k = 0; k < s->track_count; k++)
        if (s->tracks[k].focus.on && s->tracks[k].focus.x && s->tracks[k].layer > 0) return &s->tracks[k];
    return NULL;
}

static void marker(struct stage *s) {
    const struct stage_track *track = s->track;
    const struct track_focus *f = &track->focus;
    const struct stage_track *reader = running_track(s);
    if (!s->focus.running || !stage_exists(s, s->now)) return;
    if (reader && reader->layer == track->layer + 1) mark_link(s, s->now, true);
    if (s->focus.y_hat_result && stage_is_top(s)) {
        for (int column = s->columns.first; column < stage_end(s); column++)
            if (stage_exists(s, column) && stage_has_link(s, column) && stage_reader(s, column) == s->now)
                mark_link(s, column, false);
    }
    if (!f->on) return;
    struct path paths[2 * STAGE_ROWS + 2];
    int n = operand_paths(s, paths), before = stage_before(s, s->now);
    for (int k = 0; k < n; k++)
        mark(s, paths[k].p, paths[k].n);
    for (int k = 0; k < track->row_count; k++) {
        if (f->before[k] && before >= 0 && stage_seen(s, before)) stage_ring(s, k, before);
        if (f->row[k] || (f->result[k] && s->marker >= 1)) stage_ring(s, k, s->now);
    }
}

static void output_marker(struct stage *s) {
    if (!s->focus.running || !stage_seen(s, s->now)) return;
    float c = stage_center(s, s->now);
    if (s->focus.y_hat_result && s->marker >= 1) stage_y_hat_ring(s, s->now);
    if (!s->focus.loss_result) return;
    stage_y_hat_ring(s, s->now);
    mark(s, (point[]){{c, s->plan.y_hat - 5}, {c, s->plan.loss + 8}}, 2);
}

// The wires on the marker, in ink that reads on yellow.
static void running_wires(struct stage *s, int column) {
    const struct stage_track *track = s->track;
    const struct track_focus *f = &track->focus;
    color ink = s->theme->on_hi;
    int before = stage_before(s, column), target = target_row(s);
    float c = stage_center(s, column), edge = stage_in_edge(s, column), way = stage_way(s);
    float from = before >= 0 ? stage_out_edge(s, before) + 3 * way : 0, in = track->rows[track->row_in].y;
    struct wire_style plain = {ink, .head = -1, .corner = 10}, arrow = {ink, .head = 6, .corner = 10};
    // a and x meet in the open middle of the column; else in the strip of the sums, or of the state itself
    bool joins = track->row_in == track->row_a && target != track->row_a && track->row_count > 1;
    point p[STAGE_PATH];
    if (f->before[track->row_a]) {
        int n = stage_state_path(s, track->row_a, column, from, joins ? c - 4 * way : edge + way, p);
        wire_draw(s->list, p, n, joins ? plain : (struct wire_style){ink, .head = 5, .corner = 7});
        if (joins) draw_circle(s->list, (point){c, in}, 3.5f, ink);
    }
    if (track->row_c >= 0 && f->before[track->row_c])
        wire_draw(s->list, p, stage_state_path(s, track->row_c, column, from, edge, p),
                  (struct wire_style){ink, .head = 5});
    if (f->x) {
        bool up = target >= 0 || !joins;
        float to = !joins ? row_end(s, track->row_in, true) : up ? row_end(s, target, true) : in;
        wire_draw(s->list, p, stage_feed_path(s, column, to, p), up ? arrow : plain);
    }
    if (f->x && !joins && target >= 0 && target != track->row_in) // the sums become the activation
        wire_draw(s->list, (point[]){{c, row_end(s, track->row_in, false)}, {c, row_end(s, target, true)}}, 2, arrow);
    for (int k = 0; k < track->row_count; k++) {
        if (!f->row[k] || target < 0) continue;
        bool below = track->rows[k].y > track->rows[target].y;
        if (f->x && below) continue; // x comes up the same way
        wire_draw(s->list, (point[]){{c, row_end(s, k, !below)}, {c, row_end(s, target, below)}}, 2, arrow);
    }
}

// --- wires ---

static void lanes_in(struct stage *s, int column) {
    const struct stage_track *track = s->track;
    bool known = stage_state(s, column) != COLUMN_AHEAD, run = stage_runs(s, column);
    int before = stage_before(s, column);
    float way = stage_way(s), edge = stage_in_edge(s, column), out = edge - stage_gap(s) * way;
    if (before >= 0) out = stage_out_edge(s, before);
    for (int k = 0; k < track->row_count; k++) {
        if (!track->rows[k].state || (run && track->focus.before[k])) continue;
        point p[STAGE_PATH];
        bool crossed = k == track->row_c && before >= 0 && stage_gap(s) >= 10 &&
                       stage_has_link(s, before); // by the wire up from the activation
        int n = stage_state_path(s, k, column, crossed ? stage_riser(s, before) + 3.5f * way : out, edge, p);
        wire_draw(s->list, p, n,
                  (struct wire_style){line_ink(s, known), .head = fminf(5, stage_gap(s) * 0.7f), .corner = 7});
    }
}

static bool memory_has(const struct stage *s, enum cell_op op) {
    int c = s->track->rows[s->track->row_c].slot, part = -1;
    for (int p = 0; p < s->cell->part_count; p++)
        if (s->cell->parts[p].result == c) part = p;
    for (int k = 0; part >= 0 && k < s->cell->parts[part].count; k++)
        if (s->cell->steps[s->cell->parts[part].first + k].op == op) return true;
    return false;
}

static void lane_operator(struct stage *s, point at, int arms, color ink, color ground) {
    draw_circle(s->list, at, 6, ground);
    draw_ring(s->list, at, 6, ink, 1.25f);
    for (int k = 0; k < arms; k++) { // three: the six-armed star; two: the plus
        float angle = (float)M_PI * (0.5f + (float)k / (float)arms), dx = 3.2f * cosf(angle), dy = 3.2f * sinf(angle);
        draw_path_move(s->list, at.x - dx, at.y - dy);
        draw_path_line(s->list, at.x + dx, at.y + dy);
        draw_path_stroke(s->list, ink, 1.25f, false, false);
    }
}

// In the widest columns there is room on the lane for what happens to the memory: times the gate, plus what
// is new.
static void lane_operators(struct stage *s, int column) {
    const struct stage_track *track = s->track;
    int before = track->row_c >= 0 ? stage_before(s, column) : -1;
    if (track->form != TRACK_FULL || before < 0 || !stage_seen(s, before) || stage_gap(s) < 44) return;
    bool known = stage_state(s, column) != COLUMN_AHEAD;
    color ink = line_ink(s, known), ground = known ? s->theme->panel : s->theme->stage;
    float y = track->rows[track->row_c].y, x = stage_in_edge(s, column), way = stage_way(s);
    if (memory_has(s, OP_MUL)) lane_operator(s, (point){x - 29 * way, y}, 3, ink, ground);
    if (memory_has(s, OP_ADD)) lane_operator(s, (point){x - 14 * way, y}, 2, ink, ground);
}

// Where both directions come together they are concatenated: a bar, and a thicker wire after it.
static void join(struct stage *s, point at, float to, color ink) {
    draw_rect_exact(s->list, (rect){at.x - 7, at.y - 2, 14, 4}, ink, 1);
    wire_draw(s->list, (point[]){{at.x, at.y}, {at.x, to}}, 2, (struct wire_style){ink, .width = 2.5f, .head = 6});
}

// From the activation up to the layer above, or to the prediction.
static void link(struct stage *s, int column) {
    bool top = stage_is_top(s);
    int reader = stage_reader(s, column);
    if (!stage_has_link(s, column) || !stage_seen(s, reader)) return;
    if (top && !stage_has_output(s, reader)) return;
    bool known = stage_has(s, s->track->row_a, column), filling = top && s->focus.y_hat_result && reader == s->now;
    point p[STAGE_PATH];
    int n = stage_link_path(s, column, p);
    color ink = filling ? s->theme->on_hi : line_ink(s, known);
    stage_cut(s, p[0].x, p[0].y, p[1].y);
    bool both = stage_side_of(s, column)->directions > 1;
    wire_draw(s->list, p, both ? n - 1 : n, (struct wire_style){ink, .head = both ? -1 : 6, .corner = 7});
    if (both && s->track->direction == 0) join(s, p[n - 2], p[n - 1].y, ink);
    if (known)
        draw_circle(s->list, p[0], fminf(s->track->form == TRACK_FULL ? 3.25f : 2.5f, stage_gap(s) * 0.3f),
                    s->theme->ink1);
}

// One to many: the symbol of the timestep before is fed back as the input.
static void fed_back(struct stage *s, int column) {
    int before = stage_before(s, column);
    bool kind = s->record->layout.spec.kind == NET_ONE_TO_MANY && stage_bottom_track(s, 0) == s->track;
    if (!kind || before < 0 || !stage_seen(s, before) || !stage_has_target(s, before)) return;
    int symbol = stage_symbol(s, column);
    if (symbol < 0 || symbol != s->record->example.target[stage_t(s, before)]) return;
    bool known = stage_has_output(s, before);
    float from = s->plan.y_hat + (s->plan.y_hat_bottom - s->plan.y_hat) / 2;
    float x = stage_x(s, column) - fminf(8, stage_gap(s) * 0.45f), to = s->plan.token + s->plan.token_size / 2;
    float edge = stage_center(s, column) - fminf(s->plan.token_size, s->columns.pitch - 12) / 2;
    stage_cut(s, x, from, to);
    wire_draw(s->list, (point[]){{stage_x(s, before) + s->columns.width, from}, {x, from}, {x, to}, {edge - 1, to}}, 4,
              (struct wire_style){line_ink(s, known), .head = 5, .corner = 6, .dash = 3, .gap = 3});
}

// The input's way past another box.
static void bypass(struct stage *s, int column, bool ahead) {
    if (!stage_bypasses(s) || (stage_runs(s, column) && s->track->focus.x)) return;
    point p[STAGE_PATH];
    int n = stage_feed_path(s, column, s->track->box_bottom, p);
    stage_cut(s, p[2].x, p[2].y, p[3].y);
    wire_draw(s->list, p + 1, n - 1, (struct wire_style){line_ink(s, !ahead), .head = 5, .corner = 6});
}

// --- columns ---

static void strips(struct stage *s, int column, enum column_state state, bool run) {
    const struct stage_track *track = s->track;
    if (state == COLUMN_AHEAD) return;
    for (int k = 0; k < track->row_count; k++) {
        bool ringed = run && (track->focus.row[k] || (track->focus.result[k] && s->marker >= 1));
        color cover = track->rows[k].lane ? s->theme->belt : s->theme->panel;
        bool known = stage_has(s, k, column);
        bool meets = k == track->row_a && k == track->row_in && track->row_count > 1;
        if (run && !known && meets) continue; // the place where a and x meet stays open
        stage_strip(s, k, column, run, run && !ringed ? &cover : NULL);
    }
}

static void output(struct stage *s, int column) {
    bool run = s->focus.running && column == s->now;
    if (!stage_gives_output(s, column)) return;
    if (!stage_has_output(s, column) || (run && s->focus.y_hat_result && s->fill <= 0))
        stage_target_chip(s, column, false, run);
    else if (s->plan.y_hat_rows)
        stage_y_hat(s, column);
    else
        stage_target_chip(s, column, true, run);
}

static void loss(struct stage *s, int column) {
    if (!stage_has_loss(s, column)) return;
    float c = stage_center(s, column), w = fminf(58, s->columns.pitch - 4);
    bool result = s->focus.running && column == s->now && s->focus.loss_result;
    if (result && s->marker >= 1) draw_rect(s->list, (rect){c - w / 2, s->plan.loss - 13, w, 25}, s->theme->hi, 6);
    if (result && s->fill <= 0) return;
    int t = stage_t(s, column);
    stage_number(s, c, s->plan.loss + 6, "forward/loss", t, -1, tape_loss(s->record->tape, t), 2,
                 (struct text_style){FONT_SANS_SEMIBOLD, s->columns.pitch < 60 ? 15 : 17,
                                     result ? s->theme->on_hi : s->theme->ink1, ALIGN_CENTER});
}

static void track_column(struct stage *s, int column) {
    enum column_state state = stage_state(s, column);
    bool run = stage_runs(s, column);
    bypass(s, column, state == COLUMN_AHEAD);
    if (run) running_wires(s, column);
    lane_operators(s, column);
    strips(s, column, state, run);
}

// Whether any layer has come to the column: its input is then no longer ahead.
static bool reached(struct stage *s, int column) {
    for (int k = 0; k < s->track_count; k++) {
        s->track = &s->tracks[k];
        if (s->track->layer == 0 && stage_exists(s, column) && stage_state(s, column) != COLUMN_AHEAD) return true;
    }
    return false;
}

static void ends(struct stage *s, int column) {
    bool run = s->focus.running && column == s->now, ahead = !reached(s, column);
    stage_input(s, column, ahead, run && s->focus.x);
    stage_time_label(s, column, run, ahead);
    output(s, column);
    loss(s, column);
}

void stage_forward(struct stage *s) {
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
    stage_each(s, lanes_in);
    stage_hand_over(s);
    for (int column = s->columns.first; column < stage_end(s); column++)
        ends(s, column);
    stage_each(s, link);
    stage_each(s, fed_back);
    stage_each(s, track_column);
}
