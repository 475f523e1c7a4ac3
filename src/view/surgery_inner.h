#pragma once
// Inside of the surgery view: what its files share for one frame.

#include "edit_part.h"
#include "mathbox.h"
#include "strip.h"
#include "views.h"
#include "widgets.h"

enum { SURGERY_NAME = 112, SURGERY_NAMES = 8 };

// From frame to frame.
struct surgery_memory {
    bool started;
    int selected;      // entry of the list that the form is about; -1: a new one
    struct edit draft; // what the form shows
    char symbol[64];   // typed
    bool unknown;      // ... and not found
    struct edit_going going;
    struct edit_typed typed;
    float height;                            // of the form, in the frame before
    int parameter_row;                       // highlighted in the list of parameters
    char names[SURGERY_NAMES][SURGERY_NAME]; // of numbers of the record before
    char was[EDITS_MAX][SURGERY_NAME];
};

struct surgery {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    // The side that is looked at, and the whole (record.h); before: without edits, the same where there are none.
    const struct record *record, *before, *whole, *whole_before;
    const struct cell_desc *cell;
    const struct net_spec *spec; // of the whole
    const struct edits *edits;
    struct surgery_memory *memory;
    struct label_style label;
    int t;
};

struct edit
surgery_draft(const struct surgery *s); // what the form begins with: the first gate, all units and timesteps
// The slot, layer and direction that the comparison shows: those of the form.
void surgery_shown(const struct surgery *s, int *slot, int *layer, int *direction);
void surgery_form(struct surgery *s, rect *r, bool roomy); // cuts what it needs from the top of r
float surgery_list_height(struct surgery *s, float width);
void surgery_list(struct surgery *s, rect r);
void surgery_effect(struct surgery *s, rect r);
