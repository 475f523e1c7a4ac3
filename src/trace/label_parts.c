// Operations in maths: a step with its operands put in, and what it sends back, from the rule of its
// operation.
#include "label_parts.h"

#include <stdio.h>
#include <string.h>

int step_that_makes(const struct cell_desc *cell, int slot) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].out == slot) return i;
    return -1;
}

int readers_of(const struct cell_desc *cell, int slot, struct reader *out, int max) {
    int count = 0;
    for (int i = 0; i < cell->step_count; i++)
        for (int k = 0; k < 2; k++)
            if (cell->steps[i].in[k] == slot && count < max) out[count++] = (struct reader){i, k};
    return count;
}

int weighted_steps(const struct cell_desc *cell, const struct cell_part *part, int *affine) {
    int count = 0;
    *affine = -1;
    for (int i = part->first; i < part->first + part->count; i++) {
        const struct cell_step *step = &cell->steps[i];
        count += step->op == OP_AFFINE || step->op == OP_DIAGONAL;
        if (step->op == OP_AFFINE && (*affine < 0 || step->in[0] >= 0)) *affine = i;
    }
    return count;
}

bool sole_reader(const struct cell_desc *cell, const struct cell_part *part, int slot) {
    struct reader readers[CELL_MAX_STEPS];
    int count = readers_of(cell, slot, readers, CELL_MAX_STEPS);
    enum slot_role role = cell->slots[slot].role;
    if (count < 2 || role == SLOT_STATE_IN || role == SLOT_STATE_OUT || role == SLOT_INPUT) return false;
    for (int i = 0; i < count; i++)
        if (readers[i].step < part->first || readers[i].step >= part->first + part->count) return false;
    return true;
}

// The weighted sum that a matrix's share goes into beside a diagonal's; -1 where there is no diagonal.
static int sum_beside_diagonal(const struct cell_desc *cell, int slot) {
    struct reader reader;
    if (cell->slots[slot].role != SLOT_PREACT || readers_of(cell, slot, &reader, 1) != 1) return -1;
    const struct cell_step *add = &cell->steps[reader.step];
    if (add->op != OP_ADD) return -1;
    int other = step_that_makes(cell, add->in[1 - reader.operand]);
    return other >= 0 && cell->steps[other].op == OP_DIAGONAL ? add->out : -1;
}

int handed_order(const struct cell_desc *cell, const struct cell_part *part, int step, int operand) {
    int slot = cell->steps[step].in[operand];
    if (slot < 0) return -1;
    int maker = step_that_makes(cell, slot);
    bool own = maker >= part->first && maker < part->first + part->count;
    switch (cell->slots[slot].role) {
    case SLOT_INPUT:
        return -1;
    case SLOT_STATE_IN:
        return HANDED_BEFORE;
    case SLOT_STATE_OUT:
        return own ? -1 : HANDED_STATE;
    case SLOT_PREACT:
        if (sum_beside_diagonal(cell, slot) >= 0) return -1;
        return own ? HANDED_OWN : HANDED_VECTOR;
    default:
        return own ? -1 : HANDED_VECTOR;
    }
}

void put_times(const struct label_pen *pen) {
    put_text(pen, pen->style.notation == NOTATION_COURSE ? "*" : " \\odot ");
}

// --- weights ---

bool is_stacked(const struct label_pen *pen) {
    return pen->style.notation != NOTATION_PYTORCH && label_stacked(pen->style, pen->cell);
}

bool names_files(const struct label_pen *pen) {
    return pen->style.notation == NOTATION_PYTORCH && pen->layout && label_stacked(pen->style, pen->cell);
}

// "\\t{weight_hh_l0}_{[8:16]}": the rows of a block in a matrix of the files. `stem` takes the place of "weight_ih".
static void put_rows(const struct label_pen *pen, const char *stem, int row) {
    int index = layout_param(pen->layout, PARAM_INPUT, pen->layer < 0 ? 0 : pen->layer, pen->direction == 1);
    const char *name = strstr(pen->layout->params[index].name, "weight_ih"),
               *end = name ? name + strlen("weight_ih") : "";
    const int H = pen->layout->spec.hidden;
    put_text(pen, "\\t{%s%s}_{[%d:%d]}", stem, end, row * H, (row + 1) * H);
}

