#pragma once
// Immediate-mode interface: each frame the application calls widgets in order of reading; they draw into the list and
// answer what the user did. Input of a frame is pushed in before; identity is a hash of a string in the scope of
// pushed ids. Focus: Tab and Shift+Tab walk the widgets in the order they were called; Enter or Space presses. Knows no
// SDL and no networks. Interface thread only.
//
// A frame sees at most one press, one release and one key; what was pushed beyond that waits for the next frame (and
// `animating` asks for it). The keyboard belongs to a control only when Tab (or a popup opened by a key) brought it
// there: a click presses a button without taking Space and the arrows from the application. Text fields and lists take
// both ways. While a popup or a sheet is open, the pointer and the keys belong to it; what lies below sees Ctrl
// combinations, function keys and '?' only.

#include "draw.h"
#include "input.h"
#include "theme.h"

typedef uint64_t ui_id;
enum { UI_MAX_EVENTS = 64, UI_MAX_FOCUS = 512, UI_MAX_LAYERS = 8 };

struct ui {
    struct draw_list *list; // where widgets draw; popups are drawn last
    const struct theme *theme;
    double now; // seconds
    bool reduced_motion;
    // input of this frame
    struct input_event events[UI_MAX_EVENTS];
    int event_count;
    point pointer;
    bool pointer_inside, down, pressed, released; // left button
    unsigned mods;
    // identity
    ui_id hot, active, focus; // under the pointer, being pressed, with the keyboard
    ui_id next_hot;
    bool focus_visible; // the ring shows after a key, not after a click
    ui_id seeds[32];
    int seed_depth;
    ui_id order[UI_MAX_FOCUS]; // focusable widgets of this frame
    int order_count;
    enum input_cursor cursor;
    char tooltip[160];
    rect tooltip_at;
    bool animating;         // someone wants another frame soon
    double wake_at;         // or at this time; 0 = no
    struct ui_state *state; // retained: scroll offsets, text cursors, popups (opaque)
    bool text_input;        // a text field has the focus: switch the system's text input on,
    rect caret;             // and put its candidate window here
    // clipboard, filled in by the app
    void *clipboard_context;
    void (*clipboard_set)(void *context, const char *text);
    char *(*clipboard_get)(void *context); // mem_free
};

void ui_init(struct ui *ui);
void ui_release(struct ui *ui);
void ui_push_event(struct ui *ui, const struct input_event *event); // before ui_begin
void ui_begin(struct ui *ui, struct draw_list *list, const struct theme *theme, double now);
void ui_end(struct ui *ui); // draws popups and the tooltip, moves the focus, forgets the events

ui_id ui_make_id(struct ui *ui, const char *name);
void ui_push_id(struct ui *ui, const char *name);
void ui_push_id_int(struct ui *ui, int n);
void ui_pop_id(struct ui *ui);

// The behaviour under every widget: hit test, press, focus. Returns what happened in this frame.
struct ui_result {
    bool hovered, pressed, clicked, held, focused, keyed; // clicked: by pointer or by Enter/Space (then keyed)
};
// `focused`: has the keyboard. `held`: from the press to the frame of the release. What the draw list clips away is not
// hit.
struct ui_result ui_control(struct ui *ui, ui_id id, rect r, bool focusable);
void ui_focus_ring(struct ui *ui, ui_id id, rect r, float radius); // 2 px ink, 2 px away
void ui_tooltip(struct ui *ui, rect at, const char *text);         // call while hovered or focused; shows after 500 ms
// A key of this frame not yet taken by the focused widget; taking it hides it from others.
bool ui_take_key(struct ui *ui, int key, unsigned mods);
// Turns of the wheel over r (of the topmost layer) in this frame; taken.
bool ui_take_wheel(struct ui *ui, rect r, float *x, float *y);
// Fingers on a touch screen over r: the factor by which they parted in this frame; taken.
bool ui_take_pinch(struct ui *ui, rect r, float *factor);
void ui_set_focus(struct ui *ui, ui_id id, bool visible);
ui_id ui_hash(ui_id seed, const char *name); // never 0
bool ui_text_focused(const struct ui *ui);   // letters belong to a text field
// Where a control lies: what was seen of it in the last frame; empty where it was not there, or scrolled out of sight.
rect ui_spot_of(const struct ui *ui, ui_id id);
