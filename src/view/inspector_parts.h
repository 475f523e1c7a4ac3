#pragma once
// What the pages of the inspector share: the page itself (what is looked at, where the next line goes, how
// tight it is set), and its parts: heading, equations with numbers, the row of units, bars, ledger rows, the
// card of a hovered number. Every number is put with its source. Vertical measures are given twice, for a
// tight and for a full page, and mixed by `ease` (0..1), so that one page fits 520 px of height as well as
// 1000.

#include "mathbox.h"
#include "scene.h"
#include "strip.h"

enum { PICKER_UNITS = 8, CARD_ROWS = 6, PAGE_TEXT = 512 };

struct card_row {
    char label[96];
    struct source source;
    int digits;
    bool plus;
    bool total; // under a line: what the rows above it add up to
};

struct page {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct record *record; // the side that the step belongs to; of the clip the whole
    const struct script *script; // and what it looks up there
    const struct cell_desc *cell;
    struct step step; // what the page is about: the running step, at the timestep looked at
    bool running;     // it runs right now (not another timestep's)
    int layer, direction, t, unit, H;
    rect r;          // the whole panel
    float x, w;      // the column of content
    float y, bottom; // the last baseline or edge; where content must end
    float ease;
    struct label_style label;
    // the card of this frame: drawn last, over everything
    bool card;
    rect card_at;
    char card_label[96];
    struct source card_source;
    struct card_row card_rows[CARD_ROWS];
    int card_count;
    bool card_below; // where it fits, under what it points to
    // the symbol of an equation under the pointer, or chosen by the arrows: its card instead
    bool link;
    struct label_target link_target;
    char link_markup[160];
    rect link_at;
};

// A page about what is looked at: the timestep, layer, direction, unit and step.
void page_begin(struct page *page, struct ui *ui, rect r, const struct scene *scene);

// How far the tiles of the running step have filled, 0..1: the second half of its motion, eased out.
float motion_fill(const struct scene *scene);

float page_mix(const struct page *page, float tight, float full);
// What a page needs between page->y and page->bottom: heights without rows and of one row, tight and full; at
// least and at best so many rows, and up to `most` where there is room to spare.
struct page_need {
    float tight, full, row_tight, row_full;
    int least, want, most;
};
int page_fit(struct page *page, struct page_need need); // sets ease; returns the rows
// "Chain rule  t = 2, unit 7": the first line of the panel; right is small.
void page_title(struct page *page, const char *title, const char *right);
// Title, diagram as large as the rest allows, rule; leaves page->y at the rule. Returns the rows.
int page_open(struct page *page, const char *title, const char *right, struct page_need need);
void page_diagram(struct page *page, rect at);

struct text_style page_text(const struct page *page, enum font font, float size, color ink);
// A number with its source; "?" while it is hidden by a question.
float page_value(const struct page *page, float x, float y, struct source source, int digits, bool plus,
                 struct text_style style);
float page_value_fit(const struct page *page, float x, float y, float width, struct source source, int digits,
                     bool plus, struct text_style style);
bool page_hides(const struct page *page, struct source source);

// Dot in the identity's colour, title, and a word at the right.
void page_heading(struct page *page, float y, enum identity identity, const char *title, const char *right);
// The equation of the step; one line after the other from baseline y; returns the last baseline.
float page_equation(struct page *page, float y, float size, float line);
int page_equation_lines(const struct page *page);
// Maths with numbers: \v{k}{digits} and \V{k}{digits} (sign always) stand for values[k]. Shrinks to the
// width.
void page_sum(struct page *page, float y, const char *markup, float size, const struct source *values, int count);
void page_caption(struct page *page, float y, const char *text, const char *right);

// The vector of a slot with up to eight units to pick from, their numbers under them; returns the last
// baseline. Hover shows the card, a click or the arrow keys choose the unit.
struct picker {
    const char *tensor; // source of the numbers
    const double *values;
    int n, slot;
    enum strip_kind kind;
    float max;  // scale of values
    bool fresh; // fills with the motion
    bool ghost; // not computed yet
};
float page_picker(struct page *page, float y, const struct picker *picker);
float page_picker_height(const struct page *page, int n);
// The units shown: the eight with the largest values (gates: furthest from one half) and the selected one, in
// order.
int page_units(const struct page *page, const double *values, int n, enum strip_kind kind, int out[PICKER_UNITS]);

