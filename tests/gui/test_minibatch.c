// The record of one example within a minibatch: its update is that of the trainer on the whole, for every optimiser,
// kind and clip; it is reached from a run and from what a run kept.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "mem.h"
#include "surgery.h"
#include "training.h"
#include <math.h>
#include <stdlib.h>

enum { BATCH = 5, UPDATES = 3 };

static struct setup setup_of(const char *task, enum optimizer optimizer, double clip_norm, double clip_value) {
    struct setup setup = setup_default();
    snprintf(setup.task, sizeof setup.task, "%s", task);
    setup.recipe.spec.hidden = 4;
    setup.recipe.steps = UPDATES;
    setup.recipe.batch = BATCH;
    setup.recipe.options.optimizer = optimizer;
    setup.recipe.options.clip_norm = clip_norm;
    setup.recipe.options.clip_value = clip_value;
    return setup;
}

static struct workbench *build(const struct setup *setup) {
    struct err err = {0};
    struct workbench *bench = setup_build(setup, NULL, NULL, &err);
    if (!bench) fail_msg("%s: %s", setup->task, err.message);
    return bench;
}

static bool near(double a, double b, double tolerance) {
    return fabs(a - b) <= tolerance * fmax(1, fmax(fabs(a), fabs(b)));
}

// What the trainer makes of a minibatch, from the bench's state.
struct trained {
    float *params;
    struct step_report report;
};

static struct trained train(const struct workbench *bench, struct minibatch *m) {
    struct err err = {0};
    struct model model;
    struct snapshot now;
    struct batch source, batch;
    assert_true(model_copy(&model, &bench->model, &err));
    assert_true(history_get(bench->history, bench->update, &now));
    struct trainer *trainer =
        trainer_new_pair(&model, &bench->recipe.options, m->max_source_T ? m->max_source_T : 1, m->max_T, m->B, &err);
    assert_non_null(trainer);
    const float *kept[] = {now.m, now.v};
    for (int s = 0; s < trainer_state_slabs(trainer); s++)
        memcpy(trainer_state(trainer, s), kept[s], model.layout.size * sizeof(float));
    trainer_restore_updates(trainer, bench->update);
    batch = training_batch(m, &source);
    struct trained out = {.params = model.params};
    if (!trainer_step(trainer, &batch, &out.report, &err)) fail_msg("%s", err.message);
    trainer_free(trainer);
    layout_release(&model.layout);
    return out;
}

// Every number of the record that has to do with the minibatch.
static void check_record(const struct record *record, const struct trained *trained, int index) {
    const struct layout *layout = &record->layout;
    assert_int_equal(record->batch_index, index);
    assert_int_equal(record->batch_tokens, trained->report.tokens);
    assert_true(near(record_batch_loss(record), trained->report.loss, 1e-5));
    assert_true(near(record->grad_norm, trained->report.grad_norm, 2e-5));
    assert_true(near(record->clip_scale, trained->report.clip_scale, 2e-5));
    double own = 0, rest = 0;
    for (int p = 0; p < layout->count; p++)
        for (size_t i = 0, n = (size_t)layout->params[p].in * (size_t)layout->params[p].out; i < n; i++) {
            size_t at = layout->params[p].offset + i;
            own += record->grads[at] * record->grads[at];
            rest += record->rest[at] * record->rest[at];
            if (!near(record->total[at], record->grads[at] + record->rest[at], 1e-14)) fail_msg("%zu: no sum", at);
            double held = clip_held(record->total[at], record->options.clip_value);
            if (!near(record->clipped[at], held * record->clip_scale, 1e-14)) fail_msg("%zu: not clipped", at);
            // Adam divides a gradient near 0 by itself: what float rounding leaves of it may be anything up to lr
            double tiny = fabs(record->total[at]) < 1e-6 ? 2 * record->options.lr : 2e-5;
            if (!near(record->params_after[at], trained->params[at], tiny))
                fail_msg("%s[%zu] after the update: expected %.9g, found %.9g (gradient %g)", layout->params[p].name, i,
                         trained->params[at], record->params_after[at], record->total[at]);
        }
    assert_true(near(record->own_norm, sqrt(own), 1e-12) && near(record->rest_norm, sqrt(rest), 1e-12));
}

