#include "npy_save.h"

#include "check.h"
#include "file.h"
#include "npy.h"
#include "str.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { START = 10, ALIGNMENT = 64 }; // magic, version 1.0 and the header's length

bool npy_save(const char *path, enum tensor_type type, int dims, const int64_t *shape, const void *data,
              struct err *err) {
    static const char *const types[TENSOR_TYPE_COUNT] = {
        [TENSOR_F32] = "<f4", [TENSOR_F64] = "<f8", [TENSOR_I32] = "<i4", [TENSOR_I64] = "<i8", [TENSOR_U8] = "|u1"};
    check(dims >= 0 && dims <= NPY_MAX_DIMS, "an array of %d dimensions", dims);
    struct str header = {0};
    size_t bytes = tensor_type_sizes[type];
    str_printf(&header, "{'descr': '%s', 'fortran_order': False, 'shape': (", types[type]);
    for (int d = 0; d < dims; d++) {
        check(!__builtin_mul_overflow(bytes, (size_t)shape[d], &bytes), "an array too large for memory");
        str_printf(&header, d > 0 || dims == 1 ? (dims == 1 ? "%lld," : ", %lld") : "%lld", (long long)shape[d]);
    }
    str_put(&header, "), }");
    while ((START + header.size + 1) % ALIGNMENT != 0)
        str_put_char(&header, ' ');
    str_put_char(&header, '\n');
    unsigned char start[START] = "\x93NUMPY\x01";
    start[START - 2] = (unsigned char)(header.size & 255);
    start[START - 1] = (unsigned char)(header.size >> 8);
    struct file_save save;
    bool good = file_save_begin(&save, path, err) && file_save_write(&save, start, sizeof start, err) &&
                file_save_write(&save, header.data, header.size, err) && file_save_write(&save, data, bytes, err) &&
                file_save_commit(&save, err);
    str_release(&header);
    return good;
}

bool npy_save_words(const char *folder, const struct npy_word *words, int count, struct err *err) {
    struct str path = {0};
    json_t *json = json_object();
    for (int k = 0; k < count; k++)
        if (words[k].value) json_object_set_new(json, words[k].key, json_string(words[k].value));
    char *text = json_dumps(json, JSON_INDENT(2));
    str_printf(&path, "%smeta.json", folder);
    bool good = text ? file_save_whole(path.data, text, strlen(text), err)
                     : err_at(err, ERR_MEMORY, path.data, 0, 0, "no memory for the metadata");
    free(text); // jansson's
    json_decref(json);
    str_release(&path);
    return good;
}
