// The reference engine against numbers worked out here by straight-line code, and what its tape promises.
#include "random_net.h"
#include <string.h>

static double sigmoid(double z) {
    return 1.0 / (1.0 + exp(-z));
}

// Where a parameter of a hand-made network is.
static double *at(const struct random_net *net, const char *name, int row, int column) {
    const struct layout *layout = &net->model.layout;
    int p = layout_find(layout, name);
    assert_true(p >= 0);
    return net->params + layout->params[p].offset + (size_t)row * (size_t)layout->params[p].out + (size_t)column;
}

static double *grad_at(const struct random_net *net, const char *name, int row, int column) {
    return net->grads + (at(net, name, row, column) - net->params);
}

// A vanilla RNN of two units over "1 0": every number by hand.
static void a_tiny_rnn(void **state) {
    (void)state;
    struct random_net net;
    random_net_init(&net, spec_of(CELL_RNN, 1, 1, 2, 2, 2), 1);
    const double wx[2][2] = {{0.5, -0.3}, {0.2, 0.7}}, wa[2][2] = {{0.1, 0.4}, {-0.6, 0.3}}, b[2] = {0.05, -0.02};
    const double wy[2][2] = {{1.0, -1.0}, {0.5, 0.25}}, by[2] = {0.1, -0.1};
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            *at(&net, "rnn.weight_ih_l0", i, j) = wx[i][j];
            *at(&net, "rnn.weight_hh_l0", i, j) = wa[i][j];
            *at(&net, "head.weight", i, j) = wy[i][j];
        }
        *at(&net, "rnn.bias_ih_l0", 0, i) = b[i];
        *at(&net, "head.bias", 0, i) = by[i];
    }
    int x[2] = {1, 0}, target[2] = {0, 1};
    struct example example = {.T = 2, .x = x, .target = target};
    struct tape *tape = tape_new(&net.model.layout.spec, 2, NULL);
    double loss = reference_forward(tape, &net.model.layout, net.params, &example);
    reference_backward(tape, &net.model.layout, net.params, &example, net.grads);

    double a1[2], a2[2], p1[2], p2[2], dy1[2], dy2[2], da1[2], da2[2], dz1[2], dz2[2];
    a1[0] = tanh(0.2 + 0.05);
    a1[1] = tanh(0.7 - 0.02);
    a2[0] = tanh(0.5 + 0.05 + 0.1 * a1[0] - 0.6 * a1[1]);
    a2[1] = tanh(-0.3 - 0.02 + 0.4 * a1[0] + 0.3 * a1[1]);
    double l10 = a1[0] + 0.5 * a1[1] + 0.1, l11 = -a1[0] + 0.25 * a1[1] - 0.1;
    double l20 = a2[0] + 0.5 * a2[1] + 0.1, l21 = -a2[0] + 0.25 * a2[1] - 0.1;
    p1[0] = sigmoid(l10 - l11), p1[1] = 1.0 - p1[0];
    p2[0] = sigmoid(l20 - l21), p2[1] = 1.0 - p2[0];
    assert_close(loss, -log(p1[0]) - log(p2[1]), 1e-14);
    dy1[0] = p1[0] - 1.0, dy1[1] = p1[1];
    dy2[0] = p2[0], dy2[1] = p2[1] - 1.0;
    da2[0] = dy2[0] - dy2[1], da2[1] = 0.5 * dy2[0] + 0.25 * dy2[1];
    dz2[0] = da2[0] * (1.0 - a2[0] * a2[0]), dz2[1] = da2[1] * (1.0 - a2[1] * a2[1]);
    da1[0] = dy1[0] - dy1[1] + 0.1 * dz2[0] + 0.4 * dz2[1];
    da1[1] = 0.5 * dy1[0] + 0.25 * dy1[1] - 0.6 * dz2[0] + 0.3 * dz2[1];
    dz1[0] = da1[0] * (1.0 - a1[0] * a1[0]), dz1[1] = da1[1] * (1.0 - a1[1] * a1[1]);

    const struct cell_desc *cell = net_cell(&net.model.layout.spec);
    int a = cell_slot_by_id(cell, "a"), z = cell_slot_by_id(cell, "z_a");
    for (int i = 0; i < 2; i++) {
        assert_close(tape_value(tape, 0, 0, a, 0)[i], a1[i], 1e-14);
        assert_close(tape_value(tape, 0, 0, a, 1)[i], a2[i], 1e-14);
        assert_close(tape_grad(tape, 0, 0, a, 0)[i], da1[i], 1e-13);
        assert_close(tape_grad(tape, 0, 0, z, 0)[i], dz1[i], 1e-13);
        assert_close(tape_grad(tape, 0, 0, z, 1)[i], dz2[i], 1e-13);
        assert_close(*grad_at(&net, "rnn.weight_ih_l0", 1, i), dz1[i], 1e-13);
        assert_close(*grad_at(&net, "rnn.weight_ih_l0", 0, i), dz2[i], 1e-13);
        assert_close(*grad_at(&net, "rnn.bias_ih_l0", 0, i), dz1[i] + dz2[i], 1e-13);
        assert_close(*grad_at(&net, "head.bias", 0, i), dy1[i] + dy2[i], 1e-13);
        for (int j = 0; j < 2; j++) {
            assert_close(*grad_at(&net, "rnn.weight_hh_l0", i, j), a1[i] * dz2[j], 1e-13);
            assert_close(*grad_at(&net, "head.weight", i, j), a1[i] * dy1[j] + a2[i] * dy2[j], 1e-13);
        }
    }
    tape_free(tape);
    random_net_release(&net);
}

