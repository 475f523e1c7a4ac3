// The app by events alone: the walk by keys and by the transport, the menus, words, files, lessons, themes, sizes; and
// what it says when something is wrong.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app_chrome.h"
#include "drive.h"
#include <stdlib.h>

static struct app_options plain(void) {
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 20;
    snprintf(options.setup.word, sizeof options.setup.word, "troodon");
    return options;
}

static struct drive open_plain(void) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = plain();
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    return drive;
}

// What a question asks for is told nowhere: not on a tile, in a sum or in the sentence under the stage.
static void keeps_the_answer_of_a_question(void **state) {
    (void)state;
    struct drive drive;
    struct err err = {0};
    struct app_options options = plain();
    options.lesson = "3";
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    app_go_part(drive.app, 2);
    drive_settle(&drive);
    drive_key(&drive, KEY_RIGHT, 0);
    drive_settle(&drive);
    struct hidden_value hidden[LESSON_MAX_HIDDEN];
    struct scene scene;
    struct narration said;
    assert_non_null(app_scene(drive.app, &scene, &said));
    scene.hidden = hidden;
    scene.hidden_count = app_hidden(drive.app, hidden, LESSON_MAX_HIDDEN);
    assert_true(scene.hidden_count > 0);
    int told = 0;
    for (int k = 0; k < said.count; k++)
        told += scene_is_hidden(&scene, said.values[k].tensor, said.values[k].row, said.values[k].column);
    assert_true(told > 0); // the sentence is about the unit that is asked for
    for (int c = 0; c < drive.list.count; c++) {
        const struct draw_command *at = &drive.list.commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &drive.list.sources[at->source];
        assert_false(scene_is_hidden(&scene, source->tensor, source->row, source->column));
    }
    drive_close(&drive);
}

static int spoken;
static char last_sentence[1024];
static void listen(void *context, const char *sentence) {
    (void)context;
    spoken++;
    snprintf(last_sentence, sizeof last_sentence, "%s", sentence);
}

// By choice every step is told once, in the words that stand under the stage.
static void tells_each_step_in_the_terminal(void **state) {
    (void)state;
    struct drive drive = open_plain();
    drive.app->speak = listen;
    drive_key(&drive, KEY_RIGHT, 0);
    assert_int_equal(spoken, 0); // nobody asked for it
    drive_key(&drive, ',', MOD_CTRL);
    assert_true(drive.app->preferences_open);
    assert_true(drive_shows(&drive, "Preferences"));
    drive_key(&drive, KEY_ESCAPE, 0);
    drive.app->preferences.narrate = true;
    drive_frame(&drive);
    assert_int_equal(spoken, 1); // where one is
    for (int k = 0; k < 5; k++) {
        drive_key(&drive, KEY_RIGHT, 0);
        assert_int_equal(spoken, k + 2);
        struct scene scene;
        struct narration said;
        char text[1024];
        assert_non_null(app_scene(drive.app, &scene, &said));
        narrate_plain(&said, text, sizeof text);
        assert_string_equal(last_sentence, text);
    }
    drive_frame(&drive);
    assert_int_equal(spoken, 6);
    drive_close(&drive);
}

// Contrast is a choice of its own: light and dark keep it.
static void keeps_the_contrast(void **state) {
    (void)state;
    struct drive drive = open_plain();
    app_set_theme(drive.app, THEME_LIGHT_CONTRAST);
    drive_key(&drive, 't', 0);
    assert_int_equal(drive.app->theme, THEME_DARK_CONTRAST);
    assert_true(drive.app->preferences.dark && drive.app->preferences.contrast);
    drive_key(&drive, 't', 0);
    assert_int_equal(drive.app->theme, THEME_LIGHT_CONTRAST);
    drive_close(&drive);
}

static char clipboard[4096];
static void to_clipboard(void *context, const char *text) {
    (void)context;
    snprintf(clipboard, sizeof clipboard, "%s", text);
}

// To the last digit; the equation for a document.
static void copies_numbers_and_equations(void **state) {
    (void)state;
    struct drive drive = open_plain();
    drive.app->ui.clipboard_set = to_clipboard;
    app_seek(drive.app, drive.app->bench->script->count / 4);
    drive_frame(&drive);
    int copied = 0;
    for (int c = 0; c < drive.list.count && copied < 12; c++) {
        const struct draw_command *at = &drive.list.commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        point p = {(at->rect.x + at->rect.w / 2) / drive.scale, (at->rect.y - at->rect.h / 2) / drive.scale};
        const struct source *there = draw_value_at(&drive.list, p);
        if (!there) continue;
        double value = there->value;
        drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = p});
        const struct source *now = draw_value_at(&drive.list, p);
        if (!now || now->value != value) continue; // a card came up over it
        drive_key(&drive, 'c', MOD_CTRL);
        assert_true(strtod(clipboard, NULL) == value);
        copied++;
    }
    assert_true(copied >= 5);
    drive_key(&drive, 'c', MOD_CTRL | MOD_SHIFT);
    assert_non_null(strchr(clipboard, '='));
    assert_non_null(strchr(clipboard, '\\'));
    drive_close(&drive);
}

