// The kernel of a product, compiled once for each instruction set with the loops (loops_body.h includes it):
// LOOPS_LANES floats a vector. A tile of c stays in registers while a column of a and a row of b go by.

#define UNROLL _Pragma("GCC unroll 16")

enum {
    ROWS = W == 16 ? 8 : 4, // of a tile: as many sums as the registers hold
    VECS = 2,               // columns of a tile, in vectors
    DEPTH = 256,            // rows of b between two visits of c: a panel of them fits the first cache
    ROW_VECS = 8            // of the tile of one row
};

// Where column j of b begins; j is a multiple of W.
INLINE const float *columns_at(const struct product *p, int j) {
    return p->b + (size_t)(j / PRODUCT_PANEL) * p->panel + (size_t)(j % PRODUCT_PANEL);
}

// R rows by V vectors of c, from row i and column j, over rows k0 to k1 of b. The last vector has `last`
// lanes. R, V and part are constants where this is called.
INLINE void tile(const struct product *p, const int R, const int V, const bool part, int i, int j, int last, int k0,
                 int k1) {
    vec sums[ROWS][VECS];
    const float *a = p->a + (size_t)i * p->a_row + (size_t)k0 * p->a_step;
    const float *b = columns_at(p, j) + (size_t)k0 * p->ldb;
    float *c = p->c + (size_t)i * p->ldc + (size_t)j;
    size_t a_row = p->a_row, a_step = p->a_step, ldb = p->ldb, ldc = p->ldc;
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) sums[r][v] = (vec){0};
    for (int k = k0; k < k1; k++) {
        vec row[VECS];
        UNROLL for (int v = 0; v < V; v++) row[v] = part && v == V - 1 ? load_part(b + v * W, last) : load(b + v * W);
        UNROLL for (int r = 0; r < R; r++) {
            float x = a[(size_t)r * a_row];
            UNROLL for (int v = 0; v < V; v++) sums[r][v] += row[v] * x;
        }
        a += a_step;
        b += ldb;
    }
    const float *bias = p->bias && k0 == 0 ? p->bias + j : NULL;
    bool add = p->add || k0 > 0;
    UNROLL for (int r = 0; r < R; r++) {
        float *to = c + (size_t)r * ldc;
        UNROLL for (int v = 0; v < V; v++) {
            if (part && v == V - 1) {
                if (add) sums[r][v] += load_part(to + v * W, last);
                if (bias) sums[r][v] += load_part(bias + v * W, last);
                store_part(to + v * W, last, sums[r][v]);
            } else {
                if (add) sums[r][v] += load(to + v * W);
                if (bias) sums[r][v] += load(bias + v * W);
                store(to + v * W, sums[r][v]);
            }
        }
    }
}

#if LOOPS_LANES > 4
// R rows by the last one to four columns: half the work of a whole vector, and vocabularies of 65 are common.
INLINE void narrow_tile(const struct product *p, const int R, int i, int j, int last, int k0, int k1) {
    vec4 sums[ROWS];
    __m128i lanes = _mm_loadu_si128((const __m128i *)(first_lanes + 8 - last));
    const float *a = p->a + (size_t)i * p->a_row + (size_t)k0 * p->a_step;
    const float *b = columns_at(p, j) + (size_t)k0 * p->ldb;
    float *c = p->c + (size_t)i * p->ldc + (size_t)j;
    size_t a_row = p->a_row, a_step = p->a_step, ldb = p->ldb;
    UNROLL for (int r = 0; r < R; r++) sums[r] = (vec4){0};
    for (int k = k0; k < k1; k++) {
        vec4 row = (vec4)_mm_maskload_ps(b, lanes);
        UNROLL for (int r = 0; r < R; r++) sums[r] += row * a[(size_t)r * a_row];
        a += a_step;
        b += ldb;
    }
    vec4 bias = {0};
    if (p->bias && k0 == 0) bias = (vec4)_mm_maskload_ps(p->bias + j, lanes);
    UNROLL for (int r = 0; r < R; r++) {
        float *to = c + (size_t)r * p->ldc;
        if (p->add || k0 > 0) sums[r] += (vec4)_mm_maskload_ps(to, lanes);
        _mm_maskstore_ps(to, lanes, (__m128)(sums[r] + bias));
    }
}
#endif

