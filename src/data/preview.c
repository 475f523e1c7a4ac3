#include "preview.h"

#include "column_rules.h"
#include "fields.h"
#include "file.h"
#include "mem.h"
#include "preview_examples.h"
#include "reader.h"
#include "str.h"
#include "table.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form { FORM_LINES, FORM_TABLE, FORM_FIELDS, FORM_TAGGED, FORM_KEYS, FORM_EXAMPLES, FORM_TIMESTEPS };
enum { STRIDE = 32, PACE_ROWS = 1 << 16 };

struct mark { // where a row begins
    size_t offset;
    long line, strays;
};

struct preview {
    const struct dataset *dataset;
    enum form form;
    char separator[16];
    bool header;
    struct bytes file;
    struct decoded_text text;
    struct dataset_column *columns;
    int column_count;
    struct mark *marks; // of rows 0, 32, 64 ...
    long mark_count, mark_room, rows, lines;
    long block, next; // the cursor stands before row `next` of 32 in this block, -1 = in none
    struct lines cursor;
    struct table table; // of FORM_TABLE: has the cursor
    struct str made;    // cells that are in no file
};

// ---- what there is ----

static enum form form_of(const struct dataset *d) {
    static const char *const made[] = {"fasta", "ts", "piano-roll", "npy", "folder", "task"};
    for (size_t k = 0; k < sizeof made / sizeof *made; k++)
        if (strcmp(d->reader, made[k]) == 0) return d->shape == TEXT_WHOLE ? FORM_TIMESTEPS : FORM_EXAMPLES;
    if (strcmp(d->reader, "jsonl") == 0) return FORM_KEYS;
    if (strcmp(d->reader, "conll") == 0) return FORM_TAGGED;
    if (!d->columns || !d->separator[0]) return FORM_LINES;
    bool by_line = strcmp(d->reader, "pairs") == 0 && d->header_line == 0;
    return by_line || d->separator[1] ? FORM_FIELDS : FORM_TABLE;
}

// A file that was read line by line may be a table all the same: then a person can say what its columns are. Two
// columns with a comma between are more often prose. False when memory ran out.
static bool look_for_table(struct preview *p) {
    const char *name = p->dataset->name;
    bool named = file_ends_with(name, ".csv") || file_ends_with(name, ".tsv");
    struct sample sample;
    if (p->dataset->shape != TEXT_LINES) return true;
    bool good = sample_take(&sample, p->text.bytes, p->text.size, 0, false) &&
                sample.columns > (named || sample.separator == '\t' ? 1 : 2);
    if (good) {
        snprintf(p->separator, sizeof p->separator, "%c", sample.separator);
        p->header = rule_header(&sample, -1);
        p->column_count = sample.columns;
        p->columns = mem_array((size_t)sample.columns, sizeof *p->columns);
    }
    for (int k = 0; good && p->columns && p->header && k < sample.columns; k++)
        snprintf(p->columns[k].name, sizeof p->columns->name, "%.*s", (int)sample.cells[k].size, sample.cells[k].text);
    bool ran_out = sample.no_memory || (good && !p->columns);
    sample_release(&sample);
    if (good) p->form = FORM_TABLE;
    return !ran_out;
}

static struct dataset_column *columns_of(const struct preview *p, int *count) {
    const struct dataset *d = p->dataset;
    if (p->form == FORM_EXAMPLES || p->form == FORM_TIMESTEPS) return example_columns(d, count);
    *count = p->form == FORM_TAGGED ? 2 : p->form == FORM_LINES ? 1 : d->column_count;
    struct dataset_column *columns = mem_array((size_t)*count, sizeof *columns);
    if (!columns) return NULL;
    if (p->form == FORM_TAGGED) {
        columns[0] = (struct dataset_column){"token", ROLE_TOKENS};
        columns[1] = (struct dataset_column){"tag", ROLE_TAGS};
    } else if (p->form == FORM_LINES)
        columns[0] = (struct dataset_column){"line", ROLE_TEXT};
    else
        memcpy(columns, d->columns, (size_t)*count * sizeof *columns);
    return columns;
}

// ---- the rows of the file ----

// Puts the cursor before a row; `stop`: where the last of its block ends. No further, or a lone CR would be looked for
// up to the end of the file.
static void go_to(struct preview *p, const struct mark *mark, size_t stop) {
    p->cursor = lines_of(p->text.bytes + mark->offset, stop - mark->offset);
    p->cursor.number = mark->line - 1;
    if (p->form == FORM_TABLE) {
        p->table.lines = p->cursor;
        p->table.strays = mark->strays;
    }
}

