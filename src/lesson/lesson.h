#pragma once
// Lessons: Markdown files (docs/writing-lessons.md) parsed into parts, and the player that checks goals
// against the live network. A lesson owns all its texts; it is read-only after parsing, so any thread may
// read it. A player is a value that borrows its lesson. Errors have file, line and column. Texts are rich
// text as the panel draws it: **bold**, $maths$ and `mono`; equations are maths markup (ui/mathbox.h).
// Everything a person reads counts from 1 (t, unit, part); fields of structs count from 0 unless they say
// otherwise.

#include "arena.h"
#include "edit.h"
#include "err.h"
#include "insight.h"
#include "sampling.h"
#include "script.h"

enum {
    LESSON_MAX_PARTS = 16,
    LESSON_MAX_TASKS = 8,
    LESSON_MAX_BLOCKS = 12,
    LESSON_MAX_CHOICES = 6,
    LESSON_MAX_ACTIONS = 16,
    LESSON_MAX_HIDDEN = 4,
    LESSON_TEXT = 400 // bytes: the longest text that is shown as feedback
};

struct lesson_mark { // where something is written
    long line, column;
};

// Special places in fields that hold an index counted from 0.
enum { LESSON_NONE = -1, LESSON_LAST = -2, LESSON_SELECTED = -3 };
// In numbers of a scene: as the task has it; as it is without a lesson.
enum { LESSON_TASK = -1, LESSON_AUTO = -1 };

// The network and the place that a part starts with. Fields a part does not name are taken over from the part
// before.
struct lesson_scene {
    char data[128];                               // file under assets/, "" = the app's default
    char task[64];                                // a built-in task and its parameters instead, "" = none
    char word[160];                               // the example; of data that are numbers its number
    char kind[20];                                // "many-to-one" ..., "" = by the data
    char cell[24];                                // "rnn", "lstm", "" = the task's
    int units, layers;                            // 0 = the task's
    int embed, directions;                        // 0 = one-hot; 1 or 2, 0 = the task's
    char activation[16], init[16], optimizer[16]; // "" = as usual, or the task's
    double lr, clip;                              // LESSON_AUTO = as usual, or the task's
    int batch;                                    // 0 = the same
    long seed;
    long train;           // updates done before the part is shown; LESSON_TASK = the task's
    char goto_[96];       // where the cursor is put: a step, see docs; "" = start
    int unit;             // selected unit, -1 = none
    int t;                // selected timestep, -1 = the one of the running step
    int layer, direction; // what the inspector is about
    char granularity[16]; // "operation", "cell", "timestep", "pass", "update"; "" = operation
    char figure[16];      // "forward", "backward", "" = by the phase of the cursor
    bool flow;            // the gradient flow chart is open
    char page[16];        // "workbench", "train"
    char view[24];        // on the workbench: "stage", "gradients" ...
    char compare[64];     // other cells, separated by commas; "" = none
    char edits[256];      // set by hand, as edits_parse() reads them; "" = none
    char start[96];       // what the text of the sampling view begins with
    double temperature;
    char sentences[256]; // of the sentence view, separated by "/"; "" = the example
    char terms[200];     // of the glossary, separated by commas
    struct lesson_mark at, goto_at, unit_at, t_at, edits_at,
        terms_at; // of the scene block (line 0: none), and of what it names
};

enum condition_kind {
    CONDITION_NONE,
    CONDITION_AT,       // the running step is one of a place's
    CONDITION_PAST,     // the last step of a place is done
    CONDITION_UNIT,     // a unit is selected: a number, or argmax ... of a tensor
    CONDITION_TIMESTEP, // the same for the timestep
    CONDITION_ANSWER,   // a number is asked for
    CONDITION_CHOICE,   // one of several answers
    CONDITION_CELL,     // another cell runs: this one, or any other than the scene's
    CONDITION_WORD,
    CONDITION_SEED,
    CONDITION_UNITS,
    CONDITION_LAYERS,
    CONDITION_WHEN,   // a comparison of live numbers holds
    CONDITION_FIGURE, // the forward or backward figure is shown
    CONDITION_FLOW,   // the gradient flow chart is open
    CONDITION_TASK,   // this built-in task is open
    CONDITION_VIEW,   // this view, this page is shown
    CONDITION_PAGE,
    CONDITION_LAYER, // the inspector is about this layer, this direction
    CONDITION_DIRECTION,
    CONDITION_EDITED,   // something, or something of this name, is set by hand
    CONDITION_COMPARE,  // another network, or one with this cell, is there to compare
    CONDITION_SENTENCE, // this sentence, or another than the scene's, is measured
    CONDITION_KIND_COUNT
};

