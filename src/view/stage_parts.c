// Parts that both figures of the stage are made of: strips, rings, labels, tokens, predictions, legends.
#include "stage_inner.h"
#include "token.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

float stage_x(const struct stage *s, int t) {
    return stage_column_x(&s->columns, t);
}
float stage_center(const struct stage *s, int t) {
    return stage_x(s, t) + s->columns.width / 2;
}

// The box of a column: the opened one of a score stands a little inside its place.
static rect column_box(const struct stage *s, int t) {
    float x = stage_x(s, t);
    if (s->detail == STAGE_SCORE && t == s->columns.lens) return (rect){x + 5, 0, 72, 0};
    return (rect){x, 0, s->columns.width, 0};
}

// The strip keeps 63 px in a full column; the narrowest compact one leaves 34 (tiles of 3.4 px).
rect stage_strip_area(const struct stage *s, int row, int t) {
    rect box = column_box(s, t);
    float w = box.w - (s->detail == STAGE_COMPACT ? 7 : 9), h = s->rows[row].height;
    return (rect){box.x + (box.w - w) / 2, s->rows[row].y - h / 2, w, h};
}

const double *stage_values(const struct stage *s, int row, int t) {
    int slot = s->rows[row].slot;
    return s->backward ? tape_grad(s->record->tape, s->layer, s->direction, slot, t)
                       : tape_value(s->record->tape, s->layer, s->direction, slot, t);
}

bool stage_has(const struct stage *s, int row, int t) {
    int slot = s->rows[row].slot, p = s->scene->position;
    return s->backward ? script_has_grad(s->script, s->cell, p, s->layer, s->direction, slot, t)
                       : script_has_value(s->script, s->cell, p, s->layer, s->direction, slot, t);
}

// --- strips ---

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Too many units for the height: a line from the least to the largest, a box for the middle half, a mark at
// the median.
static void summary_band(const struct stage *s, const struct stage_row *row, rect area, const double *values) {
    double sorted[NET_MAX_HIDDEN];
    int n = 0;
    for (int i = 0; i < s->H && i < NET_MAX_HIDDEN; i++)
        if (isfinite(values[i])) sorted[n++] = values[i];
    if (!n) return;
    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    float at[5], low = row->kind == STRIP_GATE ? 0 : -1;
    double largest = fmax(fabs(sorted[0]), fabs(sorted[n - 1]));
    double scale = row->kind == STRIP_GRADIENT ? (largest > 0 ? largest : 1) : row->scale;
    for (int k = 0; k < 5; k++) {
        float v = (float)(sorted[(n - 1) * k / 4] / scale);
        at[k] = area.x + area.w * (fminf(1, fmaxf(low, v)) - low) / (1 - low);
    }
    float y = area.y + area.h / 2;
    color ink = row->kind == STRIP_GRADIENT ? s->theme->gr_p : s->theme->ink3;
    draw_rect(s->list, (rect){area.x, y - 7, area.w, 14}, s->theme->sunk, 1.5f);
    draw_rect_exact(s->list, (rect){at[0], y - 1, at[4] - at[0], 2}, ink, 0);
    draw_rect_exact(s->list, (rect){at[1], y - 5, fmaxf(1, at[3] - at[1]), 10}, ink, 1);
    draw_rect_exact(s->list, (rect){at[2] - 1, y - 7, 2, 14}, s->theme->ink1, 0);
    if (low < 0) draw_rect(s->list, (rect){area.x + area.w / 2, y - 7, 1, 14}, s->theme->line2, 0);
}

void stage_question(struct stage *s, rect r, float size) {
    draw_rect(s->list, r, s->theme->panel, 2);
    draw_box_dashed(s->list, r, s->theme->ink2, 2, 1, 3, 2);
    draw_text(s->list, r.x + r.w / 2, r.y + r.h / 2 + size * 0.36f, "?",
              (struct text_style){FONT_SANS_SEMIBOLD, size, s->theme->ink1, ALIGN_CENTER});
}

static const char *row_tensor(const struct stage *s, int row) {
    return record_name(s->record, s->backward ? RECORD_BACKWARD : RECORD_FORWARD, s->layer, s->direction,
                       s->rows[row].slot);
}

static void hide_units(struct stage *s, int row, int t, rect area) {
    if (!s->scene->hidden_count) return;
    const char *tensor = row_tensor(s, row);
    for (int i = 0; i < s->H; i++)
        if (scene_is_hidden(s->scene, tensor, t, i)) stage_question(s, strip_tile(area, s->H, i), 10);
}

