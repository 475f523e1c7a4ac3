// The models beside the workbench's: built when the view compare asks for them, and kept on its example.

#include "app_chrome.h"
#include "mem.h"
#include <stdio.h>
#include <string.h>

// Why no other model can be built from the same setup; NULL where one can.
static const char *no_rivals(const struct app *app) {
    return *app->setup.checkpoint
               ? "This network was opened from a file: how another one would have to be trained is not known."
               : NULL;
}

static bool is_there(const struct app *app, enum cell_id cell) {
    if (record_cell(app->bench->record)->id == cell) return true;
    for (int k = 0; k < app->rivals.count; k++)
        if (record_cell(app->rivals.list[k].bench->record)->id == cell) return true;
    return false;
}

void app_compare_with(struct app *app, enum cell_id cell) {
    if (!app->bench || no_rivals(app) || is_there(app, cell)) return;
    struct setup setup = app->setup;
    const struct net_spec *spec = &app->bench->model.layout.spec;
    setup.recipe.spec.hidden = spec->hidden;
    setup.recipe.spec.layers = spec->layers;
    setup.recipe.spec.directions = spec->directions;
    setup_keep_example(&setup, app->bench);
    rivals_build(&app->rivals, &setup, cell, app->wake, app->wake_context);
    if (app->waits) app_follow_rivals(app, true);
}

void app_follow_rivals(struct app *app, bool wait) {
    struct err err = {0};
    if (!app->bench) return;
    bool good = rivals_settle(&app->rivals, wait, &err) && rivals_follow(&app->rivals, app->bench, &err) &&
                app_compare_next(app, &err);
    if (!good && err.code != ERR_STOPPED) app_say(app, &err);
}

void app_scene_rivals(struct app *app, struct scene *scene) {
    scene->name = *app->name ? app->name : record_cell(scene->record)->title;
    scene->other_count = app->rivals.count;
    for (int k = 0; k < app->rivals.count; k++)
        scene->others[k] = (struct rival){app->rivals.list[k].name, app->rivals.list[k].bench->record};
    scene->no_rivals = no_rivals(app);
    scene->rival_done = -1;
    if (!app->rivals.job) return;
    job_ready(app->rivals.job, &scene->rival_done);
    app->ui.wake_at = app->ui.now + 0.1;
}

void app_take_update(struct app *app, struct update_order *order) {
    // Whatever is built from the setup later trains as the run did, up to this update.
    order->setup.recipe = order->models[0].recipe;
    order->setup.recipe.steps = (long)order->update;
    setup_keep_example(&order->setup, order->benches[0]);
    app_take_bench(app, order->benches[0], &order->setup);
    rivals_release(&app->rivals);
    snprintf(app->name, sizeof app->name, "%s", order->models[0].name);
    for (int k = 1; k < order->count; k++)
        rivals_add(&app->rivals, order->benches[k], order->models[k].name);
    for (int k = 0; k < order->count; k++)
        order->benches[k] = NULL;
    update_order_free(order);
}
