// The equation of each step of a script, derived from the cell's description.
#include "label.h"

#include "label_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct equation {
    struct label_pen pen;
    const struct record *record;
    const struct step *step;
    int t; // as written: a number or LABEL_SYMBOLIC
    bool symbolic;
    int lines;
};

static void new_line(struct equation *e) {
    if (e->lines++ > 0) put_text(&e->pen, "\n");
}

static void put_output(struct equation *e, const char *base, const char *sub) {
    struct label_pen pen = e->pen;
    pen.layer = pen.direction = -1;
    put_symbol(&pen, base, sub, NULL, e->t, LABEL_NO_UNIT);
}

// The timestep that hands its gradient back to this one, and the one that this one hands back to.
static int time_after(const struct equation *e) {
    return time_shifted(e->t, e->step->direction == 1 ? -1 : 1);
}
static int time_before(const struct equation *e) {
    return time_shifted(e->t, e->step->direction == 1 ? 1 : -1);
}

static bool is_last(const struct equation *e) {
    return !e->symbolic && e->step->t == (e->step->direction == 1 ? 0 : record_T(e->record) - 1);
}

static bool is_first(const struct equation *e) {
    return !e->symbolic && e->step->t == (e->step->direction == 1 ? record_T(e->record) - 1 : 0);
}

static bool is_top(const struct equation *e) {
    return e->step->layer == e->record->layout.spec.layers - 1;
}

static bool has_target(const struct equation *e) {
    return e->symbolic || (e->step->t >= 0 && e->record->example.target[e->step->t] >= 0);
}

// The word under the part of da that came from outside this layer's own time.
static const char *loss_word(const struct equation *e) {
    return is_top(e) ? "\\t{loss}" : "\\t{above}";
}

// --- forward ---

static void equation_input(struct equation *e) {
    const struct cell_desc *cell = e->pen.cell;
    if (e->symbolic || e->step->layer > 0 || e->record->layout.spec.real_input) {
        new_line(e);
        put_text(&e->pen, "[");
        put_slot(&e->pen, cell->state_in[0], e->t, LABEL_NO_UNIT, NULL);
        put_text(&e->pen, ",");
        put_slot(&e->pen, cell->input, e->t, LABEL_NO_UNIT, NULL);
        put_text(&e->pen, "]");
        return;
    }
    int symbol = e->record->example.x[e->step->t];
    char name[64];
    label_symbol(name, sizeof name, e->record, symbol);
    new_line(e);
    put_slot(&e->pen, cell->input, e->t, LABEL_NO_UNIT, NULL);
    if (symbol < 0)
        put_text(&e->pen, "=0");
    else
        put_text(&e->pen, "=\\t{one-hot}(%s)", name);
    for (int s = 0; is_first(e) && s < cell->state_count; s++) {
        new_line(e);
        put_slot(&e->pen, cell->state_in[s], e->t, LABEL_NO_UNIT, NULL);
        put_text(&e->pen, "=0");
    }
}

// A result whose weighted sum has several shares is too long for a line: the sum is written out below it, a share
// a line.
static void equation_shares(struct equation *e, const struct cell_part *part) {
    const struct cell_desc *cell = e->pen.cell;
    int maker = step_that_makes(cell, part->result), z = cell->steps[maker].in[0], add = step_that_makes(cell, z);
    new_line(e);
    put_slot(&e->pen, part->result, e->t, LABEL_NO_UNIT, NULL);
    put_text(&e->pen, "=");
    put_step(&e->pen, maker, CELL_MAX_STEPS, e->t, LABEL_NO_UNIT, LEVEL_SUM);
    new_line(e);
    put_slot(&e->pen, z, e->t, LABEL_NO_UNIT, NULL);
    put_text(&e->pen, "=");
    for (int k = 0; k < 2; k++) {
        if (k) put_text(&e->pen, "\n+");
        put_step(&e->pen, step_that_makes(cell, cell->steps[add].in[k]), part->first, e->t, LABEL_NO_UNIT, LEVEL_SUM);
    }
}

