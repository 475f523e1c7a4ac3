#include "experiments_sheet.h"

#include "app_chrome.h"
#include "mathbox.h"
#include "mem.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    WIDTH = 880,
    HEIGHT = 500,
    HEADER = 48,
    FIELD = 32,
    LIST = 380,
    LIST_LEAST = 280,
    GAP = 28,
    ROW = 28,
    NUMBER = 92
};
static const char field_name[] = "experiments: filter", rename_name[] = "experiments: name";

static struct text_style words(const struct ui *ui, enum align align) {
    return text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink1, align);
}

static struct text_style quiet(const struct ui *ui, enum align align) {
    return text_of(FONT_SANS, 13, ui->theme->ink3, align);
}

// ---- the list ----

static bool passes(const struct kept_summary *s, const char *filter) {
    bool found = strcasestr(s->name, filter) || strcasestr(s->data, filter);
    for (int k = 0; k < s->models; k++)
        found = found || strcasestr(s->model[k], filter);
    return found;
}

static void find(struct experiments_sheet *sheet) {
    sheet->found_count = 0;
    for (int i = 0; i < sheet->list.count; i++)
        if (passes(&sheet->list.items[i], sheet->filter)) sheet->found[sheet->found_count++] = i;
    if (sheet->row >= sheet->found_count) sheet->row = sheet->found_count - 1;
    if (sheet->row < 0) sheet->row = 0;
    sheet->show = true;
}

static struct kept_summary *lit(const struct experiments_sheet *sheet) {
    bool any = sheet->row >= 0 && sheet->row < sheet->found_count;
    return any ? &sheet->list.items[sheet->found[sheet->row]] : NULL;
}

// name: of the one to be lit, or NULL: the first.
static void read_list(struct experiments_sheet *sheet, const char *name) {
    kept_list_release(&sheet->list);
    mem_free(sheet->found);
    struct err err;
    if (!experiments_list(*sheet->home ? sheet->home : NULL, &sheet->list, &err)) sheet->err = err;
    sheet->found = mem_need((size_t)sheet->list.count + 1, sizeof *sheet->found);
    sheet->row = 0;
    find(sheet);
    for (int i = 0; name && i < sheet->found_count; i++)
        if (!strcmp(sheet->list.items[sheet->found[i]].name, name)) sheet->row = i;
}

static bool is_own(const struct experiments_sheet *sheet, const struct kept_summary *s) {
    struct kept_state state;
    if (!sheet->own) return false;
    kept_look(sheet->own, &state);
    return !strcmp(state.folder, s->folder);
}

// ---- life ----

void app_open_experiments(struct app *app, struct kept *own) {
    if (!app->experiments) app->experiments = mem_need(1, sizeof *app->experiments);
    struct experiments_sheet *sheet = app->experiments;
    sheet->own = own;
    sheet->open = sheet->fresh = true;
    sheet->mode = EXPERIMENTS_LOOK;
    sheet->ask = EXPERIMENTS_NOTHING;
    sheet->filter[0] = 0;
    sheet->err.code = ERR_NONE;
    read_list(sheet, NULL);
}

void experiments_sheet_free(struct experiments_sheet *sheet) {
    if (!sheet) return;
    kept_list_release(&sheet->list);
    mem_free(sheet->found);
    mem_free(sheet);
}

enum experiments_ask app_experiments_asked(struct app *app, char folder[RUN_FOLDER_PATH]) {
    struct experiments_sheet *sheet = app->experiments;
    if (!sheet || sheet->ask == EXPERIMENTS_NOTHING) return EXPERIMENTS_NOTHING;
    enum experiments_ask ask = sheet->ask;
    sheet->ask = EXPERIMENTS_NOTHING;
    memcpy(folder, sheet->asked, sizeof sheet->asked);
    return ask;
}

// ---- what is done ----

static const char *cannot_open(const struct experiments_sheet *sheet, const struct kept_summary *s) {
    if (s->err.code != ERR_NONE) return s->err.message;
    if (is_own(sheet, s)) return "It is open.";
    if (s->in_use) return "Another unroll is training it.";
    return s->other ? "It was trained with options that only “unroll train” has: it goes on there." : NULL;
}

static void ask(struct experiments_sheet *sheet, const struct kept_summary *s, enum experiments_ask what) {
    const char *why = what == EXPERIMENTS_OPEN ? cannot_open(sheet, s) : s->err.code ? s->err.message : NULL;
    if (why) {
        err_set(&sheet->err, ERR_VALUE, "%s", why);
        return;
    }
    sheet->ask = what;
    memcpy(sheet->asked, s->folder, sizeof sheet->asked);
    sheet->open = false;
}

static void set_mode(struct experiments_sheet *sheet, enum experiments_mode mode) {
    sheet->mode = mode;
    sheet->fresh = true;
    sheet->err.code = ERR_NONE;
}

static void rename_lit(struct experiments_sheet *sheet, const struct kept_summary *s) {
    struct err err = {0};
    bool good = is_own(sheet, s) ? kept_rename(sheet->own, sheet->name, &err)
                                 : experiment_rename_kept(s->folder, sheet->name, NULL, &err);
    if (good) {
        set_mode(sheet, EXPERIMENTS_LOOK);
        sheet->filter[0] = 0;
        read_list(sheet, sheet->name);
    } else
        sheet->err = err;
}

