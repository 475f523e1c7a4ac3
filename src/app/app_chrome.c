#include "app_chrome.h"
#include "app_lock.h"
#include "experiments_sheet.h"

#include "file.h"
#include "glossary_sheet.h"
#include "job.h"
#include "mathbox.h"
#include "mem.h"
#include "open_sheet.h"
#include "page.h"
#include "train.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const model_chip = "model menu", *const data_chip = "data menu",
                         *const lessons_chip = "lessons menu";
static const char *const notation_chip = "Notation";

// A lesson's text stays as long as the stage beside it can be read; before it goes, the inspector does.
void app_layout(struct app *app, float width) {
    app->panel_rail = app->lesson && width < 1180 && !app->presentation;
    if (!app->panel_rail) app->rail_open = false;
    app->inspector_sheet = width < 1240 || app->presentation;
}

// Width goes first to the stage, until its columns stand at their widest pitch, then to the inspector.
float app_inspector_width(const struct app *app, float window, float rest) {
    float least = window < 1360 ? 336 : 368, stage = 60 + 120.0f * (float)(app->bench ? app->bench->T : 8);
    return fminf(440, fmaxf(least, rest - stage));
}

void app_set_theme(struct app *app, enum theme_id theme) {
    app->theme = theme;
    app->preferences.dark = theme_get(theme)->dark;
    app->preferences.contrast = theme_get(theme)->contrast;
    app_keep(app);
}

void app_toggle_dark(struct app *app) {
    const struct theme *theme = theme_get(app->theme);
    app_set_theme(app, theme_of(!theme->dark, theme->contrast));
}

void app_set_notation(struct app *app, enum notation notation) {
    app->view.notation = notation;
    app->preferences.notation = (int)notation;
    app_form_weights(app);
    app_keep(app);
}

void app_form_weights(struct app *app) {
    struct label_style style = {.notation = app->view.notation,
                                .weights = (enum label_weights)app->preferences.weights};
    if (app->bench) app->view.stacked = label_stacked(style, record_cell(app->bench->record));
}

void app_set_stacked(struct app *app, bool stacked) {
    app->preferences.weights = stacked ? LABEL_WEIGHTS_STACKED : LABEL_WEIGHTS_SPLIT;
    app_form_weights(app);
    app_keep(app);
}

void app_change_scale(struct app *app, double factor) {
    double scale = factor > 0 ? app->preferences.scale * factor : 1;
    app->preferences.scale = fmin(4, fmax(0.5, scale));
    app->wish = APP_SCALE;
    app_keep(app);
}

void app_toggle_popup(struct app *app, enum app_popup popup) {
    const char *const chips[] = {model_chip, data_chip, lessons_chip, APP_MINIBATCH_CHIP};
    ui_popup_open(&app->ui, chips[popup]);
}

// --- menus ---

void app_menu_label(struct ui *ui, rect *r, const char *text) {
    rect row = rect_cut_top(r, 26);
    draw_text(ui->list, row.x, row.y + 17, text, text_of(FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_LEFT));
}

static const int unit_choices[] = {2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512};
enum { UNIT_CHOICES = sizeof unit_choices / sizeof *unit_choices };
static const int step_choices[] = {0, 1, 5, 10, 25, 50, 100, 200, 400, 600, 800, 1200, 2000, 3000, 5000};
enum { STEP_CHOICES = sizeof step_choices / sizeof *step_choices };

static const int layer_choices[] = {1, 2, 3, 4};
enum { LAYER_CHOICES = sizeof layer_choices / sizeof *layer_choices };

static int nearest(const int *choices, int count, long value) {
    int best = 0;
    for (int k = 1; k < count; k++)
        if (labs(choices[k] - value) < labs(choices[best] - value)) best = k;
    return best;
}

