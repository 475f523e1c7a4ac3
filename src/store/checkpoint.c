#include "checkpoint.h"

#include "mem.h"
#include "safetensors.h"
#include "str.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1 };

static const char *const activation_names[ACTIVATION_COUNT] = {
    [ACTIVATION_TANH] = "tanh",
    [ACTIVATION_RELU] = "relu",
};

// ---- the description ----

// The whole numbers of a description, by name: written, read and checked from one table.
static const struct size_field {
    const char *name;
    size_t offset; // into struct net_spec
} size_fields[] = {
    {"layers", offsetof(struct net_spec, layers)},         {"hidden", offsetof(struct net_spec, hidden)},
    {"directions", offsetof(struct net_spec, directions)}, {"inputs", offsetof(struct net_spec, inputs)},
    {"outputs", offsetof(struct net_spec, outputs)},
};
enum { SIZE_FIELDS = sizeof size_fields / sizeof *size_fields };

static int *size_of(struct net_spec *spec, int field) {
    return (int *)((char *)spec + size_fields[field].offset);
}

// JSON text to be freed by the caller; NULL when memory ran out.
static char *spec_text(const struct net_spec *spec) {
    struct net_spec copy = *spec;
    json_t *json = json_pack("{s:i, s:s, s:s, s:s, s:b}", "format", FORMAT_VERSION, "cell", net_cell(spec)->name,
                             "activation", activation_names[spec->activation], "kind", net_kind_names[spec->kind],
                             "real_input", spec->real_input);
    for (int i = 0; json && i < SIZE_FIELDS; i++)
        json_object_set_new(json, size_fields[i].name, json_integer(*size_of(&copy, i)));
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return text;
}

static int name_index(const char *name, const char *const *names, int count) {
    for (int i = 0; name && i < count; i++)
        if (strcmp(name, names[i]) == 0) return i;
    return -1;
}

static bool spec_from_json(const json_t *json, struct net_spec *spec, const char *path, struct err *err) {
    const json_t *version = json_object_get(json, "format");
    if (!json_is_integer(version))
        return err_at(err, ERR_FORMAT, path, 0, 0, "the model's description has no \"format\" number");
    if (json_integer_value(version) != FORMAT_VERSION)
        return err_at(err, ERR_FORMAT, path, 0, 0,
                      "expected a description of format %d, found %lld: it comes from another version of unroll",
                      FORMAT_VERSION, (long long)json_integer_value(version));
    *spec = (struct net_spec){.real_input = json_is_true(json_object_get(json, "real_input"))};
    const char *cell = json_string_value(json_object_get(json, "cell"));
    if (!cell || !cell_by_name(cell, &spec->cell))
        return err_at(err, ERR_FORMAT, path, 0, 0, "the model's description names no known cell");
    int activation =
        name_index(json_string_value(json_object_get(json, "activation")), activation_names, ACTIVATION_COUNT);
    int kind = name_index(json_string_value(json_object_get(json, "kind")), net_kind_names, NET_KIND_COUNT);
    if (activation < 0 || kind < 0)
        return err_at(err, ERR_FORMAT, path, 0, 0, "the model's description names no known %s",
                      activation < 0 ? "activation" : "kind");
    spec->activation = (enum activation)activation;
    spec->kind = (enum net_kind)kind;
    for (int i = 0; i < SIZE_FIELDS; i++) {
        const json_t *value = json_object_get(json, size_fields[i].name);
        json_int_t number = json_integer_value(value);
        if (!json_is_integer(value) || number < 0 || number > NET_MAX_VOCABULARY)
            return err_at(err, ERR_FORMAT, path, 0, 0, "the model's description: expected \"%s\" from 1 to %d",
                          size_fields[i].name, NET_MAX_VOCABULARY);
        *size_of(spec, i) = (int)number;
    }
    return true;
}

static json_t *parse_meta(const char *text, const char *key, const char *path, struct err *err) {
    json_error_t why;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    if (!json)
        err_at(err, ERR_FORMAT, path, 0, 0, "metadata \"%s\" is not valid JSON at its byte %d", key, why.position);
    return json;
}

