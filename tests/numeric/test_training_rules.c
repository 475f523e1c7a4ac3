// Learning-rate schedules and initialisations, against their formulae.
#include "init.h"
#include "random_net.h"
#include "schedule.h"
#include <string.h>

static void schedules_follow_the_formulae(void **state) {
    (void)state;
    struct schedule constant = {.kind = SCHEDULE_CONSTANT, .lr = 0.4, .total = 100};
    for (int k = 1; k <= 200; k++) assert_true(schedule_lr(&constant, k) == 0.4);
    struct schedule warm = {.kind = SCHEDULE_CONSTANT, .lr = 0.4, .warmup = 8, .total = 100};
    for (int k = 1; k <= 100; k++) assert_true(close_to(schedule_lr(&warm, k), k < 8 ? 0.05 * k : 0.4, 1e-14, 0));
    struct schedule step = {.kind = SCHEDULE_STEP, .lr = 0.4, .total = 100, .every = 30, .factor = 0.5};
    double expected[] = {0.4, 0.2, 0.1, 0.05};
    for (int k = 1; k <= 100; k++) assert_true(close_to(schedule_lr(&step, k), expected[(k - 1) / 30], 1e-14, 0));
    step.every = 0; // thirds of 90 behind a warm-up of 10
    step.warmup = 10;
    assert_true(close_to(schedule_lr(&step, 10), 0.4, 1e-14, 0) && close_to(schedule_lr(&step, 40), 0.4, 1e-14, 0));
    assert_true(close_to(schedule_lr(&step, 41), 0.2, 1e-14, 0) && close_to(schedule_lr(&step, 100), 0.1, 1e-14, 0));
    struct schedule cosine = {.kind = SCHEDULE_COSINE, .lr = 0.4, .warmup = 20, .total = 100};
    assert_true(close_to(schedule_lr(&cosine, 1), 0.02, 1e-14, 0));
    assert_true(close_to(schedule_lr(&cosine, 20), 0.4, 1e-14, 0) && close_to(schedule_lr(&cosine, 21), 0.4, 1e-14, 0));
    assert_true(close_to(schedule_lr(&cosine, 61), 0.2, 1e-12, 0)); // half-way
    assert_true(close_to(schedule_lr(&cosine, 41), 0.2 * (1 + sqrt(0.5)), 1e-12, 0));
    for (int k = 22; k <= 100; k++) assert_true(schedule_lr(&cosine, k) < schedule_lr(&cosine, k - 1));
    assert_true(schedule_lr(&cosine, 100) > 0 && schedule_lr(&cosine, 101) == 0.0 && schedule_lr(&cosine, 500) == 0.0);
    struct schedule all_warm = {.kind = SCHEDULE_STEP, .lr = 1, .warmup = 9, .total = 5, .factor = 0.5};
    for (int k = 1; k <= 20; k++) assert_true(schedule_lr(&all_warm, k) >= 0 && schedule_lr(&all_warm, k) <= 1);
}

static struct model made(struct net_spec spec, enum init_kind kind, uint64_t seed) {
    struct model model;
    struct err err = {0};
    struct rng rng = rng_seed(seed);
    if (!model_init(&model, &spec, &err) || !model_init_weights(&model, kind, &rng, 1.5f, &err)) fail_msg("%s", err.message);
    return model;
}

static const float *values_of(const struct model *model, enum param_role role, int layer, const struct param **param) {
    *param = &model->layout.params[layout_param(&model->layout, role, layer, 0)];
    return model->params + (*param)->offset;
}

// Mean and variance over one block (in, width) of a matrix; the largest absolute value.
static void moments(const float *values, int in, int width, int stride, double *mean, double *variance, double *largest) {
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

static void identity_is_for_relu(void **state) {
    (void)state;
    struct net_spec spec = spec_of(CELL_RNN, 1, 1, H, V, V);
    spec.activation = ACTIVATION_RELU;
    struct model model = made(spec, INIT_IDENTITY, 9);
    const struct param *param;
    const float *values = values_of(&model, PARAM_RECURRENT, 0, &param);
    for (int i = 0; i < H; i++)
        for (int o = 0; o < H; o++) assert_true(values[i * H + o] == (i == o));
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schedules_follow_the_formulae),    cmocka_unit_test(variances_are_those_of_the_formula),
        cmocka_unit_test(orthogonal_blocks_are_orthogonal), cmocka_unit_test(identity_is_for_relu),
        cmocka_unit_test(the_same_seed_gives_the_same_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
