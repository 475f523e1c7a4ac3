// Experiments that are kept, on the page: each run has its folder, a kept one is opened again, and the curves of one
// stand beside those of the page.
#include "train.h"

#include "experiment_kept.h"
#include "experiments_sheet.h"
#include "file.h"
#include "kept_list.h"
#include <stdio.h>
#include <string.h>

struct kept *train_keep(struct app *app, const struct experiment_plan *plan) {
    if (!*app->preferences_file) return NULL; // pictures and tests keep nothing
    struct err err = {0};
    struct kept *kept = kept_new(plan, NULL, &err);
    if (!kept) app_say(app, &err);
    return kept;
}

// What a plan asks for, as the left side edits it.
static void form_of_plan(struct train_form *form, const struct experiment_plan *plan) {
    *form = (struct train_form){.setup = plan->setup,
                                .models = plan->models,
                                .check_every = plan->check_every,
                                .temperature = plan->temperature};
    form->setup.recipe = plan->recipe[0];
    for (int k = 0; k < plan->models; k++) {
        const struct recipe *recipe = &plan->recipe[k];
        form->model[k] = (struct train_model){.cell = recipe->spec.cell,
                                              .hidden = recipe->spec.hidden,
                                              .clip = recipe->options.clip_norm,
                                              .init = recipe->init,
                                              .forget_bias = recipe->forget_bias};
        snprintf(form->model[k].name, sizeof form->model[k].name, "%s", plan->name[k]);
    }
}

bool train_open_kept(struct app *app, const char *folder) {
    struct err err = {0};
    struct kept *kept = experiment_open_kept(folder, &err);
    if (!kept) {
        app_say(app, &err);
        return false;
    }
    struct train_form form;
    form_of_plan(&form, kept_plan(kept));
    char remarks[sizeof err.message];
    snprintf(remarks, sizeof remarks, "%s", kept_remarks(kept));
    train_begin(app, &form, kept);
    if (*remarks) {
        err_set(&err, ERR_VALUE, "%s", remarks);
        app_say(app, &err);
    }
    return true;
}

void train_forget_beside(struct train_page *page) {
    for (int k = 0; k < EXPERIMENT_MODELS; k++) {
        curve_data_release(&page->beside.loss[k]);
        curve_data_release(&page->beside.norm[k]);
    }
    page->beside = (struct train_beside){0};
}

bool train_put_beside(struct app *app, const char *folder) {
    struct train_page *page = app->train;
    struct err err = {0};
    struct kept_runs *runs = kept_runs_load(folder, &err);
    if (!runs) {
        app_say(app, &err);
        return false;
    }
    train_forget_beside(page);
    struct train_beside *beside = &page->beside;
    beside->models = runs->models;
    for (int k = 0; k < runs->models; k++) {
        const struct run_look *run = &runs->run[k];
        snprintf(beside->name[k], sizeof beside->name[k], "%.32s: %s", runs->name, run->name);
        for (int64_t i = 0; i < run->point_count; i++) { // where memory is short a curve ends
            const struct run_point *p = &run->points[i];
            if (!curve_data_add(&beside->loss[k], p->loss, (float)p->tokens) ||
                !curve_data_add(&beside->norm[k], p->grad_norm, 1))
                break;
        }
    }
    kept_runs_free(runs);
    return true;
}

void train_open_kept_list(struct app *app) {
    app_open_experiments(app, app->train->kept);
}

void train_follow_kept(struct app *app) {
    struct train_page *page = app->train;
    struct err err = {0};
    char folder[RUN_FOLDER_PATH];
    if (page->kept && kept_trouble(page->kept, &err)) app_say(app, &err);
    switch (app_experiments_asked(app, folder)) {
    case EXPERIMENTS_OPEN:
        train_open_kept(app, folder);
        break;
    case EXPERIMENTS_COMPARE:
        train_put_beside(app, folder);
        break;
    case EXPERIMENTS_NOTHING:
        break;
    }
}
