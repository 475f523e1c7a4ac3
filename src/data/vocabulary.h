#pragma once
// Symbols and their texts. Index 0 is <EOS>, 1 is <UNK>, then the tokens: distinct characters (code points; no
// letters are put together or taken apart) in code point order, bytes in their order, or words from frequent to
// rare. A vocabulary of labels (classes, tags) has no marks: its labels count from 0, in the order of their bytes.
// It carries how text is cut into its tokens, so that a text can be encoded with nothing else at hand. Lookup is by
// hash. Owns its texts; read-only after it was built, so any thread may read.

#include "err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How a text becomes tokens. The rules, and what the texts of bytes are: tokens.h. LABEL: the whole text is one.
enum token_kind { TOKENS_CHARACTER, TOKENS_WORD, TOKENS_BYTE, TOKENS_LABEL, TOKENS_KIND_COUNT };
extern const char *const token_kind_names[TOKENS_KIND_COUNT]; // "character" "word" "byte" "label"

enum { VOCABULARY_EOS = 0, VOCABULARY_UNK = 1, VOCABULARY_FIRST = 2 };

struct vocabulary {
    char **texts; // UTF-8; "<EOS>", "<UNK>", "a", ...
    long *counts; // how often each occurs in the data; 0 for the two marks
    int count;
    long dropped; // distinct tokens of the data that it does not hold: too rare, or not among the given ones
    enum token_kind tokens;
    bool lower;          // a text is turned to lower case before it is cut
    bool reversed;       // of an encoder: it reads a text from its end (vocabulary_encode() does not turn it)
    int capacity;        // internal: room in texts and counts
    int32_t *table;      // internal: open addressing, index + 1, 0 = free
    uint32_t table_size; // internal: a power of two
    int ascii[128];      // internal: index + 1 of the tokens that are one such character, 0 = none
};

void vocabulary_init(struct vocabulary *vocabulary); // the two marks; of characters until `tokens` is set
void vocabulary_init_labels(struct vocabulary *vocabulary);
void vocabulary_release(struct vocabulary *vocabulary);
bool vocabulary_copy(struct vocabulary *to, const struct vocabulary *from,
                     struct err *err); // *to need not be initialised
int vocabulary_add(struct vocabulary *vocabulary, const char *text,
                   size_t length); // its index, new or old; -1: no memory
int vocabulary_find(const struct vocabulary *vocabulary, const char *text,
                    size_t length);                        // when unknown VOCABULARY_UNK, of labels -1
int vocabulary_first(const struct vocabulary *vocabulary); // where its tokens begin, behind the marks
// Tokens of text as symbols into out (room for max); returns how many there are (may be more than max).
int vocabulary_encode(const struct vocabulary *vocabulary, const char *text, size_t length, int *out, int max);
// The way back: the text of n symbols, put behind what is in *out. Words get spaces between them where a person would
// write one (tokens.h); bytes come as they are, and need not be UTF-8. <EOS>, <UNK> and labels stand as their names.
struct str;
void vocabulary_decode(const struct vocabulary *vocabulary, const int *symbols, int n, struct str *out);
