#pragma once
// The inside of the view "Where a number comes from": its memory, and what its files share. origin_view.c lays it out
// and draws the number in the middle, origin_cards.c what it is made of and what it goes into, origin_where.c where all
// of them live, origin_trail.c the way there and the field that a place is typed into.

#include "mathbox.h"
#include "origin.h"
#include "scene.h"
#include "strip.h"

enum { ORIGIN_TRAIL = 64, ORIGIN_NAMES = 160, ORIGIN_TEXT = 256, ORIGIN_MATCHES = 8, ORIGIN_BEHIND = 4 };

struct origin_memory {
    char trail[ORIGIN_TRAIL][ORIGIN_TEXT]; // places as place_text() writes them: they outlive a record
    int trail_count, at;                   // at: the one in the middle
    unsigned long serial;                  // of the record that origin and uses are of
    enum notation notation;
    bool known; // origin and uses are those of trail[at]
    struct origin origin;
    struct origin_uses uses;
    char behind[ORIGIN_BEHIND][640], how[ORIGIN_BEHIND][640]; // formulas of its operands and uses, where they are few
    int behind_count, how_count;
    char names[ORIGIN_NAMES][PLACE_NAME]; // of this frame's numbers
    int name_count;
    char field[ORIGIN_TEXT];
    char problem[512]; // what was typed and is no place
    int match;         // the highlighted row of the completions, -1 = none
    bool list_open;
    bool to_end; // a name was completed: the cursor goes behind it
};

struct origin_frame {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct record *record;
    struct origin_memory *memory;
    rect r;
    char go[ORIGIN_TEXT]; // where a card was clicked to go; "" = stay
    int step;             // -1, +1: along the trail
};

// The number's own shape: tile, vessel or pill.
enum strip_kind origin_strip(const struct record *record, const struct place *place);
void origin_glyph(const struct origin_frame *f, rect r, const struct place *place, double value);
bool origin_hides(const struct origin_frame *f, const struct place *place);
struct source origin_source(const struct origin_frame *f, const struct place *place, double value);
int origin_digits(double value); // three behind the point, or two significant ones
// A number with its source, "?" while a question hides it.
float origin_value(const struct origin_frame *f, float x, float y, float width, const struct place *place, double value,
                   int digits, bool plus, struct text_style style);

// Lines of maths from baseline y on, those that go on a little to the right; returns the bottom. draw = false measures.
float origin_formula_lines(const struct origin_frame *f, float x, float y, float w, const char *markup, float size,
                           bool draw);

void origin_operands(struct origin_frame *f, rect r);
void origin_goes_into(struct origin_frame *f, rect r);
float origin_where_height(const struct origin_frame *f, float view); // of the strip of timesteps, with its labels
void origin_where(struct origin_frame *f, rect r);
void origin_trail(struct origin_frame *f, rect r);       // breadcrumbs
void origin_field(struct origin_frame *f, rect r);       // back, forward, the field
void origin_completions(struct origin_frame *f, rect r); // below the field at r; drawn last
