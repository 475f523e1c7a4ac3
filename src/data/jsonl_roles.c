#include "jsonl_roles.h"

#include "columns.h"
#include "counter.h"
#include "lines.h"
#include "mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SAMPLED = 200, LABELS_MOST = 50 };

// What the values of a key are, over the sample.
struct key {
    char name[JSONL_KEY];
    int texts, scalars, number_lists, text_lists, channels;
    long characters;
    struct token_counter values;
};

struct keys {
    struct key items[JSONL_KEYS_MOST];
    int count, objects;
};

static struct key *find_key(struct keys *keys, const char *name) {
    for (int k = 0; k < keys->count; k++)
        if (strcmp(keys->items[k].name, name) == 0) return &keys->items[k];
    if (keys->count == JSONL_KEYS_MOST || strlen(name) >= JSONL_KEY || !*name) return NULL;
    struct key *key = &keys->items[keys->count++];
    *key = (struct key){0};
    snprintf(key->name, sizeof key->name, "%s", name);
    token_counter_start(&key->values, TOKENS_LABEL, false);
    return key;
}

static void look_at(struct key *key, const json_t *value) {
    const json_t *first = json_array_get(value, 0);
    char number[32];
    if (json_is_string(value)) {
        key->texts++;
        key->characters += (long)json_string_length(value);
        token_counter_add(&key->values, json_string_value(value), json_string_length(value));
    } else if (json_is_integer(value) || json_is_boolean(value)) {
        int size = snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        token_counter_add(&key->values, number, (size_t)size);
    }
    key->scalars += json_is_string(value) || json_is_integer(value) || json_is_boolean(value) || json_is_real(value);
    key->text_lists += json_is_string(first);
    bool lists = json_is_array(first) && json_array_size(first) > 0;
    key->number_lists += json_is_number(first) || (lists && json_is_number(json_array_get(first, 0)));
    if (key->channels == 0) key->channels = lists ? (int)json_array_size(first) : 1;
}

static void sample(struct keys *keys, const struct reader_input *input) {
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    while (keys->objects < SAMPLED && lines_next(&lines, &line)) {
        json_t *object = json_loadb(line.text, line.size, 0, NULL), *value;
        const char *name;
        json_object_foreach(object, name, value) {
            struct key *key = find_key(keys, name);
            if (key) look_at(key, value);
        }
        keys->objects += json_is_object(object);
        json_decref(object);
    }
}

static const char *const label_names[] = {"label",  "class",    "category", "sentiment", "stars",
                                          "rating", "language", "y",        NULL};
static const char *const source_names[] = {"source", "src", "input", "question", "prompt", NULL};
static const char *const target_names[] = {"target", "tgt", "output", "answer", "completion", "translation", NULL};
static const char *const token_names[] = {"tokens", "words", NULL};
static const char *const tag_names[] = {"tags", "ner_tags", "labels", "ner", "pos", NULL};

static struct key *named(struct keys *keys, const char *const *names) {
    for (int k = 0; k < keys->count; k++)
        for (int n = 0; names[n]; n++)
            if (strcasecmp(keys->items[k].name, names[n]) == 0) return &keys->items[k];
    return NULL;
}

static bool most(int n, const struct keys *keys) {
    return n * 2 > keys->objects;
}

static struct key *label_among(struct keys *keys) {
    struct key *best = named(keys, label_names);
    if (best && most(best->scalars, keys)) return best;
    best = NULL;
    for (int k = 0; k < keys->count; k++) {
        struct key *key = &keys->items[k];
        int distinct = key->values.seen.count;
        if (!most(key->scalars, keys) || distinct < 2 || distinct > LABELS_MOST || distinct * 4 > keys->objects)
            continue;
        if (!best || distinct < best->values.seen.count) best = key;
    }
    return best;
}

static struct key *longest_text(struct keys *keys, const struct key *but) {
    struct key *best = NULL;
    for (int k = 0; k < keys->count; k++) {
        struct key *key = &keys->items[k];
        if (key != but && most(key->texts, keys) && (!best || key->characters > best->characters)) best = key;
    }
    return best;
}

static void set(char *to, const struct key *key) {
    if (key) snprintf(to, JSONL_KEY, "%s", key->name);
}

