// The interface's side of an experiment: what it wants goes to the worker, what is new comes from it.
#include "check.h"
#include "experiment_parts.h"
#include "mem.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

// --- life ---

static float *copy_slab(const float *from, size_t size) {
    if (!from) return NULL;
    float *to = mem_array(size, sizeof *to);
    if (to) memcpy(to, from, size * sizeof *to);
    return to;
}

static void start_free(struct run_start *start, int models) {
    for (int k = 0; start && k < models; k++) {
        mem_free((void *)start->run[k].state.params);
        mem_free((void *)start->run[k].state.m);
        mem_free((void *)start->run[k].state.v);
    }
    mem_free(start);
}

// The snapshots are the worker's until it has them in the history; the curves go to the interface at once.
static bool take_start(struct experiment *e, const struct run_start *start) {
    struct run_start *own = mem_need(1, sizeof *own);
    *own = *start;
    bool good = true;
    for (int k = 0; k < e->plan.models; k++) {
        size_t size = start->run[k].size;
        const struct snapshot *from = &start->run[k].state;
        struct snapshot *to = &own->run[k].state;
        to->params = copy_slab(from->params, size);
        to->m = copy_slab(from->m, size);
        to->v = copy_slab(from->v, size);
        good = good && to->params && !to->m == !from->m && !to->v == !from->v;
    }
    e->plan.start = own;
    e->update = e->last = e->shared.update = e->shared.last = start->update;
    return good && curves_start(e, start);
}

static void fail(struct shared *shared, const struct err *err, bool over) {
    shared->failed = true;
    shared->over = shared->over || over;
    shared->err = *err;
    shared->wish = (struct wish){-1, -1};
}

static void name_models(struct experiment *e) {
    for (int k = 0; k < e->plan.models; k++) {
        struct run_look *run = &e->look.run[k];
        const struct net_spec *spec = &e->plan.recipe[k].spec;
        run->recipe = e->plan.recipe[k];
        if (*e->plan.name[k])
            snprintf(run->name, sizeof run->name, "%s", e->plan.name[k]);
        else
            snprintf(run->name, sizeof run->name, "%.20s %d", net_cell(spec)->title, spec->hidden);
    }
}

struct experiment *experiment_new(const struct experiment_plan *plan, void (*wake)(void *), void *wake_context) {
    check(plan->models >= 1 && plan->models <= EXPERIMENT_MODELS, "%d models", plan->models);
    struct experiment *e = mem_need(1, sizeof *e);
    e->plan = *plan;
    e->plan.start = NULL;
    e->wake = wake;
    e->wake_context = wake_context;
    e->started = clock_seconds();
    e->kept = plan->start ? plan->start->update : -1;
    name_models(e);
    e->look.models = plan->models;
    e->look.branches = 1;
    e->shared = (struct shared){.lock = mutex_new(), .asked = condition_new(), .wish = {-1, -1}, .pace = NAN};
    e->shared.doing = EXPERIMENT_PAUSED;
    struct err err = {0};
    bool good = (!plan->start || take_start(e, plan->start) ||
                 err_set(&err, ERR_MEMORY, "no memory for the %lld updates of the run that was kept",
                         (long long)plan->start->update));
    if (good) good = (e->thread = thread_start(experiment_work, e)) || err_set(&err, ERR_LIMIT, "no thread left");
    if (!good) fail(&e->shared, &err, true);
    return e;
}

void experiment_free(struct experiment *e) {
    if (!e) return;
    struct shared *shared = &e->shared;
    mutex_lock(shared->lock);
    shared->stop = true;
    condition_wake_all(shared->asked);
    mutex_unlock(shared->lock);
    thread_join(e->thread);
    experiment_release(e);
    curves_release(e);
    news_release(&e->taken, e->taken_done);
    news_release(&shared->news, 0);
    for (int k = 0; k < EXPERIMENT_MODELS; k++)
        experiment_copy_free(shared->copies[k]);
    start_free((struct run_start *)e->plan.start, e->plan.models);
    condition_free(shared->asked);
    mutex_free(shared->lock);
    mem_free(e);
}

// --- asking ---

void experiment_run(struct experiment *e, int64_t until) {
    struct shared *shared = &e->shared;
    mutex_lock(shared->lock);
    if (!shared->over) {
        shared->failed = false;
        shared->wish.until = until;
        condition_wake_all(shared->asked);
    }
    mutex_unlock(shared->lock);
}

void experiment_pause(struct experiment *e) {
    mutex_lock(e->shared.lock);
    e->shared.wish = (struct wish){-1, -1};
    mutex_unlock(e->shared.lock);
}

void experiment_travel(struct experiment *e, int64_t update) {
    struct shared *shared = &e->shared;
    mutex_lock(shared->lock);
    if (!shared->over && update >= 0) {
        shared->failed = false;
        shared->wish = (struct wish){update, -1};
        condition_wake_all(shared->asked);
    }
    mutex_unlock(shared->lock);
}

