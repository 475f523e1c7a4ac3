// Learning-rate schedules, initialisations and dropout, against their formulae.
#include "init.h"
#include "kernels.h"
#include "random_net.h"
#include "schedule.h"
#include <string.h>

static void schedules_follow_the_formulae(void **state) {
    (void)state;
    struct schedule constant = {.kind = SCHEDULE_CONSTANT, .lr = 0.4, .total = 100};
    for (int k = 1; k <= 200; k++)
        assert_true(schedule_lr(&constant, k) == 0.4);
    struct schedule warm = {.kind = SCHEDULE_CONSTANT, .lr = 0.4, .warmup = 8, .total = 100};
    for (int k = 1; k <= 100; k++)
        assert_true(close_to(schedule_lr(&warm, k), k < 8 ? 0.05 * k : 0.4, 1e-14, 0));
    struct schedule step = {.kind = SCHEDULE_STEP, .lr = 0.4, .total = 100, .every = 30, .factor = 0.5};
    double expected[] = {0.4, 0.2, 0.1, 0.05};
    for (int k = 1; k <= 100; k++)
        assert_true(close_to(schedule_lr(&step, k), expected[(k - 1) / 30], 1e-14, 0));
    step.every = 0; // thirds of 90 behind a warm-up of 10
    step.warmup = 10;
    assert_true(close_to(schedule_lr(&step, 10), 0.4, 1e-14, 0) && close_to(schedule_lr(&step, 40), 0.4, 1e-14, 0));
    assert_true(close_to(schedule_lr(&step, 41), 0.2, 1e-14, 0) && close_to(schedule_lr(&step, 100), 0.1, 1e-14, 0));
    struct schedule cosine = {.kind = SCHEDULE_COSINE, .lr = 0.4, .warmup = 20, .total = 100};
    assert_true(close_to(schedule_lr(&cosine, 1), 0.02, 1e-14, 0));
    assert_true(close_to(schedule_lr(&cosine, 20), 0.4, 1e-14, 0) && close_to(schedule_lr(&cosine, 21), 0.4, 1e-14, 0));
    assert_true(close_to(schedule_lr(&cosine, 61), 0.2, 1e-12, 0)); // half-way
    assert_true(close_to(schedule_lr(&cosine, 41), 0.2 * (1 + sqrt(0.5)), 1e-12, 0));
    for (int k = 22; k <= 100; k++)
        assert_true(schedule_lr(&cosine, k) < schedule_lr(&cosine, k - 1));
    assert_true(schedule_lr(&cosine, 100) > 0 && schedule_lr(&cosine, 101) == 0.0 && schedule_lr(&cosine, 500) == 0.0);
    struct schedule all_warm = {.kind = SCHEDULE_STEP, .lr = 1, .warmup = 9, .total = 5, .factor = 0.5};
    for (int k = 1; k <= 20; k++)
        assert_true(schedule_lr(&all_warm, k) >= 0 && schedule_lr(&all_warm, k) <= 1);
}

static struct model made(struct net_spec spec, enum init_kind kind, uint64_t seed) {
    struct model model;
    struct err err = {0};
    struct rng rng = rng_seed(seed);
    if (!model_init(&model, &spec, &err) || !model_init_weights(&model, kind, &rng, 1.5f, &err))
        fail_msg("%s", err.message);
    return model;
}

static const float *values_of(const struct model *model, enum param_role role, int layer, const struct param **param) {
    *param = &model->layout.params[layout_param(&model->layout, role, layer, 0)];
    return model->params + (*param)->offset;
}

// Mean and variance over one block (in, width) of a matrix; the largest absolute value.
static void moments(const float *values, int in, int width, int stride, double *mean, double *variance,
                    double *largest) {
    double sum = 0, squares = 0;
    *largest = 0;
    for (int i = 0; i < in; i++)
        for (int o = 0; o < width; o++) {
            double v = values[i * stride + o];
            sum += v;
            squares += v * v;
            *largest = fmax(*largest, fabs(v));
        }
    *mean = sum / (in * width);
    *variance = squares / (in * width) - *mean * *mean;
}

