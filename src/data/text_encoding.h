#pragma once
// Is this a text file? The byte-order mark, UTF-16 and UTF-32, binary files, faults in UTF-8: each is recognised
// and said with its place and with what to do. Nothing is converted.

#include "err.h"
#include <stddef.h>

// Fails with ERR_FORMAT. On success *skip is the size of the byte-order mark (0 or 3).
bool text_encoding_check(const char *name, const char *bytes, size_t size, size_t *skip, struct err *err);

// Line and column (characters), both from 1, of the byte at `offset`. Line ends are LF, CRLF and a lone CR; a
// byte-order mark at the start counts as no character.
void text_position(const char *bytes, size_t size, size_t offset, long *line, long *column);
