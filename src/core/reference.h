#pragma once
// The reference engine: interprets a cell's steps in double, one operation at a time, slow, obvious and
// right. What it computes for one example is kept whole in a struct tape: every slot of every timestep, every
// gradient, and what each step sent to each of its operands. Finite differences check it; the kernels are
// checked against it; everything on screen and in trace files is read from it. A tape owns its memory; one
// thread at a time.
//
// Forward (Goodfellow et al. 2016, ch. 10; for the cells see cells/*.c): for t = 0..T-1, layer by layer,
//   slots by the cell's steps; logits = W_ya a + b_y; y_hat and L<t> by the kind of output (network.h).
// The loss is L = sum over t of mask<t> L<t>.
//
// An encoder-decoder is two tapes: that of the decoder, which is the one made here, and inside of it that of the
// encoder. Everywhere `layout` and `example` are the whole ones (layout_init's; example.source is the encoder's).

#include "clamp.h"
#include "network.h"

// One example, borrowed. x[t]: a symbol, or -1 for the zero vector; or real: x_real (T, I). target[t]: a symbol, or -1
// where there is no loss; of sigmoid and linear outputs any number from 0 on says that there is one, and target_real
// holds the answers. Where a kind has one answer, only the last timestep may have a target: the engine has no padding,
// and an earlier target (example_check() refuses it) would be answered by a<t> and the backward direction's t = 0.
struct example {
    int T;
    const int *x;
    const double *x_real; // NULL for symbols
    const int *target;
    const double *target_real;    // (T, O) of sigmoid (0 to 1) and linear outputs, else NULL
    const double *dropout;        // (L-1, T, D*H) factors on what a layer hands to the next one; NULL = none
    const struct example *source; // of encoder-decoders: what the encoder reads (its targets are not looked at)
};

// Whether a network can read an example. Fails (ERR_VALUE, ERR_LIMIT) and says what is missing or out of range and at
// which timestep: no timestep, a symbol or target, an answer of a sigmoid output outside of 0 to 1, a target before the
// last timestep where a kind has one answer, no source for an encoder. Numbers that are not finite pass: they come out
// as a loss that is not. The engine itself aborts at a symbol out of range or at arrays that are missing.
bool example_check(const struct net_spec *spec, const struct example *example, struct err *err);

struct tape;

// Room for T timesteps. Fails with ERR_MEMORY (the size asked for), ERR_LIMIT, or ERR_VALUE for an encoder-decoder,
// which needs two lengths.
struct tape *tape_new(const struct net_spec *spec, int T, struct err *err);
// The same of an encoder-decoder: T timesteps of the decoder, source_T of the encoder. Of other kinds source_T does not
// matter and tape_new() is what comes out.
struct tape *tape_new_pair(const struct net_spec *spec, int source_T, int T, struct err *err);
void tape_free(struct tape *tape);
// The tape itself reads as the decoder's: its spec is that of layout->decoder. The encoder's is borrowed and reads like
// any other (its logits are empty, its losses 0: no outputs); NULL in other kinds. The decoder's state_in at t = 0 is
// what was handed over, its gradient what goes back: that counts as from_future of the encoder's last states. The
// analyses take either tape and answer for that side.
const struct tape *tape_encoder(const struct tape *tape);

// params: a slab in double (layout.size). Returns the summed loss in nats.
double reference_forward(struct tape *tape, const struct layout *layout, const double *params,
                         const struct example *example);
// The same with values set by hand (gate surgery, pokes; clamp.h). The list is copied onto the tape: the backward
// pass and the analyses after it heed it, until the next forward pass. NULL: none.
double reference_forward_with(struct tape *tape, const struct layout *layout, const double *params,
                              const struct example *example, const struct clamps *clamps);
// After a forward pass with the same arguments. Adds dL/dparams to grads (layout.size, zeroed by the caller; NULL: the
// gradients of the states alone are wanted).
void reference_backward(struct tape *tape, const struct layout *layout, const double *params,
                        const struct example *example, double *grads);
void reference_params(const struct model *model, double *out); // float slab to double slab
// Gradients from now on are those of factor * L (1 at first): 1 / tokens gives those of the mean. Losses stay
// as they are.
void tape_scale_loss(struct tape *tape, double factor);

