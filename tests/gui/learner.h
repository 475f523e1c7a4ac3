#pragma once
// A person at the window who has only the keyboard, or only the mouse (and types where a text field asks for it): what
// is pressed is looked for on the screen, and fails when it is not there.

#include "drive.h"
#include "widgets.h"
#include <math.h>
#include <stdlib.h>

struct learner {
    struct drive drive;
    struct app *app;
    bool mouse;
    long events;       // put in
    char what[200];    // is being done, for failures
    char name[100];    // of the control that was looked for last
    char missed[1200]; // what could not be done; "" = nothing
};

static inline bool learner_miss(struct learner *l, const char *text) {
    if (!*l->missed) snprintf(l->missed, sizeof l->missed, "%s (last looked for: \"%s\")", text, l->name);
    return false;
}

// --- events ---

// As the window does: two frames for an event, and more while something asks for them.
static inline void learner_frames(struct learner *l) {
    drive_frame(&l->drive);
    drive_frame(&l->drive);
    for (int k = 0; k < 3 && l->app->ui.animating; k++)
        drive_frame(&l->drive);
}

static inline void learner_event(struct learner *l, struct input_event event) {
    app_event(l->app, &event);
    l->events++;
    learner_frames(l);
}

static inline void learner_key(struct learner *l, int key, unsigned mods) {
    learner_event(l, (struct input_event){.kind = INPUT_KEY, .key = key, .mods = mods});
}

static inline void learner_keys(struct learner *l, int key, unsigned mods, long times) {
    for (long k = 0; k < times; k++)
        learner_key(l, key, mods);
}

static inline void learner_move(struct learner *l, point at) {
    learner_event(l, (struct input_event){.kind = INPUT_MOVE, .at = at});
}

static inline void learner_click(struct learner *l, point at) {
    learner_move(l, at);
    learner_event(l, (struct input_event){.kind = INPUT_PRESS, .at = at, .button = 1, .clicks = 1});
    learner_event(l, (struct input_event){.kind = INPUT_RELEASE, .at = at, .button = 1, .clicks = 1});
}

// Networks that are being built, and what moves, have time.
static inline void learner_settle(struct learner *l) {
    learner_frames(l);
    if (l->app->job || l->app->rivals.job) app_finish_job(l->app);
    l->drive.now += 1;
    learner_frames(l);
}

// --- controls by their id ---

static inline ui_id learner_id(struct learner *l, const char *scope, int number, const char *name) {
    struct ui *ui = &l->app->ui;
    snprintf(l->name, sizeof l->name, "%s", name);
    if (scope) ui_push_id(ui, scope);
    if (number >= 0) ui_push_id_int(ui, number);
    ui_id id = ui_make_id(ui, name);
    if (number >= 0) ui_pop_id(ui);
    if (scope) ui_pop_id(ui);
    return id;
}

static inline ui_id learner_popup_id(const char *name) { // of what opens the popup
    return ui_hash(ui_hash(0, name), "chip");
}

static inline int learner_focus_index(const struct ui *ui, ui_id id) {
    for (int k = ui->order_count; k-- > 0;)
        if (ui->order[k] == id) return k;
    return -1;
}

static inline bool learner_has(struct learner *l, ui_id id) {
    return learner_focus_index(&l->app->ui, id) >= 0;
}

// The shorter way round by Tab.
static inline bool learner_tab(struct learner *l, ui_id id) {
    const struct ui *ui = &l->app->ui;
    for (int k = 0; k < 400; k++) {
        if (ui->focus == id && ui->focus_visible) return true;
        int at = learner_focus_index(ui, ui->focus), to = learner_focus_index(ui, id), n = ui->order_count;
        if (to < 0) break;
        bool on = at < 0 || (to - at + n) % n <= n / 2;
        learner_key(l, KEY_TAB, on ? 0 : MOD_SHIFT);
    }
    return learner_miss(l, "Tab does not lead there");
}

// Turns the wheel over a scrolled area until the control is in sight.
static inline bool learner_see(struct learner *l, ui_id id, rect *out) {
    const rect bounds = l->app->ui.list->bounds;
    for (int k = 0; k < 60; k++) {
        *out = ui_spot_of(&l->app->ui, id);
        if (out->w >= 4 && out->h >= 8) return true;
        if (!learner_has(l, id)) break;
        bool on = k < 30;
        point over = {fminf(out->x + 20, bounds.w - 20), bounds.h * (k % 2 ? 0.3f : 0.55f)};
        learner_event(l, (struct input_event){.kind = INPUT_WHEEL, .at = over, .wheel_y = on ? -1 : 1});
    }
    return learner_miss(l, "it is nowhere in sight");
}

