#pragma once
// Where a number of a record comes from, and where it goes. A number is named by its place (place.h). What it is made
// of is a sum of terms, each a product of numbers of the record, then a rule that makes the result of the sum:
//   value = rule(sum over terms of coefficient * product of shape(operand))
// A number that the trace file has under several names (a<t-1> as it enters t; what one step alone sent to a vector,
// and the vector's gradient) is one number: operands and uses go by the one that origin_represent() chooses, and copies
// are left out of the way. Derived from the cell's description, the head and the loss as the reference engine computes
// them; no cell has code of its own here. What it goes into is the same read the other way: q is a use of p exactly
// where p is an operand of q. The record is the whole, as for places; everything is read from it; products and sums of
// such numbers are formed here, and nothing else.

#include "label.h"
#include "place.h"

enum origin_rule {
    ORIGIN_GIVEN, // made of nothing: read, learned or set by hand; origin.why says which
    ORIGIN_SUM,
    ORIGIN_SIGMOID,
    ORIGIN_TANH,
    ORIGIN_RELU,
    ORIGIN_SHARE,  // the first row's term, divided by the sum: softmax
    ORIGIN_ROOT,   // the square root of the sum: a length
    ORIGIN_LIMIT,  // the sum, at most 1: the factor of clipping
    ORIGIN_SHRINK, // 1 / the root of the sum, at most 1: the same, of a gradient clipped by value before
    ORIGIN_UPDATE, // the optimiser's rule, in single precision (trainer.h); its rows are the rule's arguments
    ORIGIN_RULE_COUNT
};

// How an operand enters a product.
enum origin_shape {
    SHAPE_ITSELF,
    SHAPE_ONE_MINUS,
    SHAPE_SIGMOID_SLOPE, // y (1 - y), from the gate's value
    SHAPE_TANH_SLOPE,    // 1 - y^2
    SHAPE_RELU_SLOPE,    // 1 where y > 0, else 0
    SHAPE_MINUS_LN,      // -ln y
    SHAPE_MINUS_LN_REST, // -ln(1 - y)
    SHAPE_EXP,           // exp(y - m), m the largest of the sum
    SHAPE_SQUARE,        // y^2; of a difference (y - m)^2
    SHAPE_INVERSE,       // 1 / y
    SHAPE_INVERSE_SQUARE,
    SHAPE_HELD,        // y, held between -m and m (m: the limit of clipping by value)
    SHAPE_HELD_SQUARE, // its square
    SHAPE_IS,          // 1 where a symbol is the asked one, else 0
    SHAPE_COUNT
};

enum { ORIGIN_FACTORS = 2, ORIGIN_ROWS = 12, ORIGIN_USES = 12, ORIGIN_LABEL = 192, ORIGIN_GROUPS = 24 };

struct origin_factor {
    struct place place;
    enum origin_shape shape;
    double value; // of the record
    bool less;    // m: of SHAPE_EXP and SHAPE_SQUARE taken away, of SHAPE_HELD the limit
    struct place other;
    double less_value;
    int is;                   // of SHAPE_IS
    char label[ORIGIN_LABEL]; // maths: the number's name
};
struct origin_row { // one term
    double coefficient;
    int count; // of factors, 1 or 2
    struct origin_factor factors[ORIGIN_FACTORS];
    double value;             // coefficient times the product
    int group;                // rows of the same group are of one kind: all W a, all W x, the bias
    char label[ORIGIN_LABEL]; // maths: the term
};
struct origin {
    struct place place;
    double value;
    enum origin_rule rule;
    char why[160];                       // of ORIGIN_GIVEN: a sentence
    char title[128];                     // "Forget gate, t = 4, unit 3"
    char label[ORIGIN_LABEL];            // maths: its name
    char formula[640];                   // maths: label = ..., sums with their sign of summation
    struct origin_row rows[ORIGIN_ROWS]; // the largest terms, the largest first
    int row_count;
    int rest_count; // terms that are not among them, zeros not counted
    double rest;
    int zero_count;   // terms of 0
    double sum, size; // of all terms; and of their magnitudes
    int group_count;
    double groups[ORIGIN_GROUPS]; // sum of each group
    int group_sizes[ORIGIN_GROUPS];
};
// style.colored as in label.h.
struct place origin_represent(const struct record *record, const struct place *place);
void origin_of(const struct record *record, const struct place *place, struct label_style style, struct origin *out);
// What an operand y counts; m: the number beside it, where it has one.
double origin_shape_value(enum origin_shape shape, double y, double m, int is);
// The value by the rule from rows and rest: what a test compares.
double origin_combine(const struct record *record, const struct origin *origin);
// The same with numbers in place of names, for math_draw_values(): markup to out, the numbers to values; returns how
// many. A number that is a sum of many has the tensor "sum/group". Digits behind the point: `digits`, and for small
// numbers as many significant ones.
struct origin_number {
    bool of_record;
    struct place place; // where of_record
    double value;
};
enum { ORIGIN_NUMBERS = 64 };
int origin_numbers(const struct record *record, const struct origin *origin, int digits, char *out, size_t size,
                   struct origin_number numbers[ORIGIN_NUMBERS]);

// One number that this one goes into.
struct origin_use {
    struct place place;
    double value; // of that number
    double term;  // this number's term in it
    char label[ORIGIN_LABEL], title[96];
};
struct origin_uses {
    struct origin_use uses[ORIGIN_USES]; // largest terms first
    int use_count, rest_count;           // terms of 0 come last and are counted too
};
void origin_uses(const struct record *record, const struct place *place, struct label_style style,
                 struct origin_uses *out);
// Every use, in no order; the term of `place` in it. For tests and for whoever filters.
typedef void origin_use_fn(void *context, const struct place *use, double term);
void origin_each_use(const struct record *record, const struct place *place, origin_use_fn *each, void *context);
bool origin_has_operand(const struct record *record, const struct place *place, const struct place *operand);

// How an operand enters (NULL: as it is), and what becomes of the terms (NULL: nothing is made).
extern const char *const origin_shape_words[SHAPE_COUNT];
extern const char *const origin_rule_words[ORIGIN_RULE_COUNT];
// Its name as maths, and in words.
void origin_label(const struct record *record, const struct place *place, struct label_style style, char *out,
                  size_t size);
void origin_title(const struct record *record, const struct place *place, char *out, size_t size);
