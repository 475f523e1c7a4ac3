#pragma once
// The app as the world in which the lesson checker plays: what a learner has, without a window. The app waits
// (app_options.wait) and outlives the world.

#include "app.h"

struct lesson_world world_of(struct app *app);
