// The page "Lessons" and the glossary, by mouse and by keyboard alone; progress that is kept, damaged and reset.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drive.h"
#include "file.h"
#include "gallery.h"
#include "glossary_sheet.h"
#include "open_sheet.h"
#include "page.h"
#include "panel.h"
#include "folder.h"
#include <stdlib.h>
#include <unistd.h>

static void open_gallery(struct drive *drive, const char *preferences, float width, float height) {
    struct app_options options = {
        .setup = setup_default(), .preferences = preferences, .gallery = true, .theme = 0, .wait = true};
    struct err err = {0};
    options.setup.recipe.steps = 5;
    if (!drive_open(drive, &options, width, height, 1, &err)) fail_msg("%s", err.message);
    assert_int_equal(drive->app->page, PAGE_LESSONS);
}

static int shelf_at(const struct app *app, int number) {
    for (int k = 0; k < app->shelf_count; k++)
        if (app->shelf[k].number == number) return k;
    fail_msg("there is no lesson %d", number);
    return -1;
}

static bool shows_part_of(const struct drive *drive, const char *text) {
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        char shown[256];
        if (at->op != DRAW_TEXT) continue;
        snprintf(shown, sizeof shown, "%.*s", at->text_length, drive->list.texts + at->text);
        if (strstr(shown, text)) return true;
    }
    return false;
}

// Every lesson has its card; a click opens it on the workbench, and F2 leads back.
static void by_mouse(void **state) {
    (void)state;
    struct drive drive;
    open_gallery(&drive, NULL, 1440, 900);
    struct app *app = drive.app;
    char tally[64];
    snprintf(tally, sizeof tally, "0 of %d lessons done", app->shelf_count);
    assert_true(drive_shows(&drive, tally));
    assert_true(drive_shows(&drive, "Start") && !drive_shows(&drive, "Now"));
    assert_true(drive_shows(&drive, "Sandbox") && drive_shows(&drive, "Open your own data"));
    assert_int_equal(app->gallery->cards, app->shelf_count + 2);
    assert_true(app->gallery->numbers && app->gallery->numbers->ready);

    assert_true(drive_click_text(&drive, "The forward pass"));
    drive_settle(&drive);
    assert_int_equal(app->page, PAGE_WORKBENCH);
    assert_string_equal(app->lesson->id, "forward-pass");
    drive_key(&drive, KEY_F1 + 1, 0);
    assert_int_equal(app->page, PAGE_LESSONS);
    assert_true(drive_shows(&drive, "Now") && drive_shows(&drive, "Continue"));
    assert_true(shows_part_of(&drive, "3 The forward pass: "));

    // The sandbox is the workbench without the lesson.
    assert_true(drive_click_text(&drive, "Sandbox"));
    assert_null(app->lesson);
    assert_int_equal(app->page, PAGE_WORKBENCH);
    drive_key(&drive, KEY_F1 + 1, 0);
    assert_true(drive_click_text(&drive, "Open your own data"));
    assert_true(app->opener->open);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(app->opener->open);

    // Where one was: the button goes on there.
    assert_true(drive_click_text(&drive, "Continue"));
    drive_settle(&drive);
    assert_string_equal(app->lesson->id, "forward-pass");
    drive_close(&drive);
}

