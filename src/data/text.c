// The text reader. Two passes over the bytes: the first counts lines and characters (or bytes;
// words take a pass of their own); the second, when shape and vocabulary are known, writes the symbols. Nothing is
// copied but what the data set keeps.

#include "counter.h"
#include "file.h"
#include "lines.h"
#include "mem.h"
#include "reader.h"
#include "str.h"
#include "text_shape.h"
#include "tokens.h"

#include <stdio.h>
#include <string.h>

enum { PROGRESS_BYTES = 4 << 20 };

struct reading {
    const char *name, *bytes; // borrowed
    size_t size;
    bool had_mark;
    const struct data_options *options;
    enum token_kind tokens; // the options', or those of a given vocabulary
    bool lower;
    struct dataset *out;
    struct problem_log *log;
    uint32_t *codepoints;     // (or of bytes) first how often each occurs, then its symbol
    unsigned codepoint_count; // above all that occur
    struct shape_stats *stats;
    long ends[END_COUNT], end_lines[END_COUNT]; // how many, and the first line that has it
    long spaced, spaced_line, spaced_column;    // lines that end in white space, and the first
    double passes;                              // done before this one, for the progress
    struct err *err;
};

static bool no_memory(struct reading *r, size_t size) {
    return err_at(r->err, ERR_MEMORY, r->name, 0, 0, "no memory for %zu bytes of a data set", size);
}

static struct lines lines_to_read(const struct reading *r) {
    return lines_of(r->bytes, r->size);
}

