// The equation of each step of a script, derived from the cell's description: the way forward, and the entry.
#include "equation_parts.h"

#include <stdio.h>
#include <string.h>

void new_line(struct equation *e) {
    if (e->lines++ > 0) put_text(&e->pen, "\n");
}

void put_output_at(struct equation *e, const char *base, const char *sub, int t) {
    struct label_pen pen = e->pen;
    pen.layer = pen.direction = -1;
    static const char *const names[] = {
        [LABEL_Y_HAT] = "\\hat{y}", [LABEL_Y] = "y", [LABEL_LOSS] = "L", [LABEL_DZ_Y] = "dz", [LABEL_LOGIT] = "z"};
    int kind = 0, count = (int)(sizeof names / sizeof *names);
    while (kind < count && strcmp(base, names[kind]))
        kind++;
    if (kind < count) begin_link(&pen, LABEL_OUTPUT, -1, kind, t);
    put_symbol(&pen, base, sub, NULL, t, LABEL_NO_UNIT);
    if (kind < count) end_link(&pen);
}

void put_output(struct equation *e, const char *base, const char *sub) {
    put_output_at(e, base, sub, e->t);
}

int equation_time_after(const struct equation *e) {
    return time_shifted(e->t, e->step->direction == 1 ? -1 : 1);
}
int equation_time_before(const struct equation *e) {
    return time_shifted(e->t, e->step->direction == 1 ? 1 : -1);
}

bool has_past(const struct equation *e) {
    return e->symbolic || record_has_past(e->record, e->step->direction, e->step->t);
}
bool has_future(const struct equation *e) {
    return e->symbolic || record_has_future(e->record, e->step->direction, e->step->t);
}

bool is_top(const struct equation *e) {
    return e->step->layer == e->record->layout.spec.layers - 1;
}

// "\t{one-hot}(o)"
static void put_one_hot(struct equation *e, int symbol) {
    char name[64];
    label_symbol(name, sizeof name, e->record, symbol);
    put_text(&e->pen, "\\t{one-hot}(%s)", name);
}

static void equation_input(struct equation *e) {
    const struct cell_desc *cell = e->pen.cell;
    const struct net_spec *spec = &e->record->layout.spec;
    if (e->symbolic || e->step->layer > 0 || spec->real_input || spec->embed > 0) {
        new_line(e);
        put_text(&e->pen, "[");
        put_slot(&e->pen, cell->state_in[0], e->t, LABEL_NO_UNIT, NULL);
        put_text(&e->pen, ",");
        put_slot(&e->pen, cell->input, e->t, LABEL_NO_UNIT, NULL);
        put_text(&e->pen, "]");
    } else {
        int symbol = e->record->example.x[e->step->t];
        new_line(e);
        put_slot(&e->pen, cell->input, e->t, LABEL_NO_UNIT, NULL);
        put_text(&e->pen, symbol < 0 ? "=0" : "=");
        if (symbol >= 0) put_one_hot(e, symbol);
    }
    for (int s = 0; !has_past(e) && e->step->layer == 0 && s < cell->state_count; s++) {
        new_line(e);
        put_slot(&e->pen, cell->state_in[s], e->t, LABEL_NO_UNIT, NULL);
        put_text(&e->pen, "=0");
    }
}

// x<4> = E one-hot(o): one row of the embedding.
static void equation_embed(struct equation *e) {
    new_line(e);
    put_slot(&e->pen, e->pen.cell->input, e->t, LABEL_NO_UNIT, NULL);
    int symbol = e->symbolic ? -1 : e->record->example.x[e->step->t];
    put_text(&e->pen, e->symbolic ? "=E\\,\\t{one-hot}" : symbol < 0 ? "=0" : "=E\\,");
    if (symbol >= 0) put_one_hot(e, symbol);
}

// The decoder's first states: what the encoder's last ones are, of two directions their sum.
static void equation_hand_over(struct equation *e) {
    const struct cell_desc *cell = e->pen.cell;
    const struct record *encoder = record_side(e->record, true);
    struct label_pen from = e->pen;
    from.directions = encoder->layout.spec.directions;
    for (int s = 0; s < cell->state_count; s++) {
        new_line(e);
        put_slot(&e->pen, cell->state_in[s], e->t, LABEL_NO_UNIT, NULL);
        for (from.direction = 0; from.direction < from.directions; from.direction++) {
            put_text(&from, from.direction == 0 ? "=" : "+");
            put_slot(&from, cell->state_out[s], from.direction == 0 ? record_T(encoder) - 1 : 0, LABEL_NO_UNIT,
                     "\\t{enc}");
        }
    }
}

