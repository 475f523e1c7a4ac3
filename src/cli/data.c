#include "command.h"
#include "file.h"
#include "mem.h"
#include <stdio.h>

static json_t *problem_list(const struct dataset *data) {
    json_t *list = json_array();
    for (int k = 0; k < data->problem_count; k++)
        json_array_append_new(list, json_pack("{s:I, s:I, s:s}", "line", (json_int_t)data->problems[k].line, "column",
                                              (json_int_t)data->problems[k].column, "what", data->problems[k].what));
    return list;
}

static void print_json(const struct dataset *data) {
    json_t *symbols = json_array();
    for (int k = 0; k < data->vocabulary.count; k++)
        json_array_append_new(symbols, json_string(data->vocabulary.texts[k]));
    command_json(json_pack(
        "{s:s, s:s, s:s, s:I, s:[s], s:I, s:o, s:n, s:{s:i, s:i, s:i}, s:I, s:I, s:I, s:o, s:{s:b, s:b, s:b, s:b}}",
        "kind", "many-to-many", "shape", data->shape == TEXT_WHOLE ? "whole" : "lines", "reason", data->shape_reason,
        "examples", (json_int_t)data->example_count, "columns", "text", "vocabulary",
        (json_int_t)data->vocabulary.count, "symbols", symbols, "classes", "length", "min", data->length_min, "median",
        data->length_median, "max", data->length_max, "characters", (json_int_t)data->symbol_count, "train",
        (json_int_t)data->train_count, "validation", (json_int_t)data->validation_count, "problems", problem_list(data),
        "ends", "mark", data->had_mark, "crlf", data->had_crlf, "cr", data->had_cr, "last_line_open",
        data->last_line_open));
}

static void print_text(const struct dataset *data) {
    printf("%s: %s\n", data->name, data->shape == TEXT_WHOLE ? "one long text" : "one example a line");
    printf("  why         %s\n", data->shape_reason);
    printf("  examples    %d\n", data->example_count);
    printf("  characters  %zu, %d different\n", data->symbol_count, data->vocabulary.count - VOCABULARY_FIRST);
    printf("  length      %d to %d, median %d\n", data->length_min, data->length_max, data->length_median);
    if (data->shape == TEXT_LINES)
        printf("  split       %d to train, %d to validate\n", data->train_count, data->validation_count);
    printf("  vocabulary ");
    for (int k = 0; k < data->vocabulary.count && k < 80; k++) {
        const char *text = data->vocabulary.texts[k];
        printf(" %s", *text == '\n' ? "\\n" : *text == ' ' ? "space" : *text == '\t' ? "\\t" : text);
    }
    printf("%s\n", data->vocabulary.count > 80 ? " ..." : "");
    if (data->had_mark) printf("  byte-order mark at the start: taken off\n");
    if (data->had_crlf) printf("  lines end with CR LF: read as one line end\n");
    if (data->had_cr) printf("  lines end with a lone CR: read as a line end\n");
    if (data->last_line_open) printf("  the last line has no newline: read as a line\n");
    for (int k = 0; k < data->problem_count && k < 20; k++)
        printf("  %s:%ld:%ld: %s\n", data->name, data->problems[k].line, data->problems[k].column,
               data->problems[k].what);
    if (data->problem_total > 20)
        printf("  and %ld more remarks (--json lists up to %d)\n", data->problem_total - 20, PROBLEM_MAX);
}

static int run_data(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct model_words model = model_words_default();
    struct training_words training = training_words_default();
    const struct option *tables[] = {option_model(&model), option_training(&training), option_common(&common)};
    const char *positional[1];
    int status, count = command_parse(command, tables, 3, argc, argv, positional, 1, &common, &status);
    if (count < 0) return status;
    struct err err = {0};
    if (count < 1) {
        err_set(&err, ERR_USAGE, "expected a file, found none");
        return command_fail(&err);
    }
    model.data = positional[0];
    struct dataset *data = words_data(&model, &training, false, &err);
    if (!data) return command_fail(&err);
    (common.json ? print_json : print_text)(data);
    dataset_release(data);
    mem_free(data);
    return 0;
}

const struct command command_data = {"data", "FILE [--json]", "Says what the reader makes of a file.", run_data};
