#pragma once
// A folder of its own for each test (cmocka's setup and teardown), and files read whole. Included behind cmocka.h.

#include "file.h"
#include "temporary.h"

#include <stdlib.h>

static inline int make_folder(void **state) {
    struct temporary *t = calloc(1, sizeof *t);
    *state = t;
    return temporary_make(t) ? 0 : -1;
}

static inline int remove_folder(void **state) {
    temporary_remove(*state);
    free(*state);
    return 0;
}

static inline struct bytes read_bytes(const char *path) {
    struct bytes bytes;
    struct err err;
    if (!file_read(path, 1 << 24, &bytes, &err)) fail_msg("%s: %s", path, err.message);
    return bytes;
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
