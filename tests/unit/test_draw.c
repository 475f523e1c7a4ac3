// The draw list (snapping, curves, paths, text, clips, numbers, dump, SVG) and the theme's tables and ramps.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "draw.h"
#include "rng.h"
#include "str.h"
#include "theme.h"
#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const color black = {0, 0, 0, 255};

// Fonts whose every character is half an em wide.
static float fake_width(void *context, enum font font, float size, const char *text, size_t length) {
    (void)context, (void)font;
    return (float)utf8_count(text, length) * size / 2;
}
static const struct font_source fake_fonts = {NULL, fake_width, NULL};

static void assert_close(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) fail_msg("expected %g, got %g", expected, value);
}

static void begin(struct draw_list *list, float scale) {
    draw_init(list, &fake_fonts);
    draw_begin(list, 400, 300, scale);
}

static bool is_whole(rect r) {
    return r.x == floorf(r.x) && r.y == floorf(r.y) && r.w == floorf(r.w) && r.h == floorf(r.h);
}

static void test_boxes_snap(void **state) {
    (void)state;
    static const float scales[] = {1, 1.25f, 1.5f, 2, 2.75f};
    struct rng rng = rng_seed(1);
    for (size_t s = 0; s < COUNT(scales); s++) {
        struct draw_list list;
        begin(&list, scales[s]);
        for (int i = 0; i < 200; i++) {
            rect r = {(float)rng_uniform(&rng) * 300, (float)rng_uniform(&rng) * 200, (float)rng_uniform(&rng) * 30, 7};
            draw_rect(&list, r, black, 3);
            draw_box(&list, r, black, 3, 1);
            draw_hline(&list, r.x, r.x + r.w, r.y, black);
            draw_vline(&list, r.x, r.y, r.y + r.h, black);
        }
        assert_int_equal(list.count, 800);
        for (int i = 0; i < list.count; i++) {
            const struct draw_command *c = &list.commands[i];
            assert_true(is_whole(c->rect));
            assert_true(c->rect.w >= 1 && c->rect.h >= 1);
            if (c->op == DRAW_BOX) assert_true(c->width == floorf(c->width) && c->width >= 1);
        }
        draw_release(&list);
    }
}

static void test_neighbours_share_an_edge(void **state) {
    (void)state;
    struct draw_list list;
    begin(&list, 1.25f);
    for (int i = 0; i < 40; i++)
        draw_rect(&list, (rect){10 + (float)i * 7.3f, 10, 7.3f, 20}, black, 0);
    for (int i = 1; i < list.count; i++) {
        rect a = list.commands[i - 1].rect, b = list.commands[i].rect;
        assert_true(a.x + a.w == b.x);
    }
    draw_release(&list);
}

static void test_hairlines(void **state) {
    (void)state;
    static const struct {
        float scale, hairline;
    } cases[] = {{1, 1}, {1.25f, 1}, {1.5f, 2}, {2, 2}, {2.5f, 3}, {0.5f, 1}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct draw_list list;
        begin(&list, cases[i].scale);
        draw_hline(&list, 3, 60, 10.2f, black);
        assert_true(list.hairline == cases[i].hairline);
        assert_true(list.commands[0].rect.h == cases[i].hairline);
        draw_release(&list);
    }
}

static void test_nothing_is_drawn_for_nothing(void **state) {
    (void)state;
    struct draw_list list;
    begin(&list, 1);
    draw_rect(&list, (rect){10, 10, 0, 20}, black, 0);
    draw_rect(&list, (rect){10, 10, -5, 20}, black, 0);
    draw_rect(&list, (rect){NAN, 10, 5, 20}, black, 0);
    draw_rect(&list, (rect){10, 10, 5, 20}, (color){1, 2, 3, 0}, 0);
    draw_box(&list, (rect){10, 10, 5, INFINITY}, black, 0, 1);
    draw_circle(&list, (point){10, 10}, 0, black);
    draw_path_fill(&list, black);
    draw_path_move(&list, 1, 1);
    draw_path_stroke(&list, black, 1, false, false);
    draw_path_move(&list, 1, 1);
    draw_path_line(&list, INFINITY, 1);
    draw_path_stroke(&list, black, 1, false, false);
    draw_text(&list, 1, 1, "", (struct text_style){FONT_SANS, 14, black, ALIGN_LEFT});
    draw_text(&list, NAN, 1, "a", (struct text_style){FONT_SANS, 14, black, ALIGN_LEFT});
    assert_int_equal(list.count, 0);
    assert_int_equal(list.point_count, 0);
    draw_release(&list);
}

