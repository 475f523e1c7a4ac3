#pragma once
// What is the same at the end of every reader: lengths, the split, the problems.

#include "problems.h"

// length_min, median and max, answer_length_max. False when memory ran out.
bool dataset_measure(struct dataset *dataset);
// Training and validation part, from the options' seed; where the answer is one symbol a sequence, every class has its
// share of both. Fails (ERR_VALUE) at a fraction that makes no sense, (ERR_MEMORY).
bool dataset_split(struct dataset *dataset, const struct data_options *options, struct problem_log *log,
                   struct err *err);
// All of it, for readers that have put their examples in; a part that the reader has set stays. Problems are handed
// over. Fails also (ERR_FORMAT) where there is no example.
bool dataset_finish(struct dataset *dataset, const struct data_options *options, struct problem_log *log,
                    struct err *err);
