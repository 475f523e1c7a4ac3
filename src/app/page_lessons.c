// The page "Lessons": where one is, a card for every lesson, and a field to search in all of them.

#include "app_lock.h"
#include "file.h"
#include "gallery.h"
#include "glossary_sheet.h"
#include "lesson_card.h"
#include "mathbox.h"
#include "page.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARGIN = 48, MARGIN_LEAST = 24, GAP = 20, COLUMNS_MOST = 5, CONTENT_MOST = 1600, HEADER = 128, SECOND_ROW = 52 };
enum {
    CONTINUE_W = 300,
    CONTINUE_H = 56,
    TALLY_W = 182,
    SEARCH_W = 200,
    FIELD_H = 36,
    OWN_HEADING = 60,
    LOW = 840,
    LIFT = 24
};
static const char *const search_name = "search lessons";

static bool may_leave(struct app *app) {
    return !app_refuses(app, LOCK_OPENING);
}

static void open_part(struct app *app, int lesson, int part) {
    bool here = app->lesson && !strcmp(app->lesson->id, app->shelf[lesson].id);
    if (!here && !may_leave(app)) return;
    bool good = true;
    if (here && part >= 0 && part != app->player.part)
        app_go_part(app, part);
    else if (!here)
        good = app_open_lesson(app, app->shelf[lesson].path, part);
    if (good) app_show_page(app, PAGE_WORKBENCH);
}

// --- the header ---

static void tally(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    int all = 0, done = 0;
    for (int k = 0; k < app->shelf_count; k++) {
        all += !app->shelf[k].own;
        done += !app->shelf[k].own && gallery_is_done(app, k);
    }
    char text[64];
    snprintf(text, sizeof text, "%d of %d lesson%s done", done, all, all == 1 ? "" : "s");
    draw_text(ui->list, r.x + r.w, r.y + 24, text, text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink2, ALIGN_RIGHT));
    float pitch = all > 0 ? fminf(14, r.w / (float)all) : 14;
    for (int k = 0, at = 0; k < app->shelf_count; k++) {
        if (app->shelf[k].own) continue;
        bool begun = app_progress(app, app->shelf[k].id) != NULL;
        color ink = gallery_is_done(app, k) ? ui->theme->ink1
                    : begun                 ? color_mix(ui->theme->app, ui->theme->ink1, 0.6f)
                                            : ui->theme->line2;
        rect pill = {r.x + r.w + 4 - pitch * (float)(all - at++), r.y + 38, pitch - 4, 5};
        draw_rect(ui->list, pill, ink, 2.5f);
    }
}

static void continue_button(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    const struct theme *theme = ui->theme;
    struct gallery_place place = gallery_next(app);
    if (place.lesson < 0) return;
    const struct shelf_lesson *on = &app->shelf[place.lesson];
    ui_id id = ui_make_id(ui, "continue");
    struct ui_result result = ui_control(ui, id, r, true);
    if (result.hovered) ui->cursor = CURSOR_HAND;
    char text[256];
    snprintf(text, sizeof text, "%d %s", on->number, on->title);
    if (place.begun)
        snprintf(text, sizeof text, "%d %s: %s", on->number, on->title,
                 app->gallery->lessons[place.lesson].parts[place.part].title);
    draw_rect(ui->list, r, result.hovered ? color_mix(theme->btn, theme->app, 0.15f) : theme->btn, 10);
    draw_text(ui->list, r.x + 20, r.y + 23, place.begun ? "Continue" : "Start",
              text_of(FONT_SANS, 13, color_mix(theme->btn, theme->on_btn, 0.8f), ALIGN_LEFT));
    draw_text_fit(ui->list, r.x + 20, r.y + 43, r.w - 66, text,
                  text_of(FONT_SANS_SEMIBOLD, 15, theme->on_btn, ALIGN_LEFT));
    icon_draw(ui->list, ICON_ARROW_RIGHT, r.x + r.w - 40, r.y + r.h / 2 - 11, 22, theme->on_btn, 1.8f);
    if (result.hovered || (result.focused && ui->focus_visible)) ui_tooltip(ui, r, text);
    ui_focus_ring(ui, id, r, 10);
    if (result.clicked) open_part(app, place.lesson, place.part);
}

static void search_row(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    float w = ui_button_width(ui, "Glossary");
    rect button = rect_cut_right(&r, w);
    rect_cut_right(&r, 8);
    ui_text_field(ui, r, search_name, app->gallery->search, sizeof app->gallery->search, "Search (/)");
    if (ui_text_field_changed(ui)) gallery_search(app);
    if (ui_button(ui, button, "Glossary", false)) app_open_glossary(app, NULL);
}

