#pragma once
// What a reader found odd in a file, collected with its place. Of each kind the first few are kept and all
// are counted, so that two thousand duplicates do not hide the one empty line behind them.

#include "dataset.h"

struct problem_log {
    struct problem *kept[PROBLEM_KIND_COUNT]; // each has room for PROBLEM_MAX / PROBLEM_KIND_COUNT
    int counts[PROBLEM_KIND_COUNT];
    long totals[PROBLEM_KIND_COUNT], actions[ACTION_COUNT];
};

void problem_log_release(struct problem_log *log);
// What is to be done about a kind of problem in a line: what the options say, else what is usual.
enum problem_action problem_choice(const struct data_options *options, enum problem_kind kind, long line);
// Whether that is a way to deal with the kind; what is done where nothing is said.
bool problem_can(enum problem_kind kind, enum problem_action action);
enum problem_action problem_usual(enum problem_kind kind);
// With what is usual for the kind as what was done.
void problem_add(struct problem_log *log, enum problem_kind kind, long line, long column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

void problem_add_done(struct problem_log *log, enum problem_kind kind, enum problem_action done, long line, long column,
                      const char *format, ...) __attribute__((format(printf, 6, 7)));
// "stop", or "missing=skip,ragged=repair" (kinds: the table of problems.c), or both: "stop,empty=skip".
// "missing@12=skip" is about line 12 alone. Into the options' actions and exceptions. Fails (ERR_USAGE).
bool problem_actions_read(const char *text, struct data_options *options, struct err *err);
// The options' actions and exceptions as such a text; "" where there are none. False where it does not fit.
bool problem_actions_write(const struct data_options *options, char *out, size_t size);
// Fails (ERR_VALUE) with the first problem of a kind at which the options say to stop.
bool problem_log_check(const struct problem_log *log, const struct data_options *options, const char *name,
                       struct err *err);
// The first of those kept for which so was done, or NULL.
const struct problem *problem_log_first(const struct problem_log *log, enum problem_action done);

// Characters that a person hardly means: control and invisible ones, odd spaces, combining marks, U+FFFD; one
// problem a character, at its first place. Of a vocabulary of characters only.
void problems_of_characters(struct problem_log *log, const struct vocabulary *vocabulary, const char *bytes,
                            size_t size);
// Examples that stand in the file before, with the same answers; of symbols. Where the options say to skip them they
// are taken out. Before the split. False when memory ran out.
bool problems_of_duplicates(struct problem_log *log, struct dataset *dataset, const struct data_options *options);
// After the split: examples of the validation part that stand in the training part as well are counted (`shared`).
bool problems_of_the_split(struct problem_log *log, struct dataset *dataset);
// Hands the problems over in file order. False when memory ran out.
bool problem_log_finish(struct problem_log *log, struct dataset *dataset);
