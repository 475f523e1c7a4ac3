// The rasteriser, pixel by pixel: coverage, strokes, boxes, dashes, clips, text; a frame drawn in parts
// equals a frame drawn whole.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "atlas.h"
#include "mem.h"
#include "raster.h"
#include "rng.h"
#include "theme.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { W = 200, H = 150 };
static const color black = {0, 0, 0, 255}, white = {255, 255, 255, 255};

// One renderer and buffer a test; threads: 1 unless said otherwise.
struct bench {
    struct atlas *atlas;
    struct renderer *renderer;
    struct draw_list list;
    uint32_t *pixels;
    int width, height;
};

static void open_sized(struct bench *b, int width, int height, int threads) {
    struct err err = {0};
    b->atlas = atlas_new(1, &err);
    if (!b->atlas) fail_msg("%s", err.message);
    b->renderer = renderer_new(b->atlas, threads);
    b->pixels = mem_need((size_t)width * (size_t)height, sizeof(uint32_t));
    b->width = width, b->height = height;
    draw_init(&b->list, atlas_fonts(b->atlas));
    draw_begin(&b->list, (float)width, (float)height, 1);
}

static void open_bench(struct bench *b) {
    open_sized(b, W, H, 1);
}

static void close_bench(struct bench *b) {
    draw_release(&b->list);
    mem_free(b->pixels);
    renderer_free(b->renderer);
    atlas_free(b->atlas);
}

static int render(struct bench *b, bool all, rect *dirty, int max) {
    return renderer_draw(b->renderer, &b->list, white, b->pixels, b->width, b->height, b->width * 4, all, dirty, max);
}

static void render_all(struct bench *b) {
    rect dirty;
    render(b, true, &dirty, 1);
}

// How dark a pixel is, 0..255.
static int dark(const struct bench *b, int x, int y) {
    return 255 - (int)(b->pixels[y * b->width + x] & 255);
}

static double total_dark(const struct bench *b) {
    double sum = 0;
    for (int i = 0; i < b->width * b->height; i++)
        sum += 255 - (int)(b->pixels[i] & 255);
    return sum / 255;
}

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) fail_msg("expected %g within %g, got %g", expected, tolerance, value);
}

static void polygon(struct draw_list *list, const float *xy, int count, color c) {
    draw_path_move(list, xy[0], xy[1]);
    for (int i = 1; i < count; i++)
        draw_path_line(list, xy[2 * i], xy[2 * i + 1]);
    draw_path_fill(list, c);
}

static void test_snapped_rect(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    draw_rect(&b.list, (rect){10.3f, 20.4f, 30.4f, 5.2f}, black, 0);
    render_all(&b);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            assert_int_equal(dark(&b, x, y), x >= 10 && x < 41 && y >= 20 && y < 26 ? 255 : 0);
    close_bench(&b);
}

static void test_half_a_pixel_is_half(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    draw_rect_exact(&b.list, (rect){10.5f, 20, 10, 10}, black, 0);
    static const float left[] = {50.5f, 20, 60, 20, 60, 30, 50.5f, 30};
    polygon(&b.list, left, 4, black);
    static const float upper[] = {80, 20.25f, 90, 20.25f, 90, 30, 80, 30};
    polygon(&b.list, upper, 4, black);
    static const float diagonal[] = {100, 20, 110, 30, 100, 30};
    polygon(&b.list, diagonal, 3, black);
    render_all(&b);
    assert_near(dark(&b, 10, 25), 127.5, 1);
    assert_int_equal(dark(&b, 11, 25), 255);
    assert_near(dark(&b, 20, 25), 127.5, 1);
    assert_near(dark(&b, 50, 25), 127.5, 1);
    assert_int_equal(dark(&b, 51, 25), 255);
    assert_int_equal(dark(&b, 60, 25), 0);
    assert_near(dark(&b, 85, 20), 191.25, 1);
    assert_int_equal(dark(&b, 85, 21), 255);
    for (int i = 0; i < 10; i++)
        assert_near(dark(&b, 100 + i, 20 + i), 127.5, 1);
    assert_int_equal(dark(&b, 104, 25), 255);
    assert_int_equal(dark(&b, 106, 25), 0);
    close_bench(&b);
}

