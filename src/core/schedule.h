#pragma once
// The learning rate of each update: a value, without state, so that a resumed run needs nothing but the number of the
// update. A linear warm-up (Goyal et al. 2017, section 2.2) goes before any of the kinds.

#include <stdint.h>

enum schedule_kind {
    SCHEDULE_CONSTANT, // lr
    SCHEDULE_STEP,     // lr * factor^k, k = how often `every` updates are over
    SCHEDULE_COSINE,   // lr/2 (1 + cos(pi k / K)), K = total - warmup  (Loshchilov and Hutter 2017, eq. 5, eta_min = 0)
    SCHEDULE_COUNT
};
extern const char *const schedule_names[SCHEDULE_COUNT]; // "constant", "step", "cosine"

struct schedule {
    enum schedule_kind kind;
    double lr;     // the largest
    long warmup;   // updates from 0 up to lr: lr * update / warmup; 0 = none
    long total;    // updates of the whole run (cosine); behind it the rate is 0
    long every;    // of SCHEDULE_STEP; 0 = a third of what follows the warm-up
    double factor; // of SCHEDULE_STEP
};
// update counts from 1. Never negative, never more than lr (for a factor of at most 1).
double schedule_lr(const struct schedule *schedule, int64_t update);
