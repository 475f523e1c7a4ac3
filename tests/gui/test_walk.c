// A random walk of events through the app: whatever comes, it stays up and its numbers stay in order. The seed is
// printed; "test_walk SECONDS [SEED]" walks longer.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "kind_files.h"
#include "mem.h"
#include "open_sheet.h"
#include "page.h"
#include "rng.h"
#include "thread.h"
#include <stdlib.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
enum { SLACK_PAGES = 90000 }; // freed memory stays in quarantine, 256 MB of it
#else
enum { SLACK_PAGES = 8000 };
#endif
static double seconds = 6;
static uint64_t seed = 20;
static int begins_on = PAGE_WORKBENCH; // the page of a walk, which goes back there now and then
static long on_page[8];                // frames of each page
static long drawn[VIEW_MAX];           // frames of each view that it fitted

static long resident_pages(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    long total = 0, resident = 0;
    if (file && fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
    if (file) fclose(file);
    return resident;
}

static struct input_event random_event(struct rng *rng, float w, float h) {
    static const int keys[] = {
        KEY_TAB,    KEY_ENTER,  KEY_ESCAPE, KEY_SPACE,   KEY_BACKSPACE, KEY_DELETE, KEY_LEFT,   KEY_RIGHT,  KEY_UP,
        KEY_DOWN,   KEY_HOME,   KEY_END,    KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_F1,     KEY_F1 + 1, KEY_F1 + 5, KEY_F1 + 2,
        KEY_F1 + 3, KEY_F1 + 4, '1',        '2',         '3',           '4',        '5',        '-',        '=',
        '0',        '[',        ']',        ',',         '.',           '?'};
    enum { KEYS = sizeof keys / sizeof *keys, LETTERS = 'z' - 'a' + 1 };
    static const char *const texts[] = {"a", "troodon", "Ω", " ", "7", "-1.5", "x", "\xe2\x82\xac"};
    struct input_event event = {0};
    if (rng_below(rng, 300) == 0) // the ways in
        return (struct input_event){.kind = INPUT_KEY, .key = "otdvmr"[rng_below(rng, 6)], .mods = MOD_CTRL};
    event.at = (point){(float)(rng_uniform(rng) * w), (float)(rng_uniform(rng) * h)};
    if (rng_below(rng, 6) == 0) event.at.y = (float)(rng_uniform(rng) * 48);
    if (rng_below(rng, 6) == 0) event.at.y = h - (float)(rng_uniform(rng) * 120);
    switch (rng_below(rng, 10)) {
    case 0:
    case 1:
        event.kind = INPUT_MOVE;
        break;
    case 2:
    case 3:
        event.kind = INPUT_PRESS;
        event.button = 1;
        event.clicks = 1 + (int)rng_below(rng, 2);
        break;
    case 4:
        event.kind = INPUT_RELEASE;
        event.button = 1;
        break;
    case 5:
        event.kind = INPUT_WHEEL;
        event.wheel_y = (float)(rng_uniform(rng) * 6 - 3);
        break;
    case 6:
        event.kind = INPUT_TEXT;
        snprintf(event.text, sizeof event.text, "%s", texts[rng_below(rng, 8)]);
        break;
    default:
        event.kind = INPUT_KEY;
        event.key = (int)rng_below(rng, KEYS + LETTERS);
        event.key = event.key < KEYS ? keys[event.key] : 'a' + event.key - KEYS;
        if (rng_below(rng, 6) == 0) event.mods = MOD_SHIFT;
        if (rng_below(rng, 20) == 0) event.mods = MOD_CTRL;
    }
    return event;
}

static void count_view(const struct drive *drive) {
    on_page[drive->app->page]++;
    if (drive->app->page != PAGE_WORKBENCH) return;
    struct scene scene;
    struct narration narration;
    const struct view *view = view_get(drive->app->view.view);
    if (!app_scene(drive->app, &scene, &narration) || (view->misfit && view->misfit(&scene))) return;
    drawn[drive->app->view.view]++;
}

static char *some_text(void *context) {
    (void)context;
    return mem_copy_text("anna\nbert\ncarl\n");
}

// It looks into no folder but its own and those of the program.
static void stay_here(struct app *app) {
    char here[ASSET_PATH];
    struct opener *o = app->opener;
    if (!getcwd(here, sizeof here)) fail_msg("there is no current folder");
    if (!*o->folder || !strncmp(o->folder, here, strlen(here)) || !strncmp(o->folder, o->assets, strlen(o->assets)))
        return;
    opener_go(app, here, NULL);
}

static void walk_in(struct app_options *options, double seconds_here) {
    static const float sizes[][3] = {{1440, 900, 1}, {1280, 720, 1}, {1024, 640, 1}, {1536, 864, 2}, {700, 500, 1}};
    struct drive drive;
    struct err err = {0};
    options->setup.recipe.steps = 10;
    if (!drive_open(&drive, options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    drive.app->ui.clipboard_get = some_text;
    app_show_page(drive.app, begins_on);
    drive.app->training_budget = 4 << 20;
    struct rng rng = rng_seed(seed);
    double end = clock_seconds() + seconds_here;
    long events = 0, early = 0;
    while (clock_seconds() < end) {
        if (rng_below(&rng, 300) == 0) {
            const float *size = sizes[rng_below(&rng, 5)];
            drive.width = size[0];
            drive.height = size[1];
        }
        if (rng_below(&rng, 150) == 0) app_show_page(drive.app, begins_on);
        struct input_event event = random_event(&rng, drive.width, drive.height);
        app_event(drive.app, &event);
        drive_frame(&drive);
        if (rng_below(&rng, 3000) == 0 && drive.app->bench)
            app_compare_with(drive.app, (enum cell_id)rng_below(&rng, 4));
        stay_here(drive.app);
        count_view(&drive);
        if (drive.app->wish == APP_QUIT) drive.app->wish = APP_NOTHING;
        if (rng_below(&rng, 200) == 0) drive_settle(&drive);
        if (rng_below(&rng, 50) == 0) {
            int w, h;
            assert_non_null(capture_pixels(drive.capture, &drive.list, app_background(drive.app), &w, &h));
        }
        if (drive.app->bench) assert_in_range(drive.app->position, 0, drive.app->bench->script->count);
        assert_int_equal(drive.list.clip_depth, 0);
        if (++events == 3000) early = resident_pages();
        if (getenv("WALK_TRACE") && events % 50000 == 0) print_message("%ld: %ld pages\n", events, resident_pages());
    }
    long late = resident_pages();
    print_message("%ld events; resident %ld pages after 3000, %ld at the end\n", events, early, late);
    assert_true(events > 10);
    if (events > 20000) assert_true(late < early + SLACK_PAGES);
    drive_close(&drive);
}

static void walk(void **state) {
    (void)state;
    struct app_options options = {.setup = setup_default(), .lesson = "3", .theme = 0, .wait = true};
    print_message("seed %llu, %g seconds\n", (unsigned long long)seed, seconds);
    walk_in(&options, seconds);
}

// The same without a lesson, over every kind of data.
static void walk_kinds(void **state) {
    static const char *const ids[] = {"sums", "adding:T=12", "parity:T=9", "sine:T=70", "one", "french", "entities"};
    enum { TASKS = sizeof ids / sizeof *ids };
    for (int k = 0; k < TASKS + KIND_FILES; k++) {
        struct app_options options = {.setup = setup_default(), .theme = k % 2, .wait = true};
        struct setup *setup = &options.setup;
        if (k < TASKS)
            snprintf(setup->task, sizeof setup->task, "%s", ids[k]);
        else
            snprintf(setup->data, sizeof setup->data, "%s", kind_file_make(*state, &kind_files[k - TASKS]));
        setup->recipe.spec.layers = 1 + k % 2;
        if (k == 0 || k == 2) setup->recipe.spec.directions = 2;
        if (k == 0) setup->recipe.spec.embed = 4;
        walk_in(&options, seconds / (TASKS + KIND_FILES));
    }
}

// The Data page, over every kind of data: roles, tokens, splits, problems.
static void walk_data_page(void **state) {
    for (int k = 0; k < KIND_FILES; k++) {
        struct app_options options = {.setup = setup_default(), .theme = k % 2, .wait = k % 3 != 0};
        snprintf(options.setup.data, sizeof options.setup.data, "%s", kind_file_make(*state, &kind_files[k]));
        begins_on = page_find("data");
        walk_in(&options, seconds / KIND_FILES);
        begins_on = PAGE_WORKBENCH;
    }
    print_message("data page %ld\n", on_page[page_find("data")]);
    assert_true(on_page[page_find("data")] > 0);
}

// The page where networks are trained: settings, runs, travels, over the kinds of tasks.
static void walk_train_page(void **state) {
    (void)state;
    static const char *const kinds[] = {"", "adding:T=12", "parity:T=9", "sums", "sine:T=30", "one", "reber"};
    enum { TASKS = sizeof kinds / sizeof *kinds };
    for (int k = 0; k < TASKS; k++) {
        struct app_options options = {.setup = setup_default(), .theme = k % 2, .wait = k % 3 == 0};
        snprintf(options.setup.task, sizeof options.setup.task, "%s", kinds[k]);
        begins_on = page_find("train");
        walk_in(&options, seconds / TASKS);
        begins_on = PAGE_WORKBENCH;
    }
    print_message("train page %ld\n", on_page[page_find("train")]);
    assert_true(on_page[page_find("train")] > 0);
}

// The page of the lessons: cards, search, glossary.
static void walk_lessons_page(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct app_options options = {.setup = setup_default(), .gallery = true, .theme = k, .wait = k == 0};
        begins_on = PAGE_LESSONS;
        walk_in(&options, seconds / 2);
        begins_on = PAGE_WORKBENCH;
    }
    print_message("lessons page %ld\n", on_page[PAGE_LESSONS]);
    assert_true(on_page[PAGE_LESSONS] > 0);
}

// A walk that is long enough comes through all views.
static void saw_all(void **state) {
    (void)state;
    for (int k = 0; k < view_count(); k++) {
        print_message("%s %ld\n", view_get(k)->name, drawn[k]);
        if (seconds >= 60) assert_true(drawn[k] > 0);
    }
}

// What it saves goes into a folder that is thrown away.
static char began_in[4096];
static int enter_folder(void **state) {
    return make_folder(state) || !getcwd(began_in, sizeof began_in) || chdir(((struct temporary *)*state)->folder);
}
static int leave_folder(void **state) {
    return chdir(began_in) || remove_folder(state);
}
#define WITHIN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(int argc, char **argv) {
    if (argc > 1) seconds = atof(argv[1]);
    if (argc > 2) seed = strtoull(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {WITHIN_FOLDER(walk),
                                       WITHIN_FOLDER(walk_kinds),
                                       WITHIN_FOLDER(walk_data_page),
                                       WITHIN_FOLDER(walk_train_page),
                                       WITHIN_FOLDER(walk_lessons_page),
                                       cmocka_unit_test(saw_all)};
    return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