static void test_areas(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    struct rng rng = rng_seed(2);
    for (int i = 0; i < 60; i++) {
        float xy[6];
        for (int k = 0; k < 6; k++)
            xy[k] = 5 + (float)rng_uniform(&rng) * 140;
        double area = fabs((xy[2] - xy[0]) * (double)(xy[5] - xy[1]) - (xy[4] - xy[0]) * (double)(xy[3] - xy[1])) / 2;
        draw_begin(&b.list, W, H, 1);
        polygon(&b.list, xy, 3, black);
        render_all(&b);
        assert_near(total_dark(&b), area, 0.6 + area * 0.004);
    }
    draw_begin(&b.list, W, H, 1);
    draw_circle(&b.list, (point){70.3f, 60.8f}, 40.2f, black);
    render_all(&b);
    assert_near(total_dark(&b), M_PI * 40.2 * 40.2, 8);
    draw_begin(&b.list, W, H, 1);
    draw_ring(&b.list, (point){70.3f, 60.8f}, 30, black, 3);
    render_all(&b);
    assert_near(total_dark(&b), 2 * M_PI * 30 * 3, 3);
    close_bench(&b);
}

static void test_nonzero_winding(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    static const float outer[] = {10, 10, 60, 10, 60, 60, 10, 60}, same[] = {20, 20, 50, 20, 50, 50, 20, 50};
    draw_path_move(&b.list, outer[0], outer[1]);
    for (int i = 1; i < 4; i++)
        draw_path_line(&b.list, outer[2 * i], outer[2 * i + 1]);
    draw_path_move(&b.list, same[0], same[1]);
    for (int i = 1; i < 4; i++)
        draw_path_line(&b.list, same[2 * i], same[2 * i + 1]);
    draw_path_fill(&b.list, (color){0, 0, 0, 128});
    draw_path_move(&b.list, outer[0] + 60, outer[1]);
    for (int i = 1; i < 4; i++)
        draw_path_line(&b.list, outer[2 * i] + 60, outer[2 * i + 1]);
    draw_path_move(&b.list, same[0] + 60, same[1]);
    for (int i = 3; i > 0; i--)
        draw_path_line(&b.list, same[2 * i] + 60, same[2 * i + 1]);
    draw_path_fill(&b.list, black);
    render_all(&b);
    assert_int_equal(dark(&b, 15, 30), dark(&b, 30, 30)); // same direction: filled, and not twice
    assert_int_equal(dark(&b, 75, 30), 255);
    assert_int_equal(dark(&b, 90, 30), 0); // the other direction: a hole
    close_bench(&b);
}

static void test_stroke_is_not_darker_where_it_meets_itself(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    color half = {0, 0, 0, 128};
    draw_path_move(&b.list, 20, 20);
    draw_path_line(&b.list, 120, 20);
    draw_path_line(&b.list, 120, 100);
    draw_path_line(&b.list, 60, 100);
    draw_path_line(&b.list, 60, 10); // crosses the first line
    draw_path_stroke(&b.list, half, 10, false, true);
    render_all(&b);
    int once = dark(&b, 90, 20);
    assert_near(once, 128, 1);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            if (dark(&b, x, y) > once) fail_msg("pixel %d, %d is painted twice", x, y);
    assert_int_equal(dark(&b, 60, 20), once);
    assert_int_equal(dark(&b, 120, 20), once);
    assert_int_equal(dark(&b, 115, 95), once); // inner corner
    close_bench(&b);
}

