// Sums, products and comparisons over numbers of the live network:
//   comparison := sum ("<" | ">" | "<=" | ">=" | "=" | "!=") sum ["within" sum]
//   sum        := product (("+" | "-") product)*
//   product    := signed (("*" | "/") signed)*           an operator stands between blanks
//   signed     := "-" signed | number | "(" sum ")" | function "(" sum ")" | ("min" | "max") "(" sum "," sum ")"
//               | name | value
#include "lesson_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 32 };
struct reader {
    const char *text, *at;
    struct lesson_scope *scope;
    struct err *err;
    int depth;
};

static double sigmoid(double x) {
    return 1.0 / (1.0 + exp(-x));
}

static const struct {
    const char *name;
    double (*call)(double);
} functions[] = {{"tanh", tanh}, {"exp", exp}, {"ln", log}, {"abs", fabs}, {"sqrt", sqrt}, {"sigmoid", sigmoid}};

struct lesson_scope lesson_scope_live(const struct lesson_now *now) {
    return (struct lesson_scope){
        .now = now, .shape = lesson_shape_of(now->record), .kept = now->kept, .kept_count = now->kept_count};
}

// Numbers of the whole record, by name.
static bool whole_number(const char *name, size_t length, const struct lesson_scope *scope, double *out) {
    const struct record *r = scope->now ? scope->now->record : NULL;
    const struct {
        const char *name;
        double value;
    } table[] = {
        {"T", scope->shape.T},
        {"units", scope->shape.units},
        {"layers", scope->shape.layers},
        {"symbols", scope->shape.symbols},
        {"inputs", scope->shape.vocabulary},
        {"lr", r ? r->options.lr : 1},
        {"selected_t", r ? scope->now->t + 1 : 1},
        {"selected_unit", r ? scope->now->unit + 1 : 1},
        {"selected_layer", r ? scope->now->layer + 1 : 1},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strlen(table[i].name) == length && strncmp(name, table[i].name, length) == 0)
            return *out = table[i].value, true;
    for (int i = 0; i < scope->kept_count; i++)
        if (strlen(scope->kept[i].name) == length && strncmp(name, scope->kept[i].name, length) == 0)
            return *out = scope->kept[i].value, true;
    return false;
}

static void skip(struct reader *r) {
    while (*r->at == ' ')
        r->at++;
}

static bool sum(struct reader *r, double *out);

static bool bracket(struct reader *r, double *out) {
    r->at++;
    if (!sum(r, out)) return false;
    skip(r);
    if (*r->at != ')')
        return lesson_err_in(r->err, r->text, r->at, "expected \")\", found \"%s\"", *r->at ? r->at : "the end");
    r->at++;
    return true;
}

// "min(a, b)", "max(a, b)": behind the name.
static bool of_two(struct reader *r, bool largest, double *out) {
    double other;
    r->at++;
    if (!sum(r, out)) return false;
    skip(r);
    if (*r->at != ',')
        return lesson_err_in(r->err, r->text, r->at, "expected \",\", found \"%s\"", *r->at ? r->at : "the end");
    if (!bracket(r, &other)) return false;
    *out = largest ? fmax(*out, other) : fmin(*out, other);
    return true;
}

static bool tensor_value(struct reader *r, double *out) {
    const char *start = r->at;
    struct lesson_value value;
    if (!lesson_value_parse(r->text, &r->at, r->scope, &value, r->err)) return false;
    if (r->scope->value_count < LESSON_MAX_HIDDEN) r->scope->values[r->scope->value_count++] = value;
    *out = 1;
    if (!r->scope->now || lesson_value_now(&value, r->scope->now, out, r->err)) return true;
    if (r->err) r->err->column = (long)utf8_count(r->text, (size_t)(start - r->text)) + 1;
    return false;
}

static bool primary(struct reader *r, double *out) {
    skip(r);
    const char *start = r->at;
    if (*start == '(') return bracket(r, out);
    if (isdigit((unsigned char)*start) || *start == '.') {
        char *end;
        *out = strtod(start, &end);
        r->at = end;
        if (end != start && (!*end || strchr(" ),", *end))) return true;
        return lesson_err_in(r->err, r->text, start, "expected a number, found \"%s\"", start);
    }
    size_t length = strcspn(start, " (),");
    if (length == 0)
        return lesson_err_in(r->err, r->text, start, "expected a number or a tensor, found \"%s\"",
                             *start ? start : "the end");
    for (size_t i = 0; start[length] == '(' && i < sizeof functions / sizeof *functions; i++) {
        if (strlen(functions[i].name) != length || strncmp(start, functions[i].name, length) != 0) continue;
        r->at = start + length;
        if (!bracket(r, out)) return false;
        *out = functions[i].call(*out);
        return true;
    }
    if (start[length] == '(' && length == 3 && (!strncmp(start, "min", 3) || !strncmp(start, "max", 3))) {
        r->at = start + length;
        return of_two(r, start[1] == 'a', out);
    }
    if (whole_number(start, length, r->scope, out)) return r->at = start + length, true;
    return tensor_value(r, out);
}

