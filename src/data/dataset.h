#pragma once
// A data set: sequences, each with its answers, split into training and validation. What goes in is symbols or real
// vectors; what is answered is one symbol, real numbers or several symbols at once; and the answers stand where
// `answers` says. What the reader found out (encoding, line ends, problems) is kept, with positions, so that it can be
// shown. Owns all of it; read-only after it was read, so any thread may read. Minibatches are made of it by
// minibatch.h.

#include "picture.h"
#include "rng.h"
#include "text_encoding.h"
#include "vocabulary.h"

#include <string.h>

enum text_shape { TEXT_AUTO, TEXT_LINES, TEXT_WHOLE }; // examples apart (one a line), or one long text or series

// Where the answers stand, and what a timestep reads. Symbols s1 .. sn, vectors v1 .. vn, answers y:
//   next      what comes next in the input itself. Symbols: reads -1 s1 .. sn, answers s1 .. sn <EOS> (no <EOS> in one
//             long text). Vectors: reads v1 .. v(n-1), answers v2 .. vn
//   one       one answer a sequence, at its last timestep
//   each      one a timestep: y1 .. yn
//   sequence  a sequence of its own length. The encoder reads s1 .. sn, the decoder -1 y1 .. ym, answers y1 .. ym <EOS>
enum data_answers { ANSWERS_NEXT, ANSWERS_ONE, ANSWERS_EACH, ANSWERS_SEQUENCE, ANSWERS_COUNT };
extern const char *const data_answers_names[ANSWERS_COUNT]; // "next" "one" "each" "sequence"

// Inputs are symbols or reals. Sets are vectors of 0 and 1: several of many.
enum data_values { VALUES_SYMBOLS, VALUES_REALS, VALUES_SETS, VALUES_COUNT };
extern const char *const data_values_names[VALUES_COUNT]; // "symbols" "reals" "sets"

enum problem_kind {
    PROBLEM_EMPTY_LINE,
    PROBLEM_LONG_LINE,
    PROBLEM_DUPLICATE,
    PROBLEM_SKIPPED,  // a row that could not be used; the text says why
    PROBLEM_MISSING,  // a number that was not measured: empty, ?, NA
    PROBLEM_RAGGED,   // a row with another number of columns
    PROBLEM_QUOTE,    // a quote that opens and does not close in its row
    PROBLEM_BROKEN,   // a line that is not what every line should be
    PROBLEM_ENCODING, // it was no UTF-8
    PROBLEM_OTHER,
    PROBLEM_KIND_COUNT
};
extern const char *const problem_kind_names[PROBLEM_KIND_COUNT]; // "empty line" ...
// What is done about a problem. NONE: what is usual for its kind.
enum problem_action { ACTION_NONE, ACTION_KEEP, ACTION_SKIP, ACTION_REPAIR, ACTION_STOP, ACTION_COUNT };
extern const char *const problem_action_names[ACTION_COUNT]; // "" "keep" "skip" "repair" "stop"
struct problem {
    enum problem_kind kind;
    enum problem_action done;
    long line, column; // from 1
    char what[160];    // what was expected, what was found, what was done
};

// What is done about one line, other than about the rest of its kind.
enum { PROBLEM_EXCEPTIONS = 64 };
struct problem_exception {
    long line;
    enum problem_kind kind;
    enum problem_action action;
};

// What a column of a table, or a key of JSON lines, is.
enum column_role {
    ROLE_IGNORE,
    ROLE_TEXT,   // what goes in: of pairs the source
    ROLE_LABEL,  // one of a few classes: the answer
    ROLE_TARGET, // a text: the answer
    ROLE_VALUE,  // numbers
    ROLE_ID,     // rows with the same belong to one series
    ROLE_TIME,   // where in its series a row stands, or when it was
    ROLE_TOKENS, // of JSON lines: a list of words
    ROLE_TAGS,   // of JSON lines: a list of their tags
    ROLE_COUNT
};
extern const char *const column_role_names[ROLE_COUNT]; // "ignore" "text" ...
struct dataset_column {
    char name[48]; // of the header; "" where there is none
    enum column_role role;
};

struct dataset_example { // small: a file of short lines has millions
    uint32_t start;      // into symbols, or timesteps into values
    int length;          // timesteps of the input, without <EOS>
    int line;            // where it stands in the file, from 1; 0 = it was generated
};
struct dataset_answer { // of one example
    uint32_t start;     // into answer_symbols or answer_values
    int length;
};