// A line cut into many pieces is the same line.
static void test_no_seams_between_segments(void **state) {
    (void)state;
    struct bench b, c;
    open_bench(&b);
    open_bench(&c);
    draw_path_move(&b.list, 10, 10);
    draw_path_line(&b.list, 170, 90);
    draw_path_stroke(&b.list, black, 5, false, false);
    draw_path_move(&c.list, 10, 10);
    for (int i = 1; i <= 160; i++)
        draw_path_line(&c.list, 10 + (float)i, 10 + (float)i / 2);
    draw_path_stroke(&c.list, black, 5, false, false);
    render_all(&b);
    render_all(&c);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            assert_near(dark(&b, x, y), dark(&c, x, y), 3);
    close_bench(&b);
    close_bench(&c);
}

// A smooth curve has the darkness of its length times its width: nothing is counted twice at its joins.
static void test_curved_stroke_keeps_its_weight(void **state) {
    (void)state;
    static const float widths[] = {1, 1.5f, 2.75f, 5, 11};
    for (int i = 0; i < 5; i++) {
        struct bench b;
        open_bench(&b);
        enum { N = 90 };
        for (int k = 0; k <= N; k++) {
            double t = 2 * M_PI * k / N;
            float x = (float)(80 + 50 * cos(t)), y = (float)(75 + 50 * sin(t));
            if (k == 0)
                draw_path_move(&b.list, x, y);
            else
                draw_path_line(&b.list, x, y);
        }
        draw_path_stroke(&b.list, black, widths[i], true, false);
        render_all(&b);
        double expected = N * 2 * 50 * sin(M_PI / N) * widths[i];
        assert_near(total_dark(&b), expected, 0.012 * expected + 1);
        close_bench(&b);
    }
}

static void test_caps_and_widths(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    draw_path_move(&b.list, 20, 30);
    draw_path_line(&b.list, 60, 30);
    draw_path_stroke(&b.list, black, 4, false, false);
    draw_path_move(&b.list, 100, 30);
    draw_path_line(&b.list, 140, 30);
    draw_path_stroke(&b.list, black, 4, false, true);
    draw_path_move(&b.list, 20, 60.5f);
    draw_path_line(&b.list, 60, 60.5f);
    draw_path_stroke(&b.list, black, 1, false, false);
    render_all(&b);
    assert_int_equal(dark(&b, 19, 30), 0);
    for (int x = 20; x < 60; x++) {
        assert_int_equal(dark(&b, x, 27), 0);
        for (int y = 28; y < 32; y++)
            assert_int_equal(dark(&b, x, y), 255);
        assert_int_equal(dark(&b, x, 32), 0);
        assert_int_equal(dark(&b, x, 60), 255);
        assert_int_equal(dark(&b, x, 59) + dark(&b, x, 61), 0);
    }
    assert_int_equal(dark(&b, 60, 30), 0);
    assert_int_equal(dark(&b, 99, 30), 255); // a round cap adds half the width
    assert_int_equal(dark(&b, 140, 29), 255);
    assert_true(dark(&b, 98, 28) > 20 && dark(&b, 98, 28) < 200);
    assert_int_equal(dark(&b, 97, 30), 0);
    close_bench(&b);
}

static void test_boxes(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    draw_box(&b.list, (rect){10, 10, 50, 40}, black, 0, 2);
    draw_box(&b.list, (rect){80, 10, 50, 40}, black, 12, 2);
    draw_rect(&b.list, (rect){10, 80, 50, 40}, black, 12);
    draw_rect(&b.list, (rect){80, 80, 3, 20}, black, 1.5f); // corners that meet
    render_all(&b);
    for (int y = 0; y < 60; y++)
        for (int x = 0; x < 70; x++) {
            bool out = x < 10 || x >= 60 || y < 10 || y >= 50, in = x >= 12 && x < 58 && y >= 12 && y < 48;
            assert_int_equal(dark(&b, x, y), out || in ? 0 : 255);
        }
    double ring = 0, disc = 0, pill = 0;
    for (int y = 0; y < 60; y++)
        for (int x = 70; x < 150; x++)
            ring += dark(&b, x, y) / 255.0;
    for (int y = 70; y < 130; y++) {
        for (int x = 0; x < 70; x++)
            disc += dark(&b, x, y) / 255.0;
        for (int x = 70; x < 100; x++)
            pill += dark(&b, x, y) / 255.0;
    }
    double cut = 4 - M_PI; // of r^2: what four round corners take away
    assert_near(disc, 50 * 40 - cut * 144, 1.5);
    assert_near(ring, 50 * 40 - cut * 144 - (46 * 36 - cut * 100), 1.5);
    assert_near(pill, 3 * 20 - cut * 2.25, 0.4);
    for (int y = 0; y < 40; y++) // symmetric
        for (int x = 0; x < 50; x++) {
            assert_int_equal(dark(&b, 80 + x, 10 + y), dark(&b, 129 - x, 49 - y));
            assert_int_equal(dark(&b, 10 + x, 80 + y), dark(&b, 59 - x, 80 + y));
        }
    close_bench(&b);
}