// The arrows go from card to card, Enter opens; Home and End; what is out of sight is scrolled to.
static void by_keyboard(void **state) {
    (void)state;
    struct drive drive;
    open_gallery(&drive, NULL, 700, 500);
    struct app *app = drive.app;
    struct gallery *g = app->gallery;
    drive_key(&drive, KEY_HOME, 0);
    assert_true(app->ui.focus == g->ids[0]);
    drive_key(&drive, KEY_RIGHT, 0);
    assert_true(app->ui.focus == g->ids[1]);
    int columns = 1;
    while (g->at[columns].y == g->at[0].y)
        columns++;
    assert_int_equal(columns, 2);
    drive_key(&drive, KEY_DOWN, 0);
    assert_true(app->ui.focus == g->ids[1 + columns]);
    drive_key(&drive, KEY_UP, 0);
    drive_key(&drive, KEY_LEFT, 0);
    assert_true(app->ui.focus == g->ids[0]);
    drive_key(&drive, KEY_END, 0);
    drive_frame(&drive);
    int last = g->cards - 1;
    assert_true(app->ui.focus == g->ids[last]);
    assert_true(g->at[last].y > 0 && g->at[last].y + g->at[last].h <= 500);
    drive_key(&drive, KEY_HOME, 0);
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_int_equal(app->page, PAGE_WORKBENCH);
    assert_string_equal(app->lesson->id, app->shelf[0].id);
    drive_key(&drive, KEY_F1 + 1, 0);
    assert_true(drive_focus_round(&drive) > app->shelf_count + 5);
    drive_close(&drive);
}

static void press(struct drive *drive, int key) { // a key that gives no text, as before the field has the focus
    drive_event(drive, (struct input_event){.kind = INPUT_KEY, .key = key});
}

// Words of a title, of a part, of the glossary; nothing at all.
static void search(void **state) {
    (void)state;
    struct drive drive;
    open_gallery(&drive, NULL, 1440, 900);
    struct app *app = drive.app;
    struct gallery *g = app->gallery;
    press(&drive, '/');
    drive_type(&drive, "forward pass");
    assert_true(g->hit_count > 1);
    assert_int_equal(g->hits[0].kind, HIT_LESSON);
    assert_int_equal(g->hits[0].lesson, shelf_at(app, 3));

    // A part, by the words of its title, opens that part.
    int lesson = shelf_at(app, 4);
    drive_key(&drive, KEY_ESCAPE, 0); // the field has again what it had before
    assert_string_equal(g->search, "");
    assert_int_equal(app->page, PAGE_LESSONS);
    press(&drive, '/');
    for (const char *at = g->lessons[lesson].parts[2].title; *at; at++)
        if ((unsigned char)*at < 128 && at - g->lessons[lesson].parts[2].title < 40) drive_key(&drive, *at, 0);
    int found = -1;
    for (int k = 0; k < g->hit_count; k++)
        if (g->hits[k].kind == HIT_PART && g->hits[k].lesson == lesson && g->hits[k].part == 2) found = k;
    if (found < 0) fail_msg("\"%s\" is not found: %d hits", g->search, g->hit_count);
    for (int k = 0; k < found; k++)
        drive_key(&drive, KEY_DOWN, 0);
    assert_int_equal(g->row, found);
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_int_equal(app->page, PAGE_WORKBENCH);
    assert_int_equal(app->lesson->number, 4);
    assert_int_equal(app->player.part, 2);

    drive_key(&drive, KEY_F1 + 1, 0);
    snprintf(g->search, sizeof g->search, "%s", "");
    press(&drive, '/');
    drive_type(&drive, "qqzz");
    assert_int_equal(g->hit_count, 0);
    assert_true(shows_part_of(&drive, "qqzz"));
    drive_key(&drive, KEY_ESCAPE, 0);

    // A term of the glossary opens the sheet at it.
    g->search[0] = 0;
    press(&drive, '/');
    drive_type(&drive, "perplexity");
    int term = -1;
    for (int k = 0; k < g->hit_count; k++)
        if (g->hits[k].kind == HIT_TERM) term = k;
    assert_true(term >= 0);
    for (int k = 0; k < term; k++)
        drive_key(&drive, KEY_DOWN, 0);
    drive_key(&drive, KEY_ENTER, 0);
    assert_true(app->glossary->open);
    assert_string_equal(app->glossary->glossary->terms[app->glossary->found[app->glossary->row]].id, "perplexity");
    drive_close(&drive);
}

