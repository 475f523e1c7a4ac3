// The bottom bar: transport, the timeline of updates with its checkpoints, and where one is; and the keys of the page.
#include "train.h"

#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TRACK = 14, MARGIN = 24 };

struct bar {
    struct app *app;
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    struct train_page *page;
    const struct experiment_look *look;
    rect r, track;
    int64_t end, at; // updates
};

static float place(const struct bar *b, int64_t update) {
    double end = b->end > 0 ? (double)b->end : 1;
    return b->track.x + b->track.w * (float)fmin(1, (double)update / end);
}

// --- transport ---

static void step(struct app *app, int way, bool epoch) {
    struct train_page *page = app->train;
    const struct experiment_look *look = page->look;
    if (!look->data) return;
    int64_t at = train_goal(page), by = epoch && look->epoch > 0 ? look->epoch : 1, to = at + way * by;
    if (epoch) to = way > 0 ? (at / by + 1) * by : (at - 1) / by * by;
    if (to < 0) to = 0;
    if (to > look->last && look->phase != EXPERIMENT_RUNNING)
        experiment_run(page->experiment, to);
    else if (look->phase != EXPERIMENT_RUNNING || way < 0)
        train_go(page, to);
}

static void transport(struct bar *b, float x, float y) {
    enum { START, BACK, RUN, ON, END, COUNT };
    static const struct {
        enum icon icon;
        const char *name;
    } all[COUNT] = {{ICON_START, "To update 0 (Home)"},
                    {ICON_BACK, "One update back (Left)"},
                    {ICON_PLAY, "Train (Space)"},
                    {ICON_STEP, "One update on (Right)"},
                    {ICON_END, "To the last update (End)"}};
    bool busy = b->look->phase == EXPERIMENT_RUNNING || b->look->phase == EXPERIMENT_TRAVELLING;
    for (int k = 0; k < COUNT; k++) {
        float size = k == RUN ? 40 : 32;
        bool pause = k == RUN && busy;
        rect at = {x, y - size / 2, size, size};
        x += size + 8;
        if (!ui_icon_button(b->ui, at, pause ? ICON_PAUSE : all[k].icon, 22, pause ? "Pause (Space)" : all[k].name,
                            k == RUN))
            continue;
        if (k == START) train_go(b->page, 0);
        if (k == END) train_go(b->page, b->look->last);
        if (k == BACK) step(b->app, -1, false);
        if (k == ON) step(b->app, 1, false);
        if (k == RUN) train_run_pause(b->app);
    }
}

// The next update of a model, operation by operation; of several it is asked which.
static void stage_button(struct bar *b, float x, float y) {
    rect at = {x, y - 16, 32, 32};
    int models = b->look->models;
    ui_push_id(b->ui, TRAIN_STAGE_MENU);
    bool open = ui_menu_anchor(b->ui, at, TRAIN_STAGE_MENU);
    icon_draw(b->list, ICON_ZOOM_IN, at.x + 5, at.y + 5, 22, b->theme->ink1, 1.75f);
    if (rect_has(at, b->ui->pointer) && !open) ui_tooltip(b->ui, at, "Step through the next update (Enter)");
    if (open) {
        char label[EXPERIMENT_NAME + 64];
        rect r = ui_popup_begin(b->ui, at, 320, 34 * (float)models);
        for (int k = 0; k < models; k++) {
            snprintf(label, sizeof label, "Step through update %lld of %s", (long long)b->at + 1, b->page->names[k]);
            if (ui_menu_row(b->ui, rect_cut_top(&r, 34), label, NULL, false)) {
                train_ask_stage(b->app, k);
                ui_popup_close(b->ui);
            }
        }
        ui_popup_end(b->ui);
    }
    ui_pop_id(b->ui);
}

// --- the timeline ---

// The hand travels: the handle follows it at once, the parameters as soon as they can.
static void drag(struct bar *b) {
    rect reach = {b->track.x - 8, b->track.y - 14, b->track.w + 16, TRACK + 24};
    ui_id id = ui_make_id(b->ui, "updates");
    struct ui_result result = ui_control(b->ui, id, reach, false);
    if (result.hovered) b->ui->cursor = CURSOR_HAND;
    if (!result.held && !result.pressed) {
        b->page->drag_to = -1;
        return;
    }
    double part = fmin(1, fmax(0, (double)((b->ui->pointer.x - b->track.x) / b->track.w)));
    int64_t to = llround(part * (double)b->end);
    // A checkpoint within a few pixels is meant.
    const struct run_check *near =
        train_check_at(&b->look->run[0], to + (int64_t)(3 * (double)b->end / (double)b->track.w));
    if (near && fabsf(place(b, near->update) - place(b, to)) <= 3) to = near->update;
    if (to > b->look->last) to = b->look->last;
    if (b->page->drag_to != to) train_go(b->page, to);
    b->page->drag_to = to;
}

