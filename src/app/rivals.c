#include "rivals.h"

#include <stdio.h>
#include <string.h>

static void stop_building(struct rivals *rivals) {
    if (!rivals->job) return;
    job_drop(rivals->job);
    rivals->job = NULL;
}

void rivals_release(struct rivals *rivals) {
    stop_building(rivals);
    while (rivals->count > 0)
        rivals_drop(rivals, 0);
}

void rivals_drop(struct rivals *rivals, int index) {
    if (index < 0 || index >= rivals->count) return;
    workbench_free(rivals->list[index].bench);
    rivals->count--;
    memmove(&rivals->list[index], &rivals->list[index + 1],
            (size_t)(rivals->count - index) * sizeof rivals->list[index]);
}

void rivals_build(struct rivals *rivals, const struct setup *setup, enum cell_id cell, void (*wake)(void *),
                  void *wake_context) {
    stop_building(rivals);
    if (rivals->count == RIVALS_MAX) return;
    struct setup own = *setup;
    own.recipe.spec.cell = cell;
    rivals->job = job_start(&own, wake, wake_context);
}

static struct rival_bench *append(struct rivals *rivals, struct workbench *bench, const char *name) {
    struct rival_bench *rival = &rivals->list[rivals->count++];
    *rival = (struct rival_bench){.bench = bench};
    snprintf(rival->name, sizeof rival->name, "%s", name);
    return rival;
}

bool rivals_settle(struct rivals *rivals, bool wait, struct err *err) {
    if (!rivals->job || (!wait && !job_ready(rivals->job, NULL))) return true;
    struct setup setup = *job_setup(rivals->job);
    struct workbench *bench = job_take(rivals->job, err);
    rivals->job = NULL;
    if (!bench) return false;
    struct rival_bench *rival = append(rivals, bench, record_cell(bench->record)->title);
    rival->setup = setup;
    rival->built = true;
    return true;
}

bool rivals_add(struct rivals *rivals, struct workbench *bench, const char *name) {
    if (rivals->count < RIVALS_MAX) return append(rivals, bench, name) != NULL;
    workbench_free(bench);
    return false;
}

static bool is_rival_of(const struct rival_bench *rival, const struct setup *setup) {
    struct setup own = rival->setup;
    enum cell_id cell = own.recipe.spec.cell;
    own.recipe.spec.cell = setup->recipe.spec.cell;
    return rival->built && cell != setup->recipe.spec.cell && setup_same_network(&own, setup);
}

void rivals_keep(struct rivals *rivals, const struct setup *setup) {
    stop_building(rivals);
    for (int k = rivals->count - 1; k >= 0; k--)
        if (!is_rival_of(&rivals->list[k], setup)) rivals_drop(rivals, k);
}

static bool follow_update(struct workbench *rival, const struct workbench *bench, struct err *err) {
    bool good = true;
    while (good && rival->update != bench->update)
        good =
            rival->update < bench->update ? workbench_next_update(rival, err) : workbench_previous_update(rival, err);
    return good;
}

static bool follow_example(struct workbench *rival, const struct workbench *bench, struct err *err) {
    if (bench->minibatch) {
        int index = bench->minibatch_index;
        if (!rival->minibatch) return workbench_next_minibatch(rival, index, err);
        return rival->minibatch_index == index || workbench_set_within(rival, index, err);
    }
    bool same = !rival->minibatch && rival->example_index == bench->example_index &&
                !strcmp(rival->example_text, bench->example_text);
    if (same) return true;
    return bench->example_index >= 0 ? workbench_set_number(rival, bench->example_index, err)
                                     : workbench_set_example(rival, bench->example_text, err);
}

bool rivals_follow(struct rivals *rivals, const struct workbench *bench, struct err *err) {
    bool good = true;
    for (int k = rivals->count - 1; k >= 0; k--) {
        struct workbench *rival = rivals->list[k].bench;
        // The minibatch first: the update that leaves it is then the whole one's.
        bool follows = follow_update(rival, bench, err) && follow_example(rival, bench, err);
        if (!follows) rivals_drop(rivals, k);
        good = good && follows;
    }
    return good;
}
