#pragma once
// The checkpoints of a kept run: what stands in each beside the model, which one the models have in common.

#include "checkpoint.h"
#include "history.h"
#include "kept_lines.h"
#include "run_folder.h"

// Whether the numbers are those that were written: FNV-1a over the words of parameters and optimiser state.
uint64_t kept_sum(const struct layout *layout, const struct snapshot *state);
// The object "kept": branch and sum.
void kept_put_mark(struct str *out, int64_t branch, uint64_t sum);
// `run` of a state: {"kept":mark}.
bool kept_save_checkpoint(const char *path, const struct checkpoint_content *content, const struct snapshot *state,
                          const char *mark, struct err *err);

// The last checkpoint that is whole in every model.
struct kept_common {
    struct kept_at at;
    enum run_place place[EXPERIMENT_MODELS];
    struct checkpoint checkpoint[EXPERIMENT_MODELS]; // loaded, with state
};
enum kept_found { KEPT_FOUND, KEPT_NONE_YET, KEPT_DAMAGED };
// DAMAGED: with err. What is damaged and was passed over is said in remarks. To be released where FOUND.
enum kept_found kept_find(const char *folder, int models, struct kept_common *out, struct str *remarks,
                          struct err *err);
void kept_common_release(struct kept_common *common, int models);
