// The prediction of one of many: logits and probabilities, and the gradient at the logits.
#include "inspector_parts.h"
#include "str.h"
#include "token.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TOP_MAX = 12 };

const char *page_status(const struct page *page, bool known) {
    return page->running ? "running" : known ? "done" : "not yet";
}

static int target_of(const struct page *page) {
    return page->record->example.target[page->t];
}

// The most probable symbols, the target always among them, most probable first.
static int top_symbols(const struct page *page, int want, int out[TOP_MAX]) {
    const double *p = tape_y_hat(page->record->tape, page->t);
    const int n = page->record->layout.spec.outputs, target = target_of(page);
    int found = 0;
    want = want > TOP_MAX ? TOP_MAX : want > n ? n : want;
    for (int k = 0; k < n; k++) {
        int at = found < want ? found++ : want;
        while (at > 0 && p[out[at - 1]] < p[k]) {
            if (at < want) out[at] = out[at - 1];
            at--;
        }
        if (at < want) out[at] = k;
    }
    bool has_target = target < 0;
    for (int i = 0; i < found; i++)
        has_target = has_target || out[i] == target;
    if (!has_target && found > 0) out[found - 1] = target;
    return found;
}

static bool is_word(const char *text) {
    return text[0] != '<' && utf8_count(text, strlen(text)) > 2;
}

// What columns of numbers move to the right where outputs have names of several letters.
float page_name_shift(const struct page *page) {
    enum { LOOKED_AT = 200 };
    const int n = page->record->layout.spec.outputs;
    for (int o = 0; o < n && o < LOOKED_AT; o++)
        if (is_word(page_answer(page, o))) return 34;
    return 0;
}

// A sign stands in the middle of its chip; a word of several letters takes the room up to the numbers.
void page_answer_chip(const struct page *page, float y, int output, bool target, float room) {
    const char *text = page_answer(page, output);
    bool word = is_word(text);
    struct text_style style = {target ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 13,
                               target ? page->theme->panel : page->theme->ink2, ALIGN_LEFT};
    float width = word ? fminf(room, text_width(page->list, text, style) + 10) : 20;
    if (target) draw_rect(page->list, (rect){page->x, y - 15, width, 20}, page->theme->ink1, 4);
    if (word)
        draw_text_fit(page->list, page->x + 5, y, width - 10, text, style);
    else
        token_draw(page->list, page->x + 10, y, text, 14, target ? FONT_MONO_SEMIBOLD : FONT_MONO, style.color);
}

struct text_style page_number_style(float size, color ink) {
    return (struct text_style){size >= 14 ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, size, ink, ALIGN_RIGHT};
}

static void class_heads(struct page *page, float y, const char *first, const char *second, float first_right) {
    struct text_style style = {FONT_SANS_MEDIUM, 13, page->theme->ink3, ALIGN_RIGHT};
    draw_text(page->list, page->x + first_right, y, first, style);
    math_draw(page->list, page->theme, page->x + page->w, y, second, 16, page->theme->ink3, ALIGN_RIGHT);
}

static void class_bar(struct page *page, float y, struct source source, double most, bool target) {
    float left = page->x + 112 + page_name_shift(page), span = page->x + page->w - 58 - left;
    if (page_hides(page, source)) {
        draw_box_dashed(page->list, (rect){left, y - 12, span, 14}, page->theme->ink2, 2, 1, 4, 3);
        return;
    }
    float length =
        fmaxf(2, span * (float)(most > 0 ? source.value / most : 0) * (page->running ? motion_fill(page->scene) : 1));
    draw_rect_exact(page->list, (rect){left, y - 12, length, 14}, target ? page->theme->ink1 : page->theme->line2, 2);
}

// "softmax" with numbers for the target: its exponential over the sum of all of them.
static bool softmax_numbers(struct page *page, float y) {
    const double *logits = tape_logits(page->record->tape, page->t), *p = tape_y_hat(page->record->tape, page->t);
    int shown[TOP_MAX], k = target_of(page);
    if (k < 0 && top_symbols(page, 1, shown) > 0) k = shown[0];
    double sum = 0;
    for (int i = 0; i < page->record->layout.spec.outputs; i++)
        sum += exp(logits[i]);
    if (k < 0 || !(sum < 1e6)) return false;
    char words[32] = "", markup[PAGE_TEXT];
    struct source sources[] = {{"sum/exp", page->t, k, exp(logits[k])},
                               {"sum/exp", page->t, -1, sum},
                               {"forward/y_hat", page->t, k, p[k]},
                               {"forward/logits", page->t, k, logits[k]}};
    // Only a letter can stand in a subscript; other symbols would be read as markup.
    const char *name = page_answer(page, k);
    if (isalpha((unsigned char)name[0]) && !name[1]) snprintf(words, sizeof words, "_{\\t{%s}}", name);
    snprintf(markup, sizeof markup,
             "\\hat{y}%s=\\frac{e^{\\v{3}{2}}}{\\sum~e^{z}}=\\frac{\\v{0}{2}}{\\v{1}{2}}=\\v{2}{2}", words);
    page_sum(page, y, markup, 18.5f, sources, 4);
    return true;
}

