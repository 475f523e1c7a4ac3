#pragma once
// What the views look at, and what they let a person choose. A scene is put together by the app each frame; views only
// read it and change view_state. No view computes a network's value of its own: numbers come from the record and from
// its analyses (insights).

#include "checker.h"
#include "edit.h"
#include "homework.h"
#include "insight.h"
#include "narration.h"
#include "picture.h"
#include "place.h"
#include "provenance.h"
#include "spoken.h"
#include "ui.h"

// What a view wants done: the app does it after the frame, since only the app changes anything. One a frame.
enum ask_kind {
    ASK_NOTHING,
    ASK_VIEW,
    ASK_SEEK,
    ASK_EXAMPLE,
    ASK_CELL,           // trains another cell on the same data
    ASK_RIVAL,          // the same beside this one, to compare
    ASK_RIVAL_DROP,     // index: of scene.others
    ASK_HOMEWORK,       // opens a file or folder of arrays
    ASK_HOMEWORK_AGAIN, // reads all of them anew
    ASK_HOMEWORK_CLEAR,
    ASK_SAMPLE,
    ASK_SENTENCE,
    ASK_CHECK,     // check: answered by scene.checker
    ASK_CHECK_ALL, // the same
    ASK_CLIP,      // limit: the same
    ASK_ORIGIN,    // the origin view of a number: its place in text, as place_text() writes it
    ASK_EDIT,      // another list of edits
    ASK_UNDO,
    ASK_REDO,
    ASK_CLEAR,
    ASK_HEAR // the example: played, or stopped
};
struct ask {
    enum ask_kind kind;
    int index;       // ASK_VIEW: of views.h; ASK_SEEK: a position; ASK_SENTENCE: which;
                     // ASK_CELL, ASK_RIVAL: enum cell_id
    char text[1024]; // ASK_EXAMPLE, ASK_SENTENCE; ASK_SAMPLE: what it starts with; ASK_HOMEWORK: a path
    struct {
        long seed;
        double temperature;
        int top_k;
    } sample; // ASK_SAMPLE
    struct check_question check;
    double limit[CLIP_RULES];
    struct edits edits; // ASK_EDIT: the whole list from now on
    bool more;          // ASK_EDIT: goes on with the change before (a drag): one step of undo
};

// A change that goes on is one step of undo: the same control, used again within a second.
struct edit_going {
    ui_id control;
    double last; // seconds
};

// A number that is typed beside a slider.
struct edit_typed {
    char text[32];
    bool on; // its field had the focus
};

// A row of the stage that hands are on: of the popover, and of Ctrl with a drag on a tile (the value follows the
// pointer).
struct poke {
    int slot, layer, direction;
};
struct poke_drag {
    bool on;
    struct poke row;
    int column, unit;
    rect tile;
};

// The number of the origin view and what it is made of, for the other views to outline.
enum { LIT_MAX = 32 };
struct lit {
    int count; // the first one is the number itself
    char tensor[LIT_MAX][PLACE_NAME];
    int row[LIT_MAX], column[LIT_MAX];
};

struct view_state {
    int view; // what stands in the middle: an index of views.h
    struct ask ask;
    enum notation notation;
    bool stacked;         // weights as W_f[a,x], not W_{fa}a + W_{fx}x
    int unit;             // selected, 0-based; -1 = none
    int t;                // selected timestep, 0-based; -1 = the running step's
    bool encoder;         // of an encoder-decoder: it is one of the encoder's. Where none is selected the
                          // side that is shown, so that who selects one of that side sets t alone
    int layer, direction; // shown in the inspector
    bool place_pinned;    // ... also where the running step is in another one
    struct weight weight; // the entry that the views of parameters are about (scene_weight)
    int hover_unit, hover_t, hover_slot; // -1 = none; set by the views each frame
    bool hover_grad;
    bool backward; // the backward figure (follows the phase unless the user pressed B)
    bool backward_pinned;
    bool flow;       // the gradient flow panel under the backward stage
    bool flow_asked; // ... by G or by a lesson: then it is drawn in a low window as well
    bool sign_marks;
    float pitch;      // of the stage's columns, when zoomed in; 0 = all timesteps in the window
    float scroll;     // of the stage, in columns, when not all timesteps fit
    char picked[256]; // a place for the origin view, which takes it; "" = none
    struct lit lit;
    rect stage_box;   // where the stage last drew the cell looked at: the zoom begins there
    struct poke poke; // of the popover on the stage
    struct poke_drag drag;
    struct edit_going poke_going;
    struct edit_typed poke_typed;
    int scroll_position; // cursor and timestep that scroll was last set for: moving brings them back into the window
};