static void walks_by_keys(void **state) {
    (void)state;
    struct drive drive = open_plain();
    struct app *app = drive.app;
    const int count = app->bench->script->count;
    assert_int_equal(app->position, 0);
    for (int k = 1; k <= count; k++) {
        drive_key(&drive, KEY_RIGHT, 0);
        assert_int_equal(app->position, k);
    }
    for (int k = count - 1; k >= 0; k--) {
        drive_key(&drive, KEY_LEFT, 0);
        assert_int_equal(app->position, k);
    }
    drive_key(&drive, KEY_END, 0);
    assert_int_equal(app->position, count);
    drive_key(&drive, KEY_HOME, 0);
    assert_int_equal(app->position, 0);
    drive_key(&drive, KEY_RIGHT, MOD_SHIFT);
    assert_int_equal(app->position, script_move(app->bench->script, 0, BY_TIMESTEP, 1));
    drive_key(&drive, KEY_PAGE_DOWN, 0);
    assert_int_equal(app->position, app->bench->script->phase_first[PHASE_LOSS]);
    drive_key(&drive, '3', 0);
    assert_int_equal(app->transport.by, BY_TIMESTEP);
    drive_key(&drive, KEY_DOWN, 0);
    assert_int_equal(app->view.unit, 0);
    drive_key(&drive, KEY_UP, 0);
    assert_int_equal(app->view.unit, record_H(app->bench->record) - 1);
    drive_key(&drive, ']', 0);
    assert_int_equal(app->view.t, 0);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_int_equal(app->view.unit, -1);
    drive_key(&drive, 't', 0);
    assert_int_equal(app->theme, THEME_DARK);
    drive_key(&drive, 'n', 0);
    assert_int_equal(app->view.notation, NOTATION_PAPER);
    drive_key(&drive, KEY_F1, 0);
    assert_true(app->help_open && drive_shows(&drive, "Keys"));
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(app->help_open);
    drive_close(&drive);
}

static void updates_go_on_and_back(void **state) {
    (void)state;
    struct drive drive = open_plain();
    struct app *app = drive.app;
    double before = app->bench->record->loss;
    int64_t update = app->bench->record->update;
    drive_key(&drive, KEY_END, 0);
    for (int k = 0; k < 3; k++) {
        drive_key(&drive, KEY_RIGHT, 0);
        assert_int_equal(app->position, 0);
        assert_int_equal(app->bench->record->update, update + 1 + k);
        drive_key(&drive, KEY_END, 0);
    }
    assert_true(app->bench->record->loss < before);
    for (int k = 0; k < 3; k++) {
        drive_key(&drive, KEY_HOME, 0);
        drive_key(&drive, KEY_LEFT, 0);
    }
    assert_true(app->bench->record->loss == before); // bit for bit
    drive_close(&drive);
}

static void plays(void **state) {
    (void)state;
    struct drive drive = open_plain();
    drive_key(&drive, KEY_SPACE, 0);
    assert_true(drive.app->transport.playing);
    for (int k = 0; k < 400; k++)
        drive_frame(&drive);
    assert_true(drive.app->position > 3);
    drive_key(&drive, KEY_RIGHT, 0);
    assert_false(drive.app->transport.playing);
    assert_true(app_wait(drive.app, drive.now + 10) < 0); // at rest: waits for an event
    drive_close(&drive);
}

static void other_words_and_networks(void **state) {
    (void)state;
    struct drive drive = open_plain();
    struct app *app = drive.app;
    assert_true(app_set_word(app, "rex"));
    assert_int_equal(record_T(app->bench->record), 4);
    assert_false(app_set_word(app, "Ωmega"));
    assert_int_equal(app->message.code, ERR_VALUE);
    assert_int_equal(record_T(app->bench->record), 4); // nothing lost
    drive_frame(&drive);
    assert_false(app_set_word(app, ""));
    struct setup setup = app->setup;
    setup.recipe.spec.cell = CELL_RNN;
    setup.recipe.spec.hidden = 5;
    app_open_setup(app, &setup);
    drive_settle(&drive);
    assert_int_equal(record_H(app->bench->record), 5);
    assert_true(drive_shows(&drive, "RNN, 1 layer, 5 units"));
    setup = app->setup;
    snprintf(setup.data, sizeof setup.data, "/no/such/file.txt");
    app_open_setup(app, &setup);
    drive_settle(&drive);
    assert_int_equal(app->message.code, ERR_IO);
    assert_int_equal(record_H(app->bench->record), 5); // the network that was open stays open
    drive_close(&drive);
}

