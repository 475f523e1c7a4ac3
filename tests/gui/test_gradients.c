// The gradients through time and the Jacobian between two timesteps: what is chosen by pointer and by keys, numbers
// that come from a worker; and the two sources of every gradient on the stage.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chain_drive.h"
#include "thread.h"
#include <math.h>

// --- what is chosen ---

// The first such text above y = below, in the order drawn.
static bool find_text(const struct drive *drive, const char *text, float below, point *at) {
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *c = &drive->list.commands[k];
        if (c->op != DRAW_TEXT || (size_t)c->text_length != strlen(text) || c->rect.y >= below * drive->scale ||
            memcmp(drive->list.texts + c->text, text, strlen(text)) != 0)
            continue;
        *at = (point){(c->rect.x + c->rect.w / 2) / drive->scale, c->rect.y / drive->scale};
        return true;
    }
    return false;
}

// Tab until a key changes a number; false when it never does.
static bool reach(struct drive *drive, int key, const int *watched) {
    int before = *watched;
    for (int k = 0; k < 60; k++) {
        drive_key(drive, KEY_TAB, 0);
        drive_key(drive, key, 0);
        if (*watched != before) return true;
    }
    return false;
}

static void chooses_a_loss_and_a_path(void **state) {
    (void)state;
    struct drive drive = open_on("lstm", 8, 2, "stage");
    drive_key(&drive, 'd', 0);
    assert_int_equal(drive.app->view.view, view_find("gradients"));
    struct gradients_memory *memory = gradients_memory(&drive);
    assert_true(drive_shows(&drive, "all losses, ") && drive_shows(&drive, "last loss, "));
    assert_true(drive_click_text(&drive, "memory lane"));
    assert_int_equal(memory->path, 5);
    assert_true(drive_shows(&drive, "last loss, all paths")); // beside it, to compare
    // a tile: the row of the third loss and the column of t = 2
    point row = {0}, column = {0};
    assert_true(find_text(&drive, "t = 2", 740, &column));
    memory->path = 0;
    memory->loss = 3;
    drive_frame(&drive);
    assert_true(find_text(&drive, "t = 8", 740, &row));
    float bottom = row.y - 16;
    drive_click(&drive, column.x, bottom - 26 * 4.5f); // of eight rows the fourth
    assert_int_equal(memory->loss, 4);
    assert_int_equal(drive.app->view.t, 1);
    assert_true(drive_shows(&drive, "loss at t = 4, "));
    // the same by keys
    assert_true(reach(&drive, KEY_UP, &memory->loss));
    assert_int_equal(memory->loss, 3);
    drive_key(&drive, KEY_RIGHT, 0);
    assert_int_equal(drive.app->view.t, 2);
    drive_key(&drive, '[', 0);
    assert_true(reach(&drive, KEY_RIGHT, &memory->path));
    memory->state = 0;
    assert_true(reach(&drive, KEY_RIGHT, &memory->state));
    assert_true(reach(&drive, KEY_ENTER, &memory->chain));
    assert_int_equal(memory->chain, 1);
    drive_key(&drive, 'd', 0);
    drive_close(&drive);
}

static void drags_the_two_timesteps(void **state) {
    (void)state;
    struct drive drive = open_on("lstm", 8, 1, "stage");
    drive_key(&drive, 'j', 0);
    struct jacobian_memory *memory = jacobian_memory(&drive);
    point from = {0}, to = {0}, four = {0}, two = {0};
    assert_true(find_text(&drive, "from", 200, &from) && find_text(&drive, "to", 200, &to));
    assert_true(find_text(&drive, "t = 4", 200, &four) && find_text(&drive, "t = 2", 200, &two));
    float y = from.y + 16;
    drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = {from.x, y}});
    drive_event(&drive, (struct input_event){.kind = INPUT_PRESS, .at = {from.x, y}, .button = 1, .clicks = 1});
    drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = {four.x, y}});
    assert_int_equal(memory->from, 4);
    drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = {to.x + 80, y}}); // never past the other one
    assert_int_equal(memory->from, memory->to - 1);
    drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = {two.x, y}});
    drive_event(&drive, (struct input_event){.kind = INPUT_RELEASE, .at = {two.x, y}, .button = 1, .clicks = 1});
    assert_int_equal(memory->from, 2);
    assert_int_equal(memory->shown.from, 1);
    assert_true(reach(&drive, KEY_LEFT, &memory->to));
    assert_int_equal(memory->to, 7);
    point norm = {0};
    assert_true(find_text(&drive, "norm", 740, &norm)); // the one over the chart is drawn first
    drive_click(&drive, norm.x, norm.y - 4);
    assert_int_equal(memory->measure, MEASURE_NORM);
    assert_true(reach(&drive, KEY_RIGHT, &memory->states));
    drive_close(&drive);
}

static void what_does_not_fit(void **state) {
    (void)state;
    struct drive drive;
    struct err err = {0};
    struct app_options options = options_of("lstm", 600, 1, true);
    options.setup.recipe.steps = 0;
    assert_true(drive_open(&drive, &options, 1024, 640, 1, &err));
    drive_key(&drive, 'j', 0);
    assert_true(drive_shows(&drive, "Jacobians are computed up to 1024 entries of the state; this network has more."));
    drive_close(&drive);
}

// --- from the worker ---

