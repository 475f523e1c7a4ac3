#pragma once
// Model checkpoints as safetensors in PyTorch's names and shapes (docs/formats.md). __metadata__ "unroll"
// holds the model's description as JSON, "vocabulary" the symbols as a JSON array. A weight that is NaN or
// infinite is loaded as it is; model_not_finite() finds it.

#include "network.h"
#include "vocabulary.h"

struct checkpoint {
    struct model model;
    struct vocabulary vocabulary; // count 0 when the file has none
};

// vocabulary may be NULL. Saving and loading give the same bits.
bool checkpoint_save(const char *path, const struct model *model, const struct vocabulary *vocabulary, struct err *err);
// spec_if_missing: the model options given, used when the file has no description (PyTorch wrote it); may be
// NULL. Sizes that are 0 in it (layers, hidden, directions, inputs, outputs) are taken from the file's
// tensors. Every tensor is checked against the description before memory is asked for; one too many or too
// few is an error.
bool checkpoint_load(struct checkpoint *checkpoint, const char *path, const struct net_spec *spec_if_missing, struct err *err);
void checkpoint_release(struct checkpoint *checkpoint);
