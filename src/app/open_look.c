// How the files' half of the sheet looks, and what is done in it.

#include "open_sheet.h"

#include "app_chrome.h"
#include "file.h"
#include "mathbox.h"
#include "reader.h"
#include "str.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SIDE = 216,
    SIDE_GAP = 28,
    SIDE_LEAST = 480,
    SIDE_WIDE = 660,
    SIDE_NARROW = 150,
    CRUMBS = 30,
    FIELD = 36,
    GAP = 8,
    SIZE_W = 76,
    WORD_W = 104,
    NAME_LEAST = 300
};

// --- the left side: recent files, places ---

static float label(struct ui *ui, rect *r, const char *text) {
    rect row = rect_cut_top(r, 26);
    draw_text(ui->list, row.x, row.y + 17, text, text_of(FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_LEFT));
    return row.h;
}

// A row that is pressed like a link: an icon and a name.
static bool side_row(struct ui *ui, rect r, enum icon icon, const char *name, bool dim, const char *tip) {
    ui_id id = ui_make_id(ui, name);
    struct ui_result result = ui_control(ui, id, r, true);
    color ink = dim ? ui->theme->ink3 : ui->theme->ink1;
    if (result.hovered || result.held) draw_rect(ui->list, r, ui->theme->sunk, 6);
    icon_draw(ui->list, icon, r.x + 4, r.y + 7, 18, ink, 1.5f);
    draw_text_fit(ui->list, r.x + 28, r.y + UI_LIST_BASELINE, r.w - 34, name,
                  text_of(FONT_SANS_MEDIUM, 14, ink, ALIGN_LEFT));
    if (tip && (result.hovered || (result.focused && ui->focus_visible))) ui_tooltip(ui, r, tip);
    ui_focus_ring(ui, id, rect_inset(r, 4), 2);
    return result.clicked;
}

static enum icon icon_of_path(const char *path) {
    return file_ends_with(path, ".safetensors") ? ICON_GRID : file_ends_with(path, ".md") ? ICON_TARGET : ICON_FILE;
}

static void recent(struct app *app, rect *r, float keep) {
    struct ui *ui = &app->ui;
    const struct preferences *p = &app->preferences;
    char chosen[ASSET_PATH] = "";
    label(ui, r, "Recent");
    if (p->recent_count == 0) {
        rect row = rect_cut_top(r, UI_LIST_ROW);
        draw_text_fit(ui->list, row.x + 4, row.y + UI_LIST_BASELINE, row.w, "Nothing yet",
                      opener_quiet(ui, ALIGN_LEFT));
    }
    for (int k = 0; k < p->recent_count && r->h - UI_LIST_ROW >= keep; k++) {
        const char *path = p->recent[k];
        ui_push_id_int(ui, k);
        if (side_row(ui, rect_cut_top(r, UI_LIST_ROW), icon_of_path(path), file_name(path), app->opener->gone[k], path))
            snprintf(chosen, sizeof chosen, "%s", path);
        ui_pop_id(ui);
    }
    if (!*chosen) return;
    for (int k = 0; k < p->recent_count; k++)
        app->opener->gone[k] = !file_exists(p->recent[k]);
    opener_choose_file(app, chosen);
}

static void places(struct app *app, rect *r) {
    struct ui *ui = &app->ui;
    const struct { const char *name, *path; } list[] = {{"Home", "~"}, {"Shipped data", app->opener->assets}};
    label(ui, r, "Places");
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        if (!*list[k].path || !side_row(ui, rect_cut_top(r, UI_LIST_ROW), ICON_FOLDER, list[k].name, false, NULL))
            continue;
        app->opener->field[0] = 0;
        opener_go(app, list[k].path, NULL);
    }
}

static void side(struct app *app, rect r) {
    float below = 26 + 2 * UI_LIST_ROW + 14;
    recent(app, &r, below);
    rect_cut_top(&r, 14);
    places(app, &r);
}

// --- where one is ---

