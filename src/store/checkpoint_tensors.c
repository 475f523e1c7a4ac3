#include "checkpoint_parts.h"
#include "mem.h"
#include "str.h"

#include <stdio.h>
#include <string.h>

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

// Matrices stand turned in files; an embedding, one row a symbol in both, does not.
static bool is_turned(const struct param *param) {
    return param->role != PARAM_EMBED;
}

static int shape_of(const struct param *param, int64_t shape[2]) {
    shape[0] = is_turned(param) ? param->out : param->in;
    shape[1] = is_turned(param) ? param->in : param->out;
    return param_is_vector(param->role) ? 1 : 2;
}

bool tensor_check(const struct tensor *tensor, const struct param *param, const char *name, const char *path,
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
                  shape_text(dims, shape, expected, sizeof expected),
                  shape_text(tensor->dims, tensor->shape, found, sizeof found));
}

// A network without biases (bias=False in PyTorch) has none of them in the file; then they are zero. Of an
// encoder-decoder each of the two networks answers for itself.
static bool has_biases(const struct tensor_file *file, const struct param *param) {
    const char *at = strstr(param->name, "bias");
    size_t length = at ? (size_t)(at - param->name) + strlen("bias") : 0;
    for (int i = 0; i < file->count; i++)
        if (strncmp(file->tensors[i].name, param->name, length) == 0) return true;
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

bool tensors_check(const struct tensor_file *file, const struct layout *layout, const char *path, struct err *err) {
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        char names[2][NET_NAME];
        snprintf(names[0], NET_NAME, "%s", param->name);
        second_bias_name(param->name, names[1]);
        if ((param->role == PARAM_BIAS || param->role == PARAM_RECURRENT_BIAS) && !has_biases(file, param)) continue;
        for (int k = 0; k < (has_second_bias(&layout->spec, param) ? 2 : 1); k++) {
            const struct tensor *tensor = tensor_file_find(file, names[k]);
            if (!tensor)
                return err_at(err, ERR_FORMAT, path, 0, 0, "expected a tensor %s, found none of that name", names[k]);
            if (!tensor_check(tensor, param, names[k], path, err)) return false;
        }
    }
    for (int i = 0; i < file->count; i++)
        if (!is_expected(layout, file->tensors[i].name) &&
            !(tensor_file_meta(file, "training") && state_is_tensor(layout, file->tensors[i].name)))
            return err_at(err, ERR_FORMAT, path, 0, 0, "found a tensor %.100s, which the model described does not have",
                          file->tensors[i].name);
    return true;
}

// Where (in, out) of the slab stands in the file.
static size_t place_in_file(const struct param *param, size_t in, size_t out) {
    return is_turned(param) ? out * (size_t)param->in + in : in * (size_t)param->out + out;
}

void tensor_read(const struct tensor *tensor, const struct param *param, float *slab) {
    size_t in = (size_t)param->in, out = (size_t)param->out;
    for (size_t i = 0; i < in; i++)
        for (size_t o = 0; o < out; o++)
            slab[param->offset + i * out + o] = (float)tensor_at(tensor, place_in_file(param, i, o));
}

// bias_hh only ever adds to bias_ih. A zero is left out, so that -0 comes back as -0.
static void add_second_bias(const struct tensor *tensor, const struct param *param, float *slab) {
    for (int o = 0; o < param->out; o++) {
        double value = tensor_at(tensor, (size_t)o);
        if (value != 0) slab[param->offset + (size_t)o] = (float)((double)slab[param->offset + (size_t)o] + value);
    }
}

void tensors_read(const struct tensor_file *file, struct model *model) {
    for (int p = 0; p < model->layout.count; p++) {
        const struct param *param = &model->layout.params[p];
        const struct tensor *tensor = tensor_file_find(file, param->name);
        if (!tensor) continue; // no biases: zero
        tensor_read(tensor, param, model->params);
        if (!has_second_bias(&model->layout.spec, param)) continue;
        char name[NET_NAME];
        second_bias_name(param->name, name);
        add_second_bias(tensor_file_find(file, name), param, model->params);
    }
}

static bool write_with_second(struct tensor_writer *writer, const struct param *param, const char *name,
                              const float *slab, bool second, const char *path, struct err *err) {
    int64_t shape[2];
    int dims = shape_of(param, shape);
    size_t in = (size_t)param->in, out = (size_t)param->out;
    float *turned = mem_array(in * out, sizeof *turned);
    if (!turned) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory to write %s", name);
    for (size_t i = 0; i < in; i++)
        for (size_t o = 0; o < out; o++)
            turned[place_in_file(param, i, o)] = slab[param->offset + i * out + o];
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

bool tensor_write(struct tensor_writer *writer, const struct param *param, const char *name, const float *slab,
                  const char *path, struct err *err) {
    return write_with_second(writer, param, name, slab, false, path, err);
}

// A cell's one bias is written with a second one of zeros, as PyTorch has two.
bool tensors_write(struct tensor_writer *writer, const struct model *model, const char *path, struct err *err) {
    for (int p = 0; p < model->layout.count; p++) {
        const struct param *param = &model->layout.params[p];
        if (!write_with_second(writer, param, param->name, model->params, has_second_bias(&model->layout.spec, param),
                               path, err))
            return false;
    }
    return true;
}
