#pragma once
// Text cut into tokens, and put together again.
//
//   character  one code point
//   word       in this order: a line end (LF), as the token "\n"; other white space parts tokens and is none; a run of
//              letters, marks and digits, with single ' \u2019 - _ . , between two of them (don't, well-known, 3.14),
//              as long as
//              '.' and ',' stand between two digits; any other code point by itself (punctuation, signs)
//   byte       one byte. Its text is the character for 0x21 to 0x7E, else "<0x0A>" with two upper-case digits
//   label      the whole text
//
// Nothing here allocates but text_lower(). Any thread.

#include "vocabulary.h"

struct str;

struct token_walk {
    enum token_kind kind;
    const char *text; // borrowed
    size_t length, at;
    size_t start;      // of this token in text
    const char *token; // its text, `size` bytes; points into text, or into `own`
    size_t size;
    char own[8];
};
struct token_walk token_walk_start(enum token_kind kind, const char *text, size_t length);
bool token_next(struct token_walk *walk); // false behind the last

size_t token_byte_text(unsigned char byte, char out[8]); // bytes written, out is terminated
int token_byte(const char *text);                        // the byte that has this text, or -1
// Lower case by the simple mapping of Unicode, code point by code point, put behind what is in *out.
void text_lower(const char *text, size_t length, struct str *out);
// Whether a person writes a space between two words: not before , . ; : ! ? ) ] } % or a closing quote, not behind
// an opening bracket or quote, not around a line end.
bool words_apart(const char *before, const char *word);
