#include "numbers.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_LONGEST = 60 };

// Up to 15 digits and a power of ten to 10^22: product or quotient of two doubles that are exact, and so rounded once
// (Clinger 1990). False where it is not as simple as that.
static bool read_simple(const char *text, size_t size, double *out) {
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    size_t i = size > 0 && (text[0] == '-' || text[0] == '+');
    int64_t digits = 0;
    int count = 0, behind = 0;
    bool point = false;
    for (; i < size; i++) {
        if (text[i] == '.' && !point)
            point = true;
        else if (text[i] >= '0' && text[i] <= '9' && count < 15) {
            digits = digits * 10 + (text[i] - '0');
            count++;
            behind += point;
        } else
            return false;
    }
    if (count == 0) return false;
    double value = (double)digits / powers[behind];
    *out = text[0] == '-' ? -value : value;
    return true;
}

bool number_read(const char *text, size_t size, double *out) {
    if (read_simple(text, size, out)) return true;
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
    static const char *const words[] = {"", "?", "NA", "N/A", "NaN", "null", "-", "#N/A", "none"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strlen(words[k]) == size && strncasecmp(words[k], text, size) == 0) return true;
    return false;
}
