#include "counter.h"

#include "mem.h"
#include "str.h"
#include "tokens.h"

#include <stdlib.h>
#include <string.h>

void token_counter_start(struct token_counter *c, enum token_kind tokens, bool lower) {
    *c = (struct token_counter){0};
    vocabulary_init_labels(&c->seen); // no marks among what is counted
    c->seen.tokens = tokens;
    c->seen.lower = lower;
}

void token_counter_release(struct token_counter *c) {
    vocabulary_release(&c->seen);
}

static void add_one(struct token_counter *c, const char *token, size_t size) {
    int index = vocabulary_add(&c->seen, token, size);
    if (index >= 0) c->seen.counts[index]++;
    c->no_memory |= index < 0;
    c->total++;
}

// Known characters of one byte without a walk.
static void add_characters(struct token_counter *c, const char *text, size_t length) {
    size_t used;
    for (size_t i = 0; i < length; i += used) {
        unsigned char byte = (unsigned char)text[i];
        int known = byte < 128 ? c->seen.ascii[byte] : 0;
        used = 1;
        if (known) {
            c->seen.counts[known - 1]++;
            c->total++;
            continue;
        }
        utf8_next(text + i, length - i, &used);
        add_one(c, text + i, used);
    }
}

static void add(struct token_counter *c, enum token_kind kind, const char *text, size_t length) {
    struct str lowered = {0};
    if (c->seen.lower) {
        text_lower(text, length, &lowered);
        text = str_text(&lowered);
        length = lowered.size;
    }
    if (kind == TOKENS_CHARACTER) {
        add_characters(c, text, length);
    } else {
        struct token_walk walk = token_walk_start(kind, text, length);
        while (token_next(&walk))
            add_one(c, walk.token, walk.size);
    }
    str_release(&lowered);
}

void token_counter_add(struct token_counter *c, const char *text, size_t length) {
    add(c, c->seen.tokens, text, length);
}

void token_counter_add_whole(struct token_counter *c, const char *token, size_t length) {
    add(c, TOKENS_LABEL, token, length);
}

struct entry {
    const char *text;
    long count;
    int index, byte;
};

static int by_text(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->byte != y->byte) return x->byte < y->byte ? -1 : 1;
    return strcmp(x->text, y->text);
}

static int by_count(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static bool no_memory(const struct token_counter *c, struct err *err) {
    return err_set(err, ERR_MEMORY, "no memory for a vocabulary of %d tokens", c->seen.count);
}

static bool count_known(const struct token_counter *c, struct vocabulary *out) {
    memset(out->counts, 0, (size_t)out->count * sizeof *out->counts);
    for (int i = 0; i < c->seen.count; i++) {
        int found = vocabulary_find(out, c->seen.texts[i], strlen(c->seen.texts[i]));
        if (found >= 0) out->counts[found] += c->seen.counts[i];
        out->dropped += found == VOCABULARY_UNK && vocabulary_first(out) > 0;
    }
    return true;
}

bool token_counter_make(const struct token_counter *c, long min_count, const struct vocabulary *given,
                        struct vocabulary *out, struct err *err) {
    const struct vocabulary *seen = &c->seen;
    *out = (struct vocabulary){0};
    if (c->no_memory) return no_memory(c, err);
    if (given) return vocabulary_copy(out, given, err) && count_known(c, out);
    struct entry *entries = mem_array((size_t)seen->count, sizeof *entries);
    if (!entries) return no_memory(c, err);
    for (int i = 0; i < seen->count; i++)
        entries[i] = (struct entry){.text = seen->texts[i],
                                    .count = seen->counts[i],
                                    .index = i,
                                    .byte = seen->tokens == TOKENS_BYTE ? token_byte(seen->texts[i]) : 0};
    qsort(entries, (size_t)seen->count, sizeof *entries, seen->tokens == TOKENS_WORD ? by_count : by_text);
    if (seen->tokens == TOKENS_LABEL)
        vocabulary_init_labels(out);
    else
        vocabulary_init(out);
    out->tokens = seen->tokens;
    out->lower = seen->lower;
    bool good = true;
    for (int i = 0; good && i < seen->count; i++) {
        bool rare = seen->tokens != TOKENS_LABEL && entries[i].count < min_count;
        int index = rare ? VOCABULARY_UNK : vocabulary_add(out, entries[i].text, strlen(entries[i].text));
        good = index >= 0;
        out->dropped += rare;
        if (good) out->counts[index] += entries[i].count;
    }
    mem_free(entries);
    if (!good) vocabulary_release(out);
    return good || no_memory(c, err);
}