static void equation_part(struct equation *e) {
    const struct cell_part *part = &e->pen.cell->parts[e->step->part];
    int affine;
    if (weighted_steps(e->pen.cell, part, &affine) > 1) {
        equation_shares(e, part);
        return;
    }
    new_line(e);
    put_slot(&e->pen, part->result, e->t, LABEL_NO_UNIT, NULL);
    put_text(&e->pen, "=");
    put_step(&e->pen, step_that_makes(e->pen.cell, part->result), part->first, e->t, LABEL_NO_UNIT, LEVEL_SUM);
}

// The top layer's activation; of both directions side by side.
static void put_top(struct equation *e, int t) {
    struct label_pen pen = e->pen;
    int slot = pen.cell->state_out[0];
    pen.layer = pen.layers - 1;
    if (pen.directions > 1) put_text(&pen, "[");
    for (pen.direction = 0; pen.direction < pen.directions; pen.direction++) {
        if (pen.direction) put_text(&pen, ",");
        put_slot(&pen, slot, t, LABEL_NO_UNIT, NULL);
    }
    if (pen.directions > 1) put_text(&pen, "]");
}

static void equation_output(struct equation *e) {
    new_line(e);
    put_output(e, "\\hat{y}", "");
    put_text(&e->pen, "=\\t{softmax}(");
    put_head_weight(&e->pen);
    put_top(e, e->t);
    put_text(&e->pen, "+");
    put_head_bias(&e->pen);
    put_text(&e->pen, ")");
}

static void equation_loss(struct equation *e) {
    new_line(e);
    put_output(e, "L", "");
    if (e->symbolic) {
        put_text(&e->pen, "=-\\sum_i ");
        put_output(e, "y", "i");
        put_text(&e->pen, "\\ln ");
        put_output(e, "\\hat{y}", "i");
        return;
    }
    char name[64];
    label_symbol(name, sizeof name, e->record, e->record->example.target[e->step->t]);
    put_text(&e->pen, "=-\\ln ");
    put_output(e, "\\hat{y}", name);
}

// --- backward ---

static void put_factor_of_loss(struct equation *e) {
    if (e->record->reduction != REDUCTION_MEAN) return;
    int tokens = (int)lround(1.0 / e->record->loss_scale);
    put_text(&e->pen, "\\frac{1}{%d}(", tokens);
}

static void equation_output_back(struct equation *e) {
    new_line(e);
    put_output(e, "dz", "y");
    put_text(&e->pen, "=");
    put_factor_of_loss(e);
    put_output(e, "\\hat{y}", "");
    put_text(&e->pen, "-");
    put_output(e, "y", "");
    if (e->record->reduction == REDUCTION_MEAN) put_text(&e->pen, ")");
}

// What all readers of a slot send to it, a term each; a line holds at most two.
static void put_readers(struct equation *e, const struct label_pen *pen, int slot, int t, bool first) {
    struct reader readers[CELL_MAX_STEPS];
    int count = readers_of(pen->cell, slot, readers, CELL_MAX_STEPS);
    for (int i = 0; i < count; i++) {
        if (!first && i % 2 == 0) new_line(e);
        if (!first) put_text(pen, "+");
        put_sent(pen, readers[i].step, readers[i].operand, t);
        first = false;
    }
}

static void equation_from_loss(struct equation *e) {
    new_line(e);
    put_grad(&e->pen, e->pen.cell->state_out[0], e->t, LABEL_NO_UNIT, loss_word(e));
    put_text(&e->pen, "=");
    if (is_top(e)) {
        put_head_weight(&e->pen);
        put_text(&e->pen, "^{T}");
        put_output(e, "dz", "y");
        return;
    }
    struct label_pen above = e->pen;
    above.layer++;
    for (above.direction = 0; above.direction < above.directions; above.direction++)
        put_readers(e, &above, e->pen.cell->input, e->t, above.direction == 0);
}

