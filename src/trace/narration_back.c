// What the way back says: the two sources and their sum, the parts in reverse, clip and update.
#include "narration_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_top(const struct teller *teller) {
    return teller->layer == teller->record->layout.spec.layers - 1;
}

// The timestep that hands back to this one, and the one that this one hands back to; -1 where there is none.
static int time_by(const struct teller *teller, int by) {
    int t = teller->t + (teller->direction == 1 ? -by : by);
    return t >= 0 && t < record_T(teller->record) ? t : -1;
}

static bool hears_loss(const struct teller *teller) {
    return !is_top(teller) || teller->record->example.target[teller->t] >= 0;
}

// --- output ---

void tell_output_back(struct teller *teller) {
    const struct record *record = teller->record;
    int O = record->layout.spec.outputs, t = teller->t, target = record->example.target[t], other = -1;
    const double *d = tape_logits_grad(record->tape, t);
    for (int i = 0; i < O; i++)
        if (i != target && (other < 0 || d[i] > d[other])) other = i;
    say(teller, "The gradient of the logits is $\\hat{y}-y$");
    if (record->reduction == REDUCTION_MEAN) say(teller, " over %d", (int)lround(1 / record->loss_scale));
    say(teller, ": ");
    say_number(teller, "backward/logits", t, target, d[target], digits_of(d[target]));
    say(teller, " for ");
    say_symbol(teller, target);
    say(teller, ", which should have been likelier, and ");
    say_number(teller, "backward/logits", t, other, d[other], digits_of(d[other]));
    say(teller, " for ");
    say_symbol(teller, other);
    say(teller, ".");
}

// --- the two sources ---

// "strongest in unit 7 (−1.07)", or the selected one.
static void say_strongest(struct teller *teller, enum record_kind kind, int slot) {
    const double *values = gradient_at(teller, kind, slot, teller->t);
    int unit = chosen_unit(teller, values);
    say(teller, teller->unit >= 0 ? ", in unit %d " : ", strongest in unit %d: ", unit + 1);
    say_gradient(teller, kind, slot, teller->t, unit, digits_of(values[unit]));
    say(teller, ".");
}

void tell_from_loss(struct teller *teller) {
    int slot = teller->cell->state_out[0];
    if (is_top(teller))
        say(teller, "The loss of t = %d reaches ", teller->t + 1);
    else
        say(teller, "Layer %d hands its gradient down to ", teller->layer + 2);
    say_slot(teller, slot, teller->t);
    say(teller, is_top(teller) ? " through the output weights: norm " : ": norm ");
    say_norm(teller, RECORD_FROM_LOSS, slot, teller->t);
    say_strongest(teller, RECORD_FROM_LOSS, slot);
}

void tell_from_future(struct teller *teller) {
    int slot = teller->cell->state_out[0];
    say(teller, teller->direction == 1 ? "The losses before it reach " : "The later losses reach ");
    say_slot(teller, slot, teller->t);
    say(teller, " through t = %d: norm ", time_by(teller, 1) + 1);
    say_norm(teller, RECORD_FROM_FUTURE, slot, teller->t);
    say_strongest(teller, RECORD_FROM_FUTURE, slot);
}

// "Unit 7: −1.07 and 0.20 make −0.87."
static void say_unit_sum(struct teller *teller, int slot) {
    int t = teller->t, unit = chosen_unit(teller, gradient_at(teller, RECORD_BACKWARD, slot, t));
    double terms[2] = {gradient_at(teller, RECORD_FROM_LOSS, slot, t)[unit],
                       gradient_at(teller, RECORD_FROM_FUTURE, slot, t)[unit]};
    double total = gradient_at(teller, RECORD_BACKWARD, slot, t)[unit];
    int digits = digits_of_sum(terms, 2, total, digits_of(total));
    say(teller, " Unit %d: ", unit + 1);
    say_gradient(teller, RECORD_FROM_LOSS, slot, t, unit, digits);
    say(teller, " and ");
    say_gradient(teller, RECORD_FROM_FUTURE, slot, t, unit, digits);
    say(teller, " make ");
    say_gradient(teller, RECORD_BACKWARD, slot, t, unit, digits);
    say(teller, ".");
}

