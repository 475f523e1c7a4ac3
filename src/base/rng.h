#pragma once
// Random numbers as a value that is passed, saved and restored: xoshiro256** (Blackman and Vigna 2018), seeded
// by splitmix64. Same seed, same numbers, on every machine.

#include <stdint.h>

struct rng {
    uint64_t s[4];
};

struct rng rng_seed(uint64_t seed);
struct rng rng_fork(struct rng *rng, uint64_t stream); // an independent generator
uint64_t rng_next(struct rng *rng);
double rng_uniform(struct rng *rng);             // [0, 1)
double rng_normal(struct rng *rng);              // mean 0, variance 1 (polar method, no hidden state)
uint64_t rng_below(struct rng *rng, uint64_t n); // 0 .. n-1, unbiased
void rng_shuffle(struct rng *rng, int *items, int n);
