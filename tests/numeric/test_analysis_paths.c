// Gradients of one loss over chosen paths, groups of losses, the running product of a Jacobian, its bounds, and long
// analyses that are stopped.
#include "analysis.h"
#include "mem.h"
#include "random_net.h"
#include "svd.h"
#include <string.h>

enum { T = 7, H = 5, V = 6 };

static const int inputs[T] = {-1, 2, 4, 1, 3, 0, 5}, targets[T] = {2, 4, -1, 3, 0, 1, 1};
static const struct example example = {.T = T, .x = inputs, .target = targets};

struct fixture {
    struct random_net net;
    struct tape *tape;
    const struct layout *layout;
    const struct cell_desc *cell;
};

static void set_up(struct fixture *f, enum cell_id cell, int layers, int directions, int hidden,
                   const struct example *of) {
    random_net_init(&f->net, spec_of(cell, layers, directions, hidden, V, V), 23);
    f->layout = &f->net.model.layout;
    f->cell = net_cell(&f->layout->spec);
    f->tape = tape_new(&f->layout->spec, of->T, NULL);
    reference_forward(f->tape, f->layout, f->net.params, of);
    reference_backward(f->tape, f->layout, f->net.params, of, f->net.grads);
}

static void tear_down(struct fixture *f) {
    tape_free(f->tape);
    random_net_release(&f->net);
}

static double length_of(const double *v, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sqrt(sum);
}

static void expect_close(double found, double expected, double tolerance, const char *what) {
    if (!close_to(found, expected, tolerance, 1e-6)) fail_msg("%s: %.12g, expected %.12g", what, found, expected);
}

struct grid {
    double norms[CELL_MAX_STATES][T * T], vectors[CELL_MAX_STATES][T * T * H];
};

static void itemise(const struct fixture *f, int layer, int direction, const struct path_mask *masks, struct grid *g) {
    memset(g, 0x7f, sizeof *g);
    assert_true(analysis_itemised_path(f->tape, f->layout, f->net.params, &example, layer, direction, masks, NULL,
                                       (double *const[]){g->norms[0], g->norms[1]},
                                       (double *const[]){g->vectors[0], g->vectors[1]}, NULL));
}

// Row tau is the pass of that loss alone; over all losses the rows are analysis_path().
static void check_rows(const struct fixture *f, int layer, int direction, const struct path_mask *masks) {
    static struct grid grid;
    double one[CELL_MAX_STATES][T * H], all[CELL_MAX_STATES][T * H], sum[CELL_MAX_STATES][T * H] = {0};
    itemise(f, layer, direction, masks, &grid);
    for (int tau = 0; tau < T; tau++) {
        assert_true(analysis_path_of_loss(f->tape, f->layout, f->net.params, &example, layer, direction, masks, tau,
                                          (double *const[]){one[0], one[1]}, NULL));
        for (int s = 0; s < f->cell->state_count; s++)
            for (int t = 0; t < T; t++) {
                for (int i = 0; i < H; i++) {
                    double found = grid.vectors[s][(tau * T + t) * H + i];
                    expect_close(found, one[s][t * H + i], 1e-12, "one loss");
                    sum[s][t * H + i] += found;
                }
                expect_close(grid.norms[s][tau * T + t], length_of(one[s] + t * H, H), 1e-12, "its norm");
            }
    }
    assert_true(analysis_path(f->tape, f->layout, f->net.params, &example, layer, direction, masks,
                              (double *const[]){all[0], all[1]}, NULL));
    for (int s = 0; s < f->cell->state_count; s++)
        for (int k = 0; k < T * H; k++)
            expect_close(sum[s][k], all[s][k], 1e-11, "over all losses");
}

static void rows_are_single_losses(void **state) {
    (void)state;
    for (int id = 0; id < CELL_COUNT; id++) {
        struct fixture f;
        set_up(&f, (enum cell_id)id, 2, 2, H, &example);
        struct path_mask masks[T];
        for (int layer = 0; layer < 2; layer++)
            for (int direction = 0; direction < 2; direction++) {
                check_rows(&f, layer, direction, NULL);
                for (int t = 0; t < T; t++)
                    path_memory(f.cell, &masks[t]);
                check_rows(&f, layer, direction, masks);
                for (int s = 0; s < f.cell->slot_count; s++) {
                    if (f.cell->slots[s].role != SLOT_GATE) continue;
                    for (int t = 0; t < T; t++)
                        path_through(f.cell, s, &masks[t]);
                    check_rows(&f, layer, direction, masks);
                }
            }
        tear_down(&f);
    }
}

static void no_mask_is_every_path(void **state) {
    (void)state;
    static struct grid none, all, plain;
    struct fixture f;
    set_up(&f, CELL_GRU, 1, 1, H, &example);
    struct path_mask masks[T];
    for (int t = 0; t < T; t++)
        path_all(f.cell, &masks[t]);
    itemise(&f, 0, 0, NULL, &none);
    itemise(&f, 0, 0, masks, &all);
    memset(&plain, 0x7f, sizeof plain);
    assert_true(analysis_itemised(f.tape, f.layout, f.net.params, &example, 0, 0,
                                  (double *const[]){plain.norms[0], NULL}, NULL, NULL));
    assert_memory_equal(none.norms[0], all.norms[0], sizeof none.norms[0]);
    assert_memory_equal(none.norms[0], plain.norms[0], sizeof none.norms[0]);
    tear_down(&f);
}

