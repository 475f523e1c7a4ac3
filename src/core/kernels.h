#pragma once
// The fused kernels: float, OpenBLAS, what training runs. Checked against the reference for every cell,
// length, batch and size. A workspace holds the activations of one minibatch (or one worker's share of it).
// It borrows the layout. One thread at a time.
//
// Padding: in a row, the timesteps behind the last one that holds an input (x >= 0) or a target are padding.
// They change no loss and no gradient: forward in time nothing reads what they computed, and backward in time
// the state is held at zero until the sequence's own last timestep.

#include "trainer.h"

struct workspace;
struct workspace *workspace_new(const struct layout *layout, int max_T, int max_B, struct err *err);
// Another workspace for the same weights: it borrows the packed copies, so kernel_refresh on `owner` serves
// both.
struct workspace *workspace_new_shared(const struct workspace *owner, int max_T, int max_B, struct err *err);
void workspace_free(struct workspace *workspace);
size_t workspace_memory(const struct workspace *workspace);

// The state that batches with `carry` start from is one of three: 0 at first. Copying takes its values along.
enum workspace_state { WORKSPACE_TRAIN, WORKSPACE_EVALUATE, WORKSPACE_SCRATCH };
void workspace_use_state(struct workspace *workspace, enum workspace_state state);
void workspace_copy_state(struct workspace *workspace, enum workspace_state to, enum workspace_state from);
void workspace_forget_state(struct workspace *workspace); // the one in use: zero again
int workspace_carried(const struct workspace *workspace); // sequences whose state is kept there; 0 = none

// After the parameters changed: refreshes packed and transposed copies.
void kernel_refresh(struct workspace *workspace, const float *params);
// Summed loss in nats over the tokens with a target; counts them, and the right ones.
double kernel_forward(struct workspace *workspace, const float *params, const struct batch *batch, long *tokens,
                      long *right);
// Adds scale * dL/dparams (L summed) into grads. After kernel_forward with the same batch.
void kernel_backward(struct workspace *workspace, const float *params, const struct batch *batch, float scale,
                     float *grads);
