// Values set by hand in a forward pass, and the gradient with them in place.
#include "random_net.h"
#include <string.h>

enum { T = 5, H = 4, V = 5 };

static const int inputs[T] = {-1, 2, 4, 1, 3}, targets[T] = {2, 4, -1, 3, 0};
static const struct example example = {.T = T, .x = inputs, .target = targets};

static double loss_with(struct tape *tape, const struct random_net *net, const struct clamps *clamps) {
    return reference_forward_with(tape, &net->model.layout, net->params, &example, clamps);
}

// Every parameter by central differences of fourth order, the clamps in place; then the clamps' own values.
static void check_gradients(struct random_net *net, struct tape *tape, struct clamps *clamps) {
    const double e = 1e-3;
    const struct layout *layout = &net->model.layout;
    memset(net->grads, 0, layout->size * sizeof(double));
    loss_with(tape, net, clamps);
    reference_backward(tape, layout, net->params, &example, net->grads);
    double of_clamp[CLAMP_MAX];
    for (int i = 0; i < clamps->count; i++)
        of_clamp[i] = tape_clamp_grad(tape, i);
    double *probe[4096], analytic[4096];
    size_t count = 0;
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        for (size_t i = 0; i < (size_t)param->in * (size_t)param->out; i += 3) {
            probe[count] = net->params + param->offset + i;
            analytic[count++] = net->grads[param->offset + i];
        }
    }
    for (int i = 0; i < clamps->count; i++) {
        probe[count] = &clamps->list[i].value;
        analytic[count++] = of_clamp[i];
    }
    for (size_t i = 0; i < count; i++) {
        double kept = *probe[i], f[4];
        for (int k = 0; k < 4; k++) {
            *probe[i] = kept + e * (double[]){1, -1, 2, -2}[k];
            f[k] = loss_with(tape, net, clamps);
        }
        *probe[i] = kept;
        double numeric = (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * e);
        if (!close_to(analytic[i], numeric, 1e-7, 1e-2))
            fail_msg("number %zu of %zu: analytic %.12g, numeric %.12g", i, count, analytic[i], numeric);
    }
}

// Every slot of every cell held in turn: one unit over some timesteps, and all units at one.
static void gradients_with_clamps(void **state) {
    (void)state;
    for (int cell_id = 0; cell_id < CELL_COUNT; cell_id++) {
        for (int kind = 0; kind < 2; kind++) {
            struct random_net net;
            struct net_spec spec = spec_of((enum cell_id)cell_id, 1 + kind, 1 + kind, H, V, V);
            random_net_init(&net, spec, 11);
            const struct cell_desc *cell = net_cell(&spec);
            struct tape *tape = tape_new(&spec, T, NULL);
            for (int slot = 0; slot < cell->slot_count; slot++) {
                struct clamps clamps = {.count = 2,
                                        .list = {{kind, -1, slot, 1, 1, 3, 0.4}, {-1, 0, slot, -1, 2, 2, -0.3}}};
                assert_true(clamps_check(&clamps, &spec, T, NULL));
                check_gradients(&net, tape, &clamps);
                loss_with(tape, &net, &clamps);
                assert_true(tape_value(tape, kind, 0, slot, 1)[1] == 0.4);
                assert_true(tape_value(tape, kind, 0, slot, 2)[1] == -0.3);
            }
            tape_free(tape);
            random_net_release(&net);
        }
    }
}

// What a clamp does to an LSTM: a closed output gate shows nothing; no gradient goes in, the memory's goes
// past.
static void a_closed_gate(void **state) {
    (void)state;
    struct random_net net;
    struct net_spec spec = spec_of(CELL_LSTM, 1, 1, H, V, V);
    random_net_init(&net, spec, 3);
    const struct cell_desc *cell = net_cell(&spec);
    struct tape *tape = tape_new(&spec, T, NULL);
    int gate = cell_slot_by_id(cell, "gate_o"), a = cell_slot_by_id(cell, "a"), c = cell_slot_by_id(cell, "c"),
        z = cell_slot_by_id(cell, "z_o");
    struct clamps clamps = {.count = 1, .list = {{-1, -1, gate, -1, 1, 2, 0.0}}};
    double before = loss_with(tape, &net, NULL), with = loss_with(tape, &net, &clamps);
    assert_true(fabs(with - before) > 1e-6);
    reference_backward(tape, &net.model.layout, net.params, &example, net.grads);
    for (int i = 0; i < H; i++) {
        assert_true(tape_value(tape, 0, 0, a, 1)[i] == 0.0 && tape_value(tape, 0, 0, a, 3)[i] != 0.0);
        assert_true(tape_grad(tape, 0, 0, gate, 1)[i] == 0.0 && tape_grad(tape, 0, 0, z, 1)[i] == 0.0);
        assert_true(tape_grad(tape, 0, 0, c, 1)[i] != 0.0 && tape_grad(tape, 0, 0, z, 0)[i] != 0.0);
    }
    assert_true(loss_with(tape, &net, NULL) == before); // the next pass is free again
    tape_free(tape);
    random_net_release(&net);
}

