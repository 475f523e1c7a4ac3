// The left side: what the experiment is made of, and the buttons that take it on.
#include "train_rows.h"

#include "file.h"
#include "task.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAD = 24, ROW = 26, HEAD = 30, MODEL_ROW = 36, GAP = 14 };

struct side {
    struct app *app;
    struct ui *ui;
    struct train_page *page;
    rect r; // what is left of the scrolled area
    float panel_right;
};

static void pair(struct side *s, const char *key, const char *value) {
    rect row = rect_cut_top(&s->r, ROW);
    const struct theme *theme = s->ui->theme;
    float x = row.x +
              draw_text(s->ui->list, row.x, row.y + 17, key, text_of(FONT_SANS_MEDIUM, 14, theme->ink2, ALIGN_LEFT)) +
              12;
    struct text_style style = text_of(FONT_SANS_MEDIUM, 14, theme->ink1, ALIGN_RIGHT);
    float right = row.x + row.w, room = right - x;
    if (text_width(s->ui->list, value, style) <= room) {
        draw_text(s->ui->list, right, row.y + 17, value, style);
        return;
    }
    style.align = ALIGN_LEFT;
    draw_text_fit(s->ui->list, x, row.y + 17, room, value, style);
}

// A block that opens a popover to its right: the whole of it can be pressed. Its rows are drawn after it.
static bool block(struct side *s, const char *title, const char *popup, float height, rect *anchor) {
    struct ui *ui = s->ui;
    rect whole = {s->r.x - 12, s->r.y, s->r.w + 24, HEAD + height};
    bool open = ui_menu_anchor(ui, whole, popup);
    rect head = rect_cut_top(&s->r, HEAD);
    draw_text(ui->list, head.x, head.y + 19, title, text_of(FONT_SANS_SEMIBOLD, 13, ui->theme->ink3, ALIGN_LEFT));
    icon_draw(ui->list, ICON_CHEVRON_RIGHT, head.x + head.w - 14, head.y + 7, 16, ui->theme->ink3, 1.75f);
    *anchor = (rect){s->panel_right + 4, whole.y - 6, 0, 0};
    return open;
}

static void divide(struct side *s) {
    rect_cut_top(&s->r, GAP / 2);
    draw_hline(s->ui->list, s->r.x, s->r.x + s->r.w, s->r.y, s->ui->theme->line);
    rect_cut_top(&s->r, GAP / 2);
}

// --- data ---

static void data_texts(const struct train_page *page, char *name, char *parts, char *symbols, size_t size) {
    const struct dataset *data = page->look->data;
    const struct setup *setup = &page->form.setup;
    if (*setup->task)
        snprintf(name, size, "%.*s", (int)strcspn(setup->task, ":"), setup->task);
    else
        snprintf(name, size, "%s", *setup->data ? file_name(setup->data) : "dinosaurs.txt");
    snprintf(parts, size, "…");
    snprintf(symbols, size, "…");
    if (!data) return;
    char train[32], valid[32];
    if (data->shape == TEXT_WHOLE) {
        format_count(train, sizeof train, (long)data->train_symbols);
        format_count(valid, sizeof valid, (long)(data->symbol_count - data->train_symbols));
    } else {
        format_count(train, sizeof train, data->train_count);
        format_count(valid, sizeof valid, data->validation_count);
    }
    snprintf(parts, size, "%s / %s", data->fresh ? "fresh" : train, valid);
    if (data->input == VALUES_SYMBOLS)
        format_count(symbols, size, data->vocabulary.count);
    else
        format_count(symbols, size, data->channels);
}

static const double lengths[] = {2, 3, 5, 8, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000};

static void length_row(struct side *s) {
    struct setup *setup = &s->page->form.setup;
    struct task_length length;
    if (!task_length(setup->task, &length)) return;
    struct train_choices choices = {"Length T", NULL, 0, NULL};
    enum { COUNT = sizeof lengths / sizeof *lengths };
    int first = 0;
    while (first < COUNT - 1 && lengths[first] < (double)length.low)
        first++;
    choices.values = lengths + first;
    while (first + choices.count < COUNT && lengths[first + choices.count] <= (double)length.high)
        choices.count++;
    double value = (double)length.value;
    char text[sizeof setup->task];
    struct err err = {0};
    if (!train_row_slider(s->ui, &s->r, &choices, &value)) return;
    if (!task_with_length(setup->task, (long)value, text, sizeof text, &err)) {
        app_say(s->app, &err);
        return;
    }
    snprintf(setup->task, sizeof setup->task, "%s", text);
    setup->recipe.max_T = 0;
}

static void data_block(struct side *s) {
    char name[96], parts[96], symbols[96];
    data_texts(s->page, name, parts, symbols, sizeof name);
    const struct dataset *data = s->page->look->data;
    rect anchor;
    if (block(s, "Data", "training data menu", 3 * ROW, &anchor)) train_data_menu(s->app, anchor);
    pair(s, *s->page->form.setup.task ? "task" : "file", name);
    pair(s, "train / validation", parts);
    pair(s, data && data->input != VALUES_SYMBOLS ? "channels" : "symbols", symbols);
    length_row(s);
}

