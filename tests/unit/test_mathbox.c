// Maths markup and rich text, laid out with fonts of fixed metrics.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_fonts.h"
#include "mathbox.h"
#include <math.h>
#include <string.h>

static struct draw_list list;

static int start(void **state) {
    (void)state;
    draw_init(&list, &fake_fonts);
    draw_begin(&list, 1000, 500, 1);
    return 0;
}

static int stop(void **state) {
    (void)state;
    draw_release(&list);
    return 0;
}

static const struct theme *theme(void) {
    return theme_get(THEME_LIGHT);
}
static float width(const char *markup) {
    return math_measure(&list, markup, 20).width;
}

static void near(float found, float expected) {
    if (!(fabsf(found - expected) <= 1e-3f)) fail_msg("expected %g, found %g", (double)expected, (double)found);
}

// The i-th text of the list.
static const struct draw_command *text_at(int index) {
    for (int i = 0; i < list.count; i++)
        if (list.commands[i].op == DRAW_TEXT && index-- == 0) return &list.commands[i];
    fail_msg("there is no such text");
    return NULL;
}

static bool says(const struct draw_command *command, const char *text) {
    return command->text_length == (int)strlen(text) && memcmp(list.texts + command->text, text, strlen(text)) == 0;
}

static int count_of(enum draw_op op) {
    int count = 0;
    for (int i = 0; i < list.count; i++)
        count += list.commands[i].op == op;
    return count;
}

static void widths_add_up(void **state) {
    (void)state;
    near(width("a"), 10);
    near(width("ab"), 20);
    near(width("a b"), 20); // blanks are for the eyes of the author
    near(width("a~b"), 20 + 0.28f * 20);
    near(width("a\\,b"), 20 + 0.17f * 20);
    near(width("a\\quad b"), 20 + 0.9f * 20);
    near(width("a=b"), 30 + 2 * 0.27f * 20);
    near(width("a+b"), 30 + 2 * 0.2f * 20);
    near(width("-a"), 20 + 0.05f * 20); // a sign, not an operation
    near(width("(-a)"), 40 + 0.05f * 20);
    near(width("a=-b"), 40 + 2 * 0.27f * 20 + 0.05f * 20);
    near(width("a,b"), 30 + 0.2f * 20);
    near(width("a*b"), 20 + 0.45f * 20 + 2 * 0.16f * 20);
    near(width("\\tanh"), 40);
    near(width("\\ln y"), 30 + 0.17f * 20); // a gap behind the name of a function
    near(width("\\ln(y)"), 50);
    near(width("-\\ln\\hat{y}"), 40 + 0.05f * 20 + 0.17f * 20);
    near(width("y\\ln y"), 40 + 2 * 0.17f * 20);
    near(width("\\t{abc}"), 30);
    near(width("\\s{0.5}"), 3 * 0.82f * 10);
    near(width("\\col{f}{ab}"), 20);
    near(width("{ab}c"), 30);
    float script = 0.68f * 20;
    near(width("a_i"), 10 + 0.02f * 20 + script / 2 + 0.04f * 20);
    near(width("a^{<t-1>}"), 10 + 0.05f * 20 + 5 * script / 2 + 2 * 0.06f * script + 0.04f * 20);
    near(width("a_i^{<t>}"), 10 + 0.05f * 20 + 3 * script / 2 + 0.04f * 20); // stacked: the wider one counts
    near(width("\\frac{abc}{d}"), 30 * 0.86f + 0.3f * 20);
    near(width("\\norm{ab}"), 20 + 4 * 0.17f * 20 + 0.1f * 20);
}

