// Labelled texts: columns with a tab or a comma between, one of them a label (few different values, short), one of them
// the text (the longest); other columns (names, numbers) are left out, and that is said. A header is recognised where
// the first line's label occurs nowhere else.
#include "counter.h"
#include "fields.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

enum { SNIFFED = 2000, COLUMNS = 8, LABELS_MOST = 50, LABEL_LONGEST = 40 };

struct columns {
    const char *separator;
    int count, label, text;
    bool header, no_memory;
};

// Looks at one separator: the lines must all have the same number of columns.
struct survey {
    int lines, columns;
    struct token_counter values[COLUMNS];
    long characters[COLUMNS], longest[COLUMNS];
};

static bool survey_lines(struct survey *s, const struct reader_input *input, const char *separator) {
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    while (s->lines < SNIFFED && lines_next(&lines, &line)) {
        struct field fields[COLUMNS];
        if (line.size == 0) continue;
        int n = fields_of(&line, separator, fields, COLUMNS);
        if (s->columns == 0) s->columns = n;
        if (n != s->columns || n < 2 || n > COLUMNS) return false;
        s->lines++;
        for (int c = 0; c < n; c++) {
            struct field plain = field_plain(fields[c]);
            token_counter_add(&s->values[c], plain.text, plain.size);
            s->characters[c] += (long)plain.size;
            if ((long)plain.size > s->longest[c]) s->longest[c] = (long)plain.size;
        }
    }
    return s->lines >= 2;
}

static bool is_label(const struct survey *s, int column) {
    int distinct = s->values[column].seen.count;
    return distinct >= 2 && distinct <= LABELS_MOST && s->longest[column] <= LABEL_LONGEST &&
           distinct * 4 <= s->lines && s->values[column].total == s->lines;
}

static bool choose_columns(const struct survey *s, const char *separator, struct columns *out) {
    *out = (struct columns){.separator = separator, .count = s->columns, .label = -1, .text = -1};
    for (int c = 0; c < s->columns; c++)
        if (is_label(s, c) && (out->label < 0 || s->values[c].seen.count < s->values[out->label].seen.count))
            out->label = c;
    for (int c = 0; c < s->columns; c++)
        if (c != out->label && (out->text < 0 || s->characters[c] > s->characters[out->text])) out->text = c;
    if (out->label < 0 || out->text < 0) return false;
    return s->values[out->text].seen.count * 2 > s->lines; // texts are mostly different
}

static bool find_columns(const struct reader_input *input, struct columns *out) {
    static const char *const separators[] = {"\t", ",", ";"};
    *out = (struct columns){0};
    for (size_t k = 0; k < sizeof separators / sizeof *separators; k++) {
        struct survey survey = {0};
        for (int c = 0; c < COLUMNS; c++)
            token_counter_start(&survey.values[c], TOKENS_LABEL, false);
        bool good = survey_lines(&survey, input, separators[k]) && choose_columns(&survey, separators[k], out);
        if (good) {
            const struct vocabulary *labels = &survey.values[out->label].seen;
            out->header = labels->counts[0] == 1 && survey.lines > 10; // the first line's
        }
        bool no_memory = false;
        for (int c = 0; c < COLUMNS; c++) {
            no_memory |= survey.values[c].no_memory;
            token_counter_release(&survey.values[c]);
        }
        out->no_memory = no_memory;
        if (good || no_memory) return good && !no_memory;
    }
    return false;
}

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size) {
    struct columns columns;
    if (options->separator || !find_columns(input, &columns)) return false;
    snprintf(why, why_size, "%d columns with %s between: column %d is a label, column %d the text", columns.count,
             columns.separator[0] == '\t' ? "a tab" : columns.separator, columns.label + 1, columns.text + 1);
    return true;
}

static bool read_labelled(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                          struct problem_log *log, struct err *err) {
    struct columns columns;
    bool found = find_columns(input, &columns);
    if (columns.no_memory) return err_at(err, ERR_MEMORY, input->path, 0, 0, "no memory to look at the columns");
    if (!found)
        return err_at(err, ERR_FORMAT, input->path, 0, 0,
                      "expected columns with a tab, a comma or a semicolon between, one of them a label; found none");
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    struct rows rows = {0};
    bool first = true;
    while (lines_next(&lines, &line)) {
        struct field fields[COLUMNS];
        if (line.size == 0) {
            problem_add(log, PROBLEM_EMPTY_LINE, line.number, 1, "expected a row, found an empty line; skipped");
            continue;
        }
        int n = fields_of(&line, columns.separator, fields, COLUMNS);
        bool header = first && columns.header;
        first = false;
        if (header) {
            problem_add(log, PROBLEM_OTHER, line.number, 1, "taken as the names of the columns");
            continue;
        }
        if (n != columns.count) {
            problem_add(log, PROBLEM_SKIPPED, line.number, 1, "expected %d columns, found %d; skipped", columns.count,
                        n);
            continue;
        }
        struct field text = field_plain(fields[columns.text]), label = field_plain(fields[columns.label]);
        rows_add(&rows, &(struct row){.input = text.text,
                                      .input_size = text.size,
                                      .answer = label.text,
                                      .answer_size = label.size,
                                      .line = line.number});
    }
    if (columns.count > 2)
        problem_add(log, PROBLEM_OTHER, 1, 1, "of %d columns %d and %d are used; the others are left out",
                    columns.count, columns.label + 1, columns.text + 1);
    bool good = rows_finish(&rows, ANSWERS_ONE, input, options, out, log, err);
    rows_release(&rows);
    return good;
}

const struct reader reader_labelled = {
    .id = "labelled", .title = "texts with a label", .sniff = sniff, .read = read_labelled};
