#include "lanes.h"
#include "blas.h"
#include "check.h"
#include "mem.h"
#include "slab.h"
#include <string.h>

// --- one timestep ---

struct walk {
    struct lanes *lanes;
    int layer, direction, t;
    int low, high;    // active lanes
    bool needs_input; // dL/dx goes to the layer below
};

static double *rows_of(const struct walk *w, double *base, int slot) {
    return base + (size_t)w->low * (size_t)slot_width(w->lanes->tape, w->layer, slot);
}

static void back_through(const struct walk *w, int step_index, int k) {
    const struct lanes *lanes = w->lanes;
    const struct tape *tape = lanes->tape;
    const struct cell_step *step = &tape->cell->steps[step_index];
    int in = step->in[k], rows = w->high - w->low, H = tape->spec.hidden;
    const double *dy = rows_of(w, lanes->grad[step->out], step->out);
    double *to = rows_of(w, lanes->grad[in], in);
    if (step->op == OP_AFFINE) {
        size_t stride;
        const double *weights =
            reference_weights(tape, lanes->layout, lanes->params, w->layer, w->direction, step_index, k, &stride);
        blas_add_sent(rows, slot_width(tape, w->layer, in), H, reference_break_factor(OP_AFFINE), dy, weights, stride,
                      to);
        return;
    }
    reference_local(tape, lanes->layout, lanes->params, w->layer, w->direction, step_index, k, w->t, lanes->ones,
                    lanes->local);
    const double *restrict local = lanes->local;
    for (int r = 0; r < rows; r++, dy += H, to += H)
        for (int i = 0; i < H; i++)
            to[i] += local[i] * dy[i];
}

static void stop_at_clamps(const struct walk *w, int slot) {
    clamp_gradients(w->lanes->tape, w->layer, w->direction, slot, w->t, rows_of(w, w->lanes->grad[slot], slot),
                    w->high - w->low, NULL);
}

static void start_timestep(const struct walk *w) {
    struct lanes *lanes = w->lanes;
    const struct tape *tape = lanes->tape;
    const struct cell_desc *cell = tape->cell;
    size_t rows = (size_t)(w->high - w->low), H = (size_t)tape->spec.hidden, D = (size_t)tape->spec.directions;
    for (int s = 0; s < cell->slot_count; s++)
        if (lanes->grad[s])
            memset(rows_of(w, lanes->grad[s], s), 0, rows * (size_t)slot_width(tape, w->layer, s) * sizeof(double));
    for (int s = 0; s < cell->state_count; s++) {
        double *to = lanes->grad[cell->state_out[s]];
        memcpy(to + (size_t)w->low * H, lanes->future[s] + (size_t)w->low * H, rows * H * sizeof *to);
        if (w->layer == lanes->top && lanes->seed)
            lanes->seed(lanes->context, lanes, w->layer, w->direction, s, w->t, to);
    }
    if (w->layer == lanes->top) return;
    double *to = lanes->grad[cell->state_out[0]];
    const double *factors = lanes->dropout
                                ? lanes->dropout + ((size_t)w->layer * (size_t)tape->length + (size_t)w->t) * H * D +
                                      (size_t)w->direction * H
                                : NULL;
    for (int n = w->low; n < w->high; n++) {
        const double *dx =
            lanes->above + ((size_t)w->t * (size_t)lanes->count + (size_t)n) * H * D + (size_t)w->direction * H;
        for (size_t i = 0; i < H; i++)
            to[(size_t)n * H + i] += factors ? factors[i] * dx[i] : dx[i];
    }
}

