// One number of the live network: its name and indices read from words, and looked up in a record.
#include "lesson_internal.h"

#include "mem.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lesson_err_in(struct err *err, const char *text, const char *at, const char *format, ...) {
    char message[sizeof err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return err_at(err, ERR_FORMAT, "", 0, (long)utf8_count(text, (size_t)(at - text)) + 1, "%s", message);
}

static const char *const reductions[] = {"norm",   "sum",    "mean",   "max",      "min",
                                         "absmax", "argmax", "argmin", "argabsmax"};

enum { ATTRIBUTE_NONE = -10 };
struct attributes { // as written, before the tensor is known
    char name[64];
    int t, unit, from, row, column, layer, direction, tau, sentence, rival;
    const char *t_at, *unit_at, *from_at, *row_at, *column_at, *symbol_at, *name_at;
    bool reverse, original, encoder;
    char symbol[24], reduce[16];
};

static const char *skip_blanks(const char *at) {
    while (*at == ' ')
        at++;
    return at;
}

static size_t word_length(const char *at) { // up to a blank, a bracket, or the end
    return strcspn(at, " (),");
}

// An index from 1, "last" or "selected"; stored from 0.
static bool read_index(const char *text, const char *at, size_t length, const char *key, int *out, struct err *err) {
    if (length == 4 && strncmp(at, "last", 4) == 0) return *out = LESSON_LAST, true;
    if (length == 8 && strncmp(at, "selected", 8) == 0) return *out = LESSON_SELECTED, true;
    char *end;
    long n = strtol(at, &end, 10);
    if (end != at + length || !isdigit((unsigned char)*at) || n < 1 || n > 1000000)
        return lesson_err_in(err, text, at, "expected %s=1 or more, \"last\" or \"selected\", found \"%.*s\"", key,
                             (int)length, at);
    *out = (int)n - 1;
    return true;
}

static bool read_symbol(const char *text, const char *at, size_t length, struct attributes *a, struct err *err) {
    if (length == 5 && strncmp(at, "space", 5) == 0) {
        snprintf(a->symbol, sizeof a->symbol, " ");
        return a->symbol_at = at, true;
    }
    if (length == 0 || length >= sizeof a->symbol)
        return lesson_err_in(err, text, at,
                             "expected symbol= a symbol, space, <EOS>, <UNK>, target or input, found \"%.*s\"",
                             (int)length, at);
    snprintf(a->symbol, sizeof a->symbol, "%.*s", (int)length, at);
    a->symbol_at = at;
    return true;
}

// One "key=word" or flag at `at`. *used = 0 when the word is neither (it belongs to what follows the value).
static bool read_attribute(const char *text, const char *at, struct attributes *a, size_t *used, struct err *err) {
    size_t length = word_length(at);
    *used = length;
    for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++)
        if (strlen(reductions[i]) == length && strncmp(at, reductions[i], length) == 0) {
            if (a->reduce[0])
                return lesson_err_in(err, text, at, "expected one reduction, found \"%s\" and \"%s\"", a->reduce,
                                     reductions[i]);
            snprintf(a->reduce, sizeof a->reduce, "%s", reductions[i]);
            return true;
        }
    if (length == 7 && strncmp(at, "reverse", 7) == 0) return a->reverse = true;
    const char *equal = memchr(at, '=', length);
    if (!equal || equal == at || strspn(at, "abcdefghijklmnopqrstuvwxyz") == 0)
        return *used = 0, true; // an operator such as <=
    size_t key = (size_t)(equal - at), rest = length - key - 1;
    const struct {
        const char *key;
        int *index;
        const char **where;
    } keys[] = {{"t", &a->t, &a->t_at},
                {"unit", &a->unit, &a->unit_at},
                {"from", &a->from, &a->from_at},
                {"row", &a->row, &a->row_at},
                {"column", &a->column, &a->column_at},
                {"layer", &a->layer, NULL},
                {"direction", &a->direction, NULL},
                {"tau", &a->tau, NULL},
                {"sentence", &a->sentence, NULL},
                {"rival", &a->rival, NULL}};
    if (key == 6 && strncmp(at, "symbol", 6) == 0) return read_symbol(text, equal + 1, rest, a, err);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strlen(keys[i].key) == key && strncmp(at, keys[i].key, key) == 0) {
            if (*keys[i].index != ATTRIBUTE_NONE)
                return lesson_err_in(err, text, at, "\"%s=\" is given twice", keys[i].key);
            if (keys[i].where) *keys[i].where = at;
            return read_index(text, equal + 1, rest, keys[i].key, keys[i].index, err);
        }
    return lesson_err_in(err, text, at,
                         "expected t=, unit=, symbol=, from=, row=, column=, layer=, direction=, tau=, sentence= or "
                         "rival=, found \"%.*s\"",
                         (int)(key + 1), at);
}

