#pragma once
// `trace --input X.npy [--target Y.npy]`: one example out of arrays, for a network that needs no data set.

#include "edit.h"
#include "opening.h"

struct arrays_words {
    const char *input, *target; // .npy; target may be NULL
    int output;                 // of a network without checkpoint; -1: by the target
};
// Puts "missing" into the model options whose value is then taken from a checkpoint's tensors or from the arrays.
void arrays_model_unknown(struct model_words *model);
// The record of one update on column opening->example (from 1; 0 is the first) of the arrays. clamp, edit: lists as
// --clamp and --edit have them, or NULL. NULL with err; nothing is kept then.
struct record *arrays_record(const struct opening *opening, const struct arrays_words *words, enum reduction reduction,
                             const char *clamp, const char *edit, struct err *err);
// Both lists, as one (edits_parse()).
bool arrays_edits(struct edits *edits, const char *clamp, const char *edit, const struct record *record,
                  struct err *err);