enum { H = 48, V = 64 };

static void biases_are_zero_but_the_forget_gates(const struct model *model) {
    const struct cell_desc *cell = net_cell(&model->layout.spec);
    for (int l = 0; l < model->layout.spec.layers; l++) {
        const struct param *param;
        const float *bias = values_of(model, PARAM_BIAS, l, &param);
        for (int i = 0; i < param->out; i++)
            assert_true(bias[i] == (cell->blocks[i / H].identity == IDENTITY_F ? 1.5f : 0.0f));
    }
}

static void variances_are_those_of_the_formula(void **state) {
    (void)state;
    for (int kind = INIT_XAVIER; kind <= INIT_HE; kind++) {
        struct model model = made(spec_of(CELL_LSTM, 2, 1, H, V, V), (enum init_kind)kind, 7);
        for (int l = 0; l < 2; l++)
            for (int role = PARAM_INPUT; role <= PARAM_RECURRENT; role++) {
                const struct param *param;
                const float *values = values_of(&model, (enum param_role)role, l, &param);
                double expected = kind == INIT_HE ? 2.0 / param->in : 2.0 / (param->in + H);
                for (int k = 0; k < 4; k++) {
                    double mean, variance, largest;
                    moments(values + k * H, param->in, H, param->out, &mean, &variance, &largest);
                    // 2,304 draws: the variance is off by some 3% (normal), the mean by 2% of the deviation
                    assert_true(close_to(variance, expected, 0.15, 0));
                    assert_true(fabs(mean) < 0.1 * sqrt(expected));
                    if (kind == INIT_XAVIER) assert_true(largest <= sqrt(3 * expected) * (1 + 1e-6));
                    if (kind == INIT_HE) assert_true(largest > 2.5 * sqrt(expected));
                }
            }
        biases_are_zero_but_the_forget_gates(&model);
        model_release(&model);
    }
}

static void orthogonal_blocks_are_orthogonal(void **state) {
    (void)state;
    struct model model = made(spec_of(CELL_LSTM, 2, 1, H, V, V), INIT_ORTHOGONAL, 8);
    for (int l = 0; l < 2; l++) {
        const struct param *param;
        const float *values = values_of(&model, PARAM_RECURRENT, l, &param);
        for (int k = 0; k < 4; k++)
            for (int i = 0; i < H; i++)
                for (int j = 0; j <= i; j++) {
                    double rows = 0, columns = 0, expected = i == j;
                    for (int o = 0; o < H; o++) {
                        rows += (double)values[i * param->out + k * H + o] * values[j * param->out + k * H + o];
                        columns += (double)values[o * param->out + k * H + i] * values[o * param->out + k * H + j];
                    }
                    assert_true(fabs(rows - expected) < 1e-6 && fabs(columns - expected) < 1e-6);
                }
        assert_true(values[0] != values[H]); // each block is its own
    }
    biases_are_zero_but_the_forget_gates(&model);
    model_release(&model);
}

// No name has a rule of its own for a diagonal: uniform in +-1/sqrt(H) under each.
static void diagonals_are_uniform(void **state) {
    (void)state;
    for (int kind = 0; kind < INIT_IDENTITY; kind++) {
        struct model model = made(spec_of(CELL_LSTM_PEEPHOLE, 2, 1, H, V, V), (enum init_kind)kind, 6);
        const struct param *param;
        const float *values = values_of(&model, PARAM_DIAGONAL, 1, &param);
        assert_int_equal(param->out, 3 * H);
        double mean, variance, largest, bound = 1 / sqrt(H);
        moments(values, 1, 3 * H, param->out, &mean, &variance, &largest);
        assert_true(close_to(variance, bound * bound / 3, 0.2, 0)); // 144 draws: off by some 7%
        assert_true(fabs(mean) < 0.2 * bound);
        assert_true(largest <= bound * (1 + 1e-6) && largest > 0.9 * bound);
        model_release(&model);
    }
}

