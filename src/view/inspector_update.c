// Clip and update: what becomes of the gradient. The norm before and after, the entries that weigh most, and
// the weights that moved furthest, each with the number before and after.
#include "inspector_parts.h"
#include "weight.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOVES_MAX = 10, MAP_CELLS = 2400 };

// One number of the parameters.
struct entry {
    int param, in, out;
    double size; // what it is ranked by
};

// A rectangle of a parameter: its outputs first .. first + rows - 1, all of its inputs.
struct piece {
    int param, first, rows, columns;
};

// Rows and columns of an embedding lie as in the slab, those of the others are turned (record.h).
static bool is_embedding(const struct page *page, int param) {
    return page->record->layout.params[param].role == PARAM_EMBED;
}

static double number_of(const struct page *page, enum record_param_kind kind, int param, int in, int out) {
    bool same = is_embedding(page, param);
    return record_param_value(page->record, kind, param, same ? in : out, same ? out : in);
}

// As the trace file has it: (out, in), a bias (out).
static struct source source_of(const struct page *page, enum record_param_kind kind, const struct entry *entry) {
    enum param_role role = page->record->layout.params[entry->param].role;
    bool bias = param_is_vector(role), same = role == PARAM_EMBED;
    return (struct source){record_param_name_of(page->record, kind, entry->param), same ? entry->in : entry->out,
                           bias   ? -1
                           : same ? entry->out
                                  : entry->in,
                           number_of(page, kind, entry->param, entry->in, entry->out)};
}

// Keeps the largest, largest first.
static int keep_largest(struct entry *top, int count, int max, struct entry entry) {
    if (!(entry.size > 0)) return count;
    int at = count < max ? count++ : max;
    while (at > 0 && top[at - 1].size < entry.size) {
        if (at < max) top[at] = top[at - 1];
        at--;
    }
    if (at < max) top[at] = entry;
    return count;
}

// "0.312 → 0.308" with the change at the right as a bar and a number.
static void change_row(struct page *page, float y, const struct entry *entry, struct source before, struct source after,
                       struct source change, const struct bars *bars, int digits) {
    const struct theme *theme = page->theme;
    char label[64];
    weight_label(label, sizeof label, page->record, page->label.notation, false,
                 weight_of_slab(page->record, entry->param, entry->in, entry->out));
    math_draw_fit(page->list, theme, page->x, y, 80, label, 17, theme->ink1, ALIGN_LEFT);
    struct text_style style = {FONT_SANS_MEDIUM, 13, theme->ink2, ALIGN_LEFT};
    float x = page->x + 84;
    x += page_value(page, x, y, before, digits, false, style) + 4;
    x += draw_text(page->list, x, y, "→", style) + 4;
    style.color = theme->ink1;
    page_value(page, x, y, after, digits, false, style);
    if (bars->right - bars->left >= 24) page_bar(page, bars, y - 5, change.value, 14);
    style = (struct text_style){FONT_SANS_SEMIBOLD, 13, theme->ink1, ALIGN_RIGHT};
    page_value_fit(page, page->x + page->w, y, 56, change, digits, true, style);
}

// Digits that show even the smallest change, and with which before and after differ by the change as it is
// written.
static int change_digits(const struct page *page, const double *before, const double *changes, int count) {
    const int most = page->w >= 280 ? 4 : 3; // two numbers and their change must fit a line
    double least = INFINITY;
    for (int i = 0; i < count; i++)
        if (changes[i] != 0) least = fmin(least, fabs(changes[i]));
    int digits = 3;
    while (digits < most && least < 0.6 * pow(10, -digits))
        digits++;
    for (; digits < most; digits++) {
        const double unit = pow(10, digits);
        bool adds_up = true;
        for (int i = 0; i < count && adds_up; i++) {
            double shown = round((before[i] + changes[i]) * unit) - round(before[i] * unit);
            adds_up = fabs(shown - round(changes[i] * unit)) < 0.5;
        }
        if (adds_up) break;
    }
    return digits;
}

