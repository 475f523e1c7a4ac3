#include "options.h"

#include "assets.h"
#include "check.h"
#include "columns.h"
#include "mem.h"
#include "reader.h"
#include "setup.h"
#include "task.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option *find(const struct option *const *tables, int table_count, const char *name, size_t length) {
    for (int k = 0; k < table_count; k++)
        for (const struct option *o = tables[k]; o->name; o++)
            if (strlen(o->name) == length && !strncmp(o->name, name, length)) return o;
    return NULL;
}

static bool read_number(const struct option *o, const char *text, double *out, struct err *err) {
    char *end;
    *out = strtod(text, &end);
    bool whole = o->type != OPTION_REAL;
    bool good = end != text && !*end && *out == *out && (!whole || *out == (double)(long long)*out);
    if (good && o->low < o->high) good = *out >= o->low && *out <= o->high;
    if (good) return true;
    if (o->low < o->high)
        return err_set(err, ERR_USAGE, "--%s: expected a %snumber from %g to %g, found \"%s\"", o->name,
                       whole ? "whole " : "", o->low, o->high, text);
    return err_set(err, ERR_USAGE, "--%s: expected a %snumber, found \"%s\"", o->name, whole ? "whole " : "", text);
}

static bool read_choice(const struct option *o, const char *text, struct err *err) {
    char known[256] = "";
    for (int k = 0; o->choices[k]; k++) {
        if (!strcmp(o->choices[k], text)) {
            *(int *)o->target = k;
            return true;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", k ? ", " : "", o->choices[k]);
    }
    return err_set(err, ERR_USAGE, "--%s: expected one of %s; found \"%s\"", o->name, known, text);
}

static bool read_pair(const struct option *o, const char *text, char between, struct err *err) {
    char *end;
    long a = strtol(text, &end, 10), b;
    if (end == text || *end != between) goto bad;
    const char *second = end + 1;
    b = strtol(second, &end, 10);
    if (end == second || *end || a < 0 || b < a * (between == ':') || a > 100000 || b > 100000) goto bad;
    ((int *)o->target)[0] = (int)a;
    ((int *)o->target)[1] = (int)b;
    return true;
bad:
    return err_set(err, ERR_USAGE, "--%s: expected %s, found \"%s\"", o->name, o->value, text);
}

static bool take(const struct option *o, const char *text, struct err *err) {
    double number;
    switch (o->type) {
    case OPTION_FLAG:
        *(bool *)o->target = true;
        return true;
    case OPTION_TEXT:
        *(const char **)o->target = text;
        return true;
    case OPTION_CHOICE:
        return read_choice(o, text, err);
    case OPTION_SIZE:
        return read_pair(o, text, 'x', err);
    case OPTION_RANGE:
        return read_pair(o, text, ':', err);
    case OPTION_INT:
        if (!read_number(o, text, &number, err)) return false;
        *(int *)o->target = (int)number;
        return true;
    case OPTION_LONG:
        if (!read_number(o, text, &number, err)) return false;
        *(long *)o->target = (long)number;
        return true;
    case OPTION_REAL:
        if (!read_number(o, text, &number, err)) return false;
        *(double *)o->target = number;
        return true;
    }
    return false;
}

int options_parse(const struct option *const *tables, int table_count, int argc, char **argv, const char **words,
                  int max, struct err *err) {
    int count = 0;
    bool only_words = false;
    for (int k = 0; k < argc; k++) {
        const char *word = argv[k];
        if (only_words || word[0] != '-' || !word[1]) {
            if (count == max) {
                err_set(err, ERR_USAGE, "\"%s\" is one word too many", word);
                return -1;
            }
            words[count++] = word;
            continue;
        }
        if (!strcmp(word, "--")) {
            only_words = true;
            continue;
        }
        if (!strcmp(word, "-h")) word = "--help";
        const char *name = word + (word[1] == '-' ? 2 : 1), *equals = strchr(name, '=');
        const struct option *o =
            word[1] == '-' ? find(tables, table_count, name, equals ? (size_t)(equals - name) : strlen(name)) : NULL;
        if (!o) {
            err_set(err, ERR_USAGE, "the option \"%s\" is not known here; --help lists those that are", word);
            return -1;
        }
        const char *value = equals ? equals + 1 : NULL;
        if (o->type == OPTION_FLAG && value) {
            err_set(err, ERR_USAGE, "--%s takes no value, found \"%s\"", o->name, value);
            return -1;
        }
        if (o->type != OPTION_FLAG && !value) {
            if (k + 1 >= argc) {
                err_set(err, ERR_USAGE, "--%s: expected %s, found the end of the line", o->name, o->value);
                return -1;
            }
            value = argv[++k];
        }
        if (!take(o, value, err)) return -1;
    }
    return count;
}

static json_t *option_value(const struct option *o) {
    switch (o->type) {
    case OPTION_FLAG:
        return json_boolean(*(bool *)o->target);
    case OPTION_CHOICE:
        return *(int *)o->target < 0 ? NULL : json_string(o->choices[*(int *)o->target]);
    case OPTION_INT:
        return json_integer(*(int *)o->target);
    case OPTION_LONG:
        return json_integer(*(long *)o->target);
    case OPTION_REAL:
        return json_real(*(double *)o->target);
    case OPTION_TEXT:
        return o->kept && *(const char **)o->target ? json_string(*(const char **)o->target) : NULL;
    default:
        return NULL;
    }
}

static bool is_among(const char *name, const char *const *names) {
    for (; *names; names++)
        if (!strcmp(name, *names)) return true;
    return false;
}

json_t *options_to_json(const struct option *const *tables, int table_count, const char *const *except) {
    json_t *json = json_object();
    for (int k = 0; k < table_count; k++)
        for (const struct option *o = tables[k]; o->name; o++) {
            json_t *value = is_among(o->name, except) ? NULL : option_value(o);
            if (value) json_object_set_new(json, o->name, value);
        }
    return json;
}

bool options_from_json(const struct option *const *tables, int table_count, const json_t *json, struct err *err) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)json, name, value) {
        const struct option *o = find(tables, table_count, name, strlen(name));
        if (!o || (o->type == OPTION_TEXT && !o->kept)) continue;
        if (o->type == OPTION_TEXT) {
            *(const char **)o->target = json_string_value(value);
            continue;
        }
        if (o->type == OPTION_FLAG) {
            *(bool *)o->target = json_is_true(value);
            continue;
        }
        char text[64] = "";
        if (json_is_string(value)) snprintf(text, sizeof text, "%s", json_string_value(value));
        if (json_is_integer(value)) snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
        if (json_is_real(value)) snprintf(text, sizeof text, "%.17g", json_real_value(value));
        // 0 stands for "not said" where the words do not allow it
        if (json_is_number(value) && json_number_value(value) == 0 && o->low > 0) continue;
        if (!take(o, text, err)) return false;
    }
    return true;
}

