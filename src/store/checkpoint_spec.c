#include "checkpoint_parts.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const activation_names[ACTIVATION_COUNT] = {
    [ACTIVATION_TANH] = "tanh",
    [ACTIVATION_RELU] = "relu",
};

// ---- the description as JSON ----

// The whole numbers of a description, by name: written, read and checked from one table.
static const struct size_field {
    const char *name;
    size_t offset; // into struct net_spec
    bool optional; // 0 where the description does not have it
} size_fields[] = {
    {"layers", offsetof(struct net_spec, layers), false},         {"hidden", offsetof(struct net_spec, hidden), false},
    {"directions", offsetof(struct net_spec, directions), false}, {"inputs", offsetof(struct net_spec, inputs), false},
    {"outputs", offsetof(struct net_spec, outputs), false},       {"embed", offsetof(struct net_spec, embed), true},
};
enum { SIZE_FIELDS = sizeof size_fields / sizeof *size_fields };

static int *size_of(struct net_spec *spec, int field) {
    return (int *)((char *)spec + size_fields[field].offset);
}

char *spec_text(const struct net_spec *spec) {
    struct net_spec copy = *spec;
    json_t *json =
        json_pack("{s:i, s:s, s:s, s:s, s:s, s:b}", "format", CHECKPOINT_FORMAT, "cell", net_cell(spec)->name,
                  "activation", activation_names[spec->activation], "kind", net_kind_names[spec->kind], "output",
                  net_output_names[spec->output], "real_input", spec->real_input);
    for (int i = 0; json && i < SIZE_FIELDS; i++)
        json_object_set_new(json, size_fields[i].name, json_integer(*size_of(&copy, i)));
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return text;
}

// The index of the name that `key` holds, or -1 with err.
static int choice(const json_t *json, const char *key, const char *const *names, int count, const char *path,
                  struct err *err) {
    const char *name = json_string_value(json_object_get(json, key));
    for (int i = 0; name && i < count; i++)
        if (strcmp(name, names[i]) == 0) return i;
    err_at(err, ERR_FORMAT, path, 0, 0, "the model's description names no known %s", key);
    return -1;
}

static bool read_choices(const json_t *json, struct net_spec *spec, const char *path, struct err *err) {
    const char *cell = json_string_value(json_object_get(json, "cell"));
    if (!cell || !cell_by_name(cell, &spec->cell))
        return err_at(err, ERR_FORMAT, path, 0, 0, "the model's description names no known cell");
    int activation = choice(json, "activation", activation_names, ACTIVATION_COUNT, path, err);
    int kind = activation < 0 ? -1 : choice(json, "kind", net_kind_names, NET_KIND_COUNT, path, err);
    int output = OUTPUT_SOFTMAX; // descriptions of before the other two do not say it
    if (kind >= 0 && json_object_get(json, "output"))
        output = choice(json, "output", net_output_names, OUTPUT_COUNT, path, err);
    spec->activation = (enum activation)activation;
    spec->kind = (enum net_kind)kind;
    spec->output = (enum net_output)output;
    return kind >= 0 && output >= 0;
}

static bool read_sizes(const json_t *json, struct net_spec *spec, const char *path, struct err *err) {
    for (int i = 0; i < SIZE_FIELDS; i++) {
        const json_t *value = json_object_get(json, size_fields[i].name);
        if (!value && size_fields[i].optional) continue;
        json_int_t number = json_integer_value(value);
        if (!json_is_integer(value) || number < 0 || number > NET_MAX_VOCABULARY)
            return err_at(err, ERR_FORMAT, path, 0, 0, "the model's description: expected \"%s\" from %d to %d",
                          size_fields[i].name, size_fields[i].optional ? 0 : 1, NET_MAX_VOCABULARY);
        *size_of(spec, i) = (int)number;
    }
    return true;
}

static bool spec_from_json(const json_t *json, struct net_spec *spec, const char *path, struct err *err) {
    const json_t *version = json_object_get(json, "format"), *real = json_object_get(json, "real_input");
    if (!json_is_integer(version))
        return err_at(err, ERR_FORMAT, path, 0, 0, "the model's description has no \"format\" number");
    if (json_integer_value(version) != CHECKPOINT_FORMAT)
        return err_at(err, ERR_FORMAT, path, 0, 0,
                      "expected a description of format %d, found %lld: it comes from another version of unroll",
                      CHECKPOINT_FORMAT, (long long)json_integer_value(version));
    if (real && !json_is_boolean(real))
        return err_at(err, ERR_FORMAT, path, 0, 0, "the model's description: expected \"real_input\" true or false");
    *spec = (struct net_spec){.real_input = json_is_true(real)};
    return read_choices(json, spec, path, err) && read_sizes(json, spec, path, err);
}

static bool spec_from_meta(const char *text, struct net_spec *spec, const char *path, struct err *err) {
    json_t *json = meta_parse(text, "unroll", path, err);
    if (!json) return false;
    bool good = spec_from_json(json, spec, path, err);
    json_decref(json);
    return good;
}

