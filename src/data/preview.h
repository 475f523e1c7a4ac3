#pragma once
// The records of a data set as a person would look at them: rows of cells, each with its line in the file. Of tables,
// pairs, tagged tokens, JSON lines and texts they are the file's own rows; of other files, folders and tasks the
// examples (or the timesteps of one long series) as the data set has them, numbers in their own units. A row is cut out
// when it is asked for: the file's bytes are kept, and the place of every 32nd row. One thread at a time.

#include "dataset.h"

enum { PREVIEW_CELLS_MOST = 256 };
struct preview_cell {
    const char *text; // UTF-8, not terminated
    size_t size;
};
struct preview;

// path NULL: of a task. Borrows the data set. Reads the file again: fails as dataset_read() does. progress as
// data_options'; it may stop (ERR_STOPPED).
struct preview *preview_new(const char *path, const struct dataset *dataset,
                            bool (*progress)(void *context, double done), void *context, struct err *err);
void preview_free(struct preview *preview);

long preview_rows(const struct preview *preview);
bool preview_of_file(const struct preview *preview); // rows of the file; else examples
long preview_lines(const struct preview *preview);   // of the file, 0 where its lines are not what it is made of
// What the columns are called and what they are. Names may be "".
int preview_columns(const struct preview *preview, const struct dataset_column **out);
// What parts the columns of a table whose roles can be chosen, also where it was read as a text; "" where there are
// none or they are what they are. header: whether its first row names them.
const char *preview_separator(const struct preview *preview, bool *header);
// The cells of a row, at most PREVIEW_CELLS_MOST; valid until the next call. Returns how many (0: an empty line).
// *line: where it begins, 0 = it has no place.
int preview_row(struct preview *preview, long row, struct preview_cell *cells, long *line);
// The last row that begins at or before a line; 0 where there is none.
long preview_find(struct preview *preview, long line);
