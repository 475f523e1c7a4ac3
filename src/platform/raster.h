#pragma once
// Rasterises a draw list into an ARGB buffer by signed-area coverage; the same pixels everywhere, no GPU, no
// SDL. Only tiles whose commands changed since the last frame are drawn again. Text comes from a glyph atlas
// (atlas.h). One renderer belongs to one surface; the interface thread calls it; it may use a second thread
// for bands.

#include "draw.h"

struct atlas;
struct renderer;

struct renderer *renderer_new(struct atlas *atlas, int threads);
void renderer_free(struct renderer *renderer);
// pixels: ARGB8888, pitch in bytes, kept by the caller between frames with the content untouched. A change of
// size, pixels pointer or `all` redraws everything. Returns the number of rectangles of changed pixels,
// written to dirty (max of them; merged to one when there are more).
int renderer_draw(struct renderer *renderer, const struct draw_list *list, color background, uint32_t *pixels,
                  int width, int height, int pitch, bool all, rect *dirty, int max);