static void choice_slider(struct app *app, rect *r, const char *label, const int *choices, int count, long *value,
                          unsigned lock) {
    struct ui *ui = &app->ui;
    rect row = rect_cut_top(r, 40);
    struct draw_list *list = ui->list;
    char text[32];
    format_count(text, sizeof text, *value);
    if (app_locked(app, lock)) {
        app_locked_row(app, row, label, text, lock);
        return;
    }
    draw_text(list, row.x, row.y + 24, label, text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink1, ALIGN_LEFT));
    draw_text(list, row.x + row.w, row.y + 24, text, text_of(FONT_SANS_SEMIBOLD, 14, ui->theme->ink1, ALIGN_RIGHT));
    double at = nearest(choices, count, *value);
    if (ui_slider(ui, (rect){row.x + 84, row.y + 4, row.w - 84 - 56, 32}, label, &at, 0, count - 1, 1))
        *value = choices[(int)lround(at)];
}

// The cells in rows of three; the row without the chosen one shows none as chosen.
enum { CELLS_A_ROW = APP_CELLS_A_ROW, CELL_ROWS = APP_CELL_ROWS };

void app_cell_rows(struct ui *ui, rect *r, struct net_spec *spec) {
    const char *titles[CELLS_A_ROW];
    for (int first = 0; first < CELL_COUNT; first += CELLS_A_ROW) {
        int count = CELL_COUNT - first < CELLS_A_ROW ? CELL_COUNT - first : CELLS_A_ROW,
            chosen = (int)spec->cell - first;
        for (int k = 0; k < count; k++)
            titles[k] = cell_describe((enum cell_id)(first + k), ACTIVATION_TANH)->title;
        if (first > 0) rect_cut_top(r, 4);
        int now = ui_segments(ui, rect_cut_top(r, 32), first == 0 ? "cell" : "more cells", titles, NULL, count,
                              chosen >= 0 && chosen < count ? chosen : -1, false);
        if (now >= 0 && now != chosen) spec->cell = (enum cell_id)(first + now);
    }
}

static void seed_row(struct app *app, rect row) {
    struct ui *ui = &app->ui;
    if (app_locked(app, LOCK_SEED)) {
        app_locked_row(app, row, "Seed", app->seed_field, LOCK_SEED);
        return;
    }
    draw_text(ui->list, row.x, row.y + 24, "Seed", text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink1, ALIGN_LEFT));
    ui_text_field(ui, (rect){row.x + 84, row.y + 4, 110, 32}, "seed", app->seed_field, sizeof app->seed_field,
                  "a number");
    if (ui_button(ui, (rect){row.x + 204, row.y + 4, row.w - 204, 32}, "Next seed", false))
        snprintf(app->seed_field, sizeof app->seed_field, "%ld", strtol(app->seed_field, NULL, 10) + 1);
}

static void model_menu(struct app *app, rect anchor) {
    struct ui *ui = &app->ui;
    struct recipe *draft = &app->draft.recipe;
    rect r = ui_popup_begin(ui, anchor, 340, 280 + (app_locked(app, LOCK_MODEL) ? 40.0f : 36.0f * (float)CELL_ROWS));
    app_menu_label(ui, &r, "Cell");
    if (app_locked(app, LOCK_MODEL))
        app_locked_row(app, rect_cut_top(&r, 40), "Kept by the lesson", net_cell(&draft->spec)->title, LOCK_MODEL);
    else
        app_cell_rows(ui, &r, &draft->spec);
    rect_cut_top(&r, 8);
    long units = draft->spec.hidden;
    choice_slider(app, &r, "Units", unit_choices, UNIT_CHOICES, &units, LOCK_MODEL);
    draft->spec.hidden = (int)units;
    long layers = draft->spec.layers;
    choice_slider(app, &r, "Layers", layer_choices, LAYER_CHOICES, &layers, LOCK_MODEL);
    draft->spec.layers = (int)layers;
    choice_slider(app, &r, "Updates", step_choices, STEP_CHOICES, &draft->steps, LOCK_TRAINING);
    seed_row(app, rect_cut_top(&r, 40));
    rect_cut_top(&r, 10);
    bool apply = ui_button(ui, rect_cut_top(&r, 36), "Train this network", true);
    if (apply) {
        char *end;
        long seed = strtol(app->seed_field, &end, 10);
        if (end == app->seed_field || *end || seed < 0) {
            struct err err = {0};
            err_set(&err, ERR_VALUE, "Seed: expected a whole number from 0, found “%s”.", app->seed_field);
            app_say(app, &err);
        } else {
            draft->seed = seed;
            app->draft.checkpoint[0] = 0;
            if (app->bench) setup_keep_example(&app->draft, app->bench);
            app_open_setup(app, &app->draft);
            ui_popup_close(ui);
        }
    }
    rect_cut_top(&r, 8);
    if (ui_button(ui, rect_cut_top(&r, 36), "Train and compare", false) && !app_page_refused(app, page_find("train"))) {
        train_open_setup(app); // what is open, not what the menu is being set to
        ui_popup_close(ui);
    }
    ui_popup_end(ui);
}

