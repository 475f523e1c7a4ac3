#pragma once
// The inside of the sampling view: what its parts share. A draw has eight moments; the cursor is a step of the run and
// a moment of it. What comes later than the cursor is drawn as a ghost.

#include "scene.h"

enum moment {
    MOMENT_LOGITS,
    MOMENT_TEMPERATURE,
    MOMENT_SOFTMAX,
    MOMENT_CUT,
    MOMENT_LINE,
    MOMENT_NUMBER,
    MOMENT_CHOICE,
    MOMENT_NEXT,
    MOMENT_COUNT
};

struct sampling_memory { // from frame to frame
    unsigned run;        // number of the run that it is about
    bool opened;
    int step, moment; // the cursor
    bool playing;
    int by;      // stepped by: 0 a moment, 1 a whole draw
    double next; // time of the next step
    int symbol;  // 1 + the selected one; 0 = the chosen
    char seed[24], prefix[SPOKEN_TEXT];
    char problem[SPOKEN_WORDS]; // with what was typed
};

enum { SAMPLING_ROWS = 30 };

// One frame.
struct board {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct spoken *spoken;
    const struct sampling *run;
    const struct sampling_options *options;
    const struct draw_steps *open; // of the step at the cursor
    struct sampling_step now;
    struct sampling_memory *memory;
    int step, moment, column; // column: the timestep of the step, from 0
    bool greedy;
    int selected;   // symbol that is looked at
    float choice_x; // middle of its piece of the line, and the foot of that
    float choice_y;
};

const char *board_symbol(const struct board *board, int symbol); // text; "0" for the zero vector
bool board_chosen(const struct board *board, int symbol);        // it is, and that is known at the cursor
int board_likeliest(const struct board *board);
struct text_style board_text(enum font font, float size, color ink, enum align align);
// Decimals that show a probability: three, and a power of ten where that would be 0.000.
int board_digits(double p);
// Decimals (3 to 8) that tell the number drawn from the ends of the chosen piece.
int board_number_digits(const struct board *board);
double board_from(const struct board *board, int symbol); // where its piece of the line begins and ends
double board_to(const struct board *board, int symbol);
struct source board_source(const struct board *board, const char *tensor, int symbol, double value);

void sampling_table(struct board *board, rect r);
void sampling_line(struct board *board, rect r); // the ruler from 0 to 1
enum { SAMPLING_LINE = 76, SAMPLING_STRIP = 146, SAMPLING_STRIP_LOW = 48 };
void sampling_strip(struct board *board, rect r); // unrolled: what was read and written
float sampling_words_height(const struct ui *ui);
void sampling_words(struct board *board, rect r);                               // what happens, in a sentence or two
void sampling_side(struct ui *ui, rect r, const struct scene *scene);           // the draw in numbers
bool board_open(struct board *board, struct ui *ui, const struct scene *scene); // false: there is no run
void sampling_go(struct sampling_memory *memory, const struct sampling *run, int step, int moment);
