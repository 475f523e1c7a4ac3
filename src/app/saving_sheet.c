// The sheet of Ctrl+E: what to take along, how large, where to; and while it is written how far it is.

#include "app_chrome.h"
#include "movie.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS_A_ROW = 3, LABEL = 92, ROW = 44 };

static struct text_style label_style(const struct ui *ui) {
    return (struct text_style){FONT_SANS_MEDIUM, 14, ui->theme->ink1, ALIGN_LEFT};
}

static rect row_of(struct ui *ui, rect *r, const char *label) {
    rect row = rect_cut_top(r, ROW);
    draw_text(ui->list, row.x, row.y + 22, label, label_style(ui));
    rect_cut_left(&row, LABEL);
    row.h = 32;
    return row;
}

static void choose_kind(struct app *app, enum saving_kind kind) {
    struct saving_order *order = &app->saving_order;
    order->kind = kind;
    saving_free_path(kind, order->path);
}

void app_open_saving(struct app *app) {
    struct saving_order *order = &app->saving_order;
    if (app->saving || !app->bench) return;
    if (order->scale < 1) *order = (struct saving_order){.scale = 1, .seconds = 0.5, .by = BY_OPERATION};
    order->from = 0;
    order->to = app->bench->script->count;
    snprintf(app->saving_from, sizeof app->saving_from, "%d", order->from);
    snprintf(app->saving_to, sizeof app->saving_to, "%d", order->to);
    choose_kind(app, order->kind);
    app->saving_open = true;
}

static void kind_rows(struct app *app, rect *r) {
    struct ui *ui = &app->ui;
    const char *titles[KINDS_A_ROW];
    for (int first = 0; first < SAVING_KIND_COUNT; first += KINDS_A_ROW) {
        int chosen = (int)app->saving_order.kind - first;
        for (int k = 0; k < KINDS_A_ROW; k++)
            titles[k] = saving_kinds[first + k].title;
        ui_push_id_int(ui, first);
        int now = ui_segments(ui, rect_cut_top(r, 32), "what to save", titles, NULL, KINDS_A_ROW,
                              chosen >= 0 && chosen < KINDS_A_ROW ? chosen : -1, false);
        ui_pop_id(ui);
        if (now >= 0 && now != chosen) choose_kind(app, (enum saving_kind)(first + now));
        rect_cut_top(r, 6);
    }
    rect_cut_top(r, 10);
}

static void number_text(struct ui *ui, rect row, const char *format, double value) {
    char text[32];
    snprintf(text, sizeof text, format, value);
    struct text_style style = label_style(ui);
    style.align = ALIGN_RIGHT;
    draw_text(ui->list, row.x + row.w, row.y + 21, text, style);
}

static void moving_rows(struct app *app, rect *r) {
    struct ui *ui = &app->ui;
    struct saving_order *order = &app->saving_order;
    rect row = row_of(ui, r, "Steps");
    struct text_style quiet = {FONT_SANS, 14, ui->theme->ink3, ALIGN_LEFT};
    ui_text_field(ui, (rect){row.x, row.y, 84, 32}, "first step", app->saving_from, sizeof app->saving_from, "first");
    draw_text(ui->list, row.x + 94, row.y + 21, "to", quiet);
    ui_text_field(ui, (rect){row.x + 116, row.y, 84, 32}, "last step", app->saving_to, sizeof app->saving_to, "last");
    char most[48];
    snprintf(most, sizeof most, "of 0 to %d", app->bench ? app->bench->script->count : 0);
    draw_text(ui->list, row.x + 212, row.y + 21, most, quiet);
    static const char *const by[] = {"Operation", "Cell", "Timestep"};
    enum { GRAINS = sizeof by / sizeof *by };
    int now = ui_segments(ui, row_of(ui, r, "A frame for"), "a frame for", by, NULL, GRAINS, (int)order->by, false);
    if (now >= 0) order->by = (enum granularity)now;
    row = row_of(ui, r, "It stays");
    ui_slider(ui, (rect){row.x, row.y, row.w - 64, 32}, "seconds a frame", &order->seconds, 0.1, 2, 0.1);
    number_text(ui, row, "%.1f s", order->seconds);
}

