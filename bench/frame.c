// What a frame of the workbench costs: everything drawn again, one step of the cursor, and one step back. Medians in
// milliseconds.
//   frame [--size WxH] [--scale S] [--threads N] [--cell C] [--layers N] [--hidden N] [--length T] [--cpu]
//         [--json]
// --cpu: processor time of all threads in place of the clock's, for a machine that does other things as well.
#include "app.h"
#include "atlas.h"
#include "mem.h"
#include "raster.h"
#include "thread.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 60 };

// The example: this word, with a blank after it, again and again.
static void make_word(char *out, size_t size, int length) {
    static const char word[] = "troodon ";
    int n = length > 0 && (size_t)length < size ? length : 8;
    for (int k = 0; k + 1 < n; k++)
        out[k] = word[k % 7];
    out[n - 1] = 0;
}

static bool read_number(const char *name, char **argv, int argc, int *k, int *out) {
    if (*k + 1 >= argc || strcmp(argv[*k], name)) return false;
    *out = atoi(argv[++*k]);
    return true;
}

static bool cpu;

static double now(void) {
    return cpu ? (double)clock() / CLOCKS_PER_SEC : clock_seconds();
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
static double median(double *v, int n) {
    qsort(v, (size_t)n, sizeof *v, by_value);
    return v[n / 2] * 1000;
}

int main(int argc, char **argv) {
    int width = 1440, height = 900, threads = 2, length = 8;
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    struct net_spec *spec = &options.setup.recipe.spec;
    double scale = 1;
    bool json = false;
    for (int k = 1; k < argc; k++) {
        if (!strcmp(argv[k], "--json"))
            json = true;
        else if (!strcmp(argv[k], "--cpu"))
            cpu = true;
        else if (k + 1 < argc && !strcmp(argv[k], "--size") && sscanf(argv[k + 1], "%dx%d", &width, &height) == 2)
            k++;
        else if (k + 1 < argc && !strcmp(argv[k], "--scale"))
            scale = atof(argv[++k]);
        else if (k + 1 < argc && !strcmp(argv[k], "--cell") && cell_by_name(argv[k + 1], &spec->cell))
            k++;
        else if (!read_number("--threads", argv, argc, &k, &threads) &&
                 !read_number("--layers", argv, argc, &k, &spec->layers) &&
                 !read_number("--hidden", argv, argc, &k, &spec->hidden) &&
                 !read_number("--length", argv, argc, &k, &length)) {
            fprintf(stderr,
                    "frame: unknown word \"%s\"; --size WxH, --scale S, --threads N, --cell C, --layers N, --hidden N, "
                    "--length T, --cpu and --json are known\n",
                    argv[k]);
            return 2;
        }
    }
    struct err err = {0};
    make_word(options.setup.word, sizeof options.setup.word, length);
    if (length > 100) options.setup.recipe.steps = 20;
    struct app *app = app_new(&options, &err);
    struct atlas *atlas = app ? atlas_new((float)scale, &err) : NULL;
    if (!atlas) {
        char text[1024];
        err_format(&err, text, sizeof text);
        fprintf(stderr, "frame: %s\n", text);
        return 1;
    }
    struct renderer *renderer = renderer_new(atlas, threads);
    struct draw_list list;
    draw_init(&list, atlas_fonts(atlas));
    uint32_t *pixels = mem_need((size_t)width * (size_t)height, sizeof *pixels);
    static const char *const names[2] = {"forward", "backward"};
    for (int figure = 0; figure < 2; figure++) {
        double layout[ROUNDS], full[ROUNDS], step[ROUNDS], back[ROUNDS];
        // near the end of the forward and of the backward pass, where most is drawn
        const struct script *script = app->bench->script;
        int end = script->phase_first[figure ? PHASE_CLIP : PHASE_LOSS], commands = 0;
        int first = end > 24 ? end - 24 : 0;
        for (int round = 0; round < ROUNDS; round++) {
            app_seek(app, first + round % 20);
            rect dirty[64];
            double t0 = now();
            draw_begin(&list, (float)width / (float)scale, (float)height / (float)scale, (float)scale);
            app_frame(app, &list, 1);
            double t1 = now();
            renderer_draw(renderer, &list, app_background(app), pixels, width, height, width * 4, true, dirty, 64);
            double t2 = now();
            app_seek(app, first + round % 20 + 1);
            draw_begin(&list, (float)width / (float)scale, (float)height / (float)scale, (float)scale);
            app_frame(app, &list, 1);
            renderer_draw(renderer, &list, app_background(app), pixels, width, height, width * 4, false, dirty, 64);
            double t3 = now();
            app_seek(app, first + round % 20);
            draw_begin(&list, (float)width / (float)scale, (float)height / (float)scale, (float)scale);
            app_frame(app, &list, 1);
            renderer_draw(renderer, &list, app_background(app), pixels, width, height, width * 4, false, dirty, 64);
            back[round] = now() - t3;
            layout[round] = t1 - t0;
            full[round] = t2 - t0;
            step[round] = t3 - t2;
            commands = list.count;
        }
        double a = median(layout, ROUNDS), b = median(full, ROUNDS), c = median(step, ROUNDS);
        double d = median(back, ROUNDS);
        if (json)
            printf("{\"figure\":\"%s\",\"width\":%d,\"height\":%d,\"commands\":%d,\"layout_ms\":%.2f,\"full_ms\":%.2f,"
                   "\"step_ms\":%.2f,\"back_ms\":%.2f}\n",
                   names[figure], width, height, commands, a, b, c, d);
        else
            printf("%-9s %dx%d, %d commands: layout %.2f ms, everything drawn again %.2f ms, one step %.2f ms, back "
                   "%.2f ms\n",
                   names[figure], width, height, commands, a, b, c, d);
    }
    mem_free(pixels);
    draw_release(&list);
    renderer_free(renderer);
    atlas_free(atlas);
    app_free(app);
    return 0;
}
