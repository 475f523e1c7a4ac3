// Encoder-decoders in the reference: numbers by hand, the hand-over, and what the tapes promise.
#include "random_example.h"
#include <string.h>

static double sigmoid(double z) {
    return 1.0 / (1.0 + exp(-z));
}

struct pair {
    struct random_net net;
    struct random_example random;
    const struct layout *layout;
    const struct cell_desc *cell;
    struct tape *tape;
    const struct tape *encoder;
    double loss;
};

static void run(struct pair *pair) {
    memset(pair->net.grads, 0, pair->layout->size * sizeof(double));
    pair->loss = reference_forward(pair->tape, pair->layout, pair->net.params, &pair->random.example);
    reference_backward(pair->tape, pair->layout, pair->net.params, &pair->random.example, pair->net.grads);
}

static void pair_init(struct pair *pair, struct net_spec spec, int source_T, int T) {
    spec.kind = NET_ENCODER_DECODER;
    random_net_init(&pair->net, spec, 6);
    random_example_init(&pair->random, &spec, source_T, T, true, &pair->net.rng);
    pair->layout = &pair->net.model.layout;
    pair->cell = net_cell(&spec);
    pair->tape = tape_new_pair(&spec, source_T + 2, T + 3, NULL); // more room than needed
    assert_non_null(pair->tape);
    pair->encoder = tape_encoder(pair->tape);
}

static void pair_release(struct pair *pair) {
    tape_free(pair->tape);
    random_net_release(&pair->net);
}

static double *weights(const struct pair *pair, const char *name) {
    int p = layout_find(pair->layout, name);
    if (p < 0) fail_msg("no %s", name);
    return pair->net.params + pair->layout->params[p].offset;
}

static double grad(const struct pair *pair, const char *name, int i) {
    return pair->net.grads[weights(pair, name) + i - pair->net.params];
}

// A vanilla RNN of one unit reads "1 0" and writes "1".
static void a_tiny_pair(void **state) {
    (void)state;
    struct pair pair;
    pair_init(&pair, spec_of(CELL_RNN, 1, 1, 1, 2, 2), 2, 1);
    memset(pair.net.params, 0, pair.layout->size * sizeof(double));
    memcpy(weights(&pair, "encoder.rnn.weight_ih_l0"), (double[]){0.6, -0.4}, 2 * sizeof(double));
    *weights(&pair, "encoder.rnn.weight_hh_l0") = 0.5;
    *weights(&pair, "encoder.rnn.bias_ih_l0") = 0.1;
    memcpy(weights(&pair, "decoder.rnn.weight_ih_l0"), (double[]){-0.3, 0.2}, 2 * sizeof(double));
    *weights(&pair, "decoder.rnn.weight_hh_l0") = 0.9;
    *weights(&pair, "decoder.rnn.bias_ih_l0") = -0.05;
    memcpy(weights(&pair, "decoder.head.weight"), (double[]){1.2, -0.8}, 2 * sizeof(double));
    memcpy(pair.random.source_x, (int[]){1, 0}, 2 * sizeof(int));
    pair.random.x[0] = 0;
    pair.random.target[0] = 1;
    run(&pair);
    double e1 = tanh(-0.4 + 0.1), e2 = tanh(0.6 + 0.1 + 0.5 * e1), a = tanh(-0.3 - 0.05 + 0.9 * e2);
    double p = sigmoid(-2 * a), d = 1 - p; // y_hat[1], and dL/dlogits[0]
    assert_close(pair.loss, -log(p), 1e-14);
    assert_close(tape_y_hat(pair.tape, 0)[1], p, 1e-14);
    double dz = (1.2 * d + 0.8 * d) * (1 - a * a), de2 = 0.9 * dz, dz2 = de2 * (1 - e2 * e2),
           dz1 = 0.5 * dz2 * (1 - e1 * e1);
    assert_close(tape_grad(pair.tape, 0, 0, pair.cell->state_in[0], 0)[0], de2, 1e-13);
    assert_close(tape_from_future(pair.encoder, 0, 0, 0, 1)[0], de2, 1e-13);
    assert_true(tape_from_loss(pair.encoder, 0, 0, 0, 1)[0] == 0.0);
    assert_close(grad(&pair, "decoder.rnn.weight_hh_l0", 0), e2 * dz, 1e-13);
    assert_close(grad(&pair, "decoder.rnn.weight_ih_l0", 0), dz, 1e-13);
    assert_close(grad(&pair, "encoder.rnn.weight_ih_l0", 0), dz2, 1e-13);
    assert_close(grad(&pair, "encoder.rnn.weight_ih_l0", 1), dz1, 1e-13);
    assert_close(grad(&pair, "encoder.rnn.weight_hh_l0", 0), e1 * dz2, 1e-13);
    assert_close(grad(&pair, "encoder.rnn.bias_ih_l0", 0), dz1 + dz2, 1e-13);
    assert_close(grad(&pair, "decoder.head.bias", 0), d, 1e-13);
    pair_release(&pair);
}

