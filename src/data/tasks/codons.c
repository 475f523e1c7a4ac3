// From DNA to protein: three letters are one amino acid, by the standard genetic code (NCBI translation table 1). The
// answer stands at the third letter of each codon; the others have none.
#include "task.h"

#include <string.h>

static const char bases[] = "TCAG", acids[] = "ACDEFGHIKLMNPQRSTVWY*";
// The table in the order of `bases`: TTT, TTC, TTA, TTG, TCT, ... Three codons stop (*).
static const char code[] = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG";
enum { CODONS = 64, START = 2 * 16 + 0 * 4 + 3 }; // ATG

static void put_codon(struct builder *out, int codon) {
    for (int shift = 4; shift >= 0; shift -= 2) {
        builder_symbol(out, task_symbol(&task_codons, bases[codon >> shift & 3]));
        builder_answer(out, shift == 0 ? task_answer(&task_codons, code[codon]) : -1);
    }
}

static int draw(struct rng *rng, bool stop) {
    int codon;
    do
        codon = (int)rng_below(rng, CODONS);
    while ((code[codon] == '*') != stop);
    return codon;
}

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    long most = settings->values[0], least = (most + 1) / 2;
    long inner = least + (long)rng_below(rng, (uint64_t)(most - least + 1)) - 2;
    put_codon(out, START);
    for (long k = 0; k < inner; k++)
        put_codon(out, draw(rng, false));
    put_codon(out, draw(rng, true));
}

const struct task task_codons = {
    .id = "codons",
    .title = "Codons",
    .story =
        "A gene is read base by base; at every third one, say the amino acid that the three stand for (* ends it).",
    .answers = ANSWERS_EACH,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = "ACGT",
    .answer_symbols = acids,
    .parameters = {{"codons", 6, 4, 3000, "of a gene at most, ATG and the stop counted"}},
    .validation_count = 300,
    .recipe = {.cell = "lstm",
               .layers = 1,
               .hidden = 16,
               .schedule = "cosine",
               .steps = 3000,
               .batch = 32,
               .lr = 0.02,
               .clip_norm = 1},
    .walk = {.steps = 1000},
    .measure = MEASURE_ACCURACY,
    .level = 0.99,
    .level_note = "saying M, then L has about 0.3",
    .generate = generate,
};
