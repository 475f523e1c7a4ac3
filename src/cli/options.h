#pragma once
// The words after a subcommand: a table of options a command, from which come the parsing, its errors and --help.

#include "err.h"
#include "choices.h"
#include <jansson.h>
#include "workbench.h"

enum option_type {
    OPTION_FLAG,
    OPTION_INT,
    OPTION_LONG,
    OPTION_REAL,
    OPTION_TEXT,
    OPTION_CHOICE,
    OPTION_SIZE,
    OPTION_RANGE
};

struct option {
    const char *name; // without the dashes; NULL ends a table
    enum option_type type;
    void *target;      // bool, int, long, double, const char *, int (choice), int[2] (WxH, A:B)
    const char *value; // how --help names the value
    const char *help;
    const char *const *choices; // OPTION_CHOICE: NULL-terminated, index goes to *target
    double low, high;           // allowed numbers, when low < high
    bool kept;                  // OPTION_TEXT: options_to_json() keeps it too
};

// Positional words go to `words` (at most max); returns their count, or -1 with err (ERR_USAGE).
// "--name=value" and "--name value" are both taken; "--" ends the options.
int options_parse(const struct option *const *tables, int table_count, int argc, char **argv, const char **words,
                  int max, struct err *err);
// What the options of the tables hold, as a JSON object by their names, and back; text options (but those that
// say so) and the names in `except` (NULL-terminated) are left out. Reading ignores what it does not know and fails
// (ERR_USAGE) at a value that makes no sense; texts are borrowed from the JSON.
json_t *options_to_json(const struct option *const *tables, int table_count, const char *const *except);
bool options_from_json(const struct option *const *tables, int table_count, const json_t *json, struct err *err);
void options_help(const struct option *const *tables, int table_count);

// What every command knows.
struct common {
    bool json, quiet, help;
};
// Model and training options of the contract, on top of a recipe.
struct model_words {
    int cell, activation, layers, hidden, init, embed;
    int kind; // -1 = from the data
    bool bidirectional;
    const char *data, *task, *reader, *separator, *columns, *on_problem;
    int encoding, header; // header: 0 auto, 1 yes, 2 no
    int shape;            // text shape: auto, lines, whole
    int tokens;
    long min_count;
    bool lower, reverse_source;
};
struct training_words {
    long steps, epochs, seed, save_every, seq;
    int batch, optimizer, schedule, threads, folds, fold;
    double lr, clip_norm, forget_bias, validation;
    const char *log, *out;
    const struct vocabulary *vocabulary, *labels; // of a checkpoint, or NULL
};
struct model_words model_words_default(void);
struct training_words training_words_default(void);
struct option *option_common(struct common *common); // tables live as long as the process
struct option *option_model(struct model_words *words);
struct option *option_training(struct training_words *words);

// What the data decide (inputs, outputs, kind) is left to training_network().
void words_recipe(const struct model_words *model, const struct training_words *training, struct recipe *recipe);
enum net_kind words_kind(const struct model_words *model); // many-to-many where nothing was said
// The network and the training of the built-in task that --task names, or those to walk through it, over the defaults
// in *model and *training: to be called before the words are parsed for good. Fails (ERR_USAGE) where there is no such
// task.
bool words_task_defaults(const char *text, bool walk, struct model_words *model, struct training_words *training,
                         struct err *err);
// How --data is to be read, as far as it was said: fails (ERR_USAGE) where the words make no sense.
bool words_choices(const struct model_words *model, struct data_choices *choices, struct err *err);
// The same as a kept run says it (its "words", or NULL), over what is there; texts are borrowed from it.
bool words_read_as(struct model_words *model, const json_t *words, struct err *err);
// Reads --data or makes the data of --task (or takes the shipped default names when neither is given and `fallback`).
// Caller frees with dataset_release and mem_free.
struct dataset *words_data(const struct model_words *model, const struct training_words *training, bool fallback,
                           struct err *err);
