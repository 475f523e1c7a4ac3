// The stage and the timeline with pointer and keyboard: hovering, selecting, dragging, stepping.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow.h"
#include "stage_scene.h"
#include <stdlib.h>

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

static void wheel(struct fixture *f, float x, float y, float turn_x, float turn_y, unsigned mods) {
    move(f, x, y);
    fixture_event(
        f, (struct input_event){.kind = INPUT_WHEEL, .at = {x, y}, .wheel_x = turn_x, .wheel_y = turn_y, .mods = mods});
    fixture_frame(f);
}

static void key(struct fixture *f, int key, unsigned mods) {
    fixture_event(f, (struct input_event){.kind = INPUT_KEY, .key = key, .mods = mods});
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
    wheel(&f, f.stage.x + 300, f.stage.y + 300, 0, -2, MOD_SHIFT);
    columns = stage_columns_for(f.stage, &f.scene);
    assert_int_equal(columns.first, 16);
    wheel(&f, f.stage.x + 300, f.stage.y + 300, 1, 0, 0);
    columns = stage_columns_for(f.stage, &f.scene);
    assert_int_equal(columns.first, 8);
    fixture_close(&f);
}

static int column_under(struct fixture *f, float x) {
    struct stage_columns c = stage_columns_for(f->stage, &f->scene);
    for (int t = c.first; t < c.first + c.count; t++)
        if (x >= stage_column_x(&c, t) && x < stage_column_x(&c, t) + (t == c.lens ? c.lens_width : c.pitch)) return t;
    return -1;
}

// The wheel goes through all levels of detail and back; what is under the pointer stays there.
static void test_zoom(void **state) {
    (void)state;
    struct fixture f;
    open(&f, 60);
    float fit = stage_columns_for(f.stage, &f.scene).level, x = f.stage.x + 420, y = f.stage.y + 300;
    assert_true(fit < 48);
    int before = column_under(&f, x);
    bool full = false;
    for (int k = 0; k < 20; k++) {
        wheel(&f, x, y, 0, 1, 0);
        struct stage_columns c = stage_columns_for(f.stage, &f.scene);
        full |= c.level >= 84;
        assert_true(c.first >= 0 && c.first + c.count <= 60);
        assert_true(stage_column_x(&c, c.first + c.count - 1) + c.width <= f.stage.x + f.stage.w + 1);
    }
    assert_true(full);
    assert_int_equal(stage_columns_for(f.stage, &f.scene).level, 120);
    assert_true(abs(column_under(&f, x) - before) <= 3);
    for (int k = 0; k < 20; k++)
        wheel(&f, x, y, 0, -1, k % 2 ? MOD_CTRL : 0);
    assert_true(f.state.pitch == 0);
    assert_int_equal(stage_columns_for(f.stage, &f.scene).count, 60);
    // two fingers
    fixture_event(&f, (struct input_event){.kind = INPUT_PINCH, .at = {x, y}, .pinch = 3});
    fixture_frame(&f);
    assert_true(fabsf(f.state.pitch - 3 * fit) < 0.01f);
    key(&f, 'x', 0);
    assert_true(f.state.pitch == 0);
    // keys: around the timestep that is looked at
    int t = scene_t(&f.scene);
    for (int k = 0; k < 12; k++) {
        key(&f, 'z', 0);
        struct stage_columns c = stage_columns_for(f.stage, &f.scene);
        assert_true(t >= c.first && t < c.first + c.count);
    }
    assert_int_equal(stage_columns_for(f.stage, &f.scene).level, 120);
    for (int k = 0; k < 12; k++)
        key(&f, 'z', MOD_SHIFT);
    assert_true(f.state.pitch == 0);
    fixture_close(&f);
}

// Dragging pans and selects nothing; the cursor and [ ] bring their timestep back into the window.
static void test_pan(void **state) {
    (void)state;
    struct fixture f;
    open(&f, 60);
    for (int k = 0; k < 12; k++)
        key(&f, 'z', 0);
    struct stage_columns c = stage_columns_for(f.stage, &f.scene);
    int first = c.first;
    float x = stage_column_center(&c, first + 4), y = f.stage.y + 480;
    move(&f, x, y);
    press(&f, x, y, true);
    move(&f, x - 2 * c.pitch, y);
    press(&f, x - 2 * c.pitch, y, false);
    fixture_frame(&f);
    c = stage_columns_for(f.stage, &f.scene);
    assert_int_equal(c.first, first + 2);
    assert_int_equal(f.state.t, -1);
    click(&f, stage_column_center(&c, c.first + 1), f.stage.y + f.stage.h - 40);
    assert_int_equal(f.state.t, c.first + 1);
    for (int t = 0; t < 60; t++) {
        f.state.t = t;
        fixture_frame(&f);
        c = stage_columns_for(f.stage, &f.scene);
        assert_true(t >= c.first && t < c.first + c.count);
    }
    // the overview stands above full columns as well
    move(&f, f.stage.x + 80, f.stage.y + 66);
    press(&f, f.stage.x + 80, f.stage.y + 66, true);
    fixture_frame(&f);
    press(&f, f.stage.x + 80, f.stage.y + 66, false);
    assert_int_equal(stage_columns_for(f.stage, &f.scene).first, 0);
    fixture_close(&f);
}

static bool shows_slot(const struct fixture *f, const char *tensor) { // some number of it is on the card
    for (int k = 0; k < f->list.source_count; k++)
        if (!strcmp(f->list.sources[k].tensor, tensor)) return true;
    return false;
}

