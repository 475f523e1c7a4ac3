// What a number goes into: the sums of origin_terms.c read the other way. Places that may be made of it are proposed
// from the cell's description; each is kept only where it really is, by the terms of that place.
#include "origin_parts.h"

#include <math.h>
#include <string.h>

struct uses {
    const struct record *record;
    struct place_side side;
    const struct place *of;     // this number, or a copy of it
    const struct place *number; // as operands name it
    origin_use_fn *each;
    void *context;
};

static void each_use_of(const struct uses *u);

// hint: which of its terms this number should be; a wrong one costs time only. A copy is the number itself: what it
// goes into is asked in its place.
static void propose(const struct uses *u, struct place use, int hint) {
    struct sum sum;
    struct raw_term term;
    struct place source;
    sum_init(&sum, u->record, &use);
    if (is_copy(&sum, &source)) {
        struct uses copy = {u->record, sum.side, &use, u->number, u->each, u->context};
        if (place_equal(&source, u->of)) each_use_of(&copy);
        return;
    }
    int n = term_of(&sum, u->number, hint);
    if (n < 0) return;
    sum_term(&sum, n, &term, NULL);
    double value = sum_term_value(u->record, &term);
    for (int i = n + 1; use.kind == PLACE_LOSS && i < sum.count; i++) { // a target counts for yes and for no
        sum_term(&sum, i, &term, NULL);
        if (term_has(&term, u->number)) value += sum_term_value(u->record, &term);
    }
    use = origin_represent(u->record, &use);
    u->each(u->context, &use, value);
}

static struct place output(const struct uses *u, enum place_kind kind, int t, int row) {
    return (struct place){.kind = kind, .encoder = u->side.encoder, .t = t, .row = row};
}

static void propose_outputs(const struct uses *u, enum place_kind kind, int t, int hint) {
    for (int o = 0; o < u->side.spec->outputs; o++)
        propose(u, output(u, kind, t, o), hint);
}

static struct place here(const struct uses *u, enum place_kind kind, int slot, int row) {
    return place_at(u->of, kind, slot, u->of->t, row);
}

static struct place sent(const struct uses *u, int step, int operand, int t, int row) {
    struct place place = place_at(u->of, PLACE_SENT, 0, t, row);
    place.step = step;
    place.operand = operand;
    return place;
}

static struct place entry(const struct uses *u, enum place_kind kind, int param, int t, int row, int column) {
    return (struct place){
        .kind = kind, .encoder = u->side.encoder, .param = param, .t = t, .row = row, .column = column};
}

// grad_at/ of a role of this layer and direction; nothing where there is no such parameter.
static void propose_grad_at(const struct uses *u, enum param_role role, int row, int column) {
    int param = side_param(&u->side, role, u->of->layer, u->of->direction);
    if (param >= 0) propose(u, entry(u, PLACE_GRAD_AT, param, u->of->t, row, column), 0);
}

// Copies have the same length: it is named once.
static void propose_norm(const struct uses *u) {
    struct place norm = *u->of, named;
    norm.norm = true;
    norm.row = norm.column = 0;
    named = origin_represent(u->record, &norm);
    if (place_equal(&named, &norm)) propose(u, norm, u->of->row);
}

// --- forward ---

static void read_by_step(const struct uses *u, int step, int k) {
    const struct cell_step *s = &u->side.cell->steps[step];
    int H = u->side.spec->hidden, unit = u->of->row;
    if (s->op != OP_AFFINE) {
        propose(u, here(u, PLACE_VALUE, s->out, unit), k);
        if (s->op == OP_MUL) propose(u, sent(u, step, 1 - k, u->of->t, unit), 0);
        if (s->op == OP_DIAGONAL)
            propose_grad_at(u, PARAM_DIAGONAL, cell_diagonal_row(u->side.cell, s->block) * H + unit, 0);
        return;
    }
    int biases = 1 + (u->side.cell->two_biases && s->in[0] >= 0 && s->in[1] >= 0);
    int hint = biases + (k == 1 && s->in[0] >= 0 ? H : 0) + unit;
    for (int i = 0; i < H; i++) {
        propose(u, here(u, PLACE_VALUE, s->out, i), hint);
        propose_grad_at(u, k == 0 ? PARAM_RECURRENT : PARAM_INPUT, s->block * H + i, unit);
    }
}

