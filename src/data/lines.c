#include "lines.h"

#include <string.h>

struct lines lines_of(const char *text, size_t size) {
    return (struct lines){.at = text, .stop = text + size};
}

static const char *find_byte(const char *known, const char *at, const char *stop, char byte) {
    if (known && known >= at) return known;
    const char *found = memchr(at, byte, (size_t)(stop - at));
    return found ? found : stop;
}

bool lines_next(struct lines *lines, struct line *line) {
    if (lines->at >= lines->stop) return false;
    lines->lf = find_byte(lines->lf, lines->at, lines->stop, '\n');
    lines->cr = find_byte(lines->cr, lines->at, lines->stop, '\r');
    const char *end = lines->lf < lines->cr ? lines->lf : lines->cr;
    *line = (struct line){.text = lines->at, .size = (size_t)(end - lines->at), .number = ++lines->number};
    if (end == lines->stop)
        line->end = END_NONE;
    else if (*end == '\n')
        line->end = END_LF;
    else
        line->end = end + 1 < lines->stop && end[1] == '\n' ? END_CRLF : END_CR;
    lines->at = end + (line->end == END_CRLF ? 2 : line->end == END_NONE ? 0 : 1);
    return true;
}