static void measures_what_it_draws(void **state) {
    (void)state;
    static const char *const markups[] = {"\\Gamma_f^{<t>}*c^{<t-1>}", "\\hat{y}=\\frac{e^{z}}{\\sum e^{z}}",
                                          "\\norm{\\partial L/\\partial a}", "\\strong{\\tilde{c}}"};
    for (size_t i = 0; i < sizeof markups / sizeof *markups; i++) {
        float measured = math_measure(&list, markups[i], 19).width;
        near(math_draw(&list, theme(), 100, 100, markups[i], 19, theme()->ink1, ALIGN_RIGHT), measured);
    }
    for (int i = 0; i < list.count; i++) {
        const struct draw_command *c = &list.commands[i];
        if (c->op == DRAW_TEXT) assert_true(c->rect.x + c->rect.w <= 100.5f); // right aligned: nothing stands out
    }
}

static void every_word_parses(void **state) {
    (void)state;
    static const char *const good[] = {
        "\\Gamma\\sigma\\partial\\tau\\sum\\cdot\\odot\\approx\\le\\times\\in\\ldots\\eta\\theta\\to\\quad\\,",
        "\\tanh\\ln\\exp",
        "^{<t>}",
        "_{u}",
        "\\hat{y}",
        "\\tilde{c}",
        "\\norm{a}",
        "\\frac{a}{b}",
        "\\t{scale}",
        "\\s{0.25}",
        "\\strong{a}",
        "\\v{0}{2}\\V{1}{3}",
        "a^{<T_x>}",
        "\\frac ab",
        "\\col{f}{a}\\col{u}{a}\\col{o}{a}\\col{c}{a}\\col{r}{a}\\col{a}{a}",
        "(a+b)/c",
        "a<b",
        "",
        "W_{\\t{o}}",
        "x^2_i"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct err err = {0};
        if (!math_check(good[i], &err)) fail_msg("%s: column %ld: %s", good[i], err.column, err.message);
    }
}

static void errors_have_columns(void **state) {
    (void)state;
    static const struct {
        const char *markup;
        long column;
    } bad[] = {{"a+\\gamma", 3}, {"\\frac{a}", 9}, {"a_{i", 3}, {"a}", 2},     {"\\col{q}{a}", 1},
               {"\\t{abc", 3},   {"é+\\nope", 3},  {"a^", 3},   {"a^{<t}", 4}, {"\\v{x}{2}", 3}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = {0};
        assert_false(math_check(bad[i].markup, &err));
        if (err.column != bad[i].column)
            fail_msg("%s: expected column %ld, found %ld", bad[i].markup, bad[i].column, err.column);
        assert_true(err.message[0] != 0);
        assert_false(math_check(bad[i].markup, NULL));
    }
}

static void bad_markup_is_shown_as_written(void **state) {
    (void)state;
    static const char markup[] = "\\unknown{x} and a good deal more than fits into a short buffer, all of it";
    math_draw(&list, theme(), 0, 20, markup, 20, theme()->ink1, ALIGN_LEFT);
    assert_int_equal(count_of(DRAW_TEXT), 1);
    assert_true(says(text_at(0), markup));
}

static void hostile_markup_ends(void **state) {
    (void)state;
    char deep[2001], wide[4001];
    for (int i = 0; i < 1000; i++)
        deep[i] = '{', deep[1000 + i] = '}';
    deep[2000] = 0;
    assert_false(math_check(deep, NULL));
    memset(wide, 'a', 4000);
    wide[4000] = 0;
    math_check(wide, NULL);
    math_draw(&list, theme(), 0, 0, wide, 20, theme()->ink1, ALIGN_LEFT);
    for (int i = 0; i < 1000; i++)
        deep[2 * i] = '_', deep[2 * i + 1] = '^';
    math_draw(&list, theme(), 0, 0, deep, 20, theme()->ink1, ALIGN_LEFT);
    static const char pieces[][8] = {"\\",    "{",   "}", "^",    "_", "<", ">",     "a", "\\frac",
                                     "\\col", "\\v", "é", "\xff", "*", "-", "\\hat", "9", "\\t"};
    uint32_t random = 7;
    for (int round = 0; round < 20000; round++) {
        char text[80] = "";
        for (int k = 0; k < 8; k++) {
            random = random * 1664525u + 1013904223u;
            strcat(text, pieces[(random >> 16) % (sizeof pieces / sizeof *pieces)]);
        }
        struct err err = {0};
        struct math_box box = math_measure(&list, text, 20);
        assert_true(box.width >= 0 && isfinite(box.width) && isfinite(box.ascent) && isfinite(box.descent));
        if (!math_check(text, &err)) assert_true(err.column >= 1 && err.column <= (long)strlen(text) + 1);
    }
}

