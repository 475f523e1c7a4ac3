// Jacobians between two timesteps: the backward pass with the rows of a unit matrix for gradients.
#include "check.h"
#include "lanes.h"
#include "mem.h"
#include "slab.h"
#include "svd.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct probing {
    int start, last; // the timestep that is seeded, and the last one walked
    int first_entry; // entry of the joint state that lane 0 asks about
    double *out;     // (lanes, size)
    // called at every timestep when out is filled; NULL: only the last one's is kept
    void (*each)(void *context, int t);
    void *context;
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
    if (t != job->last && !job->each) return;
    size_t H = (size_t)lanes->tape->spec.hidden, states = (size_t)lanes->tape->cell->state_count;
    for (size_t n = 0; n < (size_t)lanes->count; n++)
        for (size_t s = 0; s < states; s++)
            memcpy(job->out + (n * states + s) * H, enter[s] + n * H, H * sizeof(double));
    if (job->each) job->each(job->context, t);
}

// Rows first_entry .. first_entry + count of d(states)<start> / d(states that enter)<last>, to job->out (count, size).
static bool probe(struct lanes *lanes, struct probing *job, int count, struct err *err) {
    lanes->count = count;
    lanes->first = job->start;
    lanes->steps = abs(job->start - job->last) + 1;
    lanes->context = job;
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

// What the parts of the work share.
struct making {
    struct jacobian *j;
    struct lanes *lanes;
    double *rows;    // (size, size): what a pass gives
    double *block;   // (rows, columns): of them what was asked for
    double *scratch; // of largest_singular_value()
    int first_column;
    const struct analysis_watch *watch;
};

// Shares of the time, roughly, for the progress.
static const double FACTORS_SHARE = 0.3, PRODUCT_SHARE = 0.2;

static bool make_factors(const struct making *m, struct err *err) {
    struct jacobian *j = m->j;
    size_t size = (size_t)j->size;
    m->lanes->watch_share = FACTORS_SHARE / j->steps;
    for (int i = 0; i < j->steps; i++) {
        int t = m->lanes->direction == 0 ? j->from + 1 + i : j->from - 1 - i;
        double *factor = j->factors ? j->factors + (size_t)i * size * size : m->rows;
        m->lanes->watch_from = FACTORS_SHARE * i / j->steps;
        struct probing job = {.start = t, .last = t, .out = factor};
        if (!probe(m->lanes, &job, j->size, err)) return false;
        for (size_t k = 0; k < size * size; k++)
            if (fabs(factor[k]) > j->factors_entry && isfinite(factor[k])) j->factors_entry = fabs(factor[k]);
        j->factor_frobenius[i] = frobenius(factor, size * size);
        j->factor_largest[i] = largest_singular_value(factor, j->size, j->size, m->scratch);
    }
    double frobenius_bound = 1.0, largest_bound = 1.0;
    for (int i = j->steps - 1; i >= 0; i--) {
        j->bound_frobenius[i] = frobenius_bound *= j->factor_frobenius[i];
        j->bound_largest[i] = largest_bound *= j->factor_largest[i];
    }
    return true;
}

static void take_block(const struct making *m, double *out) {
    size_t columns = (size_t)m->j->columns;
    for (size_t r = 0; r < (size_t)m->j->rows; r++)
        memcpy(out + r * columns, m->rows + r * (size_t)m->j->size + m->first_column, columns * sizeof *out);
}

static void measure(void *context, int t) {
    const struct making *m = context;
    struct jacobian *j = m->j;
    int i = abs(t - j->from) - 1; // the factor that was last multiplied
    take_block(m, m->block);
    j->running_frobenius[i] = frobenius(m->block, (size_t)j->rows * (size_t)j->columns);
    j->running_largest[i] = largest_singular_value(m->block, j->rows, j->columns, m->scratch);
}

static bool go_on_with_values(void *context, double done) {
    const struct making *m = context;
    return !m->watch || m->watch->go_on(m->watch->context,
                                        FACTORS_SHARE + PRODUCT_SHARE + (1 - FACTORS_SHARE - PRODUCT_SHARE) * done);
}

static bool make_product(struct making *m, int to_state, struct err *err) {
    struct jacobian *j = m->j;
    struct probing job = {.start = j->to,
                          .last = m->lanes->direction == 0 ? j->from + 1 : j->from - 1,
                          .first_entry = to_state < 0 ? 0 : to_state * m->lanes->tape->spec.hidden,
                          .out = m->rows,
                          .each = measure,
                          .context = m};
    m->lanes->watch_from = FACTORS_SHARE;
    m->lanes->watch_share = PRODUCT_SHARE;
    if (!probe(m->lanes, &job, j->rows, err)) return false;
    take_block(m, j->product);
    j->frobenius = j->running_frobenius[0];
    take_block(m, m->block);
    return singular_values_watched(m->block, j->rows, j->columns, j->singular, go_on_with_values, m) ||
           err_set(err, ERR_STOPPED, "stopped");
}

bool jacobian_init(struct jacobian *jacobian, const struct tape *tape, const struct layout *layout,
                   const double *params, int layer, int direction, int to, int to_state, int from, int from_state,
                   struct err *err) {
    return jacobian_init_watched(jacobian, tape, layout, params, layer, direction, to, to_state, from, from_state, NULL,
                                 err);
}

bool jacobian_init_watched(struct jacobian *jacobian, const struct tape *tape, const struct layout *layout,
                           const double *params, int layer, int direction, int to, int to_state, int from,
                           int from_state, const struct analysis_watch *watch, struct err *err) {
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
    size_t kept = n * square <= JACOBIAN_KEPT ? n * square : 0;
    size_t least = (size_t)(j.rows < j.columns ? j.rows : j.columns), whole = (size_t)j.rows * (size_t)j.columns;
    double *at = j.memory =
        slab_alloc(kept + 2 * square + 2 * whole + 4 * size + least + 6 * n, sizeof *at, "a Jacobian", err);
    if (!at) return false;
    j.product = take(&at, whole);
    j.singular = take(&at, least);
    j.factors = kept > 0 ? take(&at, kept) : NULL;
    j.factor_frobenius = take(&at, n);
    j.factor_largest = take(&at, n);
    j.running_frobenius = take(&at, n);
    j.running_largest = take(&at, n);
    j.bound_frobenius = take(&at, n);
    j.bound_largest = take(&at, n);
    struct lanes lanes = {.tape = tape,
                          .layout = tape_layout(tape, layout),
                          .params = params,
                          .top = layer,
                          .layer = layer,
                          .direction = direction,
                          .seed = jacobian_seed,
                          .give = jacobian_give,
                          .watch = watch};
    struct making making = {.j = &j,
                            .lanes = &lanes,
                            .rows = take(&at, square),
                            .block = take(&at, whole),
                            .scratch = take(&at, square + 4 * size),
                            .first_column = from_state < 0 ? 0 : from_state * H,
                            .watch = watch};
    if (!make_factors(&making, err) || !make_product(&making, to_state, err)) {
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
