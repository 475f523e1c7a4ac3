#pragma once
// Snapshots of parameters and optimiser state, so that any past update can be revisited bit for bit. Owns copies. Keeps
// at most `budget` bytes, but always the newest: when that is full every second snapshot of the older half goes (the
// first is kept as long as there is another to drop). One thread.

#include "network.h"
#include <stdint.h>

struct history;
struct snapshot {
    int64_t update; // updates done before this state
    struct rng rng;
    const float *params, *m, *v; // borrowed until the next push or cut; size floats; m, v NULL when pushed so
};

struct history *history_new(size_t size, size_t budget); // size: floats of a slab
void history_free(struct history *history);
// In any order; an update that is kept already is replaced. False when memory ran out: nothing changed then.
bool history_push(struct history *history, int64_t update, const struct rng *rng, const float *params, const float *m,
                  const float *v);
bool history_get(const struct history *history, int64_t update, struct snapshot *out); // exactly that one
bool history_at_or_before(const struct history *history, int64_t update, struct snapshot *out);
int64_t history_last(const struct history *history);      // -1 when empty
int history_count(const struct history *history);         // snapshots kept
size_t history_bytes(const struct history *history);      // what they take
void history_cut(struct history *history, int64_t after); // forgets what is later: a new branch