static bool spec_from_meta(const char *text, struct net_spec *spec, const char *path, struct err *err) {
    json_t *json = parse_meta(text, "unroll", path, err);
    if (!json) return false;
    bool good = spec_from_json(json, spec, path, err);
    json_decref(json);
    return good;
}

// ---- a file without description: what its tensors say ----

static int dimension(const struct tensor_file *file, const char *name, int d) {
    const struct tensor *tensor = tensor_file_find(file, name);
    if (!tensor || d >= tensor->dims || tensor->shape[d] > NET_MAX_VOCABULARY) return 0;
    return (int)tensor->shape[d];
}

static void spec_from_tensors(const struct tensor_file *file, struct net_spec *spec) {
    char name[NET_NAME];
    if (spec->hidden == 0) spec->hidden = dimension(file, "rnn.weight_hh_l0", 1);
    if (spec->inputs == 0) spec->inputs = dimension(file, "rnn.weight_ih_l0", 1);
    if (spec->outputs == 0) spec->outputs = dimension(file, "head.weight", 0);
    if (spec->directions == 0) spec->directions = tensor_file_find(file, "rnn.weight_ih_l0_reverse") ? 2 : 1;
    if (spec->layers > 0) return;
    do
        snprintf(name, sizeof name, "rnn.weight_ih_l%d", ++spec->layers);
    while (spec->layers < NET_MAX_LAYERS && tensor_file_find(file, name));
}

// ---- tensors ----

// Whether a second bias stands in the file that only ever adds to this one.
static bool has_second_bias(const struct net_spec *spec, const struct param *param) {
    return param->role == PARAM_BIAS && !net_cell(spec)->two_biases;
}

// "rnn.bias_ih_l0" to "rnn.bias_hh_l0"
static void second_bias_name(const char *name, char out[NET_NAME]) {
    snprintf(out, NET_NAME, "%s", name);
    char *at = strstr(out, "bias_ih");
    if (at) memcpy(at, "bias_hh", 7);
}

static int shape_of(const struct param *param, int64_t shape[2]) {
    shape[0] = param->out;
    shape[1] = param->in;
    return param_is_vector(param->role) ? 1 : 2;
}

static bool check_tensor(const struct tensor *tensor, const struct param *param, const char *name, const char *path,
                         struct err *err) {
    int64_t shape[2];
    int dims = shape_of(param, shape);
    char expected[64], found[160];
    if (tensor->type != TENSOR_F32 && tensor->type != TENSOR_F64)
        return err_at(err, ERR_FORMAT, path, 0, 0, "tensor %s: expected F32 or F64, found %s", name,
                      tensor_type_names[tensor->type]);
    bool same = tensor->dims == dims;
    for (int d = 0; same && d < dims; d++)
        same = tensor->shape[d] == shape[d];
    if (same) return true;
    return err_at(err, ERR_FORMAT, path, 0, 0, "tensor %s: expected shape %s, found %s", name,
                  tensor_shape_text(dims, shape, expected, sizeof expected),
                  tensor_shape_text(tensor->dims, tensor->shape, found, sizeof found));
}

// A network without biases (bias=False in PyTorch) has none of them in the file; then they are zero.
static bool has_biases(const struct tensor_file *file) {
    for (int i = 0; i < file->count; i++)
        if (strncmp(file->tensors[i].name, "rnn.bias", 8) == 0) return true;
    return false;
}

static bool is_expected(const struct layout *layout, const char *name) {
    char first[NET_NAME];
    if (strlen(name) >= sizeof first) return false;
    if (layout_find(layout, name) >= 0) return true;
    snprintf(first, sizeof first, "%s", name);
    char *at = strstr(first, "bias_hh");
    if (at) memcpy(at, "bias_ih", 7);
    return at && layout_find(layout, first) >= 0;
}

// ---- the state of a run: names ----

static const char *const slab_names[CHECKPOINT_SLABS] = {
    [CHECKPOINT_M] = "m", [CHECKPOINT_V] = "v", [CHECKPOINT_BEST] = "best"};
static const char carried_name[] = "training.carried";

