// Sums as a translation of one text into another (Zaremba and Sutskever 2014): "16+75" to "91", read from the end, so
// that the digits that belong together come first.
#include "task.h"

#include <stdio.h>

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    uint64_t below = 1;
    for (long k = 0; k < settings->values[0]; k++)
        below *= 10;
    unsigned long a = rng_below(rng, below), b = rng_below(rng, below);
    char text[48];
    snprintf(text, sizeof text, "%lu+%lu", a, b);
    for (const char *c = text; *c; c++)
        builder_symbol(out, task_symbol(&task_sums, *c));
    snprintf(text, sizeof text, "%lu", a + b);
    for (const char *c = text; *c; c++)
        builder_answer(out, task_answer(&task_sums, *c));
}

const struct task task_sums = {
    .id = "sums",
    .title = "Sums",
    .story = "A sum is read as a text, its result is written as a text.",
    .answers = ANSWERS_SEQUENCE,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = "0123456789+",
    .answer_symbols = "0123456789",
    .reverse_source = true,
    .parameters = {{"digits", 2, 2, 9, "digits of each number, at most"}},
    .train_count = 7000,
    .validation_count = 1000,
    .distinct = true,
    .recipe = {.cell = "lstm",
               .layers = 1,
               .hidden = 128,
               .schedule = "cosine",
               .steps = 4000,
               .batch = 64,
               .lr = 0.005,
               .clip_norm = 1},
    .walk = {.hidden = 16, .steps = 1500},
    .measure = MEASURE_SEQUENCE_ACCURACY,
    .level = 0.99,
    .level_note = "whole results right, of sums that are not in training",
    .generate = generate,
};
