// The keyboard map: what no control took. Keys of all pages, then those of the workbench.

#include "app_chrome.h"
#include "app_lock.h"
#include "job.h"
#include "page.h"
#include "surgery.h"
#include <math.h>

static bool list_is_high(const struct app *app) {
    return app->ui.list->bounds.h >= 640 + 48 + 96;
}

static unsigned locks_of(const struct app *app, int page) {
    if (page == app->page || page == PAGE_WORKBENCH) return 0;
    return LOCK_PAGES | (page == page_find("train") ? LOCK_TRAINING : 0);
}

bool app_page_kept(const struct app *app, int page) {
    return app_locked(app, locks_of(app, page));
}

bool app_page_refused(struct app *app, int page) {
    return app_refuses(app, locks_of(app, page));
}

void app_page_keys(struct app *app) {
    struct ui *ui = &app->ui;
    for (int k = 0; k < page_count(); k++)
        if (ui_take_key(ui, page_get(k)->key, 0) && !app_page_refused(app, k)) app_show_page(app, k);
    if (app->lesson && ui_take_key(ui, 'r', MOD_CTRL)) {
        app->lesson_read = -1; // before the next frame: this one may still speak of its texts
        ui->animating = true;
    }
    if (ui_take_key(ui, ',', MOD_CTRL)) app->preferences_open = !app->preferences_open;
    if (ui_take_key(ui, 'o', MOD_CTRL)) app_toggle_opener(app, OPENER_FILES);
    if (ui_take_key(ui, 't', MOD_CTRL)) app_toggle_opener(app, OPENER_TASKS);
    if (ui_take_key(ui, '=', MOD_CTRL) || ui_take_key(ui, '+', MOD_CTRL)) app_change_scale(app, 1.1);
    if (ui_take_key(ui, '-', MOD_CTRL)) app_change_scale(app, 1 / 1.1);
    if (ui_take_key(ui, '0', MOD_CTRL)) app_change_scale(app, 0);
    if (ui_take_key(ui, KEY_F1 + 5, 0)) app_open_glossary(app, NULL);
    if (ui_take_key(ui, KEY_F11, 0)) app->wish = APP_FULLSCREEN;
    if (ui_take_key(ui, KEY_F1, 0)) app->help_open = !app->help_open;
    if (app->page != PAGE_WORKBENCH && ui_take_key(ui, KEY_ESCAPE, 0)) app_show_page(app, PAGE_WORKBENCH);
    if (ui_text_focused(ui)) return;
    if (ui_take_key(ui, 'v', MOD_CTRL)) app_paste(app);
    if (ui_take_key(ui, 'n', 0)) app_set_notation(app, (app->view.notation + 1) % NOTATION_COUNT);
    if (ui_take_key(ui, 'w', 0)) app_set_stacked(app, !app->view.stacked);
    if (ui_take_key(ui, 't', 0)) app_toggle_dark(app);
    if (ui_take_key(ui, 'p', 0)) app_present(app, !app->presentation);
    if (ui_take_key(ui, '?', 0) || ui_take_key(ui, '?', MOD_SHIFT) || ui_take_key(ui, '/', MOD_SHIFT))
        app->help_open = !app->help_open;
}

