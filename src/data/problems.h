#pragma once
// What a reader found odd in a file, collected with its place. Of each kind the first few are kept and all
// are counted, so that two thousand duplicates do not hide the one empty line behind them.

#include "dataset.h"

struct problem_log {
    struct problem *kept[PROBLEM_KIND_COUNT]; // each has room for PROBLEM_MAX / PROBLEM_KIND_COUNT
    int counts[PROBLEM_KIND_COUNT];
    long totals[PROBLEM_KIND_COUNT];
};

void problem_log_release(struct problem_log *log);
void problem_add(struct problem_log *log, enum problem_kind kind, long line, long column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

// Characters that a person hardly means: control and invisible ones, odd spaces, combining marks, U+FFFD; one
// problem a character, at its first place. Of a vocabulary of characters only.
void problems_of_characters(struct problem_log *log, const struct vocabulary *vocabulary, const char *bytes,
                            size_t size, size_t skip);
// Examples that stand in the file before, with the same answers; of symbols. False when memory ran out.
bool problems_of_duplicates(struct problem_log *log, const struct dataset *dataset);
// Hands the problems over in file order. False when memory ran out.
bool problem_log_finish(struct problem_log *log, struct dataset *dataset);
