// The page "Train and compare": events in; numbers on screen against the same training done by hand.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "file.h"
#include "mem.h"
#include "page.h"
#include "folder.h"
#include "thread.h"
#include "train.h"
#include "task.h"
#include "training.h"
#include "widgets.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

// --- driving ---

static void open_page(struct drive *drive, const char *task) {
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .wait = true};
    options.setup.recipe.steps = 0;
    options.setup.recipe.spec.hidden = 6;
    if (task) {
        snprintf(options.setup.task, sizeof options.setup.task, "%s", task);
        options.setup.recipe.batch = 8;
    }
    if (!drive_open(drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    drive_key(drive, KEY_F1 + 3, 0);
    assert_string_equal(page_get(drive->app->page)->name, "train");
    assert_non_null(drive->app->train);
}

static const struct experiment_look *look_of(struct drive *drive) {
    return drive->app->train->look;
}

// The first text of that kind on screen: the left side is drawn first.
static void click_first(struct drive *drive, const char *text) {
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT || (size_t)at->text_length != strlen(text) ||
            memcmp(drive->list.texts + at->text, text, strlen(text)))
            continue;
        drive_click(drive, at->rect.x + at->rect.w / 2, at->rect.y - 4);
        return;
    }
    fail_msg("“%s” is not on screen", text);
}

// Until the worker is at rest, and what it did is on screen.
static void settle(struct drive *drive) {
    for (int k = 0; k < 20000; k++) {
        drive_frame(drive);
        enum experiment_phase phase = look_of(drive)->phase;
        if (phase == EXPERIMENT_PAUSED || phase == EXPERIMENT_FAILED) break;
        clock_sleep(0.001);
    }
    assert_true(look_of(drive)->phase == EXPERIMENT_PAUSED || look_of(drive)->phase == EXPERIMENT_FAILED);
    drive_frame(drive);
    drive_frame(drive);
}

// After a change of settings: the hand rests, and a new experiment begins.
static void rest(struct drive *drive) {
    drive->now += 1;
    drive_frame(drive);
    drive->now += 1;
    settle(drive);
}

static void tab_to(struct drive *drive, bool (*there)(const struct drive *drive)) {
    for (int k = 0; k < 60 && !there(drive); k++)
        drive_key(drive, KEY_TAB, 0);
    assert_true(there(drive));
}
static bool at_until(const struct drive *drive) {
    return drive->app->ui.text_input;
}
static bool at_loss(const struct drive *drive) {
    return drive->app->train->view[TRAIN_LOSS].reads;
}

static void run_until(struct drive *drive, const char *update) {
    tab_to(drive, at_until);
    drive_type(drive, update);
    drive_key(drive, KEY_ENTER, 0);
    settle(drive);
    drive_click(drive, 60, 84); // out of the field: on the title
}

// The number on screen of that name, of model k; NAN where there is none.
static double number(const struct drive *drive, const char *tensor, int k, int64_t update) {
    for (int c = 0; c < drive->list.count; c++) {
        const struct draw_command *at = &drive->list.commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &drive->list.sources[at->source];
        if (!strcmp(source->tensor, tensor) && source->row == k && source->column == (int)update) return source->value;
    }
    return NAN;
}

static void assert_near(double found, double expected) {
    if (!(fabs(found - expected) <= 1e-9 * fmax(1, fabs(expected))))
        fail_msg("found %.12g, expected %.12g", found, expected);
}

// --- the same run by hand ---

enum { MOST = 64 };
struct hand {
    struct dataset *data;
    struct recipe recipe;
    struct model model;
    struct training training;
    struct step_report reports[MOST];
};

static void hand_open(struct hand *hand, const struct train_form *form, int k) {
    struct err err = {0};
    struct rng batches;
    *hand = (struct hand){.recipe = train_form_recipe(form, k)};
    hand->data = setup_read_data(&form->setup, NULL, NULL, &err);
    if (!hand->data || !recipe_settle(&hand->recipe, hand->data, &err) ||
        !recipe_model(&hand->recipe, &hand->model, &batches, &err) ||
        !recipe_training(&hand->recipe, hand->data, &hand->model, batches, &hand->training, &err))
        fail_msg("%s", err.message);
}

