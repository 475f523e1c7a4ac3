// Equations with the numbers of one unit: every symbol is looked up in the record and written with its source.
#include "equation_parts.h"
#include "narration_parts.h"
#include "provenance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 3, DIGITS_MAX = 6, DIGITS_LAST = 9 };

static struct label_value from(const char *tensor, int row, int column, double value) {
    return (struct label_value){tensor, row, column, value};
}

struct label_value slot_number(const struct label_pen *pen, int slot, int t) {
    const struct record *record = pen->numbers->record;
    const double *values = tape_value(record->tape, pen->layer, pen->direction, slot, t);
    return from(record_name(record, RECORD_FORWARD, pen->layer, pen->direction, slot), t, pen->numbers->unit,
                values[pen->numbers->unit]);
}

struct label_value grad_number(const struct label_pen *pen, int slot, int t, const char *extra) {
    const struct record *record = pen->numbers->record;
    const int layer = pen->layer, direction = pen->direction, unit = pen->numbers->unit;
    int state = state_of(pen->cell, slot);
    enum record_kind kind = !extra || state < 0                                       ? RECORD_BACKWARD
                            : strstr(extra, "{future}") || strstr(extra, "{decoder}") ? RECORD_FROM_FUTURE
                                                                                      : RECORD_FROM_LOSS;
    const double *values = kind == RECORD_BACKWARD      ? tape_grad(record->tape, layer, direction, slot, t)
                           : kind == RECORD_FROM_FUTURE ? tape_from_future(record->tape, layer, direction, state, t)
                                                        : tape_from_loss(record->tape, layer, direction, state, t);
    return from(record_name(record, kind, layer, direction, slot), t, unit, values[unit]);
}

// What goes to the layer below is as wide as both of its directions.
struct label_value sent_number(const struct label_pen *pen, int step, int k, int t) {
    const struct record *record = pen->numbers->record;
    bool down = pen->cell->steps[step].in[k] == pen->cell->input;
    int at = pen->numbers->unit + (down ? pen->numbers->direction * record_H(record) : 0);
    return from(record_sent_name(record, pen->layer, pen->direction, step, k), t, at,
                tape_sent(record->tape, pen->layer, pen->direction, step, k, t)[at]);
}

// Behind a plus the sign is the operator; behind another one a minus needs parentheses.
static void put_with(const struct label_pen *pen, struct label_value value, int digits) {
    struct label_numbers *out = pen->numbers->out;
    if (out->count == LABEL_VALUES) {
        put_text(pen, "\\ldots ");
        return;
    }
    int k = out->count++;
    out->values[k] = value;
    size_t used = pen->out->used;
    while (used > 0 && out->text[used - 1] == ' ')
        used--;
    char before = used ? out->text[used - 1] : '=';
    bool starts = used < 2 || out->text[used - 2] == '\n';
    if (before == '+' && !starts) {
        pen->out->used = used - 1;
        put_text(pen, "\\V{%d}{%d}", k, digits);
    } else
        put_text(pen, value.value < 0 && before != '=' && before != '(' ? "(\\v{%d}{%d})" : "\\v{%d}{%d}", k, digits);
}

// The fewest digits, from these on, with which the rounded terms add up to the rounded total; one figure.
static int adding_digits(const double *terms, int count, double total, int from) {
    for (int digits = from; digits < DIGITS_LAST; digits++) {
        double unit = pow(10, digits), sum = 0;
        for (int i = 0; i < count; i++)
            sum += round(terms[i] * unit);
        if (fabs(sum - round(total * unit)) < 0.5) return digits;
    }
    return DIGITS_LAST;
}

static int own_digits(double value) {
    int digits = digits_of(value);
    return digits < DIGITS ? DIGITS : digits > DIGITS_MAX ? DIGITS_MAX : digits;
}

void put_label_number(const struct label_pen *pen, struct label_value value) {
    put_with(pen, value, own_digits(value.value));
}

// The shares of a weighted sum: of the state, of the input, the bias.
void put_affine_numbers(const struct label_pen *pen, const struct cell_step *step, int t) {
    const struct record *record = pen->numbers->record;
    const int unit = pen->numbers->unit, index = (int)(step - pen->cell->steps);
    struct term none[1];
    int rest_count, count = 0;
    double rest, bias, recurrent, input, terms[3];
    provenance_terms(record, pen->layer, pen->direction, index, t, unit, pen->style, none, 0, &rest_count, &rest, &bias,
                     &recurrent, &input);
    struct label_value values[3];
    if (step->in[0] >= 0) values[count++] = from("sum/recurrent", t, unit, recurrent);
    if (step->in[1] >= 0) values[count++] = from("sum/input", t, unit, input);
    int param = layout_param(&record->layout, PARAM_BIAS, pen->layer, pen->direction);
    values[count++] = pen->cell->two_biases ? from("sum/bias", t, unit, bias)
                                            : from(record_param_name(record, param, false),
                                                   step->block * record_H(record) + unit, -1, bias);
    for (int k = 0; k < count; k++)
        terms[k] = values[k].value;
    double total = tape_value(record->tape, pen->layer, pen->direction, step->out, t)[unit];
    int digits = adding_digits(terms, count, total, DIGITS);
    for (int k = 0; k < count; k++) {
        if (k) put_text(pen, "+");
        put_with(pen, values[k], digits);
    }
}

