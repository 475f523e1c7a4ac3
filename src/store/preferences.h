#pragma once
// What is kept between runs, as JSON in the user's configuration folder ($XDG_CONFIG_HOME/unroll, else
// ~/.config/unroll): preferences and lesson progress. A damaged file is set aside (renamed to *.damaged, one
// of a later version to *.newer; nothing set aside before is overwritten) and said.

#include "err.h"

enum { PREFERENCES_RECENT = 8, PROGRESS_MAX = 256, PROGRESS_PARTS = 32 };

struct progress {
    char lesson[64];
    int part;                       // where the learner was
    unsigned parts_done;            // a bit a part
    unsigned tasks[PROGRESS_PARTS]; // of a part: a bit a task that is done
};

struct preferences {
    bool dark, contrast, reduced_motion, sign_marks;
    bool narrate; // each step's sentence in the terminal as well
    double scale; // the user's size of everything, 1 by default
    int notation; // enum notation
    int weights;  // 0 as the notation usually has them, 1 split, 2 stacked
    int recent_count;
    char recent[PREFERENCES_RECENT][512];
    int progress_count; // the lesson that was open last comes first
    struct progress progress[PROGRESS_MAX];
};

struct preferences preferences_default(void);
// Never fails hard: on a damaged file the defaults come back, false is returned and err says what was set
// aside.
bool preferences_load(struct preferences *preferences, const char *path, struct err *err);
bool preferences_save(const struct preferences *preferences, const char *path, struct err *err);
// The default path, or false when there is no home.
bool preferences_path(char *out, int size);
// The folder of one's own lessons, beside it; it need not be there.
bool preferences_lessons(char *out, int size);
