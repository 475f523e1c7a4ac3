#include "provenance.h"

#include "origin_parts.h"
#include "mem.h"
#include "str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// --- the terms of a weighted sum ---

struct terms {
    struct term *out;
    int max, count;
    int rest_count;
    double rest;
};

static void put_aside(struct terms *terms, double value) {
    terms->rest_count++;
    terms->rest += value;
}

// Keeps the largest, in order; what falls off the end goes to the rest.
static void add_term(struct terms *terms, const struct term *term) {
    if (term->value == 0) return;
    int at = terms->count;
    while (at > 0 && !(fabs(terms->out[at - 1].value) >= fabs(term->value)))
        at--;
    if (at >= terms->max) {
        put_aside(terms, term->value);
        return;
    }
    if (terms->count == terms->max) put_aside(terms, terms->out[--terms->count].value);
    memmove(terms->out + at + 1, terms->out + at, (size_t)(terms->count - at) * sizeof *term);
    terms->out[at] = *term;
    terms->count++;
}

// Who the terms of a sum are written about.
struct term_pen {
    const struct record *record;
    const struct cell_desc *cell;
    struct label_style style;
    int layer, direction, unit;
};

// "w_{7,3}", or with the letters of its own matrix: "w_{7,3}^{fa}"; of PyTorch's stacked matrices the row there.
static void weight_label(char *out, size_t size, const struct term_pen *p, int block, int which, const char *entry) {
    bool stacked = label_stacked(p->style, p->cell), file = stacked && p->style.notation == NOTATION_PYTORCH;
    int row = p->unit + 1 + (file ? block * record_H(p->record) : 0);
    struct pen_out sink = {out, size, 0};
    struct label_pen pen = {.out = &sink, .cell = p->cell, .style = p->style, .layer = p->layer};
    put_text(&pen, "w_{%d,%s}", row, entry);
    if (p->style.weights == LABEL_WEIGHTS_USUAL || (stacked && !file)) return;
    put_text(&pen, "^{");
    if (file)
        put_text(&pen, which ? "ih" : "hh");
    else
        put_weight_letters(&pen, block, which);
    put_text(&pen, "}");
}

enum { WORD = 4 }; // characters of a symbol up to which it stands at the weight and at its input

static bool is_word(const char *symbol) {
    return utf8_count(symbol, strlen(symbol)) > WORD;
}

static void term_label(char *out, size_t size, const struct term_pen *p, const struct cell_step *step, int which,
                       int entry) {
    const struct cell_desc *cell = p->cell;
    const enum notation notation = p->style.notation;
    const int slot = step->in[which];
    const char *base = cell->slots[slot].symbol[notation].base;
    char name[48], place[16] = "", weight[72];
    bool word = false; // there is no room for it twice
    snprintf(name, sizeof name, "%d", entry + 1);
    const struct net_spec *spec = &p->record->layout.spec;
    if (slot == cell->input && p->layer == 0 && !spec->real_input && spec->embed == 0)
        label_symbol(name, sizeof name, p->record, entry), word = is_word(record_symbol(p->record, entry));
    if (slot == cell->input && p->layer > 0) {
        base = cell->slots[cell->state_out[0]].symbol[notation].base;
        snprintf(place, sizeof place, notation == NOTATION_COURSE ? "^{[%d]}" : "^{(%d)}", p->layer);
    }
    weight_label(weight, sizeof weight, p, step->block, which, name);
    if (cell->slots[slot].role == SLOT_PRODUCT) // it has no letter of its own
        snprintf(out, size, "%s", weight);
    else if (word)
        snprintf(out, size, "%s %s", weight, base);
    else
        snprintf(out, size, name[1] ? "%s %s_{%s}%s" : "%s %s_%s%s", weight, base, name, place);
}

static void bias_label(char *out, size_t size, const struct record *record, const struct raw_term *raw, int unit,
                       enum notation notation) {
    const struct cell_desc *cell = record_cell(record);
    bool input = record->whole->layout.params[raw->factors[0].place.param].role == PARAM_BIAS;
    if (cell->two_biases)
        snprintf(out, size, "b_{%d,%s}", unit + 1, input ? "x" : cell->slots[cell->state_in[0]].symbol[notation].base);
    else
        snprintf(out, size, unit + 1 < 10 ? "b_%d" : "b_{%d}", unit + 1);
}