// The largest distance of the middles of the chords from a circle.
static double circle_error(const struct draw_list *list, const struct draw_command *c, double cx, double cy,
                           double radius) {
    double worst = 0;
    for (int i = 0; i + 1 < c->count; i++) {
        point a = list->points[c->first + i], b = list->points[c->first + i + 1];
        double x = (a.x + b.x) / 2 - cx, y = (a.y + b.y) / 2 - cy;
        worst = fmax(worst, fabs(sqrt(x * x + y * y) - radius));
        worst = fmax(worst, fabs(hypot(a.x - cx, a.y - cy) - radius));
    }
    return worst;
}

static void test_curves_are_close(void **state) {
    (void)state;
    struct draw_list list;
    begin(&list, 2);
    draw_path_svg(&list, "M12 4a8 8 0 100 16 8 8 0 000-16z", 10, 20, 3);
    draw_path_fill(&list, black);
    // The centre is (12, 12) in the icon.
    double error = circle_error(&list, &list.commands[0], 2 * (10 + 36), 2 * (20 + 36), 2 * 24);
    if (!(error <= 0.11)) fail_msg("a circle is %g pixels off", error);
    // A quadratic curve against its own equation.
    draw_path_move(&list, 0, 0);
    draw_path_quad(&list, 50, 0, 50, 50);
    draw_path_stroke(&list, black, 1, false, false);
    const struct draw_command *c = &list.commands[1];
    for (int i = 0; i + 1 < c->count; i++) {
        point a = list.points[c->first + i], b = list.points[c->first + i + 1];
        double x = (a.x + b.x) / 2, y = (a.y + b.y) / 2, nearest = 1e9;
        for (int k = 0; k <= 2000; k++) {
            double t = k / 2000.0;
            nearest = fmin(nearest, hypot(2 * (1 - t) * t * 100 + t * t * 100 - x, t * t * 100 - y));
        }
        if (!(nearest <= 0.12)) fail_msg("a chord is %g pixels off the curve", nearest);
    }
    draw_release(&list);
}

