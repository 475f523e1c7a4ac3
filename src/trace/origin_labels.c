// Names of places and formulas of sums as maths, and titles in words.
#include "origin_parts.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// --- names as maths ---

struct label_pen pen_of(struct pen_out *out, const struct record *record, const struct place *place,
                        struct label_style style) {
    struct place_side side = side_of(record, place->encoder);
    bool track = place->kind >= PLACE_VALUE && place->kind <= PLACE_SENT;
    return (struct label_pen){.out = out,
                              .cell = side.cell,
                              .style = style,
                              .layer = track ? place->layer : -1,
                              .direction = track ? place->direction : -1,
                              .layers = side.spec->layers,
                              .directions = side.spec->directions};
}

static int written_time(const struct place *place) {
    return place->t == PLACE_ANY ? LABEL_SYMBOLIC : place->t;
}

static const char *encoder_word(const struct record *record, const struct place *place) {
    return place->encoder && record->layout.encoder ? "\\t{enc}" : NULL;
}

// What counts the entries of a vector: symbols that are read, answers, or numbers from 1.
enum entries { ENTRIES_COUNTED, ENTRIES_READ, ENTRIES_ANSWERED };

// The name of an entry; "j" where a sum runs over all of them.
static void entry_name(const struct record *record, const struct place *place, int entry, enum entries entries,
                       char *out, size_t size) {
    const struct record *side = record_side(record, place->encoder);
    if (entry == PLACE_ANY)
        snprintf(out, size, "j");
    else if (entries == ENTRIES_READ)
        label_symbol(out, size, side, entry);
    else if (entries == ENTRIES_ANSWERED)
        label_answer(out, size, side, entry);
    else
        snprintf(out, size, "%d", entry + 1);
}

static void put_output_symbol(const struct label_pen *pen, const struct record *record, const struct place *place,
                              const char *base, const char *sub, bool entries) {
    char name[64];
    entry_name(record, place, place->row, ENTRIES_ANSWERED, name, sizeof name);
    put_symbol(pen, base, sub, entries ? name : NULL, written_time(place), LABEL_NO_UNIT);
}

static bool one_hot(const struct record *record, bool encoder) {
    const struct net_spec *spec = side_of(record, encoder).spec;
    return !spec->real_input && spec->embed == 0;
}

static void put_input(const struct label_pen *pen, const struct record *record, const struct place *place,
                      const char *d) {
    char name[64], base[16], extra[80];
    const char *enc = encoder_word(record, place);
    enum entries entries = one_hot(record, place->encoder) ? ENTRIES_READ : ENTRIES_COUNTED;
    entry_name(record, place, place->row, entries, name, sizeof name);
    snprintf(extra, sizeof extra, enc ? "%s,%s" : "%s", name, enc);
    snprintf(base, sizeof base, "%s%s", d, pen->cell->slots[pen->cell->input].symbol[pen->style.notation].base);
    struct label_pen own = *pen;
    own.layer = own.direction = -1;
    put_symbol(&own, base, "", extra, written_time(place), LABEL_NO_UNIT);
}

static void put_via(const struct label_pen *pen, const struct place *place, char *out, size_t size) {
    const struct symbol *symbol = &pen->cell->slots[pen->cell->steps[place->step].out].symbol[pen->style.notation];
    snprintf(out, size, symbol->sub[0] ? "\\t{via }%s_{%s}" : "\\t{via }%s", symbol->base, symbol->sub);
}

// A gradient, or the part of it that a word names; of an encoder that too.
static void put_part(const struct label_pen *pen, int slot, int t, int unit, const char *word, const char *enc) {
    char both[128];
    snprintf(both, sizeof both, "%s%s%s", word ? word : "", word && enc ? "," : "", enc ? enc : "");
    put_grad(pen, slot, t, unit, both[0] ? both : NULL);
}

