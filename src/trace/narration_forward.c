// What the walk forward says: input and the parts of the cell.
#include "narration_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// --- input ---

static int time_before(const struct teller *teller) {
    return record_before(teller->record, teller->direction, teller->t);
}

// "a^{<3>} and c^{<3>}": every state that comes in.
static void say_states(struct teller *teller) {
    const struct cell_desc *cell = teller->cell;
    for (int s = 0; s < cell->state_count; s++) {
        if (s) say(teller, s == cell->state_count - 1 ? " and " : ", ");
        say_slot(teller, cell->state_in[s], teller->t);
    }
}

// The states that enter the first timestep.
static void tell_start_states(struct teller *teller) {
    say_states(teller);
    say(teller, teller->cell->state_count > 1 ? " are " : " is ");
    say(teller, record_has_past(teller->record, teller->direction, teller->t) ? "what the encoder left."
                                                                              : "zero: nothing is remembered yet.");
}

// Ends what was said of the input with the states that come in.
static void tell_with_states(struct teller *teller, const char *joint) {
    if (time_before(teller) < 0) {
        say(teller, "; ");
        tell_start_states(teller);
        return;
    }
    say(teller, "%stogether with ", joint);
    say_states(teller);
    say(teller, ".");
}

// Whether each input is the answer of the timestep before: in training the true one.
static bool reads_answers(const struct record *record) {
    const struct example *example = &record->example;
    bool same = record_is_decoder(record) || !record->answers;
    for (int t = 1; same && t < example->T; t++)
        same = example->target[t - 1] >= 0 && example->x[t] == example->target[t - 1];
    return same;
}

static void tell_symbol_input(struct teller *teller) {
    const struct record *record = teller->record;
    int t = teller->t, symbol = record->example.x[t];
    if (symbol < 0 && time_before(teller) < 0) {
        say(teller, "The first input is the zero vector, and ");
        tell_start_states(teller);
        return;
    }
    if (symbol < 0) {
        say(teller, "The input is the zero vector; what is known comes from ");
        say_states(teller);
        say(teller, ".");
        return;
    }
    say(teller, "Reads ");
    say_symbol(teller, symbol);
    bool after = teller->direction == 0 && t > 0, forced = after && reads_answers(record);
    bool free = after && record_is_decoder(record) && !record_has_target(record, t - 1);
    if (forced || free) {
        say(teller, forced ? ", the true answer of t = %d (the network gave it " : ", which it wrote at t = %d with ",
            t);
        double given = tape_y_hat(record->tape, t - 1)[symbol];
        say_number(teller, "forward/y_hat", t - 1, symbol, given, digits_of(given));
        say(teller, forced ? ")" : "");
    }
    tell_with_states(teller, forced || free ? ", " : " ");
}

void tell_input(struct teller *teller) {
    const struct net_spec *spec = &teller->record->layout.spec;
    if (teller->layer > 0) {
        say(teller, "Layer %d reads what layer %d made of this timestep, ", teller->layer + 1, teller->layer);
        say_slot(teller, teller->cell->input, teller->t);
        say(teller, ", and its own ");
        say_states(teller);
        say(teller, ".");
    } else if (spec->real_input || (spec->embed > 0 && teller->record->example.x[teller->t] >= 0)) {
        int numbers = record_input_width(teller->record);
        say(teller, "Reads the %d number%s of ", numbers, numbers == 1 ? "" : "s");
        say_slot(teller, teller->cell->input, teller->t);
        tell_with_states(teller, " ");
    } else {
        tell_symbol_input(teller);
    }
}

// --- parts ---

// Whether what a layer reads is a symbol, told by its name.
static bool reads_one_hot(const struct teller *teller) {
    const struct net_spec *spec = &teller->record->layout.spec;
    return teller->layer == 0 && !spec->real_input && spec->embed == 0;
}

// "Reads a^{<3>} and x^{<4>} = “o”. "
static void say_reads(struct teller *teller, const struct cell_part *part) {
    const struct cell_desc *cell = teller->cell;
    int read[2 * CELL_MAX_STEPS], count = 0;
    for (int k = 0; k < 2; k++) // states first, then what goes through a diagonal, then x
        for (int i = part->first; i < part->first + part->count; i++) {
            const struct cell_step *step = &cell->steps[i];
            if ((step->op == OP_AFFINE || (step->op == OP_DIAGONAL && k == 0)) && step->in[k] >= 0)
                read[count++] = step->in[k];
        }
    say(teller, "Reads ");
    for (int k = 0; k < count; k++) {
        if (k) say(teller, k == count - 1 ? " and " : ", ");
        say_slot(teller, read[k], teller->t);
        if (read[k] != cell->input || !reads_one_hot(teller)) continue;
        int symbol = teller->record->example.x[teller->t];
        say(teller, " = ");
        if (symbol < 0)
            say(teller, "0");
        else
            say_symbol(teller, symbol);
    }
    say(teller, ". ");
}

// "drops to": against the timestep before.
static const char *verb_of(const struct teller *teller, int slot, int unit) {
    int before = time_before(teller);
    if (before < 0) return "is at";
    double change = values_at(teller, slot, teller->t)[unit] - values_at(teller, slot, before)[unit];
    return change < -0.15 ? "drops to" : change > 0.15 ? "rises to" : "stays at";
}

