// The list of kept experiments and its sheet: by functions, by the keyboard alone, by the mouse.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "experiment_kept.h"
#include "experiments.h"
#include "experiments_sheet.h"
#include "folder.h"
#include "kept_list.h"
#include <math.h>
#include <sys/stat.h>

static struct temporary *folder; // of all tests
static char home[RUN_FOLDER_PATH];

static void make_run(const char *name, int models, int64_t updates, const char *model) {
    struct experiment_plan plan = small_plan(models, 10);
    struct err err = {0};
    char path[RUN_FOLDER_PATH];
    run_path(home, -1, name, path);
    if (model) snprintf(plan.name[0], sizeof plan.name[0], "%s", model);
    struct kept *kept = kept_new(&plan, name ? path : NULL, &err);
    if (!kept) fail_msg("%s", err.message);
    struct experiment *e = experiment_new(kept_plan(kept), NULL, NULL);
    kept_begun(kept);
    go(e, updates);
    experiment_free(e);
    if (kept_trouble(kept, &err)) fail_msg("%s", err.message);
    kept_free(kept);
}

static int make_runs(void **state) {
    if (make_folder(state) != 0) return -1;
    folder = *state;
    setenv("XDG_DATA_HOME", folder->folder, 1);
    assert_true(run_home(home));
    make_run("first try", 1, 20, NULL);
    make_run("gates", 3, 35, "one with “gates”");
    make_run(NULL, 2, 10, NULL);
    char path[RUN_FOLDER_PATH], settings[RUN_FOLDER_PATH];
    struct err err = {0};
    run_path(home, -1, "broken", path); // a run whose settings are damaged
    assert_true(run_folder_make(path, 1, &err));
    run_path(path, -1, "settings.json", settings);
    assert_true(file_save_whole(settings, "{", 1, &err));
    run_path(home, -1, "not one", path); // a folder that is none
    assert_true(file_make_directories(path, &err));
    return 0;
}

static const struct kept_summary *find(const struct kept_list *list, const char *name) {
    for (int i = 0; i < list->count; i++)
        if (!strcmp(list->items[i].name, name)) return &list->items[i];
    return NULL;
}

static void lists(void **state) {
    (void)state;
    struct kept_list list;
    struct err err = {0};
    assert_true(experiments_list(NULL, &list, &err));
    assert_int_equal(list.count, 4);
    const struct kept_summary *gates = find(&list, "gates"), *own = find(&list, "names LSTM 4, GRU 5");
    assert_non_null(gates);
    assert_non_null(own);
    assert_int_equal(find(&list, "broken")->err.code, ERR_FORMAT);
    assert_int_equal(gates->models, 3);
    assert_string_equal(gates->model[0], "one with “gates”");
    assert_string_equal(gates->model[2], "RNN 6");
    assert_false(gates->in_use || gates->other);
    struct kept_runs *runs = kept_runs_load(gates->folder, &err);
    assert_non_null(runs);
    for (int k = 0; k < 3; k++) {
        const struct run_look *run = &runs->run[k];
        const struct kept_end *end = &gates->end[k];
        assert_string_equal(run->name, gates->model[k]);
        assert_int_equal(run->weights, gates->weights[k]);
        assert_int_equal(run->point_count, 35);
        assert_int_equal(run->check_count, 4);
        assert_int_equal(end->update, 35);
        assert_int_equal(end->check_update, 30);
        assert_true(end->valid_loss == run->checks[3].valid_loss && end->accuracy == run->checks[3].accuracy);
        assert_true(run->checks[2].train_loss == run_mean_loss(run->points, 10, 20));
        assert_true(isnan(run->checks[0].train_loss));
        double mean = (double)run->points[0].loss;
        for (int i = 1; i < 35; i++)
            mean = 0.95 * mean + 0.05 * (double)run->points[i].loss;
        assert_true(fabs(end->train_loss - mean) < 1e-9);
    }
    assert_int_equal(runs->remarks.size, 0);
    kept_runs_free(runs);
    assert_int_equal(kept_find_model(gates, "RNN 6", &err), 2);
    assert_int_equal(kept_find_model(gates, "2", &err), 1);
    assert_int_equal(kept_find_model(gates, NULL, &err), -1);
    assert_non_null(strstr(err.message, "3 “RNN 6”"));
    kept_list_release(&list);
    assert_true(experiments_list("/nowhere/at/all", &list, &err));
    assert_int_equal(list.count, 0);
    kept_list_release(&list);
}

static bool there(const char *name) {
    char path[RUN_FOLDER_PATH];
    run_path(home, -1, name, path);
    return run_folder_exists(path);
}

