// Every primitive in one picture, against pictures and a draw list kept here (tolerance 4 of 255 a channel).
// With UPDATE_GOLDEN=1 in the environment they are written anew; look at them before they are committed.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "capture.h"
#include "golden.h"
#include "mem.h"
#include "theme.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 360, HEIGHT = 240, TOLERANCE = 4 };

static void draw_tiles(struct draw_list *list, const struct theme *t) {
    for (int i = 0; i < 8; i++) {
        float x = 12 + (float)i * 8, v = -1 + (float)i * 2 / 7;
        draw_rect(list, (rect){x, 12, 7, 22}, ramp_value(t, v), 1.5f);
        draw_box(list, (rect){x, 40, 7, 22}, t->ghost, 1.5f, 1);
        draw_rect(list, (rect){x, 68, 7, 22}, t->g0, 1.5f);
        draw_rect(list, (rect){x, 90 - 2.5f * (float)(i + 1), 7, 2.5f * (float)(i + 1)},
                  ramp_gate(t, (float)(i + 1) / 9), 1.5f);
        float length = 22 * gradient_length(powf(10, -2.5f + (float)i / 2));
        draw_rect_exact(list, (rect){x, 107 - length / 2, 7, length}, i % 2 ? t->gr_p : t->gr_n, 3.5f);
    }
    for (int i = 0; i < 4; i++)
        draw_rect(list, (rect){12 + (float)i * 18, 128, 16, 24}, ramp_value(t, -0.9f + (float)i * 0.6f), 3);
}

static void draw_boxes(struct draw_list *list, const struct theme *t) {
    draw_rect(list, (rect){92, 12, 70, 44}, t->panel, 12);
    draw_box(list, (rect){92, 12, 70, 44}, t->line2, 12, 1);
    draw_box(list, (rect){92, 64, 70, 44}, t->ink1, 6, 2);
    draw_box_dashed(list, (rect){92, 116, 70, 36}, t->ghost, 6, 1, 3, 3);
    draw_hline(list, 92, 162, 160, t->line);
    draw_vline(list, 127, 160, 180, t->line2);
    draw_rect(list, (rect){92, 186, 70, 14}, t->hi, 7);
    draw_rect(list, (rect){100, 190, 70, 14}, color_alpha(t->ink1, 0.4f), 0);
    draw_rect_exact(list, (rect){92.5f, 210.25f, 40.3f, 10.5f}, t->act_p, 0);
}

static void draw_wire(struct draw_list *list, float x, float y, float w, float h, float radius) {
    draw_path_move(list, x, y);
    draw_path_line(list, x + w - radius, y);
    draw_path_quad(list, x + w, y, x + w, y + radius);
    draw_path_line(list, x + w, y + h);
}

static void draw_wires(struct draw_list *list, const struct theme *t) {
    draw_wire(list, 184, 20, 60, 50, 8);
    draw_path_stroke(list, t->hi, 11, false, true);
    draw_wire(list, 184, 20, 60, 50, 8);
    draw_path_stroke(list, t->on_hi, 1.5f, false, false);
    draw_path_move(list, 244, 78);
    draw_path_line(list, 240, 70);
    draw_path_line(list, 248, 70);
    draw_path_fill(list, t->on_hi);
    draw_wire(list, 184, 40, 40, 40, 12);
    draw_path_stroke_dashed(list, t->ink2, 1.5f, 3, 3);
    draw_path_move(list, 180, 100);
    draw_path_line(list, 250, 100);
    draw_path_stroke(list, t->ink2, 1.5f, false, false);
    for (int i = 0; i < 12; i++) {
        double a = i * M_PI / 12;
        draw_path_move(list, 215 - (float)(26 * cos(a)), 135 - (float)(26 * sin(a)));
        draw_path_line(list, 215 + (float)(26 * cos(a)), 135 + (float)(26 * sin(a)));
        draw_path_stroke(list, t->ink3, 1, false, false);
    }
    draw_circle(list, (point){200, 190}, 8, t->panel);
    draw_ring(list, (point){200, 190}, 8, t->ink1, 1.5f);
    draw_circle(list, (point){230.5f, 190.5f}, 4, t->ink1);
    draw_path_move(list, 184, 212);
    draw_path_line(list, 214, 212);
    draw_path_line(list, 206, 226);
    draw_path_line(list, 192, 226);
    draw_path_stroke(list, t->identity[HUE_F], 2, true, false);
}

