// The Data page by events alone: what it shows is held against the data set as the reader gives it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data_page.h"
#include "drive.h"
#include "kind_files.h"
#include "kept_choices.h"
#include "mem.h"
#include "open_sheet.h"
#include "page.h"
#include "problems.h"
#include "reader.h"
#include "str.h"
#include "task.h"
#include "thread.h"
#include "token.h"

static struct setup small(void) {
    struct setup setup = setup_default();
    setup.recipe.steps = 5;
    setup.recipe.spec.hidden = 4;
    return setup;
}

static struct drive open_with(const char *preferences, float width, float height) {
    struct app_options options = {
        .setup = small(), .theme = 0, .reduced_motion = true, .wait = true, .preferences = preferences};
    struct drive drive;
    struct err err = {0};
    if (!drive_open(&drive, &options, width, height, 1, &err)) fail_msg("%s", err.message);
    return drive;
}

static struct drive open_plain(void) {
    return open_with(NULL, 1440, 900);
}

static void open_file(struct drive *drive, const char *path) {
    app_open_file(drive->app, path);
    drive_frame(drive);
    drive_frame(drive);
    assert_int_equal(drive->app->page, page_find("data"));
}

static const struct data_look *looked_at(const struct drive *drive) {
    const struct data_page *page = drive->app->data_page;
    if (!page->look) fail_msg("nothing was read: %s", page->error.message);
    return page->look;
}

static struct dataset read_with(const char *path, const struct data_options *options) {
    struct dataset d;
    struct err err = {0};
    if (!dataset_read(&d, path, options, &err)) fail_msg("%s: %s", path, err.message);
    return d;
}

static void expect_text(const struct drive *drive, const char *text) {
    if (!drive_shows(drive, text)) fail_msg("\"%s\" is not on screen", text);
}

// Words that follow each other, in however many pieces they are drawn.
static void expect_words(const struct drive *drive, const char *words) {
    struct str all = {0};
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT) continue;
        str_put_n(&all, drive->list.texts + at->text, (size_t)at->text_length);
        str_put(&all, " ");
    }
    bool found = strstr(str_text(&all), words) != NULL;
    str_release(&all);
    if (!found) fail_msg("\"%s\" is not on screen", words);
}

static void expect_number(const struct drive *drive, long count, const char *unit) {
    char text[64];
    data_number(text, sizeof text, unit, count);
    expect_text(drive, text);
}

static void click(struct drive *drive, const char *text) {
    if (!drive_click_text(drive, text)) fail_msg("\"%s\" is not on screen", text);
    drive_frame(drive);
}

// Tab until a control has the focus in whose rectangle this text lies; the text of what has the focus is not known, so
// the focus is taken there by its place.
static void tab_to(struct drive *drive, ui_id id) {
    for (int k = 0; k < 120 && drive->app->ui.focus != id; k++)
        drive_key(drive, KEY_TAB, 0);
    if (drive->app->ui.focus != id) fail_msg("Tab does not come there");
}

// The id of a control of the page, by the names of the scopes around it.
static ui_id id_of(const char *scope, const char *name) {
    ui_id page = ui_hash(0, "data page");
    return ui_hash(scope ? ui_hash(page, scope) : page, name);
}

static const char reviews[] = "id,date,text,stars\n"
                              "1,2024-01-03,The table arrived burnt.,2\n"
                              "2,2024-01-04,The soup was warm and kind.,4\n"
                              "3,2024-01-05,The soup was fine.,4\n"
                              "4,2024-01-06,,2\n"
                              "5,2024-01-07,The soup was fine.,4\n"
                              "6,2024-01-07,The fish was not fine, not at all.,2\n"
                              "7,2024-01-08,The staff was kind.,4\n"
                              "8,2024-01-09,The soup arrived.,2\n"
                              "9,2024-01-10,The soup was fine.,4\n"
                              "10,2024-01-11,The table was warm.,4\n"
                              "11,2024-01-12,The fish arrived burnt.,2\n"
                              "12,2024-01-13,The rain was fine.,4\n"
                              "13,2024-01-14,The fish was warm.,2\n";