static const char *example_row(void *context, int row) {
    struct app *app = context;
    static char text[160]; // valid until the next call, as ui_list asks
    bench_example_caption(app->bench->data, row, text, sizeof text);
    for (char *c = text; *c; c++)
        if (*c == '\n') *c = ' ';
    return text;
}

static bool is_typed(const struct dataset *data) {
    return data->input == VALUES_SYMBOLS;
}

static const char *own_text_label(const struct dataset *data) {
    if (data->shape == TEXT_WHOLE) return "A passage of your own";
    return dataset_is_language(data) ? "A word of your own" : "A text of your own";
}

enum { TYPED_ROWS = 66 }; // height of the text field with its label

// The word, or an example of the data; of numbers the list alone.
static void word_rows(struct app *app, rect *r) {
    struct ui *ui = &app->ui;
    const struct dataset *data = app->bench->data;
    bool typed = is_typed(data);
    if (typed) {
        app_menu_label(ui, r, own_text_label(data));
        if (ui_text_field(ui, rect_cut_top(r, 32), "word", app->word_field, sizeof app->word_field,
                          "type and press Enter") &&
            app_set_word(app, app->word_field))
            ui_popup_close(ui);
        rect_cut_top(r, 8);
    }
    char label[96], number[32];
    int count = bench_example_count(data);
    format_count(number, sizeof number, count);
    snprintf(label, sizeof label, "%s of the %s in the %s", typed ? "or one" : "One", number,
             data->task ? "task" : "file");
    app_menu_label(ui, r, label);
    int row = ui_list(ui, rect_cut_top(r, 180), "examples", count, example_row, app, &app->list_row);
    if (row >= 0 && app_set_number(app, row)) ui_popup_close(ui);
    rect_cut_top(r, 8);
}

static void data_menu(struct app *app, rect anchor) {
    struct ui *ui = &app->ui;
    float examples = !app->bench ? 0 : 32 + (is_typed(app->bench->data) ? 280 : 280 - TYPED_ROWS);
    bool follows = app_can_follow(app);
    rect r = ui_popup_begin(ui, anchor, 340, examples + (follows ? NEXT_UPDATE : 0) + 2 * 32);
    if (app->bench) word_rows(app, &r);
    if (follows) app_next_update_row(app, &r);
    if (app->bench && ui_menu_row(ui, rect_cut_top(&r, 32), "Look at the data", "F5", false) &&
        !app_page_refused(app, page_find(page_data.name))) {
        ui_popup_close(ui);
        app_look_at_data(app);
    }
    static const char *const labels[] = {"Another file ...", "Another task ..."}, *const keys[] = {"Ctrl O", "Ctrl T"};
    for (int k = 0; k < 2; k++) {
        if (!ui_menu_row(ui, rect_cut_top(&r, 32), labels[k], keys[k], false)) continue;
        ui_popup_close(ui);
        app_toggle_opener(app, (enum opener_half)k);
    }
    ui_popup_end(ui);
}