// The folders on the way, the last ones as far as they fit; a click goes there.
static void crumbs(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    const char *folder = app->opener->folder;
    struct text_style way = text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink2, ALIGN_LEFT),
                      last = text_of(FONT_SANS_SEMIBOLD, 14, ui->theme->ink1, ALIGN_LEFT);
    enum { MOST = 32, BETWEEN = 20, ROOT = 10 };
    const char *ends[MOST]; // of the folders' paths
    char name[256], path[ASSET_PATH] = "";
    int count = 0;
    for (const char *at = folder; *at && count < MOST;) {
        at += *at == '/';
        at += strcspn(at, "/");
        ends[count++] = at;
    }
    float x = r.x, width = 0;
    int first = count;
    for (; first > 0; first--) {
        const char *end = ends[first - 1], *start = first > 1 ? ends[first - 2] + 1 : folder + 1;
        snprintf(name, sizeof name, "%.*s", (int)(end - start), start);
        float w = text_width(ui->list, name, first == count ? last : way) + BETWEEN;
        if (first < count && width + w > r.w - 44) break;
        width += w;
    }
    ui_push_id(ui, "crumbs");
    if (ui_link(ui, (rect){x, r.y, ROOT, r.h}, first > 0 ? "…" : "/", count == 0 ? last : way))
        snprintf(path, sizeof path, "/");
    if (first > 0 && *path) snprintf(path, sizeof path, "%.*s", (int)(ends[first - 1] - folder), folder);
    x += ROOT;
    for (int k = first; k < count; k++) {
        const char *start = k > 0 ? ends[k - 1] + 1 : folder + 1;
        snprintf(name, sizeof name, "%.*s", (int)(ends[k] - start), start);
        if (k > first || first > 0)
            icon_draw(ui->list, ICON_CHEVRON_RIGHT, x + 1, r.y + r.h / 2 - 8, 16, ui->theme->ink3, 1.5f);
        x += k > first || first > 0 ? BETWEEN : 4;
        ui_push_id_int(ui, k);
        float w = fminf(text_width(ui->list, name, k + 1 == count ? last : way), r.x + r.w - x);
        if (k + 1 == count)
            draw_text_fit(ui->list, x, r.y + r.h / 2 + 5, w + 1, name, last);
        else if (ui_link(ui, (rect){x, r.y, w, r.h}, name, way))
            snprintf(path, sizeof path, "%.*s", (int)(ends[k] - folder), folder);
        ui_pop_id(ui);
        x += w;
    }
    ui_pop_id(ui);
    if (!*path) return;
    app->opener->field[0] = 0;
    opener_go(app, path, NULL);
}

// --- the list ---

static const char *row_name(void *context, int row) {
    const struct opener *o = ((struct app *)context)->opener;
    return folder_look_list(o->look, NULL)->entries[o->matches[row]].name;
}

static enum icon icon_of(enum entry_kind kind, bool folder) {
    if (folder) return ICON_FOLDER;
    return kind == ENTRY_MODEL || kind == ENTRY_ARRAY ? ICON_GRID : kind == ENTRY_LESSON ? ICON_TARGET : ICON_FILE;
}

// Only what can be opened is in ink.
static void draw_row(void *context, struct ui *ui, int row, rect at, struct text_style style) {
    const struct opener *o = ((struct app *)context)->opener;
    int entry = o->matches[row];
    const struct file_entry *e = &folder_look_list(o->look, NULL)->entries[entry];
    enum entry_kind kind = folder_look_kind(o->look, entry);
    char size[32];
    float y = at.y + UI_LIST_BASELINE;
    if (kind >= ENTRY_EMPTY) style.color = ui->theme->ink3;
    icon_draw(ui->list, icon_of(kind, e->folder), at.x, at.y + 7, 18, style.color, 1.5f);
    float word = text_width(ui->list, entry_words[kind], opener_quiet(ui, ALIGN_LEFT));
    draw_text_fit(ui->list, at.x + 28, y, at.w - 28 - SIZE_W - (word > 0 ? word + 12 : 0), e->name, style);
    draw_text(ui->list, at.x + at.w - SIZE_W, y, entry_words[kind], opener_quiet(ui, ALIGN_RIGHT));
    if (!e->regular) return;
    format_bytes(size, sizeof size, e->size);
    draw_text(ui->list, at.x + at.w, y, size, opener_quiet(ui, ALIGN_RIGHT));
}

// Why there is nothing to choose from; "" where there is.
static void emptiness(const struct opener *o, const struct file_list *list, char *out, size_t size) {
    out[0] = 0;
    if (o->match_count > 0) return;
    if (o->trouble.code != ERR_NONE)
        snprintf(out, size, "%s", o->trouble.message);
    else if (!list)
        snprintf(out, size, "Reading ...");
    else if (list->count == 0)
        snprintf(out, size, "This folder is empty.");
    else if (!strcmp(o->field, "~"))
        snprintf(out, size, "Enter, or a slash, goes to the home folder.");
    else if (*o->field)
        snprintf(out, size, "No name here holds “%.80s”.", o->field);
    else
        snprintf(out, size, "All names here begin with a point; type one to see them.");
}