static void hand_run(struct hand *hand, int64_t update) {
    struct err err = {0};
    assert_in_range(update, hand->training.done, MOST - 1);
    while (hand->training.done < update)
        if (!training_step(&hand->training, &hand->reports[hand->training.done], &err)) fail_msg("%s", err.message);
}

static double hand_mean(const struct hand *hand, int64_t after, int64_t to) {
    double sum = 0, tokens = 0;
    for (int64_t k = after < 0 ? 0 : after; k < to; k++) {
        sum += (double)(float)hand->reports[k].loss * (double)hand->reports[k].tokens;
        tokens += (double)hand->reports[k].tokens;
    }
    return sum / tokens;
}

static void hand_close(struct hand *hand) {
    training_release(&hand->training);
    model_release(&hand->model);
    setup_free_data(hand->data);
}

// --- tests ---

// Two models, some updates by the keyboard: what the cards and the read-out say is what the trainer says.
static void test_numbers(void **state) {
    (void)state;
    struct drive drive;
    open_page(&drive, NULL);
    struct train_page *page = drive.app->train;
    assert_int_equal(page->form.models, 2);
    page->form.check_every = 5;
    rest(&drive);
    assert_int_equal(look_of(&drive)->check_every, 5);
    assert_int_equal(look_of(&drive)->epoch, 8); // 252 names, 32 an update
    assert_true(drive_shows(&drive, "Press Space to train."));
    run_until(&drive, "12");
    assert_int_equal(look_of(&drive)->update, 12);
    assert_true(drive_shows(&drive, "Update 12 of 12") || drive_shows(&drive, "Epoch 1.5 of 1.5"));
    tab_to(&drive, at_loss);
    for (int k = 0; k < 5; k++)
        drive_key(&drive, KEY_LEFT, 0); // the read-out, not the run
    assert_int_equal(page->view[TRAIN_LOSS].read_at, 7);
    assert_int_equal(look_of(&drive)->update, 12);
    for (int k = 0; k < 2; k++) {
        struct hand hand;
        struct err err = {0};
        double valid, accuracy;
        long tokens;
        hand_open(&hand, &page->running, k);
        hand_run(&hand, 5);
        assert_true(training_validate(&hand.training, &valid, &accuracy, &tokens, &err));
        assert_near(number(&drive, "train/valid_loss", k, 7), valid); // of the checkpoint before
        hand_run(&hand, 10);
        assert_true(training_validate(&hand.training, &valid, &accuracy, &tokens, &err));
        hand_run(&hand, 12);
        assert_near(number(&drive, "train/train_loss", k, 12), hand_mean(&hand, 4, 12));
        assert_near(number(&drive, "train/valid_loss", k, 12), valid);
        assert_near(number(&drive, "train/loss", k, 7), (double)(float)hand.reports[6].loss);
        assert_near(number(&drive, "train/mean_loss", k, 7), hand_mean(&hand, -1, 7));
        assert_near(number(&drive, "train/lr", 0, 7), (double)(float)hand.recipe.options.lr);
        hand_close(&hand);
    }
    drive_close(&drive);
}

// The read-out of the other plot by the pointer: the norm before and after clipping.
static void test_norms(void **state) {
    (void)state;
    struct drive drive;
    open_page(&drive, NULL);
    struct train_page *page = drive.app->train;
    page->form.setup.recipe.options.clip_norm = 0.2;
    rest(&drive);
    run_until(&drive, "20");
    drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = {1100, 350}});
    int64_t at = page->view[TRAIN_NORM].shows;
    assert_in_range(at, 1, 19);
    for (int k = 0; k < 2; k++) {
        struct hand hand;
        hand_open(&hand, &page->running, k);
        hand_run(&hand, 20);
        const struct step_report *report = &hand.reports[at - 1];
        assert_near(number(&drive, "train/grad_norm", k, at), (double)(float)report->grad_norm);
        assert_near(number(&drive, "train/clipped_norm", k, at),
                    (double)(float)report->grad_norm * (double)(float)report->clip_scale);
        hand_close(&hand);
    }
    // Zoom: wheel, drag, double click.
    struct curves_view *view = &page->view[TRAIN_NORM];
    drive_event(&drive, (struct input_event){.kind = INPUT_WHEEL, .at = {1100, 350}, .wheel_y = 2});
    assert_true(view->zoomed && view->to - view->from < 15 && view->from < (double)at && view->to > (double)at);
    drive_event(&drive, (struct input_event){.kind = INPUT_PRESS, .at = {1100, 350}, .button = 1, .clicks = 2});
    drive_event(&drive, (struct input_event){.kind = INPUT_RELEASE, .at = {1100, 350}, .button = 1, .clicks = 2});
    assert_false(view->zoomed);
    drive_event(&drive, (struct input_event){.kind = INPUT_PRESS, .at = {1000, 350}, .button = 1, .clicks = 1});
    drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = {1150, 350}});
    drive_event(&drive, (struct input_event){.kind = INPUT_RELEASE, .at = {1150, 350}, .button = 1, .clicks = 1});
    assert_true(view->zoomed && view->to - view->from > 3 && view->to - view->from < 12);
    drive_close(&drive);
}

