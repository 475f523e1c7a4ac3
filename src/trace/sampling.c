#include "sampling.h"

#include "check.h"
#include "mem.h"
#include "slab.h"
#include "trainer.h"
#include <math.h>
#include <string.h>

struct kept { // of one step
    int input, chosen;
    double uniform;
};

struct sampling {
    struct sampling_options options;
    struct example source; // options.source points here
    int *symbols;          // owned: the prefix, then the source
    int outputs, count;
    struct rng rng;
    struct sampler *sampler; // after the input of the step that is drawn next
    int input;               // that it has read last
    struct kept *steps;      // (limit)
    float *logits;           // (room, O)
    int room;
    struct draw_steps open; // of step open_step; -1: of none
    int open_step;
};

bool sampling_fits(const struct net_spec *spec, struct err *err) {
    bool pair = spec->kind == NET_ENCODER_DECODER;
    if (spec->output != OUTPUT_SOFTMAX)
        return err_set(
            err, ERR_VALUE,
            "This network answers with numbers or with several labels at once: there is no next symbol to draw.");
    if (net_one_answer(spec))
        return err_set(err, ERR_VALUE,
                       "This network gives one answer about all it reads: there is no next symbol to draw.");
    if (spec->real_input)
        return err_set(err, ERR_VALUE, "This network reads numbers: a drawn symbol cannot be its next input.");
    if (!pair && spec->directions == 2)
        return err_set(err, ERR_VALUE,
                       "This network reads in both directions: it would have to know the text before it is written.");
    if (!pair && spec->inputs != spec->outputs)
        return err_set(err, ERR_VALUE,
                       "This network answers about what it reads, in symbols of another kind: a drawn symbol cannot be "
                       "its next input.");
    return true;
}

static void feed(struct sampling *sampling, int symbol) {
    sampling->input = symbol;
    sampler_feed(sampling->sampler, symbol);
}

static bool copy_symbols(struct sampling *sampling, const struct sampling_options *options, struct err *err) {
    int n = options->prefix_length, source = options->source ? options->source->T : 0;
    sampling->symbols = slab_alloc((size_t)(n + source) + 1, sizeof *sampling->symbols, "the beginning", err);
    if (!sampling->symbols) return false;
    for (int i = 0; i < n; i++) {
        if (options->prefix[i] < 0 || options->prefix[i] >= sampling->outputs)
            return err_set(err, ERR_VALUE, "expected symbols from 0 to %d to start with, found %d",
                           sampling->outputs - 1, options->prefix[i]);
        sampling->symbols[i] = options->prefix[i];
    }
    if (source > 0) memcpy(sampling->symbols + n, options->source->x, (size_t)source * sizeof *sampling->symbols);
    sampling->source = (struct example){.T = source, .x = sampling->symbols + n};
    sampling->options.prefix = sampling->symbols;
    sampling->options.source = source > 0 ? &sampling->source : NULL;
    return true;
}

// Reads the source, the zero vector and the prefix.
static bool start(struct sampling *sampling, bool pair, struct err *err) {
    struct batch source = {.T = sampling->source.T, .B = 1, .x = sampling->source.x};
    if (pair && !sampling->options.source)
        return err_set(err, ERR_VALUE, "expected a source of symbols for the encoder, found none");
    if (pair && !sampler_encode(sampling->sampler, &source, err)) return false;
    feed(sampling, -1);
    for (int i = 0; i < sampling->options.prefix_length; i++)
        feed(sampling, sampling->symbols[i]);
    return true;
}

