#include "text_encoding.h"

#include "mem.h"
#include "str.h"
#include "transcode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const text_encoding_names[ENCODING_COUNT + 1] = {"auto",         "utf-8",   "utf-16le", "utf-16be",
                                                             "windows-1252", "latin-1", NULL};
const char *const text_encoding_titles[ENCODING_COUNT] = {"",         "UTF-8",        "UTF-16LE",
                                                          "UTF-16BE", "Windows-1252", "Latin-1"};

enum { SAMPLE = 4096 }; // bytes looked at to tell UTF-16 without a mark from a binary file

static const char mark_utf8[] = "\xEF\xBB\xBF";

// The first bytes of files that people open by mistake.
static const struct signature {
    const char *bytes;
    size_t size;
    const char *what;
} signatures[] = {
    {"PK\x03\x04", 4, "a ZIP archive (.zip, .docx, .xlsx, .odt); unpack it, or save the document as plain text"},
    {"\x1F\x8B", 2, "compressed by gzip; unpack it first (gunzip)"},
    {"BZh", 3, "compressed by bzip2; unpack it first (bunzip2)"},
    {"\xFD"
     "7zXZ",
     5, "compressed by xz; unpack it first (unxz)"},
    {"%PDF-", 5, "a PDF; take the text out of it first (pdftotext)"},
    {"\x89PNG", 4, "a PNG picture"},
    {"\xFF\xD8\xFF", 3, "a JPEG picture"},
    {"GIF8", 4, "a GIF picture"},
    {"RIFF", 4, "a sound or video file"},
    {"\x7F"
     "ELF",
     4, "a program"},
    {"\x93NUMPY", 6, "a NumPy array (.npy)"},
    {"SQLite format 3", 15, "an SQLite database"},
    {"\xD0\xCF\x11\xE0", 4, "an old Office document (.xls, .doc); save it as CSV or as plain text"},
};

static const char *signature_of(const char *bytes, size_t size) {
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (size >= signatures[i].size && memcmp(bytes, signatures[i].bytes, signatures[i].size) == 0)
            return signatures[i].what;
    return NULL;
}

void text_position(const char *bytes, size_t size, size_t offset, long *line, long *column) {
    size_t start = size >= 3 && memcmp(bytes, mark_utf8, 3) == 0 ? 3 : 0; // of the line
    *line = 1;
    for (size_t i = start; i < offset && i < size; i++) {
        bool lone_cr = bytes[i] == '\r' && !(i + 1 < size && bytes[i + 1] == '\n');
        if (bytes[i] != '\n' && !lone_cr) continue;
        (*line)++;
        start = i + 1;
    }
    *column = offset > start ? (long)utf8_count(bytes + start, offset - start) + 1 : 1;
}

// ---- UTF-16 ----

// Western text in UTF-16 has a zero in nearly every pair, always on the same side.
static enum text_encoding utf16_by_zeros(const unsigned char *bytes, size_t n) {
    size_t zeros[2] = {0, 0};
    for (size_t i = 0; i < n; i++)
        zeros[i & 1] += bytes[i] == 0;
    size_t many = zeros[0] > zeros[1] ? zeros[0] : zeros[1], few = zeros[0] + zeros[1] - many;
    if (n < 4 || many * 10 < n / 2 * 7 || few * 20 > many) return ENCODING_AUTO;
    return zeros[0] > zeros[1] ? ENCODING_UTF16BE : ENCODING_UTF16LE;
}

// Other scripts have their zeros in spaces, digits and line ends, and every unit is a character.
static enum text_encoding utf16_by_spaces(const unsigned char *bytes, size_t n) {
    size_t spaces[2] = {0, 0}, zeros = 0;
    for (size_t i = 0; i + 1 < n; i += 2)
        for (int big = 0; big < 2; big++) {
            unsigned unit = big ? bytes[i] * 256u + bytes[i + 1] : bytes[i + 1] * 256u + bytes[i];
            spaces[big] += unit == ' ' || unit == '\n';
            zeros += unit == 0;
        }
    if (n < 8 || zeros > 0 || (spaces[0] > 0) == (spaces[1] > 0)) return ENCODING_AUTO;
    enum text_encoding found = spaces[0] > 0 ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    return utf16_fault(bytes, n, found == ENCODING_UTF16BE) >= n - 2 ? found
                                                                     : ENCODING_AUTO; // the sample may cut a pair
}

static enum text_encoding utf16_without_mark(const char *bytes, size_t size) {
    size_t n = size < SAMPLE ? size & ~(size_t)1 : SAMPLE;
    if (!memchr(bytes, 0, n)) return ENCODING_AUTO;
    enum text_encoding found = utf16_by_zeros((const unsigned char *)bytes, n);
    return found ? found : utf16_by_spaces((const unsigned char *)bytes, n);
}

static enum text_encoding utf16_mark(const char *bytes, size_t size) {
    if (size >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0) return ENCODING_UTF16LE;
    if (size >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0) return ENCODING_UTF16BE;
    return ENCODING_AUTO;
}