static void fonts_and_inks(void **state) {
    (void)state;
    math_draw(&list, theme(), 0, 40, "x\\Gamma\\s{5}\\col{f}{y}\\strong{\\col{u}{z}}", 20, theme()->ink2, ALIGN_LEFT);
    assert_int_equal(text_at(0)->font, FONT_MATH_ITALIC);
    assert_int_equal(text_at(1)->font, FONT_MATH);
    assert_int_equal(text_at(2)->font, FONT_SANS_MEDIUM);
    near(text_at(2)->size, 0.82f * 20);
    assert_memory_equal(&text_at(3)->color, &theme()->identity_ink[HUE_F], sizeof(color));
    assert_memory_equal(&text_at(4)->color, &theme()->on_hi, sizeof(color)); // no hue on the highlighter
    assert_int_equal(count_of(DRAW_RECT), 1);
}

static void strokes_not_glyphs(void **state) {
    (void)state;
    math_draw(&list, theme(), 0, 40, "\\hat{a}*\\tilde{b}", 20, theme()->ink1, ALIGN_LEFT);
    assert_int_equal(count_of(DRAW_TEXT), 2);
    assert_int_equal(count_of(DRAW_STROKE), 2 + 3); // hat, tilde, the three strokes of the star
    draw_begin(&list, 1000, 500, 1);
    math_draw(&list, theme(), 0, 40, "\\norm{a}", 20, theme()->ink1, ALIGN_LEFT);
    assert_int_equal(count_of(DRAW_RECT), 4);
}

static void time_index_is_in_angle_brackets(void **state) {
    (void)state;
    math_draw(&list, theme(), 0, 40, "a^{<t>}", 20, theme()->ink1, ALIGN_LEFT);
    assert_true(says(text_at(1), "⟨") && says(text_at(3), "⟩"));
    near(text_at(1)->size, 0.68f * 20);
    assert_true(text_at(1)->rect.y < text_at(0)->rect.y);
    draw_begin(&list, 1000, 500, 1);
    math_draw(&list, theme(), 0, 40, "a<b", 20, theme()->ink1, ALIGN_LEFT);
    assert_true(says(text_at(1), "<"));
}

static void values_keep_their_source(void **state) {
    (void)state;
    const struct source values[] = {{"forward/l0/z", 3, 6, -1.2142}, {"grad/b", -1, 2, 0.25}, {"grad/b", -1, 3, -0.5}};
    static const char markup[] = "z=\\v{0}{3}\\V{1}{2}\\V{2}{2}";
    float drawn = math_draw_values(&list, theme(), 0, 40, markup, 20, theme()->ink1, values, 3);
    near(drawn, math_measure_values(&list, markup, 20, values, 3).width);
    static const char *const texts[] = {"z", "=", "−1.214", "+", "0.25", "−", "0.50"};
    for (int i = 0; i < 7; i++)
        assert_true(says(text_at(i), texts[i]));
    assert_int_equal(list.source_count, 3);
    for (int i = 0; i < 3; i++)
        assert_true(list.sources[i].value == values[i].value && list.sources[i].column == values[i].column);
    assert_int_equal(text_at(4)->source, 1);
    assert_int_equal(text_at(3)->source, -1);
    math_draw_values(&list, theme(), 0, 40, "\\v{9}{2}", 20, theme()->ink1, values, 3); // no such value: nothing
    assert_int_equal(list.source_count, 3);
}

