#include "rows.h"

#include "builder.h"
#include "counter.h"
#include "mem.h"
#include "str.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 256, BLOCK = 1 << 20, PACE = 1 << 16 };

void text_trim(const char **text, size_t *size) {
    while (*size > 0 && (**text == ' ' || **text == '\t')) {
        (*text)++;
        (*size)--;
    }
    while (*size > 0 && ((*text)[*size - 1] == ' ' || (*text)[*size - 1] == '\t'))
        (*size)--;
}

void rows_add(struct rows *rows, const struct row *row) {
    rows->too_many |= rows->count >= DATASET_MAX_EXAMPLES;
    if (rows->no_memory || rows->too_many) return;
    if (rows->count == rows->room) {
        size_t old = (size_t)rows->room * sizeof *rows->items, new = old ? 2 * old : FIRST_ROOM * sizeof *rows->items;
        struct row *items = mem_grow(rows->items, old, new);
        rows->no_memory = !items;
        if (!items) return;
        rows->items = items;
        rows->room = (int)(new / sizeof *items);
    }
    struct row *own = &rows->items[rows->count++];
    *own = *row;
    text_trim(&own->input, &own->input_size);
    if (own->answer) text_trim(&own->answer, &own->answer_size);
}

const char *rows_keep(struct rows *rows, const char *text, size_t size) {
    if (size == 0) return "";
    if (rows->no_memory) return NULL;
    if (rows->texts_used + size > rows->texts_room) {
        size_t room = sizeof(char *) + (size > BLOCK ? size : BLOCK);
        char *block = mem_alloc(room);
        rows->no_memory = !block;
        if (!block) return NULL;
        memcpy(block, &rows->texts, sizeof(char *)); // the block before
        rows->texts = block;
        rows->texts_used = sizeof(char *);
        rows->texts_room = room;
    }
    char *copy = rows->texts + rows->texts_used;
    memcpy(copy, text, size);
    rows->texts_used += size;
    return copy;
}

bool rows_check(const struct rows *rows, struct err *err) {
    if (rows->no_memory) return err_set(err, ERR_MEMORY, "no memory for %d rows", rows->count);
    return !rows->too_many || err_set(err, ERR_LIMIT, "expected at most %d rows, found more; take a part of the file",
                                      DATASET_MAX_EXAMPLES);
}

void rows_release(struct rows *rows) {
    while (rows->texts) {
        char *before;
        memcpy(&before, rows->texts, sizeof before);
        mem_free(rows->texts);
        rows->texts = before;
    }
    mem_free(rows->items);
    *rows = (struct rows){0};
}

// Has everything: an answer is missing only where there is one in every row.
static bool is_whole(const struct row *row, enum data_answers answers) {
    return row->input_size > 0 && (row->answer_size > 0 || answers == ANSWERS_NEXT);
}

static bool usable(const struct row *row, enum data_answers answers, struct problem_log *log) {
    if (row->input_size == 0)
        problem_add(log, PROBLEM_SKIPPED, row->line, 1, "expected an input, found an empty one; skipped");
    else if (!is_whole(row, answers))
        problem_add(log, PROBLEM_SKIPPED, row->line, 1, "expected an answer, found an empty one; skipped");
    return is_whole(row, answers);
}

static void long_row(const struct row *row, struct problem_log *log) {
    long length = (long)utf8_count(row->input, row->input_size);
    if (length > DATASET_LONG_LINE)
        problem_add(log, PROBLEM_LONG_LINE, row->line, DATASET_LONG_LINE + 1,
                    "expected at most %d characters, found %ld; training takes them all at once", DATASET_LONG_LINE,
                    length);
}

// Also counts the tokens of all rows.
static bool make_vocabularies(const struct rows *rows, const struct data_options *o, struct dataset *out,
                              size_t *input_tokens, size_t *answer_tokens, struct err *err) {
    struct token_counter inputs, answers;
    const struct vocabulary *given = o->vocabulary;
    bool labels = out->answers == ANSWERS_ONE;
    token_counter_start(&inputs, given ? given->tokens : o->tokens, given ? given->lower : o->lower);
    token_counter_start(&answers, labels ? TOKENS_LABEL : inputs.seen.tokens, !labels && inputs.seen.lower);
    for (int i = 0; i < rows->count; i++) {
        const struct row *row = &rows->items[i];
        if (!is_whole(row, out->answers)) continue;
        token_counter_add(&inputs, row->input, row->input_size);
        if (out->answers != ANSWERS_NEXT) token_counter_add(&answers, row->answer, row->answer_size);
    }
    bool good = token_counter_make(&inputs, o->min_count, given, &out->vocabulary, err);
    if (good && out->answers != ANSWERS_NEXT)
        good = token_counter_make(&answers, labels ? 0 : o->min_count, o->labels, &out->labels, err);
    *input_tokens = (size_t)inputs.total;
    *answer_tokens = (size_t)answers.total;
    token_counter_release(&inputs);
    token_counter_release(&answers);
    return good;
}

