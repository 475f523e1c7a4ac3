#include "sampler.h"
#include "check.h"
#include "flush.h"
#include "kernels.h"
#include "loops.h"
#include "mem.h"
#include "slab.h"
#include "workspace.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

// A choice that is still open: sorted by logit, the first of equals first.
struct choice {
    int symbol;
    double weight; // logit, then exp of it
};

struct sampler {
    const struct model *model;
    struct workspace *workspace;
    float *logits, *y_hat;  // (O)
    struct choice *choices; // (O)
};

struct sampler *sampler_new(const struct model *model, struct err *err) {
    const struct net_spec *spec = &model->layout.spec;
    if (spec->directions > 1 || spec->real_input) {
        err_set(err, ERR_VALUE, "a network that %s cannot write one symbol at a time",
                spec->real_input ? "reads real numbers" : "reads in both directions");
        return NULL;
    }
    struct sampler *sampler = slab_alloc(1, sizeof *sampler, "a sampler", err);
    if (!sampler) return NULL;
    size_t O = (size_t)spec->outputs;
    sampler->model = model;
    bool ok = (sampler->workspace = workspace_new(&model->layout, 1, 1, err)) != NULL;
    if (ok) ok = (sampler->logits = slab_alloc(O, sizeof(float), "the logits", err)) != NULL;
    if (ok) ok = (sampler->y_hat = slab_alloc(O, sizeof(float), "the distribution", err)) != NULL;
    if (ok) ok = (sampler->choices = slab_alloc(O, sizeof *sampler->choices, "the choices", err)) != NULL;
    if (!ok) {
        sampler_free(sampler);
        return NULL;
    }
    sampler_reset(sampler);
    return sampler;
}

void sampler_free(struct sampler *sampler) {
    if (!sampler) return;
    workspace_free(sampler->workspace);
    mem_free(sampler->logits);
    mem_free(sampler->y_hat);
    mem_free(sampler->choices);
    mem_free(sampler);
}

void sampler_reset(struct sampler *sampler) {
    int O = sampler->model->layout.spec.outputs;
    workspace_forget_state(sampler->workspace);
    memset(sampler->logits, 0, (size_t)O * sizeof(float));
    for (int i = 0; i < O; i++)
        sampler->y_hat[i] = 1.0f / (float)O;
}

void sampler_feed(struct sampler *sampler, int symbol) {
    const struct net_spec *spec = &sampler->model->layout.spec;
    check(symbol < spec->inputs, "symbol %d of %d", symbol, spec->inputs);
    int no_target = -1, any_target = 0;
    long tokens, right = 0;
    struct batch batch = {.T = 1, .B = 1, .x = &symbol, .target = &no_target, .carry = true};
    unsigned before = flush_begin();
    kernel_forward(sampler->workspace, sampler->model->params, &batch, &tokens, &right);
    size_t bytes = (size_t)spec->outputs * sizeof(float);
    memcpy(sampler->logits, sampler->workspace->logits, bytes); // a row without a target keeps its logits
    memcpy(sampler->y_hat, sampler->logits, bytes);
    struct head_rows rows = {.N = 1, .O = spec->outputs, .logits = sampler->y_hat, .target = &any_target};
    sampler->workspace->loops->softmax(&rows, &right);
    flush_end(before);
}

const float *sampler_distribution(const struct sampler *sampler) {
    return sampler->y_hat;
}
const float *sampler_logits(const struct sampler *sampler) {
    return sampler->logits;
}

static int larger_first(const void *a, const void *b) {
    const struct choice *one = a, *other = b;
    if (one->weight != other->weight) return one->weight > other->weight ? -1 : 1;
    return one->symbol < other->symbol ? -1 : 1;
}

// The common case: the distribution as it is, without another exponential of every symbol.
static int draw_from(const float *y_hat, int O, struct rng *rng) {
    double sums[4] = {0};
    for (int i = 0; i < O; i++)
        sums[i % 4] += (double)y_hat[i];
    double at = rng_uniform(rng) * ((sums[0] + sums[1]) + (sums[2] + sums[3]));
    int last = 0;
    for (int i = 0; i < O; i++) {
        if (!(y_hat[i] > 0.0f)) continue;
        last = i;
        if (at < (double)y_hat[i]) break;
        at -= (double)y_hat[i];
    }
    return last;
}

int sampler_draw(struct sampler *sampler, double temperature, int top_k, int forbid, struct rng *rng) {
    int O = sampler->model->layout.spec.outputs, count = 0;
    if (temperature == 1.0 && (top_k <= 0 || top_k >= O) && forbid < 0) return draw_from(sampler->y_hat, O, rng);
    struct choice *choices = sampler->choices, *best = &choices[0];
    for (int i = 0; i < O; i++)
        if (i != forbid) choices[count++] = (struct choice){.symbol = i, .weight = sampler->logits[i]};
    for (int i = 1; i < count; i++)
        if (choices[i].weight > best->weight) best = &choices[i];
    if (!(temperature > 0.0)) return best->symbol;
    if (top_k > 0 && top_k < count) {
        qsort(choices, (size_t)count, sizeof *choices, larger_first);
        count = top_k;
        best = &choices[0];
    }
    double largest = best->weight, sum = 0.0;
    int last = best->symbol; // what rounding at the end of the line falls back on: something that can be drawn
    for (int i = 0; i < count; i++)
        sum += choices[i].weight = exp((choices[i].weight - largest) / temperature);
    double at = rng_uniform(rng) * sum;
    for (int i = 0; i < count; i++) {
        if (choices[i].weight <= 0.0) continue;
        last = choices[i].symbol;
        if (at < choices[i].weight) return last;
        at -= choices[i].weight;
    }
    return last;
}
