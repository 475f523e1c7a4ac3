#include "checkpoint.h"
#include "command.h"
#include "mem.h"
#include "sampler.h"
#include "str.h"
#include "tokens.h"
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

struct symbols {
    int *items, count, room;
};

static void say(struct sampler *sampler, int symbol, struct symbols *said) {
    if (said->count == said->room) {
        int room = said->room ? 2 * said->room : 256;
        int *items = mem_need((size_t)room, sizeof *items);
        if (said->count > 0) memcpy(items, said->items, (size_t)said->count * sizeof *items);
        mem_free(said->items);
        said->items = items;
        said->room = room;
    }
    said->items[said->count++] = symbol;
    sampler_feed(sampler, symbol);
}

// Says which token number k of the text is.
static bool unknown_token(const struct vocabulary *vocabulary, const char *text, int k, struct err *err) {
    struct token_walk walk = token_walk_start(vocabulary->tokens, text, strlen(text));
    for (int i = 0; i <= k; i++)
        token_next(&walk);
    return err_set(err, ERR_VALUE, "--prime: “%.*s” is not among the %d symbols of the model", (int)walk.size,
                   walk.token, vocabulary->count);
}

// Feeds the zero vector and the priming text, and puts its symbols into *said.
static bool prime(struct sampler *sampler, const struct vocabulary *vocabulary, const char *text, struct symbols *said,
                  struct err *err) {
    size_t length = strlen(text);
    said->count = 0;
    sampler_reset(sampler);
    sampler_feed(sampler, -1);
    int count = vocabulary_encode(vocabulary, text, length, NULL, 0);
    int *symbols = mem_need((size_t)count, sizeof *symbols);
    vocabulary_encode(vocabulary, text, length, symbols, count);
    bool good = true;
    for (int k = 0; good && k < count; k++) {
        good = symbols[k] != VOCABULARY_UNK || unknown_token(vocabulary, text, k, err);
        if (good) say(sampler, symbols[k], said);
    }
    mem_free(symbols);
    return good;
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
    const struct net_spec *spec = &checkpoint.model.layout.spec;
    bool good = checkpoint.vocabulary.count > 0 ||
                err_set(&err, ERR_FORMAT, "%s: expected a vocabulary in its metadata, found none", positional[0]);
    bool language = !spec->real_input && spec->output == OUTPUT_SOFTMAX && spec->inputs == spec->outputs &&
                    !net_one_answer(spec) && spec->kind != NET_ENCODER_DECODER && checkpoint.labels.count == 0;
    if (good && !language)
        good = err_set(&err, ERR_VALUE, "%s: expected a language model, that writes what it reads; found %s",
                       positional[0], net_kind_names[spec->kind]);
    struct sampler *sampler = good ? sampler_new(&checkpoint.model, &err) : NULL;
    struct rng rng = rng_seed((uint64_t)words.seed);
    json_t *lines = json_array();
    struct str line = {0};
    struct symbols said = {0};
    good = sampler != NULL;
    if (good && words.distribution) {
        good = prime(sampler, &checkpoint.vocabulary, words.prime, &said, &err);
        if (good) show_distribution(&words, sampler, &checkpoint.vocabulary);
    }
    for (int k = 0; good && !words.distribution && k < words.count; k++) {
        str_clear(&line);
        if (!(good = prime(sampler, &checkpoint.vocabulary, words.prime, &said, &err))) break;
        bool ended = false;
        for (int n = 0; n < words.length && !ended; n++) {
            int symbol = sampler_draw(sampler, words.temperature, words.top_k, VOCABULARY_UNK, &rng);
            ended = symbol == VOCABULARY_EOS;
            if (!ended) say(sampler, symbol, &said);
        }
        vocabulary_decode(&checkpoint.vocabulary, said.items, said.count, &line);
        for (size_t bad; (bad = utf8_check(str_text(&line), line.size)) < line.size;) // bytes need not make characters
            line.data[bad] = '?';
        if (words.common.json)
            json_array_append_new(lines, json_string(str_text(&line)));
        else
            printf("%s\n", str_text(&line));
    }
    if (good && words.common.json && !words.distribution) command_json(json_pack("{s:O}", "samples", lines));
    status = good ? 0 : command_fail(&err);
    json_decref(lines);
    str_release(&line);
    mem_free(said.items);
    sampler_free(sampler);
    checkpoint_release(&checkpoint);
    return status;
}

const struct command command_sample = {
    "sample", "M.safetensors [--prime TEXT] [--length N] [--temperature X] [--top-k K] [--seed S]",
    "Writes what a model makes up.", run_sample};
