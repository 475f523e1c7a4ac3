// What is open on the Data page, and how it is read.
#include "app_lock.h"
#include "columns.h"
#include "data_page.h"
#include "file.h"
#include "kept_choices.h"
#include "mem.h"
#include "page.h"
#include "problems.h"
#include "str.h"
#include "thread.h"
#include "training.h"

#include <stdio.h>
#include <string.h>

struct data_page *data_page_of(struct app *app) {
    if (!app->data_page) app->data_page = mem_need(1, sizeof *app->data_page);
    return app->data_page;
}

static void free_look(void *look) {
    data_look_free(look);
}

static void sweep(struct data_page *page) {
    if (page->sweeper) thread_join(page->sweeper);
    page->sweeper = page->look ? thread_start(free_look, page->look) : NULL;
    if (!page->sweeper) data_look_free(page->look);
    page->look = NULL;
    page->measured = page->entries.of = NULL; // another look may lie at the same place
}

void data_page_free(struct data_page *page) {
    if (!page) return;
    if (page->job) {
        job_cancel(page->job);
        data_look_free(job_take(page->job, NULL));
    }
    sweep(page);
    if (page->sweeper) thread_join(page->sweeper);
    mem_free(page);
}

// ---- opening ----

static void keep_text(char *to, size_t size, const char *other) {
    if (!*to) snprintf(to, size, "%s", other);
}

// What `choices` does not say is taken from `others`.
static void add_choices(struct data_choices *choices, const struct data_choices *others) {
    bool cut = choices->reader[0] || choices->separator[0] || choices->header; // then columns do not go with it
    if (!cut) keep_text(choices->columns, sizeof choices->columns, others->columns);
    keep_text(choices->reader, sizeof choices->reader, others->reader);
    keep_text(choices->separator, sizeof choices->separator, others->separator);
    keep_text(choices->on_problem, sizeof choices->on_problem, others->on_problem);
    if (choices->encoding == ENCODING_AUTO) choices->encoding = others->encoding;
    if (choices->header == 0) choices->header = others->header;
    if (choices->shape == TEXT_AUTO) choices->shape = others->shape;
    if (!choices->tokens) choices->tokens = others->tokens;
    if (!choices->lower) choices->lower = others->lower;
    if (!choices->min_count) choices->min_count = others->min_count;
    if (!choices->split && others->split) {
        choices->split = true;
        choices->validation = others->validation;
        choices->test = others->test;
        choices->seed = others->seed;
    }
}

// All that decides how the data are read goes into the setup's choices.
static void make_whole(struct setup *setup, const struct data_choices *found) {
    const struct setup usual = setup_default();
    struct data_choices *c = &setup->reading;
    struct data_choices said = {.shape = setup->shape,
                                .tokens = setup->tokens != usual.tokens ? 1 + (int)setup->tokens : 0,
                                .lower = setup->lower,
                                .min_count = setup->min_count,
                                .split = setup->validation != usual.validation,
                                .validation = setup->validation,
                                .seed = setup->recipe.seed};
    add_choices(c, &said);
    add_choices(c, found);
    said.split = true;
    add_choices(c, &said);
    c->whole = true;
    setup->shape = usual.shape;
    setup->tokens = usual.tokens;
    setup->lower = usual.lower;
    setup->min_count = usual.min_count;
    setup->validation = usual.validation;
}

// Choices that lie beside the file, or that were kept for it. False: they are damaged.
static bool find_choices(struct app *app, const struct setup *setup, bool remember, struct data_choices *out,
                         struct err *err) {
    char path[ASSET_PATH];
    struct err damaged = {0};
    *out = (struct data_choices){0};
    if (*setup->task || setup->reading.whole || !setup_data_path(setup, path, NULL)) return true;
    if (remember && kept_choices_load(app->preferences_file, path, out, &damaged)) return true;
    if (damaged.code) app_say(app, &damaged);
    return choices_beside(path, out, err);
}

static void forget_look(struct data_page *page) {
    sweep(page);
    page->example = page->token = page->row = 0;
    page->across = 0;
    page->targets = false;
}

static void *look_at(const struct setup *setup, workbench_progress *progress, void *context, struct err *err) {
    return data_look_new(setup, progress, context, err);
}

static void start(struct app *app) {
    struct data_page *page = app->data_page;
    page->error.code = ERR_NONE;
    page->stopped = false;
    page->job = job_start(&page->setup, look_at, app->wake, app->wake_context);
}

// Reads `setup` as soon as the worker is free.
static void read_setup(struct app *app) {
    struct data_page *page = app->data_page;
    page->again = page->job != NULL;
    if (page->job)
        job_cancel(page->job);
    else
        start(app);
}