// A number of the live network: an element of a named tensor of the trace, or a reduction over the indices
// not given.
struct lesson_value {
    char
        tensor[64]; // as in the trace file: "forward/l0/a", "grad_at/rnn.weight_hh_l0"; or of lesson_live.c, "live/..."
    int row, column;    // (T, units): t and unit. A matrix: as in the trace file. -1 = not given, or
                        // LESSON_LAST, LESSON_SELECTED
    int plane;          // t of grad_at/..., whose row and column are the matrix's
    int block;          // W_f ...: row counts inside block k of the gates; -1 = the whole matrix
    char symbol[24];    // the symbol axis is given by a text: "o", "<EOS>", "target", "input"; "" = no
    struct chain chain; // of dL_da
    bool original;      // of the example without what is set by hand
    int rival;          // of the n-th other network; 0 = of this one
    char reduce[16];    // "", "norm", "sum", "mean", "max", "min", "absmax", "argmax", "argmin", "argabsmax"
};

struct lesson_task {
    char *text; // rich text; of a number, the tolerance is stated at its end
    enum condition_kind kind;
    char *argument; // what stands behind the goal's first word: "forward t=4", an expression
    // CONDITION_ANSWER: the first tensor asked for. CONDITION_UNIT, _TIMESTEP: argmax etc., or tensor "" and
    // `number` is the index. CONDITION_SEED, _UNITS: `number` is asked for, LESSON_NONE = any other.
    struct lesson_value value;
    int number;
    bool encoder;            // CONDITION_TIMESTEP: of the encoder's timesteps
    double tolerance;        // stated to the learner
    bool tolerance_relative; // a part of the right value
    char *choices[LESSON_MAX_CHOICES], *why[LESSON_MAX_CHOICES];
    char *when[LESSON_MAX_CHOICES]; // right when this holds on the live network; all NULL: right_choice says
    int choice_count, right_choice; // -1 when the network decides
    struct lesson_mark choice_at[LESSON_MAX_CHOICES], when_at[LESSON_MAX_CHOICES];
    char *hints[2];
    int hint_count;
    char *right, *wrong; // feedback when reached; when a number is wrong. NULL = none. The panel puts
                         // "Right." or "Not yet." before it
    struct lesson_value hidden[LESSON_MAX_HIDDEN]; // shown as "?" until answered
    int hidden_count;
    char *solve;                      // actions that reach the goal, for `unroll lesson check`, separated by ';'
    char *expects[LESSON_MAX_HIDDEN]; // claims that hold once it is reached
    int expect_count;
    struct lesson_mark expect_at[LESSON_MAX_HIDDEN];
    char *hide; // as written; NULL = what a number asks for
    struct lesson_mark goal_at, solve_at, hide_at;
    long line, column; // of the block
    bool faulty;       // not to be played; only where all problems were asked for
};
struct lesson_block {
    char *text, *equation; // one of them; the other is NULL
    long line;
};
struct lesson_part {
    char *title;
    struct lesson_block blocks[LESSON_MAX_BLOCKS];
    int block_count;
    struct lesson_scene scene;
    struct lesson_task tasks[LESSON_MAX_TASKS];
    int task_count;
    char *expects[LESSON_MAX_ACTIONS]; // claims of the text, checked by the player: "gate_f t=4 unit=7 < 0.1"
    int expect_count;
    long expect_lines[LESSON_MAX_ACTIONS], expect_columns[LESSON_MAX_ACTIONS];
    long line;
    bool faulty; // its scene is not to be played; only where all problems were asked for
};
// What learners cannot change while the lesson is open.
enum lesson_lock {
    LOCK_MODEL = 1 << 0,    // cell and units
    LOCK_DATA = 1 << 1,     // the data and the example
    LOCK_SEED = 1 << 2,     // of weights and training
    LOCK_EDITS = 1 << 3,    // values set by hand
    LOCK_TRAINING = 1 << 4, // updates before the walk, and the page of training
    LOCK_PAGES = 1 << 5,    // the workbench is left
    LOCK_COUNT = 6,
    LOCK_ALL = (1 << LOCK_COUNT) - 1
};
extern const char *const lesson_lock_names[LOCK_COUNT]; // as in the key `lock`
struct lesson {
    char *path, *id, *title;
    int number;
    struct lesson_mark id_at, number_at;
    bool block_seen; // its block of id and number
    unsigned lock;   // of enum lesson_lock
    struct lesson_part parts[LESSON_MAX_PARTS];
    int part_count;
    struct arena arena; // all texts
};