static void state_name(enum checkpoint_slab slab, const char *param, char out[2 * NET_NAME]) {
    snprintf(out, 2 * NET_NAME, "training.%s.%s", slab_names[slab], param);
}

static bool is_state_tensor(const struct layout *layout, const char *name) {
    if (strcmp(name, carried_name) == 0) return true;
    char expected[2 * NET_NAME];
    for (int s = 0; s < CHECKPOINT_SLABS; s++)
        for (int p = 0; p < layout->count; p++) {
            state_name((enum checkpoint_slab)s, layout->params[p].name, expected);
            if (strcmp(name, expected) == 0) return true;
        }
    return false;
}

static bool check_tensors(const struct tensor_file *file, const struct layout *layout, const char *path,
                          struct err *err) {
    bool biases = has_biases(file);
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        char names[2][NET_NAME];
        snprintf(names[0], NET_NAME, "%s", param->name);
        second_bias_name(param->name, names[1]);
        if ((param->role == PARAM_BIAS || param->role == PARAM_RECURRENT_BIAS) && !biases) continue;
        for (int k = 0; k < (has_second_bias(&layout->spec, param) ? 2 : 1); k++) {
            const struct tensor *tensor = tensor_file_find(file, names[k]);
            if (!tensor)
                return err_at(err, ERR_FORMAT, path, 0, 0, "expected a tensor %s, found none of that name", names[k]);
            if (!check_tensor(tensor, param, names[k], path, err)) return false;
        }
    }
    for (int i = 0; i < file->count; i++)
        if (!is_expected(layout, file->tensors[i].name) &&
            !(tensor_file_meta(file, "training") && is_state_tensor(layout, file->tensors[i].name)))
            return err_at(err, ERR_FORMAT, path, 0, 0, "found a tensor %.100s, which the model described does not have",
                          file->tensors[i].name);
    return true;
}

// PyTorch's (out, in) to the slab's (in, out).
static void read_param(const struct tensor *tensor, const struct param *param, float *slab) {
    float *to = slab + param->offset;
    for (int o = 0; o < param->out; o++)
        for (int i = 0; i < param->in; i++)
            to[(size_t)i * (size_t)param->out + (size_t)o] =
                (float)tensor_at(tensor, (size_t)o * (size_t)param->in + (size_t)i);
}

// bias_hh only ever adds to bias_ih. A zero is left out, so that -0 comes back as -0.
static void add_second_bias(const struct tensor *tensor, const struct param *param, float *slab) {
    for (int o = 0; o < param->out; o++) {
        double value = tensor_at(tensor, (size_t)o);
        if (value != 0) slab[param->offset + (size_t)o] = (float)((double)slab[param->offset + (size_t)o] + value);
    }
}

static void read_params(const struct tensor_file *file, struct model *model) {
    for (int p = 0; p < model->layout.count; p++) {
        const struct param *param = &model->layout.params[p];
        const struct tensor *tensor = tensor_file_find(file, param->name);
        if (!tensor) continue; // no biases: zero
        read_param(tensor, param, model->params);
        if (!has_second_bias(&model->layout.spec, param)) continue;
        char name[NET_NAME];
        second_bias_name(param->name, name);
        add_second_bias(tensor_file_find(file, name), param, model->params);
    }
}

// ---- the vocabulary ----

static char *vocabulary_text(const struct vocabulary *vocabulary) {
    json_t *list = json_array();
    bool good = list != NULL;
    for (int i = 0; good && i < vocabulary->count; i++)
        good = json_array_append_new(list, json_string(vocabulary->texts[i])) == 0;
    char *text = good ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);
    return text;
}

static bool read_symbols(const json_t *list, struct vocabulary *vocabulary, const char *path, struct err *err) {
    static const char *const marks[] = {"<EOS>", "<UNK>"};
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count < VOCABULARY_FIRST || count > NET_MAX_VOCABULARY)
        return err_at(err, ERR_FORMAT, path, 0, 0, "expected the vocabulary as a list of 2 to %d symbols",
                      NET_MAX_VOCABULARY);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !text[0]) return err_at(err, ERR_FORMAT, path, 0, 0, "symbol %zu of the vocabulary is no text", i);
        if (i < VOCABULARY_FIRST && strcmp(text, marks[i]) != 0)
            return err_at(err, ERR_FORMAT, path, 0, 0, "expected symbol %zu of the vocabulary to be %s", i, marks[i]);
        int index = vocabulary_add(vocabulary, text, strlen(text));
        if (index < 0) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory for a vocabulary of %zu symbols", count);
        if ((size_t)index != i)
            return err_at(err, ERR_FORMAT, path, 0, 0, "symbol %zu of the vocabulary stands there twice", i);
    }
    return true;
}

