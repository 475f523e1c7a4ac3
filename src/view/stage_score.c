// The score: many timesteps. A row is a heat map (units down, time right); the running timestep is opened as
// a full cell. Under 4 px of pitch only a window of the timesteps is shown, with an overview above it to
// drag.
#include "stage_inner.h"
#include <math.h>
#include <stdio.h>

enum { OVERVIEW = 40, LOSS_BARS = 26, ROW_GAP = 8, LENS_BOX = 72, RAMP = 128 };

struct score {
    float loss;        // bottom of the loss bars
    float top;         // of the first row
    float row_height;  // of a heat map
    int lines, merged; // unit lines of a heat map; units averaged in each
    float token;       // baseline
    rect overview;
    color ramp[3][2 * RAMP + 1]; // by kind: colours of -1 .. 1; mixing each tile's anew would cost most of a frame
};

// The pitch that the guide's levels go by: as if no timestep were opened.
static bool shows_tokens(const struct stage *s) {
    return (s->r.w - 60) / (float)s->T >= 12;
}

static bool windowed(const struct stage *s) {
    return s->columns.count < s->T;
}

static struct score make_score(struct stage *s) {
    struct score score = {0};
    float y = s->r.y + 46;
    if (windowed(s)) {
        score.overview = (rect){s->columns.x0, y, s->r.w - 60 - 10, OVERVIEW};
        y += OVERVIEW + 12;
    }
    score.loss = y + LOSS_BARS;
    score.top = score.loss + 12;
    float room = s->r.y + s->r.h - 60 - score.top;
    float each = fminf(80, fmaxf(14, room / (float)s->row_count - ROW_GAP));
    int most = s->columns.pitch < 12 ? 16 : 32; // lines: what is drawn stays within a frame's time
    if (most > (int)(each / 2)) most = (int)(each / 2);
    score.lines = s->H < most ? s->H : most;
    score.merged = (s->H + score.lines - 1) / score.lines;
    score.lines = (s->H + score.merged - 1) / score.merged;
    // Whole pixels a line, so that lines are equally high.
    float line = floorf(each / (float)score.lines);
    score.row_height = fmaxf(14, fminf(each, line * (float)score.lines));
    for (int k = 0; k < s->row_count; k++) {
        s->rows[k].y = score.top + (float)k * (score.row_height + ROW_GAP) + score.row_height / 2;
        s->rows[k].height = fminf(score.row_height, s->H <= 32 ? 26 : strip_area_height(s->H));
    }
    score.token = score.top + (float)s->row_count * (score.row_height + ROW_GAP) + 14;
    return score;
}

static color ramp_color(const struct theme *theme, enum strip_kind kind, float v) {
    if (kind == STRIP_GATE) return ramp_gate_small(theme, fmaxf(0, v));
    if (kind == STRIP_GRADIENT) return color_mix(theme->act_0, v < 0 ? theme->gr_n : theme->gr_p, fabsf(v));
    return ramp_value(theme, v);
}

static void make_ramps(const struct stage *s, struct score *score) {
    for (int kind = s->backward ? STRIP_GRADIENT : STRIP_VALUE; kind <= (s->backward ? STRIP_GRADIENT : STRIP_GATE);
         kind++)
        for (int k = -RAMP; k <= RAMP; k++)
            score->ramp[kind][RAMP + k] = ramp_color(s->theme, (enum strip_kind)kind, (float)k / RAMP);
}

static color cell_ink(const struct stage *s, const struct score *score, const struct stage_row *row, float v) {
    if (!isfinite(v)) return s->theme->err;
    if (row->kind == STRIP_GRADIENT) v = copysignf(gradient_length(v), v);
    if (row->kind == STRIP_VALUE) v /= row->scale;
    return score->ramp[row->kind][RAMP + (int)lroundf(RAMP * fminf(1, fmaxf(-1, v)))];
}

static double line_mean(const struct stage *s, const struct score *score, const double *values, int line) {
    int first = line * score->merged, n = first + score->merged < s->H ? score->merged : s->H - first;
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += values[first + i];
    return sum / n;
}

static float column_gap(float pitch) {
    return pitch > 12 ? 2 : pitch > 5 ? 0.6f : 0;
}

