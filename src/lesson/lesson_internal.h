#pragma once
// What the files of this layer share and others need not see.

#include "lesson.h"
#include "str.h"

// The sizes that names and indices are checked against. Before a network exists they come from the scene
// (symbols 0: not known yet) and several cells may be possible; of a live network they are its own.
struct lesson_shape {
    const struct cell_desc *cells[CELL_COUNT];
    int cell_count;
    int layers, directions, units, symbols, T; // symbols: outputs
    int inputs;                                // numbers that the first layer reads; 0 = as many as symbols
    bool numbers;                              // ... and they stand for no symbols: real numbers, an embedding
    int embed, vocabulary;                     // E and V of an embedding; 0 = none
    bool open;                                 // of data that are read later: any kind of network may come
    // Of an encoder-decoder all that is the decoder's, and these the encoder's. directions 0: there is none
    struct {
        int directions, T, inputs, vocabulary;
        bool numbers;
    } encoder;
};
struct lesson_shape lesson_shape_of(const struct record *record);

struct lesson_scope {
    const struct lesson_now *now; // NULL: names and indices are checked only, every number is 1
    struct lesson_shape shape;
    const struct lesson_kept *kept;
    int kept_count;
    struct lesson_value values[LESSON_MAX_HIDDEN]; // the tensors spoken of, in order; the first ones
    int value_count;
    bool plain; // the whole expression was one value
};
struct lesson_scope lesson_scope_live(const struct lesson_now *now);

// --- tensors (lesson_tensor.c) ---
// Shape by name. False when no such tensor exists.
struct lesson_tensor {
    int kind, layer, direction, slot, state, param;
    int dims, shape[3];               // a length of 0 = not known yet
    int planes;                       // 1: the first axis is t of a matrix (grad_at), else 0
    bool symbol_rows, symbol_columns; // that axis counts the vocabulary
    bool answers;                     // ... of what comes out
    bool encoder;                     // of the encoder's side
};
bool lesson_tensor_find(const char *name, const struct cell_desc *cell, const struct lesson_shape *shape,
                        struct lesson_tensor *out);
// The whole tensor, row-major (of a grad_at only that plane when plane >= 0); mem_free() it. NULL when memory
// ran out.
double *lesson_tensor_copy(const struct lesson_tensor *tensor, const struct record *record, int plane);
bool lesson_tensor_is_matrix(const struct lesson_tensor *tensor); // a parameter or its gradient, not over time

// --- values (lesson_value.c) ---
// Reads "NAME key=x ... reduce" at *cursor (moved behind it), a place inside text.
bool lesson_value_parse(const char *text, const char **cursor, const struct lesson_scope *scope,
                        struct lesson_value *out, struct err *err);
bool lesson_value_now(const struct lesson_value *value, const struct lesson_now *now, double *out, struct err *err);

// The record that a value speaks of; NULL: that other network is not there.
const struct record *lesson_record_of(const struct lesson_value *value, const struct lesson_now *now);

// --- numbers that are no tensors (lesson_live.c): row is t, plane tau, column the sentence ---
bool lesson_live_known(const char *name);
// What is wrong with the indices given, or NULL.
const char *lesson_live_problem(const char *name, bool t, bool tau, bool sentence, bool rival, bool symbol);
bool lesson_value_is_live(const struct lesson_value *value);
// ERR_STOPPED: not known yet.
bool lesson_live_value(const struct lesson_value *value, const struct lesson_now *now, double *out, struct err *err);

