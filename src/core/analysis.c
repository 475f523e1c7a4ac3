// Gradients by the loss that they come from, and by path: one backward pass over lanes each (lanes.h).
#include "check.h"
#include "lanes.h"
#include "mem.h"
#include "slab.h"
#include <math.h>
#include <string.h>

enum { LANES_BUDGET = 4 << 20 }; // numbers that the lanes of one walk may hold

// --- walks ---

static const struct tape *tape_with_losses(const struct tape *tape) {
    return tape->decoder ? tape->decoder : tape;
}

// From the losses down to one layer and direction of the tape's side: of an encoder through its decoder first. What
// `walk` says of seeds and lanes is of the side with the losses; masks and give are of the tape's.
static bool run_walk(const struct lanes *walk, const struct tape *tape, const struct layout *layout,
                     const struct example *example, struct err *err) {
    struct lanes lanes = *walk;
    lanes.tape = tape;
    lanes.layout = tape_layout(tape, layout);
    lanes.dropout = tape_example(tape, example)->dropout;
    lanes.top = tape->spec.layers - 1;
    if (!tape->decoder) return lanes_run(&lanes, err);
    check(layout->encoder, "the losses are the decoder's: expected the layout of both");
    struct lanes decoder = lanes;
    decoder.tape = tape->decoder;
    decoder.layout = layout->decoder;
    decoder.dropout = example->dropout;
    decoder.direction = 0;
    decoder.masks = NULL;
    decoder.give = NULL;
    decoder.watch_share /= 2;
    lanes.watch_share /= 2;
    lanes.watch_from += lanes.watch_share;
    lanes.seed = NULL;
    lanes.active = NULL; // every loss of the decoder comes from all of the encoder
    return lanes_run_from(&decoder, &lanes, err);
}

// --- itemised ---

struct itemising {
    const int *tau;  // (lanes) the loss of each lane, ascending
    int *first_lane; // (T + 1) the first lane whose tau is at t or later
    double *const *norms, *const *vectors;
};

// The lanes of the losses whose heads read the state of a direction at t.
static void lanes_read_at(const struct itemising *job, const struct lanes *lanes, int direction, int t, int *low,
                          int *high) {
    bool first = direction == 1 && net_one_answer(&lanes->tape->spec); // the head reads t = 0, whenever the loss
    *low = first ? 0 : job->first_lane[t];
    *high = !first ? job->first_lane[t + 1] : t == 0 ? lanes->count : 0;
}

static void itemised_seed(void *context, const struct lanes *lanes, int layer, int direction, int state, int t,
                          double *rows) {
    const struct itemising *job = context;
    (void)layer;
    if (state != 0) return;
    int low, high;
    lanes_read_at(job, lanes, direction, t, &low, &high);
    for (int n = low; n < high; n++)
        head_send(lanes->tape, lanes->layout, lanes->params, direction, job->tau[n],
                  rows + (size_t)n * (size_t)lanes->tape->spec.hidden);
}

// A loss reaches no timestep after it, seen in the direction of the recurrence; where two directions meet in
// the layers below the top one it reaches all, and so it does where the head reads the end of a direction.
static void itemised_active(void *context, const struct lanes *lanes, int layer, int direction, int t, int *low,
                            int *high) {
    const struct itemising *job = context;
    if (lanes->tape->spec.directions > 1 && layer < lanes->top) return;
    if (direction == 0)
        *low = job->first_lane[t];
    else if (!net_one_answer(&lanes->tape->spec))
        *high = job->first_lane[t + 1];
}

static double norm_of(const double *v, size_t n) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sqrt(sum);
}

static void itemised_give(void *context, const struct lanes *lanes, int t, double *const leave[CELL_MAX_STATES],
                          double *const enter[CELL_MAX_STATES]) {
    const struct itemising *job = context;
    (void)enter;
    size_t H = (size_t)lanes->tape->spec.hidden, T = (size_t)lanes->tape->length;
    int low = 0, high = lanes->count;
    if (lanes->active) itemised_active(context, lanes, lanes->layer, lanes->direction, t, &low, &high);
    for (int s = 0; s < lanes->tape->cell->state_count; s++) {
        for (int n = low; n < high; n++) {
            const double *row = leave[s] + (size_t)n * H;
            size_t at = (size_t)job->tau[n] * T + (size_t)t;
            if (job->norms && job->norms[s]) job->norms[s][at] = norm_of(row, H);
            if (job->vectors && job->vectors[s]) memcpy(job->vectors[s] + at * H, row, H * sizeof *row);
        }
    }
}

