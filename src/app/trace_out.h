#pragma once
// A record as files: one .safetensors, one .csv, or a folder of .npy. Only reads the record: any one thread.

#include "record.h"

struct trace_file {
    const struct record *record;
    const char *example;      // what was recorded, in words
    const char *clamp, *edit; // as --clamp and --edit have them, or NULL
    bool itemised;            // gradients by the loss that they come from as well
    bool paths;               // ... and by the path they take
    int jacobian[2]; // from, to, counted from 0: the Jacobian between them as well; none where to is not above 0
};
// A path that ends in .csv becomes a table: tensor, up to three indices from 1, value; without the metadata.
// A path that ends with '/' becomes a folder with one .npy a tensor, folders of their names' parts, and the metadata as
// meta.json; each file is saved whole or not at all.
bool trace_save(const struct trace_file *file, const char *path, struct err *err);
