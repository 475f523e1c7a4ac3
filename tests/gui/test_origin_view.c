// The view "Where a number comes from" by events alone: any number by a click with Alt, by a key, by typing; there and
// back; over a change of example. And its numbers against the record.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "origin_view.h"
#include <math.h>
#include <stdlib.h>

// task NULL: the names that are shipped.
static struct drive open_task(const char *task, enum cell_id cell, int layers, int directions, int embed, int hidden,
                              float width, float height) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 5;
    options.setup.recipe.spec.cell = cell;
    options.setup.recipe.spec.layers = layers;
    options.setup.recipe.spec.directions = directions;
    options.setup.recipe.spec.hidden = hidden;
    options.setup.recipe.spec.embed = embed;
    snprintf(options.setup.word, sizeof options.setup.word, "%s", task ? "" : "troodon");
    snprintf(options.setup.task, sizeof options.setup.task, "%s", task ? task : "");
    if (!drive_open(&drive, &options, width, height, 1, &err)) fail_msg("%s", err.message);
    return drive;
}

static struct drive open_plain(void) {
    return open_task(NULL, CELL_LSTM, 1, 1, 0, 8, 1440, 900);
}

static struct origin_memory *memory_of(const struct drive *drive) {
    return drive->app->view_memory[view_find("origin")];
}

static const char *here(const struct drive *drive) {
    const struct origin_memory *memory = memory_of(drive);
    assert_int_equal(drive->app->view.view, view_find("origin"));
    return memory->trail[memory->at];
}

static bool place_of(const struct drive *drive, const struct source *source, char text[ORIGIN_TEXT]) {
    struct place place;
    const struct record *record = drive->app->bench->record;
    if (!source->tensor || !place_find(record, source->tensor, source->row, source->column, &place, NULL)) return false;
    place_text(record, &place, text, ORIGIN_TEXT);
    return true;
}

static point middle_of(const struct drive *drive, const struct draw_command *at) {
    return (point){(at->rect.x + at->rect.w / 2) / drive->scale, at->rect.y / drive->scale - 4};
}

static void press(struct drive *drive, point at, int button, unsigned mods) {
    drive_event(drive, (struct input_event){.kind = INPUT_MOVE, .at = at});
    drive_event(drive,
                (struct input_event){.kind = INPUT_PRESS, .at = at, .button = button, .clicks = 1, .mods = mods});
    drive_event(drive,
                (struct input_event){.kind = INPUT_RELEASE, .at = at, .button = button, .clicks = 1, .mods = mods});
}

// Every number of the frames of a walk leads to its own place, with either button.
static void any_number_by_a_click(void **state) {
    (void)state;
    struct drive drive = open_plain();
    struct app *app = drive.app;
    int count = app->bench->script->count, tried = 0;
    for (int p = 1; p < count; p += 7) {
        app_show_view(app, VIEW_STAGE);
        app_seek(app, p);
        drive_frame(&drive);
        drive_frame(&drive);
        int step = 1 + drive.list.count / 150;
        for (int c = p % step; c < drive.list.count; c += step) {
            if (drive.list.commands[c].op != DRAW_TEXT || drive.list.commands[c].source < 0) continue;
            point at = middle_of(&drive, &drive.list.commands[c]);
            const struct source *source = draw_value_at(&drive.list, at);
            char expected[ORIGIN_TEXT];
            if (!source || !place_of(&drive, source, expected)) continue;
            bool alt = tried++ % 2;
            press(&drive, at, alt ? 1 : 3, alt ? MOD_ALT : 0);
            assert_string_equal(here(&drive), expected);
            app_show_view(app, VIEW_STAGE);
            drive_frame(&drive);
            drive_frame(&drive);
        }
    }
    assert_true(tried > 20);
    press(&drive, (point){700, 20}, 3, 0); // no number there
    assert_int_equal(app->view.view, VIEW_STAGE);
    drive_close(&drive);
}

static void a_formed_number_is_explained(void **state) {
    (void)state;
    struct drive drive = open_plain();
    const struct draw_command *formed = NULL;
    for (int p = 1; p < 30 && !formed; p++) {
        app_seek(drive.app, p);
        drive_frame(&drive);
        for (int c = 0; c < drive.list.count && !formed; c++) {
            const struct draw_command *at = &drive.list.commands[c];
            if (at->op == DRAW_TEXT && at->source >= 0 && drive.list.sources[at->source].tensor &&
                !strncmp(drive.list.sources[at->source].tensor, "sum/", 4))
                formed = at;
        }
    }
    assert_non_null(formed);
    press(&drive, middle_of(&drive, formed), 3, 0);
    assert_int_equal(drive.app->view.view, VIEW_STAGE);
    assert_non_null(strstr(drive.app->message.message, "formed for the screen"));
    drive_close(&drive);
}