static void label(struct bar *b, int64_t update, float *free_from, bool now) {
    char text[32];
    int64_t epoch = b->look->epoch;
    bool whole = epoch > 1 && 2 * b->end >= 5 * epoch;
    if (whole && update % epoch != 0)
        snprintf(text, sizeof text, "%.1f", (double)update / (double)epoch);
    else
        format_count(text, sizeof text, (long)(whole ? update / epoch : update));
    struct text_style style =
        text_of(now ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 13, now ? b->theme->ink1 : b->theme->ink3, ALIGN_CENTER);
    float w = text_width(b->list, text, style), x = place(b, update), here = place(b, b->at);
    if (!now && (x - w / 2 < *free_from || fabsf(x - here) < w / 2 + 22)) return;
    draw_text(b->list, x, b->track.y + TRACK + 22, text, style);
    *free_from = x + w / 2 + 10;
}

static void ticks(struct bar *b) {
    const struct run_look *run = &b->look->run[0];
    float before = -INFINITY;
    for (int k = 0; k < run->check_count; k++) {
        float x = place(b, run->checks[k].update);
        if (x - before < 4) continue;
        before = x;
        draw_rect(b->list, (rect){x - 1, b->track.y + TRACK, 2, 6}, b->theme->ink3, 0);
    }
    float free_from = -INFINITY;
    bool epochs;
    int64_t step = curves_ticks((double)(b->end > 0 ? b->end : 1), b->track.w, b->look->epoch, &epochs);
    for (int64_t at = 0; at <= b->end; at += step)
        if (at != b->at) label(b, at, &free_from, false);
    label(b, b->at, &free_from, true);
}

static void timeline(struct bar *b) {
    const struct theme *theme = b->theme;
    rect t = b->track;
    float last = place(b, b->look->last), here = place(b, b->at);
    draw_rect(b->list, t, theme->sunk, 3);
    if (last > t.x)
        draw_rect_exact(b->list, (rect){t.x, t.y, last - t.x, t.h},
                        color_mix(theme->sunk, theme->ink1, theme->dark ? 0.35f : 0.22f), 3);
    if (here > t.x)
        draw_rect_exact(b->list, (rect){t.x, t.y, here - t.x, t.h}, color_mix(theme->panel, theme->ink1, 0.85f), 3);
    ticks(b);
    rect handle = {here - 4.5f, t.y - 3, 9, TRACK + 6};
    draw_rect(b->list, handle, theme->hi, 2);
    draw_box(b->list, handle, theme->ink1, 2, 1.5f);
    float y = t.y - 14;
    draw_path_move(b->list, here - 6.5f, y);
    draw_path_line(b->list, here + 6.5f, y);
    draw_path_line(b->list, here + 6.5f, y + 4.5f);
    draw_path_line(b->list, here, y + 11);
    draw_path_line(b->list, here - 6.5f, y + 4.5f);
    draw_path_fill(b->list, theme->ink1);
    bool epochs = b->look->epoch > 1 && 2 * b->end >= 5 * b->look->epoch;
    const char *title = epochs ? "Weights of epoch" : "Weights of update";
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT);
    float room = text_width(b->list, title, style) + 12;
    bool covered = here < t.x + room + 8;
    draw_text(b->list, covered ? t.x + t.w - room + 12 : t.x, t.y - 14 + 4, title, style);
}

// --- where it stands ---

static void winner(const struct bar *b, float room, char *out, size_t size) {
    int best = -1;
    double least = INFINITY;
    for (int k = 0; k < b->look->models; k++) {
        const struct run_check *check = train_check_at(&b->look->run[k], b->look->update);
        if (check && check->valid_loss < least) least = check->valid_loss, best = k;
    }
    out[0] = 0;
    if (best < 0) return;
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, b->theme->ink3, ALIGN_LEFT);
    if (b->look->models > 1) {
        snprintf(out, size, "lowest validation loss: %s", b->page->names[best]);
        if (text_width(b->list, out, style) > room) snprintf(out, size, "lowest: %s", b->page->names[best]);
        return;
    }
    const struct run_look *run = &b->look->run[0];
    const struct run_check *lowest = NULL;
    for (int k = 0; k < run->check_count; k++)
        if (!lowest || run->checks[k].valid_loss < lowest->valid_loss) lowest = &run->checks[k];
    if (!lowest) return;
    snprintf(out, size, "lowest validation loss: update %lld", (long long)lowest->update);
    if (text_width(b->list, out, style) > room) snprintf(out, size, "lowest: update %lld", (long long)lowest->update);
}

