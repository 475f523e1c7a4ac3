#include "finite.h"
#include <math.h>

// x * 0 is 0 for finite x and NaN otherwise; eight independent sums so that the loop is vectorised.
static int all_finite(const float *values, size_t n) {
    float sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++)
            sums[k] += values[i + k] * 0.0f;
    for (; i < n; i++)
        sums[0] += values[i] * 0.0f;
    for (size_t k = 1; k < 8; k++)
        sums[0] += sums[k];
    return sums[0] == 0.0f;
}

size_t first_not_finite(const float *values, size_t n) {
    if (all_finite(values, n)) return n;
    size_t i = 0;
    while (i < n && isfinite(values[i]))
        i++;
    return i;
}
