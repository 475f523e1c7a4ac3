// From an update of a run to the stage: copies of the models come from the run's worker, workbenches on them are built
// as any other (update_order.h).
#include "train.h"

#include "page.h"
#include "thread.h"

void train_ask_stage(struct app *app, int k) {
    struct train_page *page = app->train;
    if (page->stage.asked || !page->look->data || k < 0 || k >= page->look->models) return;
    page->stage = (struct train_stage){.asked = true, .first = k};
    experiment_pause(page->experiment);
    experiment_ask_copy(page->experiment, (1u << page->look->models) - 1);
}

void train_stage_forget(struct train_page *page) {
    for (int k = 0; k < EXPERIMENT_MODELS; k++)
        experiment_copy_free(page->stage.copies[k]);
    page->stage = (struct train_stage){0};
}

static bool take_copies(struct train_page *page) {
    bool all = true;
    for (int k = 0; k < page->look->models; k++) {
        struct experiment_copy **copy = &page->stage.copies[k];
        if (!*copy) *copy = experiment_take_copy(page->experiment, k);
        all = all && *copy;
    }
    return all;
}

// The chosen model first: it is the workbench's, the others are beside it.
static struct update_order *order_of(struct train_page *page, struct err *err) {
    int models = page->look->models, first = page->stage.first;
    struct experiment_copy *copies[EXPERIMENT_MODELS];
    const char *names[EXPERIMENT_MODELS];
    for (int i = 0; i < models; i++) {
        int k = i == 0 ? first : i <= first ? i - 1 : i;
        copies[i] = page->stage.copies[k];
        names[i] = page->names[k];
    }
    return update_order_of(&page->running.setup, copies, names, models, 0, err);
}

void train_advance_stage(struct app *app) {
    struct train_page *page = app->train;
    if (!page->stage.asked) return;
    while (!take_copies(page)) {
        app->ui.wake_at = app->ui.now + 0.03;
        if (!app->waits) return;
        clock_sleep(0.001);
    }
    struct err err = {0};
    struct update_order *order = order_of(page, &err);
    train_stage_forget(page);
    if (!order) {
        app_say(app, &err);
        return;
    }
    app_open_update(app, order);
    app_show_view(app, VIEW_STAGE);
    app->ui.animating = true;
}
