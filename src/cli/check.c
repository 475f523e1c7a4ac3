#include "command.h"
#include "mem.h"
#include "reference.h"
#include <stdio.h>

enum { CHECK_T = 7, CHECK_SYMBOLS = 6 };

// One cell on a made-up sequence; fills out.
static bool check(const struct net_spec *spec, long seed, struct gradcheck *out, char *worst, size_t size,
                  struct err *err) {
    struct model model = {0};
    if (!model_init(&model, spec, err)) return false;
    struct rng rng = rng_seed((uint64_t)seed);
    model_randomise(&model, &rng, 1);
    int x[CHECK_T], target[CHECK_T];
    for (int t = 0; t < CHECK_T; t++) {
        x[t] = t ? (int)rng_below(&rng, CHECK_SYMBOLS) : -1;
        target[t] = (int)rng_below(&rng, CHECK_SYMBOLS);
    }
    struct example example = {.T = CHECK_T, .x = x, .target = target};
    double *params = mem_need(model.layout.size, sizeof *params);
    reference_params(&model, params);
    bool good = reference_gradcheck(&model.layout, params, &example, GRADCHECK_EPSILON, 1, out, err);
    if (good) {
        const struct param *param = &model.layout.params[out->param];
        snprintf(worst, size, "%s[%zu][%zu]", param->name, out->index / (size_t)param->out,
                 out->index % (size_t)param->out);
    }
    mem_free(params);
    model_release(&model);
    return good;
}

static int run_check(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct model_words words = model_words_default();
    struct training_words training = training_words_default();
    words.cell = -1;
    words.hidden = 5;
    const struct option *tables[] = {option_model(&words), option_training(&training), option_common(&common)};
    int status;
    if (command_parse(command, tables, 3, argc, argv, NULL, 0, &common, &status) < 0) return status;
    json_t *list = json_array();
    bool all = true;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        if (words.cell >= 0 && cell != words.cell) continue;
        struct net_spec spec = {.cell = (enum cell_id)cell,
                                .activation = (enum activation)words.activation,
                                .kind = NET_MANY_TO_MANY,
                                .layers = words.layers,
                                .hidden = words.hidden,
                                .directions = words.bidirectional ? 2 : 1,
                                .inputs = CHECK_SYMBOLS,
                                .outputs = CHECK_SYMBOLS};
        struct gradcheck result;
        char worst[96];
        struct err err = {0};
        if (!check(&spec, training.seed, &result, worst, sizeof worst, &err)) {
            json_decref(list);
            return command_fail(&err);
        }
        bool good = result.worst <= GRADCHECK_TOLERANCE;
        all = all && good;
        const char *name = cell_describe((enum cell_id)cell, spec.activation)->name;
        if (common.json)
            json_array_append_new(
                list, json_pack("{s:s, s:b, s:o, s:I, s:s, s:o, s:o}", "cell", name, "passed", good, "worst",
                                json_number(result.worst), "checked", (json_int_t)result.checked, "where", worst,
                                "analytic", json_number(result.analytic), "numeric", json_number(result.numeric)));
        else
            printf(
                "%-14s %s  %zu parameters, worst relative error %.2e at %s (backward %.9g, finite difference %.9g)\n",
                name, good ? "passed" : "FAILED", result.checked, result.worst, worst, result.analytic, result.numeric);
    }
    if (common.json)
        command_json(
            json_pack("{s:b, s:o, s:o}", "passed", all, "tolerance", json_real(GRADCHECK_TOLERANCE), "cells", list));
    else
        json_decref(list);
    return all ? 0 : 1;
}

const struct command command_check = {
    "check", "[model options]",
    "Checks every parameter's gradient: finite differences against the backward pass, in double.", run_check};
