// JSON lines: an object a line. Its keys are columns: text and label, text and target, text alone, tokens and tags, or
// a list of numbers (of lists of numbers: several channels) with or without a label. Which key is what is known by name
// and by type, or said by --columns. A key that is left out is told once.
#include "cases.h"
#include "columns.h"
#include "jsonl_roles.h"
#include "lines.h"
#include "mem.h"
#include "rows.h"
#include "tagged.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    (void)options, (void)err;
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    int objects = 0;
    while (objects < 2 && lines_next(&lines, &line)) {
        const char *text = line.text;
        size_t size = line.size;
        text_trim(&text, &size);
        if (size == 0) continue;
        if (*text != '{' || (text[size - 1] != '}' && objects == 0)) return false;
        json_t *object = json_loadb(text, size, 0, NULL);
        bool good = json_is_object(object);
        json_decref(object);
        if (!good && objects == 0) return false;
        objects++;
    }
    if (objects == 0) return false;
    snprintf(why, why_size, "a JSON object a line");
    return true;
}

struct reading {
    const struct reader_input *input;
    const struct data_options *options;
    const struct jsonl_roles *roles;
    struct dataset *out;
    struct problem_log *log;
    struct rows rows; // also holds the texts of the tagged tokens
    struct tagged tagged;
    struct cases cases;
    float *values; // a timestep
    struct err *err;
};

// ---- one value ----

static void skip(struct reading *r, const struct line *line, const char *key, const char *expected) {
    problem_add(r->log, PROBLEM_SKIPPED, line->number, 1, "\"%.40s\": expected %s, found another thing; skipped", key,
                expected);
}

// A scalar as text; false where it is none.
static bool scalar(const json_t *value, char *room, size_t room_size, const char **text, size_t *size) {
    *text = room;
    if (json_is_string(value)) {
        *text = json_string_value(value);
        *size = json_string_length(value);
        return true;
    }
    if (json_is_integer(value))
        *size = (size_t)snprintf(room, room_size, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        *size = (size_t)snprintf(room, room_size, "%.9g", json_real_value(value));
    else if (json_is_boolean(value))
        *size = (size_t)snprintf(room, room_size, "%s", json_is_true(value) ? "true" : "false");
    else
        return false;
    return true;
}

static bool put_texts(struct reading *r, const json_t *object, const struct line *line) {
    const char *answer_key = r->roles->target[0] ? r->roles->target : r->roles->label;
    const json_t *input = json_object_get(object, r->roles->text);
    char room[48];
    const char *text, *answer = NULL;
    size_t size, answer_size = 0;
    if (!json_is_string(input)) {
        skip(r, line, r->roles->text, "a text");
        return true;
    }
    if (answer_key[0] && !scalar(json_object_get(object, answer_key), room, sizeof room, &answer, &answer_size)) {
        skip(r, line, answer_key, "a text or a number");
        return true;
    }
    text = json_string_value(input);
    size = json_string_length(input);
    rows_add(&r->rows, &(struct row){.input = rows_keep(&r->rows, text, size),
                                     .input_size = size,
                                     .answer = answer ? rows_keep(&r->rows, answer, answer_size) : NULL,
                                     .answer_size = answer_size,
                                     .line = line->number});
    return true;
}

static bool put_tokens(struct reading *r, const json_t *object, const struct line *line) {
    const json_t *tokens = json_object_get(object, r->roles->tokens), *tags = json_object_get(object, r->roles->tags);
    size_t n = json_array_size(tokens);
    if (n == 0 || json_array_size(tags) != n) {
        problem_add(r->log, PROBLEM_SKIPPED, line->number, 1,
                    "expected as many tags as tokens, found %zu and %zu; skipped", json_array_size(tags), n);
        return true;
    }
    for (int pass = 0; pass < 2; pass++) // all are looked at before the first is taken
        for (size_t k = 0; k < n; k++) {
            char room[48];
            const char *text, *tag;
            size_t size, tag_size;
            const json_t *token = json_array_get(tokens, k);
            text = json_string_value(token);
            size = json_string_length(token);
            if (size == 0 || !scalar(json_array_get(tags, k), room, sizeof room, &tag, &tag_size) || tag_size == 0) {
                skip(r, line, r->roles->tokens, "tokens and tags that are not empty");
                return true;
            }
            if (pass == 0) continue;
            tagged_add(&r->tagged, &(struct tagged_token){.token = rows_keep(&r->rows, text, size),
                                                          .token_size = (uint32_t)size,
                                                          .tag = rows_keep(&r->rows, tag, tag_size),
                                                          .tag_size = (uint32_t)tag_size,
                                                          .line = (int)line->number,
                                                          .column = 1});
        }
    tagged_end_sentence(&r->tagged);
    return true;
}

// A timestep: a number or a list of them. Missing ones (null) keep what stands there.
static bool read_timestep(const json_t *step, int channels, float *values, int *missing) {
    if (!json_is_array(step) && channels != 1) return false;
    if (json_is_array(step) && json_array_size(step) != (size_t)channels) return false;
    for (int c = 0; c < channels; c++) {
        const json_t *value = json_is_array(step) ? json_array_get(step, (size_t)c) : step;
        if (json_is_null(value)) {
            ++*missing;
            continue;
        }
        if (!json_is_number(value) || !(fabs(json_number_value(value)) <= 1e38)) return false;
        values[c] = (float)json_number_value(value);
    }
    return true;
}

static bool put_values(struct reading *r, const json_t *object, const struct line *line) {
    const json_t *steps = json_object_get(object, r->roles->value);
    int channels = r->roles->channels, missing = 0;
    char room[48];
    const char *label = "";
    size_t size = 0, n = json_array_size(steps);
    if (r->roles->label[0] &&
        (!scalar(json_object_get(object, r->roles->label), room, sizeof room, &label, &size) || size == 0)) {
        skip(r, line, r->roles->label, "a label");
        return true;
    }
    for (int pass = 0; pass < 2; pass++) {
        memset(r->values, 0, (size_t)channels * sizeof *r->values);
        for (size_t t = 0; t < n; t++) {
            if (!read_timestep(json_array_get(steps, t), channels, r->values, &missing)) {
                skip(r, line, r->roles->value, "a list of numbers");
                return true;
            }
            if (pass == 1) cases_vector(&r->cases, r->values);
        }
        if (n == 0) skip(r, line, r->roles->value, "a list of numbers");
        if (n == 0) return true;
        if (pass == 0 && missing > 0 && problem_choice(r->options, PROBLEM_MISSING, line->number) == ACTION_SKIP) {
            problem_add_done(r->log, PROBLEM_MISSING, ACTION_SKIP, line->number, 1, "%d numbers are missing; skipped",
                             missing);
            return true;
        }
        if (pass == 0) cases_begin(&r->cases, line->number, label, size);
    }
    if (missing > 0)
        problem_add(r->log, PROBLEM_MISSING, line->number, 1,
                    "%d number%s missing; the one before is taken again (0 at the start)", missing / 2,
                    missing == 2 ? " is" : "s are");
    return true;
}

// ---- all lines ----

static bool put_line(struct reading *r, const struct line *line) {
    const char *text = line->text;
    size_t size = line->size;
    json_error_t where;
    text_trim(&text, &size);
    if (size == 0) {
        problem_add(r->log, PROBLEM_EMPTY_LINE, line->number, 1,
                    "expected a JSON object, found an empty line; skipped");
        return true;
    }
    json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(object)) {
        long column = object ? 1 : where.column > 0 ? where.column + (text - line->text) : 1;
        const char *found = object ? "another thing" : where.text;
        json_decref(object);
        if (problem_choice(r->options, PROBLEM_BROKEN, line->number) != ACTION_SKIP)
            return err_at(r->err, ERR_FORMAT, r->input->path, line->number, column,
                          "expected a JSON object, found: %s (--on-problem broken=skip leaves such lines out)", found);
        problem_add_done(r->log, PROBLEM_BROKEN, ACTION_SKIP, line->number, column,
                         "expected a JSON object, found: %.60s; skipped", found);
        return true;
    }
    bool good = (r->roles->tokens[0] ? put_tokens : r->roles->value[0] ? put_values : put_texts)(r, object, line);
    json_decref(object);
    return good;
}

