#pragma once
// The cards of the train page about what training does inside of the models: gradients by timestep, gates, weights. One
// to MODEL_STYLES models beside each other. Numbers come from the measures of the checkpoints (core/measure.h), from
// the models' parameters, and from the update at hand; everything is borrowed for a frame.
//
// Sources of numbers: "measure/m1/l0/a/all" (m1: the second model; l0, l0_reverse: layer and direction; "encoder/"
// before it of an encoder-decoder's; then the state, and "all" losses or the "last" one) with row = timestep and column
// = update; ".../gate_f/low", "/high", "/mean", "/dead" and ".../w_c/radius" with row -1 and column = update;
// "update/m1/clip_scale" with column = update; "param/m1/rnn.weight_hh_l0" with row and column as in the files.

#include "measure.h"
#include "model_style.h"
#include "ui.h"

struct train_check { // a checkpoint
    int64_t update;
    const struct measures *measures; // NULL: not measured there
};
struct train_series { // one model
    const char *name;
    const struct train_check *checks; // by update, ascending
    int check_count;
    double clip_scale; // what the gradients of the update at hand were multiplied with; NaN: no update, or no limit
    const struct model *model; // as it is after `model_update`; NULL: not there yet
    int64_t model_update;
};
struct train_look {
    const struct train_series *series;
    int count;
    int64_t update; // at hand; what is shown is of the checkpoint at or before it
    enum notation notation;
    float lead; // width at the left of the row of controls that is left free, for a control of the page's own
};

enum { TRAIN_NAMES = 320, TRAIN_NAME = 80 };
struct train_names { // of the numbers of this frame's cards
    double frame;    // its time
    int count;
    char text[TRAIN_NAMES][TRAIN_NAME];
};
struct train_cards { // what a person chose; zero at the start, kept by the caller
    int place;       // layer and direction, counted from the last one down
    bool last;       // gradients from the last loss alone
    int state;       // a, c
    int t;           // chosen timestep, from 1; 0 = the first
    struct train_names names;
};

enum { TRAIN_CARD_HEADER = 32 }; // height of the row of controls at the top of each
void train_gradients_card(struct ui *ui, rect r, const struct train_look *look, struct train_cards *cards);
void train_gates_card(struct ui *ui, rect r, const struct train_look *look, struct train_cards *cards);
void train_weights_card(struct ui *ui, rect r, const struct train_look *look, struct train_cards *cards);
