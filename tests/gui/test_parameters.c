// The views of parameters by events: shared weights, the gradient check, clipping. Opened by their keys, walked by
// pointer and by keyboard alone; what they show is what the core says, and what adds up adds up on screen.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "mem.h"
#include "parameter_numbers.h"
#include <stdlib.h>
#include <unistd.h>

static struct drive open_with(enum cell_id cell, int layers, const char *word, float width, float height, float scale,
                              bool wait) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 20;
    options.setup.recipe.spec.cell = cell;
    options.setup.recipe.spec.layers = layers;
    snprintf(options.setup.word, sizeof options.setup.word, "%s", word);
    options.wait = true;
    if (!drive_open(&drive, &options, width, height, scale, &err)) fail_msg("%s", err.message);
    if (!wait) { // as in the window: beside the interface
        checker_free(drive.app->checker);
        drive.app->checker = checker_new(false, NULL, NULL);
    }
    return drive;
}

static struct drive open_plain(void) {
    return open_with(CELL_LSTM, 1, "troodon", 1440, 900, 1, true);
}

static void show(struct drive *drive, const char *view) {
    drive_key(drive, view_get(view_find(view))->key, 0);
    assert_int_equal(drive->app->view.view, view_find(view));
    drive_frame(drive);
    drive_frame(drive);
}

// The texts of all numbers on screen with this source, as they are read; row, column -2: any.
static int texts_of(const struct drive *drive, const char *tensor, int row, char out[][48], int max) {
    int count = 0;
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &drive->list.sources[at->source];
        if (strcmp(source->tensor, tensor) || (row != -2 && source->row != row) || count == max) continue;
        snprintf(out[count++], 48, "%.*s", at->text_length, drive->list.texts + at->text);
    }
    return count;
}

static double read_number(const char *text) { // the minus of the screen is U+2212
    return !strncmp(text, "\u2212", 3) ? -strtod(text + 3, NULL) : strtod(text, NULL);
}

static double shown(const struct drive *drive, const char *tensor, int row) {
    char text[4][48];
    if (texts_of(drive, tensor, row, text, 4) < 1) fail_msg("%s[%d] is not on screen", tensor, row);
    return read_number(text[0]);
}

// --- shared weights ---

static void opens_at_the_largest(void **state) {
    (void)state;
    struct drive drive = open_plain();
    show(&drive, "weights");
    const struct record *record = drive.app->bench->record;
    struct weight w = drive.app->view.weight;
    assert_string_equal(record->layout.params[w.param].name, "rnn.weight_hh_l0");
    double most = fabs(record_param_value(record, RECORD_GRAD, w.param, w.row, w.column));
    const struct param *p = &record->layout.params[w.param];
    for (int i = 0; i < p->in * p->out; i++)
        assert_true(fabs(record->grads[p->offset + (size_t)i]) <= most);
    drive_key(&drive, 'h', 0); // the same key leads back
    assert_int_equal(drive.app->view.view, VIEW_STAGE);
    drive_close(&drive);
}

// Parts as they are written add up to every running total as it is written, and to the gradient.
static void digits_add_up(void **state) {
    (void)state;
    static const enum cell_id cells[] = {CELL_LSTM, CELL_RNN, CELL_GRU, CELL_LSTM_PEEPHOLE};
    for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) {
        struct drive drive = open_with(cells[c], 1, "troodon", 1440, 900, 1, true);
        show(&drive, "weights");
        const struct record *record = drive.app->bench->record;
        for (int param = 0; param < record->layout.count; param++) {
            int rows, columns;
            record_param_shape(record, param, &rows, &columns);
            drive.app->view.weight = weight_largest(record, param, 0, rows);
            drive_frame(&drive);
            const int row = drive.app->view.weight.row, T = record_T(record);
            double sum = 0, total = 0;
            for (int t = 0; t < T; t++) {
                bool vector = param_is_vector(record->layout.params[param].role);
                const char *name = record_param_name_of(record, RECORD_GRAD_AT, param);
                sum += shown(&drive, name, vector ? t : t * rows + row);
                total = shown(&drive, "sum/grad_at", t);
                char text[4][48];
                texts_of(&drive, "sum/grad_at", t, text, 4);
                const char *decimals = strchr(text[0], '.');
                double unit = decimals ? pow(10, -(double)strlen(decimals + 1)) : 1;
                if (!(fabs(sum - total) <= 0.5 * unit + 1e-9)) fail_msg("%s, t %d: %g, %s", name, t + 1, sum, text[0]);
            }
            double grad = record_param_value(record, RECORD_GRAD, param, row, drive.app->view.weight.column);
            assert_true(fabs(total - grad) <= 0.06 * fabs(grad) + 1e-9);
            // and the weight with its step is the new weight
            double after = shown(&drive, record_param_name_of(record, RECORD_PARAM_AFTER, param), row);
            double both = shown(&drive, record_param_name_of(record, RECORD_PARAM, param), row) +
                          shown(&drive, record_param_name_of(record, RECORD_DELTA, param), row);
            assert_true(fabs(after - both) <= 1e-9);
        }
        drive_close(&drive);
    }
}

