// The reference's backward pass against finite differences, and proof that the check would notice a fault.
#include "random_example.h"
#include <string.h>

struct shape {
    enum cell_id cell;
    enum activation activation;
    int layers, directions;
    size_t stride; // 0: every parameter
    const struct net_form *form;
    int T; // 0: the form's
    bool masked;
};

static double worst_of(struct shape shape, uint64_t seed) {
    struct net_spec spec = spec_of_form(shape.form, shape.cell, shape.layers, shape.directions, 4);
    spec.activation = shape.activation;
    struct random_net net;
    random_net_init(&net, spec, seed);
    struct random_example random;
    random_example_init(&random, &spec, shape.T ? shape.T : shape.form->source_T, shape.T ? shape.T : shape.form->T,
                        shape.masked, &net.rng);
    struct gradcheck result;
    struct err err = {0};
    if (!example_check(&spec, &random.example, &err) ||
        !reference_gradcheck(&net.model.layout, net.params, &random.example, 0.0, shape.stride, &result, &err))
        fail_msg("%s", err.message);
    size_t stride = shape.stride ? shape.stride : 1;
    assert_int_equal(result.checked, (net.model.layout.weights + stride - 1) / stride);
    if (!(result.worst <= GRADCHECK_TOLERANCE))
        print_message("#   %s %s L%d D%d T%d%s: worst %.3g at %s[%zu], analytic %.12g, numeric %.12g\n",
                      net_cell(&spec)->name, shape.form->name, shape.layers, shape.directions, random.example.T,
                      shape.masked ? " masked" : "", result.worst, net.model.layout.params[result.param].name,
                      result.index, result.analytic, result.numeric);
    random_net_release(&net);
    return result.worst;
}

static void every_shape_passes(void **state) {
    (void)state;
    double worst = 0.0;
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int layers = 1; layers <= 2; layers++)
            for (int directions = 1; directions <= 2; directions++)
                for (int form = 0; form < NET_FORM_COUNT; form++)
                    for (int kind = 0; kind < 3; kind++) {
                        struct shape shape = {.cell = (enum cell_id)cell,
                                              .layers = layers,
                                              .directions = directions,
                                              .stride = layers > 1 ? 5 : 1,
                                              .form = &net_forms[form],
                                              .T = kind == 0 ? 1 : 0,
                                              .masked = kind == 2};
                        double error = worst_of(shape, (uint64_t)(100 * cell + 10 * layers + directions));
                        assert_true(error <= GRADCHECK_TOLERANCE);
                        worst = fmax(worst, error);
                    }
    print_message("#   worst relative error %.2g\n", worst);
}

static void relu_and_three_layers_pass(void **state) {
    (void)state;
    for (int form = 0; form < NET_FORM_COUNT; form++) {
        struct shape relu = {
            .cell = CELL_RNN, .activation = ACTIVATION_RELU, .layers = 2, .directions = 2, .form = &net_forms[form]};
        assert_true(worst_of(relu, 7) <= GRADCHECK_TOLERANCE);
        for (int cell = 0; cell < CELL_COUNT; cell++) {
            struct shape deep = {.cell = (enum cell_id)cell,
                                 .layers = 3,
                                 .directions = 2,
                                 .stride = 7,
                                 .form = &net_forms[form],
                                 .masked = true};
            assert_true(worst_of(deep, 3) <= GRADCHECK_TOLERANCE);
        }
    }
}

// A sign turned round, or a factor a thousandth off, in one rule of any operation that any cell uses must be
// noticed.
static void a_broken_rule_fails(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        for (int activation = 0; activation < (cell == CELL_RNN ? ACTIVATION_COUNT : 1); activation++) {
            const struct cell_desc *desc = cell_describe((enum cell_id)cell, (enum activation)activation);
            bool used[OP_COUNT] = {false};
            for (int i = 0; i < desc->step_count; i++)
                used[desc->steps[i].op] = true;
            for (int op = 0; op < OP_COUNT; op++) {
                if (!used[op]) continue;
                struct shape shape = {.cell = (enum cell_id)cell,
                                      .activation = (enum activation)activation,
                                      .layers = 1,
                                      .directions = 1,
                                      .form = &net_forms[0],
                                      .T = 4};
                reference_break((enum cell_op)op, -1.0);
                double flipped = worst_of(shape, 5);
                reference_break((enum cell_op)op, 1.001);
                double off = worst_of(shape, 5);
                reference_break((enum cell_op)op, 1.0);
                assert_true(flipped > 1.0);
                assert_true(off > 1e-5);
                assert_true(worst_of(shape, 5) <= GRADCHECK_TOLERANCE);
            }
        }
    }
}