static bool read_attributes(const char *text, const char **cursor, struct attributes *a, struct err *err) {
    const char *at = *cursor;
    static const char original[] = "original ", encoder[] = "encoder ";
    bool is_original = strncmp(at, original, sizeof original - 1) == 0;
    if (is_original) at = skip_blanks(at + sizeof original - 1);
    bool is_encoder = strncmp(at, encoder, sizeof encoder - 1) == 0;
    if (is_encoder) at = skip_blanks(at + sizeof encoder - 1);
    size_t length = word_length(at);
    *a = (struct attributes){.original = is_original,
                             .encoder = is_encoder,
                             .direction = ATTRIBUTE_NONE,
                             .tau = ATTRIBUTE_NONE,
                             .sentence = ATTRIBUTE_NONE,
                             .rival = ATTRIBUTE_NONE,
                             .t = ATTRIBUTE_NONE,
                             .unit = ATTRIBUTE_NONE,
                             .from = ATTRIBUTE_NONE,
                             .row = ATTRIBUTE_NONE,
                             .column = ATTRIBUTE_NONE,
                             .layer = ATTRIBUTE_NONE,
                             .name_at = at};
    if (length >= sizeof a->name)
        return lesson_err_in(err, text, at, "expected the name of a tensor, found \"%.20s...\"", at);
    memcpy(a->name, at, length);
    at += length;
    for (;;) {
        const char *next = skip_blanks(at);
        size_t used = 0;
        if (!*next || !read_attribute(text, next, a, &used, err)) return !*next ? (*cursor = at, true) : false;
        if (!used) return *cursor = at, true;
        at = next + used;
    }
}

// "fc" of w_fc: the diagonal of block f, from its own memory.
static bool diagonal_name(const char *name, const struct cell_desc *cell, const char *family, const char *layer,
                          struct lesson_value *out) {
    for (int k = 0; k < cell->block_count; k++) {
        size_t length = strlen(cell->blocks[k].id);
        int row = cell_diagonal_row(cell, k);
        if (row < 0 || strncmp(name, cell->blocks[k].id, length) != 0 || strcmp(name + length, "c") != 0) continue;
        out->block = row;
        return snprintf(out->tensor, sizeof out->tensor, "%s/rnn.weight_ch_%s", family, layer) > 0;
    }
    return false;
}

// "aa" of W_aa: recurrent weights of block a; "ax": its input weights; "f": both, told apart by from= or
// symbol=; "ya": the head.
static bool weight_name(const char *name, const struct cell_desc *cell, const char *layer, const struct attributes *a,
                        struct lesson_value *out) {
    const char *family = name[0] == 'd' ? (a->t != ATTRIBUTE_NONE ? "grad_at" : "grad") : "param";
    if (name[0] == 'd') name++;
    if (strncmp(name, "w_", 2) == 0) return diagonal_name(name + 2, cell, family, layer, out);
    bool bias = name[0] == 'b';
    if ((name[0] != 'W' && !bias) || name[1] != '_') return false;
    name += 2;
    // The letter of the state: W_aa, W_ya; in the gated units, whose state is c, also W_uc, W_yc.
    const char *own = cell->slots[cell->state_out[0]].id;
    bool head = !bias && name[0] == 'y' && strcmp(name + 1, own) == 0;
    if (head || strcmp(name, bias ? "y" : "ya") == 0)
        return snprintf(out->tensor, sizeof out->tensor, "%s/head.%s", family, bias ? "bias" : "weight") > 0;
    for (int k = 0; k < cell->block_count; k++) {
        size_t length = strlen(cell->blocks[k].id);
        if (strncmp(name, cell->blocks[k].id, length) != 0) continue;
        const char *side = name + length, *matrix = NULL;
        if (bias && !*side) matrix = "bias_ih";
        if (!bias && (strcmp(side, "a") == 0 || strcmp(side, own) == 0 || (!*side && a->from != ATTRIBUTE_NONE)))
            matrix = "weight_hh";
        if (!bias && (strcmp(side, "x") == 0 || (!*side && a->symbol[0]))) matrix = "weight_ih";
        if (!matrix) continue;
        out->block = k;
        return snprintf(out->tensor, sizeof out->tensor, "%s/rnn.%s_%s", family, matrix, layer) > 0;
    }
    return false;
}

