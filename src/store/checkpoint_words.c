#include "checkpoint_parts.h"
#include "tokens.h"

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

// How a vocabulary cuts text: its kind of tokens, and behind it the words of what else holds.
enum { LOWER, REVERSED, TRAITS };
static const char *const traits[TRAITS] = {[LOWER] = "lower", [REVERSED] = "reversed"};

static void put_tokens(struct tensor_writer *writer, const char *key, const struct vocabulary *vocabulary) {
    char text[48];
    snprintf(text, sizeof text, "%s%s%s", token_kind_names[vocabulary->tokens], vocabulary->lower ? " lower" : "",
             vocabulary->reversed ? " reversed" : "");
    tensor_writer_meta(writer, key, text);
}

// The index of the first `length` bytes of text among names, or -1.
static int find_name(const char *text, size_t length, const char *const *names, int count) {
    for (int i = 0; i < count; i++)
        if (strlen(names[i]) == length && memcmp(names[i], text, length) == 0) return i;
    return -1;
}

static bool parse_tokens(const char *text, const char *key, struct vocabulary *vocabulary, const char *path,
                         struct err *err) {
    size_t length = strcspn(text, " ");
    int kind = find_name(text, length, token_kind_names, TOKENS_KIND_COUNT);
    unsigned seen = 0;
    bool good = kind >= 0;
    for (const char *at = text + length; good && *at; at += length) {
        length = strcspn(++at, " ");
        int trait = find_name(at, length, traits, TRAITS);
        good = trait >= 0 && !(seen & 1u << trait);
        seen |= trait >= 0 ? 1u << trait : 0;
    }
    if (!good)
        return err_at(err, ERR_FORMAT, path, 0, 0,
                      "metadata \"%s\": expected character, word, byte or label, and behind it lower or reversed where "
                      "they hold",
                      key);
    vocabulary->tokens = (enum token_kind)kind;
    vocabulary->lower = (seen & 1u << LOWER) != 0;
    vocabulary->reversed = (seen & 1u << REVERSED) != 0;
    return true;
}

static bool read_texts(const json_t *list, const char *key, struct vocabulary *vocabulary, const char *path,
                       struct err *err) {
    size_t count = json_array_size(list), first = (size_t)vocabulary->count; // the marks, of what has them
    if (!json_is_array(list) || count < first || count < 1 || count > NET_MAX_VOCABULARY)
        return err_at(err, ERR_FORMAT, path, 0, 0, "expected the %s as a list of %d to %d symbols", key,
                      first > 0 ? (int)first : 1, NET_MAX_VOCABULARY);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !text[0]) return err_at(err, ERR_FORMAT, path, 0, 0, "symbol %zu of the %s is no text", i, key);
        if (i < first && strcmp(text, vocabulary->texts[i]) != 0)
            return err_at(err, ERR_FORMAT, path, 0, 0, "expected symbol %zu of the %s to be %s", i, key,
                          vocabulary->texts[i]);
        if (i >= first && vocabulary->tokens == TOKENS_BYTE && token_byte(text) < 0)
            return err_at(err, ERR_FORMAT, path, 0, 0,
                          "symbol %zu of the %s is no byte: expected a character or <0x..>", i, key);
        int index = vocabulary_add(vocabulary, text, strlen(text));
        if (index < 0) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory for a %s of %zu symbols", key, count);
        if ((size_t)index != i)
            return err_at(err, ERR_FORMAT, path, 0, 0, "symbol %zu of the %s stands there twice", i, key);
    }
    return true;
}

// The two lists: a text for each symbol that the model reads, and for each output where those are others.
enum { INPUTS, LABELS, LISTS };
static const struct list {
    const char *key, *tokens;
} lists[LISTS] = {[INPUTS] = {"vocabulary", "tokens"}, [LABELS] = {"labels", "label_tokens"}};

static bool check_count(int list, const struct net_spec *spec, int found, enum err_code code, const char *path,
                        struct err *err) {
    int expected = list == LABELS ? spec->outputs : spec->inputs;
    if (list == INPUTS && spec->real_input)
        return err_at(err, code, path, 0, 0, "expected no vocabulary, since the model reads numbers; found %d symbols",
                      found);
    if (found == expected) return true;
    return err_at(err, code, path, 0, 0, "expected %d symbols in the %s, as many as the model has; found %d", expected,
                  lists[list].key, found);
}

bool words_write(struct tensor_writer *writer, const struct net_spec *spec, const struct vocabulary *vocabulary,
                 const struct vocabulary *labels, const char *path, struct err *err) {
    const struct vocabulary *const words[LISTS] = {[INPUTS] = vocabulary, [LABELS] = labels};
    for (int i = 0; i < LISTS; i++) {
        if (!words[i] || words[i]->count == 0) continue;
        if (!check_count(i, spec, words[i]->count, ERR_VALUE, path, err) ||
            !meta_put(writer, lists[i].key, texts_json(words[i]), path, err))
            return false;
        put_tokens(writer, lists[i].tokens, words[i]);
    }
    return true;
}

static bool read_list(int i, const struct tensor_file *file, const struct net_spec *spec, struct vocabulary *words,
                      const char *path, struct err *err) {
    const char *text = tensor_file_meta(file, lists[i].key), *tokens = tensor_file_meta(file, lists[i].tokens);
    struct vocabulary kind = {.tokens = TOKENS_CHARACTER}; // files of before there were other tokens do not say it
    if (!text) return true;
    if (tokens && !parse_tokens(tokens, lists[i].tokens, &kind, path, err)) return false;
    json_t *json = meta_parse(text, lists[i].key, path, err);
    if (!json) return false;
    if (kind.tokens == TOKENS_LABEL)
        vocabulary_init_labels(words);
    else
        vocabulary_init(words);
    words->tokens = kind.tokens;
    words->lower = kind.lower;
    words->reversed = kind.reversed;
    bool good = read_texts(json, lists[i].key, words, path, err);
    json_decref(json);
    return good && check_count(i, spec, words->count, ERR_FORMAT, path, err);
}

bool words_read(const struct tensor_file *file, const struct net_spec *spec, struct checkpoint *checkpoint,
                const char *path, struct err *err) {
    return read_list(INPUTS, file, spec, &checkpoint->vocabulary, path, err) &&
           read_list(LABELS, file, spec, &checkpoint->labels, path, err);
}
