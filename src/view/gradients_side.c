// Beside the gradients through time: the selected pair of loss and timestep, its vector, and how its norm changes on
// the way from the loss to the timestep.
#include "gradients_view.h"
#include "log_axis.h"
#include "mathbox.h"
#include "strip.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PADDING = 20, ROW = 24, UNITS_SHOWN = 8 };

struct side {
    struct gradients g;
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    float x, w, y, bottom;
    int state;
};

static void symbol(const struct side *s, int t, char *out, size_t size) {
    const struct chain_page *page = &s->g.page;
    label_slot(out, size, page->cell, page->cell->state_out[s->state], t, LABEL_NO_UNIT,
               (struct label_style){page->label.notation, false});
}

static void loss(const struct side *s, char *out, size_t size) {
    label_output(out, size, "L", s->g.tau, (struct label_style){s->g.page.label.notation, false});
}

// The derivative, its norm, and of the gradient of all losses the norm beside it.
static void norms(struct side *s) {
    const struct itemised *items = s->g.items;
    char of[64], at[64], markup[256];
    struct text_style bold = {FONT_SANS_SEMIBOLD, 16, s->theme->ink1, ALIGN_RIGHT},
                      plain = {FONT_SANS_MEDIUM, 14, s->theme->ink2, ALIGN_RIGHT};
    loss(s, of, sizeof of);
    symbol(s, s->g.t, at, sizeof at);
    double norm = itemised_norm(items, s->state, s->g.tau, s->g.t), total = items->totals[s->state][s->g.t];
    s->y += 46;
    snprintf(markup, sizeof markup, "\\norm{\\frac{\\partial %s}{\\partial %s}}", of, at);
    math_draw(s->list, s->theme, s->x, s->y, markup, 19, s->theme->ink1, ALIGN_LEFT);
    chain_value(&s->g.page, s->x + s->w, s->y, (struct source){items->norm_name[s->state], s->g.tau, s->g.t, norm},
                log_axis_digits(norm), bold);
    s->y += 36;
    snprintf(markup, sizeof markup, "\\s{all losses: }\\norm{\\partial L/\\partial %s}", at);
    math_draw(s->list, s->theme, s->x, s->y, markup, 16, s->theme->ink2, ALIGN_LEFT);
    chain_value(&s->g.page, s->x + s->w, s->y, (struct source){items->total_name[s->state], s->g.t, -1, total},
                log_axis_digits(total), plain);
}

static void caption(struct side *s, const char *text) {
    s->y += 34;
    chain_text(&s->g.page, s->x, s->y, text, FONT_SANS_SEMIBOLD, 14, s->theme->ink1, ALIGN_LEFT);
}

// The vector as pills; the selected unit's number, and the one under the pointer.
static void vector(struct side *s) {
    const struct insight *found = insights_loss(s->g.page.scene->insights, s->g.page.chain, s->g.path, s->g.tau);
    const struct loss_gradient *gradient = found ? found->loss : NULL;
    struct view_state *state = s->g.page.scene->state;
    const int H = tape_spec(chain_tape(s->g.page.record, s->g.page.chain))->hidden;
    caption(s, "Its vector");
    rect area = {s->x, s->y + 14, s->w, H <= UNITS_SHOWN ? 34 : H <= 32 ? 44 : H <= 64 ? 90 : 150};
    s->y = area.y + area.h;
    const double *values = gradient ? gradient->vectors[s->state] + (size_t)s->g.t * (size_t)H : NULL;
    struct strip_style style = strip_style_default(gradient ? STRIP_GRADIENT : STRIP_GHOST, 0, 0, 0);
    style.pill = 14;
    style.sign_marks = state->sign_marks;
    style.selected = state->unit < H ? state->unit : -1;
    strip_block(s->list, s->theme, area, values, H, &style);
    ui_id id = ui_make_id(s->ui, "vector");
    struct ui_result result = ui_control(s->ui, id, area, true);
    ui_focus_ring(s->ui, id, rect_inset(area, -2), 4);
    int unit = result.hovered ? strip_hit(area, H, s->ui->pointer) : -1;
    if (unit >= 0 && result.clicked) state->unit = unit;
    if (result.focused && ui_take_key(s->ui, KEY_RIGHT, 0)) state->unit = (state->unit + 1) % H;
    if (result.focused && ui_take_key(s->ui, KEY_LEFT, 0)) state->unit = (state->unit + H - 1) % H;
    if (unit < 0) unit = style.selected;
    s->y += 24;
    if (unit < 0 || !values) {
        chain_text(&s->g.page, s->x, s->y, "Point at a unit for its number.", FONT_SANS_MEDIUM, 13, s->theme->ink3,
                   ALIGN_LEFT);
        return;
    }
    if (unit != style.selected) strip_outline(s->list, strip_tile(area, H, unit), s->theme->ink1, 1.5f);
    char text[32];
    snprintf(text, sizeof text, "unit %d", unit + 1);
    chain_text(&s->g.page, s->x, s->y, text, FONT_SANS_MEDIUM, 14, s->theme->ink2, ALIGN_LEFT);
    struct source source = {gradient->name[s->state], s->g.tau * gradient->T + s->g.t, unit, values[unit]};
    chain_value(&s->g.page, s->x + s->w, s->y, source, fabs(values[unit]) < 0.01 && values[unit] != 0 ? -2 : 3,
                (struct text_style){FONT_SANS_SEMIBOLD, 14, s->theme->ink1, ALIGN_RIGHT});
}

