// What the vectors of a cell are made of, on the way forward: one function an operation of its description.
#include "origin_sums.h"

int sum_block_row(const struct sum *sum, int block, int unit) {
    return block * sum->side.spec->hidden + unit;
}

static void term_bias(const struct sum *sum, int step, int role, int n, struct raw_term *out) {
    (void)n;
    const struct place *of = &sum->place;
    int param = side_param(&sum->side, (enum param_role)role, of->layer, of->direction);
    term_begin(out, 1,
               sum_param(sum, PLACE_PARAM, param, sum_block_row(sum, sum->side.cell->steps[step].block, of->row), 0));
}

static void term_weighted(const struct sum *sum, int step, int k, int j, struct raw_term *out) {
    const struct place *of = &sum->place;
    const struct cell_step *s = &sum->side.cell->steps[step];
    int param = side_param(&sum->side, k == 0 ? PARAM_RECURRENT : PARAM_INPUT, of->layer, of->direction);
    term_begin(out, 1, sum_param(sum, PLACE_PARAM, param, sum_block_row(sum, s->block, of->row), j));
    term_add_factor(out, place_at(of, PLACE_VALUE, s->in[k], of->t, j), SHAPE_ITSELF);
}

static void term_diagonal(const struct sum *sum, int step, int unused, int n, struct raw_term *out) {
    (void)unused, (void)n;
    const struct place *of = &sum->place;
    const struct cell_step *s = &sum->side.cell->steps[step];
    int param = side_param(&sum->side, PARAM_DIAGONAL, of->layer, of->direction);
    term_begin(out, 1,
               sum_param(sum, PLACE_PARAM, param,
                         sum_block_row(sum, cell_diagonal_row(sum->side.cell, s->block), of->row), 0));
    term_add_factor(out, place_at(of, PLACE_VALUE, s->in[0], of->t, of->row), SHAPE_ITSELF);
}

static void term_operand(const struct sum *sum, int step, int k, int n, struct raw_term *out) {
    (void)n;
    const struct place *of = &sum->place;
    const struct cell_step *s = &sum->side.cell->steps[step];
    term_begin(out, 1, place_at(of, PLACE_VALUE, s->in[k], of->t, of->row));
    if (s->op == OP_ONE_MINUS) out->factors[0].shape = SHAPE_ONE_MINUS;
    if (s->op == OP_MUL) term_add_factor(out, place_at(of, PLACE_VALUE, s->in[1], of->t, of->row), SHAPE_ITSELF);
}

static void sum_affine(struct sum *sum, int step) {
    const struct cell_step *s = &sum->side.cell->steps[step];
    bool two = sum->side.cell->two_biases;
    if (two && s->in[0] >= 0) sum_add(sum, term_bias, step, PARAM_RECURRENT_BIAS, 1);
    if (!two || s->in[1] >= 0) sum_add(sum, term_bias, step, PARAM_BIAS, 1);
    for (int k = 0; k < 2; k++)
        if (s->in[k] >= 0) sum_add(sum, term_weighted, step, k, side_width(&sum->side, sum->place.layer, s->in[k]));
}

void sum_step(struct sum *sum, int step) {
    static const enum origin_rule rules[OP_COUNT] = {
        [OP_AFFINE] = ORIGIN_SUM,    [OP_SIGMOID] = ORIGIN_SIGMOID, [OP_TANH] = ORIGIN_TANH,
        [OP_RELU] = ORIGIN_RELU,     [OP_MUL] = ORIGIN_SUM,         [OP_ADD] = ORIGIN_SUM,
        [OP_ONE_MINUS] = ORIGIN_SUM, [OP_DIAGONAL] = ORIGIN_SUM};
    enum cell_op op = sum->side.cell->steps[step].op;
    sum->rule = rules[op];
    if (op == OP_AFFINE)
        sum_affine(sum, step);
    else if (op == OP_DIAGONAL)
        sum_add(sum, term_diagonal, step, 0, 1);
    else
        for (int k = 0; k < (op == OP_ADD ? 2 : 1); k++)
            sum_add(sum, term_operand, step, k, 1);
}

static void term_copy(const struct sum *sum, int kind, int slot, int n, struct raw_term *out) {
    (void)n;
    const struct place *of = &sum->place;
    term_begin(out, 1, place_at(of, (enum place_kind)kind, slot, time_before_in(of->direction, of->t), of->row));
}

// The state that a direction of the encoder left.
static void term_handed(const struct sum *sum, int state, int direction, int n, struct raw_term *out) {
    (void)n;
    struct place_side encoder = side_of(sum->record, true);
    struct place place = place_at(&sum->place, PLACE_VALUE, encoder.cell->state_out[state],
                                  last_of(&encoder, direction), sum->place.row);
    place.encoder = true;
    place.direction = direction;
    term_begin(out, 1, place);
}

static void sum_state_in(struct sum *sum, int state) {
    const struct place *of = &sum->place;
    if (of->t != first_of_side(&sum->side, of->direction)) {
        sum_add(sum, term_copy, PLACE_VALUE, sum->side.cell->state_out[state], 1);
        return;
    }
    const struct tape *encoder = tape_encoder(sum->side.tape);
    for (int d = 0; encoder && d < tape_spec(encoder)->directions; d++)
        sum_add(sum, term_handed, state, d, 1);
    if (!encoder) sum_given(sum, "Nothing came before: the network starts from the zero state.");
}

// x of an upper layer is the activation of the layer below, both directions side by side.
static void term_below(const struct sum *sum, int a, int b, int n, struct raw_term *out) {
    (void)a, (void)b, (void)n;
    const struct place *of = &sum->place;
    int H = sum->side.spec->hidden;
    struct place below = place_at(of, PLACE_VALUE, sum->side.cell->state_out[0], of->t, of->row % H);
    below.layer = of->layer - 1;
    below.direction = of->row / H;
    term_begin(out, 1, below);
}

static void term_read(const struct sum *sum, int a, int b, int n, struct raw_term *out) {
    (void)a, (void)b, (void)n;
    term_begin(out, 1, sum_output(sum, PLACE_INPUT, sum->place.t, sum->place.row));
}

void sum_value(struct sum *sum) {
    const struct place *of = &sum->place;
    const struct cell_desc *cell = sum->side.cell;
    int state = state_in_index(cell, of->slot);
    if (place_clamped(sum->record, of))
        sum_given(sum, "Set by hand.");
    else if (of->slot == cell->input)
        sum_add(sum, of->layer > 0 ? term_below : term_read, 0, 0, 1);
    else if (state >= 0)
        sum_state_in(sum, state);
    else
        sum_step(sum, step_that_makes(cell, of->slot));
}
