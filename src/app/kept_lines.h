#pragma once
// updates.jsonl and checks.jsonl of one model: a line an update, a line a checkpoint, a line where a branch begins;
// only ever appended (docs/formats.md).

#include "experiment.h"
#include "str.h"

// Where a run is: branches count from 1; going on from a past update begins one.
struct kept_at {
    int64_t branch, update;
};

void kept_put_point(struct str *out, int64_t update, const struct run_point *point);
void kept_put_check(struct str *out, const struct run_check *check);
void kept_put_branch(struct str *out, int64_t branch, int64_t from);

// What the branch at hand has up to a moment; what earlier branches had after it began is left out.
struct kept_curve {
    struct run_point *points; // points[k] is update k + 1; numbers NaN where lines are damaged
    int64_t count, room;
    struct run_check *checks; // measures are owned
    int check_count, check_room;
    int64_t branch;                    // the last one that was seen
    int64_t updates_size, checks_size; // bytes of the files that were read; the rest is later
    double best;                       // lowest validation loss of all checkpoints, also of branches left; NaN = none
};
// Up to `at`; of a branch that has less than that, all there is. Damaged lines are left out, and said in remarks. Fails
// where a file cannot be read (ERR_IO, ERR_LIMIT) or memory is short.
bool kept_curve_read(const char *folder, int k, struct kept_at at, struct kept_curve *out, struct str *remarks,
                     struct err *err);
void kept_curve_release(struct kept_curve *curve);

// How far a run is, from the ends of its files alone.
struct kept_end {
    int64_t update;              // last one that has a line; 0 = none
    double train_loss;           // running mean over its last updates; NaN = none
    double valid_loss, accuracy; // at the last checkpoint; NaN = none
    int64_t check_update;        // of that; -1 = none
};
struct kept_end kept_end_read(const char *folder, int k);