static void say_single_source(struct teller *teller, int slot, const char *words) {
    say_grad(teller, slot, teller->t);
    say(teller, " %s: norm ", words);
    say_norm(teller, RECORD_BACKWARD, slot, teller->t);
    say_strongest(teller, RECORD_BACKWARD, slot);
}

static void tell_hidden_sum(struct teller *teller, int slot) {
    bool future = time_by(teller, 1) >= 0, loss = hears_loss(teller);
    if (!future && !loss) {
        say(teller, "No loss is asked for here and nothing comes from the future: ");
        say_grad(teller, slot, teller->t);
        say(teller, " is zero.");
        return;
    }
    if (!future) {
        say_single_source(teller, slot,
                          is_top(teller) ? "is this step’s own loss alone, for nothing comes later"
                                         : "comes from the layer above alone, for nothing comes later");
        return;
    }
    if (!loss) {
        say_single_source(teller, slot, "comes from the future alone: no loss is asked for here");
        return;
    }
    say(teller, "Two sources meet at ");
    say_slot(teller, slot, teller->t);
    say(teller, is_top(teller) ? ": norm " : ": from the layer above norm ");
    say_norm(teller, RECORD_FROM_LOSS, slot, teller->t);
    say(teller, is_top(teller) ? " from this step’s loss, " : ", ");
    say_norm(teller, RECORD_FROM_FUTURE, slot, teller->t);
    say(teller, " from the future, together ");
    say_norm(teller, RECORD_BACKWARD, slot, teller->t);
    say(teller, ".");
    end_first(teller);
    say_unit_sum(teller, slot);
}

// How many gates look at a memory through a diagonal.
static int count_peepholes(const struct cell_desc *cell, int slot) {
    struct reader readers[CELL_MAX_STEPS];
    int readings = readers_of(cell, slot, readers, CELL_MAX_STEPS), count = 0;
    for (int i = 0; i < readings; i++)
        count += cell->steps[readers[i].step].op == OP_DIAGONAL;
    return count;
}

static const char *and_peepholes(const struct cell_desc *cell, int slot) {
    int count = count_peepholes(cell, slot);
    return count == 0 ? "" : count == 1 ? " and a peephole" : " and peepholes";
}

static void tell_memory_sum(struct teller *teller, int slot) {
    const struct cell_desc *cell = teller->cell;
    int after = time_by(teller, 1), before = cell->state_in[teller->step->state];
    if (after < 0) {
        char words[96];
        snprintf(words, sizeof words, "comes through the activation%s alone, for nothing comes later",
                 and_peepholes(cell, slot));
        say_single_source(teller, slot, words);
        return;
    }
    say(teller, "Two sources meet at ");
    say_slot(teller, slot, teller->t);
    say(teller, ": norm ");
    say_norm(teller, RECORD_FROM_LOSS, slot, teller->t);
    say(teller, " through ");
    say_slot(teller, cell->state_out[0], teller->t);
    say(teller, "%s, ", and_peepholes(cell, slot));
    say_norm(teller, RECORD_FROM_FUTURE, slot, teller->t);
    if (count_peepholes(cell, before)) {
        say(teller, " along the lane%s", and_peepholes(cell, before));
    } else {
        say(teller, " along the lane from ");
        say_slot(teller, slot, after);
    }
    say(teller, ", together ");
    say_norm(teller, RECORD_BACKWARD, slot, teller->t);
    say(teller, ".");
    end_first(teller);
    say_unit_sum(teller, slot);
}

void tell_sum(struct teller *teller) {
    int slot = teller->cell->state_out[teller->step->state];
    if (teller->step->state == 0)
        tell_hidden_sum(teller, slot);
    else
        tell_memory_sum(teller, slot);
}

// --- parts in reverse ---

static void say_sent(struct teller *teller, int step, int k) {
    const struct record *record = teller->record;
    const double *sent = tape_sent(record->tape, teller->layer, teller->direction, step, k, teller->t);
    if (teller->unit >= 0) {
        double value = sent[teller->unit];
        say_number(teller, record_sent_name(record, teller->layer, teller->direction, step, k), teller->t, teller->unit,
                   value, digits_of(value));
    } else {
        double norm = record_norm(sent, teller->H);
        say_number(teller, record_sent_norm_name(record, teller->layer, teller->direction, step, k), teller->t, -1,
                   norm, digits_of(norm));
    }
}

struct handed {
    int step, operand, slot;
    bool sum; // of all that the part sends to it
};

