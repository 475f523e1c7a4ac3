#pragma once
// The Jacobian between two timesteps, shared by the figure (jacobian_view.c) and the panel beside it (jacobian_side.c).

#include "chain_parts.h"
#include "matrix.h"

enum jacobian_measure { MEASURE_LARGEST, MEASURE_NORM };

// Kept from frame to frame; zero is: the first chain, all its states, over the whole example where that is not too
// much.
struct jacobian_memory {
    int chain;
    int states;               // 0: all of them, else the state + 1
    int from, to;             // timesteps + 1; 0: as far as they go
    int measure;              // enum jacobian_measure
    struct insight_key shown; // what was seen last: stays while another is computed
    bool has_shown;
};

struct jacobian_page {
    struct chain_page page;
    struct jacobian_memory *memory;
    int from, to, state;    // chosen: state -1 all
    struct insight_key key; // of what is seen
    const struct insight *found;
    const struct jacobian *j; // NULL: nothing there yet
};
void jacobian_open(struct jacobian_page *p, struct ui *ui, rect r, const struct scene *scene);
// The timestep of factor i: F<t> leads from t - 1 (t + 1 in a backward direction) to t.
int jacobian_t(const struct jacobian_page *p, int i);
int jacobian_factor(const struct jacobian_page *p); // the selected one: of the selected timestep, else the last
// "a^{<9>}", of all states "(a, c)^{<9>}".
void jacobian_state(const struct jacobian_page *p, int t, char *out, size_t size);
// The names of the blocks of a matrix over all states, at its left and upper edge.
void jacobian_blocks(const struct jacobian_page *p, rect r, int states);
struct source jacobian_source(const struct jacobian_page *p, enum jacobian_part part, int i);
// The norm or the largest singular value, as is chosen, given the latter.
enum jacobian_part jacobian_measured(const struct jacobian_page *p, enum jacobian_part largest);
static inline int clamp_to(int value, int low, int high) {
    return value < low ? low : value > high ? high : value;
}
void jacobian_say(const struct jacobian_page *p, struct said *said);
void jacobian_side(struct ui *ui, rect r, const struct scene *scene);
