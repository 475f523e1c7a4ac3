#pragma once
// Numbers in text files.

#include <stdbool.h>
#include <stddef.h>

// A number that single precision holds, all of the text: optional sign, digits with a point, an exponent. No
// hexadecimal, no thousands.
bool number_read(const char *text, size_t size, double *out);
// "", "?", "NA", "N/A", "NaN", "null", "-": no value was measured.
bool number_missing(const char *text, size_t size);
