// The timesteps' shares of a weight's gradient, gate statistics, the numeric gradient of one parameter.
#include "analysis.h"
#include "check.h"
#include "mem.h"
#include "slab.h"
#include "tape.h"
#include <math.h>
#include <string.h>

// --- a weight's gradient by timestep ---
// The part of timestep t is a sum of outer products v dz^T, one for each affine step that uses the parameter:
//   || sum_i v_i dz_i^T ||^2 = sum_ij (v_i . v_j)(dz_i . dz_j), over pairs of the same block.

struct outer {
    const double *v, *dz; // v: NULL stands for 1, as of a bias
    int in, out;          // their lengths
    int column;           // of the parameter where dz begins
    int row;              // where v begins
};

// A row of the embedding: 1 times dL/dx of both directions; none where no symbol was looked up.
static int outers_of_embedding(const struct tape *tape, const struct param *p, int symbol, int t, struct outer *list) {
    int n = 0;
    for (int d = 0; symbol >= 0 && d < tape->spec.directions; d++)
        list[n++] = (struct outer){NULL, tape_grad(tape, 0, d, tape->cell->input, t), 1, p->out, 0, symbol};
    return n;
}

// The outer products of a parameter at t; -1 for one that is no such sum. tape, example: of the parameter's side.
static int outers_of(const struct tape *tape, const struct example *example, const struct param *p, int t,
                     struct outer *list) {
    if (p->role == PARAM_EMBED) return outers_of_embedding(tape, p, example->x[t], t, list);
    const struct cell_desc *cell = tape->cell;
    int H = tape->spec.hidden, O = tape->spec.outputs, n = 0;
    if (p->role == PARAM_HEAD_BIAS) {
        list[n++] = (struct outer){NULL, tape_logits_grad(tape, t), 1, O, 0, 0};
        return n;
    }
    for (int d = 0; p->role == PARAM_HEAD && d < tape->spec.directions; d++)
        list[n++] =
            (struct outer){tape_value(tape, tape->spec.layers - 1, d, cell->state_out[0], head_time(tape, d, t)),
                           tape_logits_grad(tape, t),
                           H,
                           O,
                           0,
                           d * H};
    if (p->role == PARAM_HEAD) return n;
    bool bias = p->role == PARAM_BIAS || p->role == PARAM_RECURRENT_BIAS;
    if (!bias && p->role != PARAM_INPUT && p->role != PARAM_RECURRENT) return -1;
    int operand = p->role == PARAM_RECURRENT || p->role == PARAM_RECURRENT_BIAS ? 0 : 1;
    for (int i = 0; i < cell->step_count; i++) {
        const struct cell_step *step = &cell->steps[i];
        if (step->op != OP_AFFINE) continue;
        if ((!bias || cell->two_biases) && step->in[operand] < 0) continue;
        int in = bias ? -1 : step->in[operand];
        list[n++] = (struct outer){in < 0 ? NULL : tape_value(tape, p->layer, p->direction, in, t),
                                   tape_grad(tape, p->layer, p->direction, step->out, t),
                                   p->in,
                                   H,
                                   step->block * H,
                                   0};
    }
    return n;
}

static double square_of(const struct outer *list, int n) {
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if (list[i].column != list[j].column || list[i].row != list[j].row) continue;
            double v = list[i].v ? reference_dot(list[i].v, list[j].v, list[i].in) : 1.0;
            sum += v * reference_dot(list[i].dz, list[j].dz, list[i].out);
        }
    return sum < 0.0 ? 0.0 : sum; // rounding; NaN stays NaN
}

// What is left for a parameter of another kind: its whole part, t by t.
static bool by_whole_parts(const struct tape *tape, const struct layout *layout, const struct example *example,
                           int param, double *norms, struct err *err) {
    size_t size = (size_t)layout->params[param].in * (size_t)layout->params[param].out;
    double *part = slab_alloc(size, sizeof *part, "a timestep's part of a gradient", err);
    if (!part) return false;
    for (int t = 0; t < tape->length; t++) {
        tape_param_grad_at(tape, layout, example, param, t, part);
        double sum = 0.0;
        for (size_t i = 0; i < size; i++)
            sum += part[i] * part[i];
        norms[t] = sqrt(sum);
    }
    mem_free(part);
    return true;
}