static void put_track(const struct label_pen *pen, const struct record *record, const struct place *place) {
    int unit = place->norm ? LABEL_NO_UNIT : place->row, t = written_time(place);
    const char *enc = encoder_word(record, place);
    bool of_loss = place->kind == PLACE_FROM_LOSS, top = pen->layer == pen->layers - 1;
    int slot = place->kind == PLACE_SENT ? pen->cell->steps[place->step].in[place->operand] : place->slot;
    bool input = slot == pen->cell->input && place->layer == 0;
    char via[96];
    const char *word;
    switch (place->kind) {
    case PLACE_VALUE:
        if (input)
            put_input(pen, record, place, "");
        else
            put_slot(pen, slot, t, unit, enc);
        return;
    case PLACE_GRAD:
        if (input && !place->norm)
            put_input(pen, record, place, "d");
        else
            put_part(pen, slot, t, unit, pen->cell->slots[slot].role == SLOT_STATE_IN ? "\\t{future}" : NULL, enc);
        return;
    case PLACE_SENT:
        put_via(pen, place, via, sizeof via);
        word = via;
        break;
    default:
        word = !of_loss                                               ? "\\t{future}"
               : cell_state_index(pen->cell, place->slot) > 0         ? "\\t{now}"
               : top && side_of(record, place->encoder).spec->outputs ? "\\t{loss}"
                                                                      : "\\t{above}";
    }
    put_part(pen, slot, t, unit, word, enc);
}

static int block_of_diagonal(const struct cell_desc *cell, int row) {
    int block = 0;
    while (cell_diagonal_row(cell, block) != row)
        block++;
    return block;
}

// Above a name of a deep or bidirectional network's parameter.
static void put_layer(const struct label_pen *pen, const struct param *param) {
    bool deep = pen->layers > 1, both = pen->directions > 1;
    if (param->layer < 0 || (!deep && !both)) return;
    put_text(pen, "^{");
    if (deep) put_text(pen, pen->style.notation == NOTATION_COURSE ? "[%d]" : "(%d)", param->layer + 1);
    if (both) put_text(pen, param->direction ? "\\gets " : "\\to ");
    put_text(pen, "}");
}

// The row's block of gates and unit; a sum over units names its block as well (origin_terms.c).
static void split_row(const struct record *record, const struct place *place, int *block, int *unit) {
    int H = record->layout.spec.hidden;
    bool any = place->row <= PLACE_ANY;
    *block = any ? PLACE_ANY - place->row : place->row / H;
    *unit = any ? PLACE_ANY : place->row % H;
}

static void put_matrix_name(const struct label_pen *pen, const struct param *param, int block) {
    switch (param->role) {
    case PARAM_EMBED:
        put_text(pen, "E");
        break;
    case PARAM_HEAD:
        put_head_weight(pen);
        break;
    case PARAM_HEAD_BIAS:
        put_head_bias(pen);
        break;
    case PARAM_DIAGONAL:
        put_diagonal(pen, block_of_diagonal(pen->cell, block));
        break;
    case PARAM_BIAS:
    case PARAM_RECURRENT_BIAS:
        put_bias(pen, block, param->role == PARAM_BIAS ? 1 : 0);
        break;
    default:
        put_weight(pen, block, param->role == PARAM_INPUT);
    }
}

// "W_{fa}[7,3]": the unit first, then what it reads.
static void put_entry(const struct label_pen *pen, const struct record *record, const struct place *place) {
    const struct param *param = &record->layout.params[place->param];
    bool head = param->role == PARAM_HEAD || param->role == PARAM_HEAD_BIAS, embed = param->role == PARAM_EMBED;
    bool x = param->role == PARAM_INPUT && param->layer == 0 && one_hot(record, place->encoder);
    int block = 0, row = place->row;
    char row_name[64], column_name[64];
    if (param->layer >= 0) split_row(record, place, &block, &row);
    entry_name(record, place, row,
               embed  ? ENTRIES_READ
               : head ? ENTRIES_ANSWERED
                      : ENTRIES_COUNTED,
               row_name, sizeof row_name);
    entry_name(record, place, place->column, x ? ENTRIES_READ : ENTRIES_COUNTED, column_name, sizeof column_name);
    put_matrix_name(pen, param, block);
    put_layer(pen, param);
    put_text(pen, param_is_vector(param->role) ? "[%s]" : "[%s,%s]", row_name, column_name);
}

