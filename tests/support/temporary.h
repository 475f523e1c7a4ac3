#pragma once
// A folder of a test's own, made empty and removed with all in it.

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct temporary {
    char folder[256];
    char path[1024]; // of the last temporary_path()
};

static inline bool temporary_make(struct temporary *t) {
    const char *base = getenv("TMPDIR");
    snprintf(t->folder, sizeof t->folder, "%.200s/unroll-test-XXXXXX", base && base[0] ? base : "/tmp");
    return mkdtemp(t->folder) != NULL;
}

static inline const char *temporary_path(struct temporary *t, const char *name) {
    snprintf(t->path, sizeof t->path, "%s/%s", t->folder, name);
    return t->path;
}

static inline void temporary_remove_tree(const char *path) {
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char inner[2048];
        if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner) continue;
        struct stat found;
        if (lstat(inner, &found) == 0 && S_ISDIR(found.st_mode))
            temporary_remove_tree(inner);
        else
            unlink(inner);
    }
    if (folder) closedir(folder);
    rmdir(path);
}

static inline void temporary_remove(struct temporary *t) {
    temporary_remove_tree(t->folder);
}

// Names in the folder, without . and ..
static inline int temporary_count(struct temporary *t) {
    DIR *folder = opendir(t->folder);
    int count = -2;
    while (folder && readdir(folder))
        count++;
    if (folder) closedir(folder);
    return count;
}
