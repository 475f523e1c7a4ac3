// The analyses against what they stand for: one pass per loss, paths that add up, finite differences, closed
// forms.
#include "analysis.h"
#include "random_net.h"
#include "svd.h"
#include <string.h>

enum { T = 7, H = 5, V = 6 };

static const int inputs[T] = {-1, 2, 4, 1, 3, 0, 5}, targets[T] = {2, 4, -1, 3, 0, 1, 1};
static struct example example = {.T = T, .x = inputs, .target = targets};

struct fixture {
    struct random_net net;
    struct tape *tape;
    const struct layout *layout;
    const struct cell_desc *cell;
};

static void run(struct fixture *f, const struct clamps *clamps) {
    memset(f->net.grads, 0, f->layout->size * sizeof(double));
    reference_forward_with(f->tape, f->layout, f->net.params, &example, clamps);
    reference_backward(f->tape, f->layout, f->net.params, &example, f->net.grads);
}

static void set_up(struct fixture *f, enum cell_id cell, int layers, int directions) {
    random_net_init(&f->net, spec_of(cell, layers, directions, H, V, V), 17);
    f->layout = &f->net.model.layout;
    f->cell = net_cell(&f->layout->spec);
    f->tape = tape_new(&f->layout->spec, T, NULL);
    tape_scale_loss(f->tape, 0.7);
    run(f, NULL);
}

static void tear_down(struct fixture *f) {
    tape_free(f->tape);
    random_net_release(&f->net);
}

static int slot_of(const struct fixture *f, const char *id) {
    int slot = cell_slot_by_id(f->cell, id);
    assert_true(slot >= 0);
    return slot;
}

#define expect_close(found, expected, tolerance)                                                                       \
    do {                                                                                                               \
        double found_ = (found), expected_ = (expected);                                                               \
        if (!close_to(found_, expected_, (tolerance), 1e-3))                                                           \
            fail_msg("%s:%d: %s is %.12g, expected %.12g", __FILE__, __LINE__, #found, found_, expected_);             \
    } while (0)

static double length_of(const double *v, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sqrt(sum);
}

static void for_every_kind(void (*check)(struct fixture *f, int layer, int direction)) {
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int layers = 1; layers <= 2; layers++)
            for (int directions = 1; directions <= 2; directions++) {
                struct fixture f;
                set_up(&f, (enum cell_id)cell, layers, directions);
                for (int l = 0; l < layers; l++)
                    for (int d = 0; d < directions; d++)
                        check(&f, l, d);
                tear_down(&f);
            }
}

// --- itemised ---

// Pass by pass, all other losses masked.
static void against_masked_passes(struct fixture *f, int layer, int direction, const struct clamps *clamps) {
    static double norms[CELL_MAX_STATES][T * T], vectors[CELL_MAX_STATES][T * T * H];
    run(f, clamps);
    memset(norms, 0x7f, sizeof norms); // no field may be left as it was
    memset(vectors, 0x7f, sizeof vectors);
    assert_true(analysis_itemised(f->tape, f->layout, f->net.params, &example, layer, direction,
                                  (double *const[]){norms[0], norms[1]}, (double *const[]){vectors[0], vectors[1]},
                                  NULL));
    struct tape *tape = tape_new(&f->layout->spec, T, NULL);
    double *grads = mem_need(f->layout->size, sizeof *grads);
    tape_scale_loss(tape, 0.7);
    double seen = 0;
    for (int tau = 0; tau < T; tau++) {
        int masked[T];
        for (int t = 0; t < T; t++)
            masked[t] = t == tau ? targets[t] : -1;
        struct example one = {.T = T, .x = inputs, .target = masked, .dropout = example.dropout};
        reference_forward_with(tape, f->layout, f->net.params, &one, clamps);
        reference_backward(tape, f->layout, f->net.params, &one, grads);
        for (int s = 0; s < f->cell->state_count; s++)
            for (int t = 0; t < T; t++) {
                const double *expected = tape_grad(tape, layer, direction, f->cell->state_out[s], t);
                for (int i = 0; i < H; i++)
                    if (!close_to(vectors[s][(tau * T + t) * H + i], expected[i], 1e-11, 1e-6))
                        fail_msg("%s: state %d, tau %d, t %d, unit %d: %.12g, expected %.12g", f->cell->name, s, tau, t,
                                 i, vectors[s][(tau * T + t) * H + i], expected[i]);
                assert_close(norms[s][tau * T + t], length_of(expected, H), 1e-11);
                seen += norms[s][tau * T + t];
            }
    }
    assert_true(seen > 0.01);
    tape_free(tape);
    mem_free(grads);
}

