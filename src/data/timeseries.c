// .ts files (sktime, UEA and UCR archives): a header of lines that begin with @, then @data and a case a line: the
// channels with ':' between, the values of a channel with ',', the class label last. Lines that begin with # are
// remarks.
#include "builder.h"
#include "counter.h"
#include "fields.h"
#include "mem.h"
#include "numbers.h"
#include "reader.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CHANNELS_MOST = FIELDS_MAX - 1, VALUES_MOST = 1 << 16 };

static bool begins(const struct line *line, const char *word) {
    size_t size = strlen(word);
    return line->size >= size && strncasecmp(line->text, word, size) == 0;
}

// A remark or nothing.
static bool is_idle(const struct line *line) {
    return line->size == 0 || line->text[0] == '#';
}

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    (void)options, (void)err;
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    bool header = false;
    while (lines_next(&lines, &line)) {
        if (is_idle(&line)) continue;
        if (begins(&line, "@data")) break;
        if (line.text[0] != '@') return false;
        header = true;
    }
    snprintf(why, why_size, "a header of @ lines and cases behind @data");
    return header && lines.at < lines.stop;
}

struct cases {
    const char *path;
    struct builder builder;
    struct problem_log *log;
    float *values; // (channels, VALUES_MOST) of one case
    int lengths[FIELDS_MAX];
    struct err *err;
};

// Moves behind the header. False (with err) where there is no @data, or @classLabel false.
static bool skip_header(struct cases *c, struct lines *lines) {
    struct line line;
    while (lines_next(lines, &line)) {
        if (begins(&line, "@data")) return true;
        if (begins(&line, "@classLabel false") || begins(&line, "@targetLabel true"))
            return err_at(c->err, ERR_FORMAT, c->path, line.number, 1, "expected cases with a class label, found %.*s",
                          (int)(line.size < 60 ? line.size : 60), line.text);
        if (begins(&line, "@timeStamps true"))
            return err_at(c->err, ERR_FORMAT, c->path, line.number, 1, "expected values alone, found time stamps");
    }
    return err_at(c->err, ERR_FORMAT, c->path, 0, 0, "expected a line @data, found none");
}

static bool read_channel(struct cases *c, const struct line *line, struct field field, int channel) {
    struct line part = {.text = field.text, .size = field.size};
    const char *at = part.text, *stop = part.text + part.size;
    int n = 0;
    while (at <= stop) {
        const char *end = memchr(at, ',', (size_t)(stop - at));
        if (!end) end = stop;
        const char *text = at;
        size_t size = (size_t)(end - at);
        double value = 0;
        text_trim(&text, &size);
        bool number = number_read(text, size, &value);
        if (!number && !number_missing(text, size))
            return err_at(c->err, ERR_FORMAT, c->path, line->number, reader_column(line->text, at),
                          "expected a number, found \"%.*s\"", (int)(size < 40 ? size : 40), text);
        if (n == VALUES_MOST)
            return err_at(c->err, ERR_LIMIT, c->path, line->number, reader_column(line->text, at),
                          "expected at most %d values a channel, found more", VALUES_MOST);
        float *to = c->values + (size_t)channel * VALUES_MOST;
        if (!number)
            problem_add(c->log, PROBLEM_MISSING, line->number, reader_column(line->text, at),
                        "expected a number, found none; %s", n > 0 ? "the one before is taken again" : "0 is taken");
        to[n] = number ? (float)value : n > 0 ? to[n - 1] : 0;
        n++;
        at = end + 1;
    }
    c->lengths[channel] = n;
    return true;
}

static bool put_case(struct cases *c, const struct line *line) {
    struct dataset *d = c->builder.out;
    struct field fields[FIELDS_MAX];
    int n = fields_of(line, ":", fields, FIELDS_MAX);
    if (n != d->channels + 1)
        return err_at(c->err, ERR_FORMAT, c->path, line->number, 1, "expected %d channels and a label, found %d parts",
                      d->channels, n);
    for (int k = 0; k < d->channels; k++) {
        if (!read_channel(c, line, fields[k], k)) return false;
        if (c->lengths[k] == c->lengths[0]) continue;
        return err_at(c->err, ERR_FORMAT, c->path, line->number, reader_column(line->text, fields[k].text),
                      "expected %d values as in the first channel, found %d", c->lengths[0], c->lengths[k]);
    }
    struct field label = field_plain(fields[n - 1]);
    int index = vocabulary_find(&d->labels, label.text, label.size);
    if (index < 0)
        return err_at(c->err, ERR_VALUE, c->path, line->number, reader_column(line->text, label.text),
                      "expected one of the model's %d labels, found \"%.*s\"", d->labels.count, (int)label.size,
                      label.text);
    float row[FIELDS_MAX];
    builder_example(&c->builder, line->number);
    for (int t = 0; t < c->lengths[0]; t++) {
        for (int k = 0; k < d->channels; k++)
            row[k] = c->values[(size_t)k * VALUES_MOST + (size_t)t];
        builder_vector(&c->builder, row);
    }
    builder_answer(&c->builder, index);
    return true;
}

// Labels and channels, from a first look at the cases.
static bool look(struct cases *c, struct lines lines, const struct data_options *options) {
    struct dataset *d = c->builder.out;
    struct token_counter labels;
    struct line line;
    token_counter_start(&labels, TOKENS_LABEL, false);
    while (lines_next(&lines, &line)) {
        struct field fields[FIELDS_MAX];
        if (is_idle(&line)) continue;
        int n = fields_of(&line, ":", fields, FIELDS_MAX);
        if (n < 2 || n > FIELDS_MAX) continue;
        if (d->channels == 0) d->channels = n - 1;
        struct field label = field_plain(fields[n - 1]);
        token_counter_add(&labels, label.text, label.size);
    }
    bool good = token_counter_make(&labels, 0, options->labels, &d->labels, c->err);
    token_counter_release(&labels);
    if (good && d->channels == 0)
        return err_at(c->err, ERR_FORMAT, c->path, 0, 0, "expected cases behind @data, found none");
    if (good && d->labels.count < 2)
        return err_at(c->err, ERR_VALUE, c->path, 0, 0, "expected at least two labels, found %d: nothing to tell apart",
                      d->labels.count);
    return good;
}

static bool read_cases(struct cases *c, struct lines lines) {
    struct line line;
    size_t floats = (size_t)c->builder.out->channels * VALUES_MOST;
    c->values = mem_array(floats, sizeof *c->values);
    if (!c->values) return err_set(c->err, ERR_MEMORY, "no memory for a case of %zu values", floats);
    while (lines_next(&lines, &line))
        if (!is_idle(&line) && !put_case(c, &line)) return false;
    return builder_finish(&c->builder, c->err);
}

static bool read_ts(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                    struct problem_log *log, struct err *err) {
    struct cases cases = {.path = input->path, .log = log, .err = err};
    struct lines lines = lines_of(input->bytes, input->size);
    out->answers = ANSWERS_ONE;
    out->input = VALUES_REALS;
    out->shape = TEXT_LINES;
    builder_start(&cases.builder, out);
    bool good = skip_header(&cases, &lines) && look(&cases, lines, options) && read_cases(&cases, lines);
    mem_free(cases.values);
    if (!good) return false;
    snprintf(out->shape_reason, sizeof out->shape_reason, "one example a case");
    reader_note_ends(input, out);
    return true;
}

const struct reader reader_ts = {
    .id = "ts", .title = "time series with class labels (.ts)", .sniff = sniff, .read = read_ts};
