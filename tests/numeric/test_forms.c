// The analyses and the clamps in every form of network, against one pass per loss and finite differences.
#include "analysis.h"
#include "random_example.h"
#include <string.h>

enum { H = 4, MAX_T = EXAMPLE_MAX_T, PAIRS = MAX_T * MAX_T };

struct fixture {
    const struct net_form *form;
    struct random_net net;
    struct random_example random;
    struct example *example;
    struct tape *tape;
    const struct layout *layout; // the whole one
    const struct cell_desc *cell;
};

static double run(struct fixture *f, const struct clamps *clamps) {
    memset(f->net.grads, 0, f->layout->size * sizeof(double));
    double loss = reference_forward_with(f->tape, f->layout, f->net.params, f->example, clamps);
    reference_backward(f->tape, f->layout, f->net.params, f->example, f->net.grads);
    return loss;
}

static void set_up(struct fixture *f, const struct net_form *form, enum cell_id cell, int layers, int directions) {
    struct net_spec spec = spec_of_form(form, cell, layers, directions, H);
    f->form = form;
    random_net_init(&f->net, spec, 23);
    random_example_init(&f->random, &spec, form->source_T, form->T, true, &f->net.rng);
    f->example = &f->random.example;
    f->layout = &f->net.model.layout;
    f->cell = net_cell(&spec);
    f->tape = tape_of(&spec, f->example);
    tape_scale_loss(f->tape, 0.7);
    run(f, NULL);
}

static void tear_down(struct fixture *f) {
    tape_free(f->tape);
    random_net_release(&f->net);
}

// One side of a network: the only one, or the decoder's and the encoder's.
typedef void side_fn(struct fixture *f, const struct tape *side, int layer, int direction);

static void for_every_side(side_fn *check) {
    for (int form = 0; form < NET_FORM_COUNT; form++)
        for (int cell = 0; cell < CELL_COUNT; cell++)
            for (int shape = 0; shape < 3; shape++) {
                struct fixture f;
                set_up(&f, &net_forms[form], (enum cell_id)cell, shape == 0 ? 1 : 2, shape == 1 ? 1 : 2);
                const struct tape *sides[2] = {f.tape, tape_encoder(f.tape)};
                for (int side = 0; side < 2 && sides[side]; side++)
                    for (int l = 0; l < tape_spec(sides[side])->layers; l++)
                        for (int d = 0; d < tape_spec(sides[side])->directions; d++)
                            check(&f, sides[side], l, d);
                tear_down(&f);
            }
}

static double length_of(const double *v, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sqrt(sum);
}

// --- itemised ---

// dL<tau>/d(state)<t>: a pass in which only tau carries a loss.
static double masked_pass(struct fixture *f, const struct tape *side, int layer, int direction,
                          const struct clamps *clamps, int tau, double *const norms[], double *const vectors[]) {
    int masked[MAX_T], T = tape_length(side);
    for (int t = 0; t < f->example->T; t++)
        masked[t] = t == tau ? f->random.target[t] : -1;
    f->example->target = masked;
    run(f, clamps);
    f->example->target = f->random.target;
    double seen = 0;
    for (int s = 0; s < f->cell->state_count; s++)
        for (int t = 0; t < T; t++) {
            const double *expected = tape_grad(side, layer, direction, f->cell->state_out[s], t);
            const double *found = vectors[s] + (tau * T + t) * H;
            for (int i = 0; i < H; i++)
                if (!close_to(found[i], expected[i], 1e-11, 1e-6))
                    fail_msg("%s %s: state %d, tau %d, t %d, unit %d: %.12g, expected %.12g", f->cell->name,
                             f->form->name, s, tau, t, i, found[i], expected[i]);
            assert_close(norms[s][tau * T + t], length_of(expected, H), 1e-11);
            seen += norms[s][tau * T + t];
        }
    return seen;
}

