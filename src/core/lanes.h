#pragma once
// The inside of the analyses: the reference's backward pass for several gradients side by side ("lanes"), for
// states only. A slot's gradient is a matrix (lanes, width) in place of a vector; each operation's rule is
// the reference's (reference_local, reference_weights). Private to analysis*.c.

#include "analysis.h"
#include "tape.h"

struct lanes {
    // set by the caller
    const struct tape *tape;
    const struct layout *layout;
    const double *params;
    const double *dropout; // of the example, or NULL
    int count;             // N
    int top, layer;        // layers walked, from the top one down to `layer`
    int direction;         // of `layer`
    int first, steps;      // timesteps of `layer` in its direction's backward order: from `first`, so many; only
                           // for one-layer walks, else all
    const struct path_mask *masks; // (T) of `layer` and `direction`; NULL follows all
    // Adds what enters the states of the top layer from outside at t to rows (N, H) of `state`; NULL: nothing.
    void (*seed)(void *context, const struct lanes *lanes, int layer, int direction, int state, int t, double *rows);
    // Which lanes can be non-zero at t: [*low, *high). Must grow from one timestep to the next one walked.
    // NULL: all.
    void (*active)(void *context, const struct lanes *lanes, int layer, int direction, int t, int *low, int *high);
    // The gradients at t of `layer`: of the states that leave, and of those that entered (N, H each). NULL: not asked.
    void (*give)(void *context, const struct lanes *lanes, int t, double *const leave[CELL_MAX_STATES],
                 double *const enter[CELL_MAX_STATES]);
    void *context;
    const struct analysis_watch *watch; // NULL, or asked at every timestep
    double watch_from, watch_share;     // what this walk is of the whole
    // Of encoder-decoders, (layers, states, N, H). to_encoder: NULL, or takes what enters each layer's first timestep.
    // from_decoder: NULL, or what the decoder sends to the states that each layer's last timestep leaves.
    double *to_encoder;
    const double *from_decoder;
    // private
    double *grad[CELL_MAX_SLOTS]; // (N, width)
    double *future[CELL_MAX_STATES];
    double *above, *below; // (T, N, H * directions)
    double *ones, *local;  // (H)
    long walked, to_walk;  // timesteps
};

bool lanes_run(struct lanes *lanes, struct err *err);
// The lanes of the encoder from those of the decoder: walks the decoder as `decoder` says (tape, seed, active), hands
// over, and then walks `lanes`.
bool lanes_run_from(struct lanes *decoder, struct lanes *lanes, struct err *err);
