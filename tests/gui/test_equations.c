// The view "equations" by events alone: links under the pointer and by the arrows, where they lead, the numbers of the
// running equation; and the notation in all its forms.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app_chrome.h"
#include "drive.h"
#include "label.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static struct drive open_equations(enum cell_id cell, int hidden, float width, const char *preferences) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = {
        .setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true, .preferences = preferences};
    options.setup.recipe.steps = 20;
    options.setup.recipe.spec.cell = cell;
    options.setup.recipe.spec.hidden = hidden;
    snprintf(options.setup.word, sizeof options.setup.word, "troodon");
    assert_true(drive_open(&drive, &options, width, 900, 1, &err));
    drive_key(&drive, 'e', 0);
    assert_string_equal(view_get(drive.app->view.view)->name, "equations");
    return drive;
}

static const struct source *source_of(const struct drive *drive, const char *tensor, int row, int column) {
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &drive->list.sources[at->source];
        if (!strcmp(source->tensor, tensor) && source->row == row && source->column == column) return source;
    }
    return NULL;
}

// The place of a text in maths, the n-th of the frame from the top of the list.
static point maths_at(const struct drive *drive, const char *text, int n) {
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        bool maths = at->font == FONT_MATH || at->font == FONT_MATH_ITALIC;
        if (at->op != DRAW_TEXT || !maths || (size_t)at->text_length != strlen(text) ||
            memcmp(drive->list.texts + at->text, text, strlen(text)) || n-- > 0)
            continue;
        return (point){at->rect.x + at->rect.w / 2, at->rect.y - 3};
    }
    fail_msg("%s is not on screen", text);
    return (point){0};
}

static void hover(struct drive *drive, point at) {
    drive_event(drive, (struct input_event){.kind = INPUT_MOVE, .at = at});
    drive_frame(drive);
}

// A symbol under the pointer tells what it is and its number; a click goes to the step that computes it.
static void symbols_are_links(void **state) {
    (void)state;
    struct drive drive = open_equations(CELL_LSTM, 8, 1440, NULL);
    struct app *app = drive.app;
    const struct record *record = app->bench->record;
    const struct script *script = app->bench->script;
    const struct cell_desc *cell = record_cell(record);
    const int t = 3, unit = 4, gate = cell_slot_by_id(cell, "gate_f");
    app_seek(app, script_find(script, STEP_OUTPUT, -1, -1, t, -1));
    app->view.unit = unit;
    drive_frame(&drive);
    drive_frame(&drive);
    point gamma = maths_at(&drive, "Γ", 0); // of the first equation: the forget gate
    assert_null(source_of(&drive, "forward/l0/gate_f", t, unit));
    hover(&drive, gamma);
    assert_true(drive_shows(&drive, "forget gate: 1 keeps what it remembered"));
    const struct source *source = source_of(&drive, "forward/l0/gate_f", t, unit);
    assert_non_null(source);
    assert_true(source->value == tape_value(record->tape, 0, 0, gate, t)[unit]);
    assert_int_equal(app->view.hover_slot, gate); // lit in the figure beside it
    assert_int_equal(app->view.hover_t, t);
    drive_click(&drive, gamma.x, gamma.y);
    assert_int_equal(app->position, script_find(script, STEP_PART, 0, 0, t, cell_part_by_id(cell, "gate_f")));
    assert_int_equal(app->view.unit, unit);
    // Its sum stands there with numbers now, and adds up.
    const struct source *recurrent = source_of(&drive, "sum/recurrent", t, unit),
                        *input = source_of(&drive, "sum/input", t, unit),
                        *bias = source_of(&drive, "param/rnn.bias_ih_l0", 8 + unit, -1);
    assert_true(recurrent && input && bias);
    double z = tape_value(record->tape, 0, 0, cell_slot_by_id(cell, "z_f"), t)[unit];
    assert_true(fabs(recurrent->value + input->value + bias->value - z) < 1e-12);
    // a<t-1> leads to the timestep before; a weight to its update.
    drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = {700, 20}});
    point a = maths_at(&drive, "a", 1); // the first is that of the switch
    drive_click(&drive, a.x, a.y);
    assert_int_equal(app->position, script_find(script, STEP_PART, 0, 0, t - 1, cell_part_by_id(cell, "activation")));
    drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = {700, 20}});
    point w = maths_at(&drive, "W", 0);
    hover(&drive, w);
    assert_true(drive_shows(&drive, "weights of the forget gate, (8, 36)"));
    drive_click(&drive, w.x, w.y);
    const struct step *step = script_running(script, app->position);
    assert_int_equal(step->kind, STEP_UPDATE);
    assert_string_equal(cell->blocks[step->block].id, "f");
    assert_false(step->bias);
    // Esc leads to the stage, where that step is the running one.
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_int_equal(app->view.view, VIEW_STAGE);
    drive_close(&drive);
}

