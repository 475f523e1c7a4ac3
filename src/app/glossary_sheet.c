#include "glossary_sheet.h"

#include "app_chrome.h"
#include "app_lock.h"
#include "mathbox.h"
#include "mem.h"
#include "page.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 860, HEIGHT = 560, LIST = 360, LIST_LEAST = 200, GAP = 32, SYMBOL = 80, SYMBOL_MOST = 72 };
static const char *const field_name = "glossary filter";

static struct glossary_sheet *sheet_of(struct app *app) {
    if (!app->glossary) app->glossary = mem_need(1, sizeof *app->glossary);
    return app->glossary;
}

const struct glossary *app_glossary(struct app *app) {
    struct glossary_sheet *sheet = sheet_of(app);
    if (sheet->tried) return sheet->glossary;
    char path[ASSET_PATH];
    struct err err = {0};
    sheet->tried = true;
    if (asset_find("glossary.md", path, &err)) sheet->glossary = glossary_read(path, &err);
    if (!sheet->glossary) app_say(app, &err);
    return sheet->glossary;
}

void glossary_sheet_free(struct glossary_sheet *sheet) {
    if (!sheet) return;
    glossary_free(sheet->glossary);
    mem_free(sheet);
}

static bool passes(const struct glossary_term *term, const char *filter) {
    return strcasestr(term->name, filter) || strcasestr(term->id, filter) || strcasestr(term->group, filter) ||
           (term->symbol && strcasestr(term->symbol, filter)) || strcasestr(term->text, filter);
}

static void find(struct glossary_sheet *sheet) {
    enum { MOST = sizeof sheet->found / sizeof *sheet->found };
    const struct glossary *glossary = sheet->glossary;
    sheet->found_count = 0;
    for (int k = 0; k < glossary->count && sheet->found_count < MOST; k++)
        if (passes(&glossary->terms[k], sheet->filter)) sheet->found[sheet->found_count++] = k;
    sheet->row = sheet->found_count > 0 ? 0 : -1;
    for (int k = sheet->found_count; k-- > 0;) // what is called so comes before what speaks of it
        if (!strncasecmp(glossary->terms[sheet->found[k]].name, sheet->filter, strlen(sheet->filter))) sheet->row = k;
    sheet->show = true;
}

void app_open_glossary(struct app *app, const char *term_id) {
    struct glossary_sheet *sheet = sheet_of(app);
    const struct glossary *glossary = app_glossary(app);
    if (!glossary) return;
    sheet->filter[0] = 0;
    find(sheet);
    const struct glossary_term *term = term_id ? glossary_find(glossary, term_id) : NULL;
    if (term_id && !term) {
        struct err err = {0};
        err_set(&err, ERR_VALUE, "expected a term of the glossary, found \"%s\"", term_id);
        app_say(app, &err);
        return;
    }
    if (term) sheet->row = (int)(term - glossary->terms);
    sheet->open = sheet->fresh = true;
}

// --- the list ---

static const struct glossary_term *term_at(const struct glossary_sheet *sheet, int row) {
    return &sheet->glossary->terms[sheet->found[row]];
}

static const char *row_name(void *context, int row) {
    return term_at(context, row)->name;
}

static void draw_row(void *context, struct ui *ui, int row, rect at, struct text_style style) {
    const struct glossary_term *term = term_at(context, row);
    float y = at.y + UI_LIST_BASELINE, lead = at.w >= 280 ? SYMBOL : 0;
    if (term->symbol && lead > 0 && math_measure(ui->list, term->symbol, 16).width <= SYMBOL_MOST)
        math_draw(ui->list, ui->theme, at.x, y, term->symbol, 16, style.color, ALIGN_LEFT);
    draw_text_fit(ui->list, at.x + lead, y, at.w - lead, term->name, style);
}

// --- the term ---

static void go(struct app *app, const struct glossary_term *term, const struct shelf_lesson *on) {
    struct err err = {0};
    if (app->lesson && strcmp(app->lesson->id, on->id) && app_refuses(app, LOCK_OPENING)) return;
    struct lesson *lesson = lesson_read(on->path, &err);
    int part = lesson ? glossary_part(app->glossary->glossary, term, lesson) : 0;
    lesson_free(lesson);
    if (!app_open_lesson(app, on->path, part)) return;
    app->glossary->open = false;
    app_show_page(app, PAGE_WORKBENCH);
}