static void handed_on(const struct uses *u, int state) {
    const struct place *of = u->of;
    int slot = u->side.cell->state_in[state];
    struct place next = here(u, PLACE_VALUE, slot, of->row);
    if (of->t != last_of(&u->side, of->direction)) {
        next.t += of->direction == 0 ? 1 : -1;
        propose(u, next, 0);
    } else if (u->side.encoder) {
        next.encoder = false;
        next.direction = next.t = 0;
        propose(u, next, of->direction);
    }
}

// The hidden state: read by the layer above, or by the head.
static void read_above(const struct uses *u) {
    const struct place *of = u->of;
    int H = u->side.spec->hidden, column = of->direction * H + of->row;
    if (of->layer < u->side.spec->layers - 1) {
        struct place above = here(u, PLACE_VALUE, u->side.cell->input, column);
        above.layer++;
        for (above.direction = 0; above.direction < u->side.spec->directions; above.direction++)
            propose(u, above, 0);
        return;
    }
    int head = side_param(&u->side, PARAM_HEAD, -1, -1);
    for (int t = 0; head >= 0 && t < u->side.T; t++) {
        if (head_reads(&u->side, of->direction, t) != of->t) continue;
        propose_outputs(u, PLACE_LOGITS, t, 1 + column);
        for (int o = 0; o < u->side.spec->outputs; o++)
            propose(u, entry(u, PLACE_GRAD_AT, head, t, o, column), 0);
    }
}

static void of_value(const struct uses *u) {
    const struct cell_desc *cell = u->side.cell;
    struct reader readers[2 * CELL_MAX_STEPS];
    int count = readers_of(cell, u->of->slot, readers, 2 * CELL_MAX_STEPS);
    for (int i = 0; i < count; i++)
        read_by_step(u, readers[i].step, readers[i].operand);
    int maker = step_that_makes(cell, u->of->slot), state = cell_state_index(cell, u->of->slot);
    if (maker >= 0) { // the slope of a squasher is told from its result
        enum cell_op op = cell->steps[maker].op;
        if (op == OP_SIGMOID || op == OP_TANH || op == OP_RELU) propose(u, sent(u, maker, 0, u->of->t, u->of->row), 0);
    }
    if (state >= 0) handed_on(u, state);
    if (state == 0) read_above(u);
}

static void of_input(const struct uses *u) {
    for (int d = 0; d < u->side.spec->directions; d++) {
        struct place x = output(u, PLACE_VALUE, u->of->t, u->of->row);
        x.slot = u->side.cell->input;
        x.direction = d;
        propose(u, x, 0);
    }
}

static void of_symbol(const struct uses *u) {
    int I = net_layer_inputs(u->side.spec, 0);
    for (int i = 0; i < I; i++)
        propose(u, output(u, PLACE_INPUT, u->of->t, i), 0);
}

static void of_target(const struct uses *u) {
    propose(u, output(u, PLACE_LOSS, u->of->t, 0), u->of->row);
    propose_outputs(u, PLACE_LOGITS_GRAD, u->of->t, 1);
}

static void of_logits(const struct uses *u) {
    propose_outputs(u, PLACE_Y_HAT, u->of->t, u->of->row);
    propose(u, output(u, PLACE_LOSS, u->of->t, 0), u->of->row);
}

static void of_y_hat(const struct uses *u) {
    propose(u, output(u, PLACE_LOSS, u->of->t, 0), u->of->row);
    propose(u, output(u, PLACE_LOGITS_GRAD, u->of->t, u->of->row), 0);
}

static void of_loss(const struct uses *u) {
    propose(u, output(u, PLACE_TOTAL_LOSS, 0, 0), u->of->t);
}

// --- backward ---

static void of_grad_of_result(const struct uses *u, int step) {
    const struct cell_step *s = &u->side.cell->steps[step];
    int H = u->side.spec->hidden, unit = u->of->row;
    for (int k = 0; k < 2; k++) {
        if (s->in[k] < 0) continue;
        int width = s->op == OP_AFFINE ? side_width(&u->side, u->of->layer, s->in[k]) : 1;
        for (int j = 0; j < width; j++) {
            propose(u, sent(u, step, k, u->of->t, s->op == OP_AFFINE ? j : unit), s->op == OP_AFFINE ? unit : 0);
            if (s->op == OP_AFFINE) propose_grad_at(u, k == 0 ? PARAM_RECURRENT : PARAM_INPUT, s->block * H + unit, j);
        }
    }
    if (s->op == OP_DIAGONAL)
        propose_grad_at(u, PARAM_DIAGONAL, cell_diagonal_row(u->side.cell, s->block) * H + unit, 0);
    if (s->op != OP_AFFINE) return;
    propose_grad_at(u, PARAM_BIAS, s->block * H + unit, 0);
    propose_grad_at(u, PARAM_RECURRENT_BIAS, s->block * H + unit, 0);
}

