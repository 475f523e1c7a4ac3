#pragma once
// What the cards of the train page share.

#include "train_cards.h"

struct train_card {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct train_look *look;
    struct train_cards *cards;
    rect r;                                     // below the row of controls
    float controls_y, controls_x, controls_end; // of the row of controls: what is free of it
};
struct train_card train_card_open(struct ui *ui, rect r, const struct train_look *look, struct train_cards *cards);
// "< layer 2 of 3, backward >" at the right of the controls, where there is more than one place in a model.
void train_place_stepper(struct train_card *card);
// Words in what is left free of the row of controls.
void train_card_words(struct train_card *card, const char *words);
// A sentence in the place of the content.
void train_card_empty(const struct train_card *card, const char *words);

// The last checkpoint with measures at or before the update at hand, or the first one that has any; NULL.
const struct train_check *train_check_now(const struct train_card *card, int model);
const struct train_check *train_check_first(const struct train_card *card, int model);
const struct measures *train_any_measures(const struct train_card *card); // of the first model that has some, now
// The chosen layer and direction of a network, the nearest where it has fewer.
struct measured_at train_place(const struct train_card *card, const struct net_spec *spec);
// "measure/m0/l0/gate_f/low", kept for the frame. what: "gate_f/low".
const char *train_measure_name(const struct train_card *card, int model, struct measured_at at, const char *what);
const char *train_name(const struct train_card *card, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Models beside each other, as many as there is room for, in rows; scrolled where the rows need more height than there
// is. need[k]: height that model k asks for; a row is as high as its highest, and all share what is left over when
// `fill`.
struct train_grid {
    int columns;
    float width, offset;
    bool scrolls;
    rect cell[MODEL_STYLES];
};
struct train_grid train_grid_begin(const struct train_card *card, const char *id, const float *need, bool fill);
void train_grid_end(const struct train_card *card, const struct train_grid *grid);
// Name and line of a model at the top of its cell; the right `taken` of it stays free.
enum { TRAIN_MODEL_HEAD = 24 };
void train_model_head(const struct train_card *card, int model, rect cell, float taken);
