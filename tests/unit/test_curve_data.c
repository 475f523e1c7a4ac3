// The numbers under a plot: means and extremes of any stretch, against a plain loop; a run that is cut and goes on.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "curve_data.h"
#include "mem.h"
#include "rng.h"
#include <math.h>

enum { UPDATES = 30000 };
static float values[UPDATES], weights[UPDATES];

static void compare(const struct curve_data *data, int64_t count, struct rng *rng, int times) {
    for (int n = 0; n < times; n++) {
        int64_t a = (int64_t)rng_below(rng, (uint64_t)count), b = (int64_t)rng_below(rng, (uint64_t)count) + 1;
        if (n % 2) b = a + 1 + (int64_t)rng_below(rng, 40);
        if (b <= a) b = a + 1;
        double sum = 0, weight = 0;
        float low = INFINITY, high = -INFINITY, found_low, found_high;
        for (int64_t k = a; k < b && k < count; k++) {
            if (isnan(values[k])) continue;
            sum += (double)values[k] * (double)weights[k];
            weight += (double)weights[k];
            low = fminf(low, values[k]);
            high = fmaxf(high, values[k]);
        }
        double mean = curve_data_mean(data, data->from + a, data->from + b);
        if (weight > 0)
            assert_true(fabs(mean - sum / weight) <= 1e-9 * fabs(sum / weight) + 1e-12);
        else
            assert_true(isnan(mean));
        bool any = curve_data_extremes(data, data->from + a, data->from + b, &found_low, &found_high);
        assert_int_equal(any, low <= high);
        if (any) assert_true(found_low == low && found_high == high);
    }
}

static void fill(struct curve_data *data, int64_t from, int64_t to, struct rng *rng) {
    for (int64_t k = from; k < to; k++) {
        values[k] = rng_below(rng, 50) ? (float)(rng_uniform(rng) * 4 - 1) : NAN;
        weights[k] = (float)(1 + rng_below(rng, 9));
        assert_true(curve_data_add(data, values[k], weights[k]));
    }
}

static void test_stretches(void **state) {
    (void)state;
    struct rng rng = rng_seed(5);
    struct curve_data data = {0};
    curve_data_clear(&data, 700);
    fill(&data, 0, UPDATES, &rng);
    assert_int_equal(curve_data_last(&data), 700 + UPDATES);
    compare(&data, UPDATES, &rng, 2000);
    assert_true(curve_data_at(&data, 700 + 12) == values[11] || isnan(values[11]));
    assert_true(isnan(curve_data_at(&data, 700)) && isnan(curve_data_at(&data, 701 + UPDATES)));
    static const int64_t cuts[] = {29999, 20480, 4097, 4096, 17, 1, 0};
    for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++) {
        curve_data_cut(&data, 700 + cuts[k]);
        assert_int_equal(data.count, cuts[k]);
        int64_t more = cuts[k] + 5000 < UPDATES ? cuts[k] + 5000 : UPDATES;
        fill(&data, cuts[k], more, &rng);
        compare(&data, more, &rng, 500);
        curve_data_cut(&data, 700 + cuts[k]);
    }
    curve_data_release(&data);
}

// Where memory runs out nothing is added, and the next time goes on.
static void test_no_memory(void **state) {
    (void)state;
    for (long n = 1; n <= 6; n++) {
        struct curve_data data = {0};
        mem_fail_at(n);
        bool added = curve_data_add(&data, 2, 1);
        mem_fail_at(0);
        assert_int_equal(data.count, added);
        assert_true(curve_data_add(&data, 4, 1));
        float low, high;
        assert_true(curve_data_extremes(&data, 0, 9, &low, &high));
        assert_true(high == 4 && low == (added ? 2 : 4));
        curve_data_release(&data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stretches), cmocka_unit_test(test_no_memory)};
    return cmocka_run_group_tests_name("curve_data", tests, NULL, NULL);
}
