// CoNLL columns: a token and its tag a line (further columns between them are left out: the tag is the last), an empty
// line behind each sentence. Tokens are symbols as they stand; every token gets a tag.
#include "fields.h"
#include "rows.h"
#include "tagged.h"

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

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    (void)options, (void)err;
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

static void put_line(struct tagged *tagged, const struct line *line, struct problem_log *log) {
    struct field token, tag;
    if (is_blank(line)) {
        tagged_end_sentence(tagged);
        return;
    }
    if (!split(line, &token, &tag)) {
        problem_add(log, PROBLEM_SKIPPED, line->number, 1, "expected a token and a tag, found one column; skipped");
        return;
    }
    tagged_add(tagged, &(struct tagged_token){.token = token.text,
                                              .token_size = (uint32_t)token.size,
                                              .tag = tag.text,
                                              .tag_size = (uint32_t)tag.size,
                                              .line = (int)line->number,
                                              .column = (int)reader_column(line->text, tag.text)});
}

static bool read_conll(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                       struct problem_log *log, struct err *err) {
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    struct tagged tagged = {0};
    struct reader_pace pace = {.input = input, .options = options, .share = 1};
    bool good = true;
    while (good && lines_next(&lines, &line)) {
        good = reader_go_on(&pace, line.text, err);
        put_line(&tagged, &line, log);
    }
    good = good && tagged_finish(&tagged, input, options, out, err);
    tagged_release(&tagged);
    return good;
}

const struct reader reader_conll = {
    .id = "conll", .title = "tokens with their tags", .sniff = sniff, .read = read_conll};
