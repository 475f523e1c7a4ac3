// Train and compare: what the experiment is made of at the left, its curves and samples, and the timeline of updates.

#include "page.h"
#include "train.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

// What the card at the bottom shows: samples, or what training does inside of the models.
enum { TAB_SAMPLES, TAB_INSIDE, TABS = TAB_INSIDE + TRAIN_WEIGHTS + 1 };

static void bottom_card(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct train_page *page = app->train;
    const struct theme *theme = ui->theme;
    bool writes = !page->shown->data || train_writes(page->shown), brief = r.w < 900;
    const char *const titles[TABS] = {writes ? "Samples" : "Predictions", brief ? "Gradients" : "Gradient by timestep",
                                      "Gates", "Weights"};
    draw_rect(ui->list, r, theme->panel, 12);
    draw_box(ui->list, r, theme->line, 12, 1);
    float top = r.h < 190 ? 6 : 12, lead = ui_segments_width(ui, titles, NULL, TABS, false);
    page->tab = ui_segments(ui, (rect){r.x + 16, r.y + top, lead, TRAIN_CARD_HEADER}, "bottom card", titles, NULL, TABS,
                            page->tab, false);
    if (page->tab != TAB_SAMPLES) {
        rect inside = {r.x + 16, r.y + top, r.w - 32, r.h - top - 10};
        train_inside_draw(app, inside, (enum train_inside_card)(page->tab - TAB_INSIDE), lead + 16);
        return;
    }
    const char *note = writes ? "same random seeds at every checkpoint" : "of the same examples at every checkpoint";
    float x = r.x + 16 + lead + 16;
    draw_text_fit(ui->list, x, r.y + top + 21, r.x + r.w - 20 - x, note,
                  text_of(FONT_SANS, 14, theme->ink3, ALIGN_LEFT));
    train_samples(app, r);
}

// The checkpoint before the one that the parameters are at or after.
static int64_t safe_update(const struct experiment_look *look) {
    const struct run_check *check = train_check_at(&look->run[0], look->update);
    if (check && check->update > 0) check = train_check_at(&look->run[0], check->update - 1);
    return check ? check->update : 0;
}

enum { FAILURE = 72 };

// What went wrong, at the top; what is below moves down for it.
static void failure(struct app *app, rect *r) {
    struct train_page *page = app->train;
    const struct experiment_look *look = page->look;
    if (look->phase != EXPERIMENT_FAILED) page->failure_closed = false;
    if (look->phase != EXPERIMENT_FAILED || page->failure_closed) return;
    char text[1024], action[64];
    err_format(&look->err, text, sizeof text);
    int64_t back = safe_update(look);
    snprintf(action, sizeof action, "Go back to update %lld", (long long)back);
    rect place = rect_cut_top(r, FAILURE), at = {place.x + 24, place.y + 12, place.w - 48, 44};
    switch (ui_message(&app->ui, at, text, UI_ERROR, look->data ? action : NULL)) {
    case UI_MESSAGE_ACTION:
        experiment_travel(page->experiment, back);
        break;
    case UI_MESSAGE_CLOSED:
        page->failure_closed = true;
        break;
    }
}

static void progress(struct app *app, rect top) {
    const struct experiment_look *look = app->train->look;
    bool busy =
        look->phase == EXPERIMENT_READING || look->phase == EXPERIMENT_RUNNING || look->phase == EXPERIMENT_TRAVELLING;
    if (busy) ui_progress(&app->ui, (rect){top.x, top.y, top.w, 3}, look->done);
}

static void right_side(struct app *app, rect r) {
    struct train_page *page = app->train;
    float pad = r.h < 620 ? 12 : 16, side = 24, gap = r.h < 620 ? 12 : 16;
    bool compact = page->shown->models > 2 || r.w < 860;
    float cards = compact ? (r.h < 620 ? 106 : 112) : r.h < 620 ? 76 : 92;
    rect in = {r.x + side, r.y + pad, r.w - 2 * side, r.h - 2 * pad};
    train_heads(app, rect_cut_top(&in, cards));
    rect_cut_top(&in, gap);
    rect plots = rect_cut_top(&in, floorf((in.h - gap) * (r.h < 560 ? 0.57f : 0.54f)));
    rect_cut_top(&in, gap);
    float half = (plots.w - side) / 2;
    train_plots(app, (rect){plots.x, plots.y, half, plots.h}, (rect){plots.x + half + side, plots.y, half, plots.h});
    bottom_card(app, in);
}

static void draw(struct app *app, rect whole, double now) {
    (void)now;
    struct ui *ui = &app->ui;
    if (!app->picturing || !app->train || !app->train->look) train_take_new(app);
    rect side = app_lesson_side(app, &whole);
    rect page = whole, bottom = rect_cut_bottom(&page, whole.h < 700 ? 88 : 104);
    draw_rect(ui->list, page, ui->theme->stage, 0);
    rect left = rect_cut_left(&page, whole.w < 1280 ? 280 : 288);
    train_panel(app, left);
    failure(app, &page);
    right_side(app, page);
    train_bar(app, bottom);
    progress(app, whole);
    app_lesson_over(app, side);
    app_overlays(app);
    if (app->picturing) return;
    app_player_look(app);
    train_keys(app);
    app_page_keys(app);
    train_follow_kept(app);
    train_advance_stage(app);
}

// As many updates as the network on the workbench has behind it.
static void prepare(struct app *app) {
    train_run_updates(app, app->setup.recipe.steps);
}

const struct page page_train = {"train", "Train and compare", KEY_F1 + 3, draw, prepare};
