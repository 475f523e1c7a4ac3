#pragma once
// A learner's arrays from files, held against the record on the workbench: .npy (one array, named by the file), .csv or
// .txt (numbers in rows, named by the file), .safetensors (several), or a folder of .npy. Interface thread.

#include "homework.h"

enum { HOMEWORK_PATHS = 32, HOMEWORK_PATH = 1024 };
#define HOMEWORK_TOLERANCE 1e-4

struct homework_files {
    char paths[HOMEWORK_PATHS][HOMEWORK_PATH];
    int path_count;
    struct homework_array *arrays; // owned, with names, shapes and numbers
    int count;
};

// Adds what a path holds; a path that is there already is read again. On failure (file, line, column) all stays as it
// was.
bool homework_files_add(struct homework_files *files, const char *path, struct err *err);
bool homework_files_again(struct homework_files *files, struct err *err); // reads all of them anew
void homework_files_release(struct homework_files *files);