static void against_masked_passes(struct fixture *f, const struct tape *side, int layer, int direction,
                                  const struct clamps *clamps) {
    static double n[CELL_MAX_STATES][PAIRS], v[CELL_MAX_STATES][PAIRS * H];
    double *const norms[] = {n[0], n[1]}, *const vectors[] = {v[0], v[1]};
    memset(n, 0x7f, sizeof n); // no field may be left as it was
    memset(v, 0x7f, sizeof v);
    run(f, clamps);
    assert_true(analysis_itemised(side, f->layout, f->net.params, f->example, layer, direction, norms, vectors, NULL));
    int T = tape_length(side), taus = f->example->T;
    for (int s = 0; s < f->cell->state_count; s++)
        for (int t = 0; t < T; t++)
            for (int i = 0; i < H; i++) {
                double sum = 0;
                for (int tau = 0; tau < taus; tau++)
                    sum += v[s][(tau * T + t) * H + i];
                assert_true(close_to(sum, tape_grad(side, layer, direction, f->cell->state_out[s], t)[i], 1e-11, 1e-6));
            }
    double seen = 0;
    for (int tau = 0; tau < taus; tau++)
        seen += masked_pass(f, side, layer, direction, clamps, tau, norms, vectors);
    assert_true(seen > 1e-4);
    run(f, NULL);
}

static void check_itemised(struct fixture *f, const struct tape *side, int layer, int direction) {
    against_masked_passes(f, side, layer, direction, NULL);
    int last = f->example->T - 1;
    struct clamps clamps = {.count = 2,
                            .list = {{-1, -1, f->cell->state_in[0], 1, 0, 0, 0.1}, // what is handed over, too
                                     {-1, -1, f->cell->input, 2, last, last, 0.2}}};
    if (f->example->source) {
        clamps.list[clamps.count++] = (struct clamp){0, -1, f->cell->state_out[0], 2, 0, 0, 0.3, .encoder = true};
        clamps.list[clamps.count++] = (struct clamp){0, 0, f->cell->steps[0].out, -1, 0, 0, 0.3, .encoder = true};
    }
    against_masked_passes(f, side, layer, direction, &clamps);
    if (f->layout->spec.layers == 1) return;
    double factors[MAX_T * 2 * H], of_source[MAX_T * 2 * H];
    for (int i = 0; i < MAX_T * 2 * H; i++) {
        factors[i] = i % 3 == 0 ? 0 : 1.5;
        of_source[i] = i % 4 == 0 ? 0 : 1.25;
    }
    f->example->dropout = factors;
    f->random.source.dropout = of_source;
    against_masked_passes(f, side, layer, direction, NULL);
    f->example->dropout = f->random.source.dropout = NULL;
    run(f, NULL);
}

static void itemised(void **state) {
    (void)state;
    for_every_side(check_itemised);
}

static void itemised_breaks_with_the_hand_over(void **state) { // it walks by the reference's own rules
    (void)state;
    struct fixture f;
    set_up(&f, &net_forms[NET_FORM_COUNT - 3], CELL_LSTM, 1, 2);
    const struct tape *encoder = tape_encoder(f.tape);
    static const int rules[] = {RULE_HAND_OVER, RULE_HEAD, OP_MUL};
    double right[PAIRS], broken[PAIRS];
    size_t last = (size_t)(f.example->T * tape_length(encoder) - 1);
    assert_true(analysis_itemised(encoder, f.layout, f.net.params, f.example, 0, 0, (double *const[]){right, NULL},
                                  NULL, NULL));
    for (int i = 0; i < 3; i++) {
        reference_break(rules[i], 2);
        assert_true(analysis_itemised(encoder, f.layout, f.net.params, f.example, 0, 0, (double *const[]){broken, NULL},
                                      NULL, NULL));
        reference_break(rules[i], 1);
        assert_true(fabs(right[last] - broken[last]) > 1e-3 * right[last]);
    }
    tear_down(&f);
}

// --- paths ---

static void check_paths(struct fixture *f, const struct tape *side, int layer, int direction) {
    struct path_mask masks[MAX_T];
    double grads[CELL_MAX_STATES][MAX_T * H];
    int T = tape_length(side);
    for (int t = 0; t < T; t++)
        path_all(f->cell, &masks[t]);
    assert_true(analysis_path(side, f->layout, f->net.params, f->example, layer, direction, masks,
                              (double *const[]){grads[0], grads[1]}, NULL));
    for (int s = 0; s < f->cell->state_count; s++)
        for (int t = 0; t < T; t++)
            for (int i = 0; i < H; i++)
                assert_true(close_to(grads[s][t * H + i],
                                     tape_grad(side, layer, direction, f->cell->state_out[s], t)[i], 1e-11, 1e-6));
    // nothing crosses from timestep to timestep: what arrives at its own, and at the end what the decoder sends
    for (int t = 0; t < T; t++)
        path_none(f->cell, &masks[t]);
    assert_true(analysis_path(side, f->layout, f->net.params, f->example, layer, direction, masks,
                              (double *const[]){grads[0], grads[1]}, NULL));
    int end = direction == 0 ? T - 1 : 0;
    for (int t = 0; t < T; t++)
        for (int i = 0; i < H; i++) {
            double expected = tape_from_loss(side, layer, direction, 0, t)[i];
            if (t == end) expected += tape_from_future(side, layer, direction, 0, t)[i];
            assert_true(close_to(grads[0][t * H + i], expected, 1e-11, 1e-6));
        }
}