static void the_key_takes_the_running_result(void **state) {
    (void)state;
    struct drive drive = open_plain();
    const struct script *script = drive.app->bench->script;
    const struct cell_desc *cell = record_cell(drive.app->bench->record);
    int p = script_find(script, STEP_PART, 0, 0, 2, cell_part_by_id(cell, "gate_f"));
    app_seek(drive.app, p);
    app_select_unit(drive.app, 4);
    drive_event(&drive, (struct input_event){.kind = INPUT_LEAVE});
    drive_key(&drive, 'f', 0);
    assert_string_equal(here(&drive), "forward/l0/gate_f 3 5");
    drive_key(&drive, 'f', 0); // and back
    assert_int_equal(drive.app->view.view, VIEW_STAGE);
    app_seek(drive.app, script->phase_first[PHASE_CLIP] + 1);
    drive_frame(&drive);
    drive_key(&drive, 'f', 0);
    assert_string_equal(here(&drive), "clip/scale");
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_int_equal(drive.app->view.view, VIEW_STAGE);
    drive_close(&drive);
}

// The card of an operand is clicked, then Backspace, Alt + Left and Alt + Right.
static void there_and_back(void **state) {
    (void)state;
    struct drive drive = open_plain();
    app_open_origin(drive.app, "forward/loss 5");
    drive_frame(&drive);
    drive_frame(&drive);
    char way[4][ORIGIN_TEXT];
    for (int step = 0; step < 4; step++) {
        const struct origin_memory *memory = memory_of(&drive);
        snprintf(way[step], ORIGIN_TEXT, "%s", here(&drive));
        const struct place *next = NULL; // a target and a weight are made of nothing
        for (int k = 0; k < 5 && !next; k++)
            for (int i = 0; i < memory->origin.rows[k].count; i++) {
                const struct place *place = &memory->origin.rows[k].factors[i].place;
                if (place->kind != PLACE_PARAM && place->kind != PLACE_TARGET) next = place;
            }
        assert_non_null(next);
        char expected[ORIGIN_TEXT], found[ORIGIN_TEXT];
        place_text(drive.app->bench->record, next, expected, sizeof expected);
        int card = -1;
        for (int c = 0; c < drive.list.count && card < 0; c++) {
            const struct draw_command *at = &drive.list.commands[c];
            if (at->op == DRAW_TEXT && at->source >= 0 && place_of(&drive, &drive.list.sources[at->source], found) &&
                !strcmp(found, expected))
                card = c;
        }
        if (card < 0) fail_msg("%s: no card of %s", way[step], expected);
        point at = middle_of(&drive, &drive.list.commands[card]);
        drive_click(&drive, at.x, at.y);
        assert_string_equal(here(&drive), expected);
    }
    assert_int_equal(memory_of(&drive)->trail_count, 5);
    drive_key(&drive, KEY_BACKSPACE, 0);
    assert_string_equal(here(&drive), way[3]);
    drive_key(&drive, KEY_LEFT, MOD_ALT);
    assert_string_equal(here(&drive), way[2]);
    drive_key(&drive, KEY_RIGHT, MOD_ALT);
    assert_string_equal(here(&drive), way[3]);
    for (int k = 0; k < 9; k++)
        drive_key(&drive, KEY_BACKSPACE, 0);
    assert_string_equal(here(&drive), way[0]);
    app_open_origin(drive.app, "forward/total_loss"); // a new way forgets the old one's end
    drive_frame(&drive);
    drive_frame(&drive);
    assert_int_equal(memory_of(&drive)->trail_count, 2);
    drive_close(&drive);
}

