#pragma once
// The fused kernels: float, OpenBLAS, what training runs. Checked against the reference for every cell,
// length, batch and size. A workspace holds the activations of one minibatch (or one worker's share of it).
// It borrows the layout. One thread at a time.
//
// Padding: in a row, the timesteps behind the last one that holds an input (x >= 0) or a target are padding.
// They change no loss and no gradient: forward in time nothing reads what they computed, and backward in time
// the state is held at zero until the sequence's own last timestep. What an encoder reads ends at its last input; with
// none it hands over the zero state.

#include "trainer.h"

struct workspace;
struct workspace *workspace_new(const struct layout *layout, int max_T, int max_B, struct err *err);
// Of an encoder-decoder, with room of its own for what the encoder reads (workspace_new: max_T for both). It is one
// workspace: what follows reaches both halves. Of other kinds max_source_T means nothing.
struct workspace *workspace_new_pair(const struct layout *layout, int max_source_T, int max_T, int max_B,
                                     struct err *err);
// Another workspace for the same weights: it borrows the packed copies, so kernel_refresh on `owner` serves
// both.
struct workspace *workspace_new_shared(const struct workspace *owner, int max_T, int max_B, struct err *err);
// The same without the encoder's half: for minibatches without a source, that carry on from a given state.
struct workspace *workspace_new_alone(const struct workspace *owner, int max_T, int max_B, struct err *err);
void workspace_free(struct workspace *workspace);
size_t workspace_memory(const struct workspace *workspace);        // bytes, all of it
size_t workspace_packed_memory(const struct workspace *workspace); // of which packed weights, where they are its own

// The state that batches with `carry` start from is one of three: 0 at first. Copying takes its values along.
enum workspace_state { WORKSPACE_TRAIN, WORKSPACE_EVALUATE, WORKSPACE_SCRATCH };
void workspace_use_state(struct workspace *workspace, enum workspace_state state);
void workspace_copy_state(struct workspace *workspace, enum workspace_state to, enum workspace_state from);
void workspace_forget_state(struct workspace *workspace); // the one in use: zero again
int workspace_carried(const struct workspace *workspace); // sequences whose state is kept there; 0 = none

// After the parameters changed: refreshes packed and transposed copies.
void kernel_refresh(struct workspace *workspace, const float *params);
// Summed loss over the tokens with a target (network.h has the definitions); counts them, and what was right: of
// softmax the tokens whose largest y_hat is the target's, of sigmoid the single outputs on the right side of 0.5 (O a
// token), of linear nothing.
double kernel_forward(struct workspace *workspace, const float *params, const struct batch *batch, long *tokens,
                      long *right);
// Adds scale * dL/dparams (L summed) into grads. After kernel_forward with the same batch.
void kernel_backward(struct workspace *workspace, const float *params, const struct batch *batch, float scale,
                     float *grads);

// --- without a loss ---

// The layers alone: their states.
void kernel_states(struct workspace *workspace, const float *params, const struct batch *batch);
// The layers and the head's logits: (T, B, O), or (B, O) where a kind has one answer, each at the timestep of its
// target or else at the last one that holds an input (T where nothing says so). target may be NULL; target_real is not
// read.
void kernel_logits(struct workspace *workspace, const float *params, const struct batch *batch, float *logits);
// y_hat from the logits of so many rows, in place.
void kernel_outputs(const struct workspace *workspace, int rows, float *logits);
// Of an encoder-decoder: what the decoder's next batch with carry starts from.
void kernel_encode(struct workspace *workspace, const float *params, const struct batch *source);
