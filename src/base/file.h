#pragma once
// Files: read whole, saved whole or not at all. A save goes to a temporary file beside the target, is flushed to
// disk and renamed over it; on any failure the target is untouched and no temporary is left.

#include "err.h"
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
bool file_make_directories(const char *path, struct err *err); // as mkdir -p
bool file_ends_with(const char *path, const char *ending); // as ".png"; A to Z are a to z; there is a name before it
const char *file_name(const char *path);                   // last component, points into path

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
