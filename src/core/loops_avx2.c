#if defined(__x86_64__)
#define LOOPS loops_avx2
#define LOOPS_NAME "avx2"
#define LOOPS_TARGET __attribute__((target("avx2,fma")))
#define LOOPS_LANES 8
#include "loops_body.h"
#else
typedef int loops_avx2_is_empty_here;
#endif
