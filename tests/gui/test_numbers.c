// Every number on screen is a number of `unroll trace`: the trace file is written by the command line for the same
// seed, then every frame of the walk, forward and back, is drawn and its numbers are looked up in that file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app.h"
#include "capture.h"
#include "trace_lookup.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void walk(const char *cell, int hidden) {
    char words[256];
    struct err err = {0};
    struct tensor_file file;
    snprintf(words, sizeof words, "--cell %s --hidden %d --seed 7 --steps 30 --word troodon --itemised", cell, hidden);
    trace_open(&file, words);

    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    cell_by_name(cell, &options.setup.recipe.spec.cell);
    options.setup.recipe.spec.hidden = hidden;
    options.setup.recipe.seed = 7;
    options.setup.recipe.steps = 30;
    snprintf(options.setup.word, sizeof options.setup.word, "troodon");
    struct app *app = app_new(&options, &err);
    assert_non_null(app);
    struct capture *capture = capture_new(1, &err);
    assert_non_null(capture);
    struct draw_list list;
    draw_init(&list, capture_fonts(capture));
    long found = 0, derived = 0, wrong = 0;
    int count = app->bench->script->count;
    for (int k = 0; k <= 2 * count; k++) {
        int p = k <= count ? k : 2 * count - k;
        app_seek(app, p);
        app->view.unit = k % hidden;
        draw_begin(&list, 1440, 900, 1);
        app_frame(app, &list, 1);
        for (int c = 0; c < list.count; c++) {
            const struct draw_command *at = &list.commands[c];
            if (at->op != DRAW_TEXT || at->source < 0) continue;
            const struct source *source = &list.sources[at->source];
            const struct tensor *tensor = source->tensor ? tensor_file_find(&file, source->tensor) : NULL;
            if (!tensor) {
                derived++;
                bool sum = source->tensor && !strncmp(source->tensor, "sum/", 4); // one sum or product of such numbers
                if (!sum) {
                    print_message("step %d: a number without a source: \"%.*s\" (%s)\n", p, at->text_length,
                                  list.texts + at->text, source->tensor ? source->tensor : "none");
                    wrong++;
                }
                continue;
            }
            double there = trace_number(tensor, source);
            found++;
            if (!trace_agrees(there, source->value)) {
                wrong++;
                if (wrong < 10)
                    print_message("step %d: %s[%d][%d]: on screen %.17g, in the file %.17g\n", p, source->tensor,
                                  source->row, source->column, source->value, there);
            }
        }
    }
    print_message("%s, %d units: %ld numbers found again, %ld formed from such numbers\n", cell, hidden, found,
                  derived);
    assert_int_equal(wrong, 0);
    assert_true(found > 20L * count);
    assert_true(derived < found);
    draw_release(&list);
    capture_free(capture);
    app_free(app);
    tensor_file_release(&file);
}

static void lstm(void **state) {
    (void)state;
    walk("lstm", 8);
}
static void rnn(void **state) {
    (void)state;
    walk("rnn", 8);
}
static void others(void **state) {
    (void)state;
    for (int k = 0; k < CELL_COUNT; k++)
        if (k != CELL_RNN && k != CELL_LSTM) walk(cell_describe((enum cell_id)k, ACTIVATION_TANH)->name, 8);
}
static void wide(void **state) {
    (void)state;
    walk("lstm", 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lstm), cmocka_unit_test(rnn), cmocka_unit_test(others),
                                       cmocka_unit_test(wide)};
    return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
