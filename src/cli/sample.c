#include "checkpoint.h"
#include "command.h"
#include "file.h"
#include "mem.h"
#include "midi.h"
#include "sampler.h"
#include "str.h"
#include "tokens.h"
#include "trainer.h"
#include "wav.h"
#include <stdio.h>
#include <string.h>

struct words {
    struct common common;
    const char *prime, *source, *out;
    int length, top_k, count, beam; // count 0, beam 0: not said
    long seed;
    double temperature, length_power; // temperature below 0: not said
    bool distribution;
};

// A model that writes, from where every sample starts.
struct writing {
    const struct words *words;
    struct checkpoint checkpoint;
    const struct vocabulary *in, *out; // what the encoder reads (NULL: there is none), and what is written
    struct sampler *sampler;
    int *source, *prime; // symbols
    int source_length, prime_length;
    int *symbols; // (prime_length + words->length): prime, then what is drawn
};

// ---- opening ----

// Language models and encoder-decoders write; the others answer about what they read.
static bool check_kind(const struct checkpoint *checkpoint, const char *path, struct err *err) {
    const struct net_spec *spec = &checkpoint->model.layout.spec;
    bool pair = spec->kind == NET_ENCODER_DECODER, answers = net_one_answer(spec) || spec->output != OUTPUT_SOFTMAX;
    bool tags = !pair && (spec->real_input || checkpoint->labels.count > 0 || spec->inputs != spec->outputs);
    if (answers || tags || (!pair && spec->directions == 2))
        return err_at(err, ERR_VALUE, path, 0, 0,
                      "the model (%s, %s output%s) answers about what it reads and makes nothing up; \"unroll eval\" "
                      "measures its answers",
                      net_kind_names[spec->kind], net_output_names[spec->output],
                      spec->directions == 2 ? ", both directions" : "");
    if (pair && spec->real_input)
        return err_at(err, ERR_VALUE, path, 0, 0,
                      "the encoder reads numbers, and --source gives a text; \"unroll eval\" measures its answers");
    if (checkpoint->vocabulary.count == 0 || checkpoint_outputs(checkpoint)->count != spec->outputs)
        return err_at(err, ERR_FORMAT, path, 0, 0, "expected a vocabulary in its metadata, found none");
    return true;
}

static void show_unknown(const struct vocabulary *vocabulary, const char *text, int index, const char *option,
                         struct err *err) {
    struct token_walk walk = token_walk_start(vocabulary->tokens, text, strlen(text));
    for (int i = 0; i <= index; i++)
        token_next(&walk);
    err_set(err, ERR_VALUE, "--%s: “%.*s” is not among the %d symbols of the model", option, (int)walk.size, walk.token,
            vocabulary->count);
}

// The symbols of a text, all of them known; `option` stands in the error.
static bool encode(const struct vocabulary *vocabulary, const char *text, const char *option, int **out, int *length,
                   struct err *err) {
    size_t size = strlen(text);
    *length = vocabulary_encode(vocabulary, text, size, NULL, 0);
    *out = mem_array((size_t)*length + 1, sizeof **out);
    if (!*out) return err_set(err, ERR_MEMORY, "--%s: no memory for %d symbols", option, *length);
    vocabulary_encode(vocabulary, text, size, *out, *length);
    for (int i = 0; i < *length; i++) {
        if ((*out)[i] != VOCABULARY_UNK && (*out)[i] >= 0) continue;
        struct str lower = {0};
        if (vocabulary->lower) text_lower(text, size, &lower);
        show_unknown(vocabulary, vocabulary->lower ? str_text(&lower) : text, i, option, err);
        str_release(&lower);
        return false;
    }
    for (int i = 0; vocabulary->reversed && i < *length / 2; i++) {
        int kept = (*out)[i];
        (*out)[i] = (*out)[*length - 1 - i];
        (*out)[*length - 1 - i] = kept;
    }
    return true;
}

static bool encode_source(struct writing *w, struct err *err) {
    bool pair = w->checkpoint.model.layout.spec.kind == NET_ENCODER_DECODER;
    const char *source = w->words->source;
    if (!pair && source)
        return err_set(err, ERR_USAGE, "--source: only an encoder-decoder reads one; this model takes --prime");
    if (!pair) return true;
    if (!source || !*source) return err_set(err, ERR_USAGE, "--source: expected a text for the encoder, found none");
    w->in = &w->checkpoint.vocabulary;
    return encode(w->in, source, "source", &w->source, &w->source_length, err);
}

static bool writing_init(struct writing *w, const char *path, struct err *err) {
    if (!checkpoint_load(&w->checkpoint, path, NULL, err) || !checkpoint_finite(&w->checkpoint, path, err) ||
        !check_kind(&w->checkpoint, path, err))
        return false;
    w->out = checkpoint_outputs(&w->checkpoint);
    if (!encode_source(w, err) || !encode(w->out, w->words->prime, "prime", &w->prime, &w->prime_length, err))
        return false;
    size_t room = (size_t)w->prime_length + (size_t)w->words->length;
    w->symbols = mem_array(room, sizeof *w->symbols);
    if (!w->symbols) return err_set(err, ERR_MEMORY, "--length: no memory for %zu symbols", room);
    memcpy(w->symbols, w->prime, (size_t)w->prime_length * sizeof *w->prime);
    w->sampler = sampler_new(&w->checkpoint.model, err);
    return w->sampler != NULL;
}

