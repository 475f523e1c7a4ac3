// The worker of an experiment: reads and makes what is needed, then does one thing after the other, an update at a
// time, and looks between two of them at what the interface wants.
#include "experiment_parts.h"
#include "mem.h"
#include <math.h>
#include <string.h>

static const double TELL_SECONDS = 1.0 / 30; // at least, between two wakes while only numbers change

// --- saying ---

// Under the lock: whether wake is to be called once the lock is free.
static bool is_news(struct shared *shared, bool now) {
    double time = clock_seconds();
    if (shared->told || (!now && time - shared->told_at < TELL_SECONDS)) return false;
    shared->told = true;
    shared->told_at = time;
    return true;
}

static void wake(struct experiment *e, bool news) {
    if (news && e->wake) e->wake(e->wake_context);
}

static void say_failed(struct experiment *e, const struct err *err, bool over) {
    struct shared *shared = &e->shared;
    mutex_lock(shared->lock);
    shared->failed = true;
    shared->over = shared->over || over;
    shared->err = *err;
    shared->wish = (struct wish){-1, -1};
    shared->doing = EXPERIMENT_PAUSED;
    shared->update = e->update;
    bool news = is_news(shared, true);
    mutex_unlock(shared->lock);
    wake(e, news);
}

bool experiment_progress(void *context, double fraction) {
    struct experiment *e = context;
    struct shared *shared = &e->shared;
    mutex_lock(shared->lock);
    shared->fraction = fraction;
    bool go_on = !shared->stop, news = is_news(shared, false);
    mutex_unlock(shared->lock);
    wake(e, news);
    return go_on;
}

// What happened, and where the models are: all of it, or nothing where memory is short. seconds: of an update, or NaN.
static bool say(struct experiment *e, const struct news *list, int count, double seconds, struct err *err) {
    struct shared *shared = &e->shared;
    mutex_lock(shared->lock);
    size_t before = shared->news.count;
    bool good = true;
    for (int i = 0; good && i < count; i++)
        good = news_add(&shared->news, &list[i]);
    if (!good) shared->news.count = before;
    if (good) {
        shared->update = e->update;
        shared->last = e->last;
        if (!isnan(seconds)) shared->pace = isnan(shared->pace) ? seconds : 0.95 * shared->pace + 0.05 * seconds;
    }
    bool news = is_news(shared, false);
    mutex_unlock(shared->lock);
    wake(e, news);
    return good || err_set(err, ERR_MEMORY, "no memory for the numbers of update %lld", (long long)e->update);
}

// --- what the keeper has not seen ---

static int64_t kept_from(const struct experiment *e) {
    return e->kept > 0 ? e->kept : 0;
}

static bool remember(struct experiment *e, struct err *err) {
    for (int k = 0; e->plan.keeper.keep && k < e->plan.models; k++) {
        struct point_list *list = &e->learner[k].since;
        if (!point_add(list, &e->learner[k].point))
            return err_set(err, ERR_MEMORY, "no memory for the numbers of %lld updates", (long long)list->count);
    }
    return true;
}

static void remember_up_to(struct experiment *e, int64_t update) {
    if (e->kept > update) e->kept = update;
    for (int k = 0; k < e->plan.models; k++) {
        struct point_list *list = &e->learner[k].since;
        if (list->count > update - kept_from(e)) list->count = update - kept_from(e);
    }
}

static bool keep(struct experiment *e, struct run_check *const *checks, struct err *err) {
    const struct run_keeper *keeper = &e->plan.keeper;
    if (!keeper->keep) return true;
    struct run_keep what = {.from = kept_from(e), .update = e->update, .data = e->data};
    for (int k = 0; k < e->plan.models; k++) {
        struct learner *l = &e->learner[k];
        what.run[k].points = l->since.items;
        what.run[k].check = checks ? checks[k] : NULL;
        what.run[k].recipe = &l->recipe;
        what.run[k].model = &l->model;
        what.run[k].state = experiment_state(l);
    }
    if (!keeper->keep(keeper->context, &what, err)) return false;
    e->kept = e->update;
    for (int k = 0; k < e->plan.models; k++)
        e->learner[k].since.count = 0;
    return true;
}

// --- doing ---

static bool check_models(struct experiment *e, struct err *err) {
    struct run_check *checks[EXPERIMENT_MODELS] = {NULL};
    struct news list[EXPERIMENT_MODELS];
    bool good = true, measured = experiment_measures_now(e);
    for (int k = 0; good && k < e->plan.models; k++) {
        good = (checks[k] = experiment_check(e, &e->learner[k], measured, err)) != NULL;
        list[k] = (struct news){.kind = NEWS_CHECK, .k = k, .check = checks[k]};
    }
    if (good && keep(e, checks, err) && say(e, list, e->plan.models, NAN, err)) {
        e->check_due = false;
        if (measured) e->work = 0;
        return true;
    }
    for (int k = 0; k < e->plan.models; k++)
        run_check_free(checks[k]);
    return false;
}

// What is beyond the update at hand is forgotten; the interface keeps the curves.
static bool begin_branch(struct experiment *e, struct err *err) {
    struct news branch = {.kind = NEWS_BRANCH, .from = e->update};
    int64_t before = e->last;
    e->last = e->update;
    if (!say(e, &branch, 1, NAN, err)) {
        e->last = before;
        return false;
    }
    e->check_due = false;
    experiment_forget_after(e, e->update);
    remember_up_to(e, e->update);
    return true;
}

// What failed at the update after `update` is said of its model. The models that had done it already go back, and the
// numbers of it.
static bool undo(struct experiment *e, int64_t update) {
    struct err err = {0};
    e->update = update;
    if (e->last < update) e->last = update;
    remember_up_to(e, e->last);
    if (!experiment_settle(e, &err)) say_failed(e, &err, true); // not even that
    return false;
}

