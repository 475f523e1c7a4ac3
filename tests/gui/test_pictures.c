// Pictures of inputs and their sound: what is under the pointer is the number that the network reads; hearing starts,
// moves on and stops.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "input_picture.h"
#include "temporary.h"
#include <math.h>
#include <stdlib.h>
#include <time.h>

static void open_task(struct drive *drive, const char *task, float width, float height) {
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    struct err err = {0};
    snprintf(options.setup.task, sizeof options.setup.task, "%s", task);
    options.setup.recipe.steps = 2;
    if (!drive_open(drive, &options, width, height, 1, &err)) fail_msg("%s: %s", task, err.message);
}

static const struct record *input_side(const struct drive *drive) {
    return record_side(drive->app->bench->record, true);
}

// The number of this tensor, row and column on the stage, or NULL.
static const struct source *number_on_stage(const struct drive *drive, const char *tensor, int row, int column) {
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT || at->source < 0 || at->rect.x > drive->width * 0.7f) continue;
        const struct source *source = &drive->list.sources[at->source];
        if (source->tensor && !strcmp(source->tensor, tensor) && source->row == row && source->column == column)
            return source;
    }
    return NULL;
}

// Sweeps the pointer over the row of inputs; every card must tell the number of the record at its place. Returns how
// many different numbers of channels were met.
static int sweep(struct drive *drive, const char *tensor) {
    const struct record *side = input_side(drive);
    int I = side->layout.spec.inputs, slot = record_cell(side)->input, met = 0;
    bool *seen = calloc((size_t)I, sizeof *seen);
    for (float y = drive->height * 0.6f; y < drive->height * 0.72f; y += 3)
        for (float x = 60; x < drive->width * 0.66f; x += 29) {
            app_event(drive->app, &(struct input_event){.kind = INPUT_MOVE, .at = {x, y}});
            drive_frame(drive);
            const struct view_state *view = &drive->app->view;
            if (view->hover_unit < 0 || view->hover_slot != slot) continue;
            const struct source *source = number_on_stage(drive, tensor, view->hover_t, view->hover_unit);
            assert_non_null(source);
            assert_true(source->value == tape_value(side->tape, 0, 0, slot, view->hover_t)[view->hover_unit]);
            if (!seen[view->hover_unit]) met++;
            seen[view->hover_unit] = true;
        }
    free(seen);
    return met;
}

static void test_numbers_under_the_pointer(void **state) {
    (void)state;
    static const struct {
        const char *task, *tensor;
        int least;
        float width, height;
    } cases[] = {{"speech", "input", 16, 1440, 900},
                 {"speech:spell=1", "encoder/input", 16, 1440, 900},
                 {"video", "input", 8, 1440, 900}}; // a joint may always lie behind another
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct drive drive;
        open_task(&drive, cases[k].task, cases[k].width, cases[k].height);
        app_seek(drive.app, drive.app->bench->script->count / 5);
        drive_frame(&drive);
        int met = sweep(&drive, cases[k].tensor);
        if (met < cases[k].least) fail_msg("%s: %d numbers", cases[k].task, met);
        drive_close(&drive);
    }
}

// A picture's ink follows its numbers: of two frames of sound the louder has darker cells.
static long ink_of_row(const struct drive *drive, int t) {
    struct input_picture picture = {.what = {.kind = PICTURE_SPECTROGRAM, .low = -1, .high = 1},
                                    .record = input_side(drive),
                                    .slot = record_cell(input_side(drive))->input};
    struct draw_list list;
    draw_init(&list, NULL);
    draw_begin(&list, 100, 100, 1);
    input_picture_draw(&list, theme_get(THEME_LIGHT), &picture, (rect){0, 0, 10, 96}, t, LOOK_PLAIN);
    long ink = 0;
    for (int k = 1; k < list.count; k++) // behind the ground
        ink += 255 - list.commands[k].color.g;
    assert_int_equal(list.count, 1 + 16);
    draw_release(&list);
    return ink;
}

static void test_ink_is_loudness(void **state) {
    (void)state;
    struct drive drive;
    open_task(&drive, "speech", 1280, 720);
    const struct record *side = input_side(&drive);
    int T = record_T(side), order_kept = 0, pairs = 0;
    for (int a = 0; a < T; a++)
        for (int b = 0; b < T; b++) {
            double sums[2] = {0};
            for (int k = 0; k < 16; k++) {
                sums[0] += tape_value(side->tape, 0, 0, record_cell(side)->input, a)[k];
                sums[1] += tape_value(side->tape, 0, 0, record_cell(side)->input, b)[k];
            }
            if (sums[0] < sums[1] + 2) continue;
            pairs++;
            order_kept += ink_of_row(&drive, a) > ink_of_row(&drive, b);
        }
    assert_true(pairs > 20);
    assert_int_equal(order_kept, pairs);
    drive_close(&drive);
}