// What elementwise steps of a part hand to vectors outside of it: of this timestep, states that leave, states
// that came in.
static int collect_handed(const struct teller *teller, const struct cell_part *part, struct handed *out, int max) {
    const struct cell_desc *cell = teller->cell;
    int count = 0;
    for (int pass = HANDED_VECTOR; pass <= HANDED_BEFORE; pass++)
        for (int i = part->first; i < part->first + part->count; i++)
            for (int k = 0; k < 2; k++) {
                if (handed_order(cell, part, i, k) != pass) continue;
                if (pass == HANDED_BEFORE && time_by(teller, -1) < 0) continue;
                int slot = cell->steps[i].in[k];
                bool sum = sole_reader(cell, part, slot), told = false;
                for (int j = 0; j < count; j++)
                    told |= sum && out[j].slot == slot;
                if (count < max && !told) out[count++] = (struct handed){i, k, slot, sum};
            }
    return count;
}

// A squasher after a weighted sum: its slope scales the gradient, then W^T takes it back in time.
static void tell_squasher_back(struct teller *teller, int squasher) {
    const struct cell_desc *cell = teller->cell;
    const struct cell_step *s = &cell->steps[squasher];
    int t = teller->t, z = s->in[0];
    const double *dz = gradient_at(teller, RECORD_BACKWARD, z, t),
                 *dy = gradient_at(teller, RECORD_BACKWARD, s->out, t);
    // The most telling unit: the one whose gradient the slope shrinks most in absolute size.
    int unit = teller->unit, H = teller->H;
    for (int i = 0; teller->unit < 0 && i < H; i++)
        if (unit < 0 || fabs(dy[i]) - fabs(dz[i]) > fabs(dy[unit]) - fabs(dz[unit])) unit = i;
    const double y = values_at(teller, s->out, t)[unit];
    say(teller, "Unit %d stands at ", unit + 1);
    say_value(teller, s->out, t, unit, digits_of(y));
    if (s->op == OP_RELU) {
        say(teller, y > 0 ? ", so its gradient passes as it is: " : ", where ReLU is flat: ");
    } else {
        double flat = s->op == OP_SIGMOID ? 4 * y * (1 - y) : 1 - y * y; // 1 where the slope is steepest
        say(teller,
            flat < 0.25  ? ", where the %s is nearly flat: "
            : flat < 0.7 ? ", where the %s is less steep: "
                         : ", where the %s is steep: ",
            s->op == OP_SIGMOID ? "sigmoid" : "tanh");
    }
    say_gradient(teller, RECORD_BACKWARD, s->out, t, unit, digits_of(dy[unit]));
    say(teller, " becomes ");
    say_gradient(teller, RECORD_BACKWARD, z, t, unit, digits_of(dz[unit]));
    say(teller, ".");
    end_first(teller);
    struct handed handed[6];
    int count = collect_handed(teller, &cell->parts[teller->step->part], handed, 6);
    if (count == 0) { // but for a gate that looks at this timestep's own memory
        say(teller, " Nothing goes further back: %s.",
            teller->direction == 1 ? "this direction starts here" : "this is the first timestep");
        return;
    }
    say(teller, teller->unit >= 0 ? " Through the weights " : " Through the weights norm ");
    for (int i = 0; i < count; i++) {
        if (i) say(teller, i == count - 1 ? " and " : ", ");
        say_sent(teller, handed[i].step, handed[i].operand);
        say(teller, i ? " to " : " goes on to ");
        if (count == 1 && teller->unit >= 0) say(teller, "unit %d of ", teller->unit + 1);
        say_slot(teller, handed[i].slot, t);
    }
    say(teller, ".");
}

