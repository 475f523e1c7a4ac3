#include "analysis.h"
#include "checkpoint.h"
#include "command.h"
#include "mem.h"
#include "narration.h"
#include "opening.h"
#include "safetensors.h"
#include "slab.h"
#include <stdio.h>
#include <string.h>

static void add_tensor(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    tensor_writer_add(context, name, TENSOR_F64, dims, shape, data);
}

// itemised/l{k}[_reverse]/{state} (T tau, T t, H): dL<tau>/d(state)<t>, and their norms (T, T) under norm/.
static bool add_itemised(const struct record *record, struct tensor_writer *writer, struct err *err) {
    const struct cell_desc *cell = record_cell(record);
    const int64_t T = record_T(record), H = record_H(record);
    size_t pairs = (size_t)T * (size_t)T, row = pairs * (size_t)(H + 1);
    double *memory = slab_alloc(row, CELL_MAX_STATES * sizeof *memory, "the itemised gradients", err);
    bool good = memory != NULL;
    for (int l = 0; good && l < record->layout.spec.layers; l++)
        for (int d = 0; good && d < record->layout.spec.directions; d++) {
            double *const norms[CELL_MAX_STATES] = {memory, memory + pairs}, *const vectors[CELL_MAX_STATES] = {
                                                                                 memory + 2 * pairs,
                                                                                 memory + pairs * (size_t)(H + 2)};
            good = analysis_itemised(record->tape, &record->layout, record->params, &record->example, l, d, norms,
                                     vectors, err);
            for (int s = 0; good && s < cell->state_count; s++) {
                char name[128];
                snprintf(name, sizeof name, "norm/itemised/l%d%s/%s", l, d ? "_reverse" : "",
                         cell->slots[cell->state_out[s]].id);
                tensor_writer_add(writer, name, TENSOR_F64, 2, (const int64_t[]){T, T}, norms[s]);
                tensor_writer_add(writer, name + strlen("norm/"), TENSOR_F64, 3, (const int64_t[]){T, T, H},
                                  vectors[s]);
            }
        }
    mem_free(memory);
    return good;
}

static bool write_trace(const struct workbench *bench, const char *clamp, bool itemised, const char *path,
                        struct err *err) {
    struct tensor_writer *writer = tensor_writer_new();
    char update[32];
    snprintf(update, sizeof update, "%lld", (long long)bench->record->update);
    tensor_writer_meta(writer, "example", bench->example_text);
    tensor_writer_meta(writer, "cell", record_cell(bench->record)->name);
    tensor_writer_meta(writer, "update", update);
    tensor_writer_meta(writer, "reduction", bench->record->reduction == REDUCTION_SUM ? "sum" : "mean");
    if (clamp) tensor_writer_meta(writer, "clamp", clamp);
    bool good = record_each(bench->record, add_tensor, writer) ||
                err_set(err, ERR_MEMORY, "no memory for the arrays of %d timesteps", bench->T);
    good = good && (!itemised || add_itemised(bench->record, writer, err));
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
        command_json(json_pack("{s:s, s:o, s:o, s:o}", "example", bench->example_text, "loss",
                               json_number(bench->record->loss), "grad_norm", json_number(bench->record->grad_norm),
                               "steps", steps));
    else
        json_decref(steps);
}

static bool set_clamps(struct workbench *bench, const char *text, struct err *err) {
    if (!text) return true;
    struct clamps clamps = {0};
    return clamps_parse(&clamps, text, &bench->recipe.spec, bench->T, err) && workbench_set_clamps(bench, &clamps, err);
}

static int run_trace(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct opening opening = opening_default();
    const char *out = NULL, *clamp = NULL;
    bool itemised = false;
    const struct option own[] = {
        {"out", OPTION_TEXT, &out, "T.safetensors", "every number as arrays; without it the steps are told in words"},
        {"clamp", OPTION_TEXT, &clamp, "SLOT[:UNIT]@A[-B]=V,...",
         "values set by hand: gate_f:2@3-5=0; units and timesteps from 1"},
        {"itemised", OPTION_FLAG, &itemised, NULL, "with --out: gradients by the loss that they come from"},
        {0}};
    const struct option *tables[] = {own, option_opening(&opening), option_model(&opening.model),
                                     option_training(&opening.training), option_common(&common)};
    const char *positional[1];
    int status, count = command_parse(command, tables, 5, argc, argv, positional, 1, &common, &status);
    if (count < 0) return status;
    if (count > 0) opening.checkpoint = positional[0];
    struct err err = {0};
    if (itemised && !out) {
        err_set(&err, ERR_USAGE, "--itemised: expected --out as well, found none");
        return command_fail(&err);
    }
    struct setup setup;
    struct workbench *bench = opening_setup(&opening, &setup, &err) ? setup_build(&setup, NULL, NULL, &err) : NULL;
    if (!bench) return command_fail(&err);
    bool good = set_clamps(bench, clamp, &err);
    if (good && out)
        good = write_trace(bench, clamp, itemised, out, &err);
    else if (good)
        narrate_all(bench, common.json);
    if (good && out && common.json)
        command_json(json_pack("{s:s, s:s, s:i, s:o, s:o}", "out", out, "example", bench->example_text, "steps",
                               bench->script->count, "loss", json_number(bench->record->loss), "grad_norm",
                               json_number(bench->record->grad_norm)));
    else if (good && out && !common.quiet)
        printf("%s: “%s”, loss %.6f nats, gradient norm %.6f\n", out, bench->example_text, bench->record->loss,
               bench->record->grad_norm);
    workbench_free(bench);
    return good ? 0 : command_fail(&err);
}

const struct command command_trace = {"trace",
                                      "[M.safetensors | model options] [--data FILE] [--example N | --word TEXT] "
                                      "[--clamp LIST] [--out T.safetensors [--itemised]]",
                                      "Everything that one example does to a network: told step by step, or as arrays.",
                                      run_trace};
