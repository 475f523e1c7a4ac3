#include "rng.h"

#include "check.h"

#include <math.h>

static uint64_t rotate(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

// splitmix64 (Steele, Lea and Flood 2014): spreads a small seed over the whole state.
static uint64_t splitmix(uint64_t *state) {
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

struct rng rng_seed(uint64_t seed) {
    struct rng rng;
    for (int i = 0; i < 4; i++)
        rng.s[i] = splitmix(&seed);
    return rng;
}

struct rng rng_fork(struct rng *rng, uint64_t stream) {
    uint64_t key = stream;
    return rng_seed(rng_next(rng) ^ splitmix(&key));
}

uint64_t rng_next(struct rng *rng) {
    uint64_t *s = rng->s;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

double rng_uniform(struct rng *rng) {
    return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

double rng_normal(struct rng *rng) {
    // Polar method (Marsaglia 1964). The second number of the pair is dropped: no state outside the
    // generator.
    for (;;) {
        double u = 2 * rng_uniform(rng) - 1, v = 2 * rng_uniform(rng) - 1;
        double s = u * u + v * v;
        if (s > 0 && s < 1) return u * sqrt(-2 * log(s) / s);
    }
}

uint64_t rng_below(struct rng *rng, uint64_t n) {
    check(n > 0, "there is no number below 0");
    uint64_t uneven = -n % n; // 2^64 mod n: the draws below it would favour small results
    uint64_t r;
    do
        r = rng_next(rng);
    while (r < uneven);
    return r % n;
}

void rng_shuffle(struct rng *rng, int *items, int n) {
    // Fisher and Yates, from the end.
    for (int i = n - 1; i > 0; i--) {
        int j = (int)rng_below(rng, (uint64_t)i + 1);
        int item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}
