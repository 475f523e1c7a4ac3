// The right column of the Data page: what is wrong in the file and what is done about it, duplicates, the split.
#include "data_page.h"
#include "problems.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PAD = 20, ENTRY = 70, CHIP = 26 };

// What an action is called in a chip, and in the menu.
static const char *action_word(enum problem_kind kind, enum problem_action action) {
    switch (action) {
    case ACTION_SKIP:
        return kind == PROBLEM_DUPLICATE ? "drop" : "skip row";
    case ACTION_REPAIR:
        return kind == PROBLEM_MISSING    ? "fill in"
               : kind == PROBLEM_RAGGED   ? "fill or cut"
               : kind == PROBLEM_QUOTE    ? "take as a character"
               : kind == PROBLEM_ENCODING ? "convert"
                                          : "repair";
    case ACTION_STOP:
        return "stop";
    default:
        return "keep";
    }
}

static enum icon action_icon(enum problem_action action) {
    return action == ACTION_REPAIR ? ICON_FIX : action == ACTION_KEEP ? ICON_GRID : ICON_STOP;
}

// Lines of a folder's files bear the same numbers: they have no choice of their own.
static bool lines_apart(const struct dataset *d) {
    return strcmp(d->reader, "folder") != 0;
}

static bool action_rows(struct app *app, rect *r, enum problem_kind kind, long line, long total) {
    struct ui *ui = &app->ui;
    static const enum problem_action actions[] = {ACTION_KEEP, ACTION_SKIP, ACTION_REPAIR, ACTION_STOP};
    char title[64], number[32];
    format_count(number, sizeof number, total);
    if (line > 0)
        snprintf(title, sizeof title, "Line %ld", line);
    else
        snprintf(title, sizeof title, total == 1 ? "What is done" : "All %s of this kind", number);
    rect head = rect_cut_top(r, 26);
    draw_text(ui->list, head.x + 8, head.y + 17, title, data_text(ui, FONT_SANS_MEDIUM, 13, 3, ALIGN_LEFT));
    ui_push_id_int(ui, line > 0);
    bool chosen = false;
    for (size_t k = 0; k < sizeof actions / sizeof *actions; k++) {
        if (!problem_can(kind, actions[k]) || (line > 0 && actions[k] == ACTION_STOP)) continue;
        bool now = data_chosen_action(app, kind, line) == actions[k];
        const char *word = actions[k] == ACTION_STOP ? "stop: read nothing" : action_word(kind, actions[k]);
        if (!ui_menu_row(ui, rect_cut_top(r, 32), word, NULL, now)) continue;
        data_choose_action(app, kind, line, actions[k]);
        chosen = true;
        break;
    }
    ui_pop_id(ui);
    return chosen;
}

static int ways(enum problem_kind kind, bool stop) {
    int count = 0;
    for (int k = ACTION_KEEP; k < ACTION_COUNT; k++)
        count += problem_can(kind, (enum problem_action)k) && (stop || k != ACTION_STOP);
    return count;
}

// line 0: of all of the kind.
static void action_menu(struct app *app, rect anchor, enum problem_kind kind, long line) {
    const struct dataset *d = app->data_page->look->data;
    long total = d->problem_totals[kind];
    bool single = line > 0 && total > 1 && lines_apart(d) && ways(kind, false) > 1;
    float height = 26 + 32 * (float)ways(kind, true) + (single ? 34 + 32 * (float)ways(kind, false) : 0);
    rect r = ui_popup_begin(&app->ui, anchor, 240, height);
    bool chosen = single && action_rows(app, &r, kind, line, total);
    if (single) rect_cut_top(&r, 8);
    if (!chosen) chosen = action_rows(app, &r, kind, 0, total);
    if (chosen) ui_popup_close(&app->ui);
    ui_popup_end(&app->ui);
}

// A chip at the right end of the entry; returns its width.
static float action_chip(struct app *app, rect r, const char *name, enum problem_kind kind, long line,
                         enum problem_action done) {
    struct ui *ui = &app->ui;
    const char *word = action_word(kind, done);
    float w = ui_chip_width(ui, word, false);
    rect chip = {r.x + r.w - PAD - w, r.y + 10, w, CHIP};
    if (ui_chip_id(ui, chip, ICON_COUNT, word, name)) action_menu(app, chip, kind, line);
    return w;
}

static void entry_text(struct ui *ui, rect r, enum icon icon, const char *title, const char *what, float chip) {
    struct draw_list *list = ui->list;
    icon_draw(list, icon, r.x + PAD, r.y + 13, 18, ui->theme->ink2, 1.6f);
    draw_text_fit(list, r.x + PAD + 28, r.y + 27, r.w - 2 * PAD - 36 - chip, title,
                  data_text(ui, FONT_SANS_SEMIBOLD, 14, 1, ALIGN_LEFT));
    draw_text_fit(list, r.x + PAD + 28, r.y + 53, r.w - 2 * PAD - 28, what,
                  data_text(ui, FONT_SANS, 14, 2, ALIGN_LEFT));
    draw_hline(list, r.x, r.x + r.w, r.y, ui->theme->line);
}

// What is said of a problem behind what was done about it is the chip's: "...; skipped" goes.
static void without_action(const char *what, char *out, size_t size) {
    snprintf(out, size, "%s", what);
    char *cut = strrchr(out, ';');
    if (cut && cut > out) *cut = 0;
}

