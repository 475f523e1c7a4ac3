// What the way back says: the two sources and their sum, the parts in reverse.
#include "narration_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_top(const struct teller *teller) {
    return teller->layer == teller->record->layout.spec.layers - 1;
}

static bool hears_loss(const struct teller *teller) {
    return record_hears_loss(teller->record, teller->layer, teller->direction, teller->t);
}

static int time_after(const struct teller *teller) {
    return record_after(teller->record, teller->direction, teller->t);
}
static bool has_future(const struct teller *teller) {
    return record_has_future(teller->record, teller->direction, teller->t);
}
static bool has_past(const struct teller *teller) {
    return record_has_past(teller->record, teller->direction, teller->t);
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
        say(teller, "The loss of t = %d reaches ", record_loss_time(teller->record, teller->direction, teller->t) + 1);
    else
        say(teller, "Layer %d hands its gradient down to ", teller->layer + 2);
    say_slot(teller, slot, teller->t);
    say(teller, is_top(teller) ? " through the output weights: norm " : ": norm ");
    say_norm(teller, RECORD_FROM_LOSS, slot, teller->t);
    say_strongest(teller, RECORD_FROM_LOSS, slot);
}

void tell_from_future(struct teller *teller) {
    int slot = teller->cell->state_out[0], after = time_after(teller);
    if (after < 0)
        say(teller, "The decoder sends back to ");
    else
        say(teller, teller->direction == 1 ? "The losses before it reach " : "The later losses reach ");
    say_slot(teller, slot, teller->t);
    if (after < 0)
        say(teller, " what all its losses ask of its first state: norm ");
    else
        say(teller, " through t = %d: norm ", after + 1);
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
    bool future = has_future(teller), loss = hears_loss(teller), handed = future && time_after(teller) < 0;
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
        say_single_source(teller, slot,
                          handed ? "comes from the decoder alone"
                          : record_is_encoder(teller->record)
                              ? "comes from the future alone, for an encoder has no loss"
                              : "comes from the future alone: no loss is asked for "
                                "here");
        return;
    }
    say(teller, "Two sources meet at ");
    say_slot(teller, slot, teller->t);
    say(teller, is_top(teller) ? ": norm " : ": from the layer above norm ");
    say_norm(teller, RECORD_FROM_LOSS, slot, teller->t);
    say(teller, is_top(teller) ? " from this step’s loss, " : ", ");
    say_norm(teller, RECORD_FROM_FUTURE, slot, teller->t);
    say(teller, handed ? " from the decoder, together " : " from the future, together ");
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
    int after = time_after(teller), before = cell->state_in[teller->step->state];
    if (!has_future(teller)) {
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
    if (after < 0) {
        say(teller, " from the decoder");
    } else if (count_peepholes(cell, before)) {
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
                if (pass == HANDED_BEFORE && !has_past(teller)) continue;
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