// Bars right of the widest "before → after"; where that leaves little, there are none.
static struct bars change_bars(const struct page *page, const double *before, const double *changes, int count,
                               int digits) {
    const struct text_style style = {FONT_SANS_MEDIUM, 13, page->theme->ink1, ALIGN_LEFT};
    float widest = 0;
    for (int i = 0; i < count; i++) {
        char from[48], to[48], both[128];
        format_value(from, sizeof from, before[i], digits, false);
        format_value(to, sizeof to, before[i] + changes[i], digits, false);
        snprintf(both, sizeof both, "%s→%s", from, to);
        widest = fmaxf(widest, text_width(page->list, both, style));
    }
    return page_bars(page, changes, count, page->x + 84 + widest + 8 + 12);
}

// --- clip ---

static void norm_row(struct page *page, float y, const char *words, struct source source, double most, color ink) {
    struct text_style style = page_text(page, FONT_SANS_MEDIUM, 13.5f, page->theme->ink2);
    draw_text(page->list, page->x, y, words, style);
    float left = page->x + 92, span = page->x + page->w - 58 - left;
    draw_rect(page->list, (rect){left, y - 12, span, 14}, page->theme->sunk, 2);
    draw_rect_exact(page->list, (rect){left, y - 12, fmaxf(1, span * (float)(most > 0 ? source.value / most : 0)), 14},
                    ink, 2);
    style = (struct text_style){FONT_SANS_SEMIBOLD, 14, page->theme->ink1, ALIGN_RIGHT};
    page_value_fit(page, page->x + page->w, y, 54, source, digits_for(source.value), false, style);
}

static int largest_gradients(const struct page *page, struct entry *top, int max) {
    int count = 0;
    const struct layout *layout = &page->record->layout;
    const enum record_param_kind kind = record_total_kind(page->record);
    for (int k = 0; k < layout->count; k++)
        for (int in = 0; in < layout->params[k].in; in++)
            for (int out = 0; out < layout->params[k].out; out++)
                count =
                    keep_largest(top, count, max, (struct entry){k, in, out, fabs(number_of(page, kind, k, in, out))});
    return count;
}

void page_clip(struct page *page) {
    const struct record *record = page->record = page->record->whole; // it is about all parameters
    char right[64], markup[PAGE_TEXT];
    snprintf(right, sizeof right, "update %lld", (long long)record->update);
    page_title(page, "Clip the gradient", right);
    page->y += 44;
    const float lines = 26 * (float)(page_equation_lines(page) - 1);
    const int parts = record->batch ? 2 : 0; // rows of what is added up first
    struct page_need need = {
        266 + lines + 25 * (float)parts, 320 + lines * 1.15f + 30 * (float)parts, 23, 26, 2, 6, MOVES_MAX};
    int rows = page_fit(page, need);
    float y = page_equation(page, page->y + page_mix(page, 20, 28), 19, page_mix(page, 26, 30));
    const double limit = record->options.clip_norm, after = record->clipped_norm;
    const double most = fmax(fmax(record->grad_norm, limit), fmax(record->own_norm, record->rest_norm));
    y += page_mix(page, 30, 40);
    page_heading(page, y, IDENTITY_A, "Norm of all gradients",
                 record->clip_scale < 1 ? "clipped"
                 : limit > 0            ? "within the limit"
                                        : "no limit set");
    const float pitch = page_mix(page, 25, 30);
    if (record->batch) {
        char others[32];
        int count = record_batch_count(record) - 1;
        snprintf(others, sizeof others, count == 1 ? "1 other" : "%d others", count);
        norm_row(page, y += pitch, "this example", (struct source){"clip/own_norm", 0, -1, record->own_norm}, most,
                 page->theme->grad);
        norm_row(page, y += pitch, others, (struct source){"clip/rest_norm", 0, -1, record->rest_norm}, most,
                 page->theme->grad_f);
    }
    norm_row(page, y += pitch, record->batch ? "together" : "before",
             (struct source){"clip/grad_norm", 0, -1, record->grad_norm}, most, page->theme->grad);
    if (limit > 0)
        norm_row(page, y += pitch, "limit", (struct source){"clip/max_norm", 0, -1, limit}, most, page->theme->line2);
    norm_row(page, y += pitch, "after", (struct source){"clip/clipped_norm", 0, -1, after}, most, page->theme->grad);
    struct source sources[] = {{"clip/max_norm", 0, -1, limit},
                               {"clip/grad_norm", 0, -1, record->grad_norm},
                               {"clip/scale", 0, -1, record->clip_scale}};
    y += page_mix(page, 32, 40);
    if (record->clip_scale < 1)
        snprintf(markup, sizeof markup, "\\t{scale}=\\frac{\\v{0}{2}}{\\v{1}{2}}=\\v{2}{3}");
    else
        snprintf(markup, sizeof markup, "\\t{scale}=\\v{2}{2}");
    page_sum(page, y, markup, 18.5f, sources, 3);
    y += page_mix(page, 36, 42);
    page_caption(page, y,
                 record->batch ? "Largest entries, this example’s → all together" : "Largest entries, before → after",
                 NULL);
    struct entry top[MOVES_MAX];
    int count = largest_gradients(page, top, rows < MOVES_MAX ? rows : MOVES_MAX);
    // Within a minibatch: what the example asks for, and what the others make of it. Else what clipping makes of it.
    const enum record_param_kind first = RECORD_GRAD, then = record->batch ? RECORD_TOTAL : RECORD_CLIPPED;
    double before_all[MOVES_MAX + 1] = {0}, changes[MOVES_MAX + 1] = {0};
    for (int i = 0; i < count; i++) {
        before_all[i] = number_of(page, first, top[i].param, top[i].in, top[i].out);
        changes[i] = number_of(page, then, top[i].param, top[i].in, top[i].out) -
                     number_of(page, first, top[i].param, top[i].in, top[i].out);
    }
    int digits = change_digits(page, before_all, changes, count);
    struct bars bars = change_bars(page, before_all, changes, count, digits);
    y += 2;
    for (int i = 0; i < count; i++) {
        struct source before = source_of(page, first, &top[i]), after_it = source_of(page, then, &top[i]);
        struct source change = {"sum/clip_change", before.row, before.column, changes[i]};
        if (record->batch) change = source_of(page, RECORD_REST, &top[i]);
        change_row(page, y += page_mix(page, 23, 26), &top[i], before, after_it, change, &bars, digits);
    }
}

