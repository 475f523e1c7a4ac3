// What is measured of a model against direct computation; spectral radii of matrices whose eigenvalues are known.
#include "analysis.h"
#include "eigen.h"
#include "measure.h"
#include "random_example.h"
#include <string.h>

// --- spectral radius ---

static double radius_of(const double *a, int n) {
    struct err err = {0};
    double *copy = mem_need((size_t)(n * n), sizeof *copy), radius = -1;
    memcpy(copy, a, (size_t)(n * n) * sizeof *copy);
    assert_true(spectral_radius(copy, n, &radius, &err));
    mem_free(copy);
    return radius;
}

static void known_matrices(void **state) {
    (void)state;
    const double one[] = {-0.75}, diagonal[] = {0.5, 0, 0, 0, -2, 0, 0, 0, 1.5}, zero[9] = {0};
    const double defective[] = {0.9, 1, 0, 0, 0.9, 1, 0, 0, 0.9};                // one eigenvector alone
    const double nilpotent[] = {0, 5, 7, 0, 0, 3, 0, 0, 0};                      // norm 9.1, radius 0
    const double companion[] = {0, 0, -6, 1, 0, 7, 0, 1, 0};                     // (x - 1)(x - 2)(x + 3)
    const double quartic[] = {0, 0, 0, -4, 1, 0, 0, 0, 0, 1, 0, -5, 0, 0, 1, 0}; // (x^2 + 1)(x^2 + 4): 2i
    const double cosine = cos(0.7), sine = sin(0.7);
    const double rotation[] = {1.3 * cosine, -1.3 * sine, 1.3 * sine, 1.3 * cosine};
    const double unbalanced[] = {1, 1e6, 1e-6, 1}; // 0 and 2
    assert_close(radius_of(one, 1), 0.75, 1e-14);
    assert_close(radius_of(diagonal, 3), 2, 1e-14);
    assert_true(radius_of(zero, 3) == 0.0);
    assert_close(radius_of(defective, 3), 0.9, 1e-4); // the cube root of the rounding
    assert_true(radius_of(nilpotent, 3) < 1e-4);
    assert_close(radius_of(companion, 3), 3, 1e-12);
    assert_close(radius_of(quartic, 4), 2, 1e-12);
    assert_close(radius_of(rotation, 2), 1.3, 1e-14);
    assert_close(radius_of(unbalanced, 2), 2, 1e-12);
    const double broken[] = {1, NAN, 0, 1}, endless[] = {1, 0, INFINITY, 1};
    assert_true(isnan(radius_of(broken, 2)) && isnan(radius_of(endless, 2)));
}

// Rotations of many angles, dressed by an orthogonal change of basis: a Householder reflection.
static void large_rotation(void **state) {
    (void)state;
    enum { N = 90 };
    static double a[N * N], v[N], left[N * N];
    struct rng rng = rng_seed(5);
    double square = 0;
    for (int i = 0; i < N; i += 2) {
        double size = i == 0 ? 1.25 : 1.2 * rng_uniform(&rng), angle = 3 * rng_uniform(&rng);
        a[i * N + i] = a[(i + 1) * N + i + 1] = size * cos(angle);
        a[(i + 1) * N + i] = size * sin(angle);
        a[i * N + i + 1] = -size * sin(angle);
    }
    for (int i = 0; i < N; i++) {
        v[i] = rng_normal(&rng);
        square += v[i] * v[i];
    }
    for (int side = 0; side < 2; side++) { // P A, then (A^T P)^T: turned round twice
        for (int c = 0; c < N; c++) {
            double product = 0;
            for (int r = 0; r < N; r++)
                product += v[r] * a[r * N + c];
            for (int r = 0; r < N; r++)
                left[c * N + r] = a[r * N + c] - 2 * v[r] * product / square;
        }
        memcpy(a, left, sizeof a);
    }
    assert_close(radius_of(a, N), 1.25, 1e-10);
}

static void radius_without_memory(void **state) {
    (void)state;
    struct err err = {0};
    double a[4] = {1, 0, 0, 1}, radius;
    mem_fail_at(1);
    assert_false(spectral_radius(a, 2, &radius, &err));
    mem_fail_at(0);
    assert_int_equal(err.code, ERR_MEMORY);
}

// --- a model's measures ---

enum { H = 5, PROBES = 3 };

struct fixture {
    struct random_net net;
    const struct layout *layout;
    const struct cell_desc *cell;
    struct random_example examples[PROBES]; // the second is longer or shorter than the others
    const struct example *probes[PROBES];
    struct tape *tapes[PROBES];
    struct measures *measures;
};