// A poked input symbol is another example, a poked weight other parameters: a clamp of x says the same.
static void a_poked_symbol(void **state) {
    (void)state;
    struct random_net net;
    struct net_spec spec = spec_of(CELL_LSTM, 1, 1, H, V, V);
    random_net_init(&net, spec, 5);
    struct tape *tape = tape_new(&spec, T, NULL);
    int x = net_cell(&spec)->input, other[T];
    memcpy(other, inputs, sizeof other);
    other[2] = 1;
    struct example poked = {.T = T, .x = other, .target = targets};
    struct clamps clamps = {.count = 2, .list = {{0, 0, x, -1, 2, 2, 0.0}, {0, 0, x, 1, 2, 2, 1.0}}};
    double plain = loss_with(tape, &net, NULL);
    double expected = reference_forward(tape, &net.model.layout, net.params, &poked);
    assert_true(fabs(expected - plain) > 1e-9);
    assert_close(loss_with(tape, &net, &clamps), expected, 1e-15);
    int p = layout_find(&net.model.layout, "rnn.bias_ih_l0");
    net.params[net.model.layout.params[p].offset] += 0.5;
    assert_true(fabs(loss_with(tape, &net, NULL) - plain) > 1e-9);
    tape_free(tape);
    random_net_release(&net);
}

// Frozen at what it was on another tape: alone it changes no number and lets no gradient in; with another symbol it
// stays. Of an encoder-decoder each side takes its own.
static void like_another_tape(void **state) {
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct random_net net;
        struct net_spec spec = spec_of(CELL_GRU, 2, 1, H, V, V);
        int other[T];
        memcpy(other, inputs, sizeof other);
        other[1] = 4;
        struct example source = {.T = T, .x = inputs}, plain = example, changed = example;
        if (kind == 1) spec.kind = NET_ENCODER_DECODER;
        plain.source = changed.source = kind == 1 ? &source : NULL;
        changed.x = other;
        random_net_init(&net, spec, 8);
        struct tape *was = tape_new_pair(&spec, T, T, NULL), *tape = tape_new_pair(&spec, T, T, NULL);
        int gate = cell_slot_by_id(net_cell(&spec), "gate_u");
        struct clamps clamps = {.count = 1,
                                .list = {{-1, -1, gate, -1, 0, T - 1, 9, .encoder = kind == 1, .like = was}}};
        double loss = reference_forward(was, &net.model.layout, net.params, &plain);
        double frozen = reference_forward_with(tape, &net.model.layout, net.params, &plain, &clamps);
        assert_true(frozen == loss);
        reference_backward(tape, &net.model.layout, net.params, &plain, net.grads);
        const struct tape *side = kind == 1 ? tape_encoder(tape) : tape, *old = kind == 1 ? tape_encoder(was) : was;
        assert_true(tape_grad(side, 0, 0, gate, 2)[1] == 0.0);
        assert_int_equal(tape_clamp_count(tape), 1);
        assert_non_null(tape_clamp_at(side, 1, 0, gate, 3, 2));
        assert_null(tape_clamp_at(side, 1, 0, gate - 1, 3, 2));
        if (kind == 1) assert_null(tape_clamp_at(tape, 1, 0, gate, 3, 2));
        source.x = other;
        double moved = reference_forward_with(tape, &net.model.layout, net.params, &changed, &clamps);
        assert_true(fabs(moved - loss) > 1e-9);
        for (int l = 0; l < 2; l++)
            for (int t = 0; t < T; t++)
                assert_memory_equal(tape_value(side, l, 0, gate, t), tape_value(old, l, 0, gate, t),
                                    H * sizeof(double));
        tape_free(was);
        tape_free(tape);
        random_net_release(&net);
    }
}

