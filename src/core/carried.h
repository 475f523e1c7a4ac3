#pragma once
// The state that a trainer carries from one minibatch to the next, as numbers that can be kept in a file: what a
// resumed run needs beside parameters, optimiser state and random numbers.

#include "trainer.h"

// Sequences whose training state is carried; 0 when none is.
int trainer_carried(const struct trainer *trainer);
// Floats: layers x states of the cell x trainer_carried() x H, in that order, row-major.
size_t trainer_carried_size(const struct trainer *trainer, int sequences);
void trainer_carried_get(const struct trainer *trainer, float *out);
// Continues with the state of `sequences` sequences, dealt to the workers as a minibatch of so many is. Fails
// (ERR_VALUE) when there are more than the trainer has room for.
bool trainer_carried_set(struct trainer *trainer, int sequences, const float *values, struct err *err);
