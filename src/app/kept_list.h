#pragma once
// The experiments that are kept: listed, renamed, removed, and their curves read to stand beside others. Any thread.

#include "experiment.h"
#include "kept_lines.h"
#include "run_folder.h"

struct kept_summary {
    char folder[RUN_FOLDER_PATH];
    const char *name; // the last part of it
    char data[64];    // what it is trained on
    int models;
    char model[EXPERIMENT_MODELS][EXPERIMENT_NAME];
    int64_t weights[EXPERIMENT_MODELS];
    struct kept_end end[EXPERIMENT_MODELS];
    int64_t changed; // seconds since 1970; 0 = not known
    bool in_use;     // a program trains it
    bool other;      // with options that only `unroll train` has: it does not open in the window
    struct err err;  // why it cannot be opened, or ERR_NONE
};
struct kept_list {
    struct kept_summary *items;
    int count;
};
// Of a folder of experiments; home NULL: the usual one (run_home()). The newest first. A folder that is not there holds
// none.
bool experiments_list(const char *home, struct kept_list *out, struct err *err);
void kept_list_release(struct kept_list *list);
bool kept_summary_read(const char *folder, struct kept_summary *out, struct err *err); // one folder

// Of one that no program trains (else kept_rename(), experiment_kept.h). to: its new path, or NULL.
bool experiment_rename_kept(const char *folder, const char *name, char to[RUN_FOLDER_PATH], struct err *err);
bool experiment_delete_kept(const char *folder, struct err *err);

// The curves of one, as an experiment shows them: read-only. No rate, no branches.
struct kept_runs {
    char folder[RUN_FOLDER_PATH];
    const char *name;
    int models;
    struct run_look run[EXPERIMENT_MODELS];
    struct str remarks; // what was left out
    struct kept_curve curve[EXPERIMENT_MODELS];
};
struct kept_runs *kept_runs_load(const char *folder, struct err *err);
void kept_runs_free(struct kept_runs *runs); // may be NULL
// The folder and model of a run: folder as it stands; model: a name, a number from 1, or NULL where there is one. -1
// with err.
int kept_find_model(const struct kept_summary *summary, const char *model, struct err *err);