struct lesson *lesson_read(const char *path, struct err *err);
struct lesson *lesson_parse(const char *path, const char *text, size_t size, struct err *err);
void lesson_free(struct lesson *lesson);
// All that is wrong with a file, each by its line: the blocks are read on behind a fault, so that one reading tells
// them all. Warnings do not keep a lesson from being played.
struct lesson_problem {
    struct err err;
    bool warning;
};
struct lesson_problems {
    struct lesson_problem *items;
    int count, capacity, errors; // errors: those that are no warnings
};
void lesson_problems_add(struct lesson_problems *problems, const struct err *err, bool warning);
void lesson_problems_sort(struct lesson_problems *problems); // by line
void lesson_problems_release(struct lesson_problems *problems);
// What can be read of a file that may be faulty: id and title are "" and number is 0 where they are missing. NULL when
// it is no text. A lesson with errors is for lesson_check_all() and for its title only.
struct lesson *lesson_read_all(const char *path, struct lesson_problems *problems);
struct lesson *lesson_parse_all(const char *path, const char *text, size_t size, struct lesson_problems *problems);
// Warnings: a part or a task that is longer than learners read.
enum { LESSON_PART_WORDS = 90, LESSON_TASK_WORDS = 30 };
void lesson_warn(const struct lesson *lesson, struct lesson_problems *problems);
// No two lessons may have one id or one number. Tells the later one.
bool lesson_check_ids(const struct lesson *const *lessons, int count, struct err *err);
// Maths markup, by the words of ui/mathbox.h; err->column counts from 1 inside the markup.
bool lesson_check_math(const char *markup, struct err *err);

// What the player looks at: put together by the app each frame. Borrowed; NaN: not known (yet).
enum { LESSON_RIVALS = 3, LESSON_SENTENCES = 2, LESSON_MAX_KEPT = 8 };
struct lesson_kept { // a number that a part has given a name
    char name[24];
    double value;
};
struct lesson_training { // updates done, losses in nats a token
    double updates, train_loss, validation_loss, accuracy;
};
struct lesson_now {
    const struct record *record;
    const struct record *original; // without what is set by hand; NULL = nothing is
    const struct record *rivals[LESSON_RIVALS];
    int rival_count;
    const struct script *script;
    struct insights *insights;      // of the record, for gradients by loss; NULL = none are made
    int position, unit, t;          // unit, t: selected, from 0, -1 = none
    int layer, direction;           // the inspector's
    const char *cell, *word, *task; // task: the built-in one that is open, "" = none
    int units, layers;
    bool encoder; // of an encoder-decoder: t is one of the encoder's timesteps
    long seed, examples;
    int example;        // of the data, from 0; -1 = none of them
    const char *figure; // shown: "forward" or "backward"; NULL = not known
    bool flow;
    const char *page, *view;
    const struct edits *edits;                          // NULL = none
    struct lesson_training training[1 + LESSON_RIVALS]; // of this network, then of the others
    double temperature;
    const struct sampling *sampling;         // of the sampling view; NULL = none is shown
    int drawn;                               // symbols of the text that is sampled, without its start
    int draw_step;                           // of the running draw, from 1, in the order of lesson_draw_words; 0 = none
    const char *sentences[LESSON_SENTENCES]; // measured
    double log_p[LESSON_SENTENCES];
    const struct lesson_kept *kept; // of the part
    int kept_count;
};

// The learner's way through one lesson.
struct player {
    const struct lesson *lesson;
    int part;
    unsigned done[LESSON_MAX_PARTS];          // a bit a task; progress that is worth keeping
    unsigned skipped[LESSON_MAX_PARTS];       // a bit a task
    struct lesson_kept kept[LESSON_MAX_KEPT]; // as the numbers were when the part began
    int kept_count;
    bool begun;                                       // they are there
    int hints[LESSON_MAX_TASKS];                      // shown so far, of this part
    int chosen[LESSON_MAX_TASKS];                     // -1 = none
    char feedback[LESSON_MAX_TASKS][LESSON_TEXT + 1]; // rich text
    bool feedback_right[LESSON_MAX_TASKS];
};
void player_start(struct player *player, const struct lesson *lesson, int part);
void player_go(struct player *player, int part);
void player_repeat(struct player *player);            // this part once more: its tasks are open again
int player_current_task(const struct player *player); // first neither done nor skipped, or -1
bool player_part_done(const struct player *player, int part);
int player_done_count(const struct player *player, int part); // tasks
// The part's scene is there: what it keeps by name is taken, once. To be called before the next look.
void player_begin(struct player *player, const struct lesson_now *now);
// Checks the current task against what is on screen; true when one was just completed.
bool player_update(struct player *player, const struct lesson_now *now);
// An answer to task k: a number as text, or a choice. True when right.
bool player_answer(struct player *player, const struct lesson_now *now, int task, const char *text);
bool player_choose(struct player *player, const struct lesson_now *now, int task, int choice);
void player_hint(struct player *player, int task);
void player_skip(struct player *player); // the current task stays open, the next one is current
// The tensors that must stay hidden ("?") until answered: of the current task. Returns how many (max `max`).
int player_hidden(const struct player *player, struct lesson_value *out, int max);
// The same with every index as a number: what is "selected", "last" or the target's symbol is looked up.
int player_hidden_now(const struct player *player, const struct lesson_now *now, struct lesson_value *out, int max);

