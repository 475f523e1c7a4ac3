#include "checkpoint_parts.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- names ----

static const char *const slab_names[CHECKPOINT_SLABS] = {
    [CHECKPOINT_M] = "m", [CHECKPOINT_V] = "v", [CHECKPOINT_BEST] = "best"};
static const char carried_name[] = "training.carried";

static void state_name(enum checkpoint_slab slab, const char *param, char out[2 * NET_NAME]) {
    snprintf(out, 2 * NET_NAME, "training.%s.%s", slab_names[slab], param);
}

bool state_is_tensor(const struct layout *layout, const char *name) {
    if (strcmp(name, carried_name) == 0) return true;
    char expected[2 * NET_NAME];
    for (int s = 0; s < CHECKPOINT_SLABS; s++)
        for (int p = 0; p < layout->count; p++) {
            state_name((enum checkpoint_slab)s, layout->params[p].name, expected);
            if (strcmp(name, expected) == 0) return true;
        }
    return false;
}

static char *state_text(const struct checkpoint_state *state) {
    json_t *words = json_array();
    for (int i = 0; words && i < 4; i++) {
        char hex[17];
        snprintf(hex, sizeof hex, "%016llx", (unsigned long long)state->random.s[i]);
        json_array_append_new(words, json_string(hex));
    }
    json_t *json = json_pack("{s:i, s:I, s:o}", "format", CHECKPOINT_FORMAT, "updates", (json_int_t)state->updates,
                             "random", words);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return text;
}

bool state_write(struct tensor_writer *writer, const struct model *model, const struct checkpoint_state *state,
                 const char *path, struct err *err) {
    const struct net_spec *spec = &model->layout.spec;
    if (!meta_put(writer, "training", state_text(state), path, err)) return false;
    tensor_writer_meta(writer, "run", state->run);
    for (int s = 0; s < CHECKPOINT_SLABS; s++)
        for (int p = 0; state->slab[s] && p < model->layout.count; p++) {
            char name[2 * NET_NAME];
            state_name((enum checkpoint_slab)s, model->layout.params[p].name, name);
            if (!tensor_write(writer, &model->layout.params[p], name, state->slab[s], path, err)) return false;
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
    if (json_integer_value(json_object_get(json, "format")) != CHECKPOINT_FORMAT)
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
        if (!tensor_check(tensor, &layout->params[p], name, path, err)) return false;
        tensor_read(tensor, &layout->params[p], *out);
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

bool state_read(const struct tensor_file *file, struct checkpoint *checkpoint, const char *path, struct err *err) {
    struct checkpoint_state *state = &checkpoint->state;
    const char *text = tensor_file_meta(file, "training"), *run = tensor_file_meta(file, "run");
    if (!text) return true;
    json_t *json = meta_parse(text, "training", path, err);
    bool good = json && state_from_json(json, state, path, err);
    json_decref(json);
    for (int s = 0; good && s < CHECKPOINT_SLABS; s++)
        good = read_slab(file, &checkpoint->model.layout, (enum checkpoint_slab)s, &state->slab[s], path, err);
    good = good && read_carried(file, &checkpoint->model.layout.spec, state, path, err);
    if (good) state->run = mem_copy_text(run ? run : "{}");
    return good;
}

void state_release(struct checkpoint_state *state) {
    mem_free(state->run);
    mem_free(state->carried);
    for (int s = 0; s < CHECKPOINT_SLABS; s++)
        mem_free(state->slab[s]);
    *state = (struct checkpoint_state){0};
}
