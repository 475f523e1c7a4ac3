// What a lesson's player sees of the app.
#include "app_chrome.h"
#include "page.h"
#include "sampling_parts.h"
#include "surgery.h"
#include "train.h"
#include <math.h>

// A lesson may ask for another seed, other units there as on the workbench.
static void see_form(const struct app *app, struct lesson_now *now) {
    const struct recipe *recipe = &app->train->running.setup.recipe;
    now->seed = recipe->seed;
    now->units = recipe->spec.hidden;
    now->layers = recipe->spec.layers;
}

static void see_training(const struct app *app, struct lesson_now *now) {
    for (int k = 0; k <= LESSON_RIVALS; k++)
        now->training[k] = (struct lesson_training){NAN, NAN, NAN, NAN};
    now->training[0].updates = (double)app->bench->update;
    const struct experiment_look *look = app->train ? app->train->look : NULL;
    if (app->page != page_find("train") || !look) return;
    see_form(app, now);
    for (int k = 0; k < look->models && k <= LESSON_RIVALS; k++) {
        const struct run_look *of = &look->run[k];
        const struct run_check *check = train_check_at(of, look->update);
        struct lesson_training *to = &now->training[k];
        int64_t from = look->update > train_interval(look) ? look->update - train_interval(look) : 0;
        to->updates = (double)look->update;
        if (look->update > 0) to->train_loss = run_mean_loss(of->points, from, look->update);
        if (check) to->validation_loss = check->valid_loss;
        if (check) to->accuracy = check->accuracy;
    }
}

static void see_speech(const struct app *app, struct lesson_now *now) {
    const struct spoken *said = &app->speech.said;
    const struct sampling_memory *memory = app->view_memory[view_find("sampling")];
    now->temperature = app->speech.begun ? app->speech.rule.temperature : 1;
    if (said->sampling && memory->opened) {
        now->sampling = said->sampling;
        now->drawn = memory->step + (memory->moment >= MOMENT_CHOICE);
        now->draw_step = memory->moment + 1;
    }
    for (int k = 0; k < LESSON_SENTENCES; k++) {
        const struct spoken_sentence *sentence = &said->sentences[k];
        bool there = sentence->likelihood.count > 0;
        now->sentences[k] = there ? sentence->text : NULL;
        now->log_p[k] = there ? sentence->likelihood.log_probability : NAN;
    }
}

bool app_lesson_now(const struct app *app, struct lesson_now *now) {
    if (!app->bench || app->scene_waits) return false;
    const struct workbench *bench = app->bench;
    *now = (struct lesson_now){.record = bench->record,
                               .original = workbench_before(bench),
                               .script = bench->script,
                               .insights = bench->insights,
                               .position = app->position,
                               .unit = app->view.unit,
                               .t = app->view.t,
                               .encoder = app->view.encoder,
                               .layer = app->view.layer,
                               .direction = app->view.direction,
                               .cell = record_cell(bench->record)->name,
                               .word = bench->example_text,
                               .task = app->setup.task,
                               .units = record_H(bench->record),
                               .layers = bench->model.layout.spec.layers,
                               .seed = app->setup.recipe.seed,
                               .example = bench->example_index,
                               .examples = bench->data->example_count,
                               .figure = app->view.backward ? "backward" : "forward",
                               .flow = app->view.flow,
                               .page = page_get(app->page)->name,
                               .view = view_get(app->view.view)->name,
                               .edits = workbench_edits(bench),
                               .kept = app->player.kept,
                               .kept_count = app->player.kept_count};
    now->rival_count = app->rivals.count < LESSON_RIVALS ? app->rivals.count : LESSON_RIVALS;
    for (int k = 0; k < now->rival_count; k++)
        now->rivals[k] = app->rivals.list[k].bench->record;
    see_training(app, now);
    see_speech(app, now);
    return true;
}