static void draw_curves(struct draw_list *list, const struct theme *t) {
    draw_path_svg(list, "M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17z", 270, 10, 1);
    draw_path_stroke(list, t->ink2, 1.6f, false, true);
    draw_path_svg(list, "M9.8 9.6a2.3 2.3 0 114 1.6c-.9.8-1.8 1.2-1.8 2.5", 270, 10, 1);
    draw_path_stroke(list, t->ink2, 1.6f, false, true);
    draw_path_svg(list, "M12 16.2a1 1 0 100 2 1 1 0 000-2z", 270, 10, 1);
    draw_path_fill(list, t->ink2);
    draw_path_svg(list, "M14 22.500H8.500a8 8 0 118-8v8h11", 304, 8, 1);
    draw_path_stroke(list, t->ink1, 2.4f, false, true);
    draw_path_svg(list, "M8 5.2v13.6c0 .7.8 1.1 1.4.7l10-6.8c.5-.3.5-1.1 0-1.4l-10-6.8C8.800 4.100 8 4.500 8 5.200z",
                  270, 44, 1.4f);
    draw_path_fill(list, t->ink1);
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i <= 90; i++) {
            float x = 266 + (float)i, y = 100 + (float)k * 34 + 12 * sinf((float)i * 0.07f * (float)(k + 1));
            if (i == 0)
                draw_path_move(list, x, y);
            else
                draw_path_line(list, x, y);
        }
        if (k == 1)
            draw_path_stroke_dashed(list, t->m_a, 2.75f, 8, 5);
        else
            draw_path_stroke(list, k ? t->m_b : t->grad, k ? 2.75f : 1.25f, false, k > 0);
    }
    draw_clip_push(list, (rect){266, 196, 50, 30});
    draw_circle(list, (point){266, 196}, 34, t->g1);
    draw_path_move(list, 270, 240);
    draw_path_cubic(list, 290, 150, 310, 260, 330, 190);
    draw_path_stroke(list, t->identity[HUE_C], 5, false, true);
    draw_clip_pop(list);
}

static void draw_shapes(struct draw_list *list, const struct theme *t) {
    draw_tiles(list, t);
    draw_boxes(list, t);
    draw_wires(list, t);
    draw_curves(list, t);
}

static void draw_words(struct draw_list *list, const struct theme *t) {
    draw_rect(list, (rect){0, 0, WIDTH, HEIGHT}, t->panel, 0);
    draw_text(list, 16, 36, "The forget gate", (struct text_style){FONT_DISPLAY, 24, t->ink1, ALIGN_LEFT});
    draw_text(list, 16, 62, "An LSTM carries a second vector, To AVATAR",
              (struct text_style){FONT_SANS, 15, t->ink2, ALIGN_LEFT});
    draw_text(list, 16, 84, "Lesson 10, part 2 of 5", (struct text_style){FONT_SANS_MEDIUM, 13, t->ink3, ALIGN_LEFT});
    draw_text(list, 16, 110, "Forget gate, t = 4.", (struct text_style){FONT_SANS_SEMIBOLD, 18, t->ink1, ALIGN_LEFT});
    for (int i = 0; i < 4; i++) {
        struct source source = {"forward/l0/c", i, 0, -1.111 + i * 0.777};
        draw_value(list, 340, 90 + (float)i * 20, source, 2, true,
                   (struct text_style){FONT_SANS_MEDIUM, 14, t->ink1, ALIGN_RIGHT});
    }
    draw_text(list, 16, 142, "\u0393 \u27e8t\u27e9 \u2299 \u2211 \u2202 \u2264 \u2248 \u2217",
              (struct text_style){FONT_MATH, 20, t->identity_ink[HUE_F], ALIGN_LEFT});
    draw_text(list, 16, 170, "a c x y W b f \u03c3 \u03b8 \u03b7",
              (struct text_style){FONT_MATH_ITALIC, 20, t->ink1, ALIGN_LEFT});
    draw_text(list, 16, 200, "<EOS> names 0123", (struct text_style){FONT_MONO, 14, t->ink1, ALIGN_LEFT});
    draw_text(list, 180, 200, "trood", (struct text_style){FONT_MONO_SEMIBOLD, 23, t->ink1, ALIGN_LEFT});
    draw_rect(list, (rect){0, 212, WIDTH, 28}, t->btn, 0);
    draw_text(list, 180, 231, "Update gate", (struct text_style){FONT_SANS_SEMIBOLD, 14, t->on_btn, ALIGN_CENTER});
}