static rect heat_cell(const struct stage *s, const struct score *score, int row, int t) {
    float p = s->columns.pitch, h = score->row_height;
    return (rect){stage_x(s, t), s->rows[row].y - h / 2, p - column_gap(p), h};
}

static void heat_column(struct stage *s, const struct score *score, int row, int t) {
    rect cell = heat_cell(s, score, row, t);
    const double *values = stage_values(s, row, t);
    float h = score->row_height / (float)score->lines;
    for (int k = 0; k < score->lines; k++) {
        rect line = {cell.x, cell.y + (float)k * h, cell.w, h - (h > 3.6f ? 0.5f : 0)};
        color ink = cell_ink(s, score, &s->rows[row], (float)line_mean(s, score, values, k));
        if (h >= 4)
            draw_rect_exact(s->list, line, ink, 0);
        else
            draw_rect(s->list, line, ink, 0);
    }
}

static void ghost_span(struct stage *s, const struct score *score, int row, int from, int to) {
    rect a = heat_cell(s, score, row, from), b = heat_cell(s, score, row, to);
    draw_box(s->list, (rect){a.x, a.y, b.x + b.w - a.x, a.h}, s->theme->ghost, 2, 1);
}

static void track(struct stage *s, const struct score *score, int row, int t) {
    rect cell = heat_cell(s, score, row, t);
    cell.w = s->columns.pitch;
    if (!s->hovered || !rect_has(cell, s->ui->pointer)) return;
    float h = score->row_height / (float)score->lines;
    int line = (int)((s->ui->pointer.y - cell.y) / h);
    if (line < 0 || line >= score->lines) return;
    s->found_t = t;
    s->found_slot = s->rows[row].slot;
    s->found_unit = line * score->merged;
    s->found_grad = s->backward;
    s->found_tile = (rect){cell.x, cell.y + (float)line * h, cell.w, h};
}

static void row(struct stage *s, const struct score *score, int k) {
    int first = s->columns.first, end = first + s->columns.count, ghost = -1;
    for (int t = first; t <= end; t++) {
        bool open = t < end && t == s->columns.lens;
        bool known = t < end && !open && stage_has(s, k, t);
        if (t < end && !open && !known) {
            if (ghost < 0) ghost = t;
            continue;
        }
        if (ghost >= 0) ghost_span(s, score, k, ghost, t - 1);
        ghost = -1;
        if (!known) continue;
        heat_column(s, score, k, t);
        track(s, score, k, t);
    }
    if (s->unit >= 0 && score->merged == 1) { // the selected unit is a line through all timesteps: ticks at its ends
        float h = score->row_height / (float)score->lines;
        float y = s->rows[k].y - score->row_height / 2 + ((float)s->unit + 0.5f) * h;
        float right = stage_x(s, end - 1) + (end - 1 == s->columns.lens ? s->columns.lens_width : s->columns.pitch);
        draw_rect(s->list, (rect){s->columns.x0 - 6, y - 1, 5, 2}, s->theme->ink1, 0);
        draw_rect(s->list, (rect){right + 1, y - 1, 5, 2}, s->theme->ink1, 0);
    }
    stage_row_label(s, k);
}

// --- loss, tokens ---

static void losses(struct stage *s, const struct score *score) {
    double largest = 1;
    for (int t = 0; t < s->T; t++)
        largest = fmax(largest, tape_loss(s->record->tape, t));
    float p = s->columns.pitch, gap = p > 8 ? 2 : p > 3 ? 0.7f : 0;
    color ink = color_mix(s->theme->stage, s->backward ? s->theme->loss : s->theme->ink3, 0.65f);
    for (int t = s->columns.first; t < s->columns.first + s->columns.count; t++) {
        if (t == s->columns.lens || !script_has_loss(s->script, s->scene->position, t)) continue;
        float h = LOSS_BARS * (float)(tape_loss(s->record->tape, t) / largest);
        if (scene_is_hidden(s->scene, "forward/loss", t, -1)) continue;
        draw_rect_exact(s->list, (rect){stage_x(s, t), score->loss - h, fmaxf(1, p - gap), h}, ink, 0);
    }
    char markup[STAGE_LABEL];
    label_output(markup, sizeof markup, "L", LABEL_SYMBOLIC, (struct label_style){s->scene->state->notation, true});
    stage_side_label(s, markup, score->loss - 10, 19);
}

static int symbol_at(const struct stage *s, int t) {
    return s->record->example.x ? s->record->example.x[t] : -1;
}

