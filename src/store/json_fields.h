#pragma once
// Structs of plain values as JSON objects, by a table: written, read and checked from one place. Any thread.

#include "err.h"
#include "str.h"
#include <jansson.h>
#include <stddef.h>

enum field_type {
    FIELD_TEXT,  // char[size], UTF-8, terminated
    FIELD_BOOL,  // bool
    FIELD_INT,   // int, also int32_t
    FIELD_LONG,  // int64_t, also long
    FIELD_REAL,  // double; what is not finite is null, and null is NaN
    FIELD_FLOAT, // float, the same
    FIELD_WORD,  // int or an enum: an index into `words`; one outside of them is null, and null is -1
    FIELD_HEX    // uint64_t, as a text of 16 hexadecimal digits
};
struct field {
    const char *key;
    enum field_type type;
    size_t offset;            // into the struct
    size_t size;              // of FIELD_TEXT bytes, of FIELD_WORD words
    const char *const *words; // of FIELD_WORD
};

// `"key":value,"key":value` without braces, in the order of the table. Numbers come back bit for bit.
void fields_write(struct str *out, const struct field *table, int count, const void *from);
// A key that is missing leaves the struct as it is; a value of another kind fails (ERR_FORMAT) and names the key. Keys
// that are not in the table are left alone.
bool fields_read(const json_t *object, const struct field *table, int count, void *to, struct err *err);
void json_put_text(struct str *out, const char *text); // in quotes; what is no UTF-8 becomes '?'
