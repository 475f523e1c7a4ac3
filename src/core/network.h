#pragma once
// A network: its specification, the layout of its parameters, and the parameters. Parameters, gradients and
// optimiser state are slabs of float with one layout. Matrices lie as (in, out) row-major, the transpose of
// PyTorch's files, so that a one-hot input is a row lookup and no product needs a transpose; store/ turns
// them. A struct model owns its slab. Reading is safe from any thread while nobody writes.

#include "cell.h"
#include "err.h"
#include "rng.h"
#include <stddef.h>

enum net_kind {
    NET_ONE_TO_ONE,
    NET_ONE_TO_MANY,
    NET_MANY_TO_ONE,
    NET_MANY_TO_MANY,
    NET_ENCODER_DECODER,
    NET_KIND_COUNT
};
extern const char *const net_kind_names[NET_KIND_COUNT]; // "one-to-one" ...

// What the head makes of its O logits z, and the loss of a timestep in nats:
//   softmax  y_hat = softmax(z)     L<t> = -ln y_hat[target]                            one of O classes
//   sigmoid  y_hat = sigmoid(z)     L<t> = -sum over o of y ln y_hat + (1 - y) ln(1 - y_hat)   several of O
//   linear   y_hat = z              L<t> = mean over o of (y_hat - y)^2                 numbers; not nats
enum net_output { OUTPUT_SOFTMAX, OUTPUT_SIGMOID, OUTPUT_LINEAR, OUTPUT_COUNT };
extern const char *const net_output_names[OUTPUT_COUNT]; // "softmax" ...

enum { NET_MAX_LAYERS = 8, NET_MAX_DIRECTIONS = 2, NET_MAX_HIDDEN = 4096, NET_MAX_VOCABULARY = 1 << 20, NET_NAME = 64 };

struct net_spec {
    enum cell_id cell;
    enum activation activation;
    enum net_kind kind;
    int layers;     // L, 1 .. NET_MAX_LAYERS
    int hidden;     // H units a layer and direction
    int directions; // 1, or 2 for bidirectional
    int inputs;     // V symbols (one-hot), or I real channels when real_input
    int outputs;    // O
    bool real_input;
    int embed; // E: symbols are looked up in a (V, E) matrix before the first layer; 0 = one-hot
    enum net_output output;
};
// The kinds differ in where the head reads and where losses stand (targets below 0 carry none):
//   one-to-one, many-to-one  one loss, at the last timestep. In a bidirectional network the head reads the last state
//                            of each direction: forward in time that of the target's timestep, backward that of t = 0
//   one-to-many, many-to-many  the states of the loss's own timestep
//   encoder-decoder  two networks. The encoder (layers, directions, inputs, embed, real_input) has no head; the
//                    decoder (layers, one direction) reads and writes `outputs` symbols, embedded like the encoder's
//                    where embed is set. Each layer of the decoder starts from the last state of the same layer of the
//                    encoder, in a bidirectional one from the sum of both directions' last states
//                    (Sutskever et al. 2014; Cho et al. 2014). Its output is softmax

// Fails (ERR_VALUE) and says which size makes no sense: hidden 0, vocabulary 1, ...
bool net_spec_check(const struct net_spec *spec, struct err *err);
// The two networks of an encoder-decoder, as in layout->encoder and layout->decoder below.
struct net_spec net_encoder_spec(const struct net_spec *spec);
struct net_spec net_decoder_spec(const struct net_spec *spec);
const struct cell_desc *net_cell(const struct net_spec *spec);
// I of a layer: inputs (E where symbols are embedded), or H * directions above
int net_layer_inputs(const struct net_spec *spec, int layer);
static inline bool net_one_answer(const struct net_spec *spec) { // one loss a sequence
    return spec->kind == NET_ONE_TO_ONE || spec->kind == NET_MANY_TO_ONE;
}

enum param_role {
    PARAM_INPUT,
    PARAM_RECURRENT,
    PARAM_BIAS, // with two biases: that of the input
    PARAM_HEAD,
    PARAM_HEAD_BIAS,
    PARAM_RECURRENT_BIAS, // of cells with two biases
    PARAM_DIAGONAL,       // of cells with diagonal weights: (1, D*H), D = cell_diagonal_count()
    PARAM_EMBED           // (V, E), one row a symbol; in files too. layer -1
};
// Stored as (1, n), and of one dimension in files: biases and diagonals.
static inline bool param_is_vector(enum param_role role) {
    return role == PARAM_BIAS || role == PARAM_HEAD_BIAS || role == PARAM_RECURRENT_BIAS || role == PARAM_DIAGONAL;
}

struct param {
    char name[NET_NAME]; // PyTorch's: rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, head.weight,
                         // head.bias, embed.weight; of an encoder-decoder with encoder. or decoder. before
    enum param_role role;
    int layer, direction; // -1 for the head
    int in, out;          // (in, out) row-major in the slab; a bias has in = 1. out = G*H for the cells' matrices
    size_t offset;        // into the slab, in floats; every tensor starts on 64 bytes
};

// bias_hh is a parameter of cells with two biases alone (gru_reset_after). Where they would only ever add (rnn,
// lstm and the others) files get zeros there, and what a file has there is added to bias_ih. Diagonal weights
// are rnn.weight_ch_l0, after the biases.
struct layout {
    struct net_spec spec;
    struct param *params;
    int count;
    size_t size;    // floats of a slab, padding included
    size_t weights; // parameters a person would count (as stored here, without padding)
    // Of an encoder-decoder: its two networks as layouts of their own, made and released with this one. Their params
    // are entries of this one's, so offsets are into the same slab and size is the whole slab's. The encoder's spec has
    // kind many-to-many and outputs 0, the decoder's inputs = outputs and one direction. NULL in other kinds.
    struct layout *encoder, *decoder;
};

bool layout_init(struct layout *layout, const struct net_spec *spec, struct err *err);
void layout_release(struct layout *layout);
int layout_find(const struct layout *layout, const char *name); // -1 when unknown
// Index into params; -1 where there is none. Layer and direction do not matter for head and embedding. Of an
// encoder-decoder ask its encoder or decoder.
int layout_param(const struct layout *layout, enum param_role role, int layer, int direction);

struct model {
    struct layout layout;
    float *params; // layout.size floats
};

bool model_init(struct model *model, const struct net_spec *spec, struct err *err); // all zero
void model_release(struct model *model);
bool model_copy(struct model *to, const struct model *from, struct err *err);
// Uniform in +-1/sqrt(H) as PyTorch does; head in +-1/sqrt(fan in); embeddings normal with variance 1; the LSTM's
// forget bias is then set to forget_bias.
void model_randomise(struct model *model, struct rng *rng, float forget_bias);
// The first tensor holding NaN or infinity, or -1.
int model_not_finite(const struct layout *layout, const float *slab);
