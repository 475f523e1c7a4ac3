#include "checkpoint.h"
#include "command.h"
#include "mem.h"
#include "training.h"
#include <math.h>
#include <stdio.h>

static int run_eval(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct model_words model = model_words_default();
    struct training_words words = training_words_default();
    bool all = false;
    const struct option own[] = {{"all", OPTION_FLAG, &all, .help = "the whole file, not only its validation part"}, {0}};
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
    struct dataset data = {0};
    struct training training = {0};
    struct text_options options = text_options_default();
    options.shape = (enum text_shape)model.shape;
    options.validation = all ? 1 : words.validation;
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
    good = good && training_init(&training, &data, &checkpoint.model, &none, words.batch,
                                 words.seq > 0 ? (int)words.seq : training_length(&data), rng_seed(1), &err);
    good = good && training_validate(&training, &loss, &accuracy, &tokens, &err);
    good = good && (tokens > 0 || err_set(&err, ERR_VALUE, "%s: expected tokens to measure, found none", model.data));
    status = good ? 0 : command_fail(&err);
    if (good && common.json)
        command_json(json_pack("{s:o, s:o, s:o, s:I}", "loss", json_number(loss), "perplexity", json_number(exp(loss)),
                               "accuracy", json_number(accuracy), "tokens", (json_int_t)tokens));
    else if (good)
        printf("loss %.4f nats a token, perplexity %.3f, accuracy %.1f%%, %ld tokens\n", loss, exp(loss), 100 * accuracy, tokens);
    training_release(&training);
    dataset_release(&data);
    checkpoint_release(&checkpoint);
    return status;
}

const struct command command_eval = {"eval", "M.safetensors --data FILE", "Measures a model on the validation part of a text.", run_eval};