// Reading. t counts from 0. All pointers are borrowed and live as long as the tape. Slot vectors have H
// entries (the input slot: I of that layer, of layer 0 the one-hot vector in double, or the E numbers of the embedding;
// zeros where x is -1).
const struct net_spec *tape_spec(const struct tape *tape);
int tape_length(const struct tape *tape);
const double *tape_value(const struct tape *tape, int layer, int direction, int slot, int t);
const double *tape_grad(const struct tape *tape, int layer, int direction, int slot,
                        int t); // dL/d(slot), total
// What step `step` sent back to its operand k (0 or 1): one term of dL/d(in[k]). NULL for an operand of -1.
const double *tape_sent(const struct tape *tape, int layer, int direction, int step, int k, int t);
// The two sources of the gradient of a state that leaves the cell (state: index into state_out); they add up
// to tape_grad of that slot. from_loss: what arrives at timestep t itself (the head, or the layer above; for
// the memory c: through a<t>). from_future: what came back through timestep t+1 (zero at the end; at the end of an
// encoder what its decoder sends back). Where a kind has one answer, the head reads the backward direction at t = 0,
// and its gradient arrives there.
const double *tape_from_loss(const struct tape *tape, int layer, int direction, int state, int t);
const double *tape_from_future(const struct tape *tape, int layer, int direction, int state, int t);
const double *tape_logits(const struct tape *tape, int t); // (O)
const double *tape_y_hat(const struct tape *tape, int t);  // (O)
// (O), 0 without a target, else y_hat - onehot(target), y_hat - y (sigmoid), 2 (y_hat - y) / O (linear)
const double *tape_logits_grad(const struct tape *tape, int t);
double tape_loss(const struct tape *tape, int t); // nats, 0 where there is no target
// What timestep t contributes to dL/d(param): (in, out), written to out. The parts of all t sum to the gradient. The
// head's belong to the timestep of the loss, an embedding's to the timestep that looked the symbol up. Either tape of
// an encoder-decoder may be given: t counts on the side where the parameter is.
void tape_param_grad_at(const struct tape *tape, const struct layout *layout, const struct example *example, int param,
                        int t, double *out);

// Whether a clamp of the last forward pass holds this unit of a slot at t.
bool tape_clamped(const struct tape *tape, int layer, int direction, int slot, int t, int unit);
bool tape_has_clamps(const struct tape *tape); // of an encoder-decoder: either side
// dL/d(value) of clamp i of the last forward pass, all its units and timesteps together; after a backward pass.
double tape_clamp_grad(const struct tape *tape, int i);
int tape_clamp_count(const struct tape *tape); // of the last forward pass
// The clamp that set this unit (-1: any unit of the vector) in the last forward pass, or NULL. Borrowed.
const struct clamp *tape_clamp_at(const struct tape *tape, int layer, int direction, int slot, int t, int unit);

// Finite differences against the backward pass: central, of fourth order, step epsilon (0:
// GRADCHECK_EPSILON), over every parameter (or every stride-th). Relative error |n - a| / max(|n|, |a|,
// floor), signed and NaN-safe; the worst is reported. floor: a thousandth of the rms of the tensor's
// gradient. A right backward pass stays below GRADCHECK_TOLERANCE. Fails only when memory runs out.
// Every kind of network and output; an encoder-decoder with both of its networks.
#define GRADCHECK_EPSILON 1e-3
#define GRADCHECK_TOLERANCE 1e-6
struct gradcheck {
    double worst;
    int param;    // index in the layout of the worst
    size_t index; // inside that tensor
    double analytic, numeric;
    size_t checked;
};
bool reference_gradcheck(const struct layout *layout, const double *params, const struct example *example,
                         double epsilon, size_t stride, struct gradcheck *out, struct err *err);

// Test hook: what one rule of the backward pass is multiplied with (1 = right). A test sets -1 and must see the
// gradient check fail. Rules are the cells' operations (enum cell_op) and those beside them:
enum reference_rule {
    RULE_OUTPUT = OP_COUNT, // dL/dlogits
    RULE_HEAD,              // what the head sends to the states, and its weights' gradient
    RULE_EMBED,             // the looked-up row's gradient
    RULE_HAND_OVER,         // from the decoder's first states to the encoder's last
    RULE_COUNT
};
void reference_break(int rule, double factor);