// By keyboard alone: Tab to the field, a part of the name, Down, Enter, the indices, Enter; Tab to a card, Enter.
static void by_typing(void **state) {
    (void)state;
    struct drive drive = open_plain();
    struct origin_memory *memory = memory_of(&drive);
    drive_event(&drive, (struct input_event){.kind = INPUT_LEAVE});
    drive_key(&drive, 'f', 0);
    for (int k = 0; k < 60 && !ui_text_focused(&drive.app->ui); k++)
        drive_key(&drive, KEY_TAB, 0);
    assert_true(ui_text_focused(&drive.app->ui));
    drive_type(&drive, "l0/gate");
    assert_true(drive_shows(&drive, "forward/l0/gate_f"));
    drive_key(&drive, KEY_DOWN, 0);
    drive_key(&drive, KEY_DOWN, 0);
    drive_key(&drive, KEY_ENTER, 0);
    assert_string_equal(memory->field, "forward/l0/gate_u ");
    drive_type(&drive, "3 2");
    assert_string_equal(memory->field, "forward/l0/gate_u 3 2");
    drive_key(&drive, KEY_ENTER, 0);
    assert_string_equal(here(&drive), "forward/l0/gate_u 3 2");
    assert_string_equal(memory->field, "");
    drive_type(&drive, "forward/l0/gate_u 3 99");
    drive_key(&drive, KEY_ENTER, 0);
    assert_non_null(strstr(memory->problem, "between 1 and 8, found 99"));
    assert_string_equal(here(&drive), "forward/l0/gate_u 3 2");
    for (int k = 0; k < 40; k++)
        drive_key(&drive, KEY_BACKSPACE, 0);
    assert_string_equal(here(&drive), "forward/l0/gate_u 3 2"); // the field has the key
    drive_type(&drive, "total");
    drive_key(&drive, KEY_ENTER, 0); // one number: the only match
    assert_string_equal(here(&drive), "forward/total_loss");
    for (int k = 0; k < 60 && !strcmp(here(&drive), "forward/total_loss"); k++) { // crumbs and cards
        drive_key(&drive, KEY_TAB, 0);
        if (k > 4) drive_key(&drive, KEY_ENTER, 0);
    }
    assert_non_null(strstr(here(&drive), "forward/loss"));
    drive_close(&drive);
}

static void picks_survive_another_example(void **state) {
    (void)state;
    struct drive drive = open_plain();
    static const char *const places[] = {"forward/l0/c 2 3", "forward/l0/c 8 3", "backward/l0/gate_o 3 1"};
    for (int k = 0; k < 3; k++) {
        app_open_origin(drive.app, places[k]);
        drive_frame(&drive);
    }
    double before = memory_of(&drive)->origin.value;
    assert_int_equal(memory_of(&drive)->trail_count, 3);
    assert_true(app_set_word(drive.app, "rex"));
    drive_frame(&drive);
    drive_frame(&drive);
    const struct origin_memory *memory = memory_of(&drive);
    assert_int_equal(memory->trail_count, 2); // there is no eighth timestep
    assert_string_equal(here(&drive), places[2]);
    assert_true(memory->origin.value != before);
    assert_true(memory->origin.value == place_value(drive.app->bench->record, &memory->origin.place));
    drive_key(&drive, KEY_BACKSPACE, 0);
    assert_string_equal(here(&drive), places[0]);
    drive_close(&drive);
}

static void lights_the_other_views(void **state) {
    (void)state;
    struct drive drive = open_plain();
    app_open_origin(drive.app, "forward/l0/c 3 2");
    drive_frame(&drive);
    struct scene scene;
    struct narration said;
    assert_non_null(app_scene(drive.app, &scene, &said));
    assert_int_equal(scene_lit(&scene, "forward/l0/c", 2, 1), LIT_NUMBER);
    assert_int_equal(scene_lit(&scene, "forward/l0/keep_c", 2, 1), LIT_OPERAND);
    assert_int_equal(scene_lit(&scene, "forward/l0/write_c", 2, 1), LIT_OPERAND);
    assert_int_equal(scene_lit(&scene, "forward/l0/keep_c", 2, 2), LIT_NOT);
    drive_close(&drive);
}

// --- the numbers on screen ---

static bool near(double found, double expected) {
    return fabs(found - expected) <= 1e-12 * fmax(1e-9, fabs(expected));
}

// What is formed on screen: a term, what is left, a group's sum, all.
static bool is_formed(const struct origin *origin, const struct source *source) {
    if (!strcmp(source->tensor, "sum/all")) return near(source->value, origin->sum);
    if (!strcmp(source->tensor, "sum/group")) {
        for (int g = 0; g < origin->group_count; g++)
            if (near(source->value, origin->groups[g])) return true;
        return false;
    }
    double rest = origin->rest;
    for (int k = origin->row_count - 1; k >= 0; k--) {
        if (!strcmp(source->tensor, "sum/rest") && fabs(source->value - rest) <= 1e-12 * origin->size) return true;
        if (!strcmp(source->tensor, "sum/term") && near(source->value, origin->rows[k].value)) return true;
        rest += origin->rows[k].value;
    }
    return false;
}

struct walk {
    struct drive *drive;
    int shown, formed, place;
};

