#include "fields.h"

#include "rows.h"

#include <string.h>

// Most separators are one byte.
static const char *find(const char *at, size_t size, const char *separator, size_t width) {
    if (width == 0) return NULL;
    return width == 1 ? memchr(at, separator[0], size) : memmem(at, size, separator, width);
}

int fields_of(const struct line *line, const char *separator, struct field *out, int max) {
    size_t width = strlen(separator);
    const char *at = line->text, *stop = line->text + line->size;
    for (int n = 0;; n++) {
        const char *next = find(at, (size_t)(stop - at), separator, width);
        const char *end = next ? next : stop;
        if (n < max) out[n] = (struct field){.text = at, .size = (size_t)(end - at)};
        if (!next) return n + 1;
        at = next + width;
    }
}

struct field field_plain(struct field field) {
    text_trim(&field.text, &field.size);
    if (field.size >= 2 && field.text[0] == '"' && field.text[field.size - 1] == '"') {
        field.text++;
        field.size -= 2;
    }
    return field;
}
