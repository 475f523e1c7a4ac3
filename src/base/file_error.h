#pragma once
// What the system said, as an error: internal to the files of base/.

#include "err.h"

bool file_error(struct err *err, const char *path, const char *what); // "cannot WHAT: ..." out of errno; false
