// The view "cell" by events alone: how it is opened and left, its steppers, the walk over its parts, their cards, and
// the other cells. Numbers on screen are looked up in the record.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diagram.h"
#include "drive.h"
#include <math.h>

static struct drive open_cell(enum cell_id cell, int hidden, int layers) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 20;
    options.setup.recipe.spec.cell = cell;
    options.setup.recipe.spec.hidden = hidden;
    options.setup.recipe.spec.layers = layers;
    snprintf(options.setup.word, sizeof options.setup.word, "troodon");
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    drive_key(&drive, KEY_ENTER, 0);
    assert_string_equal(view_get(drive.app->view.view)->name, "cell");
    return drive;
}

// A number of this tensor and place, as the record has it: how often it is on screen.
static int shown(const struct drive *drive, const char *tensor, int row, int column, double value) {
    int count = 0;
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &drive->list.sources[at->source];
        if (strcmp(source->tensor, tensor) || source->row != row || source->column != column) continue;
        assert_true(source->value == value);
        count++;
    }
    return count;
}

static const struct source *last_source(const struct drive *drive, const char *tensor) {
    const struct source *found = NULL;
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op == DRAW_TEXT && at->source >= 0 && !strcmp(drive->list.sources[at->source].tensor, tensor))
            found = &drive->list.sources[at->source];
    }
    return found;
}

// Clicks the middle of a text in the header, or so far right of its end.
static void click_in_header(struct drive *drive, const char *text, float beyond) {
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT || at->rect.y > 100 || strcmp(drive->list.texts + at->text, text)) continue;
        drive_click(drive, at->rect.x + (beyond > 0 ? at->rect.w + beyond : at->rect.w / 2), at->rect.y - 4);
        return;
    }
    fail_msg("%s is not in the header", text);
}

static const char *view_name(const struct drive *drive) {
    return view_get(drive->app->view.view)->name;
}

static void opens_and_leaves(void **state) {
    (void)state;
    struct drive drive = open_cell(CELL_LSTM, 8, 1);
    assert_true(drive_shows(&drive, "Inside the cell"));
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_string_equal(view_name(&drive), "stage");
    drive_key(&drive, 'c', 0);
    assert_string_equal(view_name(&drive), "cell");
    drive_key(&drive, 'c', 0);
    assert_string_equal(view_name(&drive), "stage");
    for (int k = 0; k < 60 && strcmp(view_name(&drive), "cell"); k++) { // the stage has the focus at some time
        drive_key(&drive, KEY_TAB, 0);
        ui_id focus = drive.app->ui.focus;
        ui_push_id(&drive.app->ui, "");
        ui_pop_id(&drive.app->ui);
        if (focus == ui_make_id(&drive.app->ui, "stage")) drive_key(&drive, KEY_ENTER, 0);
    }
    assert_string_equal(view_name(&drive), "cell");
    drive_close(&drive);
}

static void steps_in_time_and_layer(void **state) {
    (void)state;
    struct drive drive = open_cell(CELL_LSTM, 4, 3);
    struct app *app = drive.app;
    app_seek(app, script_find(app->bench->script, STEP_PART, 0, 0, 3, 0));
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "t = 4") && drive_shows(&drive, "layer 1 of 3"));
    drive_key(&drive, ']', 0);
    assert_int_equal(app->view.t, 0);
    drive_key(&drive, '[', 0);
    assert_int_equal(app->view.t, 7);
    assert_true(drive_shows(&drive, "t = 8") && !drive_shows(&drive, "to t = 9"));
    drive_key(&drive, KEY_ESCAPE, 0);
    drive_key(&drive, 'c', 0);
    app->view.t = -1;
    drive_frame(&drive);
    click_in_header(&drive, "layer 1 of 3", 20); // the chevron at its right
    assert_true(app->view.place_pinned);
    assert_true(drive_shows(&drive, "layer 2 of 3"));
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_string_equal(view_name(&drive), "stage");
    assert_true(app->view.place_pinned); // the stage shows that layer
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(app->view.place_pinned); // and follows the walk again
    drive_close(&drive);
}

