#pragma once
// What a network answers on whole minibatches, without a loss: y_hat of every timestep, or of every sequence where a
// kind has one answer; of an encoder-decoder with the decoder's input given. A predictor borrows the model; it owns its
// workspace. One thread at a time.

#include "trainer.h"

struct predictor;
// max_source_T: of encoder-decoders; else it means nothing.
struct predictor *predictor_new(const struct model *model, int max_source_T, int max_T, int max_B, struct err *err);
void predictor_free(struct predictor *predictor);
void predictor_refresh(struct predictor *predictor); // after the model's parameters were written
// y_hat: (T, B, O), or (B, O) where a kind has one answer. That is read at the timestep of the sequence's target; where
// target is NULL or has none, at the last one with x >= 0, and without x at T. With carry from the state that the call
// before left. Fails (ERR_VALUE) on a minibatch that the network cannot read, as trainer_step().
bool predictor_run(struct predictor *predictor, const struct batch *batch, float *y_hat, struct err *err);