static void check_itemised(struct fixture *f, int layer, int direction) {
    against_masked_passes(f, layer, direction, NULL);
    struct clamps clamps = {.count = 3,
                            .list = {{-1, -1, f->cell->input, 2, 1, 5, 0.2},
                                     {-1, -1, f->cell->state_in[0], 1, 2, 3, 0.1},
                                     {0, 0, f->cell->steps[0].out, -1, 4, 4, 0.3}}};
    against_masked_passes(f, layer, direction, &clamps);
    if (f->layout->spec.layers > 1) { // dropout between the layers scales what goes down
        double factors[T * 2 * H];
        for (int i = 0; i < T * 2 * H; i++)
            factors[i] = i % 3 == 0 ? 0 : 1.5;
        example.dropout = factors;
        against_masked_passes(f, layer, direction, NULL);
        example.dropout = NULL;
    }
    run(f, NULL);
}

static void itemised(void **state) {
    (void)state;
    for_every_kind(check_itemised);
}

static void itemised_breaks_with_the_rules(void **state) { // it walks by the reference's own rules
    (void)state;
    struct fixture f;
    set_up(&f, CELL_LSTM, 1, 1);
    double right[T * T], broken[T * T];
    assert_true(
        analysis_itemised(f.tape, f.layout, f.net.params, &example, 0, 0, (double *const[]){right, NULL}, NULL, NULL));
    for (int op = 0; op < 2; op++) {
        enum cell_op broke = op ? OP_AFFINE : OP_MUL;
        reference_break(broke, -1);
        assert_true(analysis_itemised(f.tape, f.layout, f.net.params, &example, 0, 0, (double *const[]){broken, NULL},
                                      NULL, NULL));
        reference_break(broke, 1);
        assert_true(fabs(right[(T - 1) * T] - broken[(T - 1) * T]) > 1e-6 * right[(T - 1) * T]);
    }
    tear_down(&f);
}

// --- paths ---

struct paths {
    double grads[CELL_MAX_STATES][T * H];
};

static void path(struct fixture *f, int layer, int direction, const struct path_mask *masks, struct paths *out) {
    memset(out, 0x7f, sizeof *out);
    assert_true(analysis_path(f->tape, f->layout, f->net.params, &example, layer, direction, masks,
                              (double *const[]){out->grads[0], out->grads[1]}, NULL));
}

static void check_all_paths(struct fixture *f, int layer, int direction) {
    struct path_mask masks[T];
    struct paths whole;
    for (int t = 0; t < T; t++)
        path_all(f->cell, &masks[t]);
    path(f, layer, direction, masks, &whole);
    for (int s = 0; s < f->cell->state_count; s++)
        for (int t = 0; t < T; t++)
            for (int i = 0; i < H; i++)
                expect_close(whole.grads[s][t * H + i],
                             tape_grad(f->tape, layer, direction, f->cell->state_out[s], t)[i], 1e-12);
    // with nothing crossing from timestep to timestep, a has what arrived from its own
    for (int t = 0; t < T; t++)
        path_none(f->cell, &masks[t]);
    path(f, layer, direction, masks, &whole);
    for (int t = 0; t < T; t++)
        for (int i = 0; i < H; i++)
            expect_close(whole.grads[0][t * H + i], tape_from_loss(f->tape, layer, direction, 0, t)[i], 1e-12);
}

