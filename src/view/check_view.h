#pragma once
// What the view of the gradient check keeps.

#include <stdbool.h>

struct check_memory {
    bool set;
    double power; // epsilon = 10 to this
    bool wide;    // the curve reaches from w - 1 to w + 1; else a few epsilon to both sides
};
