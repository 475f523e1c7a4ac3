#pragma once
// What the columns of a table are: separator, header and roles, found out from a sample of its rows or said by the
// options. Each reader of tables asks for its own kind.

#include "reader.h"
#include "table.h"

enum table_kind {
    TABLE_SERIES,   // a row a timestep: values, and perhaps a time
    TABLE_LONG,     // a row a timestep of one of many series: id, time, values, and perhaps a label
    TABLE_WIDE,     // a row a series: values, and a label
    TABLE_LABELLED, // a row a text and its label
    TABLE_PAIRS,    // a row a text and its target
    TABLE_TEXTS,    // a row a text
    TABLE_KIND_COUNT
};

struct columns {
    enum table_kind kind;
    char separator;
    int count, header;                 // header: 0 or 1
    int text, label, target, id, time; // columns from 0, -1 = none
    int values[TABLE_COLUMNS_MOST], value_count;
    enum column_role roles[TABLE_COLUMNS_MOST];
};

// Is it a table of that kind? False with err->code ERR_NONE where it is not; else with what is wrong (the options'
// columns are not there, memory ran out).
bool columns_find(const struct reader_input *input, const struct data_options *options, enum table_kind kind,
                  struct columns *out, struct err *err);
// "4 columns with a comma between: column 1 is the label, columns 2 to 4 values"
void columns_tell(const struct columns *columns, char *out, size_t size);

// One entry of "text=2,label=1,value=3-8,id=name": a role, and columns by number (from 1) or by name.
struct column_wish {
    enum column_role role;
    char name[48]; // "" where there are numbers
    int first, last;
};
enum { COLUMN_WISHES_MOST = 64 };
// Returns how many; -1 with err (ERR_USAGE).
int columns_parse(const char *text, struct column_wish *out, struct err *err);
bool columns_check(const char *text, struct err *err);
// The columns of a data set as such a text.
struct str;
void columns_describe(const struct dataset *dataset, struct str *out);

// ---- for the readers: the rows of a table, with what is wrong with them told ----

struct table_walk {
    struct table table;
    const struct columns *columns;
    const struct data_options *options;
    struct problem_log *log;
    struct dataset *out;
    struct reader_pace pace;
    struct err *err;
    bool header_next, failed;
    struct cell *repaired; // internal: a row of the right width
};
bool table_walk_start(struct table_walk *walk, const struct reader_input *input, const struct data_options *options,
                      const struct columns *columns, struct dataset *out, struct problem_log *log, struct err *err);
// The next row with as many cells as there are columns. Header, empty lines, rows that are left out and stray quotes
// become problems; quiet: not again. False at the end, or with walk->failed and err.
bool table_walk_next(struct table_walk *walk, struct table_row *row, bool quiet);
void table_walk_release(struct table_walk *walk);
// From the first row again; share: of the progress, as reader.h.
void table_walk_again(struct table_walk *walk, double done, double share);
// A number of a cell: with a decimal comma where that does not part columns.
bool table_number(const struct columns *columns, struct cell cell, double *out);
