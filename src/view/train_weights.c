// "Weights": the matrices of each model as heat maps, as they are after the update at hand; they move while training
// goes on. Rows are units (or outputs), columns what they read.
#include "label.h"
#include "mathbox.h"
#include "matrix.h"
#include "train_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL = 22, MAP_GAP = 12, MAPS = 2 * CELL_MAX_BLOCKS + 1, TILES = 32, NEEDED = 100 };
static const float TILE = 2.5f, THINNEST = 8;

struct map {
    int param, first, rows, columns; // of the stacked outputs: rows first .. first + rows - 1; columns: what they read
    char label[96];
    rect r; // where it was drawn
    double tiles[TILES * TILES];
    int merged, tile_rows, tile_columns; // entries a side that one tile stands for
};

struct weights {
    struct train_card card;
    int model;
    const struct model *network;
    const struct matrix_ramp *ramp;
    struct map maps[MAPS];
    int count;
    double scale; // of all of its maps: the size with the full colour
    rect r;       // of the model's cell
};

// The weight under the pointer: told last, over everything.
struct told {
    struct source source;
    int row, column; // as in the files, from 1
};

// --- which maps ---

static void add_map(struct weights *w, int param, int first, int rows, const char *label) {
    struct map *map = &w->maps[w->count++];
    *map = (struct map){.param = param, .first = first, .rows = rows, .columns = w->network->layout.params[param].in};
    snprintf(map->label, sizeof map->label, "%s", label);
}

// Index into the whole network's parameters.
static int param_of(const struct weights *w, struct measured_at at, enum param_role role, int layer, int direction) {
    const struct layout *whole = &w->network->layout, *side = whole;
    if (whole->encoder) side = at.encoder ? whole->encoder : whole->decoder;
    int index = layout_param(side, role, layer, direction);
    return index < 0 ? -1 : layout_find(whole, side->params[index].name);
}

static void list_maps(struct weights *w) {
    const struct net_spec *spec = &w->network->layout.spec;
    const struct cell_desc *cell = net_cell(spec);
    struct measured_at at = train_place(&w->card, spec);
    struct label_style style = {.notation = w->card.look->notation, .colored = true};
    char label[96];
    w->count = 0;
    for (int of_input = 0; of_input < 2; of_input++) {
        int param = param_of(w, at, of_input ? PARAM_INPUT : PARAM_RECURRENT, at.layer, at.direction);
        for (int b = 0; b < cell->block_count; b++) {
            label_map(label, sizeof label, cell, b, !of_input, of_input, style);
            add_map(w, param, b * spec->hidden, spec->hidden, label);
        }
    }
    if (at.encoder) return; // it has no head
    int head = param_of(w, at, PARAM_HEAD, -1, -1);
    add_map(w, head, 0, w->network->layout.params[head].out, style.notation == NOTATION_COURSE ? "W_{ya}" : "W_{yh}");
}

// --- the weights of a map ---

// Where the weight of the largest size stands, in a square of n a side from *row, *column on; one that is no number at
// all counts as larger than all. Weights of one column (of what is read) lie side by side.
static double largest_in(const struct weights *w, const struct map *map, int n, int *row, int *column) {
    const struct param *p = &w->network->layout.params[map->param];
    int left = *column, top = *row, right = left + n < map->columns ? left + n : map->columns,
        bottom = top + n < map->rows ? top + n : map->rows;
    float largest = -1;
    for (int c = left; c < right; c++) {
        const float *line = w->network->params + p->offset + (size_t)c * (size_t)p->out + (size_t)map->first;
        for (int r = top; r < bottom; r++) {
            float size = fabsf(line[r]);
            if (size <= largest) continue;
            largest = isnan(size) ? INFINITY : size;
            *row = r;
            *column = c;
        }
    }
    return (double)w->network->params[p->offset + (size_t)*column * (size_t)p->out + (size_t)(map->first + *row)];
}

static int longest_side(const struct map *map) {
    return map->rows > map->columns ? map->rows : map->columns;
}

// --- a map ---

// Tiles are square, unless that left a side thinner than can be seen.
static float width_of(const struct map *map, float side) {
    return fmaxf(fminf(THINNEST, side), side * (float)map->columns / (float)longest_side(map));
}

// From a map to the next: as wide as it is, but room for its label.
static float advance_of(const struct weights *w, const struct map *map, float side) {
    float label = fminf(side, math_measure(w->card.list, map->label, 15).width);
    return fmaxf(width_of(map, side), label) + MAP_GAP;
}

static void place_map(struct map *map, float x, float y, float side) {
    int longest = longest_side(map), most = (int)(side / TILE);
    most = most < 4 ? 4 : most > TILES ? TILES : most;
    map->r = (rect){x, y, width_of(map, side), fmaxf(fminf(THINNEST, side), side * (float)map->rows / (float)longest)};
    map->merged = (longest + most - 1) / most;
    map->tile_rows = (map->rows + map->merged - 1) / map->merged;
    map->tile_columns = (map->columns + map->merged - 1) / map->merged;
}

// In the order in which the weights lie. Returns the largest size of those that are finite.
static double fill_map(const struct weights *w, struct map *map) {
    const struct param *p = &w->network->layout.params[map->param];
    memset(map->tiles, 0, sizeof map->tiles);
    for (int c = 0; c < map->columns; c++) {
        const float *line = w->network->params + p->offset + (size_t)c * (size_t)p->out + (size_t)map->first;
        for (int r = 0; r < map->rows; r += map->merged) {
            double *tile = &map->tiles[r / map->merged * map->tile_columns + c / map->merged];
            float found = (float)*tile;
            for (int i = r; i < r + map->merged && i < map->rows; i++)
                if (fabsf(line[i]) > fabsf(found) || isnan(line[i])) found = line[i];
            *tile = (double)found;
        }
    }
    return matrix_largest(map->tiles, (size_t)(map->tile_rows * map->tile_columns));
}