// An LSTM of one unit over two timesteps, blocks in the order u f c o.
static void a_tiny_lstm(void **state) {
    (void)state;
    struct random_net net;
    random_net_init(&net, spec_of(CELL_LSTM, 1, 1, 1, 2, 2), 1);
    const double wx[2][4] = {{0.3, -0.2, 0.8, 0.1}, {-0.5, 0.6, 0.9, 0.4}}, wa[4] = {0.7, -0.4, 0.25, 0.55};
    const double b[4] = {0.1, 1.0, -0.2, 0.3};
    for (int k = 0; k < 4; k++) {
        *at(&net, "rnn.weight_ih_l0", 0, k) = wx[0][k];
        *at(&net, "rnn.weight_ih_l0", 1, k) = wx[1][k];
        *at(&net, "rnn.weight_hh_l0", 0, k) = wa[k];
        *at(&net, "rnn.bias_ih_l0", 0, k) = b[k];
    }
    *at(&net, "head.weight", 0, 0) = 1.5;
    *at(&net, "head.weight", 0, 1) = -0.5;
    *at(&net, "head.bias", 0, 0) = *at(&net, "head.bias", 0, 1) = 0.0;
    int x[2] = {0, 1}, target[2] = {-1, 0};
    struct example example = {.T = 2, .x = x, .target = target};
    struct tape *tape = tape_new(&net.model.layout.spec, 2, NULL);
    double loss = reference_forward(tape, &net.model.layout, net.params, &example);
    reference_backward(tape, &net.model.layout, net.params, &example, net.grads);

    double u1 = sigmoid(0.3 + 0.1), g1 = tanh(0.8 - 0.2), o1 = sigmoid(0.1 + 0.3);
    double c1 = u1 * g1, h1 = o1 * tanh(c1);
    double u2 = sigmoid(-0.5 + 0.1 + 0.7 * h1), f2 = sigmoid(0.6 + 1.0 - 0.4 * h1);
    double g2 = tanh(0.9 - 0.2 + 0.25 * h1), o2 = sigmoid(0.4 + 0.3 + 0.55 * h1);
    double c2 = u2 * g2 + f2 * c1, h2 = o2 * tanh(c2);
    double p = sigmoid(2.0 * h2), dh2 = (p - 1.0) * 1.5 + (1.0 - p) * -0.5;
    assert_close(loss, -log(p), 1e-14);
    double dc2 = dh2 * o2 * (1.0 - tanh(c2) * tanh(c2)), dzo2 = dh2 * tanh(c2) * o2 * (1.0 - o2);
    double dzu2 = dc2 * g2 * u2 * (1.0 - u2), dzf2 = dc2 * c1 * f2 * (1.0 - f2), dzg2 = dc2 * u2 * (1.0 - g2 * g2);
    double dh1 = 0.7 * dzu2 - 0.4 * dzf2 + 0.25 * dzg2 + 0.55 * dzo2;
    double through_a1 = dh1 * o1 * (1.0 - tanh(c1) * tanh(c1)), dc1 = dc2 * f2 + through_a1;
    double dzu1 = dc1 * g1 * u1 * (1.0 - u1), dzg1 = dc1 * u1 * (1.0 - g1 * g1),
           dzo1 = dh1 * tanh(c1) * o1 * (1.0 - o1);

    const struct cell_desc *cell = net_cell(&net.model.layout.spec);
    int c = cell_slot_by_id(cell, "c");
    assert_close(tape_value(tape, 0, 0, c, 1)[0], c2, 1e-14);
    assert_close(tape_grad(tape, 0, 0, c, 0)[0], dc1, 1e-13);
    assert_close(tape_from_loss(tape, 0, 0, 1, 0)[0], through_a1, 1e-13);
    assert_close(tape_from_future(tape, 0, 0, 1, 0)[0], dc2 * f2, 1e-13);
    assert_close(tape_from_loss(tape, 0, 0, 0, 1)[0], dh2, 1e-13);
    assert_true(tape_from_loss(tape, 0, 0, 0, 0)[0] == 0.0); // no loss at the first timestep
    assert_close(tape_from_future(tape, 0, 0, 0, 0)[0], dh1, 1e-13);
    const double first[4] = {dzu1, 0.0, dzg1, dzo1}, second[4] = {dzu2, dzf2, dzg2, dzo2}; // c<0> = 0: no forgetting
    for (int k = 0; k < 4; k++) {
        assert_close(*grad_at(&net, "rnn.weight_ih_l0", 0, k), first[k], 1e-13);
        assert_close(*grad_at(&net, "rnn.weight_ih_l0", 1, k), second[k], 1e-13);
        assert_close(*grad_at(&net, "rnn.weight_hh_l0", 0, k), h1 * second[k], 1e-13);
        assert_close(*grad_at(&net, "rnn.bias_ih_l0", 0, k), first[k] + second[k], 1e-13);
    }
    tape_free(tape);
    random_net_release(&net);
}

