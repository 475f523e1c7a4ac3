#pragma once
// What is measured of a model while it is trained, at a checkpoint, on a few fixed examples (probes): how far its gates
// stand open, units that have died, the spectral radius of its recurrent matrices, and how much gradient reaches each
// timestep. Computed by the reference from the parameters alone: the same parameters and probes give the same bits, and
// nothing of the training run is touched. Results are plain values, made once and then only read, from any thread.

#include "reference.h"

enum {
    MEASURE_PROBES = 4,              // at most so many examples are looked at
    MEASURE_WORK = 1 << 20,          // weights times timesteps after which no further probe is begun
    MEASURE_ALL_MATRICES_UNITS = 64, // up to so many units the matrices of the gates are measured as well ...
    MEASURE_MATRIX_UNITS = 256       // ... and up to so many that of the candidate: eigenvalues cost 10 H^3
};

// Where: a layer and direction of the network; of an encoder-decoder of its decoder, or of its encoder.
struct measured_at {
    bool encoder;
    int layer, direction;
};

// A gate, a candidate or an activation: whatever a sigmoid, tanh or relu makes, and a<t>; over all units, and all
// timesteps of all probes. As in gate_stats (analysis.h): low, high are the shares of the values with
// |v| <= GATE_SATURATED and |v| >= 1 - GATE_SATURATED: closed and open gates, silent and saturated activations.
struct measured_slot {
    struct measured_at at;
    int slot;
    double mean, low, high;
    // Units that say the same whatever they read: all values within UNIT_DEAD; behind a relu 0 all the time. -1 where
    // fewer than two timesteps were seen.
    int dead;
};

// A block of a recurrent matrix (W_aa; W_ca, W_fa, ...): where its spectral radius is below 1, what goes back through
// it alone shrinks in the long run; above 1 it can grow (Pascanu et al. 2013).
struct measured_matrix {
    struct measured_at at;
    int block;
    double radius; // largest |eigenvalue|; NaN where an entry is not finite
};

// Euclidean norms of dL/d(state s)<t>, L the sum of a probe's losses in nats: the mean over gradient_probes.
struct measured_gradient {
    struct measured_at at;
    int state;    // index into state_out: a, c
    int T;        // timesteps; of an encoder those of the source
    double *all;  // (T) from all losses
    double *last; // (T) from the last loss alone
};

struct measures {
    struct net_spec spec;
    long weights;        // of the model
    int probes;          // how many were looked at: the first ones
    long timesteps;      // of these, of a decoder or a network of one side
    int gradient_probes; // those of them that are as long as the first
    int slot_count, matrix_count, gradient_count;
    struct measured_slot *slots;         // encoder first; layer by layer, direction by direction, in the cell's order
    struct measured_matrix *matrices;    // the same; those that are not too large
    struct measured_gradient *gradients; // the same
    double *norms;                       // owns the gradients' numbers, one after the other
    size_t norm_count;
};

// Whether a probe is within what a checkpoint may take: weights times timesteps, and timesteps.
#define MEASURE_MOST_WORK 128e6 // about half a second
enum { MEASURE_MOST_TIMESTEPS = 4096 };
bool measures_apply(const struct model *model, const struct example *first);
// probes: at least one, the first of which measures_apply() admits; each must pass example_check(). Of all but the
// first only as many are looked at as MEASURE_WORK allows. NULL with err: ERR_MEMORY, ERR_VALUE or ERR_LIMIT. Once
// forward and backward a probe.
struct measures *measures_new(const struct model *model, const struct example *const *probes, int count,
                              struct err *err);
void measures_free(struct measures *measures); // may be NULL
// Roughly what it costs, in weights times tokens of training: that many take as long.
double measures_cost(const struct model *model, const struct example *const *probes, int count);

// The entry, or NULL where there is none.
const struct measured_slot *measures_slot(const struct measures *measures, struct measured_at at, int slot);
const struct measured_matrix *measures_matrix(const struct measures *measures, struct measured_at at, int block);
const struct measured_gradient *measures_gradient(const struct measures *measures, struct measured_at at, int state);
// The network of one side: spec itself, or what net_encoder_spec() and net_decoder_spec() say.
struct net_spec measures_side(const struct net_spec *spec, bool encoder);
// The block whose product a tanh or relu squashes: that of the candidate, or the only one.
int measures_candidate_block(const struct cell_desc *cell);
