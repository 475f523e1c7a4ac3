#pragma once
// A learner's own arrays held against a record: which are right, where the first difference is in the order of
// computation, and what it looks like. Arrays go by their names: those of the trace file ("forward/l0/gate_f",
// "grad/rnn.weight_hh_l0"), of the slots ("gate_f", "dz_f", "c_tilde"), of the course and its exercises ("a", "c",
// "ft", "it", "cct", "ot", "Wf", "dWf", "dba", "Waa", "da_prev", "y_pred"), and PyTorch's ("weight_ih_l0",
// "weight_ih_l0.grad"). A gradient is "d" or "grad_" before or ".grad" behind the name; "_l1" and "_l1_reverse" behind
// it say the layer (else the first one). Any order of the axes is taken, and said where it is another one; axes of
// length 1 do not count.
//
// What is looked for where an array differs: another sign, 1 - x, a constant factor (a mean over time or over tokens
// in place of the sum), one timestep earlier or later, a transposed matrix, gate blocks in another order; only one
// timestep's part of a weight's gradient, a gradient of a state without what comes from the future; and by running the
// network again on changed weights: a bias added twice or left out, recurrent weights transposed, gate blocks in
// another order, a flipped update gate, a state that is not carried on.

#include "record.h"

enum { HOMEWORK_NAME = 128, HOMEWORK_TEXT = 320, HOMEWORK_DIMS = 8 };

struct homework_array { // borrowed
    const char *name;
    int dims;
    const int64_t *shape;
    const double *data; // row-major
};

enum homework_verdict {
    HOMEWORK_UNKNOWN, // no tensor goes by this name
    HOMEWORK_SHAPE,   // no order of its axes fits
    HOMEWORK_RIGHT,
    HOMEWORK_DIFFERS,
};

struct homework_finding {
    enum homework_verdict verdict;
    char name[HOMEWORK_NAME];
    char tensor[HOMEWORK_NAME]; // of the trace file, what it was held against; "" for none
    char said[HOMEWORK_TEXT];   // one sentence: verdict, shape or order, first difference
    char guess[HOMEWORK_TEXT];  // what it looks like; "" where nothing fits
    double largest;             // difference
    bool gradient;
    // The first place that differs (DIFFERS): of a vector in time layer, direction, slot, t and unit, and the place in
    // `tensor`; of a parameter slot -1, t -1.
    int layer, direction, slot, t, unit, row, column;
    double expected, found;
};

struct homework {
    struct homework_finding *list; // in the order of the arrays
    int count;
    int first; // the finding whose difference comes first in the order of computation, or -1
};

// tolerance: of a difference, relative to the largest of the entry and the tensor's root mean square; 1e-4 takes
// arrays in single precision. Owns its memory; fails with ERR_MEMORY.
struct homework *homework_check(const struct record *record, const struct homework_array *arrays, int count,
                                double tolerance, struct err *err);
void homework_free(struct homework *homework);
