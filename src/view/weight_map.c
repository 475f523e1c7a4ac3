#include "weight_map.h"

#include "mathbox.h"
#include "strip.h"
#include "token.h"
#include "weight_picker.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const float tile_most = 34, tile_least = 3, tile_window = 8;
enum { CELLS_MOST = 6000 }; // a frame must stay cheap

static void measure(const struct scene *scene, struct weight_map *map) {
    struct weight weight = scene_weight(scene);
    int rows, columns, block = weight_block_of(scene_whole(scene), weight.param, weight.row);
    record_param_shape(scene_whole(scene), weight.param, &rows, &columns);
    map->param = weight.param;
    map->block = weight_block_get(scene_whole(scene), scene->state->notation, weight.param, block);
    map->turned = weight_turned(scene_whole(scene), weight.param);
    map->down = map->turned ? columns : map->block.count;
    map->across = map->turned ? map->block.count : columns;
    map->merged_down = map->merged_across = 1;
}

static float tile_for(rect r, int rows, int columns) {
    return fminf(tile_most, fminf(r.w / (float)columns, r.h / (float)rows));
}

bool weight_map_fits(const struct scene *scene, rect r) {
    struct weight_map map = {0};
    measure(scene, &map);
    return tile_for(r, map.down, map.across) >= tile_least && (long)map.down * map.across <= CELLS_MOST;
}

static int cells_of(int weights, int merged) {
    return (weights + merged - 1) / merged;
}

static int window_start(int chosen, int shown, int all) {
    int first = chosen - shown / 2;
    return first < 0 ? 0 : first + shown > all ? (all > shown ? all - shown : 0) : first;
}

// The chosen entry as the map lies.
static void chosen_place(const struct scene *scene, const struct weight_map *map, int *down, int *across) {
    struct weight weight = scene_weight(scene);
    *down = map->turned ? weight.column : weight.row - map->block.first;
    *across = map->turned ? weight.row - map->block.first : weight.column;
}

static struct weight weight_at(const struct weight_map *map, int down, int across) {
    return map->turned ? (struct weight){true, map->param, map->block.first + across, down}
                       : (struct weight){true, map->param, map->block.first + down, across};
}

static enum record_param_kind number_kind(enum weight_map_kind kind) {
    return kind == WEIGHT_MAP_VALUE ? RECORD_PARAM : RECORD_GRAD;
}

// The weights of one cell: first (included) to end.
struct span {
    int down, across, down_end, across_end;
};
static struct span span_of(const struct weight_map *map, int row, int column) {
    struct span s = {map->top + row * map->merged_down, map->left + column * map->merged_across, 0, 0};
    s.down_end = (int)fmin(map->down, s.down + map->merged_down);
    s.across_end = (int)fmin(map->across, s.across + map->merged_across);
    return s;
}

// The numbers of one kind: where the block begins in the slab, and how far its neighbours are.
struct numbers {
    const double *first;
    ptrdiff_t down, across;
};
static struct numbers numbers_of(const struct scene *scene, const struct weight_map *map, enum weight_map_kind kind) {
    const struct record *record = scene_whole(scene);
    const double *slab = kind == WEIGHT_MAP_VALUE ? record->params : record->grads;
    struct weight corner = weight_at(map, 0, 0), below = weight_at(map, map->down > 1, 0),
                  right = weight_at(map, 0, map->across > 1);
    size_t at = record_param_index(record, map->param, corner.row, corner.column);
    return (struct numbers){slab + at,
                            (ptrdiff_t)record_param_index(record, map->param, below.row, below.column) - (ptrdiff_t)at,
                            (ptrdiff_t)record_param_index(record, map->param, right.row, right.column) - (ptrdiff_t)at};
}

