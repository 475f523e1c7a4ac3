#include "log_axis.h"
#include "plot.h"
#include <math.h>

enum { DECADES_LEAST = 2, DECADES_LABELLED = 5, LABEL_ROOM = 22, EXPONENT_ROOM = 24 };

void log_axis_open(struct log_axis *axis, float top, float bottom) {
    *axis = (struct log_axis){.top = top, .bottom = bottom, .smallest = INFINITY};
}

void log_axis_take(struct log_axis *axis, double value) {
    if (!(value > 0) || !isfinite(value)) return;
    axis->smallest = fmin(axis->smallest, value);
    axis->largest = fmax(axis->largest, value);
}

void log_axis_close(struct log_axis *axis, int most) {
    double low, high;
    plot_decades(axis->smallest, axis->largest, DECADES_LEAST, most, &low, &high);
    axis->low = (int)lround(log10(low));
    axis->high = (int)lround(log10(high));
}

double log_axis_part(const struct log_axis *axis, double value) {
    if (!(value > 0)) return 0;
    double part = (log10(value) - axis->low) / (axis->high - axis->low);
    return fmin(1, fmax(0, part));
}

float log_axis_y(const struct log_axis *axis, double value) {
    return axis->bottom - (float)log_axis_part(axis, value) * (axis->bottom - axis->top);
}

void log_axis_draw(const struct log_axis *axis, struct draw_list *list, const struct theme *theme, float x0, float x1) {
    int decades = axis->high - axis->low, stride = decades > DECADES_LABELLED ? 2 : 1;
    while (stride < decades && (axis->bottom - axis->top) * (float)stride < LABEL_ROOM * (float)decades)
        stride++;
    float ten = text_width(list, "10", text_of(FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT));
    for (int exponent = axis->low; exponent <= axis->high; exponent++) {
        float y = log_axis_y(axis, pow(10, exponent));
        bool labelled = (axis->high - exponent) % stride == 0;
        if (stride > 2 && !labelled && exponent > axis->low) continue; // lines that lie close together are noise
        draw_hline(list, x0, x1, y, exponent == axis->low ? theme->line2 : theme->line);
        if (labelled) plot_power(list, theme, x0 - EXPONENT_ROOM - ten, y + 5, exponent, ALIGN_LEFT);
    }
}

int log_axis_digits(double value) {
    if (value >= 1e5) return -2;
    return !(value > 0)     ? 2
           : value >= 1000  ? 0
           : value >= 100   ? 1
           : value >= 0.1   ? 2
           : value >= 0.01  ? 3
           : value >= 0.001 ? 4
                            : -2;
}
