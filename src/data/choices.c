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

static bool take(const struct place *p, struct data_choices *c, const char *key, const json_t *value) {
    if (strcmp(key, "format") == 0) return json_integer_value(value) == FORMAT || bad(p, key, "1");
    if (strcmp(key, "encoding") == 0) return take_encoding(p, key, value, &c->encoding);
    if (strcmp(key, "separator") == 0) return take_text(p, key, value, c->separator, sizeof c->separator);
    if (strcmp(key, "header") == 0) {
        c->header = json_is_true(value) ? 1 : -1;
        return json_is_boolean(value) || bad(p, key, "true or false");
    }
    if (strcmp(key, "columns") == 0)
        return take_text(p, key, value, c->columns, sizeof c->columns) && columns_check(c->columns, p->err);
    if (strcmp(key, "on-problem") == 0) {
        enum problem_action actions[PROBLEM_KIND_COUNT];
        return take_text(p, key, value, c->on_problem, sizeof c->on_problem) &&
               problem_actions_read(c->on_problem, actions, p->err);
    }
    if (strcmp(key, "reader") == 0)
        return take_text(p, key, value, c->reader, sizeof c->reader) &&
               (reader_find(c->reader) || bad(p, key, "the name of a reader"));
    return err_at(p->err, ERR_FORMAT, p->name, 0, 0,
                  "expected the keys format, reader, encoding, separator, header, columns and on-problem; found \"%s\"",
                  key);
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

bool choices_beside(const char *path, struct data_choices *choices, struct err *err) {
    struct str beside = {0};
    struct bytes bytes;
    *choices = (struct data_choices){0};
    str_put(&beside, path);
    while (beside.size > 1 && beside.data[beside.size - 1] == '/')
        beside.data[--beside.size] = 0;
    str_put(&beside, choices_ending);
    bool good = true;
    if (strcmp(path, "-") != 0 && file_exists(beside.data)) {
        good = file_read(beside.data, FILE_MOST, &bytes, err);
        if (good) {
            good = choices_parse(choices, beside.data, bytes.data, bytes.size, err);
            bytes_release(&bytes);
        }
    }
    str_release(&beside);
    return good;
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
    bool said = false;
    for (int k = 0; k < PROBLEM_KIND_COUNT; k++)
        said |= options->actions[k] != ACTION_NONE;
    return said || problem_actions_read(choices->on_problem, options->actions, err);
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
    json_t *json = json_pack("{s:i, s:s}", "format", FORMAT, "reader", c->reader);
    if (c->encoding != ENCODING_AUTO)
        json_object_set_new(json, "encoding", json_string(text_encoding_names[c->encoding]));
    if (c->separator[0]) json_object_set_new(json, "separator", json_string(c->separator));
    if (c->header) json_object_set_new(json, "header", json_boolean(c->header > 0));
    if (c->columns[0]) json_object_set_new(json, "columns", json_string(c->columns));
    if (c->on_problem[0]) json_object_set_new(json, "on-problem", json_string(c->on_problem));
    char *text = json_dumps(json, JSON_INDENT(2));
    bool good = text ? file_save_whole(path, text, strlen(text), err)
                     : err_at(err, ERR_MEMORY, path, 0, 0, "no memory for the choices");
    free(text); // jansson's
    json_decref(json);
    return good;
}
