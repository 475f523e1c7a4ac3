#pragma once
// Takes what is on screen along: the window as PNG or SVG, a range of steps as GIF or MP4, the record as a trace. A
// saving goes on by one piece at a time, so that the window shows how far it is and can stop it; a trace is written by
// a worker. Nothing of the app moves: frames of other steps are drawn by an interface of their own. Interface thread.

#include "err.h"
#include "script.h"

struct app;
struct saving;

enum saving_kind { SAVING_PNG, SAVING_SVG, SAVING_GIF, SAVING_MP4, SAVING_TRACE, SAVING_TABLE, SAVING_KIND_COUNT };
struct saving_about {
    const char *title, *ending;
    bool scaled;    // has a scale
    bool moving;    // has a range of steps
    bool by_worker; // cannot be stopped
};
extern const struct saving_about saving_kinds[SAVING_KIND_COUNT];
enum { SAVING_SCALE_MAX = 4, SAVING_PATH = 1024 };

struct saving_order {
    enum saving_kind kind;
    char path[SAVING_PATH];
    double scale;        // 1 .. SAVING_SCALE_MAX: pixels of the picture for one of the window
    int from, to;        // moving: positions of the script, both included
    enum granularity by; // moving: a frame for every operation, cell, timestep, ...
    double seconds;      // moving: how long a frame stays
};

// A path that is not there yet, in the current folder: "unroll-3.png".
void saving_free_path(enum saving_kind kind, char out[SAVING_PATH]);
struct saving *saving_new(struct app *app, const struct saving_order *order, struct err *err);
// The next piece. True while there is more to do; then *done (the share, NaN when not known). At the end false, and
// err->code says whether it went well (ERR_NONE).
bool saving_advance(struct saving *saving, double *done, struct err *err);
void saving_free(struct saving *saving); // stops it when it is not at its end: no file is left then
