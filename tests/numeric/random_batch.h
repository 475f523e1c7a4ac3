#pragma once
// Random minibatches of every kind of network, and the float kernels beside the reference on them: each sequence alone,
// at its own length, in double.

#include "kernels.h"
#include "random_net.h"
#include <string.h>

struct batch_shape {
    int T, B;
    bool ragged;  // sequences of different lengths, padded with -1 to the right
    int source_T; // of encoder-decoders
    bool dropout; // factors of 0 and 1.5 between the layers
};

struct sample {
    struct batch_shape shape;
    int *x, *target, *source_x;                // (T, B)
    float *x_real, *target_real, *source_real; // (T, B, I or O) or NULL
    float *dropout, *source_dropout;           // (L-1, T, B, D*H) or NULL
    struct batch batch, source;                // of the above
};

static inline float *random_numbers(struct rng *rng, size_t n, bool shares) {
    float *values = mem_need(n, sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)(shares ? rng_uniform(rng) : rng_normal(rng));
    return values;
}

static inline float *random_factors(struct rng *rng, const struct net_spec *spec, int directions, int T, int B) {
    size_t n = (size_t)(spec->layers - 1) * (size_t)T * (size_t)B * (size_t)directions * (size_t)spec->hidden;
    float *values = mem_need(n, sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = rng_below(rng, 3) == 0 ? 0.0f : 1.5f;
    return values;
}

// Symbols with gaps, the last of each sequence never one; lengths (B).
static inline int *padded_symbols(struct rng *rng, int T, int B, int below, int gap, const int *lengths) {
    int *symbols = mem_need((size_t)T * (size_t)B, sizeof *symbols);
    random_symbols(rng, symbols, T * B, below, gap);
    for (int b = 0; b < B; b++) {
        symbols[(lengths[b] - 1) * B + b] = 1;
        for (int t = lengths[b]; t < T; t++)
            symbols[t * B + b] = -1;
    }
    return symbols;
}

static inline void sample_init(struct sample *s, struct rng *rng, const struct net_spec *spec,
                               struct batch_shape shape) {
    int T = shape.T, B = shape.B;
    size_t N = (size_t)T * (size_t)B;
    bool pair = spec->kind == NET_ENCODER_DECODER;
    int *lengths = mem_need((size_t)B, sizeof *lengths), *source_lengths = mem_need((size_t)B, sizeof *source_lengths);
    for (int b = 0; b < B; b++) {
        lengths[b] = shape.ragged ? 1 + (int)rng_below(rng, (uint64_t)T) : T;
        source_lengths[b] = shape.ragged && pair ? 1 + (int)rng_below(rng, (uint64_t)shape.source_T) : shape.source_T;
    }
    *s = (struct sample){.shape = shape};
    s->x = padded_symbols(rng, T, B, pair ? spec->outputs : spec->inputs, 9, lengths);
    s->target = padded_symbols(rng, T, B, spec->outputs, 5, lengths);
    for (int b = 0; b < B; b++) {
        for (int t = 0; net_one_answer(spec) && t < lengths[b] - 1; t++)
            s->target[t * B + b] = -1;
        if (shape.ragged && B > 2 && b == 1 && T > 2) // without a target, known by its input alone
            s->target[(lengths[b] - 1) * B + b] = -1;
    }
    if (spec->real_input && !pair) s->x_real = random_numbers(rng, N * (size_t)spec->inputs, false);
    if (spec->output != OUTPUT_SOFTMAX)
        s->target_real = random_numbers(rng, N * (size_t)spec->outputs, spec->output == OUTPUT_SIGMOID);
    s->batch = (struct batch){
        .T = T, .B = B, .x = s->x, .target = s->target, .x_real = s->x_real, .target_real = s->target_real};
    if (pair) {
        s->source_x = padded_symbols(rng, shape.source_T, B, spec->inputs, 9, source_lengths);
        if (spec->real_input)
            s->source_real = random_numbers(rng, (size_t)shape.source_T * (size_t)B * (size_t)spec->inputs, false);
        s->source = (struct batch){.T = shape.source_T, .B = B, .x = s->source_x, .x_real = s->source_real};
        s->batch.source = &s->source;
    }
    if (shape.dropout) s->batch.dropout = s->dropout = random_factors(rng, spec, pair ? 1 : spec->directions, T, B);
    if (shape.dropout && pair)
        s->source.dropout = s->source_dropout = random_factors(rng, spec, spec->directions, shape.source_T, B);
    mem_free(lengths);
    mem_free(source_lengths);
}

static inline void sample_release(struct sample *s) {
    mem_free(s->x);
    mem_free(s->target);
    mem_free(s->source_x);
    mem_free(s->x_real);
    mem_free(s->target_real);
    mem_free(s->source_real);
    mem_free(s->dropout);
    mem_free(s->source_dropout);
}

// One column of a minibatch, without its padding. Owns its arrays.
struct column {
    struct example example, source;
    int *x, *target, *source_x;
    double *x_real, *target_real, *source_real, *dropout, *source_dropout;
};

static inline double *real_column(const float *from, const struct batch *batch, int b, int width) {
    if (!from) return NULL;
    double *to = mem_need((size_t)batch->T * (size_t)width, sizeof *to);
    for (int t = 0; t < batch->T; t++)
        for (int i = 0; i < width; i++)
            to[t * width + i] = from[(t * batch->B + b) * width + i];
    return to;
}

// (L-1, length, width)
static inline double *factor_column(const struct batch *batch, int b, int layers, int length, int width) {
    if (!batch->dropout) return NULL;
    double *to = mem_need((size_t)(layers - 1) * (size_t)length * (size_t)width, sizeof *to);
    for (int l = 0; l < layers - 1; l++)
        for (int t = 0; t < length; t++)
            for (int i = 0; i < width; i++)
                to[(l * length + t) * width + i] = batch->dropout[((l * batch->T + t) * batch->B + b) * width + i];
    return to;
}

static inline int *symbol_column(const int *from, const struct batch *batch, int b) {
    int *to = mem_need((size_t)batch->T, sizeof *to);
    for (int t = 0; t < batch->T; t++)
        to[t] = from ? from[t * batch->B + b] : -1;
    return to;
}

static inline int own_length(const int *x, const int *target, int T) {
    while (T > 0 && x[T - 1] < 0 && (!target || target[T - 1] < 0))
        T--;
    return T;
}

static inline void column_init(struct column *c, const struct net_spec *spec, const struct batch *batch, int b) {
    *c = (struct column){.x = symbol_column(batch->x, batch, b),
                         .target = symbol_column(batch->target, batch, b),
                         .x_real = real_column(batch->x_real, batch, b, spec->inputs),
                         .target_real = real_column(batch->target_real, batch, b, spec->outputs)};
    c->example = (struct example){.T = own_length(c->x, c->target, batch->T),
                                  .x = c->x,
                                  .x_real = c->x_real,
                                  .target = c->target,
                                  .target_real = c->target_real};
    const struct batch *source = batch->source;
    int H = spec->hidden, DH = H * spec->directions;
    c->example.dropout = c->dropout = factor_column(batch, b, spec->layers, c->example.T, source ? H : DH);
    if (!source) return;
    c->source_x = symbol_column(source->x, source, b);
    c->source_real = real_column(source->x_real, source, b, spec->inputs);
    c->source =
        (struct example){.T = own_length(c->source_x, NULL, source->T), .x = c->source_x, .x_real = c->source_real};
    c->source.dropout = c->source_dropout = factor_column(source, b, spec->layers, c->source.T, DH);
    c->example.source = &c->source;
}

static inline void column_release(struct column *c) {
    mem_free(c->x);
    mem_free(c->target);
    mem_free(c->source_x);
    mem_free(c->x_real);
    mem_free(c->target_real);
    mem_free(c->source_real);
    mem_free(c->dropout);
    mem_free(c->source_dropout);
}

// What the network says and is right, as kernel_forward() counts it.
static inline long right_at(const struct tape *tape, const struct net_spec *spec, const struct example *example,
                            int t) {
    const double *y_hat = tape_y_hat(tape, t);
    int best = 0;
    long right = 0;
    if (example->target[t] < 0 || spec->output == OUTPUT_LINEAR) return 0;
    for (int i = 0; i < spec->outputs; i++) {
        if (y_hat[i] > y_hat[best]) best = i;
        if (spec->output == OUTPUT_SIGMOID)
            right += (y_hat[i] > 0.5) == (example->target_real[t * spec->outputs + i] > 0.5);
    }
    return spec->output == OUTPUT_SOFTMAX ? example->target[t] == best : right;
}

// Every sequence alone, at its own length, through the reference. Returns the summed loss; adds to grads.
static inline double reference_batch(const struct random_net *net, const struct batch *batch, double *grads,
                                     long *right) {
    const struct layout *layout = &net->model.layout;
    struct err err = {0};
    struct tape *tape = tape_new_pair(&layout->spec, batch->source ? batch->source->T : 0, batch->T, &err);
    if (!tape) fail_msg("%s", err.message);
    double loss = 0.0;
    *right = 0;
    for (int b = 0; b < batch->B; b++) {
        struct column c;
        column_init(&c, &layout->spec, batch, b);
        if (!example_check(&layout->spec, &c.example, &err)) fail_msg("%s", err.message);
        loss += reference_forward(tape, layout, net->params, &c.example);
        reference_backward(tape, layout, net->params, &c.example, grads);
        for (int t = 0; t < c.example.T; t++)
            *right += right_at(tape, &layout->spec, &c.example, t);
        column_release(&c);
    }
    tape_free(tape);
    return loss;
}

// |k - r| <= 1e-4 * max(|r|, 5% of the tensor's rms), for every entry; rms of those that have a gradient (the rows of
// symbols that did not occur have none). Returns the worst ratio to that, NaN included.
static inline double worst_gradient(const struct layout *layout, const float *kernel, const double *reference,
                                    double scale, const char **name) {
    double worst = 0.0;
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        size_t count = (size_t)param->in * (size_t)param->out;
        double squares = 0.0, moved = 0.0;
        for (size_t i = 0; i < count; i++) {
            squares += pow(reference[param->offset + i], 2);
            moved += reference[param->offset + i] != 0.0;
        }
        double floor = moved > 0.0 ? 0.05 * sqrt(squares / moved) : 0.0;
        for (size_t i = 0; i < count; i++) {
            double r = scale * reference[param->offset + i], k = kernel[param->offset + i];
            double limit = 1e-4 * fmax(fabs(r), scale * floor);
            double error = limit > 0.0 ? fabs(k - r) / limit : (k == 0.0 ? 0.0 : INFINITY);
            if (!(error <= worst)) {
                worst = error;
                *name = param->name;
                if (isnan(error)) return error;
            }
        }
    }
    return worst;
}

