#pragma once
// Files: read whole, saved whole or not at all. A save goes to a temporary file beside the target, is flushed to
// disk and renamed over it; on any failure the target is untouched and no temporary is left.

#include "err.h"
#include <stdint.h>
#include <stdio.h>

struct bytes {
    char *data; // size bytes and one 0 behind them
    size_t size;
};

// Fails with ERR_IO (missing, unreadable, a directory, changed while read) or ERR_LIMIT (more than max bytes).
bool file_read(const char *path, size_t max, struct bytes *out, struct err *err);
void bytes_release(struct bytes *bytes);
bool file_exists(const char *path);
bool file_is_directory(const char *path);
size_t file_size(const char *path);                            // bytes; 0 where there is no such file, of folders
int64_t file_changed(const char *path);                        // when, in nanoseconds; 0 where there is none
bool file_make_directories(const char *path, struct err *err); // as mkdir -p
bool file_ends_with(const char *path, const char *ending);   // as ".png"; A to Z are a to z; there is a name before it
const char *file_name(const char *path);                     // last component, points into path
bool file_make_folder_of(const char *path, struct err *err); // what the file is to lie in

// --- paths, as texts ---

struct str;
void file_folder_of(const char *path, struct str *out); // "a/b" -> "a", "/a" -> "/", "a" -> "."
// Absolute, without ".", ".." and "//"; "~" at the start is the home folder, and what is relative lies in `folder`,
// which is absolute, or NULL for the current one. False when a folder that is needed is not known.
bool file_resolve(const char *path, const char *folder, struct str *out);
// A path out of a URI as file managers hand it on, "file:///a%20b" -> "/a b"; false for what is none, or of another
// host.
bool file_from_uri(const char *uri, struct str *out);

// --- a folder's entries ---

struct file_entry {
    const char *name;
    int64_t size; // bytes; of folders and of what leads nowhere 0
    bool folder, regular;
};
enum { FILE_LIST_MOST = 200000 };
struct file_list {
    struct file_entry *entries; // folders first, then by name; small and capital letters are alike
    int count;
    bool cut; // there are more than FILE_LIST_MOST
    struct arena *names;
};
// Links are followed. go_on is asked at every entry and stops the reading (ERR_STOPPED); it may be NULL.
bool file_list_read(struct file_list *list, const char *folder, bool (*go_on)(void *context), void *context,
                    struct err *err);
void file_list_release(struct file_list *list);

// Renames a file to PATH.ending, or the first free one of PATH.ending.2 and so on, so that nothing that was set aside
// before is lost. Gives the new name, "" when it could not be done.
struct str;
void file_set_aside(const char *path, const char *ending, struct str *name);

struct file_save {
    FILE *stream; // write here
    char *target, *temporary;
};
bool file_save_begin(struct file_save *save, const char *path, struct err *err);
// Writes to the stream; on failure the save is abandoned and the reason told (a full disk, say).
bool file_save_write(struct file_save *save, const void *data, size_t size, struct err *err);
bool file_save_commit(struct file_save *save, struct err *err);
void file_save_abandon(struct file_save *save);
bool file_save_whole(const char *path, const void *data, size_t size, struct err *err);
