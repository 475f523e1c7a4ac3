// What is said of outputs, of losses and of where gradients start: one of many (softmax), several of many (sigmoid),
// numbers (linear).
#include "narration_parts.h"

#include <math.h>

static const struct net_spec *spec_of(const struct teller *teller) {
    return &teller->record->layout.spec;
}

static int second_of(const double *values, int n, int first) {
    int best = -1;
    for (int i = 0; i < n; i++)
        if (i != first && (best < 0 || values[i] > values[best])) best = i;
    return best;
}

static void say_y_hat(struct teller *teller, int output) {
    double p = tape_y_hat(teller->record->tape, teller->t)[output];
    say_number(teller, "forward/y_hat", teller->t, output, p, digits_of(p));
}

// The number that an output of a sigmoid or linear head should be.
static double answer_of(const struct teller *teller, int output) {
    return teller->record->example.target_real[(size_t)teller->t * (size_t)spec_of(teller)->outputs + (size_t)output];
}

// Digits that tell an output and its answer apart, as far as they are.
static int digits_apart(const struct teller *teller, int output) {
    double p = tape_y_hat(teller->record->tape, teller->t)[output], away = fabs(p - answer_of(teller, output));
    int digits = digits_of(p), needed = away > 0 ? digits_of(away) : 0;
    return needed > digits && needed <= 6 ? needed : digits;
}

static void say_y_hat_apart(struct teller *teller, int output) {
    double p = tape_y_hat(teller->record->tape, teller->t)[output];
    say_number(teller, "forward/y_hat", teller->t, output, p, digits_apart(teller, output));
}

static void say_number_asked(struct teller *teller, int output) {
    double y = answer_of(teller, output);
    say_number(teller, "target", teller->t, output, y, y == round(y) ? 0 : digits_apart(teller, output));
}

// --- outputs ---

static void output_softmax(struct teller *teller) {
    const struct record *record = teller->record;
    int O = spec_of(teller)->outputs, target = record->example.target[teller->t];
    const double *y_hat = tape_y_hat(record->tape, teller->t);
    int best = most_of(y_hat, O, 1), second = second_of(y_hat, O, best);
    bool labels = record->answers && !record_is_decoder(record);
    say(teller, "The most likely %s is ", labels ? "label" : "symbol");
    say_answer(teller, best);
    say(teller, " with ");
    say_y_hat(teller, best);
    if (target < 0) {
        say(teller, "; no answer is asked for here.");
        return;
    }
    if (target != best) {
        say(teller, "; the right one, ");
        say_answer(teller, target);
        say(teller, ", gets ");
        say_y_hat(teller, target);
        say(teller, ".");
        return;
    }
    say(teller, ", and it is the right one.");
    end_first(teller);
    if (second < 0) return;
    say(teller, " The next is ");
    say_answer(teller, second);
    say(teller, " with ");
    say_y_hat(teller, second);
    say(teller, ".");
}

// The output furthest from its answer; without answers the largest.
static int telling_output(const struct teller *teller) {
    int O = spec_of(teller)->outputs, best = 0;
    const double *y_hat = tape_y_hat(teller->record->tape, teller->t);
    if (!record_has_target(teller->record, teller->t)) return most_of(y_hat, O, 1);
    for (int o = 1; o < O; o++)
        if (fabs(y_hat[o] - answer_of(teller, o)) > fabs(y_hat[best] - answer_of(teller, best))) best = o;
    return best;
}

static void output_numbers(struct teller *teller) {
    const struct net_spec *spec = spec_of(teller);
    int best = telling_output(teller), O = spec->outputs;
    bool asked = record_has_target(teller->record, teller->t), sigmoid = spec->output == OUTPUT_SIGMOID;
    if (O > 1 && sigmoid) say(teller, "Each of the %d outputs is a probability of its own. ", O);
    if (O > 1) {
        say(teller, asked ? "Furthest off is " : "The largest is ");
        say_answer(teller, best);
        say(teller, " with ");
    } else
        say(teller, sigmoid ? "The probability is " : "The output is ");
    if (asked)
        say_y_hat_apart(teller, best);
    else
        say_y_hat(teller, best);
    if (!asked) {
        say(teller, "; no answer is asked for here.");
        return;
    }
    say(teller, "; the right answer is ");
    say_number_asked(teller, best);
    say(teller, ".");
}

void tell_output(struct teller *teller) {
    (spec_of(teller)->output == OUTPUT_SOFTMAX ? output_softmax : output_numbers)(teller);
}

// --- losses ---

static void say_loss(struct teller *teller) {
    say_number(teller, "forward/loss", teller->t, -1, tape_loss(teller->record->tape, teller->t), 2);
}

// The output that costs most, where there are several: what was said and what was right.
static void say_costliest(struct teller *teller, int output) {
    if (spec_of(teller)->outputs > 1) {
        say_answer(teller, output);
        say(teller, ", ");
    }
    say_y_hat_apart(teller, output);
    say(teller, " where ");
    say_number_asked(teller, output);
    say(teller, " was right.");
}

