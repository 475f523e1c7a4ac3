// Below the bands: the size of dL/da<t> of all models by timestep, on a logarithmic axis, and their losses.
#include "compare_inner.h"

#include "log_axis.h"
#include "mathbox.h"
#include "plot.h"
#include <math.h>
#include <stdio.h>

enum { CAPTION = 30, DECADES_MOST = 16, MARKS_FROM = 20 };

typedef float height_fn(const void *axis, double value);

static float on_log(const void *axis, double value) {
    return log_axis_y(axis, value);
}
static float on_plot(const void *plot, double value) {
    return plot_y(plot, value);
}

struct series {
    bool (*known)(const struct compare *c, int t);
    double (*value)(const struct compare *c, const struct compared *model, int t); // NaN: there is none
    height_fn *height;
    const void *axis;
};

static double norm_at(const struct compare *c, const struct compared *m, int t) {
    (void)c;
    double norm = compare_norm(m, t);
    return norm > 0 ? norm : NAN; // has no place on the axis
}

static double loss_at(const struct compare *c, const struct compared *m, int t) {
    (void)c;
    return record_has_target(m->side, t) ? tape_loss(m->tape, t) : NAN;
}

static void line(const struct compare *c, const struct compared *m, const struct series *s) {
    bool down = false;
    for (int pass = 0; pass < 2; pass++) {
        for (int t = 0; t < m->T; t++) {
            double value = s->value(c, m, t);
            if (!s->known(c, t) || !isfinite(value)) {
                continue;
            }
            point at = {chain_x(&c->page, t), s->height(s->axis, value)};
            bool marked = c->page.pitch >= MARKS_FROM || t == c->running || m->T == 1;
            if (pass == 1) {
                if (marked) compare_mark(c, m->index, at);
            } else if (down)
                draw_path_line(c->page.list, at.x, at.y);
            else
                draw_path_move(c->page.list, at.x, at.y);
            down = true;
        }
        if (pass == 0 && down) compare_stroke(c, m->index);
    }
}

static void lines(const struct compare *c, const struct series *s) {
    for (int k = c->count - 1; k >= 0; k--)
        line(c, &c->models[k], s);
}

// Numbers of one timestep: the pointer's, else the selected or running one.
static int told(const struct compare *c) {
    int hovered = c->page.scene->state->hover_t;
    if (hovered >= 0 && hovered < c->page.T) return hovered;
    return chain_selected_t(&c->page, c->running >= 0 ? c->running : c->page.end);
}

// "t = 4: [mark] 0.12  [mark] 0.05", its right end at the columns' end.
static void told_line(const struct compare *c, float y, const struct series *s, bool norms) {
    struct draw_list *list = c->page.list;
    const struct theme *theme = c->page.theme;
    int t = told(c);
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 13, theme->ink1, ALIGN_LEFT);
    float x = c->page.r.x + c->page.r.w - CHAIN_MARGIN;
    char text[48];
    for (int k = c->count - 1; k >= 0; k--) {
        const struct compared *m = &c->models[k];
        double value = t < m->T ? s->value(c, m, t) : NAN;
        if (!s->known(c, t) || !isfinite(value)) continue;
        struct source source =
            norms ? compare_norm_source(c, m, t) : compare_source(c, m, "forward/loss", t, -1, value);
        int digits = log_axis_digits(value);
        format_value(text, sizeof text, value, digits, false);
        x -= text_width(list, text, style);
        scene_value(c->page.scene, list, x, y, source, digits, false, style);
        compare_mark(c, k, (point){x - 10, y - 4.5f});
        x -= 34;
    }
    snprintf(text, sizeof text, "t = %d", t + 1);
    draw_text(list, x + 8, y, text, text_of(FONT_SANS_MEDIUM, 13, theme->ink2, ALIGN_RIGHT));
}

static void caption(const struct compare *c, float y, const char *markup, const char *words) {
    float x = c->page.r.x + CHAIN_MARGIN;
    x += math_draw(c->page.list, c->page.theme, x, y, markup, 16, c->page.theme->ink1, ALIGN_LEFT) + 12;
    draw_text_fit(c->page.list, x, y, c->page.r.w * 0.4f, words,
                  text_of(FONT_SANS_MEDIUM, 13, c->page.theme->ink3, ALIGN_LEFT));
}

static void norms(const struct compare *c, rect r) {
    struct log_axis axis;
    char state[64], markup[160];
    log_axis_open(&axis, r.y + CAPTION + 8, r.y + r.h - 12);
    bool any = false;
    for (int k = 0; k < c->count; k++)
        for (int t = 0; t < c->models[k].T; t++) {
            log_axis_take(&axis, compare_norm(&c->models[k], t));
            any = any || compare_has_grad(c, t);
        }
    log_axis_close(&axis, DECADES_MOST);
    compare_state(c, state, sizeof state);
    snprintf(markup, sizeof markup, "\\norm{\\partial L/\\partial %s}", state);
    caption(c, r.y + 21, markup, any ? "size of the gradient" : "it comes with the backward pass");
    log_axis_draw(&axis, c->page.list, c->page.theme, c->page.x0 - 8, c->page.x1);
    struct series s = {compare_has_grad, norm_at, on_log, &axis};
    lines(c, &s);
    told_line(c, r.y + 21, &s, true);
}

static void losses(const struct compare *c, rect r) {
    struct plot plot = {.list = c->page.list, .theme = c->page.theme, .x1 = 1};
    char markup[64];
    plot.area = (rect){c->page.x0, r.y + CAPTION + 8, c->page.pitch * (float)c->page.T, r.h - CAPTION - 22};
    for (int k = 0; k < c->count; k++)
        for (int t = 0; t < c->models[k].T; t++) {
            double loss = loss_at(c, &c->models[k], t);
            if (isfinite(loss)) plot.y1 = fmax(plot.y1, loss);
        }
    if (!(plot.y1 > 0)) plot.y1 = 1;
    label_output(markup, sizeof markup, "L", LABEL_SYMBOLIC, (struct label_style){.notation = c->page.label.notation});
    caption(c, r.y + 21, markup, "loss");
    plot_lines_y(&plot, 2);
    struct series s = {compare_has_loss, loss_at, on_plot, &plot};
    lines(c, &s);
    told_line(c, r.y + 21, &s, false);
}

void compare_charts(const struct compare *c, rect r) {
    draw_hline(c->page.list, r.x, r.x + r.w, r.y, c->page.theme->line);
    bool loss = c->models[0].side->layout.spec.outputs > 0 && r.h >= 190;
    float below = loss ? floorf(r.h * 0.38f) : 0;
    norms(c, (rect){r.x, r.y, r.w, r.h - below});
    if (loss) losses(c, (rect){r.x, r.y + r.h - below, r.w, below});
}