static bool check_vocabulary(const struct net_spec *spec, const struct vocabulary *vocabulary, enum err_code code,
                             const char *path, struct err *err) {
    int expected = spec->real_input ? spec->outputs : spec->inputs;
    if (vocabulary->count == expected) return true;
    return err_at(err, code, path, 0, 0, "expected a vocabulary of %d symbols as the model has, found %d", expected,
                  vocabulary->count);
}

static bool read_vocabulary(const struct tensor_file *file, const struct net_spec *spec, struct vocabulary *vocabulary,
                            const char *path, struct err *err) {
    const char *text = tensor_file_meta(file, "vocabulary");
    if (!text) return true;
    json_t *list = parse_meta(text, "vocabulary", path, err);
    if (!list) return false;
    vocabulary_init(vocabulary);
    bool good = read_symbols(list, vocabulary, path, err);
    json_decref(list);
    return good && check_vocabulary(spec, vocabulary, ERR_FORMAT, path, err);
}

// ---- whole ----

// Adds one parameter in PyTorch's shape; a cell's bias with a second one of zeros.
static bool write_turned(struct tensor_writer *writer, const struct param *param, const char *name, const float *slab,
                         bool second, const char *path, struct err *err) {
    int64_t shape[2];
    int dims = shape_of(param, shape);
    size_t in = (size_t)param->in, out = (size_t)param->out;
    float *turned = mem_array(in * out, sizeof *turned);
    if (!turned) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory to write %s", name);
    for (size_t o = 0; o < out; o++)
        for (size_t i = 0; i < in; i++)
            turned[o * in + i] = slab[param->offset + i * out + o];
    tensor_writer_add(writer, name, TENSOR_F32, dims, shape, turned);
    if (second) {
        char other[NET_NAME];
        second_bias_name(param->name, other);
        memset(turned, 0, out * sizeof *turned);
        tensor_writer_add(writer, other, TENSOR_F32, dims, shape, turned);
    }
    mem_free(turned);
    return true;
}

static bool write_param(struct tensor_writer *writer, const struct net_spec *spec, const struct param *param,
                        const float *slab, const char *path, struct err *err) {
    return write_turned(writer, param, param->name, slab, has_second_bias(spec, param), path, err);
}

static bool put_meta(struct tensor_writer *writer, const char *key, char *text, const char *path, struct err *err) {
    if (!text) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory to write the model's %s", key);
    tensor_writer_meta(writer, key, text);
    free(text); // jansson's
    return true;
}

// ---- the state of a run ----

static char *state_text(const struct checkpoint_state *state) {
    json_t *words = json_array();
    for (int i = 0; words && i < 4; i++) {
        char hex[17];
        snprintf(hex, sizeof hex, "%016llx", (unsigned long long)state->random.s[i]);
        json_array_append_new(words, json_string(hex));
    }
    json_t *json =
        json_pack("{s:i, s:I, s:o}", "format", FORMAT_VERSION, "updates", (json_int_t)state->updates, "random", words);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return text;
}

static bool write_state(struct tensor_writer *writer, const struct model *model, const struct checkpoint_state *state,
                        const char *path, struct err *err) {
    const struct net_spec *spec = &model->layout.spec;
    if (!put_meta(writer, "training", state_text(state), path, err)) return false;
    tensor_writer_meta(writer, "run", state->run);
    for (int s = 0; s < CHECKPOINT_SLABS; s++)
        for (int p = 0; state->slab[s] && p < model->layout.count; p++) {
            char name[2 * NET_NAME];
            state_name((enum checkpoint_slab)s, model->layout.params[p].name, name);
            if (!write_turned(writer, &model->layout.params[p], name, state->slab[s], false, path, err)) return false;
        }
    if (state->sequences == 0) return true;
    int64_t shape[] = {spec->layers, net_cell(spec)->state_count, state->sequences, spec->hidden};
    tensor_writer_add(writer, carried_name, TENSOR_F32, 4, shape, state->carried);
    return true;
}