// The short names of docs/writing-lessons.md to those of the trace file. False: no such short name.
static bool full_name(const struct attributes *a, const struct cell_desc *cell, struct lesson_value *out) {
    static const char *const plain[][2] = {{"y_hat", "forward/y_hat"},     {"logits", "forward/logits"},
                                           {"loss", "forward/loss"},       {"dlogits", "backward/logits"},
                                           {"L", "forward/total_loss"},    {"grad_norm", "clip/grad_norm"},
                                           {"clip_norm", "clip/max_norm"}, {"clip_scale", "clip/scale"}};
    char layer[24];
    snprintf(layer, sizeof layer, "l%d%s", a->layer == ATTRIBUTE_NONE ? 0 : a->layer,
             a->reverse || a->direction == 1 ? "_reverse" : "");
    const char *name = a->name;
    // Of the gated units a is c.
    static const char *const gated[][2] = {
        {"a", "c"}, {"da", "dc"}, {"da_loss", "dc_loss"}, {"da_future", "dc_future"}};
    for (size_t i = 0; cell_slot_by_id(cell, "a") < 0 && i < sizeof gated / sizeof *gated; i++)
        if (strcmp(name, gated[i][0]) == 0) name = gated[i][1];
    if (strchr(name, '/') || strcmp(name, "input") == 0) {
        bool at_t = strncmp(name, "grad/", 5) == 0 && a->t != ATTRIBUTE_NONE;
        snprintf(out->tensor, sizeof out->tensor, "%s%.55s", at_t ? "grad_at/" : "", at_t ? name + 5 : name);
        return true;
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(name, plain[i][0]) == 0) return snprintf(out->tensor, sizeof out->tensor, "%s", plain[i][1]) > 0;
    if (cell_slot_by_id(cell, name) >= 0)
        return snprintf(out->tensor, sizeof out->tensor, "forward/%s/%.30s", layer, name) > 0;
    if (name[0] == 'd' && cell_slot_by_id(cell, name + 1) >= 0)
        return snprintf(out->tensor, sizeof out->tensor, "backward/%s/%.30s", layer, name + 1) > 0;
    for (int k = 0; name[0] == 'd' && k < cell->state_count; k++) {
        const char *id = cell->slots[cell->state_out[k]].id;
        size_t length = strlen(id);
        if (strncmp(name + 1, id, length) != 0) continue;
        const char *source = strcmp(name + 1 + length, "_loss") == 0     ? "from_loss"
                             : strcmp(name + 1 + length, "_future") == 0 ? "from_future"
                                                                         : NULL;
        if (source) return snprintf(out->tensor, sizeof out->tensor, "backward/%s/%s/%.20s", source, layer, id) > 0;
    }
    return weight_name(name, cell, layer, a, out);
}

// Which index of the value a key fills, by the kind of tensor. NULL: the tensor has no such axis.
static int *axis_of(struct lesson_value *v, const struct lesson_tensor *tensor, const char *key) {
    bool matrix = lesson_tensor_is_matrix(tensor), wide = tensor->dims - tensor->planes == 2;
    if (tensor->dims == 0) return NULL;
    if (strcmp(key, "row") == 0) return &v->row;
    if (strcmp(key, "column") == 0) return wide ? &v->column : NULL;
    if (strcmp(key, "t") == 0) return tensor->planes ? &v->plane : matrix ? NULL : &v->row;
    if (strcmp(key, "symbol") == 0) return tensor->symbol_rows ? &v->row : tensor->symbol_columns ? &v->column : NULL;
    if (strcmp(key, "from") == 0)
        return matrix && wide && !tensor->symbol_rows && !tensor->symbol_columns ? &v->column : NULL;
    if (matrix && !tensor->symbol_rows) return &v->row; // unit
    return wide && !(tensor->symbol_columns && !matrix) ? &v->column : NULL;
}

static bool set_index(const char *text, const char *key, int index, const char *where, int limit, const char *what,
                      int *to, struct err *err) {
    if (!to) return lesson_err_in(err, text, where, "expected indices that %s has, found \"%s=\"", what, key);
    if (index >= limit && limit > 0)
        return lesson_err_in(err, text, where, "expected %s=1 to %d for %s, found %s=%d", key, limit, what, key,
                             index + 1);
    *to = index;
    return true;
}

