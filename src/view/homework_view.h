#pragma once
// The view of a learner's own arrays: what is right, what differs first, and what it looks like.

#include "views.h"

struct homework_view_memory {
    char path[1024]; // typed
};
extern const struct view view_of_homework;
