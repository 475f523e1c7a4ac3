#pragma once
// Inside of the stage: what its files share for one frame. Nothing of it outlives the frame.
//
// A column is a timestep on the stage: the timesteps of the network, or those of the encoder and then those of the
// decoder. A track is one layer in one direction: a row of boxes through the columns. The functions that draw work on
// s->track.

#include "flow.h"
#include "input_picture.h"
#include "mathbox.h"
#include "stage.h"
#include "strip.h"
#include "views.h"
#include "widgets.h"
#include "wire.h"

enum stage_detail { STAGE_FULL, STAGE_COMPACT, STAGE_SCORE };
enum {
    STAGE_ROWS = CELL_MAX_PARTS + 4,
    STAGE_TRACKS = NET_MAX_LAYERS * NET_MAX_DIRECTIONS,
    STAGE_LABEL = 160,
    STAGE_TOP = 5,
    STAGE_PATH = 10 // points of a wire
};

// How much of a track is drawn: all its rows; the states that leave it; the activation as a thin row.
enum track_form { TRACK_FULL, TRACK_BRIEF, TRACK_LINE };

// A row of strips: one slot of the cell through all columns.
struct stage_row {
    int slot;
    enum strip_kind kind;
    float y, height; // centre and tile height
    float heat;      // of the score: height of the heat map
    float scale;     // of values
    bool lane;       // on the memory lane
    bool state;      // a or c: leaves the cell
    bool band;       // only a summary: too many units for its height
    bool tall;       // has the height that all of its units need
};

// What the running step reads and writes on one track, as rows.
struct track_focus {
    bool on;                 // the running step is one of this track
    bool row[STAGE_ROWS];    // operand rows at t
    bool before[STAGE_ROWS]; // operand rows of the state before (forward) or after (backward)
    bool result[STAGE_ROWS];
    bool x;                      // the input is an operand
    bool leaves[STAGE_ROWS];     // backward: the gradient that goes on to the timestep before on this row
    bool from_loss, from_future; // backward: wires that carry what is added or arrives
    bool plus;
    int state_row; // of the state a backward sum or source is about
};

struct stage_track {
    int layer, direction;
    enum track_form form;
    struct stage_row rows[STAGE_ROWS];
    int row_count, row_a, row_c; // row_c -1 without a memory
    int row_in; // where the lane of a comes into the next column: a's own row, or that of the weighted sums
    float box_top, box_bottom;
    struct track_focus focus;
};

// Where things are, top to bottom.
struct stage_plan {
    float loss, y_hat, y_hat_row, y_hat_bottom; // y: centre, top, height of one line, bottom
    int y_hat_rows;                             // 0: the target and its probability only
    bool stacked;                               // ... the probability under it
    float turn[NET_MAX_LAYERS];                 // where the wires out of a layer turn to the middle, above it
    float under[NET_MAX_LAYERS];                // where the input of a layer parts, below it (two directions)
    float one_hot;                              // top of the bars; 0 = none
    float token, token_size, t_label;
};

// What of the running step belongs to no track.
struct stage_focus {
    bool running;     // a step of a timestep is running, and this figure shows it
    bool x;           // the symbol itself is read
    bool y_hat, loss; // operands
    bool y_hat_result, loss_result;
};

// One network of the record: the only one, or the encoder and the decoder.
struct stage_side {
    const struct record *record;
    const struct script *script;
    int first, T; // its columns
    int directions;
    bool encoder;
    float input_scale; // of embeddings and real numbers
    struct input_picture picture;
};

struct stage {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct record *record; // of an encoder-decoder: the decoder's
    const struct cell_desc *cell;
    const struct step *step;
    struct stage_memory *memory;
    rect r;
    struct stage_columns columns;
    enum stage_detail detail;
    struct stage_plan plan;
    float input_bottom; // of the row of inputs: baseline of the numbers under it
    struct stage_focus focus;
    struct stage_side sides[2];
    int side_count;
    struct stage_track tracks[STAGE_TRACKS]; // from the top of the stage down
    int track_count, shown;                  // shown: the track that is drawn in full
    struct stage_track *track;               // being drawn
    int T, H, V, layers, directions;         // T: columns
    int t, now, unit;                        // looked at; of the running step, or -1
    bool backward;
    bool hovered;                        // the pointer is on the stage, with nothing over it
    bool focused, keys;                  // the stage has the keyboard; a tile has it
    float marker, fill;                  // motion of the running step, 0..1 each
    int hover_t, hover_slot, hover_unit; // of the frame before, from any view
    bool hover_grad;
    // found in this frame
    int found_column, found_slot, found_unit;
    bool found_grad;
    const struct stage_track *found_track;
    rect found_tile;
    color ramp[3]
              [2 * STRIP_RAMP + 1]; // by kind: colours of -1 .. 1; mixing each tile's anew would cost most of a frame
};

