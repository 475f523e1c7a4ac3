#include "command.h"
#include "file.h"
#include "mem.h"
#include "task.h"
#include "training.h"
#include <stdio.h>

static json_t *problem_list(const struct dataset *data) {
    json_t *list = json_array();
    for (int k = 0; k < data->problem_count; k++)
        json_array_append_new(
            list, json_pack("{s:I, s:I, s:s, s:s, s:s}", "line", (json_int_t)data->problems[k].line, "column",
                            (json_int_t)data->problems[k].column, "kind", problem_kind_names[data->problems[k].kind],
                            "done", problem_action_names[data->problems[k].done], "what", data->problems[k].what));
    return list;
}

// How many problems of each kind, and what was done about them.
static json_t *counts_of(const long *counts, const char *const *names, int count) {
    json_t *json = json_object();
    for (int k = 0; k < count; k++)
        if (counts[k] > 0) json_object_set_new(json, names[k], json_integer(counts[k]));
    return json;
}

// The columns (or keys) of the file and what each is.
static json_t *roles_of(const struct dataset *data) {
    json_t *list = json_array();
    for (int k = 0; k < data->column_count; k++)
        json_array_append_new(list, json_pack("{s:i, s:s, s:s}", "column", k + 1, "name", data->columns[k].name, "role",
                                              column_role_names[data->columns[k].role]));
    return list;
}

static json_t *texts_of(const struct vocabulary *vocabulary) {
    json_t *list = json_array();
    for (int k = 0; k < vocabulary->count; k++)
        json_array_append_new(list, json_string(vocabulary->texts[k]));
    return list;
}

// The labels and how often each occurs; null where answers are no labels.
static json_t *classes_of(const struct dataset *data) {
    if (data->labels.count == 0 || data->answers == ANSWERS_SEQUENCE) return json_null();
    json_t *classes = json_object();
    for (int k = 0; k < data->labels.count; k++)
        json_object_set_new(classes, data->labels.texts[k], json_integer(data->labels.counts[k]));
    return classes;
}

// What goes in and what comes out, as columns.
static json_t *columns_of(const struct dataset *data) {
    json_t *list = json_array();
    json_array_append_new(list, json_string(data->symbols ? "text" : data_values_names[data->input]));
    if (data->answers != ANSWERS_NEXT)
        json_array_append_new(list, json_string(data->answers == ANSWERS_SEQUENCE ? "target"
                                                : data->labels.count > 0          ? "label"
                                                                                  : data_values_names[data->output]));
    return list;
}

static const char *kind_of(const struct dataset *data) {
    struct net_spec spec = {.directions = 1};
    return training_network(data, -1, &spec, NULL) ? net_kind_names[spec.kind] : "";
}

static void print_json(const struct dataset *data) {
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:I, s:o, s:I, s:o, s:o, s:{s:i, s:i, s:i}, s:I, s:I, s:I, s:o, s:{s:b, s:b, s:b, s:b}}",
        "kind", kind_of(data), "shape", data->shape == TEXT_WHOLE ? "whole" : "lines", "reason", data->shape_reason,
        "examples", (json_int_t)data->example_count, "columns", columns_of(data), "vocabulary",
        (json_int_t)data->vocabulary.count, "symbols", texts_of(&data->vocabulary), "classes", classes_of(data),
        "length", "min", data->length_min, "median", data->length_median, "max", data->length_max, "characters",
        (json_int_t)data->symbol_count, "train", (json_int_t)data->train_count, "validation",
        (json_int_t)data->validation_count, "problems", problem_list(data), "ends", "mark", data->had_mark, "crlf",
        data->had_crlf, "cr", data->had_cr, "last_line_open", data->last_line_open);
    json_t *more =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "reader", data->reader, "why", data->reason,
                  "answers", data_answers_names[data->answers], "input", data_values_names[data->input], "output",
                  data_values_names[data->output], "tokens", token_kind_names[data->vocabulary.tokens], "channels",
                  (json_int_t)data->channels, "test", (json_int_t)data->test_count, "problem_total",
                  (json_int_t)data->problem_total, "outputs", (json_int_t)dataset_outputs(data));
    json_t *file = json_pack("{s:s, s:s, s:s, s:b, s:I, s:o, s:o, s:o, s:I}", "encoding",
                             data->encoding ? text_encoding_titles[data->encoding] : "", "encoding_reason",
                             data->encoding_reason, "separator", data->separator, "header", data->header_line > 0,
                             "header_line", (json_int_t)data->header_line, "roles", roles_of(data), "problem_counts",
                             counts_of(data->problem_totals, problem_kind_names, PROBLEM_KIND_COUNT), "done_counts",
                             counts_of(data->action_totals, problem_action_names, ACTION_COUNT), "shared",
                             (json_int_t)data->shared);
    json_object_update(json, more);
    json_object_update(json, file);
    json_decref(more);
    json_decref(file);
    if (data->answers == ANSWERS_SEQUENCE) json_object_set_new(json, "target_symbols", texts_of(&data->labels));
    if (data->task)
        json_object_set_new(json, "task",
                            json_pack("{s:s, s:s, s:s, s:s, s:f, s:s}", "id", data->task->id, "title",
                                      data->task->title, "story", data->task->story, "measure",
                                      task_measure_names[data->task->measure], "level", data->task->level, "level_note",
                                      data->task->level_note));
    command_json(json);
}

