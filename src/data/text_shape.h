#pragma once
// Is a text file a list (one example a line) or one long text? Decided from the lengths of its lines and from
// how they begin and end; the rule is in text_shape.c, and the answer comes with its reason in words.

#include "dataset.h"

enum { SHAPE_LENGTHS = 4096 }; // lengths from here on share the last counter

// Gathered line by line while the file is scanned. Lengths in characters.
struct shape_stats {
    long lines; // not empty
    long empty; // between lines that are not; empty lines at either end of the file say nothing
    long longest;
    long continued; // pairs of neighbours where the first does not end a sentence and the next begins in lower case
    long indented;  // begin with a space or a tab
    long lengths[SHAPE_LENGTHS + 1];
    bool open;             // internal: the last line did not end a sentence
    long empty_since_line; // internal
};

// text: the line without its end, `length` characters in `size` bytes.
void shape_line(struct shape_stats *stats, const char *text, size_t size, long length);
enum text_shape shape_choose(const struct shape_stats *stats, char *reason, size_t reason_size);
// "32,033 lines, median 6 characters, longest 15"
void shape_describe(const struct shape_stats *stats, char *out, size_t size);
// The smallest length that at least `share` of the lines do not exceed; SHAPE_LENGTHS stands for that or
// more.
long shape_quantile(const struct shape_stats *stats, double share);