// Fills err with the column of `at` inside text; false.
bool lesson_err_in(struct err *err, const char *text, const char *at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// --- expressions (lesson_expression.c); err->column counts from 1 inside text ---
bool lesson_expression(const char *text, struct lesson_scope *scope, double *out, struct err *err);
bool lesson_comparison(const char *text, struct lesson_scope *scope, bool *out, double *left, double *right,
                       struct err *err);

// --- places (lesson_place.c) ---
struct lesson_place {
    enum { PLACE_START, PLACE_END, PLACE_STEPS } whole;
    enum phase phase;
    int t, layer, direction; // -1 = any
    int kind;                // enum step_kind, -1 = any
    int part, state;         // -1 = any
    int block;               // of struct step; PLACE_ANY_BLOCK = any
    int bias;                // -1 = any
    int encoder;             // the encoder's steps or the decoder's; -1 = any
};
enum { PLACE_ANY_BLOCK = -9 };
bool lesson_place_parse(const char *words, const struct lesson_shape *shape, struct lesson_place *out, struct err *err);
bool lesson_place_matches(const struct lesson_place *place, const struct script *script, int position);
int lesson_place_end(const struct lesson_place *place,
                     const struct script *script); // -1 when the script has no such step

// --- goals and actions (lesson_goal.c, lesson_action.c); err->column counts from 1 inside the words ---
// The goal's words into kind, argument, value, number. They are read from task->argument, whose text is
// replaced.
bool lesson_goal_parse(struct lesson *lesson, struct lesson_task *task, const struct lesson_shape *shape,
                       const struct lesson_kept *kept, int kept_count, struct err *err);
// Does it hold on what is on screen? Never for the two kinds that want an answer.
bool lesson_goal_reached(const struct lesson_task *task, const struct lesson_scene *scene, const struct lesson_now *now,
                         bool *out, struct err *err);
// A line of an expect block: a comparison, or "keep NAME = sum" (then *holds is true).
bool lesson_expect_read(const char *text, struct lesson_scope *scope, struct lesson_kept *kept, int *kept_count,
                        bool *holds, double *left, double *right, struct err *err);
// "unit 7" with the bounds of a shape; `try unit`, `answer` ... are known here too.
bool lesson_action_check(const char *words, const struct lesson_shape *shape, struct err *err);

// --- parsing (lesson_rich.c, lesson_fields.c, lesson_verify.c) ---
// Where an offset of a text stands in the file.
struct lesson_source {
    const char *path;
    const char *text; // of the file
    size_t size;
};
void lesson_locate(const struct lesson_source *source, size_t offset, long *line, long *column);
bool lesson_fail(const struct lesson_source *source, size_t offset, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// A text put together of pieces of the file (a value and its continuation lines): which piece an offset is
// of.
enum { LESSON_MAX_PIECES = 24 };
struct lesson_pieces {
    struct str text;
    size_t at[LESSON_MAX_PIECES], from[LESSON_MAX_PIECES]; // offset in text, offset in the file
    int count;
};
size_t lesson_pieces_offset(const struct lesson_pieces *pieces, size_t offset);
void lesson_pieces_add(struct lesson_pieces *pieces, const char *text, size_t length, size_t from);

// Inline Markdown to the rich text of the panel; md4c's spans in, one builder for documents and for values.
struct lesson_rich {
    struct str out;
    int bold;           // how many *em* and **strong** are open
    bool math, display; // inside $ or $$
    size_t math_at;     // offset where the maths began
    struct str markup;
};
void lesson_rich_release(struct lesson_rich *rich);
void lesson_rich_clear(struct lesson_rich *rich);
// span, type and text as md4c calls them; offset: of text in what is read. They return what cannot be shown,
// or NULL; *problem_at is then its offset.
const char *lesson_rich_enter(struct lesson_rich *rich, int span);
const char *lesson_rich_leave(struct lesson_rich *rich, int span, size_t *problem_at, char *buffer, size_t size);
const char *lesson_rich_text(struct lesson_rich *rich, int type, const char *text, size_t length, size_t offset,
                             size_t *problem_at);
// A value of a block: one paragraph of inline Markdown.
bool lesson_rich_value(struct lesson *lesson, const struct lesson_source *source, const struct lesson_pieces *pieces,
                       char **out, struct err *err);

// A fenced block as lines of `key: value`.
struct lesson_line {
    struct lesson_pieces pieces; // of one line of the fence
    bool continued;              // starts with a blank: belongs to the line before
};
struct lesson_fence {
    size_t at; // offset of its word behind the fence
    struct lesson_line *lines;
    int count, capacity;
    bool partial; // faulty lines were taken out: nothing is missed in what is left
};
void lesson_fence_release(struct lesson_fence *fence);
// A block's lines read into fields; released also on failure.
struct lesson_field {
    char key[24];
    size_t key_at; // offsets in the file
    struct lesson_pieces value;
    bool continued; // over more than one line
};
struct lesson_fields {
    struct lesson_field *items;
    int count;
};

void lesson_fields_release(struct lesson_fields *fields);
bool lesson_fields_read(struct lesson_fields *fields, const struct lesson_source *source,
                        const struct lesson_fence *fence, struct err *err);
const char *lesson_field_text(const struct lesson_field *field);
size_t lesson_field_at(const struct lesson_field *field); // of its value, in the file
struct lesson_mark lesson_field_mark(const struct lesson_source *source, const struct lesson_field *field);
// The index of a field's key among `keys`; -1 with err when it is none of them.
int lesson_field_key(const struct lesson_source *source, const struct lesson_field *field, const char *const *keys,
                     int count, const char *block, struct err *err);
// True with err when bit `key` is set already; else sets it.
bool lesson_field_twice(const struct lesson_source *source, const struct lesson_field *field, uint64_t *seen, int key,
                        struct err *err);
bool lesson_field_need(const struct lesson_source *source, const struct lesson_field *field, struct err *err);
bool lesson_field_copy(const struct lesson_source *source, const struct lesson_field *field, char *out, size_t size,
                       struct err *err);
bool lesson_field_whole(const struct lesson_source *source, const struct lesson_field *field, long low, long high,
                        long *out, struct err *err);
bool lesson_field_word(const struct lesson_source *source, const struct lesson_field *field, const char *const *words,
                       int count, int *out, struct err *err);

bool lesson_fields_lesson(struct lesson *lesson, const struct lesson_source *source, const struct lesson_fence *fence,
                          struct err *err);
bool lesson_fields_scene(struct lesson_scene *scene, const struct lesson_source *source,
                         const struct lesson_fence *fence, struct err *err);
bool lesson_fields_task(struct lesson *lesson, struct lesson_task *task, const struct lesson_source *source,
                        const struct lesson_fence *fence, struct err *err);
bool lesson_fields_expect(struct lesson *lesson, struct lesson_part *part, const struct lesson_source *source,
                          const struct lesson_fence *fence, struct err *err);

// Names, indices, words and goals against the scenes; ids and titles.
// all: NULL stops at the first problem, else each is kept there and true is returned.
bool lesson_verify(struct lesson *lesson, struct lesson_problems *all, struct err *err);
void lesson_scene_defaults(struct lesson_scene *scene);
void lesson_scene_next(struct lesson_scene *scene); // a copy becomes what the next part begins with
// Sets file, line and adds the column of `mark` to err->column (which counted from 1 inside the text there).
bool lesson_err_at(struct err *err, const struct lesson *lesson, struct lesson_mark mark);
// The parts of a list, as below.
bool lesson_next_word(const char *list, char between, size_t *cursor, char *out, size_t size, size_t *at);
// The parts of solve, between ';': copies the next one to out (blanks around it cut off); its offset in *at.
// False at the end.
bool lesson_next_action(const char *solve, size_t *cursor, char *out, size_t size, size_t *at);
