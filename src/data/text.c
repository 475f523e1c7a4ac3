// The text reader. Two passes over the bytes: the first checks the encoding and counts lines and characters;
// the second, when shape and vocabulary are known, writes the symbols. Nothing is copied but what the data
// set keeps.

#include "dataset.h"

#include "file.h"
#include "mem.h"
#include "problems.h"
#include "str.h"
#include "text_encoding.h"
#include "text_shape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRESS_BYTES = 4 << 20 };

enum line_end { END_NONE, END_LF, END_CRLF, END_CR, END_COUNT };

struct reader {
    const char *name, *bytes; // borrowed
    size_t size, skip;
    const struct text_options *options;
    struct dataset *out;
    struct problem_log log;
    uint32_t *codepoints;     // first how often each occurs, then its symbol
    unsigned codepoint_count; // above all that occur
    struct shape_stats *stats;
    long ends[END_COUNT], end_lines[END_COUNT]; // how many, and the first line that has it
    long spaced, spaced_line, spaced_column;    // lines that end in white space, and the first
    double passes;                              // done before this one, for the progress
    struct err *err;
};

static bool no_memory(struct reader *r, size_t size) {
    return err_at(r->err, ERR_MEMORY, r->name, 0, 0, "no memory for %zu bytes of a data set", size);
}

// Lines one after the other. The next LF and CR are remembered, so that a file with only one of them is still
// scanned once.
struct line {
    const char *text;
    size_t size;
    enum line_end end;
    long number; // from 1
};

struct lines {
    const char *at, *stop, *lf, *cr;
    long number;
};

static struct lines lines_of(const struct reader *r) {
    const char *start = r->bytes + r->skip;
    return (struct lines){.at = start, .stop = r->bytes + r->size};
}

static const char *find_byte(const char *known, const char *at, const char *stop, char byte) {
    if (known && known >= at) return known;
    const char *found = memchr(at, byte, (size_t)(stop - at));
    return found ? found : stop;
}

static bool lines_next(struct lines *lines, struct line *line) {
    if (lines->at >= lines->stop) return false;
    lines->lf = find_byte(lines->lf, lines->at, lines->stop, '\n');
    lines->cr = find_byte(lines->cr, lines->at, lines->stop, '\r');
    const char *end = lines->lf < lines->cr ? lines->lf : lines->cr;
    *line = (struct line){.text = lines->at, .size = (size_t)(end - lines->at), .number = ++lines->number};
    if (end == lines->stop)
        line->end = END_NONE;
    else if (*end == '\n')
        line->end = END_LF;
    else
        line->end = end + 1 < lines->stop && end[1] == '\n' ? END_CRLF : END_CR;
    lines->at = end + (line->end == END_CRLF ? 2 : line->end == END_NONE ? 0 : 1);
    return true;
}

// Says how far the reading is, every few megabytes. The two passes take about as long.
static bool go_on(struct reader *r, const char *at, const char **next) {
    if (at < *next) return true;
    *next = at + PROGRESS_BYTES;
    double done = (r->passes + (double)(at - r->bytes) / (double)r->size) / 2;
    if (!r->options->progress || r->options->progress(r->options->progress_context, done)) return true;
    return err_at(r->err, ERR_STOPPED, r->name, 0, 0, "reading was stopped");
}

// The largest byte tells how long the longest character is, and that how large a table has to be: most files
// need a small one.
static unsigned codepoints_above(const char *bytes, size_t size) {
    unsigned char largest = 0;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)bytes[i] > largest) largest = (unsigned char)bytes[i];
    return largest < 0x80 ? 0x80 : largest < 0xE0 ? 0x800 : largest < 0xF0 ? 0x10000 : 0x110000;
}

// Counts the line's characters into r->codepoints; returns its length.
static long count_characters(struct reader *r, const struct line *line) {
    long length = 0;
    size_t used;
    for (size_t i = 0; i < line->size; i += used, length++) {
        unsigned char byte = (unsigned char)line->text[i];
        unsigned codepoint = byte;
        used = 1;
        if (byte >= 0x80) codepoint = utf8_next(line->text + i, line->size - i, &used);
        r->codepoints[codepoint]++;
    }
    return length;
}

