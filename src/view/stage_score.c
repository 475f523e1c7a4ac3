// The score: many timesteps. A row is a heat map (units down, time right); the timestep that is looked at is opened as
// a full cell. Layers and directions stand over one another, those that are not shown in full with their states alone.
#include "stage_inner.h"
#include "token.h"
#include <math.h>
#include <stdio.h>

enum { LOSS_BARS = 26, ROW_GAP = 8, BRIEF_GAP = 4, TRACK_GAP = 20, LENS_BOX = 72, FULL_MOST = 120 };

struct score {
    float loss;    // bottom of the loss bars
    float bottom;  // of the last row
    int most;      // lines of a heat map, at most
    float token;   // baseline
    float picture; // more height of the inputs
};

static bool shows_tokens(const struct stage *s) {
    return s->columns.level >= 12;
}

// --- heights ---

static float gap_after(const struct stage *s, int track, int row) {
    const struct stage_track *at = &s->tracks[track];
    if (row + 1 < at->row_count) return at->form == TRACK_FULL ? ROW_GAP : BRIEF_GAP;
    return track + 1 < s->track_count ? TRACK_GAP : 0;
}

// A row of the track that is shown has height 1, the others half of that.
static float share(const struct stage_track *track) {
    return track->form == TRACK_FULL ? 1 : 0.5f;
}

static float full_height(const struct stage *s, float room) {
    float parts = 0;
    for (int k = 0; k < s->track_count; k++)
        for (int i = 0; i < s->tracks[k].row_count; i++) {
            parts += share(&s->tracks[k]);
            room -= gap_after(s, k, i);
        }
    return fminf(FULL_MOST, room / parts);
}

static void make_rows(struct stage *s, enum track_form shown, enum track_form others) {
    for (int k = 0; k < s->track_count; k++)
        stage_make_rows(s, &s->tracks[k], k == s->shown ? shown : others);
}

static int lines(const struct stage *s, const struct score *score, float heat) {
    int most = score->most < (int)(heat / 2) ? score->most : (int)(heat / 2);
    most = most < 1 ? 1 : most;
    int merged = (s->H + most - 1) / most;
    return (s->H + merged - 1) / merged;
}

static int merged(const struct stage *s, int line_count) {
    return (s->H + line_count - 1) / line_count;
}

static struct score make_score(struct stage *s) {
    struct score score = {.picture = stage_picture_room(s)};
    float y = s->r.y + 46 + stage_overview_height(s) + stage_sides_height(s);
    score.loss = y + LOSS_BARS;
    y = score.loss + 12;
    float room = s->r.y + s->r.h - 60 - score.picture - y;
    make_rows(s, TRACK_FULL, s->layers > 4 ? TRACK_LINE : TRACK_BRIEF);
    if (full_height(s, room) < 18) make_rows(s, TRACK_FULL, TRACK_LINE);
    if (full_height(s, room) < 12) make_rows(s, TRACK_BRIEF, TRACK_LINE);
    stage_make_focus(s);
    stage_make_scales(s);
    float each = fmaxf(s->track_count > 1 ? 6 : 14, full_height(s, room));
    // What is drawn stays within a frame's time.
    score.most = s->columns.pitch < 12 ? 16 : 32;
    for (int k = 0; k < s->track_count; k++)
        for (int i = 0; i < s->tracks[k].row_count; i++) {
            struct stage_row *row = &s->tracks[k].rows[i];
            float want = fmaxf(4, each * share(&s->tracks[k]));
            int n = lines(s, &score, want);
            // Whole pixels a line, so that lines are equally high.
            row->heat = fmaxf(fminf(want, 14), fminf(want, floorf(want / (float)n) * (float)n));
            row->y = y + row->heat / 2;
            row->height = fminf(row->heat, s->H <= 32 ? 26 : strip_area_height(s->H));
            score.bottom = y + row->heat;
            y += row->heat + gap_after(s, k, i);
        }
    score.token = score.bottom + ROW_GAP + 14;
    s->input_bottom = score.token + 18 + score.picture;
    return score;
}

// --- heat maps ---

static float mean(const double *values, int first, int end) {
    double sum = 0;
    for (int i = first; i < end; i++)
        sum += values[i];
    return (float)(sum / (end - first));
}

static float column_gap(float pitch) {
    return pitch > 12 ? 2 : pitch > 5 ? 0.6f : 0;
}

static rect heat_cell(const struct stage *s, int row, int column) {
    float p = s->columns.pitch, h = s->track->rows[row].heat;
    return (rect){stage_x(s, column), s->track->rows[row].y - h / 2, p - column_gap(p), h};
}