static void check_run(const struct setup *setup) {
    struct err err = {0};
    struct workbench *bench = build(setup), *further;
    struct snapshot now;
    struct minibatch m;
    assert_true(workbench_follows_run(bench));
    assert_true(history_get(bench->history, bench->update, &now));
    struct rng rng = now.rng;
    assert_true(minibatch_init(&m, bench->data, BATCH, bench->recipe.max_T, &err));
    dataset_batch(bench->data, &rng, &m);
    struct trained trained = train(bench, &m);

    // from the run
    if (!workbench_next_minibatch(bench, 0, &err)) fail_msg("%s: %s", setup->task, err.message);
    assert_int_equal(bench->minibatch->count, BATCH);
    double *total = malloc(bench->model.layout.size * sizeof *total);
    memcpy(total, bench->record->total, bench->model.layout.size * sizeof *total);
    for (int index = 0; index < BATCH; index++) {
        assert_true(workbench_set_within(bench, index, &err));
        check_record(bench->record, &trained, index);
        assert_true(*bench->example_text && bench->T == bench->record->example.T);
        assert_memory_equal(total, bench->record->total, bench->model.layout.size * sizeof *total);
    }
    assert_false(workbench_set_within(bench, BATCH, &err));
    assert_non_null(strstr(err.message, "5 examples"));

    // the same from what a run kept: every example by itself, without what another record knew
    struct run_state run = {&bench->model, now.m, now.v, bench->update, NULL};
    further = workbench_from_update(&run, bench->data, &bench->recipe, &m, 2, &err);
    if (!further) fail_msg("%s: %s", setup->task, err.message);
    check_record(further->record, &trained, 2);
    assert_memory_equal(total, further->record->total, bench->model.layout.size * sizeof *total);
    assert_false(workbench_follows_run(further));
    assert_false(workbench_next_minibatch(further, 0, &err));
    assert_true(workbench_next_update(further, &err) && further->minibatch && further->minibatch_index == 2);
    further->data = NULL; // the other bench's
    workbench_free(further);
    // and with the run's random numbers: they draw the same
    run.rng = &now.rng;
    further = workbench_from_update(&run, bench->data, &bench->recipe, NULL, 3, &err);
    if (!further) fail_msg("%s: %s", setup->task, err.message);
    check_record(further->record, &trained, 3);
    assert_true(workbench_follows_run(further));
    further->data = NULL;
    workbench_free(further);

    // one update on, twice: the run goes on as it would have
    int64_t last = bench->update;
    assert_true(workbench_next_update(bench, &err) && bench->update == last + 1 && bench->minibatch);
    assert_true(workbench_next_update(bench, &err) && bench->update == last + 2);
    struct setup longer = *setup;
    longer.recipe.steps += 2;
    further = build(&longer);
    bool divides = setup->recipe.options.optimizer > OPTIMIZER_MOMENTUM; // what rounding leaves may be up to lr then
    double tolerance = divides ? 2 * setup->recipe.options.lr : 1e-5;
    for (size_t i = 0; i < bench->model.layout.size; i++)
        if (!near(bench->model.params[i], further->model.params[i], tolerance))
            fail_msg("%s: parameter %zu two updates on: %g, %g", setup->task, i, bench->model.params[i],
                     further->model.params[i]);
    // and back: the very minibatch and record
    assert_true(workbench_previous_update(bench, &err) && workbench_previous_update(bench, &err));
    assert_true(workbench_set_within(bench, 1, &err));
    check_record(bench->record, &trained, 1);
    // an example of its own leaves it, and another update follows
    assert_true(workbench_set_number(bench, 0, &err));
    assert_true(!bench->minibatch && !bench->record->batch && bench->record->total == bench->record->grads);
    assert_true(workbench_follows_run(bench));
    assert_true(workbench_next_update(bench, &err) && !workbench_follows_run(bench));
    workbench_free(further);
    workbench_free(bench);
    minibatch_release(&m);
    mem_free(trained.params);
    free(total);
}

// Language, one answer, an answer a timestep, encoder-decoder, real inputs and answers, sets: lengths differ in all
// that have them.
static const char *const tasks[] = {"",          "sentiment", "entities", "french",     "adding:T=6",
                                    "sines:T=6", "music",     "speech",   "anbncn:n=3", "parity:T=5"};

static void test_kinds(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof tasks / sizeof *tasks; k++) {
        struct setup setup = setup_of(tasks[k], OPTIMIZER_SGD, 5, 0);
        setup.recipe.options.lr = 0.1;
        check_run(&setup);
        struct workbench *bench = build(&setup);
        if (bench->data->answers != ANSWERS_NEXT) setup.recipe.spec.directions = 2;
        if (bench->data->input == VALUES_SYMBOLS) setup.recipe.spec.embed = 3;
        workbench_free(bench);
        setup.recipe.spec.layers = 2;
        setup.recipe.spec.cell = CELL_GRU_RESET_AFTER;
        check_run(&setup);
    }
}

