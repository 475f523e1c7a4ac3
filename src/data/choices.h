#pragma once
// The choices by which a file is read, kept beside it as FILE.unroll.json, so that it is read the same way the next
// time. Values only. Checked strictly: a key, type or value that is not known is an error with its place.

#include "dataset.h"

struct data_choices {
    char reader[24]; // "" = found out; the same below
    enum text_encoding encoding;
    char separator[16];
    int header; // 1, -1, 0 = found out
    char columns[1024];
    char on_problem[1024];
    // What the examples are made of and how they are split; 0 = as usual.
    enum text_shape shape;
    int tokens; // 1 + enum token_kind
    int lower;  // 1, -1
    long min_count;
    bool split;              // the three below are said
    double validation, test; // fractions
    long seed;               // from 0
    bool whole;              // nothing is looked for beside the file, and all of these hold whatever the options say
};

extern const char choices_ending[]; // ".unroll.json"
bool choices_parse(struct data_choices *choices, const char *name, const char *bytes, size_t size, struct err *err);
// What lies beside the data at `path`, or nothing (all found out) where nothing does.
bool choices_beside(const char *path, struct data_choices *choices, struct err *err);
// Into the options where they say nothing, or what is usual. Borrows: the choices have to live as long. Fails at
// --on-problem.
bool choices_apply(const struct data_choices *choices, struct data_options *options, struct err *err);
// How the data set's file was cut, as choices; on_problem: as it was given, or NULL. Tokens and split are the caller's.
struct data_choices choices_of(const struct dataset *dataset, const char *on_problem);
// From a file of choices, wherever it lies.
bool choices_load(struct data_choices *choices, const char *path, struct err *err);
bool choices_save(const struct data_choices *choices, const char *path, struct err *err); // whole or not at all