static void token(struct stage *s, float x, float y, int t, float size, enum font font, color ink) {
    if (symbol_at(s, t) < 0)
        draw_text(s->list, x, y, "0", (struct text_style){FONT_MONO, size, ink, ALIGN_CENTER});
    else
        stage_token(s, x, y, symbol_at(s, t), size, font, ink);
}

static void tokens(struct stage *s, const struct score *score) {
    float p = s->columns.pitch, size = p > 30 ? 15 : fminf(12.5f, p * 1.2f);
    int every = p >= 30 ? 5 : shows_tokens(s) ? 10 : 20;
    float lens = s->columns.lens >= 0 ? stage_column_center(&s->columns, s->columns.lens) : -1000;
    for (int t = s->columns.first; t < s->columns.first + s->columns.count; t++) {
        if (t == s->columns.lens) continue;
        float x = stage_x(s, t) + p / 2 - 1;
        if (shows_tokens(s))
            token(s, x, score->token, t, size, FONT_MONO, symbol_at(s, t) < 0 ? s->theme->ink3 : s->theme->ink2);
        bool chosen = s->scene->state->t == t && s->columns.lens < 0;
        if ((t + 1) % every != 0 && !chosen) continue;
        if (fabsf(x - lens) < 44) continue;
        char text[16];
        snprintf(text, sizeof text, "%d", t + 1);
        draw_text(s->list, x, shows_tokens(s) ? score->token + 21 : score->token + 2, text,
                  (struct text_style){FONT_SANS_MEDIUM, 12, s->theme->ink3, ALIGN_CENTER});
    }
    if (!shows_tokens(s)) return;
    char markup[STAGE_LABEL];
    label_output(markup, sizeof markup, "x", LABEL_SYMBOLIC, (struct label_style){s->scene->state->notation, true});
    stage_side_label(s, markup, score->token - 5, 17);
}

// --- the opened timestep ---

static void lens_output(struct stage *s, const struct score *score, int t, float c) {
    if (script_has_loss(s->script, s->scene->position, t) && s->record->example.target[t] >= 0) {
        bool now = s->focus.running && (s->focus.loss_result || s->focus.loss);
        if (now) draw_rect(s->list, (rect){c - 26, score->loss - 21, 52, 24}, s->theme->hi, 6);
        stage_number(s, c, score->loss - 4, "forward/loss", t, -1, tape_loss(s->record->tape, t), 2,
                     (struct text_style){FONT_SANS_SEMIBOLD, 15,
                                         now           ? s->theme->on_hi
                                         : s->backward ? s->theme->loss
                                                       : s->theme->ink1,
                                         ALIGN_CENTER});
    } else if (s->focus.running && s->focus.y_hat_result) {
        stage_token(s, c - 14, score->loss - 4, s->record->example.target[t], 14, FONT_MONO_SEMIBOLD, s->theme->ink1);
        if (script_has_output(s->script, s->scene->position, t) && s->record->example.target[t] >= 0)
            stage_number(s, c + 10, score->loss - 4, "forward/y_hat", t, s->record->example.target[t],
                         tape_y_hat(s->record->tape, t)[s->record->example.target[t]], 2,
                         (struct text_style){FONT_SANS_MEDIUM, 13, s->theme->ink1, ALIGN_CENTER});
    }
}

