#include "job.h"

#include "mem.h"
#include "thread.h"

struct job {
    struct setup setup;
    struct thread *thread;
    struct mutex *mutex;
    double fraction;
    bool ready, cancelled;
    struct workbench *bench;
    struct update_order *order; // NULL: by the setup
    struct err err;
    void (*wake)(void *context);
    void *context;
};

static bool on_progress(void *context, double fraction) {
    struct job *job = context;
    mutex_lock(job->mutex);
    job->fraction = fraction;
    bool go_on = !job->cancelled;
    mutex_unlock(job->mutex);
    return go_on;
}

static void run(void *context) {
    struct job *job = context;
    struct err err = {0};
    struct workbench *bench = NULL;
    if (job->order)
        update_order_build(job->order, on_progress, job, &err);
    else
        bench = setup_build(&job->setup, on_progress, job, &err);
    mutex_lock(job->mutex);
    job->bench = bench;
    job->err = err;
    job->ready = true;
    mutex_unlock(job->mutex);
    if (job->wake) job->wake(job->context);
}

static struct job *start(const struct setup *setup, struct update_order *order, void (*wake)(void *context),
                         void *context) {
    struct job *job = mem_need(1, sizeof *job);
    job->setup = *setup;
    job->order = order;
    job->wake = wake;
    job->context = context;
    job->mutex = mutex_new();
    job->thread = thread_start(run, job);
    if (!job->thread) run(job); // no thread left: the numbers come, only later
    return job;
}

struct job *job_start(const struct setup *setup, void (*wake)(void *context), void *context) {
    return start(setup, NULL, wake, context);
}

struct job *job_start_update(struct update_order *order, void (*wake)(void *context), void *context) {
    return start(&order->setup, order, wake, context);
}

bool job_is_update(const struct job *job) {
    return job->order != NULL;
}

bool job_ready(struct job *job, double *fraction) {
    mutex_lock(job->mutex);
    bool ready = job->ready;
    if (fraction) *fraction = job->fraction;
    mutex_unlock(job->mutex);
    return ready;
}

void job_cancel(struct job *job) {
    mutex_lock(job->mutex);
    job->cancelled = true;
    mutex_unlock(job->mutex);
}

const struct setup *job_setup(const struct job *job) {
    return &job->setup;
}

// Waits; false where it failed.
static bool end(struct job *job, struct err *err) {
    if (job->thread) thread_join(job->thread);
    bool good = job->err.code == ERR_NONE;
    if (!good && err) *err = job->err;
    mutex_free(job->mutex);
    return good;
}

struct workbench *job_take(struct job *job, struct err *err) {
    end(job, err);
    struct workbench *bench = job->bench;
    update_order_free(job->order);
    mem_free(job);
    return bench;
}

struct update_order *job_take_update(struct job *job, struct err *err) {
    bool good = end(job, err);
    struct update_order *order = job->order;
    mem_free(job);
    if (good) return order;
    update_order_free(order);
    return NULL;
}

void job_drop(struct job *job) {
    job_cancel(job);
    workbench_free(job_take(job, NULL));
}