static int axis_limit(const struct lesson_value *v, const struct lesson_tensor *tensor, const int *axis,
                      const struct lesson_shape *shape) {
    if (axis == &v->plane) return tensor->shape[0];
    if (axis == &v->row) return v->block >= 0 ? shape->units : tensor->shape[tensor->planes];
    return tensor->shape[tensor->planes + 1];
}

static bool set_indices(const char *text, const struct attributes *a, const struct lesson_tensor *tensor,
                        const struct lesson_shape *shape, struct lesson_value *v, struct err *err) {
    const struct {
        const char *key;
        int index;
        const char *where;
    } given[] = {{"t", a->t, a->t_at},
                 {"unit", a->unit, a->unit_at},
                 {"from", a->from, a->from_at},
                 {"row", a->row, a->row_at},
                 {"column", a->column, a->column_at}};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        if (given[i].index == ATTRIBUTE_NONE) continue;
        int *axis = axis_of(v, tensor, given[i].key);
        int limit = axis ? axis_limit(v, tensor, axis, shape) : 0;
        if (!set_index(text, given[i].key, given[i].index, given[i].where, limit, a->name, axis, err)) return false;
    }
    if (!a->symbol[0]) return true;
    int *axis = axis_of(v, tensor, "symbol");
    if (!axis || *axis != LESSON_NONE)
        return lesson_err_in(err, text, a->symbol_at, "expected indices that %s has, found \"symbol=\"", a->name);
    memcpy(v->symbol, a->symbol, sizeof v->symbol);
    return true;
}

// How many indices are open, and what the learner of the format has to add.
static bool check_axes(const char *text, const struct attributes *a, const struct lesson_tensor *tensor,
                       const struct lesson_value *v, struct err *err) {
    int dims = tensor->dims - tensor->planes;
    int *symbol = v->symbol[0] ? axis_of((struct lesson_value *)v, tensor, "symbol") : NULL;
    int open = dims == 0 ? 0
                         : (v->row == LESSON_NONE && symbol != &v->row ? 1 : 0) +
                               (dims == 2 && v->column == LESSON_NONE && symbol != &v->column ? 1 : 0) +
                               (tensor->planes && v->plane == LESSON_NONE ? 1 : 0);
    bool single = strncmp(v->reduce, "arg", 3) == 0;
    if (v->reduce[0] ? (single ? open == 1 : open > 0) : open == 0) return true;
    if (open == 0)
        return lesson_err_in(err, text, a->name_at, "expected an index left open for \"%s\", found one number of %s",
                             v->reduce, a->name);
    if (single)
        return lesson_err_in(err, text, a->name_at, "expected one index left open for \"%s\", found %d of %s",
                             v->reduce, open, a->name);
    const char *missing = v->row == LESSON_NONE && !lesson_tensor_is_matrix(tensor) ? "t="
                          : axis_of((struct lesson_value *)v, tensor, "unit")       ? "unit="
                                                                                    : "symbol=";
    return lesson_err_in(err, text, a->name_at,
                         "expected every index of %s, or a reduction such as norm; \"%s\" may be missing", a->name,
                         missing);
}

// The encoder's names have "encoder/" before them.
static bool of_side(struct lesson_value *v, bool encoder) {
    char name[sizeof v->tensor];
    if (!encoder) return true;
    memcpy(name, v->tensor, sizeof name);
    return snprintf(v->tensor, sizeof v->tensor, "encoder/%s", name) < (int)sizeof v->tensor;
}

static bool live_value(const char *text, const struct attributes *a, const struct lesson_shape *shape,
                       struct lesson_value *out, struct err *err) {
    const char *problem =
        lesson_live_problem(a->name, a->t != ATTRIBUTE_NONE, a->tau != ATTRIBUTE_NONE, a->sentence != ATTRIBUTE_NONE,
                            a->rival != ATTRIBUTE_NONE, a->symbol[0] != 0);
    bool others = a->unit != ATTRIBUTE_NONE || a->from != ATTRIBUTE_NONE || a->row != ATTRIBUTE_NONE ||
                  a->column != ATTRIBUTE_NONE || a->reduce[0] || a->original;
    if (problem || others)
        return lesson_err_in(err, text, a->name_at, "%s: %s", a->name,
                             problem ? problem : "expected no such index beside it, found one");
    int layer = a->layer == ATTRIBUTE_NONE ? 0 : a->layer, direction = a->reverse || a->direction == 1;
    if (layer >= shape->layers || direction >= shape->directions)
        return lesson_err_in(err, text, a->name_at, "expected layer=1 to %d and direction=1 to %d for %s",
                             shape->layers, shape->directions, a->name);
    *out = (struct lesson_value){.row = a->t,
                                 .plane = a->tau,
                                 .column = a->sentence,
                                 .block = LESSON_NONE,
                                 .rival = a->rival >= 0 ? a->rival + 1 : 0,
                                 .chain = {a->encoder ? 1 : 0, layer, direction}};
    memcpy(out->symbol, a->symbol, sizeof out->symbol);
    snprintf(out->tensor, sizeof out->tensor, "live/%.50s", a->name);
    return true;
}

