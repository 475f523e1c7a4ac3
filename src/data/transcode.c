#include "transcode.h"

#include "mem.h"
#include "str.h"

// Unicode's mapping table of code page 1252 (unicode.org, VENDORS/MICSFT/WINDOWS/CP1252.TXT), 0x80 to 0x9F.
static const unsigned short upper[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

unsigned windows1252(unsigned char byte) {
    return byte >= 0x80 && byte < 0xA0 ? upper[byte - 0x80] : byte;
}

char *decode_single_bytes(const char *bytes, size_t size, bool windows, size_t *out_size) {
    size_t longer = 0;
    for (size_t i = 0; i < size; i++)
        longer += (unsigned char)bytes[i] >= 0x80;
    char *out = mem_alloc(size + 2 * longer + 5); // at most three bytes a character, and room for the last put
    if (!out) return NULL;
    char *at = out;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        unsigned codepoint = windows ? windows1252(byte) : byte;
        if (byte < 0x80)
            *at++ = (char)byte;
        else
            at += utf8_put(codepoint ? codepoint : byte, at);
    }
    *out_size = (size_t)(at - out);
    return out;
}

static unsigned unit_at(const unsigned char *bytes, bool big) {
    return big ? bytes[0] * 256u + bytes[1] : bytes[1] * 256u + bytes[0];
}

// The code point at i, its bytes in *used; 0 in *used at a fault.
static unsigned utf16_next(const unsigned char *bytes, size_t i, size_t size, bool big, size_t *used) {
    *used = 0;
    if (i + 1 >= size) return 0;
    unsigned unit = unit_at(bytes + i, big);
    if (unit < 0xD800 || unit >= 0xE000) {
        *used = 2;
        return unit;
    }
    if (unit >= 0xDC00 || i + 3 >= size) return 0;
    unsigned low = unit_at(bytes + i + 2, big);
    if (low < 0xDC00 || low >= 0xE000) return 0;
    *used = 4;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

size_t utf16_fault(const unsigned char *bytes, size_t size, bool big) {
    size_t used;
    for (size_t i = 0; i < size; i += used) {
        utf16_next(bytes, i, size, big, &used);
        if (used == 0) return i;
    }
    return size;
}

char *decode_utf16_units(const char *bytes, size_t size, bool big, size_t *out_size, size_t *fault) {
    const unsigned char *own = (const unsigned char *)bytes;
    char *out = mem_alloc(size / 2 * 3 + 5), *at = out; // a unit is at most three bytes
    *fault = size;
    if (!out) return NULL;
    size_t used;
    for (size_t i = 0; i < size; i += used) {
        unsigned codepoint = utf16_next(own, i, size, big, &used);
        if (used == 0) {
            *fault = i;
            break;
        }
        at += utf8_put(codepoint, at);
    }
    *out_size = (size_t)(at - out);
    return out;
}

void text_position_of_bytes(const char *bytes, size_t offset, long *line, long *column) {
    size_t start = 0;
    *line = 1;
    for (size_t i = 0; i < offset; i++) {
        if (bytes[i] != '\n' && !(bytes[i] == '\r' && bytes[i + 1] != '\n')) continue;
        (*line)++;
        start = i + 1;
    }
    *column = (long)(offset - start) + 1;
}
