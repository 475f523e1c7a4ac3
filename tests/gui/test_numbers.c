// Every number on screen is a number of `unroll trace`: the trace file is written by the command line for the same
// seed, then every frame of the walk, forward and back, is drawn and its numbers are looked up in that file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app.h"
#include "capture.h"
#include "kind_files.h"
#include "parameter_numbers.h"
#include "task.h"
#include "trace_lookup.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct numbers {
    long found, derived, wrong;
};

// Every number of a frame is in the file, or formed from such numbers.
static void look_up(const struct app *app, const struct draw_list *list, const struct tensor_file *file, int p,
                    struct numbers *numbers) {
    for (int c = 0; c < list->count; c++) {
        const struct draw_command *at = &list->commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &list->sources[at->source];
        const struct tensor *tensor = source->tensor ? tensor_file_find(file, source->tensor) : NULL;
        if (!tensor) {
            bool sum = source->tensor && !strncmp(source->tensor, "sum/", 4);     // one sum or product of such numbers
            bool again = !sum && source->tensor && parameter_number(app, source); // worked out anew
            numbers->derived += !again;
            numbers->found += again;
            if (!sum && !again) {
                print_message("view %d, step %d: a number without a source: \"%.*s\" (%s)\n", app->view.view, p,
                              at->text_length, list->texts + at->text, source->tensor ? source->tensor : "none");
                numbers->wrong++;
            }
            continue;
        }
        double there = trace_number(tensor, source);
        numbers->found++;
        if (!trace_agrees(there, source->value)) {
            numbers->wrong++;
            if (numbers->wrong < 10)
                print_message("view %d, step %d: %s[%d][%d]: on screen %.17g, in the file %.17g\n", app->view.view, p,
                              source->tensor, source->row, source->column, source->value, there);
        }
    }
}

// A view of parameters, at every phase and with an entry of every parameter.
static void walk_view(struct app *app, struct draw_list *list, const struct tensor_file *file, int view,
                      struct numbers *numbers) {
    const struct record *record = app->bench->record;
    app_show_view(app, view);
    app->view.ask = (struct ask){.kind = ASK_CHECK_ALL};
    for (int k = 0; k < record->layout.count; k++) {
        int rows, columns;
        record_param_shape(record, k, &rows, &columns);
        app_seek(app, app->bench->script->count * k / record->layout.count);
        app->view.weight = (struct weight){true, k, rows * 2 / 3, columns / 2};
        app->view.t = k % record_T(record);
        for (int frame = 0; frame < 4; frame++) { // until what was asked for is there
            draw_begin(list, 1440, 900, 1);
            app_frame(app, list, 1);
        }
        look_up(app, list, file, app->position, numbers);
    }
    app_show_view(app, VIEW_STAGE);
    app->view.t = -1;
}

// A network and its data, said to the command line and to the app.
struct what {
    const char *cell;
    int hidden, layers, directions, embed;
    const char *data; // of kind_files.h, or a task; NULL: the names that are shipped, with the word
    int stride;       // positions drawn; 0 = all
    const char *path; // set by the test: the file
    int within;       // example of the next update's minibatch, from 1; 0: one example alone
    double clip_norm; // 0: as usual
};

static void say_words(const struct what *what, char *out, size_t size) {
    char data[1200];
    if (what->path)
        snprintf(data, sizeof data, "--data '%s'", what->path);
    else
        snprintf(data, sizeof data, what->data ? "--task %s" : what->within ? "" : "--word troodon", what->data);
    int used = snprintf(out, size, "--cell %s --hidden %d --layers %d --embed %d %s --seed 7 --steps 30 %s --itemised",
                        what->cell, what->hidden, what->layers, what->embed,
                        what->directions > 1 ? "--bidirectional" : "", data);
    if (what->within > 0)
        used += snprintf(out + used, size - (size_t)used, " --reduction mean --within %d", what->within);
    if (what->clip_norm > 0) snprintf(out + used, size - (size_t)used, " --clip-norm %g", what->clip_norm);
}

static struct setup make_setup(const struct what *what) {
    struct setup setup = setup_default();
    if (what->data && !what->path) recipe_of_task(&setup.recipe, task_find(what->data, strcspn(what->data, ":")), true);
    cell_by_name(what->cell, &setup.recipe.spec.cell);
    setup.recipe.spec.hidden = what->hidden;
    setup.recipe.spec.layers = what->layers;
    setup.recipe.spec.directions = what->directions;
    setup.recipe.spec.embed = what->embed;
    setup.recipe.seed = 7;
    setup.recipe.steps = 30;
    if (what->path)
        snprintf(setup.data, sizeof setup.data, "%s", what->path);
    else if (what->data)
        snprintf(setup.task, sizeof setup.task, "%s", what->data);
    else if (what->within == 0)
        snprintf(setup.word, sizeof setup.word, "troodon");
    setup.within = what->within;
    if (what->clip_norm > 0) setup.recipe.options.clip_norm = what->clip_norm;
    return setup;
}

