#pragma once
// What the view of shared weights keeps.

#include <stdbool.h>

struct weights_memory {
    bool window; // a part of a large block at full size, instead of all of it merged
    int told;    // the timestep that the ledger was last scrolled to, from 1
};
