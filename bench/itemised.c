// The gradients itemised by loss: one backward pass over all losses side by side, beside a single pass
// (forward and backward of the reference), and beside one pass a loss. Prints medians of interleaved rounds.
//   build/dev/bench/bench_itemised [T] [H] [cell]
#include "analysis.h"
#include "median.h"
#include "mem.h"
#include "thread.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 15, SYMBOLS = 27 };

int main(int argc, char **argv) {
    int T = argc > 1 ? atoi(argv[1]) : 60, H = argc > 2 ? atoi(argv[2]) : 64;
    struct net_spec spec = {.cell = CELL_LSTM,
                            .kind = NET_MANY_TO_MANY,
                            .layers = 1,
                            .hidden = H,
                            .directions = 1,
                            .inputs = SYMBOLS,
                            .outputs = SYMBOLS};
    struct model model;
    struct err err = {0};
    if (argc > 3 && !cell_by_name(argv[3], &spec.cell)) return 2;
    if (T < 1 || !model_init(&model, &spec, &err)) {
        fprintf(stderr, "bench_itemised: %s\n", err.message);
        return 1;
    }
    struct rng rng = rng_seed(1);
    model_randomise(&model, &rng, 1.0f);
    size_t size = model.layout.size, pairs = (size_t)T * (size_t)T;
    double *params = mem_need(size, sizeof *params), *grads = mem_need(size, sizeof *grads),
           *norms[2] = {mem_need(pairs, sizeof(double)), mem_need(pairs, sizeof(double))};
    int *x = mem_need((size_t)T, sizeof *x), *target = mem_need((size_t)T, sizeof *target),
        *masked = mem_need((size_t)T, sizeof *masked);
    reference_params(&model, params);
    for (int t = 0; t < T; t++) {
        x[t] = (int)rng_below(&rng, SYMBOLS);
        target[t] = (int)rng_below(&rng, SYMBOLS);
    }
    struct example example = {.T = T, .x = x, .target = target}, one = {.T = T, .x = x, .target = masked};
    struct tape *tape = tape_new(&spec, T, NULL), *other = tape_new(&spec, T, NULL);
    double single[ROUNDS], batched[ROUNDS], passes[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        double start = clock_seconds();
        reference_forward(tape, &model.layout, params, &example);
        reference_backward(tape, &model.layout, params, &example, grads);
        single[round] = clock_seconds() - start;
        start = clock_seconds();
        if (!analysis_itemised(tape, &model.layout, params, &example, 0, 0, norms, NULL, &err)) return 1;
        batched[round] = clock_seconds() - start;
        start = clock_seconds();
        for (int tau = 0; tau < T; tau++) {
            for (int t = 0; t < T; t++)
                masked[t] = t == tau ? target[t] : -1;
            reference_forward(other, &model.layout, params, &one);
            reference_backward(other, &model.layout, params, &one, grads);
        }
        passes[round] = clock_seconds() - start;
    }
    double s = bench_median(single, ROUNDS), b = bench_median(batched, ROUNDS), p = bench_median(passes, ROUNDS);
    printf("%s, T = %d, H = %d: one pass %.2f ms, itemised %.2f ms (%.1f passes), a pass for each loss %.1f "
           "ms; ratio %.1f\n",
           net_cell(&spec)->name, T, H, 1e3 * s, 1e3 * b, b / s, 1e3 * p, p / b);
    return 0;
}
