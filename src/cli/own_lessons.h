#pragma once
// The folder of one's own lessons: --lessons DIR, which must be there, else the one beside the preferences.

#include "app.h"
#include "options.h"

struct own_lessons {
    const char *given; // --lessons
    char folder[ASSET_PATH];
};
#define OPTION_LESSONS(own)                                                                                            \
    { "lessons", OPTION_TEXT, &(own).given, "DIR", "the folder of your own lessons" }
// options borrows from `own`.
void own_lessons_use(struct own_lessons *own, struct app_options *options);
