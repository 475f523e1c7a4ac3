// Any number on screen leads to where it comes from: by Alt + click, by a context click, by a key.
#include "app_chrome.h"

#include <stdio.h>

bool app_pick_event(struct app *app, const struct input_event *event) {
    if (event->kind != INPUT_PRESS) return false;
    if (event->button != 3 && (event->button != 1 || !(event->mods & MOD_ALT))) return false;
    app->pick_asked = true;
    app->pick_at = event->at;
    app->ui.animating = true;
    return true;
}

void app_open_origin(struct app *app, const char *place) {
    snprintf(app->view.picked, sizeof app->view.picked, "%s", place);
    app_show_view(app, view_find("origin"));
    app->ui.animating = true;
}

static void open_place(struct app *app, const struct place *place) {
    char text[256];
    place_text(app->bench->record, place, text, sizeof text);
    app_open_origin(app, text);
}

bool app_pick(struct app *app, const struct source *source) {
    struct place place;
    if (!app->bench || !source || !source->tensor) return false;
    if (!place_find(app->bench->record, source->tensor, source->row, source->column, &place, NULL)) return false;
    open_place(app, &place);
    return true;
}

void app_pick_asked(struct app *app) {
    if (!app->pick_asked || !app->bench) return;
    app->pick_asked = false;
    const struct source *source = draw_value_at(app->ui.list, app->pick_at);
    if (!source || app_pick(app, source)) return;
    struct err err = {0};
    err_set(&err, ERR_VALUE, "This number was formed for the screen from others: choose one of those.");
    app_say(app, &err);
}

void app_pick_by_key(struct app *app, const struct scene *scene) {
    const struct source *source = app->ui.pointer_inside ? draw_value_at(app->ui.list, app->ui.pointer) : NULL;
    struct place place;
    if (!scene || app_pick(app, source)) return;
    if (app->view.view == view_find("origin")) {
        app_show_view(app, VIEW_STAGE);
        return;
    }
    if (!scene_hovered_place(scene, &place)) scene_telling_place(scene, &place);
    open_place(app, &place);
}
