#include "fields.h"

#include "rows.h"

#include <string.h>

int fields_of(const struct line *line, const char *separator, struct field *out, int max) {
    size_t width = strlen(separator);
    const char *at = line->text, *stop = line->text + line->size;
    for (int n = 0;; n++) {
        const char *next = width ? memmem(at, (size_t)(stop - at), separator, width) : NULL;
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
