// Gate surgery and pokes by events alone, by mouse and by keyboard: what is in force is what the core computes for the
// changed example, undo and redo come back bit for bit, every number on screen is one of the record or of the record
// without edits, and random edits leave nothing behind.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "mem.h"
#include "str.h"
#include "surgery.h"
#include <math.h>

static struct drive drive;
static struct app *app;

static void open_with(enum cell_id cell, int layers, int directions, float width, float height) {
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 20;
    options.setup.recipe.spec.cell = cell;
    options.setup.recipe.spec.layers = layers;
    options.setup.recipe.spec.directions = directions;
    snprintf(options.setup.word, sizeof options.setup.word, "troodon");
    if (!drive_open(&drive, &options, width, height, 1, &err)) fail_msg("%s", err.message);
    app = drive.app;
}

// A built-in task: data of every kind, and the kind of network that they decide.
static void open_task(const char *task, enum cell_id cell, int directions) {
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 3;
    options.setup.recipe.spec.cell = cell;
    options.setup.recipe.spec.directions = directions;
    snprintf(options.setup.task, sizeof options.setup.task, "%s", task);
    if (!drive_open(&drive, &options, 1440, 900, 1, &err)) fail_msg("%s: %s", task, err.message);
    app = drive.app;
}

static void open_plain(void) {
    open_with(CELL_LSTM, 1, 1, 1440, 900);
}

// --- records, whole ---

struct named {
    char name[160];
    int dims;
    int64_t columns;
    size_t count;
    double *data;
};
struct all {
    struct named *list;
    size_t count, room;
};

static void collect(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    struct all *all = context;
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 64;
        all->list = mem_grow(all->list, all->room * sizeof *all->list, room * sizeof *all->list);
        all->room = room;
    }
    struct named *named = &all->list[all->count++];
    *named = (struct named){.dims = dims, .columns = dims > 1 ? shape[dims - 1] : 1, .count = 1};
    for (int k = 0; k < dims; k++)
        named->count *= (size_t)shape[k];
    snprintf(named->name, sizeof named->name, "%s", name);
    named->data = mem_need(named->count, sizeof(double));
    memcpy(named->data, data, named->count * sizeof(double));
}

static struct all whole(const struct record *record) {
    struct all all = {0};
    assert_true(record_each(record, collect, &all));
    return all;
}

static void release(struct all *all) {
    for (size_t k = 0; k < all->count; k++)
        mem_free(all->list[k].data);
    mem_free(all->list);
}

static void assert_same(const struct all *a, const struct all *b) {
    assert_int_equal(a->count, b->count);
    for (size_t k = 0; k < a->count; k++) {
        assert_string_equal(a->list[k].name, b->list[k].name);
        assert_int_equal(a->list[k].count, b->list[k].count);
        if (memcmp(a->list[k].data, b->list[k].data, a->list[k].count * sizeof(double)))
            fail_msg("%s differs", a->list[k].name);
    }
}

static void assert_is(const struct record *record, const struct all *expected) {
    struct all found = whole(record);
    assert_same(&found, expected);
    release(&found);
}

// The record that the core makes of the example with these clamps and another x.
static struct all by_hand(const struct clamps *clamps, const int *x) {
    const struct record *plain = workbench_before(app->bench) ? workbench_before(app->bench) : app->bench->record;
    struct example example = plain->example;
    struct record_texts texts = {plain->symbols, plain->symbol_count, plain->answers, plain->answer_count};
    if (x) example.x = x;
    struct err err = {0};
    struct snapshot now = {0};
    history_get(app->bench->history, app->bench->update, &now);
    struct record *record = record_new_with(&app->bench->model, &example, clamps, &texts, plain->reduction,
                                            &plain->options, now.m, now.v, plain->update, &err);
    if (!record) fail_msg("%s", err.message);
    struct all all = whole(record);
    record_free(record);
    return all;
}

static int slot_of(const char *id) {
    return cell_slot_by_id(record_cell(app->bench->record), id);
}

static const struct edits *edits(void) {
    return workbench_edits(app->bench);
}

// --- numbers ---

static const struct named *find(const struct all *all, const char *name) {
    for (size_t k = 0; k < all->count; k++)
        if (!strcmp(all->list[k].name, name)) return &all->list[k];
    return NULL;
}

