#include "diagram_table.h"

#define COUNT(array) (int)(sizeof(array) / sizeof *(array))
#define TABLE(cell)                                                                                          \
    .nodes = cell##_nodes, .wires = cell##_wires, .markers = cell##_markers,                                 \
    .node_count = COUNT(cell##_nodes), .wire_count = COUNT(cell##_wires),                                    \
    .marker_count = COUNT(cell##_markers)

// Rows that all cells share: the lane, the product on its way up, gates, squashers, maps, and the lane of a.
enum {
    LANE = 110,
    MIX = 232,
    GATE = 310,
    SQUASH = 376,
    MAP = 446,
    RAIL = 522,
    JOIN = 200,
    BOTTOM = 640,
    LEFT = -20
};

// --- LSTM: columns in the order computed ---
enum {
    F = 250,
    U = 436,
    C = 622,
    O = 808,
    PLUS = 529,
    OUT = 952,
    UP = 1044,
    RIGHT = 1108,
    SQUASH_C = 168,
    SHOW = 276
};

#define GATE_LABELS(column)                                                                                  \
    .full = {column - 10, 288, ALIGN_RIGHT}, .inspector = {column - 14, 268, ALIGN_RIGHT}

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
    {NODE_STRIP, "c_tilde", C, GATE, .full = {C - 10, 288, ALIGN_RIGHT},
     .inspector = {C + 16, 268, ALIGN_LEFT}},
    {NODE_STRIP, "gate_o", O, GATE, GATE_LABELS(O)},
    {NODE_STRIP, "c_prev", 104, LANE, .full = {104, 76, ALIGN_CENTER}, .inspector = {104, 66, ALIGN_CENTER}},
    {NODE_STRIP, "a_prev", 104, RAIL, .full = {104, 498, ALIGN_CENTER},
     .inspector = {104, 488, ALIGN_CENTER}},
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

#define MAP_MARKERS(part, column)                                                                            \
    {part, {{-8, RAIL}, {JOIN, RAIL}, {column, RAIL}, {column, MAP}}},                                       \
        {part, {{JOIN, BOTTOM}, {JOIN, RAIL}}}, {                                                            \
        part, {                                                                                              \
            {column, MAP}, {                                                                                 \
                column, GATE                                                                                 \
            }                                                                                                \
        }                                                                                                    \
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

// --- RNN: one map, no lane ---
enum { RNN_A = 360, RNN_COPY = 200, RNN_DOWN = 560, RNN_RIGHT = 724 };

static const struct diagram_node rnn_nodes[] = {
    {NODE_CONCAT, NULL, JOIN, RAIL},
    {NODE_COPY, "a", RNN_A, RNN_COPY},
    {NODE_MAP, "z_a", RNN_A, MAP},
    {NODE_SQUASHER, "a", RNN_A, 372},
    {NODE_STRIP, "a_prev", 104, RAIL, .full = {104, 494, ALIGN_CENTER},
     .inspector = {104, 488, ALIGN_CENTER}},
    {NODE_STRIP, "a", RNN_A, 300, .full = {RNN_A - 10, 278, ALIGN_RIGHT},
     .inspector = {RNN_A - 12, 268, ALIGN_RIGHT}},
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

static const struct diagram_table tables[CELL_COUNT] = {
    [CELL_RNN] = {.width = 700,
                  .height = 640,
                  .full_width = 700,
                  .box = {14, 46, 672, 546},
                  .box_top = {46, 46, 46},
                  TABLE(rnn)},
    [CELL_LSTM] = {.width = 1088,
                   .height = 640,
                   .full_width = 1108,
                   .shift_from = 850,
                   .shift = 22,
                   .box = {14, 46, 1060, 546},
                   .box_top = {40, 8, 46},
                   .lane = LANE,
                   TABLE(lstm)},
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
