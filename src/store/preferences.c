#include "preferences.h"

#include "cell.h"
#include "file.h"
#include "mem.h"
#include "str.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1, FILE_MAX_BYTES = 1 << 20 };
static const double SCALE_MIN = 0.25, SCALE_MAX = 8;

static const char *const notation_names[NOTATION_COUNT] = {
    [NOTATION_COURSE] = "course",
    [NOTATION_PAPER] = "paper",
    [NOTATION_PYTORCH] = "pytorch",
};

enum { WEIGHTS = 3 };
static const char *const weights_names[WEIGHTS] = {"usual", "split", "stacked"};

struct preferences preferences_default(void) {
    return (struct preferences){.scale = 1};
}

static bool configuration(char *out, int size, const char *name) {
    const char *configuration = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int length;
    if (configuration && configuration[0] == '/') // the XDG rules say to ignore a relative one
        length = snprintf(out, (size_t)size, "%s/unroll/%s", configuration, name);
    else if (home && home[0])
        length = snprintf(out, (size_t)size, "%s/.config/unroll/%s", home, name);
    else
        return false;
    return length < size;
}

bool preferences_path(char *out, int size) {
    return configuration(out, size, "preferences.json");
}

bool preferences_lessons(char *out, int size) {
    return configuration(out, size, "lessons");
}

// ---- reading ----

// A key may be missing: then *out stays as it is. A value of another kind is damage.
static bool get_bool(const json_t *from, const char *key, bool *out, struct err *err) {
    const json_t *value = json_object_get(from, key);
    if (!value) return true;
    if (!json_is_boolean(value)) return err_set(err, ERR_FORMAT, "expected \"%s\" as true or false", key);
    *out = json_is_true(value);
    return true;
}

static bool get_whole(const json_t *from, const char *key, long long low, long long high, long long *out,
                      struct err *err) {
    const json_t *value = json_object_get(from, key);
    long long number = json_integer_value(value);
    if (!json_is_integer(value) || number < low || number > high)
        return err_set(err, ERR_FORMAT, "expected \"%s\" as a whole number from %lld to %lld", key, low, high);
    *out = number;
    return true;
}

static bool get_scale(const json_t *from, double *out, struct err *err) {
    const json_t *value = json_object_get(from, "scale");
    if (!value) return true;
    double scale = json_number_value(value);
    if (!json_is_number(value) || !(scale >= SCALE_MIN && scale <= SCALE_MAX))
        return err_set(err, ERR_FORMAT, "expected \"scale\" as a number from %g to %g", SCALE_MIN, SCALE_MAX);
    *out = scale;
    return true;
}

static bool get_word(const json_t *from, const char *key, const char *const *words, int count, const char *expected,
                     int *out, struct err *err) {
    const json_t *value = json_object_get(from, key);
    if (!value) return true;
    for (int i = 0; json_is_string(value) && i < count; i++) {
        if (strcmp(json_string_value(value), words[i]) != 0) continue;
        *out = i;
        return true;
    }
    return err_set(err, ERR_FORMAT, "expected \"%s\" as %s", key, expected);
}

// The list at `key`, NULL when missing; its length at most `max`.
static bool get_list(const json_t *from, const char *key, size_t max, const json_t **out, struct err *err) {
    *out = json_object_get(from, key);
    if (*out && (!json_is_array(*out) || json_array_size(*out) > max))
        return err_set(err, ERR_FORMAT, "expected \"%s\" as a list of at most %zu", key, max);
    return true;
}

