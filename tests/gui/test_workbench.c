// The workbench over every built-in task and every kind of file: it is built, walked and drawn; examples by number and
// as typed; checkpoints.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checkpoint.h"
#include "drive.h"
#include "kind_files.h"
#include "rng.h"
#include "task.h"
#include "world.h"

static struct setup small_setup(void) {
    struct setup setup = setup_default();
    setup.recipe.spec.hidden = 5;
    setup.recipe.steps = 2;
    setup.recipe.batch = 4;
    return setup;
}

static struct workbench *build(const struct setup *setup) {
    struct err err = {0};
    struct workbench *bench = setup_build(setup, NULL, NULL, &err);
    if (!bench) fail_msg("%s%s: %s", setup->data, setup->task, err.message);
    return bench;
}

static void expect_refusal(const struct setup *setup, const char *words) {
    struct err err = {0};
    assert_null(setup_build(setup, NULL, NULL, &err));
    if (!strstr(err.message, words)) fail_msg("expected \"%s\" in \"%s\"", words, err.message);
}

// The record is that of the example: same symbols, same answers, a loss where there is an answer.
static void check_bench(const struct workbench *bench) {
    const struct record *record = bench->record;
    const struct example *of = &bench->example->example;
    assert_int_equal(record_T(record), bench->T);
    assert_int_equal(bench->T, of->T);
    assert_true(isfinite(record->loss));
    int asked = 0;
    for (int t = 0; t < bench->T; t++) {
        asked += of->target[t] >= 0;
        assert_int_equal(record->example.target[t], of->target[t]);
        if (of->x) assert_int_equal(record->example.x[t], of->x[t]);
    }
    if (asked) assert_true(record->loss > 0);
    if (!asked) assert_true(record->loss == 0 && record->grad_norm == 0);
    assert_true(bench->script->count > 5 * bench->T);
    assert_true(*bench->example_text);
}

static const char *expected_reader;

// What small networks of this data may be: as it comes, and embedded, deep, in both directions.
static void for_forms(struct setup *setup, void (*run)(const struct setup *setup)) {
    struct workbench *plain = build(setup);
    assert_string_equal(plain->data->reader, expected_reader);
    bool symbols = plain->data->input == VALUES_SYMBOLS, next = plain->data->answers == ANSWERS_NEXT;
    workbench_free(plain);
    run(setup);
    setup->recipe.spec.layers = 2;
    setup->recipe.spec.cell = CELL_GRU;
    if (symbols) setup->recipe.spec.embed = 3;
    if (!next) setup->recipe.spec.directions = 2;
    run(setup);
    setup->recipe.spec.cell = CELL_RNN;
    setup->recipe.spec.layers = 1;
    setup->recipe.kind = next ? NET_ONE_TO_MANY : -1;
    run(setup);
}

static const char *const short_tasks[] = {
    "adding:T=6", "anbncn:n=3", "copy:T=2",        "echo:T=7,delay=2", "parity:T=6", "reber",  "sine:T=8",  "sums",
    "one",        "sines:T=8",  "codons:codons=4", "promoter",         "dates",      "french", "sentiment", "agreement",
    "entities",   "pear",       "speech",          "speech:spell=1",   "music",      "video"};

static void for_all_data(void **state, void (*run)(const struct setup *setup)) {
    for (size_t k = 0; k < sizeof short_tasks / sizeof *short_tasks; k++) {
        struct setup setup = small_setup();
        snprintf(setup.task, sizeof setup.task, "%s", short_tasks[k]);
        expected_reader = "task";
        for_forms(&setup, run);
    }
    for (int k = 0; k < KIND_FILES; k++) {
        struct setup setup = small_setup();
        snprintf(setup.data, sizeof setup.data, "%s", kind_file_make(*state, &kind_files[k]));
        expected_reader = kind_files[k].reader;
        for_forms(&setup, run);
    }
}

// --- building and choosing ---

static void choose(const struct setup *setup) {
    struct workbench *bench = build(setup);
    struct err err = {0};
    check_bench(bench);
    int count = bench_example_count(bench->data);
    assert_true(count > 1);
    assert_int_equal(bench->example_index, 0);
    for (int k = 1; k < 3; k++) {
        char caption[256];
        int number = k == 1 ? 1 : count - 1;
        assert_true(workbench_set_number(bench, number, &err));
        assert_int_equal(bench->example_index, number);
        bench_example_caption(bench->data, number, caption, sizeof caption);
        assert_string_equal(bench->example_text, caption);
        check_bench(bench);
    }
    double loss = bench->record->loss;
    assert_false(workbench_set_number(bench, count, &err)); // all stays
    assert_non_null(strstr(err.message, "examples"));
    assert_int_equal(bench->example_index, count - 1);
    assert_true(bench->record->loss == loss);
    // Its own text finds an example again, of lists the first with this text.
    if (bench->data->shape != TEXT_WHOLE) {
        char text[256];
        snprintf(text, sizeof text, "%s", bench->example_text);
        assert_true(workbench_set_example(bench, text, &err));
        assert_true(bench->example_index >= 0);
        assert_string_equal(bench->data->input == VALUES_SYMBOLS ? bench->example_text : text, text);
    }
    assert_true(workbench_next_update(bench, &err));
    check_bench(bench);
    assert_true(workbench_previous_update(bench, &err));
    workbench_free(bench);
}

