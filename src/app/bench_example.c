#include "bench_example.h"

#include "mem.h"
#include "minibatch.h"
#include "sampler.h"
#include "speech_text.h"
#include "str.h"
#include "tokens.h"
#include "trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASSAGE = 16 }; // timesteps of a long text or series that are one example

static int window_of(const struct dataset *data) {
    return data->shape == TEXT_WHOLE ? PASSAGE : WORKBENCH_MAX_T;
}

static bool is_real(const struct dataset *data) {
    return data->input != VALUES_SYMBOLS;
}

int bench_example_count(const struct dataset *data) {
    return dataset_window_count(data, window_of(data));
}

void bench_example_caption(const struct dataset *data, int index, char *out, size_t size) {
    if (!is_real(data)) {
        dataset_example_text(data, index, window_of(data), out, size);
        return;
    }
    if (data->shape == TEXT_WHOLE) {
        snprintf(out, size, "passage %d", index + 1);
        return;
    }
    int used = snprintf(out, size, "sequence %d", index + 1);
    if (data->answers != ANSWERS_ONE || data->output != VALUES_SYMBOLS || used < 0 || (size_t)used >= size) return;
    int label = data->answer_symbols[dataset_answer(data, index).start];
    snprintf(out + used, size - (size_t)used, ", class %s", dataset_answer_vocabulary(data)->texts[label]);
}

const char *data_unit_word(const struct dataset *data) {
    if (is_real(data)) return data->channels > 1 ? "frame" : "value";
    enum token_kind tokens = data->vocabulary.tokens;
    if ((data->task && tokens == TOKENS_CHARACTER) || tokens == TOKENS_LABEL) return "symbol";
    return token_kind_names[tokens];
}

void bench_example_free(struct bench_example *e) {
    if (!e) return;
    example_release(&e->example);
    example_release(&e->source);
    mem_free(e);
}

struct bench_example *bench_example_copy(const struct layout *layout, const struct example *example, const char *text,
                                         struct err *err) {
    int T = example->T, source_T = example->source ? example->source->T : 0, longest = T > source_T ? T : source_T;
    if (longest > WORKBENCH_MAX_T) {
        err_set(err, ERR_LIMIT, "expected at most %d timesteps to walk through, found %d", WORKBENCH_MAX_T, longest);
        return NULL;
    }
    struct bench_example *e = mem_need(1, sizeof *e);
    e->index = -1;
    snprintf(e->text, sizeof e->text, "%s", text);
    if (example_copy(layout, example, &e->example, &e->source)) return e;
    err_set(err, ERR_MEMORY, "no memory for an example of %d timesteps", T);
    bench_example_free(e);
    return NULL;
}

// --- by number ---

// Column b of (T, B); NULL stays NULL.
static const int *copy_symbols(const int *from, int T, int B, int b) {
    int *to = mem_need((size_t)T, sizeof *to);
    for (int t = 0; t < T; t++)
        to[t] = from[t * B + b];
    return to;
}

static const double *copy_values(const float *from, int T, int B, int b, int channels) {
    if (!from) return NULL;
    size_t count = (size_t)T * (size_t)channels, each = (size_t)channels;
    double *to = mem_need(count, sizeof *to);
    for (size_t i = 0; i < count; i++)
        to[i] = from[(i / each * (size_t)B + (size_t)b) * each + i % each];
    return to;
}

// Timesteps of column b up to its padding; at least 1. target: NULL where there is none.
static int column_length(const int *x, const int *target, int T, int B, int b) {
    while (T > 1 && x[(T - 1) * B + b] < 0 && (!target || target[(T - 1) * B + b] < 0))
        T--;
    return T;
}

static void take_column(const struct dataset *data, const struct minibatch *m, int b, struct bench_example *e) {
    bool pair = data->answers == ANSWERS_SEQUENCE;
    int T = column_length(m->x, m->target, m->T, m->B, b);
    e->example.T = T;
    e->example.x = is_real(data) && !pair ? NULL : copy_symbols(m->x, T, m->B, b);
    e->example.x_real = copy_values(m->x_real, T, m->B, b, data->channels);
    e->example.target = copy_symbols(m->target, T, m->B, b);
    e->example.target_real = copy_values(m->target_real, T, m->B, b, dataset_outputs(data));
    if (!pair) return;
    e->source.T = T = column_length(m->source, NULL, m->source_T, m->B, b);
    e->source.x = is_real(data) ? NULL : copy_symbols(m->source, T, m->B, b);
    e->source.x_real = copy_values(m->source_real, T, m->B, b, data->channels);
    e->example.source = &e->source;
}