struct outcome {
    double loss, gradient; // relative error of the loss; worst ratio to the limit of a gradient
};

static inline struct outcome compare(struct net_spec spec, struct batch_shape shape, uint64_t seed) {
    struct random_net net;
    random_net_init(&net, spec, seed);
    struct sample s;
    sample_init(&s, &net.rng, &spec, shape);
    const struct layout *layout = &net.model.layout;
    long right_reference = 0, right = 0, tokens = 0, counted = 0;
    double expected = reference_batch(&net, &s.batch, net.grads, &right_reference);
    struct err err = {0};
    struct workspace *ws = workspace_new_pair(layout, shape.source_T, shape.T, shape.B, &err);
    if (!ws) fail_msg("%s", err.message);
    float *grads = mem_need(layout->size, sizeof(float));
    kernel_refresh(ws, net.model.params);
    double loss = kernel_forward(ws, net.model.params, &s.batch, &tokens, &right);
    for (int n = 0; n < shape.T * shape.B; n++)
        counted += s.target[n] >= 0;
    double scale = 1.0 / (double)counted;
    kernel_backward(ws, net.model.params, &s.batch, (float)scale, grads);
    assert_int_equal(tokens, counted);
    assert_true(labs(right - right_reference) <= 1 + counted / 1000); // ties of two logits within rounding
    const char *name = "";
    struct outcome outcome = {.loss = fabs(loss - expected) / expected,
                              .gradient = worst_gradient(layout, grads, net.grads, scale, &name)};
    if (!(outcome.gradient <= 1.0) || !(outcome.loss <= 1e-4))
        print_message("#   %s %s %s%s%s L%d D%d H%d T%d S%d B%d%s: loss %.2g, gradient %.2g of the limit at %s\n",
                      net_cell(&spec)->name, net_kind_names[spec.kind], net_output_names[spec.output],
                      spec.embed ? " embedded" : "", spec.real_input ? " real" : "", spec.layers, spec.directions,
                      spec.hidden, shape.T, shape.source_T, shape.B, shape.ragged ? " ragged" : "", outcome.loss,
                      outcome.gradient, name);
    workspace_free(ws);
    mem_free(grads);
    sample_release(&s);
    random_net_release(&net);
    return outcome;
}

static inline void agree(struct net_spec spec, struct batch_shape shape, uint64_t seed, struct outcome *worst) {
    struct outcome outcome = compare(spec, shape, seed);
    assert_true(outcome.loss <= 1e-4);
    assert_true(outcome.gradient <= 1.0);
    worst->loss = fmax(worst->loss, outcome.loss);
    worst->gradient = fmax(worst->gradient, outcome.gradient);
}

static inline void report(const struct outcome *worst) {
    print_message("#   worst: loss %.2g relative, gradient %.2g relative (floor: 5%% of the tensor's rms)\n",
                  worst->loss, worst->gradient * 1e-4);
}
