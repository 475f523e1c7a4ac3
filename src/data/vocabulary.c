#include "vocabulary.h"

#include "check.h"
#include "mem.h"
#include "str.h"
#include "tokens.h"

#include <string.h>

const char *const token_kind_names[TOKENS_KIND_COUNT] = {
    [TOKENS_CHARACTER] = "character",
    [TOKENS_WORD] = "word",
    [TOKENS_BYTE] = "byte",
    [TOKENS_LABEL] = "label",
};

enum { FIRST_CAPACITY = 64 };

// FNV-1a: short keys, no seed needed (a vocabulary holds at most every code point once).
static uint32_t hash(const char *text, size_t length) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

static bool same(const char *stored, const char *text, size_t length) {
    return strlen(stored) == length && memcmp(stored, text, length) == 0;
}

// The place in the table where text is, or where it would go.
static uint32_t table_place(const struct vocabulary *v, const char *text, size_t length) {
    uint32_t mask = v->table_size - 1, place = hash(text, length) & mask;
    while (v->table[place] && !same(v->texts[v->table[place] - 1], text, length))
        place = (place + 1) & mask;
    return place;
}

static bool table_rebuild(struct vocabulary *v, uint32_t size) {
    int32_t *table = mem_array(size, sizeof *table);
    if (!table) return false;
    mem_free(v->table);
    v->table = table;
    v->table_size = size;
    for (int i = 0; i < v->count; i++)
        v->table[table_place(v, v->texts[i], strlen(v->texts[i]))] = i + 1;
    return true;
}

// Room for one more; on false everything is as it was.
static bool reserve(struct vocabulary *v) {
    if (v->count < v->capacity) return true;
    size_t old = (size_t)v->capacity, new = old ? 2 * old : FIRST_CAPACITY;
    char **texts = mem_grow(v->texts, old * sizeof *texts, new * sizeof *texts);
    if (!texts) return false;
    v->texts = texts;
    long *counts = mem_grow(v->counts, old * sizeof *counts, new * sizeof *counts);
    if (!counts) return false;
    v->counts = counts;
    if (!table_rebuild(v, (uint32_t)(2 * new))) return false; // at most half full
    v->capacity = (int)new;
    return true;
}

void vocabulary_init_labels(struct vocabulary *vocabulary) {
    *vocabulary =
        (struct vocabulary){.tokens = TOKENS_LABEL, .capacity = FIRST_CAPACITY, .table_size = 2 * FIRST_CAPACITY};
    vocabulary->texts = mem_need(FIRST_CAPACITY, sizeof *vocabulary->texts);
    vocabulary->counts = mem_need(FIRST_CAPACITY, sizeof *vocabulary->counts);
    vocabulary->table = mem_need(vocabulary->table_size, sizeof *vocabulary->table);
}

void vocabulary_init(struct vocabulary *vocabulary) {
    vocabulary_init_labels(vocabulary);
    vocabulary->tokens = TOKENS_CHARACTER;
    static const char *const marks[] = {[VOCABULARY_EOS] = "<EOS>", [VOCABULARY_UNK] = "<UNK>"};
    for (int i = 0; i < VOCABULARY_FIRST; i++) {
        vocabulary->texts[i] = mem_copy_text(marks[i]);
        vocabulary->count = i + 1;
        vocabulary->table[table_place(vocabulary, marks[i], strlen(marks[i]))] = i + 1;
    }
}

void vocabulary_release(struct vocabulary *vocabulary) {
    for (int i = 0; i < vocabulary->count; i++)
        mem_free(vocabulary->texts[i]);
    mem_free(vocabulary->texts);
    mem_free(vocabulary->counts);
    mem_free(vocabulary->table);
    *vocabulary = (struct vocabulary){0};
}

