#include "app.h"

#include "app_chrome.h"
#include "app_lock.h"
#include "data_page.h"
#include "experiments_sheet.h"
#include "file.h"
#include "gallery.h"
#include "glossary_sheet.h"
#include "job.h"
#include "mem.h"
#include "open_sheet.h"
#include "page.h"
#include "speech_text.h"
#include "surgery.h"
#include "train.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Motion of the visual guide, section 9, in seconds.
static const double operation_seconds = 0.24, cell_step_seconds = 0.06, timestep_seconds = 0.24, column_seconds = 0.04,
                    sweep_seconds_max = 1.2, update_seconds = 0.24, zoom_seconds = 0.32, fade_seconds = 0.08;
static const double play_pause = 0.9;       // between two steps at normal speed
static const double speech_seconds = 0.006; // of a frame, for symbols that the network draws
enum { SWEEP_SPEED_LIMIT = 4 };             // from here on there are no tweens

// From a worker; `wake` may be set after the app was made.
void app_wake(void *context) {
    const struct app *app = context;
    if (app->wake) app->wake(app->wake_context);
}

// What the command line names is remembered as what is opened later.
static void open_first(struct app *app, const struct setup *setup) {
    app_open_setup(app, setup);
    snprintf(app->opening, sizeof app->opening, "%s", *setup->checkpoint ? setup->checkpoint : setup->data);
}

struct app *app_new(const struct app_options *options, struct err *err) {
    struct app *app = mem_need(1, sizeof *app);
    ui_init(&app->ui);
    app->preferences = preferences_default();
    if (options->preferences) {
        snprintf(app->preferences_file, sizeof app->preferences_file, "%s", options->preferences);
        struct err damaged = {0};
        if (!preferences_load(&app->preferences, app->preferences_file, &damaged)) app_say(app, &damaged);
    }
    app->theme = options->theme >= 0 ? (enum theme_id)options->theme
                                     : theme_of(app->preferences.dark, app->preferences.contrast);
    if (options->scale > 0) app->preferences.scale = options->scale;
    if (options->reduced_motion) app->preferences.reduced_motion = true;
    if (options->narrate) app->preferences.narrate = true;
    app->view = (struct view_state){.notation = (enum notation)app->preferences.notation,
                                    .unit = -1,
                                    .t = -1,
                                    .hover_unit = -1,
                                    .hover_t = -1,
                                    .hover_slot = -1,
                                    .flow = true,
                                    .sign_marks = app->preferences.sign_marks};
    app->transport = (struct transport){.speed = 1, .by = BY_OPERATION};
    app->page = options->gallery ? PAGE_LESSONS : PAGE_WORKBENCH;
    app->panel_open = app->inspector_open = true;
    app->list_row = -1;
    app->opener = opener_new();
    app->checker = checker_new(options->wait, app_wake, app);
    for (int k = 0; k < view_count(); k++)
        if (view_get(k)->memory > 0) app->view_memory[k] = mem_need(1, view_get(k)->memory);
    struct err shelf = {0};
    if (!app_fill_shelf(app, options->lessons, options->lessons_needed, &shelf)) {
        if (options->lessons_needed) {
            if (err) *err = shelf;
            app_free(app);
            return NULL;
        }
        app_say(app, &shelf);
    }
    app->setup = options->setup;
    app->waits = options->wait;
    app->stays = options->stays;
    app->presentation = options->present;
    if (options->lesson) {
        if (!app_open_lesson(app, options->lesson, -1)) {
            if (err) *err = app->message;
            app_free(app);
            return NULL;
        }
    } else
        open_first(app, &options->setup);
    if (options->wait) {
        app_finish_job(app);
        if (!app->bench) {
            if (err) *err = app->message;
            app_free(app);
            return NULL;
        }
    }
    return app;
}