static bool scan(struct reader *r) {
    struct lines lines = lines_of(r);
    struct line line;
    const char *next = lines.at;
    while (lines_next(&lines, &line)) {
        if (!go_on(r, line.text, &next)) return false;
        long length = count_characters(r, &line);
        shape_line(r->stats, line.text, line.size, length);
        if (r->ends[line.end]++ == 0) r->end_lines[line.end] = line.number;
        char last = line.size > 0 ? line.text[line.size - 1] : 'x';
        if ((last == ' ' || last == '\t') && r->spaced++ == 0) {
            r->spaced_line = line.number;
            r->spaced_column = length;
        }
    }
    r->codepoints['\n'] = (uint32_t)(r->ends[END_LF] + r->ends[END_CRLF] + r->ends[END_CR]);
    r->passes++;
    return true;
}

static bool choose_shape(struct reader *r) {
    struct dataset *d = r->out;
    if (r->stats->lines == 0) return err_at(r->err, ERR_FORMAT, r->name, 0, 0, "expected text, found only empty lines");
    d->shape = shape_choose(r->stats, d->shape_reason, sizeof d->shape_reason);
    if (r->options->shape != TEXT_AUTO) {
        char facts[96];
        shape_describe(r->stats, facts, sizeof facts);
        d->shape = r->options->shape;
        snprintf(d->shape_reason, sizeof d->shape_reason, "%s, as asked: %s",
                 d->shape == TEXT_LINES ? "one example a line" : "one long text", facts);
    }
    if (d->shape == TEXT_LINES && r->stats->lines > DATASET_MAX_EXAMPLES)
        return err_at(r->err, ERR_LIMIT, r->name, 0, 0, "expected at most %d lines, found %ld", DATASET_MAX_EXAMPLES,
                      r->stats->lines);
    return true;
}

// From counts of code points to the vocabulary; r->codepoints then holds each one's symbol.
static bool build_vocabulary(struct reader *r) {
    struct dataset *d = r->out;
    const struct vocabulary *given = r->options->vocabulary;
    if (d->shape == TEXT_LINES) r->codepoints['\n'] = 0; // a line's end is <EOS>
    if (given) {
        if (!vocabulary_copy(&d->vocabulary, given, r->err)) return false;
        memset(d->vocabulary.counts, 0, (size_t)given->count * sizeof *d->vocabulary.counts);
    } else
        vocabulary_init(&d->vocabulary);
    for (unsigned codepoint = 0; codepoint < r->codepoint_count; codepoint++) {
        uint32_t count = r->codepoints[codepoint];
        if (count == 0) continue;
        char text[5];
        size_t length = utf8_put(codepoint, text);
        int symbol = VOCABULARY_UNK;
        if (given)
            symbol = vocabulary_find(given, text, length);
        else if (count >= r->options->min_count)
            symbol = vocabulary_add(&d->vocabulary, text, length);
        if (symbol < 0) return no_memory(r, length);
        d->vocabulary.counts[symbol] += count;
        d->symbol_count += count;
        r->codepoints[codepoint] = (uint32_t)symbol;
    }
    int distinct = d->vocabulary.count - VOCABULARY_FIRST;
    if (given) return true;
    if (distinct < 2 && d->vocabulary.counts[VOCABULARY_UNK] > 0)
        return err_at(r->err, ERR_VALUE, r->name, 0, 0,
                      "expected at least two characters that occur %ld times or more, found %d: there is nothing to "
                      "predict",
                      r->options->min_count, distinct);
    if (distinct < 2)
        return err_at(r->err, ERR_VALUE, r->name, 0, 0,
                      "expected at least two distinct characters, found only one (U+%04X): there is nothing to "
                      "predict",
                      utf8_next(d->vocabulary.texts[VOCABULARY_FIRST], 4, &(size_t){0}));
    return true;
}

static int *put_symbols(const struct reader *r, const struct line *line, int *out) {
    size_t used;
    for (size_t i = 0; i < line->size; i += used) {
        unsigned char byte = (unsigned char)line->text[i];
        unsigned codepoint = byte;
        used = 1;
        if (byte >= 0x80) codepoint = utf8_next(line->text + i, line->size - i, &used);
        *out++ = (int)r->codepoints[codepoint];
    }
    return out;
}

static void line_problems(struct reader *r, const struct line *line, long length) {
    if (length == 0)
        problem_add(&r->log, PROBLEM_EMPTY_LINE, line->number, 1, "expected an example, found an empty line; skipped");
    if (length > DATASET_LONG_LINE)
        problem_add(&r->log, PROBLEM_LONG_LINE, line->number, DATASET_LONG_LINE + 1,
                    "expected at most %d characters, found %ld; training takes it in pieces", DATASET_LONG_LINE,
                    length);
}

