#pragma once
// The order in which a person walks through a record, and a place in it. A script is a flat list of steps built from
// the cell's description: forward (every part of every cell), loss, backward (the same walked in reverse, with the
// two sources of a hidden gradient and their sum as steps of their own), clip, update. A position p means: steps
// 0 .. p-1 are done, step p-1 is the running one; 0 = nothing yet. Moving is looking at another p: back costs the same
// as forward. Immutable after it was built; any thread may read it.
//
// Order. One direction: timesteps outside, layers inside; forward at t: input and parts of each layer, then the output.
// Backward at t: output, then layer by layer from the top: from the loss (or the layer above), from the future, the sum
// at a, and the parts in strict reverse; the sum of another state (c) comes right before the part that produces it. Two
// directions: layer, direction, timestep, each in the order it is computed; outputs last, and first on the way back.
// Embedded symbols are looked up before their timestep is walked (with two directions: all of them first), and their
// rows get their gradient after it. An encoder-decoder: the encoder's walk, what it hands over to each layer, the
// decoder's walk; back in reverse, the decoder's first. A network with one answer has one output and one loss, at the
// last timestep.
//
// A script looks at one side of its record (record.h): T, layers, directions and all questions below are about that
// side, but steps and positions are the whole's. That of script_new() looks at the decoder's.

#include "record.h"

enum phase { PHASE_FORWARD, PHASE_LOSS, PHASE_BACKWARD, PHASE_CLIP, PHASE_UPDATE, PHASE_COUNT };
enum granularity { BY_OPERATION, BY_CELL, BY_TIMESTEP, BY_PASS, BY_UPDATE, GRANULARITY_COUNT };

enum step_kind {
    STEP_INPUT,       // x<t> and a<t-1> are read (concatenated)
    STEP_PART,        // a part of the cell
    STEP_OUTPUT,      // logits and y_hat<t>
    STEP_LOSS,        // L<t>
    STEP_OUTPUT_BACK, // dL/dlogits = y_hat - y
    STEP_FROM_LOSS,   // W_ya^T dlogits arrives at a<t>; below the top layer: what the layer above sends down
    STEP_FROM_FUTURE, // da_prev of timestep t+1 arrives at a<t> (not at the last timestep). Of a only: both sources of
                      // another state are part of its STEP_SUM
    STEP_SUM,         // the sources of a state's gradient are added: state 0 = a, 1 = c
    STEP_PART_BACK,   // a part of the cell, backward
    STEP_CLIP,        // the norm, and the scale
    STEP_UPDATE,      // one block of parameters moves
    STEP_EMBED,       // x<t> is looked up: row of the embedding. Of layer 0 and direction 0
    STEP_EMBED_BACK,  // dL/dx<t> goes into that row. Of layer 0 and direction 0
    STEP_HAND_OVER,   // a layer of the decoder gets the encoder's last states; the decoder's t = 0. The way back is the
                      // encoder's STEP_FROM_FUTURE at its last timestep
    STEP_KIND_COUNT
};

struct step {
    enum step_kind kind;
    enum phase phase;
    int layer, direction, t; // -1 where there is none
    int part;                // STEP_PART, STEP_PART_BACK
    int state;               // STEP_SUM, STEP_FROM_*
    int block;               // STEP_UPDATE: cell block (layer >= 0), else (layer -1) BLOCK_HEAD or BLOCK_EMBED
    bool bias;               // STEP_UPDATE: the bias, else the weights
    bool encoder;            // of an encoder-decoder: the encoder's; what is counted above is that side's
};
enum { BLOCK_HEAD = -1, BLOCK_EMBED = -2 };

struct script {
    struct step *steps;
    int count;
    int phase_first[PHASE_COUNT], phase_count[PHASE_COUNT]; // steps of each phase
    int T;
    int layers, directions, parts, states;
    const struct cell_desc *cell;
    int *track_at, *time_at;    // where each step is: positions by layer, direction, t and by t; 0 = no such step
    struct script *encoder;     // of an encoder-decoder: the same steps, asked about the encoder's side; else NULL
    const struct script *whole; // that of script_new()
};

struct script *script_new(const struct record *record, struct err *err);
void script_free(struct script *script); // the whole
// The script that answers for the encoder's or the decoder's side; in other kinds there is one.
const struct script *script_side(const struct script *script, bool encoder);

// The position after one move from p; forward: direction = +1, back: -1. Clamped to 0 .. count.
int script_move(const struct script *script, int p, enum granularity by, int direction);
// The position right after the step; -1 when there is none. What a kind of step does not have (the layer of a loss, the
// part of an input) is not looked at. STEP_UPDATE: part_or_state is the block. O(1), but for clip and update.
int script_find(const struct script *script, enum step_kind kind, int layer, int direction, int t, int part_or_state);
const struct step *script_running(const struct script *script, int p); // NULL at 0
// Is a value computed at position p? Slots, gradients, outputs. A slot is there when its part is done (states and x
// that come in: when they are read; an embedding: when it is looked up). A gradient is there when the total is: the sum
// of a state, else the last reader gone back through.
bool script_has_value(const struct script *script, const struct cell_desc *cell, int p, int layer, int direction,
                      int slot, int t);
bool script_has_grad(const struct script *script, const struct cell_desc *cell, int p, int layer, int direction,
                     int slot, int t);
bool script_has_output(const struct script *script, int p, int t); // y_hat
bool script_has_loss(const struct script *script, int p, int t);
bool script_has_from_loss(const struct script *script, int p, int layer, int direction, int t);
bool script_has_from_future(const struct script *script, int p, int layer, int direction, int t);
// The position right after the first step of timestep t in the running phase (clip and update: in the backward pass);
// layer, direction -1: of any. -1 when there is none.
int script_first_t(const struct script *script, int p, int layer, int direction, int t);
const char *phase_title(enum phase phase);
// "Forget gate, t = 4"; with more than one layer "Forget gate, layer 2, t = 4"
void step_title(const struct record *record, const struct step *step, char *out, size_t size);
