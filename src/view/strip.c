#include "strip.h"
#include <math.h>

// Under this share of the scale a value tile is so pale that it needs an edge.
static const float EDGE_BELOW = 0.28f;

static float guide_radius(float tile) {
    return tile >= 14 ? 3 : tile >= 7 ? 1.5f : 0.5f;
}

struct strip_style strip_style_default(enum strip_kind kind, float tile, float gap, float height) {
    return (struct strip_style){
        .kind = kind, .tile = tile, .gap = gap, .height = height, .radius = -1, .fill = 1, .selected = -1};
}

static color ramp_color(const struct theme *theme, enum strip_kind kind, float v) {
    if (kind == STRIP_GATE) return ramp_gate_small(theme, fmaxf(0, v));
    if (kind == STRIP_GRADIENT) return color_mix(theme->act_0, v < 0 ? theme->gr_n : theme->gr_p, fabsf(v));
    return ramp_value(theme, v);
}

void strip_make_ramp(const struct theme *theme, enum strip_kind kind, color ramp[2 * STRIP_RAMP + 1]) {
    for (int k = -STRIP_RAMP; k <= STRIP_RAMP; k++)
        ramp[STRIP_RAMP + k] = ramp_color(theme, kind, (float)k / STRIP_RAMP);
}

static color tile_color(const struct theme *theme, const struct strip_style *style, float v) {
    v = v < -1 ? -1 : v > 1 ? 1 : v;
    return style->ramp ? style->ramp[STRIP_RAMP + (int)lroundf(STRIP_RAMP * v)] : ramp_color(theme, style->kind, v);
}

static void hatched(struct draw_list *list, const struct theme *theme, rect r) {
    draw_box(list, r, theme->err, 0, 1);
    draw_clip_push(list, r);
    for (float d = 3; d < r.w + r.h; d += 4) {
        draw_path_move(list, r.x + d, r.y);
        draw_path_line(list, r.x + d - r.h, r.y + r.h);
        draw_path_stroke(list, theme->err, 1, false, false);
    }
    draw_clip_pop(list);
}

static void value_tile(struct draw_list *list, const struct theme *theme, rect r, float v, float radius,
                       const struct strip_style *style) {
    draw_rect(list, r, tile_color(theme, style, v), radius);
    if (r.w >= 5 && r.h >= 5 && fabsf(v) < EDGE_BELOW) draw_box(list, r, theme->tile_edge, radius, 1);
    if (style->sign_marks && v < 0 && r.w >= 4)
        draw_rect(list, (rect){r.x + r.w / 4, r.y + r.h / 2 - 0.75f, r.w / 2, 1.5f}, theme->panel, 0);
}

static void gate_tile(struct draw_list *list, const struct theme *theme, rect r, float v, float radius) {
    v = v < 0 ? 0 : v > 1 ? 1 : v;
    draw_rect(list, r, theme->g0, radius);
    float level = fmaxf(1, r.h * v);
    rect full = {r.x, r.y + r.h - level, r.w, level};
    color fill = ramp_gate(theme, v);
    draw_rect(list, full, fill, fminf(radius, level / 2));
    // The level is a straight line: only the vessel's own corners are round.
    if (radius > 0 && level > radius * 2 && v < 0.97f) draw_rect(list, (rect){full.x, full.y, full.w, radius}, fill, 0);
}

static void gradient_tile(struct draw_list *list, const struct theme *theme, rect r, float v,
                          const struct strip_style *style) {
    float width = fminf(r.w, fmaxf(3, style->pill > 0 ? style->pill : r.w));
    float length = fmaxf(fminf(r.w, 3), gradient_length(v) * style->fill * r.h);
    rect pill = {r.x + (r.w - width) / 2, r.y + (r.h - length) / 2, width, length};
    color ink = v < 0 ? theme->gr_n : theme->gr_p;
    float radius = fminf(width, length) / 2;
    if (style->sign_marks && v < 0 && fminf(width, length) >= 4)
        draw_box(list, pill, ink, radius, 1.5f);
    else
        draw_rect_exact(list, pill, ink, radius);
}

// Below 10 px of height there is no room for a level or a pill: the ramp's colour, and a dot for a gradient.
static void small_tile(struct draw_list *list, const struct theme *theme, rect r, float v,
                       const struct strip_style *style, float radius) {
    if (style->kind == STRIP_GRADIENT) {
        float side = fminf(r.w, r.h), dot = fmaxf(0.5f, gradient_length(v) * style->fill * side / 2 * 1.05f);
        color ink = v < 0 ? theme->gr_n : theme->gr_p;
        rect square = {r.x + r.w / 2 - dot, r.y + r.h / 2 - dot, 2 * dot, 2 * dot};
        draw_rect_exact(list, square, ink, side < 4 ? 0 : dot);
        return;
    }
    if (style->kind == STRIP_GATE) v = fminf(1, fmaxf(0, v));
    draw_rect(list, r, tile_color(theme, style, v * style->fill), radius);
}

