// Presenter mode, for a room: everything larger, nothing beside what is spoken of, and the keys of a clicker.
#include "app_chrome.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

// What is seen then has about this size, so that text is a fortieth of the height of any screen and more.
static const float room_width = 1024, room_height = 600;

float app_presentation_scale(float width, float height) {
    return fminf(3, fmaxf(1, fminf(width / room_width, height / room_height)));
}

void app_present(struct app *app, bool on) {
    app->presentation = on;
    app->blank = false;
    app->sheet_open = app->rail_open = false;
    app->wish = APP_SCALE;
}

void app_blank_screen(struct app *app, struct draw_list *list) {
    if (app->blank && !app->picturing) draw_rect(list, list->bounds, (color){0, 0, 0, 255}, 0);
}

bool app_blank_event(struct app *app, const struct input_event *event) {
    if (!app->blank || (event->kind != INPUT_KEY && event->kind != INPUT_PRESS)) return false;
    app->blank = false;
    app->ui.animating = true;
    return true;
}

// To the next part behind the last step, and to the one before in front of the first.
static void turn(struct app *app, int way, double now) {
    int end = app->bench ? app->bench->script->count : 0;
    bool over = app->bench && app->position == (way > 0 ? end : 0);
    app->transport.playing = false;
    if (app->lesson && over)
        app_go_part(app, app->player.part + way);
    else if (!over)
        app_step(app, way, app->transport.by, now);
}

bool app_present_keys(struct app *app, double now) {
    struct ui *ui = &app->ui;
    if (!app->presentation) return false;
    static const struct {
        int key;
        unsigned mods;
        int way;
        bool part;
    } keys[] = {{KEY_PAGE_DOWN, 0, 1, false},
                {KEY_PAGE_UP, 0, -1, false},
                {KEY_PAGE_DOWN, MOD_SHIFT, 1, true},
                {KEY_PAGE_UP, MOD_SHIFT, -1, true}};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        if (!ui_take_key(ui, keys[k].key, keys[k].mods)) continue;
        if (keys[k].part)
            app_go_part(app, app->player.part + keys[k].way);
        else
            turn(app, keys[k].way, now);
        return true;
    }
    if (ui_text_focused(ui)) return false;
    if (ui_take_key(ui, 'b', 0) || ui_take_key(ui, '.', 0)) return app->blank = ui->animating = true;
    if (!ui_take_key(ui, KEY_ESCAPE, 0)) return false;
    app_present(app, false);
    return true;
}

// In the place of the top bar: where one is, and nothing to press.
void app_present_bar(struct app *app, rect r) {
    const struct ui *ui = &app->ui;
    const struct theme *theme = ui->theme;
    struct draw_list *list = ui->list;
    draw_rect(list, r, theme->panel, 0);
    draw_hline(list, r.x, r.x + r.w, r.y + r.h - 1, theme->line);
    struct text_style quiet = text_of(FONT_SANS_MEDIUM, 15, theme->ink3, ALIGN_RIGHT);
    if (!app->lesson) {
        draw_text_fit(list, 24, r.y + 30, r.w - 48, app->bench ? app->bench->example_text : "",
                      text_of(FONT_SANS_MEDIUM, 15, theme->ink3, ALIGN_LEFT));
        return;
    }
    char place[48];
    snprintf(place, sizeof place, "%d of %d", app->player.part + 1, app->lesson->part_count);
    draw_text(list, r.x + r.w - 24, r.y + 30, place, quiet);
    float x = 24 + draw_text_fit(list, 24, r.y + 30, r.w * 0.45f, app->lesson->title,
                                 text_of(FONT_SANS_MEDIUM, 15, theme->ink3, ALIGN_LEFT));
    draw_text_fit(list, x + 20, r.y + 30, r.w - x - 120, app->lesson->parts[app->player.part].title,
                  text_of(FONT_SANS_SEMIBOLD, 15, theme->ink1, ALIGN_LEFT));
}
