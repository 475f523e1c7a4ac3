#pragma once
// settings.json of a kept experiment (docs/formats.md): its plan, and what was found when it began. Values only.

#include "experiment.h"

struct kept_settings {
    struct experiment_plan plan; // keeper and start are left out
    uint64_t data;               // dataset_fingerprint()
    char data_name[256];
    int64_t weights[EXPERIMENT_MODELS];
    bool other; // trained with options that only `unroll train` has: it goes on there
};
bool kept_settings_save(const char *folder, const struct kept_settings *settings, struct err *err);
bool kept_settings_load(const char *folder, struct kept_settings *settings, struct err *err);