static void entries_by_keyboard(void **state) {
    (void)state;
    struct drive drive = open_plain();
    show(&drive, "weights");
    const struct record *record = drive.app->bench->record;
    int hh = layout_find(&record->layout, "rnn.weight_hh_l0");
    drive.app->view.weight = (struct weight){true, hh, 9, 3};
    int position = drive.app->position;
    drive_key(&drive, KEY_RIGHT, MOD_ALT);
    drive_key(&drive, KEY_DOWN, MOD_ALT);
    assert_true(drive.app->view.weight.row == 10 && drive.app->view.weight.column == 4);
    for (int k = 0; k < 20; k++) // not out of the block of the gate
        drive_key(&drive, KEY_DOWN, MOD_ALT);
    assert_int_equal(drive.app->view.weight.row, 15);
    for (int k = 0; k < 20; k++)
        drive_key(&drive, KEY_UP, MOD_ALT);
    assert_int_equal(drive.app->view.weight.row, 8);
    assert_int_equal(drive.app->position, position); // the walk stays where it was
    // Tab reaches the map; then plain arrows belong to it.
    ui_id map = ui_hash(0, "map of weights");
    for (int k = 0; k < 60 && drive.app->ui.focus != map; k++)
        drive_key(&drive, KEY_TAB, 0);
    assert_true(drive.app->ui.focus == map);
    drive_key(&drive, KEY_LEFT, 0);
    assert_int_equal(drive.app->view.weight.column, 3);
    assert_int_equal(drive.app->position, position);
    // A bias lies: left and right walk its units.
    drive.app->view.weight = (struct weight){true, layout_find(&record->layout, "rnn.bias_ih_l0"), 0, 0};
    drive_key(&drive, KEY_RIGHT, MOD_ALT);
    assert_int_equal(drive.app->view.weight.row, 1);
    drive_close(&drive);
}

// A click on the map chooses the entry under it; the tile lies where its row and column say.
static void entries_by_pointer(void **state) {
    (void)state;
    struct drive drive = open_plain();
    show(&drive, "weights");
    const struct record *record = drive.app->bench->record;
    drive.app->view.weight = (struct weight){true, layout_find(&record->layout, "rnn.weight_hh_l0"), 8, 0};
    drive_frame(&drive);
    int seen = 0;
    for (float x = 30; x < 300; x += 12) {
        drive_click(&drive, x, 170);
        struct weight w = drive.app->view.weight;
        assert_true(w.row >= 8 && w.row < 16);
        seen |= 1 << w.column;
        char label[96];
        weight_label(label, sizeof label, record, NOTATION_COURSE, false, w);
        assert_int_equal(weight_block_of(record, w.param, w.row), 1);
    }
    assert_true(seen == 0xff); // each of the eight columns once
    assert_true(drive_click_text(&drive, "Largest gradient"));
    struct weight w = weight_largest(record, drive.app->view.weight.param, 8, 8);
    assert_true(drive.app->view.weight.row == w.row && drive.app->view.weight.column == w.column);
    drive_close(&drive);
}

static void parameters_by_menu(void **state) {
    (void)state;
    struct drive drive = open_with(CELL_GRU, 2, "troodon", 1440, 900, 1, true);
    show(&drive, "weights");
    assert_true(drive_click_text(&drive, "Layer 1, recurrent weights"));
    drive_frame(&drive);
    assert_true(drive_click_text(&drive, "Layer 2, bias, 24"));
    drive_frame(&drive);
    assert_string_equal(drive.app->bench->record->layout.params[drive.app->view.weight.param].name, "rnn.bias_ih_l1");
    show(&drive, "check"); // the same entry there
    assert_true(drive_shows(&drive, "Layer 2, bias"));
    drive_close(&drive);
}

// [ and ] and a click in a column: the timestep whose part is told.
static void timesteps(void **state) {
    (void)state;
    char word[121];
    for (int k = 0; k < 120; k++)
        word[k] = "troodon"[k % 7];
    word[120] = 0;
    struct drive drive = open_with(CELL_LSTM, 1, word, 1280, 720, 1, true);
    show(&drive, "weights");
    drive.app->view.t = 40;
    drive_frame(&drive);
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "t = 41:  part "));
    drive_key(&drive, ']', 0);
    assert_true(drive_shows(&drive, "t = 42:  part "));
    drive_click(&drive, 500, 420);
    assert_true(drive.app->view.t != 41);
    drive_close(&drive);
}

