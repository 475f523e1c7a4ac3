// Clipping: what clip_gradient() says of a gradient against what the trainer does with it, and against the sums done
// here anew.
#include "clipping.h"
#include "random_batch.h"
#include "trainer.h"
#include <string.h>

static const struct {
    double norm, value;
} limits[] = {{0, 0}, {0.05, 0}, {0, 0.01}, {0.05, 0.01}, {1e9, 1e9}, {1e-9, 0}, {0, 1e-9}};
enum { LIMITS = sizeof limits / sizeof *limits };

struct setting {
    struct random_net net;
    struct sample sample;
    float *grads;
    double *wide; // the same in double
};

static void set_up(struct setting *s, enum cell_id cell) {
    struct net_spec spec = spec_of(cell, 2, 1, 6, 7, 7);
    random_net_init(&s->net, spec, 11);
    sample_init(&s->sample, &s->net.rng, &spec, (struct batch_shape){.T = 5, .B = 3});
    size_t n = s->net.model.layout.size;
    s->grads = mem_need(n, sizeof *s->grads);
    s->wide = mem_need(n, sizeof *s->wide);
}

static void tear_down(struct setting *s) {
    mem_free(s->grads);
    mem_free(s->wide);
    sample_release(&s->sample);
    random_net_release(&s->net);
}

static struct trainer *trainer_for(struct setting *s, int limit, enum optimizer optimizer) {
    struct err err = {0};
    struct train_options options = train_options_default();
    options.optimizer = optimizer;
    options.clip_norm = limits[limit].norm;
    options.clip_value = limits[limit].value;
    struct trainer *trainer = trainer_new(&s->net.model, &options, 5, 3, &err);
    if (!trainer) fail_msg("%s", err.message);
    if (!trainer_gradients(trainer, &s->sample.batch, s->grads, NULL, &err)) fail_msg("%s", err.message);
    for (size_t i = 0; i < s->net.model.layout.size; i++)
        s->wide[i] = s->grads[i];
    return trainer;
}

// Norm, scale and entries held are the trainer's; and the parameters after its step are those that the optimiser makes
// of the gradient that came out here.
static void as_the_trainer_does(void **state) {
    (void)state;
    for (int k = 0; k < LIMITS; k++) {
        struct setting s;
        set_up(&s, k % 2 ? CELL_LSTM : CELL_GRU);
        struct trainer *trainer = trainer_for(&s, k, OPTIMIZER_SGD);
        const struct layout *layout = &s.net.model.layout;
        size_t n = layout->size;
        double *out = mem_need(n, sizeof *out);
        struct clipping c;
        clip_gradient(layout, s.wide, limits[k].norm, limits[k].value, &c, out);
        float *params = mem_need(n, sizeof *params);
        memcpy(params, s.net.model.params, n * sizeof *params);
        struct step_report report;
        struct err err = {0};
        assert_true(trainer_step(trainer, &s.sample.batch, &report, &err));
        assert_true(close_to(c.before, report.grad_norm, 1e-6, 0));
        assert_true(close_to(c.scale, report.clip_scale, 1e-6, 0));
        assert_int_equal(c.cut, report.clamped);
        for (size_t i = 0; i < n; i++) {
            double moved = (double)s.net.model.params[i] - params[i];
            assert_true(fabs(moved + train_options_default().lr * out[i]) <= 1e-7);
        }
        // and bit for bit from clip_hold() and the same scale
        clip_hold(s.grads, n, limits[k].value);
        struct train_options options = train_options_default();
        options.optimizer = OPTIMIZER_SGD;
        optimizer_apply(&options, n, params, s.grads, NULL, NULL, 1, report.clip_scale);
        assert_memory_equal(params, s.net.model.params, n * sizeof *params);
        mem_free(params);
        mem_free(out);
        trainer_free(trainer);
        tear_down(&s);
    }
}