// A link is drawn as what it holds, and stands where that is drawn.
static void links_are_where_they_are_drawn(void **state) {
    (void)state;
    near(width("\\link{k}{a}+\\link{m n}{b_c^{d}}"), width("a+b_c^{d}"));
    math_draw(&list, theme(), 100, 50, "\\link{one}{a}=\\link{two}{\\col{f}{\\Gamma_f^{<t>}}}*c", 20, theme()->ink1,
              ALIGN_LEFT);
    struct math_link links[4];
    const char *markup = "\\link{one}{a}=\\link{two}{\\col{f}{\\Gamma_f^{<t>}}}*c";
    assert_int_equal(math_links(&list, 100, 50, INFINITY, markup, 20, links, 4), 2);
    assert_int_equal(links[0].length, 3);
    assert_memory_equal(links[0].key, "one", 3);
    assert_memory_equal(links[1].key, "two", 3);
    assert_true(links[0].key > markup && links[1].key < markup + strlen(markup));
    const struct draw_command *a = text_at(0), *gamma = text_at(2);
    assert_true(rect_has(links[0].at, (point){a->rect.x + 5, 45}));
    assert_true(rect_has(links[1].at, (point){gamma->rect.x + 5, 45}));
    assert_false(rect_has(links[0].at, (point){gamma->rect.x + 5, 45}));
    assert_true(links[0].at.x + links[0].at.w < gamma->rect.x);
    assert_int_equal(math_links(&list, 100, 50, INFINITY, markup, 20, links, 1), 1); // no more than asked for
    assert_int_equal(math_links(&list, 0, 0, 10, "a\\link{}{b}", 20, links, 4), 1);
    assert_false(math_check("\\link{x{a}", NULL));
}

static void fit_shrinks_not_below(void **state) {
    (void)state;
    float full = width("a+b+c+d+e");
    near(math_draw_fit(&list, theme(), 0, 0, full, "a+b+c+d+e", 20, theme()->ink1, ALIGN_LEFT), full);
    assert_true(math_draw_fit(&list, theme(), 0, 0, full * 0.8f, "a+b+c+d+e", 20, theme()->ink1, ALIGN_LEFT) <=
                full * 0.8f + 0.01f);
    near(math_draw_fit(&list, theme(), 0, 0, full * 0.1f, "a+b+c+d+e", 20, theme()->ink1, ALIGN_LEFT), full * 0.7f);
}

static void same_layout_at_scale_2(void **state) {
    (void)state;
    static const char markup[] = "\\frac{\\Gamma_f^{<t>}}{\\hat{c}}=\\strong{a*b}";
    float one = math_draw(&list, theme(), 10, 40, markup, 20, theme()->ink1, ALIGN_LEFT);
    draw_begin(&list, 500, 250, 2);
    float two = math_draw(&list, theme(), 10, 40, markup, 20, theme()->ink1, ALIGN_LEFT);
    near(one, two);
    for (int i = 0; i < list.count; i++)
        if (list.commands[i].op == DRAW_TEXT)
            assert_true(list.commands[i].rect.x + list.commands[i].rect.w <= 2 * (10 + two) + 0.5f);
}

// Rich text

static const struct rich_style style = {.size = 10, .line_height = 15, .ink = {1, 1, 1, 255}, .bold = {2, 2, 2, 255}};

static float rich(float room, const char *text) {
    return rich_text(&list, theme(), 0, 20, room, text, style, true);
}

static void wraps_at_blanks(void **state) {
    (void)state;
    near(rich(1000, "one two three"), 15);
    near(rich(40, "one two three"), 30); // 13 characters of 5: "one two" fits into 40
    near(rich(35, "one two three"), 30);
    near(rich(34, "one two three"), 45);
    near(rich_text(&list, theme(), 0, 0, 34, "one two three", style, false), 45);
    near(rich(1000, "one\n\ntwo"), 45);
    near(rich(1000, ""), 0);
    for (int i = 0; i < list.count; i++)
        assert_true(list.commands[i].rect.x >= 0);
}

