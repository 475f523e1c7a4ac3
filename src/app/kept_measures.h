#pragma once
// Measures of a model (core/measure.h) as a JSON object in a line of checks.jsonl, and back, bit for bit.

#include "measure.h"
#include "str.h"
#include <jansson.h>

void kept_put_measures(struct str *out, const struct measures *measures);
// NULL where something is missing or makes no sense, or memory is short. The caller's: measures_free().
struct measures *kept_read_measures(const json_t *json);
