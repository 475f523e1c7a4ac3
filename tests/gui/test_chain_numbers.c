// Every number of the gradients through time and of the Jacobian between two timesteps is one of `unroll trace`.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chain_drive.h"
#include "task.h"
#include "trace_lookup.h"

enum { FROM = 2, TO = 6 };

struct count {
    long found, derived;
};

static void look_up(const struct drive *drive, const struct tensor_file *file, struct count *count) {
    const struct draw_list *list = &drive->list;
    for (int c = 0; c < list->count; c++) {
        const struct draw_command *at = &list->commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &list->sources[at->source];
        assert_non_null(source->tensor);
        if (!strncmp(source->tensor, "sum/", 4)) {
            count->derived++;
            continue;
        }
        const struct tensor *tensor = tensor_file_find(file, source->tensor);
        if (!tensor) fail_msg("no %s in the trace file", source->tensor);
        double there = trace_number(tensor, source);
        if (!trace_agrees(there, source->value))
            fail_msg("%s[%d][%d]: on screen %.17g, in the file %.17g", source->tensor, source->row, source->column,
                     source->value, there);
        count->found++;
    }
}

// A share is the quotient of two norms of the file: of the first and the last number of the sentence before it.
static void check_share(const struct drive *drive) {
    const struct draw_list *list = &drive->list;
    double before[2] = {0, 0};
    for (int c = 0; c < list->count; c++) {
        const struct draw_command *at = &list->commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &list->sources[at->source];
        bool share = !strcmp(source->tensor, "sum/share"), ratio = !strcmp(source->tensor, "sum/ratio");
        if (share || ratio) {
            double expected = before[1] / before[0] * (share ? 100 : 1);
            assert_true(fabs(source->value - expected) <= 1e-12 * expected);
            return;
        }
        before[0] = before[1];
        before[1] = source->value;
    }
    fail_msg("no share is told");
}

static void gradients_of(const char *cell, int hidden, int layers) {
    char words[256];
    struct tensor_file file;
    snprintf(words, sizeof words,
             "--cell %s --hidden %d --layers %d --seed 7 --steps 30 --word troodon --itemised --paths", cell, hidden,
             layers);
    trace_open(&file, words);
    struct drive drive = open_on(cell, hidden, layers, "gradients");
    struct gradients_memory *memory = gradients_memory(&drive);
    const struct cell_desc *desc = record_cell(drive.app->bench->record);
    int paths[CELL_MAX_SLOTS], path_count = path_list(desc, paths), T = record_T(drive.app->bench->record);
    struct count count = {0};
    for (int chain = 0; chain < layers; chain++)
        for (int state = 0; state < desc->state_count; state++)
            for (int path = 0; path < path_count; path++)
                for (int tau = 0; tau < T; tau++) {
                    *memory = (struct gradients_memory){chain, state, path, tau + 1};
                    drive.app->view.t = (tau * 3 + path) % T;
                    drive.app->view.unit = tau % hidden;
                    drive.app->ui.pointer = (point){200.0f + 90 * (float)tau, 200.0f + 40 * (float)path};
                    drive_frame(&drive);
                    look_up(&drive, &file, &count);
                }
    assert_true(count.found > 8L * T * path_count * layers);
    assert_true(count.derived > 0);
    *memory = (struct gradients_memory){0};
    drive.app->view.t = 3;
    drive_frame(&drive);
    check_share(&drive);
    drive_close(&drive);
    tensor_file_release(&file);
}

// Both sides of an encoder-decoder in two directions, whichever is looked at.
static void every_number_of_both_sides(void **state) {
    (void)state;
    struct tensor_file file;
    struct err err = {0};
    struct drive drive;
    trace_open(&file, "--task sums --cell gru --hidden 6 --layers 2 --bidirectional --seed 7 --steps 30 --itemised");
    struct app_options options = options_of("gru", 6, 2, true);
    struct net_spec spec = options.setup.recipe.spec;
    long seed = options.setup.recipe.seed, steps = options.setup.recipe.steps;
    recipe_of_task(&options.setup.recipe, task_find("sums", 4), true); // as the command line does
    options.setup.recipe.spec = spec;
    options.setup.recipe.seed = seed;
    options.setup.recipe.steps = steps;
    options.setup.word[0] = 0;
    snprintf(options.setup.task, sizeof options.setup.task, "sums");
    const struct recipe said = options.setup.recipe; // the words go before what the task brings
    recipe_of_task(&options.setup.recipe, task_find("sums", 4), true);
    options.setup.recipe.spec = said.spec;
    options.setup.recipe.steps = said.steps;
    options.setup.recipe.spec.directions = 2;
    if (!drive_open(&drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    const struct record *record = drive.app->bench->record;
    struct count count = {0};
    assert_int_equal(chain_count(record), 6);
    for (int at = 0; at < 2; at++)
        for (int chain = 0; chain < 6; chain++)
            for (int t = 0; t < 3; t++) {
                app_show_view(drive.app, view_find("gradients"));
                app_seek(drive.app, at == 0 ? 3 : drive.app->bench->script->count / 2);
                gradients_memory(&drive)->chain = chain;
                drive.app->view.t = t;
                drive.app->view.encoder = (chain + t) % 2;
                drive_frame(&drive);
                look_up(&drive, &file, &count);
                app_show_view(drive.app, view_find("jacobian"));
                jacobian_memory(&drive)->chain = chain;
                drive_frame(&drive);
                assert_true(jacobian_memory(&drive)->has_shown);
            }
    assert_true(count.found > 36 * 6);
    drive_close(&drive);
    tensor_file_release(&file);
}

static void every_number_of_the_gradients(void **state) {
    (void)state;
    gradients_of("lstm", 8, 2);
    gradients_of("rnn", 5, 1);
    gradients_of("gru", 12, 1);
    gradients_of("lstm_peephole", 3, 1);
}

static void jacobian_of(const char *cell, int hidden, int layers) {
    char words[256];
    struct tensor_file file;
    snprintf(words, sizeof words,
             "--cell %s --hidden %d --layers %d --seed 7 --steps 30 --word troodon --jacobian %d:%d", cell, hidden,
             layers, FROM, TO);
    trace_open(&file, words);
    struct drive drive = open_on(cell, hidden, layers, "jacobian");
    struct jacobian_memory *memory = jacobian_memory(&drive);
    int states = record_cell(drive.app->bench->record)->state_count;
    struct count count = {0};
    for (int chain = 0; chain < layers; chain++)
        for (int state = states > 1 ? 0 : 1; state <= states; state++)
            for (int measure = 0; measure < 2; measure++) {
                *memory = (struct jacobian_memory){
                    .chain = chain, .states = state, .from = FROM, .to = TO, .measure = measure};
                for (float y = 100; y < 760; y += 44)
                    for (float x = 110; x < 1440; x += 130) { // over everything that tells a number
                        struct input_event move = {.kind = INPUT_MOVE, .at = {x, y}};
                        app_event(drive.app, &move);
                        drive_frame(&drive);
                        look_up(&drive, &file, &count);
                    }
            }
    assert_true(count.found > 1000);
    drive_close(&drive);
    tensor_file_release(&file);
}

static void every_number_of_the_jacobian(void **state) {
    (void)state;
    jacobian_of("lstm", 8, 2);
    jacobian_of("rnn", 5, 1);
    jacobian_of("gru_reset_after", 20, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_the_gradients),
        cmocka_unit_test(every_number_of_the_jacobian),
        cmocka_unit_test(every_number_of_both_sides),
    };
    return cmocka_run_group_tests_name("chain_numbers", tests, NULL, NULL);
}