static void set_up(struct fixture *f, const struct net_form *form, struct net_spec spec) {
    struct err err = {0};
    random_net_init(&f->net, spec, 23);
    f->layout = &f->net.model.layout;
    f->cell = net_cell(&spec);
    for (int i = 0; i < PROBES; i++) {
        int T = i == 1 && form->T > 1 ? form->T - 1 : form->T;
        random_example_init(&f->examples[i], &spec, form->source_T, T, true, &f->net.rng);
        f->probes[i] = &f->examples[i].example;
        f->tapes[i] = tape_of(&spec, f->probes[i]);
        reference_forward(f->tapes[i], f->layout, f->net.params, f->probes[i]);
        reference_backward(f->tapes[i], f->layout, f->net.params, f->probes[i], f->net.grads);
    }
    f->measures = measures_new(&f->net.model, f->probes, PROBES, &err);
    if (!f->measures) fail_msg("%s", err.message);
}

static void tear_down(struct fixture *f) {
    for (int i = 0; i < PROBES; i++)
        tape_free(f->tapes[i]);
    measures_free(f->measures);
    random_net_release(&f->net);
}

static const struct tape *side(const struct tape *tape, struct measured_at at) {
    return at.encoder ? tape_encoder(tape) : tape;
}

static void check_slot(const struct fixture *f, const struct measured_slot *slot) {
    double sum = 0, low = 0, high = 0, n = 0;
    int dead = 0;
    for (int u = 0; u < H; u++) {
        double least = INFINITY, most = -INFINITY;
        for (int i = 0; i < PROBES; i++) {
            const struct tape *tape = side(f->tapes[i], slot->at);
            for (int t = 0; t < tape_length(tape); t++) {
                double v = tape_value(tape, slot->at.layer, slot->at.direction, slot->slot, t)[u];
                sum += v;
                low += fabs(v) <= 0.1;
                high += fabs(v) >= 0.9;
                n++;
                least = fmin(least, v);
                most = fmax(most, v);
            }
        }
        bool relu = f->cell->steps[f->cell->step_count - 1].op == OP_RELU;
        dead += relu ? most == 0 : most - least <= 1e-3;
    }
    assert_true(close_to(slot->mean, sum / n, 1e-12, 1e-3));
    assert_true(close_to(slot->low, low / n, 1e-12, 1e-3));
    assert_true(close_to(slot->high, high / n, 1e-12, 1e-3));
    assert_int_equal(slot->dead, dead);
    assert_ptr_equal(measures_slot(f->measures, slot->at, slot->slot), slot);
}

static double length_of(const double *v, int n) {
    double square = 0;
    for (int i = 0; i < n; i++)
        square += v[i] * v[i];
    return sqrt(square);
}

// Norms of one probe, added to sums (T): of its own losses, or of its last alone, the others masked.
static void add_norms(const struct fixture *f, int probe, const struct measured_gradient *g, bool last, double *sums) {
    struct example example = *f->probes[probe];
    int masked[EXAMPLE_MAX_T], tau = example.T - 1; // the last timestep always carries a loss
    for (int t = 0; t < example.T; t++)
        masked[t] = t == tau ? example.target[t] : -1;
    if (last) example.target = masked;
    struct tape *tape = tape_of(&f->layout->spec, &example);
    reference_forward(tape, f->layout, f->net.params, &example);
    reference_backward(tape, f->layout, f->net.params, &example, f->net.grads);
    for (int t = 0; t < g->T; t++)
        sums[t] +=
            length_of(tape_grad(side(tape, g->at), g->at.layer, g->at.direction, f->cell->state_out[g->state], t), H);
    tape_free(tape);
}

static void check_gradient(const struct fixture *f, const struct measured_gradient *g) {
    double all[EXAMPLE_MAX_T] = {0}, last[EXAMPLE_MAX_T] = {0};
    int count = 0;
    for (int i = 0; i < PROBES; i++) {
        if (f->probes[i]->T != f->probes[0]->T) continue;
        count++;
        add_norms(f, i, g, false, all);
        add_norms(f, i, g, true, last);
    }
    assert_int_equal(f->measures->gradient_probes, count);
    assert_int_equal(g->T, g->at.encoder ? f->probes[0]->source->T : f->probes[0]->T);
    for (int t = 0; t < g->T; t++) {
        assert_true(close_to(g->all[t], all[t] / count, 1e-10, 1e-9));
        assert_true(close_to(g->last[t], last[t] / count, 1e-10, 1e-9));
    }
    assert_true(g->at.encoder || g->last[g->T - 1] > 0 || g->state > 0 || g->at.direction > 0);
    assert_ptr_equal(measures_gradient(f->measures, g->at, g->state), g);
}

