#pragma once
// Clipping a gradient, looked at: what the two rules of the trainer (trainer.h: by value first, then by global norm)
// make of the gradient of one example. A struct clipping is a plain value; nothing is owned. Any thread.

#include "network.h"

// Entries by size, a row of halves of octaves: bin b holds |g| from 2^((b - 1) / 2 - 40) up to 2^(b / 2 - 40) or so;
// what is smaller lies in the first bin, what is larger in the last. Zeros are counted apart.
enum { CLIP_BINS = 104, CLIP_PARAMS = 160 };
int clip_bin(double g);        // of |g|; g is not 0
double clip_bin_edge(int bin); // the smallest |g| of a bin
struct clip_histogram {
    long minus[CLIP_BINS], plus[CLIP_BINS], zero;
};

struct clip_tensor { // of one parameter: Euclidean norms, entries, and entries held by value
    double before, after;
    long entries, cut;
};

struct clipping {
    double clip_norm, clip_value; // the thresholds; 0 = none
    double before, after;         // norm of the whole gradient
    double held;                  // norm between the two rules: after clipping by value
    double scale;                 // of the rule by norm; 1 = not clipped
    double largest;               // |g|, before
    long entries, cut;            // cut: by value
    double cosine;                // between before and after; 1 where either is 0
    double angle;                 // the same in degrees, exact near 0
    int count;                    // of tensors
    struct clip_tensor tensors[CLIP_PARAMS];
    struct clip_histogram histogram_before, histogram_after;
};
// grads: a slab (layout->size). out: NULL, or the clipped gradient (layout->size; may be grads itself). Thresholds
// below or at 0 are none.
void clip_gradient(const struct layout *layout, const double *grads, double clip_norm, double clip_value,
                   struct clipping *clipping, double *out);
