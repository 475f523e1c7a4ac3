#pragma once
// Inside of the comparison of the surgery view: what its files share for one frame.

#include "surgery_inner.h"

enum {
    GUTTER = 64,
    CAPTION = 24,
    TIME = 20,
    SIDE = 212,
    SIDE_NARROW = 176,
    Y_ROW = 22,
    Y_ROWS = 8,
    GAP = 10,
    LEAST_PITCH = 4
};

struct effect {
    struct surgery *s;
    struct draw_list *list;
    const struct theme *theme;
    const struct record *before, *after;
    bool edited, answers;   // answers: this side has outputs and losses
    int T, t, first, count; // timesteps, the selected one, those shown
    int answer;             // the timestep whose output is shown
    float x0, pitch;
    int slot, layer, direction;
    int names; // used of memory->names
};

static inline struct text_style effect_text(enum font font, float size, color ink, enum align align) {
    return (struct text_style){font, size, ink, align};
}
float effect_x(const struct effect *e, int t); // left edge of a column
bool effect_hides(const struct effect *e, const char *tensor, int row, int column);
// A number, or "?" while a question asks for it; before: of the record without edits. Returns its width.
float effect_number(struct effect *e, float x, float y, bool before, const char *tensor, int row, int column,
                    double value, int digits, struct text_style style);
// "1.02 -> 0.87 (-0.15)": before, after, difference. Returns the x behind it.
float effect_change(struct effect *e, float x, float y, const char *tensor, int row, int column, double before,
                    double after, float size);
float effect_change_width(struct effect *e, double before, double after, float size);

void effect_vector(struct effect *e, rect r);  // one vector in every timestep
void effect_outputs(struct effect *e, rect r); // y-hat at the selected timestep
