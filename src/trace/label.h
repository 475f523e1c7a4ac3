#pragma once
// Names of things as maths markup (ui/mathbox.h reads it), in any notation, from the cell's description. A time is
// written t, t-1, or as a number (1-based on screen). Buffers are always terminated.

#include "script.h"

enum { LABEL_SYMBOLIC = -1000 };                  // for t: write the letter t; LABEL_SYMBOLIC - 1 writes t-1
enum { LABEL_NO_TIME = -9000 };                   // for t: write none
enum { LABEL_NO_UNIT = -1, LABEL_ANY_UNIT = -2 }; // ANY: the letter j, which a sum runs over

// How weights are written. SPLIT: W_{fa}a + W_{fx}x, a matrix an operand. STACKED: W_f[a,x], both side by side; in
// PyTorch's notation the rows of the files' own matrices, where the gates lie under each other:
// weight_hh_l0_{[8:16]}h + weight_ih_l0_{[8:16]}x, rows counted from 0 as Python does.
enum label_weights {
    LABEL_WEIGHTS_USUAL, // stacked in the course's notation where there are gates, else split
    LABEL_WEIGHTS_SPLIT,
    LABEL_WEIGHTS_STACKED
};
struct label_style {
    enum notation notation;
    bool colored; // wrap gates in \col{..}{..}
    enum label_weights weights;
    bool linked; // every symbol in \\link{KEY}{..}; label_target() reads a KEY
};
bool label_stacked(struct label_style style, const struct cell_desc *cell);
// What a linked symbol stands for.
enum label_kind {
    LABEL_VALUE,    // of a slot
    LABEL_GRADIENT, // of a slot
    LABEL_WEIGHT,   // of a block; which: 0 of the state, 1 of the input, -1 both, 2 the diagonal
    LABEL_BIAS,     // of a block; which as above
    LABEL_HEAD_WEIGHT,
    LABEL_HEAD_BIAS,
    LABEL_OUTPUT // which: enum label_output_kind
};
enum label_output_kind { LABEL_Y_HAT, LABEL_Y, LABEL_LOSS, LABEL_DZ_Y, LABEL_LOGIT };
struct label_target {
    enum label_kind kind;
    int index, which;     // slot or block
    int layer, direction; // -1: not said
    int t0;               // as written: from 0, or around LABEL_SYMBOLIC
};
bool label_target(const char *key, int length, struct label_target *out); // false: no key

// "\\Gamma_f^{<4>}", "f_4", with unit 6: "\\Gamma_{f,7}^{<4>}" (t0 counts from 0, unit from 0). A state that comes in
// is written with the timestep it comes from: a_prev at t0 = 3 is a^{<3>}. Products are written out:
// "\\Gamma_f^{<4>}*c^{<3>}".
void label_slot(char *out, size_t size, const struct cell_desc *cell, int slot, int t0, int unit,
                struct label_style style);
void label_grad(char *out, size_t size, const struct cell_desc *cell, int slot, int t0, int unit,
                struct label_style style); // d...
// The same in a deep or bidirectional network: "a^{[2]<4>}", "a^{\\to <4>}". direction -1: not written.
void label_slot_of(char *out, size_t size, const struct record *record, int layer, int direction, int slot, int t0,
                   int unit, struct label_style style);
void label_grad_of(char *out, size_t size, const struct record *record, int layer, int direction, int slot, int t0,
                   int unit, struct label_style style);
// The part of it that came from somewhere: "da_{\\t{future}}^{<4>}"; from: markup.
void label_grad_from(char *out, size_t size, const struct cell_desc *cell, int slot, int t0, int unit, const char *from,
                     struct label_style style);
// What a linear map multiplies with, short: "W_f", split "W_{fa},W_{fx}", of one operand "W_{ca}".
void label_map(char *out, size_t size, const struct cell_desc *cell, int block, bool of_state, bool of_input,
               struct label_style style);
// How PyTorch stores a layer's weights, as plain lines: "weight_ih_l0 (32, 27)", "weight_hh_l0 (32, 8)", "rows i 0:8
// f 8:16 g 16:24 o 24:32".
void label_stored(char *out, size_t size, const struct record *record, int layer, int direction);
void label_output(char *out, size_t size, const char *what, int t0,
                  struct label_style style); // "\\hat{y}", "L", "x" with its time
// The equation of a step: forward parts, output, loss, backward parts, sums, clip and update. Lines are separated by
// '\n'; a line that goes on from the one before begins with "+". Derived from the operations of the cell's description,
// forward by putting the steps of a part into one another, backward by the derivative of each operation. dz_y is the
// gradient of the logits.
void label_equation(char *out, size_t size, const struct record *record, const struct step *step, bool symbolic_time,
                    struct label_style style);
// The same for one unit at the step's timestep with the numbers of the record in the place of symbols, and the result
// at the end of each equation: "\\Gamma_{f,7}^{<4>}=\\sigma(\\v{0}{3}\\V{1}{3}\\V{2}{3})=\\v{3}{3}". \\v{K}{digits}
// stands for values[K]; sums have as many digits as it takes for them to add up. Output and loss, of a softmax alone,
// are about the target. Input, clip and update have no numbers of a unit: the text is empty then.
enum { LABEL_VALUES = 40 };
struct label_value {
    const char *tensor; // as in the trace file, or "sum/..."; lives as long as the record
    int row, column;
    double value;
};
struct label_numbers {
    char text[1536];
    struct label_value values[LABEL_VALUES];
    int count;
};
void label_equation_numbers(struct label_numbers *out, const struct record *record, const struct step *step, int unit,
                            struct label_style style);
// A symbol of the vocabulary inside maths: "o", "\\t{<EOS>}"; what maths cannot hold by its number.
void label_symbol(char *out, size_t size, const struct record *record, int symbol);
void label_answer(char *out, size_t size, const struct record *record, int output); // the same of an output
// A text in a sentence of rich text: “o”, <EOS>; signs that rich text reads as markup by their names, what is too long
// as its number: "symbol 7" (word "symbol").
void label_words(char *out, size_t size, const char *text, const char *word, int number);
