#include "weight.h"

#include "check.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct param *param_of(const struct record *record, int param) {
    check(param >= 0 && param < record->layout.count, "parameter %d", param);
    return &record->layout.params[param];
}

static bool of_encoder(const struct record *record, int param) {
    return record->layout.encoder && param < record->layout.encoder->count;
}

// --- which one ---

struct weight weight_largest(const struct record *record, int param, int first, int count) {
    int rows, columns;
    record_param_shape(record, param, &rows, &columns);
    check(first >= 0 && count > 0 && first + count <= rows, "rows %d to %d of %d", first, first + count, rows);
    struct weight best = {true, param, first, 0};
    double most = -1;
    for (int r = first; r < first + count; r++)
        for (int c = 0; c < columns; c++) {
            double size = fabs(record_param_value(record, RECORD_GRAD, param, r, c));
            if (size > most) most = size, best.row = r, best.column = c;
        }
    return best;
}

static int limited(int value, int count) {
    return value < 0 ? 0 : value >= count ? count - 1 : value;
}

struct weight weight_settle(const struct record *record, struct weight weight) {
    int rows, columns;
    if (!weight.chosen) {
        int param = 0;
        for (int p = record->layout.count - 1; p >= 0; p--)
            if (record->layout.params[p].role == PARAM_RECURRENT) param = p;
        record_param_shape(record, param, &rows, &columns);
        return weight_largest(record, param, 0, rows);
    }
    weight.param = limited(weight.param, record->layout.count);
    record_param_shape(record, weight.param, &rows, &columns);
    weight.row = limited(weight.row, rows);
    weight.column = limited(weight.column, columns);
    return weight;
}

struct weight weight_of_slab(const struct record *record, int param, int in, int out) {
    bool turned = param_of(record, param)->role != PARAM_EMBED;
    return (struct weight){true, param, turned ? out : in, turned ? in : out};
}

// --- names ---

const struct net_spec *weight_spec(const struct record *record, int param) {
    return &record_side_of_param(record, param)->layout.spec;
}

bool weight_has_symbols(const struct record *record, int param) {
    const struct param *p = param_of(record, param);
    const struct net_spec *spec = weight_spec(record, param);
    if (p->role == PARAM_HEAD || p->role == PARAM_HEAD_BIAS) return spec->output == OUTPUT_SOFTMAX;
    return p->role == PARAM_EMBED || (p->role == PARAM_INPUT && p->layer == 0 && !spec->real_input && spec->embed == 0);
}

const char *weight_symbol(const struct record *record, int param, int symbol) {
    check(weight_has_symbols(record, param), "parameter %d has no symbols", param);
    const enum param_role role = param_of(record, param)->role;
    const struct record *side = record_side_of_param(record, param);
    return role == PARAM_HEAD || role == PARAM_HEAD_BIAS ? record_answer(side, symbol) : record_symbol(side, symbol);
}

const char *weight_token(const struct record *record, int param, int t) {
    if (weight_spec(record, param)->real_input) return NULL;
    const struct record *side = record_side_of_param(record, param);
    return record_symbol(side, side->example.x[t]);
}

static void symbol_markup(const char *text, int symbol, char *out, size_t size) {
    if (isalnum((unsigned char)text[0]) && !text[1])
        snprintf(out, size, "\\t{%s}", text);
    else
        snprintf(out, size, "%d", symbol + 1);
}

// "W_{fa}": to and from, or from and to as in papers and in PyTorch.
static void put_name(char *out, size_t size, enum notation notation, const char *letter, const char *to,
                     const char *from) {
    const bool course = notation == NOTATION_COURSE;
    snprintf(out, size, "%s_{%s%s}", letter, course ? to : from, course ? from : to);
}

static int block_of_diagonal(const struct cell_desc *cell, int row) {
    int block = 0;
    while (cell_diagonal_row(cell, block) != row)
        block++;
    return block;
}

// The block of the cell that block `index` of a parameter belongs to.
static const struct cell_block *cell_block_of(const struct record *record, const struct param *p, int index) {
    const struct cell_desc *cell = record_cell(record);
    return &cell->blocks[p->role == PARAM_DIAGONAL ? block_of_diagonal(cell, index) : index];
}