static bool is_utf32(const char *bytes, size_t size) {
    return size >= 4 && (memcmp(bytes, "\xFF\xFE\0\0", 4) == 0 || memcmp(bytes, "\0\0\xFE\xFF", 4) == 0);
}

// ---- faults ----

static bool no_memory(const char *name, size_t size, struct err *err) {
    return err_at(err, ERR_MEMORY, name, 0, 0, "no memory for %zu bytes of text", size);
}

static bool zero_byte(const char *name, const char *bytes, size_t size, size_t offset, struct err *err) {
    long line, column;
    text_position(bytes, size, offset, &line, &column);
    return err_at(err, ERR_FORMAT, name, line, column,
                  "expected text, found a zero byte at byte offset %zu: this is a binary file", offset);
}

// How many bytes of the character at `offset` are there, where the file ends inside of it; else 0.
static size_t cut_off(const char *bytes, size_t size, size_t offset) {
    const unsigned char *at = (const unsigned char *)bytes + offset;
    size_t needed = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2, have = 1;
    while (have < needed && have < size - offset && (at[have] & 0xC0) == 0x80)
        have++;
    return at[0] >= 0xC2 && at[0] < 0xF5 && have < needed && have == size - offset ? have : 0;
}

static bool utf8_error(const char *name, const char *bytes, size_t size, size_t offset, struct err *err) {
    long line, column;
    text_position(bytes, size, offset, &line, &column);
    if (cut_off(bytes, size, offset))
        return err_at(err, ERR_FORMAT, name, line, column,
                      "expected UTF-8, found the file ends in the middle of a character (byte offset %zu); it "
                      "may be cut off",
                      offset);
    return err_at(err, ERR_FORMAT, name, line, column,
                  "expected UTF-8, found byte 0x%02X at byte offset %zu; if the file is in another encoding, say "
                  "which: --encoding windows-1252, or convert it: iconv -f ENCODING -t UTF-8 FILE > NEW",
                  (unsigned char)bytes[offset], offset);
}

static bool utf16_error(const char *name, const struct decoded_text *done, size_t offset, bool odd, struct err *err) {
    long line, column;
    text_position(done->bytes, done->size, done->size, &line, &column);
    return err_at(err, ERR_FORMAT, name, line, column, "expected %s, found %s at byte offset %zu",
                  text_encoding_titles[done->encoding], odd ? "half a unit at the end of the file" : "half a character",
                  offset);
}

// ---- one byte a character ----

// The first byte that Windows-1252 does not have, or that no text holds.
static size_t single_byte_fault(const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        bool control = bytes[i] < 0x20 && (bytes[i] < '\t' || bytes[i] > '\r') && bytes[i] != 0x1B;
        if (control || bytes[i] == 0x7F || (bytes[i] >= 0x80 && windows1252(bytes[i]) == 0)) return i;
    }
    return size;
}

// Whether characters of UTF-8 outnumber the faults: then it is UTF-8, but spoilt. Both are counted up to where that is
// plain.
static bool is_spoilt_utf8(const char *bytes, size_t size, size_t fault) {
    enum { PLAIN = 1000 };
    long characters = 0, faults = 0;
    if (cut_off(bytes, size, fault) >= 2 || (size >= 3 && memcmp(bytes, mark_utf8, 3) == 0)) return true;
    for (size_t i = 0; i < size && labs(characters - faults) < PLAIN;) {
        size_t used;
        unsigned codepoint = utf8_next(bytes + i, size - i, &used);
        characters += used > 1;
        faults += used == 1 && codepoint == 0xFFFD;
        i += used;
    }
    return characters > faults;
}

static enum text_encoding single_byte_encoding(const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (bytes[i] >= 0x80 && bytes[i] < 0xA0) return ENCODING_WINDOWS1252;
    return ENCODING_LATIN1;
}

// ---- all together ----

static bool decode_single(struct decoded_text *out, const char *name, const char *bytes, size_t size, size_t first,
                          struct err *err) {
    out->owned = decode_single_bytes(bytes, size, out->encoding == ENCODING_WINDOWS1252, &out->size);
    if (!out->owned) return no_memory(name, size, err);
    out->bytes = out->owned;
    if (first == size) return true; // plain ASCII
    text_position_of_bytes(bytes, first, &out->line, &out->column);
    snprintf(out->why, sizeof out->why, "byte 0x%02X at line %ld, column %ld", (unsigned char)bytes[first], out->line,
             out->column);
    return true;
}

static bool decode_utf16(struct decoded_text *out, const char *name, const char *bytes, size_t size, struct err *err) {
    size_t skip = utf16_mark(bytes, size) == out->encoding ? 2 : 0, fault;
    out->had_mark = skip > 0;
    snprintf(out->why, sizeof out->why, "%s", skip ? "its byte-order mark" : "its zero bytes");
    out->owned = decode_utf16_units(bytes + skip, size - skip, out->encoding == ENCODING_UTF16BE, &out->size, &fault);
    if (!out->owned) return no_memory(name, size, err);
    out->bytes = out->owned;
    if (fault < size - skip) return utf16_error(name, out, fault + skip, fault + 1 == size - skip, err);
    return true;
}

