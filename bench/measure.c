// What measuring a model costs (core/measure.h), beside one forward and backward pass of the reference.
//   build/dev/bench/bench_measure [T] [H] [cell] [probes]
#include "blas.h"
#include "measure.h"
#include "median.h"
#include "mem.h"
#include "thread.h"
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 9, SYMBOLS = 27 };

int main(int argc, char **argv) {
    int T = argc > 1 ? atoi(argv[1]) : 60, H = argc > 2 ? atoi(argv[2]) : 256, count = argc > 4 ? atoi(argv[4]) : 4;
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
    if (T < 1 || count < 1 || !model_init(&model, &spec, &err)) {
        fprintf(stderr, "bench_measure: %s\n", err.message);
        return 1;
    }
    struct rng rng = rng_seed(1);
    model_randomise(&model, &rng, 1.0f);
    blas_set_threads(1);
    int *symbols = mem_need((size_t)T + 1, sizeof *symbols);
    for (int t = 0; t <= T; t++)
        symbols[t] = (int)rng_below(&rng, SYMBOLS);
    struct example example = {.T = T, .x = symbols, .target = symbols + 1};
    const struct example **probes = mem_need((size_t)count, sizeof *probes);
    for (int i = 0; i < count; i++)
        probes[i] = &example;
    struct tape *tape = tape_new(&spec, T, &err);
    double *params = mem_need(model.layout.size, sizeof *params), *grads = mem_need(model.layout.size, sizeof *grads);
    reference_params(&model, params);
    double pass[ROUNDS], all[ROUNDS];
    int looked_at = 0, matrices = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double start = clock_seconds();
        reference_forward(tape, &model.layout, params, &example);
        reference_backward(tape, &model.layout, params, &example, grads);
        pass[round] = clock_seconds() - start;
        start = clock_seconds();
        struct measures *measures = measures_new(&model, probes, count, &err);
        all[round] = clock_seconds() - start;
        if (!measures) return 1;
        looked_at = measures->probes;
        matrices = measures->matrix_count;
        measures_free(measures);
    }
    printf("%s, T = %d, H = %d: %d of %d probes and %d matrices measured in %.2f ms; one pass %.2f ms\n",
           net_cell(&spec)->name, T, H, looked_at, count, matrices, 1e3 * bench_median(all, ROUNDS),
           1e3 * bench_median(pass, ROUNDS));
    return 0;
}
