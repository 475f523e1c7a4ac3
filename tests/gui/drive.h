#pragma once
// Drives the app without a window: events in, frames out.

#include "app.h"
#include "capture.h"
#include "draw.h"
#include <stdio.h>
#include <string.h>

struct drive {
    struct app *app;
    struct capture *capture;
    struct draw_list list;
    float width, height, scale;
    double now;
};

static inline void drive_frame(struct drive *drive) {
    draw_begin(&drive->list, drive->width, drive->height, drive->scale);
    app_frame(drive->app, &drive->list, drive->now);
    drive->now += 0.02;
}

static inline bool drive_open(struct drive *drive, const struct app_options *options, float width, float height,
                              float scale, struct err *err) {
    *drive = (struct drive){.width = width, .height = height, .scale = scale, .now = 1};
    drive->app = app_new(options, err);
    drive->capture = drive->app ? capture_new(scale, err) : NULL;
    if (!drive->capture) return false;
    draw_init(&drive->list, capture_fonts(drive->capture));
    drive_frame(drive);
    drive_frame(drive);
    return true;
}

static inline void drive_close(struct drive *drive) {
    draw_release(&drive->list);
    capture_free(drive->capture);
    app_free(drive->app);
}

static inline void drive_event(struct drive *drive, struct input_event event) {
    app_event(drive->app, &event);
    drive_frame(drive);
    drive_frame(drive);
}

static inline void drive_key(struct drive *drive, int key, unsigned mods) {
    drive_event(drive, (struct input_event){.kind = INPUT_KEY, .key = key, .mods = mods});
    if (key >= ' ' && key < 127 && !(mods & (MOD_CTRL | MOD_ALT))) {
        struct input_event text = {.kind = INPUT_TEXT};
        text.text[0] = (char)key;
        drive_event(drive, text);
    }
}

static inline void drive_click(struct drive *drive, float x, float y) {
    drive_event(drive, (struct input_event){.kind = INPUT_MOVE, .at = {x, y}});
    drive_event(drive, (struct input_event){.kind = INPUT_PRESS, .at = {x, y}, .button = 1, .clicks = 1});
    drive_event(drive, (struct input_event){.kind = INPUT_RELEASE, .at = {x, y}, .button = 1, .clicks = 1});
}

// Waits for a network that is being built, and for what moves.
static inline void drive_settle(struct drive *drive) {
    app_finish_job(drive->app);
    drive->now += 5;
    drive_frame(drive);
    drive_frame(drive);
}

// Typed where the focus is, a letter an event.
static inline void drive_type(struct drive *drive, const char *text) {
    for (; *text; text++)
        drive_key(drive, *text, 0);
}

// From the keyboard alone: how many controls take the focus until it comes round again, at most 200; -1 when a Tab
// leads nowhere.
static inline int drive_focus_round(struct drive *drive) {
    ui_id first = 0;
    int seen = 0;
    for (int k = 0; k < 200; k++) {
        drive_key(drive, KEY_TAB, 0);
        if (drive->app->ui.focus == 0) return -1;
        if (drive->app->ui.focus == first) break;
        if (!first) first = drive->app->ui.focus;
        seen++;
    }
    return seen;
}

// Is this text on screen?
static inline bool drive_shows(const struct drive *drive, const char *text) {
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op == DRAW_TEXT && (size_t)at->text_length == strlen(text) &&
            !memcmp(drive->list.texts + at->text, text, strlen(text)))
            return true;
    }
    return false;
}

// Clicks the middle of a text on screen; false when it is not there.
static inline bool drive_click_text(struct drive *drive, const char *text) {
    for (int k = drive->list.count - 1; k >= 0; k--) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT || (size_t)at->text_length != strlen(text) ||
            memcmp(drive->list.texts + at->text, text, strlen(text)))
            continue;
        drive_click(drive, (at->rect.x + at->rect.w / 2) / drive->scale, at->rect.y / drive->scale - 4);
        return true;
    }
    return false;
}