static void of_grad_of_state_in(const struct uses *u, int state) {
    const struct place *of = u->of;
    int slot = u->side.cell->state_out[state], before = of->direction == 0 ? of->t - 1 : of->t + 1;
    struct place back = here(u, PLACE_FROM_FUTURE, slot, of->row);
    if (before >= 0 && before < u->side.T) {
        back.t = before;
        propose(u, back, 0);
        return;
    }
    if (!tape_encoder(u->side.tape)) return;
    struct place_side encoder = side_of(u->record, true);
    back.encoder = true;
    for (back.direction = 0; back.direction < encoder.spec->directions; back.direction++) {
        back.t = last_of(&encoder, back.direction);
        propose(u, back, 0);
    }
}

static void of_grad_of_input(const struct uses *u) {
    const struct place *of = u->of;
    int H = u->side.spec->hidden;
    if (of->layer > 0) {
        struct place below = here(u, PLACE_FROM_LOSS, u->side.cell->state_out[0], of->row % H);
        below.layer--;
        below.direction = of->row / H;
        propose(u, below, of->direction);
        return;
    }
    propose(u, output(u, PLACE_INPUT_GRAD, of->t, of->row), of->direction);
    int embed = side_param(&u->side, PARAM_EMBED, -1, -1);
    int symbol = embed >= 0 ? u->side.example->x[of->t] : -1;
    if (symbol >= 0) propose(u, entry(u, PLACE_GRAD_AT, embed, of->t, symbol, of->row), of->direction);
}

static void of_grad(const struct uses *u) {
    const struct cell_desc *cell = u->side.cell;
    int maker = step_that_makes(cell, u->of->slot);
    if (maker >= 0) of_grad_of_result(u, maker);
    for (int s = 0; s < cell->state_count; s++)
        if (cell->state_in[s] == u->of->slot) of_grad_of_state_in(u, s);
    if (u->of->slot == cell->input) of_grad_of_input(u);
    propose_norm(u);
}

static void of_source(const struct uses *u) {
    propose(u, here(u, PLACE_GRAD, u->of->slot, u->of->row), u->of->kind == PLACE_FROM_FUTURE);
    propose_norm(u);
}

static void of_sent(const struct uses *u) {
    int slot = u->side.cell->steps[u->of->step].in[u->of->operand];
    bool state = cell_state_index(u->side.cell, slot) >= 0;
    propose(u, here(u, state ? PLACE_FROM_LOSS : PLACE_GRAD, slot, u->of->row), 0);
    propose_norm(u);
}

static void of_logits_grad(const struct uses *u) {
    const struct net_spec *spec = u->side.spec;
    int weight = side_param(&u->side, PARAM_HEAD, -1, -1), bias = side_param(&u->side, PARAM_HEAD_BIAS, -1, -1);
    propose(u, entry(u, PLACE_GRAD_AT, bias, u->of->t, u->of->row, 0), 0);
    for (int j = 0; j < spec->hidden * spec->directions; j++) {
        propose(u, entry(u, PLACE_GRAD_AT, weight, u->of->t, u->of->row, j), 0);
        int direction = j / spec->hidden;
        struct place state = output(u, PLACE_FROM_LOSS, head_reads(&u->side, direction, u->of->t), j % spec->hidden);
        state.layer = spec->layers - 1;
        state.direction = direction;
        state.slot = u->side.cell->state_out[0];
        propose(u, state, u->of->row);
    }
    propose_norm(u);
}

// --- parameters ---

static void of_cell_weight(const struct uses *u, const struct param *param) {
    const struct cell_desc *cell = u->side.cell;
    int H = u->side.spec->hidden, block = u->of->row / H, unit = u->of->row % H;
    bool diagonal = param->role == PARAM_DIAGONAL;
    for (int i = 0; i < cell->step_count; i++) {
        const struct cell_step *s = &cell->steps[i];
        bool same = diagonal ? s->op == OP_DIAGONAL && cell_diagonal_row(cell, s->block) == block
                             : s->op == OP_AFFINE && s->block == block;
        for (int t = 0; same && t < u->side.T; t++) {
            struct place z = output(u, PLACE_VALUE, t, unit);
            z.layer = param->layer;
            z.direction = param->direction;
            z.slot = s->out;
            propose(u, z, -1);
            if (param_is_vector(param->role) && !diagonal) continue;
            struct place back = place_at(&z, PLACE_SENT, 0, t, diagonal ? unit : u->of->column);
            back.step = i;
            back.operand = param->role == PARAM_INPUT;
            if (s->in[back.operand] >= 0) propose(u, back, diagonal ? 0 : unit);
        }
    }
}

