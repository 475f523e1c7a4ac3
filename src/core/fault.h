#pragma once
// Where in a pass the first number that is not finite stands: what a training step says when it stops. Looks at the
// workspaces of all workers; private to the trainer.

#include "workspace.h"

// One worker's part of the pass at hand.
struct fault_view {
    const struct workspace *workspace;
    const struct batch *batch; // its columns, with the source of an encoder-decoder
    int first;                 // the minibatch's sequence that its first column is
};

enum { FAULT_TEXT = 160 };

// After a forward pass: the first state in the order computed (encoder, layers, directions, time), then outputs. Writes
// for example "the state of layer 2, backward in time, at timestep 3 of sequence 1" (counted from 1); false when all
// are finite.
bool fault_forward(const struct fault_view *views, int count, char text[FAULT_TEXT]);
// After a backward pass: the first gradient in the order computed, that of the outputs, then of the layers from the
// highest down and each back in its time.
bool fault_backward(const struct fault_view *views, int count, char text[FAULT_TEXT]);
