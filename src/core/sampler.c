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

// What a symbol may be drawn from: the allowed symbols with exp((logit - largest) / temperature), in the order in which
// they lie one behind the other.
struct line {
    struct choice *choices; // (count)
    int count;
    struct choice best;
    double sum; // of the weights
};

static struct line line_of(const float *logits, int O, const struct draw_rule *rule, struct choice *choices) {
    struct line line = {.choices = choices};
    for (int i = 0; i < O; i++)
        if (i != rule->forbid) choices[line.count++] = (struct choice){.symbol = i, .weight = logits[i]};
    line.best = choices[0];
    for (int i = 1; i < line.count; i++)
        if (choices[i].weight > line.best.weight) line.best = choices[i];
    if (!(rule->temperature > 0.0)) return line;
    if (rule->top_k > 0 && rule->top_k < line.count) {
        qsort(choices, (size_t)line.count, sizeof *choices, larger_first);
        line.count = rule->top_k;
        line.best = choices[0];
    }
    for (int i = 0; i < line.count; i++)
        line.sum += choices[i].weight = exp((choices[i].weight - line.best.weight) / rule->temperature);
    return line;
}

// The place on the line into which a number from 0 to 1 falls.
static int place_of(const struct line *line, double uniform) {
    double at = uniform * line->sum;
    int last = 0; // what rounding at the end of the line falls back on: something that can be drawn
    for (int i = 0; i < line->count; i++) {
        if (line->choices[i].weight <= 0.0) continue;
        last = i;
        if (at < line->choices[i].weight) break;
        at -= line->choices[i].weight;
    }
    return last;
}

int sampler_draw(struct sampler *sampler, double temperature, int top_k, int forbid, struct rng *rng) {
    int O = sampler->spec.outputs;
    check(sampler->spec.output == OUTPUT_SOFTMAX, "a %s output is no symbol", net_output_names[sampler->spec.output]);
    if (temperature == 1.0 && (top_k <= 0 || top_k >= O) && forbid < 0) return draw_from(sampler->y_hat, O, rng);
    const struct draw_rule rule = {temperature, top_k, forbid};
    struct line line = line_of(sampler->logits, O, &rule, sampler->choices);
    if (!(temperature > 0.0)) return line.best.symbol;
    return line.choices[place_of(&line, rng_uniform(rng))].symbol;
}

// --- a draw opened up ---

bool draw_steps_init(struct draw_steps *steps, int O, struct err *err) {
    *steps = (struct draw_steps){.O = O};
    size_t n = (size_t)O;
    // four rows of numbers, two of symbols, and the choices
    double *numbers = slab_alloc(4 * n, sizeof *numbers, "the steps of a draw", err);
    int *symbols = numbers ? slab_alloc(2 * n, sizeof *symbols, "the steps of a draw", err) : NULL;
    struct choice *choices = symbols ? slab_alloc(n, sizeof *choices, "the steps of a draw", err) : NULL;
    if (!choices) {
        mem_free(numbers);
        mem_free(symbols);
        return false;
    }
    steps->scaled = numbers;
    steps->probability = numbers + n;
    steps->kept = numbers + 2 * n;
    steps->cumulative = numbers + 3 * n;
    steps->order = symbols;
    steps->place = symbols + n;
    steps->choices = choices;
    return true;
}

void draw_steps_release(struct draw_steps *steps) {
    mem_free(steps->scaled);
    mem_free(steps->order);
    mem_free(steps->choices);
    *steps = (struct draw_steps){0};
}

// softmax(scaled) of all symbols, those that are cut away as well
static void softmax_of(const double *scaled, int O, double *probability) {
    double largest = scaled[0], sum = 0.0;
    for (int i = 1; i < O; i++)
        largest = fmax(largest, scaled[i]);
    for (int i = 0; i < O; i++)
        sum += probability[i] = exp(scaled[i] - largest);
    for (int i = 0; i < O; i++)
        probability[i] /= sum;
}

void draw_steps_fill(struct draw_steps *steps, const float *logits, const struct draw_rule *rule, double uniform) {
    const int O = steps->O;
    bool greedy = !(rule->temperature > 0.0);
    for (int i = 0; i < O; i++) {
        steps->scaled[i] = greedy ? (double)logits[i] : (double)logits[i] / rule->temperature;
        steps->kept[i] = 0.0;
        steps->place[i] = -1;
    }
    softmax_of(steps->scaled, O, steps->probability);
    struct line line = line_of(logits, O, rule, steps->choices);
    if (greedy) { // one symbol has it all
        steps->choices[0] = (struct choice){.symbol = line.best.symbol, .weight = 1.0};
        line.count = 1;
        line.sum = 1.0;
    }
    double sum = 0.0;
    steps->kept_share = 0.0;
    for (int i = 0; i < line.count; i++) {
        int symbol = line.choices[i].symbol;
        sum += line.choices[i].weight;
        steps->kept_share += steps->probability[symbol];
        steps->kept[symbol] = line.choices[i].weight / line.sum;
        steps->order[i] = symbol;
        steps->place[symbol] = i;
        steps->cumulative[i] = sum / line.sum;
    }
    steps->count = line.count;
    steps->uniform = greedy ? NAN : uniform;
    steps->chosen = steps->order[greedy ? 0 : place_of(&line, uniform)];
}