static const char *make_reviews(void **state) {
    const char *path = temporary_path(*state, "reviews.csv");
    assert_true(file_save_whole(path, reviews, sizeof reviews - 1, NULL));
    return path;
}

static struct data_options review_options(void) {
    struct data_options options = data_options_default();
    options.columns = "text=3,label=4";
    options.separator = ",";
    options.header = 1;
    return options;
}

// --- every kind of file ---

static void shows_every_kind(void **state) {
    struct drive drive = open_plain();
    const struct workbench *before = drive.app->bench;
    struct data_options options = data_options_default();
    for (int k = 0; k < KIND_FILES; k++) {
        const char *path = kind_file_make(*state, &kind_files[k]);
        struct dataset d = read_with(path, &options);
        open_file(&drive, path);
        const struct data_look *look = looked_at(&drive);
        assert_true(dataset_fingerprint(look->data) == dataset_fingerprint(&d));
        expect_text(&drive, kind_files[k].name);
        expect_text(&drive, data_look_kind(look));
        if (d.symbols && d.answers != ANSWERS_SEQUENCE) expect_number(&drive, d.vocabulary.count, " entries");
        if (d.symbols) expect_text(&drive, token_visible(d.vocabulary.texts[VOCABULARY_FIRST]));
        expect_number(&drive, preview_rows(look->preview),
                      preview_of_file(look->preview) ? " rows of the file" : " examples");
        if (d.shape == TEXT_LINES) {
            char text[64];
            bool test = d.test_count > 0;
            snprintf(text, sizeof text, test ? "%d / %d / %d" : "%d / %d", d.train_count, d.validation_count,
                     d.test_count);
            expect_text(&drive, text);
        }
        for (int c = 0; data_look_labels(look) && c < d.labels.count; c++)
            expect_text(&drive, d.labels.texts[c]);
        assert_ptr_equal(drive.app->bench, before); // still open
        assert_int_equal(drive.list.clip_depth, 0);
        dataset_release(&d);
    }
    // the last one is used, by the key
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_int_equal(drive.app->page, PAGE_WORKBENCH);
    assert_string_equal(drive.app->bench->data->reader, "piano-roll");
    drive_close(&drive);
}

// --- a table, by mouse ---

static void roles_by_mouse(void **state) {
    struct drive drive = open_plain();
    const char *path = make_reviews(state);
    struct setup setup = small();
    snprintf(setup.data, sizeof setup.data, "%s", path);
    snprintf(setup.reading.reader, sizeof setup.reading.reader, "text");
    data_page_open(drive.app, &setup, false);
    app_show_page(drive.app, page_find("data"));
    drive_frame(&drive);
    drive_frame(&drive);
    assert_string_equal(looked_at(&drive)->data->reader, "text");
    expect_text(&drive, "stars");
    drive_key(&drive, KEY_TAB, 0); // a ring changes nothing
    ui_popup_open(&drive.app->ui, "role of column 3");
    drive_frame(&drive);
    click(&drive, "Label y: one of a few classes");
    assert_int_equal(drive.app->data_page->error.code, ERR_USAGE); // a label alone is nothing
    expect_text(&drive, "Undo the choice");
    assert_false(data_page_can_use(drive.app));
    ui_popup_open(&drive.app->ui, "role of column 2");
    drive_frame(&drive);
    click(&drive, "Input x: a text");
    struct data_options options = review_options();
    struct dataset d = read_with(path, &options);
    const struct data_look *look = looked_at(&drive);
    assert_int_equal(drive.app->data_page->error.code, ERR_NONE);
    assert_true(dataset_fingerprint(look->data) == dataset_fingerprint(&d));
    assert_string_equal(look->data->reader, "labelled");
    char used[64];
    snprintf(used, sizeof used, "%d of %ld", d.example_count, preview_rows(look->preview));
    expect_text(&drive, used);
    expect_number(&drive, d.example_count, "");
    dataset_release(&d);
    // another role that makes no sense, and back
    ui_popup_open(&drive.app->ui, "role of column 2");
    drive_frame(&drive);
    click(&drive, "Skip");
    assert_int_not_equal(drive.app->data_page->error.code, ERR_NONE);
    click(&drive, "Undo the choice");
    assert_int_equal(drive.app->data_page->error.code, ERR_NONE);
    assert_true(data_page_can_use(drive.app));
    drive_close(&drive);
}

