#pragma once
// What a learner does to the network and beside the walk: data, cell and sizes, figures, sampling, sentences, training.

#include "learner_edit.h"
#include "lesson.h"
#include "sampling_parts.h"
#include "task.h"
#include "train.h"

#include <time.h>

// --- the workbench ---

static inline bool go_to(struct learner *l, const char *place) {
    struct err err = {0};
    int position;
    if (!lesson_find_position(place, l->app->bench->record, learner_script(l), &position, &err))
        return learner_miss(l, err.message);
    return learner_goto(l, position);
}

static inline bool set_word(struct learner *l, const char *text) {
    struct app *app = l->app;
    ui_id popup = learner_popup_id("data menu");
    if (l->mouse) {
        if (!learner_press(l, popup)) return false;
    } else {
        if (!learner_leave(l)) return false;
        learner_key(l, 'd', MOD_CTRL);
    }
    if (!app->data_open) return learner_miss(l, "the menu of the data does not open");
    if (*text != '#') return learner_write(l, learner_id(l, NULL, -1, "word"), text, true);
    long row = strtol(text + 1, NULL, 10) - 1;
    ui_id list = learner_id(l, NULL, -1, "examples");
    rect r;
    if (l->mouse) {
        if (!learner_see(l, list, &r)) return false;
        char caption[160];
        point at;
        bench_example_caption(app->bench->data, (int)row, caption, sizeof caption);
        for (int k = 0; k < 400 && !learner_find_text(l, caption, r, &at); k++)
            learner_event(l, (struct input_event){.kind = INPUT_WHEEL, .at = {r.x + 20, r.y + 60}, .wheel_y = -1});
        if (!learner_find_text(l, caption, r, &at)) return learner_miss(l, "the list has no such example");
        learner_click(l, at);
        return true;
    }
    if (!learner_tab(l, list)) return false;
    learner_key(l, KEY_HOME, 0);
    learner_keys(l, KEY_DOWN, 0, row);
    learner_key(l, KEY_ENTER, 0);
    return true;
}

// The sheet of tasks: what is typed is looked for.
static inline bool open_task(struct learner *l, const char *text) {
    char id[64];
    snprintf(id, sizeof id, "%.*s", (int)strcspn(text, ":"), text);
    if (l->mouse) {
        if (!learner_pick(l, "data menu", "Another task ...")) return false;
    } else {
        if (!learner_leave(l)) return false;
        learner_key(l, 't', MOD_CTRL);
    }
    drive_type(&l->drive, id);
    learner_frames(l);
    point at;
    if (!l->mouse)
        learner_key(l, KEY_ENTER, 0);
    else if (learner_find_text(l, task_find(id, strlen(id))->title, l->app->ui.list->bounds, &at)) {
        learner_click(l, at); // a click shows it, the button opens it
        learner_press(l, learner_id(l, NULL, -1, "Open this task"));
    }
    learner_settle(l);
    return !strncmp(l->app->setup.task, id, strlen(id)) || learner_miss(l, "the task does not open");
}

// The choices of the menu's sliders.
static const long unit_choices[] = {2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 0};
static const long step_choices[] = {0, 1, 5, 10, 25, 50, 100, 200, 400, 600, 800, 1200, 2000, 3000, 5000, -1};
static const long layer_choices[] = {1, 2, 3, 4, 0};

// The first one that is enough; of units and layers the very one.
static inline bool slide_choice(struct learner *l, const char *label, const long *choices, int count, long now, long to,
                                bool exact) {
    int from = 0, at = 0;
    for (int k = 1; k < count; k++)
        if (labs(choices[k] - now) < labs(choices[from] - now)) from = k;
    while (at < count && choices[at] < to)
        at++;
    if (at == count || (exact && choices[at] != to)) return learner_miss(l, "the menu has no such choice");
    return learner_slide(l, learner_id(l, NULL, -1, label), 0, count - 1, 1, from, at);
}

