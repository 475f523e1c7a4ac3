// What teachers use in the window: their own lessons beside the built-in ones, a lesson read again when its file is
// saved, locks, presenter mode.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app_chrome.h"
#include "drive.h"
#include "folder.h"
#include "page.h"
#include <time.h>
#include <utime.h>

#define LESSON(id, number, more, text)                                                                                 \
    "# The title\n\n```lesson\nid: " id "\nnumber: " number "\n" more "```\n\n## First\n\n```scene\ndata: "            \
    "dinosaurs.txt\nword: rex\nunits: 4\ngoto: start\nby: timestep\n```\n\n" text                                      \
    "\n\n```task\ntext: Go.\ngoal: past forward t=2\nsolve: goto forward t=2\n```\n\n## Second\n\nMore.\n\n"           \
    "```task\ntext: Select it.\ngoal: unit 2\nsolve: unit 2\n```\n"

// Two files written within one tick of the clock would look alike: each one is older than the next.
static time_t written = 1000000000;

static const char *write_lesson(struct temporary *t, const char *name, const char *text) {
    struct err err = {0};
    const char *path = temporary_path(t, name);
    assert_true(file_save_whole(path, text, strlen(text), &err));
    struct utimbuf times = {++written, written};
    assert_int_equal(utime(path, &times), 0);
    return path;
}

static struct app_options options_of(const char *lesson) {
    struct app_options options = {
        .setup = setup_default(), .lesson = lesson, .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 5;
    return options;
}

static struct drive open_lesson(const char *lesson, float width, float height) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = options_of(lesson);
    if (!drive_open(&drive, &options, width, height, 1, &err)) fail_msg("%s", err.message);
    return drive;
}

// --- the shelf ---

static const struct shelf_lesson *on_shelf(const struct app *app, const char *file) {
    for (int k = 0; k < app->shelf_count; k++)
        if (!strcmp(file_name(app->shelf[k].path), file)) return &app->shelf[k];
    return NULL;
}

static void own_lessons_stand_behind(void **state) {
    struct temporary *t = *state;
    write_lesson(t, "good.md", LESSON("good", "902", "", "Text."));
    write_lesson(t, "bad.md", LESSON("bad", "60", "", "Text with $\\nothing$."));
    write_lesson(t, "same-id.md", LESSON("forward-pass", "61", "", "Text."));
    write_lesson(t, "same-number.md", LESSON("another", "902", "", "Text."));
    write_lesson(t, "notes.txt", "no lesson");
    struct app_options options = options_of("good");
    options.lessons = t->folder;
    struct drive drive;
    struct err err = {0};
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    const struct app *app = drive.app;
    assert_int_equal(app->message.code, ERR_NONE); // what is broken does not stop the others
    assert_string_equal(app->lesson->id, "good");
    int own = 0;
    for (int k = 0; k < app->shelf_count; k++) {
        if (app->shelf[k].own) own++;
        if (k > 0) assert_true(app->shelf[k].own >= app->shelf[k - 1].own);
    }
    assert_int_equal(own, 4);
    const struct shelf_lesson *good = on_shelf(app, "good.md"), *bad = on_shelf(app, "bad.md"),
                              *id = on_shelf(app, "same-id.md"), *number = on_shelf(app, "same-number.md");
    assert_false(good->broken);
    assert_true(bad->broken && id->broken && number->broken);
    assert_string_equal(bad->title, "The title"); // what can be told of it is told
    assert_int_equal(bad->err.line, 18);
    assert_int_equal(bad->err.column, 12);
    assert_int_equal(id->err.line, 4);
    assert_non_null(strstr(id->err.message, "forward-pass"));
    assert_int_equal(number->err.line, 5);
    drive_close(&drive);
}

static void a_folder_that_is_asked_for_must_be_there(void **state) {
    struct temporary *t = *state;
    struct app_options options = options_of("3");
    struct err err = {0};
    char folder[1100];
    snprintf(folder, sizeof folder, "%s/none", t->folder);
    options.lessons = folder;
    struct app *app = app_new(&options, &err); // the usual one need not be
    assert_non_null(app);
    app_free(app);
    options.lessons_needed = true;
    assert_null(app_new(&options, &err));
    assert_int_equal(err.code, ERR_IO);
}

// --- read again ---