void options_help(const struct option *const *tables, int table_count) {
    printf("\nOptions\n");
    for (int k = 0; k < table_count; k++)
        for (const struct option *o = tables[k]; o->name; o++) {
            char left[64];
            snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
            printf("  %-34s %s", left, o->help);
            if (o->choices) {
                printf(" (");
                for (int c = 0; o->choices[c]; c++)
                    printf("%s%s", c ? ", " : "", o->choices[c]);
                printf(")");
            }
            printf("\n");
        }
}

static const char *cell_names[CELL_COUNT + 1];
static const char *const activation_names[] = {"tanh", "relu", NULL};
static const char *const shape_names[] = {"auto", "lines", "whole", NULL};
static const char *const header_names[] = {"auto", "yes", "no", NULL};
static const char *const token_names[] = {"character", "word", "byte", NULL};
static const char *kind_names[NET_KIND_COUNT + 1];
static const char *optimizer_choices[OPTIMIZER_COUNT + 1];

struct option *option_common(struct common *common) {
    static struct option table[4];
    table[0] =
        (struct option){"json", OPTION_FLAG, &common->json, .help = "one JSON object on stdout and nothing else"};
    table[1] = (struct option){"quiet", OPTION_FLAG, &common->quiet, .help = "no progress and no remarks"};
    table[2] = (struct option){"help", OPTION_FLAG, &common->help, .help = "this text"};
    return table;
}