static void turns_round(void **state) {
    (void)state;
    struct drive drive = open_cell(CELL_GRU, 8, 1);
    struct app *app = drive.app;
    click_in_header(&drive, "Backward", 0);
    struct scene scene;
    struct narration said;
    assert_true(scene_backward(app_scene(app, &scene, &said)));
    assert_true(app->view.backward_pinned);
    drive_key(&drive, 'b', 0);
    assert_false(scene_backward(app_scene(app, &scene, &said)));
    app->view.backward_pinned = false;
    app_seek(app, app->bench->script->phase_first[PHASE_BACKWARD] + 5);
    drive_frame(&drive);
    assert_true(scene_backward(app_scene(app, &scene, &said)));
    drive_close(&drive);
}

// Every part of every cell tells its number when it has the focus: that of the selected unit, from the record.
static void walks_the_parts(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int backward = 0; backward < 2; backward++) {
            struct drive drive = open_cell((enum cell_id)cell, 8, 1);
            struct app *app = drive.app;
            const struct record *record = app->bench->record;
            const struct cell_desc *about = record_cell(record);
            const int t = 3, unit = 2;
            app_seek(app, backward ? app->bench->script->count : app->bench->script->phase_first[PHASE_LOSS]);
            app->view.unit = unit;
            app->view.t = t;
            app->view.backward_pinned = true;
            app->view.backward = backward;
            drive_frame(&drive);
            struct scene scene;
            struct narration said;
            app_scene(app, &scene, &said);
            struct diagram_part parts[DIAGRAM_PARTS];
            int count = diagram_parts((rect){62, 106, 956, 552}, (enum cell_id)cell, DIAGRAM_FULL, &scene, parts);
            assert_true(count > 3);
            // Tab as far as the first part, then the arrows.
            const char *folder = backward ? "backward" : "forward";
            char first[64];
            snprintf(first, sizeof first, "%s/l0/%s", folder, about->slots[parts[0].slot].id);
            int before = shown(&drive, first, t, unit,
                               (backward ? tape_grad : tape_value)(record->tape, 0, 0, parts[0].slot, t)[unit]);
            int tabs = 0;
            for (; tabs < 60 && app->view.hover_slot != parts[0].slot; tabs++)
                drive_key(&drive, KEY_TAB, 0);
            assert_true(tabs < 60);
            assert_int_equal(shown(&drive, first, t, unit,
                                   (backward ? tape_grad : tape_value)(record->tape, 0, 0, parts[0].slot, t)[unit]),
                             before + 1);
            const int position = app->position;
            for (int k = 0; k < count; k++) {
                int slot = parts[k].slot;
                char tensor[64];
                snprintf(tensor, sizeof tensor, "%s/l0/%s", folder, about->slots[slot].id);
                double value = (backward ? tape_grad : tape_value)(record->tape, 0, 0, slot, t)[unit];
                assert_int_equal(app->view.hover_slot, slot);
                assert_true(shown(&drive, tensor, t, unit, value) >= 1);
                drive_key(&drive, KEY_RIGHT, 0);
            }
            assert_int_equal(app->view.hover_slot, parts[0].slot); // round
            drive_key(&drive, KEY_LEFT, 0);
            assert_int_equal(app->view.hover_slot, parts[count - 1].slot);
            assert_int_equal(app->position, position); // the arrows did not step
            drive_close(&drive);
        }
}

