#include "checkpoint.h"
#include "command.h"
#include "mem.h"
#include "sampler.h"
#include "training.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

// Natural logarithm of P(symbol) under the sampler's distribution, without underflow.
static double log_probability(const struct sampler *sampler, int outputs, int symbol) {
    const float *logits = sampler_logits(sampler);
    double largest = logits[0], sum = 0;
    for (int i = 1; i < outputs; i++)
        largest = logits[i] > largest ? logits[i] : largest;
    for (int i = 0; i < outputs; i++)
        sum += exp(logits[i] - largest);
    return logits[symbol] - largest - log(sum);
}

// P(sentence) = product over t of P(s<t> | s<1> .. s<t-1>); *end: that of <EOS> behind it.
static bool measure_sentence(const struct checkpoint *checkpoint, const char *sentence, double *sum, double *end,
                             int *count, struct err *err) {
    size_t size = strlen(sentence);
    int outputs = checkpoint->model.layout.spec.outputs;
    *count = vocabulary_encode(&checkpoint->vocabulary, sentence, size, NULL, 0);
    int *symbols = mem_need((size_t)*count + 1, sizeof *symbols);
    vocabulary_encode(&checkpoint->vocabulary, sentence, size, symbols, *count);
    struct sampler *sampler = sampler_new(&checkpoint->model, err);
    *sum = 0;
    for (int t = 0; sampler && t < *count; t++) {
        sampler_feed(sampler, t == 0 ? -1 : symbols[t - 1]);
        *sum += log_probability(sampler, outputs, symbols[t]);
    }
    if (sampler) {
        sampler_feed(sampler, *count > 0 ? symbols[*count - 1] : -1);
        *end = log_probability(sampler, outputs, VOCABULARY_EOS);
    }
    bool good = sampler != NULL;
    sampler_free(sampler);
    mem_free(symbols);
    return good;
}

static int eval_sentence(const struct common *common, const struct checkpoint *checkpoint, const char *path,
                         const char *sentence) {
    struct err err = {0};
    double sum, end;
    int count;
    if (checkpoint->vocabulary.count == 0)
        err_set(&err, ERR_FORMAT, "%s: expected a vocabulary in its metadata, found none", path);
    if (err.code || !measure_sentence(checkpoint, sentence, &sum, &end, &count, &err)) return command_fail(&err);
    if (common->json)
        command_json(json_pack("{s:s, s:i, s:o, s:o, s:o, s:o}", "sentence", sentence, "tokens", count,
                               "log_probability", json_number(sum), "probability", json_number(exp(sum)),
                               "end_log_probability", json_number(sum + end), "end_probability",
                               json_number(exp(sum + end))));
    else
        printf("P = %.6g (ln P = %.4f) over %d tokens; with <EOS> behind it P = %.6g (ln P = %.4f)\n", exp(sum), sum,
               count, exp(sum + end), sum + end);
    return 0;
}

static int run_eval(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct model_words model = model_words_default();
    struct training_words words = training_words_default();
    bool all = false, carry = false;
    const char *sentence = NULL;
    const struct option own[] = {
        {"all", OPTION_FLAG, &all, .help = "the whole file, not only its validation part"},
        {"carry", OPTION_FLAG, &carry, .help = "of a long text: the state is carried from window to window"},
        {"sentence", OPTION_TEXT, &sentence, "TEXT", "the probability of this text alone, without --data"},
        {0}};
    const struct option *tables[] = {own, option_model(&model), option_training(&words), option_common(&common)};
    const char *positional[1];
    int status, count = command_parse(command, tables, 4, argc, argv, positional, 1, &common, &status);
    if (count < 0) return status;
    struct err err = {0};
    if (count < 1) {
        err_set(&err, ERR_USAGE, "expected a model (.safetensors), found none");
        return command_fail(&err);
    }
    struct checkpoint checkpoint = {0};
    if (!checkpoint_load(&checkpoint, positional[0], NULL, &err)) return command_fail(&err);
    if (sentence) {
        status = eval_sentence(&common, &checkpoint, positional[0], sentence);
        checkpoint_release(&checkpoint);
        return status;
    }
    struct dataset data = {0};
    struct training training = {0};
    struct data_options options = data_options_default();
    options.shape = (enum text_shape)model.shape;
    options.validation = all ? 0 : words.validation;
    options.seed = (uint64_t)words.seed;
    options.vocabulary = &checkpoint.vocabulary;
    struct train_options none = train_options_default();
    none.threads = words.threads;
    double loss, accuracy;
    long tokens;
    bool good = model.data || err_set(&err, ERR_USAGE, "expected --data FILE");
    good = good && (checkpoint.vocabulary.count > 0 ||
                    err_set(&err, ERR_FORMAT, "%s: expected a vocabulary in its metadata, found none", positional[0]));
    good = good && dataset_read_text(&data, model.data, &options, &err);
    if (good && all) dataset_validate_all(&data);
    good = good && training_init(&training, &data, &checkpoint.model, &none, words.batch,
                                 words.seq > 0 ? (int)words.seq : training_length(&data), rng_seed(1), &err);
    good = good && training_follow(&training, &(struct training_plan){.carry = carry}, &err);
    good = good && training_validate(&training, &loss, &accuracy, &tokens, &err);
    good = good && (tokens > 0 || err_set(&err, ERR_VALUE, "%s: expected tokens to measure, found none", model.data));
    status = good ? 0 : command_fail(&err);
    if (good && common.json)
        command_json(json_pack("{s:o, s:o, s:o, s:o, s:I}", "loss", json_number(loss), "perplexity",
                               json_number(exp(loss)), "bits_per_character", json_number(loss / log(2)), "accuracy",
                               json_number(accuracy), "tokens", (json_int_t)tokens));
    else if (good)
        printf("loss %.4f nats a token, perplexity %.3f, %.3f bits a character, accuracy %.1f%%, %ld tokens\n", loss,
               exp(loss), loss / log(2), 100 * accuracy, tokens);
    training_release(&training);
    dataset_release(&data);
    checkpoint_release(&checkpoint);
    return status;
}

const struct command command_eval = {"eval", "M.safetensors (--data FILE | --sentence TEXT)",
                                     "Measures a model on the validation part of a text.", run_eval};
