#pragma once
// All that decides a workbench, as a value: data, example, recipe or checkpoint. The command line, the app's menus and
// the lessons each make one; building it is the same for all, and may run in a worker thread.

#include "assets.h"
#include "choices.h"
#include "lesson.h"
#include "workbench.h"

struct setup {
    char data[ASSET_PATH];       // a file; "" = the names that are shipped
    char task[64];               // a built-in task and its parameters, "reber:..."; "" = none
    struct data_choices reading; // how the file is read; what is not said is found out
    enum text_shape shape;
    enum token_kind tokens;
    bool lower;
    long min_count;
    double validation;
    char checkpoint[ASSET_PATH]; // "" = by the recipe
    char word[256];              // the example; "" = number `example`
    int example;                 // in the data set, from 0
    int within;                  // or in the minibatch of the next update, from 1; 0 = neither
    struct recipe recipe;
};
struct setup setup_default(void);
bool setup_same_network(const struct setup *a, const struct setup *b); // all but the example
// The data alone, read as its vocabularies and not a checkpoint's say; NULL with err. The caller's: setup_free_data().
struct dataset *setup_read_data(const struct setup *setup, workbench_progress *progress, void *context,
                                struct err *err);
void setup_free_data(struct dataset *data); // may be NULL
// NULL with err; nothing is kept then.
struct workbench *setup_build(const struct setup *setup, workbench_progress *progress, void *context, struct err *err);
// The example of a workbench, in whichever way it can be asked for again.
void setup_keep_example(struct setup *setup, const struct workbench *bench);
// The network and the training that a built-in task brings, over what is there: its recipe, or the small one to walk
// through (task.h). A bug when it names something that there is not.
struct task;
void recipe_of_task(struct recipe *recipe, const struct task *task, bool walk);
// What a lesson's scene says, over what is there.
bool setup_from_scene(struct setup *setup, const struct lesson_scene *scene, struct err *err);
