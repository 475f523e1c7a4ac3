#pragma once
// One number of the parameters: which one is looked at, its name in the notations, and the blocks that a stacked matrix
// consists of. Rows and columns are those of the trace file (record.h): row = unit with its block's offset, or output
// symbol; column = what is read. Buffers are always terminated.

#include "label.h"

// A chosen entry. As a zeroed value nothing was chosen yet: weight_settle() then takes the recurrent weight of the
// first layer that has the largest gradient.
struct weight {
    bool chosen;
    int param, row, column;
};
// The same, or the nearest one that this record has.
struct weight weight_settle(const struct record *record, struct weight weight);
// The entry with the largest gradient among rows first .. first + count - 1 of a parameter.
struct weight weight_largest(const struct record *record, int param, int first, int count);

// A parameter's rows by gate: one block a gate of the cell, or one block for all of it.
struct weight_block {
    int first, count;       // rows
    char symbol[64];        // maths markup: "W_{fa}", "b_f", "W_{ya}"
    enum identity identity; // IDENTITY_A where there is no gate
};
int weight_block_count(const struct record *record, int param);
struct weight_block weight_block_get(const struct record *record, enum notation notation, int param, int block);
int weight_block_of(const struct record *record, int param, int row); // the block with this row

// "Layer 1, recurrent weights"; "Encoder, layer 2, backward, bias"
void weight_title(char *out, size_t size, const struct record *record, int param);
// "W_{fa}[7,3]": the unit first, then what it reads; a symbol by its letter. grad: with a d before it.
void weight_label(char *out, size_t size, const struct record *record, enum notation notation, bool grad,
                  struct weight weight);
// The network where a parameter is used: of an encoder-decoder that of its side.
const struct net_spec *weight_spec(const struct record *record, int param);
// Its columns (of the output and the embedding: its rows) stand for symbols; the text of one.
bool weight_has_symbols(const struct record *record, int param);
const char *weight_symbol(const struct record *record, int param, int symbol);
// What its side reads at t, as text; NULL where that is no symbol.
const char *weight_token(const struct record *record, int param, int t);
// The row and column of an entry of the slab, (in, out).
struct weight weight_of_slab(const struct record *record, int param, int in, int out);
