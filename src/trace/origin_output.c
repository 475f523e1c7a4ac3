// What goes in and what comes out: inputs, logits, answers, losses.
#include "origin_sums.h"

#include <math.h>

static void term_symbol(const struct sum *sum, int is, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    const struct place *of = &sum->place;
    struct place symbol = sum_output(sum, PLACE_SYMBOL, of->t, 0);
    out->coefficient = 1;
    out->count = 0;
    if (sum->side.spec->embed > 0)
        term_add_factor(out, sum_param(sum, PLACE_PARAM, side_param(&sum->side, PARAM_EMBED, -1, -1), is, of->row),
                        SHAPE_ITSELF);
    term_add_factor(out, symbol, SHAPE_IS);
    out->factors[out->count - 1].is = is;
}

void sum_input(struct sum *sum) {
    const struct place_side *side = &sum->side;
    if (side->spec->real_input) {
        sum_given(sum, "Read from the example.");
        return;
    }
    int symbol = side->example->x[sum->place.t];
    if (symbol < 0)
        sum_given(sum, "The zero vector: nothing is read at this timestep.");
    else
        sum_add(sum, term_symbol, side->spec->embed > 0 ? symbol : sum->place.row, 0, 1);
}

static void term_head_bias(const struct sum *sum, int a, int b, int n, struct raw_term *out) {
    (void)a, (void)b, (void)n;
    term_begin(out, 1, sum_param(sum, PLACE_PARAM, side_param(&sum->side, PARAM_HEAD_BIAS, -1, -1), sum->place.row, 0));
}

struct place sum_top(const struct sum *sum, int direction, int t, int unit) {
    struct place top = sum_output(sum, PLACE_VALUE, head_reads(&sum->side, direction, t), unit);
    top.layer = sum->side.spec->layers - 1;
    top.direction = direction;
    top.slot = sum->side.cell->state_out[0];
    return top;
}

static void term_head(const struct sum *sum, int direction, int b, int j, struct raw_term *out) {
    (void)b;
    int column = j == PLACE_ANY ? j : direction * sum->side.spec->hidden + j;
    term_begin(out, 1, sum_param(sum, PLACE_PARAM, side_param(&sum->side, PARAM_HEAD, -1, -1), sum->place.row, column));
    term_add_factor(out, sum_top(sum, direction, sum->place.t, j), SHAPE_ITSELF);
}

void sum_logits(struct sum *sum) {
    sum_add(sum, term_head_bias, 0, 0, 1);
    for (int d = 0; d < sum->side.spec->directions; d++)
        sum_add(sum, term_head, d, 0, sum->side.spec->hidden);
}

static void term_logit(const struct sum *sum, int a, int b, int n, struct raw_term *out) {
    (void)a, (void)b;
    bool softmax = sum->rule == ORIGIN_SHARE;
    term_begin(out, 1, sum_output(sum, PLACE_LOGITS, sum->place.t, softmax ? n : sum->place.row));
    if (!softmax) return;
    out->factors[0].shape = SHAPE_EXP;
    out->factors[0].less = true;
    out->factors[0].other = sum_output(sum, PLACE_LOGITS, sum->place.t, sum->largest);
}

static int largest_logit(const struct place_side *side, int t) {
    const double *z = tape_logits(side->tape, t);
    int largest = 0;
    for (int i = 1; i < side->spec->outputs; i++)
        if (z[i] > z[largest]) largest = i;
    return largest;
}

void sum_y_hat(struct sum *sum) {
    static const enum origin_rule rules[OUTPUT_COUNT] = {
        [OUTPUT_SOFTMAX] = ORIGIN_SHARE, [OUTPUT_SIGMOID] = ORIGIN_SIGMOID, [OUTPUT_LINEAR] = ORIGIN_SUM};
    sum->rule = rules[sum->side.spec->output];
    sum->largest = largest_logit(&sum->side, sum->place.t);
    sum->own = sum->place.row;
    sum_add(sum, term_logit, 0, 0, sum->rule == ORIGIN_SHARE ? sum->side.spec->outputs : 1);
}

// --- losses ---

bool sum_has_target(const struct sum *sum) {
    return sum->side.example->target[sum->place.t] >= 0;
}

static void term_target(const struct sum *sum, int output, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    term_begin(out, 1, sum_output(sum, PLACE_Y_HAT, sum->place.t, output));
    out->factors[0].shape = SHAPE_MINUS_LN;
    term_add_factor(out, sum_output(sum, PLACE_TARGET, sum->place.t, 0), SHAPE_IS);
    out->factors[1].is = output;
}