static void identity_is_for_relu(void **state) {
    (void)state;
    struct net_spec spec = spec_of(CELL_RNN, 1, 1, H, V, V);
    spec.activation = ACTIVATION_RELU;
    struct model model = made(spec, INIT_IDENTITY, 9);
    const struct param *param;
    const float *values = values_of(&model, PARAM_RECURRENT, 0, &param);
    for (int i = 0; i < H; i++)
        for (int o = 0; o < H; o++)
            assert_true(values[i * H + o] == (i == o));
    double mean, variance, largest;
    values = values_of(&model, PARAM_INPUT, 0, &param);
    moments(values, V, H, H, &mean, &variance, &largest);
    assert_true(close_to(variance, 1e-6, 0.15, 0));
    struct err err = {0};
    struct rng rng = rng_seed(1);
    model.layout.spec.activation = ACTIVATION_TANH;
    assert_false(model_init_weights(&model, INIT_IDENTITY, &rng, 1, &err));
    assert_non_null(strstr(err.message, "relu"));
    assert_false(model_init_weights(&model, INIT_COUNT, &rng, 1, &err));
    model_release(&model);
}

static void the_same_seed_gives_the_same_weights(void **state) {
    (void)state;
    for (int kind = 0; kind < INIT_IDENTITY; kind++) {
        struct net_spec spec = spec_of(CELL_LSTM, 2, 2, 9, V, V);
        struct model a = made(spec, (enum init_kind)kind, 3), b = made(spec, (enum init_kind)kind, 3),
                     c = made(spec, (enum init_kind)kind, 4);
        size_t bytes = a.layout.size * sizeof(float);
        assert_memory_equal(a.params, b.params, bytes);
        assert_memory_not_equal(a.params, c.params, bytes);
        assert_int_equal(model_not_finite(&a.layout, a.params), -1);
        model_release(&a);
        model_release(&b);
        model_release(&c);
    }
}

// With a fixed mask: the reference's gradient against finite differences, the kernels against the reference.
enum { STEPS = 6, ROWS = 3, UNITS = 5, SYMBOLS = 7 };

static void masked(struct random_net *net, float *factors, size_t n) {
    for (size_t i = 0; i < n; i++)
        factors[i] = rng_below(&net->rng, 3) == 0 ? 0.0f : 1.5f;
}

static void dropout_has_the_right_gradient(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int layers = 2; layers <= 3; layers++)
            for (int directions = 1; directions <= 2; directions++) {
                struct random_net net;
                struct err err = {0};
                random_net_init(&net, spec_of((enum cell_id)cell, layers, directions, UNITS, SYMBOLS, SYMBOLS), 51);
                int DH = UNITS * directions, x[STEPS * ROWS], target[STEPS * ROWS], one_x[STEPS], one_target[STEPS];
                float factors[2 * STEPS * ROWS * 2 * UNITS];
                double one_factors[2 * STEPS * 2 * UNITS];
                size_t n = net.model.layout.size, rows = (size_t)(layers - 1) * STEPS;
                random_symbols(&net.rng, x, STEPS * ROWS, SYMBOLS, 0);
                random_symbols(&net.rng, target, STEPS * ROWS, SYMBOLS, 5);
                masked(&net, factors, rows * ROWS * (size_t)DH);
                struct tape *tape = tape_new(&net.model.layout.spec, STEPS, &err);
                assert_non_null(tape);
                double sum = 0;
                for (int b = 0; b < ROWS; b++) {
                    for (int t = 0; t < STEPS; t++) {
                        one_x[t] = x[t * ROWS + b];
                        one_target[t] = target[t * ROWS + b];
                    }
                    for (size_t row = 0; row < rows; row++)
                        for (int i = 0; i < DH; i++)
                            one_factors[row * (size_t)DH + (size_t)i] =
                                factors[(row * ROWS + (size_t)b) * (size_t)DH + (size_t)i];
                    struct example example = {.T = STEPS, .x = one_x, .target = one_target, .dropout = one_factors};
                    sum += reference_forward(tape, &net.model.layout, net.params, &example);
                    reference_backward(tape, &net.model.layout, net.params, &example, net.grads);
                    struct gradcheck found;
                    if (b == 0) {
                        assert_true(reference_gradcheck(&net.model.layout, net.params, &example, 0, 1, &found, &err));
                        assert_true(found.worst <= GRADCHECK_TOLERANCE);
                        double with = reference_forward(tape, &net.model.layout, net.params, &example);
                        example.dropout = NULL;
                        assert_true(fabs(with - reference_forward(tape, &net.model.layout, net.params, &example)) >
                                    1e-4);
                    }
                }
                struct workspace *ws = workspace_new(&net.model.layout, STEPS, ROWS, &err);
                assert_non_null(ws);
                struct batch batch = {.T = STEPS, .B = ROWS, .x = x, .target = target, .dropout = factors};
                float *grads = mem_need(n, sizeof *grads);
                long tokens, right;
                kernel_refresh(ws, net.model.params);
                assert_true(close_to(kernel_forward(ws, net.model.params, &batch, &tokens, &right), sum, 1e-5, 0));
                kernel_backward(ws, net.model.params, &batch, 1.0f, grads);
                for (size_t i = 0; i < n; i++)
                    assert_true(close_to(grads[i], net.grads[i], 1e-4, 0.05));
                mem_free(grads);
                workspace_free(ws);
                tape_free(tape);
                random_net_release(&net);
            }
}

