#pragma once
// The desktop program without its window: state, commands, one frame. The window loop (desktop.c), `unroll render` and
// the tests all drive it the same way: events in, a draw list out. Interface thread only; the network is built in a
// worker thread and swapped in when it is ready, so a frame never waits for numbers.

#include "hearing.h"
#include "homework_files.h"
#include "inspector.h"
#include "lesson.h"
#include "preferences.h"
#include "rivals.h"
#include "saving.h"
#include "setup.h"
#include "speech.h"
#include "timeline.h"
#include "ui.h"
#include "views.h"

struct job;        // a workbench being built
struct data_page;  // the Data page (data_page.h)
struct train_page; // the page "Train and compare" (train.h)
struct opener;     // the sheet of Ctrl+O (open_sheet.h)
struct experiments_sheet;
struct gallery;        // the page "Lessons" (gallery.h)
struct glossary_sheet; // glossary_sheet.h

enum { SHELF_MAX = 200 };
struct shelf_lesson { // a lesson file
    char path[ASSET_PATH], id[64], title[96];
    int number;
    bool own;       // from the folder of one's own lessons
    bool broken;    // it cannot be opened, or has the id or number of another; id and title may be the file's name
    struct err err; // why
};

enum opener_half { OPENER_FILES, OPENER_TASKS };

enum app_wish { APP_NOTHING, APP_FULLSCREEN, APP_QUIT, APP_SCALE }; // what the window is asked for

struct app {
    struct ui ui;
    struct preferences preferences;
    char preferences_file[ASSET_PATH]; // "" = nothing is kept
    enum theme_id theme;
    bool fullscreen, presentation;
    bool blank; // of a presentation: the screen is black until the next key
    enum app_wish wish;
    void (*speak)(void *context, const char *sentence); // says a step aloud (preferences.narrate); may be NULL
    void *speak_context;
    int spoken_position; // of the last sentence
    unsigned long spoken_serial;

    struct setup setup;          // of the workbench on screen
    struct workbench *bench;     // NULL until the first one is ready
    struct job *job;             // being built, or NULL
    struct rivals rivals;        // models to compare it with
    char compare_rest[64];       // those that a lesson asks for and that are not begun yet
    char name[48];               // of the workbench's own model among them; "" = its cell
    void (*wake)(void *context); // called by the worker when it is ready; may be NULL
    void *wake_context;
    struct checker *checker; // the gradient check, in a worker of its own

    struct lesson *lesson; // NULL: no lesson is open
    bool stays;            // it is not closed, and nothing else is opened (`--locked`)
    int64_t lesson_read;   // when its file was changed that is open, as file_changed() has it; -1 = read it again
    double lesson_look;    // when its file is looked at next
    bool lesson_faulty;    // the message is about the file, which could not be read again
    struct player player;
    struct lesson_scene scene; // waits for the job: the place to go to
    bool scene_waits;

    struct data_page *data_page;     // or NULL: it was never shown
    struct train_page *train;        // made when the page is first opened
    struct gallery *gallery;         // the same
    struct glossary_sheet *glossary; // or NULL: it was never opened
    size_t training_budget;          // bytes of an experiment's history; 0 = as usual
    int page; // what fills the window: an index of page.h; a picture of a lesson's part and a new network are the
              // workbench's
    struct view_state view;
    void *view_memory[VIEW_MAX]; // of view_get(k)
    struct speech speech;        // what the network says, for views that ask for it
    struct hearing hearing;      // the example as sound
    bool waits;                  // a frame shows what is asked for, however long it takes: render and tests
    struct transport transport;
    int position;                        // of the cursor
    int from;                            // where the running motion started
    double motion_start, motion_seconds; // 0 = at rest
    double zoom_start, zoom_seconds;     // between the stage and the cell; 0 = at rest
    double next_step;                    // when playing: time of the next step
    bool by_timestep;                    // ... or one timestep: the frame of the column slides
    bool by_operation;                   // the running motion is one operation: tiles fill; else the cursor sweeps

    struct shelf_lesson *shelf;
    int shelf_count, shelf_capacity;
    char hidden_names[LESSON_MAX_HIDDEN][64]; // tensors that the learner has yet to predict

    double edit_seconds;        // what the last change of the edits took
    bool edits_wait;            // a drag goes on in a network that is too slow to follow it:
    struct edits waiting_edits; // they come into force when the hand lets go

    bool panel_open, inspector_open, panel_rail, inspector_sheet;
    bool sheet_open;            // the inspector lies over the stage of a narrow window
    int shown_part, shown_task; // of the lesson panel: when they change it scrolls to what is new
    bool rail_open;             // the panel lies over the stage of a narrow window
    bool help_open, preferences_open, reset_asked;
    bool model_open, data_open, lessons_open, minibatch_open; // popups of this frame, for tests
    char answer_field[64];                                    // typed into the lesson's open question
    char word_field[256], seed_field[24];
    struct setup draft; // what the model menu is being set to
    int list_row, minibatch_row;
    struct opener *opener;    // the ways in: files and tasks
    char opening[ASSET_PATH]; // the file that the job reads; "" = none that is to be remembered
    bool pick_asked;          // Alt + click or a context click: the number at pick_at is to be opened
    point pick_at;
    struct homework_files homework_files;
    struct homework *homework;     // or NULL
    unsigned long homework_serial; // of the record that it was held against
    struct err message;            // shown in place until closed
    bool message_good;
    struct experiments_sheet *experiments; // of what is kept, or NULL: never opened
    bool saving_open;                      // the sheet of what can be taken along
    bool picturing;                        // this frame is drawn for a file: it changes nothing
    struct saving_order saving_order;
    char saving_from[12], saving_to[12];
    struct saving *saving; // being written, or NULL
    double saving_done;
    double last_frame_seconds;
};

