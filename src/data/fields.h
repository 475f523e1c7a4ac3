#pragma once
// A line cut at a separator. Fields point into the line.

#include "lines.h"

enum { FIELDS_MAX = 256 };
struct field {
    const char *text;
    size_t size;
};
// Returns how many fields there are; those beyond `max` are counted but not kept. Nothing is unquoted.
int fields_of(const struct line *line, const char *separator, struct field *out, int max);
// A field without spaces around it and without one pair of double quotes.
struct field field_plain(struct field field);
