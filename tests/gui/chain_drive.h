#pragma once
// The app on one of the views of a chain of states, with what they keep.

#include "drive.h"
#include "gradients_view.h"
#include "jacobian_view.h"

static inline struct app_options options_of(const char *cell, int hidden, int layers, bool wait) {
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = wait};
    cell_by_name(cell, &options.setup.recipe.spec.cell);
    options.setup.recipe.spec.hidden = hidden;
    options.setup.recipe.spec.layers = layers;
    options.setup.recipe.seed = 7;
    options.setup.recipe.steps = 30;
    snprintf(options.setup.word, sizeof options.setup.word, "troodon");
    return options;
}

static inline struct drive open_on(const char *cell, int hidden, int layers, const char *view) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = options_of(cell, hidden, layers, true);
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    app_show_view(drive.app, view_find(view));
    drive_frame(&drive);
    return drive;
}

static inline struct gradients_memory *gradients_memory(const struct drive *drive) {
    return drive->app->view_memory[view_find("gradients")];
}
static inline struct jacobian_memory *jacobian_memory(const struct drive *drive) {
    return drive->app->view_memory[view_find("jacobian")];
}
