#if defined(__x86_64__)
#define LOOPS loops_avx512
#define LOOPS_NAME "avx512"
#if defined(__clang__)
#define LOOPS_TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#else
#define LOOPS_TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,prefer-vector-width=512")))
#endif
#define LOOPS_LANES 16
#include "loops_body.h"
#else
typedef int loops_avx512_is_empty_here;
#endif
