// The sheet of Ctrl+,: how everything looks, moves and is told. All of it is kept.

#include "app_chrome.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

enum { LABEL = 170, ROW = 46, WIDTH = 520, TOGGLES = 3 };

static struct text_style words(const struct ui *ui, enum align align) {
    return (struct text_style){FONT_SANS_MEDIUM, 14, ui->theme->ink1, align};
}

static rect labelled(struct ui *ui, rect *r, const char *label) {
    rect row = rect_cut_top(r, ROW);
    draw_text(ui->list, row.x, row.y + 21, label, words(ui, ALIGN_LEFT));
    rect_cut_left(&row, LABEL);
    row.h = 32;
    return row;
}

static void colours(struct app *app, rect *r) {
    struct ui *ui = &app->ui;
    static const char *const looks[] = {"Light", "Dark"}, *const contrasts[] = {"Normal", "High"};
    const struct theme *theme = theme_get(app->theme);
    int look = ui_segments(ui, labelled(ui, r, "Colours"), "colours", looks, NULL, 2, theme->dark, false);
    int contrast = ui_segments(ui, labelled(ui, r, "Contrast"), "contrast", contrasts, NULL, 2, theme->contrast, false);
    if (look != theme->dark || contrast != theme->contrast) app_set_theme(app, theme_of(look, contrast));
}

static void size(struct app *app, rect *r) {
    struct ui *ui = &app->ui;
    rect row = labelled(ui, r, "Size of everything");
    double percent = round(app->preferences.scale * 100);
    char text[16];
    if (ui_slider(ui, (rect){row.x, row.y, row.w - 64, 32}, "size", &percent, 50, 200, 10))
        app_change_scale(app, percent / 100 / app->preferences.scale);
    snprintf(text, sizeof text, "%.0f %%", percent);
    draw_text(ui->list, row.x + row.w, row.y + 21, text, words(ui, ALIGN_RIGHT));
}

// Asks before it is done.
static void reset(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    int lessons = app->preferences.progress_count;
    char text[96];
    if (!app->reset_asked) {
        const char *label = "Reset progress ...";
        float w = ui_button_width(ui, label);
        snprintf(text, sizeof text, "Lessons: %d begun", lessons);
        draw_text(ui->list, r.x, r.y + 21, text, words(ui, ALIGN_LEFT));
        if (lessons > 0 && ui_button(ui, (rect){r.x + r.w - w, r.y, w, 32}, label, false)) app->reset_asked = true;
        return;
    }
    float keep = ui_button_width(ui, "Keep"), forget = ui_button_width(ui, "Forget");
    snprintf(text, sizeof text, "Forget what was done in %d lesson%s?", lessons, lessons == 1 ? "" : "s");
    draw_text_fit(ui->list, r.x, r.y + 21, r.w - keep - forget - 24, text, words(ui, ALIGN_LEFT));
    if (ui_button(ui, (rect){r.x + r.w - keep, r.y, keep, 32}, "Keep", true)) app->reset_asked = false;
    if (!ui_button(ui, (rect){r.x + r.w - keep - forget - 8, r.y, forget, 32}, "Forget", false)) return;
    app->reset_asked = false;
    app_reset_progress(app);
}

void app_preferences_sheet(struct app *app) {
    struct ui *ui = &app->ui;
    struct preferences *p = &app->preferences;
    rect r = ui_sheet_begin(ui, WIDTH, 50 + 4 * ROW + TOGGLES * 40, &app->preferences_open);
    draw_text(ui->list, r.x, r.y + 24, "Preferences",
              (struct text_style){FONT_DISPLAY, 24, ui->theme->ink1, ALIGN_LEFT});
    rect_cut_top(&r, 50);
    colours(app, &r);
    size(app, &r);
    const struct {
        const char *label;
        bool *value;
    } toggles[TOGGLES] = {{"Reduced motion: no travel, only short fades", &p->reduced_motion},
                          {"Sign marks: minus pills hollow, minus tiles with a dash", &p->sign_marks},
                          {"Narration in the terminal as well, a sentence a step", &p->narrate}};
    for (int k = 0; k < TOGGLES; k++)
        if (ui_toggle(ui, rect_cut_top(&r, 40), toggles[k].label, toggles[k].value)) app_keep(app);
    app->view.sign_marks = p->sign_marks;
    rect_cut_top(&r, 12);
    reset(app, r);
    ui_sheet_end(ui);
    if (!app->preferences_open) app->reset_asked = false;
}