static void problems_by_mouse(void **state) {
    struct drive drive = open_plain();
    const char *path = make_reviews(state);
    struct setup setup = small();
    snprintf(setup.data, sizeof setup.data, "%s", path);
    snprintf(setup.reading.columns, sizeof setup.reading.columns, "text=3,label=4");
    data_page_open(drive.app, &setup, false);
    app_show_page(drive.app, page_find("data"));
    drive_frame(&drive);
    drive_frame(&drive);
    const struct data_look *look = looked_at(&drive);
    assert_int_equal(look->data->problem_totals[PROBLEM_RAGGED], 1);
    assert_int_equal(look->data->problem_totals[PROBLEM_DUPLICATE], 2);
    assert_non_null(data_look_problem(look, 7)); // an unquoted comma
    assert_null(data_look_problem(look, 6));     // a duplicate that is kept
    expect_text(&drive, "Line 7");
    expect_words(&drive, "2 repeat an earlier row");
    click(&drive, "keep"); // of the duplicates
    click(&drive, "drop");
    struct data_options options = review_options();
    struct err err = {0};
    assert_true(problem_actions_read("duplicate=skip", &options, &err));
    struct dataset d = read_with(path, &options);
    assert_int_equal(looked_at(&drive)->data->example_count, d.example_count);
    assert_string_equal(drive.app->data_page->shown.reading.on_problem, "duplicate=skip");
    dataset_release(&d);
    // one line apart from the rest of its kind
    data_choose_action(drive.app, PROBLEM_DUPLICATE, 6, ACTION_KEEP);
    drive_frame(&drive);
    assert_int_equal(looked_at(&drive)->data->example_count, 10);
    assert_int_equal(data_chosen_action(drive.app, PROBLEM_DUPLICATE, 6), ACTION_KEEP);
    assert_int_equal(data_chosen_action(drive.app, PROBLEM_DUPLICATE, 10), ACTION_SKIP);
    data_choose_action(drive.app, PROBLEM_DUPLICATE, 0, ACTION_KEEP); // all of them
    drive_frame(&drive);
    assert_string_equal(drive.app->data_page->shown.reading.on_problem, "");
    // stop: what was read stays, the place is told
    data_choose_action(drive.app, PROBLEM_RAGGED, 0, ACTION_STOP);
    drive_frame(&drive);
    expect_words(&drive, "; stopped here");
    assert_int_equal(drive.app->data_page->error.line, 7);
    assert_non_null(drive.app->data_page->look);
    drive_key(&drive, KEY_ESCAPE, 0); // takes the choice back
    assert_int_equal(drive.app->data_page->error.code, ERR_NONE);
    assert_int_equal(drive.app->page, page_find("data"));
    data_choose_action(drive.app, PROBLEM_RAGGED, 0, ACTION_REPAIR);
    drive_frame(&drive);
    assert_int_equal(looked_at(&drive)->data->action_totals[ACTION_REPAIR], 1);
    drive_close(&drive);
}

// --- by keyboard alone ---