bool vocabulary_copy(struct vocabulary *to, const struct vocabulary *from, struct err *err) {
    *to = (struct vocabulary){0};
    if (from->count == 0) return true;
    if (vocabulary_first(from) > 0)
        vocabulary_init(to);
    else
        vocabulary_init_labels(to);
    to->tokens = from->tokens;
    to->lower = from->lower;
    to->reversed = from->reversed;
    for (int i = 0; i < from->count; i++) {
        int index = vocabulary_add(to, from->texts[i], strlen(from->texts[i]));
        if (index != i) {
            vocabulary_release(to);
            return err_set(err, ERR_MEMORY, "no memory to copy a vocabulary of %d symbols", from->count);
        }
        to->counts[i] = from->counts[i];
    }
    return true;
}

int vocabulary_add(struct vocabulary *vocabulary, const char *text, size_t length) {
    check(vocabulary->table, "a vocabulary is used before vocabulary_init()");
    uint32_t place = table_place(vocabulary, text, length);
    if (vocabulary->table[place]) return vocabulary->table[place] - 1;
    if (!reserve(vocabulary)) return -1;
    char *copy = mem_alloc(length + 1);
    if (!copy) return -1;
    memcpy(copy, text, length);
    int index = vocabulary->count++;
    vocabulary->texts[index] = copy;
    vocabulary->counts[index] = 0;
    vocabulary->table[table_place(vocabulary, text, length)] = index + 1; // reserve() may have moved it
    if (length == 1 && (unsigned char)text[0] < 128) vocabulary->ascii[(unsigned char)text[0]] = index + 1;
    return index;
}

int vocabulary_first(const struct vocabulary *vocabulary) {
    return vocabulary->tokens == TOKENS_LABEL ? 0 : VOCABULARY_FIRST;
}

int vocabulary_find(const struct vocabulary *vocabulary, const char *text, size_t length) {
    int unknown = vocabulary->tokens == TOKENS_LABEL ? -1 : VOCABULARY_UNK;
    if (!vocabulary->table) return unknown;
    int found = vocabulary->table[table_place(vocabulary, text, length)];
    return found ? found - 1 : unknown;
}

// Characters that are one byte without a walk.
static int encode_characters(const struct vocabulary *v, const char *text, size_t length, int *out, int max) {
    int count = 0;
    size_t used;
    for (size_t i = 0; i < length; i += used, count++) {
        unsigned char byte = (unsigned char)text[i];
        int found;
        used = 1;
        if (byte < 128)
            found = v->ascii[byte] ? v->ascii[byte] - 1 : VOCABULARY_UNK;
        else {
            utf8_next(text + i, length - i, &used);
            found = vocabulary_find(v, text + i, used);
        }
        if (count < max) out[count] = found;
    }
    return count;
}

int vocabulary_encode(const struct vocabulary *vocabulary, const char *text, size_t length, int *out, int max) {
    struct str lowered = {0};
    if (vocabulary->lower) {
        text_lower(text, length, &lowered);
        text = str_text(&lowered);
        length = lowered.size;
    }
    int count = 0;
    if (vocabulary->tokens == TOKENS_CHARACTER)
        count = encode_characters(vocabulary, text, length, out, max);
    else
        for (struct token_walk walk = token_walk_start(vocabulary->tokens, text, length); token_next(&walk); count++)
            if (count < max) out[count] = vocabulary_find(vocabulary, walk.token, walk.size);
    str_release(&lowered);
    return count;
}

void vocabulary_decode(const struct vocabulary *vocabulary, const int *symbols, int n, struct str *out) {
    for (int i = 0; i < n; i++) {
        const char *text = vocabulary->texts[symbols[i]];
        if (vocabulary->tokens == TOKENS_BYTE && symbols[i] >= VOCABULARY_FIRST) {
            str_put_char(out, (char)token_byte(text));
            continue;
        }
        bool apart = vocabulary->tokens == TOKENS_LABEL;
        if (vocabulary->tokens == TOKENS_WORD && i > 0) apart = words_apart(vocabulary->texts[symbols[i - 1]], text);
        if (apart && i > 0) str_put_char(out, ' ');
        str_put(out, text);
    }
}
