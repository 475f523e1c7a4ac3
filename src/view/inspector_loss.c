// The loss of a timestep, and what the losses come to so far.
#include "inspector_parts.h"
#include "token.h"
#include <math.h>
#include <stdio.h>

// What was right, where it is one of many; returns how far its name pushes the bar.
static float put_target(struct page *page, float y, int t, bool current) {
    if (page->record->layout.spec.output != OUTPUT_SOFTMAX) return 0;
    const char *text = page_answer(page, page->record->example.target[t]);
    const float shift = page_name_shift(page);
    struct text_style style = {current ? FONT_MONO_SEMIBOLD : FONT_MONO, 14,
                               current ? page->theme->ink1 : page->theme->ink2, ALIGN_LEFT};
    if (shift > 0)
        draw_text_fit(page->list, page->x + 52, y, 24 + shift, text, style);
    else
        token_draw(page->list, page->x + 62, y, text, style.size, style.font, style.color);
    return shift;
}

// Room for a number at the right of a bar.
static float number_room(int digits) {
    return digits > 3 ? 42 + 9 * (float)digits : 58;
}

static void loss_row(struct page *page, float y, int t, double most, int digits, bool current) {
    const struct theme *theme = page->theme;
    char label[96];
    label_output(label, sizeof label, "L", t, page->label);
    if (current) draw_rect(page->list, (rect){page->x - 8, y - 17, page->w + 16, 24}, theme->hi_soft, 4);
    math_draw(page->list, theme, page->x, y, label, 17, theme->ink1, ALIGN_LEFT);
    const float shift = put_target(page, y, t, current);
    double loss = tape_loss(page->record->tape, t);
    struct source source = {"forward/loss", t, -1, loss};
    float left = page->x + 84 + shift, span = page->x + page->w - number_room(digits) - left;
    if (!page_hides(page, source))
        draw_rect_exact(page->list, (rect){left, y - 12, fmaxf(1, span * (float)(most > 0 ? loss / most : 0)), 14},
                        theme->loss, 2);
    page_value(page, page->x + page->w, y, source, digits, false, page_number_style(14, theme->ink1));
}

// How many timesteps up to t have a loss.
static int count_losses(const struct page *page, int t) {
    int count = 0;
    for (int k = 0; k <= t; k++)
        count += record_has_target(page->record, k);
    return count;
}

// The losses up to this timestep and their sum; only the last ones where there are more than rows.
static void loss_rows(struct page *page, float y, int rows) {
    const struct record *record = page->record;
    double most = 0, total = 0, earlier = 0;
    int count = count_losses(page, page->t), left_out = count > rows ? count + 1 - rows : 0, first = 0;
    for (int t = 0, n = 0; t <= page->t; t++) {
        if (!record_has_target(record, t)) continue;
        double loss = tape_loss(record->tape, t);
        total += loss;
        if (n++ < left_out)
            earlier += loss, first = t + 1;
        else
            most = fmax(most, loss);
    }
    const float pitch = page_mix(page, 23, 26);
    const int digits = digits_for(most); // squares may all be small
    struct text_style words = page_text(page, FONT_SANS_MEDIUM, 13.5f, page->theme->ink2);
    if (left_out > 0) {
        char text[48];
        y += pitch;
        snprintf(text, sizeof text, "%d earlier", left_out);
        draw_text(page->list, page->x, y, text, words);
        page_value(page, page->x + page->w, y, (struct source){"sum/loss_earlier", first - 1, -1, earlier}, digits,
                   false, page_number_style(14, page->theme->ink1));
    }
    for (int t = first; t <= page->t; t++)
        if (record_has_target(record, t)) loss_row(page, y += pitch, t, most, digits, t == page->t);
    y += page_mix(page, 28, 32);
    draw_hline(page->list, page->x, page->x + page->w, y - 19, page->theme->line);
    words.font = FONT_SANS_SEMIBOLD, words.color = page->theme->ink1;
    bool whole = count == count_losses(page, record_T(record) - 1);
    draw_text(page->list, page->x, y, whole ? "L, all timesteps" : "sum so far", words);
    page_value(page, page->x + page->w, y, (struct source){"sum/loss", page->t, -1, total}, digits, false,
               page_number_style(14, page->theme->loss));
}

// "L<4> = -ln 0.31 = 1.17"; of one output its distance, of several the sum that the equation names.
static void loss_numbers(struct page *page, float y, const char *label) {
    const struct record *record = page->record;
    const struct net_spec *spec = &record->layout.spec;
    const double *y_hat = tape_y_hat(record->tape, page->t), *asked = record->example.target_real;
    int target = asked ? 0 : record->example.target[page->t];
    double loss = tape_loss(record->tape, page->t), y_one = asked ? asked[(size_t)page->t * (size_t)spec->outputs] : 0;
    char markup[PAGE_TEXT];
    struct source sources[] = {{"forward/y_hat", page->t, target, y_hat[target]},
                               {"forward/loss", page->t, -1, loss},
                               {"target", page->t, 0, y_one}};
    int digits = digits_for(loss), apart = digits_for(fabs(y_hat[target] - y_one)) + 1;
    if (spec->output == OUTPUT_SOFTMAX)
        snprintf(markup, sizeof markup, "%s=-\\ln~\\v{0}{3}=\\v{1}{2}", label);
    else if (spec->output == OUTPUT_LINEAR && spec->outputs == 1)
        snprintf(markup, sizeof markup, "%s=(\\v{0}{%d}-%s\\v{2}{%d}%s)^2=\\v{1}{%d}", label, apart,
                 y_one < 0 ? "(" : "", apart, y_one < 0 ? ")" : "", digits);
    else
        snprintf(markup, sizeof markup, "%s=\\v{1}{%d}", label, digits);
    page_sum(page, y, markup, 19, sources, 3);
}

void page_loss(struct page *page) {
    char when[64], label[96];
    page_when(page, when, sizeof when);
    bool known = script_has_loss(page->script, page->scene->position, page->t);
    int losses = count_losses(page, page->t);
    struct page_need need = {156, 196, 23, 26, 1, losses, losses};
    int rows = page_open(page, "Inside the cell", when, need);
    float y = page->y + page_mix(page, 24, 30);
    page_heading(page, y, IDENTITY_A, "Loss", page_status(page, known));
    y = page_equation(page, y + page_mix(page, 30, 34), 21, 26);
    bool asked = record_has_target(page->record, page->t);
    if (!known || !asked) {
        page_caption(page, y + 34,
                     !asked ? "No target at this timestep: no loss." : "Not computed yet at this timestep.", NULL);
        return;
    }
    y += page_mix(page, 32, 40);
    label_output(label, sizeof label, "L", page->t, page->label);
    loss_numbers(page, y, label);
    y += page_mix(page, 32, 40);
    bool nats = page->record->layout.spec.output != OUTPUT_LINEAR;
    page_caption(page, y, nats ? "Losses so far, in nats" : "Losses so far", NULL);
    loss_rows(page, y + 2, rows);
}
