// Shared weights over time: one matrix, used at every timestep. The map of its values and gradients, one chosen entry
// with what becomes of its gradient, and that gradient by timestep.
#include "weights_view.h"

#include "analysis.h"
#include "inspector_parts.h"
#include "mem.h"
#include "views.h"
#include "weight_map.h"
#include "weight_picker.h"
#include "weights_inner.h"
#include "widgets.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TITLE = 48, MARGIN = 24, GUTTER = 104, TOTAL = 96, WHOLE = 168, STEP_ROWS = 7 };

// --- the numbers of the chosen entry ---

struct source weights_number(const struct weights *w, enum record_param_kind kind) {
    return (struct source){record_param_name_of(w->record, kind, w->weight.param), w->weight.row,
                           w->vector ? -1 : w->weight.column,
                           record_param_value(w->record, kind, w->weight.param, w->weight.row, w->weight.column)};
}

void weights_take(struct weights *w, int t) {
    w->scene->state->t = t;
    w->scene->state->encoder = w->encoder;
    w->ui->animating = true;
}

void weights_others(const struct weights *w, char *out, size_t size) {
    int others = record_batch_count(w->record) - 1;
    snprintf(out, size, others == 1 ? "the other example" : "other %d examples", others);
}

struct source weights_part(const struct weights *w, int t) {
    int rows, columns;
    record_param_shape(w->record, w->weight.param, &rows, &columns);
    struct source source = {record_param_name_of(w->record, RECORD_GRAD_AT, w->weight.param), t * rows + w->weight.row,
                            w->weight.column, w->parts[t]};
    if (w->vector) source.row = t, source.column = w->weight.row; // (T, rows)
    return source;
}

struct source weights_sum(const struct weights *w, int t) {
    return (struct source){"sum/grad_at", t, -1, w->sums[t]};
}

static bool adds_up(const double *parts, const double *sums, int T, int digits, int part_digits) {
    const double unit = pow(10, digits), finer = pow(10, part_digits);
    double shown = 0;
    for (int t = 0; t < T; t++) {
        shown += round(parts[t] * finer);
        if (fabs(shown / finer - round(sums[t] * unit) / unit) > 0.5 / unit + 1e-9 / finer) return false;
        if (digits == part_digits && fabs(shown - round(sums[t] * unit)) > 0.5) return false;
    }
    return true;
}

void weights_digits(const double *parts, const double *sums, int T, int *digits, int *part_digits) {
    enum { MORE = 3 };
    double largest = 0;
    for (int t = 0; t < T; t++)
        largest = fmax(largest, fmax(fabs(parts[t]), fabs(sums[t])));
    const int from = largest >= 1 ? 2 : largest >= 0.1 ? 3 : digits_for(largest) + 1;
    for (int more = 0; more <= MORE; more++)
        for (*digits = from; *digits <= from + (more ? 0 : 2); ++*digits) {
            *part_digits = *digits + more;
            if (adds_up(parts, sums, T, *digits, *part_digits)) return;
        }
    *digits = from;
    *part_digits = from + 1;
}

static int whole_digits(const struct weights *w) {
    if (!w->record->batch) return w->digits;
    const double rest = weights_number(w, RECORD_REST).value, whole = weights_number(w, RECORD_TOTAL).value;
    int digits = w->digits;
    for (double unit = pow(10, digits); digits < 9; digits++, unit *= 10)
        if (round(w->total * unit) + round(rest * unit) == round(whole * unit)) break;
    return digits;
}

bool weights_open(struct weights *w, struct ui *ui, const struct scene *scene) {
    *w = (struct weights){.ui = ui, .list = ui->list, .theme = ui->theme, .scene = scene, .record = scene_whole(scene)};
    const struct record *record = w->record;
    const enum notation notation = scene->state->notation;
    w->weight = scene_weight(scene);
    w->block =
        weight_block_get(record, notation, w->weight.param, weight_block_of(record, w->weight.param, w->weight.row));
    w->vector = param_is_vector(record->layout.params[w->weight.param].role);
    weight_label(w->label, sizeof w->label, record, notation, false, w->weight);
    weight_label(w->grad_label, sizeof w->grad_label, record, notation, true, w->weight);
    w->T = record_param_T(record, w->weight.param);
    w->encoder = record_is_encoder(record_side_of_param(record, w->weight.param));
    const int selected = scene_encoder(scene) == w->encoder ? scene_t(scene) : 0; // else it is one of the other side
    w->t = selected < w->T ? selected : w->T - 1;
    w->parts = mem_array(3 * (size_t)w->T, sizeof *w->parts);
    if (!w->parts) return false;
    w->sums = w->parts + w->T;
    w->norms = w->sums + w->T;
    struct err err = {0};
    struct weight slab = w->weight;
    bool turned = record->layout.params[slab.param].role != PARAM_EMBED;
    int in = turned ? slab.column : slab.row, out = turned ? slab.row : slab.column;
    if (!analysis_entry_parts(record->tape, &record->layout, &record->example, slab.param, in, out, w->parts, &err) ||
        !analysis_part_norms(record->tape, &record->layout, &record->example, slab.param, w->norms, &err)) {
        weights_close(w);
        return false;
    }
    for (int t = 0; t < w->T; t++)
        w->sums[t] = (t ? w->sums[t - 1] : 0) + w->parts[t];
    w->total = weights_number(w, RECORD_GRAD).value;
    weights_digits(w->parts, w->sums, w->T, &w->digits, &w->part_digits);
    w->whole_digits = whole_digits(w);
    return true;
}

