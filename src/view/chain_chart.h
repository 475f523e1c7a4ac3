#pragma once
// Curves over the columns of a chain: their markers, their legend, and numbers beside them.

#include "chain_parts.h"

// A bar with a cap; the line that the sentence is about; a line to compare with it; single points.
enum chart_key { CHART_BAR, CHART_LINE, CHART_COMPARED, CHART_POINT };

color chart_ink(const struct chain_page *page, enum chart_key key);
void chart_stroke(const struct chain_page *page, enum chart_key key); // the path that was collected, as a line
void chart_marker(const struct chain_page *page, point at, enum chart_key key);
// One entry of a legend, its right end at x and its baseline at y; returns where the next one ends.
float chart_entry(const struct chain_page *page, float x, float y, const char *markup, enum chart_key key);
float chart_entry_width(const struct chain_page *page, const char *markup, enum chart_key key);
// A number on the ground of the view, centred on x as far as the view's edges let it.
void chart_number(const struct chain_page *page, float x, float y, struct source source, color ink);
