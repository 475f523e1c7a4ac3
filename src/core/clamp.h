#pragma once
// Values set by hand in a forward pass: a gate held at 0 from the third timestep on, one unit of an
// activation poked. A plain value to be passed to reference_forward_with(). A clamped unit takes the value in
// place of what its step computed; everything computed after it reads that. In the backward pass no gradient
// goes into it (dL/d(slot) is 0 there), but gradients flow past it along every other way; tape_clamp_grad()
// says what the loss makes of the value itself. Clamping state_in (a_prev) changes what the next timestep
// reads and leaves a<t-1> as it was.

#include "network.h"

struct tape;

enum { CLAMP_MAX = 32 };

struct clamp {
    int layer, direction; // -1: every
    int slot;             // of the cell's description
    int unit;             // from 0; -1: every unit
    int from, to;         // timesteps from 0, both included
    double value;
    bool encoder; // of encoder-decoders: a vector of the encoder; else of the decoder
    // NULL, or in place of `value` what the units were on this tape: frozen, whatever else changes. A tape of the same
    // network and lengths, borrowed; it must last as long as forward passes with these clamps are run.
    const struct tape *like;
};

struct clamps {
    int count;
    struct clamp list[CLAMP_MAX]; // where two meet, the later one wins
};

// Fails (ERR_VALUE, ERR_LIMIT) and says which clamp names what is not there. T: timesteps of the network; of an
// encoder-decoder those of the decoder, source_T those of the encoder (in other kinds it does not matter).
bool clamps_check_pair(const struct clamps *clamps, const struct net_spec *spec, int source_T, int T, struct err *err);
// The same where encoder and decoder have T timesteps each, or there are no two.
bool clamps_check(const struct clamps *clamps, const struct net_spec *spec, int T, struct err *err);

// Adds the clamps of a text to the list: "SLOT[:UNIT]@A[-B]=V", separated by commas; SLOT may be "l0/SLOT" or
// "l0_reverse/SLOT" (else every layer and direction), of an encoder-decoder with "encoder/" or "decoder/" before
// (else the decoder): "encoder/gate_f@2=0", "encoder/l0_reverse/c:1@1=0.5". Units and timesteps count from 1 as on
// screen; a missing unit is every unit. Fails with ERR_USAGE (the words) or as clamps_check_pair().
bool clamps_parse_pair(struct clamps *clamps, const char *text, const struct net_spec *spec, int source_T, int T,
                       struct err *err);
bool clamps_parse(struct clamps *clamps, const char *text, const struct net_spec *spec, int T, struct err *err);