struct option *option_model(struct model_words *words) {
    static struct option table[22];
    for (int k = 0; k < CELL_COUNT; k++)
        cell_names[k] = cell_describe((enum cell_id)k, ACTIVATION_TANH)->name;
    for (int k = 0; k < NET_KIND_COUNT; k++)
        kind_names[k] = net_kind_names[k];
    int n = 0;
    table[n++] = (struct option){"data", OPTION_TEXT, &words->data, "FILE", "the data set: a file or a folder"};
    table[n++] = (struct option){"task", OPTION_TEXT, &words->task, "ID[:NAME=N,...]", "a built-in task"};
    table[n++] = (struct option){
        "reader", OPTION_TEXT, &words->reader, "NAME", "how the file is read, else found out", .kept = true};
    table[n++] = (struct option){
        "encoding", OPTION_CHOICE, &words->encoding, "NAME", "of the file, else found out", text_encoding_names};
    table[n++] = (struct option){
        "separator", OPTION_TEXT, &words->separator, "S", "between columns, or the two sides of a pair", .kept = true};
    table[n++] = (struct option){
        "header", OPTION_CHOICE, &words->header, "H", "whether the first row names the columns", header_names};
    table[n++] = (struct option){
        "columns",   OPTION_TEXT, &words->columns, "ROLE=COLUMN,...", "what columns or keys are: text=2,label=1",
        .kept = true};
    table[n++] = (struct option){"on-problem",
                                 OPTION_TEXT,
                                 &words->on_problem,
                                 "WHAT",
                                 "skip, repair or stop, or by kind: missing=skip,ragged=repair",
                                 .kept = true};
    table[n++] =
        (struct option){"tokens", OPTION_CHOICE, &words->tokens, "KIND", "what a text is cut into", token_names};
    table[n++] = (struct option){"lower", OPTION_FLAG, &words->lower, .help = "texts in lower case"};
    table[n++] = (struct option){
        "min-count", OPTION_LONG, &words->min_count, "N", "a token that occurs less often becomes <UNK>",
        .low = 0,    .high = 1e9};
    table[n++] = (struct option){"reverse-source", OPTION_FLAG, &words->reverse_source,
                                 .help = "an encoder reads its input from the end"};
    table[n++] = (struct option){"shape",    OPTION_CHOICE, &words->shape, "S", "one example a line, or one long text",
                                 shape_names};
    table[n++] = (struct option){"cell", OPTION_CHOICE, &words->cell, "C", "the cell", cell_names};
    table[n++] = (struct option){"activation", OPTION_CHOICE, &words->activation, "G", "of the rnn", activation_names};
    table[n++] =
        (struct option){"layers", OPTION_INT, &words->layers, "L", "stacked layers", .low = 1, .high = NET_MAX_LAYERS};
    table[n++] =
        (struct option){"hidden", OPTION_INT, &words->hidden, "H", "units a layer", .low = 1, .high = NET_MAX_HIDDEN};
    table[n++] = (struct option){"embed",
                                 OPTION_INT,
                                 &words->embed,
                                 "E",
                                 "symbols as vectors of E numbers; 0 = one-hot",
                                 .low = 0,
                                 .high = NET_MAX_HIDDEN};
    table[n++] = (struct option){"bidirectional", OPTION_FLAG, &words->bidirectional,
                                 .help = "a second direction in every layer"};
    table[n++] = (struct option){"kind",    OPTION_CHOICE, &words->kind, "K", "the kind of network, else from the data",
                                 kind_names};
    table[n] = (struct option){0};
    return table;
}