// Where a number is, with a name that lives as long as the record.
static const char *source_of(const struct record *whole, const struct place *place, int *row, int *column) {
    place_index(whole, place, row, column);
    if (place->kind == PLACE_PARAM) return record_param_name(whole, place->param, false);
    const struct record *side = record_side(whole, place->encoder);
    if (place->kind == PLACE_INPUT) return record_input_name(side, false);
    return record_name(side, RECORD_FORWARD, place->layer, place->direction, place->slot);
}

static void fill_term(struct term *term, const struct record *whole, const struct raw_term *raw) {
    const struct place *weight = &raw->factors[0].place, *operand = &raw->factors[1].place;
    *term = (struct term){.weight = place_value(whole, weight), .operand = NAN};
    term->tensor = source_of(whole, weight, &term->row, &term->column);
    term->value = term->weight;
    if (raw->count == 1) return;
    term->operand = place_value(whole, operand);
    term->operand_tensor = source_of(whole, operand, &term->operand_row, &term->operand_column);
    term->value = term->weight * term->operand;
}

int provenance_terms(const struct record *record, int layer, int direction, int step, int t, int unit,
                     struct label_style style, struct term *out, int max, int *rest_count, double *rest, double *bias,
                     double *recurrent, double *input) {
    const struct record *whole = record->whole;
    const struct cell_desc *cell = record_cell(record);
    const struct cell_step *affine = &cell->steps[step];
    struct place z = {.kind = PLACE_VALUE,
                      .encoder = record_is_encoder(record),
                      .layer = layer,
                      .direction = direction,
                      .slot = affine->out,
                      .t = t,
                      .row = unit};
    struct terms terms = {.out = out, .max = max};
    const struct term_pen pen = {record, cell, style, layer, direction, unit};
    struct sum sum;
    *bias = *recurrent = *input = 0;
    sum_of_step(&sum, whole, &z, step);
    for (int n = 0; n < sum.count; n++) {
        struct raw_term raw;
        struct term term;
        sum_term(&sum, n, &raw, NULL);
        fill_term(&term, whole, &raw);
        bool of_input = whole->layout.params[raw.factors[0].place.param].role == PARAM_INPUT;
        *(raw.count == 1 ? bias : of_input ? input : recurrent) += term.value;
        if (raw.count == 1)
            bias_label(term.label, sizeof term.label, record, &raw, unit, style.notation);
        else if (term.value != 0 && max > 0)
            term_label(term.label, sizeof term.label, &pen, affine, of_input, raw.factors[0].place.column);
        add_term(&terms, &term);
    }
    *rest_count = terms.rest_count;
    *rest = terms.rest;
    return terms.count;
}

// --- the ledger of a chain rule ---

struct ledger_pen {
    struct ledger *ledger;
    const struct record *record;
    const struct cell_desc *cell;
    const struct step *step;
    struct label_pen pen;
    struct pen_out out;
    struct ledger_row dropped; // rows past the last are not shown
};

enum { KIND_VALUE, KIND_GATE, KIND_GRADIENT };

// A new row; its label is what is written to p->pen next.
static struct ledger_row *new_row(struct ledger_pen *p, char op, int kind, const double *values, const char *tensor,
                                  int t) {
    struct ledger *ledger = p->ledger;
    struct ledger_row *row = ledger->count < LEDGER_ROWS ? &ledger->rows[ledger->count++] : &p->dropped;
    *row = (struct ledger_row){
        .op = op, .kind = kind, .values = values, .tensor = tensor, .row = t, .width = record_H(p->record)};
    p->out = (struct pen_out){row->label, sizeof row->label, 0};
    return row;
}

static double *own_values(struct ledger_pen *p, int n) {
    struct ledger *ledger = p->ledger;
    if (ledger->owned_count >= LEDGER_OWNED) return NULL;
    double *values = mem_need((size_t)n, sizeof *values);
    ledger->owned[ledger->owned_count++] = values;
    return values;
}