static void lessons_menu(struct app *app, rect anchor) {
    struct ui *ui = &app->ui;
    // The page of lessons has them all.
    int room = (int)((ui->list->bounds.h - TOP_BAR - 48) / 36) - 2,
        shown = room < app->shelf_count ? room : app->shelf_count;
    rect r = ui_popup_begin(ui, anchor, 340, 36.0f * (float)(shown + 2));
    if (ui_menu_row(ui, rect_cut_top(&r, 36), "All lessons", "F2", false) && !app_page_refused(app, PAGE_LESSONS)) {
        app_show_page(app, PAGE_LESSONS);
        ui_popup_close(ui);
    }
    for (int k = 0; k < shown; k++) {
        char label[128];
        snprintf(label, sizeof label, "%d  %s", app->shelf[k].number, app->shelf[k].title);
        bool open = app->lesson && app->lesson->number == app->shelf[k].number;
        if (ui_menu_row(ui, rect_cut_top(&r, 36), label, NULL, open) && !app_refuses(app, LOCK_OPENING)) {
            app_open_lesson(app, app->shelf[k].path, -1);
            ui_popup_close(ui);
        }
    }
    if (ui_menu_row(ui, rect_cut_top(&r, 36), "No lesson: the workbench alone", NULL, !app->lesson) &&
        !app_refuses(app, LOCK_OPENING)) {
        app_close_lesson(app);
        ui_popup_close(ui);
    }
    ui_popup_end(ui);
}

// --- top bar ---

static float crumb(struct app *app, float x, float limit, const char *text, bool last) {
    struct ui *ui = &app->ui;
    struct text_style s =
        text_of(last ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 14, last ? ui->theme->ink1 : ui->theme->ink2, ALIGN_LEFT);
    float w = draw_text_fit(ui->list, x, 30, fmaxf(24, limit - x), text, s);
    if (last) return x + w;
    icon_draw(ui->list, ICON_CHEVRON_RIGHT, x + w + 6, 16, 16, ui->theme->ink3, 1.5f);
    return x + w + 30;
}

enum { NOTATIONS_W = 207, WEIGHTS_W = 132, WIDE_BAR = 1280, LABELLED_BAR = 1400 };

static void notation_menu(struct app *app, rect anchor) {
    static const char *const names[NOTATION_COUNT] = {"Course: a, Γ", "Papers: h, i, f, o", "PyTorch: h, i, f, g, o"};
    struct ui *ui = &app->ui;
    rect r = ui_popup_begin(ui, anchor, 240, 32 * (NOTATION_COUNT + 2) + 9);
    for (int k = 0; k < NOTATION_COUNT; k++)
        if (ui_menu_row(ui, rect_cut_top(&r, 32), names[k], NULL, (int)app->view.notation == k))
            app_set_notation(app, (enum notation)k);
    draw_hline(ui->list, r.x, r.x + r.w, r.y + 4, ui->theme->line);
    rect_cut_top(&r, 9);
    for (int split = 0; split < 2; split++)
        if (ui_menu_row(ui, rect_cut_top(&r, 32), split ? "Split weights" : "Stacked weights", NULL,
                        app->view.stacked != split))
            app_set_stacked(app, !split);
    ui_popup_end(ui);
}

// Symbols and weights: two switches, or a menu where the bar is narrow. Ends at x; returns where it begins.
static float notation_switch(struct app *app, float x, float width) {
    static const char *const notations[] = {"a^{<t>}", "h_t", "\\s{PyTorch}"}, *const weights[] = {"Stacked", "Split"};
    struct ui *ui = &app->ui;
    struct text_style quiet = text_of(FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_RIGHT);
    if (width < WIDE_BAR) {
        float w = ui_chip_width(ui, notation_chip, false);
        rect chip = {x - w, 10, w, 28};
        if (ui_chip_id(ui, chip, ICON_COUNT, notation_chip, notation_chip)) notation_menu(app, chip);
        return x - w;
    }
    x -= WEIGHTS_W;
    int split = !app->view.stacked,
        form = ui_segments(ui, (rect){x, 10, WEIGHTS_W, 28}, "weights", weights, NULL, 2, split, false);
    if (form != split) app_set_stacked(app, !form);
    x -= NOTATIONS_W + 8;
    int now = (int)app->view.notation, chosen = ui_segments(ui, (rect){x, 10, NOTATIONS_W, 28}, "notation", notations,
                                                            NULL, NOTATION_COUNT, now, true);
    if (chosen != now) app_set_notation(app, (enum notation)chosen);
    if (width < LABELLED_BAR) return x;
    draw_text(ui->list, x - 12, 28.5f, "Notation", quiet);
    return x - 12 - text_width(ui->list, "Notation", quiet);
}

