// The text reader on spoilt files: an answer, and what it says is true.

#include "fuzz.h"
#include "minibatch.h"
#include "str.h"

static const struct fuzz_input samples[] = {
    FUZZ_TEXT("emma\nolivia\nava\nisabella\nsophia\n"),
    FUZZ_TEXT("emma\r\nolivia\r\nava\r\n\r\nava"),
    FUZZ_TEXT("emma\rolivia\rava\r"),
    FUZZ_TEXT("\xEF\xBB\xBF"
              "caf\u00E9\r\n\u4E2D\u6587\n\U0001F600 x\n"),
    FUZZ_TEXT("First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak.\n"),
    FUZZ_TEXT("\xFF\xFE"
              "a\0b\0\n\0c\0"),
    FUZZ_TEXT("one line, and no end"),
    FUZZ_TEXT("a\tb\n  \n\x07\u200B\u0301\n\uFFFD\n"),
};
static const struct fuzz_input words[] = {
    FUZZ_TEXT("\n"),     FUZZ_TEXT("\r"),
    FUZZ_TEXT("\r\n"),   FUZZ_TEXT("\n\n\n"),
    FUZZ_TEXT("\0"),     FUZZ_TEXT("\xC3"),
    FUZZ_TEXT("\u00E9"), FUZZ_TEXT("\uFEFF"),
    FUZZ_TEXT(" "),      FUZZ_TEXT("\xED\xA0\x80"),
    FUZZ_TEXT("\x80"),   FUZZ_TEXT("\u2028"),
    FUZZ_TEXT("emma\n"), FUZZ_TEXT("\xF4\x90\x80\x80"),
};

static void check_symbols(const struct dataset *d, const struct minibatch *m) {
    const int *x = m->x, *target = m->target;
    for (int i = 0; i < m->T * m->B; i++) {
        fuzz_check(x[i] >= -1 && x[i] < d->vocabulary.count);
        fuzz_check(target[i] >= -1 && target[i] < d->vocabulary.count);
    }
}

static void check_dataset(const struct dataset *d, struct rng *rng) {
    enum { B = 3, MAX_T = 7 };
    int x[B * MAX_T], target[B * MAX_T];
    struct minibatch one = {.B = 1, .max_T = MAX_T, .x = x, .target = target}, m = one;
    m.B = B;
    long counted = 0, total = 0;
    fuzz_check(d->vocabulary.count >= VOCABULARY_FIRST + 2);
    for (int i = 0; i < d->vocabulary.count; i++)
        counted += d->vocabulary.counts[i];
    fuzz_check((size_t)counted == d->symbol_count);
    for (size_t i = 0; i < d->symbol_count; i++)
        fuzz_check(dataset_symbol(d, i) >= VOCABULARY_FIRST && dataset_symbol(d, i) < d->vocabulary.count);
    for (int i = 0; i < d->example_count; i++) {
        fuzz_check(d->examples[i].start == (size_t)total && d->examples[i].length > 0 && d->examples[i].line > 0);
        total += d->examples[i].length;
    }
    fuzz_check((size_t)total == d->symbol_count);
    fuzz_check(d->length_min <= d->length_median && d->length_median <= d->length_max);
    fuzz_check(d->problem_count <= d->problem_total && d->problem_count <= PROBLEM_MAX);
    for (int i = 0; i < d->problem_count; i++)
        fuzz_check(d->problems[i].what[0] && d->problems[i].line > 0);
    if (d->shape == TEXT_LINES)
        fuzz_check(d->train_count > 0 && d->train_count + d->validation_count == d->example_count);
    bool cut;
    for (int i = 0; i < dataset_window_count(d, MAX_T); i++) {
        dataset_window(d, i, &one, &cut);
        check_symbols(d, &one);
    }
    for (int i = 0; i < 3; i++) {
        dataset_batch(d, rng, &m);
        check_symbols(d, &m);
    }
    long tokens = 0, expected = (long)(d->symbol_count - d->train_symbols);
    for (int i = 0; i < d->validation_count; i++)
        expected += d->examples[d->validation[i]].length + 1;
    for (int k = 0; dataset_validation_batch(d, k, &m) > 0; k++) {
        check_symbols(d, &m);
        for (int i = 0; i < m.T * B; i++)
            tokens += target[i] >= 0;
    }
    fuzz_check(tokens == expected);
}

static bool run(const struct fuzz_case *c, struct rng *rng) {
    struct data_options options = data_options_default();
    options.shape = (enum text_shape)rng_below(rng, 3);
    options.validation = rng_uniform(rng);
    options.tokens = (enum token_kind)rng_below(rng, TOKENS_LABEL);
    options.lower = rng_below(rng, 2);
    struct dataset d;
    struct err err = {0};
    char *exact = malloc(c->size + 1); // so that a byte read too far is seen
    memcpy(exact, c->bytes, c->size);
    bool good = dataset_from_text(&d, "fuzz", exact, c->size, &options, &err);
    free(exact);
    if (good) {
        check_dataset(&d, rng);
        dataset_release(&d);
    } else {
        fuzz_check(err.code == ERR_FORMAT || err.code == ERR_VALUE);
        fuzz_check(err.message[0] && !strchr(err.message, '\n'));
        fuzz_check(utf8_check(err.message, strlen(err.message)) == strlen(err.message));
    }
    return good;
}

static const struct fuzz_target target = {.name = "fuzz_text",
                                          .samples = samples,
                                          .sample_count = FUZZ_COUNT(samples),
                                          .words = words,
                                          .word_count = FUZZ_COUNT(words),
                                          .run = run};
FUZZ_PROGRAM(target, 10000)