static void put_param(const struct label_pen *pen, const struct record *record, const struct place *place) {
    static const char *const before[PLACE_KIND_COUNT] = {[PLACE_PARAM] = "",
                                                         [PLACE_PARAM_GRAD] = "d",
                                                         [PLACE_CLIPPED] = "\\t{clipped }d",
                                                         [PLACE_PARAM_AFTER] = "\\t{new }",
                                                         [PLACE_DELTA] = "\\t{change of }",
                                                         [PLACE_MOMENT] = "m\\t{ of }",
                                                         [PLACE_SQUARE] = "v\\t{ of }",
                                                         [PLACE_REST] = "\\t{rest of }d",
                                                         [PLACE_TOTAL] = "\\t{whole }d",
                                                         [PLACE_GRAD_AT] = "d"};
    if (place->row == PLACE_ANY && place->column == PLACE_ANY) { // any entry of any parameter
        bool own = place->kind == PLACE_PARAM_GRAD && record->batch;
        put_text(pen, place->kind == PLACE_CLIPPED ? "\\t{clipped }g_j"
                      : place->kind == PLACE_REST  ? "\\t{rest }g_j"
                      : own                        ? "\\t{own }g_j"
                                                   : "g_j");
        return;
    }
    put_text(pen, "%s", before[place->kind]);
    put_entry(pen, record, place);
    if (place->kind != PLACE_GRAD_AT) return;
    char time[16] = "t";
    if (place->t != PLACE_ANY) snprintf(time, sizeof time, "%d", place->t + 1);
    put_text(pen, pen->style.notation == NOTATION_COURSE ? "^{<%s>}" : "_{%s}", time);
}

void put_place(const struct label_pen *given, const struct record *record, const struct place *place) {
    struct label_pen own = pen_of(given->out, record, place, given->style), *pen = &own;
    if (place->norm) put_text(pen, "\\norm{");
    switch (place->kind) {
    case PLACE_INPUT:
        put_input(pen, record, place, "");
        break;
    case PLACE_SYMBOL:
        put_symbol(pen, "\\t{symbol}", "", encoder_word(record, place), written_time(place), LABEL_NO_UNIT);
        break;
    case PLACE_TARGET:
        put_output_symbol(pen, record, place, "y", "", record->example.target_real != NULL);
        break;
    case PLACE_MASK:
        put_symbol(pen, "\\t{mask}", "", NULL, written_time(place), LABEL_NO_UNIT);
        break;
    case PLACE_LOGITS:
        put_output_symbol(pen, record, place, "z", "y", true);
        break;
    case PLACE_Y_HAT:
        put_output_symbol(pen, record, place, "\\hat{y}", "", true);
        break;
    case PLACE_LOSS:
        put_symbol(pen, "L", "", NULL, written_time(place), LABEL_NO_UNIT);
        break;
    case PLACE_TOTAL_LOSS:
        put_text(pen, "L");
        break;
    case PLACE_LOGITS_GRAD:
        put_output_symbol(pen, record, place, "dz", "y", !place->norm);
        break;
    case PLACE_INPUT_GRAD:
        put_input(pen, record, place, "d");
        break;
    case PLACE_GRAD_NORM:
        put_text(pen, "\\norm{g}");
        break;
    case PLACE_CLIPPED_NORM:
        put_text(pen, "\\norm{\\t{clipped }g}");
        break;
    case PLACE_MAX_VALUE:
        put_text(pen, "\\t{largest}");
        break;
    case PLACE_MAX_NORM:
        put_text(pen, "\\t{limit}");
        break;
    case PLACE_CLIP_SCALE:
        put_text(pen, "\\t{scale}");
        break;
    case PLACE_OWN_NORM:
        put_text(pen, "\\norm{\\t{own }g}");
        break;
    case PLACE_REST_NORM:
        put_text(pen, "\\norm{\\t{rest }g}");
        break;
    case PLACE_BATCH_LOSS:
        put_text(pen, "\\t{whole }L");
        break;
    case PLACE_REST_LOSS:
        put_text(pen, "\\t{rest of }L");
        break;
    default:
        if (place->kind <= PLACE_SENT)
            put_track(pen, record, place);
        else
            put_param(pen, record, place);
    }
    if (place->norm) put_text(pen, "}");
}