static void marks_change_the_font(void **state) {
    (void)state;
    rich(1000, "a **b** `c` $d$ 2 * 3 = 6 costs 5$");
    assert_int_equal(text_at(0)->font, FONT_SANS);
    assert_int_equal(text_at(1)->font, FONT_SANS_SEMIBOLD);
    assert_int_equal(text_at(2)->font, FONT_MONO);
    assert_int_equal(text_at(3)->font, FONT_MATH_ITALIC);
    assert_true(says(text_at(5), "*")); // alone, it is a character
    bool dollar = false;
    for (int i = 0; i < list.count; i++)
        dollar = dollar || says(&list.commands[i], "5$") || says(&list.commands[i], "$");
    assert_true(dollar);
}

static void touching_pieces_stay_together(void **state) {
    (void)state;
    near(rich(46, "aaaa **bb**, $c$)."), 30); // "bb," would not fit whole on the first line
    const struct draw_command *bold = text_at(1), *comma = text_at(2);
    assert_true(says(bold, "bb") && says(comma, ","));
    near(bold->rect.y, comma->rect.y);
    near(comma->rect.x, bold->rect.x + 10);
}

static void long_words_are_cut(void **state) {
    (void)state;
    near(rich(50, "/a/path/without/any/blank"), 45); // 25 characters, 10 a line
    near(rich(52, "éééééééééééé"), 30);
    near(rich(1, "ééé"), 45); // a character a line is the least
    for (int i = 0; i < list.count; i++)
        for (int k = 0; k < list.commands[i].text_length; k++)
            assert_true(((unsigned char)list.texts[list.commands[i].text] & 0xc0) != 0x80);
    near(plain_text(&list, 0, 0, 1000, "**not bold** $5", style, true), 15);
}

static void numbers_in_sentences_keep_their_source(void **state) {
    (void)state;
    const struct source values[] = {{"forward/l0/gate_f", 3, 6, 0.0512}, {"forward/l0/gate_f", 3, 5, 0.5}};
    const int digits[] = {2, 1};
    float height = rich_text_values(&list, theme(), 0, 20, 1000,
                                    "drops to \x01"
                                    "0\x02: from \x01"
                                    "1;+3\x02, \x01"
                                    "1\x02 \x01"
                                    "7\x02.",
                                    style, values, digits, 2, true);
    near(height, 15);
    assert_int_equal(list.source_count, 3);
    bool found[3] = {false, false, false};
    for (int i = 0; i < list.count; i++) {
        const struct draw_command *c = &list.commands[i];
        if (c->source < 0) continue;
        found[c->source] = says(c, c->source == 0 ? "0.05" : c->source == 1 ? "+0.500" : "0.5");
        assert_int_equal(c->font, FONT_SANS_SEMIBOLD);
    }
    assert_true(found[0] && found[1] && found[2]);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
int main(void) {
    const struct CMUnitTest tests[] = {CASE(widths_add_up),
                                       CASE(measures_what_it_draws),
                                       CASE(every_word_parses),
                                       CASE(errors_have_columns),
                                       CASE(bad_markup_is_shown_as_written),
                                       CASE(hostile_markup_ends),
                                       CASE(fonts_and_inks),
                                       CASE(strokes_not_glyphs),
                                       CASE(time_index_is_in_angle_brackets),
                                       CASE(values_keep_their_source),
                                       CASE(links_are_where_they_are_drawn),
                                       CASE(fit_shrinks_not_below),
                                       CASE(same_layout_at_scale_2),
                                       CASE(wraps_at_blanks),
                                       CASE(marks_change_the_font),
                                       CASE(touching_pieces_stay_together),
                                       CASE(long_words_are_cut),
                                       CASE(numbers_in_sentences_keep_their_source)};
    return cmocka_run_group_tests_name("mathbox", tests, NULL, NULL);
}
