#pragma once
// Models that are really trained for some updates on sequences made here, measured at checkpoints: what the cards of
// the train page show. Every timestep asks for the symbol before, the last one for the first symbol.

#include "mem.h"
#include "train_cards.h"
#include "trainer.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>

enum { SCENE_CHECKS = 12, SCENE_BATCH = 8, SCENE_SYMBOLS = 7, SCENE_MOST_T = 500 };

struct train_scene_model {
    const char *name;
    struct net_spec spec;
    bool pair; // an encoder-decoder: its encoder reads the same symbols
};
struct train_scene {
    int count, T, batch_T;
    struct model models[MODEL_STYLES];
    struct train_check checks[MODEL_STYLES][SCENE_CHECKS];
    struct measures *measures[MODEL_STYLES][SCENE_CHECKS];
    struct train_series series[MODEL_STYLES];
    struct train_look look;
    struct train_cards cards;
    int x[2][SCENE_MOST_T], target[2][SCENE_MOST_T];
    struct example probes[2], sources[2];
};

static inline void train_scene_symbols(struct rng *rng, int T, int stride, int *x, int *target) {
    for (int t = 0; t < T; t++)
        x[t * stride] = (int)rng_below(rng, SCENE_SYMBOLS);
    for (int t = 0; t < T; t++)
        target[t * stride] = t + 1 < T && t > 0 ? x[(t - 1) * stride] : t == 0 ? -1 : x[0];
}

static inline void train_scene_measure(struct train_scene *s, int k, int64_t update) {
    struct err err = {0};
    const struct example *probes[2] = {&s->probes[0], &s->probes[1]};
    struct train_series *series = &s->series[k];
    int i = series->check_count++;
    s->measures[k][i] = measures_new(&s->models[k], probes, 2, &err);
    if (!s->measures[k][i]) fprintf(stderr, "%s\n", err.message);
    assert(s->measures[k][i]);
    s->checks[k][i] = (struct train_check){update, s->measures[k][i]};
}

static inline void train_scene_train(struct train_scene *s, int k, int updates) {
    static int x[SCENE_MOST_T * SCENE_BATCH], target[SCENE_MOST_T * SCENE_BATCH];
    struct err err = {0};
    struct train_options options = train_options_default();
    options.lr = 0.01;
    options.clip_norm = 0.5;
    struct trainer *trainer = trainer_new(&s->models[k], &options, s->T, SCENE_BATCH, &err);
    struct rng rng = rng_seed(11);
    struct step_report report = {.clip_scale = NAN};
    assert(trainer);
    train_scene_measure(s, k, 0);
    for (int update = 1; update <= updates; update++) {
        for (int b = 0; b < SCENE_BATCH; b++)
            train_scene_symbols(&rng, s->T, SCENE_BATCH, x + b, target + b);
        struct batch source = {.T = s->T, .B = SCENE_BATCH, .x = x}, batch = source;
        batch.target = target;
        batch.source = &source;
        if (!trainer_step(trainer, &batch, &report, &err)) fprintf(stderr, "%s\n", err.message);
        int every = updates / (SCENE_CHECKS - 1) ? updates / (SCENE_CHECKS - 1) : 1;
        if (update % every == 0 && s->series[k].check_count < SCENE_CHECKS) train_scene_measure(s, k, update);
    }
    s->series[k].clip_scale = report.clip_scale;
    s->series[k].model_update = updates;
    trainer_free(trainer);
}

// The scene is at update `updates`.
static inline void train_scene_init(struct train_scene *s, const struct train_scene_model *models, int count, int T,
                                    int updates) {
    *s = (struct train_scene){.count = count, .T = T};
    struct rng rng = rng_seed(3);
    struct err err = {0};
    for (int i = 0; i < 2; i++) {
        train_scene_symbols(&rng, T, 1, s->x[i], s->target[i]);
        s->sources[i] = (struct example){.T = T, .x = s->x[i]};
        s->probes[i] = (struct example){.T = T, .x = s->x[i], .target = s->target[i], .source = &s->sources[i]};
    }
    for (int k = 0; k < count; k++) {
        struct net_spec spec = models[k].spec;
        spec.kind = models[k].pair ? NET_ENCODER_DECODER : NET_MANY_TO_MANY;
        spec.inputs = spec.outputs = SCENE_SYMBOLS;
        if (!model_init(&s->models[k], &spec, &err)) fprintf(stderr, "%s\n", err.message);
        struct rng start = rng_seed(1);
        model_randomise(&s->models[k], &start, 1.0f);
        s->series[k] = (struct train_series){.name = models[k].name, .checks = s->checks[k], .model = &s->models[k]};
        train_scene_train(s, k, updates);
    }
    s->look = (struct train_look){.series = s->series, .count = count, .update = updates};
}

static inline void train_scene_release(struct train_scene *s) {
    for (int k = 0; k < s->count; k++) {
        for (int i = 0; i < s->series[k].check_count; i++)
            measures_free(s->measures[k][i]);
        model_release(&s->models[k]);
    }
}