bool lesson_value_parse(const char *text, const char **cursor, const struct lesson_scope *scope,
                        struct lesson_value *out, struct err *err) {
    struct attributes a;
    if (!read_attributes(text, cursor, &a, err)) return false;
    bool other = scope->now && a.rival >= 0 && a.rival < scope->now->rival_count; // its sizes and cell may differ
    const struct lesson_shape shape = other ? lesson_shape_of(scope->now->rivals[a.rival]) : scope->shape;
    if (a.rival >= LESSON_RIVALS)
        return lesson_err_in(err, text, a.name_at, "expected rival=1 to %d, found %d", LESSON_RIVALS, a.rival + 1);
    if (lesson_live_known(a.name)) return live_value(text, &a, &shape, out, err);
    if (a.tau != ATTRIBUTE_NONE || a.sentence != ATTRIBUTE_NONE)
        return lesson_err_in(err, text, a.name_at,
                             "expected \"tau=\" beside dL_da or dL_dc and \"sentence=\" beside log_p only");
    for (int k = 0; k < shape.cell_count; k++) {
        *out = (struct lesson_value){.row = LESSON_NONE,
                                     .column = LESSON_NONE,
                                     .plane = LESSON_NONE,
                                     .block = LESSON_NONE,
                                     .original = a.original,
                                     .rival = a.rival >= 0 ? a.rival + 1 : 0};
        memcpy(out->reduce, a.reduce, sizeof out->reduce);
        struct lesson_tensor tensor;
        if (!full_name(&a, shape.cells[k], out) || !of_side(out, a.encoder) ||
            !lesson_tensor_find(out->tensor, shape.cells[k], &shape, &tensor))
            continue;
        return set_indices(text, &a, &tensor, &shape, out, err) && check_axes(text, &a, &tensor, out, err);
    }
    return lesson_err_in(
        err, text, a.name_at,
        "expected a tensor of the %s such as a, da, y_hat, loss or W_ya, another number of the list in "
        "docs/writing-lessons.md, or one that was kept before, found \"%s\"",
        shape.cell_count ? shape.cells[0]->title : "network", a.name);
}

// --- looking up ---

static int find_symbol(const struct record *record, const char *symbol, bool answer) {
    const struct net_spec *spec = &record->layout.spec;
    int count = answer ? spec->outputs : spec->inputs;
    for (int i = 0; i < count; i++)
        if (strcmp(answer ? record_answer(record, i) : record_symbol(record, i), symbol) == 0) return i;
    return -1;
}

static bool resolve_symbol(struct lesson_value *v, int *axis, const struct lesson_tensor *tensor,
                           const struct record *record, struct err *err) {
    record = record_side(record, tensor->encoder);
    bool target = strcmp(v->symbol, "target") == 0;
    int index;
    if (target || strcmp(v->symbol, "input") == 0) {
        int t = v->plane >= 0 ? v->plane : axis == &v->column ? v->row : -1;
        if (t < 0) return err_set(err, ERR_VALUE, "expected t= beside symbol=%s, found none", v->symbol);
        index = target ? record->example.target[t] : record->example.x ? record->example.x[t] : -1;
        if (index < 0 || (target && record->example.target_real))
            return err_set(err, ERR_VALUE, "timestep %d has no %s symbol", t + 1, v->symbol);
    } else {
        index = find_symbol(record, v->symbol, tensor->answers);
        if (index < 0) return err_set(err, ERR_VALUE, "expected a symbol of the vocabulary, found \"%s\"", v->symbol);
    }
    *axis = index;
    v->symbol[0] = '\0';
    return true;
}

static bool resolve_index(int *index, int length, int selected, const char *what, struct err *err) {
    if (*index == LESSON_LAST) *index = length - 1;
    if (*index == LESSON_SELECTED) {
        if (selected < 0) return err_set(err, ERR_STOPPED, "no %s is selected", what);
        *index = selected;
    }
    if (*index >= length) return err_set(err, ERR_VALUE, "expected %s 1 to %d, found %d", what, length, *index + 1);
    return true;
}