static void crumbs(struct app *app, float limit) {
    struct ui *ui = &app->ui;
    struct draw_list *list = ui->list;
    const struct theme *theme = ui->theme;
    float at = 64;
    rect lessons = {at - 8, 8, text_width(list, "Lessons", text_of(FONT_SANS_MEDIUM, 14, theme->ink2, ALIGN_LEFT)) + 16,
                    32};
    app->lessons_open = ui_menu_anchor(ui, lessons, lessons_chip);
    at = crumb(app, at, limit, "Lessons", false);
    if (app->lesson) {
        char title[96];
        snprintf(title, sizeof title, "%d  %s", app->lesson->number, app->lesson->title);
        const char *part = app->lesson->parts[app->player.part].title;
        float needed = 30 + text_width(list, title, text_of(FONT_SANS_MEDIUM, 14, theme->ink2, ALIGN_LEFT)) +
                       text_width(list, part, text_of(FONT_SANS_SEMIBOLD, 14, theme->ink1, ALIGN_LEFT));
        if (needed > limit - at) snprintf(title, sizeof title, "%d", app->lesson->number); // the part says more
        if (limit - at > 160) at = crumb(app, at, limit, title, false);
        crumb(app, at, limit, part, true);
    } else
        crumb(app, at, limit, "Workbench", true);
    if (app->lessons_open) lessons_menu(app, lessons);
}

// The pages, of any page but the workbench: there the crumbs and chips say where one is.
static void tabs(struct app *app, float limit) {
    struct ui *ui = &app->ui;
    struct text_style brand = text_of(FONT_DISPLAY, 20, ui->theme->ink1, ALIGN_LEFT);
    float x = 56 + draw_text(ui->list, 56, 30, "unroll", brand) + 32;
    for (int k = 0; k < page_count(); k++) {
        bool here = k == app->page;
        struct text_style style = text_of(here ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 14,
                                          here ? ui->theme->ink1 : ui->theme->ink2, ALIGN_LEFT);
        bool kept = app_page_kept(app, k);
        if (kept) {
            icon_draw(ui->list, ICON_LOCK, x - 4, 17, 14, ui->theme->ink3, 1.5f);
            style.color = ui->theme->ink3;
            x += 16;
        }
        float width = text_width(ui->list, page_get(k)->title, style);
        if (x + width > limit) break;
        if (ui_link(ui, (rect){x, 8, width, 32}, page_get(k)->title, style) && !app_page_refused(app, k))
            app_show_page(app, k);
        if (here) draw_rect(ui->list, (rect){x, TOP_BAR - 3, width, 3}, ui->theme->ink1, 0);
        x += width + 28;
    }
}

