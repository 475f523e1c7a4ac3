// A lesson's scenes on the workbench and its other pages, and the actions that a lesson knows by name.
#include "app_chrome.h"
#include "page.h"
#include "sampling_parts.h"
#include "surgery.h"
#include "train.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const granularities[GRANULARITY_COUNT] = {"operation", "cell", "timestep", "pass", "update"};

// --- what stands on the screen ---

static bool show_view(struct app *app, const char *name, struct err *err) {
    int view = view_find(name);
    char known[256] = "";
    for (int k = 0; view < 0 && k < view_count(); k++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", k ? ", " : "", view_get(k)->name);
    }
    if (view < 0) return err_set(err, ERR_VALUE, "there is no view \"%s\"; there are %s", name, known);
    app_show_view(app, view);
    return true;
}

// "gru", "rnn layers=2": the next one of a list between commas; false at its end, or with err.
static bool next_network(char **rest, enum cell_id *cell, int *layers, struct err *err) {
    char name[24], *word = strsep(rest, ",");
    *layers = 0;
    if (!word) return false;
    int end = 0, read = sscanf(word, " %23[a-z_]%n layers=%d%n", name, &end, layers, &end);
    if (read >= 1 && cell_by_name(name, cell) && !word[end + (int)strspn(word + end, " ")]) return true;
    return err_set(err, ERR_VALUE, "expected a cell to compare with, such as lstm or \"rnn layers=2\", found \"%s\"",
                   word);
}

// The page "Train and compare" with the network of the setup and those beside it, at update 0. Nothing is kept of it.
static bool show_training(struct app *app, const struct setup *setup, const char *compare, struct err *err) {
    struct train_form form;
    train_form_of(&form, setup, app->bench ? &app->bench->model.layout.spec : NULL);
    char list[64], *rest = *compare ? list : NULL;
    snprintf(list, sizeof list, "%s", compare);
    enum cell_id cell;
    int layers;
    struct err own = {0};
    while (form.models < EXPERIMENT_MODELS && next_network(&rest, &cell, &layers, &own)) {
        train_form_add(&form);
        form.model[form.models - 1].cell = cell;
        form.model[form.models - 1].layers = layers;
    }
    if (own.code != ERR_NONE) return *err = own, false;
    train_begin(app, &form, NULL);
    if (app->waits) train_take_new(app);
    return true;
}

static bool show_page(struct app *app, const char *name, const char *compare, struct err *err) {
    int page = page_find(name);
    if (page < 0) return err_set(err, ERR_VALUE, "there is no page \"%s\"", name);
    if (page == page_find("train") && !show_training(app, &app->setup, compare, err)) return false;
    app_show_page(app, page);
    return true;
}

static bool add_edits(struct app *app, const char *text, struct err *err) {
    struct edits edits = *workbench_edits(app->bench);
    return edits_parse(&edits, text, app->bench->record, err) && workbench_set_edits(app->bench, &edits, false, err);
}

// Those that a scene names are built one after the other: the next one as soon as none is being built.
bool app_compare_next(struct app *app, struct err *err) {
    while (*app->compare_rest && !app->rivals.job) {
        char list[sizeof app->compare_rest], *rest = list;
        enum cell_id cell;
        int layers;
        memcpy(list, app->compare_rest, sizeof list);
        bool good = next_network(&rest, &cell, &layers, err);
        size_t left = good && rest ? strlen(rest) : 0;
        memmove(app->compare_rest, left ? rest : "", left + 1);
        if (!good) return false;
        if (layers > 0) return err_set(err, ERR_VALUE, "expected layers of their own on the page \"train\" only");
        app_compare_with(app, cell);
    }
    return true;
}

// Those that are there and are not named go.
static void drop_others(struct app *app, const char *names) {
    bool named[CELL_COUNT] = {false};
    char list[sizeof app->compare_rest], *rest = *names ? list : NULL;
    enum cell_id cell;
    int layers;
    struct err ignored = {0};
    snprintf(list, sizeof list, "%s", names);
    while (next_network(&rest, &cell, &layers, &ignored))
        named[cell] = true;
    for (int k = app->rivals.count - 1; k >= 0; k--)
        if (!named[record_cell(app->rivals.list[k].bench->record)->id]) rivals_drop(&app->rivals, k);
}

