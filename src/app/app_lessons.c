// Lessons in the app: the panel's content, progress.
#include "app_chrome.h"
#include "app_lock.h"
#include "file.h"
#include "glossary_sheet.h"
#include "mem.h"
#include "page.h"
#include "panel.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- progress ---

static int progress_index(const struct preferences *p, const char *lesson) {
    for (int k = 0; k < p->progress_count; k++)
        if (!strcmp(p->progress[k].lesson, lesson)) return k;
    return -1;
}

const struct progress *app_progress(const struct app *app, const char *lesson) {
    int at = progress_index(&app->preferences, lesson);
    return at < 0 ? NULL : &app->preferences.progress[at];
}

// The open lesson's, which comes first from now on. Where there is no room the one that was open longest ago goes.
static struct progress *progress_in_front(struct preferences *p, const char *lesson) {
    int at = progress_index(p, lesson);
    struct progress moved = {0};
    if (at >= 0)
        moved = p->progress[at];
    else {
        snprintf(moved.lesson, sizeof moved.lesson, "%s", lesson);
        at = p->progress_count < PROGRESS_MAX ? p->progress_count++ : PROGRESS_MAX - 1;
    }
    memmove(p->progress + 1, p->progress, (size_t)at * sizeof *p->progress);
    p->progress[0] = moved;
    return &p->progress[0];
}

int app_restore_progress(struct app *app) {
    const struct progress *kept = app_progress(app, app->lesson->id);
    if (!kept) return 0;
    for (int k = 0; k < app->lesson->part_count; k++) {
        unsigned all = (1u << app->lesson->parts[k].task_count) - 1;
        app->player.done[k] = kept->parts_done >> k & 1 ? all : kept->tasks[k] & all;
    }
    return kept->part;
}

int app_last_lesson(struct app *app) {
    const struct preferences *p = &app->preferences;
    for (int k = 0; k < app->shelf_count && p->progress_count > 0; k++)
        if (!app->shelf[k].broken && !strcmp(app->shelf[k].id, p->progress[0].lesson)) return k;
    return -1;
}

void app_reset_progress(struct app *app) {
    app->preferences.progress_count = 0;
    if (app->lesson) player_start(&app->player, app->lesson, app->player.part);
    app_keep(app);
}

void app_keep(struct app *app) {
    if (app->lesson) {
        struct progress *to = progress_in_front(&app->preferences, app->lesson->id);
        to->part = app->player.part;
        for (int k = 0; k < app->lesson->part_count; k++) {
            to->tasks[k] |= app->player.done[k];
            if (player_part_done(&app->player, k)) to->parts_done |= 1u << k;
        }
    }
    struct err err = {0};
    if (*app->preferences_file && !preferences_save(&app->preferences, app->preferences_file, &err)) app_say(app, &err);
}

// --- the player ---

void app_player_look(struct app *app) {
    struct lesson_now look;
    if (!app->lesson || !app_lesson_now(app, &look)) return;
    bool any = false;
    player_begin(&app->player, &look);
    look.kept_count = app->player.kept_count;
    while (player_update(&app->player, &look))
        any = true;
    if (any) {
        app->ui.animating = true; // the panel shows it in the next frame
        app_keep(app);
    }
}

int app_hidden(struct app *app, struct hidden_value *out, int max) {
    struct lesson_value values[LESSON_MAX_HIDDEN];
    struct lesson_now look;
    if (!app->lesson || !app_lesson_now(app, &look)) return 0;
    int count = player_hidden_now(&app->player, &look, values, max < LESSON_MAX_HIDDEN ? max : LESSON_MAX_HIDDEN);
    for (int k = 0; k < count; k++) {
        memcpy(app->hidden_names[k], values[k].tensor, sizeof app->hidden_names[k]);
        out[k] =
            (struct hidden_value){.tensor = app->hidden_names[k], .row = values[k].row, .column = values[k].column};
    }
    return count;
}

static void fill_tasks(const struct app *app, const struct lesson_part *part, struct panel_task *tasks) {
    for (int k = 0; k < part->task_count; k++) {
        struct player_task task;
        player_task(&app->player, k, &task);
        tasks[k] = (struct panel_task){.text = task.text,
                                       .state = (enum panel_task_state)task.state,
                                       .hint = task.hint,
                                       .more_hints = task.more_hints,
                                       .feedback = task.feedback,
                                       .feedback_right = task.feedback_right,
                                       .choices = task.choices,
                                       .choice_count = task.choice_count,
                                       .chosen = task.chosen,
                                       .asks_number = task.asks_number};
    }
}

enum { PANEL = 288, RAIL = 48 };

static void panel(struct app *app, rect r);

