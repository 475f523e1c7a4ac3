#include "text_encoding.h"

#include "str.h"

#include <string.h>

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

static bool is_utf16_without_mark(const char *bytes, size_t size) {
    size_t n = size < SAMPLE ? size & ~(size_t)1 : SAMPLE, zeros[2] = {0, 0};
    for (size_t i = 0; i < n; i++)
        zeros[i & 1] += bytes[i] == 0;
    // Western text in UTF-16 has a zero in nearly every pair, always on the same side.
    size_t many = zeros[0] > zeros[1] ? zeros[0] : zeros[1], few = zeros[0] + zeros[1] - many;
    return n >= 4 && many * 10 >= n / 2 * 7 && few * 20 <= many;
}

static const char *utf16_or_32(const char *bytes, size_t size) {
    if (size >= 4 && memcmp(bytes, "\xFF\xFE\0\0", 4) == 0) return "UTF-32";
    if (size >= 4 && memcmp(bytes, "\0\0\xFE\xFF", 4) == 0) return "UTF-32";
    if (size >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0) return "UTF-16";
    if (size >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0) return "UTF-16";
    return is_utf16_without_mark(bytes, size) ? "UTF-16" : NULL;
}

static bool utf8_fault(const char *name, const char *bytes, size_t size, size_t offset, struct err *err) {
    long line, column;
    text_position(bytes, size, offset, &line, &column);
    const unsigned char *at = (const unsigned char *)bytes + offset;
    size_t needed = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2, have = 1;
    while (have < needed && have < size - offset && (at[have] & 0xC0) == 0x80)
        have++;
    if (at[0] >= 0xC2 && at[0] < 0xF5 && have < needed && have == size - offset)
        return err_at(err, ERR_FORMAT, name, line, column,
                      "expected UTF-8, found the file ends in the middle of a character (byte offset %zu); it "
                      "may be cut off",
                      offset);
    return err_at(err, ERR_FORMAT, name, line, column,
                  "expected UTF-8, found byte 0x%02X at byte offset %zu; if the file is in another encoding, "
                  "convert it: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW",
                  at[0], offset);
}

bool text_encoding_check(const char *name, const char *bytes, size_t size, size_t *skip, struct err *err) {
    *skip = 0;
    if (size == 0) return err_at(err, ERR_FORMAT, name, 0, 0, "expected text, found an empty file");
    const char *wide = utf16_or_32(bytes, size);
    if (wide)
        return err_at(err, ERR_FORMAT, name, 0, 0,
                      "expected UTF-8, found %s; convert it: iconv -f %s -t UTF-8 FILE > NEW", wide, wide);
    const char *zero = memchr(bytes, 0, size);
    size_t fault = utf8_check(bytes, size);
    const char *what = zero || fault < size ? signature_of(bytes, size) : NULL;
    if (what) return err_at(err, ERR_FORMAT, name, 0, 0, "expected text, found %s", what);
    if (zero) {
        size_t offset = (size_t)(zero - bytes);
        long line, column;
        text_position(bytes, size, offset, &line, &column);
        return err_at(err, ERR_FORMAT, name, line, column,
                      "expected text, found a zero byte at byte offset %zu: this is a binary file", offset);
    }
    if (fault < size) return utf8_fault(name, bytes, size, fault, err);
    if (size >= 3 && memcmp(bytes, mark_utf8, 3) == 0) *skip = 3;
    if (size == *skip) return err_at(err, ERR_FORMAT, name, 0, 0, "expected text, found only a byte-order mark");
    return true;
}
