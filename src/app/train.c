// The life of the page "Train and compare": experiments begin and end, and what is new is taken in.
#include "train.h"

#include "experiment_kept.h"
#include "mem.h"
#include "page.h"
#include "thread.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double settle_seconds = 0.35; // after the last change of a setting
enum { LONG_RUN = 1000 };                  // updates that are not left behind unasked

struct train_page *train_page_of(struct app *app) {
    if (app->train) return app->train;
    struct train_page *page = app->train = mem_need(1, sizeof *page);
    page->smoothing = page->drag_to = -1;
    page->list_row = -1;
    return page;
}

struct ending {
    struct experiment *experiment;
    struct kept *kept;
};

static void end(void *context) {
    struct ending *ending = context;
    experiment_free(ending->experiment);
    kept_free(ending->kept);
    mem_free(ending);
}

static void leave(struct train_page *page, struct experiment *experiment, struct kept *kept) {
    struct train_leaving *leaving = &page->leaving;
    struct thread **place = &leaving->threads[leaving->next++ % TRAIN_LEAVING];
    if (!experiment) return;
    if (*place) thread_join(*place);
    struct ending *ending = mem_need(1, sizeof *ending);
    *ending = (struct ending){experiment, kept};
    *place = thread_start(end, ending);
    if (!*place) end(ending); // no thread left: the window waits
}

void train_page_free(struct train_page *page) {
    if (!page) return;
    train_stage_forget(page);
    experiment_free(page->experiment);
    experiment_free(page->before);
    kept_free(page->kept);
    kept_free(page->before_kept);
    train_forget_beside(page);
    for (int k = 0; k < TRAIN_LEAVING; k++)
        if (page->leaving.threads[k]) thread_join(page->leaving.threads[k]);
    train_curves_release(&page->curves);
    train_inside_release(&page->inside);
    mem_free(page);
}

void train_start(struct app *app, const struct train_form *form) {
    struct experiment_plan plan = train_form_plan(form);
    plan.history_budget = app->training_budget;
    train_begin(app, form, train_keep(app, &plan));
}

void train_begin(struct app *app, const struct train_form *form, struct kept *kept) {
    struct train_page *page = train_page_of(app);
    if (page->experiment && page->look && page->look->last > 0 && page->shown == page->look) {
        leave(page, page->before, page->before_kept);
        page->before = page->experiment;
        page->before_kept = page->kept;
        experiment_pause(page->before);
    } else {
        if (page->shown == page->look) page->shown = NULL;
        leave(page, page->experiment, page->kept);
    }
    train_stage_forget(page);
    train_inside_forget(&page->inside);
    page->form = page->running = *form;
    struct experiment_plan plan = kept ? *kept_plan(kept) : train_form_plan(form);
    plan.history_budget = app->training_budget;
    page->experiment = experiment_new(&plan, app_wake, app);
    page->kept = kept;
    if (kept) kept_begun(kept);
    page->look = NULL;
    page->changed_at = 0;
    page->asks_anew = page->anew = false;
    page->drag_to = -1;
}

void train_open_setup(struct app *app) {
    struct train_form form;
    train_form_of(&form, &app->setup, app->bench ? &app->bench->model.layout.spec : NULL);
    train_start(app, &form);
    app_show_page(app, page_find("train"));
}

// The page opened by itself: the workbench's data and settings, and the oldest question of the field.
static void first(struct app *app) {
    struct train_form form;
    train_form_of(&form, &app->setup, app->bench ? &app->bench->model.layout.spec : NULL);
    train_form_preset(&form, 0);
    train_start(app, &form);
}

static void set_names(struct train_page *page) {
    const struct train_form *form = &page->shown_form; // names may be changed at any time
    if (page->shown == page->look && train_form_same(&page->form, &page->running)) form = &page->form;
    for (int k = 0; k < EXPERIMENT_MODELS; k++) {
        page->name_list[k] = page->names[k];
        if (k < form->models) train_form_name(form, k, page->names[k]);
    }
}

static void show(struct train_page *page) {
    bool has = page->look->last > 0 || page->look->phase == EXPERIMENT_FAILED || !page->before;
    const struct experiment_look *shown = has ? page->look : experiment_look(page->before);
    if (has && page->before) {
        leave(page, page->before, page->before_kept);
        page->before = NULL;
        page->before_kept = NULL;
    }
    if (shown != page->shown) {
        train_curves_clear(&page->curves);
        for (int k = 0; k < TRAIN_PLOTS; k++)
            page->view[k] = (struct curves_view){0};
    }
    page->shown = shown;
    if (has) page->shown_form = page->running;
    train_curves_take(&page->curves, shown);
}

