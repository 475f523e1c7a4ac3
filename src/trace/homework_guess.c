// The classic mistakes: what a difference looks like.

#include "analysis.h"
#include "homework_parts.h"
#include "mem.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct suspect {
    const struct record *record;
    const struct homework_target *target;
    const struct homework_values *values;
    const struct homework_view *view;
    double tolerance;
    char *out;
};

static double expected_at(const struct suspect *s, int r, int c) {
    return s->values->data[(size_t)r * (size_t)s->values->columns + (size_t)c];
}

static bool fits(const struct suspect *s, const struct homework_values *values) {
    return homework_compare(s->view, values, s->tolerance).row < 0;
}

// Whether the array is `factor` times what was expected, plus `plus`.
static bool is_scaled(const struct suspect *s, double factor, double plus) {
    struct homework_values changed = *s->values;
    const size_t count = (size_t)changed.rows * (size_t)changed.columns;
    changed.data = mem_array(count, sizeof *changed.data);
    for (size_t k = 0; changed.data && k < count; k++)
        changed.data[k] = factor * s->values->data[k] + plus;
    bool same = changed.data && fits(s, &changed);
    mem_free(changed.data);
    return same;
}

// --- what is seen in the array alone ---

static bool guess_sign(const struct suspect *s) {
    if (!is_scaled(s, -1, 0)) return false;
    snprintf(s->out, HOMEWORK_TEXT, "every sign is the other way round");
    return true;
}

static bool guess_one_minus(const struct suspect *s) {
    if (s->target->gradient || !is_scaled(s, -1, 1)) return false;
    snprintf(s->out, HOMEWORK_TEXT, "1 minus what was expected: a gate with its two ends exchanged");
    return true;
}

static bool guess_factor(const struct suspect *s) {
    double product = 0, squares = 0;
    for (int r = 0; r < s->values->rows; r++)
        for (int c = 0; c < s->values->columns; c++) {
            product += homework_at(s->view, r, c) * expected_at(s, r, c);
            squares += expected_at(s, r, c) * expected_at(s, r, c);
        }
    double factor = squares > 0 ? product / squares : 1;
    if (fabs(factor) < 1e-9 || fabs(factor - 1) < 1e-6 || !is_scaled(s, factor, 0)) return false;
    int T = record_T(s->record);
    if (fabs(factor * T - 1) < 1e-3)
        snprintf(s->out, HOMEWORK_TEXT, "divided by the %d timesteps: a mean where the sum was asked for", T);
    else
        snprintf(s->out, HOMEWORK_TEXT, "%.4g times what was expected everywhere", factor);
    return true;
}

// Row t of the array is row t + by of what was expected.
static bool is_shifted(const struct suspect *s, int by) {
    const struct homework_values *v = s->values;
    int first = by < 0 ? -by : 0, last = by > 0 ? v->rows - by : v->rows;
    if (last - first < 2) return false;
    struct homework_values part = {last - first, v->columns, v->data + (size_t)(first + by) * (size_t)v->columns};
    struct homework_view view = *s->view;
    view.data += (size_t)first * view.row_stride;
    return homework_compare(&view, &part, s->tolerance).row < 0;
}

static bool guess_shift(const struct suspect *s) {
    if (!s->target->time) return false;
    for (int by = -1; by <= 1; by += 2)
        if (is_shifted(s, by)) {
            snprintf(s->out, HOMEWORK_TEXT, "one timestep too %s: row t holds what belongs to t %c 1",
                     by > 0 ? "early" : "late", by > 0 ? '+' : '-');
            return true;
        }
    return false;
}

static bool guess_transposed(const struct suspect *s) {
    const struct homework_values *v = s->values;
    if (s->target->param < 0 || v->rows != v->columns) return false;
    struct homework_view turned = *s->view;
    turned.row_stride = s->view->column_stride;
    turned.column_stride = s->view->row_stride;
    if (homework_compare(&turned, v, s->tolerance).row >= 0) return false;
    snprintf(s->out, HOMEWORK_TEXT, "the matrix is transposed");
    return true;
}

enum { ORDERS = 24, BLOCKS_MOST = 4 };

// All orders of n blocks but the right one; returns how many.
static int orders_of(int n, int out[ORDERS][BLOCKS_MOST]) {
    int count = 0, total = 1, digits[BLOCKS_MOST];
    for (int k = 2; k <= n; k++)
        total *= k;
    for (int code = 1; code < total && count < ORDERS; code++) {
        int left = code, free_blocks[BLOCKS_MOST], free_count = n;
        for (int k = 0; k < n; k++)
            free_blocks[k] = k;
        for (int k = 0; k < n; k++) {
            int base = n - k, rest = left % base;
            left /= base;
            digits[k] = free_blocks[rest];
            memmove(free_blocks + rest, free_blocks + rest + 1, (size_t)(free_count - rest - 1) * sizeof *free_blocks);
            free_count--;
        }
        bool same = true;
        for (int k = 0; k < n; k++)
            same &= digits[k] == k;
        if (!same) memcpy(out[count++], digits, sizeof digits);
    }
    return count;
}

