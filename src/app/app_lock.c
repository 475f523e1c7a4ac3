#include "app_lock.h"

#include "app_chrome.h"
#include "widgets.h"
#include <stdio.h>
#include <string.h>

static const char *const what_is_kept[] = {
    "the network", "the data and the example", "the seed", "the values", "the training", "this page", "what is open"};

static unsigned locks(const struct app *app) {
    unsigned kept = app->stays ? LOCK_OPENING | LOCK_PAGES : 0;
    return app->lesson ? kept | app->lesson->lock : 0;
}

bool app_locked(const struct app *app, unsigned what) {
    return (locks(app) & what) != 0;
}

static void reason(const struct app *app, unsigned what, char *out, size_t size) {
    unsigned kept = locks(app) & what;
    int k = 0;
    while (!(kept & 1u << k))
        k++;
    snprintf(out, size, "This lesson keeps %s as it is.%s", what_is_kept[k],
             app->stays ? "" : " To change it, close the lesson: its menu is at the top left.");
}

bool app_refuses(struct app *app, unsigned what) {
    if (!app_locked(app, what)) return false;
    struct err err = {0};
    char text[200];
    reason(app, what, text, sizeof text);
    err_set(&err, ERR_STOPPED, "%s", text);
    app_say(app, &err);
    app->message_good = true;
    return true;
}

static void answer(struct app *app, const char *label, rect r, unsigned what) {
    struct ui *ui = &app->ui;
    ui_id id = ui_make_id(ui, label);
    struct ui_result result = ui_control(ui, id, r, true);
    char text[200];
    reason(app, what, text, sizeof text);
    if (result.hovered || ui->focus == id) ui_tooltip(ui, r, text);
    if (result.clicked) app_refuses(app, what);
    ui_focus_ring(ui, id, r, 6);
}

void app_locked_chip(struct app *app, rect r, const char *label, unsigned what) {
    const struct theme *theme = app->ui.theme;
    struct draw_list *list = app->ui.list;
    draw_box(list, r, theme->line, 6, 1);
    icon_draw(list, ICON_LOCK, r.x + 8, r.y + (r.h - 16) / 2, 16, theme->ink3, 1.5f);
    draw_text_fit(list, r.x + 30, r.y + 18.5f, r.w - 38, label, text_of(FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT));
    answer(app, label, r, what);
}

void app_locked_row(struct app *app, rect r, const char *label, const char *value, unsigned what) {
    const struct theme *theme = app->ui.theme;
    struct draw_list *list = app->ui.list;
    draw_text(list, r.x, r.y + 24, label, text_of(FONT_SANS_MEDIUM, 14, theme->ink3, ALIGN_LEFT));
    draw_text(list, r.x + r.w - 24, r.y + 24, value, text_of(FONT_SANS_MEDIUM, 14, theme->ink2, ALIGN_RIGHT));
    icon_draw(list, ICON_LOCK, r.x + r.w - 16, r.y + 11, 16, theme->ink3, 1.5f);
    answer(app, label, r, what);
}