// What was read, as a text: of a language model the symbols that it answers.
static void column_text(const struct dataset *data, struct bench_example *e) {
    bool pair = data->answers == ANSWERS_SEQUENCE, language = data->answers == ANSWERS_NEXT;
    const struct example *read = pair ? &e->source : &e->example;
    const int *symbols = language ? read->target : read->x;
    int *kept = mem_need((size_t)read->T, sizeof *kept), n = 0;
    for (int t = 0; t < read->T; t++) {
        int symbol = symbols[pair && data->reverse_source ? read->T - 1 - t : t];
        if (symbol >= 0 && !(language && symbol == VOCABULARY_EOS)) kept[n++] = symbol;
    }
    struct str text = {0};
    vocabulary_decode(&data->vocabulary, kept, n, &text);
    str_line(str_text(&text), text.size, e->text, sizeof e->text);
    str_release(&text);
    mem_free(kept);
}

struct bench_example *bench_example_of_column(const struct dataset *data, const struct minibatch *m, int b) {
    struct bench_example *e = mem_need(1, sizeof *e);
    e->index = -1;
    take_column(data, m, b, e);
    if (!is_real(data)) {
        column_text(data, e);
        return e;
    }
    int used = snprintf(e->text, sizeof e->text, "sequence %d", b + 1), T = e->example.T;
    if (data->answers == ANSWERS_ONE && data->output == VALUES_SYMBOLS)
        snprintf(e->text + used, sizeof e->text - (size_t)used, ", class %s",
                 dataset_answer_vocabulary(data)->texts[e->example.target[T - 1]]);
    return e;
}

struct bench_example *bench_example_numbered(const struct dataset *data, int index, struct err *err) {
    int count = bench_example_count(data);
    struct minibatch one;
    if (index < 0 || index >= count) {
        err_set(err, ERR_VALUE, "%s has %d examples, found a wish for number %d", data->name, count, index + 1);
        return NULL;
    }
    if (!minibatch_init(&one, data, 1, window_of(data), err)) return NULL;
    struct bench_example *e = mem_need(1, sizeof *e);
    e->index = index;
    int T = dataset_window(data, index, &one, &e->cut), longest = one.source_T > T ? one.source_T : T;
    if (longest <= WORKBENCH_MAX_T)
        take_column(data, &one, 0, e);
    else
        err_set(err, ERR_LIMIT, "%s: expected at most %d timesteps to walk through, found %d in example %d", data->name,
                WORKBENCH_MAX_T, longest, index + 1);
    bench_example_caption(data, index, e->text, sizeof e->text);
    minibatch_release(&one);
    if (longest <= WORKBENCH_MAX_T) return e;
    bench_example_free(e);
    return NULL;
}

// --- as typed ---

// The symbols of a text, at most `room`, to out; how many, or -1 with err.
static int encode(const struct dataset *data, const char *text, int *out, int room, bool *cut, struct err *err) {
    size_t length = strlen(text), at = utf8_check(text, length);
    if (at < length) {
        err_set(err, ERR_VALUE, "expected UTF-8, found another byte at %zu", at + 1);
        return -1;
    }
    const struct vocabulary *vocabulary = &data->vocabulary;
    struct str lowered = {0};
    if (vocabulary->lower) text_lower(text, length, &lowered);
    bool lower = lowered.size > 0;
    struct token_walk walk =
        token_walk_start(vocabulary->tokens, lower ? lowered.data : text, lower ? lowered.size : length);
    int n = 0;
    while (n >= 0 && !*cut && token_next(&walk)) {
        int symbol = vocabulary_find(vocabulary, walk.token, walk.size);
        bool unknown = symbol == VOCABULARY_UNK; // a word may be one, a character is a slip
        if (symbol < 0 || (unknown && vocabulary->tokens != TOKENS_WORD && !speech_has_unknown(data))) {
            err_set(err, ERR_VALUE, "“%.*s” is not among the %d %ss of %s", (int)walk.size, walk.token,
                    vocabulary->count - vocabulary_first(vocabulary), token_kind_names[vocabulary->tokens], data->name);
            n = -1;
        } else if (n == room)
            *cut = true;
        else
            out[n++] = symbol;
    }
    str_release(&lowered);
    if (n == 0) err_set(err, ERR_VALUE, "expected at least one %s, found none", data_unit_word(data));
    return n > 0 ? n : -1;
}

