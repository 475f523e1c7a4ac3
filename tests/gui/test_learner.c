// Every lesson played from beginning to end as a learner plays it: by keyboard alone, and by mouse (typing only where a
// text field asks for it). What a task's `solve` says is done with events at what stands on the screen.
//     test_learner [K OF [FOLDER]]: every OF-th lesson from the K-th on
#include "learner_edit.h"
#include "lesson_internal.h"
#include "sampling_parts.h"
#include "task.h"
#include "train.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <time.h>

static long by_events, by_act;

static struct lesson_now now_of(struct learner *l) {
    struct lesson_now now = {0};
    app_lesson_now(l->app, &now);
    return now;
}

// --- the workbench ---

static bool go_to(struct learner *l, const char *place) {
    struct err err = {0};
    int position;
    if (!lesson_find_position(place, l->app->bench->record, learner_script(l), &position, &err))
        return learner_miss(l, err.message);
    return learner_goto(l, position);
}

static bool set_word(struct learner *l, const char *text) {
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
static bool open_task(struct learner *l, const char *text) {
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
static bool slide_choice(struct learner *l, const char *label, const long *choices, int count, long now, long to,
                         bool exact) {
    int from = 0, at = 0;
    for (int k = 1; k < count; k++)
        if (labs(choices[k] - now) < labs(choices[from] - now)) from = k;
    while (at < count && choices[at] < to)
        at++;
    if (at == count || (exact && choices[at] != to)) return learner_miss(l, "the menu has no such choice");
    return learner_slide(l, learner_id(l, NULL, -1, label), 0, count - 1, 1, from, at);
}

static bool choose_cell(struct learner *l, const char *name) {
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
static bool change_training(struct learner *l, const struct lesson_action *action) {
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

static bool change_network(struct learner *l, const struct lesson_action *action) {
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

static bool compare_with(struct learner *l, const char *name) {
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

static bool show_figure(struct learner *l, bool backward) {
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

static bool show_flow(struct learner *l, bool on) {
    if (l->app->view.flow == on) return true;
    if (l->mouse) return learner_miss(l, "no button opens the chart");
    if (!learner_leave(l)) return false;
    learner_key(l, 'g', 0);
    return true;
}

// The place of the inspector: by the steppers of the view of the cell.
static bool show_place(struct learner *l, int layer, int direction) {
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

static bool set_temperature(struct learner *l, const char *text) {
    double to;
    if (!lesson_parse_number(text, &to)) return learner_miss(l, "that is no temperature");
    return learner_slide(l, learner_id(l, "sampling", -1, "temperature"), 0, 3, 0.1, l->app->speech.rule.temperature,
                         to);
}

static bool draw_to(struct learner *l, const struct lesson_action *action) {
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

static bool measure(struct learner *l, const char *text) {
    int which = *text - '1';
    struct ui *ui = &l->app->ui;
    ui_push_id(ui, "sentences");
    ui_push_id_int(ui, which);
    ui_id field = ui_make_id(ui, "sentence");
    ui_pop_id(ui);
    ui_pop_id(ui);
    return learner_write(l, field, text + 2, true);
}

static bool run_updates(struct learner *l, long count) {
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

// --- one action ---

static bool do_action(struct learner *l, const struct lesson_action *action) {
    int granularity = BY_OPERATION;
    static const char *const by_words[] = {"operation", "cell", "timestep", "pass", "update"};
    switch (action->kind) {
    case ACTION_STEP:
    case ACTION_BACK:
        for (long k = 0; k < action->number; k++)
            if (!learner_step(l, action->kind == ACTION_STEP ? 1 : -1)) return false;
        return true;
    case ACTION_BY:
        for (int k = 0; k < GRANULARITY_COUNT; k++)
            if (!strcmp(by_words[k], action->text)) granularity = k;
        return learner_by(l, granularity);
    case ACTION_GOTO:
        return go_to(l, action->text);
    case ACTION_WORD:
        return set_word(l, action->text);
    case ACTION_TASK:
        return open_task(l, action->text);
    case ACTION_CELL:
    case ACTION_SEED:
    case ACTION_UNITS:
    case ACTION_LAYERS:
    case ACTION_TRAIN:
        return change_network(l, action);
    case ACTION_FIGURE:
        return show_figure(l, !strcmp(action->text, "backward"));
    case ACTION_FLOW:
        return show_flow(l, !strcmp(action->text, "on"));
    case ACTION_VIEW:
        return learner_view(l, view_find(action->text));
    case ACTION_PAGE:
        return learner_page(l, page_find(action->text));
    case ACTION_LAYER:
        return show_place(l, (int)action->number - 1, -1);
    case ACTION_DIRECTION:
        return show_place(l, -1, !strcmp(action->text, "backward"));
    case ACTION_EDIT:
        return learner_edit(l, action->text);
    case ACTION_CLEAR:
        return learner_clear(l);
    case ACTION_COMPARE:
        return compare_with(l, action->text);
    case ACTION_RUN:
        return run_updates(l, action->number);
    case ACTION_START:
        return learner_write(l, learner_id(l, "sampling", -1, "start with"), action->text, true);
    case ACTION_TEMPERATURE:
        return set_temperature(l, action->text);
    case ACTION_DRAW:
        return draw_to(l, action);
    case ACTION_SENTENCE:
        return measure(l, action->text);
    default:
        return learner_miss(l, "this action is not one of a learner");
    }
}

// "unit a t=4 argmax" is looked up, as who reads the screen does.
static bool select_index(struct learner *l, const struct lesson_action *action) {
    struct lesson_now now = now_of(l);
    struct err err = {0};
    double index = (double)action->number;
    if (index == 0 && !lesson_number(action->text, &now, &index, &err)) return learner_miss(l, err.message);
    if (action->kind == ACTION_UNIT) return learner_unit(l, (int)index - 1);
    return learner_timestep(l, (int)index - 1, action->encoder);
}

static bool is_done(const struct learner *l, int task) {
    return (l->app->player.done[l->app->player.part] >> task & 1) != 0;
}

static bool try_all(struct learner *l, const struct lesson_action *action, int task) {
    bool units = !strcmp(action->text, "unit"), encoder = !strncmp(action->text, "encoder", 7);
    const struct record *record = l->app->bench->record;
    int count = units ? record_H(record) : record_T(record_side(record, encoder));
    for (int k = 0; k < count && !is_done(l, task); k++)
        if (!(units ? learner_unit(l, k) : learner_timestep(l, k, encoder))) return false;
    return true;
}

// --- the panel ---

// To what the task asks for: by its key, or with the pointer.
static bool to_task(struct learner *l, ui_id id) {
    if (l->mouse) return learner_has(l, id) || learner_miss(l, "the panel does not show it");
    if (!learner_leave(l)) return false;
    learner_key(l, '/', 0);
    return l->app->ui.focus == id || learner_tab(l, id);
}

static bool answer(struct learner *l, int task, const char *text) {
    ui_id field = learner_id(l, "panel", task, "number");
    if (!to_task(l, field) || !learner_write(l, field, text, !l->mouse)) return false;
    return !l->mouse || learner_press(l, learner_id(l, "panel", task, "Check"));
}

static bool answer_task(struct learner *l, const struct lesson_task *task, int k, const char *given) {
    struct lesson_now now = now_of(l);
    struct err err = {0};
    double value;
    char text[64];
    if (!lesson_number(task->argument, &now, &value, &err)) return learner_miss(l, err.message);
    double tolerance = task->tolerance_relative ? task->tolerance * fabs(value) : task->tolerance;
    snprintf(text, sizeof text, "%.9g", value + 2 * tolerance + 1e-3 * fmax(1, fabs(value)));
    if (k == 0) { // a wrong one is refused, and says why
        if (!answer(l, k, text)) return false;
        if (is_done(l, k) || !*l->app->player.feedback[k] || !drive_shows(&l->drive, "yet."))
            return learner_miss(l, "a wrong number is not refused in the panel");
    }
    snprintf(text, sizeof text, "%.9g", value);
    return answer(l, k, *given ? given : text);
}

static bool choose(struct learner *l, const struct lesson_task *task, int k) {
    struct lesson_now now = now_of(l);
    int right = task->right_choice, wrong = -1;
    for (int i = 0; i < task->choice_count; i++) {
        bool holds = i == task->right_choice;
        struct err err = {0};
        if (task->when[i] && !lesson_holds(task->when[i], &now, &holds, &err)) return learner_miss(l, err.message);
        if (holds)
            right = i;
        else
            wrong = i;
    }
    for (int i = 0; i < 2; i++) {
        int taken = i ? right : wrong;
        if (taken < 0) continue;
        ui_id id = learner_id(l, "panel", k * 100 + taken, "choice");
        if (!to_task(l, id) || !learner_press(l, id)) return false;
        if (!i && (is_done(l, k) || !*l->app->player.feedback[k]))
            return learner_miss(l, "a wrong choice is not refused");
    }
    return true;
}

// Once a lesson: both hints, and the task is passed over and taken up again.
static bool hints_and_skip(struct learner *l, const struct lesson_task *task) {
    const struct player *player = &l->app->player;
    for (int k = 0; k < task->hint_count; k++) {
        if (!learner_press(l, learner_id(l, "panel", 0, k ? "Another hint" : "Hint"))) return false;
        if (player->hints[0] != k + 1) return learner_miss(l, "the hint is not shown");
    }
    if (!learner_press(l, learner_id(l, "panel", 0, "Skip"))) return false;
    if (player_current_task(player) == 0 || is_done(l, 0)) return learner_miss(l, "the task is not passed over");
    if (!learner_press(l, learner_id(l, "panel", 0, "part"))) return false; // its dot: the part once more
    learner_settle(l);
    return player_current_task(player) == 0 || learner_miss(l, "the task is not open again");
}

// --- a lesson ---

static bool play_action(struct learner *l, const struct lesson_task *task, int k, const char *words) {
    struct lesson_action action;
    struct err err = {0};
    bool good;
    if (!lesson_action_parse(words, &action, &err)) return learner_miss(l, err.message);
    if (!learner_close_message(l)) return false;
    if (action.kind == ACTION_ANSWER)
        good = answer_task(l, task, k, action.text);
    else if (action.kind == ACTION_CHOOSE)
        good = choose(l, task, k);
    else if (action.kind == ACTION_TRY)
        good = try_all(l, &action, k);
    else if (action.kind == ACTION_UNIT || action.kind == ACTION_TIMESTEP)
        good = select_index(l, &action);
    else
        good = do_action(l, &action);
    learner_settle(l);
    if (!good && action.kind < ACTION_ANSWER) {
        print_message("    %s: \"%s\" not by %s: %s\n", l->what, words, l->mouse ? "mouse" : "keys", l->missed);
        l->missed[0] = 0;
        by_act++;
        app_act(l->app, words, &err);
        learner_settle(l);
        return true;
    }
    by_events += good;
    return good;
}

static void play_task(struct learner *l, const struct lesson *lesson, int p, int k) {
    const struct lesson_task *task = &lesson->parts[p].tasks[k];
    char words[160];
    size_t cursor = 0, at;
    snprintf(l->what, sizeof l->what, "%s:%ld", lesson->path, task->line);
    if (p == 0 && k == 0 && !hints_and_skip(l, task)) fail_msg("%s: hints: %s", l->what, l->missed);
    while (lesson_next_action(task->solve, &cursor, words, sizeof words, &at))
        if (!play_action(l, task, k, words)) fail_msg("%s: \"%s\": %s", l->what, words, l->missed);
    const struct player *player = &l->app->player;
    if (!is_done(l, k))
        fail_msg("%s: by %s: expected \"%s\" to be done, found it open; %s %s", l->what, l->mouse ? "mouse" : "keys",
                 task->solve, player->feedback[k], l->app->message.message);
    bool says = (task->right || task->kind == CONDITION_ANSWER || task->kind == CONDITION_CHOICE);
    if (says && !(player->feedback_right[k] && drive_shows(&l->drive, "Right.")))
        fail_msg("%s: expected \"Right.\" in the panel, found \"%s\"", l->what, player->feedback[k]);
}

static void next_part(struct learner *l, int p) {
    bool good = true;
    if (l->mouse || p == 0) // once by Tab
        good = learner_press(l, learner_id(l, "panel", -1, "next"));
    else
        learner_key(l, KEY_PAGE_DOWN, MOD_CTRL);
    learner_settle(l);
    if (!good || l->app->player.part != p + 1) fail_msg("%s: the next part: %s", l->what, l->missed);
}

static void play_lesson(const char *path, bool mouse) {
    struct learner l = {.mouse = mouse};
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    options.lesson = path;
    if (!drive_open(&l.drive, &options, 1440, 900, 1, &err)) fail_msg("%s: %s", path, err.message);
    l.app = l.drive.app;
    long acted = by_act;
    learner_settle(&l);
    const struct lesson *lesson = l.app->lesson;
    for (int p = 0; p < lesson->part_count; p++) {
        for (int k = 0; k < lesson->parts[p].task_count; k++)
            play_task(&l, lesson, p, k);
        if (p + 1 < lesson->part_count) next_part(&l, p);
    }
    for (int p = 0; p < lesson->part_count; p++)
        assert_true(player_part_done(&l.app->player, p));
    assert_true(drive_shows(&l.drive, "Lesson done"));
    clock_gettime(CLOCK_MONOTONIC, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
    print_message("  %s by %s: %ld events, %.1f s; %ld actions not by events\n", strrchr(path, '/') + 1,
                  mouse ? "mouse" : "keys", l.events, seconds, by_act - acted);
    drive_close(&l.drive);
}

enum { FILES_MAX = 40 };
static char files[FILES_MAX][1024];
static int file_count;
static int which, of = 1;

static int by_name(const void *a, const void *b) {
    return strcmp(a, b);
}

static void find_files(const char *folder) {
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory && (entry = readdir(directory)) && file_count < FILES_MAX;)
        if (strstr(entry->d_name, ".md"))
            snprintf(files[file_count++], sizeof *files, "%.700s/%.255s", folder, entry->d_name);
    if (directory) closedir(directory);
    qsort(files, (size_t)file_count, sizeof *files, by_name);
}

static void plays(bool mouse) {
    assert_true(file_count > 0);
    for (int k = which; k < file_count; k += of)
        play_lesson(files[k], mouse);
}

static void plays_by_keyboard_alone(void **state) {
    (void)state;
    plays(false);
}

static void plays_by_mouse(void **state) {
    (void)state;
    plays(true);
}

static void all_by_events(void **state) {
    (void)state;
    print_message("  %ld actions by events, %ld not\n", by_events, by_act);
    assert_int_equal(by_act, 0);
}

int main(int argc, char **argv) {
    if (argc > 2) which = atoi(argv[1]), of = atoi(argv[2]);
    find_files(argc > 3 ? argv[3] : SOURCE_ROOT "/lessons");
    if (argc < 4) snprintf(files[file_count++], sizeof *files, "%s/tests/lessons/everything.md", SOURCE_ROOT);
    const struct CMUnitTest tests[] = {cmocka_unit_test(plays_by_keyboard_alone), cmocka_unit_test(plays_by_mouse),
                                       cmocka_unit_test(all_by_events)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
