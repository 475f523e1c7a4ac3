#pragma once
// A card with the curves of a training: one or several models over updates, linear or logarithmic, with a line through
// means, what of each pixel is least and largest, checkpoints, and the update that the parameters are of. It zooms with
// wheel, drag and keys and reads out all series at one update. Knows no trainer: the caller hands over plain numbers.

#include "curve_data.h"
#include "model_style.h"
#include "ui.h"

enum { CURVES_SERIES = 16, CURVES_LINES = 5, CURVES_COLUMNS = 4 };

struct curve_series {
    int model;                     // of model_style.h
    const struct curve_data *data; // one number an update, or
    const int64_t *at;             // numbers of checkpoints: of these updates, ascending,
    const double *values;          // (count) NaN: none
    int count;
    const char *name; // at its end; NULL = none
    bool left;        // of a branch that was left
};
struct curve_line { // a level that does not change
    double value;
    const char *name;
    color ink;
    bool dotted;
};
// What the curves say of one update.
struct curves_reading {
    char title[64];
    const char *columns[CURVES_COLUMNS];
    int column_count, digits[CURVES_COLUMNS];
    struct source values[MODEL_STYLES][CURVES_COLUMNS]; // value NaN: none
    struct {
        char name[32];
        struct source value;
    } rest; // below the table; name "" = none
    int rest_digits;
};
struct curves {
    const char *title, *note, *remark; // remark: at the right, may be NULL
    const char *empty;                 // said where there are no numbers yet
    bool logarithmic;
    bool peaks;           // the largest of each pixel as a line; else least to largest as a band
    int64_t window;       // updates that a point of the line is the mean of
    int64_t update, last; // of the parameters; the axis goes up to `last`
    int64_t epoch;        // updates
    struct curve_series series[CURVES_SERIES];
    int series_count;
    struct curve_line lines[CURVES_LINES];
    int line_count;
    const char *const *names; // of the models
    int models;
    void (*read)(const void *context, int64_t update, struct curves_reading *out);
    const void *context;
};
struct curves_view {
    bool zoomed;
    double from, to; // updates, when zoomed
    bool reads;      // by the keyboard
    int64_t read_at;
    bool drags, pans;
    float drag_from;
    int64_t shows; // the update that is read out in this frame, or -1
    double pan_from, pan_to;
};
// Draws the card into r; curves_draw_reading() comes after all that lies beside it. Returns the update that was asked
// for (Enter at the read-out), or -1. `id` names it. `list` alone: curves_paint(), a still picture without the pointer.
int64_t curves_draw(struct ui *ui, rect r, const char *id, const struct curves *curves, struct curves_view *view);
void curves_draw_reading(struct ui *ui, rect r, const struct curves *curves, const struct curves_view *view);
void curves_paint(struct draw_list *list, const struct theme *theme, rect r, const struct curves *curves,
                  const struct curves_view *view);
// Updates from one tick to the next where `span` of them are `width` wide, and whether ticks are counted in epochs.
int64_t curves_ticks(double span, float width, int64_t epoch, bool *epochs);
// "update 120" or "epoch 13.3", as the axis counts.
void curves_place_text(const struct curves *curves, int64_t update, char *out, size_t size);
