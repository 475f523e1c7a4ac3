#pragma once
// A record: everything one example did in one update. The reference engine fills it (double, every slot, every
// gradient, every term), so digits on screen and in trace files are the same numbers; tests hold the training kernels
// to the same values. It owns copies of what it needs: it stays valid when the model goes on. Read-only after it
// was made, so it may be made in one thread and read in another.

#include "example_batch.h"
#include "trainer.h"
#include <stdatomic.h>

enum reduction { REDUCTION_SUM, REDUCTION_MEAN }; // L = sum of L<t> (the course), or the mean over tokens (training)

struct record_names; // interned texts, private to record_names.c

// What symbols are called. answers: of the outputs, where they have texts of their own (labels, the target language);
// else NULL, and they are the inputs'. Without any text a symbol is told by its number.
struct record_texts {
    char *const *symbols;
    int symbol_count;
    char *const *answers;
    int answer_count;
};

// An encoder-decoder's record is three: the whole, and each side as a record of its own, whose layout, example, tape,
// names and symbols are that side's, so that what works on a record works on either side. A side borrows everything
// and lives as long as the whole. Of the whole, layout is that of both; example, tape and the names of tensors are the
// decoder's. What walks and looks takes a side (record_side()); what trains, saves and analyses takes the whole.
struct record {
    unsigned long serial; // no two records of a process have the same
    struct layout layout;
    struct example example;           // arrays owned by the record; of an encoder-decoder what the decoder reads
    struct example source;            // and what its encoder reads; example.source points here
    struct record *encoder, *decoder; // the sides; NULL in other kinds, and in a side
    const struct record *whole;       // of a side: whose; else itself
    char **symbols;                   // texts of the vocabulary, owned; symbols[0] is "<EOS>"
    int symbol_count;
    char **answers; // texts of the outputs where they are others, owned; else NULL
    int answer_count;
    enum reduction reduction;
    struct tape *tape; // forward and backward of L (gradients are scaled for the mean)
    struct train_options options;
    int64_t update;         // number of this update, from 1
    double loss;            // L, nats
    double loss_scale;      // L = loss_scale * sum of L<t>: 1, or 1 / tokens (of the whole minibatch)
    double *params, *grads; // before the update, layout.size
    double *clipped;        // total held in +-clip_value, times clip_scale
    double *params_after;
    double grad_norm, clip_scale, clipped_norm; // norms of total, before and after
    // Where the example is one of a minibatch, and the update that of the whole (trainer.h): L is its part of the mean
    // over all tokens, and so are its gradients; clip and update work on own part and rest together.
    struct example_batch *batch; // held; NULL: the update is of this example alone
    int batch_index;             // which of it the example is
    bool batch_edited;           // the example is not as it stands there, or values are set by hand
    long batch_tokens;           // that carry a loss, in all of its examples
    double *rest;                // gradient of the other examples, layout.size; NULL without a minibatch
    double *total;               // grads + rest; without a minibatch grads itself
    double own_norm, rest_norm;  // of grads and rest
    double rest_loss;            // the other examples' part of the mean loss
    float *m_before, *v_before;  // optimiser state before the update, or NULL where the rule has none
    float *m_after, *v_after;    // and after it
    atomic_int holders;          // who still needs it
    const struct record *like;   // held: whose values its frozen vectors take (clamp.h); else NULL
    struct record_names *names;
};

// Runs forward, backward, clip and update of one example on copies. m, v: optimiser state before (NULL = zeros).
// symbols may be NULL. Fails with ERR_MEMORY, ERR_LIMIT (no timestep), or ERR_VALUE: a symbol outside the vocabulary,
// or something that is not finite; the message names the first operation that made it, its timestep and unit.
struct record *record_new(const struct model *model, const struct example *example, char *const *symbols,
                          int symbol_count, enum reduction reduction, const struct train_options *options,
                          const float *m, const float *v, int64_t update, struct err *err);
// The same with texts for the answers, and with values set by hand in the forward pass (clamp.h), where clamps is not
// NULL. Also fails (ERR_VALUE) for a clamp of what is not there.
struct record *record_new_with(const struct model *model, const struct example *example, const struct clamps *clamps,
                               const struct record_texts *texts, enum reduction reduction,
                               const struct train_options *options, const float *m, const float *v, int64_t update,
                               struct err *err);
