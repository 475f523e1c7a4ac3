#include "example_batch.h"

#include "check.h"
#include "mem.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct example_batch {
    struct example *examples, *sources; // count each; sources of encoder-decoders
    int count;
    atomic_int holders;
};

// A copy of `count` numbers in *to; nothing where there are none. False when memory ran out.
static bool copy_reals(const double *from, size_t count, const double **to) {
    double *copy = from ? mem_array(count ? count : 1, sizeof *copy) : NULL;
    if (copy) memcpy(copy, from, count * sizeof *copy);
    *to = copy;
    return !from || copy;
}

static bool copy_side(const struct net_spec *spec, const struct example *from, struct example *to) {
    size_t T = (size_t)from->T;
    int *x = mem_array(T, sizeof *x), *target = mem_array(T, sizeof *target);
    *to = (struct example){.T = from->T, .x = x, .target = target};
    if (!x || !target) return false;
    for (size_t t = 0; t < T; t++) {
        x[t] = from->x ? from->x[t] : -1;
        target[t] = from->target ? from->target[t] : -1;
    }
    const double *real = spec->real_input ? from->x_real : NULL;
    const double *answers = spec->output != OUTPUT_SOFTMAX ? from->target_real : NULL;
    return copy_reals(real, T * (size_t)spec->inputs, &to->x_real) &&
           copy_reals(answers, T * (size_t)spec->outputs, &to->target_real);
}

bool example_copy(const struct layout *layout, const struct example *from, struct example *to, struct example *source) {
    if (!layout->encoder) return copy_side(&layout->spec, from, to);
    bool good = copy_side(&layout->decoder->spec, from, to) && copy_side(&layout->encoder->spec, from->source, source);
    to->source = source;
    return good;
}

void example_release(struct example *example) {
    mem_free((void *)example->x);
    mem_free((void *)example->x_real);
    mem_free((void *)example->target);
    mem_free((void *)example->target_real);
}

int example_tokens(const struct example *example) {
    int tokens = 0;
    for (int t = 0; example->target && t < example->T; t++)
        tokens += example->target[t] >= 0;
    return tokens;
}

static bool take(struct example_batch *batch, const struct layout *layout, const struct example *examples, int count,
                 struct err *err) {
    batch->examples = mem_array((size_t)count, sizeof *batch->examples);
    batch->sources = mem_array((size_t)count, sizeof *batch->sources);
    if (!batch->examples || !batch->sources) return err_set(err, ERR_MEMORY, "no memory for %d examples", count);
    for (int k = 0; k < count; k++) {
        struct err own = {0};
        if (!example_check(&layout->spec, &examples[k], &own))
            return err_set(err, own.code, "example %d of the minibatch: %s", k + 1, own.message);
        batch->count = k + 1;
        if (!example_copy(layout, &examples[k], &batch->examples[k], &batch->sources[k]))
            return err_set(err, ERR_MEMORY, "no memory for %d examples", count);
    }
    return true;
}

struct example_batch *example_batch_new(const struct layout *layout, const struct example *examples, int count,
                                        struct err *err) {
    struct example_batch *batch = NULL;
    if (count < 1)
        err_set(err, ERR_VALUE, "a minibatch: expected at least one example, found none");
    else if (!(batch = mem_alloc(sizeof *batch)))
        err_set(err, ERR_MEMORY, "no memory for a minibatch of %d examples", count);
    if (!batch) return NULL;
    atomic_init(&batch->holders, 1);
    if (take(batch, layout, examples, count, err)) return batch;
    example_batch_free(batch);
    return NULL;
}

struct example_batch *example_batch_hold(struct example_batch *batch) {
    if (batch) atomic_fetch_add(&batch->holders, 1);
    return batch;
}

void example_batch_free(struct example_batch *batch) {
    if (!batch || atomic_fetch_sub(&batch->holders, 1) > 1) return;
    for (int k = 0; k < batch->count; k++) {
        example_release(&batch->examples[k]);
        example_release(&batch->sources[k]);
    }
    mem_free(batch->examples);
    mem_free(batch->sources);
    mem_free(batch);
}

int example_batch_count(const struct example_batch *batch) {
    return batch->count;
}

const struct example *example_batch_get(const struct example_batch *batch, int index) {
    check(index >= 0 && index < batch->count, "example %d of %d", index, batch->count);
    return &batch->examples[index];
}
