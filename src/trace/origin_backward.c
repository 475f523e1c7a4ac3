// What gradients are made of, on the way back.
#include "origin_sums.h"

// dz = factor (y_hat - y), factor with the 1 / tokens of a mean and the 2 / O of a mean of squares.
static void term_output_back(const struct sum *sum, int target, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    const struct net_spec *spec = sum->side.spec;
    double factor = sum->record->loss_scale * (spec->output == OUTPUT_LINEAR ? 2.0 / spec->outputs : 1);
    bool symbol = spec->output == OUTPUT_SOFTMAX;
    term_begin(
        out, target ? -factor : factor,
        sum_output(sum, target ? PLACE_TARGET : PLACE_Y_HAT, sum->place.t, target && symbol ? 0 : sum->place.row));
    if (!target || !symbol) return;
    out->factors[0].shape = SHAPE_IS;
    out->factors[0].is = sum->place.row;
}

void sum_logits_grad(struct sum *sum) {
    if (!sum_has_target(sum)) {
        sum_given(sum, "No loss stands at this timestep.");
        return;
    }
    for (int target = 0; target < 2; target++)
        sum_add(sum, term_output_back, target, 0, 1);
}

static void term_sent(const struct sum *sum, int step, int k, int n, struct raw_term *out) {
    (void)n;
    term_begin(out, 1, sent_at(&sum->place, step, k, sum->place.t, sum->place.row));
}

void sum_add_readers(struct sum *sum, int slot) {
    struct reader readers[2 * CELL_MAX_STEPS];
    int count = readers_of(sum->side.cell, slot, readers, 2 * CELL_MAX_STEPS);
    for (int i = 0; i < count; i++)
        sum_add(sum, term_sent, readers[i].step, readers[i].operand, 1);
}

static void term_source(const struct sum *sum, int kind, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    term_begin(out, 1, place_at(&sum->place, (enum place_kind)kind, sum->place.slot, sum->place.t, sum->place.row));
}

static const char clamped_why[] = "The value was set by hand: nothing before it moves it, and no gradient goes on.";

void sum_grad(struct sum *sum) {
    const struct place *of = &sum->place;
    if (place_clamped(sum->record, of)) {
        sum_given(sum, clamped_why);
    } else if (cell_state_index(sum->side.cell, of->slot) >= 0) {
        sum_add(sum, term_source, PLACE_FROM_LOSS, 0, 1);
        sum_add(sum, term_source, PLACE_FROM_FUTURE, 0, 1);
    } else
        sum_add_readers(sum, of->slot);
}

// W^T dz of the head that answers at t.
static void term_head_back(const struct sum *sum, int t, int b, int o, struct raw_term *out) {
    (void)b;
    int column = sum->place.direction * sum->side.spec->hidden + sum->place.row;
    term_begin(out, 1, sum_param(sum, PLACE_PARAM, side_param(&sum->side, PARAM_HEAD, -1, -1), o, column));
    term_add_factor(out, sum_output(sum, PLACE_LOGITS_GRAD, t, o), SHAPE_ITSELF);
}

static void term_above(const struct sum *sum, int direction, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    const struct place *of = &sum->place;
    struct place above =
        place_at(of, PLACE_GRAD, sum->side.cell->input, of->t, of->direction * sum->side.spec->hidden + of->row);
    above.layer = of->layer + 1;
    above.direction = direction;
    term_begin(out, 1, above);
}

// Where there is one answer, the backward direction is read at t = 0 by the head of the last timestep.
static int head_of(const struct place_side *side, int direction, int t) {
    if (side->spec->outputs == 0) return -1;
    if (direction == 0 || !net_one_answer(side->spec)) return t;
    return t == 0 ? side->T - 1 : -1;
}

void sum_from_loss(struct sum *sum) {
    const struct place *of = &sum->place;
    struct place value = place_at(of, PLACE_VALUE, of->slot, of->t, of->row);
    if (place_clamped(sum->record, &value)) {
        sum_given(sum, clamped_why);
        return;
    }
    int state = cell_state_index(sum->side.cell, of->slot);
    if (state == 0 && of->layer < sum->side.spec->layers - 1) {
        for (int d = 0; d < sum->side.spec->directions; d++)
            sum_add(sum, term_above, d, 0, 1);
    } else if (state == 0) {
        int t = head_of(&sum->side, of->direction, of->t);
        if (t >= 0) sum_add(sum, term_head_back, t, 0, sum->side.spec->outputs);
    }
    sum_add_readers(sum, of->slot);
    if (sum->count == 0) sum_given(sum, "No loss reads this state at its own timestep.");
}