// || A^k || ^ (1 / k) for k = 2^20, by squaring: Gelfand's formula.
static double by_powers(double *a) {
    double power[H * H], logarithm = 0;
    for (int k = 0; k < 20; k++) {
        double size = length_of(a, H * H);
        logarithm += log(size) / pow(2, k);
        for (int r = 0; r < H; r++)
            for (int c = 0; c < H; c++) {
                power[r * H + c] = 0;
                for (int i = 0; i < H; i++)
                    power[r * H + c] += a[r * H + i] / size * a[i * H + c] / size;
            }
        memcpy(a, power, sizeof power);
    }
    return exp(logarithm + log(length_of(a, H * H)) / pow(2, 20));
}

static void check_matrix(const struct fixture *f, const struct measured_matrix *matrix) {
    const struct layout *layout = f->layout;
    if (layout->encoder) layout = matrix->at.encoder ? layout->encoder : layout->decoder;
    const struct param *p =
        &layout->params[layout_param(layout, PARAM_RECURRENT, matrix->at.layer, matrix->at.direction)];
    double a[H * H];
    for (int i = 0; i < H; i++)
        for (int o = 0; o < H; o++)
            a[i * H + o] = (double)f->net.model.params[p->offset + (size_t)(i * p->out + matrix->block * H + o)];
    double expected = by_powers(a);
    assert_true(close_to(matrix->radius, expected, 1e-4, 1e-9));
    assert_ptr_equal(measures_matrix(f->measures, matrix->at, matrix->block), matrix);
}

static void check_everything(const struct fixture *f) {
    const struct measures *m = f->measures;
    const struct net_spec *spec = &f->layout->spec;
    int places = spec->layers * spec->directions + (spec->kind == NET_ENCODER_DECODER ? spec->layers : 0);
    assert_int_equal(m->probes, PROBES);
    assert_int_equal(m->timesteps, f->probes[0]->T + f->probes[1]->T + f->probes[2]->T);
    assert_int_equal(m->weights, f->layout->weights);
    assert_int_equal(m->matrix_count, places * f->cell->block_count);
    assert_int_equal(m->gradient_count, places * f->cell->state_count);
    int slots = 0;
    for (int s = 0; s < f->cell->slot_count; s++) {
        const char *id = f->cell->slots[s].id;
        enum slot_role role = f->cell->slots[s].role;
        slots += role == SLOT_GATE || role == SLOT_CANDIDATE || strcmp(id, "tanh_c") == 0 || s == f->cell->state_out[0];
    }
    assert_int_equal(m->slot_count, places * slots);
    for (int i = 0; i < m->slot_count; i++)
        check_slot(f, &m->slots[i]);
    for (int i = 0; i < m->gradient_count; i++)
        check_gradient(f, &m->gradients[i]);
    for (int i = 0; i < m->matrix_count; i++)
        check_matrix(f, &m->matrices[i]);
}

static void every_form(void **state) {
    (void)state;
    for (int form = 0; form < NET_FORM_COUNT; form++)
        for (int cell = 0; cell < CELL_COUNT; cell++)
            for (int twice = 0; twice < 2; twice++) {
                struct fixture f;
                struct net_spec spec = spec_of_form(&net_forms[form], (enum cell_id)cell, 1 + twice, 1 + twice, H);
                set_up(&f, &net_forms[form], spec);
                check_everything(&f);
                tear_down(&f);
            }
}

static void relu_units(void **state) {
    (void)state;
    struct fixture f;
    struct net_spec spec = spec_of_form(&net_forms[0], CELL_RNN, 1, 1, H);
    spec.activation = ACTIVATION_RELU;
    set_up(&f, &net_forms[0], spec);
    check_everything(&f);
    // Without weights: unit 0 and 1 stand at 0, the others at 0.4.
    struct err err = {0};
    memset(f.net.model.params, 0, f.layout->size * sizeof(float));
    float *bias = f.net.model.params + f.layout->params[layout_param(f.layout, PARAM_BIAS, 0, 0)].offset;
    for (int u = 0; u < H; u++)
        bias[u] = u < 2 ? -1.0f : 0.4f;
    for (int relu = 0; relu < 2; relu++) {
        f.net.model.layout.spec.activation = relu ? ACTIVATION_RELU : ACTIVATION_TANH;
        struct measures *m = measures_new(&f.net.model, f.probes, PROBES, &err);
        assert_non_null(m);
        const struct measured_slot *a = measures_slot(m, (struct measured_at){0}, f.cell->state_out[0]);
        assert_int_equal(a->dead, relu ? 2 : H); // of tanh all say the same whatever they read
        assert_true(m->matrices[0].radius == 0.0);
        measures_free(m);
    }
    tear_down(&f);
}

