// Places in words.
#include "origin_parts.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// What is said of an operand y and of the whole.
const char *const origin_shape_words[SHAPE_COUNT] = {
    [SHAPE_ONE_MINUS] = "as 1 − y",
    [SHAPE_SIGMOID_SLOPE] = "as y (1 − y)",
    [SHAPE_TANH_SLOPE] = "as 1 − y²",
    [SHAPE_RELU_SLOPE] = "1 where y > 0",
    [SHAPE_MINUS_LN] = "as −ln y",
    [SHAPE_MINUS_LN_REST] = "as −ln (1 − y)",
    [SHAPE_EXP] = "as exp (y − max)",
    [SHAPE_SQUARE] = "squared",
    [SHAPE_INVERSE] = "as 1 / y",
    [SHAPE_INVERSE_SQUARE] = "as 1 / y²",
    [SHAPE_HELD] = "held at ± the limit",
    [SHAPE_HELD_SQUARE] = "held, squared",
    [SHAPE_IS] = "chooses",
};
const char *const origin_rule_words[ORIGIN_RULE_COUNT] = {
    [ORIGIN_SUM] = "added up",
    [ORIGIN_SIGMOID] = "through the sigmoid",
    [ORIGIN_TANH] = "through tanh",
    [ORIGIN_RELU] = "through ReLU",
    [ORIGIN_SHARE] = "the first one’s share of the sum",
    [ORIGIN_ROOT] = "the root of the sum of squares",
    [ORIGIN_LIMIT] = "at most 1",
    [ORIGIN_SHRINK] = "1 / the root of the sum, at most 1",
    [ORIGIN_UPDATE] = "by the optimiser’s rule",
};

struct words {
    char *out;
    size_t size, used;
    const struct record *record;
    const struct place *place;
    struct place_side side;
};

static void add(struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct words *w, const char *format, ...) {
    if (w->used + 1 >= w->size) return;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(w->out + w->used, w->size - w->used, format, args);
    va_end(args);
    if (n > 0) w->used += (size_t)n;
    if (w->used >= w->size) w->used = w->size - 1;
}

// “o”, or what a symbol that cannot be seen is called.
static void add_text(struct words *w, const char *text) {
    if (!strcmp(text, " "))
        add(w, "“space”");
    else if (!strcmp(text, "\n"))
        add(w, "“↵”");
    else if (!strcmp(text, "\t"))
        add(w, "“tab”");
    else
        add(w, text[0] == '<' && text[1] ? "%.24s" : "“%.24s”", text);
}

static void add_symbol(struct words *w, int symbol) {
    add_text(w, record_symbol(record_side(w->record, w->place->encoder), symbol));
}

static void add_output(struct words *w, int output) {
    if (w->record->layout.spec.output != OUTPUT_SOFTMAX) add(w, "output ");
    add_text(w, record_answer(record_side(w->record, w->place->encoder), output));
}

static bool one_hot(const struct words *w) {
    return !w->side.spec->real_input && w->side.spec->embed == 0;
}

static void add_time(struct words *w) {
    add(w, ", t\u00a0=\u00a0%d", w->place->t + 1);
}

// "the forget gate", but "what is kept".
static void add_slot(struct words *w, int slot, bool article) {
    const char *title = w->side.cell->slots[slot].title;
    add(w, article && strncmp(title, "what ", 5) != 0 ? "the %s" : "%s", title);
}

static void add_track(struct words *w) {
    static const char *const before[] = {[PLACE_VALUE] = "",
                                         [PLACE_GRAD] = "gradient of ",
                                         [PLACE_FROM_LOSS] = "gradient of ",
                                         [PLACE_FROM_FUTURE] = "gradient of ",
                                         [PLACE_SENT] = "gradient sent to "},
                             *const after[PLACE_SENT + 1] = {
                                 [PLACE_FROM_LOSS] = " from this timestep", [PLACE_FROM_FUTURE] = " from the future"};
    const struct place *place = w->place;
    const struct cell_desc *cell = w->side.cell;
    bool sent = place->kind == PLACE_SENT;
    int slot = sent ? cell->steps[place->step].in[place->operand] : place->slot;
    add(w, "%s", before[place->kind]);
    add_slot(w, slot, place->kind != PLACE_VALUE);
    if (after[place->kind]) add(w, "%s", after[place->kind]);
    if (sent) add(w, " by ");
    if (sent) add_slot(w, cell->steps[place->step].out, true);
    if (w->side.spec->layers > 1) add(w, ", layer\u00a0%d", place->layer + 1);
    if (w->side.spec->directions > 1) add(w, place->direction ? ", backward in time" : ", forward in time");
    add_time(w);
    if (place->norm) return;
    if (slot == cell->input && place->layer == 0 && one_hot(w)) {
        add(w, ", ");
        add_symbol(w, place->row);
    } else
        add(w, slot == cell->input ? ", entry\u00a0%d" : ", unit\u00a0%d", place->row + 1);
}

// The result of the part that a block of weights belongs to.
static const char *title_of_block(const struct cell_desc *cell, int block) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].block == block) return cell->slots[cell->parts[cell_part_of_step(cell, i)].result].title;
    return "cell";
}

static int block_of_row(const struct words *w, const struct param *param) {
    int row = w->place->row / w->side.spec->hidden, block = row;
    if (param->role != PARAM_DIAGONAL) return row;
    for (block = 0; cell_diagonal_row(w->side.cell, block) != row; block++) {
    }
    return block;
}