static bool compare_with(struct app *app, const char *names, struct err *err) {
    if (strlen(names) >= sizeof app->compare_rest)
        return err_set(err, ERR_LIMIT, "expected at most %zu bytes of cells to compare with",
                       sizeof app->compare_rest - 1);
    memcpy(app->compare_rest, names, strlen(names) + 1);
    return app_compare_next(app, err);
}

// --- sampling and sentences ---

static void look_at_speech(struct app *app, unsigned speaks) {
    speech_look(&app->speech, app->bench, app->setup.recipe.seed, speaks, INFINITY);
}

static struct sampling_memory *sampling_memory(const struct app *app) {
    return app->view_memory[view_find("sampling")];
}

// The view's cursor, from 0.
static void go_to_draw(struct app *app, int draw, int moment) {
    const struct spoken *said = &app->speech.said;
    struct sampling_memory *memory = sampling_memory(app);
    if (!said->sampling || sampling_count(said->sampling) == 0) return;
    memory->opened = true; // the view takes the run over and leaves the cursor
    sampling_go(memory, said->sampling, draw, moment);
}

static bool sample(struct app *app, const char *start, double temperature, struct err *err) {
    look_at_speech(app, VIEW_SAMPLING);
    struct spoken *said = &app->speech.said;
    struct ask ask = {.kind = ASK_SAMPLE};
    ask.sample.seed = app->speech.seed;
    ask.sample.temperature = temperature;
    snprintf(ask.text, sizeof ask.text, "%s", start);
    speech_sample(&app->speech, app->bench, &ask);
    if (*said->no_sampling || *said->problem)
        return err_set(err, ERR_VALUE, "%s", *said->no_sampling ? said->no_sampling : said->problem);
    look_at_speech(app, VIEW_SAMPLING);
    go_to_draw(app, 0, MOMENT_LOGITS);
    return true;
}

static void draw_symbols(struct app *app, long count, const char *until) {
    int moment = MOMENT_CHOICE;
    for (int k = 0; k < MOMENT_COUNT; k++)
        if (!strcmp(lesson_draw_words[k], until)) moment = k;
    look_at_speech(app, VIEW_SAMPLING);
    go_to_draw(app, (int)count - 1, moment);
}

static bool measure(struct app *app, int index, const char *text, struct err *err) {
    look_at_speech(app, VIEW_SENTENCES);
    const struct spoken *said = &app->speech.said;
    struct ask ask = {.kind = ASK_SENTENCE, .index = index};
    snprintf(ask.text, sizeof ask.text, "%s", text);
    speech_sentence(&app->speech, app->bench, &ask);
    const char *problem = *said->no_sentence ? said->no_sentence : said->sentences[index].problem;
    return !*problem || err_set(err, ERR_VALUE, "%s", problem);
}

static bool measure_all(struct app *app, const char *sentences, struct err *err) {
    char rest[256], *state = NULL;
    int index = 0;
    snprintf(rest, sizeof rest, "%s", sentences);
    for (char *text = strtok_r(rest, "/", &state); text && index < SPOKEN_SENTENCES;
         text = strtok_r(NULL, "/", &state)) {
        text += strspn(text, " ");
        size_t length = strlen(text);
        while (length && text[length - 1] == ' ')
            text[--length] = '\0';
        if (!measure(app, index++, text, err)) return false;
    }
    return true;
}

// --- scenes ---

static bool is_backward(const struct app *app) {
    const struct step *step = script_running(app->bench->script, app->position);
    return step && step->phase >= PHASE_BACKWARD;
}

static int selected(int index, int count) {
    return index == LESSON_LAST ? count - 1 : index >= 0 && index < count ? index : -1;
}