void app_keys(struct app *app, const struct scene *scene, double now) {
    struct ui *ui = &app->ui;
    if (app_present_keys(app, now)) return;
    static const struct {
        int key;
        unsigned mods;
        int direction;
        int by;
    } moves[] = {{KEY_RIGHT, 0, 1, -1},
                 {KEY_LEFT, 0, -1, -1},
                 {KEY_RIGHT, MOD_SHIFT, 1, BY_TIMESTEP},
                 {KEY_LEFT, MOD_SHIFT, -1, BY_TIMESTEP},
                 {KEY_PAGE_DOWN, 0, 1, BY_PASS},
                 {KEY_PAGE_UP, 0, -1, BY_PASS},
                 {'.', 0, 1, BY_OPERATION},
                 {',', 0, -1, BY_OPERATION}};
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
        if (ui_take_key(ui, moves[k].key, moves[k].mods)) {
            app->transport.playing = false;
            app_step(app, moves[k].direction, moves[k].by < 0 ? app->transport.by : (enum granularity)moves[k].by, now);
        }
    if (ui_take_key(ui, KEY_HOME, 0)) app_seek(app, 0);
    if (ui_take_key(ui, KEY_END, 0) && app->bench) app_seek(app, app->bench->script->count);
    if (ui_take_key(ui, KEY_DOWN, 0)) app_select_unit(app, app->view.unit + 1);
    if (ui_take_key(ui, KEY_UP, 0)) app_select_unit(app, app->view.unit < 0 ? -1 : app->view.unit - 1);
    if (ui_take_key(ui, 'd', MOD_CTRL) && !app_refuses(app, LOCK_DATA)) app_toggle_popup(app, APP_POPUP_DATA);
    if (ui_take_key(ui, 'e', MOD_CTRL)) app_open_saving(app);
    if (app->bench && ui_take_key(ui, 'm', MOD_CTRL) && !app_refuses(app, LOCK_DATA)) {
        if (app->bench->minibatch)
            app_toggle_popup(app, APP_POPUP_MINIBATCH);
        else
            app_next_minibatch(app, 0);
    }
    if (ui_take_key(ui, 'c', MOD_CTRL)) app_copy_number(app);
    if (ui_take_key(ui, 'c', MOD_CTRL | MOD_SHIFT)) app_copy_equation(app);
    if (app->job && ui_take_key(ui, KEY_ESCAPE, 0)) job_cancel(app->job); // what was open stays open
    if (app->view.view == VIEW_STAGE && ui_take_key(ui, KEY_ENTER, 0)) app_show_view(app, view_find("cell"));
    if (app->view.view != VIEW_STAGE && ui_take_key(ui, KEY_ESCAPE, 0)) app_show_view(app, VIEW_STAGE);
    if (ui_take_key(ui, KEY_ESCAPE, 0)) {
        app->view.unit = app->view.t = -1;
        app->view.lit.count = 0;
        app->view.place_pinned = false;
    }
    app_page_keys(app);
    if (ui_text_focused(ui)) return;
    if (ui_take_key(ui, 'z', MOD_CTRL) && !app_refuses(app, LOCK_EDITS)) app_undo(app);
    bool redo = ui_take_key(ui, 'z', MOD_CTRL | MOD_SHIFT) || ui_take_key(ui, 'y', MOD_CTRL);
    if (redo && !app_refuses(app, LOCK_EDITS)) app_redo(app);
    if (ui_take_key(ui, 'v', 0)) view_menu_open(ui);
    if (ui_take_key(ui, 'f', 0)) app_pick_by_key(app, scene);
    for (int k = 0; k < view_count(); k++)
        if (view_get(k)->key && ui_take_key(ui, view_get(k)->key, 0))
            app_show_view(app, app->view.view == k ? VIEW_STAGE : k);
    if (ui_take_key(ui, KEY_SPACE, 0)) app_play(app, !app->transport.playing, now);
    for (int k = 0; k < GRANULARITY_COUNT; k++)
        if (ui_take_key(ui, '1' + k, 0)) app->transport.by = (enum granularity)k;
    if (ui_take_key(ui, '[', 0)) app_select_timestep(app, -1);
    if (ui_take_key(ui, ']', 0)) app_select_timestep(app, 1);
    if (ui_take_key(ui, 'b', 0)) {
        app->view.backward = !app->view.backward;
        app->view.backward_pinned = true;
    }
    if (ui_take_key(ui, 'g', 0)) {
        bool seen = app->view.flow && (app->view.flow_asked || list_is_high(app));
        app->view.flow = app->view.flow_asked = !seen;
    }
    bool *panel = app->panel_rail ? &app->rail_open : &app->panel_open;
    if (ui_take_key(ui, 'l', 0)) *panel = !*panel;
    bool *inspector = app->inspector_sheet ? &app->sheet_open : &app->inspector_open;
    if (ui_take_key(ui, 'i', 0)) *inspector = !*inspector;
    if (ui_take_key(ui, 'p', MOD_SHIFT)) app_hear(app);
    if (ui_take_key(ui, '-', 0)) app->transport.speed = fmax(0.25, app->transport.speed / 2);
    if (ui_take_key(ui, '=', 0) || ui_take_key(ui, '+', 0)) app->transport.speed = fmin(8, app->transport.speed * 2);
    if (ui_take_key(ui, '0', 0)) app->transport.speed = 1;
}