static int check_numbers(void) {
    struct all after = whole(app->bench->record);
    struct all before = whole(workbench_before(app->bench) ? workbench_before(app->bench) : app->bench->record);
    int found = 0;
    for (int k = 0; k < drive.list.count; k++) {
        const struct draw_command *at = &drive.list.commands[k];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &drive.list.sources[at->source];
        if (!strncmp(source->tensor, "sum/", 4) || strstr(source->tensor, "itemised/")) continue;
        bool old = !strncmp(source->tensor, "before/", 7);
        const struct named *named = find(old ? &before : &after, source->tensor + (old ? 7 : 0));
        if (!named) fail_msg("no tensor %s", source->tensor);
        size_t index = named->dims == 1 ? (size_t)(source->row >= 0 ? source->row : source->column)
                                        : (size_t)source->row * (size_t)named->columns + (size_t)source->column;
        assert_true(index < named->count);
        if (!(fabs(named->data[index] - source->value) <= 1e-12 * fmax(1, fabs(source->value))))
            fail_msg("%s[%d][%d]: on screen %g, in the record %g", source->tensor, source->row, source->column,
                     source->value, named->data[index]);
        found++;
    }
    release(&after);
    release(&before);
    return found;
}

// --- by mouse ---

static void a_gate_is_shut_by_mouse(void **state) {
    (void)state;
    open_plain();
    struct all plain = whole(app->bench->record);
    double loss = app->bench->record->loss;
    drive_key(&drive, 'u', 0);
    assert_int_equal(app->view.view, view_find("surgery"));
    assert_true(drive_click_text(&drive, "Shut (0)"));
    assert_int_equal(edits()->count, 1);
    assert_true(workbench_before(app->bench)->loss == loss && app->bench->record->loss != loss);
    struct clamps clamps = {.count = 1, .list = {{-1, -1, slot_of("gate_f"), -1, 0, app->bench->T - 1, 0}}};
    struct all shut = by_hand(&clamps, NULL);
    assert_is(app->bench->record, &shut);
    assert_is(workbench_before(app->bench), &plain);
    assert_true(drive_shows(&drive, "Surgery: 1 edit") && drive_shows(&drive, "before"));
    assert_true(check_numbers() > 20);
    // Open: the same edit, changed; undo and redo come back to every bit.
    assert_true(drive_click_text(&drive, "Open (1)"));
    assert_int_equal(edits()->count, 1);
    clamps.list[0].value = 1;
    struct all open = by_hand(&clamps, NULL);
    assert_is(app->bench->record, &open);
    assert_true(drive_click_text(&drive, "Undo"));
    assert_is(app->bench->record, &shut);
    assert_true(drive_click_text(&drive, "Undo"));
    assert_is(app->bench->record, &plain);
    assert_null(workbench_before(app->bench));
    assert_false(drive_shows(&drive, "Surgery: 1 edit"));
    assert_true(drive_click_text(&drive, "Redo") && drive_click_text(&drive, "Redo"));
    assert_is(app->bench->record, &open);
    assert_true(drive_click_text(&drive, "Clear all"));
    assert_is(app->bench->record, &plain);
    assert_true(drive_click_text(&drive, "Undo"));
    assert_is(app->bench->record, &open);
    release(&plain);
    release(&shut);
    release(&open);
    drive_close(&drive);
}

static void the_chip_of_every_view_undoes_and_clears(void **state) {
    (void)state;
    open_plain();
    struct edits list = {.count = 1, .list = {{.kind = EDIT_SYMBOL, .from = 2, .symbol = 3}}};
    assert_true(app_set_edits(app, &list, false));
    drive_frame(&drive);
    for (int view = 0; view < view_count(); view++) {
        if (view_get(view)->misfit) continue;
        app_show_view(app, view);
        drive_frame(&drive);
        drive_frame(&drive);
        if (!drive_shows(&drive, "Surgery: 1 edit")) fail_msg("%s shows no chip", view_get(view)->name);
    }
    app_show_view(app, VIEW_STAGE);
    drive_frame(&drive);
    assert_true(drive_click_text(&drive, "Surgery: 1 edit") && drive_click_text(&drive, "Clear all"));
    assert_int_equal(edits()->count, 0);
    drive_key(&drive, 'z', MOD_CTRL);
    assert_int_equal(edits()->count, 1);
    assert_true(drive_click_text(&drive, "Surgery: 1 edit") && drive_click_text(&drive, "Undo the last change"));
    assert_int_equal(edits()->count, 0);
    drive_close(&drive);
}

// --- by keyboard ---

static void tab_to(ui_id scope, const char *label) {
    ui_id id = ui_hash(scope, label);
    for (int k = 0; k < 80; k++) {
        if (app->ui.focus == id) return;
        drive_key(&drive, KEY_TAB, 0);
    }
    fail_msg("\"%s\" is not reached by Tab", label);
}

