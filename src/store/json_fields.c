#include "json_fields.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_put_text(struct str *out, const char *text) {
    size_t left = strlen(text);
    str_put_char(out, '"');
    for (size_t used = 1; left > 0; text += used, left -= used) {
        unsigned char c = (unsigned char)*text;
        used = 1;
        if (c >= 0x80) utf8_next(text, left, &used);
        if (c >= 0x80 && utf8_check(text, used) != used)
            str_put_char(out, '?');
        else if (c == '"' || c == '\\')
            str_printf(out, "\\%c", c);
        else if (c < ' ')
            str_printf(out, "\\u%04x", c);
        else
            str_put_n(out, text, used);
    }
    str_put_char(out, '"');
}

static void put_real(struct str *out, double value, int digits) {
    if (isfinite(value))
        str_printf(out, "%.*g", digits, value);
    else
        str_put(out, "null");
}

static void put(struct str *out, const struct field *field, const char *at) {
    int64_t whole = 0;
    switch (field->type) {
    case FIELD_TEXT:
        json_put_text(out, at);
        return;
    case FIELD_BOOL:
        str_put(out, *(const bool *)at ? "true" : "false");
        return;
    case FIELD_REAL:
        put_real(out, *(const double *)at, 17);
        return;
    case FIELD_FLOAT:
        put_real(out, (double)*(const float *)at, 9);
        return;
    case FIELD_WORD:
        whole = *(const int *)at;
        if (whole < 0 || whole >= (int64_t)field->size)
            str_put(out, "null");
        else
            json_put_text(out, field->words[whole]);
        return;
    case FIELD_HEX:
        str_printf(out, "\"%016llx\"", (unsigned long long)*(const uint64_t *)at);
        return;
    case FIELD_INT:
        whole = *(const int *)at;
        break;
    case FIELD_LONG:
        whole = *(const int64_t *)at;
        break;
    }
    str_printf(out, "%lld", (long long)whole);
}

void fields_write(struct str *out, const struct field *table, int count, const void *from) {
    for (int i = 0; i < count; i++) {
        str_printf(out, "%s\"%s\":", i > 0 ? "," : "", table[i].key);
        put(out, &table[i], (const char *)from + table[i].offset);
    }
}

// ---- reading ----

static bool bad(struct err *err, const struct field *field, const char *expected) {
    return err_set(err, ERR_FORMAT, "expected \"%s\" as %s", field->key, expected);
}

static bool take_whole(const struct field *field, const json_t *value, int64_t low, int64_t high, int64_t *out,
                       struct err *err) {
    *out = json_integer_value(value);
    return (json_is_integer(value) && *out >= low && *out <= high) || bad(err, field, "a whole number");
}

static bool take_text(const struct field *field, const json_t *value, char *out, struct err *err) {
    size_t length = json_string_length(value);
    if (!json_is_string(value) || length >= field->size || strlen(json_string_value(value)) != length) {
        char expected[48];
        snprintf(expected, sizeof expected, "a text of at most %zu bytes", field->size - 1);
        return bad(err, field, expected);
    }
    memcpy(out, json_string_value(value), length + 1);
    return true;
}

static bool take_word(const struct field *field, const json_t *value, int *out, struct err *err) {
    const char *text = json_string_value(value);
    *out = -1;
    for (size_t k = 0; text && k < field->size; k++)
        if (!strcmp(text, field->words[k])) *out = (int)k;
    return *out >= 0 || json_is_null(value) || bad(err, field, "one of its words");
}

static bool take_hex(const struct field *field, const json_t *value, uint64_t *out, struct err *err) {
    const char *text = json_string_value(value);
    if (!text || strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
        return bad(err, field, "16 hexadecimal digits");
    *out = strtoull(text, NULL, 16);
    return true;
}

static bool take(const struct field *field, const json_t *value, char *at, struct err *err) {
    int64_t whole = 0;
    double real = json_is_null(value) ? NAN : json_number_value(value);
    switch (field->type) {
    case FIELD_TEXT:
        return take_text(field, value, at, err);
    case FIELD_BOOL:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value) || bad(err, field, "true or false");
    case FIELD_INT:
        if (!take_whole(field, value, INT32_MIN, INT32_MAX, &whole, err)) return false;
        *(int *)at = (int)whole;
        return true;
    case FIELD_LONG:
        return take_whole(field, value, INT64_MIN, INT64_MAX, (int64_t *)at, err);
    case FIELD_WORD:
        return take_word(field, value, (int *)at, err);
    case FIELD_HEX:
        return take_hex(field, value, (uint64_t *)at, err);
    case FIELD_REAL:
        *(double *)at = real;
        break;
    case FIELD_FLOAT:
        *(float *)at = (float)real;
        break;
    }
    return json_is_number(value) || json_is_null(value) || bad(err, field, "a number");
}

bool fields_read(const json_t *object, const struct field *table, int count, void *to, struct err *err) {
    for (int i = 0; i < count; i++) {
        const json_t *value = json_object_get(object, table[i].key);
        if (value && !take(&table[i], value, (char *)to + table[i].offset, err)) return false;
    }
    return true;
}