static void compare_picture(struct capture *capture, const struct draw_list *list, const char *name) {
    char path[512];
    struct err err = {0};
    color ground = theme_get(THEME_LIGHT)->stage;
    golden_path(path, sizeof path, name);
    if (golden_updating()) {
        if (!capture_save(capture, list, ground, path, &err)) fail_msg("%s", err.message);
        return;
    }
    int width, height, kept_width, kept_height, worst = 0, at = 0;
    const uint32_t *pixels = capture_pixels(capture, list, ground, &width, &height);
    uint32_t *kept = capture_load(path, &kept_width, &kept_height, &err);
    if (!kept) fail_msg("%s", err.message);
    assert_int_equal(width, kept_width);
    assert_int_equal(height, kept_height);
    for (int i = 0; i < width * height; i++)
        for (int shift = 0; shift < 24; shift += 8) {
            int d = abs((int)(pixels[i] >> shift & 255) - (int)(kept[i] >> shift & 255));
            if (d > worst) worst = d, at = i;
        }
    mem_free(kept);
    if (worst > TOLERANCE) {
        char got[512];
        snprintf(got, sizeof got, BUILD_ROOT "/%s", name);
        capture_save(capture, list, ground, got, NULL);
        fail_msg("%s: pixel %d, %d differs by %d; what was drawn is in %s", name, at % width, at / width, worst, got);
    }
}

static void draw_at(struct draw_list *list, float scale, void (*scene)(struct draw_list *, const struct theme *)) {
    draw_begin(list, WIDTH, HEIGHT, scale);
    scene(list, theme_get(THEME_LIGHT));
}

static void test_pictures(void **state) {
    (void)state;
    static const struct {
        const char *name;
        float scale;
        bool words;
    } cases[] = {
        {"shapes-1.png", 1, false}, {"shapes-1.25.png", 1.25f, false}, {"shapes-2.png", 2, false},
        {"words-1.png", 1, true},   {"words-2.png", 2, true},
    };
    struct err err = {0};
    struct capture *capture = capture_new(1, &err);
    if (!capture) fail_msg("%s", err.message);
    struct draw_list list;
    draw_init(&list, capture_fonts(capture));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        draw_at(&list, cases[i].scale, cases[i].words ? draw_words : draw_shapes);
        if (cases[i].words && capture_missing_fonts(capture)[0])
            print_message("# not compared: %s\n", capture_missing_fonts(capture));
        else
            compare_picture(capture, &list, cases[i].name);
    }
    draw_release(&list);
    capture_free(capture);
}

static float half_em(void *context, enum font font, float size, const char *text, size_t length) {
    (void)context, (void)font;
    return (float)utf8_count(text, length) * size / 2;
}

static void test_list(void **state) {
    (void)state;
    const struct font_source fonts = {NULL, half_em, NULL};
    struct draw_list list;
    struct str dump = {0};
    draw_init(&list, &fonts);
    draw_at(&list, 1.25f, draw_shapes);
    draw_dump(&list, &dump);
    draw_at(&list, 1.25f, draw_words);
    draw_dump(&list, &dump);
    golden_text("primitives.txt", &dump);
    str_release(&dump);
    draw_release(&list);
}

static void test_saving(void **state) {
    (void)state;
    struct err err = {0};
    struct capture *capture = capture_new(1, &err);
    struct draw_list list;
    draw_init(&list, capture_fonts(capture));
    draw_at(&list, 1, draw_shapes);
    assert_false(capture_save(capture, &list, (color){255, 255, 255, 255}, BUILD_ROOT "/picture.bmp", &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_false(capture_save(capture, &list, (color){255, 255, 255, 255}, BUILD_ROOT "/no/such/folder/a.png", &err));
    assert_int_equal(err.code, ERR_IO);
    assert_true(capture_save(capture, &list, (color){255, 255, 255, 255}, BUILD_ROOT "/saved.png", &err));
    int width, height, width2, height2;
    uint32_t *read = capture_load(BUILD_ROOT "/saved.png", &width, &height, &err);
    const uint32_t *pixels = capture_pixels(capture, &list, (color){255, 255, 255, 255}, &width2, &height2);
    assert_int_equal(width, width2);
    assert_int_equal(height, height2);
    assert_memory_equal(read, pixels, (size_t)width * (size_t)height * 4);
    mem_free(read);
    assert_null(capture_load(SOURCE_ROOT "/meson.build", &width, &height, &err));
    remove(BUILD_ROOT "/saved.png");
    draw_release(&list);
    capture_free(capture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_saving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