void origin_label(const struct record *record, const struct place *place, struct label_style style, char *out,
                  size_t size) {
    struct pen_out sink = {out, size, 0};
    struct label_pen pen = pen_of(&sink, record, place, style);
    out[0] = 0;
    put_place(&pen, record, place);
}

// --- formulas ---

// Two significant digits of what would else be written as nothing.
static int digits_of_number(double value, int digits) {
    return value != 0 && isfinite(value) && fabs(value) < 5 * pow(10, -digits) ? -2 : digits;
}

static void put_number(const struct label_pen *pen, struct number_list *numbers, struct origin_number number,
                       bool sign) {
    if (numbers->count >= ORIGIN_NUMBERS) return;
    put_text(pen, "\\%c{%d}{%d}", sign ? 'V' : 'v', numbers->count, digits_of_number(number.value, numbers->digits));
    numbers->list[numbers->count++] = number;
}

static void put_base(const struct label_pen *pen, const struct record *record, const struct place *place,
                     struct number_list *numbers) {
    if (numbers)
        put_number(pen, numbers, (struct origin_number){true, *place, place_value(record, place)}, false);
    else
        put_place(pen, record, place);
}

// Before and behind an operand, by how it enters; of -ln the minus is a sign of the term.
static const struct {
    const char *before, *behind;
} shapes[SHAPE_COUNT] = {
    [SHAPE_ITSELF] = {"", ""},
    [SHAPE_ONE_MINUS] = {"(1-", ")"},
    [SHAPE_SIGMOID_SLOPE] = {"", ""}, // written twice
    [SHAPE_TANH_SLOPE] = {"(1-(", ")^2)"},
    [SHAPE_RELU_SLOPE] = {"\\t{ReLU\u2032}(", ")"},
    [SHAPE_MINUS_LN] = {"\\ln ", ""},
    [SHAPE_MINUS_LN_REST] = {"\\ln (1-", ")"},
    [SHAPE_EXP] = {"\\exp (", ")"},
    [SHAPE_SQUARE] = {"(", ")^2"},
    [SHAPE_INVERSE] = {"\\frac{1}{", "}"},
    [SHAPE_INVERSE_SQUARE] = {"\\frac{1}{(", ")^2}"},
    [SHAPE_HELD] = {"\\t{held}(", ")"},
    [SHAPE_HELD_SQUARE] = {"\\t{held}(", ")^2"},
    [SHAPE_IS] = {"", ""},
};

static bool minus_of(enum origin_shape shape) {
    return shape == SHAPE_MINUS_LN || shape == SHAPE_MINUS_LN_REST;
}

