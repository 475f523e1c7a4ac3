#include "homework_files.h"

#include "file.h"
#include "mem.h"
#include "npy.h"
#include "safetensors.h"
#include "str.h"
#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FILE_MOST = 256 << 20 };

// Arrays that are being read; name, shape and numbers are owned.
struct pile {
    struct homework_array *list;
    int count, room;
};

static void release_arrays(struct homework_array *list, int count) {
    for (int k = 0; k < count; k++) {
        mem_free((void *)(uintptr_t)list[k].name);
        mem_free((void *)(uintptr_t)list[k].shape);
        mem_free((void *)(uintptr_t)list[k].data);
    }
    mem_free(list);
}

// Takes data over.
static void put(struct pile *pile, const char *name, int dims, const int64_t *shape, double *data) {
    pile->list = mem_room(pile->list, pile->count, &pile->room, 16, sizeof *pile->list);
    int64_t *own = mem_need((size_t)dims + 1, sizeof *own);
    if (dims > 0) memcpy(own, shape, (size_t)dims * sizeof *own);
    pile->list[pile->count++] = (struct homework_array){mem_copy_text(name), dims, own, data};
}

// The file's name without its ending: what the array is called.
static void stem_of(const char *path, char *out, size_t size) {
    snprintf(out, size, "%s", file_name(path));
    char *dot = strrchr(out, '.');
    if (dot && dot != out) *dot = 0;
}

static bool read_npy(struct pile *pile, const char *path, const char *name, struct err *err) {
    struct npy array;
    if (!npy_read(&array, path, err)) return false;
    double *data = mem_array(array.count > 0 ? array.count : 1, sizeof *data);
    for (size_t k = 0; data && k < array.count; k++)
        data[k] = array.real ? array.real[k] : (double)array.whole[k];
    if (data) put(pile, name, array.dims, array.shape, data);
    npy_release(&array);
    return data || err_at(err, ERR_MEMORY, path, 0, 0, "no memory for its numbers");
}

static bool read_tensors(struct pile *pile, const char *path, struct err *err) {
    struct tensor_file file;
    if (!tensor_file_read(&file, path, err)) return false;
    bool good = true;
    for (int k = 0; good && k < file.count; k++) {
        size_t count = tensor_count(&file.tensors[k]);
        double *data = mem_array(count > 0 ? count : 1, sizeof *data);
        good = data || err_at(err, ERR_MEMORY, path, 0, 0, "no memory for its numbers");
        for (size_t i = 0; good && i < count; i++)
            data[i] = tensor_at(&file.tensors[k], i);
        if (good) put(pile, file.tensors[k].name, file.tensors[k].dims, file.tensors[k].shape, data);
    }
    tensor_file_release(&file);
    return good;
}

// Numbers between commas, semicolons or spaces; every row has as many.
struct table {
    const char *path;
    double *data;
    size_t count, room;
    long rows, columns;
};

static bool is_between(char c) {
    return c == ',' || c == ';' || c == ' ' || c == '\t' || c == '\r';
}

static bool read_row(struct table *table, const char *at, const char *end, long line, struct err *err) {
    const char *start = at;
    long columns = 0;
    while (true) {
        while (at < end && is_between(*at))
            at++;
        if (at == end) break;
        char *after;
        double value = strtod(at, &after);
        if (after == at || after > end || (after < end && !is_between(*after)))
            return err_at(err, ERR_FORMAT, table->path, line, at - start + 1, "expected a number, found \"%.*s\"",
                          (int)strcspn(at, ",; \t\r\n") < 30 ? (int)strcspn(at, ",; \t\r\n") : 30, at);
        if (table->count == table->room) {
            size_t room = table->room ? 2 * table->room : 256;
            double *data = mem_grow(table->data, table->room * sizeof *data, room * sizeof *data);
            if (!data) return err_at(err, ERR_MEMORY, table->path, line, 0, "no memory for %zu numbers", room);
            table->data = data;
            table->room = room;
        }
        table->data[table->count++] = value;
        columns++;
        at = after;
    }
    if (columns == 0) return true; // an empty line
    if (table->rows > 0 && columns != table->columns)
        return err_at(err, ERR_FORMAT, table->path, line, 0, "expected %ld numbers as in the rows before, found %ld",
                      table->columns, columns);
    table->columns = columns;
    table->rows++;
    return true;
}

