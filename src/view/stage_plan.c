// The plan of the stage: what stands at which height, and how much of each track there is room for.
#include "stage_inner.h"
#include <math.h>

// Distances between the things on the stage, top to bottom, as drawn in the guide and at the least. Of the tracks that
// are not shown in full: from the memory to the activation, from a row to the frame, half of a thin row's frame; and
// between the boxes of two layers, and of two directions.
struct gaps {
    float loss, y_hat, riser, pad, lane, row, a, foot, feed, one_hot, token, t, end;
    float brief, brief_pad, line, link, twin;
};
static const struct gaps forward_gaps = {.loss = 66,
                                         .y_hat = 24,
                                         .riser = 30,
                                         .pad = 26,
                                         .lane = 48,
                                         .row = 38,
                                         .a = 52,
                                         .foot = 26,
                                         .feed = 38,
                                         .one_hot = 22,
                                         .token = 40,
                                         .t = 16,
                                         .end = 30,
                                         .brief = 25,
                                         .brief_pad = 15,
                                         .line = 11.5f,
                                         .link = 34,
                                         .twin = 26};
static const struct gaps forward_least = {.loss = 60,
                                          .y_hat = 20,
                                          .riser = 26,
                                          .pad = 22,
                                          .lane = 40,
                                          .row = 31,
                                          .a = 38,
                                          .foot = 21,
                                          .feed = 26,
                                          .one_hot = 18,
                                          .token = 30,
                                          .t = 15,
                                          .end = 12,
                                          .brief = 20,
                                          .brief_pad = 12,
                                          .line = 9,
                                          .link = 23,
                                          .twin = 20};
static const struct gaps backward_gaps = {.loss = 65,
                                          .y_hat = 21,
                                          .riser = 41,
                                          .pad = 26,
                                          .lane = 41,
                                          .row = 35,
                                          .a = 44,
                                          .foot = 24,
                                          .feed = 16,
                                          .token = 28,
                                          .t = 16,
                                          .end = 16,
                                          .brief = 25,
                                          .brief_pad = 15,
                                          .line = 11.5f,
                                          .link = 34,
                                          .twin = 26};
static const struct gaps backward_least = {.loss = 58,
                                           .y_hat = 18,
                                           .riser = 30,
                                           .pad = 22,
                                           .lane = 36,
                                           .row = 30,
                                           .a = 34,
                                           .foot = 20,
                                           .feed = 12,
                                           .token = 26,
                                           .t = 14,
                                           .end = 10,
                                           .brief = 20,
                                           .brief_pad = 12,
                                           .line = 9,
                                           .link = 23,
                                           .twin = 20};
enum { GAPS = sizeof(struct gaps) / sizeof(float) };

static float lerp(float a, float b, float k) {
    return a + (b - a) * k;
}

static struct gaps gaps_between(const struct gaps *a, const struct gaps *b, float k) {
    struct gaps out;
    const float *from = &a->loss, *to = &b->loss;
    float *at = &out.loss;
    for (int i = 0; i < GAPS; i++)
        at[i] = lerp(from[i], to[i], k);
    return out;
}

static int inner_rows(const struct stage_track *track) { // between the memory and the lowest row
    return track->row_count - 1 - (track->row_c >= 0);
}

static float box_height(const struct stage_track *track, const struct gaps *g) {
    if (track->form == TRACK_LINE) return 2 * g->line;
    if (track->form == TRACK_BRIEF) return 2 * g->brief_pad + (track->row_c >= 0 ? g->brief : 0);
    int inner = inner_rows(track);
    float h = g->pad + g->foot + (track->row_c >= 0 ? g->lane : 0);
    return inner > 0 ? h + (float)(inner - 1) * g->row + g->a : h;
}

static float boxes_height(const struct stage *s, const struct gaps *g) {
    float h = 0;
    for (int k = 0; k < s->track_count; k++) {
        h += box_height(&s->tracks[k], g);
        if (k > 0) h += s->tracks[k].layer == s->tracks[k - 1].layer ? g->twin : g->link;
    }
    return h;
}

static float total_height(const struct stage *s, const struct gaps *g, float y_hat, bool one_hot) {
    return g->loss + g->y_hat + y_hat + g->riser + boxes_height(s, g) + g->feed + (one_hot ? g->one_hot : 0) +
           g->token + g->t + g->end;
}

// Room that is left over goes to the wires and between the rows, more of it where there are few rows.
static float grow(const struct stage *s, struct gaps *g, float surplus) {
    float soft = g->riser + g->feed;
    int most = 0;
    for (int k = 0; k < s->track_count; k++) {
        const struct stage_track *track = &s->tracks[k];
        if (k > 0) soft += track->layer == s->tracks[k - 1].layer ? g->twin : g->link;
        if (track->form != TRACK_FULL) continue;
        int inner = inner_rows(track);
        most = inner > most ? inner : most;
        soft += (track->row_c >= 0 ? g->lane : 0) + (float)(inner - 1) * g->row + g->a;
    }
    float k = fminf(most > 2 ? 1.3f : 1.9f, 1 + fmaxf(0, surplus) / soft);
    float *const grown[] = {&g->riser, &g->feed, &g->twin, &g->link, &g->lane, &g->row, &g->a};
    for (size_t i = 0; i < sizeof grown / sizeof *grown; i++)
        *grown[i] *= k;
    return surplus - soft * (k - 1);
}