static struct weight largest_of(const struct weight_map *map, const struct numbers *numbers, struct span s,
                                double *value) {
    int down = s.down, across = s.across;
    *value = numbers->first[s.down * numbers->down + s.across * numbers->across];
    for (int d = s.down; d < s.down_end; d++)
        for (int a = s.across; a < s.across_end; a++) {
            double v = numbers->first[d * numbers->down + a * numbers->across];
            if (fabs(v) > fabs(*value)) *value = v, down = d, across = a;
        }
    return weight_at(map, down, across);
}

static double largest_in_block(const struct scene *scene, const struct weight_map *map, enum weight_map_kind kind) {
    struct numbers numbers = numbers_of(scene, map, kind);
    double value;
    largest_of(map, &numbers, (struct span){0, 0, map->down, map->across}, &value);
    return fabs(value);
}

// The smallest of 0.1, 0.2, 0.5, 1 ... that holds all values.
static void find_scales(const struct scene *scene, struct weight_map *map) {
    static const double steps[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100};
    double most = largest_in_block(scene, map, WEIGHT_MAP_VALUE),
           grad = largest_in_block(scene, map, WEIGHT_MAP_GRADIENT);
    size_t k = 0;
    while (k + 1 < sizeof steps / sizeof *steps && most > steps[k])
        k++;
    map->scale = steps[k];
    if (grad > 0 && grad < 0.1) map->gradient_power = (int)ceil(-log10(grad));
}

struct weight_map weight_map_plan(const struct scene *scene, rect r, bool window) {
    struct weight_map map = {0};
    measure(scene, &map);
    int rows = map.down, columns = map.across;
    if (!weight_map_fits(scene, r)) {
        if (window) {
            int down, across;
            rows = (int)fminf((float)rows, floorf(r.h / tile_window));
            columns = (int)fminf((float)columns, floorf(r.w / tile_window));
            chosen_place(scene, &map, &down, &across);
            map.top = window_start(down, rows, map.down);
            map.left = window_start(across, columns, map.across);
        } else
            while (tile_for(r, rows, columns) < tile_least || rows * columns > CELLS_MOST) {
                if (r.h / (float)rows < r.w / (float)columns)
                    rows = cells_of(map.down, ++map.merged_down);
                else
                    columns = cells_of(map.across, ++map.merged_across);
            }
    }
    map.rows = rows > 0 ? rows : 1;
    map.columns = columns > 0 ? columns : 1;
    map.tile = tile_for(r, map.rows, map.columns);
    map.area = (rect){r.x, r.y, map.tile * (float)map.columns, map.tile * (float)map.rows};
    find_scales(scene, &map);
    return map;
}

static rect cell_rect(const struct weight_map *map, int row, int column) {
    return (rect){map->area.x + map->tile * (float)column, map->area.y + map->tile * (float)row, map->tile, map->tile};
}

static void draw_cell(struct ui *ui, rect cell, double value, const struct strip_style *style) {
    const struct theme *theme = ui->theme;
    if (style->kind == STRIP_GRADIENT && value == 0) { // no pill for what is not there
        float dot = cell.w >= 10 ? 1.5f : cell.w >= 4 ? 1 : 0;
        if (dot > 0) draw_circle(ui->list, (point){cell.x + cell.w / 2, cell.y + cell.h / 2}, dot, theme->line2);
    } else if (style->kind == STRIP_GRADIENT && cell.w < 4)
        draw_rect_exact(ui->list, cell,
                        color_mix(theme->sunk, value < 0 ? theme->gr_n : theme->gr_p, gradient_length((float)value)),
                        0);
    else
        strip_draw(ui->list, theme, cell.x + style->gap / 2, cell.y + style->gap / 2, &value, 1, style);
}