// --- what all share ---

static void settings_block(struct side *s) {
    const struct train_form *form = &s->page->form;
    const struct recipe *recipe = &form->setup.recipe;
    static const char *const titles[] = {"The model", "Both models", "All models", "All models"};
    char text[64];
    rect anchor;
    bool layers = recipe->spec.layers > 1, writes = train_writes(s->page->look);
    if (block(s, titles[form->models - 1], "training settings", (float)(6 + layers + writes) * ROW, &anchor))
        train_settings_menu(s->app, anchor);
    else
        snprintf(s->page->seed_field, sizeof s->page->seed_field, "%ld", recipe->seed);
    snprintf(text, sizeof text, "%d", recipe->spec.hidden);
    pair(s, "units", text);
    snprintf(text, sizeof text, "%d", recipe->spec.layers);
    if (layers) pair(s, "layers", text);
    snprintf(text, sizeof text, "%s, %g", optimizer_names[recipe->options.optimizer], recipe->options.lr);
    text[0] = (char)(text[0] - 'a' + 'A');
    pair(s, "optimiser", text);
    if (recipe->options.clip_norm > 0)
        snprintf(text, sizeof text, "%g", recipe->options.clip_norm);
    else
        snprintf(text, sizeof text, "off");
    pair(s, "clip norm at", text);
    snprintf(text, sizeof text, "%d sequence%s", recipe->batch, recipe->batch == 1 ? "" : "s");
    pair(s, "one update", text);
    snprintf(text, sizeof text, "%ld", recipe->seed);
    pair(s, "seed", text);
    long long every = form->check_every > 0 ? form->check_every : s->page->look->check_every;
    long long epoch = s->page->look->epoch;
    if (epoch > 1 && every % epoch == 0)
        snprintf(text, sizeof text, every == epoch ? "every epoch" : "every %lld epochs", every / epoch);
    else
        snprintf(text, sizeof text, every == 1 ? "every update" : "every %lld updates", every);
    pair(s, "checkpoint", text);
    snprintf(text, sizeof text, "%g", form->temperature);
    if (writes) pair(s, "temperature", text);
}

// --- models ---

static void model_row(struct side *s, int k) {
    struct ui *ui = s->ui;
    rect row = rect_cut_top(&s->r, MODEL_ROW), whole = {row.x - 12, row.y, row.w + 24, row.h};
    char popup[32], name[EXPERIMENT_NAME];
    snprintf(popup, sizeof popup, "training model %d", k);
    ui_push_id_int(ui, k);
    if (ui_menu_anchor(ui, whole, popup)) train_model_menu(s->app, (rect){s->panel_right + 4, whole.y - 6, 0, 0}, k);
    ui_pop_id(ui);
    if (k >= s->page->form.models) return; // just removed
    train_form_name(&s->page->form, k, name);
    model_sample(ui->list, ui->theme, k, row.x, row.y + 18);
    draw_text_fit(ui->list, row.x + 46, row.y + 23, row.w - 66, name,
                  text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink1, ALIGN_LEFT));
    icon_draw(ui->list, ICON_CHEVRON_RIGHT, row.x + row.w - 14, row.y + 10, 16, ui->theme->ink3, 1.75f);
}

static void preset_menu(struct side *s, rect anchor) {
    struct ui *ui = s->ui;
    rect r = ui_popup_begin(ui, anchor, 290, 34 * TRAIN_PRESETS);
    for (int k = 0; k < TRAIN_PRESETS; k++)
        if (ui_menu_row(ui, rect_cut_top(&r, 34), train_presets[k].title, NULL, false)) {
            train_form_preset(&s->page->form, k);
            ui_popup_close(ui);
        }
    ui_popup_end(ui);
}

static void models_block(struct side *s) {
    struct ui *ui = s->ui;
    rect head = rect_cut_top(&s->r, HEAD);
    draw_text(ui->list, head.x, head.y + 19, "Models", text_of(FONT_SANS_SEMIBOLD, 13, ui->theme->ink3, ALIGN_LEFT));
    float w = ui_chip_width(ui, "Presets", false);
    rect chip = {head.x + head.w - w, head.y, w, 28};
    if (ui_chip_id(ui, chip, ICON_COUNT, "Presets", "training presets"))
        preset_menu(s, (rect){s->panel_right + 4, chip.y - 6, 0, 0});
    rect_cut_top(&s->r, 4);
    for (int k = 0; k < s->page->form.models; k++)
        model_row(s, k);
    if (s->page->form.models >= EXPERIMENT_MODELS) return;
    rect row = rect_cut_top(&s->r, MODEL_ROW);
    struct text_style link = text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink2, ALIGN_LEFT);
    icon_draw(ui->list, ICON_PLUS, row.x + 8, row.y + 9, 18, ui->theme->ink2, 1.75f);
    float wide = text_width(ui->list, "Add a model", link);
    if (ui_link(ui, (rect){row.x + 46, row.y + 2, wide, 32}, "Add a model", link)) train_form_add(&s->page->form);
}

