// Analyses on demand: the same numbers at once and from the worker, nothing that nobody waits for, and a record that
// changes under a running analysis.
#include "insight.h"
#include "thread.h"
#include "trace_record.h"

static void same_items(const struct itemised *a, const struct itemised *b) {
    assert_int_equal(a->taus, b->taus);
    for (int s = 0; s < a->states; s++) {
        assert_memory_equal(a->norms[s], b->norms[s], (size_t)(a->taus * a->T) * sizeof(double));
        assert_memory_equal(a->totals[s], b->totals[s], (size_t)a->T * sizeof(double));
        assert_string_equal(a->norm_name[s], b->norm_name[s]);
    }
}

static void at_once(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 2, 2);
    struct insights *insights = insights_new();
    struct chain chain = {0, 1, 1};
    assert_null(insights_itemised(insights, chain, PATH_ALL)); // about nothing
    assert_null(insights_itemised(NULL, chain, PATH_ALL));
    insights_about(insights, w.record);
    int paths[CELL_MAX_SLOTS], count = path_list(record_cell(w.record), paths);
    assert_int_equal(count, 6); // all, four slots, the lane
    for (int k = 0; k < count; k++) {
        const struct insight *found = insights_itemised(insights, chain, paths[k]);
        assert_non_null(found);
        assert_ptr_equal(found, insights_itemised(insights, chain, paths[k])); // kept
        struct itemised *own = itemised_new(w.record, chain, paths[k], NULL, NULL);
        same_items(found->itemised, own);
        itemised_free(own);
        // the vectors of a loss have the norms of its row
        for (int tau = 0; tau < WORD_T; tau++) {
            const struct loss_gradient *loss = insights_loss(insights, chain, paths[k], tau)->loss;
            for (int s = 0; s < 2; s++)
                for (int t = 0; t < WORD_T; t++) {
                    double norm = record_norm(loss->vectors[s] + t * WORD_HIDDEN, WORD_HIDDEN);
                    assert_true(fabs(norm - itemised_norm(found->itemised, s, tau, t)) <= 1e-12);
                }
            insights_frame(insights); // what is old may go: no more than the cache holds
        }
    }
    assert_false(insights_busy(insights, NULL));
    insights_free(insights);
    word_release(&w);
}

static void ways_of_cells(void **state) {
    (void)state;
    static const int counts[CELL_COUNT] = {
        [CELL_RNN] = 1,  [CELL_GRU_SIMPLE] = 4,   [CELL_GRU] = 5, [CELL_GRU_RESET_AFTER] = 5,
        [CELL_LSTM] = 6, [CELL_LSTM_PEEPHOLE] = 6};
    for (int id = 0; id < CELL_COUNT; id++) {
        int paths[CELL_MAX_SLOTS];
        assert_int_equal(path_list(cell_describe((enum cell_id)id, ACTIVATION_TANH), paths), counts[id]);
        assert_int_equal(paths[0], PATH_ALL);
    }
}

static void jacobians_and_what_is_refused(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_GRU, 1, 1);
    struct insights *insights = insights_new();
    insights_about(insights, w.record);
    struct insight_key key = {.kind = INSIGHT_JACOBIAN, .to = 4, .from = 1, .to_state = -1, .from_state = -1};
    const struct jacobian *j = insights_get(insights, &key)->jacobian;
    assert_int_equal(j->steps, 3);
    struct jacobian own;
    assert_true(jacobian_init(&own, w.record->tape, &w.record->layout, w.record->params, 0, 0, 4, -1, 1, -1, NULL));
    assert_memory_equal(own.product, j->product, (size_t)(j->rows * j->columns) * sizeof(double));
    jacobian_release(&own);
    key.to = 1;
    const struct insight *refused = insights_get(insights, &key);
    assert_null(refused->jacobian);
    assert_int_equal(refused->err.code, ERR_VALUE);
    char name[ITEMISED_NAME];
    jacobian_name(name, w.record, (struct chain){0, 1, 1}, -1, 0, JACOBIAN_BOUND_NORM);
    assert_string_equal(name, "jacobian/l1_reverse/all/c/bound_norm");
    itemised_name(name, w.record, (struct chain){1, 0, 0}, PATH_MEMORY, ITEMISED_TOTAL, 0);
    assert_string_equal(name, "encoder/through/memory/norm/backward/l0/c");
    itemised_name(name, w.record, (struct chain){0, 0, 0}, cell_slot_by_id(record_cell(w.record), "gate_r"),
                  ITEMISED_NORMS, 0);
    assert_string_equal(name, "through/gate_r/norm/itemised/l0/c");
    insights_free(insights);
    word_release(&w);
}

