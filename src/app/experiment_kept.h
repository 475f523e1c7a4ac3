#pragma once
// An experiment and the folder that it is kept in (docs/formats.md): written by the experiment's worker at its
// checkpoints, opened again at the last one that is whole, wherever the program was ended. What goes wrong with the
// folder is said, and training goes on. Interface thread, but for what the worker calls.

#include "experiment.h"
#include "run_folder.h"

struct kept;

// A new run of this plan. folder: NULL for a free name among the kept experiments; it is made at the first checkpoint
// after update 0. NULL with err where the folder holds a run already, or there is no home.
struct kept *kept_new(const struct experiment_plan *plan, const char *folder, struct err *err);
// A run that was kept, to go on from its last checkpoint; where none was written yet, from its beginning. NULL with
// err: another program trains it, all checkpoints are damaged, the settings are.
struct kept *experiment_open_kept(const char *folder, struct err *err);
void kept_free(struct kept *kept); // after the experiment; may be NULL

// For experiment_new(): with the keeper, and with the start of a run that was opened. Measures of its checks go over to
// the experiment. kept_begun() after it lets go of what was read.
const struct experiment_plan *kept_plan(const struct kept *kept);
void kept_begun(struct kept *kept);
const char *kept_remarks(const struct kept *kept); // what was left out when it was opened, in sentences; "" = nothing
bool kept_has_other_options(const struct kept *kept); // trained with options that only `unroll train` has

struct kept_state {
    char folder[RUN_FOLDER_PATH];
    const char *name; // the last part of it
    int64_t update;   // of the last checkpoint that is written; -1 = none
};
void kept_look(struct kept *kept, struct kept_state *out);
// What has gone wrong since the last call: a full disk, a folder that is gone. False: nothing.
bool kept_trouble(struct kept *kept, struct err *err);
// Of a run that is open. While it is being written it is renamed behind that; what fails then is trouble.
bool kept_rename(struct kept *kept, const char *name, struct err *err);

// --- of `unroll train`: the same folder, written by its own loop ---
bool kept_write(struct kept *kept, const struct run_keep *keep); // false: there is trouble
// Writes checkpoints in the place of the keeper's own: with more state. mark: a JSON object to be kept as "kept" in
// that of the state's `run`.
typedef bool kept_saver(void *context, const char *path, const char *mark, struct err *err);
void kept_save_by(struct kept *kept, kept_saver *save, void *context);
// Options of model 0 as they are now, and whether there are others that only `unroll train` has: into the settings.
bool kept_set_options(struct kept *kept, const struct recipe *recipe, bool other, struct err *err);
