// The rows of a table for its readers: header, progress, and what is done about rows that are not as they should be.
#include "columns.h"
#include "mem.h"
#include "numbers.h"
#include "problems.h"
#include "str.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN = 40 };

bool table_number(const struct columns *columns, struct cell cell, double *out) {
    char copy[64];
    const char *comma = columns->separator == ',' ? NULL : memchr(cell.text, ',', cell.size);
    if (!comma || cell.size >= sizeof copy) return number_read(cell.text, cell.size, out);
    memcpy(copy, cell.text, cell.size);
    copy[comma - cell.text] = '.';
    return number_read(copy, cell.size, out);
}

// Names, roles, separator and header, for those who look at the data set.
static bool note_columns(struct table_walk *w, const struct table_row *header) {
    struct dataset *d = w->out;
    const struct columns *c = w->columns;
    snprintf(d->separator, sizeof d->separator, "%c", c->separator);
    d->column_count = c->count;
    d->columns = mem_array((size_t)c->count, sizeof *d->columns);
    if (!d->columns) return err_set(w->err, ERR_MEMORY, "no memory for %d columns", c->count);
    for (int k = 0; k < c->count; k++)
        d->columns[k].role = c->roles[k];
    if (!header) return true;
    d->header_line = (int)header->line;
    for (int k = 0; k < c->count && k < header->count; k++) {
        size_t size = header->cells[k].size;
        if (size >= sizeof d->columns[k].name) size = sizeof d->columns[k].name - 1;
        while (size > 0 && size < header->cells[k].size && ((unsigned char)header->cells[k].text[size] & 0xC0) == 0x80)
            size--; // no character is cut
        memcpy(d->columns[k].name, header->cells[k].text, size);
    }
    return true;
}

static void fail(struct table_walk *w) {
    w->failed = true;
}

bool table_walk_start(struct table_walk *w, const struct reader_input *input, const struct data_options *options,
                      const struct columns *columns, struct dataset *out, struct problem_log *log, struct err *err) {
    *w = (struct table_walk){.columns = columns, .options = options, .log = log, .out = out, .err = err};
    w->pace = (struct reader_pace){.input = input, .options = options, .share = 1};
    w->header_next = columns->header;
    w->repaired = mem_array((size_t)columns->count, sizeof *w->repaired);
    if (!table_start(&w->table, input->bytes, input->size, columns->separator, columns->count) || !w->repaired)
        return err_set(err, ERR_MEMORY, "no memory for rows of %d columns", columns->count);
    return columns->header || note_columns(w, NULL);
}

void table_walk_again(struct table_walk *w, double done, double share) {
    const struct reader_input *input = w->pace.input;
    w->table.lines = lines_of(input->bytes, input->size);
    w->pace = (struct reader_pace){.input = input, .options = w->options, .done = done, .share = share};
    w->header_next = w->columns->header;
}

void table_walk_release(struct table_walk *w) {
    table_release(&w->table);
    mem_free(w->repaired);
}

static void take_header(struct table_walk *w, const struct table_row *row, bool quiet) {
    w->header_next = false;
    if (w->out->columns) return;
    if (!note_columns(w, row)) fail(w);
    if (!quiet) problem_add(w->log, PROBLEM_OTHER, row->line, 1, "taken as the names of the columns");
}

// "a,b,c..." of the row as it stands.
static void shown(const struct table_row *row, char out[SHOWN + 8]) {
    size_t size = 0;
    while (size < row->size && row->start[size] != '\n' && row->start[size] != '\r')
        size++;
    size_t most = size < SHOWN ? size : SHOWN;
    while (most > 0 && most < size && ((unsigned char)row->start[most] & 0xC0) == 0x80)
        most--; // no character is cut
    snprintf(out, SHOWN + 8, "%.*s%s", (int)most, row->start, most < row->size ? "..." : "");
}

// Too few cells are filled with empty ones, too many are cut off; or the row is left out.
static bool mend_ragged(struct table_walk *w, struct table_row *row, bool quiet) {
    int wanted = w->columns->count;
    bool repair = problem_choice(w->options, PROBLEM_RAGGED, row->line) == ACTION_REPAIR;
    char text[SHOWN + 8];
    if (!quiet) {
        shown(row, text);
        problem_add_done(w->log, PROBLEM_RAGGED, repair ? ACTION_REPAIR : ACTION_SKIP, row->line, 1,
                         "expected %d column%s, found %d: \"%s\"; %s", wanted, wanted == 1 ? "" : "s", row->count, text,
                         !repair               ? "skipped"
                         : row->count < wanted ? "the rest is taken as empty"
                                               : "the rest is left out");
    }
    if (!repair) return false;
    for (int k = 0; k < wanted; k++)
        w->repaired[k] = k < row->count ? row->cells[k] : (struct cell){.text = ""};
    row->cells = w->repaired;
    row->count = wanted;
    return true;
}

static bool take_stray(struct table_walk *w, const struct table_row *row, bool quiet) {
    bool skip = problem_choice(w->options, PROBLEM_QUOTE, row->quote_line) == ACTION_SKIP;
    if (!quiet)
        problem_add_done(w->log, PROBLEM_QUOTE, skip ? ACTION_SKIP : ACTION_REPAIR, row->quote_line, row->quote_column,
                         "a quote opens here and does not close in its row; %s",
                         skip ? "the line is skipped" : "taken as a character");
    return !skip;
}

bool table_walk_next(struct table_walk *w, struct table_row *row, bool quiet) {
    while (table_next(&w->table, row)) {
        if (!reader_go_on(&w->pace, row->start, w->err)) fail(w);
        if (w->failed) return false;
        if (row->count == 0) {
            if (!quiet)
                problem_add(w->log, PROBLEM_EMPTY_LINE, row->line, 1, "expected a row, found an empty line; skipped");
            continue;
        }
        if (w->header_next) {
            take_header(w, row, quiet);
            if (w->failed) return false;
            continue;
        }
        if (row->stray && !take_stray(w, row, quiet)) continue;
        if (row->count == w->columns->count || mend_ragged(w, row, quiet)) return true;
    }
    if (w->table.no_memory) {
        err_at(w->err, ERR_MEMORY, w->pace.input->path, 0, 0, "no memory for a row of the table");
        fail(w);
    }
    return false;
}
