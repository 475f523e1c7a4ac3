// What each number is made of, as the reference engine computes it: one function a kind of place, and of the vectors
// of a cell one an operation of its description.
#include "origin_sums.h"

#include "check.h"

#include <math.h>
#include <string.h>

// --- terms ---

void term_add_factor(struct raw_term *term, struct place place, enum origin_shape shape) {
    term->factors[term->count].place = place;
    term->factors[term->count].shape = shape;
    term->factors[term->count].less = false;
    term->factors[term->count++].is = 0;
}

void term_begin(struct raw_term *term, double coefficient, struct place place) {
    term->coefficient = coefficient;
    term->count = 0;
    term_add_factor(term, place, SHAPE_ITSELF);
}

void sum_add(struct sum *sum, term_fn *term, int a, int b, int count) {
    check(sum->segment_count < ORIGIN_GROUPS, "more than %d kinds of terms", ORIGIN_GROUPS);
    if (count <= 0) return;
    sum->segments[sum->segment_count++] = (struct segment){.term = term, .a = a, .b = b, .count = count};
    sum->count += count;
}

void sum_given(struct sum *sum, const char *why) {
    sum->rule = ORIGIN_GIVEN;
    sum->why = why;
    sum->segment_count = sum->count = 0;
}

double origin_shape_value(enum origin_shape shape, double y, double m, int is) {
    double held = clip_held(y, m);
    switch (shape) {
    case SHAPE_ONE_MINUS:
        return 1 - y;
    case SHAPE_SIGMOID_SLOPE:
        return y * (1 - y);
    case SHAPE_TANH_SLOPE:
        return 1 - y * y;
    case SHAPE_RELU_SLOPE:
        return y > 0 ? 1 : 0;
    case SHAPE_MINUS_LN:
        return -log(y);
    case SHAPE_MINUS_LN_REST:
        return -log1p(-y);
    case SHAPE_EXP:
        return exp(y - m);
    case SHAPE_SQUARE:
        return (y - m) * (y - m);
    case SHAPE_INVERSE:
        return 1 / y;
    case SHAPE_INVERSE_SQUARE:
        return 1 / (y * y);
    case SHAPE_HELD:
        return held;
    case SHAPE_HELD_SQUARE:
        return held * held;
    case SHAPE_IS:
        return y == is;
    default:
        return y;
    }
}

double sum_term_value(const struct record *record, const struct raw_term *term) {
    double value = term->coefficient;
    for (int k = 0; k < term->count; k++) {
        double y = place_value(record, &term->factors[k].place), m = 0;
        if (term->factors[k].less) m = place_value(record, &term->factors[k].other);
        value *= origin_shape_value(term->factors[k].shape, y, m, term->factors[k].is);
    }
    return value;
}

bool term_has(const struct raw_term *term, const struct place *place) {
    for (int k = 0; k < term->count; k++)
        if (place_equal(&term->factors[k].place, place) ||
            (term->factors[k].less && place_equal(&term->factors[k].other, place)))
            return true;
    return false;
}

void sum_term(const struct sum *sum, int n, struct raw_term *out, int *group) {
    int g = 0;
    while (n >= sum->segments[g].count)
        n -= sum->segments[g++].count;
    const struct segment *segment = &sum->segments[g];
    segment->term(sum, segment->a, segment->b, n, out);
    name_operands(sum->record, out);
    if (group) *group = g;
}

int term_of(const struct sum *sum, const struct place *place, int hint) {
    struct raw_term term;
    if (hint >= 0 && hint < sum->count) {
        sum_term(sum, hint, &term, NULL);
        if (term_has(&term, place)) return hint;
    }
    for (int n = 0; n < sum->count; n++) {
        sum_term(sum, n, &term, NULL);
        if (term_has(&term, place)) return n;
    }
    return -1;
}

// --- places ---

struct place place_at(const struct place *of, enum place_kind kind, int slot, int t, int row) {
    struct place place = *of;
    place.kind = kind;
    place.norm = false;
    place.slot = slot;
    place.step = place.operand = place.param = place.column = 0;
    place.t = t;
    place.row = row;
    return place;
}

struct place sent_at(const struct place *of, int step, int operand, int t, int row) {
    struct place place = place_at(of, PLACE_SENT, 0, t, row);
    place.step = step;
    place.operand = operand;
    return place;
}