static void all_paths(void **state) {
    (void)state;
    for_every_kind(check_all_paths);
}

// Every way through timestep t+1, split by what it goes through, adds up to the whole at t.
static void paths_add_up(enum cell_id cell) {
    static const char *const ways[] = {"gate_f", "gate_u", "c_tilde", "gate_o", NULL}; // NULL: the memory lane
    struct fixture f;
    set_up(&f, cell, 2, 2);
    for (int layer = 0; layer < 2; layer++)
        for (int direction = 0; direction < 2; direction++) {
            const int t = 3, next = direction ? t - 1 : t + 1;
            struct path_mask masks[T];
            struct paths none, one;
            double sum[2][H];
            for (int k = 0; k < T; k++)
                path_all(f.cell, &masks[k]);
            path_none(f.cell, &masks[next]);
            path(&f, layer, direction, masks, &none);
            for (int s = 0; s < 2; s++)
                memcpy(sum[s], none.grads[s] + t * H, sizeof sum[s]);
            for (int way = 0; way < 5; way++) {
                if (ways[way])
                    path_through(f.cell, slot_of(&f, ways[way]), &masks[next]);
                else
                    path_memory(f.cell, &masks[next]);
                path(&f, layer, direction, masks, &one);
                double moved = 0;
                for (int s = 0; s < 2; s++)
                    for (int i = 0; i < H; i++) {
                        sum[s][i] += one.grads[s][t * H + i] - none.grads[s][t * H + i];
                        moved += fabs(one.grads[s][t * H + i] - none.grads[s][t * H + i]);
                    }
                assert_true(moved > 1e-6); // no way is empty
            }
            for (int s = 0; s < 2; s++)
                for (int i = 0; i < H; i++)
                    expect_close(sum[s][i], tape_grad(f.tape, layer, direction, f.cell->state_out[s], t)[i], 1e-12);
        }
    tear_down(&f);
}

static void lstm_paths_add_up(void **state) {
    (void)state;
    paths_add_up(CELL_LSTM);
    paths_add_up(CELL_LSTM_PEEPHOLE);
}

// Four-point central difference of the loss by the value of clamp i.
static double by_clamp(struct fixture *f, struct clamps *clamps, int i) {
    const double e = 1e-3;
    double kept = clamps->list[i].value, l[4];
    for (int k = 0; k < 4; k++) {
        clamps->list[i].value = kept + e * (double[]){1, -1, 2, -2}[k];
        l[k] = 0.7 * reference_forward_with(f->tape, f->layout, f->net.params, &example, clamps);
    }
    clamps->list[i].value = kept;
    return (8 * (l[0] - l[1]) - (l[2] - l[3])) / (12 * e);
}

