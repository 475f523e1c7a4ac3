#pragma once
// The examples of one minibatch, each as the reference takes it: without padding, an encoder-decoder's with its source.
// Owns copies and never changes, so records that were made of it hold it. From any thread.

#include "reference.h"

// A copy of an example, arrays owned by the copy. Zeros where it has no x (real input) or no target, as -1: both arrays
// of a copy are there. Of an encoder-decoder the source is copied to *source, and to->source points there. False when
// memory ran out; example_release() is due in any case.
bool example_copy(const struct layout *layout, const struct example *from, struct example *to, struct example *source);
void example_release(struct example *example);
int example_tokens(const struct example *example); // timesteps that carry a loss

struct example_batch;
// layout: of the network; examples: `count`, borrowed. Fails as example_check(), and says which example; or with
// ERR_MEMORY, or ERR_VALUE where there is none.
struct example_batch *example_batch_new(const struct layout *layout, const struct example *examples, int count,
                                        struct err *err);
struct example_batch *example_batch_hold(struct example_batch *batch);
void example_batch_free(struct example_batch *batch); // each holder once
int example_batch_count(const struct example_batch *batch);
const struct example *example_batch_get(const struct example_batch *batch, int index); // as long as the batch lives