static inline bool learner_press(struct learner *l, ui_id id) {
    rect r;
    if (!l->mouse) {
        if (!learner_tab(l, id)) return false;
        learner_key(l, KEY_ENTER, 0);
        return true;
    }
    if (!learner_see(l, id, &r)) return false;
    learner_click(l, (point){r.x + r.w / 2, r.y + r.h / 2});
    return true;
}

// A text on the screen inside of r.
static inline bool learner_find_text(struct learner *l, const char *text, rect r, point *out) {
    const struct draw_list *list = &l->drive.list;
    for (int k = list->count; k-- > 0;) {
        const struct draw_command *at = &list->commands[k];
        if (at->op != DRAW_TEXT || (size_t)at->text_length != strlen(text) ||
            memcmp(list->texts + at->text, text, strlen(text)))
            continue;
        *out = (point){(at->rect.x + at->rect.w / 2) / list->scale, at->rect.y / list->scale - 4};
        if (rect_has(r, *out)) return true;
    }
    return false;
}

// Segments: `label` NULL for maths, which stand in equal widths; now: what is chosen, -1 = nothing.
static inline bool learner_segment(struct learner *l, ui_id id, const char *label, int index, int count, int now) {
    rect r;
    if (index == now) return true;
    if (!l->mouse) {
        if (!learner_tab(l, id)) return false;
        learner_keys(l, index > now ? KEY_RIGHT : KEY_LEFT, 0, labs(index - now));
        return true;
    }
    if (!learner_see(l, id, &r)) return false;
    point at = {r.x + r.w * ((float)index + 0.5f) / (float)count, r.y + r.h / 2};
    if (label && !learner_find_text(l, label, r, &at)) return learner_miss(l, "there is no such segment");
    learner_click(l, at);
    return true;
}

static inline bool learner_slide(struct learner *l, ui_id id, double low, double high, double step, double now,
                                 double to) {
    enum { KNOB = 7 };
    rect r;
    if (to < low || to > high) return learner_miss(l, "the slider does not go there");
    long steps = lround((to - now) / step);
    if (steps == 0) return true;
    if (!l->mouse) {
        if (!learner_tab(l, id)) return false;
        learner_keys(l, steps > 0 ? KEY_PAGE_UP : KEY_PAGE_DOWN, 0, labs(steps) / 10);
        learner_keys(l, steps > 0 ? KEY_RIGHT : KEY_LEFT, 0, labs(steps) % 10);
        return true;
    }
    if (!learner_see(l, id, &r)) return false;
    float part = (float)((to - low) / (high - low));
    learner_click(l, (point){roundf(r.x + KNOB + (r.w - 2 * KNOB) * part), r.y + r.h / 2});
    return true;
}

// Into a text field, in place of what stands there.
static inline bool learner_write(struct learner *l, ui_id id, const char *text, bool enter) {
    if (!(l->mouse ? learner_press(l, id) : learner_tab(l, id))) return false;
    learner_key(l, 'a', MOD_CTRL);
    if (!*text) learner_key(l, KEY_DELETE, 0);
    for (const char *at = text; *at;) { // a character an event
        struct input_event key = {.kind = INPUT_KEY, .key = (unsigned char)*at}, letter = {.kind = INPUT_TEXT};
        size_t n = 1;
        while ((at[n] & 0xC0) == 0x80)
            n++;
        memcpy(letter.text, at, n);
        if (n == 1) app_event(l->app, &key);
        learner_event(l, letter);
        at += n;
    }
    if (enter) learner_key(l, KEY_ENTER, 0);
    return true;
}

// From a control that keeps the arrows for itself to one that does not.
static inline bool learner_leave(struct learner *l) {
    if (l->mouse || l->app->ui.focus == 0) return true;
    return learner_tab(l, learner_id(l, NULL, -1, "Keys and help (F1)"));
}

// What is said over the page, once it is read.
static inline bool learner_close_message(struct learner *l) {
    return l->app->message.code == ERR_NONE || learner_press(l, learner_id(l, "message", -1, "Close"));
}

// Opens a popup and presses a row of it.
static inline bool learner_pick(struct learner *l, const char *popup, const char *row) {
    if (!ui_popup_is_open(&l->app->ui, popup) && !learner_press(l, learner_popup_id(popup))) return false;
    point at;
    if (!l->mouse) return learner_press(l, learner_id(l, NULL, -1, row));
    if (!learner_find_text(l, row, l->app->ui.list->bounds, &at)) return learner_miss(l, "the menu has no such row");
    learner_click(l, at);
    return true;
}
