// The simplified gated recurrent unit: the update gate alone, as the course introduces it. One state, a = c.
//   c~      = tanh   (W_c [c<t-1>, x<t>] + b_c)     Gamma_u = sigmoid(W_u [c<t-1>, x<t>] + b_u)
//   c<t> = Gamma_u * c~ + (1 - Gamma_u) * c<t-1>
// The polarity is that of Chung et al. 2014 (arXiv 1412.3555, equation 4): 1 writes. Blocks are stored in the
// order u c, which is also that of the walk.
#include "cell.h"

#include <stddef.h>

enum { X, C_PREV, Z_U, GATE_U, Z_C, C_TILDE, REST_U, KEEP_C, WRITE_C, C, SLOTS };
enum { BLOCK_U, BLOCK_C, BLOCKS };

// clang-format off
extern const struct cell_desc cell_gru_simple;
const struct cell_desc cell_gru_simple = {
    .id = CELL_GRU_SIMPLE, .name = "gru_simple", .title = "Simple GRU", .pytorch = NULL,
    .slot_count = SLOTS, .step_count = 8, .block_count = BLOCKS, .part_count = 3, .state_count = 1,
    .slots = {
        [X] = {"x", "input", {{"x", ""}, {"x", ""}, {"x", ""}}, SLOT_INPUT, IDENTITY_A, -1, NULL, NULL},
        [C_PREV] = {"c_prev", "previous memory", {{"c", ""}, {"h", ""}, {"h", ""}},
                    SLOT_STATE_IN, IDENTITY_A, C, NULL, NULL},
        [Z_U] = {"z_u", "update gate's weighted sum", {{"z", "u"}, {"s", "z"}, {"s", "z"}},
                 SLOT_PREACT, IDENTITY_U, -1, NULL, NULL},
        [GATE_U] = {"gate_u", "update gate", {{"\\Gamma", "u"}, {"z", ""}, {"z", ""}},
                    SLOT_GATE, IDENTITY_U, -1, "writes the candidate", "keeps what it remembered"},
        [Z_C] = {"z_c", "candidate's weighted sum", {{"z", "c"}, {"s", "h"}, {"s", "n"}},
                 SLOT_PREACT, IDENTITY_C, -1, NULL, NULL},
        [C_TILDE] = {"c_tilde", "candidate", {{"\\tilde{c}", ""}, {"\\tilde{h}", ""}, {"n", ""}},
                     SLOT_CANDIDATE, IDENTITY_C, -1, NULL, NULL},
        [REST_U] = {"rest_u", "what the update gate leaves",
                    {{"1-\\Gamma_u", ""}, {"1-z", ""}, {"1-z", ""}}, SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [KEEP_C] = {"keep_c", "what is kept",
                    {{"\\t{kept}", ""}, {"\\t{kept}", ""}, {"\\t{kept}", ""}}, // too long for a label
                    SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [WRITE_C] = {"write_c", "what is written",
                     {{"\\Gamma_u * \\tilde{c}", ""}, {"z \\odot \\tilde{h}", ""}, {"z \\odot n", ""}},
                     SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [C] = {"c", "memory", {{"c", ""}, {"h", ""}, {"h", ""}}, SLOT_STATE_OUT, IDENTITY_A, -1, NULL, NULL},
    },
    .steps = {
        {OP_AFFINE, Z_U, {C_PREV, X}, BLOCK_U},
        {OP_SIGMOID, GATE_U, {Z_U, -1}, -1},
        {OP_AFFINE, Z_C, {C_PREV, X}, BLOCK_C},
        {OP_TANH, C_TILDE, {Z_C, -1}, -1},
        {OP_ONE_MINUS, REST_U, {GATE_U, -1}, -1},
        {OP_MUL, KEEP_C, {REST_U, C_PREV}, -1},
        {OP_MUL, WRITE_C, {GATE_U, C_TILDE}, -1},
        {OP_ADD, C, {WRITE_C, KEEP_C}, -1},
    },
    .blocks = {
        [BLOCK_U] = {"u", {{"W", "u"}, {"W", "z"}, {"W", "z"}}, IDENTITY_U},
        [BLOCK_C] = {"c", {{"W", "c"}, {"W", "h"}, {"W", "n"}}, IDENTITY_C},
    },
    .parts = {
        {"gate_u", "Update gate", "Update gate gradient", 0, 2, GATE_U},
        {"c_tilde", "Candidate", "Candidate gradient", 2, 2, C_TILDE},
        {"memory", "Memory", "Memory gradient", 4, 4, C},
    },
    .input = X, .state_in = {C_PREV}, .state_out = {C},
};
// clang-format on
