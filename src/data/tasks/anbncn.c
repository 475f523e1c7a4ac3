// a^n b^n c^n (Gers and Schmidhuber 2001): n a, n b, n c. No finite automaton can say where the b and the c end; a
// network has to count. Training has n up to a bound, validation beyond it.
#include "task.h"

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    long most = settings->values[0], beyond = settings->values[1];
    long n = part == DATASET_TRAIN ? 1 + (long)rng_below(rng, (uint64_t)most)
                                   : most + 1 + (long)rng_below(rng, (uint64_t)beyond);
    for (const char *c = "abc"; *c; c++)
        for (long k = 0; k < n; k++)
            builder_symbol(out, task_symbol(&task_anbncn, *c));
}

static uint64_t allowed(const struct task_settings *settings, const int *before, int n) {
    (void)settings;
    int a = task_symbol(&task_anbncn, 'a'), counts[3] = {0};
    for (int k = 0; k < n; k++)
        counts[before[k] - a]++;
    if (counts[0] == 0) return (uint64_t)1 << a;
    if (counts[1] == 0) return (uint64_t)1 << a | (uint64_t)1 << (a + 1);
    if (counts[1] < counts[0]) return (uint64_t)1 << (a + 1);
    return (uint64_t)1 << (counts[2] < counts[0] ? a + 2 : VOCABULARY_EOS);
}

const struct task task_anbncn = {
    .id = "anbncn",
    .title = "a^n b^n c^n",
    .story = "As many b as a, then as many c, then the end: a network has to count.",
    .answers = ANSWERS_NEXT,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = "abc",
    .answer_symbols = "",
    .parameters = {{"n", 50, 1, 1000, "largest n in training"},
                   {"beyond", 5, 1, 1000, "validation: n + 1 to n + beyond"}},
    .train_count = 1000,
    .validation_count = 50,
    .recipe = {.cell = "lstm", .layers = 1, .hidden = 16, .steps = 3000, .batch = 16, .lr = 0.01, .clip_norm = 1},
    .walk = {.hidden = 8, .steps = 400},
    .measure = MEASURE_SEQUENCE_ACCURACY,
    .level = 1,
    .level_note =
        "words beyond the longest of training in which the allowed symbols are the likeliest at every timestep",
    .generate = generate,
    .allowed = allowed,
};
