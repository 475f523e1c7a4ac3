// The prediction: logits and probabilities, the loss of the target, and its gradient at the logits.
#include "inspector_parts.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>

enum { TOP_MAX = 12 };

static const char *status(const struct page *page, bool known) {
    return page->running ? "running" : known ? "done" : "not yet";
}

static void when_words(const struct page *page, char *out, size_t size) {
    snprintf(out, size, "t = %d", page->t + 1);
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

static void symbol_chip(struct page *page, float y, int symbol, bool target) {
    if (target) draw_rect(page->list, (rect){page->x, y - 15, 20, 20}, page->theme->ink1, 4);
    page_token(page, page->x + 10, y, symbol, 14, target ? page->theme->panel : page->theme->ink2, target);
}

static struct text_style number_style(const struct page *page, float size, color ink) {
    (void)page;
    return (struct text_style){size >= 14 ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, size, ink, ALIGN_RIGHT};
}

static void class_heads(struct page *page, float y, const char *first, const char *second, float first_right) {
    struct text_style style = {FONT_SANS_MEDIUM, 13, page->theme->ink3, ALIGN_RIGHT};
    draw_text(page->list, page->x + first_right, y, first, style);
    math_draw(page->list, page->theme, page->x + page->w, y, second, 16, page->theme->ink3, ALIGN_RIGHT);
}

static void class_bar(struct page *page, float y, struct source source, double most, bool target) {
    float left = page->x + 112, span = page->x + page->w - 58 - left;
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
    if (isalpha((unsigned char)page_symbol(page, k)[0]) && !page_symbol(page, k)[1])
        snprintf(words, sizeof words, "_{\\t{%s}}", page_symbol(page, k));
    snprintf(markup, sizeof markup,
             "\\hat{y}%s=\\frac{e^{\\v{3}{2}}}{\\sum~e^{z}}=\\frac{\\v{0}{2}}{\\v{1}{2}}=\\v{2}{2}", words);
    page_sum(page, y, markup, 18.5f, sources, 4);
    return true;
}

static void forward_rows(struct page *page, float y, int rows) {
    const double *logits = tape_logits(page->record->tape, page->t), *p = tape_y_hat(page->record->tape, page->t);
    const int n = page->record->layout.spec.outputs, target = target_of(page);
    const float pitch = page_mix(page, 23, 26);
    int shown[TOP_MAX], count = top_symbols(page, rows < n ? rows - 1 : rows, shown);
    double most = count ? p[shown[0]] : 0, rest = 1;
    for (int i = 0; i < count; i++) {
        int k = shown[i];
        y += pitch;
        symbol_chip(page, y, k, k == target);
        page_value(page, page->x + 92, y, (struct source){"forward/logits", page->t, k, logits[k]}, 2, false,
                   number_style(page, 13.5f, page->theme->ink2));
        struct source source = {"forward/y_hat", page->t, k, p[k]};
        class_bar(page, y, source, most, k == target);
        page_value(page, page->x + page->w, y, source, 2, false, number_style(page, 14, page->theme->ink1));
        rest -= p[k];
    }
    if (count == n) return;
    char text[48];
    y += pitch;
    snprintf(text, sizeof text, "%d others", n - count);
    draw_text(page->list, page->x, y, text, page_text(page, FONT_SANS_MEDIUM, 13.5f, page->theme->ink2));
    struct source source = {"sum/y_hat_rest", page->t, -1, fmax(0, rest)};
    if (rest <= most) class_bar(page, y, source, most, false);
    page_value(page, page->x + page->w, y, source, 2, false, number_style(page, 14, page->theme->ink1));
}

static void output_forward(struct page *page) {
    char when[48];
    when_words(page, when, sizeof when);
    bool known = script_has_output(page->scene->script, page->scene->position, page->t);
    struct page_need need = {175, 214, 23, 26, 3, 7, TOP_MAX};
    int rows = page_open(page, "Inside the cell", when, need);
    float y = page->y + page_mix(page, 24, 30);
    page_heading(page, y, IDENTITY_A, "Output", status(page, known));
    y = page_equation(page, y + page_mix(page, 30, 34), 21, 26);
    if (!known) {
        page_caption(page, y + 34, "Not computed yet at this timestep.", NULL);
        return;
    }
    if (softmax_numbers(page, y + page_mix(page, 38, 46))) y += page_mix(page, 38, 46);
    y += page_mix(page, 45, 50);
    draw_text(page->list, page->x + 112, y, "most probable first",
              page_text(page, FONT_SANS_MEDIUM, 13, page->theme->ink3));
    class_heads(page, y, "logit", "\\hat{y}", 92);
    forward_rows(page, y + 2, rows);
}

// --- dL/dlogits = y_hat - y ---

static void backward_rows(struct page *page, float y, int rows) {
    const double *p = tape_y_hat(page->record->tape, page->t), *d = tape_logits_grad(page->record->tape, page->t);
    const int target = target_of(page);
    const float pitch = page_mix(page, 24, 28);
    int shown[TOP_MAX], count = top_symbols(page, rows, shown);
    struct strip_style look = strip_style_default(STRIP_GRADIENT, 20, 0, pitch - 4);
    look.pill = 10;
    look.sign_marks = page->scene->state && page->scene->state->sign_marks;
    for (int i = 0; i < count; i++) {
        int k = shown[i];
        y += pitch;
        symbol_chip(page, y, k, k == target);
        struct text_style style = number_style(page, 13.5f, page->theme->ink2);
        page_value(page, page->x + 84, y, (struct source){"forward/y_hat", page->t, k, p[k]}, 3, false, style);
        draw_text(page->list, page->x + 128, y, k == target ? "− 1" : "− 0", style);
        strip_draw(page->list, page->theme, page->x + 164, y - 5 - look.height / 2, &d[k], 1, &look);
        page_value(page, page->x + page->w, y, (struct source){"backward/logits", page->t, k, d[k]}, 3, true,
                   number_style(page, 14, page->theme->ink1));
    }
}

static void output_backward(struct page *page) {
    char when[48];
    when_words(page, when, sizeof when);
    int n = page->record->layout.spec.outputs;
    page_title(page, "Chain rule", when);
    page->y += 44;
    struct page_need need = {88, 116, 24, 28, 3, n < 8 ? n : 8, TOP_MAX};
    int rows = page_fit(page, need);
    float y = page_equation(page, page->y + page_mix(page, 18, 26), 19, 28);
    y += page_mix(page, 30, 40);
    page_heading(page, y, IDENTITY_A, "Gradient at the logits", status(page, page->running));
    y += page_mix(page, 26, 30);
    struct text_style style = {FONT_SANS_MEDIUM, 13, page->theme->ink3, ALIGN_RIGHT};
    math_draw(page->list, page->theme, page->x + 84, y, "\\hat{y}", 16, page->theme->ink3, ALIGN_RIGHT);
    math_draw(page->list, page->theme, page->x + 126, y, "-~y", 16, page->theme->ink3, ALIGN_RIGHT);
    draw_text(page->list, page->x + page->w, y, "gradient", style);
    backward_rows(page, y + 2, rows);
}

void page_output(struct page *page) {
    if (page->step.kind == STEP_OUTPUT)
        output_forward(page);
    else
        output_backward(page);
}

// --- the loss ---

static void loss_row(struct page *page, float y, int t, double most, bool current) {
    const struct theme *theme = page->theme;
    char label[96];
    label_output(label, sizeof label, "L", t, page->label);
    if (current) draw_rect(page->list, (rect){page->x - 8, y - 17, page->w + 16, 24}, theme->hi_soft, 4);
    math_draw(page->list, theme, page->x, y, label, 17, theme->ink1, ALIGN_LEFT);
    int target = page->record->example.target[t];
    if (target >= 0) page_token(page, page->x + 62, y, target, 14, current ? theme->ink1 : theme->ink2, current);
    double loss = tape_loss(page->record->tape, t);
    struct source source = {"forward/loss", t, -1, loss};
    float left = page->x + 84, span = page->x + page->w - 58 - left;
    if (!page_hides(page, source))
        draw_rect_exact(page->list, (rect){left, y - 12, fmaxf(1, span * (float)(most > 0 ? loss / most : 0)), 14},
                        theme->loss, 2);
    page_value(page, page->x + page->w, y, source, 2, false, number_style(page, 14, theme->ink1));
}

// The losses up to this timestep and their sum; only the last ones where there are more than rows.
static void loss_rows(struct page *page, float y, int rows) {
    double most = 0, total = 0, earlier = 0;
    int first = page->t + 1 > rows ? page->t + 2 - rows : 0;
    for (int t = 0; t <= page->t; t++) {
        double loss = tape_loss(page->record->tape, t);
        if (t >= first) most = fmax(most, loss);
        total += loss;
        if (t < first) earlier += loss;
    }
    const float pitch = page_mix(page, 23, 26);
    struct text_style words = page_text(page, FONT_SANS_MEDIUM, 13.5f, page->theme->ink2);
    if (first > 0) {
        char text[48];
        y += pitch;
        snprintf(text, sizeof text, "%d earlier", first);
        draw_text(page->list, page->x, y, text, words);
        page_value(page, page->x + page->w, y, (struct source){"sum/loss_earlier", first - 1, -1, earlier}, 2, false,
                   number_style(page, 14, page->theme->ink1));
    }
    for (int t = first; t <= page->t; t++)
        loss_row(page, y += pitch, t, most, t == page->t);
    y += page_mix(page, 28, 32);
    draw_hline(page->list, page->x, page->x + page->w, y - 19, page->theme->line);
    words.font = FONT_SANS_SEMIBOLD, words.color = page->theme->ink1;
    bool whole = page->t == record_T(page->record) - 1;
    draw_text(page->list, page->x, y, whole ? "L, all timesteps" : "sum so far", words);
    page_value(page, page->x + page->w, y, (struct source){"sum/loss", page->t, -1, total}, 2, false,
               number_style(page, 14, page->theme->loss));
}

void page_loss(struct page *page) {
    char when[48], label[96], markup[PAGE_TEXT];
    when_words(page, when, sizeof when);
    bool known = script_has_loss(page->scene->script, page->scene->position, page->t);
    struct page_need need = {156, 196, 23, 26, 1, page->t + 1, page->t + 1};
    int rows = page_open(page, "Inside the cell", when, need);
    float y = page->y + page_mix(page, 24, 30);
    page_heading(page, y, IDENTITY_A, "Loss", status(page, known));
    y = page_equation(page, y + page_mix(page, 30, 34), 21, 26);
    int target = target_of(page);
    if (!known || target < 0) {
        page_caption(page, y + 34,
                     target < 0 ? "No target at this timestep: no loss." : "Not computed yet at this timestep.", NULL);
        return;
    }
    y += page_mix(page, 32, 40);
    label_output(label, sizeof label, "L", page->t, page->label);
    struct source sources[] = {{"forward/y_hat", page->t, target, tape_y_hat(page->record->tape, page->t)[target]},
                               {"forward/loss", page->t, -1, tape_loss(page->record->tape, page->t)}};
    snprintf(markup, sizeof markup, "%s=-\\ln~\\v{0}{3}=\\v{1}{2}", label);
    page_sum(page, y, markup, 19, sources, 2);
    y += page_mix(page, 32, 40);
    page_caption(page, y, "Losses so far, in nats", NULL);
    loss_rows(page, y + 2, rows);
}
