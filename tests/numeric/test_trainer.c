// Updates, clipping, determinism, refusals; the sampler; a training run that learns.
#include "carried.h"
#include "kernels.h"
#include "loops.h"
#include "random_net.h"
#include "sampler.h"
#include "trainer.h"
#include <string.h>

static void updates_follow_the_formulae(void **state) {
    (void)state;
    enum { N = 77 };
    struct rng rng = rng_seed(4);
    float params[N], grads[N], m[N] = {0}, v[N] = {0}, sgd[N];
    double p[N], dm[N] = {0}, dv[N] = {0}, ds[N];
    for (int i = 0; i < N; i++)
        p[i] = ds[i] = params[i] = sgd[i] = (float)rng_normal(&rng);
    struct train_options adam = train_options_default(), plain = adam;
    plain.optimizer = OPTIMIZER_SGD;
    for (int update = 1; update <= 5; update++) {
        double clip = update == 3 ? 0.25 : 1.0;
        for (int i = 0; i < N; i++)
            grads[i] = i == 0 ? 0.0f : (float)rng_normal(&rng);
        optimizer_apply(&adam, N, params, grads, m, v, update, clip);
        optimizer_apply(&plain, N, sgd, grads, NULL, NULL, update, clip);
        for (int i = 0; i < N; i++) {
            double g = clip * grads[i];
            dm[i] = 0.9 * dm[i] + 0.1 * g;
            dv[i] = 0.999 * dv[i] + 0.001 * g * g;
            p[i] -= 0.002 * (dm[i] / (1.0 - pow(0.9, update))) / (sqrt(dv[i] / (1.0 - pow(0.999, update))) + 1e-8);
            ds[i] -= 0.002 * g;
            assert_true(close_to(params[i], p[i], 1e-6, 0.1));
            assert_true(close_to(sgd[i], ds[i], 1e-6, 0.1));
            assert_true(close_to(m[i], dm[i], 2e-6, 0.01));
            assert_true(close_to(v[i], dv[i], 2e-5, 1e-5)); // 1 - beta2 is a float
        }
    }
}

// Every rule that keeps one slab of state, and decoupled weight decay with all of them, on all instruction sets.
static double plain_update(const struct train_options *o, double p, double g, double *m, double *v, int update) {
    p -= o->lr * o->weight_decay * p;
    switch (o->optimizer) {
    case OPTIMIZER_MOMENTUM:
        *m = o->momentum * *m + g;
        return p - o->lr * *m;
    case OPTIMIZER_RMSPROP:
        *m = o->decay * *m + (1.0 - o->decay) * g * g;
        return p - o->lr * g / (sqrt(*m) + o->epsilon);
    case OPTIMIZER_ADAGRAD:
        *m += g * g;
        return p - o->lr * g / (sqrt(*m) + o->epsilon);
    case OPTIMIZER_ADAM:
        *m = o->beta1 * *m + (1.0 - o->beta1) * g;
        *v = o->beta2 * *v + (1.0 - o->beta2) * g * g;
        return p -
               o->lr * (*m / (1.0 - pow(o->beta1, update))) / (sqrt(*v / (1.0 - pow(o->beta2, update))) + o->epsilon);
    default:
        return p - o->lr * g;
    }
}

