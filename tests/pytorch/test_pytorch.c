// PyTorch's numbers: the reference (double) and the kernels (float) against logits, losses and all gradients that
// tests/pytorch/make_fixtures.py wrote, and against numbers drawn anew where PyTorch is installed.

#include "mem.h"
#include "reference.h"
#include "safetensors.h"
#include "trainer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"

static const char *const names[] = {
    "tanh-1-1",        "tanh-1-2",        "tanh-3-1",
    "tanh-3-2",        "tanh-one-answer", "relu-1-1",
    "relu-1-2",        "relu-3-1",        "relu-3-2",
    "relu-one-answer", "gru-1-1",         "gru-1-2",
    "gru-3-1",         "gru-3-2",         "gru-one-answer",
    "lstm-1-1",        "lstm-1-2",        "lstm-3-1",
    "lstm-3-2",        "lstm-one-answer", "pair-gru_reset_after",
    "pair-lstm",
};
enum { NAMES = sizeof names / sizeof *names };
#define REFERENCE_TOLERANCE 1e-12
#define KERNEL_TOLERANCE 1e-5

static struct {
    double reference, kernels; // the largest errors of all fixtures, relative
} worst;

// ---- a fixture, in the layout of the core ----

struct fixture {
    const char *name;
    struct tensor_file file;
    struct net_spec spec;
    struct layout layout;
    double *params, *grads; // layout.size; a cell's one bias is the sum of PyTorch's two
    int T, B, source_T;
    int *x, *target, *source; // (T, B), (T, B), (source_T, B); x NULL for real inputs
    double *x_real;           // (T, B, I), or NULL
};

static const struct tensor *need(const struct fixture *f, const char *name) {
    const struct tensor *tensor = tensor_file_find(&f->file, name);
    if (!tensor) fail_msg("%s: no tensor %s", f->name, name);
    return tensor;
}

static void read_spec(struct fixture *f) {
    char cell[32], activation[16], kind[32];
    int real, *sizes[] = {&f->spec.layers, &f->spec.hidden, &f->spec.directions, &f->spec.inputs, &f->spec.outputs};
    const char *text = tensor_file_meta(&f->file, "spec");
    assert_non_null(text);
    int count = sscanf(text, "%31s %15s %31s %d %d %d %d %d %d %d", cell, activation, kind, sizes[0], sizes[1],
                       sizes[2], sizes[3], sizes[4], &real, &f->spec.embed);
    assert_int_equal(count, 10);
    assert_true(cell_by_name(cell, &f->spec.cell));
    f->spec.activation = strcmp(activation, "relu") == 0 ? ACTIVATION_RELU : ACTIVATION_TANH;
    f->spec.real_input = real != 0;
    f->spec.kind = NET_KIND_COUNT;
    for (int k = 0; k < NET_KIND_COUNT; k++)
        if (strcmp(kind, net_kind_names[k]) == 0) f->spec.kind = (enum net_kind)k;
    struct err err;
    if (!layout_init(&f->layout, &f->spec, &err)) fail_msg("%s: %s", f->name, err.message);
}

// The place of (in, out) in a file: turned, but for embeddings.
static size_t place(const struct param *param, int i, int o) {
    return param->role == PARAM_EMBED ? (size_t)i * (size_t)param->out + (size_t)o
                                      : (size_t)o * (size_t)param->in + (size_t)i;
}

static void second_bias(const char *name, char *out, size_t size) {
    snprintf(out, size, "%s", name);
    memcpy(strstr(out, "bias_ih"), "bias_hh", 7);
}

// `folder`: "" for the weights, "grad/" for the gradients, where the two biases' are equal and the one bias has it.
static double *read_slab(const struct fixture *f, const char *folder) {
    double *slab = mem_need(f->layout.size, sizeof *slab);
    for (int p = 0; p < f->layout.count; p++) {
        const struct param *param = &f->layout.params[p];
        char name[2 * NET_NAME];
        snprintf(name, sizeof name, "%s%s", folder, param->name);
        const struct tensor *tensor = need(f, name), *other = NULL;
        assert_int_equal(tensor_count(tensor), (size_t)param->in * (size_t)param->out);
        if (param->role == PARAM_BIAS && !net_cell(&f->spec)->two_biases && !*folder) {
            second_bias(param->name, name, sizeof name);
            other = need(f, name);
        }
        for (int i = 0; i < param->in; i++)
            for (int o = 0; o < param->out; o++) {
                size_t at = place(param, i, o);
                slab[param->offset + (size_t)i * (size_t)param->out + (size_t)o] =
                    tensor_at(tensor, at) + (other ? tensor_at(other, at) : 0);
            }
    }
    return slab;
}