void app_free(struct app *app) {
    if (!app) return;
    app_stop_saving(app);
    train_page_free(app->train);
    gallery_free(app->gallery);
    glossary_sheet_free(app->glossary);
    homework_free(app->homework);
    homework_files_release(&app->homework_files);
    if (app->job) {
        job_drop(app->job);
    }
    data_page_free(app->data_page);
    rivals_release(&app->rivals);
    speech_forget(&app->speech);
    hearing_release(&app->hearing);
    checker_free(app->checker);
    workbench_free(app->bench);
    lesson_free(app->lesson);
    mem_free(app->shelf);
    opener_free(app->opener);
    experiments_sheet_free(app->experiments);
    for (int k = 0; k < view_count(); k++)
        mem_free(app->view_memory[k]);
    ui_release(&app->ui);
    mem_free(app);
}

void app_say(struct app *app, const struct err *err) {
    app->message = *err;
    app->message_good = false;
}

color app_background(const struct app *app) {
    return theme_get(app->theme)->app;
}

// --- building ---

void app_open_setup(struct app *app, const struct setup *setup) {
    if (app->ui.now > 0) app->message.code = ERR_NONE; // what was said before the first frame is still to be read
    if (app->job) {
        job_drop(app->job);
    }
    app->opening[0] = 0;
    app->job = job_start(setup, job_workbench, app->wake, app->wake_context);
}

void app_open_update(struct app *app, struct update_order *order) {
    if (app->job) job_drop(app->job);
    app->job = job_start_update(order, app->wake, app->wake_context);
    app_show_page(app, PAGE_WORKBENCH);
}

void app_take_bench(struct app *app, struct workbench *bench, const struct setup *setup) {
    int edits = app_edit_count(app);
    bool first = !app->bench, other = !app->bench || !setup_same_network(setup, &app->setup);
    app_stop_saving(app);
    speech_forget(&app->speech);
    workbench_free(app->bench);
    app->bench = bench;
    app->setup = *setup;
    app->name[0] = 0;
    if (other) rivals_keep(&app->rivals, setup);
    app_form_weights(app);
    app_tell_dropped(app, edits, "they belonged to the network before");
    snprintf(app->word_field, sizeof app->word_field, "%s", bench->example_text);
    app->transport.playing = false;
    app_remember(app, app->opening);
    app->opening[0] = 0;
    if (first || other) app->view.weight = (struct weight){0};
    if (app->scene_waits) {
        struct err err = {0};
        app->scene_waits = false;
        if (!app_arrive(app, &app->scene, &err)) app_say(app, &err);
        return;
    }
    int keep = first || other ? 0 : app->position;
    app_seek(app, keep < bench->script->count ? keep : bench->script->count);
    if (app->view.unit >= record_H(bench->record)) app->view.unit = -1;
    app->view.t = -1;
    app->view.place_pinned = false;
    app->view.scroll = app->view.pitch = 0;
}

static void settle_job(struct app *app) {
    struct err err = {0};
    const struct setup setup = *job_setup(app->job);
    bool update = job_is_update(app->job);
    struct update_order *order = update ? job_take_update(app->job, &err) : NULL;
    struct workbench *bench = update ? NULL : job_take(app->job, &err);
    app->job = NULL;
    if (bench) app_take_bench(app, bench, &setup);
    if (order) app_take_update(app, order);
    if (bench || order) return;
    if (err.code != ERR_STOPPED) app_say(app, &err);
    app->scene_waits = false;
}

void app_finish_job(struct app *app) {
    if (app->job) settle_job(app);
    data_page_finish(app);
    app_follow_rivals(app, true);
}

// The example is another one, and `edits` of the one before are gone: said in the setup, and the cursor stays where it
// is as far as the walk goes.
static void take_example(struct app *app, const char *text, int number, int edits) {
    app->message.code = ERR_NONE;
    app_tell_dropped(app, edits, "they belonged to the example before");
    snprintf(app->setup.word, sizeof app->setup.word, "%s", text);
    app->setup.example = number;
    app->setup.within = 0;
    if (app->bench->minibatch) setup_keep_example(&app->setup, app->bench);
    snprintf(app->word_field, sizeof app->word_field, "%s", *text ? text : app->bench->example_text);
    int count = app->bench->script->count;
    app->view.t = -1;
    app->view.scroll = 0;
    app_seek(app, app->position < count ? app->position : count);
}