// The network is there: edits, view and page, cursor and selection.
bool app_arrive(struct app *app, const struct lesson_scene *scene, struct err *err) {
    int edits = app_edit_count(app), position = 0;
    if (edits > 0) app_set_edits(app, &(struct edits){0}, false);
    app_tell_dropped(app, edits, "a part of a lesson begins without them");
    if (*scene->edits && !add_edits(app, scene->edits, err)) return false;
    const struct record *record = app->bench->record;
    if (*scene->goto_ && !lesson_find_position(scene->goto_, record, app->bench->script, &position, err)) return false;
    app_seek(app, position);
    app->view.encoder = false;
    app->view.unit = selected(scene->unit, record_H(record));
    app->view.t = selected(scene->t, record_T(record));
    app->view.layer = scene->layer;
    app->view.direction = scene->direction;
    app->view.place_pinned = scene->layer > 0 || scene->direction > 0;
    app->transport.by = BY_OPERATION;
    for (int k = 0; k < GRANULARITY_COUNT; k++)
        if (!strcmp(scene->granularity, granularities[k])) app->transport.by = (enum granularity)k;
    bool backward = !strcmp(scene->figure, "backward");
    app->view.backward_pinned = *scene->figure && backward != is_backward(app);
    app->view.backward = *scene->figure ? backward : is_backward(app);
    app->view.flow = scene->flow || !app->lesson;
    app->view.flow_asked = scene->flow;
    if (!show_view(app, scene->view, err)) return false;
    bool trains = !strcmp(scene->page, "train"); // its networks are the page's
    drop_others(app, trains ? "" : scene->compare);
    if (!trains && !compare_with(app, scene->compare, err)) return false;
    bool samples = !strcmp(scene->view, "sampling"); // else only for when it is opened later, where it can be
    struct err ignored = {0};
    if ((samples || scene->temperature != 1 || *scene->start) &&
        !sample(app, scene->start, scene->temperature, samples ? err : &ignored) && samples)
        return false;
    if (*scene->sentences && !measure_all(app, scene->sentences, err)) return false;
    return !trains || show_page(app, scene->page, scene->compare, err);
}

bool app_set_scene(struct app *app, const struct lesson_scene *scene, struct err *err) {
    struct setup setup = app->setup;
    setup.recipe = recipe_default();
    setup.data[0] = setup.word[0] = 0;
    setup.example = setup.within = 0;
    setup.reading = (struct data_choices){0};
    if (!setup_from_scene(&setup, scene, err)) return false;
    app->scene = *scene;
    bool same = !app->job && app->bench && setup_same_network(&setup, &app->setup);
    if (!same || app->setup.within > 0) {
        app->scene_waits = true;
        app_open_setup(app, &setup);
        return true;
    }
    if (*setup.word ? !strcmp(setup.word, app->bench->example_text) || app_set_word(app, setup.word)
                    : app->bench->example_index == 0 || app_set_number(app, 0))
        return app_arrive(app, scene, err);
    *err = app->message;
    return false;
}

// --- actions ---

static bool finish(struct app *app, struct err *err) {
    app_finish_job(app);
    if (app->message.code == ERR_NONE || app->message_good) return true;
    *err = app->message;
    return false;
}

static bool rebuild(struct app *app, const struct setup *setup, struct err *err) {
    app->message.code = ERR_NONE;
    app_open_setup(app, setup);
    return finish(app, err);
}

// What an action changes of a recipe.
static bool change_recipe(struct recipe *recipe, const struct lesson_action *action, struct err *err) {
    switch (action->kind) {
    case ACTION_CELL:
        return cell_by_name(action->text, &recipe->spec.cell) ||
               err_set(err, ERR_VALUE, "there is no cell \"%s\"", action->text);
    case ACTION_SEED:
        recipe->seed = action->number;
        return true;
    case ACTION_UNITS:
        recipe->spec.hidden = (int)action->number;
        return true;
    case ACTION_LAYERS:
        recipe->spec.layers = (int)action->number;
        return true;
    default:
        recipe->steps = action->number;
        return true;
    }
}

