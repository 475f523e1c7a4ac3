// The gradient check: networks of every form, made up and small, each parameter by finite differences.
#include "command.h"
#include "mem.h"
#include "reference.h"
#include <math.h>
#include <stdio.h>

enum { CHECK_SYMBOLS = 5, CHECK_OUTPUTS = 6, CHECK_EMBED = 3, CHECK_HIDDEN = 4, CHECK_T = 5, CHECK_SOURCE_T = 6 };

// What is checked of every cell: each form x 1 and 3 layers x one and two directions x (masked, a single timestep).
static const struct form {
    const char *name;
    enum net_kind kind;
    enum net_output output;
    bool real_input;
    int embed;
} forms[] = {
    {"one-hot, softmax", NET_MANY_TO_MANY, OUTPUT_SOFTMAX, false, 0},
    {"embedded, softmax", NET_MANY_TO_MANY, OUTPUT_SOFTMAX, false, CHECK_EMBED},
    {"one-hot, sigmoid", NET_MANY_TO_MANY, OUTPUT_SIGMOID, false, 0},
    {"real, linear", NET_MANY_TO_MANY, OUTPUT_LINEAR, true, 0},
    {"one-hot, softmax", NET_ONE_TO_MANY, OUTPUT_SOFTMAX, false, 0},
    {"embedded, softmax", NET_MANY_TO_ONE, OUTPUT_SOFTMAX, false, CHECK_EMBED},
    {"real, linear", NET_ONE_TO_ONE, OUTPUT_LINEAR, true, 0},
    {"one-hot, softmax", NET_ENCODER_DECODER, OUTPUT_SOFTMAX, false, 0},
    {"embedded, softmax", NET_ENCODER_DECODER, OUTPUT_SOFTMAX, false, CHECK_EMBED},
};
enum { FORM_COUNT = sizeof forms / sizeof *forms };

// One network of the list.
struct network {
    const struct form *form;
    struct net_spec spec;
    int T, source_T;
    bool masked;
};

// The sequences that it reads and what it should say.
struct sequences {
    int x[CHECK_SOURCE_T], source_x[CHECK_SOURCE_T], target[CHECK_SOURCE_T];
    double x_real[CHECK_SOURCE_T * CHECK_SYMBOLS], target_real[CHECK_SOURCE_T * CHECK_OUTPUTS];
    struct example source, example;
};

static void make_sequences(struct sequences *s, const struct network *network, struct rng *rng) {
    const struct net_spec *spec = &network->spec;
    for (int t = 0; t < CHECK_SOURCE_T; t++) {
        s->x[t] = (int)rng_below(rng, CHECK_SYMBOLS);
        s->source_x[t] = (int)rng_below(rng, CHECK_SYMBOLS);
        s->target[t] = (int)rng_below(rng, CHECK_OUTPUTS);
        bool last = t == network->T - 1;
        if (!last && (net_one_answer(spec) || (network->masked && t == network->T / 2))) s->target[t] = -1;
        if (network->masked && t == 1) s->x[t] = s->source_x[t] = -1;
        if (spec->kind == NET_ONE_TO_MANY && t > 0) s->x[t] = -1;
    }
    for (int i = 0; i < CHECK_SOURCE_T * CHECK_SYMBOLS; i++)
        s->x_real[i] = rng_normal(rng);
    for (int i = 0; i < CHECK_SOURCE_T * CHECK_OUTPUTS; i++)
        s->target_real[i] = rng_uniform(rng);
    s->source = (struct example){.T = network->source_T, .x = s->source_x};
    s->example = (struct example){
        .T = network->T, .x = s->x, .x_real = s->x_real, .target = s->target, .target_real = s->target_real};
    if (spec->kind == NET_ENCODER_DECODER) s->example.source = &s->source;
}

// The worst of a cell.
struct result {
    struct gradcheck worst;
    char where[96], network[96];
    size_t checked;
    int networks;
};

static void keep_worst(struct result *result, const struct gradcheck *found, const struct layout *layout,
                       const struct network *network) {
    bool first = result->networks++ == 0;
    result->checked += found->checked;
    if (!first && (isnan(result->worst.worst) || found->worst <= result->worst.worst)) return; // NaN is the worst
    const struct param *param = &layout->params[found->param];
    result->worst = *found;
    snprintf(result->where, sizeof result->where, "%s[%zu][%zu]", param->name, found->index / (size_t)param->out,
             found->index % (size_t)param->out);
    snprintf(result->network, sizeof result->network, "%s, %s%s, L = %d, T = %d%s", net_kind_names[network->spec.kind],
             network->form->name, network->spec.directions == 2 ? ", bidirectional" : "", network->spec.layers,
             network->T, network->masked ? ", masked" : "");
}

static bool check_network(const struct network *network, long seed, struct result *result, struct err *err) {
    struct model model = {0};
    if (!model_init(&model, &network->spec, err)) return false;
    struct rng rng = rng_seed((uint64_t)seed);
    model_randomise(&model, &rng, 1);
    struct sequences sequences;
    make_sequences(&sequences, network, &rng);
    double *params = mem_need(model.layout.size, sizeof *params);
    reference_params(&model, params);
    struct gradcheck found;
    bool good = reference_gradcheck(&model.layout, params, &sequences.example, GRADCHECK_EPSILON, 1, &found, err);
    if (good) keep_worst(result, &found, &model.layout, network);
    mem_free(params);
    model_release(&model);
    return good;
}