static void renames_and_removes(void **state) {
    (void)state;
    make_run("a", 2, 10, NULL);
    struct err err = {0};
    char path[RUN_FOLDER_PATH], to[RUN_FOLDER_PATH], other[RUN_FOLDER_PATH + 16];
    run_path(home, -1, "a", path);
    static const char *const wrong[] = {"", ".a", "a/b", "gates", "two\nlines", "\xff"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(experiment_rename_kept(path, wrong[i], NULL, &err));
        assert_int_equal(err.code, ERR_VALUE);
    }
    assert_true(experiment_rename_kept(path, "ein anderer Näme", to, &err));
    assert_false(file_exists(path));
    assert_true(there("ein anderer Näme"));
    int lock = run_lock(to, &err);
    assert_true(lock >= 0);
    assert_false(experiment_delete_kept(to, &err));
    assert_false(experiment_rename_kept(to, "b", NULL, &err));
    run_unlock(lock);
    // what somebody else put there stays
    snprintf(other, sizeof other, "%s/notes.txt", to);
    assert_true(file_save_whole(other, "x", 1, &err));
    assert_false(experiment_delete_kept(to, &err));
    assert_non_null(strstr(err.message, "other files"));
    assert_true(file_exists(other));
    assert_false(run_folder_exists(to));
    assert_false(experiment_delete_kept(to, &err));
    unlink(other);
    make_run("c", 1, 10, NULL);
    run_path(home, -1, "c", path);
    assert_true(experiment_delete_kept(path, &err));
    assert_false(file_exists(path));
}

// ---- the sheet ----

static struct drive open_app(float width, float height, int theme) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = theme, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 0;
    options.setup.recipe.spec.hidden = 4;
    if (!drive_open(&drive, &options, width, height, 1, &err)) fail_msg("%s", err.message);
    app_open_experiments(drive.app, NULL);
    drive_frame(&drive);
    drive_frame(&drive);
    return drive;
}

// UNROLL_PICTURES: a folder for pictures to look at.
static void picture(struct drive *drive, const char *name) {
    const char *to = getenv("UNROLL_PICTURES");
    char path[300];
    struct err err = {0};
    if (!to) return;
    snprintf(path, sizeof path, "%.200s/%.60s.png", to, name);
    capture_save(drive->capture, &drive->list, app_background(drive->app), path, &err);
}

static const char *lit(const struct drive *drive) {
    const struct experiments_sheet *sheet = drive->app->experiments;
    return sheet->row < sheet->found_count ? sheet->list.items[sheet->found[sheet->row]].name : "";
}

// By Tab to the button of that name, and Enter.
static void press_by_keys(struct drive *drive, const char *label) {
    for (int k = 0; k < 30; k++) {
        drive_key(drive, KEY_TAB, 0);
        if (drive->app->ui.focus == ui_make_id(&drive->app->ui, label)) {
            drive_key(drive, KEY_ENTER, 0);
            return;
        }
    }
    fail_msg("no Tab leads to %s", label);
}

static void by_keyboard(void **state) {
    (void)state;
    struct drive drive = open_app(1280, 720, 0);
    struct app *app = drive.app;
    struct experiments_sheet *sheet = app->experiments;
    char asked[RUN_FOLDER_PATH];
    assert_true(sheet->open);
    assert_int_equal(sheet->found_count, 4);
    drive_type(&drive, "gru");
    assert_int_equal(sheet->found_count, 2);
    for (int k = 0; k < 4; k++)
        drive_key(&drive, KEY_BACKSPACE, 0);
    drive_type(&drive, "gates");
    assert_int_equal(sheet->found_count, 1);
    assert_string_equal(lit(&drive), "gates");
    assert_true(drive_shows(&drive, "RNN 6") && drive_shows(&drive, "35"));
    drive_key(&drive, KEY_ENTER, 0);
    assert_false(sheet->open);
    assert_int_equal(app_experiments_asked(app, asked), EXPERIMENTS_OPEN);
    assert_string_equal(file_name(asked), "gates");
    assert_int_equal(app_experiments_asked(app, asked), EXPERIMENTS_NOTHING);

    app_open_experiments(app, NULL);
    drive_frame(&drive);
    drive_type(&drive, "first");
    press_by_keys(&drive, "Rename");
    assert_int_equal(sheet->mode, EXPERIMENTS_RENAME);
    drive_key(&drive, 'a', MOD_CTRL);
    drive_type(&drive, "gates");
    drive_key(&drive, KEY_ENTER, 0);
    assert_int_equal(sheet->mode, EXPERIMENTS_RENAME); // it is taken
    assert_int_equal(sheet->err.code, ERR_VALUE);
    drive_type(&drive, " two");
    drive_key(&drive, KEY_ENTER, 0);
    assert_int_equal(sheet->mode, EXPERIMENTS_LOOK);
    assert_true(there("gates two") && !there("first try"));
    assert_string_equal(lit(&drive), "gates two");

    press_by_keys(&drive, "Compare");
    assert_int_equal(app_experiments_asked(app, asked), EXPERIMENTS_COMPARE);
    assert_string_equal(file_name(asked), "gates two");

    app_open_experiments(app, NULL);
    drive_frame(&drive);
    drive_type(&drive, "gates two");
    press_by_keys(&drive, "Delete");
    assert_int_equal(sheet->mode, EXPERIMENTS_DELETE);
    press_by_keys(&drive, "Keep it");
    assert_true(there("gates two"));
    press_by_keys(&drive, "Delete");
    press_by_keys(&drive, "Delete");
    assert_false(there("gates two"));
    assert_int_equal(sheet->list.count, 3);
    drive_key(&drive, KEY_ESCAPE, 0);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(sheet->open);
    drive_close(&drive);
}