static void time_left(double seconds, char *out, size_t size) {
    if (seconds < 90)
        snprintf(out, size, "%.0f s left", ceil(seconds));
    else
        snprintf(out, size, seconds < 5400 ? "%.0f min left" : "%.1f h left",
                 seconds < 5400 ? seconds / 60 : seconds / 3600);
}

static void standing(struct bar *b, float right, float y, float room) {
    char text[80], small[96] = "", at[32], last[32];
    int64_t epoch = b->look->epoch, end = b->end;
    if (epoch > 1 && 2 * end >= 5 * epoch) {
        snprintf(at, sizeof at, b->at % epoch ? "%.1f" : "%.0f", (double)b->at / (double)epoch);
        snprintf(last, sizeof last, end % epoch ? "%.1f" : "%.0f", (double)end / (double)epoch);
        snprintf(text, sizeof text, "Epoch %s of %s", at, last);
    } else {
        format_count(at, sizeof at, (long)b->at);
        format_count(last, sizeof last, (long)end);
        snprintf(text, sizeof text, "Update %s of %s", at, last);
    }
    if (b->look->phase == EXPERIMENT_READING) snprintf(text, sizeof text, "Reading the data");
    bool busy = b->look->phase != EXPERIMENT_PAUSED && b->look->phase != EXPERIMENT_FAILED;
    if (busy && b->look->seconds_left >= 0)
        time_left(b->look->seconds_left, small, sizeof small);
    else
        winner(b, room, small, sizeof small);
    struct text_style bold = text_of(FONT_SANS_SEMIBOLD, 15, b->theme->ink1, ALIGN_RIGHT);
    struct text_style quiet = text_of(FONT_SANS_MEDIUM, 13, b->theme->ink3, ALIGN_RIGHT);
    draw_text(b->list, right, y - 2, text, bold);
    if (text_width(b->list, small, quiet) <= room) {
        draw_text(b->list, right, y + 19, small, quiet);
        return;
    }
    quiet.align = ALIGN_LEFT;
    draw_text_fit(b->list, right - room, y + 19, room, small, quiet);
}

void train_bar(struct app *app, rect r) {
    struct train_page *page = app->train;
    struct bar b = {.app = app,
                    .ui = &app->ui,
                    .list = app->ui.list,
                    .theme = app->ui.theme,
                    .page = page,
                    .look = page->look,
                    .r = r};
    bool narrow = r.w < 1280;
    float left = narrow ? 280 : 288, right = narrow ? 196 : 232, middle = r.y + r.h / 2 + 6;
    b.track = (rect){r.x + left + 16 + MARGIN, middle - 14, r.w - left - 16 - 2 * MARGIN - right, TRACK};
    b.end = b.look->last;
    if (b.look->phase == EXPERIMENT_RUNNING && b.look->until != INT64_MAX && b.look->until > b.end)
        b.end = b.look->until;
    draw_rect(b.list, r, b.theme->panel, 0);
    draw_hline(b.list, r.x, r.x + r.w, r.y, b.theme->line);
    ui_push_id(b.ui, "train bar");
    drag(&b);
    b.at = page->drag_to >= 0 ? page->drag_to : train_goal(page);
    transport(&b, r.x + MARGIN, middle);
    stage_button(&b, r.x + MARGIN + 4 * 40 + 48, middle);
    timeline(&b);
    standing(&b, r.x + r.w - MARGIN, middle, right - 24);
    ui_pop_id(b.ui);
}

// --- keys ---

void train_keys(struct app *app) {
    struct ui *ui = &app->ui;
    struct train_page *page = app->train;
    static const struct {
        int key;
        unsigned mods;
        int way;
    } moves[] = {{KEY_RIGHT, 0, 1}, {KEY_LEFT, 0, -1}, {KEY_RIGHT, MOD_SHIFT, 1}, {KEY_LEFT, MOD_SHIFT, -1}};
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
        if (ui_take_key(ui, moves[k].key, moves[k].mods)) step(app, moves[k].way, moves[k].mods == MOD_SHIFT);
    if (ui_take_key(ui, KEY_HOME, 0)) train_go(page, 0);
    if (ui_take_key(ui, KEY_END, 0)) train_go(page, page->look->last);
    if (ui_take_key(ui, 'e', MOD_CTRL)) train_open_save_menu(app);
    if (ui_take_key(ui, 'k', MOD_CTRL)) train_open_kept_list(app);
    if (ui_text_focused(ui)) return;
    if (ui_take_key(ui, KEY_SPACE, 0)) train_run_pause(app);
    if (!ui_take_key(ui, KEY_ENTER, 0)) return;
    if (page->look->models == 1)
        train_ask_stage(app, 0);
    else
        ui_popup_open(ui, TRAIN_STAGE_MENU);
}
