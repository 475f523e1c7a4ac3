#pragma once
// What the interface keeps from frame to frame. Only the files of ui/ include this.

#include "ui.h"

enum { UI_MAX_CONTROLS = 1024, UI_MAX_SCROLLS = 96, UI_MAX_REGIONS = 32, UI_FIELD_HISTORY = 64, UI_MAX_TEXT = 4096 };

enum ui_control_flags {
    UI_FOCUSABLE = 1,
    UI_KEEPS_SPACE = 2,  // Space and Enter do not press it (text fields, lists)
    UI_POINTER_KEYS = 4, // has the keyboard also when a click gave it the focus
    UI_OPENER = 8,       // hears the pointer while a popup of the layer above is open (menu bar)
};

struct ui_spot { // a control as it lay in the last frame: hit tests need to know what lies on top
    ui_id id;
    rect r; // what is visible of it
    int layer;
    unsigned flags;
};

struct ui_layer { // a popup or a sheet
    ui_id id;
    bool sheet, close_asked;
    bool *open;               // of a sheet, between its begin and end
    bool seen, fresh;         // drawn in this frame; opened in this frame
    bool wants_focus, by_key; // its first control gets the focus, with a ring when a key opened it
    ui_id return_focus;
    bool return_visible;
    rect r;
    struct draw_list list;
    struct draw_list *below; // where drawing goes on at its end
    int parent;              // the layer that goes on at its end
};

struct ui_scroll { // retained offset of a scrolled area
    ui_id id;
    float offset;
    uint64_t used; // frame
};

struct ui_field_edit {
    char *text;
    int cursor, anchor;
};

struct ui_field { // the text field that has the focus
    ui_id id;
    int cursor, anchor; // bytes
    float scroll;
    char *original; // what Escape brings back
    char composition[512];
    struct ui_field_edit history[UI_FIELD_HISTORY]; // states; history_at is the present one
    int history_count, history_at;
    bool typing;  // the present state grows with the next letter
    bool changed; // in this frame
};

struct ui_state {
    int held_back; // events that wait behind event_count
    uint64_t frame;
    struct ui_spot spots[2][UI_MAX_CONTROLS]; // of the last frame and of this one
    int spot_count[2], now;
    int order_layer[UI_MAX_FOCUS];
    unsigned focus_flags; // of the focused control
    uint64_t focus_moved; // frame in which a key moved it: scroll to it
    bool focus_seen, active_seen;
    int focus_index; // in the order of the last frame
    int lost_index;  // 1 + that of a control that went away with the focus; 0 = none
    point press_at;
    int clicks;

    struct ui_layer layers[UI_MAX_LAYERS];
    int layer_count, layer; // open ones; the one being built (0 = the ground)
    ui_id next_popup, just_closed;
    bool swallow; // a press closed a popup: only what opens popups hears it

    struct ui_scroll scrolls[UI_MAX_SCROLLS];
    struct ui_spot regions[2][UI_MAX_REGIONS]; // scrolled areas, for the wheel
    int region_count[2];
    ui_id wheel_region;
    struct {
        ui_id id;
        rect r;
        float content, *offset;
        rect want; // of the focused control, when it was not visible
        bool wants;
    } open_scrolls[8];
    int scroll_depth;

    struct {
        bool on;
        rect r, clip; // clip: device pixels
        float radius;
        int layer;
    } ring;
    uint64_t tip_key;
    double tip_since;
    bool tip_seen;

    struct ui_field field;
    ui_id last_field;
    bool last_field_changed;
    char typed[64]; // letters typed into a list
    int typed_length;
    double typed_at;
};

struct ui_result ui_control_with(struct ui *ui, ui_id id, rect r, unsigned flags);
bool ui_top_layer(const struct ui *ui); // the layer being built gets the input
bool ui_has_keys(const struct ui *ui, ui_id id);
void ui_move_focus(struct ui *ui, int direction); // to the next control of the top layer
void ui_draw_ring(struct ui *ui, int layer);
rect ui_visible(const struct ui *ui, rect r);
rect rect_meet(rect a, rect b);

void ui_layers_begin(struct ui *ui); // a press outside closes
void ui_layers_end(struct ui *ui);
void ui_layers_release(struct ui *ui);
// A control that opens the popup `name`; true while it is open.
bool ui_popup_opener(struct ui *ui, ui_id control, rect r, const char *name, struct ui_result *result);
void draw_append(struct draw_list *list, const struct draw_list *other); // same scale

void ui_field_release(struct ui_field *field);
float *ui_scroll_offset(struct ui *ui, ui_id id);
// What of a label is shown: up to "##", which only tells ids apart.
size_t ui_label_length(const char *label);
