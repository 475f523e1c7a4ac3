// Every lesson played from beginning to end as a learner plays it: by keyboard alone, and by mouse (typing only where a
// text field asks for it). What a task's `solve` says is done with events at what stands on the screen.
//     test_learner [K OF [FOLDER]]: every OF-th lesson from the K-th on
#include "learner_network.h"
#include "lesson_internal.h"

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

// The last part, with all but its last task done: at its end the panel leads on, by hand and by key.
static void open_end(struct learner *l, bool mouse) {
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    *l = (struct learner){.mouse = mouse};
    options.lesson = "3";
    if (!drive_open(&l->drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    l->app = l->drive.app;
    learner_settle(l);
    const struct lesson *lesson = l->app->lesson;
    for (int p = 0; p + 1 < lesson->part_count; p++)
        l->app->player.done[p] = (1u << lesson->parts[p].task_count) - 1;
    app_go_part(l->app, lesson->part_count - 1);
    learner_settle(l);
    assert_false(drive_shows(&l->drive, "Lesson done"));
    for (int k = 0; k < lesson->parts[lesson->part_count - 1].task_count; k++)
        play_task(l, lesson, lesson->part_count - 1, k);
    assert_true(drive_shows(&l->drive, "Lesson done"));
}

static void the_end_leads_on(void **state) {
    (void)state;
    struct learner l;
    for (int way = 0; way < 4; way++) {
        open_end(&l, way == 1 || way == 3);
        ui_id button = learner_id(&l, "panel", -1, "Next lesson");
        if (way == 0) { // to the button, and on
            learner_key(&l, '/', 0);
            assert_true(l.app->ui.focus == button && l.app->ui.focus_visible);
            learner_key(&l, KEY_ENTER, 0);
        }
        if (way == 1) assert_true(learner_press(&l, button));
        if (way == 2) learner_key(&l, KEY_PAGE_DOWN, MOD_CTRL);
        if (way == 3) assert_true(learner_press(&l, learner_id(&l, "panel", -1, "All lessons")));
        learner_settle(&l);
        assert_int_equal(l.app->lesson->number, way == 3 ? 3 : 4);
        if (way == 3) assert_string_equal(page_get(l.app->page)->name, "lessons");
        drive_close(&l.drive);
    }
}

// The last part is done and another is not: what is open is named, and a button leads there.
static void open_parts_are_named(void **state) {
    (void)state;
    struct learner l;
    open_end(&l, true);
    l.app->player.done[1] = 0;
    learner_frames(&l);
    assert_false(drive_shows(&l.drive, "Lesson done"));
    assert_true(drive_shows(&l.drive, "The last part is done"));
    assert_true(learner_press(&l, learner_id(&l, "panel", -1, "Go to part 2")));
    assert_int_equal(l.app->player.part, 1);
    drive_close(&l.drive);
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
                                       cmocka_unit_test(the_end_leads_on), cmocka_unit_test(open_parts_are_named),
                                       cmocka_unit_test(all_by_events)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
