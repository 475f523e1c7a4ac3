// The adding problem (Hochreiter and Schmidhuber 1997, experiment 4; lengths and marks as in Le et al. 2015,
// section 4.1): each timestep has a number from [0, 1) and a mark; the answer is the sum of the two numbers that are
// marked. Guessing 1 has a squared error of 2 / 12, the variance of that sum.
#include "task.h"

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    long T = settings->values[0], half = T / 2;
    long first = (long)rng_below(rng, (uint64_t)half), second = half + (long)rng_below(rng, (uint64_t)(T - half));
    float sum = 0;
    for (long t = 0; t < T; t++) {
        bool marked = t == first || t == second;
        float x[2] = {(float)rng_uniform(rng), marked ? 1.0f : 0.0f};
        if (marked) sum += x[0];
        builder_vector(out, x);
    }
    builder_answer_vector(out, &sum);
}

const struct task task_adding = {
    .id = "adding",
    .title = "Adding problem",
    .story = "A long row of numbers, two of them marked: say the sum of the two.",
    .answers = ANSWERS_ONE,
    .input = VALUES_REALS,
    .output = VALUES_REALS,
    .channels = 2,
    .answer_channels = 1,
    .symbols = "",
    .answer_symbols = "",
    .parameters = {{"T", 100, 2, 10000, "numbers"}},
    .length = "T",
    .validation_count = 1000,
    .recipe = {.cell = "lstm", .layers = 1, .hidden = 32, .steps = 4000, .batch = 32, .lr = 0.005, .clip_norm = 1},
    .walk = {.hidden = 8, .steps = 400},
    .measure = MEASURE_LOSS,
    .level = 0.01,
    .level_note = "guessing 1 has 0.1667",
    .generate = generate,
};
