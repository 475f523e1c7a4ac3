#pragma once
// Series of numbers, each an example, with or without a class: what the readers of such files put together.
//
//     cases_start(&cases, out, options, channels)
//     cases_begin(&cases, line, label, size)      label NULL: there are none
//     cases_vector(&cases, values)                once a timestep
//     ...
//     cases_finish()                               all but dataset_finish()
//
// With labels the answer is one of them; without, what comes next.

#include "builder.h"
#include "columns.h"
#include "counter.h"
#include "reader.h"

struct cases {
    struct builder builder;
    struct token_counter labels;
    bool labelled;
};

void cases_start(struct cases *cases, struct dataset *out, int channels, bool labelled);
void cases_begin(struct cases *cases, long line, const char *label, size_t size);
void cases_vector(struct cases *cases, const float *values);
int cases_length(const struct cases *cases); // of the last one so far
// Cases that are too short (one timestep, where the next is asked for) become problems.
bool cases_finish(struct cases *cases, const struct reader_input *input, const struct data_options *options,
                  struct problem_log *log, struct err *err);
void cases_release(struct cases *cases);

// A whole table of kind TABLE_LONG or TABLE_WIDE: `rows` puts what the walk gives into cases. Where the file is no such
// table, the error says what was expected.
typedef bool cases_rows_fn(struct table_walk *walk, struct cases *cases, struct err *err);
bool cases_of_table(const struct reader_input *input, const struct data_options *options, enum table_kind kind,
                    const char *expected, cases_rows_fn *rows, struct dataset *out, struct problem_log *log,
                    struct err *err);
