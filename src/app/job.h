#pragma once
// Makes something of a setup in a worker thread: a workbench, or a look at its data. The interface polls; nothing is
// shared but a fraction and flags under a lock.

#include "setup.h"

// NULL with err; stops where the progress says so.
typedef void *job_make(const struct setup *setup, workbench_progress *progress, void *context, struct err *err);

struct job;
// wake is called from the worker, may be NULL
struct job *job_start(const struct setup *setup, job_make *make, void (*wake)(void *context), void *context);
bool job_ready(struct job *job, double *fraction);
void job_cancel(struct job *job); // asks it to stop; job_take still has to be called
// Waits for the end and frees the job: what was made, or NULL with err.
void *job_take(struct job *job, struct err *err);
const struct setup *job_setup(const struct job *job);
