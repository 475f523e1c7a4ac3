// Layout and input of the curves card.
#include "curves_inner.h"

#include <math.h>
#include <stdio.h>

enum { LEFT = 54, TOP = 60, BOTTOM = 40, LABEL_MAX = 112, LABEL_GAP = 10 };
static const double least_span = 4; // updates that a zoom holds at least

double curves_whole(const struct curves *curves) {
    return (double)(curves->last > 0 ? curves->last : 1);
}

static float label_room(struct draw_list *list, const struct theme *theme, const struct curves *curves) {
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 13, theme->ink1, ALIGN_LEFT);
    float most = 44;
    for (int k = 0; k < curves->series_count; k++)
        if (curves->series[k].name) most = fmaxf(most, text_width(list, curves->series[k].name, style));
    for (int k = 0; k < curves->line_count; k++)
        most = fmaxf(most, text_width(list, curves->lines[k].name, style));
    return fminf(most, LABEL_MAX) + LABEL_GAP + 16;
}

// --- the vertical axis ---

struct span {
    double low, high;
};

static void take(struct span *span, double value, bool logarithmic) {
    if (!isfinite(value) || (logarithmic && value <= 0)) return;
    if (value < span->low) span->low = value;
    if (value > span->high) span->high = value;
}

// Means decide the axis; single updates widen it as far as the means stay readable.
static struct span vertical(const struct curves *curves, double x0, double x1) {
    struct span means = {INFINITY, -INFINITY}, all = means;
    enum { SAMPLES = 96 };
    for (int k = 0; k < curves->series_count; k++) {
        const struct curve_series *s = &curves->series[k];
        for (int i = 0; !s->data && i < s->count; i++)
            if ((double)s->at[i] >= x0 && (double)s->at[i] <= x1) take(&means, s->values[i], curves->logarithmic);
        if (!s->data) continue;
        for (int i = 0; i <= SAMPLES; i++) {
            int64_t at = (int64_t)(x0 + (x1 - x0) * i / SAMPLES);
            if (at < curve_data_last(s->data) || i < SAMPLES)
                take(&means, curve_data_mean(s->data, at - curves->window, at > 0 ? at : 1), curves->logarithmic);
        }
        float low, high;
        if (curve_data_extremes(s->data, (int64_t)x0 - 1, (int64_t)x1, &low, &high)) {
            take(&all, low, curves->logarithmic);
            take(&all, high, curves->logarithmic);
        }
    }
    for (int k = 0; k < curves->line_count; k++)
        take(&means, curves->lines[k].value, curves->logarithmic);
    if (means.low > means.high) means = all.low <= all.high ? all : (struct span){0.1, 1};
    double reach = curves->logarithmic ? INFINITY : means.high - means.low;
    if (all.low <= all.high) {
        take(&means, fmin(all.high, means.high + reach), curves->logarithmic);
        take(&means, fmax(all.low, means.low - reach), curves->logarithmic);
    }
    return means;
}

static void set_vertical(struct plot *plot, const struct curves *curves) {
    struct span span = vertical(curves, plot->x0, plot->x1);
    plot->log_y = curves->logarithmic;
    if (curves->logarithmic) {
        double room = pow(span.high / span.low, 0.06);
        if (!(room > 1.05)) room = 1.3;
        plot->y0 = span.low / room;
        plot->y1 = span.high * room;
        return;
    }
    double room = (span.high - span.low) * 0.06;
    if (!(room > 0)) room = fabs(span.high) * 0.1 + 1e-6;
    plot->y0 = span.low - room;
    plot->y1 = span.high + room;
    if (span.low >= 0 && plot->y0 < 0) plot->y0 = 0;
}

