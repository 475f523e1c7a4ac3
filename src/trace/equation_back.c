// Equations of the way back: outputs, the two sources of a state's gradient and their sum, parts in reverse.
#include "equation_parts.h"

#include <math.h>
#include <stdio.h>

// The word under the part of da that came from outside this layer's own time.
static const char *loss_word(const struct equation *e) {
    return is_top(e) ? "\\t{loss}" : "\\t{above}";
}

// ... and under what came back in time: at an encoder's end from its decoder.
static bool is_handed_back(const struct equation *e) {
    return !e->symbolic && record_after(e->record, e->step->direction, e->step->t) < 0 && record_is_encoder(e->record);
}
static const char *future_word(const struct equation *e) {
    return is_handed_back(e) ? "\\t{decoder}" : "\\t{future}";
}

// The gradient of the decoder's first state: da<0>.
static void put_handed_back(struct equation *e, int state) {
    if (e->pen.numbers) { // it is what came back here
        put_label_number(&e->pen, grad_number(&e->pen, e->pen.cell->state_out[state], e->t, "\\t{future}"));
        return;
    }
    struct label_pen pen = e->pen;
    pen.direction = -1;
    put_grad(&pen, pen.cell->state_in[state], 0, LABEL_NO_UNIT, "\\t{dec}");
}

// What y-hat - y is multiplied with: 1 / tokens of the mean, 2 / O of the mean of squares.
static bool put_factor(struct equation *e) {
    const struct net_spec *spec = &e->record->layout.spec;
    bool squares = spec->output == OUTPUT_LINEAR;
    long under = squares ? spec->outputs : 1, over = squares ? 2 : 1;
    if (e->record->reduction == REDUCTION_MEAN) under *= lround(1.0 / e->record->loss_scale);
    if (over == under) return false;
    if (under == 1)
        put_text(&e->pen, "%ld(", over);
    else
        put_text(&e->pen, "\\frac{%ld}{%ld}(", over, under);
    return true;
}

// The target's element: its target is 1.
static void numbers_output_back(struct equation *e) {
    char name[64], sub[72];
    int output = told_output(e, name, sizeof name);
    snprintf(sub, sizeof sub, "y,%s", name);
    new_line(e);
    put_output(e, "dz", sub);
    put_text(&e->pen, "=");
    bool factor = put_factor(e);
    put_element(e, "forward/y_hat", tape_y_hat(e->record->tape, e->step->t), output);
    put_text(&e->pen, factor ? "-1)=" : "-1=");
    put_element(e, "backward/logits", tape_logits_grad(e->record->tape, e->step->t), output);
}

void equation_output_back(struct equation *e) {
    if (e->pen.numbers) {
        numbers_output_back(e);
        return;
    }
    new_line(e);
    put_output(e, "dz", "y");
    put_text(&e->pen, "=");
    bool factor = put_factor(e);
    put_output(e, "\\hat{y}", "");
    put_text(&e->pen, "-");
    put_output(e, "y", "");
    if (factor) put_text(&e->pen, ")");
}

// What all readers of a slot send to it, a term each; a line holds at most two.
static void put_readers(struct equation *e, const struct label_pen *pen, int slot, int t, bool first) {
    struct reader readers[CELL_MAX_STEPS];
    int count = readers_of(pen->cell, slot, readers, CELL_MAX_STEPS);
    for (int i = 0; i < count; i++) {
        if (!first && i % 2 == 0) new_line(e);
        if (!first) put_text(pen, "+");
        put_sent(pen, readers[i].step, readers[i].operand, t);
        first = false;
    }
}

void equation_from_loss(struct equation *e) {
    put_left(e, e->pen.cell->state_out[0], e->t, true, loss_word(e));
    if (is_top(e)) {
        struct number_pen *numbers = without_numbers(e);
        put_head_weight(&e->pen);
        put_text(&e->pen, "^{T}");
        int from = e->symbolic ? e->t : record_loss_time(e->record, e->step->direction, e->step->t);
        put_output_at(e, "dz", "y", from < 0 && !e->symbolic ? e->t : from);
        e->pen.numbers = numbers;
        return;
    }
    struct label_pen above = e->pen;
    above.layer++;
    for (above.direction = 0; above.direction < above.directions; above.direction++)
        put_readers(e, &above, e->pen.cell->input, e->t, above.direction == 0);
}

static int count_readers(const struct cell_desc *cell, int slot) {
    struct reader readers[CELL_MAX_STEPS];
    return readers_of(cell, slot, readers, CELL_MAX_STEPS);
}

void equation_from_future(struct equation *e) {
    const struct cell_desc *cell = e->pen.cell;
    struct number_pen *numbers = e->pen.numbers;
    put_left(e, cell->state_out[0], e->t, true, future_word(e));
    // Where it is one term, its number is the result.
    if (is_handed_back(e) || count_readers(cell, cell->state_in[0]) == 1) without_numbers(e);
    if (is_handed_back(e))
        put_handed_back(e, 0);
    else
        put_readers(e, &e->pen, cell->state_in[0], equation_time_after(e), true);
    e->pen.numbers = numbers;
}

static void put_plus(struct equation *e, bool *any) {
    if (*any) put_text(&e->pen, "+");
    *any = true;
}

// The terms of a sum as numbers, each that of one product.
static void put_reader_numbers(struct equation *e, int slot, int t, bool *any) {
    struct reader readers[CELL_MAX_STEPS];
    int count = readers_of(e->pen.cell, slot, readers, CELL_MAX_STEPS);
    for (int i = 0; i < count; i++) {
        put_plus(e, any);
        put_label_number(&e->pen, sent_number(&e->pen, readers[i].step, readers[i].operand, t));
    }
}

