#pragma once
// Training: minibatches in, updates out, on the fused float kernels. A trainer borrows the model, owns
// gradients, optimiser state and workspace. One thread drives a trainer; it splits the batch over its own
// worker threads. Same seed, same thread count: same bits.

#include "network.h"
#include <stdint.h>

// With g the gradient after clipping, every operation elementwise (epsilon stands outside of the root):
//   sgd       p -= lr g
//   momentum  m = mu m + g, p -= lr m                                (Polyak 1964; Sutskever et al. 2013, eq. 1)
//   rmsprop   m = decay m + (1 - decay) g^2, p -= lr g / (sqrt(m) + epsilon)
//                                                                    (Tieleman and Hinton 2012, lecture 6.5)
//   adagrad   m += g^2, p -= lr g / (sqrt(m) + epsilon)              (Duchi et al. 2011, fig. 1)
//   adam      m, v and their bias corrections                        (Kingma and Ba 2015, algorithm 1)
// With weight_decay each starts with p -= lr weight_decay p: decoupled, not part of the gradient
// (Loshchilov and Hutter 2019, algorithm 2; with Adam that is AdamW). It reaches every parameter.
enum optimizer {
    OPTIMIZER_SGD,
    OPTIMIZER_MOMENTUM,
    OPTIMIZER_RMSPROP,
    OPTIMIZER_ADAGRAD,
    OPTIMIZER_ADAM,
    OPTIMIZER_COUNT
};
int optimizer_slabs(enum optimizer optimizer); // slabs of state: 0, 1 (m) or 2 (m, v)
extern const char *const optimizer_names[OPTIMIZER_COUNT];

struct train_options {
    enum optimizer optimizer;
    double lr;
    double beta1, beta2, epsilon; // Adam (Kingma and Ba 2015, algorithm 1)
    double clip_norm;             // 0 = none; Pascanu et al. 2013, algorithm 1
    double clip_value;            // 0 = none; else each entry is held in [-clip_value, clip_value], before the norm
    double momentum;              // mu
    double decay;                 // of RMSProp
    double weight_decay;          // 0 = none
    // Share of the values that a layer hands to the next one that become 0, the others times 1 / (1 - dropout): only
    // between stacked layers, never in time (Srivastava et al. 2014; Zaremba et al. 2014, section 3.1), and only in
    // training. The masks follow from the seed, the number of the update and the column: not from the threads.
    double dropout;
    uint64_t dropout_seed;
    int threads;
};
// adam, lr 0.002, 0.9, 0.999, 1e-8, clip norm 5, momentum 0.9, decay 0.9, no weight decay, 1 thread
struct train_options train_options_default(void);

// A minibatch, borrowed. x, target: (T, B) row-major; x < 0 is the zero vector, target < 0 carries no loss.
// Each sequence starts from the zero state unless carry: then from the final state of the previous batch
// (same B). Nets with real inputs read x_real; x may then be NULL (it would only tell what is padding: x < 0, see
// kernels.h). Where a kind has one answer, each sequence has its target at its last timestep.
struct batch {
    int T, B;
    const int *x, *target;
    bool carry;               // of one-directional nets, where a sequence goes on: not with one answer, nor of an
                              // encoder-decoder
    const float *x_real;      // (T, B, I), or NULL
    const float *target_real; // (T, B, O) of sigmoid and linear outputs, where target >= 0 says that there is a loss
    // (L-1, T, B, D*H) factors on what a layer hands to the next one; NULL = none. Of the kernels: a trainer draws its
    // own.
    const float *dropout;
    // Of encoder-decoders: what the encoder reads (same B; targets are not looked at). A sequence shorter than its T
    // ends where x (or, of real inputs, the x that marks padding) is below 0 from there on.
    const struct batch *source;
};

// Loss and gradients are the mean over the tokens that carry a loss.
struct step_report {
    double loss;       // nats a token, before the update
    double grad_norm;  // before clipping
    double clip_scale; // by norm; 1 = not clipped
    long clamped;      // entries of the gradient that were clipped by value
    long tokens;       // that carried a loss
};

struct trainer;
// max_T, max_B: the largest minibatch that will come.
struct trainer *trainer_new(struct model *model, const struct train_options *options, int max_T, int max_B,
                            struct err *err);
// The same with room of its own for the source of an encoder-decoder (trainer_new: max_T for both).
struct trainer *trainer_new_pair(struct model *model, const struct train_options *options, int max_source_T, int max_T,
                                 int max_B, struct err *err);
void trainer_free(struct trainer *trainer);
// One whole update. Fails when the loss, a gradient or a parameter is not finite: the first tensor and the first
// timestep where it is seen are named. Also fails (ERR_VALUE) on a minibatch that the network cannot read, and says
// what stands at which timestep of which sequence: too large, a symbol or target out of range, numbers that are missing
// or not finite, no source, two targets where a kind has one answer, carry where no state is carried. The model is
// unchanged then. A minibatch without any target changes nothing and reports 0 tokens.
bool trainer_step(struct trainer *trainer, const struct batch *batch, struct step_report *report, struct err *err);
// Forward only, with a carried state of its own: summed loss over the tokens that carry one, their number, and how many
// were predicted right. Right are, of a softmax output, the tokens whose largest y_hat is the target's; of a sigmoid
// output as many tokens as outputs are on the right side of 0.5, O of them making one, rounded; of a linear output
// none.
bool trainer_evaluate(struct trainer *trainer, const struct batch *batch, double *loss_sum, long *tokens, long *right,
                      struct err *err);
// Whoever writes the model's parameters while a trainer borrows it (a checkpoint, history) says so.
void trainer_refresh(struct trainer *trainer);
// The next batch with carry starts from the zero state again (a new epoch, a new text).
void trainer_reset_state(struct trainer *trainer);
void trainer_set_lr(struct trainer *trainer, double lr);
size_t trainer_memory(const struct trainer *trainer); // bytes owned
struct trainer_memory_parts {
    size_t gradients, state, packed, workspace; // bytes; the model's own parameters are not among them
};
struct trainer_memory_parts trainer_memory_by_part(const struct trainer *trainer);

// For tests and for the workbench's update phase: the gradients (mean over tokens, before clipping) without
// an update.
bool trainer_gradients(struct trainer *trainer, const struct batch *batch, float *grads, double *loss, struct err *err);

// Optimiser state, saved and restored bit for bit: step count and the slabs it uses (count of them by
// optimizer).
int64_t trainer_updates(const struct trainer *trainer);
int trainer_state_slabs(const struct trainer *trainer);
float *trainer_state(struct trainer *trainer, int slab); // layout.size floats, borrowed
void trainer_restore_updates(struct trainer *trainer, int64_t updates);

// The update rule alone, on slabs, in place: used by the trainer and by the record's update alike.
// grads are scaled by clip_scale first. m and v may be NULL where the rule has no such
// state (optimizer_slabs). update counts from 1.
void optimizer_apply(const struct train_options *options, size_t n, float *params, const float *grads, float *m,
                     float *v, int64_t update, double clip_scale);
double clip_scale_for(double norm, double clip_norm); // min(1, clip_norm / norm); 1 when clip_norm is 0
// Clipping by value, which comes first: into [-clip_value, clip_value]; 0 = none. Of one number, and of a slab as the
// trainer does it (in float); the latter returns how many entries were outside.
double clip_held(double g, double clip_value);
long clip_hold(float *grads, size_t n, double clip_value);