static void draw_cells(struct ui *ui, const struct scene *scene, const struct weight_map *map,
                       enum weight_map_kind kind) {
    float gap = map->tile >= 10 ? 2 : map->tile >= 4 ? 1 : 0;
    struct strip_style style = strip_style_default(kind == WEIGHT_MAP_VALUE ? STRIP_VALUE : STRIP_GRADIENT,
                                                   map->tile - gap, gap, map->tile - gap);
    struct numbers numbers = numbers_of(scene, map, kind);
    double times = kind == WEIGHT_MAP_VALUE ? 1 : pow(10, map->gradient_power);
    style.sign_marks = scene->state->sign_marks;
    style.max = (float)map->scale;
    for (int r = 0; r < map->rows; r++)
        for (int c = 0; c < map->columns; c++) {
            double value;
            largest_of(map, &numbers, span_of(map, r, c), &value);
            draw_cell(ui, cell_rect(map, r, c), value * times, &style);
        }
}

bool weight_map_has_symbols(const struct scene *scene) {
    return weight_has_symbols(scene_whole(scene), scene_weight(scene).param);
}

static void column_symbols(struct ui *ui, const struct scene *scene, const struct weight_map *map) {
    if (!weight_map_has_symbols(scene) || map->merged_across > 1 || map->tile < 8) return;
    for (int c = 0; c < map->columns; c++)
        token_draw(ui->list, map->area.x + map->tile * ((float)c + 0.5f), map->area.y + map->area.h + 14,
                   weight_symbol(scene_whole(scene), map->param, map->left + c), fminf(13, map->tile + 1), FONT_MONO,
                   ui->theme->ink3);
}

static void arrows(struct ui *ui, const struct scene *scene) {
    static const struct {
        int key, down, across;
    } moves[] = {{KEY_UP, -1, 0}, {KEY_DOWN, 1, 0}, {KEY_LEFT, 0, -1}, {KEY_RIGHT, 0, 1}};
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
        while (ui_take_key(ui, moves[k].key, 0)) {
            weight_step(scene, moves[k].down, moves[k].across);
            ui->animating = true;
        }
}

void weight_map_draw(struct ui *ui, const struct scene *scene, const struct weight_map *map, enum weight_map_kind kind,
                     const char *name, struct weight_hover *hover) {
    ui_id id = ui_make_id(ui, name);
    rect hit = map->area;
    struct ui_result result = ui_control(ui, id, hit, true);
    draw_cells(ui, scene, map, kind);
    column_symbols(ui, scene, map);
    int down, across;
    chosen_place(scene, map, &down, &across);
    int row = (down - map->top) / map->merged_down, column = (across - map->left) / map->merged_across;
    rect chosen = cell_rect(map, row, column);
    if (chosen.w < 7) chosen = (rect){chosen.x + chosen.w / 2 - 3.5f, chosen.y + chosen.h / 2 - 3.5f, 7, 7};
    strip_outline(ui->list, chosen, ui->theme->ink1, 2);
    ui_focus_ring(ui, id, hit, 3);
    if (result.focused) arrows(ui, scene);
    if (!result.hovered) return;
    int r = (int)((ui->pointer.y - map->area.y) / map->tile), c = (int)((ui->pointer.x - map->area.x) / map->tile);
    if (r < 0 || c < 0 || r >= map->rows || c >= map->columns) return;
    if (result.clicked && !result.keyed) {
        double value;
        struct numbers numbers = numbers_of(scene, map, kind);
        weight_choose(scene, largest_of(map, &numbers, span_of(map, r, c), &value));
        ui_set_focus(ui, id, true);
        ui->animating = true;
    }
    *hover = (struct weight_hover){true, kind, r, c, *map};
}

