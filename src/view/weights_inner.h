#pragma once
// Inside of the view of shared weights: what its files share for one frame.

#include "mathbox.h"
#include "scene.h"

struct weights {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct record *record;
    struct weight weight;
    struct weight_block block;
    bool vector;
    char label[96], grad_label[96]; // maths markup of the entry
    bool encoder;                   // the parameter is of an encoder
    int T, t;                       // of the parameter's side; the timestep looked at
    double *parts, *sums, *norms;   // (T) each: of the entry, their running total, of the whole gradient
    double total;                   // dL/dw, as the record has it
    int digits, part_digits;        // of totals and of parts, so that they add up on screen
    int whole_digits;               // of own part, rest and whole of a minibatch's gradient, in the same way
    float x0, pitch;                // of the columns
};

struct source weights_number(const struct weights *w, enum record_param_kind kind); // of the chosen entry
void weights_others(const struct weights *w, char *out, size_t size); // "other 31 examples" of the minibatch
void weights_take(struct weights *w, int t);                          // becomes the selected timestep
struct source weights_part(const struct weights *w, int t);
struct source weights_sum(const struct weights *w, int t); // parts 0 .. t together

// Decimals with which the rounded parts add up to every rounded running total: the parts carry up to three more. The
// best there is when none do.
void weights_digits(const double *parts, const double *sums, int T, int *digits, int *part_digits);

void weights_cells(struct weights *w, rect r);     // the network unrolled, the weight lit in every copy
void weights_parts(struct weights *w, rect r);     // its gradient, one piece a timestep, and the running total
void weights_norms(struct weights *w, rect r);     // each timestep's part of the whole gradient, log axis
void weights_columns(struct weights *w, rect all); // hover and click: the timestep
void weights_side(struct ui *ui, rect r, const struct scene *scene);
bool weights_open(struct weights *w, struct ui *ui, const struct scene *scene); // false: no memory
void weights_close(struct weights *w);