static void files(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct opener *o = app->opener;
    bool typing = ui->focus == opener_field(ui, OPENER_FILES);
    rect field = rect_cut_top(&r, FIELD);
    rect_cut_top(&r, GAP);
    if (typing && !*o->field && ui_take_key(ui, KEY_BACKSPACE, 0)) opener_up(app);
    const struct file_list *list = o->look ? folder_look_list(o->look, &o->trouble) : NULL;
    struct ui_rows rows = {.count = o->match_count,
                           .text = row_name,
                           .context = app,
                           .draw = draw_row,
                           .beside_field = true,
                           .keys = typing,
                           .show = o->show};
    o->show = false;
    int chosen = ui_list_rows(ui, r, "entries", &rows, &o->row);
    char why[512];
    emptiness(o, list, why, sizeof why);
    if (*why)
        plain_text(ui->list, r.x + 14, r.y + 12, r.w - 28, why,
                   (struct rich_style){.size = 14, .line_height = 21, .ink = ui->theme->ink2, .bold = ui->theme->ink2},
                   true);
    bool enter = typing && chosen < 0 && ui_take_key(ui, KEY_ENTER, 0);
    ui_text_field(ui, field, opener_field_name(OPENER_FILES), o->field, sizeof o->field,
                  "Type to filter, or a path: /..., ~/...");
    if (ui_text_field_changed(ui)) opener_typed(app);
    if (chosen >= 0)
        opener_choose(app, o->matches[chosen]);
    else if (enter)
        opener_enter(app);
}

// --- below the list ---

static void count_text(const struct opener *o, const struct file_list *list, char *out, size_t size) {
    char all[32], some[32];
    out[0] = 0;
    if (!list) return;
    format_count(all, sizeof all, list->count);
    format_count(some, sizeof some, o->match_count);
    if (list->cut)
        snprintf(out, size, "%s of the first %s entries; there are more", some, all);
    else if (o->match_count < list->count)
        snprintf(out, size, "%s of %s entries", some, all);
    else
        snprintf(out, size, list->count == 1 ? "1 entry" : "%s entries", all);
}

static void below(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct opener *o = app->opener;
    static const char *const paste = "Paste text", *const whole = "Open this folder as data";
    char text[128];
    float w = ui_button_width(ui, paste);
    rect at = rect_cut_right(&r, w);
    bool pasted = ui_button(ui, at, paste, false);
    if (o->look && folder_look_texts(o->look) >= FOLDER_FILES_LEAST) {
        rect_cut_right(&r, 12);
        if (ui_button(ui, rect_cut_right(&r, ui_button_width(ui, whole)), whole, false))
            opener_choose_file(app, o->folder);
    }
    rect_cut_right(&r, 16);
    count_text(o, o->look ? folder_look_list(o->look, NULL) : NULL, text, sizeof text);
    opener_below(app, r, text);
    if (!pasted) return;
    o->open = false;
    app_paste(app);
}

void opener_files(struct app *app, rect r, rect footer) {
    struct ui *ui = &app->ui;
    struct opener *o = app->opener;
    opener_sweep(o);
    if (o->look && !o->listed && folder_look_list(o->look, NULL)) {
        o->listed = true;
        opener_filter(o);
    }
    bool beside = r.w >= SIDE_LEAST;
    rect left = {0};
    if (beside) {
        float width = r.w >= SIDE_WIDE ? SIDE : SIDE_NARROW, gap = r.w >= SIDE_WIDE ? SIDE_GAP : SIDE_GAP / 2;
        left = rect_cut_left(&r, width);
        rect_cut_left(&r, gap);
        rect_cut_left(&footer, width + gap);
    }
    crumbs(app, rect_cut_top(&r, CRUMBS));
    files(app, r);
    if (beside) side(app, left);
    below(app, footer);
    if (!o->look || folder_look_done(o->look)) return;
    double next = ui->now + 0.05;
    if (ui->wake_at == 0 || ui->wake_at > next) ui->wake_at = next;
}
