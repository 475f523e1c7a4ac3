#pragma once
// What the views of one chain of states over time share: which chain, the common axis of columns, numbers, and the
// sentence with its numbers under the figures.

#include "label.h"
#include "scene.h"

// One frame of such a view.
struct chain_page {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct record *record;
    const struct cell_desc *cell;
    struct label_style label;
    rect r;
    struct chain chain;
    int T, start, end;   // timesteps of the chain; the first and last one in its own order
    float x0, x1, pitch; // columns: x of the first one's left edge, of the last one's right edge, width
};
enum { CHAIN_GUTTER = 84, CHAIN_MARGIN = 24 };
// *index: which of chain_get(), brought into range.
void chain_page_open(struct chain_page *page, struct ui *ui, rect r, const struct scene *scene, int *index);
float chain_x(const struct chain_page *page, int t); // the middle of a column
int chain_t_at(const struct chain_page *page, float x);
void chain_select_t(const struct chain_page *page, int t);          // brought into range
int chain_selected_t(const struct chain_page *page, int otherwise); // the selected timestep, where it is one of these

// "‹ Layer 1 of 2 ›" and, of networks of one chain, nothing; its right end at x. Returns its left end.
float chain_stepper(struct chain_page *page, float x, float y, int *index);
// "a | c", and both first where `both`; its right end at x. *state: index into state_out, -1 both. Returns its left
// end.
float chain_states(struct chain_page *page, float x, float y, bool both, int *state);
// t under the columns, every so many as there is room; the one of `bold` in bold.
void chain_times(const struct chain_page *page, float baseline, int bold);
void chain_text(const struct chain_page *page, float x, float y, const char *text, enum font font, float size,
                color ink, enum align align);
// A number with its source, or "?" while a question asks for it.
float chain_value(const struct chain_page *page, float x, float y, struct source source, int digits,
                  struct text_style style);
// The chain in words: "layer 2, backward direction", "encoder, layer 1"; "" where there is only one.
void chain_words(const struct chain_page *page, char *out, size_t size);
// The title of a panel beside such a view, with the chain under it where there are several; returns the last baseline.
// right: maths beside the title.
float chain_title(const struct chain_page *page, float x, float width, const char *title, const char *right);
// Instead of a figure while its numbers are computed: how far, or what went wrong.
void chain_waits(const struct chain_page *page, rect r, const struct insight *insight);

// A sentence: rich text with numbers in it.
enum { SAID_VALUES = 12, SAID_TEXT = 800 };
struct said {
    const struct scene *scene; // whose questions it keeps
    char text[SAID_TEXT];
    size_t used;
    struct source values[SAID_VALUES];
    int digits[SAID_VALUES], count;
};
void said_add(struct said *said, const char *format, ...) __attribute__((format(printf, 2, 3)));
void said_value(struct said *said, struct source source, int digits);
// A share of 0 to 1 and more, as a percentage: "3.1 %", "0.02 %".
void said_share(struct said *said, const char *what, double share);
float said_height(const struct chain_page *page, const struct said *said); // with its margins
void said_draw(const struct chain_page *page, const struct said *said, rect r);