static void say_order(const struct suspect *s, const int *order, const char *what) {
    const struct cell_desc *cell = record_cell(s->record);
    char found[64] = "", wanted[64] = "";
    for (int k = 0; k < cell->block_count; k++) {
        size_t a = strlen(found), b = strlen(wanted);
        snprintf(found + a, sizeof found - a, "%s%s", k ? ", " : "", cell->blocks[order[k]].id);
        snprintf(wanted + b, sizeof wanted - b, "%s%s", k ? ", " : "", cell->blocks[k].id);
    }
    snprintf(s->out, HOMEWORK_TEXT, "%s: the gate blocks stand in the order %s; expected %s", what, found, wanted);
}

// Of a stacked array: its blocks in another order.
static bool guess_blocks(const struct suspect *s) {
    const int blocks = record_cell(s->record)->block_count, H = record_H(s->record), rows = s->values->rows;
    if (s->target->param < 0 || s->target->block >= 0 || blocks < 2 || blocks > BLOCKS_MOST || rows != blocks * H)
        return false;
    int orders[ORDERS][BLOCKS_MOST], count = orders_of(blocks, orders);
    struct homework_values moved = *s->values;
    const size_t block = (size_t)H * (size_t)moved.columns;
    moved.data = mem_array(block * (size_t)blocks, sizeof *moved.data);
    bool found = false;
    for (int k = 0; moved.data && k < count && !found; k++) {
        for (int b = 0; b < blocks; b++)
            memcpy(moved.data + (size_t)b * block, s->values->data + (size_t)orders[k][b] * block,
                   block * sizeof *moved.data);
        found = fits(s, &moved);
        if (found) say_order(s, orders[k], "this array");
    }
    mem_free(moved.data);
    return found;
}

// --- what other numbers of the record explain ---

// A state's gradient without what the next timestep sends back.
static bool guess_without_future(const struct suspect *s) {
    const struct cell_desc *cell = record_cell(s->record);
    int state = -1;
    for (int k = 0; k < cell->state_count; k++)
        if (cell->state_out[k] == s->target->slot) state = k;
    if (!s->target->gradient || !s->target->time || state < 0) return false;
    struct homework_target target = *s->target;
    struct homework_values loss;
    target.place.kind = PLACE_FROM_LOSS;
    bool same = homework_read(s->record, &target, &loss) && fits(s, &loss);
    mem_free(loss.data);
    if (same)
        snprintf(s->out, HOMEWORK_TEXT,
                 "what comes from the future is missing: d%s<t> is the sum of this timestep's loss and of what t + 1 "
                 "sends back (da_next)",
                 cell->slots[s->target->slot].symbol[NOTATION_COURSE].base);
    return same;
}

// A weight's gradient that is one timestep's part alone.
static bool guess_one_part(const struct suspect *s) {
    if (!s->target->gradient || s->target->param < 0 || s->target->beside >= 0 || s->target->block >= 0) return false;
    const struct param *param = &s->record->layout.params[s->target->param];
    if (param->role == PARAM_EMBED) return false;
    struct homework_values part = *s->values;
    double *raw = mem_array((size_t)param->in * (size_t)param->out, 2 * sizeof *raw);
    part.data = raw ? raw + (size_t)param->in * (size_t)param->out : NULL;
    int T = record_T(s->record);
    for (int k = 0; raw && k < 2; k++) {
        int t = k == 0 ? T - 1 : 0;
        tape_param_grad_at(s->record->tape, &s->record->layout, &s->record->example, s->target->param, t, raw);
        for (int r = 0; r < part.rows; r++) // (in, out) as it lies, to (out, in) as in files
            for (int c = 0; c < part.columns; c++)
                part.data[(size_t)r * (size_t)part.columns + (size_t)c] =
                    raw[(size_t)c * (size_t)param->out + (size_t)r];
        if (!fits(s, &part)) continue;
        snprintf(s->out, HOMEWORK_TEXT, "only the part of t = %d: the parts of all timesteps add up", t + 1);
        mem_free(raw);
        return true;
    }
    mem_free(raw);
    return false;
}

// --- the network again, on changed weights ---

typedef void change_fn(const struct layout *layout, int H, const int *order, float *params);

static void each_bias(const struct layout *layout, float *params, float factor) {
    for (int p = 0; p < layout->count; p++)
        for (int k = 0; param_is_vector(layout->params[p].role) && layout->params[p].role != PARAM_DIAGONAL &&
                        k < layout->params[p].out;
             k++)
            params[layout->params[p].offset + (size_t)k] *= factor;
}

static void double_bias(const struct layout *layout, int H, const int *order, float *params) {
    (void)H, (void)order;
    each_bias(layout, params, 2);
}

static void no_bias(const struct layout *layout, int H, const int *order, float *params) {
    (void)H, (void)order;
    each_bias(layout, params, 0);
}