static void term_future(const struct sum *sum, int slot, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    const struct place *of = &sum->place;
    term_begin(out, 1, place_at(of, PLACE_GRAD, slot, time_after_in(of->direction, of->t), of->row));
}

// What a decoder's first state sends back to both directions of its encoder.
static void term_handed_back(const struct sum *sum, int slot, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    struct place first = place_at(&sum->place, PLACE_GRAD, slot, 0, sum->place.row);
    first.encoder = false;
    first.direction = 0;
    term_begin(out, 1, first);
}

void sum_from_future(struct sum *sum) {
    const struct place *of = &sum->place;
    struct place value = place_at(of, PLACE_VALUE, of->slot, of->t, of->row);
    int slot = sum->side.cell->state_in[cell_state_index(sum->side.cell, of->slot)];
    if (place_clamped(sum->record, &value))
        sum_given(sum, clamped_why);
    else if (of->t != last_of(&sum->side, of->direction))
        sum_add(sum, term_future, slot, 0, 1);
    else if (sum->side.encoder)
        sum_add(sum, term_handed_back, slot, 0, 1);
    else
        sum_given(sum, "Nothing comes after: no gradient comes back.");
}

static void term_affine_back(const struct sum *sum, int a, int b, int unit, struct raw_term *out) {
    (void)a, (void)b;
    const struct place *of = &sum->place;
    const struct cell_step *s = &sum->side.cell->steps[of->step];
    int param = side_param(&sum->side, of->operand == 0 ? PARAM_RECURRENT : PARAM_INPUT, of->layer, of->direction);
    int row = unit == PLACE_ANY ? PLACE_ANY - s->block : sum_block_row(sum, s->block, unit);
    term_begin(out, 1, sum_param(sum, PLACE_PARAM, param, row, of->row));
    term_add_factor(out, place_at(of, PLACE_GRAD, s->out, of->t, unit), SHAPE_ITSELF);
}

// dL/d(out) times the derivative of an elementwise step.
static void term_local(const struct sum *sum, int a, int b, int n, struct raw_term *out) {
    (void)a, (void)b, (void)n;
    static const enum origin_shape slopes[OP_COUNT] = {
        [OP_SIGMOID] = SHAPE_SIGMOID_SLOPE, [OP_TANH] = SHAPE_TANH_SLOPE, [OP_RELU] = SHAPE_RELU_SLOPE};
    const struct place *of = &sum->place;
    const struct cell_desc *cell = sum->side.cell;
    const struct cell_step *s = &cell->steps[of->step];
    term_begin(out, s->op == OP_ONE_MINUS ? -1 : 1, place_at(of, PLACE_GRAD, s->out, of->t, of->row));
    if (slopes[s->op])
        term_add_factor(out, place_at(of, PLACE_VALUE, s->out, of->t, of->row), slopes[s->op]);
    else if (s->op == OP_MUL)
        term_add_factor(out, place_at(of, PLACE_VALUE, s->in[1 - of->operand], of->t, of->row), SHAPE_ITSELF);
    else if (s->op == OP_DIAGONAL)
        term_add_factor(out,
                        sum_param(sum, PLACE_PARAM, side_param(&sum->side, PARAM_DIAGONAL, of->layer, of->direction),
                                  sum_block_row(sum, cell_diagonal_row(cell, s->block), of->row), 0),
                        SHAPE_ITSELF);
}

void sum_sent(struct sum *sum) {
    if (sum->side.cell->steps[sum->place.step].op == OP_AFFINE)
        sum_add(sum, term_affine_back, 0, 0, sum->side.spec->hidden);
    else
        sum_add(sum, term_local, 0, 0, 1);
}

static void term_input_back(const struct sum *sum, int direction, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    struct place place = place_at(&sum->place, PLACE_GRAD, sum->side.cell->input, sum->place.t, sum->place.row);
    place.direction = direction;
    term_begin(out, 1, place);
}

void sum_input_grad(struct sum *sum) {
    for (int d = 0; d < sum->side.spec->directions; d++)
        sum_add(sum, term_input_back, d, 0, 1);
}
