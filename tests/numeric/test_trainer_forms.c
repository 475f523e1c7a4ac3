// The trainer on every kind of network: threads, bits, memory, what is refused and what a fault says; runs that learn.
#include "random_batch.h"
#include "random_example.h"
#include "trainer.h"
#include <malloc.h>

enum { COLUMNS = 6 };

struct setting {
    struct random_net net;
    struct sample s;
    struct net_form form;
};

static void setting_init(struct setting *a, int form, enum cell_id cell, int layers, int directions) {
    a->form = net_forms[form];
    struct net_spec spec = spec_of_form(&a->form, cell, layers, directions, 9);
    random_net_init(&a->net, spec, 31);
    struct batch_shape shape = {a->form.T, COLUMNS, true, a->form.source_T, false};
    sample_init(&a->s, &a->net.rng, &spec, shape);
}

static void setting_release(struct setting *a) {
    sample_release(&a->s);
    random_net_release(&a->net);
}

static struct trainer *trainer_for(struct setting *a, struct train_options options) {
    struct err err = {0};
    struct trainer *trainer = trainer_new_pair(&a->net.model, &options, a->form.source_T, a->form.T, COLUMNS, &err);
    if (!trainer) fail_msg("%s", err.message);
    return trainer;
}

static void step(struct trainer *trainer, const struct batch *batch, struct step_report *report) {
    struct err err = {0};
    if (!trainer_step(trainer, batch, report, &err)) fail_msg("%s", err.message);
}

// The mean over tokens, whichever way the batch is split; with dropout, too.
static void threads_change_no_result_but_rounding(void **state) {
    (void)state;
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int dropout = 0; dropout < 2; dropout++) {
            struct setting a;
            setting_init(&a, f, CELL_LSTM, 2, 2);
            size_t size = a.net.model.layout.size;
            float *one = mem_need(size, sizeof *one), *other = mem_need(size, sizeof *other);
            double first = 0.0;
            long right_of_one = 0;
            for (int threads = 1; threads <= 4; threads++) {
                struct train_options options = train_options_default();
                options.threads = threads;
                options.dropout = dropout ? 0.4 : 0.0;
                options.dropout_seed = 5;
                struct trainer *trainer = trainer_for(&a, options);
                double loss, sum;
                long tokens, right, right_reference;
                assert_true(trainer_gradients(trainer, &a.s.batch, threads == 1 ? one : other, &loss, NULL));
                for (size_t i = 0; threads > 1 && i < size; i++)
                    assert_true(close_to(other[i], one[i], 1e-4, 1e-4));
                if (threads == 1) first = loss;
                assert_close(loss, first, 1e-6);
                assert_true(trainer_evaluate(trainer, &a.s.batch, &sum, &tokens, &right, NULL));
                assert_close(sum, reference_batch(&a.net, &a.s.batch, a.net.grads, &right_reference), 1e-5);
                if (a.net.model.layout.spec.output == OUTPUT_SIGMOID) right_reference = (right_reference + 3) / 6;
                if (threads == 1) right_of_one = right;
                assert_int_equal(right, right_of_one);
                assert_true(right >= 0 && right <= tokens && labs(right - right_reference) <= 1);
                assert_true(dropout ? fabs(sum / (double)tokens - loss) > 1e-5
                                    : close_to(sum / (double)tokens, loss, 1e-6, 0.0));
                trainer_free(trainer);
            }
            mem_free(one);
            mem_free(other);
            setting_release(&a);
        }
}

static void train_some(struct setting *a, int threads) {
    struct train_options options = train_options_default();
    options.threads = threads;
    options.dropout = 0.3;
    struct trainer *trainer = trainer_for(a, options);
    struct step_report report;
    for (int i = 0; i < 8; i++)
        step(trainer, &a->s.batch, &report);
    trainer_free(trainer);
}

