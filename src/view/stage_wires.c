// Where the wires of the stage run: along the lanes, from a layer up to what reads it, from the input into a box. The
// same paths forward and backward; the reverse direction is the mirror image.
#include "stage_inner.h"
#include <math.h>

float stage_x(const struct stage *s, int column) {
    return stage_column_x(&s->columns, column);
}

float stage_center(const struct stage *s, int column) {
    return stage_x(s, column) + s->columns.width / 2;
}

float stage_gap(const struct stage *s) {
    return s->columns.pitch - s->columns.width;
}

float stage_way(const struct stage *s) {
    return s->track->direction ? -1 : 1;
}

static int neighbour(const struct stage *s, int column, int by) {
    int other = column + by * (int)stage_way(s);
    return stage_exists(s, other) ? other : -1;
}

int stage_before(const struct stage *s, int column) {
    return neighbour(s, column, -1);
}

int stage_after(const struct stage *s, int column) {
    return neighbour(s, column, 1);
}

float stage_in_edge(const struct stage *s, int column) {
    return stage_x(s, column) + (s->track->direction ? s->columns.width : 0);
}

float stage_out_edge(const struct stage *s, int column) {
    return stage_x(s, column) + (s->track->direction ? 0 : s->columns.width);
}

float stage_riser(const struct stage *s, int column) {
    return stage_out_edge(s, column) + stage_way(s) * fminf(5, stage_gap(s) * (s->directions > 1 ? 0.25f : 0.4f));
}

float stage_belt_half(const struct stage *s) {
    const struct stage_track *track = s->track;
    if (track->rows[0].tall) return track->rows[0].height / 2 + 4;
    float most = track->form == TRACK_FULL ? (s->backward ? 16 : 17) : 12;
    return fminf(most, track->rows[0].height / 2 + (track->form != TRACK_FULL ? 3 : s->backward ? 4 : 5));
}

bool stage_bypasses(const struct stage *s) {
    return s->track->direction == 1;
}

float stage_feed_y(const struct stage *s) {
    if (s->track->layer > 0) return s->plan.turn[s->track->layer - 1];
    return s->plan.one_hot > 0 ? s->plan.one_hot - 3 : s->plan.token - 2;
}

// The column whose head reads the activation of this one: its own, or where the kind has one answer the last.
static int head_column(const struct stage *s, int column) {
    return net_one_answer(&s->record->layout.spec) ? s->T - 1 : column;
}

// Whether anything reads the activation of this column: the layer above, or the head.
bool stage_has_link(const struct stage *s, int column) {
    if (!stage_is_top(s)) return true;
    if (stage_side_of(s, column)->encoder) return false;
    if (net_one_answer(&s->record->layout.spec)) return stage_after(s, column) < 0; // only the last state
    return stage_gives_output(s, column);
}

int stage_reader(const struct stage *s, int column) {
    return stage_is_top(s) ? head_column(s, column) : column;
}

int stage_link_path(const struct stage *s, int column, point *p) {
    const struct stage_track *track = s->track;
    float x = stage_riser(s, column), turn = s->plan.turn[track->layer];
    int above = stage_reader(s, column);
    float end = s->plan.y_hat_bottom + 5;
    if (!stage_is_top(s))
        for (int k = 0; k < s->track_count; k++)
            if (s->tracks[k].layer == track->layer + 1) end = s->tracks[k].box_bottom;
    p[0] = (point){x, track->rows[track->row_a].y};
    p[1] = (point){x, turn};
    p[2] = (point){stage_center(s, above), turn};
    p[3] = (point){p[2].x, end};
    return 4;
}

int stage_feed_path(const struct stage *s, int column, float to, point *p) {
    float c = stage_center(s, column), from = stage_feed_y(s);
    p[0] = (point){c, from};
    if (!stage_bypasses(s)) {
        p[1] = (point){c, to};
        return 2;
    }
    float x = stage_x(s, column) - fminf(9.5f, stage_gap(s) * 0.5f), under = s->plan.under[s->track->layer];
    float top = s->track[1].box_top, between = top - (top - s->track->box_bottom) * 0.45f;
    p[1] = (point){c, under};
    p[2] = (point){x, under};
    p[3] = (point){x, between};
    p[4] = (point){c, between};
    p[5] = (point){c, to};
    return 6;
}

// The lane of a turns down to the weighted sums where the cell has no gates. Where the column before is not seen, or is
// none, the lane comes in straight.
int stage_state_path(const struct stage *s, int row, int column, float from, float to, point *p) {
    const struct stage_track *track = s->track;
    float y = track->rows[row].y, in = row == track->row_a ? track->rows[track->row_in].y : y;
    int before = stage_before(s, column);
    if (before < 0 || !stage_seen(s, before)) from = stage_in_edge(s, column) - 18 * stage_way(s); // a<0>, or not seen
    if (before < 0 || !stage_seen(s, before) || in == y) {
        p[0] = (point){from, in};
        p[1] = (point){to, in};
        return 2;
    }
    float r = stage_riser(s, before);
    p[0] = (point){from, y};
    p[1] = (point){r, y};
    p[2] = (point){r, in};
    p[3] = (point){to, in};
    return 4;
}

// A vertical wire between two boxes crosses the lanes of the tracks that it passes.
void stage_cut(struct stage *s, float x, float from, float to) {
    float top = fminf(from, to), bottom = fmaxf(from, to);
    if (stage_gap(s) < (s->directions > 1 ? 14 : 8)) return; // no room for gaps beside the heads of the lanes
    for (int k = 0; k < s->track_count; k++) {
        struct stage_track *own = s->track;
        s->track = &s->tracks[k];
        for (int i = 0; i < s->track->row_count; i++) {
            const struct stage_row *row = &s->track->rows[i];
            float half = row->lane ? stage_belt_half(s) : 2;
            bool lane = row->lane || i == s->track->row_in;
            if (lane && row->y > top + 1 && row->y < bottom - 1)
                draw_rect(s->list, (rect){x - 3.25f, row->y - half, 6.5f, 2 * half}, s->theme->stage, 0);
        }
        s->track = own;
    }
}