static void print_texts(const char *title, const struct vocabulary *vocabulary, bool counts) {
    enum { SHOWN = 80 };
    printf("  %-11s", title);
    for (int k = 0; k < vocabulary->count && k < SHOWN; k++) {
        const char *text = vocabulary->texts[k];
        printf(" %s", *text == '\n' ? "\\n" : *text == ' ' && !text[1] ? "space" : *text == '\t' ? "\\t" : text);
        if (counts) printf(" %ld%s", vocabulary->counts[k], k + 1 < vocabulary->count ? "," : "");
    }
    printf("%s\n", vocabulary->count > SHOWN ? " ..." : "");
}

static void print_input(const struct dataset *data) {
    static const char *const units[] = {"characters", "words", "bytes", "symbols"};
    if (!data->symbols) {
        printf("  timesteps   %zu of %d channel%s (%s)\n", data->symbol_count, data->channels,
               data->channels == 1 ? "" : "s", data_values_names[data->input]);
        return;
    }
    printf("  %-11s %zu, %d different\n", units[data->vocabulary.tokens], data->symbol_count,
           data->vocabulary.count - VOCABULARY_FIRST);
}

// Encoding, separator, header and roles.
static void print_file(const struct dataset *data) {
    enum { SHOWN = 12 };
    const char *separator = data->separator;
    if (data->encoding != ENCODING_AUTO)
        printf("  encoding    %s%s%s%s\n", text_encoding_titles[data->encoding], data->encoding_reason[0] ? " (" : "",
               data->encoding_reason, data->encoding_reason[0] ? ")" : "");
    if (*separator) printf("  separator   %s\n", *separator == '\t' ? "tab" : *separator == ' ' ? "space" : separator);
    if (data->header_line > 0) printf("  header      line %d\n", data->header_line);
    for (int k = 0; k < data->column_count && k < SHOWN; k++)
        printf("  %-11s %d %s%s%s\n", k ? "" : "columns", k + 1, column_role_names[data->columns[k].role],
               data->columns[k].name[0] ? ": " : "", data->columns[k].name);
    if (data->column_count > SHOWN) printf("              and %d more\n", data->column_count - SHOWN);
}

// "3 skip, 1 repair"
static void print_done(const struct dataset *data) {
    static const char *const words[ACTION_COUNT] = {"", "kept", "skipped", "repaired", "stopped at"};
    const char *lead = "  problems    ";
    for (int k = ACTION_KEEP; k < ACTION_COUNT; k++) {
        if (data->action_totals[k] == 0) continue;
        printf("%s%ld %s", lead, data->action_totals[k], words[k]);
        lead = ", ";
    }
    if (data->problem_total == 0) printf("%snone", lead);
    printf("\n");
}

