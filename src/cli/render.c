#include "app_chrome.h"
#include "capture.h"
#include "command.h"
#include "file.h"
#include "movie.h"
#include "opening.h"
#include "own_lessons.h"
#include "page.h"
#include "surgery.h"
#include <stdio.h>
#include <string.h>

static const char *const theme_names[] = {"light", "dark", "light-contrast", "dark-contrast", NULL};
static const char *const notation_names[] = {"course", "paper", "pytorch", NULL};
static const char *const weights_names[] = {"usual", "split", "stacked", NULL}; // as enum label_weights
// The stage with either of its figures, then the views of views.h, then the pages of page.h.
static const char *view_names[VIEW_MAX + PAGE_COUNT + 3] = {"forward", "backward"};
enum { FIGURES = 2 };

struct picture {
    struct common common;
    struct opening opening;
    const char *lesson, *out, *against, *origin, *edit, *compare;
    int size[2], theme, step, steps[2], part, unit, view, timestep, notation, weights;
    double scale, seconds;
    bool present;
};

// Logical pixels of a window of that size, as window.c has them.
static float window_scale(const struct picture *picture) {
    float width = (float)picture->size[0], height = (float)picture->size[1], s = draw_window_scale(width, height);
    return picture->present ? s * app_presentation_scale(width / s, height / s) : s;
}

// Path NULL: only into the list. --size is that of a window, which the guide's rule of scale applies to; --scale makes
// the same picture finer.
static bool draw(struct app *app, struct capture *capture, struct draw_list *list, const struct picture *picture,
                 const char *path, struct err *err) {
    float s = window_scale(picture);
    for (int pass = 0; pass < 2; pass++) { // the second frame knows what the first laid out
        draw_begin(list, (float)picture->size[0] / s, (float)picture->size[1] / s, (float)picture->scale * s);
        app_frame(app, list, 1);
    }
    return !path || capture_save(capture, list, app_background(app), path, err);
}

// A range of steps as pictures in a folder, or as one film.
static bool draw_range(struct app *app, struct capture *capture, struct draw_list *list, const struct picture *picture,
                       bool film, struct err *err) {
    struct movie *movie = NULL;
    bool good = film || file_make_directories(picture->out, err);
    for (int p = picture->steps[0]; good && p <= picture->steps[1] && p <= app->bench->script->count; p++) {
        char path[ASSET_PATH];
        snprintf(path, sizeof path, "%s/step-%04d.png", picture->out, p);
        app_seek(app, p);
        good = draw(app, capture, list, picture, film ? NULL : path, err);
        if (!good || !film) continue;
        int width, height;
        const uint32_t *pixels = capture_pixels(capture, list, app_background(app), &width, &height);
        if (!movie) movie = movie_new(picture->out, width, height, picture->seconds, err);
        good = movie && movie_add(movie, pixels, err);
    }
    if (good && movie) return movie_end(movie, err);
    movie_drop(movie);
    return good;
}

static bool set_edits(struct app *app, const char *text, struct err *err) {
    const struct record *record = app->bench->record;
    struct edits edits = {0};
    return !text || (edits_parse(&edits, text, record, err) && workbench_set_edits(app->bench, &edits, false, err));
}

// "rnn,gru": each is trained as the network is, one after the other.
static bool compare(struct app *app, const char *cells, struct err *err) {
    while (cells && *cells) {
        char name[32];
        enum cell_id cell;
        size_t length = strcspn(cells, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), cells);
        if (!cell_by_name(name, &cell)) return err_set(err, ERR_USAGE, "--compare: there is no cell \"%s\"", name);
        if (app->rivals.count == RIVALS_MAX)
            return err_set(err, ERR_USAGE, "--compare: expected at most %d cells", RIVALS_MAX);
        int before = app->rivals.count;
        app_compare_with(app, cell);
        if (app->message.code != ERR_NONE) {
            *err = app->message;
            return false;
        }
        if (app->rivals.count == before)
            return err_set(err, ERR_USAGE, "--compare: the cell \"%s\" is there already, or the model is from a file",
                           name);
        cells += length + (cells[length] == ',');
    }
    return true;
}

