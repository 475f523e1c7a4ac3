// Models side by side: built by a button or a key, kept on the workbench's example and update, shown as far as its
// cursor has come; every number is one of the trace of the model that it belongs to.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "experiments.h"
#include "task.h"
#include "trace_lookup.h"
#include "thread.h"
#include "views.h"
#include <math.h>
#include <unistd.h>

static struct setup small(const char *task, int hidden, long steps) {
    struct setup setup = setup_default();
    if (*task) recipe_of_task(&setup.recipe, task_find(task, strcspn(task, ":")), true);
    snprintf(setup.task, sizeof setup.task, "%s", task);
    setup.recipe.spec.cell = CELL_LSTM;
    setup.recipe.spec.hidden = hidden;
    setup.recipe.spec.layers = 1;
    setup.recipe.steps = steps;
    setup.recipe.seed = 7;
    return setup;
}

static void open_window(struct drive *drive, const struct setup *setup) {
    struct err err = {0};
    struct app_options options = {.setup = *setup, .theme = 0, .reduced_motion = true, .wait = true};
    if (!drive_open(drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
}

static struct workbench *build_with(const struct setup *like, enum cell_id cell) {
    struct err err = {0};
    struct setup setup = *like;
    setup.recipe.spec.cell = cell;
    struct workbench *bench = setup_build(&setup, NULL, NULL, &err);
    if (!bench) fail_msg("%s", err.message);
    return bench;
}

static void expect_same(const struct workbench *a, const struct workbench *b) {
    assert_int_equal(a->update, b->update);
    assert_int_equal(a->model.layout.size, b->model.layout.size);
    assert_memory_equal(a->model.params, b->model.params, a->model.layout.size * sizeof(float));
    assert_string_equal(a->example_text, b->example_text);
    assert_true(a->record->loss == b->record->loss && a->record->update == b->record->update);
    assert_memory_equal(a->record->total, b->record->total, a->model.layout.size * sizeof(double));
}

// --- reached, built, dropped ---

static void test_by_mouse(void **state) {
    (void)state;
    struct drive drive;
    struct setup setup = small("", 5, 20);
    open_window(&drive, &setup);
    app_show_view(drive.app, view_find("compare"));
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "LSTM") && !drive_shows(&drive, "Compare with LSTM"));
    assert_true(drive_click_text(&drive, "Compare with GRU"));
    drive_frame(&drive);
    assert_int_equal(drive.app->rivals.count, 1);
    assert_string_equal(drive.app->rivals.list[0].name, "GRU");
    struct workbench *alone = build_with(&setup, CELL_GRU);
    expect_same(alone, drive.app->rivals.list[0].bench);
    workbench_free(alone);
    // a second one through the chip, then the first one goes
    assert_true(drive_click_text(&drive, "Compare with"));
    assert_true(drive_click_text(&drive, "RNN"));
    drive_frame(&drive);
    assert_int_equal(drive.app->rivals.count, 2);
    struct scene scene;
    struct narration narration;
    assert_non_null(app_scene(drive.app, &scene, &narration));
    assert_true(scene.other_count == 2 && !strcmp(scene.others[1].name, "RNN") && !strcmp(scene.name, "LSTM"));
    drive.app->view.ask = (struct ask){.kind = ASK_RIVAL_DROP, .index = 0};
    drive_frame(&drive);
    assert_int_equal(drive.app->rivals.count, 1);
    assert_string_equal(drive.app->rivals.list[0].name, "RNN");
    drive_close(&drive);
}

static void focus_on(struct drive *drive, ui_id id) {
    for (int k = 0; k < 100 && drive->app->ui.focus != id; k++)
        drive_key(drive, KEY_TAB, 0);
    assert_true(drive->app->ui.focus == id);
}

