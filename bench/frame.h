#pragma once
// What is shared by the parts of bench/frame.

#include "app.h"
#include "atlas.h"
#include "raster.h"

struct bench {
    struct app *app;
    struct renderer *renderer;
    struct draw_list list;
    int width, height;
    float scale;
    bool json;
    uint32_t *pixels;
};
extern bool bench_cpu; // processor time in place of the clock's
void bench_lay_out(struct bench *bench, int position);
void bench_paint(struct bench *bench, bool everything);
// data: a file, or NULL for the names that are shipped. False: it failed, and said why.
bool bench_while_training(struct bench *bench, const char *data, int seconds);