struct task;
enum { TASK_PARAMETERS = 4 };
struct task_settings {
    long values[TASK_PARAMETERS]; // of the task's parameters
};

struct dataset {
    char name[256];   // file name or task id
    char reader[24];  // who read it: "text", "pairs" ..., "task"
    char reason[160]; // why this reader, in words
    enum data_answers answers;
    enum data_values input, output;
    enum text_shape shape;         // LINES: examples apart; WHOLE: one example, cut into windows
    char shape_reason[160];        // why, in words: "median line 6 characters, longest 15"
    struct vocabulary vocabulary;  // of the input; count 0 where it is real vectors
    struct vocabulary labels;      // of the answers where they have one of their own, else count 0
    int channels, answer_channels; // of real vectors, else 0
    void *symbols;                 // all examples, one after the other, without <EOS>; NULL where the input is real
    int symbol_bytes;              // of each: 1, 2 or 4, as the vocabulary needs; dataset_symbol() reads them
    float *values;                 // (symbol_count, channels), or NULL
    size_t symbol_count;           // timesteps of all inputs
    int *answer_symbols;           // below 0: no answer at this timestep, no loss
    float *answer_values;          // (answer_count, answer_channels), or NULL
    size_t answer_count;
    struct dataset_answer *answer_places; // an example each; NULL where the answers are `next`
    struct dataset_example *examples;     // TEXT_WHOLE: one example, the whole text
    int example_count;
    // Example indices (TEXT_LINES), train in file order, validation and test from short to long, test where it
    // was asked for or a file has a part of that name; TEXT_WHOLE splits by position. There may be no validation part:
    // validation_count 0, or train_symbols == symbol_count.
    int *train, *validation, *test;
    int train_count, validation_count, test_count;
    size_t train_symbols; // TEXT_WHOLE: timesteps [0, train_symbols) train, the rest validates
    int length_min, length_median, length_max;
    int answer_length_max;
    // Series are scaled to mean 0 and variance 1 over their training part: value = (number - mean) / scale. (channels),
    // or NULL where the numbers are as they were.
    float *mean, *scale;
    bool reverse_source;     // of `sequence`: the encoder reads the input from its end
    const struct task *task; // of generated data, or NULL
    struct task_settings settings;
    bool fresh;                                      // every minibatch of training is generated anew; train_count is 0
    bool had_mark, had_crlf, had_cr, last_line_open; // byte-order mark, CRLF, lone CR, no newline at the end
    enum text_encoding encoding;                     // of the file; AUTO where it is no text
    char encoding_reason[96];                        // why not UTF-8: "byte 0x92 at line 3, column 7"; else ""
    char separator[16];                              // between columns, "" where there are none
    int header_line;                                 // the line with the names of the columns, 0 = none
    struct dataset_column *columns;                  // all of the file's, in their order; NULL where there are none
    int column_count;
    long shared;              // examples of the validation part that stand in the training part as well
    struct problem *problems; // in file order; the first PROBLEM_MAX / PROBLEM_KIND_COUNT of each kind
    int problem_count;
    long problem_total; // all of them, also those not kept
    long problem_totals[PROBLEM_KIND_COUNT], action_totals[ACTION_COUNT];
};
enum {
    PROBLEM_MAX = 1000,
    DATASET_MAX_BYTES = 512 << 20,
    DATASET_MAX_EXAMPLES = 1 << 25,
    DATASET_LONG_LINE = 500, // characters; a longer line is a problem in a list
};

struct data_options {
    const char *reader;    // the id of a reader (reader.h); NULL = chosen by what the file looks like
    const char *separator; // between columns, or the two sides of a pair; NULL = found out
    enum text_encoding encoding;
    const char *columns; // "text=2,label=1" (columns.h); NULL = found out
    int header;          // of a table: 1 = the first row is one, -1 = it is none, 0 = found out
    enum problem_action actions[PROBLEM_KIND_COUNT];
    struct problem_exception exceptions[PROBLEM_EXCEPTIONS]; // lines with a choice of their own
    int exception_count;
    bool alone; // choices that lie beside the file do not count
    enum text_shape shape;
    double validation;      // fraction, 0.1 by default; of labelled data the same of each class
    double test;            // fraction that is set aside for the end, 0 by default; of examples (TEXT_LINES)
    uint64_t seed;          // of the split
    int folds, fold;        // cross-validation: fold `fold` (from 1) of so many parts validates; 0 = by the fraction
    long min_count;         // a token that occurs less often becomes <UNK>; 0 and 1 = none does
    enum token_kind tokens; // characters, words or bytes
    bool lower;             // lower case first
    bool reverse_source;
    const struct vocabulary *vocabulary; // a checkpoint's: used instead of the file's own (its tokens and lower case
                                         // too), unknown tokens become <UNK>; NULL = the file's
    const struct vocabulary *labels;     // the same for the answers; a label that it lacks is an error
    // Called now and then while reading, with the share done; false stops (ERR_STOPPED). May be NULL.
    bool (*progress)(void *context, double done);
    void *progress_context;
};
struct data_options data_options_default(void);