static void test_by_keyboard(void **state) {
    (void)state;
    struct drive drive;
    struct setup setup = small("adding:T=6", 4, 10);
    open_window(&drive, &setup);
    drive_key(&drive, 's', 0);
    assert_int_equal(drive.app->view.view, view_find("compare"));
    focus_on(&drive, ui_make_id(&drive.app->ui, "Compare with RNN"));
    drive_key(&drive, KEY_ENTER, 0);
    drive_frame(&drive);
    assert_int_equal(drive.app->rivals.count, 1);
    focus_on(&drive, ui_hash(ui_hash(0, "Compare with"), "chip"));
    drive_key(&drive, KEY_ENTER, 0);
    drive_key(&drive, KEY_DOWN, 0); // RNN is there: the second row is the GRU
    drive_key(&drive, KEY_ENTER, 0);
    drive_frame(&drive);
    assert_int_equal(drive.app->rivals.count, 2);
    focus_on(&drive, ui_make_id(&drive.app->ui, "timesteps compared"));
    drive_key(&drive, KEY_RIGHT, 0);
    int t = drive.app->view.t;
    drive_key(&drive, KEY_RIGHT, 0);
    assert_int_equal(drive.app->view.t, t + 1);
    drive_close(&drive);
}

static void test_from_a_file(void **state) {
    (void)state;
    struct drive drive;
    struct setup setup = small("", 4, 2);
    open_window(&drive, &setup);
    snprintf(drive.app->setup.checkpoint, sizeof drive.app->setup.checkpoint, "kept.safetensors"); // as if it were
    app_show_view(drive.app, view_find("compare"));
    drive_frame(&drive);
    assert_false(drive_shows(&drive, "Compare with RNN"));
    app_compare_with(drive.app, CELL_RNN);
    assert_int_equal(drive.app->rivals.count, 0);
    drive_close(&drive);
}

// --- in step ---

static void test_follows(void **state) {
    (void)state;
    struct drive drive;
    struct err err = {0};
    struct setup setup = small("", 5, 20);
    open_window(&drive, &setup);
    app_compare_with(drive.app, CELL_GRU);
    app_compare_with(drive.app, CELL_GRU); // is there
    assert_int_equal(drive.app->rivals.count, 1);
    struct workbench *alone = build_with(&setup, CELL_GRU);
    // another example, a word of one's own, the next update
    assert_true(app_set_number(drive.app, 3) && workbench_set_number(alone, 3, &err));
    drive_frame(&drive);
    expect_same(alone, drive.app->rivals.list[0].bench);
    assert_true(app_set_word(drive.app, "zork") && workbench_set_example(alone, "zork", &err));
    drive_frame(&drive);
    expect_same(alone, drive.app->rivals.list[0].bench);
    drive_key(&drive, KEY_END, 0);
    drive_key(&drive, KEY_RIGHT, 0);
    assert_true(drive.app->bench->update == 21 && workbench_next_update(alone, &err));
    drive_frame(&drive);
    expect_same(alone, drive.app->rivals.list[0].bench);
    // back, and within the minibatch of the run: the same examples for both
    drive_key(&drive, KEY_HOME, 0);
    drive_key(&drive, KEY_LEFT, 0);
    drive_key(&drive, 'm', MOD_CTRL);
    assert_true(app_set_within(drive.app, 2));
    assert_true(workbench_previous_update(alone, &err) && workbench_next_minibatch(alone, 2, &err));
    drive_frame(&drive);
    expect_same(alone, drive.app->rivals.list[0].bench);
    assert_string_equal(drive.app->bench->example_text, alone->example_text);
    drive_key(&drive, KEY_END, 0);
    drive_key(&drive, KEY_RIGHT, 0);
    assert_true(workbench_next_update(alone, &err));
    drive_frame(&drive);
    expect_same(alone, drive.app->rivals.list[0].bench);
    assert_string_equal(drive.app->bench->example_text, alone->example_text);
    // another cell in the workbench: the other one stays; other data: it goes
    struct setup other = drive.app->setup;
    other.recipe.spec.cell = CELL_RNN;
    app_open_setup(drive.app, &other);
    drive_settle(&drive);
    assert_int_equal(drive.app->rivals.count, 1);
    other.recipe.seed = 8;
    app_open_setup(drive.app, &other);
    drive_settle(&drive);
    assert_int_equal(drive.app->rivals.count, 0);
    workbench_free(alone);
    drive_close(&drive);
}