// Where even the closest is too high, as with sixteen tracks in a low window, the boxes and what is between them give
// way.
static void squeeze(const struct stage *s, struct gaps *g, float excess) {
    if (excess <= 0) return;
    float boxes = boxes_height(s, g), k = fmaxf(0.4f, (boxes - excess) / boxes);
    float *const squeezed[] = {&g->pad,   &g->lane,      &g->row,  &g->a,    &g->foot,
                               &g->brief, &g->brief_pad, &g->line, &g->link, &g->twin};
    for (size_t i = 0; i < sizeof squeezed / sizeof *squeezed; i++)
        *squeezed[i] *= k;
}

// Whether a probability has its place under the symbol and not beside it.
static bool is_stacked(const struct stage *s) {
    return s->columns.pitch < 66 || stage_words_answered(s);
}

static float y_hat_height(const struct stage *s, int rows, float k) {
    if (rows) return (float)rows * lerp(18, 20, k);
    bool numbers = s->record->layout.spec.output != OUTPUT_SOFTMAX; // two lines: predicted, and asked for
    return numbers ? 36 : is_stacked(s) ? 39 : 21;
}

// --- placing ---

static float row_step(const struct stage_track *track, const struct gaps *g, int row) {
    if (track->form != TRACK_FULL) return g->brief;
    bool last = row + 2 == track->row_count;
    return last ? g->a : track->rows[row].lane ? g->lane : g->row;
}

static float row_height(const struct stage_track *track, const struct gaps *g, float height) {
    if (track->form == TRACK_LINE) return fmaxf(4, fminf(18, 2 * g->line - 7));
    if (track->form == TRACK_BRIEF) return fmaxf(4, fminf(18, fminf(g->brief - 5, 2 * g->brief_pad - 7)));
    return fminf(height, g->row - 7);
}

// From the top of its box down; `extra`: what its tall row has more than the others.
static float place_track(struct stage_track *track, const struct gaps *g, float y, float extra) {
    static const float none = 0;
    track->box_top = y;
    y += track->form == TRACK_FULL ? g->pad : track->form == TRACK_BRIEF ? g->brief_pad : g->line;
    for (int k = 0; k < track->row_count; k++) {
        struct stage_row *row = &track->rows[k];
        float more = row->tall ? extra : none;
        row->y = y + more / 2;
        row->height = row_height(track, g, row->height) + more;
        y += more;
        if (k + 1 < track->row_count) y += row_step(track, g, k);
    }
    y += track->form == TRACK_FULL ? g->foot : track->form == TRACK_BRIEF ? g->brief_pad : g->line;
    return track->box_bottom = y;
}

static void place(struct stage *s, const struct gaps *g, float y_hat, int rows, bool one_hot, float shift,
                  float extra) {
    struct stage_plan *plan = &s->plan;
    plan->loss = s->r.y + shift + g->loss;
    plan->y_hat = plan->loss + g->y_hat;
    plan->y_hat_rows = rows;
    plan->y_hat_row = rows ? y_hat / (float)rows : y_hat;
    plan->y_hat_bottom = plan->y_hat + y_hat;
    plan->stacked = !rows && is_stacked(s);
    float y = plan->y_hat_bottom, gap = g->riser;
    for (int k = 0; k < s->track_count; k++) {
        struct stage_track *track = &s->tracks[k];
        bool first = k == 0 || s->tracks[k - 1].layer != track->layer;
        if (k > 0) gap = first ? g->link : g->twin;
        if (k > 0 && first) plan->under[s->tracks[k - 1].layer] = y + gap * 0.22f;
        y += gap;
        if (first) plan->turn[track->layer] = y - fminf(14, k == 0 ? gap / 2 : gap * 0.5f);
        y = place_track(track, g, y, extra);
    }
    plan->under[0] = y + fminf(10, g->feed * 0.35f);
    plan->one_hot = one_hot ? y + g->feed : 0;
    plan->token = y + g->feed + (one_hot ? g->one_hot : 0);
    plan->token_size = g->token;
    plan->t_label = plan->token + g->token + g->t;
    s->input_bottom = plan->t_label;
}

// Over 32 units a row needs more height to show each of them: one row has it (the running step's result, else
// the activation), the others show a summary.
static float make_tall_row(struct stage *s) {
    if (s->H <= 32) return 0;
    struct stage_track *track = &s->tracks[s->shown];
    int tall = track->row_a;
    for (int k = 0; k < track->row_count; k++)
        if (s->focus.running && track->focus.result[k]) tall = k;
    for (int k = 0; k < s->track_count; k++)
        for (int i = 0; i < s->tracks[k].row_count; i++) {
            struct stage_row *row = &s->tracks[k].rows[i];
            row->tall = k == s->shown && i == tall;
            row->band = s->tracks[k].form == TRACK_FULL && !row->tall;
        }
    return strip_area_height(s->H) - track->rows[tall].height;
}

