#include "likelihood.h"

#include "mem.h"
#include "reference.h"
#include "slab.h"
#include <math.h>
#include <string.h>

static bool says_what_is_next(const struct net_spec *spec, struct err *err) {
    bool language = spec->kind != NET_ENCODER_DECODER && !net_one_answer(spec) && !spec->real_input &&
                    spec->output == OUTPUT_SOFTMAX && spec->inputs == spec->outputs && spec->directions == 1;
    return language ||
           err_set(err, ERR_VALUE,
                   "the probability of a sentence: expected a network that says which of its symbols comes next, found "
                   "%s, %s output, %d inputs, %d outputs%s",
                   net_kind_names[spec->kind], net_output_names[spec->output], spec->inputs, spec->outputs,
                   spec->directions == 2 ? ", both directions" : "");
}

// Symbols as targets, and shifted by one as inputs; behind them the arrays of numbers.
static bool make_room(struct likelihood *likelihood, const int *symbols, int n, int end, struct err *err) {
    int T = n + (end >= 0);
    if (T < 1) return err_set(err, ERR_VALUE, "the probability of a sentence: expected at least one token, found none");
    likelihood->count = T;
    likelihood->symbols = slab_alloc((size_t)T, sizeof *likelihood->symbols, "a sentence", err);
    likelihood->p = likelihood->symbols ? slab_alloc(2 * (size_t)T, sizeof *likelihood->p, "a sentence", err) : NULL;
    if (!likelihood->p) return false;
    likelihood->ln_p = likelihood->p + T;
    if (n > 0) memcpy(likelihood->symbols, symbols, (size_t)n * sizeof *symbols);
    if (end >= 0) likelihood->symbols[n] = end;
    return true;
}

static void measure(struct likelihood *likelihood, const struct tape *tape) {
    for (int t = 0; t < likelihood->count; t++) {
        likelihood->p[t] = tape_y_hat(tape, t)[likelihood->symbols[t]];
        likelihood->ln_p[t] = -tape_loss(tape, t);
        likelihood->log_probability += likelihood->ln_p[t];
    }
    likelihood->probability = exp(likelihood->log_probability);
    likelihood->nats = -likelihood->log_probability / likelihood->count;
    likelihood->bits = likelihood->nats / log(2);
    likelihood->perplexity = exp(likelihood->nats);
}

bool likelihood_init(struct likelihood *likelihood, const struct layout *layout, const double *params,
                     const int *symbols, int n, int end, struct err *err) {
    *likelihood = (struct likelihood){0};
    struct tape *tape = NULL;
    int *x = NULL;
    bool good = says_what_is_next(&layout->spec, err) && make_room(likelihood, symbols, n, end, err) &&
                (x = slab_alloc((size_t)likelihood->count, sizeof *x, "a sentence", err)) != NULL;
    if (good) {
        x[0] = -1;
        memcpy(x + 1, likelihood->symbols, (size_t)(likelihood->count - 1) * sizeof *x);
        struct example example = {.T = likelihood->count, .x = x, .target = likelihood->symbols};
        good = example_check(&layout->spec, &example, err) &&
               (tape = tape_new(&layout->spec, likelihood->count, err)) != NULL;
        if (good) reference_forward(tape, layout, params, &example);
        if (good) measure(likelihood, tape);
    }
    tape_free(tape);
    mem_free(x);
    if (!good) likelihood_release(likelihood);
    return good;
}

void likelihood_release(struct likelihood *likelihood) {
    mem_free(likelihood->symbols);
    mem_free(likelihood->p);
    *likelihood = (struct likelihood){0};
}
