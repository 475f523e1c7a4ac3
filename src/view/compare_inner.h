#pragma once
// Inside of the view of models side by side: what its files share for one frame.

#include "chain_parts.h"
#include "compare_view.h"
#include "strip.h"

enum { COMPARED_MAX = RIVALS_MAX + 1, COMPARE_ROWS = 8, COMPARE_NUMBERS = 42 }; // pitch from which columns have numbers
enum compare_kind { COMPARE_LOSS, COMPARE_Y_HAT, COMPARE_SLOT };

struct compare_row {
    enum compare_kind kind;
    int slot;              // of COMPARE_SLOT
    enum strip_kind strip; // its shape
    float y, h;
    float scale; // of values
};

struct compared { // one model
    int index;    // 0: the workbench's
    const char *name;
    const struct record *whole, *side;
    struct chain chain; // the one looked at, or what of it this model has
    const struct tape *tape;
    const struct cell_desc *cell;
    int T, H;
    struct compare_row rows[COMPARE_ROWS];
    int row_count;
    rect band;
};

struct compare {
    struct chain_page page; // its columns: the most timesteps of any model
    struct compare_memory *memory;
    struct compared models[COMPARED_MAX];
    int count;
    const struct script *script;       // of the workbench's model, of this side: where all of them are
    int running;                       // the timestep of the running step, or -1
    color ramp[2][2 * STRIP_RAMP + 1]; // of values and of gates, where columns are narrow
};

// What is known of timestep t where the cursor stands: of every model alike, whatever its cell's operations are.
bool compare_has_state(const struct compare *c, int t);
bool compare_has_output(const struct compare *c, int t);
bool compare_has_loss(const struct compare *c, int t);
bool compare_has_total(const struct compare *c); // all losses
bool compare_has_grad(const struct compare *c, int t);

// A number of a model; tensor as that model's own trace file has it.
struct source compare_source(const struct compare *c, const struct compared *model, const char *tensor, int row,
                             int column, double value);
double compare_norm(const struct compared *model, int t); // of dL/da<t>
struct source compare_norm_source(const struct compare *c, const struct compared *model, int t);
void compare_state(const struct compare *c, char *out, size_t size); // what all of them call a<t>, as markup
struct source compare_total(const struct compare *c, const struct compared *model); // loss of the whole example
int compare_total_digits(const struct compare *c); // with which those that differ differ on screen
int compare_best(const struct compare *c);         // whose total loss is lowest; -1: there is none, or a tie

// Who is who: the line, and the mark on it.
color compare_ink(const struct compare *c, int model);
void compare_stroke(const struct compare *c, int model); // the path that was collected
void compare_mark(const struct compare *c, int model, point at);
void compare_swatch(const struct compare *c, int model, float x, float y); // 26 wide, around y

float compare_bands_want(const struct compare *c); // height at which all can be read well
float compare_rows(struct compare *c, rect r);     // makes the bands; returns their bottom
void compare_bands(struct compare *c);
void compare_charts(const struct compare *c, rect r);
void compare_side(struct ui *ui, rect r, const struct scene *scene);
bool compare_open(struct compare *c, struct ui *ui, rect r, const struct scene *scene);