static void heat_column(struct stage *s, const struct score *score, int row, int column) {
    const struct stage_row *at = &s->track->rows[row];
    rect cell = heat_cell(s, row, column);
    const double *values = stage_values(s, row, column);
    int n = lines(s, score, at->heat), each = merged(s, n);
    float h = at->heat / (float)n;
    for (int k = 0; k < n; k++) {
        int first = k * each, end = first + each < s->H ? first + each : s->H;
        rect line = {cell.x, cell.y + (float)k * h, cell.w, h - (h > 3.6f ? 0.5f : 0)};
        color ink = stage_ink(s, at, mean(values, first, end));
        if (h >= 4)
            draw_rect_exact(s->list, line, ink, 0);
        else
            draw_rect(s->list, line, ink, 0);
    }
}

static void ghost_span(struct stage *s, int row, int from, int to) {
    rect a = heat_cell(s, row, from), b = heat_cell(s, row, to);
    draw_box(s->list, (rect){a.x, a.y, b.x + b.w - a.x, a.h}, s->theme->ghost, 2, 1);
}

static void find(struct stage *s, const struct score *score, int row, int column) {
    const struct stage_track *track = s->track;
    const struct stage_memory *memory = s->memory;
    rect cell = heat_cell(s, row, column);
    cell.w = s->columns.pitch;
    int n = lines(s, score, track->rows[row].heat), each = merged(s, n);
    float h = cell.h / (float)n;
    int line = s->hovered && rect_has(cell, s->ui->pointer) ? (int)((s->ui->pointer.y - cell.y) / h) : -1;
    if (s->keys && memory->column == column && memory->layer == track->layer && memory->direction == track->direction &&
        memory->slot == track->rows[row].slot)
        line = memory->unit / each;
    if (line < 0 || line >= n) return;
    stage_find(s, column, track->rows[row].slot, line * each, (rect){cell.x, cell.y + (float)line * h, cell.w, h});
}

// The selected unit is a line through all timesteps: ticks at its ends.
static void unit_ticks(struct stage *s, const struct score *score, int row) {
    const struct stage_row *at = &s->track->rows[row];
    int n = lines(s, score, at->heat);
    if (s->unit < 0 || merged(s, n) > 1) return;
    float h = at->heat / (float)n, y = at->y - at->heat / 2 + ((float)s->unit + 0.5f) * h;
    int last = stage_end(s) - 1;
    float right = stage_x(s, last) + (last == s->columns.lens ? s->columns.lens_width : s->columns.pitch);
    draw_rect(s->list, (rect){s->columns.x0 - 6, y - 1, 5, 2}, s->theme->ink1, 0);
    draw_rect(s->list, (rect){right + 1, y - 1, 5, 2}, s->theme->ink1, 0);
}

static void row(struct stage *s, const struct score *score, int k) {
    int first = s->columns.first, end = stage_end(s), ghost = -1;
    for (int column = first; column <= end; column++) {
        bool inside = column < end && stage_exists(s, column), open = column == s->columns.lens;
        bool known = inside && !open && stage_has(s, k, column);
        if (inside && !open && !known) {
            if (ghost < 0) ghost = column;
            continue;
        }
        if (ghost >= 0) ghost_span(s, k, ghost, column - 1);
        ghost = -1;
        if (!known) continue;
        heat_column(s, score, k, column);
        stage_edit_marks(s, k, column, heat_cell(s, k, column));
        find(s, score, k, column);
    }
    unit_ticks(s, score, k);
    stage_row_label(s, k);
}

// --- loss, tokens ---

static void losses(struct stage *s, const struct score *score) {
    double largest = 1;
    for (int t = 0; t < record_T(s->record); t++)
        largest = fmax(largest, tape_loss(s->record->tape, t));
    float p = s->columns.pitch, gap = p > 8 ? 2 : p > 3 ? 0.7f : 0;
    color ink = color_mix(s->theme->stage, s->backward ? s->theme->loss : s->theme->ink3, 0.65f);
    for (int column = s->columns.first; column < stage_end(s); column++) {
        int t = stage_t(s, column);
        if (column == s->columns.lens || !stage_has_loss(s, column)) continue;
        float h = LOSS_BARS * (float)(tape_loss(s->record->tape, t) / largest);
        if (scene_is_hidden(s->scene, "forward/loss", t, -1)) continue;
        draw_rect_exact(s->list, (rect){stage_x(s, column), score->loss - h, fmaxf(1, p - gap), h}, ink, 0);
    }
    char markup[STAGE_LABEL];
    label_output(markup, sizeof markup, "L", LABEL_SYMBOLIC, (struct label_style){s->scene->state->notation, true});
    stage_side_label(s, markup, score->loss - 10, 19);
}

