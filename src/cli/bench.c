#include "command.h"
#include "mem.h"
#include "sampler.h"
#include "thread.h"
#include "trainer.h"
#include <stdio.h>
#include <stdlib.h>

// Tokens a second of whole training steps (forward, softmax cross-entropy, backward through all timesteps, clipping,
// update) on made-up data, and microseconds a character of sampling.

enum { ROUNDS = 7, FMA_CHAINS = 12, FMA_TURNS = 20000 };
typedef float lanes __attribute__((vector_size(64)));

// The hardware's limit: independent chains of multiply-add, all operands in registers. Returns a value so that nothing
// is left out.
__attribute__((target_clones("avx512f", "arch=haswell", "default"), noinline)) static float fma_turns(int turns) {
    lanes sum[FMA_CHAINS], a, b;
    for (int k = 0; k < 16; k++)
        a[k] = 0.999f, b[k] = 1e-3f;
    for (int c = 0; c < FMA_CHAINS; c++)
        sum[c] = a * (float)c;
    for (int turn = 0; turn < turns; turn++)
        for (int c = 0; c < FMA_CHAINS; c++)
            sum[c] = sum[c] * a + b;
    lanes all = sum[0];
    for (int c = 1; c < FMA_CHAINS; c++)
        all += sum[c];
    float total = 0;
    for (int k = 0; k < 16; k++)
        total += all[k];
    return total;
}

static double fma_peak(void) {
    double best = 0;
    volatile float keep = 0;
    for (int round = 0; round < 15; round++) {
        double start = clock_seconds();
        keep += fma_turns(FMA_TURNS);
        double rate = 2.0 * 16 * FMA_CHAINS * FMA_TURNS / (clock_seconds() - start);
        if (rate > best) best = rate;
    }
    return best;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Multiply-adds that a token needs, times 2: the products of one step, one-hot rows looked up.
static double flop_per_token(const struct net_spec *spec) {
    double H = spec->hidden, G = net_cell(spec)->block_count, V = spec->outputs;
    return 6 * H * (G * H + V) + 12 * G * H * H * (spec->layers - 1);
}

// Median tokens a second over ROUNDS rounds of about 0.15 s; step_us: microseconds of one step.
static bool time_training(struct trainer *trainer, const struct batch *batch, double *tokens_per_s, double *step_us,
                          struct err *err) {
    double rates[ROUNDS];
    struct step_report report;
    int steps = 1;
    for (int round = -1; round < ROUNDS; round++) {
        double start = clock_seconds(), spent;
        int done = 0;
        do {
            for (int k = 0; k < steps; k++)
                if (!trainer_step(trainer, batch, &report, err)) return false;
            done += steps;
            spent = clock_seconds() - start;
        } while (spent < 0.15);
        if (round < 0)
            steps = done > 8 ? done / 8 : 1; // the first round warms up and sizes the others
        else
            rates[round] = done / spent;
    }
    qsort(rates, ROUNDS, sizeof *rates, by_value);
    *tokens_per_s = rates[ROUNDS / 2] * batch->T * batch->B;
    *step_us = 1e6 / rates[ROUNDS / 2];
    return true;
}

static bool time_sampling(const struct model *model, double *us, struct err *err) {
    struct sampler *sampler = sampler_new(model, err);
    if (!sampler) return false;
    struct rng rng = rng_seed(3);
    double rates[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        sampler_reset(sampler);
        sampler_feed(sampler, -1);
        double start = clock_seconds(), spent;
        long done = 0;
        do {
            for (int k = 0; k < 200; k++)
                sampler_feed(sampler, sampler_draw(sampler, 1, 0, -1, &rng));
            done += 200;
            spent = clock_seconds() - start;
        } while (spent < 0.05);
        rates[round] = spent / done * 1e6;
    }
    sampler_free(sampler);
    qsort(rates, ROUNDS, sizeof *rates, by_value);
    *us = rates[ROUNDS / 2];
    return true;
}

static int run_bench(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct model_words words = model_words_default();
    struct training_words training = training_words_default();
    int vocabulary = 65;
    words.hidden = 128;
    training.seq = 50;
    const struct option own[] = {
        {"vocab", OPTION_INT, &vocabulary, "V", "symbols", .low = 2, .high = NET_MAX_VOCABULARY}, {0}};
    const struct option *tables[] = {own, option_model(&words), option_training(&training), option_common(&common)};
    int status;
    if (command_parse(command, tables, 4, argc, argv, NULL, 0, &common, &status) < 0) return status;
    struct err err = {0};
    struct recipe recipe;
    words_recipe(&words, &training, &recipe);
    if (words.kind >= 0 && words.kind != NET_MANY_TO_MANY) {
        err_set(&err, ERR_USAGE, "--kind: the made-up data are many-to-many");
        return command_fail(&err);
    }
    recipe.spec.inputs = recipe.spec.outputs = vocabulary;
    struct model model = {0};
    struct rng rng = rng_seed((uint64_t)training.seed);
    const int T = (int)training.seq, B = training.batch;
    int *x = mem_array((size_t)T * B, sizeof *x), *target = mem_array((size_t)T * B, sizeof *target);
    bool good =
        (x && target) || err_set(&err, ERR_MEMORY, "no memory for a minibatch of %d sequences of %d timesteps", B, T);
    good = good && net_spec_check(&recipe.spec, &err) && model_init(&model, &recipe.spec, &err);
    struct trainer *trainer = NULL;
    double rate = 0, us = 0, sample_us = 0;
    if (good) {
        model_randomise(&model, &rng, 1);
        for (int k = 0; k < T * B; k++)
            x[k] = (int)rng_below(&rng, (uint64_t)vocabulary), target[k] = (int)rng_below(&rng, (uint64_t)vocabulary);
        trainer = trainer_new(&model, &recipe.options, T, B, &err);
    }
    struct batch batch = {.T = T, .B = B, .x = x, .target = target};
    good = trainer && time_training(trainer, &batch, &rate, &us, &err) && time_sampling(&model, &sample_us, &err);
    if (good) {
        double limit = fma_peak() * training.threads / flop_per_token(&recipe.spec);
        if (common.json)
            command_json(json_pack("{s:o, s:o, s:o, s:o, s:o}", "tokens_per_s", json_number(rate), "step_us",
                                   json_number(us), "fma_share", json_number(rate / limit), "fma_tokens_per_s",
                                   json_number(limit), "sample_us", json_number(sample_us)));
        else
            printf("%s, %d layer%s of %d, batch %d, length %d, %d thread%s: %.0f tokens/s, %.1f us a step, %.0f%% of "
                   "the multiply-add limit; sampling %.2f us a character\n",
                   net_cell(&recipe.spec)->title, recipe.spec.layers, recipe.spec.layers == 1 ? "" : "s",
                   recipe.spec.hidden, B, T, training.threads, training.threads == 1 ? "" : "s", rate, us,
                   100 * rate / limit, sample_us);
    }
    trainer_free(trainer);
    model_release(&model);
    mem_free(x);
    mem_free(target);
    return good ? 0 : command_fail(&err);
}

const struct command command_bench = {"bench", "[model options] [--batch B --seq T --vocab V --threads N]",
                                      "Measures whole training steps and sampling on made-up data.", run_bench};
