#include "desktop.h"

#include "app.h"
#include "command.h"
#include "file.h"
#include "opening.h"
#include "own_lessons.h"
#include "thread.h"
#include "window.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const theme_names[] = {"light", "dark", "light-contrast", "dark-contrast", NULL};

static void speak(void *context, const char *sentence) {
    (void)context;
    puts(sentence);
    fflush(stdout);
}

static void wake(void *window) {
    window_wake(window);
}
static void clipboard_set(void *window, const char *text) {
    window_clipboard_set(window, text);
}
static char *clipboard_get(void *window) {
    return window_clipboard_get(window);
}

struct screen {
    struct app *app;
    struct window *window;
    struct draw_list list;
    float user_scale; // that the window has
};

// The user's size of everything, or in presenter mode that of the window.
static void set_scale(struct screen *screen) {
    const struct app *app = screen->app;
    float width, height, scale, user = (float)app->preferences.scale;
    window_metrics(screen->window, &width, &height, &scale);
    if (app->presentation) user = app_presentation_scale(width * screen->user_scale, height * screen->user_scale);
    if (fabsf(user - screen->user_scale) > 0.005f) window_set_user_scale(screen->window, screen->user_scale = user);
}

static void frame(struct app *app, struct window *window, struct draw_list *list) {
    float width, height, scale;
    window_metrics(window, &width, &height, &scale);
    draw_begin(list, width, height, scale);
    app_frame(app, list, clock_seconds());
}

// While the window is being resized the loop does not run; the content follows all the same.
static void redraw(void *context) {
    struct screen *screen = context;
    set_scale(screen);
    frame(screen->app, screen->window, &screen->list);
    window_present(screen->window, &screen->list, app_background(screen->app));
}

static void name_window(const struct app *app, struct window *window, char before[512]) {
    char title[512];
    app_title(app, title, sizeof title);
    if (!strcmp(title, before)) return;
    strcpy(before, title);
    window_set_title(window, title);
}

static void grant(struct screen *screen) {
    struct app *app = screen->app;
    if (app->wish == APP_FULLSCREEN) window_set_fullscreen(screen->window, app->fullscreen = !app->fullscreen);
    set_scale(screen);
    if (app->wish != APP_QUIT) app->wish = APP_NOTHING;
}

static void loop(struct app *app, struct window *window) {
    struct screen screen = {.app = app, .window = window, .user_scale = (float)app->preferences.scale};
    draw_init(&screen.list, window_fonts(window));
    window_on_resize(window, redraw, &screen);
    redraw(&screen);
    bool typing = false;
    char title[512] = "";
    while (app->wish != APP_QUIT) {
        struct input_event event;
        double wait = app_wait(app, clock_seconds());
        bool any = false;
        while (window_wait(window, any ? 0 : wait, &event)) {
            any = true;
            app_event(app, &event);
            // Presses and keys get frames of their own: one frame sees one of them.
            if (event.kind == INPUT_PRESS || event.kind == INPUT_RELEASE || event.kind == INPUT_KEY ||
                event.kind == INPUT_TEXT)
                break;
        }
        frame(app, window, &screen.list);
        grant(&screen);
        if (any) frame(app, window, &screen.list); // what the events changed
        if (app->ui.text_input || typing) window_text_input(window, typing = app->ui.text_input, app->ui.caret);
        window_set_cursor(window, app->ui.cursor);
        name_window(app, window, title);
        window_present(window, &screen.list, app_background(app));
    }
    window_on_resize(window, NULL, NULL);
    draw_release(&screen.list);
}

int desktop_main(int argc, char **argv) {
    struct common common = {0};
    struct opening opening = opening_default();
    const char *lesson = NULL, *words[1];
    struct own_lessons own_lessons = {0};
    int theme = -1;
    double scale = 0;
    bool reduced_motion = false, narrate = false, stays = false, present = false;
    const struct option own[] = {
        {"lesson", OPTION_TEXT, &lesson, "ID", "a lesson: its id, number or file"},
        OPTION_LESSONS(own_lessons),
        {"present", OPTION_FLAG, &present, .help = "presenter mode: large, for a room, with the keys of a clicker"},
        {"locked", OPTION_FLAG, &stays, .help = "the lesson stays open and nothing else is opened, for a class room"},
        {"theme", OPTION_CHOICE, &theme, "T", "colours", theme_names},
        {"scale", OPTION_REAL, &scale, "S", "size of everything", .low = 0.5, .high = 4},
        {"reduced-motion", OPTION_FLAG, &reduced_motion, .help = "no travel, only short fades"},
        {"narrate", OPTION_FLAG, &narrate, .help = "what happens in every step, as a sentence in the terminal"},
        {0}};
    const struct option *tables[] = {own, option_opening(&opening), option_model(&opening.model),
                                     option_training(&opening.training), option_common(&common)};
    static const struct command self = {
        "", "[FILE] [options]", "Opens the app on a text file, a model (.safetensors), a lesson (.md), or the lessons.",
        NULL};
    int status, count = opening_parse(&opening, &self, tables, 5, argc, argv, words, 1, &common, &status);
    if (count < 0) return status;
    struct err err = {0};
    bool is_lesson = count && file_ends_with(words[0], ".md"),
         is_model = count && file_ends_with(words[0], ".safetensors");
    if (is_lesson)
        lesson = words[0];
    else if (is_model)
        opening.checkpoint = words[0];
    else if (count)
        opening.model.data = words[0];
    struct app_options options = {.lesson = lesson,
                                  .gallery = !count && !opening.model.data && !opening.model.task &&
                                             !opening.checkpoint && !opening.word && !lesson,
                                  .theme = theme,
                                  .scale = scale,
                                  .reduced_motion = reduced_motion,
                                  .narrate = narrate,
                                  .present = present,
                                  .stays = stays};
    if (stays && !options.lesson) err_set(&err, ERR_USAGE, "--locked: expected a lesson beside it, found none");
    if (err.code != ERR_NONE) return command_fail(&err);
    if (!opening_setup(&opening, &options.setup, &err)) return command_fail(&err);
    if (!window_has_display()) {
        err_set(&err, ERR_IO,
                "there is no display to open a window on; `unroll render` and `unroll lesson play` draw without one");
        return command_fail(&err);
    }
    char preferences[ASSET_PATH];
    if (preferences_path(preferences, sizeof preferences)) options.preferences = preferences;
    own_lessons_use(&own_lessons, &options);
    struct app *app = app_new(&options, &err);
    if (!app) return command_fail(&err);
    struct window_options look = {
        .title = "unroll", .width = 1440, .height = 900, .user_scale = (float)app->preferences.scale};
    struct window *window = window_new(&look, &err);
    if (!window) {
        app_free(app);
        return command_fail(&err);
    }
    app->speak = speak;
    app->wake = wake;
    app->wake_context = app->ui.clipboard_context = window;
    app->ui.clipboard_set = clipboard_set;
    app->ui.clipboard_get = clipboard_get;
    const char *missing = window_missing_fonts(window);
    if (*missing) {
        err_set(&err, ERR_IO, "%s", missing);
        app_say(app, &err);
    }
    loop(app, window);
    app_free(app);
    window_free(window);
    return 0;
}
