#include "assets.h"

#include "file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The folder that holds assets/ and lessons/.
static bool find_root(char out[ASSET_PATH]) {
    char candidates[4][ASSET_PATH] = {{0}};
    const char *given = getenv("UNROLL_ASSETS");
    if (given) snprintf(candidates[0], ASSET_PATH, "%s", given);
    char self[ASSET_PATH / 2] = "";
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash = n > 0 ? strrchr(self, '/') : NULL;
    if (slash) {
        *slash = 0;
        snprintf(candidates[1], ASSET_PATH, "%s/../share/unroll", self);
    }
    snprintf(candidates[2], ASSET_PATH, "%s", UNROLL_SOURCE);
    snprintf(candidates[3], ASSET_PATH, "%s", UNROLL_DATADIR);
    for (int k = 0; k < 4; k++) {
        char probe[ASSET_PATH + 16];
        snprintf(probe, sizeof probe, "%.1023s/assets", candidates[k]);
        if (candidates[k][0] && file_is_directory(probe)) {
            memcpy(out, candidates[k], ASSET_PATH);
            return true;
        }
    }
    return false;
}

static bool find_below(const char *folder, const char *name, char out[ASSET_PATH], struct err *err) {
    char root[ASSET_PATH];
    if (!find_root(root))
        return err_set(err, ERR_IO, "expected the program's assets beside it or in UNROLL_ASSETS, found none");
    if (snprintf(out, ASSET_PATH, "%s/%s%s", root, folder, name) >= ASSET_PATH)
        return err_set(err, ERR_LIMIT, "the path of %s is too long", name);
    return file_exists(out) || err_set(err, ERR_IO, "expected %s, found no such file", out);
}

bool asset_find(const char *name, char out[ASSET_PATH], struct err *err) {
    return find_below(strncmp(name, "lessons/", 8) ? "assets/" : "", name, out, err);
}

bool asset_lessons(char out[ASSET_PATH], struct err *err) {
    return find_below("lessons", "", out, err);
}
