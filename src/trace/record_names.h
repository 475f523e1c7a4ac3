#pragma once
// The names of a record's tensors, made once when the record is, so that draw sources can point at them.
// Private to the record's files.

#include "record.h"

// layout, example and texts must be set. prefix: "encoder/", or "", before the names of what has a timestep.
struct record_names *record_names_new(const struct record *record, const char *prefix);
void record_names_free(struct record_names *names);
// The number of a symbol or output that has no text.
const char *record_number_name(const struct record *record, int symbol);