static void walk_through(const struct what *what) {
    char words[1400];
    int hidden = what->hidden;
    struct err err = {0};
    struct tensor_file file;
    say_words(what, words, sizeof words);
    trace_open(&file, words);

    struct app_options options = {.setup = make_setup(what), .theme = 0, .reduced_motion = true, .wait = true};
    struct app *app = app_new(&options, &err);
    assert_non_null(app);
    struct capture *capture = capture_new(1, &err);
    assert_non_null(capture);
    struct draw_list list;
    draw_init(&list, capture_fonts(capture));
    struct numbers numbers = {0};
    int count = app->bench->script->count;
    for (int k = 0; k <= 2 * count; k += what->stride > 0 ? what->stride : 1) {
        int p = k <= count ? k : 2 * count - k;
        app_seek(app, p);
        app->view.unit = k % hidden;
        static const char *const views[] = {"stage", "cell", "stage", "equations"};
        app_show_view(app, view_find(views[k % 4]));
        draw_begin(&list, 1440, 900, 1);
        app_frame(app, &list, 1);
        look_up(app, &list, &file, p, &numbers);
    }
    static const char *const views[] = {"weights", "check", "clip"};
    for (size_t k = 0; k < sizeof views / sizeof *views; k++)
        walk_view(app, &list, &file, view_find(views[k]), &numbers);
    print_message("%s, %s, %d units: %ld numbers found again, %ld formed from such numbers\n",
                  what->data ? what->data : "names", what->cell, hidden, numbers.found, numbers.derived);
    assert_int_equal(numbers.wrong, 0);
    assert_true(numbers.found > 20L * count / (what->stride > 0 ? what->stride : 1));
    assert_true(numbers.derived < numbers.found);
    draw_release(&list);
    capture_free(capture);
    app_free(app);
    tensor_file_release(&file);
}

static void walk(const char *cell, int hidden) {
    walk_through(&(struct what){.cell = cell, .hidden = hidden, .layers = 1, .directions = 1});
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

// Every kind of data, network and output.
static void kinds(void **state) {
    static const struct what all[] = {
        {"lstm", 8, 1, 1, 5, NULL, 3},                // symbols looked up in an embedding
        {"lstm", 6, 1, 1, 0, "sums", 3},              // sequence to sequence
        {"gru", 6, 2, 2, 4, "sums", 11},              // deep, the encoder in both directions, embedded
        {"gru", 6, 1, 1, 0, "pairs.txt", 5},          // with a vocabulary of its own for the answers
        {"lstm", 6, 1, 1, 0, "adding:T=8", 3},        // real vectors, one number at the end
        {"rnn", 6, 2, 2, 0, "adding:T=5", 3},         // ... read in both directions
        {"lstm", 6, 1, 2, 4, "labels.tsv", 9},        // one label at the end
        {"lstm_peephole", 6, 1, 1, 0, "sine:T=6", 5}, // a number at every timestep
        {"gru", 6, 1, 2, 0, "tags.conll", 5},         // a label at every timestep, both directions
        {"lstm", 6, 1, 1, 0, "rolls.json", 5},        // several of many at every timestep
        {"rnn", 6, 1, 1, 0, "one", 1},                // one timestep
        {"gru", 6, 1, 2, 0, "entities", 9},           // words, a tag at every timestep
        {"lstm", 6, 1, 1, 0, "codons:codons=4", 7},   // a label at every third
        {"gru_simple", 12, 1, 1, 0, "cases.ts", 3},   // frames, one label at the end
        {"lstm", 6, 1, 1, 0, "series.csv", 7},        // frames, the next one
        {"gru", 6, 1, 1, 0, "speech:spell=1", 41},    // frames into an encoder, letters out of the decoder
        {"lstm", 6, 1, 1, 0, "music", 43},            // notes
    };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        struct what what = all[k];
        char path[1024];
        for (int f = 0; what.data && f < KIND_FILES; f++)
            if (!strcmp(kind_files[f].name, what.data)) {
                snprintf(path, sizeof path, "%s", kind_file_make(*state, &kind_files[f]));
                what.path = path;
            }
        walk_through(&what);
    }
}

// One example of an update of many.
static void minibatches(void **state) {
    (void)state;
    static const struct what all[] = {
        {"lstm", 8, 1, 1, 0, NULL, 3, .within = 3, .clip_norm = 0.02},
        {"gru", 6, 2, 1, 4, NULL, 7, .within = 32},
        {"lstm", 6, 1, 2, 0, "sums", 5, .within = 2, .clip_norm = 0.05},
        {"rnn", 6, 1, 1, 0, "adding:T=8", 3, .within = 5},
    };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        walk_through(&all[k]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lstm), cmocka_unit_test(rnn),         cmocka_unit_test(others),
                                       cmocka_unit_test(wide), cmocka_unit_test(minibatches), IN_FOLDER(kinds)};
    return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