// Real numbers stand in the row of the tokens, as tiles over one another.
static void numbers_row(struct stage *s, const struct score *score, int column) {
    enum { HEIGHT = 16, MOST = 4 };
    const struct stage_side *side = stage_side_of(s, column);
    const double *values = tape_value(side->record->tape, 0, 0, s->cell->input, stage_t(s, column));
    int n = side->record->layout.spec.inputs, rows = n < MOST ? n : MOST;
    float p = s->columns.pitch, h = (float)HEIGHT / (float)rows;
    if (stage_is_picture(s, column)) {
        rect r = stage_picture_place(s, column, score->token - 12, HEIGHT + score->picture);
        stage_picture(s, column, r, false);
        return;
    }
    for (int k = 0; k < rows; k++) {
        color ink = stage_value_ink(s, mean(values, k * n / rows, (k + 1) * n / rows) / side->input_scale);
        draw_rect(s->list, (rect){stage_x(s, column), score->token - 12 + (float)k * h, p - column_gap(p), h}, ink, 0);
    }
}

static void token(struct stage *s, float x, float y, int column, float size, enum font font, color ink) {
    const char *text = record_symbol(stage_side_of(s, column)->record, stage_symbol(s, column));
    float room = stage_has_pictures(s) ? s->columns.pitch * 1.4f : s->columns.pitch - 4; // words between notes stand apart
    bool word = token_width(s->list, text, size, font) > 1.5f * size && column != s->columns.lens;
    if (stage_symbol(s, column) < 0)
        draw_text(s->list, x, y, "0", (struct text_style){FONT_MONO, size, ink, ALIGN_CENTER});
    else if (word)
        token_draw_fit(s->list, x, y, room, text, size, font, ink);
    else
        stage_symbol_draw(s, column, x, y, size, font, ink);
}

static void tokens(struct stage *s, const struct score *score) {
    float p = s->columns.pitch, size = p > 30 ? 15 : fminf(12.5f, p * 1.2f);
    int every = p >= 30 ? 5 : shows_tokens(s) ? 10 : 20;
    bool real = s->sides[0].record->layout.spec.real_input, below = shows_tokens(s) || real || stage_has_pictures(s);
    float lens = s->columns.lens >= 0 ? stage_column_center(&s->columns, s->columns.lens) : -1000;
    for (int column = s->columns.first; column < stage_end(s); column++) {
        if (column == s->columns.lens) continue;
        int t = stage_t(s, column);
        float x = stage_x(s, column) + p / 2 - 1;
        bool numbers = stage_side_of(s, column)->record->layout.spec.real_input;
        if (numbers || stage_is_picture(s, column))
            numbers_row(s, score, column);
        else if (below) {
            color ink = stage_symbol(s, column) < 0 ? s->theme->ink3 : s->theme->ink2;
            token(s, x, score->token + score->picture / 2, column, size, FONT_MONO, stage_token_ink(s, column, ink));
            stage_token_mark(s, column, score->token + score->picture / 2 + 4);
        }
        bool chosen = column == s->t && s->columns.lens < 0 && s->scene->state->t >= 0;
        if ((t + 1) % every != 0 && !chosen) continue;
        if (fabsf(x - lens) < 44) continue;
        char text[16];
        snprintf(text, sizeof text, "%d", t + 1);
        draw_text(s->list, x, below ? score->token + 21 + score->picture : score->token + 2, text,
                  (struct text_style){FONT_SANS_MEDIUM, 12, s->theme->ink3, ALIGN_CENTER});
    }
    if (!below) return;
    char markup[STAGE_LABEL];
    label_output(markup, sizeof markup, "x", LABEL_SYMBOLIC, (struct label_style){s->scene->state->notation, true});
    stage_side_label(s, markup, score->token - 5 + score->picture / 2, 17);
}

// --- the opened timestep ---

static void lens_output(struct stage *s, const struct score *score, int column, float c) {
    int t = stage_t(s, column);
    bool now = s->focus.running && column == s->now;
    if (stage_has_loss(s, column)) {
        bool marked = now && (s->focus.loss_result || s->focus.loss);
        if (marked) draw_rect(s->list, (rect){c - 26, score->loss - 21, 52, 24}, s->theme->hi, 6);
        color ink = marked ? s->theme->on_hi : s->backward ? s->theme->loss : s->theme->ink1;
        stage_number(s, c, score->loss - 4, "forward/loss", t, -1, tape_loss(s->record->tape, t), 2,
                     (struct text_style){FONT_SANS_SEMIBOLD, 15, ink, ALIGN_CENTER});
    } else if (now && s->focus.y_hat_result && stage_has_output(s, column)) {
        s->plan.y_hat = score->loss - 19;
        s->plan.y_hat_rows = 0;
        s->plan.y_hat_bottom = score->loss + 2;
        stage_target_chip(s, column, true, true);
    }
}

