#pragma once
// The small drawings on the cards of lessons, made of draw list primitives: one a lesson, by its id; lessons that have
// none of their own get a diagram of their cell. What stands for numbers (tiles, pills, bars, curves) is drawn from
// numbers of the core.

#include "cell.h"
#include "draw.h"
#include "theme.h"

enum { THUMB_UNITS = 8, THUMB_STEPS = 4, THUMB_LAYERS = 3, THUMB_GUESSES = 5, THUMB_CURVES = 2, THUMB_POINTS = 8 };
typedef double thumb_vector[THUMB_UNITS];

// Of small networks on the built-in names (gallery_numbers.h makes them).
struct thumb_numbers {
    bool ready; // else everything that holds numbers is drawn as still to come
    thumb_vector a[THUMB_STEPS], da[THUMB_STEPS];
    char read[2][16]; // symbols that were read before the guess, and the most probable next ones
    char guess[THUMB_GUESSES][16];
    double y_hat[THUMB_GUESSES];
    char drawn[THUMB_STEPS][16];              // a sampled beginning
    double curve[THUMB_CURVES][THUMB_POINTS]; // log10 of the norm of dL<T>/da<t> of the RNN, of dL<T>/dc<t> of the
                                              // LSTM, over that at T
    thumb_vector deep[THUMB_LAYERS][THUMB_STEPS];
    thumb_vector context; // what an encoder hands to its decoder
};

// id: of the lesson; cell: of its first scene, for lessons without a drawing of their own. numbers may be NULL.
void lesson_thumb_draw(struct draw_list *list, const struct theme *theme, rect r, const char *id, enum cell_id cell,
                       const struct thumb_numbers *numbers);
bool lesson_thumb_has(const char *id);