// Tokens of a text, into room that grows.
struct encoder {
    int *symbols, room;
};

// How many; -1 when memory ran out.
static int encode(struct encoder *e, const struct vocabulary *vocabulary, const char *text, size_t size,
                  struct err *err) {
    int n = vocabulary_encode(vocabulary, text, size, e->symbols, e->room);
    if (n <= e->room) return n;
    mem_free(e->symbols);
    e->symbols = mem_array(2 * (size_t)n, sizeof *e->symbols);
    e->room = e->symbols ? 2 * n : 0;
    if (e->symbols) return vocabulary_encode(vocabulary, text, size, e->symbols, e->room);
    err_set(err, ERR_MEMORY, "no memory for a row of %d tokens", n);
    return -1;
}

static bool unknown_label(const struct row *row, const struct dataset *d, const char *path, struct err *err) {
    return err_at(err, ERR_VALUE, path, row->line, 0, "expected one of the model's %d labels, found \"%.*s\"",
                  d->labels.count, (int)row->answer_size, row->answer);
}

static bool put_row(struct builder *b, struct encoder *e, const struct row *row, struct problem_log *log,
                    const char *path, struct err *err) {
    struct dataset *d = b->out;
    builder_example(b, row->line);
    int n = encode(e, &d->vocabulary, row->input, row->input_size, err);
    if (n < 0) return false;
    builder_symbols(b, e->symbols, n);
    if (d->answers == ANSWERS_NEXT) {
        if (n > 0) return true;
        problem_add(log, PROBLEM_SKIPPED, row->line, 1, "expected words, found none; skipped");
        builder_drop(b);
        return true;
    }
    int m = encode(e, &d->labels, row->answer, row->answer_size, err);
    if (m < 0) return false;
    if (d->answers == ANSWERS_ONE && m > 0 && e->symbols[0] < 0) return unknown_label(row, d, path, err);
    for (int k = 0; k < m; k++)
        builder_answer(b, e->symbols[k]);
    if (n > 0 && m > 0) return true;
    problem_add(log, PROBLEM_SKIPPED, row->line, 1, "expected words on both sides, found none; skipped");
    builder_drop(b);
    return true;
}

// The second half of the reading.
static bool go_on(const struct data_options *options, int done, int count, const char *path, struct err *err) {
    if (!options->progress || options->progress(options->progress_context, 0.5 + 0.5 * done / count)) return true;
    return err_at(err, ERR_STOPPED, path, 0, 0, "reading was stopped");
}

bool rows_finish(const struct rows *rows, enum data_answers answers, const struct reader_input *input,
                 const struct data_options *options, struct dataset *out, struct problem_log *log, struct err *err) {
    out->answers = answers;
    out->shape = TEXT_LINES;
    out->reverse_source =
        answers == ANSWERS_SEQUENCE && (options->vocabulary ? options->vocabulary->reversed : options->reverse_source);
    if (!rows_check(rows, err)) return false;
    size_t input_tokens, answer_tokens;
    if (!make_vocabularies(rows, options, out, &input_tokens, &answer_tokens, err)) return false;
    out->vocabulary.reversed = out->reverse_source;
    struct builder builder;
    struct encoder encoder = {0};
    builder_start(&builder, out);
    builder_reserve(&builder, input_tokens, answer_tokens, (size_t)rows->count);
    bool good = true;
    for (int i = 0; good && i < rows->count; i++) {
        if (i % PACE == 0 && !go_on(options, i, rows->count, input->path, err)) {
            good = false;
            break;
        }
        if (!usable(&rows->items[i], answers, log)) continue;
        long_row(&rows->items[i], log);
        good = put_row(&builder, &encoder, &rows->items[i], log, input->path, err);
    }
    mem_free(encoder.symbols);
    if (!good || !builder_finish(&builder, err)) return false;
    snprintf(out->shape_reason, sizeof out->shape_reason, "one example a row");
    if (answers == ANSWERS_NEXT && out->vocabulary.count - VOCABULARY_FIRST < 2 && !options->vocabulary)
        return err_at(err, ERR_VALUE, input->path, 0, 0,
                      "expected at least two distinct %ss, found %d: there is nothing to predict",
                      token_kind_names[out->vocabulary.tokens], out->vocabulary.count - VOCABULARY_FIRST);
    if (answers == ANSWERS_ONE && out->labels.count == 1 && !options->labels)
        return err_at(err, ERR_VALUE, input->path, 0, 0,
                      "expected at least two labels, found only \"%s\": there is nothing to tell apart",
                      out->labels.texts[0]);
    if (!input->folder) {
        problems_of_characters(log, &out->vocabulary, input->bytes, input->size);
        reader_note_ends(input, out);
    }
    return true;
}
