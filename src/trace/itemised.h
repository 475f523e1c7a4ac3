#pragma once
// Gradients itemised by the loss they come from and by the path they take, of one chain of states: norms of
// dL<tau>/da<t> and dL<tau>/dc<t> for all pairs, and the vectors of one loss (analysis.h). Owns its memory; read-only
// after it was made.

#include "analysis.h"
#include "record.h"

// A chain of states: one layer and direction of a side. side: 0 the network, of an encoder-decoder the decoder; 1 its
// encoder.
struct chain {
    int side, layer, direction;
};
const struct tape *chain_tape(const struct record *record, struct chain chain);
// The chains of a record, from the first layer up, the encoder's behind: how many there are, and the one of an index.
int chain_count(const struct record *record);
struct chain chain_get(const struct record *record, int index);

// The paths followed at every timestep that is crossed: all, the memory lane alone, or only those through one slot.
enum { PATH_ALL = -1, PATH_MEMORY = -2 };
// The paths that a cell offers, PATH_ALL first: its gates and candidates, and the memory lane where it has one.
int path_list(const struct cell_desc *cell, int paths[CELL_MAX_SLOTS]);

enum { ITEMISED_NAME = 128 };
enum itemised_what { ITEMISED_VECTORS, ITEMISED_NORMS, ITEMISED_TOTAL }; // (taus, T, H), (taus, T), (T)
// Names of the trace file. Of a path other than PATH_ALL "through/gate_f/" or "through/memory/" stands before the rest:
// "through/gate_f/norm/itemised/l0/a". ITEMISED_TOTAL of PATH_ALL is the record's own norm/backward/...
void itemised_name(char out[ITEMISED_NAME], const struct record *record, struct chain chain, int path,
                   enum itemised_what what, int state);

struct itemised {
    struct chain chain;
    int path;
    int taus, T, states;             // timesteps of the losses, and of the chain (they differ for an encoder)
    double *norms[CELL_MAX_STATES];  // (taus, T) of dL<tau>/d(state)<t>
    double *totals[CELL_MAX_STATES]; // (T) of dL/d(state)<t>
    int *losses, loss_count;         // (loss_count) the timesteps that have a loss, ascending
    char norm_name[CELL_MAX_STATES][ITEMISED_NAME], total_name[CELL_MAX_STATES][ITEMISED_NAME];
    double *memory;
};
// NULL with err when memory runs out or watch (NULL: never asked) says stop.
struct itemised *itemised_new(const struct record *record, struct chain chain, int path,
                              const struct analysis_watch *watch, struct err *err);
void itemised_free(struct itemised *itemised);
size_t itemised_bytes(const struct record *record, struct chain chain); // what one takes
double itemised_norm(const struct itemised *itemised, int state, int tau, int t);
// The loss with the longest path through the chain: of the last timestep, or for a backward direction the first one
// that has a loss. -1 when there is none.
int itemised_farthest(const struct itemised *itemised);

// dL<tau>/d(state)<t> of one loss, at every timestep.
struct loss_gradient {
    int tau, T, H, states;
    double *vectors[CELL_MAX_STATES]; // (T, H)
    char name[CELL_MAX_STATES][ITEMISED_NAME];
    double *memory;
};
struct loss_gradient *loss_gradient_new(const struct record *record, struct chain chain, int path, int tau,
                                        struct err *err);
void loss_gradient_free(struct loss_gradient *gradient);