// The letter that an operand lends to its matrix: W_{aa}, W_{ax}; W_{hf}, W_{xf}; PyTorch says i for input.
static const char *operand_letter(const struct label_pen *pen, int which) {
    int slot = which == 0 ? pen->cell->state_in[0] : pen->cell->input;
    if (pen->style.notation == NOTATION_PYTORCH) return which == 0 ? "h" : "i";
    return pen->cell->slots[slot].symbol[pen->style.notation].base;
}

static void put_weight_name(const struct label_pen *pen, int block, int which) {
    const struct symbol *weight = &pen->cell->blocks[block].weight[pen->style.notation];
    if (which < 0) { // one name for both operands: the stacked matrix, or the bare letter where there are two
        if (is_stacked(pen))
            put_text(pen, strlen(weight->sub) > 1 ? "%s_{%s}" : "%s_%s", weight->base, weight->sub);
        else
            put_text(pen, "%s", weight->base);
        return;
    }
    if (names_files(pen)) {
        put_rows(pen, which == 0 ? "weight_hh" : "weight_ih", block);
        return;
    }
    put_text(pen, "%s_{", weight->base);
    put_weight_letters(pen, block, which);
    put_text(pen, "}");
}

void put_weight(const struct label_pen *pen, int block, int which) {
    begin_link(pen, LABEL_WEIGHT, block, which, LABEL_NO_TIME);
    put_weight_name(pen, block, which);
    end_link(pen);
}

void put_weight_letters(const struct label_pen *pen, int block, int which) {
    const char *sub = pen->cell->blocks[block].weight[pen->style.notation].sub;
    const char *letter = operand_letter(pen, which);
    if (pen->style.notation == NOTATION_COURSE) // to, from
        put_text(pen, "%s%s", sub, letter);
    else // from, to
        put_text(pen, "%s%s", letter, sub);
}

static void put_bias_name(const struct label_pen *pen, int block, int which) {
    const char *sub = pen->cell->blocks[block].weight[pen->style.notation].sub;
    bool pytorch = pen->style.notation == NOTATION_PYTORCH;
    if (which >= 0 && names_files(pen))
        put_rows(pen, which == 0 ? "bias_hh" : "bias_ih", block);
    else if (which >= 0 && pen->style.notation == NOTATION_COURSE && pen->cell->two_biases) // to, from
        put_text(pen, "b_{%s%s}", sub, operand_letter(pen, which));
    else if (which >= 0 && (pytorch || pen->cell->two_biases)) // from, to
        put_text(pen, "b_{%s%s}", operand_letter(pen, which), sub);
    else
        put_text(pen, strlen(sub) > 1 ? "b_{%s}" : "b_%s", sub);
}

void put_bias(const struct label_pen *pen, int block, int which) {
    begin_link(pen, LABEL_BIAS, block, which, LABEL_NO_TIME);
    put_bias_name(pen, block, which);
    end_link(pen);
}

static void put_head_weight_name(const struct label_pen *pen) {
    if (names_files(pen)) {
        put_text(pen, "\\t{head.weight}");
        return;
    }
    const char *state = pen->cell->slots[pen->cell->state_out[0]].symbol[pen->style.notation].base;
    if (pen->style.notation == NOTATION_COURSE) // to, from
        put_text(pen, "W_{y%s}", state);
    else // from, to
        put_text(pen, pen->style.notation == NOTATION_PAPER ? "W_{%sy}" : "W_{\\t{head}}", state);
}

void put_head_weight(const struct label_pen *pen) {
    begin_link(pen, LABEL_HEAD_WEIGHT, -1, -1, LABEL_NO_TIME);
    put_head_weight_name(pen);
    end_link(pen);
}

void put_head_bias(const struct label_pen *pen) {
    static const char *const names[NOTATION_COUNT] = {"b_y", "b_y", "b_{\\t{head}}"};
    begin_link(pen, LABEL_HEAD_BIAS, -1, -1, LABEL_NO_TIME);
    put_text(pen, "%s", names_files(pen) ? "\\t{head.bias}" : names[pen->style.notation]);
    end_link(pen);
}

// --- forward ---

