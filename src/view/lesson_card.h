#pragma once
// A card of the page "Lessons", from plain values: view knows no lessons.

#include "lesson_thumbs.h"
#include "ui.h"

struct lesson_card {
    const char *id; // of the lesson: its drawing
    int number;
    const char *title;
    int parts;
    unsigned done;     // a bit a part
    bool begun, now;   // now: the lesson that is on; it gets the tag
    enum cell_id cell; // of its first scene
    const char *error; // why it cannot be opened, or NULL
};
enum { LESSON_CARD_LEAST = 216, LESSON_CARD_THUMB = 122, LESSON_CARD_HEIGHT = 216 };
bool lesson_card_done(const struct lesson_card *card);
// Each draws itself and answers what was done with it. id: of the control, in the scope of pushed ids.
struct ui_result lesson_card_draw(struct ui *ui, rect r, const char *id, const struct lesson_card *card,
                                  const struct thumb_numbers *numbers);
// The workbench without a lesson; T 0: nothing is on it.
struct ui_result sandbox_card_draw(struct ui *ui, rect r, const char *id, int units, int layers, int T);
struct ui_result open_card_draw(struct ui *ui, rect r, const char *id); // one's own data
// A row of pills from x on, a pill a part; returns where it ends.
float lesson_pills(struct ui *ui, float x, float y, float room, int count, unsigned done);
