// The fused float kernels against the reference in double: forward and every gradient.
#include "loops.h"
#include "random_batch.h"

static void every_size_agrees(void **state) {
    (void)state;
    static const int lengths[] = {1, 2, 7, 50}, batches[] = {1, 3, 32}, hidden[] = {1, 5, 64, 128};
    struct outcome worst = {0};
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int t = 0; t < 4; t++)
            for (int b = 0; b < 3; b++)
                for (int h = 0; h < 4; h++) {
                    bool heavy = lengths[t] * batches[b] > 300 && hidden[h] > 100;
                    struct net_spec spec = spec_of((enum cell_id)cell, 1, 1, hidden[h], heavy ? 20 : 27, 27);
                    agree(spec, (struct batch_shape){lengths[t], batches[b], false},
                          (uint64_t)(cell + 10 * t + 100 * b + 1000 * h), &worst);
                }
    report(&worst);
}

static void layers_directions_and_kinds_of_input_agree(void **state) {
    (void)state;
    struct outcome worst = {0};
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int layers = 1; layers <= 3; layers++)
            for (int directions = 1; directions <= 2; directions++)
                for (int real = 0; real < 2; real++)
                    for (int B = 1; B <= 4; B += 3) {
                        struct net_spec spec = spec_of((enum cell_id)cell, layers, directions, 12, 7, 9);
                        spec.real_input = real == 1;
                        agree(spec, (struct batch_shape){8, B, false}, (uint64_t)(layers + 10 * directions + 100 * B),
                              &worst);
                        agree(spec, (struct batch_shape){1, B, false}, (uint64_t)(layers + 10 * directions + 100 * B),
                              &worst);
                    }
    struct net_spec relu = spec_of(CELL_RNN, 2, 2, 12, 7, 9);
    relu.activation = ACTIVATION_RELU;
    agree(relu, (struct batch_shape){8, 3, false}, 4, &worst);
    report(&worst);
}

// Sequences of different lengths in one minibatch: as each one alone.
static void padding_has_no_effect(void **state) {
    (void)state;
    struct outcome worst = {0};
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int layers = 1; layers <= 2; layers++)
            for (int directions = 1; directions <= 2; directions++)
                for (int real = 0; real < 2; real++) {
                    struct net_spec spec = spec_of((enum cell_id)cell, layers, directions, 8, 6, 6);
                    spec.real_input = real == 1;
                    agree(spec, (struct batch_shape){9, 6, true}, (uint64_t)(50 + layers + 10 * directions), &worst);
                    if (layers == 2)
                        agree(spec, (struct batch_shape){40, 17, true}, (uint64_t)(60 + 10 * directions), &worst);
                }
    report(&worst);
}

static void every_instruction_set_agrees(void **state) {
    (void)state;
    for (int level = 0; level < LOOPS_COUNT; level++) {
        const struct loops *loops = loops_at((enum loops_level)level);
        if (!loops) {
            print_message("# level %d: this processor cannot, skipped\n", level);
            continue;
        }
        loops_force((enum loops_level)level);
        struct outcome worst = {0};
        for (int cell = 0; cell < CELL_COUNT; cell++)
            for (int H = 1; H <= 70; H += 23)
                agree(spec_of((enum cell_id)cell, 2, 2, H, 11, 19), (struct batch_shape){6, 3, true}, (uint64_t)H,
                      &worst);
        loops_force(LOOPS_COUNT);
        print_message("#   %s:", loops->name);
        report(&worst);
    }
}

