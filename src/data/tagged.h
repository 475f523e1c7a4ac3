#pragma once
// Sentences of tokens, each with its tag: what the readers of such files put together. Texts are borrowed until
// tagged_finish(). Tokens are symbols as they stand; every token gets a tag.

#include "reader.h"

struct tagged {
    struct tagged_token *items;
    size_t count, room;
    bool no_memory, open;
};
struct tagged_token {
    const char *token, *tag;
    uint32_t token_size, tag_size;
    int line;
    int column; // of the tag
    bool first; // of its sentence
};

void tagged_add(struct tagged *tagged, const struct tagged_token *token); // `first` is set by the sentence
void tagged_end_sentence(struct tagged *tagged);
bool tagged_finish(const struct tagged *tagged, const struct reader_input *input, const struct data_options *options,
                   struct dataset *out, struct err *err);
void tagged_release(struct tagged *tagged);
