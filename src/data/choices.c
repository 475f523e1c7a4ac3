#include "choices.h"

#include "columns.h"
#include "file.h"
#include "problems.h"
#include "reader.h"
#include "str.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 1 << 16, FORMAT = 1 };
const char choices_ending[] = ".unroll.json";

struct place {
    const char *name;
    struct err *err;
};

static bool bad(const struct place *p, const char *key, const char *expected) {
    return err_at(p->err, ERR_FORMAT, p->name, 0, 0, "\"%s\": expected %s", key, expected);
}

static bool take_text(const struct place *p, const char *key, const json_t *value, char *out, size_t size) {
    if (!json_is_string(value) || json_string_length(value) == 0 || json_string_length(value) >= size) {
        char expected[64];
        snprintf(expected, sizeof expected, "a text of 1 to %zu bytes", size - 1);
        return bad(p, key, expected);
    }
    snprintf(out, size, "%s", json_string_value(value));
    return true;
}

static bool take_encoding(const struct place *p, const char *key, const json_t *value, enum text_encoding *out) {
    for (int k = ENCODING_UTF8; json_is_string(value) && k < ENCODING_COUNT; k++)
        if (strcmp(json_string_value(value), text_encoding_names[k]) == 0) {
            *out = (enum text_encoding)k;
            return true;
        }
    return bad(p, key, "utf-8, utf-16le, utf-16be, windows-1252 or latin-1");
}

static bool take_word(const struct place *p, const char *key, const json_t *value, const char *const *words, int count,
                      int *out) {
    struct str expected = {0};
    for (int k = 0; k < count; k++) {
        str_printf(&expected, "%s%s", k == 0 ? "" : k + 1 < count ? ", " : " or ", words[k]);
        if (json_is_string(value) && strcmp(json_string_value(value), words[k]) == 0) {
            *out = k;
            str_release(&expected);
            return true;
        }
    }
    bad(p, key, expected.data);
    str_release(&expected);
    return false;
}

static bool take_switch(const struct place *p, const char *key, const json_t *value, int *out) {
    *out = json_is_true(value) ? 1 : -1;
    return json_is_boolean(value) || bad(p, key, "true or false");
}

static bool take_count(const struct place *p, const char *key, const json_t *value, long low, long *out) {
    *out = (long)json_integer_value(value);
    return (json_is_integer(value) && *out >= low && *out <= INT32_MAX) ||
           bad(p, key, low > 0 ? "a whole number from 1" : "a whole number from 0");
}

static bool take_fraction(const struct place *p, const char *key, const json_t *value, double *out) {
    *out = json_number_value(value);
    return (json_is_number(value) && *out >= 0 && *out < 1) || bad(p, key, "a fraction from 0 to below 1");
}

// {"validation": 0.1, "test": 0, "seed": 1}
static bool take_split(const struct place *p, const char *key, const json_t *value, struct data_choices *c) {
    c->split = true;
    if (!json_is_object(value) || json_object_size(value) != 3)
        return bad(p, key, "an object with validation, test and seed");
    return take_fraction(p, "validation", json_object_get(value, "validation"), &c->validation) &&
           take_fraction(p, "test", json_object_get(value, "test"), &c->test) &&
           take_count(p, "seed", json_object_get(value, "seed"), 0, &c->seed);
}

static const char *const shape_names[] = {"auto", "lines", "whole"}; // as enum text_shape
enum { SHAPES = sizeof shape_names / sizeof *shape_names };