static void lens_track(struct stage *s, int column, float x) {
    const struct stage_track *track = s->track;
    const struct stage_row *first = &track->rows[0], *last = &track->rows[track->row_count - 1];
    bool run = stage_runs(s, column);
    float pad = track->form == TRACK_FULL ? 7 : 5, top = first->y - first->heat / 2 - pad;
    rect box = {x, top, LENS_BOX + 2, last->y + last->heat / 2 + pad - top};
    draw_rect(s->list, box, s->theme->panel, 8);
    if (track->row_c >= 0) {
        float half = track->rows[track->row_c].height / 2 + fminf(4, pad - 2);
        draw_rect(s->list, (rect){x + 2, track->rows[track->row_c].y - half, LENS_BOX - 2, 2 * half}, s->theme->belt,
                  0);
    }
    bool heavy = run || s->track_count == 1;
    draw_box(s->list, box, heavy ? s->theme->ink1 : s->theme->ink3, 8, heavy ? 2 : 1);
    int other = s->backward ? stage_after(s, column) : stage_before(s, column);
    for (int k = 0; k < track->row_count; k++) {
        bool known = stage_has(s, k, column);
        if (run && known && (track->focus.row[k] || (track->focus.result[k] && s->marker >= 1)))
            stage_ring(s, k, column);
        stage_strip(s, k, column, run, NULL);
        if (run && track->focus.before[k] && other >= 0 && stage_seen(s, other))
            draw_box(s->list, rect_inset(heat_cell(s, k, other), -2), s->theme->hi, 2, 2.5f);
    }
}

static void open_column(struct stage *s, const struct score *score, int column, color label, color ink) {
    float c = stage_column_center(&s->columns, column);
    for (int k = 0; k < s->track_count; k++) {
        s->track = &s->tracks[k];
        if (stage_exists(s, column)) lens_track(s, column, stage_x(s, column) + 4);
    }
    lens_output(s, score, column, c);
    bool read = s->focus.running && column == s->now && s->focus.x;
    bool real = stage_side_of(s, column)->record->layout.spec.real_input;
    if (stage_is_picture(s, column)) {
        rect r = stage_picture_place(s, column, score->token - 12, 16 + score->picture);
        if (read) draw_rect(s->list, rect_inset(r, -3), s->theme->hi, 4);
        if (read) draw_rect(s->list, r, s->theme->panel, 2);
        stage_picture(s, column, r, false);
    } else if (real) {
        stage_input_numbers(s, column, (rect){c - 36, score->token - 20, 72, 24});
    } else {
        float baseline = score->token + score->picture / 2;
        draw_rect(s->list, (rect){c - 12, baseline - 16, 24, 24}, label, 5);
        token(s, c, baseline + 1.5f, column, 15, FONT_MONO_SEMIBOLD, ink);
    }
    if (read && !real && !stage_is_picture(s, column))
        draw_box(s->list, (rect){c - 14, score->token + score->picture / 2 - 18, 28, 28}, s->theme->ink1, 6, 2);
    char text[24];
    snprintf(text, sizeof text, "t = %d", stage_t(s, column) + 1);
    draw_text(s->list, c, score->token + 24 + score->picture, text,
              (struct text_style){FONT_SANS_SEMIBOLD, 13, s->theme->ink1, ALIGN_CENTER});
}

// Narrow columns open under the pointer as well, over their neighbours.
static void open_hovered(struct stage *s, const struct score *score) {
    const struct stage before = *s;
    int column = s->found_column;
    if (!s->hovered || s->columns.level >= 20 || column < 0 || column == s->columns.lens) return;
    float c = stage_column_center(&s->columns, column), w = s->columns.lens_width;
    float least = s->columns.x0, most = s->r.x + s->r.w - w;
    s->columns.x0 = fmaxf(least, fminf(most, c - w / 2)) - (float)(column - s->columns.first) * s->columns.pitch;
    s->columns.split = 0;
    s->columns.lens = column;
    rect ground = {stage_x(s, column) + 2, score->loss - 24, w - 4,
                   score->token + 30 + score->picture - score->loss + 24};
    draw_rect(s->list, ground, s->theme->stage, 0);
    open_column(s, score, column, s->theme->sunk, s->theme->ink1);
    *s = before; // what was found is the tile of the score
}

void stage_score(struct stage *s) {
    struct score score = make_score(s);
    stage_captions(s, score.bottom);
    losses(s, &score);
    for (int k = 0; k < s->track_count; k++) {
        s->track = &s->tracks[k];
        for (int i = 0; i < s->track->row_count; i++)
            row(s, &score, i);
    }
    tokens(s, &score);
    if (s->columns.lens >= 0) open_column(s, &score, s->columns.lens, s->theme->hi, s->theme->on_hi);
    open_hovered(s, &score);
}
