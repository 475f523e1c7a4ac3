#pragma once
// A small network, the record of one word and everything a view needs around it: for tests of the views.

#include "capture.h"
#include "stage.h"
#include "strip.h"
#include "timeline.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FIXTURE_SYMBOLS = 27, FIXTURE_T = 512, FIXTURE_OUTPUTS = 3 };

struct fixture {
    struct model model;
    int x[FIXTURE_T], target[FIXTURE_T];
    double x_real[2 * FIXTURE_T], target_real[FIXTURE_OUTPUTS * FIXTURE_T];
    struct example source;
    char texts[FIXTURE_SYMBOLS][8];
    char *symbols[FIXTURE_SYMBOLS];
    struct record *record;
    struct script *script;
    struct narration narration;
    struct view_state state;
    struct stage_memory memory;
    struct scene scene;
    struct capture *capture;
    struct draw_list list;
    struct ui ui;
    struct transport transport;
    enum transport_command command;
    int seek;
    float width, height, scale;
    enum theme_id theme;
    rect stage, said, bar;
    double now;
};

// The word again and again, with its end between, for T symbols; T 0: once.
static inline int fixture_encode(const char *word, int T, int *x, int *target) {
    int size = (int)strlen(word), n = T > 0 ? T : size + 1;
    for (int k = 0; k < n; k++) {
        int at = k % (size + 1);
        target[k] = at == size ? 0 : word[at] - 'a' + 1;
        x[k] = k == 0 ? -1 : target[k - 1];
    }
    return n;
}

// What the network of `spec` reads and is asked: symbols are those of the word; numbers a wave; where there is one
// answer only the last timestep is asked; an encoder reads the word itself.
static inline void fixture_example(struct fixture *f, const struct net_spec *spec, const char *word, int T,
                                   struct example *example) {
    *example = (struct example){.T = fixture_encode(word, T, f->x, f->target), .x = f->x, .target = f->target};
    for (int t = 0; t < example->T; t++) {
        f->x_real[2 * t] = sin(0.7 * t);
        f->x_real[2 * t + 1] = cos(0.4 * t);
        for (int o = 0; o < FIXTURE_OUTPUTS; o++)
            f->target_real[FIXTURE_OUTPUTS * t + o] = spec->output == OUTPUT_SIGMOID ? (t + o) % 3 == 0 : sin(t + o);
    }
    if (spec->real_input) example->x_real = f->x_real;
    if (spec->output != OUTPUT_SOFTMAX) {
        example->target_real = f->target_real;
        for (int t = 0; t < example->T; t++)
            f->target[t] = 0;
    }
    for (int t = 0; net_one_answer(spec) && t + 1 < example->T; t++)
        f->target[t] = -1;
    if (spec->kind != NET_ENCODER_DECODER) return;
    f->source = (struct example){.T = example->T > 1 ? example->T - 1 : 1, .x = f->target};
    example->source = &f->source;
}

static inline bool fixture_open_net(struct fixture *f, struct net_spec spec, const char *word, int T) {
    struct err err = {0};
    memset(f, 0, sizeof *f);
    struct rng rng = rng_seed(1);
    struct train_options options = train_options_default();
    for (int k = 0; k < FIXTURE_SYMBOLS; k++) {
        snprintf(f->texts[k], sizeof f->texts[k], k ? "%c" : "<EOS>", 'a' + k - 1);
        f->symbols[k] = f->texts[k];
    }
    if (!model_init(&f->model, &spec, &err)) return false;
    model_randomise(&f->model, &rng, 1);
    struct example example;
    fixture_example(f, &spec, word, T, &example);
    f->record =
        record_new(&f->model, &example, f->symbols, FIXTURE_SYMBOLS, REDUCTION_SUM, &options, NULL, NULL, 1, &err);
    f->script = f->record ? script_new(f->record, &err) : NULL;
    f->capture = capture_new(1, &err);
    if (!f->script || !f->capture) {
        fprintf(stderr, "%s\n", err.message);
        return false;
    }
    f->state = (struct view_state){.unit = -1, .t = -1, .hover_unit = -1, .hover_t = -1, .hover_slot = -1};
    f->transport = (struct transport){.speed = 1, .by = BY_OPERATION};
    f->scene = (struct scene){.record = f->record,
                              .script = f->script,
                              .motion = 1,
                              .state = &f->state,
                              .narration = &f->narration,
                              .unit_word = "character",
                              .memory = &f->memory};
    draw_init(&f->list, capture_fonts(f->capture));
    ui_init(&f->ui);
    return true;
}

static inline bool fixture_open(struct fixture *f, enum cell_id cell, int hidden, int layers, const char *word, int T) {
    return fixture_open_net(f,
                            (struct net_spec){.cell = cell,
                                              .kind = NET_MANY_TO_MANY,
                                              .layers = layers,
                                              .hidden = hidden,
                                              .directions = 1,
                                              .inputs = FIXTURE_SYMBOLS,
                                              .outputs = FIXTURE_SYMBOLS},
                            word, T);
}

static inline void fixture_close(struct fixture *f) {
    ui_release(&f->ui);
    draw_release(&f->list);
    capture_free(f->capture);
    script_free(f->script);
    record_free(f->record);
    model_release(&f->model);
}

// The size in logical pixels; places the views as the workbench does, with the panels beside them left out.
static inline void fixture_size(struct fixture *f, float width, float height, float scale) {
    f->width = width;
    f->height = height;
    f->scale = scale;
    struct err err = {0};
    capture_free(f->capture); // a capture measures at one scale
    f->capture = capture_new(scale, &err);
    draw_release(&f->list);
    draw_init(&f->list, capture_fonts(f->capture));
}

static inline void fixture_frame(struct fixture *f) {
    float bottom = f->height < 800 ? 96 : 120, left = f->height < 800 ? 48 : 288, right = f->width < 1280 ? 0 : 368;
    draw_begin(&f->list, f->width, f->height, f->scale);
    ui_begin(&f->ui, &f->list, theme_get(f->theme), f->now += 0.02);
    bool encoder = scene_encoder(&f->scene); // of an encoder-decoder the side that is looked at
    f->scene.record = record_side(f->record, encoder);
    f->scene.script = script_side(f->script, encoder);
    narrate(&f->narration, f->record, f->script, f->scene.position, f->state.unit, f->state.notation);
    f->stage = f->said = (rect){left, 48, f->width - left - right, f->height - 48 - bottom};
    f->said.h = view_narration_height(&f->ui, f->stage.w, &f->scene);
    f->stage.h -= f->said.h;
    f->said.y += f->stage.h;
    f->bar = (rect){0, f->height - bottom, f->width, bottom};
    view_stage(&f->ui, f->stage, &f->scene);
    view_narration(&f->ui, f->said, &f->scene);
    f->command = view_timeline(&f->ui, f->bar, &f->scene, &f->transport, &f->seek);
    ui_end(&f->ui);
}

static inline void fixture_event(struct fixture *f, struct input_event event) {
    ui_push_event(&f->ui, &event);
    fixture_frame(f);
}
