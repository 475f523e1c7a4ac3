// The figures of the view of clipping: entries by size, the turn of the gradient, norms by parameter.
#include "clip_inner.h"
#include "plot.h"
#include "widgets.h"
#include "wire.h"
#include <math.h>
#include <stdio.h>

enum { FOOT = 24, HEAD = 18, TABLE_ROW = 24 };

// --- entries by size ---

// The axis holds what is not negligible, before and after both, and the same for both rules.
static void axis_of(const struct clip_page *p, struct plot *plot) {
    double largest = p->answer.step[CLIP_BY_NORM].clipping.largest;
    double top = fmax(largest, p->answer.limit[CLIP_BY_VALUE]);
    plot_decades(top * 1e-6, top, 6, 7, &plot->x0, &plot->x1);
    plot->log_x = true;
}

static long most_in_a_bin(const struct clip_page *p) {
    long most = 1;
    for (int rule = 0; rule < CLIP_RULES; rule++) {
        const struct clipping *c = &p->answer.step[rule].clipping;
        const struct clip_histogram *both[2] = {&c->histogram_before, &c->histogram_after};
        for (int k = 0; k < 2; k++)
            for (int b = 0; b < CLIP_BINS; b++) {
                if (both[k]->plus[b] > most) most = both[k]->plus[b];
                if (both[k]->minus[b] > most) most = both[k]->minus[b];
            }
    }
    return most;
}

// A bar away from the middle line: plus up, minus down. Its height is the logarithm of the count, as one entry must be
// seen beside thousands.
static rect bin_bar(const struct plot *plot, int bin, long count, long most, bool minus) {
    float x0 = plot_x(plot, clip_bin_edge(bin)), x1 = plot_x(plot, clip_bin_edge(bin + 1));
    float middle = plot->area.y + plot->area.h / 2;
    float height = (plot->area.h / 2 - 3) * (float)(log1p((double)count) / log1p((double)most));
    return (rect){x0 + 0.5f, minus ? middle + 1 : middle - 1 - height, fmaxf(1, x1 - x0 - 1), height};
}

// What is left as bars; what was there before as outlines over them, so that both can be seen.
static void bins(const struct clip_page *p, const struct plot *plot, const struct clip_histogram *histogram, long most,
                 bool outline) {
    for (int b = 0; b < CLIP_BINS; b++) {
        if (clip_bin_edge(b) < plot->x0 * 0.999 || clip_bin_edge(b) >= plot->x1) continue;
        for (int minus = 0; minus < 2; minus++) {
            long count = minus ? histogram->minus[b] : histogram->plus[b];
            if (!count) continue;
            rect bar = bin_bar(plot, b, count, most, minus);
            if (outline)
                draw_box(p->list, (rect){bar.x - 0.5f, bar.y, bar.w + 1, bar.h}, p->theme->ink3, 0, 1);
            else
                draw_rect_exact(p->list, bar, minus ? p->theme->gr_n : p->theme->gr_p, 0);
        }
    }
}

void clip_histogram(struct clip_page *p, rect r, enum clip_rule rule) {
    const struct clipping *c = &p->answer.step[rule].clipping;
    struct plot plot = {.list = p->list, .theme = p->theme, .y1 = 1};
    axis_of(p, &plot);
    plot.area = (rect){r.x + 20, r.y + HEAD, r.w - 20, r.h - HEAD - FOOT};
    plot_grid_x(&plot);
    struct text_style sign = text_of(FONT_SANS_MEDIUM, 14, p->theme->ink3, ALIGN_LEFT);
    draw_text(p->list, r.x, plot.area.y + plot.area.h * 0.25f + 5, "+", sign);
    draw_text(p->list, r.x, plot.area.y + plot.area.h * 0.75f + 5, "−", sign);
    long most = most_in_a_bin(p);
    draw_clip_push(p->list, (rect){plot.area.x, plot.area.y - 2, plot.area.w, plot.area.h + 4});
    bins(p, &plot, &c->histogram_after, most, false);
    bins(p, &plot, &c->histogram_before, most, true);
    draw_hline(p->list, plot.area.x, plot.area.x + plot.area.w, plot.area.y + plot.area.h / 2, p->theme->line2);
    draw_clip_pop(p->list);
    struct text_style small = text_of(FONT_SANS_MEDIUM, 12, p->theme->ink3, ALIGN_LEFT);
    const char *words = plot.area.w >= 440 ? "entries by size, counts on a log scale; outline: before"
                                           : "entries by size; outline: before";
    float free_from = plot.area.x + 24 + draw_text(p->list, plot.area.x, r.y + 12, words, small);
    if (rule != CLIP_BY_VALUE) return;
    float x = plot_x(&plot, c->clip_value);
    if (x < plot.area.x || x > plot.area.x + plot.area.w) return;
    draw_rect(p->list, (rect){x - 1, plot.area.y - 6, 2, plot.area.h + 6}, p->theme->ink1, 0);
    small.color = p->theme->ink1;
    small.align = x > plot.area.x + plot.area.w - 40 ? ALIGN_RIGHT : ALIGN_CENTER;
    if (x - 20 > free_from) draw_text(p->list, x, r.y + 11, "limit", small);
}

// --- direction ---