// Reads a text file as a text for a language model, whatever it looks like (any kind of file: dataset_read() in
// reader.h). Fails with the place and what was expected: missing, unreadable, empty, binary (a zero byte), not UTF-8
// (byte offset, line and column of the first fault), fewer than two distinct tokens, too large.
bool dataset_read_text(struct dataset *dataset, const char *path, const struct data_options *options, struct err *err);
bool dataset_from_text(struct dataset *dataset, const char *name, const char *text, size_t size,
                       const struct data_options *options, struct err *err);
// All of it becomes the validation part: to measure a model on a whole file.
void dataset_validate_all(struct dataset *dataset);
// The test part becomes the validation part; false where there is none.
bool dataset_validate_test(struct dataset *dataset);
void dataset_release(struct dataset *dataset);

// Symbols of the input, by their place among all. Those that are put are the vocabulary's, for which symbol_bytes is
// set.
static inline int dataset_symbol(const struct dataset *dataset, size_t at) {
    if (dataset->symbol_bytes == 1) return ((const uint8_t *)dataset->symbols)[at];
    if (dataset->symbol_bytes == 2) return ((const uint16_t *)dataset->symbols)[at];
    return ((const int32_t *)dataset->symbols)[at];
}
void dataset_copy_symbols(const struct dataset *dataset, size_t at, int count, int *out);
void dataset_put_symbols(struct dataset *dataset, size_t at, const int *symbols, int count);
int dataset_symbol_bytes(int vocabulary_count);
static inline bool dataset_same_input(const struct dataset *d, int first, int second) {
    enum { SHORT = 8 }; // a call costs more than they do
    const struct dataset_example *a = &d->examples[first], *b = &d->examples[second];
    size_t width = (size_t)d->symbol_bytes, size = (size_t)a->length * width;
    const uint8_t *one = (const uint8_t *)d->symbols + a->start * width,
                  *other = (const uint8_t *)d->symbols + b->start * width;
    if (a->length != b->length) return false;
    if (size > SHORT) return memcmp(one, other, size) == 0;
    for (size_t i = 0; i < size; i++)
        if (one[i] != other[i]) return false;
    return true;
}
// Where the answers of an example are; of `next` nowhere, length 0.
static inline struct dataset_answer dataset_answer(const struct dataset *dataset, int index) {
    return dataset->answer_places ? dataset->answer_places[index] : (struct dataset_answer){0};
}
// The vocabulary of the answers; NULL where they are no symbols.
const struct vocabulary *dataset_answer_vocabulary(const struct dataset *dataset);
// How many numbers an output has: symbols of the answers, or their channels.
int dataset_outputs(const struct dataset *dataset);
// A text for a language model: symbols in, the next one out.
bool dataset_is_language(const struct dataset *dataset);
// Timesteps of the longest example as a network sees it (with <EOS>), and, of `sequence`, of the longest source (else
// 0).
int dataset_longest(const struct dataset *dataset, int *source);
// How its inputs are drawn: as its task says; else piano rolls, tagged words and DNA are told by what they hold.
struct picture_of_input dataset_picture(const struct dataset *dataset);
// Tells whether a run goes on with the same data: FNV-1a over symbols, values and answers.
uint64_t dataset_fingerprint(const struct dataset *dataset);

// Finds the first example whose text is `text`; -1 when there is none, and always for TEXT_WHOLE and real inputs.
int dataset_find(const struct dataset *dataset, const char *text);
// The first `max` tokens of an example's input (TEXT_WHOLE: of window `index` of `max` tokens) as UTF-8; what
// does not fit into size bytes is left out, whole tokens only. "" where the input is real.
void dataset_example_text(const struct dataset *dataset, int index, int max, char *out, size_t size);