void weights_close(struct weights *w) {
    mem_free(w->parts);
    w->parts = NULL;
}

// --- maps ---

static float map_heading(struct weights *w, rect r, const char *words, const char *letter, const char *scale) {
    char markup[96];
    snprintf(markup, sizeof markup, "%s%s", letter, w->block.symbol);
    float x = r.x + draw_text(w->list, r.x, r.y + 15, words,
                              (struct text_style){FONT_SANS_SEMIBOLD, 14, w->theme->ink1, ALIGN_LEFT});
    x += 8 + math_draw(w->list, w->theme, x + 8, r.y + 15, markup, 18, w->theme->identity_ink[w->block.identity],
                       ALIGN_LEFT);
    if (*scale)
        x += 12 + draw_text(w->list, x + 12, r.y + 15, scale,
                            (struct text_style){FONT_SANS_MEDIUM, 12, w->theme->ink3, ALIGN_LEFT});
    return x;
}

static void draw_maps(struct weights *w, rect r, struct weight_hover *hover) {
    struct weights_memory *memory = w->scene->memory;
    struct ui *ui = w->ui;
    const float gap = 28, heading = 24, caption = 20, symbols = weight_map_has_symbols(w->scene) ? 18 : 0;
    rect left = {r.x, r.y, (r.w - gap) / 2, r.h}, right = {r.x + (r.w + gap) / 2, r.y, (r.w - gap) / 2, r.h};
    rect tiles = {left.x, left.y + heading, left.w, r.h - heading - caption - symbols};
    bool fits = weight_map_fits(w->scene, tiles);
    struct weight_map map = weight_map_plan(w->scene, tiles, memory->window);
    right.x = fminf(right.x, fmaxf(left.x + map.area.w + 48, left.x + 190)); // side by side
    char scale[48] = "", power[48], number[32];
    format_value(number, sizeof number, map.scale, map.scale < 1 ? 1 : 0, false);
    if (map.scale != 1) snprintf(scale, sizeof scale, "scale %s", number);
    weight_map_power(&map, power, sizeof power);
    map_heading(w, left, "Weights", "", scale);
    float x = map_heading(w, right, w->record->batch ? "Own gradient" : "Gradient", "d", power);
    if (!fits) {
        static const char *const items[] = {"whole", "window"};
        rect at = {fmaxf(x + 12, right.x + right.w - 150), r.y - 6, 150, 28};
        memory->window = ui_segments(ui, at, "how much of the map", items, NULL, 2, memory->window, false) == 1;
    }
    weight_map_draw(ui, w->scene, &map, WEIGHT_MAP_VALUE, "map of weights", hover);
    map.area.x = right.x;
    weight_map_draw(ui, w->scene, &map, WEIGHT_MAP_GRADIENT, "map of gradients", hover);
    map.area.x = left.x;
    weight_map_caption(ui, w->scene, &map, r.x, r.w, false);
}

// --- what becomes of the gradient ---

struct step_row {
    const char *words;
    enum record_param_kind kind;
    bool plus;
    enum { GRADIENT, GRADIENT_SUM, WEIGHT_FIRST, WEIGHT, WEIGHT_SUM } role; // a sum has a line above
};

// Decimals with which weight and step add up to the new weight, and the step is not 0.
static int step_digits(double before, double step, double after) {
    for (int digits = 4; digits < 8; digits++) {
        double unit = pow(10, digits);
        bool seen = step == 0 || fabs(step) * unit >= 1;
        if (seen && round(before * unit) + round(step * unit) == round(after * unit)) return digits;
    }
    return 8;
}

