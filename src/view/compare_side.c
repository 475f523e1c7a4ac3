// The panel beside models side by side: what each of them costs on this example, lowest first, and its sizes.
#include "compare_inner.h"

#include "log_axis.h"
#include "mathbox.h"
#include <math.h>
#include <stdio.h>

enum { ROW = 26, NAME_ROOM = 120 };

static void heading(struct draw_list *list, const struct theme *theme, float x, float *y, const char *words) {
    *y += 40;
    draw_text(list, x, *y, words, text_of(FONT_SANS_SEMIBOLD, 13, theme->ink2, ALIGN_LEFT));
    *y += 6;
}

// Indices by total loss, lowest first.
static void rank(const struct compare *c, int order[COMPARED_MAX]) {
    for (int k = 0; k < c->count; k++) {
        int at = k;
        for (; at > 0 && c->models[order[at - 1]].whole->loss > c->models[k].whole->loss; at--)
            order[at] = order[at - 1];
        order[at] = k;
    }
}

static void name_of(const struct compare *c, int model, float x, float y) {
    compare_swatch(c, model, x, y - 4.5f);
    draw_text_fit(c->page.list, x + 34, y, NAME_ROOM - 40, c->models[model].name,
                  text_of(FONT_SANS_MEDIUM, 13.5f, c->page.theme->ink1, ALIGN_LEFT));
}

static void bar_row(const struct compare *c, float x, float y, float w, int model, struct source source, double part,
                    int digits) {
    const struct theme *theme = c->page.theme;
    rect track = {x + NAME_ROOM, y - 11, w - NAME_ROOM - 66, 12};
    name_of(c, model, x, y);
    draw_rect(c->page.list, track, theme->sunk, 2);
    draw_rect_exact(c->page.list, (rect){track.x, track.y, fmaxf(1, track.w * (float)part), track.h}, theme->grad, 2);
    scene_value(c->page.scene, c->page.list, x + w, y, source, digits, false,
                text_of(FONT_SANS_SEMIBOLD, 14, theme->ink1, ALIGN_RIGHT));
}

static void losses(const struct compare *c, float x, float *y, float w) {
    int order[COMPARED_MAX];
    double most = 0;
    bool known = compare_has_total(c);
    rank(c, order);
    for (int k = 0; k < c->count; k++)
        most = fmax(most, c->models[k].whole->loss);
    heading(c->page.list, c->page.theme, x, y,
            c->page.record->batch ? "This example’s part of the mean loss" : "Loss of the whole example");
    for (int k = 0; k < c->count; k++) {
        const struct compared *m = &c->models[known ? order[k] : k];
        if (!known) { // as far as the cursor has come
            name_of(c, k, x, *y += ROW);
            continue;
        }
        bar_row(c, x, *y += ROW, w, order[k], compare_total(c, m), most > 0 ? m->whole->loss / most : 0,
                compare_total_digits(c));
    }
    int best = compare_best(c);
    if (c->count == 1) return;
    char words[120] = "Two of them lose the same.";
    if (!known)
        snprintf(words, sizeof words, "Known after the last loss.");
    else if (best >= 0)
        snprintf(words, sizeof words, "%s loses least on this example.", c->models[best].name);
    draw_text_fit(c->page.list, x, *y += ROW, w, words, text_of(FONT_SANS, 14, c->page.theme->ink2, ALIGN_LEFT));
}

static void sizes(const struct compare *c, float x, float *y, float w) {
    heading(c->page.list, c->page.theme, x, y, "Size");
    for (int k = 0; k < c->count; k++) {
        char text[64], weights[32];
        format_count(weights, sizeof weights, (long)c->models[k].whole->layout.weights);
        snprintf(text, sizeof text, "%d units, %s weights", c->models[k].H, weights);
        name_of(c, k, x, *y += ROW);
        draw_text_fit(c->page.list, x + NAME_ROOM, *y, w - NAME_ROOM, text,
                      text_of(FONT_SANS_MEDIUM, 13.5f, c->page.theme->ink1, ALIGN_LEFT));
    }
}

// How much of the gradient at the last timestep is there at the first one.
static void reach(const struct compare *c, float x, float *y, float w) {
    enum { COLUMN = 84 };
    char symbol[64], markup[96], time[24];
    compare_state(c, symbol, sizeof symbol);
    snprintf(markup, sizeof markup, "\\norm{\\partial L/\\partial %s}", symbol);
    heading(c->page.list, c->page.theme, x, y, "Gradient");
    math_draw(c->page.list, c->page.theme, x + 68, *y - 6, markup, 15, c->page.theme->ink2, ALIGN_LEFT);
    const int ends[] = {c->page.start, c->page.end};
    for (int i = 0; i < (c->page.T > 1 ? 2 : 1); i++) {
        float right = x + w - (i == 0 && c->page.T > 1 ? COLUMN : 0);
        snprintf(time, sizeof time, "t = %d", ends[i] + 1);
        draw_text(c->page.list, right, *y - 6, time, text_of(FONT_SANS_MEDIUM, 13, c->page.theme->ink3, ALIGN_RIGHT));
        for (int k = 0; k < c->count; k++) {
            const struct compared *m = &c->models[k];
            const float at = *y + (float)(ROW * (k + 1));
            if (i == 0) name_of(c, k, x, at);
            if (ends[i] >= m->T || !compare_has_grad(c, ends[i])) continue;
            struct source source = compare_norm_source(c, m, ends[i]);
            scene_value(c->page.scene, c->page.list, right, at, source, log_axis_digits(source.value), false,
                        text_of(FONT_SANS_MEDIUM, 13.5f, c->page.theme->ink1, ALIGN_RIGHT));
        }
    }
    *y += (float)(ROW * c->count);
}

void compare_side(struct ui *ui, rect r, const struct scene *scene) {
    struct compare c;
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x, r.y, r.y + r.h, ui->theme->line);
    if (r.w < 200 || !compare_open(&c, ui, r, scene)) return;
    float x = r.x + 20, w = r.w - 40,
          y = chain_title(&c.page, x, w, c.count > 1 ? "Who loses least" : "This model", "");
    if (c.models[0].side->layout.spec.outputs > 0 || c.page.chain.side == 1) losses(&c, x, &y, w);
    reach(&c, x, &y, w);
    sizes(&c, x, &y, w);
}
