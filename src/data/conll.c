// CoNLL columns: a token and its tag a line (further columns between them are left out: the tag is the last), an empty
// line behind each sentence. Tokens are symbols as they stand; every token gets a tag.
#include "builder.h"
#include "counter.h"
#include "fields.h"
#include "reader.h"
#include "rows.h"
#include "str.h"
#include "tokens.h"

#include <stdio.h>
#include <string.h>

enum { SNIFFED = 2000, COLUMNS = 16 };

// Token and tag of a line; false where it has no two columns.
static bool split(const struct line *line, struct field *token, struct field *tag) {
    struct field fields[COLUMNS];
    int n = fields_of(line, "\t", fields, COLUMNS);
    if (n == 1) n = fields_of(line, " ", fields, COLUMNS);
    if (n < 2 || n > COLUMNS) return false;
    *token = field_plain(fields[0]);
    *tag = field_plain(fields[n - 1]);
    if (token->size == 0) *token = fields[0]; // a quotation mark is a token
    return token->size > 0 && tag->size > 0;
}

static bool is_tag(struct field tag) {
    if (tag.size == 1 && tag.text[0] == 'O') return true;
    return tag.size > 2 && strchr("BIESLU", tag.text[0]) && tag.text[1] == '-';
}

static bool is_blank(const struct line *line) {
    const char *text = line->text;
    size_t size = line->size;
    text_trim(&text, &size);
    return size == 0;
}

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size) {
    (void)options;
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    int tokens = 0, tags = 0, blanks = 0;
    for (int n = 0; n < SNIFFED && lines_next(&lines, &line); n++) {
        struct field token, tag;
        if (is_blank(&line)) {
            blanks++;
            continue;
        }
        tokens++;
        tags += split(&line, &token, &tag) && is_tag(tag);
    }
    snprintf(why, why_size, "a token and a tag (O, B-..., I-...) a line, an empty line behind each sentence");
    return tokens >= 2 && blanks > 0 && tags * 100 >= tokens * 95;
}

static void count(struct token_counter *words, struct token_counter *tags, const struct reader_input *input) {
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    while (lines_next(&lines, &line)) {
        struct field token, tag;
        if (is_blank(&line) || !split(&line, &token, &tag)) continue;
        token_counter_add_whole(words, token.text, token.size);
        token_counter_add(tags, tag.text, tag.size);
    }
}

static bool make_vocabularies(const struct reader_input *input, const struct data_options *o, struct dataset *out,
                              struct err *err) {
    struct token_counter words, tags;
    token_counter_start(&words, TOKENS_WORD, o->vocabulary ? o->vocabulary->lower : o->lower);
    token_counter_start(&tags, TOKENS_LABEL, false);
    count(&words, &tags, input);
    bool good = token_counter_make(&words, o->min_count, o->vocabulary, &out->vocabulary, err) &&
                token_counter_make(&tags, 0, o->labels, &out->labels, err);
    token_counter_release(&words);
    token_counter_release(&tags);
    return good;
}

static int find_word(const struct vocabulary *words, struct field token) {
    if (!words->lower) return vocabulary_find(words, token.text, token.size);
    struct str lowered = {0};
    text_lower(token.text, token.size, &lowered);
    int found = vocabulary_find(words, str_text(&lowered), lowered.size);
    str_release(&lowered);
    return found;
}

static bool put_line(struct builder *b, const struct line *line, bool *open, struct problem_log *log, const char *path,
                     struct err *err) {
    struct dataset *d = b->out;
    struct field token, tag;
    if (is_blank(line)) {
        *open = false;
        return true;
    }
    if (!split(line, &token, &tag)) {
        problem_add(log, PROBLEM_SKIPPED, line->number, 1, "expected a token and a tag, found one column; skipped");
        return true;
    }
    int label = vocabulary_find(&d->labels, tag.text, tag.size);
    if (label < 0)
        return err_at(err, ERR_VALUE, path, line->number, reader_column(line->text, tag.text),
                      "expected one of the model's %d tags, found \"%.*s\"", d->labels.count, (int)tag.size, tag.text);
    if (!*open) builder_example(b, line->number);
    *open = true;
    builder_symbol(b, find_word(&d->vocabulary, token));
    builder_answer(b, label);
    return true;
}

static bool read_conll(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                       struct problem_log *log, struct err *err) {
    out->answers = ANSWERS_EACH;
    out->shape = TEXT_LINES;
    if (!make_vocabularies(input, options, out, err)) return false;
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    struct builder builder;
    bool open = false;
    builder_start(&builder, out);
    while (lines_next(&lines, &line))
        if (!put_line(&builder, &line, &open, log, input->path, err)) return false;
    if (!builder_finish(&builder, err)) return false;
    if (out->labels.count == 1 && !options->labels)
        return err_at(err, ERR_VALUE, input->path, 0, 0,
                      "expected at least two tags, found only \"%s\": there is nothing to tell apart",
                      out->labels.texts[0]);
    snprintf(out->shape_reason, sizeof out->shape_reason, "one example a sentence");
    reader_note_ends(input, out);
    return dataset_finish(out, options, log, err);
}

const struct reader reader_conll = {
    .id = "conll", .title = "tokens with their tags", .sniff = sniff, .read = read_conll};