static const double *grad_of(const struct ledger_pen *p, int slot, int t) {
    return tape_grad(p->record->tape, p->step->layer, p->step->direction, slot, t);
}

static const char *name_of(const struct ledger_pen *p, enum record_kind kind, int slot) {
    return record_name(p->record, kind, p->step->layer, p->step->direction, slot);
}

static struct ledger_row *row_of_grad(struct ledger_pen *p, char op, int slot, int t) {
    struct ledger_row *row = new_row(p, op, KIND_GRADIENT, grad_of(p, slot, t), name_of(p, RECORD_BACKWARD, slot), t);
    put_grad(&p->pen, slot, t, LABEL_NO_UNIT, NULL);
    return row;
}

static void row_of_value(struct ledger_pen *p, int slot, int t) {
    const double *values = tape_value(p->record->tape, p->step->layer, p->step->direction, slot, t);
    new_row(p, '*', p->cell->slots[slot].role == SLOT_GATE ? KIND_GATE : KIND_VALUE, values,
            name_of(p, RECORD_FORWARD, slot), t);
    put_slot(&p->pen, slot, t, LABEL_NO_UNIT, NULL);
}

// The derivative of a squasher, from its output: sigmoid y (1 - y), tanh 1 - y^2, relu 0 or 1.
static void row_of_slope(struct ledger_pen *p, int step, int t) {
    const struct cell_step *s = &p->cell->steps[step];
    const double *y = tape_value(p->record->tape, p->step->layer, p->step->direction, s->out, t);
    int H = record_H(p->record);
    double *slope = own_values(p, H);
    if (!slope) return;
    for (int i = 0; i < H; i++)
        slope[i] = s->op == OP_SIGMOID ? y[i] * (1 - y[i]) : s->op == OP_TANH ? 1 - y[i] * y[i] : y[i] > 0 ? 1 : 0;
    new_row(p, '*', KIND_GATE, slope, NULL, t);
    put_text(&p->pen, "\\t{slope}");
}

static void row_of_minus(struct ledger_pen *p, int t) {
    int H = record_H(p->record);
    double *minus = own_values(p, H);
    if (!minus) return;
    for (int i = 0; i < H; i++)
        minus[i] = -1;
    new_row(p, '*', KIND_VALUE, minus, NULL, t);
    put_text(&p->pen, "(-1)");
}

static void row_of_diagonal(struct ledger_pen *p, const struct cell_step *step, int t) {
    const struct layout *layout = &p->record->layout;
    int H = record_H(p->record), param = layout_param(layout, PARAM_DIAGONAL, p->step->layer, p->step->direction);
    const double *weights = p->record->params + layout->params[param].offset;
    new_row(p, '*', KIND_VALUE, weights + (size_t)cell_diagonal_row(p->cell, step->block) * (size_t)H, NULL, t);
    put_diagonal(&p->pen, step->block);
}

// The factors of what `step` sends to operand k, from the first gradient that has a name.
static void chain(struct ledger_pen *p, int step, int k, int t) {
    const struct cell_step *s = &p->cell->steps[step];
    struct reader readers[2];
    if (s->op == OP_AFFINE) { // W^T dz, as the core computed it
        const double *sent = tape_sent(p->record->tape, p->step->layer, p->step->direction, step, k, t);
        new_row(p, ' ', KIND_GRADIENT, sent, record_sent_name(p->record, p->step->layer, p->step->direction, step, k),
                t);
        put_sent(&p->pen, step, k, t);
        return;
    }
    if (p->cell->slots[s->out].role == SLOT_PRODUCT && readers_of(p->cell, s->out, readers, 2) == 1)
        chain(p, readers[0].step, readers[0].operand, t);
    else
        row_of_grad(p, ' ', s->out, t);
    switch (s->op) {
    case OP_SIGMOID:
    case OP_TANH:
    case OP_RELU:
        row_of_slope(p, step, t);
        break;
    case OP_MUL:
        row_of_value(p, s->in[1 - k], t);
        break;
    case OP_ONE_MINUS:
        row_of_minus(p, t);
        break;
    case OP_DIAGONAL:
        row_of_diagonal(p, s, t);
        break;
    default:
        break;
    }
}

