#pragma once
// Maths: a small TeX-like box layout over a maths font. Markup: letters are italic variables, blanks are nothing, ~ and
// \, and \quad are gaps; \Gamma \sigma \tau \eta \theta \epsilon \beta \partial \top \infty \ldots \sum \prod \cdot
// \odot \approx \le \ge \times \in \to and the functions \tanh \ln \log \exp \softmax \max \min \relu; ^{...} _{...}
// scripts (stacked); <t> inside a script gives the angle-bracket time index; \hat{} \tilde{} \norm{} \frac{}{}
// \t{roman} \s{sans number}; * is the six-armed star; \col{f|u|o|c|r|a}{...} identity ink (not on the highlighter);
// \strong{...} on the highlighter; \link{key}{...} is drawn as what it holds and found by math_links(). Also what
// lessons write between $ signs. A bad markup is reported with its column, and drawn as its own text. Nothing is kept
// between calls: a formula is parsed, laid out and drawn in about 1.5 us.

#include "draw.h"
#include "err.h"
#include "theme.h"

struct math_box {
    float width, ascent, descent;
};
// Returns false and err->column when the markup has an unknown word or an unclosed group.
bool math_check(const char *markup, struct err *err);
struct math_box math_measure(struct draw_list *list, const char *markup, float size);
// Draws with the baseline at y; returns the width.
float math_draw(struct draw_list *list, const struct theme *theme, float x, float y, const char *markup, float size,
                color ink, enum align align);
// Shrinks size (not below 0.7 of it) so that it fits max_width; returns the width drawn.
float math_draw_fit(struct draw_list *list, const struct theme *theme, float x, float y, float max_width,
                    const char *markup, float size, color ink, enum align align);
// A number in an equation refers to its source: in the markup, \v{k}{digits} draws values[k] in sans with these digits
// (as format_value() counts them: -2 is two digits and a power of ten).
// \V writes its sign as an operator before it, also a plus: "a\V{1}{2}" is "a - 0.25" or "a + 0.25".
float math_draw_values(struct draw_list *list, const struct theme *theme, float x, float y, const char *markup,
                       float size, color ink, const struct source *values, int count);
struct math_box math_measure_values(struct draw_list *list, const char *markup, float size, const struct source *values,
                                    int count);

// Where the \\link{key}{...} of a formula stand when it is drawn by math_draw_fit at the same place: the ink and a
// little around it. Keys point into the markup. Returns how many there are, at most max.
struct math_link {
    const char *key;
    int length;
    rect at;
};
int math_links(struct draw_list *list, float x, float y, float max_width, const char *markup, float size,
               struct math_link *out, int max);

// Rich text: **bold**, $maths$ and `mono`, wrapped to a width; an empty line starts a paragraph. y: the baseline of the
// first line. Returns the height used (lines times line_height). draw = false measures only.
struct rich_style {
    float size, line_height;
    color ink, bold;
};
float rich_text(struct draw_list *list, const struct theme *theme, float x, float y, float width, const char *text,
                struct rich_style style, bool draw);
// The same with numbers that keep their source: a marker 0x01 K 0x02 in the text writes values[K] (K in decimal) in
// bold with digits[K] decimals (digits NULL: 2); 0x01 K ; D 0x02 says the decimals itself, ";+D" writes a plus too.
float rich_text_values(struct draw_list *list, const struct theme *theme, float x, float y, float width,
                       const char *text, struct rich_style style, const struct source *values, const int *digits,
                       int count, bool draw);
// The same wrapping for text that is shown as it is (a file name, an error); y: the top.
float plain_text(struct draw_list *list, float x, float y, float width, const char *text, struct rich_style style,
                 bool draw);
