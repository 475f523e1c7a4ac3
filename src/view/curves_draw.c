// The curves card, drawn: axes, series, levels, names at the ends, the update at hand, and the read-out.
#include "curves_inner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_HEIGHT = 17, MARKED_CHECKS = 24 };

static struct text_style small(const struct curves_plot *p, enum align align) {
    return text_of(FONT_SANS_MEDIUM, 13, p->theme->ink3, align);
}

// --- axes ---

int64_t curves_ticks(double span, float width, int64_t epoch, bool *epochs) {
    *epochs = epoch > 1 && span >= 2.5 * (double)epoch;
    double unit = *epochs ? (double)epoch : 1, wanted = span / unit / fmax(2, (double)width / 84);
    static const double nice[] = {1, 2, 5, 10};
    double power = pow(10, floor(log10(fmax(wanted, 1)))), step = power;
    for (int k = 0; k < 4 && step < wanted; k++)
        step = power * nice[k];
    return (int64_t)(fmax(step, 1) * unit);
}

void curves_place_text(const struct curves *curves, int64_t update, char *out, size_t size) {
    char number[32], count[32];
    format_count(count, sizeof count, (long)update);
    if (curves->epoch <= 1) {
        snprintf(out, size, "Update %s", count);
        return;
    }
    double at = (double)update / (double)curves->epoch;
    snprintf(number, sizeof number, update % curves->epoch ? "%.2f" : "%.0f", at);
    snprintf(out, size, "Update %s, epoch %s", count, number);
}

static void axis_x(const struct curves_plot *p) {
    bool epochs;
    int64_t step = curves_ticks(p->plot.x1 - p->plot.x0, p->plot.area.w, p->curves->epoch, &epochs);
    float bottom = p->plot.area.y + p->plot.area.h, end = p->plot.area.x;
    double unit = epochs ? (double)p->curves->epoch : 1;
    float here = plot_x(&p->plot, (double)p->curves->update);
    bool inside = here >= p->plot.area.x - 1 && here <= p->plot.area.x + p->plot.area.w + 1;
    char text[32];
    for (int64_t at = (int64_t)ceil(p->plot.x0 / (double)step) * step; (double)at <= p->plot.x1 * (1 + 1e-9);
         at += step) {
        float x = plot_x(&p->plot, (double)at);
        format_count(text, sizeof text, lround((double)at / unit));
        float half = text_width(p->list, text, small(p, ALIGN_LEFT)) / 2;
        end = fmaxf(end, x + half);
        if (inside && fabsf(x - here) < 26 && at != p->curves->update) continue;
        if (at != p->curves->update || !inside) draw_text(p->list, x, bottom + 22, text, small(p, ALIGN_CENTER));
    }
    if (inside) {
        double at = (double)p->curves->update / unit;
        if (epochs && p->curves->update % p->curves->epoch != 0)
            snprintf(text, sizeof text, "%.1f", at);
        else
            format_count(text, sizeof text, lround(at));
        struct text_style bold = text_of(FONT_SANS_SEMIBOLD, 13, p->theme->ink1, ALIGN_CENTER);
        draw_text(p->list, here, bottom + 22, text, bold);
        end = fmaxf(end, here + text_width(p->list, text, bold) / 2);
    }
    draw_text(p->list, end + 8, bottom + 22, epochs ? "epoch" : "update", small(p, ALIGN_LEFT));
}

// 1, 3, 10, 30 ... where the axis holds more than a decade, else as the eye needs them.
static void axis_y(const struct curves_plot *p) {
    if (!p->curves->logarithmic) {
        plot_lines_y(&p->plot, (int)fmaxf(2, p->plot.area.h / 36));
        return;
    }
    static const double full[] = {1, 3, 0}, dense[] = {1, 1.5, 2, 3, 5, 7, 0}, middle[] = {1, 2, 5, 0};
    double decades = log10(p->plot.y1 / p->plot.y0);
    float per_decade = p->plot.area.h / (float)decades;
    const double *steps = per_decade > 260 ? dense : per_decade > 110 ? middle : full;
    for (double power = pow(10, floor(log10(p->plot.y0))); power <= p->plot.y1; power *= 10)
        for (const double *s = steps; *s > 0; s++) {
            double at = power * *s;
            if (at < p->plot.y0 || at > p->plot.y1 || (per_decade < 40 && *s > 1)) continue;
            char text[32];
            if (at >= 1e5 || at < 1e-4)
                format_value(text, sizeof text, at, -1, false);
            else
                snprintf(text, sizeof text, "%g", at);
            float y = plot_y(&p->plot, at);
            draw_hline(p->list, p->plot.area.x, p->plot.area.x + p->plot.area.w, y, p->theme->line);
            draw_text(p->list, p->plot.area.x - 8, y + 4.5f, text, small(p, ALIGN_RIGHT));
        }
}

