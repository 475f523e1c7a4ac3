#include "trace_input.h"

#include "checkpoint.h"
#include "mem.h"
#include "npy.h"
#include "str.h"
#include <math.h>
#include <string.h>

// What stands in the two files, and which column of them is wanted.
struct arrays {
    const char *input_name, *target_name;
    struct npy x, y;
    bool has_target;
    int column; // from 0
};

void arrays_model_unknown(struct model_words *model) {
    model->cell = CELL_COUNT;
    model->layers = model->hidden = 0;
}

// ---- reading ----

static bool arrays_read(struct arrays *arrays, const struct opening *opening, const struct arrays_words *words,
                        struct err *err) {
    *arrays = (struct arrays){.input_name = words->input,
                              .target_name = words->target,
                              .has_target = words->target != NULL,
                              .column = opening->example > 0 ? opening->example - 1 : 0};
    return npy_read(&arrays->x, words->input, err) && (!words->target || npy_read(&arrays->y, words->target, err));
}

static void arrays_release(struct arrays *arrays) {
    npy_release(&arrays->x);
    npy_release(&arrays->y);
}

static double number(const struct npy *array, size_t i) {
    return array->real ? array->real[i] : (double)array->whole[i];
}

static int64_t largest(const struct npy *array) {
    int64_t most = 0;
    for (size_t i = 0; i < array->count; i++)
        most = array->whole[i] > most ? array->whole[i] : most;
    return most;
}

static bool shape_error(const char *name, const struct npy *array, const char *expected, struct err *err) {
    char shape[160];
    return err_at(err, ERR_VALUE, name, 0, 0, "expected %s, found %s of shape %s", expected,
                  array->real ? "reals" : "whole numbers", shape_text(array->dims, array->shape, shape, sizeof shape));
}

// ---- the network: from a checkpoint, or from the model options and the arrays ----

static int size_or(int64_t size) {
    return size > NET_MAX_VOCABULARY ? NET_MAX_VOCABULARY + 1 : (int)size; // net_spec_check() refuses what is too large
}

// What the options say; sizes are 0 where they say nothing.
static struct net_spec spec_said(const struct opening *opening, const struct arrays_words *words,
                                 const struct arrays *arrays) {
    const struct model_words *model = &opening->model;
    bool real_target = arrays->has_target && arrays->y.real;
    int output = words->output >= 0 ? words->output : real_target ? OUTPUT_LINEAR : OUTPUT_SOFTMAX;
    return (struct net_spec){.cell = (enum cell_id)model->cell,
                             .activation = (enum activation)model->activation,
                             .kind = words_kind(model),
                             .layers = model->layers,
                             .hidden = model->hidden,
                             .directions = model->bidirectional ? 2 : 0,
                             .embed = model->embed,
                             .real_input = arrays->x.real != NULL,
                             .output = (enum net_output)output};
}

// The rest by the recipe's usual values and by what the arrays need.
static void complete_spec(struct net_spec *spec, const struct arrays *arrays) {
    struct net_spec usual = recipe_default().spec;
    const struct npy *x = &arrays->x, *y = &arrays->y;
    if (spec->cell == CELL_COUNT) spec->cell = usual.cell;
    if (spec->layers == 0) spec->layers = usual.layers;
    if (spec->hidden == 0) spec->hidden = usual.hidden;
    if (spec->directions == 0) spec->directions = usual.directions;
    int64_t in = x->real ? (x->dims > 0 ? x->shape[x->dims - 1] : 0) : largest(x) + 1;
    spec->inputs = size_or(spec->real_input || in > 2 ? in : 2);
    int64_t out = spec->inputs;
    if (arrays->has_target && spec->output == OUTPUT_SOFTMAX)
        out = y->whole ? largest(y) + 1 : 0;
    else if (arrays->has_target)
        out = y->dims == x->dims + !spec->real_input && y->dims > 0 ? y->shape[y->dims - 1] : 1;
    spec->outputs = size_or(spec->output != OUTPUT_SOFTMAX || out > 2 ? out : 2);
}

// As the workbench makes its network from the same words.
static bool make_model(struct model *model, const struct opening *opening, struct net_spec spec,
                       const struct arrays *arrays, struct err *err) {
    complete_spec(&spec, arrays);
    if (opening->training.steps > 0)
        return err_set(err, ERR_USAGE, "--steps: there is nothing to train on with --input; expected a trained model");
    if (!model_init(model, &spec, err)) return false;
    struct rng rng = rng_seed((uint64_t)opening->training.seed);
    rng_fork(&rng, 1);
    model_randomise(model, &rng, (float)recipe_default().forget_bias);
    return true;
}

// ---- one column of the arrays as an example ----

