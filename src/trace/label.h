#pragma once
// Names of things as maths markup (ui/mathbox.h reads it), in any notation, from the cell's description. A time is
// written t, t-1, or as a number (1-based on screen). Buffers are always terminated.

#include "script.h"

enum { LABEL_SYMBOLIC = -1000 }; // for t: write the letter t; LABEL_SYMBOLIC - 1 writes t-1
enum { LABEL_NO_TIME = -9000 };  // for t: write none
enum { LABEL_NO_UNIT = -1, LABEL_ANY_UNIT = -2 }; // ANY: the letter j, which a sum runs over

struct label_style {
    enum notation notation;
    bool colored; // wrap gates in \col{..}{..}
};
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
void label_output(char *out, size_t size, const char *what, int t0,
                  struct label_style style); // "\\hat{y}", "L", "x" with its time
// The equation of a step: forward parts, output, loss, backward parts, sums, clip and update. Lines are separated by
// '\n'; a line that goes on from the one before begins with "+". Derived from the operations of the cell's description,
// forward by putting the steps of a part into one another, backward by the derivative of each operation. dz_y is the
// gradient of the logits.
void label_equation(char *out, size_t size, const struct record *record, const struct step *step, bool symbolic_time,
                    struct label_style style);
// A symbol of the vocabulary inside maths: "o", "\\t{<EOS>}"; what maths cannot hold by its number.
void label_symbol(char *out, size_t size, const struct record *record, int symbol);
void label_answer(char *out, size_t size, const struct record *record, int output); // the same of an output