static void equation_from_future(struct equation *e) {
    const struct cell_desc *cell = e->pen.cell;
    new_line(e);
    put_grad(&e->pen, cell->state_out[0], e->t, LABEL_NO_UNIT, "\\t{future}");
    put_text(&e->pen, "=");
    put_readers(e, &e->pen, cell->state_in[0], time_after(e), true);
}

static void put_plus(struct equation *e, bool *any) {
    if (*any) put_text(&e->pen, "+");
    *any = true;
}

// The hidden state: what came from outside, by its two names. Another state: each source written out, one a
// line.
static void equation_sum(struct equation *e) {
    const struct cell_desc *cell = e->pen.cell;
    int state = e->step->state, slot = cell->state_out[state];
    struct reader readers[CELL_MAX_STEPS];
    int inner = readers_of(cell, slot, readers, CELL_MAX_STEPS);
    bool any = false;
    new_line(e);
    put_grad(&e->pen, slot, e->t, LABEL_NO_UNIT, NULL);
    put_text(&e->pen, "=");
    if (state == 0 && (has_target(e) || !is_top(e))) {
        put_plus(e, &any);
        put_grad(&e->pen, slot, e->t, LABEL_NO_UNIT, loss_word(e));
    }
    for (int i = 0; i < inner; i++) {
        if (i) new_line(e);
        put_plus(e, &any);
        put_sent(&e->pen, readers[i].step, readers[i].operand, e->t);
    }
    if (!is_last(e) && state == 0) {
        put_plus(e, &any);
        put_grad(&e->pen, slot, e->t, LABEL_NO_UNIT, "\\t{future}");
    } else if (!is_last(e)) {
        if (any) new_line(e);
        put_plus(e, &any);
        put_readers(e, &e->pen, cell->state_in[state], time_after(e), true);
    }
    if (!any) put_text(&e->pen, "0");
}

// "\t{via }a": the name of one source among several.
static void via_word(const struct equation *e, const struct cell_part *part, char *out, size_t size) {
    const struct cell_desc *cell = e->pen.cell;
    const struct symbol *symbol = &cell->slots[part->result].symbol[e->pen.style.notation];
    snprintf(out, size, symbol->sub[0] ? "\\t{via }%s_%s" : "\\t{via }%s", symbol->base, symbol->sub);
}

static int count_readers(const struct cell_desc *cell, int slot) {
    struct reader readers[CELL_MAX_STEPS];
    return readers_of(cell, slot, readers, CELL_MAX_STEPS);
}

// The gradient that a part hands to one of the vectors it reads.
static void equation_handed(struct equation *e, const struct cell_part *part, struct reader reader) {
    const struct cell_desc *cell = e->pen.cell;
    int slot = cell->steps[reader.step].in[reader.operand], t = e->t;
    if (sole_reader(cell, part, slot)) { // its first reader tells the sum
        struct reader first;
        readers_of(cell, slot, &first, 1);
        if (first.step != reader.step || first.operand != reader.operand) return;
        new_line(e);
        put_grad(&e->pen, slot, t, LABEL_NO_UNIT, NULL);
        put_text(&e->pen, "=");
        put_readers(e, &e->pen, slot, t, true);
        return;
    }
    const struct cell_slot *s = &cell->slots[slot];
    char via[64];
    const char *extra = NULL;
    via_word(e, part, via, sizeof via);
    if (s->role == SLOT_STATE_IN) {
        extra = count_readers(cell, slot) > 1 ? via : "\\t{future}";
        slot = s->next;
        t = time_before(e);
    } else if (s->role == SLOT_STATE_OUT || count_readers(cell, slot) > 1) {
        extra = via;
    }
    new_line(e);
    put_grad(&e->pen, slot, t, LABEL_NO_UNIT, extra);
    put_text(&e->pen, "=");
    put_sent(&e->pen, reader.step, reader.operand, e->t);
}