void weight_hover_draw(struct ui *ui, const struct scene *scene, const struct weight_hover *hover) {
    const struct weight_map *map = &hover->map;
    const enum weight_map_kind kind = hover->kind;
    if (!hover->on) return;
    double value;
    struct numbers numbers = numbers_of(scene, map, kind);
    struct weight w = largest_of(map, &numbers, span_of(map, hover->row, hover->column), &value);
    int rows, columns;
    record_param_shape(scene_whole(scene), w.param, &rows, &columns);
    bool vector = param_is_vector(scene_whole(scene)->layout.params[w.param].role);
    struct source source = {record_param_name_of(scene_whole(scene), number_kind(kind), w.param), w.row,
                            vector ? -1 : w.column, value};
    char label[96];
    weight_label(label, sizeof label, scene_whole(scene), scene->state->notation, kind == WEIGHT_MAP_GRADIENT, w);
    struct math_box box = math_measure(ui->list, label, 16);
    struct text_style style = {FONT_SANS_SEMIBOLD, 14, ui->theme->ink1, ALIGN_LEFT};
    char number[48];
    format_value(number, sizeof number, value, 4, true);
    float width = box.width + 10 + text_width(ui->list, number, style) + 20;
    rect cell = cell_rect(map, hover->row, hover->column),
         card = {cell.x + cell.w / 2 - width / 2, cell.y - 38, width, 30};
    card.x = fmaxf(8, fminf(card.x, ui->list->bounds.w - width - 8));
    if (card.y < 52) card.y = cell.y + cell.h + 8;
    draw_rect(ui->list, card, ui->theme->panel, 6);
    draw_box(ui->list, card, ui->theme->ink1, 6, 1.5f);
    float x = card.x + 10;
    x += math_draw(ui->list, ui->theme, x, card.y + 20, label, 16, ui->theme->ink1, ALIGN_LEFT) + 10;
    scene_value(scene, ui->list, x, card.y + 20, source, 4, true, style);
    strip_outline(ui->list, cell, ui->theme->ink2, 1.5f);
}

void weight_map_power(const struct weight_map *map, char *out, size_t size) {
    char number[32] = "";
    format_count(number, sizeof number, lround(pow(10, map->gradient_power)));
    snprintf(out, size,
             map->gradient_power > 6 ? "times a power of ten"
             : map->gradient_power   ? "times %s"
                                     : "",
             number);
}

static void caption_words(const struct scene *scene, const struct weight_map *map, char *out, size_t size) {
    static const char *const reads[] = {[PARAM_INPUT] = "what they read",
                                        [PARAM_RECURRENT] = "units a step before",
                                        [PARAM_HEAD] = "units",
                                        [PARAM_EMBED] = "numbers"};
    const struct param *p = &scene_whole(scene)->layout.params[map->param];
    bool symbols = weight_map_has_symbols(scene);
    int used;
    if (param_is_vector(p->role))
        used = snprintf(out, size, "one entry %s", p->layer >= 0 ? "a unit" : symbols ? "a symbol" : "an output");
    else if (map->turned)
        used = snprintf(out, size, "rows: %s; columns: %s", reads[p->role], symbols ? "symbols" : "outputs");
    else
        used = snprintf(out, size, "rows: units; columns: %s", reads[p->role]);
    if (map->merged_down * map->merged_across > 1)
        snprintf(out + used, size - (size_t)used, "; a cell shows the largest of %d × %d", map->merged_down,
                 map->merged_across);
    else if (map->rows < map->down || map->columns < map->across)
        snprintf(out + used, size - (size_t)used, "; rows %d–%d of %d, columns %d–%d of %d", map->top + 1,
                 map->top + map->rows, map->down, map->left + 1, map->left + map->columns, map->across);
}

void weight_map_caption(struct ui *ui, const struct scene *scene, const struct weight_map *map, float x, float width,
                        bool power) {
    char text[200], times[48] = "";
    caption_words(scene, map, text, sizeof text - sizeof times);
    if (power) weight_map_power(map, times, sizeof times);
    if (*times) {
        strcat(text, "; ");
        strcat(text, times);
    }
    bool symbols = weight_map_has_symbols(scene) && map->merged_across == 1 && map->tile >= 8;
    struct text_style style = {FONT_SANS_MEDIUM, 12, ui->theme->ink3, ALIGN_LEFT};
    const char *shown = text, *next;
    while (text_width(ui->list, shown, style) > width && (next = strstr(shown, "; ")))
        shown = next + 2; // what a cell stands for comes last and matters most
    draw_text_fit(ui->list, x, map->area.y + map->area.h + 18 + (symbols ? 14 : 0), width, shown, style);
}
