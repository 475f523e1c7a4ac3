// The worker behind the gradient check and clipping: its answers are those of the core, at once and beside, for the
// record that was asked about and no other.
#include "checker.h"
#include "thread.h"
#include "trace_record.h"

static struct check_question question_of(const struct record *record, double epsilon) {
    return (struct check_question){weight_settle(record, (struct weight){0}), epsilon, 0.5};
}

static void wait_for(const struct checker *checker) {
    for (double start = clock_seconds(); checker_busy(checker);)
        if (clock_seconds() - start > 60) fail_msg("the worker does not come to an end");
}

static void answers_as_the_core(struct checker *checker, const struct word_record *w, const struct clamps *clamps) {
    const struct record *record = w->record;
    struct check_question question = question_of(record, 1e-4);
    struct weight_check found;
    struct err err = {0};
    checker_ask(checker, record, &question);
    wait_for(checker);
    assert_true(checker_weight(checker, record, &question, &found));
    assert_true(found.ready);
    assert_int_equal(found.points, CHECK_POINTS);
    assert_int_equal(found.steps, CHECK_STEPS);
    const struct param *p = &record->layout.params[question.weight.param];
    size_t at = record_param_index(record, question.weight.param, question.weight.row, question.weight.column);
    int in = (int)((at - p->offset) / (size_t)p->out), out = (int)((at - p->offset) % (size_t)p->out);
    for (int k = -1; k < CHECK_STEPS; k++) {
        const struct numeric_gradient *own = k < 0 ? &found.numeric : &found.by_step[k];
        double epsilon = k < 0 ? question.epsilon : check_step_size(k);
        struct numeric_gradient core;
        assert_true(analysis_numeric(&record->layout, record->params, &record->example, clamps, record->loss_scale,
                                     question.weight.param, in, out, epsilon, &core, &err));
        assert_true(own->epsilon == epsilon && own->minus == core.minus && own->plus == core.plus);
        assert_true(own->estimate == core.estimate);
        assert_true(near(own->analytic, core.analytic, 1e-13));
    }
    assert_true(found.offset[0] == -0.5 && found.offset[CHECK_POINTS - 1] == 0.5);
    assert_true(found.offset[CHECK_POINTS / 2] == 0);
    assert_true(near(found.loss[CHECK_POINTS / 2], record->loss, 1e-14));
}

static void at_once(void **state) {
    (void)state;
    struct checker *checker = checker_new(true, NULL, NULL);
    for (int k = 0; k < WORD_KINDS; k += 3) {
        struct word_record w;
        word_model(&w, word_kinds[k].cell, word_kinds[k].activation, word_kinds[k].layers, word_kinds[k].directions);
        word_run(&w, k % 2 ? REDUCTION_SUM : REDUCTION_MEAN);
        answers_as_the_core(checker, &w, NULL);
        word_release(&w);
    }
    checker_free(checker);
}

// Values set by hand are held in every pass of the check, so numeric and analytic gradient agree with them in place.
static void with_clamps(void **state) {
    (void)state;
    struct word_record w;
    struct err err = {0};
    word_init(&w, CELL_LSTM, 1, 1);
    const struct record *free_running = w.record;
    struct clamps clamps = {.count = 1,
                            .list = {{-1, -1, cell_slot_by_id(record_cell(w.record), "gate_f"), -1, 1, 3, 0.1}}};
    w.record = record_new_with(&w.model, &w.example, &clamps, NULL, REDUCTION_SUM, &w.options, NULL, NULL, 1, &err);
    assert_non_null(w.record);
    assert_true(w.record->loss != free_running->loss);
    record_free(free_running);
    struct checker *checker = checker_new(true, NULL, NULL);
    answers_as_the_core(checker, &w, &clamps);
    checker_ask_all(checker, w.record);
    struct tensor_check tensors[CHECK_TENSORS];
    int count = checker_tensors(checker, w.record, tensors, CHECK_TENSORS);
    assert_int_equal(count, w.record->layout.count);
    for (int k = 0; k < count; k++)
        assert_true(tensors[k].worst <= GRADCHECK_TOLERANCE);
    checker_free(checker);
    word_release(&w);
}

