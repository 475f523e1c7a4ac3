// The gated recurrent unit (Cho et al. 2014) as the course writes it: the relevance gate is applied before the
// matrix product. One state, a = c.
//   Gamma_r = sigmoid(W_r [c<t-1>, x<t>] + b_r)     Gamma_u = sigmoid(W_u [c<t-1>, x<t>] + b_u)
//   c~      = tanh   (W_c [Gamma_r * c<t-1>, x<t>] + b_c)
//   c<t> = Gamma_u * c~ + (1 - Gamma_u) * c<t-1>
// The polarity of the update gate is that of Chung et al. 2014 (arXiv 1412.3555, equation 4): 1 writes. Cho et
// al. and PyTorch have it the other way round; for PyTorch's own cell see gru_reset_after.c. Blocks are stored
// in the order r u c, which is also that of the walk.
#include "cell.h"

#include <stddef.h>

enum { X, C_PREV, Z_R, GATE_R, Z_U, GATE_U, RESET_C, Z_C, C_TILDE, REST_U, KEEP_C, WRITE_C, C, SLOTS };
enum { BLOCK_R, BLOCK_U, BLOCK_C, BLOCKS };

// clang-format off
extern const struct cell_desc cell_gru;
const struct cell_desc cell_gru = {
    .id = CELL_GRU, .name = "gru", .title = "GRU", .pytorch = NULL,
    .slot_count = SLOTS, .step_count = 11, .block_count = BLOCKS, .part_count = 4, .state_count = 1,
    .slots = {
        [X] = {"x", "input", {{"x", ""}, {"x", ""}, {"x", ""}}, SLOT_INPUT, IDENTITY_A, -1, NULL, NULL},
        [C_PREV] = {"c_prev", "previous memory", {{"c", ""}, {"h", ""}, {"h", ""}},
                    SLOT_STATE_IN, IDENTITY_A, C, NULL, NULL},
        [Z_R] = {"z_r", "relevance gate's weighted sum", {{"z", "r"}, {"s", "r"}, {"s", "r"}},
                 SLOT_PREACT, IDENTITY_R, -1, NULL, NULL},
        [GATE_R] = {"gate_r", "relevance gate", {{"\\Gamma", "r"}, {"r", ""}, {"r", ""}},
                    SLOT_GATE, IDENTITY_R, -1, "lets the candidate see the memory", "hides the memory from the candidate"},
        [Z_U] = {"z_u", "update gate's weighted sum", {{"z", "u"}, {"s", "z"}, {"s", "z"}},
                 SLOT_PREACT, IDENTITY_U, -1, NULL, NULL},
        [GATE_U] = {"gate_u", "update gate", {{"\\Gamma", "u"}, {"z", ""}, {"z", ""}},
                    SLOT_GATE, IDENTITY_U, -1, "writes the candidate", "keeps what it remembered"},
        [RESET_C] = {"reset_c", "relevant memory",
                     {{"\\Gamma_r * c", ""}, {"r \\odot h", ""}, {"r \\odot h", ""}},
                     SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
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
        {OP_AFFINE, Z_R, {C_PREV, X}, BLOCK_R},
        {OP_SIGMOID, GATE_R, {Z_R, -1}, -1},
        {OP_AFFINE, Z_U, {C_PREV, X}, BLOCK_U},
        {OP_SIGMOID, GATE_U, {Z_U, -1}, -1},
        {OP_MUL, RESET_C, {GATE_R, C_PREV}, -1},
        {OP_AFFINE, Z_C, {RESET_C, X}, BLOCK_C},
        {OP_TANH, C_TILDE, {Z_C, -1}, -1},
        {OP_ONE_MINUS, REST_U, {GATE_U, -1}, -1},
        {OP_MUL, KEEP_C, {REST_U, C_PREV}, -1},
        {OP_MUL, WRITE_C, {GATE_U, C_TILDE}, -1},
        {OP_ADD, C, {WRITE_C, KEEP_C}, -1},
    },
    .blocks = {
        [BLOCK_R] = {"r", {{"W", "r"}, {"W", "r"}, {"W", "r"}}, IDENTITY_R},
        [BLOCK_U] = {"u", {{"W", "u"}, {"W", "z"}, {"W", "z"}}, IDENTITY_U},
        [BLOCK_C] = {"c", {{"W", "c"}, {"W", "h"}, {"W", "n"}}, IDENTITY_C},
    },
    .parts = {
        {"gate_r", "Relevance gate", "Relevance gate gradient", 0, 2, GATE_R},
        {"gate_u", "Update gate", "Update gate gradient", 2, 2, GATE_U},
        {"c_tilde", "Candidate", "Candidate gradient", 4, 3, C_TILDE},
        {"memory", "Memory", "Memory gradient", 7, 4, C},
    },
    .input = X, .state_in = {C_PREV}, .state_out = {C},
};
// clang-format on