static void a_saved_file_is_shown(void **state) {
    struct temporary *t = *state;
    const char *path = write_lesson(t, "x.md", LESSON("x", "70", "", "Before."));
    struct drive drive = open_lesson(path, 1440, 900);
    struct app *app = drive.app;
    drive_key(&drive, KEY_RIGHT, 0); // a timestep on: the learner's place
    drive_key(&drive, KEY_RIGHT, 0);
    int place = app->position;
    assert_true(app->player.done[0] == 1);
    assert_true(drive_shows(&drive, "Before."));

    write_lesson(t, "x.md", LESSON("x", "70", "", "After."));
    drive_key(&drive, 'r', MOD_CTRL);
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "After."));
    assert_int_equal(app->position, place);
    assert_true(app->player.done[0] == 1);

    write_lesson(t, "x.md", LESSON("x", "70", "", "Wrong $\\nothing$."));
    drive_key(&drive, 'r', MOD_CTRL);
    drive_frame(&drive);
    assert_int_equal(app->message.line, 18);
    assert_int_equal(app->message.column, 8);
    assert_true(drive_shows(&drive, "After.")); // what was open stays

    write_lesson(t, "x.md", LESSON("x", "70", "", "Mended."));
    drive_key(&drive, 'r', MOD_CTRL);
    drive_frame(&drive);
    assert_int_equal(app->message.code, ERR_NONE);
    assert_true(drive_shows(&drive, "Mended."));

    // In a window that is left alone it is noticed within a second, and the window wakes up for it.
    app->waits = false;
    assert_true(app_wait(app, drive.now) <= 1);
    write_lesson(t, "x.md", LESSON("x", "70", "", "Noticed."));
    drive.now += 1.1;
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "Noticed."));
    app->waits = true;
    drive_close(&drive);
}

static void a_part_that_is_gone(void **state) {
    struct temporary *t = *state;
    const char *path = write_lesson(t, "x.md", LESSON("x", "70", "", "Text."));
    struct drive drive = open_lesson(path, 1440, 900);
    app_go_part(drive.app, 1);
    drive_settle(&drive);
    char text[2048];
    snprintf(text, sizeof text, "%s", LESSON("x", "70", "", "Text."));
    *strstr(text, "## Second") = 0;
    write_lesson(t, "x.md", text);
    drive_key(&drive, 'r', MOD_CTRL);
    drive_frame(&drive);
    drive_settle(&drive);
    assert_int_equal(drive.app->player.part, 0);
    assert_int_equal(drive.app->lesson->part_count, 1);
    drive_close(&drive);
}

// --- locks ---

static void locked_controls_say_why(void **state) {
    struct temporary *t = *state;
    const char *path = write_lesson(t, "x.md", LESSON("x", "70", "lock: all\n", "Text."));
    struct drive drive = open_lesson(path, 1440, 900);
    struct app *app = drive.app;
    assert_int_equal(app->lesson->lock, LOCK_ALL);
    struct setup before = app->setup;
    static const struct {
        int key;
        unsigned mods;
        const char *says;
    } keys[] = {{'d', MOD_CTRL, "the data"},     {'o', MOD_CTRL, "the data"}, {'t', MOD_CTRL, "the data"},
                {'v', MOD_CTRL, "the data"},     {'m', MOD_CTRL, "the data"}, {'z', MOD_CTRL, "the values"},
                {KEY_F1 + 3, 0, "the training"}, {KEY_F1 + 4, 0, "this page"}};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        app->message.code = ERR_NONE;
        drive_key(&drive, keys[k].key, keys[k].mods);
        if (!strstr(app->message.message, keys[k].says))
            fail_msg("key %zu: expected words of %s, found \"%s\"", k, keys[k].says, app->message.message);
        assert_int_equal(app->page, PAGE_WORKBENCH);
        assert_false(app->data_open);
    }
    app->message.code = ERR_NONE;
    drive_frame(&drive);
    assert_true(drive_click_text(&drive, "dinosaurs.txt")); // the chip
    assert_non_null(strstr(app->message.message, "the data"));
    assert_true(drive_click_text(&drive, "RNN, 1 layer, 4 units"));
    assert_non_null(strstr(app->message.message, "the network"));
    assert_false(app->model_open);
    app->view.ask.kind = ASK_CELL;
    app->view.ask.index = CELL_LSTM;
    drive_frame(&drive);
    assert_memory_equal(&before, &app->setup, sizeof before);
    app_close_lesson(app); // the way out
    drive_key(&drive, 'd', MOD_CTRL);
    assert_true(app->data_open);
    drive_close(&drive);
}

static void one_lock_leaves_the_rest(void **state) {
    struct temporary *t = *state;
    const char *path = write_lesson(t, "x.md", LESSON("x", "70", "lock: seed, model\n", "Text."));
    struct drive drive = open_lesson(path, 1440, 900);
    struct app *app = drive.app;
    drive_key(&drive, 'd', MOD_CTRL);
    assert_true(app->data_open);
    drive_key(&drive, KEY_ESCAPE, 0);
    app_toggle_popup(app, APP_POPUP_MODEL);
    drive_frame(&drive);
    drive_frame(&drive);
    assert_true(app->model_open);
    assert_true(drive_shows(&drive, "Kept by the lesson"));
    assert_false(drive_shows(&drive, "Next seed"));
    assert_true(drive_shows(&drive, "Updates"));
    drive_close(&drive);
}