// Of every single loss: what crosses from t to t+1 through each of the slots adds up to all that crosses.
static void slots_add_up(void **state) {
    (void)state;
    static const char *const ways[] = {"gate_f", "gate_u", "c_tilde", "gate_o", NULL}; // NULL: the memory lane
    static struct grid whole, none, one;
    struct fixture f;
    set_up(&f, CELL_LSTM, 2, 1, H, &example);
    enum { t = 2 };
    struct path_mask masks[T];
    double sum[CELL_MAX_STATES][T][H] = {0};
    for (int k = 0; k < T; k++)
        path_all(f.cell, &masks[k]);
    itemise(&f, 0, 0, masks, &whole);
    path_none(f.cell, &masks[t + 1]);
    itemise(&f, 0, 0, masks, &none);
    for (int way = 0; way < 5; way++) {
        if (ways[way])
            path_through(f.cell, cell_slot_by_id(f.cell, ways[way]), &masks[t + 1]);
        else
            path_memory(f.cell, &masks[t + 1]);
        itemise(&f, 0, 0, masks, &one);
        for (int s = 0; s < 2; s++)
            for (int tau = 0; tau < T; tau++)
                for (int i = 0; i < H; i++) {
                    int at = (tau * T + t) * H + i;
                    sum[s][tau][i] += one.vectors[s][at] - none.vectors[s][at];
                }
    }
    double moved = 0;
    for (int s = 0; s < 2; s++)
        for (int tau = 0; tau < T; tau++)
            for (int i = 0; i < H; i++) {
                int at = (tau * T + t) * H + i;
                expect_close(sum[s][tau][i] + none.vectors[s][at], whole.vectors[s][at], 1e-11, "the slots");
                moved += fabs(sum[s][tau][i]);
            }
    assert_true(moved > 1e-4);
    tear_down(&f);
}

// More losses than are carried at once: every group's rows are there.
static void groups_of_losses(void **state) {
    (void)state;
    enum { LONG = 300, WIDE = 64 };
    static int x[LONG], target[LONG];
    static double norms[LONG * LONG], one[LONG * WIDE];
    for (int t = 0; t < LONG; t++)
        x[t] = t * 5 % V, target[t] = t * 7 % V;
    struct example many = {.T = LONG, .x = x, .target = target};
    struct fixture f;
    set_up(&f, CELL_RNN, 2, 1, WIDE, &many);
    assert_true(analysis_itemised_path(f.tape, f.layout, f.net.params, &many, 0, 0, NULL, NULL,
                                       (double *const[]){norms, NULL}, NULL, NULL));
    for (int tau = 0; tau < LONG; tau += 23) {
        assert_true(analysis_path_of_loss(f.tape, f.layout, f.net.params, &many, 0, 0, NULL, tau,
                                          (double *const[]){one, NULL}, NULL));
        for (int t = 0; t < LONG; t++)
            expect_close(norms[tau * LONG + t], length_of(one + t * WIDE, WIDE), 1e-10, "a group");
    }
    tear_down(&f);
}

// --- Jacobians ---

// From the last factor backwards, multiplied here.
static void check_running(const struct fixture *f, const struct jacobian *j, int to_state, int from_state) {
    size_t n = (size_t)j->size, square = n * n;
    double *product = mem_need(3 * square, sizeof *product), *next = product + square, *block = next + square;
    double bound = 1, largest = 1;
    int hidden = f->layout->spec.hidden;
    for (size_t i = 0; i < n; i++)
        product[i * n + i] = 1;
    for (int i = j->steps - 1; i >= 0; i--) {
        const double *factor = j->factors + (size_t)i * square;
        for (size_t r = 0; r < n; r++)
            for (size_t c = 0; c < n; c++) {
                next[r * n + c] = 0;
                for (size_t k = 0; k < n; k++)
                    next[r * n + c] += product[r * n + k] * factor[k * n + c];
            }
        memcpy(product, next, square * sizeof *product);
        for (int r = 0; r < j->rows; r++)
            for (int c = 0; c < j->columns; c++) {
                int row = r + (to_state < 0 ? 0 : to_state * hidden),
                    column = c + (from_state < 0 ? 0 : from_state * hidden);
                block[r * j->columns + c] = product[(size_t)row * n + (size_t)column];
            }
        expect_close(j->running_frobenius[i], length_of(block, (size_t)(j->rows * j->columns)), 1e-10, "running norm");
        double values[128];
        singular_values(block, j->rows, j->columns, values);
        expect_close(j->running_largest[i], values[0], 1e-8, "running singular value");
        bound *= j->factor_frobenius[i];
        largest *= j->factor_largest[i];
        expect_close(j->bound_frobenius[i], bound, 1e-12, "product of norms");
        expect_close(j->bound_largest[i], largest, 1e-12, "product of singular values");
        assert_true(j->running_largest[i] <= j->bound_largest[i] * (1 + 1e-9));
        assert_true(j->running_frobenius[i] <= j->bound_frobenius[i] * (1 + 1e-9));
    }
    expect_close(j->running_frobenius[0], j->frobenius, 1e-13, "the whole");
    expect_close(j->running_largest[0], j->singular[0], 1e-8, "its singular value");
    mem_free(product);
}

