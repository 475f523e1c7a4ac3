#pragma once
// The first values of the parameters, by name. H x H and I x H below is one gate's block of a stacked matrix: each
// block is drawn by itself, with its own fan in and fan out. One-hot inputs count as V inputs; embeddings are normal
// with variance 1 in every kind. Diagonal weights are uniform in +-1/sqrt(H) whatever the name: a gate has one of them,
// and no fan to reckon with.

#include "network.h"

enum init_kind {
    INIT_UNIFORM,    // model_randomise(): everything in +-1/sqrt(H), as PyTorch
    INIT_XAVIER,     // +-sqrt(6 / (in + out)), biases 0            (Glorot and Bengio 2010, eq. 16)
    INIT_HE,         // normal, variance 2 / in, biases 0           (He et al. 2015, eq. 10)
    INIT_ORTHOGONAL, // recurrent blocks orthogonal, the rest Xavier (Saxe et al. 2014; Q of a QR with R's signs taken
                     // out)
    INIT_IDENTITY,   // recurrent blocks I, inputs normal with deviation 0.001, head Xavier, biases 0: the "IRNN" of
                     // Le et al. 2015, section 3; of an rnn with relu only
    INIT_COUNT
};
extern const char *const init_names[INIT_COUNT]; // "uniform", "xavier", ...

// Writes all parameters; the bias of every forget gate is set to forget_bias afterwards (Gers et al. 2000; Jozefowicz
// et al. 2015). The same random state gives the same bits. Fails (ERR_VALUE) for a kind that does not fit the cell, and
// when memory runs out (orthogonal: H x H doubles).
bool model_init_weights(struct model *model, enum init_kind kind, struct rng *rng, float forget_bias, struct err *err);
