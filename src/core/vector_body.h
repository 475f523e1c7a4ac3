// Vectors of LOOPS_LANES floats; loops_body.h includes this once for each instruction set.

#if LOOPS_LANES > 4
#include <immintrin.h>
#endif

typedef float vec __attribute__((vector_size(LOOPS_LANES * sizeof(float))));
typedef uint32_t vec_bits __attribute__((vector_size(LOOPS_LANES * sizeof(float))));
typedef float vec_anywhere __attribute__((vector_size(LOOPS_LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

enum { W = LOOPS_LANES };

INLINE vec load(const float *from) {
    return *(const vec_anywhere *)from;
}
INLINE void store(float *to, vec values) {
    *(vec_anywhere *)to = values;
}

#if LOOPS_LANES > 4
static const int first_lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1}; // from 8 - n on: n of eight, or of four
#endif
// The first n lanes, 1 <= n <= W; the others are zero, or not written.
#if LOOPS_LANES == 16
INLINE vec first_of(vec values, int n) {
    return (vec)_mm512_maskz_mov_ps((__mmask16)((1u << n) - 1), (__m512)values);
}
INLINE vec load_part(const float *from, int n) {
    return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), from);
}
INLINE void store_part(float *to, int n, vec values) {
    _mm512_mask_storeu_ps(to, (__mmask16)((1u << n) - 1), (__m512)values);
}
#elif LOOPS_LANES == 8
INLINE vec first_of(vec values, int n) {
    return (vec)_mm256_and_ps((__m256)values, _mm256_loadu_ps((const float *)(first_lanes + 8 - n)));
}
INLINE vec load_part(const float *from, int n) {
    return (vec)_mm256_maskload_ps(from, _mm256_loadu_si256((const __m256i *)(first_lanes + 8 - n)));
}
INLINE void store_part(float *to, int n, vec values) {
    _mm256_maskstore_ps(to, _mm256_loadu_si256((const __m256i *)(first_lanes + 8 - n)), (__m256)values);
}
#else
INLINE vec first_of(vec values, int n) {
    for (int i = n; i < W; i++)
        values[i] = 0.0f;
    return values;
}
INLINE vec load_part(const float *from, int n) {
    vec values = {0};
    for (int i = 0; i < n; i++)
        values[i] = from[i];
    return values;
}
INLINE void store_part(float *to, int n, vec values) {
    for (int i = 0; i < n; i++)
        to[i] = values[i];
}
#endif

// n lanes, or all where `part` is false, which is a constant wherever these are called.
INLINE vec load_lanes(const bool part, const float *from, int n) {
    return part ? load_part(from, n) : load(from);
}
INLINE void store_lanes(const bool part, float *to, int n, vec values) {
    if (part)
        store_part(to, n, values);
    else
        store(to, values);
}
// SOME(..., j, part, n) for a row of H floats: j from 0 in steps of a vector, n lanes from there.
#define EACH_VECTOR(H, SOME, ...)                                                                                      \
    do {                                                                                                               \
        size_t at_ = 0, all_ = (H);                                                                                    \
        for (; at_ + W <= all_; at_ += W)                                                                              \
            SOME(__VA_ARGS__, at_, false, W);                                                                          \
        if (at_ < all_) SOME(__VA_ARGS__, at_, true, (int)(all_ - at_));                                               \
    } while (0)

// The larger or the smaller of both, lane by lane; b where one is NaN. at_least: a bit for every lane. Quotient and
// square root: a rounding more where the processor has a fast first guess, as its division takes as long as all the
// rest of a squasher.
#if LOOPS_LANES == 16
INLINE vec larger(vec a, vec b) {
    return (vec)_mm512_max_ps((__m512)a, (__m512)b);
}
INLINE vec smaller(vec a, vec b) {
    return (vec)_mm512_min_ps((__m512)a, (__m512)b);
}
INLINE unsigned at_least(vec a, float limit) {
    return _mm512_cmp_ps_mask((__m512)a, _mm512_set1_ps(limit), _CMP_GE_OQ);
}
INLINE vec quotient(vec a, vec b) { // b: 1e-37 to 1e37, or NaN
    vec y = (vec)_mm512_rcp14_ps((__m512)b);
    return a * (y + y * (1.0f - b * y));
}
INLINE vec root(vec a) { // a >= 0, or NaN; 3e-19 for 0
    a = smaller((vec){0} + 3e38f, larger((vec){0} + 1e-37f, a));
    vec y = (vec)_mm512_rsqrt14_ps((__m512)a), half = a * 0.5f;
    return a * (y * (1.5f - half * y * y));
}
#elif LOOPS_LANES == 8
INLINE vec larger(vec a, vec b) {
    return (vec)_mm256_max_ps((__m256)a, (__m256)b);
}
INLINE vec smaller(vec a, vec b) {
    return (vec)_mm256_min_ps((__m256)a, (__m256)b);
}
INLINE unsigned at_least(vec a, float limit) {
    return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, _mm256_set1_ps(limit), _CMP_GE_OQ));
}
INLINE vec quotient(vec a, vec b) {
    return a / b;
}
INLINE vec root(vec a) {
    return (vec)_mm256_sqrt_ps((__m256)a);
}
#else
INLINE vec larger(vec a, vec b) {
    for (int i = 0; i < W; i++)
        b[i] = a[i] > b[i] ? a[i] : b[i];
    return b;
}
INLINE vec smaller(vec a, vec b) {
    for (int i = 0; i < W; i++)
        b[i] = a[i] < b[i] ? a[i] : b[i];
    return b;
}
INLINE unsigned at_least(vec a, float limit) {
    unsigned bits = 0;
    for (int i = 0; i < W; i++)
        bits |= (unsigned)(a[i] >= limit) << i;
    return bits;
}
INLINE vec quotient(vec a, vec b) {
    return a / b;
}
INLINE vec root(vec a) {
    for (int i = 0; i < W; i++)
        a[i] = __builtin_sqrtf(a[i]);
    return a;
}
#endif

// Halves until four lanes are left: a few steps, where one lane after the other would wait for each.
typedef float vec4 __attribute__((vector_size(16)));
#if LOOPS_LANES == 4
INLINE vec4 sum_to_4(vec v) {
    return v;
}
INLINE vec4 largest_to_4(vec v) {
    return v;
}
#else
#if LOOPS_LANES == 16
INLINE __m256 low_half(vec v) {
    return _mm512_castps512_ps256((__m512)v);
}
INLINE __m256 high_half(vec v) {
    return _mm512_extractf32x8_ps((__m512)v, 1);
}
INLINE __m256 sum_to_8(vec v) {
    return _mm256_add_ps(low_half(v), high_half(v));
}
INLINE __m256 largest_to_8(vec v) {
    return _mm256_max_ps(low_half(v), high_half(v));
}
#else
INLINE __m256 sum_to_8(vec v) {
    return (__m256)v;
}
INLINE __m256 largest_to_8(vec v) {
    return (__m256)v;
}
#endif
INLINE vec4 sum_to_4(vec v) {
    __m256 half = sum_to_8(v);
    return (vec4)_mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}
INLINE vec4 largest_to_4(vec v) {
    __m256 half = largest_to_8(v);
    return (vec4)_mm_max_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}
#endif

INLINE float sum_of_lanes(vec v) {
    vec4 four = sum_to_4(v);
    return (four[0] + four[1]) + (four[2] + four[3]);
}
INLINE float largest_of_lanes(vec v) {
    vec4 four = largest_to_4(v);
    float a = four[0] > four[1] ? four[0] : four[1], b = four[2] > four[3] ? four[2] : four[3];
    return a > b ? a : b;
}