static int *no_answers(int T) {
    int *target = mem_need((size_t)T + 1, sizeof *target);
    for (int t = 0; t < T; t++)
        target[t] = -1;
    return target;
}

// A language model reads nothing, then the text, and answers the text and <EOS>.
static void take_language(struct bench_example *e, const int *symbols, int n) {
    int T = e->cut ? n : n + 1;
    int *x = mem_need((size_t)T, sizeof *x), *target = mem_need((size_t)T, sizeof *target);
    for (int t = 0; t < T; t++) {
        x[t] = t == 0 ? -1 : symbols[t - 1];
        target[t] = t < n ? symbols[t] : VOCABULARY_EOS;
    }
    e->example = (struct example){.T = T, .x = x, .target = target};
}

// What the decoder writes by itself: the likeliest symbol each time, which it then reads.
static bool take_decoded(const struct dataset *data, const struct model *model, struct bench_example *e,
                         struct err *err) {
    int room = data->answer_length_max + 1 < WORKBENCH_MAX_T ? data->answer_length_max + 1 : WORKBENCH_MAX_T, T = 0;
    struct sampler *sampler = sampler_new(model, err);
    struct batch source = {.T = e->source.T, .B = 1, .x = e->source.x};
    struct rng rng = rng_seed(1);
    bool good = sampler && sampler_encode(sampler, &source, err);
    int *x = mem_need((size_t)room, sizeof *x);
    for (int symbol = -1; good && T < room && symbol != VOCABULARY_EOS; T++) {
        x[T] = symbol;
        sampler_feed(sampler, symbol);
        symbol = sampler_draw(sampler, 0, 0, VOCABULARY_UNK, &rng);
    }
    sampler_free(sampler);
    e->example = (struct example){.T = T, .x = x, .target = no_answers(T), .source = &e->source};
    return good;
}

static bool take_typed(const struct dataset *data, const struct model *model, struct bench_example *e, int *symbols,
                       int n, struct err *err) {
    if (data->answers == ANSWERS_NEXT) {
        take_language(e, symbols, n);
        return true;
    }
    if (data->answers != ANSWERS_SEQUENCE) {
        e->example = (struct example){.T = n, .x = copy_symbols(symbols, n, 1, 0), .target = no_answers(n)};
        return true;
    }
    int *x = mem_need((size_t)n, sizeof *x);
    for (int t = 0; t < n; t++)
        x[t] = symbols[data->reverse_source ? n - 1 - t : t];
    e->source = (struct example){.T = n, .x = x};
    return take_decoded(data, model, e, err);
}

// "3", "sequence 3, class up", "passage 3": from 1; 0 where it is no number.
static long number_in(const char *text) {
    char *end;
    const char *digits = strpbrk(text, "0123456789");
    long number = digits ? strtol(digits, &end, 10) : 0;
    return digits && (digits == text || digits[-1] == ' ') ? number : 0;
}

struct bench_example *bench_example_typed(const struct dataset *data, const struct model *model, const char *text,
                                          struct err *err) {
    long number = is_real(data) ? number_in(text) : dataset_find(data, text) + 1;
    if (number == 0 && text[0] == '#' && strspn(text + 1, "0123456789") == strlen(text + 1)) number = atol(text + 1);
    if (number > bench_example_count(data) && text[0] == '#')
        return bench_example_numbered(data, (int)number - 1, err); // says how many there are
    if (number > 0 && number <= bench_example_count(data)) return bench_example_numbered(data, (int)number - 1, err);
    if (is_real(data)) {
        err_set(err, ERR_VALUE, "%s holds numbers: expected the number of a sequence, 1 to %d, found “%s”", data->name,
                bench_example_count(data), text);
        return NULL;
    }
    struct bench_example *e = mem_need(1, sizeof *e);
    int *symbols = mem_need(WORKBENCH_MAX_T, sizeof *symbols);
    e->index = -1;
    int n = encode(data, text, symbols, WORKBENCH_MAX_T - 1, &e->cut, err);
    bool good = n > 0 && take_typed(data, model, e, symbols, n, err);
    snprintf(e->text, sizeof e->text, "%s", text);
    mem_free(symbols);
    if (good) return e;
    bench_example_free(e);
    return NULL;
}
