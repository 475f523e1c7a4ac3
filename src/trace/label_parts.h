#pragma once
// The inside of labels: pieces of maths markup that label.c, equation.c and provenance.c put together. A pen
// writes into a buffer that is always terminated; what does not fit is cut.

#include "label.h"

struct pen_out {
    char *text;
    size_t size, used;
};

// Who is written about.
struct label_pen {
    struct pen_out *out;
    const struct cell_desc *cell;
    struct label_style style;
    int layer, direction; // -1: not written; else only where the network has more than one
    int layers, directions;
    const struct layout *layout; // for the names of files; NULL: they are not written
    struct number_pen *numbers;  // numbers instead of symbols (equation_numbers.c); NULL: symbols
};

enum label_level { LEVEL_SUM, LEVEL_PRODUCT }; // a sum inside a product needs parentheses

// A symbol between these two is a link, where links are asked for.
void begin_link(const struct label_pen *pen, enum label_kind kind, int index, int which, int t0);
void end_link(const struct label_pen *pen);

// Numbers of one unit in the place of symbols (equation_numbers.c), while pen->numbers. An equation is opened after its
// "=" with what it comes to, and closed before the next one.
struct number_pen {
    struct label_numbers *out;
    const struct record *record;
    int unit, direction; // whose; direction: of the step, where a layer above sends to both
    struct label_value result;
    size_t right; // where the right side begins
    int first;    // value of it
    bool open;
};
void numbers_open(const struct label_pen *pen, struct label_value result);
void numbers_close(const struct label_pen *pen);
struct label_value slot_number(const struct label_pen *pen, int slot, int t);
struct label_value grad_number(const struct label_pen *pen, int slot, int t, const char *extra);
struct label_value sent_number(const struct label_pen *pen, int step, int k, int t);
void put_label_number(const struct label_pen *pen, struct label_value value);
void put_affine_numbers(const struct label_pen *pen, const struct cell_step *step, int t);
void put_diagonal_number(const struct label_pen *pen, int block);

void put_text(const struct label_pen *pen, const char *format, ...) __attribute__((format(printf, 2, 3)));
// base with its scripts; extra: one more subscript, or NULL.
void put_symbol(const struct label_pen *pen, const char *base, const char *sub, const char *extra, int t0, int unit);
void put_slot(const struct label_pen *pen, int slot, int t0, int unit, const char *extra);
// "d" and the slot; extra as above ("loss": the part of a gradient that came from there).
void put_grad(const struct label_pen *pen, int slot, int t0, int unit, const char *extra);
// The gradient of a step's output: by its name, for products that have none through the steps that read them, and
// for a matrix's share of a sum with a diagonal by the name of the sum, which has the same.
void put_output_grad(const struct label_pen *pen, int slot, int t0);
void put_times(const struct label_pen *pen); // the elementwise product
// The value of a step of the cell, its operands written out while they are products or steps from `first` on.
void put_step(const struct label_pen *pen, int step, int first, int t0, int unit, enum label_level level);
// "W_f", "W_{fa}", "W_{fx}" of a block; which: -1 stacked, 0 of the recurrent operand, 1 of the input. The letters
// alone: "fa".
void put_weight_letters(const struct label_pen *pen, int block, int which);
void put_weight(const struct label_pen *pen, int block, int which);
void put_bias(const struct label_pen *pen, int block, int which); // which: of PyTorch's two, else ignored
void put_diagonal(const struct label_pen *pen, int block);        // "w_{fc}": what multiplies the memory
bool is_stacked(const struct label_pen *pen);                     // one matrix for both operands
bool names_files(const struct label_pen *pen);                    // rows of PyTorch's matrices
void put_head_weight(const struct label_pen *pen);
void put_head_bias(const struct label_pen *pen);
// What step `step` sends back to operand k, as a product: "dc^{<2>}*\\Gamma_f^{<2>}".
void put_sent(const struct label_pen *pen, int step, int k, int t0);
void put_slope(const struct label_pen *pen, int step, int t0); // the factor of a squasher's derivative

int step_that_makes(const struct cell_desc *cell, int slot); // -1 for what comes in
// The operands that read a slot, in the order of the steps; returns how many.
struct reader {
    int step, operand;
};
int readers_of(const struct cell_desc *cell, int slot, struct reader *out, int max);
// The order in which a part's gradients are told: its own weighted sums, vectors of this timestep, states
// that leave it, states of the timestep before; -1 for what is not asked (x, products inside the part).
enum { HANDED_OWN, HANDED_VECTOR, HANDED_STATE, HANDED_BEFORE };
int handed_order(const struct cell_desc *cell, const struct cell_part *part, int step, int operand);
// Whether a part alone reads a vector of this timestep, more than once: then it hands on the sum.
bool sole_reader(const struct cell_desc *cell, const struct cell_part *part, int slot);
// The weighted sums of a part: how many steps with weights it has, and the one that reads a state through a
// matrix (else one that reads x); -1 when there is none.
int weighted_steps(const struct cell_desc *cell, const struct cell_part *part, int *affine);
int time_shifted(int t0, int by); // keeps symbolic times symbolic