static void everything_by_keyboard_alone(void **state) {
    (void)state;
    open_plain();
    ui_id form = ui_hash(0, "form");
    struct all plain = whole(app->bench->record);
    drive_key(&drive, 'u', 0);
    tab_to(form, "slot");
    drive_key(&drive, KEY_RIGHT, 0); // the update gate
    tab_to(form, "Unit");
    drive_key(&drive, KEY_RIGHT, 0);
    drive_key(&drive, KEY_RIGHT, 0); // unit 2
    tab_to(form, "From");
    for (int k = 0; k < 3; k++)
        drive_key(&drive, KEY_RIGHT, 0);
    tab_to(form, "To");
    drive_key(&drive, KEY_LEFT, 0);
    tab_to(form, "Value");
    for (int k = 0; k < 25; k++)
        drive_key(&drive, KEY_RIGHT, 0);
    assert_int_equal(edits()->count, 0);
    tab_to(form, "Set it");
    drive_key(&drive, KEY_ENTER, 0);
    assert_int_equal(edits()->count, 1);
    struct clamps clamps = {.count = 1, .list = {{-1, -1, slot_of("gate_u"), 1, 3, app->bench->T - 2, 0.25}}};
    assert_true(fabs(edits()->list[0].value - 0.25) < 1e-12);
    clamps.list[0].value = edits()->list[0].value;
    struct all held = by_hand(&clamps, NULL);
    assert_is(app->bench->record, &held);
    // The form is about this edit now: its slider computes at once, and a run of keys is one step of undo.
    tab_to(form, "Value");
    for (int k = 0; k < 5; k++)
        drive_key(&drive, KEY_RIGHT, 0);
    assert_true(edits()->count == 1 && fabs(edits()->list[0].value - 0.3) < 1e-12);
    assert_true(app->bench->record->loss != held.list[0].data[0]);
    drive_key(&drive, 'z', MOD_CTRL);
    assert_is(app->bench->record, &held);
    drive_key(&drive, 'y', MOD_CTRL);
    assert_true(fabs(edits()->list[0].value - 0.3) < 1e-12);
    drive_key(&drive, 'z', MOD_CTRL);
    drive_key(&drive, 'z', MOD_CTRL | MOD_SHIFT);
    assert_true(fabs(edits()->list[0].value - 0.3) < 1e-12);
    // The row of the list: muted, in force again, removed.
    tab_to(form, "Make another edit");
    drive_key(&drive, KEY_TAB, 0); // the row
    drive_key(&drive, KEY_TAB, 0); // its switch
    drive_key(&drive, KEY_SPACE, 0);
    assert_true(edits()->list[0].muted);
    assert_is(app->bench->record, &plain);
    drive_key(&drive, KEY_SPACE, 0);
    assert_false(edits()->list[0].muted);
    drive_key(&drive, KEY_TAB, MOD_SHIFT);
    drive_key(&drive, KEY_DELETE, 0);
    assert_int_equal(edits()->count, 0);
    assert_is(app->bench->record, &plain);
    release(&held);
    release(&plain);
    drive_close(&drive);
}

static void type(const char *text) {
    struct input_event event = {.kind = INPUT_TEXT};
    snprintf(event.text, sizeof event.text, "%s", text);
    drive_event(&drive, event);
}

// A number typed beside the slider, in the form and in the popover of the stage: in force is that number.
static void a_value_is_typed(void **state) {
    (void)state;
    open_plain();
    ui_id form = ui_hash(0, "form");
    drive_key(&drive, 'u', 0);
    tab_to(form, "slot");
    drive_key(&drive, KEY_RIGHT, 0);
    drive_key(&drive, KEY_RIGHT, 0); // the candidate, which may be below 0
    tab_to(form, "typed value");
    drive_key(&drive, 'a', MOD_CTRL);
    type("-0,125");
    drive_key(&drive, KEY_ENTER, 0);
    assert_int_equal(edits()->count, 0);
    tab_to(form, "Set it");
    drive_key(&drive, KEY_ENTER, 0);
    assert_int_equal(edits()->count, 1);
    assert_true(edits()->list[0].value == -0.125);
    const struct edit *held = &edits()->list[0];
    assert_true(tape_value(app->bench->record->tape, 0, 0, held->slot, 2)[1] == -0.125);
    tab_to(form, "typed value"); // of what is in force: at once; what is no number changes nothing
    drive_key(&drive, 'a', MOD_CTRL);
    type("a lot");
    drive_key(&drive, KEY_ENTER, 0);
    assert_true(edits()->list[0].value == -0.125);
    drive_key(&drive, 'a', MOD_CTRL);
    type("1/4");
    drive_key(&drive, KEY_ENTER, 0);
    assert_true(edits()->list[0].value == 0.25);
    drive_key(&drive, 'z', MOD_CTRL); // the field's own
    tab_to(form, "Make another edit");
    drive_key(&drive, 'u', 0);
    app_set_edits(app, &(struct edits){0}, false);
    app->view.unit = 1;
    app->view.t = 2;
    drive_frame(&drive);
    drive_key(&drive, 'c', MOD_SHIFT); // a gate of the tile: no more than 1
    tab_to(0, "typed value");
    drive_key(&drive, 'a', MOD_CTRL);
    type("7");
    drive_key(&drive, KEY_ENTER, 0);
    assert_int_equal(edits()->count, 1);
    assert_true(edits()->list[0].value == 1 && edits()->list[0].unit == 1 && edits()->list[0].from == 2);
    drive_close(&drive);
}