static void every_rule_follows_its_formula(void **state) {
    (void)state;
    enum { N = 83 };
    for (int level = 0; level < LOOPS_COUNT; level++) {
        if (!loops_at((enum loops_level)level)) continue;
        loops_force((enum loops_level)level);
        for (int rule = 0; rule < 2 * OPTIMIZER_COUNT; rule++) {
            struct train_options o = train_options_default();
            o.optimizer = (enum optimizer)(rule / 2);
            o.lr = 0.03;
            o.weight_decay = rule % 2 ? 0.5 : 0.0;
            struct rng rng = rng_seed(40 + (uint64_t)rule);
            float params[N], grads[N], m[N] = {0}, v[N] = {0};
            double p[N], dm[N] = {0}, dv[N] = {0};
            for (int i = 0; i < N; i++)
                p[i] = params[i] = (float)rng_normal(&rng);
            for (int update = 1; update <= 6; update++) {
                double clip = update == 3 ? 0.25 : 1.0;
                for (int i = 0; i < N; i++)
                    grads[i] = i == 0 ? 0.0f : (float)rng_normal(&rng);
                optimizer_apply(&o, N, params, grads, m, v, update, clip);
                for (int i = 0; i < N; i++) {
                    p[i] = plain_update(&o, p[i], clip * grads[i], &dm[i], &dv[i], update);
                    if (!close_to(params[i], p[i], 2e-6, 1.0)) // 1 - beta2 is a float
                        fail_msg("%s at %s, decay %g, update %d, entry %d: found %g, expected %g",
                                 optimizer_names[o.optimizer], loops_best()->name, o.weight_decay, update, i,
                                 (double)params[i], p[i]);
                    assert_true(close_to(m[i], dm[i], 2e-6, 1.0));
                }
            }
        }
    }
    loops_force(LOOPS_COUNT);
}

static void clipping_scales_by_the_norm(void **state) {
    (void)state;
    assert_true(clip_scale_for(2.0, 5.0) == 1.0);
    assert_true(clip_scale_for(5.0, 5.0) == 1.0);
    assert_true(clip_scale_for(10.0, 5.0) == 0.5);
    assert_true(clip_scale_for(1e9, 0.0) == 1.0);
    assert_true(clip_scale_for(0.0, 5.0) == 1.0);
}

enum { T = 12, B = 5, V = 9 };

struct setting {
    struct random_net net;
    int x[T * B], target[T * B];
    struct batch batch;
};

static void setting_init(struct setting *s, enum cell_id cell, int layers) {
    random_net_init(&s->net, spec_of(cell, layers, 1, 13, V, V), 31);
    random_symbols(&s->net.rng, s->x, T * B, V, 7);
    random_symbols(&s->net.rng, s->target, T * B, V, 6);
    s->batch = (struct batch){.T = T, .B = B, .x = s->x, .target = s->target};
}

static struct trainer *trainer_for(struct model *model, struct train_options options, int max_T, int max_B) {
    struct err err = {0};
    struct trainer *trainer = trainer_new(model, &options, max_T, max_B, &err);
    if (!trainer) fail_msg("%s", err.message);
    return trainer;
}

static void step(struct trainer *trainer, const struct batch *batch, struct step_report *report) {
    struct err err = {0};
    if (!trainer_step(trainer, batch, report, &err)) fail_msg("%s", err.message);
}

// Clipping by value: p -= lr clamp(g), and the norm that the second clipping looks at is that of the clamped gradient.
static void a_step_clips_by_value(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads += 2) {
        struct setting s;
        setting_init(&s, CELL_LSTM, 2);
        struct train_options options = train_options_default();
        options.optimizer = OPTIMIZER_SGD;
        options.lr = 0.5;
        options.threads = threads;
        struct trainer *trainer = trainer_for(&s.net.model, options, T, B);
        size_t n = s.net.model.layout.size;
        float *grads = mem_need(n, sizeof *grads), *before = mem_need(n, sizeof *before);
        memcpy(before, s.net.model.params, n * sizeof *before);
        assert_true(trainer_gradients(trainer, &s.batch, grads, NULL, NULL));
        trainer_free(trainer);
        double largest = 0, squares = 0;
        for (size_t i = 0; i < n; i++)
            largest = fmax(largest, fabs(grads[i]));
        double limit = 0.1 * largest;
        long outside = 0;
        for (size_t i = 0; i < n; i++) {
            outside += fabs(grads[i]) > limit;
            double held = fmin(fmax(grads[i], -limit), limit);
            squares += held * held;
        }
        options.clip_value = limit;
        options.clip_norm = 0.5 * sqrt(squares);
        trainer = trainer_for(&s.net.model, options, T, B);
        struct step_report report;
        step(trainer, &s.batch, &report);
        assert_true(outside > 0 && labs(report.clamped - outside) <= 1); // the limit is a float there
        assert_true(close_to(report.clip_scale, 0.5, 1e-5, 0));
        for (size_t i = 0; i < n; i++) {
            double held = fmin(fmax(grads[i], -limit), limit), expected = before[i] - 0.5 * 0.5 * held;
            assert_true(close_to(s.net.model.params[i], expected, 1e-5, 0.01));
        }
        trainer_free(trainer);
        mem_free(grads);
        mem_free(before);
        random_net_release(&s.net);
    }
}

