#pragma once
// Gate surgery and pokes: what a person sets by hand in one example, as a list that can be shown, muted and undone. An
// edit holds a vector (clamp.h), exchanges what is read or asked for, or sets one weight; applied, the list gives
// copies of the example and the parameters and a list of clamps, from which a record (record.h) is made: the core does
// all of the computing. Plain values but for struct edited, which owns its copies. One thread at a time for a list.

#include "label.h"

enum edit_kind {
    EDIT_CLAMP,  // units of a slot are held at a value for some timesteps; one unit at one timestep: a poke
    EDIT_FREEZE, // units of a slot stay what they are without any edit, whatever else changes
    EDIT_SYMBOL, // another symbol is read at a timestep
    EDIT_REAL,   // one number of a real input
    EDIT_TARGET, // another symbol is asked for at a timestep, or none
    EDIT_ANSWER, // one number of a real target
    EDIT_WEIGHT, // one entry of a parameter
    EDIT_KIND_COUNT
};

// All numbers count from 0. Where a record is asked for it is the whole one (record.h), unless it says a side.
struct edit {
    enum edit_kind kind;
    bool muted;           // stays in the list and does nothing
    bool encoder;         // CLAMP, FREEZE, SYMBOL, REAL of an encoder-decoder: of the encoder, else of the decoder
    int slot;             // CLAMP, FREEZE: of the cell's description
    int layer, direction; // -1: every
    int unit;             // -1: every unit; of REAL and ANSWER the entry
    int from, to;         // timesteps, both included; SYMBOL to ANSWER: `from` alone
    int symbol;           // SYMBOL, TARGET; -1: the zero vector, no loss
    int param;            // WEIGHT: of the layout
    int row, column;      // as record_param_value() has them
    double value;         // of CLAMP, REAL, ANSWER and WEIGHT (which holds floats)
};

enum { EDITS_MAX = CLAMP_MAX };
struct edits {
    int count;
    struct edit list[EDITS_MAX]; // where two meet, the later one wins
};

int edits_active(const struct edits *edits); // that are not muted
// Removes entry k.
void edits_remove(struct edits *edits, int k);
// An edit of the same thing (whatever its value): its index, or -1.
int edits_find(const struct edits *edits, const struct edit *like);
// Takes the place of an edit of the same thing, else goes to the end; its index, or -1 where the list is full.
int edits_put(struct edits *edits, const struct edit *edit);
bool edit_holds(const struct edit *edit); // CLAMP or FREEZE

// Fails (ERR_VALUE, ERR_LIMIT): an edit, muted or not, that names what a network or an example does not have.
bool edits_check(const struct edits *edits, const struct layout *layout, const struct example *example,
                 struct err *err);

// A network and an example with edits in place.
struct edited {
    struct model model; // layout borrowed; params borrowed unless a weight was set
    struct example example;
    struct clamps clamps;
    struct example source; // of encoder-decoders: example.source points here
    float *params;         // owned copies; NULL where nothing was changed
    int *x, *source_x, *target;
    double *x_real, *source_real, *target_real;
};
// model, example and like are borrowed until the release. like: the tape of the same example without edits, for FREEZE
// (NULL when there is none). Fails as edits_check(), or with ERR_MEMORY. `out` must not be moved afterwards.
bool edited_init(struct edited *out, const struct edits *edits, const struct model *model,
                 const struct example *example, const struct tape *like, struct err *err);
void edited_release(struct edited *edited);

// The record of the same example, options and update with edits in place; `plain` is that without, made of `model`.
// Within a minibatch the other examples stay as they are (a weight is set for all), and the reduction is the mean.
// NULL with err, as edits_check() and record_new_with().
struct record *record_edited(const struct record *plain, const struct model *model, const struct edits *edits,
                             enum reduction reduction, struct err *err);

// dL/d(value) of entry k in the record made with the list: how the loss answers to what was set. Where it is in the
// trace file: clamp/grad, grad/..., backward/input. False for kinds without a value, for frozen vectors of more than
// one number and for muted edits.
struct edit_number {
    const char *tensor; // lives as long as the record
    int row, column;
    double value;
};
bool edit_grad_of(const struct edits *edits, int k, const struct record *record, struct edit_number *out);
// What the thing was without edits, in the record made without: a unit's value, a weight. False where it is more than
// one number, or none.
bool edit_value_before(const struct edit *edit, const struct record *before, struct edit_number *out);

// What a symbol of an edit (SYMBOL, TARGET) is called, in the record made without edits.
const char *edit_symbol_text(const struct edit *edit, const struct record *record, int symbol);
// Of one side: what one vector became: after - before, of a slot's values (grad: gradients) at t, to out (H, of the
// input slot I).
void record_difference(const struct record *after, const struct record *before, bool grad, int layer, int direction,
                       int slot, int t, double *out);
// Whether any unit of it differs.
bool record_differs(const struct record *after, const struct record *before, bool grad, int layer, int direction,
                    int slot, int t);

// "$\Gamma_f$ held at 0, all units, t = 3 to 5": a sentence for the screen as rich text (mathbox.h). before: the record
// without edits, for what was there.
void edit_sentence(char *out, size_t size, const struct edit *edit, const struct record *before,
                   struct label_style style);
// Adds the edits of a text to the list, separated by commas, units, entries and timesteps counted from 1:
//   a clamp as clamps_parse_pair() has it, or with "keep" in place of the value: frozen
//   input@T=SYMBOL  input:ENTRY@T=V  target@T=SYMBOL  target:ENTRY@T=V  ("none" for no symbol; "encoder/input...")
//   PARAMETER[ROW][COLUMN]=V, of a vector PARAMETER[ROW]=V, by the names of checkpoints
// record: one of the network and the example. Symbols without texts are numbers. Fails with ERR_USAGE (the words) or as
// edits_check().
bool edits_parse(struct edits *edits, const char *text, const struct record *record, struct err *err);
// The same, written: those that are not muted, so that edits_parse() gives them back. record: of the network.
struct str;
void edits_text(struct str *out, const struct edits *edits, const struct record *record);
