#pragma once
// Counts the tokens of many texts, then makes a vocabulary of them: characters in code point order, bytes in their
// order, labels in the order of their bytes, words from frequent to rare and, where equal, by first occurrence.

#include "vocabulary.h"

struct token_counter {
    struct vocabulary seen;
    long total; // tokens
    bool no_memory;
};

void token_counter_start(struct token_counter *counter, enum token_kind tokens, bool lower);
void token_counter_add(struct token_counter *counter, const char *text, size_t length);
void token_counter_add_whole(struct token_counter *counter, const char *token, size_t length); // one token, not cut
// min_count: a token that occurs less often becomes <UNK> (never of labels). given: a checkpoint's vocabulary, which is
// taken as it is; then *out has its tokens with the counts of these texts. *out need not be initialised.
bool token_counter_make(const struct token_counter *counter, long min_count, const struct vocabulary *given,
                        struct vocabulary *out, struct err *err);
void token_counter_release(struct token_counter *counter);