// A result whose weighted sum has several shares is too long for a line: the sum is written out below it, a share
// a line.
static void equation_shares(struct equation *e, const struct cell_part *part) {
    const struct cell_desc *cell = e->pen.cell;
    int maker = step_that_makes(cell, part->result), z = cell->steps[maker].in[0], add = step_that_makes(cell, z);
    put_left(e, part->result, e->t, false, NULL);
    put_step(&e->pen, maker, CELL_MAX_STEPS, e->t, LABEL_NO_UNIT, LEVEL_SUM);
    put_left(e, z, e->t, false, NULL);
    for (int k = 0; k < 2; k++) {
        if (k) put_text(&e->pen, "\n+");
        put_step(&e->pen, step_that_makes(cell, cell->steps[add].in[k]), part->first, e->t, LABEL_NO_UNIT, LEVEL_SUM);
    }
}

static void equation_part(struct equation *e) {
    const struct cell_part *part = &e->pen.cell->parts[e->step->part];
    int affine;
    if (weighted_steps(e->pen.cell, part, &affine) > 1) {
        equation_shares(e, part);
        return;
    }
    int maker = step_that_makes(e->pen.cell, part->result);
    put_left(e, part->result, e->t, false, NULL);
    put_step(&e->pen, maker, part->first, e->t, LABEL_NO_UNIT, LEVEL_SUM);
    const struct cell_step *last = &e->pen.cell->steps[maker];
    if (!e->pen.numbers) return;
    put_text(&e->pen, "="); // what its function is applied to, its factors or its terms
    if (last->op != OP_ADD && last->op != OP_MUL) {
        put_step(&e->pen, maker, CELL_MAX_STEPS, e->t, LABEL_NO_UNIT, LEVEL_SUM);
        return;
    }
    put_slot(&e->pen, last->in[0], e->t, LABEL_NO_UNIT, NULL);
    if (last->op == OP_ADD)
        put_text(&e->pen, "+");
    else
        put_times(&e->pen);
    put_slot(&e->pen, last->in[1], e->t, LABEL_NO_UNIT, NULL);
}

void put_top(struct equation *e, int t) {
    struct label_pen pen = e->pen;
    int slot = pen.cell->state_out[0];
    bool one = net_one_answer(&e->record->layout.spec); // the head reads the backward direction's last state, at t = 0
    pen.layer = pen.layers - 1;
    if (pen.directions > 1) put_text(&pen, "[");
    for (pen.direction = 0; pen.direction < pen.directions; pen.direction++) {
        if (pen.direction) put_text(&pen, ",");
        put_slot(&pen, slot, one && pen.direction == 1 ? 0 : t, LABEL_NO_UNIT, NULL);
    }
    if (pen.directions > 1) put_text(&pen, "]");
}

static void equation_output(struct equation *e) {
    if (e->pen.numbers) {
        numbers_output(e);
        return;
    }
    static const char *const functions[OUTPUT_COUNT] = {
        [OUTPUT_SOFTMAX] = "\\t{softmax}(", [OUTPUT_SIGMOID] = "\\sigma(", [OUTPUT_LINEAR] = ""};
    const char *function = functions[e->record->layout.spec.output];
    new_line(e);
    put_output(e, "\\hat{y}", "");
    put_text(&e->pen, "=%s", function);
    put_head_weight(&e->pen);
    put_top(e, e->t);
    put_text(&e->pen, "+");
    put_head_bias(&e->pen);
    if (*function) put_text(&e->pen, ")");
}

// -sum of y ln y-hat + (1 - y) ln(1 - y-hat), over several outputs by their index i.
static void loss_sigmoid(struct equation *e, const char *i) {
    put_text(&e->pen, *i ? "=-\\sum_i " : "=-");
    put_output(e, "y", i);
    put_text(&e->pen, "\\ln ");
    put_output(e, "\\hat{y}", i);
    put_text(&e->pen, *i ? "+(1-" : "-(1-");
    put_output(e, "y", i);
    put_text(&e->pen, ")\\ln(1-");
    put_output(e, "\\hat{y}", i);
    put_text(&e->pen, ")");
}

static void loss_linear(struct equation *e, const char *i) {
    if (*i)
        put_text(&e->pen, "=\\frac{1}{%d}\\sum_i (", e->record->layout.spec.outputs);
    else
        put_text(&e->pen, "=(");
    put_output(e, "\\hat{y}", i);
    put_text(&e->pen, "-");
    put_output(e, "y", i);
    put_text(&e->pen, ")^2");
}

