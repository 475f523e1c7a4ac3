#include "bench_minibatch.h"

#include "mem.h"
#include <stdio.h>

// A column that holds nothing: the stream of a text that has ended.
static bool is_empty(const struct example *e) {
    return e->T == 1 && (!e->x || e->x[0] < 0) && !e->x_real && e->target[0] < 0;
}

static bool reads_nothing(const struct example *source) {
    return source && source->T == 1 && source->x && source->x[0] < 0;
}

struct bench_minibatch *bench_minibatch_new(const struct dataset *data, const struct layout *layout,
                                            const struct minibatch *m, struct err *err) {
    struct bench_minibatch *out = mem_need(1, sizeof *out);
    struct bench_example **columns = mem_need((size_t)m->B, sizeof(struct bench_example *));
    struct example *examples = mem_need((size_t)m->B, sizeof *examples);
    out->captions = mem_need((size_t)m->B, sizeof *out->captions);
    bool good = true;
    for (int b = 0; b < m->B; b++) {
        columns[b] = bench_example_of_column(data, m, b);
        const struct example *e = &columns[b]->example;
        if (is_empty(e)) continue;
        if (good && reads_nothing(e->source))
            good = err_set(err, ERR_VALUE, "example %d of the minibatch: the encoder reads nothing", b + 1);
        snprintf(out->captions[out->count], sizeof *out->captions, "%s", columns[b]->text);
        examples[out->count++] = *e;
    }
    if (good) out->batch = example_batch_new(layout, examples, out->count, err);
    for (int b = 0; b < m->B; b++)
        bench_example_free(columns[b]);
    mem_free(columns);
    mem_free(examples);
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
