#include "loops.h"

extern const struct loops loops_portable, loops_avx2, loops_avx512;

static enum loops_level forced = LOOPS_COUNT; // the test hook

void loops_force(enum loops_level level) {
    forced = level;
}

const struct loops *loops_at(enum loops_level level) {
#if defined(__x86_64__)
    if (level == LOOPS_AVX512) {
        bool able = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
        return able && __builtin_cpu_supports("fma") ? &loops_avx512 : NULL;
    }
    if (level == LOOPS_AVX2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &loops_avx2 : NULL;
#endif
    return level == LOOPS_PORTABLE ? &loops_portable : NULL;
}

const struct loops *loops_best(void) {
    if (forced != LOOPS_COUNT && loops_at(forced)) return loops_at(forced);
    for (int level = LOOPS_COUNT - 1; level > LOOPS_PORTABLE; level--)
        if (loops_at((enum loops_level)level)) return loops_at((enum loops_level)level);
    return &loops_portable;
}
