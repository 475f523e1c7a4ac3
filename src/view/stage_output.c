// What comes out of the columns: the prediction as symbols with their probabilities, as several probabilities, or as
// numbers; beside it what was asked for.
#include "stage_inner.h"
#include "token.h"
#include <math.h>
#include <stdio.h>

static enum net_output kind(const struct stage *s) {
    return s->record->layout.spec.output;
}

static int target_symbol(const struct stage *s, int column) {
    return stage_has_target(s, column) && kind(s) == OUTPUT_SOFTMAX ? s->record->example.target[stage_t(s, column)]
                                                                    : -1;
}

static const double *asked(const struct stage *s, int column) { // (O) of sigmoid and linear outputs, or NULL
    if (!stage_has_target(s, column) || !s->record->example.target_real) return NULL;
    return s->record->example.target_real + (size_t)stage_t(s, column) * (size_t)s->V;
}

static bool is_asked(const struct stage *s, int column, int output) {
    const double *y = asked(s, column);
    return y ? y[output] >= 0.5 : output == target_symbol(s, column);
}

static void answer_token(struct stage *s, float x, float baseline, int output, float size, enum font font, color ink) {
    token_draw(s->list, x, baseline, record_answer(s->record, output), size, font, ink);
}

// Most probable first, and what is asked for among them.
void stage_top_symbols(const struct stage *s, int column, int *out, int count) {
    const double *y_hat = tape_y_hat(s->record->tape, stage_t(s, column));
    int target = target_symbol(s, column), found = 0;
    for (int k = 0; k < count; k++)
        out[k] = -1;
    for (int i = 0; i < s->V; i++) { // insertion into the best so far
        double p = kind(s) == OUTPUT_SIGMOID && is_asked(s, column, i) ? 1 + y_hat[i] : y_hat[i];
        int k = found < count ? found++ : count;
        while (k > 0) {
            double q = y_hat[out[k - 1]];
            if (kind(s) == OUTPUT_SIGMOID && is_asked(s, column, out[k - 1])) q += 1;
            if (q >= p) break;
            if (k < count) out[k] = out[k - 1];
            k--;
        }
        if (k < count) out[k] = i;
    }
    for (int k = 0; k < count; k++)
        if (out[k] == target) return;
    if (target >= 0 && count > 0) out[count - 1] = target;
}

static void y_hat_line(struct stage *s, int column, int symbol, float y) {
    int t = stage_t(s, column);
    bool target = is_asked(s, column, symbol);
    float x = stage_x(s, column), w = s->columns.width, k = s->plan.y_hat_row / 20;
    double p = tape_y_hat(s->record->tape, t)[symbol];
    if (target) draw_rect(s->list, (rect){x - 1, y + 1, 17, 18 * k}, s->theme->ink1, 4);
    answer_token(s, x + 7.5f, y + 15 * k, symbol, 14 * k, target ? FONT_MONO_SEMIBOLD : FONT_MONO,
                 target ? s->theme->panel : s->theme->ink2);
    float most = kind(s) == OUTPUT_SIGMOID ? 1 : 0.8f;
    rect bar = {x + 21, y + 4.5f * k, fmaxf(2, (w - 21) * fminf(1, (float)p / most)), 11 * k};
    if (scene_is_hidden(s->scene, "forward/y_hat", t, symbol)) {
        stage_question(s, (rect){x + 21, y + 2, 20, 16 * k}, 12);
        return;
    }
    draw_rect_exact(s->list, bar, target ? s->theme->ink1 : s->theme->line2, 2);
}

void stage_y_hat(struct stage *s, int column) {
    int top[STAGE_TOP], count = s->plan.y_hat_rows;
    stage_top_symbols(s, column, top, count);
    for (int k = 0; k < count; k++)
        if (top[k] >= 0) y_hat_line(s, column, top[k], s->plan.y_hat + (float)k * s->plan.y_hat_row);
}

