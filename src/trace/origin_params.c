// The gradient of a parameter, timestep by timestep; lengths, clipping, the update.
#include "origin_sums.h"

static const struct param *param_of(const struct sum *sum) {
    return &sum->record->layout.params[sum->place.param];
}

static struct place of_track(const struct sum *sum, enum place_kind kind, int slot, int row) {
    return (struct place){.kind = kind,
                          .encoder = sum->side.encoder,
                          .layer = param_of(sum)->layer,
                          .direction = param_of(sum)->direction,
                          .slot = slot,
                          .t = sum->place.t,
                          .row = row};
}

// dz times what the weight read; a bias reads 1 (in: -1).
static void term_outer(const struct sum *sum, int slot, int in, int n, struct raw_term *out) {
    (void)n;
    int unit = sum->place.row % sum->side.spec->hidden;
    term_begin(out, 1, of_track(sum, PLACE_GRAD, slot, unit));
    if (in < 0) return;
    int entry = param_of(sum)->role == PARAM_DIAGONAL ? unit : sum->place.column;
    term_add_factor(out, of_track(sum, PLACE_VALUE, in, entry), SHAPE_ITSELF);
}

// The steps of a cell that use a parameter's entry.
static void grad_at_of_cell(struct sum *sum) {
    const struct cell_desc *cell = sum->side.cell;
    enum param_role role = param_of(sum)->role;
    int row = sum->place.row / sum->side.spec->hidden,
        k = role == PARAM_RECURRENT || role == PARAM_RECURRENT_BIAS ? 0 : 1;
    bool bias = role == PARAM_BIAS || role == PARAM_RECURRENT_BIAS;
    for (int i = 0; i < cell->step_count; i++) {
        const struct cell_step *step = &cell->steps[i];
        if (role == PARAM_DIAGONAL) {
            if (step->op == OP_DIAGONAL && cell_diagonal_row(cell, step->block) == row)
                sum_add(sum, term_outer, step->out, step->in[0], 1);
            continue;
        }
        if (step->op != OP_AFFINE || step->block != row) continue;
        if (step->in[k] < 0 && (!bias || cell->two_biases)) continue;
        sum_add(sum, term_outer, step->out, bias ? -1 : step->in[k], 1);
    }
}

static void term_head_outer(const struct sum *sum, int weight, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    int H = sum->side.spec->hidden;
    term_begin(out, 1, sum_output(sum, PLACE_LOGITS_GRAD, sum->place.t, sum->place.row));
    if (weight)
        term_add_factor(out, sum_top(sum, sum->place.column / H, sum->place.t, sum->place.column % H), SHAPE_ITSELF);
}

static void term_embedded(const struct sum *sum, int direction, int b, int n, struct raw_term *out) {
    (void)b, (void)n;
    struct place place = {.kind = PLACE_GRAD,
                          .encoder = sum->side.encoder,
                          .direction = direction,
                          .slot = sum->side.cell->input,
                          .t = sum->place.t,
                          .row = sum->place.column};
    term_begin(out, 1, place);
}

void sum_grad_at(struct sum *sum) {
    enum param_role role = param_of(sum)->role;
    if (role == PARAM_HEAD || role == PARAM_HEAD_BIAS)
        sum_add(sum, term_head_outer, role == PARAM_HEAD, 0, 1);
    else if (role != PARAM_EMBED)
        grad_at_of_cell(sum);
    else if (sum->side.example->x[sum->place.t] != sum->place.row)
        sum_given(sum, "This timestep did not read this symbol.");
    else
        for (int d = 0; d < sum->side.spec->directions; d++)
            sum_add(sum, term_embedded, d, 0, 1);
}

static void term_part(const struct sum *sum, int a, int b, int t, struct raw_term *out) {
    (void)a, (void)b;
    struct place part = sum->place;
    part.kind = PLACE_GRAD_AT;
    part.t = t;
    term_begin(out, 1, part);
}

void sum_param_grad(struct sum *sum) {
    sum_add_over_time(sum, term_part, 0, sum->side.T);
}

static struct place same_entry(const struct sum *sum, enum place_kind kind) {
    return sum_param(sum, kind, sum->place.param, sum->place.row, sum->place.column);
}

static void term_entry(const struct sum *sum, int kind, int sign, int n, struct raw_term *out) {
    (void)n;
    term_begin(out, sign, same_entry(sum, (enum place_kind)kind));
}

// Clipping by value comes first, where it is asked for.
static void hold_factor(const struct sum *sum, struct raw_term *term, int k, enum origin_shape shape) {
    if (!(sum->record->options.clip_value > 0)) return;
    term->factors[k].shape = shape;
    term->factors[k].less = true;
    term->factors[k].other = (struct place){.kind = PLACE_MAX_VALUE};
}

static void term_held(const struct sum *sum, int a, int b, int n, struct raw_term *out) {
    (void)a, (void)b, (void)n;
    term_begin(out, 1, same_entry(sum, place_total(sum->record)));
    hold_factor(sum, out, 0, SHAPE_HELD);
}

static void term_clipped(const struct sum *sum, int a, int b, int n, struct raw_term *out) {
    (void)a, (void)b, (void)n;
    term_begin(out, 1, sum_output(sum, PLACE_CLIP_SCALE, 0, 0));
    out->factors[0].place.encoder = false;
    term_add_factor(out, same_entry(sum, place_total(sum->record)), SHAPE_ITSELF);
    hold_factor(sum, out, 1, SHAPE_HELD);
}

void sum_clipped(struct sum *sum) {
    sum_add(sum, term_clipped, 0, 0, 1);
}

// The example's own part, and that of the others of its minibatch.
void sum_total_grad(struct sum *sum) {
    sum_add(sum, term_entry, PLACE_PARAM_GRAD, 1, 1);
    sum_add(sum, term_entry, PLACE_REST, 1, 1);
}

