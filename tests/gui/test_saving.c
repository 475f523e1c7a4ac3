// What can be taken along, by events alone: the sheet, its choices, and the files that come out, read back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app_chrome.h"
#include "drive.h"
#include "file.h"
#include "mem.h"
#include "movie.h"
#include "palette.h"
#include "rng.h"
#include "safetensors.h"
#include "folder.h"
#include <gif_lib.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum { WIDTH = 1024, HEIGHT = 700 };
static struct temporary *folder; // of all tests

static struct drive open_app(void) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 5;
    options.setup.recipe.spec.hidden = 4;
    snprintf(options.setup.word, sizeof options.setup.word, "rex");
    assert_true(drive_open(&drive, &options, WIDTH, HEIGHT, 1, &err));
    return drive;
}

// Opens the sheet, walks to the kind by Tab and arrows, to the button, and presses it.
static void order(struct drive *drive, enum saving_kind kind, const char *name, double scale, const char *from,
                  const char *to) {
    struct app *app = drive->app;
    drive_key(drive, 'e', MOD_CTRL);
    assert_true(app->saving_open);
    for (int k = 0; k < 80 && app->saving_order.kind != kind; k++)
        drive_key(drive, k % 4 == 3 ? KEY_TAB : KEY_RIGHT, 0);
    assert_int_equal(app->saving_order.kind, kind);
    assert_true(drive_shows(drive, saving_kinds[kind].title));
    snprintf(app->saving_order.path, sizeof app->saving_order.path, "%s", temporary_path(folder, name));
    app->saving_order.scale = scale;
    if (from) snprintf(app->saving_from, sizeof app->saving_from, "%s", from);
    if (to) snprintf(app->saving_to, sizeof app->saving_to, "%s", to);
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT || at->text_length != 4 || memcmp(drive->list.texts + at->text, "Save", 4)) continue;
        drive_click(drive, at->rect.x + 8, at->rect.y + at->rect.h / 2);
        break;
    }
}

static void finish(struct drive *drive) {
    for (int k = 0; k < 2000 && drive->app->saving; k++) {
        drive_frame(drive);
        usleep(1000);
    }
    assert_null(drive->app->saving);
}

static void expect_saved(struct drive *drive) {
    finish(drive);
    if (!drive->app->message_good) print_message("%s\n", drive->app->message.message);
    assert_true(drive->app->message_good);
    assert_false(drive->app->saving_open);
    assert_true(file_exists(drive->app->saving_order.path));
}

static void saves_a_picture_larger_than_the_window(void **state) {
    (void)state;
    struct drive drive = open_app();
    app_seek(drive.app, 7);
    drive_frame(&drive);
    order(&drive, SAVING_PNG, "a.png", 2, NULL, NULL);
    expect_saved(&drive);
    struct err err = {0};
    int width, height;
    uint32_t *pixels = capture_load(drive.app->saving_order.path, &width, &height, &err);
    assert_non_null(pixels);
    assert_int_equal(width, 2 * WIDTH);
    assert_int_equal(height, 2 * HEIGHT);
    // The same as a frame drawn for a window twice as fine: without the sheet, with the cursor where it is.
    struct drive fine = open_app();
    fine.scale = 2;
    app_seek(fine.app, 7);
    struct capture *capture = capture_new(2, &err);
    draw_release(&fine.list);
    draw_init(&fine.list, capture_fonts(capture));
    drive_frame(&fine);
    drive_frame(&fine);
    const uint32_t *expected = capture_pixels(capture, &fine.list, app_background(fine.app), &width, &height);
    assert_memory_equal(pixels, expected, (size_t)width * (size_t)height * sizeof *pixels);
    drive_close(&fine);
    capture_free(capture);
    mem_free(pixels);
    assert_int_equal(drive.app->position, 7);
    drive_close(&drive);
}

static void saves_a_drawing(void **state) {
    (void)state;
    struct drive drive = open_app();
    order(&drive, SAVING_SVG, "a.svg", 1, NULL, NULL);
    expect_saved(&drive);
    struct bytes bytes = {0};
    assert_true(file_read(drive.app->saving_order.path, 1 << 24, &bytes, NULL));
    assert_non_null(strstr(bytes.data, "<svg"));
    assert_non_null(strstr(bytes.data, "</svg>"));
    bytes_release(&bytes);
    drive_close(&drive);
}

