#include "check.h"
#include "flush.h"
#include "mem.h"
#include "sampler_parts.h"
#include "slab.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

// A continuation of live hypothesis `parent` by one symbol.
struct candidate {
    int parent, symbol;
    double log_probability;
};

struct search {
    const struct beam_options *options;
    const struct sampler *sampler;
    struct workspace *workspace; // one timestep of `width` sequences
    float *logits;               // (width, O)
    int *symbols, *spare;        // (width, length): of the live ones
    int *fed;                    // (width)
    double *live;                // (width) their ln P, the most probable first
    int live_count, steps;
    struct candidate *candidates; // (2 width) the best of this timestep; so many hold `width` that go on
    int candidate_count;
    float *rows; // (width, H) scratch
    struct hypothesis *done;
    int *done_symbols; // (width + 1, length), as `done` (width + 1, the last one to be dropped)
    int done_count;
};

static double score_of(const struct beam_options *options, double log_probability, int length) {
    return log_probability / pow((5.0 + length) / 6.0, options->length_power);
}

static bool options_check(const struct beam_options *o, const struct net_spec *spec, struct err *err) {
    if (spec->output != OUTPUT_SOFTMAX || spec->real_input || spec->inputs != spec->outputs)
        return err_set(
            err, ERR_VALUE, "a beam search needs a network that reads the symbols it writes, found %d %s in, %d %s out",
            spec->inputs, spec->real_input ? "numbers" : "symbols", spec->outputs, net_output_names[spec->output]);
    if (o->width < 1 || o->width > BEAM_MAX_WIDTH)
        return err_set(err, ERR_VALUE, "the width of a beam must be 1 to %d, found %d", BEAM_MAX_WIDTH, o->width);
    if (o->length < 1) return err_set(err, ERR_VALUE, "a beam needs a length of 1 or more, found %d", o->length);
    if (!(o->length_power >= 0.0 && isfinite(o->length_power)))
        return err_set(err, ERR_VALUE, "the power of the length must be 0 or more, found %g", o->length_power);
    if (o->end >= spec->outputs || o->forbid >= spec->outputs)
        return err_set(err, ERR_VALUE, "a beam ends at symbol %d and forbids %d, expected less than %d", o->end,
                       o->forbid, spec->outputs);
    return true;
}

// --- states: rows of the workspace that is carried on ---

static float *state_of(const struct workspace *ws, int layer, int state) {
    const struct lane *lane = &ws->lanes[layer][0];
    return state == 0 ? lane->last_h[ws->state] : lane->last_c[ws->state];
}

// Each row becomes that of its candidate's parent.
static void reorder_states(struct search *search, const int *parents, int count) {
    const struct workspace *ws = search->workspace;
    size_t H = (size_t)ws->layout->spec.hidden;
    for (int l = 0; l < ws->layout->spec.layers; l++)
        for (int s = 0; s < ws->cell->state_count; s++) {
            float *states = state_of(ws, l, s);
            for (int i = 0; i < count; i++)
                memcpy(search->rows + (size_t)i * H, states + (size_t)parents[i] * H, H * sizeof(float));
            memcpy(states, search->rows, (size_t)count * H * sizeof(float));
        }
}

static void start_states(struct search *search) {
    const struct workspace *from = search->sampler->workspace;
    struct workspace *ws = search->workspace;
    size_t bytes = (size_t)ws->layout->spec.hidden * sizeof(float);
    for (int l = 0; l < ws->layout->spec.layers; l++)
        for (int s = 0; s < ws->cell->state_count; s++) {
            if (workspace_carried(from) > 0)
                memcpy(state_of(ws, l, s), state_of(from, l, s), bytes);
            else
                memset(state_of(ws, l, s), 0, bytes);
        }
    memcpy(search->logits, search->sampler->logits, (size_t)ws->layout->spec.outputs * sizeof(float));
}

static void feed(struct search *search) {
    struct batch batch = {.T = 1, .B = search->live_count, .x = search->fed, .carry = true};
    search->workspace->carried[search->workspace->state] = search->live_count;
    unsigned before = flush_begin();
    kernel_logits(search->workspace, search->sampler->model->params, &batch, search->logits);
    flush_end(before);
}

// --- one timestep ---

static void offer(struct search *search, struct candidate candidate) {
    int room = 2 * search->options->width, at = search->candidate_count;
    struct candidate *list = search->candidates;
    if (at == room && !(candidate.log_probability > list[at - 1].log_probability)) return;
    if (at == room)
        at--;
    else
        search->candidate_count++;
    for (; at > 0 && candidate.log_probability > list[at - 1].log_probability; at--)
        list[at] = list[at - 1];
    list[at] = candidate;
}

static void offer_all(struct search *search) {
    int O = search->sampler->spec.outputs;
    search->candidate_count = 0;
    for (int i = 0; i < search->live_count; i++) {
        const float *z = search->logits + (size_t)i * (size_t)O;
        double largest = z[0], sum = 0.0;
        for (int k = 1; k < O; k++)
            largest = z[k] > largest ? z[k] : largest;
        for (int k = 0; k < O; k++)
            sum += exp(z[k] - largest);
        double base = search->live[i] - largest - log(sum);
        for (int k = 0; k < O; k++)
            if (k != search->options->forbid) offer(search, (struct candidate){i, k, base + z[k]});
    }
}