static bool decode_utf8(struct decoded_text *out, const char *bytes, size_t size) {
    out->had_mark = size >= 3 && memcmp(bytes, mark_utf8, 3) == 0;
    out->bytes = bytes + (out->had_mark ? 3 : 0);
    out->size = size - (out->had_mark ? 3 : 0);
    return true;
}

// AUTO where it is none of those that are known: *fault then says where UTF-8 breaks.
static enum text_encoding recognise(const char *bytes, size_t size, size_t *fault) {
    enum text_encoding wide = utf16_mark(bytes, size);
    *fault = size;
    if (!wide) wide = utf16_without_mark(bytes, size);
    if (wide) return wide;
    *fault = utf8_check(bytes, size);
    if (*fault == size) return ENCODING_UTF8;
    const unsigned char *own = (const unsigned char *)bytes;
    if (single_byte_fault(own, size) < size || is_spoilt_utf8(bytes, size, *fault)) return ENCODING_AUTO;
    return single_byte_encoding(own, size);
}

static bool decode(struct decoded_text *out, const char *name, const char *bytes, size_t size,
                   enum text_encoding wanted, struct err *err) {
    size_t fault = 0;
    if (size == 0) return err_at(err, ERR_FORMAT, name, 0, 0, "expected text, found an empty file");
    if (is_utf32(bytes, size))
        return err_at(err, ERR_FORMAT, name, 0, 0,
                      "expected UTF-8, found UTF-32; convert it: iconv -f UTF-32 -t UTF-8 FILE > NEW");
    out->encoding = recognise(bytes, size, &fault);
    bool zero = out->encoding != ENCODING_UTF16LE && out->encoding != ENCODING_UTF16BE && memchr(bytes, 0, size);
    const char *what = zero || out->encoding != ENCODING_UTF8 ? signature_of(bytes, size) : NULL;
    if (what) return err_at(err, ERR_FORMAT, name, 0, 0, "expected text, found %s", what);
    bool wide = wanted == ENCODING_UTF16LE || wanted == ENCODING_UTF16BE;
    if (wide && out->encoding == ENCODING_UTF8)
        return err_at(err, ERR_FORMAT, name, 0, 0, "expected %s, as asked, found UTF-8", text_encoding_titles[wanted]);
    if (wanted != ENCODING_AUTO) {
        if (wanted == ENCODING_UTF8 && out->encoding != ENCODING_UTF8) fault = utf8_check(bytes, size);
        out->encoding = wanted == ENCODING_UTF8 && fault < size ? ENCODING_AUTO : wanted;
    }
    bool units = out->encoding == ENCODING_UTF16LE || out->encoding == ENCODING_UTF16BE;
    const char *zero_at = units ? NULL : memchr(bytes, 0, size);
    if (zero_at) return zero_byte(name, bytes, size, (size_t)(zero_at - bytes), err);
    switch (out->encoding) {
    case ENCODING_UTF8:
        return decode_utf8(out, bytes, size);
    case ENCODING_UTF16LE:
    case ENCODING_UTF16BE:
        return decode_utf16(out, name, bytes, size, err);
    case ENCODING_WINDOWS1252:
    case ENCODING_LATIN1: {
        size_t first = 0;
        while (first < size && (unsigned char)bytes[first] < 0x80)
            first++;
        return decode_single(out, name, bytes, size, first, err);
    }
    default:
        return utf8_error(name, bytes, size, fault, err);
    }
}

bool text_decode(struct decoded_text *out, const char *name, const char *bytes, size_t size, enum text_encoding wanted,
                 struct err *err) {
    *out = (struct decoded_text){0};
    bool good = decode(out, name, bytes, size, wanted, err);
    const char *zero = good && out->owned && out->size > 0 ? memchr(out->owned, 0, out->size) : NULL;
    if (zero) { // of UTF-16
        long line, column;
        text_position(out->bytes, out->size, (size_t)(zero - out->bytes), &line, &column);
        good = err_at(err, ERR_FORMAT, name, line, column,
                      "expected text, found a character U+0000: this is a binary file");
    }
    if (good && out->size == 0)
        good = err_at(err, ERR_FORMAT, name, 0, 0, "expected text, found only a byte-order mark");
    if (!good) decoded_text_release(out);
    return good;
}

void decoded_text_release(struct decoded_text *text) {
    mem_free(text->owned);
    text->owned = NULL;
}

bool text_file_read(struct text_file *out, const char *path, size_t max, enum text_encoding wanted, struct err *err) {
    *out = (struct text_file){.text = {.bytes = "", .encoding = ENCODING_UTF8}};
    if (!file_read(path, max, &out->bytes, err)) return false;
    if (out->bytes.size == 0 || text_decode(&out->text, path, out->bytes.data, out->bytes.size, wanted, err))
        return true;
    bytes_release(&out->bytes);
    return false;
}

void text_file_release(struct text_file *file) {
    decoded_text_release(&file->text);
    bytes_release(&file->bytes);
}
