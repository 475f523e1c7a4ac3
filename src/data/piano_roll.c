// Piano rolls as JSON: {"train": [piece, ...], "valid": [...], "test": [...]}, a piece a list of timesteps, a timestep
// a list of the MIDI pitches that sound. Pitches 21 to 108 (the keys of a piano) become 88 channels of 0 and 1; what
// comes next is to be said, several keys at once. The parts are the file's own.
#include "builder.h"
#include "mem.h"
#include "reader.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { LOWEST = 21, HIGHEST = 108, KEYS = HIGHEST - LOWEST + 1 };
static const char *const part_names[] = {"train", "valid", "test"};
enum { PARTS = 3 };

static const char *skip_space(const char *at, const char *stop) {
    while (at < stop && strchr(" \t\r\n", *at))
        at++;
    return at;
}

// {"train": [[[ or another part first.
static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    (void)options, (void)err;
    const char *stop = input->bytes + input->size, *at = skip_space(input->bytes, stop);
    if (at == stop || *at++ != '{') return false;
    at = skip_space(at, stop);
    for (int k = 0; k < PARTS; k++) {
        char key[16];
        size_t size = (size_t)snprintf(key, sizeof key, "\"%s\"", part_names[k]);
        if ((size_t)(stop - at) < size || memcmp(at, key, size) != 0) continue;
        at = skip_space(at + size, stop);
        snprintf(why, why_size, "JSON with the part \"%s\"", part_names[k]);
        return at < stop && *at == ':';
    }
    return false;
}

struct rolls {
    const char *path;
    struct builder builder;
    struct problem_log *log;
    long empty; // timesteps without a pitch
    struct err *err;
};

static bool put_timestep(struct rolls *r, const json_t *timestep, const char *part, size_t piece, size_t t) {
    float keys[KEYS] = {0};
    if (!json_is_array(timestep))
        return err_at(r->err, ERR_FORMAT, r->path, 0, 0,
                      "part \"%s\", piece %zu, timestep %zu: expected a list of pitches, found another thing", part,
                      piece + 1, t + 1);
    for (size_t k = 0; k < json_array_size(timestep); k++) {
        const json_t *pitch = json_array_get(timestep, k);
        json_int_t value = json_integer_value(pitch);
        if (!json_is_integer(pitch) || value < LOWEST || value > HIGHEST)
            return err_at(r->err, ERR_FORMAT, r->path, 0, 0,
                          "part \"%s\", piece %zu, timestep %zu: expected MIDI pitches from %d to %d, found %lld", part,
                          piece + 1, t + 1, LOWEST, HIGHEST, (long long)value);
        keys[value - LOWEST] = 1;
    }
    r->empty += json_array_size(timestep) == 0;
    builder_vector(&r->builder, keys);
    return true;
}

static bool put_piece(struct rolls *r, const json_t *piece, const char *part, size_t number) {
    if (!json_is_array(piece))
        return err_at(r->err, ERR_FORMAT, r->path, 0, 0, "part \"%s\", piece %zu: expected a list of timesteps", part,
                      number + 1);
    if (json_array_size(piece) < 2) {
        problem_add(r->log, PROBLEM_SKIPPED, 1, 1,
                    "part \"%s\", piece %zu: expected two timesteps or more, found %zu; skipped", part, number + 1,
                    json_array_size(piece));
        return true;
    }
    builder_example(&r->builder, 1);
    for (size_t t = 0; t < json_array_size(piece); t++)
        if (!put_timestep(r, json_array_get(piece, t), part, number, t)) return false;
    return true;
}

// The pieces of one part, and their indices.
static bool put_part(struct rolls *r, const json_t *root, const char *part, int **indices, int *count) {
    struct dataset *d = r->builder.out;
    const json_t *pieces = json_object_get(root, part);
    int first = d->example_count;
    if (pieces && !json_is_array(pieces))
        return err_at(r->err, ERR_FORMAT, r->path, 0, 0, "part \"%s\": expected a list of pieces", part);
    for (size_t k = 0; k < json_array_size(pieces); k++)
        if (!put_piece(r, json_array_get(pieces, k), part, k)) return false;
    *count = d->example_count - first;
    *indices = mem_array((size_t)*count, sizeof **indices);
    if (!*indices) return err_at(r->err, ERR_MEMORY, r->path, 0, 0, "no memory for %d pieces", *count);
    for (int i = 0; i < *count; i++)
        (*indices)[i] = first + i;
    return true;
}

static bool put_all(struct rolls *r, const json_t *root) {
    struct dataset *d = r->builder.out;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)root, key, value) {
        bool known = false;
        for (int k = 0; k < PARTS; k++)
            known |= strcmp(key, part_names[k]) == 0;
        if (!known)
            problem_add(r->log, PROBLEM_OTHER, 1, 1, "\"%.60s\" is no part (train, valid, test); left out", key);
    }
    if (!put_part(r, root, part_names[0], &d->train, &d->train_count) ||
        !put_part(r, root, part_names[1], &d->validation, &d->validation_count) ||
        !put_part(r, root, part_names[2], &d->test, &d->test_count))
        return false;
    if (!builder_finish(&r->builder, r->err)) return false;
    if (d->train_count == 0)
        return err_at(r->err, ERR_FORMAT, r->path, 0, 0, "expected pieces in the part \"train\", found none");
    if (r->empty > 0)
        problem_add(r->log, PROBLEM_OTHER, 1, 1, "%ld timesteps have no pitch; kept as silence", r->empty);
    snprintf(d->shape_reason, sizeof d->shape_reason, "one example a piece");
    if (d->validation_count > 0) return true;
    if (d->test_count > 0) {
        problem_add(r->log, PROBLEM_OTHER, 1, 1, "the part \"valid\" is empty: there is no validation part");
        return true;
    }
    mem_free(d->train); // the file has no part to validate on: one is taken
    mem_free(d->validation);
    mem_free(d->test);
    d->train = d->validation = d->test = NULL;
    return true;
}

static bool read_rolls(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                       struct problem_log *log, struct err *err) {
    (void)options;
    json_error_t where;
    json_t *root = json_loadb(input->bytes, input->size, JSON_REJECT_DUPLICATES, &where);
    if (!root) return err_at(err, ERR_FORMAT, input->path, where.line, where.column, "expected JSON: %s", where.text);
    out->answers = ANSWERS_NEXT;
    out->input = out->output = VALUES_SETS;
    out->channels = out->answer_channels = KEYS;
    out->shape = TEXT_LINES;
    struct rolls rolls = {.path = input->path, .log = log, .err = err};
    builder_start(&rolls.builder, out);
    bool good = json_is_object(root) ||
                err_at(err, ERR_FORMAT, input->path, 1, 1, "expected an object with the parts train, valid and test");
    good = good && put_all(&rolls, root);
    json_decref(root);
    reader_note_ends(input, out);
    return good;
}

const struct reader reader_piano_roll = {
    .id = "piano-roll", .title = "piano rolls as JSON", .sniff = sniff, .read = read_rolls};
