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
    char on_problem[256];
};

extern const char choices_ending[]; // ".unroll.json"
bool choices_parse(struct data_choices *choices, const char *name, const char *bytes, size_t size, struct err *err);
// What lies beside the data at `path`, or nothing (all found out) where nothing does.
bool choices_beside(const char *path, struct data_choices *choices, struct err *err);
// Into the options where they say nothing. Borrows: the choices have to live as long. Fails at --on-problem.
bool choices_apply(const struct data_choices *choices, struct data_options *options, struct err *err);
// How the data set was read, as choices; on_problem: as it was given, or NULL.
struct data_choices choices_of(const struct dataset *dataset, const char *on_problem);
bool choices_save(const struct data_choices *choices, const char *path, struct err *err); // whole or not at all
