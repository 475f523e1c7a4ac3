#include "checkpoint.h"
#include "command.h"
#include "mem.h"
#include "narration.h"
#include "opening.h"
#include "safetensors.h"
#include <stdio.h>
#include <string.h>

static void add_tensor(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    tensor_writer_add(context, name, TENSOR_F64, dims, shape, data);
}

static bool write_trace(const struct workbench *bench, const char *path, struct err *err) {
    struct tensor_writer *writer = tensor_writer_new();
    char update[32];
    snprintf(update, sizeof update, "%lld", (long long)bench->record->update);
    tensor_writer_meta(writer, "example", bench->example_text);
    tensor_writer_meta(writer, "cell", record_cell(bench->record)->name);
    tensor_writer_meta(writer, "update", update);
    tensor_writer_meta(writer, "reduction", bench->record->reduction == REDUCTION_SUM ? "sum" : "mean");
    bool good = record_each(bench->record, add_tensor, writer) ||
                err_set(err, ERR_MEMORY, "no memory for the arrays of %d timesteps", bench->T);
    good = good && tensor_writer_save(writer, path, err);
    tensor_writer_free(writer);
    return good;
}

static void narrate_all(const struct workbench *bench, bool json) {
    json_t *steps = json_array();
    for (int p = 1; p <= bench->script->count; p++) {
        struct narration narration;
        char text[1024], title[128];
        narrate(&narration, bench->record, bench->script, p, -1, NOTATION_COURSE);
        narrate_plain(&narration, text, sizeof text);
        if (json) {
            step_title(bench->record, script_running(bench->script, p), title, sizeof title);
            json_array_append_new(steps, json_pack("{s:i, s:s, s:s}", "step", p, "title", title, "narration", text));
        } else
            printf("%3d  %s\n", p, text);
    }
    if (json)
        command_json(json_pack("{s:s, s:o, s:o, s:o}", "example", bench->example_text, "loss", json_number(bench->record->loss),
                               "grad_norm", json_number(bench->record->grad_norm), "steps", steps));
    else
        json_decref(steps);
}

static int run_trace(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct opening opening = opening_default();
    const char *out = NULL;
    const struct option own[] = {{"out", OPTION_TEXT, &out, "T.safetensors", "every number as arrays; without it the steps are told in words"}, {0}};
    const struct option *tables[] = {own, option_opening(&opening), option_model(&opening.model), option_training(&opening.training),
                                     option_common(&common)};
    const char *positional[1];
    int status, count = command_parse(command, tables, 5, argc, argv, positional, 1, &common, &status);
    if (count < 0) return status;
    if (count > 0) opening.checkpoint = positional[0];
    struct err err = {0};
    struct setup setup;
    struct workbench *bench = opening_setup(&opening, &setup, &err) ? setup_build(&setup, NULL, NULL, &err) : NULL;
    if (!bench) return command_fail(&err);
    bool good = true;
    if (out)
        good = write_trace(bench, out, &err);
    else
        narrate_all(bench, common.json);
    if (good && out && common.json)
        command_json(json_pack("{s:s, s:s, s:i, s:o, s:o}", "out", out, "example", bench->example_text, "steps",
                               bench->script->count, "loss", json_number(bench->record->loss), "grad_norm",
                               json_number(bench->record->grad_norm)));
    else if (good && out && !common.quiet)
        printf("%s: “%s”, loss %.6f nats, gradient norm %.6f\n", out, bench->example_text, bench->record->loss, bench->record->grad_norm);
    workbench_free(bench);
    return good ? 0 : command_fail(&err);
}

const struct command command_trace = {"trace", "[M.safetensors | model options] [--data FILE] [--example N | --word TEXT] [--out T.safetensors]",
                                      "Everything that one example does to a network: told step by step, or as arrays.", run_trace};