struct option *option_training(struct training_words *words) {
    static struct option table[16];
    for (int k = 0; k < OPTIMIZER_COUNT; k++)
        optimizer_choices[k] = optimizer_names[k];
    int n = 0;
    table[n++] = (struct option){"steps", OPTION_LONG, &words->steps, "N", "updates", .low = 0, .high = 1e9};
    table[n++] = (struct option){"epochs", OPTION_LONG, &words->epochs, "N", "passes over the data instead of updates",
                                 .low = 1, .high = 1e6};
    table[n++] =
        (struct option){"batch", OPTION_INT, &words->batch, "B", "sequences a minibatch", .low = 1, .high = 65536};
    table[n++] =
        (struct option){"seq",    OPTION_LONG,   &words->seq, "T", "longest sequence, or the window of a long text",
                        .low = 1, .high = 100000};
    table[n++] = (struct option){"lr", OPTION_REAL, &words->lr, "X", "learning rate", .low = 1e-12, .high = 1e6};
    table[n++] =
        (struct option){"optimizer", OPTION_CHOICE, &words->optimizer, "NAME", "the update rule", optimizer_choices};
    table[n++] = (struct option){
        "clip-norm", OPTION_REAL, &words->clip_norm, "X", "largest norm of the gradient; 0 = no clipping",
        .low = 0,    .high = 1e9};
    table[n++] = (struct option){"validation",         OPTION_REAL, &words->validation, "FRACTION",
                                 "kept from training", .low = 0,    .high = 0.9};
    table[n++] =
        (struct option){"folds",  OPTION_INT, &words->folds, "K", "cross-validation: one of K equal parts validates",
                        .low = 2, .high = 1e6};
    table[n++] =
        (struct option){"fold", OPTION_INT, &words->fold, "I", "which of --folds, from 1", .low = 1, .high = 1e6};
    table[n++] = (struct option){"seed",   OPTION_LONG, &words->seed, "S", "of weights, split and minibatches",
                                 .low = 0, .high = 9e15};
    table[n++] = (struct option){"threads", OPTION_INT, &words->threads, "N", "worker threads", .low = 1, .high = 256};
    table[n] = (struct option){0};
    return table;
}

struct model_words model_words_default(void) {
    struct recipe recipe = recipe_default();
    return (struct model_words){
        .cell = recipe.spec.cell, .layers = recipe.spec.layers, .hidden = recipe.spec.hidden, .kind = -1};
}

struct training_words training_words_default(void) {
    struct recipe recipe = recipe_default();
    return (struct training_words){.steps = -1,
                                   .seed = recipe.seed,
                                   .batch = recipe.batch,
                                   .optimizer = OPTIMIZER_ADAM,
                                   .threads = 1,
                                   .lr = recipe.options.lr,
                                   .clip_norm = recipe.options.clip_norm,
                                   .forget_bias = recipe.forget_bias,
                                   .validation = data_options_default().validation};
}

void words_recipe(const struct model_words *model, const struct training_words *training, struct recipe *recipe) {
    *recipe = recipe_default();
    recipe->spec.cell = (enum cell_id)model->cell;
    recipe->spec.activation = (enum activation)model->activation;
    recipe->spec.layers = model->layers;
    recipe->spec.hidden = model->hidden;
    recipe->spec.embed = model->embed;
    recipe->spec.directions = model->bidirectional ? 2 : 1;
    recipe->kind = model->kind;
    recipe->seed = training->seed;
    if (training->steps >= 0) recipe->steps = training->steps;
    recipe->batch = training->batch;
    recipe->max_T = (int)training->seq;
    recipe->forget_bias = training->forget_bias;
    recipe->init = (enum init_kind)model->init;
    recipe->schedule = (enum schedule_kind)training->schedule;
    recipe->options.lr = training->lr;
    recipe->options.optimizer = (enum optimizer)training->optimizer;
    recipe->options.clip_norm = training->clip_norm;
    recipe->options.threads = training->threads;
}

enum net_kind words_kind(const struct model_words *model) {
    return model->kind < 0 ? NET_MANY_TO_MANY : (enum net_kind)model->kind;
}