// A value that the learner is asked to predict: drawn as "?" in a dashed outline until answered.
struct hidden_value {
    const char *tensor; // source name
    int row, column;
};

// Another model on the same example.
enum { RIVALS_MAX = 3 };
struct rival {
    const char *name;
    const struct record *record; // the whole
};

// Of an encoder-decoder record and script are those of the side that is looked at (scene_encoder()); record_side() and
// script_side() give the other one. Positions and steps are the whole walk's: a step is this side's when step->encoder
// says so.
struct scene {
    const struct record *record;
    const struct script *script;
    struct insights *insights;     // analyses of the record; NULL: none are made
    const struct checker *checker; // the gradient check; NULL where there is none
    int position;                  // of the cursor
    float motion;                  // 0..1, progress of the running step's motion; 1 = at rest
    bool motion_back;
    const struct narration *narration;
    struct view_state *state;
    const struct hidden_value *hidden;
    int hidden_count;
    bool presentation;               // for a room: the narration is larger
    float zoom;                      // between the stage and the cell: how much of the way is still to go, 1..0
    bool zoom_out;                   // ... back to the stage
    float slide;                     // columns that the running frame still has to travel; 0 = in its place
    const struct homework *homework; // a learner's arrays held against the record, or NULL
    const char *unit_word;           // "character": what one timestep is
    struct picture_of_input picture; // how inputs are drawn
    bool audible;                    // the input can be heard
    int heard;                       // the timestep that sounds now, from 1; 0 = silence
    const struct spoken *spoken;     // of a view that asks for it (views.h); else NULL
    const struct record *before;     // without edits, while some are in force; else NULL
    const struct edits *edits;       // NULL: none
    bool edits_kept;                 // a lesson keeps them as they are; who asks for others is told why
    bool can_undo, can_redo;
    const char *name; // of this model among those that are compared
    struct rival others[RIVALS_MAX];
    int other_count;
    const char *no_rivals; // why no other one can be trained, or NULL
    double rival_done;     // of one that is being trained, 0 to 1; below 0: none is
    void *memory;          // what the running view keeps from frame to frame (views.h)
};

// "update 1 000, example 3 of 32" of a record within a minibatch; else "".
void scene_update_words(const struct scene *scene, char *out, size_t size);
// How symbols are written.
struct label_style scene_label(const struct scene *scene, bool colored);
// The timestep and step the inspector is about.
int scene_t(const struct scene *scene);
// Gradients by loss of the layer and direction looked at; NULL while they are computed.
const struct itemised *scene_itemised(const struct scene *scene);
const struct step *scene_step(const struct scene *scene); // running step or NULL
bool scene_backward(const struct scene *scene);           // which figure the stage shows
// The side that is looked at: the selected timestep's, else the running step's, and the encoder's before the first.
bool scene_encoder(const struct scene *scene);
// The running step is one of the side that is looked at.
bool scene_step_is_here(const struct scene *scene);
const struct record *scene_whole(const struct scene *scene); // with the parameters of both sides of an encoder-decoder
struct weight scene_weight(const struct scene *scene);       // the chosen entry, one that this record has
// A number with its source, or "?" while a question asks for it; returns the width.
float scene_value(const struct scene *scene, struct draw_list *list, float x, float y, struct source source, int digits,
                  bool plus, struct text_style style);
bool scene_is_hidden(const struct scene *scene, const char *tensor, int row, int column);
// The number that says most about the running step: of the selected unit, in the step's result.
void scene_telling_place(const struct scene *scene, struct place *out);
bool scene_hovered_place(const struct scene *scene, struct place *out); // of the tile under the pointer; false: none
// Whether the origin view is about this number, or it is made of it.
enum scene_light { LIT_NOT, LIT_OPERAND, LIT_NUMBER };
enum scene_light scene_lit(const struct scene *scene, const char *tensor, int row, int column);
float scene_row_scale(const struct record *record, int layer, int direction,
                      int slot); // 0.5, 1, 2, 5 ... that holds 98%