static void of_head_weight(const struct uses *u, const struct param *param) {
    const struct net_spec *spec = u->side.spec;
    int direction = u->of->column / spec->hidden;
    for (int t = 0; t < u->side.T; t++) {
        propose(u, output(u, PLACE_LOGITS, t, u->of->row), 1 + u->of->column);
        if (param->role != PARAM_HEAD) continue;
        struct place state = output(u, PLACE_FROM_LOSS, t, u->of->column % spec->hidden);
        state.layer = spec->layers - 1;
        state.direction = direction;
        state.slot = u->side.cell->state_out[0];
        propose(u, state, u->of->row);
    }
}

static struct place same(const struct uses *u, enum place_kind kind) {
    struct place place = *u->of;
    place.kind = kind;
    place.t = 0;
    return place;
}

static void of_param(const struct uses *u) {
    const struct param *param = &u->record->layout.params[u->of->param];
    if (param->role == PARAM_EMBED)
        for (int t = 0; t < u->side.T; t++)
            propose(u, output(u, PLACE_INPUT, t, u->of->column), 0);
    else if (param->layer < 0)
        of_head_weight(u, param);
    else
        of_cell_weight(u, param);
    propose(u, same(u, PLACE_PARAM_AFTER), 0);
    propose(u, same(u, PLACE_DELTA), 1);
}

static int flat_index(const struct uses *u) {
    const struct layout *layout = &u->record->layout;
    int at = 0;
    for (int p = 0; p < u->of->param; p++)
        at += layout->params[p].in * layout->params[p].out;
    const struct param *param = &layout->params[u->of->param];
    return at + u->of->row * (param->role == PARAM_EMBED ? param->out : param->in) + u->of->column;
}

// What is clipped: the gradient of the example, or of its whole minibatch.
static void of_total(const struct uses *u) {
    propose(u, same(u, PLACE_CLIPPED), 0);
    propose(u, same(u, PLACE_PARAM_AFTER), 1);
    propose(u, (struct place){.kind = PLACE_GRAD_NORM}, flat_index(u));
    propose(u, (struct place){.kind = PLACE_CLIP_SCALE}, flat_index(u)); // where it is clipped by value first
}

static void of_param_grad(const struct uses *u) {
    if (!u->record->batch) {
        of_total(u);
        return;
    }
    propose(u, same(u, PLACE_TOTAL), 0);
    propose(u, (struct place){.kind = PLACE_OWN_NORM}, flat_index(u));
}

static void of_rest(const struct uses *u) {
    propose(u, same(u, PLACE_TOTAL), 1);
    propose(u, (struct place){.kind = PLACE_REST_NORM}, flat_index(u));
}

static void of_example_loss(const struct uses *u) {
    if (u->record->batch) propose(u, (struct place){.kind = PLACE_BATCH_LOSS}, u->of->kind == PLACE_REST_LOSS);
}

static void of_clipped(const struct uses *u) {
    propose(u, (struct place){.kind = PLACE_CLIPPED_NORM}, flat_index(u));
}

static void of_grad_at(const struct uses *u) {
    struct place norm = *u->of;
    const struct param *param = &u->record->layout.params[u->of->param];
    int columns = param->role == PARAM_EMBED ? param->out : param->in;
    norm.norm = true;
    norm.row = norm.column = 0;
    propose(u, same(u, PLACE_PARAM_GRAD), u->of->t);
    propose(u, norm, u->of->row * columns + u->of->column);
}

static void of_state(const struct uses *u) {
    propose(u, same(u, PLACE_PARAM_AFTER), u->of->kind == PLACE_MOMENT ? 3 : 4);
}

static void of_param_after(const struct uses *u) {
    propose(u, same(u, PLACE_DELTA), 0);
}

static void of_norm(const struct uses *u) {
    propose(u, (struct place){.kind = PLACE_CLIP_SCALE}, 0);
}

