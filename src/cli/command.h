#pragma once
// A subcommand: one file, one line in cli.c's list. run() gets the words after its name and returns the exit status.

#include "options.h"
#include <jansson.h>

struct command {
    const char *name, *synopsis, *summary;
    int (*run)(const struct command *command, int argc, char **argv);
    const char *details; // below the summary in the command's own help; or NULL
};

extern const struct command command_train, command_eval, command_sample, command_trace, command_check, command_render,
    command_lesson, command_data, command_export, command_experiments, command_bench;
extern const struct command *const commands[]; // NULL-terminated

// Prints "unroll: ..." on stderr; returns 2 for ERR_USAGE, 1 for the rest.
int command_fail(const struct err *err);
// Prints one JSON object (taken over) on stdout.
void command_json(json_t *object);
// Parses; prints the help and sets *done when asked for. Returns the count of positional words, or -1 with *status set.
int command_parse(const struct command *command, const struct option *const *tables, int table_count, int argc,
                  char **argv, const char **words, int max, struct common *common, int *status);
// A number, or null where it is NaN or infinite.
json_t *json_number(double value);

// A progress line on stderr, when that is a terminal and not quiet: a bar, the rate, the time left.
struct progress_line {
    bool on;
    double start, shown;
};
void progress_start(struct progress_line *line, bool quiet);
void progress_show(struct progress_line *line, double fraction, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void progress_end(struct progress_line *line);

// Ctrl-C: the first asks the work to stop in order, the second ends the program.
void interrupt_watch(void);
bool interrupt_asked(void);
