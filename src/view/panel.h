#pragma once
// The lesson panel at the left, from plain texts that the app takes from the lesson player: view knows no
// lessons.

#include "ui.h"

enum panel_task_state { TASK_LATER, TASK_NOW, TASK_DONE };
struct panel_task {
    const char *text; // rich text
    enum panel_task_state state;
    const char *hint;     // shown hint, or NULL
    bool more_hints;      // a "Hint" link is offered
    const char *feedback; // after an answer; NULL
    bool feedback_right;
    const char *const *choices; // a question's answers; NULL for none
    int choice_count, chosen;   // chosen -1 = none
    bool asks_number;           // a text field
};
struct panel_block {
    const char *text;     // rich text paragraph, or
    const char *equation; // maths on the sunk box
};
enum { PANEL_TERMS = 8 };
struct panel_content {
    const char *eyebrow; // "Lesson 10, part 2 of 5"
    int part, part_count;
    const bool *part_done;
    const char *title;
    const struct panel_block *blocks;
    int block_count;
    const struct panel_task *tasks;
    int task_count;
    const char *previous, *next; // titles, NULL at the ends
    char *answer; // what is typed into the open task's number field, kept by the caller; needed by asks_number
    int answer_size;
    bool glossary;                  // a way to it is offered below the tasks,
    const char *terms[PANEL_TERMS]; // and to what these are, by name
    int term_count;
    bool show_top; // in this frame: scroll back to the title,
    int show_task; // or to this task (from 1; 0 = none)
    bool show_end; // or to what stands behind the last task
    // Of the last part: what comes after it ("4  Backpropagation"; NULL = nothing), and whether a page has all of them.
    const char *next_lesson;
    bool lessons_page;
};
struct panel_action {
    int go;                         // -1 previous, +1 next, 0 none
    bool next_lesson, lessons;      // the lesson after this one, or the page of all, was asked for
    int part;                       // a part dot was chosen, -1 none
    int hint;                       // task whose hint was asked for, -1 none
    int answer_task, answer_choice; // a choice was taken; -1 none
    const char *answer_text;        // a number or text was entered for answer_task (valid until the next frame)
    bool skip;                      // the open task is left open, the next one comes
    bool glossary;
    int term; // of it, -1 none
};
// Keys: '/' leads to what the open task asks for, else on; Ctrl with Page Down and Up to the next and the last part.
struct panel_action view_panel(struct ui *ui, rect r, const struct panel_content *content);
// The 48 px rail for narrow windows; true when it asks to open.
bool view_panel_rail(struct ui *ui, rect r, const struct panel_content *content);