// One SGD step from the trainer's own gradients, clipped and not.
static void a_step_is_the_gradient_clipped_and_applied(void **state) {
    (void)state;
    for (int clipped = 0; clipped < 2; clipped++) {
        struct setting s;
        setting_init(&s, CELL_LSTM, 2);
        struct train_options options = train_options_default();
        options.optimizer = OPTIMIZER_SGD;
        options.lr = 0.5;
        options.clip_norm = clipped ? 0.01 : 0.0;
        struct trainer *trainer = trainer_for(&s.net.model, options, T, B);
        size_t size = s.net.model.layout.size;
        float *grads = mem_need(size, sizeof(float));
        double loss, squares = 0.0;
        assert_true(trainer_gradients(trainer, &s.batch, grads, &loss, NULL));
        for (size_t i = 0; i < size; i++)
            squares += (double)grads[i] * grads[i];
        assert_int_equal(trainer_updates(trainer), 0);
        struct step_report report;
        step(trainer, &s.batch, &report);
        assert_true(report.loss == loss);
        assert_close(report.grad_norm, sqrt(squares), 1e-12);
        assert_close(report.clip_scale, clipped ? 0.01 / sqrt(squares) : 1.0, 1e-12);
        for (size_t i = 0; i < size; i++)
            assert_true(
                close_to(s.net.model.params[i], s.net.params[i] - 0.5 * report.clip_scale * grads[i], 1e-6, 0.1));
        assert_int_equal(trainer_updates(trainer), 1);
        mem_free(grads);
        trainer_free(trainer);
        random_net_release(&s.net);
    }
}

// The mean over tokens, whichever way the batch is split.
static void threads_change_no_result_but_rounding(void **state) {
    (void)state;
    struct setting s;
    setting_init(&s, CELL_LSTM, 2);
    size_t size = s.net.model.layout.size;
    float *one = mem_need(size, sizeof(float)), *other = mem_need(size, sizeof(float));
    for (int threads = 1; threads <= 7; threads += 2) {
        struct train_options options = train_options_default();
        options.threads = threads;
        struct trainer *trainer = trainer_for(&s.net.model, options, T, B);
        double loss;
        assert_true(trainer_gradients(trainer, &s.batch, threads == 1 ? one : other, &loss, NULL));
        for (size_t i = 0; threads > 1 && i < size; i++)
            assert_true(close_to(other[i], one[i], 1e-4, 1e-4));
        double sum;
        long tokens, right;
        assert_true(trainer_evaluate(trainer, &s.batch, &sum, &tokens, &right, NULL));
        assert_close(sum / (double)tokens, loss, 1e-6);
        struct batch narrow = {.T = T / 2, .B = 1, .x = s.x, .target = s.target}; // fewer sequences than threads
        assert_true(trainer_evaluate(trainer, &narrow, &sum, &tokens, &right, NULL));
        trainer_free(trainer);
    }
    mem_free(one);
    mem_free(other);
    random_net_release(&s.net);
}

static void train_some(struct model *model, int threads, const struct batch *batch, int steps) {
    struct train_options options = train_options_default();
    options.threads = threads;
    struct trainer *trainer = trainer_for(model, options, T, B);
    struct step_report report;
    for (int i = 0; i < steps; i++)
        step(trainer, batch, &report);
    trainer_free(trainer);
}

static void the_same_seed_gives_the_same_bits(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int threads = 1; threads <= 2; threads++)
            for (int carry = 0; carry < 2; carry++) {
                struct setting a, b;
                setting_init(&a, (enum cell_id)cell, 2);
                setting_init(&b, (enum cell_id)cell, 2);
                a.batch.carry = b.batch.carry = carry == 1;
                train_some(&a.net.model, threads, &a.batch, 30);
                train_some(&b.net.model, threads, &b.batch, 30);
                assert_memory_equal(a.net.model.params, b.net.model.params, a.net.model.layout.size * sizeof(float));
                random_net_release(&a.net);
                random_net_release(&b.net);
            }
}