static struct ledger_row *row_of_sent(struct ledger_pen *p, char op, int step, int k, int t) {
    const double *sent = tape_sent(p->record->tape, p->step->layer, p->step->direction, step, k, t);
    struct ledger_row *row = new_row(p, op, KIND_GRADIENT, sent,
                                     record_sent_name(p->record, p->step->layer, p->step->direction, step, k), t);
    row->result = true;
    return row;
}

// "via a": by the result of the part that a step belongs to.
static void put_via(struct ledger_pen *p, int step) {
    int result = p->cell->parts[cell_part_of_step(p->cell, step)].result;
    const struct symbol *symbol = &p->cell->slots[result].symbol[p->pen.style.notation];
    put_text(&p->pen, symbol->sub[0] ? "\\t{via }%s_%s" : "\\t{via }%s", symbol->base, symbol->sub);
}

static int time_after(const struct ledger_pen *p) {
    return record_after(p->record, p->step->direction, p->step->t);
}

// What comes back in time into a state, as the core added it up: at an encoder's end what its decoder sends.
static void row_of_future(struct ledger_pen *p, char op, int state, int t) {
    int slot = p->cell->state_out[state];
    const double *from = tape_from_future(p->record->tape, p->step->layer, p->step->direction, state, t);
    struct ledger_row *row = new_row(p, op, KIND_GRADIENT, from, name_of(p, RECORD_FROM_FUTURE, slot), t);
    row->total = op == '+';
    row->result = !row->total;
    put_grad(&p->pen, slot, t, LABEL_NO_UNIT, time_after(p) < 0 ? "\\t{decoder}" : "\\t{future}");
}

// What reader `from` sends to a state at t: with its factors, or, one of many, alone.
static void row_of_source(struct ledger_pen *p, struct reader from, int t, bool alone) {
    if (!alone) chain(p, from.step, from.operand, t);
    row_of_sent(p, alone ? ' ' : '=', from.step, from.operand, t);
    put_via(p, from.step);
}

static void ledger_sum(struct ledger_pen *p) {
    int state = p->step->state, slot = p->cell->state_out[state], t = p->step->t, after = time_after(p);
    struct reader readers[CELL_MAX_STEPS], later[CELL_MAX_STEPS];
    int inner = readers_of(p->cell, slot, readers, CELL_MAX_STEPS),
        outer = after < 0 || state == 0 ? 0 : readers_of(p->cell, p->cell->state_in[state], later, CELL_MAX_STEPS);
    bool many = inner + outer > 3, future = record_has_future(p->record, p->step->direction, t);
    const struct tape *tape = p->record->tape;
    bool top = p->step->layer == p->record->layout.spec.layers - 1;
    // With no reader inside the cell, from_loss holds what came from outside; else that arrived through the
    // readers.
    if (inner == 0 && (!future || record_hears_loss(p->record, p->step->layer, p->step->direction, t))) {
        const double *from = tape_from_loss(tape, p->step->layer, p->step->direction, state, t);
        new_row(p, ' ', KIND_GRADIENT, from, name_of(p, RECORD_FROM_LOSS, slot), t)->result = true;
        put_grad(&p->pen, slot, t, LABEL_NO_UNIT, top ? "\\t{loss}" : "\\t{above}");
    }
    for (int i = 0; i < inner; i++)
        row_of_source(p, readers[i], t, many);
    if (future && (state == 0 || after < 0)) row_of_future(p, ' ', state, t);
    for (int i = 0; i < outer; i++)
        row_of_source(p, later[i], after, many);
    row_of_grad(p, '+', slot, t)->total = true;
}

