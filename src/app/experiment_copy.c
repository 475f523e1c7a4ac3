// Copies of models for whoever looks at one from within: parameters, optimiser state, and the examples of the minibatch
// that comes next.
#include "bench_example.h"
#include "experiment_parts.h"
#include "mem.h"
#include <string.h>

void experiment_copy_free(struct experiment_copy *copy) {
    if (!copy) return;
    for (int b = 0; copy->examples && b < copy->minibatch.B; b++)
        bench_example_free(copy->examples[b]);
    mem_free(copy->examples);
    minibatch_release(&copy->minibatch);
    model_release(&copy->model);
    mem_free(copy->m);
    mem_free(copy->v);
    mem_free(copy);
}

static bool copy_slab(float **to, const float *from, size_t size) {
    if (!from) return true;
    *to = mem_array(size, sizeof **to);
    if (*to) memcpy(*to, from, size * sizeof **to);
    return *to != NULL;
}

static bool copy_minibatch(const struct experiment *e, const struct learner *l, struct experiment_copy *copy) {
    struct rng rng = copy->rng;
    if (!minibatch_init(&copy->minibatch, e->data, l->recipe.batch, l->recipe.max_T, NULL)) return false;
    dataset_batch(e->data, &rng, &copy->minibatch);
    copy->examples = mem_array((size_t)copy->minibatch.B, sizeof *copy->examples);
    for (int b = 0; copy->examples && b < copy->minibatch.B; b++)
        copy->examples[b] = bench_example_of_column(e->data, &copy->minibatch, b);
    return copy->examples != NULL;
}

struct experiment_copy *experiment_copy_new(const struct experiment *e, int k) {
    const struct learner *l = &e->learner[k];
    struct snapshot state = experiment_state(l);
    struct experiment_copy *copy = mem_alloc(sizeof *copy);
    size_t size = l->model.layout.size;
    if (!copy) return NULL;
    copy->k = k;
    copy->update = state.update;
    copy->recipe = l->recipe;
    copy->recipe.options.lr = learner_lr(l, state.update + 1);
    copy->rng = state.rng;
    if (model_copy(&copy->model, &l->model, NULL) && copy_slab(&copy->m, state.m, size) &&
        copy_slab(&copy->v, state.v, size) && copy_minibatch(e, l, copy))
        return copy;
    experiment_copy_free(copy);
    return NULL;
}
