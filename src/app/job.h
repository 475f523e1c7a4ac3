#pragma once
// Builds a workbench in a worker thread. The interface polls; nothing is shared but a fraction and flags under a lock.

#include "setup.h"

struct job;
struct job *job_start(const struct setup *setup, void (*wake)(void *context),
                      void *context); // wake is called from the worker
bool job_ready(struct job *job, double *fraction);
void job_cancel(struct job *job); // asks it to stop; job_take still has to be called
// Waits for the end and frees the job: the workbench, or NULL with err.
struct workbench *job_take(struct job *job, struct err *err);
const struct setup *job_setup(const struct job *job);