static void a_symbol_is_typed(void **state) {
    (void)state;
    open_plain();
    ui_id form = ui_hash(0, "form");
    drive_key(&drive, 'u', 0);
    app->view.t = 3;
    tab_to(form, "what");
    drive_key(&drive, KEY_RIGHT, 0);
    tab_to(form, "symbol");
    type("z");
    drive_key(&drive, KEY_ENTER, 0);
    assert_int_equal(edits()->count, 1);
    int x[WORKBENCH_MAX_T];
    memcpy(x, workbench_before(app->bench)->example.x, (size_t)app->bench->T * sizeof *x);
    x[3] = edits()->list[0].symbol;
    assert_string_equal(record_symbol(app->bench->record, x[3]), "z");
    struct all expected = by_hand(NULL, x);
    assert_is(app->bench->record, &expected);
    release(&expected);
    tab_to(form, "symbol");
    type("y");
    drive_key(&drive, KEY_ENTER, 0);
    char text[64];
    snprintf(text, sizeof text, "“zy” is not among the %d symbols", app->bench->record->layout.spec.inputs);
    assert_true(drive_shows(&drive, text));
    assert_int_equal(edits()->count, 1);
    // While a text field has the focus Ctrl+Z is its own.
    drive_key(&drive, 'z', MOD_CTRL);
    assert_int_equal(edits()->count, 1);
    drive_close(&drive);
}

static void targets_and_weights(void **state) {
    (void)state;
    open_plain();
    ui_id form = ui_hash(0, "form");
    drive_key(&drive, 'u', 0);
    tab_to(form, "what");
    drive_key(&drive, KEY_RIGHT, 0);
    drive_key(&drive, KEY_RIGHT, 0);
    tab_to(form, "At");
    drive_key(&drive, KEY_HOME, 0);
    tab_to(form, "Symbol");
    drive_key(&drive, KEY_HOME, 0); // none: no loss there
    tab_to(form, "Set it");
    drive_key(&drive, KEY_ENTER, 0);
    assert_true(edits()->count == 1 && edits()->list[0].kind == EDIT_TARGET && edits()->list[0].symbol == -1);
    const struct record *before = workbench_before(app->bench), *after = app->bench->record;
    assert_true(tape_loss(after->tape, 0) == 0);
    assert_true(fabs(before->loss - tape_loss(before->tape, 0) - after->loss) < 1e-9);
    tab_to(form, "what");
    drive_key(&drive, KEY_RIGHT, 0);
    tab_to(form, "Row");
    drive_key(&drive, KEY_RIGHT, 0);
    tab_to(form, "Column");
    drive_key(&drive, KEY_RIGHT, 0);
    double present = record_param_value(app->bench->record, RECORD_PARAM, 0, 1, 1);
    tab_to(form, "Value");
    drive_key(&drive, KEY_END, 0);
    tab_to(form, "Set it");
    drive_key(&drive, KEY_ENTER, 0);
    assert_int_equal(edits()->count, 2);
    assert_true(record_param_value(app->bench->record, RECORD_PARAM, 0, 1, 1) == edits()->list[1].value);
    assert_true(present != edits()->list[1].value);
    check_numbers();
    drive_close(&drive);
}

// --- on the stage ---

static void a_unit_is_held_on_the_stage(void **state) {
    (void)state;
    open_plain();
    struct all plain = whole(app->bench->record);
    app_seek(app, script_first_t(app->bench->script, 1, 0, 0, 3) + 2);
    app_select_unit(app, 2);
    drive_frame(&drive);
    const struct step *step = script_running(app->bench->script, app->position);
    int slot = record_cell(app->bench->record)->parts[step->part].result;
    assert_int_equal(step->kind, STEP_PART);
    drive_key(&drive, 'c', MOD_SHIFT);
    assert_true(drive_shows(&drive, "unit 3, t = 4"));
    drive_key(&drive, KEY_TAB, 0); // the slider
    drive_key(&drive, KEY_END, 0);
    assert_int_equal(edits()->count, 1);
    struct clamps clamps = {.count = 1, .list = {{-1, -1, slot, 2, 3, 3, 1}}};
    struct all held = by_hand(&clamps, NULL);
    assert_is(app->bench->record, &held);
    assert_true(drive_shows(&drive, "unit 3, t = 4, held by hand"));
    assert_true(check_numbers() > 0);
    assert_true(drive_click_text(&drive, "Release"));
    assert_int_equal(edits()->count, 0);
    assert_is(app->bench->record, &plain);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(drive_shows(&drive, "unit 3, t = 4"));
    release(&held);
    release(&plain);
    drive_close(&drive);
}

