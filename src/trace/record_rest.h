#pragma once
// The gradient of the other examples of a record's minibatch. Private to record.c.

#include "record.h"

bool record_rest_room(struct record *record); // rest and total; false: no memory
long record_rest_tokens(const struct record *record);
// After the record's own backward pass: rest, total, rest_norm, rest_loss. like: as struct record_within says.
bool record_find_rest(struct record *record, const struct record *like, struct err *err);