static void one_tile(struct draw_list *list, const struct theme *theme, rect r, const double *value,
                     const struct strip_style *style, float radius, bool small) {
    if (!value || style->kind == STRIP_GHOST) {
        if (style->ghost_fill.a) draw_rect(list, r, style->ghost_fill, radius);
        if (r.w >= 3 && r.h >= 3) draw_box(list, r, theme->ghost, radius, 1);
        return;
    }
    if (!isfinite(*value)) {
        hatched(list, theme, r);
        return;
    }
    float v = (float)*value;
    if (style->kind == STRIP_VALUE) v /= style->max > 0 ? style->max : 1;
    if (small)
        small_tile(list, theme, r, v, style, radius);
    else if (style->kind == STRIP_VALUE)
        value_tile(list, theme, r, v * style->fill, radius, style);
    else if (style->kind == STRIP_GATE)
        gate_tile(list, theme, r, v * style->fill, radius);
    else
        gradient_tile(list, theme, r, v, style);
}

void strip_outline(struct draw_list *list, rect tile, color ink, float width) {
    float out = tile.w >= 14 ? 2.5f : 1.5f;
    draw_box(list, rect_inset(tile, -out), ink, tile.w >= 14 ? 5 : 2.5f, width);
}

float strip_draw(struct draw_list *list, const struct theme *theme, float x, float y, const double *values, int n,
                 const struct strip_style *style) {
    float radius = style->radius < 0 ? guide_radius(style->tile) : style->radius, pitch = style->tile + style->gap;
    bool small = style->height < 10;
    for (int i = 0; i < n; i++) {
        rect r = {x + (float)i * pitch, y, style->tile, style->height};
        one_tile(list, theme, r, values ? &values[i] : NULL, style, radius, small);
    }
    if (style->selected >= 0 && style->selected < n)
        strip_outline(list, (rect){x + (float)style->selected * pitch, y, style->tile, style->height}, theme->ink1, 2);
    return (float)n * pitch - style->gap;
}

float strip_area_height(int n) {
    return n <= 32 ? 26 : n <= 64 ? 48 : 63;
}

struct strip_grid strip_grid_for(rect area, int n) {
    struct strip_grid grid = {.merged = 1};
    grid.rows = n <= 8 ? 1 : n <= 16 ? 2 : n <= 32 ? 4 : n <= 64 ? 8 : 16;
    grid.gap = n <= 64 ? 1 : 0;
    // Rows under 2 px cannot be told apart: fewer rows, and units averaged, until every tile has 2 px of
    // height.
    while (grid.rows > 1 && (area.h - (float)(grid.rows - 1) * grid.gap) / (float)grid.rows < 2)
        grid.rows /= 2;
    grid.columns = (n + grid.rows - 1) / grid.rows;
    while ((area.w - (float)(grid.columns - 1) * grid.gap) / (float)grid.columns < 2 && grid.columns > 1) {
        if (grid.gap > 0) {
            grid.gap = 0;
            continue;
        }
        grid.merged *= 2;
        int tiles = (n + grid.merged - 1) / grid.merged;
        grid.columns = (tiles + grid.rows - 1) / grid.rows;
    }
    grid.tile = (area.w - (float)(grid.columns - 1) * grid.gap) / (float)grid.columns;
    // One unit alone would be one wide slab; it keeps the width a tile has among eight.
    if (n < 8) grid.tile = fminf(grid.tile, (area.w - 7) / 8);
    grid.height = (area.h - (float)(grid.rows - 1) * grid.gap) / (float)grid.rows;
    return grid;
}

// Fewer than eight units stand in the middle of their strip.
static float grid_left(rect area, const struct strip_grid *grid) {
    float used = (float)grid->columns * (grid->tile + grid->gap) - grid->gap;
    return area.x + fmaxf(0, (area.w - used) / 2);
}

static rect grid_tile(rect area, const struct strip_grid *grid, int k) {
    int row = k / grid->columns, column = k % grid->columns;
    return (rect){grid_left(area, grid) + (float)column * (grid->tile + grid->gap),
                  area.y + (float)row * (grid->height + grid->gap), grid->tile, grid->height};
}

rect strip_tile(rect area, int n, int unit) {
    struct strip_grid grid = strip_grid_for(area, n);
    return grid_tile(area, &grid, unit / grid.merged);
}

int strip_hit(rect area, int n, point at) {
    if (!rect_has(area, at)) return -1;
    struct strip_grid grid = strip_grid_for(area, n);
    int column = (int)floorf((at.x - grid_left(area, &grid)) / (grid.tile + grid.gap)),
        row = (int)((at.y - area.y) / (grid.height + grid.gap));
    int unit = (row * grid.columns + column) * grid.merged;
    return column >= 0 && column < grid.columns && row < grid.rows && unit < n ? unit : -1;
}

void strip_block(struct draw_list *list, const struct theme *theme, rect area, const double *values, int n,
                 const struct strip_style *style) {
    struct strip_grid grid = strip_grid_for(area, n);
    struct strip_style own = *style;
    float radius = style->radius >= 0 ? style->radius : grid.rows == 1 ? guide_radius(grid.tile) : n > 64 ? 0 : 0.75f;
    bool small = grid.height < 10 || grid.tile < 3;
    int tiles = (n + grid.merged - 1) / grid.merged;
    for (int k = 0; k < tiles; k++) {
        double mean = 0;
        int first = k * grid.merged, count = first + grid.merged < n ? grid.merged : n - first;
        for (int i = 0; values && i < count; i++)
            mean += values[first + i] / count;
        one_tile(list, theme, grid_tile(area, &grid, k), values ? &mean : NULL, &own, radius, small);
    }
    if (style->selected >= 0 && style->selected < n)
        strip_outline(list, grid_tile(area, &grid, style->selected / grid.merged), theme->ink1,
                      grid.tile >= 5 ? 2 : 1.5f);
}
