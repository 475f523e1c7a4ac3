// The copy memory task (Hochreiter and Schmidhuber 1997; Arjovsky et al. 2016, section 4.1): ten symbols of eight, T
// blanks, a marker, and then the ten again. While the network remembers nothing its loss stays at 10 ln 8 / (T + 20):
// the blanks are certain, the ten are guesses.
#include "task.h"

enum { SYMBOLS = 10, OF = 8 };
static const char kinds[] = "12345678_#"; // the eight, the blank, the marker

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    long T = settings->values[0];
    int symbols[SYMBOLS], blank = task_symbol(&task_copy, '_'), silent = task_answer(&task_copy, '_');
    for (int k = 0; k < SYMBOLS; k++)
        symbols[k] = (int)rng_below(rng, OF);
    for (int t = 0; t < T + 2 * SYMBOLS; t++) {
        int k = t - (int)T - SYMBOLS; // the k-th symbol is to be said
        int x = t < SYMBOLS ? task_symbol(&task_copy, kinds[symbols[t]]) : blank;
        builder_symbol(out, k == -1 ? task_symbol(&task_copy, '#') : x);
        builder_answer(out, k >= 0 ? task_answer(&task_copy, kinds[symbols[k]]) : silent);
    }
}

const struct task task_copy = {
    .id = "copy",
    .title = "Copy memory",
    .story = "Ten symbols are shown, then T blanks pass, and after a mark the ten are to be said again.",
    .answers = ANSWERS_EACH,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = kinds,
    .answer_symbols = "12345678_",
    .parameters = {{"T", 20, 1, 10000, "blanks between"}},
    .length = "T",
    .train_count = 0,
    .validation_count = 200,
    .recipe = {.cell = "gru",
               .layers = 1,
               .hidden = 128,
               .init = "orthogonal",
               .schedule = "cosine",
               .steps = 5000,
               .batch = 32,
               .lr = 0.01,
               .clip_norm = 1},
    .walk = {.hidden = 16, .steps = 600},
    .measure = MEASURE_LOSS,
    .level = 0.01,
    .level_note = "10 ln 8 / (T + 20) = 0.52 while nothing is remembered",
    .generate = generate,
};