// Says how far the reading is, every few megabytes. The two passes take about as long.
static bool go_on(struct reading *r, const char *at, const char **next) {
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
static long count_characters(struct reading *r, const struct line *line) {
    long length = 0;
    size_t used;
    for (size_t i = 0; i < line->size; i += used, length++) {
        unsigned char byte = (unsigned char)line->text[i];
        unsigned codepoint = byte;
        used = 1;
        if (byte >= 0x80 && r->tokens != TOKENS_BYTE) codepoint = utf8_next(line->text + i, line->size - i, &used);
        r->codepoints[codepoint]++;
    }
    return length;
}

static bool scan(struct reading *r) {
    struct lines lines = lines_to_read(r);
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

static bool choose_shape(struct reading *r) {
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

static bool too_few(struct reading *r, int distinct) {
    const char *what = r->tokens == TOKENS_CHARACTER ? "character" : token_kind_names[r->tokens];
    const struct vocabulary *v = &r->out->vocabulary;
    if (v->counts[VOCABULARY_UNK] > 0)
        return err_at(r->err, ERR_VALUE, r->name, 0, 0,
                      "expected at least two %ss that occur %ld times or more, found %d: there is nothing to predict",
                      what, r->options->min_count, distinct);
    char which[32] = "";
    if (distinct == 1 && r->tokens == TOKENS_CHARACTER)
        snprintf(which, sizeof which, " (U+%04X)", utf8_next(v->texts[VOCABULARY_FIRST], 4, &(size_t){0}));
    return err_at(r->err, ERR_VALUE, r->name, 0, 0,
                  "expected at least two distinct %ss, found only one%s: there is nothing to predict", what, which);
}

static bool start_vocabulary(struct reading *r) {
    struct dataset *d = r->out;
    const struct vocabulary *given = r->options->vocabulary;
    if (!given) {
        vocabulary_init(&d->vocabulary);
        d->vocabulary.tokens = r->tokens;
        d->vocabulary.lower = r->lower;
        return true;
    }
    if (!vocabulary_copy(&d->vocabulary, given, r->err)) return false;
    memset(d->vocabulary.counts, 0, (size_t)given->count * sizeof *d->vocabulary.counts);
    return true;
}

// From counts of code points (or bytes) to the vocabulary; r->codepoints then holds each one's symbol.
static bool vocabulary_of_units(struct reading *r) {
    struct dataset *d = r->out;
    const struct vocabulary *given = r->options->vocabulary;
    if (d->shape == TEXT_LINES) r->codepoints['\n'] = 0; // a line's end is <EOS>
    if (!start_vocabulary(r)) return false;
    for (unsigned codepoint = 0; codepoint < r->codepoint_count; codepoint++) {
        uint32_t count = r->codepoints[codepoint];
        if (count == 0) continue;
        char text[8];
        size_t length =
            r->tokens == TOKENS_BYTE ? token_byte_text((unsigned char)codepoint, text) : utf8_put(codepoint, text);
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
    return true;
}

static bool vocabulary_of_words(struct reading *r) {
    struct token_counter counter;
    token_counter_start(&counter, TOKENS_WORD, false); // lower case is made of the whole text
    struct lines lines = lines_to_read(r);
    struct line line;
    while (lines_next(&lines, &line)) {
        token_counter_add(&counter, line.text, line.size);
        if (r->out->shape == TEXT_WHOLE && line.end != END_NONE) token_counter_add(&counter, "\n", 1);
    }
    bool good =
        token_counter_make(&counter, r->options->min_count, r->options->vocabulary, &r->out->vocabulary, r->err);
    if (good) r->out->vocabulary.lower = r->lower;
    r->out->symbol_count = (size_t)counter.total;
    token_counter_release(&counter);
    return good;
}

static bool build_vocabulary(struct reading *r) {
    if (!(r->tokens == TOKENS_WORD ? vocabulary_of_words : vocabulary_of_units)(r)) return false;
    int distinct = r->out->vocabulary.count - VOCABULARY_FIRST;
    return distinct >= 2 || r->options->vocabulary || too_few(r, distinct);
}

// Symbols on their way into the data set, many at once.
struct put {
    struct dataset *out;
    size_t at; // of all, those that wait counted
    int waiting, symbols[1024];
};

static void flush(struct put *p) {
    dataset_put_symbols(p->out, p->at - (size_t)p->waiting, p->symbols, p->waiting);
    p->waiting = 0;
}

static void put_symbol(struct put *p, int symbol) {
    if (p->waiting == sizeof p->symbols / sizeof *p->symbols) flush(p);
    p->symbols[p->waiting++] = symbol;
    p->at++;
}

static void put_line(const struct reading *r, const struct line *line, struct put *p) {
    if (r->tokens == TOKENS_WORD) {
        struct token_walk walk = token_walk_start(TOKENS_WORD, line->text, line->size);
        while (token_next(&walk))
            put_symbol(p, vocabulary_find(&r->out->vocabulary, walk.token, walk.size));
        return;
    }
    size_t used;
    for (size_t i = 0; i < line->size; i += used) {
        unsigned char byte = (unsigned char)line->text[i];
        unsigned codepoint = byte;
        used = 1;
        if (byte >= 0x80 && r->tokens != TOKENS_BYTE) codepoint = utf8_next(line->text + i, line->size - i, &used);
        put_symbol(p, (int)r->codepoints[codepoint]);
    }
}

static void line_problems(struct reading *r, const struct line *line, long length) {
    if (length == 0)
        problem_add(r->log, PROBLEM_EMPTY_LINE, line->number, 1, "expected an example, found an empty line; skipped");
    if (length > DATASET_LONG_LINE)
        problem_add(r->log, PROBLEM_LONG_LINE, line->number, DATASET_LONG_LINE + 1,
                    "expected at most %d characters, found %ld; training takes it in pieces", DATASET_LONG_LINE,
                    length);
}

static bool build_symbols(struct reading *r) {
    struct dataset *d = r->out;
    bool list = d->shape == TEXT_LINES;
    size_t examples = list ? (size_t)r->stats->lines : 1;
    d->symbol_bytes = dataset_symbol_bytes(d->vocabulary.count);
    d->symbols = mem_array(d->symbol_count, (size_t)d->symbol_bytes);
    if (!d->symbols) return no_memory(r, d->symbol_count * (size_t)d->symbol_bytes);
    d->examples = mem_array(examples, sizeof *d->examples);
    if (!d->examples) return no_memory(r, examples * sizeof *d->examples);

    struct lines lines = lines_to_read(r);
    static const struct line end = {.text = "\n", .size = 1}; // of a long text's lines
    struct line line;
    struct put put = {.out = d};
    const char *next = lines.at;
    while (lines_next(&lines, &line)) {
        if (!go_on(r, line.text, &next)) return false;
        size_t start = put.at;
        put_line(r, &line, &put);
        if (!list) {
            if (line.end != END_NONE) put_line(r, &end, &put);
            continue;
        }
        long length = (long)(put.at - start);
        line_problems(r, &line, length);
        if (length == 0) continue;
        d->examples[d->example_count++] =
            (struct dataset_example){.start = (uint32_t)start, .length = (int)length, .line = (int)line.number};
    }
    flush(&put);
    if (!list) {
        d->examples[0] = (struct dataset_example){.length = (int)d->symbol_count, .line = 1};
        d->example_count = 1;
    }
    r->passes++;
    return true;
}

static void note_line_ends(struct reading *r) {
    struct dataset *d = r->out;
    d->had_mark = r->had_mark;
    d->had_crlf = r->ends[END_CRLF] > 0;
    d->had_cr = r->ends[END_CR] > 0;
    d->last_line_open = r->ends[END_NONE] > 0;
    int kinds = (r->ends[END_LF] > 0) + (r->ends[END_CRLF] > 0) + (r->ends[END_CR] > 0);
    if (kinds < 2) return;
    long place = 0; // where the second kind first shows
    for (int end = END_LF; end < END_COUNT; end++)
        if (r->ends[end] > 0 && r->end_lines[end] > 1 && (place == 0 || r->end_lines[end] < place))
            place = r->end_lines[end];
    problem_add(r->log, PROBLEM_OTHER, place, 0, "line ends are mixed: %ld LF, %ld CRLF, %ld CR; all taken as LF",
                r->ends[END_LF], r->ends[END_CRLF], r->ends[END_CR]);
}

static void note_problems(struct reading *r) {
    note_line_ends(r);
    if (r->spaced > 0)
        problem_add(r->log, PROBLEM_OTHER, r->spaced_line, r->spaced_column,
                    "%ld line%s in white space, first here; kept", r->spaced, r->spaced == 1 ? " ends" : "s end");
    problems_of_characters(r->log, &r->out->vocabulary, r->bytes, r->size);
}

// Everything is read from a copy in lower case; lines and columns stay what they are.
static bool lower_all(struct reading *r, struct str *lowered) {
    if (!r->lower) return true;
    size_t most = r->size + r->size / 2; // two bytes may become three
    if (!str_room(lowered, most)) return no_memory(r, most);
    text_lower(r->bytes, r->size, lowered);
    r->bytes = str_text(lowered);
    r->size = lowered->size;
    return true;
}

static bool read_all(struct reading *r, struct str *lowered) {
    double validation = r->options->validation;
    if (!(validation >= 0 && validation < 1))
        return err_at(r->err, ERR_VALUE, r->name, 0, 0, "expected a validation fraction from 0 to below 1, found %g",
                      validation);
    if (!lower_all(r, lowered)) return false;
    r->codepoint_count = r->tokens == TOKENS_BYTE ? 0x100 : codepoints_above(r->bytes, r->size);
    r->codepoints = mem_array(r->codepoint_count, sizeof *r->codepoints);
    r->stats = mem_alloc(sizeof *r->stats);
    if (!r->codepoints || !r->stats) return no_memory(r, r->codepoint_count * sizeof *r->codepoints);
    if (!scan(r) || !choose_shape(r) || !build_vocabulary(r) || !build_symbols(r)) return false;
    note_problems(r);
    return true;
}

static bool read_text(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                      struct problem_log *log, struct err *err) {
    const struct vocabulary *given = options->vocabulary;
    struct reading r = {.name = input->path,
                        .bytes = input->bytes,
                        .size = input->size,
                        .had_mark = input->had_mark,
                        .options = options,
                        .tokens = given ? given->tokens : options->tokens,
                        .lower = given ? given->lower : options->lower,
                        .out = out,
                        .log = log,
                        .err = err};
    struct str lowered = {0};
    bool good = read_all(&r, &lowered);
    str_release(&lowered);
    mem_free(r.codepoints);
    mem_free(r.stats);
    return good;
}

const struct reader reader_text = {.id = "text", .title = "text for a language model", .read = read_text};

bool dataset_from_text(struct dataset *dataset, const char *name, const char *text, size_t size,
                       const struct data_options *options, struct err *err) {
    struct data_options own = options ? *options : data_options_default();
    own.reader = reader_text.id;
    if (!dataset_read_bytes(dataset, name, text, size, &own, err)) return false;
    dataset->reason[0] = 0; // nobody asked
    return true;
}

bool dataset_read_text(struct dataset *dataset, const char *path, const struct data_options *options, struct err *err) {
    *dataset = (struct dataset){0};
    struct bytes bytes;
    if (!file_read(path, DATASET_MAX_BYTES, &bytes, err)) return false;
    bool good = dataset_from_text(dataset, path, bytes.data, bytes.size, options, err);
    bytes_release(&bytes);
    return good;
}