static inline bool choose_cell(struct learner *l, const char *name) {
    enum cell_id cell;
    if (!cell_by_name(name, &cell)) return learner_miss(l, "there is no such cell");
    int row = (int)cell / APP_CELLS_A_ROW, first = row * APP_CELLS_A_ROW, now = (int)l->app->draft.recipe.spec.cell;
    int count = CELL_COUNT - first < APP_CELLS_A_ROW ? CELL_COUNT - first : APP_CELLS_A_ROW;
    bool here = now >= first && now < first + count;
    return learner_segment(l, learner_id(l, NULL, -1, row ? "more cells" : "cell"),
                           cell_describe(cell, ACTIVATION_TANH)->title, (int)cell - first, count,
                           here ? now - first : -1);
}

// On the page "Train and compare": the settings of all models, and an experiment that begins anew with them.
static inline bool change_training(struct learner *l, const struct lesson_action *action) {
    char text[24];
    snprintf(text, sizeof text, "%ld", action->number);
    if (action->kind != ACTION_SEED) return learner_miss(l, "only the seed is changed here so far");
    if (!learner_press(l, learner_popup_id("training settings")) ||
        !learner_write(l, learner_id(l, "experiment", -1, "training seed"), text, true))
        return false;
    learner_key(l, KEY_ESCAPE, 0);
    learner_settle(l);
    ui_id anew = learner_id(l, "experiment", -1, "Start anew");
    if (l->app->train->asks_anew && !learner_press(l, anew)) return false;
    learner_settle(l);
    return l->app->train->running.setup.recipe.seed == action->number || learner_miss(l, "it does not begin anew");
}

static inline bool change_network(struct learner *l, const struct lesson_action *action) {
    struct app *app = l->app;
    if (app->page == page_find("train")) return change_training(l, action);
    if (!learner_press(l, learner_popup_id("model menu"))) return false;
    if (!app->model_open) return learner_miss(l, "the menu of the network does not open");
    const struct recipe *draft = &app->draft.recipe;
    char seed[24];
    bool good = true;
    snprintf(seed, sizeof seed, "%ld", action->number);
    if (action->kind == ACTION_CELL) good = choose_cell(l, action->text);
    if (action->kind == ACTION_SEED) good = learner_write(l, learner_id(l, NULL, -1, "seed"), seed, false);
    if (action->kind == ACTION_UNITS)
        good = slide_choice(l, "Units", unit_choices, 19, draft->spec.hidden, action->number, true);
    if (action->kind == ACTION_LAYERS)
        good = slide_choice(l, "Layers", layer_choices, 4, draft->spec.layers, action->number, true);
    if (action->kind == ACTION_TRAIN)
        good = slide_choice(l, "Updates", step_choices, 15, draft->steps, action->number, false);
    return good && learner_press(l, learner_id(l, NULL, -1, "Train this network"));
}

static inline bool compare_with(struct learner *l, const char *name) {
    enum cell_id cell;
    char label[64];
    int before = l->app->view.view;
    if (!cell_by_name(name, &cell)) return learner_miss(l, "there is no such cell");
    const char *title = cell_describe(cell, ACTIVATION_TANH)->title;
    if (!learner_view(l, view_find("compare"))) return false;
    snprintf(label, sizeof label, "Compare with %s", title);
    ui_id invited = learner_id(l, NULL, -1, label);
    bool good = learner_has(l, invited) ? learner_press(l, invited) : learner_pick(l, "Compare with", title);
    learner_settle(l);
    return good && learner_view(l, before);
}

static inline bool show_figure(struct learner *l, bool backward) {
    int before = l->app->view.view;
    if (l->app->view.backward == backward) return true;
    if (!l->mouse) {
        if (!learner_leave(l)) return false;
        learner_key(l, 'b', 0);
        return true;
    }
    return learner_view(l, view_find("cell")) &&
           learner_segment(l, learner_id(l, NULL, -1, "figure"), backward ? "Backward" : "Forward", backward, 2,
                           !backward) &&
           learner_view(l, before);
}

