#pragma once
// Rows of cells with a separator between (CSV, TSV), cut by libcsv: cells in double quotes may hold separators, line
// ends and doubled quotes. Row by row, with the lines of the file; nothing is kept but the row at hand. A quote that
// opens and does not close in its row would swallow the lines behind it: it is recognised and taken as a character.

#include "lines.h"

#include <csv.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    TABLE_COLUMNS_MOST = 4096,
    TABLE_ROW_LINES_MOST = 500, // of a cell in quotes
    TABLE_STRAYS_MOST = 100,    // behind so many stray quotes a cell in quotes has few lines
    TABLE_ROW_LINES_FEW = 5,
};

struct cell {
    const char *text; // spaces around it are gone, and the quotes
    size_t size;
};

struct table_row {
    const struct cell *cells; // until the next row
    int count;                // 0: an empty line
    long line, last_line;     // where it begins and ends
    bool stray;               // a quote in it was taken as a character
    long quote_line, quote_column;
    const char *start; // in the file
    size_t size;
};

struct table {
    struct csv_parser csv;
    struct lines lines;
    char separator;
    long strays; // quotes so far that were taken as characters
    int columns; // how many a row should have, 0 = unknown; tells stray quotes better
    // internal: the row at hand
    char *text;
    size_t text_size, text_room;
    size_t *ends; // of cells in text
    struct cell *cells;
    int count, cell_room;
    bool done, no_memory;
};

// False where memory ran out. table_release() in any case.
bool table_start(struct table *table, const char *bytes, size_t size, char separator, int columns);
void table_release(struct table *table);
// False behind the last row, and where memory ran out (table->no_memory).
bool table_next(struct table *table, struct table_row *row);
// Line and column (characters, from 1) of cell number `index` of a row of this file; -1: of the last one of its first
// line.
void table_place(const struct table *table, const struct table_row *row, int index, long *line, long *column);