static void draw_step(struct weights *w, rect r) {
    const struct record *record = w->record;
    static const char *const rules[OPTIMIZER_COUNT] = {[OPTIMIZER_SGD] = "step (SGD)",
                                                       [OPTIMIZER_MOMENTUM] = "step (momentum)",
                                                       [OPTIMIZER_RMSPROP] = "step (RMSProp)",
                                                       [OPTIMIZER_ADAGRAD] = "step (Adagrad)",
                                                       [OPTIMIZER_ADAM] = "step (Adam)"};
    const char *rule = rules[record->options.optimizer];
    bool clips = record->clip_scale < 1 || record->options.clip_value > 0;
    char others[32];
    weights_others(w, others, sizeof others);
    const struct step_row all[STEP_ROWS] = {{record->batch ? "this example" : "gradient", RECORD_GRAD, true, GRADIENT},
                                            {others, RECORD_REST, true, GRADIENT},
                                            {"whole gradient", RECORD_TOTAL, true, GRADIENT_SUM},
                                            {clips ? "clipped" : "not clipped", RECORD_CLIPPED, true, GRADIENT},
                                            {"weight", RECORD_PARAM, true, WEIGHT_FIRST},
                                            {rule, RECORD_DELTA, true, WEIGHT},
                                            {"new weight", RECORD_PARAM_AFTER, true, WEIGHT_SUM}};
    struct step_row rows[STEP_ROWS];
    int count = 0;
    for (int k = 0; k < STEP_ROWS; k++)
        if (record_has(record, all[k].kind)) rows[count++] = all[k];
    int digits = step_digits(weights_number(w, RECORD_PARAM).value, weights_number(w, RECORD_DELTA).value,
                             weights_number(w, RECORD_PARAM_AFTER).value);
    const char *words = r.w >= 250 ? "Largest gradient" : "Largest";
    float button = ui_button_width(w->ui, words);
    if (ui_button(w->ui, (rect){r.x + r.w - button, r.y - 6, button, 30}, words, false)) {
        weight_choose(w->scene, weight_largest(w->record, w->weight.param, w->block.first, w->block.count));
        w->ui->animating = true;
    }
    math_draw_fit(w->list, w->theme, r.x, r.y + 16, r.w - button - 12, w->label, 20, w->theme->ink1, ALIGN_LEFT);
    float pitch = fminf(27, (r.h - 28) / (float)count), y = r.y + 25;
    for (int k = 0; k < count; k++) {
        const struct step_row *row = &rows[k];
        y += pitch;
        bool last = row->role == WEIGHT_SUM, weight = row->role >= WEIGHT_FIRST;
        if (last || row->role == GRADIENT_SUM) draw_hline(w->list, r.x, r.x + r.w, y - pitch + 6, w->theme->line2);
        if (row->role == WEIGHT_FIRST) draw_hline(w->list, r.x, r.x + r.w, y - pitch + 6, w->theme->line);
        draw_text_fit(w->list, r.x, y, r.w - 104, row->words,
                      (struct text_style){FONT_SANS_MEDIUM, 13.5f, w->theme->ink2, ALIGN_LEFT});
        scene_value(w->scene, w->list, r.x + r.w, y, weights_number(w, row->kind),
                    weight ? digits : (int)fmax(digits, w->whole_digits), row->plus,
                    (struct text_style){last ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 14,
                                        weight ? w->theme->ink1 : w->theme->grad, ALIGN_RIGHT});
    }
}

// --- all of it ---

static void draw_all(struct weights *w, rect r) {
    const float step_width = fminf(280, fmaxf(220, r.w * 0.26f));
    bool low = r.h < 620;
    float maps = floorf(fminf(270, fmaxf(132, r.h * (low ? 0.31f : 0.35f))));
    rect top = {r.x + MARGIN, r.y + TITLE + 8, r.w - 2 * MARGIN, maps};
    rect step = rect_cut_right(&top, step_width);
    rect_cut_right(&top, 32);
    struct weight_hover hover = {0};
    draw_maps(w, top, &hover);
    draw_step(
        w, (rect){step.x, step.y, step.w, step.h < 190 || !w->record->batch ? fminf(step.h, 170) : fminf(step.h, 224)});
    rect time = {r.x, r.y + TITLE + 8 + maps + 10, r.w, 0};
    time.h = r.y + r.h - time.y;
    draw_hline(w->list, r.x, r.x + r.w, time.y, w->theme->line);
    w->x0 = r.x + GUTTER;
    w->pitch = (r.w - GUTTER - (float)(w->record->batch ? WHOLE : TOTAL)) / (float)w->T;
    rect cells = {r.x, time.y + 8, r.w, floorf(fmaxf(64, time.h * 0.24f))};
    float rest = time.y + time.h - (cells.y + cells.h) - 10;
    rect parts = {r.x, cells.y + cells.h, r.w, floorf(rest * 0.6f)};
    rect norms = {r.x, parts.y + parts.h, r.w, rest - parts.h};
    weights_columns(w, (rect){w->x0, cells.y, w->pitch * (float)w->T, norms.y + norms.h - cells.y});
    weights_cells(w, cells);
    weights_parts(w, parts);
    weights_norms(w, norms);
    weight_hover_draw(w->ui, w->scene, &hover);
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->stage, 0);
    weight_begin(ui, scene);
    float x = view_title(ui, r, scene, "Shared weights over time");
    weight_picker(ui, (rect){x + 12, r.y + 8, r.x + r.w - MARGIN - x - 12, 32}, scene);
    struct weights w;
    if (!weights_open(&w, ui, scene)) {
        draw_text_fit(ui->list, r.x + MARGIN, r.y + 80, r.w - 2 * MARGIN,
                      "No memory is left for this gradient by timestep.",
                      (struct text_style){FONT_SANS, 15, ui->theme->ink2, ALIGN_LEFT});
        return;
    }
    draw_all(&w, r);
    weights_close(&w);
}

const struct view view_of_weights = {
    .name = "weights",
    .title = "Shared weights over time",
    .about = "one weight, used at every timestep: its gradient is the sum of what each of them asks for",
    .key = 'h',
    .memory = sizeof(struct weights_memory),
    .draw = draw,
    .side = weights_side,
};
