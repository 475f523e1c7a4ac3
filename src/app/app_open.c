// The ways in beside a file's name: a built-in task, a pasted text, what was dropped on the window. And what is open,
// in words.

#include "app_chrome.h"
#include "app_lock.h"
#include "data_page.h"
#include "file.h"
#include "mem.h"
#include "open_sheet.h"
#include "page.h"
#include "str.h"
#include "task.h"
#include "text_encoding.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// --- tasks ---

bool app_open_task(struct app *app, const char *text, struct err *err) {
    const struct task *task;
    struct task_settings settings;
    struct setup setup = app->setup;
    if (app_refuses(app, LOCK_OPENING | LOCK_DATA)) {
        *err = app->message;
        return false;
    }
    if (strlen(text) >= sizeof setup.task)
        return err_set(err, ERR_LIMIT, "The task and its parameters are longer than %zu bytes.", sizeof setup.task - 1);
    if (!task_parse(text, &task, &settings, err)) return false;
    long seed = setup.recipe.seed;
    int threads = setup.recipe.options.threads;
    setup.recipe = recipe_default();
    setup.recipe.seed = seed;
    setup.recipe.options.threads = threads;
    recipe_of_task(&setup.recipe, task, true);
    snprintf(setup.task, sizeof setup.task, "%s", text);
    setup.data[0] = setup.checkpoint[0] = setup.word[0] = 0;
    setup.example = 0;
    setup.reading = (struct data_choices){0};
    app_open_setup(app, &setup);
    app_show_page(app, PAGE_WORKBENCH);
    return true;
}

// --- texts ---

enum { PASTE_MOST = 64 << 20, NAME_MOST = 32, NAMES_MOST = 10000 };

// Where pasted texts are kept: beside the preferences.
static bool pasted_folder(const struct app *app, struct str *out) {
    file_folder_of(app->preferences_file, out);
    str_put(out, "/pasted");
    return *app->preferences_file != 0;
}

// The first words, as a file's name: letters and digits of ASCII, the rest are hyphens.
static void name_of(const char *text, size_t size, char out[NAME_MOST]) {
    size_t used = 0;
    for (size_t k = 0; k < size && used + 1 < NAME_MOST; k++) {
        unsigned char c = (unsigned char)text[k];
        if (c < 0x80 && isalnum(c))
            out[used++] = (char)tolower(c);
        else if (used > 0 && out[used - 1] != '-')
            out[used++] = '-';
        if (c == '\n' && used > 0) break;
    }
    while (used > 0 && out[used - 1] == '-')
        used--;
    if (used == 0) used = (size_t)snprintf(out, NAME_MOST, "text");
    out[used] = 0;
}

static bool holds(const char *path, const char *text, size_t size) {
    struct bytes bytes;
    if (!file_read(path, PASTE_MOST, &bytes, NULL)) return false;
    bool same = bytes.size == size && !memcmp(bytes.data, text, size);
    bytes_release(&bytes);
    return same;
}

// A name that is free, or whose file holds this very text.
static bool free_path(const char *folder, const char *text, size_t size, struct str *path, struct err *err) {
    char name[NAME_MOST];
    name_of(text, size, name);
    for (int k = 1; k < NAMES_MOST; k++) {
        str_clear(path);
        str_printf(path, k == 1 ? "%s/%s.txt" : "%s/%s-%d.txt", folder, name, k);
        if (!file_exists(str_text(path)) || holds(str_text(path), text, size)) return true;
    }
    return err_set(err, ERR_LIMIT, "%s holds %d texts that begin alike; move some away", folder, NAMES_MOST - 1);
}

// Text that can be read, of a size that makes sense.
static bool check_text(const char *text, size_t size, struct err *err) {
    struct decoded_text decoded;
    char most[32];
    format_bytes(most, sizeof most, PASTE_MOST);
    if (size == 0) return err_set(err, ERR_VALUE, "Expected a text, found an empty one.");
    if (size > PASTE_MOST)
        return err_set(err, ERR_LIMIT, "Expected a text of at most %s, found more: save it to a file and open that.",
                       most);
    if (!text_decode(&decoded, "the text", text, size, ENCODING_UTF8, err)) return false;
    decoded_text_release(&decoded);
    return true;
}

static bool keep_text(struct app *app, const char *text, size_t size, struct str *path, struct err *err) {
    struct str folder = {0};
    bool good = pasted_folder(app, &folder) ||
                err_set(err, ERR_IO,
                        "There is no folder of the preferences to keep the text in: save it to a file and "
                        "open that.");
    good = good && file_make_directories(str_text(&folder), err) &&
           free_path(str_text(&folder), text, size, path, err) &&
           (file_exists(str_text(path)) || file_save_whole(str_text(path), text, size, err));
    str_release(&folder);
    return good;
}

static long line_count(const char *text, size_t size) {
    long lines = text[size - 1] != '\n';
    for (size_t k = 0; k < size; k++)
        lines += text[k] == '\n';
    return lines;
}

// One line without the spaces around it; false where there are more.
static bool single_line(const char *text, struct str *out) {
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    str_put_n(out, text, length);
    return length > 0 && !memchr(text, '\n', length);
}

// The path or the address of something that is there.
static bool is_path(const char *text, struct str *out) {
    struct str line = {0};
    bool good = single_line(text, &line) &&
                (file_from_uri(str_text(&line), out) ||
                 ((line.data[0] == '/' || line.data[0] == '~') && file_resolve(line.data, NULL, out))) &&
                file_exists(str_text(out));
    str_release(&line);
    return good;
}