static void paths(void **state) {
    (void)state;
    for_every_side(check_paths);
}

// --- Jacobians ---

// Column by column: the state that the timestep after `from` reads is poked.
static void check_jacobian(struct fixture *f, const struct tape *side, int layer, int direction) {
    const double e = 1e-3;
    int T = tape_length(side);
    if (T < 3) return;
    int from = direction ? T - 1 : 0, to = direction ? 1 : T - 2, next = direction ? from - 1 : from + 1;
    struct jacobian j;
    assert_true(jacobian_init(&j, side, f->layout, f->net.params, layer, direction, to, -1, from, -1, NULL));
    for (int column = 0; column < j.columns; column += 3) {
        int in = f->cell->state_in[column / H], unit = column % H;
        run(f, NULL);
        double base = tape_value(side, layer, direction, in, next)[unit], value[4][2 * H];
        for (int k = 0; k < 4; k++) {
            struct clamps poke = {.count = 1,
                                  .list = {{layer, direction, in, unit, next, next,
                                            base + e * (double[]){1, -1, 2, -2}[k], .encoder = side != f->tape}}};
            run(f, &poke);
            for (int row = 0; row < j.rows; row++)
                value[k][row] = tape_value(side, layer, direction, f->cell->state_out[row / H], to)[row % H];
        }
        for (int row = 0; row < j.rows; row++) {
            double numeric = (8 * (value[0][row] - value[1][row]) - (value[2][row] - value[3][row])) / (12 * e);
            if (!close_to(j.product[row * j.columns + column], numeric, 1e-7, 1e-3))
                fail_msg("%s %s: d state[%d] / d state[%d] is %.12g, expected %.12g", f->cell->name, f->form->name, row,
                         column, j.product[row * j.columns + column], numeric);
        }
    }
    jacobian_release(&j);
    run(f, NULL);
}

static void jacobians(void **state) {
    (void)state;
    for_every_side(check_jacobian);
}

// --- parts of a weight's gradient, gate statistics, the numeric gradient ---

static void check_parts(struct fixture *f, const struct tape *side, int layer, int direction) {
    for (int p = 0; p < f->layout->count; p++) {
        const struct param *param = &f->layout->params[p];
        if (param->layer >= 0 && (param->layer != layer || param->direction != direction)) continue;
        bool of_encoder = f->example->source && p < f->layout->encoder->count;
        int T = of_encoder ? f->example->source->T : f->example->T;
        size_t size = (size_t)param->in * (size_t)param->out;
        double norms[MAX_T], parts[MAX_T], *part = mem_need(2 * size, sizeof *part), *sum = part + size;
        int row = param->role == PARAM_EMBED ? (of_encoder ? f->random.source_x : f->random.x)[T - 1] : param->in / 2;
        int column = param->out * 2 / 3;
        if (row < 0) row = 0;
        size_t entry = (size_t)row * (size_t)param->out + (size_t)column;
        assert_true(analysis_part_norms(side, f->layout, f->example, p, norms, NULL));
        assert_true(analysis_entry_parts(side, f->layout, f->example, p, row, column, parts, NULL));
        for (int t = 0; t < T; t++) {
            tape_param_grad_at(side, f->layout, f->example, p, t, part);
            assert_true(close_to(norms[t], length_of(part, size), 1e-12, 1e-9));
            assert_true(close_to(parts[t], part[entry], 1e-13, 1e-9));
            for (size_t i = 0; i < size; i++)
                sum[i] += part[i];
        }
        for (size_t i = 0; i < size; i++)
            if (!close_to(sum[i], f->net.grads[param->offset + i], 1e-11, 1e-6))
                fail_msg("%s %s: %s[%zu]: parts add up to %.12g, expected %.12g", f->cell->name, f->form->name,
                         param->name, i, sum[i], f->net.grads[param->offset + i]);
        mem_free(part);
    }
}

static void parts(void **state) {
    (void)state;
    for_every_side(check_parts);
}