// The record of one example within a minibatch: the update is that of trainer_step() on all of it. example: what stands
// in the place of the minibatch's own (an edited copy); NULL for that itself. The other examples are computed one after
// the other by the reference, without clamps. Fails as record_new_with().
struct record_within {
    struct example_batch *batch; // the record holds it
    int index;
    // NULL, or a record of the same minibatch: where its parameters and its number of tokens are the same, what it
    // knows of the other examples is taken over (of another example only where that record's was not edited).
    const struct record *like;
};
struct record *record_new_within(const struct model *model, const struct example *example,
                                 const struct record_within *within, const struct clamps *clamps,
                                 const struct record_texts *texts, const struct train_options *options, const float *m,
                                 const float *v, int64_t update, struct err *err);
// Each holder of a record frees it once; it goes away with the last. From any thread.
const struct record *record_hold(const struct record *record);
void record_free(const struct record *record);

// The encoder's or the decoder's side; in other kinds, which have one side, the record itself. Any of the three may be
// given.
const struct record *record_side(const struct record *record, bool encoder);
// The side whose parameter it is, of the whole's list; of a side's list itself.
const struct record *record_side_of_param(const struct record *record, int param);
bool record_is_encoder(const struct record *side);
bool record_is_decoder(const struct record *side); // of an encoder-decoder

const struct cell_desc *record_cell(const struct record *record);
int record_T(const struct record *record);
int record_H(const struct record *record);
const char *record_symbol(const struct record *record, int symbol); // text of a symbol that is read; "0" for -1
// Text of an output: of softmax a symbol; of sigmoid and linear outputs without texts its number, from 1.
const char *record_answer(const struct record *record, int output);

// dL/dx<t> of what layer 0 reads, entry k: both directions send to it. And the names of "input" and "backward/input".
double record_input_grad(const struct record *side, int t, int k);
const char *record_input_name(const struct record *side, bool grad);
int record_input_width(const struct record *side); // I: symbols, E numbers of an embedding, or channels

// --- neighbours in time, of one side ---

int record_before(const struct record *side, int direction, int t);      // whose state enters t; -1 where none does
int record_after(const struct record *side, int direction, int t);       // whose gradient comes back to t; -1
bool record_has_past(const struct record *side, int direction, int t);   // ..., or what an encoder left
bool record_has_future(const struct record *side, int direction, int t); // ..., or what a decoder sends back
bool record_has_target(const struct record *side, int t);
// The timestep whose loss reaches the top layer's hidden state at t through the head; -1 where none does. Another one
// than t where there is one answer and the direction is backward: the head reads its state at t = 0.
int record_loss_time(const struct record *side, int direction, int t);
// Whether a gradient arrives at the hidden state of a layer from above: from the layer above, or from a loss.
bool record_hears_loss(const struct record *side, int layer, int direction, int t);
// Whether the network shows an output at t: at every timestep, or at the last one where there is one answer.
bool record_shows_output(const struct record *side, int t);

