// Every lesson of lessons/ is played to its end; its claims must hold, its wrong answers must be refused.
#include "file.h"
#include "lesson.h"
#include "loops.h"
#include "str.h"
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 32 };
static char files[FILES_MAX][128];
static int file_count;
static int which, of = 1; // "test_lessons 1 4": every fourth lesson is played, from the second on

static int by_name(const void *a, const void *b) {
    return strcmp(a, b);
}

static void find_files(void) {
    DIR *folder = opendir(SOURCE_ROOT "/lessons");
    for (struct dirent *entry; folder && (entry = readdir(folder)) && file_count < FILES_MAX;)
        if (strstr(entry->d_name, ".md")) snprintf(files[file_count++], sizeof *files, "lessons/%.100s", entry->d_name);
    if (folder) closedir(folder);
    qsort(files, (size_t)file_count, sizeof *files, by_name);
}

static struct app *open_world(void) {
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 0;
    struct err err = {0};
    struct app *app = app_new(&options, &err);
    if (!app) fail_msg("%s", err.message);
    return app;
}

static struct lesson *read_lesson(const char *file) {
    char path[1024], words[1024];
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", SOURCE_ROOT, file);
    struct lesson *lesson = lesson_read(path, &err);
    if (!lesson) {
        err_format(&err, words, sizeof words);
        fail_msg("%s", words);
    }
    return lesson;
}

static void play(struct app *world, const struct lesson *lesson) {
    struct lesson_world callbacks = world_of(world);
    struct err err = {0};
    char words[1024];
    if (lesson_check(lesson, &callbacks, &err)) return;
    err_format(&err, words, sizeof words);
    fail_msg("%s", words);
}

// On whatever processor: with the loops of the best one here, and with those of every machine.
static void test_play(void **state) {
    loops_force(*(const enum loops_level *)*state);
    struct app *world = open_world();
    assert_true(file_count > 0);
    for (int i = which; i < file_count; i += of) {
        struct lesson *lesson = read_lesson(files[i]);
        play(world, lesson);
        lesson_free(lesson);
    }
    app_free(world);
    loops_force(LOOPS_COUNT);
}

// --- with the step key alone ---

static const char *const walked[] = {"lessons/03-forward-pass.md", "lessons/04-backpropagation-through-time.md"};

// Where a task's solve jumps, this one presses "step" at the scene's step size until it is there or past it.
static bool walk(void *context, const char *action, struct err *err) {
    struct lesson_world real = world_of(context);
    struct lesson_now now;
    int target, last = -1;
    if (strncmp(action, "goto ", 5) != 0) return real.act(context, action, err);
    real.look(context, &now);
    if (!lesson_find_position(action + 5, now.record, now.script, &target, err)) return false;
    while (now.position < target && now.position != last) {
        last = now.position;
        if (!real.act(context, "step", err)) return false;
        real.look(context, &now);
    }
    return true;
}

static void test_walk(void **state) {
    (void)state;
    struct app *world = open_world();
    struct lesson_world callbacks = world_of(world);
    callbacks.act = walk;
    for (size_t i = 0; i < sizeof walked / sizeof *walked; i++) {
        struct lesson *lesson = read_lesson(walked[i]);
        struct err err = {0};
        char words[1024];
        if (!lesson_check(lesson, &callbacks, &err)) {
            err_format(&err, words, sizeof words);
            fail_msg("%s", words);
        }
        lesson_free(lesson);
    }
    app_free(world);
}

// --- the example of the documentation ---

static void test_documentation(void **state) {
    (void)state;
    struct bytes doc = {0};
    struct err err = {0};
    char words[1024];
    assert_true(file_read(SOURCE_ROOT "/docs/writing-lessons.md", 1 << 20, &doc, &err));
    static const char open[] = "\n````markdown\n";
    char *start = strstr(doc.data, open);
    assert_non_null(start);
    start += strlen(open);
    char *end = strstr(start, "\n````\n");
    assert_non_null(end);
    struct lesson *lesson = lesson_parse("writing-lessons.md", start, (size_t)(end - start) + 1, &err);
    if (!lesson) {
        err_format(&err, words, sizeof words);
        fail_msg("the example: %s", words);
    }
    struct app *world = open_world();
    play(world, lesson);
    lesson_free(lesson);
    bytes_release(&doc);
    app_free(world);
}