// Stopped after ten updates, saved, restored into a new trainer: as if never stopped. Every rule, with the state of the
// sequences carried on, on one thread and two.
static void resume(enum optimizer optimizer, int threads) {
    struct setting a, b;
    setting_init(&a, CELL_LSTM, 2);
    setting_init(&b, CELL_LSTM, 2);
    struct train_options options = train_options_default();
    options.optimizer = optimizer;
    options.threads = threads;
    options.weight_decay = 0.01;
    options.clip_value = 0.02;
    a.batch.carry = b.batch.carry = true;
    struct trainer *whole = trainer_for(&a.net.model, options, T, B), *first = trainer_for(&b.net.model, options, T, B);
    struct step_report report;
    for (int i = 0; i < 20; i++)
        step(whole, &a.batch, &report);
    for (int i = 0; i < 10; i++)
        step(first, &b.batch, &report);
    struct trainer *second = trainer_for(&b.net.model, options, T, B);
    assert_int_equal(trainer_state_slabs(first), optimizer_slabs(optimizer));
    for (int slab = 0; slab < trainer_state_slabs(first); slab++)
        memcpy(trainer_state(second, slab), trainer_state(first, slab), b.net.model.layout.size * sizeof(float));
    trainer_restore_updates(second, trainer_updates(first));
    assert_int_equal(trainer_carried(first), B);
    assert_int_equal(trainer_carried(second), 0);
    float *carried = mem_need(trainer_carried_size(first, B), sizeof *carried);
    trainer_carried_get(first, carried);
    assert_true(trainer_carried_set(second, B, carried, NULL));
    assert_false(trainer_carried_set(second, B + 1, carried, NULL));
    mem_free(carried);
    trainer_free(first);
    for (int i = 0; i < 10; i++)
        step(second, &b.batch, &report);
    trainer_free(second);
    trainer_free(whole);
    assert_memory_equal(a.net.model.params, b.net.model.params, a.net.model.layout.size * sizeof(float));
    random_net_release(&a.net);
    random_net_release(&b.net);
}

static void a_resumed_run_equals_an_uninterrupted_one(void **state) {
    (void)state;
    for (int optimizer = 0; optimizer < OPTIMIZER_COUNT; optimizer++)
        for (int threads = 1; threads <= 2; threads++)
            resume((enum optimizer)optimizer, threads);
}

// Evaluating and asking for gradients in between leaves the carried training state alone.
static void evaluation_leaves_the_carried_state_alone(void **state) {
    (void)state;
    struct setting a, b;
    setting_init(&a, CELL_LSTM, 1);
    setting_init(&b, CELL_LSTM, 1);
    a.batch.carry = b.batch.carry = true;
    train_some(&a.net.model, 2, &a.batch, 6);
    struct train_options options = train_options_default();
    options.threads = 2;
    struct trainer *trainer = trainer_for(&b.net.model, options, T, B);
    float *grads = mem_need(b.net.model.layout.size, sizeof(float));
    struct batch other = {.T = 3, .B = 2, .x = b.x, .target = b.target};
    struct step_report report;
    for (int i = 0; i < 6; i++) {
        double sum;
        long tokens, right;
        assert_true(trainer_evaluate(trainer, &other, &sum, &tokens, &right, NULL));
        assert_true(trainer_gradients(trainer, &b.batch, grads, &sum, NULL));
        step(trainer, &b.batch, &report);
    }
    mem_free(grads);
    trainer_free(trainer);
    assert_memory_equal(a.net.model.params, b.net.model.params, a.net.model.layout.size * sizeof(float));
    random_net_release(&a.net);
    random_net_release(&b.net);
}