static void chain_row(struct side *s, int t, int later) {
    const struct itemised *items = s->g.items;
    double norm = itemised_norm(items, s->state, s->g.tau, t);
    char name[64], markup[96];
    s->y += ROW;
    symbol(s, t, name, sizeof name);
    snprintf(markup, sizeof markup, "%s", name);
    if (t == s->g.t) draw_rect(s->list, (rect){s->x - 8, s->y - 16, s->w + 16, ROW - 1}, s->theme->hi_soft, 6);
    math_draw(s->list, s->theme, s->x, s->y, markup, 15, s->theme->ink1, ALIGN_LEFT);
    rect track = {s->x + 44, s->y - 11, s->w - 44 - 146, 12};
    draw_rect(s->list, track, s->theme->sunk, 2);
    float length = track.w * gradient_length((float)norm);
    draw_rect_exact(s->list, (rect){track.x, track.y, length, track.h}, s->theme->gr_p, fminf(2, length / 2));
    struct text_style style = {FONT_SANS_MEDIUM, 13, s->theme->ink1, ALIGN_RIGHT};
    chain_value(&s->g.page, s->x + s->w - 78, s->y, (struct source){items->norm_name[s->state], s->g.tau, t, norm},
                log_axis_digits(norm), style);
    if (later < 0) return;
    double ratio = norm / itemised_norm(items, s->state, s->g.tau, later);
    if (!isfinite(ratio)) return;
    style.color = s->theme->ink2;
    math_draw(s->list, s->theme, s->x + s->w - 68, s->y, "\\times", 14, s->theme->ink3, ALIGN_LEFT);
    draw_value(s->list, s->x + s->w, s->y, (struct source){"sum/ratio", -1, -1, ratio}, log_axis_digits(ratio), false,
               style);
}

// From the loss back to the timestep: the norm at every stop, and what each step has made of it.
static void way_back(struct side *s) {
    int step = s->g.page.chain.direction ? 1 : -1, from = s->g.from, to = s->g.t, count = abs(to - from) + 1;
    caption(s, "The way back");
    if ((to - from) * step < 0) {
        s->y += ROW;
        chain_text(&s->g.page, s->x, s->y, "This loss comes earlier: it does not reach this timestep.",
                   FONT_SANS_MEDIUM, 13, s->theme->ink3, ALIGN_LEFT);
        return;
    }
    int rows = (int)((s->bottom - 12 - s->y) / ROW), shown = rows < count ? rows - 2 : count;
    if (rows < 3 && rows < count) return;
    for (int k = 0; k < shown; k++)
        chain_row(s, from + k * step, k ? from + (k - 1) * step : -1);
    if (shown >= count) return;
    char text[48];
    s->y += ROW;
    snprintf(text, sizeof text, "… %d more", count - shown - 1);
    chain_text(&s->g.page, s->x + 44, s->y, text, FONT_SANS_MEDIUM, 13, s->theme->ink3, ALIGN_LEFT);
    chain_row(s, to, to - step);
}

void gradients_side(struct ui *ui, rect r, const struct scene *scene) {
    struct side s = {.ui = ui, .list = ui->list, .theme = ui->theme, .x = r.x + PADDING, .w = r.w - 2 * PADDING};
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x, r.y, r.y + r.h, ui->theme->line);
    gradients_open(&s.g, ui, r, scene);
    s.state = s.g.memory->state;
    s.bottom = r.y + r.h;
    draw_clip_push(ui->list, r);
    ui_push_id(ui, "gradients");
    char path[128];
    gradients_path_words(&s.g, s.g.path, path, sizeof path);
    s.y = chain_title(&s.g.page, s.x, s.w, "One loss", path);
    if (s.g.items && s.g.tau >= 0) {
        norms(&s);
        vector(&s);
        way_back(&s);
    } else
        chain_waits(&s.g.page, (rect){s.x, s.y + 20, s.w, 60}, s.g.found);
    ui_pop_id(ui);
    draw_clip_pop(ui->list);
}