void data_page_open(struct app *app, const struct setup *setup, bool remember) {
    struct data_page *page = data_page_of(app);
    struct data_choices found;
    forget_look(page);
    page->open = true;
    page->chosen = false;
    page->setup = *setup;
    page->setup.checkpoint[0] = 0;
    page->error.code = ERR_NONE;
    bool good = find_choices(app, setup, remember, &found, &page->error);
    make_whole(&page->setup, &found);
    if (good) read_setup(app);
    if (app->waits) data_page_finish(app);
}

void data_page_close(struct app *app) {
    struct data_page *page = data_page_of(app);
    forget_look(page);
    page->open = page->stopped = page->follows = false;
    page->seen = true;
    page->error.code = ERR_NONE;
    page->again = page->job != NULL;
    if (page->job) job_cancel(page->job);
}

// ---- the worker ----

// What was chosen on the page is kept for the next time.
static void keep(struct app *app) {
    struct data_page *page = app->data_page;
    struct err err = {0};
    if (!page->chosen || !*page->look->path) return;
    page->chosen = false;
    if (!kept_choices_save(app->preferences_file, page->look->path, &page->shown.reading, &err)) app_say(app, &err);
}

static void take_roles(struct data_page *page) {
    const struct dataset_column *columns;
    int count = preview_columns(page->look->preview, &columns);
    for (int k = 0; k < PREVIEW_CELLS_MOST; k++)
        page->roles[k] = k < count ? columns[k].role : ROLE_IGNORE;
}

static void take(struct app *app) {
    struct data_page *page = app->data_page;
    struct setup setup = *job_setup(page->job);
    struct err err = {0};
    struct data_look *look = job_take(page->job, &err);
    page->job = NULL;
    if (page->again) {
        page->again = false;
        data_look_free(look);
        if (page->open) start(app);
        return;
    }
    if (!look && err.code == ERR_STOPPED) {
        page->stopped = !page->look;
        if (page->look) data_page_undo(app);
        return;
    }
    page->error = err;
    if (!look) return;
    sweep(page);
    page->look = look;
    page->shown = setup;
    if (!page->follows) app_remember(app, setup.data);
    take_roles(page);
    if (page->example >= data_look_examples(look)) page->example = 0;
    page->token = 0;
    snprintf(page->seed_field, sizeof page->seed_field, "%ld", setup.reading.seed);
    snprintf(page->count_field, sizeof page->count_field, "%ld",
             setup.reading.min_count > 1 ? setup.reading.min_count : 1);
    keep(app);
}

void data_page_advance(struct app *app) {
    struct data_page *page = app->data_page;
    if (page && page->job && (app->waits || job_ready(page->job, NULL))) take(app);
}

void data_page_finish(struct app *app) {
    while (app->data_page && app->data_page->job)
        take(app);
}

bool data_page_busy(const struct app *app, double *fraction) {
    if (!app->data_page || !app->data_page->job) return false;
    job_ready(app->data_page->job, fraction);
    return true;
}

void data_page_read(struct app *app) {
    data_page_of(app)->chosen = true;
    read_setup(app);
}

void data_page_undo(struct app *app) {
    struct data_page *page = app->data_page;
    page->setup = page->shown;
    page->error.code = ERR_NONE;
    page->chosen = false;
    take_roles(page);
}

void data_page_cancel(struct app *app) {
    struct data_page *page = app->data_page;
    page->again = false;
    if (page->job) job_cancel(page->job);
}

// ---- what is done with it ----

bool data_page_can_use(const struct app *app) {
    const struct data_page *page = app->data_page;
    return page && page->look && !page->job && page->error.code == ERR_NONE;
}

// The network of the workbench, as far as it goes with these data.
static void fit_recipe(struct app *app, struct setup *setup, const struct dataset *data) {
    struct net_spec spec = app->setup.recipe.spec;
    bool same = !strcmp(setup->data, app->setup.data) && !strcmp(setup->task, app->setup.task);
    if (*setup->task) return; // it brings its own
    setup->recipe = app->setup.recipe;
    setup->recipe.max_T = 0;
    if (same && training_network(data, setup->recipe.kind, &spec, NULL)) return;
    setup->recipe.kind = -1;
    setup->recipe.spec.embed = 0;
    setup->recipe.spec.directions = 1;
}

void data_page_use(struct app *app) {
    struct data_page *page = app->data_page;
    if (!data_page_can_use(app) || app_refuses(app, LOCK_OPENING | LOCK_DATA)) return;
    struct setup setup = page->shown;
    fit_recipe(app, &setup, page->look->data);
    setup.word[0] = 0;
    setup.example = page->look->data->shape == TEXT_LINES ? (int)page->example : 0;
    app_open_setup(app, &setup);
    app_show_page(app, PAGE_WORKBENCH);
}

