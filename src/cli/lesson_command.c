#include "app_chrome.h"
#include "capture.h"
#include "command.h"
#include "file.h"
#include "world.h"
#include <stdio.h>
#include <string.h>

// The lessons of the program, by the app's own shelf.
static struct app *open_shelf(struct err *err) {
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 0;
    return app_new(&options, err);
}

static int list(const struct app *app, bool json) {
    json_t *lessons = json_array();
    for (int k = 0; k < app->shelf_count; k++) {
        const struct shelf_lesson *at = &app->shelf[k];
        if (json)
            json_array_append_new(lessons,
                                  json_pack("{s:i, s:s, s:s}", "number", at->number, "id", at->id, "title", at->title));
        else
            printf("%2d  %-36s %s\n", at->number, at->id, at->title);
    }
    if (json)
        command_json(json_pack("{s:o}", "lessons", lessons));
    else
        json_decref(lessons);
    return 0;
}

static bool check_one(struct app *app, const char *path, struct err *err) {
    struct lesson *lesson = lesson_read(path, err);
    if (!lesson) return false;
    struct lesson_world world = world_of(app);
    bool good = lesson_check(lesson, &world, err);
    lesson_free(lesson);
    return good;
}

static int check(struct app *app, const char **ids, int count, bool json) {
    json_t *results = json_array();
    int failed = 0;
    for (int k = 0; k < (count ? count : app->shelf_count); k++) {
        struct err err = {0};
        char path[1024], text[1024] = "";
        const char *name = count ? ids[k] : app->shelf[k].id;
        bool good = app_find_lesson(app, name, path, &err) && check_one(app, path, &err);
        if (!good) err_format(&err, text, sizeof text);
        failed += !good;
        if (json)
            json_array_append_new(results, json_pack("{s:s, s:b, s:s}", "lesson", name, "passed", good, "what", text));
        else if (good)
            printf("%s: every part plays to its end\n", name);
        else
            fprintf(stderr, "unroll: %s\n", text);
    }
    if (json)
        command_json(json_pack("{s:b, s:o}", "passed", failed == 0, "lessons", results));
    else
        json_decref(results);
    return failed ? 1 : 0;
}

// Plays a lesson without a window: every part's scene, every step of its walk told, a picture at each part and at each
// timestep.
static int play(struct app *app, const char *id, const char *folder, bool quiet) {
    struct err err = {0};
    struct capture *capture = NULL;
    if (!app_open_lesson(app, id, 0)) return command_fail(&app->message);
    if (!file_make_directories(folder, &err) || !(capture = capture_new(1, &err))) return command_fail(&err);
    struct draw_list drawing;
    draw_init(&drawing, capture_fonts(capture));
    bool good = true;
    int pictures = 0;
    for (int part = 0; good && part < app->lesson->part_count; part++) {
        app_go_part(app, part);
        app_finish_job(app);
        if (app->message.code != ERR_NONE) {
            good = false;
            err = app->message;
            break;
        }
        const struct script *script = app->bench->script;
        if (!quiet) printf("\nPart %d: %s\n", part + 1, app->lesson->parts[part].title);
        int first = app->position, last_t = -2;
        for (int p = first; good && p <= script->count; p++) {
            app_seek(app, p);
            struct scene scene;
            struct narration narration;
            char text[1024], path[ASSET_PATH];
            app_scene(app, &scene, &narration);
            narrate_plain(&narration, text, sizeof text);
            if (!quiet) printf("%3d  %s\n", p, text);
            const struct step *step = script_running(script, p);
            int t = step ? step->t : -1;
            bool shot = p == first || (t != last_t && part == 0) || p == script->count;
            last_t = t;
            if (!shot) continue;
            snprintf(path, sizeof path, "%s/part-%d-step-%03d.png", folder, part + 1, p);
            for (int pass = 0; pass < 2; pass++) {
                draw_begin(&drawing, 1440, 900, 1);
                app_frame(app, &drawing, 1);
            }
            good = capture_save(capture, &drawing, app_background(app), path, &err);
            pictures++;
        }
    }
    draw_release(&drawing);
    capture_free(capture);
    if (!good) return command_fail(&err);
    printf("\n%d pictures in %s\n", pictures, folder);
    return 0;
}

static int run_lesson(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    const char *out = "build/tour", *words[64];
    const struct option own[] = {{"out", OPTION_TEXT, &out, "DIR", "where `play` puts its pictures"}, {0}};
    const struct option *tables[] = {own, option_common(&common)};
    int status, count = command_parse(command, tables, 2, argc, argv, words, 64, &common, &status);
    if (count < 0) return status;
    struct err err = {0};
    const char *verb = count ? words[0] : "";
    bool known = !strcmp(verb, "list") || !strcmp(verb, "check") || (!strcmp(verb, "play") && count == 2);
    if (!known) {
        err_set(&err, ERR_USAGE, "expected list, check [ID ...] or play ID, found \"%s\"", verb);
        return command_fail(&err);
    }
    struct app *app = open_shelf(&err);
    if (!app) return command_fail(&err);
    if (app->message.code != ERR_NONE) { // a lesson on the shelf does not parse
        status = command_fail(&app->message);
    } else if (!strcmp(verb, "list"))
        status = list(app, common.json);
    else if (!strcmp(verb, "check"))
        status = check(app, words + 1, count - 1, common.json);
    else
        status = play(app, words[1], out, common.quiet);
    app_free(app);
    return status;
}

const struct command command_lesson = {
    "lesson", "list | check [ID ...] | play ID [--out DIR]",
    "Lists the lessons, plays them to their end as a test, or plays one into pictures.", run_lesson};
