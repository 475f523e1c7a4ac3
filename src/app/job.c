#include "job.h"

#include "mem.h"
#include "thread.h"

struct job {
    struct setup setup;
    job_make *make;
    struct thread *thread;
    struct mutex *mutex;
    double fraction;
    bool ready, cancelled;
    void *made;
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
    void *made = job->make(&job->setup, on_progress, job, &err);
    mutex_lock(job->mutex);
    job->made = made;
    job->err = err;
    job->ready = true;
    mutex_unlock(job->mutex);
    if (job->wake) job->wake(job->context);
}

struct job *job_start(const struct setup *setup, job_make *make, void (*wake)(void *context), void *context) {
    struct job *job = mem_need(1, sizeof *job);
    job->setup = *setup;
    job->make = make;
    job->wake = wake;
    job->context = context;
    job->mutex = mutex_new();
    job->thread = thread_start(run, job);
    if (!job->thread) run(job); // no thread left: the numbers come, only later
    return job;
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

void *job_take(struct job *job, struct err *err) {
    if (job->thread) thread_join(job->thread);
    void *made = job->made;
    if (!made && err) *err = job->err;
    mutex_free(job->mutex);
    mem_free(job);
    return made;
}
