#pragma once
// Builds a workbench in a worker thread. The interface polls; nothing is shared but a fraction and flags under a lock.

#include "update_order.h"

struct job;
struct job *job_start(const struct setup *setup, void (*wake)(void *context),
                      void *context); // wake is called from the worker
// The same of an update that a run kept; takes the order over.
struct job *job_start_update(struct update_order *order, void (*wake)(void *context), void *context);
bool job_ready(struct job *job, double *fraction);
void job_cancel(struct job *job); // asks it to stop; job_take still has to be called
void job_drop(struct job *job);   // stops it, and all that it made goes
// Waits for the end and frees the job: the workbench, or NULL with err.
struct workbench *job_take(struct job *job, struct err *err);
// The same of job_start_update(): the order with all that was built, the caller's; NULL with err.
struct update_order *job_take_update(struct job *job, struct err *err);
bool job_is_update(const struct job *job);
const struct setup *job_setup(const struct job *job);