// ---- a file without description: what its tensors say ----

static const struct tensor *find(const struct tensor_file *file, const char *prefix, const char *name) {
    char whole[2 * NET_NAME];
    snprintf(whole, sizeof whole, "%s%s", prefix, name);
    return tensor_file_find(file, whole);
}

// Takes the size where it is not known yet (0) and the tensor is there.
static void take_size(int *size, const struct tensor *tensor, int d) {
    if (*size == 0 && tensor && d < tensor->dims && tensor->shape[d] <= NET_MAX_VOCABULARY)
        *size = (int)tensor->shape[d];
}

// Blocks of H rows in the recurrent weights tell the cells apart; three are PyTorch's GRU, since that is what writes
// files without a description.
static enum cell_id cell_of(const struct tensor_file *file, const char *prefix, int hidden) {
    const struct tensor *weights = find(file, prefix, "rnn.weight_hh_l0");
    bool diagonal = find(file, prefix, "rnn.weight_ch_l0") != NULL;
    int64_t blocks = weights && weights->dims == 2 && hidden > 0 ? weights->shape[0] / hidden : 0;
    static const struct {
        int64_t blocks;
        const char *cell;
        bool diagonal;
    } known[] = {{1, "rnn", false},
                 {2, "gru_simple", false},
                 {3, "gru_reset_after", false},
                 {4, "lstm", false},
                 {4, "lstm_peephole", true}};
    enum cell_id cell;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].blocks == blocks && known[i].diagonal == diagonal && cell_by_name(known[i].cell, &cell))
            return cell;
    return CELL_COUNT;
}

// The layer's name is missing or another one: what the file has in its place.
static bool say_names(const struct tensor_file *file, const char *path, struct err *err) {
    static const char first[] = "weight_ih_l0";
    const char *found = NULL;
    for (int i = 0; i < file->count && !found; i++) {
        const char *name = file->tensors[i].name;
        size_t length = strlen(name);
        if (length >= sizeof first - 1 && strcmp(name + length - (sizeof first - 1), first) == 0) found = name;
    }
    if (!found)
        return err_at(err, ERR_FORMAT, path, 0, 0,
                      "expected a tensor rnn.weight_ih_l0 (or encoder.rnn.weight_ih_l0), found none of that name");
    return err_at(err, ERR_FORMAT, path, 0, 0,
                  "expected a tensor rnn.weight_ih_l0, found %.60s: name the recurrent layer rnn, the nn.Linear behind "
                  "it head and the nn.Embedding before it embed (in an encoder-decoder under encoder. and decoder.)",
                  found);
}

static bool spec_from_tensors(const struct tensor_file *file, struct net_spec *spec, const char *path,
                              struct err *err) {
    const char *prefix = "", *head = "";
    if (tensor_file_find(file, "encoder.rnn.weight_ih_l0")) {
        spec->kind = NET_ENCODER_DECODER;
        prefix = "encoder.";
        head = "decoder.";
    }
    const struct tensor *embed = find(file, prefix, "embed.weight"), *first = find(file, prefix, "rnn.weight_ih_l0");
    if (!first) return say_names(file, path, err);
    take_size(&spec->embed, embed, 1);
    take_size(&spec->inputs, embed ? embed : first, embed ? 0 : 1);
    take_size(&spec->hidden, find(file, prefix, "rnn.weight_hh_l0"), 1);
    take_size(&spec->outputs, find(file, head, "head.weight"), 0);
    if (spec->directions == 0) spec->directions = find(file, prefix, "rnn.weight_ih_l0_reverse") ? 2 : 1;
    if (spec->cell == CELL_COUNT) spec->cell = cell_of(file, prefix, spec->hidden);
    if (spec->cell == CELL_COUNT)
        return err_at(err, ERR_FORMAT, path, 0, 0,
                      "expected rnn.weight_hh_l0 with the rows of 1, 2, 3 or 4 gate blocks of %d units, found others; "
                      "say what cell it is with --cell",
                      spec->hidden);
    char name[NET_NAME];
    if (spec->layers > 0) return true;
    do
        snprintf(name, sizeof name, "rnn.weight_ih_l%d", ++spec->layers);
    while (spec->layers < NET_MAX_LAYERS && find(file, prefix, name));
    return true;
}

bool spec_find(const struct tensor_file *file, const struct net_spec *spec_if_missing, struct net_spec *spec,
               const char *path, struct err *err) {
    const char *text = tensor_file_meta(file, "unroll");
    if (text) return spec_from_meta(text, spec, path, err);
    if (!spec_if_missing)
        return err_at(err, ERR_VALUE, path, 0, 0,
                      "the file holds no description of its model (another program wrote it); say what it is with "
                      "the model options: --cell and, where they are not the usual ones, --kind and --activation");
    *spec = *spec_if_missing;
    return spec_from_tensors(file, spec, path, err);
}