static void running_products(void **state) {
    (void)state;
    for (int id = 0; id < CELL_COUNT; id++)
        for (int hidden = H; hidden <= 40; hidden += 35) { // small ones by all singular values, large by iteration
            struct fixture f;
            set_up(&f, (enum cell_id)id, 1, 2, hidden, &example);
            for (int direction = 0; direction < 2; direction++)
                for (int s = -1; s < f.cell->state_count; s++) {
                    struct jacobian j;
                    assert_true(jacobian_init(&j, f.tape, f.layout, f.net.params, 0, direction, direction ? 1 : 5, s,
                                              direction ? 5 : 1, s, NULL));
                    check_running(&f, &j, s, s);
                    jacobian_release(&j);
                }
            tear_down(&f);
        }
}

static void largest_alone(void **state) {
    (void)state;
    enum { ROWS = 50, COLUMNS = 37 };
    static double a[ROWS * COLUMNS], copy[ROWS * COLUMNS], scratch[ROWS * COLUMNS + 2 * (ROWS + COLUMNS)];
    double values[ROWS];
    struct rng rng = rng_seed(8);
    for (int scale = -150; scale <= 150; scale += 150) {
        for (int i = 0; i < ROWS * COLUMNS; i++)
            copy[i] = a[i] = (rng_uniform(&rng) - 0.5) * pow(10, scale);
        double found = largest_singular_value(a, ROWS, COLUMNS, scratch);
        assert_memory_equal(a, copy, sizeof a);
        singular_values(copy, ROWS, COLUMNS, values);
        assert_true(fabs(found / values[0] - 1) < 1e-9);
        found = largest_singular_value(a, COLUMNS, ROWS, scratch);
        memcpy(copy, a, sizeof a);
        singular_values(copy, COLUMNS, ROWS, values);
        assert_true(fabs(found / values[0] - 1) < 1e-9);
    }
    enum { LARGE = 150 }; // more than the steps that it takes; 1, 0.999, 0.998, ...
    static double wide[LARGE * LARGE], room[LARGE * LARGE + 4 * LARGE];
    for (int i = 0; i < LARGE; i++)
        wide[i * LARGE + (i + 40) % LARGE] = 3 * (1 - 0.001 * i);
    assert_true(fabs(largest_singular_value(wide, LARGE, LARGE, room) / 3 - 1) < 1e-6);
    memset(a, 0, sizeof a);
    assert_true(largest_singular_value(a, ROWS, COLUMNS, scratch) == 0);
    a[7] = NAN;
    assert_true(isnan(largest_singular_value(a, ROWS, COLUMNS, scratch)));
}

// --- watched ---

struct watcher {
    int asked, most;
    double last;
};

static bool go_on(void *context, double done) {
    struct watcher *watcher = context;
    assert_true(done >= watcher->last && done <= 1);
    watcher->last = done;
    return ++watcher->asked <= watcher->most;
}

static void stops_when_told(void **state) {
    (void)state;
    static struct grid grid;
    struct fixture f;
    set_up(&f, CELL_LSTM, 2, 2, H, &example);
    for (int most = 0;; most += 3) {
        struct watcher watcher = {.most = most};
        struct analysis_watch watch = {go_on, &watcher};
        struct err err = {0};
        bool good = analysis_itemised_path(f.tape, f.layout, f.net.params, &example, 0, 1, NULL, &watch,
                                           (double *const[]){grid.norms[0], NULL}, NULL, &err);
        if (good) break;
        assert_int_equal(err.code, ERR_STOPPED);
        assert_int_equal(watcher.asked, most + 1);
        assert_true(most < 100);
    }
    int stops = 0;
    for (int most = 0;; most++) {
        struct watcher watcher = {.most = most};
        struct analysis_watch watch = {go_on, &watcher};
        struct err err = {0};
        struct jacobian j;
        if (jacobian_init_watched(&j, f.tape, f.layout, f.net.params, 1, 0, 5, -1, 1, -1, &watch, &err)) {
            jacobian_release(&j);
            break;
        }
        assert_int_equal(err.code, ERR_STOPPED);
        assert_true(++stops < 500);
    }
    assert_true(stops > 8); // at the factors, on the way back, and among the singular values
    tear_down(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_single_losses), cmocka_unit_test(no_mask_is_every_path),
        cmocka_unit_test(slots_add_up),           cmocka_unit_test(groups_of_losses),
        cmocka_unit_test(running_products),       cmocka_unit_test(largest_alone),
        cmocka_unit_test(stops_when_told),
    };
    return cmocka_run_group_tests_name("analysis_paths", tests, NULL, NULL);
}
