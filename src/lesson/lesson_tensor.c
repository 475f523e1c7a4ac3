// Named tensors of a record, by the names of the trace file: which exist, their shapes, their numbers.
#include "lesson_internal.h"

#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum tensor_kind {
    TENSOR_SLOT,
    TENSOR_SLOT_GRAD,
    TENSOR_FROM_LOSS,
    TENSOR_FROM_FUTURE,
    TENSOR_LOGITS,
    TENSOR_LOGITS_GRAD,
    TENSOR_Y_HAT,
    TENSOR_LOSS,
    TENSOR_INPUT,
    TENSOR_TOTAL_LOSS,
    TENSOR_GRAD_NORM,
    TENSOR_CLIP_NORM,
    TENSOR_CLIP_SCALE,
    TENSOR_CLIPPED_NORM,
    TENSOR_CLIP_VALUE,
    TENSOR_PARAM,
    TENSOR_PARAM_GRAD,
    TENSOR_CLIPPED,
    TENSOR_PARAM_AFTER,
    TENSOR_DELTA,
    TENSOR_MOMENT,
    TENSOR_SQUARE,
    TENSOR_GRAD_AT // the last eight: parameters
};

static bool reads_numbers(const struct net_spec *spec) {
    return spec->real_input || spec->embed > 0;
}

struct lesson_shape lesson_shape_of(const struct record *record) {
    const struct record *side = record_side(record, false), *encoder = side->whole->encoder;
    const struct net_spec *spec = &side->layout.spec;
    struct lesson_shape shape = {.cells = {record_cell(record)},
                                 .cell_count = 1,
                                 .layers = spec->layers,
                                 .directions = spec->directions,
                                 .units = spec->hidden,
                                 .symbols = spec->outputs,
                                 .T = record_T(side),
                                 .inputs = record_input_width(side),
                                 .numbers = reads_numbers(spec),
                                 .embed = spec->embed,
                                 .vocabulary = spec->inputs};
    if (!encoder) return shape;
    shape.encoder.directions = encoder->layout.spec.directions;
    shape.encoder.T = record_T(encoder);
    shape.encoder.inputs = record_input_width(encoder);
    shape.encoder.vocabulary = encoder->layout.spec.inputs;
    shape.encoder.numbers = reads_numbers(&encoder->layout.spec);
    return shape;
}

// The encoder's side as a shape of its own.
static struct lesson_shape encoder_shape(const struct lesson_shape *shape) {
    struct lesson_shape encoder = *shape;
    encoder.directions = shape->open ? NET_MAX_DIRECTIONS : shape->encoder.directions;
    encoder.T = shape->encoder.T;
    encoder.inputs = shape->encoder.inputs;
    encoder.vocabulary = shape->encoder.vocabulary;
    encoder.numbers = shape->encoder.numbers;
    encoder.symbols = 0;
    return encoder;
}

static bool has_encoder(const struct lesson_shape *shape) {
    return shape->open || shape->encoder.directions > 0;
}

static int inputs_of(const struct lesson_shape *shape, int layer) {
    if (layer == 0) return shape->inputs > 0 ? shape->inputs : shape->open ? 0 : shape->symbols;
    return shape->units * shape->directions;
}

// "l0/", "l2_reverse/": the layer and direction; returns what follows, or NULL.
static const char *read_layer(const char *text, char end, const struct lesson_shape *shape, int *layer,
                              int *direction) {
    if (*text != 'l') return NULL;
    char *rest;
    long k = strtol(text + 1, &rest, 10);
    if (rest == text + 1 || k < 0 || k >= shape->layers) return NULL;
    *layer = (int)k;
    *direction = 0;
    if (strncmp(rest, "_reverse", 8) == 0) {
        *direction = 1;
        rest += 8;
    }
    if (*direction >= shape->directions || *rest != end) return NULL;
    return end ? rest + 1 : rest;
}

