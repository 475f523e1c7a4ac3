// Many series in wide form: a row a series, a column a timestep, and a label.
#include "cases.h"
#include "mem.h"
#include "numbers.h"
#include "table_values.h"

#include <stdio.h>
#include <string.h>

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    struct columns columns;
    bool found = columns_find(input, options, TABLE_WIDE, &columns, err);
    if (found) columns_tell(&columns, why, why_size);
    return found;
}

// Series of different lengths are filled with empty cells at their end: those are none.
static int length_of(const struct columns *c, const struct table_row *row) {
    int length = c->value_count;
    while (length > 0) {
        struct cell cell = row->cells[c->values[length - 1]];
        if (!number_missing(cell.text, cell.size)) break;
        length--;
    }
    return length;
}

// One number; what is missing is the one before it. False: the row is left out.
static bool take_number(struct table_walk *w, const struct table_row *row, int column, bool first, float *value) {
    struct columns one = {.separator = w->columns->separator, .value_count = 1, .values = {column}};
    const struct columns *all = w->columns;
    w->columns = &one; // the rules for a row of one number
    bool good = table_values(w, row, value, !first);
    w->columns = all;
    return good;
}

static bool take_row(struct table_walk *w, const struct table_row *row, float *values, int *length) {
    double number;
    *length = length_of(w->columns, row);
    for (int k = 0; k < *length; k++) {
        struct cell cell = row->cells[w->columns->values[k]];
        if (table_number(w->columns, cell, &number)) {
            values[k] = (float)number;
            continue;
        }
        if (k > 0) values[k] = values[k - 1];
        if (!take_number(w, row, w->columns->values[k], k == 0, &values[k])) return false;
    }
    return true;
}

static bool read_rows(struct table_walk *w, struct cases *cases, struct err *err) {
    struct table_row row;
    const struct columns *c = w->columns;
    float *values = mem_array((size_t)c->value_count, sizeof *values);
    if (!values) return err_set(err, ERR_MEMORY, "no memory for a row of %d numbers", c->value_count);
    while (table_walk_next(w, &row, false)) {
        struct cell label = row.cells[c->label];
        int length;
        if (label.size == 0) {
            problem_add(w->log, PROBLEM_SKIPPED, row.line, 1, "expected a label, found none; skipped");
            continue;
        }
        if (!take_row(w, &row, values, &length)) continue;
        cases_begin(cases, row.line, label.text, label.size);
        for (int t = 0; t < length; t++)
            cases_vector(cases, &values[t]);
    }
    mem_free(values);
    return !w->failed;
}

static bool read_wide(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                      struct problem_log *log, struct err *err) {
    return cases_of_table(input, options, TABLE_WIDE,
                          "expected rows of numbers with a label, found none (--columns label=1,value=2-101)",
                          read_rows, out, log, err);
}

const struct reader reader_wide = {.id = "wide", .title = "many series, a row each", .sniff = sniff, .read = read_wide};
