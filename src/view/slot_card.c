// The card of one unit: its number, and the numbers it was computed from, read from the record; backward what each
// reader sent to it. The rows add up to the number, or are what its function was applied to.
#include "inspector_parts.h"
#include "label_parts.h"
#include <math.h>
#include <stdio.h>

static const double *value_of(const struct page *page, int slot) {
    return tape_value(page->record->tape, page->layer, page->direction, slot, page->t);
}

static struct source value_source(const struct page *page, int slot, int unit) {
    const char *tensor = record_name(page->record, RECORD_FORWARD, page->layer, page->direction, slot);
    return (struct source){tensor, page->t, unit, value_of(page, slot)[unit]};
}

static struct card_row *new_row(struct page *page, struct source source, bool plus) {
    struct card_row *row = &page->card_rows[page->card_count < CARD_ROWS - 1 ? page->card_count++ : CARD_ROWS - 1];
    *row = (struct card_row){.source = source, .digits = 3, .plus = plus};
    return row;
}

static void name_slot(const struct page *page, struct card_row *row, int slot) {
    char name[96];
    label_slot(name, sizeof name, page->cell, slot, LABEL_NO_TIME, LABEL_NO_UNIT, page->label);
    snprintf(row->label, sizeof row->label, "%s", name);
}

static void row_of_slot(struct page *page, int slot, int unit, bool plus) {
    name_slot(page, new_row(page, value_source(page, slot, unit), plus), slot);
}

// Terms and their sum are shown with as many digits as it takes for them to add up.
static void settle_digits(struct page *page, int first, double total) {
    double terms[CARD_ROWS];
    int count = 0;
    for (int k = first; k < page->card_count; k++)
        terms[count++] = page->card_rows[k].source.value;
    int digits = sum_digits(terms, count, total, 3);
    for (int k = first; k < page->card_count; k++)
        page->card_rows[k].digits = digits;
}

// "W a", split "W_{fa}a".
static void name_share(const struct page *page, struct card_row *row, const struct cell_step *affine, int k) {
    const struct cell_slot *operand = &page->cell->slots[affine->in[k]];
    const char *base = operand->symbol[page->label.notation].base;
    if (operand->role == SLOT_INPUT && page->layer > 0) base = "\\t{below}";
    char weight[32] = "W";
    if (!label_stacked(page->label, page->cell))
        label_map(weight, sizeof weight, page->cell, affine->block, k == 0, k == 1, page->label);
    snprintf(row->label, sizeof row->label, operand->role == SLOT_PRODUCT ? "%s (%s)" : "%s %s", weight, base);
}

// The shares of a weighted sum: of the state, of the input, and the bias.
static void weighted_rows(struct page *page, int step, int unit) {
    const struct cell_step *affine = &page->cell->steps[step];
    struct term none[1];
    int rest_count, first = page->card_count;
    double rest, bias, recurrent, input;
    provenance_terms(page->record, page->layer, page->direction, step, page->t, unit, page->label, none, 0, &rest_count,
                     &rest, &bias, &recurrent, &input);
    for (int k = 0; k < 2; k++) {
        if (affine->in[k] < 0) continue;
        struct source source = {k ? "sum/input" : "sum/recurrent", page->t, unit, k ? input : recurrent};
        struct card_row *row = new_row(page, source, true);
        name_share(page, row, affine, k);
    }
    int param = layout_param(&page->record->layout, PARAM_BIAS, page->layer, page->direction);
    struct source source = {record_param_name(page->record, param, false), affine->block * page->H + unit, -1, bias};
    if (page->cell->two_biases) source = (struct source){"sum/bias", page->t, unit, bias};
    snprintf(new_row(page, source, true)->label, sizeof page->card_rows->label, "b");
    settle_digits(page, first, value_of(page, affine->out)[unit]);
}

static void total_row(struct page *page, int slot, int unit, int digits) {
    row_of_slot(page, slot, unit, false);
    page->card_rows[page->card_count - 1].total = true;
    page->card_rows[page->card_count - 1].digits = digits;
}