// Models of one run at one of its updates, handed over by whoever trained them.
static void test_update_of_a_run(void **state) {
    (void)state;
    struct drive drive;
    struct err err = {0};
    static const enum cell_id cells[] = {CELL_GRU, CELL_RNN};
    static const char *const names[] = {"GRU 5", "RNN 5"};
    struct setup setup = small("", 5, 20);
    struct workbench *runs[2];
    open_window(&drive, &setup);
    struct update_order *order = NULL;
    for (int k = 0; k < 2; k++) {
        struct snapshot now;
        runs[k] = build_with(&setup, cells[k]);
        assert_true(history_get(runs[k]->history, 20, &now));
        if (!order) order = update_order_new(&setup, 20, &now.rng, 4);
        assert_true(update_order_add(order, names[k], &runs[k]->recipe, &runs[k]->model, now.m, now.v, &err));
        assert_true(workbench_next_minibatch(runs[k], 4, &err));
    }
    app_open_update(drive.app, order);
    drive_settle(&drive);
    assert_int_equal(drive.app->rivals.count, 1);
    expect_same(runs[0], drive.app->bench);
    expect_same(runs[1], drive.app->rivals.list[0].bench);
    app_show_view(drive.app, view_find("compare"));
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "GRU 5") && drive_shows(&drive, "RNN 5"));
    assert_true(drive_shows(&drive, "update 21, example 5 of 32"));
    // a third model is trained as far, from the same seed
    app_compare_with(drive.app, CELL_LSTM);
    drive_frame(&drive);
    assert_int_equal(drive.app->rivals.count, 2);
    struct workbench *third = build_with(&setup, CELL_LSTM);
    assert_true(workbench_next_minibatch(third, 4, &err));
    expect_same(third, drive.app->rivals.list[1].bench);
    workbench_free(third);
    // another example of it, and the next update of both runs
    assert_true(app_set_within(drive.app, 1));
    drive_frame(&drive);
    drive_key(&drive, KEY_END, 0);
    drive_key(&drive, KEY_RIGHT, 0);
    drive_frame(&drive);
    for (int k = 0; k < 2; k++) {
        assert_true(workbench_set_within(runs[k], 1, &err) && workbench_next_update(runs[k], &err));
        expect_same(runs[k], k ? drive.app->rivals.list[0].bench : drive.app->bench);
        workbench_free(runs[k]);
    }
    // an order without a model, and one that is thrown away while it is built
    struct rng rng = rng_seed(1);
    app_open_update(drive.app, update_order_new(&setup, 20, &rng, 0));
    drive_settle(&drive);
    assert_non_null(strstr(drive.app->message.message, "expected a model"));
    assert_int_equal(drive.app->rivals.count, 2);
    app_open_update(drive.app, update_order_new(&setup, 20, &rng, 0));
    drive_close(&drive);
}