static inline bool show_flow(struct learner *l, bool on) {
    if (l->app->view.flow == on) return true;
    if (l->mouse) return learner_miss(l, "no button opens the chart");
    if (!learner_leave(l)) return false;
    learner_key(l, 'g', 0);
    return true;
}

// The place of the inspector: by the steppers of the view of the cell.
static inline bool show_place(struct learner *l, int layer, int direction) {
    int before = l->app->view.view;
    if (!learner_view(l, view_find("cell"))) return false;
    for (int k = 0; k < 8 && layer >= 0 && l->app->view.layer != layer; k++)
        if (!learner_press(l, learner_id(l, "cell", -1, "The layer above"))) return false;
    if (direction >= 0 && l->app->view.direction != direction &&
        !learner_press(l, learner_id(l, "cell", -1, "The other direction##on")))
        return false;
    return learner_view(l, before);
}

// --- sampling, sentences, training ---

static inline bool set_temperature(struct learner *l, const char *text) {
    double to;
    if (!lesson_parse_number(text, &to)) return learner_miss(l, "that is no temperature");
    return learner_slide(l, learner_id(l, "sampling", -1, "temperature"), 0, 3, 0.1, l->app->speech.rule.temperature,
                         to);
}

static inline bool draw_to(struct learner *l, const struct lesson_action *action) {
    const struct sampling_memory *memory = l->app->view_memory[view_find("sampling")];
    const struct sampling *run = l->app->speech.said.sampling;
    static const char *const by_words[] = {"Operation", "Draw"};
    ui_id by = learner_id(l, "sampling", -1, "by");
    int moment = MOMENT_CHOICE, last, step = (int)action->number - 1;
    if (l->app->view.view != view_find("sampling") || !run) return learner_miss(l, "no text is sampled here");
    for (int k = 0; k < MOMENT_COUNT; k++)
        if (!strcmp(lesson_draw_words[k], action->text)) moment = k;
    last = sampling_count(run) - 1;
    if (step > last) step = last, moment = MOMENT_NEXT;
    for (int k = 0; k < 700 && (memory->step != step || memory->moment != moment); k++) {
        bool whole = memory->step < step, on = memory->step < step || (memory->step == step && memory->moment < moment);
        if (whole && memory->step == step - 1 && memory->moment == MOMENT_NEXT) whole = false;
        if (!on && memory->step > step) whole = true;
        if (!learner_segment(l, by, by_words[whole], whole, 2, memory->by)) return false;
        if (l->mouse) {
            const char *button = on ? "Step (Ctrl+Right or Enter)" : "Step back (Ctrl+Left)";
            if (!learner_press(l, learner_id(l, "sampling", -1, button))) return false;
        } else
            learner_key(l, on ? KEY_RIGHT : KEY_LEFT, MOD_CTRL);
    }
    return (memory->step == step && memory->moment == moment) || learner_miss(l, "the cursor does not come there");
}

static inline bool measure(struct learner *l, const char *text) {
    int which = *text - '1';
    struct ui *ui = &l->app->ui;
    ui_push_id(ui, "sentences");
    ui_push_id_int(ui, which);
    ui_id field = ui_make_id(ui, "sentence");
    ui_pop_id(ui);
    ui_pop_id(ui);
    return learner_write(l, field, text + 2, true);
}

static inline bool run_updates(struct learner *l, long count) {
    const struct train_page *page = l->app->train;
    char text[24];
    if (l->app->page != page_find("train") || !page) return learner_miss(l, "this is not the page of training");
    train_settle(l->app);
    learner_settle(l);
    int64_t until = page->look->update + count;
    snprintf(text, sizeof text, "%lld", (long long)until);
    if (!learner_write(l, learner_id(l, "experiment", -1, "until update"), text, true)) return false;
    for (int k = 0; k < 20000 && (page->look->update < until || page->look->phase == EXPERIMENT_RUNNING) &&
                    page->look->phase != EXPERIMENT_FAILED;
         k++) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        drive_frame(&l->drive);
    }
    return page->look->update >= until || learner_miss(l, "it does not train that far");
}