// The memory's lane alone: with every gate and candidate after t held where it is, all that is left of c<t>'s
// effect on later losses is the lane. Through one gate at t+1: all others held there.
static void paths_by_finite_differences(void **state) {
    (void)state;
    static const char *const gates[] = {"gate_f", "gate_u", "c_tilde", "gate_o"};
    enum { t = 2 };
    struct fixture f;
    set_up(&f, CELL_LSTM, 1, 1);
    int c_prev = slot_of(&f, "c_prev"), a_prev = slot_of(&f, "a_prev");
    struct path_mask masks[T];
    struct paths with, without;
    for (int unit = 0; unit < 2; unit++) {
        run(&f, NULL);
        for (int k = 0; k < T; k++)
            path_memory(f.cell, &masks[k]);
        path(&f, 0, 0, masks, &with);
        path_none(f.cell, &masks[t + 1]);
        path(&f, 0, 0, masks, &without);
        // one unit of the 4 slots over T - 1 - t timesteps: c lives by units when its gates are held
        struct clamps clamps = {
            .count = 1, .list = {{0, 0, c_prev, unit, t + 1, t + 1, tape_value(f.tape, 0, 0, c_prev, t + 1)[unit]}}};
        for (int k = t + 1; k < T; k++)
            for (int g = 0; g < 4; g++) {
                int slot = slot_of(&f, gates[g]);
                clamps.list[clamps.count++] =
                    (struct clamp){0, 0, slot, unit, k, k, tape_value(f.tape, 0, 0, slot, k)[unit]};
            }
        // ... and what the other units' gates read of it is held too
        assert_true(clamps.count == 17);
        struct clamps wide = clamps;
        for (int k = t + 2; k < T; k++)
            wide.list[wide.count++] =
                (struct clamp){0, 0, a_prev, unit, k, k, tape_value(f.tape, 0, 0, a_prev, k)[unit]};
        double expected = by_clamp(&f, &wide, 0);
        assert_true(fabs(expected) > 1e-5);
        expect_close(with.grads[1][t * H + unit] - without.grads[1][t * H + unit], expected, 1e-8);
    }
    // through one gate at t+1, every way after it
    for (int through = 0; through < 4; through++) {
        run(&f, NULL);
        for (int k = 0; k < T; k++)
            path_all(f.cell, &masks[k]);
        path_through(f.cell, slot_of(&f, gates[through]), &masks[t + 1]);
        path(&f, 0, 0, masks, &with);
        path_none(f.cell, &masks[t + 1]);
        path(&f, 0, 0, masks, &without);
        struct clamps clamps = {.count = 1,
                                .list = {{0, 0, a_prev, 0, t + 1, t + 1, tape_value(f.tape, 0, 0, a_prev, t + 1)[0]}}};
        for (int g = 0; g < 4; g++)
            for (int i = 0; g != through && i < H; i++) {
                int slot = slot_of(&f, gates[g]);
                clamps.list[clamps.count++] =
                    (struct clamp){0, 0, slot, i, t + 1, t + 1, tape_value(f.tape, 0, 0, slot, t + 1)[i]};
            }
        double expected = by_clamp(&f, &clamps, 0);
        assert_true(fabs(expected) > 1e-6);
        expect_close(with.grads[0][t * H] - without.grads[0][t * H], expected, 1e-8);
    }
    tear_down(&f);
}

// An LSTM's memory lane in closed form: dc<t> = dc<t>(own) + Gamma_f<t+1> dc<t+1>.
static void memory_lane_in_closed_form(void **state) {
    (void)state;
    struct fixture f;
    set_up(&f, CELL_LSTM, 1, 1);
    struct path_mask masks[T];
    struct paths memory;
    for (int t = 0; t < T; t++)
        path_memory(f.cell, &masks[t]);
    path(&f, 0, 0, masks, &memory);
    int gate_f = slot_of(&f, "gate_f"), gate_o = slot_of(&f, "gate_o"), tanh_c = slot_of(&f, "tanh_c");
    double dc[H] = {0};
    for (int t = T - 1; t >= 0; t--)
        for (int i = 0; i < H; i++) {
            double y = tape_value(f.tape, 0, 0, tanh_c, t)[i], da = 0;
            const struct param *head = &f.layout->params[layout_find(f.layout, "head.weight")];
            for (int o = 0; o < V; o++)
                da += f.net.params[head->offset + (size_t)(i * V + o)] * tape_logits_grad(f.tape, t)[o];
            if (t < T - 1) dc[i] *= tape_value(f.tape, 0, 0, gate_f, t + 1)[i];
            dc[i] += da * tape_value(f.tape, 0, 0, gate_o, t)[i] * (1 - y * y);
            expect_close(memory.grads[1][t * H + i], dc[i], 1e-12);
            expect_close(memory.grads[0][t * H + i], da, 1e-12);
        }
    // through the output gate alone c is heard in its own timestep only: through a<t>
    for (int t = 0; t < T; t++)
        path_through(f.cell, gate_o, &masks[t]);
    path(&f, 0, 0, masks, &memory);
    for (int t = 0; t < T; t++)
        for (int i = 0; i < H; i++) {
            double y = tape_value(f.tape, 0, 0, tanh_c, t)[i], o = tape_value(f.tape, 0, 0, gate_o, t)[i];
            expect_close(memory.grads[1][t * H + i], memory.grads[0][t * H + i] * o * (1 - y * y), 1e-12);
        }
    tear_down(&f);
}