void app_top_bar(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct draw_list *list = ui->list;
    const struct theme *theme = ui->theme;
    draw_rect(list, r, theme->panel, 0);
    draw_hline(list, r.x, r.x + r.w, r.y + 47, theme->line);
    logo_draw(list, 20, 8, 28, theme->ink1);

    float x = r.w - 20 - 33;
    if (ui_icon_button(ui, (rect){x, 8, 32, 32}, ICON_HELP, 22, "Keys and help (F1)", false))
        app->help_open = !app->help_open;
    x -= 44;
    if (ui_icon_button(ui, (rect){x, 8, 32, 32}, theme_get(app->theme)->dark ? ICON_MOON : ICON_SUN, 22,
                       "Light or dark (T)", false))
        app_toggle_dark(app);
    x = notation_switch(app, x - 18, r.w) - 12;
    if (app->page != PAGE_WORKBENCH) {
        tabs(app, x);
        return;
    }
    char name[80] = "no data", model[96] = "no network";
    if (app->bench) {
        snprintf(name, sizeof name, "%.60s", file_name(app->bench->data->name));
        const struct net_spec *spec = &app->bench->model.layout.spec;
        snprintf(model, sizeof model, "%s, %d layer%s, %d unit%s", net_cell(spec)->title, spec->layers,
                 spec->layers == 1 ? "" : "s", spec->hidden, spec->hidden == 1 ? "" : "s");
    }
    float w = ui_chip_width(ui, name, true);
    x -= w;
    rect data = {x, 10, w, 28};
    w = ui_chip_width(ui, model, true);
    x -= w + 8;
    rect net = {x, 10, w, 28};

    x = app_minibatch_chip(app, x - 8);

    crumbs(app, x - 8);
    bool was = app->model_open;
    // With all of it locked there is nothing to choose.
    bool kept = app_locked(app, LOCK_MODEL) && app_locked(app, LOCK_SEED) && app_locked(app, LOCK_TRAINING);
    app->model_open = !kept && ui_chip_id(ui, net, ICON_GRID, model, model_chip);
    if (kept) app_locked_chip(app, net, model, LOCK_MODEL);
    if (app->model_open && !was) {
        app->draft = app->setup;
        snprintf(app->seed_field, sizeof app->seed_field, "%ld", app->setup.recipe.seed);
    }
    if (app->model_open) model_menu(app, net);
    app->data_open = !app_locked(app, LOCK_DATA) && ui_chip_id(ui, data, ICON_FILE, name, data_chip);
    if (app_locked(app, LOCK_DATA)) app_locked_chip(app, data, name, LOCK_DATA);
    if (app->data_open) data_menu(app, data);
}

// --- what lies over everything ---

static const struct {
    const char *key, *does;
} help_rows[] = {{"Space", "play, pause"},
                 {"→  ←", "step, step back"},
                 {"Shift → ←", "one timestep"},
                 {",  .", "one operation back, on"},
                 {"Page Down, Up", "next, last phase"},
                 {"Home, End", "to the start, to the end"},
                 {"1 2 3 4 5", "operation, cell, timestep, pass, update"},
                 {"↑  ↓", "select a unit"},
                 {"[  ]", "select a timestep; the cursor stays"},
                 {"Ctrl + ↑ ↓", "the layer that the stage shows in full"},
                 {"Z, Shift + Z, X", "zoom in, out, all timesteps"},
                 {"B", "forward or backward figure"},
                 {"G", "gradient flow on, off"},
                 {"L, I", "lesson panel, inspector"},
                 {"N, W, T", "notation, weights stacked or split, theme"},
                 {"-  =  0", "slower, faster, normal speed"},
                 {"Ctrl + -  =  0", "size of everything"},
                 {"P, F11", "presenter mode: Page keys, B black; full screen"},
                 {"Shift + P", "hear the example"},
                 {"Ctrl + O, T, D, R", "a file; a task; another example; the lesson again"},
                 {"Ctrl + V", "a pasted text as data"},
                 {"F2, F3, F4, F5", "lessons, workbench, train and compare, data"},
                 {"F6", "the glossary: every symbol and term"},
                 {"Ctrl + M", "the update’s minibatch: another example of it"},
                 {"Ctrl + E", "save a picture, a film, the trace"},
                 {"Ctrl + ,", "preferences: contrast, size, motion, narration"},
                 {"Ctrl (Shift) C", "copy the number under the pointer; the equation as LaTeX"},
                 {"Shift + C", "hold the selected unit at a value"},
                 {"Ctrl + Z, Y", "undo, redo what was set by hand"},
                 {"V", "the menu of the views"},
                 {"Ctrl →  ←", "of sampling: one operation on, back"},
                 {"F, Alt + click", "where a number comes from"},
                 {"/  Ctrl Page ↓ ↑", "the lesson’s task; its next, last part"},
                 {"Tab, Shift + Tab", "next control, last control"},
                 {"Esc", "close, back to the stage, deselect"},
                 {"?  F1", "this sheet"}};