// --- named tensors: what the trace file holds, by the names of docs/formats.md ---
//   input (T, I): what the first layer reads: one-hot symbols, embedded ones (T, E), or the real vectors
//   symbol (T) of symbols, -1 the zero vector   target (T), of sigmoid and linear outputs (T, O)   mask (T)
//   forward/l{k}[_reverse]/{slot} (T, H)   forward/logits, forward/y_hat (T, O)   forward/loss (T)   forward/total_loss
//   (1) backward/l{k}[_reverse]/{slot} (T, H)   backward/from_loss/..., backward/from_future/... of the states
//   backward/sent/l{k}[_reverse]/{step}_{k} (T, H)   one term: what a step of the cell sent to its operand k
//   backward/logits (T, O)   backward/input (T, I)
//   grad/, param/, param_after/, delta/{parameter}  as in PyTorch's files: (out, in), a bias (out), an embedding (V, E)
//   grad_at/{parameter} (T, as the parameter)   norm/grad_at/{parameter} (T): the Euclidean length of each timestep's
//   part clip/grad/{parameter}: grad/ (total/) held in +-clip/max_value (where that is not 0), then times clip/scale
//   optimizer/m/{parameter}, optimizer/v/{parameter}  state of the optimiser before the update, of rules that have it
//   clip/grad_norm, clip/clipped_norm, clip/max_norm, clip/max_value, clip/scale (1)
//   of an example within a minibatch: rest/{parameter}, the gradient of the other examples, and total/{parameter}, both
//   together, which is what is clipped then; clip/own_norm, clip/rest_norm of grad/ and rest/; minibatch/loss the mean
//   over all tokens, minibatch/rest_loss the other examples' part of it (1)
//   clamp/grad (C): dL/d(value) of each value set by hand, where there are some
//   of an encoder-decoder all that has a T is the decoder's, and with encoder/ before it the encoder's with its own T
//   (encoder/input, encoder/forward/l0/..., but no target, logits or losses); grad_at/ has the T of the parameter's
//   side norm/{name of a (T, ...) tensor of backward/} (T): the Euclidean length of its rows
// An element is named by row and column (struct source of a draw list, narration, lessons): of (T, H) row = t, column =
// unit; of a parameter row = unit with its gate block's offset, or output symbol, column = what is read (of an
// embedding row = symbol, column = its number); of a tensor of
// one dimension row alone (column -1). Of grad_at/ row = t times the parameter's rows + its row. All count from 0.

// Calls `each` for every tensor; data is row-major and valid during the call. False when memory ran out (the rest is
// missing).
typedef void trace_each_fn(void *context, const char *name, int dims, const int64_t *shape, const double *data);
bool record_each(const struct record *record, trace_each_fn *each, void *context);
// Names for draw sources; the texts live as long as the record.
enum record_kind { RECORD_FORWARD, RECORD_BACKWARD, RECORD_FROM_LOSS, RECORD_FROM_FUTURE, RECORD_KIND_COUNT };
const char *record_name(const struct record *record, enum record_kind kind, int layer, int direction, int slot);
const char *record_norm_name(const struct record *record, enum record_kind kind, int layer, int direction,
                             int slot); // not FORWARD
const char *record_sent_name(const struct record *record, int layer, int direction, int step,
                             int k); // backward/sent/...
const char *record_sent_norm_name(const struct record *record, int layer, int direction, int step, int k);
const char *record_param_name(const struct record *record, int param, bool grad); // "param/NAME" or "grad/NAME"
enum record_param_kind {
    RECORD_PARAM,
    RECORD_GRAD,
    RECORD_CLIPPED,
    RECORD_PARAM_AFTER,
    RECORD_DELTA,
    RECORD_MOMENT, // optimizer/m/
    RECORD_SQUARE, // optimizer/v/
    RECORD_REST,   // of a minibatch: of its other examples
    RECORD_TOTAL,  // and of all
    RECORD_GRAD_AT,
    RECORD_GRAD_AT_NORM,
    RECORD_PARAM_KIND_COUNT
};
const char *record_param_name_of(const struct record *record, enum record_param_kind kind, int param);
bool record_has(const struct record *record, enum record_param_kind kind); // state of the optimiser, a minibatch
enum record_param_kind record_total_kind(const struct record *record); // what is clipped: RECORD_TOTAL or RECORD_GRAD
double record_batch_loss(const struct record *record);                 // minibatch/loss: L, with the others' part
int record_batch_count(const struct record *record);                   // examples in the minibatch; 1 without one
// The shape of a parameter as in the files above, and where an entry lies in a slab.
int param_rows(const struct param *param);
int param_columns(const struct param *param);
size_t param_index(const struct param *param, int row, int column);
// At a row and column of a parameter as in the files above; column 0 for a bias.
double record_param_value(const struct record *record, enum record_param_kind kind, int param, int row, int column);
double record_norm(const double *values, int n); // Euclidean length
// A parameter as in the files above: its rows and columns (a bias: 1), where an entry lies in a slab, and the timesteps
// of the side where it is used.
void record_param_shape(const struct record *record, int param, int *rows, int *columns);
size_t record_param_index(const struct record *record, int param, int row, int column);
int record_param_T(const struct record *record, int param);