static void the_same_seed_gives_the_same_bits(void **state) {
    (void)state;
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int cell = 0; cell < CELL_COUNT; cell++)
            for (int threads = 1; threads <= 2; threads++) {
                struct setting a, b;
                setting_init(&a, f, (enum cell_id)cell, 2, 2);
                setting_init(&b, f, (enum cell_id)cell, 2, 2);
                train_some(&a, threads);
                train_some(&b, threads);
                assert_memory_equal(a.net.model.params, b.net.model.params, a.net.model.layout.size * sizeof(float));
                assert_int_equal(model_not_finite(&a.net.model.layout, a.net.model.params), -1);
                setting_release(&a);
                setting_release(&b);
            }
}

// What a trainer says it owns is what is allocated, but for its threads and the allocator's own.
static void memory_is_told_truly(void **state) {
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    print_message("# a sanitizer has its own allocator, skipped\n");
    skip();
#endif
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int threads = 1; threads <= 2; threads++) {
            struct net_spec spec = spec_of_form(&net_forms[f], CELL_LSTM, 2, 2, 96);
            struct random_net net;
            random_net_init(&net, spec, 1);
            struct train_options options = train_options_default();
            options.threads = threads;
            options.dropout = 0.1;
            struct mallinfo2 before = mallinfo2();
            struct trainer *trainer = trainer_new_pair(&net.model, &options, 40, 30, 10, NULL);
            struct mallinfo2 after = mallinfo2();
            double taken = (double)(after.uordblks + after.hblkhd) - (double)(before.uordblks + before.hblkhd);
            assert_true(close_to((double)trainer_memory(trainer), taken, 0.02, 0.0));
            struct trainer_memory_parts parts = trainer_memory_by_part(trainer);
            assert_true(parts.gradients + parts.state + parts.packed + parts.workspace == trainer_memory(trainer));
            size_t recurrent = 96 * 4 * 96 * sizeof(float); // packed three times a layer and direction
            assert_true(parts.packed > (spec.kind == NET_ENCODER_DECODER ? 18 : 12) * recurrent);
            trainer_free(trainer);
            random_net_release(&net);
        }
}

// --- what is refused ---

static void refused(struct setting *a, const struct batch *batch, const char *words) {
    struct trainer *trainer = trainer_for(a, train_options_default());
    struct err err = {0};
    struct step_report report;
    assert_false(trainer_step(trainer, batch, &report, &err));
    assert_int_equal(err.code, ERR_VALUE);
    if (!strstr(err.message, words)) fail_msg("\"%s\" does not say \"%s\"", err.message, words);
    assert_int_equal(trainer_updates(trainer), 0);
    trainer_free(trainer);
}

enum {
    FORM_REAL = 1,
    FORM_SIGMOID = 3,
    FORM_LINEAR = 4,
    FORM_ONE = 5,
    FORM_ONE_LINEAR = 6,
    FORM_PAIR = 8,
    FORM_PAIR_REAL = 10
};