// Timesteps and columns of an array of (T), (T, B), with `width` behind them where that is above 0.
static bool read_shape(const char *name, const struct npy *array, bool batched, int width, const char *expected, int *T,
                       int *B, struct err *err) {
    int dims = 1 + batched + (width > 0);
    if (array->dims != dims || (width > 0 && array->shape[dims - 1] != width))
        return shape_error(name, array, expected, err);
    *B = batched ? size_or(array->shape[1]) : 1;
    *T = size_or(array->shape[0]);
    if (*T < 1 || *T > WORKBENCH_MAX_T)
        return err_at(err, ERR_LIMIT, name, 0, 0, "expected 1 to %d timesteps, found %lld", WORKBENCH_MAX_T,
                      (long long)array->shape[0]);
    return true;
}

static size_t place(const struct arrays *arrays, int t, int B, int width) {
    return ((size_t)t * (size_t)B + (size_t)arrays->column) * (size_t)width;
}

static bool in_int(const char *name, int64_t value, struct err *err) {
    if (value >= -1 && value <= NET_MAX_VOCABULARY) return true;
    return err_at(err, ERR_VALUE, name, 0, 0, "expected symbols from 0 to %d, or -1 for none; found %lld",
                  NET_MAX_VOCABULARY, (long long)value);
}

// Of the input: symbols (-1 is the zero vector), or reals from any numbers.
static bool read_input(const struct arrays *arrays, const struct net_spec *spec, struct example *example, bool *batched,
                       int *columns, struct err *err) {
    const struct npy *x = &arrays->x;
    char expected[128];
    int width = spec->real_input ? spec->inputs : 0, T = 0, B = 0;
    if (width > 0)
        snprintf(expected, sizeof expected, "numbers of shape (T, %d) or (T, B, %d)", width, width);
    else
        snprintf(expected, sizeof expected, "whole numbers of shape (T) or (T, B), the symbols");
    *batched = x->dims == 2 + (width > 0);
    if (width == 0 && !x->whole) return shape_error(arrays->input_name, x, expected, err);
    if (!read_shape(arrays->input_name, x, *batched, width, expected, &T, &B, err)) return false;
    if (arrays->column >= B)
        return err_at(err, ERR_VALUE, arrays->input_name, 0, 0, "there are %d examples, found a wish for number %d", B,
                      arrays->column + 1);
    int *symbols = width > 0 ? NULL : mem_need((size_t)T, sizeof *symbols);
    double *reals = width > 0 ? mem_need((size_t)T * (size_t)width, sizeof *reals) : NULL;
    example->T = T;
    example->x = symbols;
    example->x_real = reals;
    *columns = B;
    for (int t = 0; t < T; t++) {
        size_t at = place(arrays, t, B, width > 0 ? width : 1);
        for (int i = 0; i < width; i++)
            reals[t * width + i] = number(x, at + (size_t)i);
        if (width > 0) continue;
        if (!in_int(arrays->input_name, x->whole[at], err)) return false;
        symbols[t] = (int)x->whole[at];
    }
    return true;
}

// Row t of real answers; a row of NaN alone is no answer.
static bool read_answer(const struct arrays *arrays, size_t at, int width, double *row) {
    int missing = 0;
    for (int o = 0; o < width; o++) {
        row[o] = number(&arrays->y, at + (size_t)o);
        missing += isnan(row[o]);
    }
    for (int o = 0; missing == width && o < width; o++)
        row[o] = 0;
    return missing < width;
}

// Of the answers: symbols (-1 is none), or reals. Where a network answers once, one row is the last timestep's.
static bool read_target(const struct arrays *arrays, const struct net_spec *spec, int rows, bool batched, int columns,
                        int *T, int **target, double **reals, struct err *err) {
    const struct npy *y = &arrays->y;
    bool symbols = spec->output == OUTPUT_SOFTMAX, once = net_one_answer(spec);
    int B = 0, width = symbols ? 0 : spec->outputs;
    if (width == 1 && y->dims == 1 + batched) width = 0; // one number needs no dimension of its own
    char expected[128];
    if (symbols)
        snprintf(expected, sizeof expected, "whole numbers of shape %s, the symbols", batched ? "(T, B)" : "(T)");
    else
        snprintf(expected, sizeof expected, "numbers of shape (T, %s%d)", batched ? "B, " : "", spec->outputs);
    if (symbols && !y->whole) return shape_error(arrays->target_name, y, expected, err);
    if (!read_shape(arrays->target_name, y, batched, width, expected, T, &B, err)) return false;
    if (B != columns || (rows > 0 && *T != rows && !(once && *T == 1)))
        return err_at(err, ERR_VALUE, arrays->target_name, 0, 0,
                      "expected the %d timesteps of %d examples that the input has, found %d of %d", rows, columns, *T,
                      B);
    int first = rows > *T ? rows - *T : 0, all = *T + first, O = spec->outputs;
    *target = mem_need((size_t)all, sizeof **target);
    *reals = symbols ? NULL : mem_need((size_t)all * (size_t)O, sizeof **reals);
    for (int t = 0; t < all; t++) {
        (*target)[t] = -1;
        if (t < first) continue;
        size_t at = place(arrays, t - first, B, symbols ? 1 : O);
        if (symbols && !in_int(arrays->target_name, y->whole[at], err)) return false;
        (*target)[t] = symbols                                                      ? (int)y->whole[at]
                       : read_answer(arrays, at, O, *reals + (size_t)t * (size_t)O) ? 0
                                                                                    : -1;
    }
    *T = all;
    return true;
}