static void guess(struct keys *keys, struct jsonl_roles *out) {
    struct key *tokens = named(keys, token_names), *tags = named(keys, tag_names);
    if (tokens && tags && most(tokens->text_lists, keys)) {
        set(out->tokens, tokens);
        set(out->tags, tags);
        return;
    }
    for (int k = 0; k < keys->count; k++)
        if (most(keys->items[k].number_lists, keys)) {
            set(out->value, &keys->items[k]);
            out->channels = keys->items[k].channels;
            set(out->label, label_among(keys));
            return;
        }
    struct key *source = named(keys, source_names), *target = named(keys, target_names);
    if (source && target && most(source->texts, keys) && most(target->scalars, keys)) {
        set(out->text, source);
        set(out->target, target);
        return;
    }
    struct key *label = label_among(keys), *text = longest_text(keys, label);
    set(out->text, text ? text : longest_text(keys, NULL));
    set(out->label, text ? label : NULL);
}

static bool take_wishes(const char *columns, struct keys *keys, const char *path, struct jsonl_roles *out,
                        struct err *err) {
    struct column_wish wishes[COLUMN_WISHES_MOST];
    int n = columns_parse(columns, wishes, err);
    if (n < 0) return false;
    for (int k = 0; k < n; k++) {
        const struct column_wish *wish = &wishes[k];
        char *const places[ROLE_COUNT] = {
            [ROLE_TEXT] = out->text,   [ROLE_LABEL] = out->label,   [ROLE_TARGET] = out->target,
            [ROLE_VALUE] = out->value, [ROLE_TOKENS] = out->tokens, [ROLE_TAGS] = out->tags};
        struct key *key = NULL;
        for (int i = 0; i < keys->count; i++)
            if (wish->name[0] && strcmp(keys->items[i].name, wish->name) == 0) key = &keys->items[i];
        if (!key)
            return err_at(err, ERR_VALUE, path, 0, 0,
                          "--columns: expected the name of a key of the first objects, found \"%s\"",
                          wish->name[0] ? wish->name : "a number");
        if (places[wish->role]) set(places[wish->role], key);
        if (wish->role == ROLE_VALUE) out->channels = key->channels;
    }
    return true;
}

static bool is_complete(const struct jsonl_roles *r, const char *path, struct err *err) {
    bool tokens = r->tokens[0] && r->tags[0], one = r->text[0] || r->value[0] || tokens;
    if (one && !r->tokens[0] == !r->tags[0]) return true;
    return err_at(
        err, ERR_FORMAT, path, 0, 0,
        "expected objects with a text (and a label or a target), a list of numbers, or lists of tokens and tags; "
        "found none of them (--columns text=KEY,label=KEY says which)");
}

static void index_keys(const struct keys *keys, struct jsonl_roles *out) {
    const struct {
        const char *key;
        enum column_role role;
    } known[] = {{out->text, ROLE_TEXT},   {out->label, ROLE_LABEL},   {out->target, ROLE_TARGET},
                 {out->value, ROLE_VALUE}, {out->tokens, ROLE_TOKENS}, {out->tags, ROLE_TAGS}};
    out->count = keys->count;
    for (int k = 0; k < keys->count; k++) {
        snprintf(out->keys[k], JSONL_KEY, "%s", keys->items[k].name);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strcmp(known[i].key, out->keys[k]) == 0) out->roles[k] = known[i].role;
    }
}

bool jsonl_find_roles(const struct reader_input *input, const struct data_options *options, struct jsonl_roles *out,
                      struct err *err) {
    struct keys *keys = mem_need(1, sizeof *keys);
    *out = (struct jsonl_roles){.channels = 1};
    sample(keys, input);
    bool good = true;
    for (int k = 0; good && k < keys->count; k++)
        if (keys->items[k].values.no_memory)
            good = err_at(err, ERR_MEMORY, input->path, 0, 0, "no memory to look at the keys");
    if (good && options->columns)
        good = take_wishes(options->columns, keys, input->path, out, err);
    else if (good)
        guess(keys, out);
    good = good && is_complete(out, input->path, err);
    if (good) index_keys(keys, out);
    for (int k = 0; k < keys->count; k++)
        token_counter_release(&keys->items[k].values);
    mem_free(keys);
    return good;
}
