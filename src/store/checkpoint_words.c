#include "checkpoint_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *texts_json(const struct vocabulary *vocabulary) {
    json_t *list = json_array();
    bool good = list != NULL;
    for (int i = 0; good && i < vocabulary->count; i++)
        good = json_array_append_new(list, json_string(vocabulary->texts[i])) == 0;
    char *text = good ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);
    return text;
}

static bool read_texts(const json_t *list, const char *key, struct vocabulary *vocabulary, const char *path,
                       struct err *err) {
    static const char *const marks[] = {"<EOS>", "<UNK>"};
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count < VOCABULARY_FIRST || count > NET_MAX_VOCABULARY)
        return err_at(err, ERR_FORMAT, path, 0, 0, "expected the %s as a list of 2 to %d symbols", key,
                      NET_MAX_VOCABULARY);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !text[0]) return err_at(err, ERR_FORMAT, path, 0, 0, "symbol %zu of the %s is no text", i, key);
        if (i < VOCABULARY_FIRST && strcmp(text, marks[i]) != 0)
            return err_at(err, ERR_FORMAT, path, 0, 0, "expected symbol %zu of the %s to be %s", i, key, marks[i]);
        int index = vocabulary_add(vocabulary, text, strlen(text));
        if (index < 0) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory for a %s of %zu symbols", key, count);
        if ((size_t)index != i)
            return err_at(err, ERR_FORMAT, path, 0, 0, "symbol %zu of the %s stands there twice", i, key);
    }
    return true;
}

// A list of texts has one a symbol that the model reads ("vocabulary") or an output that it has ("labels").
static bool check_count(const char *key, int expected, int found, enum err_code code, const char *path,
                        struct err *err) {
    if (found == expected) return true;
    return err_at(err, code, path, 0, 0, "expected a %s of %d symbols as the model has, found %d", key, expected,
                  found);
}

static int inputs_named(const struct net_spec *spec) {
    return spec->real_input ? spec->outputs : spec->inputs;
}

bool words_write(struct tensor_writer *writer, const struct net_spec *spec, const struct vocabulary *vocabulary,
                 const struct vocabulary *labels, const char *path, struct err *err) {
    const struct {
        const char *key;
        const struct vocabulary *words;
        int expected;
    } lists[] = {{"vocabulary", vocabulary, inputs_named(spec)}, {"labels", labels, spec->outputs}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct vocabulary *words = lists[i].words;
        if (!words || words->count == 0) continue;
        if (!check_count(lists[i].key, lists[i].expected, words->count, ERR_VALUE, path, err) ||
            !meta_put(writer, lists[i].key, texts_json(words), path, err))
            return false;
    }
    return true;
}

static bool read_list(const struct tensor_file *file, const char *key, int expected, struct vocabulary *words,
                      const char *path, struct err *err) {
    const char *text = tensor_file_meta(file, key);
    if (!text) return true;
    json_t *list = meta_parse(text, key, path, err);
    if (!list) return false;
    vocabulary_init(words);
    bool good = read_texts(list, key, words, path, err);
    json_decref(list);
    return good && check_count(key, expected, words->count, ERR_FORMAT, path, err);
}

bool words_read(const struct tensor_file *file, const struct net_spec *spec, struct checkpoint *checkpoint,
                const char *path, struct err *err) {
    return read_list(file, "vocabulary", inputs_named(spec), &checkpoint->vocabulary, path, err) &&
           read_list(file, "labels", spec->outputs, &checkpoint->labels, path, err);
}