// --- update ---

enum { PIECES = 3, PIECE_GAP = 6 };

// What the step moves: the recurrent and the input weights of a block and its diagonal, or its bias; the head's
// weights, or its bias.
static int pieces_of(const struct page *page, struct piece out[PIECES]) {
    const struct step *step = &page->step;
    const struct layout *layout = &page->record->layout;
    int count = 0;
    if (step->layer < 0 && step->block == BLOCK_EMBED) {
        int k = layout_param(layout, PARAM_EMBED, -1, -1);
        out[count++] = (struct piece){k, 0, layout->params[k].out, layout->params[k].in};
        return count;
    }
    if (step->layer < 0) {
        int k = layout_param(layout, step->bias ? PARAM_HEAD_BIAS : PARAM_HEAD, -1, -1);
        if (k >= 0) out[count++] = (struct piece){k, 0, layout->params[k].out, layout->params[k].in};
        return count;
    }
    static const enum param_role weights[] = {PARAM_RECURRENT, PARAM_INPUT};
    static const enum param_role biases[] = {PARAM_BIAS, PARAM_RECURRENT_BIAS};
    int diagonal = cell_diagonal_row(page->cell, step->block);
    for (int i = 0; i < 2; i++) {
        int k = layout_param(layout, step->bias ? biases[i] : weights[i], step->layer, step->direction);
        if (k >= 0) out[count++] = (struct piece){k, step->block * page->H, page->H, layout->params[k].in};
    }
    if (!step->bias && diagonal >= 0)
        out[count++] = (struct piece){layout_param(layout, PARAM_DIAGONAL, step->layer, step->direction),
                                      diagonal * page->H, page->H, 1};
    return count;
}

static double move_of(const struct page *page, int param, int in, int out) {
    return number_of(page, RECORD_DELTA, param, in, out);
}