// What is cut out of the texts, and the split.
static bool take_use(const struct place *p, struct data_choices *c, const char *key, const json_t *value) {
    int word = 0;
    if (strcmp(key, "lower") == 0) return take_switch(p, key, value, &c->lower);
    if (strcmp(key, "min-count") == 0) return take_count(p, key, value, 1, &c->min_count);
    if (strcmp(key, "split") == 0) return take_split(p, key, value, c);
    if (strcmp(key, "shape") == 0) {
        bool good = take_word(p, key, value, shape_names, SHAPES, &word);
        c->shape = (enum text_shape)word;
        return good;
    }
    if (strcmp(key, "tokens") == 0) {
        bool good = take_word(p, key, value, token_kind_names, TOKENS_LABEL, &word);
        c->tokens = 1 + word;
        return good;
    }
    return err_at(p->err, ERR_FORMAT, p->name, 0, 0,
                  "expected the keys format, reader, encoding, separator, header, columns, on-problem, shape, tokens, "
                  "lower, min-count and split; found \"%s\"",
                  key);
}

static bool take(const struct place *p, struct data_choices *c, const char *key, const json_t *value) {
    if (strcmp(key, "format") == 0) return json_integer_value(value) == FORMAT || bad(p, key, "1");
    if (strcmp(key, "encoding") == 0) return take_encoding(p, key, value, &c->encoding);
    if (strcmp(key, "separator") == 0) return take_text(p, key, value, c->separator, sizeof c->separator);
    if (strcmp(key, "header") == 0) return take_switch(p, key, value, &c->header);
    if (strcmp(key, "columns") == 0)
        return take_text(p, key, value, c->columns, sizeof c->columns) && columns_check(c->columns, p->err);
    if (strcmp(key, "on-problem") == 0) {
        struct data_options options = {0};
        return take_text(p, key, value, c->on_problem, sizeof c->on_problem) &&
               problem_actions_read(c->on_problem, &options, p->err);
    }
    if (strcmp(key, "reader") == 0)
        return take_text(p, key, value, c->reader, sizeof c->reader) &&
               (reader_find(c->reader) || bad(p, key, "the name of a reader"));
    return take_use(p, c, key, value);
}

bool choices_parse(struct data_choices *choices, const char *name, const char *bytes, size_t size, struct err *err) {
    json_error_t where;
    json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &where);
    struct err own = {0};
    struct place p = {.name = name, .err = &own};
    *choices = (struct data_choices){0};
    bool good = true;
    if (!root)
        good = err_at(&own, ERR_FORMAT, name, where.line, where.column, "expected JSON: %s", where.text);
    else if (!json_is_object(root))
        good = err_at(&own, ERR_FORMAT, name, 1, 1, "expected a JSON object");
    else if (!json_object_get(root, "format"))
        good = bad(&p, "format", "1, found none");
    const char *key;
    json_t *value;
    if (good) json_object_foreach(root, key, value) {
            good = take(&p, choices, key, value);
            if (!good) break;
        }
    json_decref(root);
    if (good) return true;
    if (own.file[0] == 0) snprintf(own.file, sizeof own.file, "%s", name);
    own.code = ERR_FORMAT;
    if (err) *err = own;
    return false;
}

bool choices_load(struct data_choices *choices, const char *path, struct err *err) {
    struct bytes bytes;
    *choices = (struct data_choices){0};
    if (!file_read(path, FILE_MOST, &bytes, err)) return false;
    bool good = choices_parse(choices, path, bytes.data, bytes.size, err);
    bytes_release(&bytes);
    return good;
}

bool choices_beside(const char *path, struct data_choices *choices, struct err *err) {
    struct str beside = {0};
    *choices = (struct data_choices){0};
    str_put(&beside, path);
    while (beside.size > 1 && beside.data[beside.size - 1] == '/')
        beside.data[--beside.size] = 0;
    str_put(&beside, choices_ending);
    bool good = strcmp(path, "-") == 0 || !file_exists(beside.data) || choices_load(choices, beside.data, err);
    str_release(&beside);
    return good;
}

