#include "run_folder.h"

#include "file.h"
#include "mem.h"
#include "str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODELS = 16, NAME_MOST = 100, FREE_MOST = 10000 };

const char *const run_places[RUN_PLACES] = {"checkpoint.safetensors", "previous.safetensors", "written.safetensors"};
const char run_best[] = "best.safetensors";
static const char settings[] = "settings.json", lock_name[] = "lock", temporary_ending[] = ".tmp";
static const char *const lines[] = {"updates.jsonl", "checks.jsonl"};

static bool io_error(struct err *err, const char *path, const char *what) {
    return err_at(err, ERR_IO, path, 0, 0, "cannot %s: %s", what, strerror(errno));
}

// ---- paths ----

void run_path(const char *folder, int k, const char *name, char out[RUN_FOLDER_PATH]) {
    const char *slash = name ? "/" : "";
    if (!name) name = "";
    if (k < 0)
        snprintf(out, RUN_FOLDER_PATH, "%s%s%s", folder, slash, name);
    else
        snprintf(out, RUN_FOLDER_PATH, "%s/model-%d%s%s", folder, k + 1, slash, name);
}

static bool there(const char *folder, int k, const char *name) {
    char path[RUN_FOLDER_PATH];
    run_path(folder, k, name, path);
    return file_exists(path);
}

bool run_folder_exists(const char *folder) {
    return there(folder, -1, settings);
}

bool run_folder_make(const char *folder, int models, struct err *err) {
    if (strlen(folder) > RUN_FOLDER_PATH - 64)
        return err_at(err, ERR_LIMIT, folder, 0, 0, "expected a path of at most %d bytes", RUN_FOLDER_PATH - 64);
    bool good = file_make_directories(folder, err);
    for (int k = 0; good && k < models; k++) {
        char path[RUN_FOLDER_PATH];
        run_path(folder, k, NULL, path);
        good = file_make_directories(path, err);
    }
    return good;
}

bool run_home(char out[RUN_FOLDER_PATH]) {
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int length;
    if (data && data[0] == '/') // the XDG rules say to ignore a relative one
        length = snprintf(out, RUN_FOLDER_PATH, "%s/unroll/experiments", data);
    else if (home && home[0])
        length = snprintf(out, RUN_FOLDER_PATH, "%s/.local/share/unroll/experiments", home);
    else
        return false;
    return length < RUN_FOLDER_PATH - 2 * NAME_MOST;
}

// ---- names ----

bool run_name_check(const char *name, struct err *err) {
    size_t length = strlen(name);
    bool good = length > 0 && length <= NAME_MOST && name[0] != '.' && utf8_check(name, length) == length;
    for (size_t i = 0; good && i < length; i++)
        good = name[i] != '/' && (unsigned char)name[i] >= ' ' && name[i] != 127;
    return good ||
           err_set(err, ERR_VALUE, "expected a name of 1 to %d bytes without \"/\" and no \".\" first, found “%.*s”",
                   NAME_MOST, NAME_MOST, name);
}

void run_free_path(const char *home, const char *name, char out[RUN_FOLDER_PATH]) {
    snprintf(out, RUN_FOLDER_PATH, "%s/%s", home, name);
    for (int i = 2; file_exists(out) && i < FREE_MOST; i++)
        snprintf(out, RUN_FOLDER_PATH, "%s/%s %d", home, name, i);
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct run_names run_names_read(const char *home, struct err *err) {
    struct run_names out = {0};
    DIR *folder = opendir(home);
    if (!folder && errno == ENOENT) return out; // nothing has been kept yet
    if (!folder) {
        io_error(err, home, "read the folder");
        return (struct run_names){.count = -1};
    }
    char path[RUN_FOLDER_PATH];
    for (struct dirent *entry; (entry = readdir(folder));) {
        int length = snprintf(path, sizeof path, "%s/%s", home, entry->d_name);
        if (entry->d_name[0] == '.' || length > RUN_FOLDER_PATH - 64 || !run_folder_exists(path)) continue;
        size_t count = (size_t)out.count;
        char **more = mem_grow(out.names, count * sizeof *more, (count + 1) * sizeof *more);
        if (!more) break;
        out.names = more;
        out.names[out.count++] = mem_copy_text(entry->d_name);
    }
    closedir(folder);
    if (out.count > 1) qsort(out.names, (size_t)out.count, sizeof *out.names, by_bytes);
    return out;
}

void run_names_free(struct run_names *names) {
    for (int i = 0; i < names->count; i++)
        mem_free(names->names[i]);
    mem_free(names->names);
    *names = (struct run_names){0};
}

bool run_rename(const char *folder, const char *name, char to[RUN_FOLDER_PATH], struct err *err) {
    if (!run_name_check(name, err)) return false;
    size_t home = (size_t)(file_name(folder) - folder);
    snprintf(to, RUN_FOLDER_PATH, "%.*s%s", (int)home, folder, name);
    if (!strcmp(folder, to)) return true;
    if (file_exists(to)) return err_set(err, ERR_VALUE, "“%.*s” is taken", NAME_MOST, name);
    return rename(folder, to) == 0 || io_error(err, folder, "rename");
}

int64_t run_changed(const char *folder) {
    int64_t newest = 0;
    for (int k = -1; k < MODELS; k++) {
        char path[RUN_FOLDER_PATH];
        struct stat found;
        run_path(folder, k, k < 0 ? settings : lines[0], path);
        if (stat(path, &found) != 0) break;
        if (found.st_mtim.tv_sec > newest) newest = found.st_mtim.tv_sec;
    }
    return newest;
}

// ---- removing ----

// What a program that was killed was writing: TARGET.PID-SERIAL.tmp.
static bool is_temporary(const char *name) {
    if (!file_ends_with(name, temporary_ending)) return false;
    for (int p = 0; p < RUN_PLACES; p++)
        if (!strncmp(name, run_places[p], strlen(run_places[p]))) return true;
    return !strncmp(name, run_best, strlen(run_best)) || !strncmp(name, settings, strlen(settings));
}

static void remove_temporaries(const char *path) {
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char inner[RUN_FOLDER_PATH];
        int length = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (is_temporary(entry->d_name) && length < RUN_FOLDER_PATH) unlink(inner);
    }
    if (folder) closedir(folder);
}