INLINE void tiles_down(const struct product *p, const int V, const bool part, int j, int last, int k0, int k1) {
    int i = 0;
#if LOOPS_LANES > 4
    for (; V == 1 && part && last <= 4 && i + ROWS <= p->m; i += ROWS)
        narrow_tile(p, ROWS, i, j, last, k0, k1);
#endif
    for (; i + ROWS <= p->m; i += ROWS)
        tile(p, ROWS, V, part, i, j, last, k0, k1);
    if (ROWS > 4 && i + 4 <= p->m) {
        tile(p, 4, V, part, i, j, last, k0, k1);
        i += 4;
    }
    if (i + 2 <= p->m) {
        tile(p, 2, V, part, i, j, last, k0, k1);
        i += 2;
    }
    if (i < p->m) tile(p, 1, V, part, i, j, last, k0, k1);
}

// One row by V vectors; S sums each, so that their additions do not wait for each other.
INLINE void row_tile(const struct product *p, const int V, const int S, const bool part, int j, int last) {
    vec sums[ROW_VECS][ROW_VECS];
    const float *b[ROW_VECS];
    const float *a = p->a;
    size_t a_step = p->a_step, ldb = p->ldb;
    float *c = p->c + (size_t)j;
    UNROLL for (int v = 0; v < V; v++) {
        b[v] = columns_at(p, j + v * W);
        UNROLL for (int s = 0; s < S; s++) sums[s][v] = (vec){0};
    }
    if (p->bias) {
        UNROLL for (int v = 0; v < V; v++) sums[0][v] =
            part && v == V - 1 ? load_part(p->bias + j + v * W, last) : load(p->bias + j + v * W);
    } else if (p->add) {
        UNROLL for (int v = 0; v < V; v++) sums[0][v] =
            part && v == V - 1 ? load_part(c + v * W, last) : load(c + v * W);
    }
    int k = 0;
    for (; k + S <= p->k; k += S)
        UNROLL for (int s = 0; s < S; s++) {
            float x = a[(size_t)(k + s) * a_step];
            UNROLL for (int v = 0; v < V; v++) {
                const float *from = b[v] + (size_t)(k + s) * ldb;
                sums[s][v] += (part && v == V - 1 ? load_part(from, last) : load(from)) * x;
            }
        }
    for (; k < p->k; k++) {
        float x = a[(size_t)k * a_step];
        UNROLL for (int v = 0; v < V; v++) {
            const float *from = b[v] + (size_t)k * ldb;
            sums[0][v] += (part && v == V - 1 ? load_part(from, last) : load(from)) * x;
        }
    }
    UNROLL for (int v = 0; v < V; v++) {
        UNROLL for (int half = S / 2; half > 0; half /= 2) UNROLL for (int s = 0; s < half; s++) sums[s][v] +=
            sums[s + half][v];
        if (part && v == V - 1)
            store_part(c + v * W, last, sums[0][v]);
        else
            store(c + v * W, sums[0][v]);
    }
}

// More sums than the multiply-adds' latency asks for: long sums in one chain lose digits.
LOOP void product_row(const struct product *p) {
    int j = 0, n = p->n;
    for (; j + 4 * W <= n; j += 4 * W)
        row_tile(p, 4, W == 16 ? 4 : 2, false, j, W);
    if (j + 2 * W <= n) {
        row_tile(p, 2, 4, false, j, W);
        j += 2 * W;
    }
    if (j + W <= n) {
        row_tile(p, 1, 8, false, j, W);
        j += W;
    }
    if (j < n) row_tile(p, 1, 8, true, j, n - j);
}

LOOP void product(const struct product *p) {
    if (p->m == 1 && p->k > 0) {
        product_row(p);
        return;
    }
    for (int k0 = 0; k0 == 0 || k0 < p->k; k0 += DEPTH) {
        int k1 = p->k - k0 < DEPTH ? p->k : k0 + DEPTH, j = 0;
        for (; j + 2 * W <= p->n; j += 2 * W)
            tiles_down(p, 2, false, j, W, k0, k1);
        int rest = p->n - j;
        if (rest > W && rest <= W + 4) {
            tiles_down(p, 1, false, j, W, k0, k1);
            tiles_down(p, 1, true, j + W, rest - W, k0, k1);
        } else if (rest > W)
            tiles_down(p, 2, true, j, rest - W, k0, k1);
        else if (rest == W)
            tiles_down(p, 1, false, j, W, k0, k1);
        else if (rest > 0)
            tiles_down(p, 1, true, j, rest, k0, k1);
    }
}