static void pointer(enum input_kind kind, float x, float y, unsigned mods) {
    drive_event(&drive, (struct input_event){.kind = kind, .at = {x, y}, .button = 1, .clicks = 1, .mods = mods});
}

static void a_tile_follows_the_pointer_with_ctrl(void **state) {
    (void)state;
    open_plain();
    app_seek(app, app->bench->script->phase_first[PHASE_LOSS]);
    drive_frame(&drive);
    float x = 0, y = 0;
    for (y = 100; y < 700; y += 6) { // a tile of the forget gate
        for (x = 70; x < 900; x += 3) {
            pointer(INPUT_MOVE, x, y, 0);
            if (app->view.hover_slot == slot_of("gate_f") && app->view.hover_t == 2) break;
        }
        if (x < 900) break;
    }
    assert_true(y < 700);
    int unit = app->view.hover_unit;
    pointer(INPUT_PRESS, x, y, MOD_CTRL);
    app->edit_seconds = 0; // fast enough to follow
    pointer(INPUT_MOVE, x, y - 200, MOD_CTRL);
    assert_int_equal(edits()->count, 1);
    struct edit edit = edits()->list[0];
    assert_true(edit.slot == slot_of("gate_f") && edit.from == 2 && edit.to == 2 && edit.unit == unit);
    assert_true(edit.value == 1 && tape_value(app->bench->record->tape, 0, 0, edit.slot, 2)[unit] == 1);
    app->edit_seconds = 10; // too slow: the drag is computed at its end
    pointer(INPUT_MOVE, x, y + 200, MOD_CTRL);
    assert_true(edits()->list[0].value == 1 && app->edits_wait);
    pointer(INPUT_RELEASE, x, y + 200, MOD_CTRL);
    pointer(INPUT_MOVE, x, y, 0);
    assert_true(edits()->list[0].value == 0);
    drive_key(&drive, 'z', MOD_CTRL); // the drag was one change
    assert_int_equal(edits()->count, 0);
    drive_close(&drive);
}

// --- dropped, and wrong ---

static void another_example_or_update_drops_them(void **state) {
    (void)state;
    open_plain();
    struct all plain = whole(app->bench->record);
    struct edits list = {
        .count = 2,
        .list = {{.kind = EDIT_SYMBOL, .from = 1, .symbol = 3},
                 {.kind = EDIT_CLAMP, .layer = -1, .direction = -1, .slot = slot_of("gate_f"), .unit = -1}}};
    assert_true(app_set_edits(app, &list, false));
    assert_true(app_set_word(app, "trex"));
    assert_true(edits()->count == 0 && !workbench_before(app->bench) && !workbench_can_undo(app->bench));
    assert_non_null(strstr(app->message.message, "2 edits were dropped"));
    assert_true(app->message_good);
    assert_true(app_set_word(app, "troodon"));
    assert_int_equal(app->message.code, ERR_NONE);
    assert_is(app->bench->record, &plain);
    // The update is that of the example as it is.
    double next = app->bench->record->params_after[0];
    list.count = 1;
    assert_true(app_set_edits(app, &list, false));
    assert_true(app->bench->record->params_after[0] != next ||
                app->bench->record->loss != workbench_before(app->bench)->loss);
    drive_key(&drive, KEY_END, 0);
    drive_key(&drive, KEY_RIGHT, 0);
    assert_int_equal(edits()->count, 0);
    assert_true(app->bench->record->params[0] == (double)(float)next);
    assert_non_null(strstr(app->message.message, "1 edit was dropped"));
    release(&plain);
    drive_close(&drive);
}

static void a_part_of_a_lesson_begins_without_them(void **state) {
    (void)state;
    open_plain();
    assert_true(app_open_lesson(app, "3", 0));
    drive_settle(&drive);
    struct all plain = whole(app->bench->record);
    struct edits list = {.count = 1, .list = {{.kind = EDIT_SYMBOL, .from = 1, .symbol = 3}}};
    assert_true(app_set_edits(app, &list, false));
    app_go_part(app, 1);
    drive_settle(&drive);
    assert_int_equal(edits()->count, 0);
    assert_is(app->bench->record, &plain);
    assert_int_equal(app->message.code, ERR_NONE); // a part that ends needs no remark
    release(&plain);
    drive_close(&drive);
}

