#include "tokens.h"

#include "str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

struct token_walk token_walk_start(enum token_kind kind, const char *text, size_t length) {
    return (struct token_walk){.kind = kind, .text = text, .length = length};
}

enum class { CLASS_SPACE, CLASS_LETTER, CLASS_DIGIT, CLASS_OTHER };

static enum class class_of(unsigned codepoint) {
    if (codepoint < 0x80){if (codepoint >= '0' && codepoint <= '9') return CLASS_DIGIT;
                          if ((codepoint | 32) >= 'a' && (codepoint | 32) <= 'z') return CLASS_LETTER;
                          return codepoint == ' ' || (codepoint >= '\t' && codepoint <= '\r') ? CLASS_SPACE
                                                                                              : CLASS_OTHER;}
switch (utf8proc_category((utf8proc_int32_t)codepoint)) {
case UTF8PROC_CATEGORY_LU:
case UTF8PROC_CATEGORY_LL:
case UTF8PROC_CATEGORY_LT:
case UTF8PROC_CATEGORY_LM:
case UTF8PROC_CATEGORY_LO:
case UTF8PROC_CATEGORY_MN:
case UTF8PROC_CATEGORY_MC:
case UTF8PROC_CATEGORY_ME:
    return CLASS_LETTER;
case UTF8PROC_CATEGORY_ND:
case UTF8PROC_CATEGORY_NL:
case UTF8PROC_CATEGORY_NO:
    return CLASS_DIGIT;
case UTF8PROC_CATEGORY_ZS:
case UTF8PROC_CATEGORY_ZL:
case UTF8PROC_CATEGORY_ZP:
    return CLASS_SPACE;
default:
    return codepoint == 0x85 ? CLASS_SPACE : CLASS_OTHER;
}
}

// Whether what stands between two parts of a word leaves them one word.
static bool joins(unsigned codepoint, enum class before, enum class after) {
    if (after != CLASS_LETTER && after != CLASS_DIGIT) return false;
    if (codepoint == '.' || codepoint == ',') return before == CLASS_DIGIT && after == CLASS_DIGIT;
    return codepoint == '\'' || codepoint == 0x2019 || codepoint == '-' || codepoint == '_';
}

static bool next_word(struct token_walk *w) {
    size_t used;
    unsigned codepoint = 0;
    enum class class = CLASS_SPACE;
    for (; w->at < w->length; w->at += used) {
        codepoint = utf8_next(w->text + w->at, w->length - w->at, &used);
        class = class_of(codepoint);
        if (class != CLASS_SPACE || codepoint == '\n') break;
    }
    if (w->at >= w->length) return false;
    w->start = w->at;
    w->at += used;
    while (class != CLASS_OTHER && class != CLASS_SPACE && w->at < w->length) {
        unsigned next = utf8_next(w->text + w->at, w->length - w->at, &used);
        enum class next_class = class_of(next);
        if (next_class == CLASS_OTHER) {
            size_t behind = w->at + used, size = 0;
            if (behind >= w->length) break;
            enum class after = class_of(utf8_next(w->text + behind, w->length - behind, &size));
            if (!joins(next, class, after)) break;
            used += size;
            next_class = after;
        }
        if (next_class == CLASS_SPACE) break;
        class = next_class;
        w->at += used;
    }
    return true;
}

bool token_next(struct token_walk *w) {
    if (w->at >= w->length) return false;
    size_t used = 1;
    switch (w->kind) {
    case TOKENS_WORD:
        if (!next_word(w)) return false;
        break;
    case TOKENS_BYTE:
        w->start = w->at++;
        w->size = token_byte_text((unsigned char)w->text[w->start], w->own);
        w->token = w->own;
        return true;
    case TOKENS_CHARACTER:
        utf8_next(w->text + w->at, w->length - w->at, &used);
        w->start = w->at;
        w->at += used;
        break;
    default:
        w->start = w->at;
        w->at = w->length;
    }
    w->token = w->text + w->start;
    w->size = w->at - w->start;
    return true;
}

size_t token_byte_text(unsigned char byte, char out[8]) {
    return (size_t)snprintf(out, 8, byte > 0x20 && byte < 0x7F ? "%c" : "<0x%02X>", byte);
}

int token_byte(const char *text) {
    if (text[0] && !text[1]) return (unsigned char)text[0];
    if (strlen(text) != 6 || strncmp(text, "<0x", 3) != 0 || text[5] != '>') return -1;
    char *end;
    long byte = strtol(text + 3, &end, 16);
    return end == text + 5 ? (int)byte : -1;
}

void text_lower(const char *text, size_t length, struct str *out) {
    size_t used;
    for (size_t i = 0; i < length; i += used) {
        unsigned codepoint = utf8_next(text + i, length - i, &used);
        if (codepoint < 0x80) {
            str_put_char(out, (char)(codepoint >= 'A' && codepoint <= 'Z' ? codepoint | 32 : codepoint));
            continue;
        }
        utf8proc_int32_t lower = utf8proc_tolower((utf8proc_int32_t)codepoint);
        char bytes[5];
        if (lower == (utf8proc_int32_t)codepoint)
            str_put_n(out, text + i, used); // what is not UTF-8 stays as it is
        else
            str_put_n(out, bytes, utf8_put((unsigned)lower, bytes));
    }
}

static bool among(const char *text, const char *const *list) {
    for (; *list; list++)
        if (strcmp(text, *list) == 0) return true;
    return false;
}

bool words_apart(const char *before, const char *word) {
    static const char *const close[] = {",", ".", ";",      ":",      "!",      "?",      ")",  "]",
                                        "}", "%", "\u2026", "\u201D", "\u2019", "\u00BB", "\n", NULL};
    static const char *const open[] = {"(", "[", "{", "\u201C", "\u2018", "\u00AB", "\n", NULL};
    return !among(word, close) && !among(before, open);
}
