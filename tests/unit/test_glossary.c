// The glossary: what comes with the program is whole; a file with a fault is refused with its line and column.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "glossary.h"
#include <stdio.h>
#include <string.h>

static const char *const lesson_ids[] = {"why-sequence-models",
                                         "notation",
                                         "forward-pass",
                                         "backpropagation-through-time",
                                         "types-of-rnn",
                                         "language-models",
                                         "sampling",
                                         "vanishing-and-exploding-gradients",
                                         "gru",
                                         "lstm",
                                         "bidirectional-rnn",
                                         "deep-rnn",
                                         "encoder-decoder"};
enum { LESSONS = sizeof lesson_ids / sizeof *lesson_ids };

static struct glossary *shipped(void) {
    struct err err = {0};
    struct glossary *glossary = glossary_read(GLOSSARY_FILE, &err);
    if (!glossary) {
        char text[1024];
        err_format(&err, text, sizeof text);
        fail_msg("%s", text);
    }
    return glossary;
}

static int lesson_index(const char *id) {
    for (int k = 0; k < LESSONS; k++)
        if (!strcmp(lesson_ids[k], id)) return k;
    return -1;
}

static void entries_are_whole(void **state) {
    (void)state;
    struct glossary *glossary = shipped();
    int taught[LESSONS] = {0};
    assert_in_range(glossary->count, 60, 120);
    for (int k = 0; k < glossary->count; k++) {
        const struct glossary_term *term = &glossary->terms[k];
        struct err err = {0};
        if (term->symbol && !lesson_check_math(term->symbol, &err)) fail_msg("%s: %s", term->id, err.message);
        assert_ptr_equal(glossary_find(glossary, term->id), term);
        assert_true(strlen(term->text) > 20 && *term->group);
        assert_true(term->lesson_count > 0);
        for (int n = 0; n < term->lesson_count; n++) {
            int at = lesson_index(term->lessons[n]);
            if (at < 0) fail_msg("%s: there is no lesson \"%s\"", term->id, term->lessons[n]);
            taught[at]++;
        }
        for (int n = 0; n < k; n++)
            if (!strcmp(glossary->terms[n].name, term->name)) fail_msg("two terms are called \"%s\"", term->name);
    }
    for (int k = 0; k < LESSONS; k++)
        if (!taught[k]) fail_msg("no term of the lesson \"%s\"", lesson_ids[k]);
    assert_null(glossary_find(glossary, "no-such-term"));
    assert_ptr_equal(glossary_find(glossary, "forget-gate"), glossary_find(glossary, "gamma-f"));
    const struct glossary_term *terms[2];
    char missing[64];
    assert_int_equal(glossary_terms(glossary, "gru, nope,w-aa, lstm", terms, 2, missing), 2);
    assert_string_equal(terms[1]->id, "w-aa");
    assert_string_equal(missing, "nope");
    glossary_free(glossary);
}

// The symbols of the course, as they are written there.
static void has_every_symbol(void **state) {
    (void)state;
    static const char *const symbols[] = {"x^{(i)<t>}",
                                          "T_x",
                                          "T_y",
                                          "y^{<t>}",
                                          "a^{<t>}",
                                          "a^{<0>}",
                                          "W_{aa}",
                                          "W_{ax}",
                                          "W_{ya}",
                                          "W_a",
                                          "b_a",
                                          "b_y",
                                          "L^{<t>}",
                                          "L",
                                          "g",
                                          "z",
                                          "c^{<t>}",
                                          "\\Gamma_u",
                                          "\\Gamma_r",
                                          "\\Gamma_f",
                                          "\\Gamma_o",
                                          "a^{[l]<t>}",
                                          "\\hat{y}^{<t>}",
                                          "\\tilde{c}^{<t>}"};
    struct glossary *glossary = shipped();
    for (size_t s = 0; s < sizeof symbols / sizeof *symbols; s++) {
        bool found = false;
        for (int k = 0; k < glossary->count; k++)
            found = found || (glossary->terms[k].symbol && !strcmp(glossary->terms[k].symbol, symbols[s]));
        if (!found) fail_msg("%s is missing", symbols[s]);
    }
    glossary_free(glossary);
}

static void faults_are_told(void **state) {
    (void)state;
    static const struct {
        const char *text;
        long line, column;
        const char *says;
    } faults[] = {
        {"name: x\n", 1, 1, "a term"},
        {"# A\n\n## Bad\n", 3, 4, "an id"},
        {"## a\nname: x\ntext: y\n## a\n", 4, 4, "an id of its own"},
        {"## a\ntext: y\n", 1, 1, "a name"},
        {"## a\nname: x\n", 1, 1, "a text"},
        {"## a\nname: x\nname: y\n", 3, 1, "once"},
        {"## a\nsymbol: \\nope\nname: x\ntext: y\n", 2, 9, "nope"},
        {"## a\nname: x\ntext: b $\\nope$\n", 3, 0, "nope"},
        {"## a\nname: x\ntext: b $c\n", 3, 0, "closes"},
        {"## a\nname: x\n more\n", 3, 1, "a text before"},
        {"## a\nkind: x\n", 2, 1, "symbol:"},
        {"## a\nname:\n", 2, 6, "a value"},
        {"## a\nalso: a\n", 2, 7, "an id of its own"},
        {"## a\nname: \xff\n", 2, 7, "UTF-8"},
    };
    for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
        struct err err = {0};
        struct glossary *glossary = glossary_parse("g.md", faults[k].text, strlen(faults[k].text), &err);
        if (glossary) fail_msg("\"%s\" was taken", faults[k].text);
        if (err.line != faults[k].line || err.column != faults[k].column || !strstr(err.message, faults[k].says))
            fail_msg("\"%s\": %ld:%ld: %s", faults[k].text, err.line, err.column, err.message);
    }
    struct err err = {0};
    static const char text[] = "## a\nname: x\ntext: b\n  c\nlesson: l";
    struct glossary *good = glossary_parse("g.md", text, sizeof text - 1, &err);
    assert_non_null(good);
    assert_string_equal(good->terms[0].text, "b c");
    assert_string_equal(good->terms[0].lessons[0], "l");
    glossary_free(good);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(entries_are_whole), cmocka_unit_test(has_every_symbol),
                                       cmocka_unit_test(faults_are_told)};
    return cmocka_run_group_tests_name("glossary", tests, NULL, NULL);
}