static void loss_softmax(struct equation *e) {
    if (e->symbolic) {
        put_text(&e->pen, "=-\\sum_i ");
        put_output(e, "y", "i");
        put_text(&e->pen, "\\ln ");
        put_output(e, "\\hat{y}", "i");
        return;
    }
    char name[64];
    label_answer(name, sizeof name, e->record, e->record->example.target[e->step->t]);
    put_text(&e->pen, "=-\\ln ");
    put_output(e, "\\hat{y}", name);
}

static void equation_loss(struct equation *e) {
    if (e->pen.numbers) {
        numbers_loss(e);
        return;
    }
    const struct net_spec *spec = &e->record->layout.spec;
    const char *i = spec->outputs > 1 ? "i" : "";
    new_line(e);
    put_output(e, "L", "");
    if (!e->symbolic && !record_has_target(e->record, e->step->t))
        put_text(&e->pen, "=0");
    else if (spec->output == OUTPUT_SIGMOID)
        loss_sigmoid(e, i);
    else if (spec->output == OUTPUT_LINEAR)
        loss_linear(e, i);
    else
        loss_softmax(e);
}

static void write_equation(char *out, size_t size, const struct record *record, const struct step *step,
                           bool symbolic_time, struct label_style style, struct number_pen *numbers) {
    static void (*const kinds[STEP_KIND_COUNT])(struct equation *) = {
        [STEP_EMBED] = equation_embed,
        [STEP_EMBED_BACK] = equation_embed_back,
        [STEP_HAND_OVER] = equation_hand_over,
        [STEP_INPUT] = equation_input,
        [STEP_PART] = equation_part,
        [STEP_OUTPUT] = equation_output,
        [STEP_LOSS] = equation_loss,
        [STEP_OUTPUT_BACK] = equation_output_back,
        [STEP_FROM_LOSS] = equation_from_loss,
        [STEP_FROM_FUTURE] = equation_from_future,
        [STEP_SUM] = equation_sum,
        [STEP_PART_BACK] = equation_part_back,
        [STEP_CLIP] = equation_clip,
        [STEP_UPDATE] = equation_update,
    };
    if (size == 0) return;
    out[0] = '\0';
    record = record_side(record, step->encoder);
    // A step that is looked at from outside of its time has no symbols or neighbours to name.
    if (step->t < 0 || step->t >= record_T(record)) symbolic_time = true;
    const struct net_spec *spec = &record->layout.spec;
    struct pen_out sink = {out, size, 0};
    struct equation e = {
        .record = record, .step = step, .symbolic = symbolic_time, .t = symbolic_time ? LABEL_SYMBOLIC : step->t};
    e.pen = (struct label_pen){.out = &sink,
                               .cell = record_cell(record),
                               .style = style,
                               .layer = step->layer,
                               .direction = step->direction,
                               .layers = spec->layers,
                               .directions = spec->directions,
                               .layout = &record->layout,
                               .numbers = numbers};
    if ((unsigned)step->kind < STEP_KIND_COUNT) kinds[step->kind](&e);
    if (numbers) numbers_close(&e.pen);
}

void label_equation(char *out, size_t size, const struct record *record, const struct step *step, bool symbolic_time,
                    struct label_style style) {
    write_equation(out, size, record, step, symbolic_time, style, NULL);
}

static bool tells_of_a_unit(const struct record *side, const struct step *step) {
    switch (step->kind) {
    case STEP_OUTPUT:
    case STEP_LOSS:
    case STEP_OUTPUT_BACK:
        return side->layout.spec.output == OUTPUT_SOFTMAX &&
               (step->kind == STEP_OUTPUT || record_has_target(side, step->t));
    case STEP_PART:
    case STEP_PART_BACK:
    case STEP_FROM_LOSS:
    case STEP_FROM_FUTURE:
    case STEP_SUM:
        return true;
    default:
        return false;
    }
}

void label_equation_numbers(struct label_numbers *out, const struct record *record, const struct step *step, int unit,
                            struct label_style style) {
    *out = (struct label_numbers){.count = 0};
    record = record_side(record, step->encoder);
    bool there = step->t >= 0 && step->t < record_T(record) && unit >= 0 && unit < record_H(record);
    if (!there || !tells_of_a_unit(record, step)) return;
    struct number_pen numbers = {.out = out, .record = record, .unit = unit, .direction = step->direction};
    write_equation(out->text, sizeof out->text, record, step, false, style, &numbers);
}