static void words(void **state) {
    (void)state;
    struct net_spec spec = spec_of(CELL_LSTM, 2, 2, H, V, V);
    const struct cell_desc *cell = net_cell(&spec);
    struct clamps clamps = {0};
    struct err err = {0};
    assert_true(clamps_parse(&clamps, "gate_f:2@3-5=0,l1_reverse/c@1=-1.5e-1", &spec, T, &err));
    assert_int_equal(clamps.count, 2);
    struct clamp first = clamps.list[0], second = clamps.list[1];
    assert_true(first.layer == -1 && first.direction == -1 && first.unit == 1 && first.from == 2 && first.to == 4);
    assert_int_equal(first.slot, cell_slot_by_id(cell, "gate_f"));
    assert_true(second.layer == 1 && second.direction == 1 && second.unit == -1 && second.from == 0 && second.to == 0);
    assert_true(second.value == -0.15);
    static const struct {
        const char *text;
        enum err_code code;
    } wrong[] = {
        {"", ERR_USAGE},
        {"gate_f", ERR_USAGE},
        {"gate_f@0=1", ERR_USAGE},
        {"gate_f@1=", ERR_USAGE},
        {"gate_f@1=x", ERR_USAGE},
        {"gate_f:0@1=1", ERR_USAGE},
        {"m0/gate_f@1=1", ERR_USAGE},
        {"gate_f@1=1,", ERR_USAGE},
        {"gate_q@1=1", ERR_VALUE},
        {"gate_f:5@1=1", ERR_VALUE},
        {"gate_f@1-6=1", ERR_VALUE},
        {"gate_f@3-2=1", ERR_VALUE},
        {"l2/c@1=1", ERR_VALUE},
        {"c@1=nan", ERR_VALUE},
        {"c@1=1 2", ERR_USAGE},
        {"x:5@1=0", ERR_VALUE},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct clamps list = {0};
        struct net_spec one = spec;
        if (wrong[i].text[0] == 'x') one.hidden = 2; // unit 5 is there in layer 0 alone, and no layer is named
        err = (struct err){0};
        if (clamps_parse(&list, wrong[i].text, &one, T, &err)) fail_msg("\"%s\" was taken", wrong[i].text);
        if (err.code != wrong[i].code) fail_msg("\"%s\": %s", wrong[i].text, err.message);
    }
    char many[600] = "c@1=1";
    clamps.count = 0;
    for (int i = 0; i < CLAMP_MAX; i++)
        strcat(many, ",c@1=1");
    assert_false(clamps_parse(&clamps, many, &spec, T, &err));
    assert_int_equal(err.code, ERR_LIMIT);
}

// Of an encoder-decoder the side is named; each has its own timesteps, directions and widths.
static void words_of_pairs(void **state) {
    (void)state;
    struct net_spec spec = spec_of(CELL_LSTM, 2, 2, H, 9, V);
    spec.kind = NET_ENCODER_DECODER;
    struct clamps clamps = {0};
    struct err err = {0};
    if (!clamps_parse_pair(
            &clamps,
            "encoder/l1_reverse/c:2@7=0.5,encoder/x:8@1=1,encoder/l0_reverse/x:9@1=1,decoder/l0/a@2=0,gate_f@1-3=1",
            &spec, 8, 3, &err))
        fail_msg("%s", err.message);
    assert_int_equal(clamps.count, 5);
    assert_true(clamps.list[0].encoder && clamps.list[0].layer == 1 && clamps.list[0].direction == 1);
    assert_true(clamps.list[0].unit == 1 && clamps.list[0].from == 6 && clamps.list[0].value == 0.5);
    assert_true(clamps.list[1].encoder && clamps.list[1].layer == -1 && clamps.list[1].direction == -1);
    assert_true(clamps.list[2].encoder && clamps.list[2].unit == 8 && clamps.list[2].direction == 1);
    assert_true(!clamps.list[3].encoder && clamps.list[3].layer == 0 && !clamps.list[4].encoder);
    static const struct {
        const char *text;
        enum err_code code;
    } wrong[] = {
        {"encoder/c@9=0", ERR_VALUE},    // 8 timesteps
        {"c@4=0", ERR_VALUE},            // 3 timesteps
        {"l0_reverse/c@1=0", ERR_VALUE}, // a decoder has one direction
        {"l0/x:6@1=0", ERR_VALUE},       // it reads the symbols that it writes
        {"encoder/l2/c@1=0", ERR_VALUE},
        {"encoder/encoder/c@1=0", ERR_USAGE},
        {"encoder@1=0", ERR_VALUE},
        {"encoder/@1=0", ERR_USAGE},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct clamps list = {0};
        err = (struct err){0};
        if (clamps_parse_pair(&list, wrong[i].text, &spec, 8, 3, &err)) fail_msg("\"%s\" was taken", wrong[i].text);
        if (err.code != wrong[i].code) fail_msg("\"%s\": %s", wrong[i].text, err.message);
    }
    spec.kind = NET_MANY_TO_MANY;
    struct clamps list = {0};
    assert_false(clamps_parse(&list, "encoder/c@1=0", &spec, T, &err));
    assert_int_equal(err.code, ERR_VALUE);
    list = (struct clamps){.count = 1, .list = {{-1, -1, 2, -1, 0, 0, 0.0, .encoder = true}}};
    assert_false(clamps_check(&list, &spec, T, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_with_clamps), cmocka_unit_test(a_closed_gate),
        cmocka_unit_test(a_poked_symbol),        cmocka_unit_test(words),
        cmocka_unit_test(words_of_pairs),        cmocka_unit_test(like_another_tape),
    };
    return cmocka_run_group_tests_name("clamp", tests, NULL, NULL);
}
