// A sum of sines, to be continued: each series has two, of random periods, phases and sizes. The network has to find
// them out from what it has read.
#include "task.h"

#include <math.h>

enum { SINES = 2, LEAST = 8, MOST = 40 }; // periods, in timesteps

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    double omega[SINES], phase[SINES], size[SINES];
    for (int k = 0; k < SINES; k++) {
        omega[k] = 2 * M_PI / (LEAST + (MOST - LEAST) * rng_uniform(rng));
        phase[k] = 2 * M_PI * rng_uniform(rng);
        size[k] = 0.5 + 0.5 * rng_uniform(rng);
    }
    for (long t = 0; t <= settings->values[0]; t++) {
        double sum = 0;
        for (int k = 0; k < SINES; k++)
            sum += size[k] * sin(omega[k] * (double)t + phase[k]);
        builder_vector(out, &(float){(float)sum});
    }
}

const struct task task_sine = {
    .id = "sine",
    .title = "Sums of sines",
    .story = "A curve made of two sines is read point by point; say the next point each time.",
    .answers = ANSWERS_NEXT,
    .input = VALUES_REALS,
    .output = VALUES_REALS,
    .channels = 1,
    .symbols = "",
    .answer_symbols = "",
    .parameters = {{"T", 60, 2, 10000, "points that are read"}},
    .length = "T",
    .validation_count = 200,
    .recipe = {.cell = "lstm", .layers = 1, .hidden = 32, .steps = 3000, .batch = 32, .lr = 0.005, .clip_norm = 1},
    .walk = {.hidden = 12, .steps = 1000},
    .measure = MEASURE_LOSS,
    .level = 0.01,
    .level_note = "saying the last point again has 0.07",
    .generate = generate,
};