static void what_is_wrong_changes_nothing(void **state) {
    (void)state;
    open_plain();
    struct edits list = {.count = 1, .list = {{.kind = EDIT_SYMBOL, .from = 1, .symbol = 3}}};
    assert_true(app_set_edits(app, &list, false));
    const struct record *record = app->bench->record;
    struct edit wrong[] = {
        {.kind = EDIT_SYMBOL, .from = 99, .symbol = 3},
        {.kind = EDIT_WEIGHT, .param = 99},
        {.kind = EDIT_CLAMP, .slot = slot_of("c"), .layer = -1, .direction = -1, .unit = 3, .value = INFINITY},
        {.kind = EDIT_CLAMP, .slot = slot_of("c"), .layer = -1, .direction = -1, .unit = 3, .muted = true, .to = 50}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        list.list[0] = wrong[k];
        assert_false(app_set_edits(app, &list, false));
        assert_true(app->message.code == ERR_VALUE && !app->message_good);
        assert_ptr_equal(app->bench->record, record);
        assert_true(edits()->count == 1 && edits()->list[0].symbol == 3 && edits()->list[0].from == 1);
    }
    // A value so large that something is no number any more: told with its place, and nothing changes.
    list.list[0] =
        (struct edit){.kind = EDIT_WEIGHT, .param = layout_find(&record->layout, "head.weight"), .value = 3e38};
    list.list[1] = (struct edit){
        .kind = EDIT_CLAMP, .slot = slot_of("a"), .layer = -1, .direction = -1, .unit = -1, .value = 1e300};
    list.count = 2;
    assert_false(app_set_edits(app, &list, false));
    assert_ptr_equal(app->bench->record, record);
    drive_frame(&drive);
    drive_close(&drive);
}

static void memory_may_run_out(void **state) {
    (void)state;
    open_plain();
    struct all plain = whole(app->bench->record);
    struct edits list = {.count = 2,
                         .list = {{.kind = EDIT_SYMBOL, .from = 1, .symbol = 3}, {.kind = EDIT_WEIGHT, .value = 1}}};
    int failed = 0;
    for (long n = 1; n < 12; n++) {
        struct err err = {0};
        mem_fail_at(n);
        bool good = workbench_set_edits(app->bench, &list, false, &err);
        mem_fail_at(0);
        if (good) {
            assert_true(workbench_undo(app->bench, &err));
            continue;
        }
        failed++;
        assert_int_equal(err.code, ERR_MEMORY);
        assert_is(app->bench->record, &plain);
        assert_int_equal(edits()->count, 0);
    }
    assert_true(failed > 4);
    release(&plain);
    drive_close(&drive);
}

// --- at random ---

static struct edit random_edit(struct rng *rng) {
    const struct record *record = app->bench->record;
    const struct net_spec *spec = &record->layout.spec;
    int T = app->bench->T, from = (int)rng_below(rng, (uint64_t)T);
    struct edit edit = {
        .from = from, .to = from + (int)rng_below(rng, (uint64_t)(T - from)), .layer = -1, .direction = -1};
    static const enum edit_kind kinds[] = {EDIT_CLAMP, EDIT_FREEZE, EDIT_SYMBOL, EDIT_TARGET, EDIT_WEIGHT};
    edit.kind = kinds[rng_below(rng, 5)];
    edit.muted = rng_below(rng, 5) == 0;
    edit.symbol = (int)rng_below(rng, (uint64_t)spec->inputs + 1) - 1;
    edit.slot = (int)rng_below(rng, (uint64_t)record_cell(record)->slot_count);
    if (edit.slot == record_cell(record)->input) edit.slot++;
    edit.unit = (int)rng_below(rng, (uint64_t)spec->hidden + 1) - 1;
    edit.layer = (int)rng_below(rng, (uint64_t)spec->layers + 1) - 1;
    edit.direction = (int)rng_below(rng, (uint64_t)spec->directions + 1) - 1;
    edit.value = (double)rng_below(rng, 2001) / 1000 - 1;
    if (edit.kind != EDIT_WEIGHT) return edit;
    edit.param = (int)rng_below(rng, (uint64_t)record->layout.count);
    edit.row = (int)rng_below(rng, (uint64_t)param_rows(&record->layout.params[edit.param]));
    return edit;
}