static void keep_samples(const struct drive *drive, char *out, size_t size) {
    const struct run_look *run = &drive->app->train->look->run[1];
    const struct run_check *check = train_check_at(run, drive->app->train->look->update);
    snprintf(out, size, "%s", check ? check->text[0] : "");
}

// Back and on by keys and by the handle: numbers and parameters are as they were; going on from there is a branch.
static void test_time_travel(void **state) {
    (void)state;
    struct drive drive;
    open_page(&drive, NULL);
    struct train_page *page = drive.app->train;
    page->form.check_every = 4;
    rest(&drive);
    run_until(&drive, "9");
    double loss = number(&drive, "train/train_loss", 1, 9);
    char text[CHECK_TEXT], again[CHECK_TEXT];
    keep_samples(&drive, text, sizeof text);
    for (int k = 0; k < 6; k++) { // an update each
        drive_key(&drive, KEY_RIGHT, 0);
        settle(&drive);
    }
    assert_int_equal(look_of(&drive)->update, 15);
    for (int k = 0; k < 6; k++) {
        drive_key(&drive, KEY_LEFT, 0);
        settle(&drive);
    }
    assert_int_equal(look_of(&drive)->update, 9);
    assert_int_equal(look_of(&drive)->last, 15);
    assert_near(number(&drive, "train/train_loss", 1, 9), loss);
    keep_samples(&drive, again, sizeof again);
    assert_string_equal(text, again);
    experiment_ask_copy(page->experiment, 2);
    struct experiment_copy *copy;
    while (!(copy = experiment_take_copy(page->experiment, 1)))
        clock_sleep(0.001);
    struct hand hand;
    hand_open(&hand, &page->running, 1);
    hand_run(&hand, 9);
    assert_memory_equal(copy->model.params, hand.model.params, hand.model.layout.size * sizeof(float));
    experiment_copy_free(copy);
    hand_close(&hand);

    int64_t epoch = look_of(&drive)->epoch;
    assert_true(epoch > 1 && epoch < 9);
    drive_key(&drive, KEY_LEFT, MOD_SHIFT);
    settle(&drive);
    assert_int_equal(look_of(&drive)->update, (9 - 1) / epoch * epoch);
    drive_key(&drive, KEY_END, 0);
    settle(&drive);
    assert_int_equal(look_of(&drive)->update, 15);
    drive_key(&drive, KEY_HOME, 0);
    settle(&drive);
    assert_int_equal(look_of(&drive)->update, 0);

    float y = 900 - 104 + 52 + 6 - 7; // the timeline: dragged from its start into its middle
    drive_event(&drive, (struct input_event){.kind = INPUT_PRESS, .at = {330, y}, .button = 1, .clicks = 1});
    drive_event(&drive, (struct input_event){.kind = INPUT_MOVE, .at = {800, y}});
    drive_event(&drive, (struct input_event){.kind = INPUT_RELEASE, .at = {800, y}, .button = 1, .clicks = 1});
    settle(&drive);
    int64_t here = look_of(&drive)->update;
    assert_in_range(here, 5, 11);
    drive_key(&drive, KEY_SPACE, 0);
    for (int k = 0; k < 5000 && look_of(&drive)->update <= here; k++) {
        drive_frame(&drive);
        clock_sleep(0.001);
    }
    drive_key(&drive, KEY_SPACE, 0);
    settle(&drive);
    assert_int_equal(look_of(&drive)->branch, 1);
    assert_true(look_of(&drive)->update > here);
    assert_int_equal(page->curves.run[0].older_loss[0].count, 15 - here);
    assert_int_equal(curve_data_last(&page->curves.run[0].loss), look_of(&drive)->last);
    drive_close(&drive);
}