void put_diagonal_number(const struct label_pen *pen, int block) {
    const struct record *record = pen->numbers->record;
    int param = layout_param(&record->layout, PARAM_DIAGONAL, pen->layer, pen->direction);
    int row = cell_diagonal_row(pen->cell, block) * record_H(record) + pen->numbers->unit;
    put_label_number(pen, from(record_param_name(record, param, false), row, -1,
                               record->params[record->layout.params[param].offset + (size_t)row]));
}

void numbers_open(const struct label_pen *pen, struct label_value result) {
    struct number_pen *numbers = pen->numbers;
    numbers->result = result;
    numbers->right = pen->out->used;
    numbers->first = numbers->out->count;
    numbers->open = true;
}

// Whether nothing but numbers and their signs stands between.
static bool is_plain_sum(const char *text) {
    while (*text) {
        int k, digits, length = 0;
        if (*text == '+' || *text == '\n') {
            text++;
            continue;
        }
        if (text[0] != '\\' || (text[1] != 'v' && text[1] != 'V')) return false;
        if (sscanf(text + 2, "{%d}{%d}%n", &k, &digits, &length) != 2 || length == 0) return false;
        text += 2 + length;
    }
    return true;
}

static void rewrite_digits(char *text, int digits) {
    for (char *at = text; (at = strstr(at, "}{")); at += 2) // "\\v{12}{3}": one figure
        at[2] = (char)('0' + digits);
}

void numbers_close(const struct label_pen *pen) {
    struct number_pen *numbers = pen->numbers;
    if (!numbers->open) return;
    numbers->open = false;
    // In a sum of several parts the last line of it is what adds up: "... = a + b".
    char *right = numbers->out->text + numbers->right, *last = strrchr(right, '=');
    if (last) right = last + 1;
    int digits = own_digits(numbers->result.value), first = numbers->first;
    if (last && sscanf(right, "\\v{%d}", &first) != 1) first = numbers->out->count;
    int count = numbers->out->count - first;
    if (count > 1 && is_plain_sum(right)) {
        double terms[LABEL_VALUES];
        for (int k = 0; k < count; k++)
            terms[k] = numbers->out->values[first + k].value;
        digits = adding_digits(terms, count, numbers->result.value, digits);
        rewrite_digits(right, digits);
    }
    put_text(pen, "=");
    put_with(pen, numbers->result, digits);
}

// --- pieces of equations ---

static void put_left_side(struct equation *e, int slot, int t, bool grad, const char *extra) {
    struct number_pen *numbers = e->pen.numbers;
    if (numbers) numbers_close(&e->pen);
    new_line(e);
    e->pen.numbers = NULL;
    int unit = numbers ? numbers->unit : LABEL_NO_UNIT;
    if (grad)
        put_grad(&e->pen, slot, t, unit, extra);
    else
        put_slot(&e->pen, slot, t, unit, NULL);
    put_text(&e->pen, "=");
    e->pen.numbers = numbers;
}

void put_left(struct equation *e, int slot, int t, bool grad, const char *extra) {
    put_left_side(e, slot, t, grad, extra);
    if (!e->pen.numbers) return;
    numbers_open(&e->pen, grad ? grad_number(&e->pen, slot, t, extra) : slot_number(&e->pen, slot, t));
}

void put_left_sent(struct equation *e, int slot, int t, const char *extra, struct reader from, int at) {
    put_left_side(e, slot, t, true, extra);
    if (e->pen.numbers) numbers_open(&e->pen, sent_number(&e->pen, from.step, from.operand, at));
}

struct number_pen *without_numbers(struct equation *e) {
    struct number_pen *numbers = e->pen.numbers;
    e->pen.numbers = NULL;
    return numbers;
}

int told_output(const struct equation *e, char *name, size_t size) {
    const struct record *record = e->record;
    const double *y_hat = tape_y_hat(record->tape, e->step->t);
    int told = record_has_target(record, e->step->t) ? record->example.target[e->step->t] : -1;
    if (told < 0) {
        told = 0;
        for (int i = 1; i < record->layout.spec.outputs; i++)
            if (y_hat[i] > y_hat[told]) told = i;
    }
    label_answer(name, size, record, told);
    return told;
}

void put_element(struct equation *e, const char *tensor, const double *values, int output) {
    put_label_number(&e->pen, from(tensor, e->step->t, output, values[output]));
}

void numbers_output(struct equation *e) {
    char name[64], sub[72];
    int output = told_output(e, name, sizeof name);
    snprintf(sub, sizeof sub, "y,%s", name);
    new_line(e);
    put_output(e, "z", sub);
    put_text(&e->pen, "=");
    put_element(e, "forward/logits", tape_logits(e->record->tape, e->step->t), output);
    new_line(e);
    put_output(e, "\\hat{y}", name);
    put_text(&e->pen, "=");
    put_element(e, "forward/y_hat", tape_y_hat(e->record->tape, e->step->t), output);
}

void numbers_loss(struct equation *e) {
    char name[64];
    int output = told_output(e, name, sizeof name), t = e->step->t;
    new_line(e);
    put_output(e, "L", "");
    put_text(&e->pen, "=-\\ln(");
    put_element(e, "forward/y_hat", tape_y_hat(e->record->tape, t), output);
    put_text(&e->pen, ")=");
    put_label_number(&e->pen, from("forward/loss", t, -1, tape_loss(e->record->tape, t)));
}
