// The vanilla RNN (Elman 1990; Goodfellow et al. 2016, equations 10.8 and 10.9):
//   z_a<t> = W_aa a<t-1> + W_ax x<t> + b_a        a<t> = tanh(z_a<t>) or max(z_a<t>, 0)
#include "cell.h"

enum { X, A_PREV, Z_A, A, SLOTS };

// clang-format off
#define SLOT(id_, title_, course, papers, role_, next_)                                               \
    {.id = id_, .title = title_, .symbol = {course, papers, papers}, .role = role_,                   \
     .identity = IDENTITY_A, .next = next_}
#define WRITTEN(...) {__VA_ARGS__}

#define RNN(activation_op)                                                                            \
    {                                                                                                 \
        .id = CELL_RNN, .name = "rnn", .title = "RNN", .pytorch = "RNN",                              \
        .slot_count = SLOTS, .step_count = 2, .block_count = 1, .part_count = 1, .state_count = 1,    \
        .slots = {                                                                                    \
            [X] = SLOT("x", "input", WRITTEN("x", ""), WRITTEN("x", ""), SLOT_INPUT, -1),             \
            [A_PREV] = SLOT("a_prev", "previous activation", WRITTEN("a", ""), WRITTEN("h", ""),      \
                            SLOT_STATE_IN, A),                                                        \
            [Z_A] = SLOT("z_a", "weighted sum", WRITTEN("z", "a"), WRITTEN("z", "h"),                 \
                         SLOT_PREACT, -1),                                                            \
            [A] = SLOT("a", "activation", WRITTEN("a", ""), WRITTEN("h", ""), SLOT_STATE_OUT, -1),    \
        },                                                                                            \
        .steps = {                                                                                    \
            {OP_AFFINE, Z_A, {A_PREV, X}, 0},                                                         \
            {activation_op, A, {Z_A, -1}, -1},                                                        \
        },                                                                                            \
        .blocks = {{"a", {{"W", "a"}, {"W", "h"}, {"W", "h"}}, IDENTITY_A}},                          \
        .parts = {{"activation", "Activation", "Activation gradient", 0, 2, A}},                      \
        .input = X, .state_in = {A_PREV}, .state_out = {A},                                           \
    }
// clang-format on

extern const struct cell_desc cell_rnn_tanh, cell_rnn_relu;
const struct cell_desc cell_rnn_tanh = RNN(OP_TANH);
const struct cell_desc cell_rnn_relu = RNN(OP_RELU);