static void tokens_by_keyboard(void **state) {
    struct drive drive = open_plain();
    const char *path = kind_file_make(*state, &kind_files[2]);
    open_file(&drive, path);
    int controls = drive_focus_round(&drive);
    assert_true(controls > 15);
    tab_to(&drive, id_of("tokens card", "tokens are"));
    drive_key(&drive, KEY_RIGHT, 0);
    struct data_options options = data_options_default();
    options.tokens = TOKENS_WORD;
    struct dataset d = read_with(path, &options);
    assert_int_equal(looked_at(&drive)->data->vocabulary.count, d.vocabulary.count);
    expect_number(&drive, d.vocabulary.count, " entries");
    expect_text(&drive, "words dropped");
    dataset_release(&d);
    tab_to(&drive, id_of("tokens card", "least count"));
    drive_key(&drive, 'a', MOD_CTRL);
    drive_type(&drive, "2");
    drive_key(&drive, KEY_ENTER, 0);
    options.min_count = 2;
    d = read_with(path, &options);
    assert_int_equal(looked_at(&drive)->data->vocabulary.dropped, d.vocabulary.dropped);
    assert_true(d.vocabulary.dropped > 0);
    char dropped[64];
    snprintf(dropped, sizeof dropped, "%ld of %ld", d.vocabulary.dropped,
             d.vocabulary.dropped + d.vocabulary.count - VOCABULARY_FIRST);
    expect_text(&drive, dropped);
    expect_text(&drive, "<UNK>");
    dataset_release(&d);
    tab_to(&drive, id_of("tokens card", "lower case"));
    drive_key(&drive, KEY_SPACE, 0);
    assert_true(looked_at(&drive)->data->vocabulary.lower);
    // the seed and the test part
    tab_to(&drive, id_of("problems", "split seed"));
    drive_key(&drive, 'a', MOD_CTRL);
    drive_type(&drive, "9");
    drive_key(&drive, KEY_ENTER, 0);
    assert_int_equal(drive.app->data_page->shown.reading.seed, 9);
    tab_to(&drive, ui_hash(ui_hash(0, "test"), "chip"));
    drive_key(&drive, KEY_ENTER, 0);
    drive_frame(&drive);
    drive_key(&drive, KEY_DOWN, 0);
    drive_key(&drive, KEY_DOWN, 0);
    drive_key(&drive, KEY_ENTER, 0);
    assert_true(drive.app->data_page->shown.reading.test == 0.1);
    options.lower = true;
    options.seed = 9;
    options.test = 0.1;
    d = read_with(path, &options);
    const struct data_look *look = looked_at(&drive);
    assert_int_equal(look->parts[DATA_TEST], d.test_count);
    assert_int_equal(look->data->validation_count, d.validation_count);
    assert_memory_equal(look->data->validation, d.validation, (size_t)d.validation_count * sizeof *d.validation);
    dataset_release(&d);
    // examples, with no control in hand
    drive.app->ui.focus = 0;
    drive_key(&drive, KEY_RIGHT, 0);
    assert_int_equal(drive.app->data_page->example, 1);
    drive_key(&drive, KEY_LEFT, 0);
    assert_int_equal(drive.app->data_page->example, 0);
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_int_equal(drive.app->page, PAGE_WORKBENCH);
    assert_int_equal(drive.app->bench->data->vocabulary.count, drive.app->data_page->look->data->vocabulary.count);
    assert_int_equal(drive.app->bench->data->test_count, drive.app->data_page->look->data->test_count);
    assert_string_equal(drive.app->setup.data, path);
    // the way back: F5 shows what the workbench has open, Escape leaves it
    drive_key(&drive, KEY_F1 + 4, 0);
    assert_int_equal(drive.app->page, page_find("data"));
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_int_equal(drive.app->page, PAGE_WORKBENCH);
    drive_close(&drive);
}

