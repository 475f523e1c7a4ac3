// Preferences on spoilt files: the settings, or the usual ones and the file set aside; what was read can be
// saved and read again.

#include "file.h"
#include "fuzz.h"
#include "preferences.h"
#include "str.h"
#include "temporary.h"

static struct temporary folder;
static char path[1024], aside[2][1100];

static const struct fuzz_input samples[] = {
    FUZZ_TEXT("{\n  \"version\": 1,\n  \"dark\": true,\n  \"reduced_motion\": false,\n  \"sign_marks\": true,\n"
              "  \"scale\": 1.25,\n  \"notation\": \"paper\",\n  \"recent\": [\"/a/names.txt\", \"/b \\u00e9\"],\n"
              "  \"progress\": [{\"lesson\": \"3\", \"part\": 2, \"parts_done\": 7, \"tasks\": [3, 1]}]\n}\n"),
    FUZZ_TEXT("{\"version\":1}"),
    FUZZ_TEXT("{\"version\":1,\"scale\":2,\"notation\":\"course\",\"recent\":[],\"progress\":[]}"),
};
static const struct fuzz_input words[] = {
    FUZZ_TEXT("\"dark\":true,"),
    FUZZ_TEXT("null"),
    FUZZ_TEXT("-1"),
    FUZZ_TEXT("4294967296"),
    FUZZ_TEXT("1e308"),
    FUZZ_TEXT("["),
    FUZZ_TEXT("]"),
    FUZZ_TEXT("{"),
    FUZZ_TEXT("}"),
    FUZZ_TEXT("\""),
    FUZZ_TEXT(","),
    FUZZ_TEXT("\0"),
    FUZZ_TEXT("0"),
    FUZZ_TEXT("pytorch"),
    FUZZ_TEXT("\xC3"),
    FUZZ_TEXT("true"),
    FUZZ_TEXT("2"),
    FUZZ_TEXT("[["),
    FUZZ_TEXT("\\u0000"),
};

static bool run(const struct fuzz_case *c, struct rng *rng) {
    (void)rng;
    struct preferences p, again;
    struct err err = {0};
    fuzz_check(file_save_whole(path, c->bytes, c->size, NULL));
    bool good = preferences_load(&p, path, &err);
    fuzz_check(p.scale >= 0.25 && p.scale <= 8 && p.notation >= 0 && p.notation < 3);
    fuzz_check(p.recent_count >= 0 && p.recent_count <= PREFERENCES_RECENT);
    fuzz_check(p.progress_count >= 0 && p.progress_count <= PROGRESS_MAX);
    if (!good) {
        fuzz_check(err.code == ERR_FORMAT && err.message[0] && !strchr(err.message, '\n'));
        fuzz_check(utf8_check(err.message, strlen(err.message)) == strlen(err.message));
        fuzz_check(!file_exists(path));
        fuzz_check(unlink(aside[0]) == 0 || unlink(aside[1]) == 0);
        return false;
    }
    fuzz_check(preferences_save(&p, path, &err));
    fuzz_check(preferences_load(&again, path, &err));
    fuzz_check(again.dark == p.dark && again.scale == p.scale && again.notation == p.notation);
    fuzz_check(again.recent_count == p.recent_count && again.progress_count == p.progress_count);
    return true;
}

static bool start(void) {
    if (!temporary_make(&folder)) return false;
    snprintf(path, sizeof path, "%s", temporary_path(&folder, "preferences.json"));
    snprintf(aside[0], sizeof aside[0], "%s.damaged", path);
    snprintf(aside[1], sizeof aside[1], "%s.newer", path);
    return true;
}

static bool end(void) {
    temporary_remove(&folder);
    return true;
}

static const struct fuzz_target target = {.name = "fuzz_preferences",
                                          .samples = samples,
                                          .sample_count = FUZZ_COUNT(samples),
                                          .words = words,
                                          .word_count = FUZZ_COUNT(words),
                                          .start = start,
                                          .end = end,
                                          .run = run};
FUZZ_PROGRAM(target, 3000)