// The lessons that teach it, as links; `first`: as if the first one were pressed.
static void lessons(struct app *app, rect r, const struct glossary_term *term, bool first) {
    struct ui *ui = &app->ui;
    bool any = false;
    for (int n = 0; n < term->lesson_count; n++)
        for (int k = 0; k < app->shelf_count; k++) {
            const struct shelf_lesson *on = &app->shelf[k];
            if (on->broken || strcmp(on->id, term->lessons[n])) continue;
            if (!any)
                draw_text(ui->list, r.x, r.y + 18, "Taught in", text_of(FONT_SANS, 14, ui->theme->ink3, ALIGN_LEFT));
            char label[128];
            snprintf(label, sizeof label, "%d  %s", on->number, on->title);
            rect row = {r.x + 76, r.y, r.w - 76, 26};
            struct text_style style = text_of(FONT_SANS_SEMIBOLD, 14, ui->theme->ink1, ALIGN_LEFT);
            row.w = fminf(row.w, text_width(ui->list, label, style) + 4);
            bool pressed = ui_link(ui, row, label, style);
            if (pressed || (first && !any)) go(app, term, on);
            any = true;
            rect_cut_top(&r, 28);
        }
}

static void about(struct app *app, rect r, const struct glossary_term *term, bool enter) {
    struct ui *ui = &app->ui;
    const struct theme *theme = ui->theme;
    draw_text_fit(ui->list, r.x, r.y + 14, r.w, term->group, text_of(FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT));
    rect_cut_top(&r, 30);
    if (term->symbol) {
        rect box = rect_cut_top(&r, 84);
        struct math_box ink = math_measure(ui->list, term->symbol, 30);
        draw_rect(ui->list, box, theme->sunk, 8);
        math_draw_fit(ui->list, theme, box.x + box.w / 2, box.y + (box.h - ink.ascent - ink.descent) / 2 + ink.ascent,
                      box.w - 32, term->symbol, 30, theme->ink1, ALIGN_CENTER);
        rect_cut_top(&r, 14);
    }
    struct rich_style head = {22, 28, theme->ink1, theme->ink1}, words = {15, 23, theme->ink2, theme->ink1};
    char name[160];
    snprintf(name, sizeof name, "**%s**", term->name);
    rect_cut_top(&r, rich_text(ui->list, theme, r.x, r.y + 22, r.w, name, head, true) + 8);
    rect_cut_top(&r, rich_text(ui->list, theme, r.x, r.y + 18, r.w, term->text, words, true) + 18);
    lessons(app, r, term, enter);
}

void app_glossary_sheet(struct app *app) {
    struct glossary_sheet *sheet = app->glossary;
    if (!sheet || !sheet->open) return;
    struct ui *ui = &app->ui;
    float room_w = ui->list->bounds.w - 112, room_h = ui->list->bounds.h - 128;
    rect r = ui_sheet_begin(ui, fminf(WIDTH, room_w), fminf(HEIGHT, room_h), &sheet->open);
    draw_text(ui->list, r.x, r.y + 24, "Glossary", text_of(FONT_DISPLAY, 24, ui->theme->ink1, ALIGN_LEFT));
    rect_cut_top(&r, 46);
    rect left = rect_cut_left(&r, r.w >= 700 ? LIST : fmaxf(LIST_LEAST, r.w * 0.4f));
    rect_cut_left(&r, r.w >= 400 ? GAP : 18);
    rect field = rect_cut_top(&left, 36);
    rect_cut_top(&left, 8);
    ui_id field_id = ui_make_id(ui, field_name);
    struct ui_rows rows = {.count = sheet->found_count,
                           .text = row_name,
                           .context = sheet,
                           .draw = draw_row,
                           .beside_field = true,
                           .keys = ui->focus == field_id,
                           .show = sheet->show || sheet->fresh};
    sheet->show = false;
    int chosen = ui_list_rows(ui, left, "terms", &rows, &sheet->row);
    bool enter = chosen >= 0 && !ui->released;
    if (sheet->found_count == 0) {
        char none[128];
        snprintf(none, sizeof none, "No term holds “%s”.", sheet->filter);
        struct rich_style style = {14, 21, ui->theme->ink2, ui->theme->ink2};
        plain_text(ui->list, left.x + 14, left.y + 12, left.w - 28, none, style, true);
    }
    ui_text_field(ui, field, field_name, sheet->filter, sizeof sheet->filter, "Type to filter");
    if (ui_text_field_changed(ui)) find(sheet);
    if (sheet->row >= 0 && sheet->row < sheet->found_count) about(app, r, term_at(sheet, sheet->row), enter);
    ui_sheet_end(ui);
    // The letters are the field's from the first one on, and again when a click took the focus away.
    if (sheet->open && (sheet->fresh || !ui->focus)) ui_set_focus(ui, field_id, false);
    sheet->fresh = false;
}