static void end_timestep(const struct walk *w) {
    struct lanes *lanes = w->lanes;
    const struct tape *tape = lanes->tape;
    const struct cell_desc *cell = tape->cell;
    if (w->needs_input) {
        stop_at_clamps(w, cell->input);
        size_t I = (size_t)tape->tracks[w->layer][0].inputs;
        double *to = lanes->below + ((size_t)w->t * (size_t)lanes->count + (size_t)w->low) * I;
        const double *dx = rows_of(w, lanes->grad[cell->input], cell->input);
        for (size_t i = 0; i < (size_t)(w->high - w->low) * I; i++)
            to[i] += dx[i];
    }
    double *leave[CELL_MAX_STATES] = {0}, *enter[CELL_MAX_STATES] = {0};
    for (int s = 0; s < cell->state_count; s++) {
        stop_at_clamps(w, cell->state_in[s]);
        leave[s] = lanes->grad[cell->state_out[s]];
        enter[s] = lanes->grad[cell->state_in[s]];
    }
    if (w->layer == lanes->layer && w->direction == lanes->direction && lanes->give)
        lanes->give(lanes->context, lanes, w->t, leave, enter);
    for (int s = 0; s < cell->state_count; s++) { // what entered is the future of the timestep before
        double *old = lanes->future[s];
        lanes->future[s] = lanes->grad[cell->state_in[s]];
        lanes->grad[cell->state_in[s]] = old;
    }
}

// Where a state's rows (N, H) lie among those that are handed over.
static size_t handed_at(const struct lanes *lanes, int layer, int state) {
    size_t rows = (size_t)lanes->count * (size_t)lanes->tape->spec.hidden;
    return ((size_t)layer * (size_t)lanes->tape->cell->state_count + (size_t)state) * rows;
}

static int steps_of(const struct lanes *lanes) {
    return lanes->steps > 0 ? lanes->steps : lanes->tape->length;
}

static bool may_go_on(struct lanes *lanes) {
    if (!lanes->watch) return true;
    double part = (double)lanes->walked++ / (double)lanes->to_walk;
    return lanes->watch->go_on(lanes->watch->context, lanes->watch_from + lanes->watch_share * part);
}

// False when it was stopped.
static bool walk_track(struct lanes *lanes, int layer, int direction) {
    const struct tape *tape = lanes->tape;
    const struct cell_desc *cell = tape->cell;
    size_t count = (size_t)lanes->count * (size_t)tape->spec.hidden, bytes = count * sizeof(double);
    for (int s = 0; s < cell->state_count; s++) {
        const double *handed = lanes->from_decoder ? lanes->from_decoder + handed_at(lanes, layer, s) : NULL;
        for (size_t i = 0; i < count; i++)
            lanes->future[s][i] = handed ? reference_break_factor(RULE_HAND_OVER) * handed[i] : 0.0;
        memset(lanes->grad[cell->state_in[s]], 0, bytes);
        memset(lanes->grad[cell->state_out[s]], 0, bytes);
    }
    struct walk w = {.lanes = lanes, .layer = layer, .direction = direction, .needs_input = layer > lanes->layer};
    const struct path_mask *masks = layer == lanes->layer && direction == lanes->direction ? lanes->masks : NULL;
    w.t = lanes->steps > 0 ? lanes->first : direction == 0 ? tape->length - 1 : 0;
    int steps = steps_of(lanes);
    for (int n = 0; n < steps; n++, w.t = time_before(direction, w.t)) {
        if (!may_go_on(lanes)) return false;
        w.low = 0;
        w.high = lanes->count;
        if (lanes->active) lanes->active(lanes->context, lanes, layer, direction, w.t, &w.low, &w.high);
        start_timestep(&w);
        for (int i = cell->step_count - 1; i >= 0; i--) {
            stop_at_clamps(&w, cell->steps[i].out);
            for (int k = 0; k < 2; k++) {
                int in = cell->steps[i].in[k];
                if (in < 0 || (in == cell->input && !w.needs_input)) continue;
                if (!masks || masks[w.t].follow[i][k]) back_through(&w, i, k);
            }
        }
        end_timestep(&w);
    }
    for (int s = 0; lanes->to_encoder && s < cell->state_count; s++)
        memcpy(lanes->to_encoder + handed_at(lanes, layer, s), lanes->future[s], bytes);
    return true;
}

// --- memory ---

struct carver {
    double *base; // NULL while counting
    size_t used;
};