static void what_is_not_finite_is_refused_and_named(void **state) {
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        for (int p = 0; p < 5; p++) {
            struct setting s;
            setting_init(&s, CELL_LSTM, 1);
            struct train_options options = train_options_default();
            options.threads = threads;
            struct trainer *trainer = trainer_for(&s.net.model, options, T, B);
            s.net.model.params[s.net.model.layout.params[p].offset + 3] = p % 2 ? NAN : INFINITY;
            trainer_refresh(trainer);
            struct model before;
            assert_true(model_copy(&before, &s.net.model, NULL));
            struct step_report report;
            struct err err = {0};
            for (int i = 0; i < T * B; i++)
                s.x[i] = 0; // the row that holds the fault is read
            assert_false(trainer_step(trainer, &s.batch, &report, &err));
            assert_int_equal(err.code, ERR_VALUE);
            assert_non_null(strstr(err.message, s.net.model.layout.params[p].name));
            assert_memory_equal(before.params, s.net.model.params, before.layout.size * sizeof(float));
            assert_int_equal(trainer_updates(trainer), 0);
            for (size_t i = 0; i < before.layout.size; i++)
                assert_true(trainer_state(trainer, 0)[i] == 0.0f);
            model_release(&before);
            trainer_free(trainer);
            random_net_release(&s.net);
        }
    }
}

// A loss that is fine with a gradient that overflows: weights so large that the backward products do not fit
// a float.
static void a_gradient_that_overflows_is_refused_and_named(void **state) {
    (void)state;
    struct setting s;
    setting_init(&s, CELL_RNN, 2);
    const struct param *up = &s.net.model.layout.params[layout_param(&s.net.model.layout, PARAM_INPUT, 1, 0)];
    struct trainer *trainer = trainer_for(&s.net.model, train_options_default(), T, B);
    const struct param *head = &s.net.model.layout.params[layout_param(&s.net.model.layout, PARAM_HEAD, -1, -1)];
    memset(s.net.model.params, 0, s.net.model.layout.size * sizeof(float)); // all activations and logits 0
    for (int i = 0; i < up->in * up->out; i++)
        s.net.model.params[up->offset + (size_t)i] = 1e20f;
    for (int i = 0; i < head->in * head->out; i++)
        s.net.model.params[head->offset + (size_t)i] = i % 2 ? 1e20f : -1e20f;
    trainer_refresh(trainer);
    struct step_report report;
    struct err err = {0};
    assert_false(trainer_step(trainer, &s.batch, &report, &err));
    assert_non_null(strstr(err.message, "gradient"));
    assert_non_null(strstr(err.message, "rnn."));
    trainer_free(trainer);
    random_net_release(&s.net);
}

static void refused(struct trainer *trainer, struct batch batch, const char *word) {
    struct err err = {0};
    struct step_report report;
    assert_false(trainer_step(trainer, &batch, &report, &err));
    assert_int_equal(err.code, ERR_VALUE);
    if (!strstr(err.message, word)) fail_msg("\"%s\" does not say \"%s\"", err.message, word);
}

static void bad_minibatches_are_refused(void **state) {
    (void)state;
    struct setting s;
    setting_init(&s, CELL_LSTM, 1);
    struct trainer *trainer = trainer_for(&s.net.model, train_options_default(), T, B);
    struct batch batch = s.batch;
    batch.T = T + 1;
    refused(trainer, batch, "13 timesteps");
    batch = s.batch;
    batch.B = 0;
    refused(trainer, batch, "0 sequences");
    batch = s.batch;
    batch.target = NULL;
    refused(trainer, batch, "targets");
    s.x[7] = V;
    refused(trainer, s.batch, "symbol 9");
    s.x[7] = 0;
    s.target[T * B - 1] = V + 2;
    refused(trainer, s.batch, "target 11");
    for (int i = 0; i < T * B; i++)
        s.target[i] = -1;
    struct step_report report;
    step(trainer, &s.batch, &report);
    assert_int_equal(report.tokens, 0);
    assert_int_equal(trainer_updates(trainer), 0);
    s.target[0] = 1;
    s.batch.carry = true;
    step(trainer, &s.batch, &report);
    batch = s.batch;
    batch.B = B - 1;
    refused(trainer, batch, "carried");
    trainer_reset_state(trainer);
    step(trainer, &batch, &report);
    trainer_free(trainer);
    random_net_release(&s.net);
    random_net_init(&s.net, spec_of(CELL_RNN, 1, 2, 4, V, V), 1);
    trainer = trainer_for(&s.net.model, train_options_default(), T, B);
    refused(trainer, s.batch, "bidirectional");
    trainer_free(trainer);
    random_net_release(&s.net);
}

