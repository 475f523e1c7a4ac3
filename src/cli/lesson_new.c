// `unroll lesson new`: the template of assets/ with an id, a title and a number of its own.
#include "app_chrome.h"
#include "command.h"
#include "file.h"
#include "lesson_command.h"
#include "str.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_OWN_NUMBER = 100, LAST_NUMBER = 999, ID_LENGTH = 60, TITLE_LENGTH = 60 };

// "The cat, again" -> "the-cat-again"
static void id_of_title(const char *title, char out[ID_LENGTH + 1]) {
    int n = 0;
    for (; *title && n < ID_LENGTH; title++) {
        unsigned char c = (unsigned char)*title;
        if (c < 128 && isalnum(c))
            out[n++] = (char)tolower(c);
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = 0;
    if (n == 0) strcpy(out, "my-lesson");
}

// "the-cat-again" -> "The cat again"
static void title_of_id(const char *id, char out[ID_LENGTH + 1]) {
    snprintf(out, ID_LENGTH + 1, "%s", id);
    out[0] = (char)toupper((unsigned char)out[0]);
    for (char *c = out; *c; c++)
        if (*c == '-') *c = ' ';
}

static bool id_is_good(const struct app *app, const char *id, struct err *err) {
    size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (!*id || id[length] || length > ID_LENGTH)
        return err_set(err, ERR_USAGE, "expected an id of small letters, digits and \"-\", at most %d, found \"%s\"",
                       ID_LENGTH, id);
    for (int k = 0; k < app->shelf_count; k++)
        if (!strcmp(app->shelf[k].id, id))
            return err_set(err, ERR_VALUE, "expected a new id, found \"%s\", which %s has", id, app->shelf[k].path);
    return true;
}

// Marks that Markdown or the maths would read are no part of a title that is given on the command line.
static bool title_is_good(const char *title, struct err *err) {
    if (!*title || strlen(title) > TITLE_LENGTH || strpbrk(title, "\n\r$`*_<>[]\\&#") ||
        utf8_check(title, strlen(title)) != strlen(title))
        return err_set(err, ERR_USAGE,
                       "--title: expected at most %d bytes on one line, without $ ` * _ < > [ ] \\ & #, found \"%s\"",
                       TITLE_LENGTH, title);
    return true;
}

static int free_number(const struct app *app) {
    for (int number = FIRST_OWN_NUMBER; number <= LAST_NUMBER; number++) {
        bool taken = false;
        for (int k = 0; k < app->shelf_count; k++)
            taken = taken || app->shelf[k].number == number;
        if (!taken) return number;
    }
    return LAST_NUMBER;
}

// Each mark of the template, @ID@, by its value.
static void fill(struct str *out, const char *text, const char *const marks[][2], int count) {
    while (*text) {
        int k = 0;
        while (k < count && strncmp(text, marks[k][0], strlen(marks[k][0])))
            k++;
        if (k == count)
            str_put_char(out, *text++);
        else
            str_put(out, marks[k][1]), text += strlen(marks[k][0]);
    }
}

static bool write_new(const char *path, const struct str *text, struct err *err) {
    if (file_exists(path))
        return err_at(err, ERR_IO, path, 0, 0, "expected no such file yet, found one; it is left as it is");
    return file_make_folder_of(path, err) && file_save_whole(path, text->data, text->size, err);
}

int lesson_new(struct app *app, const struct lesson_order *order) {
    struct err err = {0};
    char id[ID_LENGTH + 1], title[ID_LENGTH + 1], path[ASSET_PATH], template[ASSET_PATH], number[16];
    if (order->id && !id_is_good(app, order->id, &err)) return command_fail(&err);
    if (order->title && !title_is_good(order->title, &err)) return command_fail(&err);
    if (order->id)
        snprintf(id, sizeof id, "%s", order->id);
    else
        id_of_title(order->title ? order->title : "", id);
    if (order->title)
        snprintf(title, sizeof title, "%s", order->title);
    else
        title_of_id(id, title);
    if (!id_is_good(app, id, &err)) return command_fail(&err);
    bool fits = true;
    if (order->out)
        fits = snprintf(path, sizeof path, "%s", order->out) < (int)sizeof path;
    else if (order->folder && *order->folder)
        fits = snprintf(path, sizeof path, "%s/%s.md", order->folder, id) < (int)sizeof path;
    else
        err_set(&err, ERR_USAGE, "there is no home folder: expected --out FILE or --lessons DIR");
    if (!fits) err_set(&err, ERR_LIMIT, "the path is too long");
    if (err.code == ERR_NONE && !file_ends_with(path, ".md"))
        err_set(&err, ERR_USAGE, "--out: expected a name ending in .md, found \"%s\"", path);
    if (err.code != ERR_NONE) return command_fail(&err);

    struct bytes bytes = {0};
    struct str text = {0};
    snprintf(number, sizeof number, "%d", free_number(app));
    const char *const marks[][2] = {{"@ID@", id}, {"@TITLE@", title}, {"@NUMBER@", number}};
    bool good = asset_find("lesson-template.md", template, &err) && file_read(template, 1 << 20, &bytes, &err);
    if (good) fill(&text, bytes.data, marks, 3);
    good = good && write_new(path, &text, &err);
    bytes_release(&bytes);
    str_release(&text);
    if (!good) return command_fail(&err);
    if (order->json)
        command_json(
            json_pack("{s:s, s:s, s:s, s:i}", "file", path, "id", id, "title", title, "number", free_number(app)));
    else
        printf("%s\n\nIt is a lesson of two parts that works as it is. Change it in any text editor:\n"
               "  unroll %s\n      opens it; what you save is shown at once\n"
               "  unroll lesson check %s\n      tells all that is wrong with it, with line and column\n"
               "docs/writing-lessons.md says what can be written.\n",
               path, path, path);
    return 0;
}