static bool is_address(const char *text) {
    static const char *const schemes[] = {"http://", "https://", "ftp://", "sftp://", "smb://"};
    struct str line = {0};
    bool address = false;
    if (single_line(text, &line) && !strchr(line.data, ' '))
        for (size_t k = 0; k < sizeof schemes / sizeof *schemes; k++)
            address = address || !strncasecmp(line.data, schemes[k], strlen(schemes[k]));
    str_release(&line);
    return address;
}

static void say_good(struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say_good(struct app *app, const char *format, ...) {
    char text[512];
    struct err err = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    err_set(&err, ERR_IO, "%s", text);
    app_say(app, &err);
    app->message_good = true;
}

bool app_open_text(struct app *app, const char *text, const char *done) {
    struct str path = {0};
    struct err err = {0};
    size_t size = strlen(text);
    bool good = true;
    if (is_path(text, &path))
        app_open_file(app, str_text(&path));
    else if (is_address(text))
        good = err_set(&err, ERR_VALUE,
                       "This is an address. unroll opens files of this computer: save what it leads to, and "
                       "open that.");
    else if ((good = check_text(text, size, &err) && keep_text(app, text, size, &path, &err))) {
        char lines[32], bytes[32];
        long count = line_count(text, size);
        format_count(lines, sizeof lines, count);
        format_count(bytes, sizeof bytes, (long)size);
        app_open_file(app, str_text(&path));
        say_good(app, "%s %s line%s, %s bytes; kept as %s.", done, lines, count == 1 ? "" : "s", bytes,
                 str_text(&path));
    }
    if (!good) app_say(app, &err);
    str_release(&path);
    return good;
}

bool app_paste(struct app *app) {
    if (app_refuses(app, LOCK_OPENING | LOCK_DATA)) return false;
    struct ui *ui = &app->ui;
    char *text = ui->clipboard_get ? ui->clipboard_get(ui->clipboard_context) : NULL;
    struct err err = {0};
    bool good = text && *text;
    if (good)
        good = app_open_text(app, text, "Pasted");
    else {
        err_set(&err, ERR_VALUE, "The clipboard holds no text to paste.");
        app_say(app, &err);
    }
    mem_free(text);
    return good;
}

// --- what was dropped ---

void app_drop(struct app *app, const struct input_event *event) {
    struct err err = {0};
    int count = event->drop_count;
    if (app_refuses(app, LOCK_OPENING)) return;
    if (count == 0) {
        err_set(&err, ERR_VALUE, "What was dropped is no file of this computer, and no text.");
        app_say(app, &err);
    } else if (event->drop_text)
        app_open_text(app, event->dropped[0], "Dropped");
    else if (app_takes_homework(app))
        for (int k = 0; k < count; k++)
            app_open_file(app, event->dropped[k]);
    else {
        app_open_file(app, event->dropped[0]);
        if (count > 1 && app->message.code == ERR_NONE)
            say_good(app, "%d files were dropped; the first one is opened: %.300s.", count,
                     file_name(event->dropped[0]));
    }
    app->opener->open = false;
    app->ui.animating = true;
}

// --- what is open, in words ---

void app_remember(struct app *app, const char *path) {
    struct preferences *p = &app->preferences;
    struct str whole = {0};
    bool good = *path && strcmp(path, "-") && file_resolve(path, NULL, &whole) && whole.size < sizeof p->recent[0];
    if (good) {
        int at = 0;
        while (at < p->recent_count && strcmp(p->recent[at], str_text(&whole)))
            at++;
        if (at == p->recent_count && p->recent_count < PREFERENCES_RECENT) p->recent_count++;
        if (at == PREFERENCES_RECENT) at--;
        memmove(p->recent[1], p->recent[0], (size_t)at * sizeof p->recent[0]);
        snprintf(p->recent[0], sizeof p->recent[0], "%s", str_text(&whole));
        app_keep(app);
    }
    str_release(&whole);
}

static void count_of(const struct dataset *data, char *out, size_t size) {
    char number[32];
    bool whole = data->shape == TEXT_WHOLE;
    long count = whole ? (long)data->symbol_count : data->example_count;
    format_count(number, sizeof number, count);
    snprintf(out, size, "%s %s%s", number, whole ? data_unit_word(data) : "example", count == 1 ? "" : "s");
}

const struct dataset *app_data(const struct app *app) {
    return app->bench ? app->bench->data : NULL;
}

// What is looked at on the Data page, before it is used.
static const struct dataset *looked_at(const struct app *app) {
    bool there = app->page == page_find(page_data.name) && app->data_page && app->data_page->look;
    return there ? app->data_page->look->data : NULL;
}

void app_title(const struct app *app, char *out, size_t size) {
    char count[64], name[256], model[256] = "";
    const struct dataset *look = looked_at(app), *data = look ? look : app_data(app);
    if (!data) {
        snprintf(out, size, "unroll");
        return;
    }
    if (!look && *app->setup.checkpoint) snprintf(model, sizeof model, "%.200s, ", file_name(app->setup.checkpoint));
    snprintf(name, sizeof name, "%s", data->task ? data->task->title : file_name(data->name));
    count_of(data, count, sizeof count);
    bool counted = !data->fresh; // of a task that makes new examples all the time
    snprintf(out, size, "%s%s%s%s - unroll", model, name, counted ? ", " : "", counted ? count : "");
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < ' ') *c = ' ';
}