struct app_options {
    struct setup setup;
    const char *lesson;      // id or path; NULL = none
    const char *preferences; // file, or NULL to keep nothing
    const char *lessons;     // folder of one's own lessons, or NULL
    bool lessons_needed;     // ... which must be there
    int theme;               // enum theme_id, -1 = as kept
    double scale;            // 0 = as kept
    bool reduced_motion, narrate;
    bool present; // in presenter mode; who draws sets the scale
    bool stays;   // the lesson is kept open, for a class room
    bool gallery; // the lessons are what is seen first
    bool wait;    // build in this thread, for render and tests
};

struct app *app_new(const struct app_options *options, struct err *err);
void app_free(struct app *app);
void app_event(struct app *app, const struct input_event *event);
// Lays out and draws one frame of logical size list->bounds into a begun list. `now` in seconds.
void app_frame(struct app *app, struct draw_list *list, double now);
double app_wait(const struct app *app,
                double now); // seconds until the next frame is due; 0 = now, < 0 = wait for an event
color app_background(const struct app *app);

// --- commands, for keys, menus, lessons and tests ---
void app_seek(struct app *app, int position);                                   // at once
void app_step(struct app *app, int direction, enum granularity by, double now); // with motion
void app_play(struct app *app, bool on, double now);
bool app_hear(struct app *app);                       // plays the example, or stops; false: message is shown
bool app_set_word(struct app *app, const char *text); // false: message is shown, nothing changes
bool app_set_number(struct app *app, int number);     // the same of a numbered example of the data, from 0
// The minibatch of the next update of training, and example `index` of it; and another example of that minibatch.
bool app_next_minibatch(struct app *app, int index);
bool app_set_within(struct app *app, int index);
void app_open_setup(struct app *app, const struct setup *setup); // builds in the worker
// A checkpoint, a lesson, arrays: at once. Data: on the Data page, where they are looked at before they are used.
void app_open_file(struct app *app, const char *path);
void app_look_at_data(struct app *app);                                 // what the workbench has open, on the Data page
bool app_open_task(struct app *app, const char *text, struct err *err); // "copy:T=50", to be walked through
// A text as data, kept as a file beside the preferences; of a path that is there, that file. done: "Pasted", for what
// is then said. False: the message is shown.
bool app_open_text(struct app *app, const char *text, const char *done);
bool app_paste(struct app *app); // the clipboard's
void app_drop(struct app *app, const struct input_event *event);
void app_toggle_opener(struct app *app, enum opener_half half); // the sheet of Ctrl+O
void app_title(const struct app *app, char *out,
               size_t size);                           // of the window: what is open and how much of it there is
const struct dataset *app_data(const struct app *app); // what is open, or NULL
bool app_open_lesson(struct app *app, const char *id_or_path, int part);
void app_go_part(struct app *app, int part);
// Reads the open lesson's file again, because it was changed: the learner stays in the part, and where the scene is the
// same, at the step. False: the message says where the file is wrong, and the lesson stays as it was.
bool app_read_lesson_again(struct app *app);
void app_close_lesson(struct app *app);
void app_reset_progress(struct app *app); // of all lessons, also of the one that is open
int app_last_lesson(struct app *app);     // on the shelf: the one that was open last; -1 = none
// The glossary at a term (its id in assets/glossary.md), or at the first one (NULL).
void app_open_glossary(struct app *app, const char *term_id);
bool app_open_homework(struct app *app, const char *path);
void app_say(struct app *app, const struct err *err); // shows a message in the window
void app_finish_job(struct app *app);                 // waits for the worker; for render and tests
void app_present(struct app *app, bool on);           // presenter mode; the window is asked for its scale
// How much larger everything is then, in a window of that many logical pixels without it.
float app_presentation_scale(float width, float height);
void app_show_page(struct app *app, int index); // of page.h
void app_show_view(struct app *app, int index); // of views.h, on the workbench
void app_select_unit(struct app *app, int unit);
// The origin view of a number: of a place's text, or of what a draw list says of it (false: it is none of the
// record's).
void app_open_origin(struct app *app, const char *place);
bool app_pick(struct app *app, const struct source *source);
void app_select_timestep(struct app *app, int way); // the next (1) or the one before (-1); an encoder's come first
// Another cell (that is not there yet) on the same setup, beside the workbench's: built in the worker, for the view
// compare.
void app_compare_with(struct app *app, enum cell_id cell);
// An update that a run kept, built in the worker: the first model's is then on the workbench, the others are beside it
// to be compared. Takes the order over.
void app_open_update(struct app *app, struct update_order *order);
// Gate surgery and pokes (edit.h) on the example shown; more: goes on with the change before, as one step of undo.
// False: the message is shown and nothing changes. An empty list shows the example as it is.
bool app_set_edits(struct app *app, const struct edits *edits, bool more);
void app_undo(struct app *app);
void app_redo(struct app *app);
const struct scene *app_scene(struct app *app, struct scene *scene,
                              struct narration *narration); // what the views see now