static void a_class_room_keeps_its_lesson(void **state) {
    struct temporary *t = *state;
    const char *path = write_lesson(t, "x.md", LESSON("x", "70", "", "Text."));
    struct app_options options = options_of(path);
    options.stays = true;
    struct drive drive;
    struct err err = {0};
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    struct app *app = drive.app;
    struct input_event drop = {.kind = INPUT_DROP};
    static const char *const files[] = {"/nowhere.txt"};
    drop.dropped = files;
    drop.drop_count = 1;
    app_event(app, &drop);
    assert_non_null(strstr(app->message.message, "what is open"));
    app->message.code = ERR_NONE;
    app_open_file(app, "other.md");
    assert_non_null(strstr(app->message.message, "what is open"));
    app->message.code = ERR_NONE;
    drive_key(&drive, KEY_F1 + 4, 0);
    assert_non_null(strstr(app->message.message, "this page"));
    app_toggle_popup(app, APP_POPUP_LESSONS);
    drive_frame(&drive);
    drive_frame(&drive);
    if (app->lessons_open) {
        assert_true(drive_click_text(&drive, "No lesson: the workbench alone"));
        assert_non_null(app->lesson);
    }
    app->message.code = ERR_NONE;
    drive_key(&drive, 'd', MOD_CTRL); // what the lesson does not lock is free
    assert_true(app->data_open || app->message.code == ERR_NONE);
    drive_close(&drive);
}

// --- presenter mode ---

static void a_clicker_walks_through(void **state) {
    struct temporary *t = *state;
    const char *path = write_lesson(t, "x.md", LESSON("x", "70", "", "Text."));
    struct drive drive = open_lesson(path, 1067, 600);
    struct app *app = drive.app;
    drive_key(&drive, 'p', 0);
    assert_true(app->presentation);
    assert_true(app->wish == APP_SCALE);
    assert_true(drive_shows(&drive, "1 of 2"));
    assert_false(drive_shows(&drive, "dinosaurs.txt")); // nothing that distracts
    assert_true(drive_shows(&drive, "Try this"));
    drive_key(&drive, 'l', 0);
    assert_false(drive_shows(&drive, "Try this"));
    drive_key(&drive, 'l', 0);

    int at = app->position;
    drive_key(&drive, KEY_PAGE_DOWN, 0);
    assert_int_equal(app->position, script_move(app->bench->script, at, BY_TIMESTEP, 1));
    drive_key(&drive, KEY_PAGE_UP, 0);
    assert_int_equal(app->position, at);
    app_seek(app, app->bench->script->count);
    drive_key(&drive, KEY_PAGE_DOWN, 0);
    drive_settle(&drive);
    assert_int_equal(app->player.part, 1); // behind the last step stands the next part
    app_seek(app, app->bench->script->count);
    drive_key(&drive, KEY_PAGE_DOWN, 0);
    assert_int_equal(app->player.part, 1); // there is none
    app_seek(app, 0);
    drive_key(&drive, KEY_PAGE_UP, 0);
    drive_settle(&drive);
    assert_int_equal(app->player.part, 0);
    drive_key(&drive, KEY_PAGE_DOWN, MOD_SHIFT);
    drive_settle(&drive);
    assert_int_equal(app->player.part, 1);

    drive_key(&drive, 'b', 0);
    assert_true(app->blank);
    const struct draw_command *last = &drive.list.commands[drive.list.count - 1];
    assert_true(last->color.r == 0 && last->color.g == 0 && last->color.b == 0 && last->color.a == 255);
    at = app->position;
    drive_key(&drive, KEY_PAGE_DOWN, 0); // brings the picture back, and no more
    assert_false(app->blank);
    assert_int_equal(app->position, at);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(app->presentation);
    drive_key(&drive, 'b', 0);
    assert_false(app->blank); // elsewhere it turns to the other figure
    drive_close(&drive);
}

static void sizes_of_a_room(void **state) {
    (void)state;
    static const float sizes[][2] = {{1280, 720}, {1536, 864}, {1440, 900}, {1024, 640}, {2560, 1440}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        float scale = app_presentation_scale(sizes[k][0], sizes[k][1]);
        assert_true(scale >= 1 && sizes[k][0] / scale >= 1023 && sizes[k][1] / scale >= 599);
        assert_true(sizes[k][0] / scale <= 1025 || sizes[k][1] / scale <= 641);
    }
}

// --- the panel beside the stage ---

static void a_lesson_keeps_its_text(void **state) {
    (void)state;
    static const struct {
        float width;
        bool rail, sheet;
    } sizes[] = {{1024, true, true}, {1180, false, true}, {1280, false, false}, {1440, false, false}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct drive drive = open_lesson("3", sizes[k].width, 720);
        assert_int_equal(drive.app->panel_rail, sizes[k].rail);
        assert_int_equal(drive.app->inspector_sheet, sizes[k].sheet);
        assert_int_equal(drive_shows(&drive, "Try this"), !sizes[k].rail);
        drive_close(&drive);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(own_lessons_stand_behind),      IN_FOLDER(a_folder_that_is_asked_for_must_be_there),
        IN_FOLDER(a_saved_file_is_shown),         IN_FOLDER(a_part_that_is_gone),
        IN_FOLDER(locked_controls_say_why),       IN_FOLDER(one_lock_leaves_the_rest),
        IN_FOLDER(a_class_room_keeps_its_lesson), IN_FOLDER(a_clicker_walks_through),
        cmocka_unit_test(sizes_of_a_room),        cmocka_unit_test(a_lesson_keeps_its_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