static void put_shaped(const struct label_pen *pen, const struct record *record, const struct raw_term *term, int k,
                       struct number_list *numbers) {
    const struct place *place = &term->factors[k].place, *other = &term->factors[k].other;
    enum origin_shape shape = term->factors[k].shape;
    bool alone = term->count == 1 && shape == SHAPE_ONE_MINUS && term->coefficient == 1;
    if (shape == SHAPE_IS && !numbers) {
        char name[64];
        bool target = place->kind == PLACE_TARGET;
        entry_name(record, place, term->factors[k].is, target ? ENTRIES_ANSWERED : ENTRIES_READ, name, sizeof name);
        put_text(pen, "[");
        put_place(pen, record, place);
        put_text(pen, target ? "=%s]" : "\\,=%s]", name);
        return;
    }
    if (shape == SHAPE_IS) { // a number that is no measure: 0 or 1
        bool is = place_value(record, place) == term->factors[k].is;
        put_text(pen, "\\s{%d}", is);
        return;
    }
    put_text(pen, "%s", alone ? "1-" : shapes[shape].before);
    put_base(pen, record, place, numbers);
    if (term->factors[k].less) {
        bool limit = shape == SHAPE_HELD || shape == SHAPE_HELD_SQUARE;
        put_text(pen, limit ? ",~" : "-");
        put_base(pen, record, other, numbers);
    }
    put_text(pen, "%s", alone ? "" : shapes[shape].behind);
    if (shape != SHAPE_SIGMOID_SLOPE) return;
    put_times(pen);
    put_text(pen, "(1-");
    put_base(pen, record, place, numbers);
    put_text(pen, ")");
}

// A symbol that only says which row is meant, and a factor of 1 with that, are left out.
static bool is_silent(const struct raw_term *term, int k) {
    return term->count == 2 && term->factors[k].shape == SHAPE_IS;
}

static void put_coefficient(const struct label_pen *pen, double size) {
    double whole = 1 / size;
    if (size == 1) return;
    if (size < 1 && fabs(whole - round(whole)) < 1e-9)
        put_text(pen, "\\frac{1}{%d}", (int)lround(whole));
    else
        put_text(pen, "%.4g\\cdot ", size);
}

static bool is_negative(const struct raw_term *term) {
    bool negative = term->coefficient < 0;
    for (int k = 0; k < term->count; k++)
        negative ^= minus_of(term->factors[k].shape);
    return negative;
}

static void put_product(const struct label_pen *pen, const struct record *record, const struct raw_term *term,
                        struct number_list *numbers) {
    bool any = false;
    put_coefficient(pen, fabs(term->coefficient));
    if (term->count == 2 && term->factors[1].shape == SHAPE_INVERSE) {
        put_text(pen, "\\frac{");
        put_base(pen, record, &term->factors[0].place, numbers);
        put_text(pen, "}{");
        put_base(pen, record, &term->factors[1].place, numbers);
        put_text(pen, "}");
        return;
    }
    for (int k = 0; k < term->count; k++) {
        if (is_silent(term, k)) continue;
        bool weight = k > 0 && term->factors[0].place.kind == PLACE_PARAM && !numbers;
        if (any && weight)
            put_text(pen, "~");
        else if (any)
            put_times(pen);
        put_shaped(pen, record, term, k, numbers);
        any = true;
    }
}

void raw_label(const struct record *record, const struct raw_term *term, struct label_style style, char *out,
               size_t size) {
    struct pen_out sink = {out, size, 0};
    struct label_pen pen = pen_of(&sink, record, &term->factors[0].place, style);
    out[0] = 0;
    if (is_negative(term)) put_text(&pen, "-");
    put_product(&pen, record, term, NULL);
}

// One group of a sum: its only term, or with the sign of summation; with numbers what the group adds up to.
static void put_group(const struct label_pen *pen, const struct sum *sum, const struct origin *origin, int g,
                      struct number_list *numbers) {
    const struct segment *segment = &sum->segments[g];
    bool many = segment->count > 1;
    struct raw_term term;
    if (many && numbers) {
        put_number(pen, numbers, (struct origin_number){.value = origin->groups[g]}, g > 0);
        return;
    }
    segment->term(sum, segment->a, segment->b, many ? PLACE_ANY : 0, &term);
    if (!many) name_operands(sum->record, &term);
    if (numbers && term.count == 1 && term.factors[0].shape == SHAPE_ITSELF && term.coefficient == 1) {
        struct place place = term.factors[0].place;
        put_number(pen, numbers, (struct origin_number){true, place, place_value(sum->record, &place)}, g > 0);
        return;
    }
    bool minus = is_negative(&term);
    if (minus || g > 0) put_text(pen, minus ? "-" : "+");
    if (many) put_text(pen, segment->over_time ? "\\sum_t " : "\\sum_j ");
    put_product(pen, sum->record, &term, numbers);
}

