#pragma once
// What the optimiser makes of a gradient that is clipped in another way than the record's: the same example, the same
// optimiser state, other thresholds. The rule of the trainer on float copies, as in the record's own update.

#include "clipping.h"
#include "record.h"

struct clip_step {
    struct clipping clipping;
    double moved;                // norm of the change of all parameters
    double tensors[CLIP_PARAMS]; // of each
    double from_unclipped;       // angle to the change without clipping, degrees
    double unclipped;            // norm of that change
};
// Thresholds at or below 0 are none. Fails with ERR_MEMORY.
bool clip_step_of(const struct record *record, double clip_norm, double clip_value, struct clip_step *out,
                  struct err *err);
