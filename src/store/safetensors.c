#include "safetensors.h"

#include "check.h"
#include "file.h"
#include "mem.h"
#include "str.h"

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The format is little-endian and numbers are taken as they lie in the file.
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors on a big-endian machine needs swapping");

enum { LENGTH_BYTES = 8, HEADER_MAX = 100000000, NAME_SHOWN = 60 };
static const size_t FILE_MAX_BYTES = (size_t)8 << 30;

const char *const tensor_type_names[TENSOR_TYPE_COUNT] = {
    [TENSOR_F32] = "F32", [TENSOR_F64] = "F64", [TENSOR_I32] = "I32", [TENSOR_I64] = "I64", [TENSOR_U8] = "U8",
};
const size_t tensor_type_sizes[TENSOR_TYPE_COUNT] = {
    [TENSOR_F32] = 4, [TENSOR_F64] = 8, [TENSOR_I32] = 4, [TENSOR_I64] = 8, [TENSOR_U8] = 1,
};

size_t tensor_count(const struct tensor *tensor) {
    return tensor->bytes / tensor_type_sizes[tensor->type];
}

double tensor_at(const struct tensor *tensor, size_t index) {
    check(index < tensor_count(tensor), "element %zu of a tensor with %zu", index, tensor_count(tensor));
    switch (tensor->type) {
    case TENSOR_F32:
        return ((const float *)tensor->data)[index];
    case TENSOR_F64:
        return ((const double *)tensor->data)[index];
    case TENSOR_I32:
        return ((const int32_t *)tensor->data)[index];
    case TENSOR_I64:
        return (double)((const int64_t *)tensor->data)[index];
    case TENSOR_U8:
        return ((const uint8_t *)tensor->data)[index];
    case TENSOR_TYPE_COUNT:
        break;
    }
    return NAN;
}

int64_t tensor_not_finite(const struct tensor *tensor) {
    if (tensor->type != TENSOR_F32 && tensor->type != TENSOR_F64) return -1;
    for (size_t i = 0; i < tensor_count(tensor); i++)
        if (!isfinite(tensor_at(tensor, i))) return (int64_t)i;
    return -1;
}

// A name from a file, fit for one line of a message.
struct shown {
    char text[NAME_SHOWN + 8];
};

static struct shown show(const char *name) {
    struct shown shown;
    size_t length = strlen(name), used = 0, step;
    for (size_t i = 0; i < length; i += step) {
        unsigned codepoint = utf8_next(name + i, length - i, &step);
        if (used + step > NAME_SHOWN) {
            memcpy(shown.text + used, "...", 3);
            used += 3;
            break;
        }
        if (codepoint < 0x20 || codepoint == 0x7F)
            shown.text[used++] = '?';
        else
            for (size_t k = 0; k < step; k++)
                shown.text[used++] = name[i + k];
    }
    shown.text[used] = 0;
    return shown;
}

// Everything a tensor_file points at.
struct owned {
    struct bytes bytes; // the file
    json_t *header;     // names and metadata point into it
    void **copies;      // of tensors that lay misaligned
    int copy_count;
};

struct parser {
    const char *name;
    const char *bytes; // the file
    size_t size;
    size_t header; // bytes of JSON
    struct tensor_file *file;
    struct err *err;
};

#define broken(parser, ...) err_at((parser)->err, ERR_FORMAT, (parser)->name, 0, 0, __VA_ARGS__)

// N, the length of the header, against the size of the file.
static bool check_length(const char *name, const char *first, size_t size, size_t *header, struct err *err) {
    if (size < LENGTH_BYTES)
        return err_at(err, ERR_FORMAT, name, 0, 0,
                      "not a safetensors file: expected 8 bytes with the length of the header, found %zu bytes", size);
    uint64_t n;
    memcpy(&n, first, sizeof n);
    if (n > HEADER_MAX)
        return err_at(err, ERR_FORMAT, name, 0, 0,
                      "not a safetensors file: the header may have at most %d bytes, its length says %llu", HEADER_MAX,
                      (unsigned long long)n);
    if (n > size - LENGTH_BYTES)
        return err_at(err, ERR_FORMAT, name, 0, 0,
                      "the header should have %llu bytes, but only %zu follow: the file is cut off",
                      (unsigned long long)n, size - LENGTH_BYTES);
    if (n < 2)
        return err_at(err, ERR_FORMAT, name, 0, 0,
                      "not a safetensors file: the smallest header is {}, the length says %llu bytes",
                      (unsigned long long)n);
    *header = (size_t)n;
    return true;
}

