#pragma once
// One update of a run that was kept, to be stepped through: the state of one to four models before it, of which
// workbenches are built, all within the minibatch that the run draws there. Built in a worker: the data are read anew
// for each model. A value with an owner; one thread at a time.

#include "scene.h"
#include "setup.h"

enum { UPDATE_MODELS = RIVALS_MAX + 1, UPDATE_NAME = 48 };

struct update_model { // owned by the order
    char name[UPDATE_NAME];
    struct recipe recipe; // options: those of this update, its learning rate too
    struct model model;
    float *m, *v; // (layout.size) of the optimiser, or NULL
};
struct update_order {
    struct setup setup; // data and reading; its recipe is not looked at but for the seed of the split
    int64_t update;     // done before this one
    struct rng rng;     // before its minibatch is drawn
    int index;          // which of its examples, from 0
    int count;
    struct update_model models[UPDATE_MODELS];
    struct workbench *benches[UPDATE_MODELS]; // built; who takes one puts NULL in its place
};

struct update_order *update_order_new(const struct setup *setup, int64_t update, const struct rng *rng, int index);
// Copies of all of it. False with err: a fifth one, or no memory.
bool update_order_add(struct update_order *order, const char *name, const struct recipe *recipe,
                      const struct model *model, const float *m, const float *v, struct err *err);
// Fails as setup_build() and workbench_from_update(), and with ERR_VALUE where there is no model.
bool update_order_build(struct update_order *order, workbench_progress *progress, void *context, struct err *err);
void update_order_free(struct update_order *order); // may be NULL
