// Gate surgery and pokes in the app: other edits on the workbench, and what is said when they are dropped.
#include "app_chrome.h"
#include "surgery.h"
#include "thread.h"

static const double live_edit_seconds = 0.1; // an edit that takes longer waits for the end of its drag

void app_tell_dropped(struct app *app, int edits, const char *why) {
    app->edits_wait = false;
    if (edits == 0) return;
    err_set(&app->message, ERR_VALUE, "%d edit%s dropped: %s", edits, edits == 1 ? " was" : "s were", why);
    app->message_good = true;
}

int app_edit_count(const struct app *app) {
    return app->bench ? workbench_edits(app->bench)->count : 0;
}

// The cursor stays where it was.
static bool edited(struct app *app, bool good, const struct err *err) {
    app->edits_wait = false;
    if (!good && err->code != ERR_NONE) app_say(app, err);
    if (good) app->message.code = ERR_NONE;
    if (good && app->position > app->bench->script->count) app_seek(app, app->bench->script->count);
    return good;
}

bool app_set_edits(struct app *app, const struct edits *edits, bool more) {
    struct err err = {0};
    if (!app->bench) return false;
    app_stop_saving(app); // it reads the record
    double start = clock_seconds();
    bool good = workbench_set_edits(app->bench, edits, more, &err);
    app->edit_seconds = clock_seconds() - start;
    return edited(app, good, &err);
}

// A drag asks many times a second.
void app_follow_edits(struct app *app, const struct edits *edits, bool more) {
    if (!app->bench) return;
    const struct edits *now = workbench_edits(app->bench);
    bool same_list = edits->count == now->count && edits_active(edits) == edits_active(now);
    app->edits_wait = more && same_list && app->ui.down && app->edit_seconds > live_edit_seconds;
    app->waiting_edits = *edits;
    if (!app->edits_wait) app_set_edits(app, edits, more);
}

void app_undo(struct app *app) {
    struct err err = {0};
    app_stop_saving(app);
    if (app->bench) edited(app, workbench_undo(app->bench, &err), &err);
}

void app_redo(struct app *app) {
    struct err err = {0};
    app_stop_saving(app);
    if (app->bench) edited(app, workbench_redo(app->bench, &err), &err);
}
