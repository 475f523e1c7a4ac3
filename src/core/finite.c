#include "finite.h"
#include "loops.h"
#include <math.h>

size_t first_not_finite(const float *values, size_t n) {
    if (loops_best()->all_finite(values, n)) return n;
    size_t i = 0;
    while (i < n && isfinite(values[i]))
        i++;
    return i;
}