static void ledger_from_future(struct ledger_pen *p) {
    int after = time_after(p);
    struct reader readers[CELL_MAX_STEPS];
    int count = readers_of(p->cell, p->cell->state_in[0], readers, CELL_MAX_STEPS);
    if (after < 0 || count < 2) return;
    for (int i = 0; i < count; i++) {
        row_of_sent(p, ' ', readers[i].step, readers[i].operand, after);
        put_sent(&p->pen, readers[i].step, readers[i].operand, after);
    }
    row_of_future(p, '+', 0, p->step->t);
}

// A vector that only this part reads, but more than once: a chain for each, then their sum.
static void ledger_handed_sum(struct ledger_pen *p, int slot, int t) {
    struct reader readers[CELL_MAX_STEPS];
    int count = readers_of(p->cell, slot, readers, CELL_MAX_STEPS);
    for (int i = 0; i < count; i++) {
        chain(p, readers[i].step, readers[i].operand, t);
        row_of_sent(p, '=', readers[i].step, readers[i].operand, t);
        put_grad(&p->pen, slot, t, LABEL_NO_UNIT, i == 0 ? "1" : i == 1 ? "2" : "3");
    }
    p->pen.style.colored = false; // the total stands on the highlighter
    row_of_grad(p, '+', slot, t)->total = true;
    p->pen.style.colored = true;
}

// One vector that a part hands a gradient to; what only that part reads is complete, and shown under its own
// name.
static void ledger_handed(struct ledger_pen *p, int step, int k) {
    const struct cell_desc *cell = p->cell;
    int slot = cell->steps[step].in[k], t = p->step->t;
    const struct cell_slot *s = &cell->slots[slot];
    struct reader readers[2];
    if (sole_reader(cell, &cell->parts[p->step->part], slot)) {
        readers_of(cell, slot, readers, 1);
        if (readers[0].step == step && readers[0].operand == k) ledger_handed_sum(p, slot, t);
        return;
    }
    bool whole = readers_of(cell, slot, readers, 2) == 1 && s->role != SLOT_STATE_IN && s->role != SLOT_STATE_OUT;
    if (cell->steps[step].op == OP_AFFINE) {
        row_of_sent(p, ' ', step, k, t);
        put_sent(&p->pen, step, k, t);
        return;
    }
    chain(p, step, k, t);
    if (!whole) {
        row_of_sent(p, '=', step, k, t);
        if (s->role == SLOT_STATE_IN && readers_of(cell, slot, readers, 2) == 1)
            put_grad(&p->pen, s->next, time_shifted(t, p->step->direction == 1 ? 1 : -1), LABEL_NO_UNIT, "\\t{future}");
        else
            put_via(p, step);
        return;
    }
    struct ledger_row *row = row_of_grad(p, '=', slot, t);
    row->result = true;
    row->total = s->role == SLOT_PREACT;
}

// In the order of the equation: own weighted sums, vectors of this timestep, what goes back in time.
static void ledger_part(struct ledger_pen *p) {
    const struct cell_desc *cell = p->cell;
    const struct cell_part *part = &cell->parts[p->step->part];
    bool past = record_has_past(p->record, p->step->direction, p->step->t); // else nothing is asked of the zero state
    for (int pass = HANDED_OWN; pass <= HANDED_BEFORE; pass++)
        for (int n = 0; n < part->count; n++)
            for (int k = 0; k < 2; k++) { // sums of its own from the result back
                int i = part->first + (pass == HANDED_OWN ? part->count - 1 - n : n);
                if (handed_order(cell, part, i, k) != pass) continue;
                if (pass == HANDED_BEFORE && !past) continue;
                ledger_handed(p, i, k);
            }
}

// -y: one-hot, or the numbers of the example.
static void put_minus_answer(const struct ledger_pen *p, double *minus) {
    const struct example *example = &p->record->example;
    int t = p->step->t, O = p->record->layout.spec.outputs, target = example->target[t];
    if (target < 0) return;
    if (!example->target_real) minus[target] = -1;
    for (int o = 0; example->target_real && o < O; o++)
        minus[o] = -example->target_real[(size_t)t * (size_t)O + (size_t)o];
}

