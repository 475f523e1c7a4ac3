#include "saving.h"

#include "app.h"
#include "capture.h"
#include "file.h"
#include "mem.h"
#include "movie.h"
#include "str.h"
#include "surgery.h"
#include "thread.h"
#include "trace_out.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const struct saving_about saving_kinds[SAVING_KIND_COUNT] = {
    [SAVING_PNG] = {"Picture, PNG", "png", .scaled = true},
    [SAVING_SVG] = {"Drawing, SVG", "svg"},
    [SAVING_GIF] = {"Animation, GIF", "gif", .scaled = true, .moving = true},
    [SAVING_MP4] = {"Film, MP4", "mp4", .scaled = true, .moving = true},
    [SAVING_TRACE] = {"Trace, safetensors", "safetensors", .by_worker = true},
    [SAVING_TABLE] = {"Trace, CSV", "csv", .by_worker = true},
};

enum { SIDE_MAX = 16384 };

struct saving {
    struct app *app;
    struct saving_order order;
    float width, height, scale; // of the frames: logical pixels, device pixels for one
    struct ui ui;               // draws the frames
    struct capture *capture;
    struct draw_list list;
    struct movie *movie;
    int next; // position of the next frame
    // a trace
    struct trace_file file;
    struct str edits;
    struct thread *thread;
    struct mutex *mutex;
    bool ready;
    struct err err;
};

void saving_free_path(enum saving_kind kind, char out[SAVING_PATH]) {
    for (int k = 1; k < 10000; k++) {
        snprintf(out, SAVING_PATH, "unroll-%d.%s", k, saving_kinds[kind].ending);
        if (!file_exists(out)) return;
    }
}

// One frame with the cursor at `position`, by the saving's own interface: no menu is open in it, nothing moves.
static void draw_frame(struct saving *saving, int position) {
    struct app *app = saving->app, *kept = mem_need(1, sizeof *kept);
    *kept = *app;
    app->ui = saving->ui;
    app->picturing = true;
    app->job = NULL; // would hand over its workbench
    app->message.code = ERR_NONE;
    app->help_open = app->preferences_open = app->saving_open = app->rail_open = false;
    app->transport.playing = false;
    app->wish = APP_NOTHING;
    app_seek(app, position);
    for (int pass = 0; pass < 2; pass++) { // the second frame knows what the first laid out
        draw_begin(&saving->list, saving->width, saving->height, saving->scale);
        app_frame(app, &saving->list, kept->ui.now);
    }
    saving->ui = app->ui;
    *app = *kept;
    mem_free(kept);
}

static void write_trace(void *context) {
    struct saving *saving = context;
    struct err err = {0};
    trace_save(&saving->file, saving->order.path, &err);
    mutex_lock(saving->mutex);
    saving->err = err;
    saving->ready = true;
    mutex_unlock(saving->mutex);
}

static bool start_trace(struct saving *saving) {
    const struct workbench *bench = saving->app->bench;
    const struct record *before = workbench_before(bench);
    if (before) edits_text(&saving->edits, workbench_edits(bench), before);
    saving->file = (struct trace_file){
        .record = bench->record, .example = bench->example_text, .edit = before ? str_text(&saving->edits) : NULL};
    saving->mutex = mutex_new();
    saving->thread = thread_start(write_trace, saving);
    if (!saving->thread) write_trace(saving); // no thread left: the window waits
    return true;
}

static bool start_frames(struct saving *saving, struct err *err) {
    const struct draw_list *window = saving->app->ui.list;
    if (!window) return err_set(err, ERR_VALUE, "nothing has been drawn yet");
    const struct saving_order *order = &saving->order;
    saving->width = window->bounds.w;
    saving->height = window->bounds.h;
    saving->scale = window->scale * (saving_kinds[order->kind].scaled ? (float)order->scale : 1);
    float side = fmaxf(saving->width, saving->height) * saving->scale;
    if (side > SIDE_MAX)
        return err_set(err, ERR_LIMIT, "the picture would be %.0f pixels wide or high; %d are the most", side,
                       SIDE_MAX);
    saving->capture = capture_new(saving->scale, err);
    if (!saving->capture) return false;
    draw_init(&saving->list, capture_fonts(saving->capture));
    ui_init(&saving->ui);
    saving->next = saving_kinds[order->kind].moving ? order->from : saving->app->position;
    return true;
}

struct saving *saving_new(struct app *app, const struct saving_order *order, struct err *err) {
    int count = app->bench ? app->bench->script->count : 0;
    if (!app->bench) {
        err_set(err, ERR_VALUE, "there is nothing to save: no network is open");
        return NULL;
    }
    if (saving_kinds[order->kind].moving && (order->from < 0 || order->from > order->to || order->to > count)) {
        err_set(err, ERR_VALUE, "expected a first and a last step between 0 and %d, found %d and %d", count,
                order->from, order->to);
        return NULL;
    }
    struct saving *saving = mem_need(1, sizeof *saving);
    saving->app = app;
    saving->order = *order;
    if (saving_kinds[order->kind].by_worker ? start_trace(saving) : start_frames(saving, err)) return saving;
    saving_free(saving);
    return NULL;
}

static bool advance_trace(struct saving *saving, double *done, struct err *err) {
    *done = NAN;
    mutex_lock(saving->mutex);
    bool ready = saving->ready;
    mutex_unlock(saving->mutex);
    if (ready) *err = saving->err;
    return !ready;
}

static bool advance_movie(struct saving *saving, double *done, struct err *err) {
    const struct saving_order *order = &saving->order;
    int position = saving->next, width, height;
    draw_frame(saving, position);
    const uint32_t *pixels =
        capture_pixels(saving->capture, &saving->list, app_background(saving->app), &width, &height);
    if (!saving->movie) saving->movie = movie_new(order->path, width, height, order->seconds, err);
    if (!saving->movie || !movie_add(saving->movie, pixels, err)) return false;
    saving->next = script_move(saving->app->bench->script, position, order->by, 1);
    *done = (double)(position + 1 - order->from) / (order->to + 1 - order->from);
    if (saving->next > position && saving->next <= order->to) return true;
    movie_end(saving->movie, err);
    saving->movie = NULL;
    return false;
}

bool saving_advance(struct saving *saving, double *done, struct err *err) {
    *err = (struct err){0};
    if (saving_kinds[saving->order.kind].by_worker) return advance_trace(saving, done, err);
    if (saving_kinds[saving->order.kind].moving) return advance_movie(saving, done, err);
    draw_frame(saving, saving->next);
    capture_save(saving->capture, &saving->list, app_background(saving->app), saving->order.path, err);
    return false;
}

void saving_free(struct saving *saving) {
    if (!saving) return;
    if (saving->thread) thread_join(saving->thread);
    if (saving->mutex) mutex_free(saving->mutex);
    if (saving->movie) movie_drop(saving->movie);
    if (saving->capture) {
        draw_release(&saving->list);
        ui_release(&saving->ui);
    }
    capture_free(saving->capture);
    str_release(&saving->edits);
    mem_free(saving);
}