static void writing_release(struct writing *w) {
    sampler_free(w->sampler);
    mem_free(w->source);
    mem_free(w->prime);
    mem_free(w->symbols);
    checkpoint_release(&w->checkpoint);
}

// Reads the source where there is one, the zero vector and the priming text.
static bool start(struct writing *w, struct err *err) {
    sampler_reset(w->sampler);
    struct batch source = {.T = w->source_length, .B = 1, .x = w->source};
    if (w->in && !sampler_encode(w->sampler, &source, err)) return false;
    sampler_feed(w->sampler, -1);
    for (int i = 0; i < w->prime_length; i++)
        sampler_feed(w->sampler, w->prime[i]);
    return true;
}

// ---- what is written ----

// A JSON text of what may be no UTF-8 (bytes that a model put together): each wrong byte becomes U+FFFD.
static json_t *json_text(const struct str *text) {
    struct str clean = {0};
    for (size_t i = 0, used; i < text->size; i += used) {
        char code[5];
        size_t size = utf8_put(utf8_next(text->data + i, text->size - i, &used), code);
        str_put_n(&clean, code, size);
    }
    json_t *json = json_stringn(str_text(&clean), clean.size);
    str_release(&clean);
    return json;
}

static void text_of(const struct writing *w, int drawn, struct str *out) {
    str_clear(out);
    vocabulary_decode(w->out, w->symbols, w->prime_length + drawn, out);
}

// One sample to the end or the longest length.
static bool draw(struct writing *w, struct rng *rng, struct str *out, int *drawn, struct err *err) {
    double temperature = w->words->temperature;
    int n = 0;
    if (!start(w, err)) return false;
    for (; n < w->words->length; n++) {
        int symbol = sampler_draw(w->sampler, temperature, w->words->top_k, VOCABULARY_UNK, rng);
        if (symbol == VOCABULARY_EOS) break;
        w->symbols[w->prime_length + n] = symbol;
        sampler_feed(w->sampler, symbol);
    }
    text_of(w, n, out);
    *drawn = n;
    return true;
}

// The first sample as notes.
static bool save_tune(const struct writing *w, int drawn, struct err *err) {
    const char *path = w->words->out;
    struct tune tune;
    struct sound sound = {0};
    tune_from_symbols(&tune, w->out->texts, w->symbols, w->prime_length + drawn);
    bool good = true;
    if (tune.count == 0)
        good = err_set(err, ERR_VALUE, "--out: the sample has no notes (C4, Eb5, ...); \"music\" is a task that has");
    else if (file_ends_with(path, ".wav"))
        sound_of_tune(&sound, &tune), good = wav_save(path, &sound, err);
    else
        good = midi_save(path, &tune, err);
    sound_release(&sound);
    tune_release(&tune);
    return good;
}

static bool write_samples(struct writing *w, struct err *err) {
    struct rng rng = rng_seed((uint64_t)w->words->seed);
    struct str line = {0};
    json_t *lines = json_array();
    bool good = true;
    for (int k = 0; good && k < w->words->count; k++) {
        int drawn;
        good = draw(w, &rng, &line, &drawn, err);
        if (good && k == 0 && w->words->out) good = save_tune(w, drawn, err);
        if (good && w->words->common.json) json_array_append_new(lines, json_text(&line));
        if (good && !w->words->common.json) {
            fwrite(str_text(&line), 1, line.size, stdout);
            putchar('\n');
        }
    }
    if (good && w->words->common.json) command_json(json_pack("{s:O}", "samples", lines));
    json_decref(lines);
    str_release(&line);
    return good;
}

// The likeliest texts, best first.
static bool write_beam(struct writing *w, struct err *err) {
    const struct words *words = w->words;
    struct beam_options options = {.width = words->beam,
                                   .length = words->length,
                                   .end = VOCABULARY_EOS,
                                   .forbid = VOCABULARY_UNK,
                                   .length_power = words->length_power};
    struct beam beam;
    struct str line = {0};
    if (!start(w, err) || !sampler_beam(w->sampler, &options, &beam, err)) return false;
    json_t *list = json_array();
    for (int k = 0; k < beam.count; k++) {
        const struct hypothesis *h = &beam.best[k];
        memcpy(w->symbols + w->prime_length, h->symbols, (size_t)h->length * sizeof *h->symbols);
        text_of(w, h->length, &line);
        json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:b}", "text", json_text(&line), "log_probability",
                                              json_number(h->log_probability), "score", json_number(h->score), "ended",
                                              h->ended));
        if (!words->common.json) {
            printf("%9.4f  ", h->log_probability);
            fwrite(str_text(&line), 1, line.size, stdout);
            printf("%s\n", h->ended ? "" : " ...");
        }
    }
    if (words->common.json) command_json(json_pack("{s:O}", "beam", list));
    json_decref(list);
    str_release(&line);
    beam_release(&beam);
    return true;
}