static void glossary(void **state) {
    (void)state;
    struct drive drive;
    open_gallery(&drive, NULL, 1280, 720);
    struct app *app = drive.app;
    assert_true(drive_click_text(&drive, "Glossary"));
    struct glossary_sheet *sheet = app->glossary;
    assert_true(sheet->open);
    assert_int_equal(sheet->found_count, sheet->glossary->count);
    drive_type(&drive, "forget");
    assert_in_range(sheet->found_count, 1, 10);
    assert_string_equal(sheet->glossary->terms[sheet->found[sheet->row]].id, "gamma-f");
    drive_type(&drive, "qqq");
    assert_int_equal(sheet->found_count, 0);
    assert_true(shows_part_of(&drive, "forgetqqq"));
    drive_key(&drive, KEY_ESCAPE, 0);
    if (sheet->open) drive_key(&drive, KEY_ESCAPE, 0);
    assert_false(sheet->open);

    // At a term, from anywhere; its link opens the lesson.
    app_open_glossary(app, "a-0");
    drive_frame(&drive);
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "Taught in"));
    drive_key(&drive, KEY_ENTER, 0);
    drive_settle(&drive);
    assert_false(sheet->open);
    assert_string_equal(app->lesson->id, "forward-pass");
    assert_int_equal(app->page, PAGE_WORKBENCH);
    drive_key(&drive, KEY_F1 + 5, 0);
    assert_true(sheet->open);
    drive_key(&drive, KEY_ESCAPE, 0);
    drive.height = 1400; // the panel shows all of the part
    drive_frame(&drive);
    drive_frame(&drive);
    assert_true(drive_click_text(&drive, "Glossary (F6)"));
    assert_true(sheet->open);
    app_open_glossary(app, "no-such-term");
    assert_int_equal(app->message.code, ERR_VALUE);
    drive_close(&drive);
}

// What the lessons call terms of the glossary are some; the panel leads to them.
static void terms_of_lessons(void **state) {
    (void)state;
    struct drive drive;
    open_gallery(&drive, NULL, 1440, 1400);
    struct app *app = drive.app;
    const struct glossary *all = app_glossary(app);
    int with_terms = -1, part_with = 0;
    for (int k = 0; k < app->shelf_count; k++) {
        struct err err = {0};
        struct lesson *lesson = lesson_read(app->shelf[k].path, &err);
        if (!lesson) fail_msg("%s", err.message);
        for (int n = 0; n < lesson->part_count; n++) {
            const struct glossary_term *terms[PANEL_TERMS];
            char missing[64];
            if (glossary_terms(all, lesson->parts[n].scene.terms, terms, PANEL_TERMS, missing) > 0 && with_terms < 0)
                with_terms = k, part_with = n;
            if (*missing) fail_msg("%s, part %d: there is no term \"%s\"", app->shelf[k].path, n + 1, missing);
        }
        lesson_free(lesson);
    }
    assert_true(with_terms >= 0);
    assert_true(app_open_lesson(app, app->shelf[with_terms].path, part_with));
    app_show_page(app, PAGE_WORKBENCH);
    drive_settle(&drive);
    const struct glossary_term *term[1];
    assert_int_equal(glossary_terms(all, app->lesson->parts[part_with].scene.terms, term, 1, NULL), 1);
    assert_int_equal(glossary_part(all, term[0], app->lesson) <= part_with, 1);
    assert_true(drive_click_text(&drive, term[0]->name));
    assert_true(app->glossary->open);
    assert_ptr_equal(&all->terms[app->glossary->found[app->glossary->row]], term[0]);
    drive_close(&drive);
}

