// The fused float kernels against the reference in double, for every kind of network, input and output; padding; what
// is answered without a loss.
#include "loops.h"
#include "random_batch.h"
#include "random_example.h"

// The lengths of random_example.h, one of them for sequences of one timestep.
static struct batch_shape shape_of(const struct net_form *form, int B, bool ragged) {
    return (struct batch_shape){.T = form->T, .B = B, .ragged = ragged, .source_T = form->source_T};
}

static void every_form_agrees(void **state) {
    (void)state;
    struct outcome worst = {0};
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int cell = 0; cell < CELL_COUNT; cell++)
            for (int layers = 1; layers <= 3; layers++)
                for (int directions = 1; directions <= 2; directions++)
                    for (int B = 1; B <= 5; B += 4) {
                        struct net_spec spec = spec_of_form(&net_forms[f], (enum cell_id)cell, layers, directions, 11);
                        agree(spec, shape_of(&net_forms[f], B, false), (uint64_t)(f + 20 * layers + 100 * B), &worst);
                    }
    report(&worst);
}

// Every kind with every output and every input that it may have, at several lengths.
static void every_combination_agrees(void **state) {
    (void)state;
    static const int lengths[] = {1, 6, 23};
    struct outcome worst = {0};
    for (int kind = 0; kind < NET_KIND_COUNT; kind++)
        for (int output = 0; output < (kind == NET_ENCODER_DECODER ? 1 : OUTPUT_COUNT); output++)
            for (int input = 0; input < 3; input++)
                for (int cell = 0; cell < CELL_COUNT; cell++)
                    for (int directions = 1; directions <= 2; directions++)
                        for (int t = 0; t < 3; t++) {
                            struct net_spec spec = spec_of((enum cell_id)cell, 2, directions, 10, 12, 7);
                            spec.kind = (enum net_kind)kind;
                            spec.output = (enum net_output)output;
                            spec.embed = input == 1 ? 4 : 0;
                            spec.real_input = input == 2;
                            struct batch_shape shape = {.T = lengths[t], .B = 3, .source_T = lengths[2 - t]};
                            agree(spec, shape, (uint64_t)(kind + 10 * output + 100 * input), &worst);
                        }
    report(&worst);
}

// Sequences of different lengths in one minibatch: as each one alone. Also a single one that is padded.
static void padding_has_no_effect(void **state) {
    (void)state;
    struct outcome worst = {0};
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int cell = 0; cell < CELL_COUNT; cell++)
            for (int layers = 1; layers <= 2; layers++)
                for (int directions = 1; directions <= 2; directions++)
                    for (int B = 1; B <= 7; B += 6) {
                        struct net_spec spec = spec_of_form(&net_forms[f], (enum cell_id)cell, layers, directions, 8);
                        for (uint64_t seed = 0; seed < 3; seed++)
                            agree(spec, shape_of(&net_forms[f], B, true), seed + 50 * (uint64_t)f, &worst);
                    }
    report(&worst);
}

static void dropout_between_layers_agrees(void **state) {
    (void)state;
    struct outcome worst = {0};
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int cell = 0; cell < CELL_COUNT; cell++)
            for (int layers = 2; layers <= 3; layers++)
                for (int directions = 1; directions <= 2; directions++) {
                    struct net_spec spec = spec_of_form(&net_forms[f], (enum cell_id)cell, layers, directions, 11);
                    struct batch_shape shape = shape_of(&net_forms[f], 4, true);
                    shape.dropout = true;
                    agree(spec, shape, (uint64_t)(f + 20 * layers), &worst);
                }
    report(&worst);
}

// Sizes that fill vectors, leave rests, and are packed; more symbols than rows and fewer.
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
        for (int f = 0; f < NET_FORM_COUNT; f++)
            for (int cell = 0; cell < CELL_COUNT; cell++)
                for (int H = 3; H <= 75; H += 24) {
                    struct net_spec spec = spec_of_form(&net_forms[f], (enum cell_id)cell, 2, 2, H);
                    spec.inputs = H % 7 == 0 ? 40 : 9;
                    spec.outputs = 4 + H / 2;
                    if (spec.embed) spec.embed = 1 + H / 3;
                    agree(spec, shape_of(&net_forms[f], 3, true), (uint64_t)H, &worst);
                }
        loops_force(LOOPS_COUNT);
        print_message("#   %s:", loops->name);
        report(&worst);
    }
}

// The comparison must be able to fail: where a rule of the reference is broken, the kernels differ far beyond the
// tolerance.
static void a_broken_reference_differs(void **state) {
    (void)state;
    static const struct {
        int rule, form;
    } cases[] = {{RULE_OUTPUT, 3}, {RULE_OUTPUT, 4}, {RULE_HEAD, 5}, {RULE_EMBED, 2}, {RULE_HAND_OVER, 8}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const struct net_form *form = &net_forms[cases[c].form];
        reference_break(cases[c].rule, -1.0);
        struct outcome outcome = compare(spec_of_form(form, CELL_LSTM, 1, 2, 5), shape_of(form, 3, true), 3);
        reference_break(cases[c].rule, 1.0);
        assert_true(outcome.gradient > 1000.0);
    }
}

