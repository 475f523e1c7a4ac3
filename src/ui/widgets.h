#pragma once
// The widgets. Each takes its rectangle, draws itself in the look of the visual guide and answers what was done. All
// are reached by pointer and by keyboard and show a focus ring. A label is also the widget's id in the scope of pushed
// ids; what follows "##" in it is not shown and only tells two equal labels apart.

#include "ui.h"

enum icon {
    ICON_CHECK,
    ICON_CHEVRON_RIGHT,
    ICON_CHEVRON_LEFT,
    ICON_CHEVRON_DOWN,
    ICON_SUN,
    ICON_MOON,
    ICON_HELP,
    ICON_PLAY,
    ICON_PAUSE,
    ICON_STEP,
    ICON_BACK,
    ICON_START,
    ICON_END,
    ICON_FILE,
    ICON_FOLDER,
    ICON_GRID,
    ICON_WARN,
    ICON_STOP,
    ICON_CLOSE,
    ICON_PLUS,
    ICON_ZOOM_IN,
    ICON_ZOOM_OUT,
    ICON_DROP,
    ICON_FIX,
    ICON_LOCK,
    ICON_ARROW_RIGHT,
    ICON_SEARCH,
    ICON_RETURN,
    ICON_TARGET,
    ICON_COUNT
};
// size: side of the square box, which is 24 units wide; width: of the stroke, in pixels.
void icon_draw(struct draw_list *list, enum icon icon, float x, float y, float size, color c, float width);
void logo_draw(struct draw_list *list, float x, float y, float size, color c);

bool ui_button(struct ui *ui, rect r, const char *label, bool primary);
float ui_button_width(struct ui *ui, const char *label);                         // that the label asks for
bool ui_link(struct ui *ui, rect r, const char *label, struct text_style style); // left, centred or right in r
bool ui_icon_button(struct ui *ui, rect r, enum icon icon, float icon_size, const char *name,
                    bool filled); // name: tooltip and id
// Segmented control. items: texts or maths markup when math; keys may be NULL; returns the chosen index (== selected
// when unchanged). Left and Right choose while it has the focus. Key hints are left out where they do not fit.
int ui_segments(struct ui *ui, rect r, const char *id, const char *const *items, const char *const *keys, int count,
                int selected, bool math);
float ui_segments_width(struct ui *ui, const char *const *items, const char *const *keys, int count, bool math);
// step 0: continuous. Arrows move by a step (or a hundredth), Page keys by ten, Home and End to the ends.
bool ui_slider(struct ui *ui, rect r, const char *id, double *value, double low, double high, double step);
bool ui_toggle(struct ui *ui, rect r, const char *label, bool *value); // true when changed
// A chip with an icon (ICON_COUNT: none) and a chevron; opens a popup below. Returns true while its popup is open; then
// draw the popup's content between ui_popup_begin and ui_popup_end.
float ui_chip_width(struct ui *ui, const char *label, bool with_icon);
bool ui_chip(struct ui *ui, rect r, enum icon icon, const char *label);
bool ui_chip_id(struct ui *ui, rect r, enum icon icon, const char *label, const char *popup); // its label may change
bool ui_menu_anchor(struct ui *ui, rect r,
                    const char *popup); // the same without a look: the caller draws into r afterwards
// width, height: of the content; a padding of 12 comes on top. Kept inside the window, over everything. Escape, a press
// outside and ui_popup_close close it; Up and Down walk its widgets as Tab does.
rect ui_popup_begin(struct ui *ui, rect anchor, float width, float height); // content rectangle
void ui_popup_end(struct ui *ui);
void ui_popup_close(struct ui *ui);
// Opens (or closes) the popup of that name, by a key from anywhere; popups have global names. ui_chip's is its label.
void ui_popup_open(struct ui *ui, const char *chip_label_id);
bool ui_popup_is_open(const struct ui *ui, const char *name);
// A sheet in the middle over everything, called while *open is true; Escape, its cross and a press outside clear *open.
rect ui_sheet_begin(struct ui *ui, float width, float height, bool *open); // of the content; padding 32 on top
void ui_sheet_end(struct ui *ui);
// One line of text, valid UTF-8: selection, clipboard, IME, Ctrl+Z and Ctrl+Y, Escape brings back what it was before
// the focus came. Returns true when Enter accepted or the text changed and focus left.
bool ui_text_field(struct ui *ui, rect r, const char *id, char *text, int size, const char *hint);
void ui_text_field_to_end(struct ui *ui);        // the cursor of the field with the focus, after its text was changed
bool ui_text_field_changed(const struct ui *ui); // the last text field's text changed in this frame
// A list with scrolling: row texts by callback (valid until its next call); returns the row that was chosen, or -1.
// *highlight is kept by the caller. Arrows, Page keys, Home, End, Enter; letters go to the next row that begins with
// them.
enum { UI_LIST_ROW = 32 };
int ui_list(struct ui *ui, rect r, const char *id, int count, const char *(*text)(void *context, int row),
            void *context, int *highlight);
// The same with rows that draw themselves, and beside a text field that keeps the focus: the field's letters choose
// what is in the list, the list's keys choose among it. Call it before the field.
struct ui_rows {
    int count;
    const char *(*text)(void *context, int row);
    void *context;
    // Instead of the text, which letters still look for; baseline: UI_LIST_BASELINE below at.y. May be NULL.
    void (*draw)(void *context, struct ui *ui, int row, rect at, struct text_style style);
    bool beside_field; // takes no focus
    bool keys;         // the field has the focus: arrows, Page keys, Home, End and Enter are the list's
    bool show;         // the caller has moved the highlight: scroll to it
};
enum { UI_LIST_BASELINE = 21 };
int ui_list_rows(struct ui *ui, rect r, const char *id, const struct ui_rows *rows, int *highlight);
// Scrolled area: content of height `content` in r; returns the offset to subtract from y. Clips to r; ui_scroll_end
// draws the bar. With the focus: arrows, Page keys, Home, End. A control that gets the focus by a key is scrolled into
// view.
float ui_scroll_begin(struct ui *ui, rect r, const char *id, float content);
void ui_scroll_end(struct ui *ui);
void ui_scroll_show(struct ui *ui, rect what); // inside it: scrolls as far as needed to show this, where it was drawn
int ui_menu_row(struct ui *ui, rect r, const char *label, const char *key, bool checked); // 1 when chosen

// The circle before a task: ink disc with a check, highlighter with an ink ring, grey ring. Radius 9.
enum ui_mark { UI_MARK_LATER, UI_MARK_NOW, UI_MARK_DONE };
void ui_mark_draw(struct draw_list *list, const struct theme *theme, point center, enum ui_mark mark);
void ui_progress(struct ui *ui, rect r, double fraction); // 3 px bar; below 0 or NaN: not known

// A bar with icon and words, wrapped; higher than r where the words need it. tone: true is an error.
enum ui_tone { UI_GOOD, UI_ERROR, UI_WARNING };
enum ui_message_answer { UI_MESSAGE_NONE, UI_MESSAGE_CLOSED, UI_MESSAGE_ACTION };
int ui_message(struct ui *ui, rect r, const char *text, int tone,
               const char *action); // action: a button's label, or NULL