static void clear_results(const struct tape *tape, double *const norms[CELL_MAX_STATES],
                          double *const vectors[CELL_MAX_STATES]) {
    size_t pairs = size_mul_add((size_t)tape_with_losses(tape)->length, (size_t)tape->length, 0);
    for (int s = 0; s < tape->cell->state_count; s++) {
        if (norms && norms[s]) memset(norms[s], 0, pairs * sizeof(double));
        if (vectors && vectors[s]) memset(vectors[s], 0, pairs * (size_t)tape->spec.hidden * sizeof(double));
    }
}

// Losses carried side by side: as many as LANES_BUDGET numbers hold (what lanes.c needs for one lane of a side).
static int lanes_at_once(const struct tape *tape) {
    const struct net_spec *spec = &tape->spec;
    size_t H = (size_t)spec->hidden, states = (size_t)(spec->layers * tape->cell->state_count);
    size_t one = ((size_t)tape->cell->slot_count + 1) * H * (size_t)spec->directions + states * H;
    if (spec->layers > 1) one += 2 * (size_t)tape->length * H * (size_t)spec->directions;
    size_t most = LANES_BUDGET / one;
    return most < 1 ? 1 : (int)most;
}

bool analysis_itemised_path(const struct tape *tape, const struct layout *layout, const double *params,
                            const struct example *example, int layer, int direction, const struct path_mask *masks,
                            const struct analysis_watch *watch, double *const norms[CELL_MAX_STATES],
                            double *const vectors[CELL_MAX_STATES], struct err *err) {
    const struct tape *losses = tape_with_losses(tape);
    size_t taus = (size_t)losses->length;
    clear_results(tape, norms, vectors);
    int *memory = slab_alloc(2 * taus + 1, sizeof *memory, "the list of losses", err);
    if (!memory) return false;
    int *list = memory, *first_lane = memory + taus, count = 0, most = lanes_at_once(tape);
    if (losses != tape && lanes_at_once(losses) < most) most = lanes_at_once(losses);
    for (int t = 0; t < losses->length; t++)
        if (head_has_loss(losses, t)) list[count++] = t;
    bool good = true;
    for (int first = 0; good && first < count; first += most) {
        int lanes = count - first < most ? count - first : most;
        for (int t = 0, n = 0; t <= losses->length; t++) {
            first_lane[t] = n;
            if (n < lanes && list[first + n] == t) n++;
        }
        struct itemising job = {.tau = list + first, .first_lane = first_lane, .norms = norms, .vectors = vectors};
        struct lanes walk = {.params = params,
                             .count = lanes,
                             .layer = layer,
                             .direction = direction,
                             .masks = masks,
                             .seed = itemised_seed,
                             .active = itemised_active,
                             .give = itemised_give,
                             .context = &job,
                             .watch = watch,
                             .watch_from = (double)first / count,
                             .watch_share = (double)lanes / count};
        good = run_walk(&walk, tape, layout, example, err);
    }
    mem_free(memory);
    return good;
}

bool analysis_itemised(const struct tape *tape, const struct layout *layout, const double *params,
                       const struct example *example, int layer, int direction, double *const norms[CELL_MAX_STATES],
                       double *const vectors[CELL_MAX_STATES], struct err *err) {
    return analysis_itemised_path(tape, layout, params, example, layer, direction, NULL, NULL, norms, vectors, err);
}

// --- masks ---

static bool is_state(const int *list, int count, int slot) {
    for (int i = 0; i < count; i++)
        if (list[i] == slot) return true;
    return false;
}

// Whether a way goes on over a step, from its operand `in`.
typedef bool edge_fn(const struct cell_desc *cell, const struct cell_step *step, int in);

static bool any_edge(const struct cell_desc *cell, const struct cell_step *step, int in) {
    (void)cell, (void)step, (void)in;
    return true;
}
static bool before_leaving(const struct cell_desc *cell, const struct cell_step *step, int in) {
    (void)step;
    return !is_state(cell->state_out, cell->state_count, in);
}
static bool carrying_edge(const struct cell_desc *cell, const struct cell_step *step, int in) {
    (void)cell, (void)in;
    return step->op == OP_MUL || step->op == OP_ADD;
}

// from[s]: s is `start`, or is computed from it over such steps. Steps are in the order computed: once over
// them.
static void reach_forward(const struct cell_desc *cell, bool *from, edge_fn *edge) {
    for (int i = 0; i < cell->step_count; i++)
        for (int k = 0; k < 2; k++) {
            int in = cell->steps[i].in[k];
            if (in >= 0 && from[in] && edge(cell, &cell->steps[i], in)) from[cell->steps[i].out] = true;
        }
}
static void reach_backward(const struct cell_desc *cell, bool *to, edge_fn *edge) {
    for (int i = cell->step_count - 1; i >= 0; i--)
        for (int k = 0; k < 2; k++) {
            int in = cell->steps[i].in[k];
            if (in >= 0 && to[cell->steps[i].out] && edge(cell, &cell->steps[i], in)) to[in] = true;
        }
}

