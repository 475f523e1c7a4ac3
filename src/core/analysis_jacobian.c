// Jacobians between two timesteps: the backward pass with the rows of a unit matrix for gradients.
#include "check.h"
#include "lanes.h"
#include "mem.h"
#include "slab.h"
#include "svd.h"
#include <math.h>
#include <string.h>

struct probing {
    int start, last; // the timestep that is seeded, and the last one walked
    int first_entry; // entry of the joint state that lane 0 asks about
    double *out;     // (lanes, size)
};

static void jacobian_seed(void *context, const struct lanes *lanes, int layer, int direction, int state, int t,
                          double *rows) {
    const struct probing *job = context;
    (void)layer, (void)direction;
    int H = lanes->tape->spec.hidden;
    for (int n = 0; t == job->start && n < lanes->count; n++) {
        int entry = job->first_entry + n - state * H;
        if (entry >= 0 && entry < H) rows[(size_t)n * (size_t)H + (size_t)entry] += 1.0;
    }
}

static void jacobian_give(void *context, const struct lanes *lanes, int t, double *const leave[CELL_MAX_STATES],
                          double *const enter[CELL_MAX_STATES]) {
    const struct probing *job = context;
    (void)leave;
    if (t != job->last) return;
    size_t H = (size_t)lanes->tape->spec.hidden, states = (size_t)lanes->tape->cell->state_count;
    for (size_t n = 0; n < (size_t)lanes->count; n++)
        for (size_t s = 0; s < states; s++)
            memcpy(job->out + (n * states + s) * H, enter[s] + n * H, H * sizeof(double));
}

// Rows first_entry .. first_entry + count of d(states)<start> / d(states that enter)<last>, to out (count,
// size).
static bool probe(struct lanes *lanes, int start, int last, int first_entry, int count, double *out, struct err *err) {
    struct probing job = {.start = start, .last = last, .first_entry = first_entry, .out = out};
    lanes->count = count;
    lanes->first = start;
    lanes->steps = (lanes->direction == 0 ? start - last : last - start) + 1;
    lanes->context = &job;
    return lanes_run(lanes, err);
}

static double frobenius(const double *a, size_t n) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * a[i];
    return sqrt(sum);
}

static double *take(double **memory, size_t n) {
    double *at = *memory;
    *memory += n;
    return at;
}

static bool make_factors(struct jacobian *j, struct lanes *lanes, double *scratch, struct err *err) {
    size_t size = (size_t)j->size;
    for (int i = 0; i < j->steps; i++) {
        int t = lanes->direction == 0 ? j->from + 1 + i : j->from - 1 - i;
        double *factor = j->factors + (size_t)i * size * size;
        if (!probe(lanes, t, t, 0, j->size, factor, err)) return false;
        j->factor_frobenius[i] = frobenius(factor, size * size);
        memcpy(scratch, factor, size * size * sizeof *scratch);
        singular_values(scratch, j->size, j->size, scratch + size * size);
        j->factor_largest[i] = scratch[size * size];
    }
    return true;
}

static bool make_product(struct jacobian *j, struct lanes *lanes, int to_state, int from_state, double *scratch,
                         struct err *err) {
    int H = lanes->tape->spec.hidden, next = lanes->direction == 0 ? j->from + 1 : j->from - 1;
    size_t first_column = from_state < 0 ? 0 : (size_t)from_state * (size_t)H, columns = (size_t)j->columns;
    if (!probe(lanes, j->to, next, to_state < 0 ? 0 : to_state * H, j->rows, scratch, err)) return false;
    for (size_t r = 0; r < (size_t)j->rows; r++)
        memcpy(j->product + r * columns, scratch + r * (size_t)j->size + first_column, columns * sizeof *scratch);
    j->frobenius = frobenius(j->product, (size_t)j->rows * columns);
    memcpy(scratch, j->product, (size_t)j->rows * columns * sizeof *scratch);
    singular_values(scratch, j->rows, j->columns, j->singular);
    return true;
}

bool jacobian_init(struct jacobian *jacobian, const struct tape *tape, const struct layout *layout,
                   const double *params, int layer, int direction, int to, int to_state, int from, int from_state,
                   struct err *err) {
    int states = tape->cell->state_count, H = tape->spec.hidden, T = tape->length;
    *jacobian = (struct jacobian){0};
    check(layer >= 0 && layer < tape->spec.layers && direction >= 0 && direction < tape->spec.directions &&
              to_state < states && from_state < states,
          "layer %d, direction %d, states %d and %d", layer, direction, to_state, from_state);
    int steps = direction == 0 ? to - from : from - to;
    if (from < 0 || to < 0 || from >= T || to >= T || steps < 1)
        return err_set(err, ERR_VALUE,
                       "expected two of %d timesteps, the second later in the order computed; found %d and %d", T,
                       from + 1, to + 1);
    if (H * states > JACOBIAN_MAX)
        return err_set(err, ERR_LIMIT, "Jacobians are computed up to %d entries of the state, found %d", JACOBIAN_MAX,
                       H * states);
    struct jacobian j = {.from = from, .to = to, .steps = steps, .size = H * states};
    j.rows = to_state < 0 ? j.size : H;
    j.columns = from_state < 0 ? j.size : H;
    size_t size = (size_t)j.size, square = size * size, n = (size_t)steps;
    size_t least = (size_t)(j.rows < j.columns ? j.rows : j.columns), whole = (size_t)j.rows * (size_t)j.columns;
    size_t count = size_mul_add(n + 1, square, whole + least + 2 * n + size);
    double *at = j.memory = slab_alloc(count, sizeof *at, "a Jacobian", err);
    if (!at) return false;
    j.product = take(&at, whole);
    j.singular = take(&at, least);
    j.factors = take(&at, n * square);
    j.factor_frobenius = take(&at, n);
    j.factor_largest = take(&at, n);
    double *scratch = take(&at, square + size);
    struct lanes lanes = {.tape = tape,
                          .layout = tape_layout(tape, layout),
                          .params = params,
                          .top = layer,
                          .layer = layer,
                          .direction = direction,
                          .seed = jacobian_seed,
                          .give = jacobian_give};
    if (!make_factors(&j, &lanes, scratch, err) || !make_product(&j, &lanes, to_state, from_state, scratch, err)) {
        mem_free(j.memory);
        return false;
    }
    *jacobian = j;
    return true;
}

void jacobian_release(struct jacobian *jacobian) {
    mem_free(jacobian->memory);
    *jacobian = (struct jacobian){0};
}
