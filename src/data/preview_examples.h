#pragma once
// The examples of a data set as rows of cells. Internal to preview.c.

#include "preview.h"

struct str;
// What goes in and what is answered. Freed with mem_free(); NULL: no memory.
struct dataset_column *example_columns(const struct dataset *dataset, int *count);
// Cells point into *made.
int example_cells(const struct dataset *dataset, long row, struct str *made, struct preview_cell *cells, long *line);