// Of every cell, over unequal lengths: all states of every layer go over, and what comes back arrives at the last
// timestep of each direction.
static void every_state_is_handed_over(void **state) {
    (void)state;
    static const int lengths[][2] = {{5, 3}, {2, 6}, {1, 4}, {4, 1}, {1, 1}};
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int directions = 1; directions <= 2; directions++)
            for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
                int source_T = lengths[k][0], T = lengths[k][1];
                struct pair pair;
                pair_init(&pair, spec_of((enum cell_id)cell, 2, directions, 3, 5, 6), source_T, T);
                run(&pair);
                assert_int_equal(tape_length(pair.tape), T);
                assert_int_equal(tape_length(pair.encoder), source_T);
                for (int l = 0; l < 2; l++)
                    for (int s = 0; s < pair.cell->state_count; s++)
                        for (int i = 0; i < 3; i++) {
                            int in = pair.cell->state_in[s], out = pair.cell->state_out[s];
                            double sum = tape_value(pair.encoder, l, 0, out, source_T - 1)[i];
                            if (directions == 2) sum += tape_value(pair.encoder, l, 1, out, 0)[i];
                            assert_true(tape_value(pair.tape, l, 0, in, 0)[i] == sum && sum != 0);
                            double back = tape_grad(pair.tape, l, 0, in, 0)[i];
                            assert_true(back != 0 && tape_from_future(pair.encoder, l, 0, s, source_T - 1)[i] == back);
                            if (directions == 2) assert_true(tape_from_future(pair.encoder, l, 1, s, 0)[i] == back);
                            assert_true(tape_value(pair.encoder, l, 0, in, 0)[i] == 0); // an encoder starts from zero
                        }
                pair_release(&pair);
            }
}

// An encoder reads as the network that it is: the same numbers as the same weights alone.
static void an_encoder_is_a_network(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        struct pair pair;
        struct net_spec spec = spec_of((enum cell_id)cell, 2, 2, 3, 5, 6);
        spec.embed = 4;
        pair_init(&pair, spec, 5, 3);
        run(&pair);
        struct random_net alone;
        random_net_init(&alone, spec, 1);
        const struct layout *layout = &alone.model.layout;
        for (int p = 0; p < layout->count; p++) {
            char name[NET_NAME + 8];
            snprintf(name, sizeof name, "encoder.%s", layout->params[p].name);
            int from = layout_find(pair.layout, name);
            if (from < 0) continue; // the head
            memcpy(alone.params + layout->params[p].offset, pair.net.params + pair.layout->params[from].offset,
                   (size_t)layout->params[p].in * (size_t)layout->params[p].out * sizeof(double));
        }
        struct tape *tape = tape_new(&spec, 5, NULL);
        reference_forward(tape, layout, alone.params, &pair.random.source);
        for (int l = 0; l < 2; l++)
            for (int d = 0; d < 2; d++)
                for (int slot = 0; slot < pair.cell->slot_count; slot++)
                    for (int t = 0; t < 5; t++)
                        for (int i = 0; i < 3; i++)
                            assert_true(tape_value(tape, l, d, slot, t)[i] ==
                                        tape_value(pair.encoder, l, d, slot, t)[i]);
        for (int t = 0; t < 5; t++)
            assert_true(tape_loss(pair.encoder, t) == 0);
        assert_int_equal(tape_spec(pair.encoder)->outputs, 0);
        assert_int_equal(tape_spec(pair.tape)->directions, 1);
        assert_int_equal(tape_spec(pair.tape)->inputs, 6);
        tape_free(tape);
        random_net_release(&alone);
        pair_release(&pair);
    }
}

