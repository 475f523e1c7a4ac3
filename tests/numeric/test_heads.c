// Outputs, embeddings and one-answer networks against numbers worked out here by straight-line code.
#include "random_net.h"
#include <string.h>

static double sigmoid(double z) {
    return 1.0 / (1.0 + exp(-z));
}

// A vanilla RNN of one unit; its numbers are set by hand.
struct tiny {
    struct random_net net;
    const struct layout *layout;
    struct tape *tape;
};

static void tiny_init(struct tiny *tiny, struct net_spec spec, int T) {
    random_net_init(&tiny->net, spec, 1);
    tiny->layout = &tiny->net.model.layout;
    tiny->tape = tape_new(&spec, T, NULL);
    assert_non_null(tiny->tape);
    memset(tiny->net.params, 0, tiny->layout->size * sizeof(double));
}

static void tiny_release(struct tiny *tiny) {
    tape_free(tiny->tape);
    random_net_release(&tiny->net);
}

// (in, out) in the order of the slab.
static double *weights(const struct tiny *tiny, const char *name) {
    int p = layout_find(tiny->layout, name);
    if (p < 0) fail_msg("no %s", name);
    return tiny->net.params + tiny->layout->params[p].offset;
}

static void set(const struct tiny *tiny, const char *name, int count, const double *values) {
    memcpy(weights(tiny, name), values, (size_t)count * sizeof *values);
}

static double grad(const struct tiny *tiny, const char *name, int i) {
    return tiny->net.grads[weights(tiny, name) + i - tiny->net.params];
}

static double run(struct tiny *tiny, const struct example *example) {
    memset(tiny->net.grads, 0, tiny->layout->size * sizeof(double));
    double loss = reference_forward(tiny->tape, tiny->layout, tiny->net.params, example);
    reference_backward(tiny->tape, tiny->layout, tiny->net.params, example, tiny->net.grads);
    return loss;
}

static struct net_spec rnn(enum net_output output, int outputs) {
    struct net_spec spec = spec_of(CELL_RNN, 1, 1, 1, 2, outputs);
    spec.output = output;
    return spec;
}

// --- outputs ---

static const double w_x[2] = {0.6, -0.4}, w_a[1] = {0.5}, b_a[1] = {0.1}, w_y[2] = {1.5, -0.7}, b_y[2] = {0.2, 0.3};

static void set_all(const struct tiny *tiny) {
    set(tiny, "rnn.weight_ih_l0", 2, w_x);
    set(tiny, "rnn.weight_hh_l0", 1, w_a);
    set(tiny, "rnn.bias_ih_l0", 1, b_a);
    set(tiny, "head.weight", 2, w_y);
    set(tiny, "head.bias", 2, b_y);
}

// Both heads of two outputs over two timesteps, the first without a loss (and with answers that must not be read).
static void by_hand(enum net_output output) {
    struct tiny tiny;
    tiny_init(&tiny, rnn(output, 2), 2);
    set_all(&tiny);
    const int x[2] = {1, 0}, target[2] = {-1, 0};
    const double y[4] = {NAN, INFINITY, 1.0, 0.25};
    double loss = run(&tiny, &(struct example){.T = 2, .x = x, .target = target, .target_real = y});
    double a1 = tanh(-0.4 + 0.1), a2 = tanh(0.6 + 0.1 + 0.5 * a1), z[2], d[2], expected = 0;
    for (int o = 0; o < 2; o++) {
        z[o] = w_y[o] * a2 + b_y[o];
        double y_hat = output == OUTPUT_SIGMOID ? sigmoid(z[o]) : z[o], answer = y[2 + o];
        assert_close(tape_logits(tiny.tape, 1)[o], z[o], 1e-14);
        assert_close(tape_y_hat(tiny.tape, 1)[o], y_hat, 1e-14);
        d[o] = y_hat - answer;
        expected += output == OUTPUT_SIGMOID ? -answer * log(y_hat) - (1 - answer) * log(1 - y_hat) : d[o] * d[o] / 2;
        assert_close(tape_logits_grad(tiny.tape, 1)[o], d[o], 1e-13); // linear: 2 (y_hat - y) / 2
        assert_true(tape_logits_grad(tiny.tape, 0)[o] == 0.0);
        assert_close(grad(&tiny, "head.bias", o), d[o], 1e-13);
        assert_close(grad(&tiny, "head.weight", o), a2 * d[o], 1e-13);
    }
    assert_close(loss, expected, 1e-13);
    assert_close(tape_loss(tiny.tape, 1), expected, 1e-13);
    assert_true(tape_loss(tiny.tape, 0) == 0.0);
    double dz2 = (w_y[0] * d[0] + w_y[1] * d[1]) * (1 - a2 * a2), dz1 = 0.5 * dz2 * (1 - a1 * a1);
    assert_close(grad(&tiny, "rnn.weight_ih_l0", 0), dz2, 1e-13);
    assert_close(grad(&tiny, "rnn.weight_ih_l0", 1), dz1, 1e-13);
    assert_close(grad(&tiny, "rnn.weight_hh_l0", 0), a1 * dz2, 1e-13);
    tiny_release(&tiny);
}