static void delete_lit(struct experiments_sheet *sheet, const struct kept_summary *s) {
    struct err err = {0};
    int row = sheet->row;
    bool good = experiment_delete_kept(s->folder, &err);
    set_mode(sheet, EXPERIMENTS_LOOK);
    read_list(sheet, NULL);
    sheet->row = row < sheet->found_count ? row : sheet->found_count - 1;
    if (!good) sheet->err = err;
}

// ---- drawing ----

static const char *row_name(void *context, int row) {
    const struct experiments_sheet *sheet = context;
    return sheet->list.items[sheet->found[row]].name;
}

static void draw_row(void *context, struct ui *ui, int row, rect at, struct text_style style) {
    const struct experiments_sheet *sheet = context;
    const struct kept_summary *s = &sheet->list.items[sheet->found[row]];
    char text[32];
    if (s->err.code != ERR_NONE)
        snprintf(text, sizeof text, "damaged");
    else
        snprintf(text, sizeof text, s->in_use ? "in training" : s->models == 1 ? "1 model" : "%d models", s->models);
    float width = text_width(ui->list, text, quiet(ui, ALIGN_RIGHT));
    draw_text(ui->list, at.x + at.w, at.y + UI_LIST_BASELINE, text, quiet(ui, ALIGN_RIGHT));
    draw_text_fit(ui->list, at.x, at.y + UI_LIST_BASELINE, at.w - width - 12, s->name, style);
}

static void number(struct ui *ui, float right, float y, double value) {
    char text[24];
    snprintf(text, sizeof text, isfinite(value) ? "%.4f" : "–", value);
    draw_text(ui->list, right, y, text, words(ui, ALIGN_RIGHT));
}

static void model_rows(struct ui *ui, rect *r, const struct kept_summary *s) {
    static const char *const heads[] = {"update", "loss", "validation"};
    rect head = rect_cut_top(r, 24);
    draw_text(ui->list, head.x, head.y + 16, "model", quiet(ui, ALIGN_LEFT));
    for (int c = 0; c < 3; c++)
        draw_text(ui->list, head.x + head.w - (float)((2 - c) * NUMBER), head.y + 16, heads[c], quiet(ui, ALIGN_RIGHT));
    draw_hline(ui->list, r->x, r->x + r->w, r->y, ui->theme->line);
    for (int k = 0; k < s->models; k++) {
        rect row = rect_cut_top(r, ROW);
        float right = row.x + row.w, y = row.y + 19;
        char update[24];
        snprintf(update, sizeof update, "%lld", (long long)s->end[k].update);
        draw_text_fit(ui->list, row.x, y, row.w - 3 * NUMBER + 16, s->model[k], words(ui, ALIGN_LEFT));
        draw_text(ui->list, right - 2 * NUMBER, y, update, words(ui, ALIGN_RIGHT));
        number(ui, right - NUMBER, y, s->end[k].train_loss);
        number(ui, right, y, s->end[k].valid_loss);
    }
}

static void about(struct ui *ui, rect *r, const struct kept_summary *s) {
    char line[160], day[32] = "";
    time_t changed = (time_t)s->changed;
    struct tm local;
    if (s->changed > 0 && localtime_r(&changed, &local)) strftime(day, sizeof day, "%Y-%m-%d %H:%M", &local);
    snprintf(line, sizeof line, "%s%s%s", s->data, *s->data && *day ? ", " : "", day);
    draw_text_fit(ui->list, r->x, r->y + 18, r->w, s->name,
                  text_of(FONT_SANS_SEMIBOLD, 17, ui->theme->ink1, ALIGN_LEFT));
    draw_text_fit(ui->list, r->x, r->y + 42, r->w, line, quiet(ui, ALIGN_LEFT));
    rect_cut_top(r, 60);
    if (s->err.code == ERR_NONE) model_rows(ui, r, s);
}

static void say(struct ui *ui, rect r, const char *text, color ink) {
    struct rich_style style = {.size = 13, .line_height = 19, .ink = ink, .bold = ink};
    plain_text(ui->list, r.x, r.y, r.w, text, style, true);
}

// Buttons from the left; returns which was pressed, or -1.
static int buttons(struct ui *ui, rect r, const char *const *labels, int count) {
    int pressed = -1;
    for (int k = 0; k < count; k++) {
        float width = ui_button_width(ui, labels[k]);
        if (ui_button(ui, (rect){r.x, r.y, width, 34}, labels[k], k == 0)) pressed = k;
        r.x += width + 8;
    }
    return pressed;
}

static void look_mode(struct experiments_sheet *sheet, struct ui *ui, rect below, struct kept_summary *s) {
    static const char *const labels[] = {"Open", "Compare", "Rename", "Delete"};
    int pressed = buttons(ui, below, labels, 4);
    if (pressed == 0) ask(sheet, s, EXPERIMENTS_OPEN);
    if (pressed == 1) ask(sheet, s, EXPERIMENTS_COMPARE);
    if (pressed == 2) {
        snprintf(sheet->name, sizeof sheet->name, "%s", s->name);
        set_mode(sheet, EXPERIMENTS_RENAME);
    }
    if (pressed == 3) set_mode(sheet, EXPERIMENTS_DELETE);
}

