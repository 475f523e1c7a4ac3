#pragma once
// A frame without a window: rasterises a draw list into memory and saves it as PNG (through SDL_image) or
// SVG. Saved whole or not at all.

#include "draw.h"
#include "err.h"
#include "str.h"

struct capture;
struct capture *capture_new(float scale, struct err *err); // needs no display
void capture_free(struct capture *capture);
const struct font_source *capture_fonts(struct capture *capture);
const char *capture_missing_fonts(const struct capture *capture); // "" or a sentence, known after the fonts were used
// Renders; pixels are ARGB8888, borrowed until the next call.
const uint32_t *capture_pixels(struct capture *capture, const struct draw_list *list, color background, int *width,
                               int *height);
bool capture_save(struct capture *capture, const struct draw_list *list, color background, const char *path,
                  struct err *err); // .png or .svg
// The part of a frame (logical pixels) as a PNG, appended to out.
bool capture_png(struct capture *capture, const struct draw_list *list, color background, rect part, struct str *out,
                 struct err *err);
// Reads a PNG into ARGB8888 (mem_free it), for golden tests.
uint32_t *capture_load(const char *path, int *width, int *height, struct err *err);