struct bell {
    struct mutex *mutex;
    int rung;
};
static void ring(void *context) {
    struct bell *bell = context;
    mutex_lock(bell->mutex);
    bell->rung++;
    mutex_unlock(bell->mutex);
}

static void in_the_background(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM_PEEPHOLE, 2, 1);
    struct bell bell = {.mutex = mutex_new()};
    struct insights *insights = insights_new();
    insights_about(insights, w.record);
    insights_in_background(insights, true, ring, &bell);
    int paths[CELL_MAX_SLOTS], count = path_list(record_cell(w.record), paths);
    for (int k = 0; k < count; k++)
        for (int c = 0; c < chain_count(w.record); c++) {
            insights_frame(insights);
            insights_itemised(insights, chain_get(w.record, c), paths[k]);
            insights_wait(insights);
            const struct insight *found = insights_itemised(insights, chain_get(w.record, c), paths[k]);
            assert_non_null(found);
            struct itemised *own = itemised_new(w.record, chain_get(w.record, c), paths[k], NULL, NULL);
            same_items(found->itemised, own);
            itemised_free(own);
        }
    insights_free(insights);
    assert_true(bell.rung >= count);
    mutex_free(bell.mutex);
    word_release(&w);
}

// A long sequence and a wide network, so that the worker is still at it.
struct long_record {
    struct model model;
    struct record *record;
};
enum { LONG = 400 };

static void long_init(struct long_record *l, int seed) {
    static int x[LONG], target[LONG];
    struct err err = {0};
    for (int t = 0; t < LONG; t++)
        x[t] = t % 9, target[t] = t % 7;
    struct net_spec spec = {.cell = CELL_LSTM,
                            .kind = NET_MANY_TO_MANY,
                            .layers = 2,
                            .hidden = 24,
                            .directions = 1,
                            .inputs = 9,
                            .outputs = 9};
    struct example example = {.T = LONG, .x = x, .target = target};
    struct train_options options = train_options_default();
    struct rng rng = rng_seed((uint64_t)seed);
    assert_true(model_init(&l->model, &spec, &err));
    model_randomise(&l->model, &rng, 1);
    l->record = record_new(&l->model, &example, NULL, 0, REDUCTION_SUM, &options, NULL, NULL, 1, &err);
    assert_non_null(l->record);
}

static void long_release(struct long_record *l) {
    record_free(l->record);
    model_release(&l->model);
}

static void a_record_changes_under_it(void **state) {
    (void)state;
    struct insights *insights = insights_new();
    insights_in_background(insights, true, NULL, NULL);
    for (int k = 0; k < 6; k++) {
        struct long_record l;
        long_init(&l, k);
        insights_about(insights, l.record);
        insights_frame(insights);
        assert_null(insights_itemised(insights, (struct chain){0}, PATH_ALL));
        double done = -1;
        assert_true(insights_busy(insights, &done));
        assert_true(done >= 0 && done <= 1);
        double until = clock_seconds() + 0.004 * k; // stopped before it began, and in the middle
        while (clock_seconds() < until)
            insights_busy(insights, &done);
        insights_about(insights, NULL);
        assert_false(insights_busy(insights, NULL));
        long_release(&l);
    }
    insights_free(insights);
}

static void what_nobody_waits_for(void **state) {
    (void)state;
    struct long_record l;
    long_init(&l, 1);
    struct insights *insights = insights_new();
    insights_in_background(insights, true, NULL, NULL);
    insights_about(insights, l.record);
    struct insight_key key = {.kind = INSIGHT_JACOBIAN, .to = LONG - 1, .from = 0, .to_state = -1, .from_state = -1};
    for (int drag = 0; drag < 20; drag++) { // every frame another one: all but the last are dropped
        insights_frame(insights);
        key.from = drag;
        insights_get(insights, &key);
    }
    const struct insight *found = NULL;
    double start = clock_seconds();
    while (!found && clock_seconds() < start + 60) { // asked for in every frame: it is not dropped
        insights_frame(insights);
        found = insights_get(insights, &key);
    }
    assert_non_null(found);
    assert_int_equal(found->jacobian->from, 19);
    assert_false(insights_busy(insights, NULL));
    key.from = 2; // and one that is left alone is stopped in the middle
    insights_frame(insights);
    insights_get(insights, &key);
    insights_frame(insights);
    insights_frame(insights);
    insights_wait(insights);
    assert_false(insights_busy(insights, NULL));
    insights_free(insights);
    long_release(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_once),
        cmocka_unit_test(ways_of_cells),
        cmocka_unit_test(jacobians_and_what_is_refused),
        cmocka_unit_test(in_the_background),
        cmocka_unit_test(a_record_changes_under_it),
        cmocka_unit_test(what_nobody_waits_for),
    };
    return cmocka_run_group_tests_name("insight", tests, NULL, NULL);
}