static void block_symbol(const struct record *record, enum notation notation, const struct param *p, int index,
                         char *out, size_t size) {
    const struct cell_desc *cell = record_cell(record);
    const char *state = cell->slots[cell->state_out[0]].symbol[notation].base;
    if (p->role == PARAM_EMBED || p->role == PARAM_HEAD_BIAS) {
        snprintf(out, size, p->role == PARAM_EMBED ? "E" : "b_y");
        return;
    }
    if (p->role == PARAM_HEAD) {
        put_name(out, size, notation, "W", "y", state);
        return;
    }
    const bool of_input = p->role == PARAM_INPUT || p->role == PARAM_BIAS;
    const char *sub = cell_block_of(record, p, index)->weight[notation].sub;
    const char *from = p->role == PARAM_DIAGONAL ? "c" : of_input ? (notation == NOTATION_PYTORCH ? "i" : "x") : state;
    if (p->role == PARAM_BIAS && !cell->two_biases)
        snprintf(out, size, "b_%s", sub);
    else
        put_name(out, size, notation,
                 p->role == PARAM_DIAGONAL  ? "w"
                 : param_is_vector(p->role) ? "b"
                                            : "W",
                 sub, from);
}

static int rows_of_block(const struct record *record, const struct param *p) {
    return p->layer < 0 ? (p->role == PARAM_EMBED ? p->in : p->out) : record_H(record);
}

int weight_block_count(const struct record *record, int param) {
    const struct param *p = param_of(record, param);
    int rows, columns;
    record_param_shape(record, param, &rows, &columns);
    return rows / rows_of_block(record, p);
}

int weight_block_of(const struct record *record, int param, int row) {
    return row / rows_of_block(record, param_of(record, param));
}

struct weight_block weight_block_get(const struct record *record, enum notation notation, int param, int index) {
    const struct param *p = param_of(record, param);
    int count = rows_of_block(record, p);
    check(index >= 0 && index < weight_block_count(record, param), "block %d of %s", index, p->name);
    struct weight_block block = {.first = index * count, .count = count, .identity = IDENTITY_A};
    if (p->layer >= 0) block.identity = cell_block_of(record, p, index)->identity;
    block_symbol(record, notation, p, index, block.symbol, sizeof block.symbol);
    return block;
}

void weight_title(char *out, size_t size, const struct record *record, int param) {
    static const char *const words[] = {[PARAM_INPUT] = "input weights",
                                        [PARAM_RECURRENT] = "recurrent weights",
                                        [PARAM_BIAS] = "bias",
                                        [PARAM_HEAD] = "output weights",
                                        [PARAM_HEAD_BIAS] = "output bias",
                                        [PARAM_RECURRENT_BIAS] = "recurrent bias",
                                        [PARAM_DIAGONAL] = "peepholes",
                                        [PARAM_EMBED] = "embedding"};
    const struct param *p = param_of(record, param);
    const char *side = !record->layout.encoder ? "" : of_encoder(record, param) ? "encoder, " : "decoder, ";
    char layer[24] = "";
    if (p->layer >= 0) snprintf(layer, sizeof layer, "layer %d, ", p->layer + 1);
    bool two =
        p->layer >= 0 && record->layout.spec.directions > 1 && !(record->layout.encoder && !of_encoder(record, param));
    snprintf(out, size, "%s%s%s%s", side, layer, !two ? "" : p->direction ? "backward, " : "forward, ", words[p->role]);
    out[0] = (char)toupper((unsigned char)out[0]);
}

void weight_label(char *out, size_t size, const struct record *record, enum notation notation, bool grad,
                  struct weight w) {
    const struct param *p = param_of(record, w.param);
    struct weight_block block = weight_block_get(record, notation, w.param, weight_block_of(record, w.param, w.row));
    char row[24], column[24];
    const bool symbols = weight_has_symbols(record, w.param);
    if (p->layer < 0 && symbols)
        symbol_markup(weight_symbol(record, w.param, w.row), w.row, row, sizeof row);
    else
        snprintf(row, sizeof row, "%d", w.row - block.first + 1);
    if (p->layer >= 0 && symbols)
        symbol_markup(weight_symbol(record, w.param, w.column), w.column, column, sizeof column);
    else
        snprintf(column, sizeof column, "%d", w.column + 1);
    const char *d = grad ? "d" : "";
    if (param_is_vector(p->role))
        snprintf(out, size, "%s%s[%s]", d, block.symbol, row);
    else
        snprintf(out, size, "%s%s[%s,%s]", d, block.symbol, row, column);
}