// The same with peepholes, diagonals in the order u f o: from c<t-1> to the forget and update gate, from c<t> to the
// output gate.
static void a_tiny_peephole_lstm(void **state) {
    (void)state;
    struct random_net net;
    random_net_init(&net, spec_of(CELL_LSTM_PEEPHOLE, 1, 1, 1, 2, 2), 1);
    const double wx[2][4] = {{0.3, -0.2, 0.8, 0.1}, {-0.5, 0.6, 0.9, 0.4}}, wa[4] = {0.7, -0.4, 0.25, 0.55};
    const double b[4] = {0.1, 1.0, -0.2, 0.3}, w[3] = {0.45, -0.8, 0.6};
    for (int k = 0; k < 4; k++) {
        *at(&net, "rnn.weight_ih_l0", 0, k) = wx[0][k];
        *at(&net, "rnn.weight_ih_l0", 1, k) = wx[1][k];
        *at(&net, "rnn.weight_hh_l0", 0, k) = wa[k];
        *at(&net, "rnn.bias_ih_l0", 0, k) = b[k];
    }
    for (int k = 0; k < 3; k++)
        *at(&net, "rnn.weight_ch_l0", 0, k) = w[k];
    *at(&net, "head.weight", 0, 0) = 1.5;
    *at(&net, "head.weight", 0, 1) = -0.5;
    *at(&net, "head.bias", 0, 0) = *at(&net, "head.bias", 0, 1) = 0.0;
    int x[2] = {0, 1}, target[2] = {-1, 0};
    struct example example = {.T = 2, .x = x, .target = target};
    struct tape *tape = tape_new(&net.model.layout.spec, 2, NULL);
    double loss = reference_forward(tape, &net.model.layout, net.params, &example);
    reference_backward(tape, &net.model.layout, net.params, &example, net.grads);

    double u1 = sigmoid(0.3 + 0.1), g1 = tanh(0.8 - 0.2), c1 = u1 * g1;
    double o1 = sigmoid(0.1 + 0.3 + 0.6 * c1), h1 = o1 * tanh(c1);
    double u2 = sigmoid(-0.5 + 0.1 + 0.7 * h1 + 0.45 * c1), f2 = sigmoid(0.6 + 1.0 - 0.4 * h1 - 0.8 * c1);
    double g2 = tanh(0.9 - 0.2 + 0.25 * h1), c2 = u2 * g2 + f2 * c1;
    double o2 = sigmoid(0.4 + 0.3 + 0.55 * h1 + 0.6 * c2), h2 = o2 * tanh(c2);
    double p = sigmoid(2.0 * h2), dh2 = (p - 1.0) * 1.5 + (1.0 - p) * -0.5;
    assert_close(loss, -log(p), 1e-14);
    double dzo2 = dh2 * tanh(c2) * o2 * (1.0 - o2);
    double own2 = dh2 * o2 * (1.0 - tanh(c2) * tanh(c2)) + 0.6 * dzo2, dc2 = own2;
    double dzu2 = dc2 * g2 * u2 * (1.0 - u2), dzf2 = dc2 * c1 * f2 * (1.0 - f2), dzg2 = dc2 * u2 * (1.0 - g2 * g2);
    double dh1 = 0.7 * dzu2 - 0.4 * dzf2 + 0.25 * dzg2 + 0.55 * dzo2, dzo1 = dh1 * tanh(c1) * o1 * (1.0 - o1);
    double own1 = dh1 * o1 * (1.0 - tanh(c1) * tanh(c1)) + 0.6 * dzo1;
    double back1 = dc2 * f2 + 0.45 * dzu2 - 0.8 * dzf2, dc1 = own1 + back1;
    double dzu1 = dc1 * g1 * u1 * (1.0 - u1), dzg1 = dc1 * u1 * (1.0 - g1 * g1);

    const struct cell_desc *cell = net_cell(&net.model.layout.spec);
    int c = cell_slot_by_id(cell, "c");
    assert_close(tape_value(tape, 0, 0, c, 1)[0], c2, 1e-14);
    assert_close(tape_from_loss(tape, 0, 0, 1, 1)[0], own2, 1e-13);
    assert_close(tape_grad(tape, 0, 0, c, 0)[0], dc1, 1e-13);
    assert_close(tape_from_loss(tape, 0, 0, 1, 0)[0], own1, 1e-13);
    assert_close(tape_from_future(tape, 0, 0, 1, 0)[0], back1, 1e-13);
    assert_close(tape_from_future(tape, 0, 0, 0, 0)[0], dh1, 1e-13);
    const double first[4] = {dzu1, 0.0, dzg1, dzo1}, second[4] = {dzu2, dzf2, dzg2, dzo2}; // c<0> = 0: no forgetting
    for (int k = 0; k < 4; k++) {
        assert_close(*grad_at(&net, "rnn.weight_ih_l0", 0, k), first[k], 1e-13);
        assert_close(*grad_at(&net, "rnn.weight_ih_l0", 1, k), second[k], 1e-13);
        assert_close(*grad_at(&net, "rnn.weight_hh_l0", 0, k), h1 * second[k], 1e-13);
        assert_close(*grad_at(&net, "rnn.bias_ih_l0", 0, k), first[k] + second[k], 1e-13);
    }
    assert_close(*grad_at(&net, "rnn.weight_ch_l0", 0, 0), c1 * dzu2, 1e-13);
    assert_close(*grad_at(&net, "rnn.weight_ch_l0", 0, 1), c1 * dzf2, 1e-13);
    assert_close(*grad_at(&net, "rnn.weight_ch_l0", 0, 2), c1 * dzo1 + c2 * dzo2, 1e-13);
    tape_free(tape);
    random_net_release(&net);
}