bool words_task_defaults(const char *text, bool walk, struct model_words *model, struct training_words *training,
                         struct err *err) {
    const struct task *task;
    struct task_settings settings;
    struct recipe recipe;
    if (!task_parse(text, &task, &settings, err)) return false;
    words_recipe(model, training, &recipe);
    recipe_of_task(&recipe, task, walk);
    model->kind = recipe.kind;
    model->cell = recipe.spec.cell;
    model->activation = recipe.spec.activation;
    model->init = recipe.init;
    model->layers = recipe.spec.layers;
    model->hidden = recipe.spec.hidden;
    model->embed = recipe.spec.embed;
    model->bidirectional = recipe.spec.directions > 1;
    model->reverse_source = task->reverse_source;
    training->optimizer = recipe.options.optimizer;
    training->schedule = recipe.schedule;
    training->steps = recipe.steps;
    training->batch = recipe.batch;
    training->lr = recipe.options.lr;
    training->clip_norm = recipe.options.clip_norm;
    training->forget_bias = recipe.forget_bias;
    return true;
}

static bool read_any(struct dataset *data, const struct model_words *model, const char *path,
                     const struct data_options *options, struct err *err) {
    if (!model->task) return dataset_read(data, path, options, err);
    const struct task *task;
    struct task_settings settings;
    return task_parse(model->task, &task, &settings, err) && dataset_from_task(data, task, &settings, options, err);
}

static bool copy_word(char *to, size_t size, const char *from, const char *name, struct err *err) {
    if (!from) return true;
    if (!*from || strlen(from) >= size)
        return err_set(err, ERR_USAGE, "--%s: expected 1 to %zu bytes, found %zu", name, size - 1, strlen(from));
    strcpy(to, from);
    return true;
}

bool words_choices(const struct model_words *model, struct data_choices *choices, struct err *err) {
    struct data_options options = {0};
    const char *separator = model->separator && !strcmp(model->separator, "\\t") ? "\t" : model->separator;
    *choices = (struct data_choices){.encoding = (enum text_encoding)model->encoding,
                                     .header = model->header == 2 ? -1 : model->header};
    return copy_word(choices->reader, sizeof choices->reader, model->reader, "reader", err) &&
           copy_word(choices->separator, sizeof choices->separator, separator, "separator", err) &&
           copy_word(choices->columns, sizeof choices->columns, model->columns, "columns", err) &&
           copy_word(choices->on_problem, sizeof choices->on_problem, model->on_problem, "on-problem", err) &&
           (!model->columns || columns_check(model->columns, err)) &&
           problem_actions_read(choices->on_problem, &options, err);
}

bool words_read_as(struct model_words *model, const json_t *words, struct err *err) {
    static const char *const names[] = {"reader", "encoding", "separator", "header", "columns", "on-problem"};
    const struct option *table = option_model(model);
    json_t *some = json_object();
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        json_t *value = json_object_get(words, names[k]);
        if (value) json_object_set(some, names[k], value);
    }
    bool good = options_from_json(&table, 1, some, err);
    json_decref(some); // the texts live on in `words`
    return good;
}

struct dataset *words_data(const struct model_words *model, const struct training_words *training, bool fallback,
                           struct err *err) {
    char shipped[ASSET_PATH];
    const char *path = model->data;
    if (model->task && path) {
        err_set(err, ERR_USAGE, "expected --data FILE or --task ID, found both");
        return NULL;
    }
    if (!path && !model->task && fallback && asset_find("dinosaurs.txt", shipped, err)) path = shipped;
    if (!path && !model->task) {
        if (!fallback) err_set(err, ERR_USAGE, "expected --data FILE or --task ID");
        return NULL;
    }
    struct data_options options = data_options_default();
    struct data_choices choices;
    if (!words_choices(model, &choices, err) || !choices_apply(&choices, &options, err)) return NULL;
    options.shape = (enum text_shape)model->shape;
    options.tokens = (enum token_kind)model->tokens;
    options.lower = model->lower;
    options.min_count = model->min_count;
    options.reverse_source = model->reverse_source;
    options.validation = training->validation;
    options.seed = (uint64_t)training->seed;
    options.folds = training->folds;
    options.fold = training->folds > 0 && training->fold == 0 ? 1 : training->fold;
    options.vocabulary = training->vocabulary;
    options.labels = training->labels;
    struct dataset *data = mem_need(1, sizeof *data);
    if (read_any(data, model, path, &options, err)) return data;
    mem_free(data);
    return NULL;
}