// The squashers on a fine grid, and at the ends of the line.
static void squashers_are_right_to_3e_7(void **state) {
    (void)state;
    for (int level = 0; level < LOOPS_COUNT; level++) {
        const struct loops *loops = loops_at((enum loops_level)level);
        if (!loops) continue;
        double worst_tanh = 0.0, worst_relative = 0.0, worst_sigmoid = 0.0;
        for (int block = -2000; block < 2000; block++) {
            float t[64], s[64], x[64];
            for (int i = 0; i < 64; i++)
                x[i] = t[i] = s[i] = (float)(block + i / 64.0) * 0.01f;
            loops->tanh(t, 64);
            loops->sigmoid(s, 64);
            for (int i = 0; i < 64; i++) {
                double exact = tanh(x[i]), error = fabs(t[i] - exact);
                assert_true(fabsf(t[i]) <= 1.0f && s[i] >= 0.0f && s[i] <= 1.0f);
                worst_tanh = fmax(worst_tanh, error);
                if (x[i] != 0.0f) worst_relative = fmax(worst_relative, error / fabs(exact));
                worst_sigmoid = fmax(worst_sigmoid, fabs(s[i] - 1.0 / (1.0 + exp(-(double)x[i]))));
            }
        }
        print_message("#   %s: tanh %.2g (relative %.2g), sigmoid %.2g\n", loops->name, worst_tanh, worst_relative,
                      worst_sigmoid);
        assert_true(worst_tanh <= 3e-7 && worst_relative <= 3e-7 && worst_sigmoid <= 2e-7);
        float ends[16] = {INFINITY, -INFINITY, 1e30f, -1e30f, NAN, 0.0f}, again[16];
        memcpy(again, ends, sizeof ends);
        loops->tanh(ends, 16);
        loops->sigmoid(again, 16);
        for (int i = 0; i < 4; i++) {
            double sign = i % 2 == 0 ? 1.0 : -1.0;
            assert_true(fabs(ends[i] - sign) <= 3e-7 && fabsf(ends[i]) <= 1.0f);
            assert_true(fabs(again[i] - (0.5 + 0.5 * sign)) <= 2e-7 && again[i] >= 0.0f && again[i] <= 1.0f);
        }
        assert_true(isnan(ends[4]) && isnan(again[4]));
        assert_true(ends[5] == 0.0f && again[5] == 0.5f);
    }
}

// Logits that would overflow a plain exp, and probabilities that underflow: the loss is exact all the same.
static void softmax_survives_large_logits(void **state) {
    (void)state;
    for (int level = 0; level < LOOPS_COUNT; level++) {
        const struct loops *loops = loops_at((enum loops_level)level);
        if (!loops) continue;
        enum { O = 37 };
        float row[2 * O];
        for (int i = 0; i < 2 * O; i++)
            row[i] = (float)(i % O) * 10.0f;
        int target[2] = {0, O - 1};
        long right = 0;
        struct head_rows rows = {.N = 2, .O = O, .logits = row, .target = target};
        double loss = loops->loss[OUTPUT_SOFTMAX](&rows, &right),
               expected = 10.0 * (O - 1) + 2.0 * log1p(exp(-10.0) + exp(-20.0));
        assert_close(loss, expected, 1e-6);
        assert_int_equal(right, 1);
        double sum = 0.0;
        for (int i = 0; i < O; i++)
            sum += row[i];
        assert_close(sum, 1.0, 1e-6);
        row[3] = NAN;
        target[1] = -1;
        assert_true(isnan(loops->loss[OUTPUT_SOFTMAX](&rows, &right)));
    }
}

// The comparison must be able to fail: a reference whose rule is broken differs far beyond the tolerance.
static void a_broken_reference_differs(void **state) {
    (void)state;
    reference_break(OP_MUL, -1.0);
    struct outcome outcome = compare(spec_of(CELL_LSTM, 1, 1, 5, 6, 6), (struct batch_shape){4, 2, false}, 3);
    reference_break(OP_MUL, 1.0);
    assert_true(outcome.gradient > 1000.0);
}