bool analysis_part_norms(const struct tape *tape, const struct layout *layout, const struct example *example, int param,
                         double *norms, struct err *err) {
    check(param >= 0 && param < layout->count, "parameter %d", param);
    tape = tape_of_param(tape, layout, param);
    struct outer list[CELL_MAX_STEPS];
    for (int t = 0; t < tape->length; t++) {
        int n = outers_of(tape, tape_example(tape, example), &layout->params[param], t, list);
        if (n < 0) return by_whole_parts(tape, layout, example, param, norms, err);
        norms[t] = sqrt(square_of(list, n));
    }
    return true;
}

// dL/dw of a diagonal: unit by unit, no outer product.
static double diagonal_part(const struct tape *tape, const struct param *p, int column, int t) {
    int H = tape->spec.hidden, unit = column % H;
    double sum = 0.0;
    for (int i = 0; i < tape->cell->step_count; i++) {
        const struct cell_step *step = &tape->cell->steps[i];
        if (step->op != OP_DIAGONAL || cell_diagonal_row(tape->cell, step->block) != column / H) continue;
        sum += tape_grad(tape, p->layer, p->direction, step->out, t)[unit] *
               tape_value(tape, p->layer, p->direction, step->in[0], t)[unit];
    }
    return sum;
}

// tape, example: of the parameter's side.
static double entry_part(const struct tape *tape, const struct example *example, const struct param *p, int row,
                         int column, int t) {
    if (p->role == PARAM_DIAGONAL) return diagonal_part(tape, p, column, t);
    struct outer list[CELL_MAX_STEPS];
    int n = outers_of(tape, example, p, t, list);
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        int r = row - list[i].row, c = column - list[i].column;
        if (r < 0 || r >= list[i].in || c < 0 || c >= list[i].out) continue;
        sum += (list[i].v ? list[i].v[r] : 1.0) * list[i].dz[c];
    }
    return sum;
}

static const struct param *entry_of(const struct layout *layout, int param, int row, int column) {
    check(param >= 0 && param < layout->count, "parameter %d", param);
    const struct param *p = &layout->params[param];
    check(row >= 0 && row < p->in && column >= 0 && column < p->out, "%s: row %d, column %d", p->name, row, column);
    return p;
}

double analysis_entry_part(const struct tape *tape, const struct layout *layout, const struct example *example,
                           int param, int row, int column, int t) {
    const struct param *p = entry_of(layout, param, row, column);
    tape = tape_of_param(tape, layout, param);
    return entry_part(tape, tape_example(tape, example), p, row, column, t);
}

bool analysis_entry_parts(const struct tape *tape, const struct layout *layout, const struct example *example,
                          int param, int row, int column, double *parts, struct err *err) {
    (void)err; // nothing is allocated
    const struct param *p = entry_of(layout, param, row, column);
    tape = tape_of_param(tape, layout, param);
    for (int t = 0; t < tape->length; t++)
        parts[t] = entry_part(tape, tape_example(tape, example), p, row, column, t);
    return true;
}

// --- gate statistics ---

bool gate_stats_init(struct gate_stats *stats, const struct net_spec *spec, int layer, int direction, int slot,
                     struct err *err) {
    const struct cell_desc *cell = net_cell(spec);
    check(layer >= 0 && layer < spec->layers && direction >= 0 && direction < spec->directions && slot >= 0 &&
              slot < cell->slot_count && slot != cell->input,
          "layer %d, direction %d, slot %d", layer, direction, slot);
    *stats = (struct gate_stats){.layer = layer, .direction = direction, .slot = slot, .H = spec->hidden};
    stats->units = slab_alloc((size_t)spec->hidden, sizeof *stats->units, "the statistics of a gate", err);
    return stats->units != NULL;
}

void gate_stats_release(struct gate_stats *stats) {
    mem_free(stats->units);
    *stats = (struct gate_stats){0};
}