static void tell_unknown(struct app *app, const char *text) {
    int symbols[WORKBENCH_MAX_T], unknown = 0;
    char which[64];
    if (app->bench->data->input != VALUES_SYMBOLS || app->bench->example_index >= 0) return;
    speech_encode(app->bench->data, text, symbols, WORKBENCH_MAX_T, &unknown, which);
    if (unknown == 0) return;
    err_set(&app->message, ERR_VALUE, "“%s”%s not in the vocabulary: read as <UNK>", which,
            unknown > 1 ? " and others are" : " is");
    app->message_good = true;
}

bool app_set_word(struct app *app, const char *text) {
    struct err err = {0};
    if (!app->bench) return false;
    app_stop_saving(app);
    int edits = app_edit_count(app);
    if (!*text) err_set(&err, ERR_VALUE, "Expected at least one character, found none.");
    if (err.code != ERR_NONE || !workbench_set_example(app->bench, text, &err)) {
        app_say(app, &err);
        return false;
    }
    take_example(app, text, 0, edits);
    tell_unknown(app, text);
    return true;
}

bool app_set_number(struct app *app, int number) {
    struct err err = {0};
    if (!app->bench) return false;
    app_stop_saving(app);
    int edits = app_edit_count(app);
    if (!workbench_set_number(app->bench, number, &err)) {
        app_say(app, &err);
        return false;
    }
    take_example(app, "", number, edits);
    return true;
}

static bool take_within(struct app *app, bool next, int index) {
    struct err err = {0};
    if (!app->bench) return false;
    app_stop_saving(app);
    int edits = app_edit_count(app);
    if (!(next ? workbench_next_minibatch : workbench_set_within)(app->bench, index, &err)) {
        app_say(app, &err);
        return false;
    }
    take_example(app, "", 0, edits);
    return true;
}

bool app_next_minibatch(struct app *app, int index) {
    return take_within(app, true, index);
}

bool app_set_within(struct app *app, int index) {
    return take_within(app, false, index);
}

bool app_takes_homework(const struct app *app) {
    return app->page == PAGE_WORKBENCH && app->view.view == view_find("homework");
}

void app_open_file(struct app *app, const char *path) {
    struct err err = {0};
    if (app_refuses(app, LOCK_OPENING) ||
        (!app_takes_homework(app) && !file_ends_with(path, ".md") && app_refuses(app, LOCK_DATA)))
        return;
    if (strlen(path) >= sizeof app->setup.data) {
        err_set(&err, ERR_LIMIT, "The path is longer than %zu bytes.", sizeof app->setup.data - 1);
        app_say(app, &err);
        return;
    }
    if (app_takes_homework(app) && !file_ends_with(path, ".md")) {
        app_open_homework(app, path);
        return;
    }
    if (file_ends_with(path, ".md")) {
        app_show_page(app, PAGE_WORKBENCH);
        if (app_open_lesson(app, path, 0)) app_remember(app, path);
        return;
    }
    struct setup setup = app->setup;
    setup.word[0] = 0;
    setup.example = setup.within = 0;
    setup.recipe.max_T = 0;
    if (file_ends_with(path, ".safetensors")) {
        snprintf(setup.checkpoint, sizeof setup.checkpoint, "%s", path);
        app_show_page(app, PAGE_WORKBENCH);
        app_open_setup(app, &setup);
        snprintf(app->opening, sizeof app->opening, "%s", path);
        return;
    }
    snprintf(setup.data, sizeof setup.data, "%s", path);
    setup.task[0] = 0;
    setup.reading = (struct data_choices){0};
    data_page_of(app)->follows = false;
    data_page_open(app, &setup, true);
    app_show_page(app, page_find(page_data.name));
}

void app_look_at_data(struct app *app) {
    if (app->bench) data_page_open(app, &app->setup, false);
    data_page_of(app)->follows = app->bench != NULL;
    app_show_page(app, page_find(page_data.name));
}

// --- lessons ---