static void test_optimizers(void **state) {
    (void)state;
    static const double clips[][2] = {{0, 0}, {0.05, 0}, {0, 0.004}, {0.05, 0.004}};
    for (int optimizer = 0; optimizer < OPTIMIZER_COUNT; optimizer++)
        for (size_t k = 0; k < sizeof clips / sizeof *clips; k++) {
            struct setup setup = setup_of("sums", (enum optimizer)optimizer, clips[k][0], clips[k][1]);
            setup.recipe.options.weight_decay = k == 3 ? 0.01 : 0;
            check_run(&setup);
        }
}

// Without what else is in the minibatch the update would be another one: the test above can fail.
static void test_rest_matters(void **state) {
    (void)state;
    struct err err = {0};
    struct setup setup = setup_of("", OPTIMIZER_SGD, 0, 0);
    struct workbench *bench = build(&setup);
    assert_true(workbench_next_minibatch(bench, 0, &err));
    double most = 0;
    for (size_t i = 0; i < bench->model.layout.size; i++)
        most = fmax(most, fabs(bench->record->rest[i]));
    assert_true(most > 1e-3);
    workbench_free(bench);
}

// Edits are of the example: the others stay, unless a weight is set.
static void test_edits(void **state) {
    (void)state;
    struct err err = {0};
    struct setup setup = setup_of("sentiment", OPTIMIZER_ADAM, 5, 0);
    struct workbench *bench = build(&setup);
    const size_t size = bench->model.layout.size;
    assert_true(workbench_next_minibatch(bench, 1, &err));
    double *rest = malloc(size * sizeof *rest);
    memcpy(rest, bench->record->rest, size * sizeof *rest);
    struct edits edits = {.count = 1, .list = {{.kind = EDIT_CLAMP, .slot = record_cell(bench->record)->state_out[0]}}};
    assert_true(workbench_set_edits(bench, &edits, false, &err));
    assert_true(bench->record->batch && bench->record->batch_edited);
    assert_memory_equal(rest, bench->record->rest, size * sizeof *rest);
    // another example begins without them, and with what it would have been
    assert_true(workbench_set_within(bench, 2, &err));
    struct record_within alone = {bench->minibatch->batch, 2, NULL};
    struct record *fresh = record_new_within(&bench->model, NULL, &alone, NULL, NULL, &bench->recipe.options,
                                             bench->record->m_before, bench->record->v_before, bench->update + 1, &err);
    for (size_t i = 0; i < size; i++)
        assert_true(near(fresh->total[i], bench->record->total[i], 1e-13));
    record_free(fresh);
    // a weight is set for all
    int head = layout_param(&bench->model.layout, PARAM_HEAD, -1, -1);
    edits.list[0] = (struct edit){.kind = EDIT_WEIGHT, .param = head, .row = 0, .column = 1, .value = 2};
    memcpy(rest, bench->record->rest, size * sizeof *rest);
    assert_true(workbench_set_edits(bench, &edits, false, &err));
    assert_true(memcmp(rest, bench->record->rest, size * sizeof *rest) != 0);
    free(rest);
    workbench_free(bench);
}

static void test_dropout_is_refused(void **state) {
    (void)state;
    struct err err = {0};
    struct setup setup = setup_of("sums", OPTIMIZER_SGD, 0, 0);
    setup.recipe.spec.layers = 2;
    setup.recipe.options.dropout = 0.2;
    struct workbench *bench = build(&setup);
    struct minibatch m;
    struct rng rng = rng_seed(3);
    assert_false(workbench_follows_run(bench));
    assert_true(minibatch_init(&m, bench->data, BATCH, bench->recipe.max_T, &err));
    dataset_batch(bench->data, &rng, &m);
    struct run_state run = {&bench->model, NULL, NULL, 3, NULL};
    assert_null(workbench_from_update(&run, bench->data, &bench->recipe, &m, 0, &err));
    assert_non_null(strstr(err.message, "dropout"));
    minibatch_release(&m);
    workbench_free(bench);
}

// --- in the window ---

static void open_window(struct drive *drive, const char *task) {
    struct err err = {0};
    struct app_options options = {
        .setup = setup_of(task, OPTIMIZER_ADAM, 5, 0), .theme = 0, .reduced_motion = true, .wait = true};
    if (!drive_open(drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
}

// The chip in the top bar: the timeline says the same.
static void click_chip(struct drive *drive, const char *text) {
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT || (size_t)at->text_length != strlen(text) || at->rect.y > 48 ||
            memcmp(drive->list.texts + at->text, text, strlen(text)))
            continue;
        drive_click(drive, at->rect.x + at->rect.w / 2, at->rect.y - 4);
        return;
    }
    fail_msg("no chip says “%s”", text);
}