static void test_what_is_drawn(void **state) {
    (void)state;
    struct drive drive;
    open_task(&drive, "music", 1440, 900);
    struct scene scene;
    struct narration narration;
    app_scene(drive.app, &scene, &narration);
    struct input_picture picture = input_picture_of(&scene, scene.record);
    assert_int_equal(picture.what.kind, PICTURE_PIANO_ROLL);
    // Notes are the symbols of the record: the pitch of a held one is that of the note before.
    int last = -1, notes = 0;
    for (int t = 0; t < record_T(scene.record); t++) {
        int symbol = scene.record->example.x[t];
        const char *text = symbol < 0 ? "" : record_symbol(scene.record, symbol);
        bool begins;
        int pitch = input_picture_note(&picture, t, &begins);
        if (picture_pitch(text) >= 0)
            last = picture_pitch(text), notes++;
        else if (strcmp(text, "-") != 0)
            last = -1;
        assert_int_equal(pitch, last);
        assert_int_equal(begins, strcmp(text, "-") != 0);
        if (pitch >= 0) assert_in_range(pitch, picture.lowest, picture.highest);
    }
    assert_true(notes > 5);
    // A picture for other data is none.
    scene.picture = (struct picture_of_input){.kind = PICTURE_FIGURE};
    assert_int_equal(input_picture_of(&scene, scene.record).what.kind, PICTURE_NONE);
    scene.picture = (struct picture_of_input){.kind = PICTURE_SPECTROGRAM, .high = 1};
    assert_int_equal(input_picture_of(&scene, scene.record).what.kind, PICTURE_NONE);
    drive_close(&drive);
}

// ---- hearing ----

static void pause_for(double seconds) {
    nanosleep(&(struct timespec){(time_t)seconds, (long)(fmod(seconds, 1) * 1e9)}, NULL);
}

static void test_hearing(void **state) {
    (void)state;
    struct drive drive;
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    open_task(&drive, "speech", 1280, 720);
    assert_int_equal(hearing_timestep(&drive.app->hearing, drive.app->bench), -1);
    drive_key(&drive, 'p', MOD_SHIFT);
    assert_false(drive.app->presentation); // that is P alone
    int first = hearing_timestep(&drive.app->hearing, drive.app->bench), most = first;
    if (first < 0) fail_msg("%s", drive.app->message.message);
    for (int k = 0; k < 100 && hearing_timestep(&drive.app->hearing, drive.app->bench) >= 0; k++) {
        int t = hearing_timestep(&drive.app->hearing, drive.app->bench);
        assert_true(t < record_T(input_side(&drive)) && t >= most);
        most = t > most ? t : most;
        drive_frame(&drive);
        pause_for(0.02);
    }
    assert_true(most > first);                                                     // it moved on,
    assert_int_equal(hearing_timestep(&drive.app->hearing, drive.app->bench), -1); // and ended
    // The button under the label does the same, and the key stops it.
    for (float y = 400; y < 560 && hearing_timestep(&drive.app->hearing, drive.app->bench) < 0; y += 8)
        drive_click(&drive, 18, y);
    assert_true(hearing_timestep(&drive.app->hearing, drive.app->bench) >= 0);
    drive_key(&drive, 'p', MOD_SHIFT);
    assert_int_equal(hearing_timestep(&drive.app->hearing, drive.app->bench), -1);
    drive.app->view.ask.kind = ASK_HEAR;
    drive_frame(&drive);
    assert_true(hearing_timestep(&drive.app->hearing, drive.app->bench) >= 0);
    app_set_number(drive.app, 3); // another example: silence
    drive_frame(&drive);
    assert_int_equal(hearing_timestep(&drive.app->hearing, drive.app->bench), -1);
    drive_close(&drive);
}

static void test_no_device(void **state) {
    (void)state;
    struct drive drive;
    setenv("SDL_AUDIODRIVER", "no-such-driver", 1);
    open_task(&drive, "music", 1280, 720);
    drive_key(&drive, 'p', MOD_SHIFT);
    assert_int_equal(drive.app->message.code, ERR_IO);
    assert_non_null(strstr(drive.app->message.message, "nothing can be played here"));
    drive_close(&drive);
    open_task(&drive, "copy", 1280, 720);
    drive_key(&drive, 'p', MOD_SHIFT);
    assert_non_null(strstr(drive.app->message.message, "there is nothing to hear"));
    drive_close(&drive);
}

// What goes to the device are the samples.
static void test_what_is_played(void **state) {
    (void)state;
    struct temporary folder;
    assert_true(temporary_make(&folder));
    setenv("SDL_AUDIODRIVER", "disk", 1);
    setenv("SDL_DISKAUDIOFILE", temporary_path(&folder, "played.raw"), 1);
    setenv("SDL_DISKAUDIODELAY", "1", 1);
    float samples[3000];
    for (int i = 0; i < 3000; i++)
        samples[i] = (float)sin(0.05 * i);
    struct sound_output *output = sound_output_new();
    struct err err = {0};
    if (!sound_output_play(output, samples, 3000, 8000, &err)) fail_msg("%s", err.message);
    for (int k = 0; k < 500 && sound_output_position(output) >= 0; k++)
        pause_for(0.01);
    assert_true(sound_output_position(output) < 0);
    sound_output_free(output);
    FILE *file = fopen(folder.path, "rb");
    assert_non_null(file);
    static float played[100000];
    size_t n = fread(played, sizeof *played, 100000, file);
    fclose(file);
    size_t from = 0;
    while (from + 3000 <= n && memcmp(played + from, samples, 2900 * sizeof *samples) != 0)
        from++;
    assert_true(from + 2900 <= n);
    temporary_remove(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_under_the_pointer),
        cmocka_unit_test(test_ink_is_loudness),
        cmocka_unit_test(test_what_is_drawn),
        cmocka_unit_test(test_hearing),
        cmocka_unit_test(test_no_device),
        cmocka_unit_test(test_what_is_played),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