// Four layers: the one that runs is drawn in full until another one is chosen, by key, by its label or in the figure.
static void test_layers(void **state) {
    (void)state;
    struct fixture f;
    assert_true(fixture_open(&f, CELL_LSTM, 8, 4, "troodon", 0));
    fixture_size(&f, 1440, 900, 1);
    f.scene.position = script_find(f.script, STEP_PART, 1, 0, 3, 2);
    fixture_frame(&f);
    fixture_frame(&f);
    assert_false(f.state.place_pinned);
    key(&f, KEY_UP, MOD_CTRL);
    assert_true(f.state.place_pinned);
    assert_int_equal(f.state.layer, 2);
    key(&f, KEY_UP, MOD_CTRL);
    assert_int_equal(f.state.layer, 3);
    key(&f, KEY_UP, MOD_CTRL); // there is none above
    assert_int_equal(f.state.layer, 3);
    for (int k = 0; k < 2; k++)
        key(&f, KEY_DOWN, MOD_CTRL);
    assert_false(f.state.place_pinned); // back at the one that runs
    // the label of the lowest layer, a little over the input
    bool found = false;
    for (float y = f.stage.y + f.stage.h - 120; !found && y > f.stage.y + 60; y -= 4) {
        click(&f, f.stage.x + 30, y);
        found = f.state.place_pinned && f.state.layer == 0;
    }
    assert_true(found);
    // the other layers stand over it: a click on a tile of one shows it and selects the unit
    struct stage_columns c = stage_columns_for(f.stage, &f.scene);
    float x = stage_column_x(&c, 1) + 4.5f + 3 * 8 + 3.5f;
    found = false;
    for (float y = f.stage.y + 140; !found && y < f.stage.y + f.stage.h - 60; y += 3) {
        move(&f, x, y);
        if (f.state.hover_unit != 3 || !shows_slot(&f, "forward/l2/a")) continue;
        click(&f, x, y);
        found = true;
    }
    assert_true(found);
    assert_int_equal(f.state.layer, 2);
    assert_int_equal(f.state.unit, 3);
    fixture_close(&f);
}

// The tiles by keyboard alone: Tab into the stage, arrows from tile to tile, Space selects, Enter goes to the cell.
static void test_tiles(void **state) {
    (void)state;
    struct fixture f;
    assert_true(fixture_open(&f, CELL_LSTM, 8, 2, "troodon", 0));
    fixture_size(&f, 1440, 900, 1);
    f.scene.position = script_find(f.script, STEP_OUTPUT, -1, -1, 3, -1);
    fixture_frame(&f);
    for (int k = 0; k < 3 && f.ui.focus != ui_make_id(&f.ui, "stage"); k++)
        key(&f, KEY_TAB, 0);
    key(&f, KEY_RIGHT, 0); // the activation of the top layer at the running timestep
    assert_int_equal(f.state.hover_t, 3);
    assert_int_equal(f.state.hover_unit, 0);
    assert_int_equal(f.state.hover_slot, record_cell(f.record)->state_out[0]);
    assert_true(shows_slot(&f, "forward/l1/a"));
    for (int k = 0; k < 2; k++)
        key(&f, KEY_RIGHT, 0);
    assert_int_equal(f.state.hover_unit, 2);
    key(&f, KEY_UP, 0);
    assert_int_equal(f.state.hover_slot, cell_slot_by_id(record_cell(f.record), "gate_o"));
    key(&f, KEY_DOWN, 0);
    key(&f, KEY_DOWN, 0); // into the layer below
    assert_true(shows_slot(&f, "forward/l0/c"));
    for (int k = 0; k < 3; k++)
        key(&f, KEY_LEFT, 0); // over the end of the strip: the timestep before
    assert_int_equal(f.state.hover_t, 2);
    assert_int_equal(f.state.hover_unit, 7);
    key(&f, KEY_SPACE, 0);
    assert_int_equal(f.state.unit, 7);
    key(&f, KEY_ENTER, 0);
    assert_int_equal(f.state.t, 2);
    assert_int_equal(f.state.layer, 0);
    assert_true(f.state.place_pinned);
    key(&f, KEY_ESCAPE, 0);
    assert_int_equal(f.state.hover_unit, -1);
    fixture_close(&f);
}

// A click on a column of the encoder looks at the encoder.
static void test_sides(void **state) {
    (void)state;
    struct fixture f;
    assert_true(fixture_open_net(&f,
                                 (struct net_spec){.cell = CELL_GRU,
                                                   .kind = NET_ENCODER_DECODER,
                                                   .layers = 1,
                                                   .hidden = 8,
                                                   .directions = 1,
                                                   .inputs = FIXTURE_SYMBOLS,
                                                   .outputs = FIXTURE_SYMBOLS},
                                 "troo", 0));
    fixture_size(&f, 1440, 900, 1);
    f.scene.position = f.script->phase_first[PHASE_LOSS];
    fixture_frame(&f);
    struct stage_columns c = stage_columns_for(f.stage, &f.scene);
    click(&f, stage_column_center(&c, 2), f.stage.y + f.stage.h - 40);
    assert_int_equal(f.state.t, 2);
    assert_true(f.state.encoder);
    assert_ptr_equal(f.scene.record, record_side(f.record, true));
    click(&f, stage_column_center(&c, stage_column_of(&f.scene, false, 2)), f.stage.y + f.stage.h - 40);
    assert_int_equal(f.state.t, 2);
    assert_false(f.state.encoder);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hover), cmocka_unit_test(test_select),    cmocka_unit_test(test_keyboard),
        cmocka_unit_test(test_seek),  cmocka_unit_test(test_transport), cmocka_unit_test(test_window),
        cmocka_unit_test(test_zoom),  cmocka_unit_test(test_pan),       cmocka_unit_test(test_layers),
        cmocka_unit_test(test_tiles), cmocka_unit_test(test_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
