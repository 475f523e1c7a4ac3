#include "blas.h"
#include <cblas.h>

void blas_product(int m, int n, int k, const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
                  size_t ldc) {
    if (m == 0 || n == 0) return;
    if (m == 1)
        cblas_sgemv(CblasRowMajor, CblasTrans, k, n, 1.0f, b, (int)ldb, a, 1, beta, c, 1);
    else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0f, a, (int)lda, b, (int)ldb, beta, c,
                    (int)ldc);
}

void blas_add_sent(int m, int n, int k, double factor, const double *a, const double *b, size_t ldb, double *c) {
    if (m == 0 || n == 0 || k == 0) return;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, factor, a, k, b, (int)ldb, 1.0, c, n);
}

void blas_set_threads(int threads) {
    openblas_set_num_threads(threads);
}