// The next row of the file: where it begins, and its cells (of FORM_TABLE) or its line.
static bool advance(struct preview *p, struct mark *mark, struct table_row *row, struct line *line) {
    mark->strays = p->table.strays;
    if (p->form == FORM_TABLE) {
        if (!table_next(&p->table, row)) return false;
        mark->offset = (size_t)(row->start - p->text.bytes);
        mark->line = row->line;
        p->lines = row->last_line > p->lines ? row->last_line : p->lines;
        return true;
    }
    if (!lines_next(&p->cursor, line)) return false;
    mark->offset = (size_t)(line->text - p->text.bytes);
    mark->line = line->number;
    p->lines = line->number > p->lines ? line->number : p->lines;
    return true;
}

static bool add_mark(struct preview *p, const struct mark *mark) {
    if (p->mark_count == p->mark_room) {
        size_t old = (size_t)p->mark_room * sizeof *mark, new = old ? 2 * old : 256 * sizeof *mark;
        struct mark *marks = mem_grow(p->marks, old, new);
        if (!marks) return false;
        p->marks = marks;
        p->mark_room = (long)(new / sizeof *marks);
    }
    p->marks[p->mark_count++] = *mark;
    return true;
}

static bool no_memory(struct err *err) {
    return err_set(err, ERR_MEMORY, "no memory to look at the file");
}

static bool find_rows(struct preview *p, bool (*progress)(void *, double), void *context, struct err *err) {
    struct mark mark;
    struct table_row row = {0};
    struct line line = {0};
    go_to(p, &(struct mark){.line = 1}, p->text.size);
    while (advance(p, &mark, &row, &line)) {
        if (p->dataset->header_line > 0 && mark.line == p->dataset->header_line) {
            p->rows = p->mark_count = 0; // nothing above it is a row
            continue;
        }
        if (p->rows % STRIDE == 0 && !add_mark(p, &mark)) return no_memory(err);
        if (++p->rows % PACE_ROWS == 0 && progress && !progress(context, (double)mark.offset / (double)p->text.size))
            return err_set(err, ERR_STOPPED, "reading was stopped");
    }
    p->block = -1;
    return !p->table.no_memory || no_memory(err);
}

static bool open_file(struct preview *p, const char *path, struct err *err) {
    if (!file_read(path, DATASET_MAX_BYTES, &p->file, err)) return false;
    if (!text_decode(&p->text, path, p->file.data, p->file.size, p->dataset->encoding, err)) return false;
    p->header = p->dataset->header_line > 0;
    p->column_count = p->dataset->column_count;
    snprintf(p->separator, sizeof p->separator, "%s", p->dataset->separator);
    if (p->form == FORM_LINES && !look_for_table(p)) return no_memory(err);
    return p->form != FORM_TABLE ||
           table_start(&p->table, p->text.bytes, p->text.size, p->separator[0], p->column_count) || no_memory(err);
}

struct preview *preview_new(const char *path, const struct dataset *d, bool (*progress)(void *, double), void *context,
                            struct err *err) {
    struct preview *p = mem_need(1, sizeof *p);
    p->dataset = d;
    p->form = form_of(d);
    bool good = true, made = p->form == FORM_EXAMPLES || p->form == FORM_TIMESTEPS;
    if (made)
        p->rows = p->form == FORM_EXAMPLES ? d->example_count : (long)d->symbol_count;
    else
        good = open_file(p, path, err) && find_rows(p, progress, context, err);
    if (good && !p->columns) p->columns = columns_of(p, &p->column_count);
    if (good && !p->columns) good = no_memory(err);
    if (good) return p;
    preview_free(p);
    return NULL;
}

void preview_free(struct preview *p) {
    if (!p) return;
    if (p->form == FORM_TABLE) table_release(&p->table);
    decoded_text_release(&p->text);
    bytes_release(&p->file);
    mem_free(p->marks);
    mem_free(p->columns);
    str_release(&p->made);
    mem_free(p);
}

long preview_rows(const struct preview *p) {
    return p->rows;
}

bool preview_of_file(const struct preview *p) {
    return p->form != FORM_EXAMPLES && p->form != FORM_TIMESTEPS;
}

long preview_lines(const struct preview *p) {
    return p->lines;
}

int preview_columns(const struct preview *p, const struct dataset_column **out) {
    *out = p->columns;
    return p->column_count;
}

const char *preview_separator(const struct preview *p, bool *header) {
    bool one = p->separator[0] && !p->separator[1];
    *header = p->header;
    return (p->form == FORM_TABLE || p->form == FORM_FIELDS) && one ? p->separator : "";
}

