#pragma once
// What the view of clipping keeps.

#include <stdbool.h>

struct clip_memory {
    bool set;
    double limit[2]; // of each rule alone (enum clip_rule); 0: not chosen yet
};