// The pictures of the file one over the other are the frames, to the nearest of 256 colours.
static void saves_an_animation(void **state) {
    (void)state;
    enum { FIRST = 3, LAST = 9, FRAMES = LAST - FIRST + 1 };
    struct drive drive = open_app();
    app_seek(drive.app, 20);
    order(&drive, SAVING_GIF, "a.gif", 1, "3", "9");
    expect_saved(&drive);
    assert_int_equal(drive.app->position, 20);
    int code = 0;
    GifFileType *file = DGifOpenFileName(drive.app->saving_order.path, &code);
    assert_non_null(file);
    assert_int_equal(DGifSlurp(file), GIF_OK);
    assert_int_equal(file->SWidth, WIDTH);
    assert_int_equal(file->SHeight, HEIGHT);
    assert_in_range(file->ImageCount, 2, FRAMES);
    uint32_t *shown = mem_need(WIDTH * HEIGHT, sizeof *shown);
    int hundredths = 0, p = FIRST;
    for (int k = 0; k < file->ImageCount; k++) {
        const SavedImage *image = &file->SavedImages[k];
        GraphicsControlBlock control;
        assert_int_equal(DGifSavedExtensionToGCB(file, k, &control), GIF_OK);
        for (int y = 0; y < image->ImageDesc.Height; y++)
            for (int x = 0; x < image->ImageDesc.Width; x++) {
                const GifColorType c =
                    image->ImageDesc.ColorMap->Colors[image->RasterBits[y * image->ImageDesc.Width + x]];
                shown[(image->ImageDesc.Top + y) * WIDTH + image->ImageDesc.Left + x] =
                    (uint32_t)c.Red << 16 | (uint32_t)c.Green << 8 | c.Blue;
            }
        app_seek(drive.app, p);
        drive.app->message.code = ERR_NONE;
        drive_frame(&drive);
        drive_frame(&drive);
        int width, height;
        const uint32_t *frame = capture_pixels(drive.capture, &drive.list, app_background(drive.app), &width, &height);
        long far = 0;
        for (int i = 0; i < WIDTH * HEIGHT; i++)
            for (int shift = 0; shift < 24; shift += 8)
                far += abs((int)(shown[i] >> shift & 255) - (int)(frame[i] >> shift & 255)) > 24;
        assert_in_range(far, 0, WIDTH * HEIGHT / 2000);
        hundredths += control.DelayTime;
        p += control.DelayTime / 50;
    }
    assert_int_equal(hundredths, 50 * FRAMES);
    mem_free(shown);
    DGifCloseFile(file, &code);
    drive_close(&drive);
}

static void saves_a_film_where_it_can(void **state) {
    (void)state;
    struct drive drive = open_app();
    if (movie_can_mp4()) {
        order(&drive, SAVING_MP4, "a.mp4", 1, "0", "4");
        expect_saved(&drive);
        struct bytes bytes = {0};
        assert_true(file_read(drive.app->saving_order.path, 1 << 24, &bytes, NULL));
        assert_true(bytes.size > 1000);
        assert_memory_equal(bytes.data + 4, "ftyp", 4);
        bytes_release(&bytes);
    }
    char kept[4096];
    snprintf(kept, sizeof kept, "%s", getenv("PATH") ? getenv("PATH") : "");
    setenv("PATH", "/nowhere", 1);
    order(&drive, SAVING_MP4, "b.mp4", 1, "0", "4");
    finish(&drive);
    setenv("PATH", kept, 1);
    assert_false(drive.app->message_good);
    assert_non_null(strstr(drive.app->message.message, "ffmpeg"));
    assert_false(file_exists(drive.app->saving_order.path));
    drive_close(&drive);
}

