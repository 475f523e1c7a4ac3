#pragma once
// The inside of a workspace: shared by kernels.c (memory, layers forward), kernels_backward.c (layers backward),
// kernels_embed.c (embedded symbols), kernels_head.c (outputs and losses) and kernels_pair.c (what an encoder and a
// decoder hand to each other). Rows are (t, b), row-major over T then B; N = T * B. A layer's output holds both
// directions side by side: (T, B, D*H).

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
    float *d_h0;       // (B, H) of decoders: dL/dh0; dL/dc0 is what stays in dc
    float *last_h[WORKSPACE_STATES],
        *last_c[WORKSPACE_STATES]; // (B, H) the state that the last timestep left
    float *recurrent_t;            // (G*H, H) transposed copies, borrowed from the owner of the packed weights
    // packed (product.h): what the products of one timestep read where the weights are large; else NULL
    float *recurrent_packed, *recurrent_t_packed;
    float *input_t;                         // (G*H, I) of layers above the first and of embedded symbols; else NULL
    size_t input_at, recurrent_at, bias_at; // offsets in the slab
    size_t recurrent_bias_at;               // of cells with two biases
    size_t diagonal_at;                     // of cells with diagonal weights
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
    // The head: all N rows as they lie, or only some, one behind the other. Where a kind has one answer, at most B
    // rows.
    int head_rows;   // of the minibatch at hand
    bool gathered;   // only some; else NULLs below are not looked at
    int *rows;       // (head_rows) the row that each of them is; ascending where a sequence has several
    int *answers;    // (head_rows) its target
    float *head_in;  // (B, D*H) of kinds with one answer: what the head reads; else NULL, and that lies in d_out
    float *logits;   // (T, B, O) or (B, O): y_hat after forward, dL/dlogits after backward
    float *head_t;   // (O, D*H)
    float *embedded; // scratch of kernels_embed.c, or NULL
    size_t head_at, head_bias_at, embed_at;
    int *lengths;                  // (B) of the minibatch: timesteps up to the last that holds an input or a target
    int state;                     // which of the last_h, last_c carries on
    int carried[WORKSPACE_STATES]; // B of the state kept there; 0 = none
    bool started;                  // the minibatch at hand began with a carried state
    bool diagonals;                // the cell has diagonal weights
    const float *params;           // of the pass at hand
    float *grads;                  // of the backward pass at hand; NULL forward
    bool shared;                   // the packed weights belong to another workspace
    void *packed, *memory;
    size_t bytes, packed_bytes; // all of it; the packed weights, where they are its own
    // Of an encoder-decoder: a decoder owns its encoder's workspace; an encoder knows who takes its last states.
    struct workspace *encoder;
    const struct workspace *decoder;
};

// lengths of the minibatch: up to the last timestep that holds an input or a target (kernels.h)
void workspace_measure(struct workspace *workspace, const struct batch *batch);
// All layers; forward leaves their states in out. backward starts from dL/d(out of the highest layer) in d_out.
void layers_forward(struct workspace *workspace, const float *params, const struct batch *batch);
void layers_backward(struct workspace *workspace, const float *params, const struct batch *batch, float *grads);

// The head's loss and gradient; backward adds its parameters' gradients and leaves d_out.
double kernel_head_forward(struct workspace *workspace, const float *params, const struct batch *batch, long *tokens,
                           long *right);
void kernel_head_backward(struct workspace *workspace, const struct batch *batch, float scale, float *grads);

// gates = bias + W_x E[x], and its gradients: of W_x, of E, and of the bias (added to `bias`).
size_t embed_room(const struct workspace *workspace); // floats of `embedded`
void embed_forward(struct workspace *workspace, const float *params, const struct batch *batch, const struct lane *lane,
                   const float *bias);
void embed_backward(struct workspace *workspace, const float *params, const struct batch *batch,
                    const struct lane *lane, float *bias, float *grads);

// Of an encoder: adds to dL/dh and dL/dc of timestep t what the decoder sent back, in the rows whose last state that
// is.
void pair_take_back(const struct workspace *encoder, const struct cell_rows *rows, int layer, int direction, int t);

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
