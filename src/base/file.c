#include "file.h"

#include "file_error.h"
#include "mem.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STREAM_START = 64 << 10, SAVE_ATTEMPTS = 100 };

static bool too_large(struct err *err, const char *path, size_t max) {
    return err_at(err, ERR_LIMIT, path, 0, 0, "expected at most %zu bytes (%.1f MB), found more", max,
                  (double)max / (1 << 20));
}

static bool changed(struct err *err, const char *path) {
    return err_at(err, ERR_IO, path, 0, 0, "the file changed while it was read; read it again when nothing writes it");
}

// Bytes read, less than size only at the end of the file; -1 on an error.
static ssize_t read_full(int fd, char *data, size_t size) {
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, data + done, size - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static bool same_file(const struct stat *a, const struct stat *b) {
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool read_regular(int fd, const char *path, const struct stat *before, size_t max, struct bytes *out,
                         struct err *err) {
    if ((uintmax_t)before->st_size > max) return too_large(err, path, max);
    size_t size = (size_t)before->st_size;
    out->data = mem_alloc(size + 1);
    if (!out->data) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory for a file of %zu bytes", size);
    ssize_t got = read_full(fd, out->data, size);
    if (got < 0) return file_error(err, path, "read");
    char more;
    if ((size_t)got < size || read_full(fd, &more, 1) != 0) return changed(err, path);
    struct stat after;
    if (fstat(fd, &after) != 0) return file_error(err, path, "read");
    if (!same_file(before, &after)) return changed(err, path);
    out->size = size;
    return true;
}

// A pipe or a terminal has no size beforehand.
static bool read_stream(int fd, const char *path, size_t max, struct bytes *out, struct err *err) {
    size_t capacity = 0;
    for (;;) {
        if (out->size == capacity) {
            size_t wanted = capacity ? capacity * 2 : STREAM_START;
            char *data = mem_grow(out->data, out->size, wanted + 1);
            if (!data) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory for %zu bytes", wanted);
            out->data = data;
            capacity = wanted;
        }
        ssize_t got = read_full(fd, out->data + out->size, capacity - out->size);
        if (got < 0) return file_error(err, path, "read");
        bool end = (size_t)got < capacity - out->size;
        out->size += (size_t)got;
        if (out->size > max) return too_large(err, path, max);
        if (end) break;
    }
    out->data[out->size] = 0;
    return true;
}

bool file_read(const char *path, size_t max, struct bytes *out, struct err *err) {
    *out = (struct bytes){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return file_error(err, path, "open");
    struct stat stat;
    bool good = false;
    if (fstat(fd, &stat) != 0)
        file_error(err, path, "open");
    else if (S_ISDIR(stat.st_mode))
        err_at(err, ERR_IO, path, 0, 0, "expected a file, found a folder");
    else if (S_ISREG(stat.st_mode))
        good = read_regular(fd, path, &stat, max, out, err);
    else
        good = read_stream(fd, path, max, out, err);
    close(fd);
    if (!good) bytes_release(out);
    return good;
}

void bytes_release(struct bytes *bytes) {
    mem_free(bytes->data);
    *bytes = (struct bytes){0};
}

bool file_exists(const char *path) {
    return access(path, F_OK) == 0;
}

bool file_is_directory(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

size_t file_size(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) ? (size_t)info.st_size : 0;
}

int64_t file_changed(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 ? (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec : 0;
}

bool file_make_directories(const char *path, struct err *err) {
    char *copy = mem_copy_text(path);
    bool good = true;
    for (char *p = copy + (copy[0] == '/'); good; p++) {
        if (*p != '/' && *p != 0) continue;
        char kept = *p;
        *p = 0;
        if (copy[0] && mkdir(copy, 0777) != 0 && !file_is_directory(copy))
            good = errno == EEXIST ? err_at(err, ERR_IO, copy, 0, 0, "expected a folder, found a file")
                                   : file_error(err, copy, "make the folder");
        *p = kept;
        if (kept == 0) break;
    }
    mem_free(copy);
    return good;
}

bool file_make_folder_of(const char *path, struct err *err) {
    struct str folder = {0};
    file_folder_of(path, &folder);
    bool good = file_make_directories(str_text(&folder), err);
    str_release(&folder);
    return good;
}

static void save_forget(struct file_save *save) {
    mem_free(save->target);
    mem_free(save->temporary);
    *save = (struct file_save){0};
}

// Opens a new file beside the target: the same file system, so that the rename is atomic. Created with 0666,
// so that the kernel applies the user's umask; an existing target's mode is then taken over.
static int open_beside(struct file_save *save) {
    static atomic_uint serial; // makes names differ inside one process; it has no other effect
    for (int i = 0; i < SAVE_ATTEMPTS; i++) {
        struct str name = {0};
        str_printf(&name, "%s.%ld-%u.tmp", save->target, (long)getpid(), atomic_fetch_add(&serial, 1));
        int fd = open(str_text(&name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) save->temporary = mem_copy_text(str_text(&name));
        str_release(&name);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

bool file_save_begin(struct file_save *save, const char *path, struct err *err) {
    *save = (struct file_save){0};
    struct stat found;
    bool exists = stat(path, &found) == 0;
    if (exists && S_ISDIR(found.st_mode))
        return err_at(err, ERR_IO, path, 0, 0, "expected a file to write, found a folder");
    if (exists && access(path, W_OK) != 0) return file_error(err, path, "write");

    char real[PATH_MAX]; // a symbolic link stays: what it points at is replaced
    save->target = mem_copy_text(exists && realpath(path, real) ? real : path);
    int fd;
    if (exists && !S_ISREG(found.st_mode)) // a pipe or a device is written straight
        fd = open(path, O_WRONLY | O_CLOEXEC);
    else
        fd = open_beside(save);
    if (fd < 0) {
        file_error(err, path, "write");
        save_forget(save);
        return false;
    }
    bool good = !(exists && save->temporary) || fchmod(fd, found.st_mode & 07777) == 0;
    if (good) save->stream = fdopen(fd, "wb");
    if (!save->stream) {
        file_error(err, path, "write");
        close(fd);
        file_save_abandon(save);
        return false;
    }
    return true;
}

// So that the rename itself survives a power cut; file systems that cannot do it are no reason to fail.
static void flush_folder(const char *target) {
    struct str folder = {0};
    file_folder_of(target, &folder);
    int fd = open(str_text(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    str_release(&folder);
}

bool file_save_write(struct file_save *save, const void *data, size_t size, struct err *err) {
    if (size == 0 || fwrite(data, 1, size, save->stream) == size) return true;
    file_error(err, save->target, "write");
    file_save_abandon(save);
    return false;
}

bool file_save_commit(struct file_save *save, struct err *err) {
    FILE *stream = save->stream;
    save->stream = NULL;
    errno = 0;
    bool written = !ferror(stream) && fflush(stream) == 0;
    if (!written && errno == 0) errno = EIO; // an earlier write failed and its reason is gone
    bool good = written && (!save->temporary || fsync(fileno(stream)) == 0);
    int reason = errno;
    if (fclose(stream) != 0 && good) {
        good = false;
        reason = errno;
    }
    errno = reason;
    if (good && save->temporary && rename(save->temporary, save->target) != 0) good = false;
    if (!good) {
        file_error(err, save->target, "save");
        file_save_abandon(save);
        return false;
    }
    if (save->temporary) flush_folder(save->target);
    save_forget(save);
    return true;
}

void file_save_abandon(struct file_save *save) {
    if (save->stream) fclose(save->stream);
    if (save->temporary) unlink(save->temporary);
    save_forget(save);
}

bool file_save_whole(const char *path, const void *data, size_t size, struct err *err) {
    struct file_save save;
    if (!file_save_begin(&save, path, err)) return false;
    return file_save_write(&save, data, size, err) && file_save_commit(&save, err);
}

enum { ASIDE_MAX = 100 };

void file_set_aside(const char *path, const char *ending, struct str *name) {
    for (int i = 1; i < ASIDE_MAX; i++) {
        str_clear(name);
        str_printf(name, i == 1 ? "%s.%s" : "%s.%s.%d", path, ending, i);
        if (file_exists(str_text(name))) continue;
        if (rename(path, str_text(name)) != 0) break;
        return;
    }
    str_clear(name);
}
