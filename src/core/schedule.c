#include "schedule.h"
#include <math.h>

const char *const schedule_names[SCHEDULE_COUNT] = {
    [SCHEDULE_CONSTANT] = "constant", [SCHEDULE_STEP] = "step", [SCHEDULE_COSINE] = "cosine"};

double schedule_lr(const struct schedule *s, int64_t update) {
    const double PI = 3.14159265358979323846;
    if (update <= s->warmup) return s->lr * (double)update / (double)s->warmup;
    int64_t done = update - 1 - s->warmup, length = s->total - s->warmup; // updates behind the warm-up before this one
    if (s->kind == SCHEDULE_STEP) {
        int64_t every = s->every > 0 ? s->every : (length + 2) / 3;
        return s->lr * pow(s->factor, (double)(done / (every > 0 ? every : 1)));
    }
    if (s->kind == SCHEDULE_COSINE) {
        if (done >= length) return 0.0;
        return 0.5 * s->lr * (1.0 + cos(PI * (double)done / (double)length));
    }
    return s->lr;
}