// A sequence cut in two and carried: the same loss as in one piece.
static void carry_equals_one_long_sequence(void **state) {
    (void)state;
    enum { T = 12, B = 3, HALF = T / 2 };
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        for (int layers = 1; layers <= 2; layers++) {
            struct random_net net;
            random_net_init(&net, spec_of((enum cell_id)cell, layers, 1, 10, 8, 8), 21);
            int x[T * B], target[T * B];
            random_symbols(&net.rng, x, T * B, 8, 0);
            random_symbols(&net.rng, target, T * B, 8, 0);
            struct workspace *ws = workspace_new(&net.model.layout, T, B, NULL);
            long tokens, right;
            struct batch whole = {.T = T, .B = B, .x = x, .target = target};
            double one = kernel_forward(ws, net.model.params, &whole, &tokens, &right);
            workspace_forget_state(ws);
            struct batch first = {.T = HALF, .B = B, .x = x, .target = target, .carry = true};
            struct batch second = {.T = HALF, .B = B, .x = x + HALF * B, .target = target + HALF * B, .carry = true};
            double two = kernel_forward(ws, net.model.params, &first, &tokens, &right);
            double after = kernel_forward(ws, net.model.params, &second, &tokens, &right);
            assert_close(two + after, one, 1e-6);
            workspace_forget_state(ws);
            double cold = kernel_forward(ws, net.model.params, &second, &tokens, &right);
            assert_false(close_to(cold, after, 1e-6, 1e-12));
            workspace_free(ws);
            random_net_release(&net);
        }
    }
}

// The central difference of the loss of a minibatch that starts from the state kept in WORKSPACE_SCRATCH.
static double second_half_gradient(struct workspace *ws, struct model *model, const struct batch *second, size_t at) {
    float kept = model->params[at], step = 0.02f;
    double losses[2];
    long tokens, right;
    for (int k = 0; k < 2; k++) {
        model->params[at] = kept + (k == 0 ? step : -step);
        workspace_copy_state(ws, WORKSPACE_TRAIN, WORKSPACE_SCRATCH);
        losses[k] = kernel_forward(ws, model->params, second, &tokens, &right);
    }
    model->params[at] = kept;
    return (losses[0] - losses[1]) / (2.0 * step);
}

// Truncated backpropagation: the gradient of the second half, with the carried state held constant, against
// central differences of its loss.
static void the_gradient_after_a_carry_is_right(void **state) {
    (void)state;
    enum { T = 4, B = 2 };
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        struct random_net net;
        random_net_init(&net, spec_of((enum cell_id)cell, 2, 1, 6, 5, 5), 8);
        const struct layout *layout = &net.model.layout;
        int x[2 * T * B], target[2 * T * B];
        random_symbols(&net.rng, x, 2 * T * B, 5, 0);
        random_symbols(&net.rng, target, 2 * T * B, 5, 0);
        struct workspace *ws = workspace_new(layout, T, B, NULL);
        float *grads = mem_need(layout->size, sizeof(float));
        long tokens, right;
        struct batch first = {.T = T, .B = B, .x = x, .target = target, .carry = true};
        struct batch second = {.T = T, .B = B, .x = x + T * B, .target = target + T * B, .carry = true};
        kernel_refresh(ws, net.model.params);
        kernel_forward(ws, net.model.params, &first, &tokens, &right);
        workspace_copy_state(ws, WORKSPACE_SCRATCH, WORKSPACE_TRAIN);
        kernel_forward(ws, net.model.params, &second, &tokens, &right);
        kernel_backward(ws, net.model.params, &second, 1.0f, grads);
        for (int k = 0; k < 2; k++) { // both read the state that was carried
            int p = layout_param(layout, k == 0 ? PARAM_RECURRENT : PARAM_DIAGONAL, 0, 0);
            for (int i = 0; p >= 0 && i < layout->params[p].out; i += 3) {
                size_t at = layout->params[p].offset + (size_t)i;
                double numeric = second_half_gradient(ws, &net.model, &second, at);
                assert_true(close_to(grads[at], numeric, 5e-3, 0.05));
            }
        }
        mem_free(grads);
        workspace_free(ws);
        random_net_release(&net);
    }
}

int main(void) {
    print_message("# loops: %s\n", loops_best()->name);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_agrees),
        cmocka_unit_test(layers_directions_and_kinds_of_input_agree),
        cmocka_unit_test(padding_has_no_effect),
        cmocka_unit_test(every_instruction_set_agrees),
        cmocka_unit_test(squashers_are_right_to_3e_7),
        cmocka_unit_test(softmax_survives_large_logits),
        cmocka_unit_test(a_broken_reference_differs),
        cmocka_unit_test(carry_equals_one_long_sequence),
        cmocka_unit_test(the_gradient_after_a_carry_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
