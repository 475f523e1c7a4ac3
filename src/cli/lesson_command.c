#include "app_chrome.h"
#include "capture.h"
#include "command.h"
#include "file.h"
#include "handout.h"
#include "lesson_command.h"
#include "own_lessons.h"
#include <stdio.h>
#include <string.h>

// The lessons there are, by the app's own shelf.
static struct app *open_shelf(struct own_lessons *own, struct err *err) {
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 0;
    own_lessons_use(own, &options);
    return app_new(&options, err);
}

static int list(const struct app *app, bool json) {
    json_t *lessons = json_array();
    for (int k = 0; k < app->shelf_count; k++) {
        const struct shelf_lesson *at = &app->shelf[k];
        char why[1024] = "";
        if (at->broken) err_format(&at->err, why, sizeof why);
        if (json)
            json_array_append_new(lessons, json_pack("{s:i, s:s, s:s, s:s, s:b, s:b, s:s}", "number", at->number, "id",
                                                     at->id, "title", at->title, "file", at->path, "own", at->own,
                                                     "broken", at->broken, "what", why));
        else if (at->broken)
            printf(" -  %-36s cannot be opened: %s\n", at->id, why);
        else
            printf("%2d  %-36s %s%s\n", at->number, at->id, at->title, at->own ? "  (own)" : "");
    }
    if (json)
        command_json(json_pack("{s:o}", "lessons", lessons));
    else
        json_decref(lessons);
    return 0;
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
        if (app->message.code != ERR_NONE && !app->message_good) {
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
                app_frame(app, &drawing, app->ui.now + 5); // what moved has come to rest
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

// --- the words ---

struct verb {
    const char *name;
    int least, most; // words behind it
};
static const struct verb verbs[] = {{"list", 0, 0}, {"check", 0, 63}, {"play", 1, 1}, {"new", 0, 1}, {"handout", 1, 1}};

static const struct verb *find_verb(const char **words, int count) {
    for (size_t k = 0; count > 0 && k < sizeof verbs / sizeof *verbs; k++)
        if (!strcmp(verbs[k].name, words[0]))
            return count - 1 >= verbs[k].least && count - 1 <= verbs[k].most ? &verbs[k] : NULL;
    return NULL;
}

static int print_handout(struct app *app, const char *id, const char *out, bool answers, int theme, bool json) {
    struct err err = {0};
    char path[ASSET_PATH];
    if (theme >= 0) app_set_theme(app, (enum theme_id)theme);
    if (!app_open_lesson(app, id, 0)) return command_fail(&app->message);
    app_finish_job(app);
    if (!out) {
        snprintf(path, sizeof path, "%s.html", app->lesson->id);
        out = path;
    }
    struct handout handout = {.path = out, .answers = answers, .picture_scale = 1.5};
    if (!file_ends_with(out, ".html"))
        err_set(&err, ERR_USAGE, "--out: expected a name ending in .html, found \"%s\"", out);
    if (err.code != ERR_NONE || !handout_save(app, &handout, &err)) return command_fail(&err);
    if (json)
        command_json(json_pack("{s:s, s:i, s:b}", "file", out, "parts", app->lesson->part_count, "answers", answers));
    else
        printf("%s\nOpen it in a browser and print it (A4).\n", out);
    return 0;
}

static int run_lesson(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    struct own_lessons own_lessons = {0};
    const char *out = NULL, *title = NULL, *words[64];
    static const char *const themes[] = {"light", "dark", "light-contrast", "dark-contrast", NULL};
    bool no_answers = false;
    int theme = -1;
    const struct option own[] = {
        {"out", OPTION_TEXT, &out, "PATH", "of `play` the folder for its pictures, else the file that is written"},
        {"no-answers", OPTION_FLAG, &no_answers, .help = "a hand-out without the page of answers"},
        {"theme", OPTION_CHOICE, &theme, "T", "colours of a hand-out's pictures", themes},
        {"title", OPTION_TEXT, &title, "T", "of a new lesson"},
        OPTION_LESSONS(own_lessons),
        {0}};
    const struct option *tables[] = {own, option_common(&common)};
    int status, count = command_parse(command, tables, 2, argc, argv, words, 64, &common, &status);
    if (count < 0) return status;
    struct err err = {0};
    const struct verb *verb = find_verb(words, count);
    if (!verb) {
        err_set(&err, ERR_USAGE, "expected list, check [ID ...], play ID, new [ID] or handout ID, found \"%s%s%s\"",
                count ? words[0] : "", count > 1 ? " " : "", count > 1 ? words[1] : "");
        return command_fail(&err);
    }
    struct app *app = open_shelf(&own_lessons, &err);
    if (!app) return command_fail(&err);
    if (app->message.code != ERR_NONE) // a folder of lessons cannot be read
        status = command_fail(&app->message);
    else if (!strcmp(verb->name, "list"))
        status = list(app, common.json);
    else if (!strcmp(verb->name, "check"))
        status = lesson_check_command(app, words + 1, count - 1, common.json);
    else if (!strcmp(verb->name, "new"))
        status =
            lesson_new(app, &(struct lesson_order){.id = count > 1 ? words[1] : NULL,
                                                   .title = title,
                                                   .out = out,
                                                   .folder = own_lessons.given ? own_lessons.given : own_lessons.folder,
                                                   .json = common.json});
    else if (!strcmp(verb->name, "handout"))
        status = print_handout(app, words[1], out, !no_answers, theme, common.json);
    else
        status = play(app, words[1], out ? out : "build/tour", common.quiet);
    app_free(app);
    return status;
}

const struct command command_lesson = {"lesson",
                                       "list | check [ID ...] | play ID [--out DIR] | new [ID] [--title T] [--out "
                                       "FILE] | handout ID [--no-answers] [--out FILE.html]",
                                       "Lists the lessons, plays them to their end as a test, plays one into pictures, "
                                       "begins one of your own, or puts one on paper.",
                                       run_lesson};
