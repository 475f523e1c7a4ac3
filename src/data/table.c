#include "table.h"

#include "mem.h"
#include "str.h"

#include <string.h>

enum { FIRST_TEXT = 1024, FIRST_CELLS = 64, NO_QUOTE = 0, CSV_GROWTH = 1 << 16 };

// csv.h lets the room of a cell grow by 128 bytes at a time, which is long for one of megabytes.
static bool start_csv(struct csv_parser *csv, char separator) {
    if (csv_init(csv, 0) != 0) return false;
    csv_set_delim(csv, (unsigned char)separator);
    csv_set_blk_size(csv, CSV_GROWTH);
    return true;
}

bool table_start(struct table *t, const char *bytes, size_t size, char separator, int columns) {
    *t = (struct table){.lines = lines_of(bytes, size), .separator = separator, .columns = columns};
    t->no_memory = !start_csv(&t->csv, separator);
    return !t->no_memory;
}

void table_release(struct table *t) {
    csv_free(&t->csv);
    mem_free(t->text);
    mem_free(t->ends);
    mem_free(t->cells);
}

static bool grow_text(struct table *t, size_t more) {
    size_t room = t->text_room ? t->text_room : FIRST_TEXT;
    while (room < t->text_size + more)
        room *= 2;
    char *text = mem_grow(t->text, t->text_size, room);
    t->no_memory |= !text;
    if (!text) return false;
    t->text = text;
    t->text_room = room;
    return true;
}

static bool grow_cells(struct table *t) {
    size_t old = (size_t)t->cell_room, new = old ? 2 * old : FIRST_CELLS;
    size_t *ends = mem_grow(t->ends, old * sizeof *ends, new * sizeof *ends);
    if (ends) t->ends = ends;
    struct cell *cells = ends ? mem_grow(t->cells, old * sizeof *cells, new * sizeof *cells) : NULL;
    t->no_memory |= !cells;
    if (!cells) return false;
    t->cells = cells;
    t->cell_room = (int)new;
    return true;
}

static void on_cell(void *text, size_t size, void *context) {
    struct table *t = context;
    if (t->no_memory || (t->text_size + size > t->text_room && !grow_text(t, size))) return;
    if (t->count == t->cell_room && !grow_cells(t)) return;
    if (size > 0) memcpy(t->text + t->text_size, text, size);
    t->text_size += size;
    t->ends[t->count++] = t->text_size;
}

static void on_row(int end, void *context) {
    struct table *t = context;
    (void)end;
    t->done = true;
}

static void feed(struct table *t, const char *bytes, size_t size) {
    if (csv_parse(&t->csv, bytes, size, on_cell, on_row, t) != size) t->no_memory = true;
}

static void feed_line(struct table *t, const struct line *line) {
    if (line->end == END_LF) {
        feed(t, line->text, line->size + 1);
        return;
    }
    feed(t, line->text, line->size);
    feed(t, "\n", 1); // whatever ends it in the file
}

// Ends whatever is open, and forgets it.
static void forget(struct table *t) {
    csv_fini(&t->csv, NULL, NULL, NULL);
    t->count = 0;
    t->text_size = 0;
    t->done = false;
}

static int separators_in(const struct table *t, const struct line *line) {
    int count = 0;
    for (const char *at = line->text, *stop = at + line->size; (at = memchr(at, t->separator, (size_t)(stop - at)));
         at++)
        count++;
    return count;
}

// A row over several lines whose inner lines all look like rows of their own, or that does not have the columns that a
// row has.
static bool looks_swallowed(const struct table *t, long inner, long like_rows) {
    if (t->columns < 2) return false;
    if (t->count != t->columns) return true;
    return like_rows == inner && inner >= (t->columns > 2 ? 1 : 2);
}

static void finish_row(struct table *t, struct table_row *row, const char *end) {
    for (int k = 0; k < t->count; k++) {
        size_t start = k > 0 ? t->ends[k - 1] : 0;
        t->cells[k] = (struct cell){.text = t->text ? t->text + start : "", .size = t->ends[k] - start};
    }
    row->cells = t->cells;
    row->count = t->count;
    row->size = (size_t)(end - row->start);
}

// The first line of the row again, without quotes.
static void take_as_character(struct table *t, struct table_row *row, const struct line *first, struct lines after) {
    forget(t);
    table_place(t, row, -1, &row->quote_line, &row->quote_column); // of the cell that was open
    csv_set_quote(&t->csv, NO_QUOTE);
    feed_line(t, first);
    csv_set_quote(&t->csv, CSV_QUOTE);
    t->lines = after;
    row->stray = true;
    t->strays++;
    row->last_line = first->number;
}

bool table_next(struct table *t, struct table_row *row) {
    struct line line;
    if (t->no_memory || !lines_next(&t->lines, &line)) return false;
    t->count = 0;
    t->text_size = 0;
    t->done = false;
    *row = (struct table_row){.line = line.number, .last_line = line.number, .start = line.text, .size = line.size};
    feed_line(t, &line);
    if (!t->done && t->csv.pstate != 0 && !t->no_memory) { // a cell goes on in the next line
        struct line first = line;
        struct lines after = t->lines;
        long inner = -1, like_rows = -1; // the last line is none of the inner ones
        bool like = true;
        long most = t->strays < TABLE_STRAYS_MOST ? TABLE_ROW_LINES_MOST : TABLE_ROW_LINES_FEW;
        while (!t->done && !t->no_memory && inner < most && lines_next(&t->lines, &line)) {
            inner++;
            like_rows += like;
            like = separators_in(t, &line) + 1 == t->columns;
            feed_line(t, &line);
        }
        row->last_line = line.number;
        if (!t->done || looks_swallowed(t, inner, like_rows)) take_as_character(t, row, &first, after);
        if (row->stray) line = first;
    }
    if (t->no_memory) return false;
    finish_row(t, row, line.text + line.size);
    return true;
}

// For table_place(): counts the cells that end.
static void count_cell(void *text, size_t size, void *context) {
    (void)text, (void)size;
    ++*(int *)context;
}

static void no_row(int end, void *context) {
    (void)end, (void)context;
}

void table_place(const struct table *t, const struct table_row *row, int index, long *line, long *column) {
    // the first line alone where the last cell of it is asked for
    struct csv_parser csv;
    const char *line_end = memchr(row->start, '\n', (size_t)(t->lines.stop - row->start));
    const char *stop = index < 0 ? (line_end ? line_end : t->lines.stop) : row->start + row->size;
    const char *at = row->start, *found = at, *line_start = at;
    int cells = 0;
    *line = row->line;
    *column = 1;
    if (!start_csv(&csv, t->separator)) return;
    if (row->stray) csv_set_quote(&csv, NO_QUOTE);
    for (; at < stop && (index < 0 || cells < index); at++) {
        int before = cells;
        csv_parse(&csv, at, 1, count_cell, no_row, &cells);
        if (cells > before) found = at + 1;
        if (*at == '\n' && index >= 0) {
            ++*line;
            line_start = at + 1;
        }
    }
    csv_free(&csv);
    while (found < stop && (*found == ' ' || (*found == '\t' && t->separator != '\t')))
        found++;
    *column = (long)utf8_count(line_start, (size_t)(found - line_start)) + 1;
}
