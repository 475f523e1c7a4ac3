#include "cases.h"

#include "check.h"
#include "mem.h"

#include <stdio.h>
#include <string.h>

void cases_start(struct cases *c, struct dataset *out, int channels, bool labelled) {
    *c = (struct cases){.labelled = labelled};
    out->input = VALUES_REALS;
    out->answers = labelled ? ANSWERS_ONE : ANSWERS_NEXT;
    out->output = labelled ? VALUES_SYMBOLS : VALUES_REALS;
    out->channels = channels;
    out->answer_channels = labelled ? 0 : channels;
    out->shape = TEXT_LINES;
    builder_start(&c->builder, out);
    token_counter_start(&c->labels, TOKENS_LABEL, false);
}

void cases_release(struct cases *c) {
    token_counter_release(&c->labels);
}

void cases_begin(struct cases *c, long line, const char *label, size_t size) {
    builder_example(&c->builder, line);
    if (!c->labelled) return;
    token_counter_add(&c->labels, label, size);
    builder_answer(&c->builder, vocabulary_find(&c->labels.seen, label, size)); // as counted; put right at the end
}

void cases_vector(struct cases *c, const float *values) {
    builder_vector(&c->builder, values);
}

int cases_length(const struct cases *c) {
    const struct dataset *d = c->builder.out;
    return d->example_count > 0 ? d->examples[d->example_count - 1].length : 0;
}

// Examples without a timestep, or where the next one is asked for with only one, are taken out.
static void drop_short(struct dataset *d, struct problem_log *log) {
    int least = d->answers == ANSWERS_NEXT ? 2 : 1, kept = 0;
    size_t at = 0;
    for (int i = 0; i < d->example_count; i++) {
        struct dataset_example example = d->examples[i];
        if (example.length < least) {
            problem_add(log, PROBLEM_SKIPPED, example.line, 1,
                        "expected a series of at least %d timestep%s, found %d; skipped", least, least == 1 ? "" : "s",
                        example.length);
            continue;
        }
        size_t channels = (size_t)d->channels;
        memmove(d->values + at * channels, d->values + example.start * channels,
                (size_t)example.length * channels * sizeof *d->values);
        if (d->answers == ANSWERS_ONE) {
            d->answer_symbols[kept] = d->answer_symbols[d->answer_places[i].start];
            d->answer_places[kept] = (struct dataset_answer){.start = (uint32_t)kept, .length = 1};
        }
        example.start = (uint32_t)at;
        at += (size_t)example.length;
        d->examples[kept++] = example;
    }
    if (d->answers == ANSWERS_ONE) d->answer_count = (size_t)kept;
    d->example_count = kept;
    d->symbol_count = at;
}

// From the index in order of appearance to that of the vocabulary.
static bool settle_labels(struct cases *c, const struct reader_input *input, const struct data_options *options,
                          struct err *err) {
    struct dataset *d = c->builder.out;
    if (!token_counter_make(&c->labels, 0, options->labels, &d->labels, err)) return false;
    if (d->labels.count < 2)
        return err_at(err, ERR_VALUE, input->path, 0, 0,
                      "expected at least two labels, found %s%s%s: there is nothing to tell apart",
                      d->labels.count ? "only \"" : "none", d->labels.count ? d->labels.texts[0] : "",
                      d->labels.count ? "\"" : "");
    for (int i = 0; i < d->example_count; i++) {
        int *answer = &d->answer_symbols[d->answer_places[i].start];
        const char *text = c->labels.seen.texts[*answer];
        *answer = vocabulary_find(&d->labels, text, strlen(text));
        if (*answer < 0)
            return err_at(err, ERR_VALUE, input->path, d->examples[i].line, 0,
                          "expected one of the model's %d labels, found \"%s\"", d->labels.count, text);
    }
    return true;
}

bool cases_finish(struct cases *c, const struct reader_input *input, const struct data_options *options,
                  struct problem_log *log, struct err *err) {
    struct dataset *d = c->builder.out;
    if (c->labels.no_memory) return err_set(err, ERR_MEMORY, "no memory for the labels");
    if (!builder_finish(&c->builder, err)) return false;
    drop_short(d, log);
    if (d->example_count > 0 && c->labelled && !settle_labels(c, input, options, err)) return false;
    if (!d->shape_reason[0]) snprintf(d->shape_reason, sizeof d->shape_reason, "one example a series");
    return true;
}

bool cases_of_table(const struct reader_input *input, const struct data_options *options, enum table_kind kind,
                    const char *expected, cases_rows_fn *rows, struct dataset *out, struct problem_log *log,
                    struct err *err) {
    struct columns columns;
    if (!columns_find(input, options, kind, &columns, err))
        return err->code == ERR_NONE && err_at(err, ERR_FORMAT, input->path, 0, 0, "%s", expected);
    struct cases cases;
    struct table_walk walk;
    cases_start(&cases, out, kind == TABLE_WIDE ? 1 : columns.value_count, columns.label >= 0);
    bool good = table_walk_start(&walk, input, options, &columns, out, log, err) && rows(&walk, &cases, err);
    table_walk_release(&walk);
    reader_note_ends(input, out);
    good = good && cases_finish(&cases, input, options, log, err);
    cases_release(&cases);
    return good;
}