static bool read_table(struct pile *pile, const char *path, const char *name, struct err *err) {
    struct bytes bytes;
    if (!file_read(path, FILE_MOST, &bytes, err)) return false;
    struct table table = {.path = path};
    const char *at = bytes.data, *end = bytes.data + bytes.size;
    bool good = true;
    for (long line = 1; good && at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) stop = end;
        good = read_row(&table, at, stop, line, err);
        at = stop + 1;
    }
    bytes_release(&bytes);
    good = good && (table.rows > 0 || err_at(err, ERR_FORMAT, path, 0, 0, "expected rows of numbers, found none"));
    if (good)
        put(pile, name, 2, (const int64_t[]){table.rows, table.columns}, table.data);
    else
        mem_free(table.data);
    return good;
}

// Every .npy below it, by the way to it: "forward/l0/a".
static bool read_folder(struct pile *pile, const char *path, const char *prefix, struct err *err) {
    DIR *folder = opendir(path);
    if (!folder) return err_at(err, ERR_IO, path, 0, 0, "cannot be opened");
    struct dirent *entry;
    bool good = true;
    while (good && (entry = readdir(folder))) {
        if (entry->d_name[0] == '.') continue;
        struct str inner = {0}, name = {0};
        str_printf(&inner, "%s/%s", path, entry->d_name);
        str_printf(&name, "%s%s", prefix, entry->d_name);
        if (file_is_directory(str_text(&inner))) {
            str_put(&name, "/");
            good = read_folder(pile, str_text(&inner), str_text(&name), err);
        } else if (file_ends_with(entry->d_name, ".npy")) {
            name.data[name.size - 4] = 0;
            good = read_npy(pile, str_text(&inner), name.data, err);
        }
        str_release(&inner);
        str_release(&name);
    }
    closedir(folder);
    return good;
}

static bool read_path(struct pile *pile, const char *path, const char *name, struct err *err) {
    if (file_is_directory(path)) return read_folder(pile, path, "", err);
    if (file_ends_with(path, ".npy")) return read_npy(pile, path, name, err);
    if (file_ends_with(path, ".safetensors")) return read_tensors(pile, path, err);
    if (file_ends_with(path, ".csv") || file_ends_with(path, ".txt")) return read_table(pile, path, name, err);
    return err_at(err, ERR_USAGE, path, 0, 0, "expected a .npy, .csv, .txt, .safetensors or a folder of .npy");
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct homework_array *)a)->name, ((const struct homework_array *)b)->name);
}

static bool read_all(struct homework_files *files, int path_count, struct err *err) {
    struct pile pile = {0};
    for (int k = 0; k < path_count; k++) {
        char name[HOMEWORK_NAME];
        stem_of(files->paths[k], name, sizeof name);
        if (read_path(&pile, files->paths[k], name, err)) continue;
        release_arrays(pile.list, pile.count);
        return false;
    }
    if (pile.count > 1) qsort(pile.list, (size_t)pile.count, sizeof *pile.list, by_name);
    release_arrays(files->arrays, files->count);
    files->arrays = pile.list;
    files->count = pile.count;
    files->path_count = path_count;
    return true;
}

bool homework_files_add(struct homework_files *files, const char *path, struct err *err) {
    if (strlen(path) >= HOMEWORK_PATH)
        return err_set(err, ERR_LIMIT, "the path is longer than %d bytes", HOMEWORK_PATH - 1);
    for (int k = 0; k < files->path_count; k++)
        if (!strcmp(files->paths[k], path)) return read_all(files, files->path_count, err);
    if (files->path_count == HOMEWORK_PATHS)
        return err_set(err, ERR_LIMIT, "%d files are the most; a folder or a .safetensors counts as one",
                       HOMEWORK_PATHS);
    snprintf(files->paths[files->path_count], HOMEWORK_PATH, "%s", path);
    return read_all(files, files->path_count + 1, err);
}

bool homework_files_again(struct homework_files *files, struct err *err) {
    return read_all(files, files->path_count, err);
}

void homework_files_release(struct homework_files *files) {
    release_arrays(files->arrays, files->count);
    *files = (struct homework_files){0};
}