static void saves_the_trace_as_a_table(void **state) {
    (void)state;
    struct drive drive = open_app();
    order(&drive, SAVING_TRACE, "a.safetensors", 1, NULL, NULL);
    expect_saved(&drive);
    struct tensor_file file;
    struct err err = {0};
    assert_true(tensor_file_read(&file, drive.app->saving_order.path, &err));
    order(&drive, SAVING_TABLE, "a.csv", 1, NULL, NULL);
    expect_saved(&drive);
    FILE *table = fopen(drive.app->saving_order.path, "r");
    assert_non_null(table);
    char line[512], name[256];
    assert_non_null(fgets(line, sizeof line, table));
    assert_string_equal(line, "tensor,index_1,index_2,index_3,value\n");
    size_t rows = 0, expected = 0;
    const struct tensor *tensor = NULL;
    size_t at = 0;
    while (fgets(line, sizeof line, table)) {
        char *comma = strchr(line, ','), *last = strrchr(line, ',');
        snprintf(name, sizeof name, "%.*s", (int)(comma - line), line);
        const struct tensor *found = tensor_file_find(&file, name);
        assert_non_null(found);
        if (found != tensor) at = 0;
        tensor = found;
        assert_true(tensor_at(tensor, at++) == strtod(last + 1, NULL));
        rows++;
    }
    fclose(table);
    for (int k = 0; k < file.count; k++)
        expected += file.tensors[k].bytes / sizeof(double);
    assert_int_equal(rows, expected);
    tensor_file_release(&file);
    drive_close(&drive);
}

static void says_what_is_wrong_and_leaves_no_file(void **state) {
    (void)state;
    struct drive drive = open_app();
    order(&drive, SAVING_GIF, "c.gif", 1, "5", "2");
    assert_null(drive.app->saving);
    assert_non_null(strstr(drive.app->message.message, "between 0 and"));
    drive_key(&drive, KEY_ESCAPE, 0);
    drive.app->message.code = ERR_NONE;
    order(&drive, SAVING_GIF, "c.gif", 1, "x", "2");
    assert_non_null(strstr(drive.app->message.message, "whole numbers"));
    drive_key(&drive, KEY_ESCAPE, 0);
    order(&drive, SAVING_GIF, "c.gif", 1, "0", "90");
    assert_non_null(drive.app->saving);
    drive_frame(&drive);
    drive_key(&drive, KEY_ESCAPE, 0); // stops it
    assert_null(drive.app->saving);
    assert_false(file_exists(drive.app->saving_order.path));
    order(&drive, SAVING_PNG, "no/such/folder/a.png", 1, NULL, NULL);
    finish(&drive);
    assert_false(drive.app->message_good);
    assert_int_equal(drive.app->message.code, ERR_IO);
    drive_close(&drive);
}

static void few_colours_stay_exact(void **state) {
    (void)state;
    enum { COUNT = 5000, COLORS = 256 };
    static uint32_t pixels[COUNT];
    static unsigned char indices[COUNT];
    struct rng rng = rng_seed(3);
    for (int k = 0; k < COUNT; k++) {
        uint32_t c = k < COLORS ? (uint32_t)k : (uint32_t)rng_below(&rng, COLORS);
        pixels[k] = (c & 15) * 17 << 16 | (c >> 4) * 17 << 8 | 0xFF000000;
    }
    struct palette palette;
    assert_true(palette_index(pixels, COUNT, &palette, indices));
    assert_int_equal(palette.count, COLORS);
    for (int k = 0; k < COUNT; k++)
        assert_int_equal(palette.colors[indices[k]], pixels[k] & 0xFFFFFF);
}

static int share_folder(void **state) {
    int made = make_folder(state);
    folder = *state;
    return made;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saves_a_picture_larger_than_the_window),
        cmocka_unit_test(saves_a_drawing),
        cmocka_unit_test(saves_an_animation),
        cmocka_unit_test(saves_a_film_where_it_can),
        cmocka_unit_test(saves_the_trace_as_a_table),
        cmocka_unit_test(says_what_is_wrong_and_leaves_no_file),
        cmocka_unit_test(few_colours_stay_exact),
    };
    return cmocka_run_group_tests(tests, share_folder, remove_folder);
}