static void forward_rows(struct page *page, float y, int rows) {
    const double *logits = tape_logits(page->record->tape, page->t), *p = tape_y_hat(page->record->tape, page->t);
    const int n = page->record->layout.spec.outputs, target = target_of(page);
    const float pitch = page_mix(page, 23, 26), shift = page_name_shift(page);
    int shown[TOP_MAX], count = top_symbols(page, rows < n ? rows - 1 : rows, shown);
    double most = count ? p[shown[0]] : 0, rest = 1;
    for (int i = 0; i < count; i++) {
        int k = shown[i];
        y += pitch;
        page_answer_chip(page, y, k, k == target, 40 + shift);
        page_value(page, page->x + 92 + shift, y, (struct source){"forward/logits", page->t, k, logits[k]}, 2, false,
                   page_number_style(13.5f, page->theme->ink2));
        struct source source = {"forward/y_hat", page->t, k, p[k]};
        class_bar(page, y, source, most, k == target);
        page_value(page, page->x + page->w, y, source, 2, false, page_number_style(14, page->theme->ink1));
        rest -= p[k];
    }
    if (count == n) return;
    char text[48];
    y += pitch;
    snprintf(text, sizeof text, "%d others", n - count);
    draw_text(page->list, page->x, y, text, page_text(page, FONT_SANS_MEDIUM, 13.5f, page->theme->ink2));
    struct source source = {"sum/y_hat_rest", page->t, -1, fmax(0, rest)};
    if (rest <= most) class_bar(page, y, source, most, false);
    page_value(page, page->x + page->w, y, source, 2, false, page_number_style(14, page->theme->ink1));
}

const char *page_missing_output(const struct page *page) {
    return record_shows_output(page->record, page->t) ? "Not computed yet at this timestep."
                                                      : "No answer here: it comes at the last timestep.";
}

float page_output_head(struct page *page, struct page_need need, int *rows) {
    char when[64];
    page_when(page, when, sizeof when);
    bool known = script_has_output(page->script, page->scene->position, page->t);
    *rows = page_open(page, "Inside the cell", when, need);
    float y = page->y + page_mix(page, 24, 30);
    page_heading(page, y, IDENTITY_A, "Output", page_status(page, known));
    y = page_equation(page, y + page_mix(page, 30, 34), 21, 26);
    if (known) return y;
    page_caption(page, y + 34, page_missing_output(page), NULL);
    return 0;
}

static void output_forward(struct page *page) {
    struct page_need need = {175, 214, 23, 26, 3, 7, TOP_MAX};
    int rows;
    float y = page_output_head(page, need, &rows);
    if (y == 0) return;
    if (softmax_numbers(page, y + page_mix(page, 38, 46))) y += page_mix(page, 38, 46);
    y += page_mix(page, 45, 50);
    const float shift = page_name_shift(page);
    draw_text(page->list, page->x + 112 + shift, y, "most probable first",
              page_text(page, FONT_SANS_MEDIUM, 13, page->theme->ink3));
    class_heads(page, y, "logit", "\\hat{y}", 92 + shift);
    forward_rows(page, y + 2, rows);
}

// --- dL/dlogits = y_hat - y ---

static void backward_rows(struct page *page, float y, int rows) {
    const double *p = tape_y_hat(page->record->tape, page->t), *d = tape_logits_grad(page->record->tape, page->t);
    const int target = target_of(page);
    const float pitch = page_mix(page, 24, 28), shift = page_name_shift(page);
    int shown[TOP_MAX], count = top_symbols(page, rows, shown);
    struct strip_style look = strip_style_default(STRIP_GRADIENT, 20, 0, pitch - 4);
    look.pill = 10;
    look.sign_marks = page->scene->state && page->scene->state->sign_marks;
    for (int i = 0; i < count; i++) {
        int k = shown[i];
        y += pitch;
        page_answer_chip(page, y, k, k == target, 40 + shift);
        struct text_style style = page_number_style(13.5f, page->theme->ink2);
        page_value(page, page->x + 84 + shift, y, (struct source){"forward/y_hat", page->t, k, p[k]}, 3, false, style);
        draw_text(page->list, page->x + 128 + shift, y, k == target ? "− 1" : "− 0", style);
        strip_draw(page->list, page->theme, page->x + 164 + shift, y - 5 - look.height / 2, &d[k], 1, &look);
        page_value(page, page->x + page->w, y, (struct source){"backward/logits", page->t, k, d[k]}, 3, true,
                   page_number_style(14, page->theme->ink1));
    }
}

static void output_backward(struct page *page) {
    char when[64];
    page_when(page, when, sizeof when);
    int n = page->record->layout.spec.outputs;
    page_title(page, "Chain rule", when);
    page->y += 44;
    struct page_need need = {88, 116, 24, 28, 3, n < 8 ? n : 8, TOP_MAX};
    int rows = page_fit(page, need);
    float y = page_equation(page, page->y + page_mix(page, 18, 26), 19, 28);
    y += page_mix(page, 30, 40);
    page_heading(page, y, IDENTITY_A, "Gradient at the logits", page_status(page, page->running));
    y += page_mix(page, 26, 30);
    struct text_style style = {FONT_SANS_MEDIUM, 13, page->theme->ink3, ALIGN_RIGHT};
    const float shift = page_name_shift(page);
    math_draw(page->list, page->theme, page->x + 84 + shift, y, "\\hat{y}", 16, page->theme->ink3, ALIGN_RIGHT);
    math_draw(page->list, page->theme, page->x + 126 + shift, y, "-~y", 16, page->theme->ink3, ALIGN_RIGHT);
    draw_text(page->list, page->x + page->w, y, "gradient", style);
    backward_rows(page, y + 2, rows);
}

void page_output(struct page *page) {
    if (page->record->layout.spec.output != OUTPUT_SOFTMAX)
        page_answers(page);
    else if (page->step.kind == STEP_OUTPUT)
        output_forward(page);
    else
        output_backward(page);
}