static bool parse_json(struct parser *p, json_t **out) {
    const char *text = p->bytes + LENGTH_BYTES;
    if (text[0] != '{')
        return broken(p, "not a safetensors file: the header must begin with '{', found byte 0x%02X",
                      (unsigned char)text[0]);
    size_t end = p->header;
    while (end > 0 && text[end - 1] == ' ')
        end--;
    if (text[end - 1] != '}')
        return broken(p, "the header must end with '}' and be padded with spaces only, found byte 0x%02X at offset %zu",
                      (unsigned char)text[end - 1], LENGTH_BYTES + end - 1);
    json_error_t why;
    *out = json_loadb(text, end, JSON_REJECT_DUPLICATES, &why);
    if (!*out)
        return broken(p, "the header is not valid JSON at byte offset %d: %s", LENGTH_BYTES + why.position,
                      show(why.text).text);
    return true;
}

static bool parse_type(struct parser *p, const char *name, const json_t *entry, struct tensor *tensor) {
    const json_t *dtype = json_object_get(entry, "dtype");
    if (!json_is_string(dtype)) return broken(p, "tensor %s: expected \"dtype\" as a text", show(name).text);
    for (int type = 0; type < TENSOR_TYPE_COUNT; type++) {
        if (strcmp(json_string_value(dtype), tensor_type_names[type]) != 0) continue;
        tensor->type = (enum tensor_type)type;
        return true;
    }
    return broken(p, "tensor %s: expected dtype F32, F64, I32, I64 or U8, found %s", show(name).text,
                  show(json_string_value(dtype)).text);
}

// The shape, and from it the size in bytes, in steps that cannot overflow.
static bool parse_shape(struct parser *p, const char *name, const json_t *entry, struct tensor *tensor) {
    const json_t *shape = json_object_get(entry, "shape");
    if (!json_is_array(shape)) return broken(p, "tensor %s: expected \"shape\" as a list", show(name).text);
    if (json_array_size(shape) > TENSOR_MAX_DIMS)
        return broken(p, "tensor %s: expected at most %d dimensions, found %zu", show(name).text, TENSOR_MAX_DIMS,
                      json_array_size(shape));
    tensor->dims = (int)json_array_size(shape);
    uint64_t bytes = tensor_type_sizes[tensor->type];
    for (int d = 0; d < tensor->dims; d++) {
        const json_t *length = json_array_get(shape, (size_t)d);
        if (!json_is_integer(length) || json_integer_value(length) < 0)
            return broken(p, "tensor %s: expected whole numbers from 0 in \"shape\"", show(name).text);
        tensor->shape[d] = json_integer_value(length);
        if (__builtin_mul_overflow(bytes, (uint64_t)tensor->shape[d], &bytes))
            return broken(p, "tensor %s: its shape is too large for any file", show(name).text);
    }
    tensor->bytes = (size_t)bytes;
    return true;
}

// begin and end, against the shape and against the file; data is set to begin.
static bool parse_offsets(struct parser *p, const char *name, const json_t *entry, struct tensor *tensor) {
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const json_t *first = json_array_get(offsets, 0), *second = json_array_get(offsets, 1);
    if (!json_is_array(offsets) || json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(second))
        return broken(p, "tensor %s: expected \"data_offsets\" as two whole numbers", show(name).text);
    long long begin = json_integer_value(first), end = json_integer_value(second);
    size_t room = p->size - LENGTH_BYTES - p->header;
    if (begin < 0 || end < begin)
        return broken(p, "tensor %s: data_offsets %lld to %lld are not in order", show(name).text, begin, end);
    if ((unsigned long long)end > room)
        return broken(p, "tensor %s: its data ends at %lld, but only %zu bytes of data are there: the file is cut off",
                      show(name).text, end, room);
    if ((uint64_t)(end - begin) != tensor->bytes) {
        char shape[128];
        return broken(p, "tensor %s: shape %s of %s takes %zu bytes, but data_offsets hold %lld", show(name).text,
                      shape_text(tensor->dims, tensor->shape, shape, sizeof shape), tensor_type_names[tensor->type],
                      tensor->bytes, end - begin);
    }
    tensor->data = p->bytes + LENGTH_BYTES + p->header + begin;
    return true;
}