// Every parameter, twice.
static void of_scale(const struct uses *u) {
    const struct layout *layout = &u->record->layout;
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        bool turned = param->role != PARAM_EMBED;
        int rows = turned ? param->out : param->in, columns = turned ? param->in : param->out;
        struct place place = {.encoder = layout->encoder && p < layout->encoder->count, .param = p};
        for (place.row = 0; place.row < rows; place.row++)
            for (place.column = 0; place.column < columns; place.column++) {
                place.kind = PLACE_CLIPPED;
                propose(u, place, 0);
                place.kind = PLACE_PARAM_AFTER;
                propose(u, place, 2);
            }
    }
}

static void of_max_value(const struct uses *u) {
    of_norm(u);
    of_scale(u);
}

static void (*const readers[PLACE_KIND_COUNT])(const struct uses *) = {
    [PLACE_INPUT] = of_input,
    [PLACE_SYMBOL] = of_symbol,
    [PLACE_TARGET] = of_target,
    [PLACE_LOGITS] = of_logits,
    [PLACE_Y_HAT] = of_y_hat,
    [PLACE_LOSS] = of_loss,
    [PLACE_TOTAL_LOSS] = of_example_loss,
    [PLACE_REST_LOSS] = of_example_loss,
    [PLACE_LOGITS_GRAD] = of_logits_grad,
    [PLACE_GRAD_NORM] = of_norm,
    [PLACE_MAX_NORM] = of_norm,
    [PLACE_CLIP_SCALE] = of_scale,
    [PLACE_VALUE] = of_value,
    [PLACE_GRAD] = of_grad,
    [PLACE_FROM_LOSS] = of_source,
    [PLACE_FROM_FUTURE] = of_source,
    [PLACE_SENT] = of_sent,
    [PLACE_PARAM] = of_param,
    [PLACE_PARAM_GRAD] = of_param_grad,
    [PLACE_REST] = of_rest,
    [PLACE_TOTAL] = of_total,
    [PLACE_CLIPPED] = of_clipped,
    [PLACE_MAX_VALUE] = of_max_value,
    [PLACE_PARAM_AFTER] = of_param_after,
    [PLACE_MOMENT] = of_state,
    [PLACE_SQUARE] = of_state,
    [PLACE_GRAD_AT] = of_grad_at,
};

static void each_use_of(const struct uses *u) {
    if (!u->of->norm && readers[u->of->kind]) readers[u->of->kind](u);
}

void origin_each_use(const struct record *record, const struct place *place, origin_use_fn *each, void *context) {
    struct place number = origin_represent(record, place);
    struct sum source;
    sum_open(&source, record, place);
    struct uses u = {record, source.side, &source.place, &number, each, context};
    each_use_of(&u);
}

bool origin_has_operand(const struct record *record, const struct place *place, const struct place *operand) {
    struct sum sum;
    struct place number = origin_represent(record, operand);
    sum_open(&sum, record, place);
    return term_of(&sum, &number, -1) >= 0;
}

// --- the largest ones ---

struct keep {
    struct origin_uses *out;
    int total;
};

// By size, and lengths of whole vectors last.
static bool comes_before(const struct place *use, double term, const struct origin_use *other) {
    if (use->norm != other->place.norm) return !use->norm;
    return fabs(other->term) < fabs(term);
}

static void keep_largest(void *context, const struct place *use, double term) {
    struct keep *keep = context;
    struct origin_use *uses = keep->out->uses;
    int at = keep->out->use_count;
    keep->total++;
    while (at > 0 && comes_before(use, term, &uses[at - 1]))
        at--;
    if (at >= ORIGIN_USES) return;
    if (keep->out->use_count < ORIGIN_USES) keep->out->use_count++;
    memmove(uses + at + 1, uses + at, (size_t)(keep->out->use_count - 1 - at) * sizeof *uses);
    uses[at] = (struct origin_use){.place = *use, .term = term};
}

void origin_uses(const struct record *record, const struct place *place, struct label_style style,
                 struct origin_uses *out) {
    struct keep keep = {.out = out};
    out->use_count = 0;
    origin_each_use(record, place, keep_largest, &keep);
    out->rest_count = keep.total - out->use_count;
    for (int i = 0; i < out->use_count; i++) {
        struct origin_use *use = &out->uses[i];
        use->value = place_value(record, &use->place);
        origin_label(record, &use->place, style, use->label, sizeof use->label);
        origin_title(record, &use->place, use->title, sizeof use->title);
    }
}