static void sums(void **state) {
    (void)state;
    for (int k = 0; k < LIMITS; k++) {
        struct setting s;
        set_up(&s, CELL_LSTM_PEEPHOLE);
        trainer_free(trainer_for(&s, k, OPTIMIZER_ADAM));
        const struct layout *layout = &s.net.model.layout;
        double *out = mem_need(layout->size, sizeof *out);
        struct clipping c;
        clip_gradient(layout, s.wide, limits[k].norm, limits[k].value, &c, out);
        double before = 0, after = 0, dot = 0, largest = 0;
        long cut = 0, counted[2] = {0};
        for (size_t i = 0; i < layout->size; i++) {
            before += s.wide[i] * s.wide[i];
            after += out[i] * out[i];
            dot += s.wide[i] * out[i];
            largest = fmax(largest, fabs(s.wide[i]));
            cut += limits[k].value > 0 && fabs(s.wide[i]) > limits[k].value;
            if (limits[k].value > 0) assert_true(fabs(out[i]) <= limits[k].value);
        }
        assert_close(c.before, sqrt(before), 1e-12);
        assert_close(c.after, sqrt(after), 1e-12);
        assert_true(c.largest == largest);
        assert_int_equal(c.cut, cut);
        assert_close(c.cosine, dot / sqrt(before * after), 1e-9);
        assert_true(close_to(cos(c.angle * M_PI / 180), c.cosine, 1e-12, 1e-3));
        if (limits[k].value <= 0 || cut == 0) assert_true(c.angle == 0 && c.cosine == 1); // a scale turns nothing
        if (cut > 0) assert_true(c.angle > 0);
        if (limits[k].norm > 0) assert_true(c.after <= limits[k].norm * (1 + 1e-12));
        long entries = 0, held = 0;
        double tensors[2] = {0};
        for (int p = 0; p < c.count; p++) {
            entries += c.tensors[p].entries;
            held += c.tensors[p].cut;
            tensors[0] += c.tensors[p].before * c.tensors[p].before;
            tensors[1] += c.tensors[p].after * c.tensors[p].after;
        }
        assert_int_equal(c.count, layout->count);
        assert_int_equal(entries, layout->weights);
        assert_int_equal(c.entries, layout->weights);
        assert_int_equal(held, cut);
        assert_close(sqrt(tensors[0]), c.before, 1e-12);
        assert_close(sqrt(tensors[1]), c.after, 1e-12);
        for (int h = 0; h < 2; h++) {
            const struct clip_histogram *histogram = h ? &c.histogram_after : &c.histogram_before;
            counted[h] = histogram->zero;
            for (int b = 0; b < CLIP_BINS; b++)
                counted[h] += histogram->plus[b] + histogram->minus[b];
            assert_int_equal(counted[h], c.entries);
        }
        mem_free(out);
        tear_down(&s);
    }
}

static void bins(void **state) {
    (void)state;
    for (int b = 1; b < CLIP_BINS - 1; b++) {
        double edge = clip_bin_edge(b);
        assert_int_equal(clip_bin(edge * 1.0001), b);
        assert_int_equal(clip_bin(-edge * 0.9999), b - 1);
        assert_true(close_to(clip_bin_edge(b + 1) / edge, M_SQRT2, 1e-12, 0));
    }
    assert_int_equal(clip_bin(1e-300), 0);
    assert_int_equal(clip_bin(1e300), CLIP_BINS - 1);
    assert_int_equal(clip_bin(INFINITY), CLIP_BINS - 1);
}

// By value 3-4 becomes 3-3: it turns by 45 degrees less the angle of (3, 4).
static void by_hand(void **state) {
    (void)state;
    struct net_spec spec = spec_of(CELL_RNN, 1, 1, 2, 2, 2);
    struct random_net net;
    random_net_init(&net, spec, 1);
    double *grads = mem_need(net.model.layout.size, sizeof *grads);
    grads[0] = 3, grads[1] = -4;
    struct clipping c;
    clip_gradient(&net.model.layout, grads, 0, 3, &c, NULL);
    assert_close(c.before, 5, 1e-15);
    assert_close(c.after, 3 * M_SQRT2, 1e-15);
    assert_close(c.angle, atan2(4, 3) * 180 / M_PI - 45, 1e-12);
    assert_int_equal(c.cut, 1);
    clip_gradient(&net.model.layout, grads, 1, 0, &c, grads); // in place
    assert_close(c.scale, 0.2, 1e-15);
    assert_close(grads[0], 0.6, 1e-15);
    assert_close(grads[1], -0.8, 1e-15);
    memset(grads, 0, net.model.layout.size * sizeof *grads);
    clip_gradient(&net.model.layout, grads, 1, 1, &c, NULL); // nothing at all
    assert_true(c.before == 0 && c.after == 0 && c.scale == 1 && c.angle == 0 && c.cosine == 1);
    assert_int_equal(c.histogram_before.zero, c.entries);
    mem_free(grads);
    random_net_release(&net);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_the_trainer_does), cmocka_unit_test(sums),
                                       cmocka_unit_test(bins), cmocka_unit_test(by_hand)};
    return cmocka_run_group_tests_name("clipping", tests, NULL, NULL);
}
