// Long short-term memory with peephole connections (Gers, Schraudolph and Schmidhuber 2002, section 3; the equations
// as in Graves 2013, eq. 7 to 11): the gates look at the memory through a diagonal of weights w, one for each unit.
// The forget and the update gate see the memory that enters, the output gate the one that has just been made:
//   Gamma_f = sigmoid(W_f [a<t-1>, x<t>] + b_f + w_fc * c<t-1>)
//   Gamma_u = sigmoid(W_u [a<t-1>, x<t>] + b_u + w_uc * c<t-1>)
//   c~      = tanh   (W_c [a<t-1>, x<t>] + b_c)
//   c<t>    = Gamma_u * c~ + Gamma_f * c<t-1>
//   Gamma_o = sigmoid(W_o [a<t-1>, x<t>] + b_o + w_oc * c<t>)      a<t> = Gamma_o * tanh c<t>
// Blocks are stored in the order of lstm, i f g o, and the diagonals i f o; the walk is f u c~ c o a.
#include "cell.h"

#include <stddef.h>

enum {
    X,
    A_PREV,
    C_PREV,
    Z_FAX,
    PEEP_F,
    Z_F,
    GATE_F,
    Z_UAX,
    PEEP_U,
    Z_U,
    GATE_U,
    Z_C,
    C_TILDE,
    KEEP_C,
    WRITE_C,
    C,
    Z_OAX,
    PEEP_O,
    Z_O,
    GATE_O,
    TANH_C,
    A,
    SLOTS
};
enum { BLOCK_U, BLOCK_F, BLOCK_C, BLOCK_O, BLOCKS };

