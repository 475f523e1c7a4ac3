// Pairs: a source and a target a line, with a separator between (a tab, "_", "|", "=>" or one of the user's). Both
// sides are trimmed of the spaces that pad them. What stands behind a second separator (a remark, a licence) is no
// data, and is said once.
#include "columns.h"
#include "fields.h"
#include "mem.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

enum { SNIFFED = 200 };
static const char *const separators[] = {"\t", " => ", "=>", "|||", "|", "_"};

// How many of the lines have a text on both sides of the separator; exact: and nothing more.
static int pairs_in(const struct line *lines, int count, const char *separator, bool exact, int *filled) {
    int good = 0;
    *filled = 0;
    for (int i = 0; i < count; i++) {
        struct field fields[2];
        if (lines[i].size == 0) continue;
        (*filled)++;
        int n = fields_of(&lines[i], separator, fields, 2);
        if (n < 2 || (exact && n > 2)) continue;
        good += field_plain(fields[0]).size > 0 && field_plain(fields[1]).size > 0;
    }
    return good;
}

// The separator that nearly every line has; a tab may be followed by further columns.
static const char *find_separator(const struct reader_input *input) {
    struct line lines[SNIFFED];
    int count = reader_first_lines(input, lines, SNIFFED), filled;
    for (size_t k = 0; k < sizeof separators / sizeof *separators; k++) {
        bool tab = separators[k][0] == '\t';
        int good = pairs_in(lines, count, separators[k], !tab, &filled);
        if (filled >= 2 && good * 100 >= filled * 98) return separators[k];
    }
    return NULL;
}

// Tables with a header of well-known names, or whose columns the options name.
static bool is_table(const struct reader_input *input, const struct data_options *options, struct columns *columns,
                     struct err *err) {
    return columns_find(input, options, TABLE_PAIRS, columns, err);
}

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    struct columns columns;
    if (is_table(input, options, &columns, err)) {
        columns_tell(&columns, why, why_size);
        return true;
    }
    if (options->columns) return err->code != ERR_NONE;
    const char *separator = options->separator ? options->separator : find_separator(input);
    if (!separator) return false;
    snprintf(why, why_size, "two texts a line, %s between", separator[0] == '\t' ? "a tab" : separator);
    return true;
}

static bool read_table(const struct reader_input *input, const struct data_options *options,
                       const struct columns *columns, struct dataset *out, struct problem_log *log, struct err *err) {
    struct table_walk walk;
    struct table_row row;
    struct rows rows = {0};
    bool good = table_walk_start(&walk, input, options, columns, out, log, err);
    table_walk_again(&walk, 0, 0.5);
    while (good && table_walk_next(&walk, &row, false)) {
        struct cell source = row.cells[columns->text], target = row.cells[columns->target];
        rows_add(&rows, &(struct row){.input = rows_keep(&rows, source.text, source.size),
                                      .input_size = source.size,
                                      .answer = rows_keep(&rows, target.text, target.size),
                                      .answer_size = target.size,
                                      .line = row.line});
        good = rows_check(&rows, err);
    }
    good = good && !walk.failed;
    table_walk_release(&walk);
    good = good && rows_finish(&rows, ANSWERS_SEQUENCE, input, options, out, log, err);
    rows_release(&rows);
    return good;
}

static bool read_lines(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                       struct problem_log *log, struct err *err) {
    const char *separator = options->separator ? options->separator : find_separator(input);
    if (!separator) separator = "\t";
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    struct rows rows = {0};
    struct reader_pace pace = {.input = input, .options = options, .share = 0.5};
    long more = 0, more_line = 0, more_column = 0;
    snprintf(out->separator, sizeof out->separator, "%s", separator);
    while (lines_next(&lines, &line)) {
        struct field fields[3];
        if (!reader_go_on(&pace, line.text, err)) {
            rows_release(&rows);
            return false;
        }
        if (line.size == 0) {
            problem_add(log, PROBLEM_EMPTY_LINE, line.number, 1, "expected a pair, found an empty line; skipped");
            continue;
        }
        int n = fields_of(&line, separator, fields, 3);
        if (n < 2) {
            problem_add(log, PROBLEM_SKIPPED, line.number, 1,
                        "expected a pair with \"%s\" between, found one text; skipped",
                        separator[0] == '\t' ? "\\t" : separator);
            continue;
        }
        if (n > 2 && more++ == 0) {
            more_line = line.number;
            more_column = reader_column(line.text, fields[2].text);
        }
        rows_add(&rows, &(struct row){.input = fields[0].text,
                                      .input_size = fields[0].size,
                                      .answer = fields[1].text,
                                      .answer_size = fields[1].size,
                                      .line = line.number});
    }
    out->column_count = more > 0 ? 3 : 2;
    out->columns = mem_need((size_t)out->column_count, sizeof *out->columns);
    out->columns[0].role = ROLE_TEXT;
    out->columns[1].role = ROLE_TARGET;
    if (more > 0)
        problem_add(log, PROBLEM_OTHER, more_line, more_column,
                    "%ld line%s more than two columns, first here; what is behind the second is left out", more,
                    more == 1 ? " has" : "s have");
    bool good = rows_finish(&rows, ANSWERS_SEQUENCE, input, options, out, log, err);
    rows_release(&rows);
    return good;
}

static bool read_pairs(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                       struct problem_log *log, struct err *err) {
    struct columns columns;
    if (is_table(input, options, &columns, err)) return read_table(input, options, &columns, out, log, err);
    return err->code == ERR_NONE && read_lines(input, options, out, log, err);
}

const struct reader reader_pairs = {
    .id = "pairs", .title = "pairs of texts, source and target", .sniff = sniff, .read = read_pairs};