static void put_sent_terms(struct equation *e, int slot, int state) {
    bool any = false;
    put_text(&e->pen, "=");
    put_reader_numbers(e, slot, e->t, &any);
    if (!has_future(e)) return;
    if (is_handed_back(e)) {
        put_plus(e, &any);
        put_handed_back(e, state);
    } else
        put_reader_numbers(e, e->pen.cell->state_in[state], equation_time_after(e), &any);
}

// The hidden state: what came from outside, by its two names. Another state: each source written out, one a
// line.
void equation_sum(struct equation *e) {
    const struct cell_desc *cell = e->pen.cell;
    int state = e->step->state, slot = cell->state_out[state];
    struct reader readers[CELL_MAX_STEPS];
    int inner = readers_of(cell, slot, readers, CELL_MAX_STEPS);
    bool any = false;
    put_left(e, slot, e->t, true, NULL);
    bool hears = e->symbolic ? !is_top(e) || !record_is_encoder(e->record)
                             : record_hears_loss(e->record, e->step->layer, e->step->direction, e->step->t);
    if (state == 0 && hears) {
        put_plus(e, &any);
        put_grad(&e->pen, slot, e->t, LABEL_NO_UNIT, loss_word(e));
    }
    for (int i = 0; i < inner; i++) {
        if (i) new_line(e);
        put_plus(e, &any);
        put_sent(&e->pen, readers[i].step, readers[i].operand, e->t);
    }
    if (has_future(e) && state == 0) {
        put_plus(e, &any);
        put_grad(&e->pen, slot, e->t, LABEL_NO_UNIT, future_word(e));
    } else if (has_future(e)) {
        if (any) new_line(e);
        put_plus(e, &any);
        if (is_handed_back(e))
            put_handed_back(e, state);
        else
            put_readers(e, &e->pen, cell->state_in[state], equation_time_after(e), true);
    }
    if (!any) put_text(&e->pen, "0");
    if (e->pen.numbers && state > 0) put_sent_terms(e, slot, state);
}

// "\t{via }a": the name of one source among several.
static void via_word(const struct equation *e, const struct cell_part *part, char *out, size_t size) {
    const struct cell_desc *cell = e->pen.cell;
    const struct symbol *symbol = &cell->slots[part->result].symbol[e->pen.style.notation];
    snprintf(out, size, symbol->sub[0] ? "\\t{via }%s_%s" : "\\t{via }%s", symbol->base, symbol->sub);
}

// The gradient that a part hands to one of the vectors it reads.
static void equation_handed(struct equation *e, const struct cell_part *part, struct reader reader) {
    const struct cell_desc *cell = e->pen.cell;
    int slot = cell->steps[reader.step].in[reader.operand], t = e->t;
    if (sole_reader(cell, part, slot)) { // its first reader tells the sum
        struct reader first;
        readers_of(cell, slot, &first, 1);
        if (first.step != reader.step || first.operand != reader.operand) return;
        put_left(e, slot, t, true, NULL);
        put_readers(e, &e->pen, slot, t, true);
        bool any = false;
        if (e->pen.numbers) put_text(&e->pen, "=");
        if (e->pen.numbers) put_reader_numbers(e, slot, t, &any);
        return;
    }
    const struct cell_slot *s = &cell->slots[slot];
    char via[64];
    const char *extra = NULL;
    via_word(e, part, via, sizeof via);
    if (s->role == SLOT_STATE_IN) {
        extra = count_readers(cell, slot) > 1 ? via : "\\t{future}";
        slot = s->next;
        t = equation_time_before(e);
    } else if (s->role == SLOT_STATE_OUT || count_readers(cell, slot) > 1) {
        extra = via;
    }
    put_left_sent(e, slot, t, extra, reader, e->t);
    struct number_pen *numbers = e->pen.numbers;
    if (numbers && cell->steps[reader.step].op == OP_AFFINE) without_numbers(e);
    put_sent(&e->pen, reader.step, reader.operand, e->t);
    e->pen.numbers = numbers;
}

// Lines of a part backward: its own weighted sums first, then the vectors of this timestep, then what goes
// back in time.
void equation_part_back(struct equation *e) {
    const struct cell_desc *cell = e->pen.cell;
    const struct cell_part *part = &cell->parts[e->step->part];
    for (int pass = HANDED_OWN; pass <= HANDED_BEFORE; pass++)
        for (int n = 0; n < part->count; n++)
            for (int k = 0; k < 2; k++) { // sums of its own from the result back
                int i = part->first + (pass == HANDED_OWN ? part->count - 1 - n : n);
                if (handed_order(cell, part, i, k) != pass) continue;
                if (pass == HANDED_BEFORE && !has_past(e)) continue; // nothing is asked of the zero state
                equation_handed(e, part, (struct reader){i, k});
            }
}

// The row that was looked up gets what layer 0 sends to x, of both directions together.
void equation_embed_back(struct equation *e) {
    char name[64] = "x";
    if (!e->symbolic) label_symbol(name, sizeof name, e->record, e->record->example.x[e->step->t]);
    new_line(e);
    put_text(&e->pen, "dE_{%s}:=dE_{%s}+", name, name);
    put_grad(&e->pen, e->pen.cell->input, e->t, LABEL_NO_UNIT, NULL);
}