static bool run_one(struct experiment *e, struct err *err) {
    struct news list[EXPERIMENT_MODELS];
    if (e->update < e->last && !begin_branch(e, err)) return false;
    if (e->check_due && !check_models(e, err)) return false; // it failed before
    int64_t before = e->update;
    double start = clock_seconds();
    if (!experiment_advance(e, err) || !remember(e, err)) return undo(e, before);
    e->last = e->update;
    for (int k = 0; k < e->plan.models; k++)
        list[k] = (struct news){.kind = NEWS_POINT, .k = k, .point = e->learner[k].point};
    if (!say(e, list, e->plan.models, clock_seconds() - start, err)) {
        e->last = before;
        return undo(e, before);
    }
    e->check_due = e->update % e->check_every == 0;
    return !e->check_due || check_models(e, err);
}

static bool travel_one(struct experiment *e, int64_t goal, struct err *err) {
    struct shared *shared = &e->shared;
    int64_t before = e->update;
    if (before < goal) return experiment_advance(e, err) ? say(e, NULL, 0, NAN, err) : undo(e, before);
    mutex_lock(shared->lock);
    shared->update = e->update;
    if (shared->wish.travel == goal) shared->wish.travel = -1;
    mutex_unlock(shared->lock);
    return true;
}

static void make_copies(struct experiment *e, unsigned wanted, int asked) {
    struct shared *shared = &e->shared;
    struct experiment_copy *copies[EXPERIMENT_MODELS] = {NULL};
    for (int k = 0; k < e->plan.models; k++)
        if (wanted >> k & 1) copies[k] = experiment_copy_new(e, k);
    mutex_lock(shared->lock);
    bool current = shared->copies_asked == asked;
    for (int k = 0; current && k < e->plan.models; k++)
        shared->copies[k] = copies[k];
    bool news = is_news(shared, true);
    mutex_unlock(shared->lock);
    for (int k = 0; !current && k < e->plan.models; k++)
        experiment_copy_free(copies[k]);
    wake(e, news);
}

// --- one thing after the other ---

struct task_at_hand {
    enum experiment_phase doing; // RUNNING, TRAVELLING; PAUSED: nothing of the two
    int64_t goal;
    unsigned copies; // wanted
    int asked;
};

// Under the lock.
static struct task_at_hand next_task(struct experiment *e) {
    struct shared *shared = &e->shared;
    struct wish *wish = &shared->wish;
    struct task_at_hand task = {.doing = EXPERIMENT_PAUSED, .asked = shared->copies_asked};
    if (shared->over) return task;
    if (wish->travel > e->last) wish->travel = e->last;
    if (wish->travel >= 0) {
        task.doing = EXPERIMENT_TRAVELLING;
        task.goal = wish->travel;
        return task;
    }
    task.copies = shared->copies_wanted;
    shared->copies_wanted = 0;
    if (wish->until <= e->update) return task;
    task.doing = EXPERIMENT_RUNNING;
    task.goal = wish->until;
    return task;
}

static bool is_idle(const struct task_at_hand *task) {
    return task->doing == EXPERIMENT_PAUSED && !task->copies;
}

// Waits for something to do; false: the end.
static bool wait_for_task(struct experiment *e, struct task_at_hand *task) {
    struct shared *shared = &e->shared;
    bool told = false;
    mutex_lock(shared->lock);
    while (!shared->stop && (*task = next_task(e), shared->doing = task->doing, is_idle(task))) {
        if (told || !is_news(shared, true)) {
            condition_wait(shared->asked, shared->lock);
            continue;
        }
        told = true;
        mutex_unlock(shared->lock);
        wake(e, true); // all is done
        mutex_lock(shared->lock);
    }
    bool go_on = !shared->stop;
    mutex_unlock(shared->lock);
    return go_on;
}

static void begin_task(struct experiment *e, const struct task_at_hand *task) {
    if (task->doing == EXPERIMENT_TRAVELLING) experiment_rewind(e, task->goal);
    mutex_lock(e->shared.lock);
    e->shared.goal_from = e->update;
    mutex_unlock(e->shared.lock);
}

static bool do_task(struct experiment *e, const struct task_at_hand *task, struct err *err) {
    if (task->copies) make_copies(e, task->copies, task->asked);
    if (task->doing == EXPERIMENT_TRAVELLING) return travel_one(e, task->goal, err);
    return task->doing != EXPERIMENT_RUNNING || run_one(e, err);
}

// Data, models and the checkpoint of update 0.
static bool begin(struct experiment *e) {
    struct shared *shared = &e->shared;
    struct err err = {0};
    if (!experiment_prepare(e, &err) || (!e->plan.start && !check_models(e, &err))) {
        say_failed(e, &err, true);
        return false;
    }
    mutex_lock(shared->lock);
    shared->ready = true;
    mutex_unlock(shared->lock);
    return true;
}

void experiment_work(void *context) {
    struct experiment *e = context;
    struct task_at_hand before = {.doing = EXPERIMENT_PAUSED}, task;
    if (!begin(e)) return;
    while (wait_for_task(e, &task)) {
        struct err err = {0};
        if (task.doing != EXPERIMENT_PAUSED && (task.doing != before.doing || task.goal != before.goal))
            begin_task(e, &task);
        if (!do_task(e, &task, &err)) {
            say_failed(e, &err, false);
            task.doing = EXPERIMENT_PAUSED;
        }
        before = task;
    }
    if (e->kept >= 0 && e->update == e->last && e->update > e->kept) keep(e, NULL, NULL);
}
