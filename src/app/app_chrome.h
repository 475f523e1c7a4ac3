#pragma once
// The frame around the views: top bar with its menus, lesson panel, messages, help. Internal to app/.

#include "app.h"

enum { TOP_BAR = 48 };
enum app_popup { APP_POPUP_MODEL, APP_POPUP_DATA, APP_POPUP_LESSONS, APP_POPUP_MINIBATCH };

enum { APP_CELLS_A_ROW = 3, APP_CELL_ROWS = (CELL_COUNT + APP_CELLS_A_ROW - 1) / APP_CELLS_A_ROW };
void app_cell_rows(struct ui *ui, rect *r, struct net_spec *spec); // rows of 36, to choose a cell

void app_wake(void *app);                             // any thread: there is something new to show
void app_opener_sheet(struct app *app);               // of Ctrl+O
void app_remember(struct app *app, const char *path); // among the recent files
bool app_takes_homework(const struct app *app);       // what is opened now is a learner's own array

void app_keys(struct app *app, const struct scene *scene, double now);      // what no control took
void app_answer(struct app *app);                                           // what a view asked for in this frame
void app_check_homework(struct app *app);                                   // against the record on the workbench
void app_layout(struct app *app, float width);                              // decides rail and sheet
float app_inspector_width(const struct app *app, float window, float rest); // rest: what stage and inspector share
// Presenter mode (app_present.c).
enum { PRESENT_TIMELINE = 58 };                                         // its height: phases, nothing to press
void app_present_bar(struct app *app, rect r);                          // in the place of the top bar
bool app_present_keys(struct app *app, double now);                     // before all others
void app_blank_screen(struct app *app, struct draw_list *list);         // over everything, when it is blank
bool app_blank_event(struct app *app, const struct input_event *event); // any key brings the picture back
void app_top_bar(struct app *app, rect r);
// The lesson panel or its rail at the left of a page, which gets narrower by it; and, at the end of the page, the panel
// that was opened over it.
rect app_lesson_side(struct app *app, rect *page);
void app_lesson_over(struct app *app, rect side);
void app_empty(struct app *app, rect stage, rect right, rect bottom);
void app_overlays(struct app *app);                                // progress, message, help: the end of every page
void app_take_update(struct app *app, struct update_order *order); // what was built, taken over
void app_take_bench(struct app *app, struct workbench *bench, const struct setup *setup); // in the place of the old one
// The models that are compared (app_rivals.c): to the workbench's example, once a frame; what of them the views see.
void app_follow_rivals(struct app *app, bool wait);
void app_scene_rivals(struct app *app, struct scene *scene);
// The minibatch of an update: its chip ends at x (returns where it begins), and a row of the data menu that leads
// there.
#define APP_MINIBATCH_CHIP "minibatch menu"
enum { NEXT_UPDATE = 36 + 8 }; // height of the row
bool app_can_follow(const struct app *app);
void app_next_update_row(struct app *app, rect *r);
float app_minibatch_chip(struct app *app, float x);
void app_menu_label(struct ui *ui, rect *r, const char *text); // a heading in a menu
bool app_page_kept(const struct app *app, int page);           // by a lesson, from being shown
bool app_page_refused(struct app *app, int page);              // by a lesson: says so
void app_page_keys(struct app *app);                           // of all pages, after what is the page's own
void app_toggle_popup(struct app *app, enum app_popup popup);
void app_change_scale(struct app *app, double factor); // 0 = back to 1
void app_set_theme(struct app *app, enum theme_id theme);
void app_toggle_dark(struct app *app); // keeps the contrast
void app_set_notation(struct app *app, enum notation notation);
void app_set_stacked(struct app *app, bool stacked); // weights, from now on
void app_form_weights(struct app *app);              // as kept, else as usual for notation and cell
void app_keep(struct app *app);                      // preferences and progress to disk

void app_preferences_sheet(struct app *app);
void app_copy_number(struct app *app);   // under the pointer, else of the running step
void app_copy_equation(struct app *app); // of the running step, as LaTeX
void app_open_saving(struct app *app);   // its sheet
void app_saving_sheet(struct app *app);
void app_advance_saving(struct app *app);
void app_stop_saving(struct app *app); // before the record goes, for one

// The number at a click with Alt or with the other button; the event is taken, and answered at the end of the frame,
// before anything is changed: the sources of the list are of the record that was drawn.
bool app_pick_event(struct app *app, const struct input_event *event);
void app_pick_asked(struct app *app);
// The number under the pointer, or the tile; else the running step's result. From the origin view back to the stage.
void app_pick_by_key(struct app *app, const struct scene *scene);

// The lessons there are, also those that cannot be opened; own: a folder more, or NULL.
bool app_fill_shelf(struct app *app, const char *own, bool needed, struct err *err);
bool app_find_lesson(struct app *app, const char *id_or_path, char out[ASSET_PATH], struct err *err);
void app_watch_lesson(struct app *app, double now); // reads its file again when it was changed
int app_restore_progress(struct app *app);          // the part where the learner was
const struct progress *app_progress(const struct app *app, const char *lesson); // NULL: never opened
void app_player_look(struct app *app);                                          // goals against what is on screen
// A lesson's scene: at once, or when its network is built (app_arrive() then). And the actions of lesson.h, each at
// once. False with err; what was there stays as far as it can.
bool app_set_scene(struct app *app, const struct lesson_scene *scene, struct err *err);
bool app_arrive(struct app *app, const struct lesson_scene *scene, struct err *err);
bool app_compare_next(struct app *app, struct err *err);
bool app_act(struct app *app, const char *words, struct err *err);
bool app_lesson_now(const struct app *app,
                    struct lesson_now *out); // false: there is no network, or not yet the scene's
int app_hidden(struct app *app, struct hidden_value *out, int max);

// --- edits (app_surgery.c) ---
int app_edit_count(const struct app *app);
// Edits name timesteps and values of what they were made for: says how many are gone, and why.
void app_tell_dropped(struct app *app, int edits, const char *why);
void app_follow_edits(struct app *app, const struct edits *edits, bool more); // a drag asks many times a second