// A run of a random network, kept for the promises below.
struct run {
    struct random_net net;
    struct tape *tape;
    int x[8], target[8];
    struct example example;
};

static void run_init(struct run *run, enum cell_id cell, int layers, int directions) {
    random_net_init(&run->net, spec_of(cell, layers, directions, 5, 6, 7), 11);
    random_symbols(&run->net.rng, run->x, 8, 6, 5);
    random_symbols(&run->net.rng, run->target, 8, 7, 4);
    run->target[7] = 1;
    run->example = (struct example){.T = 8, .x = run->x, .target = run->target};
    run->tape = tape_new(&run->net.model.layout.spec, 10, NULL);
    reference_forward(run->tape, &run->net.model.layout, run->net.params, &run->example);
    reference_backward(run->tape, &run->net.model.layout, run->net.params, &run->example, run->net.grads);
}

static void run_release(struct run *run) {
    tape_free(run->tape);
    random_net_release(&run->net);
}

static void for_all_nets(void (*check_run)(struct run *run)) {
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int layers = 1; layers <= 2; layers++)
            for (int directions = 1; directions <= 2; directions++) {
                struct run run;
                run_init(&run, (enum cell_id)cell, layers, directions);
                check_run(&run);
                run_release(&run);
            }
}

static void check_parts(struct run *run) {
    const struct layout *layout = &run->net.model.layout;
    for (int p = 0; p < layout->count; p++) {
        size_t count = (size_t)layout->params[p].in * (size_t)layout->params[p].out;
        double *sum = mem_need(count, sizeof(double)), *part = mem_need(count, sizeof(double));
        for (int t = 0; t < 8; t++) {
            tape_param_grad_at(run->tape, layout, &run->example, p, t, part);
            for (size_t i = 0; i < count; i++)
                sum[i] += part[i];
        }
        for (size_t i = 0; i < count; i++)
            assert_true(close_to(sum[i], run->net.grads[layout->params[p].offset + i], 1e-12, 1e-12));
        mem_free(sum);
        mem_free(part);
    }
}

