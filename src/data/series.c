// A long series of numbers: a row a timestep, columns with a comma, a semicolon or a tab between (or one number a
// line). The first column may hold dates; every other is a channel. The next row is to be said. A first line of words
// is a header. A value that is missing is the one before it again, and said. Rows of words behind the last number (a
// footer) are left out, and said.
#include "builder.h"
#include "fields.h"
#include "numbers.h"
#include "reader.h"
#include "str.h"

#include <stdio.h>
#include <string.h>

enum { SNIFFED = 2000, CHANNELS_MOST = FIELDS_MAX - 1, ROWS_LEAST = 10, NAME_LONGEST = 24, SHOWN = 40 };

struct layout_of_series {
    const char *separator;
    int columns, first; // of the numbers; 0 or 1
    bool header;
};

// Dates and the like: short.
static bool is_name(struct field field) {
    return field_plain(field).size <= NAME_LONGEST;
}

static bool is_number(struct field field) {
    double value;
    struct field plain = field_plain(field);
    return number_read(plain.text, plain.size, &value);
}

static bool is_value(struct field field) {
    struct field plain = field_plain(field);
    return is_number(field) || number_missing(plain.text, plain.size);
}

// Rows whose columns from `first` on are all numbers or missing, at least one of them a number.
static bool is_row(const struct layout_of_series *s, const struct field *fields, int n) {
    if (n != s->columns || (s->first && !is_name(fields[0]))) return false;
    bool some = false;
    for (int c = s->first; c < n; c++) {
        if (!is_value(fields[c])) return false;
        some |= is_number(fields[c]);
    }
    return some;
}

static bool fits(const struct reader_input *input, struct layout_of_series *s) {
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    int rows = 0, others = 0;
    bool first = true;
    while (rows + others < SNIFFED && lines_next(&lines, &line)) {
        struct field fields[FIELDS_MAX];
        if (line.size == 0) continue;
        int n = fields_of(&line, s->separator, fields, FIELDS_MAX);
        if (n > FIELDS_MAX) return false;
        if (first) {
            s->columns = n;
            s->first = n > 1 && !is_value(fields[0]);
            s->header = !is_row(s, fields, n);
            first = false;
            if (s->header) continue;
        }
        if (rows + others == 0 && s->header) // the header says nothing about the first column: dates or numbers
            s->first = n > 1 && !is_number(fields[0]);
        bool row = is_row(s, fields, n);
        rows += row;
        others += !row;
    }
    return s->columns - s->first >= 1 && rows >= ROWS_LEAST && others * 20 <= rows;
}

static bool find_layout(const struct reader_input *input, struct layout_of_series *out) {
    static const char *const separators[] = {",", "\t", ";", "\n"}; // the last: one number a line
    for (size_t k = 0; k < sizeof separators / sizeof *separators; k++) {
        *out = (struct layout_of_series){.separator = separators[k]};
        if (fits(input, out)) return true;
    }
    return false;
}

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size) {
    struct layout_of_series s;
    if (options->separator || !find_layout(input, &s)) return false;
    int channels = s.columns - s.first;
    snprintf(why, why_size, "rows of %d number%s%s: a series to be continued", channels, channels == 1 ? "" : "s",
             s.first ? " behind a first column of words" : "");
    return true;
}

// One row into `values`, where those before it still stand.
static bool take_row(const struct layout_of_series *s, const struct line *line, float *values, bool before,
                     struct problem_log *log) {
    struct field fields[FIELDS_MAX];
    int n = fields_of(line, s->separator, fields, FIELDS_MAX);
    if (!is_row(s, fields, n)) {
        int shown = line->size < SHOWN ? (int)line->size : SHOWN;
        while (shown > 0 && (size_t)shown < line->size && ((unsigned char)line->text[shown] & 0xC0) == 0x80)
            shown--; // no character is cut
        problem_add(log, PROBLEM_SKIPPED, line->number, 1,
                    "expected %d column%s with numbers, found \"%.*s%s\"; skipped", s->columns,
                    s->columns == 1 ? "" : "s", shown, line->text, (size_t)shown < line->size ? "..." : "");
        return false;
    }
    for (int c = s->first; c < n; c++) {
        struct field plain = field_plain(fields[c]);
        double value;
        if (number_read(plain.text, plain.size, &value)) {
            values[c - s->first] = (float)value;
            continue;
        }
        problem_add(log, PROBLEM_OTHER, line->number, reader_column(line->text, fields[c].text),
                    "expected a number, found none; %s", before ? "the one before is taken again" : "0 is taken");
    }
    return true;
}

static bool read_series(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                        struct problem_log *log, struct err *err) {
    struct layout_of_series s;
    if (!find_layout(input, &s))
        return err_at(err, ERR_FORMAT, input->path, 0, 0,
                      "expected at least %d rows of numbers with the same number of columns, found fewer", ROWS_LEAST);
    out->answers = ANSWERS_NEXT;
    out->input = out->output = VALUES_REALS;
    out->channels = out->answer_channels = s.columns - s.first;
    out->shape = TEXT_WHOLE;
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    struct builder builder;
    float values[FIELDS_MAX] = {0};
    bool header = s.header;
    builder_start(&builder, out);
    builder_example(&builder, 1);
    while (lines_next(&lines, &line)) {
        if (line.size == 0) {
            problem_add(log, PROBLEM_EMPTY_LINE, line.number, 1, "expected a row, found an empty line; skipped");
            continue;
        }
        if (header) {
            header = false;
            continue;
        }
        if (take_row(&s, &line, values, out->symbol_count > 0, log)) builder_vector(&builder, values);
    }
    if (!builder_finish(&builder, err)) return false;
    snprintf(out->shape_reason, sizeof out->shape_reason, "one long series: %zu rows%s", out->symbol_count,
             s.header ? " under a header" : "");
    reader_note_ends(input, out);
    return dataset_finish(out, options, log, err);
}

const struct reader reader_series = {
    .id = "series", .title = "a long series of numbers", .sniff = sniff, .read = read_series};
