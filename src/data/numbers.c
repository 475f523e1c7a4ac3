#include "numbers.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_LONGEST = 60 };

bool number_read(const char *text, size_t size, double *out) {
    char copy[NUMBER_LONGEST + 1], *end;
    if (size == 0 || size > NUMBER_LONGEST) return false;
    for (size_t i = 0; i < size; i++)
        if (!strchr("+-.0123456789eE", text[i]) || text[i] == 0) return false;
    memcpy(copy, text, size);
    copy[size] = 0;
    *out = strtod(copy, &end);
    return *end == 0 && end != copy && fabs(*out) <= FLT_MAX;
}

bool number_missing(const char *text, size_t size) {
    static const char *const words[] = {"", "?", "NA", "N/A", "NaN", "null", "-"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strlen(words[k]) == size && strncasecmp(words[k], text, size) == 0) return true;
    return false;
}
