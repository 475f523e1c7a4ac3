#include "own_lessons.h"

#include <stdio.h>

void own_lessons_use(struct own_lessons *own, struct app_options *options) {
    options->lessons_needed = own->given != NULL;
    options->lessons = own->given;
    if (!own->given && preferences_lessons(own->folder, sizeof own->folder)) options->lessons = own->folder;
}
