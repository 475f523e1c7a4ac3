// The popovers of the left side: data, what all models share, one model.
#include "train_rows.h"

#include "file.h"
#include "task.h"
#include "widgets.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 360 };

// --- data ---

static int task_count(void) {
    int count = 0;
    while (tasks[count])
        count++;
    return count;
}

static const char *data_row(void *context, int row) {
    (void)context;
    return row == 0 ? "Names of dinosaurs (shipped)" : tasks[row - 1]->title;
}

static void open_file(struct train_page *page, const char *path) {
    struct setup *setup = &page->form.setup;
    snprintf(setup->data, sizeof setup->data, "%s", path);
    setup->task[0] = 0;
    setup->reading = (struct data_choices){0};
    setup->recipe.kind = -1; // what went with the data before need not go with these
    setup->recipe.max_T = 0;
    setup->recipe.spec.embed = 0;
    setup->recipe.spec.directions = 1;
}

void train_data_menu(struct app *app, rect anchor) {
    struct ui *ui = &app->ui;
    struct train_page *page = app->train;
    enum { RECENT = 4 };
    int recent = app->preferences.recent_count < RECENT ? app->preferences.recent_count : RECENT;
    rect r = ui_popup_begin(ui, anchor, WIDE, 2 * TRAIN_ROW_LABEL + 32 + 32 * (float)recent + 10 + 214);
    train_row_label(ui, &r, "A file: its path");
    rect row = rect_cut_top(&r, 32);
    bool enter = ui_text_field(ui, (rect){row.x, row.y, row.w - 84, 32}, "training data", page->path_field,
                               sizeof page->path_field, "/path/to/file.txt");
    if ((ui_button(ui, (rect){row.x + row.w - 76, row.y, 76, 32}, "Read", false) || enter) && *page->path_field) {
        open_file(page, page->path_field);
        ui_popup_close(ui);
    }
    for (int k = 0; k < recent; k++) {
        const char *path = app->preferences.recent[k];
        ui_push_id_int(ui, k);
        if (ui_menu_row(ui, rect_cut_top(&r, 32), file_name(path), NULL, !strcmp(page->form.setup.data, path))) {
            open_file(page, path);
            ui_popup_close(ui);
        }
        ui_pop_id(ui);
    }
    rect_cut_top(&r, 10);
    train_row_label(ui, &r, "or data that are made here");
    int chosen = ui_list(ui, r, "training tasks", 1 + task_count(), data_row, NULL, &page->list_row);
    if (chosen == 0) open_file(page, "");
    if (chosen > 0) train_form_task(&page->form, tasks[chosen - 1]);
    if (chosen >= 0) ui_popup_close(ui);
    ui_popup_end(ui);
}

// --- what all models share ---

static void seed_row(struct app *app, rect *r) {
    struct ui *ui = &app->ui;
    struct train_page *page = app->train;
    rect row = rect_cut_top(r, TRAIN_ROW);
    long *seed = &page->form.setup.recipe.seed;
    draw_text(ui->list, row.x, row.y + 24, "Seed", text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink1, ALIGN_LEFT));
    bool enter = ui_text_field(ui, (rect){row.x + 104, row.y + 4, 110, 32}, "training seed", page->seed_field,
                               sizeof page->seed_field, "a number");
    if (ui_button(ui, (rect){row.x + 224, row.y + 4, row.w - 224, 32}, "Next seed", false)) {
        ++*seed;
        snprintf(page->seed_field, sizeof page->seed_field, "%ld", *seed);
    }
    if (!enter) return;
    char *end;
    long value = strtol(page->seed_field, &end, 10);
    if (end == page->seed_field || *end || value < 0) {
        struct err err = {0};
        err_set(&err, ERR_VALUE, "Seed: expected a whole number from 0, found “%s”.", page->seed_field);
        app_say(app, &err);
    } else
        *seed = value;
}

void train_settings_menu(struct app *app, rect anchor) {
    struct ui *ui = &app->ui;
    struct recipe *recipe = &app->train->form.setup.recipe;
    bool writes = train_writes(app->train->look);
    rect r = ui_popup_begin(ui, anchor, WIDE + 40, (7 + writes) * TRAIN_ROW + TRAIN_ROW_LABEL + 36);
    double units = recipe->spec.hidden, layers = recipe->spec.layers, batch = recipe->batch;
    double checks = (double)app->train->form.check_every;
    if (train_row_slider(ui, &r, &train_units, &units)) recipe->spec.hidden = (int)units;
    if (train_row_slider(ui, &r, &train_layers, &layers)) recipe->spec.layers = (int)layers;
    int rule = (int)recipe->options.optimizer;
    if (train_row_segments(ui, &r, "Optimiser", optimizer_names, OPTIMIZER_COUNT, &rule))
        recipe->options.optimizer = (enum optimizer)rule;
    train_row_slider(ui, &r, &train_rates, &recipe->options.lr);
    train_row_slider(ui, &r, &train_clips, &recipe->options.clip_norm);
    if (train_row_slider(ui, &r, &train_batches, &batch)) recipe->batch = (int)batch;
    if (train_row_slider(ui, &r, &train_checks, &checks)) app->train->form.check_every = (int64_t)checks;
    if (writes) train_row_slider(ui, &r, &train_temperatures, &app->train->form.temperature);
    seed_row(app, &r);
    ui_popup_end(ui);
}

// --- one model ---

void train_model_menu(struct app *app, rect anchor, int k) {
    struct ui *ui = &app->ui;
    struct train_form *form = &app->train->form;
    struct train_model *model = &form->model[k];
    bool gate = train_has_forget_gate(model->cell), several = form->models > 1;
    float height = 2 * TRAIN_ROW_LABEL + 32 + 8 + APP_CELL_ROWS * 36 + 8 + (gate ? 4 : 3) * TRAIN_ROW +
                   TRAIN_ROW_LABEL + 36 + (several ? 42 : 0);
    char own[EXPERIMENT_NAME];
    struct train_form unnamed = *form;
    unnamed.model[k].name[0] = 0;
    train_form_name(&unnamed, k, own);
    rect r = ui_popup_begin(ui, anchor, WIDE, height);
    train_row_label(ui, &r, "Name");
    ui_text_field(ui, rect_cut_top(&r, 32), "model name", model->name, sizeof model->name, own);
    rect_cut_top(&r, 8);
    train_row_label(ui, &r, "Cell");
    struct net_spec spec = {.cell = model->cell};
    app_cell_rows(ui, &r, &spec);
    model->cell = spec.cell;
    rect_cut_top(&r, 8);
    double units = model->hidden, layers = model->layers;
    if (train_row_slider(ui, &r, &train_own_units, &units)) model->hidden = (int)units;
    if (train_row_slider(ui, &r, &train_own_layers, &layers)) model->layers = (int)layers;
    train_row_slider(ui, &r, &train_own_clips, &model->clip);
    if (gate) train_row_slider(ui, &r, &train_biases, &model->forget_bias);
    int init = (int)model->init;
    if (train_row_segments(ui, &r, "Initialisation", init_names, INIT_IDENTITY, &init))
        model->init = (enum init_kind)init;
    rect_cut_top(&r, 6);
    if (several && ui_button(ui, rect_cut_top(&r, 36), "Remove this model", false)) {
        train_form_remove(form, k);
        ui_popup_close(ui);
    }
    ui_popup_end(ui);
}