// On the page "Train and compare" the experiment begins anew with what is the same in all models.
static bool change_network(struct app *app, const struct lesson_action *action, struct err *err) {
    if (app->page == page_find("train") && app->train && action->kind != ACTION_CELL && action->kind != ACTION_TRAIN) {
        struct train_form form = app->train->form;
        if (!change_recipe(&form.setup.recipe, action, err)) return false;
        train_begin(app, &form, NULL);
        train_take_new(app);
        return true;
    }
    struct setup setup = app->setup;
    setup_keep_example(&setup, app->bench);
    return change_recipe(&setup.recipe, action, err) && rebuild(app, &setup, err);
}

static bool set_word(struct app *app, const char *text, struct err *err) {
    app->message.code = ERR_NONE;
    if (app_set_word(app, text)) return true;
    *err = app->message;
    return false;
}

static bool run(struct app *app, long count, struct err *err) {
    if (app->page != page_find("train")) return err_set(err, ERR_VALUE, "expected the page \"train\" for \"run\"");
    train_run_updates(app, count);
    train_take_new(app);
    if (app->train->look->phase != EXPERIMENT_FAILED) return true;
    *err = app->train->look->err;
    return false;
}

bool app_act(struct app *app, const char *words, struct err *err) {
    struct lesson_action action;
    if (!lesson_action_parse(words, &action, err)) return false;
    const struct script *script = app->bench->script;
    double number;
    switch (action.kind) {
    case ACTION_STEP:
    case ACTION_BACK:
        for (long k = 0; k < action.number; k++)
            app_seek(app, script_move(script, app->position, app->transport.by, action.kind == ACTION_STEP ? 1 : -1));
        return true;
    case ACTION_BY:
        for (int k = 0; k < GRANULARITY_COUNT; k++)
            if (!strcmp(granularities[k], action.text)) app->transport.by = (enum granularity)k;
        return true;
    case ACTION_GOTO: {
        int position;
        if (!lesson_find_position(action.text, app->bench->record, script, &position, err)) return false;
        app_seek(app, position);
        return true;
    }
    case ACTION_UNIT:
        app->view.unit = (int)action.number - 1;
        return true;
    case ACTION_TIMESTEP:
        app->view.encoder = action.encoder;
        app->view.t = (int)action.number - 1;
        return true;
    case ACTION_LAYER:
        app->view.layer = (int)action.number - 1;
        return app->view.place_pinned = true;
    case ACTION_DIRECTION:
        app->view.direction = !strcmp(action.text, "backward");
        return app->view.place_pinned = true;
    case ACTION_FIGURE:
        app->view.backward = !strcmp(action.text, "backward");
        return app->view.backward_pinned = true;
    case ACTION_FLOW:
        app->view.flow = app->view.flow_asked = !strcmp(action.text, "on");
        return true;
    case ACTION_VIEW:
        return show_view(app, action.text, err);
    case ACTION_PAGE:
        return show_page(app, action.text, app->scene.compare, err);
    case ACTION_TASK:
        return app_open_task(app, action.text, err) && finish(app, err);
    case ACTION_EDIT:
        return add_edits(app, action.text, err);
    case ACTION_CLEAR:
        return workbench_set_edits(app->bench, &(struct edits){0}, false, err);
    case ACTION_COMPARE:
        return compare_with(app, action.text, err);
    case ACTION_RUN:
        return run(app, action.number, err);
    case ACTION_START:
        return sample(app, action.text, app->speech.rule.temperature, err);
    case ACTION_TEMPERATURE:
        return lesson_parse_number(action.text, &number) && sample(app, app->speech.said.prefix, number, err);
    case ACTION_DRAW:
        draw_symbols(app, action.number, action.text);
        return true;
    case ACTION_SENTENCE:
        return measure(app, action.text[0] - '1', action.text + 2, err);
    case ACTION_WORD:
        return set_word(app, action.text, err);
    case ACTION_CELL:
    case ACTION_SEED:
    case ACTION_UNITS:
    case ACTION_LAYERS:
    case ACTION_TRAIN:
        return change_network(app, &action, err);
    default:
        return err_set(err, ERR_VALUE, "expected an action of the learner, found \"%s\"", words);
    }
}
