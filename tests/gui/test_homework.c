// A learner's arrays by events alone: a path is typed, the findings are on screen, a row leads to the place on the
// stage; files that cannot be read are told with line and column.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app_chrome.h"
#include "drive.h"
#include "file.h"
#include "folder.h"
#include "npy.h"
#include "npy_save.h"

static struct drive open_app(void) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 5;
    options.setup.recipe.spec.hidden = 4;
    snprintf(options.setup.word, sizeof options.setup.word, "rex");
    assert_true(drive_open(&drive, &options, 1280, 800, 1, &err));
    return drive;
}

// Saves a slot's values with one entry changed.
static void save_slot(struct drive *drive, struct temporary *folder, const char *id, const char *file, int t,
                      int unit) {
    const struct record *record = drive->app->bench->record;
    int slot = cell_slot_by_id(record_cell(record), id), T = record_T(record), H = record_H(record);
    double data[64];
    assert_true(slot >= 0 && T * H <= 64);
    for (int k = 0; k < T; k++)
        memcpy(data + k * H, tape_value(record->tape, 0, 0, slot, k), (size_t)H * sizeof *data);
    if (t >= 0) data[t * H + unit] += 0.5;
    assert_true(npy_save(temporary_path(folder, file), TENSOR_F64, 2, (const int64_t[]){T, H}, data, NULL));
}

static void a_row_leads_to_the_stage(void **state) {
    struct drive drive = open_app();
    struct app *app = drive.app;
    save_slot(&drive, *state, "gate_f", "ft.npy", -1, -1);
    save_slot(&drive, *state, "c", "c.npy", 2, 3);
    drive_key(&drive, 'y', 0);
    assert_int_equal(app->view.view, view_find("homework"));
    while (!ui_text_focused(&app->ui))
        drive_key(&drive, KEY_TAB, 0);
    drive_type(&drive, ((struct temporary *)*state)->folder);
    drive_key(&drive, KEY_ENTER, 0);
    assert_non_null(app->homework);
    assert_int_equal(app->homework->count, 2);
    assert_int_equal(app->homework->first, 0);
    assert_true(drive_shows(&drive, "c"));
    assert_true(drive_shows(&drive, "first"));
    assert_true(drive_shows(&drive, "right"));
    for (int k = 0; k < 4; k++) // the three buttons, the first row
        drive_key(&drive, KEY_TAB, 0);
    drive_key(&drive, KEY_ENTER, 0);
    assert_int_equal(app->view.view, VIEW_STAGE);
    const struct step *step = script_running(app->bench->script, app->position);
    assert_non_null(step);
    assert_int_equal(step->t, 2);
    assert_int_equal(app->view.t, 2);
    assert_int_equal(app->view.unit, 3);
    const struct cell_desc *cell = record_cell(app->bench->record);
    assert_string_equal(cell->slots[cell->parts[step->part].result].id, "c");
    drive_close(&drive);
}

static void another_example_is_held_against_them_at_once(void **state) {
    struct drive drive = open_app();
    save_slot(&drive, *state, "gate_f", "ft.npy", -1, -1);
    assert_true(app_open_homework(drive.app, temporary_path(*state, "ft.npy")));
    drive_frame(&drive);
    assert_int_equal(drive.app->homework->list[0].verdict, HOMEWORK_RIGHT);
    assert_true(app_set_word(drive.app, "dino"));
    drive_frame(&drive);
    assert_int_equal(drive.app->homework->list[0].verdict, HOMEWORK_SHAPE);
    assert_true(app_set_word(drive.app, "rox"));
    drive_frame(&drive);
    assert_int_equal(drive.app->homework->list[0].verdict, HOMEWORK_DIFFERS);
    drive_close(&drive);
}

static void tables_are_read_with_line_and_column(void **state) {
    struct drive drive = open_app();
    static const struct {
        const char *text, *said;
        long line, column;
    } cases[] = {{"1,2\n3,x4\n", "expected a number, found \"x4\"", 2, 3},
                 {"1,2\n3\n", "expected 2 numbers as in the rows before, found 1", 2, 0},
                 {"\n\n", "expected rows of numbers, found none", 0, 0}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const char *path = temporary_path(*state, "a.csv");
        assert_true(file_save_whole(path, cases[k].text, strlen(cases[k].text), NULL));
        assert_false(app_open_homework(drive.app, path));
        assert_non_null(strstr(drive.app->message.message, cases[k].said));
        assert_int_equal(drive.app->message.line, cases[k].line);
        assert_int_equal(drive.app->message.column, cases[k].column);
    }
    assert_int_equal(drive.app->homework_files.count, 0);
    // Units in rows, timesteps in columns, blanks between them.
    const struct record *record = drive.app->bench->record;
    char text[4096] = "", number[40];
    for (int i = 0; i < record_H(record); i++)
        for (int t = 0; t < record_T(record); t++) {
            snprintf(number, sizeof number, "%.9g%s",
                     tape_value(record->tape, 0, 0, record_cell(record)->state_out[0], t)[i],
                     t + 1 < record_T(record) ? " " : "\n");
            strcat(text, number);
        }
    const char *path = temporary_path(*state, "a.csv");
    assert_true(file_save_whole(path, text, strlen(text), NULL));
    assert_true(app_open_homework(drive.app, path));
    drive_frame(&drive);
    assert_int_equal(drive.app->homework->list[0].verdict, HOMEWORK_RIGHT);
    drive_close(&drive);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_row_leads_to_the_stage),
        IN_FOLDER(another_example_is_held_against_them_at_once),
        IN_FOLDER(tables_are_read_with_line_and_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