void app_go_part(struct app *app, int part) {
    if (!app->lesson || part < 0 || part >= app->lesson->part_count) return;
    player_go(&app->player, part);
    app->shown_part = -1;
    app->answer_field[0] = 0;
    // What was set by hand, and what was said, belongs to the part before.
    if (app_edit_count(app) > 0) app_set_edits(app, &(struct edits){0}, false);
    if (app->message_good) app->message.code = ERR_NONE;
    app_keep(app);
    struct err err = {0};
    if (!app_set_scene(app, &app->lesson->parts[part].scene, &err)) app_say(app, &err);
}

bool app_open_lesson(struct app *app, const char *id_or_path, int part) {
    struct err err = {0};
    char path[ASSET_PATH];
    struct lesson *lesson = NULL;
    if (app_find_lesson(app, id_or_path, path, &err)) lesson = lesson_read(path, &err);
    if (!lesson) {
        app_say(app, &err);
        return false;
    }
    lesson_free(app->lesson);
    app->lesson = lesson;
    app->lesson_read = file_changed(path);
    app->lesson_faulty = false;
    player_start(&app->player, lesson, 0);
    int kept = app_restore_progress(app);
    if (part < 0) part = kept;
    app_go_part(app, part < lesson->part_count ? part : 0);
    return true;
}

void app_close_lesson(struct app *app) {
    lesson_free(app->lesson);
    app->lesson = NULL;
    app->view.flow = true;
}

// --- moving ---

void app_seek(struct app *app, int position) {
    int count = app->bench ? app->bench->script->count : 0;
    app->position = position < 0 ? 0 : position > count ? count : position;
    app->from = app->position;
    app->motion_seconds = 0;
    if (!app->view.backward_pinned && app->bench) {
        const struct step *step = script_running(app->bench->script, app->position);
        app->view.backward = step && step->phase >= PHASE_BACKWARD;
    }
}

static double motion_length(const struct app *app, int from, int to, enum granularity by) {
    const struct script *script = app->bench->script;
    if (app->transport.speed >= SWEEP_SPEED_LIMIT || to <= from || app->preferences.reduced_motion) return 0;
    switch (by) {
    case BY_OPERATION:
        return operation_seconds;
    case BY_CELL:
        return cell_step_seconds * (to - from);
    case BY_TIMESTEP:
        return timestep_seconds;
    case BY_PASS: {
        double seconds = column_seconds * script->T;
        return seconds < sweep_seconds_max ? seconds : sweep_seconds_max;
    }
    default:
        return update_seconds;
    }
}

static void move_update(struct app *app, int direction) {
    struct err err = {0};
    app_stop_saving(app);
    int edits = app_edit_count(app);
    bool good = direction > 0 ? workbench_next_update(app->bench, &err) : workbench_previous_update(app->bench, &err);
    if (!good && direction < 0) return; // there is nothing before the first
    if (!good) app_say(app, &err);
    if (!good) return;
    app_seek(app, direction > 0 ? 0 : app->bench->script->count);
    app_tell_dropped(app, edits, "the update is that of the example as it is");
}

void app_step(struct app *app, int direction, enum granularity by, double now) {
    if (!app->bench) return;
    const struct script *script = app->bench->script;
    int from = app->position, to = script_move(script, from, by, direction);
    if (to == from) {
        if (direction > 0 ? from == script->count : from == 0) move_update(app, direction);
        return;
    }
    app_seek(app, to);
    app->from = from;
    app->by_operation = by == BY_OPERATION;
    app->by_timestep = by == BY_TIMESTEP;
    app->motion_start = now;
    app->motion_seconds = motion_length(app, from, to, by);
}

void app_play(struct app *app, bool on, double now) {
    app->transport.playing = on && app->bench;
    app->next_step = now;
}

void app_show_page(struct app *app, int index) {
    if (index == app->page) return;
    app->page = index >= 0 && index < page_count() ? index : PAGE_WORKBENCH;
    app->transport.playing = false;
}