// --- what must not pass ---

#define LESSON(scene, rest)                                                                                            \
    "# T\n\n```lesson\nid: x\nnumber: 1\n```\n\n## P\n\ntext\n\n```scene\ndata: dinosaurs.txt\nword: "                 \
    "khaan\nunits: 4\n" scene "```\n\n" rest
#define TASK(goal, solve) "```task\ntext: Go.\ngoal: " goal "\nsolve: " solve "\n```\n"

static const struct {
    const char *what, *text;
    long line, column; // 0: it passes
    const char *message;
} plays[] = {
    {"all is well", LESSON("", "```expect\nloss t=1 > 0\n```\n\n") TASK("past forward t=2", "goto forward t=2"), 0, 0,
     ""},
    {"wrong expectation", LESSON("", "```expect\nloss t=1 > 0\nloss t=1 < 0\n```\n\n") TASK("unit 1", "unit 1"), 20, 1,
     "expected \"loss t=1 < 0\""},
    {"wrong by little", LESSON("", "```expect\ny_hat t=1 sum = 1.001\n```\n\n") TASK("unit 1", "unit 1"), 19, 1,
     "found 1 and 1.001"},
    {"NaN is never right", LESSON("", "```expect\nln(0 - 1) = ln(0 - 1)\n```\n\n") TASK("unit 1", "unit 1"), 19, 1,
     "nan"},
    {"wrong expectation of a task", LESSON("", "```task\ntext: Go.\ngoal: unit 1\nsolve: unit 1\nexpect: T = 7\n```\n"),
     22, 9, "found 6 and 7"},
    {"kept number",
     LESSON("", "```expect\nkeep k = W_aa unit=1 from=1\n```\n\n```task\ntext: Go.\ngoal: word\nsolve: word "
                "minmi\nexpect: W_aa unit=1 from=1 = k\n```\n"),
     0, 0, ""},
    {"goal reached already", LESSON("unit: 1\n", TASK("unit 1", "unit 1")), 21, 7, "holds already"},
    {"goal not reached", LESSON("", TASK("past forward t=3", "goto forward t=2")), 21, 8, "not reached"},
    {"wrong answer", LESSON("", "```task\ntext: Go.\ngoal: number T\ntolerance: 0\nsolve: answer 7\n```\n"), 22, 8,
     "found 6"},
    {"right answer", LESSON("", "```task\ntext: Go.\ngoal: number T\ntolerance: 0\nsolve: answer 6\n```\n"), 0, 0, ""},
    {"wrong choice",
     LESSON("", "```task\ntext: Go.\ngoal: choice\nchoice: a\nwhy: a\nright: b\nwhy: b\nsolve: choose 1\n```\n"), 25, 8,
     "that 2 is right"},
    {"two choices hold",
     LESSON("", "```task\ntext: Go.\ngoal: choice\nchoice: a\nwhen: 1 < 2\nwhy: a\nchoice: b\nwhen: 1 < "
                "3\nwhy: b\nsolve: choose\n```\n"),
     27, 8, "found 1 and 2"},
    {"no choice holds",
     LESSON("", "```task\ntext: Go.\ngoal: choice\nchoice: a\nwhen: 1 > 2\nwhy: a\nchoice: b\nwhen: 1 > "
                "3\nwhy: b\nsolve: choose\n```\n"),
     27, 8, "found none"},
    {"no unit will do", LESSON("", TASK("when a t=selected unit=selected > 2", "timestep 1; try unit")), 21, 20,
     "found none"},
    {"symbol that is not there", LESSON("", "```expect\ny_hat t=1 symbol=ab > 0\n```\n\n") TASK("unit 1", "unit 1"), 19,
     1, "vocabulary"},
    {"symbol not of the data", LESSON("", "```expect\ny_hat t=1 symbol=Z > 0\n```\n\n") TASK("unit 1", "unit 1"), 19, 1,
     "vocabulary"},
    {"step that is not there", LESSON("", TASK("at clip", "step 2; goto forward t=1 sum")), 21, 33, "expected input"},
};

