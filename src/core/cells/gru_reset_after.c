// The gated recurrent unit with the reset gate behind the matrix product, as cuDNN and torch.nn.GRU compute it
// (pytorch.org, nn.GRU). PyTorch's names: r and z for the gates, n for the candidate, h for the state c.
//   r = sigmoid(W_ir x + b_ir + W_hr h<t-1> + b_hr)     z = sigmoid(W_iz x + b_iz + W_hz h<t-1> + b_hz)
//   n = tanh(W_in x + b_in + r * (W_hn h<t-1> + b_hn))  h<t> = (1 - z) * n + z * h<t-1>
// z has PyTorch's polarity (and that of Cho et al. 2014): 1 keeps; the course's Gamma_u is 1 - z. The two biases
// of the candidate do different things, so both biases are parameters. Blocks are stored in PyTorch's order
// r z n, which is also that of the walk.
#include "cell.h"

#include <stddef.h>

enum { X, C_PREV, Z_R, GATE_R, Z_Z, GATE_Z, Z_CC, RESET_Z, Z_CX, Z_C, C_TILDE, REST_Z, KEEP_C, WRITE_C, C, SLOTS };
enum { BLOCK_R, BLOCK_Z, BLOCK_C, BLOCKS };

// clang-format off
extern const struct cell_desc cell_gru_reset_after;
const struct cell_desc cell_gru_reset_after = {
    .id = CELL_GRU_RESET_AFTER, .name = "gru_reset_after", .title = "Reset-after GRU", .pytorch = "GRU",
    .slot_count = SLOTS, .step_count = 13, .block_count = BLOCKS, .part_count = 4, .state_count = 1,
    .two_biases = true,
    .slots = {
        [X] = {"x", "input", {{"x", ""}, {"x", ""}, {"x", ""}}, SLOT_INPUT, IDENTITY_A, -1, NULL, NULL},
        [C_PREV] = {"c_prev", "previous memory", {{"c", ""}, {"h", ""}, {"h", ""}},
                    SLOT_STATE_IN, IDENTITY_A, C, NULL, NULL},
        [Z_R] = {"z_r", "reset gate's weighted sum", {{"z", "r"}, {"s", "r"}, {"s", "r"}},
                 SLOT_PREACT, IDENTITY_R, -1, NULL, NULL},
        [GATE_R] = {"gate_r", "reset gate", {{"\\Gamma", "r"}, {"r", ""}, {"r", ""}},
                    SLOT_GATE, IDENTITY_R, -1, "lets the candidate see the memory", "hides the memory from the candidate"},
        [Z_Z] = {"z_z", "update gate's weighted sum", {{"z", "z"}, {"s", "z"}, {"s", "z"}},
                 SLOT_PREACT, IDENTITY_U, -1, NULL, NULL},
        [GATE_Z] = {"gate_z", "update gate", {{"\\Gamma", "z"}, {"z", ""}, {"z", ""}},
                    SLOT_GATE, IDENTITY_U, -1, "keeps what it remembered", "takes the candidate"},
        [Z_CC] = {"z_cc", "memory's share of the candidate's sum", {{"z", "cc"}, {"s", "hh"}, {"s", "hn"}},
                  SLOT_PREACT, IDENTITY_C, -1, NULL, NULL},
        [RESET_Z] = {"reset_z", "relevant share",
                     {{"\\Gamma_r * z_{cc}", ""}, {"r \\odot s_{hh}", ""}, {"r \\odot s_{hn}", ""}},
                     SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [Z_CX] = {"z_cx", "input's share of the candidate's sum", {{"z", "cx"}, {"s", "xh"}, {"s", "in"}},
                  SLOT_PREACT, IDENTITY_C, -1, NULL, NULL},
        [Z_C] = {"z_c", "candidate's weighted sum", {{"z", "c"}, {"s", "h"}, {"s", "n"}},
                 SLOT_PREACT, IDENTITY_C, -1, NULL, NULL},
        [C_TILDE] = {"c_tilde", "candidate", {{"\\tilde{c}", ""}, {"\\tilde{h}", ""}, {"n", ""}},
                     SLOT_CANDIDATE, IDENTITY_C, -1, NULL, NULL},
        [REST_Z] = {"rest_z", "what the update gate leaves",
                    {{"1-\\Gamma_z", ""}, {"1-z", ""}, {"1-z", ""}}, SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [KEEP_C] = {"keep_c", "what is kept",
                    {{"\\Gamma_z * c", ""}, {"z \\odot h", ""}, {"z \\odot h", ""}},
                    SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [WRITE_C] = {"write_c", "what is written",
                     {{"\\t{new}", ""}, {"\\t{new}", ""}, {"\\t{new}", ""}}, // too long for a label
                     SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [C] = {"c", "memory", {{"c", ""}, {"h", ""}, {"h", ""}}, SLOT_STATE_OUT, IDENTITY_A, -1, NULL, NULL},
    },
    .steps = {
        {OP_AFFINE, Z_R, {C_PREV, X}, BLOCK_R},
        {OP_SIGMOID, GATE_R, {Z_R, -1}, -1},
        {OP_AFFINE, Z_Z, {C_PREV, X}, BLOCK_Z},
        {OP_SIGMOID, GATE_Z, {Z_Z, -1}, -1},
        {OP_AFFINE, Z_CC, {C_PREV, -1}, BLOCK_C},
        {OP_MUL, RESET_Z, {GATE_R, Z_CC}, -1},
        {OP_AFFINE, Z_CX, {-1, X}, BLOCK_C},
        {OP_ADD, Z_C, {Z_CX, RESET_Z}, -1},
        {OP_TANH, C_TILDE, {Z_C, -1}, -1},
        {OP_ONE_MINUS, REST_Z, {GATE_Z, -1}, -1},
        {OP_MUL, WRITE_C, {REST_Z, C_TILDE}, -1},
        {OP_MUL, KEEP_C, {GATE_Z, C_PREV}, -1},
        {OP_ADD, C, {WRITE_C, KEEP_C}, -1},
    },
    .blocks = {
        [BLOCK_R] = {"r", {{"W", "r"}, {"W", "r"}, {"W", "r"}}, IDENTITY_R},
        [BLOCK_Z] = {"z", {{"W", "z"}, {"W", "z"}, {"W", "z"}}, IDENTITY_U},
        [BLOCK_C] = {"c", {{"W", "c"}, {"W", "h"}, {"W", "n"}}, IDENTITY_C},
    },
    .parts = {
        {"gate_r", "Reset gate", "Reset gate gradient", 0, 2, GATE_R},
        {"gate_z", "Update gate", "Update gate gradient", 2, 2, GATE_Z},
        {"c_tilde", "Candidate", "Candidate gradient", 4, 5, C_TILDE},
        {"memory", "Memory", "Memory gradient", 9, 4, C},
    },
    .input = X, .state_in = {C_PREV}, .state_out = {C},
};
// clang-format on
