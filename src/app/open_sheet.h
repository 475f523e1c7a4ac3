#pragma once
// The sheet of Ctrl+O: the files of a folder, and the built-in tasks with the data that come with the program. Internal
// to app/: open_sheet.c is the frame, open_files.c and open_tasks.c are its two halves.

#include "app.h"
#include "folder_look.h"
#include "task.h"

enum { OPENER_RETIRED = 8, OPENER_SHIPPED = 32, PARAMETER_TEXT = 24 };

struct opener {
    bool open, fresh; // fresh: opened in this frame
    enum opener_half half;
    char said[512]; // what went wrong, in place; "" = nothing
    // --- files ---
    char folder[ASSET_PATH]; // absolute
    char field[ASSET_PATH];  // a filter, or the beginning of a path
    char came_from[256];     // an entry to be highlighted as soon as it is listed
    struct folder_look *look;
    struct folder_look *retired[OPENER_RETIRED]; // of folders that were left; freed when their workers have ended
    int *matches;                                // entries that the filter lets through
    int match_count, match_room, row;
    bool listed, show;  // matches are of the list; the highlight was moved
    struct err trouble; // why the folder is not listed
    bool gone[PREFERENCES_RECENT];
    // --- tasks ---
    char filter[64];
    char assets[ASSET_PATH];                  // the folder of what comes with the program; "" where there is none
    char shipped[OPENER_SHIPPED][ASSET_PATH]; // data in it
    int64_t shipped_size[OPENER_SHIPPED];
    int shipped_count;
    int found[128], found_count, task_row; // rows: tasks, then shipped files
    bool found_show;
    float about_height;        // of what is said about the lit one, in the frame before
    const struct task *filled; // whose parameters stand in the fields
    char parameters[TASK_PARAMETERS][PARAMETER_TEXT];
};

struct opener *opener_new(void);
void opener_free(struct opener *opener);
void opener_files(struct app *app, rect r, rect footer);
void opener_tasks(struct app *app, rect r, rect footer);
// The text field of a half, and its name: it has the focus when the sheet opens.
ui_id opener_field(struct ui *ui, enum opener_half half);
const char *opener_field_name(enum opener_half half);
struct text_style opener_quiet(const struct ui *ui, enum align align);
// A line or two below the lists: what was said, else `text`.
void opener_below(struct app *app, rect r, const char *text);
void opener_say(struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));

// --- files (open_files.c) ---
void opener_go(struct app *app, const char *folder, const char *came_from); // to another folder; what to light there
void opener_up(struct app *app);
void opener_close(struct opener *opener);                   // the folder is no longer needed
void opener_sweep(struct opener *opener);                   // workers that have ended
void opener_filter(struct opener *opener);                  // the matches, anew
void opener_typed(struct app *app);                         // the field has another text
void opener_enter(struct app *app);                         // Enter where no row is lit
void opener_choose(struct app *app, int entry);             // of the folder's list
void opener_choose_file(struct app *app, const char *path); // opens it, or says why not

// --- tasks (open_tasks.c) ---
void opener_fill_tasks(struct opener *opener);