static void add_entry(struct words *w) {
    const struct param *param = &w->record->layout.params[w->place->param];
    int unit = w->place->row % w->side.spec->hidden + 1, column = w->place->column;
    switch (param->role) {
    case PARAM_EMBED:
        add(w, "embedding of ");
        add_symbol(w, w->place->row);
        add(w, ", number %d", column + 1);
        return;
    case PARAM_HEAD:
        add(w, "output weight of ");
        add_output(w, w->place->row);
        add(w, ", reading unit %d", column % w->side.spec->hidden + 1);
        return;
    case PARAM_HEAD_BIAS:
        add(w, "output bias of ");
        add_output(w, w->place->row);
        return;
    default:
        break;
    }
    add(w,
        param->role == PARAM_DIAGONAL  ? "peephole of the %s"
        : param_is_vector(param->role) ? "bias of the %s"
                                       : "weight of the %s",
        title_of_block(w->side.cell, block_of_row(w, param)));
    if (w->side.spec->layers > 1) add(w, ", layer\u00a0%d", param->layer + 1);
    if (w->side.spec->directions > 1) add(w, param->direction ? ", backward in time" : ", forward in time");
    add(w, ", unit\u00a0%d", unit);
    if (param_is_vector(param->role)) return;
    add(w, ", reading ");
    if (param->role == PARAM_INPUT && param->layer == 0 && one_hot(w))
        add_symbol(w, column);
    else
        add(w, param->role == PARAM_INPUT ? "input %d" : "unit %d", column + 1);
}

static void add_output_of(struct words *w, const char *what) {
    add(w, "%s", what);
    if (!w->place->norm) {
        add(w, " of ");
        add_output(w, w->place->row);
    }
    add_time(w);
}

static void add_input(struct words *w, const char *what) {
    add(w, "%s", what);
    add_time(w);
    if (one_hot(w)) {
        add(w, ", ");
        add_symbol(w, w->place->row);
    } else
        add(w, ", entry\u00a0%d", w->place->row + 1);
}

static void add_place(struct words *w) {
    static const char *const params[PLACE_KIND_COUNT] = {[PLACE_PARAM] = "",
                                                         [PLACE_PARAM_GRAD] = "gradient of the ",
                                                         [PLACE_CLIPPED] = "clipped gradient of the ",
                                                         [PLACE_PARAM_AFTER] = "after the update: ",
                                                         [PLACE_DELTA] = "change of the ",
                                                         [PLACE_MOMENT] = "optimiser’s m for the ",
                                                         [PLACE_SQUARE] = "optimiser’s v for the ",
                                                         [PLACE_REST] = "gradient, the other examples’, of the ",
                                                         [PLACE_TOTAL] = "gradient, the whole minibatch’s, of the ",
                                                         [PLACE_GRAD_AT] = "gradient, this timestep’s part, of the "};
    const struct place *place = w->place;
    enum net_output output = w->record->layout.spec.output;
    switch (place->kind) {
    case PLACE_INPUT:
        add_input(w, "input");
        break;
    case PLACE_SYMBOL:
        add(w, "symbol that is read");
        add_time(w);
        break;
    case PLACE_TARGET:
        if (w->side.example->target_real)
            add_output_of(w, "target");
        else {
            add(w, "target");
            add_time(w);
        }
        break;
    case PLACE_MASK:
        add(w, "whether a loss stands here");
        add_time(w);
        break;
    case PLACE_LOGITS:
        add_output_of(w, "logit");
        break;
    case PLACE_Y_HAT:
        add_output_of(w, output == OUTPUT_LINEAR ? "answer" : "probability");
        break;
    case PLACE_LOSS:
        add(w, "loss");
        add_time(w);
        break;
    case PLACE_TOTAL_LOSS:
        add(w, w->record->batch ? "this example’s part of the mean loss" : "loss of the whole example");
        break;
    case PLACE_LOGITS_GRAD:
        add_output_of(w, place->norm ? "gradient of the logits" : "gradient of the logit");
        break;
    case PLACE_INPUT_GRAD:
        add_input(w, "gradient of the input");
        break;
    case PLACE_GRAD_NORM:
        add(w, "norm of all gradients");
        break;
    case PLACE_CLIPPED_NORM:
        add(w, "norm of all gradients after clipping");
        break;
    case PLACE_MAX_VALUE:
        add(w, "largest value allowed of a gradient’s entry; 0 = none");
        break;
    case PLACE_MAX_NORM:
        add(w, "largest norm allowed");
        break;
    case PLACE_CLIP_SCALE:
        add(w, "factor of clipping");
        break;
    case PLACE_OWN_NORM:
        add(w, "norm of this example’s gradients");
        break;
    case PLACE_REST_NORM:
        add(w, "norm of the other examples’ gradients");
        break;
    case PLACE_BATCH_LOSS:
        add(w, "mean loss of the minibatch");
        break;
    case PLACE_REST_LOSS:
        add(w, "the other examples’ part of the mean loss");
        break;
    default:
        if (place->kind <= PLACE_SENT) {
            add_track(w);
            break;
        }
        add(w, "%s", params[place->kind]);
        add_entry(w);
        if (place->kind == PLACE_GRAD_AT) add_time(w);
    }
}

void origin_title(const struct record *record, const struct place *place, char *out, size_t size) {
    struct words w = {out, size, 0, record, place, side_of(record, place->encoder)};
    out[0] = 0;
    bool pair = record->layout.encoder != NULL;
    if (pair && place->encoder) add(&w, "encoder: ");
    if (place->norm) add(&w, "length of the ");
    add_place(&w);
    out[0] = (char)toupper((unsigned char)out[0]);
}