static void test_plays(void **state) {
    (void)state;
    struct app *world = open_world();
    struct lesson_world callbacks = world_of(world);
    for (size_t i = 0; i < sizeof plays / sizeof *plays; i++) {
        struct err err = {0};
        struct lesson *lesson = lesson_parse("x.md", plays[i].text, strlen(plays[i].text), &err);
        bool good = lesson && lesson_check(lesson, &callbacks, &err);
        if (good != (plays[i].line == 0) || err.line != plays[i].line || err.column != plays[i].column ||
            (!good && !strstr(err.message, plays[i].message)))
            fail_msg("%s: expected %ld:%ld %s, found %ld:%ld %s", plays[i].what, plays[i].line, plays[i].column,
                     plays[i].message, err.line, err.column, err.message);
        lesson_free(lesson);
    }
    app_free(world);
}

// --- that they fit the panel ---

static int words_of(const char *text) {
    int count = 0;
    for (const char *at = text; *at; at += strcspn(at, " "))
        count += *(at += strspn(at, " ")) != '\0';
    return count;
}

static void test_lengths(void **state) {
    (void)state;
    for (int i = 0; i < file_count; i++) {
        struct lesson *lesson = read_lesson(files[i]);
        assert_in_range(lesson->part_count, 4, 7);
        for (int p = 0; p < lesson->part_count; p++) {
            const struct lesson_part *part = &lesson->parts[p];
            int words = 0, equations = 0;
            for (int k = 0; k < part->block_count; k++) {
                if (part->blocks[k].text) words += words_of(part->blocks[k].text);
                equations += part->blocks[k].equation != NULL;
            }
            if (words > 65 || equations > 2)
                fail_msg("%s: \"%s\" has %d words and %d equations", files[i], part->title, words, equations);
            if (utf8_count(part->title, strlen(part->title)) > 34)
                fail_msg("%s: the title \"%s\" is long", files[i], part->title);
            for (int k = 0; k < part->task_count; k++) {
                const struct lesson_task *task = &part->tasks[k];
                if (words_of(task->text) > 24)
                    fail_msg("%s:%ld: %d words: %s", files[i], task->line, words_of(task->text), task->text);
                if (task->kind != CONDITION_CHOICE && task->hint_count != 2)
                    fail_msg("%s:%ld: expected hints in two stages", files[i], task->line);
            }
        }
        lesson_free(lesson);
    }
}

static void test_assets(void **state) {
    (void)state;
    struct bytes names = {0};
    struct err err = {0};
    assert_true(file_read(SOURCE_ROOT "/assets/dinosaurs.txt", 1 << 20, &names, &err));
    char last[64] = "";
    int count = 0;
    for (char *line = strtok(names.data, "\n"); line; line = strtok(NULL, "\n")) {
        if (strspn(line, "abcdefghijklmnopqrstuvwxyz") != strlen(line) || strlen(line) < 3)
            fail_msg("expected small letters, found \"%s\"", line);
        if (strcmp(last, line) >= 0) fail_msg("expected names in order, found \"%s\" after \"%s\"", line, last);
        snprintf(last, sizeof last, "%s", line);
        count++;
    }
    assert_int_equal(count, 280);
    bytes_release(&names);
}

static void test_ids(void **state) {
    (void)state;
    struct lesson *all[FILES_MAX] = {0};
    struct err err = {0};
    int count = file_count;
    for (int i = 0; i < count; i++)
        all[i] = read_lesson(files[i]);
    assert_true(lesson_check_ids((const struct lesson *const *)all, count, &err));
    for (int i = 0; i < count; i++)
        lesson_free(all[i]);
}

// A file of every key, goal, number and action there is.
static void test_everything(void **state) {
    (void)state;
    struct app *world = open_world();
    struct lesson *lesson = read_lesson("tests/lessons/everything.md");
    play(world, lesson);
    lesson_free(lesson);
    app_free(world);
}

