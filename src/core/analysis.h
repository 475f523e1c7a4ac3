#pragma once
// What the screen asks about one example beyond forward and backward, each computed from a tape of the
// reference by the reference's own rules: gradients by the loss they come from, gradients by path, Jacobians
// between timesteps, the timesteps' shares of a weight's gradient, gate statistics, and the numeric gradient
// of one parameter. All heed the clamps of the tape's forward pass and the factor of tape_scale_loss().
//
// Of an encoder-decoder `tape` says which side is meant: the decoder's tape, or tape_encoder() of it. layer, direction,
// T and t are that side's; `layout` and `example` are always the whole ones, and the losses are the decoder's.
//
// Arrays belong to the caller unless said otherwise; a tape is only read. One thread at a time for a tape.
// Functions that need memory return false with ERR_MEMORY.

#include "reference.h"

// Long analyses ask between their timesteps whether to go on; false stops them with ERR_STOPPED. done: 0 to 1.
struct analysis_watch {
    bool (*go_on)(void *context, double done);
    void *context;
};

// --- gradients itemised by the loss that they come from ---

// dL<tau>/d(state s)<t> of one layer and direction for all pairs, by one backward pass in which all losses
// are carried side by side: matrices (tau, H) in place of vectors. After reference_backward() on this tape.
// norms[s]: (T tau, T t), Euclidean, or NULL; vectors[s]: (T tau, T t, H) or NULL; s indexes state_out. Rows
// of timesteps without a loss are 0. Summed over tau the vectors are tape_grad() of the state. Of an encoder tau counts
// the decoder's timesteps and t the encoder's: (T decoder, T encoder), still one pass, from the decoder into the
// encoder.
bool analysis_itemised(const struct tape *tape, const struct layout *layout, const double *params,
                       const struct example *example, int layer, int direction, double *const norms[CELL_MAX_STATES],
                       double *const vectors[CELL_MAX_STATES], struct err *err);

// --- gradients by path ---

// Which terms are followed back: what step i sends to its operand k, if follow[i][k].
struct path_mask {
    bool follow[CELL_MAX_STEPS][2];
};
void path_all(const struct cell_desc *cell, struct path_mask *mask);
void path_none(const struct cell_desc *cell, struct path_mask *mask); // nothing crosses from t to t-1
// From a state that enters to a state that leaves, only on ways through `slot` (a gate, a candidate, ...). A way
// ends at the first state that leaves. What the states of a timestep send among themselves (c through tanh c, or
// through a peephole, to a) stays.
void path_through(const struct cell_desc *cell, int slot, struct path_mask *mask);
// Only along the memory lane: sums and products that carry a state to itself (Gamma_f * c<t-1>), no gate's
// own gradient and no weights. Of a cell without such a lane (rnn): path_none.
void path_memory(const struct cell_desc *cell, struct path_mask *mask);

// dL/d(state s)<t> of one layer and direction over the paths that masks[t] (T entries; NULL: all) allows at each
// timestep; other layers, directions and a decoder send all they have. After reference_backward() on this tape.
// grads[s]: (T, H) or NULL. With path_all everywhere it is tape_grad(). Masks that split the ways through a
// single timestep t+1 (each of the slots that read a state) add up to the whole at t, path_none's share
// counted once.
bool analysis_path(const struct tape *tape, const struct layout *layout, const double *params,
                   const struct example *example, int layer, int direction, const struct path_mask *masks,
                   double *const grads[CELL_MAX_STATES], struct err *err);

// The same of one loss alone: dL<tau>/d(state s)<t>.
bool analysis_path_of_loss(const struct tape *tape, const struct layout *layout, const double *params,
                           const struct example *example, int layer, int direction, const struct path_mask *masks,
                           int tau, double *const grads[CELL_MAX_STATES], struct err *err);
// analysis_itemised() over the paths that masks (as above) allow: row tau is analysis_path_of_loss(). Losses are
// carried in groups, so that it takes a bounded amount of memory beside the results. watch: NULL, or asked.
bool analysis_itemised_path(const struct tape *tape, const struct layout *layout, const double *params,
                            const struct example *example, int layer, int direction, const struct path_mask *masks,
                            const struct analysis_watch *watch, double *const norms[CELL_MAX_STATES],
                            double *const vectors[CELL_MAX_STATES], struct err *err);

// --- Jacobians between two timesteps ---