void experiment_ask_copy(struct experiment *e, unsigned models) {
    struct shared *shared = &e->shared;
    struct experiment_copy *old[EXPERIMENT_MODELS];
    mutex_lock(shared->lock);
    shared->copies_wanted = models;
    shared->copies_asked++;
    memcpy(old, shared->copies, sizeof old);
    memset(shared->copies, 0, sizeof shared->copies);
    condition_wake_all(shared->asked);
    mutex_unlock(shared->lock);
    for (int k = 0; k < EXPERIMENT_MODELS; k++)
        experiment_copy_free(old[k]);
}

struct experiment_copy *experiment_take_copy(struct experiment *e, int k) {
    check(k >= 0 && k < e->plan.models, "model %d of %d", k, e->plan.models);
    mutex_lock(e->shared.lock);
    struct experiment_copy *copy = e->shared.copies[k];
    e->shared.copies[k] = NULL;
    mutex_unlock(e->shared.lock);
    return copy;
}

// --- looking ---

static enum experiment_phase phase_of(const struct shared *shared) {
    if (shared->failed) return EXPERIMENT_FAILED;
    if (!shared->ready) return EXPERIMENT_READING;
    if (shared->wish.travel >= 0) return EXPERIMENT_TRAVELLING;
    if (shared->doing != EXPERIMENT_PAUSED) return shared->doing; // to the end of the update
    return shared->wish.until > shared->update ? EXPERIMENT_RUNNING : EXPERIMENT_PAUSED;
}

static void look_at_progress(struct experiment *e, const struct shared *shared) {
    struct experiment_look *look = &e->look;
    look->done = look->seconds_left = NAN;
    if (look->phase == EXPERIMENT_READING) {
        look->done = shared->fraction;
        double seconds = clock_seconds() - e->started;
        if (look->done > 0) look->seconds_left = seconds * (1 - look->done) / look->done;
    }
    bool travels = look->phase == EXPERIMENT_TRAVELLING;
    look->until = travels ? shared->wish.travel : shared->wish.until;
    if (look->until < look->update) look->until = look->update; // it was paused and does the update at hand
    if ((!travels && look->phase != EXPERIMENT_RUNNING) || look->until == INT64_MAX) return;
    int64_t all = look->until - shared->goal_from, left = look->until - look->update;
    if (all > 0 && left >= 0 && left <= all) look->done = 1 - (double)left / (double)all;
    if (left >= 0) look->seconds_left = (double)left * shared->pace;
}

// What the data have decided, once they are read.
static void look_at_models(struct experiment *e) {
    struct experiment_look *look = &e->look;
    look->data = e->data;
    look->epoch = e->epoch;
    look->check_every = e->check_every;
    const struct net_spec *spec = &e->learner[0].recipe.spec;
    static const double each[OUTPUT_COUNT] = {[OUTPUT_SIGMOID] = 1, [OUTPUT_LINEAR] = NAN};
    look->guess = spec->output == OUTPUT_SOFTMAX ? log(spec->outputs) : each[spec->output] * spec->outputs * log(2);
    for (int k = 0; k < look->models; k++) {
        const struct learner *l = &e->learner[k];
        struct run_look *run = &look->run[k];
        run->recipe = l->recipe;
        run->weights = l->model.layout.weights;
    }
}

// Over the last second of the model's own time, or the last updates there are.
static double rate_of(const struct curve *curve) {
    enum { MOST = 2000 };
    double tokens = 0, seconds = 0;
    const struct point_list *list = &curve->points;
    for (int64_t k = list->count - 1; k >= 0 && k >= list->count - MOST && seconds < 1; k--) {
        tokens += list->items[k].tokens;
        seconds += (double)list->items[k].seconds;
    }
    return seconds > 0 ? tokens / seconds : NAN;
}

static void look_at_curves(struct experiment *e) {
    for (int k = 0; k < e->plan.models; k++) {
        const struct curve *curve = &e->curve[k];
        struct run_look *run = &e->look.run[k];
        run->points = curve->points.items;
        run->point_count = curve->points.count;
        run->checks = curve->checks;
        run->check_count = curve->check_count;
        run->older = curve->older;
        run->rate = rate_of(curve);
    }
}

const struct experiment_look *experiment_look(struct experiment *e) {
    struct experiment_look *look = &e->look;
    struct shared *shared = &e->shared;
    bool had_data = look->data != NULL;
    mutex_lock(shared->lock);
    if (e->taken_done == e->taken.count) { // else memory was short, and there is more to take
        struct news_list empty = e->taken;
        empty.count = 0;
        e->taken = shared->news;
        e->taken_done = 0;
        shared->news = empty;
    }
    shared->told = false;
    look->phase = phase_of(shared);
    look->update = shared->update;
    look->last = shared->last;
    look->err = shared->failed ? shared->err : (struct err){0};
    look_at_progress(e, shared);
    bool ready = shared->ready;
    mutex_unlock(shared->lock);
    if (ready && !had_data) look_at_models(e);
    if (!curves_take(e)) {
        mutex_lock(shared->lock);
        err_set(&look->err, ERR_MEMORY, "no memory for the curves of %lld updates", (long long)look->last);
        fail(shared, &look->err, false);
        look->phase = EXPERIMENT_FAILED;
        mutex_unlock(shared->lock);
    }
    look_at_curves(e);
    return look;
}