void app_show_view(struct app *app, int index) {
    app_show_page(app, PAGE_WORKBENCH);
    int before = app->view.view, cell = view_find("cell");
    app->view.view = index >= 0 && index < view_count() ? index : VIEW_STAGE;
    bool zooms = (before == VIEW_STAGE && app->view.view == cell) || (before == cell && app->view.view == VIEW_STAGE);
    app->zoom_start = app->ui.now;
    app->zoom_seconds =
        zooms && app->bench && app->ui.now > 0 ? app->preferences.reduced_motion ? fade_seconds : zoom_seconds : 0;
}

void app_select_unit(struct app *app, int unit) {
    int H = app->bench ? record_H(app->bench->record) : 0;
    app->view.unit = H == 0 ? -1 : unit < 0 ? H - 1 : unit >= H ? 0 : unit;
}

void app_select_timestep(struct app *app, int way) {
    if (!app->bench) return;
    const struct record *record = app->bench->record;
    struct view_state *view = &app->view;
    int S = record->encoder ? record_T(record->encoder) : 0, all = S + record_T(record);
    int at = view->t < 0 ? (way > 0 ? -1 : all) : view->t + (view->encoder ? 0 : S);
    at = (at + way + all) % all;
    view->encoder = at < S;
    view->t = at < S ? at : at - S;
}

static void advance(struct app *app, double now) {
    app_watch_lesson(app, now);
    if (app->job && job_ready(app->job, NULL)) settle_job(app);
    data_page_advance(app);
    app_follow_rivals(app, false);
    if (app->motion_seconds > 0 && now >= app->motion_start + app->motion_seconds) app->motion_seconds = 0;
    if (app->zoom_seconds > 0 && now >= app->zoom_start + app->zoom_seconds) app->zoom_seconds = 0;
    if (!app->transport.playing || !app->bench || app->motion_seconds > 0 || now < app->next_step) return;
    if (app->position == app->bench->script->count && app->transport.by != BY_UPDATE) {
        app->transport.playing = false;
        return;
    }
    app_step(app, 1, app->transport.by, now);
    app->next_step = now + app->motion_seconds + play_pause / app->transport.speed;
}

double app_wait(const struct app *app, double now) {
    if (app->motion_seconds > 0 || app->zoom_seconds > 0 || app->ui.animating) return 0;
    double wait = -1;
    if (app->transport.playing) wait = fmax(0, app->next_step - now);
    if (app->ui.wake_at > 0)
        wait = wait < 0 ? fmax(0, app->ui.wake_at - now) : fmin(wait, fmax(0, app->ui.wake_at - now));
    if (app->lesson && !app->waits) {
        double look = fmax(0, app->lesson_look - now);
        wait = wait < 0 ? look : fmin(wait, look);
    }
    bool busy = app->job || app->rivals.job || data_page_busy(app, NULL) || gallery_busy(app->gallery) ||
                checker_busy(app->checker) || (app->bench && insights_busy(app->bench->insights, NULL));
    if (busy) wait = wait < 0 ? 0.03 : fmin(wait, 0.03);
    return wait;
}

// --- what the views see ---

// What the network says, where the view reads that.
static const struct spoken *spoken(struct app *app) {
    unsigned speaks = view_get(app->view.view)->speaks;
    if (!speaks) return NULL;
    double seconds = app->waits ? INFINITY : speech_seconds;
    if (speech_look(&app->speech, app->bench, app->setup.recipe.seed, speaks, seconds)) app->ui.animating = true;
    return &app->speech.said;
}

static float zoom_left(const struct app *app) {
    if (app->zoom_seconds <= 0) return 0;
    return (float)fmin(1, fmax(0, 1 - (app->ui.now - app->zoom_start) / app->zoom_seconds));
}