// What <UNK> was is told from the file.
static void unknown_words(void **state) {
    struct drive drive = open_plain();
    const char *path = make_reviews(state);
    struct setup setup = small();
    snprintf(setup.data, sizeof setup.data, "%s", path);
    snprintf(setup.reading.columns, sizeof setup.reading.columns, "text=3,label=4");
    setup.tokens = TOKENS_WORD;
    setup.min_count = 2;
    data_page_open(drive.app, &setup, false);
    const struct data_look *look = looked_at(&drive);
    int example = 0;
    while (look->data->examples[example].line != 13)
        example++;
    const struct dataset_example *e = &look->data->examples[example];
    assert_int_equal(dataset_symbol(look->data, e->start + 1), VOCABULARY_UNK);
    char token[64];
    assert_true(data_look_original(drive.app->data_page->look, example, 1, token, sizeof token));
    assert_string_equal(token, "rain");
    drive_close(&drive);
}

// --- what is kept ---

static void choices_are_kept(void **state) {
    char preferences[1100], data[1100], kept[1500] = "";
    snprintf(preferences, sizeof preferences, "%s", temporary_path(*state, "preferences.json"));
    snprintf(data, sizeof data, "%s", kind_file_make(*state, &kind_files[2]));
    struct drive drive = open_with(preferences, 1440, 900);
    open_file(&drive, data);
    click(&drive, "Words");
    assert_int_equal(looked_at(&drive)->data->vocabulary.tokens, TOKENS_WORD);
    drive_close(&drive);
    drive = open_with(preferences, 1440, 900);
    open_file(&drive, data);
    assert_int_equal(looked_at(&drive)->data->vocabulary.tokens, TOKENS_WORD);
    // saved beside the file, the command line reads it so, too
    click(&drive, "Save choices");
    assert_true(drive.app->message_good);
    struct data_options options = data_options_default();
    struct dataset d = read_with(data, &options);
    assert_int_equal(d.vocabulary.tokens, TOKENS_WORD);
    assert_true(dataset_fingerprint(&d) == dataset_fingerprint(looked_at(&drive)->data));
    dataset_release(&d);
    drive_close(&drive);
    // damaged: set aside and said; what lies beside the file holds
    char folder[1200];
    snprintf(folder, sizeof folder, "%s", temporary_path(*state, "choices"));
    DIR *opened = opendir(folder);
    struct dirent *entry;
    while (opened && (entry = readdir(opened)))
        if (strstr(entry->d_name, "labels.tsv")) snprintf(kept, sizeof kept, "%s/%.280s", folder, entry->d_name);
    if (opened) closedir(opened);
    assert_true(kept[0] != 0);
    assert_true(file_save_whole(kept, "{\"format\": 7}", 13, NULL));
    drive = open_with(preferences, 1440, 900);
    open_file(&drive, data);
    assert_int_equal(drive.app->message.code, ERR_FORMAT);
    assert_non_null(strstr(drive.app->message.message, "set aside as"));
    assert_false(file_exists(kept));
    assert_int_equal(looked_at(&drive)->data->vocabulary.tokens, TOKENS_WORD);
    // words are taken back, although a file beside it says so
    click(&drive, "Characters");
    assert_int_equal(looked_at(&drive)->data->vocabulary.tokens, TOKENS_CHARACTER);
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_int_equal(drive.app->bench->data->vocabulary.tokens, TOKENS_CHARACTER);
    drive_close(&drive);
}

// --- nothing, errors ---