static void rename_mode(struct experiments_sheet *sheet, struct ui *ui, rect r, rect below, struct kept_summary *s) {
    static const char *const labels[] = {"Rename", "Cancel"};
    rect field = {r.x, below.y - 48, r.w, FIELD};
    bool enter = ui_text_field(ui, field, rename_name, sheet->name, sizeof sheet->name, "its new name");
    int pressed = buttons(ui, below, labels, 2);
    if (pressed == 1)
        set_mode(sheet, EXPERIMENTS_LOOK);
    else if (pressed == 0 || (enter && ui->focus == ui_make_id(ui, rename_name)))
        rename_lit(sheet, s);
}

static void delete_mode(struct experiments_sheet *sheet, struct ui *ui, rect r, rect below, struct kept_summary *s) {
    static const char *const labels[] = {"Keep it", "Delete"};
    say(ui, (rect){r.x, below.y - 48, r.w, 40},
        "Its settings, curves and checkpoints are removed from the disk and cannot be brought back.", ui->theme->ink1);
    int pressed = buttons(ui, below, labels, 2);
    if (pressed == 0) set_mode(sheet, EXPERIMENTS_LOOK);
    if (pressed == 1) delete_lit(sheet, s);
}

static void right_side(struct experiments_sheet *sheet, struct ui *ui, rect r) {
    struct kept_summary *s = lit(sheet);
    rect below = rect_cut_bottom(&r, 34), said = rect_cut_bottom(&r, 62);
    if (!s) return;
    about(ui, &r, s);
    if (sheet->mode == EXPERIMENTS_LOOK) {
        const char *why = sheet->err.code != ERR_NONE ? sheet->err.message : s->err.code ? s->err.message : NULL;
        if (why) say(ui, said, why, ui->theme->err);
        look_mode(sheet, ui, below, s);
        return;
    }
    if (sheet->err.code != ERR_NONE) say(ui, (rect){r.x, said.y - 42, r.w, 40}, sheet->err.message, ui->theme->err);
    if (sheet->mode == EXPERIMENTS_RENAME)
        rename_mode(sheet, ui, r, below, s);
    else
        delete_mode(sheet, ui, r, below, s);
}

static void left_side(struct experiments_sheet *sheet, struct ui *ui, rect r) {
    rect field = rect_cut_top(&r, FIELD);
    rect_cut_top(&r, 8);
    bool typing = ui->focus == ui_make_id(ui, field_name);
    struct ui_rows rows = {.count = sheet->found_count,
                           .text = row_name,
                           .context = sheet,
                           .draw = draw_row,
                           .beside_field = true,
                           .keys = typing && sheet->mode == EXPERIMENTS_LOOK,
                           .show = sheet->show};
    int before = sheet->row, chosen = ui_list_rows(ui, r, "experiments", &rows, &sheet->row);
    sheet->show = false;
    if (sheet->found_count == 0) {
        const char *none = sheet->list.count == 0
                               ? "Nothing is kept yet: what is trained on this page is kept from its "
                                 "first checkpoint on."
                               : "No experiment holds these letters.";
        say(ui, (rect){r.x + 14, r.y + 12, r.w - 28, 80}, none, ui->theme->ink2);
    }
    ui_text_field(ui, field, field_name, sheet->filter, sizeof sheet->filter, "Type to filter: name, data, model");
    bool changed = ui_text_field_changed(ui);
    if (changed) find(sheet);
    if (changed || before != sheet->row) set_mode(sheet, EXPERIMENTS_LOOK);
    if (chosen >= 0 && !ui->released && lit(sheet)) ask(sheet, lit(sheet), EXPERIMENTS_OPEN); // by Enter
}

void app_experiments_sheet(struct app *app) {
    struct ui *ui = &app->ui;
    struct experiments_sheet *sheet = app->experiments;
    if (!sheet || !sheet->open) return;
    rect r = ui_sheet_begin(ui, WIDTH, fminf(HEIGHT, ui->list->bounds.h - 96), &sheet->open);
    draw_text(ui->list, r.x, r.y + 24, "Kept experiments", text_of(FONT_DISPLAY, 24, ui->theme->ink1, ALIGN_LEFT));
    rect_cut_top(&r, HEADER);
    left_side(sheet, ui, rect_cut_left(&r, r.w >= 780 ? LIST : LIST_LEAST));
    rect_cut_left(&r, GAP);
    right_side(sheet, ui, r);
    const char *field = sheet->mode == EXPERIMENTS_RENAME ? rename_name : field_name;
    ui_id id = ui_make_id(ui, field);
    ui_sheet_end(ui);
    // letters are a field's from the first one on, and again when a click took the focus away
    if (sheet->open && (sheet->fresh || !ui->focus)) ui_set_focus(ui, id, false);
    sheet->fresh = false;
}