static bool note_roles(struct reading *r) {
    const struct jsonl_roles *roles = r->roles;
    struct dataset *d = r->out;
    d->columns = mem_array((size_t)roles->count, sizeof *d->columns);
    if (!d->columns) return err_set(r->err, ERR_MEMORY, "no memory for %d keys", roles->count);
    d->column_count = roles->count;
    for (int k = 0; k < roles->count; k++) {
        snprintf(d->columns[k].name, sizeof d->columns[k].name, "%s", roles->keys[k]);
        d->columns[k].role = roles->roles[k];
        if (roles->roles[k] == ROLE_IGNORE)
            problem_add(r->log, PROBLEM_OTHER, 1, 1, "the key \"%.40s\" is left out", roles->keys[k]);
    }
    return true;
}

static bool read_all(struct reading *r) {
    struct lines lines = lines_of(r->input->bytes, r->input->size);
    struct line line;
    struct reader_pace pace = {.input = r->input, .options = r->options, .share = 0.5};
    while (lines_next(&lines, &line)) {
        if (!reader_go_on(&pace, line.text, r->err) || !put_line(r, &line)) return false;
        if (!rows_check(&r->rows, r->err)) return false;
    }
    return true;
}

static bool finish(struct reading *r) {
    const struct jsonl_roles *roles = r->roles;
    if (roles->tokens[0]) return tagged_finish(&r->tagged, r->input, r->options, r->out, r->err);
    if (roles->value[0]) return cases_finish(&r->cases, r->input, r->options, r->log, r->err);
    enum data_answers answers = roles->target[0] ? ANSWERS_SEQUENCE : roles->label[0] ? ANSWERS_ONE : ANSWERS_NEXT;
    return rows_finish(&r->rows, answers, r->input, r->options, r->out, r->log, r->err);
}

static bool read_jsonl(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                       struct problem_log *log, struct err *err) {
    struct jsonl_roles roles;
    if (!jsonl_find_roles(input, options, &roles, err)) return false;
    struct reading r = {.input = input, .options = options, .roles = &roles, .out = out, .log = log, .err = err};
    bool values = roles.value[0] != 0;
    if (values) cases_start(&r.cases, out, roles.channels, roles.label[0] != 0);
    r.values = mem_need((size_t)roles.channels, sizeof *r.values);
    bool good = note_roles(&r) && read_all(&r) && finish(&r);
    if (values) cases_release(&r.cases);
    tagged_release(&r.tagged);
    rows_release(&r.rows);
    mem_free(r.values);
    return good;
}

const struct reader reader_jsonl = {.id = "jsonl", .title = "JSON lines", .sniff = sniff, .read = read_jsonl};
