#pragma once
// The inside of the sentence view: what its parts share.

#include "scene.h"

enum { SENTENCES = SPOKEN_SENTENCES, SENTENCE_MARGIN = 24, SENTENCE_LETTER = 40 };

struct sentence_memory {                                             // from frame to frame
    char text[SENTENCES][SPOKEN_TEXT], seen[SENTENCES][SPOKEN_TEXT]; // typed, and what was measured when last copied
    int selected; // 1 + the token that is looked at; 0 = the first that differs
};

// One frame.
struct sheet {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct spoken *spoken;
    struct sentence_memory *memory;
    int longest;      // tokens of the longer sentence
    int columns;      // in one block
    float pitch, bar; // of a column; height of the longest bar
    int selected;     // -1: nothing
};

// A number of a sentence: its source's name.
enum sentence_number {
    SENTENCE_P,
    SENTENCE_LN_P,
    SENTENCE_LN,
    SENTENCE_PROBABILITY,
    SENTENCE_NATS,
    SENTENCE_BITS,
    SENTENCE_PERPLEXITY,
    SENTENCE_NUMBERS
};
struct source sheet_source(int which, enum sentence_number number, int t, double value);
extern const char *const sentence_letters[SENTENCES]; // "A", "B"
struct text_style sheet_text(enum font font, float size, color ink, enum align align);
const struct likelihood *sheet_likelihood(const struct sheet *sheet, int which);
const char *sheet_token(const struct sheet *sheet, int which, int t);
bool sheet_has(const struct sheet *sheet, int which, int t); // the sentence has a token there
int sheet_digits(double p); // decimals of a probability: as many as show two digits, at last a power of ten
struct sheet sheet_open(struct ui *ui, const struct scene *scene); // with the selected token

enum { SENTENCE_TABLE = 118 };
void sentence_table(const struct sheet *sheet, rect r); // probability, logarithm, perplexity
void sentence_words(const struct sheet *sheet, rect r); // which is likelier, and the factors at the selected token
void sentence_side(struct ui *ui, rect r, const struct scene *scene);