static void start(struct app *app) {
    struct saving_order *order = &app->saving_order;
    struct err err = {0};
    char *end_from, *end_to;
    order->from = (int)strtol(app->saving_from, &end_from, 10);
    order->to = (int)strtol(app->saving_to, &end_to, 10);
    if (*end_from || *end_to || end_from == app->saving_from || end_to == app->saving_to)
        err_set(&err, ERR_VALUE, "Steps: expected two whole numbers, found “%s” and “%s”.", app->saving_from,
                app->saving_to);
    else if (!*order->path)
        err_set(&err, ERR_VALUE, "Where to: expected the name of a file, found none.");
    else
        app->saving = saving_new(app, order, &err);
    app->saving_done = 0;
    if (!app->saving) app_say(app, &err);
}

static void progress_rows(struct app *app, rect *r) {
    struct ui *ui = &app->ui;
    char text[SAVING_PATH + 16];
    snprintf(text, sizeof text, "Writing %s", app->saving_order.path);
    rect row = rect_cut_top(r, 30);
    draw_text_fit(ui->list, row.x, row.y + 20, row.w, text, label_style(ui));
    ui_progress(ui, rect_cut_top(r, 3), app->saving_done);
    rect_cut_top(r, 14);
    bool stops = !saving_kinds[app->saving_order.kind].by_worker;
    if (stops && ui_button(ui, (rect){r->x + r->w - 110, r->y, 110, 36}, "Stop", false)) app_stop_saving(app);
    ui->animating = true;
}

void app_saving_sheet(struct app *app) {
    struct ui *ui = &app->ui;
    const struct saving_about *about = &saving_kinds[app->saving_order.kind];
    bool film = app->saving_order.kind == SAVING_MP4 && !movie_can_mp4();
    float height = app->saving ? 92 : 138 + ROW + (about->scaled ? ROW : 0) + (about->moving ? 3 * ROW : 0) + 40;
    rect r = ui_sheet_begin(ui, 520, height, &app->saving_open);
    draw_text(ui->list, r.x, r.y + 24, "Take it with you",
              (struct text_style){FONT_DISPLAY, 24, ui->theme->ink1, ALIGN_LEFT});
    rect_cut_top(&r, 46);
    if (app->saving) {
        progress_rows(app, &r);
        ui_sheet_end(ui);
        if (!app->saving_open) app_stop_saving(app);
        return;
    }
    kind_rows(app, &r);
    if (about->scaled) {
        rect row = row_of(ui, &r, "Scale");
        ui_slider(ui, (rect){row.x, row.y, row.w - 64, 32}, "scale", &app->saving_order.scale, 1, SAVING_SCALE_MAX, 1);
        number_text(ui, row, "%.0f x", app->saving_order.scale);
    }
    if (about->moving) moving_rows(app, &r);
    rect row = row_of(ui, &r, "Where to");
    bool enter = ui_text_field(ui, row, "where to", app->saving_order.path, sizeof app->saving_order.path,
                               "a file in the current folder, or a path");
    if (film)
        draw_text_fit(ui->list, r.x, r.y + 24, r.w - 130, "A film needs the program ffmpeg, which is not installed.",
                      (struct text_style){FONT_SANS, 13, ui->theme->warn, ALIGN_LEFT});
    bool asked = ui_button(ui, (rect){r.x + r.w - 110, r.y, 110, 36}, "Save", true);
    ui_sheet_end(ui);
    if (asked || (enter && app->saving_open)) start(app);
}

// One piece a frame; what came of it is said in the window.
void app_advance_saving(struct app *app) {
    if (!app->saving) return;
    struct err err;
    if (saving_advance(app->saving, &app->saving_done, &err)) {
        app->ui.animating = true;
        return;
    }
    saving_free(app->saving);
    app->saving = NULL;
    bool good = err.code == ERR_NONE;
    if (good) {
        err_set(&err, ERR_IO, "Saved %.400s.", app->saving_order.path);
        app->saving_open = false;
    }
    app_say(app, &err);
    app->message_good = good;
    app->ui.animating = true;
}

void app_stop_saving(struct app *app) {
    saving_free(app->saving);
    app->saving = NULL;
}