static double *carve(struct carver *carver, size_t rows, size_t columns) {
    double *at = carver->base ? carver->base + carver->used : NULL;
    carver->used = size_mul_add(rows, columns, carver->used);
    return at;
}

static void carve_lanes(struct carver *carver, struct lanes *lanes) {
    const struct tape *tape = lanes->tape;
    const struct cell_desc *cell = tape->cell;
    size_t N = (size_t)lanes->count, H = (size_t)tape->spec.hidden, DH = H * (size_t)tape->spec.directions;
    bool deep = lanes->top > lanes->layer;
    for (int s = 0; s < cell->slot_count; s++) // layers above the lowest read states: D*H wide at most
        lanes->grad[s] = s != cell->input ? carve(carver, N, H) : deep ? carve(carver, N, DH) : NULL;
    for (int s = 0; s < cell->state_count; s++)
        lanes->future[s] = carve(carver, N, H);
    if (deep) {
        lanes->above = carve(carver, size_mul_add((size_t)tape->length, N, 0), DH);
        lanes->below = carve(carver, size_mul_add((size_t)tape->length, N, 0), DH);
    }
    lanes->ones = carve(carver, 1, H);
    lanes->local = carve(carver, 1, H);
}

bool lanes_run(struct lanes *lanes, struct err *err) {
    const struct tape *tape = lanes->tape;
    check(lanes->layer >= 0 && lanes->layer <= lanes->top && lanes->top < tape->spec.layers && lanes->direction >= 0 &&
              lanes->direction < tape->spec.directions,
          "layers %d to %d, direction %d", lanes->top, lanes->layer, lanes->direction);
    check(lanes->steps <= 0 || lanes->top == lanes->layer, "a part of the timesteps over several layers");
    if (lanes->count == 0) return true;
    struct carver counter = {0};
    carve_lanes(&counter, lanes);
    struct carver carver = {.base = slab_alloc(counter.used, sizeof(double), "an analysis of gradients", err)};
    if (!carver.base) return false;
    carve_lanes(&carver, lanes);
    for (int i = 0; i < tape->spec.hidden; i++)
        lanes->ones[i] = 1.0;
    size_t between = (size_t)tape->length * (size_t)lanes->count * (size_t)tape->spec.hidden *
                     (size_t)tape->spec.directions * sizeof(double);
    lanes->walked = 0;
    lanes->to_walk = (long)steps_of(lanes) * ((lanes->top - lanes->layer) * tape->spec.directions + 1);
    bool good = true;
    for (int l = lanes->top; good && l >= lanes->layer; l--) {
        if (l > lanes->layer) memset(lanes->below, 0, between);
        for (int d = 0; good && d < tape->spec.directions; d++) {
            if (l == lanes->layer && d != lanes->direction) continue;
            double *input = lanes->grad[tape->cell->input];
            if (l == lanes->layer) lanes->grad[tape->cell->input] = NULL; // dL/dx goes nowhere from here
            good = walk_track(lanes, l, d);
            lanes->grad[tape->cell->input] = input;
        }
        double *swap = lanes->above;
        lanes->above = lanes->below;
        lanes->below = swap;
    }
    mem_free(carver.base);
    return good || err_set(err, ERR_STOPPED, "stopped");
}

bool lanes_run_from(struct lanes *decoder, struct lanes *lanes, struct err *err) {
    const struct tape *tape = decoder->tape;
    size_t layers = (size_t)tape->spec.layers, rows = (size_t)lanes->count * (size_t)tape->spec.hidden;
    if (lanes->count == 0) return true;
    double *handed = slab_alloc(size_mul_add(layers * (size_t)tape->cell->state_count, rows, 0), sizeof *handed,
                                "an analysis of gradients", err);
    if (!handed) return false;
    decoder->to_encoder = handed;
    lanes->from_decoder = handed;
    bool good = lanes_run(decoder, err) && lanes_run(lanes, err);
    mem_free(handed);
    return good;
}
