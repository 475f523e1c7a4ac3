#pragma once
// The minibatch that an update is made of, as a person walks through it: its examples without padding, and what each is
// called. Owns all of it. One thread.

#include "example_batch.h"
#include "minibatch.h"

enum { MINIBATCH_CAPTION = 96 };
struct bench_minibatch {
    struct example_batch *batch;
    int count;
    char (*captions)[MINIBATCH_CAPTION]; // what is read, of a language model what is answered; "16 values, class up"
    struct rng after;                    // random numbers behind the draw, where it was drawn here
};

// Columns of `minibatch` that hold nothing at all are left out. Fails (ERR_VALUE) where a column is none of the
// network's (an encoder without input), where no column is left, or with ERR_MEMORY.
struct bench_minibatch *bench_minibatch_new(const struct dataset *data, const struct layout *layout,
                                            const struct minibatch *minibatch, struct err *err);
void bench_minibatch_free(struct bench_minibatch *minibatch);
// The minibatch that training with these sizes would draw next (dataset_batch()).
struct bench_minibatch *bench_minibatch_draw(const struct dataset *data, const struct layout *layout,
                                             const struct rng *rng, int B, int max_T, struct err *err);
