#pragma once
// The inside of a tape: shared by reference.c (forward), reference_backward.c and gradcheck.c. A row of a
// slot is at base + t * width; the input slot is I wide, all others H.

#include "reference.h"

// One layer in one direction.
struct track {
    int inputs;                           // I
    double *value[CELL_MAX_SLOTS];        // (T, width of the slot)
    double *grad[CELL_MAX_SLOTS];         // (T, width of the slot)
    double *sent[CELL_MAX_STEPS][2];      // (T, width of in[k]), NULL where there is no operand
    double *from_loss[CELL_MAX_STATES];   // (T, H)
    double *from_future[CELL_MAX_STATES]; // (T, H)
};

struct tape {
    struct net_spec spec;
    const struct cell_desc *cell;
    int T;         // room
    int length;    // timesteps of the last forward pass
    double factor; // gradients are those of factor * L
    struct track tracks[NET_MAX_LAYERS][NET_MAX_DIRECTIONS];
    double *logits, *y_hat, *logits_grad; // (T, O)
    double *loss;                         // (T)
    double *memory;                       // owns all of the above
    struct clamps clamps;                 // of the last forward pass
    double clamp_grad[CLAMP_MAX];         // dL/d(value) of each; what the backward pass found
};

// Where one layer and direction finds its weights, (in, out) row-major with out = G*H.
struct track_params {
    const double *input, *recurrent, *bias;
    const double *recurrent_bias, *diagonal;         // of cells that have them, else NULL
    double *input_grad, *recurrent_grad, *bias_grad; // NULL in a forward pass
    double *recurrent_bias_grad, *diagonal_grad;
};
struct track_params track_params_of(const struct layout *layout, const double *params, double *grads, int layer,
                                    int direction);

static inline int slot_width(const struct tape *tape, int layer, int slot) {
    return slot == tape->cell->input ? tape->tracks[layer][0].inputs : tape->spec.hidden;
}
// The timestep whose state enters t in this direction; -1 or T where there is none.
static inline int time_before(int direction, int t) {
    return direction == 0 ? t - 1 : t + 1;
}
static inline int time_after(int direction, int t) {
    return direction == 0 ? t + 1 : t - 1;
}

void clamps_keep(struct tape *tape, const struct clamps *clamps); // NULL: none
// Clamped units of a row take their values.
void clamp_values(const struct tape *tape, int layer, int direction, int slot, int t, double *row);
// Rows of gradients (count, width; one after the other) of a slot at t: clamped units become 0, since nothing that
// came before moves them. taken: NULL, or adds what each clamp held back (one entry a clamp).
void clamp_gradients(const struct tape *tape, int layer, int direction, int slot, int t, double *rows, int count,
                     double *taken);

// What the analyses share with the backward pass, so that each operation has one rule.
// d out/d(in[k]) of an elementwise step at t, unit by unit, to out (H); ones: H times 1.
void reference_local(const struct tape *tape, const struct layout *layout, const double *params, int layer,
                     int direction, int step, int k, int t, const double *ones, double *out);
// The weights that operand k of an affine step goes through: (width of the operand, H), rows *stride apart.
const double *reference_weights(const struct tape *tape, const struct layout *layout, const double *params, int layer,
                                int direction, int step, int k, size_t *stride);

double reference_break_factor(enum cell_op op); // what reference_break() set