static void track_hover(struct stage *s, int row, int t, rect area) {
    if (!s->hovered || s->rows[row].band) return;
    int unit = strip_hit(area, s->H, s->ui->pointer);
    if (unit < 0) return;
    s->found_t = t;
    s->found_slot = s->rows[row].slot;
    s->found_unit = unit;
    s->found_grad = s->backward;
    s->found_tile = strip_tile(area, s->H, unit);
}

void stage_strip(struct stage *s, int row, int t, bool running, const color *cover) {
    const struct stage_row *about = &s->rows[row];
    rect area = stage_strip_area(s, row, t);
    bool known = stage_has(s, row, t);
    if (cover) draw_rect(s->list, rect_inset(area, -1), *cover, 3);
    struct strip_style style = strip_style_default(known ? about->kind : STRIP_GHOST, 0, 0, 0);
    style.max = about->scale;
    style.sign_marks = s->scene->state->sign_marks;
    if (running && (s->focus.result[row] || s->scene->slide != 0)) style.fill = s->fill;
    if (cover && !known) style.ghost_fill = *cover;
    const double *values = known ? stage_values(s, row, t) : NULL;
    if (about->band && known)
        summary_band(s, about, area, values);
    else if (about->band)
        draw_box(s->list, (rect){area.x, about->y - 7, area.w, 14}, s->theme->ghost, 1.5f, 1);
    else
        strip_block(s->list, s->theme, area, values, s->H, &style);
    if (!known || about->band) return;
    if (s->unit >= 0) {
        rect tile = strip_tile(area, s->H, s->unit);
        bool here = t == s->t;
        float out = here ? 1.5f : 1;
        if (tile.w >= 3)
            draw_box(s->list, rect_inset(tile, -out), here ? s->theme->ink1 : s->theme->ink3, here ? 2.5f : 2,
                     here ? 2 : 1);
    }
    hide_units(s, row, t, area);
    track_hover(s, row, t, area);
}

void stage_ring(struct stage *s, int row, int t) {
    rect box = column_box(s, t);
    float half = s->rows[row].height / 2, x = box.x, w = box.w;
    float y = s->rows[row].y;
    float in = s->step && s->step->t == t ? 2 : 0.5f; // the running box keeps its own frame
    draw_rect(s->list, (rect){x + in, y - half - 5, w - 2 * in, 2 * half + 10}, s->theme->hi, 6);
    draw_rect(s->list, (rect){x + 3, y - half - 1.5f, w - 6, 2 * half + 3}, s->theme->panel, 3);
}

// --- labels ---

void stage_side_label(struct stage *s, const char *markup, float y, float size) {
    float right = s->columns.x0 - 23;
    struct math_box box = math_measure(s->list, markup, size);
    if (box.width > 35) size *= fmaxf(0.7f, 35 / box.width);
    math_draw(s->list, s->theme, right, y + 6, markup, size, s->theme->ink1, ALIGN_RIGHT);
}

static void scale_note(struct stage *s, const struct stage_row *row) {
    if (row->scale == 1 || row->kind != STRIP_VALUE) return;
    char text[24];
    snprintf(text, sizeof text, "\u00B1%g", (double)row->scale);
    bool subscript = s->cell->slots[row->slot].symbol[s->scene->state->notation].sub[0] != 0;
    draw_text(s->list, s->columns.x0 - 25, row->y + (row->lane || subscript ? 25 : 18), text,
              (struct text_style){FONT_SANS_MEDIUM, 11, s->theme->ink3, ALIGN_RIGHT});
}

void stage_row_label(struct stage *s, int row) {
    char markup[STAGE_LABEL];
    struct label_style style = {s->scene->state->notation, true};
    int slot = s->rows[row].slot;
    if (s->backward)
        label_grad(markup, sizeof markup, s->cell, slot, LABEL_SYMBOLIC, LABEL_NO_UNIT, style);
    else
        label_slot(markup, sizeof markup, s->cell, slot, LABEL_SYMBOLIC, LABEL_NO_UNIT, style);
    float size = s->backward && !s->rows[row].state ? 17 : 19, apart = 1000;
    for (int k = 0; k < s->row_count; k++) // smaller where rows are close
        if (k != row) apart = fminf(apart, fabsf(s->rows[k].y - s->rows[row].y));
    stage_side_label(s, markup, s->rows[row].y, fminf(size, fmaxf(12, apart * 0.62f)));
    scale_note(s, &s->rows[row]);
}

