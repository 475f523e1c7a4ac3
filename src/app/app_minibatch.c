// The chip and the menu of an update's minibatch: which of its examples is walked through.

#include "app_chrome.h"
#include "widgets.h"
#include <stdio.h>

bool app_can_follow(const struct app *app) {
    return app->bench && !app->bench->minibatch && workbench_follows_run(app->bench);
}

void app_next_update_row(struct app *app, rect *r) {
    char label[96], number[32];
    format_count(number, sizeof number, (long)app->bench->update + 1);
    snprintf(label, sizeof label, "Update %s of training: its minibatch", number);
    if (ui_button(&app->ui, rect_cut_top(r, 36), label, false) && app_next_minibatch(app, 0)) ui_popup_close(&app->ui);
    rect_cut_top(r, 8);
}

static const char *minibatch_row(void *context, int row) {
    const struct app *app = context;
    static char text[MINIBATCH_CAPTION + 16]; // valid until the next call, as ui_list asks
    snprintf(text, sizeof text, "%d  %s", row + 1, app->bench->minibatch->captions[row]);
    return text;
}

static void minibatch_menu(struct app *app, rect anchor) {
    enum { ROWS_MOST = 8 };
    struct ui *ui = &app->ui;
    struct workbench *bench = app->bench;
    char label[96], number[32];
    const int rows = bench->minibatch->count < ROWS_MOST ? bench->minibatch->count : ROWS_MOST;
    const float height = (float)(UI_LIST_ROW * rows);
    rect r = ui_popup_begin(ui, anchor, 340, 26 + height + 8 + 36);
    format_count(number, sizeof number, (long)bench->record->update);
    snprintf(label, sizeof label, "Update %s is made of %d example%s: which one", number, bench->minibatch->count,
             bench->minibatch->count == 1 ? "" : "s");
    app_menu_label(ui, &r, label);
    int row = ui_list(ui, rect_cut_top(&r, height), "minibatch", bench->minibatch->count, minibatch_row, app,
                      &app->minibatch_row);
    if (row >= 0 && app_set_within(app, row)) ui_popup_close(ui);
    rect_cut_top(&r, 8);
    if (ui_button(ui, rect_cut_top(&r, 36), "An update of one example alone", false) && app_set_number(app, 0))
        ui_popup_close(ui);
    ui_popup_end(ui);
}

// The chip that ends at x; returns where it begins.
float app_minibatch_chip(struct app *app, float x) {
    const struct workbench *bench = app->bench;
    struct ui *ui = &app->ui;
    if (!bench || !bench->minibatch) return x;
    char label[96], number[32];
    format_count(number, sizeof number, (long)bench->record->update);
    snprintf(label, sizeof label, "update %s, example %d of %d", number, bench->minibatch_index + 1,
             bench->minibatch->count);
    if (x - ui_chip_width(ui, label, false) < 240)
        snprintf(label, sizeof label, "%d of %d", bench->minibatch_index + 1, bench->minibatch->count);
    float w = ui_chip_width(ui, label, false);
    rect chip = {x - w, 10, w, 28};
    bool was = app->minibatch_open;
    app->minibatch_open = ui_chip_id(ui, chip, ICON_COUNT, label, APP_MINIBATCH_CHIP);
    if (app->minibatch_open && !was) app->minibatch_row = bench->minibatch_index;
    if (app->minibatch_open) minibatch_menu(app, chip);
    return x - w - 8;
}