// An encoder whose state is zero leaves a decoder alone: with weights of zero in the encoder, and so with tanh(0), the
// decoder's numbers are those of a network that starts from zero.
static void a_silent_encoder(void **state) {
    (void)state;
    struct pair pair;
    struct net_spec spec = spec_of(CELL_GRU, 2, 1, 3, 6, 6);
    pair_init(&pair, spec, 4, 5);
    struct random_net alone;
    random_net_init(&alone, spec, 1);
    const struct layout *layout = &alone.model.layout;
    for (int p = 0; p < pair.layout->encoder->count; p++) {
        const struct param *param = &pair.layout->params[p];
        memset(pair.net.params + param->offset, 0, (size_t)param->in * (size_t)param->out * sizeof(double));
    }
    for (int p = 0; p < layout->count; p++) {
        char name[NET_NAME + 8];
        snprintf(name, sizeof name, "decoder.%s", layout->params[p].name);
        memcpy(alone.params + layout->params[p].offset, weights(&pair, name),
               (size_t)layout->params[p].in * (size_t)layout->params[p].out * sizeof(double));
    }
    run(&pair);
    struct tape *tape = tape_new(&spec, 5, NULL);
    struct example example = pair.random.example;
    assert_true(reference_forward(tape, layout, alone.params, &example) == pair.loss && pair.loss > 0);
    reference_backward(tape, layout, alone.params, &example, alone.grads);
    for (int p = 0; p < layout->count; p++) {
        char name[NET_NAME + 8];
        snprintf(name, sizeof name, "decoder.%s", layout->params[p].name);
        for (int i = 0; i < layout->params[p].in * layout->params[p].out; i++)
            assert_true(grad(&pair, name, i) == alone.grads[layout->params[p].offset + (size_t)i]);
    }
    tape_free(tape);
    random_net_release(&alone);
    pair_release(&pair);
}

static void a_scaled_loss_scales_both(void **state) {
    (void)state;
    struct pair pair;
    pair_init(&pair, spec_of(CELL_LSTM, 2, 2, 3, 5, 6), 5, 3);
    run(&pair);
    double *before = mem_need(pair.layout->size, sizeof *before), loss = pair.loss;
    memcpy(before, pair.net.grads, pair.layout->size * sizeof *before);
    tape_scale_loss(pair.tape, 0.125);
    run(&pair);
    assert_true(pair.loss == loss);
    for (size_t i = 0; i < pair.layout->size; i++)
        assert_true(close_to(pair.net.grads[i], 0.125 * before[i], 1e-12, 1e-14));
    mem_free(before);
    pair_release(&pair);
}

static void tapes_of_pairs(void **state) {
    (void)state;
    struct net_spec spec = spec_of(CELL_LSTM, 1, 2, 3, 5, 6);
    struct err err = {0};
    struct tape *tape = tape_new_pair(&spec, 0, 4, &err); // of another kind: as tape_new()
    assert_non_null(tape);
    assert_null(tape_encoder(tape));
    tape_free(tape);
    spec.kind = NET_ENCODER_DECODER;
    assert_null(tape_new(&spec, 4, &err));
    assert_int_equal(err.code, ERR_VALUE);
    assert_null(tape_new_pair(&spec, 0, 4, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_null(tape_new_pair(&spec, 4, 0, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    for (int n = 1; n <= 4; n++) {
        mem_fail_at(n);
        assert_null(tape_new_pair(&spec, 4, 4, &err));
        assert_int_equal(err.code, ERR_MEMORY);
    }
    mem_fail_at(0);
    spec.hidden = 0;
    assert_null(tape_new_pair(&spec, 4, 4, &err));
    assert_int_equal(err.code, ERR_VALUE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tiny_pair),
        cmocka_unit_test(every_state_is_handed_over),
        cmocka_unit_test(an_encoder_is_a_network),
        cmocka_unit_test(a_silent_encoder),
        cmocka_unit_test(a_scaled_loss_scales_both),
        cmocka_unit_test(tapes_of_pairs),
    };
    return cmocka_run_group_tests_name("pair", tests, NULL, NULL);
}
