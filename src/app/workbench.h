#pragma once
// The workbench without a window: from a data set and a recipe (cell, size, seed, updates of training) to a model, and
// from an example to its record and script. The app, `trace`, `render`, `sample` and the lesson checker all start here,
// so the same seed gives the same numbers everywhere. One thread at a time; building may run in a worker thread.

#include "bench_example.h"
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
    int64_t update;                // updates done
    struct bench_example *example; // what the record is of
    char example_text[256];        // what was asked for
    int example_index;             // of the data set, or -1: typed by the user
    int T;                         // its timesteps; of an encoder-decoder the decoder's
    bool cut;                      // the example was longer than the longest timeline
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
// Another example, as bench_example.h says; on failure all stays as it was.
bool workbench_set_example(struct workbench *bench, const char *text, struct err *err); // "": number 0
bool workbench_set_number(struct workbench *bench, int number, struct err *err);
// After the update phase: the parameters move as without edits, a new record of the same example is made. And back.
bool workbench_next_update(struct workbench *bench, struct err *err);
bool workbench_previous_update(struct workbench *bench, struct err *err);