static bool parse_tensor(struct parser *p, const char *name, const json_t *entry, struct tensor *tensor) {
    if (!json_is_object(entry)) return broken(p, "tensor %s: expected an object", show(name).text);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)entry, key, value) {
        if (strcmp(key, "dtype") != 0 && strcmp(key, "shape") != 0 && strcmp(key, "data_offsets") != 0)
            return broken(p, "tensor %s: expected dtype, shape and data_offsets, found \"%s\"", show(name).text,
                          show(key).text);
    }
    tensor->name = (char *)name;
    return parse_type(p, name, entry, tensor) && parse_shape(p, name, entry, tensor) &&
           parse_offsets(p, name, entry, tensor);
}

static bool parse_meta(struct parser *p, json_t *meta) {
    if (!json_is_object(meta)) return broken(p, "expected __metadata__ as an object");
    size_t count = json_object_size(meta);
    p->file->meta = mem_array(count, sizeof *p->file->meta);
    if (!p->file->meta) return err_at(p->err, ERR_MEMORY, p->name, 0, 0, "no memory for %zu metadata", count);
    const char *key;
    json_t *value;
    json_object_foreach(meta, key, value) {
        if (!json_is_string(value))
            return broken(p, "expected __metadata__ to hold texts only, but \"%s\" is none", show(key).text);
        p->file->meta[p->file->meta_count++] =
            (struct tensor_meta){.key = (char *)key, .value = (char *)json_string_value(value)};
    }
    return true;
}

static int compare_offsets(const void *a, const void *b) {
    const struct tensor *x = a, *y = b;
    if (x->data != y->data) return (const char *)x->data < (const char *)y->data ? -1 : 1;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes); // empty ones first
}

// Contiguous from the first byte of data to the end of the file: no holes, no overlap, nothing after.
static bool check_contiguous(struct parser *p) {
    const char *start = p->bytes + LENGTH_BYTES + p->header, *expected = start;
    const char *before = "the header";
    for (int i = 0; i < p->file->count; i++) {
        const struct tensor *tensor = &p->file->tensors[i];
        const char *at = tensor->data;
        if (at > expected)
            return broken(p, "a hole of %td bytes between %s and tensor %s: tensors must lie next to each other",
                          at - expected, show(before).text, show(tensor->name).text);
        if (at < expected)
            return broken(p, "tensors %s and %s overlap by %td bytes", show(before).text, show(tensor->name).text,
                          expected - at);
        expected = at + tensor->bytes;
        before = tensor->name;
    }
    size_t left = (size_t)(p->bytes + p->size - expected);
    if (left > 0)
        return broken(p, "%zu bytes after the last tensor: expected the end of the file at byte %zu, found it at %zu",
                      left, p->size - left, p->size);
    return true;
}

// The format does not align tensors; whoever casts data to float does need it.
static bool align_data(struct parser *p) {
    struct owned *owned = p->file->owned;
    owned->copies = mem_array((size_t)p->file->count, sizeof *owned->copies);
    if (!owned->copies) return err_at(p->err, ERR_MEMORY, p->name, 0, 0, "no memory for %d tensors", p->file->count);
    for (int i = 0; i < p->file->count; i++) {
        struct tensor *tensor = &p->file->tensors[i];
        if ((uintptr_t)tensor->data % tensor_type_sizes[tensor->type] == 0) continue;
        void *copy = mem_alloc(tensor->bytes);
        if (!copy)
            return err_at(p->err, ERR_MEMORY, p->name, 0, 0, "no memory for tensor %s of %zu bytes",
                          show(tensor->name).text, tensor->bytes);
        memcpy(copy, tensor->data, tensor->bytes);
        tensor->data = owned->copies[owned->copy_count++] = copy;
    }
    return true;
}