static void options_without_sense_and_lack_of_memory_are_answered(void **state) {
    (void)state;
    struct random_net net;
    random_net_init(&net, spec_of(CELL_LSTM, 1, 1, 8, V, V), 1);
    struct err err = {0};
    struct train_options options = train_options_default();
    options.threads = 0;
    assert_null(trainer_new(&net.model, &options, T, B, &err));
    options = train_options_default();
    options.lr = NAN;
    assert_null(trainer_new(&net.model, &options, T, B, &err));
    options = train_options_default();
    assert_null(trainer_new(&net.model, &options, 0, B, &err));
    assert_int_equal(err.code, ERR_VALUE);
    assert_null(trainer_new(&net.model, &options, 1 << 30, 1 << 30, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_null(trainer_new(&net.model, &options, 1 << 30, 1, &err));
    assert_int_equal(err.code, ERR_MEMORY);
    options.threads = 2;
    int failures = 0;
    for (long n = 1; n < 40; n++) { // every allocation refused in turn: no crash, no leak
        mem_fail_at(n);
        struct trainer *trainer = trainer_new(&net.model, &options, T, B, &err);
        mem_fail_at(0);
        if (!trainer) failures++;
        trainer_free(trainer);
    }
    assert_true(failures >= 10);
    random_net_release(&net);
}

// --- the sampler ---

// 9 and 100 units: with weights as they are, and packed.
static void the_sampler_says_what_the_reference_says(void **state) {
    (void)state;
    for (int run = 0; run < 2 * CELL_COUNT; run++) {
        struct random_net net;
        random_net_init(&net, spec_of((enum cell_id)(run / 2), 2, 1, run % 2 ? 100 : 9, V, V), 17);
        int x[6] = {-1, 3, 0, 8, 8, 2};
        struct example example = {.T = 6, .x = x};
        struct tape *tape = tape_new(&net.model.layout.spec, 6, NULL);
        reference_forward(tape, &net.model.layout, net.params, &example);
        struct sampler *sampler = sampler_new(&net.model, NULL);
        for (int round = 0; round < 2; round++) {
            sampler_reset(sampler);
            for (int t = 0; t < 6; t++) {
                sampler_feed(sampler, x[t]);
                for (int i = 0; i < V; i++) {
                    assert_close(sampler_distribution(sampler)[i], tape_y_hat(tape, t)[i], 3e-6);
                    assert_true(close_to(sampler_logits(sampler)[i], tape_logits(tape, t)[i], 3e-6, 0.1));
                }
            }
        }
        sampler_free(sampler);
        tape_free(tape);
        random_net_release(&net);
    }
}

// Draws by temperature, top-k and a forbidden symbol follow the distribution that they should: within four
// standard deviations of 40,000 draws.
static void draws_follow_the_distribution(void **state) {
    (void)state;
    enum { DRAWS = 40000 };
    static const struct {
        double temperature;
        int top_k, forbid;
    } cases[] = {{1.0, 0, -1}, {0.5, 0, -1}, {2.0, 3, -1}, {1.0, 4, 2}, {0.7, 0, 0}, {1.0, 100, -1}};
    struct random_net net;
    random_net_init(&net, spec_of(CELL_LSTM, 1, 1, 9, V, V), 23);
    struct sampler *sampler = sampler_new(&net.model, NULL);
    sampler_feed(sampler, 4);
    const float *logits = sampler_logits(sampler);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double p[V], sum = 0.0;
        long counts[V] = {0};
        for (int i = 0; i < V; i++) {
            int larger = 0;
            for (int k = 0; k < V; k++)
                larger += k != cases[c].forbid && logits[k] > logits[i];
            bool open = i != cases[c].forbid && (cases[c].top_k == 0 || larger < cases[c].top_k);
            sum += p[i] = open ? exp(logits[i] / cases[c].temperature) : 0.0;
        }
        for (int n = 0; n < DRAWS; n++)
            counts[sampler_draw(sampler, cases[c].temperature, cases[c].top_k, cases[c].forbid, &net.rng)]++;
        for (int i = 0; i < V; i++) {
            p[i] /= sum;
            double spread = sqrt(DRAWS * p[i] * (1.0 - p[i]));
            assert_true(fabs((double)counts[i] - DRAWS * p[i]) <= 4.0 * spread);
        }
    }
    int best = 0;
    for (int i = 1; i < V; i++)
        if (logits[i] > logits[best]) best = i;
    assert_int_equal(sampler_draw(sampler, 0.0, 0, -1, &net.rng), best);
    assert_int_equal(sampler_draw(sampler, 1.0, 1, -1, &net.rng), best);
    assert_int_not_equal(sampler_draw(sampler, 0.0, 0, best, &net.rng), best);
    sampler_free(sampler);
    random_net_release(&net);
}

static void nets_that_cannot_write_say_so(void **state) {
    (void)state;
    struct random_net net;
    random_net_init(&net, spec_of(CELL_LSTM, 1, 2, 9, V, V), 23);
    struct err err = {0};
    assert_null(sampler_new(&net.model, &err));
    assert_int_equal(err.code, ERR_VALUE);
    random_net_release(&net);
}

// --- learning ---

// The next symbol is a fixed function of the two before: only a network that remembers gets there.
static void a_training_run_learns(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        enum { STEPS = 400, LONG = 20, WIDE = 16, SYMBOLS = 6 };
        struct random_net net;
        random_net_init(&net, spec_of((enum cell_id)cell, 1, 1, 24, SYMBOLS, SYMBOLS), 5);
        struct train_options options = train_options_default();
        options.lr = 0.01;
        options.threads = 2;
        struct trainer *trainer = trainer_for(&net.model, options, LONG, WIDE);
        int x[LONG * WIDE], target[LONG * WIDE];
        struct step_report report = {0};
        double first = 0.0;
        for (int i = 0; i < STEPS; i++) {
            random_symbols(&net.rng, x, LONG * WIDE, SYMBOLS, 0);
            for (int n = 0; n < LONG * WIDE; n++)
                target[n] = n < WIDE ? -1 : (x[n] + 2 * x[n - WIDE]) % SYMBOLS;
            struct batch batch = {.T = LONG, .B = WIDE, .x = x, .target = target};
            step(trainer, &batch, &report);
            if (i == 0) first = report.loss;
        }
        print_message("#   %s: %.3f nats before, %.3f after %d updates\n", net_cell(&net.model.layout.spec)->name,
                      first, report.loss, STEPS);
        assert_true(first > 1.6 && report.loss < 0.3);
        trainer_free(trainer);
        random_net_release(&net);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_follow_the_formulae),
        cmocka_unit_test(every_rule_follows_its_formula),
        cmocka_unit_test(clipping_scales_by_the_norm),
        cmocka_unit_test(a_step_clips_by_value),
        cmocka_unit_test(a_step_is_the_gradient_clipped_and_applied),
        cmocka_unit_test(threads_change_no_result_but_rounding),
        cmocka_unit_test(the_same_seed_gives_the_same_bits),
        cmocka_unit_test(a_resumed_run_equals_an_uninterrupted_one),
        cmocka_unit_test(evaluation_leaves_the_carried_state_alone),
        cmocka_unit_test(what_is_not_finite_is_refused_and_named),
        cmocka_unit_test(a_gradient_that_overflows_is_refused_and_named),
        cmocka_unit_test(bad_minibatches_are_refused),
        cmocka_unit_test(options_without_sense_and_lack_of_memory_are_answered),
        cmocka_unit_test(the_sampler_says_what_the_reference_says),
        cmocka_unit_test(draws_follow_the_distribution),
        cmocka_unit_test(nets_that_cannot_write_say_so),
        cmocka_unit_test(a_training_run_learns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
