#pragma once
// Inside of the stage: what its files share for one frame. Nothing of it outlives the frame.

#include "flow.h"
#include "mathbox.h"
#include "stage.h"
#include "strip.h"
#include "widgets.h"
#include "wire.h"

enum stage_detail { STAGE_FULL, STAGE_COMPACT, STAGE_SCORE };
enum { STAGE_ROWS = CELL_MAX_PARTS + 4, STAGE_LABEL = 160, STAGE_TOP = 5 };

// A row of strips: one slot of the cell through all timesteps.
struct stage_row {
    int slot;
    enum strip_kind kind;
    float y, height; // centre and tile height
    float scale;     // of values
    bool lane;       // on the memory lane
    bool state;      // a or c: leaves the cell
    bool band;       // only a summary: too many units for its height
};

// Where things are, top to bottom.
struct stage_plan {
    float loss, y_hat, y_hat_row, y_hat_bottom; // y: centre, top, height of one line, bottom
    int y_hat_rows;                             // 0: the target and its probability only
    bool stacked;                               // ... the probability under it
    float riser;                                // of the wire's turn above the box
    float box_top, box_bottom;
    float one_hot; // top of the bars; 0 = none
    float token, token_size, t_label;
};

// What the running step reads and writes, as rows and as places on the figure.
struct stage_focus {
    bool running;            // a step of a timestep is running
    bool row[STAGE_ROWS];    // operand rows at t
    bool before[STAGE_ROWS]; // operand rows at t - 1 (forward) or t + 1 (backward): states
    bool result[STAGE_ROWS];
    bool x, y_hat, loss; // operands
    bool y_hat_result, loss_result;
    bool leaves[STAGE_ROWS];     // backward: the gradient that goes on to t - 1 on this row
    bool from_loss, from_future; // backward: wires that carry what is added or arrives
    bool plus;
    int state_row; // of the state a backward sum or source is about
};

struct stage {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct record *record;
    const struct script *script;
    const struct cell_desc *cell;
    const struct step *step;
    rect r;
    struct stage_columns columns;
    enum stage_detail detail;
    struct stage_plan plan;
    struct stage_focus focus;
    struct stage_row rows[STAGE_ROWS];
    int row_count, row_a, row_c; // row_c -1 without a memory
    int row_in; // where the lane of a comes into the next column: a's own row, or that of the weighted sums
    int T, H, V, layer, direction, t, unit;
    bool backward;
    bool hovered;                        // the pointer is on the stage, with nothing over it
    float marker, fill;                  // motion of the running step, 0..1 each
    int hover_t, hover_slot, hover_unit; // of the frame before, from any view
    bool hover_grad;
    // found in this frame
    int found_t, found_slot, found_unit;
    bool found_grad;
    rect found_tile;
};

// Rows from the cell's description; plan from the rows and the height.
void stage_make_rows(struct stage *s);
void stage_make_plan(struct stage *s);
void stage_make_focus(struct stage *s);

void stage_forward(struct stage *s);
void stage_backward(struct stage *s);
void stage_score(struct stage *s);

// Parts shared by both figures.
enum column_state { COLUMN_AHEAD, COLUMN_RUNNING, COLUMN_DONE };
float stage_x(const struct stage *s, int t);
float stage_center(const struct stage *s, int t);
rect stage_strip_area(const struct stage *s, int row, int t);
const double *stage_values(const struct stage *s, int row, int t); // value or gradient, as the figure shows
bool stage_has(const struct stage *s, int row, int t);
// A strip with its hidden units, its selected unit and its hover; ghost outlines when it is not computed.
// cover: what it hides first.
void stage_strip(struct stage *s, int row, int t, bool running, const color *cover);
void stage_ring(struct stage *s, int row, int t); // the highlighter around a strip
void stage_row_label(struct stage *s, int row);
void stage_side_label(struct stage *s, const char *markup, float y, float size);
void stage_token(struct stage *s, float x, float baseline, int symbol, float size, enum font font,
                 color ink); // centred
void stage_time_label(struct stage *s, int t, bool running, bool ahead);
bool stage_number(struct stage *s, float x, float baseline, const char *tensor, int row, int column, double value,
                  int digits,
                  struct text_style style); // centred; "?" when hidden; false then
void stage_top_symbols(const struct stage *s, int t, int *out,
                       int count); // most probable first, the target among them
void stage_y_hat(struct stage *s, int t);
void stage_target_chip(struct stage *s, int t, bool known, bool running);
void stage_hover_outlines(struct stage *s);
void stage_card(struct stage *s);
void stage_legend_values(struct stage *s, float x, float y, bool gates);
float stage_legend_gradient(struct stage *s, float x, float y, bool with_length, bool draw); // width
void stage_question(struct stage *s, rect r, float size); // the dashed "?" of a hidden value