static bool remove_file(const char *folder, int k, const char *name, struct err *err) {
    char path[RUN_FOLDER_PATH];
    run_path(folder, k, name, path);
    return unlink(path) == 0 || errno == ENOENT || io_error(err, path, "remove");
}

bool run_forget(const char *folder, int k, struct err *err) {
    bool good = remove_file(folder, k, run_best, err);
    for (int p = 0; good && p < RUN_PLACES; p++)
        good = remove_file(folder, k, run_places[p], err);
    return good;
}

static bool remove_folder(const char *path, struct err *err) {
    if (rmdir(path) == 0) return true;
    if (errno != ENOTEMPTY && errno != EEXIST) return io_error(err, path, "remove");
    return err_at(err, ERR_VALUE, path, 0, 0, "the run is gone; the folder stays, as there are other files in it");
}

bool run_remove(const char *folder, struct err *err) {
    char path[RUN_FOLDER_PATH];
    if (!remove_file(folder, -1, settings, err)) return false; // from here on it is no run any more
    for (int k = 0; k < MODELS && there(folder, k, NULL); k++) {
        bool good = run_forget(folder, k, err);
        for (int i = 0; good && i < 2; i++)
            good = remove_file(folder, k, lines[i], err);
        run_path(folder, k, NULL, path);
        remove_temporaries(path);
        if (!good || !remove_folder(path, err)) return false;
    }
    remove_temporaries(folder);
    return remove_file(folder, -1, lock_name, err) && remove_folder(folder, err);
}

// ---- the lock ----

int run_lock(const char *folder, struct err *err) {
    char path[RUN_FOLDER_PATH];
    run_path(folder, -1, lock_name, path);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0) {
        io_error(err, path, "open");
        return -1;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return lock; // some file systems have no locks
    close(lock);
    err_set(err, ERR_VALUE, "%s: another unroll is training this run", folder);
    return -1;
}

void run_unlock(int lock) {
    if (lock >= 0) close(lock);
}

bool run_locked(const char *folder) {
    char path[RUN_FOLDER_PATH];
    run_path(folder, -1, lock_name, path);
    int lock = open(path, O_RDWR | O_CLOEXEC);
    bool locked = lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    run_unlock(lock);
    return locked;
}

// ---- lines ----

static bool write_at(int fd, int64_t at, const char *text, size_t length) {
    while (length > 0) {
        ssize_t done = pwrite(fd, text, length, at);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        text += done;
        at += done;
        length -= (size_t)done;
    }
    return true;
}

bool run_append(const char *path, int64_t *size, const char *text, size_t length, struct err *err) {
    // a file that had something in it and is gone is not begun again from its middle
    int fd = open(path, O_WRONLY | O_CLOEXEC | (*size > 0 ? 0 : O_CREAT), 0666);
    if (fd < 0) return io_error(err, path, "write");
    bool good = ftruncate(fd, *size) == 0 && write_at(fd, *size, text, length) && fdatasync(fd) == 0;
    if (!good) io_error(err, path, "write");
    if (close(fd) != 0 && good) good = io_error(err, path, "write");
    if (good) *size += (int64_t)length;
    return good;
}

bool run_cut(const char *path, int64_t size, struct err *err) {
    return truncate(path, size) == 0 || errno == ENOENT || io_error(err, path, "cut");
}

// ---- checkpoints ----

static bool move(const char *folder, int k, enum run_place from, enum run_place to, struct err *err) {
    char a[RUN_FOLDER_PATH], b[RUN_FOLDER_PATH];
    run_path(folder, k, run_places[from], a);
    run_path(folder, k, run_places[to], b);
    return rename(a, b) == 0 || io_error(err, a, "rename");
}

static bool turn(const char *folder, int k, struct err *err) {
    if (there(folder, k, run_places[RUN_NEWEST]) && !move(folder, k, RUN_NEWEST, RUN_PREVIOUS, err)) return false;
    return move(folder, k, RUN_WRITTEN, RUN_NEWEST, err);
}

bool run_turn(const char *folder, int models, struct err *err) {
    for (int k = 0; k < models; k++)
        if (!turn(folder, k, err)) return false;
    return true;
}

bool run_settle(const char *folder, int k, enum run_place place, struct err *err) {
    char path[RUN_FOLDER_PATH];
    run_path(folder, k, NULL, path);
    remove_temporaries(path);
    bool good = true;
    if (place == RUN_WRITTEN) good = turn(folder, k, err);
    if (place == RUN_PREVIOUS) good = move(folder, k, RUN_PREVIOUS, RUN_NEWEST, err);
    return good && remove_file(folder, k, run_places[RUN_WRITTEN], err);
}