// --- series ---

// Columns that a series is drawn in: (after, to] of each are updates.
struct columns {
    double x0, width;
    int64_t count, first;
    bool single; // one update each
};

// `each`: pixels of a column.
static struct columns columns_of(const struct curves_plot *p, const struct curve_data *data, double each) {
    double from = fmax(p->plot.x0, (double)data->from), to = fmin(p->plot.x1, (double)curve_data_last(data));
    int64_t first = (int64_t)floor(from), last = (int64_t)ceil(to);
    double pixels = (to - from) / (p->plot.x1 - p->plot.x0) * (double)p->plot.area.w / each;
    int64_t updates = last - first;
    if (updates < 1) return (struct columns){0};
    if ((double)updates <= pixels) return (struct columns){.count = updates, .first = first, .single = true};
    int64_t count = (int64_t)fmax(1, pixels);
    return (struct columns){.x0 = from, .width = (to - from) / (double)count, .count = count, .first = first};
}

static void column(const struct columns *c, int64_t k, int64_t *after, int64_t *to) {
    *after = c->single ? c->first + k : (int64_t)floor(c->x0 + c->width * (double)k);
    *to = c->single ? *after + 1 : (int64_t)floor(c->x0 + c->width * (double)(k + 1));
    if (*to <= *after) *to = *after + 1;
}

// A path that is cut where the parameters are: what is done is drawn in full, what is ahead fainter.
struct stroke {
    const struct curves_plot *p;
    int model;
    bool dotted, solid;      // else as the model's lines are
    float width, share, cut; // x
    bool down, beyond;
    point at;
};

static void lift(struct stroke *s) {
    color ink = color_alpha(model_ink(s->p->theme, s->model), s->beyond ? s->share * 0.75f : s->share);
    if (s->down && s->dotted)
        draw_path_stroke_dashed(s->p->list, ink, s->width, 2, 4);
    else if (s->down && s->solid)
        draw_path_stroke(s->p->list, ink, s->width, false, false);
    else if (s->down)
        model_stroke_as(s->p->list, s->model, ink, s->width);
    s->down = false;
}

static void go(struct stroke *s, float x, float y) {
    if (!isfinite(y)) {
        lift(s);
        return;
    }
    if (s->down && !s->beyond && s->at.x < s->cut && x > s->cut) {
        float part = (s->cut - s->at.x) / (x - s->at.x), middle = s->at.y + part * (y - s->at.y);
        draw_path_line(s->p->list, s->cut, middle);
        lift(s);
        s->at = (point){s->cut, middle};
        draw_path_move(s->p->list, s->cut, middle);
        s->down = s->beyond = true;
    }
    if (!s->down) {
        s->beyond = x > s->cut;
        draw_path_move(s->p->list, x, y);
    } else
        draw_path_line(s->p->list, x, y);
    s->down = true;
    s->at = (point){x, y};
}

static void band(const struct curves_plot *p, const struct curve_series *s, const struct columns *c) {
    color ink = color_alpha(model_ink(p->theme, s->model), s->left ? 0.08f : 0.16f);
    for (int way = 0; way < 2; way++)
        for (int64_t k = way ? c->count - 1 : 0; way ? k >= 0 : k < c->count; k += way ? -1 : 1) {
            int64_t after, to;
            float low, high;
            column(c, k, &after, &to);
            if (!curve_data_extremes(s->data, after, to, &low, &high)) continue;
            float x = plot_x(&p->plot, (double)to), y = plot_y(&p->plot, (double)(way ? low : high));
            if (!isfinite(y)) continue;
            if (way) y = fmaxf(y, plot_y(&p->plot, (double)high) + 1);
            if (!way && k == 0)
                draw_path_move(p->list, x, y);
            else
                draw_path_line(p->list, x, y);
        }
    draw_path_fill(p->list, ink);
}

