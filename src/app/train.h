#pragma once
// The page "Train and compare": its state, shared by the train_*.c files and page_train.c. Interface thread.

#include "app_chrome.h"
#include "curves.h"
#include "train_cards.h"
#include "train_form.h"

// What the plots read: the curves of the experiment on screen, in the form of view/curve_data.h.
enum { TRAIN_OLDER = 2 }; // branches that were left and are still drawn
struct train_run_curves {
    struct curve_data loss, norm, clipped; // clipped: 1 where the update was, else 0
    int64_t *at;                           // updates of checkpoints
    double *valid;
    int checks, check_room;
    struct curve_data older_loss[TRAIN_OLDER], older_norm[TRAIN_OLDER];
};
struct train_curves {
    int branch;
    struct train_run_curves run[EXPERIMENT_MODELS];
};
void train_curves_take(struct train_curves *curves, const struct experiment_look *look); // what is new
void train_curves_clear(struct train_curves *curves);
void train_curves_release(struct train_curves *curves);

// What the cards about the inside of the models are drawn from (train_inside.c).
struct train_inside {
    struct train_cards cards;
    struct train_check *checks[EXPERIMENT_MODELS];
    int room[EXPERIMENT_MODELS];
    struct experiment_copy *weights[EXPERIMENT_MODELS]; // NULL: not there yet
    bool asked;
    double asked_at;
    int64_t asked_update;
};
enum train_inside_card { TRAIN_GRADIENTS, TRAIN_GATES, TRAIN_WEIGHTS };

enum train_plot { TRAIN_LOSS, TRAIN_NORM, TRAIN_PLOTS };
enum train_file { TRAIN_PNG, TRAIN_SVG, TRAIN_CSV };

// Experiments that come to their end: an update of a large network takes its time, and the window does not wait for it.
enum { TRAIN_LEAVING = 4 };
struct train_leaving {
    struct thread *threads[TRAIN_LEAVING];
    int next;
};

// The next update of model `first` on its way to the workbench (train_stage.c).
struct train_stage {
    bool asked;
    int first;
    struct experiment_copy *copies[EXPERIMENT_MODELS]; // as far as they are there
};

// The curves of a kept experiment beside those of the page (train_kept.c); models 0 = none.
struct train_beside {
    int models;
    struct curve_data loss[EXPERIMENT_MODELS], norm[EXPERIMENT_MODELS];
    char name[EXPERIMENT_MODELS][EXPERIMENT_NAME + 36];
};

struct kept;
struct train_page {
    struct train_form form;              // as the left side has it
    struct train_form running;           // what `experiment` was made of
    struct train_form shown_form;        // what `shown` was made of
    struct experiment *experiment;       // NULL before the page is opened
    struct experiment *before;           // the last one, kept on screen until there is a point of the new one; or NULL
    const struct experiment_look *look;  // of experiment
    const struct experiment_look *shown; // whose numbers are on screen: of one of the two
    struct kept *kept, *before_kept;     // the folders of experiment and before, or NULL
    struct train_beside beside;
    struct train_leaving leaving;
    struct train_curves curves; // of shown
    char names[EXPERIMENT_MODELS][EXPERIMENT_NAME];
    const char *name_list[EXPERIMENT_MODELS];
    double changed_at; // the form differs from what runs since then; 0 = it does not
    bool asks_anew;    // ... and it is asked whether to leave a long run
    bool anew;         // ... and the answer was yes
    struct curves_view view[TRAIN_PLOTS];
    bool failure_closed; // its message was
    int last_plot;       // that was used, for Ctrl+E
    double smoothing;    // log10 of the updates a point is the mean of; below 0: an epoch
    int64_t drag_to;     // where the handle of the timeline is held, or -1
    int tab;             // of the card at the bottom
    struct train_inside inside;
    char until_field[24], seed_field[24], path_field[ASSET_PATH];
    int list_row;
    struct train_stage stage;
};

struct train_page *train_page_of(struct app *app); // made when first asked for
void train_page_free(struct train_page *page);     // may be NULL
void train_start(struct app *app,
                 const struct train_form *form); // a new experiment; the page shows it when it has a point
// The same of a run that is kept in a folder (NULL: it is not); takes `kept` over.
void train_begin(struct app *app, const struct train_form *form, struct kept *kept);
void train_open_setup(struct app *app);                 // with what is on the workbench
void train_take_new(struct app *app);                   // at the begin of a frame: what is new
void train_settle(struct app *app);                     // waits for reading and travelling
void train_run_updates(struct app *app, int64_t count); // on from where the parameters are; waits: for pictures
// Where the parameters are, or are on their way to.
int64_t train_goal(const struct train_page *page);
void train_go(struct train_page *page, int64_t update); // travels, within what there is
// Updates that a loss in training is the mean of: an epoch, where it is not too long. And a point of the plots' lines.
int64_t train_interval(const struct experiment_look *look);
int64_t train_window(const struct train_page *page);
int64_t train_more(const struct train_page *page, char *label, size_t size);        // updates of the large button
const struct run_check *train_check_at(const struct run_look *run, int64_t update); // the last one up to there, or NULL
int train_loss_digits(double loss);
bool train_writes(const struct experiment_look *look); // its networks write, so that samples are texts of their own

// train_kept.c
struct kept *train_keep(struct app *app, const struct experiment_plan *plan); // a folder for a new run, or NULL
bool train_open_kept(struct app *app, const char *folder);                    // false: the message is shown
bool train_put_beside(struct app *app, const char *folder);                   // its curves; the same
void train_forget_beside(struct train_page *page);
void train_open_kept_list(struct app *app);
void train_follow_kept(struct app *app); // what was asked for in the list, and what went wrong with the folder

void train_panel(struct app *app, rect r);               // train_panel.c: the left side
void train_heads(struct app *app, rect r);               // train_heads.c: one a model
void train_plots(struct app *app, rect loss, rect norm); // train_plots.c
void train_paint_plot(struct train_page *page, struct draw_list *list, const struct theme *theme, rect r,
                      enum train_plot which);
void train_save(struct app *app, enum train_plot which, enum train_file file); // train_saving.c
void train_open_save_menu(struct app *app);
void train_save_menu(struct app *app, rect card, enum train_plot which);
void train_samples(struct app *app, rect r); // train_samples.c
// train_inside.c: a card, without its frame; `lead`: width at the left of its first row that is taken.
void train_inside_draw(struct app *app, rect r, enum train_inside_card card, float lead);
void train_inside_forget(struct train_inside *inside); // what is of an experiment that ends
void train_inside_release(struct train_inside *inside);
enum { TRAIN_COLUMNS = 8 };
// Checkpoints worth a column: spread by powers, the one at hand among them. Indices into run[0].checks, ascending.
int train_columns(const struct experiment_look *look, int64_t update, int most, int *out);
void train_bar(struct app *app, rect r); // train_bar.c: the timeline
void train_keys(struct app *app);
void train_run_pause(struct app *app);

// train_stage.c: the next update of model k on the workbench, as soon as it is there, the other models beside it.
void train_ask_stage(struct app *app, int k);
void train_advance_stage(struct app *app);
void train_stage_forget(struct train_page *page);
#define TRAIN_STAGE_MENU "step through"