static bool signed_(struct reader *r, double *out) {
    skip(r);
    if (++r->depth > MAX_DEPTH)
        return lesson_err_in(r->err, r->text, r->at, "expected at most %d brackets and signs inside each other",
                             MAX_DEPTH);
    bool minus = *r->at == '-', ok;
    if (minus) r->at++;
    ok = minus ? signed_(r, out) : primary(r, out);
    if (minus) *out = -*out;
    r->depth--;
    return ok;
}

static bool operator_next(struct reader *r, const char *operators, char *out) {
    skip(r);
    if (!*r->at || !strchr(operators, *r->at)) return false;
    *out = *r->at++;
    return true;
}

static bool product(struct reader *r, double *out) {
    if (!signed_(r, out)) return false;
    char op;
    while (operator_next(r, "*/", &op)) {
        double x;
        if (!signed_(r, &x)) return false;
        *out = op == '*' ? *out * x : *out / x;
    }
    return true;
}

static bool sum(struct reader *r, double *out) {
    if (!product(r, out)) return false;
    char op;
    while (operator_next(r, "+-", &op)) {
        double x;
        if (!product(r, &x)) return false;
        *out = op == '+' ? *out + x : *out - x;
    }
    return true;
}

static bool at_end(struct reader *r) {
    skip(r);
    return !*r->at ||
           lesson_err_in(r->err, r->text, r->at, "expected an operator between blanks or the end, found \"%s\"", r->at);
}

bool lesson_expression(const char *text, struct lesson_scope *scope, double *out, struct err *err) {
    struct reader r = {.text = text, .at = text, .scope = scope, .err = err};
    scope->value_count = 0;
    if (!sum(&r, out) || !at_end(&r)) return false;
    scope->plain = scope->value_count == 1 && strpbrk(text, "+*()") == NULL && strstr(text, " - ") == NULL &&
                   strstr(text, " / ") == NULL && text[strspn(text, " ")] != '-';
    return true;
}

enum relation { LESS, MORE, LESS_EQUAL, MORE_EQUAL, EQUAL, UNEQUAL, NO_RELATION };

static enum relation relation_next(struct reader *r) {
    static const char *const words[] = {
        [LESS_EQUAL] = "<=", [MORE_EQUAL] = ">=", [UNEQUAL] = "!=", [LESS] = "<", [MORE] = ">", [EQUAL] = "="};
    static const enum relation order[] = {LESS_EQUAL, MORE_EQUAL, UNEQUAL, LESS, MORE, EQUAL};
    skip(r);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        size_t length = strlen(words[order[i]]);
        if (strncmp(r->at, words[order[i]], length) != 0) continue;
        r->at += length;
        return order[i];
    }
    return NO_RELATION;
}

static bool relates(enum relation relation, double a, double b, double tolerance) {
    switch (relation) {
    case LESS:
        return a < b;
    case MORE:
        return a > b;
    case LESS_EQUAL:
        return a <= b;
    case MORE_EQUAL:
        return a >= b;
    case EQUAL:
        return fabs(a - b) <= tolerance;
    case UNEQUAL:
        return fabs(a - b) > tolerance;
    default:
        return false;
    }
}

bool lesson_comparison(const char *text, struct lesson_scope *scope, bool *out, double *left, double *right,
                       struct err *err) {
    struct reader r = {.text = text, .at = text, .scope = scope, .err = err};
    scope->value_count = 0;
    if (!sum(&r, left)) return false;
    enum relation relation = relation_next(&r);
    if (relation == NO_RELATION)
        return lesson_err_in(err, text, r.at, "expected one of < > <= >= = !=, found \"%s\"", *r.at ? r.at : "the end");
    if (!sum(&r, right)) return false;
    double tolerance = 1e-6 * fmax(fmax(fabs(*left), fabs(*right)), 1e-6);
    skip(&r);
    if (strncmp(r.at, "within ", 7) == 0) {
        if (relation != EQUAL && relation != UNEQUAL)
            return lesson_err_in(err, text, r.at, "expected \"within\" behind = or != only");
        r.at += 7;
        if (!sum(&r, &tolerance)) return false;
    }
    if (!at_end(&r)) return false;
    *out = relates(relation, *left, *right, tolerance);
    return true;
}

bool lesson_number(const char *expression, const struct lesson_now *now, double *out, struct err *err) {
    struct lesson_scope scope = lesson_scope_live(now);
    return lesson_expression(expression, &scope, out, err);
}

bool lesson_holds(const char *comparison, const struct lesson_now *now, bool *out, struct err *err) {
    struct lesson_scope scope = lesson_scope_live(now);
    double left, right;
    return lesson_comparison(comparison, &scope, out, &left, &right, err);
}
