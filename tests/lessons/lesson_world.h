#pragma once
// A world for the lesson checker without app, window or view: a data set of assets/, a model of a seed,
// trained as the app's recipe trains it, and the record of one word. Networks that were trained once are
// kept.

#include "lesson.h"

struct test_world;
struct test_world *test_world_new(const char *assets);
void test_world_free(struct test_world *world);
struct lesson_world test_world_callbacks(struct test_world *world);