static bool state_error(struct err *err, const char *path, const char *what) {
    return err_at(err, ERR_FORMAT, path, 0, 0, "the state of the run: expected %s", what);
}

static bool state_from_json(const json_t *json, struct checkpoint_state *state, const char *path, struct err *err) {
    if (json_integer_value(json_object_get(json, "format")) != FORMAT_VERSION)
        return state_error(err, path, "format 1: it comes from another version of unroll");
    const json_t *updates = json_object_get(json, "updates"), *random = json_object_get(json, "random");
    state->updates = json_integer_value(updates);
    if (!json_is_integer(updates) || state->updates < 0) return state_error(err, path, "the number of \"updates\"");
    bool any = false;
    for (size_t i = 0; i < 4; i++) {
        const char *hex = json_string_value(json_array_get(random, i));
        if (json_array_size(random) != 4 || !hex || strlen(hex) != 16 || strspn(hex, "0123456789abcdef") != 16)
            return state_error(err, path, "\"random\" as four texts of 16 hexadecimal digits");
        state->random.s[i] = strtoull(hex, NULL, 16);
        any |= state->random.s[i] != 0;
    }
    return any || state_error(err, path, "\"random\" with a digit that is not 0");
}

static bool read_slab(const struct tensor_file *file, const struct layout *layout, enum checkpoint_slab slab,
                      float **out, const char *path, struct err *err) {
    int found = 0;
    char name[2 * NET_NAME];
    for (int p = 0; p < layout->count; p++) {
        state_name(slab, layout->params[p].name, name);
        found += tensor_file_find(file, name) != NULL;
    }
    if (found == 0) return true;
    *out = mem_array(layout->size, sizeof **out);
    if (!*out) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory for the state of the run");
    for (int p = 0; p < layout->count; p++) {
        state_name(slab, layout->params[p].name, name);
        const struct tensor *tensor = tensor_file_find(file, name);
        if (!tensor) return err_at(err, ERR_FORMAT, path, 0, 0, "expected a tensor %s, found none of that name", name);
        if (!check_tensor(tensor, &layout->params[p], name, path, err)) return false;
        read_param(tensor, &layout->params[p], *out);
    }
    return true;
}

static bool read_carried(const struct tensor_file *file, const struct net_spec *spec, struct checkpoint_state *state,
                         const char *path, struct err *err) {
    const struct tensor *tensor = tensor_file_find(file, carried_name);
    if (!tensor) return true;
    bool good = tensor->type == TENSOR_F32 && tensor->dims == 4 && tensor->shape[0] == spec->layers &&
                tensor->shape[1] == net_cell(spec)->state_count && tensor->shape[2] >= 1 && tensor->shape[2] <= 65536 &&
                tensor->shape[3] == spec->hidden;
    if (!good) return state_error(err, path, "training.carried as F32 (layers, states, sequences, units)");
    state->sequences = (int)tensor->shape[2];
    state->carried = mem_array(tensor_count(tensor), sizeof(float));
    if (!state->carried) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory for the state of the run");
    memcpy(state->carried, tensor->data, tensor->bytes);
    return true;
}

static bool read_state(const struct tensor_file *file, struct checkpoint *checkpoint, const char *path,
                       struct err *err) {
    struct checkpoint_state *state = &checkpoint->state;
    const char *text = tensor_file_meta(file, "training"), *run = tensor_file_meta(file, "run");
    if (!text) return true;
    json_t *json = parse_meta(text, "training", path, err);
    bool good = json && state_from_json(json, state, path, err);
    json_decref(json);
    for (int s = 0; good && s < CHECKPOINT_SLABS; s++)
        good = read_slab(file, &checkpoint->model.layout, (enum checkpoint_slab)s, &state->slab[s], path, err);
    good = good && read_carried(file, &checkpoint->model.layout.spec, state, path, err);
    if (good) state->run = mem_copy_text(run ? run : "{}");
    return good;
}

