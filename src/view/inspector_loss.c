// The loss of a timestep, and what the losses come to so far.
#include "inspector_parts.h"
#include "token.h"
#include <math.h>
#include <stdio.h>

static void loss_row(struct page *page, float y, int t, double most, bool current) {
    const struct theme *theme = page->theme;
    char label[96];
    label_output(label, sizeof label, "L", t, page->label);
    if (current) draw_rect(page->list, (rect){page->x - 8, y - 17, page->w + 16, 24}, theme->hi_soft, 4);
    math_draw(page->list, theme, page->x, y, label, 17, theme->ink1, ALIGN_LEFT);
    if (page->record->layout.spec.output == OUTPUT_SOFTMAX)
        token_draw(page->list, page->x + 62, y, page_answer(page, page->record->example.target[t]), 14,
                   current ? FONT_MONO_SEMIBOLD : FONT_MONO, current ? theme->ink1 : theme->ink2);
    double loss = tape_loss(page->record->tape, t);
    struct source source = {"forward/loss", t, -1, loss};
    float left = page->x + 84, span = page->x + page->w - 58 - left;
    if (!page_hides(page, source))
        draw_rect_exact(page->list, (rect){left, y - 12, fmaxf(1, span * (float)(most > 0 ? loss / most : 0)), 14},
                        theme->loss, 2);
    page_value(page, page->x + page->w, y, source, 2, false, page_number_style(14, theme->ink1));
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
    struct text_style words = page_text(page, FONT_SANS_MEDIUM, 13.5f, page->theme->ink2);
    if (left_out > 0) {
        char text[48];
        y += pitch;
        snprintf(text, sizeof text, "%d earlier", left_out);
        draw_text(page->list, page->x, y, text, words);
        page_value(page, page->x + page->w, y, (struct source){"sum/loss_earlier", first - 1, -1, earlier}, 2, false,
                   page_number_style(14, page->theme->ink1));
    }
    for (int t = first; t <= page->t; t++)
        if (record_has_target(record, t)) loss_row(page, y += pitch, t, most, t == page->t);
    y += page_mix(page, 28, 32);
    draw_hline(page->list, page->x, page->x + page->w, y - 19, page->theme->line);
    words.font = FONT_SANS_SEMIBOLD, words.color = page->theme->ink1;
    bool whole = count == count_losses(page, record_T(record) - 1);
    draw_text(page->list, page->x, y, whole ? "L, all timesteps" : "sum so far", words);
    page_value(page, page->x + page->w, y, (struct source){"sum/loss", page->t, -1, total}, 2, false,
               page_number_style(14, page->theme->loss));
}

// "L<4> = -ln 0.31 = 1.17"; of one output its distance, of several the sum that the equation names.
static void loss_numbers(struct page *page, float y, const char *label) {
    const struct record *record = page->record;
    const struct net_spec *spec = &record->layout.spec;
    const double *y_hat = tape_y_hat(record->tape, page->t), *asked = record->example.target_real;
    int target = asked ? 0 : record->example.target[page->t];
    char markup[PAGE_TEXT];
    struct source sources[] = {{"forward/y_hat", page->t, target, y_hat[target]},
                               {"forward/loss", page->t, -1, tape_loss(record->tape, page->t)},
                               {"target", page->t, 0, asked ? asked[(size_t)page->t * (size_t)spec->outputs] : 0}};
    if (spec->output == OUTPUT_SOFTMAX)
        snprintf(markup, sizeof markup, "%s=-\\ln~\\v{0}{3}=\\v{1}{2}", label);
    else if (spec->output == OUTPUT_LINEAR && spec->outputs == 1)
        snprintf(markup, sizeof markup, "%s=(\\v{0}{3}-(\\v{2}{3}))^2=\\v{1}{3}", label);
    else
        snprintf(markup, sizeof markup, "%s=\\v{1}{3}", label);
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