// --- Jacobians ---

// Column by column: the state that timestep `next` reads is poked.
static void check_jacobian(struct fixture *f, int layer, int direction) {
    const double e = 1e-3;
    int from = direction ? 5 : 1, to = direction ? 2 : 4, next = direction ? 4 : 2, states = f->cell->state_count;
    struct jacobian j;
    assert_true(jacobian_init(&j, f->tape, f->layout, f->net.params, layer, direction, to, -1, from, -1, NULL));
    assert_int_equal(j.size, H * states);
    assert_int_equal(j.steps, 3);
    struct tape *tape = tape_new(&f->layout->spec, T, NULL);
    for (int column = 0; column < j.columns; column++) {
        int in = f->cell->state_in[column / H], unit = column % H;
        double base = tape_value(f->tape, layer, direction, in, next)[unit], value[4][2 * H];
        for (int k = 0; k < 4; k++) {
            struct clamps poke = {
                .count = 1, .list = {{layer, direction, in, unit, next, next, base + e * (double[]){1, -1, 2, -2}[k]}}};
            reference_forward_with(tape, f->layout, f->net.params, &example, &poke);
            for (int row = 0; row < j.rows; row++)
                value[k][row] = tape_value(tape, layer, direction, f->cell->state_out[row / H], to)[row % H];
        }
        for (int row = 0; row < j.rows; row++) {
            double numeric = (8 * (value[0][row] - value[1][row]) - (value[2][row] - value[3][row])) / (12 * e);
            if (!close_to(j.product[row * j.columns + column], numeric, 1e-7, 1e-3))
                fail_msg("%s: d state[%d] / d state[%d] is %.12g, expected %.12g", f->cell->name, row, column,
                         j.product[row * j.columns + column], numeric);
        }
    }
    // F<to> ... F<from+1>
    double product[4 * H * H], last[4 * H * H];
    size_t n = (size_t)j.size, square = n * n;
    memcpy(product, j.factors, square * sizeof *product);
    for (size_t step = 1; step < 3; step++) {
        memcpy(last, product, square * sizeof *last);
        for (size_t r = 0; r < n; r++)
            for (size_t c = 0; c < n; c++) {
                product[r * n + c] = 0;
                for (size_t k = 0; k < n; k++)
                    product[r * n + c] += j.factors[step * square + r * n + k] * last[k * n + c];
            }
    }
    double sum = 0;
    for (size_t i = 0; i < square; i++)
        expect_close(j.product[i], product[i], 1e-11);
    assert_close(j.frobenius, length_of(product, square), 1e-11);
    for (size_t i = 0; i < n; i++) {
        sum += j.singular[i] * j.singular[i];
        assert_true(i == 0 || j.singular[i] <= j.singular[i - 1]);
    }
    assert_close(sqrt(sum), j.frobenius, 1e-12);
    assert_true(j.frobenius > 1e-4);
    double bound = 1;
    for (size_t k = 0; k < 3; k++) {
        assert_close(j.factor_frobenius[k], length_of(j.factors + k * square, square), 1e-12);
        assert_true(j.factor_largest[k] <= j.factor_frobenius[k]);
        bound *= j.factor_largest[k];
    }
    assert_true(j.singular[0] <= bound * (1 + 1e-12));
    // one state against another: a block of the whole
    struct jacobian block;
    int to_state = states - 1;
    assert_true(
        jacobian_init(&block, f->tape, f->layout, f->net.params, layer, direction, to, to_state, from, 0, NULL));
    for (int r = 0; r < H; r++)
        for (int c = 0; c < H; c++)
            expect_close(block.product[r * H + c], j.product[(to_state * H + r) * j.columns + c], 1e-12);
    jacobian_release(&block);
    jacobian_release(&j);
    tape_free(tape);
}

