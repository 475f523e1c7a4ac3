#pragma once
// Arrays as numpy keeps them, written (reading: npy.h).

#include "safetensors.h"

// Version 1, little-endian, C order; whole or not at all. data: row-major, of the type's size.
bool npy_save(const char *path, enum tensor_type type, int dims, const int64_t *shape, const void *data,
              struct err *err);

// What is known of the arrays of a folder (its name ends in '/'), as FOLDER/meta.json: texts by key, those without a
// value left out.
struct npy_word {
    const char *key, *value;
};
bool npy_save_words(const char *folder, const struct npy_word *words, int count, struct err *err);
