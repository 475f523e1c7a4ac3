#pragma once
// A vertical axis of powers of ten for norms, which lie decades apart: it begins with no values, takes all that will be
// shown, and then knows where each stands. What is 0 has no place on it and lies on its foot; so does what is below its
// lowest decade.

#include "draw.h"
#include "theme.h"

struct log_axis {
    float top, bottom;        // y of its ends
    double smallest, largest; // of what was taken
    int low, high;            // decades, after log_axis_close()
};
void log_axis_open(struct log_axis *axis, float top, float bottom);
void log_axis_take(struct log_axis *axis, double value);
void log_axis_close(struct log_axis *axis, int most); // whole decades, at least two, at most so many
float log_axis_y(const struct log_axis *axis, double value);
double log_axis_part(const struct log_axis *axis, double value); // 0 at the foot, 1 at the top
// Lines from x0 to x1 at every decade, and their powers with the exponent left of x0.
void log_axis_draw(const struct log_axis *axis, struct draw_list *list, const struct theme *theme, float x0, float x1);
// Digits for a number on it, as draw_value() takes them: what has all but vanished is written as a power of ten.
int log_axis_digits(double value);