static void put_affine(const struct label_pen *pen, const struct cell_step *step, int t0) {
    const int *in = step->in;
    if (pen->numbers) {
        put_affine_numbers(pen, step, t0);
        return;
    }
    if (is_stacked(pen) && in[0] >= 0 && in[1] >= 0) {
        put_weight(pen, step->block, -1);
        put_text(pen, "[");
        put_slot(pen, in[0], t0, LABEL_NO_UNIT, NULL);
        put_text(pen, ",");
        put_slot(pen, in[1], t0, LABEL_NO_UNIT, NULL);
        put_text(pen, "]+");
        for (int k = 0; k < 2 && pen->cell->two_biases; k++) {
            if (k) put_text(pen, "+");
            put_bias(pen, step->block, k);
        }
        if (!pen->cell->two_biases) put_bias(pen, step->block, -1);
        return;
    }
    bool two = pen->style.notation == NOTATION_PYTORCH || pen->cell->two_biases, any = false;
    for (int k = 0; k < 2; k++) {
        if (in[k] < 0) continue;
        if (any) put_text(pen, names_files(pen) ? "\n+" : "+"); // too long for one line
        any = true;
        put_weight(pen, step->block, k);
        put_slot(pen, in[k], t0, LABEL_NO_UNIT, NULL);
        if (!two) continue;
        put_text(pen, "+");
        put_bias(pen, step->block, k);
    }
    if (two) return;
    put_text(pen, "+");
    put_bias(pen, step->block, -1);
}

static bool written_out(const struct label_pen *pen, int slot, int first) {
    int step = step_that_makes(pen->cell, slot);
    return step >= 0 && (step >= first || pen->cell->slots[slot].role == SLOT_PRODUCT);
}

static void put_operand(const struct label_pen *pen, int slot, int first, int t0, int unit, enum label_level level) {
    if (written_out(pen, slot, first))
        put_step(pen, step_that_makes(pen->cell, slot), first, t0, unit, level);
    else
        put_slot(pen, slot, t0, unit, NULL);
}

static void put_function(const struct label_pen *pen, const char *name, int slot, int first, int t0, int unit) {
    put_text(pen, "%s(", name);
    put_operand(pen, slot, first, t0, unit, LEVEL_SUM);
    put_text(pen, ")");
}

static void put_diagonal_name(const struct label_pen *pen, int block) {
    if (names_files(pen)) {
        put_rows(pen, "weight_ch", cell_diagonal_row(pen->cell, block));
        return;
    }
    const char *sub = pen->cell->blocks[block].weight[pen->style.notation].sub;
    if (pen->style.notation == NOTATION_COURSE) // to, from
        put_text(pen, "w_{%sc}", sub);
    else
        put_text(pen, "w_{c%s}", sub);
}

void put_diagonal(const struct label_pen *pen, int block) {
    if (pen->numbers) {
        put_diagonal_number(pen, block);
        return;
    }
    begin_link(pen, LABEL_WEIGHT, block, 2, LABEL_NO_TIME);
    put_diagonal_name(pen, block);
    end_link(pen);
}

void put_step(const struct label_pen *pen, int step, int first, int t0, int unit, enum label_level level) {
    const struct cell_step *s = &pen->cell->steps[step];
    bool sum = s->op == OP_AFFINE || s->op == OP_ADD || s->op == OP_ONE_MINUS, paren = sum && level == LEVEL_PRODUCT;
    if (paren) put_text(pen, "(");
    switch (s->op) {
    case OP_AFFINE:
        put_affine(pen, s, t0);
        break;
    case OP_SIGMOID:
        put_function(pen, "\\sigma", s->in[0], first, t0, unit);
        break;
    case OP_RELU:
        put_function(pen, "\\t{ReLU}", s->in[0], first, t0, unit);
        break;
    case OP_TANH:
        if (written_out(pen, s->in[0], first) || pen->numbers) {
            put_function(pen, "\\t{tanh}", s->in[0], first, t0, unit);
        } else {
            put_text(pen, "\\tanh ");
            put_slot(pen, s->in[0], t0, unit, NULL);
        }
        break;
    case OP_MUL:
        put_operand(pen, s->in[0], first, t0, unit, LEVEL_PRODUCT);
        put_times(pen);
        put_operand(pen, s->in[1], first, t0, unit, LEVEL_PRODUCT);
        break;
    case OP_ADD:
        put_operand(pen, s->in[0], first, t0, unit, LEVEL_SUM);
        put_text(pen, "+");
        put_operand(pen, s->in[1], first, t0, unit, LEVEL_SUM);
        break;
    case OP_ONE_MINUS:
        put_text(pen, "1-");
        put_operand(pen, s->in[0], first, t0, unit, LEVEL_PRODUCT);
        break;
    case OP_DIAGONAL:
        put_diagonal(pen, s->block);
        put_times(pen);
        put_operand(pen, s->in[0], first, t0, unit, LEVEL_PRODUCT);
        break;
    case OP_COUNT:
        break;
    }
    if (paren) put_text(pen, ")");
}

