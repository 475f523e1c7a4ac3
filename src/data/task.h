#pragma once
// Built-in tasks: data made by a generator, one file a task under tasks/, one line in task_list.h. A task says in one
// sentence what is to be learnt, makes its examples from a seed, and names the network and the training that learn it
// and the level that they reach. `data` knows no networks: what it says about them is plain words and numbers.

#include "builder.h"
#include "minibatch.h"
#include "picture.h"
#include "task_list.h"

struct str;
struct task_parameter {
    const char *name; // "T"
    long value;       // unless the user says another
    long low, high;
    const char *help;
};

// The network and the training that learn the task; what the user says goes before. 0 and NULL: as without a task.
struct task_recipe {
    const char *kind; // of a network, where the data leave a choice: "one-to-many"
    const char *cell; // a cell's name, "lstm"
    int layers, hidden, embed;
    bool bidirectional;
    const char *activation, *init; // names
    const char *optimizer, *schedule;
    long steps;
    int batch;
    double lr, clip_norm, forget_bias;
};

// What `trace`, `render` and the window open with instead: small enough to be seen, and trained in about a second. 0:
// as in the recipe.
struct task_walk {
    int hidden;
    long steps;
};

// How the level is measured: names are keys of `unroll eval`.
enum task_measure {
    MEASURE_LOSS,              // on the validation part; at most `level`
    MEASURE_ACCURACY,          // of the answers; at least `level`
    MEASURE_SEQUENCE_ACCURACY, // whole sequences right: of `sequence` under greedy decoding; where the task says which
                               // symbols are allowed (below) that the k allowed are the k likeliest at every timestep
    MEASURE_COUNT
};
extern const char *const task_measure_names[MEASURE_COUNT]; // "loss" "accuracy" "sequence_accuracy"

struct task {
    const char *id, *title;
    const char *story; // one sentence
    enum data_answers answers;
    enum data_values input, output;
    int channels, answer_channels; // of real values
    const char *symbols;           // of the input: one a character, "" where it is real
    const char *answer_symbols;    // their own vocabulary: one a character; "" = the input's, or real. Labels where the
                                   // answers are `one` or `each`
    const char *const *words;      // instead of symbols, and of answer_symbols: texts of any length, NULL ends them
    const char *const *answer_words;
    struct picture_of_input picture;                   // how the input is drawn
    bool reverse_source;                               // unless the user says otherwise; of `sequence`
    struct task_parameter parameters[TASK_PARAMETERS]; // a NULL name ends them
    const char *length;                // name of the parameter that says how far back in time an answer lies, or NULL
    int train_count, validation_count; // examples; train_count 0 = fresh ones in every minibatch. Of fresh tasks whose
                                       // answers are `one` or `sequence` all examples are of one length
    bool distinct; // no example stands twice, none of validation in training; for symbols, and where there are enough
    bool new_validation; // examples may stand twice, but none of validation stands in training; for symbols
    // Of tasks made of words: a stock of texts, text `index` put into *input and *answer (a label, a word a timestep,
    // or nothing), both empty before. Examples are drawn of it without repeats; it may hold some twice when there are
    // enough. Then symbols and answer_symbols are "", and there is no `generate`.
    void (*text)(const struct task_settings *settings, int index, struct str *input, struct str *answer);
    int stock, min_count; // a word of the stock that occurs less often is <UNK>
    struct task_recipe recipe;
    struct task_walk walk;
    enum task_measure measure;
    double level;
    const char *level_note; // what it means, in words: "guessing 1 has 0.1667"
    // Why settings that are each in range make no sense together, or NULL. May be NULL.
    const char *(*refuse)(const struct task_settings *settings);
    // Where a setting makes another kind of task of it: which one. Of all of them id and parameters are the same. May
    // be NULL.
    const struct task *(*variant)(const struct task_settings *settings);
    // One example of a part: fills what builder_example() has begun. Deterministic given rng.
    void (*generate)(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out);
    // Of tasks that continue a sequence: which symbols may come after the n symbols before, as bits by symbol (<EOS> is
    // bit 0). NULL: there is one answer.
    uint64_t (*allowed)(const struct task_settings *settings, const int *before, int n);
};

#define TASK_DECLARE(name) extern const struct task task_##name;
TASK_LIST(TASK_DECLARE)
#undef TASK_DECLARE

extern const struct task *const tasks[];                     // NULL-terminated
const struct task *task_find(const char *id, size_t length); // NULL when unknown

// "copy" or "copy:T=50,name=value": the task and its parameters. Fails (ERR_USAGE) and says what is known.
bool task_parse(const char *text, const struct task **task, struct task_settings *settings, struct err *err);
// How long the timelines of such a text are, in the task's own terms, for a slider. false: no such task or parameter.
enum { TASK_LENGTH_MOST = 400 }; // further than the slider goes, though some tasks take more
struct task_length {
    const struct task_parameter *parameter; // its name and what it counts
    long value, low, high;                  // as it is; from, to
};
bool task_length(const char *text, struct task_length *out);
// The same text with another length; what else it says stays. Fails (ERR_USAGE) where the task refuses it, (ERR_LIMIT)
// where `out` is too small.
bool task_with_length(const char *text, long length, char *out, size_t size, struct err *err);
struct task_settings task_settings_default(const struct task *task);
long task_value(const struct task *task, const struct task_settings *settings, const char *name); // a bug when unknown

// The data set of a task. Used of the options: seed, reverse_source (or the task's own), vocabulary and labels are the
// task's. The same task, settings and seed: the same data.
bool dataset_from_task(struct dataset *dataset, const struct task *task, const struct task_settings *settings,
                       const struct data_options *options, struct err *err);

// For generators: the symbol of a character of `symbols` and `answer_symbols`.
int task_symbol(const struct task *task, char c);
int task_answer(const struct task *task, char c);
