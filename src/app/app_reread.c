// A lesson whose file is changed while it is open, by the one who writes it: what is saved is shown at once.
#include "app_chrome.h"
#include "file.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double look_seconds = 1; // between two looks at the file

// Marks tell where in the file something stands, and a scene is the same wherever it stands.
static bool same_scene(const struct lesson_scene *a, const struct lesson_scene *b) {
    struct lesson_scene x = *a, y = *b;
    x.at = x.goto_at = x.unit_at = x.t_at = x.edits_at = x.terms_at = (struct lesson_mark){0};
    y.at = y.goto_at = y.unit_at = y.t_at = y.edits_at = y.terms_at = (struct lesson_mark){0};
    return !memcmp(&x, &y, sizeof x);
}

static void take_over(struct player *to, const struct player *from) {
    for (int p = 0; p < to->lesson->part_count; p++) {
        unsigned there = (1u << to->lesson->parts[p].task_count) - 1;
        to->done[p] = from->done[p] & there;
        to->skipped[p] = from->skipped[p] & there;
    }
}

bool app_read_lesson_again(struct app *app) {
    struct err err = {0};
    char path[ASSET_PATH];
    snprintf(path, sizeof path, "%s", app->lesson->path);
    app->lesson_read = file_changed(path);
    struct lesson *lesson = lesson_read(path, &err);
    if (!lesson) {
        app_say(app, &err);
        app->lesson_faulty = true;
        return false;
    }
    if (app->lesson_faulty) app->message.code = ERR_NONE;
    app->lesson_faulty = false;
    struct player before = app->player;
    int part = before.part < lesson->part_count ? before.part : lesson->part_count - 1;
    bool same = part == before.part && same_scene(&app->lesson->parts[part].scene, &lesson->parts[part].scene);
    lesson_free(app->lesson);
    app->lesson = lesson;
    player_start(&app->player, lesson, part);
    take_over(&app->player, &before);
    if (!same) app_go_part(app, part);
    return true;
}

void app_watch_lesson(struct app *app, double now) {
    if (!app->lesson || app->picturing) return;
    bool asked = app->lesson_read < 0;
    if (!asked && (app->waits || now < app->lesson_look)) return;
    app->lesson_look = now + look_seconds;
    int64_t changed = file_changed(app->lesson->path);
    if (changed > 0 && changed != app->lesson_read) app_read_lesson_again(app); // while it is saved it may be missing
}
