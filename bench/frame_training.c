// Frames while a network trains: an LSTM of 256 units (batch 32, at most 64 timesteps, one thread) is trained by an
// experiment, and sixty times a second the workbench is laid out and all of it drawn. In turns with that, the same
// training alone, as `unroll train` does it; three rounds of `seconds` each.
#include "experiment.h"
#include "frame.h"
#include "median.h"
#include "mem.h"
#include "thread.h"
#include "training.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 3, RATE = 60 };

static double processor_time(clockid_t of) {
    struct timespec now;
    clock_gettime(of, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// Of the thread that draws.
static double frame_clock(void) {
    return bench_cpu ? processor_time(CLOCK_THREAD_CPUTIME_ID) : clock_seconds();
}

// Of what trains: all threads but the one that draws.
static double training_clock(void) {
    if (!bench_cpu) return clock_seconds();
    return processor_time(CLOCK_PROCESS_CPUTIME_ID) - processor_time(CLOCK_THREAD_CPUTIME_ID);
}

// --- alone ---

struct alone {
    struct dataset *data;
    struct recipe recipe;
    struct model model;
    struct training training;
};

static bool alone_open(struct alone *alone, const struct experiment_plan *plan, struct err *err) {
    struct rng batches;
    *alone = (struct alone){.recipe = plan->recipe[0], .data = setup_read_data(&plan->setup, NULL, NULL, err)};
    return alone->data && recipe_settle(&alone->recipe, alone->data, err) &&
           recipe_model(&alone->recipe, &alone->model, &batches, err) &&
           recipe_training(&alone->recipe, alone->data, &alone->model, batches, &alone->training, err);
}

static void alone_close(struct alone *alone) {
    training_release(&alone->training);
    model_release(&alone->model);
    setup_free_data(alone->data);
}

// Adds tokens and seconds.
static bool alone_run(struct alone *alone, double seconds, double *tokens, double *spent, struct err *err) {
    double end = clock_seconds() + seconds, start = frame_clock();
    while (clock_seconds() < end) {
        struct step_report report;
        if (!training_step(&alone->training, &report, err)) return false;
        *tokens += (double)report.tokens;
    }
    *spent += frame_clock() - start;
    return true;
}

// --- with frames ---

struct frames {
    double *times;
    int count, room;
};

static const struct experiment_look *wait_until(struct experiment *e, enum experiment_phase phase) {
    const struct experiment_look *look = experiment_look(e);
    while (look->phase != phase && look->phase != EXPERIMENT_FAILED) {
        usleep(500);
        look = experiment_look(e);
    }
    return look;
}

static double tokens_after(const struct run_look *run, int64_t first) {
    double sum = 0;
    for (int64_t k = first; k < run->point_count; k++)
        sum += run->points[k].tokens;
    return sum;
}

static void draw_frames(struct bench *b, struct experiment *e, double seconds, struct frames *out) {
    double begin = clock_seconds(), next = begin;
    int first = b->app->bench->script->phase_first[PHASE_CLIP] / 2;
    while (next < begin + seconds && out->count < out->room) {
        double start = frame_clock();
        experiment_look(e);
        bench_lay_out(b, first + out->count % 20);
        bench_paint(b, true);
        out->times[out->count++] = (frame_clock() - start) * 1000;
        next += 1.0 / RATE;
        double rest = next - clock_seconds();
        if (rest > 0) usleep((useconds_t)(rest * 1e6));
    }
}

static bool run_with_frames(struct bench *b, struct experiment *e, double seconds, struct frames *frames,
                            double *tokens, double *spent) {
    int64_t first = experiment_look(e)->run[0].point_count;
    double start = training_clock();
    experiment_run(e, INT64_MAX);
    draw_frames(b, e, seconds, frames);
    experiment_pause(e);
    const struct experiment_look *look = wait_until(e, EXPERIMENT_PAUSED);
    *spent += training_clock() - start;
    *tokens += tokens_after(&look->run[0], first);
    return look->phase != EXPERIMENT_FAILED;
}

static void report(const struct bench *b, struct frames *frames, double trained, double alone) {
    int n = frames->count;
    qsort(frames->times, (size_t)n, sizeof *frames->times, bench_by_size);
    const char *form = b->json ? "{\"frames\":%d,\"width\":%d,\"height\":%d,\"median_ms\":%.2f,\"p95_ms\":%.2f,"
                                 "\"max_ms\":%.2f,\"tokens_s\":%.0f,\"alone_tokens_s\":%.0f,\"ratio\":%.3f}\n"
                               : "while training: %d frames of %dx%d: median %.2f ms, 95%% below %.2f ms, largest %.2f "
                                 "ms; %.0f tokens/s in the experiment, %.0f alone: %.3f\n";
    printf(form, n, b->width, b->height, frames->times[n / 2], frames->times[n * 95 / 100], frames->times[n - 1],
           trained, alone, trained / alone);
}

bool bench_while_training(struct bench *b, const char *data, int seconds) {
    struct experiment_plan plan = {.setup = setup_default(), .models = 1};
    if (data) snprintf(plan.setup.data, sizeof plan.setup.data, "%s", data);
    plan.recipe[0] = recipe_default();
    plan.recipe[0].spec.hidden = 256;
    plan.recipe[0].max_T = 64;
    plan.recipe[0].options.lr = 0.002;
    struct err err = {0};
    struct alone alone;
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    struct frames frames = {.room = ROUNDS * (seconds + 1) * RATE};
    frames.times = mem_need((size_t)frames.room, sizeof *frames.times);
    double tokens[2] = {0}, spent[2] = {0};
    bool good = alone_open(&alone, &plan, &err);
    if (good) err = wait_until(e, EXPERIMENT_PAUSED)->err;
    bench_lay_out(b, 0); // glyphs that are made once
    bench_paint(b, true);
    for (int round = 0; good && !err.code && round < ROUNDS; round++) {
        good = alone_run(&alone, seconds, &tokens[0], &spent[0], &err);
        if (good && !run_with_frames(b, e, seconds, &frames, &tokens[1], &spent[1])) err = experiment_look(e)->err;
    }
    if (err.code)
        fprintf(stderr, "frame: %s\n", err.message);
    else
        report(b, &frames, tokens[1] / spent[1], tokens[0] / spent[0]);
    experiment_free(e);
    alone_close(&alone);
    mem_free(frames.times);
    return !err.code;
}
