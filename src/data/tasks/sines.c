// Forecasting: a sum of sines, and what it will be some points later. The periods are the same in every series, so that
// there is one rule for all; phases and sizes differ, and are to be read off the points.
#include "task.h"

#include <math.h>

enum { SINES = 3 };
static const double periods[SINES] = {7, 12, 20};

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    double phase[SINES], size[SINES];
    for (int k = 0; k < SINES; k++) {
        phase[k] = 2 * M_PI * rng_uniform(rng);
        size[k] = 0.3 + 0.4 * rng_uniform(rng);
    }
    for (long t = 0; t < settings->values[0]; t++) {
        double now = 0, later = 0;
        for (int k = 0; k < SINES; k++) {
            double omega = 2 * M_PI / periods[k];
            now += size[k] * sin(omega * (double)t + phase[k]);
            later += size[k] * sin(omega * (double)(t + settings->values[1]) + phase[k]);
        }
        builder_vector(out, &(float){(float)now});
        builder_answer_vector(out, &(float){(float)later});
    }
}

const struct task task_sines = {
    .id = "sines",
    .title = "Forecast",
    .story = "A curve made of three sines is read point by point; say each time where it will be some points later.",
    .answers = ANSWERS_EACH,
    .input = VALUES_REALS,
    .output = VALUES_REALS,
    .channels = 1,
    .answer_channels = 1,
    .symbols = "",
    .answer_symbols = "",
    .parameters = {{"T", 24, 2, 10000, "points that are read"}, {"ahead", 3, 1, 1000, "points to look ahead"}},
    .length = "T",
    .validation_count = 300,
    .recipe = {.cell = "gru", .layers = 1, .hidden = 16, .steps = 3000, .batch = 32, .lr = 0.01, .clip_norm = 1},
    .walk = {.hidden = 12, .steps = 1000},
    .measure = MEASURE_LOSS,
    .level = 0.06,
    .level_note = "saying the last point again has 0.87",
    .generate = generate,
};