static void sigmoid_by_hand(void **state) {
    (void)state;
    by_hand(OUTPUT_SIGMOID);
}

static void linear_by_hand(void **state) {
    (void)state;
    by_hand(OUTPUT_LINEAR);
}

// Logits so large that probabilities round to 0 and 1: losses stay exact, gradients are -1, 0 and 1.
static void large_logits(void **state) {
    (void)state;
    static const struct {
        enum net_output output;
        double z[2], y[2];
        double loss, d[2];
    } cases[] = {
        {OUTPUT_SIGMOID, {800, -800}, {1, 0}, 0, {0, 0}},
        {OUTPUT_SIGMOID, {800, -800}, {0, 1}, 1600, {1, -1}},
        {OUTPUT_SIGMOID, {-40, 40}, {1, 0}, 80, {-1, 1}},
        {OUTPUT_SIGMOID, {40, -40}, {1, 0}, 8.4967090e-18, {0, 4.2483543e-18}}, // 2 ln(1 + e^-40)
        {OUTPUT_SOFTMAX, {800, -800}, {1, 0}, 0, {0, 0}},
        {OUTPUT_SOFTMAX, {800, -800}, {0, 1}, 1600, {1, -1}},
        {OUTPUT_LINEAR, {800, -800}, {0, 0}, 640000, {800, -800}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tiny tiny;
        tiny_init(&tiny, rnn(cases[i].output, 2), 1);
        set(&tiny, "head.bias", 2, cases[i].z);
        const int x = 0, target = cases[i].y[0] == 1 ? 0 : 1;
        double loss = run(&tiny, &(struct example){.T = 1, .x = &x, .target = &target, .target_real = cases[i].y});
        if (!close_to(loss, cases[i].loss, 1e-7, 1e-30)) fail_msg("case %zu: loss %.12g", i, loss);
        for (int o = 0; o < 2; o++)
            if (!close_to(tape_logits_grad(tiny.tape, 0)[o], cases[i].d[o], 1e-7, 1e-15))
                fail_msg("case %zu: d[%d] is %.12g", i, o, tape_logits_grad(tiny.tape, 0)[o]);
        tiny_release(&tiny);
    }
}

// Each output's loss is a sum (sigmoid) or a mean (linear) over the outputs.
static void outputs_add_up_or_average(void **state) {
    (void)state;
    const int x = 0, target = 0;
    const double z[3] = {0, 0, 0}, y[3] = {0.5, 1, 0}, far[3] = {1, 2, 3};
    struct tiny tiny;
    tiny_init(&tiny, rnn(OUTPUT_SIGMOID, 3), 1);
    set(&tiny, "head.bias", 3, z);
    assert_close(run(&tiny, &(struct example){.T = 1, .x = &x, .target = &target, .target_real = y}), 3 * log(2),
                 1e-14);
    tiny_release(&tiny);
    tiny_init(&tiny, rnn(OUTPUT_LINEAR, 3), 1);
    assert_close(run(&tiny, &(struct example){.T = 1, .x = &x, .target = &target, .target_real = far}), 14.0 / 3,
                 1e-14);
    assert_close(tape_logits_grad(tiny.tape, 0)[2], -2.0, 1e-14); // 2 (0 - 3) / 3
    tape_scale_loss(tiny.tape, 0.5);
    assert_close(run(&tiny, &(struct example){.T = 1, .x = &x, .target = &target, .target_real = far}), 14.0 / 3,
                 1e-14);
    assert_close(tape_logits_grad(tiny.tape, 0)[2], -1.0, 1e-14);
    tiny_release(&tiny);
}

// --- embeddings ---

// Symbols 2, -1, 2: the row of 2 gathers what both timesteps send, the zero vector has no row.
static void an_embedding_by_hand(void **state) {
    (void)state;
    struct net_spec spec = rnn(OUTPUT_LINEAR, 1);
    spec.inputs = 3, spec.embed = 2;
    struct tiny tiny;
    tiny_init(&tiny, spec, 3);
    set(&tiny, "embed.weight", 6, (double[]){9, 9, 9, 9, 0.3, -0.8});
    set(&tiny, "rnn.weight_ih_l0", 2, (double[]){0.7, 0.2});
    set(&tiny, "rnn.weight_hh_l0", 1, w_a);
    set(&tiny, "rnn.bias_ih_l0", 1, b_a);
    set(&tiny, "head.weight", 1, (double[]){2});
    const int x[3] = {2, -1, 2}, target[3] = {-1, -1, 0};
    const double y[3] = {0, 0, 1};
    struct example example = {.T = 3, .x = x, .target = target, .target_real = y};
    double loss = run(&tiny, &example);
    double in = 0.7 * 0.3 - 0.2 * 0.8 + 0.1, a1 = tanh(in), a2 = tanh(0.1 + 0.5 * a1), a3 = tanh(in + 0.5 * a2);
    double d = 2 * (2 * a3 - 1), dz3 = 2 * d * (1 - a3 * a3), dz2 = 0.5 * dz3 * (1 - a2 * a2),
           dz1 = 0.5 * dz2 * (1 - a1 * a1);
    assert_close(loss, (2 * a3 - 1) * (2 * a3 - 1), 1e-13);
    int slot = net_cell(&spec)->input;
    assert_true(tape_value(tiny.tape, 0, 0, slot, 0)[1] == -0.8 && tape_value(tiny.tape, 0, 0, slot, 1)[0] == 0.0);
    const double rows[6] = {0, 0, 0, 0, 0.7 * (dz1 + dz3), 0.2 * (dz1 + dz3)};
    double part[6];
    for (int i = 0; i < 6; i++)
        assert_close(grad(&tiny, "embed.weight", i), rows[i], 1e-13);
    assert_close(grad(&tiny, "rnn.weight_ih_l0", 1), -0.8 * (dz1 + dz3), 1e-13);
    assert_close(tape_grad(tiny.tape, 0, 0, slot, 1)[0], 0.7 * dz2, 1e-13); // what would go to the zero vector
    int p = layout_find(tiny.layout, "embed.weight");
    for (int t = 0; t < 3; t++) {
        tape_param_grad_at(tiny.tape, tiny.layout, &example, p, t, part);
        assert_close(part[4], t == 1 ? 0 : 0.7 * (t ? dz3 : dz1), 1e-13);
        assert_true(part[0] == 0 && part[2] == 0);
    }
    tiny_release(&tiny);
}

// An embedding and the layer's weights are one matrix: the same network with one-hot symbols reads embed * W_x.
static void an_embedding_is_a_product(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        struct net_spec spec = spec_of((enum cell_id)cell, 2, 2, 4, 5, 6), plain = spec;
        spec.embed = 3;
        struct random_net net, one_hot;
        random_net_init(&net, spec, 8);
        random_net_init(&one_hot, plain, 8);
        const struct layout *from = &net.model.layout, *to = &one_hot.model.layout;
        for (int p = 0; p < to->count; p++) {
            const struct param *param = &to->params[p];
            const struct param *same = &from->params[layout_find(from, param->name)];
            const double *w = net.params + same->offset, *rows = net.params + from->params[0].offset;
            for (int i = 0; i < param->in; i++)
                for (int o = 0; o < param->out; o++) {
                    double *v = &one_hot.params[param->offset + (size_t)(i * param->out + o)];
                    bool first = param->role == PARAM_INPUT && param->layer == 0;
                    *v = first ? 0 : w[i * param->out + o];
                    for (int e = 0; first && e < 3; e++)
                        *v += rows[i * 3 + e] * w[e * param->out + o];
                }
        }
        int x[5] = {1, 4, -1, 1, 0}, target[5] = {3, -1, 5, 0, 2};
        struct example example = {.T = 5, .x = x, .target = target};
        struct tape *a = tape_new(&spec, 5, NULL), *b = tape_new(&plain, 5, NULL);
        assert_close(reference_forward(a, from, net.params, &example),
                     reference_forward(b, to, one_hot.params, &example), 1e-13);
        tape_free(a);
        tape_free(b);
        random_net_release(&net);
        random_net_release(&one_hot);
    }
}

