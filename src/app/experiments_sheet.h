#pragma once
// The sheet of kept experiments: a list with a filter, and for the one that is lit to open it, to put its curves beside
// others, to rename and to remove it. What is chosen is said to the page that opened it. Interface thread.

#include "app.h"
#include "experiment_kept.h"
#include "kept_list.h"

enum experiments_ask { EXPERIMENTS_NOTHING, EXPERIMENTS_OPEN, EXPERIMENTS_COMPARE };
enum experiments_mode { EXPERIMENTS_LOOK, EXPERIMENTS_RENAME, EXPERIMENTS_DELETE };

struct experiments_sheet {
    bool open, fresh;
    struct kept *own; // the experiment on the page, borrowed, or NULL
    char home[RUN_FOLDER_PATH];
    struct kept_list list;
    int *found, found_count, row; // rows: those that the filter lets through
    bool show;
    char filter[64], name[128];
    enum experiments_mode mode;
    struct err err; // what went wrong, in place
    enum experiments_ask ask;
    char asked[RUN_FOLDER_PATH];
};

// Opens the sheet. own: what the page trains and keeps, or NULL; it has to live until the sheet is closed or opened
// again.
void app_open_experiments(struct app *app, struct kept *own);
void app_experiments_sheet(struct app *app); // a frame of it; at the end of every page
// What was chosen, once, with the folder of the experiment.
enum experiments_ask app_experiments_asked(struct app *app, char folder[RUN_FOLDER_PATH]);
void experiments_sheet_free(struct experiments_sheet *sheet); // may be NULL
