#pragma once
// The probability of a given sentence under a language model, by the reference engine:
//   P(y<1> .. y<T>) = product over t of P(y<t> | y<1> .. y<t-1>)
// (Bengio et al. 2003, equation 1). The first factor is what the network says to the zero vector. Owns its arrays.

#include "network.h"

struct likelihood {
    int count;              // T: tokens, and <EOS> where it was asked for
    int *symbols;           // (T)
    double *p;              // (T) P(y<t> | y<1> .. y<t-1>)
    double *ln_p;           // (T) nats; finite also where p is 0 in double
    double log_probability; // sum of ln_p
    double probability;     // exp of it
    double nats, bits;      // -log_probability / T, and that / ln 2
    double perplexity;      // exp(nats)
};

// symbols (n); end: the symbol that is put behind them (<EOS>), -1: none. params: the slab in double. Fails (ERR_VALUE)
// for networks that do not say which symbol comes next, for a symbol out of range and for a sentence without a token;
// ERR_MEMORY.
bool likelihood_init(struct likelihood *likelihood, const struct layout *layout, const double *params,
                     const int *symbols, int n, int end, struct err *err);
void likelihood_release(struct likelihood *likelihood);
