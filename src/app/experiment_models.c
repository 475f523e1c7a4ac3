// The models of an experiment: made from the data and the recipes, taken on by one update, put back to what they were.
#include "experiment_parts.h"
#include "mem.h"
#include "resume.h"
#include <stdio.h>
#include <string.h>

enum { SNAPSHOT_EVERY = 20, DEFAULT_BUDGET = 256 << 20, CHECK_UPDATES = 50 };

// --- state ---

struct snapshot experiment_state(const struct learner *l) {
    struct trainer *trainer = l->training.trainer;
    int slabs = trainer_state_slabs(trainer);
    return (struct snapshot){.update = l->training.done,
                             .rng = l->training.rng,
                             .params = l->model.params,
                             .m = slabs > 0 ? trainer_state(trainer, 0) : NULL,
                             .v = slabs > 1 ? trainer_state(trainer, 1) : NULL};
}

static bool restore(struct learner *l, const struct snapshot *from, struct err *err) {
    // A trainer counts minibatches with answers only; no data have them in some and not in others.
    struct checkpoint_state state = {.updates = from->update, .random = from->rng};
    state.slab[CHECKPOINT_M] = (float *)from->m; // only read
    state.slab[CHECKPOINT_V] = (float *)from->v;
    if (!training_restore(&l->training, &state, err)) return false;
    memcpy(l->model.params, from->params, l->model.layout.size * sizeof *l->model.params);
    trainer_refresh(l->training.trainer);
    return true;
}

// As before update 1: the optimiser's state is zero then.
static void restore_first(struct learner *l) {
    struct trainer *trainer = l->training.trainer;
    size_t bytes = l->model.layout.size * sizeof *l->model.params;
    for (int s = 0; s < trainer_state_slabs(trainer); s++)
        memset(trainer_state(trainer, s), 0, bytes);
    memcpy(l->model.params, l->first, bytes);
    trainer_restore_updates(trainer, 0);
    trainer_refresh(trainer);
    l->training.rng = l->first_random;
    l->training.done = 0;
}

// --- life ---

static bool make_learner(struct experiment *e, int k, struct err *err) {
    struct learner *l = &e->learner[k];
    l->recipe = e->plan.recipe[k];
    if (!recipe_settle(&l->recipe, e->data, err) || !recipe_model(&l->recipe, &l->model, &l->first_random, err) ||
        !recipe_training(&l->recipe, e->data, &l->model, l->first_random, &l->training, err))
        return false;
    size_t size = l->model.layout.size;
    l->first = mem_array(size, sizeof *l->first);
    if (!l->first) return err_set(err, ERR_MEMORY, "no memory for a copy of %zu parameters", size);
    memcpy(l->first, l->model.params, size * sizeof *l->first);
    return true;
}

static size_t snapshot_size(const struct learner *l) {
    return l->model.layout.size * sizeof(float) * (size_t)(1 + optimizer_slabs(l->recipe.options.optimizer));
}

// Every model gets such a part of the budget that all keep snapshots of the same updates.
static void make_histories(struct experiment *e) {
    size_t budget = e->plan.history_budget > 0 ? e->plan.history_budget : DEFAULT_BUDGET, all = 0;
    for (int k = 0; k < e->plan.models; k++)
        all += snapshot_size(&e->learner[k]);
    for (int k = 0; k < e->plan.models; k++) {
        struct learner *l = &e->learner[k];
        size_t own = snapshot_size(l);
        l->history = history_new(l->model.layout.size, (size_t)((double)budget * (double)own / (double)all));
    }
}

static bool take_start(struct experiment *e, int k, struct err *err) {
    const struct run_start *start = e->plan.start;
    struct learner *l = &e->learner[k];
    const struct snapshot *state = &start->run[k].state;
    if (start->run[k].size != l->model.layout.size)
        return err_set(err, ERR_VALUE, "expected a kept model of %zu numbers, found %zu", l->model.layout.size,
                       start->run[k].size);
    if (!history_push(l->history, start->update, &state->rng, state->params, state->m, state->v))
        return err_set(err, ERR_MEMORY, "no memory for a snapshot of %zu numbers", start->run[k].size);
    return restore(l, state, err);
}

// The same for all models, so that they are measured on the same timesteps.
static bool make_probes(struct experiment *e, struct err *err) {
    int window = 0;
    for (int k = 0; k < e->plan.models; k++)
        if (e->learner[k].recipe.max_T > window) window = e->learner[k].recipe.max_T;
    return probes_init(&e->probes, e->data, window, err);
}

