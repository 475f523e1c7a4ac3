#pragma once
// Other models beside the workbench's, for the view compare: each a workbench of its own on the same data and example,
// as many updates on. Interface thread; one is built at a time, in a worker.

#include "job.h"
#include "scene.h"

struct rival_bench {
    struct workbench *bench;
    struct setup setup;
    bool built; // from the setup; else it was given
    char name[48];
};
struct rivals {
    struct rival_bench list[RIVALS_MAX];
    int count;
    struct job *job; // of the one that is built, or NULL
};
void rivals_release(struct rivals *rivals); // empty afterwards
void rivals_drop(struct rivals *rivals, int index);
// The same setup with another cell; takes the place of one that is being built. Nothing where there is no room.
void rivals_build(struct rivals *rivals, const struct setup *setup, enum cell_id cell, void (*wake)(void *),
                  void *wake_context);
// Takes over what is ready; wait: also what is not yet. False with err where it could not be built.
bool rivals_settle(struct rivals *rivals, bool wait, struct err *err);
// A workbench that is there already; taken over. False where there is no room: it is freed.
bool rivals_add(struct rivals *rivals, struct workbench *bench, const char *name);
// The workbench's own network is another one: those stay that differ from it in the cell alone.
void rivals_keep(struct rivals *rivals, const struct setup *setup);
// All to the workbench's example and update. Who cannot follow is dropped, and err (the last one) says why.
bool rivals_follow(struct rivals *rivals, const struct workbench *bench, struct err *err);