static bool half_open(double value) {
    return value > 0.4 && value < 0.6;
}

static void say_polarity(struct teller *teller, const struct cell_slot *slot, double value, const char *who) {
    if (!slot->at_one || !slot->at_zero) return;
    if (half_open(value))
        say(teller, "%sis half open", who);
    else
        say(teller, "%s%s%s", who, value >= 0.9 || value <= 0.1 ? "" : "mostly ",
            value > 0.5 ? slot->at_one : slot->at_zero);
}

// The largest term of the unit's sum besides the bias: which operand it is, and its factors.
static void say_largest_term(struct teller *teller, int step, int unit) {
    const struct cell_desc *cell = teller->cell;
    const struct cell_step *affine = &cell->steps[step];
    const struct record *record = teller->record;
    int row = affine->block * teller->H + unit, best_k = -1, best = -1;
    double largest = 0;
    for (int k = 0; k < 2; k++) {
        if (affine->in[k] < 0) continue;
        int param = layout_param(&record->layout, k ? PARAM_INPUT : PARAM_RECURRENT, teller->layer, teller->direction);
        const double *operand = values_at(teller, affine->in[k], teller->t);
        for (int j = 0; j < record->layout.params[param].in; j++) {
            if (operand[j] == 0) continue;
            double term = fabs(operand[j] * record_param_value(record, RECORD_PARAM, param, row, j));
            if (!(term > largest)) continue;
            largest = term;
            best_k = k;
            best = j;
        }
    }
    if (best < 0) {
        say(teller, ", the bias alone.");
        return;
    }
    say(teller, "; ");
    int param = layout_param(&record->layout, best_k ? PARAM_INPUT : PARAM_RECURRENT, teller->layer, teller->direction);
    double weight = record_param_value(record, RECORD_PARAM, param, row, best);
    bool symbol = best_k == 1 && reads_one_hot(teller);
    if (symbol) {
        say_symbol(teller, best);
        say(teller, " alone adds ");
        say_number(teller, record_param_name(record, param, false), row, best, weight, 2);
        say(teller, ".");
        return;
    }
    say(teller, "the largest term is ");
    say_number(teller, record_param_name(record, param, false), row, best, weight, 2);
    say(teller, " × ");
    say_value(teller, affine->in[best_k], teller->t, best, 2);
    say(teller, " from %s %d.", best_k ? "input" : "unit", best + 1);
}

// "; −0.31 of it is the forget gate's peephole."
static void say_peephole(struct teller *teller, const struct cell_part *part, int unit) {
    for (int i = part->first; i < part->first + part->count; i++) {
        if (teller->cell->steps[i].op != OP_DIAGONAL) continue;
        int slot = teller->cell->steps[i].out;
        say(teller, "; ");
        say_value(teller, slot, teller->t, unit, digits_of(values_at(teller, slot, teller->t)[unit]));
        say(teller, " of it is the %s", teller->cell->slots[slot].title);
    }
    say(teller, ".");
}

// "Its weighted sum is −2.99; “o” alone adds −2.21."
static void say_why(struct teller *teller, int step, int unit) {
    const struct cell_part *part = &teller->cell->parts[teller->step->part];
    int maker = step_that_makes(teller->cell, part->result), any, z = teller->cell->steps[maker].in[0];
    say(teller, " Its weighted sum is ");
    say_value(teller, z, teller->t, unit, digits_of(values_at(teller, z, teller->t)[unit]));
    if (weighted_steps(teller->cell, part, &any) > 1)
        say_peephole(teller, part, unit);
    else
        say_largest_term(teller, step, unit);
}

// The unit furthest from one half, or the selected one; then the one at the other end.
static void tell_gate(struct teller *teller, int slot, int affine) {
    const double *values = values_at(teller, slot, teller->t);
    const struct cell_slot *about = &teller->cell->slots[slot];
    int low = most_of(values, teller->H, -1), high = most_of(values, teller->H, 1);
    int unit = teller->unit >= 0 ? teller->unit : 0.5 - values[low] > values[high] - 0.5 ? low : high;
    say(teller, "Unit %d %s ", unit + 1, verb_of(teller, slot, unit));
    say_value(teller, slot, teller->t, unit, digits_of(values[unit]));
    if (about->at_one) {
        say(teller, ": ");
        say_polarity(teller, about, values[unit], "it ");
    }
    say(teller, ".");
    end_first(teller);
    if (teller->unit >= 0) {
        say_why(teller, affine, unit);
        return;
    }
    int other = unit == low ? high : low;
    if (other == unit) return;
    bool opposite = (values[other] > 0.5) != (values[unit] > 0.5) && about->at_one &&
                    !(half_open(values[unit]) && half_open(values[other]));
    if (opposite)
        say(teller, " Unit %d, at ", other + 1);
    else
        say(teller, " The %s, unit %d, is at ", other == low ? "lowest" : "highest", other + 1);
    say_value(teller, slot, teller->t, other, digits_of(values[other]));
    if (opposite) {
        say(teller, ", ");
        say_polarity(teller, about, values[other], "");
    }
    say(teller, ".");
}