void sum_delta(struct sum *sum) {
    sum_add(sum, term_entry, PLACE_PARAM_AFTER, 1, 1);
    sum_add(sum, term_entry, PLACE_PARAM, -1, 1);
}

static void term_scale(const struct sum *sum, int a, int b, int n, struct raw_term *out) {
    (void)sum, (void)a, (void)b, (void)n;
    term_begin(out, 1, (struct place){.kind = PLACE_CLIP_SCALE});
}

void sum_param_after(struct sum *sum) {
    sum->rule = ORIGIN_UPDATE;
    sum_add(sum, term_entry, PLACE_PARAM, 1, 1);
    sum_add(sum, term_held, 0, 0, 1);
    sum_add(sum, term_scale, 0, 0, 1);
    if (record_has(sum->record, RECORD_MOMENT)) sum_add(sum, term_entry, PLACE_MOMENT, 1, 1);
    if (record_has(sum->record, RECORD_SQUARE)) sum_add(sum, term_entry, PLACE_SQUARE, 1, 1);
}

// --- lengths and clipping ---

static void term_square(const struct sum *sum, int columns, int b, int j, struct raw_term *out) {
    (void)b;
    struct place place = sum->place;
    place.norm = false;
    place.row = columns && j >= 0 ? j / columns : j;
    place.column = columns ? (j >= 0 ? j % columns : j) : 0;
    term_begin(out, 1, place);
    out->factors[0].shape = SHAPE_SQUARE;
}

void sum_norm(struct sum *sum) {
    const struct place *of = &sum->place;
    int slot = of->kind == PLACE_SENT ? sum->side.cell->steps[of->step].in[of->operand] : of->slot;
    sum->rule = ORIGIN_ROOT;
    if (of->kind == PLACE_GRAD_AT) {
        int columns = param_of(sum)->role == PARAM_EMBED ? param_of(sum)->out : param_of(sum)->in;
        sum_add(sum, term_square, columns, 0, param_of(sum)->in * param_of(sum)->out);
        return;
    }
    sum_add(sum, term_square, 0, 0,
            of->kind == PLACE_LOGITS_GRAD ? sum->side.spec->outputs : side_width(&sum->side, of->layer, slot));
}

// Entry n of all parameters, one after the other.
static struct place any_entry(const struct sum *sum, enum place_kind kind, int n) {
    const struct layout *layout = &sum->record->layout;
    int p = 0;
    while (n >= 0 && n >= layout->params[p].in * layout->params[p].out) {
        n -= layout->params[p].in * layout->params[p].out;
        p++;
    }
    const struct param *param = &layout->params[p];
    int columns = param->role == PARAM_EMBED ? param->out : param->in;
    return (struct place){.kind = kind,
                          .encoder = layout->encoder && p < layout->encoder->count,
                          .param = p,
                          .row = n < 0 ? n : n / columns,
                          .column = n < 0 ? n : n % columns};
}

static void term_entry_square(const struct sum *sum, int kind, int b, int n, struct raw_term *out) {
    (void)b;
    term_begin(out, 1, any_entry(sum, (enum place_kind)kind, n));
    out->factors[0].shape = SHAPE_SQUARE;
}

static void root_of(struct sum *sum, enum place_kind kind) {
    sum->rule = ORIGIN_ROOT;
    sum_add(sum, term_entry_square, (int)kind, 0, (int)sum->record->layout.weights);
}

void sum_grad_norm(struct sum *sum) {
    root_of(sum, place_total(sum->record));
}

void sum_clipped_norm(struct sum *sum) {
    root_of(sum, PLACE_CLIPPED);
}

void sum_own_norm(struct sum *sum) {
    root_of(sum, PLACE_PARAM_GRAD);
}

void sum_rest_norm(struct sum *sum) {
    root_of(sum, PLACE_REST);
}

static void term_scalar(const struct sum *sum, int kind, int b, int n, struct raw_term *out) {
    (void)sum, (void)b, (void)n;
    term_begin(out, 1, (struct place){.kind = (enum place_kind)kind});
}

void sum_batch_loss(struct sum *sum) {
    sum_add(sum, term_scalar, PLACE_TOTAL_LOSS, 0, 1);
    sum_add(sum, term_scalar, PLACE_REST_LOSS, 0, 1);
}

static void term_limit(const struct sum *sum, int a, int b, int n, struct raw_term *out) {
    (void)sum, (void)a, (void)b, (void)n;
    term_begin(out, 1, (struct place){.kind = PLACE_MAX_NORM});
    term_add_factor(out, (struct place){.kind = PLACE_GRAD_NORM}, SHAPE_INVERSE);
}

// (g / limit)^2, g held by value.
static void term_share_of_limit(const struct sum *sum, int a, int b, int n, struct raw_term *out) {
    (void)a, (void)b;
    term_begin(out, 1, any_entry(sum, place_total(sum->record), n));
    hold_factor(sum, out, 0, SHAPE_HELD_SQUARE);
    term_add_factor(out, (struct place){.kind = PLACE_MAX_NORM}, SHAPE_INVERSE_SQUARE);
}

void sum_clip_scale(struct sum *sum) {
    bool by_value = sum->record->options.clip_value > 0;
    sum->rule = by_value ? ORIGIN_SHRINK : ORIGIN_LIMIT;
    if (!(sum->record->options.clip_norm > 0))
        sum_given(sum, "No limit is set: the gradient is not clipped by its norm.");
    else if (by_value)
        sum_add(sum, term_share_of_limit, 0, 0, (int)sum->record->layout.weights);
    else
        sum_add(sum, term_limit, 0, 0, 1);
}