void stage_time_label(struct stage *s, int t, bool running, bool ahead) {
    char text[32];
    float width = s->columns.pitch;
    bool chosen = running || s->scene->state->t == t;
    enum font font = chosen ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM;
    color ink = chosen ? s->theme->ink1 : ahead ? s->theme->ink3 : s->theme->ink2;
    snprintf(text, sizeof text, "t = %d", t + 1);
    draw_text(s->list, stage_center(s, t), s->plan.t_label + 4, text,
              (struct text_style){font, width < 56 ? 13 : 14, ink, ALIGN_CENTER});
}

// --- tokens ---

void stage_token(struct stage *s, float x, float baseline, int symbol, float size, enum font font, color ink) {
    token_draw(s->list, x, baseline, record_symbol(s->record, symbol), size, font, ink);
}

bool stage_number(struct stage *s, float x, float baseline, const char *tensor, int row, int column, double value,
                  int digits, struct text_style style) {
    style.align = ALIGN_CENTER;
    if (scene_is_hidden(s->scene, tensor, row, column)) {
        stage_question(s, (rect){x - 14, baseline - style.size * 0.36f - 11, 28, 22}, 14);
        return false;
    }
    draw_value(s->list, x, baseline, (struct source){tensor, row, column, value}, digits, false, style);
    return true;
}

// --- predictions ---

void stage_top_symbols(const struct stage *s, int t, int *out, int count) {
    const double *y_hat = tape_y_hat(s->record->tape, t);
    int target = s->record->example.target[t], found = 0;
    for (int k = 0; k < count; k++)
        out[k] = -1;
    for (int i = 0; i < s->V; i++) { // insertion into the best so far
        int k = found < count ? found++ : count;
        while (k > 0 && !(y_hat[out[k - 1]] >= y_hat[i])) {
            if (k < count) out[k] = out[k - 1];
            k--;
        }
        if (k < count) out[k] = i;
    }
    for (int k = 0; k < count; k++)
        if (out[k] == target) return;
    if (target >= 0 && count > 0) out[count - 1] = target;
}

static void y_hat_line(struct stage *s, int t, int symbol, float y) {
    bool target = symbol == s->record->example.target[t];
    float x = stage_x(s, t), w = s->columns.width, k = s->plan.y_hat_row / 20;
    double p = tape_y_hat(s->record->tape, t)[symbol];
    if (target) draw_rect(s->list, (rect){x - 1, y + 1, 17, 18 * k}, s->theme->ink1, 4);
    stage_token(s, x + 7.5f, y + 15 * k, symbol, 14 * k, target ? FONT_MONO_SEMIBOLD : FONT_MONO,
                target ? s->theme->panel : s->theme->ink2);
    rect bar = {x + 21, y + 4.5f * k, fmaxf(2, (w - 21) * fminf(1, (float)p / 0.8f)), 11 * k};
    if (scene_is_hidden(s->scene, "forward/y_hat", t, symbol)) {
        stage_question(s, (rect){x + 21, y + 2, 20, 16 * k}, 12);
        return;
    }
    draw_rect_exact(s->list, bar, target ? s->theme->ink1 : s->theme->line2, 2);
}

void stage_y_hat(struct stage *s, int t) {
    int top[STAGE_TOP], count = s->plan.y_hat_rows;
    stage_top_symbols(s, t, top, count);
    for (int k = 0; k < count; k++)
        if (top[k] >= 0) y_hat_line(s, t, top[k], s->plan.y_hat + (float)k * s->plan.y_hat_row);
}

