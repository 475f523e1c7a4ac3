// The entries of a folder.

#include "file.h"

#include "arena.h"
#include "file_error.h"
#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static int in_order(const void *a, const void *b) {
    const struct file_entry *x = a, *y = b;
    if (x->folder != y->folder) return y->folder - x->folder;
    int order = strcasecmp(x->name, y->name);
    return order ? order : strcmp(x->name, y->name);
}

static bool add(struct file_list *list, int *room, int folder, const char *name) {
    if (list->count == *room) {
        int more = *room ? 2 * *room : 256;
        struct file_entry *entries =
            mem_grow(list->entries, (size_t)*room * sizeof *entries, (size_t)more * sizeof *entries);
        if (!entries) return false;
        list->entries = entries;
        *room = more;
    }
    struct file_entry *entry = &list->entries[list->count++];
    struct stat found;
    *entry = (struct file_entry){.name = arena_text(list->names, name, strlen(name))};
    if (fstatat(folder, name, &found, 0) != 0) return true; // a link that leads nowhere, or it has just gone
    entry->folder = S_ISDIR(found.st_mode);
    entry->regular = S_ISREG(found.st_mode);
    if (entry->regular) entry->size = (int64_t)found.st_size;
    return true;
}

bool file_list_read(struct file_list *list, const char *folder, bool (*go_on)(void *context), void *context,
                    struct err *err) {
    *list = (struct file_list){0};
    DIR *open = opendir(folder);
    if (!open) return file_error(err, folder, "read the folder");
    list->names = mem_need(1, sizeof *list->names);
    arena_init(list->names);
    int room = 0;
    bool good = true;
    while (good) {
        errno = 0;
        const struct dirent *entry = readdir(open);
        if (!entry) {
            good = errno == 0 || file_error(err, folder, "read the folder");
            break;
        }
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        list->cut = list->count == FILE_LIST_MOST;
        if (list->cut) break;
        if (go_on && !go_on(context)) good = err_at(err, ERR_STOPPED, folder, 0, 0, "reading was stopped");
        if (good && !add(list, &room, dirfd(open), entry->d_name))
            good = err_at(err, ERR_MEMORY, folder, 0, 0, "no memory for %d entries", 2 * room);
    }
    closedir(open);
    if (good && list->count > 1) qsort(list->entries, (size_t)list->count, sizeof *list->entries, in_order);
    if (!good) file_list_release(list);
    return good;
}

void file_list_release(struct file_list *list) {
    if (list->names) arena_release(list->names);
    mem_free(list->names);
    mem_free(list->entries);
    *list = (struct file_list){0};
}