static void peaks(const struct curves_plot *p, const struct curve_series *s, const struct columns *c, float cut) {
    struct stroke stroke = {.p = p, .model = s->model, .solid = true, .width = 1.25f, .share = 0.55f, .cut = cut};
    if (s->left) stroke.share = 0.3f;
    // Each peak spans several pixels, or the line would be a solid area.
    int64_t step = c->count > 160 ? (c->count + 159) / 160 : 1;
    for (int64_t k = 0; k < c->count; k += step) {
        int64_t after, to, unused;
        float low, high;
        column(c, k, &after, &to);
        if (step > 1) column(c, k + step - 1 < c->count ? k + step - 1 : c->count - 1, &unused, &to);
        if (!curve_data_extremes(s->data, after, to, &low, &high)) continue;
        go(&stroke, plot_x(&p->plot, (double)(after + to + 1) / 2), plot_y(&p->plot, (double)high));
    }
    lift(&stroke);
}

static void line(const struct curves_plot *p, const struct curve_series *s, const struct columns *c, float cut) {
    struct stroke stroke = {.p = p, .model = s->model, .width = 3, .share = 1, .cut = cut};
    if (s->left) stroke.width = 1.5f, stroke.share = 0.45f;
    for (int64_t k = 0; k < c->count; k++) {
        int64_t after, to;
        column(c, k, &after, &to);
        int64_t from = to - p->curves->window < after ? to - p->curves->window : after;
        double mean = curve_data_mean(s->data, from, to);
        go(&stroke, plot_x(&p->plot, (double)to), isnan(mean) ? NAN : plot_y(&p->plot, mean));
    }
    lift(&stroke);
}

static void checks(const struct curves_plot *p, const struct curve_series *s, float cut) {
    struct stroke stroke = {.p = p, .model = s->model, .dotted = true, .width = 1.75f, .share = 1, .cut = cut};
    if (s->left) stroke.share = 0.45f;
    // Of very many only those that are apart; the mock's rule of one a pixel.
    float before = -INFINITY;
    for (int k = 0; k < s->count; k++) {
        float x = plot_x(&p->plot, (double)s->at[k]);
        if (x - before < 1 && k + 1 < s->count) continue;
        before = x;
        go(&stroke, x, isnan(s->values[k]) ? NAN : plot_y(&p->plot, s->values[k]));
    }
    lift(&stroke);
}

static void all_series(const struct curves_plot *p) {
    float cut = plot_x(&p->plot, (double)p->curves->update);
    for (int k = 0; k < p->curves->series_count; k++) {
        const struct curve_series *s = &p->curves->series[k];
        struct columns c = s->data ? columns_of(p, s->data, 2) : (struct columns){0};
        if (s->data && c.count > 0 && p->curves->peaks) peaks(p, s, &c, cut);
        if (s->data && c.count > 0 && !p->curves->peaks) band(p, s, &c);
    }
    for (int k = 0; k < p->curves->series_count; k++) {
        const struct curve_series *s = &p->curves->series[k];
        struct columns c = s->data ? columns_of(p, s->data, 1.5) : (struct columns){0};
        if (c.count > 0) line(p, s, &c, cut);
        if (!s->data) checks(p, s, cut);
    }
}

// The number of a series at an update: its mean, or that of the checkpoint before.
static double number_at(const struct curves *curves, const struct curve_series *s, int64_t update) {
    if (s->data) return curve_data_mean(s->data, update - curves->window, update);
    double value = NAN;
    for (int k = 0; k < s->count && s->at[k] <= update; k++)
        value = s->values[k];
    return value;
}

static void marks(const struct curves_plot *p) {
    float x = plot_x(&p->plot, (double)p->curves->update);
    if (x < p->plot.area.x - 1 || x > p->plot.area.x + p->plot.area.w + 1) return;
    for (int k = 0; k < p->curves->series_count; k++) {
        const struct curve_series *s = &p->curves->series[k];
        double value = s->left ? NAN : number_at(p->curves, s, p->curves->update);
        if (isnan(value)) continue;
        point at = {x, plot_y(&p->plot, value)};
        if (s->data)
            model_mark_full(p->list, p->theme, s->model, at, 5.5f);
        else
            model_mark(p->list, p->theme, s->model, at, 4);
    }
}

// --- names at the ends ---

struct end {
    const char *name;
    float y;
    color ink;
    enum font font;
};