// The view stands where the file's tensors say; left of `right` only the view is looked at.
static void check_frame(struct walk *walk) {
    struct drive *drive = walk->drive;
    const struct record *record = drive->app->bench->record;
    const struct origin_memory *memory = memory_of(drive);
    struct origin origin;
    origin_of(record, &memory->origin.place, (struct label_style){NOTATION_COURSE, false}, &origin);
    bool told = false;
    for (int c = 0; c < drive->list.count; c++) {
        const struct draw_command *at = &drive->list.commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &drive->list.sources[at->source];
        struct place place;
        assert_non_null(source->tensor);
        if (place_find(record, source->tensor, source->row, source->column, &place, NULL)) {
            if (!near(source->value, place_value(record, &place)))
                fail_msg("%s: %s[%d][%d] is shown as %.17g", here(drive), source->tensor, source->row, source->column,
                         source->value);
            told = told || place_equal(&place, &origin.place);
            walk->shown++;
        } else if (is_formed(&origin, source))
            walk->formed++;
        else
            fail_msg("%s: %s is shown as %.17g", here(drive), source->tensor, source->value);
    }
    assert_true(told);
}

// One number of a tensor. The markup of all that is written has to be right.
static void look_at(void *context, const struct place *first, const char *name, int dims, const int64_t *shape) {
    struct walk *walk = context;
    struct place place = *first;
    char text[ORIGIN_TEXT];
    int n = walk->place++;
    place.norm = first->norm;
    if (dims > 1 && place.kind != PLACE_GRAD_AT) {
        place.t = place.kind >= PLACE_PARAM ? 0 : n % (int)shape[0];
        if (place.kind >= PLACE_PARAM)
            place.row = n % (int)shape[0], place.column = n % (int)shape[1];
        else
            place.row = n % (int)shape[1];
    }
    place_text(walk->drive->app->bench->record, &place, text, sizeof text);
    walk->drive->app->view.notation = (enum notation)(n % NOTATION_COUNT);
    app_open_origin(walk->drive->app, text);
    drive_frame(walk->drive);
    drive_frame(walk->drive);
    assert_string_equal(here(walk->drive), text);
    const struct origin_memory *memory = memory_of(walk->drive);
    struct err err = {0};
    if (memory->origin.rule != ORIGIN_GIVEN) {
        char line[640];
        for (const char *at = memory->origin.formula; at;) {
            const char *end = strchr(at, '\n');
            snprintf(line, sizeof line, "%.*s", (int)(end ? end - at : (long)strlen(at)), at);
            if (!math_check(line, &err)) fail_msg("%s: \"%s\": %s", name, line, err.message);
            at = end ? end + 1 : NULL;
        }
    }
    if (!math_check(memory->origin.label, &err)) fail_msg("%s: \"%s\"", name, memory->origin.label);
    check_frame(walk);
}

static void walk_all(const char *task, enum cell_id cell, int layers, int directions, int embed, int hidden,
                     float width, float height) {
    struct drive drive = open_task(task, cell, layers, directions, embed, hidden, width, height);
    drive.app->inspector_open = false; // its numbers have a test of their own
    struct walk walk = {.drive = &drive};
    place_each_tensor(drive.app->bench->record, look_at, &walk);
    print_message("%s %s: %d numbers of the record, %d formed\n", task ? task : "names",
                  cell_describe(cell, ACTIVATION_TANH)->name, walk.shown, walk.formed);
    assert_true(walk.shown > 100 && walk.formed > 50);
    drive_close(&drive);
}

static void numbers_are_the_records(void **state) {
    (void)state;
    walk_all(NULL, CELL_RNN, 1, 1, 0, 2, 1024, 640);
    walk_all(NULL, CELL_LSTM, 1, 1, 0, 8, 1440, 900);
    walk_all(NULL, CELL_GRU, 2, 1, 5, 5, 1280, 720);
    walk_all(NULL, CELL_GRU_RESET_AFTER, 3, 1, 0, 40, 1440, 900);
    walk_all(NULL, CELL_LSTM_PEEPHOLE, 1, 1, 0, 8, 1920, 1080);
}

static void numbers_of_every_kind(void **state) {
    (void)state;
    walk_all("sums", CELL_LSTM, 1, 2, 4, 6, 1440, 900); // an encoder-decoder
    walk_all("sums", CELL_GRU, 2, 1, 0, 6, 1280, 720);
    walk_all("adding:T=9", CELL_LSTM, 1, 2, 0, 4, 1440, 900); // numbers in, one number out
    walk_all("parity", CELL_RNN, 1, 1, 0, 4, 1024, 640);
    walk_all("echo", CELL_GRU_SIMPLE, 1, 1, 0, 4, 1440, 900);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_number_by_a_click),
                                       cmocka_unit_test(a_formed_number_is_explained),
                                       cmocka_unit_test(the_key_takes_the_running_result),
                                       cmocka_unit_test(there_and_back),
                                       cmocka_unit_test(by_typing),
                                       cmocka_unit_test(picks_survive_another_example),
                                       cmocka_unit_test(lights_the_other_views),
                                       cmocka_unit_test(numbers_are_the_records),
                                       cmocka_unit_test(numbers_of_every_kind)};
    return cmocka_run_group_tests_name("origin view", tests, NULL, NULL);
}