static void the_parts_of_all_timesteps_sum_to_the_gradient(void **state) {
    (void)state;
    for_all_nets(check_parts);
}

static void check_sources(struct run *run) {
    const struct net_spec *spec = tape_spec(run->tape);
    const struct cell_desc *cell = net_cell(spec);
    for (int l = 0; l < spec->layers; l++)
        for (int d = 0; d < spec->directions; d++)
            for (int s = 0; s < cell->state_count; s++)
                for (int t = 0; t < 8; t++) {
                    const double *loss = tape_from_loss(run->tape, l, d, s, t);
                    const double *future = tape_from_future(run->tape, l, d, s, t);
                    const double *grad = tape_grad(run->tape, l, d, cell->state_out[s], t);
                    int after = d == 0 ? t + 1 : t - 1;
                    for (int i = 0; i < spec->hidden; i++) {
                        assert_true(loss[i] + future[i] == grad[i]);
                        double sent =
                            after < 0 || after > 7 ? 0.0 : tape_grad(run->tape, l, d, cell->state_in[s], after)[i];
                        assert_true(future[i] == sent);
                    }
                }
}

static void the_two_sources_add_up(void **state) {
    (void)state;
    for_all_nets(check_sources);
}

// Every gradient inside a cell is the sum of what its readers sent.
static void check_sent(struct run *run) {
    const struct net_spec *spec = tape_spec(run->tape);
    const struct cell_desc *cell = net_cell(spec);
    for (int l = 0; l < spec->layers; l++)
        for (int d = 0; d < spec->directions; d++)
            for (int slot = 0; slot < cell->slot_count; slot++) {
                if (cell->slots[slot].role == SLOT_STATE_OUT) continue;
                int width = slot == cell->input ? net_layer_inputs(spec, l) : spec->hidden;
                for (int t = 0; t < 8; t++)
                    for (int i = 0; i < width; i++) {
                        double sum = 0.0;
                        for (int step = 0; step < cell->step_count; step++)
                            for (int k = 0; k < 2; k++)
                                if (cell->steps[step].in[k] == slot) sum += tape_sent(run->tape, l, d, step, k, t)[i];
                        assert_true(close_to(tape_grad(run->tape, l, d, slot, t)[i], sum, 1e-12, 1e-12));
                    }
            }
}

