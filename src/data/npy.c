#include "npy.h"

#include "file.h"
#include "mem.h"
#include "str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 6, HEADER_MAX = 1 << 16 };
static const char magic[MAGIC + 1] = "\x93NUMPY";
static const size_t FILE_MAX_BYTES = (size_t)4 << 30;

// ---- one element ----

// The bytes of an element, lowest first.
static uint64_t bits_of(const unsigned char *at, int size, bool big) {
    uint64_t bits = 0;
    for (int i = 0; i < size; i++)
        bits |= (uint64_t)at[big ? size - 1 - i : i] << (8 * i);
    return bits;
}

// IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction.
static double half(uint64_t bits) {
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023), value;
    if (exponent == 31)
        value = fraction != 0 ? NAN : INFINITY;
    else
        value = exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);
    return bits >> 15 & 1 ? -value : value;
}

static double real_of(uint64_t bits, int size) {
    if (size == 2) return half(bits);
    if (size == 4) {
        uint32_t low = (uint32_t)bits;
        float value;
        memcpy(&value, &low, sizeof value);
        return value;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int64_t signed_of(uint64_t bits, int size) {
    uint64_t sign = (uint64_t)1 << (8 * size - 1);
    return (int64_t)((bits ^ sign) - sign);
}

// ---- the header: a Python dictionary ----

struct type {
    char kind; // b, i, u, f
    int size;
    bool big;
};

struct parser {
    const char *name;
    const char *bytes; // the file
    size_t size;
    size_t at, end; // in the header
    struct err *err;
};

#define broken(p, ...) err_at((p)->err, ERR_FORMAT, (p)->name, 0, 0, __VA_ARGS__)

static void skip_spaces(struct parser *p) {
    while (p->at < p->end && (p->bytes[p->at] == ' ' || p->bytes[p->at] == '\n'))
        p->at++;
}

static bool is_next(struct parser *p, char c) {
    skip_spaces(p);
    if (p->at >= p->end || p->bytes[p->at] != c) return false;
    p->at++;
    return true;
}

// "expected WHAT at byte N of the file, found 'c'"
static bool expected(struct parser *p, const char *what) {
    if (p->at >= p->end) return broken(p, "expected %s at byte %zu, found the end of the header", what, p->at);
    unsigned char c = (unsigned char)p->bytes[p->at];
    if (c >= 0x20 && c < 0x7F) return broken(p, "expected %s at byte %zu, found '%c'", what, p->at, c);
    return broken(p, "expected %s at byte %zu, found byte 0x%02X", what, p->at, c);
}

static bool expect(struct parser *p, char c) {
    char what[4] = {'\'', c, '\'', 0};
    return is_next(p, c) || expected(p, what);
}

// A text in either kind of quotes, without escapes.
static bool parse_text(struct parser *p, const char *what, char *out, size_t size) {
    skip_spaces(p);
    char quote = p->at < p->end ? p->bytes[p->at] : 0;
    if (quote != '\'' && quote != '"') return expected(p, what);
    size_t start = ++p->at, n = 0;
    for (; p->at < p->end && p->bytes[p->at] != quote; p->at++) {
        unsigned char c = (unsigned char)p->bytes[p->at];
        if (c < 0x20 || c >= 0x7F || c == '\\') return expected(p, "a plain character");
        if (n + 1 >= size) return broken(p, "expected %s at byte %zu, found a longer text", what, start - 1);
        out[n++] = (char)c;
    }
    out[n] = 0;
    return p->at < p->end ? (p->at++, true) : expected(p, "the closing quote");
}

static bool parse_bool(struct parser *p, bool *out) {
    skip_spaces(p);
    static const char *const words[] = {"False", "True"};
    for (int i = 0; i < 2; i++) {
        size_t length = strlen(words[i]);
        if (p->end - p->at < length || memcmp(p->bytes + p->at, words[i], length) != 0) continue;
        p->at += length;
        *out = i == 1;
        return true;
    }
    return expected(p, "True or False");
}

static bool parse_number(struct parser *p, int64_t *out) {
    size_t start = p->at;
    *out = 0;
    for (; p->at < p->end && p->bytes[p->at] >= '0' && p->bytes[p->at] <= '9'; p->at++)
        if (__builtin_mul_overflow(*out, 10, out) || __builtin_add_overflow(*out, p->bytes[p->at] - '0', out))
            return broken(p, "the dimension at byte %zu is too large for any file", start);
    return p->at > start || expected(p, "a whole number from 0");
}

// (), (3,), (3, 4), (3, 4,)
static bool parse_shape(struct parser *p, struct npy *array) {
    if (!expect(p, '(')) return false;
    for (array->dims = 0;; array->dims++) {
        if (is_next(p, ')')) return true;
        if (array->dims == NPY_MAX_DIMS)
            return broken(p, "expected at most %d dimensions, found more at byte %zu", NPY_MAX_DIMS, p->at);
        if (!parse_number(p, &array->shape[array->dims])) return false;
        if (is_next(p, ',')) continue;
        if (array->dims == 0) return expected(p, "',' behind a shape's only number");
        array->dims++;
        return expect(p, ')');
    }
}

static bool parse_type(struct parser *p, struct type *type) {
    static const char what[] = "a type like '<f4' (float16 to 64, bool, integers)";
    static const char *const known[] = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"};
    char text[16];
    skip_spaces(p);
    size_t at = p->at;
    if (!parse_text(p, what, text, sizeof text)) return false;
    for (size_t i = 0; text[0] && i < sizeof known / sizeof *known; i++) {
        if (strcmp(text + 1, known[i]) != 0) continue;
        *type = (struct type){.kind = known[i][0], .size = known[i][1] - '0', .big = text[0] == '>'};
        if (text[0] == '<' || text[0] == '>' || (text[0] == '|' && type->size == 1)) return true;
    }
    return broken(p, "expected %s at byte %zu, found '%s'", what, at, text);
}

enum { KEY_TYPE, KEY_ORDER, KEY_SHAPE, KEYS };
static const char *const key_names[KEYS] = {"descr", "fortran_order", "shape"};

static bool parse_entry(struct parser *p, unsigned *seen, struct npy *array, struct type *type, bool *fortran) {
    char key[16];
    skip_spaces(p);
    size_t at = p->at;
    if (!parse_text(p, "'descr', 'fortran_order' or 'shape'", key, sizeof key)) return false;
    int k = 0;
    while (k < KEYS && strcmp(key, key_names[k]) != 0)
        k++;
    if (k == KEYS) return broken(p, "expected 'descr', 'fortran_order' or 'shape' at byte %zu, found '%s'", at, key);
    if (*seen & 1u << k) return broken(p, "'%s' stands in the header twice, again at byte %zu", key, at);
    *seen |= 1u << k;
    if (!expect(p, ':')) return false;
    return k == KEY_TYPE ? parse_type(p, type) : k == KEY_ORDER ? parse_bool(p, fortran) : parse_shape(p, array);
}

static bool parse_dictionary(struct parser *p, struct npy *array, struct type *type, bool *fortran) {
    unsigned seen = 0;
    if (!expect(p, '{')) return false;
    while (!is_next(p, '}')) {
        if (!parse_entry(p, &seen, array, type, fortran)) return false;
        if (is_next(p, ',')) continue;
        if (!expect(p, '}')) return false;
        break;
    }
    for (int k = 0; k < KEYS; k++)
        if (!(seen & 1u << k)) return broken(p, "expected '%s' in the header, found none", key_names[k]);
    skip_spaces(p);
    if (p->at < p->end) return expected(p, "spaces up to the end of the header");
    return p->bytes[p->end - 1] == '\n' ||
           broken(p, "expected a header that ends with a line feed at byte %zu", p->end - 1);
}

// Magic, version and the header's length, all against the size of the file.
static bool parse_start(struct parser *p) {
    const unsigned char *first = (const unsigned char *)p->bytes;
    if (p->size < MAGIC + 2 || memcmp(first, magic, MAGIC) != 0)
        return broken(p, "not a .npy file: expected it to begin with 0x93 and NUMPY");
    if (first[MAGIC] < 1 || first[MAGIC] > 3 || first[MAGIC + 1] != 0)
        return broken(p, "expected version 1.0, 2.0 or 3.0 of the format, found %d.%d", first[MAGIC], first[MAGIC + 1]);
    int bytes = first[MAGIC] == 1 ? 2 : 4;
    p->at = (size_t)(MAGIC + 2 + bytes);
    if (p->size < p->at)
        return broken(p, "expected %d bytes with the length of the header at byte %d, found the end of the file", bytes,
                      MAGIC + 2);
    uint64_t length = bits_of(first + MAGIC + 2, bytes, false);
    if (length > p->size - p->at)
        return broken(p, "the header should have %llu bytes, but only %zu follow: the file is cut off",
                      (unsigned long long)length, p->size - p->at);
    if (length < 2 || length > HEADER_MAX)
        return broken(p, "expected a header of 2 to %d bytes, found %llu", HEADER_MAX, (unsigned long long)length);
    p->end = p->at + (size_t)length;
    return true;
}

// ---- the numbers ----

static bool check_size(struct parser *p, struct npy *array, const struct type *type) {
    size_t bytes = (size_t)type->size, there = p->size - p->end;
    bool overflow = false, empty = false;
    for (int d = 0; d < array->dims; d++) {
        empty |= array->shape[d] == 0;
        overflow |= __builtin_mul_overflow(bytes, (size_t)array->shape[d], &bytes);
    }
    if (empty) bytes = 0;
    char shape[160];
    shape_text(array->dims, array->shape, shape, sizeof shape);
    if (overflow && !empty) return broken(p, "the shape %s is too large for any file", shape);
    if (bytes > there)
        return broken(p, "the shape %s takes %zu bytes, but only %zu follow the header: the file is cut off", shape,
                      bytes, there);
    if (bytes < there)
        return broken(p, "the shape %s takes %zu bytes; expected the end of the file at byte %zu, found %zu bytes more",
                      shape, bytes, p->end + bytes, there - bytes);
    array->count = bytes / (size_t)type->size;
    return true;
}

// Where element i of the row-major order lies in a file of the other order.
static size_t fortran_place(const struct npy *array, size_t i) {
    size_t place = 0, stride = 1;
    size_t index[NPY_MAX_DIMS];
    for (int d = array->dims - 1; d >= 0; d--) {
        index[d] = i % (size_t)array->shape[d];
        i /= (size_t)array->shape[d];
    }
    for (int d = 0; d < array->dims; d++) {
        place += index[d] * stride;
        stride *= (size_t)array->shape[d];
    }
    return place;
}

static bool take(struct parser *p, struct npy *array, const struct type *type, size_t i, size_t byte) {
    uint64_t bits = bits_of((const unsigned char *)p->bytes + byte, type->size, type->big);
    if (type->kind == 'f') {
        array->real[i] = real_of(bits, type->size);
        return true;
    }
    if (type->kind == 'b' && bits > 1)
        return broken(p, "expected a bool of 0 or 1 at byte %zu, found %d", byte, (int)bits);
    if (type->kind == 'u' && bits > INT64_MAX)
        return broken(p, "expected a number below 2^63 at byte %zu, found %llu", byte, (unsigned long long)bits);
    array->whole[i] = type->kind == 'i' ? signed_of(bits, type->size) : (int64_t)bits;
    return true;
}

static bool parse_numbers(struct parser *p, struct npy *array, const struct type *type, bool fortran) {
    void *memory = mem_array(array->count ? array->count : 1, 8);
    if (!memory) return err_at(p->err, ERR_MEMORY, p->name, 0, 0, "no memory for %zu numbers", array->count);
    *(type->kind == 'f' ? (void **)&array->real : (void **)&array->whole) = memory;
    for (size_t i = 0; i < array->count; i++) {
        size_t place = fortran ? fortran_place(array, i) : i;
        if (!take(p, array, type, i, p->end + place * (size_t)type->size)) return false;
    }
    return true;
}

bool npy_parse(struct npy *array, const char *name, const void *bytes, size_t size, struct err *err) {
    struct parser p = {.name = name, .bytes = bytes, .size = size, .err = err};
    struct type type = {0};
    bool fortran = false;
    *array = (struct npy){0};
    if (parse_start(&p) && parse_dictionary(&p, array, &type, &fortran) && check_size(&p, array, &type) &&
        parse_numbers(&p, array, &type, fortran))
        return true;
    npy_release(array);
    return false;
}

bool npy_read(struct npy *array, const char *path, struct err *err) {
    struct bytes bytes;
    *array = (struct npy){0};
    if (!file_read(path, FILE_MAX_BYTES, &bytes, err)) return false;
    bool good = npy_parse(array, path, bytes.data, bytes.size, err);
    bytes_release(&bytes);
    return good;
}

void npy_release(struct npy *array) {
    mem_free(array->whole);
    mem_free(array->real);
    *array = (struct npy){0};
}
