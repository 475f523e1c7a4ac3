#include "diagram_table.h"

#define COUNT(array) (int)(sizeof(array) / sizeof *(array))
#define TABLE(cell)                                                                                                    \
    .nodes = cell##_nodes, .wires = cell##_wires, .markers = cell##_markers, .node_count = COUNT(cell##_nodes),        \
    .wire_count = COUNT(cell##_wires), .marker_count = COUNT(cell##_markers)

// Rows that all cells share: the lane, the product on its way up, gates, squashers, maps, and the lane of a.
enum { LANE = 110, MIX = 232, GATE = 310, SQUASH = 376, MAP = 446, RAIL = 522, JOIN = 200, BOTTOM = 640, LEFT = -20 };

// --- LSTM: columns in the order computed ---
enum { F = 250, U = 436, C = 622, O = 808, PLUS = 529, OUT = 952, UP = 1044, RIGHT = 1108, SQUASH_C = 168, SHOW = 276 };

#define GATE_LABELS(column) .full = {column - 10, 288, ALIGN_RIGHT}, .inspector = {column - 14, 268, ALIGN_RIGHT}

static const struct diagram_node lstm_nodes[] = {
    {NODE_CONCAT, NULL, JOIN, RAIL},
    {NODE_COPY, NULL, F, RAIL},
    {NODE_COPY, NULL, U, RAIL},
    {NODE_COPY, NULL, C, RAIL},
    {NODE_COPY, "c", OUT, LANE},
    {NODE_COPY, "a", UP, RAIL},
    {NODE_MAP, "z_f", F, MAP},
    {NODE_MAP, "z_u", U, MAP},
    {NODE_MAP, "z_c", C, MAP},
    {NODE_MAP, "z_o", O, MAP},
    {NODE_SQUASHER, "gate_f", F, SQUASH},
    {NODE_SQUASHER, "gate_u", U, SQUASH},
    {NODE_SQUASHER, "c_tilde", C, SQUASH},
    {NODE_SQUASHER, "gate_o", O, SQUASH},
    {NODE_SQUASHER, "tanh_c", OUT, SQUASH_C},
    {NODE_OPERATOR, "keep_c", F, LANE},
    {NODE_OPERATOR, "write_c", PLUS, MIX},
    {NODE_OPERATOR, "c", PLUS, LANE},
    {NODE_OPERATOR, "a", OUT, SHOW},
    {NODE_STRIP, "gate_f", F, GATE, GATE_LABELS(F)},
    {NODE_STRIP, "gate_u", U, GATE, GATE_LABELS(U)},
    {NODE_STRIP, "c_tilde", C, GATE, .full = {C - 10, 288, ALIGN_RIGHT}, .inspector = {C + 16, 268, ALIGN_LEFT}},
    {NODE_STRIP, "gate_o", O, GATE, GATE_LABELS(O)},
    {NODE_STRIP, "c_prev", 104, LANE, .full = {104, 76, ALIGN_CENTER}, .inspector = {104, 66, ALIGN_CENTER}},
    {NODE_STRIP, "a_prev", 104, RAIL, .full = {104, 498, ALIGN_CENTER}, .inspector = {104, 488, ALIGN_CENTER}},
    {NODE_STRIP, "keep_c", 388, LANE, .full_only = true, .full = {388, 76, ALIGN_CENTER}},
    {NODE_STRIP, "write_c", PLUS, 172, .full_only = true, .full = {PLUS + 94, 178, ALIGN_LEFT}},
    {NODE_STRIP, "tanh_c", OUT, 222, .full_only = true, .full = {OUT - 92, 228, ALIGN_RIGHT}},
    {NODE_STRIP, "c", 735, LANE, .full_x = 690, .full_y = LANE, .full = {690, 76, ALIGN_CENTER},
     .inspector = {735, 66, ALIGN_CENTER}},
    {NODE_STRIP, "a", OUT, 400, .full_x = OUT, .full_y = 392, .full = {OUT - 92, 398, ALIGN_RIGHT},
     .inspector = {OUT + 10, 335, ALIGN_LEFT}},
};

#define ALL_MAPS "gate_f gate_u c_tilde gate_o"

static const struct diagram_wire lstm_wires[] = {
    {"c_prev", "memory", WIRE_HEAD_BACK, {{LEFT, LANE}, {F, LANE}}},
    {"keep_c", "memory", 0, {{F, LANE}, {PLUS, LANE}}},
    {"c", "sum_1", 0, {{PLUS, LANE}, {OUT, LANE}}},
    {"c", "sum_1", WIRE_HEAD | WIRE_FUTURE, {{OUT, LANE}, {RIGHT, LANE}}},
    {"a_prev", ALL_MAPS " input", WIRE_BOTH, {{LEFT, RAIL}, {JOIN, RAIL}}},
    {NULL, ALL_MAPS " input", WIRE_HEAD | WIRE_INPUT, {{JOIN, BOTTOM}, {JOIN, RAIL}}},
    {"a_prev", ALL_MAPS, WIRE_THICK, {{JOIN, RAIL}, {F, RAIL}}},
    {"a_prev", "gate_u c_tilde gate_o", WIRE_THICK, {{F, RAIL}, {U, RAIL}}},
    {"a_prev", "c_tilde gate_o", WIRE_THICK, {{U, RAIL}, {C, RAIL}}},
    {"a_prev", "gate_o", WIRE_HEAD | WIRE_THICK, {{C, RAIL}, {O, RAIL}, {O, MAP}}},
    {"a_prev", "gate_f", WIRE_HEAD | WIRE_THICK, {{F, RAIL}, {F, MAP}}},
    {"a_prev", "gate_u", WIRE_HEAD | WIRE_THICK, {{U, RAIL}, {U, MAP}}},
    {"a_prev", "c_tilde", WIRE_HEAD | WIRE_THICK, {{C, RAIL}, {C, MAP}}},
    {"z_f", "gate_f", WIRE_BOTH, {{F, MAP}, {F, SQUASH}}},
    {"z_u", "gate_u", WIRE_BOTH, {{U, MAP}, {U, SQUASH}}},
    {"z_c", "c_tilde", WIRE_BOTH, {{C, MAP}, {C, SQUASH}}},
    {"z_o", "gate_o", WIRE_BOTH, {{O, MAP}, {O, SQUASH}}},
    {"gate_f", "gate_f", WIRE_BOTH, {{F, SQUASH}, {F, GATE}}},
    {"gate_u", "gate_u", WIRE_BOTH, {{U, SQUASH}, {U, GATE}}},
    {"c_tilde", "c_tilde", WIRE_BOTH, {{C, SQUASH}, {C, GATE}}},
    {"gate_o", "gate_o", WIRE_BOTH, {{O, SQUASH}, {O, GATE}}},
    {"gate_f", "memory", WIRE_BOTH, {{F, GATE}, {F, LANE}}},
    {"gate_u", "memory", WIRE_BOTH, {{U, GATE}, {U, MIX}, {PLUS, MIX}}},
    {"c_tilde", "memory", WIRE_BOTH, {{C, GATE}, {C, MIX}, {PLUS, MIX}}},
    {"write_c", "memory", WIRE_BOTH, {{PLUS, MIX}, {PLUS, LANE}}},
    {"c", "activation sum_1", WIRE_BOTH, {{OUT, LANE}, {OUT, SQUASH_C}}},
    {"tanh_c", "activation", WIRE_BOTH, {{OUT, SQUASH_C}, {OUT, SHOW}}},
    {"gate_o", "activation", WIRE_BOTH, {{O, GATE}, {O, SHOW}, {OUT, SHOW}}},
    {"a", "activation", WIRE_HEAD_BACK, {{OUT, SHOW}, {OUT, 400}}},
    {"a", "sum_0", 0, {{OUT, 400}, {OUT, RAIL}, {UP, RAIL}}},
    {"a", "from_future_0 sum_0", WIRE_HEAD | WIRE_FUTURE, {{UP, RAIL}, {RIGHT, RAIL}}},
    {"a", "output from_loss_0 sum_0", WIRE_HEAD | WIRE_GAP, {{UP, RAIL}, {UP, 4}}},
};

#define MAP_MARKERS(part, column)                                                                                      \
    {part, {{-8, RAIL}, {JOIN, RAIL}, {column, RAIL}, {column, MAP}}}, {part, {{JOIN, BOTTOM}, {JOIN, RAIL}}}, {       \
        part, {                                                                                                        \
            {column, MAP}, {                                                                                           \
                column, GATE                                                                                           \
            }                                                                                                          \
        }                                                                                                              \
    }

static const struct diagram_marker lstm_markers[] = {
    {"input", {{-8, RAIL}, {JOIN, RAIL}}},
    {"input", {{JOIN, BOTTOM}, {JOIN, RAIL}}},
    MAP_MARKERS("gate_f", F),
    MAP_MARKERS("gate_u", U),
    MAP_MARKERS("c_tilde", C),
    MAP_MARKERS("gate_o", O),
    {"memory", {{-8, LANE}, {PLUS, LANE}}},
    {"memory", {{F, GATE}, {F, LANE}}},
    {"memory", {{U, GATE}, {U, MIX}, {PLUS, MIX}}},
    {"memory", {{C, GATE}, {C, MIX}, {PLUS, MIX}}},
    {"memory", {{PLUS, MIX}, {PLUS, LANE}}},
    {"activation", {{O, GATE}, {O, SHOW}, {OUT, SHOW}}},
    {"activation", {{OUT, LANE}, {OUT, 400}}},
    {"output", {{UP, RAIL}, {UP, 4}}},
    {"from_loss_0", {{UP, 4}, {UP, RAIL}}},
    {"from_future_0", {{RIGHT, RAIL}, {UP, RAIL}}},
    {"sum_0", {{UP, 4}, {UP, RAIL}}},
    {"sum_0", {{RIGHT, RAIL}, {OUT, RAIL}, {OUT, 400}}},
    {"sum_1", {{RIGHT, LANE}, {760, LANE}}},
    {"sum_1", {{OUT, SQUASH_C}, {OUT, LANE}}},
};

// --- LSTM with peepholes: dotted wires from the lane run down between the columns ---
enum {
    PH_F = 240,
    PH_U = 432,
    PH_C = 610,
    PH_O = 808,
    PH_PLUS = 521,
    PH_IN = 98,     // x of the states that come in
    PH_TAP = 190,   // where the lane of c<t-1> is tapped, before the star
    PH_TAP_C = 768, // and that of c<t>
    PH_OVER = 212,  // y of the peepholes' way to their columns
    PH_DOWN = 336,  // between the forget and the update gate
    PH_DOWN_C = 703 // before the output gate
};

static const struct diagram_node lstm_peephole_nodes[] = {
    {NODE_CONCAT, NULL, JOIN, RAIL},
    {NODE_COPY, NULL, PH_F, RAIL},
    {NODE_COPY, NULL, PH_U, RAIL},
    {NODE_COPY, NULL, PH_C, RAIL},
    {NODE_COPY, "c_prev", PH_TAP, LANE},
    {NODE_COPY, "c_prev", PH_DOWN, MAP},
    {NODE_COPY, "c", PH_TAP_C, LANE},
    {NODE_COPY, "c", OUT, LANE},
    {NODE_COPY, "a", UP, RAIL},
    {NODE_MAP, "z_fax", PH_F, MAP},
    {NODE_MAP, "z_uax", PH_U, MAP},
    {NODE_MAP, "z_c", PH_C, MAP},
    {NODE_MAP, "z_oax", PH_O, MAP},
    {NODE_SQUASHER, "gate_f", PH_F, SQUASH},
    {NODE_SQUASHER, "gate_u", PH_U, SQUASH},
    {NODE_SQUASHER, "c_tilde", PH_C, SQUASH},
    {NODE_SQUASHER, "gate_o", PH_O, SQUASH},
    {NODE_SQUASHER, "tanh_c", OUT, SQUASH_C},
    {NODE_OPERATOR, "keep_c", PH_F, LANE},
    {NODE_OPERATOR, "write_c", PH_PLUS, MIX},
    {NODE_OPERATOR, "c", PH_PLUS, LANE},
    {NODE_OPERATOR, "a", OUT, SHOW},
    {NODE_STRIP, "gate_f", PH_F, GATE, GATE_LABELS(PH_F)},
    {NODE_STRIP, "gate_u", PH_U, GATE, .full = {PH_U + 10, 288, ALIGN_LEFT}, .inspector = {PH_U - 8, 268, ALIGN_RIGHT}},
    {NODE_STRIP, "c_tilde", PH_C, GATE, .full = {PH_C + 10, 288, ALIGN_LEFT},
     .inspector = {PH_C + 16, 268, ALIGN_LEFT}},
    {NODE_STRIP, "gate_o", PH_O, GATE, GATE_LABELS(PH_O)},
    {NODE_STRIP, "c_prev", PH_IN, LANE, .full = {PH_IN, 76, ALIGN_CENTER}, .inspector = {PH_IN, 66, ALIGN_CENTER}},
    {NODE_STRIP, "a_prev", PH_IN, RAIL, .full = {PH_IN, 498, ALIGN_CENTER}, .inspector = {PH_IN, 488, ALIGN_CENTER}},
    {NODE_STRIP, "keep_c", 380, LANE, .full_only = true, .full = {380, 76, ALIGN_CENTER}},
    {NODE_STRIP, "write_c", PH_PLUS, 172, .full_only = true, .full = {PH_PLUS + 94, 178, ALIGN_LEFT}},
    {NODE_STRIP, "tanh_c", OUT, 222, .full_only = true, .full = {OUT - 92, 228, ALIGN_RIGHT}},
    {NODE_STRIP, "c", 660, LANE, .full = {660, 76, ALIGN_CENTER}, .inspector = {660, 66, ALIGN_CENTER}},
    {NODE_STRIP, "a", OUT, 400, .full_x = OUT, .full_y = 392, .full = {OUT - 92, 398, ALIGN_RIGHT},
     .inspector = {OUT + 10, 335, ALIGN_LEFT}},
};

static const struct diagram_wire lstm_peephole_wires[] = {
    {"c_prev", "gate_f gate_u memory", WIRE_HEAD_BACK, {{LEFT, LANE}, {PH_TAP, LANE}}},
    {"c_prev", "memory", 0, {{PH_TAP, LANE}, {PH_F, LANE}}},
    {"keep_c", "memory", 0, {{PH_F, LANE}, {PH_PLUS, LANE}}},
    {"c", "gate_o sum_1", 0, {{PH_PLUS, LANE}, {PH_TAP_C, LANE}}},
    {"c", "sum_1", 0, {{PH_TAP_C, LANE}, {OUT, LANE}}},
    {"c", "sum_1", WIRE_HEAD | WIRE_FUTURE, {{OUT, LANE}, {RIGHT, LANE}}},
    {"a_prev", ALL_MAPS " input", WIRE_BOTH, {{LEFT, RAIL}, {JOIN, RAIL}}},
    {NULL, ALL_MAPS " input", WIRE_HEAD | WIRE_INPUT, {{JOIN, BOTTOM}, {JOIN, RAIL}}},
    {"a_prev", ALL_MAPS, WIRE_THICK, {{JOIN, RAIL}, {PH_F, RAIL}}},
    {"a_prev", "gate_u c_tilde gate_o", WIRE_THICK, {{PH_F, RAIL}, {PH_U, RAIL}}},
    {"a_prev", "c_tilde gate_o", WIRE_THICK, {{PH_U, RAIL}, {PH_C, RAIL}}},
    {"a_prev", "gate_o", WIRE_HEAD | WIRE_THICK, {{PH_C, RAIL}, {PH_O, RAIL}, {PH_O, MAP}}},
    {"a_prev", "gate_f", WIRE_HEAD | WIRE_THICK, {{PH_F, RAIL}, {PH_F, MAP}}},
    {"a_prev", "gate_u", WIRE_HEAD | WIRE_THICK, {{PH_U, RAIL}, {PH_U, MAP}}},
    {"a_prev", "c_tilde", WIRE_HEAD | WIRE_THICK, {{PH_C, RAIL}, {PH_C, MAP}}},
    {"z_f", "gate_f", WIRE_BOTH, {{PH_F, MAP}, {PH_F, SQUASH}}},
    {"z_u", "gate_u", WIRE_BOTH, {{PH_U, MAP}, {PH_U, SQUASH}}},
    {"z_c", "c_tilde", WIRE_BOTH, {{PH_C, MAP}, {PH_C, SQUASH}}},
    {"z_o", "gate_o", WIRE_BOTH, {{PH_O, MAP}, {PH_O, SQUASH}}},
    {"gate_f", "gate_f", WIRE_BOTH, {{PH_F, SQUASH}, {PH_F, GATE}}},
    {"gate_u", "gate_u", WIRE_BOTH, {{PH_U, SQUASH}, {PH_U, GATE}}},
    {"c_tilde", "c_tilde", WIRE_BOTH, {{PH_C, SQUASH}, {PH_C, GATE}}},
    {"gate_o", "gate_o", WIRE_BOTH, {{PH_O, SQUASH}, {PH_O, GATE}}},
    {"gate_f", "memory", WIRE_BOTH, {{PH_F, GATE}, {PH_F, LANE}}},
    {"gate_u", "memory", WIRE_BOTH, {{PH_U, GATE}, {PH_U, MIX}, {PH_PLUS, MIX}}},
    {"c_tilde", "memory", WIRE_BOTH, {{PH_C, GATE}, {PH_C, MIX}, {PH_PLUS, MIX}}},
    {"write_c", "memory", WIRE_BOTH, {{PH_PLUS, MIX}, {PH_PLUS, LANE}}},
    {"c_prev", "gate_f gate_u", WIRE_DOTTED, {{PH_TAP, LANE}, {PH_TAP, PH_OVER}, {PH_DOWN, PH_OVER}, {PH_DOWN, MAP}}},
    {"keep_c", "memory", WIRE_GAP, {{PH_F, PH_OVER + 20}, {PH_F, PH_OVER - 20}}}, // the forget gate's wire crosses over
    {"c_prev", "gate_f", WIRE_DOTTED | WIRE_HEAD, {{PH_DOWN, MAP}, {PH_F, MAP}}},
    {"c_prev", "gate_u", WIRE_DOTTED | WIRE_HEAD, {{PH_DOWN, MAP}, {PH_U, MAP}}},
    {"c",
     "gate_o sum_1",
     WIRE_DOTTED | WIRE_HEAD,
     {{PH_TAP_C, LANE}, {PH_TAP_C, PH_OVER}, {PH_DOWN_C, PH_OVER}, {PH_DOWN_C, MAP}, {PH_O, MAP}}},
    {"c", "activation sum_1", WIRE_BOTH, {{OUT, LANE}, {OUT, SQUASH_C}}},
    {"tanh_c", "activation", WIRE_BOTH, {{OUT, SQUASH_C}, {OUT, SHOW}}},
    {"gate_o", "activation", WIRE_BOTH, {{PH_O, GATE}, {PH_O, SHOW}, {OUT, SHOW}}},
    {"a", "activation", WIRE_HEAD_BACK, {{OUT, SHOW}, {OUT, 400}}},
    {"a", "sum_0", 0, {{OUT, 400}, {OUT, RAIL}, {UP, RAIL}}},
    {"a", "from_future_0 sum_0", WIRE_HEAD | WIRE_FUTURE, {{UP, RAIL}, {RIGHT, RAIL}}},
    {"a", "output from_loss_0 sum_0", WIRE_HEAD | WIRE_GAP, {{UP, RAIL}, {UP, 4}}},
};

#define PEEPHOLE_MARKERS(part, column)                                                                                 \
    {part, {{-8, LANE}, {PH_TAP, LANE}, {PH_TAP, PH_OVER}, {PH_DOWN, PH_OVER}, {PH_DOWN, MAP}}}, {                     \
        part, {                                                                                                        \
            {PH_DOWN, MAP}, {                                                                                          \
                column, MAP                                                                                            \
            }                                                                                                          \
        }                                                                                                              \
    }

static const struct diagram_marker lstm_peephole_markers[] = {
    {"input", {{-8, RAIL}, {JOIN, RAIL}}},
    {"input", {{JOIN, BOTTOM}, {JOIN, RAIL}}},
    MAP_MARKERS("gate_f", PH_F),
    PEEPHOLE_MARKERS("gate_f", PH_F),
    MAP_MARKERS("gate_u", PH_U),
    PEEPHOLE_MARKERS("gate_u", PH_U),
    MAP_MARKERS("c_tilde", PH_C),
    {"memory", {{-8, LANE}, {PH_PLUS, LANE}}},
    {"memory", {{PH_F, GATE}, {PH_F, LANE}}},
    {"memory", {{PH_U, GATE}, {PH_U, MIX}, {PH_PLUS, MIX}}},
    {"memory", {{PH_C, GATE}, {PH_C, MIX}, {PH_PLUS, MIX}}},
    {"memory", {{PH_PLUS, MIX}, {PH_PLUS, LANE}}},
    MAP_MARKERS("gate_o", PH_O),
    {"gate_o", {{660, LANE}, {PH_TAP_C, LANE}}},
    {"gate_o", {{PH_TAP_C, LANE}, {PH_TAP_C, PH_OVER}, {PH_DOWN_C, PH_OVER}, {PH_DOWN_C, MAP}, {PH_O, MAP}}},
    {"activation", {{PH_O, GATE}, {PH_O, SHOW}, {OUT, SHOW}}},
    {"activation", {{OUT, LANE}, {OUT, 400}}},
    {"output", {{UP, RAIL}, {UP, 4}}},
    {"from_loss_0", {{UP, 4}, {UP, RAIL}}},
    {"from_future_0", {{RIGHT, RAIL}, {UP, RAIL}}},
    {"sum_0", {{UP, 4}, {UP, RAIL}}},
    {"sum_0", {{RIGHT, RAIL}, {OUT, RAIL}, {OUT, 400}}},
    {"sum_1", {{RIGHT, LANE}, {690, LANE}}},
    {"sum_1", {{OUT, SQUASH_C}, {OUT, LANE}}},
    {"sum_1", {{PH_O, MAP}, {PH_DOWN_C, MAP}, {PH_DOWN_C, PH_OVER}, {PH_TAP_C, PH_OVER}, {PH_TAP_C, LANE}}},
};

// --- RNN: one map, no lane ---
enum { RNN_A = 360, RNN_COPY = 200, RNN_DOWN = 560, RNN_RIGHT = 724 };

static const struct diagram_node rnn_nodes[] = {
    {NODE_CONCAT, NULL, JOIN, RAIL},
    {NODE_COPY, "a", RNN_A, RNN_COPY},
    {NODE_MAP, "z_a", RNN_A, MAP},
    {NODE_SQUASHER, "a", RNN_A, 372},
    {NODE_STRIP, "a_prev", 104, RAIL, .full = {104, 494, ALIGN_CENTER}, .inspector = {104, 488, ALIGN_CENTER}},
    {NODE_STRIP, "a", RNN_A, 300, .full = {RNN_A - 10, 278, ALIGN_RIGHT}, .inspector = {RNN_A - 12, 268, ALIGN_RIGHT}},
    {NODE_STRIP, "a", RNN_DOWN, 372, .branch = true},
};

static const struct diagram_wire rnn_wires[] = {
    {"a_prev", "activation input", WIRE_BOTH, {{LEFT, RAIL}, {JOIN, RAIL}}},
    {NULL, "activation input", WIRE_HEAD | WIRE_INPUT, {{JOIN, BOTTOM}, {JOIN, RAIL}}},
    {"a_prev", "activation", WIRE_HEAD | WIRE_THICK, {{JOIN, RAIL}, {RNN_A, RAIL}, {RNN_A, MAP}}},
    {"z_a", "activation", WIRE_BOTH, {{RNN_A, MAP}, {RNN_A, 372}}},
    {"a", "activation", WIRE_BOTH, {{RNN_A, 372}, {RNN_A, 300}}},
    {"a", "sum_0", WIRE_HEAD_BACK, {{RNN_A, 300}, {RNN_A, RNN_COPY}}},
    {"a",
     "from_future_0 sum_0",
     WIRE_HEAD | WIRE_FUTURE,
     {{RNN_A, RNN_COPY}, {RNN_DOWN, RNN_COPY}, {RNN_DOWN, RAIL}, {RNN_RIGHT, RAIL}}},
    {"a", "output from_loss_0 sum_0", WIRE_HEAD, {{RNN_A, RNN_COPY}, {RNN_A, 4}}},
};

static const struct diagram_marker rnn_markers[] = {
    {"input", {{-8, RAIL}, {JOIN, RAIL}}},
    {"input", {{JOIN, BOTTOM}, {JOIN, RAIL}}},
    {"activation", {{-8, RAIL}, {JOIN, RAIL}, {RNN_A, RAIL}, {RNN_A, MAP}}},
    {"activation", {{JOIN, BOTTOM}, {JOIN, RAIL}}},
    {"activation", {{RNN_A, MAP}, {RNN_A, 300}}},
    {"output", {{RNN_A, RNN_COPY}, {RNN_A, 4}}},
    {"from_loss_0", {{RNN_A, 4}, {RNN_A, RNN_COPY}}},
    {"from_future_0", {{RNN_RIGHT, RAIL}, {RNN_DOWN, RAIL}, {RNN_DOWN, RNN_COPY}, {RNN_A, RNN_COPY}}},
    {"sum_0", {{RNN_RIGHT, RAIL}, {RNN_DOWN, RAIL}, {RNN_DOWN, RNN_COPY}, {RNN_A, RNN_COPY}}},
    {"sum_0", {{RNN_A, 4}, {RNN_A, 300}}},
};

// --- GRU, simplified and full: one state, on the lane; the update gate goes to both sides of the sum ---
enum { GRU_DROP = 150, GRU0_U = 310, GRU0_C = 520, GRU0_KEEP = 235, GRU0_PLUS = 415, GRU0_UP = 680, GRU0_RIGHT = 780 };

static const struct diagram_node gru_simple_nodes[] = {
    {NODE_CONCAT, NULL, JOIN, RAIL},
    {NODE_COPY, "c_prev", GRU_DROP, LANE},
    {NODE_COPY, NULL, GRU0_U, RAIL},
    {NODE_COPY, "gate_u", GRU0_U, MIX},
    {NODE_COPY, "c", GRU0_UP, LANE},
    {NODE_MAP, "z_u", GRU0_U, MAP},
    {NODE_MAP, "z_c", GRU0_C, MAP},
    {NODE_SQUASHER, "gate_u", GRU0_U, SQUASH},
    {NODE_SQUASHER, "c_tilde", GRU0_C, SQUASH},
    {NODE_OPERATOR, "rest_u", GRU0_KEEP, MIX},
    {NODE_OPERATOR, "keep_c", GRU0_KEEP, LANE},
    {NODE_OPERATOR, "write_c", GRU0_PLUS, MIX},
    {NODE_OPERATOR, "c", GRU0_PLUS, LANE},
    {NODE_STRIP, "gate_u", GRU0_U, GATE, .full = {GRU0_U - 10, 288, ALIGN_RIGHT},
     .inspector = {GRU0_U + 12, 272, ALIGN_LEFT}},
    {NODE_STRIP, "c_tilde", GRU0_C, GATE, .full = {GRU0_C - 10, 288, ALIGN_RIGHT},
     .inspector = {GRU0_C + 16, 268, ALIGN_LEFT}},
    {NODE_STRIP, "c_prev", 80, LANE, .full = {80, 76, ALIGN_CENTER}, .inspector = {80, 66, ALIGN_CENTER}},
    {NODE_STRIP, "rest_u", GRU0_KEEP, 178, .full_only = true, .full = {GRU0_KEEP - 10, 158, ALIGN_RIGHT}},
    {NODE_STRIP, "keep_c", 325, LANE, .full_only = true, .full = {325, 76, ALIGN_CENTER}},
    {NODE_STRIP, "write_c", GRU0_PLUS, 172, .full_only = true, .full = {GRU0_PLUS + 66, 178, ALIGN_LEFT}},
    {NODE_STRIP, "c", 560, LANE, .full = {560, 76, ALIGN_CENTER}, .inspector = {560, 66, ALIGN_CENTER}},
};

static const struct diagram_wire gru_simple_wires[] = {
    {"c_prev", "gate_u c_tilde memory input", WIRE_HEAD_BACK, {{LEFT, LANE}, {GRU_DROP, LANE}}},
    {"c_prev", "memory", 0, {{GRU_DROP, LANE}, {GRU0_KEEP, LANE}}},
    {"c_prev", "gate_u c_tilde input", WIRE_HEAD, {{GRU_DROP, LANE}, {GRU_DROP, RAIL}, {JOIN, RAIL}}},
    {"keep_c", "memory", 0, {{GRU0_KEEP, LANE}, {GRU0_PLUS, LANE}}},
    {"c", "sum_0", 0, {{GRU0_PLUS, LANE}, {GRU0_UP, LANE}}},
    {"c", "from_future_0 sum_0", WIRE_HEAD | WIRE_FUTURE, {{GRU0_UP, LANE}, {GRU0_RIGHT, LANE}}},
    {"c", "output from_loss_0 sum_0", WIRE_HEAD, {{GRU0_UP, LANE}, {GRU0_UP, 4}}},
    {NULL, "gate_u c_tilde input", WIRE_HEAD | WIRE_INPUT, {{JOIN, BOTTOM}, {JOIN, RAIL}}},
    {"c_prev", "gate_u c_tilde", WIRE_THICK, {{JOIN, RAIL}, {GRU0_U, RAIL}}},
    {"c_prev", "c_tilde", WIRE_HEAD | WIRE_THICK, {{GRU0_U, RAIL}, {GRU0_C, RAIL}, {GRU0_C, MAP}}},
    {"c_prev", "gate_u", WIRE_HEAD | WIRE_THICK, {{GRU0_U, RAIL}, {GRU0_U, MAP}}},
    {"z_u", "gate_u", WIRE_BOTH, {{GRU0_U, MAP}, {GRU0_U, SQUASH}}},
    {"z_c", "c_tilde", WIRE_BOTH, {{GRU0_C, MAP}, {GRU0_C, SQUASH}}},
    {"gate_u", "gate_u", WIRE_BOTH, {{GRU0_U, SQUASH}, {GRU0_U, GATE}}},
    {"c_tilde", "c_tilde", WIRE_BOTH, {{GRU0_C, SQUASH}, {GRU0_C, GATE}}},
    {"gate_u", "memory", WIRE_HEAD_BACK, {{GRU0_U, GATE}, {GRU0_U, MIX}}},
    {"gate_u", "memory", WIRE_HEAD, {{GRU0_U, MIX}, {GRU0_KEEP, MIX}}},
    {"gate_u", "memory", WIRE_HEAD, {{GRU0_U, MIX}, {GRU0_PLUS, MIX}}},
    {"rest_u", "memory", WIRE_BOTH, {{GRU0_KEEP, MIX}, {GRU0_KEEP, LANE}}},
    {"c_tilde", "memory", WIRE_BOTH, {{GRU0_C, GATE}, {GRU0_C, MIX}, {GRU0_PLUS, MIX}}},
    {"write_c", "memory", WIRE_BOTH, {{GRU0_PLUS, MIX}, {GRU0_PLUS, LANE}}},
};

// The state drops from its lane to where it meets the input, and on to a map.
#define DROP_MARKERS(part, drop, join, rail, column)                                                                   \
    {part, {{-8, LANE}, {drop, LANE}, {drop, rail}, {column, rail}, {column, MAP}}},                                   \
        {part, {{join, BOTTOM}, {join, rail}}}, {                                                                      \
        part, {                                                                                                        \
            {column, MAP}, {                                                                                           \
                column, GATE                                                                                           \
            }                                                                                                          \
        }                                                                                                              \
    }

static const struct diagram_marker gru_simple_markers[] = {
    {"input", {{-8, LANE}, {GRU_DROP, LANE}, {GRU_DROP, RAIL}, {JOIN, RAIL}}},
    {"input", {{JOIN, BOTTOM}, {JOIN, RAIL}}},
    DROP_MARKERS("gate_u", GRU_DROP, JOIN, RAIL, GRU0_U),
    DROP_MARKERS("c_tilde", GRU_DROP, JOIN, RAIL, GRU0_C),
    {"memory", {{-8, LANE}, {GRU0_PLUS, LANE}}},
    {"memory", {{GRU0_U, GATE}, {GRU0_U, MIX}, {GRU0_PLUS, MIX}}},
    {"memory", {{GRU0_U, MIX}, {GRU0_KEEP, MIX}, {GRU0_KEEP, LANE}}},
    {"memory", {{GRU0_C, GATE}, {GRU0_C, MIX}, {GRU0_PLUS, MIX}}},
    {"memory", {{GRU0_PLUS, MIX}, {GRU0_PLUS, LANE}}},
    {"output", {{GRU0_UP, LANE}, {GRU0_UP, 4}}},
    {"from_loss_0", {{GRU0_UP, 4}, {GRU0_UP, LANE}}},
    {"from_future_0", {{GRU0_RIGHT, LANE}, {GRU0_UP, LANE}}},
    {"sum_0", {{GRU0_UP, 4}, {GRU0_UP, LANE}}},
    {"sum_0", {{GRU0_RIGHT, LANE}, {560, LANE}}},
};

enum {
    GRU_R = 250,
    GRU_U = 440,
    GRU_C = 660,
    GRU_RAIL = 514,
    GRU_JOIN = 196,
    GRU_TAP = 166,
    GRU_IN = 86,
    GRU_KEEP = 390,
    GRU_PLUS = 560,
    GRU_UP = 810,
    GRU_RIGHT = 920,
    GRU_RESET = 200, // y of the star
    GRU_TURN = 335,
    GRU_JOIN_C = 596, // where Gamma_r * c and x meet
    GRU_LOW = 548,
    GRU_X = 580,
    GRU_MID = 564
};
#define GRU_MAPS "gate_r gate_u"

static const struct diagram_node gru_nodes[] = {
    {NODE_CONCAT, NULL, GRU_JOIN, GRU_RAIL},
    {NODE_CONCAT, "reset_c", GRU_JOIN_C, GRU_MID},
    {NODE_COPY, "c_prev", GRU_TAP, LANE},
    {NODE_COPY, "c_prev", GRU_R, LANE},
    {NODE_COPY, "x", GRU_JOIN, GRU_X},
    {NODE_COPY, NULL, GRU_R, GRU_RAIL},
    {NODE_COPY, "gate_u", GRU_U, MIX},
    {NODE_COPY, "c", GRU_UP, LANE},
    {NODE_MAP, "z_r", GRU_R, MAP},
    {NODE_MAP, "z_u", GRU_U, MAP},
    {NODE_MAP, "z_c", GRU_C, MAP},
    {NODE_SQUASHER, "gate_r", GRU_R, SQUASH},
    {NODE_SQUASHER, "gate_u", GRU_U, SQUASH},
    {NODE_SQUASHER, "c_tilde", GRU_C, SQUASH},
    {NODE_OPERATOR, "reset_c", GRU_R, GRU_RESET},
    {NODE_OPERATOR, "rest_u", GRU_KEEP, MIX},
    {NODE_OPERATOR, "keep_c", GRU_KEEP, LANE},
    {NODE_OPERATOR, "write_c", GRU_PLUS, MIX},
    {NODE_OPERATOR, "c", GRU_PLUS, LANE},
    {NODE_STRIP, "gate_r", GRU_R, GATE, GATE_LABELS(GRU_R)},
    {NODE_STRIP, "gate_u", GRU_U, GATE, .full = {GRU_U - 10, 288, ALIGN_RIGHT},
     .inspector = {GRU_U + 14, 274, ALIGN_LEFT}},
    {NODE_STRIP, "c_tilde", GRU_C, GATE, .full = {GRU_C - 10, 288, ALIGN_RIGHT},
     .inspector = {GRU_C + 16, 268, ALIGN_LEFT}},
    {NODE_STRIP, "c_prev", GRU_IN, LANE, .full = {GRU_IN, 76, ALIGN_CENTER}, .inspector = {GRU_IN, 66, ALIGN_CENTER}},
    {NODE_STRIP, "reset_c", 450, GRU_LOW, .full_only = true, .full = {537, 536, ALIGN_LEFT}},
    {NODE_STRIP, "rest_u", GRU_KEEP, 178, .full_only = true, .full = {GRU_KEEP - 10, 158, ALIGN_RIGHT}},
    {NODE_STRIP, "keep_c", 475, LANE, .full_only = true, .full = {475, 76, ALIGN_CENTER}},
    {NODE_STRIP, "write_c", GRU_PLUS, 172, .full_only = true, .full = {GRU_PLUS + 74, 178, ALIGN_LEFT}},
    {NODE_STRIP, "c", 690, LANE, .full = {690, 76, ALIGN_CENTER}, .inspector = {690, 66, ALIGN_CENTER}},
};

static const struct diagram_wire gru_wires[] = {
    {"c_prev", GRU_MAPS " c_tilde memory input", WIRE_HEAD_BACK, {{LEFT, LANE}, {GRU_TAP, LANE}}},
    {"c_prev", "c_tilde memory", 0, {{GRU_TAP, LANE}, {GRU_R, LANE}}},
    {"c_prev", "memory", 0, {{GRU_R, LANE}, {GRU_KEEP, LANE}}},
    {"c_prev", GRU_MAPS " input", WIRE_HEAD, {{GRU_TAP, LANE}, {GRU_TAP, GRU_RAIL}, {GRU_JOIN, GRU_RAIL}}},
    {"c_prev", "c_tilde", WIRE_HEAD, {{GRU_R, LANE}, {GRU_R, GRU_RESET}}},
    {"keep_c", "memory", 0, {{GRU_KEEP, LANE}, {GRU_PLUS, LANE}}},
    {"c", "sum_0", 0, {{GRU_PLUS, LANE}, {GRU_UP, LANE}}},
    {"c", "from_future_0 sum_0", WIRE_HEAD | WIRE_FUTURE, {{GRU_UP, LANE}, {GRU_RIGHT, LANE}}},
    {"c", "output from_loss_0 sum_0", WIRE_HEAD, {{GRU_UP, LANE}, {GRU_UP, 4}}},
    {NULL, GRU_MAPS " c_tilde input", WIRE_INPUT, {{GRU_JOIN, BOTTOM}, {GRU_JOIN, GRU_X}}},
    {NULL, GRU_MAPS " input", WIRE_HEAD | WIRE_INPUT, {{GRU_JOIN, GRU_X}, {GRU_JOIN, GRU_RAIL}}},
    {NULL, "c_tilde", WIRE_HEAD | WIRE_INPUT, {{GRU_JOIN, GRU_X}, {GRU_JOIN_C - 6, GRU_X}}},
    {"c_prev", GRU_MAPS, WIRE_THICK, {{GRU_JOIN, GRU_RAIL}, {GRU_R, GRU_RAIL}}},
    {"c_prev", "gate_u", WIRE_HEAD | WIRE_THICK, {{GRU_R, GRU_RAIL}, {GRU_U, GRU_RAIL}, {GRU_U, MAP}}},
    {"c_prev", "gate_r", WIRE_HEAD | WIRE_THICK, {{GRU_R, GRU_RAIL}, {GRU_R, MAP}}},
    {"reset_c",
     "c_tilde",
     WIRE_BOTH | WIRE_GAP,
     {{GRU_R, GRU_RESET}, {GRU_TURN, GRU_RESET}, {GRU_TURN, GRU_LOW}, {GRU_JOIN_C - 6, GRU_LOW}}},
    {"reset_c", "c_tilde", WIRE_HEAD | WIRE_THICK, {{GRU_JOIN_C, GRU_MID}, {GRU_C, GRU_MID}, {GRU_C, MAP}}},
    {"z_r", "gate_r", WIRE_BOTH, {{GRU_R, MAP}, {GRU_R, SQUASH}}},
    {"z_u", "gate_u", WIRE_BOTH, {{GRU_U, MAP}, {GRU_U, SQUASH}}},
    {"z_c", "c_tilde", WIRE_BOTH, {{GRU_C, MAP}, {GRU_C, SQUASH}}},
    {"gate_r", "gate_r", WIRE_BOTH, {{GRU_R, SQUASH}, {GRU_R, GATE}}},
    {"gate_u", "gate_u", WIRE_BOTH, {{GRU_U, SQUASH}, {GRU_U, GATE}}},
    {"c_tilde", "c_tilde", WIRE_BOTH, {{GRU_C, SQUASH}, {GRU_C, GATE}}},
    {"gate_r", "c_tilde", WIRE_BOTH, {{GRU_R, GATE}, {GRU_R, GRU_RESET}}},
    {"gate_u", "memory", WIRE_HEAD_BACK, {{GRU_U, GATE}, {GRU_U, MIX}}},
    {"gate_u", "memory", WIRE_HEAD, {{GRU_U, MIX}, {GRU_KEEP, MIX}}},
    {"gate_u", "memory", WIRE_HEAD, {{GRU_U, MIX}, {GRU_PLUS, MIX}}},
    {"rest_u", "memory", WIRE_BOTH, {{GRU_KEEP, MIX}, {GRU_KEEP, LANE}}},
    {"c_tilde", "memory", WIRE_BOTH, {{GRU_C, GATE}, {GRU_C, MIX}, {GRU_PLUS, MIX}}},
    {"write_c", "memory", WIRE_BOTH, {{GRU_PLUS, MIX}, {GRU_PLUS, LANE}}},
};

static const struct diagram_marker gru_markers[] = {
    {"input", {{-8, LANE}, {GRU_TAP, LANE}, {GRU_TAP, GRU_RAIL}, {GRU_JOIN, GRU_RAIL}}},
    {"input", {{GRU_JOIN, BOTTOM}, {GRU_JOIN, GRU_RAIL}}},
    DROP_MARKERS("gate_r", GRU_TAP, GRU_JOIN, GRU_RAIL, GRU_R),
    DROP_MARKERS("gate_u", GRU_TAP, GRU_JOIN, GRU_RAIL, GRU_U),
    {"c_tilde", {{-8, LANE}, {GRU_R, LANE}, {GRU_R, GATE}}},
    {"c_tilde", {{GRU_R, GRU_RESET}, {GRU_TURN, GRU_RESET}, {GRU_TURN, GRU_LOW}, {GRU_JOIN_C - 6, GRU_LOW}}},
    {"c_tilde", {{GRU_JOIN, BOTTOM}, {GRU_JOIN, GRU_X}, {GRU_JOIN_C - 6, GRU_X}}},
    {"c_tilde", {{GRU_JOIN_C, GRU_MID}, {GRU_C, GRU_MID}, {GRU_C, GATE}}},
    {"memory", {{-8, LANE}, {GRU_PLUS, LANE}}},
    {"memory", {{GRU_U, GATE}, {GRU_U, MIX}, {GRU_PLUS, MIX}}},
    {"memory", {{GRU_U, MIX}, {GRU_KEEP, MIX}, {GRU_KEEP, LANE}}},
    {"memory", {{GRU_C, GATE}, {GRU_C, MIX}, {GRU_PLUS, MIX}}},
    {"memory", {{GRU_PLUS, MIX}, {GRU_PLUS, LANE}}},
    {"output", {{GRU_UP, LANE}, {GRU_UP, 4}}},
    {"from_loss_0", {{GRU_UP, 4}, {GRU_UP, LANE}}},
    {"from_future_0", {{GRU_RIGHT, LANE}, {GRU_UP, LANE}}},
    {"sum_0", {{GRU_UP, 4}, {GRU_UP, LANE}}},
    {"sum_0", {{GRU_RIGHT, LANE}, {690, LANE}}},
};

// --- GRU with the reset gate behind the product: the candidate has a map of its own for each operand ---
enum {
    RA_IN = 92,
    RA_TAP = 178,
    RA_JOIN = 207,
    RA_Z = 262,
    RA_R = 430,
    RA_H = 590, // the memory's map, with the reset gate's star above it
    RA_C = 790, // the input's map, and the candidate
    RA_REST = 360,
    RA_PLUS = 600,
    RA_UP = 870,
    RA_RIGHT = 980,
    RA_TURN = 510,
    RA_OVER = 276,
    RA_MAP = 478,
    RA_SQUASH = 394,
    RA_STAR = 424,
    RA_TANH = 368,
    RA_RAIL = 540,
    RA_LOW = 572, // c<t-1> alone
    RA_X = 604    // x alone
};

static const struct diagram_node gru_reset_after_nodes[] = {
    {NODE_CONCAT, NULL, RA_JOIN, RA_RAIL},
    {NODE_COPY, "c_prev", RA_TAP, LANE},
    {NODE_COPY, "c_prev", RA_TAP, RA_RAIL},
    {NODE_COPY, "x", RA_JOIN, RA_X},
    {NODE_COPY, NULL, RA_Z, RA_RAIL},
    {NODE_COPY, "gate_z", RA_Z, MIX},
    {NODE_COPY, "c", RA_UP, LANE},
    {NODE_MAP, "z_z", RA_Z, RA_MAP},
    {NODE_MAP, "z_r", RA_R, RA_MAP},
    {NODE_MAP, "z_cc", RA_H, RA_MAP},
    {NODE_MAP, "z_cx", RA_C, RA_MAP},
    {NODE_SQUASHER, "gate_z", RA_Z, RA_SQUASH},
    {NODE_SQUASHER, "gate_r", RA_R, RA_SQUASH},
    {NODE_SQUASHER, "c_tilde", RA_C, RA_TANH},
    {NODE_OPERATOR, "reset_z", RA_H, RA_STAR},
    {NODE_OPERATOR, "z_c", RA_C, RA_STAR},
    {NODE_OPERATOR, "keep_c", RA_Z, LANE},
    {NODE_OPERATOR, "rest_z", RA_REST, MIX},
    {NODE_OPERATOR, "write_c", RA_PLUS, MIX},
    {NODE_OPERATOR, "c", RA_PLUS, LANE},
    {NODE_STRIP, "gate_z", RA_Z, GATE, .full = {RA_Z + 10, 288, ALIGN_LEFT}, .inspector = {RA_Z + 12, 274, ALIGN_LEFT}},
    {NODE_STRIP, "gate_r", RA_R, GATE, .full = {RA_R - 34, 288, ALIGN_RIGHT},
     .inspector = {RA_TURN + 12, 310, ALIGN_LEFT}},
    {NODE_STRIP, "c_tilde", RA_C, GATE, .full = {RA_C - 10, 288, ALIGN_RIGHT},
     .inspector = {RA_C + 16, 268, ALIGN_LEFT}},
    {NODE_STRIP, "c_prev", RA_IN, LANE, .full = {RA_IN, 76, ALIGN_CENTER}, .inspector = {RA_IN, 66, ALIGN_CENTER}},
    {NODE_STRIP, "reset_z", 690, RA_STAR, .full_only = true, .full = {690, 402, ALIGN_CENTER}},
    {NODE_STRIP, "rest_z", 477, MIX, .full_only = true, .full = {477, 208, ALIGN_CENTER}},
    {NODE_STRIP, "keep_c", 420, LANE, .full_only = true, .full = {420, 76, ALIGN_CENTER}},
    {NODE_STRIP, "write_c", RA_PLUS, 172, .full_only = true, .full = {RA_PLUS + 80, 178, ALIGN_LEFT}},
    {NODE_STRIP, "c", 740, LANE, .full = {740, 76, ALIGN_CENTER}, .inspector = {740, 66, ALIGN_CENTER}},
};

#define RA_MAPS "gate_r gate_z"

static const struct diagram_wire gru_reset_after_wires[] = {
    {"c_prev", RA_MAPS " c_tilde memory input", WIRE_HEAD_BACK, {{LEFT, LANE}, {RA_TAP, LANE}}},
    {"c_prev", "memory", 0, {{RA_TAP, LANE}, {RA_Z, LANE}}},
    {"c_prev", RA_MAPS " c_tilde input", 0, {{RA_TAP, LANE}, {RA_TAP, RA_RAIL}}},
    {"c_prev", RA_MAPS " input", WIRE_HEAD, {{RA_TAP, RA_RAIL}, {RA_JOIN, RA_RAIL}}},
    {NULL, RA_MAPS " c_tilde input", WIRE_INPUT, {{RA_JOIN, BOTTOM}, {RA_JOIN, RA_X}}},
    {NULL, RA_MAPS " input", WIRE_HEAD | WIRE_INPUT, {{RA_JOIN, RA_X}, {RA_JOIN, RA_RAIL}}},
    {NULL, "c_tilde", WIRE_HEAD | WIRE_INPUT, {{RA_JOIN, RA_X}, {RA_C, RA_X}, {RA_C, RA_MAP}}},
    {"c_prev", "c_tilde", WIRE_BOTH | WIRE_GAP, {{RA_TAP, RA_RAIL}, {RA_TAP, RA_LOW}, {RA_H, RA_LOW}, {RA_H, RA_MAP}}},
    {"c_prev", RA_MAPS, WIRE_THICK, {{RA_JOIN, RA_RAIL}, {RA_Z, RA_RAIL}}},
    {"c_prev", "gate_z", WIRE_HEAD | WIRE_THICK, {{RA_Z, RA_RAIL}, {RA_Z, RA_MAP}}},
    {"c_prev", "gate_r", WIRE_HEAD | WIRE_THICK, {{RA_Z, RA_RAIL}, {RA_R, RA_RAIL}, {RA_R, RA_MAP}}},
    {"z_z", "gate_z", WIRE_BOTH, {{RA_Z, RA_MAP}, {RA_Z, RA_SQUASH}}},
    {"z_r", "gate_r", WIRE_BOTH, {{RA_R, RA_MAP}, {RA_R, RA_SQUASH}}},
    {"z_cc", "c_tilde", WIRE_BOTH, {{RA_H, RA_MAP}, {RA_H, RA_STAR}}},
    {"z_cx", "c_tilde", WIRE_BOTH, {{RA_C, RA_MAP}, {RA_C, RA_STAR}}},
    {"reset_z", "c_tilde", WIRE_BOTH, {{RA_H, RA_STAR}, {RA_C, RA_STAR}}},
    {"z_c", "c_tilde", WIRE_BOTH, {{RA_C, RA_STAR}, {RA_C, RA_TANH}}},
    {"gate_z", "gate_z", WIRE_BOTH, {{RA_Z, RA_SQUASH}, {RA_Z, GATE}}},
    {"gate_r", "gate_r", WIRE_BOTH, {{RA_R, RA_SQUASH}, {RA_R, GATE}}},
    {"c_tilde", "c_tilde", WIRE_BOTH, {{RA_C, RA_TANH}, {RA_C, GATE}}},
    {"gate_r",
     "c_tilde",
     WIRE_BOTH,
     {{RA_R, GATE}, {RA_R, RA_OVER}, {RA_TURN, RA_OVER}, {RA_TURN, RA_STAR}, {RA_H, RA_STAR}}},
    {"gate_z", "memory", WIRE_HEAD_BACK, {{RA_Z, GATE}, {RA_Z, MIX}}},
    {"gate_z", "memory", WIRE_HEAD, {{RA_Z, MIX}, {RA_Z, LANE}}},
    {"gate_z", "memory", WIRE_HEAD, {{RA_Z, MIX}, {RA_REST, MIX}}},
    {"rest_z", "memory", WIRE_BOTH, {{RA_REST, MIX}, {RA_PLUS, MIX}}},
    {"c_tilde", "memory", WIRE_BOTH, {{RA_C, GATE}, {RA_C, MIX}, {RA_PLUS, MIX}}},
    {"write_c", "memory", WIRE_BOTH, {{RA_PLUS, MIX}, {RA_PLUS, LANE}}},
    {"keep_c", "memory", 0, {{RA_Z, LANE}, {RA_PLUS, LANE}}},
    {"c", "sum_0", 0, {{RA_PLUS, LANE}, {RA_UP, LANE}}},
    {"c", "from_future_0 sum_0", WIRE_HEAD | WIRE_FUTURE, {{RA_UP, LANE}, {RA_RIGHT, LANE}}},
    {"c", "output from_loss_0 sum_0", WIRE_HEAD, {{RA_UP, LANE}, {RA_UP, 4}}},
};

static const struct diagram_marker gru_reset_after_markers[] = {
    {"input", {{-8, LANE}, {RA_TAP, LANE}, {RA_TAP, RA_RAIL}, {RA_JOIN, RA_RAIL}}},
    {"input", {{RA_JOIN, BOTTOM}, {RA_JOIN, RA_RAIL}}},
    {"gate_r", {{-8, LANE}, {RA_TAP, LANE}, {RA_TAP, RA_RAIL}, {RA_R, RA_RAIL}, {RA_R, RA_MAP}}},
    {"gate_r", {{RA_JOIN, BOTTOM}, {RA_JOIN, RA_RAIL}}},
    {"gate_r", {{RA_R, RA_MAP}, {RA_R, GATE}}},
    {"gate_z", {{-8, LANE}, {RA_TAP, LANE}, {RA_TAP, RA_RAIL}, {RA_Z, RA_RAIL}, {RA_Z, RA_MAP}}},
    {"gate_z", {{RA_JOIN, BOTTOM}, {RA_JOIN, RA_RAIL}}},
    {"gate_z", {{RA_Z, RA_MAP}, {RA_Z, GATE}}},
    {"c_tilde", {{-8, LANE}, {RA_TAP, LANE}, {RA_TAP, RA_LOW}, {RA_H, RA_LOW}, {RA_H, RA_MAP}}},
    {"c_tilde", {{RA_JOIN, BOTTOM}, {RA_JOIN, RA_X}, {RA_C, RA_X}, {RA_C, RA_MAP}}},
    {"c_tilde", {{RA_R, GATE}, {RA_R, RA_OVER}, {RA_TURN, RA_OVER}, {RA_TURN, RA_STAR}, {RA_H, RA_STAR}}},
    {"c_tilde", {{RA_H, RA_MAP}, {RA_H, RA_STAR}, {RA_C, RA_STAR}}},
    {"c_tilde", {{RA_C, RA_MAP}, {RA_C, GATE}}},
    {"memory", {{-8, LANE}, {RA_PLUS, LANE}}},
    {"memory", {{RA_Z, GATE}, {RA_Z, LANE}}},
    {"memory", {{RA_Z, MIX}, {RA_PLUS, MIX}}},
    {"memory", {{RA_C, GATE}, {RA_C, MIX}, {RA_PLUS, MIX}}},
    {"memory", {{RA_PLUS, MIX}, {RA_PLUS, LANE}}},
    {"output", {{RA_UP, LANE}, {RA_UP, 4}}},
    {"from_loss_0", {{RA_UP, 4}, {RA_UP, LANE}}},
    {"from_future_0", {{RA_RIGHT, LANE}, {RA_UP, LANE}}},
    {"sum_0", {{RA_UP, 4}, {RA_UP, LANE}}},
    {"sum_0", {{RA_RIGHT, LANE}, {740, LANE}}},
};

static const struct diagram_table tables[CELL_COUNT] = {
    [CELL_RNN] = {.width = 700,
                  .height = 640,
                  .full_width = 700,
                  .box = {14, 46, 672, 546},
                  .box_top = {46, 46, 46},
                  TABLE(rnn)},
    [CELL_GRU_SIMPLE] = {.width = 760,
                         .height = 640,
                         .full_width = 760,
                         .box = {14, 46, 732, 546},
                         .box_top = {46, 8, 46},
                         .lane = LANE,
                         TABLE(gru_simple)},
    [CELL_GRU] = {.width = 900,
                  .height = 640,
                  .full_width = 900,
                  .box = {14, 46, 872, 554},
                  .box_top = {46, 8, 46},
                  .lane = LANE,
                  TABLE(gru)},
    [CELL_GRU_RESET_AFTER] = {.width = 960,
                              .height = 640,
                              .full_width = 960,
                              .box = {14, 46, 932, 574},
                              .box_top = {46, 8, 46},
                              .lane = LANE,
                              .crowded = true,
                              TABLE(gru_reset_after)},
    [CELL_LSTM] = {.width = 1088,
                   .height = 640,
                   .full_width = 1108,
                   .shift_from = 850,
                   .shift = 22,
                   .box = {14, 46, 1060, 546},
                   .box_top = {40, 8, 46},
                   .lane = LANE,
                   TABLE(lstm)},
    [CELL_LSTM_PEEPHOLE] = {.width = 1088,
                            .height = 640,
                            .full_width = 1108,
                            .shift_from = 850,
                            .shift = 22,
                            .box = {14, 46, 1060, 546},
                            .box_top = {40, 8, 46},
                            .lane = LANE,
                            .crowded = true,
                            TABLE(lstm_peephole)},
};

const struct diagram_table *diagram_table(enum cell_id cell) {
    return (unsigned)cell < CELL_COUNT && tables[cell].node_count ? &tables[cell] : NULL;
}

int diagram_points(const point *at, int max) {
    int count = 0;
    while (count < max && (at[count].x != 0 || at[count].y != 0))
        count++;
    return count;
}