static void jacobians(void **state) {
    (void)state;
    for_every_kind(check_jacobian);
}

// rnn: F<t> = diag(1 - a<t>^2) W_aa^T, W_aa as (in, out).
static void rnn_factors_in_closed_form(void **state) {
    (void)state;
    struct fixture f;
    set_up(&f, CELL_RNN, 1, 1);
    struct jacobian j;
    struct err err = {0};
    assert_true(jacobian_init(&j, f.tape, f.layout, f.net.params, 0, 0, T - 1, 0, 0, 0, NULL));
    const double *w = f.net.params + f.layout->params[layout_find(f.layout, "rnn.weight_hh_l0")].offset;
    for (int step = 0; step < j.steps; step++)
        for (int r = 0; r < H; r++)
            for (int c = 0; c < H; c++) {
                double a = tape_value(f.tape, 0, 0, f.cell->state_out[0], step + 1)[r];
                assert_close(j.factors[(step * H + r) * H + c], (1 - a * a) * w[c * H + r], 1e-13);
            }
    jacobian_release(&j);
    assert_false(jacobian_init(&j, f.tape, f.layout, f.net.params, 0, 0, 2, 0, 2, 0, &err));
    assert_int_equal(err.code, ERR_VALUE);
    assert_false(jacobian_init(&j, f.tape, f.layout, f.net.params, 0, 0, T, 0, 2, 0, &err));
    tear_down(&f);
}

static void singular(void **state) {
    (void)state;
    double values[3];
    double tiny[4] = {3e-200, 0, 4e-200, 5e-200}; // 3 0; 4 5 has singular values sqrt 45 and sqrt 5
    singular_values(tiny, 2, 2, values);
    assert_true(close_to(values[0], sqrt(45) * 1e-200, 1e-14, 0) && close_to(values[1], sqrt(5) * 1e-200, 1e-14, 0));
    // tall and wide; small values keep their digits in a graded matrix
    double tall[6] = {1, 1, 1, -1, 1, 1}, wide[6] = {1, 1, 1, 1, -1, 1};
    singular_values(tall, 3, 2, values);
    double t0 = values[0], t1 = values[1];
    singular_values(wide, 2, 3, values);
    assert_close(t0, 2, 1e-14); // A^T A = [3 1; 1 3], of eigenvalues 4 and 2
    assert_close(t1, sqrt(2), 1e-14);
    assert_close(values[0], t0, 1e-14);
    assert_close(values[1], t1, 1e-14);
    double graded[9] = {1, 0, 0, 0, 1e-9, 1e-9, 0, -1e-18, 1e-18};
    singular_values(graded, 3, 3, values);
    assert_true(close_to(values[0], 1, 1e-14, 0) && close_to(values[1], sqrt(2) * 1e-9, 1e-12, 0) &&
                close_to(values[2], sqrt(2) * 1e-18, 1e-12, 0));
    double zero[4] = {0}, one_row[3] = {2, -3, 6}, odd[4] = {1, NAN, 2, 3};
    singular_values(zero, 2, 2, values);
    assert_true(values[0] == 0 && values[1] == 0);
    singular_values(one_row, 1, 3, values);
    assert_close(values[0], 7, 1e-15);
    singular_values(odd, 2, 2, values);
    assert_true(isnan(values[0]) && isnan(values[1]));
    // a random 40 x 40: sum of squares, and the product of all of a triangular matrix is its diagonal's
    struct rng rng = rng_seed(4);
    static double a[1600], s[40];
    double logs = 0, found = 0;
    for (int i = 0; i < 40; i++)
        for (int k = 0; k <= i; k++)
            a[i * 40 + k] = rng_uniform(&rng) - 0.5 + (i == k ? 2 : 0);
    double norm = length_of(a, 1600);
    for (int i = 0; i < 40; i++)
        logs += log(a[i * 41]);
    singular_values(a, 40, 40, s);
    assert_close(length_of(s, 40), norm, 1e-13);
    for (int i = 0; i < 40; i++)
        found += log(s[i]);
    assert_close(found, logs, 1e-11);
}