bool lesson_resolve(const struct lesson_value *value, const struct lesson_now *now, struct lesson_value *out,
                    struct err *err) {
    *out = *value;
    const struct record *record = lesson_record_of(value, now);
    if (!record) return err_set(err, ERR_STOPPED, "there is no other network number %d to compare", value->rival);
    struct lesson_shape shape = lesson_shape_of(record);
    struct lesson_tensor tensor;
    if (!lesson_tensor_find(value->tensor, shape.cells[0], &shape, &tensor))
        return err_set(err, ERR_VALUE, "expected a tensor of the %s, found \"%s\"", shape.cells[0]->title,
                       value->tensor);
    int first = tensor.planes;
    bool over_time = !lesson_tensor_is_matrix(&tensor);
    int t = tensor.encoder == now->encoder || !now->record->encoder ? now->t : -1; // selected on the other side
    int rows = out->block >= 0 ? shape.units : tensor.shape[first];
    if (!resolve_index(&out->plane, shape.T, t, "timestep", err)) return false;
    if (!resolve_index(&out->row, rows, over_time ? t : now->unit, over_time ? "timestep" : "unit", err)) return false;
    if (!resolve_index(&out->column, tensor.shape[first + 1], now->unit, "unit", err)) return false;
    if (out->symbol[0] && !resolve_symbol(out, axis_of(out, &tensor, "symbol"), &tensor, record, err)) return false;
    if (out->block >= 0 && out->row >= 0) {
        out->row += out->block * shape.units;
        out->block = LESSON_NONE;
    }
    return true;
}

struct reduction_state {
    double sum, squares, max, min, absmax;
    long count, argmax, argmin, argabsmax;
};

static void take(struct reduction_state *s, double x) {
    if (s->count == 0 || x > s->max) s->max = x, s->argmax = s->count;
    if (s->count == 0 || x < s->min) s->min = x, s->argmin = s->count;
    if (s->count == 0 || fabs(x) > s->absmax) s->absmax = fabs(x), s->argabsmax = s->count;
    s->sum += x;
    s->squares += x * x;
    s->count++;
}

static double reduced(const struct reduction_state *s, const char *reduce) {
    const struct {
        const char *word;
        double value;
    } table[] = {{"", s->sum},
                 {"norm", sqrt(s->squares)},
                 {"sum", s->sum},
                 {"mean", s->sum / (double)s->count},
                 {"max", s->max},
                 {"min", s->min},
                 {"absmax", s->absmax},
                 {"argmax", (double)s->argmax + 1},
                 {"argmin", (double)s->argmin + 1},
                 {"argabsmax", (double)s->argabsmax + 1}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].word, reduce) == 0) return table[i].value;
    return NAN;
}

struct range {
    int first, end;
};
static struct range range_of(int index, int length) {
    return index >= 0 ? (struct range){index, index + 1} : (struct range){0, length};
}

bool lesson_value_now(const struct lesson_value *value, const struct lesson_now *now, double *out, struct err *err) {
    struct lesson_value v;
    if (lesson_value_is_live(value)) return lesson_live_value(value, now, out, err);
    if (!lesson_resolve(value, now, &v, err)) return false;
    const struct record *record = lesson_record_of(&v, now);
    struct lesson_shape shape = lesson_shape_of(record);
    struct lesson_tensor tensor;
    lesson_tensor_find(v.tensor, shape.cells[0], &shape, &tensor);
    double *data = lesson_tensor_copy(&tensor, record, v.plane);
    if (!data) return err_set(err, ERR_MEMORY, "not enough memory for the tensor %s", v.tensor);
    int first = tensor.planes;
    int rows = tensor.shape[first], columns = tensor.dims - first == 2 ? tensor.shape[first + 1] : 1;
    struct range planes = {0, first && v.plane < 0 ? tensor.shape[0] : 1};
    struct range row =
        v.block >= 0 ? (struct range){v.block * shape.units, (v.block + 1) * shape.units} : range_of(v.row, rows);
    struct range column = range_of(v.column, columns);
    struct reduction_state state = {0};
    for (int p = planes.first; p < planes.end; p++)
        for (int r = row.first; r < row.end; r++)
            for (int c = column.first; c < column.end; c++)
                take(&state, data[((size_t)p * (size_t)rows + (size_t)r) * (size_t)columns + (size_t)c]);
    mem_free(data);
    *out = reduced(&state, v.reduce);
    return true;
}
