// Snapshots: exact, in a budget, cut where a branch begins.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "history.h"
#include "mem.h"
#include <string.h>

enum { SIZE = 37 };

static void fill(float *slab, int64_t update, int which) {
    struct rng rng = rng_seed((uint64_t)(update * 3 + which));
    for (int i = 0; i < SIZE; i++)
        slab[i] = (float)rng_normal(&rng);
}

static void push(struct history *history, int64_t update, bool state) {
    float params[SIZE], m[SIZE], v[SIZE];
    struct rng rng = rng_seed((uint64_t)update + 1000);
    fill(params, update, 0);
    fill(m, update, 1);
    fill(v, update, 2);
    assert_true(history_push(history, update, &rng, params, state ? m : NULL, state ? v : NULL));
    memset(params, 0, sizeof params); // the history has its own copy
}

static void check_snapshot(const struct snapshot *snapshot, int64_t update, bool state) {
    float expected[SIZE];
    struct rng rng = rng_seed((uint64_t)update + 1000);
    assert_int_equal(snapshot->update, update);
    assert_memory_equal(&snapshot->rng, &rng, sizeof rng);
    const float *const slabs[] = {snapshot->params, snapshot->m, snapshot->v};
    for (int k = 0; k < 3; k++) {
        if (k > 0 && !state) {
            assert_null(slabs[k]);
            continue;
        }
        fill(expected, update, k);
        assert_memory_equal(slabs[k], expected, sizeof expected);
    }
}

static void exact(void **state) {
    (void)state;
    struct history *history = history_new(SIZE, 1 << 20);
    struct snapshot out;
    assert_int_equal(history_last(history), -1);
    assert_false(history_get(history, 0, &out));
    assert_false(history_at_or_before(history, 5, &out));
    const int64_t order[] = {0, 400, 10, 7, 401};
    for (int i = 0; i < 5; i++)
        push(history, order[i], order[i] != 7);
    for (int i = 0; i < 5; i++) {
        assert_true(history_get(history, order[i], &out));
        check_snapshot(&out, order[i], order[i] != 7);
    }
    assert_false(history_get(history, 8, &out));
    assert_true(history_at_or_before(history, 399, &out));
    check_snapshot(&out, 10, true);
    assert_int_equal(history_last(history), 401);
    assert_int_equal(history_count(history), 5);
    push(history, 7, true); // again: replaced, not doubled
    assert_int_equal(history_count(history), 5);
    assert_true(history_get(history, 7, &out));
    check_snapshot(&out, 7, true);
    history_free(history);
}

static void budget(void **state) {
    (void)state;
    const size_t one = 3 * SIZE * sizeof(float);
    struct history *history = history_new(SIZE, 10 * one);
    for (int64_t update = 0; update < 500; update++) {
        push(history, update, true);
        assert_true(history_bytes(history) <= 10 * one);
        assert_int_equal(history_bytes(history), (size_t)history_count(history) * one);
        struct snapshot out;
        assert_true(history_get(history, update, &out)); // the newest is always there
        check_snapshot(&out, update, true);
        assert_true(history_at_or_before(history, 0, &out)); // and so is the first
        assert_true(history_count(history) >= (update < 6 ? (int)update + 1 : 6));
    }
    int kept = 0, close = 0;
    for (int64_t update = 0; update < 500; update++) {
        struct snapshot out;
        if (!history_get(history, update, &out)) continue;
        check_snapshot(&out, update, true);
        kept++;
        close += update >= 495;
    }
    assert_int_equal(kept, history_count(history));
    assert_true(close >= 3); // denser near the end
    history_free(history);
    history = history_new(SIZE, 1); // less than one snapshot: the newest alone
    for (int64_t update = 0; update < 5; update++)
        push(history, update, true);
    assert_int_equal(history_count(history), 1);
    assert_int_equal(history_last(history), 4);
    history_free(history);
}

static void cut(void **state) {
    (void)state;
    struct history *history = history_new(SIZE, 1 << 20);
    for (int64_t update = 0; update < 10; update++)
        push(history, update, false);
    history_cut(history, 4);
    struct snapshot out;
    assert_int_equal(history_last(history), 4);
    assert_false(history_get(history, 5, &out));
    assert_true(history_get(history, 4, &out));
    check_snapshot(&out, 4, false);
    history_cut(history, -1);
    assert_int_equal(history_last(history), -1);
    assert_int_equal(history_bytes(history), 0);
    history_free(history);
    history_free(NULL);
}

static void memory_runs_out(void **state) {
    (void)state;
    struct history *history = history_new(SIZE, 1 << 20);
    float params[SIZE] = {0};
    struct rng rng = rng_seed(1);
    for (long n = 1; n <= 2; n++) {
        mem_fail_at(n);
        bool pushed = history_push(history, 3, &rng, params, NULL, NULL);
        mem_fail_at(0);
        assert_false(pushed);
        assert_int_equal(history_count(history), 0);
    }
    push(history, 3, true);
    history_free(history);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(exact), cmocka_unit_test(budget), cmocka_unit_test(cut),
                                       cmocka_unit_test(memory_runs_out)};
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
