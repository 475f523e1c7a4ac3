#pragma once
// Symbols and their texts. Index 0 is <EOS>, 1 is <UNK>, then the distinct characters (code points; no
// letters are put together or taken apart) in code point order. Lookup is by hash. Owns its texts; read-only
// after it was built, so any thread may read.

#include "err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VOCABULARY_EOS = 0, VOCABULARY_UNK = 1, VOCABULARY_FIRST = 2 };

struct vocabulary {
    char **texts; // UTF-8; "<EOS>", "<UNK>", "a", ...
    long *counts; // how often each occurs in the data; 0 for the two marks
    int count;
    int capacity;        // internal: room in texts and counts
    int32_t *table;      // internal: open addressing, index + 1, 0 = free
    uint32_t table_size; // internal: a power of two
};

void vocabulary_init(struct vocabulary *vocabulary); // the two marks
void vocabulary_release(struct vocabulary *vocabulary);
bool vocabulary_copy(struct vocabulary *to, const struct vocabulary *from,
                     struct err *err); // *to need not be initialised
int vocabulary_add(struct vocabulary *vocabulary, const char *text,
                   size_t length); // its index, new or old; -1: no memory
int vocabulary_find(const struct vocabulary *vocabulary, const char *text,
                    size_t length); // VOCABULARY_UNK when unknown
// Characters of text as symbols into out (room for max); returns how many there are (may be more than max).
int vocabulary_encode(const struct vocabulary *vocabulary, const char *text, size_t length, int *out, int max);
