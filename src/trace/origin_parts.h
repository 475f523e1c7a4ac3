#pragma once
// The inside of origin.c: the terms of a number, one after the other, without names. A sum is made of segments, terms
// of one kind that differ in an index.

#include "label_parts.h"
#include "origin.h"

struct raw_term {
    double coefficient;
    int count;
    struct {
        struct place place, other; // other: what is taken away, where less
        enum origin_shape shape;
        bool less;
        int is;
    } factors[ORIGIN_FACTORS];
};

struct sum;
// Term n of a segment; n = PLACE_ANY: with the letter that the sum runs over in place of the index.
typedef void term_fn(const struct sum *sum, int a, int b, int n, struct raw_term *out);
struct segment {
    term_fn *term;
    int a, b; // what the function needs to know
    int count;
    bool over_time; // n is a timestep
};
struct sum {
    const struct record *record;
    struct place_side side;
    struct place place;
    enum origin_rule rule;
    const char *why; // of ORIGIN_GIVEN
    struct segment segments[ORIGIN_GROUPS];
    int segment_count;
    int count;   // of terms
    int own;     // of ORIGIN_SHARE: the term that is divided
    int largest; // of a softmax: the output with the largest logit
};
void sum_init(struct sum *sum, const struct record *record, const struct place *place);
// The same of a copy by what it is a copy of: a gradient that one step alone sends is told as that step's product.
void sum_open(struct sum *sum, const struct record *record, const struct place *place);
// Whether the number is another one, handed on as it is; which one to source.
bool is_copy(const struct sum *sum, struct place *source);
// The weighted sum of a step itself, also where its result was set by hand.
void sum_of_step(struct sum *sum, const struct record *record, const struct place *place, int step);
// Operands are told by their representatives.
void sum_term(const struct sum *sum, int n, struct raw_term *out, int *group);
void name_operands(const struct record *record, struct raw_term *term);
double sum_term_value(const struct record *record, const struct raw_term *term);
bool term_has(const struct raw_term *term, const struct place *place);
int term_of(const struct sum *sum, const struct place *place, int hint); // its index, or -1

// Places of the same side, layer and direction.
struct place place_at(const struct place *of, enum place_kind kind, int slot, int t, int row);
int last_of(const struct place_side *side, int direction); // its last timestep, in its own order
int head_reads(const struct place_side *side, int direction, int t);

// --- labels ---
struct label_pen pen_of(struct pen_out *out, const struct record *record, const struct place *place,
                        struct label_style style);
void put_place(const struct label_pen *pen, const struct record *record, const struct place *place);
void raw_label(const struct record *record, const struct raw_term *term, struct label_style style, char *out,
               size_t size);
// numbers: NULL, or what is written in place of names.
struct number_list {
    struct origin_number *list;
    int count, digits;
};
void put_formula(const struct label_pen *pen, const struct sum *sum, const struct origin *origin,
                 struct number_list *numbers);