static int collect_ends(const struct curves_plot *p, struct end *ends) {
    int count = 0;
    bool crowded = (float)(p->curves->series_count + p->curves->line_count) * NAME_HEIGHT > p->plot.area.h + 30;
    int64_t last = (int64_t)p->plot.x1;
    for (int k = 0; k < p->curves->line_count; k++) {
        const struct curve_line *l = &p->curves->lines[k];
        ends[count++] = (struct end){l->name, plot_y(&p->plot, l->value), l->ink,
                                     l->dotted ? FONT_SANS_MEDIUM : FONT_SANS_SEMIBOLD};
    }
    for (int k = 0; k < p->curves->series_count; k++) {
        const struct curve_series *s = &p->curves->series[k];
        if (!s->name || (crowded && !s->data)) continue;
        int64_t end = s->data ? curve_data_last(s->data) : s->count > 0 ? s->at[s->count - 1] : 0;
        double value = number_at(p->curves, s, end < last ? end : last);
        if (isnan(value)) continue;
        ends[count++] = (struct end){s->name, plot_y(&p->plot, value), model_ink(p->theme, s->model),
                                     s->data ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM};
    }
    return count;
}

static void names(const struct curves_plot *p) {
    struct end ends[CURVES_SERIES + CURVES_LINES];
    int count = collect_ends(p, ends);
    for (int i = 1; i < count; i++)
        for (int k = i; k > 0 && ends[k].y < ends[k - 1].y; k--) {
            struct end swap = ends[k];
            ends[k] = ends[k - 1];
            ends[k - 1] = swap;
        }
    float top = p->plot.area.y, bottom = p->plot.area.y + p->plot.area.h;
    for (int k = 0; k < count; k++)
        ends[k].y = fminf(fmaxf(ends[k].y, top), bottom);
    for (int k = 1; k < count; k++)
        ends[k].y = fmaxf(ends[k].y, ends[k - 1].y + NAME_HEIGHT);
    for (int k = count - 1; k >= 0; k--) {
        float most = k == count - 1 ? bottom + 4 : ends[k + 1].y - NAME_HEIGHT;
        ends[k].y = fminf(ends[k].y, most);
    }
    float x = p->plot.area.x + p->plot.area.w + 10, room = p->card.x + p->card.w - 8 - x;
    for (int k = 0; k < count; k++)
        draw_text_fit(p->list, x, ends[k].y + 4.5f, room, ends[k].name,
                      text_of(ends[k].font, 13, ends[k].ink, ALIGN_LEFT));
}

// --- the card ---

static void header(const struct curves_plot *p) {
    const struct curves *c = p->curves;
    struct text_style title = text_of(FONT_SANS_SEMIBOLD, 16, p->theme->ink1, ALIGN_LEFT);
    float y = p->card.y + (p->card.h < 260 ? 28 : 34), x = p->card.x + 20, right = p->card.x + p->card.w - 48;
    x += draw_text(p->list, x, y, c->title, title) + 10;
    struct text_style remark = text_of(FONT_SANS_MEDIUM, 13, p->theme->ink2, ALIGN_RIGHT);
    float wide = c->remark ? text_width(p->list, c->remark, remark) : 0;
    struct text_style note = text_of(FONT_SANS, 14, p->theme->ink3, ALIGN_LEFT);
    float noted = text_width(p->list, c->note, note);
    if (wide > 0 && x + wide <= right) {
        draw_text(p->list, right, y, c->remark, remark);
        right -= wide + 16;
    }
    if (x + noted <= right) draw_text(p->list, x, y, c->note, note);
}

static void levels(const struct curves_plot *p) {
    for (int k = 0; k < p->curves->line_count; k++) {
        const struct curve_line *l = &p->curves->lines[k];
        float y = plot_y(&p->plot, l->value);
        draw_path_move(p->list, p->plot.area.x, y);
        draw_path_line(p->list, p->plot.area.x + p->plot.area.w, y);
        if (l->dotted)
            draw_path_stroke_dashed(p->list, l->ink, 1.5f, 2, 4);
        else
            draw_path_stroke(p->list, l->ink, 2, false, false);
    }
}

