#include "speech.h"

#include "mem.h"
#include "speech_text.h"
#include "thread.h"
#include <stdio.h>
#include <string.h>

static void forget_writer(struct model *writer) {
    if (writer) model_release(writer);
    mem_free(writer);
}

// The network with the record's weights, those that are set by hand among them: floats that the record has as doubles.
static struct model *writer_new(const struct workbench *bench, struct err *err) {
    struct model *writer = mem_need(1, sizeof *writer);
    if (!model_copy(writer, &bench->model, err)) {
        mem_free(writer);
        return NULL;
    }
    for (size_t k = 0; k < writer->layout.size; k++)
        writer->params[k] = (float)bench->record->params[k];
    return writer;
}

void speech_forget(struct speech *speech) {
    sampling_free(speech->sampling);
    forget_writer(speech->writer);
    for (int k = 0; k < SPOKEN_SENTENCES; k++)
        likelihood_release(&speech->said.sentences[k].likelihood);
    *speech = (struct speech){.said.run = speech->said.run};
}

// --- sampling ---

// What a text is read as by the network that is to go on with it; every token must be known.
static bool encode_prefix(const struct workbench *bench, const char *text, int *out, int *n, char *problem) {
    char which[64];
    int unknown;
    const struct vocabulary *vocabulary = dataset_answer_vocabulary(bench->data);
    *n = speech_encode(bench->data, text, out, SPOKEN_TEXT, &unknown, which);
    if (*n > SPOKEN_TEXT) *n = SPOKEN_TEXT; // cut
    if (unknown > 0)
        snprintf(problem, SPOKEN_WORDS, "Start with: “%s” is not among the %d %ss of the data.", which,
                 vocabulary->count - vocabulary_first(vocabulary), token_kind_names[vocabulary->tokens]);
    return unknown == 0;
}

// The run that was asked for; on failure `problem` says why and the old one stays.
static bool make_run(struct speech *speech, const struct workbench *bench, long seed, struct draw_rule rule,
                     const char *prefix) {
    struct spoken *said = &speech->said;
    int symbols[SPOKEN_TEXT], n = 0;
    struct err err = {0};
    said->problem[0] = 0;
    if (!encode_prefix(bench, prefix, symbols, &n, said->problem)) return false;
    struct sampling_options options = {.seed = (uint64_t)seed,
                                       .rule = rule,
                                       .end = VOCABULARY_EOS,
                                       .limit = SAMPLING_MAX,
                                       .prefix = symbols,
                                       .prefix_length = n,
                                       .source = bench->record->example.source};
    struct model *writer = writer_new(bench, &err);
    struct sampling *run = writer ? sampling_new(writer, &options, &err) : NULL;
    if (!run) {
        snprintf(said->problem, sizeof said->problem, "%s", err.message);
        forget_writer(writer);
        return false;
    }
    sampling_free(speech->sampling);
    forget_writer(speech->writer);
    speech->writer = writer;
    speech->sampling = run;
    said->sampling = run;
    said->run++;
    speech->seed = seed;
    speech->rule = rule;
    if (prefix != said->prefix) snprintf(said->prefix, sizeof said->prefix, "%s", prefix);
    return true;
}

// The first symbol is always there: a view has something to show.
static bool draw_on(struct speech *speech, double seconds) {
    struct err err = {0};
    if (!speech->sampling) return false;
    double start = clock_seconds();
    while (sampling_draw(speech->sampling, &err))
        if (clock_seconds() - start >= seconds) break;
    if (err.code != ERR_NONE) snprintf(speech->said.problem, sizeof speech->said.problem, "%s", err.message);
    return !sampling_done(speech->sampling);
}

void speech_sample(struct speech *speech, const struct workbench *bench, const struct ask *ask) {
    struct draw_rule rule = {ask->sample.temperature, ask->sample.top_k, VOCABULARY_UNK};
    if (!*speech->said.no_sampling) make_run(speech, bench, ask->sample.seed, rule, ask->text);
}

// --- sentences ---

// "“durian” and 2 more are not among the 412 words of the data"
static void name_unknown(char out[SPOKEN_TEXT], const struct dataset *data, int unknown, const char *which) {
    const struct vocabulary *vocabulary = &data->vocabulary;
    char others[32] = "";
    if (unknown > 1) snprintf(others, sizeof others, " and %d more", unknown - 1);
    snprintf(out, SPOKEN_TEXT, "“%s”%s %s not among the %d %ss of the data", which, others, unknown > 1 ? "are" : "is",
             vocabulary->count - VOCABULARY_FIRST, token_kind_names[vocabulary->tokens]);
}