static void every_parameter(void **state) {
    (void)state;
    struct checker *checker = checker_new(false, NULL, NULL);
    struct word_record w;
    word_init(&w, CELL_GRU_RESET_AFTER, 1, 1);
    struct tensor_check tensors[CHECK_TENSORS];
    assert_int_equal(checker_tensors(checker, w.record, tensors, CHECK_TENSORS), 0); // nobody asked
    checker_ask_all(checker, w.record);
    checker_ask_all(checker, w.record); // twice is once
    wait_for(checker);
    struct gradcheck core;
    struct err err = {0};
    assert_true(reference_gradcheck(&w.record->layout, w.record->params, &w.record->example, 0, 1, &core, &err));
    int count = checker_tensors(checker, w.record, tensors, CHECK_TENSORS);
    assert_int_equal(count, w.record->layout.count);
    double worst = 0;
    long checked = 0;
    for (int k = 0; k < count; k++) {
        assert_true(tensors[k].done);
        assert_int_equal(tensors[k].checked, tensors[k].entries);
        assert_int_equal(tensors[k].weight.param, k);
        size_t at = record_param_index(w.record, k, tensors[k].weight.row, tensors[k].weight.column);
        assert_true(tensors[k].analytic == w.record->grads[at]);
        worst = fmax(worst, tensors[k].worst);
        checked += tensors[k].checked;
    }
    assert_int_equal(checked, core.checked);
    assert_true(near(worst, core.worst, 1e-3) && worst <= GRADCHECK_TOLERANCE);
    checker_free(checker);
    word_release(&w);
}

// A large tensor is checked in part, and says so.
static void in_part(void **state) {
    (void)state;
    struct word_record w;
    struct net_spec spec = {.cell = CELL_LSTM,
                            .kind = NET_MANY_TO_MANY,
                            .layers = 1,
                            .hidden = 24,
                            .directions = 1,
                            .inputs = WORD_SYMBOLS,
                            .outputs = WORD_SYMBOLS};
    struct err err = {0};
    word_model(&w, CELL_LSTM, ACTIVATION_TANH, 1, 1);
    model_release(&w.model);
    assert_true(model_init(&w.model, &spec, &err));
    struct rng rng = rng_seed(2);
    model_randomise(&w.model, &rng, 1);
    word_run(&w, REDUCTION_SUM);
    struct checker *checker = checker_new(false, NULL, NULL);
    struct tensor_check tensors[CHECK_TENSORS];
    checker_ask_all(checker, w.record);
    while (checker_tensors(checker, w.record, tensors, CHECK_TENSORS) < 3)
        continue;
    const struct tensor_check *input = &tensors[0]; // 96 x 27
    assert_true(input->done && input->checked < input->entries && input->checked > CHECK_ENTRIES / 3);
    assert_true(input->checked <= CHECK_ENTRIES && input->entries == 4L * 24 * WORD_SYMBOLS);
    checker_free(checker); // in the middle of its work
    word_release(&w);
}

// What was asked last counts; a record that is gone for everyone else stays until the worker is done with it.
static void questions_replace_each_other(void **state) {
    (void)state;
    struct checker *checker = checker_new(false, NULL, NULL);
    struct weight_check found;
    for (int round = 0; round < 6; round++) {
        struct word_record w;
        word_init(&w, round % 2 ? CELL_LSTM : CELL_RNN, 1, 1);
        struct check_question first = question_of(w.record, 1e-3), second = first;
        second.epsilon = 1e-5;
        checker_ask_all(checker, w.record);
        checker_ask(checker, w.record, &first);
        checker_ask(checker, w.record, &second);
        assert_false(checker_weight(checker, w.record, &first, &found));
        if (round > 3) wait_for(checker);
        if (round > 3) {
            assert_true(checker_weight(checker, w.record, &second, &found));
            assert_true(found.numeric.epsilon == 1e-5 && found.points == CHECK_POINTS);
        }
        word_release(&w);
    }
    checker_free(checker);
}