// One row where there is room; else search and tally have one of their own.
static void header(struct app *app, rect *page) {
    struct ui *ui = &app->ui;
    const struct theme *theme = ui->theme;
    const float lift = page->h < LOW ? LIFT : 0; // less air in a low window
    rect r = rect_cut_top(page, HEADER - lift);
    r.y -= lift;
    static const char *const about = "Step through a recurrent network, one operation at a time.";
    struct text_style sub = text_of(FONT_SANS, 16, theme->ink2, ALIGN_LEFT);
    float words = text_width(ui->list, about, sub), button = ui_button_width(ui, "Glossary"),
          search = SEARCH_W + 8 + button, right = CONTINUE_W + 28 + TALLY_W;
    bool beside = r.w >= words + 32 + search + 24 + right, apart = r.w < words + 24 + right;
    rect go = rect_cut_right(&r, fminf(CONTINUE_W, r.w / 2));
    rect_cut_right(&r, 28);
    rect count = {r.x + r.w - TALLY_W, r.y + 40, TALLY_W, CONTINUE_H};
    if (!apart) rect_cut_right(&r, TALLY_W + 24);
    rect find = {r.x + r.w - search, r.y + 50, search, FIELD_H};
    if (beside) rect_cut_right(&r, search + 32);
    draw_text(ui->list, r.x, r.y + 68, "Lessons", text_of(FONT_DISPLAY, 34, theme->ink1, ALIGN_LEFT));
    draw_text_fit(ui->list, r.x, r.y + 96, r.w, about, sub);
    if (!beside) {
        rect second = rect_cut_top(page, SECOND_ROW);
        if (apart) count = (rect){second.x + second.w - TALLY_W, second.y - 10, TALLY_W, FIELD_H};
        find = (rect){second.x, second.y, fminf(second.w - (apart ? TALLY_W + 20 : 0), search + 80), FIELD_H};
    }
    if (!apart || count.x > find.x + find.w) tally(app, count);
    search_row(app, find);
    continue_button(app, (rect){go.x, go.y + 40, go.w, CONTINUE_H});
}

// --- what was found ---

static const char *hit_title(void *context, int row) {
    struct app *app = context;
    const struct gallery_hit *hit = &app->gallery->hits[row];
    if (hit->kind == HIT_TERM) return hit->term->name;
    return hit->kind == HIT_PART ? app->gallery->lessons[hit->lesson].parts[hit->part].title
                                 : app->shelf[hit->lesson].title;
}

// What it is, in its place; then its title, and at the right where it is.
static void draw_hit(void *context, struct ui *ui, int row, rect at, struct text_style style) {
    struct app *app = context;
    const struct gallery_hit *hit = &app->gallery->hits[row];
    struct text_style quiet = text_of(FONT_SANS, 14, ui->theme->ink3, ALIGN_LEFT);
    float y = at.y + UI_LIST_BASELINE, lead = 96;
    char left[32], right[160] = "";
    const struct shelf_lesson *on = hit->kind == HIT_TERM ? NULL : &app->shelf[hit->lesson];
    if (!on)
        snprintf(left, sizeof left, "Glossary");
    else if (hit->kind == HIT_LESSON)
        snprintf(left, sizeof left, "Lesson %d", on->number);
    else
        snprintf(left, sizeof left, "%d, part %d", on->number, hit->part + 1);
    if (hit->kind == HIT_PART) snprintf(right, sizeof right, "%s", on->title);
    draw_text_fit(ui->list, at.x, y, lead - 8, left, quiet);
    float w = fminf(at.w * 0.4f, text_width(ui->list, right, quiet));
    if (*right) draw_text_fit(ui->list, at.x + at.w - w, y, w + 1, right, quiet);
    draw_text_fit(ui->list, at.x + lead, y, at.w - lead - w - 16, hit_title(app, row), style);
}

static void go_to_hit(struct app *app, const struct gallery_hit *hit) {
    if (hit->kind == HIT_TERM)
        app_open_glossary(app, hit->term->id);
    else if (hit->kind == HIT_PART)
        open_part(app, hit->lesson, hit->part);
    else if (!app->shelf[hit->lesson].broken)
        open_part(app, hit->lesson, -1);
}

