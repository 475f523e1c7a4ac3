#pragma once
// What a lesson keeps as it is: controls that show a lock, keys and drops that are answered with the reason.

#include "app.h"

enum { LOCK_OPENING = 1 << LOCK_COUNT }; // beside enum lesson_lock: files, tasks, other lessons (`--locked`)

bool app_locked(const struct app *app, unsigned what); // any of these
bool app_refuses(struct app *app, unsigned what);      // the same, and says why in the window
// In the place of a chip, and of a row of a menu with a label and what it is kept at. They say why when they are asked.
void app_locked_chip(struct app *app, rect r, const char *label, unsigned what);
void app_locked_row(struct app *app, rect r, const char *label, const char *value, unsigned what);