// The first of these that fits is taken: first y-hat gets smaller, then the one-hot strip goes, then the other layers.
static const struct {
    int rows;
    bool one_hot;
    bool twins;                    // both directions of the layer are shown in full
    enum track_form shown, others; // how much of the tracks
    float squeeze;                 // gaps that are still good: 1 as drawn, 0 the least, below 0 closer still
} choices[] = {
    {5, true, true, TRACK_FULL, TRACK_BRIEF, 0.3f},    {3, true, true, TRACK_FULL, TRACK_BRIEF, 0.3f},
    {0, true, true, TRACK_FULL, TRACK_BRIEF, 0.3f},    {3, true, false, TRACK_FULL, TRACK_BRIEF, 0.3f},
    {3, false, false, TRACK_FULL, TRACK_BRIEF, 0.3f},  {0, false, false, TRACK_FULL, TRACK_BRIEF, 0.3f},
    {0, false, false, TRACK_FULL, TRACK_LINE, -1.25f}, {0, false, false, TRACK_BRIEF, TRACK_LINE, 0},
};
enum { CHOICES = sizeof choices / sizeof *choices };

static void make_forms(struct stage *s, bool twins, enum track_form shown, enum track_form others) {
    const struct stage_track *at = &s->tracks[s->shown];
    for (int k = 0; k < s->track_count; k++) {
        struct stage_track *track = &s->tracks[k];
        bool full = k == s->shown || (twins && track->layer == at->layer);
        stage_make_rows(s, track, full ? shown : others);
    }
    stage_make_focus(s);
}

// Whether a choice makes sense here: a single track has no others, backward the target says as much as three symbols.
static bool possible(const struct stage *s, int k) {
    bool single = s->track_count == 1;
    bool list = s->detail == STAGE_FULL && s->record->layout.spec.output != OUTPUT_LINEAR;
    if (!list && choices[k].rows > 0) return false;
    if (s->backward && choices[k].rows == 3) return false;
    if (s->layers > 4 && (choices[k].others != TRACK_LINE)) return false;
    if (list && s->directions == 1 && choices[k].twins && choices[k].rows == 0) return false;
    return !single || choices[k].others == TRACK_BRIEF;
}

// Between the token and the box: the one-hot vector where there is room for it, the embedding in narrow columns too.
static bool has_vector(const struct stage *s) {
    const struct net_spec *spec = &s->sides[0].record->layout.spec;
    return !s->backward && !spec->real_input && (spec->embed > 0 || s->detail == STAGE_FULL);
}

void stage_make_plan(struct stage *s) {
    const struct gaps *wide = s->backward ? &backward_gaps : &forward_gaps;
    const struct gaps *least = s->backward ? &backward_least : &forward_least;
    float top = stage_overview_height(s) + stage_sides_height(s), picture = stage_picture_room(s);
    float h = s->r.h - top - picture, tall = 0, y_hat = 0;
    int rows = 0;
    bool one_hot = false;
    for (int k = 0; k < CHOICES; k++) {
        if (!possible(s, k)) continue;
        make_forms(s, choices[k].twins, choices[k].shown, choices[k].others);
        rows = choices[k].rows < s->V ? choices[k].rows : s->V;
        one_hot = choices[k].one_hot && has_vector(s);
        tall = make_tall_row(s);
        bool drawn = s->backward && s->track_count == 1; // as drawn: the chart below takes its share of the height
        const struct gaps need = gaps_between(least, wide, drawn ? 1 : choices[k].squeeze);
        if (total_height(s, &need, y_hat_height(s, rows, 0.3f), one_hot) + tall <= h) break;
    }
    h -= tall;
    float low = total_height(s, least, y_hat_height(s, rows, 0), one_hot);
    float high = total_height(s, wide, y_hat_height(s, rows, 1), one_hot);
    float k = high > low ? (h - low) / (high - low) : 1;
    k = k < -1.5f ? -1.5f : k > 1 ? 1 : k; // under the least: everything closer still, so that nothing is cut
    struct gaps g = gaps_between(least, wide, k);
    float low_end = fmaxf(0, 8 - g.end); // the t under the columns needs its room at any height
    g.end += low_end;
    g.riser -= low_end / 3;
    g.lane -= low_end / 3;
    g.a -= low_end / 3;
    y_hat = y_hat_height(s, rows, fmaxf(0, k));
    squeeze(s, &g, total_height(s, &g, y_hat, one_hot) - h);
    g.token += picture, h += picture;
    float left = k >= 1 ? grow(s, &g, h - total_height(s, &g, y_hat, one_hot)) : 0;
    place(s, &g, y_hat, rows, one_hot, top + fminf(48, fmaxf(0, left) / 2), tall);
}