// ---- one row ----

static int take_fields(const struct preview *p, const struct line *line, struct preview_cell *cells) {
    struct field fields[PREVIEW_CELLS_MOST];
    const char *separator = p->dataset->separator;
    int n = fields_of(line, p->form == FORM_TAGGED ? "\t" : separator, fields, PREVIEW_CELLS_MOST);
    if (p->form == FORM_TAGGED && n == 1) n = fields_of(line, " ", fields, PREVIEW_CELLS_MOST);
    if (n > PREVIEW_CELLS_MOST) n = PREVIEW_CELLS_MOST;
    for (int k = 0; k < n; k++)
        cells[k] = (struct preview_cell){fields[k].text, fields[k].size};
    if (p->form == FORM_TAGGED && n > 2) { // the tag is the last
        cells[1] = cells[n - 1];
        n = 2;
    }
    return n;
}

static void put_json(struct str *out, const json_t *value) {
    if (json_is_string(value)) {
        str_put_n(out, json_string_value(value), json_string_length(value));
        return;
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (text) str_put(out, text);
    free(text); // jansson's
}

// Keys in the order of the columns; a line that is no object stands as it is.
static int take_keys(struct preview *p, const struct line *line, struct preview_cell *cells) {
    size_t ends[PREVIEW_CELLS_MOST];
    int n = p->column_count < PREVIEW_CELLS_MOST ? p->column_count : PREVIEW_CELLS_MOST;
    json_t *object = json_loadb(line->text, line->size, 0, NULL);
    str_clear(&p->made);
    for (int k = 0; json_is_object(object) && k < n; k++) {
        const json_t *value = json_object_get(object, p->columns[k].name);
        if (value) put_json(&p->made, value);
        ends[k] = p->made.size;
    }
    bool good = json_is_object(object);
    json_decref(object);
    if (!good) cells[0] = (struct preview_cell){line->text, line->size};
    if (!good) return 1;
    for (int k = 0; k < n; k++) {
        size_t start = k > 0 ? ends[k - 1] : 0;
        cells[k] = (struct preview_cell){str_text(&p->made) + start, ends[k] - start};
    }
    return n;
}

static int take_cells(struct preview *p, const struct table_row *row, const struct line *line,
                      struct preview_cell *cells) {
    if (p->form == FORM_TABLE) {
        int n = row->count < PREVIEW_CELLS_MOST ? row->count : PREVIEW_CELLS_MOST;
        for (int k = 0; k < n; k++)
            cells[k] = (struct preview_cell){row->cells[k].text, row->cells[k].size};
        return n;
    }
    if (line->size == 0) return 0;
    if (p->form == FORM_KEYS) return take_keys(p, line, cells);
    if (p->form != FORM_LINES) return take_fields(p, line, cells);
    cells[0] = (struct preview_cell){line->text, line->size};
    return 1;
}

int preview_row(struct preview *p, long row, struct preview_cell *cells, long *line) {
    struct mark mark = {0};
    struct table_row table_row = {0};
    struct line text = {0};
    *line = 0;
    if (row < 0 || row >= p->rows) return 0;
    if (!preview_of_file(p)) return example_cells(p->dataset, row, &p->made, cells, line);
    long block = row / STRIDE;
    if (row < p->next || block != p->block) {
        go_to(p, &p->marks[block], block + 1 < p->mark_count ? p->marks[block + 1].offset : p->text.size);
        p->block = block;
        p->next = block * STRIDE;
    }
    do
        if (!advance(p, &mark, &table_row, &text)) return 0;
    while (p->next++ < row);
    *line = mark.line;
    return take_cells(p, &table_row, &text, cells);
}

static long find_example(const struct dataset *d, long line) {
    long found = 0;
    for (int i = 0; i < d->example_count && d->shape == TEXT_LINES; i++)
        if (d->examples[i].line == line) return i;
    return found;
}

long preview_find(struct preview *p, long line) {
    if (!preview_of_file(p)) return find_example(p->dataset, line);
    long low = 0, high = p->mark_count;
    while (high - low > 1) {
        long middle = low + (high - low) / 2;
        if (p->marks[middle].line <= line)
            low = middle;
        else
            high = middle;
    }
    struct preview_cell cells[PREVIEW_CELLS_MOST];
    long row = low * STRIDE, begins = 0;
    while (row + 1 < p->rows && row + 1 < (low + 1) * STRIDE) {
        preview_row(p, row + 1, cells, &begins);
        if (begins > line) break;
        row++;
    }
    return row;
}
