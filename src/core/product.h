#pragma once
// Matrix products of the sizes that a recurrent network has: few rows, many times the same weights. Each
// instruction set has its own kernel (product_body.h); products that are large in all three sizes go to BLAS,
// which packs both sides and is as fast there. Row-major float.
//
// Weights may be packed once an update: columns in panels of PRODUCT_PANEL, each (k, PRODUCT_PANEL) in one
// piece, the last filled up with zeros. Rows of the plain layout are a power of two apart and push each other
// out of the cache.

#include <stdbool.h>
#include <stddef.h>

enum { PRODUCT_PANEL = 32 };

// c (m, n; stride ldc) += a b, or = a b where `add` is false, or = bias + a b for every row where there is a
// bias (n). a (m, k): entry (i, p) at
// a[i * a_row + p * a_step], so a transposed matrix is a matter of strides. b (k, n): column j of row p at
// b[(j / PANEL) * panel + p * ldb + j % PANEL].
struct product {
    int m, n, k;
    const float *a;
    size_t a_row, a_step;
    const float *b;
    size_t ldb, panel;
    float *c;
    size_t ldc;
    bool add;
    const float *bias; // NULL, or with `add` false
};

struct loops;
// c = beta * c + a (m, k; lda) b (k, n; ldb); beta is 0 or 1
void product_plain(const struct loops *loops, int m, int n, int k, const float *a, size_t lda, const float *b,
                   size_t ldb, float beta, float *c, size_t ldc);
// c = bias (n), in every row, + a b
void product_affine(const struct loops *loops, int m, int n, int k, const float *a, size_t lda, const float *b,
                    size_t ldb, const float *bias, float *c, size_t ldc);
// As product_plain, with b packed.
void product_packed(const struct loops *loops, int m, int n, int k, const float *a, size_t lda, const float *packed,
                    float beta, float *c, size_t ldc);
// c (m, n) += a (k, m)^T b (k, n): what a weight gradient is, k being the rows of all timesteps.
void product_outer(const struct loops *loops, int m, int n, int k, const float *a, size_t lda, const float *b,
                   size_t ldb, float *c, size_t ldc);
// Floats that b (k, n) takes when packed.
size_t product_packed_size(size_t k, size_t n);
// From b (k, n; ldb).
void product_pack(const float *b, size_t ldb, int k, int n, float *packed);
