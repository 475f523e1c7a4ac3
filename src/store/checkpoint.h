#pragma once
// Model checkpoints as safetensors in PyTorch's names and shapes (docs/formats.md). __metadata__ "unroll"
// holds the model's description as JSON, "vocabulary" the symbols that go in as a JSON array, "labels" those that come
// out where they are others. A weight that is NaN or infinite is loaded as it is; model_not_finite() finds it.

#include "network.h"
#include "vocabulary.h"

// What a run of training needs beside the model to go on as if it had never stopped. Slabs have the model's layout.
enum checkpoint_slab { CHECKPOINT_M, CHECKPOINT_V, CHECKPOINT_BEST, CHECKPOINT_SLABS };
struct checkpoint_state {
    char *run;                     // JSON object of whoever saved it, for whoever goes on; NULL: the file has no state
    int64_t updates;               // done
    struct rng random;             // of the minibatches
    float *slab[CHECKPOINT_SLABS]; // optimiser state, and the best parameters so far; NULL where there is none
    int sequences;                 // whose state is carried to the next minibatch; 0 = none
    float *carried;                // (L, states of the cell, sequences, H), or NULL
};

struct checkpoint {
    struct model model;
    struct vocabulary vocabulary;  // of the inputs; count 0 when the file has none
    struct vocabulary labels;      // of the outputs where they differ from the inputs; else count 0
    struct checkpoint_state state; // only from checkpoint_load_state()
};

// What is saved; all borrowed.
struct checkpoint_content {
    const struct model *model;
    const struct vocabulary *vocabulary, *labels; // NULL or count 0: none
    const struct checkpoint_state *state;         // NULL: none
};
// The texts of what comes out: labels where there are any, else the vocabulary.
const struct vocabulary *checkpoint_outputs(const struct checkpoint *checkpoint);

bool checkpoint_save_whole(const char *path, const struct checkpoint_content *content, struct err *err);
// vocabulary may be NULL. Saving and loading give the same bits.
bool checkpoint_save(const char *path, const struct model *model, const struct vocabulary *vocabulary, struct err *err);
// spec_if_missing: the model options given, used when the file has no description (PyTorch wrote it); may be
// NULL. Sizes that are 0 in it (layers, hidden, directions, inputs, outputs, embed) and a cell that is CELL_COUNT are
// taken from the file's tensors, and so is whether it is an encoder-decoder. Every tensor is checked against the
// description before memory is asked for; one too many or too few is an error.
bool checkpoint_load(struct checkpoint *checkpoint, const char *path, const struct net_spec *spec_if_missing,
                     struct err *err);
// For what only computes with it: fails (ERR_VALUE) and names the first tensor with a number that is NaN or infinite.
bool checkpoint_finite(const struct checkpoint *checkpoint, const char *path, struct err *err);
// The same with the state of the run, borrowed while saving. checkpoint_load() reads such a file too, and leaves the
// state out; checkpoint_load_state() reads one without it (state.run is NULL then). State that is there is checked as
// strictly as the model.
bool checkpoint_save_state(const char *path, const struct model *model, const struct vocabulary *vocabulary,
                           const struct checkpoint_state *state, struct err *err);
bool checkpoint_load_state(struct checkpoint *checkpoint, const char *path, struct err *err);
// Model and state from memory; `name` stands in messages. For tests and fuzzing.
bool checkpoint_parse(struct checkpoint *checkpoint, const char *name, const void *bytes, size_t size,
                      const struct net_spec *spec_if_missing, struct err *err);
void checkpoint_release(struct checkpoint *checkpoint);
