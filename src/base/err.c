#include "err.h"

#include "str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Copies what fits, never half a character. Names and excerpts of broken files come into messages: control
// characters and bytes that are no UTF-8 become '?', so that a message is one line of text whatever it
// quotes.
static void copy_clean(char *out, size_t size, const char *text) {
    size_t length = strlen(text), used = 0, step;
    for (size_t i = 0; i < length; i += step) {
        unsigned codepoint = utf8_next(text + i, length - i, &step);
        bool bad = codepoint < 0x20 || codepoint == 0x7F || (codepoint == 0xFFFD && step == 1);
        if (used + step >= size) break;
        memcpy(out + used, bad ? "?" : text + i, step);
        used += step;
    }
    out[used] = 0;
}

// Of a path that is too long, its end is what tells files apart.
static void copy_path(char *out, size_t size, const char *path) {
    size_t length = strlen(path);
    if (length < size) {
        memcpy(out, path, length + 1);
        return;
    }
    const char *tail = path + length - (size - 4);
    while (((unsigned char)*tail & 0xC0) == 0x80)
        tail++;
    snprintf(out, size, "...%s", tail);
}

static void fill(struct err *err, enum err_code code, const char *file, long line, long column, const char *format,
                 va_list args) {
    if (!err) return;
    // Built aside: the arguments may point into *err (an error that wraps another).
    struct err made = {.code = code, .line = line, .column = column};
    char message[2 * sizeof made.message];
    vsnprintf(message, sizeof message, format, args);
    copy_clean(made.message, sizeof made.message, message);
    if (file) copy_path(made.file, sizeof made.file, file);
    *err = made;
}

bool err_set(struct err *err, enum err_code code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(err, code, NULL, 0, 0, format, args);
    va_end(args);
    return false;
}

bool err_at(struct err *err, enum err_code code, const char *file, long line, long column, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(err, code, file, line, column, format, args);
    va_end(args);
    return false;
}

void err_format(const struct err *err, char *buffer, size_t size) {
    if (size == 0) return;
    struct str text = {0};
    if (err->file[0]) str_printf(&text, "%s:", err->file);
    if (err->line > 0) str_printf(&text, "%ld:", err->line);
    if (err->line > 0 && err->column > 0) str_printf(&text, "%ld:", err->column);
    if (text.size > 0) str_put_char(&text, ' ');
    str_put(&text, err->message);
    copy_clean(buffer, size, str_text(&text));
    str_release(&text);
}