static void tell_elementwise_back(struct teller *teller, const struct cell_part *part) {
    struct handed handed[6];
    int count = collect_handed(teller, part, handed, 6);
    say_grad(teller, part->result, teller->t);
    if (teller->unit >= 0)
        say(teller, " in unit %d is handed on: ", teller->unit + 1);
    else
        say(teller, " is handed on: norm ");
    for (int i = 0; i < count; i++) {
        if (i) say(teller, i == count - 1 ? " and " : ", ");
        if (!handed[i].sum) {
            say_sent(teller, handed[i].step, handed[i].operand);
        } else if (teller->unit >= 0) {
            double value = gradient_at(teller, RECORD_BACKWARD, handed[i].slot, teller->t)[teller->unit];
            say_gradient(teller, RECORD_BACKWARD, handed[i].slot, teller->t, teller->unit, digits_of(value));
        } else {
            say_norm(teller, RECORD_BACKWARD, handed[i].slot, teller->t);
        }
        say(teller, " to ");
        say_slot(teller, handed[i].slot, teller->t);
    }
    say(teller, ".");
    end_first(teller);
    bool product = false;
    int told = count;
    for (int i = 0; i < count; i++)
        told += handed[i].sum;
    for (int i = part->first; i < part->first + part->count; i++)
        product |= teller->cell->steps[i].op == OP_MUL;
    if (product && told < 4) say(teller, " Each factor gets the gradient times the other factor.");
}

void tell_part_back(struct teller *teller) {
    const struct cell_part *part = &teller->cell->parts[teller->step->part];
    int affine, squasher = step_that_makes(teller->cell, part->result);
    weighted_steps(teller->cell, part, &affine);
    enum cell_op op = teller->cell->steps[squasher].op;
    if (affine >= 0 && (op == OP_SIGMOID || op == OP_TANH || op == OP_RELU))
        tell_squasher_back(teller, squasher);
    else
        tell_elementwise_back(teller, part);
}

// --- clip and update ---

void tell_clip(struct teller *teller) {
    const struct record *record = teller->record;
    double limit = record->options.clip_norm;
    say(teller, "The gradient of all %zu parameters has norm ", record->layout.weights);
    say_number(teller, "clip/grad_norm", 0, -1, record->grad_norm, digits_of(record->grad_norm));
    if (!(limit > 0)) {
        say(teller, "; no limit is set, so nothing is clipped.");
        return;
    }
    say(teller, record->clip_scale < 1 ? ", over the limit of " : ", within the limit of ");
    say_number(teller, "clip/max_norm", 0, -1, limit, limit == floor(limit) ? 0 : digits_of(limit));
    if (!(record->clip_scale < 1)) {
        say(teller, ": nothing is clipped.");
        return;
    }
    say(teller, ": all of it is multiplied by ");
    say_number(teller, "clip/scale", 0, -1, record->clip_scale, digits_of(record->clip_scale) + 1);
    say(teller, ".");
    end_first(teller);
    say(teller, " Its direction stays the same.");
}

// The entry that moves most; of those that move alike (Adam's first updates move all by the learning rate)
// the one with the largest gradient.
struct moved {
    int param, row, column;
    double delta, gradient;
};

static bool moves_more(const struct moved *a, const struct moved *b) {
    if (b->param < 0 || fabs(a->delta) > 1.01 * fabs(b->delta)) return true;
    return fabs(a->delta) > 0.99 * fabs(b->delta) && fabs(a->gradient) > fabs(b->gradient);
}

static void look_at(const struct teller *teller, int param, int row_first, int row_count, struct moved *best) {
    const struct record *record = teller->record;
    const struct param *p = &record->layout.params[param];
    bool head = p->layer < 0, weight = !param_is_vector(p->role);
    int first = row_first, last = row_first + row_count;
    // A selected unit: its own row of the cell's weights, its own column of the output's.
    if (teller->unit >= 0 && !head) last = (first = row_first + teller->unit) + 1;
    for (int column = 0; column < p->in; column++) {
        if (teller->unit >= 0 && head && weight && column % teller->H != teller->unit) continue;
        size_t at = p->offset + (size_t)column * (size_t)p->out;
        const double *before = record->params + at, *after = record->params_after + at, *grad = record->grads + at;
        for (int row = first; row < last; row++) {
            struct moved entry = {param, row, column, after[row] - before[row], grad[row]};
            if (moves_more(&entry, best)) *best = entry;
        }
    }
}