// Models come, change and go; a name alone begins nothing.
static void test_models(void **state) {
    (void)state;
    struct drive drive;
    open_page(&drive, NULL);
    struct train_page *page = drive.app->train;
    run_until(&drive, "3");
    assert_true(drive_click_text(&drive, "Add a model"));
    assert_int_equal(page->form.models, 3);
    drive_frame(&drive);
    assert_int_equal(page->shown->models, 2); // until the hand rests
    rest(&drive);
    assert_int_equal(look_of(&drive)->models, 3);
    assert_int_equal(page->shown->models, 2); // the curves stay until there is a point
    assert_int_equal(page->shown->last, 3);
    run_until(&drive, "1");
    assert_int_equal(page->shown->models, 3);
    assert_null(page->before);

    struct experiment *same = page->experiment;
    click_first(&drive, "RNN");
    assert_true(ui_popup_is_open(&drive.app->ui, "training model 0"));
    drive_click(&drive, 450, 310); // its name
    drive_type(&drive, "mine");
    drive_key(&drive, KEY_ENTER, 0);
    drive_key(&drive, KEY_ESCAPE, 0);
    rest(&drive);
    assert_string_equal(page->names[0], "mine");
    assert_ptr_equal(page->experiment, same);
    assert_true(drive_shows(&drive, "mine train") || drive_shows(&drive, "mine"));

    click_first(&drive, "mine");
    assert_true(drive_click_text(&drive, "Remove this model"));
    rest(&drive);
    assert_int_equal(look_of(&drive)->models, 2);
    assert_string_equal(look_of(&drive)->run[0].name, "LSTM");
    drive_close(&drive);
}

static bool at_settings(const struct drive *drive) {
    return ui_popup_is_open(&drive->app->ui, "training settings");
}
static bool at_presets(const struct drive *drive) {
    return ui_popup_is_open(&drive->app->ui, "training presets");
}

// Opens a popover from the keyboard: Tab to it, Down opens it.
static void open_by_keys(struct drive *drive, bool (*open)(const struct drive *drive)) {
    for (int k = 0; k < 40 && !open(drive); k++) {
        drive_key(drive, KEY_TAB, 0);
        if (drive->app->ui.text_input) continue;
        drive_key(drive, KEY_DOWN, 0);
        if (open(drive)) break;
        static const char *const others[] = {"training data menu", "training model 0",  "training model 1",
                                             "training presets",   "training settings", "save loss",
                                             "save gradient norm", TRAIN_STAGE_MENU};
        for (size_t n = 0; n < sizeof others / sizeof *others; n++)
            if (ui_popup_is_open(&drive->app->ui, others[n])) drive_key(drive, KEY_ESCAPE, 0);
    }
    assert_true(open(drive));
}

// Settings and a preset by the keyboard alone.
static void test_settings(void **state) {
    (void)state;
    struct drive drive;
    open_page(&drive, NULL);
    struct train_page *page = drive.app->train;
    open_by_keys(&drive, at_settings);
    drive_key(&drive, KEY_RIGHT, 0); // units
    assert_int_equal(page->form.setup.recipe.spec.hidden, 8);
    for (int k = 0; k < 2; k++)
        drive_key(&drive, KEY_TAB, 0);
    drive_key(&drive, KEY_LEFT, 0); // the optimiser before Adam
    assert_int_equal(page->form.setup.recipe.options.optimizer, OPTIMIZER_ADAGRAD);
    drive_key(&drive, KEY_ESCAPE, 0);
    rest(&drive);
    assert_int_equal(look_of(&drive)->run[0].recipe.spec.hidden, 8);
    assert_int_equal(look_of(&drive)->run[1].recipe.options.optimizer, OPTIMIZER_ADAGRAD);
    open_by_keys(&drive, at_presets);
    drive_key(&drive, KEY_DOWN, 0);
    drive_key(&drive, KEY_DOWN, 0);
    drive_key(&drive, KEY_ENTER, 0); // the third
    rest(&drive);
    assert_int_equal(look_of(&drive)->models, 2);
    assert_true(look_of(&drive)->run[0].recipe.forget_bias == 0 && look_of(&drive)->run[1].recipe.forget_bias == 1);
    assert_string_equal(page->names[0], "LSTM bias 0");
    assert_string_equal(page->names[1], "LSTM bias 1");
    drive_close(&drive);
}

