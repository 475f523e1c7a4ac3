#pragma once
// How a person had a file read, kept beside the app's preferences: one file of choices (choices.h) a data file, named
// by it and its whole path. Written whole or not at all; a damaged one is set aside. Interface thread.

#include "choices.h"

// False: there are none (err->code NONE), or they were damaged and err says what was done with them.
bool kept_choices_load(const char *preferences_file, const char *data, struct data_choices *out, struct err *err);
bool kept_choices_save(const char *preferences_file, const char *data, const struct data_choices *choices,
                       struct err *err);
