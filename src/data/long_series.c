// Many series in long form: a row a timestep, with the id of its series, a time, values, and perhaps a label that is
// the same throughout. A series is a run of rows with one id; times are to grow within it.
#include "cases.h"
#include "mem.h"
#include "numbers.h"
#include "table_values.h"

#include <stdio.h>
#include <string.h>

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    struct columns columns;
    bool found = columns_find(input, options, TABLE_LONG, &columns, err);
    if (found) columns_tell(&columns, why, why_size);
    return found;
}

struct run { // of rows with one id
    char id[64];
    size_t id_size; // of the whole id
    bool open;
    bool timed; // the row before had a time
    double time;
};

static bool goes_on(const struct run *run, struct cell id) {
    size_t kept = id.size < sizeof run->id ? id.size : sizeof run->id;
    return run->open && run->id_size == id.size && memcmp(run->id, id.text, kept) == 0;
}

static void begin(struct run *run, struct cell id) {
    size_t kept = id.size < sizeof run->id ? id.size : sizeof run->id;
    *run = (struct run){.open = true, .id_size = id.size};
    if (kept > 0) memcpy(run->id, id.text, kept);
}

// A time that does not grow is told; the order stays that of the file.
static void check_time(struct table_walk *w, struct run *run, const struct table_row *row) {
    double time;
    bool timed = w->columns->time >= 0 && table_number(w->columns, row->cells[w->columns->time], &time);
    if (timed && run->timed && time <= run->time) {
        long line, column;
        table_place(&w->table, row, w->columns->time, &line, &column);
        problem_add(w->log, PROBLEM_OTHER, line, column, "expected a time above %g, found %g; kept in the file's order",
                    run->time, time);
    }
    run->timed = timed;
    run->time = timed ? time : 0;
}

static void take_row(struct table_walk *w, struct cases *cases, struct run *run, const struct table_row *row,
                     float *values) {
    const struct columns *c = w->columns;
    struct cell id = row->cells[c->id], label = c->label >= 0 ? row->cells[c->label] : (struct cell){0};
    bool same = goes_on(run, id);
    if (c->label >= 0 && label.size == 0) {
        problem_add(w->log, PROBLEM_SKIPPED, row->line, 1, "expected a label, found an empty one; skipped");
        return;
    }
    if (!table_values(w, row, values, same && cases_length(cases) > 0)) return;
    if (!same) {
        begin(run, id);
        cases_begin(cases, row->line, label.text, label.size);
    }
    check_time(w, run, row);
    cases_vector(cases, values);
}

static bool read_rows(struct table_walk *w, struct cases *cases, struct err *err) {
    struct table_row row;
    struct run run = {0};
    float *values = mem_array((size_t)w->columns->value_count, sizeof *values);
    if (!values) return err_set(err, ERR_MEMORY, "no memory for a row of %d numbers", w->columns->value_count);
    while (table_walk_next(w, &row, false))
        take_row(w, cases, &run, &row, values);
    mem_free(values);
    return !w->failed;
}

static bool read_long(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                      struct problem_log *log, struct err *err) {
    return cases_of_table(input, options, TABLE_LONG,
                          "expected rows with an id, a time and numbers, found none (--columns id=1,time=2,value=3)",
                          read_rows, out, log, err);
}

const struct reader reader_long = {
    .id = "long", .title = "many series, a row a timestep", .sniff = sniff, .read = read_long};