static void test_dashes(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    draw_path_move(&b.list, 10, 20);
    draw_path_line(&b.list, 40, 20);
    draw_path_line(&b.list, 40, 20); // a point said twice
    draw_path_line(&b.list, 110, 20);
    draw_path_stroke_dashed(&b.list, black, 2, 6, 4);
    draw_box_dashed(&b.list, (rect){10, 40, 61, 41}, black, 0, 1, 3, 3);
    render_all(&b);
    for (int x = 10; x < 110; x++)
        assert_near(dark(&b, x, 20), (x - 10) % 10 < 6 ? 255 : 0, 2);
    // The dashes of the box start at the middle of its upper left corner.
    for (int x = 12; x < 69; x++) {
        int phase = (x - 10) % 6;
        if (phase == 1 || phase == 2) assert_near(dark(&b, x, 40), 255, 2);
        if (phase == 4 || phase == 5) assert_near(dark(&b, x, 40), 0, 2);
    }
    double on = 0;
    for (int y = 30; y < 100; y++)
        for (int x = 0; x < 100; x++)
            on += dark(&b, x, y) / 255.0;
    assert_near(on, 100, 3); // half of 2 * (60 + 40)
    close_bench(&b);
}

static void test_clip(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    draw_clip_push(&b.list, (rect){50, 50, 40, 30});
    draw_rect(&b.list, (rect){0, 0, W, H}, black, 0);
    draw_circle(&b.list, (point){50, 50}, 40, black);
    draw_text(&b.list, 20, 64, "clipped words", (struct text_style){FONT_SANS, 20, black, ALIGN_LEFT});
    draw_path_move(&b.list, 0, 0);
    draw_path_line(&b.list, W, H);
    draw_path_stroke(&b.list, black, 9, false, false);
    draw_clip_pop(&b.list);
    draw_rect(&b.list, (rect){0, 0, 5, 5}, black, 0);
    render_all(&b);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            bool in = (x >= 50 && x < 90 && y >= 50 && y < 80) || (x < 5 && y < 5);
            assert_int_equal(dark(&b, x, y), in ? 255 : 0);
        }
    close_bench(&b);
}

static void test_shapes_far_outside(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    draw_rect(&b.list, (rect){-1e6f, -1e6f, 2e6f, 2e6f}, black, 0);
    draw_path_move(&b.list, -1e5f, 70.5f);
    draw_path_line(&b.list, 1e5f, 70.5f);
    draw_path_line(&b.list, 1e5f, 90);
    draw_path_stroke(&b.list, white, 1, false, false);
    draw_circle(&b.list, (point){5000, 5000}, 10, white);
    draw_text(&b.list, -500, 20, "outside", (struct text_style){FONT_SANS, 14, white, ALIGN_LEFT});
    render_all(&b);
    assert_int_equal(dark(&b, 0, 0), 255);
    assert_int_equal(dark(&b, W - 1, H - 1), 255);
    assert_int_equal(dark(&b, 100, 70), 0);
    close_bench(&b);
}

// Random frames

static color random_color(struct rng *rng) {
    return (color){(uint8_t)rng_below(rng, 256), (uint8_t)rng_below(rng, 256), (uint8_t)rng_below(rng, 256),
                   rng_below(rng, 3) ? 255 : (uint8_t)rng_below(rng, 256)};
}

