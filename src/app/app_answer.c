// What the views ask for, done after the frame; and a learner's arrays, which are held against every new record.

#include "app_chrome.h"
#include "app_lock.h"
#include "surgery.h"
#include <stdio.h>

static void forget_homework(struct app *app) {
    homework_free(app->homework);
    app->homework = NULL;
    app->homework_serial = 0;
}

// Held against the record on the workbench, again whenever that is another one.
void app_check_homework(struct app *app) {
    const struct record *record = app->bench ? app->bench->record : NULL;
    unsigned long serial = record ? record->serial : 0;
    if (app->homework_serial == serial || app->homework_files.count == 0) return;
    forget_homework(app);
    struct err err = {0};
    if (record)
        app->homework =
            homework_check(record, app->homework_files.arrays, app->homework_files.count, HOMEWORK_TOLERANCE, &err);
    if (err.code) app_say(app, &err);
    app->homework_serial = serial;
}

bool app_open_homework(struct app *app, const char *path) {
    struct err err = {0};
    bool good = homework_files_add(&app->homework_files, path, &err);
    forget_homework(app);
    if (!good) app_say(app, &err);
    return good;
}

static void read_homework_again(struct app *app) {
    struct err err = {0};
    if (!homework_files_again(&app->homework_files, &err)) app_say(app, &err);
    forget_homework(app);
}

bool app_hear(struct app *app) {
    struct err err = {0};
    if (!app->bench || hearing_toggle(&app->hearing, app->bench, &err)) return true;
    app_say(app, &err);
    return false;
}

// The same data and sizes with another cell.
static void open_with_cell(struct app *app, enum cell_id cell) {
    struct setup setup = app->setup;
    if (!app->bench) return;
    const struct net_spec *spec = &app->bench->model.layout.spec;
    setup.recipe.spec.hidden = spec->hidden;
    setup.recipe.spec.layers = spec->layers;
    setup.recipe.spec.directions = spec->directions;
    setup.recipe.spec.cell = cell;
    setup.checkpoint[0] = 0;
    setup_keep_example(&setup, app->bench);
    app_open_setup(app, &setup);
}

// What a view asked for in this frame.
void app_answer(struct app *app) {
    if (app->edits_wait && !app->ui.down && !app->picturing) app_set_edits(app, &app->waiting_edits, true);
    struct ask ask = app->view.ask;
    app->view.ask.kind = ASK_NOTHING;
    static const unsigned needs[] = {
        [ASK_EXAMPLE] = LOCK_DATA, [ASK_CELL] = LOCK_MODEL,  [ASK_EDIT] = LOCK_EDITS, [ASK_UNDO] = LOCK_EDITS,
        [ASK_REDO] = LOCK_EDITS,   [ASK_CLEAR] = LOCK_EDITS, [ASK_HEAR] = 0};
    if (app_refuses(app, needs[ask.kind])) return;
    switch (ask.kind) {
    case ASK_VIEW:
        app_show_view(app, ask.index);
        break;
    case ASK_SEEK:
        app_seek(app, ask.index);
        break;
    case ASK_EXAMPLE:
        app_set_word(app, ask.text);
        break;
    case ASK_HOMEWORK:
        app_open_homework(app, ask.text);
        break;
    case ASK_HOMEWORK_AGAIN:
        read_homework_again(app);
        break;
    case ASK_HOMEWORK_CLEAR:
        homework_files_release(&app->homework_files);
        forget_homework(app);
        break;
    case ASK_SAMPLE:
        speech_sample(&app->speech, app->bench, &ask);
        break;
    case ASK_SENTENCE:
        speech_sentence(&app->speech, app->bench, &ask);
        break;
    case ASK_CHECK:
        if (app->bench) checker_ask(app->checker, app->bench->record, &ask.check);
        break;
    case ASK_CHECK_ALL:
        if (app->bench) checker_ask_all(app->checker, app->bench->record);
        break;
    case ASK_CLIP:
        if (app->bench) checker_ask_clip(app->checker, app->bench->record, ask.limit);
        break;
    case ASK_ORIGIN:
        app_open_origin(app, ask.text);
        break;
    case ASK_CELL:
        open_with_cell(app, (enum cell_id)ask.index);
        break;
    case ASK_RIVAL:
        app_compare_with(app, (enum cell_id)ask.index);
        break;
    case ASK_RIVAL_DROP:
        rivals_drop(&app->rivals, ask.index);
        break;
    case ASK_EDIT:
        app_follow_edits(app, &ask.edits, ask.more);
        break;
    case ASK_UNDO:
        app_undo(app);
        break;
    case ASK_REDO:
        app_redo(app);
        break;
    case ASK_CLEAR:
        app_set_edits(app, &(struct edits){0}, false);
        break;
    case ASK_HEAR:
        app_hear(app);
        break;
    case ASK_NOTHING:
        return;
    }
    app->ui.animating = true; // the next frame shows it
}
