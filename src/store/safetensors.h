#pragma once
// safetensors, by the rules of the format: 8 bytes little-endian header length N, N bytes of JSON (padded
// with spaces), then the tensors, contiguous, nothing after. Reading enforces all of it and believes no size
// before it is checked against the file: header under 100 MB and inside the file, an object, no duplicate
// keys, known dtype, shape x size = offsets, offsets in range, no holes and no overlap. The error names the
// rule that is broken.

#include "err.h"
#include <stddef.h>
#include <stdint.h>

enum tensor_type { TENSOR_F32, TENSOR_F64, TENSOR_I32, TENSOR_I64, TENSOR_U8, TENSOR_TYPE_COUNT };
enum { TENSOR_MAX_DIMS = 8 };

struct tensor {
    char *name;
    enum tensor_type type;
    int dims;
    int64_t shape[TENSOR_MAX_DIMS];
    const void *data; // row-major, little-endian, aligned to the type; borrowed from the file's bytes
    size_t bytes;
};

struct tensor_meta {
    char *key, *value;
};

struct tensor_file {
    struct tensor *tensors; // in the order of their offsets
    int count;
    struct tensor_meta *meta; // __metadata__
    int meta_count;
    void *owned; // internal
};

bool tensor_file_read(struct tensor_file *file, const char *path, struct err *err);
// As above from memory (copied); `name` stands in messages. For tests and fuzzing.
bool tensor_file_parse(struct tensor_file *file, const char *name, const void *bytes, size_t size, struct err *err);
void tensor_file_release(struct tensor_file *file);
const struct tensor *tensor_file_find(const struct tensor_file *file, const char *name); // NULL when missing
const char *tensor_file_meta(const struct tensor_file *file, const char *key);           // NULL when missing
double tensor_at(const struct tensor *tensor, size_t index);
size_t tensor_count(const struct tensor *tensor);              // elements
int64_t tensor_not_finite(const struct tensor *tensor);        // index of the first NaN or infinity, or -1
extern const char *const tensor_type_names[TENSOR_TYPE_COUNT]; // "F32" ...
extern const size_t tensor_type_sizes[TENSOR_TYPE_COUNT];      // bytes

// Writing: collect, then save whole or not at all. All data is copied when added. What goes wrong while
// collecting (memory, a name twice, text that is not UTF-8) is told by tensor_writer_save().
struct tensor_writer;
struct tensor_writer *tensor_writer_new(void);
void tensor_writer_free(struct tensor_writer *writer);
void tensor_writer_meta(struct tensor_writer *writer, const char *key, const char *value);
void tensor_writer_add(struct tensor_writer *writer, const char *name, enum tensor_type type, int dims,
                       const int64_t *shape, const void *data);
bool tensor_writer_save(struct tensor_writer *writer, const char *path, struct err *err);