void path_all(const struct cell_desc *cell, struct path_mask *mask) {
    for (int i = 0; i < cell->step_count; i++)
        mask->follow[i][0] = mask->follow[i][1] = true;
}

// What comes after a state that leaves belongs to the timestep itself and is always followed.
static void after_states(const struct cell_desc *cell, bool *after) {
    for (int s = 0; s < cell->state_count; s++)
        after[cell->state_out[s]] = true;
    reach_forward(cell, after, any_edge);
}

void path_none(const struct cell_desc *cell, struct path_mask *mask) {
    for (int i = 0; i < cell->step_count; i++)
        for (int k = 0; k < 2; k++)
            mask->follow[i][k] = !is_state(cell->state_in, cell->state_count, cell->steps[i].in[k]);
}

void path_through(const struct cell_desc *cell, int slot, struct path_mask *mask) {
    check(slot >= 0 && slot < cell->slot_count, "slot %d", slot);
    bool before[CELL_MAX_SLOTS] = {0}, behind[CELL_MAX_SLOTS] = {0}, after[CELL_MAX_SLOTS] = {0};
    before[slot] = behind[slot] = true;
    reach_backward(cell, before, before_leaving);
    reach_forward(cell, behind, any_edge);
    after_states(cell, after);
    for (int i = 0; i < cell->step_count; i++)
        for (int k = 0; k < 2; k++) {
            int in = cell->steps[i].in[k];
            mask->follow[i][k] = in >= 0 && (before[cell->steps[i].out] || behind[in] || after[in]);
        }
}

void path_memory(const struct cell_desc *cell, struct path_mask *mask) {
    bool after[CELL_MAX_SLOTS] = {0};
    after_states(cell, after);
    path_none(cell, mask);
    for (int i = 0; i < cell->step_count; i++)
        for (int k = 0; k < 2; k++)
            mask->follow[i][k] = cell->steps[i].in[k] >= 0 && after[cell->steps[i].in[k]];
    for (int s = 0; s < cell->state_count; s++) {
        bool before[CELL_MAX_SLOTS] = {0}, from[CELL_MAX_SLOTS] = {0};
        before[cell->state_out[s]] = from[cell->state_in[s]] = true;
        reach_backward(cell, before, carrying_edge);
        reach_forward(cell, from, carrying_edge);
        for (int i = 0; i < cell->step_count; i++)
            for (int k = 0; k < 2; k++) {
                int in = cell->steps[i].in[k];
                if (in >= 0 && carrying_edge(cell, &cell->steps[i], in) && from[in] && before[cell->steps[i].out])
                    mask->follow[i][k] = true;
            }
    }
}

// --- by path ---

struct pathing {
    int tau; // -1: all losses
    double *const *grads;
};

static void path_seed(void *context, const struct lanes *lanes, int layer, int direction, int state, int t,
                      double *rows) {
    const struct pathing *job = context;
    (void)layer;
    for (int tau = 0; state == 0 && tau < lanes->tape->length; tau++)
        if (head_time(lanes->tape, direction, tau) == t && (job->tau < 0 || job->tau == tau))
            head_send(lanes->tape, lanes->layout, lanes->params, direction, tau, rows);
}

static void path_give(void *context, const struct lanes *lanes, int t, double *const leave[CELL_MAX_STATES],
                      double *const enter[CELL_MAX_STATES]) {
    const struct pathing *job = context;
    (void)enter;
    size_t H = (size_t)lanes->tape->spec.hidden;
    for (int s = 0; s < lanes->tape->cell->state_count; s++)
        if (job->grads[s]) memcpy(job->grads[s] + (size_t)t * H, leave[s], H * sizeof(double));
}

bool analysis_path_of_loss(const struct tape *tape, const struct layout *layout, const double *params,
                           const struct example *example, int layer, int direction, const struct path_mask *masks,
                           int tau, double *const grads[CELL_MAX_STATES], struct err *err) {
    struct pathing job = {.tau = tau, .grads = grads};
    struct lanes walk = {.params = params,
                         .count = 1,
                         .layer = layer,
                         .direction = direction,
                         .masks = masks,
                         .seed = path_seed,
                         .give = path_give,
                         .context = &job};
    return run_walk(&walk, tape, layout, example, err);
}

bool analysis_path(const struct tape *tape, const struct layout *layout, const double *params,
                   const struct example *example, int layer, int direction, const struct path_mask *masks,
                   double *const grads[CELL_MAX_STATES], struct err *err) {
    return analysis_path_of_loss(tape, layout, params, example, layer, direction, masks, -1, grads, err);
}
