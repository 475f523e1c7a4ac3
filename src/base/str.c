#include "str.h"

#include "check.h"
#include "mem.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void move(struct str *str, char *data, size_t capacity) {
    if (str->size > 0) memcpy(data, str->data, str->size);
    mem_free(str->data);
    str->data = data;
    str->capacity = capacity;
}

static void reserve(struct str *str, size_t more) {
    size_t needed = str->size + more + 1;
    if (needed <= str->capacity) return;
    size_t capacity = str->capacity ? str->capacity * 2 : 64;
    if (capacity < needed) capacity = needed;
    move(str, mem_need(capacity, 1), capacity);
}

bool str_room(struct str *str, size_t more) {
    size_t needed = str->size + more + 1;
    if (needed <= str->capacity) return true;
    char *data = mem_alloc(needed);
    if (data) move(str, data, needed);
    return data != NULL;
}

void str_release(struct str *str) {
    mem_free(str->data);
    *str = (struct str){0};
}

void str_clear(struct str *str) {
    str->size = 0;
    if (str->data) str->data[0] = 0;
}

const char *str_text(const struct str *str) {
    return str->data ? str->data : "";
}

void str_put_n(struct str *str, const char *text, size_t length) {
    reserve(str, length);
    if (length > 0) memcpy(str->data + str->size, text, length);
    str->size += length;
    str->data[str->size] = 0;
}

void str_put(struct str *str, const char *text) {
    str_put_n(str, text, strlen(text));
}

void str_put_char(struct str *str, char c) {
    str_put_n(str, &c, 1);
}

void str_vprintf(struct str *str, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    check(length >= 0, "the format \"%s\" cannot be printed", format);
    reserve(str, (size_t)length);
    vsnprintf(str->data + str->size, (size_t)length + 1, format, args);
    str->size += (size_t)length;
}

void str_printf(struct str *str, const char *format, ...) {
    va_list args;
    va_start(args, format);
    str_vprintf(str, format, args);
    va_end(args);
}

const char *shape_text(int dims, const int64_t *shape, char *out, size_t size) {
    struct str text = {0};
    str_put_char(&text, '(');
    for (int d = 0; d < dims; d++)
        str_printf(&text, d ? ", %lld" : "%lld", (long long)shape[d]);
    str_put_char(&text, ')');
    snprintf(out, size, "%s", str_text(&text));
    str_release(&text);
    return out;
}

// The valid ranges of lead and second bytes (Unicode standard, table 3-7); the others are always 80..BF.
static const struct sequence {
    unsigned char lead_first, lead_last, second_first, second_last;
    int size;
} sequences[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
    {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

// Bytes of the valid sequence at text, 0 when there is none.
static size_t sequence_size(const unsigned char *text, size_t length) {
    if (text[0] < 0x80) return 1;
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        const struct sequence *s = &sequences[i];
        if (text[0] < s->lead_first || text[0] > s->lead_last) continue;
        if (length < (size_t)s->size || text[1] < s->second_first || text[1] > s->second_last) return 0;
        for (int k = 2; k < s->size; k++)
            if ((text[k] & 0xC0) != 0x80) return 0;
        return (size_t)s->size;
    }
    return 0;
}

unsigned utf8_next(const char *text, size_t length, size_t *used) {
    const unsigned char *bytes = (const unsigned char *)text;
    *used = 1;
    if (length == 0) return 0xFFFD;
    if (bytes[0] < 0x80) return bytes[0];
    size_t size = sequence_size(bytes, length);
    if (size == 0) return 0xFFFD;
    unsigned codepoint = bytes[0] & (0xFFu >> (size + 1));
    for (size_t k = 1; k < size; k++)
        codepoint = codepoint << 6 | (bytes[k] & 0x3Fu);
    *used = size;
    return codepoint;
}

size_t utf8_put(unsigned codepoint, char out[5]) {
    if (codepoint > 0x10FFFF || (codepoint >= 0xD800 && codepoint < 0xE000)) codepoint = 0xFFFD;
    size_t size = codepoint < 0x80 ? 1 : codepoint < 0x800 ? 2 : codepoint < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    for (size_t k = size; k-- > 1; codepoint >>= 6)
        out[k] = (char)(0x80 | (codepoint & 0x3F));
    out[0] = (char)(lead[size] | codepoint);
    out[size] = 0;
    return size;
}

size_t utf8_count(const char *text, size_t length) {
    size_t count = 0, used;
    for (size_t i = 0; i < length; i += used, count++)
        utf8_next(text + i, length - i, &used);
    return count;
}

size_t utf8_check(const char *text, size_t length) {
    size_t i = 0;
    while (i < length) {
        uint64_t word;
        while (length - i >= sizeof word) { // eight bytes of ASCII at once
            memcpy(&word, text + i, sizeof word);
            if (word & 0x8080808080808080u) break;
            i += sizeof word;
        }
        if (i >= length) break;
        size_t size = sequence_size((const unsigned char *)text + i, length - i);
        if (size == 0) return i;
        i += size;
    }
    return length;
}

void str_line(const char *text, size_t length, char *out, size_t size) {
    size_t written = 0;
    for (size_t i = 0, used; i < length; i += used) {
        char code[5];
        unsigned codepoint = utf8_next(text + i, length - i, &used);
        size_t n = utf8_put(codepoint == '\n' ? 0x21B5 : codepoint < 32 || codepoint == 127 ? ' ' : codepoint, code);
        if (written + n >= size) break;
        memcpy(out + written, code, n);
        written += n;
    }
    out[written] = 0;
}

// One side of "1/3", "0,43", "−1.2": false when anything else is in it.
static bool read_decimal(const char *text, double *out) {
    char plain[64];
    size_t n = 0;
    int commas = 0;
    for (const char *at = text; *at; at++) {
        if (n + 1 >= sizeof plain) return false;
        if (strncmp(at, "\xe2\x88\x92", 3) == 0) { // the minus sign of the screen
            plain[n++] = '-';
            at += 2;
        } else if (*at == ',' && commas++ == 0) {
            plain[n++] = '.';
        } else if (*at != ' ') {
            if (!strchr("0123456789+-.eE", *at)) return false;
            plain[n++] = *at;
        }
    }
    plain[n] = '\0';
    char *end;
    *out = strtod(plain, &end);
    return end != plain && !*end && isfinite(*out);
}

bool text_number(const char *text, double *out) {
    char copy[64];
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    if (length >= sizeof copy) return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    bool percent = length && copy[length - 1] == '%';
    if (percent) copy[length - 1] = '\0';
    char *slash = strchr(copy, '/');
    double below = 1;
    if (slash) {
        *slash = '\0';
        if (!read_decimal(slash + 1, &below) || below == 0) return false;
    }
    if (!read_decimal(copy, out)) return false;
    *out = *out / below / (percent ? 100 : 1);
    return isfinite(*out);
}
