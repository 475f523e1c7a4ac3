#pragma once
// Inside of the homework checker: what a name stands for, and how an array is held against it.

#include "homework.h"
#include "place.h"

// What an array may be: a tensor of the trace file, or of a parameter one gate's block, as the course's [W_a, W_x].
struct homework_target {
    char tensor[PLACE_NAME];
    struct place place; // its first number
    int beside;         // parameter of a second matrix, set to the right of the first; -1 = none
    int block;          // rows block * H .. ; -1 = all
    bool time;          // its rows are timesteps
    bool gradient;
    int layer, direction, slot; // -1 where there is none
    int param;                  // of the layout, or -1
};
enum { HOMEWORK_TARGETS = 4 };
int homework_targets(const struct record *record, const char *name, struct homework_target out[HOMEWORK_TARGETS]);

// The numbers of a target in a record, as rows and columns; a vector is one row.
struct homework_values {
    int rows, columns;
    double *data; // owned
};
bool homework_read(const struct record *record, const struct homework_target *target, struct homework_values *out);

// How the array's axes run over the target's rows and columns.
struct homework_view {
    const double *data;
    size_t row_stride, column_stride;
    bool turned; // columns first
    bool natural;
};
// The orders that fit, the natural one first; 0: none does.
int homework_views(const struct homework_array *array, const struct homework_values *values,
                   struct homework_view out[2]);
static inline double homework_at(const struct homework_view *view, int row, int column) {
    return view->data[(size_t)row * view->row_stride + (size_t)column * view->column_stride];
}

struct homework_difference {
    double largest;
    int row, column; // the first that is too large, rows before columns; -1 = none
};
struct homework_difference homework_compare(const struct homework_view *view, const struct homework_values *values,
                                            double tolerance);

// What a difference looks like; "" when nothing is found.
void homework_guess(const struct record *record, const struct homework_target *target,
                    const struct homework_values *values, const struct homework_view *view, double tolerance,
                    char out[HOMEWORK_TEXT]);