const struct scene *app_scene(struct app *app, struct scene *scene, struct narration *narration) {
    if (!app->bench) return NULL;
    double now = app->ui.now, progress = 1;
    if (app->motion_seconds > 0) progress = fmin(1, fmax(0, (now - app->motion_start) / app->motion_seconds));
    int shown = app->position;
    float motion = 1;
    if (app->motion_seconds > 0 && app->by_operation) motion = (float)(1 - pow(1 - progress, 3));
    if (app->motion_seconds > 0 && !app->by_operation)
        shown = app->from + (int)ceil((app->position - app->from) * progress);
    float slide = 0;
    if (app->motion_seconds > 0 && app->by_timestep && app->position > app->from) {
        const struct step *left = script_running(app->bench->script, app->from),
                          *here = script_running(app->bench->script, app->position);
        bool travels =
            left && here && left->phase == here->phase && left->t >= 0 && here->t >= 0 && abs(here->t - left->t) == 1;
        if (travels) { // the frame slides, and the strips of its new column fill together
            shown = app->position;
            motion = (float)(0.5 + progress / 2);
            slide = (float)(left->t - here->t) * (float)pow(1 - progress, 3);
        }
    }
    *scene = (struct scene){.record = app->bench->record,
                            .script = app->bench->script,
                            .insights = app->bench->insights,
                            .checker = app->checker,
                            .position = shown,
                            .motion = motion,
                            .state = &app->view,
                            .slide = slide,
                            .zoom = zoom_left(app),
                            .zoom_out = app->view.view == VIEW_STAGE,
                            .presentation = app->presentation,
                            .narration = narration,
                            .spoken = spoken(app),
                            .before = workbench_before(app->bench),
                            .edits = app->edits_wait ? &app->waiting_edits : workbench_edits(app->bench),
                            .edits_kept = app_locked(app, LOCK_EDITS),
                            .can_undo = workbench_can_undo(app->bench),
                            .can_redo = workbench_can_redo(app->bench),
                            .picture = dataset_picture(app->bench->data),
                            .audible = hearing_can(app->bench),
                            .heard = app->picturing ? 0 : hearing_timestep(&app->hearing, app->bench) + 1,
                            .unit_word = data_unit_word(app->bench->data)};
    if (scene->heard > 0) app->ui.animating = true;
    app_scene_rivals(app, scene);
    app_check_homework(app);
    scene->homework = app->homework;
    bool encoder = app->view.encoder = scene_encoder(scene); // a view that selects a timestep selects one of this side
    scene->record = record_side(scene->record, encoder);
    scene->script = script_side(scene->script, encoder);
    if (scene->before) scene->before = record_side(scene->before, encoder);
    narrate(narration, scene->record, scene->script, shown, app->view.unit, app->view.notation);
    return scene;
}

void app_event(struct app *app, const struct input_event *event) {
    if (event->kind == INPUT_QUIT) {
        app->wish = APP_QUIT;
        return;
    }
    if (app_blank_event(app, event)) return;
    if (event->kind == INPUT_DROP) {
        app_drop(app, event);
        return;
    }
    if (event->kind == INPUT_PRESS || event->kind == INPUT_KEY) {
        app->motion_seconds = app->zoom_seconds = 0; // a new input finishes what runs
        if (event->kind == INPUT_PRESS && app->transport.playing && event->at.y < app->ui.list->bounds.h - 120)
            app->transport.playing = false; // the hand takes over from play
    }
    if (app_pick_event(app, event)) return;
    ui_push_event(&app->ui, event);
}

// --- one frame ---

void app_frame(struct app *app, struct draw_list *list, double now) {
    struct ui *ui = &app->ui;
    if (!app->picturing) advance(app, now);
    if (app->bench) {
        insights_in_background(app->bench->insights, !app->waits && !app->picturing, app->wake, app->wake_context);
        insights_frame(app->bench->insights);
    }
    ui->reduced_motion = app->preferences.reduced_motion;
    ui_begin(ui, list, theme_get(app->theme), now);
    rect whole = list->bounds;
    draw_rect(list, whole, ui->theme->app, 0);
    (app->presentation ? app_present_bar : app_top_bar)(app, rect_cut_top(&whole, TOP_BAR));
    page_get(app->page)->draw(app, whole, now);
    ui_end(ui);
    app_blank_screen(app, list);
    if (!app->picturing) app_advance_saving(app);
}
