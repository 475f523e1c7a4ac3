// Numbers and equations for the clipboard.

#include "app_chrome.h"
#include "equation_latex.h"
#include <stdio.h>
#include <string.h>

enum { LATEX = 4096 };

static void put(struct app *app, const char *text, const char *what) {
    struct err said = {0};
    if (!app->ui.clipboard_set) return;
    app->ui.clipboard_set(app->ui.clipboard_context, text);
    err_set(&said, ERR_IO, "Copied %s: %.300s", what, text);
    app_say(app, &said);
    app->message_good = true;
}

void app_copy_number(struct app *app) {
    struct scene scene;
    struct narration narration;
    struct hidden_value hidden[LESSON_MAX_HIDDEN];
    char text[40];
    const struct source *under = draw_value_at(app->ui.list, app->ui.pointer);
    if (!app_scene(app, &scene, &narration)) return;
    scene.hidden_count = app_hidden(app, hidden, LESSON_MAX_HIDDEN);
    scene.hidden = hidden;
    double value = under ? under->value : 0;
    if (!under) {
        struct place place;
        char tensor[PLACE_NAME];
        int row, column;
        scene_telling_place(&scene, &place);
        place_text(scene_whole(&scene), &place, tensor, sizeof tensor);
        tensor[strcspn(tensor, " ")] = 0; // its indices are behind the name
        place_index(scene_whole(&scene), &place, &row, &column);
        if (scene_is_hidden(&scene, tensor, row, column)) return; // a question asks for it
        value = place_value(scene_whole(&scene), &place);
    }
    snprintf(text, sizeof text, "%.17g", value);
    put(app, text, under ? "the number under the pointer" : "the selected unit's number of the running step");
}

void app_copy_equation(struct app *app) {
    struct scene scene;
    struct narration narration;
    char markup[LATEX], latex[LATEX];
    const struct step *step = app_scene(app, &scene, &narration) ? scene_step(&scene) : NULL;
    if (!step) return;
    label_equation(markup, sizeof markup, scene.record, step, true, scene_label(&scene, false));
    if (!*markup) return;
    equation_latex(latex, sizeof latex, markup, NULL, NULL);
    put(app, latex, "the equation as LaTeX");
}
