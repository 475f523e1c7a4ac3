#pragma once
// Coordinates of the cell diagrams: where each vector, map, squasher and operator of a cell sits, and the
// wires between them, in one frame of 1088 x 640 (lane c on top, gates between, lane a at the bottom, x from
// below). One const table a cell; adding a cell is adding its table and its line in diagram_table(). Names
// are slot and part ids of the cell's description.

#include "cell.h"
#include "draw.h"

enum diagram_node_kind { NODE_MAP, NODE_SQUASHER, NODE_OPERATOR, NODE_STRIP, NODE_CONCAT, NODE_COPY };

struct diagram_label { // baseline in frame units; not shown when y is 0
    float x, y;
    enum align align;
};

struct diagram_node {
    enum diagram_node_kind kind;
    const char *slot;     // what it holds or computes; NULL: the inputs of the timestep
    float x, y;           // centre
    float full_x, full_y; // centre at full detail where it differs; else 0
    bool full_only;
    bool branch;                          // backward: what came back from timestep t+1, before it is added
    struct diagram_label full, inspector; // of a strip
};

enum diagram_wire_flag {
    WIRE_HEAD = 1,      // forward: an arrow head at the last point
    WIRE_HEAD_BACK = 2, // backward: an arrow head at the first point
    WIRE_BOTH = WIRE_HEAD | WIRE_HEAD_BACK,
    WIRE_THICK = 4,   // after the concatenation
    WIRE_GAP = 8,     // crosses over others: a gap on both sides
    WIRE_FUTURE = 16, // backward: carries what comes from timestep t+1
    WIRE_INPUT = 32,  // from x<t>: no gradient is followed into the data
    WIRE_DOTTED = 64  // through a diagonal of weights, into the map of the block
};
struct diagram_wire {
    const char *slot;  // whose value it carries; NULL: x<t>
    const char *parts; // ids of the parts that read it, separated by spaces; "" = none
    unsigned flags;
    point at[5]; // unused points are {0, 0}
};

// The highlighter of a part of the cell, or of "input", "output", "from_loss_0", "from_future_0", "sum_N" (N:
// the state).
struct diagram_marker {
    const char *part;
    point at[5];
};

struct diagram_table {
    float width, height, full_width; // of the frame of coordinates
    float shift_from, shift;         // at full detail what lies right of shift_from moves by shift
    rect box;                        // the cell's outline
    float box_top[3];                // its top at each detail
    float lane;                      // y of the memory lane; 0 = none
    bool crowded;                    // between the columns run other wires: labels go without the time in the inspector
    const struct diagram_node *nodes;
    const struct diagram_wire *wires;
    const struct diagram_marker *markers;
    int node_count, wire_count, marker_count;
};

const struct diagram_table *diagram_table(enum cell_id cell); // NULL when there is none
// Points of a wire or marker that are used.
int diagram_points(const point *at, int max);