static void nothing_and_errors(void **state) {
    struct drive drive = open_plain();
    const struct workbench *before = drive.app->bench;
    open_file(&drive, "/no/such/file.txt");
    assert_null(drive.app->data_page->look);
    expect_text(&drive, "file.txt could not be read");
    expect_words(&drive, "Look whether the path is right and whether you may read the file.");
    drive_key(&drive, KEY_ENTER, 0); // there is nothing to use
    assert_int_equal(drive.app->page, page_find("data"));
    const char *path = temporary_path(*state, "odd.txt");
    assert_true(file_save_whole(path, "one\ntwo\nth\0ree\n", 15, NULL));
    open_file(&drive, path);
    assert_int_equal(drive.app->data_page->error.line, 3);
    assert_ptr_equal(drive.app->bench, before);
    assert_true(file_save_whole(path, "one\ntwo\nthree\n", 14, NULL));
    click(&drive, "Read again");
    assert_int_equal(looked_at(&drive)->data->example_count, 3);
    click(&drive, "Another file");
    expect_text(&drive, "Drop a file here");
    click(&drive, "Open a file (Ctrl+O)");
    assert_true(drive.app->opener->open);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(drive.app->opener->open);
    open_file(&drive, kind_file_make(*state, &kind_files[0]));
    assert_int_equal(looked_at(&drive)->data->example_count, 8);
    char title[256];
    app_title(drive.app, title, sizeof title); // of what is on screen
    assert_string_equal(title, "names.txt, 8 examples - unroll");
    click(&drive, "Another file");
    click(&drive, "What the workbench has open");
    drive_frame(&drive);
    assert_string_equal(looked_at(&drive)->data->name, drive.app->bench->data->name);
    click(&drive, "Another file");
    drive.app->data_page->task_row = 4; // a task
    tab_to(&drive, id_of(NULL, "tasks"));
    drive_key(&drive, KEY_ENTER, 0);
    drive_frame(&drive);
    assert_non_null(looked_at(&drive)->data->task);
    expect_text(&drive, looked_at(&drive)->data->task->title);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_int_equal(drive.app->page, PAGE_WORKBENCH);
    // from the menu of the workbench
    app_toggle_popup(drive.app, APP_POPUP_DATA);
    drive_frame(&drive);
    click(&drive, "Look at the data");
    drive_frame(&drive);
    assert_string_equal(looked_at(&drive)->data->name, drive.app->bench->data->name);
    drive_close(&drive);
}

// Broken JSON lines: the place is told, and they can be left out.
static void broken_lines(void **state) {
    struct drive drive = open_plain();
    const char *path = temporary_path(*state, "b.jsonl");
    static const char text[] = "{\"text\": \"one\", \"label\": 1}\n{\"text\": \"two\", \"label\": 0}\n{\"text\": \n"
                               "{\"text\": \"four\", \"label\": 1}\n{\"text\": \"five\", \"label\": 0}\n";
    assert_true(file_save_whole(path, text, sizeof text - 1, NULL));
    open_file(&drive, path);
    assert_int_equal(drive.app->data_page->error.line, 3);
    expect_text(&drive, "b.jsonl could not be read");
    click(&drive, "how it is read");
    click(&drive, "Skip them");
    assert_int_equal(looked_at(&drive)->data->example_count, 4);
    drive_close(&drive);
}

// --- large files, in a worker ---

static const char *make_large(void **state, int rows) {
    const char *path = temporary_path(*state, "large.txt");
    FILE *file = fopen(path, "w");
    for (int i = 0; i < rows; i++)
        fprintf(file, "%x %d\n", (unsigned)i * 2654435761u, i);
    fclose(file);
    return path;
}

