#pragma once
// The views: what can stand in the middle of the window. A view is one file and one line in the list of views.c; the
// menu at its title, its key, the help sheet and `unroll render --view` follow from its description.

#include "scene.h"

enum view_speech { VIEW_SAMPLING = 1, VIEW_SENTENCES = 2 };

struct view {
    const char *name;  // of `render --view`
    const char *title; // in the menu
    const char *about; // one sentence, for the help
    int key;           // the letter that opens it; 0 = none
    unsigned speaks;   // enum view_speech: what it reads of scene.spoken
    size_t memory;     // bytes that it keeps from frame to frame: scene.memory, zero at the start
    // NULL: makes sense for every network. Else the sentence that says why not here, or NULL when it does.
    const char *(*misfit)(const struct scene *scene);
    void (*draw)(struct ui *ui, rect r, const struct scene *scene);
    void (*side)(struct ui *ui, rect r, const struct scene *scene); // the panel on the right; NULL: the inspector
    float side_width;                                               // 0: as wide as the inspector
};

enum { VIEW_STAGE, VIEW_MAX = 24 }; // VIEW_STAGE: the first of the list
int view_count(void);
const struct view *view_get(int index);
int view_find(const char *name); // -1: there is none

// The running view, or the sentence why it does not fit. memory[k]: what view k keeps.
void view_draw(struct ui *ui, rect r, struct scene *scene, void *const memory[VIEW_MAX]);
void view_draw_side(struct ui *ui, rect r, struct scene *scene, void *const memory[VIEW_MAX]);

// The title at the upper left of a view, with the menu of all views; returns the x right of it.
float view_title(struct ui *ui, rect r, const struct scene *scene, const char *title);
void view_menu_open(struct ui *ui); // by a key
