#pragma once
// Arrays as numpy keeps them (.npy, numpy.org/neps NEP 1 and numpy.lib.format): magic, version 1 to 3, a header that is
// a Python dictionary, then the numbers. Reading enforces all of it and believes no size before it is checked against
// the file; the error says what was expected, what was found, and at which byte. A struct npy owns its numbers.

#include "err.h"
#include <stddef.h>
#include <stdint.h>

enum { NPY_MAX_DIMS = 8 };

struct npy {
    int dims;
    int64_t shape[NPY_MAX_DIMS];
    size_t count;   // elements; 1 for no dimensions
    int64_t *whole; // of bool and integers: row-major, whatever order the file has; else NULL
    double *real;   // of reals; else NULL
};

// Takes float16, 32 and 64, bool, and integers of 1 to 8 bytes, of either byte order, in C or Fortran order. Fails with
// ERR_IO, ERR_LIMIT, ERR_FORMAT, or ERR_MEMORY.
bool npy_read(struct npy *array, const char *path, struct err *err);
// As above from memory; `name` stands in messages. For tests and fuzzing.
bool npy_parse(struct npy *array, const char *name, const void *bytes, size_t size, struct err *err);
void npy_release(struct npy *array);