static bool build_symbols(struct reader *r) {
    struct dataset *d = r->out;
    bool list = d->shape == TEXT_LINES;
    size_t examples = list ? (size_t)r->stats->lines : 1;
    d->symbols = mem_array(d->symbol_count, sizeof *d->symbols);
    if (!d->symbols) return no_memory(r, d->symbol_count * sizeof *d->symbols);
    d->examples = mem_array(examples, sizeof *d->examples);
    if (!d->examples) return no_memory(r, examples * sizeof *d->examples);

    struct lines lines = lines_of(r);
    struct line line;
    const char *next = lines.at;
    int *at = d->symbols;
    while (lines_next(&lines, &line)) {
        if (!go_on(r, line.text, &next)) return false;
        int *start = at;
        at = put_symbols(r, &line, at);
        if (!list) {
            if (line.end != END_NONE) *at++ = (int)r->codepoints['\n'];
            continue;
        }
        long length = at - start;
        line_problems(r, &line, length);
        if (length == 0) continue;
        d->examples[d->example_count++] =
            (struct dataset_example){.start = (size_t)(start - d->symbols), .length = (int)length, .line = line.number};
    }
    if (!list) {
        d->examples[0] = (struct dataset_example){.length = (int)d->symbol_count, .line = 1};
        d->example_count = 1;
    }
    r->passes++;
    return true;
}

