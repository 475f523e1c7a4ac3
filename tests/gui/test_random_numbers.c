// 200 random networks of every cell, kind and size: frames of random views at random places of the walk, whose numbers
// are found again in the trace that is saved for the same record.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app.h"
#include "capture.h"
#include "parameter_numbers.h"
#include "rng.h"
#include "trace_lookup.h"
#include "trace_out.h"
#include <string.h>

enum { NETWORKS = 200, FRAMES = 4 };

// Views whose every number is one of the trace file, is formed from such numbers, or can be worked out anew.
static const char *const views[] = {"stage", "stage", "cell", "equations", "origin", "weights", "clip", "surgery"};
enum { VIEWS = sizeof views / sizeof *views };
static const char *const tasks[] = {"",         "",         "sums",     "adding:T=6", "parity:T=5",
                                    "echo:T=6", "copy:T=2", "sine:T=6", "anbncn",     "reber"};
enum { TASKS = sizeof tasks / sizeof *tasks };

static struct setup random_setup(struct rng *rng) {
    struct setup setup = setup_default();
    struct net_spec *spec = &setup.recipe.spec;
    snprintf(setup.task, sizeof setup.task, "%s", tasks[rng_below(rng, TASKS)]);
    if (!*setup.task) snprintf(setup.word, sizeof setup.word, "%.*s", 2 + (int)rng_below(rng, 6), "raptorex");
    spec->cell = (enum cell_id)rng_below(rng, CELL_COUNT);
    spec->activation = rng_below(rng, 4) == 0 ? ACTIVATION_RELU : ACTIVATION_TANH;
    spec->hidden = 2 + (int)rng_below(rng, 11);
    spec->layers = 1 + (int)rng_below(rng, 3);
    bool labelled = !strncmp(setup.task, "adding", 6) || !strncmp(setup.task, "parity", 6);
    spec->directions = labelled && rng_below(rng, 2) ? 2 : 1;
    setup.recipe.steps = (long)rng_below(rng, 3);
    setup.recipe.seed = (long)rng_below(rng, 1000);
    return setup;
}

static struct tensor_file saved_trace(const struct app *app) {
    char path[] = "/tmp/unroll-random-XXXXXX.safetensors";
    struct tensor_file file;
    struct err err = {0};
    int handle = mkstemps(path, 12);
    assert_true(handle >= 0);
    close(handle);
    struct trace_file what = {.record = app->bench->record, .example = app->bench->example_text, .itemised = true};
    if (!trace_save(&what, path, &err) || !tensor_file_read(&file, path, &err)) fail_msg("%s", err.message);
    unlink(path);
    return file;
}

static long check_frame(const struct app *app, const struct draw_list *list, const struct tensor_file *file) {
    long found = 0;
    for (int c = 0; c < list->count; c++) {
        const struct draw_command *at = &list->commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &list->sources[at->source];
        if (!source->tensor) fail_msg("a number without a source: \"%.*s\"", at->text_length, list->texts + at->text);
        const struct tensor *tensor = tensor_file_find(file, source->tensor);
        if (!tensor && !strncmp(source->tensor, "sum/", 4)) continue; // formed from such numbers
        bool good = tensor ? trace_agrees(trace_number(tensor, source), source->value) : parameter_number(app, source);
        if (!good)
            fail_msg("view %s: %s[%d][%d] is %.17g on screen", view_get(app->view.view)->name, source->tensor,
                     source->row, source->column, source->value);
        found++;
    }
    return found;
}

static void numbers_of_random_networks(void **state) {
    (void)state;
    struct rng rng = rng_seed(11);
    struct err err = {0};
    struct capture *capture = capture_new(1, &err);
    struct draw_list list;
    assert_non_null(capture);
    draw_init(&list, capture_fonts(capture));
    long found = 0;
    for (int n = 0; n < NETWORKS; n++) {
        struct app_options options = {.setup = random_setup(&rng), .theme = 0, .reduced_motion = true, .wait = true};
        struct app *app = app_new(&options, &err);
        if (!app) fail_msg("network %d: %s", n, err.message);
        struct tensor_file file = saved_trace(app);
        for (int k = 0; k < FRAMES; k++) {
            const struct record *record = record_side(app->bench->record, false);
            app_show_view(app, view_find(views[rng_below(&rng, VIEWS)]));
            app_seek(app, (int)rng_below(&rng, (uint32_t)app->bench->script->count + 1));
            app->view.unit = (int)rng_below(&rng, (uint32_t)record_H(record));
            app->view.notation = (enum notation)rng_below(&rng, NOTATION_COUNT);
            app->view.weight =
                (struct weight){true, (int)rng_below(&rng, (uint32_t)app->bench->record->layout.count), 0, 0};
            for (int frame = 0; frame < 3; frame++) { // until what was asked for is there
                draw_begin(&list, 1280, 800, 1);
                app_frame(app, &list, 1);
            }
            found += check_frame(app, &list, &file);
        }
        tensor_file_release(&file);
        app_free(app);
    }
    print_message("%ld numbers of %d networks found again\n", found, NETWORKS);
    assert_true(found > 40L * NETWORKS * FRAMES / 2);
    draw_release(&list);
    capture_free(capture);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_of_random_networks)};
    return cmocka_run_group_tests_name("random_numbers", tests, NULL, NULL);
}
