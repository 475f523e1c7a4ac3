#pragma once
// A small network, the record of one word and everything a view needs around it: for tests of the views.

#include "capture.h"
#include "stage.h"
#include "strip.h"
#include "timeline.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FIXTURE_SYMBOLS = 27, FIXTURE_T = 512 };

struct fixture {
    struct model model;
    int x[FIXTURE_T], target[FIXTURE_T];
    char texts[FIXTURE_SYMBOLS][8];
    char *symbols[FIXTURE_SYMBOLS];
    struct record *record;
    struct script *script;
    struct narration narration;
    struct view_state state;
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

static inline bool fixture_open(struct fixture *f, enum cell_id cell, int hidden, int layers, const char *word, int T) {
    struct err err = {0};
    memset(f, 0, sizeof *f);
    struct net_spec spec = {.cell = cell,
                            .kind = NET_MANY_TO_MANY,
                            .layers = layers,
                            .hidden = hidden,
                            .directions = 1,
                            .inputs = FIXTURE_SYMBOLS,
                            .outputs = FIXTURE_SYMBOLS};
    struct rng rng = rng_seed(1);
    struct train_options options = train_options_default();
    for (int k = 0; k < FIXTURE_SYMBOLS; k++) {
        snprintf(f->texts[k], sizeof f->texts[k], k ? "%c" : "<EOS>", 'a' + k - 1);
        f->symbols[k] = f->texts[k];
    }
    if (!model_init(&f->model, &spec, &err)) return false;
    model_randomise(&f->model, &rng, 1);
    struct example example = {.T = fixture_encode(word, T, f->x, f->target), .x = f->x, .target = f->target};
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
                              .unit_word = "character"};
    draw_init(&f->list, capture_fonts(f->capture));
    ui_init(&f->ui);
    return true;
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
