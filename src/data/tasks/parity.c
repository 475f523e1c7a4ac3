// Running parity: after every bit, whether the ones so far are even or odd. One bit of memory, and every input changes
// it.
#include "task.h"

static const char bits[] = "01";

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    int zero = task_symbol(&task_parity, '0'), parity = 0;
    for (long t = 0; t < settings->values[0]; t++) {
        int bit = (int)rng_below(rng, 2);
        parity ^= bit;
        builder_symbol(out, zero + bit);
        builder_answer(out, parity);
    }
}

const struct task task_parity = {
    .id = "parity",
    .title = "Parity",
    .story = "Zeros and ones come in; after each, say whether the ones so far are even (e) or odd (o).",
    .answers = ANSWERS_EACH,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = bits,
    .answer_symbols = "eo",
    .parameters = {{"T", 20, 1, 10000, "bits"}},
    .length = "T",
    .validation_count = 200,
    .recipe = {.cell = "lstm", .layers = 1, .hidden = 16, .steps = 1500, .batch = 32, .lr = 0.01, .clip_norm = 1},
    .walk = {.hidden = 8},
    .measure = MEASURE_ACCURACY,
    .level = 0.99,
    .level_note = "guessing has 0.5",
    .generate = generate,
};