// --- shares of a weight's gradient ---

static void check_parts(struct fixture *f, int layer, int direction) {
    for (int p = 0; p < f->layout->count; p++) {
        const struct param *param = &f->layout->params[p];
        if (param->layer >= 0 && (param->layer != layer || param->direction != direction)) continue;
        size_t size = (size_t)param->in * (size_t)param->out;
        double norms[T], parts[T], *part = mem_need(size, sizeof *part);
        int row = param->in / 2, column = param->out * 2 / 3;
        size_t entry = (size_t)row * (size_t)param->out + (size_t)column;
        assert_true(analysis_part_norms(f->tape, f->layout, &example, p, norms, NULL));
        assert_true(analysis_entry_parts(f->tape, f->layout, &example, p, row, column, parts, NULL));
        double sum = 0;
        for (int t = 0; t < T; t++) {
            tape_param_grad_at(f->tape, f->layout, &example, p, t, part);
            assert_true(close_to(norms[t], length_of(part, size), 1e-12, 1e-9));
            assert_true(close_to(parts[t], part[entry], 1e-13, 1e-9));
            sum += parts[t];
        }
        assert_true(close_to(sum, f->net.grads[param->offset + entry], 1e-11, 1e-6));
        mem_free(part);
    }
}

static void parts(void **state) {
    (void)state;
    for_every_kind(check_parts);
}

// --- gates ---

static void gates(void **state) {
    (void)state;
    struct fixture f;
    set_up(&f, CELL_LSTM, 1, 1);
    int gate = slot_of(&f, "gate_f");
    struct clamps clamps = {.count = 4,
                            .list = {{0, 0, gate, 0, 0, T - 1, 0.05},
                                     {0, 0, gate, 1, 0, T - 1, 0.95},
                                     {0, 0, gate, 2, 0, T - 1, 0.5},
                                     {0, 0, gate, 2, 0, 1, 0.0}}};
    struct gate_stats stats;
    assert_true(gate_stats_init(&stats, &f.layout->spec, 0, 0, gate, NULL));
    run(&f, NULL);
    gate_stats_add(&stats, f.tape);
    double mean = 0, low = 0, high = 0;
    for (int t = 0; t < T; t++)
        for (int i = 0; i < H; i++) {
            double v = tape_value(f.tape, 0, 0, gate, t)[i];
            mean += v / (T * H), low += (v <= 0.1) / (double)(T * H), high += (v >= 0.9) / (double)(T * H);
        }
    assert_int_equal(stats.count, T);
    assert_close(stats.mean, mean, 1e-13);
    assert_close(stats.low, low, 1e-13);
    assert_close(stats.high, high, 1e-13);
    assert_int_equal(stats.dead, 0);
    gate_stats_release(&stats);

    assert_true(gate_stats_init(&stats, &f.layout->spec, 0, 0, gate, NULL));
    run(&f, &clamps);
    gate_stats_add(&stats, f.tape);
    gate_stats_add(&stats, f.tape); // a data set is many tapes
    assert_int_equal(stats.count, 2 * T);
    assert_close(stats.units[0].low, 1, 1e-15);
    assert_close(stats.units[1].high, 1, 1e-15);
    assert_close(stats.units[1].mean, 0.95, 1e-14);
    assert_close(stats.units[2].low, 2.0 / T, 1e-14);
    assert_close(stats.units[2].mean, 0.5 * (T - 2) / T, 1e-14);
    assert_true(stats.units[2].smallest == 0 && stats.units[2].largest == 0.5);
    assert_int_equal(stats.dead, 2);
    assert_int_equal(stats.always_low, 1);
    assert_int_equal(stats.always_high, 1);
    gate_stats_release(&stats);
    tear_down(&f);
}