static void all_data(void **state) {
    for (int k = 0; tasks[k]; k++) { // none of the built-in ones is left out
        bool there = false;
        for (size_t s = 0; s < sizeof short_tasks / sizeof *short_tasks; s++)
            there |= !strncmp(short_tasks[s], tasks[k]->id, strlen(tasks[k]->id));
        if (!there) fail_msg("the task %s is not tested", tasks[k]->id);
    }
    for_all_data(state, choose);
}

// The network that a task brings to be walked through: its own words, small enough to be seen.
static void task_walks(void **state) {
    (void)state;
    for (int k = 0; tasks[k]; k++) {
        struct recipe walk = recipe_default(), whole = recipe_default();
        recipe_of_task(&walk, tasks[k], true);
        recipe_of_task(&whole, tasks[k], false);
        assert_string_equal(cell_describe(walk.spec.cell, ACTIVATION_TANH)->name, tasks[k]->recipe.cell);
        assert_int_equal(walk.spec.directions, tasks[k]->recipe.bidirectional ? 2 : 1);
        assert_in_range(walk.spec.hidden, 8, 16);
        assert_true(walk.steps <= 2000);
        assert_int_equal(whole.spec.hidden, tasks[k]->recipe.hidden);
        assert_int_equal(whole.steps, tasks[k]->recipe.steps);
        assert_true(walk.options.lr == tasks[k]->recipe.lr && whole.options.lr == walk.options.lr);
    }
    struct setup setup = setup_default(); // and what a lesson's scene says goes before
    struct lesson_scene scene = {.units = 5, .seed = -1, .train = -1};
    struct err err = {0};
    snprintf(scene.task, sizeof scene.task, "entities");
    assert_true(setup_from_scene(&setup, &scene, &err));
    assert_int_equal(setup.recipe.spec.hidden, 5);
    assert_int_equal(setup.recipe.spec.directions, 2);
    snprintf(scene.task, sizeof scene.task, "novel");
    assert_false(setup_from_scene(&setup, &scene, &err));
    assert_non_null(strstr(err.message, "novel"));
}

// An encoder reads as the task says: its numbers are those of training.
static void reading_direction(void **state) {
    (void)state;
    struct setup setup = small_setup();
    snprintf(setup.task, sizeof setup.task, "sums");
    struct workbench *bench = build(&setup);
    const struct example *source = bench->example->example.source;
    assert_true(bench->data->reverse_source);
    const struct dataset_example *read = &bench->data->examples[bench->example_index];
    assert_int_equal(source->T, read->length);
    for (int t = 0; t < source->T; t++)
        assert_int_equal(source->x[t], dataset_symbol(bench->data, read->start + (size_t)(source->T - 1 - t)));
    workbench_free(bench);
}

// --- typed ---

static struct workbench *open_file(void **state, const char *name) {
    struct setup setup = small_setup();
    for (int k = 0; k < KIND_FILES; k++)
        if (!strcmp(kind_files[k].name, name))
            snprintf(setup.data, sizeof setup.data, "%s", kind_file_make(*state, &kind_files[k]));
    return build(&setup);
}