// Rows from the cell's description; plan from the rows and the height.
void stage_choose_track(struct stage *s); // the tracks there are, and the one that is shown
void stage_make_plan(struct stage *s);
void stage_make_focus(struct stage *s); // after the rows are made
void stage_make_rows(struct stage *s, struct stage_track *track, enum track_form form);
void stage_make_scales(struct stage *s); // of the rows that were made

void stage_forward(struct stage *s);
void stage_backward(struct stage *s);
void stage_score(struct stage *s);
void stage_header(struct stage *s);
float stage_overview_height(const struct stage *s); // 0 when all columns are seen
void stage_overview(struct stage *s);
void stage_make_ramps(struct stage *s);
color stage_ink(const struct stage *s, const struct stage_row *row, float v); // of a number in a heat map
color stage_value_ink(const struct stage *s, float v);                        // of a value, -1 .. 1

// Input of the frame: zoom, pan, the layer shown, the tile under the keyboard, clicks.
void stage_zoom_input(struct ui *ui, rect r, const struct scene *scene, bool hovered);
bool stage_drag(struct stage *s, struct ui_result result); // the pointer pans: its release is no click
void stage_keys(struct stage *s);
void stage_tile_keys(struct stage *s);
void stage_click(struct stage *s, struct ui_result result);
void stage_publish_box(const struct stage *s); // where the cell looked at stands
void stage_track_controls(struct stage *s);

// Columns, tracks, values.
const struct stage_side *stage_side_of(const struct stage *s, int column);
int stage_t(const struct stage *s, int column); // the timestep of its side
bool stage_seen(const struct stage *s, int column);
int stage_end(const struct stage *s);                                   // one after the last column that is seen
bool stage_exists(const struct stage *s, int column);                   // has s->track a box there?
const double *stage_values(const struct stage *s, int row, int column); // value or gradient, as the figure shows
bool stage_has(const struct stage *s, int row, int column);
bool stage_has_output(const struct stage *s, int column);
bool stage_has_loss(const struct stage *s, int column);
bool stage_gives_output(const struct stage *s, int column); // at some time
bool stage_has_from_loss(const struct stage *s, int column);
bool stage_has_from_future(const struct stage *s, int column);
bool stage_has_target(const struct stage *s, int column);
int stage_symbol(const struct stage *s, int column); // that is read; -1: the zero vector
const char *stage_tensor(const struct stage *s, const struct stage_track *track, int slot, int column);
bool stage_runs(const struct stage *s, int column); // the running step is one of s->track at this column
enum column_state { COLUMN_AHEAD, COLUMN_RUNNING, COLUMN_DONE };
enum column_state stage_state(const struct stage *s, int column);
struct stage_track *stage_bottom_track(struct stage *s, int layer); // the lowest of a layer
bool stage_is_top(const struct stage *s);                           // the head reads s->track

// Geometry of wires. Paths are written to p (STAGE_PATH) and return their points.
float stage_x(const struct stage *s, int column);
float stage_center(const struct stage *s, int column);
float stage_gap(const struct stage *s);                           // between two boxes
int stage_before(const struct stage *s, int column);              // the column whose state comes in; -1: none
int stage_after(const struct stage *s, int column);               // the column that the state goes to; -1: none
float stage_in_edge(const struct stage *s, int column);           // where lanes come into the box
float stage_out_edge(const struct stage *s, int column);          // ... and leave it
float stage_way(const struct stage *s);                           // +1: lanes run to the right, -1: to the left
float stage_riser(const struct stage *s, int column);             // x of the wire up to what reads the activation
bool stage_has_link(const struct stage *s, int column);           // something reads the activation
int stage_reader(const struct stage *s, int column);              // ... at this column
float stage_belt_half(const struct stage *s);                     // of the memory lane
bool stage_bypasses(const struct stage *s);                       // the input passes another box first
float stage_feed_y(const struct stage *s);                        // where the input's wire starts
int stage_link_path(const struct stage *s, int column, point *p); // from the lane of a to what reads it
int stage_feed_path(const struct stage *s, int column, float to, point *p); // from the input below to y = to
void stage_cut(struct stage *s, float x, float from, float to);             // gaps where a vertical wire crosses lanes
int stage_state_path(const struct stage *s, int row, int column, float from, float to,
                     point *p); // of a state into the column, from x = from on its lane to x = to

