// The reference's backward pass against finite differences, and proof that the check would notice a fault.
#include "random_net.h"
#include <string.h>

enum { MAX_T = 9 };

struct shape {
    enum cell_id cell;
    enum activation activation;
    int layers, directions, T;
    bool masked, real;
};

static double worst_of(struct shape shape, uint64_t seed) {
    enum { I = 5 };
    struct net_spec spec = spec_of(shape.cell, shape.layers, shape.directions, 4, I, 6);
    spec.activation = shape.activation;
    spec.real_input = shape.real;
    struct random_net net;
    random_net_init(&net, spec, seed);
    int x[MAX_T], target[MAX_T];
    double x_real[MAX_T * I];
    random_symbols(&net.rng, x, shape.T, I, shape.masked ? 4 : 0);
    random_symbols(&net.rng, target, shape.T, 6, shape.masked ? 3 : 0);
    for (int i = 0; i < shape.T * I; i++)
        x_real[i] = rng_normal(&net.rng);
    if (shape.masked) target[shape.T / 2] = -1;
    target[shape.T - 1] = 2;
    struct example example = {.T = shape.T, .x = x, .x_real = shape.real ? x_real : NULL, .target = target};
    struct gradcheck result;
    struct err err = {0};
    if (!reference_gradcheck(&net.model.layout, net.params, &example, 0.0, 1, &result, &err))
        fail_msg("%s", err.message);
    assert_int_equal(result.checked, net.model.layout.weights);
    if (!(result.worst <= GRADCHECK_TOLERANCE))
        print_message("#   %s L%d D%d T%d%s: worst %.3g at %s[%zu], analytic %.12g, numeric %.12g\n",
                      net_cell(&spec)->name, shape.layers, shape.directions, shape.T, shape.masked ? " masked" : "",
                      result.worst, net.model.layout.params[result.param].name, result.index, result.analytic,
                      result.numeric);
    random_net_release(&net);
    return result.worst;
}

static void every_shape_passes(void **state) {
    (void)state;
    double worst = 0.0;
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int layers = 1; layers <= 2; layers++)
            for (int directions = 1; directions <= 2; directions++)
                for (int kind = 0; kind < 4; kind++) {
                    struct shape shape = {.cell = (enum cell_id)cell,
                                          .layers = layers,
                                          .directions = directions,
                                          .T = kind == 0 ? 1 : 7,
                                          .masked = kind == 2,
                                          .real = kind == 3};
                    double error = worst_of(shape, (uint64_t)(100 * cell + 10 * layers + directions));
                    assert_true(error <= GRADCHECK_TOLERANCE);
                    worst = fmax(worst, error);
                }
    print_message("#   worst relative error %.2g\n", worst);
}

static void relu_and_three_layers_pass(void **state) {
    (void)state;
    struct shape relu = {.cell = CELL_RNN, .activation = ACTIVATION_RELU, .layers = 2, .directions = 2, .T = 7};
    assert_true(worst_of(relu, 7) <= GRADCHECK_TOLERANCE);
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        struct shape deep = {.cell = (enum cell_id)cell, .layers = 3, .directions = 2, .T = 5, .masked = true};
        assert_true(worst_of(deep, 3) <= GRADCHECK_TOLERANCE);
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
        cmocka_unit_test(every_shape_passes),
        cmocka_unit_test(relu_and_three_layers_pass),
        cmocka_unit_test(a_broken_rule_fails),
        cmocka_unit_test(the_stride_checks_every_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
