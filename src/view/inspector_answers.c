// Predictions that are numbers: several of many (sigmoid) or values (linear), each beside what it should be; and the
// gradient at the logits.
#include "inspector_parts.h"
#include <math.h>
#include <stdio.h>

enum { ANSWER_ROWS = 12 };

struct answers {
    const double *y_hat, *asked; // (O); asked NULL where no answer is asked for
    int O;
    bool sigmoid;
};

static struct answers answers_of(const struct page *page) {
    const struct record *record = page->record;
    const struct net_spec *spec = &record->layout.spec;
    struct answers a = {.y_hat = tape_y_hat(record->tape, page->t), .O = spec->outputs};
    a.sigmoid = spec->output == OUTPUT_SIGMOID;
    if (record_has_target(record, page->t) && record->example.target_real)
        a.asked = record->example.target_real + (size_t)page->t * (size_t)a.O;
    return a;
}

// The outputs furthest from what they should be; without answers the largest.
static int furthest(const struct answers *a, int want, int out[ANSWER_ROWS]) {
    int count = 0;
    double size[ANSWER_ROWS];
    want = want > ANSWER_ROWS ? ANSWER_ROWS : want > a->O ? a->O : want;
    for (int o = 0; o < a->O; o++) {
        double far = fabs(a->y_hat[o] - (a->asked ? a->asked[o] : 0));
        int at = count < want ? count++ : want;
        while (at > 0 && size[at - 1] < far) {
            if (at < want) size[at] = size[at - 1], out[at] = out[at - 1];
            at--;
        }
        if (at < want) size[at] = far, out[at] = o;
    }
    return count;
}

static struct source source_of(const struct page *page, const char *tensor, int output, double value) {
    return (struct source){tensor, page->t, output, value};
}

// Whole answers, as 0 and 1 are, have no digits behind the point.
static int asked_digits(const struct answers *a) {
    for (int o = 0; o < a->O; o++)
        if (a->asked[o] != round(a->asked[o])) return 2;
    return 0;
}

static void heads(struct page *page, float y, const struct answers *a) {
    const struct theme *theme = page->theme;
    struct text_style style = {FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_RIGHT};
    if (a->sigmoid) draw_text(page->list, page->x + 112, y, "logit", style);
    math_draw(page->list, theme, page->x + page->w - 58, y, "\\hat{y}", 16, theme->ink3, ALIGN_RIGHT);
    math_draw(page->list, theme, page->x + page->w, y, "y", 16, theme->ink3, ALIGN_RIGHT);
}

// A bar from zero for y-hat, and a mark where the answer lies.
static void answer_bar(struct page *page, float y, const struct answers *a, int output, const struct bars *bars) {
    struct source source = source_of(page, "forward/y_hat", output, a->y_hat[output]);
    if (page_hides(page, source)) return;
    page_bar(page, bars, y - 5, source.value, 12);
    if (!a->asked) return;
    float x = bars->zero + (float)a->asked[output] * bars->per_unit;
    draw_rect_exact(page->list, (rect){x - 1, y - 14, 2, 18}, page->theme->ink1, 1);
}

static float bars_left(const struct answers *a) {
    return a->sigmoid ? 124 : 76;
}

static struct bars bars_of(const struct page *page, const struct answers *a, const int *shown, int count, float left) {
    double values[2 * ANSWER_ROWS];
    int n = 0;
    for (int i = 0; i < count; i++) {
        values[n++] = a->y_hat[shown[i]];
        if (a->asked) values[n++] = a->asked[shown[i]];
    }
    if (a->sigmoid) values[0] = 1; // the whole range of a probability
    struct bars bars = page_bars(page, values, n, left);
    const float cut = 58; // a second column of numbers stands at the right
    float scale = (bars.right - cut - bars.left) / (bars.right - bars.left);
    bars.zero = bars.left + (bars.zero - bars.left) * scale;
    bars.per_unit *= scale;
    bars.right -= cut;
    return bars;
}

