// Paths as texts, and what the system said about one.

#include "file.h"

#include "file_error.h"
#include "mem.h"
#include "str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

bool file_error(struct err *err, const char *path, const char *what) {
    int number = errno;
    if (number == ENOENT) return err_at(err, ERR_IO, path, 0, 0, "cannot %s: there is no such file or folder", what);
    return err_at(err, ERR_IO, path, 0, 0, "cannot %s: %s", what, strerror(number));
}

bool file_ends_with(const char *path, const char *ending) {
    size_t a = strlen(path), b = strlen(ending);
    return a > b && strcasecmp(path + a - b, ending) == 0;
}

const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void file_folder_of(const char *path, struct str *out) {
    const char *name = file_name(path);
    size_t length = (size_t)(name - path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    str_clear(out);
    if (length == 0)
        str_put(out, ".");
    else
        str_put_n(out, path, length);
}

// One component after the other behind what is there, which has no slash at its end.
static void walk(struct str *out, const char *path) {
    while (*path) {
        size_t length = strcspn(path, "/");
        if (length == 2 && path[0] == '.' && path[1] == '.') {
            while (out->size > 0 && out->data[--out->size] != '/')
                continue;
            out->data[out->size] = 0;
        } else if (length > 0 && !(length == 1 && path[0] == '.')) {
            str_put_char(out, '/');
            str_put_n(out, path, length);
        }
        path += length;
        while (*path == '/')
            path++;
    }
}

bool file_resolve(const char *path, const char *folder, struct str *out) {
    const char *home = getenv("HOME");
    char *current = NULL, *own = mem_copy_text(path); // path or folder may be what lies in out
    bool at_home = own[0] == '~' && (own[1] == 0 || own[1] == '/'), good = true;
    const char *start = at_home ? home : own[0] == '/' ? "/" : folder;
    if (!start && !at_home) start = current = getcwd(NULL, 0);
    good = start && start[0] == '/';
    char *from = mem_copy_text(good ? start : "");
    str_clear(out);
    str_put(out, "");
    walk(out, from);
    walk(out, at_home ? own + 1 + (own[1] == '/') : own);
    if (out->size == 0) str_put_char(out, '/');
    free(current);
    mem_free(from);
    mem_free(own);
    return good;
}

static int hex(char c) {
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 32) : NULL;
    return at ? (int)(at - digits) : -1;
}

bool file_from_uri(const char *uri, struct str *out) {
    static const char scheme[] = "file:";
    str_clear(out);
    if (strncasecmp(uri, scheme, sizeof scheme - 1) != 0) return false;
    const char *at = uri + sizeof scheme - 1;
    if (!strncmp(at, "//", 2)) { // then a host, which may be empty
        at += 2;
        if (!strncasecmp(at, "localhost/", 10)) at += 9;
    }
    if (*at != '/') return false;
    for (; *at; at++) {
        int high = *at == '%' ? hex(at[1]) : -1, low = high >= 0 ? hex(at[2]) : -1;
        if (low >= 0 && high + low == 0) return false; // a zero byte ends every path
        str_put_char(out, low >= 0 ? (char)(high * 16 + low) : *at);
        if (low >= 0) at += 2;
    }
    return true;
}