static void clip_answers(void **state) {
    (void)state;
    for (int optimizer = 0; optimizer < OPTIMIZER_COUNT; optimizer++) {
        struct word_record w;
        word_model(&w, CELL_LSTM, ACTIVATION_TANH, 1, 1);
        w.options.optimizer = (enum optimizer)optimizer;
        w.options.clip_norm = optimizer % 2 ? 0.7 : 0;
        w.options.clip_value = optimizer % 2 ? 0 : 0.02;
        word_run(&w, REDUCTION_SUM);
        const struct record *record = w.record;
        struct checker *checker = checker_new(optimizer % 2, NULL, NULL);
        struct clip_check found;
        double limit[CLIP_RULES] = {w.options.clip_norm, w.options.clip_value};
        assert_false(checker_clip(checker, record, &found));
        checker_ask_clip(checker, record, limit);
        wait_for(checker);
        assert_true(checker_clip(checker, record, &found));
        // The rule that is in use makes the record's own update.
        const struct clip_step *used = &found.step[optimizer % 2 ? CLIP_BY_NORM : CLIP_BY_VALUE];
        double moved = 0;
        for (int p = 0; p < record->layout.count; p++) {
            const struct param *param = &record->layout.params[p];
            double own = 0;
            for (size_t i = 0; i < (size_t)param->in * (size_t)param->out; i++) {
                double by = record->params_after[param->offset + i] - record->params[param->offset + i];
                own += by * by;
            }
            assert_true(near(used->tensors[p], sqrt(own), 1e-12));
            moved += own;
        }
        assert_true(near(used->moved, sqrt(moved), 1e-12));
        assert_true(used->clipping.scale == record->clip_scale && used->clipping.after == record->clipped_norm);
        assert_true(used->clipping.before == record->grad_norm);
        // The other one, without a limit, is the update of the whole gradient.
        const struct clip_step *none = &found.step[optimizer % 2 ? CLIP_BY_VALUE : CLIP_BY_NORM];
        assert_true(near(none->moved, used->unclipped, 1e-12) && none->from_unclipped == 0);
        if (optimizer == OPTIMIZER_SGD) assert_true(near(used->moved, w.options.lr * record->clipped_norm, 1e-3));
        limit[CLIP_BY_NORM] = 0.1; // another limit: another step
        checker_ask_clip(checker, record, limit);
        wait_for(checker);
        assert_true(checker_clip(checker, record, &found) && found.limit[CLIP_BY_NORM] == 0.1);
        assert_true(near(found.step[CLIP_BY_NORM].clipping.after, 0.1, 1e-12));
        checker_free(checker);
        word_release(&w);
    }
}

static void digits(void **state) {
    (void)state;
    assert_int_equal(check_digits(0), 16);
    assert_int_equal(check_digits(3e-9), 8);
    assert_int_equal(check_digits(0.5), 0);
    assert_int_equal(check_digits(7), 0);
    assert_int_equal(check_digits(NAN), 0);
    assert_true(near(check_step_size(0), 0.1, 1e-15) && near(check_step_size(CHECK_STEPS - 1), 1e-12, 1e-15));
}

static void memory_runs_out(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    struct checker *checker = checker_new(true, NULL, NULL);
    struct check_question question = question_of(w.record, 1e-4);
    struct err err = {0};
    mem_fail_at(2);
    checker_ask(checker, w.record, &question);
    mem_fail_at(0);
    checker_failed(checker, &err);
    assert_int_equal(err.code, ERR_MEMORY);
    assert_false(checker_busy(checker)); // it does not try again and again
    checker_free(checker);
    word_release(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_once),
        cmocka_unit_test(with_clamps),
        cmocka_unit_test(every_parameter),
        cmocka_unit_test(in_part),
        cmocka_unit_test(questions_replace_each_other),
        cmocka_unit_test(clip_answers),
        cmocka_unit_test(digits),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("checker", tests, NULL, NULL);
}
