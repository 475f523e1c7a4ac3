#pragma once
// A cell, described once: its vectors (slots), its operations (steps), its weights (blocks) and what a person
// walks through (parts). From this table come the reference forward and backward pass, the printed equations,
// the order of the walk, the diagram, and the names in traces and lessons. One file in cells/ exports one
// const struct cell_desc; one line in cell.c lists it. All tables are const and borrowed; any thread may read
// them.

#include <stdbool.h>

enum cell_id { CELL_RNN, CELL_GRU_SIMPLE, CELL_GRU, CELL_GRU_RESET_AFTER, CELL_LSTM, CELL_LSTM_PEEPHOLE, CELL_COUNT };
enum activation { ACTIVATION_TANH, ACTIVATION_RELU, ACTIVATION_COUNT }; // of the vanilla RNN

// How the same vector is written. COURSE: a<t>, Gamma_u, c~<t>; PAPER: h_t, i_t, z_t; PYTORCH: h_t, g_t, n_t.
enum notation { NOTATION_COURSE, NOTATION_PAPER, NOTATION_PYTORCH, NOTATION_COUNT };

enum cell_op {
    // out = W_a[block] in[0] + W_x[block] in[1] + b[block]; an operand of -1 is left out. With two biases each
    // operand brings its own: out = (W_a in[0] + b_a) + (W_x in[1] + b_x)
    OP_AFFINE,
    OP_SIGMOID,   // out = 1 / (1 + exp(-in[0]))
    OP_TANH,      // out = tanh(in[0])
    OP_RELU,      // out = max(in[0], 0)
    OP_MUL,       // out = in[0] * in[1], elementwise
    OP_ADD,       // out = in[0] + in[1]
    OP_ONE_MINUS, // out = 1 - in[0]
    OP_DIAGONAL,  // out = w_c[block] * in[0], elementwise: a diagonal matrix of weights
    OP_COUNT
};

enum slot_role {
    SLOT_INPUT,     // x<t>, the only slot of size I; all others have H units
    SLOT_STATE_IN,  // a<t-1>, c<t-1>
    SLOT_PREACT,    // z, what goes into a squasher
    SLOT_GATE,      // in [0, 1]
    SLOT_CANDIDATE, // the proposed new content
    SLOT_PRODUCT,   // an intermediate elementwise value
    SLOT_STATE_OUT  // a<t>, c<t>
};

// The colour identity of a thing on screen; the letters of the theme. IDENTITY_A is plain ink.
enum identity { IDENTITY_A, IDENTITY_F, IDENTITY_U, IDENTITY_O, IDENTITY_C, IDENTITY_R, IDENTITY_COUNT };

// Maths markup (math.h of ui reads it) without time or unit: base "\\Gamma", sub "f".
struct symbol {
    const char *base; // e.g. "\\Gamma", "\\tilde{c}", "a", "\\tanh c"
    const char *sub;  // "" where there is none
};

enum { CELL_MAX_SLOTS = 32, CELL_MAX_STEPS = 24, CELL_MAX_BLOCKS = 8, CELL_MAX_PARTS = 12, CELL_MAX_STATES = 2 };

struct cell_slot {
    const char *id;    // name in traces and lessons: "gate_f", "c_tilde", "a_prev"
    const char *title; // "forget gate"
    struct symbol symbol[NOTATION_COUNT];
    enum slot_role role;
    enum identity identity;
    int next;                     // of SLOT_STATE_IN: the slot it becomes one timestep earlier (its STATE_OUT); else -1
    const char *at_one, *at_zero; // polarity of a gate: what 1 and 0 do ("keeps", "erases"); else NULL
};

struct cell_step {
    enum cell_op op;
    int out;   // slot
    int in[2]; // slots; -1 = none. OP_AFFINE: in[0] recurrent operand (H), in[1] input operand (I)
    int block; // of OP_AFFINE and OP_DIAGONAL; else -1
};

// A block of weights: rows [k*H, (k+1)*H) of the stacked (G*H, I) and (G*H, H) matrices, k = its index.
struct cell_block {
    const char *id;                       // "f"
    struct symbol weight[NOTATION_COUNT]; // stacked: W_f; course
    enum identity identity;
};

// What a person walks through as one operation: a run of steps that ends in one result.
struct cell_part {
    const char *id;             // "gate_f"; the name that lessons use
    const char *title;          // "Forget gate"
    const char *backward_title; // "Forget gate gradient"
    int first, count;           // steps
    int result;                 // slot
};

struct cell_desc {
    enum cell_id id;
    const char *name;    // "lstm", the word of the command line
    const char *title;   // "LSTM"
    const char *pytorch; // "LSTM", or NULL where torch.nn has no such cell
    int slot_count, step_count, block_count, part_count, state_count;
    bool two_biases; // W_a and W_x have a bias each, as in PyTorch's files; else one b is added
    struct cell_slot slots[CELL_MAX_SLOTS];
    struct cell_step steps[CELL_MAX_STEPS];    // in the order computed
    struct cell_block blocks[CELL_MAX_BLOCKS]; // in the order stored (PyTorch's where it has the cell)
    struct cell_part parts[CELL_MAX_PARTS];    // in the order walked; together they cover the steps in order
    int input;                                 // slot of x<t>
    int state_in[CELL_MAX_STATES],
        state_out[CELL_MAX_STATES]; // [0] is the hidden state a (h), [1] the memory c
};

const struct cell_desc *cell_describe(enum cell_id id,
                                      enum activation activation); // never NULL for valid ids
bool cell_by_name(const char *name, enum cell_id *id);
int cell_slot_by_id(const struct cell_desc *cell, const char *id); // -1 when unknown
int cell_part_by_id(const struct cell_desc *cell, const char *id); // -1 when unknown
// Diagonal weights are stored for the blocks that have them, in the order of the blocks: how many there are,
// and which row is that of a block (-1 where it has none).
int cell_diagonal_count(const struct cell_desc *cell);
int cell_diagonal_row(const struct cell_desc *cell, int block);
int cell_state_index(const struct cell_desc *cell, int slot); // of state_out; -1: no state that leaves
int cell_part_of_step(const struct cell_desc *cell, int step);