static void measure(struct speech *speech, const struct workbench *bench, int index) {
    struct spoken_sentence *sentence = &speech->said.sentences[index];
    int symbols[SPOKEN_TEXT], unknown;
    char which[64], words[SPOKEN_TEXT];
    struct err err = {0};
    likelihood_release(&sentence->likelihood);
    sentence->problem[0] = sentence->remark[0] = 0;
    int n = speech_encode(bench->data, sentence->text, symbols, SPOKEN_TEXT, &unknown, which); // no more than bytes
    name_unknown(words, bench->data, unknown, which);
    if (unknown > 0 && !speech_has_unknown(bench->data)) {
        snprintf(sentence->problem, sizeof sentence->problem, "%s, and the network never read <UNK>: no probability.",
                 words);
        return;
    }
    if (unknown > 0) snprintf(sentence->remark, sizeof sentence->remark, "%s: read as <UNK>.", words);
    if (n == 0)
        snprintf(sentence->problem, sizeof sentence->problem, "Expected at least one %s, found none.",
                 speech->said.unit);
    else if (!likelihood_init(&sentence->likelihood, &bench->record->layout, bench->record->params, symbols, n,
                              speech->said.ends ? VOCABULARY_EOS : -1, &err))
        snprintf(sentence->problem, sizeof sentence->problem, "%s", err.message);
}

void speech_sentence(struct speech *speech, const struct workbench *bench, const struct ask *ask) {
    if (ask->index < 0 || ask->index >= SPOKEN_SENTENCES || *speech->said.no_sentence) return;
    speech->typed = true;
    snprintf(speech->said.sentences[ask->index].text, SPOKEN_TEXT, "%.*s", SPOKEN_TEXT - 1, ask->text);
    measure(speech, bench, ask->index);
}

// --- both ---

static void begin(struct speech *speech, const struct workbench *bench, long seed) {
    static const char *const no_sentence = "A sentence has a probability under a network that says which symbol comes "
                                           "next in a text; this one answers otherwise.";
    const struct vocabulary *writes = dataset_answer_vocabulary(bench->data);
    const struct net_spec *spec = &bench->model.layout.spec;
    struct spoken *said = &speech->said;
    struct err err = {0};
    bool pair = spec->kind == NET_ENCODER_DECODER, language = dataset_is_language(bench->data);
    speech->begun = true;
    speech->seed = seed;
    speech->rule = (struct draw_rule){.temperature = 1, .forbid = VOCABULARY_UNK};
    said->symbols = writes ? writes->texts : NULL;
    said->symbol_count = writes ? writes->count : 0;
    said->unit = writes ? token_kind_names[writes->tokens] : "symbol";
    said->ends = bench->data->shape != TEXT_WHOLE;
    if (!sampling_fits(spec, &err))
        snprintf(said->no_sampling, sizeof said->no_sampling, "%s", err.message);
    else if ((!pair && !language) || !writes)
        snprintf(said->no_sampling, sizeof said->no_sampling,
                 "This network answers about what it reads: a drawn symbol cannot be its next input.");
    else if (pair && !bench->record->example.source)
        snprintf(said->no_sampling, sizeof said->no_sampling, "There is no source for the encoder to read.");
    if (*said->no_sampling || pair || !language)
        snprintf(said->no_sentence, sizeof said->no_sentence, "%s", no_sentence);
}

static void look_at_sentences(struct speech *speech, const struct workbench *bench) {
    struct spoken *said = &speech->said;
    bool other = strcmp(speech->example, bench->example_text) != 0 || !*said->sentences[0].text;
    if (other && !speech->typed) {
        snprintf(speech->example, sizeof speech->example, "%s", bench->example_text);
        speech_pair(bench, said->sentences[0].text, said->sentences[1].text, SPOKEN_TEXT);
        speech->measured = false;
    }
    for (int k = 0; k < SPOKEN_SENTENCES && !speech->measured; k++)
        measure(speech, bench, k);
    speech->measured = true;
}

bool speech_look(struct speech *speech, const struct workbench *bench, long seed, unsigned speaks, double seconds) {
    if (!speech->begun) begin(speech, bench, seed);
    struct spoken *said = &speech->said;
    if (speech->record != bench->record->serial) speech->sampled = speech->measured = false;
    speech->record = bench->record->serial;
    if ((speaks & VIEW_SENTENCES) && !*said->no_sentence) look_at_sentences(speech, bench);
    if (!(speaks & VIEW_SAMPLING) || *said->no_sampling) return false;
    if (!speech->sampled) make_run(speech, bench, speech->seed, speech->rule, said->prefix);
    speech->sampled = true;
    return draw_on(speech, seconds);
}
