#pragma once
// A data set: examples of symbols, split into training and validation, and minibatches made of them. What the
// reader found out (encoding, line ends, problems) is kept, with positions, so that it can be shown. Owns all
// of it; read-only after it was read.

#include "rng.h"
#include "vocabulary.h"

enum text_shape { TEXT_AUTO, TEXT_LINES, TEXT_WHOLE }; // one example a line, or one long text

enum problem_kind { PROBLEM_EMPTY_LINE, PROBLEM_LONG_LINE, PROBLEM_DUPLICATE, PROBLEM_OTHER, PROBLEM_KIND_COUNT };
extern const char *const problem_kind_names[PROBLEM_KIND_COUNT]; // "empty line" ...
struct problem {
    enum problem_kind kind;
    long line, column; // from 1
    char what[160];    // what was expected, what was found, what was done
};

struct dataset_example {
    size_t start; // into symbols
    int length;   // symbols, without <EOS>
    long line;    // where it stands in the file, from 1
};

struct dataset {
    char name[256];         // file name or task id
    enum text_shape shape;  // LINES or WHOLE
    char shape_reason[160]; // why, in words: "median line 6 characters, longest 15"
    struct vocabulary vocabulary;
    int *symbols; // all examples, one after the other, without <EOS>
    size_t symbol_count;
    struct dataset_example *examples; // TEXT_WHOLE: one example, the whole text
    int example_count;
    // Example indices (TEXT_LINES), train in file order, validation from short to long; TEXT_WHOLE splits the text by
    // position. There may be no validation part: validation_count 0, or train_symbols == symbol_count.
    int *train, *validation;
    int train_count, validation_count;
    size_t train_symbols; // TEXT_WHOLE: symbols [0, train_symbols) train, the rest validates
    int length_min, length_median, length_max;
    bool had_mark, had_crlf, had_cr, last_line_open; // byte-order mark, CRLF, lone CR, no newline at the end
    struct problem *problems; // in file order; the first PROBLEM_MAX / PROBLEM_KIND_COUNT of each kind
    int problem_count;
    long problem_total; // all of them, also those not kept
    long problem_totals[PROBLEM_KIND_COUNT];
};
enum {
    PROBLEM_MAX = 1000,
    DATASET_MAX_BYTES = 512 << 20,
    DATASET_MAX_EXAMPLES = 1 << 25,
    DATASET_LONG_LINE = 500, // characters; a longer line is a problem in a list
};

struct text_options {
    enum text_shape shape;
    double validation;                   // fraction, 0.1 by default
    uint64_t seed;                       // of the split
    long min_count;                      // a character that occurs less often becomes <UNK>; 0 and 1 = none does
    const struct vocabulary *vocabulary; // a checkpoint's: used instead of the file's own, unknown characters become
                                         // <UNK>; NULL = the file's
    // Called now and then while reading, with the share done; false stops (ERR_STOPPED). May be NULL.
    bool (*progress)(void *context, double done);
    void *progress_context;
};
struct text_options text_options_default(void);

// Reads a text file. Fails with the place and what was expected: missing, unreadable, empty, binary (a zero
// byte), not UTF-8 (byte offset, line and column of the first fault), fewer than two distinct characters, too
// large.
bool dataset_read_text(struct dataset *dataset, const char *path, const struct text_options *options, struct err *err);
bool dataset_from_text(struct dataset *dataset, const char *name, const char *text, size_t size,
                       const struct text_options *options, struct err *err);
// All of it becomes the validation part: to measure a model on a whole file.
void dataset_validate_all(struct dataset *dataset);
void dataset_release(struct dataset *dataset);

// The symbols of an example as a language model sees it: x = [-1, s1 .. sn], target = [s1 .. sn, <EOS>], T =
// n + 1, cut to max_T (then without <EOS>; *cut says so). For TEXT_WHOLE `index` counts windows of max_T
// symbols: target is the window, x the symbol before each (-1 before the first of the text), and *cut says
// that more follows.
int dataset_window(const struct dataset *dataset, int index, int max_T, int *x, int *target, bool *cut);
int dataset_window_count(const struct dataset *dataset, int max_T);
// Finds the first example whose text is `text`; -1 when there is none, and always for TEXT_WHOLE.
int dataset_find(const struct dataset *dataset, const char *text);
// The first `max` characters of an example (TEXT_WHOLE: of window `index` of `max` characters) as UTF-8; what
// does not fit into size bytes is left out, whole characters only.
void dataset_example_text(const struct dataset *dataset, int index, int max, char *out, size_t size);

// Minibatches for training: TEXT_LINES: B random examples of the training part, padded to the longest (x =
// -1, target = -1); of an example longer than max_T a random piece (pieces start at multiples of max_T, and
// the first x of a later piece is the symbol before it). TEXT_WHOLE: B random windows of max_T. Deterministic
// given rng. x, target: room for (max_T, B). Returns T.
int dataset_batch(const struct dataset *dataset, struct rng *rng, int B, int max_T, int *x, int *target);
// Minibatches by length, for TEXT_LINES: sequences of about the same length together, so that little is padding. order:
// the training part from short to long, from dataset_order_by_length(). Every example is drawn as often as in
// dataset_batch(); a draw picks one example of all, and the others from the 8 B or so around it.
void dataset_order_by_length(const struct dataset *dataset, int *order); // room for train_count
int dataset_batch_by_length(const struct dataset *dataset, const int *order, struct rng *rng, int B, int max_T, int *x,
                            int *target);
// Contiguous windows, for a state that is carried on: a part of a TEXT_WHOLE is cut into B streams of equal length (the
// last ones may be shorter or empty: -1 there), and window k of each goes on where window k - 1 ended. Every token of
// the part once. Returns T, or 0 behind the last window.
enum dataset_part { DATASET_TRAIN, DATASET_VALIDATION };
int dataset_stream_batch(const struct dataset *dataset, enum dataset_part part, long k, int B, int max_T, int *x,
                         int *target);
long dataset_stream_windows(const struct dataset *dataset, enum dataset_part part, int B, int max_T);
// Every validation token once, <EOS> included for TEXT_LINES: batch number k (from 0), cut into pieces as
// above, rows without an example all -1; returns T, or 0 when there are no more.
int dataset_validation_batch(const struct dataset *dataset, int k, int B, int max_T, int *x, int *target);