// Means and shares move by one value: all fields are right after every timestep.
static void add_value(struct unit_stats *unit, double value, long count) {
    double n = (double)count, size = fabs(value);
    if (count == 1) unit->smallest = unit->largest = value;
    unit->smallest = value >= unit->smallest ? unit->smallest : value; // NaN goes in and stays
    unit->largest = value <= unit->largest ? unit->largest : value;
    unit->mean += (value - unit->mean) / n;
    unit->low += ((size <= GATE_SATURATED) - unit->low) / n;
    unit->high += ((size >= 1.0 - GATE_SATURATED) - unit->high) / n;
}

void gate_stats_add(struct gate_stats *stats, const struct tape *tape) {
    check(tape->spec.hidden == stats->H, "%d units in statistics of %d", tape->spec.hidden, stats->H);
    for (int t = 0; t < tape->length; t++) {
        const double *row = tape_value(tape, stats->layer, stats->direction, stats->slot, t);
        stats->count++;
        for (int i = 0; i < stats->H; i++)
            add_value(&stats->units[i], row[i], stats->count);
    }
    stats->mean = stats->low = stats->high = 0.0;
    stats->dead = stats->always_low = stats->always_high = 0;
    for (int i = 0; i < stats->H; i++) {
        const struct unit_stats *unit = &stats->units[i];
        stats->mean += unit->mean / stats->H;
        stats->low += unit->low / stats->H;
        stats->high += unit->high / stats->H;
        stats->dead += unit->largest - unit->smallest <= UNIT_DEAD;
        stats->always_low += unit->smallest >= -GATE_SATURATED && unit->largest <= GATE_SATURATED;
        stats->always_high += unit->smallest >= 1.0 - GATE_SATURATED || unit->largest <= GATE_SATURATED - 1.0;
    }
}

// --- the numeric gradient of one parameter ---

bool analysis_numeric(const struct layout *layout, const double *params, const struct example *example,
                      const struct clamps *clamps, double factor, int param, int row, int column, double epsilon,
                      struct numeric_gradient *out, struct err *err) {
    *out = (struct numeric_gradient){.epsilon = epsilon};
    if (param < 0 || param >= layout->count)
        return err_set(err, ERR_VALUE, "expected a parameter from 1 to %d, found %d", layout->count, param + 1);
    const struct param *p = &layout->params[param];
    if (row < 0 || row >= p->in || column < 0 || column >= p->out)
        return err_set(err, ERR_VALUE, "%s is (%d, %d), found row %d, column %d", p->name, p->in, p->out, row, column);
    if (!(epsilon > 0.0) || !isfinite(epsilon))
        return err_set(err, ERR_VALUE, "the step of a numeric gradient must be above 0, found %g", epsilon);
    size_t at = p->offset + (size_t)row * (size_t)p->out + (size_t)column;
    int source_T = example->source ? example->source->T : 0;
    struct tape *tape = tape_new_pair(&layout->spec, source_T, example->T, err);
    double *slabs = tape ? slab_alloc(layout->size, 2 * sizeof(double), "a copy of the parameters", err) : NULL;
    if (!slabs) {
        tape_free(tape);
        return false;
    }
    double *own = slabs, *grads = slabs + layout->size;
    memcpy(own, params, layout->size * sizeof *own);
    tape_scale_loss(tape, factor);
    own[at] = params[at] - epsilon;
    out->minus = factor * reference_forward_with(tape, layout, own, example, clamps);
    own[at] = params[at] + epsilon;
    out->plus = factor * reference_forward_with(tape, layout, own, example, clamps);
    out->estimate = (out->plus - out->minus) / (2.0 * epsilon);
    reference_forward_with(tape, layout, params, example, clamps);
    reference_backward(tape, layout, params, example, grads);
    out->analytic = grads[at];
    double size = fmax(fabs(out->estimate), fabs(out->analytic)), distance = fabs(out->estimate - out->analytic);
    out->error = distance == 0.0 ? 0.0 : distance / size; // NaN stays NaN
    mem_free(slabs);
    tape_free(tape);
    return true;
}
