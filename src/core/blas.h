#pragma once
// Matrix products: the only door to BLAS. Row-major float. One row goes to gemv, which is several times
// faster there.

#include <stddef.h>

// c (m, n; stride ldc) = beta * c + a (m, k; lda) b (k, n; ldb)
void blas_product(int m, int n, int k, const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
                  size_t ldc);
// In double: c (m, n) += factor * a (m, k) b (n, k; ldb)^T: what many gradients side by side send back through weights.
void blas_add_sent(int m, int n, int k, double factor, const double *a, const double *b, size_t ldb, double *c);
// How many threads the library itself may use; process-wide.
void blas_set_threads(int threads);
