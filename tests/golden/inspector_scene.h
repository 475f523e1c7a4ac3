#pragma once
// A small network for pictures and tests of the panels: seeded, trained for a few hundred updates on a list
// of names, with the record, script and analyses of one word. Shared by test_inspector.c and
// render_inspector.c.

#include "scene.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIXTURE_MAX_T = 64, FIXTURE_SYMBOLS = 27, FIXTURE_BATCH = 8 };

struct fixture {
    struct model model;
    struct record *record;
    struct script *script;
    struct insights *insights;
    struct view_state state;
    struct scene scene;
    char *symbols[FIXTURE_SYMBOLS];
    char texts[FIXTURE_SYMBOLS][8];
    int x[FIXTURE_MAX_T], target[FIXTURE_MAX_T];
};

static const char *const fixture_words[] = {
    "troodon",     "allosaurus",    "aucasaurus",   "barosaurus",   "bagaceratops", "camarasaurus", "ceratosaurus",
    "diplodocus",  "dilong",        "edmontonia",   "eoraptor",     "gallimimus",   "gorgosaurus",  "hadrosaurus",
    "iguanodon",   "jobaria",       "kentrosaurus", "lambeosaurus", "maiasaura",    "megaraptor",   "nanotyrannus",
    "oviraptor",   "protoceratops", "raptorex",     "saurolophus",  "spinosaurus",  "stegosaurus",  "tarbosaurus",
    "triceratops", "tyrannosaurus", "utahraptor",   "velociraptor",
};
enum { FIXTURE_WORDS = sizeof fixture_words / sizeof *fixture_words };

static int fixture_symbol(char c) {
    return c - 'a' + 1;
}

// x = zero vector, then the letters; target = the letters, then <EOS>. Returns T.
static int fixture_encode(const char *word, int *x, int *target) {
    int T = (int)strlen(word) + 1;
    for (int t = 0; t < T; t++) {
        x[t] = t == 0 ? -1 : fixture_symbol(word[t - 1]);
        target[t] = t == T - 1 ? 0 : fixture_symbol(word[t]);
    }
    return T;
}

static bool fixture_train(struct fixture *f, int steps, struct err *err) {
    struct train_options options = train_options_default();
    options.lr = 0.01;
    struct trainer *trainer = trainer_new(&f->model, &options, 20, FIXTURE_BATCH, err);
    bool good = trainer != NULL;
    for (int step = 0; good && step < steps; step++) {
        int x[20 * FIXTURE_BATCH], target[20 * FIXTURE_BATCH], T = 0;
        for (int i = 0; i < 20 * FIXTURE_BATCH; i++)
            x[i] = target[i] = -1;
        for (int b = 0; b < FIXTURE_BATCH; b++) {
            int wx[FIXTURE_MAX_T], wt[FIXTURE_MAX_T];
            int n = fixture_encode(fixture_words[(step * FIXTURE_BATCH + b * 7) % FIXTURE_WORDS], wx, wt);
            if (n > T) T = n;
            for (int t = 0; t < n; t++)
                x[t * FIXTURE_BATCH + b] = wx[t], target[t * FIXTURE_BATCH + b] = wt[t];
        }
        struct batch batch = {T, FIXTURE_BATCH, x, target, false};
        struct step_report report;
        good = trainer_step(trainer, &batch, &report, err);
    }
    trainer_free(trainer);
    return good;
}

static void fixture_close(struct fixture *f) {
    insights_free(f->insights);
    script_free(f->script);
    record_free(f->record);
    model_release(&f->model);
}

static bool fixture_open(struct fixture *f, enum cell_id cell, int hidden, const char *word, int steps,
                         struct err *err) {
    memset(f, 0, sizeof *f);
    struct net_spec spec = {.cell = cell,
                            .activation = ACTIVATION_TANH,
                            .kind = NET_MANY_TO_MANY,
                            .layers = 1,
                            .hidden = hidden,
                            .directions = 1,
                            .inputs = FIXTURE_SYMBOLS,
                            .outputs = FIXTURE_SYMBOLS};
    struct rng rng = rng_seed(1);
    if (!model_init(&f->model, &spec, err)) return false;
    model_randomise(&f->model, &rng, 1);
    if (!fixture_train(f, steps, err)) return false;
    snprintf(f->texts[0], sizeof f->texts[0], "<EOS>");
    for (int i = 1; i < FIXTURE_SYMBOLS; i++)
        f->texts[i][0] = (char)('a' + i - 1);
    for (int i = 0; i < FIXTURE_SYMBOLS; i++)
        f->symbols[i] = f->texts[i];
    struct example example = {.T = fixture_encode(word, f->x, f->target), .x = f->x, .target = f->target};
    struct train_options options = train_options_default();
    options.clip_norm = 5;
    f->record = record_new(&f->model, &example, f->symbols, FIXTURE_SYMBOLS, REDUCTION_SUM, &options, NULL, NULL,
                           steps + 1, err);
    f->script = f->record ? script_new(f->record, err) : NULL;
    if (!f->script) return false;
    f->insights = insights_new();
    insights_about(f->insights, f->record);
    f->state = (struct view_state){.unit = 6, .t = -1, .hover_unit = -1, .hover_t = -1, .hover_slot = -1, .flow = true};
    f->scene = (struct scene){.record = f->record,
                              .script = f->script,
                              .insights = f->insights,
                              .motion = 1,
                              .state = &f->state,
                              .unit_word = "character"};
    return true;
}