// --- one number, nudged ---

static void numeric(void **state) {
    (void)state;
    struct fixture f;
    set_up(&f, CELL_LSTM, 2, 1);
    struct clamps clamps = {.count = 1, .list = {{-1, -1, slot_of(&f, "gate_o"), -1, 2, 3, 0.2}}};
    struct err err = {0};
    for (int with = 0; with < 2; with++) {
        run(&f, with ? &clamps : NULL);
        for (int p = 0; p < f.layout->count; p++) {
            const struct param *param = &f.layout->params[p];
            struct numeric_gradient n;
            int row = param->in - 1, column = param->out - 1;
            assert_true(analysis_numeric(f.layout, f.net.params, &example, with ? &clamps : NULL, 0.7, p, row, column,
                                         1e-4, &n, &err));
            assert_close(n.analytic, f.net.grads[param->offset + (size_t)row * (size_t)param->out + (size_t)column],
                         1e-15);
            assert_close(n.estimate, (n.plus - n.minus) / 2e-4, 1e-12);
            assert_true(close_to(n.estimate, n.analytic, 1e-5, 1e-3));
            assert_close(n.error, fabs(n.estimate - n.analytic) / fmax(fabs(n.estimate), fabs(n.analytic)), 1e-9);
        }
    }
    struct numeric_gradient n;
    assert_false(analysis_numeric(f.layout, f.net.params, &example, NULL, 1, 0, 0, 0, 0, &n, &err));
    assert_int_equal(err.code, ERR_VALUE);
    assert_false(analysis_numeric(f.layout, f.net.params, &example, NULL, 1, 0, 1000, 0, 1e-4, &n, &err));
    assert_false(analysis_numeric(f.layout, f.net.params, &example, NULL, 1, -1, 0, 0, 1e-4, &n, &err));
    tear_down(&f);
}

static void memory_runs_out(void **state) {
    (void)state;
    struct fixture f;
    set_up(&f, CELL_LSTM, 2, 1);
    double norms[T * T];
    struct err err;
    int failed = 0;
    for (long n = 1; n < 10; n++) {
        struct jacobian j;
        err = (struct err){0};
        mem_fail_at(n);
        bool good = jacobian_init(&j, f.tape, f.layout, f.net.params, 0, 0, 3, 0, 1, 0, &err);
        mem_fail_at(0);
        if (good) {
            jacobian_release(&j);
            break;
        }
        assert_int_equal(err.code, ERR_MEMORY);
        failed++;
    }
    assert_in_range(failed, 2, 8);
    for (long n = 1; n <= 2; n++) {
        err = (struct err){0};
        mem_fail_at(n);
        assert_false(analysis_itemised(f.tape, f.layout, f.net.params, &example, 0, 0, (double *const[]){norms, NULL},
                                       NULL, &err));
        mem_fail_at(0);
        assert_int_equal(err.code, ERR_MEMORY);
    }
    tear_down(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(itemised),
        cmocka_unit_test(itemised_breaks_with_the_rules),
        cmocka_unit_test(all_paths),
        cmocka_unit_test(lstm_paths_add_up),
        cmocka_unit_test(paths_by_finite_differences),
        cmocka_unit_test(memory_lane_in_closed_form),
        cmocka_unit_test(jacobians),
        cmocka_unit_test(rnn_factors_in_closed_form),
        cmocka_unit_test(singular),
        cmocka_unit_test(parts),
        cmocka_unit_test(gates),
        cmocka_unit_test(numeric),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("analysis", tests, NULL, NULL);
}