// A past update of an experiment: on the stage it costs what the curves say, and leaves the parameters that the run
// had.
static void test_from_an_experiment(void **state) {
    (void)state;
    enum { MODELS = 3, PAST = 9, LAST = 12 };
    static const enum cell_id cells[MODELS] = {CELL_LSTM, CELL_RNN, CELL_LSTM};
    static const char *const names[MODELS] = {"LSTM", "RNN", "LSTM 9"};
    struct drive drive;
    struct err err = {0};
    struct setup setup = small("", 5, 20);
    struct experiment_plan plan = {.setup = setup, .models = MODELS, .check_every = 1000};
    for (int k = 0; k < MODELS; k++) {
        plan.recipe[k] = setup.recipe;
        plan.recipe[k].spec.cell = cells[k];
        if (k == 2) plan.recipe[k].spec.hidden = 9;
        plan.recipe[k].options.optimizer = k == 1 ? OPTIMIZER_SGD : OPTIMIZER_ADAM;
    }
    open_window(&drive, &setup);
    struct experiment *experiment = experiment_new(&plan, NULL, NULL);
    wait_good(experiment);
    experiment_run(experiment, LAST);
    wait_good(experiment);
    experiment_travel(experiment, PAST);
    const struct experiment_look *look = wait_good(experiment);
    struct experiment_copy *copies[MODELS];
    experiment_ask_copy(experiment, (1u << MODELS) - 1);
    for (int k = 0; k < MODELS; k++)
        copies[k] = take(experiment, k);
    struct update_order *order = update_order_of(&plan.setup, copies, names, MODELS, 2, &err);
    assert_non_null(order);
    app_open_update(drive.app, order);
    drive_settle(&drive);
    assert_int_equal(drive.app->rivals.count, MODELS - 1);
    for (int k = 0; k < MODELS; k++) {
        const struct record *record = k ? drive.app->rivals.list[k - 1].bench->record : drive.app->bench->record;
        const struct run_point *made = &look->run[k].points[PAST];
        assert_int_equal(record->update, PAST + 1);
        assert_int_equal(record->batch_tokens, made->tokens);
        assert_true(fabs(record_batch_loss(record) - (double)made->loss) < 1e-5 * (double)made->loss);
        assert_true(fabs(record->grad_norm - (double)made->grad_norm) < 1e-4 * (double)made->grad_norm);
        experiment_copy_free(copies[k]);
    }
    experiment_travel(experiment, PAST + 1);
    wait_good(experiment);
    experiment_ask_copy(experiment, 2); // by gradient descent: rounding stays rounding
    struct experiment_copy *after = take(experiment, 1);
    const struct record *record = drive.app->rivals.list[0].bench->record;
    for (size_t i = 0; i < record->layout.size; i++)
        assert_true(fabs(record->params_after[i] - (double)after->model.params[i]) < 1e-6);
    experiment_copy_free(after);
    experiment_free(experiment);
    drive_close(&drive);
}

// --- numbers ---

struct tally {
    long found[3], wrong;
};

// A number of the model whose trace it is in; and nothing from behind the cursor.
static void check_number(const struct drive *drive, const struct source *source, const struct tensor_file files[3],
                         struct tally *tally) {
    const struct app *app = drive->app;
    int model = 0;
    const char *tensor = source->tensor ? source->tensor : "none";
    if (!strncmp(tensor, "rival", 5)) {
        model = tensor[5] - '0';
        tensor += 7;
    }
    const struct tensor *there = tensor_file_find(&files[model], tensor);
    if (!there || !trace_agrees(trace_number(there, source), source->value)) {
        if (tally->wrong++ < 5)
            print_message("step %d: %s[%d][%d]\n", app->position, source->tensor, source->row, source->column);
        return;
    }
    tally->found[model]++;
    const struct script *script = app->bench->script;
    int last = record_T(app->bench->record) - 1, direction = 0;
    bool seen = true;
    if (!strcmp(tensor, "forward/y_hat")) seen = script_has_output(script, app->position, source->row);
    if (!strcmp(tensor, "forward/loss")) seen = script_has_loss(script, app->position, source->row);
    if (!strcmp(tensor, "forward/total_loss")) seen = script_has_loss(script, app->position, last);
    if (!strncmp(tensor, "norm/backward/", 14))
        seen =
            script_has_grad(script, script->cell, app->position, 0, direction, script->cell->state_out[0], source->row);
    if (!seen) fail_msg("step %d: %s[%d] is told before it is known", app->position, source->tensor, source->row);
}

