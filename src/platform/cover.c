#include "cover.h"
#include "mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

// One pixel is 256 x 256 units; a cell holds twice the area in these units.
enum { UNIT = 256, FULL_SHIFT = 9 };

void cover_release(struct cover *cover) {
    mem_free(cover->cells);
    mem_free(cover->low);
    mem_free(cover->high);
    mem_free(cover->row);
    *cover = (struct cover){0};
}

void cover_begin(struct cover *cover, int x0, int y0, int x1, int y1) {
    int width = x1 - x0, height = y1 - y0;
    *cover = (struct cover){x0,
                            y0,
                            x1,
                            y1,
                            width + 2,
                            cover->cells,
                            cover->low,
                            cover->high,
                            cover->row,
                            cover->cell_capacity,
                            cover->row_capacity,
                            cover->width_capacity};
    size_t cells = (size_t)height * (size_t)cover->stride;
    if (cells > cover->cell_capacity) {
        mem_free(cover->cells);
        cover->cells = mem_need(cells, sizeof *cover->cells);
        cover->cell_capacity = cells;
    }
    if (height > cover->row_capacity) {
        mem_free(cover->low);
        mem_free(cover->high);
        cover->low = mem_need((size_t)height, sizeof *cover->low);
        cover->high = mem_need((size_t)height, sizeof *cover->high);
        cover->row_capacity = height;
    }
    if (width > cover->width_capacity) {
        mem_free(cover->row);
        cover->row = mem_need((size_t)width, sizeof *cover->row);
        cover->width_capacity = width;
    }
    for (int i = 0; i < height; i++)
        cover->low[i] = width, cover->high[i] = -1;
}

static int to_units(float v) {
    return (int)floorf(fminf(fmaxf(v, -30000), 30000) * UNIT + 0.5f);
}

static void add(struct cover *cover, int row, int cell, int left_part, int right_part) {
    int32_t *at = cover->cells + (size_t)row * (size_t)cover->stride + cell;
    at[0] += left_part;
    at[1] += right_part;
    if (cell < cover->low[row]) cover->low[row] = cell;
    if (cell + 1 > cover->high[row]) cover->high[row] = cell + 1;
}

// An edge within one row that goes from x = xa to xb (units) and `height` units up or down (sign).
static void add_row(struct cover *cover, int row, int xa, int xb, int height) {
    int left = xa < xb ? xa : xb, right = xa < xb ? xb : xa;
    int low = cover->x0 * UNIT, high = cover->x1 * UNIT;
    if (left >= high) return;
    if (right <= low) {
        add(cover, row, 0, height * 2 * UNIT, 0);
        return;
    }
    int first = left >> 8, last = (right - 1) >> 8; // cells crossed
    if (last <= first) {
        int reach = (left - first * UNIT) + (right - first * UNIT);
        add(cover, row, first - cover->x0, height * (2 * UNIT - reach), height * reach);
        return;
    }
    double rise = (double)height / (right - left);
    int cell = first, done = 0;
    if (cell < cover->x0) { // what lies before the area counts as its left border
        cell = cover->x0;
        done = (int)floor((low - left) * rise + 0.5);
        add(cover, row, 0, done * 2 * UNIT, 0);
    }
    for (; cell <= last && cell < cover->x1; cell++) {
        int from = cell == first ? left - cell * UNIT : 0, to = cell == last ? right - cell * UNIT : UNIT;
        int upto = cell == last ? height : (int)floor(((cell + 1) * UNIT - left) * rise + 0.5);
        int d = upto - done;
        done = upto;
        add(cover, row, cell - cover->x0, d * (2 * UNIT - from - to), d * (from + to));
    }
}

void cover_line(struct cover *cover, point a, point b) {
    int x0 = to_units(a.x), y0 = to_units(a.y), x1 = to_units(b.x), y1 = to_units(b.y), sign = 1;
    if (y0 == y1) return;
    if (y0 > y1) {
        int x = x0, y = y0;
        x0 = x1, y0 = y1, x1 = x, y1 = y, sign = -1;
    }
    int first = y0 >> 8, last = (y1 - 1) >> 8;
    if (first < cover->y0) first = cover->y0;
    if (last >= cover->y1) last = cover->y1 - 1;
    double slope = (double)(x1 - x0) / (y1 - y0);
    for (int y = first; y <= last; y++) {
        int ya = y * UNIT > y0 ? y * UNIT : y0, yb = (y + 1) * UNIT < y1 ? (y + 1) * UNIT : y1;
        int xa = ya == y0 ? x0 : x0 + (int)floor((ya - y0) * slope + 0.5);
        int xb = yb == y1 ? x1 : x0 + (int)floor((yb - y0) * slope + 0.5);
        add_row(cover, y - cover->y0, xa, xb, sign * (yb - ya));
    }
}

void cover_contours(struct cover *cover, const point *points, int count) {
    int start = 0;
    for (int i = 0; i <= count; i++) {
        if (i < count && !isnan(points[i].x)) continue;
        for (int k = start; k < i; k++)
            cover_line(cover, points[k], points[k + 1 < i ? k + 1 : start]);
        start = i + 1;
    }
}

static uint16_t part(int32_t sum) {
    int32_t c = abs(sum) >> FULL_SHIFT;
    return (uint16_t)(c > COVER_FULL ? COVER_FULL : c);
}

int cover_row(struct cover *cover, int y, int *x, const uint16_t **coverage) {
    int row = y - cover->y0, width = cover->x1 - cover->x0, low = cover->low[row], high = cover->high[row];
    if (low > high) return 0;
    int32_t *cells = cover->cells + (size_t)row * (size_t)cover->stride;
    uint16_t *out = cover->row;
    int32_t sum = 0;
    int at = low, end = high < width ? high + 1 : width;
    for (; at < end; at++) {
        sum += cells[at];
        *out++ = part(sum);
    }
    memset(cells + low, 0, (size_t)(high - low + 1) * sizeof *cells);
    cover->low[row] = width, cover->high[row] = -1;
    uint16_t rest = part(sum);
    if (rest) // the shape goes on beyond the right border
        for (; at < width; at++)
            *out++ = rest;
    *x = cover->x0 + low;
    *coverage = cover->row;
    return (int)(out - cover->row);
}
