// The embedded Reber grammar (Reber 1967; Hochreiter and Schmidhuber 1997, experiment 1): B, then T or P, a word of the
// Reber grammar, the same T or P again, E. What follows is mostly one of two symbols; the last T or P can only be known
// by remembering the first.
#include "task.h"

enum { STATES = 6, END = 6 };
// The inner grammar, behind its B: from each state two symbols and where they lead; behind END comes E.
static const struct {
    char symbol[2];
    int to[2];
} grammar[STATES] = {
    {"TP", {1, 2}}, {"SX", {1, 3}}, {"TV", {2, 4}}, {"XS", {2, END}}, {"PV", {3, END}}, {"EE", {END, END}},
};
enum { FIRST = 0 };

static void put(struct builder *out, char c) {
    builder_symbol(out, task_symbol(&task_reber, c));
}

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)settings;
    (void)part;
    char outer = rng_below(rng, 2) ? 'P' : 'T';
    put(out, 'B');
    put(out, outer);
    put(out, 'B');
    for (int state = FIRST; state != END;) {
        int way = (int)rng_below(rng, 2);
        put(out, grammar[state].symbol[way]);
        state = grammar[state].to[way];
    }
    put(out, 'E');
    put(out, outer);
    put(out, 'E');
}

static uint64_t bit(char c) {
    return (uint64_t)1 << task_symbol(&task_reber, c);
}

// Follows the n symbols through the grammar, which they are words of.
static uint64_t allowed(const struct task_settings *settings, const int *before, int n) {
    (void)settings;
    if (n == 0) return bit('B');
    if (n == 1) return bit('T') | bit('P');
    if (n == 2) return bit('B');
    int state = FIRST, k = 3;
    for (; k < n && state != END; k++)
        state = grammar[state].to[before[k] == task_symbol(&task_reber, grammar[state].symbol[1])];
    if (state != END) return bit(grammar[state].symbol[0]) | bit(grammar[state].symbol[1]);
    int left = n - k; // of E, the outer symbol, E that were read
    if (left == 1) return (uint64_t)1 << before[1];
    return left == 3 ? (uint64_t)1 << VOCABULARY_EOS : bit('E');
}

const struct task task_reber = {
    .id = "reber",
    .title = "Embedded Reber grammar",
    .story = "Words of a small grammar; the symbol before the last is the one that the word began with.",
    .answers = ANSWERS_NEXT,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = "BTPSXVE",
    .answer_symbols = "",
    .train_count = 2000,
    .validation_count = 1000,
    .new_validation = true,
    .recipe = {.cell = "lstm",
               .layers = 1,
               .hidden = 16,
               .schedule = "cosine",
               .steps = 3000,
               .batch = 16,
               .lr = 0.01,
               .clip_norm = 1},
    .walk = {.hidden = 8, .steps = 1500},
    .measure = MEASURE_SEQUENCE_ACCURACY,
    .level = 1,
    .level_note =
        "words that are not in training, and in which the allowed symbols are the likeliest at every timestep",
    .generate = generate,
    .allowed = allowed,
};
