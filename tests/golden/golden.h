#pragma once
// Files beside the tests that hold what is expected. With UPDATE_GOLDEN=1 in the environment they are written anew;
// look at them before they are committed. Included behind cmocka.h.

#include "file.h"
#include "str.h"
#include <stdio.h>
#include <stdlib.h>

static inline bool golden_updating(void) {
    return getenv("UPDATE_GOLDEN") != NULL;
}

static inline void golden_path(char *out, size_t size, const char *name) {
    snprintf(out, size, SOURCE_ROOT "/tests/golden/%s", name);
}

static inline void golden_text(const char *name, const struct str *found) {
    char path[512];
    struct err err = {0};
    golden_path(path, sizeof path, name);
    if (golden_updating()) {
        if (!file_save_whole(path, found->data, found->size, &err)) fail_msg("%s", err.message);
        return;
    }
    struct bytes kept;
    if (!file_read(path, 1 << 20, &kept, &err)) fail_msg("%s", err.message);
    assert_string_equal(found->data, kept.data);
    bytes_release(&kept);
}