static void lens(struct stage *s, const struct score *score) {
    int t = s->columns.lens;
    if (t < 0) return;
    float x = stage_x(s, t) + 4, c = stage_column_center(&s->columns, t), top = score->top - 7;
    float h = (float)s->row_count * (score->row_height + ROW_GAP) + 6;
    rect box = {x, top, LENS_BOX + 2, h};
    draw_rect(s->list, box, s->theme->panel, 8);
    if (s->row_c >= 0) {
        float half = s->rows[s->row_c].height / 2 + 4;
        draw_rect(s->list, (rect){x + 2, s->rows[s->row_c].y - half, LENS_BOX - 2, 2 * half}, s->theme->belt, 0);
    }
    draw_box(s->list, box, s->theme->ink1, 8, 2);
    bool run = s->focus.running && s->step->t == t;
    int other = s->backward ? t + 1 : t - 1;
    for (int k = 0; k < s->row_count; k++) {
        bool known = stage_has(s, k, t);
        if (run && known && (s->focus.row[k] || (s->focus.result[k] && s->marker >= 1))) stage_ring(s, k, t);
        stage_strip(s, k, t, run, NULL);
        bool beside = other >= s->columns.first && other < s->columns.first + s->columns.count;
        if (run && s->focus.before[k] && beside)
            draw_box(s->list, rect_inset(heat_cell(s, score, k, other), -2), s->theme->hi, 2, 2.5f);
    }
    lens_output(s, score, t, c);
    bool read = run && s->focus.x;
    draw_rect(s->list, (rect){c - 12, score->token - 16, 24, 24}, s->theme->hi, 5);
    token(s, c, score->token + 1.5f, t, 15, FONT_MONO_SEMIBOLD, s->theme->on_hi);
    if (read) draw_box(s->list, (rect){c - 14, score->token - 18, 28, 28}, s->theme->ink1, 6, 2);
    char text[24];
    snprintf(text, sizeof text, "t = %d", t + 1);
    draw_text(s->list, c, score->token + 24, text,
              (struct text_style){FONT_SANS_SEMIBOLD, 13, s->theme->ink1, ALIGN_CENTER});
}

// --- the overview ---

// All timesteps at once, 2 px each: the row that is opened at the bottom (a), averaged over the timesteps
// that share a column.
static void overview_map(struct stage *s, const struct score *score) {
    enum { LINES = 8 };
    const rect r = score->overview;
    int columns = (int)(r.w / 2), lines = s->H < LINES ? s->H : LINES;
    float h = r.h / (float)lines;
    for (int c = 0; c < columns; c++) {
        int from = (int)((long)c * s->T / columns), to = (int)((long)(c + 1) * s->T / columns);
        if (to <= from) to = from + 1;
        if (!stage_has(s, s->row_a, from)) continue;
        for (int k = 0; k < lines; k++) {
            double sum = 0;
            int first = k * s->H / lines, last = (k + 1) * s->H / lines;
            for (int t = from; t < to; t++)
                for (int i = first; i < last; i++)
                    sum += stage_values(s, s->row_a, t)[i];
            sum /= (double)(to - from) * (last - first);
            draw_rect(s->list, (rect){r.x + (float)c * 2, r.y + (float)k * h, 2, h},
                      cell_ink(s, score, &s->rows[s->row_a], (float)sum), 0);
        }
    }
}

static void overview(struct stage *s, const struct score *score) {
    if (!windowed(s)) return;
    const rect r = score->overview;
    struct view_state *state = s->scene->state;
    ui_id id = ui_make_id(s->ui, "overview");
    struct ui_result result = ui_control(s->ui, id, rect_inset(r, -4), true);
    float most = (float)(s->T - s->columns.count);
    if (result.held && s->ui->pointer_inside)
        state->scroll = (s->ui->pointer.x - r.x) / r.w * (float)s->T - (float)s->columns.count / 2;
    float turn_x = 0, turn_y = 0;
    if (ui_take_wheel(s->ui, s->r, &turn_x, &turn_y)) state->scroll -= 8 * (turn_x + turn_y);
    state->scroll = fminf(most, fmaxf(0, state->scroll));
    draw_rect(s->list, r, s->theme->sunk, 2);
    overview_map(s, score);
    float x = r.x + r.w * (float)s->columns.first / (float)s->T, w = r.w * (float)s->columns.count / (float)s->T;
    draw_box(s->list, (rect){x - 1, r.y - 3, w + 2, r.h + 6}, s->theme->ink1, 4, 2);
    float now = r.x + r.w * ((float)s->t + 0.5f) / (float)s->T;
    draw_rect(s->list, (rect){now - 2, r.y - 6, 4, r.h + 12}, s->theme->hi, 2);
    draw_box(s->list, (rect){now - 2, r.y - 6, 4, r.h + 12}, s->theme->ink1, 2, 1);
    if (result.held || result.hovered) s->ui->cursor = CURSOR_RESIZE_H;
    ui_focus_ring(s->ui, id, rect_inset(r, -4), 5);
}

void stage_score(struct stage *s) {
    struct score score = make_score(s);
    make_ramps(s, &score);
    overview(s, &score);
    losses(s, &score);
    for (int k = 0; k < s->row_count; k++)
        row(s, &score, k);
    tokens(s, &score);
    lens(s, &score);
}
