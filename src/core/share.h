#pragma once
// Minibatches: whether a network can read one, and the columns of one that a worker computes. Private to the trainer
// and to those who predict.

#include "trainer.h"

struct batch_room {
    int max_source_T, max_T, max_B;
};

// Fails (ERR_VALUE) and says what is missing or out of range, and at which timestep and sequence (from 1): sizes, a
// symbol or target, numbers that are not finite (of inputs in the padding too) or, of a sigmoid output, outside of 0 to
// 1, a second target or an input behind the target where a kind has one answer, a source that does not fit, carry where
// no state is carried. Without `needs_targets` target may be NULL, and answers are not looked at.
bool batch_check(const struct net_spec *spec, const struct batch *batch, struct batch_room room, bool needs_targets,
                 struct err *err);

// The source of an encoder-decoder alone.
bool source_check(const struct net_spec *spec, const struct batch *source, struct batch_room room, struct err *err);

// Some columns of a minibatch, as a minibatch. Owns room for copies and masks.
struct share {
    struct batch batch, source; // what share_take() made; batch.source is &source
    struct share_side {
        int *x, *target;
        float *x_real, *target_real;
        float *dropout; // (L-1, T, columns, D*H)
    } own, of_source;
};

// copies: the columns are not all of a minibatch. masks: dropout will be drawn. Adds what it takes to *bytes.
bool share_init(struct share *share, const struct net_spec *spec, struct batch_room room, bool copies, bool masks,
                size_t *bytes, struct err *err);
void share_release(struct share *share);
// Columns first .. first + count - 1. The minibatch stays borrowed where there are no copies.
void share_take(struct share *share, const struct net_spec *spec, const struct batch *batch, int first, int count);
// Draws masks for the columns taken and puts them into the minibatch: one generator a column and update, so the same
// masks however the columns are dealt.
void share_drop(struct share *share, const struct net_spec *spec, const struct train_options *options, int64_t update,
                int first);