bool experiment_prepare(struct experiment *e, struct err *err) {
    const struct run_start *start = e->plan.start;
    if (*e->plan.setup.checkpoint)
        return err_set(err, ERR_VALUE, "expected a recipe to train from its first update on, found the checkpoint %s",
                       e->plan.setup.checkpoint);
    e->data = setup_read_data(&e->plan.setup, experiment_progress, e, err);
    if (!e->data) return false;
    if (start && start->data != dataset_fingerprint(e->data))
        return err_set(err, ERR_VALUE, "%s: expected the data that the run began with, found others", e->data->name);
    for (int k = 0; k < e->plan.models; k++)
        if (!make_learner(e, k, err)) return false;
    if (!make_probes(e, err)) return false;
    make_histories(e);
    for (int k = 0; start && k < e->plan.models; k++)
        if (!take_start(e, k, err)) return false;
    e->epoch = training_epoch(e->data, e->learner[0].recipe.batch, e->learner[0].recipe.max_T);
    int64_t epochs = (CHECK_UPDATES + e->epoch - 1) / e->epoch; // so that little data are not measured all the time
    e->check_every = e->plan.check_every > 0 ? e->plan.check_every : epochs * e->epoch;
    return true;
}

void experiment_release(struct experiment *e) {
    for (int k = 0; k < e->plan.models; k++) {
        struct learner *l = &e->learner[k];
        sampler_free(l->sampler);
        training_release(&l->training);
        model_release(&l->model);
        history_free(l->history);
        mem_free(l->first);
        mem_free(l->since.items);
    }
    probes_release(&e->probes);
    setup_free_data(e->data);
}

// --- going back ---

// The latest update up to `goal` of which every model has a snapshot; 0 when there is none.
static int64_t common_snapshot(const struct experiment *e, int64_t goal) {
    int64_t at = goal;
    for (bool same = false; !same;) {
        same = true;
        for (int k = 0; k < e->plan.models; k++) {
            struct snapshot snapshot;
            int64_t own = history_at_or_before(e->learner[k].history, at, &snapshot) ? snapshot.update : 0;
            same = same && own == at;
            at = own;
        }
    }
    return at;
}

static void restore_all(struct experiment *e, int64_t update) {
    for (int k = 0; k < e->plan.models; k++) {
        struct learner *l = &e->learner[k];
        struct snapshot snapshot;
        if (update == 0 || !history_get(l->history, update, &snapshot) || !restore(l, &snapshot, NULL))
            restore_first(l);
    }
    e->update = update;
}

void experiment_rewind(struct experiment *e, int64_t goal) {
    int64_t from = common_snapshot(e, goal);
    if (e->update > goal || e->update < from) restore_all(e, from);
}

bool experiment_settle(struct experiment *e, struct err *err) {
    int64_t goal = e->update;
    restore_all(e, common_snapshot(e, goal));
    while (e->update < goal)
        if (!experiment_advance(e, err)) return false;
    return true;
}

void experiment_forget_after(struct experiment *e, int64_t update) {
    for (int k = 0; k < e->plan.models; k++)
        history_cut(e->learner[k].history, update);
}

// --- one update ---

double learner_lr(const struct learner *l, int64_t update) {
    const struct training *t = &l->training;
    return t->scheduled ? schedule_lr(&t->schedule, update) : l->recipe.options.lr;
}

static bool advance(struct learner *l, struct err *err) {
    struct step_report report;
    double start = clock_seconds();
    if (!training_step(&l->training, &report, err)) return false;
    l->point = (struct run_point){.loss = (float)report.loss,
                                  .grad_norm = (float)report.grad_norm,
                                  .clip_scale = (float)report.clip_scale,
                                  .lr = (float)learner_lr(l, l->training.done),
                                  .seconds = (float)(clock_seconds() - start),
                                  .tokens = (int32_t)report.tokens};
    return true;
}

// Of several models, which it was.
static bool name_model(const struct experiment *e, int k, struct err *err) {
    char what[sizeof err->message];
    if (!err || e->plan.models < 2) return false;
    snprintf(what, sizeof what, "%s", err->message);
    return err_set(err, err->code, "%s: %s", e->look.run[k].name, what);
}

bool experiment_advance(struct experiment *e, struct err *err) {
    for (int k = 0; k < e->plan.models; k++)
        if (!advance(&e->learner[k], err)) return name_model(e, k, err);
    for (int k = 0; k < e->plan.models; k++)
        e->work += (double)e->learner[k].point.tokens * (double)e->learner[k].model.layout.weights;
    e->update++;
    for (int k = 0; k < e->plan.models && e->update % SNAPSHOT_EVERY == 0; k++) {
        struct learner *l = &e->learner[k];
        struct snapshot there, now = experiment_state(l);
        if (history_get(l->history, e->update, &there)) continue;
        // where there is no memory for one, the way from an earlier one is longer
        history_push(l->history, e->update, &now.rng, now.params, now.m, now.v);
    }
    return true;
}
