#pragma once
// Random networks, examples and minibatches for the numeric tests, and comparisons that are signed and
// NaN-safe.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mem.h"
#include "reference.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static inline struct net_spec spec_of(enum cell_id cell, int layers, int directions, int hidden, int inputs,
                                      int outputs) {
    return (struct net_spec){.cell = cell,
                             .kind = NET_MANY_TO_MANY,
                             .layers = layers,
                             .hidden = hidden,
                             .directions = directions,
                             .inputs = inputs,
                             .outputs = outputs};
}

struct random_net {
    struct model model;
    double *params, *grads; // double copies, layout.size
    struct rng rng;
};

static inline void random_net_init(struct random_net *net, struct net_spec spec, uint64_t seed) {
    struct err err = {0};
    if (!model_init(&net->model, &spec, &err)) fail_msg("%s", err.message);
    net->rng = rng_seed(seed);
    model_randomise(&net->model, &net->rng, 1.0f);
    net->params = mem_need(net->model.layout.size, sizeof(double));
    net->grads = mem_need(net->model.layout.size, sizeof(double));
    reference_params(&net->model, net->params);
}

static inline void random_net_release(struct random_net *net) {
    mem_free(net->params);
    mem_free(net->grads);
    model_release(&net->model);
}

// n symbols below `below`; one in `gap` is -1 (gap 0: none).
static inline void random_symbols(struct rng *rng, int *out, int n, int below, int gap) {
    for (int i = 0; i < n; i++)
        out[i] = gap > 0 && rng_below(rng, (uint64_t)gap) == 0 ? -1 : (int)rng_below(rng, (uint64_t)below);
}

static inline bool close_to(double found, double expected, double tolerance, double floor) {
    double size = fmax(fabs(expected), floor);
    return fabs(found - expected) <= tolerance * size; // false for NaN
}

#define assert_close(found, expected, tolerance)                                                                       \
    do {                                                                                                               \
        double found_ = (found), expected_ = (expected);                                                               \
        if (!close_to(found_, expected_, (tolerance), 1e-12))                                                          \
            fail_msg("%s:%d: %s is %.12g, expected %.12g", __FILE__, __LINE__, #found, found_, expected_);             \
    } while (0)