// Of an encoder-decoder.
float stage_sides_height(const struct stage *s);
void stage_captions(struct stage *s, float bottom); // and a line down to `bottom` between the sides
void stage_hand_over(struct stage *s);

// Parts shared by both figures.
rect stage_strip_area(const struct stage *s, int row, int column);
// A strip with its hidden units, its selected unit and its hover; ghost outlines when it is not computed.
// cover: what it hides first.
void stage_strip(struct stage *s, int row, int column, bool running, const color *cover);
void stage_mark_homework(struct stage *s, int row, int column, rect area); // over the tiles of a strip
void stage_ring(struct stage *s, int row, int column);                     // the highlighter around a strip
void stage_each(struct stage *s,
                void (*draw)(struct stage *s, int column)); // track by track, the columns that are seen
void stage_belt(struct stage *s);
void stage_box(struct stage *s, int column);
void stage_labels(struct stage *s);
// What hands did to a strip (stage_edit.c): the lock at its row, the level held, the underline of what that changed.
void stage_edit_marks(struct stage *s, int row, int column, rect area);
void stage_edit_input(struct stage *s); // Shift+C, and Ctrl with a drag on a tile
void stage_row_label(struct stage *s, int row);
void stage_slot_label(const struct stage *s, const struct stage_track *track, int slot, int t, int unit, char *out,
                      size_t size); // t as in label.h; the gradient in the backward figure
void stage_find(struct stage *s, int column, int slot, int unit, rect tile); // under the pointer or the keyboard
void stage_side_label(struct stage *s, const char *markup, float y, float size);
void stage_time_label(struct stage *s, int column, bool running, bool ahead);
bool stage_number(struct stage *s, float x, float baseline, const char *tensor, int row, int column, double value,
                  int digits,
                  struct text_style style);               // centred; "?" when hidden; false then
void stage_question(struct stage *s, rect r, float size); // the dashed "?" of a hidden value

// What goes in and what comes out.
void stage_top_symbols(const struct stage *s, int column, int *out,
                       int count); // most probable first, the target among them
void stage_y_hat(struct stage *s, int column);
void stage_y_hat_ring(struct stage *s, int column);
bool stage_words_answered(const struct stage *s); // an answer is longer than two characters
void stage_target_chip(struct stage *s, int column, bool known, bool running);
void stage_input(struct stage *s, int column, bool ahead, bool read);
void stage_symbol_draw(struct stage *s, int column, float x, float baseline, float size, enum font font,
                       color ink);                                 // what is read, centred
const char *stage_input_tensor(const struct stage *s, int column); // of embeddings and real numbers
void stage_input_numbers(struct stage *s, int column, rect r);     // of one or two features

// Pictures of inputs.
bool stage_has_pictures(const struct stage *s);  // columns of the stage are pictures, not tokens or strips
float stage_picture_room(const struct stage *s); // height that they want beside that of a token; 0 = none
bool stage_is_picture(const struct stage *s, int column);
void stage_picture(struct stage *s, int column, rect r, bool ahead);
rect stage_picture_place(const struct stage *s, int column, float y, float h);
// Of words and bases: the colour of a token, and what stands under it. Plain ink where there is none.
color stage_token_ink(const struct stage *s, int column, color plain);
void stage_token_mark(struct stage *s, int column, float y);
void stage_hear_button(struct stage *s);

// What a part of the cell reads: rows of this timestep, states of the one before, the input; and what it makes.
int stage_row_of(const struct stage *s, int slot); // of s->track; -1: the slot has none
void stage_part_operands(const struct stage *s, const struct cell_part *part, bool *row, bool *before, bool *x);
void stage_part_results(const struct stage *s, const struct cell_part *part, bool *result);
void stage_hover_outlines(struct stage *s);
void stage_lit_outlines(struct stage *s);
void stage_card(struct stage *s);
void stage_legend_values(struct stage *s, float x, float y, bool gates);
float stage_legend_gradient(struct stage *s, float x, float y, bool with_length, bool draw); // width