static bool draw_all(struct app *app, const struct picture *picture, struct err *err) {
    struct capture *capture = capture_new((float)picture->scale * window_scale(picture), err);
    if (!capture) return false;
    struct draw_list list;
    draw_init(&list, capture_fonts(capture));
    bool good = true;
    bool one = file_ends_with(picture->out, ".png") || file_ends_with(picture->out, ".svg"),
         film = file_ends_with(picture->out, ".gif") || file_ends_with(picture->out, ".mp4");
    if (picture->steps[1] > 0) {
        good =
            one ? err_set(err, ERR_USAGE,
                          "--steps writes many pictures: expected a folder, a .gif or a .mp4 for --out, found \"%s\"",
                          picture->out)
                : draw_range(app, capture, &list, picture, film, err);
    } else if (!one) {
        good = err_set(err, ERR_USAGE,
                       "--out: expected a name ending in .png or .svg, or a folder, a .gif or a .mp4 together with "
                       "--steps; found \"%s\"",
                       picture->out);
    } else {
        int count = app->bench->script->count;
        if (picture->step > count)
            good = err_set(err, ERR_VALUE, "--step: this example has %d steps, found %d", count, picture->step);
        if (picture->step >= 0) app_seek(app, picture->step);
        int page = picture->view - FIGURES - view_count();
        if (page >= 0) {
            app_show_page(app, page);
            if (page_get(page)->prepare) page_get(page)->prepare(app);
        }
        if (page < 0 && picture->view >= FIGURES) app_show_view(app, picture->view - FIGURES);
        if (picture->view >= 0 && picture->view < FIGURES) {
            app->view.backward = picture->view == 1;
            app->view.backward_pinned = true;
        }
        if (picture->unit > 0) app_select_unit(app, picture->unit - 1);
        if (picture->timestep > 0) app->view.t = picture->timestep - 1;
        if (good && picture->origin) {
            struct place place;
            good = place_parse(app->bench->record, picture->origin, &place, err);
            if (good) app_open_origin(app, picture->origin);
        }
        good = good && draw(app, capture, &list, picture, picture->out, err);
    }
    draw_release(&list);
    capture_free(capture);
    return good;
}

