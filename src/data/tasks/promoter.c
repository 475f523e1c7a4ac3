// Promoters of E. coli by their two boxes: TTGACA around 35 bases and TATAAT around 10 bases before the start, 15 to 19
// bases apart (consensus: Harley and Reynolds 1987), with mutations. The others are random DNA.
#include "task.h"

#include <string.h>

static const char bases[] = "ACGT";
static const char box_35[] = "TTGACA", box_10[] = "TATAAT";
enum { BOX = 6, LENGTH = 40, FIRST_MOST = 4, GAP_LEAST = 16, GAP_MOST = 18 };

static void put_box(const char *box, long mutations, struct rng *rng, char *at) {
    for (int k = 0; k < BOX; k++)
        at[k] = (long)rng_below(rng, 100) < mutations ? bases[rng_below(rng, 4)] : box[k];
}

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    char dna[LENGTH];
    for (int k = 0; k < LENGTH; k++)
        dna[k] = bases[rng_below(rng, 4)];
    bool promoter = rng_below(rng, 2);
    if (promoter) {
        int first = (int)rng_below(rng, FIRST_MOST + 1);
        int gap = GAP_LEAST + (int)rng_below(rng, GAP_MOST - GAP_LEAST + 1);
        put_box(box_35, settings->values[0], rng, dna + first);
        put_box(box_10, settings->values[0], rng, dna + first + BOX + gap);
    }
    for (int k = 0; k < LENGTH; k++)
        builder_symbol(out, task_symbol(&task_promoter, dna[k]));
    builder_answer(out, task_answer(&task_promoter, promoter ? '+' : '-'));
}

const struct task task_promoter = {
    .id = "promoter",
    .title = "Promoter",
    .story = "Forty bases of DNA: do they hold the two boxes, TTGACA and TATAAT, where a gene is switched on (+), or "
             "not (-)?",
    .answers = ANSWERS_ONE,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = bases,
    .answer_symbols = "+-",
    .parameters = {{"mutations", 12, 0, 100, "bases of a box that are drawn anew, in percent"}},
    .validation_count = 500,
    .recipe = {.cell = "gru",
               .layers = 1,
               .hidden = 8,
               .bidirectional = true,
               .schedule = "cosine",
               .steps = 2000,
               .batch = 32,
               .lr = 0.01,
               .clip_norm = 1},
    .walk = {.steps = 600},
    .measure = MEASURE_ACCURACY,
    .level = 0.95,
    .level_note = "guessing has 0.5",
    .generate = generate,
};