// The same for the rules beside the cells' operations, in every form that uses them.
static void a_broken_head_embedding_or_hand_over_fails(void **state) {
    (void)state;
    for (int form = 0; form < NET_FORM_COUNT; form++)
        for (int rule = OP_COUNT; rule < RULE_COUNT; rule++) {
            const struct net_form *f = &net_forms[form];
            bool used = rule == RULE_EMBED       ? f->embed > 0
                        : rule == RULE_HAND_OVER ? f->kind == NET_ENCODER_DECODER
                                                 : true;
            struct shape shape = {.cell = CELL_LSTM, .layers = 1, .directions = 2, .form = f};
            reference_break(rule, -1.0);
            double flipped = worst_of(shape, 5);
            reference_break(rule, 1.001);
            double off = worst_of(shape, 5);
            reference_break(rule, 1.0);
            assert_true(used ? flipped > 1.0 && off > 1e-5 : flipped <= GRADCHECK_TOLERANCE);
            assert_true(worst_of(shape, 5) <= GRADCHECK_TOLERANCE);
        }
}

// A number that is not finite is the worst that can be found, in every form.
static void what_is_not_finite_fails(void **state) {
    (void)state;
    for (int form = 0; form < NET_FORM_COUNT; form++) {
        struct net_spec spec = spec_of_form(&net_forms[form], CELL_GRU, 1, 2, 3);
        struct random_net net;
        random_net_init(&net, spec, 2);
        struct random_example random;
        random_example_init(&random, &spec, net_forms[form].source_T, net_forms[form].T, false, &net.rng);
        for (int p = 0; p < net.model.layout.count; p++) {
            const struct param *param = &net.model.layout.params[p];
            size_t at = param->offset;
            bool pair = spec.kind == NET_ENCODER_DECODER;
            bool encoder = pair && p < net.model.layout.encoder->count;
            if (param->role == PARAM_EMBED) // of a symbol that is read
                at += (size_t)(encoder ? random.source_x[0] : random.x[0]) * (size_t)param->out;
            if (param->role == PARAM_INPUT && param->layer == 0 && !spec.embed &&
                (!spec.real_input || (pair && !encoder)))
                at += (size_t)(encoder ? random.source_x[0] : random.x[0]) * (size_t)param->out;
            double kept = net.params[at];
            net.params[at] = NAN;
            struct gradcheck result;
            assert_true(reference_gradcheck(&net.model.layout, net.params, &random.example, 0.0, 50, &result, NULL));
            bool unread = param->role == PARAM_RECURRENT && (encoder ? random.source.T : random.example.T) == 1 &&
                          (!pair || encoder); // times a state of zero
            if (!unread && result.worst <= GRADCHECK_TOLERANCE)
                fail_msg("%s: NaN in %s passes", net_forms[form].name, param->name);
            net.params[at] = kept;
        }
        random_net_release(&net);
    }
}

static void the_stride_checks_every_so_many(void **state) {
    (void)state;
    struct random_net net;
    random_net_init(&net, spec_of(CELL_LSTM, 1, 1, 3, 4, 4), 1);
    int x[3] = {0, 1, 2}, target[3] = {1, 2, 3};
    struct example example = {.T = 3, .x = x, .target = target};
    struct gradcheck result;
    assert_true(reference_gradcheck(&net.model.layout, net.params, &example, GRADCHECK_EPSILON, 7, &result, NULL));
    assert_int_equal(result.checked, (net.model.layout.weights + 6) / 7);
    random_net_release(&net);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_passes),       cmocka_unit_test(relu_and_three_layers_pass),
        cmocka_unit_test(a_broken_rule_fails),      cmocka_unit_test(a_broken_head_embedding_or_hand_over_fails),
        cmocka_unit_test(what_is_not_finite_fails), cmocka_unit_test(the_stride_checks_every_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
