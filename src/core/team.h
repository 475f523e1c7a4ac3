#pragma once
// A few threads that do the same work on different shares, again and again, with little delay between: each
// waits by spinning briefly, then sleeping. The caller of team_run() is worker 0. One thread drives a team.

#include "err.h"

struct team;
struct team *team_new(int workers, struct err *err);
void team_free(struct team *team);
// Calls work(context, worker) for worker = 0 .. size - 1, each in its own thread; returns when all are done.
void team_run(struct team *team, void (*work)(void *context, int worker), void *context);
