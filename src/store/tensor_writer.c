#include "safetensors.h"

#include "check.h"
#include "file.h"
#include "mem.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 100000000, HEADER_ALIGNMENT = 8, LARGEST_TYPE = 8 };

struct tensor_writer {
    struct tensor *tensors; // names and data are the writer's own
    size_t count, capacity;
    json_t *names;    // of the tensors so far, to find doubles
    json_t *meta;     // NULL until there is some
    struct err first; // what went wrong first; ERR_NONE
};

struct tensor_writer *tensor_writer_new(void) {
    struct tensor_writer *writer = mem_need(1, sizeof *writer);
    writer->names = json_object();
    check(writer->names != NULL, "no memory for an empty JSON object");
    return writer;
}

void tensor_writer_free(struct tensor_writer *writer) {
    if (!writer) return;
    for (size_t i = 0; i < writer->count; i++) {
        mem_free(writer->tensors[i].name);
        mem_free((void *)writer->tensors[i].data);
    }
    mem_free(writer->tensors);
    json_decref(writer->names);
    json_decref(writer->meta);
    mem_free(writer);
}

void tensor_writer_meta(struct tensor_writer *writer, const char *key, const char *value) {
    if (writer->first.code) return;
    if (!writer->meta) writer->meta = json_object();
    json_t *text = json_string(value);
    if (!text || json_object_set_new(writer->meta, key, text) != 0) // set_new takes `text` over, also when it fails
        err_set(&writer->first, ERR_VALUE, "metadata \"%s\": expected UTF-8, found other bytes", key);
}

static bool grow(struct tensor_writer *writer) {
    if (writer->count < writer->capacity) return true;
    size_t capacity = writer->capacity ? 2 * writer->capacity : 16;
    void *tensors =
        mem_grow(writer->tensors, writer->capacity * sizeof *writer->tensors, capacity * sizeof *writer->tensors);
    if (!tensors) return false;
    writer->tensors = tensors;
    writer->capacity = capacity;
    return true;
}

void tensor_writer_add(struct tensor_writer *writer, const char *name, enum tensor_type type, int dims,
                       const int64_t *shape, const void *data) {
    check(dims >= 0 && dims <= TENSOR_MAX_DIMS, "tensor %s has %d dimensions", name, dims);
    check(type >= 0 && type < TENSOR_TYPE_COUNT, "tensor %s has type %d", name, (int)type);
    if (writer->first.code) return;
    if (strcmp(name, "__metadata__") == 0 || json_object_get(writer->names, name)) {
        err_set(&writer->first, ERR_VALUE, "a tensor cannot be named %s: the name is taken", name);
        return;
    }
    if (json_object_set_new(writer->names, name, json_true()) != 0) {
        err_set(&writer->first, ERR_VALUE, "a tensor's name is not UTF-8");
        return;
    }
    struct tensor tensor = {.type = type, .dims = dims, .bytes = tensor_type_sizes[type]};
    for (int d = 0; d < dims; d++) {
        check(shape[d] >= 0, "tensor %s has a negative dimension", name);
        tensor.shape[d] = shape[d];
        bool overflow = __builtin_mul_overflow(tensor.bytes, (size_t)shape[d], &tensor.bytes);
        check(!overflow, "tensor %s is too large for memory", name);
    }
    void *copy = mem_alloc(tensor.bytes);
    if (!copy || !grow(writer)) {
        mem_free(copy);
        err_set(&writer->first, ERR_MEMORY, "no memory for tensor %s of %zu bytes", name, tensor.bytes);
        return;
    }
    if (tensor.bytes > 0) memcpy(copy, data, tensor.bytes);
    tensor.data = copy;
    tensor.name = mem_copy_text(name);
    writer->tensors[writer->count++] = tensor;
}

// One tensor's entry; NULL when memory ran out.
static json_t *entry_of(const struct tensor *tensor, size_t begin) {
    json_t *shape = json_array();
    for (int d = 0; shape && d < tensor->dims; d++)
        json_array_append_new(shape, json_integer(tensor->shape[d]));
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", tensor_type_names[tensor->type], "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)(begin + tensor->bytes));
}

// Types of eight bytes first, then four, then one: every tensor is then aligned in the file. Otherwise as
// added.
static void put_in_order(const struct tensor_writer *writer, struct tensor const **order) {
    size_t n = 0;
    for (size_t size = LARGEST_TYPE; size > 0; size /= 2)
        for (size_t i = 0; i < writer->count; i++)
            if (tensor_type_sizes[writer->tensors[i].type] == size) order[n++] = &writer->tensors[i];
}

// The header, padded with spaces so that the data begins at a multiple of 8. NULL when memory ran out.
static char *header_text(const struct tensor_writer *writer, struct tensor const *const *order, size_t *size) {
    json_t *header = json_object();
    bool good = header && (!writer->meta || json_object_set(header, "__metadata__", writer->meta) == 0);
    size_t begin = 0;
    for (size_t i = 0; good && i < writer->count; i++) {
        good = json_object_set_new(header, order[i]->name, entry_of(order[i], begin)) == 0;
        begin += order[i]->bytes;
    }
    size_t length = good ? json_dumpb(header, NULL, 0, JSON_COMPACT) : 0;
    *size = (length + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    char *text = length ? mem_alloc(*size) : NULL;
    if (text) {
        memset(text, ' ', *size);
        json_dumpb(header, text, length, JSON_COMPACT);
    }
    json_decref(header);
    return text;
}

static bool write_all(struct file_save *save, const char *header, size_t header_size, struct tensor const *const *order,
                      size_t count, struct err *err) {
    uint64_t length = header_size; // little-endian, as the machine
    if (!file_save_write(save, &length, sizeof length, err)) return false;
    if (!file_save_write(save, header, header_size, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!file_save_write(save, order[i]->data, order[i]->bytes, err)) return false;
    return true;
}

bool tensor_writer_save(struct tensor_writer *writer, const char *path, struct err *err) {
    if (writer->first.code)
        return err_at(err, writer->first.code, path, 0, 0, "cannot save: %s", writer->first.message);
    struct tensor const **order = mem_array(writer->count, sizeof *order);
    size_t size = 0;
    char *header = NULL;
    if (order) {
        put_in_order(writer, order);
        header = header_text(writer, order, &size);
    }
    struct file_save save;
    bool good = header || err_at(err, ERR_MEMORY, path, 0, 0, "no memory for the header of %zu tensors", writer->count);
    if (good && size > HEADER_MAX)
        good = err_at(err, ERR_LIMIT, path, 0, 0, "expected a header of at most %d bytes, it would have %zu",
                      HEADER_MAX, size);
    good = good && file_save_begin(&save, path, err) && write_all(&save, header, size, order, writer->count, err) &&
           file_save_commit(&save, err);
    mem_free(header);
    mem_free(order);
    return good;
}