static struct moved find_moved(const struct teller *teller) {
    const struct step *step = teller->step;
    const struct layout *layout = &teller->record->layout;
    struct moved best = {.param = -1};
    if (step->layer < 0) {
        look_at(teller, layout_param(layout, step->bias ? PARAM_HEAD_BIAS : PARAM_HEAD, -1, -1), 0,
                layout->spec.outputs, &best);
        return best;
    }
    int first = step->block * teller->H;
    if (step->bias) {
        look_at(teller, layout_param(layout, PARAM_BIAS, step->layer, step->direction), first, teller->H, &best);
        int second = layout_param(layout, PARAM_RECURRENT_BIAS, step->layer, step->direction);
        if (second >= 0) look_at(teller, second, first, teller->H, &best);
        return best;
    }
    int diagonal = cell_diagonal_row(teller->cell, step->block);
    if (diagonal >= 0)
        look_at(teller, layout_param(layout, PARAM_DIAGONAL, step->layer, step->direction), diagonal * teller->H,
                teller->H, &best);
    look_at(teller, layout_param(layout, PARAM_INPUT, step->layer, step->direction), first, teller->H, &best);
    look_at(teller, layout_param(layout, PARAM_RECURRENT, step->layer, step->direction), first, teller->H, &best);
    return best;
}

// "from “o”", "from unit 3": what a weight of the cell reads.
static void say_source(struct teller *teller, const struct moved *moved) {
    const struct param *p = &teller->record->layout.params[moved->param];
    say(teller, "from ");
    if (p->role == PARAM_INPUT && p->layer == 0 && !teller->record->layout.spec.real_input)
        say_symbol(teller, moved->column);
    else
        say(teller, "%s %d", p->role == PARAM_INPUT ? "input" : "unit", moved->column % teller->H + 1);
}

static void say_moved(struct teller *teller, const struct moved *moved) {
    const struct param *p = &teller->record->layout.params[moved->param];
    bool selected = teller->unit >= 0;
    switch (p->role) {
    case PARAM_BIAS:
    case PARAM_RECURRENT_BIAS:
        say(teller, selected ? "The bias of unit %d moves from " : "The bias of unit %d moves most, from ",
            moved->row % teller->H + 1);
        return;
    case PARAM_DIAGONAL:
        say(teller,
            selected ? "The weight of unit %d from its own memory moves from "
                     : "The weight of unit %d from its own memory moves most, from ",
            moved->row % teller->H + 1);
        return;
    case PARAM_HEAD_BIAS:
        say(teller, "The bias of ");
        say_symbol(teller, moved->row);
        say(teller, " moves most, from ");
        return;
    case PARAM_HEAD:
        if (selected)
            say(teller, "Of unit %d’s weights, that to ", teller->unit + 1);
        else
            say(teller, "The weight from unit %d to ", moved->column % teller->H + 1);
        say_symbol(teller, moved->row);
        break;
    default:
        if (selected)
            say(teller, "Of unit %d’s weights, that ", teller->unit + 1);
        else
            say(teller, "The weight ");
        say_source(teller, moved);
        if (!selected) say(teller, " to unit %d", moved->row % teller->H + 1);
        break;
    }
    say(teller, " moves most, from ");
}

void tell_update(struct teller *teller) {
    const struct record *record = teller->record;
    struct moved moved = find_moved(teller);
    if (moved.param < 0 || moved.delta == 0) {
        say(teller, "Nothing moves here.");
        return;
    }
    double before = record_param_value(record, RECORD_PARAM, moved.param, moved.row, moved.column);
    double after = record_param_value(record, RECORD_PARAM_AFTER, moved.param, moved.row, moved.column);
    double gradient = record_param_value(record, RECORD_GRAD, moved.param, moved.row, moved.column);
    const struct param *p = &record->layout.params[moved.param];
    int column = param_is_vector(p->role) ? -1 : moved.column, digits = 3;
    while (digits < 8 && fabs(round(before * pow(10, digits)) - round(after * pow(10, digits))) < 1)
        digits++;
    say_moved(teller, &moved);
    say_number(teller, record_param_name_of(record, RECORD_PARAM, moved.param), moved.row, column, before, digits);
    say(teller, " to ");
    say_number(teller, record_param_name_of(record, RECORD_PARAM_AFTER, moved.param), moved.row, column, after, digits);
    say(teller, ".");
    end_first(teller);
    if (gradient == 0) {
        say(teller, " Its gradient is zero here: the averages of earlier updates still move it.");
        return;
    }
    int T = record_T(record);
    say(teller, T > 1 ? " Its gradient, the sum over all %d timesteps, is " : " Its gradient is ", T);
    say_number(teller, record_param_name_of(record, RECORD_GRAD, moved.param), moved.row, column, gradient,
               digits_of(gradient));
    say(teller, ".");
}