// A change of settings begins a new experiment, once the hand is at rest.
static void follow_form(struct app *app) {
    struct train_page *page = app->train;
    if (train_form_same(&page->form, &page->running)) {
        page->changed_at = 0;
        page->asks_anew = false;
        return;
    }
    double now = app->ui.now;
    if (page->changed_at == 0 || app->ui.down) page->changed_at = now;
    page->asks_anew = page->look->last > LONG_RUN && !page->anew;
    if (page->asks_anew) return;
    if (!page->anew && now - page->changed_at < settle_seconds) {
        app->ui.wake_at = page->changed_at + settle_seconds;
        return;
    }
    struct train_form form = page->form;
    train_start(app, &form);
    app->ui.animating = true;
}

static bool waits_for(const struct experiment_look *look) {
    return look->phase == EXPERIMENT_READING || look->phase == EXPERIMENT_TRAVELLING;
}

void train_settle(struct app *app) {
    struct train_page *page = train_page_of(app);
    if (!page->experiment) first(app);
    while (waits_for(page->look = experiment_look(page->experiment)))
        clock_sleep(0.001);
    show(page);
    set_names(page);
}

void train_run_updates(struct app *app, int64_t count) {
    train_settle(app);
    struct train_page *page = app->train;
    experiment_run(page->experiment, page->look->update + count);
    while ((page->look = experiment_look(page->experiment))->phase == EXPERIMENT_RUNNING)
        clock_sleep(0.001);
    train_settle(app);
}

void train_take_new(struct app *app) {
    struct train_page *page = train_page_of(app);
    if (!page->experiment) first(app);
    page->look = experiment_look(page->experiment);
    if (app->waits)
        train_settle(app);
    else {
        show(page);
        set_names(page);
    }
    follow_form(app);
    if (!page->look) train_take_new(app); // it has just begun anew
}

// --- where it stands ---

int64_t train_goal(const struct train_page *page) {
    const struct experiment_look *look = page->look;
    return look->phase == EXPERIMENT_TRAVELLING ? look->until : look->update;
}

void train_go(struct train_page *page, int64_t update) {
    int64_t last = page->look->last;
    if (!page->look->data || (update = update < 0 ? 0 : update > last ? last : update) == train_goal(page)) return;
    experiment_travel(page->experiment, update);
}

int64_t train_interval(const struct experiment_look *look) {
    enum { WITHOUT_EPOCHS = 50, MOST = 1000 };
    int64_t epoch = look->epoch > 1 ? look->epoch : WITHOUT_EPOCHS;
    return epoch < MOST ? epoch : MOST;
}

int64_t train_window(const struct train_page *page) {
    if (page->smoothing >= 0) return llround(pow(10, page->smoothing));
    return train_interval(page->shown);
}

int64_t train_more(const struct train_page *page, char *label, size_t size) {
    int64_t epoch = page->look->epoch;
    if (epoch <= 1) {
        snprintf(label, size, "Train 100 more updates");
        return 100;
    }
    int64_t epochs = epoch <= 500 ? 20 : epoch <= 5000 ? 5 : 1;
    snprintf(label, size, "Train %lld more epoch%s", (long long)epochs, epochs == 1 ? "" : "s");
    return epochs * epoch;
}

void train_run_pause(struct app *app) {
    struct train_page *page = app->train;
    char label[64];
    if (!page->look->data) return;
    if (page->look->phase == EXPERIMENT_RUNNING || page->look->phase == EXPERIMENT_TRAVELLING)
        experiment_pause(page->experiment);
    else
        experiment_run(page->experiment, page->look->update + train_more(page, label, sizeof label));
}

const struct run_check *train_check_at(const struct run_look *run, int64_t update) {
    int low = 0, high = run->check_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (run->checks[middle].update <= update)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &run->checks[low - 1] : NULL;
}

int train_loss_digits(double loss) {
    double size = fabs(loss);
    return size >= 1e5 || size < 1e-4 ? -2 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4; // below 0: a power of ten
}

bool train_writes(const struct experiment_look *look) {
    return look->data && look->data->answers == ANSWERS_NEXT && look->data->input == VALUES_SYMBOLS;
}