// --- one answer ---

// Two directions, two timesteps: the head reads a<2> and, backward in time, the state that has read all: that of t = 0.
static void one_answer_by_hand(void **state) {
    (void)state;
    struct net_spec spec = rnn(OUTPUT_LINEAR, 1);
    spec.kind = NET_MANY_TO_ONE, spec.directions = 2;
    struct tiny tiny;
    tiny_init(&tiny, spec, 2);
    set(&tiny, "rnn.weight_ih_l0", 2, w_x);
    set(&tiny, "rnn.weight_hh_l0", 1, w_a);
    set(&tiny, "rnn.weight_ih_l0_reverse", 2, (double[]){-0.2, 0.9});
    set(&tiny, "rnn.weight_hh_l0_reverse", 1, (double[]){0.8});
    set(&tiny, "head.weight", 2, w_y);
    const int x[2] = {1, 0}, target[2] = {-1, 0};
    const double y[2] = {0, 0.5};
    struct example example = {.T = 2, .x = x, .target = target, .target_real = y};
    double loss = run(&tiny, &example);
    double a1 = tanh(-0.4), a2 = tanh(0.6 + 0.5 * a1), r2 = tanh(-0.2), r1 = tanh(0.9 + 0.8 * r2);
    double z = 1.5 * a2 - 0.7 * r1, d = 2 * (z - 0.5);
    assert_close(tape_logits(tiny.tape, 1)[0], z, 1e-14);
    assert_close(loss, (z - 0.5) * (z - 0.5), 1e-13);
    assert_close(grad(&tiny, "head.weight", 0), a2 * d, 1e-13);
    assert_close(grad(&tiny, "head.weight", 1), r1 * d, 1e-13);
    assert_close(tape_from_loss(tiny.tape, 0, 0, 0, 1)[0], 1.5 * d, 1e-13);
    assert_close(tape_from_loss(tiny.tape, 0, 1, 0, 0)[0], -0.7 * d, 1e-13);
    assert_true(tape_from_loss(tiny.tape, 0, 0, 0, 0)[0] == 0 && tape_from_loss(tiny.tape, 0, 1, 0, 1)[0] == 0);
    double dr1 = -0.7 * d * (1 - r1 * r1), dr2 = 0.8 * dr1 * (1 - r2 * r2);
    assert_close(tape_from_future(tiny.tape, 0, 1, 0, 1)[0], 0.8 * dr1, 1e-13);
    assert_close(grad(&tiny, "rnn.weight_ih_l0_reverse", 1), dr1, 1e-13);
    assert_close(grad(&tiny, "rnn.weight_ih_l0_reverse", 0), dr2, 1e-13);
    double part[2]; // the head's share belongs to the timestep of the loss
    int p = layout_find(tiny.layout, "head.weight");
    tape_param_grad_at(tiny.tape, tiny.layout, &example, p, 1, part);
    assert_close(part[1], r1 * d, 1e-13);
    tape_param_grad_at(tiny.tape, tiny.layout, &example, p, 0, part);
    assert_true(part[0] == 0 && part[1] == 0);
    tiny_release(&tiny);
}