// Menus and list, by the keyboard alone.
static void test_by_keyboard(void **state) {
    (void)state;
    struct drive drive;
    open_window(&drive, "");
    const struct app *app = drive.app;
    assert_null(app->bench->minibatch);
    drive_key(&drive, 'm', MOD_CTRL); // enters
    assert_non_null(app->bench->minibatch);
    assert_true(drive_shows(&drive, "update 4, example 1 of 5"));
    drive_key(&drive, 'm', MOD_CTRL); // its menu
    assert_true(app->minibatch_open);
    drive_key(&drive, KEY_DOWN, 0);
    drive_key(&drive, KEY_DOWN, 0);
    drive_key(&drive, KEY_ENTER, 0);
    assert_false(app->minibatch_open);
    assert_int_equal(app->bench->minibatch_index, 2);
    assert_int_equal(app->setup.within, 3);
    assert_string_equal(app->bench->example_text, app->bench->minibatch->captions[2]);
    assert_true(drive_shows(&drive, "update 4, example 3 of 5"));
    // behind the end of the update comes the next one of the run, and back
    unsigned long serial = app->bench->record->serial;
    drive_key(&drive, KEY_END, 0);
    drive_key(&drive, KEY_RIGHT, 0);
    assert_true(app->bench->record->serial != serial && app->bench->update == UPDATES + 1);
    assert_true(drive_shows(&drive, "update 5, example 3 of 5"));
    drive_key(&drive, KEY_HOME, 0);
    drive_key(&drive, KEY_LEFT, 0);
    assert_true(app->bench->update == UPDATES && app->bench->minibatch_index == 2);
    drive_close(&drive);
}

static void test_by_mouse(void **state) {
    (void)state;
    struct drive drive;
    char row[MINIBATCH_CAPTION + 8];
    open_window(&drive, "adding:T=6");
    const struct app *app = drive.app;
    assert_true(drive_click_text(&drive, "adding:T=6"));
    assert_true(app->data_open);
    assert_true(drive_click_text(&drive, "Update 4 of training: its minibatch"));
    assert_true(!app->data_open && app->bench->minibatch);
    click_chip(&drive, "update 4, example 1 of 5");
    assert_true(drive_shows(&drive, "Update 4 is made of 5 examples: which one"));
    snprintf(row, sizeof row, "4  %s", app->bench->minibatch->captions[3]);
    assert_true(drive_click_text(&drive, row));
    assert_int_equal(app->bench->minibatch_index, 3);
    // at the clip what the others add is told, with the record's numbers
    app_seek(drive.app, app->bench->script->phase_first[PHASE_CLIP] + 1);
    drive_frame(&drive);
    struct scene scene;
    struct narration narration;
    assert_non_null(app_scene(drive.app, &scene, &narration));
    char text[1024];
    narrate_plain(&narration, text, sizeof text);
    assert_non_null(strstr(text, "The gradient of the other 4 examples is added: norm "));
    bool own = false, rest = false;
    for (int k = 0; k < drive.list.source_count; k++) {
        const struct source *source = &drive.list.sources[k];
        own |=
            source->tensor && !strcmp(source->tensor, "clip/own_norm") && source->value == app->bench->record->own_norm;
        rest |= source->tensor && !strcmp(source->tensor, "clip/rest_norm") &&
                source->value == app->bench->record->rest_norm;
    }
    assert_true(own && rest);
    // another cell on the same update of the run
    struct setup setup = app->setup;
    setup.recipe.spec.cell = CELL_GRU;
    app_open_setup(drive.app, &setup);
    drive_settle(&drive);
    assert_true(app->bench->minibatch && app->bench->minibatch_index == 3);
    // and out again
    click_chip(&drive, "update 4, example 4 of 5");
    assert_true(drive_click_text(&drive, "An update of one example alone"));
    assert_true(!app->bench->minibatch && app->setup.within == 0 && app->bench->example_index == 0);
    drive_close(&drive);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),   cmocka_unit_test(test_optimizers),         cmocka_unit_test(test_rest_matters),
        cmocka_unit_test(test_edits),   cmocka_unit_test(test_dropout_is_refused), cmocka_unit_test(test_by_keyboard),
        cmocka_unit_test(test_by_mouse)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