static void help_sheet(struct app *app) {
    struct ui *ui = &app->ui;
    const struct theme *theme = ui->theme;
    enum { ROWS = sizeof help_rows / sizeof *help_rows };
    rect r = ui_sheet_begin(ui, 780, 62 + 26.0f * ((ROWS + 1) / 2) + 56, &app->help_open);
    draw_text(ui->list, r.x, r.y + 24, "Keys", text_of(FONT_DISPLAY, 24, theme->ink1, ALIGN_LEFT));
    for (int k = 0; k < ROWS; k++) {
        float x = r.x + (k >= (ROWS + 1) / 2 ? r.w / 2 + 8 : 0), y = r.y + 62 + 26 * (float)(k % ((ROWS + 1) / 2));
        draw_text(ui->list, x, y, help_rows[k].key, text_of(FONT_SANS_SEMIBOLD, 13, theme->ink1, ALIGN_LEFT));
        draw_text_fit(ui->list, x + 112, y, r.w / 2 - 116, help_rows[k].does,
                      text_of(FONT_SANS, 13, theme->ink2, ALIGN_LEFT));
    }
    static const char *const remark = "Square tile: a value, blue minus, orange plus. Vessel: a gate, filled to its "
                                      "level. Pill: a gradient, its length the logarithm of its size, "
                                      "green minus, purple plus. Yellow is what runs now.";
    rich_text(ui->list, theme, r.x, r.y + 62 + 26 * (float)((ROWS + 1) / 2) + 28, r.w, remark,
              (struct rich_style){.size = 13, .line_height = 20, .ink = theme->ink3, .bold = theme->ink1}, true);
    ui_sheet_end(ui);
}

void app_overlays(struct app *app) {
    struct ui *ui = &app->ui;
    rect top = {0, 0, ui->list->bounds.w, TOP_BAR};
    double fraction;
    if (app->job && !job_ready(app->job, &fraction)) {
        ui_progress(ui, (rect){0, top.y + top.h, top.w, 3}, fraction);
        ui->wake_at = ui->now + 0.1;
    }
    if (app->message.code != ERR_NONE) {
        char text[1024];
        err_format(&app->message, text, sizeof text);
        float w = fminf(760, top.w - 32);
        if (ui_message(ui, (rect){(top.w - w) / 2, top.y + top.h + 12, w, 44}, text, !app->message_good, NULL))
            app->message.code = ERR_NONE;
    }
    if (app->help_open) help_sheet(app);
    if (app->preferences_open) app_preferences_sheet(app);
    if (app->saving_open) app_saving_sheet(app);
    if (app->opener->open) app_opener_sheet(app);
    app_experiments_sheet(app);
    app_glossary_sheet(app);
}

void app_empty(struct app *app, rect stage, rect right, rect bottom) {
    struct ui *ui = &app->ui;
    const struct theme *theme = ui->theme;
    draw_rect(ui->list, stage, theme->stage, 0);
    draw_rect(ui->list, right, theme->panel, 0);
    draw_rect(ui->list, bottom, theme->panel, 0);
    draw_hline(ui->list, bottom.x, bottom.x + bottom.w, bottom.y, theme->line);
    float w = fminf(640, stage.w - 120), pitch = 90;
    int count = (int)(w / pitch);
    for (int k = 0; k < count; k++)
        draw_box_dashed(ui->list,
                        (rect){stage.x + (stage.w - pitch * (float)count) / 2 + pitch * (float)k,
                               stage.y + stage.h * 0.3f, 72, 200},
                        theme->ghost, 8, 1, 4, 4);
    const char *text =
        app->job ? "Training the network ..." : "Nothing is open. Drop a text file on the window, or open one.";
    draw_text(ui->list, stage.x + stage.w / 2, stage.y + stage.h * 0.3f + 240, text,
              text_of(FONT_SANS_MEDIUM, 15, theme->ink2, ALIGN_CENTER));
    if (app->job) return;
    rect row = {stage.x + stage.w / 2 - 156, stage.y + stage.h * 0.3f + 262, 148, 36};
    if (ui_button(ui, row, "Open a file", true)) app_toggle_opener(app, OPENER_FILES);
    if (ui_button(ui, (rect){row.x + 164, row.y, 148, 36}, "First lesson", false)) app_open_lesson(app, "3", -1);
}
