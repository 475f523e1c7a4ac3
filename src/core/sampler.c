#include "sampler.h"
#include "check.h"
#include "flush.h"
#include "mem.h"
#include "share.h"
#include "sampler_parts.h"
#include "slab.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sampler *sampler_new(const struct model *model, struct err *err) {
    const struct net_spec *spec = &model->layout.spec;
    bool pair = spec->kind == NET_ENCODER_DECODER;
    if (spec->directions > 1 && !pair) {
        err_set(err, ERR_VALUE, "a network that reads in both directions cannot write one symbol at a time");
        return NULL;
    }
    struct sampler *sampler = slab_alloc(1, sizeof *sampler, "a sampler", err);
    if (!sampler) return NULL;
    size_t O = (size_t)spec->outputs;
    sampler->model = model;
    sampler->spec = pair ? net_decoder_spec(spec) : *spec;
    bool ok = (sampler->workspace = workspace_new(&model->layout, 1, 1, err)) != NULL;
    if (ok) ok = (sampler->logits = slab_alloc(O, sizeof(float), "the logits", err)) != NULL;
    if (ok) ok = (sampler->y_hat = slab_alloc(O, sizeof(float), "the distribution", err)) != NULL;
    if (ok) ok = (sampler->choices = slab_alloc(O, sizeof *sampler->choices, "the choices", err)) != NULL;
    if (!ok) {
        sampler_free(sampler);
        return NULL;
    }
    sampler_refresh(sampler);
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

void sampler_refresh(struct sampler *sampler) {
    kernel_refresh(sampler->workspace, sampler->model->params);
}

static void forget_outputs(struct sampler *sampler) {
    size_t bytes = (size_t)sampler->spec.outputs * sizeof(float);
    memset(sampler->logits, 0, bytes);
    memset(sampler->y_hat, 0, bytes);
    kernel_outputs(sampler->workspace, 1, sampler->y_hat);
}

void sampler_reset(struct sampler *sampler) {
    workspace_forget_state(sampler->workspace);
    forget_outputs(sampler);
}

bool sampler_encode(struct sampler *sampler, const struct batch *source, struct err *err) {
    const struct layout *layout = &sampler->model->layout;
    check(layout->encoder, "only an encoder-decoder encodes");
    if (!source_check(&layout->spec, source, (struct batch_room){INT_MAX, 1, 1}, err)) return false;
    if (source->T > sampler->workspace->encoder->max_T) {
        struct workspace *roomier = workspace_new_pair(layout, source->T, 1, 1, err);
        if (!roomier) return false;
        workspace_free(sampler->workspace);
        sampler->workspace = roomier;
        sampler_refresh(sampler);
    }
    unsigned before = flush_begin();
    kernel_encode(sampler->workspace, sampler->model->params, source);
    flush_end(before);
    forget_outputs(sampler);
    return true;
}

static void feed(struct sampler *sampler, struct batch batch) {
    batch.T = batch.B = 1;
    batch.carry = true;
    unsigned before = flush_begin();
    kernel_logits(sampler->workspace, sampler->model->params, &batch, sampler->logits);
    memcpy(sampler->y_hat, sampler->logits, (size_t)sampler->spec.outputs * sizeof(float));
    kernel_outputs(sampler->workspace, 1, sampler->y_hat);
    flush_end(before);
}

void sampler_feed(struct sampler *sampler, int symbol) {
    check(!sampler->spec.real_input, "this network reads numbers");
    check(symbol < sampler->spec.inputs, "symbol %d of %d", symbol, sampler->spec.inputs);
    feed(sampler, (struct batch){.x = &symbol});
}

void sampler_feed_real(struct sampler *sampler, const float *x) {
    check(sampler->spec.real_input, "this network reads symbols");
    feed(sampler, (struct batch){.x_real = x});
}

const float *sampler_distribution(const struct sampler *sampler) {
    return sampler->y_hat;
}
const float *sampler_logits(const struct sampler *sampler) {
    return sampler->logits;
}

void sampler_draw_labels(const struct sampler *sampler, double temperature, struct rng *rng, float *labels) {
    check(sampler->spec.output == OUTPUT_SIGMOID, "a %s output has no labels", net_output_names[sampler->spec.output]);
    for (int i = 0; i < sampler->spec.outputs; i++) {
        double z = sampler->logits[i];
        bool on = temperature > 0.0 ? rng_uniform(rng) < 1.0 / (1.0 + exp(-z / temperature)) : z > 0.0;
        labels[i] = on ? 1.0f : 0.0f;
    }
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
    int O = sampler->spec.outputs, count = 0;
    check(sampler->spec.output == OUTPUT_SOFTMAX, "a %s output is no symbol", net_output_names[sampler->spec.output]);
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
