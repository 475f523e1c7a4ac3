#include "checkpoint.h"
#include "command.h"
#include "likelihood.h"
#include "score.h"
#include "mem.h"
#include "reference.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

// The likelihood of a sentence with <EOS> behind it; *count: its tokens without that.
static bool measure_sentence(const struct checkpoint *checkpoint, const char *sentence, struct likelihood *out,
                             int *count, struct err *err) {
    size_t size = strlen(sentence);
    const struct model *model = &checkpoint->model;
    *count = vocabulary_encode(&checkpoint->vocabulary, sentence, size, NULL, 0);
    int *symbols = mem_need((size_t)*count + 1, sizeof *symbols);
    double *params = mem_need(model->layout.size, sizeof *params);
    vocabulary_encode(&checkpoint->vocabulary, sentence, size, symbols, *count);
    reference_params(model, params);
    bool good = likelihood_init(out, &model->layout, params, symbols, *count, VOCABULARY_EOS, err);
    mem_free(params);
    mem_free(symbols);
    return good;
}

static int eval_sentence(const struct common *common, const struct checkpoint *checkpoint, const char *path,
                         const char *sentence) {
    struct err err = {0};
    struct likelihood likelihood;
    int count;
    if (checkpoint->vocabulary.count == 0)
        err_set(&err, ERR_FORMAT, "%s: expected a vocabulary in its metadata, found none", path);
    if (err.code || !measure_sentence(checkpoint, sentence, &likelihood, &count, &err)) return command_fail(&err);
    double whole = likelihood.log_probability, sum = whole - likelihood.ln_p[count];
    likelihood_release(&likelihood);
    if (common->json)
        command_json(json_pack("{s:s, s:i, s:o, s:o, s:o, s:o}", "sentence", sentence, "tokens", count,
                               "log_probability", json_number(sum), "probability", json_number(exp(sum)),
                               "end_log_probability", json_number(whole), "end_probability", json_number(exp(whole))));
    else
        printf("P = %.6g (ln P = %.4f) over %d tokens; with <EOS> behind it P = %.6g (ln P = %.4f)\n", exp(sum), sum,
               count, exp(whole), whole);
    return 0;
}

// The words of this command alone.
struct eval_words {
    bool all, test, carry;
    const char *sentence;
};

static void report(const struct common *common, const struct training *training, const struct scores *m) {
    const struct net_spec *spec = &training->model->layout.spec;
    bool perplexity = spec->output == OUTPUT_SOFTMAX;
    bool bits = dataset_is_language(training->data) && !training->data->task &&
                training->data->vocabulary.tokens == TOKENS_CHARACTER;
    if (common->json) {
        json_t *json = json_pack("{s:o, s:s, s:I}", "loss", json_number(m->loss), "loss_name",
                                 training_loss_name(spec->output), "tokens", (json_int_t)m->tokens);
        if (perplexity) json_object_set_new(json, "perplexity", json_number(exp(m->loss)));
        if (bits) json_object_set_new(json, "bits_per_character", json_number(m->loss / log(2)));
        if (!isnan(m->accuracy)) json_object_set_new(json, "accuracy", json_number(m->accuracy));
        if (!isnan(m->sequence_accuracy)) {
            json_object_set_new(json, "sequence_accuracy", json_number(m->sequence_accuracy));
            json_object_set_new(json, "sequences", json_integer(m->sequences));
        }
        command_json(json);
        return;
    }
    printf("%s %.4f%s", spec->output == OUTPUT_LINEAR ? "mean squared error" : "loss", m->loss,
           spec->output == OUTPUT_LINEAR ? "" : " nats a token");
    if (perplexity) printf(", perplexity %.3f", exp(m->loss));
    if (bits) printf(", %.3f bits a character", m->loss / log(2));
    if (!isnan(m->accuracy)) printf(", accuracy %.1f%%", 100 * m->accuracy);
    if (!isnan(m->sequence_accuracy))
        printf(", %.1f%% of %ld sequences right", 100 * m->sequence_accuracy, m->sequences);
    printf(", %ld tokens\n", m->tokens);
}

static bool choose_part(struct dataset *data, const struct eval_words *own, struct err *err) {
    if (own->all) dataset_validate_all(data);
    return !own->test || dataset_validate_test(data) ||
           err_set(err, ERR_VALUE, "--test: %s has no test part of its own", data->name);
}

static int eval_data(const struct common *common, const struct model_words *model, struct training_words *words,
                     const struct eval_words *own, struct checkpoint *checkpoint, const char *path) {
    struct err err = {0};
    struct training training = {0};
    struct scores scores;
    struct train_options none = train_options_default();
    none.threads = words->threads;
    if (own->all) words->validation = 0;
    if (checkpoint->vocabulary.count > 0) words->vocabulary = &checkpoint->vocabulary;
    if (checkpoint->labels.count > 0) words->labels = &checkpoint->labels;
    bool good = checkpoint->vocabulary.count > 0 || checkpoint->model.layout.spec.real_input ||
                err_set(&err, ERR_FORMAT, "%s: expected a vocabulary in its metadata, found none", path);
    struct dataset *data = good ? words_data(model, words, false, &err) : NULL;
    good = data && choose_part(data, own, &err) && training_fits(data, &checkpoint->model.layout.spec, path, &err);
    good = good && training_init(&training, data, &checkpoint->model, &none, words->batch,
                                 words->seq > 0 ? (int)words->seq : training_length(data), rng_seed(1), &err);
    good = good && training_follow(&training, &(struct training_plan){.carry = own->carry}, &err);
    good = good && training_score(&training, &scores, &err);
    good = good &&
           (scores.tokens > 0 || err_set(&err, ERR_VALUE, "%s: expected tokens to measure, found none", data->name));
    if (good) report(common, &training, &scores);
    training_release(&training);
    if (data) dataset_release(data);
    mem_free(data);
    return good ? 0 : command_fail(&err);
}

static int run_eval(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct model_words model = model_words_default();
    struct training_words words = training_words_default();
    struct eval_words own_words = {0};
    const struct option own[] = {
        {"all", OPTION_FLAG, &own_words.all, .help = "the whole file, not only its validation part"},
        {"test", OPTION_FLAG, &own_words.test, .help = "the test part, of files that have one"},
        {"carry", OPTION_FLAG, &own_words.carry, .help = "of a long text: the state is carried from window to window"},
        {"sentence", OPTION_TEXT, &own_words.sentence, "TEXT", "the probability of this text alone, without --data"},
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
    if (!checkpoint_load_state(&checkpoint, positional[0], &err)) return command_fail(&err);
    // The task's own words and how the run read its data, then the user's again.
    json_t *run = checkpoint.state.run ? json_loads(checkpoint.state.run, 0, NULL) : NULL;
    bool good = !model.task || words_task_defaults(model.task, false, &model, &words, &err);
    good = good && words_read_as(&model, json_object_get(run, "words"), &err) &&
           options_parse(tables, 4, argc, argv, positional, 1, &err) >= 0 &&
           checkpoint_finite(&checkpoint, positional[0], &err);
    status = !good                ? command_fail(&err)
             : own_words.sentence ? eval_sentence(&common, &checkpoint, positional[0], own_words.sentence)
                                  : eval_data(&common, &model, &words, &own_words, &checkpoint, positional[0]);
    json_decref(run);
    checkpoint_release(&checkpoint);
    return status;
}

const struct command command_eval = {"eval", "M.safetensors (--data FILE | --task ID | --sentence TEXT)",
                                     "Measures a model on the validation part of a data set or task.", run_eval};