// The masks do not depend on the threads, change with the update and the seed, and leave evaluation alone.
static void dropout_follows_the_seed(void **state) {
    (void)state;
    int x[STEPS * ROWS], target[STEPS * ROWS];
    double losses[5][3], evaluated[5], plain = 0;
    for (int run = 0; run < 5; run++) {
        struct random_net net;
        struct err err = {0};
        random_net_init(&net, spec_of(CELL_LSTM, 2, 1, 16, SYMBOLS, SYMBOLS), 52);
        random_symbols(&net.rng, x, STEPS * ROWS, SYMBOLS, 0);
        random_symbols(&net.rng, target, STEPS * ROWS, SYMBOLS, 0);
        struct train_options options = train_options_default();
        options.lr = 0; // the weights stay: only the masks change
        options.threads = run == 1 ? 3 : 1;
        options.dropout = run == 4 ? 0.0 : 0.5;
        options.dropout_seed = run == 2 ? 8 : 7;
        struct trainer *trainer = trainer_new(&net.model, &options, STEPS, ROWS, &err);
        assert_non_null(trainer);
        struct batch batch = {.T = STEPS, .B = ROWS, .x = x, .target = target};
        if (run == 3) trainer_restore_updates(trainer, 1); // goes on at the second update
        for (int k = 0; k < 3; k++) {
            struct step_report report;
            assert_true(trainer_step(trainer, &batch, &report, &err));
            losses[run][k] = report.loss;
        }
        long tokens, right;
        assert_true(trainer_evaluate(trainer, &batch, &evaluated[run], &tokens, &right, &err));
        if (run == 4) plain = evaluated[run] / (double)tokens;
        trainer_free(trainer);
        random_net_release(&net);
    }
    for (int k = 0; k < 3; k++)
        assert_true(close_to(losses[1][k], losses[0][k], 1e-6, 0));
    assert_true(losses[3][0] == losses[0][1] && losses[3][1] == losses[0][2]);
    assert_true(fabs(losses[0][0] - losses[0][1]) > 1e-6 && fabs(losses[2][0] - losses[0][0]) > 1e-6);
    for (int run = 0; run < 4; run++)
        assert_true(close_to(evaluated[run], evaluated[4], 1e-6, 0));
    assert_true(close_to(losses[4][0], plain, 1e-6, 0));
    assert_true(fabs(losses[0][0] - plain) > 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schedules_follow_the_formulae),
        cmocka_unit_test(variances_are_those_of_the_formula),
        cmocka_unit_test(orthogonal_blocks_are_orthogonal),
        cmocka_unit_test(diagonals_are_uniform),
        cmocka_unit_test(identity_is_for_relu),
        cmocka_unit_test(the_same_seed_gives_the_same_weights),
        cmocka_unit_test(dropout_has_the_right_gradient),
        cmocka_unit_test(dropout_follows_the_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