static void forward_rows(struct page *page, int slot, int unit) {
    int made = step_that_makes(page->cell, slot);
    if (made < 0) return; // a state that comes in, or x
    const struct cell_step *step = &page->cell->steps[made];
    switch (step->op) {
    case OP_AFFINE:
        weighted_rows(page, made, unit);
        break;
    case OP_MUL:
    case OP_ADD:
        for (int k = 0; k < 2; k++)
            row_of_slot(page, step->in[k], unit, step->op == OP_ADD);
        if (step->op == OP_ADD) settle_digits(page, 0, value_of(page, slot)[unit]);
        break;
    default: { // a function of one vector
        int from = step_that_makes(page->cell, step->in[0]);
        bool sum = from >= 0 && page->cell->steps[from].op == OP_AFFINE;
        if (sum) weighted_rows(page, from, unit);
        if (sum)
            total_row(page, step->in[0], unit, page->card_rows[0].digits);
        else
            row_of_slot(page, step->in[0], unit, false);
    }
    }
}

static void row_of_gradient(struct page *page, const char *label, const char *tensor, const double *values, int t,
                            int unit) {
    struct card_row *row = new_row(page, (struct source){tensor, t, unit, values[unit]}, true);
    snprintf(row->label, sizeof row->label, "%s", label);
}

// What every reader of a vector sent back to it, named by the result of its part.
static void reader_rows(struct page *page, int slot, int unit, int t) {
    struct reader readers[CELL_MAX_STEPS];
    int count = readers_of(page->cell, slot, readers, CELL_MAX_STEPS);
    for (int i = 0; i < count; i++) {
        int step = readers[i].step, k = readers[i].operand;
        int result = page->cell->parts[cell_part_of_step(page->cell, step)].result;
        const struct symbol *symbol = &page->cell->slots[result].symbol[page->label.notation];
        char label[64];
        snprintf(label, sizeof label, symbol->sub[0] ? "\\t{via }%s_%s" : "\\t{via }%s", symbol->base, symbol->sub);
        row_of_gradient(page, label, record_sent_name(page->record, page->layer, page->direction, step, k),
                        tape_sent(page->record->tape, page->layer, page->direction, step, k, t), t, unit);
    }
}

static int state_index(const struct cell_desc *cell, int slot) {
    for (int k = 0; k < cell->state_count; k++)
        if (cell->state_out[k] == slot) return k;
    return -1;
}

static void backward_rows(struct page *page, int slot, int unit) {
    int state = state_index(page->cell, slot);
    const struct tape *tape = page->record->tape;
    struct reader inner;
    if (state == 0 && readers_of(page->cell, slot, &inner, 1) == 0) { // else it came through the readers
        bool top = page->layer == page->record->layout.spec.layers - 1;
        row_of_gradient(page, top ? "\\t{loss}" : "\\t{above}",
                        record_name(page->record, RECORD_FROM_LOSS, page->layer, page->direction, slot),
                        tape_from_loss(tape, page->layer, page->direction, 0, page->t), page->t, unit);
    }
    reader_rows(page, slot, unit, page->t);
    const bool decoder = record_after(page->record, page->direction, page->t) < 0;
    if (state >= 0 && record_has_future(page->record, page->direction, page->t))
        row_of_gradient(page, decoder ? "\\t{decoder}" : "\\t{future}",
                        record_name(page->record, RECORD_FROM_FUTURE, page->layer, page->direction, slot),
                        tape_from_future(tape, page->layer, page->direction, state, page->t), page->t, unit);
    settle_digits(page, 0, tape_grad(tape, page->layer, page->direction, slot, page->t)[unit]);
}

void page_slot_card(struct page *page, int slot, int unit, rect at, bool backward) {
    page->card = true;
    page->card_at = at;
    page->card_count = 0;
    page->card_source = value_source(page, slot, unit);
    if (!backward) {
        label_slot(page->card_label, sizeof page->card_label, page->cell, slot, page->t, unit, page->label);
        forward_rows(page, slot, unit);
        return;
    }
    page->card_source.tensor = record_name(page->record, RECORD_BACKWARD, page->layer, page->direction, slot);
    page->card_source.value = tape_grad(page->record->tape, page->layer, page->direction, slot, page->t)[unit];
    const bool in = page->cell->slots[slot].role == SLOT_STATE_IN;
    label_grad_from(page->card_label, sizeof page->card_label, page->cell, slot, page->t, unit,
                    in ? "\\t{future}" : NULL, page->label);
    backward_rows(page, slot, unit);
}