// A task as the panel shows it. Texts are borrowed from lesson and player.
enum player_task_state { PLAYER_TASK_LATER, PLAYER_TASK_NOW, PLAYER_TASK_DONE };
struct player_task {
    const char *text;
    enum player_task_state state;
    const char *hint; // the last one asked for, or NULL
    bool more_hints;
    const char *feedback; // or NULL
    bool feedback_right;
    const char *const *choices; // NULL for none; only while it is the current task or was answered
    int choice_count, chosen;
    bool asks_number;
};
void player_task(const struct player *player, int task, struct player_task *out);

// All indices as numbers (row, column from 0 as in the trace file; symbol and block are cleared).
bool lesson_resolve(const struct lesson_value *value, const struct lesson_now *now, struct lesson_value *out,
                    struct err *err);
// "y_hat t=2 symbol=target - 1", "loss argmax", "tanh(z_a t=4 unit=3)"; err->column counts from 1 inside the
// text.
bool lesson_number(const char *expression, const struct lesson_now *now, double *out, struct err *err);
// "loss t=1 > loss t=2", "y_hat t=1 sum = 1 within 1e-9"; = without a tolerance means to 1e-6 relative.
bool lesson_holds(const char *comparison, const struct lesson_now *now, bool *out, struct err *err);
// A position in the script by the words of `goto`: "start", "end", "forward t=4 gate_f", "loss t=2",
// "backward t=3 sum a", "clip", "update". The place's last step is the running one there.
bool lesson_find_position(const char *words, const struct record *record, const struct script *script, int *position,
                          struct err *err);
// Is the step at a position one of these words' place?
bool lesson_is_at(const char *words, const struct record *record, const struct script *script, int position, bool *out,
                  struct err *err);

// Actions that a checker or a scene can do on a world, one at a time: "step", "goto backward t=3", "unit 7",
// "word raptor" ...
enum action_kind {
    ACTION_STEP,
    ACTION_BACK, // number: how many moves
    ACTION_BY,   // text: granularity
    ACTION_GOTO, // text: a place
    ACTION_UNIT,
    ACTION_TIMESTEP, // number, from 1
    ACTION_WORD,
    ACTION_CELL, // text
    ACTION_SEED,
    ACTION_UNITS,
    ACTION_LAYERS,
    ACTION_TRAIN, // number; train: updates in all
    ACTION_FIGURE,
    ACTION_FLOW, // text: forward, backward; on, off
    ACTION_TASK,
    ACTION_VIEW,
    ACTION_PAGE,
    ACTION_LAYER,       // number
    ACTION_DIRECTION,   // text: forward, backward
    ACTION_EDIT,        // text, as edits_parse() reads it
    ACTION_CLEAR,       // all edits
    ACTION_COMPARE,     // text: a cell
    ACTION_RUN,         // number: updates
    ACTION_START,       // text: of a sample
    ACTION_TEMPERATURE, // text: a number
    ACTION_DRAW,        // number: symbols
    ACTION_SENTENCE,    // text: "1 the apple"
    ACTION_ANSWER,
    ACTION_CHOOSE,
    ACTION_TRY, // the checker's own, never given to a world
    ACTION_KIND_COUNT
};
struct lesson_action {
    enum action_kind kind;
    long number;
    bool encoder; // TIMESTEP: of an encoder-decoder's encoder
    char text[160];
};
// The moments of a draw of the sampling view, in order; "draw 3 number" goes to one.
enum { LESSON_DRAW_WORDS = 8 };
extern const char *const lesson_draw_words[LESSON_DRAW_WORDS];
// One action in words; err->column counts from 1 inside them.
bool lesson_action_parse(const char *words, struct lesson_action *out, struct err *err);
// One number, as a person types it: 0.43, 0,43, −0.43, 1/3 and 5%.
bool lesson_parse_number(const char *text, double *out);
struct lesson_world {
    void *context;
    bool (*apply_scene)(void *context, const struct lesson_scene *scene, struct err *err);
    bool (*act)(void *context, const char *action, struct err *err);
    void (*look)(void *context, struct lesson_now *now);
    // Told after each task that was solved: its answer stands in the player. May be NULL.
    void (*solved)(void *listener, const struct player *player, int task);
    void *listener;
};
// Plays every part to its end: scene, expects, each task by its `solve`. A goal must not be reached before it
// is solved, a wrong answer must be refused. The first that fails is told with line and column.
bool lesson_check(const struct lesson *lesson, const struct lesson_world *world, struct err *err);
// The same with all problems: after a claim that does not hold the next is looked at, after a task the next part.
void lesson_check_all(const struct lesson *lesson, const struct lesson_world *world, struct lesson_problems *problems);
