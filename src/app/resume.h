#pragma once
// A run of training that is kept in a checkpoint and goes on from it as if it had never stopped: the same bits after
// the same number of updates, with the same data, options and threads. What is kept: parameters, optimiser state,
// number of updates, random numbers, the state carried between windows, and a JSON object of the caller's.

#include "checkpoint.h"
#include "training.h"

// With the vocabularies of the data. best: the best parameters so far (layout.size), or NULL.
bool training_save(const struct training *training, const char *path, const char *run, const float *best,
                   struct err *err);
// The model alone, for a run that is over.
bool training_save_model(const struct training *training, const char *path, struct err *err);
// Into a run that was made with the same options and follows the same plan, on a copy of the checkpoint's model. Fails
// (ERR_VALUE) when the state is that of another update rule or size of minibatch.
bool training_restore(struct training *training, const struct checkpoint_state *state, struct err *err);