static float random_within(struct rng *rng, double low, double high) {
    return (float)(low + (high - low) * rng_uniform(rng));
}

static void random_path(struct draw_list *list, struct rng *rng, double width, double height) {
    int points = 2 + (int)rng_below(rng, 7);
    draw_path_move(list, random_within(rng, -30, width), random_within(rng, -30, height));
    for (int i = 1; i < points; i++) {
        float x = random_within(rng, -30, width + 30), y = random_within(rng, -30, height + 30);
        if (rng_below(rng, 2))
            draw_path_line(list, x, y);
        else
            draw_path_quad(list, random_within(rng, 0, width), random_within(rng, 0, height), x, y);
    }
}

// The same seed draws the same shape.
static void random_shape(struct draw_list *list, uint64_t seed, double width, double height) {
    static const char *const words[] = {"forget", "0.0512", "\u0393\u27e8t\u27e9", "AVATAR", "\u22122.21"};
    struct rng rng = rng_seed(seed);
    color c = random_color(&rng);
    rect r = {random_within(&rng, -20, width), random_within(&rng, -20, height), random_within(&rng, 0.5, 120),
              random_within(&rng, 0.5, 90)};
    float radius = rng_below(&rng, 2) ? random_within(&rng, 0, 20) : 0, stroke = random_within(&rng, 0.5, 9);
    switch (rng_below(&rng, 10)) {
    case 0:
        draw_rect(list, r, c, radius);
        break;
    case 1:
        draw_rect_exact(list, r, c, radius);
        break;
    case 2:
        draw_box(list, r, c, radius, stroke / 3);
        break;
    case 3:
        draw_box_dashed(list, r, c, radius, 1, 3, 3);
        break;
    case 4:
        draw_ring(list, (point){r.x, r.y}, r.w / 2, c, stroke);
        break;
    case 5:
        random_path(list, &rng, width, height);
        draw_path_fill(list, c);
        break;
    case 6:
        random_path(list, &rng, width, height);
        draw_path_stroke(list, c, stroke, rng_below(&rng, 2), rng_below(&rng, 2));
        break;
    case 7:
        random_path(list, &rng, width, height);
        draw_path_stroke_dashed(list, c, stroke, random_within(&rng, 1, 9), random_within(&rng, 1, 9));
        break;
    case 8:
        draw_text(
            list, r.x, r.y, words[rng_below(&rng, 5)],
            (struct text_style){(enum font)rng_below(&rng, FONT_COUNT), random_within(&rng, 8, 30), c, ALIGN_LEFT});
        break;
    default:
        draw_clip_push(list, r);
        random_path(list, &rng, width, height);
        draw_path_fill(list, c);
        draw_clip_pop(list);
    }
}

enum { SHAPES = 24 };

static void draw_shapes(struct draw_list *list, const uint64_t *seeds, int width, int height) {
    draw_begin(list, (float)width, (float)height, 1);
    for (int i = 0; i < SHAPES; i++)
        if (seeds[i]) random_shape(list, seeds[i], width, height);
}

static void assert_same_pixels(const struct bench *a, const struct bench *b, int round) {
    for (int i = 0; i < a->width * a->height; i++)
        if (a->pixels[i] != b->pixels[i])
            fail_msg("round %d: pixel %d, %d is %08x instead of %08x", round, i % a->width, i / a->width, a->pixels[i],
                     b->pixels[i]);
}

