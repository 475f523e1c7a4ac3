#include "matrix.h"
#include <math.h>

static const float TILE_LEAST = 1.5f, TILE_WITH_GAP = 7;

int matrix_merged(rect r, int rows, int columns, int most) {
    int longest = rows > columns ? rows : columns, merged = 1;
    float side = fminf(r.w, r.h);
    while ((longest + merged - 1) / merged > most || side * (float)merged / (float)longest < TILE_LEAST)
        merged++;
    return merged;
}

static double largest_entry(const double *values, int columns, int row, int column, int rows_end, int columns_end) {
    double found = 0;
    for (int i = row; i < rows_end; i++)
        for (int k = column; k < columns_end; k++) {
            double v = values[(long)i * columns + k];
            if (!isfinite(v)) return v;
            if (fabs(v) > fabs(found)) found = v;
        }
    return found;
}

void matrix_ramp_of(const struct theme *theme, struct matrix_ramp *out) {
    for (int k = -MATRIX_LEVELS; k <= MATRIX_LEVELS; k++)
        out->levels[k + MATRIX_LEVELS] = ramp_value(theme, (float)k / MATRIX_LEVELS);
}

static color level_of(const struct matrix_ramp *ramp, double part) {
    return ramp->levels[MATRIX_LEVELS + lrint(MATRIX_LEVELS * fmin(1, fmax(-1, part)))];
}

static int smaller(int a, int b) {
    return a < b ? a : b;
}

void matrix_draw(struct draw_list *list, const struct theme *theme, rect r, const double *values, int rows, int columns,
                 const struct matrix_style *style) {
    if (!values || rows < 1 || columns < 1) {
        draw_box(list, r, theme->ghost, 3, 1);
        return;
    }
    int merged = matrix_merged(r, rows, columns, style->most);
    float w = r.w / (float)columns, h = r.h / (float)rows;
    struct matrix_ramp own;
    const struct matrix_ramp *ramp = style->ramp ? style->ramp : &own;
    if (!style->ramp) matrix_ramp_of(theme, &own);
    float gap = fminf(w, h) * (float)merged >= TILE_WITH_GAP ? 1 : 0;
    for (int i = 0; i < rows; i += merged)
        for (int k = 0; k < columns; k += merged) {
            int rows_end = smaller(i + merged, rows), columns_end = smaller(k + merged, columns);
            double v = largest_entry(values, columns, i, k, rows_end, columns_end);
            rect tile = {r.x + (float)k * w, r.y + (float)i * h, (float)(columns_end - k) * w - gap,
                         (float)(rows_end - i) * h - gap};
            color fill = !isfinite(v) ? theme->err : level_of(ramp, style->scale > 0 ? v / style->scale : 0);
            draw_rect(list, tile, fill, gap > 0 ? 1.5f : 0);
        }
    for (int at = style->block; at > 0 && at < rows; at += style->block)
        draw_hline(list, r.x, r.x + r.w, r.y + (float)at * h - gap / 2, theme->ink3);
    for (int at = style->block; at > 0 && at < columns; at += style->block)
        draw_vline(list, r.x + (float)at * w - gap / 2, r.y, r.y + r.h, theme->ink3);
}

bool matrix_hit(rect r, int rows, int columns, point at, int *row, int *column) {
    if (!rect_has(r, at)) return false;
    *row = smaller((int)((at.y - r.y) / r.h * (float)rows), rows - 1);
    *column = smaller((int)((at.x - r.x) / r.w * (float)columns), columns - 1);
    return true;
}

double matrix_largest(const double *values, size_t count) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i])) largest = fmax(largest, fabs(values[i]));
    return largest;
}

double matrix_scale(double largest) {
    if (!(largest > 0)) return 0;
    double power = pow(10, floor(log10(largest)));
    static const double steps[] = {1, 2, 5, 10};
    for (int k = 0; k < 4; k++)
        if (largest <= steps[k] * power * (1 + 1e-12)) return steps[k] * power;
    return 10 * power;
}