void curves_paint_plot(const struct curves_plot *p) {
    rect area = p->plot.area;
    draw_rect(p->list, p->card, p->theme->panel, 12);
    draw_box(p->list, p->card, p->theme->line, 12, 1);
    header(p);
    if (p->curves->empty) {
        draw_box_dashed(p->list, (rect){area.x, area.y, p->card.x + p->card.w - 20 - area.x, area.h}, p->theme->ghost,
                        6, 1, 4, 4);
        draw_text_fit(p->list, area.x + 20, area.y + area.h / 2 + 5, p->card.x + p->card.w - 40 - area.x,
                      p->curves->empty, text_of(FONT_SANS_MEDIUM, 14, p->theme->ink2, ALIGN_LEFT));
        return;
    }
    axis_y(p);
    axis_x(p);
    float x = plot_x(&p->plot, (double)p->curves->update);
    bool inside = x >= area.x - 1 && x <= area.x + area.w + 1;
    if (inside) draw_rect_exact(p->list, (rect){x - 6, area.y - 8, 12, area.h + 8}, p->theme->hi, 0);
    draw_clip_push(p->list, (rect){area.x - 2, area.y - 8, area.w + 4, area.h + 10});
    levels(p);
    all_series(p);
    draw_clip_pop(p->list);
    if (inside) {
        draw_rect_exact(p->list, (rect){x - 1, area.y - 8, 2, area.h + 8}, p->theme->on_hi, 0);
        draw_clip_push(p->list, (rect){area.x - 10, area.y - 10, area.w + 20, area.h + 20});
        marks(p);
        draw_clip_pop(p->list);
    }
    names(p);
}

// --- read-out ---

enum { READ_ROW = 20, READ_PAD = 12, READ_COLUMN = 76 };

void curves_paint_reading(const struct curves_plot *p, int64_t update) {
    struct curves_reading reading = {0};
    p->curves->read(p->curves->context, update, &reading);
    float x = plot_x(&p->plot, (double)update), named = 40;
    draw_rect_exact(p->list, (rect){x - 0.5f, p->plot.area.y, 1, p->plot.area.h}, p->theme->ink2, 0);
    struct text_style name = text_of(FONT_SANS_MEDIUM, 13, p->theme->ink1, ALIGN_LEFT);
    struct text_style head = text_of(FONT_SANS_MEDIUM, 12, p->theme->ink3, ALIGN_RIGHT);
    struct text_style value = text_of(FONT_SANS_SEMIBOLD, 13, p->theme->ink1, ALIGN_RIGHT);
    for (int k = 0; k < p->curves->models; k++)
        named = fmaxf(named, text_width(p->list, p->curves->names[k], name));
    named = fminf(named, 120) + 20;
    float w = named + READ_COLUMN * (float)reading.column_count + 2 * READ_PAD;
    w = fmaxf(w, text_width(p->list, reading.title, name) + 2 * READ_PAD);
    int rows = 2 + p->curves->models + (*reading.rest.name != 0);
    float h = (float)rows * READ_ROW + 2 * READ_PAD - 4;
    float left = x + 14 + w > p->list->bounds.w - 8 ? x - 14 - w : x + 14;
    rect box = {left, fmaxf(p->card.y + 4, p->plot.area.y - 4), w, h};
    draw_rect(p->list, box, p->theme->panel, 8);
    draw_box(p->list, box, p->theme->ink1, 8, 1.5f);
    float y = box.y + READ_PAD + 11, right = box.x + box.w - READ_PAD;
    draw_text(p->list, box.x + READ_PAD, y, reading.title, text_of(FONT_SANS_SEMIBOLD, 13, p->theme->ink1, ALIGN_LEFT));
    y += READ_ROW;
    for (int c = 0; c < reading.column_count; c++)
        draw_text(p->list, right - READ_COLUMN * (float)(reading.column_count - 1 - c), y, reading.columns[c], head);
    for (int k = 0; k < p->curves->models; k++) {
        y += READ_ROW;
        model_mark_full(p->list, p->theme, k, (point){box.x + READ_PAD + 6, y - 4.5f}, 5);
        draw_text_fit(p->list, box.x + READ_PAD + 18, y, named - 20, p->curves->names[k], name);
        for (int c = 0; c < reading.column_count; c++) {
            float at = right - READ_COLUMN * (float)(reading.column_count - 1 - c);
            if (!isnan(reading.values[k][c].value))
                draw_value(p->list, at, y, reading.values[k][c], reading.digits[c], false, value);
        }
    }
    if (!*reading.rest.name) return;
    y += READ_ROW;
    draw_text(p->list, box.x + READ_PAD, y, reading.rest.name, name);
    draw_value(p->list, right, y, reading.rest.value, reading.rest_digits, false, value);
}
