// One to one: a single timestep, a plain network. The seven segments of a digit's display, each with noise.
#include "task.h"

enum { SEGMENTS = 7, DIGITS = 10 };
// Which segments are lit: top, upper left, upper right, middle, lower left, lower right, bottom.
static const char *const lit[DIGITS] = {"1110111", "0010010", "1011101", "1011011", "0111010",
                                        "1101011", "1101111", "1010010", "1111111", "1111011"};

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    int digit = (int)rng_below(rng, DIGITS);
    double noise = (double)settings->values[0] / 100;
    float x[SEGMENTS];
    for (int k = 0; k < SEGMENTS; k++)
        x[k] = (float)(lit[digit][k] - '0' + noise * rng_normal(rng));
    builder_vector(out, x);
    builder_answer(out, digit);
}

const struct task task_one = {
    .id = "one",
    .title = "One digit",
    .story = "The seven segments of a digit are seen once, with some noise: say which digit it is.",
    .answers = ANSWERS_ONE,
    .input = VALUES_REALS,
    .output = VALUES_SYMBOLS,
    .channels = SEGMENTS,
    .symbols = "",
    .answer_symbols = "0123456789",
    .parameters = {{"noise", 20, 0, 1000, "standard deviation of the noise, in hundredths of a lit segment"}},
    .validation_count = 500,
    .recipe = {.kind = "one-to-one",
               .cell = "rnn",
               .layers = 1,
               .hidden = 12,
               .steps = 1500,
               .batch = 32,
               .lr = 0.01,
               .clip_norm = 1},
    .walk = {.hidden = 8},
    .measure = MEASURE_ACCURACY,
    .level = 0.97,
    .level_note = "guessing has 0.1",
    .generate = generate,
};
