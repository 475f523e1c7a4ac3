// Gradients by the loss that they come from, and by path: one backward pass over lanes each (lanes.h).
#include "check.h"
#include "lanes.h"
#include "mem.h"
#include "slab.h"
#include <math.h>
#include <string.h>

// Adds what the head sends to the hidden state at t: W_ya dlogits<t>.
static void add_head(const struct lanes *lanes, int direction, int t, double *row) {
    const struct tape *tape = lanes->tape;
    int H = tape->spec.hidden, O = tape->spec.outputs;
    const struct param *head = &lanes->layout->params[layout_param(lanes->layout, PARAM_HEAD, -1, -1)];
    const double *weights = lanes->params + head->offset + (size_t)direction * (size_t)H * (size_t)O;
    const double *d = tape_logits_grad(tape, t);
    for (int j = 0; j < H; j++, weights += O) {
        double sum = 0.0;
        for (int i = 0; i < O; i++)
            sum += weights[i] * d[i];
        row[j] += sum;
    }
}

// --- itemised ---

struct itemising {
    int *tau;        // (lanes) the loss of each lane, ascending
    int *first_lane; // (T + 1) the first lane whose tau is at t or later
    double *const *norms, *const *vectors;
};

static void itemised_seed(void *context, const struct lanes *lanes, int layer, int direction, int state, int t,
                          double *rows) {
    const struct itemising *job = context;
    (void)layer;
    int lane = job->first_lane[t];
    if (state != 0 || lane == job->first_lane[t + 1]) return;
    add_head(lanes, direction, t, rows + (size_t)lane * (size_t)lanes->tape->spec.hidden);
}

// A loss reaches no timestep after it, seen in the direction of the recurrence; where two directions meet in
// the layers below the top one it reaches all.
static void itemised_active(void *context, const struct lanes *lanes, int layer, int direction, int t, int *low,
                            int *high) {
    const struct itemising *job = context;
    if (lanes->tape->spec.directions > 1 && layer < lanes->top) return;
    if (direction == 0)
        *low = job->first_lane[t];
    else
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
    itemised_active(context, lanes, lanes->layer, lanes->direction, t, &low, &high);
    for (int s = 0; s < lanes->tape->cell->state_count; s++) {
        for (int n = low; n < high; n++) {
            const double *row = leave[s] + (size_t)n * H;
            size_t at = (size_t)job->tau[n] * T + (size_t)t;
            if (job->norms && job->norms[s]) job->norms[s][at] = norm_of(row, H);
            if (job->vectors && job->vectors[s]) memcpy(job->vectors[s] + at * H, row, H * sizeof *row);
        }
    }
}

static bool has_loss(const struct tape *tape, int t) {
    const double *d = tape_logits_grad(tape, t);
    for (int i = 0; i < tape->spec.outputs; i++)
        if (d[i] != 0.0) return true; // NaN too
    return false;
}

bool analysis_itemised(const struct tape *tape, const struct layout *layout, const double *params,
                       const struct example *example, int layer, int direction, double *const norms[CELL_MAX_STATES],
                       double *const vectors[CELL_MAX_STATES], struct err *err) {
    size_t T = (size_t)tape->length, H = (size_t)tape->spec.hidden;
    for (int s = 0; s < tape->cell->state_count; s++) {
        if (norms && norms[s]) memset(norms[s], 0, T * T * sizeof(double));
        if (vectors && vectors[s]) memset(vectors[s], 0, T * T * H * sizeof(double));
    }
    int *memory = slab_alloc(2 * T + 1, sizeof *memory, "the list of losses", err);
    if (!memory) return false;
    struct itemising job = {.tau = memory, .first_lane = memory + T, .norms = norms, .vectors = vectors};
    int count = 0;
    for (int t = 0; t < tape->length; t++) {
        job.first_lane[t] = count;
        if (has_loss(tape, t)) job.tau[count++] = t;
    }
    job.first_lane[T] = count;
    struct lanes lanes = {.tape = tape,
                          .layout = layout,
                          .params = params,
                          .dropout = example->dropout,
                          .count = count,
                          .top = tape->spec.layers - 1,
                          .layer = layer,
                          .direction = direction,
                          .seed = itemised_seed,
                          .active = itemised_active,
                          .give = itemised_give,
                          .context = &job};
    bool good = lanes_run(&lanes, err);
    mem_free(memory);
    return good;
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

static void path_seed(void *context, const struct lanes *lanes, int layer, int direction, int state, int t,
                      double *rows) {
    (void)context, (void)layer;
    if (state == 0) add_head(lanes, direction, t, rows);
}

static void path_give(void *context, const struct lanes *lanes, int t, double *const leave[CELL_MAX_STATES],
                      double *const enter[CELL_MAX_STATES]) {
    double *const *grads = context;
    (void)enter;
    size_t H = (size_t)lanes->tape->spec.hidden;
    for (int s = 0; s < lanes->tape->cell->state_count; s++)
        if (grads[s]) memcpy(grads[s] + (size_t)t * H, leave[s], H * sizeof(double));
}

bool analysis_path(const struct tape *tape, const struct layout *layout, const double *params,
                   const struct example *example, int layer, int direction, const struct path_mask *masks,
                   double *const grads[CELL_MAX_STATES], struct err *err) {
    struct lanes lanes = {.tape = tape,
                          .layout = layout,
                          .params = params,
                          .dropout = example->dropout,
                          .count = 1,
                          .top = tape->spec.layers - 1,
                          .layer = layer,
                          .direction = direction,
                          .masks = masks,
                          .seed = path_seed,
                          .give = path_give,
                          .context = (void *)grads};
    return lanes_run(&lanes, err);
}