// Bars of terms: one scale for all rows; zero lies where all of them fit.
struct bars {
    float left, right, zero, per_unit;
};
struct bars page_bars(const struct page *page, const double *values, int count, float left);
void page_bar(const struct page *page, const struct bars *bars, float y, double value, float height);

// The terms of a weighted sum, largest first, the rest in one row, the total last. Returns the last baseline.
enum { TERM_ROWS = 12 };
struct page_terms {
    struct term list[TERM_ROWS];
    int count, rest_count;
    double rest;
    struct source total;
};
float page_term_rows(struct page *page, float y, const struct page_terms *terms, const char *total_words);

// Ledger: rows of factors, units in columns.
float page_ledger(struct page *page, float y, const struct ledger *ledger, float pitch, float gap);
float page_ledger_height(const struct ledger *ledger, float pitch, float gap);

// "t = 4, layer 2, reverse"; "encoder t = 4" where there is one.
void page_when(const struct page *page, char *out, size_t size);
bool page_computed(const struct page *page); // the step has run at this timestep
// "running", "done", "not yet", or how many of the units are shown.
const char *page_right_words(const struct page *page, char *out, size_t size);
struct picker page_picker_of(const struct page *page, int slot, bool known);

// A vector that is no state: its strip, and under it numbers of its largest entries with their places. Returns the
// last baseline.
struct page_vector {
    const char *tensor;
    int row; // of the tensor
    const double *values;
    int n;
    enum strip_kind kind;
    float max;
};
float page_vector_rows(struct page *page, float y, const struct page_vector *vector);
// The picture of what layer 1 reads at this timestep among its neighbours, where the data have one: its height with
// the space under it, 0 where there is none; and the same drawn from y, which returns where it ends.
float page_picture_height(const struct page *page, bool tight);
float page_picture(struct page *page, float y);

// Digits so that the rounded terms add up to the rounded total on screen: the smallest from `from` to 4.
int sum_digits(const double *terms, int count, double total, int from);
// Digits for a column of numbers of this largest size: two, and more where all are small.
int digits_for(double largest);
// "o" for a symbol, the way text and maths write it; the end mark is <EOS>.
const char *page_symbol(const struct page *page, int symbol);
const char *page_answer(const struct page *page, int output); // the same of an output
// An output's name before its numbers, at most `room` wide; the target's on ink.
float page_name_shift(const struct page *page); // 0, or what wider names take from the numbers at their right
void page_answer_chip(const struct page *page, float y, int output, bool target, float room);
const char *page_status(const struct page *page, bool known); // "running", "done", "not yet"
// The head of the page of an output, forward: figure, heading, equation; where the output is not there yet, why.
// Returns the last baseline, 0 in that case; *rows as page_open().
float page_output_head(struct page *page, struct page_need need, int *rows);
const char *page_missing_output(const struct page *page);   // why there is none at this timestep
struct text_style page_number_style(float size, color ink); // of a column of numbers
// A token: mono text, or the drawn return arrow for <EOS>; centred on x.
void page_token(const struct page *page, float x, float y, int symbol, float size, color ink, bool bold);
// "< t = 4 >" at x, centred on y; moves x behind it. Layer and direction only where there are several.
void page_time_stepper(struct page *page, float *x, float y);
void page_place_stepper(struct page *page, float *x, float y);

// A box of this size that points to `at`, inside the page.
rect page_card_box(struct page *page, rect at, float width, float height);
void page_card(struct page *page); // last
// The card of one unit of a slot's value or gradient: its number, and what it was computed from. at: what it points to.
void page_slot_card(struct page *page, int slot, int unit, rect at, bool backward);

// The pages. Each draws from page->y to page->bottom.
void page_start(struct page *page); // nothing has run yet
void page_input(struct page *page); // STEP_INPUT
void page_embed(struct page *page); // STEP_EMBED, STEP_EMBED_BACK
void page_hand_over(struct page *page);
void page_affine(struct page *page,
                 int step);               // STEP_PART with a weighted sum: gates, candidate, the RNN's activation
void page_elementwise(struct page *page); // STEP_PART without: memory, activation
void page_output(struct page *page);      // STEP_OUTPUT, STEP_OUTPUT_BACK
void page_answers(struct page *page);     // the same where the answers are numbers: sigmoid and linear outputs
void page_loss(struct page *page);        // STEP_LOSS
void page_backward(struct page *page);    // the chain-rule ledger
void page_clip(struct page *page);
void page_update(struct page *page);
