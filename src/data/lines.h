#pragma once
// Text line by line: LF, CRLF and a lone CR end a line; the last one may lack its end. Nothing is copied.

#include <stdbool.h>
#include <stddef.h>

enum line_end { END_NONE, END_LF, END_CRLF, END_CR, END_COUNT };

struct line {
    const char *text; // without its end
    size_t size;
    enum line_end end;
    long number; // from 1
};

struct lines {
    const char *at, *stop, *lf,
        *cr; // the next LF and CR are remembered, so that a file with one of them is scanned once
    long number;
};

struct lines lines_of(const char *text, size_t size);
bool lines_next(struct lines *lines, struct line *line);