static int largest_moves(const struct page *page, const struct piece *pieces, int piece_count, struct entry *top,
                         int max) {
    int count = 0;
    for (int k = 0; k < piece_count; k++)
        for (int in = 0; in < pieces[k].columns; in++)
            for (int row = 0; row < pieces[k].rows; row++) {
                int out = pieces[k].first + row;
                count = keep_largest(
                    top, count, max,
                    (struct entry){pieces[k].param, in, out, fabs(move_of(page, pieces[k].param, in, out))});
            }
    return count;
}

// How the numbers of a block moved, as a map: one cell a weight, units down, what they read across; the head
// is turned so that symbols run across. Where weights outnumber the cells that can be seen, a cell shows the
// largest move in it.
struct move_map {
    int down, across; // of weights, all pieces side by side
    bool turned;
    int bin_down, bin_across;
    float cell_w, cell_h;
};

static struct move_map plan_map(const struct page *page, const struct piece *pieces, int count, float height) {
    struct move_map map = {.bin_down = 1, .bin_across = 1};
    map.turned = page->step.layer < 0 || page->step.bias;
    map.down = map.turned ? pieces[0].columns : pieces[0].rows;
    for (int k = 0; k < count; k++)
        map.across += map.turned ? pieces[k].rows : pieces[k].columns;
    float width = page->w - (float)((count - 1) * PIECE_GAP);
    while (width / (float)((map.across + map.bin_across - 1) / map.bin_across) < 3)
        map.bin_across++;
    while (height / (float)((map.down + map.bin_down - 1) / map.bin_down) < 3)
        map.bin_down++;
    int columns = (map.across + map.bin_across - 1) / map.bin_across,
        rows = (map.down + map.bin_down - 1) / map.bin_down;
    while (rows * columns > MAP_CELLS)
        map.bin_down++, rows = (map.down + map.bin_down - 1) / map.bin_down;
    map.cell_w = fminf(14, width / (float)columns);
    map.cell_h = fminf(fminf(14, height / (float)rows), map.cell_w * 1.4f);
    return map;
}

static double cell_move(const struct page *page, const struct piece *piece, bool turned, int down, int across,
                        int n_down, int n_across) {
    double most = 0;
    int all_down = turned ? piece->columns : piece->rows, all_across = turned ? piece->rows : piece->columns;
    for (int d = down; d < down + n_down && d < all_down; d++)
        for (int a = across; a < across + n_across && a < all_across; a++) {
            double move = move_of(page, piece->param, turned ? d : a, piece->first + (turned ? a : d));
            if (fabs(move) > fabs(most)) most = move;
        }
    return most;
}

static float draw_map(struct page *page, float y, const struct piece *pieces, int count, const struct move_map *map,
                      double most) {
    float bottom = y, x = page->x;
    for (int k = 0; k < count; k++) {
        int across = map->turned ? pieces[k].rows : pieces[k].columns,
            down = map->turned ? pieces[k].columns : pieces[k].rows;
        for (int a = 0; a < across; a += map->bin_across) {
            for (int d = 0; d < down; d += map->bin_down) {
                double move = cell_move(page, &pieces[k], map->turned, d, a, map->bin_down, map->bin_across);
                rect cell = {x, y + (float)(d / map->bin_down) * map->cell_h, map->cell_w - 0.6f, map->cell_h - 0.6f};
                draw_rect_exact(page->list, cell, ramp_value(page->theme, most > 0 ? (float)(move / most) : 0), 0.5f);
                bottom = fmaxf(bottom, cell.y + map->cell_h);
            }
            x += map->cell_w;
        }
        x += PIECE_GAP;
    }
    return bottom;
}

// Under each piece what it reads; the head's has another caption.
static void map_captions(struct page *page, float y, const struct piece *pieces, int count,
                         const struct move_map *map) {
    struct text_style axis = page_text(page, FONT_SANS_MEDIUM, 12, page->theme->ink3);
    if (page->step.layer < 0) {
        const char *words = page->step.block == BLOCK_EMBED ? "one column a number of x, one row a symbol"
                            : page->record->layout.spec.output == OUTPUT_SOFTMAX
                                ? "one column a symbol, one row a unit"
                                : "one column an output, one row a unit";
        draw_text(page->list, page->x, y, words, axis);
        return;
    }
    float end = page->x, x = page->x;
    for (int k = 0; k < count; k++) {
        enum param_role role = page->record->layout.params[pieces[k].param].role;
        int slot = role == PARAM_INPUT      ? page->cell->input
                   : role == PARAM_DIAGONAL ? page->cell->state_out[page->cell->state_count - 1]
                                            : page->cell->state_out[0];
        char text[48];
        snprintf(text, sizeof text, "reads %s", page->cell->slots[slot].symbol[page->label.notation].base);
        float room = page->x + page->w - text_width(page->list, text, axis);
        end = fminf(fmaxf(end, x), room);
        end += draw_text(page->list, end, y, text, axis) + 10;
        x += (float)((pieces[k].columns + map->bin_across - 1) / map->bin_across) * map->cell_w + PIECE_GAP;
    }
}

