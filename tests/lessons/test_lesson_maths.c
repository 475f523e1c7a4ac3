// The maths of lessons is checked twice: by the lesson layer, which knows no fonts, and by the layout that
// draws it. What the first takes, the second must take.
#include "lesson.h"
#include "mathbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const char *const files[] = {"lessons/03-forward-pass.md", "lessons/04-backpropagation-through-time.md"};

static int formulas;

static void both(const char *markup) {
    struct err err = {0};
    formulas++;
    if (!lesson_check_math(markup, &err)) fail_msg("lesson: \"%s\": column %ld: %s", markup, err.column, err.message);
    if (!math_check(markup, &err)) fail_msg("ui: \"%s\": column %ld: %s", markup, err.column, err.message);
}

// The $formulas$ of a rich text.
static void in_text(const char *text) {
    char markup[512];
    for (const char *open = text ? strchr(text, '$') : NULL; open; open = strchr(open, '$')) {
        const char *close = strchr(open + 1, '$');
        assert_non_null(close);
        snprintf(markup, sizeof markup, "%.*s", (int)(close - open - 1), open + 1);
        both(markup);
        open = close + 1;
    }
}

static void in_part(const struct lesson_part *part) {
    in_text(part->title);
    for (int k = 0; k < part->block_count; k++) {
        in_text(part->blocks[k].text);
        if (part->blocks[k].equation) both(part->blocks[k].equation);
    }
    for (int k = 0; k < part->task_count; k++) {
        const struct lesson_task *task = &part->tasks[k];
        const char *const texts[] = {task->text, task->hints[0], task->hints[1], task->right, task->wrong};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            in_text(texts[i]);
        for (int i = 0; i < task->choice_count; i++) {
            in_text(task->choices[i]);
            in_text(task->why[i]);
        }
    }
}

static void test_lessons(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[1024];
        struct err err = {0};
        snprintf(path, sizeof path, "%s/%s", SOURCE_ROOT, files[i]);
        struct lesson *lesson = lesson_read(path, &err);
        if (!lesson) fail_msg("%s:%ld: %s", path, err.line, err.message);
        for (int p = 0; p < lesson->part_count; p++)
            in_part(&lesson->parts[p]);
        lesson_free(lesson);
    }
    assert_true(formulas > 100);
}

static void test_agree(void **state) {
    (void)state;
    static const char *const samples[] = {
        "a",
        "a^{<t>}",
        "a^{<t-1>}_7",
        "\\Gamma_f * c",
        "\\tilde{c}",
        "\\frac{a}{b}",
        "\\norm{g}",
        "\\col{f}{x}",
        "\\strong{x}",
        "\\t{two words}",
        "x~y \\quad z\\,w",
        "\\sum \\partial \\tau \\eta \\theta \\sigma",
        "\\cdot \\odot \\times \\le \\in \\to \\ldots \\approx",
        "\\tanh \\ln \\exp",
        "W_a [a, x] + b",
        "\\hat{y}_{\\t{right}}^{<t>}",
        "\\epsilon \\beta \\top \\infty \\prod \\ge \\max \\min \\relu \\softmax \\log",
        "\\t{twenty-three characters}", // right; the rest is wrong
        "\\t{twenty-four of them, now}",
        "a {b}",
        "a < b",
        "\\gama",
        "{a",
        "a}",
        "\\frac{a}",
        "\\col{q}{a}",
        "a^{<t}",
        "\\hat{y",
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        bool here = lesson_check_math(samples[i], NULL), there = math_check(samples[i], NULL);
        if (here && !there) fail_msg("\"%s\": the lesson layer takes it, the layout does not", samples[i]);
        if (here != (i < 18)) fail_msg("\"%s\": expected %d, found %d", samples[i], i < 18, here);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lessons), cmocka_unit_test(test_agree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
