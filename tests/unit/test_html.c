// Rich text and formulas as HTML: what is written is well-formed, and the maths is the tree of the markup.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "html.h"
#include <stdio.h>
#include <string.h>

static void math_is(const char *markup, const char *expected) {
    struct str out = {0};
    char whole[1024];
    html_math(&out, markup, false);
    snprintf(whole, sizeof whole, "<math><mrow>%s</mrow></math>", expected);
    assert_string_equal(str_text(&out), whole);
    str_release(&out);
}

static void rich_is(const char *text, const char *expected) {
    struct str out = {0};
    html_rich(&out, text);
    assert_string_equal(str_text(&out), expected);
    str_release(&out);
}

static void formulas(void **state) {
    (void)state;
    math_is("a", "<mi>a</mi>");
    math_is("\\Gamma", "<mi mathvariant=\"normal\">Γ</mi>");
    math_is("\\sigma", "<mi>σ</mi>");
    math_is("12.5", "<mn>12.5</mn>");
    math_is("1 - x", "<mn>1</mn><mo>−</mo><mi>x</mi>");
    math_is("x_t", "<msub><mrow><mi>x</mi></mrow><mrow><mi>t</mi></mrow></msub>");
    math_is("W_{aa}^2", "<msubsup><mrow><mi>W</mi></mrow><mrow><mi>a</mi><mi>a</mi></mrow><mrow><mn>2</mn></mrow>"
                        "</msubsup>");
    math_is("a^{<t>}", "<msup><mrow><mi>a</mi></mrow><mrow>"
                       "<mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">⟨</mo><mi>t</mi>"
                       "<mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">⟩</mo></mrow></msup>");
    math_is("\\frac{1}{2}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>");
    math_is("\\hat{y}", "<mover accent=\"true\"><mrow><mi>y</mi></mrow><mo stretchy=\"false\">^</mo></mover>");
    math_is("\\norm{g}", "<mrow><mo stretchy=\"false\">‖</mo><mi>g</mi><mo stretchy=\"false\">‖</mo></mrow>");
    math_is("\\t{on & off}", "<mtext>on &amp; off</mtext>");
    math_is("a*b", "<mi>a</mi><mo>∗</mo><mi>b</mi>");
    // a function stands off from a letter, not from a bracket
    math_is("\\ln x", "<mi>ln</mi><mspace width=\"0.17em\"/><mi>x</mi>");
    math_is("\\ln(x)", "<mi>ln</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">(</mo><mi>x</mi>"
                       "<mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">)</mo>");
    math_is("\\tanh z", "<mi>tanh</mi><mspace width=\"0.17em\"/><mi>z</mi>");
}

static void sums_in_a_box(void **state) {
    (void)state;
    struct str out = {0};
    html_math(&out, "\\sum_t L", true);
    assert_string_equal(str_text(&out), "<math display=\"block\"><mrow><munder><mrow><mo>∑</mo></mrow><mrow><mi>t</mi>"
                                        "</mrow></munder><mi>L</mi></mrow></math>");
    str_release(&out);
}

static void a_wrong_markup_is_shown(void **state) {
    (void)state;
    struct str out = {0};
    html_math(&out, "\\nothing{<x>}", false);
    assert_string_equal(str_text(&out), "<code>\\nothing{&lt;x&gt;}</code>");
    str_release(&out);
}

static void texts(void **state) {
    (void)state;
    rich_is("a < b & \"c\"", "a &lt; b &amp; &quot;c&quot;");
    rich_is("**b** and `<EOS>`", "<strong>b</strong> and <code>&lt;EOS&gt;</code>");
    rich_is("at $t$.", "at <math><mrow><mi>t</mi></mrow></math>.");
    rich_is("**open", "<strong>open</strong>");
    rich_is("5 $ and a ` alone", "5 $ and a ` alone");
    rich_is("", "");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(formulas), cmocka_unit_test(sums_in_a_box),
                                       cmocka_unit_test(a_wrong_markup_is_shown), cmocka_unit_test(texts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