static void bad_minibatches_are_refused_by_place(void **state) {
    (void)state;
    struct setting a;
    struct batch batch;
    setting_init(&a, FORM_REAL, CELL_GRU, 1, 1);
    a.s.x_real[(2 * COLUMNS + 3) * 5 + 1] = INFINITY;
    refused(&a, &a.s.batch, "input inf in number 2 at timestep 3 of sequence 4");
    a.s.x_real[(2 * COLUMNS + 3) * 5 + 1] = NAN;
    refused(&a, &a.s.batch, "input nan in number 2 at timestep 3 of sequence 4");
    setting_release(&a);

    setting_init(&a, FORM_SIGMOID, CELL_GRU, 1, 1);
    batch = a.s.batch;
    batch.target_real = NULL;
    refused(&a, &batch, "no numbers as targets");
    int n = 0;
    while (a.s.target[n] < 0)
        n++;
    a.s.target_real[n * 6 + 5] = 1.5f;
    refused(&a, &a.s.batch, "target of 1.5 in number 6");
    a.s.target_real[n * 6 + 5] = NAN;
    refused(&a, &a.s.batch, "target of nan in number 6");
    a.s.target_real[n * 6 + 5] = 1.0f;
    a.s.x[COLUMNS + 2] = 5;
    refused(&a, &a.s.batch, "symbol 5 at timestep 2 of sequence 3, expected less than 5");
    setting_release(&a);

    setting_init(&a, FORM_LINEAR, CELL_GRU, 1, 1);
    for (n = 0; a.s.target[n] < 0;)
        n++;
    a.s.target_real[n * 6] = -INFINITY;
    refused(&a, &a.s.batch, "target of -inf in number 1");
    setting_release(&a);

    setting_init(&a, FORM_ONE, CELL_GRU, 1, 1);
    for (n = 0; a.s.target[n] < 0 || n / COLUMNS == 0;)
        n++;
    a.s.target[n % COLUMNS] = 0;
    refused(&a, &a.s.batch, "and another at timestep");
    a.s.target[n % COLUMNS] = -1;
    if (n / COLUMNS + 1 < a.form.T) {
        a.s.x[n + COLUMNS] = 0;
        refused(&a, &a.s.batch, "and an input at timestep");
        a.s.x[n + COLUMNS] = -1;
    }
    batch = a.s.batch;
    batch.carry = true;
    refused(&a, &batch, "kind many-to-one");
    setting_release(&a);

    setting_init(&a, FORM_PAIR, CELL_GRU, 1, 1);
    batch = a.s.batch;
    batch.source = NULL;
    refused(&a, &batch, "no source");
    batch = a.s.batch;
    struct batch source = a.s.source;
    batch.source = &source;
    source.B--;
    refused(&a, &batch, "source has 5 sequences, expected 6");
    source = a.s.source;
    source.T = a.form.source_T + 1;
    refused(&a, &batch, "source is 7 timesteps x 6 sequences, expected 1 x 1 to 6 x 6");
    a.s.source_x[2 * COLUMNS + 1] = 7;
    refused(&a, &a.s.batch, "source has symbol 7 at timestep 3 of sequence 2, expected less than 5");
    setting_release(&a);

    setting_init(&a, FORM_PAIR_REAL, CELL_GRU, 1, 1);
    a.s.source_real[7] = NAN;
    refused(&a, &a.s.batch, "source has input nan in number 3 at timestep 1 of sequence 2");
    setting_release(&a);
}

// --- what a fault says ---

static void fault_says(struct setting *a, int threads, const char *const *words) {
    struct train_options options = train_options_default();
    options.threads = threads;
    struct trainer *trainer = trainer_for(a, options);
    struct model before;
    assert_true(model_copy(&before, &a->net.model, NULL));
    struct err err = {0};
    struct step_report report;
    assert_false(trainer_step(trainer, &a->s.batch, &report, &err));
    assert_int_equal(err.code, ERR_VALUE);
    for (; *words; words++)
        if (!strstr(err.message, *words)) fail_msg("\"%s\" does not say \"%s\"", err.message, *words);
    assert_memory_equal(before.params, a->net.model.params, before.layout.size * sizeof(float));
    assert_int_equal(trainer_updates(trainer), 0);
    model_release(&before);
    trainer_free(trainer);
}

static void fill(struct setting *a, const char *name, float value) {
    const struct layout *layout = &a->net.model.layout;
    int p = layout_find(layout, name);
    assert_true(p >= 0);
    for (int i = 0; i < layout->params[p].in * layout->params[p].out; i++)
        a->net.model.params[layout->params[p].offset + (size_t)i] = value;
}