static void check_gates(struct fixture *f, const struct tape *side, int layer, int direction) {
    int slot = f->cell->steps[1].out;
    struct gate_stats stats;
    assert_true(gate_stats_init(&stats, tape_spec(side), layer, direction, slot, NULL));
    gate_stats_add(&stats, side);
    double mean = 0;
    for (int t = 0; t < tape_length(side); t++)
        for (int i = 0; i < H; i++)
            mean += tape_value(side, layer, direction, slot, t)[i] / (tape_length(side) * H);
    assert_int_equal(stats.count, tape_length(side));
    assert_true(close_to(stats.mean, mean, 1e-12, 1e-3));
    gate_stats_release(&stats);
}

static void gates(void **state) {
    (void)state;
    for_every_side(check_gates);
}

static void check_numeric(struct fixture *f, const struct tape *side, int layer, int direction) {
    if (layer + direction > 0 || side != f->tape) return; // of every parameter: once a network
    for (int p = 0; p < f->layout->count; p++) {
        const struct param *param = &f->layout->params[p];
        struct numeric_gradient n;
        int row = param->in - 1, column = param->out - 1;
        assert_true(analysis_numeric(f->layout, f->net.params, f->example, NULL, 0.7, p, row, column, 1e-4, &n, NULL));
        assert_close(n.analytic, f->net.grads[param->offset + (size_t)row * (size_t)param->out + (size_t)column],
                     1e-15);
        assert_true(close_to(n.estimate, n.analytic, 1e-5, 1e-3));
    }
}

static void numeric(void **state) {
    (void)state;
    for_every_side(check_numeric);
}

// --- clamps ---

// Some of every parameter and the clamps' own values, by central differences of fourth order with the clamps in place.
static void check_gradients(struct fixture *f, struct clamps *clamps) {
    const double e = 1e-3;
    double *probe[2048], analytic[2048];
    size_t count = 0;
    run(f, clamps);
    for (int p = 0; p < f->layout->count; p++) {
        const struct param *param = &f->layout->params[p];
        for (size_t i = count % 3; i < (size_t)param->in * (size_t)param->out; i += 61) {
            probe[count] = f->net.params + param->offset + i;
            analytic[count++] = f->net.grads[param->offset + i];
        }
    }
    for (int i = 0; i < clamps->count; i++) {
        probe[count] = &clamps->list[i].value;
        analytic[count++] = tape_clamp_grad(f->tape, i);
    }
    assert_in_range(count, 10, 2048);
    for (size_t i = 0; i < count; i++) {
        double kept = *probe[i], l[4];
        for (int k = 0; k < 4; k++) {
            *probe[i] = kept + e * (double[]){1, -1, 2, -2}[k];
            l[k] = reference_forward_with(f->tape, f->layout, f->net.params, f->example, clamps);
        }
        *probe[i] = kept;
        double expected = 0.7 * (8 * (l[0] - l[1]) - (l[2] - l[3])) / (12 * e);
        if (!close_to(analytic[i], expected, 1e-7, 1e-2))
            fail_msg("%s %s: number %zu of %zu: analytic %.12g, numeric %.12g", f->cell->name, f->form->name, i, count,
                     analytic[i], expected);
    }
}

static void check_clamps(struct fixture *f, const struct tape *side, int layer, int direction) {
    int last = tape_length(side) - 1;
    bool encoder = side != f->tape;
    for (int slot = (layer + direction) % 2; slot < f->cell->slot_count; slot += 2) {
        struct clamps clamps = {.count = 2,
                                .list = {{layer, direction, slot, 1, 0, last, 0.4, encoder},
                                         {layer, -1, slot, -1, last, last, -0.3, encoder}}};
        assert_true(clamps_check_pair(&clamps, &f->layout->spec, f->form->source_T, f->form->T, NULL));
        check_gradients(f, &clamps);
        run(f, &clamps);
        assert_true(tape_value(side, layer, direction, slot, last)[1] == -0.3);
        if (last > 0) assert_true(tape_value(side, layer, direction, slot, 0)[1] == 0.4);
        for (int t = 0; t <= last; t++)
            assert_true(tape_grad(side, layer, direction, slot, t)[1] == 0);
    }
    run(f, NULL);
}

static void clamped(void **state) {
    (void)state;
    for_every_side(check_clamps);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(itemised), cmocka_unit_test(itemised_breaks_with_the_hand_over),
        cmocka_unit_test(paths),    cmocka_unit_test(jacobians),
        cmocka_unit_test(parts),    cmocka_unit_test(gates),
        cmocka_unit_test(numeric),  cmocka_unit_test(clamped),
    };
    return cmocka_run_group_tests_name("forms", tests, NULL, NULL);
}