// Logits far out: the losses neither overflow nor lose their digits.
static void losses_survive_large_logits(void **state) {
    (void)state;
    enum { O = 21 };
    for (int level = 0; level < LOOPS_COUNT; level++) {
        const struct loops *loops = loops_at((enum loops_level)level);
        if (!loops) continue;
        for (int k = -30; k <= 30; k++) {
            float z[O], y[O];
            double expected = 0.0, squares = 0.0;
            long right = 0;
            int target = 0, hits = 0;
            for (int i = 0; i < O; i++) {
                z[i] = 4.0f * (float)k + 0.3f * (float)i;
                y[i] = i % 3 == 2 ? 0.25f : (float)(i % 3);
                double e = exp(-fabs((double)z[i]));
                expected += fmax(z[i], 0.0) - (double)z[i] * y[i] + log1p(e);
                squares += ((double)z[i] - y[i]) * ((double)z[i] - y[i]) / O;
                hits += (z[i] > 0.0f) == (y[i] > 0.5f);
            }
            struct head_rows rows = {.N = 1, .O = O, .logits = z, .target = &target, .target_real = y};
            assert_close(loops->loss[OUTPUT_LINEAR](&rows, &right), squares, 1e-6);
            assert_int_equal(right, 0);
            float before[O], outputs[O];
            memcpy(before, z, sizeof z);
            memcpy(outputs, z, sizeof z);
            assert_close(loops->loss[OUTPUT_SIGMOID](&rows, &right), expected, 1e-6);
            assert_int_equal(right, hits);
            loops->outputs[OUTPUT_SIGMOID](outputs, 1, O);
            assert_memory_equal(outputs, z, sizeof z);
            for (int i = 0; i < O; i++) {
                double exact = 1.0 / (1.0 + exp(-(double)before[i]));
                assert_true(close_to(z[i], exact, 1e-6, 1e-31));
            }
            loops->loss_back[OUTPUT_SIGMOID](&rows, 2.0f);
            for (int i = 0; i < O; i++)
                assert_true(close_to(z[i], 2.0 * ((double)outputs[i] - (double)y[i]), 1e-6, 1e-30));
        }
        float small = -40.0f, zero = 0.0f, bad = NAN;
        long right;
        int target = 0;
        struct head_rows one = {.N = 1, .O = 1, .logits = &small, .target = &target, .target_real = &zero};
        assert_close(loops->loss[OUTPUT_SIGMOID](&one, &right), exp(-40.0), 1e-6);
        one.logits = &bad;
        assert_true(isnan(loops->loss[OUTPUT_LINEAR](&one, &right)));
        assert_true(isnan(loops->loss[OUTPUT_SIGMOID](&one, &right)));
    }
}

// y_hat of every row, or of every sequence, without targets.
static void outputs_without_targets_are_the_references(void **state) {
    (void)state;
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int directions = 1; directions <= 2; directions++)
            for (int targets = 0; targets < 2; targets++) {
                struct net_spec spec = spec_of_form(&net_forms[f], CELL_GRU, 2, directions, 9);
                struct random_net net;
                random_net_init(&net, spec, 70);
                struct batch_shape shape = shape_of(&net_forms[f], 4, true);
                struct sample s;
                sample_init(&s, &net.rng, &spec, shape);
                bool one = net_one_answer(&spec);
                int O = spec.outputs, rows = one ? shape.B : shape.T * shape.B;
                struct workspace *ws = workspace_new_pair(&net.model.layout, shape.source_T, shape.T, shape.B, NULL);
                struct tape *tape = tape_new_pair(&spec, shape.source_T, shape.T, NULL);
                float *y_hat = mem_need((size_t)(rows * O), sizeof *y_hat);
                for (int n = 0; n < shape.T * shape.B; n++) // the input alone says how long a sequence is
                    if (s.target[n] >= 0) s.x[n] = 0;
                kernel_refresh(ws, net.model.params);
                if (!targets) s.batch.target = NULL;
                kernel_logits(ws, net.model.params, &s.batch, y_hat);
                kernel_outputs(ws, rows, y_hat);
                for (int b = 0; b < shape.B; b++) {
                    struct column c;
                    column_init(&c, &spec, &s.batch, b);
                    reference_forward(tape, &net.model.layout, net.params, &c.example);
                    for (int t = one ? c.example.T - 1 : 0; t < c.example.T; t++)
                        for (int i = 0; i < O; i++)
                            assert_true(close_to(y_hat[(one ? b : t * shape.B + b) * O + i], tape_y_hat(tape, t)[i],
                                                 1e-5, 0.1));
                    column_release(&c);
                }
                mem_free(y_hat);
                tape_free(tape);
                workspace_free(ws);
                sample_release(&s);
                random_net_release(&net);
            }
}

int main(void) {
    print_message("# loops: %s\n", loops_best()->name);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_agrees),
        cmocka_unit_test(every_combination_agrees),
        cmocka_unit_test(padding_has_no_effect),
        cmocka_unit_test(dropout_between_layers_agrees),
        cmocka_unit_test(every_instruction_set_agrees),
        cmocka_unit_test(a_broken_reference_differs),
        cmocka_unit_test(losses_survive_large_logits),
        cmocka_unit_test(outputs_without_targets_are_the_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