// By the keyboard alone: Tab to an equation, arrows to a symbol, Enter goes there.
static void links_by_keyboard(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        struct drive drive = open_equations((enum cell_id)cell, 5, 1440, NULL);
        struct app *app = drive.app;
        app_seek(app, app->bench->script->count);
        app->view.t = 2;
        drive_frame(&drive);
        int moved = 0, blocks = 0;
        ui_id first = 0;
        for (int k = 0; k < 80; k++) {
            drive_key(&drive, KEY_TAB, 0);
            ui_id focus = app->ui.focus;
            if (focus == first) break;
            if (!first) first = focus;
            int slot = app->view.hover_slot;
            const int position = app->position, t = app->view.t;
            drive_key(&drive, KEY_RIGHT, 0);
            if (app->position != position) { // not an equation: the arrow stepped
                app_seek(app, app->bench->script->count);
                continue;
            }
            blocks++;
            if (app->view.hover_slot < 0 || app->view.hover_slot == slot) continue;
            drive_key(&drive, KEY_ENTER, 0);
            moved += app->position != position || app->view.t != t;
            app_seek(app, app->bench->script->count);
            app->view.t = 2;
            drive_frame(&drive);
        }
        assert_true(blocks >= 5);
        assert_true(moved >= 2);
        drive_close(&drive);
    }
}

// An equation that is not running opens and closes by a click on its title.
static void opens_and_closes(void **state) {
    (void)state;
    struct drive drive = open_equations(CELL_GRU, 8, 1440, NULL);
    struct app *app = drive.app;
    app_seek(app, 0);
    drive_frame(&drive);
    assert_true(drive_click_text(&drive, "Candidate"));
    assert_true(drive_shows(&drive, "Not computed yet at t = 1."));
    app_seek(app, app->bench->script->count);
    app->view.t = 4;
    app->view.unit = 1;
    drive_frame(&drive);
    assert_non_null(source_of(&drive, "forward/l0/c_tilde", 4, 1));
    assert_true(drive_click_text(&drive, "Candidate"));
    assert_null(source_of(&drive, "forward/l0/c_tilde", 4, 1));
    drive_close(&drive);
}

// N and W, the switches, the menu of a narrow bar; and what is kept.
static void notation_is_kept(void **state) {
    (void)state;
    char path[] = "/tmp/unroll-notation-XXXXXX";
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    close(handle);
    unlink(path);
    struct drive drive = open_equations(CELL_LSTM, 8, 1440, path);
    struct app *app = drive.app;
    assert_true(app->view.stacked); // as the course writes gates
    drive_key(&drive, 'w', 0);
    assert_false(app->view.stacked);
    assert_true(drive_click_text(&drive, "Stacked"));
    assert_true(app->view.stacked);
    assert_false(drive_shows(&drive, "weight_hh_l0"));
    assert_true(drive_click_text(&drive, "PyTorch"));
    assert_int_equal(app->view.notation, NOTATION_PYTORCH);
    assert_true(drive_shows(&drive, "weight_hh_l0"));
    assert_true(drive_shows(&drive, "weight_ih_l0 (32, 28) weight_hh_l0 (32, 8) rows i 0:8 f 8:16 g 16:24 o 24:32"));
    drive_key(&drive, 'w', 0);
    assert_false(drive_shows(&drive, "weight_hh_l0"));
    drive_key(&drive, 'n', 0);
    assert_int_equal(app->view.notation, NOTATION_COURSE);
    assert_false(app->view.stacked); // as chosen
    drive_close(&drive);
    drive = open_equations(CELL_LSTM, 8, 1024, path);
    app = drive.app;
    assert_false(app->view.stacked);
    assert_true(drive_click_text(&drive, "Notation"));
    assert_true(drive_click_text(&drive, "Stacked weights"));
    assert_true(drive_click_text(&drive, "Papers: h, i, f, o"));
    assert_true(app->view.stacked);
    assert_int_equal(app->view.notation, NOTATION_PAPER);
    drive_close(&drive);
    unlink(path);
    drive = open_equations(CELL_RNN, 8, 1440, NULL);
    assert_false(drive.app->view.stacked); // two matrices, as usual
    drive_close(&drive);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(symbols_are_links), cmocka_unit_test(links_by_keyboard),
                                       cmocka_unit_test(opens_and_closes), cmocka_unit_test(notation_is_kept)};
    return cmocka_run_group_tests_name("equations", tests, NULL, NULL);
}