// Every view and size with random lists; then all of it undone, and the first record stands again.
static void random_edits_leave_nothing_behind(void **state) {
    (void)state;
    struct rng rng = rng_seed(17);
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        open_with((enum cell_id)cell, 1 + cell % 3, 1, cell % 2 ? 1024 : 1440, cell % 2 ? 640 : 900);
        struct all plain = whole(app->bench->record);
        app_show_view(app, view_find("surgery"));
        for (int k = 0; k < 12; k++) {
            struct edits list = *edits();
            if (list.count > 3) edits_remove(&list, (int)rng_below(&rng, (uint64_t)list.count));
            struct edit edit = random_edit(&rng);
            edits_put(&list, &edit);
            if (!app_set_edits(app, &list, false)) fail_msg("%s", app->message.message);
            app->view.t = (int)rng_below(&rng, (uint64_t)app->bench->T);
            app->view.unit = (int)rng_below(&rng, 9) - 1;
            app_seek(app, (int)rng_below(&rng, (uint64_t)app->bench->script->count + 1));
            app_show_view(app, k % 3 ? view_find("surgery") : VIEW_STAGE);
            drive_frame(&drive);
            drive_frame(&drive);
            if (k % 3) check_numbers();
        }
        struct all last = whole(app->bench->record);
        int steps = 0;
        while (workbench_can_undo(app->bench)) {
            app_undo(app);
            steps++;
        }
        assert_int_equal(steps, 12);
        assert_is(app->bench->record, &plain);
        while (workbench_can_redo(app->bench))
            app_redo(app);
        assert_is(app->bench->record, &last);
        // In words and back.
        struct str text = {0};
        struct edits again = {0};
        struct err err = {0};
        const struct record *record = app->bench->record;
        edits_text(&text, edits(), record);
        if (text.size > 0 && !edits_parse(&again, str_text(&text), record, &err))
            fail_msg("\"%s\": %s", str_text(&text), err.message);
        assert_true(app_set_edits(app, &again, false));
        assert_is(app->bench->record, &last);
        str_release(&text);
        release(&plain);
        release(&last);
        drive_close(&drive);
    }
}

// Networks of every kind: numbers in and out, one answer, both directions, an encoder and a decoder.
static void every_kind_of_network(void **state) {
    (void)state;
    static const struct {
        const char *task;
        enum cell_id cell;
        int directions;
    } kinds[] = {{"adding:T=12", CELL_LSTM, 1},
                 {"sums", CELL_GRU, 2},
                 {"parity:T=8", CELL_RNN, 1},
                 {"sine:T=12", CELL_GRU_SIMPLE, 1},
                 {"echo", CELL_LSTM, 1}};
    struct rng rng = rng_seed(5);
    for (size_t n = 0; n < sizeof kinds / sizeof *kinds; n++) {
        open_task(kinds[n].task, kinds[n].cell, kinds[n].directions);
        struct all plain = whole(app->bench->record);
        int taken = 0;
        for (int k = 0; k < 60; k++) {
            const struct record *record = app->bench->record;
            const struct net_spec *spec = &record->layout.spec;
            struct edits list = *edits();
            struct edit edit = random_edit(&rng);
            bool pair = record->encoder != NULL;
            edit.encoder = pair && rng_below(&rng, 2) == 0 && edit.kind != EDIT_WEIGHT;
            if (edit.kind == EDIT_SYMBOL && spec->real_input) edit.kind = EDIT_REAL;
            if (edit.kind == EDIT_TARGET && spec->output != OUTPUT_SOFTMAX) edit.kind = EDIT_ANSWER;
            if (edit.kind == EDIT_REAL || edit.kind == EDIT_ANSWER) edit.unit = 0, edit.value = fabs(edit.value);
            if (edit.kind == EDIT_TARGET && net_one_answer(spec)) edit.from = app->bench->T - 1;
            if (list.count > 4) edits_remove(&list, 0);
            edits_put(&list, &edit);
            struct edits now = *edits();
            if (app_set_edits(app, &list, false))
                taken++;
            else
                assert_memory_equal(edits(), &now, sizeof now);
            app->view.encoder = rng_below(&rng, 2) == 0 && pair;
            app->view.t = (int)rng_below(&rng, (uint64_t)record_T(record_side(app->bench->record, app->view.encoder)));
            app_seek(app, (int)rng_below(&rng, (uint64_t)app->bench->script->count + 1));
            app_show_view(app, k % 4 ? view_find("surgery") : VIEW_STAGE);
            if (k % 4) drive_key(&drive, KEY_TAB, 0);
            drive_frame(&drive);
            drive_frame(&drive);
            if (k % 4) check_numbers();
        }
        assert_true(taken > 20);
        struct all last = whole(app->bench->record);
        struct str text = {0};
        struct edits again = {0};
        struct err err = {0};
        edits_text(&text, edits(), app->bench->record);
        if (text.size > 0 && !edits_parse(&again, str_text(&text), app->bench->record, &err))
            fail_msg("\"%s\": %s", str_text(&text), err.message);
        assert_true(app_set_edits(app, &again, false));
        struct all read = whole(app->bench->record);
        if (again.count == edits_active(edits()))
            assert_true(find(&read, "forward/total_loss")->data[0] == find(&last, "forward/total_loss")->data[0]);
        assert_true(app_set_edits(app, &(struct edits){0}, false));
        assert_is(app->bench->record, &plain);
        str_release(&text);
        release(&read);
        release(&last);
        release(&plain);
        drive_close(&drive);
    }
}

