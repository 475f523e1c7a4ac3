#pragma once
// Input events as the interface understands them: pushed in by platform/ or by a test. Positions in logical pixels.

#include "geometry.h"

enum input_kind {
    INPUT_NONE,
    INPUT_MOVE,
    INPUT_PRESS,
    INPUT_RELEASE,
    INPUT_WHEEL,
    INPUT_PINCH,
    INPUT_KEY,
    INPUT_KEY_UP,
    INPUT_TEXT,
    INPUT_EDITING,
    INPUT_DROP,
    INPUT_RESIZE,
    INPUT_EXPOSE,
    INPUT_LEAVE,
    INPUT_WAKE,
    INPUT_QUIT
};
enum input_mod { MOD_SHIFT = 1, MOD_CTRL = 2, MOD_ALT = 4, MOD_SUPER = 8 };
enum input_cursor { CURSOR_ARROW, CURSOR_HAND, CURSOR_TEXT, CURSOR_RESIZE_H, CURSOR_COUNT };

// Keys: printable ones are their lower-case character ('a', '1', '[', '/', ...), the others are:
enum input_key {
    KEY_NONE = 0,
    KEY_TAB = 9,
    KEY_ENTER = 13,
    KEY_ESCAPE = 27,
    KEY_SPACE = ' ',
    KEY_BACKSPACE = 0x100,
    KEY_DELETE,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_F1,
    KEY_F11 = KEY_F1 + 10,
    KEY_F12
};

struct input_event {
    enum input_kind kind;
    point at; // pointer
    float wheel_x, wheel_y;
    float pinch; // factor since the last event; above 1: the fingers part
    int button;  // 1 left, 2 middle, 3 right
    int clicks;
    int key; // enum input_key or a character
    unsigned mods;
    bool repeat;
    char text[512]; // INPUT_TEXT: UTF-8; INPUT_EDITING: composition
    // INPUT_DROP: paths, or one text; none where it was neither. Borrowed until the next event is waited for.
    const char *const *dropped;
    int drop_count;
    bool drop_text;
};
