// The files of a folder in the sheet of Ctrl+O: what is chosen among, and where one goes from there.

#include "open_sheet.h"

#include "app_chrome.h"
#include "file.h"
#include "mem.h"
#include "str.h"
#include "widgets.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

// --- the folder ---

// The worker of a folder that is left ends by itself: nobody waits for a disk that does not answer, unless many such
// folders were left.
static void retire(struct opener *o) {
    if (!o->look) return;
    folder_look_stop(o->look);
    struct folder_look **place = &o->retired[0];
    for (int k = 0; k < OPENER_RETIRED; k++)
        if (!o->retired[k]) place = &o->retired[k];
    folder_look_free(*place);
    *place = o->look;
    o->look = NULL;
}

void opener_sweep(struct opener *o) {
    for (int k = 0; k < OPENER_RETIRED; k++) {
        if (!o->retired[k] || !folder_look_done(o->retired[k])) continue;
        folder_look_free(o->retired[k]);
        o->retired[k] = NULL;
    }
}

void opener_close(struct opener *o) {
    retire(o);
    o->match_count = 0;
    o->listed = false;
}

void opener_go(struct app *app, const char *folder, const char *came_from) {
    struct opener *o = app->opener;
    struct str path = {0};
    bool good = file_resolve(folder, *o->folder ? o->folder : NULL, &path) && path.size < sizeof o->folder;
    if (!good)
        opener_say(app, "The path of this folder is longer than %zu bytes, or there is no home folder.",
                   sizeof o->folder - 1);
    else
        snprintf(o->folder, sizeof o->folder, "%s", str_text(&path));
    str_release(&path);
    if (!good) return;
    retire(o);
    o->said[0] = 0;
    o->trouble = (struct err){0};
    o->listed = false;
    o->match_count = 0;
    snprintf(o->came_from, sizeof o->came_from, "%s", came_from ? came_from : "");
    o->look = folder_look_start(o->folder, app->waits, app_wake, app);
}

// Out of the folder, to where it lies.
void opener_up(struct app *app) {
    struct str parent = {0};
    char name[256];
    snprintf(name, sizeof name, "%.255s", file_name(app->opener->folder));
    file_folder_of(app->opener->folder, &parent);
    opener_go(app, str_text(&parent), name);
    str_release(&parent);
}

// --- the filter ---

static bool passes(const char *name, const char *filter) {
    return (name[0] != '.' || filter[0] == '.') && strcasestr(name, filter);
}

// The entries that the filter lets through; lit: what begins with it, else the first.
void opener_filter(struct opener *o) {
    const struct file_list *list = o->look ? folder_look_list(o->look, NULL) : NULL;
    int count = list ? list->count : 0;
    size_t length = strlen(o->field);
    if (count > o->match_room) {
        mem_free(o->matches);
        o->matches = mem_need((size_t)count, sizeof *o->matches);
        o->match_room = count;
    }
    o->match_count = 0;
    o->row = -1;
    int begins = -1, from = -1;
    for (int k = 0; k < count; k++) {
        const char *name = list->entries[k].name;
        if (!passes(name, o->field)) continue;
        if (begins < 0 && !strncasecmp(name, o->field, length)) begins = o->match_count;
        if (!strcmp(name, o->came_from)) from = o->match_count;
        o->matches[o->match_count++] = k;
    }
    if (o->match_count > 0) o->row = from >= 0 ? from : begins >= 0 ? begins : 0;
    o->show = true;
}

// A slash ends a folder's name: go there, and what stands behind it is the filter.
void opener_typed(struct app *app) {
    struct opener *o = app->opener;
    struct str path = {0}, part = {0};
    o->said[0] = o->came_from[0] = 0;
    if (file_from_uri(o->field, &path)) snprintf(o->field, sizeof o->field, "%s", str_text(&path));
    char *slash = strrchr(o->field, '/');
    if (slash) {
        str_put_n(&part, o->field, (size_t)(slash - o->field) + 1);
        bool good = file_resolve(str_text(&part), o->folder, &path) && file_is_directory(str_text(&path));
        if (good) {
            memmove(o->field, slash + 1, strlen(slash + 1) + 1);
            ui_text_field_to_end(&app->ui);
            opener_go(app, str_text(&path), NULL);
        } else
            opener_say(app, "There is no folder %.400s.", str_text(&path));
    }
    opener_filter(o);
    str_release(&path);
    str_release(&part);
}

// --- opening ---

void opener_choose_file(struct app *app, const char *path) {
    struct opener *o = app->opener;
    if (!file_exists(path)) {
        opener_go(app, o->folder, NULL); // as it is now
        opener_say(app, "%.200s is not there any more.", file_name(path));
        return;
    }
    o->open = false;
    app_open_file(app, path);
}

static const char *const refusals[ENTRY_KINDS] = {
    [ENTRY_EMPTY] = "there is nothing in it",
    [ENTRY_CLOSED] = "you have no permission to read it",
    [ENTRY_BINARY] = "it is neither a text nor a model nor an array",
    [ENTRY_NO_LESSON] = "there is no lesson in it",
    [ENTRY_GONE] = "the link leads nowhere",
    [ENTRY_SPECIAL] = "it is no file",
};

void opener_choose(struct app *app, int entry) {
    struct opener *o = app->opener;
    const struct file_list *list = folder_look_list(o->look, NULL);
    const char *name = list->entries[entry].name;
    enum entry_kind kind = folder_look_kind(o->look, entry);
    struct str path = {0};
    str_printf(&path, "%s/%s", strcmp(o->folder, "/") ? o->folder : "", name);
    if (list->entries[entry].folder) {
        o->field[0] = 0;
        opener_go(app, str_text(&path), NULL);
    } else if (refusals[kind] && (kind == ENTRY_GONE || file_exists(str_text(&path))))
        opener_say(app, "%.200s cannot be opened: %s.", name, refusals[kind]);
    else
        opener_choose_file(app, str_text(&path));
    str_release(&path);
}

// Enter where no row is lit: a path as it stands in the field.
void opener_enter(struct app *app) {
    struct opener *o = app->opener;
    struct str path = {0};
    if (!*o->field) return;
    if (!file_resolve(o->field, o->folder, &path) || !file_exists(str_text(&path)))
        opener_say(app, "There is no %.400s.", path.size ? str_text(&path) : o->field);
    else if (file_is_directory(str_text(&path))) {
        o->field[0] = 0;
        opener_go(app, str_text(&path), NULL);
    } else
        opener_choose_file(app, str_text(&path));
    str_release(&path);
}
