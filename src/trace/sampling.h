#pragma once
// A run of sampling: the text that a network makes up, symbol by symbol, with what each draw saw. The sampler of the
// core draws (sampler.h, float kernels), with the same random numbers as `unroll sample`: the same seed, temperature,
// top-k and prefix give the same text. Kept are the logits of every step, the number that was drawn and the symbol
// that was chosen; the rest of a draw is opened up by the core when it is looked at. It owns all but the model, which
// must stay as it is. One thread at a time.

#include "reference.h"
#include "sampler.h"

struct sampling_options {
    uint64_t seed;
    struct draw_rule rule; // forbid: 0 or more (<UNK>); what is never written
    int end;               // <EOS>: ends the text
    int limit;             // most symbols that are drawn, 1 .. SAMPLING_MAX
    const int *prefix;     // (prefix_length) fed first, not drawn
    int prefix_length;
    const struct example *source; // of an encoder-decoder that reads symbols: what the encoder reads; else NULL
};
enum { SAMPLING_MAX = 500 };

struct sampling;
// Whether a network can write: fails (ERR_VALUE) and says in a sentence why not.
bool sampling_fits(const struct net_spec *spec, struct err *err);
// Nothing is drawn yet. Fails as above, with ERR_VALUE for a prefix or source out of range, and ERR_MEMORY.
struct sampling *sampling_new(const struct model *model, const struct sampling_options *options, struct err *err);
void sampling_free(struct sampling *sampling);

// Draws one more symbol; false when the text has ended, by <EOS> or at the limit, or (err is set) where memory ends.
bool sampling_draw(struct sampling *sampling, struct err *err);
bool sampling_done(const struct sampling *sampling);
bool sampling_ended(const struct sampling *sampling);                             // with <EOS>
const struct sampling_options *sampling_options(const struct sampling *sampling); // prefix and source: its own copies
int sampling_count(const struct sampling *sampling);                              // symbols drawn, <EOS> among them

// Step k, from 0, reads timestep prefix_length + k.
struct sampling_step {
    int input;           // symbol that was read, -1 = the zero vector
    int chosen;          // symbol that was drawn
    double uniform;      // the random number, NaN when greedy
    const float *logits; // (O)
};
struct sampling_step sampling_step(const struct sampling *sampling, int k);
// The draw of step k opened up; valid until another step is.
const struct draw_steps *sampling_open(const struct sampling *sampling, int k);
