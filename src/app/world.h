#pragma once
// A world without a window in which the lesson checker plays: scenes are built, actions done, the state looked at.

#include "setup.h"

struct world {
    struct setup setup;
    struct workbench *bench;
    int position, unit, t;
    enum granularity by;
    char figure[16]; // "" = by the phase
    bool flow;
};
struct world *world_new(void);
void world_free(struct world *world);
struct lesson_world world_callbacks(struct world *world);
