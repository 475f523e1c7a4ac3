// The frame of the sheet of Ctrl+O.

#include "open_sheet.h"

#include "app_chrome.h"
#include "app_lock.h"
#include "file.h"
#include "mathbox.h"
#include "mem.h"
#include "str.h"
#include "widgets.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 960, HEIGHT = 620, HEADER = 48, FOOTER = 36 };

static const char *const field_names[] = {"open: path", "open: task"};

struct text_style opener_quiet(const struct ui *ui, enum align align) {
    return text_of(FONT_SANS, 13, ui->theme->ink3, align);
}

void opener_say(struct app *app, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(app->opener->said, sizeof app->opener->said, format, args);
    va_end(args);
}

struct opener *opener_new(void) {
    return mem_need(1, sizeof(struct opener));
}

void opener_free(struct opener *opener) {
    if (!opener) return;
    folder_look_free(opener->look);
    for (int k = 0; k < OPENER_RETIRED; k++)
        folder_look_free(opener->retired[k]);
    mem_free(opener->matches);
    mem_free(opener);
}

// Where to begin: where the file lies that was opened last, else the current folder, else the root.
static void first_folder(struct app *app, struct str *out) {
    const struct preferences *p = &app->preferences;
    struct str folder = {0};
    bool found = false;
    if (p->recent_count > 0) {
        file_folder_of(p->recent[0], &folder);
        found = file_resolve(str_text(&folder), NULL, out) && file_is_directory(str_text(out));
    }
    if (!found && !file_resolve(".", NULL, out)) file_resolve("/", NULL, out);
    str_release(&folder);
}

static void begin(struct app *app) {
    struct opener *o = app->opener;
    struct str folder = {0};
    if (*o->folder && file_is_directory(o->folder))
        str_put(&folder, o->folder);
    else
        first_folder(app, &folder);
    o->field[0] = o->filter[0] = 0;
    opener_go(app, str_text(&folder), NULL);
    opener_fill_tasks(o);
    for (int k = 0; k < app->preferences.recent_count; k++)
        o->gone[k] = !file_exists(app->preferences.recent[k]);
    str_release(&folder);
}

void app_toggle_opener(struct app *app, enum opener_half half) {
    struct opener *o = app->opener;
    bool was = o->open;
    if (!was && app_refuses(app, LOCK_OPENING | LOCK_DATA)) return;
    o->said[0] = 0;
    o->open = !was || o->half != half;
    if (!o->open) return;
    if (!was) begin(app);
    o->half = half;
    o->fresh = true;
}

void opener_below(struct app *app, rect r, const char *text) {
    struct ui *ui = &app->ui;
    const char *said = app->opener->said;
    color ink = *said ? ui->theme->err : ui->theme->ink3;
    struct rich_style style = {.size = 13, .line_height = 18, .ink = ink, .bold = ink};
    if (*said) text = said;
    float height = plain_text(ui->list, r.x, r.y, r.w, text, style, false);
    plain_text(ui->list, r.x, r.y + fmaxf(0, (r.h - height) / 2), r.w, text, style, true);
}

ui_id opener_field(struct ui *ui, enum opener_half half) {
    return ui_make_id(ui, field_names[half]);
}

const char *opener_field_name(enum opener_half half) {
    return field_names[half];
}

void app_opener_sheet(struct app *app) {
    struct ui *ui = &app->ui;
    struct opener *o = app->opener;
    static const char *const halves[] = {"Files", "Tasks"};
    rect bounds = ui->list->bounds;
    rect r = ui_sheet_begin(ui, WIDTH, fminf(HEIGHT, bounds.h - 96), &o->open);
    rect header = rect_cut_top(&r, HEADER), footer = rect_cut_bottom(&r, FOOTER);
    rect_cut_bottom(&r, 12);
    float title =
        draw_text(ui->list, header.x, header.y + 24, "Open", text_of(FONT_DISPLAY, 24, ui->theme->ink1, ALIGN_LEFT));
    float width = ui_segments_width(ui, halves, NULL, 2, false);
    int chosen = ui_segments(ui, (rect){header.x + title + 24, header.y, width, 32}, "open what", halves, NULL, 2,
                             (int)o->half, false);
    if (chosen != (int)o->half) {
        o->half = (enum opener_half)chosen;
        o->fresh = !ui->focus_visible; // by the pointer; the arrows go on choosing
        o->said[0] = 0;
    }
    if (o->half == OPENER_TASKS)
        opener_tasks(app, r, footer);
    else
        opener_files(app, r, footer);
    ui_sheet_end(ui);
    if (!o->open) opener_close(o);
    // The letters are the field's from the first one on, and again when a click took the focus away.
    if (o->open && (o->fresh || !ui->focus)) ui_set_focus(ui, opener_field(ui, o->half), false);
    o->fresh = false;
}
