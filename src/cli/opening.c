#include "opening.h"

#include "command.h"
#include "task.h"
#include <stdio.h>
#include <string.h>

struct opening opening_default(void) {
    return (struct opening){.model = model_words_default(), .training = training_words_default()};
}

struct option *option_opening(struct opening *opening) {
    static struct option table[5];
    table[0] = (struct option){"model", OPTION_TEXT, &opening->checkpoint, "M.safetensors",
                               "a trained model instead of model options"};
    table[1] =
        (struct option){"example", OPTION_INT, &opening->example, "N", "number of the example in the data, from 1",
                        .low = 1,  .high = 1e9};
    table[2] = (struct option){"word", OPTION_TEXT, &opening->word, "TEXT", "the example as text"};
    table[3] = (struct option){
        "within", OPTION_INT, &opening->within, "N", "the next update of training: example N of its minibatch, from 1",
        .low = 1, .high = 1e9};
    return table;
}

int opening_parse(struct opening *opening, const struct command *command, const struct option *const *tables,
                  int table_count, int argc, char **argv, const char **words, int max, struct common *common,
                  int *status) {
    int count = command_parse(command, tables, table_count, argc, argv, words, max, common, status);
    if (count < 0 || !opening->model.task) return count;
    struct err err = {0};
    if (!words_task_defaults(opening->model.task, true, &opening->model, &opening->training, &err)) {
        *status = command_fail(&err);
        return -1;
    }
    return options_parse(tables, table_count, argc, argv, words, max, &err); // was good before
}

static bool copy(char *to, size_t size, const char *from, const char *what, struct err *err) {
    if (!from) return true;
    if (strlen(from) >= size) return err_set(err, ERR_LIMIT, "%s: expected fewer than %zu bytes", what, size);
    strcpy(to, from);
    return true;
}

bool opening_setup(const struct opening *opening, struct setup *setup, struct err *err) {
    *setup = setup_default();
    const struct task *task;
    struct task_settings settings;
    if (opening->model.task && !task_parse(opening->model.task, &task, &settings, err)) return false;
    if (opening->model.task && opening->model.data)
        return err_set(err, ERR_USAGE, "expected --data FILE or --task ID, found both");
    if (opening->word && opening->example > 0)
        return err_set(err, ERR_USAGE, "expected --word or --example, found both");
    if (opening->within > 0 && (opening->word || opening->example > 0))
        return err_set(err, ERR_USAGE, "expected --within or one of --word and --example, found both");
    if (opening->word && !*opening->word)
        return err_set(err, ERR_VALUE, "--word: expected at least one character, found none");
    setup->example = opening->example > 0 ? opening->example - 1 : 0;
    setup->within = opening->within;
    setup->shape = (enum text_shape)opening->model.shape;
    setup->tokens = (enum token_kind)opening->model.tokens;
    setup->lower = opening->model.lower;
    setup->min_count = opening->model.min_count;
    setup->validation = opening->training.validation;
    words_recipe(&opening->model, &opening->training, &setup->recipe);
    return copy(setup->data, sizeof setup->data, opening->model.data, "--data", err) &&
           copy(setup->task, sizeof setup->task, opening->model.task, "--task", err) &&
           words_choices(&opening->model, &setup->reading, err) &&
           copy(setup->checkpoint, sizeof setup->checkpoint, opening->checkpoint, "--model", err) &&
           copy(setup->word, sizeof setup->word, opening->word, "--word", err);
}