static void print_text(const struct dataset *data) {
    printf("%s: %s\n", data->name, data->shape == TEXT_WHOLE ? "one long text or series" : "examples one by one");
    if (data->reason[0]) printf("  read as     %s: %s\n", data->reader, data->reason);
    print_file(data);
    if (data->task) printf("  story       %s\n", data->task->story);
    printf("  why         %s\n", data->shape_reason);
    printf("  network     %s\n", kind_of(data));
    printf("  examples    %d\n", data->example_count);
    print_input(data);
    printf("  length      %d to %d, median %d\n", data->length_min, data->length_max, data->length_median);
    if (data->fresh)
        printf("  split       new examples for every minibatch, %d to validate\n", data->validation_count);
    else if (data->shape == TEXT_LINES)
        printf("  split       %d to train, %d to validate, %d to test\n", data->train_count, data->validation_count,
               data->test_count);
    if (data->symbols) print_texts("vocabulary", &data->vocabulary, false);
    if (data->labels.count > 0)
        print_texts(data->answers == ANSWERS_SEQUENCE ? "targets" : "labels", &data->labels,
                    data->answers != ANSWERS_SEQUENCE);
    if (data->had_mark) printf("  byte-order mark at the start: taken off\n");
    if (data->had_crlf) printf("  lines end with CR LF: read as one line end\n");
    if (data->had_cr) printf("  lines end with a lone CR: read as a line end\n");
    if (data->last_line_open) printf("  the last line has no newline: read as a line\n");
    if (!data->task) print_done(data);
    for (int k = 0; k < data->problem_count && k < 20; k++)
        printf("  %s:%ld:%ld: %s\n", data->name, data->problems[k].line, data->problems[k].column,
               data->problems[k].what);
    if (data->problem_total > 20)
        printf("  and %ld more remarks (--json lists up to %d)\n", data->problem_total - 20, PROBLEM_MAX);
}

// What was said about tokens and split goes along; what stands beside the file already and was not said again does not.
static struct data_choices said_choices(const struct dataset *data, const struct model_words *model,
                                        const struct training_words *training) {
    const struct training_words usual = training_words_default();
    struct data_choices choices = choices_of(data, model->on_problem);
    choices.shape = (enum text_shape)model->shape;
    choices.tokens = model->tokens != TOKENS_CHARACTER ? 1 + model->tokens : 0;
    choices.lower = model->lower;
    choices.min_count = model->min_count > 1 ? model->min_count : 0;
    choices.split = training->validation != usual.validation || training->seed != usual.seed;
    choices.validation = training->validation;
    choices.seed = training->seed;
    return choices;
}

static int run_data(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct model_words model = model_words_default();
    struct training_words training = training_words_default();
    const char *save = NULL;
    const struct option own[] = {{"save-choices", OPTION_TEXT, &save, "FILE",
                                  "keeps how the file was read: FILE.unroll.json beside the data is read with them"},
                                 {0}};
    const struct option *tables[] = {own, option_model(&model), option_training(&training), option_common(&common)};
    const char *positional[1];
    int status, count = command_parse(command, tables, 4, argc, argv, positional, 1, &common, &status);
    if (count < 0) return status;
    struct err err = {0};
    if (count < 1 && !model.data && !model.task) {
        err_set(&err, ERR_USAGE, "expected a file or a folder, found none");
        return command_fail(&err);
    }
    if (count > 0) model.data = positional[0];
    struct dataset *data = words_data(&model, &training, false, &err);
    if (!data) return command_fail(&err);
    struct data_choices choices = said_choices(data, &model, &training);
    bool good = !save || (data->task ? err_set(&err, ERR_USAGE, "--save-choices: a task is not read")
                                     : choices_save(&choices, save, &err));
    if (good) (common.json ? print_json : print_text)(data);
    dataset_release(data);
    mem_free(data);
    return good ? 0 : command_fail(&err);
}

const struct command command_data = {"data", "(FILE | FOLDER | - | --task ID) [--save-choices FILE] [--json]",
                                     "Says what the reader makes of a file, or what a built-in task is made of.",
                                     run_data};
