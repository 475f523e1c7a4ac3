// Milliseconds a frame of a scene like the workbench: 64 cells of 16 tiles, 284 arrows, 600 labels, a plot of
// 2,000 points. Usage: bench_raster [width height scale]. Prints the median of a full redraw, of one step (a
// column of tiles and some labels change) and of a frame in which nothing changed.

#include "median.h"
#include "raster.h"
#include "atlas.h"
#include "mem.h"
#include "theme.h"
#include "thread.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CELLS = 64, TILES = 16, ARROWS = 284, LABELS = 600, POINTS = 2000, RUNS = 41 };

static void draw_arrow(struct draw_list *list, float x, float y, float w, float h, color c) {
    draw_path_move(list, x, y);
    draw_path_line(list, x + w - 8, y);
    draw_path_quad(list, x + w, y, x + w, y - 8);
    draw_path_line(list, x + w, y - h + 7);
    draw_path_stroke(list, c, 1.5f, false, false);
    draw_path_move(list, x + w, y - h);
    draw_path_line(list, x + w - 4, y - h + 8);
    draw_path_line(list, x + w + 4, y - h + 8);
    draw_path_fill(list, c);
}

static void draw_scene(struct draw_list *list, const struct theme *theme, float width, float height, float scale,
                       int step) {
    draw_begin(list, width, height, scale);
    draw_rect(list, (rect){0, 0, width, 48}, theme->panel, 0);
    draw_rect(list, (rect){0, 48, 288, height - 168}, theme->panel, 0);
    draw_rect(list, (rect){288, 48, width - 656, height - 168}, theme->stage, 0);
    draw_rect(list, (rect){width - 368, 48, 368, height - 168}, theme->panel, 0);
    draw_rect(list, (rect){0, height - 120, width, 120}, theme->panel, 0);
    float pitch = (width - 656 - 60) / 8, row = (height - 220) / 8;
    for (int i = 0; i < CELLS; i++) {
        float x = 330 + (float)(i % 8) * pitch, y = 70 + (float)(i / 8) * row;
        draw_rect(list, (rect){x - 3, y - 3, 72, row - 30}, theme->panel, 6);
        draw_box(list, (rect){x - 3, y - 3, 72, row - 30}, i % 8 == step ? theme->ink1 : theme->line2, 6,
                 i % 8 == step ? 2 : 1);
        for (int k = 0; k < TILES; k++) {
            float v = sinf((float)(i * 31 + k * 7) + (i % 8 == step ? 0.3f : 0));
            rect tile = {x + (float)(k % 8) * 8, y + (float)(k / 8) * 22, 7, 20};
            draw_rect(list, tile, ramp_value(theme, v), 1.5f);
            if (fabsf(v) < 0.28f) draw_box(list, tile, theme->tile_edge, 1.5f, 1);
        }
    }
    for (int i = 0; i < ARROWS; i++)
        draw_arrow(list, 330 + (float)(i % 16) * pitch / 2, 110 + (float)(i / 16) * row * 0.44f, 30, 30, theme->ink2);
    for (int i = 0; i < LABELS; i++) {
        struct source source = {"forward/l0/c", i / 8, i % 8, cos((double)i) + (i % 8 == step ? 0.01 : 0)};
        draw_value(list, 300 + (float)(i % 24) * 30, 64 + (float)(i / 24) * (height - 190) / 25, source, 2, true,
                   (struct text_style){i % 3 ? FONT_SANS_MEDIUM : FONT_MONO, 13, theme->ink3, ALIGN_LEFT});
    }
    for (int i = 0; i < POINTS; i++) {
        float t = (float)i / POINTS, y = height / 2 + 80 * sinf(t * 12) + 12 * sinf((float)i * 1.7f);
        if (i == 0)
            draw_path_move(list, width - 350, y);
        else
            draw_path_line(list, width - 350 + t * 330, y);
    }
    draw_path_stroke(list, theme->m_b, 2.75f, false, false);
}

static void run(struct atlas *atlas, int threads, int width, int height, float scale) {
    struct renderer *renderer = renderer_new(atlas, threads);
    uint32_t *pixels = mem_need((size_t)width * (size_t)height, sizeof *pixels);
    struct draw_list list;
    draw_init(&list, atlas_fonts(atlas));
    const struct theme *theme = theme_get(THEME_LIGHT);
    double all[RUNS], step[RUNS], same[RUNS], lay[RUNS];
    rect dirty[32];
    for (int i = 0; i < RUNS; i++) {
        double start = clock_seconds();
        draw_scene(&list, theme, (float)width / scale, (float)height / scale, scale, i % 8);
        lay[i] = clock_seconds() - start;
        start = clock_seconds();
        renderer_draw(renderer, &list, theme->app, pixels, width, height, width * 4, true, dirty, 32);
        all[i] = clock_seconds() - start;
        draw_scene(&list, theme, (float)width / scale, (float)height / scale, scale, (i + 1) % 8);
        start = clock_seconds();
        renderer_draw(renderer, &list, theme->app, pixels, width, height, width * 4, false, dirty, 32);
        step[i] = clock_seconds() - start;
        start = clock_seconds();
        renderer_draw(renderer, &list, theme->app, pixels, width, height, width * 4, false, dirty, 32);
        same[i] = clock_seconds() - start;
    }
    printf("%d x %d at %g, %d threads: list %.2f, full %.2f, step %.2f, unchanged %.2f ms (%d commands)\n", width,
           height, (double)scale, threads, 1e3 * bench_median(lay, RUNS), 1e3 * bench_median(all, RUNS),
           1e3 * bench_median(step, RUNS), 1e3 * bench_median(same, RUNS), list.count);
    draw_release(&list);
    mem_free(pixels);
    renderer_free(renderer);
}

int main(int argc, char **argv) {
    struct err err = {0};
    struct atlas *atlas = atlas_new(1, &err);
    if (!atlas) {
        fprintf(stderr, "bench_raster: %s\n", err.message);
        return 1;
    }
    int width = argc > 2 ? atoi(argv[1]) : 1440, height = argc > 2 ? atoi(argv[2]) : 900;
    float scale = argc > 3 ? (float)atof(argv[3]) : 1;
    if (width > 0 && height > 0 && scale > 0) {
        run(atlas, 1, width, height, scale);
        run(atlas, 2, width, height, scale);
    }
    atlas_free(atlas);
    return 0;
}