static void block_title(const struct page *page, char *out, size_t size) {
    const struct step *step = &page->step;
    if (step->layer < 0 && step->block == BLOCK_EMBED) {
        snprintf(out, size, "Embedding");
        return;
    }
    if (step->layer < 0) {
        snprintf(out, size, step->bias ? "Output bias" : "Output weights");
        return;
    }
    int z = -1;
    for (int i = 0; i < page->cell->step_count; i++)
        if (page->cell->steps[i].block == step->block) z = i;
    int part = z >= 0 ? cell_part_of_step(page->cell, z) : -1;
    snprintf(out, size, "%s, %s", part >= 0 ? page->cell->parts[part].title : "Cell", step->bias ? "bias" : "weights");
}

void page_update(struct page *page) {
    const struct record *record = page->record;
    struct piece pieces[PIECES];
    const int count = pieces_of(page, pieces);
    char right[64], title[80];
    snprintf(right, sizeof right, "update %lld", (long long)record->update);
    page_title(page, "Update the weights", right);
    page->y += 44;
    if (!count) return;
    const float lines = 26 * (float)(page_equation_lines(page) - 1);
    struct page_need need = {226 + lines, 320 + lines * 1.15f, 23, 26, 2, 6, MOVES_MAX};
    int rows = page_fit(page, need);
    float y = page_equation(page, page->y + page_mix(page, 20, 28), 19, page_mix(page, 26, 30));
    block_title(page, title, sizeof title);
    enum identity hue = page->step.layer >= 0 ? page->cell->blocks[page->step.block].identity : IDENTITY_A;
    y += page_mix(page, 30, 40);
    page_heading(page, y, hue, title, page->running ? "running" : NULL);
    struct entry top[MOVES_MAX];
    int found = largest_moves(page, pieces, count, top, rows < MOVES_MAX ? rows : MOVES_MAX);
    double most = found ? top[0].size : 0, before_all[MOVES_MAX + 1] = {0}, changes[MOVES_MAX + 1] = {0};
    y += page_mix(page, 20, 26);
    struct move_map map = plan_map(page, pieces, count, page_mix(page, 70, 120));
    char merged[48];
    int cell = map.bin_down * map.bin_across;
    snprintf(merged, sizeof merged, "largest of %d a cell", cell);
    page_caption(page, y, page->step.bias ? "How far each moved" : "How far each weight moved",
                 cell > 1 ? merged : NULL);
    y += page_mix(page, 10, 12);
    y = draw_map(page, y, pieces, count, &map, most);
    if (!page->step.bias) map_captions(page, y + 15, pieces, count, &map);
    y += page_mix(page, 38, 46);
    page_caption(page, y, "Largest moves, before → after", NULL);
    for (int i = 0; i < found; i++) {
        before_all[i] = number_of(page, RECORD_PARAM, top[i].param, top[i].in, top[i].out);
        changes[i] = move_of(page, top[i].param, top[i].in, top[i].out);
    }
    int digits = change_digits(page, before_all, changes, found);
    struct bars bars = change_bars(page, before_all, changes, found, digits);
    y += 2;
    for (int i = 0; i < found; i++)
        change_row(page, y += page_mix(page, 23, 26), &top[i], source_of(page, RECORD_PARAM, &top[i]),
                   source_of(page, RECORD_PARAM_AFTER, &top[i]), source_of(page, RECORD_DELTA, &top[i]), &bars, digits);
    if (!found) page_caption(page, y + 24, "Nothing moved.", NULL);
}
