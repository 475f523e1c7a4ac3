// Kept experiments on the page "Train and compare", by keyboard: what is trained is kept, opened again where it was,
// and put beside another.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "folder.h"
#include "kept_list.h"
#include "thread.h"
#include "train.h"
#include <stdlib.h>

static void open_page(struct drive *drive, struct temporary *t) {
    struct err err = {0};
    char preferences[1024];
    snprintf(preferences, sizeof preferences, "%s", temporary_path(t, "preferences.json"));
    struct app_options options = {.setup = setup_default(), .theme = 0, .wait = true, .preferences = preferences};
    options.setup.recipe.steps = 0;
    options.setup.recipe.spec.hidden = 6;
    if (!drive_open(drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    drive_key(drive, KEY_F1 + 3, 0);
    assert_non_null(drive->app->train);
}

static void settle(struct drive *drive) {
    for (int k = 0; k < 20000; k++) {
        drive_frame(drive);
        if (drive->app->train->look->phase == EXPERIMENT_PAUSED) break;
        clock_sleep(0.001);
    }
    assert_int_equal(drive->app->train->look->phase, EXPERIMENT_PAUSED);
    drive_frame(drive);
    drive_frame(drive);
}

static int kept_count(void) {
    struct kept_list list;
    struct err err = {0};
    if (!experiments_list(NULL, &list, &err)) fail_msg("%s", err.message);
    int count = list.count;
    kept_list_release(&list);
    return count;
}

static void kept_opened_and_beside(void **state) {
    struct temporary *t = *state;
    setenv("XDG_DATA_HOME", t->folder, 1);
    struct drive drive;
    open_page(&drive, t);
    settle(&drive);
    assert_non_null(drive.app->train->kept);
    assert_int_equal(kept_count(), 0); // nothing was trained
    drive_key(&drive, KEY_SPACE, 0);
    settle(&drive);
    const struct experiment_look *look = drive.app->train->look;
    assert_int_equal(look->update, 160); // 20 epochs
    struct run_point last = look->run[1].points[look->last - 1];
    struct run_check check = look->run[1].checks[look->run[1].check_count - 1];
    drive_close(&drive);
    assert_int_equal(kept_count(), 1);

    open_page(&drive, t);
    settle(&drive);
    assert_int_equal(drive.app->train->look->update, 0);
    drive_key(&drive, 'k', MOD_CTRL);
    assert_true(drive_shows(&drive, "Kept experiments"));
    drive_key(&drive, KEY_ENTER, 0);
    drive_frame(&drive);
    settle(&drive);
    look = drive.app->train->look;
    assert_ptr_equal(drive.app->train->shown, look);
    assert_int_equal(look->update, 160);
    assert_int_equal(look->models, 2);
    assert_memory_equal(&look->run[1].points[look->last - 1].loss, &last.loss, sizeof last.loss);
    const struct run_check *again = &look->run[1].checks[look->run[1].check_count - 1];
    assert_int_equal(again->update, check.update);
    assert_memory_equal(&again->valid_loss, &check.valid_loss, sizeof check.valid_loss);
    drive_key(&drive, KEY_RIGHT, 0); // and it goes on
    settle(&drive);
    assert_int_equal(drive.app->train->look->update, 161);
    drive_close(&drive);

    open_page(&drive, t);
    settle(&drive);
    struct kept_list list;
    assert_true(experiments_list(NULL, &list, NULL));
    assert_int_equal(list.count, 1);
    assert_true(train_put_beside(drive.app, list.items[0].folder));
    kept_list_release(&list);
    drive_frame(&drive);
    drive_frame(&drive);
    const struct train_beside *beside = &drive.app->train->beside;
    assert_int_equal(beside->models, 2);
    assert_int_equal(curve_data_last(&beside->loss[1]), 161);
    assert_true(curve_data_at(&beside->loss[1], 160) == last.loss);
    drive_close(&drive);
}

int main(void) {
    const struct CMUnitTest tests[] = {IN_FOLDER(kept_opened_and_beside)};
    return cmocka_run_group_tests_name("train_kept", tests, NULL, NULL);
}
