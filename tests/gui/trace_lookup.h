#pragma once
// A trace file of the command line, and the numbers of a frame looked up in it.

#include "draw.h"
#include "mem.h"
#include "safetensors.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// Runs `unroll trace` with these words and reads what it writes.
static inline void trace_open(struct tensor_file *file, const char *words) {
    char path[] = "/tmp/unroll-numbers-XXXXXX", command[2048];
    struct err err = {0};
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    close(handle);
    snprintf(command, sizeof command, "'%s' trace %s --quiet --out '%s'", UNROLL, words, path);
    assert_int_equal(system(command), 0);
    if (!tensor_file_read(file, path, &err)) fail_msg("%s", err.message);
    unlink(path);
}

static inline double trace_number(const struct tensor *tensor, const struct source *source) {
    size_t columns = tensor->dims > 1 ? (size_t)tensor->shape[tensor->dims - 1] : 1;
    size_t index = tensor->dims == 0   ? 0
                   : tensor->dims == 1 ? (size_t)(source->row >= 0 ? source->row : source->column)
                                       : (size_t)source->row * columns + (size_t)source->column;
    size_t size = 1;
    for (int k = 0; k < tensor->dims; k++)
        size *= (size_t)tensor->shape[k];
    return index < size ? tensor_at(tensor, index) : NAN;
}

static inline bool trace_agrees(double there, double here) {
    return there == here || fabs(there - here) <= 1e-12 * fmax(1, fabs(there));
}
