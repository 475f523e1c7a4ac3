#pragma once
// `unroll trace --origin PLACE`: what one number is made of and what it goes into, as text or JSON.

#include "record.h"

bool tell_origin(const struct record *record, const char *place, bool json, struct err *err);