// Of an encoder-decoder a parameter has the timesteps of its side, and choosing one chooses the side with it.
static void sides(void **state) {
    (void)state;
    char path[] = "/tmp/unroll-pairs-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    assert_non_null(file);
    for (int k = 0; k < 6; k++)
        fputs("unroll\tbc\nback\tcab\n", file);
    fclose(file);
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 5;
    snprintf(options.setup.data, sizeof options.setup.data, "%s", path);
    if (!drive_open(&drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    remove(path);
    const struct record *record = drive.app->bench->record;
    assert_non_null(record->layout.encoder);
    show(&drive, "weights");
    assert_string_equal(record->layout.params[drive.app->view.weight.param].name, "encoder.rnn.weight_hh_l0");
    char copies[24];
    snprintf(copies, sizeof copies, "%d copies", record->source.T);
    assert_true(record->source.T != record->example.T && drive_shows(&drive, copies));
    drive_click(&drive, 300, 500); // a column
    assert_true(drive.app->view.t >= 0 && drive.app->view.encoder);
    drive.app->view.weight = (struct weight){true, layout_find(&record->layout, "decoder.rnn.weight_hh_l0"), 3, 3};
    drive_frame(&drive);
    snprintf(copies, sizeof copies, "%d copies", record->example.T);
    assert_true(drive_shows(&drive, copies));
    drive_click(&drive, 300, 500);
    assert_true(drive.app->view.t >= 0 && !drive.app->view.encoder);
    show(&drive, "check");
    assert_true(drive_click_text(&drive, "Check them all"));
    drive_frame(&drive);
    char agree[48];
    snprintf(agree, sizeof agree, "%d of %d parameters agree", record->layout.count, record->layout.count);
    assert_true(drive_shows(&drive, agree));
    show(&drive, "clip");
    drive_close(&drive);
}

// --- the gradient check ---

static void nudges(void **state) {
    (void)state;
    struct drive drive = open_plain();
    show(&drive, "check");
    struct check_memory *memory = drive.app->view_memory[view_find("check")];
    assert_true(memory->power == -4);
    double before = shown(&drive, "check/plus", -2);
    drive_key(&drive, '-', MOD_ALT);
    drive_frame(&drive);
    assert_true(memory->power == -5);
    assert_true(drive.app->transport.speed == 1); // plain - would have been the speed
    assert_true(shown(&drive, "check/plus", -2) != before);
    for (int k = 0; k < 12; k++)
        drive_key(&drive, '-', MOD_ALT);
    assert_true(memory->power == -9);
    for (int k = 0; k < 12; k++)
        drive_key(&drive, '=', MOD_ALT);
    assert_true(memory->power == -1);
    drive_frame(&drive);
    // What is written adds up: plus less minus is the difference.
    double difference = shown(&drive, "check/plus", -2) - shown(&drive, "check/minus", -2);
    assert_true(fabs(difference - shown(&drive, "check/difference", -2)) <= 2e-12 + 1e-14);
    assert_true(shown(&drive, "check/digits", -2) >= 1);
    drive_close(&drive);
}

static void checks_them_all(void **state) {
    (void)state;
    struct drive drive = open_with(CELL_GRU, 1, "troodon", 1440, 900, 1, false);
    show(&drive, "check");
    assert_true(drive_click_text(&drive, "Check them all"));
    assert_true(app_wait(drive.app, drive.now) <= 0.03); // frames go on while it works
    for (int k = 0; k < 100000 && checker_busy(drive.app->checker); k++)
        if (k % 100 == 0) drive_frame(&drive);
    assert_false(checker_busy(drive.app->checker));
    drive_frame(&drive);
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "5 of 5 parameters agree"));
    for (int k = 0; k < 5; k++) {
        double error = shown(&drive, "check/tensor_error", k);
        assert_true(error >= 0);
    }
    // A row leads to its worst entry.
    assert_true(drive_click_text(&drive, "Output bias"));
    assert_string_equal(drive.app->bench->record->layout.params[drive.app->view.weight.param].name, "head.bias");
    // Another example: nothing of the old one is shown.
    assert_true(app_set_word(drive.app, "rex"));
    drive_frame(&drive);
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "Check them all"));
    drive_close(&drive);
}

// --- clipping ---