// A frame of which only the changed tiles were drawn, by two threads, equals the frame drawn whole by one.
static void test_parts_equal_the_whole(void **state) {
    (void)state;
    struct bench parts, whole;
    open_sized(&parts, 333, 277, 2);
    open_sized(&whole, 333, 277, 1);
    struct rng rng = rng_seed(4711);
    uint64_t seeds[SHAPES];
    for (int i = 0; i < SHAPES; i++)
        seeds[i] = rng_next(&rng) | 1;
    rect dirty[8];
    uint32_t *before = mem_need(333 * 277, sizeof *before);
    for (int round = 0; round < 150; round++) {
        uint64_t at = rng_below(&rng, SHAPES);
        seeds[at] = rng_below(&rng, 4) ? rng_next(&rng) | 1 : 0; // changed or gone
        draw_shapes(&parts.list, seeds, 333, 277);
        draw_shapes(&whole.list, seeds, 333, 277);
        memcpy(before, parts.pixels, (size_t)333 * 277 * 4);
        int count = render(&parts, false, dirty, 8);
        render_all(&whole);
        assert_same_pixels(&parts, &whole, round);
        for (int i = 0; i < 333 * 277; i++) { // what changed is told
            if (before[i] == parts.pixels[i]) continue;
            bool told = false;
            for (int k = 0; k < count; k++)
                told = told || rect_has(dirty[k], (point){(float)(i % 333), (float)(i / 333)});
            if (!told) fail_msg("round %d: a change of pixel %d, %d was not told", round, i % 333, i / 333);
        }
        assert_int_equal(render(&parts, false, dirty, 8), 0); // nothing changed
    }
    mem_free(before);
    close_bench(&parts);
    close_bench(&whole);
}

static void test_a_small_change_is_a_small_part(void **state) {
    (void)state;
    struct bench b;
    open_sized(&b, 640, 640, 1);
    rect dirty[4];
    draw_rect(&b.list, (rect){0, 0, 640, 640}, white, 0);
    render_all(&b);
    draw_rect(&b.list, (rect){100, 100, 4, 4}, black, 0);
    assert_int_equal(render(&b, false, dirty, 4), 1);
    assert_true(dirty[0].w * dirty[0].h <= 64 * 64);
    assert_true(rect_has(dirty[0], (point){101, 101}));
    draw_begin(&b.list, 640, 640, 1);
    draw_rect(&b.list, (rect){0, 0, 640, 640}, white, 0);
    for (int i = 0; i < 10; i++)
        draw_rect(&b.list, (rect){(float)(i * 64), (float)(i * 64), 4, 4}, black, 0);
    assert_int_equal(render(&b, false, dirty, 4), 1); // too many: told as one
    assert_true(dirty[0].w == 640 && dirty[0].h == 640);
    close_bench(&b);
}

// Text

static void test_digits_have_one_advance(void **state) {
    (void)state;
    static const enum font sans[] = {FONT_SANS, FONT_SANS_MEDIUM, FONT_SANS_SEMIBOLD, FONT_DISPLAY};
    struct bench b;
    open_bench(&b);
    for (int i = 0; i < 4; i++) {
        struct text_style style = {sans[i], 14, black, ALIGN_LEFT};
        float zero = text_width(&b.list, "0.00", style);
        assert_true(zero > 10);
        for (char c = '0'; c <= '9'; c++) {
            char text[] = {c, '.', c, c, 0};
            if (!(fabsf(text_width(&b.list, text, style) - zero) < 1e-4f)) fail_msg("%s is not as wide as 0.00", text);
        }
    }
    close_bench(&b);
}

static void test_text_metrics(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    struct text_style style = {FONT_SANS, 16, black, ALIGN_LEFT};
    float both = text_width(&b.list, "AV", style),
          apart = text_width(&b.list, "A", style) + text_width(&b.list, "V", style);
    if (!atlas_missing(b.atlas)[0]) assert_true(both < apart - 0.3f); // Inter kerns AV
    assert_near(text_width(&b.list, "forget gate", style) * 2,
                text_width(&b.list, "forget gate", (struct text_style){FONT_SANS, 32, black, ALIGN_LEFT}), 1e-3);
    const struct font_source *fonts = atlas_fonts(b.atlas);
    static const unsigned signs[] = {0x27e8, 0x27e9, 0x2299, 0x0393, 0x2211, 0x2212, 0x2009, 0x221e, 0x2026};
    for (int font = 0; font < FONT_COUNT; font++)
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
            assert_true(fonts->extent(fonts->context, (enum font)font, 20, signs[i]).advance > 0);
    struct glyph_extent h = fonts->extent(fonts->context, FONT_SANS, 20, 'H');
    assert_true(h.ascent > 10 && h.ascent < 20 && fabsf(h.descent) < 0.5f && h.right <= h.advance);
    close_bench(&b);
}