static void test_path_data(void **state) {
    (void)state;
    static const struct {
        const char *d, *expected;
    } cases[] = {
        {"M1 2L3 4", "stroke #000000ff w 1 : 1,2 3,4\n"},
        {"M1 2l2 2", "stroke #000000ff w 1 : 1,2 3,4\n"},
        {"M1,2 3,4", "stroke #000000ff w 1 : 1,2 3,4\n"},
        {"m1 2 2 2", "stroke #000000ff w 1 : 1,2 3,4\n"},
        {"M1 2H4V9h-2v-1", "stroke #000000ff w 1 : 1,2 4,2 4,9 2,9 2,8\n"},
        {"M.5-.5L2.5.5z", "stroke #000000ff w 1 : 0.5,-0.5 2.5,0.5 0.5,-0.5\n"},
        {"M7 5h3v2H7zM13 5H17v2z", "stroke #000000ff w 1 : 7,5 10,5 10,7 7,7 7,5 | 13,5 17,5 17,7 13,5\n"},
        {"M0 0a1 1 0 010 0L8 0", "stroke #000000ff w 1 : 0,0 8,0\n"},
        {"M0 0A0 5 0 0 1 4 4L8 0", "stroke #000000ff w 1 : 0,0 4,4 8,0\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct draw_list list;
        struct str dump = {0};
        begin(&list, 1);
        draw_path_svg(&list, cases[i].d, 0, 0, 1);
        draw_path_stroke(&list, black, 1, false, false);
        draw_dump(&list, &dump);
        assert_string_equal(strchr(dump.data, '\n') + 1, cases[i].expected);
        str_release(&dump);
        draw_release(&list);
    }
}

static void test_line_after_close_starts_at_the_start(void **state) {
    (void)state;
    struct draw_list list;
    struct str dump = {0};
    begin(&list, 1);
    draw_path_svg(&list, "M1 1H4V4zL9 9", 0, 0, 1);
    draw_path_stroke(&list, black, 2, false, true);
    draw_dump(&list, &dump);
    assert_string_equal(strchr(dump.data, '\n') + 1, "stroke #000000ff w 2 round : 1,1 4,1 4,4 1,1 | 1,1 9,9\n");
    str_release(&dump);
    draw_release(&list);
}

static void test_numbers(void **state) {
    (void)state;
    static const struct {
        double value;
        int digits;
        bool plus;
        const char *expected;
    } cases[] = {
        {0, 2, false, "0.00"},
        {-0.001, 2, false, "0.00"},
        {-0.0, 2, true, "0.00"},
        {0.004, 2, true, "0.00"},
        {-0.006, 2, false, "\u22120.01"},
        {1.5, 0, false, "2"},
        {-2.21, 2, true, "\u22122.21"},
        {0.436, 2, true, "+0.44"},
        {12.34567, 3, false, "12.346"},
        {NAN, 2, true, "NaN"},
        {INFINITY, 2, false, "\u221e"},
        {-INFINITY, 2, false, "\u2212\u221e"},
        {INFINITY, 0, true, "+\u221e"},
        {1e-9, 4, true, "0.0000"},
        {8.66e-5, -2, false, "8.7·10⁻⁵"},
        {-1.25e-12, -3, false, "\u22121.25·10⁻¹²"},
        {0, -2, false, "0"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[400];
        format_value(out, sizeof out, cases[i].value, cases[i].digits, cases[i].plus);
        assert_string_equal(out, cases[i].expected);
    }
    static const struct {
        long value;
        const char *expected;
    } counts[] = {
        {0, "0"},
        {7, "7"},
        {999, "999"},
        {1000, "1\u2009000"},
        {32033, "32\u2009033"},
        {-1234567, "\u22121\u2009234\u2009567"},
    };
    for (size_t i = 0; i < COUNT(counts); i++) {
        char out[64];
        format_count(out, sizeof out, counts[i].value);
        assert_string_equal(out, counts[i].expected);
    }
    static const struct {
        int64_t bytes;
        const char *expected;
    } sizes[] = {{0, "0 B"},          {999, "999 B"},      {1000, "1.0 kB"},         {9949, "9.9 kB"},
                 {9951, "10 kB"},     {227990, "228 kB"},  {999499, "999 kB"},       {999500, "1.0 MB"},
                 {1115394, "1.1 MB"}, {67108864, "67 MB"}, {1500000000000, "1.5 TB"}};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char out[16];
        format_bytes(out, sizeof out, sizes[i].bytes);
        assert_string_equal(out, sizes[i].expected);
    }
    char small[5];
    format_value(small, sizeof small, 123456, 0, false);
    assert_string_equal(small, "1234");
}

static void test_a_value_keeps_its_source(void **state) {
    (void)state;
    struct draw_list list;
    begin(&list, 1);
    struct text_style style = {FONT_SANS, 10, black, ALIGN_RIGHT};
    draw_text(&list, 0, 0, "before", style);
    float width = draw_value(&list, 100, 20, (struct source){"forward/l0/c", 3, 6, -0.98765}, 2, true, style);
    assert_close(width, 5 * 5, 1e-6);
    const struct draw_command *c = &list.commands[1];
    assert_int_equal(list.commands[0].source, -1);
    assert_int_equal(c->source, 0);
    assert_string_equal(list.texts + c->text, "\u22120.99");
    assert_true(list.sources[0].value == -0.98765);
    assert_close(c->rect.x, 75, 1e-6);
    draw_release(&list);
}

static void test_text(void **state) {
    (void)state;
    struct draw_list list;
    begin(&list, 2);
    struct text_style style = {FONT_SANS, 10, black, ALIGN_CENTER};
    assert_close(draw_text(&list, 50, 20.3f, "four", style), 20, 1e-6);
    assert_close(list.commands[0].rect.x, 80, 1e-6);
    assert_close(list.commands[0].rect.y, 41, 0); // the baseline is on a pixel
    assert_close(list.commands[0].size, 20, 1e-6);
    style.align = ALIGN_LEFT;
    draw_text_n(&list, 0, 0, "abcdef", 3, style);
    assert_string_equal(list.texts + list.commands[1].text, "abc");
    static const struct {
        float room;
        const char *expected;
    } cases[] = {
        {100, "\u00e4\u00f6\u00fc word"},
        {40, "\u00e4\u00f6\u00fc word"},
        {39, "\u00e4\u00f6\u00fc wo\u2026"},
        {25, "\u00e4\u00f6\u00fc\u2026"},
        {12, "\u00e4\u2026"},
        {3, "\u2026"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        draw_text_fit(&list, 0, 0, cases[i].room, "\u00e4\u00f6\u00fc word", style);
        assert_string_equal(list.texts + list.commands[list.count - 1].text, cases[i].expected);
    }
    draw_release(&list);
}

static void test_clips(void **state) {
    (void)state;
    struct draw_list list;
    struct str dump = {0};
    begin(&list, 1);
    draw_clip_push(&list, (rect){10, 10, 100, 100});
    draw_clip_push(&list, (rect){50.4f, -20, 100, 60});
    draw_clip_push(&list, (rect){200, 200, 10, 10});
    draw_clip_pop(&list);
    draw_clip_pop(&list);
    draw_clip_pop(&list);
    draw_dump(&list, &dump);
    assert_string_equal(strchr(dump.data, '\n') + 1,
                        "clip 10 10 100 100\nclip 50 10 60 30\nclip 200 200 0 0\nclip 50 10 60 30\n"
                        "clip 10 10 100 100\nclip 0 0 400 300\n");
    str_release(&dump);
    draw_release(&list);
}

static void draw_one_of_each(struct draw_list *list) {
    draw_rect(list, (rect){1, 2, 30, 4}, black, 2);
    draw_box_dashed(list, (rect){1, 2, 30, 40}, (color){255, 0, 0, 128}, 4, 1, 3, 3);
    draw_circle(list, (point){20, 20}, 5, black);
    draw_ring(list, (point){20, 20}, 5, black, 2);
    draw_path_move(list, 0, 0);
    draw_path_line(list, 10, 0.1f);
    draw_path_stroke_dashed(list, black, 1.5f, 3, 2);
    draw_text(list, 4, 8, "a<b&\"c\"", (struct text_style){FONT_SANS_SEMIBOLD, 14, black, ALIGN_LEFT});
    draw_value(list, 4, 8, (struct source){"forward/l0/a", 0, 7, 0.5}, 2, false,
               (struct text_style){FONT_MATH_ITALIC, 14, black, ALIGN_LEFT});
}

static void test_dump(void **state) {
    (void)state;
    struct draw_list list;
    struct str dump = {0};
    begin(&list, 1);
    draw_one_of_each(&list);
    draw_dump(&list, &dump);
    assert_string_equal(dump.data, "list 400 x 300 at 1\n"
                                   "rect 1 2 30 4 #000000ff r 2\n"
                                   "box 1 2 30 40 #ff000080 r 4 w 1 dash 3 3\n"
                                   "rect 15 15 10 10 #000000ff r 5\n"
                                   "box 14 14 12 12 #000000ff r 6 w 2\n"
                                   "stroke #000000ff w 1.5 dash 3 2 : 0,0 10,0\n"
                                   "text 4 8 #000000ff font 2 14 \"a<b&\"c\"\"\n"
                                   "text 4 8 #000000ff font 5 14 \"0.50\" = forward/l0/a[0,7]\n");
    str_clear(&dump);
    draw_begin(&list, 10, 10, 2); // forgets
    draw_dump(&list, &dump);
    assert_string_equal(dump.data, "list 10 x 10 at 2\n");
    str_release(&dump);
    draw_release(&list);
}

static int occurrences(const char *text, const char *word) {
    int n = 0;
    for (const char *at = text; (at = strstr(at, word)); at++)
        n++;
    return n;
}

static void test_svg(void **state) {
    (void)state;
    struct draw_list list;
    struct str svg = {0};
    begin(&list, 2);
    draw_one_of_each(&list);
    draw_clip_push(&list, (rect){0, 0, 10, 10});
    draw_rect(&list, (rect){1, 2, 30, 4}, (color){1, 2, 3, 128}, 0);
    draw_clip_pop(&list);
    draw_svg(&list, (color){250, 251, 252, 255}, &svg);
    assert_non_null(strstr(
        svg.data, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"300\" viewBox=\"0 0 800 600\""));
    assert_non_null(strstr(svg.data, ">a&lt;b&amp;&quot;c&quot;</text>"));
    assert_non_null(strstr(
        svg.data, "data-source=\"forward/l0/a\" data-row=\"0\" data-column=\"7\" data-value=\"0.5\">0.50</text>"));
    assert_non_null(strstr(svg.data, "stroke-dasharray=\"6 6\""));
    assert_non_null(strstr(svg.data, "fill=\"#010203\" fill-opacity=\"0.5\""));
    assert_non_null(strstr(svg.data, "fill=\"#fafbfc\""));
    assert_int_equal(occurrences(svg.data, "<g "), 2);
    assert_int_equal(occurrences(svg.data, "<g "), occurrences(svg.data, "</g>"));
    assert_int_equal(occurrences(svg.data, "</svg>"), 1);
    str_release(&svg);
    draw_release(&list);
}

// Theme

static void assert_color(color c, unsigned expected) {
    unsigned got = (unsigned)c.r << 16 | (unsigned)c.g << 8 | c.b;
    if (got != expected) fail_msg("expected #%06x, got #%06x", expected, got);
}

static void test_ramps(void **state) {
    (void)state;
    static const struct {
        enum theme_id id;
        float v;
        unsigned value, gate, gate_small;
    } cases[] = {
        {THEME_LIGHT, -1, 0x1558a6, 0x1f2d3a, 0x1f2d3a},      {THEME_LIGHT, -0.5f, 0x799bc8, 0x626d76, 0x7b848c},
        {THEME_LIGHT, -0.125f, 0xcad5e2, 0x9aa1a7, 0xc9cccf}, {THEME_LIGHT, 0, 0xefefec, 0xaeb4b8, 0xe4e6e7},
        {THEME_LIGHT, 0.25f, 0xe5bfac, 0x878f97, 0xaeb4b8},   {THEME_LIGHT, 0.75f, 0xcd744a, 0x3f4c57, 0x4b5662},
        {THEME_LIGHT, 1, 0xbf4f06, 0x1f2d3a, 0x1f2d3a},       {THEME_DARK, -1, 0x5aa5f2, 0xdce6ee, 0xdce6ee},
        {THEME_DARK, -0.5f, 0x466e97, 0x949da4, 0x7d868c},    {THEME_DARK, -0.125f, 0x334250, 0x626a70, 0x3d454a},
        {THEME_DARK, 0, 0x2a2f33, 0x525a5f, 0x2a3136},        {THEME_DARK, 0.25f, 0x634b3c, 0x727a81, 0x525a5f},
        {THEME_DARK, 0.75f, 0xc37640, 0xb7c1c8, 0xabb5bc},    {THEME_DARK, 1, 0xf28a3c, 0xdce6ee, 0xdce6ee},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct theme *theme = theme_get(cases[i].id);
        assert_color(ramp_value(theme, cases[i].v), cases[i].value);
        assert_color(ramp_gate(theme, fabsf(cases[i].v)), cases[i].gate);
        assert_color(ramp_gate_small(theme, fabsf(cases[i].v)), cases[i].gate_small);
    }
    const struct theme *light = theme_get(THEME_LIGHT);
    assert_color(ramp_value(light, NAN), 0xefefec);
    assert_color(ramp_gate(light, 7), 0x1f2d3a);
}

static void test_gradient_length(void **state) {
    (void)state;
    static const struct {
        float g, length;
    } cases[] = {{1e-3f, 0}, {10, 1}, {0.1f, 0.5f}, {-1, 0.75f}, {0, 0}, {1e9f, 1}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_close(gradient_length(cases[i].g), cases[i].length, 1e-5);
}

// The guide's contrasts (docs/architecture.md): least and largest over panel, stage, app and sunk.
static void test_contrast(void **state) {
    (void)state;
    enum { USUAL = THEME_DARK + 1 };
    static const double ranges[USUAL][3][2] = {{{15.3, 18.0}, {7.5, 8.8}, {4.65, 5.5}},
                                               {{13.4, 16.9}, {8.3, 10.4}, {5.4, 6.7}}};
    for (int id = 0; id < USUAL; id++) {
        const struct theme *t = theme_get((enum theme_id)id);
        color inks[3] = {t->ink1, t->ink2, t->ink3}, grounds[4] = {t->panel, t->stage, t->app, t->sunk};
        for (int i = 0; i < 3; i++) {
            double least = 99, most = 0;
            for (int k = 0; k < 4; k++) {
                double c = color_contrast(inks[i], grounds[k]);
                least = fmin(least, c), most = fmax(most, c);
            }
            assert_close(least, ranges[id][i][0], 0.06);
            assert_close(most, ranges[id][i][1], 0.06);
        }
        for (int hue = 0; hue < HUE_COUNT; hue++)
            assert_true(color_contrast(t->identity_ink[hue], t->panel) >= 4.5);
        assert_true(color_contrast(t->on_hi, t->hi) > 12.9);
        const color models[] = {t->m_a, t->m_b, t->m_c, t->m_d};
        for (size_t k = 0; k < COUNT(models); k++)
            assert_true(color_contrast(models[k], t->panel) >= 4.5 && color_contrast(models[k], t->stage) >= 4.5);
    }
}

// High contrast: text at 7 : 1 on every ground, what is a shape at 3 : 1 on what is behind it.
static void test_high_contrast(void **state) {
    (void)state;
    for (int id = THEME_LIGHT_CONTRAST; id <= THEME_DARK_CONTRAST; id++) {
        const struct theme *t = theme_get((enum theme_id)id);
        const color grounds[] = {t->panel, t->stage, t->app, t->sunk};
        const color texts[] = {t->ink1, t->ink2, t->ink3, t->loss, t->grad, t->m_a,
                               t->m_b,  t->m_c,  t->m_d,  t->err,  t->warn};
        const color shapes[] = {t->line,  t->line2, t->ghost, t->tile_edge, t->act_n,
                                t->act_p, t->g1,    t->gr_n,  t->gr_p,      t->grad_f};
        for (size_t g = 0; g < COUNT(grounds); g++) {
            for (size_t k = 0; k < COUNT(texts); k++)
                assert_true(color_contrast(texts[k], grounds[g]) >= 7);
            for (size_t k = 0; k < COUNT(shapes); k++)
                assert_true(color_contrast(shapes[k], grounds[g]) >= 3);
            for (int hue = 0; hue < HUE_COUNT; hue++) {
                assert_true(color_contrast(t->identity_ink[hue], grounds[g]) >= 7);
                assert_true(color_contrast(t->identity[hue], grounds[g]) >= 4.5);
            }
        }
        assert_true(color_contrast(t->on_hi, t->hi) >= 7 && color_contrast(t->ink2, t->hi_soft) >= 7);
        assert_int_equal(t->dark, id == THEME_DARK_CONTRAST);
    }
}

// A colour as seen without one kind of cone: Machado, Oliveira and Fernandes 2009, severity 1, in linear light.
enum vision { NORMAL, PROTAN, DEUTAN, TRITAN, VISIONS };

static color seen(color c, enum vision vision) {
    static const double matrices[VISIONS][9] = {
        {1, 0, 0, 0, 1, 0, 0, 0, 1},
        {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
        {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
        {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900}};
    const double *m = matrices[vision];
    double in[3] = {c.r, c.g, c.b}, out[3];
    for (int k = 0; k < 3; k++)
        in[k] = in[k] <= 0.04045 * 255 ? in[k] / 255 / 12.92 : pow((in[k] / 255 + 0.055) / 1.055, 2.4);
    for (int k = 0; k < 3; k++) {
        double v = fmin(1, fmax(0, m[3 * k] * in[0] + m[3 * k + 1] * in[1] + m[3 * k + 2] * in[2]));
        out[k] = 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055);
    }
    return (color){(uint8_t)lround(out[0]), (uint8_t)lround(out[1]), (uint8_t)lround(out[2]), 255};
}

// The two ends of every ramp, and each end and its middle, stay apart for every kind of vision; so do the models.
static void test_colour_blind(void **state) {
    (void)state;
    for (int id = 0; id < THEME_COUNT; id++) {
        const struct theme *t = theme_get((enum theme_id)id);
        const struct {
            color a, b;
            double least;
        } pairs[] = {{t->act_n, t->act_p, 20}, {t->act_n, t->act_0, 20}, {t->act_p, t->act_0, 20}, {t->g0, t->g1, 40},
                     {t->gr_n, t->gr_p, 20},   {t->gr_n, t->panel, 20},  {t->gr_p, t->panel, 20},  {t->m_a, t->m_b, 12},
                     {t->grad, t->grad_f, 12}, {t->hi, t->panel, 14},    {t->m_a, t->m_c, 10},     {t->m_a, t->m_d, 10},
                     {t->m_b, t->m_c, 10},     {t->m_b, t->m_d, 10},     {t->m_c, t->m_d, 10}};
        for (size_t k = 0; k < COUNT(pairs); k++)
            for (int v = 0; v < VISIONS; v++) {
                double apart = color_distance(seen(pairs[k].a, (enum vision)v), seen(pairs[k].b, (enum vision)v));
                if (apart < pairs[k].least) fail_msg("theme %d, pair %zu, vision %d: %.1f apart", id, k, v, apart);
            }
    }
    assert_true(color_distance((color){0, 0, 0, 255}, (color){255, 255, 255, 255}) > 99.9);
}

static void test_alpha(void **state) {
    (void)state;
    assert_int_equal(color_alpha(black, 0.5f).a, 128);
    assert_int_equal(color_alpha((color){0, 0, 0, 128}, 0.5f).a, 64);
    assert_int_equal(color_alpha(black, -1).a, 0);
    assert_int_equal(color_alpha(black, 4).a, 255);
    assert_color(color_mix(black, (color){255, 255, 255, 255}, 0), 0);
    assert_color(color_mix(black, (color){255, 255, 255, 255}, 1), 0xffffff);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boxes_snap),
        cmocka_unit_test(test_neighbours_share_an_edge),
        cmocka_unit_test(test_hairlines),
        cmocka_unit_test(test_nothing_is_drawn_for_nothing),
        cmocka_unit_test(test_curves_are_close),
        cmocka_unit_test(test_path_data),
        cmocka_unit_test(test_line_after_close_starts_at_the_start),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_a_value_keeps_its_source),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_clips),
        cmocka_unit_test(test_dump),
        cmocka_unit_test(test_svg),
        cmocka_unit_test(test_ramps),
        cmocka_unit_test(test_gradient_length),
        cmocka_unit_test(test_contrast),
        cmocka_unit_test(test_high_contrast),
        cmocka_unit_test(test_colour_blind),
        cmocka_unit_test(test_alpha),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