struct place sum_param(const struct sum *sum, enum place_kind kind, int param, int row, int column) {
    return (struct place){.kind = kind, .encoder = sum->side.encoder, .param = param, .row = row, .column = column};
}

struct place sum_output(const struct sum *sum, enum place_kind kind, int t, int output) {
    return (struct place){.kind = kind, .encoder = sum->side.encoder, .t = t, .row = output};
}

int state_in_index(const struct cell_desc *cell, int slot) {
    for (int s = 0; s < cell->state_count; s++)
        if (cell->state_in[s] == slot) return s;
    return -1;
}

int last_of(const struct place_side *side, int direction) {
    return direction == 0 ? side->T - 1 : 0;
}
int first_of_side(const struct place_side *side, int direction) {
    return direction == 0 ? 0 : side->T - 1;
}
int time_before_in(int direction, int t) {
    return direction == 0 ? t - 1 : t + 1;
}
int time_after_in(int direction, int t) {
    return direction == 0 ? t + 1 : t - 1;
}
int head_reads(const struct place_side *side, int direction, int t) {
    return direction == 1 && net_one_answer(side->spec) ? 0 : t;
}
// --- every kind ---

static void (*const sums[PLACE_KIND_COUNT])(struct sum *) = {
    [PLACE_INPUT] = sum_input,
    [PLACE_LOGITS] = sum_logits,
    [PLACE_Y_HAT] = sum_y_hat,
    [PLACE_LOSS] = sum_loss,
    [PLACE_TOTAL_LOSS] = sum_total,
    [PLACE_LOGITS_GRAD] = sum_logits_grad,
    [PLACE_INPUT_GRAD] = sum_input_grad,
    [PLACE_GRAD_NORM] = sum_grad_norm,
    [PLACE_CLIPPED_NORM] = sum_clipped_norm,
    [PLACE_CLIP_SCALE] = sum_clip_scale,
    [PLACE_OWN_NORM] = sum_own_norm,
    [PLACE_REST_NORM] = sum_rest_norm,
    [PLACE_BATCH_LOSS] = sum_batch_loss,
    [PLACE_VALUE] = sum_value,
    [PLACE_GRAD] = sum_grad,
    [PLACE_FROM_LOSS] = sum_from_loss,
    [PLACE_FROM_FUTURE] = sum_from_future,
    [PLACE_SENT] = sum_sent,
    [PLACE_PARAM_GRAD] = sum_param_grad,
    [PLACE_CLIPPED] = sum_clipped,
    [PLACE_PARAM_AFTER] = sum_param_after,
    [PLACE_DELTA] = sum_delta,
    [PLACE_TOTAL] = sum_total_grad,
    [PLACE_GRAD_AT] = sum_grad_at,
};
static const char *const given_why[PLACE_KIND_COUNT] = {
    [PLACE_SYMBOL] = "Read from the example.",
    [PLACE_TARGET] = "Read from the example: what should have come out.",
    [PLACE_MASK] = "Read from the example: 1 where a loss stands.",
    [PLACE_MAX_NORM] = "Chosen before training.",
    [PLACE_MAX_VALUE] = "Chosen before training.",
    [PLACE_PARAM] = "A parameter: learned in the updates before this one.",
    [PLACE_MOMENT] = "Kept by the optimiser from the updates before this one.",
    [PLACE_SQUARE] = "Kept by the optimiser from the updates before this one.",
    [PLACE_REST] = "The gradients of the minibatch’s other examples, added up.",
    [PLACE_REST_LOSS] = "The losses of the minibatch’s other examples, over all tokens of the minibatch.",
};

static void open_sum(struct sum *sum, const struct record *record, const struct place *place) {
    *sum = (struct sum){.record = record, .place = *place, .rule = ORIGIN_SUM, .own = -1};
    sum->side = side_of(record, place->encoder);
}

void sum_init(struct sum *sum, const struct record *record, const struct place *place) {
    open_sum(sum, record, place);
    if (place->norm)
        sum_norm(sum);
    else if (sums[place->kind])
        sums[place->kind](sum);
    else
        sum_given(sum, given_why[place->kind]);
    if (sum->count == 0 && sum->rule != ORIGIN_GIVEN) sum_given(sum, "Nothing reads it: no gradient comes back.");
}

void sum_of_step(struct sum *sum, const struct record *record, const struct place *place, int step) {
    open_sum(sum, record, place);
    sum_step(sum, step);
}
