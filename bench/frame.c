// What a frame of the workbench costs: everything drawn again, one step of the cursor, and one step back. Medians in
// milliseconds.
//   frame [--size WxH] [--scale S] [--threads N] [--cell C] [--layers N] [--hidden N] [--length T] [--view NAME]
//         [--cpu] [--json]
// --view: of the stage with either figure (as without it), of one view, or of "all".
// --cpu: processor time of all threads in place of the clock's, for a machine that does other things as well.
// --while-training [--data FILE] [--seconds S]: frame_training.c.
#include "frame.h"
#include "median.h"
#include "mem.h"
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

bool bench_cpu;

static double now(void) {
    return bench_cpu ? (double)clock() / CLOCKS_PER_SEC : clock_seconds();
}

void bench_lay_out(struct bench *b, int position) {
    app_seek(b->app, position);
    draw_begin(&b->list, (float)b->width / b->scale, (float)b->height / b->scale, b->scale);
    app_frame(b->app, &b->list, 1);
}

void bench_paint(struct bench *b, bool everything) {
    rect dirty[64];
    renderer_draw(b->renderer, &b->list, app_background(b->app), b->pixels, b->width, b->height, b->width * 4,
                  everything, dirty, 64);
}

// Near the end of what comes before `phase`, where most is drawn.
static void measure(struct bench *b, const char *name, enum phase phase) {
    double layout[ROUNDS], full[ROUNDS], step[ROUNDS], back[ROUNDS];
    int end = b->app->bench->script->phase_first[phase], first = end > 24 ? end - 24 : 0;
    for (int round = 0; round < ROUNDS; round++) {
        int position = first + round % 20;
        double t0 = now();
        bench_lay_out(b, position);
        double t1 = now();
        bench_paint(b, true);
        double t2 = now();
        bench_lay_out(b, position + 1);
        bench_paint(b, false);
        double t3 = now();
        bench_lay_out(b, position);
        bench_paint(b, false);
        back[round] = now() - t3;
        layout[round] = t1 - t0;
        full[round] = t2 - t0;
        step[round] = t3 - t2;
    }
    double times[4] = {1000 * bench_median(layout, ROUNDS), 1000 * bench_median(full, ROUNDS),
                       1000 * bench_median(step, ROUNDS), 1000 * bench_median(back, ROUNDS)};
    const char *form = b->json ? "{\"view\":\"%s\",\"width\":%d,\"height\":%d,\"commands\":%d,\"layout_ms\":%.2f,"
                                 "\"full_ms\":%.2f,\"step_ms\":%.2f,\"back_ms\":%.2f}\n"
                               : "%-9s %dx%d, %d commands: layout %.2f ms, everything drawn again %.2f ms, one step "
                                 "%.2f ms, back %.2f ms\n";
    printf(form, name, b->width, b->height, b->list.count, times[0], times[1], times[2], times[3]);
}

int main(int argc, char **argv) {
    int width = 1440, height = 900, threads = 0, length = 8; // threads 0: 2, and 1 beside a training
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    struct net_spec *spec = &options.setup.recipe.spec;
    double scale = 1;
    const char *view = NULL, *data = NULL;
    bool json = false, training = false;
    int seconds = 5;
    for (int k = 1; k < argc; k++) {
        if (!strcmp(argv[k], "--json"))
            json = true;
        else if (!strcmp(argv[k], "--cpu"))
            bench_cpu = true;
        else if (!strcmp(argv[k], "--while-training"))
            training = true;
        else if (k + 1 < argc && !strcmp(argv[k], "--data"))
            data = argv[++k];
        else if (k + 1 < argc && !strcmp(argv[k], "--size") && sscanf(argv[k + 1], "%dx%d", &width, &height) == 2)
            k++;
        else if (k + 1 < argc && !strcmp(argv[k], "--view") &&
                 (view_find(argv[k + 1]) > 0 || !strcmp(argv[k + 1], "all")))
            view = argv[++k];
        else if (k + 1 < argc && !strcmp(argv[k], "--scale"))
            scale = atof(argv[++k]);
        else if (k + 1 < argc && !strcmp(argv[k], "--cell") && cell_by_name(argv[k + 1], &spec->cell))
            k++;
        else if (!read_number("--threads", argv, argc, &k, &threads) &&
                 !read_number("--layers", argv, argc, &k, &spec->layers) &&
                 !read_number("--hidden", argv, argc, &k, &spec->hidden) &&
                 !read_number("--length", argv, argc, &k, &length) &&
                 !read_number("--seconds", argv, argc, &k, &seconds)) {
            fprintf(stderr,
                    "frame: unknown word \"%s\"; --size WxH, --scale S, --threads N, --cell C, --layers N, --hidden N, "
                    "--length T, --view NAME, --cpu, --json, --while-training, --data FILE and --seconds S are known\n",
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
    struct bench bench = {.app = app,
                          .renderer = renderer_new(atlas, threads > 0 ? threads
                                                          : training  ? 1
                                                                      : 2),
                          .width = width,
                          .height = height,
                          .scale = (float)scale,
                          .json = json,
                          .pixels = mem_need((size_t)width * (size_t)height, sizeof *bench.pixels)};
    draw_init(&bench.list, atlas_fonts(atlas));
    bool all = view && !strcmp(view, "all"), good = true;
    if (training)
        good = bench_while_training(&bench, data, seconds);
    else if (!view || all) {
        measure(&bench, "forward", PHASE_LOSS);
        measure(&bench, "backward", PHASE_CLIP);
    }
    for (int k = 1; k < view_count() && view && !training; k++) {
        if (!all && strcmp(view, view_get(k)->name)) continue;
        app_show_view(app, k);
        measure(&bench, view_get(k)->name, PHASE_CLIP);
    }
    mem_free(bench.pixels);
    draw_release(&bench.list);
    renderer_free(bench.renderer);
    atlas_free(atlas);
    app_free(app);
    return good ? 0 : 1;
}