// In one direction a one-answer network is a many-to-many network with one target.
static void one_answer_in_one_direction(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        struct random_net net;
        struct net_spec spec = spec_of((enum cell_id)cell, 2, 1, 4, 5, 6);
        random_net_init(&net, spec, 8);
        int x[4] = {1, 4, -1, 0}, target[4] = {-1, -1, -1, 2};
        struct example example = {.T = 4, .x = x, .target = target};
        double loss[2];
        for (int one = 0; one < 2; one++) {
            spec.kind = one ? NET_MANY_TO_ONE : NET_MANY_TO_MANY;
            struct tape *tape = tape_new(&spec, 4, NULL);
            loss[one] = reference_forward(tape, &net.model.layout, net.params, &example);
            tape_free(tape);
        }
        assert_true(loss[0] == loss[1] && loss[0] > 0);
        random_net_release(&net);
    }
}

// --- what an example must be ---

static void examples_are_checked(void **state) {
    (void)state;
    static const int x[3] = {0, 1, -1}, beyond[3] = {0, 1, 2}, target[3] = {1, -1, 0}, last[3] = {-1, -1, 1};
    static const double real[6] = {0, 1, 0.5, 1, 0, 1}, outside[6] = {0, 1, 7, 7, -0.1, 1};
    static const struct example source = {.T = 3, .x = x}, bad_source = {.T = 3, .x = beyond};
    static const struct {
        enum net_kind kind;
        enum net_output output;
        bool real_input;
        struct example example;
        const char *says; // NULL: fits
    } cases[] = {
        {NET_MANY_TO_MANY, OUTPUT_SOFTMAX, false, {.T = 3, .x = x, .target = target}, NULL},
        {NET_MANY_TO_MANY, OUTPUT_SOFTMAX, false, {.T = 3, .x = x}, NULL},
        {NET_MANY_TO_MANY, OUTPUT_SOFTMAX, false, {.T = 0, .x = x}, "at least 1 timestep, found 0"},
        {NET_MANY_TO_MANY, OUTPUT_SOFTMAX, false, {.T = 3}, "expected symbols"},
        {NET_MANY_TO_MANY, OUTPUT_SOFTMAX, true, {.T = 3, .x = x}, "real channels"},
        {NET_MANY_TO_MANY, OUTPUT_SOFTMAX, false, {.T = 3, .x = beyond}, "input symbol from 0 to 1 at t = 3, found 2"},
        {NET_MANY_TO_MANY, OUTPUT_SOFTMAX, false, {.T = 3, .x = x, .target = beyond}, "output symbol from 0 to 1"},
        {NET_MANY_TO_MANY, OUTPUT_SIGMOID, false, {.T = 3, .x = x, .target = target, .target_real = real}, NULL},
        {NET_MANY_TO_MANY, OUTPUT_SIGMOID, false, {.T = 3, .x = x, .target = target}, "numbers as targets"},
        {NET_MANY_TO_MANY,
         OUTPUT_SIGMOID,
         false,
         {.T = 3, .x = x, .target = target, .target_real = outside},
         "from 0 to 1 at t = 3, output 1, found -0.1"},
        {NET_MANY_TO_MANY, OUTPUT_LINEAR, false, {.T = 3, .x = x, .target = beyond, .target_real = outside}, NULL},
        {NET_MANY_TO_ONE, OUTPUT_SOFTMAX, false, {.T = 3, .x = x, .target = last}, NULL},
        {NET_MANY_TO_ONE,
         OUTPUT_SOFTMAX,
         false,
         {.T = 3, .x = x, .target = target},
         "many-to-one network answers at its last timestep: expected no target at t = 1"},
        {NET_ENCODER_DECODER, OUTPUT_SOFTMAX, false, {.T = 3, .x = x, .target = target, .source = &source}, NULL},
        {NET_ENCODER_DECODER, OUTPUT_SOFTMAX, false, {.T = 3, .x = x, .target = target}, "source"},
        {NET_ENCODER_DECODER,
         OUTPUT_SOFTMAX,
         false,
         {.T = 3, .x = x, .target = target, .source = &bad_source},
         "input symbol from 0 to 1 at t = 3, found 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct net_spec spec = rnn(cases[i].output, 2);
        spec.kind = cases[i].kind;
        spec.real_input = cases[i].real_input;
        struct err err = {0};
        bool good = example_check(&spec, &cases[i].example, &err);
        if (good != !cases[i].says) fail_msg("case %zu: %s", i, good ? "was taken" : err.message);
        if (!good && !strstr(err.message, cases[i].says)) fail_msg("case %zu says \"%s\"", i, err.message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sigmoid_by_hand),      cmocka_unit_test(linear_by_hand),
        cmocka_unit_test(large_logits),         cmocka_unit_test(outputs_add_up_or_average),
        cmocka_unit_test(an_embedding_by_hand), cmocka_unit_test(an_embedding_is_a_product),
        cmocka_unit_test(one_answer_by_hand),   cmocka_unit_test(one_answer_in_one_direction),
        cmocka_unit_test(examples_are_checked),
    };
    return cmocka_run_group_tests_name("heads", tests, NULL, NULL);
}
