#include "checkpoint.h"
#include "command.h"
#include "sampler.h"
#include "str.h"
#include <stdio.h>
#include <string.h>

struct words {
    struct common common;
    const char *prime;
    int length, top_k, count;
    long seed;
    double temperature;
    bool distribution;
};

// Feeds the zero vector and the priming text.
static bool prime(struct sampler *sampler, const struct vocabulary *vocabulary, const char *text, struct err *err) {
    size_t length = strlen(text), used;
    sampler_reset(sampler);
    sampler_feed(sampler, -1);
    for (size_t k = 0; k < length; k += used) {
        utf8_next(text + k, length - k, &used);
        int symbol = vocabulary_find(vocabulary, text + k, used);
        if (symbol == VOCABULARY_UNK)
            return err_set(err, ERR_VALUE, "--prime: “%.*s” is not among the %d symbols of the model", (int)used,
                           text + k, vocabulary->count);
        sampler_feed(sampler, symbol);
    }
    return true;
}

// The whole distribution of the symbol that comes next, in the order of the vocabulary: softmax of the logits, before
// temperature and top-k.
static void show_distribution(const struct words *words, const struct sampler *sampler,
                              const struct vocabulary *vocabulary) {
    const float *p = sampler_distribution(sampler);
    json_t *list = json_array();
    for (int i = 0; i < vocabulary->count; i++) {
        json_array_append_new(list, json_pack("{s:s, s:f}", "symbol", vocabulary->texts[i], "p", (double)p[i]));
        if (!words->common.json)
            printf("%.6f  %s\n", (double)p[i], *vocabulary->texts[i] == '\n' ? "\\n" : vocabulary->texts[i]);
    }
    if (words->common.json) command_json(json_pack("{s:O}", "distribution", list));
    json_decref(list);
}

static int run_sample(const struct command *command, int argc, char **argv) {
    struct words words = {.prime = "", .length = 500, .temperature = 1, .seed = 1, .count = 10};
    const struct option own[] = {
        {"prime", OPTION_TEXT, &words.prime, "TEXT", "what every sample starts with"},
        {"length", OPTION_INT, &words.length, "N", "longest sample, in symbols", .low = 1, .high = 10000000},
        {"count", OPTION_INT, &words.count, "N", "samples; each ends at <EOS>", .low = 1, .high = 1000000},
        {"temperature", OPTION_REAL, &words.temperature, "X", "divides the logits; 0 takes the largest", .low = 0,
         .high = 1000},
        {"top-k", OPTION_INT, &words.top_k, "K", "draw from the K likeliest; 0 = from all", .low = 0,
         .high = NET_MAX_VOCABULARY},
        {"distribution", OPTION_FLAG, &words.distribution,
         .help = "instead of samples: P(next symbol) after --prime, all of it"},
        {"seed", OPTION_LONG, &words.seed, "S", "of the draws", .low = 0, .high = 9e15},
        {0}};
    const struct option *tables[] = {own, option_common(&words.common)};
    const char *positional[1];
    int status, count = command_parse(command, tables, 2, argc, argv, positional, 1, &words.common, &status);
    if (count < 0) return status;
    struct err err = {0};
    if (count < 1) {
        err_set(&err, ERR_USAGE, "expected a model (.safetensors), found none");
        return command_fail(&err);
    }
    struct checkpoint checkpoint = {0};
    if (!checkpoint_load(&checkpoint, positional[0], NULL, &err)) return command_fail(&err);
    bool good = checkpoint.vocabulary.count > 0 ||
                err_set(&err, ERR_FORMAT, "%s: expected a vocabulary in its metadata, found none", positional[0]);
    struct sampler *sampler = good ? sampler_new(&checkpoint.model, &err) : NULL;
    struct rng rng = rng_seed((uint64_t)words.seed);
    json_t *lines = json_array();
    struct str line = {0};
    good = sampler != NULL;
    if (good && words.distribution) {
        good = prime(sampler, &checkpoint.vocabulary, words.prime, &err);
        if (good) show_distribution(&words, sampler, &checkpoint.vocabulary);
    }
    for (int k = 0; good && !words.distribution && k < words.count; k++) {
        str_clear(&line);
        if (!(good = prime(sampler, &checkpoint.vocabulary, words.prime, &err))) break;
        str_put(&line, words.prime);
        bool ended = false;
        for (int n = 0; n < words.length && !ended; n++) {
            int symbol = sampler_draw(sampler, words.temperature, words.top_k, VOCABULARY_UNK, &rng);
            ended = symbol == VOCABULARY_EOS;
            if (!ended) {
                str_put(&line, checkpoint.vocabulary.texts[symbol]);
                sampler_feed(sampler, symbol);
            }
        }
        if (words.common.json)
            json_array_append_new(lines, json_string(str_text(&line)));
        else
            printf("%s\n", str_text(&line));
    }
    if (good && words.common.json && !words.distribution) command_json(json_pack("{s:O}", "samples", lines));
    status = good ? 0 : command_fail(&err);
    json_decref(lines);
    str_release(&line);
    sampler_free(sampler);
    checkpoint_release(&checkpoint);
    return status;
}

const struct command command_sample = {
    "sample", "M.safetensors [--prime TEXT] [--length N] [--temperature X] [--top-k K] [--seed S]",
    "Writes what a model makes up.", run_sample};
