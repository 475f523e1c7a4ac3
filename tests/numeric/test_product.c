// Matrix products of every instruction set against plain sums in double: all the remainders of rows and
// columns, packed and not, added or with a bias. What lies around the result must stay as it was.
#include "loops.h"
#include "random_net.h"
#include <string.h>

enum { EDGE = 3 };

struct matrices {
    float *a, *b, *c, *before, *bias, *packed;
};

static void matrices_init(struct matrices *s, struct rng *rng, size_t m, size_t n, size_t k) {
    s->a = mem_need(m * k, sizeof(float));
    s->b = mem_need(k * n, sizeof(float));
    s->c = mem_need(m * (n + EDGE), sizeof(float));
    s->before = mem_need(m * (n + EDGE), sizeof(float));
    s->bias = mem_need(n, sizeof(float));
    s->packed = mem_need(product_packed_size(k, n), sizeof(float));
    for (size_t i = 0; i < m * k; i++)
        s->a[i] = (float)rng_normal(rng);
    for (size_t i = 0; i < k * n; i++)
        s->b[i] = (float)rng_normal(rng);
    for (size_t i = 0; i < m * (n + EDGE); i++)
        s->c[i] = s->before[i] = (float)rng_normal(rng);
    for (size_t i = 0; i < n; i++)
        s->bias[i] = (float)rng_normal(rng);
    product_pack(s->b, n, (int)k, (int)n, s->packed);
}

static void matrices_release(struct matrices *s) {
    mem_free(s->a);
    mem_free(s->b);
    mem_free(s->c);
    mem_free(s->before);
    mem_free(s->bias);
    mem_free(s->packed);
}

enum kind { PLAIN_SET, PLAIN_ADD, AFFINE, PACKED_SET, PACKED_ADD, OUTER, PANELS, KINDS };

// The largest error, as a share of what rounding k sums may cost; infinite where the edge was written to.
static double worst_of(const struct loops *loops, enum kind kind, int m, int n, int k, uint64_t seed) {
    struct matrices s;
    struct rng rng = rng_seed(seed);
    size_t ldc = (size_t)n + EDGE;
    matrices_init(&s, &rng, (size_t)m, (size_t)n, (size_t)k);
    float beta = kind == PLAIN_ADD || kind == PACKED_ADD ? 1.0f : 0.0f;
    if (kind == PLAIN_SET || kind == PLAIN_ADD)
        product_plain(loops, m, n, k, s.a, (size_t)k, s.b, (size_t)n, beta, s.c, ldc);
    else if (kind == AFFINE)
        product_affine(loops, m, n, k, s.a, (size_t)k, s.b, (size_t)n, s.bias, s.c, ldc);
    else if (kind == OUTER)
        product_outer(loops, m, n, k, s.a, (size_t)m, s.b, (size_t)n, s.c, ldc);
    else if (kind == PANELS)
        loops->product_of_panels(
            &(struct product){m, n, k, s.a, 1, (size_t)m, s.b, (size_t)n, PRODUCT_PANEL, s.c, ldc, .add = true});
    else
        product_packed(loops, m, n, k, s.a, (size_t)k, s.packed, beta, s.c, ldc);
    bool outer = kind == OUTER || kind == PANELS;
    double worst = 0.0;
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < (int)ldc; j++) {
            size_t at = (size_t)i * ldc + (size_t)j;
            double sum = s.before[at], size = fabs(sum) + 1.0;
            if (j < n) {
                sum = beta == 1.0f || outer ? sum : kind == AFFINE ? s.bias[j] : 0.0;
                for (int q = 0; q < k; q++) {
                    double term = (double)(outer ? s.a[q * m + i] : s.a[i * k + q]) * s.b[q * n + j];
                    sum += term;
                    size += fabs(term);
                }
            }
            double error = j < n ? fabs(s.c[at] - sum) / (1e-6 * size) : s.c[at] == s.before[at] ? 0.0 : INFINITY;
            if (!(error <= worst)) worst = error;
        }
    }
    matrices_release(&s);
    return worst;
}

static void every_product_is_right(void **state) {
    (void)state;
    static const int rows[] = {1, 2, 3, 5, 8, 15, 33}, columns[] = {1, 3, 4, 15, 16, 17, 31, 32, 33, 65, 128, 147},
                     depths[] = {1, 2, 7, 8, 64, 257, 300};
    for (int level = 0; level < LOOPS_COUNT; level++) {
        const struct loops *loops = loops_at((enum loops_level)level);
        if (!loops) continue;
        double worst = 0.0;
        for (int kind = 0; kind < KINDS; kind++)
            for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
                for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
                    for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
                        double error =
                            worst_of(loops, (enum kind)kind, rows[r], columns[c], depths[d], r + 10 * c + 100 * d);
                        if (!(error <= 1.0))
                            fail_msg("%s: product %d of %d x %d over %d is %g of the limit", loops->name, kind, rows[r],
                                     columns[c], depths[d], error);
                        worst = fmax(worst, error);
                    }
        print_message("#   %s: %.2g of the limit\n", loops->name, worst);
    }
}

// Weights so large that BLAS multiplies, or both sides are copied, where there are rows enough; and the same with too
// few.
static void large_products_are_right(void **state) {
    (void)state;
    for (int n = 0; n < LOOPS_COUNT * KINDS; n++) {
        const struct loops *loops = loops_at((enum loops_level)(n / KINDS));
        int kind = n % KINDS;
        if (!loops) continue;
        assert_true(worst_of(loops, (enum kind)kind, 17, 530, 300, 1) <= 1.0);
        assert_true(worst_of(loops, (enum kind)kind, 2, 530, 300, 2) <= 1.0);
        assert_true(worst_of(loops, (enum kind)kind, 300, 530, 40, 3) <= 1.0);
        assert_true(worst_of(loops, (enum kind)kind, 150, 65, 600, 4) <= 1.0);
    }
}

// Not a number goes through: a training step must be able to see it.
static void nan_goes_through(void **state) {
    (void)state;
    for (int level = 0; level < LOOPS_COUNT; level++) {
        const struct loops *loops = loops_at((enum loops_level)level);
        if (!loops) continue;
        float a[2 * 3] = {1.0f, NAN, 0.0f, 1.0f, 1.0f, 1.0f}, b[3 * 5] = {0}, c[2 * 5];
        product_plain(loops, 2, 5, 3, a, 3, b, 5, 0.0f, c, 5);
        for (int j = 0; j < 5; j++)
            assert_true(isnan(c[j]) && c[5 + j] == 0.0f);
        product_plain(loops, 1, 5, 3, a, 3, b, 5, 0.0f, c, 5);
        assert_true(isnan(c[0]) && isnan(c[4]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_product_is_right),
        cmocka_unit_test(large_products_are_right),
        cmocka_unit_test(nan_goes_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