static void typed(void **state) {
    struct err err = {0};
    struct workbench *bench = open_file(state, "labels.tsv"); // no label is known of a text of one's own
    assert_int_equal(bench->model.layout.spec.kind, NET_MANY_TO_ONE);
    assert_true(record_has_target(bench->record, bench->T - 1));
    assert_true(workbench_set_example(bench, "a warm one", &err));
    assert_int_equal(bench->example_index, -1);
    assert_int_equal(bench->T, 10);
    check_bench(bench);
    assert_false(workbench_set_example(bench, "Ω", &err));
    assert_non_null(strstr(err.message, "not among"));
    assert_string_equal(bench->example_text, "a warm one");
    workbench_free(bench);

    bench = open_file(state, "pairs.txt"); // the decoder goes on by itself
    assert_true(workbench_set_example(bench, "two", &err));
    assert_int_equal(bench->example_index, 1);
    assert_true(workbench_set_example(bench, "tow", &err));
    assert_int_equal(bench->example_index, -1);
    const struct record *decoder = bench->record->decoder;
    assert_int_equal(record_T(bench->record->encoder), 3);
    assert_int_equal(decoder->example.x[0], -1);
    for (int t = 1; t < bench->T; t++) { // each reads the likeliest symbol of the timestep before
        const double *y_hat = tape_y_hat(decoder->tape, t - 1);
        for (int o = 0; o < decoder->layout.spec.outputs; o++)
            if (o != VOCABULARY_UNK) assert_true(y_hat[o] <= y_hat[decoder->example.x[t]] * (1 + 1e-5));
    }
    check_bench(bench);
    workbench_free(bench);

    bench = open_file(state, "cases.ts"); // numbers are not typed, but counted
    assert_string_equal(bench->example_text, "sequence 1, class down");
    assert_true(workbench_set_example(bench, "2", &err));
    assert_string_equal(bench->example_text, "sequence 2, class up");
    assert_false(workbench_set_example(bench, "99", &err));
    assert_non_null(strstr(err.message, "1 to 16"));
    assert_false(workbench_set_example(bench, "hello", &err));
    workbench_free(bench);

    struct setup setup = small_setup();
    snprintf(setup.task, sizeof setup.task, "adding:T=600");
    expect_refusal(&setup, "at most 500 timesteps");
    setup.task[0] = 0;
    setup.example = 1 << 28;
    expect_refusal(&setup, "examples");
}

static void unit_words(void **state) {
    static const char *const words[][2] = {{"names.txt", "character"}, {"series.csv", "frame"},
                                           {"rolls.json", "frame"},    {"labels.tsv", "character"},
                                           {"tags.conll", "word"},     {"cases.ts", "frame"}};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        struct workbench *bench = open_file(state, words[k][0]);
        if (strcmp(data_unit_word(bench->data), words[k][1]) != 0)
            fail_msg("%s: a timestep is a %s", words[k][0], data_unit_word(bench->data));
        workbench_free(bench);
    }
}

// --- checkpoints ---

static struct temporary *folder;

static void keep_and_open(const struct setup *setup) {
    struct err err = {0};
    struct workbench *bench = build(setup), *again;
    struct setup to = *setup;
    char path[512];
    snprintf(path, sizeof path, "%s/model.safetensors", folder->folder);
    struct checkpoint_content content = {
        .model = &bench->model, .vocabulary = &bench->data->vocabulary, .labels = &bench->data->labels};
    if (!checkpoint_save_whole(path, &content, &err)) fail_msg("%s", err.message);
    snprintf(to.checkpoint, sizeof to.checkpoint, "%s", path);
    to.recipe = recipe_default(); // the file says what the network is
    to.recipe.seed = setup->recipe.seed;
    again = build(&to);
    assert_true(again->record->loss == bench->record->loss);
    assert_string_equal(again->example_text, bench->example_text);
    assert_int_equal(again->script->count, bench->script->count);
    workbench_free(bench);
    workbench_free(again);
}

static void checkpoints(void **state) {
    folder = *state;
    for_all_data(state, keep_and_open);
    struct setup setup = small_setup(); // the last one kept is no language model
    snprintf(setup.checkpoint, sizeof setup.checkpoint, "%s/model.safetensors", folder->folder);
    snprintf(setup.task, sizeof setup.task, "parity:T=6");
    expect_refusal(&setup, "expected data");
}

// --- drawn ---