static void put_share(const struct label_pen *pen, const struct sum *sum, const struct origin *origin,
                      struct number_list *numbers) {
    struct raw_term own;
    sum_term(sum, sum->own, &own, NULL);
    put_text(pen, "\\frac{");
    put_product(pen, sum->record, &own, numbers);
    put_text(pen, "}{");
    put_group(pen, sum, origin, 0, numbers);
    put_text(pen, "}");
}

static void put_small(const struct label_pen *pen, double value) {
    double power = value > 0 ? log10(value) : 0;
    if (power < -3 && fabs(power - round(power)) < 1e-9)
        put_text(pen, "10^{%d}", (int)lround(power));
    else
        put_text(pen, "%g", value);
}

// w := w - lr ..., with g the clipped gradient; m and v are those after the update.
static void put_update(const struct label_pen *pen, const struct sum *sum) {
    const struct train_options *o = &sum->record->options;
    struct place w = sum->place;
    w.kind = PLACE_PARAM;
    if (o->weight_decay > 0) put_text(pen, "%g\\,", 1 - o->lr * o->weight_decay);
    put_place(pen, sum->record, &w);
    put_text(pen, "-%g\\,", o->lr);
    switch (o->optimizer) {
    case OPTIMIZER_ADAM:
        put_text(pen, "\\frac{\\hat{m}}{\\hat{v}^{1/2}+");
        put_small(pen, o->epsilon);
        put_text(pen, "}\nm:=%gm+%gg\nv:=%gv+%gg^2", o->beta1, 1 - o->beta1, o->beta2, 1 - o->beta2);
        break;
    case OPTIMIZER_MOMENTUM:
        put_text(pen, "m\nm:=%gm+g", o->momentum);
        break;
    case OPTIMIZER_RMSPROP:
    case OPTIMIZER_ADAGRAD:
        put_text(pen, "\\frac{g}{m^{1/2}+");
        put_small(pen, o->epsilon);
        put_text(pen, "}");
        if (o->optimizer == OPTIMIZER_RMSPROP)
            put_text(pen, "\nm:=%gm+%gg^2", o->decay, 1 - o->decay);
        else
            put_text(pen, "\nm:=m+g^2");
        break;
    default:
        put_text(pen, "g");
    }
    w.kind = place_total(sum->record);
    bool held = o->clip_value > 0;
    put_text(pen, held ? "\ng=\\t{scale}\\cdot \\t{held}(" : "\ng=\\t{scale}\\cdot ");
    put_place(pen, sum->record, &w);
    if (held) put_text(pen, ",~\\t{largest})");
}

static const struct {
    const char *before, *behind;
} rules[ORIGIN_RULE_COUNT] = {
    [ORIGIN_SUM] = {"", ""},
    [ORIGIN_SIGMOID] = {"\\sigma (", ")"},
    [ORIGIN_TANH] = {"\\tanh (", ")"},
    [ORIGIN_RELU] = {"\\t{ReLU}(", ")"},
    [ORIGIN_ROOT] = {"(", ")^{1/2}"},
    [ORIGIN_SHRINK] = {"\\t{min}(1,~(", ")^{-1/2})"},
    [ORIGIN_LIMIT] = {"\\t{min}(1,~", ")"},
};

void put_formula(const struct label_pen *pen, const struct sum *sum, const struct origin *origin,
                 struct number_list *numbers) {
    if (sum->rule == ORIGIN_SHARE) {
        put_share(pen, sum, origin, numbers);
        return;
    }
    if (sum->rule == ORIGIN_UPDATE) {
        put_update(pen, sum);
        return;
    }
    put_text(pen, "%s", rules[sum->rule].before);
    for (int g = 0; g < sum->segment_count; g++)
        put_group(pen, sum, origin, g, numbers);
    put_text(pen, "%s", rules[sum->rule].behind);
}