static void problem_entry(struct app *app, rect r, int index) {
    struct ui *ui = &app->ui;
    const struct problem *problem = &app->data_page->look->data->problems[index];
    char title[64], what[sizeof problem->what], name[32];
    snprintf(title, sizeof title, "Line %ld", problem->line);
    snprintf(name, sizeof name, "problem %d", index);
    bool chosen = problem->kind != PROBLEM_OTHER;
    without_action(problem->what, what, sizeof what);
    float w = chosen ? action_chip(app, r, name, problem->kind, problem->line, problem->done) : 0;
    entry_text(ui, r, action_icon(problem->done), title, chosen ? what : problem->what, w);
    rect text = {r.x + PAD + 28, r.y + 36, r.w - 2 * PAD - 28, 26};
    if (rect_has(text, ui->pointer) && ui->pointer_inside) ui_tooltip(ui, text, problem->what);
}

static void duplicates_entry(struct app *app, rect r) {
    const struct dataset *d = app->data_page->look->data;
    char what[160], number[32];
    long total = d->problem_totals[PROBLEM_DUPLICATE];
    enum problem_action done = data_chosen_action(app, PROBLEM_DUPLICATE, 0);
    format_count(number, sizeof number, total);
    snprintf(what, sizeof what, total == 1 ? "%s repeats an earlier row" : "%s repeat an earlier row", number);
    if (d->shared > 0) {
        format_count(number, sizeof number, d->shared);
        snprintf(what + strlen(what), sizeof what - strlen(what), ", %s across the split", number);
    }
    float w = action_chip(app, r, "all duplicates", PROBLEM_DUPLICATE, 0, done);
    entry_text(&app->ui, r, ICON_GRID, "Duplicates", what, w);
}

// "4 rows skipped, 2 repaired"
static void summary(const struct data_look *look, char *out, size_t size) {
    const struct dataset *d = look->data;
    long kept_duplicates = d->problem_totals[PROBLEM_DUPLICATE], skipped = d->action_totals[ACTION_SKIP],
         repaired = d->action_totals[ACTION_REPAIR];
    char number[32];
    format_count(number, sizeof number, skipped);
    if (skipped == 0 && repaired == 0) {
        snprintf(out, size, kept_duplicates + look->remarks > 0 ? "nothing skipped" : "none");
        return;
    }
    snprintf(out, size, skipped == 1 ? "%s skipped" : "%s skipped", number);
    if (skipped == 0) out[0] = 0;
    format_count(number, sizeof number, repaired);
    if (repaired > 0) snprintf(out + strlen(out), size - strlen(out), "%s%s repaired", *out ? ", " : "", number);
}

// Problems in the order of the file, then duplicates all together, then what is merely remarked.
static int listed(const struct dataset *d, bool remarks, int *out) {
    int count = 0;
    for (int k = 0; k < d->problem_count; k++)
        if (d->problems[k].kind != PROBLEM_DUPLICATE && (d->problems[k].kind == PROBLEM_OTHER) == remarks)
            out[count++] = k;
    return count;
}

static void problems(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    const struct data_look *look = app->data_page->look;
    const struct dataset *d = look->data;
    int order[PROBLEM_MAX + 1], count = listed(d, false, order), problem_rows = count;
    bool duplicates = d->problem_totals[PROBLEM_DUPLICATE] > 0;
    if (duplicates) order[count++] = -1;
    count += listed(d, true, order + count);
    long more = look->problems_apart - problem_rows;
    float content = (float)(ENTRY * count) + (more > 0 ? 36 : 0);
    float offset = ui_scroll_begin(ui, r, "problems", content);
    for (int k = 0; k < count; k++) {
        rect at = {r.x, r.y + (float)(ENTRY * k) - offset, r.w, ENTRY};
        if (at.y + ENTRY < r.y || at.y > r.y + r.h) continue;
        if (order[k] < 0)
            duplicates_entry(app, at);
        else
            problem_entry(app, at, order[k]);
    }
    if (more > 0) {
        char text[96];
        data_number(text, sizeof text, " more of these kinds are counted, not listed", more);
        draw_text_fit(ui->list, r.x + PAD, r.y + content - offset - 14, r.w - 2 * PAD, text,
                      data_text(ui, FONT_SANS, 13, 3, ALIGN_LEFT));
    }
    ui_scroll_end(ui);
}

static float problems_height(const struct data_look *look) {
    const struct dataset *d = look->data;
    int order[PROBLEM_MAX + 1], count = listed(d, false, order);
    long more = look->problems_apart - count;
    count += listed(d, true, order) + (d->problem_totals[PROBLEM_DUPLICATE] > 0);
    return (float)(ENTRY * count) + (more > 0 ? 36 : 0);
}

void data_draw_right(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    const struct data_look *look = app->data_page->look;
    char text[96];
    float split;
    ui_push_id(ui, "problems");
    summary(look, text, sizeof text);
    draw_text(ui->list, r.x + PAD, r.y + 36, "Problems", data_text(ui, FONT_SANS_SEMIBOLD, 16, 1, ALIGN_LEFT));
    draw_text(ui->list, r.x + r.w - PAD, r.y + 36, text, data_text(ui, FONT_SANS, 14, 3, ALIGN_RIGHT));
    rect_cut_top(&r, 56);
    data_draw_split(app, r, true, &split);
    float height = problems_height(look), room = fmaxf(2 * ENTRY, r.h - split);
    rect list = rect_cut_top(&r, fminf(height, room));
    if (height > 0)
        problems(app, list);
    else if (look->data->problem_total == 0)
        rect_cut_top(&r, 0);
    draw_hline(ui->list, r.x, r.x + r.w, r.y, ui->theme->line);
    data_draw_split(app, r, false, &split);
    ui_pop_id(ui);
}