static void one_timestep_says_nothing_of_dead_units(void **state) {
    (void)state;
    struct fixture f;
    struct err err = {0};
    const struct net_form form = {.kind = NET_ONE_TO_ONE, .T = 1};
    set_up(&f, &form, spec_of_form(&form, CELL_LSTM, 1, 1, H));
    struct measures *m = measures_new(&f.net.model, f.probes, 1, &err);
    assert_int_equal(m->timesteps, 1);
    for (int i = 0; i < m->slot_count; i++)
        assert_int_equal(m->slots[i].dead, -1);
    measures_free(m);
    tear_down(&f);
}

static void same_bits_twice(void **state) {
    (void)state;
    struct fixture f;
    struct err err = {0};
    set_up(&f, &net_forms[8], spec_of_form(&net_forms[8], CELL_LSTM, 2, 1, H));
    struct measures *again = measures_new(&f.net.model, f.probes, PROBES, &err);
    assert_memory_equal(again->norms, f.measures->norms, again->norm_count * sizeof(double));
    for (int i = 0; i < again->matrix_count; i++)
        assert_true(again->matrices[i].radius == f.measures->matrices[i].radius);
    measures_free(again);
    tear_down(&f);
}

// What is left out of large models, by the rules of the header.
static void bounded_work(void **state) {
    (void)state;
    enum { T = 60 };
    int x[T] = {0}, target[T] = {0};
    struct example example = {.T = T, .x = x, .target = target};
    const struct example *probes[6] = {&example, &example, &example, &example, &example, &example};
    static const struct {
        int hidden, probes, matrices;
    } cases[] = {{8, 4, 4}, {64, 1, 4}, {72, 1, 1}, {136, 1, 1}, {264, 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct model model;
        struct net_spec spec = spec_of(CELL_LSTM, 1, 1, cases[i].hidden, 3, 3);
        assert_true(model_init(&model, &spec, &err));
        struct measures *m = measures_new(&model, probes, 6, &err);
        assert_non_null(m);
        assert_int_equal(m->probes, cases[i].probes);
        assert_int_equal(m->matrix_count, cases[i].matrices);
        double cost = 30.0 * cases[i].probes * T * (double)model.layout.weights +
                      25.0 * cases[i].matrices * pow(cases[i].hidden, 3);
        assert_close(measures_cost(&model, probes, 6), cost, 1e-12);
        assert_true(measures_apply(&model, probes[0]));
        example.T = 5000;
        assert_false(measures_apply(&model, probes[0]));
        example.T = T;
        if (cases[i].matrices == 1) assert_int_equal(m->matrices[0].block, 2); // u f c o
        measures_free(m);
        model_release(&model);
    }
}

static void refused(void **state) {
    (void)state;
    struct fixture f;
    struct err err = {0};
    set_up(&f, &net_forms[0], spec_of_form(&net_forms[0], CELL_GRU, 1, 1, H));
    f.examples[2].x[1] = 99;
    assert_null(measures_new(&f.net.model, f.probes, PROBES, &err));
    assert_int_equal(err.code, ERR_VALUE);
    f.examples[2].x[1] = 1;
    int failures = 0;
    for (long n = 1;; n++) { // every allocation once
        err = (struct err){0};
        mem_fail_at(n);
        struct measures *m = measures_new(&f.net.model, f.probes, PROBES, &err);
        mem_fail_at(0);
        if (m) {
            measures_free(m);
            break;
        }
        assert_int_equal(err.code, ERR_MEMORY);
        failures++;
    }
    assert_true(failures >= 10);
    measures_free(NULL);
    tear_down(&f);
}

static void numbers_that_are_not_finite(void **state) {
    (void)state;
    struct fixture f;
    struct err err = {0};
    set_up(&f, &net_forms[0], spec_of_form(&net_forms[0], CELL_LSTM, 1, 1, H));
    f.net.model.params[f.layout->params[layout_param(f.layout, PARAM_RECURRENT, 0, 0)].offset] = NAN; // block u
    struct measures *m = measures_new(&f.net.model, f.probes, PROBES, &err);
    assert_non_null(m);
    assert_true(isnan(m->matrices[0].radius) && isfinite(m->matrices[1].radius));
    assert_true(isnan(m->slots[0].mean)); // and does not hang
    measures_free(m);
    tear_down(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_matrices),
        cmocka_unit_test(large_rotation),
        cmocka_unit_test(radius_without_memory),
        cmocka_unit_test(every_form),
        cmocka_unit_test(relu_units),
        cmocka_unit_test(one_timestep_says_nothing_of_dead_units),
        cmocka_unit_test(same_bits_twice),
        cmocka_unit_test(bounded_work),
        cmocka_unit_test(refused),
        cmocka_unit_test(numbers_that_are_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
