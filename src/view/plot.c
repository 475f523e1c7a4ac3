#include "plot.h"

#include <math.h>
#include <stdio.h>

enum { LABEL_GAP = 10, LABEL_HEIGHT = 20 };

static double part_of(double v, double low, double high, bool log) {
    if (log) {
        if (!(v > 0)) return 0;
        v = log10(v), low = log10(low), high = log10(high);
    }
    return high > low ? (v - low) / (high - low) : 0.5;
}

float plot_x(const struct plot *plot, double x) {
    return plot->area.x + plot->area.w * (float)part_of(x, plot->x0, plot->x1, plot->log_x);
}

float plot_y(const struct plot *plot, double y) {
    return plot->area.y + plot->area.h * (1 - (float)part_of(y, plot->y0, plot->y1, plot->log_y));
}

void plot_decades(double low, double high, int least, int most, double *from, double *to) {
    int top = high > 0 && isfinite(high) ? (int)ceil(log10(high) - 1e-9) : 0;
    int bottom = low > 0 && isfinite(low) ? (int)floor(log10(low) + 1e-9) : top - least;
    if (top - bottom < least) bottom = top - least;
    if (top - bottom > most) bottom = top - most;
    *from = pow(10, bottom);
    *to = pow(10, top);
}

static struct text_style label(const struct theme *theme, float size, enum align align) {
    return (struct text_style){FONT_SANS_MEDIUM, size, theme->ink3, align};
}

void plot_power(struct draw_list *list, const struct theme *theme, float x, float y, int power, enum align align) {
    char text[16];
    format_value(text, sizeof text, power, 0, false);
    float ten = text_width(list, "10", label(theme, 13, ALIGN_LEFT)),
          small = text_width(list, text, label(theme, 10, ALIGN_LEFT)), whole = ten + 1 + small;
    x -= align == ALIGN_RIGHT ? whole : align == ALIGN_CENTER ? whole / 2 : 0;
    draw_text(list, x, y, "10", label(theme, 13, ALIGN_LEFT));
    draw_text(list, x + ten + 1, y - 6, text, label(theme, 10, ALIGN_LEFT));
}

// Every n-th power is labelled, so that labels stand apart.
static int stride_for(float room, int powers, float least) {
    int stride = 1;
    while (stride < powers && room / (float)powers * (float)stride < least)
        stride++;
    return stride;
}

void plot_grid_y(const struct plot *plot) {
    int low = (int)lround(log10(plot->y0)), high = (int)lround(log10(plot->y1));
    int stride = stride_for(plot->area.h, high - low, LABEL_HEIGHT);
    for (int power = low; power <= high; power++) {
        if ((high - power) % stride) continue;
        float y = plot_y(plot, pow(10, power));
        draw_hline(plot->list, plot->area.x, plot->area.x + plot->area.w, y,
                   power == low ? plot->theme->line2 : plot->theme->line);
        plot_power(plot->list, plot->theme, plot->area.x - LABEL_GAP, y + 5, power, ALIGN_RIGHT);
    }
}

void plot_grid_x(const struct plot *plot) {
    int low = (int)ceil(log10(plot->x0) - 1e-9), high = (int)floor(log10(plot->x1) + 1e-9);
    int stride = stride_for(plot->area.w, high - low, 44);
    float bottom = plot->area.y + plot->area.h;
    for (int power = low; power <= high; power++) {
        if ((high - power) % stride) continue;
        float x = plot_x(plot, pow(10, power));
        draw_vline(plot->list, x, plot->area.y, bottom, plot->theme->line);
        plot_power(plot->list, plot->theme, x, bottom + 18, power, ALIGN_CENTER);
    }
}

void plot_lines_y(const struct plot *plot, int lines) {
    static const double steps[] = {1, 2, 5, 10};
    double span = plot->y1 - plot->y0;
    if (!(span > 0) || lines < 1) return;
    double unit = pow(10, floor(log10(span / lines))), step = unit;
    for (int k = 0; k < 4 && span / step > lines; k++)
        step = unit * steps[k];
    int digits = (int)fmax(0, ceil(-log10(step) - 1e-9));
    for (double at = ceil(plot->y0 / step - 1e-9) * step; at <= plot->y1 + step * 1e-9; at += step) {
        char text[48];
        format_value(text, sizeof text, at, digits > 6 ? -1 : digits, false);
        float y = plot_y(plot, at);
        draw_hline(plot->list, plot->area.x, plot->area.x + plot->area.w, y,
                   fabs(at) < step / 2 ? plot->theme->line2 : plot->theme->line);
        draw_text(plot->list, plot->area.x - LABEL_GAP, y + 4.5f, text, label(plot->theme, 12, ALIGN_RIGHT));
    }
}

void plot_line(const struct plot *plot, const double *x, const double *y, int count, color ink, float width,
               bool dashed) {
    bool down = false;
    for (int k = 0; k <= count; k++) {
        bool there = k < count && isfinite(x[k]) && isfinite(y[k]);
        if (there && down) draw_path_line(plot->list, plot_x(plot, x[k]), plot_y(plot, y[k]));
        if (there && !down) draw_path_move(plot->list, plot_x(plot, x[k]), plot_y(plot, y[k]));
        if (!there && down) {
            if (dashed)
                draw_path_stroke_dashed(plot->list, ink, width, 7, 5);
            else
                draw_path_stroke(plot->list, ink, width, false, true);
        }
        down = there;
    }
}

void plot_mark(const struct plot *plot, double x, double y, float radius, color ink, bool square) {
    point at = {plot_x(plot, x), plot_y(plot, y)};
    if (!square) {
        draw_circle(plot->list, at, radius + 1.25f, ink);
        draw_circle(plot->list, at, radius - 1.25f, plot->theme->panel);
        return;
    }
    rect r = {at.x - radius, at.y - radius, 2 * radius, 2 * radius};
    draw_rect(plot->list, r, plot->theme->panel, 1);
    draw_box(plot->list, r, ink, 1, 2.5f);
}