// enter: the field had the focus and Enter was pressed.
static void results(struct app *app, rect r, bool enter) {
    struct ui *ui = &app->ui;
    struct gallery *g = app->gallery;
    rect_cut_top(&r, 8);
    rect_cut_bottom(&r, 24);
    if (g->hit_count == 0) {
        char none[160];
        snprintf(none, sizeof none, "Nothing holds “%s”: no lesson, no part of one, no term of the glossary.",
                 g->search);
        struct rich_style style = {15, 22, ui->theme->ink2, ui->theme->ink2};
        plain_text(ui->list, r.x, r.y + 8, r.w, none, style, true);
        return;
    }
    struct ui_rows rows = {.count = g->hit_count,
                           .text = hit_title,
                           .context = app,
                           .draw = draw_hit,
                           .beside_field = true,
                           .keys = ui->focus == ui_make_id(ui, search_name),
                           .show = g->show};
    g->show = false;
    int chosen = ui_list_rows(ui, r, "results", &rows, &g->row);
    if (chosen < 0 && enter) chosen = g->row;
    if (chosen >= 0) go_to_hit(app, &g->hits[chosen]);
}

// --- the cards ---

struct grid {
    int columns;
    float w, x, y; // of a card; y: of the row
    int column;
};

static rect next_card(struct grid *grid) {
    rect r = {grid->x + (grid->w + GAP) * (float)grid->column, grid->y, grid->w, LESSON_CARD_HEIGHT};
    if (++grid->column == grid->columns) {
        grid->column = 0;
        grid->y += LESSON_CARD_HEIGHT + GAP;
    }
    return r;
}

static void end_row(struct grid *grid) {
    if (grid->column > 0) grid->y += LESSON_CARD_HEIGHT + GAP;
    grid->column = 0;
}

static struct ui_result lesson_card(struct app *app, rect r, const char *id, int lesson) {
    const struct shelf_lesson *on = &app->shelf[lesson];
    const struct gallery_lesson *known = &app->gallery->lessons[lesson];
    char error[1024];
    if (on->broken) { // of the path its end is enough
        struct err err = on->err;
        snprintf(err.file, sizeof err.file, "%s", file_name(on->err.file));
        err_format(&err, error, sizeof error);
    }
    int last = app->lesson ? -1 : app_last_lesson(app);
    bool done = gallery_is_done(app, lesson);
    struct lesson_card card = {.id = on->id,
                               .number = on->number,
                               .title = on->title,
                               .parts = known->part_count,
                               .done = gallery_done(app, lesson),
                               .begun = app_progress(app, on->id) != NULL,
                               .now = app->lesson ? !strcmp(app->lesson->id, on->id) : lesson == last && !done,
                               .cell = known->cell,
                               .error = on->broken ? error : NULL};
    return lesson_card_draw(&app->ui, r, id, &card, app->gallery->numbers);
}

enum { CARD_SANDBOX = -1, CARD_OPEN = -2 }; // beside the lessons of the shelf

static void draw_card(struct app *app, struct grid *grid, int what) {
    struct ui *ui = &app->ui;
    struct gallery *g = app->gallery;
    rect r = next_card(grid);
    char id[24];
    snprintf(id, sizeof id, "card %d", g->cards);
    g->at[g->cards] = r;
    g->ids[g->cards++] = ui_make_id(ui, id);
    const struct net_spec *spec = &app->setup.recipe.spec;
    struct ui_result result =
        what >= 0           ? lesson_card(app, r, id, what)
        : what == CARD_OPEN ? open_card_draw(ui, r, id)
                            : sandbox_card_draw(ui, r, id, spec->hidden, spec->layers, app->bench ? app->bench->T : 0);
    if (!result.clicked) return;
    if (what >= 0 && app->shelf[what].broken)
        app_say(app, &app->shelf[what].err);
    else if (what >= 0)
        open_part(app, what, -1);
    else if (may_leave(app) && what == CARD_OPEN)
        app_toggle_opener(app, OPENER_FILES);
    else if (!app_locked(app, LOCK_OPENING)) {
        app_close_lesson(app);
        app_show_page(app, PAGE_WORKBENCH);
    }
}

// Lays out the cards from the top of the scrolled area; returns the height of all of them.
static float height_of(const struct app *app, int columns) {
    int own = 0;
    for (int k = 0; k < app->shelf_count; k++)
        own += app->shelf[k].own;
    int built_in = app->shelf_count - own + 2;
    int rows = (built_in + columns - 1) / columns + (own + columns - 1) / columns;
    return (float)rows * (LESSON_CARD_HEIGHT + GAP) - GAP + (own > 0 ? OWN_HEADING : 0) + 8 + 12;
}

