#pragma once
// Records of small random networks for the tests of the trace layer: the word "trood" over an alphabet of 27.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mem.h"
#include "script.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WORD_T = 6, WORD_SYMBOLS = 27, WORD_HIDDEN = 8 };

struct word_record {
    struct model model;
    struct example example;
    int x[WORD_T], target[WORD_T];
    char texts[WORD_SYMBOLS][8];
    char *symbols[WORD_SYMBOLS];
    struct train_options options;
    struct record *record;
    struct script *script;
};

// <EOS> a b c ...; weights three times as large as at the start of training, so that gates open and close.
static inline void word_model(struct word_record *w, enum cell_id cell, enum activation activation, int layers,
                              int directions) {
    static const int word[WORD_T] = {-1, 20, 18, 15, 15, 4}, answer[WORD_T] = {20, 18, 15, 15, 4, 0};
    struct net_spec spec = {.cell = cell,
                            .activation = activation,
                            .kind = NET_MANY_TO_MANY,
                            .layers = layers,
                            .hidden = WORD_HIDDEN,
                            .directions = directions,
                            .inputs = WORD_SYMBOLS,
                            .outputs = WORD_SYMBOLS};
    struct err err = {0};
    memset(w, 0, sizeof *w);
    if (!model_init(&w->model, &spec, &err)) fail_msg("%s", err.message);
    struct rng rng = rng_seed(3);
    model_randomise(&w->model, &rng, 1);
    for (size_t i = 0; i < w->model.layout.size; i++)
        w->model.params[i] *= 3;
    memcpy(w->x, word, sizeof word);
    memcpy(w->target, answer, sizeof answer);
    for (int i = 0; i < WORD_SYMBOLS; i++) {
        snprintf(w->texts[i], sizeof w->texts[i], "%c", 'a' + i - 1);
        w->symbols[i] = w->texts[i];
    }
    strcpy(w->texts[0], "<EOS>");
    w->example = (struct example){.T = WORD_T, .x = w->x, .target = w->target};
    w->options = train_options_default();
}

static inline void word_run(struct word_record *w, enum reduction reduction) {
    struct err err = {0};
    w->record =
        record_new(&w->model, &w->example, w->symbols, WORD_SYMBOLS, reduction, &w->options, NULL, NULL, 1, &err);
    if (!w->record) fail_msg("%s", err.message);
    w->script = script_new(w->record, &err);
    if (!w->script) fail_msg("%s", err.message);
}

static inline void word_init(struct word_record *w, enum cell_id cell, int layers, int directions) {
    word_model(w, cell, ACTIVATION_TANH, layers, directions);
    word_run(w, REDUCTION_SUM);
}

static inline void word_release(struct word_record *w) {
    script_free(w->script);
    record_free(w->record);
    model_release(&w->model);
}

// The kinds of network that every test walks through.
static const struct word_kind {
    enum cell_id cell;
    enum activation activation;
    int layers, directions;
} word_kinds[] = {
    {CELL_LSTM, ACTIVATION_TANH, 1, 1},
    {CELL_RNN, ACTIVATION_TANH, 1, 1},
    {CELL_RNN, ACTIVATION_RELU, 1, 1},
    {CELL_LSTM, ACTIVATION_TANH, 2, 1},
    {CELL_RNN, ACTIVATION_TANH, 3, 1},
    {CELL_LSTM, ACTIVATION_TANH, 1, 2},
    {CELL_RNN, ACTIVATION_TANH, 2, 2},
    {CELL_GRU_RESET_AFTER, ACTIVATION_TANH, 1, 1},
    {CELL_GRU_RESET_AFTER, ACTIVATION_TANH, 2, 1},
    {CELL_GRU_SIMPLE, ACTIVATION_TANH, 1, 1},
    {CELL_GRU, ACTIVATION_TANH, 1, 1},
    {CELL_GRU, ACTIVATION_TANH, 2, 2},
    {CELL_LSTM_PEEPHOLE, ACTIVATION_TANH, 1, 1},
    {CELL_LSTM_PEEPHOLE, ACTIVATION_TANH, 2, 2},
};
enum { WORD_KINDS = sizeof word_kinds / sizeof *word_kinds };

static inline void for_word_kinds(void (*run)(struct word_record *w)) {
    for (int i = 0; i < WORD_KINDS; i++) {
        struct word_record w;
        word_model(&w, word_kinds[i].cell, word_kinds[i].activation, word_kinds[i].layers, word_kinds[i].directions);
        word_run(&w, i % 2 ? REDUCTION_MEAN : REDUCTION_SUM);
        run(&w);
        word_release(&w);
    }
}

// Signed, relative, NaN-safe.
static inline bool near(double found, double expected, double tolerance) {
    return fabs(found - expected) <= tolerance * fmax(1e-3, fabs(expected));
}