// A rectifier whose state grows by 1e20 a timestep: 1 at timestep 2 of sequence 5, infinite at timestep 4.
static void the_first_state_that_overflows_is_named(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads += 2) {
        struct setting a;
        setting_init(&a, FORM_LINEAR, CELL_RNN, 2, 1);
        a.net.model.layout.spec.activation = ACTIVATION_RELU;
        memset(a.net.model.params, 0, a.net.model.layout.size * sizeof(float));
        fill(&a, "rnn.weight_ih_l0", 1.0f);
        fill(&a, "rnn.weight_hh_l0", 1e20f);
        for (int n = 0; n < a.form.T * COLUMNS; n++) {
            a.s.x[n] = a.s.target[n] = 0;
            for (int i = 0; i < 5; i++)
                a.s.x_real[n * 5 + i] = n == 1 * COLUMNS + 4 && i == 0 ? 1.0f : 0.0f;
        }
        fill(&a, "head.weight", 1.0f);
        fill(&a, "rnn.weight_ih_l1", 1.0f);
        fault_says(&a, threads,
                   (const char *const[]){"update 1 stopped: the loss is",
                                         "first in the state of layer 1 at timestep 4 of sequence 5", NULL});
        setting_release(&a);
    }
}

// Finite outputs whose square is not; weights that are not numbers, on either side of an encoder-decoder.
static void faults_are_named_with_tensor_and_place(void **state) {
    (void)state;
    struct setting a;
    setting_init(&a, FORM_ONE_LINEAR, CELL_LSTM, 1, 2);
    fill(&a, "head.bias", 1e25f);
    fault_says(&a, 2, (const char *const[]){"the loss is inf", "seen first in the output at timestep", NULL});
    setting_release(&a);

    for (int pair = 0; pair < 2; pair++) {
        setting_init(&a, FORM_PAIR, CELL_LSTM, 2, 2);
        fill(&a, pair ? "decoder.rnn.bias_ih_l1" : "encoder.rnn.bias_ih_l0_reverse", NAN);
        fault_says(&a, 2,
                   pair ? (const char *const[]){"the first tensor that is not finite is decoder.rnn.bias_ih_l1",
                                                "the state of layer 2 of the decoder at timestep 1 of sequence 1", NULL}
                        : (const char *const[]){"is encoder.rnn.bias_ih_l0_reverse",
                                                "the state of layer 1, backward in time, of the encoder at timestep",
                                                NULL});
        setting_release(&a);
    }
}

// Gradients of 1e20 times weights of 1e20.
static void the_first_gradient_that_overflows_is_named(void **state) {
    (void)state;
    for (int form = FORM_ONE; form <= FORM_PAIR; form += FORM_PAIR - FORM_ONE) {
        struct setting a;
        setting_init(&a, form, CELL_RNN, 2, 1);
        const char *up = form == FORM_PAIR ? "decoder.rnn.weight_ih_l1" : "rnn.weight_ih_l1";
        const char *head = form == FORM_PAIR ? "decoder.head.weight" : "head.weight";
        memset(a.net.model.params, 0, a.net.model.layout.size * sizeof(float));
        fill(&a, up, 1e20f);
        const struct param *param = &a.net.model.layout.params[layout_find(&a.net.model.layout, head)];
        for (int i = 0; i < param->in * param->out; i++)
            a.net.model.params[param->offset + (size_t)i] = i % 2 ? 1e20f : -1e20f;
        fault_says(&a, 2,
                   (const char *const[]){"the gradient's norm is", "whose gradient is not finite is",
                                         form == FORM_PAIR
                                             ? "first in the gradient of layer 1 of the decoder at timestep"
                                             : "first in the gradient of layer 1 at timestep",
                                         NULL});
        setting_release(&a);
    }
}

// --- learning ---

enum { LONG = 5, WIDE = 16, LETTERS = 5, STEPS = 500 };

// Reads two to four letters, writes them from the last to the first; LETTERS ends.
static void pair_task(struct rng *rng, int *source, int *x, int *target) {
    for (int b = 0; b < WIDE; b++) {
        int length = 2 + (int)rng_below(rng, 3), letters[LONG];
        for (int t = 0; t < LONG; t++) {
            letters[t] = (int)rng_below(rng, LETTERS);
            source[t * WIDE + b] = t < length ? letters[t] : -1;
        }
        for (int t = 0; t < LONG; t++) {
            target[t * WIDE + b] = t < length ? letters[length - 1 - t] : t == length ? LETTERS : -1;
            x[t * WIDE + b] = t > 0 && t <= length ? target[(t - 1) * WIDE + b] : -1;
        }
    }
}