static bool find_slot(const char *name, const struct cell_desc *cell, const struct lesson_shape *shape,
                      struct lesson_tensor *out) {
    const char *slot = read_layer(name, '/', shape, &out->layer, &out->direction);
    if (!slot) return false;
    out->slot = cell_slot_by_id(cell, slot);
    if (out->slot < 0) return false;
    out->dims = 2;
    out->shape[0] = shape->T;
    out->shape[1] = out->slot == cell->input ? inputs_of(shape, out->layer) : shape->units;
    out->symbol_columns = out->slot == cell->input && out->layer == 0 && !shape->numbers;
    if (out->kind == TENSOR_SLOT || out->kind == TENSOR_SLOT_GRAD) return true;
    for (out->state = 0; out->state < cell->state_count; out->state++)
        if (cell->state_out[out->state] == out->slot) return true;
    return false;
}

// Rows and columns of a parameter, as in the file: (out, in), an embedding (V, E).
static void param_shape(enum param_role role, const struct cell_desc *cell, const struct lesson_shape *shape,
                        struct lesson_tensor *out, int *at) {
    bool head = role == PARAM_HEAD || role == PARAM_HEAD_BIAS, embed = role == PARAM_EMBED;
    at[0] = head    ? shape->symbols
            : embed ? shape->vocabulary
                    : (role == PARAM_DIAGONAL ? cell_diagonal_count(cell) : cell->block_count) * shape->units;
    at[1] = embed                 ? shape->embed
            : head                ? shape->units * shape->directions
            : role == PARAM_INPUT ? inputs_of(shape, out->layer)
                                  : shape->units;
    out->symbol_rows = head || embed;
    out->answers = head;
    out->symbol_columns = role == PARAM_INPUT && out->layer == 0 && !shape->numbers;
}

// "rnn.weight_ih_l0", "head.bias": role and shape.
static bool find_param(const char *name, const struct cell_desc *cell, const struct lesson_shape *shape,
                       struct lesson_tensor *out) {
    static const struct {
        const char *text;
        enum param_role role;
    } words[] = {{"rnn.weight_ih_", PARAM_INPUT},    {"rnn.weight_hh_", PARAM_RECURRENT},
                 {"rnn.bias_ih_", PARAM_BIAS},       {"rnn.bias_hh_", PARAM_RECURRENT_BIAS},
                 {"rnn.weight_ch_", PARAM_DIAGONAL}, {"head.weight", PARAM_HEAD},
                 {"head.bias", PARAM_HEAD_BIAS},     {"embed.weight", PARAM_EMBED}};
    int first = out->planes = out->kind == TENSOR_GRAD_AT ? 1 : 0;
    if (first) out->shape[0] = shape->T;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].text);
        if (strncmp(name, words[i].text, length) != 0) continue;
        enum param_role role = words[i].role;
        bool alone = role == PARAM_HEAD || role == PARAM_HEAD_BIAS || role == PARAM_EMBED;
        if (role == PARAM_RECURRENT_BIAS && !cell->two_biases) return false;
        if (role == PARAM_DIAGONAL && !cell_diagonal_count(cell)) return false;
        if (role == PARAM_EMBED && !shape->embed && !shape->open) return false;
        if ((role == PARAM_HEAD || role == PARAM_HEAD_BIAS) && out->encoder) return false;
        if (alone ? name[length] != '\0' : !read_layer(name + length, '\0', shape, &out->layer, &out->direction))
            return false;
        if (alone) out->layer = out->direction = -1;
        out->param = (int)role;
        param_shape(role, cell, shape, out, out->shape + first);
        out->dims = first + (param_is_vector(role) ? 1 : 2);
        if (out->dims - first == 1) out->shape[first + 1] = 0;
        return true;
    }
    return false;
}

// "encoder.rnn.weight_ih_l0" of an encoder-decoder.
static bool find_param_of_side(const char *name, const struct cell_desc *cell, const struct lesson_shape *shape,
                               struct lesson_tensor *out) {
    static const size_t length = sizeof "encoder." - 1;
    out->encoder = strncmp(name, "encoder.", length) == 0;
    bool named = out->encoder || strncmp(name, "decoder.", length) == 0;
    if (named ? !has_encoder(shape) : shape->encoder.directions > 0) return false;
    if (!out->encoder) return find_param(name + (named ? length : 0), cell, shape, out);
    struct lesson_shape encoder = encoder_shape(shape);
    return find_param(name + length, cell, &encoder, out);
}