// A hovered gate tells the shares of its sum, and they add up; a click on a tile selects the unit.
static void hovers_and_clicks(void **state) {
    (void)state;
    struct drive drive = open_cell(CELL_LSTM, 8, 1);
    struct app *app = drive.app;
    const struct record *record = app->bench->record;
    const struct cell_desc *about = record_cell(record);
    const int t = 3, z = cell_slot_by_id(about, "z_f"), gate = cell_slot_by_id(about, "gate_f");
    app_seek(app, script_find(app->bench->script, STEP_PART, 0, 0, t, 5));
    drive_frame(&drive);
    struct scene scene;
    struct narration said;
    app_scene(app, &scene, &said);
    struct diagram_part parts[DIAGRAM_PARTS];
    int count = diagram_parts((rect){62, 106, 1440 - 312 - 124, 552}, CELL_LSTM, DIAGRAM_FULL, &scene, parts);
    rect at = {0};
    for (int k = 0; k < count; k++)
        if (parts[k].slot == gate && parts[k].strip) at = parts[k].at;
    assert_true(at.w > 0);
    const float x = at.x + at.w * 6.5f / 8, y = at.y + at.h / 2; // unit 7
    drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = {x, y}});
    drive_frame(&drive);
    assert_int_equal(app->view.hover_unit, 6);
    const struct source *recurrent = last_source(&drive, "sum/recurrent"), *input = last_source(&drive, "sum/input"),
                        *bias = last_source(&drive, "param/rnn.bias_ih_l0");
    assert_true(recurrent && input && bias);
    double sum = tape_value(record->tape, 0, 0, z, t)[6];
    assert_true(fabs(recurrent->value + input->value + bias->value - sum) < 1e-12);
    assert_int_equal(shown(&drive, "forward/l0/z_f", t, 6, sum), 1);
    assert_int_equal(shown(&drive, "forward/l0/gate_f", t, 6, tape_value(record->tape, 0, 0, gate, t)[6]), 1);
    assert_int_equal(app->view.unit, -1);
    drive_click(&drive, x, y);
    assert_int_equal(app->view.unit, 6);
    assert_int_equal(shown(&drive, "forward/l0/gate_f", t, 6, tape_value(record->tape, 0, 0, gate, t)[6]), 2);
    drive_close(&drive);
}

// The panel of the other cells: their weights are those that the network gets, and a click opens it.
static void other_cells(void **state) {
    (void)state;
    struct drive drive = open_cell(CELL_LSTM, 8, 1);
    struct app *app = drive.app;
    const int symbols = app->bench->model.layout.spec.inputs;
    char text[32];
    snprintf(text, sizeof text, "%d weights", 3 * 8 * (8 + symbols + 1));
    assert_true(drive_shows(&drive, text) && drive_shows(&drive, "GRU"));
    assert_true(drive_click_text(&drive, "GRU"));
    drive_settle(&drive);
    assert_int_equal(app->bench->model.layout.spec.cell, CELL_GRU);
    assert_int_equal(app->bench->model.layout.spec.hidden, 8);
    assert_string_equal(app->bench->example_text, "troodon");
    assert_string_equal(view_name(&drive), "cell");
    assert_false(drive_shows(&drive, text));
    assert_true(drive_shows(&drive, "LSTM"));
    drive_close(&drive);
}

// The way from the stage to the cell and back takes its time, the window is drawn anew until it is over, and a key
// ends it; with reduced motion it is a short fade.
static void zooms(void **state) {
    (void)state;
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .wait = true};
    options.setup.recipe.steps = 20;
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    struct app *app = drive.app;
    for (int back = 0; back < 2; back++) {
        app_event(app, &(struct input_event){.kind = INPUT_KEY, .key = 'c'});
        drive_frame(&drive);
        const double start = drive.now;
        while (app_wait(app, drive.now) == 0) {
            drive_frame(&drive);
            if (app->zoom_seconds > 0) assert_true(drive_shows(&drive, "Forward pass")); // the stage is under it
            assert_int_equal(drive.list.clip_depth, 0);
        }
        assert_true(drive.now - start > 0.25 && drive.now - start < 0.45);
        drive_frame(&drive);
        assert_int_equal(drive_shows(&drive, "Forward pass"), back);
        assert_int_equal(drive_shows(&drive, "Same parts, other cells"), !back);
    }
    app_event(app, &(struct input_event){.kind = INPUT_KEY, .key = 'c'});
    drive_frame(&drive);
    drive_key(&drive, KEY_RIGHT, 0);
    assert_false(drive_shows(&drive, "Forward pass"));
    app->preferences.reduced_motion = true;
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_true(drive_shows(&drive, "Forward pass"));
    drive.now += 0.1;
    drive_frame(&drive);
    assert_true(app->zoom_seconds == 0);
    drive_close(&drive);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(opens_and_leaves),
                                       cmocka_unit_test(steps_in_time_and_layer),
                                       cmocka_unit_test(turns_round),
                                       cmocka_unit_test(walks_the_parts),
                                       cmocka_unit_test(hovers_and_clicks),
                                       cmocka_unit_test(other_cells),
                                       cmocka_unit_test(zooms)};
    return cmocka_run_group_tests_name("cell", tests, NULL, NULL);
}
