#pragma once
// Tasks made of words: a stock of texts (task.h), of which the examples are drawn.

#include "builder.h"

// The vocabularies of the dataset's task: the words of its whole stock at the parameters' own values, so that other
// values name the same symbols. Fails (ERR_MEMORY).
bool task_stock_words(struct dataset *dataset, struct err *err);
// Text `index` of the stock into the example that was begun. A word that is not in the vocabulary becomes <UNK>.
void task_stock_example(const struct dataset *dataset, int index, struct builder *out);