rect app_lesson_side(struct app *app, rect *page) {
    rect side = {0};
    app_layout(app, page->w);
    if (app->panel_rail)
        side = rect_cut_left(page, RAIL);
    else if (app->lesson && app->panel_open)
        side = rect_cut_left(page, PANEL);
    if (side.w > 0 && !(app->panel_rail && app->rail_open)) panel(app, side);
    return side;
}

void app_lesson_over(struct app *app, rect side) {
    if (app->panel_rail && app->rail_open) panel(app, (rect){side.x, side.y, PANEL, side.h});
}

// That can be opened and comes after this one by its number; NULL: none does.
static const struct shelf_lesson *next_lesson(const struct app *app) {
    const struct shelf_lesson *next = NULL;
    for (int k = 0; k < app->shelf_count; k++) {
        const struct shelf_lesson *at = &app->shelf[k];
        if (at->broken || at->number <= app->lesson->number) continue;
        if (!next || at->number < next->number) next = at;
    }
    return app_locked(app, LOCK_OPENING) ? NULL : next;
}

static void panel(struct app *app, rect r) {
    const struct lesson *lesson = app->lesson;
    const struct lesson_part *part = &lesson->parts[app->player.part];
    struct panel_block blocks[LESSON_MAX_BLOCKS];
    struct panel_task tasks[LESSON_MAX_TASKS];
    bool done[LESSON_MAX_PARTS];
    char eyebrow[64];
    for (int k = 0; k < part->block_count; k++)
        blocks[k] = (struct panel_block){.text = part->blocks[k].text, .equation = part->blocks[k].equation};
    for (int k = 0; k < lesson->part_count; k++)
        done[k] = player_part_done(&app->player, k);
    fill_tasks(app, part, tasks);
    snprintf(eyebrow, sizeof eyebrow, "Lesson %d, part %d of %d", lesson->number, app->player.part + 1,
             lesson->part_count);
    const struct glossary_term *terms[PANEL_TERMS];
    const struct glossary *glossary = app_glossary(app);
    struct panel_content content = {
        .eyebrow = eyebrow,
        .part = app->player.part,
        .part_count = lesson->part_count,
        .part_done = done,
        .title = part->title,
        .blocks = blocks,
        .block_count = part->block_count,
        .tasks = tasks,
        .task_count = part->task_count,
        .answer = app->answer_field,
        .answer_size = sizeof app->answer_field,
        .glossary = !app->presentation,
        .previous = app->player.part > 0 ? lesson->parts[app->player.part - 1].title : NULL,
        .next = app->player.part + 1 < lesson->part_count ? lesson->parts[app->player.part + 1].title : NULL};
    if (glossary && content.glossary)
        content.term_count = glossary_terms(glossary, part->scene.terms, terms, PANEL_TERMS, NULL);
    for (int k = 0; k < content.term_count; k++)
        content.terms[k] = terms[k]->name;
    char after[128];
    const struct shelf_lesson *next = content.next ? NULL : next_lesson(app);
    if (next) snprintf(after, sizeof after, "%d  %s", next->number, next->title);
    content.next_lesson = next ? after : NULL;
    content.lessons_page = page_find("lessons") >= 0 && !app_locked(app, LOCK_PAGES);
    int current = 0;
    for (int k = 0; k < part->task_count && current == 0; k++)
        if (tasks[k].state == TASK_NOW) current = k + 1;
    content.show_top = app->shown_part != app->player.part;
    content.show_task = !content.show_top && app->shown_task != current ? current : 0;
    content.show_end = !content.show_top && app->shown_task != current && current == 0;
    app->shown_part = app->player.part;
    app->shown_task = current;
    if (app->panel_rail && !app->rail_open) {
        if (view_panel_rail(&app->ui, r, &content)) app->rail_open = true;
        return;
    }
    struct panel_action action = view_panel(&app->ui, r, &content);
    struct lesson_now look;
    bool live = app_lesson_now(app, &look);
    if (action.hint >= 0) player_hint(&app->player, action.hint);
    if (live && action.answer_task >= 0 && action.answer_text)
        player_answer(&app->player, &look, action.answer_task, action.answer_text);
    if (live && action.answer_task >= 0 && !action.answer_text)
        player_choose(&app->player, &look, action.answer_task, action.answer_choice);
    if (action.skip) player_skip(&app->player);
    if (action.glossary) app_open_glossary(app, NULL);
    if (action.term >= 0) app_open_glossary(app, terms[action.term]->id);
    if (action.answer_task >= 0) app_keep(app);
    if (action.next_lesson && next)
        app_open_lesson(app, next->path, -1);
    else if (action.lessons)
        app_show_page(app, page_find("lessons"));
    else if (action.go)
        app_go_part(app, app->player.part + action.go);
    else if (action.part >= 0)
        app_go_part(app, action.part);
}
