// The first rows of a table, kept whole, and its separator.
#include "column_rules.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 2000, CELLS_MOST = 1 << 19, STRAYS = 10 };
static const size_t BYTES = 1 << 20;
static const char separators[] = "\t,;|";

// Whole lines of the beginning.
static size_t beginning(const char *bytes, size_t size) {
    if (size <= BYTES) return size;
    const char *end = memrchr(bytes, '\n', BYTES);
    return end ? (size_t)(end - bytes) + 1 : BYTES;
}

// The width that most rows have, and the share of rows that have it.
static int common_width(struct sample *s, const char *bytes, size_t size, char separator, double *share) {
    struct table table;
    struct table_row row;
    int *counts = mem_array(TABLE_COLUMNS_MOST + 1, sizeof *counts), rows = 0, best = 0;
    bool good = table_start(&table, bytes, size, separator, 0) && counts;
    // with a wrong separator quotes do not close: that is seen soon
    while (good && rows < ROWS && table.strays < STRAYS && table_next(&table, &row)) {
        if (row.count == 0) continue;
        rows++;
        counts[row.count <= TABLE_COLUMNS_MOST ? row.count : 0]++;
    }
    s->no_memory |= !good || table.no_memory;
    for (int k = 1; good && k <= TABLE_COLUMNS_MOST; k++)
        if (counts[k] > counts[best] || best == 0) best = counts[k] > 0 ? k : best;
    *share = rows > 0 && good && (table.strays < STRAYS || table.strays * 20 < rows) ? (double)counts[best] / rows : 0;
    mem_free(counts);
    table_release(&table);
    return best;
}

static bool keep_rows(struct sample *s, const char *bytes, size_t size) {
    struct table table;
    struct table_row row;
    size_t room = (size_t)ROWS * (size_t)s->columns, used = 0;
    if (room > CELLS_MOST) room = CELLS_MOST / (size_t)s->columns * (size_t)s->columns;
    if (room > size + (size_t)s->columns) room = size + (size_t)s->columns; // every cell ends in a byte
    s->cells = mem_array(room, sizeof *s->cells);
    s->text = mem_alloc(size + 1);
    bool good = table_start(&table, bytes, size, s->separator, s->columns) && s->cells && s->text;
    while (good && (size_t)(s->rows + 1) * (size_t)s->columns <= room && table_next(&table, &row)) {
        if (row.count == 0) continue;
        if (row.count != s->columns) {
            s->ragged++;
            continue;
        }
        struct cell *cells = s->cells + (size_t)s->rows++ * (size_t)s->columns;
        for (int c = 0; c < row.count; c++) {
            cells[c] = (struct cell){.text = s->text + used, .size = row.cells[c].size};
            if (row.cells[c].size > 0) memcpy(s->text + used, row.cells[c].text, row.cells[c].size);
            used += row.cells[c].size;
        }
    }
    s->no_memory |= !good || table.no_memory;
    table_release(&table);
    return !s->no_memory && s->rows > 0;
}

bool sample_take(struct sample *s, const char *bytes, size_t size, char separator, bool asked) {
    double needed = asked ? 0.5 : 0.9, best = 0;
    *s = (struct sample){.separator = separator ? separator : ',', .columns = 1};
    size = beginning(bytes, size);
    for (const char *at = separators; *at && !s->no_memory; at++) {
        double share;
        char one = separator ? separator : *at;
        int width = common_width(s, bytes, size, one, &share);
        // semicolons part columns of numbers with a decimal comma: equal shares go to them
        bool better = share > best + 0.02 || (one == ';' && s->separator == ',' && width > 1 && share >= best);
        if (width > 1 && share >= needed && better) {
            s->separator = one;
            s->columns = width;
            best = share;
        }
        if (separator) break;
    }
    return !s->no_memory && keep_rows(s, bytes, size);
}

void sample_release(struct sample *s) {
    mem_free(s->cells);
    mem_free(s->text);
}
