// Tables of texts: with a label (few different values, short), or alone. Other columns are left out, and that is said.
#include "columns.h"
#include "rows.h"

#include <stdio.h>

static bool find(const struct reader_input *input, const struct data_options *options, struct columns *columns,
                 struct err *err) {
    if (columns_find(input, options, TABLE_LABELLED, columns, err)) return true;
    return err->code == ERR_NONE && options->columns && columns_find(input, options, TABLE_TEXTS, columns, err);
}

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    struct columns columns;
    bool found = find(input, options, &columns, err);
    if (found) columns_tell(&columns, why, why_size);
    return found || err->code != ERR_NONE; // what is wrong is told by reading
}

static bool collect(struct table_walk *walk, const struct columns *columns, struct rows *rows, struct err *err) {
    struct table_row row;
    while (table_walk_next(walk, &row, false)) {
        struct cell text = row.cells[columns->text];
        struct cell label = columns->label < 0 ? (struct cell){0} : row.cells[columns->label];
        rows_add(rows, &(struct row){.input = rows_keep(rows, text.text, text.size),
                                     .input_size = text.size,
                                     .answer = columns->label < 0 ? NULL : rows_keep(rows, label.text, label.size),
                                     .answer_size = label.size,
                                     .line = row.line});
        if (!rows_check(rows, err)) return false;
    }
    return !walk->failed;
}

static bool read_labelled(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                          struct problem_log *log, struct err *err) {
    struct columns columns;
    if (!find(input, options, &columns, err))
        return err->code != ERR_NONE
                   ? false
                   : err_at(err, ERR_FORMAT, input->path, 0, 0,
                            "expected rows of columns with a tab, a comma, a semicolon or | between, one "
                            "of them a label; found none (--columns text=2,label=1 says which)");
    struct table_walk walk;
    struct rows rows = {0};
    bool good = table_walk_start(&walk, input, options, &columns, out, log, err);
    table_walk_again(&walk, 0, 0.5);
    good = good && collect(&walk, &columns, &rows, err);
    table_walk_release(&walk);
    if (good && columns.count > 1 + (columns.label >= 0))
        problem_add(log, PROBLEM_OTHER, 1, 1, "of %d columns the others than the text%s are left out", columns.count,
                    columns.label >= 0 ? " and the label" : "");
    good = good && rows_finish(&rows, columns.label >= 0 ? ANSWERS_ONE : ANSWERS_NEXT, input, options, out, log, err);
    rows_release(&rows);
    return good;
}

const struct reader reader_labelled = {
    .id = "labelled", .title = "texts with a label", .sniff = sniff, .read = read_labelled};
