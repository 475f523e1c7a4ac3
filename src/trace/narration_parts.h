#pragma once
// Inside of the narration: how sentences are put together. narration_forward.c tells the walk forward,
// narration_output.c outputs, losses and where gradients start, narration_back.c the way back, narration_update.c clip
// and update, narration_sides.c embeddings and what an encoder hands over.

#include "label_parts.h"
#include "narration.h"

struct teller {
    struct narration *out;
    const struct record *record; // the side that the step belongs to
    const struct cell_desc *cell;
    const struct step *step;
    enum notation notation;
    int unit; // selected, or -1
    int layer, direction, t, H;
    size_t used;
};

void say(struct teller *teller, const char *format, ...) __attribute__((format(printf, 2, 3)));
void end_first(struct teller *teller); // what was said so far stands alone
void say_number(struct teller *teller, const char *tensor, int row, int column, double value, int digits);
void say_slot(struct teller *teller, int slot, int t0); // $a^{<4>}$
void say_grad(struct teller *teller, int slot, int t0); // $da^{<4>}$
void say_symbol(struct teller *teller, int symbol);     // “o”
void say_answer(struct teller *teller, int output);     // the same of an output; without a text "output 3"
// An element of a slot's value or gradient at timestep t of the step's layer.
void say_value(struct teller *teller, int slot, int t, int unit, int digits);
void say_gradient(struct teller *teller, enum record_kind kind, int slot, int t, int unit, int digits);
void say_norm(struct teller *teller, enum record_kind kind, int slot, int t); // of a row of gradients

const double *values_at(const struct teller *teller, int slot, int t);
const double *gradient_at(const struct teller *teller, enum record_kind kind, int slot, int t);
int digits_of(double value);                                               // two, and more where it is small
int digits_of_sum(const double *terms, int count, double total, int from); // so that the rounded terms add up
int largest_of(const double *values, int n);                               // index of the largest magnitude
int chosen_unit(const struct teller *teller, const double *values);        // the selected one, or the largest
int state_of(const struct cell_desc *cell, int slot); // index of a state that leaves the cell, or -1

int most_of(const double *values, int n, int way); // index of the largest (way 1) or smallest (-1)

// The sentences of a step, after its title.
void tell_embed(struct teller *teller);
void tell_embed_back(struct teller *teller);
void tell_hand_over(struct teller *teller);
void tell_input(struct teller *teller);
void tell_part(struct teller *teller);
void tell_output(struct teller *teller);
void tell_loss(struct teller *teller);
void tell_output_back(struct teller *teller);
void tell_from_loss(struct teller *teller);
void tell_from_future(struct teller *teller);
void tell_sum(struct teller *teller);
void tell_part_back(struct teller *teller);
void tell_clip(struct teller *teller);
void tell_update(struct teller *teller);