bool lesson_tensor_find(const char *name, const struct cell_desc *cell, const struct lesson_shape *shape,
                        struct lesson_tensor *out) {
    static const struct {
        const char *prefix;
        enum tensor_kind kind;
    } families[] = {{"backward/from_loss/", TENSOR_FROM_LOSS},
                    {"backward/from_future/", TENSOR_FROM_FUTURE},
                    {"forward/", TENSOR_SLOT},
                    {"backward/", TENSOR_SLOT_GRAD},
                    {"grad_at/", TENSOR_GRAD_AT},
                    {"grad/", TENSOR_PARAM_GRAD},
                    {"param/", TENSOR_PARAM},
                    {"clip/grad/", TENSOR_CLIPPED},
                    {"param_after/", TENSOR_PARAM_AFTER},
                    {"delta/", TENSOR_DELTA},
                    {"optimizer/m/", TENSOR_MOMENT},
                    {"optimizer/v/", TENSOR_SQUARE}};
    static const struct {
        const char *name;
        enum tensor_kind kind;
        int dims;
    } singles[] = {{"forward/logits", TENSOR_LOGITS, 2},
                   {"forward/y_hat", TENSOR_Y_HAT, 2},
                   {"forward/loss", TENSOR_LOSS, 1},
                   {"backward/logits", TENSOR_LOGITS_GRAD, 2},
                   {"input", TENSOR_INPUT, 2},
                   {"forward/total_loss", TENSOR_TOTAL_LOSS, 0},
                   {"clip/grad_norm", TENSOR_GRAD_NORM, 0},
                   {"clip/clipped_norm", TENSOR_CLIPPED_NORM, 0},
                   {"clip/max_norm", TENSOR_CLIP_NORM, 0},
                   {"clip/max_value", TENSOR_CLIP_VALUE, 0},
                   {"clip/scale", TENSOR_CLIP_SCALE, 0}};
    *out = (struct lesson_tensor){.param = -1};
    struct lesson_shape encoder;
    bool of_encoder = strncmp(name, "encoder/", 8) == 0;
    if (of_encoder) {
        if (!has_encoder(shape)) return false;
        encoder = encoder_shape(shape);
        shape = &encoder;
        name += 8;
        out->encoder = true;
    }
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++)
        if (strcmp(name, singles[i].name) == 0) {
            bool input = singles[i].kind == TENSOR_INPUT, wide = singles[i].dims == 2;
            if (of_encoder && !input) return false; // an encoder has no outputs
            out->kind = singles[i].kind;
            out->dims = singles[i].dims;
            out->shape[0] = out->dims ? shape->T : 1;
            out->shape[1] = !wide ? 0 : input ? inputs_of(shape, 0) : shape->symbols;
            out->symbol_columns = wide && !(input && shape->numbers);
            out->answers = wide && !input;
            return true;
        }
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        size_t length = strlen(families[i].prefix);
        if (strncmp(name, families[i].prefix, length) != 0) continue;
        out->kind = families[i].kind;
        if (lesson_tensor_is_matrix(out)) return !of_encoder && find_param_of_side(name + length, cell, shape, out);
        return find_slot(name + length, cell, shape, out);
    }
    return false;
}

bool lesson_tensor_is_matrix(const struct lesson_tensor *tensor) {
    return tensor->kind >= TENSOR_PARAM;
}

// (in, out) of the slab to (out, in) of the file; an embedding lies as in the file.
static void turn(double *to, const double *from, const struct param *param) {
    size_t in = (size_t)param->in, out = (size_t)param->out;
    bool same = param->role == PARAM_EMBED;
    for (size_t o = 0; o < out; o++)
        for (size_t i = 0; i < in; i++)
            to[same ? i * out + o : o * in + i] = from[i * out + o];
}