// --- backward ---

void put_slope(const struct label_pen *pen, int step, int t0) {
    const struct cell_step *s = &pen->cell->steps[step];
    bool product = pen->cell->slots[s->out].role == SLOT_PRODUCT;
    switch (s->op) {
    case OP_SIGMOID:
        put_slot(pen, s->out, t0, LABEL_NO_UNIT, NULL);
        put_times(pen);
        put_text(pen, "(1-");
        put_slot(pen, s->out, t0, LABEL_NO_UNIT, NULL);
        put_text(pen, ")");
        break;
    case OP_TANH:
        put_text(pen, product && pen->numbers ? "(1-\\tanh^2(" : product ? "(1-\\tanh^2 " : "(1-(");
        put_slot(pen, product ? s->in[0] : s->out, t0, LABEL_NO_UNIT, NULL);
        put_text(pen, product && pen->numbers ? "))" : product ? ")" : ")^2)");
        break;
    case OP_RELU:
        put_text(pen, "\\t{ReLU\u2032}(");
        put_slot(pen, s->in[0], t0, LABEL_NO_UNIT, NULL);
        put_text(pen, ")");
        break;
    default:
        break;
    }
}

void put_output_grad(const struct label_pen *pen, int slot, int t0) {
    int sum = sum_beside_diagonal(pen->cell, slot);
    if (sum >= 0) slot = sum;
    if (pen->cell->slots[slot].role != SLOT_PRODUCT) {
        put_grad(pen, slot, t0, LABEL_NO_UNIT, NULL);
        return;
    }
    struct reader readers[CELL_MAX_STEPS];
    int count = readers_of(pen->cell, slot, readers, CELL_MAX_STEPS);
    if (count > 1) put_text(pen, "(");
    for (int i = 0; i < count; i++) {
        if (i) put_text(pen, "+");
        put_sent(pen, readers[i].step, readers[i].operand, t0);
    }
    if (count > 1) put_text(pen, ")");
}

static bool comes_through_weights(const struct cell_desc *cell, int slot) {
    struct reader reader;
    return cell->slots[slot].role == SLOT_PRODUCT && readers_of(cell, slot, &reader, 1) == 1 &&
           cell->steps[reader.step].op == OP_AFFINE;
}

void put_sent(const struct label_pen *pen, int step, int k, int t0) {
    const struct cell_step *s = &pen->cell->steps[step];
    if (s->op == OP_AFFINE && pen->numbers) {
        put_label_number(pen, sent_number(pen, step, k, t0));
        return;
    }
    if (s->op == OP_AFFINE) {
        put_weight(pen, s->block, k);
        put_text(pen, "^{T}");
        put_output_grad(pen, s->out, t0);
        return;
    }
    bool product = comes_through_weights(pen->cell, s->out); // W^T dz as one factor
    if (product) put_text(pen, "(");
    put_output_grad(pen, s->out, t0);
    if (product) put_text(pen, ")");
    switch (s->op) {
    case OP_SIGMOID:
    case OP_TANH:
    case OP_RELU:
        put_times(pen);
        put_slope(pen, step, t0);
        break;
    case OP_MUL:
        put_times(pen);
        put_operand(pen, s->in[1 - k], CELL_MAX_STEPS, t0, LABEL_NO_UNIT, LEVEL_PRODUCT);
        break;
    case OP_ONE_MINUS:
        put_times(pen);
        put_text(pen, "(-1)");
        break;
    case OP_DIAGONAL:
        put_times(pen);
        put_diagonal(pen, s->block);
        break;
    default:
        break;
    }
}