static void loss_softmax(struct teller *teller) {
    const struct record *record = teller->record;
    int t = teller->t, target = record->example.target[t];
    double p = tape_y_hat(record->tape, t)[target], loss = tape_loss(record->tape, t);
    int digits = digits_of(p);
    while (digits < 6 &&
           fabs(round(-100 * log(round(p * pow(10, digits)) / pow(10, digits))) - round(100 * loss)) > 0.5)
        digits++;
    say(teller, record->answers && !record_is_decoder(record) ? "The right label, " : "The right symbol, ");
    say_answer(teller, target);
    say(teller, ", was given ");
    say_number(teller, "forward/y_hat", t, target, p, digits);
    say(teller, ": the loss is −ln ");
    say_number(teller, "forward/y_hat", t, target, p, digits);
    say(teller, " = ");
    say_loss(teller);
    say(teller, " nats.");
}

static void loss_sigmoid(struct teller *teller) {
    int O = spec_of(teller)->outputs, worst = telling_output(teller);
    if (O > 1)
        say(teller, "The binary cross-entropies of the %d outputs add up to ", O);
    else
        say(teller, "The binary cross-entropy is ");
    say_loss(teller);
    say(teller, " nats; ");
    if (O > 1) say(teller, "the costliest is ");
    say_costliest(teller, worst);
}

static void loss_linear(struct teller *teller) {
    int O = spec_of(teller)->outputs, worst = telling_output(teller);
    double loss = tape_loss(teller->record->tape, teller->t);
    say(teller, O > 1 ? "The mean of the %d squared distances is " : "The squared distance is ", O);
    say_number(teller, "forward/loss", teller->t, -1, loss, digits_of(loss));
    say(teller, O > 1 ? "; the largest is that of " : ": ");
    say_costliest(teller, worst);
}

// What all losses come to, at the last of them.
static bool tell_total(struct teller *teller) {
    const struct record *record = teller->record;
    int last = record_T(record) - 1, count = 0;
    while (last > 0 && !record_has_target(record, last))
        last--;
    for (int k = 0; k <= last; k++)
        count += record_has_target(record, k);
    if (teller->t != last || count < 2) return false;
    if (record->batch)
        say(teller, " The %d losses, over all %ld tokens of the minibatch, come to ", count, record->batch_tokens);
    else
        say(teller,
            record->reduction == REDUCTION_MEAN ? " The mean of the %d losses is " : " The %d losses add up to ",
            count);
    say_number(teller, "forward/total_loss", 0, -1, record->loss, record->batch ? digits_of(record->loss) : 2);
    say(teller, ".");
    return true;
}

void tell_loss(struct teller *teller) {
    static void (*const tell[OUTPUT_COUNT])(struct teller *) = {
        [OUTPUT_SOFTMAX] = loss_softmax, [OUTPUT_SIGMOID] = loss_sigmoid, [OUTPUT_LINEAR] = loss_linear};
    const struct net_spec *spec = spec_of(teller);
    tell[spec->output](teller);
    end_first(teller);
    if (tell_total(teller)) return;
    if (spec->output == OUTPUT_SOFTMAX)
        say(teller, " Guessing evenly among %d would cost %.2f.", spec->outputs, log(spec->outputs));
    else if (spec->output == OUTPUT_SIGMOID)
        say(teller, " Saying one half everywhere would cost %.2f.", spec->outputs * log(2));
}

// --- where gradients start ---

static void say_logit_gradient(struct teller *teller, int output) {
    double d = tape_logits_grad(teller->record->tape, teller->t)[output];
    say_number(teller, "backward/logits", teller->t, output, d, digits_of(d));
}

void tell_output_back(struct teller *teller) {
    const struct record *record = teller->record;
    const struct net_spec *spec = spec_of(teller);
    int O = spec->outputs, t = teller->t;
    const double *d = tape_logits_grad(record->tape, t);
    say(teller, spec->output == OUTPUT_LINEAR ? "The gradient of the outputs is " : "The gradient of the logits is ");
    if (spec->output == OUTPUT_LINEAR) say(teller, O > 2 ? "2/%d of " : O == 2 ? "" : "twice ", O);
    say(teller, "$\\hat{y}-y$");
    if (record->reduction == REDUCTION_MEAN) say(teller, " over %d", (int)lround(1 / record->loss_scale));
    say(teller, ": ");
    if (spec->output != OUTPUT_SOFTMAX) {
        int largest = largest_of(d, O);
        say_logit_gradient(teller, largest);
        if (O > 1) {
            say(teller, " for ");
            say_answer(teller, largest);
        }
        say(teller, d[largest] > 0 ? ", which should have been smaller." : ", which should have been larger.");
        return;
    }
    int target = record->example.target[t], other = second_of(d, O, target);
    say_logit_gradient(teller, target);
    say(teller, " for ");
    say_answer(teller, target);
    say(teller, ", which should have been likelier, and ");
    say_logit_gradient(teller, other);
    say(teller, " for ");
    say_answer(teller, other);
    say(teller, ".");
}