static void limits_move(void **state) {
    (void)state;
    struct drive drive = open_plain();
    show(&drive, "clip");
    const struct record *record = drive.app->bench->record;
    struct clip_memory *memory = drive.app->view_memory[view_find("clip")];
    assert_true(memory->limit[0] == record->options.clip_norm && memory->limit[1] > 0);
    assert_true(drive_shows(&drive, "used by this network at") && drive_shows(&drive, "not used by this network"));
    for (int k = 0; k < 25; k++)
        drive_key(&drive, '-', MOD_ALT);
    drive_frame(&drive);
    assert_true(memory->limit[0] < record->grad_norm);
    assert_true(drive_shows(&drive, "Every entry shrinks alike: shorter, the same direction."));
    assert_true(fabs(shown(&drive, "clipping/norm/after", -2) - memory->limit[0]) <= 1e-3);
    assert_true(shown(&drive, "clipping/norm/angle", -2) == 0);
    assert_true(shown(&drive, "clipping/value/angle", -2) > 0);
    for (int k = 0; k < 60; k++)
        drive_key(&drive, ']', MOD_ALT);
    for (int k = 0; k < 60; k++)
        drive_key(&drive, '=', MOD_ALT);
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "No entry is beyond the limit: nothing is clipped."));
    assert_true(drive_shows(&drive, "The norm is within the limit: nothing is clipped."));
    assert_true(shown(&drive, "clipping/value/cut", -2) == 0 && shown(&drive, "clipping/value/angle", -2) == 0);
    assert_true(memory->limit[0] <= 10.5 * record->grad_norm);
    drive_close(&drive);
}

// --- sizes ---

// In every size and with long words, deep and small networks: each text begins inside the window.
static void sizes(void **state) {
    (void)state;
    static const struct {
        float w, h, scale;
    } sizes[] = {{1024, 640, 1}, {1280, 720, 1}, {1440, 900, 1}, {1536, 864, 1.25f}, {1280, 720, 2}};
    static const char *const views[] = {"weights", "check", "clip"};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (int cell = 0; cell < CELL_COUNT; cell++) {
            const char *word = cell % 3 == 0   ? "a"
                               : cell % 3 == 1 ? "troodon"
                                               : "carcharodontosauruscarcharodontosauruscarcharodontosaurus";
            struct drive drive =
                open_with((enum cell_id)cell, 1 + cell % 4, word, sizes[k].w, sizes[k].h, sizes[k].scale, true);
            for (int v = 0; v < 3; v++) {
                show(&drive, views[v]);
                drive_frame(&drive);
                assert_int_equal(drive.list.clip_depth, 0);
                for (int c = 0; c < drive.list.count; c++) {
                    const struct draw_command *at = &drive.list.commands[c];
                    if (at->op != DRAW_TEXT) continue;
                    float right = at->rect.x + at->rect.w, limit = sizes[k].w * sizes[k].scale;
                    if (at->rect.x < -1 || right > limit + 1)
                        fail_msg("%gx%g, %s: \"%.*s\" from %g to %g", sizes[k].w, sizes[k].h, views[v], at->text_length,
                                 drive.list.texts + at->text, at->rect.x, right);
                }
            }
            drive_close(&drive);
        }
}

// Any key in any order leaves an entry that the network has.
static void keys_at_random(void **state) {
    (void)state;
    static const int keys[] = {'h',      'k',       'o',        KEY_LEFT,      KEY_RIGHT, KEY_UP, KEY_DOWN,
                               KEY_TAB,  KEY_ENTER, KEY_ESCAPE, '-',           '=',       '[',    ']',
                               KEY_HOME, KEY_END,   KEY_SPACE,  KEY_PAGE_DOWN, 'n',       't'};
    struct drive drive = open_with(CELL_LSTM_PEEPHOLE, 2, "rex", 1280, 720, 1, false);
    struct rng rng = rng_seed(77);
    for (int k = 0; k < 400; k++) {
        int key = keys[rng_below(&rng, sizeof keys / sizeof *keys)];
        drive_key(&drive, key, rng_below(&rng, 3) == 0 ? MOD_ALT : 0);
        const struct record *record = drive.app->bench->record;
        struct weight w = weight_settle(record, drive.app->view.weight);
        if (!drive.app->view.weight.chosen) continue;
        assert_true(w.param == drive.app->view.weight.param && w.row == drive.app->view.weight.row &&
                    w.column == drive.app->view.weight.column);
    }
    drive_close(&drive);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_at_the_largest),
        cmocka_unit_test(digits_add_up),
        cmocka_unit_test(entries_by_keyboard),
        cmocka_unit_test(entries_by_pointer),
        cmocka_unit_test(parameters_by_menu),
        cmocka_unit_test(timesteps),
        cmocka_unit_test(sides),
        cmocka_unit_test(nudges),
        cmocka_unit_test(checks_them_all),
        cmocka_unit_test(limits_move),
        cmocka_unit_test(sizes),
        cmocka_unit_test(keys_at_random),
    };
    return cmocka_run_group_tests_name("parameters", tests, NULL, NULL);
}
