#pragma once
// The inside of a workspace: shared by kernels.c (memory, forward) and kernels_backward.c. Rows are (t, b),
// row-major over T then B; N = T * B. A layer's output holds both directions side by side: (T, B, D*H).

#include "kernels.h"
#include "loops.h"

enum { WORKSPACE_STATES = 3 };

// What the last block of weights multiplies; the blocks before it multiply the state that enters.
enum last_block {
    LAST_DIRECT, // the state too
    LAST_APART,  // the state too, but the result is kept apart from the input's share, as in gru_reset_after: `mixed`
    LAST_MIXED,  // a product of a gate and the state, as in gru: `mixed`, known when the other blocks are
};

// One layer in one direction.
struct lane {
    float *gates;      // (T, B, G*H) activations after forward, dL/dz after backward
    float *c, *tanh_c; // (T, B, H), of cells with a memory; else NULL
    float *h0, *c0;    // (B, H) the state that the first timestep reads
    float *dc;         // (B, H)
    float *mixed;      // (T, B, H) LAST_MIXED: what the last block multiplies. LAST_APART: what it gives, and
                       // after backward the gradient of that
    float *both;       // (G*H) of two biases: those that only add, together; scratch in backward
    float *d_mixed;    // (B, H)
    float *carry;      // (B, H) of cells that keep a share of h; else NULL
    float *last_h[WORKSPACE_STATES],
        *last_c[WORKSPACE_STATES]; // (B, H) the state that the last timestep left
    float *recurrent_t;            // (G*H, H) transposed copies, borrowed from the owner of the packed weights
    // packed (product.h): what the products of one timestep read where the weights are large; else NULL
    float *recurrent_packed, *recurrent_t_packed;
    float *input_t;                         // (G*H, I) of layers above the first; else NULL
    size_t input_at, recurrent_at, bias_at; // offsets in the slab
    size_t recurrent_bias_at;               // of cells with two biases
};

struct workspace {
    const struct layout *layout;
    const struct cell_desc *cell;
    const struct loops *loops;
    enum last_block last_block;
    int direct_blocks; // blocks that multiply the state that enters
    bool keeps;        // a share of h goes on past the weights
    int max_T, max_B;
    struct lane lanes[NET_MAX_LAYERS][NET_MAX_DIRECTIONS];
    float *out[NET_MAX_LAYERS]; // (T, B, D*H)
    float *d_out, *d_below;     // (T, B, D*H)
    float *logits;              // (T, B, O): y_hat after forward, dL/dlogits after backward
    float *head_t;              // (O, D*H)
    size_t head_at, head_bias_at;
    int *lengths;                  // (B) of the minibatch: timesteps up to the last that holds an input or a target
    int state;                     // which of the last_h, last_c carries on
    int carried[WORKSPACE_STATES]; // B of the state kept there; 0 = none
    bool started;                  // the minibatch at hand began with a carried state
    bool shared;                   // the packed weights belong to another workspace
    void *packed, *memory;
    size_t bytes, packed_bytes; // all of it; the packed weights, where they are its own
};

// (N, D*H) what layer `layer` > 0 reads: the output of the one below, with dropout in d_below, where it stays until
// d_below is written.
const float *workspace_below(struct workspace *workspace, const struct batch *batch, int layer);
// Sets the weights of a recurrent product: c += a W, W being (H, G*H), or its transpose (G*H, H); only the blocks
// that multiply the state, or only the last block where that stands apart.
void lane_weights(const struct workspace *workspace, const struct lane *lane, const float *params, bool last,
                  struct product *product);
void lane_weights_back(const struct workspace *workspace, const struct lane *lane, bool last, struct product *product);
// One sequence forward in time, from the rows of timestep t; without the weights and the states before.
struct single workspace_single(const struct workspace *workspace, int layer, int T, int t);

// The rows of one timestep, as the cells' loops want them.
struct cell_rows workspace_rows(const struct workspace *workspace, int layer, int direction, int t, int T, int B);
