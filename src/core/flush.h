#pragma once
// Numbers below 1e-38 count as zero between the two calls, in this thread: arithmetic with them is up to a hundred
// times slower on some processors, and a trained softmax makes many. Where the processor has no such switch nothing
// happens.

#if defined(__x86_64__)
#include <xmmintrin.h>
static inline unsigned flush_begin(void) {
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040u); // results to zero, operands as zero
    return before;
}
static inline void flush_end(unsigned before) {
    _mm_setcsr(before);
}
#else
static inline unsigned flush_begin(void) {
    return 0;
}
static inline void flush_end(unsigned before) {
    (void)before;
}
#endif