// Tasks that are done are kept, also those of a part that is not: one goes on where one was.
static void progress_is_kept(void **state) {
    struct temporary *temporary = *state;
    char path[512];
    snprintf(path, sizeof path, "%s/preferences.json", temporary->folder);
    struct drive drive;
    open_gallery(&drive, path, 1440, 900);
    assert_true(app_open_lesson(drive.app, "forward-pass", 1));
    drive.app->player.done[0] = (1u << drive.app->lesson->parts[0].task_count) - 1;
    drive.app->player.done[1] = 1;
    drive_settle(&drive);
    app_go_part(drive.app, 1);
    drive_close(&drive);

    open_gallery(&drive, path, 1440, 900);
    int lesson = shelf_at(drive.app, 3);
    assert_int_equal(gallery_done(drive.app, lesson), 1);
    assert_false(gallery_is_done(drive.app, lesson));
    assert_true(drive_shows(&drive, "Now"));
    assert_true(drive_click_text(&drive, "Continue"));
    drive_settle(&drive);
    assert_int_equal(drive.app->player.part, 1);
    assert_int_equal(drive.app->player.done[1], 1);
    assert_true(player_part_done(&drive.app->player, 0));
    drive_close(&drive);

    // A damaged file is set aside and said; nothing is done then.
    struct err err = {0};
    assert_true(file_save_whole(path, "{\"version\": 1, \"progress\": [", 28, &err));
    open_gallery(&drive, path, 1440, 900);
    assert_int_equal(drive.app->message.code, ERR_FORMAT);
    assert_true(strstr(drive.app->message.message, "set aside as preferences.json.damaged") != NULL);
    assert_true(shows_part_of(&drive, "preferences.json.damaged"));
    assert_int_equal(drive.app->preferences.progress_count, 0);
    assert_true(shows_part_of(&drive, "0 of ") && drive_shows(&drive, "Start"));
    char aside[600];
    snprintf(aside, sizeof aside, "%s.damaged", path);
    assert_true(file_exists(aside));
    drive_close(&drive);
}

static void progress_is_reset(void **state) {
    (void)state;
    struct drive drive;
    open_gallery(&drive, NULL, 1280, 720);
    struct app *app = drive.app;
    assert_true(app_open_lesson(app, "forward-pass", 0));
    app->player.done[0] = 1;
    drive_settle(&drive);
    app_go_part(app, 0);
    assert_int_equal(app_progress(app, "forward-pass")->tasks[0] & 1, 1);
    drive_key(&drive, ',', MOD_CTRL);
    assert_true(drive_click_text(&drive, "Reset progress ..."));
    assert_true(drive_click_text(&drive, "Keep"));
    assert_int_equal(app->player.done[0] & 1, 1);
    assert_true(drive_click_text(&drive, "Reset progress ..."));
    assert_true(drive_click_text(&drive, "Forget"));
    assert_int_equal(app->player.done[0], 0);
    assert_int_equal(app_progress(app, "forward-pass")->parts_done, 0);
    drive_close(&drive);
}

// Many lessons with long names: all are kept, the one that was open longest ago goes first.
static void many_lessons(void **state) {
    (void)state;
    struct drive drive;
    open_gallery(&drive, NULL, 1280, 720);
    struct preferences *p = &drive.app->preferences;
    for (int k = 0; k < PROGRESS_MAX; k++)
        snprintf(p->progress[k].lesson, sizeof p->progress[k].lesson,
                 "vanishing-and-exploding-gradients-in-long-words-%d", k);
    p->progress_count = PROGRESS_MAX;
    assert_true(app_open_lesson(drive.app, "forward-pass", 0));
    drive_settle(&drive);
    assert_int_equal(p->progress_count, PROGRESS_MAX);
    assert_string_equal(p->progress[0].lesson, "forward-pass");
    assert_string_equal(p->progress[PROGRESS_MAX - 1].lesson, "vanishing-and-exploding-gradients-in-long-words-254");
    drive_close(&drive);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_mouse),
                                       cmocka_unit_test(by_keyboard),
                                       cmocka_unit_test(search),
                                       cmocka_unit_test(glossary),
                                       cmocka_unit_test(terms_of_lessons),
                                       cmocka_unit_test_setup_teardown(progress_is_kept, make_folder, remove_folder),
                                       cmocka_unit_test(progress_is_reset),
                                       cmocka_unit_test(many_lessons)};
    return cmocka_run_group_tests_name("lessons_page", tests, NULL, NULL);
}