// Every form of the surgery view on a network with an encoder and a decoder, by keys.
static void an_encoder_is_edited_by_keyboard(void **state) {
    (void)state;
    open_task("sums", CELL_LSTM, 1);
    ui_id form = ui_hash(0, "form");
    drive_key(&drive, 'u', 0);
    for (int encoder = 0; encoder < 2; encoder++) {
        app_set_edits(app, &(struct edits){0}, false);
        app->view.t = 1;
        app->view.encoder = encoder;
        drive_frame(&drive);
        tab_to(form, "what");
        drive_key(&drive, KEY_RIGHT, 0); // what is read
        tab_to(form, "side");
        drive_key(&drive, encoder ? KEY_LEFT : KEY_RIGHT, 0);
        tab_to(form, "At");
        drive_key(&drive, KEY_HOME, 0);
        drive_key(&drive, KEY_RIGHT, 0);
        tab_to(form, "Symbol");
        drive_key(&drive, KEY_END, 0);
        tab_to(form, "Set it");
        drive_key(&drive, KEY_ENTER, 0);
        assert_int_equal(edits()->count, 1);
        struct edit edit = edits()->list[0];
        const struct record *side = record_side(app->bench->record, encoder),
                            *old = record_side(workbench_before(app->bench), encoder);
        assert_true(edit.kind == EDIT_SYMBOL && edit.encoder == (encoder == 1) && edit.from == 1);
        assert_true(side->example.x[1] == side->layout.spec.inputs - 1 && old->example.x[1] != side->example.x[1]);
        assert_true(check_numbers() > 2);
        drive_key(&drive, 'u', 0);
        drive_key(&drive, 'u', 0);
        tab_to(form, "what");
        drive_key(&drive, KEY_LEFT, 0); // the vectors again
    }
    drive_close(&drive);
}

// Keys and clicks anywhere: the app stays up, and clearing gives the record of the example.
static void random_hands(void **state) {
    (void)state;
    static const int keys[] = {KEY_TAB,  KEY_TAB, KEY_TAB, KEY_ENTER, KEY_SPACE,  KEY_RIGHT,  KEY_LEFT,
                               KEY_DOWN, KEY_UP,  KEY_END, KEY_HOME,  KEY_DELETE, KEY_ESCAPE, ']'};
    struct rng rng = rng_seed(29);
    open_with(CELL_GRU, 2, 1, 1280, 720);
    app_show_view(app, view_find("surgery"));
    for (int k = 0; k < 600; k++) {
        float x = (float)rng_below(&rng, 900), y = 50 + (float)rng_below(&rng, 560);
        unsigned mods = rng_below(&rng, 6) == 0 ? MOD_CTRL : 0;
        switch (rng_below(&rng, 5)) {
        case 0:
            pointer(INPUT_PRESS, x, y, mods);
            pointer(INPUT_MOVE, x + 20, y - 30, mods);
            pointer(INPUT_RELEASE, x + 20, y - 30, mods);
            break;
        case 1:
            drive_key(&drive, rng_below(&rng, 2) ? 'z' : 'y', MOD_CTRL);
            break;
        case 2:
            if (rng_below(&rng, 4) == 0) app_show_view(app, rng_below(&rng, 3) ? view_find("surgery") : VIEW_STAGE);
            drive_key(&drive, 'c', MOD_SHIFT);
            break;
        default:
            drive_key(&drive, keys[rng_below(&rng, sizeof keys / sizeof *keys)], 0);
        }
        assert_true(edits()->count <= EDITS_MAX);
        assert_true((workbench_before(app->bench) != NULL) == (edits_active(edits()) > 0));
    }
    assert_true(app_set_edits(app, &(struct edits){0}, false));
    struct all expected = by_hand(NULL, NULL);
    assert_is(app->bench->record, &expected);
    release(&expected);
    drive_close(&drive);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_gate_is_shut_by_mouse),
                                       cmocka_unit_test(the_chip_of_every_view_undoes_and_clears),
                                       cmocka_unit_test(everything_by_keyboard_alone),
                                       cmocka_unit_test(a_value_is_typed),
                                       cmocka_unit_test(a_symbol_is_typed),
                                       cmocka_unit_test(targets_and_weights),
                                       cmocka_unit_test(a_unit_is_held_on_the_stage),
                                       cmocka_unit_test(a_tile_follows_the_pointer_with_ctrl),
                                       cmocka_unit_test(another_example_or_update_drops_them),
                                       cmocka_unit_test(a_part_of_a_lesson_begins_without_them),
                                       cmocka_unit_test(what_is_wrong_changes_nothing),
                                       cmocka_unit_test(memory_may_run_out),
                                       cmocka_unit_test(random_edits_leave_nothing_behind),
                                       cmocka_unit_test(every_kind_of_network),
                                       cmocka_unit_test(an_encoder_is_edited_by_keyboard),
                                       cmocka_unit_test(random_hands)};
    return cmocka_run_group_tests_name("surgery", tests, NULL, NULL);
}
