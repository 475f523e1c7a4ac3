#pragma once
// The Data page: what is open in it, and its parts. Internal to page_data.c and the data_*.c beside it. The data are
// read in a worker (data_look.h); while they are read again, what was read before stays on screen.

#include "app_chrome.h"
#include "data_look.h"
#include "job.h"
#include "widgets.h"

// What the Problems list shows, and where each begins.
struct data_entries {
    const struct data_look *of;
    float width;
    int count, index[PROBLEM_MAX + 1]; // of the data set's problems; -1: all duplicates
    float top[PROBLEM_MAX + 2];
    long more; // problems that are counted and not listed
};

struct data_page {
    bool open;              // a file or a task was asked for
    struct setup setup;     // as chosen; its choices are whole (choices.h)
    struct setup shown;     // what `look` was read with
    struct data_look *look; // or NULL
    struct job *job;        // reading, or NULL
    struct thread *sweeper; // frees what was looked at before: of a large file that takes longer than a frame
    bool seen, follows;     // was it ever shown; what is open is the workbench's
    bool again;             // chosen anew meanwhile
    bool chosen;            // on the page: to be kept for the file once it was read
    bool stopped;           // by the user, with nothing read before
    struct err error;       // why `setup` could not be read

    long example;            // in Tokens
    long token;              // the first one shown
    long row;                // the first one of Columns
    float across;            // how far Columns is scrolled to the right, in pixels
    rect rows_at, tokens_at; // where the last frame drew them: the wheel there is theirs, not the page's
    float widths[PREVIEW_CELLS_MOST];
    enum column_role roles[PREVIEW_CELLS_MOST]; // as chosen
    const struct data_look *measured;           // that widths were measured for
    struct data_entries entries;
    bool targets; // Vocabulary and Length show the targets of pairs
    int reader_row, task_row;
    char seed_field[24], count_field[24];
};

// --- data_state.c: what is open, and how it is read ---
struct data_page *data_page_of(struct app *app); // made when it is first asked for
void data_page_free(struct data_page *page);
void data_page_open(struct app *app, const struct setup *setup, bool remember); // remember: choices kept for the file
void data_page_close(struct app *app);                                          // nothing is open: the empty page
void data_page_advance(struct app *app);                                        // takes what the worker read
void data_page_finish(struct app *app);                                         // waits for it
bool data_page_busy(const struct app *app, double *fraction);
void data_page_read(struct app *app); // after a choice changed
void data_page_undo(struct app *app); // back to the choices that what is shown was read with
void data_page_cancel(struct app *app);
bool data_page_can_use(const struct app *app);
void data_page_use(struct app *app);  // opens it on the workbench
void data_page_save(struct app *app); // the choices, beside the file
// Choices; each reads again.
bool data_can_choose_roles(const struct data_page *page);
void data_choose_role(struct app *app, int column, enum column_role role);
void data_choose_action(struct app *app, enum problem_kind kind, long line, enum problem_action action); // line 0: all
enum problem_action data_chosen_action(const struct app *app, enum problem_kind kind, long line);

// --- parts, each in its rectangle ---
void data_draw_left(struct app *app, rect r);
void data_draw_columns(struct app *app, rect r);
float data_columns_height(long rows); // of the card with so many rows
long data_columns_fit(float height);  // rows that fit
float data_tokens_height(const struct data_page *page);
void data_draw_tokens(struct app *app, rect r);
void data_draw_chart(struct app *app, rect r, int example); // the numbers of an example, in the Tokens card
void data_draw_vocabulary(struct app *app, rect r);
void data_draw_lengths(struct app *app, rect r);
void data_draw_right(struct app *app, rect r); // problems and split
void data_draw_split(struct app *app, rect r, bool measure, float *height);
void data_draw_figure(struct app *app, rect r);
void data_draw_empty(struct app *app, rect r);   // nothing is open
void data_draw_loading(struct app *app, rect r); // and nothing was read before
void data_draw_error(struct app *app, rect r);
void data_reading_chip(struct app *app, rect r); // reader, encoding, separator, header

// --- looks that the parts share ---
// A message as this page says it: without the options of the command line in it. place: with file, line and column.
void data_error_text(const struct err *err, bool place, char *out, size_t size);
struct text_style data_text(const struct ui *ui, enum font font, float size, int ink, enum align align); // ink 1..3
void data_card(struct ui *ui, rect r, const char *title, const char *about);
void data_bar(struct ui *ui, rect r);                                     // of counts
void data_number(char *out, size_t size, const char *format, long count); // "%s rows", thin spaces
