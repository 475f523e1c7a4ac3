#pragma once
// The inside of a tape: shared by reference.c (forward), reference_head.c, reference_backward.c, gradcheck.c and the
// analyses. A row of a slot is at base + t * width; the input slot is I wide, all others H. An encoder-decoder is two
// tapes that know each other; what works on one of them asks tape_layout() and tape_example() for its own side.

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
    struct tape *encoder;                 // of a decoder: owned; else NULL
    struct tape *decoder;                 // of an encoder: who takes over its states; else NULL
};

// What belongs to this tape's side, from the whole layout (a side's own layout does as well) and the whole example.
static inline const struct layout *tape_layout(const struct tape *tape, const struct layout *layout) {
    if (!layout->encoder) return layout;
    return tape->decoder ? layout->encoder : layout->decoder;
}
static inline const struct example *tape_example(const struct tape *tape, const struct example *example) {
    return tape->decoder && example->source ? example->source : example;
}
// The side where parameter `param` of a layout is used.
static inline const struct tape *tape_of_param(const struct tape *tape, const struct layout *layout, int param) {
    if (!layout->encoder) return tape;
    const struct tape *decoder = tape->decoder ? tape->decoder : tape;
    return param < layout->encoder->count ? decoder->encoder : decoder;
}

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

// Where the head that answers at t reads the hidden state of this direction.
static inline int head_time(const struct tape *tape, int direction, int t) {
    return direction == 1 && net_one_answer(&tape->spec) ? 0 : t;
}
// The last timestep in a direction's own order: its state is handed to a decoder.
static inline int last_time(const struct tape *tape, int direction) {
    return direction == 0 ? tape->length - 1 : 0;
}

// The head at t: logits, y_hat, and the loss (0 without a target).
double head_forward(struct tape *tape, const struct layout *layout, const double *params, const struct example *example,
                    int t);
// dL/dlogits at t, and the head's own gradients (NULL: not wanted).
void head_backward(struct tape *tape, const struct layout *layout, double *grads, const struct example *example, int t);
// Adds W_ya dL/dlogits<t> of one direction to row (H): what the head at t sends to the state that it read.
void head_send(const struct tape *tape, const struct layout *layout, const double *params, int direction, int t,
               double *row);
bool head_has_loss(const struct tape *tape, int t); // after a backward pass: dL/dlogits<t> is not 0

// Linear algebra of the backward pass.
double reference_dot(const double *restrict a, const double *restrict b, int n);
// grads (n, H), rows stride apart, += factor * v (n) dz (H)^T
void reference_add_outer(double *grads, size_t stride, const double *v, int n, const double *restrict dz, int H,
                         double factor);
// z (H) += v (n) times weights (n, H), rows stride apart
void reference_add_product(double *restrict z, const double *v, int n, const double *weights, size_t stride, int H);

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

double reference_break_factor(int rule); // what reference_break() set
