// The lessons there are: the built-in ones, then those of the folder of one's own.
#include "app_chrome.h"
#include "file.h"
#include "mem.h"
#include "str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Own lessons behind the built-in ones, by number; those that cannot be opened are the last of each.
static int in_order(const void *a, const void *b) {
    const struct shelf_lesson *x = a, *y = b;
    if (x->own != y->own) return x->own - y->own;
    if (x->broken != y->broken) return x->broken - y->broken;
    return x->number != y->number ? x->number - y->number : strcmp(x->path, y->path);
}

static struct shelf_lesson *new_lesson(struct app *app) {
    app->shelf = mem_room(app->shelf, app->shelf_count, &app->shelf_capacity, 16, sizeof *app->shelf);
    struct shelf_lesson *new = &app->shelf[app->shelf_count++];
    *new = (struct shelf_lesson){0};
    return new;
}

// What can be told of a lesson that cannot be opened: its title, or the name of its file.
static void describe(struct shelf_lesson *to, const struct lesson *lesson) {
    const char *name = file_name(to->path);
    to->number = lesson ? lesson->number : 0;
    const char *title = lesson && *lesson->title ? lesson->title : name;
    str_line(title, strlen(title), to->title, sizeof to->title);
    snprintf(to->id, sizeof to->id, "%s", lesson && *lesson->id ? lesson->id : name);
}

struct shelf { // while it is filled: the lessons that are read already, for their ids
    const struct lesson *lessons[SHELF_MAX];
    int count;
};

static struct lesson *put(struct app *app, struct shelf *shelf, const char *path, bool own) {
    struct lesson_problems problems = {0};
    struct shelf_lesson *to = new_lesson(app);
    snprintf(to->path, sizeof to->path, "%s", path);
    to->own = own;
    struct lesson *lesson = lesson_read_all(path, &problems);
    describe(to, lesson);
    for (int k = 0; k < problems.count && !to->broken; k++)
        if (!problems.items[k].warning) to->broken = true, to->err = problems.items[k].err;
    lesson_problems_release(&problems);
    if (!to->broken) {
        shelf->lessons[shelf->count] = lesson;
        to->broken = !lesson_check_ids(shelf->lessons, shelf->count + 1, &to->err);
        if (!to->broken) shelf->count++;
    }
    if (!to->broken) return lesson;
    lesson_free(lesson);
    return NULL;
}

static bool fill_from(struct app *app, struct shelf *shelf, const char *folder, bool own, struct err *err) {
    struct file_list list = {0};
    if (!file_list_read(&list, folder, NULL, NULL, err)) return false;
    bool good = true;
    for (int k = 0; k < list.count && good; k++) {
        char path[ASSET_PATH];
        const char *name = list.entries[k].name;
        if (list.entries[k].folder || name[0] == '.' || !file_ends_with(name, ".md")) continue;
        if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
            good = err_set(err, ERR_LIMIT, "%s: the path of %s is too long", folder, name);
        else if (app->shelf_count == SHELF_MAX)
            good = err_set(err, ERR_LIMIT, "%s: expected at most %d lessons in all, found more", folder, SHELF_MAX);
        else
            put(app, shelf, path, own);
    }
    file_list_release(&list);
    return good;
}

bool app_fill_shelf(struct app *app, const char *own, bool needed, struct err *err) {
    struct shelf *shelf = mem_need(1, sizeof *shelf);
    char folder[ASSET_PATH];
    bool good = !asset_lessons(folder, NULL) || fill_from(app, shelf, folder, false, err);
    if (good && own && (needed || file_is_directory(own))) good = fill_from(app, shelf, own, true, err);
    for (int k = 0; k < shelf->count; k++)
        lesson_free((struct lesson *)(uintptr_t)shelf->lessons[k]);
    mem_free(shelf);
    if (app->shelf_count > 1) qsort(app->shelf, (size_t)app->shelf_count, sizeof *app->shelf, in_order);
    return good;
}

bool app_find_lesson(struct app *app, const char *id_or_path, char out[ASSET_PATH], struct err *err) {
    for (int k = 0; k < app->shelf_count; k++) {
        char number[16];
        snprintf(number, sizeof number, "%d", app->shelf[k].number);
        if (strcmp(app->shelf[k].id, id_or_path) && strcmp(number, id_or_path)) continue;
        memcpy(out, app->shelf[k].path, ASSET_PATH);
        return true;
    }
    if (!file_exists(id_or_path))
        return err_set(
            err, ERR_IO,
            "expected the id, the number or the file of a lesson, found \"%s\"; `unroll lesson list` names them",
            id_or_path);
    if (strlen(id_or_path) >= ASSET_PATH) return err_set(err, ERR_LIMIT, "the path is too long");
    strcpy(out, id_or_path);
    return true;
}