static void what_steps_send_sums_to_the_gradient(void **state) {
    (void)state;
    for_all_nets(check_sent);
}

static void check_scale(struct run *run) {
    const struct layout *layout = &run->net.model.layout;
    double *grads = mem_need(layout->size, sizeof(double));
    tape_scale_loss(run->tape, 0.125);
    double loss = reference_forward(run->tape, layout, run->net.params, &run->example), sum = 0.0;
    reference_backward(run->tape, layout, run->net.params, &run->example, grads);
    for (size_t i = 0; i < layout->size; i++)
        assert_true(close_to(grads[i], 0.125 * run->net.grads[i], 1e-12, 1e-14));
    for (int t = 0; t < 8; t++)
        sum += tape_loss(run->tape, t);
    assert_close(sum, loss, 1e-14);
    mem_free(grads);
}

static void a_scaled_loss_scales_every_gradient(void **state) {
    (void)state;
    for_all_nets(check_scale);
}

// Reversing the sequence and exchanging the directions' weights gives the same loss.
static void the_two_directions_mirror_each_other(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        struct run run;
        run_init(&run, (enum cell_id)cell, 1, 2);
        const struct layout *layout = &run.net.model.layout;
        double loss = reference_forward(run.tape, layout, run.net.params, &run.example);
        double *mirrored = mem_need(layout->size, sizeof(double));
        memcpy(mirrored, run.net.params, layout->size * sizeof(double));
        for (int role = PARAM_INPUT; role <= PARAM_DIAGONAL; role++)
            for (int d = 0; d < 2; d++) {
                if (role == PARAM_HEAD || role == PARAM_HEAD_BIAS) continue;
                if (layout_param(layout, (enum param_role)role, 0, d) < 0) continue;
                const struct param *from = &layout->params[layout_param(layout, (enum param_role)role, 0, d)];
                const struct param *to = &layout->params[layout_param(layout, (enum param_role)role, 0, 1 - d)];
                memcpy(mirrored + to->offset, run.net.params + from->offset,
                       (size_t)from->in * (size_t)from->out * sizeof(double));
            }
        const struct param *head = &layout->params[layout_param(layout, PARAM_HEAD, -1, -1)];
        size_t half = (size_t)head->in / 2 * (size_t)head->out;
        memcpy(mirrored + head->offset, run.net.params + head->offset + half, half * sizeof(double));
        memcpy(mirrored + head->offset + half, run.net.params + head->offset, half * sizeof(double));
        int x[8], target[8];
        for (int t = 0; t < 8; t++)
            x[t] = run.x[7 - t], target[t] = run.target[7 - t];
        struct example back = {.T = 8, .x = x, .target = target};
        assert_close(reference_forward(run.tape, layout, mirrored, &back), loss, 1e-13);
        mem_free(mirrored);
        run_release(&run);
    }
}

static void tapes_say_what_they_cannot_do(void **state) {
    (void)state;
    struct net_spec spec = spec_of(CELL_LSTM, 1, 1, 5, 6, 7);
    struct err err = {0};
    assert_null(tape_new(&spec, 0, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    spec.hidden = 4096;
    spec.inputs = spec.outputs = 1 << 20;
    assert_null(tape_new(&spec, 2000000000, &err));
    assert_int_equal(err.code, ERR_MEMORY);
    spec = spec_of(CELL_LSTM, 1, 1, 5, 6, 7);
    for (int n = 1; n <= 2; n++) {
        mem_fail_at(n);
        assert_null(tape_new(&spec, 4, &err));
        assert_int_equal(err.code, ERR_MEMORY);
    }
    mem_fail_at(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tiny_rnn),
        cmocka_unit_test(a_tiny_lstm),
        cmocka_unit_test(a_tiny_peephole_lstm),
        cmocka_unit_test(the_parts_of_all_timesteps_sum_to_the_gradient),
        cmocka_unit_test(the_two_sources_add_up),
        cmocka_unit_test(what_steps_send_sums_to_the_gradient),
        cmocka_unit_test(a_scaled_loss_scales_every_gradient),
        cmocka_unit_test(the_two_directions_mirror_each_other),
        cmocka_unit_test(tapes_say_what_they_cannot_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