// A task and its length.
static void test_task(void **state) {
    (void)state;
    struct drive drive;
    open_page(&drive, "adding:T=10");
    struct train_page *page = drive.app->train;
    assert_string_equal(look_of(&drive)->data->task->id, "adding");
    assert_int_equal(look_of(&drive)->data->length_max, 10);
    for (int k = 0; k < 40; k++) { // Tab to the slider: the one that Right moves
        drive_key(&drive, KEY_TAB, 0);
        if (drive.app->ui.text_input) continue;
        char before[64];
        snprintf(before, sizeof before, "%s", page->form.setup.task);
        drive_key(&drive, KEY_RIGHT, 0);
        if (strcmp(before, page->form.setup.task)) break;
        settle(&drive);
    }
    assert_string_equal(page->form.setup.task, "adding:T=15");
    rest(&drive);
    assert_int_equal(look_of(&drive)->data->length_max, 15);
    run_until(&drive, "30");
    assert_true(isnan(look_of(&drive)->guess));
    assert_false(train_writes(look_of(&drive)));
    assert_true(drive_shows(&drive, "Predictions"));
    drive_close(&drive);
}

// A long run is not left behind unasked.
static void test_anew(void **state) {
    (void)state;
    struct drive drive;
    open_page(&drive, "parity:T=3");
    struct train_page *page = drive.app->train;
    page->form.models = 1;
    page->form.setup.recipe.spec.hidden = 2;
    page->form.setup.recipe.batch = 1;
    rest(&drive);
    run_until(&drive, "1001");
    assert_int_equal(look_of(&drive)->last, 1001);
    struct experiment *same = page->experiment;
    page->form.setup.recipe.seed = 7;
    rest(&drive);
    assert_ptr_equal(page->experiment, same);
    assert_true(drive_click_text(&drive, "Keep the run"));
    rest(&drive);
    assert_ptr_equal(page->experiment, same);
    assert_int_equal(page->form.setup.recipe.seed, 1);
    page->form.setup.recipe.seed = 7;
    rest(&drive);
    assert_true(drive_click_text(&drive, "Start anew"));
    rest(&drive);
    assert_int_equal(look_of(&drive)->last, 0);
    assert_int_equal(look_of(&drive)->run[0].recipe.seed, 7);
    drive_close(&drive);
}

// A run that diverges says where, and goes back.
static void test_divergence(void **state) {
    (void)state;
    struct drive drive;
    open_page(&drive, NULL);
    struct train_page *page = drive.app->train;
    page->form.setup.recipe.options = (struct train_options){
        .optimizer = OPTIMIZER_SGD, .lr = 1e37, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .threads = 1};
    page->form.check_every = 1;
    rest(&drive);
    drive_key(&drive, KEY_SPACE, 0);
    settle(&drive);
    assert_int_equal(look_of(&drive)->phase, EXPERIMENT_FAILED);
    int64_t at = look_of(&drive)->update;
    assert_true(at >= 1);
    assert_non_null(strstr(look_of(&drive)->err.message, "rnn."));
    char action[64];
    snprintf(action, sizeof action, "Go back to update %lld", (long long)at - 1);
    assert_true(drive_click_text(&drive, action));
    settle(&drive);
    assert_int_equal(look_of(&drive)->phase, EXPERIMENT_PAUSED);
    assert_int_equal(look_of(&drive)->update, at - 1);
    assert_false(drive_shows(&drive, action));
    drive_close(&drive);
}

// Enter: the next update, on the workbench, from the very parameters.
static void test_to_the_stage(void **state) {
    (void)state;
    struct drive drive;
    open_page(&drive, NULL);
    struct train_page *page = drive.app->train;
    run_until(&drive, "6");
    drive_key(&drive, KEY_ENTER, 0); // of two models one is chosen
    assert_true(ui_popup_is_open(&drive.app->ui, TRAIN_STAGE_MENU));
    drive_key(&drive, KEY_DOWN, 0);
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_int_equal(drive.app->page, PAGE_WORKBENCH);
    assert_int_equal(drive.app->rivals.count, 1); // the other one beside it
    struct workbench *bench = drive.app->bench;
    assert_non_null(bench->minibatch);
    struct hand hand;
    hand_open(&hand, &page->running, 1);
    hand_run(&hand, 6);
    assert_memory_equal(bench->model.params, hand.model.params, hand.model.layout.size * sizeof(float));
    assert_int_equal(bench->update, 6);
    hand_close(&hand);
    drive_key(&drive, KEY_F1 + 3, 0); // and back: the run is as it was
    settle(&drive);
    assert_int_equal(look_of(&drive)->update, 6);
    drive_close(&drive);
}

