#pragma once
// Small experiments for tests, and waiting for what their worker does. Included behind cmocka.h.

#include "experiment.h"
#include "measure.h"
#include "thread.h"

#include <string.h>
#include <unistd.h>

// Of the shipped names: LSTM, GRU, RNN, GRU with 4, 5, 6, 7 units.
static inline struct experiment_plan small_plan(int models, int64_t check_every) {
    static const enum cell_id cells[] = {CELL_LSTM, CELL_GRU, CELL_RNN, CELL_GRU_RESET_AFTER};
    struct experiment_plan plan = {.setup = setup_default(), .models = models, .check_every = check_every};
    for (int k = 0; k < models; k++) {
        struct recipe *recipe = &plan.recipe[k];
        *recipe = recipe_default();
        recipe->spec.cell = cells[k];
        recipe->spec.hidden = 4 + k;
        recipe->batch = 2;
        recipe->max_T = 6;
    }
    return plan;
}

static inline const struct experiment_look *wait_for(struct experiment *e) {
    for (double start = clock_seconds();;) {
        const struct experiment_look *look = experiment_look(e);
        if (look->phase == EXPERIMENT_PAUSED || look->phase == EXPERIMENT_FAILED) return look;
        if (clock_seconds() - start > 120) fail_msg("the worker does not come to an end");
        usleep(200);
    }
}

static inline const struct experiment_look *wait_good(struct experiment *e) {
    const struct experiment_look *look = wait_for(e);
    if (look->phase == EXPERIMENT_FAILED) fail_msg("%s", look->err.message);
    return look;
}

static inline const struct experiment_look *go(struct experiment *e, int64_t until) {
    experiment_run(e, until);
    return wait_good(e);
}

static inline struct experiment_copy *take(struct experiment *e, int k) {
    for (double start = clock_seconds();;) {
        struct experiment_copy *copy = experiment_take_copy(e, k);
        if (copy) return copy;
        if (clock_seconds() - start > 60) fail_msg("no copy comes");
        usleep(200);
    }
}

static inline void same_slab(const float *a, const float *b, size_t size) {
    assert_int_equal(a == NULL, b == NULL);
    if (a) assert_memory_equal(a, b, size * sizeof *a);
}

// All but the seconds, which are those of the machine.
static inline void same_points(const struct run_point *a, const struct run_point *b, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (a[i].loss != b[i].loss || a[i].grad_norm != b[i].grad_norm || a[i].tokens != b[i].tokens ||
            a[i].lr != b[i].lr || a[i].clip_scale != b[i].clip_scale)
            fail_msg("update %d: loss %g, gradient %g; expected %g, %g", (int)i + 1, (double)a[i].loss,
                     (double)a[i].grad_norm, (double)b[i].loss, (double)b[i].grad_norm);
}

static inline bool same_real(double a, double b) { // NaN is NaN
    return a == b || (a != a && b != b);
}

static inline bool same_place(struct measured_at a, struct measured_at b) {
    return a.encoder == b.encoder && a.layer == b.layer && a.direction == b.direction;
}

static inline void same_measures(const struct measures *a, const struct measures *b) {
    assert_true(a->weights == b->weights && a->probes == b->probes && a->timesteps == b->timesteps);
    assert_int_equal(a->gradient_probes, b->gradient_probes);
    assert_true(a->spec.cell == b->spec.cell && a->spec.layers == b->spec.layers && a->spec.kind == b->spec.kind);
    assert_int_equal(a->slot_count, b->slot_count);
    assert_int_equal(a->matrix_count, b->matrix_count);
    assert_int_equal(a->gradient_count, b->gradient_count);
    assert_int_equal(a->norm_count, b->norm_count);
    assert_true(a->slot_count > 0 && a->matrix_count > 0 && a->gradient_count > 0);
    for (int i = 0; i < a->slot_count; i++) {
        const struct measured_slot *x = &a->slots[i], *y = &b->slots[i];
        assert_true(same_place(x->at, y->at) && x->slot == y->slot && x->dead == y->dead);
        assert_true(same_real(x->mean, y->mean) && same_real(x->low, y->low) && same_real(x->high, y->high));
    }
    for (int i = 0; i < a->matrix_count; i++) {
        const struct measured_matrix *x = &a->matrices[i], *y = &b->matrices[i];
        assert_true(same_place(x->at, y->at) && x->block == y->block && same_real(x->radius, y->radius));
    }
    for (int i = 0; i < a->gradient_count; i++) {
        const struct measured_gradient *x = &a->gradients[i], *y = &b->gradients[i];
        assert_true(same_place(x->at, y->at) && x->state == y->state && x->T == y->T);
        for (int t = 0; t < x->T; t++)
            assert_true(same_real(x->all[t], y->all[t]) && same_real(x->last[t], y->last[t]));
    }
}

// Without measures: travelling changes which checkpoints are measured.
static inline void same_results(const struct run_check *a, const struct run_check *b) {
    assert_int_equal(a->update, b->update);
    assert_true(same_real(a->valid_loss, b->valid_loss) && same_real(a->accuracy, b->accuracy));
    assert_true(same_real(a->train_loss, b->train_loss));
    for (int i = 0; i < CHECK_TEXTS; i++)
        assert_string_equal(a->text[i], b->text[i]);
}

static inline void same_checks(const struct run_check *a, const struct run_check *b) {
    same_results(a, b);
    assert_int_equal(a->measures == NULL, b->measures == NULL);
    if (a->measures) same_measures(a->measures, b->measures);
}