static void release_example(struct example *example) {
    example_release(example);
    *example = (struct example){0};
}

// Of an encoder-decoder the input is the source, and the decoder reads the answers one timestep late.
static bool read_pair(const struct arrays *arrays, const struct net_spec *spec, struct example *source,
                      struct example *example, struct err *err) {
    bool batched;
    int columns = 0, *target = NULL;
    double *reals = NULL;
    if (!arrays->has_target)
        return err_set(err, ERR_USAGE, "--target: expected what the decoder is to write, found none");
    if (!read_input(arrays, spec, source, &batched, &columns, err)) return false;
    bool good = read_target(arrays, spec, 0, batched, columns, &example->T, &target, &reals, err);
    example->target = target;
    if (!good) return false;
    int *x = mem_need((size_t)example->T, sizeof *x);
    for (int t = 0; t < example->T; t++)
        x[t] = t > 0 ? target[t - 1] : -1;
    example->x = x;
    example->source = source;
    return true;
}

static bool read_example(const struct arrays *arrays, const struct net_spec *spec, struct example *source,
                         struct example *example, struct err *err) {
    bool batched;
    int columns = 0, T = 0, *target = NULL;
    double *reals = NULL;
    if (spec->kind == NET_ENCODER_DECODER) return read_pair(arrays, spec, source, example, err);
    if (!read_input(arrays, spec, example, &batched, &columns, err)) return false;
    bool good =
        !arrays->has_target || read_target(arrays, spec, example->T, batched, columns, &T, &target, &reals, err);
    for (int t = 0; good && target && net_one_answer(spec) && t < example->T - 1; t++)
        target[t] = -1;
    example->target = target;
    example->target_real = reals;
    return good;
}

// ---- whole ----

static bool open_model(const struct opening *opening, const struct arrays_words *words, const struct arrays *arrays,
                       struct checkpoint *checkpoint, struct err *err) {
    struct net_spec said = spec_said(opening, words, arrays);
    return opening->checkpoint ? checkpoint_load(checkpoint, opening->checkpoint, &said, err)
                               : make_model(&checkpoint->model, opening, said, arrays, err);
}

bool arrays_edits(struct edits *edits, const char *clamp, const char *edit, const struct record *record,
                  struct err *err) {
    return (!clamp || edits_parse(edits, clamp, record, err)) && (!edit || edits_parse(edits, edit, record, err));
}

// The record with the edits in place of *record, the one without them.
static bool edit_record(struct record **record, const struct model *model, const char *clamp, const char *edit,
                        struct err *err) {
    const struct record *plain = *record;
    struct edits edits = {0};
    if (!arrays_edits(&edits, clamp, edit, plain, err)) return false;
    struct record *other = record_edited(plain, model, &edits, plain->reduction, err);
    if (!other) return false;
    record_free(*record);
    *record = other;
    return true;
}

struct record *arrays_record(const struct opening *opening, const struct arrays_words *words, enum reduction reduction,
                             const char *clamp, const char *edit, struct err *err) {
    struct arrays arrays;
    struct checkpoint checkpoint = {0};
    struct example example = {0}, source = {0};
    struct record *record = NULL;
    struct train_options options = recipe_default().options;
    options.lr = opening->training.lr;
    options.optimizer = (enum optimizer)opening->training.optimizer;
    options.clip_norm = opening->training.clip_norm;
    bool good = arrays_read(&arrays, opening, words, err) && open_model(opening, words, &arrays, &checkpoint, err) &&
                read_example(&arrays, &checkpoint.model.layout.spec, &source, &example, err);
    struct record_texts texts = workbench_texts(&checkpoint.vocabulary, &checkpoint.labels);
    if (good)
        record = record_new_with(&checkpoint.model, &example, NULL, &texts, reduction, &options, NULL, NULL, 1, err);
    if (record && (clamp || edit) && !edit_record(&record, &checkpoint.model, clamp, edit, err)) {
        record_free(record);
        record = NULL;
    }
    release_example(&example);
    release_example(&source);
    arrays_release(&arrays);
    checkpoint_release(&checkpoint);
    return record;
}