static bool copy_text(const json_t *value, char *out, size_t size, const char *what, struct err *err) {
    const char *text = json_string_value(value);
    if (!text || !text[0] || strlen(text) >= size)
        return err_set(err, ERR_FORMAT, "expected \"%s\" as a text of 1 to %zu bytes", what, size - 1);
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool get_recent(const json_t *from, struct preferences *p, struct err *err) {
    const json_t *list;
    if (!get_list(from, "recent", PREFERENCES_RECENT, &list, err)) return false;
    for (size_t i = 0; i < json_array_size(list); i++, p->recent_count++)
        if (!copy_text(json_array_get(list, i), p->recent[i], sizeof p->recent[i], "recent", err)) return false;
    return true;
}

// Missing in files that were written before tasks were kept.
static bool get_tasks(const json_t *from, struct progress *to, struct err *err) {
    const json_t *list;
    if (!get_list(from, "tasks", PROGRESS_PARTS, &list, err)) return false;
    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *value = json_array_get(list, k);
        json_int_t bits = json_integer_value(value);
        if (!json_is_integer(value) || bits < 0 || bits > 0xFFFFFFFFll)
            return err_set(err, ERR_FORMAT, "expected \"tasks\" as whole numbers from 0 to %lld", 0xFFFFFFFFll);
        to->tasks[k] = (unsigned)bits;
    }
    return true;
}

static bool get_progress(const json_t *from, struct preferences *p, struct err *err) {
    const json_t *list;
    if (!get_list(from, "progress", PROGRESS_MAX, &list, err)) return false;
    for (size_t i = 0; i < json_array_size(list); i++, p->progress_count++) {
        const json_t *entry = json_array_get(list, i);
        struct progress *progress = &p->progress[i];
        long long part = 0, done = 0;
        if (!copy_text(json_object_get(entry, "lesson"), progress->lesson, sizeof progress->lesson, "lesson", err) ||
            !get_whole(entry, "part", 0, PROGRESS_PARTS - 1, &part, err) ||
            !get_whole(entry, "parts_done", 0, 0xFFFFFFFFll, &done, err) || !get_tasks(entry, progress, err))
            return false;
        progress->part = (int)part;
        progress->parts_done = (unsigned)done;
    }
    return true;
}

static bool from_json(const json_t *json, struct preferences *p, bool *newer, struct err *err) {
    long long version = 0;
    if (!json_is_object(json)) return err_set(err, ERR_FORMAT, "expected a JSON object");
    if (!get_whole(json, "version", 1, 1000000, &version, err)) return false;
    *newer = version > FORMAT_VERSION;
    if (*newer)
        return err_set(err, ERR_FORMAT, "expected version %d, found %lld: a newer unroll wrote it", FORMAT_VERSION,
                       version);
    return get_bool(json, "dark", &p->dark, err) && get_bool(json, "reduced_motion", &p->reduced_motion, err) &&
           get_bool(json, "sign_marks", &p->sign_marks, err) && get_bool(json, "contrast", &p->contrast, err) &&
           get_bool(json, "narrate", &p->narrate, err) && get_scale(json, &p->scale, err) &&
           get_word(json, "notation", notation_names, NOTATION_COUNT, "course, paper or pytorch", &p->notation, err) &&
           get_word(json, "weights", weights_names, WEIGHTS, "usual, split or stacked", &p->weights, err) &&
           get_recent(json, p, err) && get_progress(json, p, err);
}

static bool parse(const struct bytes *bytes, struct preferences *p, bool *newer, struct err *err) {
    json_error_t why;
    json_t *json = json_loadb(bytes->data, bytes->size, JSON_REJECT_DUPLICATES, &why);
    if (!json) return err_at(err, ERR_FORMAT, "", why.line, why.column, "%s", why.text);
    bool good = from_json(json, p, newer, err);
    json_decref(json);
    return good;
}

bool preferences_load(struct preferences *preferences, const char *path, struct err *err) {
    *preferences = preferences_default();
    if (!file_exists(path)) return true; // the first run
    struct bytes bytes;
    if (!file_read(path, FILE_MAX_BYTES, &bytes, err)) return false;
    struct err why = {0};
    bool newer = false, good = parse(&bytes, preferences, &newer, &why);
    bytes_release(&bytes);
    if (good) return true;
    *preferences = preferences_default();
    struct str aside = {0};
    file_set_aside(path, newer ? "newer" : "damaged", &aside);
    err_at(err, ERR_FORMAT, path, why.line, why.column, "%.200s; it was %s%s and the usual settings are used",
           why.message, aside.size ? "set aside as " : "left where it is", aside.size ? file_name(aside.data) : "");
    str_release(&aside);
    return false;
}

