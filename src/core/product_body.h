// The kernel of a product, compiled once for each instruction set with the loops (loops_body.h includes it):
// LOOPS_LANES floats a vector. A tile of c stays in registers while a column of a and a row of b go by.

#define UNROLL _Pragma("GCC unroll 16")

enum {
    ROWS = W == 16 ? 8 : 4, // of a tile: as many sums as the registers hold
    VECS = 2,               // columns of a tile, in vectors
    LINE = 16,              // floats of a line of the cache
    DEPTH = 256,            // rows of b between two visits of c: a panel of them fits the first cache
    ROW_VECS = 8,           // of the tile of one row
    FAR = 1 << 18,          // floats that the second cache does not keep
    BLOCK_ROWS = 64,        // DEPTH columns of so many rows stay in the second cache
    LONG = 128,             // rows of b that take longer than a line of c from afar
    FEW_COLUMNS = 2         // as many are done one by one
};

// Where column j of b begins; j is a multiple of W.
INLINE const float *columns_at(const struct product *p, int j) {
    return p->b + (size_t)(j / PRODUCT_PANEL) * p->panel + (size_t)(j % PRODUCT_PANEL);
}

// R rows by V vectors of c, from row i and column j, over rows k0 to k1 of b. The last vector has `last`
// lanes. R, V and part are constants where this is called. A line of `next`, which the tiles after these read, is
// fetched for every row of b.
INLINE void tile(const struct product *p, const int R, const int V, const bool part, int i, int j, int last, int k0,
                 int k1, const float *next) {
    vec sums[ROWS][VECS];
    const float *a = p->a + (size_t)i * p->a_row + (size_t)k0 * p->a_step;
    const float *b = columns_at(p, j) + (size_t)k0 * p->ldb;
    float *c = p->c + (size_t)i * p->ldc + (size_t)j;
    size_t a_row = p->a_row, a_step = p->a_step, ldb = p->ldb, ldc = p->ldc;
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) sums[r][v] = (vec){0};
    for (int r = 0; k1 - k0 >= LONG && r < R; r++) { // on its way until the sums are there
        __builtin_prefetch(c + (size_t)r * ldc, 1);
        __builtin_prefetch(c + (size_t)r * ldc + V * W - 1, 1);
    }
    for (int k = k0; k < k1; k++) {
        vec row[VECS];
        UNROLL for (int v = 0; v < V; v++) row[v] = part && v == V - 1 ? load_part(b + v * W, last) : load(b + v * W);
        UNROLL for (int r = 0; r < R; r++) {
            float x = a[(size_t)r * a_row];
            UNROLL for (int v = 0; v < V; v++) sums[r][v] += row[v] * x;
        }
        if (next) {
            __builtin_prefetch(next);
            next += LINE;
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

// Adds what row k0 of b and on gives to entry (i, j) of c.
INLINE void add_entry(const struct product *p, int i, int j, int k0, float sum) {
    float *to = p->c + (size_t)i * p->ldc + (size_t)j;
    if (p->add || k0 > 0) sum += *to;
    if (p->bias && k0 == 0) sum += p->bias[j];
    *to = sum;
}

// The sums of four vectors.
INLINE vec4 sums_of_4(const vec v[4]) {
    vec4 a = sum_to_4(v[0]), b = sum_to_4(v[1]), c = sum_to_4(v[2]), d = sum_to_4(v[3]);
    vec4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
    vec4 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
    return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

// Column j of R rows of c as dot products: rows of a lie in one piece.
INLINE void dot_tile(const struct product *p, const int R, int i, int j, const float *column, int k0, int k1) {
    vec sums[4] = {{0}};
    const float *a = p->a + (size_t)i * p->a_row + (size_t)k0;
    int k = 0, n = k1 - k0;
    for (; k + W <= n; k += W)
        UNROLL for (int r = 0; r < R; r++) sums[r] += load(a + (size_t)r * p->a_row + k) * load(column + k);
    if (k < n)
        UNROLL for (int r = 0; r < R; r++) sums[r] +=
            load_part(a + (size_t)r * p->a_row + k, n - k) * load_part(column + k, n - k);
    if (R == 4) {
        vec4 four = sums_of_4(sums);
        UNROLL for (int r = 0; r < 4; r++) add_entry(p, i + r, j, k0, four[r]);
    } else {
        add_entry(p, i, j, k0, sum_of_lanes(sums[0]));
    }
}

// Column j of V vectors of rows of c: columns of a lie in one piece.
INLINE void sum_tile(const struct product *p, const int V, const bool part, int i, int last, int j, int k0, int k1) {
    vec sums[4] = {{0}};
    const float *a = p->a + (size_t)i + (size_t)k0 * p->a_step, *b = columns_at(p, 0) + (size_t)k0 * p->ldb;
    for (int k = k0; k < k1; k++, a += p->a_step, b += p->ldb)
        UNROLL for (int v = 0; v < V; v++) sums[v] += load_lanes(part, a + v * W, last) * *b;
    float lanes[4 * W];
    UNROLL for (int v = 0; v < V; v++) store(lanes + v * W, sums[v]);
    for (int r = 0; r < (part ? last : V * W); r++)
        add_entry(p, i + r, j, k0, lanes[r]);
}

// One column at a time costs less than a tile that is mostly empty: vocabularies of 65 are common.
INLINE void one_column(const struct product *p, int j, int k0, int k1) {
    int i = 0;
    if (p->a_step == 1) {
        float column[DEPTH];
        const float *b = columns_at(p, j / W * W) + j % W + (size_t)k0 * p->ldb;
        for (int k = 0; k < k1 - k0; k++)
            column[k] = b[(size_t)k * p->ldb];
        for (; i + 4 <= p->m; i += 4)
            dot_tile(p, 4, i, j, column, k0, k1);
        for (; i < p->m; i++)
            dot_tile(p, 1, i, j, column, k0, k1);
        return;
    }
    struct product q = *p;
    q.b = columns_at(p, j / W * W) + j % W;
    for (; i + 4 * W <= p->m; i += 4 * W)
        sum_tile(&q, 4, false, i, W, j, k0, k1);
    for (; i + W <= p->m; i += W)
        sum_tile(&q, 1, false, i, W, j, k0, k1);
    if (i < p->m) sum_tile(&q, 1, true, i, p->m - i, j, k0, k1);
}

INLINE void tiles_down(const struct product *p, const int V, const bool part, int j, int last, int k0, int k1) {
    int i = 0;
    // Packed, and not in the second cache: the next panel is one piece of two lines a row, and comes while two tiles
    // of this one are made.
    bool ahead = V == 2 && !part && p->ldb == PRODUCT_PANEL && (size_t)p->n * (size_t)p->k >= FAR;
    const float *next = columns_at(p, j) + p->panel + (size_t)k0 * PRODUCT_PANEL;
    for (; ahead && i < 2 * ROWS && i + ROWS <= p->m; i += ROWS, next += (size_t)(k1 - k0) * LINE)
        tile(p, ROWS, V, part, i, j, last, k0, k1, next);
    for (; i + ROWS <= p->m; i += ROWS)
        tile(p, ROWS, V, part, i, j, last, k0, k1, NULL);
    if (ROWS > 4 && i + 4 <= p->m) {
        tile(p, 4, V, part, i, j, last, k0, k1, NULL);
        i += 4;
    }
    if (i + 2 <= p->m) {
        tile(p, 2, V, part, i, j, last, k0, k1, NULL);
        i += 2;
    }
    if (i < p->m) tile(p, 1, V, part, i, j, last, k0, k1, NULL);
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
    for (; W == 16 && p->ldb != PRODUCT_PANEL && j + 8 * W <= n; j += 8 * W) // small: all of b is at hand
        row_tile(p, 8, 2, false, j, W);
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

LOOP void product_of_rows(const struct product *p) {
    for (int k0 = 0; k0 == 0 || k0 < p->k; k0 += DEPTH) {
        int k1 = p->k - k0 < DEPTH ? p->k : k0 + DEPTH, j = 0;
        for (; j + 2 * W <= p->n; j += 2 * W)
            tiles_down(p, 2, false, j, W, k0, k1);
        int rest = p->n - j;
        bool columns = (p->a_step == 1 || p->a_row == 1) && rest % W > 0 && rest % W <= FEW_COLUMNS;
        if (rest > W && columns)
            tiles_down(p, 1, false, j, W, k0, k1);
        else if (rest > W)
            tiles_down(p, 2, true, j, rest - W, k0, k1);
        else if (rest == W)
            tiles_down(p, 1, false, j, W, k0, k1);
        else if (rest > 0 && !columns)
            tiles_down(p, 1, true, j, rest, k0, k1);
        for (j = p->n - rest % W; columns && j < p->n; j++)
            one_column(p, j, k0, k1);
    }
}

LOOP void product(const struct product *p) {
    if (p->m == 1 && p->k > 0) {
        product_row(p);
        return;
    }
    bool near = (size_t)p->n * (size_t)p->k < FAR / 4;
    struct product rows = *p;
    for (int i = 0; i < p->m; i += rows.m) { // where b is at hand, it is rather a that should stay so
        rows.m = near && p->m - i > 2 * BLOCK_ROWS ? BLOCK_ROWS : p->m - i;
        rows.a = p->a + (size_t)i * p->a_row;
        rows.c = p->c + (size_t)i * p->ldc;
        product_of_rows(&rows);
    }
}

// From `from` (depth, width; stride ld) to panels of `panel` columns, each (depth, panel) in one piece; what is left of
// the last one stays as it was.
INLINE void copy_panels(const float *from, size_t ld, int depth, int width, const int panel, float *to) {
    for (int r = 0; r < depth; r++, from += ld) {
        int i = 0;
        for (; i + panel <= width; i += panel)
            memcpy(to + (size_t)i * (size_t)depth + r * panel, from + i, (size_t)panel * sizeof *to);
        if (i < width) memcpy(to + (size_t)i * (size_t)depth + r * panel, from + i, (size_t)(width - i) * sizeof *to);
    }
}

// Rows that are a power of two apart push each other out of the cache, and here each is visited many times: a piece of
// both sides at a time is copied.
LOOP void product_of_panels(const struct product *p) {
    enum { STRIPS = 128 / ROWS };
    _Alignas(64) float strips[STRIPS * ROWS * DEPTH], panel[PRODUCT_PANEL * DEPTH];
    for (int k0 = 0; k0 < p->k; k0 += DEPTH) {
        int depth = p->k - k0 < DEPTH ? p->k - k0 : DEPTH;
        for (int i0 = 0; i0 < p->m; i0 += STRIPS * ROWS) {
            int rows = p->m - i0 < STRIPS * ROWS ? p->m - i0 : STRIPS * ROWS;
            copy_panels(p->a + i0 + (size_t)k0 * p->a_step, p->a_step, depth, rows, ROWS, strips);
            for (int j = 0; j < p->n; j += PRODUCT_PANEL) {
                int width = p->n - j < PRODUCT_PANEL ? p->n - j : PRODUCT_PANEL;
                copy_panels(columns_at(p, j) + (size_t)k0 * p->ldb, p->ldb, depth, width, PRODUCT_PANEL, panel);
                struct product part = *p;
                part.n = width;
                part.k = depth;
                part.a_step = ROWS;
                part.b = panel;
                part.ldb = PRODUCT_PANEL;
                part.add = p->add || k0 > 0;
                for (int i = 0; i < rows; i += ROWS) {
                    part.m = rows - i < ROWS ? rows - i : ROWS;
                    part.a = strips + (size_t)i * (size_t)depth;
                    part.c = p->c + (size_t)(i0 + i) * p->ldc + (size_t)j;
                    product_of_rows(&part);
                }
            }
        }
    }
}