void stage_y_hat_ring(struct stage *s, int column) {
    float x = stage_x(s, column), out = s->columns.pitch < 66 ? 2 : s->backward ? 5 : 6;
    rect r = {x - out, s->plan.y_hat - 4, s->columns.width + 2 * out, s->plan.y_hat_bottom - s->plan.y_hat + 7};
    draw_rect(s->list, r, s->theme->hi, 8);
    draw_rect(s->list, rect_inset(r, 2.5f), s->theme->stage, 5.5f);
}

// --- in short: the target and its probability, or the numbers ---

static void short_symbol(struct stage *s, int column, bool known, bool running) {
    int target = target_symbol(s, column);
    const struct theme *theme = s->theme;
    if (target < 0) return;
    float c = stage_center(s, column), y = s->plan.y_hat;
    bool list = s->plan.y_hat_rows > 0;
    if (list) y += (s->plan.y_hat_bottom - y) / 2 - 9.5f;
    if (!known && !s->backward) { // alone in the middle: what is asked for
        rect chip = {c - 9, list ? y : y + 1, 18, 19};
        draw_box(s->list, chip, running ? theme->ink2 : theme->ghost, 4, 1.25f);
        answer_token(s, c, chip.y + 14.5f, target, 14, running ? FONT_MONO_SEMIBOLD : FONT_MONO,
                     running ? theme->ink1 : theme->ink3);
        return;
    }
    bool stacked = s->plan.stacked;
    rect chip = {stacked ? c - 10 : c - 27, y, 20, stacked ? 20 : 21};
    if (known)
        draw_rect(s->list, chip, theme->ink1, 4);
    else
        draw_box(s->list, chip, theme->ghost, 4, 1);
    answer_token(s, chip.x + 10, y + 15.5f, target, 14, FONT_MONO_SEMIBOLD, known ? theme->panel : theme->ink3);
    int t = stage_t(s, column);
    double p = tape_y_hat(s->record->tape, t)[target];
    stage_number(s, stacked ? c : c + 13, stacked ? y + 34.5f : y + 15.5f, "forward/y_hat", t, target, p, 2,
                 (struct text_style){FONT_SANS_MEDIUM, 13, known ? theme->ink2 : theme->ink3, ALIGN_CENTER});
}

// Two rows, one over the other: what was predicted, and what was asked for. One output is a number, several are tiles.
static void short_numbers(struct stage *s, int column, bool known) {
    const double *y_hat = tape_y_hat(s->record->tape, stage_t(s, column)), *y = asked(s, column);
    float c = stage_center(s, column), top = s->plan.y_hat, h = (s->plan.y_hat_bottom - top) / 2, w = s->columns.width;
    int t = stage_t(s, column);
    bool gates = kind(s) == OUTPUT_SIGMOID;
    const double *rows[2] = {known || s->backward ? y_hat : NULL, y};
    for (int k = 0; k < 2; k++) {
        if (!rows[k]) continue;
        color ink = k == 0 ? s->theme->ink1 : s->theme->ink3;
        if (s->V == 1) {
            stage_number(s, c, top + h * ((float)k + 0.5f) + 5, k ? "target" : "forward/y_hat", t, 0, rows[k][0], 2,
                         (struct text_style){k ? FONT_SANS_MEDIUM : FONT_SANS_SEMIBOLD, 14, ink, ALIGN_CENTER});
            continue;
        }
        struct strip_style style = strip_style_default(gates ? STRIP_GATE : STRIP_VALUE, 0, 0, 0);
        style.sign_marks = s->scene->state->sign_marks;
        strip_block(s->list, s->theme, (rect){c - w / 2 + 4, top + h * (float)k, w - 8, h - 3}, rows[k], s->V, &style);
    }
}

void stage_target_chip(struct stage *s, int column, bool known, bool running) {
    if (kind(s) == OUTPUT_SOFTMAX)
        short_symbol(s, column, known, running);
    else
        short_numbers(s, column, known);
}
