#pragma once
// The workbench without a window: from a data set and a recipe (cell, size, seed, updates of training) to a model, and
// from an example to its record and script. The app, `trace`, `render`, `sample` and the lesson checker all start here,
// so the same seed gives the same numbers everywhere. One thread at a time; building may run in a worker thread.

#include "bench_example.h"
#include "bench_minibatch.h"
#include "edit.h"
#include "history.h"
#include "init.h"
#include "insight.h"
#include "schedule.h"
#include "script.h"

struct recipe {
    struct net_spec spec; // inputs, outputs and kind are taken from the data
    int kind;             // the user's wish for a kind, or -1
    long seed;
    long steps; // updates of training before the record; 0 = as initialised
    int batch, max_T;
    struct train_options options;
    double forget_bias;
    enum init_kind init;
    enum schedule_kind schedule; // of the learning rate, over `steps`
};
struct recipe recipe_default(void); // lstm, 8 units, seed 1, 400 updates of 32 sequences
// What the data decide of a recipe is put into it: the network's sizes and kind, and a length where none is said. Fails
// as training_network() and net_spec_check().
bool recipe_settle(struct recipe *recipe, const struct dataset *data, struct err *err);
// Of a settled recipe: the model as initialised, and the random numbers of its minibatches. On failure *model is empty
// or the caller's to release.
bool recipe_model(const struct recipe *recipe, struct model *model, struct rng *batches, struct err *err);
// A run from a model of this recipe on, and its learning rate's schedule; released by the caller, where it fails too.
struct training;
bool recipe_training(const struct recipe *recipe, const struct dataset *data, struct model *model, struct rng batches,
                     struct training *training, struct err *err);

struct workbench {
    struct dataset *data; // owned
    struct recipe recipe;
    struct model model; // at the current update
    struct history *history;
    int64_t update;                    // updates done
    struct bench_example *example;     // what the record is of
    char example_text[256];            // what was asked for
    int example_index;                 // of the data set, or -1: typed by the user, or of a minibatch
    struct bench_minibatch *minibatch; // whose update it is, owned; NULL: that of the example alone
    int minibatch_index;               // which of it the example is
    int64_t run_last;                  // up to this update all is as training goes; -1: it was not trained here
    int T;                             // its timesteps; of an encoder-decoder the decoder's
    bool cut;                          // the example was longer than the longest timeline
    struct record *record;
    struct script *script;
    struct insights *insights; // analyses of the record, made when asked for
    struct surgery *surgery;   // edits of this example, or NULL: they go with the record that they were made for
    double train_seconds, last_loss;
};
typedef bool workbench_progress(void *context, double fraction); // false: stop

// Of every kind of data and network. Takes data over, unless it fails (NULL). The example: a text, or where that is
// NULL or empty number `number` of the data, from 0.
struct workbench *workbench_new(struct dataset *data, const struct recipe *recipe, const char *text, int number,
                                workbench_progress *progress, void *context, struct err *err);
void workbench_free(struct workbench *bench);
// What symbols and answers are called, of a data set or a checkpoint; borrowed.
struct record_texts workbench_texts(const struct vocabulary *symbols, const struct vocabulary *labels);
// From a trained model instead of a recipe; data was read with the model's vocabularies. Fails (ERR_VALUE) where the
// model is one for other data.
struct workbench *workbench_from_model(const struct model *model, struct dataset *data, const char *text, int number,
                                       struct err *err);
// The state of a run before an update, and the minibatch of that update: the record is that of example `index` in it
// (record.h), and what it leaves behind is what the run has after the update. m, v: the optimiser's state, or NULL;
// update: updates done before this one; recipe->options: those of the update, its learning rate too. rng: the run's
// random numbers before the minibatch was drawn, where it is the one that dataset_batch() draws with the recipe's batch
// and max_T (minibatch is not looked at then): the updates after this one follow the run too, at the same learning
// rate. Else they take the same minibatch again. data is taken
// over unless it fails (NULL): as workbench_from_model(), as bench_minibatch_new(), and with ERR_VALUE where the
// options have dropout, whose masks a record does not have.
struct run_state {
    const struct model *model;
    const float *m, *v;
    int64_t update;
    const struct rng *rng;
};
struct workbench *workbench_from_update(const struct run_state *run, struct dataset *data, const struct recipe *recipe,
                                        const struct minibatch *minibatch, int index, struct err *err);
// Whether the minibatch of the next update is known: the random numbers of the run are kept.
bool workbench_follows_run(const struct workbench *bench);
// That minibatch becomes the update's. And another example of it (from 0); workbench_set_number() and
// workbench_set_example() leave it. On failure all stays as it was.
bool workbench_next_minibatch(struct workbench *bench, int index, struct err *err);
bool workbench_set_within(struct workbench *bench, int index, struct err *err);
// Another example, as bench_example.h says; on failure all stays as it was.
bool workbench_set_example(struct workbench *bench, const char *text, struct err *err); // "": number 0
bool workbench_set_number(struct workbench *bench, int number, struct err *err);
// After the update phase: the parameters move as without edits, a new record of the same example is made. And back.
// Within a minibatch: of the same place in the run's next one, or, where what comes next is not known, of the same
// minibatch once more.
bool workbench_next_update(struct workbench *bench, struct err *err);
bool workbench_previous_update(struct workbench *bench, struct err *err);