static void walk(const char *words, const struct setup *setup, int stride) {
    static const enum cell_id cells[] = {CELL_GRU, CELL_RNN};
    static const char *const names[] = {"lstm", "gru", "rnn"};
    struct tensor_file files[3];
    struct tally tally = {0};
    char all[512];
    struct drive drive;
    open_window(&drive, setup);
    for (int k = 0; k < 3; k++) {
        snprintf(all, sizeof all, "%s --cell %s --hidden %d --layers 1 --seed 7 --steps %ld", words, names[k],
                 setup->recipe.spec.hidden, setup->recipe.steps);
        trace_open(&files[k], all);
    }
    for (int k = 0; k < 2; k++)
        app_compare_with(drive.app, cells[k]);
    app_show_view(drive.app, view_find("compare"));
    for (int p = 0; p <= drive.app->bench->script->count; p += stride) {
        app_seek(drive.app, p);
        draw_begin(&drive.list, 1440, 900, 1);
        app_frame(drive.app, &drive.list, 1);
        for (int k = 0; k < drive.list.count; k++) {
            const struct draw_command *at = &drive.list.commands[k];
            if (at->op == DRAW_TEXT && at->source >= 0)
                check_number(&drive, &drive.list.sources[at->source], files, &tally);
        }
    }
    print_message("%s: %ld, %ld and %ld numbers found again\n", words, tally.found[0], tally.found[1], tally.found[2]);
    assert_int_equal(tally.wrong, 0);
    for (int k = 0; k < 3; k++) {
        assert_true(tally.found[k] > 50);
        tensor_file_release(&files[k]);
    }
    drive_close(&drive);
}

static void test_numbers(void **state) {
#ifdef __SANITIZE_THREAD__ // it asks the program, which may not start under ThreadSanitizer; the numbers need no
                           // threads
    skip();
#endif
    (void)state;
    struct setup setup = small("", 6, 20);
    walk("", &setup, 5);
    setup = small("adding:T=9", 6, 20);
    walk("--task adding:T=9", &setup, 3);
    setup = small("entities", 6, 5);
    walk("--task entities", &setup, 3);
    setup = small("", 6, 20);
    setup.within = 2;
    walk("--within 2 --reduction mean", &setup, 7);
}

// Every size of window, two to four models, short and long, each with what is told about the last column.
static void test_sizes(void **state) {
    (void)state;
    static const float sizes[][3] = {{1024, 640, 1}, {1280, 720, 1}, {1440, 900, 1}, {1536, 864, 1.25f}};
    static const char *const names[] = {"adding:T=60", "sums", "copy:T=200"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        struct drive drive;
        struct setup setup = small(names[k], 5, 2);
        open_window(&drive, &setup);
        app_show_view(drive.app, view_find("compare"));
        static const enum cell_id more[] = {CELL_RNN, CELL_GRU_SIMPLE, CELL_GRU};
        for (int n = 0; n < 4; n++) {
            if (n > 0) app_compare_with(drive.app, more[n - 1]);
            assert_int_equal(drive.app->rivals.count, n);
            for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
                drive.width = sizes[s][0], drive.height = sizes[s][1], drive.scale = sizes[s][2];
                app_seek(drive.app, drive.app->bench->script->count);
                drive_frame(&drive);
                drive_frame(&drive);
                assert_true(drive_shows(&drive, "LSTM"));
                if (n > 0) assert_true(drive_shows(&drive, "RNN"));
                if (n > 2) assert_false(drive_shows(&drive, "Compare with")); // four are the most
                for (int c = 0; c < drive.list.count; c++) {
                    const struct draw_command *at = &drive.list.commands[c];
                    if (at->op == DRAW_TEXT && at->rect.x + at->rect.w > drive.width * drive.scale + 1)
                        fail_msg("text runs out of the window at %g", (double)(at->rect.x + at->rect.w));
                }
            }
        }
        drive_close(&drive);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_mouse),        cmocka_unit_test(test_by_keyboard),
        cmocka_unit_test(test_from_a_file),     cmocka_unit_test(test_follows),
        cmocka_unit_test(test_update_of_a_run), cmocka_unit_test(test_from_an_experiment),
        cmocka_unit_test(test_numbers),         cmocka_unit_test(test_sizes)};
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