// --- what takes it on ---

static void until_field(struct side *s, rect r) {
    struct train_page *page = s->page;
    if (!ui_text_field(s->ui, r, "until update", page->until_field, sizeof page->until_field, "until") ||
        !*page->until_field)
        return;
    char *end;
    long long until = strtoll(page->until_field, &end, 10);
    if (*end || until <= page->look->update) {
        struct err err = {0};
        err_set(&err, ERR_VALUE, "Until: expected an update after %lld, found “%s”.", (long long)page->look->update,
                page->until_field);
        app_say(s->app, &err);
    } else
        experiment_run(page->experiment, until);
    page->until_field[0] = 0;
}

static void anew_rows(struct side *s, rect r) {
    struct ui *ui = s->ui;
    char text[96], count[32];
    format_count(count, sizeof count, (long)s->page->look->last);
    snprintf(text, sizeof text, "Start anew? %s updates end here.", count);
    draw_text_fit(ui->list, r.x, r.y + 20, r.w, text, text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink1, ALIGN_LEFT));
    float half = (r.w - 8) / 2;
    if (ui_button(ui, (rect){r.x, r.y + r.h - 44, half, 44}, "Keep the run", false)) s->page->form = s->page->running;
    if (ui_button(ui, (rect){r.x + half + 8, r.y + r.h - 44, half, 44}, "Start anew", true)) s->page->anew = true;
}

enum { BUTTONS = 44 + 10 + 36 };

static void buttons(struct side *s, rect r) {
    struct train_page *page = s->page;
    if (page->asks_anew) {
        anew_rows(s, r);
        return;
    }
    struct ui *ui = s->ui;
    int64_t at = page->look->update, epoch = page->look->epoch;
    bool busy = page->look->phase == EXPERIMENT_RUNNING || page->look->phase == EXPERIMENT_TRAVELLING;
    enum { UPDATE = 84, EPOCH = 78 };
    if (ui_button(ui, (rect){r.x, r.y, UPDATE, 36}, "1 update", false) && page->look->data)
        experiment_run(page->experiment, at + 1);
    if (ui_button(ui, (rect){r.x + UPDATE + 6, r.y, EPOCH, 36}, "1 epoch", false) && page->look->data)
        experiment_run(page->experiment, (at / epoch + 1) * epoch);
    until_field(s, (rect){r.x + UPDATE + EPOCH + 12, r.y, r.w - UPDATE - EPOCH - 12, 36});
    char label[64];
    train_more(page, label, sizeof label);
    if (busy) snprintf(label, sizeof label, "%s", page->look->phase == EXPERIMENT_RUNNING ? "Pause" : "Stop here");
    ui_push_id(ui, "more");
    if (ui_button(ui, (rect){r.x, r.y + r.h - 44, r.w, 44}, label, true)) train_run_pause(s->app);
    ui_pop_id(ui);
}

void train_panel(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct train_page *page = app->train;
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x + r.w - 1, r.y, r.y + r.h, ui->theme->line);
    ui_push_id(ui, "experiment");
    struct side s = {.app = app, .ui = ui, .page = page, .panel_right = r.x + r.w};
    draw_text(ui->list, r.x + PAD, r.y + 36, "Experiment", text_of(FONT_DISPLAY, 22, ui->theme->ink1, ALIGN_LEFT));
    struct text_style link = text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink2, ALIGN_RIGHT);
    float wide = text_width(ui->list, "Kept ones", link);
    if (ui_link(ui, (rect){r.x + r.w - PAD - wide, r.y + 14, wide, 32}, "Kept ones", link)) train_open_kept_list(app);
    rect scrolled = {r.x, r.y + 50, r.w - 2, r.h - 50 - BUTTONS - 32};
    struct task_length unused;
    bool length = task_length(page->form.setup.task, &unused);
    int rows = 3 + 6 + (page->form.setup.recipe.spec.layers > 1) + train_writes(page->look);
    int models = page->form.models + (page->form.models < EXPERIMENT_MODELS);
    float content = 3 * HEAD + (float)rows * ROW + (length ? TRAIN_ROW : 0) + 2 * GAP + 4 + MODEL_ROW * (float)models;
    float offset = ui_scroll_begin(ui, scrolled, "experiment", content);
    s.r = (rect){r.x + PAD, scrolled.y - offset, r.w - 2 * PAD, content};
    data_block(&s);
    divide(&s);
    models_block(&s);
    divide(&s);
    settings_block(&s);
    ui_scroll_end(ui);
    buttons(&s, (rect){r.x + PAD, r.y + r.h - BUTTONS - 20, r.w - 2 * PAD, BUTTONS});
    ui_pop_id(ui);
}
