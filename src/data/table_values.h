#pragma once
// The numbers of a row of a table.

#include "columns.h"

// The values of a row into `values` (value_count of them), where those of the row before still stand if `before`. What
// is missing is repaired by them (0 where there are none), or the row is left out. False: it is, and why is told.
bool table_values(const struct table_walk *walk, const struct table_row *row, float *values, bool before);
