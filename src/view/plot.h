#pragma once
// A plain chart: an area in pixels and two axes, each linear or logarithmic, with their lines and labels. What is drawn
// into it is up to the caller. A plot is a value for one frame.

#include "ui.h"

struct plot {
    struct draw_list *list;
    const struct theme *theme;
    rect area; // inside the axes
    double x0, x1, y0, y1;
    bool log_x, log_y; // then both ends are above 0
};
float plot_x(const struct plot *plot, double x); // not limited to the area
float plot_y(const struct plot *plot, double y); // y0 at the bottom; a value that a log axis cannot hold: the bottom
// Whole decades that hold low..high, at least `least` and at most `most` of them (the upper ones).
void plot_decades(double low, double high, int least, int most, double *from, double *to);
// Horizontal lines with their labels at the left, or ticks with labels below, of a logarithmic axis.
void plot_grid_y(const struct plot *plot);
void plot_grid_x(const struct plot *plot);
// The same of a linear y axis: 1, 2 or 5 times a power of ten, about `lines` of them.
void plot_lines_y(const struct plot *plot, int lines);
// "10" with its power, right-aligned at x (of a label at the left) or centred.
void plot_power(struct draw_list *list, const struct theme *theme, float x, float y, int power, enum align align);
// A line through points that are all there (NaN: a gap).
void plot_line(const struct plot *plot, const double *x, const double *y, int count, color ink, float width,
               bool dashed);
// A point of a series: round, or square (a dashed series).
void plot_mark(const struct plot *plot, double x, double y, float radius, color ink, bool square);
