#include "bench_minibatch.h"

#include "bench_example.h"
#include "mem.h"
#include "str.h"
#include <stdio.h>
#include <string.h>

// --- one column ---

// Timesteps up to the last that holds an input or a target (kernels.h).
static int length_of(const int *x, const int *target, int T, int B, int column) {
    for (int t = T; t > 0; t--) {
        size_t at = (size_t)(t - 1) * (size_t)B + (size_t)column;
        if ((x && x[at] >= 0) || (target && target[at] >= 0)) return t;
    }
    return 0;
}

static int *symbols_of(const int *from, int T, int B, int column) {
    int *to = mem_need((size_t)T, sizeof *to);
    for (int t = 0; t < T; t++)
        to[t] = from[(size_t)t * (size_t)B + (size_t)column];
    return to;
}

static double *reals_of(const float *from, int T, int B, int column, int width) {
    if (!from) return NULL;
    double *to = mem_need((size_t)T * (size_t)width, sizeof *to);
    for (int t = 0; t < T; t++)
        for (int k = 0; k < width; k++)
            to[t * width + k] = from[((size_t)t * (size_t)B + (size_t)column) * (size_t)width + (size_t)k];
    return to;
}

static struct example take_column(const struct dataset *data, const struct minibatch *m, int column) {
    bool reads_reals = m->x_real != NULL;
    struct example e = {.T = length_of(m->x, m->target, m->T, m->B, column)};
    if (e.T == 0) return e;
    e.x = reads_reals ? NULL : symbols_of(m->x, e.T, m->B, column);
    e.x_real = reals_of(m->x_real, e.T, m->B, column, data->channels);
    e.target = symbols_of(m->target, e.T, m->B, column);
    e.target_real = reals_of(m->target_real, e.T, m->B, column, dataset_outputs(data));
    return e;
}

static struct example take_source(const struct dataset *data, const struct minibatch *m, int column) {
    struct example e = {.T = length_of(m->source, NULL, m->source_T, m->B, column)};
    if (e.T == 0) return e;
    e.x = m->source_real ? NULL : symbols_of(m->source, e.T, m->B, column);
    e.x_real = reals_of(m->source_real, e.T, m->B, column, data->channels);
    return e;
}

// --- what it is called ---

static void put_symbols(const struct vocabulary *vocabulary, const int *symbols, int T, char *out, size_t size) {
    struct str text = {0};
    int first = T > 0 && symbols[0]<0, end = T> 0 && symbols[T - 1] == VOCABULARY_EOS ? T - 1 : T;
    int most = (int)size - 1 < end - first ? (int)size - 1 : end - first; // a symbol is a byte at least
    vocabulary_decode(vocabulary, symbols + first, most, &text);
    size_t used = text.size < size ? text.size : size - 1;
    if (text.data) memcpy(out, text.data, used);
    out[used] = 0;
    str_release(&text);
    for (size_t bad; (bad = utf8_check(out, used)) < used;) // bytes may begin or end inside of a character
        out[bad] = '?';
    for (char *c = out; *c; c++)
        if (*c == '\n') *c = ' ';
}

static void name_example(const struct dataset *data, const struct example *e, char *out, size_t size) {
    const struct example *read = e->source ? e->source : e;
    if (data->input != VALUES_SYMBOLS)
        snprintf(out, size, "%d %s%s", read->T, data_unit_word(data), read->T == 1 ? "" : "s");
    else if (data->answers == ANSWERS_NEXT)
        put_symbols(&data->vocabulary, e->target, e->T, out, size);
    else
        put_symbols(&data->vocabulary, read->x, read->T, out, size);
    if (data->answers != ANSWERS_ONE || data->output != VALUES_SYMBOLS || e->target[e->T - 1] < 0) return;
    size_t used = strlen(out);
    snprintf(out + used, size - used, ", class %s", dataset_answer_vocabulary(data)->texts[e->target[e->T - 1]]);
}

// --- all of them ---

static void release(struct example *examples, struct example *sources, int count) {
    for (int k = 0; k < count; k++) {
        example_release(&examples[k]);
        example_release(&sources[k]);
    }
    mem_free(examples);
    mem_free(sources);
}

struct bench_minibatch *bench_minibatch_new(const struct dataset *data, const struct layout *layout,
                                            const struct minibatch *m, struct err *err) {
    struct bench_minibatch *out = mem_need(1, sizeof *out);
    struct example *examples = mem_need((size_t)m->B, sizeof *examples),
                   *sources = mem_need((size_t)m->B, sizeof *sources);
    out->captions = mem_need((size_t)m->B, sizeof *out->captions);
    bool good = true;
    for (int b = 0; good && b < m->B; b++) {
        struct example *e = &examples[out->count], *source = &sources[out->count];
        *e = take_column(data, m, b);
        if (e->T == 0) continue;
        out->count++;
        if (m->source) {
            *source = take_source(data, m, b);
            e->source = source;
            if (source->T == 0)
                good = err_set(err, ERR_VALUE, "example %d of the minibatch: the encoder reads nothing", b + 1);
        }
        if (good) name_example(data, e, out->captions[out->count - 1], MINIBATCH_CAPTION);
    }
    if (good) out->batch = example_batch_new(layout, examples, out->count, err);
    release(examples, sources, out->count);
    if (out->batch) return out;
    bench_minibatch_free(out);
    return NULL;
}

void bench_minibatch_free(struct bench_minibatch *minibatch) {
    if (!minibatch) return;
    example_batch_free(minibatch->batch);
    mem_free(minibatch->captions);
    mem_free(minibatch);
}

struct bench_minibatch *bench_minibatch_draw(const struct dataset *data, const struct layout *layout,
                                             const struct rng *rng, int B, int max_T, struct err *err) {
    struct minibatch m;
    struct rng own = *rng;
    if (!minibatch_init(&m, data, B, max_T, err)) return NULL;
    dataset_batch(data, &own, &m);
    struct bench_minibatch *out = bench_minibatch_new(data, layout, &m, err);
    if (out) out->after = own;
    minibatch_release(&m);
    return out;
}