// The model menu of the workbench leads here, with what is open.
static void test_from_the_workbench(void **state) {
    (void)state;
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .wait = true};
    options.setup.recipe.steps = 0;
    options.setup.recipe.spec.hidden = 7;
    options.setup.recipe.spec.cell = CELL_GRU;
    if (!drive_open(&drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    app_toggle_popup(drive.app, APP_POPUP_MODEL);
    drive_frame(&drive);
    drive_frame(&drive);
    assert_true(drive_click_text(&drive, "Train and compare"));
    settle(&drive);
    assert_string_equal(page_get(drive.app->page)->name, "train");
    assert_int_equal(look_of(&drive)->models, 1);
    assert_int_equal(look_of(&drive)->run[0].recipe.spec.cell, CELL_GRU);
    assert_int_equal(look_of(&drive)->run[0].recipe.spec.hidden, 7);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_int_equal(drive.app->page, PAGE_WORKBENCH);
    drive_close(&drive);
}

// Ctrl+E: picture, drawing and table. The table has the numbers of the run.
static void test_saving(void **state) {
    (void)state;
    struct drive drive;
    open_page(&drive, NULL);
    run_until(&drive, "5");
    for (int k = 0; k < 3; k++) {
        drive_key(&drive, 'e', MOD_CTRL);
        for (int n = 0; n < k; n++)
            drive_key(&drive, KEY_DOWN, 0);
        drive_key(&drive, KEY_ENTER, 0);
    }
    assert_true(file_exists("unroll-loss-1.png") && file_exists("unroll-loss-1.svg"));
    struct bytes table;
    struct err err = {0};
    assert_true(file_read("unroll-loss-1.csv", 1 << 20, &table, &err));
    const struct run_point *second = &look_of(&drive)->run[0].points[1];
    char *row = table.data;
    for (int k = 0; k < 3; k++)
        row = strchr(row, '\n') + 1;
    assert_int_equal(strtol(row, &row, 10), 2);
    assert_true((float)strtod(row + 1, &row) == second->loss);
    assert_true((float)strtod(row + 1, &row) == second->grad_norm);
    bytes_release(&table);
    drive_close(&drive);
}

// Every control is reached by Tab, in every size nothing fails, and a frame while it trains is short.
static void test_running(void **state) {
    (void)state;
    static const float sizes[][3] = {{1024, 640, 1}, {1280, 720, 1}, {1536, 864, 2}, {700, 500, 1}};
    struct drive drive;
    open_page(&drive, NULL);
    assert_in_range(drive_focus_round(&drive), 20, 60);
    drive.app->train->form.models = 4;
    rest(&drive);
    experiment_run(drive.app->train->experiment, INT64_MAX);
    int64_t before = look_of(&drive)->update;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        drive.width = sizes[k][0];
        drive.height = sizes[k][1];
        for (int tab = 0; tab < 4; tab++) {
            drive.app->train->tab = tab;
            for (int n = 0; n < 4; n++) {
                drive_frame(&drive);
                clock_sleep(0.002);
            }
        }
    }
    assert_true(look_of(&drive)->update > before);
    assert_int_equal(look_of(&drive)->phase, EXPERIMENT_RUNNING);
    drive_close(&drive); // in the middle of it
}

static char began_in[4096];
static int enter_folder(void **state) {
    return make_folder(state) || !getcwd(began_in, sizeof began_in) || chdir(((struct temporary *)*state)->folder);
}
static int leave_folder(void **state) {
    return chdir(began_in) || remove_folder(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_norms),
        cmocka_unit_test(test_time_travel),
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_task),
        cmocka_unit_test(test_anew),
        cmocka_unit_test(test_divergence),
        cmocka_unit_test(test_to_the_stage),
        cmocka_unit_test(test_from_the_workbench),
        cmocka_unit_test_setup_teardown(test_saving, enter_folder, leave_folder),
        cmocka_unit_test(test_running),
    };
    return cmocka_run_group_tests_name("train", tests, NULL, NULL);
}
