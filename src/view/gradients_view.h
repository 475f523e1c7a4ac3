#pragma once
// The gradients through time, shared by the figure (gradients_view.c) and the panel beside it (gradients_side.c): what
// is chosen, and the analyses that it needs.

#include "chain_parts.h"

// Kept from frame to frame; zero is: the first chain, a, all paths, the loss with the longest way back.
struct gradients_memory {
    int chain, state, path; // path: index into path_list()
    int loss;               // its timestep + 1
};

struct gradients {
    struct chain_page page;
    struct gradients_memory *memory;
    int paths[CELL_MAX_SLOTS], path_count;
    int path; // as itemised_new() takes it
    int lane; // index into paths of the memory lane, or -1
    // NULL while they are computed
    const struct insight *found; // of the chosen path
    const struct itemised *items, *all, *lane_items;
    int tau, t;   // what is selected; tau -1: there is no loss
    int from;     // the timestep at which the loss comes into the chain
    int farthest; // the loss with the longest way
};
void gradients_open(struct gradients *g, struct ui *ui, rect r, const struct scene *scene);
// Other layers (or a decoder) send down to this chain: the chosen paths are those of this chain alone.
bool gradients_below(const struct gradients *g);
// "all paths", "through Gamma_f", "memory lane", as maths
void gradients_path_words(const struct gradients *g, int path, char *out, size_t size);
// "the last loss", "the loss at t = 5"
void gradients_loss_words(const struct gradients *g, char *out, size_t size);
// How much of the loss arrives at the far end of the chain.
void gradients_say(const struct gradients *g, struct said *said);
void gradients_side(struct ui *ui, rect r, const struct scene *scene);