void data_page_save(struct app *app) {
    struct data_page *page = app->data_page;
    struct err err = {0};
    if (!page->look || !*page->look->path) return;
    const struct data_choices *said = &page->shown.reading;
    struct data_choices choices = choices_of(page->look->data, said->on_problem);
    choices.shape = said->shape;
    choices.tokens = said->tokens;
    choices.lower = said->lower;
    choices.min_count = said->min_count;
    choices.split = said->split;
    choices.validation = said->validation;
    choices.test = said->test;
    choices.seed = said->seed;
    struct str path = {0};
    str_printf(&path, "%s%s", page->look->path, choices_ending);
    bool good = choices_save(&choices, path.data, &err);
    if (good)
        err_set(&err, ERR_VALUE, "Saved as %.300s, beside the file: it is read this way from now on.",
                file_name(path.data));
    app_say(app, &err);
    app->message_good = good;
    str_release(&path);
}

// ---- choices ----

static void too_many(struct app *app, const char *what) {
    struct err err = {0};
    err_set(&err, ERR_LIMIT, "There are too many %s to keep.", what);
    app_say(app, &err);
}

// In tables and JSON lines.
bool data_can_choose_roles(const struct data_page *page) {
    bool header;
    return *preview_separator(page->look->preview, &header) || !strcmp(page->look->data->reader, "jsonl");
}

// The roles as the options have them: "text=2,label=1".
static void write_roles(const struct data_page *page, const char *separator, struct str *out) {
    const struct dataset_column *columns;
    struct dataset described = {.column_count = preview_columns(page->look->preview, &columns)};
    if (described.column_count > PREVIEW_CELLS_MOST) described.column_count = PREVIEW_CELLS_MOST;
    snprintf(described.separator, sizeof described.separator, "%s", separator);
    described.columns = mem_need((size_t)described.column_count, sizeof *described.columns);
    for (int k = 0; k < described.column_count; k++) {
        described.columns[k] = columns[k];
        described.columns[k].role = page->roles[k];
    }
    columns_describe(&described, out);
    mem_free(described.columns);
}

void data_choose_role(struct app *app, int column, enum column_role role) {
    struct data_page *page = app->data_page;
    struct data_choices *c = &page->setup.reading;
    bool header;
    const char *separator = preview_separator(page->look->preview, &header);
    for (int k = 0; k < PREVIEW_CELLS_MOST; k++) // one column each
        if (page->roles[k] == role && role != ROLE_VALUE) page->roles[k] = ROLE_IGNORE;
    page->roles[column] = role;
    struct str text = {0};
    write_roles(page, separator, &text);
    if (text.size < sizeof c->columns) {
        snprintf(c->columns, sizeof c->columns, "%s", str_text(&text));
        // another kind of table may come of it
        snprintf(c->reader, sizeof c->reader, "%s", *separator ? "" : page->look->data->reader);
        if (*separator) snprintf(c->separator, sizeof c->separator, "%s", separator);
        if (*separator) c->header = header ? 1 : -1;
        data_page_read(app);
    } else
        too_many(app, "choices of columns");
    str_release(&text);
}

static struct data_options actions_of(const struct app *app) {
    struct data_options options = {0};
    problem_actions_read(app->data_page->setup.reading.on_problem, &options, NULL);
    return options;
}

enum problem_action data_chosen_action(const struct app *app, enum problem_kind kind, long line) {
    struct data_options options = actions_of(app);
    return problem_choice(&options, kind, line);
}

void data_choose_action(struct app *app, enum problem_kind kind, long line, enum problem_action action) {
    struct data_choices *c = &app->data_page->setup.reading;
    struct data_options options = actions_of(app);
    int kept = 0;
    for (int k = 0; k < options.exception_count; k++) { // the new choice goes before
        const struct problem_exception *exception = &options.exceptions[k];
        if (exception->kind != kind || (line > 0 && exception->line != line)) options.exceptions[kept++] = *exception;
    }
    options.exception_count = kept;
    if (line == 0) options.actions[kind] = action == problem_usual(kind) ? ACTION_NONE : action;
    bool apart = line > 0 && problem_choice(&options, kind, line) != action, fits = true;
    if (apart && kept == PROBLEM_EXCEPTIONS)
        fits = false;
    else if (apart)
        options.exceptions[options.exception_count++] = (struct problem_exception){line, kind, action};
    char text[sizeof c->on_problem];
    if (!fits || !problem_actions_write(&options, text, sizeof text)) {
        too_many(app, "choices for single lines");
        return;
    }
    memcpy(c->on_problem, text, sizeof text);
    data_page_read(app);
}
