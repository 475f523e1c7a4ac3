// Equations of clip and update.
#include "equation_parts.h"

#include <math.h>
#include <stdio.h>

void equation_clip(struct equation *e) {
    double limit = e->record->options.clip_norm;
    new_line(e);
    if (e->record->batch) {
        put_text(&e->pen, "g:=g_{\\t{own}}+g_{\\t{rest}}");
        new_line(e);
    }
    if (limit > 0)
        put_text(&e->pen, "g:=g\\cdot \\t{min}(1,\\frac{%g}{\\norm{g}})", limit);
    else
        put_text(&e->pen, "g:=g");
}

static bool is_embedding(const struct step *step) {
    return step->layer < 0 && step->block == BLOCK_EMBED;
}

// "W_f", "b_f", "W_{ya}", "E": what this step moves.
static void put_moved(struct equation *e) {
    const struct step *step = e->step;
    if (is_embedding(step))
        put_text(&e->pen, "E");
    else if (step->layer < 0 && step->bias)
        put_head_bias(&e->pen);
    else if (step->layer < 0)
        put_head_weight(&e->pen);
    else if (step->bias)
        put_bias(&e->pen, step->block, -1);
    else
        put_weight(&e->pen, step->block, -1);
}

// The step that reads operand k through a block of weights; k = 2: through its diagonal.
static const struct cell_step *reader_of_block(const struct cell_desc *cell, int block, int k) {
    for (int i = 0; i < cell->step_count; i++) {
        const struct cell_step *step = &cell->steps[i];
        if (step->block != block || step->op != (k == 2 ? OP_DIAGONAL : OP_AFFINE)) continue;
        if (k == 2 || step->in[k] >= 0) return step;
    }
    return NULL;
}

// What the other examples of the minibatch add.
static void put_rest(struct equation *e) {
    if (e->record->batch) put_text(&e->pen, "+\\t{rest}");
}

static void put_summed(struct equation *e, const struct cell_step *affine, int k) {
    put_text(&e->pen, "=\\sum_t ");
    put_grad(&e->pen, affine->out, LABEL_SYMBOLIC, LABEL_NO_UNIT, NULL);
    if (k >= 0) {
        put_text(&e->pen, "(");
        put_slot(&e->pen, affine->in[k], LABEL_SYMBOLIC, LABEL_NO_UNIT, NULL);
        put_text(&e->pen, ")^{T}");
    }
    put_rest(e);
}

// A block that two steps share, each with its own operand and bias.
static void update_sum_apart(struct equation *e) {
    int block = e->step->block;
    for (int k = 0; k < 2; k++) {
        new_line(e);
        put_text(&e->pen, "d");
        if (e->step->bias)
            put_bias(&e->pen, block, k);
        else
            put_weight(&e->pen, block, k);
        put_summed(e, reader_of_block(e->pen.cell, block, k), e->step->bias ? -1 : k);
    }
}

static void update_sum_diagonal(struct equation *e) {
    const struct cell_step *diagonal = e->step->layer < 0 ? NULL : reader_of_block(e->pen.cell, e->step->block, 2);
    if (!diagonal || e->step->bias) return;
    new_line(e);
    put_text(&e->pen, "d");
    put_diagonal(&e->pen, e->step->block);
    put_text(&e->pen, "=\\sum_t ");
    put_output_grad(&e->pen, diagonal->out, LABEL_SYMBOLIC);
    put_times(&e->pen);
    put_slot(&e->pen, diagonal->in[0], LABEL_SYMBOLIC, LABEL_NO_UNIT, NULL);
    put_rest(e);
}

// dE = sum over t of dx times the one-hot vector that was looked up.
static void update_sum_embedding(struct equation *e) {
    struct label_pen pen = e->pen;
    pen.layer = pen.direction = -1;
    new_line(e);
    put_text(&pen, "dE=\\sum_t ");
    put_grad(&pen, pen.cell->input, LABEL_SYMBOLIC, LABEL_NO_UNIT, NULL);
    put_text(&pen, "\\,\\t{one-hot}^{T}");
    put_rest(e);
}