static int compare_int(const void *a, const void *b) {
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int compare_key(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool measure_lengths(struct reader *r) {
    struct dataset *d = r->out;
    d->length_min = d->length_median = d->length_max = d->examples[0].length;
    if (d->shape != TEXT_LINES) return true;
    d->length_max = (int)r->stats->longest;
    d->length_median = (int)shape_quantile(r->stats, 0.5);
    for (int i = 0; i < d->example_count; i++)
        if (d->examples[i].length < d->length_min) d->length_min = d->examples[i].length;
    if (d->length_median < SHAPE_LENGTHS) return true;
    // Beyond what was counted; lines this long are few.
    int *lengths = mem_array((size_t)d->example_count, sizeof *lengths);
    if (!lengths) return no_memory(r, (size_t)d->example_count * sizeof *lengths);
    for (int i = 0; i < d->example_count; i++)
        lengths[i] = d->examples[i].length;
    qsort(lengths, (size_t)d->example_count, sizeof *lengths, compare_int);
    d->length_median = lengths[(d->example_count - 1) / 2];
    mem_free(lengths);
    return true;
}

// How many of n go to validation: at least one and not all, where that can be.
static size_t validation_size(double fraction, size_t n, size_t keep) {
    size_t wanted = (size_t)llround(fraction * (double)n);
    if (fraction <= 0 || n <= keep) return 0;
    return wanted < 1 ? 1 : wanted > n - keep ? n - keep : wanted;
}

static bool split_lines(struct reader *r) {
    struct dataset *d = r->out;
    int n = d->example_count;
    d->validation_count = (int)validation_size(r->options->validation, (size_t)n, 1);
    d->train_count = n - d->validation_count;
    int *order = mem_array((size_t)n, sizeof *order);
    bool *chosen = mem_array((size_t)n, sizeof *chosen);
    uint64_t *keys = mem_array((size_t)d->validation_count, sizeof *keys);
    d->train = mem_array((size_t)d->train_count, sizeof *d->train);
    d->validation = mem_array((size_t)d->validation_count, sizeof *d->validation);
    bool good = order && chosen && keys && d->train && d->validation;
    if (good) {
        struct rng rng = rng_seed(r->options->seed);
        for (int i = 0; i < n; i++)
            order[i] = i;
        for (int i = 0; i < d->validation_count; i++) { // the beginning of a shuffle is enough
            int j = i + (int)rng_below(&rng, (uint64_t)(n - i)), index = order[j];
            order[j] = order[i];
            chosen[index] = true;
            keys[i] = (uint64_t)d->examples[index].length << 32 | (uint32_t)index;
        }
        qsort(keys, (size_t)d->validation_count, sizeof *keys, compare_key);
        for (int i = 0; i < d->validation_count; i++)
            d->validation[i] = (int)(uint32_t)keys[i];
        for (int i = 0, k = 0; i < n; i++)
            if (!chosen[i]) d->train[k++] = i;
    }
    mem_free(order);
    mem_free(chosen);
    mem_free(keys);
    return good || no_memory(r, 2 * (size_t)n * sizeof(int));
}

static bool split(struct reader *r) {
    struct dataset *d = r->out;
    d->train_symbols = d->symbol_count;
    if (d->shape == TEXT_LINES) {
        if (!split_lines(r)) return false;
    } else {
        d->train_symbols -= validation_size(r->options->validation, d->symbol_count, 2);
    }
    bool none = d->shape == TEXT_LINES ? d->validation_count == 0 : d->train_symbols == d->symbol_count;
    if (none && r->options->validation > 0)
        problem_add(&r->log, PROBLEM_OTHER, 1, 1, "too little text to set some aside: there is no validation part");
    return true;
}

static void note_line_ends(struct reader *r) {
    struct dataset *d = r->out;
    d->had_mark = r->skip > 0;
    d->had_crlf = r->ends[END_CRLF] > 0;
    d->had_cr = r->ends[END_CR] > 0;
    d->last_line_open = r->ends[END_NONE] > 0;
    int kinds = (r->ends[END_LF] > 0) + (r->ends[END_CRLF] > 0) + (r->ends[END_CR] > 0);
    if (kinds < 2) return;
    long place = 0; // where the second kind first shows
    for (int end = END_LF; end < END_COUNT; end++)
        if (r->ends[end] > 0 && r->end_lines[end] > 1 && (place == 0 || r->end_lines[end] < place))
            place = r->end_lines[end];
    problem_add(&r->log, PROBLEM_OTHER, place, 0, "line ends are mixed: %ld LF, %ld CRLF, %ld CR; all taken as LF",
                r->ends[END_LF], r->ends[END_CRLF], r->ends[END_CR]);
}

static bool note_problems(struct reader *r) {
    note_line_ends(r);
    if (r->spaced > 0)
        problem_add(&r->log, PROBLEM_OTHER, r->spaced_line, r->spaced_column,
                    "%ld line%s in white space, first here; kept", r->spaced, r->spaced == 1 ? " ends" : "s end");
    problems_of_characters(&r->log, &r->out->vocabulary, r->bytes, r->size, r->skip);
    if (r->out->shape == TEXT_LINES && !problems_of_duplicates(&r->log, r->out))
        return no_memory(r, (size_t)r->out->example_count * 2 * sizeof(uint64_t));
    return true;
}

static bool read_all(struct reader *r) {
    double validation = r->options->validation;
    if (!(validation >= 0 && validation < 1))
        return err_at(r->err, ERR_VALUE, r->name, 0, 0, "expected a validation fraction from 0 to below 1, found %g",
                      validation);
    if (r->size > DATASET_MAX_BYTES)
        return err_at(r->err, ERR_LIMIT, r->name, 0, 0, "expected at most %d bytes, found %zu", DATASET_MAX_BYTES,
                      r->size);
    if (!text_encoding_check(r->name, r->bytes, r->size, &r->skip, r->err)) return false;
    r->codepoint_count = codepoints_above(r->bytes, r->size);
    r->codepoints = mem_array(r->codepoint_count, sizeof *r->codepoints);
    r->stats = mem_alloc(sizeof *r->stats);
    if (!r->codepoints || !r->stats) return no_memory(r, r->codepoint_count * sizeof *r->codepoints);
    if (!scan(r) || !choose_shape(r) || !build_vocabulary(r) || !build_symbols(r)) return false;
    if (!measure_lengths(r) || !split(r) || !note_problems(r)) return false;
    return problem_log_finish(&r->log, r->out) || no_memory(r, PROBLEM_MAX * sizeof(struct problem));
}

static bool read_bytes(struct dataset *dataset, const char *name, const char *place, const char *text, size_t size,
                       const struct text_options *options, struct err *err) {
    struct text_options standard = text_options_default();
    *dataset = (struct dataset){0};
    snprintf(dataset->name, sizeof dataset->name, "%s", name);
    struct reader r = {.name = place,
                       .bytes = text,
                       .size = size,
                       .options = options ? options : &standard,
                       .out = dataset,
                       .err = err};
    bool good = read_all(&r);
    problem_log_release(&r.log);
    mem_free(r.codepoints);
    mem_free(r.stats);
    if (!good) dataset_release(dataset);
    return good;
}

bool dataset_from_text(struct dataset *dataset, const char *name, const char *text, size_t size,
                       const struct text_options *options, struct err *err) {
    return read_bytes(dataset, name, name, text, size, options, err);
}

bool dataset_read_text(struct dataset *dataset, const char *path, const struct text_options *options, struct err *err) {
    *dataset = (struct dataset){0};
    struct bytes bytes;
    if (!file_read(path, DATASET_MAX_BYTES, &bytes, err)) return false;
    bool good = read_bytes(dataset, file_name(path), path, bytes.data, bytes.size, options, err);
    bytes_release(&bytes);
    return good;
}