// dz_y = factor (y-hat - y): 2 / O of squares, 1 / tokens of the mean.
static void ledger_output(struct ledger_pen *p) {
    const struct net_spec *spec = &p->record->layout.spec;
    int t = p->step->t, O = spec->outputs;
    double scale = p->record->loss_scale * (spec->output == OUTPUT_LINEAR ? 2.0 / O : 1);
    double *minus = own_values(p, O);
    put_minus_answer(p, minus);
    new_row(p, ' ', spec->output == OUTPUT_LINEAR ? KIND_VALUE : KIND_GATE, tape_y_hat(p->record->tape, t),
            "forward/y_hat", t);
    put_symbol(&p->pen, "\\hat{y}", "", NULL, t, LABEL_NO_UNIT);
    new_row(p, '+', KIND_VALUE, minus, NULL, t);
    put_symbol(&p->pen, "-y", "", NULL, t, LABEL_NO_UNIT);
    if (scale != 1) {
        double *factor = own_values(p, O);
        for (int o = 0; o < O; o++)
            factor[o] = scale;
        new_row(p, '*', KIND_VALUE, factor, NULL, t);
        put_text(&p->pen, "%.3g", scale);
    }
    struct ledger_row *row = new_row(p, '=', KIND_GRADIENT, tape_logits_grad(p->record->tape, t), "backward/logits", t);
    put_symbol(&p->pen, "dz", "y", NULL, t, LABEL_NO_UNIT);
    row->total = row->result = true;
    for (int i = 0; i < p->ledger->count; i++)
        p->ledger->rows[i].width = O;
}

// A state that the decoder starts from: the encoder's last one, of two directions their sum.
static void ledger_hand_over(struct ledger_pen *p) {
    const struct record *encoder = record_side(p->record, true);
    int layer = p->step->layer, D = encoder->layout.spec.directions, last[] = {record_T(encoder) - 1, 0};
    for (int s = 0; s < p->cell->state_count; s++) {
        int out = p->cell->state_out[s], in = p->cell->state_in[s];
        p->pen.directions = D;
        for (int d = 0; d < D; d++) {
            p->pen.direction = d;
            new_row(p, d == 0 ? ' ' : '+', KIND_VALUE, tape_value(encoder->tape, layer, d, out, last[d]),
                    record_name(encoder, RECORD_FORWARD, layer, d, out), last[d]);
            put_slot(&p->pen, out, last[d], LABEL_NO_UNIT, D == 1 ? "\\t{enc}" : NULL);
        }
        p->pen.directions = 1;
        p->pen.direction = 0;
        struct ledger_row *row = new_row(p, '=', KIND_VALUE, tape_value(p->record->tape, layer, 0, in, 0),
                                         name_of(p, RECORD_FORWARD, in), 0);
        put_slot(&p->pen, in, 0, LABEL_NO_UNIT, NULL);
        row->result = row->total = true;
    }
}

void ledger_init(struct ledger *ledger, const struct record *record, const struct step *step,
                 struct label_style style) {
    *ledger = (struct ledger){0};
    record = record_side(record, step->encoder);
    if (step->t < 0 || step->t >= record_T(record)) return;
    const struct net_spec *spec = &record->layout.spec;
    struct ledger_pen p = {.ledger = ledger, .record = record, .cell = record_cell(record), .step = step};
    p.pen = (struct label_pen){.out = &p.out,
                               .cell = p.cell,
                               .style = style,
                               .layer = step->layer,
                               .direction = step->direction,
                               .layers = spec->layers,
                               .directions = spec->directions}; // no layout: a row has no room for names of files
    p.pen.style.colored = true;
    switch (step->kind) {
    case STEP_SUM:
        ledger_sum(&p);
        break;
    case STEP_FROM_FUTURE:
        ledger_from_future(&p);
        break;
    case STEP_PART_BACK:
        ledger_part(&p);
        break;
    case STEP_OUTPUT_BACK:
        ledger_output(&p);
        break;
    case STEP_HAND_OVER:
        ledger_hand_over(&p);
        break;
    default:
        break;
    }
}

void ledger_release(struct ledger *ledger) {
    for (int i = 0; i < ledger->owned_count; i++)
        mem_free(ledger->owned[i]);
    *ledger = (struct ledger){0};
}
