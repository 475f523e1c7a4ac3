#pragma once
// The encoding of a text file: recognised, or given, and turned into UTF-8 before any reader sees a byte. Lines and
// columns count characters, which no conversion changes: positions in messages are those of the file. UTF-8 is not
// copied. UTF-32, binary files and faults are errors that say where and what to do.

#include "file.h"

enum text_encoding {
    ENCODING_AUTO,
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_WINDOWS1252,
    ENCODING_LATIN1,
    ENCODING_COUNT
};
extern const char *const text_encoding_names[ENCODING_COUNT + 1]; // "auto" "utf-8" ..., as --encoding has them; NULL
extern const char *const text_encoding_titles[ENCODING_COUNT];    // "" "UTF-8" "UTF-16LE" ...

struct decoded_text {
    const char *bytes; // valid UTF-8 without zero bytes and without its byte-order mark; borrowed, or `owned`
    size_t size;
    enum text_encoding encoding; // never AUTO
    bool had_mark;
    // Why it is not UTF-8, "" where it is: "byte 0x92 at line 3, column 7".
    char why[96];
    long line, column; // of that byte; 0 where a mark or the zero bytes told
    char *owned;
};

// Fails with ERR_FORMAT, or ERR_MEMORY. wanted: an encoding that the file has to be in, or AUTO. Without a mark, what
// is no UTF-8 is UTF-16 where every other byte is zero or spaces and line ends stand in two bytes each; it is
// Windows-1252 (Latin-1 where no byte is from 0x80 to 0x9F) where no character of UTF-8 outnumbers the faults and none
// of its control characters or undefined bytes occurs.
bool text_decode(struct decoded_text *out, const char *name, const char *bytes, size_t size, enum text_encoding wanted,
                 struct err *err);
void decoded_text_release(struct decoded_text *text);

// A text file, read and decoded; where it is empty, so is the text. Fails as file_read() and text_decode() do, with
// nothing to release.
struct text_file {
    struct bytes bytes;
    struct decoded_text text;
};
bool text_file_read(struct text_file *out, const char *path, size_t max, enum text_encoding wanted, struct err *err);
void text_file_release(struct text_file *file);

// Line and column (characters), both from 1, of the byte at `offset` of UTF-8. Line ends are LF, CRLF and a lone CR; a
// byte-order mark at the start counts as no character.
void text_position(const char *bytes, size_t size, size_t offset, long *line, long *column);