// How the states of one layer and direction at `to` answer to those at `from` (as the timestep after `from`
// reads them: a and c independent of each other), every way through the timesteps between. One step is
//   F<t> = d(a, c)<t> / d(a, c)<t-1>, and the Jacobian is F<to> F<to-1> ... F<from+1>
// (Pascanu, Mikolov and Bengio 2013, equation 5). For rnn: F<t> = diag(1 - a^2) W_aa^T with W_aa as (in,
// out). Rows are the later state's entries, columns the earlier one's; with both states: first a, then c.
struct jacobian {
    int from, to;             // later in this direction's own order
    int steps;                // factors: |to - from|
    int rows, columns;        // H, or H * states where all states were asked for
    int size;                 // of a factor: H * states
    double *product;          // (rows, columns), from one backward pass, not from the factors
    double frobenius;         // its norm
    double *singular;         // (min(rows, columns)), largest first
    double *factors;          // (steps, size, size), F<t> in the order of the recurrence, from the earliest; NULL when
                              // that is more than JACOBIAN_KEPT numbers
    double factors_entry;     // the size of their largest finite entry
    double *factor_frobenius; // (steps)
    double *factor_largest;   // (steps) largest singular value
    // Going back from `to`: entry i is of F<to> ... down to factor i, the rows and columns of `product`; entry 0 is the
    // product itself.
    double *running_frobenius, *running_largest; // (steps)
    double *bound_frobenius, *bound_largest;     // (steps) the product of the factors' norms, which it cannot exceed
    double *memory;                              // owns the arrays
};
enum { JACOBIAN_MAX = 1024, JACOBIAN_KEPT = 1 << 23 }; // entries of the state taken; numbers of factors kept

// to_state, from_state: index into state_out, or -1 for all of them. After reference_forward(). Fails with
// ERR_VALUE when `to` does not come after `from` in this direction, ERR_LIMIT when the state is too large.
bool jacobian_init(struct jacobian *jacobian, const struct tape *tape, const struct layout *layout,
                   const double *params, int layer, int direction, int to, int to_state, int from, int from_state,
                   struct err *err);
bool jacobian_init_watched(struct jacobian *jacobian, const struct tape *tape, const struct layout *layout,
                           const double *params, int layer, int direction, int to, int to_state, int from,
                           int from_state, const struct analysis_watch *watch, struct err *err);
void jacobian_release(struct jacobian *jacobian);

// --- a weight's gradient by timestep ---

// Frobenius norm of each timestep's part of dL/d(param), to norms (T), without making the parts. After
// reference_backward(). The parts are those of tape_param_grad_at(). Of an encoder-decoder either tape will do: T is
// that of the parameter's side.
bool analysis_part_norms(const struct tape *tape, const struct layout *layout, const struct example *example, int param,
                         double *norms, struct err *err);
// One entry's parts, to parts (T); they sum to its gradient. row: what is read, column: of the stacked
// outputs.
bool analysis_entry_parts(const struct tape *tape, const struct layout *layout, const struct example *example,
                          int param, int row, int column, double *parts, struct err *err);

// One entry's part at one timestep.
double analysis_entry_part(const struct tape *tape, const struct layout *layout, const struct example *example,
                           int param, int row, int column, int t);

// --- gate statistics ---

// Of one slot of one layer and direction, over the timesteps of as many examples as were added. A value v
// counts as low when |v| <= GATE_SATURATED and as high when |v| >= 1 - GATE_SATURATED: shut and open for a
// gate; silent and saturated for a candidate or an activation.
#define GATE_SATURATED 0.1
#define UNIT_DEAD 1e-3 // a unit whose values all lie this close together says the same whatever it reads
struct unit_stats {
    double mean, smallest, largest, low, high; // low, high: shares of the values, 0..1
};
struct gate_stats {
    int layer, direction, slot, H;
    long count;                  // timesteps added
    double mean, low, high;      // over all units
    int dead;                    // units that never move (by UNIT_DEAD)
    int always_low, always_high; // units that never leave that end
    struct unit_stats *units;    // (H), owned
};
// spec: tape_spec() of the tapes that will be added.
bool gate_stats_init(struct gate_stats *stats, const struct net_spec *spec, int layer, int direction, int slot,
                     struct err *err);
void gate_stats_release(struct gate_stats *stats);
void gate_stats_add(struct gate_stats *stats,
                    const struct tape *tape); // after a forward pass; keeps all up to date

// --- the numeric gradient of one parameter ---

struct numeric_gradient {
    double epsilon;
    double minus, plus; // L at w - epsilon and w + epsilon, times factor
    double estimate;    // (plus - minus) / 2 epsilon
    double analytic;    // dL/dw by the backward pass
    double error;       // |estimate - analytic| / max(|estimate|, |analytic|); 0 where both are 0
};
// Entry (row, column) of a parameter as it lies in the slab. clamps: NULL, or held in all three passes.
// factor: as in tape_scale_loss(). Fails with ERR_VALUE when there is no such entry or epsilon is not above
// 0.
bool analysis_numeric(const struct layout *layout, const double *params, const struct example *example,
                      const struct clamps *clamps, double factor, int param, int row, int column, double epsilon,
                      struct numeric_gradient *out, struct err *err);