static void menus(void **state) {
    (void)state;
    struct drive drive = open_plain();
    struct app *app = drive.app;
    assert_true(drive_click_text(&drive, "LSTM, 1 layer, 8 units"));
    assert_true(app->model_open);
    for (int k = 0; k < CELL_COUNT; k++) { // every cell is there, in rows
        assert_true(drive_click_text(&drive, cell_describe((enum cell_id)k, ACTIVATION_TANH)->title));
        assert_int_equal(app->draft.recipe.spec.cell, k);
    }
    assert_true(drive_click_text(&drive, "RNN"));
    assert_int_equal(app->draft.recipe.spec.cell, CELL_RNN);
    assert_true(drive_click_text(&drive, "Next seed"));
    assert_true(drive_click_text(&drive, "Train this network"));
    drive_settle(&drive);
    assert_int_equal(app->bench->model.layout.spec.cell, CELL_RNN);
    assert_int_equal(app->setup.recipe.seed, 2);
    assert_string_equal(app->bench->example_text, "troodon");
    drive_key(&drive, 'd', MOD_CTRL);
    assert_true(app->data_open);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(app->data_open);
    drive_close(&drive);
}

// From the keyboard alone every control takes the focus once and comes round again.
static void focus_walks_round(void **state) {
    (void)state;
    struct drive drive = open_plain();
    assert_in_range(drive_focus_round(&drive), 12, 150);
    drive_close(&drive);
}

static void lessons_by_keyboard(void **state) {
    (void)state;
    struct drive drive;
    struct err err = {0};
    struct app_options options = plain();
    options.lesson = "3";
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    struct app *app = drive.app;
    assert_non_null(app->lesson);
    for (int part = 0; part < app->lesson->part_count; part++) {
        app_go_part(app, part);
        drive_settle(&drive);
        assert_int_equal(app->message.code, ERR_NONE);
        assert_true(drive_shows(&drive, app->lesson->parts[part].title));
    }
    drive_close(&drive);
}

// Every size and scale of the issue: nothing is drawn outside the window, and each text stays inside it.
static void sizes(void **state) {
    (void)state;
    static const struct {
        float w, h, scale;
    } sizes[] = {{1024, 640, 1}, {1280, 720, 1}, {1440, 900, 1}, {1536, 864, 1.25f}, {1280, 720, 2}, {1536, 864, 2.5f}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (int lesson = 0; lesson < 2; lesson++) {
            struct drive drive;
            struct err err = {0};
            struct app_options options = plain();
            if (lesson) options.lesson = "4";
            assert_true(drive_open(&drive, &options, sizes[k].w, sizes[k].h, sizes[k].scale, &err));
            for (int p = 0; p <= drive.app->bench->script->count; p += 7) {
                app_seek(drive.app, p);
                drive_frame(&drive);
                assert_int_equal(drive.list.clip_depth, 0);
                for (int c = 0; c < drive.list.count; c++) {
                    const struct draw_command *at = &drive.list.commands[c];
                    if (at->op != DRAW_TEXT) continue;
                    bool inside = at->rect.x >= -1 && at->rect.x <= sizes[k].w * sizes[k].scale;
                    if (!inside)
                        print_message("%gx%g step %d: \"%.*s\" at %g\n", sizes[k].w, sizes[k].h, p, at->text_length,
                                      drive.list.texts + at->text, at->rect.x);
                    assert_true(inside);
                }
            }
            drive_close(&drive);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_the_answer_of_a_question),
                                       cmocka_unit_test(walks_by_keys),
                                       cmocka_unit_test(copies_numbers_and_equations),
                                       cmocka_unit_test(tells_each_step_in_the_terminal),
                                       cmocka_unit_test(keeps_the_contrast),
                                       cmocka_unit_test(updates_go_on_and_back),
                                       cmocka_unit_test(plays),
                                       cmocka_unit_test(other_words_and_networks),
                                       cmocka_unit_test(menus),
                                       cmocka_unit_test(focus_walks_round),
                                       cmocka_unit_test(lessons_by_keyboard),
                                       cmocka_unit_test(sizes)};
    return cmocka_run_group_tests_name("app", tests, NULL, NULL);
}