static int run_render(const struct command *command, int argc, char **argv) {
    struct picture picture = {.opening = opening_default(),
                              .size = {1440, 900},
                              .scale = 1,
                              .seconds = 0.5,
                              .step = -1,
                              .part = 1,
                              .view = -1,
                              .notation = -1,
                              .weights = -1};
    struct own_lessons own_lessons = {0};
    for (int k = 0; k < view_count(); k++)
        view_names[FIGURES + k] = view_get(k)->name;
    for (int k = 0; k < page_count(); k++)
        view_names[FIGURES + view_count() + k] = page_get(k)->name;
    const struct option own[] = {
        {"lesson", OPTION_TEXT, &picture.lesson, "ID", "a lesson: its id, number or file"},
        OPTION_LESSONS(own_lessons),
        {"part", OPTION_INT, &picture.part, "N", "part of the lesson, from 1", .low = 1, .high = LESSON_MAX_PARTS},
        {"step", OPTION_INT, &picture.step, "N", "place of the cursor", .low = 0, .high = 1e9},
        {"steps", OPTION_RANGE, picture.steps, "A:B", "one picture a step, into a folder or a film"},
        {"view", OPTION_CHOICE, &picture.view, "NAME", "what stands in the middle, or a figure of the stage",
         view_names},
        {"origin", OPTION_TEXT, &picture.origin, "PLACE",
         "the origin view of a number: \"forward/l0/c 3 2\", indices from 1"},
        {"unit", OPTION_INT, &picture.unit, "N", "the selected unit, from 1", .low = 1, .high = NET_MAX_HIDDEN},
        {"timestep", OPTION_INT, &picture.timestep, "T", "the selected timestep, from 1", .low = 1,
         .high = WORKBENCH_MAX_T},
        {"edit", OPTION_TEXT, &picture.edit, "LIST", "what is set by hand, as trace --edit has it"},
        {"compare", OPTION_TEXT, &picture.compare, "CELLS",
         "cells beside the network's own, for the view compare: rnn,gru"},
        {"size", OPTION_SIZE, picture.size, "WxH", "of the window"},
        {"present", OPTION_FLAG, &picture.present, .help = "as in presenter mode"},
        {"scale", OPTION_REAL, &picture.scale, "S", "how much finer than the window", .low = 0.25, .high = 8},
        {"notation", OPTION_CHOICE, &picture.notation, "NAME", "how symbols are written", notation_names},
        {"weights", OPTION_CHOICE, &picture.weights, "FORM", "side by side in one matrix or apart", weights_names},
        {"theme", OPTION_CHOICE, &picture.theme, "T", "colours", theme_names},
        {"seconds", OPTION_REAL, &picture.seconds, "S", "how long each step of a film stays", .low = 0.02, .high = 60},
        {"against", OPTION_TEXT, &picture.against, "FILE", "arrays of your own, for the view homework"},
        {"out", OPTION_TEXT, &picture.out, "FILE", "a .png or .svg; for --steps a folder, a .gif or a .mp4"},
        {0}};
    const struct option *tables[] = {own, option_opening(&picture.opening), option_model(&picture.opening.model),
                                     option_training(&picture.opening.training), option_common(&picture.common)};
    int status;
    if (opening_parse(&picture.opening, command, tables, 5, argc, argv, NULL, 0, &picture.common, &status) < 0)
        return status;
    struct err err = {0};
    struct app_options options = {
        .lesson = picture.lesson, .theme = picture.theme, .reduced_motion = true, .wait = true};
    own_lessons_use(&own_lessons, &options);
    options.present = picture.present;
    if (!picture.out)
        err_set(&err, ERR_USAGE, "expected --out FILE, found none");
    else if (picture.size[0] < 640 || picture.size[1] < 480 || picture.size[0] > 8192 || picture.size[1] > 8192)
        err_set(&err, ERR_USAGE, "--size: expected 640x480 to 8192x8192, found %dx%d", picture.size[0],
                picture.size[1]);
    if (err.code != ERR_NONE || !opening_setup(&picture.opening, &options.setup, &err)) return command_fail(&err);
    struct app *app = app_new(&options, &err);
    if (!app) return command_fail(&err);
    if (picture.notation >= 0) app->view.notation = (enum notation)picture.notation;
    if (picture.weights >= 0) app->preferences.weights = picture.weights; // nothing is kept
    app_form_weights(app);
    if (picture.lesson && picture.part > 1) {
        if (picture.part > app->lesson->part_count)
            err_set(&err, ERR_VALUE, "--part: the lesson has %d parts, found %d", app->lesson->part_count,
                    picture.part);
        app_go_part(app, picture.part - 1);
        app_finish_job(app);
    }
    if (picture.against && !app_open_homework(app, picture.against)) err = app->message;
    bool good = err.code == ERR_NONE && set_edits(app, picture.edit, &err) && compare(app, picture.compare, &err) &&
                draw_all(app, &picture, &err);
    if (good && picture.common.json)
        command_json(json_pack("{s:s, s:i, s:i}", "out", picture.out, "step", app->position, "steps",
                               app->bench->script->count));
    app_free(app);
    return good ? 0 : command_fail(&err);
}

const struct command command_render = {
    "render",
    "(--lesson ID | --data FILE) [--step N | --steps A:B] [--size WxH] [--scale S] [--theme T] --out FILE.png",
    "Draws the workbench into a picture; needs no display.", run_render};