static void by_mouse(void **state) {
    (void)state;
    make_run("first try", 1, 20, NULL);
    struct drive drive = open_app(1440, 900, 0);
    struct experiments_sheet *sheet = drive.app->experiments;
    char asked[RUN_FOLDER_PATH];
    picture(&drive, "sheet-light");
    assert_true(drive_click_text(&drive, "broken"));
    assert_string_equal(lit(&drive), "broken");
    assert_true(sheet->open);
    assert_true(drive_click_text(&drive, "Open"));
    assert_int_equal(sheet->err.code, ERR_VALUE);
    assert_true(sheet->open);
    assert_true(drive_click_text(&drive, "gates"));
    assert_true(drive_click_text(&drive, "Compare"));
    assert_int_equal(app_experiments_asked(drive.app, asked), EXPERIMENTS_COMPARE);
    assert_string_equal(file_name(asked), "gates");
    app_open_experiments(drive.app, NULL);
    drive_frame(&drive);
    drive_frame(&drive);
    assert_true(drive_click_text(&drive, "first try"));
    assert_true(drive_click_text(&drive, "Rename"));
    drive_key(&drive, 'a', MOD_CTRL);
    drive_type(&drive, "second try");
    picture(&drive, "sheet-rename");
    assert_true(drive_click_text(&drive, "Cancel"));
    assert_true(there("first try"));
    assert_true(drive_click_text(&drive, "Delete"));
    picture(&drive, "sheet-delete");
    assert_true(drive_click_text(&drive, "Delete"));
    assert_false(there("first try"));
    drive_close(&drive);
}

// The experiment of the page: renamed while it is open, neither opened again nor removed.
static void the_page_s_own(void **state) {
    (void)state;
    struct experiment_plan plan = small_plan(1, 10);
    char path[RUN_FOLDER_PATH];
    struct err err = {0};
    run_path(home, -1, "mine", path);
    struct kept *kept = kept_new(&plan, path, &err);
    struct experiment *e = experiment_new(kept_plan(kept), NULL, NULL);
    go(e, 10);
    struct drive drive = open_app(1280, 720, 1);
    struct experiments_sheet *sheet = drive.app->experiments;
    app_open_experiments(drive.app, kept);
    drive_frame(&drive);
    drive_type(&drive, "mine");
    picture(&drive, "sheet-own");
    drive_key(&drive, KEY_ENTER, 0);
    assert_true(sheet->open);
    assert_int_equal(sheet->err.code, ERR_VALUE);
    press_by_keys(&drive, "Delete");
    press_by_keys(&drive, "Delete");
    assert_true(there("mine"));
    assert_int_equal(sheet->err.code, ERR_VALUE);
    drive_type(&drive, "mine");
    press_by_keys(&drive, "Rename");
    drive_key(&drive, 'a', MOD_CTRL);
    drive_type(&drive, "ours");
    drive_key(&drive, KEY_ENTER, 0);
    assert_true(there("ours") && !there("mine"));
    go(e, 20);
    experiment_free(e);
    assert_false(kept_trouble(kept, &err));
    kept_free(kept);
    drive_close(&drive);
}

// Everything is inside of the window, whatever its size.
static void in_every_window(void **state) {
    (void)state;
    static const float sizes[][2] = {{1024, 640}, {1280, 720}, {1920, 1080}};
    for (int k = 0; k < 6; k++) {
        struct drive drive = open_app(sizes[k / 2][0], sizes[k / 2][1], k % 2);
        char name[40];
        snprintf(name, sizeof name, "sheet-%d-%s", (int)drive.width, k % 2 ? "dark" : "light");
        drive_type(&drive, "gates");
        assert_true(drive_shows(&drive, "gates"));
        picture(&drive, name);
        assert_true(drive_focus_round(&drive) >= 6);
        drive_close(&drive);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),    cmocka_unit_test(renames_and_removes), cmocka_unit_test(by_keyboard),
        cmocka_unit_test(by_mouse), cmocka_unit_test(the_page_s_own),      cmocka_unit_test(in_every_window),
    };
    return cmocka_run_group_tests(tests, make_runs, remove_folder);
}
