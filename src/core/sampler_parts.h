#pragma once
// The inside of a sampler: shared by sampler.c and sampler_beam.c.

#include "kernels.h"
#include "sampler.h"
#include "workspace.h"

// A choice that is still open: sorted by logit, the first of equals first.
struct choice {
    int symbol;
    double weight; // logit, then exp of it
};

struct sampler {
    const struct model *model;
    struct workspace *workspace; // one timestep, one sequence; of an encoder-decoder with room for a source
    struct net_spec spec;        // of the network that writes: the decoder's
    float *logits, *y_hat;       // (O)
    struct choice *choices;      // (O)
};
