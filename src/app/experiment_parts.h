#pragma once
// The inside of an experiment: shared by the experiment_*.c files. What the worker and the interface share stands in
// struct shared, under its lock, which is held for no longer than copying; all else belongs to one of the two.

#include "experiment.h"
#include "history.h"
#include "probes.h"
#include "sampler.h"
#include "thread.h"
#include "training.h"

// --- what the worker says, in order ---

enum news_kind { NEWS_POINT, NEWS_CHECK, NEWS_BRANCH };
struct news {
    enum news_kind kind;
    int k;        // of which model; of a branch all
    int64_t from; // of a branch
    union {
        struct run_point point;
        struct run_check *check; // goes over to whoever takes the news
    };
};
struct news_list {
    struct news *items;
    size_t count, room;
};

// --- one model of the worker's ---

struct point_list {
    struct run_point *items;
    int64_t count, room;
};
struct learner {
    struct recipe recipe; // settled
    struct model model;
    struct training training;
    struct history *history;
    float *first;            // (layout.size) parameters at update 0
    struct rng first_random; // of minibatches, at update 0
    struct run_point point;  // of the update at hand
    struct point_list since; // what the keeper has not seen
    struct sampler *sampler; // of checks
};

// --- what both see ---

struct wish { // what the interface wants done; -1 = nothing
    int64_t travel, until;
};
struct shared {
    struct mutex *lock;
    struct condition *asked;
    bool ready;        // data and models are there
    bool failed, over; // over: nothing can go on
    struct err err;
    struct wish wish;
    bool stop; // the worker comes to an end
    int64_t update, last;
    int64_t goal_from;           // where the run or travel at hand began
    double pace;                 // seconds an update of all models, lately; NaN = not known
    double fraction;             // of reading
    enum experiment_phase doing; // what the worker is at: RUNNING, TRAVELLING; else PAUSED
    bool told;                   // wake was called, and nobody has looked since
    double told_at;
    struct news_list news;
    unsigned copies_wanted; // bits
    int copies_asked;       // requests so far
    struct experiment_copy *copies[EXPERIMENT_MODELS];
};

// --- the interface's ---

struct curve {
    struct point_list points;
    struct run_check *checks;
    int check_count, check_room;
    struct run_branch *older;
};

struct experiment {
    struct experiment_plan plan; // start, where there is one, is a copy
    void (*wake)(void *);
    void *wake_context;
    struct thread *thread;
    double started;
    struct shared shared;
    // the worker's; what the interface reads of it (data, recipes, weights) no longer changes once shared.ready is set
    struct dataset *data;
    struct learner learner[EXPERIMENT_MODELS];
    struct probes probes;                     // what the models are measured on
    double work;                              // weights times tokens of all models since they were measured
    int64_t update, last, check_every, epoch; // all models are at `update` between two of them
    int64_t kept;                             // update that the keeper has seen last; -1 = none
    bool check_due;                           // of update `last`
    // the interface's
    struct experiment_look look;
    struct curve curve[EXPERIMENT_MODELS];
    struct news_list taken; // news not yet in the curves
    size_t taken_done;
};

// experiment_worker.c
void experiment_work(void *experiment);                      // the worker
bool experiment_progress(void *experiment, double fraction); // of reading; false: stop

// experiment_models.c: what is made before training, and the state that is snapshotted and restored.
bool experiment_prepare(struct experiment *e, struct err *err); // reads the data and makes the models
void experiment_release(struct experiment *e);                  // what experiment_prepare() made
// One update of every model. On failure some may be ahead: experiment_settle().
bool experiment_advance(struct experiment *e, struct err *err);
// To the update from which the way to `goal` is shortest: a snapshot's, or where the models are.
void experiment_rewind(struct experiment *e, int64_t goal);
// All models to e->update, wherever they are.
bool experiment_settle(struct experiment *e, struct err *err);
void experiment_forget_after(struct experiment *e, int64_t update); // a new branch begins
struct snapshot experiment_state(const struct learner *l);
double learner_lr(const struct learner *l, int64_t update); // of update `update`

// experiment_check.c
struct run_check *experiment_check(const struct experiment *e, struct learner *l, bool measured,
                                   struct err *err);      // NULL with err
bool experiment_measures_now(const struct experiment *e); // whether a checkpoint at hand is measured
void run_check_release(struct run_check *check);          // what it owns
void run_check_free(struct run_check *check);             // and itself; may be NULL

// experiment_copy.c
struct experiment_copy *experiment_copy_new(const struct experiment *e, int k); // NULL: no memory

// experiment_curves.c: news become curves.
bool point_add(struct point_list *list, const struct run_point *point); // false: no memory
bool news_add(struct news_list *list, const struct news *news);         // false: no memory
void news_release(struct news_list *list, size_t from);                 // items from `from` on, and the list
bool curves_take(struct experiment *e);                                 // false: no memory; the rest comes later
bool curves_start(struct experiment *e, const struct run_start *start);
void curves_release(struct experiment *e);