// ---- writing ----

// Takes value over; false when there is no memory, or a text is not UTF-8.
static bool put(json_t *object, const char *key, json_t *value) {
    return json_object_set_new(object, key, value) == 0;
}

static json_t *recent_json(const struct preferences *p) {
    json_t *list = json_array();
    for (int i = 0; i < p->recent_count && i < PREFERENCES_RECENT; i++) {
        json_t *path = json_string(p->recent[i]);
        if (path && p->recent[i][0]) // a path that is not UTF-8 has no JSON form and is forgotten
            json_array_append_new(list, path);
        else
            json_decref(path);
    }
    return list;
}

// Up to the last part with a task that is done.
static json_t *tasks_json(const struct progress *progress) {
    json_t *list = json_array();
    int count = PROGRESS_PARTS;
    while (count > 0 && !progress->tasks[count - 1])
        count--;
    for (int k = 0; k < count; k++)
        json_array_append_new(list, json_integer((json_int_t)progress->tasks[k]));
    return list;
}

static json_t *progress_json(const struct preferences *p) {
    json_t *list = json_array();
    for (int i = 0; i < p->progress_count && i < PROGRESS_MAX; i++) {
        const struct progress *progress = &p->progress[i];
        int part = progress->part < 0 ? 0 : progress->part >= PROGRESS_PARTS ? PROGRESS_PARTS - 1 : progress->part;
        if (!progress->lesson[0]) continue;
        json_t *entry = json_pack("{s:s, s:i, s:I, s:o}", "lesson", progress->lesson, "part", part, "parts_done",
                                  (json_int_t)progress->parts_done, "tasks", tasks_json(progress));
        json_array_append_new(list, entry);
    }
    return list;
}

static char *to_text(const struct preferences *p) {
    json_t *json = json_object();
    bool good = put(json, "version", json_integer(FORMAT_VERSION)) && put(json, "dark", json_boolean(p->dark)) &&
                put(json, "reduced_motion", json_boolean(p->reduced_motion)) &&
                put(json, "sign_marks", json_boolean(p->sign_marks)) &&
                put(json, "contrast", json_boolean(p->contrast)) && put(json, "narrate", json_boolean(p->narrate)) &&
                put(json, "scale", json_real(p->scale)) &&
                put(json, "notation", json_string(notation_names[p->notation])) &&
                put(json, "weights", json_string(weights_names[p->weights])) && put(json, "recent", recent_json(p)) &&
                put(json, "progress", progress_json(p));
    char *text = good ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    return text;
}

bool preferences_save(const struct preferences *preferences, const char *path, struct err *err) {
    double scale = preferences->scale;
    int notation = preferences->notation;
    if (!(scale >= SCALE_MIN && scale <= SCALE_MAX))
        return err_at(err, ERR_VALUE, path, 0, 0, "expected a scale from %g to %g, found %g", SCALE_MIN, SCALE_MAX,
                      scale);
    if (notation < 0 || notation >= NOTATION_COUNT)
        return err_at(err, ERR_VALUE, path, 0, 0, "there is no notation %d", notation);
    if (preferences->weights < 0 || preferences->weights >= WEIGHTS)
        return err_at(err, ERR_VALUE, path, 0, 0, "there is no form of weights %d", preferences->weights);
    char *text = to_text(preferences);
    if (!text) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory to save the preferences");
    struct str whole = {0};
    str_printf(&whole, "%s\n", text);
    free(text);
    bool good = file_make_folder_of(path, err) && file_save_whole(path, whole.data, whole.size, err);
    str_release(&whole);
    return good;
}
