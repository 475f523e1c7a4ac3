#pragma once
// A place: one number of a record, as the trace file names it (docs/formats.md, record.h): a tensor, its row and its
// column. Resolved, a place says what the number is: whose (network or encoder), which vector of which layer, direction
// and timestep, or which entry of which parameter. Everything here reads a record and changes
// nothing. Of an encoder-decoder the record is always the whole (record->whole).

#include "record.h"

enum place_kind {
    PLACE_INPUT,  // input (T, I)
    PLACE_SYMBOL, // symbol (T)
    PLACE_TARGET, // target (T), of outputs that are numbers (T, O)
    PLACE_MASK,
    PLACE_LOGITS, // (T, O)
    PLACE_Y_HAT,
    PLACE_LOSS,       // (T)
    PLACE_TOTAL_LOSS, // (1)
    PLACE_LOGITS_GRAD,
    PLACE_INPUT_GRAD,
    PLACE_GRAD_NORM, // clip/grad_norm (1)
    PLACE_CLIPPED_NORM,
    PLACE_MAX_NORM,
    PLACE_MAX_VALUE,
    PLACE_CLIP_SCALE,
    PLACE_OWN_NORM, // of an example within a minibatch: these four, and PLACE_REST, PLACE_TOTAL
    PLACE_REST_NORM,
    PLACE_BATCH_LOSS,
    PLACE_REST_LOSS,
    PLACE_VALUE, // forward/l{k}/{slot} (T, H): tensors of a layer and direction from here on
    PLACE_GRAD,
    PLACE_FROM_LOSS,
    PLACE_FROM_FUTURE,
    PLACE_SENT,
    PLACE_PARAM, // param/{name}: tensors of a parameter from here on
    PLACE_PARAM_GRAD,
    PLACE_CLIPPED,
    PLACE_PARAM_AFTER,
    PLACE_DELTA,
    PLACE_MOMENT, // optimizer/m/{name}
    PLACE_SQUARE, // optimizer/v/{name}
    PLACE_REST,
    PLACE_TOTAL,
    PLACE_GRAD_AT,
    PLACE_KIND_COUNT
};

enum {
    PLACE_NAME = 128, // bytes of a tensor's name
    PLACE_ANY = -2,   // for t, row or column: not one entry, but the letter that a sum runs over (labels write it)
};

struct place {
    enum place_kind kind;
    bool norm;            // norm/...: the length of the row t of the tensor that the rest names
    bool encoder;         // of an encoder-decoder: the encoder's
    int layer, direction; // of PLACE_VALUE to PLACE_SENT
    int slot;             // of those but PLACE_SENT
    int step, operand;    // of PLACE_SENT
    int param;            // index into record->layout.params
    int t;                // from 0; of tensors without a time 0
    int row, column;      // of (T, width): row = unit (symbol, output), column 0. Of a parameter as in the files; of a
                          // vector column 0
};

// The tensor's name, up to 3 sizes (those of the trace file) to shape; returns how many. `place` needs all but t, row
// and column.
int place_tensor(const struct record *record, const struct place *place, char name[PLACE_NAME], int64_t shape[3]);
// From a tensor of the trace file with a row and a column as in struct source (ui/draw.h): of one dimension the row
// alone (or the column alone), of three dimensions (T, R, C) row = t R + r. Fails (ERR_VALUE) and says what there is.
bool place_find(const struct record *record, const char *tensor, int row, int column, struct place *out,
                struct err *err);
// From text: a tensor's name and its indices, all from 1: "forward/l0/c 3 2" is c of timestep 3, unit 2.
bool place_parse(const struct record *record, const char *text, struct place *out, struct err *err);
void place_text(const struct record *record, const struct place *place, char *out, size_t size); // and back
// Row and column as struct source has them.
void place_index(const struct record *record, const struct place *place, int *row, int *column);
bool place_equal(const struct place *a, const struct place *b);
enum place_kind place_total(const struct record *record); // what is clipped: PLACE_TOTAL or PLACE_PARAM_GRAD
double place_value(const struct record *record, const struct place *place);
// All tensors of the record but the itemised ones and clamp/grad, in the order of the kinds; t, row and column are 0.
typedef void place_each_fn(void *context, const struct place *first, const char *name, int dims, const int64_t *shape);
void place_each_tensor(const struct record *record, place_each_fn *each, void *context);

// --- what belongs to one side: the network, or one of an encoder-decoder's two ---
struct place_side {
    const struct tape *tape;
    const struct layout *layout; // of this side; its params are a part of record->layout.params
    const struct example *example;
    const struct net_spec *spec;
    const struct cell_desc *cell;
    int T, first_param; // of record->layout.params
    bool encoder;
};
struct place_side side_of(const struct record *record, bool encoder);
int side_param(const struct place_side *side, enum param_role role, int layer,
               int direction);                                              // in record->layout, or -1
int side_width(const struct place_side *side, int layer, int slot);         // I, or H
bool place_clamped(const struct record *record, const struct place *place); // a PLACE_VALUE set by hand
