// Examples of a built-in task, for tests of its generator.
#pragma once

#include "task.h"

static inline struct dataset frames_of_task(const char *words) {
    const struct task *task;
    struct task_settings settings;
    struct data_options options = data_options_default();
    struct dataset d;
    struct err err = {0};
    options.seed = 5;
    if (!task_parse(words, &task, &settings, &err) || !dataset_from_task(&d, task, &settings, &options, &err))
        fail_msg("%s: %s", words, err.message);
    return d;
}

static inline const char *task_label(const struct dataset *d, int index) {
    return d->labels.texts[d->answer_symbols[dataset_answer(d, index).start]];
}

static inline const float *task_frame(const struct dataset *d, int index, int t) {
    return d->values + (d->examples[index].start + (size_t)t) * (size_t)d->channels;
}