static void term_of_logit(const struct sum *sum, int output, int sign, int n, struct raw_term *out) {
    (void)n;
    term_begin(out, sign, sum_output(sum, PLACE_LOGITS, sum->place.t, output));
    if (sign > 0) return;
    term_add_factor(out, sum_output(sum, PLACE_TARGET, sum->place.t, 0), SHAPE_IS);
    out->factors[1].is = output;
}

static void term_minus_ln(const struct sum *sum, int output, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    term_begin(out, 1, sum_output(sum, PLACE_Y_HAT, sum->place.t, output));
    out->factors[0].shape = SHAPE_MINUS_LN;
}

// -ln y_hat of the target; where that is too small for a double, -z + m - ln y_hat of the largest logit m.
static void loss_of_softmax(struct sum *sum) {
    int t = sum->place.t, target = sum->side.example->target[t], largest = largest_logit(&sum->side, t);
    if (tape_y_hat(sum->side.tape, t)[target] > 1e-300) {
        sum_add(sum, term_target, target, 0, 1);
        return;
    }
    sum_add(sum, term_of_logit, largest, 1, 1);
    sum_add(sum, term_of_logit, target, -1, 1);
    sum_add(sum, term_minus_ln, largest, 0, 1);
}

// y times -ln y_hat (yes) and (1 - y) times -ln(1 - y_hat), an output each. Where y_hat is so close to 0 or 1 that its
// digits do not tell the loss, from the logit: -ln y_hat = -z - ln(1 - y_hat), -ln(1 - y_hat) = z - ln y_hat.
static bool is_lost(const struct sum *sum, int yes, int output) {
    if (output < 0) return false;
    double z = tape_logits(sum->side.tape, sum->place.t)[output];
    return yes ? z < -700 : z > 7;
}

static void term_answer(const struct sum *sum, int yes, int b, int o, struct raw_term *out) {
    (void)b;
    term_begin(out, 1, sum_output(sum, PLACE_TARGET, sum->place.t, o));
    if (!yes) out->factors[0].shape = SHAPE_ONE_MINUS;
    bool rest = is_lost(sum, yes, o) ? yes : !yes;
    term_add_factor(out, sum_output(sum, PLACE_Y_HAT, sum->place.t, o), rest ? SHAPE_MINUS_LN_REST : SHAPE_MINUS_LN);
}

// The n-th output whose y_hat does not tell.
static void term_lost(const struct sum *sum, int yes, int b, int n, struct raw_term *out) {
    (void)b;
    int o = 0;
    while (n >= 0 && (n -= is_lost(sum, yes, o)) >= 0)
        o++;
    if (n == PLACE_ANY) o = n;
    term_begin(out, yes ? -1 : 1, sum_output(sum, PLACE_TARGET, sum->place.t, o));
    if (!yes) out->factors[0].shape = SHAPE_ONE_MINUS;
    term_add_factor(out, sum_output(sum, PLACE_LOGITS, sum->place.t, o), SHAPE_ITSELF);
}

static void loss_of_sigmoid(struct sum *sum) {
    for (int yes = 1; yes >= 0; yes--) {
        int lost = 0;
        for (int o = 0; o < sum->side.spec->outputs; o++)
            lost += is_lost(sum, yes, o);
        sum_add(sum, term_answer, yes, 0, sum->side.spec->outputs);
        sum_add(sum, term_lost, yes, 0, lost);
    }
}

static void term_distance(const struct sum *sum, int a, int b, int o, struct raw_term *out) {
    (void)a, (void)b;
    term_begin(out, 1.0 / sum->side.spec->outputs, sum_output(sum, PLACE_Y_HAT, sum->place.t, o));
    out->factors[0].shape = SHAPE_SQUARE;
    out->factors[0].less = true;
    out->factors[0].other = sum_output(sum, PLACE_TARGET, sum->place.t, o);
}

void sum_loss(struct sum *sum) {
    const struct net_spec *spec = sum->side.spec;
    if (!sum_has_target(sum))
        sum_given(sum, "No loss stands at this timestep.");
    else if (spec->output == OUTPUT_SOFTMAX)
        loss_of_softmax(sum);
    else if (spec->output == OUTPUT_LINEAR)
        sum_add(sum, term_distance, 0, 0, spec->outputs);
    else
        loss_of_sigmoid(sum);
}

static void term_loss(const struct sum *sum, int a, int b, int t, struct raw_term *out) {
    (void)a, (void)b;
    term_begin(out, sum->record->loss_scale, sum_output(sum, PLACE_LOSS, t, 0));
}

void sum_add_over_time(struct sum *sum, term_fn *term, int a, int count) {
    sum_add(sum, term, a, 0, count);
    if (count > 0) sum->segments[sum->segment_count - 1].over_time = true;
}

void sum_total(struct sum *sum) {
    sum_add_over_time(sum, term_loss, 0, sum->side.T);
}
