// For looking at the cards of the train page: trains models for a moment and renders one card. Not installed, not a
// test.
//   render_train OUT.png [card gradients|gates|weights] [models 1..4] [size 1060x275] [theme dark] [T 40] [hidden 16]
//                [layers 1] [directions 1] [updates 120] [at UPDATE] [pointer XxY] [place N] [scale 1]
//                [cell lstm] [losses all|last] [clip SCALE] [notation pytorch]
#include "capture.h"
#include "train_scene.h"
#include <stdlib.h>
#include <string.h>

static const char *argument(int count, char **words, const char *name, const char *otherwise) {
    for (int i = 2; i + 1 < count; i += 2)
        if (strcmp(words[i], name) == 0) return words[i + 1];
    return otherwise;
}

int main(int count, char **words) {
    static struct train_scene scene;
    static struct ui ui;
    static const char *const names[] = {"RNN", "LSTM", "GRU", "LSTM, forget bias 0"};
    static const enum cell_id cells[] = {CELL_RNN, CELL_LSTM, CELL_GRU, CELL_LSTM_PEEPHOLE};
    struct train_scene_model models[MODEL_STYLES];
    int n = atoi(argument(count, words, "models", "2"));
    for (int k = 0; k < n; k++) {
        models[k] = (struct train_scene_model){names[k],
                                               {.cell = cells[k],
                                                .hidden = atoi(argument(count, words, "hidden", "16")),
                                                .layers = atoi(argument(count, words, "layers", "1")),
                                                .directions = atoi(argument(count, words, "directions", "1"))}};
        const char *cell = argument(count, words, "cell", NULL);
        if (cell && cell_by_name(cell, &models[k].spec.cell)) models[k].name = cell;
    }
    int updates = atoi(argument(count, words, "updates", "120"));
    train_scene_init(&scene, models, n, atoi(argument(count, words, "T", "40")), updates);
    scene.look.update = atoi(argument(count, words, "at", argument(count, words, "updates", "120")));
    scene.look.notation =
        strcmp(argument(count, words, "notation", "course"), "pytorch") == 0 ? NOTATION_PYTORCH : NOTATION_COURSE;
    scene.cards.place = atoi(argument(count, words, "place", "0"));
    scene.cards.last = strcmp(argument(count, words, "losses", "all"), "last") == 0;
    for (int k = 0; k < n; k++)
        if (*argument(count, words, "clip", "")) scene.series[k].clip_scale = atof(argument(count, words, "clip", ""));
    float width, height, scale = (float)atof(argument(count, words, "scale", "1"));
    sscanf(argument(count, words, "size", "1060x235"), "%fx%f", &width, &height);
    const char *theme = argument(count, words, "theme", "light"), *card = argument(count, words, "card", "gradients");
    struct err err = {0};
    struct capture *capture = capture_new(scale, &err);
    if (!capture) return 1;
    struct draw_list list;
    draw_init(&list, capture_fonts(capture));
    ui_init(&ui);
    float x, y;
    const struct theme *colors = theme_get(theme_of(strstr(theme, "dark"), strstr(theme, "contrast")));
    for (int frame = 0; frame < 3; frame++) {
        draw_begin(&list, width + 40, height + 40, scale);
        if (sscanf(argument(count, words, "pointer", ""), "%fx%f", &x, &y) == 2)
            ui_push_event(&ui, &(struct input_event){.kind = INPUT_MOVE, .at = {x, y}});
        ui_begin(&ui, &list, colors, frame);
        draw_rect(&list, (rect){0, 0, width + 40, height + 40}, colors->panel, 0);
        rect r = {20, 20, width, height};
        if (strcmp(card, "gates") == 0)
            train_gates_card(&ui, r, &scene.look, &scene.cards);
        else if (strcmp(card, "weights") == 0)
            train_weights_card(&ui, r, &scene.look, &scene.cards);
        else
            train_gradients_card(&ui, r, &scene.look, &scene.cards);
        ui_end(&ui);
    }
    if (!capture_save(capture, &list, colors->panel, words[1], &err)) fprintf(stderr, "%s\n", err.message);
    ui_release(&ui);
    draw_release(&list);
    capture_free(capture);
    train_scene_release(&scene);
    return 0;
}