// dW = sum over t of dz a^T: every timestep adds its part, because all of them use the same W.
static void update_sum(struct equation *e) {
    const struct step *step = e->step;
    const struct cell_desc *cell = e->pen.cell;
    const struct cell_step *affine = step->layer < 0 ? NULL : reader_of_block(cell, step->block, 0);
    int t = LABEL_SYMBOLIC;
    e->t = t;
    if (is_embedding(step)) {
        update_sum_embedding(e);
        return;
    }
    if (affine && affine->in[1] < 0) {
        update_sum_apart(e);
        return;
    }
    for (int k = 0; k < 2; k++) {
        bool two = affine && !step->bias && !is_stacked(&e->pen);
        if (k == 1 && !two) return;
        new_line(e);
        put_text(&e->pen, "d");
        if (two)
            put_weight(&e->pen, step->block, k);
        else
            put_moved(e);
        put_text(&e->pen, "=\\sum_t ");
        if (affine)
            put_output_grad(&e->pen, affine->out, t);
        else
            put_output(e, "dz", "y");
        if (step->bias) {
            put_rest(e);
            return;
        }
        put_text(&e->pen, two || !affine ? "(" : "[");
        if (!affine) {
            put_top(e, t);
        } else if (two) {
            put_slot(&e->pen, affine->in[k], t, LABEL_NO_UNIT, NULL);
        } else {
            put_slot(&e->pen, affine->in[0], t, LABEL_NO_UNIT, NULL);
            put_text(&e->pen, ",");
            put_slot(&e->pen, affine->in[1], t, LABEL_NO_UNIT, NULL);
        }
        put_text(&e->pen, two || !affine ? ")^{T}" : "]^{T}");
        put_rest(e);
    }
}

static void put_small(struct equation *e, double value) {
    double power = value > 0 ? log10(value) : 0;
    if (power < -3 && fabs(power - round(power)) < 1e-9)
        put_text(&e->pen, "10^{%d}", (int)lround(power));
    else
        put_text(&e->pen, "%g", value);
}

static void average(struct equation *e, const char *name, double beta, bool squared) {
    new_line(e);
    put_text(&e->pen, "%s:=%g%s+%g", name, beta, name, 1 - beta);
    put_text(&e->pen, squared ? "(d" : "\\,d");
    put_moved(e);
    if (squared) put_text(&e->pen, ")^2");
}

void equation_update(struct equation *e) {
    const struct train_options *options = &e->record->options;
    update_sum(e);
    update_sum_diagonal(e);
    bool adam = options->optimizer == OPTIMIZER_ADAM;
    bool scaled = options->optimizer == OPTIMIZER_RMSPROP || options->optimizer == OPTIMIZER_ADAGRAD;
    bool momentum = options->optimizer == OPTIMIZER_MOMENTUM;
    if (adam) {
        average(e, "m", options->beta1, false);
        average(e, "v", options->beta2, true);
    }
    if (options->optimizer == OPTIMIZER_RMSPROP) average(e, "m", options->decay, true);
    if (options->optimizer == OPTIMIZER_ADAGRAD || momentum) {
        new_line(e);
        if (momentum)
            put_text(&e->pen, "m:=%gm+\\,d", options->momentum);
        else
            put_text(&e->pen, "m:=m+(d");
        put_moved(e);
        if (!momentum) put_text(&e->pen, ")^2");
    }
    new_line(e);
    put_moved(e);
    put_text(&e->pen, ":=");
    put_moved(e);
    put_text(&e->pen, "-%g", options->lr);
    if (adam) {
        put_text(&e->pen, "\\frac{\\hat{m}}{\\hat{v}^{1/2}+");
        put_small(e, options->epsilon);
        put_text(&e->pen, "}");
    } else if (scaled) {
        put_text(&e->pen, "\\frac{d");
        put_moved(e);
        put_text(&e->pen, "}{m^{1/2}+");
        put_small(e, options->epsilon);
        put_text(&e->pen, "}");
    } else if (momentum) {
        put_text(&e->pen, "\\,m");
    } else {
        put_text(&e->pen, "\\,d");
        put_moved(e);
    }
}