static void apply_use(const struct data_choices *choices, struct data_options *options) {
    const struct data_options usual = data_options_default();
    bool whole = choices->whole;
    if (whole || options->shape == TEXT_AUTO) options->shape = choices->shape;
    if (choices->tokens && (whole || options->tokens == usual.tokens))
        options->tokens = (enum token_kind)(choices->tokens - 1);
    if (choices->lower && (whole || !options->lower)) options->lower = choices->lower > 0;
    if (choices->min_count && (whole || options->min_count == usual.min_count)) options->min_count = choices->min_count;
    if (!choices->split) return;
    if (whole || options->validation == usual.validation) options->validation = choices->validation;
    if (whole || options->test == usual.test) options->test = choices->test;
    if (whole || options->seed == usual.seed) options->seed = (uint64_t)choices->seed;
}

bool choices_apply(const struct data_choices *choices, struct data_options *options, struct err *err) {
    // columns belong to how the file is cut: another reader, separator or header that is asked for leaves them out
    bool same = !options->reader && !options->separator && !options->header;
    if (!options->columns && choices->columns[0] && same) options->columns = choices->columns;
    if (!options->reader && !(options->columns && options->columns != choices->columns) && choices->reader[0])
        options->reader = choices->reader;
    if (!options->separator && choices->separator[0]) options->separator = choices->separator;
    if (options->encoding == ENCODING_AUTO) options->encoding = choices->encoding;
    if (options->header == 0) options->header = choices->header;
    apply_use(choices, options);
    options->alone |= choices->whole;
    bool said = options->exception_count > 0;
    for (int k = 0; k < PROBLEM_KIND_COUNT; k++)
        said |= options->actions[k] != ACTION_NONE;
    return said || problem_actions_read(choices->on_problem, options, err);
}

struct data_choices choices_of(const struct dataset *d, const char *on_problem) {
    struct data_choices c = {.encoding = d->encoding};
    struct str columns = {0};
    snprintf(c.reader, sizeof c.reader, "%s", d->reader);
    snprintf(c.separator, sizeof c.separator, "%s", d->separator);
    if (d->columns && d->separator[0]) c.header = d->header_line > 0 ? 1 : -1;
    if (d->header_line > 0 || strcmp(d->reader, "pairs") != 0)
        columns_describe(d, &columns); // pairs by line have no others
    if (columns.size < sizeof c.columns) snprintf(c.columns, sizeof c.columns, "%s", str_text(&columns));
    str_release(&columns);
    snprintf(c.on_problem, sizeof c.on_problem, "%s", on_problem ? on_problem : "");
    return c;
}

bool choices_save(const struct data_choices *c, const char *path, struct err *err) {
    json_t *json = json_pack("{s:i}", "format", FORMAT);
    if (c->reader[0]) json_object_set_new(json, "reader", json_string(c->reader));
    if (c->encoding != ENCODING_AUTO)
        json_object_set_new(json, "encoding", json_string(text_encoding_names[c->encoding]));
    if (c->separator[0]) json_object_set_new(json, "separator", json_string(c->separator));
    if (c->header) json_object_set_new(json, "header", json_boolean(c->header > 0));
    if (c->columns[0]) json_object_set_new(json, "columns", json_string(c->columns));
    if (c->on_problem[0]) json_object_set_new(json, "on-problem", json_string(c->on_problem));
    if (c->shape != TEXT_AUTO) json_object_set_new(json, "shape", json_string(shape_names[c->shape]));
    if (c->tokens) json_object_set_new(json, "tokens", json_string(token_kind_names[c->tokens - 1]));
    if (c->lower) json_object_set_new(json, "lower", json_boolean(c->lower > 0));
    if (c->min_count > 0) json_object_set_new(json, "min-count", json_integer(c->min_count));
    if (c->split)
        json_object_set_new(
            json, "split",
            json_pack("{s:f, s:f, s:I}", "validation", c->validation, "test", c->test, "seed", (json_int_t)c->seed));
    char *text = json_dumps(json, JSON_INDENT(2));
    bool good = text ? file_save_whole(path, text, strlen(text), err)
                     : err_at(err, ERR_MEMORY, path, 0, 0, "no memory for the choices");
    free(text); // jansson's
    json_decref(json);
    return good;
}