static void reads_in_a_worker(void **state) {
    struct app_options options = {.setup = small(), .theme = 0, .reduced_motion = true};
    struct drive drive;
    struct err err = {0};
    const char *path = make_large(state, 1200000);
    assert_true(drive_open(&drive, &options, 1440, 900, 1, &err));
    drive_settle(&drive);
    double start = clock_seconds();
    app_open_file(drive.app, path);
    drive_frame(&drive);
    drive_frame(&drive);
    assert_true(clock_seconds() - start < 0.5); // no frame waits for it
    assert_true(data_page_busy(drive.app, NULL));
    expect_text(&drive, "Reading large.txt");
    drive_key(&drive, KEY_ESCAPE, 0);
    for (int k = 0; k < 1000 && data_page_busy(drive.app, NULL); k++) {
        drive_frame(&drive);
        usleep(10000);
    }
    assert_null(drive.app->data_page->look);
    drive_frame(&drive);
    expect_text(&drive, "large.txt was not read");
    click(&drive, "Read again");
    data_page_finish(drive.app);
    drive_frame(&drive);
    drive_frame(&drive);
    assert_int_equal(looked_at(&drive)->data->example_count, 1200000);
    // a choice while it is read again: the last one counts, what was read before stays on screen
    click(&drive, "Words");
    assert_non_null(drive.app->data_page->look);
    assert_true(data_page_busy(drive.app, NULL));
    click(&drive, "Bytes");
    data_page_finish(drive.app);
    assert_int_equal(looked_at(&drive)->data->vocabulary.tokens, TOKENS_BYTE);
    // stopped: the choice is as before
    click(&drive, "Characters");
    drive_key(&drive, KEY_ESCAPE, 0);
    data_page_finish(drive.app);
    assert_int_equal(looked_at(&drive)->data->vocabulary.tokens, TOKENS_BYTE);
    assert_int_equal(drive.app->data_page->setup.reading.tokens, 1 + TOKENS_BYTE);
    assert_int_equal(drive.app->page, page_find("data"));
    // the last row is cut out of the file as fast as the first
    drive.app->ui.focus = 0;
    char last[64];
    snprintf(last, sizeof last, "%x 1199999", 1199999u * 2654435761u);
    drive_key(&drive, KEY_END, 0);
    expect_text(&drive, "1200000");
    expect_text(&drive, last);
    drive_key(&drive, KEY_HOME, 0);
    expect_text(&drive, "0 0");
    drive_close(&drive);
}

static void many_columns(void **state) {
    struct drive drive = open_with(NULL, 1024, 640);
    const char *path = temporary_path(*state, "wide.csv");
    FILE *file = fopen(path, "w");
    for (int row = 0; row < 60; row++)
        for (int c = 0; c < 200; c++)
            fprintf(file, row == 0 ? "c%d%c" : "%d%c", row == 0 ? c : row * c, c < 199 ? ',' : '\n');
    fclose(file);
    open_file(&drive, path);
    assert_int_equal(looked_at(&drive)->data->channels, 200);
    expect_text(&drive, "c0");
    assert_false(drive_shows(&drive, "c199"));
    tab_to(&drive, id_of("columns", "rows"));
    for (int k = 0; k < 400; k++)
        drive_key(&drive, KEY_RIGHT, 0);
    expect_text(&drive, "c199");
    assert_true(drive.app->data_page->across > 1000);
    drive_close(&drive);
}

// A drop opens it; every size of window takes it.
static void drops_and_sizes(void **state) {
    static const float sizes[][2] = {{1024, 640}, {1280, 720}, {1440, 900}, {1920, 1080}, {700, 500}};
    struct drive drive = open_plain();
    for (int k = 0; k < KIND_FILES; k++) {
        const char *dropped[] = {kind_file_make(*state, &kind_files[k])};
        drive_event(&drive, (struct input_event){.kind = INPUT_DROP, .dropped = dropped, .drop_count = 1});
        assert_int_equal(drive.app->page, page_find("data"));
        for (int s = 0; s < 5; s++) {
            drive.width = sizes[s][0];
            drive.height = sizes[s][1];
            drive_frame(&drive);
            drive_event(&drive, (struct input_event){.kind = INPUT_WHEEL, .at = {sizes[s][0] / 2, 250}, .wheel_y = -1});
            looked_at(&drive);
        }
    }
    drive_close(&drive);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(shows_every_kind),   IN_FOLDER(roles_by_mouse), IN_FOLDER(problems_by_mouse),
        IN_FOLDER(tokens_by_keyboard), IN_FOLDER(unknown_words),  IN_FOLDER(choices_are_kept),
        IN_FOLDER(nothing_and_errors), IN_FOLDER(broken_lines),   IN_FOLDER(reads_in_a_worker),
        IN_FOLDER(many_columns),       IN_FOLDER(drops_and_sizes)};
    return cmocka_run_group_tests_name("data page", tests, NULL, NULL);
}
