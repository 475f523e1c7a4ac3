#include "product.h"
#include "blas.h"
#include "loops.h"
#include <string.h>

// Where the matrix that every row or timestep visits again has this many floats, BLAS packs both sides and
// gains by it; with few rows it does not.
enum { LARGE = 131072, FEW = 16 };
// A weight gradient of this many floats, or with so many on both sides that the second cache does not keep them, is
// made from copied panels.
enum { WIDE = 1 << 15, MANY = 1 << 19 };

static bool is_wide(int m, int n, int k) {
    if (m < FEW || n < FEW || k < 4 * FEW) return false;
    return (size_t)m * (size_t)n >= WIDE || ((size_t)m + (size_t)n) * (size_t)k >= MANY;
}

static bool is_large(int rows, size_t floats) {
    return rows >= FEW && floats >= LARGE;
}

void product_plain(const struct loops *loops, int m, int n, int k, const float *a, size_t lda, const float *b,
                   size_t ldb, float beta, float *c, size_t ldc) {
    if (is_large(m, (size_t)n * (size_t)k)) {
        blas_product(m, n, k, a, lda, b, ldb, beta, c, ldc);
        return;
    }
    struct product p = {m, n, k, a, lda, 1, b, ldb, PRODUCT_PANEL, c, ldc, beta != 0.0f, NULL};
    loops->product(&p);
}

void product_affine(const struct loops *loops, int m, int n, int k, const float *a, size_t lda, const float *b,
                    size_t ldb, const float *bias, float *c, size_t ldc) {
    if (is_large(m, (size_t)n * (size_t)k)) {
        for (int i = 0; i < m; i++)
            memcpy(c + (size_t)i * ldc, bias, (size_t)n * sizeof *c);
        blas_product(m, n, k, a, lda, b, ldb, 1.0f, c, ldc);
        return;
    }
    struct product p = {m, n, k, a, lda, 1, b, ldb, PRODUCT_PANEL, c, ldc, false, bias};
    loops->product(&p);
}

void product_packed(const struct loops *loops, int m, int n, int k, const float *a, size_t lda, const float *packed,
                    float beta, float *c, size_t ldc) {
    size_t panel = (size_t)k * PRODUCT_PANEL;
    struct product p = {m, n, k, a, lda, 1, packed, PRODUCT_PANEL, panel, c, ldc, beta != 0.0f, NULL};
    loops->product(&p);
}

void product_outer(const struct loops *loops, int m, int n, int k, const float *a, size_t lda, const float *b,
                   size_t ldb, float *c, size_t ldc) {
    struct product p = {m, n, k, a, 1, lda, b, ldb, PRODUCT_PANEL, c, ldc, true, NULL};
    if (is_wide(m, n, k))
        loops->product_of_panels(&p);
    else
        loops->product(&p);
}

size_t product_packed_size(size_t k, size_t n) {
    return k * ((n + PRODUCT_PANEL - 1) / PRODUCT_PANEL * PRODUCT_PANEL);
}

void product_pack(const float *b, size_t ldb, int k, int n, float *packed) {
    for (int j = 0; j < n; j += PRODUCT_PANEL) {
        size_t width = (size_t)(n - j < PRODUCT_PANEL ? n - j : PRODUCT_PANEL);
        for (int i = 0; i < k; i++, packed += PRODUCT_PANEL) {
            memcpy(packed, b + (size_t)i * ldb + (size_t)j, width * sizeof *packed);
            memset(packed + width, 0, (PRODUCT_PANEL - width) * sizeof *packed);
        }
    }
}
