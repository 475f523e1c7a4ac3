// The stage and the timeline with pointer and keyboard: hovering, selecting, dragging, stepping.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow.h"
#include "stage_scene.h"

static void move(struct fixture *f, float x, float y) {
    fixture_event(f, (struct input_event){.kind = INPUT_MOVE, .at = {x, y}});
    fixture_frame(f);
}

static void press(struct fixture *f, float x, float y, bool down) {
    fixture_event(
        f, (struct input_event){.kind = down ? INPUT_PRESS : INPUT_RELEASE, .at = {x, y}, .button = 1, .clicks = 1});
}

static void click(struct fixture *f, float x, float y) {
    move(f, x, y);
    press(f, x, y, true);
    press(f, x, y, false);
    fixture_frame(f);
}

static void open(struct fixture *f, int T) {
    assert_true(fixture_open(f, CELL_LSTM, 8, 1, "troodon", T));
    fixture_size(f, 1440, 900, 1);
    f->scene.position = script_find(f->script, STEP_PART, 0, 0, f->script->T / 2 - 1, 0);
    fixture_frame(f);
    fixture_frame(f);
}

// The middle of unit 4 of the update gate at t = 2, by the coordinates of the guide.
static const float TILE_X = 348 + 90 + 4.5f + 3 * 8 + 3.5f, TILE_Y = 380;

static void test_hover(void **state) {
    (void)state;
    struct fixture f;
    open(&f, 0);
    int before = f.list.source_count;
    move(&f, TILE_X, TILE_Y);
    assert_int_equal(f.state.hover_t, 1);
    assert_int_equal(f.state.hover_unit, 3);
    assert_int_equal(f.state.hover_slot, cell_slot_by_id(record_cell(f.record), "gate_u"));
    assert_false(f.state.hover_grad);
    // The card shows the number of that tile.
    assert_true(f.list.source_count > before);
    bool found = false;
    for (int k = 0; k < f.list.source_count; k++) {
        const struct source *source = &f.list.sources[k];
        if (strcmp(source->tensor, "forward/l0/gate_u") != 0 || source->row != 1 || source->column != 3) continue;
        found = source->value == tape_value(f.record->tape, 0, 0, f.state.hover_slot, 1)[3];
    }
    assert_true(found);
    move(&f, 20, 20);
    assert_int_equal(f.state.hover_unit, -1);
    fixture_close(&f);
}

static void test_select(void **state) {
    (void)state;
    struct fixture f;
    open(&f, 0);
    click(&f, TILE_X, TILE_Y);
    assert_int_equal(f.state.unit, 3);
    assert_int_equal(f.state.t, -1);
    click(&f, 348 + 90 * 5 + 36, 620); // the token of t = 6
    assert_int_equal(f.state.t, 5);
    assert_int_equal(f.state.unit, 3);
    click(&f, 348 + 90 * 5 + 36, 620);
    assert_int_equal(f.state.t, -1);
    fixture_close(&f);
}

static void test_keyboard(void **state) {
    (void)state;
    struct fixture f;
    open(&f, 0);
    for (int k = 0; k < 3 && f.ui.focus != ui_make_id(&f.ui, "stage"); k++) {
        fixture_event(&f, (struct input_event){.kind = INPUT_KEY, .key = KEY_TAB});
        fixture_frame(&f);
    }
    assert_true(f.ui.focus == ui_make_id(&f.ui, "stage"));
    fixture_event(&f, (struct input_event){.kind = INPUT_KEY, .key = KEY_ENTER});
    assert_int_equal(f.state.t, -1); // a key selects nothing
    assert_int_equal(f.state.unit, -1);
    fixture_close(&f);
}

static void test_seek(void **state) {
    (void)state;
    struct fixture f;
    open(&f, 0);
    const float y = f.bar.y + 39;
    move(&f, 24, y);
    press(&f, 26, y, true);
    assert_int_equal(f.command, TRANSPORT_SEEK);
    assert_int_equal(f.seek, 1);
    // Dragging to the right never goes back, and passes every phase.
    int last = 0;
    bool phases[PHASE_COUNT] = {false};
    for (float x = 26; x < 1436; x += 4) {
        fixture_event(&f, (struct input_event){.kind = INPUT_MOVE, .at = {x, y}});
        if (f.command == TRANSPORT_SEEK) f.scene.position = f.seek;
        assert_true(f.scene.position >= last);
        last = f.scene.position;
        const struct step *step = script_running(f.script, last);
        if (step) phases[step->phase] = true;
    }
    assert_int_equal(last, f.script->count);
    for (int k = 0; k < PHASE_COUNT; k++)
        assert_true(phases[k]);
    press(&f, 1430, y, false);
    fixture_close(&f);
}

static void test_transport(void **state) {
    (void)state;
    static const struct {
        float x;
        enum transport_command command;
    } buttons[] = {{40, TRANSPORT_START},
                   {80, TRANSPORT_BACK},
                   {124, TRANSPORT_PLAY},
                   {168, TRANSPORT_STEP},
                   {208, TRANSPORT_END}};
    struct fixture f;
    open(&f, 0);
    for (size_t k = 0; k < sizeof buttons / sizeof *buttons; k++) {
        float y = f.bar.y + 91;
        move(&f, buttons[k].x, y);
        press(&f, buttons[k].x, y, true);
        enum transport_command got = f.command;
        press(&f, buttons[k].x, y, false);
        if (f.command != TRANSPORT_NONE) got = f.command;
        assert_int_equal(got, buttons[k].command);
    }
    click(&f, 730, f.bar.y + 91); // "Timestep"
    assert_int_equal(f.transport.by, BY_TIMESTEP);
    fixture_close(&f);
}

// A long example: the window follows the cursor, and the overview is dragged.
static void test_window(void **state) {
    (void)state;
    struct fixture f;
    open(&f, 400);
    struct stage_columns columns = stage_columns_for(f.stage, &f.scene);
    assert_true(columns.count < 400);
    for (int t = 0; t < 400; t += 7) {
        f.scene.position = script_find(f.script, STEP_PART, 0, 0, t, 1);
        fixture_frame(&f);
        columns = stage_columns_for(f.stage, &f.scene);
        assert_true(t >= columns.first && t < columns.first + columns.count);
        assert_int_equal(columns.lens, t);
        float x = stage_column_center(&columns, t);
        assert_true(x > f.stage.x + 60 && x < f.stage.x + f.stage.w);
    }
    float y = f.stage.y + 46 + 20;
    move(&f, f.stage.x + 80, y);
    press(&f, f.stage.x + 80, y, true);
    fixture_frame(&f);
    press(&f, f.stage.x + 80, y, false);
    columns = stage_columns_for(f.stage, &f.scene);
    assert_int_equal(columns.first, 0);
    assert_int_equal(columns.lens, -1); // the opened timestep is outside
    fixture_event(&f, (struct input_event){.kind = INPUT_MOVE, .at = {f.stage.x + 300, f.stage.y + 300}});
    fixture_event(&f,
                  (struct input_event){.kind = INPUT_WHEEL, .at = {f.stage.x + 300, f.stage.y + 300}, .wheel_y = -2});
    columns = stage_columns_for(f.stage, &f.scene);
    assert_int_equal(columns.first, 16);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hover), cmocka_unit_test(test_select),    cmocka_unit_test(test_keyboard),
        cmocka_unit_test(test_seek),  cmocka_unit_test(test_transport), cmocka_unit_test(test_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