static void state_release(struct checkpoint_state *state) {
    mem_free(state->run);
    mem_free(state->carried);
    for (int s = 0; s < CHECKPOINT_SLABS; s++)
        mem_free(state->slab[s]);
    *state = (struct checkpoint_state){0};
}

bool checkpoint_save(const char *path, const struct model *model, const struct vocabulary *vocabulary,
                     struct err *err) {
    return checkpoint_save_state(path, model, vocabulary, NULL, err);
}

bool checkpoint_save_state(const char *path, const struct model *model, const struct vocabulary *vocabulary,
                           const struct checkpoint_state *state, struct err *err) {
    struct tensor_writer *writer = tensor_writer_new();
    bool good = put_meta(writer, "unroll", spec_text(&model->layout.spec), path, err);
    if (good && vocabulary && vocabulary->count > 0)
        good = check_vocabulary(&model->layout.spec, vocabulary, ERR_VALUE, path, err) &&
               put_meta(writer, "vocabulary", vocabulary_text(vocabulary), path, err);
    for (int p = 0; good && p < model->layout.count; p++)
        good = write_param(writer, &model->layout.spec, &model->layout.params[p], model->params, path, err);
    good = good && (!state || write_state(writer, model, state, path, err));
    good = good && tensor_writer_save(writer, path, err);
    tensor_writer_free(writer);
    return good;
}

static bool find_spec(const struct tensor_file *file, const struct net_spec *spec_if_missing, struct net_spec *spec,
                      const char *path, struct err *err) {
    const char *text = tensor_file_meta(file, "unroll");
    if (text) return spec_from_meta(text, spec, path, err);
    if (!spec_if_missing)
        return err_at(err, ERR_VALUE, path, 0, 0,
                      "the file holds no description of its model (another program wrote it); say what it is with "
                      "the model options: --cell and, where they are not the usual ones, --kind and --activation");
    *spec = *spec_if_missing;
    spec_from_tensors(file, spec);
    return true;
}

// The layout is only a list of names and shapes: memory for the parameters is asked for when the file has
// them all.
static bool load(struct checkpoint *checkpoint, const struct tensor_file *file, const char *path,
                 const struct net_spec *spec_if_missing, struct err *err) {
    struct net_spec spec;
    struct layout layout;
    struct err why;
    if (!find_spec(file, spec_if_missing, &spec, path, err)) return false;
    if (!layout_init(&layout, &spec, &why)) return err_at(err, why.code, path, 0, 0, "%s", why.message);
    bool good = check_tensors(file, &layout, path, err);
    layout_release(&layout);
    if (!good || !read_vocabulary(file, &spec, &checkpoint->vocabulary, path, err)) return false;
    if (!model_init(&checkpoint->model, &spec, &why)) return err_at(err, why.code, path, 0, 0, "%s", why.message);
    read_params(file, &checkpoint->model);
    return true;
}

static bool load_file(struct checkpoint *checkpoint, const char *path, const struct net_spec *spec_if_missing,
                      bool with_state, struct err *err) {
    *checkpoint = (struct checkpoint){0};
    struct tensor_file file;
    if (!tensor_file_read(&file, path, err)) return false;
    bool good = load(checkpoint, &file, path, spec_if_missing, err);
    good = good && (!with_state || read_state(&file, checkpoint, path, err));
    tensor_file_release(&file);
    if (!good) checkpoint_release(checkpoint);
    return good;
}

bool checkpoint_load(struct checkpoint *checkpoint, const char *path, const struct net_spec *spec_if_missing,
                     struct err *err) {
    return load_file(checkpoint, path, spec_if_missing, false, err);
}

bool checkpoint_load_state(struct checkpoint *checkpoint, const char *path, struct err *err) {
    return load_file(checkpoint, path, NULL, true, err);
}

void checkpoint_release(struct checkpoint *checkpoint) {
    model_release(&checkpoint->model);
    vocabulary_release(&checkpoint->vocabulary);
    state_release(&checkpoint->state);
}
