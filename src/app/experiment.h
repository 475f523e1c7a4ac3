#pragma once
// Training in the window: one to four models on the same data, taken on by one worker thread, update n of each before
// update n + 1 of any, so that they stay in step. The interface thread asks and looks; it never waits for an update.
// Models of one seed and size of minibatch are trained on the very same minibatches. Same plan, same thread counts:
// same bits, also after travelling. All functions: interface thread.

#include "measure.h"
#include "minibatch.h"
#include "setup.h"

enum { EXPERIMENT_MODELS = 4, CHECK_TEXTS = 4, CHECK_TEXT = 64, EXPERIMENT_NAME = 32 };

struct run_point {                                  // one update
    float loss, grad_norm, clip_scale, lr, seconds; // of the minibatch before the update; norm before clipping; seconds
                                                    // that the update took
    int32_t tokens;                                 // that carried a loss
};
struct run_check { // a checkpoint: update 0, and every check_every updates
    int64_t update;
    double train_loss;           // run_mean_loss() since the checkpoint before; NaN at update 0
    double valid_loss, accuracy; // NaN where there is no validation part; accuracy also where answers are real
    // measures_new() on the examples of probes.h; NULL where these are too much to measure or the last measures are not
    // long ago (large models), and at checkpoints of a reopened run
    struct measures *measures;
    // Of networks that write: what `unroll sample --seed 1` (2, 3, 4) writes, a line end as "↵". Of the others what is
    // answered to four examples spread over the validation part, "input → answer", and where that is wrong "input →
    // answer, not target"; of real answers "input → answer, target target". The same at every checkpoint; "" = none.
    char text[CHECK_TEXTS][CHECK_TEXT];
};
// The mean over the tokens of updates from + 1 .. to; NaN where there are none.
double run_mean_loss(const struct run_point *points, int64_t from, int64_t to);

struct run_branch { // what a branch that was left had after update `from`, where the next one begins
    int64_t from;
    const struct run_point *points; // points[k] is update from + k + 1
    int64_t point_count;
    const struct run_check *checks; // later than `from`
    int check_count;
};
struct run_look {               // what the interface sees of one model; valid until the next experiment_look()
    char name[EXPERIMENT_NAME]; // "RNN", "LSTM 64"
    struct recipe recipe;       // with what the data decide of the network, once they are read
    size_t weights;
    const struct run_point *points; // points[k] is update k + 1 of this branch
    int64_t point_count;            // look->last
    const struct run_check *checks;
    int check_count;
    double rate;                    // tokens a second of this model's own time, lately; NaN = not known
    const struct run_branch *older; // look->branch of them, from the first branch on
};

enum experiment_phase {
    EXPERIMENT_READING,
    EXPERIMENT_PAUSED,
    EXPERIMENT_RUNNING,
    EXPERIMENT_TRAVELLING,
    EXPERIMENT_FAILED
};
struct experiment_look {
    enum experiment_phase phase;
    struct err err;             // of FAILED (diverged: which tensor, which update; the run can travel back)
    int64_t update;             // where the parameters are
    int64_t last;               // furthest update of this branch
    int64_t until;              // RUNNING, TRAVELLING: the goal; INT64_MAX = none
    int64_t epoch;              // updates an epoch (training_epoch()); 0 while data are read
    int64_t check_every;        // updates; 0 while data are read
    double done;                // share of reading, running or travelling; NaN = not known
    double seconds_left;        // the same
    double guess;               // loss of guessing all symbols equally; NaN where it means nothing
    const struct dataset *data; // NULL while it is read; borrowed, read-only
    int models;
    struct run_look run[EXPERIMENT_MODELS];
    int branch, branches; // this one, the last of them; going on from a past update makes a new one
};

// A run that was kept, to go on from.
struct run_start {
    int64_t update;
    uint64_t data; // dataset_fingerprint(); a run on other data fails (ERR_VALUE)
    struct {
        const struct run_point *points; // (update)
        const struct run_check *checks; // up to `update`; their measures become the experiment's
        int check_count;
        size_t size; // floats of a slab
        struct snapshot state;
    } run[EXPERIMENT_MODELS];
};
// What is to be kept at a checkpoint: called by the worker after it, and at the end when updates were done since; all
// borrowed. What was kept of updates after `from` no longer holds.
struct run_keep {
    int64_t from, update;
    const struct dataset *data;
    struct {
        const struct run_point *points; // updates from + 1 .. update
        const struct run_check *check;  // NULL at the end; its train_loss is NaN: run_mean_loss() of the points
        const struct recipe *recipe;
        const struct model *model;
        struct snapshot state;
    } run[EXPERIMENT_MODELS];
};
struct run_keeper {
    bool (*keep)(void *context, const struct run_keep *keep, struct err *err); // false: the run pauses, FAILED
    void *context;
};

struct experiment_plan {
    struct setup setup; // data and reading; setup.recipe.seed: of the split. A checkpoint is refused
    int models;         // 1 .. EXPERIMENT_MODELS
    struct recipe recipe[EXPERIMENT_MODELS];       // steps: the length that a schedule of the learning rate is made for
    char name[EXPERIMENT_MODELS][EXPERIMENT_NAME]; // "" = cell and units
    int64_t check_every;                           // updates; 0 = whole epochs, at least 50 updates
    size_t history_budget;                         // bytes for all models' snapshots; 0 = 256 MB
    double temperature;                            // of the texts of checkpoints; 0 = 1
    struct run_keeper keeper;                      // keep NULL: nothing is kept
    const struct run_start *start;                 // NULL: from the beginning. Copied
};
// wake: called by the worker when there is something new to look at, at most once before the next look.
struct experiment *experiment_new(const struct experiment_plan *plan, void (*wake)(void *), void *wake_context);
void experiment_free(struct experiment *experiment);                          // stops and joins; may be NULL
const struct experiment_look *experiment_look(struct experiment *experiment); // copies what is new
// Until that update is done; INT64_MAX: until paused. Where a travel is under way, after it. From a past update: a new
// branch begins, and the one before ends up in run_look.older.
void experiment_run(struct experiment *experiment, int64_t until);
// After the update at hand. Ends a travel where it is.
void experiment_pause(struct experiment *experiment);
// To any update 0..last: parameters, optimiser, random numbers bit for bit as they were (nearest snapshot, then
// recomputed). Ends a run.
void experiment_travel(struct experiment *experiment, int64_t update);

// Models as they are between two updates (with nothing running: at look->update), and the minibatch of the next update.
struct experiment_copy {
    int k; // of which model
    int64_t update;
    struct recipe recipe; // options.lr is that of the next update
    struct model model;
    float *m, *v;   // (layout.size), or NULL where the update rule has none
    struct rng rng; // before the minibatch is drawn
    struct minibatch minibatch;
    struct bench_example **examples; // (minibatch.B) its columns without their padding, with captions; of any length
};
// models: bit k asks for model k; all of one request are of the same update. A new request takes the place of one that
// is not answered yet. Nothing comes while data are read or where memory is short.
void experiment_ask_copy(struct experiment *experiment, unsigned models);
// NULL until it is there; then the caller's.
struct experiment_copy *experiment_take_copy(struct experiment *experiment, int k);
void experiment_copy_free(struct experiment_copy *copy); // may be NULL