static void forward_rows(struct page *page, float y, int rows, const struct answers *a) {
    const double *logits = tape_logits(page->record->tape, page->t);
    const float pitch = page_mix(page, 23, 26);
    int shown[ANSWER_ROWS], count = furthest(a, rows, shown);
    struct bars bars = bars_of(page, a, shown, count, page->x + bars_left(a));
    struct text_style quiet = page_number_style(13.5f, page->theme->ink2),
                      style = page_number_style(14, page->theme->ink1);
    for (int i = 0; i < count; i++) {
        int o = shown[i];
        y += pitch;
        page_answer_chip(page, y, o, a->sigmoid && a->asked && a->asked[o] > 0.5, 66);
        if (a->sigmoid)
            page_value_fit(page, page->x + 112, y, 40, source_of(page, "forward/logits", o, logits[o]), 2, false,
                           quiet);
        answer_bar(page, y, a, o, &bars);
        page_value_fit(page, page->x + page->w - 58, y, 50, source_of(page, "forward/y_hat", o, a->y_hat[o]), 2, false,
                       style);
        if (a->asked)
            page_value_fit(page, page->x + page->w, y, 50, source_of(page, "target", o, a->asked[o]), asked_digits(a),
                           false, quiet);
    }
    if (count == a->O) return;
    char text[48];
    snprintf(text, sizeof text, "and %d others, closer", a->O - count);
    page_caption(page, y + pitch, a->asked ? text : "and others, smaller", NULL);
}

static void answers_forward(struct page *page) {
    struct answers a = answers_of(page);
    struct page_need need = {150, 190, 23, 26, 2, a.O < 7 ? a.O + 1 : 8, ANSWER_ROWS};
    int rows;
    float y = page_output_head(page, need, &rows);
    if (y == 0) return;
    y += page_mix(page, 40, 48);
    const float left = page->x + bars_left(&a), room = page->x + page->w - 90 - left;
    if (a.O > 1 && room > 110)
        draw_text_fit(page->list, left, y, room, a.asked ? "furthest off first" : "largest first",
                      page_text(page, FONT_SANS_MEDIUM, 13, page->theme->ink3));
    heads(page, y, &a);
    forward_rows(page, y + 2, rows < a.O ? rows - 1 : rows, &a);
}

// --- the gradient at the logits ---

static void backward_rows(struct page *page, float y, int rows, const struct answers *a) {
    const double *d = tape_logits_grad(page->record->tape, page->t);
    const float pitch = page_mix(page, 24, 28);
    int shown[ANSWER_ROWS], count = furthest(a, rows, shown);
    struct strip_style look = strip_style_default(STRIP_GRADIENT, 20, 0, pitch - 4);
    look.pill = 10;
    look.sign_marks = page->scene->state && page->scene->state->sign_marks;
    struct text_style style = page_number_style(13.5f, page->theme->ink2);
    for (int i = 0; i < count; i++) {
        int o = shown[i];
        y += pitch;
        page_answer_chip(page, y, o, a->sigmoid && a->asked && a->asked[o] > 0.5, 42);
        page_value_fit(page, page->x + 92, y, 46, source_of(page, "forward/y_hat", o, a->y_hat[o]), 3, false, style);
        if (a->asked)
            page_value_fit(page, page->x + 146, y, 46, source_of(page, "target", o, a->asked[o]),
                           asked_digits(a) ? 3 : 0, false, style);
        strip_draw(page->list, page->theme, page->x + 168, y - 5 - look.height / 2, &d[o], 1, &look);
        page_value_fit(page, page->x + page->w, y, 70, source_of(page, "backward/logits", o, d[o]), 3, true,
                       page_number_style(14, page->theme->ink1));
    }
}

static void answers_backward(struct page *page) {
    char when[64];
    page_when(page, when, sizeof when);
    struct answers a = answers_of(page);
    page_title(page, "Chain rule", when);
    page->y += 44;
    int rows = page_fit(page, (struct page_need){88, 116, 24, 28, 2, a.O < 8 ? a.O : 8, ANSWER_ROWS});
    float y = page_equation(page, page->y + page_mix(page, 18, 26), 19, 28);
    y += page_mix(page, 30, 40);
    page_heading(page, y, IDENTITY_A, a.sigmoid ? "Gradient at the logits" : "Gradient at the outputs",
                 page_status(page, page->running));
    y += page_mix(page, 26, 30);
    const struct theme *theme = page->theme;
    math_draw(page->list, theme, page->x + 92, y, "\\hat{y}", 16, theme->ink3, ALIGN_RIGHT);
    math_draw(page->list, theme, page->x + 146, y, "y", 16, theme->ink3, ALIGN_RIGHT);
    draw_text(page->list, page->x + page->w, y, "gradient",
              (struct text_style){FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_RIGHT});
    backward_rows(page, y + 2, rows, &a);
}

void page_answers(struct page *page) {
    if (page->step.kind == STEP_OUTPUT)
        answers_forward(page);
    else
        answers_backward(page);
}
