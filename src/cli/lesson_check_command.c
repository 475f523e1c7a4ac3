#include "app_chrome.h"
#include "command.h"
#include "glossary_sheet.h"
#include "lesson_command.h"
#include "world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_file(const char *a, const char *b) {
    char *x = realpath(a, NULL), *y = realpath(b, NULL);
    bool same = x && y && !strcmp(x, y);
    free(x);
    free(y);
    return same;
}

// A lesson of the shelf may not clash with another; one that lies elsewhere could not be put there.
static void check_ids(const struct app *app, const struct lesson *lesson, struct lesson_problems *problems) {
    const struct shelf_lesson *self = NULL;
    for (int k = 0; k < app->shelf_count; k++)
        if (same_file(app->shelf[k].path, lesson->path)) self = &app->shelf[k];
    if (self && self->broken && problems->errors == 0) lesson_problems_add(problems, &self->err, false);
    for (int k = 0; k < app->shelf_count && !self; k++) {
        const struct shelf_lesson *at = &app->shelf[k];
        if (at->broken || (strcmp(at->id, lesson->id) && at->number != lesson->number)) continue;
        bool id = !strcmp(at->id, lesson->id);
        struct lesson_mark mark = id ? lesson->id_at : lesson->number_at;
        struct err err = {0};
        err_at(&err, ERR_VALUE, lesson->path, mark.line, mark.column, "expected %s of its own, found that of %s",
               id ? "an id" : "a number", at->path);
        lesson_problems_add(problems, &err, true);
    }
}

// The glossary is the program's: where it cannot be read, that is told once by its own test.
static void check_terms(struct app *app, const struct lesson *lesson, struct lesson_problems *problems) {
    const struct glossary *glossary = app_glossary(app);
    if (glossary) glossary_check(glossary, lesson, problems);
}

static void check_one(struct app *app, const char *path, struct lesson_problems *problems) {
    struct lesson *lesson = lesson_read_all(path, problems);
    if (!lesson) return;
    struct lesson_world callbacks = world_of(app);
    check_ids(app, lesson, problems);
    lesson_check_all(lesson, &callbacks, problems);
    check_terms(app, lesson, problems);
    lesson_warn(lesson, problems);
    lesson_free(lesson);
}

static json_t *as_json(const char *name, const struct lesson_problems *problems) {
    json_t *all = json_array();
    char what[1024] = "";
    for (int k = problems->count - 1; k >= 0; k--) // the first one stays
        if (!problems->items[k].warning) err_format(&problems->items[k].err, what, sizeof what);
    for (int k = 0; k < problems->count; k++) {
        const struct lesson_problem *at = &problems->items[k];
        json_array_append_new(all, json_pack("{s:s, s:I, s:I, s:s, s:b}", "file", at->err.file, "line",
                                             (json_int_t)at->err.line, "column", (json_int_t)at->err.column, "what",
                                             at->err.message, "warning", at->warning));
    }
    return json_pack("{s:s, s:b, s:s, s:o}", "lesson", name, "passed", problems->errors == 0, "what", what, "problems",
                     all);
}

static void print(const char *name, const struct lesson_problems *problems) {
    if (problems->errors == 0) printf("%s: every part plays to its end\n", name);
    fflush(stdout);
    for (int k = 0; k < problems->count; k++) {
        char text[1024];
        err_format(&problems->items[k].err, text, sizeof text);
        fprintf(stderr, "%s: %s\n", problems->items[k].warning ? "warning" : "unroll", text);
    }
}

int lesson_check_command(struct app *app, const char **ids, int count, bool json) {
    json_t *results = json_array();
    int errors = 0, warnings = 0, failed = 0, lessons = count ? count : app->shelf_count;
    for (int k = 0; k < lessons; k++) {
        struct lesson_problems problems = {0};
        struct err err = {0};
        char path[ASSET_PATH];
        const char *name = count ? ids[k] : app->shelf[k].id;
        if (!count)
            check_one(app, app->shelf[k].path, &problems);
        else if (app_find_lesson(app, name, path, &err))
            check_one(app, path, &problems);
        else
            lesson_problems_add(&problems, &err, false);
        errors += problems.errors;
        warnings += problems.count - problems.errors;
        failed += problems.errors > 0;
        if (json)
            json_array_append_new(results, as_json(name, &problems));
        else
            print(name, &problems);
        lesson_problems_release(&problems);
    }
    if (json)
        command_json(json_pack("{s:b, s:i, s:i, s:o}", "passed", failed == 0, "errors", errors, "warnings", warnings,
                               "lessons", results));
    else
        json_decref(results);
    if (!json && errors + warnings > 0)
        fprintf(stderr, "%d problem%s and %d warning%s; %d of %d lesson%s failed\n", errors, errors == 1 ? "" : "s",
                warnings, warnings == 1 ? "" : "s", failed, lessons, lessons == 1 ? "" : "s");
    return failed ? 1 : 0;
}
