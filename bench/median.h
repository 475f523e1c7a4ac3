#pragma once
// The middle of some times.

#include <stdlib.h>

static inline int bench_by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Sorts them.
static inline double bench_median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, bench_by_size);
    return values[count / 2];
}