// The ink lies where the metrics say, at any fraction of a pixel.
static void test_glyphs_lie_where_metrics_say(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    const struct font_source *fonts = atlas_fonts(b.atlas);
    static const char letters[] = "HgjQf1W_";
    for (int font = 0; font < FONT_COUNT; font++) {
        for (int i = 0; letters[i]; i++) {
            float x = 60 + (float)i * 0.17f;
            char text[2] = {letters[i], 0};
            draw_begin(&b.list, W, H, 1);
            draw_text(&b.list, x, 100, text, (struct text_style){(enum font)font, 40, black, ALIGN_LEFT});
            render_all(&b);
            int left = W, right = 0, top = H, bottom = 0;
            for (int p = 0; p < W * H; p++) {
                if (dark(&b, p % W, p / W) < 64) continue;
                left = p % W < left ? p % W : left, right = p % W + 1 > right ? p % W + 1 : right;
                top = p / W < top ? p / W : top, bottom = p / W + 1;
            }
            struct glyph_extent e = fonts->extent(fonts->context, (enum font)font, 40, (unsigned)letters[i]);
            assert_near(left, x + e.left, 1.3);
            assert_near(right, x + e.right, 1.3);
            assert_near(top, 100 - e.ascent, 2.2); // hinting moves up and down
            assert_near(bottom, 100 + e.descent, 2.2);
        }
    }
    close_bench(&b);
}

static void test_odd_text(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    static const char *const texts[] = {
        "\xff\xfe broken", "\xe2\x82", "tab\tand\nline", "\u65e5\u672c \U0001f600 \u0301", " ", "\u200b"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int font = 0; font < FONT_COUNT; font++)
            draw_text(&b.list, 4, 20 + (float)i * 20, texts[i],
                      (struct text_style){(enum font)font, 0.1f + (float)font * 40, black, ALIGN_LEFT});
    render_all(&b);
    assert_true(total_dark(&b) > 0);
    close_bench(&b);
}

static void test_scaled_sizes_and_many(void **state) {
    (void)state;
    struct bench b;
    open_bench(&b);
    for (int round = 0; round < 3; round++) { // enough sizes to trim the atlas
        for (int size = 8; size < 200; size += 3) {
            draw_begin(&b.list, W, H, 1);
            draw_text(&b.list, 4, 100, "WMQ@%&", (struct text_style){FONT_DISPLAY, (float)size, black, ALIGN_LEFT});
            render_all(&b);
        }
    }
    assert_true(total_dark(&b) > 100);
    close_bench(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_snapped_rect),
        cmocka_unit_test(test_half_a_pixel_is_half),
        cmocka_unit_test(test_areas),
        cmocka_unit_test(test_nonzero_winding),
        cmocka_unit_test(test_stroke_is_not_darker_where_it_meets_itself),
        cmocka_unit_test(test_no_seams_between_segments),
        cmocka_unit_test(test_curved_stroke_keeps_its_weight),
        cmocka_unit_test(test_caps_and_widths),
        cmocka_unit_test(test_boxes),
        cmocka_unit_test(test_dashes),
        cmocka_unit_test(test_clip),
        cmocka_unit_test(test_shapes_far_outside),
        cmocka_unit_test(test_parts_equal_the_whole),
        cmocka_unit_test(test_a_small_change_is_a_small_part),
        cmocka_unit_test(test_digits_have_one_advance),
        cmocka_unit_test(test_text_metrics),
        cmocka_unit_test(test_glyphs_lie_where_metrics_say),
        cmocka_unit_test(test_odd_text),
        cmocka_unit_test(test_scaled_sizes_and_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
