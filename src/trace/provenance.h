#pragma once
// Where a number comes from: its formula with values. For the inspector: the terms of an affine sum, largest first; the
// factors of an elementwise rule. All values are read from the record or formed by one product of two numbers read from
// it.

#include "label.h"

struct term {
    char label[96];         // maths markup: "w_{7,3} a_3"; split "w_{7,3}^{fa} a_3"
    double weight, operand; // its two factors; operand NaN for a bias
    double value;           // weight * operand
    const char *tensor;     // of the weight: "param/...", its row and column; lives as long as the record
    int row, column;
    const char *operand_tensor; // as origin.h names it: "forward/l0/a" of t-1, "input"; (t, entry); NULL for a bias
    int operand_row, operand_column;
};
// The terms of z[unit] of an OP_AFFINE step at t (forward): every nonzero term, the bias among them, largest magnitude
// first. A one-hot input is one term, a zero input none. Returns how many were written (at most max); *rest_count and
// *rest hold what did not fit; bias + recurrent + input = z[unit] but for rounding.
int provenance_terms(const struct record *record, int layer, int direction, int step, int t, int unit,
                     struct label_style style, struct term *out, int max, int *rest_count, double *rest, double *bias,
                     double *recurrent, double *input);

// One factor row of a chain-rule ledger: a vector and how it enters.
struct ledger_row {
    char label[96];       // maths markup
    char op;              // ' ', '*', '=', '+'
    int kind;             // 0 value, 1 gate (0..1), 2 gradient
    const double *values; // (H), of STEP_OUTPUT_BACK (O); borrowed from the record or from `owned`
    int width;            // H or O
    const char *tensor;   // source name, or NULL when formed here
    int row;              // t
    bool result, total;   // the label of a total has no colour: it is drawn on the highlighter
};
enum { LEDGER_ROWS = 16, LEDGER_OWNED = 8 };
struct ledger {
    struct ledger_row rows[LEDGER_ROWS];
    int count;
    double *owned[LEDGER_OWNED];
    int owned_count;
};
// The ledger of a backward step. A chain of factors begins with ' ' and goes on with '*' rows; its '=' row is what the
// core computed for it (read from the record, never multiplied here). Of a sum the results are the terms, and the last
// row, '+', is the total. Parts: a chain for every vector that gets a gradient; then, for weighted sums, what W^T dz
// sends back in time (a result without factors). STEP_OUTPUT_BACK: y_hat, y, dz_y, with their factor between where it
// is not 1. STEP_HAND_OVER: the encoder's last states and, after their '=', the decoder's first. No rows:
// STEP_FROM_LOSS, a STEP_FROM_FUTURE with one term, other phases.
void ledger_init(struct ledger *ledger, const struct record *record, const struct step *step, struct label_style style);
void ledger_release(struct ledger *ledger);