// Content of either sign: the largest, and the largest of the other sign.
static void tell_content(struct teller *teller, int slot, int affine) {
    const double *values = values_at(teller, slot, teller->t);
    bool candidate = teller->cell->slots[slot].role == SLOT_CANDIDATE;
    int unit = chosen_unit(teller, values), other = most_of(values, teller->H, values[unit] > 0 ? -1 : 1);
    say(teller, candidate ? "Unit %d proposes " : "Unit %d is driven to ", unit + 1);
    say_value(teller, slot, teller->t, unit, digits_of(values[unit]));
    if (teller->unit < 0 && other != unit && values[other] * values[unit] < 0) {
        say(teller, ", unit %d ", other + 1);
        say_value(teller, slot, teller->t, other, digits_of(values[other]));
    }
    say(teller, ".");
    end_first(teller);
    if (teller->unit >= 0) {
        say_why(teller, affine, unit);
        return;
    }
    int off = 0;
    for (int i = 0; i < teller->H; i++)
        off += values[i] == 0;
    if (off > 0 && teller->cell->steps[step_that_makes(teller->cell, slot)].op == OP_RELU)
        say(teller, " %d of %d units %s off.", off, teller->H, off == 1 ? "is" : "are");
    else if (candidate)
        say(teller, " These are proposals: a gate decides how much of them is written.");
}

// "is kept" from "what is kept"; else the slot's own sign.
static void say_share(struct teller *teller, int slot) {
    const char *title = teller->cell->slots[slot].title;
    if (strncmp(title, "what ", 5) == 0)
        say(teller, " %s", title + 5);
    else
        say(teller, " from the %s", title);
}

// c = written + kept: the unit that changes most, from what to what, and the two terms.
static void tell_added(struct teller *teller, int slot, const struct cell_step *add) {
    const double *now = values_at(teller, slot, teller->t);
    int state = state_of(teller->cell, slot), in = state >= 0 ? teller->cell->state_in[state] : -1, unit = teller->unit;
    const double *old = in >= 0 ? values_at(teller, in, teller->t) : NULL;
    if (unit < 0) {
        unit = 0;
        for (int i = 1; i < teller->H; i++)
            if (fabs(now[i] - (old ? old[i] : 0)) > fabs(now[unit] - (old ? old[unit] : 0))) unit = i;
    }
    double terms[2] = {values_at(teller, add->in[0], teller->t)[unit], values_at(teller, add->in[1], teller->t)[unit]};
    int digits = digits_of_sum(terms, 2, now[unit], 2);
    say(teller, teller->unit < 0 && teller->H > 1 ? "Unit %d changes most, " : "Unit %d goes ", unit + 1);
    if (old) {
        say(teller, "from ");
        say_value(teller, in, teller->t, unit, digits);
        say(teller, " ");
    }
    say(teller, "to ");
    say_value(teller, slot, teller->t, unit, digits);
    say(teller, ": ");
    say_value(teller, add->in[1], teller->t, unit, digits);
    say_share(teller, add->in[1]);
    say(teller, " and ");
    say_value(teller, add->in[0], teller->t, unit, digits);
    say_share(teller, add->in[0]);
    say(teller, ".");
}

// a = gate * tanh c: both factors of the largest unit.
static void tell_multiplied(struct teller *teller, int slot, const struct cell_step *mul) {
    const struct cell_slot *slots = teller->cell->slots;
    const double *values = values_at(teller, slot, teller->t);
    int unit = chosen_unit(teller, values);
    say(teller, "The %s times the %s: ", slots[mul->in[0]].title, slots[mul->in[1]].title);
    say(teller, teller->unit >= 0 ? "unit %d gives " : "the largest is unit %d, ", unit + 1);
    say_value(teller, mul->in[0], teller->t, unit, 3);
    say(teller, " × ");
    say_value(teller, mul->in[1], teller->t, unit, 3);
    say(teller, " = ");
    say_value(teller, slot, teller->t, unit, 3);
    say(teller, ".");
    end_first(teller);
    double gate = values_at(teller, mul->in[0], teller->t)[unit];
    if (slots[mul->in[0]].role == SLOT_GATE && slots[mul->in[0]].at_one) {
        say(teller, " The unit ");
        say_polarity(teller, &slots[mul->in[0]], gate, "");
        say(teller, ".");
    }
}

void tell_part(struct teller *teller) {
    const struct cell_part *part = &teller->cell->parts[teller->step->part];
    const struct cell_step *last = &teller->cell->steps[step_that_makes(teller->cell, part->result)];
    int affine;
    weighted_steps(teller->cell, part, &affine);
    if (affine >= 0) say_reads(teller, part);
    if (last->op == OP_ADD)
        tell_added(teller, part->result, last);
    else if (last->op == OP_MUL)
        tell_multiplied(teller, part->result, last);
    else if (teller->cell->slots[part->result].role == SLOT_GATE)
        tell_gate(teller, part->result, affine);
    else
        tell_content(teller, part->result, affine);
}
