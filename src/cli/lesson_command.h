#pragma once
// The parts of `unroll lesson`, each in its own file. They return the exit status.

#include "app.h"

// Plays lessons (ids, numbers or files; none: all there are) to their end and tells all that is wrong with them.
int lesson_check_command(struct app *app, const char **ids, int count, bool json);

struct lesson_order {
    const char *id, *title, *out, *folder; // each NULL: chosen
    bool json;
};
// Writes a lesson that works, to be changed into one's own; never over a file that is there.
int lesson_new(struct app *app, const struct lesson_order *order);