struct sampling *sampling_new(const struct model *model, const struct sampling_options *options, struct err *err) {
    const struct net_spec *spec = &model->layout.spec;
    check(options->rule.forbid >= 0 && options->limit >= 1 && options->limit <= SAMPLING_MAX, "a wrong option");
    if (!sampling_fits(spec, err)) return NULL;
    struct sampling *sampling = slab_alloc(1, sizeof *sampling, "a run of sampling", err);
    if (!sampling) return NULL;
    sampling->options = *options;
    sampling->outputs = spec->outputs;
    sampling->rng = rng_seed(options->seed);
    sampling->open_step = -1;
    bool good = copy_symbols(sampling, options, err);
    if (good)
        good = (sampling->steps = slab_alloc((size_t)options->limit, sizeof *sampling->steps, "steps", err)) != NULL;
    if (good) good = draw_steps_init(&sampling->open, spec->outputs, err);
    if (good) good = (sampling->sampler = sampler_new(model, err)) != NULL;
    if (good) good = start(sampling, spec->kind == NET_ENCODER_DECODER, err);
    if (good) return sampling;
    sampling_free(sampling);
    return NULL;
}

void sampling_free(struct sampling *sampling) {
    if (!sampling) return;
    sampler_free(sampling->sampler);
    draw_steps_release(&sampling->open);
    mem_free(sampling->symbols);
    mem_free(sampling->steps);
    mem_free(sampling->logits);
    mem_free(sampling);
}

bool sampling_ended(const struct sampling *sampling) {
    return sampling->count > 0 && sampling->steps[sampling->count - 1].chosen == sampling->options.end;
}

bool sampling_done(const struct sampling *sampling) {
    return sampling->count == sampling->options.limit || sampling_ended(sampling);
}

static float *logits_of(const struct sampling *sampling, int k) {
    return sampling->logits + (size_t)k * (size_t)sampling->outputs;
}

static bool make_room(struct sampling *sampling, struct err *err) {
    if (sampling->count < sampling->room) return true;
    size_t row = (size_t)sampling->outputs * sizeof(float);
    int room = sampling->room ? 2 * sampling->room : 16;
    float *logits = mem_grow(sampling->logits, (size_t)sampling->room * row, (size_t)room * row);
    if (!logits) return err_set(err, ERR_MEMORY, "no memory for the logits of %d steps", room);
    sampling->logits = logits;
    sampling->room = room;
    return true;
}

bool sampling_draw(struct sampling *sampling, struct err *err) {
    if (sampling_done(sampling)) return false;
    const struct draw_rule *rule = &sampling->options.rule;
    if (!make_room(sampling, err)) {
        sampling->options.limit = sampling->count; // it ends here
        return false;
    }
    memcpy(logits_of(sampling, sampling->count), sampler_logits(sampling->sampler),
           (size_t)sampling->outputs * sizeof(float));
    struct rng same = sampling->rng; // gives the number that the sampler takes
    struct kept *step = &sampling->steps[sampling->count++];
    step->input = sampling->input;
    step->chosen = sampler_draw(sampling->sampler, rule->temperature, rule->top_k, rule->forbid, &sampling->rng);
    step->uniform = rule->temperature > 0 ? rng_uniform(&same) : NAN;
    if (step->chosen != sampling->options.end) feed(sampling, step->chosen);
    return true;
}

const struct sampling_options *sampling_options(const struct sampling *sampling) {
    return &sampling->options;
}
int sampling_count(const struct sampling *sampling) {
    return sampling->count;
}

struct sampling_step sampling_step(const struct sampling *sampling, int k) {
    check(k >= 0 && k < sampling->count, "step %d of %d", k, sampling->count);
    const struct kept *step = &sampling->steps[k];
    return (struct sampling_step){step->input, step->chosen, step->uniform, logits_of(sampling, k)};
}

const struct draw_steps *sampling_open(const struct sampling *sampling, int k) {
    struct sampling *own = (struct sampling *)sampling; // what is opened is a copy of what is there
    struct sampling_step step = sampling_step(sampling, k);
    if (own->open_step != k) draw_steps_fill(&own->open, step.logits, &own->options.rule, step.uniform);
    own->open_step = k;
    check(own->open.chosen == step.chosen, "the draw of step %d opened up chooses another symbol", k);
    return &own->open;
}