static bool parse_header(struct parser *p) {
    if (!check_length(p->name, p->bytes, p->size, &p->header, p->err)) return false;
    struct owned *owned = p->file->owned;
    if (!parse_json(p, &owned->header)) return false;
    size_t count = json_object_size(owned->header);
    p->file->tensors = mem_array(count, sizeof *p->file->tensors);
    if (!p->file->tensors) return err_at(p->err, ERR_MEMORY, p->name, 0, 0, "no memory for %zu tensors", count);
    const char *name;
    json_t *entry;
    json_object_foreach(owned->header, name, entry) {
        bool good = strcmp(name, "__metadata__") == 0
                        ? parse_meta(p, entry)
                        : parse_tensor(p, name, entry, &p->file->tensors[p->file->count++]);
        if (!good) return false;
    }
    qsort(p->file->tensors, (size_t)p->file->count, sizeof *p->file->tensors, compare_offsets);
    return check_contiguous(p) && align_data(p);
}

// Takes the bytes over, also on failure.
static bool parse_owned(struct tensor_file *file, const char *name, struct bytes *bytes, struct err *err) {
    struct owned *owned = mem_need(1, sizeof *owned);
    owned->bytes = *bytes;
    *file = (struct tensor_file){.owned = owned};
    struct parser parser = {
        .name = name, .bytes = owned->bytes.data, .size = owned->bytes.size, .file = file, .err = err};
    if (parse_header(&parser)) return true;
    tensor_file_release(file);
    return false;
}

// Looks at the first bytes before the whole is read: a wrong file is told at once, however large it is.
static bool peek(const char *path, struct err *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return true; // file_read() says it better
    struct stat found;
    char first[LENGTH_BYTES];
    bool good = true;
    if (fstat(fd, &found) == 0 && S_ISREG(found.st_mode)) {
        ssize_t got = read(fd, first, sizeof first);
        size_t header, size = (size_t)found.st_size;
        if (got >= 0) good = check_length(path, first, (size_t)got < sizeof first ? (size_t)got : size, &header, err);
    }
    close(fd);
    return good;
}

bool tensor_file_read(struct tensor_file *file, const char *path, struct err *err) {
    *file = (struct tensor_file){0};
    struct bytes bytes;
    if (!peek(path, err) || !file_read(path, FILE_MAX_BYTES, &bytes, err)) return false;
    return parse_owned(file, path, &bytes, err);
}

bool tensor_file_parse(struct tensor_file *file, const char *name, const void *bytes, size_t size, struct err *err) {
    *file = (struct tensor_file){0};
    struct bytes copy = {.data = mem_alloc(size + 1), .size = size};
    if (!copy.data) return err_at(err, ERR_MEMORY, name, 0, 0, "no memory for %zu bytes", size);
    if (size > 0) memcpy(copy.data, bytes, size);
    return parse_owned(file, name, &copy, err);
}

void tensor_file_release(struct tensor_file *file) {
    struct owned *owned = file->owned;
    if (owned) {
        for (int i = 0; i < owned->copy_count; i++)
            mem_free(owned->copies[i]);
        mem_free(owned->copies);
        json_decref(owned->header);
        bytes_release(&owned->bytes);
        mem_free(owned);
    }
    mem_free(file->tensors);
    mem_free(file->meta);
    *file = (struct tensor_file){0};
}

const struct tensor *tensor_file_find(const struct tensor_file *file, const char *name) {
    for (int i = 0; i < file->count; i++)
        if (strcmp(file->tensors[i].name, name) == 0) return &file->tensors[i];
    return NULL;
}

const char *tensor_file_meta(const struct tensor_file *file, const char *key) {
    for (int i = 0; i < file->meta_count; i++)
        if (strcmp(file->meta[i].key, key) == 0) return file->meta[i].value;
    return NULL;
}
