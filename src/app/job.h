#pragma once
// Makes something of a setup in a worker thread: a workbench, or a look at its data. The interface polls; nothing is
// shared but a fraction and flags under a lock.

#include "update_order.h"

// NULL with err; stops where the progress says so.
typedef void *job_make(const struct setup *setup, workbench_progress *progress, void *context, struct err *err);
job_make job_workbench; // setup_build()

struct job;
// wake is called from the worker, may be NULL
struct job *job_start(const struct setup *setup, job_make *make, void (*wake)(void *context), void *context);
// A workbench of an update that a run kept; takes the order over.
struct job *job_start_update(struct update_order *order, void (*wake)(void *context), void *context);
bool job_ready(struct job *job, double *fraction);
void job_cancel(struct job *job); // asks it to stop; one of the three below still has to be called
void job_drop(struct job *job);   // of a workbench: stops it, and all that it made goes
// Waits for the end and frees the job: what was made, or NULL with err.
void *job_take(struct job *job, struct err *err);
// The same of job_start_update(): the order with all that was built, the caller's; NULL with err.
struct update_order *job_take_update(struct job *job, struct err *err);
bool job_is_update(const struct job *job);
const struct setup *job_setup(const struct job *job);