// clang-format off
extern const struct cell_desc cell_lstm_peephole;
const struct cell_desc cell_lstm_peephole = {
    .id = CELL_LSTM_PEEPHOLE, .name = "lstm_peephole", .title = "Peephole LSTM", .pytorch = NULL,
    .slot_count = SLOTS, .step_count = 19, .block_count = BLOCKS, .part_count = 6, .state_count = 2,
    .slots = {
        [X] = {"x", "input", {{"x", ""}, {"x", ""}, {"x", ""}}, SLOT_INPUT, IDENTITY_A, -1, NULL, NULL},
        [A_PREV] = {"a_prev", "previous activation", {{"a", ""}, {"h", ""}, {"h", ""}},
                    SLOT_STATE_IN, IDENTITY_A, A, NULL, NULL},
        [C_PREV] = {"c_prev", "previous memory", {{"c", ""}, {"c", ""}, {"c", ""}},
                    SLOT_STATE_IN, IDENTITY_A, C, NULL, NULL},
        [Z_FAX] = {"z_fax", "forget gate's sum without the peephole", {{"z", "fax"}, {"z", "fhx"}, {"z", "fhx"}},
                   SLOT_PREACT, IDENTITY_F, -1, NULL, NULL},
        [PEEP_F] = {"peep_f", "forget gate's peephole",
                    {{"w_{fc} * c", ""}, {"w_{cf} \\odot c", ""}, {"w_{cf} \\odot c", ""}},
                    SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [Z_F] = {"z_f", "forget gate's weighted sum", {{"z", "f"}, {"z", "f"}, {"z", "f"}},
                 SLOT_PREACT, IDENTITY_F, -1, NULL, NULL},
        [GATE_F] = {"gate_f", "forget gate", {{"\\Gamma", "f"}, {"f", ""}, {"f", ""}},
                    SLOT_GATE, IDENTITY_F, -1, "keeps what it remembered", "erases what it remembered"},
        [Z_UAX] = {"z_uax", "update gate's sum without the peephole", {{"z", "uax"}, {"z", "ihx"}, {"z", "ihx"}},
                   SLOT_PREACT, IDENTITY_U, -1, NULL, NULL},
        [PEEP_U] = {"peep_u", "update gate's peephole",
                    {{"w_{uc} * c", ""}, {"w_{ci} \\odot c", ""}, {"w_{ci} \\odot c", ""}},
                    SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [Z_U] = {"z_u", "update gate's weighted sum", {{"z", "u"}, {"z", "i"}, {"z", "i"}},
                 SLOT_PREACT, IDENTITY_U, -1, NULL, NULL},
        [GATE_U] = {"gate_u", "update gate", {{"\\Gamma", "u"}, {"i", ""}, {"i", ""}},
                    SLOT_GATE, IDENTITY_U, -1, "writes the candidate", "ignores the candidate"},
        [Z_C] = {"z_c", "candidate's weighted sum", {{"z", "c"}, {"z", "c"}, {"z", "g"}},
                 SLOT_PREACT, IDENTITY_C, -1, NULL, NULL},
        [C_TILDE] = {"c_tilde", "candidate", {{"\\tilde{c}", ""}, {"\\tilde{c}", ""}, {"g", ""}},
                     SLOT_CANDIDATE, IDENTITY_C, -1, NULL, NULL},
        [KEEP_C] = {"keep_c", "what is kept",
                    {{"\\Gamma_f * c", ""}, {"f \\odot c", ""}, {"f \\odot c", ""}},
                    SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [WRITE_C] = {"write_c", "what is written",
                     {{"\\Gamma_u * \\tilde{c}", ""}, {"i \\odot \\tilde{c}", ""}, {"i \\odot g", ""}},
                     SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [C] = {"c", "memory", {{"c", ""}, {"c", ""}, {"c", ""}}, SLOT_STATE_OUT, IDENTITY_A, -1, NULL, NULL},
        [Z_OAX] = {"z_oax", "output gate's sum without the peephole", {{"z", "oax"}, {"z", "ohx"}, {"z", "ohx"}},
                   SLOT_PREACT, IDENTITY_O, -1, NULL, NULL},
        [PEEP_O] = {"peep_o", "output gate's peephole",
                    {{"w_{oc} * c", ""}, {"w_{co} \\odot c", ""}, {"w_{co} \\odot c", ""}},
                    SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [Z_O] = {"z_o", "output gate's weighted sum", {{"z", "o"}, {"z", "o"}, {"z", "o"}},
                 SLOT_PREACT, IDENTITY_O, -1, NULL, NULL},
        [GATE_O] = {"gate_o", "output gate", {{"\\Gamma", "o"}, {"o", ""}, {"o", ""}},
                    SLOT_GATE, IDENTITY_O, -1, "shows its memory", "hides its memory"},
        [TANH_C] = {"tanh_c", "squashed memory", {{"\\tanh c", ""}, {"\\tanh c", ""}, {"\\tanh c", ""}},
                    SLOT_PRODUCT, IDENTITY_A, -1, NULL, NULL},
        [A] = {"a", "activation", {{"a", ""}, {"h", ""}, {"h", ""}},
               SLOT_STATE_OUT, IDENTITY_A, -1, NULL, NULL},
    },
    .steps = {
        {OP_AFFINE, Z_FAX, {A_PREV, X}, BLOCK_F},
        {OP_DIAGONAL, PEEP_F, {C_PREV, -1}, BLOCK_F},
        {OP_ADD, Z_F, {Z_FAX, PEEP_F}, -1},
        {OP_SIGMOID, GATE_F, {Z_F, -1}, -1},
        {OP_AFFINE, Z_UAX, {A_PREV, X}, BLOCK_U},
        {OP_DIAGONAL, PEEP_U, {C_PREV, -1}, BLOCK_U},
        {OP_ADD, Z_U, {Z_UAX, PEEP_U}, -1},
        {OP_SIGMOID, GATE_U, {Z_U, -1}, -1},
        {OP_AFFINE, Z_C, {A_PREV, X}, BLOCK_C},
        {OP_TANH, C_TILDE, {Z_C, -1}, -1},
        {OP_MUL, KEEP_C, {GATE_F, C_PREV}, -1},
        {OP_MUL, WRITE_C, {GATE_U, C_TILDE}, -1},
        {OP_ADD, C, {WRITE_C, KEEP_C}, -1},
        {OP_AFFINE, Z_OAX, {A_PREV, X}, BLOCK_O},
        {OP_DIAGONAL, PEEP_O, {C, -1}, BLOCK_O},
        {OP_ADD, Z_O, {Z_OAX, PEEP_O}, -1},
        {OP_SIGMOID, GATE_O, {Z_O, -1}, -1},
        {OP_TANH, TANH_C, {C, -1}, -1},
        {OP_MUL, A, {GATE_O, TANH_C}, -1},
    },
    .blocks = {
        [BLOCK_U] = {"u", {{"W", "u"}, {"W", "i"}, {"W", "i"}}, IDENTITY_U},
        [BLOCK_F] = {"f", {{"W", "f"}, {"W", "f"}, {"W", "f"}}, IDENTITY_F},
        [BLOCK_C] = {"c", {{"W", "c"}, {"W", "c"}, {"W", "g"}}, IDENTITY_C},
        [BLOCK_O] = {"o", {{"W", "o"}, {"W", "o"}, {"W", "o"}}, IDENTITY_O},
    },
    .parts = {
        {"gate_f", "Forget gate", "Forget gate gradient", 0, 4, GATE_F},
        {"gate_u", "Update gate", "Update gate gradient", 4, 4, GATE_U},
        {"c_tilde", "Candidate", "Candidate gradient", 8, 2, C_TILDE},
        {"memory", "Memory", "Memory gradient", 10, 3, C},
        {"gate_o", "Output gate", "Output gate gradient", 13, 4, GATE_O},
        {"activation", "Activation", "Activation gradient", 17, 2, A},
    },
    .input = X, .state_in = {A_PREV, C_PREV}, .state_out = {A, C},
};
// clang-format on