static void arrow(const struct clip_page *p, point from, double degrees, float length, color ink, float width) {
    double a = degrees * M_PI / 180;
    float dx = (float)cos(a), dy = -(float)sin(a);
    point tip = {from.x + dx * length, from.y + dy * length};
    if (length < 2) {
        draw_circle(p->list, from, 2, ink);
        return;
    }
    float head = fminf(4 + 1.6f * width, length * 0.7f);
    draw_path_move(p->list, from.x, from.y);
    draw_path_line(p->list, tip.x - dx * head, tip.y - dy * head);
    draw_path_stroke(p->list, ink, width, false, false);
    wire_head(p->list, tip, dx, dy, head, ink);
}

// In the plane of both gradients, so lengths and angle are the true ones.
void clip_arrows(struct clip_page *p, rect r, enum clip_rule rule) {
    const struct clipping *c = &p->answer.step[rule].clipping;
    float whole = fminf(r.w, r.h) - 8;
    point from = {r.x + 4, r.y + whole + 2};
    draw_path_move(p->list, from.x, from.y);
    arrow(p, from, 45, whole * 1.3f, p->theme->line2, 6);
    float after = c->before > 0 ? (float)(c->after / c->before) : 0;
    arrow(p, from, 45 + c->angle, whole * 1.3f * after, p->theme->grad, 2.5f);
}

// --- parameters ---

static void norm_bars(const struct clip_page *p, rect r, int param, enum clip_rule rule, double most) {
    const struct clip_tensor *tensor = &p->answer.step[rule].clipping.tensors[param];
    const float number = 62;
    rect track = {r.x, r.y + 6, r.w - 2 * number - 14, 12};
    draw_rect(p->list, track, p->theme->sunk, 2);
    float before = track.w * (float)(most > 0 ? tensor->before / most : 0),
          after = track.w * (float)(most > 0 ? tensor->after / most : 0);
    draw_rect_exact(p->list, (rect){track.x, track.y, before, track.h}, p->theme->line2, fminf(2, before / 2));
    draw_rect_exact(p->list, (rect){track.x, track.y + 2, after, track.h - 4}, p->theme->gr_p, fminf(2, after / 2));
    int digits = tensor->after >= 0.01 || tensor->after == 0 ? 3 : -2;
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, p->theme->ink2, ALIGN_RIGHT);
    scene_value(p->scene, p->list, r.x + r.w - number - 14, r.y + 17,
                (struct source){CLIP_TENSOR_BEFORE, param, -1, tensor->before},
                tensor->before >= 0.01 || tensor->before == 0 ? 3 : -2, false, style);
    style.color = p->theme->ink1, style.font = FONT_SANS_SEMIBOLD;
    scene_value(p->scene, p->list, r.x + r.w, r.y + 17,
                (struct source){clip_names[rule].tensor_after, param, -1, tensor->after}, digits, false, style);
    style.align = ALIGN_CENTER, style.color = p->theme->ink3;
    draw_text(p->list, r.x + r.w - number - 4, r.y + 17, "→", style);
}

static void tensor_rows(struct clip_page *p, rect r, float words) {
    const struct clipping *c = &p->answer.step[CLIP_BY_NORM].clipping;
    double most = 0;
    for (int k = 0; k < c->count; k++)
        most = fmax(most, c->tensors[k].before);
    float half = (r.w - words - 12) / 2;
    float offset = ui_scroll_begin(p->ui, r, "norms of parameters", (float)(TABLE_ROW * c->count));
    for (int k = 0; k < c->count; k++) {
        rect row = {r.x, r.y + (float)(TABLE_ROW * k) - offset, r.w, TABLE_ROW};
        if (row.y + TABLE_ROW < r.y || row.y > r.y + r.h) continue;
        char title[96];
        weight_title(title, sizeof title, p->record, k);
        draw_text_fit(p->list, row.x, row.y + 17, words - 12, title,
                      text_of(FONT_SANS_MEDIUM, 13.5f, p->theme->ink1, ALIGN_LEFT));
        norm_bars(p, (rect){row.x + words, row.y, half - 12, TABLE_ROW}, k, CLIP_BY_NORM, most);
        norm_bars(p, (rect){row.x + words + half + 12, row.y, half - 12, TABLE_ROW}, k, CLIP_BY_VALUE, most);
    }
    ui_scroll_end(p->ui);
}

// As wide as the longest title, within a third of all.
static float title_width(const struct clip_page *p, float room) {
    float most = 160;
    for (int k = 0; k < p->record->layout.count; k++) {
        char title[96];
        weight_title(title, sizeof title, p->record, k);
        most = fmaxf(most, text_width(p->list, title, text_of(FONT_SANS_MEDIUM, 13.5f, p->theme->ink1, ALIGN_LEFT)));
    }
    return fminf(most + 16, room * 0.34f);
}

float clip_tensors_height(const struct clip_page *p) {
    return TABLE_ROW * (float)(1 + p->record->layout.count);
}

void clip_tensors(struct clip_page *p, rect r) {
    const float words = title_width(p, r.w);
    float half = (r.w - words - 12) / 2;
    struct text_style head = text_of(FONT_SANS_MEDIUM, 13, p->theme->ink3, ALIGN_LEFT);
    draw_text(p->list, r.x, r.y + 16, "Norm of each parameter",
              text_of(FONT_SANS_SEMIBOLD, 13, p->theme->ink2, ALIGN_LEFT));
    draw_text_fit(p->list, r.x + words, r.y + 16, half - 12, "by global norm", head);
    draw_text_fit(p->list, r.x + words + half + 12, r.y + 16, half - 12, "by value", head);
    tensor_rows(p, (rect){r.x, r.y + TABLE_ROW, r.w, r.h - TABLE_ROW}, words);
}