// Lines of a part backward: its own weighted sums first, then the vectors of this timestep, then what goes
// back in time.
static void equation_part_back(struct equation *e) {
    const struct cell_desc *cell = e->pen.cell;
    const struct cell_part *part = &cell->parts[e->step->part];
    for (int pass = HANDED_OWN; pass <= HANDED_BEFORE; pass++)
        for (int n = 0; n < part->count; n++)
            for (int k = 0; k < 2; k++) { // sums of its own from the result back
                int i = part->first + (pass == HANDED_OWN ? part->count - 1 - n : n);
                if (handed_order(cell, part, i, k) != pass) continue;
                if (pass == HANDED_BEFORE && is_first(e)) continue; // nothing is asked of the zero state
                equation_handed(e, part, (struct reader){i, k});
            }
}

// --- clip and update ---

static void equation_clip(struct equation *e) {
    double limit = e->record->options.clip_norm;
    new_line(e);
    if (limit > 0)
        put_text(&e->pen, "g:=g\\cdot \\t{min}(1,\\frac{%g}{\\norm{g}})", limit);
    else
        put_text(&e->pen, "g:=g");
}

// "W_f", "b_f", "W_{ya}": what this step moves.
static void put_moved(struct equation *e) {
    const struct step *step = e->step;
    if (step->layer < 0 && step->bias)
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

static void put_summed(struct equation *e, const struct cell_step *affine, int k) {
    put_text(&e->pen, "=\\sum_t ");
    put_grad(&e->pen, affine->out, LABEL_SYMBOLIC, LABEL_NO_UNIT, NULL);
    if (k < 0) return;
    put_text(&e->pen, "(");
    put_slot(&e->pen, affine->in[k], LABEL_SYMBOLIC, LABEL_NO_UNIT, NULL);
    put_text(&e->pen, ")^{T}");
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
}

// dW = sum over t of dz a^T: every timestep adds its part, because all of them use the same W.
static void update_sum(struct equation *e) {
    const struct step *step = e->step;
    const struct cell_desc *cell = e->pen.cell;
    const struct cell_step *affine = step->layer < 0 ? NULL : reader_of_block(cell, step->block, 0);
    int t = LABEL_SYMBOLIC;
    e->t = t;
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
        if (step->bias) return;
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

static void equation_update(struct equation *e) {
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

void label_equation(char *out, size_t size, const struct record *record, const struct step *step, bool symbolic_time,
                    struct label_style style) {
    static void (*const kinds[STEP_KIND_COUNT])(struct equation *) = {
        [STEP_INPUT] = equation_input,
        [STEP_PART] = equation_part,
        [STEP_OUTPUT] = equation_output,
        [STEP_LOSS] = equation_loss,
        [STEP_OUTPUT_BACK] = equation_output_back,
        [STEP_FROM_LOSS] = equation_from_loss,
        [STEP_FROM_FUTURE] = equation_from_future,
        [STEP_SUM] = equation_sum,
        [STEP_PART_BACK] = equation_part_back,
        [STEP_CLIP] = equation_clip,
        [STEP_UPDATE] = equation_update,
    };
    if (size == 0) return;
    out[0] = '\0';
    // A step that is looked at from outside of its time has no symbols or neighbours to name.
    if (step->t < 0 || step->t >= record_T(record)) symbolic_time = true;
    const struct net_spec *spec = &record->layout.spec;
    struct pen_out sink = {out, size, 0};
    struct equation e = {
        .record = record, .step = step, .symbolic = symbolic_time, .t = symbolic_time ? LABEL_SYMBOLIC : step->t};
    e.pen = (struct label_pen){.out = &sink,
                               .cell = record_cell(record),
                               .style = style,
                               .layer = step->layer,
                               .direction = step->direction,
                               .layers = spec->layers,
                               .directions = spec->directions};
    if ((unsigned)step->kind < STEP_KIND_COUNT && kinds[step->kind]) kinds[step->kind](&e);
}
