#include "world.h"

#include "app_chrome.h"

static bool apply_scene(void *context, const struct lesson_scene *scene, struct err *err) {
    struct app *app = context;
    app->message.code = ERR_NONE;
    if (!app_set_scene(app, scene, err)) return false;
    app_finish_job(app);
    if (app->message.code == ERR_NONE || app->message_good) return true;
    *err = app->message;
    return false;
}

static bool act(void *context, const char *words, struct err *err) {
    return app_act(context, words, err);
}

static void look(void *context, struct lesson_now *now) {
    *now = (struct lesson_now){0};
    app_lesson_now(context, now);
}

struct lesson_world world_of(struct app *app) {
    return (struct lesson_world){.context = app, .apply_scene = apply_scene, .act = act, .look = look};
}
