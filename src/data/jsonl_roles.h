#pragma once
// Which key of JSON lines is what. Internal to jsonl.c.

#include "reader.h"

#include <jansson.h>

enum { JSONL_KEYS_MOST = 64, JSONL_KEY = 48 };

struct jsonl_roles {
    int count;
    char keys[JSONL_KEYS_MOST][JSONL_KEY];
    enum column_role roles[JSONL_KEYS_MOST];
    char text[JSONL_KEY], label[JSONL_KEY], target[JSONL_KEY], tokens[JSONL_KEY], tags[JSONL_KEY],
        value[JSONL_KEY]; // or ""
    int channels;         // of the values, at least 1
};

// From the first objects, or as the options say. Fails (ERR_FORMAT, ERR_USAGE, ERR_VALUE) where nothing can be made of
// the keys.
bool jsonl_find_roles(const struct reader_input *input, const struct data_options *options, struct jsonl_roles *out,
                      struct err *err);
