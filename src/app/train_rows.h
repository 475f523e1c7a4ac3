#pragma once
// Rows of the popovers of the page "Train and compare": a label, a control, and the value in words.

#include "train.h"

void train_row_label(struct ui *ui, rect *r, const char *text);
// A slider over a list of choices; the nearest one is shown. True when it was moved.
struct train_choices {
    const char *label;
    const double *values;
    int count;
    const char *(*words)(double value); // NULL: as a number; valid until the next call
};
bool train_row_slider(struct ui *ui, rect *r, const struct train_choices *choices, double *value);
// Words side by side; true when another was chosen.
bool train_row_segments(struct ui *ui, rect *r, const char *label, const char *const *items, int count, int *chosen);
enum { TRAIN_ROW = 40, TRAIN_ROW_LABEL = 26 };

extern const struct train_choices train_units, train_own_units, train_own_layers, train_layers, train_rates, train_clips, train_own_clips,
    train_batches, train_checks, train_biases, train_temperatures;
void train_data_menu(struct app *app, rect anchor);
void train_settings_menu(struct app *app, rect anchor);
void train_model_menu(struct app *app, rect anchor, int k);