static void cards(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct gallery *g = app->gallery;
    const int fit = (int)((r.w + GAP) / (LESSON_CARD_LEAST + GAP));
    struct grid grid = {.columns = fit < 1 ? 1 : fit > COLUMNS_MOST ? COLUMNS_MOST : fit, .x = r.x};
    grid.w = (r.w - GAP * (float)(grid.columns - 1)) / (float)grid.columns;
    // The ring of a card at the edge is not cut.
    rect area = {r.x - 12, r.y, r.w + 24, r.h};
    float offset = ui_scroll_begin(ui, area, "cards", height_of(app, grid.columns));
    grid.y = r.y + 8 - offset;
    g->cards = 0;
    for (int k = 0; k < app->shelf_count; k++)
        if (!app->shelf[k].own) draw_card(app, &grid, k);
    draw_card(app, &grid, CARD_SANDBOX);
    draw_card(app, &grid, CARD_OPEN);
    end_row(&grid);
    bool heading = false;
    for (int k = 0; k < app->shelf_count; k++) {
        if (!app->shelf[k].own) continue;
        if (!heading)
            draw_text(ui->list, r.x, grid.y + 34, "Your own lessons",
                      text_of(FONT_DISPLAY, 22, ui->theme->ink1, ALIGN_LEFT));
        if (!heading) grid.y += OWN_HEADING;
        heading = true;
        draw_card(app, &grid, k);
    }
    ui_scroll_end(ui);
    if (offset > 0) draw_hline(ui->list, area.x, area.x + area.w, area.y, ui->theme->line);
}

// --- keys ---

static int focused_card(const struct app *app) {
    const struct gallery *g = app->gallery;
    for (int k = 0; k < g->cards; k++)
        if (app->ui.focus == g->ids[k]) return k;
    return -1;
}

// The nearest card in a direction; the same one where there is none.
static int neighbour(const struct gallery *g, int from, int dx, int dy) {
    if (dx) return from + dx >= 0 && from + dx < g->cards ? from + dx : from;
    int best = from;
    float least = INFINITY;
    for (int k = 0; k < g->cards; k++) {
        float down = (g->at[k].y - g->at[from].y) * (float)dy, aside = fabsf(g->at[k].x - g->at[from].x);
        if (down > 1 && down * 4 + aside < least) least = down * 4 + aside, best = k;
    }
    return best;
}

static void keys(struct app *app) {
    struct ui *ui = &app->ui;
    struct gallery *g = app->gallery;
    static const struct {
        int key, dx, dy;
    } moves[] = {{KEY_LEFT, -1, 0}, {KEY_RIGHT, 1, 0}, {KEY_UP, 0, -1}, {KEY_DOWN, 0, 1}};
    if (ui_take_key(ui, 'f', MOD_CTRL)) ui_set_focus(ui, ui_make_id(ui, search_name), true);
    if (*g->search && ui_take_key(ui, KEY_ESCAPE, 0)) g->search[0] = 0;
    if (ui_text_focused(ui)) return;
    if (ui_take_key(ui, '/', 0)) ui_set_focus(ui, ui_make_id(ui, search_name), true);
    if (g->cards == 0 || *g->search) return;
    int at = focused_card(app), to = -1;
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
        if (ui_take_key(ui, moves[k].key, 0)) to = at < 0 ? 0 : neighbour(g, at, moves[k].dx, moves[k].dy);
    if (ui_take_key(ui, KEY_HOME, 0)) to = 0;
    if (ui_take_key(ui, KEY_END, 0)) to = g->cards - 1;
    if (to >= 0) ui_set_focus(ui, g->ids[to], true);
}

static void draw(struct app *app, rect whole, double now) {
    (void)now;
    struct gallery *g = gallery_of(app);
    struct ui *ui = &app->ui;
    draw_rect(ui->list, whole, ui->theme->stage, 0);
    float margin = whole.w < 900 ? MARGIN_LEAST : MARGIN, w = fminf(CONTENT_MOST, whole.w - 2 * margin);
    rect r = {whole.x + roundf((whole.w - w) / 2), whole.y, w, whole.h};
    bool typing = *g->search && ui->focus == ui_make_id(ui, search_name);
    bool enter = typing && ui_take_key(ui, KEY_ENTER, 0); // before the field takes it
    header(app, &r);
    if (*g->search)
        results(app, r, enter);
    else
        cards(app, r);
    app_overlays(app);
    if (app->picturing) return;
    keys(app);
    app_page_keys(app);
}

const struct page page_lessons = {"lessons", "Lessons", KEY_F1 + 1, draw, NULL};