// --- all that is wrong ---

static bool tells(const struct lesson_problems *problems, const struct err *err) {
    for (int k = 0; k < problems->count; k++) {
        const struct err *at = &problems->items[k].err;
        if (at->line == err->line && at->column == err->column && !strcmp(at->message, err->message)) return true;
    }
    return false;
}

// A change that a hand may slip: a byte, a line twice, a line less, the end missing.
static size_t slip(char *text, size_t size, unsigned *seed) {
    static const char bytes[] = "#`$:*_{}\\<-\n x9|[>";
    *seed = *seed * 1103515245u + 12345u;
    size_t at = (*seed >> 8) % size, end = at;
    while (end < size && text[end] != '\n')
        end++;
    switch (*seed >> 4 & 3) {
    case 0:
        text[at] = bytes[(*seed >> 16) % (sizeof bytes - 1)];
        return size;
    case 1:
        memmove(text + at, text + end, size - end);
        return size - (end - at);
    case 2:
        return at ? at : 1;
    default:
        memmove(text + at + 1, text + at, size - at);
        text[at] = bytes[(*seed >> 16) % (sizeof bytes - 1)];
        return size + 1;
    }
}

// One reading tells the first fault of a plain reading among all of its own, and none where there is none; what is left
// of the lesson can be played and looked over.
static void test_all_problems(void **state) {
    (void)state;
    struct bytes file = {0};
    struct err err = {0};
    unsigned seed = 7;
    struct app *world = open_world();
    struct lesson_world callbacks = world_of(world);
    assert_true(file_read(SOURCE_ROOT "/assets/lesson-template.md", 1 << 20, &file, &err));
    char *text = malloc(file.size + 16);
    int good = 0, faulty = 0, many = 0;
    for (int k = 0; k < 1500; k++) {
        memcpy(text, file.data, file.size + 1);
        char *id = strstr(file.data, "@ID@");
        memcpy(text + (id - file.data), "an-i", 4);
        size_t size = file.size;
        memcpy(strstr(text, "@NUMBER@"), "100     ", 8);
        for (int slips = k % 4; slips > 0; slips--)
            size = slip(text, size, &seed);
        struct lesson_problems problems = {0};
        struct lesson *one = lesson_parse("x.md", text, size, &err),
                      *all = lesson_parse_all("x.md", text, size, &problems);
        if (one) {
            good++;
            assert_int_equal(problems.errors, 0);
        } else {
            faulty++;
            if (!tells(&problems, &err)) fail_msg("round %d: %ld:%ld: %s", k, err.line, err.column, err.message);
        }
        many += problems.errors > 1;
        for (int i = 1; i < problems.count; i++)
            assert_true(problems.items[i - 1].err.line <= problems.items[i].err.line);
        if (all && k % 16 < 4) lesson_check_all(all, &callbacks, &problems);
        if (all) lesson_warn(all, &problems);
        lesson_problems_release(&problems);
        lesson_free(one);
        lesson_free(all);
    }
    assert_true(good > 300 && faulty > 300 && many > 50);
    free(text);
    bytes_release(&file);
    app_free(world);
}

int main(int argc, char **argv) {
    find_files();
    if (argc == 3) {
        which = atoi(argv[1]);
        of = atoi(argv[2]);
        static enum loops_level here = LOOPS_COUNT, portable = LOOPS_PORTABLE, avx2 = LOOPS_AVX2;
        const struct CMUnitTest plays_files[] = {
            cmocka_unit_test_prestate(test_play, &here), cmocka_unit_test_prestate(test_play, &portable),
            cmocka_unit_test_prestate(test_play, loops_at(LOOPS_AVX2) ? &avx2 : &portable)};
        return cmocka_run_group_tests_name(argv[1], plays_files, NULL, NULL);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk),       cmocka_unit_test(test_documentation), cmocka_unit_test(test_plays),
        cmocka_unit_test(test_lengths),    cmocka_unit_test(test_assets),        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_everything), cmocka_unit_test(test_all_problems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