static void an_encoder_decoder_learns(void **state) {
    (void)state;
    struct net_spec spec = spec_of(CELL_GRU, 1, 2, 24, LETTERS, LETTERS + 1);
    spec.kind = NET_ENCODER_DECODER;
    spec.embed = 6;
    struct random_net net;
    random_net_init(&net, spec, 3);
    struct train_options options = train_options_default();
    options.lr = 0.01;
    options.threads = 2;
    struct trainer *trainer = trainer_new(&net.model, &options, LONG, WIDE, NULL);
    int source[LONG * WIDE], x[LONG * WIDE], target[LONG * WIDE];
    struct batch read = {.T = LONG, .B = WIDE, .x = source};
    struct batch batch = {.T = LONG, .B = WIDE, .x = x, .target = target, .source = &read};
    struct step_report report = {0};
    double first = 0.0;
    for (int i = 0; i < STEPS; i++) {
        pair_task(&net.rng, source, x, target);
        step(trainer, &batch, &report);
        if (i == 0) first = report.loss;
    }
    print_message("#   %.3f nats before, %.3f after %d updates\n", first, report.loss, STEPS);
    assert_true(first > 1.5 && report.loss < 0.1);
    trainer_free(trainer);
    random_net_release(&net);
}

// The mean of the numbers read, after the last of them: many to one, with real input and output.
static void a_mean_is_learnt(void **state) {
    (void)state;
    struct net_spec spec = spec_of(CELL_LSTM, 1, 1, 16, 1, 1);
    spec.kind = NET_MANY_TO_ONE;
    spec.output = OUTPUT_LINEAR;
    spec.real_input = true;
    struct random_net net;
    random_net_init(&net, spec, 4);
    struct train_options options = train_options_default();
    options.lr = 0.01;
    struct trainer *trainer = trainer_new(&net.model, &options, LONG, WIDE, NULL);
    float x[LONG * WIDE], y[LONG * WIDE];
    int target[LONG * WIDE];
    struct batch batch = {.T = LONG, .B = WIDE, .x_real = x, .target = target, .target_real = y};
    struct step_report report = {0};
    double first = 0.0, last = 0.0;
    for (int i = 0; i < STEPS; i++) {
        for (int b = 0; b < WIDE; b++) {
            int length = 2 + (int)rng_below(&net.rng, LONG - 1);
            float sum = 0.0f;
            for (int t = 0; t < LONG; t++) {
                x[t * WIDE + b] = t < length ? (float)rng_normal(&net.rng) : 0.0f;
                sum += x[t * WIDE + b];
                target[t * WIDE + b] = t == length - 1 ? 0 : -1;
                y[t * WIDE + b] = sum / (float)length;
            }
        }
        step(trainer, &batch, &report);
        assert_int_equal(report.tokens, WIDE);
        if (i < 20) first += report.loss / 20;
        if (i >= STEPS - 20) last += report.loss / 20;
    }
    print_message("#   mean squared error %.4f before, %.4f after %d updates\n", first, last, STEPS);
    assert_true(first > 0.15 && last < 0.02);
    trainer_free(trainer);
    random_net_release(&net);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_no_result_but_rounding),
        cmocka_unit_test(the_same_seed_gives_the_same_bits),
        cmocka_unit_test(memory_is_told_truly),
        cmocka_unit_test(bad_minibatches_are_refused_by_place),
        cmocka_unit_test(the_first_state_that_overflows_is_named),
        cmocka_unit_test(faults_are_named_with_tensor_and_place),
        cmocka_unit_test(the_first_gradient_that_overflows_is_named),
        cmocka_unit_test(an_encoder_decoder_learns),
        cmocka_unit_test(a_mean_is_learnt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