struct curves_plot curves_lay_out(struct draw_list *list, const struct theme *theme, rect r,
                                  const struct curves *curves, const struct curves_view *view) {
    struct curves_plot p = {.list = list, .theme = theme, .curves = curves, .view = view, .card = r};
    float right = label_room(list, theme, curves), top = r.h < 260 ? TOP - 8 : TOP;
    p.plot = (struct plot){.list = list,
                           .theme = theme,
                           .area = {r.x + LEFT, r.y + top, r.w - LEFT - right, r.h - top - BOTTOM},
                           .x0 = view->zoomed ? view->from : 0,
                           .x1 = view->zoomed ? view->to : curves_whole(curves)};
    set_vertical(&p.plot, curves);
    return p;
}

int64_t curves_update_at(const struct curves_plot *p, float x) {
    double part = (double)((x - p->plot.area.x) / p->plot.area.w);
    double at = p->plot.x0 + part * (p->plot.x1 - p->plot.x0);
    return (int64_t)llround(fmin(fmax(at, 0), (double)p->curves->last));
}

void curves_paint(struct draw_list *list, const struct theme *theme, rect r, const struct curves *curves,
                  const struct curves_view *view) {
    struct curves_plot p = curves_lay_out(list, theme, r, curves, view);
    curves_paint_plot(&p);
}

// --- zoom ---

static void zoom_to(const struct curves *curves, struct curves_view *view, double from, double to) {
    double whole = curves_whole(curves), span = fmin(whole, fmax(to - from, least_span));
    double middle = (from + to) / 2;
    from = fmin(fmax(middle - span / 2, 0), whole - span);
    view->zoomed = span < whole * 0.999;
    view->from = from;
    view->to = from + span;
}

static void zoom_at(const struct curves_plot *p, struct curves_view *view, double at, double factor) {
    double from = p->plot.x0, to = p->plot.x1;
    zoom_to(p->curves, view, at - (at - from) / factor, at + (to - at) / factor);
}

static void pan(const struct curves_plot *p, struct curves_view *view, double by) {
    if (view->zoomed) zoom_to(p->curves, view, p->plot.x0 + by, p->plot.x1 + by);
}

static bool double_click(const struct ui *ui) {
    for (int k = 0; k < ui->event_count; k++)
        if (ui->events[k].kind == INPUT_PRESS && ui->events[k].clicks >= 2) return true;
    return false;
}

static void by_pointer(struct ui *ui, const struct curves_plot *p, struct curves_view *view, struct ui_result result) {
    rect area = p->plot.area;
    float turn_x, turn_y, factor;
    double at = (double)(ui->pointer.x - area.x) / (double)area.w * (p->plot.x1 - p->plot.x0) + p->plot.x0;
    if (ui_take_wheel(ui, area, &turn_x, &turn_y)) {
        if (ui->mods & MOD_SHIFT) turn_x += turn_y, turn_y = 0;
        if (turn_y != 0) zoom_at(p, view, at, pow(1.25, (double)turn_y));
        if (turn_x != 0) pan(p, view, (double)-turn_x * (p->plot.x1 - p->plot.x0) / 12);
    }
    if (ui_take_pinch(ui, area, &factor) && factor > 0) zoom_at(p, view, at, (double)factor);
    if (result.pressed && double_click(ui)) {
        view->zoomed = view->drags = false;
        return;
    }
    if (result.pressed && rect_has(area, ui->pointer)) {
        view->drags = true;
        view->pans = (ui->mods & MOD_SHIFT) != 0;
        view->drag_from = ui->pointer.x;
        view->pan_from = p->plot.x0;
        view->pan_to = p->plot.x1;
    }
    if (view->drags && view->pans && result.held) {
        double by = (double)(view->drag_from - ui->pointer.x) / (double)area.w * (view->pan_to - view->pan_from);
        if (view->zoomed) zoom_to(p->curves, view, view->pan_from + by, view->pan_to + by);
    }
    if (!view->drags || ui->down) return;
    float a = fminf(view->drag_from, ui->pointer.x), b = fmaxf(view->drag_from, ui->pointer.x);
    if (!view->pans && b - a > 6) {
        double unit = (p->plot.x1 - p->plot.x0) / (double)area.w;
        zoom_to(p->curves, view, p->plot.x0 + (double)(a - area.x) * unit, p->plot.x0 + (double)(b - area.x) * unit);
    }
    view->drags = false;
}

