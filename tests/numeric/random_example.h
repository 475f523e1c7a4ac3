#pragma once
// Networks of every form (kind, input, output) and random examples that fit them, for the numeric tests.

#include "random_net.h"

enum { EXAMPLE_MAX_T = 9, EXAMPLE_MAX_WIDTH = 8 };

struct net_form {
    const char *name;
    enum net_kind kind;
    enum net_output output;
    int embed;
    bool real_input;
    int source_T, T; // timesteps of the encoder, and of the network or decoder
};

static const struct net_form net_forms[] = {
    {"one-hot", NET_MANY_TO_MANY, OUTPUT_SOFTMAX, 0, false, 0, 7},
    {"real", NET_MANY_TO_MANY, OUTPUT_SOFTMAX, 0, true, 0, 6},
    {"embedded", NET_MANY_TO_MANY, OUTPUT_SOFTMAX, 3, false, 0, 7},
    {"sigmoid", NET_MANY_TO_MANY, OUTPUT_SIGMOID, 0, false, 0, 6},
    {"linear", NET_ONE_TO_MANY, OUTPUT_LINEAR, 0, true, 0, 6},
    {"many-to-one", NET_MANY_TO_ONE, OUTPUT_SOFTMAX, 3, false, 0, 6},
    {"many-to-one linear", NET_MANY_TO_ONE, OUTPUT_LINEAR, 0, true, 0, 5},
    {"one-to-one", NET_ONE_TO_ONE, OUTPUT_SIGMOID, 0, false, 0, 1},
    {"pair", NET_ENCODER_DECODER, OUTPUT_SOFTMAX, 0, false, 6, 4},
    {"pair embedded", NET_ENCODER_DECODER, OUTPUT_SOFTMAX, 3, false, 3, 7},
    {"pair real", NET_ENCODER_DECODER, OUTPUT_SOFTMAX, 0, true, 5, 5},
    {"pair from one", NET_ENCODER_DECODER, OUTPUT_SOFTMAX, 0, false, 1, 5},
    {"pair to one", NET_ENCODER_DECODER, OUTPUT_SOFTMAX, 3, false, 5, 1},
};
enum { NET_FORM_COUNT = sizeof net_forms / sizeof *net_forms };

static inline struct net_spec spec_of_form(const struct net_form *form, enum cell_id cell, int layers, int directions,
                                           int hidden) {
    struct net_spec spec = spec_of(cell, layers, directions, hidden, 5, 6);
    spec.kind = form->kind;
    spec.output = form->output;
    spec.embed = form->embed;
    spec.real_input = form->real_input;
    return spec;
}

struct random_example {
    struct example example, source;
    int x[EXAMPLE_MAX_T], target[EXAMPLE_MAX_T], source_x[EXAMPLE_MAX_T];
    double x_real[EXAMPLE_MAX_T * EXAMPLE_MAX_WIDTH], source_real[EXAMPLE_MAX_T * EXAMPLE_MAX_WIDTH],
        target_real[EXAMPLE_MAX_T * EXAMPLE_MAX_WIDTH];
};

// masked: some symbols are the zero vector, some timesteps carry no loss; the last one always carries one.
static inline void random_example_init(struct random_example *e, const struct net_spec *spec, int source_T, int T,
                                       bool masked, struct rng *rng) {
    bool pair = spec->kind == NET_ENCODER_DECODER;
    *e = (struct random_example){0};
    random_symbols(rng, e->x, T, pair ? spec->outputs : spec->inputs, masked ? 4 : 0);
    random_symbols(rng, e->source_x, source_T, spec->inputs, masked ? 4 : 0);
    random_symbols(rng, e->target, T, spec->outputs, masked ? 3 : 0);
    for (int i = 0; i < EXAMPLE_MAX_T * EXAMPLE_MAX_WIDTH; i++) {
        e->x_real[i] = rng_normal(rng);
        e->source_real[i] = rng_normal(rng);
        e->target_real[i] = spec->output == OUTPUT_SIGMOID ? (double)rng_below(rng, 2) : rng_normal(rng);
    }
    for (int t = 0; t < T - 1; t++)
        if (net_one_answer(spec) || (masked && t == T / 2)) e->target[t] = -1;
    e->target[T - 1] = 2;
    if (masked && T > 1) e->x[0] = e->source_x[0] = -1;
    e->example = (struct example){.T = T, .x = e->x, .target = e->target};
    if (spec->output != OUTPUT_SOFTMAX) e->example.target_real = e->target_real;
    if (spec->real_input && !pair) e->example.x_real = e->x_real;
    if (!pair) return;
    e->source = (struct example){.T = source_T, .x = e->source_x};
    if (spec->real_input) e->source.x_real = e->source_real;
    e->example.source = &e->source;
}

static inline struct tape *tape_of(const struct net_spec *spec, const struct example *example) {
    struct err err = {0};
    struct tape *tape = tape_new_pair(spec, example->source ? example->source->T : 0, example->T, &err);
    if (!tape) fail_msg("%s", err.message);
    return tape;
}
