// The backward pass of the reference: the steps of forward in reverse order, one rule an operation. What a
// step sends to an operand is kept as it is (tape_sent) and added to the operand's gradient.
#include "check.h"
#include "tape.h"
#include <string.h>

static double break_factor[RULE_COUNT]; // the test hook: what is added to a factor of 1

void reference_break(int rule, double factor) {
    check(rule >= 0 && rule < RULE_COUNT, "rule %d", rule);
    break_factor[rule] = factor - 1.0;
}

double reference_break_factor(int rule) {
    return 1.0 + break_factor[rule];
}

// Eight partial sums: a fixed order of addition that the compiler can vectorise.
double reference_dot(const double *restrict a, const double *restrict b, int n) {
    double sums[8] = {0};
    int i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            sums[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        sums[0] += a[i] * b[i];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

void reference_add_outer(double *grads, size_t stride, const double *v, int n, const double *restrict dz, int H,
                         double factor) {
    for (int j = 0; j < n; j++) {
        double scaled = factor * v[j];
        if (scaled == 0.0) continue;
        double *restrict row = grads + (size_t)j * stride;
        for (int i = 0; i < H; i++)
            row[i] += scaled * dz[i];
    }
}

// One layer and direction at one timestep.
struct moment {
    const struct tape *tape;
    struct track *track;
    struct track_params weights;
    int layer, t;
    double *clamp_grad; // one entry a clamp
};

static double *row_of(const struct moment *m, double *base, int slot) {
    return base + (size_t)m->t * (size_t)slot_width(m->tape, m->layer, slot);
}

// Where terms for a slot add up: a state that leaves the cell gathers what arrives at its own timestep in
// from_loss.
static double *gather_of(const struct moment *m, int slot) {
    for (int s = 0; s < m->tape->cell->state_count; s++)
        if (m->tape->cell->state_out[s] == slot) return row_of(m, m->track->from_loss[s], slot);
    return row_of(m, m->track->grad[slot], slot);
}

// Operand k: in[0] goes through W_a, in[1] through W_x. dL/d(in) = W dz, dL/dW += in dz^T.
static void backward_affine_operand(const struct moment *m, const struct cell_step *step, int k, const double *dz,
                                    double *sent, double factor) {
    int H = m->tape->spec.hidden, n = slot_width(m->tape, m->layer, step->in[k]);
    size_t GH = (size_t)m->tape->cell->block_count * (size_t)H, at = (size_t)step->block * (size_t)H;
    const double *weights = (k == 0 ? m->weights.recurrent : m->weights.input) + at;
    double *grads = k == 0 ? m->weights.recurrent_grad : m->weights.input_grad;
    for (int j = 0; j < n; j++)
        sent[j] = factor * reference_dot(weights + (size_t)j * GH, dz, H);
    if (!grads) return;
    reference_add_outer(grads + at, GH, row_of(m, m->track->value[step->in[k]], step->in[k]), n, dz, H, factor);
}

// What an elementwise step sends to operand k, from its output's gradient dy, its output y and the other
// operand.
static void backward_elementwise(enum cell_op op, double *sent, const double *dy, const double *y, const double *other,
                                 int H, double factor) {
    switch (op) {
    case OP_SIGMOID:
        for (int i = 0; i < H; i++)
            sent[i] = factor * dy[i] * y[i] * (1.0 - y[i]);
        break;
    case OP_TANH:
        for (int i = 0; i < H; i++)
            sent[i] = factor * dy[i] * (1.0 - y[i] * y[i]);
        break;
    case OP_RELU:
        for (int i = 0; i < H; i++)
            sent[i] = y[i] > 0.0 ? factor * dy[i] : 0.0;
        break;
    case OP_MUL:
        for (int i = 0; i < H; i++)
            sent[i] = factor * dy[i] * other[i];
        break;
    case OP_ADD:
        for (int i = 0; i < H; i++)
            sent[i] = factor * dy[i];
        break;
    case OP_ONE_MINUS:
        for (int i = 0; i < H; i++)
            sent[i] = -factor * dy[i];
        break;
    case OP_AFFINE:
    case OP_DIAGONAL:
    case OP_COUNT:
        break;
    }
}

// dL/d(in) = w dL/d(out), dL/dw += in dL/d(out)
static void backward_diagonal(const struct moment *m, const struct cell_step *step, const double *dy, double *sent,
                              double factor) {
    int H = m->tape->spec.hidden;
    size_t at = (size_t)cell_diagonal_row(m->tape->cell, step->block) * (size_t)H;
    const double *w = m->weights.diagonal + at, *in = row_of(m, m->track->value[step->in[0]], step->in[0]);
    double *grads = m->weights.diagonal_grad;
    for (int i = 0; i < H; i++) {
        sent[i] = factor * w[i] * dy[i];
        if (grads) grads[at + (size_t)i] += factor * in[i] * dy[i];
    }
}

static void backward_step(const struct moment *m, int index) {
    const struct cell_step *step = &m->tape->cell->steps[index];
    int H = m->tape->spec.hidden;
    double factor = reference_break_factor(step->op);
    const double *dy = row_of(m, m->track->grad[step->out], step->out);
    const double *y = row_of(m, m->track->value[step->out], step->out);
    for (int k = 0; k < 2; k++) {
        int in = step->in[k], other = step->in[1 - k];
        if (in < 0) continue;
        double *sent = row_of(m, m->track->sent[index][k], in), *gather = gather_of(m, in);
        if (step->op == OP_AFFINE)
            backward_affine_operand(m, step, k, dy, sent, factor);
        else if (step->op == OP_DIAGONAL)
            backward_diagonal(m, step, dy, sent, factor);
        else
            backward_elementwise(step->op, sent, dy, y, other < 0 ? NULL : row_of(m, m->track->value[other], other), H,
                                 factor);
        int width = slot_width(m->tape, m->layer, in);
        for (int i = 0; i < width; i++)
            gather[i] += sent[i];
    }
    if (step->op != OP_AFFINE || !m->weights.bias_grad) return;
    size_t at = (size_t)step->block * (size_t)H;
    double *second = m->weights.recurrent_bias_grad;
    for (int i = 0; (!second || step->in[1] >= 0) && i < H; i++)
        m->weights.bias_grad[at + (size_t)i] += factor * dy[i];
    for (int i = 0; second && step->in[0] >= 0 && i < H; i++)
        second[at + (size_t)i] += factor * dy[i];
}

// The producer of a state was reached: all its readers have sent. dL/d(state) = from the loss + from the
// future.
static void sum_sources(const struct moment *m, int slot) {
    int H = m->tape->spec.hidden;
    for (int s = 0; s < m->tape->cell->state_count; s++) {
        if (m->tape->cell->state_out[s] != slot) continue;
        const double *loss = row_of(m, m->track->from_loss[s], slot);
        const double *future = row_of(m, m->track->from_future[s], slot);
        double *grad = row_of(m, m->track->grad[slot], slot);
        for (int i = 0; i < H; i++)
            grad[i] = loss[i] + future[i];
    }
}

// A value set by hand: no gradient goes further back through it. The two sources of a state keep adding up.
static void stop_at_clamps(const struct moment *m, int slot) {
    const struct tape *tape = m->tape;
    if (tape->clamps.count == 0) return;
    int direction = m->track == &tape->tracks[m->layer][0] ? 0 : 1;
    clamp_gradients(tape, m->layer, direction, slot, m->t, row_of(m, m->track->grad[slot], slot), 1, m->clamp_grad);
    for (int s = 0; s < tape->cell->state_count; s++) {
        if (tape->cell->state_out[s] != slot) continue;
        clamp_gradients(tape, m->layer, direction, slot, m->t, row_of(m, m->track->from_loss[s], slot), 1, NULL);
        clamp_gradients(tape, m->layer, direction, slot, m->t, row_of(m, m->track->from_future[s], slot), 1, NULL);
    }
}

// What comes back behind the last timestep: nothing, or what the decoder's first state sends to both directions' last.
static void future_of_the_end(const struct tape *tape, int layer, int state, double *future) {
    int H = tape->spec.hidden;
    memset(future, 0, (size_t)H * sizeof *future);
    if (!tape->decoder) return;
    const double *handed = tape_grad(tape->decoder, layer, 0, tape->cell->state_in[state], 0);
    for (int i = 0; i < H; i++)
        future[i] = reference_break_factor(RULE_HAND_OVER) * handed[i];
}

static void backward_track(struct tape *tape, const struct layout *layout, const double *params, double *grads,
                           int layer, int direction) {
    const struct cell_desc *cell = tape->cell;
    struct moment m = {.tape = tape,
                       .track = &tape->tracks[layer][direction],
                       .layer = layer,
                       .weights = track_params_of(layout, params, grads, layer, direction),
                       .clamp_grad = tape->clamp_grad};
    size_t H = (size_t)tape->spec.hidden;
    int T = tape->length;
    for (int n = 0; n < T; n++) {
        m.t = direction == 0 ? T - 1 - n : n;
        for (int s = 0; s < cell->slot_count; s++)
            memset(row_of(&m, m.track->grad[s], s), 0, (size_t)slot_width(tape, layer, s) * sizeof(double));
        for (int s = 0; s < cell->state_count; s++) {
            double *future = m.track->from_future[s] + (size_t)m.t * H;
            size_t after = (size_t)time_after(direction, m.t);
            if (n == 0)
                future_of_the_end(tape, layer, s, future);
            else
                memcpy(future, m.track->grad[cell->state_in[s]] + after * H, H * sizeof *future);
        }
        for (int i = cell->step_count - 1; i >= 0; i--) {
            sum_sources(&m, cell->steps[i].out);
            stop_at_clamps(&m, cell->steps[i].out);
            backward_step(&m, i);
        }
        stop_at_clamps(&m, cell->input);
        for (int s = 0; s < cell->state_count; s++)
            stop_at_clamps(&m, cell->state_in[s]);
    }
}

// All heads, and what they send: into from_loss of the top layer's hidden states that they read.
static void backward_heads(struct tape *tape, const struct layout *layout, const double *params, double *grads,
                           const struct example *example) {
    size_t H = (size_t)tape->spec.hidden;
    struct track *top = tape->tracks[tape->spec.layers - 1];
    for (int d = 0; d < tape->spec.directions; d++)
        memset(top[d].from_loss[0], 0, (size_t)tape->length * H * sizeof(double));
    for (int t = 0; tape->spec.outputs > 0 && t < tape->length; t++) {
        head_backward(tape, layout, grads, example, t);
        for (int d = 0; d < tape->spec.directions; d++)
            head_send(tape, layout, params, d, t, top[d].from_loss[0] + (size_t)head_time(tape, d, t) * H);
    }
}

// What layer 0 sends to its input at t goes into the row that was looked up. out: (V, E)
static void add_embedding(const struct tape *tape, int symbol, int t, double *out, double factor) {
    int E = tape->spec.embed;
    for (int d = 0; symbol >= 0 && d < tape->spec.directions; d++) {
        const double *dx = tape_grad(tape, 0, d, tape->cell->input, t);
        for (int i = 0; i < E; i++)
            out[(size_t)symbol * (size_t)E + (size_t)i] += factor * dx[i];
    }
}

// What the layer above sends down: its dL/dx, cut at the border between the directions.
static void receive_from_above(struct tape *tape, const struct example *example, int layer, int direction) {
    int H = tape->spec.hidden, D = tape->spec.directions;
    double *from_loss = tape->tracks[layer][direction].from_loss[0];
    for (int t = 0; t < tape->length; t++) {
        double *to = from_loss + (size_t)t * (size_t)H;
        memset(to, 0, (size_t)H * sizeof *to);
        for (int above = 0; above < D; above++) {
            const double *dx = tape->tracks[layer + 1][above].grad[tape->cell->input] + (size_t)t * (size_t)(H * D) +
                               (size_t)(direction * H);
            const double *factors = NULL;
            if (example->dropout)
                factors = example->dropout + ((size_t)layer * (size_t)tape->length + (size_t)t) * (size_t)(H * D) +
                          (size_t)(direction * H);
            for (int i = 0; i < H; i++)
                to[i] += factors ? factors[i] * dx[i] : dx[i];
        }
    }
}

static void backward_network(struct tape *tape, const struct layout *layout, const double *params, double *grads,
                             const struct example *example) {
    check(example->T == tape->length, "backward over %d timesteps after forward over %d", example->T, tape->length);
    memset(tape->clamp_grad, 0, sizeof tape->clamp_grad);
    backward_heads(tape, layout, params, grads, example);
    for (int l = tape->spec.layers - 1; l >= 0; l--) {
        for (int d = 0; d < tape->spec.directions; d++) {
            if (l < tape->spec.layers - 1) receive_from_above(tape, example, l, d);
            for (int s = 1; s < tape->cell->state_count; s++)
                memset(tape->tracks[l][d].from_loss[s], 0,
                       (size_t)tape->length * (size_t)tape->spec.hidden * sizeof(double));
            backward_track(tape, layout, params, grads, l, d);
        }
    }
    if (tape->spec.embed == 0 || !grads) return;
    double *rows = grads + layout->params[layout_param(layout, PARAM_EMBED, -1, -1)].offset;
    for (int t = 0; t < tape->length; t++)
        add_embedding(tape, example->x[t], t, rows, reference_break_factor(RULE_EMBED));
}

void reference_backward(struct tape *tape, const struct layout *layout, const double *params,
                        const struct example *example, double *grads) {
    backward_network(tape, tape_layout(tape, layout), params, grads, example);
    if (tape->encoder) backward_network(tape->encoder, layout->encoder, params, grads, example->source);
}

// --- for the analyses ---

void reference_local(const struct tape *tape, const struct layout *layout, const double *params, int layer,
                     int direction, int step, int k, int t, const double *ones, double *out) {
    const struct cell_step *s = &tape->cell->steps[step];
    check(s->op != OP_AFFINE && s->in[k] >= 0, "step %d, operand %d has no derivative by units", step, k);
    if (s->op == OP_DIAGONAL) {
        struct track_params weights = track_params_of(layout, params, NULL, layer, direction);
        const double *w =
            weights.diagonal + (size_t)cell_diagonal_row(tape->cell, s->block) * (size_t)tape->spec.hidden;
        for (int i = 0; i < tape->spec.hidden; i++)
            out[i] = reference_break_factor(OP_DIAGONAL) * w[i] * ones[i];
        return;
    }
    int other = s->in[1 - k];
    backward_elementwise(s->op, out, ones, tape_value(tape, layer, direction, s->out, t),
                         other < 0 ? NULL : tape_value(tape, layer, direction, other, t), tape->spec.hidden,
                         reference_break_factor(s->op));
}

const double *reference_weights(const struct tape *tape, const struct layout *layout, const double *params, int layer,
                                int direction, int step, int k, size_t *stride) {
    const struct cell_step *s = &tape->cell->steps[step];
    struct track_params weights = track_params_of(layout, params, NULL, layer, direction);
    size_t H = (size_t)tape->spec.hidden;
    *stride = (size_t)tape->cell->block_count * H;
    return (k == 0 ? weights.recurrent : weights.input) + (size_t)s->block * H;
}

// --- one timestep's part of a parameter's gradient ---

static void head_grad_at(const struct tape *tape, enum param_role role, int t, double *out) {
    int H = tape->spec.hidden, O = tape->spec.outputs;
    const double *d = tape_logits_grad(tape, t);
    if (role == PARAM_HEAD_BIAS) {
        memcpy(out, d, (size_t)O * sizeof *out);
        return;
    }
    for (int direction = 0; direction < tape->spec.directions; direction++)
        reference_add_outer(
            out + (size_t)direction * (size_t)H * (size_t)O, (size_t)O,
            tape_value(tape, tape->spec.layers - 1, direction, tape->cell->state_out[0], head_time(tape, direction, t)),
            H, d, O, 1.0);
}

void tape_param_grad_at(const struct tape *tape, const struct layout *layout, const struct example *example, int param,
                        int t, double *out) {
    const struct param *p = &layout->params[param];
    tape = tape_of_param(tape, layout, param);
    const struct cell_desc *cell = tape->cell;
    int H = tape->spec.hidden;
    size_t GH = (size_t)p->out;
    memset(out, 0, (size_t)p->in * (size_t)p->out * sizeof *out);
    if (p->role == PARAM_EMBED) {
        add_embedding(tape, tape_example(tape, example)->x[t], t, out, 1.0);
        return;
    }
    if (p->layer < 0) {
        head_grad_at(tape, p->role, t, out);
        return;
    }
    for (int i = 0; i < cell->step_count; i++) {
        const struct cell_step *step = &cell->steps[i];
        const double *dz = tape_grad(tape, p->layer, p->direction, step->out, t);
        if (step->op == OP_DIAGONAL && p->role == PARAM_DIAGONAL) {
            const double *in = tape_value(tape, p->layer, p->direction, step->in[0], t);
            double *row = out + (size_t)cell_diagonal_row(cell, step->block) * (size_t)H;
            for (int k = 0; k < H; k++)
                row[k] += dz[k] * in[k];
        }
        if (step->op != OP_AFFINE || p->role == PARAM_DIAGONAL) continue;
        double *block = out + (size_t)step->block * (size_t)H;
        if (p->role == PARAM_BIAS || p->role == PARAM_RECURRENT_BIAS) {
            if (cell->two_biases && step->in[p->role == PARAM_BIAS ? 1 : 0] < 0) continue;
            for (int k = 0; k < H; k++)
                block[k] += dz[k];
            continue;
        }
        int in = step->in[p->role == PARAM_RECURRENT ? 0 : 1];
        if (in >= 0) reference_add_outer(block, GH, tape_value(tape, p->layer, p->direction, in, t), p->in, dz, H, 1.0);
    }
}
