#pragma once
// The window: events in, pixels out. The only headers that hide SDL. Interface thread only.

#include "draw.h"
#include "err.h"
#include "input.h"

struct window;
struct window_options {
    const char *title;
    int width, height; // logical
    float user_scale;
};

bool window_has_display(void); // false: no screen to open a window on
struct window *window_new(const struct window_options *options, struct err *err);
void window_free(struct window *window);
const struct font_source *window_fonts(struct window *window);
// Logical size and device pixels per logical pixel (the guide's s times the system's scale times the user's).
void window_metrics(const struct window *window, float *width, float *height, float *scale);
void window_set_user_scale(struct window *window, float user_scale);
void window_set_title(struct window *window, const char *title);
void window_set_fullscreen(struct window *window, bool on);
// Waits up to `seconds` (< 0: until something happens) and gives the next event; false when none came.
bool window_wait(struct window *window, double seconds, struct input_event *event);
void window_wake(struct window *window); // any thread: makes window_wait return
void window_present(struct window *window, const struct draw_list *list, color background);
void window_set_cursor(struct window *window, enum input_cursor cursor);
void window_clipboard_set(struct window *window, const char *text);
char *window_clipboard_get(struct window *window);                  // mem_free it; NULL when empty
void window_text_input(struct window *window, bool on, rect caret); // IME

// Called on the interface thread while the system holds the event loop in a live resize (some systems do):
// lay out anew for window_metrics and present. Not called from within itself.
void window_on_resize(struct window *window, void (*redraw)(void *context), void *context);
const char *
window_missing_fonts(const struct window *window); // "" or a sentence to show once, known after the first frame
