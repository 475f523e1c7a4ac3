// One entry nudged: the losses of a probe against forward passes on parameters that are really moved, its gradients
// against the backward pass, with clamps and a factor, for every form of network.
#include "analysis.h"
#include "probe.h"
#include "random_example.h"
#include <string.h>

static const struct cell_desc *cell_of(const struct random_net *net) {
    const struct layout *layout = &net->model.layout;
    return net_cell(layout->decoder ? &layout->decoder->spec : &layout->spec);
}

struct setting {
    struct random_net net;
    struct random_example example;
    struct tape *tape;
    struct clamps clamps;
    double factor;
};

static void set_up(struct setting *s, const struct net_form *form, enum cell_id cell, bool clamped) {
    struct net_spec spec = spec_of_form(form, cell, 2, 1, 4);
    *s = (struct setting){.factor = clamped ? 0.25 : 1};
    random_net_init(&s->net, spec, 5);
    random_example_init(&s->example, &spec, form->source_T, form->T, true, &s->net.rng);
    s->tape = tape_of(&spec, &s->example.example);
    if (clamped) {
        int slot = cell_of(&s->net)->state_out[0];
        s->clamps = (struct clamps){.count = 1, .list = {{-1, -1, slot, 1, 0, form->T - 1, 0.5}}};
    }
    tape_scale_loss(s->tape, s->factor);
    reference_forward_with(s->tape, &s->net.model.layout, s->net.params, &s->example.example, &s->clamps);
    reference_backward(s->tape, &s->net.model.layout, s->net.params, &s->example.example, s->net.grads);
}

static void tear_down(struct setting *s) {
    tape_free(s->tape);
    random_net_release(&s->net);
}

static struct probe *probe_of(struct setting *s) {
    struct err err = {0};
    struct probe *probe =
        probe_new(&s->net.model.layout, s->net.params, &s->example.example, &s->clamps, s->factor, &err);
    if (!probe) fail_msg("%s", err.message);
    return probe;
}

static void check_form(const struct net_form *form, enum cell_id cell, bool clamped) {
    static const double offsets[] = {0, 1, -1, 0.01, -1e-6};
    struct setting s;
    set_up(&s, form, cell, clamped);
    struct probe *probe = probe_of(&s);
    const struct layout *layout = &s.net.model.layout;
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        int row = param->in / 2, column = param->out - 1;
        size_t index = (size_t)row * (size_t)param->out + (size_t)column, at = param->offset + index;
        for (size_t k = 0; k < sizeof offsets / sizeof *offsets; k++) {
            double kept = s.net.params[at], found = probe_loss(probe, at, offsets[k]);
            s.net.params[at] = kept + offsets[k];
            double loss = reference_forward_with(s.tape, layout, s.net.params, &s.example.example, &s.clamps);
            s.net.params[at] = kept;
            assert_true(found == s.factor * loss); // bit for bit: the same pass
        }
        struct numeric_gradient n;
        struct err err = {0};
        assert_true(analysis_numeric(layout, s.net.params, &s.example.example, &s.clamps, s.factor, p, row, column,
                                     1e-4, &n, &err));
        assert_true(n.minus == probe_loss(probe, at, -1e-4) && n.plus == probe_loss(probe, at, 1e-4));
        double loss = probe_loss(probe, at, 0);
        double floor = probe_floor(s.net.grads + param->offset, (size_t)param->in * (size_t)param->out, loss);
        struct gradcheck found = {.worst = -1};
        probe_check(probe, p, index, s.net.grads[at], floor, 0, &found);
        if (!(found.worst <= GRADCHECK_TOLERANCE))
            fail_msg("%s, %s: %s %g, %g", form->name, cell_describe(cell, ACTIVATION_TANH)->name, param->name,
                     found.numeric, found.analytic);
        assert_int_equal(found.param, p);
        assert_int_equal(found.index, index);
        assert_int_equal(found.checked, 1);
        assert_true(found.analytic == s.net.grads[at]);
    }
    probe_free(probe);
    tear_down(&s);
}

static void forms(void **state) {
    (void)state;
    for (int k = 0; k < NET_FORM_COUNT; k++)
        for (int clamped = 0; clamped < 2; clamped++)
            check_form(&net_forms[k], k % 2 ? CELL_LSTM_PEEPHOLE : CELL_GRU_RESET_AFTER, clamped);
}

// A backward pass that is wrong is found, entry by entry.
static void a_broken_rule_is_found(void **state) {
    (void)state;
    struct setting s;
    reference_break(OP_TANH, -1);
    set_up(&s, &net_forms[0], CELL_LSTM, false);
    reference_break(OP_TANH, 1);
    struct probe *probe = probe_of(&s);
    const struct layout *layout = &s.net.model.layout;
    int p = layout_param(layout, PARAM_RECURRENT, 0, 0);
    const struct param *param = &layout->params[p];
    size_t count = (size_t)param->in * (size_t)param->out;
    double floor = probe_floor(s.net.grads + param->offset, count, probe_loss(probe, 0, 0));
    struct gradcheck found = {.worst = -1};
    for (size_t i = 0; i < count; i++)
        probe_check(probe, p, i, s.net.grads[param->offset + i], floor, 0, &found);
    assert_true(found.worst > 1e-2);
    assert_int_equal(found.checked, count);
    // Not a number is the worst there is and stays it.
    probe_check(probe, p, 0, NAN, floor, 0, &found);
    assert_true(isnan(found.worst));
    probe_check(probe, p, 1, s.net.grads[param->offset + 1], floor, 0, &found);
    assert_true(isnan(found.worst));
    probe_free(probe);
    tear_down(&s);
}

static void memory_runs_out(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, &net_forms[8], CELL_LSTM, false);
    int failed = 0;
    for (long n = 1; n < 40; n++) {
        struct err err = {0};
        mem_fail_at(n);
        struct probe *probe = probe_new(&s.net.model.layout, s.net.params, &s.example.example, NULL, 1, &err);
        mem_fail_at(0);
        if (probe) {
            probe_free(probe);
            break;
        }
        assert_int_equal(err.code, ERR_MEMORY);
        failed++;
    }
    assert_in_range(failed, 3, 20);
    tear_down(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms), cmocka_unit_test(a_broken_rule_is_found),
                                       cmocka_unit_test(memory_runs_out)};
    return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
