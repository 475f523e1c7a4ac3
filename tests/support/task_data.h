// The data of a built-in task, for tests.
#pragma once

#include "str.h"
#include "task.h"

static inline struct dataset make_seeded(const char *words, uint64_t seed) {
    const struct task *task;
    struct task_settings settings;
    struct data_options options = data_options_default();
    struct dataset d;
    struct err err = {0};
    options.seed = seed;
    bool good = task_parse(words, &task, &settings, &err);
    if (good) {
        options.reverse_source = task->reverse_source;
        good = dataset_from_task(&d, task, &settings, &options, &err);
    }
    if (!good) fail_msg("%s: %s", words, err.message);
    return d;
}

static inline struct dataset make(const char *words) {
    return make_seeded(words, 7);
}
