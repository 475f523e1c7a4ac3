#pragma once
// UTF-16 and encodings of one byte a character, to UTF-8. Results are the caller's (mem_free), NULL where memory ran
// out.

#include <stdbool.h>
#include <stddef.h>

// The code point of a byte from 0x80 on in Windows-1252; 0 for the five that it leaves undefined.
unsigned windows1252(unsigned char byte);
// Windows-1252, or Latin-1 (a byte is its code point). Bytes that Windows-1252 does not define stay what Latin-1 has.
char *decode_single_bytes(const char *bytes, size_t size, bool windows, size_t *out_size);
// Up to the first fault: half a pair of surrogates, or half a unit at the end. *fault is its offset, or size.
char *decode_utf16_units(const char *bytes, size_t size, bool big, size_t *out_size, size_t *fault);
// That offset alone.
size_t utf16_fault(const unsigned char *bytes, size_t size, bool big);
// Line and column, from 1, of a byte where every byte is a character.
void text_position_of_bytes(const char *bytes, size_t offset, long *line, long *column);
