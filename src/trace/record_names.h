#pragma once
// The names of a record's tensors, made once when the record is, so that draw sources can point at them.
// Private to the record's files.

#include "record.h"

struct record_names *record_names_new(const struct record *record); // layout and example must be set
void record_names_free(struct record_names *names);
// The number of a symbol that has no text.
const char *record_number_name(const struct record *record, int symbol);