static int *read_symbols(const struct tensor *tensor, size_t room) {
    int *out = mem_need(room, sizeof *out);
    size_t count = tensor_count(tensor);
    for (size_t i = 0; i < room; i++) // one answer stands at the last timestep
        out[i] = i + count < room ? -1 : (int)tensor_at(tensor, i + count - room);
    return out;
}

static void fixture_init(struct fixture *f, const char *path, const char *name) {
    struct err err;
    *f = (struct fixture){.name = name};
    if (!tensor_file_read(&f->file, path, &err)) fail_msg("%s: %s", path, err.message);
    read_spec(f);
    f->params = read_slab(f, "");
    f->grads = read_slab(f, "grad/");
    const struct tensor *x = need(f, "x");
    f->T = (int)x->shape[0];
    f->B = (int)x->shape[1];
    size_t count = (size_t)f->T * (size_t)f->B;
    f->target = read_symbols(need(f, "target"), count);
    if (f->spec.real_input) {
        f->x_real = mem_need(count * (size_t)f->spec.inputs, sizeof *f->x_real);
        memcpy(f->x_real, x->data, x->bytes);
    } else {
        f->x = read_symbols(x, count);
    }
    if (f->spec.kind != NET_ENCODER_DECODER) return;
    const struct tensor *source = need(f, "source");
    f->source_T = (int)source->shape[0];
    f->source = read_symbols(source, tensor_count(source));
}

static void fixture_release(struct fixture *f) {
    mem_free(f->params);
    mem_free(f->grads);
    mem_free(f->x);
    mem_free(f->x_real);
    mem_free(f->target);
    mem_free(f->source);
    layout_release(&f->layout);
    tensor_file_release(&f->file);
}

// ---- comparing ----

// |found - expected| against the larger of |expected| and the tensor's root mean square; NaN fails.
static void compare(const struct fixture *f, const char *who, const char *what, const double *found,
                    const double *expected, size_t count, double tolerance, double *largest) {
    double square = 0;
    for (size_t i = 0; i < count; i++)
        square += expected[i] * expected[i];
    double floor = fmax(sqrt(square / (double)count), 1e-12);
    for (size_t i = 0; i < count; i++) {
        double error = fabs(found[i] - expected[i]) / fmax(fabs(expected[i]), floor);
        if (!(error <= tolerance))
            fail_msg("%s: %s, %s[%zu]: expected %.15g, found %.15g: an error of %.2g", f->name, who, what, i,
                     expected[i], found[i], error);
        *largest = fmax(*largest, error);
    }
}

static void compare_grads(const struct fixture *f, const char *who, const double *found, double tolerance,
                          double *largest) {
    for (int p = 0; p < f->layout.count; p++) {
        const struct param *param = &f->layout.params[p];
        compare(f, who, param->name, found + param->offset, f->grads + param->offset,
                (size_t)param->in * (size_t)param->out, tolerance, largest);
    }
}

// ---- the reference: one column after the other ----

// Column b of (T, B, width).
static void *column(const void *from, int T, int B, int b, size_t width) {
    if (!from) return NULL;
    char *out = mem_need((size_t)T, width);
    for (int t = 0; t < T; t++)
        memcpy(out + (size_t)t * width, (const char *)from + ((size_t)t * (size_t)B + (size_t)b) * width, width);
    return out;
}

static void compare_logits(const struct fixture *f, const struct tape *tape, int b) {
    const struct tensor *logits = need(f, "logits");
    int rows = (int)logits->shape[0], O = f->spec.outputs;
    for (int t = 0; t < rows; t++)
        compare(f, "reference", "logits", tape_logits(tape, f->T - rows + t),
                (const double *)logits->data + ((size_t)t * (size_t)f->B + (size_t)b) * (size_t)O, (size_t)O,
                REFERENCE_TOLERANCE, &worst.reference);
}

static int count_tokens(const struct fixture *f) {
    int tokens = 0;
    for (int i = 0; i < f->T * f->B; i++)
        tokens += f->target[i] >= 0;
    return tokens;
}