static double scalar_of(const struct lesson_tensor *x, const struct record *record) {
    return x->kind == TENSOR_TOTAL_LOSS     ? record->loss
           : x->kind == TENSOR_GRAD_NORM    ? record->grad_norm
           : x->kind == TENSOR_CLIPPED_NORM ? record->clipped_norm
           : x->kind == TENSOR_CLIP_NORM    ? record->options.clip_norm
           : x->kind == TENSOR_CLIP_VALUE   ? record->options.clip_value
                                            : record->clip_scale;
}

static enum record_param_kind param_kind(int kind) {
    return kind == TENSOR_PARAM        ? RECORD_PARAM
           : kind == TENSOR_PARAM_GRAD ? RECORD_GRAD
           : kind == TENSOR_CLIPPED    ? RECORD_CLIPPED
           : kind == TENSOR_DELTA      ? RECORD_DELTA
           : kind == TENSOR_MOMENT     ? RECORD_MOMENT
           : kind == TENSOR_SQUARE     ? RECORD_SQUARE
                                       : RECORD_PARAM_AFTER;
}

static double *copy_param(const struct lesson_tensor *x, const struct record *record, int index) {
    const struct param *param = &record->layout.params[index];
    bool same = param->role == PARAM_EMBED;
    int rows = same ? param->in : param->out, columns = same ? param->out : param->in;
    double *out = mem_array((size_t)rows * (size_t)columns, sizeof *out);
    for (int r = 0; out && r < rows; r++)
        for (int c = 0; c < columns; c++)
            out[(size_t)r * (size_t)columns + (size_t)c] = record_param_value(record, param_kind(x->kind), index, r, c);
    return out;
}

static const double *row_of(const struct lesson_tensor *x, const struct record *record, int t) {
    const struct tape *tape = record->tape;
    switch (x->kind) {
    case TENSOR_SLOT:
        return tape_value(tape, x->layer, x->direction, x->slot, t);
    case TENSOR_SLOT_GRAD:
        return tape_grad(tape, x->layer, x->direction, x->slot, t);
    case TENSOR_FROM_LOSS:
        return tape_from_loss(tape, x->layer, x->direction, x->state, t);
    case TENSOR_FROM_FUTURE:
        return tape_from_future(tape, x->layer, x->direction, x->state, t);
    case TENSOR_LOGITS:
        return tape_logits(tape, t);
    case TENSOR_LOGITS_GRAD:
        return tape_logits_grad(tape, t);
    case TENSOR_Y_HAT:
        return tape_y_hat(tape, t);
    case TENSOR_INPUT:
        return tape_value(tape, 0, 0, record_cell(record)->input, t);
    default:
        return NULL;
    }
}

static double *copy_over_time(const struct lesson_tensor *x, const struct record *record) {
    size_t width = x->dims == 2 ? (size_t)x->shape[1] : 1;
    double *out = mem_array((size_t)x->shape[0] * width, sizeof *out);
    if (out && x->dims == 0) return out[0] = scalar_of(x, record), out;
    for (int t = 0; out && t < x->shape[0]; t++) {
        if (x->kind == TENSOR_LOSS)
            out[t] = tape_loss(record->tape, t);
        else
            memcpy(out + (size_t)t * width, row_of(x, record, t), width * sizeof *out);
    }
    return out;
}

double *lesson_tensor_copy(const struct lesson_tensor *x, const struct record *record, int plane) {
    record = record_side(record, x->encoder);
    if (!lesson_tensor_is_matrix(x)) return copy_over_time(x, record);
    int index = layout_param(&record->layout, (enum param_role)x->param, x->layer, x->direction);
    const struct param *param = &record->layout.params[index];
    size_t size = (size_t)param->in * (size_t)param->out;
    if (x->kind != TENSOR_GRAD_AT) return copy_param(x, record, index);
    int first = plane >= 0 ? plane : 0, count = plane >= 0 ? 1 : x->shape[0];
    double *out = mem_array(size * (size_t)count, sizeof *out), *part = mem_array(size, sizeof *part);
    for (int t = 0; out && part && t < count; t++) {
        tape_param_grad_at(record->tape, &record->layout, &record->example, index, first + t, part);
        turn(out + size * (size_t)t, part, param);
    }
    if (!part) {
        mem_free(out);
        out = NULL;
    }
    mem_free(part);
    return out;
}
