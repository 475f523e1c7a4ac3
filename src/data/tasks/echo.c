// Delayed echo: say what was read `delay` timesteps ago. Before that there is nothing to say.
#include "task.h"

static const char letters[] = "abcd";

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    long T = settings->values[0], delay = settings->values[1];
    int first = task_symbol(&task_echo, 'a');
    size_t start = out->out->symbol_count;
    for (long t = 0; t < T; t++) {
        builder_symbol(out, first + (int)rng_below(rng, sizeof letters - 1));
        if (out->asked) return;
        builder_answer(out, t < delay ? -1 : dataset_symbol(out->out, start + (size_t)(t - delay)) - first);
    }
}

static const char *refuse(const struct task_settings *settings) {
    return settings->values[1] < settings->values[0] ? NULL : "expected a delay below the length T";
}

const struct task task_echo = {
    .id = "echo",
    .title = "Delayed echo",
    .story = "Letters come in; each is to be said again a fixed number of timesteps later.",
    .answers = ANSWERS_EACH,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = letters,
    .answer_symbols = letters,
    .parameters = {{"T", 40, 2, 10000, "letters"}, {"delay", 5, 1, 1000, "timesteps until the echo"}},
    .length = "T",
    .validation_count = 200,
    .recipe = {.cell = "lstm", .layers = 1, .hidden = 32, .steps = 1500, .batch = 32, .lr = 0.01, .clip_norm = 1},
    .walk = {.hidden = 16, .steps = 1000},
    .measure = MEASURE_ACCURACY,
    .level = 0.99,
    .level_note = "guessing has 0.25",
    .refuse = refuse,
    .generate = generate,
};