// Every place of the walk in turn, at several sizes; every timestep selected, whatever runs.
static void draw_walk(const struct setup *setup) {
    static const float sizes[][2] = {{1440, 900}, {1024, 640}, {1280, 720}};
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = *setup, .reduced_motion = true, .wait = true};
    if (!drive_open(&drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    const struct script *script = drive.app->bench->script;
    struct rng rng = rng_seed(5);
    int all = record_T(drive.app->bench->record) +
              (drive.app->bench->record->encoder ? record_T(drive.app->bench->record->encoder) : 0);
    for (int p = 0, n = 0; p <= script->count; p += 1 + (int)rng_below(&rng, 9), n++) {
        drive.width = sizes[n % 3][0];
        drive.height = sizes[n % 3][1];
        app_seek(drive.app, p);
        drive.app->view.t = -1;
        for (int k = (int)rng_below(&rng, (uint64_t)all); n % 2 && k >= 0; k--)
            app_select_timestep(drive.app, 1);
        drive.app->view.unit = (int)rng_below(&rng, 6) - 1;
        drive.app->view.notation = (enum notation)rng_below(&rng, NOTATION_COUNT);
        drive_frame(&drive);
        assert_int_equal(drive.list.clip_depth, 0);
        assert_true(drive.list.count > 50);
    }
    // Keys walk over both sides and come round.
    drive.app->view.t = -1;
    for (int k = 0; k < all; k++)
        drive_key(&drive, ']', 0);
    bool pair = drive.app->bench->record->encoder != NULL;
    assert_int_equal(drive.app->view.t, record_T(drive.app->bench->record) - 1);
    assert_false(drive.app->view.encoder);
    drive_key(&drive, ']', 0);
    assert_int_equal(drive.app->view.t, 0);
    assert_int_equal(drive.app->view.encoder, pair);
    drive_close(&drive);
}

static void drawn(void **state) {
    for_all_data(state, draw_walk);
}

// From the menu: the list of examples, and a text of one's own where the data are texts.
static void chosen_in_menu(void **state) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = small_setup(), .reduced_motion = true, .wait = true};
    snprintf(options.setup.data, sizeof options.setup.data, "%s", kind_file_make(*state, &kind_files[6]));
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    drive_key(&drive, 'd', MOD_CTRL);
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "One of the 16 in the file"));
    assert_false(drive_shows(&drive, "A word of your own"));
    assert_true(drive_click_text(&drive, "sequence 4, class up"));
    assert_int_equal(drive.app->bench->example_index, 3);
    assert_int_equal(drive.app->setup.example, 3);
    app_open_file(drive.app, kind_file_make(*state, &kind_files[4]));
    drive_frame(&drive);
    drive_key(&drive, KEY_ENTER, 0); // on the Data page: use them
    drive_settle(&drive);
    drive_key(&drive, 'd', MOD_CTRL);
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "A text of your own"));
    assert_true(drive_click_text(&drive, "three"));
    assert_string_equal(drive.app->bench->example_text, "three");
    assert_true(app_set_word(drive.app, "teeth"));
    assert_int_equal(drive.app->bench->example_index, -1);
    assert_false(app_set_word(drive.app, "Ω"));
    assert_string_equal(drive.app->bench->example_text, "teeth");
    drive_close(&drive);
}

// A lesson's scene names a task; its places are on both sides.
static void lesson_scenes(void **state) {
    (void)state;
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 0;
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    struct app *world = drive.app;
    struct lesson_world lesson = world_of(world);
    struct lesson_now now;
    struct lesson_scene scene = {.task = "sums",
                                 .cell = "gru",
                                 .units = 4,
                                 .layers = 1,
                                 .embed = 3,
                                 .directions = 2,
                                 .seed = 2,
                                 .train = 1,
                                 .lr = LESSON_AUTO,
                                 .clip = LESSON_AUTO,
                                 .unit = -1,
                                 .t = -1,
                                 .view = "stage",
                                 .page = "workbench"};
    snprintf(scene.goto_, sizeof scene.goto_, "backward encoder t=last");
    if (!lesson.apply_scene(world, &scene, &err)) fail_msg("%s", err.message);
    lesson.look(world, &now);
    assert_non_null(now.record->encoder);
    assert_int_equal(now.record->encoder->layout.spec.directions, 2);
    assert_int_equal(now.record->layout.spec.embed, 3);
    const struct step *step = script_running(now.script, now.position);
    assert_true(step->encoder && step->phase == PHASE_BACKWARD && step->t == record_T(now.record->encoder) - 1);
    double value = 0, there = tape_value(now.record->encoder->tape, 0, 1, record_cell(now.record)->state_out[0], 0)[2];
    assert_true(lesson_number("encoder/forward/l0_reverse/c row=1 column=3", &now, &value, &err));
    assert_true(value == there);
    snprintf(scene.task, sizeof scene.task, "adding:T=9");
    snprintf(scene.word, sizeof scene.word, "3");
    scene.embed = 0;
    snprintf(scene.goto_, sizeof scene.goto_, "loss");
    if (!lesson.apply_scene(world, &scene, &err)) fail_msg("%s", err.message);
    lesson.look(world, &now);
    assert_int_equal(script_running(now.script, now.position)->t, 8);
    assert_string_equal(now.word, "sequence 3");
    drive_close(&drive);
}

int main(void) {
    const struct CMUnitTest tests[] = {IN_FOLDER(all_data),
                                       IN_FOLDER(typed),
                                       IN_FOLDER(unit_words),
                                       IN_FOLDER(checkpoints),
                                       IN_FOLDER(drawn),
                                       IN_FOLDER(chosen_in_menu),
                                       cmocka_unit_test(lesson_scenes),
                                       cmocka_unit_test(task_walks),
                                       cmocka_unit_test(reading_direction)};
    return cmocka_run_group_tests_name("workbench", tests, NULL, NULL);
}
