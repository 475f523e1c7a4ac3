#include "html.h"

#include <string.h>

void html_text(struct str *out, const char *text, size_t length) {
    for (size_t k = 0; k < length; k++) {
        char c = text[k];
        const char *name = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : NULL;
        if (name)
            str_put(out, name);
        else
            str_put_char(out, c);
    }
}

// What stands between two marks; returns where it goes on, or NULL where the second mark is missing.
static const char *between(const char *text, char mark, struct str *inside) {
    const char *end = strchr(text + 1, mark);
    if (!end) return NULL;
    str_clear(inside);
    str_put_n(inside, text + 1, (size_t)(end - text - 1));
    return end + 1;
}

void html_rich(struct str *out, const char *text) {
    struct str inside = {0};
    bool bold = false;
    while (*text) {
        const char *next = NULL;
        if (text[0] == '*' && text[1] == '*') {
            str_put(out, bold ? "</strong>" : "<strong>");
            bold = !bold;
            text += 2;
            continue;
        }
        if (*text == '$' && (next = between(text, '$', &inside)))
            html_math(out, str_text(&inside), false);
        else if (*text == '`' && (next = between(text, '`', &inside))) {
            str_put(out, "<code>");
            html_text(out, str_text(&inside), inside.size);
            str_put(out, "</code>");
        } else
            html_text(out, text, 1);
        text = next ? next : text + 1;
    }
    if (bold) str_put(out, "</strong>");
    str_release(&inside);
}