// The read-out walks by a pixel, or by an update where these are wider.
static void by_keys(struct ui *ui, const struct curves_plot *p, struct curves_view *view) {
    int64_t last = p->curves->last, pixel = (int64_t)((p->plot.x1 - p->plot.x0) / (double)p->plot.area.w);
    int64_t step = pixel > 1 ? pixel : 1;
    if (!view->reads) view->read_at = p->curves->update;
    view->reads = true;
    static const struct {
        int key;
        unsigned mods;
        int by;
    } moves[] = {{KEY_RIGHT, 0, 1}, {KEY_LEFT, 0, -1}, {KEY_RIGHT, MOD_SHIFT, 20}, {KEY_LEFT, MOD_SHIFT, -20}};
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
        if (ui_take_key(ui, moves[k].key, moves[k].mods)) view->read_at += step * moves[k].by;
    if (ui_take_key(ui, KEY_HOME, 0)) view->read_at = 0;
    if (ui_take_key(ui, KEY_END, 0)) view->read_at = last;
    if (view->read_at > last) view->read_at = last;
    if (view->read_at < 0) view->read_at = 0;
    double at = (double)view->read_at;
    if (ui_take_key(ui, '=', 0) || ui_take_key(ui, '+', 0)) zoom_at(p, view, at, 1.5);
    if (ui_take_key(ui, '-', 0)) zoom_at(p, view, at, 1 / 1.5);
    if (ui_take_key(ui, '0', 0) || (view->zoomed && ui_take_key(ui, KEY_ESCAPE, 0))) view->zoomed = false;
    if (view->zoomed && (at < view->from || at > view->to)) {
        double half = (view->to - view->from) / 2;
        zoom_to(p->curves, view, at - half, at + half);
    }
}

int64_t curves_draw(struct ui *ui, rect r, const char *id, const struct curves *curves, struct curves_view *view) {
    if (view->zoomed) zoom_to(curves, view, view->from, view->to); // the run may have become shorter
    struct curves_plot p = curves_lay_out(ui->list, ui->theme, r, curves, view);
    rect reach = {p.plot.area.x - 4, p.plot.area.y - 8, p.plot.area.w + 8, p.plot.area.h + 12};
    ui_id control = ui_make_id(ui, id);
    struct ui_result result = ui_control(ui, control, reach, true);
    by_pointer(ui, &p, view, result);
    if (result.focused)
        by_keys(ui, &p, view);
    else
        view->reads = false;
    p = curves_lay_out(ui->list, ui->theme, r, curves, view);
    curves_paint_plot(&p);
    view->shows = -1;
    if (view->drags && !view->pans && fabsf(ui->pointer.x - view->drag_from) > 6) {
        float a = fminf(view->drag_from, ui->pointer.x), b = fmaxf(view->drag_from, ui->pointer.x);
        rect mark = {a, p.plot.area.y, b - a, p.plot.area.h};
        draw_rect(ui->list, mark, color_alpha(ui->theme->ink1, 0.1f), 2);
        draw_box(ui->list, mark, ui->theme->ink1, 2, 1);
    } else if (curves->last > 0 && result.hovered && rect_has(p.plot.area, ui->pointer))
        view->shows = curves_update_at(&p, ui->pointer.x);
    else if (curves->last > 0 && view->reads)
        view->shows = view->read_at;
    ui_focus_ring(ui, control, reach, 6);
    return result.clicked && result.keyed && view->reads ? view->read_at : -1;
}

void curves_draw_reading(struct ui *ui, rect r, const struct curves *curves, const struct curves_view *view) {
    if (view->shows < 0) return;
    struct curves_plot p = curves_lay_out(ui->list, ui->theme, r, curves, view);
    curves_paint_reading(&p, view->shows);
}