// What the words leave of the list; 0 and -1 in them: not said.
static bool is_asked(const struct model_words *words, const struct net_spec *spec) {
    bool layers = words->layers > 0 ? spec->layers == words->layers : spec->layers == 1 || spec->layers == 3;
    bool activation = words->activation < 0 || spec->cell != CELL_RNN || (int)spec->activation == words->activation;
    return layers && activation && (words->kind < 0 || (int)spec->kind == words->kind) &&
           (!words->bidirectional || spec->directions == 2);
}

// A masked sequence, and a single timestep.
static bool check_lengths(const struct form *form, const struct net_spec *spec, long seed, struct result *result,
                          struct err *err) {
    struct network masked = {.form = form, .spec = *spec, .T = CHECK_T, .source_T = CHECK_SOURCE_T, .masked = true};
    struct network single = {.form = form, .spec = *spec, .T = 1, .source_T = 1};
    if (spec->kind != NET_ONE_TO_ONE && !check_network(&masked, seed, result, err)) return false;
    return check_network(&single, seed, result, err);
}

static bool check_form(const struct form *form, struct net_spec spec, const struct model_words *words, long seed,
                       struct result *result, struct err *err) {
    spec.kind = form->kind;
    spec.output = form->output;
    spec.real_input = form->real_input;
    spec.embed = form->embed;
    for (spec.layers = 1; spec.layers <= NET_MAX_LAYERS; spec.layers++)
        for (spec.directions = 1; spec.directions <= NET_MAX_DIRECTIONS; spec.directions++)
            if (is_asked(words, &spec) && !check_lengths(form, &spec, seed, result, err)) return false;
    return true;
}

static bool check_cell(enum cell_id cell, const struct model_words *words, long seed, struct result *result,
                       struct err *err) {
    int activations = cell == CELL_RNN ? ACTIVATION_COUNT : 1;
    for (int activation = 0; activation < activations; activation++)
        for (int k = 0; k < FORM_COUNT; k++) {
            struct net_spec spec = {.cell = cell,
                                    .activation = (enum activation)activation,
                                    .hidden = words->hidden,
                                    .inputs = CHECK_SYMBOLS,
                                    .outputs = CHECK_OUTPUTS};
            if (!check_form(&forms[k], spec, words, seed, result, err)) return false;
        }
    return true;
}

static void report(json_t *list, const char *name, bool good, const struct result *r) {
    if (list)
        json_array_append_new(list,
                              json_pack("{s:s, s:b, s:o, s:I, s:i, s:s, s:s, s:o, s:o}", "cell", name, "passed", good,
                                        "worst", json_number(r->worst.worst), "checked", (json_int_t)r->checked,
                                        "networks", r->networks, "where", r->where, "network", r->network, "analytic",
                                        json_number(r->worst.analytic), "numeric", json_number(r->worst.numeric)));
    else
        printf("%-14s %s  %d networks, %zu parameters, worst relative error %.2e at %s of %s (backward %.9g, finite "
               "difference %.9g)\n",
               name, good ? "passed" : "FAILED", r->networks, r->checked, r->worst.worst, r->where, r->network,
               r->worst.analytic, r->worst.numeric);
}

static int run_check(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct model_words words = model_words_default();
    struct training_words training = training_words_default();
    words.cell = words.activation = words.kind = -1;
    words.layers = 0;
    words.hidden = CHECK_HIDDEN;
    const struct option *tables[] = {option_model(&words), option_training(&training), option_common(&common)};
    int status;
    if (command_parse(command, tables, 3, argc, argv, NULL, 0, &common, &status) < 0) return status;
    json_t *list = common.json ? json_array() : NULL;
    bool all = true;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        if (words.cell >= 0 && cell != words.cell) continue;
        struct result result = {0};
        struct err err = {0};
        if (!check_cell((enum cell_id)cell, &words, training.seed, &result, &err)) {
            json_decref(list);
            return command_fail(&err);
        }
        bool good = result.networks > 0 && result.worst.worst <= GRADCHECK_TOLERANCE;
        all = all && good;
        report(list, cell_describe((enum cell_id)cell, ACTIVATION_TANH)->name, good, &result);
    }
    if (list)
        command_json(
            json_pack("{s:b, s:o, s:o}", "passed", all, "tolerance", json_real(GRADCHECK_TOLERANCE), "cells", list));
    return all ? 0 : 1;
}

const struct command command_check = {
    "check", "[model options]",
    "Checks every parameter's gradient: finite differences against the backward pass, in double.", run_check,
    "Every cell (of rnn both activations) in 1 and 3 layers, one and two directions, over a masked sequence and over "
    "one\n"
    "timestep, as: many-to-many (one-hot and embedded symbols with softmax, one-hot with sigmoid, real inputs with "
    "linear\n"
    "outputs), one-to-many, many-to-one (embedded), one-to-one, and encoder-decoder (one-hot, embedded) of unequal "
    "lengths.\n"
    "Model options leave some of these: --cell, --activation, --layers L, --bidirectional, --kind; --hidden (4) makes "
    "them\n"
    "larger, and the time grows with its fourth power. Passes at a relative error up to 1e-6."};
