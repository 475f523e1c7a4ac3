// The right column of the Data page: what is wrong in the file and what is done about it, duplicates, the split.
#include "data_page.h"
#include "mathbox.h"
#include "problems.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PAD = 20, ENTRY = 70, CHIP = 26, WORDS = 20 }; // ENTRY: with one line of words

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

static struct rich_style words_style(const struct ui *ui) {
    return (struct rich_style){.size = 14, .line_height = WORDS, .ink = ui->theme->ink2, .bold = ui->theme->ink1};
}

static void entry_text(struct ui *ui, rect r, enum icon icon, const char *title, const char *what, float chip) {
    struct draw_list *list = ui->list;
    icon_draw(list, icon, r.x + PAD, r.y + 13, 18, ui->theme->ink2, 1.6f);
    draw_text_fit(list, r.x + PAD + 28, r.y + 27, r.w - 2 * PAD - 36 - chip, title,
                  data_text(ui, FONT_SANS_SEMIBOLD, 14, 1, ALIGN_LEFT));
    plain_text(list, r.x + PAD + 28, r.y + 38, r.w - 2 * PAD - 28, what, words_style(ui), true);
    draw_hline(list, r.x, r.x + r.w, r.y, ui->theme->line);
}

// What is said of a problem behind what was done about it is the chip's: "...; skipped" goes.
static void without_action(const char *what, char *out, size_t size) {
    snprintf(out, size, "%s", what);
    char *cut = strrchr(out, ';');
    if (cut && cut > out) *cut = 0;
}

// "2 539 repeat an earlier row, 440 across the split"
static void duplicates_words(const struct dataset *d, char *out, size_t size) {
    char number[32];
    long total = d->problem_totals[PROBLEM_DUPLICATE];
    format_count(number, sizeof number, total);
    snprintf(out, size, total == 1 ? "%s repeats an earlier row" : "%s repeat an earlier row", number);
    if (d->shared == 0) return;
    format_count(number, sizeof number, d->shared);
    snprintf(out + strlen(out), size - strlen(out), ", %s across the split", number);
}

static void words_of(const struct dataset *d, int index, char *out, size_t size) {
    if (index < 0)
        duplicates_words(d, out, size);
    else if (d->problems[index].kind == PROBLEM_OTHER)
        snprintf(out, size, "%s", d->problems[index].what);
    else
        without_action(d->problems[index].what, out, size);
}

// index -1: the duplicates, all together.
static void draw_entry(struct app *app, rect r, int index) {
    struct ui *ui = &app->ui;
    const struct dataset *d = app->data_page->look->data;
    char title[64] = "Duplicates", words[sizeof d->problems->what], name[32] = "all duplicates";
    words_of(d, index, words, sizeof words);
    if (index < 0) {
        float w = action_chip(app, r, name, PROBLEM_DUPLICATE, 0, data_chosen_action(app, PROBLEM_DUPLICATE, 0));
        entry_text(ui, r, ICON_GRID, title, words, w);
        return;
    }
    const struct problem *problem = &d->problems[index];
    snprintf(title, sizeof title, "Line %ld", problem->line);
    snprintf(name, sizeof name, "problem %d", index);
    float w =
        problem->kind == PROBLEM_OTHER ? 0 : action_chip(app, r, name, problem->kind, problem->line, problem->done);
    entry_text(ui, r, action_icon(problem->done), title, words, w);
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

// The entries and their heights: measured once for what was read and for a width.
static void list_entries(struct app *app, float width) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    const struct dataset *d = page->look->data;
    struct data_entries *entries = &page->entries;
    if (entries->of == page->look && entries->width == width) return;
    *entries = (struct data_entries){.of = page->look, .width = width};
    entries->count = listed(d, false, entries->index);
    entries->more = page->look->problems_apart - entries->count;
    if (d->problem_totals[PROBLEM_DUPLICATE] > 0) entries->index[entries->count++] = -1;
    entries->count += listed(d, true, entries->index + entries->count);
    for (int k = 0; k < entries->count; k++) {
        char words[sizeof d->problems->what];
        words_of(d, entries->index[k], words, sizeof words);
        float high = plain_text(ui->list, 0, 0, width - 2 * PAD - 28, words, words_style(ui), false);
        entries->top[k + 1] = entries->top[k] + ENTRY - WORDS + high;
    }
}

enum { MORE = 36 };

static float entries_height(const struct data_entries *entries) {
    return entries->top[entries->count] + (entries->more > 0 ? MORE : 0);
}

static void problems(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    const struct data_entries *entries = &app->data_page->entries;
    float content = entries_height(entries), offset = ui_scroll_begin(ui, r, "problems", content);
    for (int k = 0; k < entries->count; k++) {
        rect at = {r.x, r.y + entries->top[k] - offset, r.w, entries->top[k + 1] - entries->top[k]};
        if (at.y + at.h >= r.y && at.y <= r.y + r.h) draw_entry(app, at, entries->index[k]);
    }
    if (entries->more > 0) {
        char text[96];
        data_number(text, sizeof text, " more of these kinds are counted, not listed", entries->more);
        draw_text_fit(ui->list, r.x + PAD, r.y + content - offset - 14, r.w - 2 * PAD, text,
                      data_text(ui, FONT_SANS, 13, 3, ALIGN_LEFT));
    }
    ui_scroll_end(ui);
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
    list_entries(app, r.w);
    float height = entries_height(&app->data_page->entries), room = fmaxf(2 * ENTRY, r.h - split);
    problems(app, rect_cut_top(&r, fminf(height, room)));
    draw_hline(ui->list, r.x, r.x + r.w, r.y, ui->theme->line);
    data_draw_split(app, r, false, &split);
    ui_pop_id(ui);
}