static bool better(const struct hypothesis *a, const struct hypothesis *b) {
    return a->ended != b->ended ? a->ended : a->score > b->score;
}

// Into the list of results, sorted; the worst falls out where it is full.
static void put_aside(struct search *search, const int *symbols, int length, double log_probability, bool ended) {
    const struct beam_options *o = search->options;
    struct hypothesis *list = search->done;
    int at = search->done_count, counted = length + (ended ? 1 : 0);
    int *own = (int *)list[at].symbols; // the place of whichever fell out last
    memcpy(own, symbols, (size_t)length * sizeof *own);
    struct hypothesis found = {own, length, log_probability, score_of(o, log_probability, counted), ended};
    for (; at > 0 && better(&found, &list[at - 1]); at--)
        list[at] = list[at - 1];
    list[at] = found;
    if (search->done_count < o->width) search->done_count++;
}

// The candidates become the live ones; those that end are put aside.
static void go_on(struct search *search) {
    const struct beam_options *o = search->options;
    size_t length = (size_t)o->length, steps = (size_t)search->steps;
    int parents[BEAM_MAX_WIDTH], next = 0;
    for (int r = 0; r < search->candidate_count && next < o->width; r++) {
        const struct candidate *c = &search->candidates[r];
        const int *before = search->symbols + (size_t)c->parent * length;
        if (c->symbol == o->end) {
            if (r < o->width) put_aside(search, before, search->steps, c->log_probability, true);
            continue;
        }
        int *to = search->spare + (size_t)next * length;
        memcpy(to, before, steps * sizeof *to);
        to[steps] = search->fed[next] = c->symbol;
        parents[next] = c->parent;
        search->live[next++] = c->log_probability;
    }
    int *old = search->symbols;
    search->symbols = search->spare;
    search->spare = old;
    search->live_count = next;
    search->steps++;
    reorder_states(search, parents, next);
}

// Whether no live hypothesis can come before what was put aside: ln P only falls, and counts least at the longest.
static bool settled(const struct search *search) {
    const struct beam_options *o = search->options;
    if (search->live_count == 0) return true;
    if (search->done_count < o->width) return false;
    return score_of(o, search->live[0], o->length + 1) <= search->done[o->width - 1].score;
}

// --- the whole ---

static bool search_init(struct search *search, struct beam *beam, struct err *err) {
    const struct net_spec *spec = &search->sampler->spec;
    size_t width = (size_t)search->options->width, length = (size_t)search->options->length;
    size_t ints = size_mul_add(width + 1, length, 0), list = (width + 1) * sizeof(struct hypothesis);
    const char *what = "a beam search";
    search->workspace = workspace_new_alone(search->sampler->workspace, 1, (int)width, err);
    bool good = search->workspace != NULL;
    good =
        good && (search->logits = slab_alloc(size_mul_add(width, (size_t)spec->outputs, 0), sizeof(float), what, err));
    good = good && (search->symbols = slab_alloc(size_mul_add(width, length, 0), sizeof(int), what, err));
    good = good && (search->spare = slab_alloc(size_mul_add(width, length, 0), sizeof(int), what, err));
    good = good && (search->fed = slab_alloc(width, sizeof(int), what, err));
    good = good && (search->live = slab_alloc(width, sizeof(double), what, err));
    good = good && (search->candidates = slab_alloc(2 * width, sizeof *search->candidates, what, err));
    good = good && (search->rows = slab_alloc(width * (size_t)spec->hidden, sizeof(float), what, err));
    good = good && (beam->memory = slab_alloc(size_mul_add(ints, sizeof(int), list), 1, what, err));
    if (!good) return false;
    search->done = beam->memory;
    search->done_symbols = (int *)(void *)((char *)beam->memory + list);
    for (size_t i = 0; i <= width; i++)
        search->done[i].symbols = search->done_symbols + i * length;
    search->workspace->state = search->sampler->workspace->state;
    return true;
}

static void search_release(struct search *search) {
    workspace_free(search->workspace);
    mem_free(search->logits);
    mem_free(search->symbols);
    mem_free(search->spare);
    mem_free(search->fed);
    mem_free(search->live);
    mem_free(search->candidates);
    mem_free(search->rows);
}

bool sampler_beam(struct sampler *sampler, const struct beam_options *options, struct beam *beam, struct err *err) {
    *beam = (struct beam){0};
    if (!options_check(options, &sampler->spec, err)) return false;
    struct search search = {.options = options, .sampler = sampler, .live_count = 1};
    if (!search_init(&search, beam, err)) {
        search_release(&search);
        beam_release(beam);
        return false;
    }
    start_states(&search);
    for (;;) {
        offer_all(&search);
        go_on(&search);
        if (settled(&search) || search.steps == options->length) break;
        feed(&search);
    }
    for (int i = 0; search.steps == options->length && i < search.live_count; i++)
        put_aside(&search, search.symbols + (size_t)i * (size_t)options->length, options->length, search.live[i],
                  false);
    beam->best = search.done;
    beam->count = search.done_count;
    search_release(&search);
    return true;
}

void beam_release(struct beam *beam) {
    mem_free(beam->memory);
    *beam = (struct beam){0};
}