static void numbers_come_from_the_worker(void **state) {
    (void)state;
    struct drive drive;
    struct err err = {0};
    struct app_options options = options_of("lstm", 24, 1, false);
    for (int k = 0; k < 200; k++)
        options.setup.word[k] = "troodon"[k % 7];
    options.setup.word[200] = 0;
    options.setup.recipe.steps = 2;
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    drive_settle(&drive);
    assert_non_null(drive.app->bench);
    drive_key(&drive, 'd', 0);
    for (int turn = 0; turn < 4; turn++) {
        gradients_memory(&drive)->path = turn; // and while it is computed another record comes
        drive_frame(&drive);
        assert_true(app_set_word(drive.app, turn % 2 ? "troodon" : options.setup.word));
        drive_frame(&drive);
    }
    assert_true(app_set_word(drive.app, options.setup.word));
    gradients_memory(&drive)->path = 1;
    double start = clock_seconds();
    bool seen = false;
    while (!seen && clock_seconds() < start + 60) {
        drive_frame(&drive);
        seen = drive_shows(&drive, "The way back");
        if (!seen) assert_true(app_wait(drive.app, drive.now) <= 0.03); // it is looked at again soon
    }
    assert_true(seen);
    drive_key(&drive, 'j', 0);
    start = clock_seconds();
    while (!jacobian_memory(&drive)->has_shown && clock_seconds() < start + 60)
        drive_frame(&drive);
    assert_true(jacobian_memory(&drive)->has_shown);
    drive_close(&drive);
}

// --- the two sources of a gradient, on the stage ---

static const struct source *shown_number(const struct draw_list *list, const char *tensor, int row, int column) {
    for (int c = 0; c < list->count; c++) {
        const struct draw_command *at = &list->commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &list->sources[at->source];
        if (!strcmp(source->tensor, tensor) && source->row == row && (column < 0 || source->column == column))
            return source;
    }
    return NULL;
}

// At every sum of the way back the inspector tells the gradient of the layer, direction, state and timestep that is
// running, and where it tells both of its sources they add up.
static void sources_of(const char *cell, int layers, bool both_ways) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = options_of(cell, 6, layers, true);
    options.setup.recipe.spec.directions = both_ways ? 2 : 1;
    if (!drive_open(&drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    const struct record *record = drive.app->bench->record;
    const struct script *script = drive.app->bench->script;
    const struct cell_desc *desc = record_cell(record);
    int sums = 0, pairs[NET_MAX_LAYERS][CELL_MAX_STATES] = {{0}};
    for (int p = 1; p <= script->count; p++) {
        const struct step *step = script_running(script, p);
        if (step->kind != STEP_SUM) continue;
        int unit = p % 6, slot = desc->state_out[step->state];
        app_seek(drive.app, p);
        drive.app->view.unit = unit;
        drive_frame(&drive);
        const char *whole = record_name(record, RECORD_BACKWARD, step->layer, step->direction, slot);
        const struct source *sum = shown_number(&drive.list, whole, step->t, unit);
        if (!sum) fail_msg("%s, step %d: %s is not told", cell, p, whole);
        assert_true(sum->value == tape_grad(record->tape, step->layer, step->direction, slot, step->t)[unit]);
        sums++;
        const char *loss = record_name(record, RECORD_FROM_LOSS, step->layer, step->direction, slot),
                   *future = record_name(record, RECORD_FROM_FUTURE, step->layer, step->direction, slot);
        const struct source *a = shown_number(&drive.list, loss, step->t, unit),
                            *b = shown_number(&drive.list, future, step->t, unit);
        if (!a || !b) continue;
        pairs[step->layer][step->state]++;
        assert_true(fabs(a->value + b->value - sum->value) <= 1e-12);
    }
    // one sum a state, chain and timestep
    assert_int_equal(sums, desc->state_count * layers * (both_ways ? 2 : 1) * record_T(record));
    for (int l = 0; l < layers; l++)
        for (int k = 0; k < desc->state_count; k++)
            if (pairs[l][k] < record_T(record) - 1)
                fail_msg("%s, layer %d, state %d: both sources told at %d timesteps", cell, l + 1, k, pairs[l][k]);
    // the sentence: its numbers are the running layer's
    for (int p = script->phase_first[PHASE_BACKWARD] + 1;
         p <= script->phase_first[PHASE_BACKWARD] + script->phase_count[PHASE_BACKWARD]; p++) {
        const struct step *step = script_running(script, p);
        if (step->layer < 0) continue;
        struct narration said;
        char own[32], above[32];
        narrate(&said, record, script, p, -1, NOTATION_COURSE);
        snprintf(own, sizeof own, "/l%d%s/", step->layer, step->direction ? "_reverse" : "");
        snprintf(above, sizeof above, "/l%d", step->layer + 1);
        for (int k = 0; k < said.count; k++) {
            const char *tensor = said.values[k].tensor;
            bool place = strstr(tensor, own) || !strstr(tensor, "/l") || !strncmp(tensor, "param/", 6);
            bool from_above = step->kind == STEP_FROM_LOSS && strstr(tensor, above);
            if (!place && !from_above) fail_msg("%s, step %d: %s in the sentence", cell, p, tensor);
        }
    }
    drive_close(&drive);
}

static void two_sources_and_their_sum(void **state) {
    (void)state;
    sources_of("lstm", 1, false);
    sources_of("lstm", 2, false);
    sources_of("rnn", 3, false);
    sources_of("gru", 2, false);
    sources_of("lstm_peephole", 2, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_a_loss_and_a_path), cmocka_unit_test(drags_the_two_timesteps),
        cmocka_unit_test(what_does_not_fit),         cmocka_unit_test(numbers_come_from_the_worker),
        cmocka_unit_test(two_sources_and_their_sum),
    };
    return cmocka_run_group_tests_name("gradients", tests, NULL, NULL);
}