static void transpose_recurrent(const struct layout *layout, int H, const int *order, float *params) {
    (void)order;
    for (int p = 0; p < layout->count; p++) {
        if (layout->params[p].role != PARAM_RECURRENT) continue;
        float *w = params + layout->params[p].offset;
        const int out = layout->params[p].out;
        for (int first = 0; first < out; first += H)
            for (int i = 0; i < H; i++)
                for (int j = i + 1; j < H; j++) {
                    float *a = &w[i * out + first + j], *b = &w[j * out + first + i], kept = *a;
                    *a = *b;
                    *b = kept;
                }
    }
}

static void drop_recurrent(const struct layout *layout, int H, const int *order, float *params) {
    (void)H, (void)order;
    for (int p = 0; p < layout->count; p++)
        if (layout->params[p].role == PARAM_RECURRENT)
            memset(params + layout->params[p].offset, 0,
                   (size_t)layout->params[p].in * (size_t)layout->params[p].out * sizeof *params);
}

// sigma(-z) = 1 - sigma(z)
static void flip_update(const struct layout *layout, int H, const int *order, float *params) {
    (void)order;
    const struct cell_desc *cell = cell_describe(layout->spec.cell, layout->spec.activation);
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        if (param->out != cell->block_count * H || param->layer < 0) continue;
        for (int r = 0; r < param->in; r++)
            for (int k = 0; k < param->out; k++)
                if (cell->blocks[k / H].identity == IDENTITY_U) {
                    float *w = &params[param->offset + (size_t)r * (size_t)param->out + (size_t)k];
                    *w = -*w;
                }
    }
}

static void reorder_blocks(const struct layout *layout, int H, const int *order, float *params) {
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        const int blocks = param->out / H;
        if (param->layer < 0 || param->role == PARAM_DIAGONAL || blocks > BLOCKS_MOST) continue;
        float kept[BLOCKS_MOST];
        for (int r = 0; r < param->in; r++)
            for (int k = 0; k < H; k++) {
                float *row = &params[param->offset + (size_t)r * (size_t)param->out + (size_t)k];
                for (int b = 0; b < blocks; b++)
                    kept[b] = row[order[b] * H];
                for (int b = 0; b < blocks; b++)
                    row[b * H] = kept[b];
            }
    }
}

// Whether the array is what the network computes with weights changed in this way.
static bool fits_changed(const struct suspect *s, change_fn *change, const int *order) {
    const struct record *record = s->record;
    struct model model;
    if (!model_init(&model, &record->layout.spec, NULL)) return false;
    for (size_t k = 0; k < record->layout.size; k++)
        model.params[k] = (float)record->params[k];
    change(&model.layout, record_H(record), order, model.params);
    const struct record_within within = {record->batch, record->batch_index, NULL};
    struct record *other = record->batch ? record_new_within(&model, &record->example, &within, NULL, NULL,
                                                             &record->options, NULL, NULL, record->update, NULL)
                                         : record_new(&model, &record->example, NULL, 0, record->reduction,
                                                      &record->options, NULL, NULL, record->update, NULL);
    struct homework_values values = {0};
    bool same = other && homework_read(other, s->target, &values) && fits(s, &values);
    mem_free(values.data);
    record_free(other);
    model_release(&model);
    return same;
}

static const struct {
    change_fn *change;
    const char *said;
    bool update_gate; // of cells that have one and no forget gate
} changes[] = {
    {double_bias, "the biases are added twice", false},
    {no_bias, "the biases are left out", false},
    {transpose_recurrent, "the recurrent weights are used transposed", false},
    {flip_update, "the update gate is flipped: its 1 keeps where it should write", true},
    {drop_recurrent, "nothing is carried: every timestep starts from a state of zeros", false},
};

static bool guess_changed(const struct suspect *s) {
    const struct cell_desc *cell = record_cell(s->record);
    if (s->target->param >= 0 && !s->target->gradient) return false; // a weight is no result
    for (size_t k = 0; k < sizeof changes / sizeof *changes; k++) {
        if (changes[k].update_gate && cell->state_count > 1) continue;
        if (!fits_changed(s, changes[k].change, NULL)) continue;
        snprintf(s->out, HOMEWORK_TEXT, "%s", changes[k].said);
        return true;
    }
    if (cell->block_count < 2 || cell->block_count > BLOCKS_MOST) return false;
    int orders[ORDERS][BLOCKS_MOST], count = orders_of(cell->block_count, orders);
    for (int k = 0; k < count; k++)
        if (fits_changed(s, reorder_blocks, orders[k])) {
            say_order(s, orders[k], "the stacked weights were read wrongly");
            return true;
        }
    return false;
}

void homework_guess(const struct record *record, const struct homework_target *target,
                    const struct homework_values *values, const struct homework_view *view, double tolerance,
                    char out[HOMEWORK_TEXT]) {
    static bool (*const guesses[])(const struct suspect *) = {
        guess_sign,           guess_one_minus, guess_shift,  guess_transposed, guess_blocks,
        guess_without_future, guess_one_part,  guess_factor, guess_changed,
    };
    const struct suspect suspect = {record, target, values, view, tolerance, out};
    out[0] = 0;
    for (size_t k = 0; k < sizeof guesses / sizeof *guesses; k++)
        if (guesses[k](&suspect)) return;
}
