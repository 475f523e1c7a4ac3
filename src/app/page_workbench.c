// The workbench: the lesson panel, a view with its panel on the right, and the timeline.

#include "app_chrome.h"
#include "page.h"
#include <stdlib.h>

static void transport(struct app *app, rect r, const struct scene *scene, double now) {
    int seek = -1;
    switch (view_timeline(&app->ui, r, scene, &app->transport, &seek)) {
    case TRANSPORT_START:
        app_seek(app, 0);
        break;
    case TRANSPORT_END:
        app_seek(app, app->bench->script->count);
        break;
    case TRANSPORT_BACK:
        app_step(app, -1, app->transport.by, now);
        break;
    case TRANSPORT_STEP:
        app_step(app, 1, app->transport.by, now);
        break;
    case TRANSPORT_PLAY:
        app_play(app, !app->transport.playing, now);
        break;
    case TRANSPORT_SEEK:
        app_seek(app, seek);
        break;
    case TRANSPORT_NONE:
        break;
    }
}

// What happens, in words, for those who listen to it: once for every place of the cursor.
static void speak(struct app *app, const struct narration *narration) {
    if (!app->preferences.narrate || !app->speak) return;
    bool same = app->spoken_position == app->position && app->spoken_serial == app->bench->record->serial;
    if (same || app->motion_seconds > 0) return;
    char text[1024];
    narrate_plain(narration, text, sizeof text);
    app->speak(app->speak_context, text);
    app->spoken_position = app->position;
    app->spoken_serial = app->bench->record->serial;
}

static void draw(struct app *app, rect whole, double now) {
    struct ui *ui = &app->ui;
    const struct draw_list *list = ui->list;
    rect bottom = rect_cut_bottom(&whole, app->presentation ? PRESENT_TIMELINE : list->bounds.h < 760 ? 96 : 120);
    rect left = app_lesson_side(app, &whole), right = {0};
    bool inspector = app->inspector_sheet ? app->sheet_open : app->inspector_open;
    float side = view_get(app->view.view)->side_width;
    if (inspector && !app->inspector_sheet)
        right = rect_cut_right(&whole, side > 0 ? side : app_inspector_width(app, list->bounds.w, whole.w));
    // Only now: a menu or the panel may have opened another example.
    struct scene scene_room;
    struct narration narration;
    struct scene *scene = app_scene(app, &scene_room, &narration) ? &scene_room : NULL;
    struct hidden_value hidden[LESSON_MAX_HIDDEN];
    if (scene) scene->hidden_count = app_hidden(app, hidden, LESSON_MAX_HIDDEN);
    if (scene) scene->hidden = hidden;

    if (scene) {
        view_draw(ui, whole, scene, app->view_memory);
        if (inspector && app->inspector_sheet) right = (rect){whole.x + whole.w - 336, whole.y, 336, whole.h};
        if (right.w > 0) view_draw_side(ui, right, scene, app->view_memory);
        transport(app, bottom, scene, now);
    } else
        app_empty(app, whole, right, bottom);
    app_lesson_over(app, left);
    app_overlays(app);
    if (app->picturing) return;
    if (scene) speak(app, &narration);
    app_pick_asked(app);
    app_keys(app, scene, now);
    app_player_look(app);
    app_answer(app);
}

const struct page page_workbench = {"workbench", "Workbench", KEY_F1 + 2, draw, NULL};