static void check_reference(const struct fixture *f) {
    struct err err;
    double *grads = mem_need(f->layout.size, sizeof *grads), loss = 0, factor = 1.0 / count_tokens(f);
    struct tape *tape = tape_new_pair(&f->spec, f->source_T, f->T, &err);
    if (!tape) fail_msg("%s: %s", f->name, err.message);
    for (int b = 0; b < f->B; b++) {
        int *x = column(f->x, f->T, f->B, b, sizeof *x), *target = column(f->target, f->T, f->B, b, sizeof *target);
        int *symbols = column(f->source, f->source_T, f->B, b, sizeof *symbols);
        double *real = column(f->x_real, f->T, f->B, b, (size_t)f->spec.inputs * sizeof *real);
        struct example source = {.T = f->source_T, .x = symbols};
        struct example example = {
            .T = f->T, .x = x, .x_real = real, .target = target, .source = symbols ? &source : NULL};
        if (!example_check(&f->spec, &example, &err)) fail_msg("%s: %s", f->name, err.message);
        loss += reference_forward(tape, &f->layout, f->params, &example);
        compare_logits(f, tape, b);
        tape_scale_loss(tape, factor);
        reference_backward(tape, &f->layout, f->params, &example, grads);
        mem_free(x);
        mem_free(target);
        mem_free(symbols);
        mem_free(real);
    }
    loss *= factor;
    compare(f, "reference", "loss", &loss, need(f, "loss")->data, 1, REFERENCE_TOLERANCE, &worst.reference);
    compare_grads(f, "reference", grads, REFERENCE_TOLERANCE, &worst.reference);
    tape_free(tape);
    mem_free(grads);
}

// ---- the kernels: one minibatch ----

static void check_kernels(const struct fixture *f) {
    struct model model;
    struct err err;
    size_t reals = f->x_real ? (size_t)f->T * (size_t)f->B * (size_t)f->spec.inputs : 0;
    float *x_real = reals ? mem_need(reals, sizeof *x_real) : NULL;
    for (size_t i = 0; i < reals; i++)
        x_real[i] = (float)f->x_real[i];
    if (!model_init(&model, &f->spec, &err)) fail_msg("%s: %s", f->name, err.message);
    for (size_t i = 0; i < f->layout.size; i++)
        model.params[i] = (float)f->params[i];
    struct train_options options = train_options_default();
    int longest = f->source_T > f->T ? f->source_T : f->T;
    struct trainer *trainer = trainer_new(&model, &options, longest, f->B, &err);
    if (!trainer) fail_msg("%s: %s", f->name, err.message);
    struct batch source = {.T = f->source_T, .B = f->B, .x = f->source};
    struct batch batch = {
        .T = f->T, .B = f->B, .x = f->x, .x_real = x_real, .target = f->target, .source = f->source ? &source : NULL};
    float *narrow = mem_need(f->layout.size, sizeof *narrow);
    double *grads = mem_need(f->layout.size, sizeof *grads), loss;
    if (!trainer_gradients(trainer, &batch, narrow, &loss, &err)) fail_msg("%s: %s", f->name, err.message);
    for (size_t i = 0; i < f->layout.size; i++)
        grads[i] = (double)narrow[i];
    compare(f, "kernels", "loss", &loss, need(f, "loss")->data, 1, KERNEL_TOLERANCE, &worst.kernels);
    compare_grads(f, "kernels", grads, KERNEL_TOLERANCE, &worst.kernels);
    trainer_free(trainer);
    mem_free(narrow);
    mem_free(grads);
    mem_free(x_real);
    model_release(&model);
}

// ---- the tests ----

static void check_folder(const char *folder) {
    worst.reference = worst.kernels = 0;
    for (int i = 0; i < NAMES; i++) {
        char path[1024];
        struct fixture f;
        snprintf(path, sizeof path, "%s/%s.safetensors", folder, names[i]);
        fixture_init(&f, path, names[i]);
        check_reference(&f);
        check_kernels(&f);
        fixture_release(&f);
    }
    print_message("%d networks; largest relative error of the reference %.2g, of the kernels %.2g\n", (int)NAMES,
                  worst.reference, worst.kernels);
}

static void test_kept_numbers(void **state) {
    (void)state;
    check_folder(SOURCE_ROOT "/tests/data/pytorch");
}

// A seed of one's own: PYTORCH_SEED=N.
static void test_fresh_numbers(void **state) {
    struct temporary *t = *state;
    if (system("/usr/bin/python3 -c 'import torch' 2>/dev/null") != 0) {
        print_message("skipped: PyTorch is missing (python3-torch)\n");
        skip();
    }
    const char *seed = getenv("PYTORCH_SEED");
    char command[2048];
    snprintf(command, sizeof command,
             "/usr/bin/python3 '" SOURCE_ROOT "/tests/pytorch/make_fixtures.py' --seed %d --out '%s'",
             seed ? atoi(seed) : 271828, t->folder);
    print_message("seed %d\n", seed ? atoi(seed) : 271828);
    assert_int_equal(system(command), 0);
    check_folder(t->folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_numbers),
        IN_FOLDER(test_fresh_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