static void draw_map(const struct weights *w, const struct map *map, float side) {
    const struct train_card *card = &w->card;
    struct matrix_style style = {w->scale, TILES, 0, w->ramp};
    matrix_draw(card->list, card->theme, map->r, map->tiles, map->tile_rows, map->tile_columns, &style);
    math_draw_fit(card->list, card->theme, map->r.x, map->r.y + side + 16, side, map->label, 15, card->theme->ink2,
                  ALIGN_LEFT);
}

static void find_told(const struct weights *w, const struct map *map, struct told *told) {
    int row, column;
    struct ui *ui = w->card.ui;
    struct ui_result result = ui_control(ui, ui_make_id(ui, map->label), map->r, false);
    if (!result.hovered || !matrix_hit(map->r, map->tile_rows, map->tile_columns, ui->pointer, &row, &column)) return;
    row *= map->merged;
    column *= map->merged;
    double value = largest_in(w, map, map->merged, &row, &column);
    const char *name = train_name(&w->card, "param/m%d/%s", w->model, w->network->layout.params[map->param].name);
    *told = (struct told){{name, map->first + row, column, value}, map->first + row + 1, column + 1};
}

static void tell(const struct train_card *card, const struct told *told) {
    char words[64], number[32];
    struct ui *ui = card->ui;
    snprintf(words, sizeof words, "row %d, column %d", told->row, told->column);
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, ui->theme->ink2, ALIGN_LEFT);
    format_value(number, sizeof number, told->source.value, 3, true);
    float width = text_width(ui->list, words, style) + text_width(ui->list, number, style) + 34;
    rect box = {fmaxf(card->r.x, fminf(ui->pointer.x + 12, card->r.x + card->r.w - width)),
                fmaxf(card->r.y, ui->pointer.y - 42), width, 30};
    draw_rect(ui->list, box, ui->theme->panel, 6);
    draw_box(ui->list, box, ui->theme->ink1, 6, 1.5f);
    draw_text(ui->list, box.x + 10, box.y + 20, words, style);
    style = text_of(FONT_SANS_SEMIBOLD, 13, ui->theme->ink1, ALIGN_RIGHT);
    draw_value(ui->list, box.x + box.w - 10, box.y + 20, told->source, 3, true, style);
}

// --- a model ---

static int row_of_map(const struct weights *w, int k, int down) {
    return down == 2 && w->network->layout.params[w->maps[k].param].role == PARAM_INPUT ? 1 : 0;
}

// In one row, or in two: what reads the state above, with the head at its end, what reads the input below.
static float side_of(const struct weights *w, float height, int down) {
    int across = down == 1 ? w->count : (w->count + 1) / 2;
    float wide = (w->r.w - (float)((across - 1) * MAP_GAP)) / (float)across,
          high = (height - (float)((down - 1) * MAP_GAP)) / (float)down - LABEL;
    return floorf(fminf(wide, high));
}

static void model_head(const struct weights *w) {
    char words[80];
    snprintf(words, sizeof words, "update %lld, ±%g", (long long)w->card.look->series[w->model].model_update, w->scale);
    float width = draw_text(w->card.list, w->r.x + w->r.w, w->r.y + 17, words,
                            text_of(FONT_SANS_MEDIUM, 13, w->card.theme->ink3, ALIGN_RIGHT));
    train_model_head(&w->card, w->model, w->r, width);
}

static void place_maps(struct weights *w, float top, float side, int down) {
    float x[2] = {w->r.x, w->r.x};
    for (int k = 0; k < w->count; k++) {
        int row = row_of_map(w, k, down);
        place_map(&w->maps[k], x[row], top + (float)row * (side + LABEL + MAP_GAP), side);
        x[row] += advance_of(w, &w->maps[k], side);
    }
}

static void draw_model(struct weights *w, struct told *told) {
    list_maps(w);
    float top = w->r.y + TRAIN_MODEL_HEAD + 4, height = w->r.y + w->r.h - top;
    int down = side_of(w, height, 2) > side_of(w, height, 1) ? 2 : 1;
    float side = fmaxf(THINNEST, side_of(w, height, down));
    double largest = 0;
    place_maps(w, top, side, down);
    for (int k = 0; k < w->count; k++)
        largest = fmax(largest, fill_map(w, &w->maps[k]));
    w->scale = matrix_scale(largest);
    model_head(w);
    for (int k = 0; k < w->count; k++) {
        draw_map(w, &w->maps[k], side);
        find_told(w, &w->maps[k], told);
    }
}

void train_weights_card(struct ui *ui, rect r, const struct train_look *look, struct train_cards *cards) {
    struct train_card card = train_card_open(ui, r, look, cards);
    struct told told = {0};
    struct matrix_ramp ramp;
    matrix_ramp_of(ui->theme, &ramp);
    float need[MODEL_STYLES] = {NEEDED, NEEDED, NEEDED, NEEDED};
    train_place_stepper(&card);
    train_card_words(&card, "rows: units, columns: what they read; a tile shows the largest of its weights");
    struct train_grid grid = train_grid_begin(&card, "weights", need, true);
    for (int k = 0; k < look->count; k++) {
        struct weights w = {
            .card = card, .model = k, .network = look->series[k].model, .ramp = &ramp, .r = grid.cell[k]};
        ui_push_id_int(ui, k);
        if (w.network)
            draw_model(&w, &told);
        else
            train_model_head(&card, k, w.r, 0);
        ui_pop_id(ui);
    }
    train_grid_end(&card, &grid);
    if (told.row > 0) tell(&card, &told);
}