// The whole distribution of the symbol that comes next, in the order of the vocabulary: softmax of the logits, before
// temperature and top-k.
static bool write_distribution(struct writing *w, struct err *err) {
    if (!start(w, err)) return false;
    const float *p = sampler_distribution(w->sampler);
    json_t *list = json_array();
    for (int i = 0; i < w->out->count; i++) {
        json_array_append_new(list, json_pack("{s:s, s:f}", "symbol", w->out->texts[i], "p", (double)p[i]));
        if (!w->words->common.json)
            printf("%.6f  %s\n", (double)p[i], *w->out->texts[i] == '\n' ? "\\n" : w->out->texts[i]);
    }
    if (w->words->common.json) command_json(json_pack("{s:O}", "distribution", list));
    json_decref(list);
    return true;
}

// ---- the command ----

// Language models make up ten texts; an encoder-decoder gives the likeliest symbol each time, once.
static void fill_words(struct words *words, bool pair) {
    if (words->temperature < 0) words->temperature = pair ? 0 : 1;
    if (words->count == 0) words->count = pair && words->temperature == 0 ? 1 : 10;
}

static bool check_words(const struct words *words, struct err *err) {
    bool drawn = words->temperature >= 0 || words->top_k > 0 || words->count > 0;
    if (words->beam > 0 && (drawn || words->distribution))
        return err_set(err, ERR_USAGE,
                       "--beam: a beam search draws nothing; expected no --count, --temperature, --top-k or "
                       "--distribution beside it");
    if (words->out && !file_ends_with(words->out, ".mid") && !file_ends_with(words->out, ".wav"))
        return err_set(err, ERR_USAGE, "--out: expected a name ending in .mid or .wav, found \"%s\"", words->out);
    if (words->out && (words->beam > 0 || words->distribution))
        return err_set(err, ERR_USAGE, "--out: saves a sample; expected no --beam or --distribution beside it");
    if (words->length_power > 0 && words->beam == 0)
        return err_set(err, ERR_USAGE, "--length-power: expected --beam as well, found none");
    return true;
}

static bool sample(struct words *words, const char *path, struct err *err) {
    struct writing writing = {.words = words};
    bool good = check_words(words, err) && writing_init(&writing, path, err);
    if (good) {
        fill_words(words, writing.in != NULL);
        good = words->distribution ? write_distribution(&writing, err)
               : words->beam > 0   ? write_beam(&writing, err)
                                   : write_samples(&writing, err);
    }
    writing_release(&writing);
    return good;
}

static int run_sample(const struct command *command, int argc, char **argv) {
    struct words words = {.prime = "", .length = 500, .temperature = -1, .seed = 1};
    const struct option own[] = {
        {"prime", OPTION_TEXT, &words.prime, "TEXT", "what every sample starts with"},
        {"source", OPTION_TEXT, &words.source, "TEXT", "what the encoder of an encoder-decoder reads"},
        {"length", OPTION_INT, &words.length, "N", "longest sample, in symbols", .low = 1, .high = 10000000},
        {"count", OPTION_INT, &words.count, "N", "samples; each ends at <EOS>", .low = 1, .high = 1000000},
        {"temperature", OPTION_REAL, &words.temperature, "X", "divides the logits; 0 takes the largest", .low = 0,
         .high = 1000},
        {"top-k", OPTION_INT, &words.top_k, "K", "draw from the K likeliest; 0 = from all", .low = 0,
         .high = NET_MAX_VOCABULARY},
        {"beam", OPTION_INT, &words.beam, "K", "instead of samples: the K likeliest texts that a beam search finds",
         .low = 1, .high = BEAM_MAX_WIDTH},
        {"length-power", OPTION_REAL, &words.length_power, "X",
         "of --beam: how much longer texts are favoured (Wu et al. 2016); 0 = not", .low = 0, .high = 10},
        {"distribution", OPTION_FLAG, &words.distribution,
         .help = "instead of samples: P(next symbol) after --prime, all of it"},
        {"out", OPTION_TEXT, &words.out, "FILE", "of notes: the first sample as a .mid or a .wav"},
        {"seed", OPTION_LONG, &words.seed, "S", "of the draws", .low = 0, .high = 9e15},
        {0}};
    const struct option *tables[] = {own, option_common(&words.common)};
    const char *positional[1];
    int status, count = command_parse(command, tables, 2, argc, argv, positional, 1, &words.common, &status);
    if (count < 0) return status;
    struct err err = {0};
    bool good = (count > 0 || err_set(&err, ERR_USAGE, "expected a model (.safetensors), found none")) &&
                sample(&words, positional[0], &err);
    return good ? 0 : command_fail(&err);
}

const struct command command_sample = {"sample",
                                       "M.safetensors [--prime TEXT] [--source TEXT] [--length N] [--temperature X] "
                                       "[--top-k K] [--beam K] [--seed S] [--out FILE.mid|.wav]",
                                       "Writes what a model makes up, or makes of a text.", run_sample};