// The target on its chip, and its probability beside or under it once that is computed.
void stage_target_chip(struct stage *s, int t, bool known, bool running) {
    int target = s->record->example.target[t];
    const struct theme *theme = s->theme;
    if (target < 0) return;
    float c = stage_center(s, t), y = s->plan.y_hat;
    bool list = s->plan.y_hat_rows > 0;
    if (list) y += (s->plan.y_hat_bottom - y) / 2 - 9.5f;
    if (!known && !s->backward) { // alone in the middle: what is asked for
        rect chip = {c - 9, list ? y : y + 1, 18, 19};
        draw_box(s->list, chip, running ? theme->ink2 : theme->ghost, 4, 1.25f);
        stage_token(s, c, chip.y + 14.5f, target, 14, running ? FONT_MONO_SEMIBOLD : FONT_MONO,
                    running ? theme->ink1 : theme->ink3);
        return;
    }
    bool stacked = s->plan.stacked;
    rect chip = {stacked ? c - 10 : c - 27, y, 20, stacked ? 20 : 21};
    if (known)
        draw_rect(s->list, chip, theme->ink1, 4);
    else
        draw_box(s->list, chip, theme->ghost, 4, 1);
    stage_token(s, chip.x + 10, y + 15.5f, target, 14, FONT_MONO_SEMIBOLD, known ? theme->panel : theme->ink3);
    double p = tape_y_hat(s->record->tape, t)[target];
    stage_number(s, stacked ? c : c + 13, stacked ? y + 34.5f : y + 15.5f, "forward/y_hat", t, target, p, 2,
                 (struct text_style){FONT_SANS_MEDIUM, 13, known ? theme->ink2 : theme->ink3, ALIGN_CENTER});
}

// --- legends ---

void stage_legend_values(struct stage *s, float x, float y, bool gates) {
    struct draw_list *list = s->list;
    struct text_style name = {FONT_SANS_MEDIUM, 13, s->theme->ink3, ALIGN_LEFT}, end = name;
    end.size = 12;
    draw_text(list, x, y + 4.5f, "value", name);
    x += 44;
    draw_text(list, x, y + 4.5f, "\u22121", end);
    x += 20;
    double steps[9], levels[5] = {0.02, 0.25, 0.5, 0.75, 1};
    for (int k = 0; k < 9; k++)
        steps[k] = -1 + k / 4.0;
    struct strip_style tiles = strip_style_default(STRIP_VALUE, 8, 1, 14);
    tiles.sign_marks = s->scene->state->sign_marks;
    strip_draw(list, s->theme, x, y - 7, steps, 9, &tiles);
    x += 88;
    draw_text(list, x, y + 4.5f, "1", end);
    if (!gates) return;
    x += 28;
    draw_text(list, x, y + 4.5f, "gate", name);
    x += 38;
    draw_text(list, x, y + 4.5f, "0", end);
    x += 13;
    struct strip_style vessels = strip_style_default(STRIP_GATE, 8, 1, 14);
    strip_draw(list, s->theme, x, y - 7, levels, 5, &vessels);
    x += 52;
    draw_text(list, x, y + 4.5f, "1", end);
}

float stage_legend_gradient(struct stage *s, float x, float y, bool with_length, bool draw) {
    struct draw_list *list = s->list;
    struct text_style name = {FONT_SANS_MEDIUM, 13, s->theme->ink3, ALIGN_LEFT};
    struct text_style small = {FONT_SANS_MEDIUM, 12, s->theme->ink3, ALIGN_LEFT};
    struct text_style sign = {FONT_SANS_SEMIBOLD, 14, s->theme->ink2, ALIGN_RIGHT};
    const double minus[] = {-10, -0.3, -0.01}, plus[] = {0.01, 0.3, 10};
    float start = x;
    struct strip_style pills = strip_style_default(STRIP_GRADIENT, 8, 4, 24);
    pills.sign_marks = s->scene->state->sign_marks;
    if (draw) draw_text(list, x, y + 4.5f, "gradient", name);
    x += 82;
    if (draw) {
        draw_text(list, x - 8, y + 5, "\u2212", sign);
        strip_draw(list, s->theme, x, y - 12, minus, 3, &pills);
    }
    x += 40;
    if (draw) {
        strip_draw(list, s->theme, x, y - 12, plus, 3, &pills);
        sign.align = ALIGN_LEFT;
        draw_text(list, x + 40, y + 5, "+", sign);
    }
    x += 40 + 10;
    if (!with_length) return x - start;
    x += 16;
    if (draw) draw_text(list, x, y + 4.5f, "length: 10", small);
    x += text_width(list, "length: 10", small) + 1;
    struct text_style exponent = {FONT_SANS_MEDIUM, 9.5f, s->theme->ink3, ALIGN_LEFT};
    if (draw) draw_text(list, x, y, "\u22123", exponent);
    x += 16;
    if (draw) draw_text(list, x, y + 4.5f, "to 10", small);
    return x + text_width(list, "to 10", small) - start;
}
