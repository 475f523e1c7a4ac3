#pragma once
// The page "Lessons": what it knows of the lessons on the shelf, what is searched for, and the numbers of its drawings.
// Internal to app/: gallery.c keeps it, page_lessons.c draws it. Interface thread.

#include "app_chrome.h"
#include "arena.h"
#include "glossary.h"
#include "lesson_thumbs.h"

struct gallery_part {
    const char *title, *text; // text: all that is read in it, as it is written
};
struct gallery_lesson { // at the index of the shelf
    const struct gallery_part *parts;
    int part_count;
    enum cell_id cell; // of its first scene
};

enum gallery_hit_kind { HIT_LESSON, HIT_PART, HIT_TERM };
struct gallery_hit {
    enum gallery_hit_kind kind;
    int lesson, part; // of the shelf
    const struct glossary_term *term;
};
enum { GALLERY_HITS = 64, GALLERY_CARDS = SHELF_MAX + 2 };

struct gallery {
    struct arena arena; // of the lessons
    struct gallery_lesson *lessons;
    int count; // of the shelf when they were read
    struct job *job;
    struct thumb_numbers *numbers; // NULL: not there yet
    bool asked;
    char search[64], row_text[192];
    struct gallery_hit hits[GALLERY_HITS];
    int hit_count, row;
    bool show; // the row is to be scrolled into view
    // Of the frame before: where the cards were and what they are called, for the arrows.
    rect at[GALLERY_CARDS];
    ui_id ids[GALLERY_CARDS];
    int cards;
};

struct gallery *gallery_of(struct app *app); // made and brought up to date
void gallery_free(struct gallery *gallery);  // may be NULL
bool gallery_busy(const struct gallery *gallery);
void gallery_search(struct app *app); // hits of what stands in the field

// Where the learner goes on: a lesson of the shelf and a part, or -1 where the shelf is empty. begun: one was there.
struct gallery_place {
    int lesson, part;
    bool begun;
};
struct gallery_place gallery_next(struct app *app);
unsigned gallery_done(const struct app *app, int lesson); // a bit a part
bool gallery_is_done(const struct app *app, int lesson);
