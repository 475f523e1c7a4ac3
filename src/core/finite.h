#pragma once
// Which number is the first that is NaN or infinite.

#include <stddef.h>

// Its index; n where all are finite.
size_t first_not_finite(const float *values, size_t n);
