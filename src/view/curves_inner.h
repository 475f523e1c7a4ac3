#pragma once
// Shared by the files of the curves card alone.

#include "curves.h"
#include "plot.h"

struct curves_plot {
    struct draw_list *list;
    const struct theme *theme;
    const struct curves *curves;
    const struct curves_view *view;
    rect card;
    struct plot plot; // x0, x1: updates
};
struct curves_plot curves_lay_out(struct draw_list *list, const struct theme *theme, rect r,
                                  const struct curves *curves, const struct curves_view *view);
void curves_paint_plot(const struct curves_plot *p);
void curves_paint_reading(const struct curves_plot *p, int64_t update);
int64_t curves_update_at(const struct curves_plot *p, float x);
double curves_whole(const struct curves *curves); // updates that the axis holds when not zoomed
